/*
 * version_impl: what the files of the version orders share. Only version*.c and range*.c include
 * it.
 */
#ifndef MODEL_VERSION_IMPL_H
#define MODEL_VERSION_IMPL_H

#include "version.h"

static inline bool version_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

static inline char version_lower(char c)
{
	return (unsigned char)(c - 'A') < 26 ? (char)(c | 0x20) : c;
}

static inline bool version_letter(char c)
{
	return (unsigned char)((c | 0x20) - 'a') < 26;
}

static inline int version_sign(int64_t order)
{
	return (order > 0) - (order < 0);
}

/* The text that is left, byte by byte. */
struct version_rest {
	const unsigned char *p, *end;
};

static inline struct version_rest version_rest(str s)
{
	const unsigned char *p = (const unsigned char *)(s.p ? s.p : "");

	return (struct version_rest){ p, p + s.len };
}

/* Its first byte; -1 at the end. */
static inline int version_peek(const struct version_rest *r)
{
	return r->p < r->end ? *r->p : -1;
}

static inline bool version_at_digit(const struct version_rest *r)
{
	return r->p < r->end && (unsigned char)(*r->p - '0') < 10;
}

/* Compare the numbers, of any length, at the front of both, and step over them; a side without
 * digits counts as 0. */
static inline int version_numbers(struct version_rest *a, struct version_rest *b)
{
	int order = 0;

	while (a->p < a->end && *a->p == '0')
		a->p++;
	while (b->p < b->end && *b->p == '0')
		b->p++;
	for (;; a->p++, b->p++) {
		bool more = version_at_digit(a);
		if (more != version_at_digit(b)) {
			order = more ? 1 : -1;
			break;
		}
		if (!more)
			break;
		if (!order)
			order = *a->p - *b->p;
	}
	while (version_at_digit(a))
		a->p++;
	while (version_at_digit(b))
		b->p++;
	return order;
}

/* Two texts of digits, leading zeros or not. */
static inline int version_number_texts(str a, str b)
{
	struct version_rest x = version_rest(a), y = version_rest(b);

	return version_numbers(&x, &y);
}

/* What is behind the first n bytes, n <= s.len; the empty text may have no address. */
static inline str version_behind(str s, ptrdiff_t n)
{
	return (str){ n ? s.p + n : s.p, s.len - n };
}

/* How many bytes are the same at the front of both. */
static inline ptrdiff_t version_common(str a, str b)
{
	ptrdiff_t n = a.len < b.len ? a.len : b.len, i = 0;

	for (; i + 8 <= n; i += 8) {
		uint64_t x, y;
		memcpy(&x, a.p + i, 8);
		memcpy(&y, b.p + i, 8);
		if (x != y)
			break;
	}
	while (i < n && a.p[i] == b.p[i])
		i++;
	return i;
}

/*
 * Cut what both have at the front, up to a dot with only a well-formed row of numbers before it, if a
 * number begins there in both: most versions that are compared differ late.
 */
static inline void version_cut_common(str *a, str *b)
{
	ptrdiff_t n = a->len < b->len ? a->len : b->len, i = 0, cut = 0;

	for (; i < n && a->p[i] == b->p[i]; i++) {
		if (version_digit(a->p[i]))
			continue;
		if (a->p[i] != '.' || i == cut)
			break;
		cut = i + 1;
	}
	if (cut > 0 && cut < n && version_digit(a->p[cut]) && version_digit(b->p[cut])) {
		*a = version_behind(*a, cut);
		*b = version_behind(*b, cut);
	}
}

/* Compare the numbers that both begin with; 0 where they begin with none. */
static inline int version_first_numbers(str a, str b)
{
	struct version_rest x = version_rest(a), y = version_rest(b);

	if (!version_at_digit(&x) || !version_at_digit(&y))
		return 0;
	return version_numbers(&x, &y);
}

/* The high bit of each byte of w that is c; bits above the first such byte may be set too. */
static inline uint64_t version_bytes_like(uint64_t w, unsigned char c)
{
	uint64_t x = w ^ (c * UINT64_C(0x0101010101010101));

	return (x - UINT64_C(0x0101010101010101)) & ~x & UINT64_C(0x8080808080808080);
}

/* Which of ':' (1) and '-' (2) are in it? */
static inline int version_marks(str s)
{
	uint64_t colon = 0, dash = 0, w;
	int got = 0;

	for (; s.len >= 8; s = version_behind(s, 8)) {
		memcpy(&w, s.p, 8);
		colon |= version_bytes_like(w, ':');
		dash |= version_bytes_like(w, '-');
	}
	for (ptrdiff_t i = 0; i < s.len; i++)
		got |= (s.p[i] == ':') | (s.p[i] == '-') << 1;
	return got | (colon != 0) | (dash != 0) << 1;
}

/*
 * version_undefined(known_a, known_b, a, b, ret): the order where a scheme does not define both:
 * what it defines first, the others by bytes. False: both are defined.
 */
static inline bool version_undefined(bool known_a, bool known_b, str a, str b, int *ret)
{
	if (known_a && known_b)
		return false;
	*ret = known_a ? -1 : known_b ? 1 : str_cmp(a, b);
	return true;
}

/* Semver's prerelease or build: identifiers between dots, numbers before words, fewer first. */
int version_identifiers(str a, str b, bool blind);

int version_alpm_compare(str a, str b);
int version_conan_compare(str a, str b);
int version_cran_compare(str a, str b);
int version_gem_compare(str a, str b);
int version_generic_compare(str a, str b);
int version_gentoo_compare(str a, str b);
int version_go_compare(str a, str b);
int version_hackage_compare(str a, str b);
int version_maven_compare(str a, str b);
int version_nuget_compare(str a, str b);
int version_packagist_compare(str a, str b);
int version_pub_compare(str a, str b);

bool version_alpm_valid(str v);
bool version_apk_valid(str v);
bool version_bytes_valid(str v);
bool version_conan_valid(str v);
bool version_cran_valid(str v);
bool version_gem_valid(str v);
bool version_gentoo_valid(str v);
bool version_go_valid(str v);
bool version_hackage_valid(str v);
bool version_nuget_valid(str v);
bool version_packagist_valid(str v);
bool version_pypi_valid(str v);
bool version_rpm_valid(str v);
bool version_semver_valid(str v);

#endif
