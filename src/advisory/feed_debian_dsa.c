/*
 * feed_debian_dsa: the lists of Debian's security advisories (data/DSA/list) and those of long-term
 * support (data/DLA/list). Source: security-tracker's doc/security-team.d.o/security_tracker.
 *
 *	[29 Mar 2023] DSA-5380-1 xorg-server - security update
 *		{CVE-2023-1393}
 *		[bullseye] - xorg-server 2:1.20.11-1+deb11u6
 *		[buster] - xorg-server <not-affected> (Vulnerable code not present)
 *		NOTE: anything
 *
 * Old entries are indented with blanks. What names no package ("squeeze end-of-life") is passed over.
 */
#include "bulletin.h"
#include "feed_native.h"

/* What may stand for a version. Source: the tracker's lib/python/bugs.py, PackageNoteParsed. */
static const struct {
	const char *word;
	enum fix_state state;
} words[] = {
	{ "<not-affected>", FIX_NOT_AFFECTED },  { "<unfixed>", FIX_AFFECTED },
	{ "<end-of-life>", FIX_END_OF_LIFE },    { "<ignored>", FIX_WILL_NOT },
	{ "<postponed>", FIX_DEFERRED },         { "<no-dsa>", FIX_AFFECTED },
	{ "<undetermined>", FIX_INVESTIGATING },
};

struct dsa_reader {
	struct op *op;
	struct bulletin b;
	bool begun;
	str date;
	uint64_t bad;
};

/* The release's key; a codename that is not known stands for itself, so that nothing is lost. */
static int key_of(struct op *op, str codename, str *ret)
{
	*ret = ecosystem_of_codename(codename);
	return ret->len ? 0 : op_text(op, ret, "debian:%.*s", STR_ARG(codename));
}

static int finish(struct dsa_reader *r)
{
	bool begun = r->begun;

	r->begun = false;
	if (begun && r->b.affected.n == 0)
		bulletin_drop(&r->b);
	else if (begun)
		return bulletin_send(&r->b, &r->bad);
	return r->op->code;
}

/* "[29 Mar 2023] DSA-5380-1 xorg-server - security update" */
static int head_line(struct dsa_reader *r, const struct feed_sink *sink, str line)
{
	ptrdiff_t end = str_find(line, ']');
	str rest = str_from(line, end + 1), date;
	str id = str_word(&rest);

	if (finish(r) < 0)
		return r->op->code;
	if (end < 0 || id.len < 5 || !(str_starts(id, S("DSA-")) || str_starts(id, S("DLA-")))) {
		r->bad++;
		return 0;
	}
	bulletin_begin(&r->b, r->op, sink, id);
	r->begun = true;
	r->b.a.summary = str_trim(rest);
	date = bulletin_date(r->op, (str){ line.p + 1, end - 1 });
	r->date = date;
	r->b.a.published = bulletin_time(r->op, date);
	return r->op->code;
}

/* "[bullseye] - xorg-server 2:1.20.11-1+deb11u6" */
static int package_line(struct dsa_reader *r, str line)
{
	ptrdiff_t end = str_find(line, ']');
	str rest = str_from(line, end + 1), key;
	str dash = str_word(&rest), name = str_word(&rest), version = str_word(&rest);

	if (end < 2 || !str_eq(dash, S("-")) || version.len == 0) {
		r->bad++;
		return 0;
	}
	if (key_of(r->op, (str){ line.p + 1, end - 1 }, &key) < 0)
		return r->op->code;
	struct affected *a = bulletin_affected(&r->b, key, name, AFFECTED_SOURCE);
	if (!a)
		return r->op->code;
	if (version.p[0] != '<') {
		a->fixed_on = r->date;
		bulletin_until(&r->b, a, version);
		return r->op->code;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_eq(version, str_of(words[i].word)))
			a->state = words[i].state;
	a->urgency = str_trim((str){ version.p + 1, version.len - 1 });
	if (a->urgency.len && a->urgency.p[a->urgency.len - 1] == '>')
		a->urgency.len--;
	return 0;
}

static int dsa_line(struct dsa_reader *r, const struct feed_sink *sink, str line)
{
	str text = str_trim(line);

	if (text.len == 0)
		return 0;
	if (line.p[0] == '[')
		return head_line(r, sink, text);
	if (!r->begun)
		return 0;
	if (text.p[0] == '[')
		return package_line(r, text);
	if (text.p[0] == '{') {
		ptrdiff_t end = str_find(text, '}');
		str ids = { text.p + 1, (end < 0 ? text.len : end) - 1 };
		for (str id = str_word(&ids); id.len; id = str_word(&ids))
			bulletin_add(&r->b, &r->b.related, id);
	}
	return 0; /* NOTE and the like */
}

static int dsa_read(struct op *op, const struct feed_document *d, const struct feed_sink *sink,
		    uint64_t *ret_bad)
{
	struct dsa_reader r = { .op = op };

	for (str rest = d->bytes; rest.p;)
		if (dsa_line(&r, sink, str_cut(&rest, '\n')) < 0)
			return op->code;
	if (finish(&r) < 0)
		return op->code;
	*ret_bad = r.bad;
	return 0;
}

static bool dsa_looks_like(const struct feed_document *d)
{
	str line = d->bytes, first = str_cut(&line, '\n');
	ptrdiff_t end = str_find(first, ']');

	return end > 8 && end < 16 && first.p[0] == '[' &&
	       (str_starts(str_from(first, end), S("] DSA-")) ||
		str_starts(str_from(first, end), S("] DLA-")));
}

const struct feed feed_debian_dsa = {
	.name = "debian-dsa",
	.what = "Debian's lists of security advisories (DSA, DLA)",
	.ends = "list",
	.fixed_only = true,
	.whole = true,
	.looks_like = dsa_looks_like,
	.read = dsa_read,
};
