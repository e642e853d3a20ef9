/*
 * binary_rules: programs that no package manager brought, by what is in their bytes. One row says
 * how one program is recognised: names of files, and patterns (codec/patterns.h) whose first group
 * is the version. Names and CPEs are those that Syft uses, so that feeds that are keyed by them
 * match.
 */
#ifndef INVENTORY_BINARY_RULES_H
#define INVENTORY_BINARY_RULES_H

#include "model/inventory.h"

enum {
	/* Only where no row above it of the same group has matched. */
	RULE_ELSE = 1,
	/* Where the file's name has a number ("python3.11"), the version begins with it. */
	RULE_NAMED = 2,
	/* May be a script or a document. */
	RULE_TEXT = 4,
	/* Written from what sources say: no such program was at hand to try it on. */
	RULE_UNSEEN = 8,
	/* The package's name ends as the file's begins, up to the first dot. */
	RULE_STEM = 16,
};

enum { RULE_PATTERNS = 6, RULE_CPES = 3 };

struct binary_rule {
	const char *class; /* as Syft calls it */
	const char *files; /* globs of base names, or of whole paths, with blanks between */
	const char *purl;  /* without version: "pkg:generic/python" */
	const char *pattern[RULE_PATTERNS]; /* the surest first */
	unsigned flags;
	const char *beside; /* files beside it that are asked instead, with blanks between; NULL:
			       itself */
	const char *cpe[RULE_CPES]; /* VENDOR:PRODUCT */
};

extern const struct binary_rule binary_rules[];
extern const size_t binary_rules_n;

#endif
