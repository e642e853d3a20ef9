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
 * The first match of a pattern in a few hundred bytes, and its first group; 1: there is none.
 * O(length squared) at worst.
 */
int pattern_group(struct op *op, const char *pattern, str bytes, str *ret) MUST_USE;

#endif
