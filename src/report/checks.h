/*
 * checks: the forms in which checks of an audit and faults of lint are written: a row each in
 * checks_formats[], a file each. They decide nothing.
 */
#ifndef REPORT_CHECKS_H
#define REPORT_CHECKS_H

#include "base/buf.h"
#include "model/inventory.h"
#include "model/rule.h"
#include "text.h"

struct checks_report {
	const char *tool;                  /* "audit", "lint" */
	str subject;                       /* "registry.example/app:1", "Dockerfile" */
	const struct inventory *inventory; /* of audit; or NULL */
	const struct checks *checks;       /* of lint: a check for each rule that was asked */
	int64_t time;
};

struct checks_choice {
	const struct checks_format *format;
	str file;
	bool all; /* show what passed and what is waived too */
	int width;
	struct text_style style;
};

struct checks_format {
	const char *name; /* "table", "json", "sarif", "junit", "markdown", "html", "csv" */
	int (*write)(struct op *op, const struct checks_report *r, const struct checks_choice *c,
		     struct buf *b);
	const char *what;
};
extern const struct checks_format checks_formats[];
extern const size_t checks_formats_n;
const struct checks_format *checks_format_of(str name); /* or NULL */

int checks_write(struct op *op, const struct checks_report *r, const struct checks_choice *c,
		 struct buf *b) MUST_USE;

#endif
