/* group: findings by what clears them. */
#ifndef SCAN_GROUP_H
#define SCAN_GROUP_H

#include "model/report.h"

/*
 * scan_group(op, report): report->group of the findings that are shown and have a fix. Packages of one
 * source package of a distribution, of the same version, are one group; packages of a language one
 * each, by name and place. `to` is the lowest version that clears all of it. Findings and groups stand
 * worst first. O(findings * log(findings)).
 */
int scan_group(struct op *op, struct report *report) MUST_USE;

#endif
