/*
 * outcome_findings: what advisories say of an image that was just built, in the build's own reports.
 * Each does nothing where there were none to look with.
 */
#ifndef REPORT_OUTCOME_FINDINGS_H
#define REPORT_OUTCOME_FINDINGS_H

#include "codec/json.h"
#include "model/outcome.h"

/* "2 critical, 1 high; 3 have a fix", and what is not covered: a line for a terminal. */
void outcome_findings_line(struct buf *b, const struct outcome *o);

/* Rows of a table (five cells), and the sources below it. */
void outcome_findings_rows(struct buf *b, const struct outcome *o);
void outcome_findings_sources(struct buf *b, const struct outcome *o);

/* The member "findings". */
void outcome_findings_json(struct json_out *j, const struct outcome *o);

#endif
