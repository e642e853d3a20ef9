/*
 * regex: what one pattern matches at a given place, and what its groups hold. A part of Perl's syntax
 * that Hyperscan understands alike, so that the same pattern can be searched for there and taken
 * apart here: literals, \t \n \r \f \v \xHH and escaped signs, \d \w \s \D \W \S, '.' (any byte but a
 * newline), [a-z] and [^a-z], (groups), (?:...), alternatives, ? * + {m} {m,} {m,n} and the same
 * followed by ? (as few as possible), ^ and $ (of a line), \b \B \A \z; (?i) at the front: case does
 * not count. Text is bytes.
 *
 * Matching goes back where it must, at most REGEX_STEPS steps: what needs more does not match.
 */
#ifndef CODEC_REGEX_H
#define CODEC_REGEX_H

#include "base/op.h"

enum {
	REGEX_GROUPS = 10, /* group 0 is the whole match */
	REGEX_STEPS = 50 * 1000,
	REGEX_PROGRAM = 16 * 1024, /* instructions: {m,n} of a group multiplies */
};

struct regex; /* opaque, constant; lives in its op; any number of threads may use it */

struct regex_match {
	str group[REGEX_GROUPS]; /* .p is NULL where a group took no part */
};

/* ERR_USAGE says what is wrong with a pattern; ERR_LIMIT that it becomes too large. */
int regex_open(struct op *op, str pattern, bool caseless, struct regex **ret) MUST_USE;

int regex_groups(const struct regex *re); /* without group 0 */

/* Does it match text from `at` on? Never allocates. */
bool regex_at(const struct regex *re, str text, ptrdiff_t at, struct regex_match *ret);

#endif
