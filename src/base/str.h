/*
 * str: a view of bytes. A pointer and a signed length; not owned, not NUL-terminated.
 *
 * A view lives as long as what it points into (usually an op's arena, see base/op.h). The empty
 * view may have any pointer, NULL included. Functions never allocate, never fail and cost O(len).
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct str {
	const char *p;
	ptrdiff_t len; /* bytes, >= 0 */
} str;

/* S("x") in expressions, S_INIT("x") in static tables, STR_ARG(s) for printf's "%.*s". */
#define S(literal) ((str){ "" literal, (ptrdiff_t)sizeof(literal) - 1 })
#define S_INIT(literal)                                    \
	{                                                  \
		"" literal, (ptrdiff_t)sizeof(literal) - 1 \
	}
#define STR_ARG(s) ((s).len > INT32_MAX ? INT32_MAX : (int)(s).len), ((s).p ? (s).p : "")

/* A NUL-terminated string as a view; NULL gives the empty view. */
str str_of(const char *s);

/* What is left of s after its first n bytes; n is clamped to [0, s.len]. */
str str_from(str s, ptrdiff_t n);

/* The first n bytes of s; n is clamped to [0, s.len]. */
static inline str str_head(str s, ptrdiff_t n)
{
	return (str){ s.p, n < 0 ? 0 : n > s.len ? s.len : n };
}

static inline bool str_eq(str a, str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, (size_t)a.len) == 0);
}

/* Byte order, shorter first on a tie: negative, zero or positive. */
int str_cmp(str a, str b);

bool str_starts(str s, str prefix);
bool str_ends(str s, str suffix);

/* Where c or needle first (last) stands in s, or -1. */
ptrdiff_t str_find(str s, char c);
ptrdiff_t str_rfind(str s, char c);
ptrdiff_t str_find_str(str s, str needle);

/*
 * str_cut(in, c): take the text before the first c off the front of *in, and the c with it.
 * Without a c, all of *in is taken and *in becomes empty with p == NULL, so that
 * `while (in.p) word = str_cut(&in, ',')` sees every field, the empty ones too.
 */
str str_cut(str *in, char c);

/* s without spaces, tabs, CR and LF at both ends. */
str str_trim(str s);

/* The next blank-separated word off the front of *in; empty when none is left. */
str str_word(str *in);

/* Is it one of the blank-separated words of a list? The empty word is none. */
bool str_has_word(str list, str word);

/* The last component of a path, and all before its last slash ("" when there is none). */
str str_base_name(str path);
str str_dir_name(str path);

/* 64-bit hash under a seed; the same bytes and seed give the same value on every machine. */
uint64_t str_hash(str s, uint64_t seed);

/* Comparison for qsort() over arrays of str. */
int str_qsort(const void *a, const void *b);

#endif
