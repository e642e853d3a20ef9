/*
 * patterns: regular expressions over bytes, many at once. Hyperscan (Vectorscan on arm64) tells
 * that and where some of them match, the C library's matcher what a group of one match holds.
 *
 * What both understand alike: literals, \. and the like, \xHH for any byte, [a-z] and [^a-z],
 * groups, alternatives, ? * + {m,n}; '.' is any byte. Case counts.
 */
#ifndef CODEC_PATTERNS_H
#define CODEC_PATTERNS_H

#include "base/op.h"

struct patterns; /* opaque; lives in the op that opened it */

/*
 * patterns_open(op, pattern, n, ret): ERR_LIMIT where the library is missing or does not run on
 * this processor, which makes an answer incomplete and no more; ERR_USAGE for a pattern that is
 * wrong. Costs a few milliseconds and tens of KiB for ten, the first time some more for the
 * library.
 */
int patterns_open(struct op *op, const char *const *pattern, ptrdiff_t n,
		  struct patterns **ret) MUST_USE;

/*
 * patterns_scan(op, p, bytes, hit, arg): hit(arg, which, end) for matches of pattern `which` that
 * end before byte `end`, for every end that there is, in order of ends. A negative answer of hit
 * ends the scan and is returned, a positive one ends it with 0.
 */
typedef int patterns_hit(void *arg, int which, size_t end);
int patterns_scan(struct op *op, const struct patterns *p, str bytes, patterns_hit *hit,
		  void *arg) MUST_USE;

/*
 * Literals and expressions of which it matters where they begin. In expressions '.' is any byte but a
 * newline, and ^ and $ are of a line. Hundreds of literals of three bytes or more cost hardly more
 * than ten. patterns_scan() is not for these.
 */
struct pattern {
	str text; /* a literal: any bytes */
	bool literal;
	bool caseless;
};
int patterns_compile(struct op *op, const struct pattern *pattern, ptrdiff_t n,
		     struct patterns **ret) MUST_USE;

/* Each thread that searches has room of its own. */
struct patterns_room;
int patterns_room(struct op *op, const struct patterns *p, struct patterns_room **ret) MUST_USE;

/* hit(arg, which, from, to) for matches bytes[from .. to - 1], in order of ends, as patterns_scan(). Of
 * a pattern that may match more and more, each end is told. */
typedef int patterns_place(void *arg, int which, size_t from, size_t to);
int patterns_find(struct op *op, const struct patterns *p, const struct patterns_room *room,
		  str bytes, patterns_place *hit, void *arg) MUST_USE;

/*
 * The first match of a pattern in a few hundred bytes, and its first group; 1: there is none.
 * O(length squared) at worst.
 */
int pattern_group(struct op *op, const char *pattern, str bytes, str *ret) MUST_USE;

#endif
