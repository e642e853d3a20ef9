/*
 * Conan 2's order. Source: Conan's reference, "Version ranges" and "The Version class".
 *
 *	ITEM(.ITEM)*[-PRERELEASE][+BUILD]
 *
 * Zeros at the end do not count. An item is a number or a text. Conan compares the two as texts,
 * which is no order (1a < 2 < 10 < 1a): here a text's leading number counts first, and texts without
 * one stand behind all numbers. A prerelease and a build are compared as versions.
 */
#include "version_impl.h"

/* The next item; absent ones are 0. */
static str next_item(str *left)
{
	return left->p ? str_cut(left, '.') : S("0");
}

static int items(str a, str b)
{
	struct version_rest x = version_rest(a), y = version_rest(b);
	bool m = version_at_digit(&x), n = version_at_digit(&y);

	if (m != n)
		return m ? -1 : 1;
	int order = m ? version_numbers(&x, &y) : 0;
	return order ? order
		     : str_cmp((str){ (const char *)x.p, x.end - x.p },
			       (str){ (const char *)y.p, y.end - y.p });
}

static int rows(str a, str b)
{
	while (a.p || b.p) {
		int order = items(next_item(&a), next_item(&b));
		if (order)
			return order;
	}
	return 0;
}

static str take_build(str *v, bool *has)
{
	ptrdiff_t plus = str_rfind(*v, '+');
	str build = plus < 0 ? S("") : str_from(*v, plus + 1);

	*has = plus >= 0;
	v->len = plus < 0 ? v->len : plus;
	return build;
}

/* Each dash begins the prerelease of what stands before it. */
static int chains(str a, str b)
{
	while (a.p && b.p) {
		int order = rows(str_cut(&a, '-'), str_cut(&b, '-'));
		if (order)
			return order;
	}
	return (b.p != NULL) - (a.p != NULL);
}

int version_conan_compare(str a, str b)
{
	bool m, n;

	a.p = a.p ? a.p : "";
	b.p = b.p ? b.p : "";
	str x = take_build(&a, &m), y = take_build(&b, &n);
	int order = chains(a, b);
	if (!order)
		order = m - n;
	return order || !m ? order : chains(x, y);
}

/* Source: conan's recipe name and version rules: "[a-z0-9_][a-z0-9_+.-]*". */
bool version_conan_valid(str v)
{
	for (ptrdiff_t i = 0; i < v.len; i++) {
		bool plain =
			version_digit(v.p[i]) || (v.p[i] >= 'a' && v.p[i] <= 'z') || v.p[i] == '_';
		if (!plain && (i == 0 || str_find(S("+.-"), v.p[i]) < 0))
			return false;
	}
	return v.len > 0;
}
