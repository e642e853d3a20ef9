/*
 * Rows of plain numbers, where a longer one is the later: R's and Haskell's. Sources: R's
 * numeric_version() (numbers between '.' or '-'); the Haskell Package Versioning Policy.
 */
#include "version_impl.h"

static bool is_row(str v, bool dashes)
{
	bool number = false;

	for (ptrdiff_t i = 0; i < v.len; i++) {
		bool mark = v.p[i] == '.' || (dashes && v.p[i] == '-');
		if (mark ? !number : !version_digit(v.p[i]))
			return false;
		number = !mark;
	}
	return number;
}

static int compare(str a, str b, bool dashes)
{
	struct version_rest x = version_rest(a), y = version_rest(b);
	int order;

	if (version_undefined(is_row(a, dashes), is_row(b, dashes), a, b, &order))
		return order;
	for (;;) {
		order = version_numbers(&x, &y);
		if (order || x.p == x.end || y.p == y.end)
			return order ? order : (x.p < x.end) - (y.p < y.end);
		x.p++, y.p++;
	}
}

int version_cran_compare(str a, str b)
{
	return compare(a, b, true);
}

bool version_cran_valid(str v)
{
	return is_row(v, true);
}

int version_hackage_compare(str a, str b)
{
	return compare(a, b, false);
}

bool version_hackage_valid(str v)
{
	return is_row(v, false);
}
