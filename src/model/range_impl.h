/*
 * range_impl: what the files of the range languages share. Only range*.c includes it.
 */
#ifndef MODEL_RANGE_IMPL_H
#define MODEL_RANGE_IMPL_H

#include "base/vec.h"
#include "range.h"

/* One range on the way from its text to its spans. */
struct range_work {
	struct op *op;
	enum range_language lang;
	enum version_scheme scheme;
	str text; /* whole, for messages */
	ptrdiff_t parts;
	VEC(struct version_span) found; /* joined by or, in any order */

	/* What stands between two "or": */
	bool none;
	struct version_span whole;      /* all that is asked for at once */
	VEC(struct version_span) holes; /* less these */
};

/* Record that the text is no range. */
int range_refuse(const struct range_work *w) MUST_USE;

/* Count one constraint: ERR_LIMIT past LIMIT_RANGE_PARTS. */
int range_count(struct range_work *w) MUST_USE;

/* Add to `found`, unless nothing is in it. */
int range_add(struct range_work *w, const struct version_span *span) MUST_USE;

/* A new group of all versions; one constraint or hole more in it; its end, which puts it into `found`. */
void range_begin(struct range_work *w);
void range_and(struct range_work *w, const struct version_span *span);
int range_hole(struct range_work *w, const struct version_span *span) MUST_USE;
int range_end(struct range_work *w) MUST_USE;

/* What was found, less the holes. */
int range_less_holes(struct range_work *w) MUST_USE;

enum range_sign {
	RANGE_NONE, /* no sign */
	RANGE_EQ,
	RANGE_NE,
	RANGE_LT,
	RANGE_LE,
	RANGE_GT,
	RANGE_GE,
	RANGE_CARET,
	RANGE_TILDE, /* "~", "~>", "~=" */
};

/* The sign off the front of *in; false if these signs are none. */
bool range_sign(str *in, enum range_sign *ret);

/* The span of a plain comparison; RANGE_NE gives the hole. */
struct version_span range_plain(enum range_sign sign, str version);

/* One comparison of a language that has more than plain ones, as its span; RANGE_NE: the hole. */
int range_partial(struct range_work *w, enum range_sign sign, str version,
		  struct version_span *ret) MUST_USE;

/* "A - B" of npm and Composer. */
int range_hyphen(struct range_work *w, str from, str to, struct version_span *ret) MUST_USE;

int range_interval(struct range_work *w, str text) MUST_USE;
int range_vers(struct range_work *w, str text) MUST_USE;

#endif
