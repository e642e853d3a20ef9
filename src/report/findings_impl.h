/*
 * findings_impl: the writers of reports of findings, for their table.
 */
#ifndef REPORT_FINDINGS_IMPL_H
#define REPORT_FINDINGS_IMPL_H

#include "findings.h"

typedef int findings_writer(struct op *op, const struct report *r, const struct findings_choice *c,
			    struct buf *b);
findings_writer findings_csv, findings_cyclonedx, findings_gitlab, findings_html, findings_json,
	findings_junit, findings_markdown, findings_sarif, findings_table, findings_template;

#endif
