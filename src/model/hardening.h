/*
 * hardening: what a change of an image made of its hardening: a base image and one that was made from
 * it, or any two. Weaker is what the audit finds in the second and not in the first (by rule and
 * key), findings that came, and settings for the worse; stronger the other way round; added is what is
 * neither.
 */
#ifndef MODEL_HARDENING_H
#define MODEL_HARDENING_H

#include "rule.h"

enum hardening_kind { HARDENING_WEAKER, HARDENING_STRONGER, HARDENING_ADDED, HARDENING_KINDS };
extern const char *const hardening_kinds[HARDENING_KINDS]; /* "weaker", "stronger", "added" */

struct hardening_change {
	enum hardening_kind kind;
	const char
		*area; /* "user", "setuid", "shell", "package-manager", "ports", "secrets", "elf",
			     "findings", "licences", "size", "packages", "files", "configuration" */
	str rule;      /* id of the audit's rule behind it; or empty */
	str key;       /* as struct fault */
	str what;      /* one line: "runs as root, the base as 65532" */
	str before, after; /* values, where there are such */
	str instruction;   /* that did it: "USER root" */
	int layer;         /* of the second image; -1: unknown */
	str remedy;
	enum severity severity;
};

struct hardening {
	str before, after;          /* names of the two images */
	struct hardening_change *p; /* [n]: weaker first, worst first; then stronger, added */
	ptrdiff_t n, weaker_n, stronger_n, added_n;
	uint64_t size_before, size_after;
	ptrdiff_t packages_before, packages_after;
};

#endif
