/*
 * difference_text: a difference for people: packages, what their changelogs say, files,
 * configuration, sizes. Files that a package's new version explains are counted, and listed with
 * style->verbose, as are changelogs beyond their first lines.
 */
#ifndef REPORT_DIFFERENCE_TEXT_H
#define REPORT_DIFFERENCE_TEXT_H

#include "model/difference.h"
#include "text.h"

/* Failures stay in the buf. */
void difference_text_write(struct buf *b, const struct difference *d,
			   const struct text_style *style);

#endif
