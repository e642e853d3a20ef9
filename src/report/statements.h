/*
 * statements: what VEX documents state, and what became of each statement, for people and programs.
 */
#ifndef REPORT_STATEMENTS_H
#define REPORT_STATEMENTS_H

#include "base/buf.h"
#include "model/report.h"
#include "text.h"

/*
 * A block for each document, a line for each statement: vulnerability, status, products; with `r` the
 * findings that it decided, or why none. style->verbose: all products, reasons and texts. r: the report
 * that they were applied to; NULL: to none.
 */
void statements_text_write(struct buf *b, const struct report *r, const struct statement *s,
			   ptrdiff_t n, const struct text_style *style);

/* The same as one array of JSON. */
void statements_json_write(struct buf *b, const struct report *r, const struct statement *s,
			   ptrdiff_t n);

#endif
