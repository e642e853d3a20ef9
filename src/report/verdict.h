/*
 * verdict: the forms in which a verdict is written: a row each in verdict_formats[], a file each
 * (verdict_table.c, verdict_json.c, ...). They decide nothing. "sheet" and "sheet-html" are the
 * justification sheet: every finding and fault with its state, justification, owner, expiry and link, by
 * Iron Bank's words.
 */
#ifndef REPORT_VERDICT_H
#define REPORT_VERDICT_H

#include "base/buf.h"
#include "model/verdict.h"
#include "text.h"

struct verdict_choice {
	const struct verdict_format *format;
	str file;
	bool explain; /* every rule with its evidence, parameters, waivers: --explain */
	str more;     /* the option that asks for it, as the verb has it; empty: --explain */
	int width;
	struct text_style style;
};

struct verdict_format {
	const char *
		name; /* "table", "json", "junit", "sarif", "html", "markdown", "sheet", "sheet-html" */
	int (*write)(struct op *op, const struct verdict *v, const struct verdict_choice *c,
		     struct buf *b);
	const char *what;
};
extern const struct verdict_format verdict_formats[];
extern const size_t verdict_formats_n;
const struct verdict_format *verdict_format_of(str name); /* or NULL */

int verdict_write(struct op *op, const struct verdict *v, const struct verdict_choice *c,
		  struct buf *b) MUST_USE;

/* A waiver that would cover a fault, as YAML to paste, `until` within the policy's bound. */
void verdict_stanza(struct buf *b, const struct verdict *v, const struct verdict_rule *r,
		    const struct fault *f);

#endif
