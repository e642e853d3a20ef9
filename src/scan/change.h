/*
 * change: which findings went and which came between two reports: of two images, or of two locks.
 */
#ifndef SCAN_CHANGE_H
#define SCAN_CHANGE_H

#include "model/difference.h"
#include "model/report.h"

/*
 * scan_compare(op, before, after, ret): findings that are shown are the same if one of their ids is
 * and the package has the same type and name (of a distribution's: the same source), whatever its
 * version; of several packages of one source the first is told. O(n log n).
 */
int scan_compare(struct op *op, const struct report *before, const struct report *after,
		 struct difference_findings *ret) MUST_USE;

#endif
