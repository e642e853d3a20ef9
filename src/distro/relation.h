/*
 * relation: what a package says of others: Depends, Pre-Depends, Provides, Conflicts, Breaks.
 * Source: deb-control(5); Debian Policy 7.1.
 */
#ifndef DISTRO_RELATION_H
#define DISTRO_RELATION_H

#include "base/op.h"

enum relation_order {
	RELATION_ANY,     /* no version is asked for */
	RELATION_EARLIER, /* << */
	RELATION_UP_TO,   /* <= */
	RELATION_EXACTLY, /* = */
	RELATION_FROM,    /* >= */
	RELATION_LATER,   /* >> */
};

struct relation {
	str name;
	str arch; /* "any", "amd64"; empty: no qualifier */
	enum relation_order order;
	str version; /* empty for RELATION_ANY */
};

struct relation_group {               /* "a (>= 1) | b": either will do */
	struct relation *alternative; /* [n], n >= 1, in order of preference */
	ptrdiff_t n;
	str text; /* as written, trimmed */
};

struct relations { /* all of the groups must hold */
	struct relation_group *group;
	ptrdiff_t n;
};

/*
 * relations_parse(op, field, ret): the value of a field of a binary package; empty gives none.
 * ERR_FORMAT for a bad name, version or operator, an empty alternative, and for what belongs to
 * source packages only ("[amd64]", "<!nocheck>"). Empty groups ("a,, b") are skipped, as dpkg
 * does. Views alias field; arrays live in op. O(bytes).
 */
int relations_parse(struct op *op, str field, struct relations *ret) MUST_USE;

/* Does this version satisfy r's constraint? True for RELATION_ANY. */
bool relation_holds(const struct relation *r, str version);

/* Policy 5.6.1: two bytes or more of a-z 0-9 + - . , the first a letter or digit. dpkg takes
 * capitals, underscores and single letters too, and so does this. */
bool relation_name_valid(str name);

#endif
