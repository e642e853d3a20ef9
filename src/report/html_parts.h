/*
 * html_parts: what the pages of findings, checks and verdicts are made of.
 */
#ifndef REPORT_HTML_PARTS_H
#define REPORT_HTML_PARTS_H

#include "html.h"
#include "model/report.h"

/* A text as it is, and a cell with a text that is escaped. */
void html_raw(struct buf *b, const char *s);
void html_cell(struct buf *b, str s);

/* <section> with its heading, and a lead if it is not empty; the caller closes it. */
void html_section(struct buf *b, const char *id, const char *heading, const char *lead);

/* <table> with its headings up to <tbody>; "Score" stands to the right. */
void html_table_open(struct buf *b, const char *class, const char *const *heading, size_t n);
void html_table_close(struct buf *b);

/* A cell that says how bad, and sorts by it. */
void html_severity_cell(struct buf *b, enum severity s);

/* A term and its text in a <dl>; nothing for an empty one, or a digest of zeros. */
void html_term(struct buf *b, const char *name, str value);
void html_digest_term(struct buf *b, const char *name, const struct digest *d);

/* A number and what it counts in class "facts". */
void html_fact(struct buf *b, const char *label, uint64_t n);

/* A link where it is an https or http address, else the text. */
void html_link(struct buf *b, str url, str text);

/* The sections "coverage" and "sources" of a report. */
void html_coverage(struct buf *b, const struct report *r);
void html_sources(struct buf *b, const struct report *r);

#endif
