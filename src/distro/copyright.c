#include "copyright.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/map.h"
#include "copyright_names.h"
#include "model/licence.h"

enum {
	LICENCES_MAX = 2000, /* distinct ones of a package; chromium has 90 */
	SYNOPSIS_MAX = 400,  /* bytes; longer ones are texts and no names */
	FREE_FORM_MAX =
		8 * 1024, /* bytes; a longer free-form file has room for more than one licence */
};

/* ---- a synopsis: "GPL-2+ or Artistic", "Expat and BSD-3-clause", "A or B, and C" ---- */

struct terms {
	str *p;
	ptrdiff_t n;
};

static bool word_at(str s, ptrdiff_t at, str word)
{
	for (ptrdiff_t i = 0; i < word.len; i++) {
		if (at + i >= s.len || (s.p[at + i] | 0x20) != word.p[i])
			return false;
	}
	return true;
}

/* Cut in at each separator (lower case, blanks included): the pieces, trimmed. */
static int split(struct op *op, str in, str separator, struct terms *ret)
{
	struct terms got = { op_new(op, str, in.len / separator.len + 1), 0 };
	ptrdiff_t from = 0;

	if (!got.p)
		return op->code;
	for (ptrdiff_t at = 0; at + separator.len <= in.len; at++) {
		if (!word_at(in, at, separator))
			continue;
		got.p[got.n++] = str_trim((str){ in.p + from, at - from });
		from = at + separator.len;
		at = from - 1;
	}
	got.p[got.n++] = str_trim(str_from(in, from));
	*ret = got;
	return 0;
}

static int join(struct op *op, struct terms terms, str between, str *ret)
{
	struct buf b;

	if (terms.n > 1)
		qsort(terms.p, (size_t)terms.n, sizeof(*terms.p), str_qsort);
	buf_init(&b, op, 1 << 20);
	for (ptrdiff_t i = 0; i < terms.n; i++) {
		if (i > 0 && str_eq(terms.p[i], terms.p[i - 1]))
			continue;
		buf_add(&b, i ? between : S(""));
		buf_add(&b, terms.p[i]);
	}
	return buf_take(&b, ret);
}

static bool is_choice(str expression)
{
	return str_find_str(expression, S(" OR ")) >= 0;
}

/* One side of an "or": names joined by "and". */
static int conjunction(struct op *op, str text, str *ret)
{
	struct terms name;
	int rc = split(op, text, S(" and "), &name);

	for (ptrdiff_t i = 0; rc == 0 && i < name.n; i++)
		rc = copyright_name(op, name.p[i], &name.p[i]);
	for (ptrdiff_t i = 0; rc == 0 && name.n > 1 && i < name.n; i++) {
		if (is_choice(name.p[i]))
			rc = op_text(op, &name.p[i], "(%.*s)", STR_ARG(name.p[i]));
	}
	return rc < 0 ? rc : join(op, name, S(" AND "), ret);
}

static int disjunction(struct op *op, str text, str *ret)
{
	struct terms side;
	int rc = split(op, text, S(" or "), &side);

	for (ptrdiff_t i = 0; rc == 0 && i < side.n; i++)
		rc = conjunction(op, side.p[i], &side.p[i]);
	return rc < 0 ? rc : join(op, side, S(" OR "), ret);
}

/* What a package must keep to, each once; a choice is one of them, in parentheses or not. */
struct duties {
	struct op *op;
	struct map seen;
};

static int add_duty(struct duties *d, str expression)
{
	return d->seen.n < LICENCES_MAX ? map_put(&d->seen, expression, d) : 0;
}

/* A comma before the "and" makes it the weaker one: "A or B, and C". */
static int add_synopsis(struct duties *d, str synopsis)
{
	struct terms part = { 0 }, duty = { 0 };
	int rc = split(d->op, synopsis, S(", and "), &part);

	for (ptrdiff_t i = 0; rc == 0 && i < part.n; i++) {
		str one = part.p[i];
		if (str_ends(one, S(",")))
			one.len--;
		rc = disjunction(d->op, one, &one);
		if (rc == 0 && is_choice(one)) {
			rc = add_duty(d, one);
			continue;
		}
		rc = rc < 0 ? rc : split(d->op, one, S(" and "), &duty);
		for (ptrdiff_t k = 0; rc == 0 && k < duty.n; k++)
			rc = add_duty(d, duty.p[k]);
	}
	return rc;
}

/* ---- a file in the machine-readable form ---- */

static bool field_named(str line, str name, str *ret)
{
	if (line.len <= name.len || line.p[name.len] != ':' || !word_at(line, 0, name))
		return false;
	*ret = str_trim(str_from(line, name.len + 1));
	return true;
}

static bool is_machine_readable(str text)
{
	str value;

	while (text.p) {
		str line = str_trim(str_cut(&text, '\n'));
		if (line.len == 0)
			continue;
		return field_named(line, S("format"), &value) ||
		       field_named(line, S("format-specification"), &value);
	}
	return false;
}

struct paragraph {
	bool files, licence;
	str synopsis;
};

/* The next paragraph of *in; false at the end. */
static bool next_paragraph(str *in, struct paragraph *ret)
{
	bool any = false;

	*ret = (struct paragraph){ 0 };
	while (in->p) {
		str line = str_cut(in, '\n'), value;
		if (str_trim(line).len == 0) {
			if (any)
				return true;
			continue;
		}
		any = true;
		if (field_named(line, S("files"), &value))
			ret->files = true;
		if (!ret->licence && field_named(line, S("license"), &value)) {
			ret->licence = true;
			ret->synopsis = value;
		}
	}
	return any;
}

/* The Files paragraphs count; where there are none, the head's licence for the whole. */
static int read_paragraphs(struct duties *d, str text)
{
	struct paragraph p;
	str whole = S("");
	bool files = false;
	int rc = 0;

	for (bool first = true; rc == 0 && next_paragraph(&text, &p); first = false) {
		if (first && p.licence)
			whole = p.synopsis;
		if (!p.files || !p.licence)
			continue;
		files = true;
		if (p.synopsis.len == 0 || p.synopsis.len > SYNOPSIS_MAX)
			rc = add_duty(d, S("LicenseRef-unnamed"));
		else
			rc = add_synopsis(d, p.synopsis);
	}
	if (rc == 0 && !files && whole.len > 0 && whole.len <= SYNOPSIS_MAX)
		rc = add_synopsis(d, whole);
	return rc;
}

static int take_duties(struct duties *d, str *ret)
{
	struct terms all = { op_new(d->op, str, d->seen.n), d->seen.n };

	if (!all.p)
		return d->op->code;
	for (ptrdiff_t i = 0; i < all.n; i++) {
		all.p[i] = d->seen.item[i].key;
		if (all.n < 2 || !is_choice(all.p[i]))
			continue;
		int rc = op_text(d->op, &all.p[i], "(%.*s)", STR_ARG(all.p[i]));
		if (rc < 0)
			return rc;
	}
	return join(d->op, all, S(" AND "), ret);
}

/* ---- a free-form file ---- */

static bool is_filler(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '*' || c == '#' || c == '|';
}

/* Lower case, each run of blanks and comment signs one blank. */
static int flatten(struct op *op, str text, str *ret)
{
	char *to = op_new(op, char, text.len + 1);
	ptrdiff_t n = 0;

	if (!to)
		return op->code;
	for (ptrdiff_t i = 0; i < text.len; i++) {
		char c = text.p[i];
		bool blank = is_filler(c);
		if (blank && (n == 0 || to[n - 1] == ' '))
			continue;
		to[n++] = blank ? ' ' : (c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c);
	}
	*ret = (str){ to, n };
	return 0;
}

static ptrdiff_t count(str text, str needle)
{
	ptrdiff_t n = 0;

	for (ptrdiff_t at = str_find_str(text, needle); at >= 0; at = str_find_str(text, needle)) {
		text = str_from(text, at + needle.len);
		n++;
	}
	return n;
}

/* The one file of /usr/share/common-licenses that is referred to; 0, 1 or 2 for more than one. */
static int common_licence(str flat, str *ret)
{
	static const str place = S_INIT("/usr/share/common-licenses/");
	int found = 0;

	for (ptrdiff_t at = str_find_str(flat, place); at >= 0; at = str_find_str(flat, place)) {
		flat = str_from(flat, at + place.len);
		ptrdiff_t n = 0;
		while (n < flat.len && str_find(S(" '\"`),;<>"), flat.p[n]) < 0)
			n++;
		str name = str_head(flat, n);
		while (name.len > 0 && name.p[name.len - 1] == '.')
			name.len--;
		if (name.len == 0 || (found > 0 && str_eq(name, *ret)))
			continue;
		*ret = name;
		found = found < 2 ? found + 1 : 2;
	}
	return found;
}

/* The number in "version 2.1 of the license, or any later version"; false if there is none. */
static bool later_version(str flat, str *ret)
{
	ptrdiff_t later = str_find_str(flat, S("any later version"));
	str before = later < 0 ? S("") : str_from(str_head(flat, later), later - 160);

	for (ptrdiff_t at = str_find_str(before, S("version ")); at >= 0;
	     at = str_find_str(before, S("version "))) {
		before = str_from(before, at + 8);
		ptrdiff_t n = 0;
		while (n < before.len &&
		       ((before.p[n] >= '0' && before.p[n] <= '9') || before.p[n] == '.'))
			n++;
		if (n > 0)
			*ret = str_head(before, n);
	}
	return ret->len > 0;
}

static bool is_versioned_family(str name)
{
	return str_starts(name, S("gpl")) || str_starts(name, S("lgpl")) ||
	       str_starts(name, S("gfdl"));
}

static int name_common(struct op *op, str flat, str common, str *ret)
{
	str number = S(""), name;
	ptrdiff_t dash = str_find(common, '-');
	str family = dash < 0 ? common : str_head(common, dash);

	if (str_eq(common, S("bsd")))
		return copyright_name(op, S("BSD-3-clause"), ret);
	if (!is_versioned_family(common))
		return copyright_name(op, common, ret);
	if (later_version(flat, &number)) {
		while (number.len > 0 && number.p[number.len - 1] == '.')
			number.len--;
		int rc = op_text(op, &name, "%.*s-%.*s+", STR_ARG(family), STR_ARG(number));
		return rc < 0 ? rc : copyright_name(op, name, ret);
	}
	if (dash < 0) { /* "GPL": the newest, whichever that is */
		*ret = S("NOASSERTION");
		return 0;
	}
	return copyright_name(op, common, ret);
}

/* One reading or none: a reference and the text of another licence are two. */
static int read_free_form(struct op *op, str text, str *ret)
{
	str flat, common = S("");
	int rc = flatten(op, text, &flat);

	if (rc < 0)
		return rc;
	ptrdiff_t expat = count(
		flat, S("permission is hereby granted, free of charge, to any person obtaining"));
	ptrdiff_t bsd = count(flat, S("redistribution and use in source and binary forms"));
	int references = common_licence(flat, &common);
	*ret = S("NOASSERTION");
	if (references == 1 && expat + bsd == 0)
		return name_common(op, flat, common, ret);
	if (references > 0 || expat + bsd != 1 || text.len > FREE_FORM_MAX)
		return 0;
	if (expat == 1)
		*ret = S("MIT");
	else if (str_find_str(flat, S("all advertising materials")) < 0)
		*ret = str_find_str(flat, S("endorse or promote")) >= 0 ? S("BSD-3-Clause")
									: S("BSD-2-Clause");
	return 0;
}

enum { MENTIONED_MAX = 64 /* references that are looked at; gcc's file has 20 */ };

/* The reference that ends first in flat, named by what stands before it; *flat is what follows. */
static int next_mention(struct op *op, str *flat, str *ret)
{
	static const str place = S_INIT("/usr/share/common-licenses/");
	ptrdiff_t at = str_find_str(*flat, place), n = 0;

	if (at < 0)
		return 1;
	str before = str_head(*flat, at), name = str_from(*flat, at + place.len);
	while (n < name.len && str_find(S(" '\"`),;<>"), name.p[n]) < 0 &&
	       (unsigned char)name.p[n] < 0x80)
		n++;
	*flat = str_from(name, n);
	name = str_head(name, n);
	while (name.len > 0 && name.p[name.len - 1] == '.')
		name.len--;
	*ret = S("NOASSERTION");
	return name.len ? name_common(op, before, name, ret) : 0;
}

int copyright_mentioned(struct op *op, str text, str *ret)
{
	static const struct {
		str words, spdx;
	} quoted[] = {
		{ S_INIT("permission is hereby granted, free of charge, to any person obtaining"),
		  S_INIT("MIT") },
		{ S_INIT("redistribution and use in source and binary forms"),
		  S_INIT("BSD-3-Clause") },
	};
	str flat, found[MENTIONED_MAX + 2];
	struct texts all = { found, 0 };
	int rc = flatten(op, text, &flat);

	for (size_t i = 0; rc == 0 && i < 2; i++) {
		bool three = i == 0 || str_find_str(flat, S("endorse or promote")) >= 0;
		if (str_find_str(flat, quoted[i].words) >= 0)
			found[all.n++] = three ? quoted[i].spdx : S("BSD-2-Clause");
	}
	while (rc == 0 && all.n < MENTIONED_MAX) {
		rc = next_mention(op, &flat, &found[all.n]);
		all.n += rc == 0 && !str_eq(found[all.n], S("NOASSERTION"));
	}
	if (rc < 0 || all.n == 0)
		return rc < 0 ? rc : 1;
	return licence_join(op, &all, ret);
}

int copyright_licence(struct op *op, str text, str *ret_expression)
{
	struct duties d = { .op = op };

	if (!is_machine_readable(text))
		return read_free_form(op, text, ret_expression);
	map_init(&d.seen, op);
	int rc = read_paragraphs(&d, text);
	if (rc < 0)
		return rc;
	if (d.seen.n > 0)
		return take_duties(&d, ret_expression);
	*ret_expression = S("NOASSERTION");
	return 0;
}
