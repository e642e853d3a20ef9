/*
 * explain_text: why a vulnerability is, or is not, a finding in something: for people and as JSON.
 */
#ifndef CLI_EXPLAIN_TEXT_H
#define CLI_EXPLAIN_TEXT_H

#include "report/text.h"
#include "scan/scan.h"

struct explanation {
	str id;
	const struct report *report; /* after VEX, waivers and filters */
	const struct why_line *line; /* [line_n] of match_why() */
	ptrdiff_t line_n;
	struct knowledge knows;
	const struct evidence_report *reach; /* NULL: nobody asked */
};

/* Is something affected and not suppressed? */
bool explanation_affected(const struct explanation *e);

void explain_text_write(struct buf *b, const struct explanation *e, const struct text_style *style);
void explain_json_write(struct buf *b, const struct explanation *e);

#endif
