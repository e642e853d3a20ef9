/*
 * format: the forms in which an inventory is written: one row each in formats[].
 */
#ifndef SBOM_FORMAT_H
#define SBOM_FORMAT_H

#include "model/inventory.h"
#include "sink.h"

struct sbom_format_choice;

struct sbom_format {
	const char *name;    /* "cyclonedx-json" */
	const char *version; /* that is written unless another is asked for; NULL: it has none */
	const char *const *versions; /* all that can be, NULL behind the last; NULL: it has none */
	int (*write)(struct op *op, const struct inventory *inv, const struct sbom_format_choice *c,
		     sbom_sink *write, void *arg);
	const char *what; /* a line of help */
};
extern const struct sbom_format sbom_formats[];
extern const size_t sbom_formats_n;

struct sbom_format_choice {
	const struct sbom_format *format;
	str version;  /* one of its versions; empty where it has none */
	str file;     /* where it shall go; empty: standard output */
	bool files;   /* the lists of files too: of packages, and of the tree */
	int64_t time; /* of the document, seconds since 1970; 0: the subject's own */
	str template; /* the text of the template; only for that format */
	int indent;   /* blanks a level of JSON and XML; 0: all in one line */
	/* CycloneDX as JSON: the elements of "vulnerabilities", an object each; NULL: no such list. */
	void (*vulnerability)(struct op *op, void *arg, struct json_out *j, ptrdiff_t i);
	ptrdiff_t vulnerability_n;
	void *arg;
};

/* "cyclonedx-json", "cyclonedx-json@1.5", "spdx-json=FILE", "spdx-json@2.3=FILE" into format,
 * version and file of *ret; the rest is left as it is. 1: there is no such format; ERR_USAGE: it
 * has no such version. */
int sbom_format_parse(struct op *op, str text, struct sbom_format_choice *ret) MUST_USE;

/* The document, piece by piece. The same inventory and choice give the same bytes. O(bytes); memory
 * beyond the inventory: a few words a package. */
int sbom_write(struct op *op, const struct inventory *inv, const struct sbom_format_choice *c,
	       sbom_sink *write, void *arg) MUST_USE;

#endif
