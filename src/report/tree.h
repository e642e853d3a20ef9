/*
 * tree: the outcome of a build as a short tree for people: what was resolved, composed, cut,
 * proven and tested, and what to run next. Some thirty lines; all of it with style->verbose.
 */
#ifndef REPORT_TREE_H
#define REPORT_TREE_H

#include "model/outcome.h"
#include "text.h"

/* Failures stay in the buf. The same outcome and style, the same bytes. */
void tree_write(struct buf *b, const struct outcome *o, const struct text_style *style);

#endif
