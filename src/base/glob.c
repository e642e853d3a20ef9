#include "glob.h"

/* Match one byte against the set that opens at pat[0] == '['; *ret_len is the set's length. */
static bool set_match(str pat, char c, ptrdiff_t *ret_len)
{
	ptrdiff_t i = 1;
	bool negated = i < pat.len && (pat.p[i] == '!' || pat.p[i] == '^');
	bool found = false;

	i += negated;
	for (ptrdiff_t first = i; i < pat.len && (pat.p[i] != ']' || i == first); i++) {
		char lo = pat.p[i], hi = lo;
		if (i + 2 < pat.len && pat.p[i + 1] == '-' && pat.p[i + 2] != ']') {
			hi = pat.p[i + 2];
			i += 2;
		}
		found |= lo <= c && c <= hi;
	}
	*ret_len = i < pat.len ? i + 1 : 0;
	return found != negated;
}

/* Does the element at the front of pat match c? *ret_len is its length in the pattern. */
static bool one_match(str pat, char c, ptrdiff_t *ret_len)
{
	*ret_len = 1;
	if (pat.p[0] == '?')
		return c != '/';
	if (pat.p[0] == '[' && c != '/') {
		bool hit = set_match(pat, c, ret_len);
		if (*ret_len)
			return hit;
		*ret_len = 1; /* no closing bracket: an ordinary byte */
	}
	if (pat.p[0] == '\\' && pat.len > 1) {
		*ret_len = 2;
		return pat.p[1] == c;
	}
	return pat.p[0] == c;
}

/* Where to go on when what followed a star did not match. */
struct retry {
	str pat, path;
	bool set;
	bool crosses;  /* the star is a double one: it passes slashes */
	bool segments; /* it was followed by a slash: it gives up whole components */
};

static bool step_back(struct retry *r, str *pat, str *path)
{
	if (!r->set || r->path.len == 0 || (!r->crosses && r->path.p[0] == '/'))
		return false;
	ptrdiff_t step = r->segments ? str_find(r->path, '/') + 1 : 1;
	if (step == 0)
		return false;
	r->path = str_from(r->path, step);
	*pat = r->pat;
	*path = r->path;
	return true;
}

/* Take the plain bytes off the front of both. False if they differ, as nearly all pairs soon do. */
static bool same_front(str *pat, str *path)
{
	ptrdiff_t i = 0, n = pat->len < path->len ? pat->len : path->len;

	for (;
	     i < n && pat->p[i] != '*' && pat->p[i] != '?' && pat->p[i] != '[' && pat->p[i] != '\\';
	     i++)
		if (pat->p[i] != path->p[i])
			return false;
	*pat = (str){ pat->p + i, pat->len - i };
	*path = (str){ path->p + i, path->len - i };
	return true;
}

bool glob_match(str pat, str path)
{
	struct retry one = { .set = false }, any = { .set = false };

	if (str_starts(pat, S("/")))
		pat = str_from(pat, 1);
	if (!same_front(&pat, &path))
		return false;
	for (;;) {
		ptrdiff_t len = 0;
		if (str_starts(pat, S("**"))) {
			bool segments = str_starts(pat, S("**/"));
			pat = str_from(pat, segments ? 3 : 2);
			any = (struct retry){ pat, path, true, true, segments };
			one.set = false;
			continue;
		}
		if (str_starts(pat, S("*"))) {
			pat = str_from(pat, 1);
			one = (struct retry){ pat, path, true, false, false };
			continue;
		}
		if (pat.len == 0 && path.len == 0)
			return true;
		if (pat.len > 0 && path.len > 0 && one_match(pat, path.p[0], &len)) {
			pat = str_from(pat, len);
			path = str_from(path, 1);
			continue;
		}
		if (step_back(&one, &pat, &path))
			continue;
		one.set = false;
		if (!step_back(&any, &pat, &path))
			return false;
	}
}
