/*
 * findings: the forms in which a report of findings is written: one row each in
 * findings_formats[], one file each (findings_table.c, findings_json.c, ...). They decide nothing.
 */
#ifndef REPORT_FINDINGS_H
#define REPORT_FINDINGS_H

#include "base/buf.h"
#include "model/report.h"
#include "text.h"

struct findings_choice {
	const struct findings_format *format;
	str file;        /* where it shall go; empty: standard output */
	str version;     /* cyclonedx's; empty: the newest */
	str template;    /* the text of the template */
	bool suppressed; /* list suppressed findings too */
	int width;       /* of the terminal; 0: none */
	struct text_style style;
};

struct findings_format {
	const char *name; /* "table", "json", "sarif", ... */
	int (*write)(struct op *op, const struct report *r, const struct findings_choice *c,
		     struct buf *b);
	const char *what; /* a line of help */
};
extern const struct findings_format findings_formats[];
extern const size_t findings_formats_n;
const struct findings_format *findings_format_of(
	str name); /* or NULL; knows "cyclonedx-json" too */

/* Same report and choice, same bytes (time is the report's). */
int findings_write(struct op *op, const struct report *r, const struct findings_choice *c,
		   struct buf *b) MUST_USE;

#endif
