/*
 * Waivers under a policy: which of them it does not take, and which faults one holds for. A fault needs
 * one waiver that covers all of it: what two cover by halves nobody has decided.
 */
#include "base/glob.h"
#include "base/map.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "model/purl.h"
#include "policy_impl.h"

/* ---- terms ---- */

static bool same_person(str a, str b)
{
	const struct texts one = { &a, 1 };

	return texts_have(&one, str_trim(b));
}

struct span {
	uint32_t first, last;
};

static bool in_span(uint32_t c, const struct span *p, size_t n)
{
	bool in = false;

	for (size_t i = 0; i < n; i++)
		in |= c >= p[i].first && c <= p[i].last;
	return in;
}

/*
 * A name that can be told from others by reading: it has a letter or a digit, nothing that is not seen or sits on
 * the letter before, and no word that mixes Latin letters with those of alphabets that look like them. What is
 * none may be the owner's, spelt as somebody else's.
 */
static bool is_name(str s)
{
	static const struct span unseen[] = {
		{ 0xAD, 0xAD },     { 0x300, 0x36F },   { 0x115F, 0x1160 },   { 0x180B, 0x180E },
		{ 0x2000, 0x206F }, { 0x3000, 0x3000 }, { 0x3164, 0x3164 },   { 0xFE00, 0xFE0F },
		{ 0xFEFF, 0xFEFF }, { 0xFFA0, 0xFFA0 }, { 0xE0000, 0x10FFFF }
	};
	/* Greek to Armenian, Cherokee, full width, mathematical letters. */
	static const struct span alike[] = { { 0x370, 0x58F },
					     { 0x13A0, 0x13FF },
					     { 0xAB70, 0xABBF },
					     { 0xFF01, 0xFF5E },
					     { 0x1D400, 0x1D7FF } };
	bool any = false, latin = false, other = false;
	uint32_t c;

	for (ptrdiff_t n; s.len; s = str_from(s, n)) {
		if ((n = utf8_printable(s)) == 0)
			return false;
		utf8_decode(s, &c);
		bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';
		if (in_span(c, unseen, sizeof(unseen) / sizeof(unseen[0])))
			return false;
		if (c < 0x80 && !letter && !(c >= '0' && c <= '9'))
			latin = other = false;
		else
			any = true;
		latin |= letter;
		other |= in_span(c, alike, sizeof(alike) / sizeof(alike[0]));
		if (latin && other)
			return false;
	}
	return any;
}

/* How many people besides the owner, each once, however they are written. */
static uint64_t approvals(const struct waiver *w)
{
	uint64_t n = 0;

	for (ptrdiff_t i = 0; i < w->approved_by.n; i++) {
		str who = str_trim(w->approved_by.p[i]);
		bool again = !is_name(who) || same_person(str_trim(w->owner), who);
		for (ptrdiff_t k = 0; k < i && !again; k++)
			again = same_person(str_trim(w->approved_by.p[k]), who);
		n += !again;
	}
	return n;
}

static bool is_glob(str s)
{
	return str_find(s, '*') >= 0 || str_find(s, '?') >= 0 || str_find(s, '[') >= 0;
}

static bool any_wide(const struct texts *globs)
{
	for (ptrdiff_t i = 0; i < globs->n; i++)
		if (is_glob(globs->p[i]) && glob_is_wide(globs->p[i]))
			return true;
	return false;
}

/* A list of one that matches nearly all is as wide as that one. */
static const char *too_wide(const struct waiver *w)
{
	if (w->id.len && is_glob(w->id))
		return "its id is a pattern; name the vulnerability";
	if (w->id.len == 0 && w->rule.len == 0)
		return "it names a package, but no vulnerability";
	if (w->images.n == 0)
		return "it names no image: it would hold for every one";
	if (any_wide(&w->images))
		return "its image matches nearly every one";
	if (is_glob(w->rule))
		return "its rule is a pattern; name the rule";
	if (w->rule.len && w->keys.n == 0 && w->paths.n == 0 && w->purls.n == 0)
		return "it names a rule, but neither key nor path nor package";
	if (any_wide(&w->paths) || (w->keys.n && any_wide(&w->keys)))
		return "its path or key matches nearly everything";
	return NULL;
}

static int refuse_time(struct op *op, const struct waiver_terms *t, int64_t now, struct waiver *w)
{
	int64_t end, from = now;

	if (!waiver_end(w, &end)) {
		w->refused = S("it has no end (until)");
		return 0;
	}
	if (w->created.len && !judge_moment(w->created, &from))
		from = now;
	if (from > now + POLICY_DAY) {
		w->refused = S("it is from the future (created)");
		return 0;
	}
	if (end >= from + ((int64_t)t->max_days + 1) * POLICY_DAY)
		return op_text(
			op, &w->refused, "it holds for %lld days; %llu are allowed%s",
			(long long)((end - from) / POLICY_DAY), (unsigned long long)t->max_days,
			w->created.len ? "" : " (from today, for it does not say 'created')");
	return 0;
}

static int refuse(struct op *op, const struct waiver_terms *t, int64_t now, struct waiver *w)
{
	const char *wide = t->wildcards ? NULL : too_wide(w);

	w->refused = S("");
	if (waiver_is_foreign(w))
		return 0; /* the policy names their file, and they have no such words */
	if (str_trim(w->owner).len == 0)
		w->refused = S("it has no owner");
	else if (str_trim(w->reason).len == 0)
		w->refused = S("it gives no reason");
	else if (wide)
		w->refused = str_of(wide);
	else if (approvals(w) < t->approvals)
		return op_text(op, &w->refused, "%llu besides its owner approved it; %llu must",
			       (unsigned long long)approvals(w), (unsigned long long)t->approvals);
	return w->refused.len ? 0 : refuse_time(op, t, now, w);
}

int waivers_refuse(struct op *op, const struct waiver_terms *terms, int64_t now, struct waivers *w)
{
	for (ptrdiff_t i = 0; i < w->n; i++)
		if (refuse(op, terms, now, &w->p[i]) < 0)
			return op->code;
	return 0;
}

/* ---- faults ---- */

static bool names_rule(const struct waiver *w, const struct policy_rule *r, const struct fault *f)
{
	str also = str_of(f->rule->also);

	if (glob_match(w->rule, r->id) || glob_match(w->rule, r->name) ||
	    glob_match(w->rule, str_of(f->rule->id)))
		return true;
	while (also.len > 0)
		if (str_eq(str_word(&also), w->rule))
			return true;
	return false;
}

static int fits_purls(struct op *op, const struct waiver *w, str package, bool *ret)
{
	struct op_mark mark = op_mark(op);
	struct purl want, have;
	str key;
	int rc = 0;

	*ret = w->purls.n == 0;
	if (*ret || package.len == 0)
		return 0;
	if ((rc = purl_parse(op, package, &have)) == 0)
		for (ptrdiff_t i = 0; i < w->purls.n && rc == 0 && !*ret; i++) {
			rc = purl_parse(op, w->purls.p[i], &want);
			*ret = rc == 0 && purl_fit(&want, &have, &key) == PURL_FITS;
		}
	op_reset(op, mark);
	if (rc < 0 && rc != ERR_MEMORY) {
		op_forgive(op);
		return 0;
	}
	return rc;
}

static int covers(struct op *op, const struct waiver *w, const struct policy_rule *r,
		  const struct fault *f, bool *ret)
{
	*ret = false;
	if (w->rule.len == 0 || w->refused.len || w->other_image || !names_rule(w, r, f) ||
	    (w->keys.n && !texts_fit(&w->keys, f->key)) ||
	    (w->paths.n && (f->path.len == 0 || !texts_fit(&w->paths, f->path))))
		return 0;
	return fits_purls(op, w, f->package, ret);
}

static int waive(struct op *op, struct fault *f, const struct waiver *w)
{
	f->waived_by = w->where;
	return op_text(op, &f->reason, "%.*s (%.*s)",
		       STR_ARG(w->reason.len ? w->reason : S("no reason is given")),
		       STR_ARG(w->owner));
}

/* ---- which to ask: thousands of waivers, each of a path, and thousands of faults ---- */

typedef VEC(ptrdiff_t) places; /* of waivers, ascending */

/* Each waiver of a rule that may hold is in one of these: by its keys, where all are plain; else by its
 * paths, where these are; else among those that are asked of every fault. */
struct by_text {
	struct map key, path; /* of places */
	places any;
};

static bool all_plain(const struct texts *globs)
{
	for (ptrdiff_t i = 0; i < globs->n; i++)
		if (is_glob(globs->p[i]) || str_find(globs->p[i], '\\') >= 0)
			return false;
	return globs->n > 0;
}

static int put_place(struct op *op, places *to, ptrdiff_t at)
{
	if (to->n && to->p[to->n - 1] == at)
		return 0;
	ptrdiff_t *place = vec_push(op, to);
	if (!place)
		return op->code;
	*place = at;
	return 0;
}

static int put_texts(struct op *op, struct map *m, const struct texts *plain, ptrdiff_t at)
{
	for (ptrdiff_t i = 0; i < plain->n; i++) {
		str text = str_from(plain->p[i], str_starts(plain->p[i], S("/")));
		places *to = map_get(m, text);
		if (!to && (!(to = op_new(op, places, 1)) || map_put(m, text, to) < 0))
			return op->code;
		if (put_place(op, to, at) < 0)
			return op->code;
	}
	return 0;
}

static int index_waivers(struct op *op, const struct waivers *w, struct by_text *ret)
{
	*ret = (struct by_text){ 0 };
	map_init(&ret->key, op);
	map_init(&ret->path, op);
	for (ptrdiff_t i = 0; i < w->n; i++) {
		const struct waiver *x = &w->p[i];
		if (x->rule.len == 0 || x->refused.len || x->other_image)
			continue;
		int rc = all_plain(&x->keys)    ? put_texts(op, &ret->key, &x->keys, i)
			 : all_plain(&x->paths) ? put_texts(op, &ret->path, &x->paths, i)
						: put_place(op, &ret->any, i);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* The next of three lists in the order of the waivers, -1 at their end. */
static ptrdiff_t next_place(const places *const list[3], ptrdiff_t at[3])
{
	int least = -1;

	for (int i = 0; i < 3; i++)
		if (list[i] && at[i] < list[i]->n &&
		    (least < 0 || list[i]->p[at[i]] < list[least]->p[at[least]]))
			least = i;
	return least < 0 ? -1 : list[least]->p[at[least]++];
}

static int apply_to(struct op *op, struct waivers *w, const struct by_text *by,
		    const struct policy_rule *r, struct fault *f)
{
	const places *const list[3] = { &by->any, map_get(&by->key, f->key),
					map_get(&by->path, f->path) };
	ptrdiff_t at[3] = { 0 }, k;
	bool is;

	while ((k = next_place(list, at)) >= 0) {
		struct waiver *x = &w->p[k];
		if (str_eq(f->waived_by, S("policy")))
			break;
		if (covers(op, x, r, f, &is) < 0)
			return op->code;
		x->matched += is;
		if (!is || x->expired || (f->waived_by.len && !str_eq(f->waived_by, S("grace"))))
			continue;
		if (waive(op, f, x) < 0)
			return op->code;
	}
	return 0;
}

int waivers_apply_faults(struct op *op, struct waivers *w, const struct policy_rule *r,
			 struct fault *fault, ptrdiff_t fault_n)
{
	struct by_text by;
	AUTO_OP own;

	op_init(&own, op->ceiling);
	own.fault = op->fault;
	if (fault_n && index_waivers(&own, w, &by) < 0)
		return op_adopt_error(op, &own);
	for (ptrdiff_t i = 0; i < fault_n; i++)
		if (apply_to(op, w, &by, r, &fault[i]) < 0)
			return op->code;
	return 0;
}
