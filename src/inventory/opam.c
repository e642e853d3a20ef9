/*
 * OCaml's opam files: of a switch (installed), or of a project (declared).
 * Source: opam.ocaml.org/doc/Manual.html, "Package definitions".
 *
 *	opam-version: "2.0"
 *	license: "ISC"                          fields at column 0: texts, lists of texts
 *	depends: [
 *	  "dune" {>= "2.8"}
 *	]
 *	url { src: "https://..." checksum: [ "sha256=..." "md5=..." ] }
 *
 * The name and version stand in the file, or in its path: NAME.VERSION/opam, NAME.opam.
 */
#include <string.h>

#include "base/buf.h"
#include "model/licence.h"

#include "reading.h"

struct opam {
	struct reading *r;
	struct package p;
	struct buf licences;
	str field; /* at column 0 */
	int depth; /* of braces: what is in them says when, not what */
	int lists; /* of brackets */
	bool in_url;
};

static int take_text(struct opam *o, str text)
{
	struct op *op = &o->r->tmp;
	str field = o->field;

	if (o->in_url) {
		ptrdiff_t is = str_find(text, '=');
		if (str_find_str(text, S("://")) >= 0)
			o->p.download = text;
		else if (is > 0)
			return draft_hex(op, &o->p, str_from(text, is + 1));
		return 0;
	}
	if (o->depth > 0)
		return 0;
	if (str_eq(field, S("name")))
		o->p.name = text;
	else if (str_eq(field, S("version")))
		o->p.version = text;
	else if (str_eq(field, S("homepage")) && !o->p.homepage.len)
		o->p.homepage = text;
	else if (str_eq(field, S("dev-repo")))
		o->p.vcs = text;
	else if (str_eq(field, S("synopsis")))
		o->p.description = text;
	else if (str_eq(field, S("authors")) && !o->p.author.len)
		o->p.author = text;
	else if (str_eq(field, S("depends")) && !str_eq(text, S("ocaml")))
		return draft_need(op, &o->p, text, S(""));
	else if (str_eq(field, S("license")))
		buf_fmt(&o->licences, "%s%.*s", o->licences.len ? " AND " : "", STR_ARG(text));
	return 0;
}

/* A text in quotes, three or one, off the front of *s. */
static bool next_text(str *s, str *ret)
{
	bool three = str_starts(*s, S("\"\"\""));
	str rest = str_from(*s, three ? 3 : 1);
	ptrdiff_t end = three ? str_find_str(rest, S("\"\"\"")) : 0;

	while (!three && end < rest.len && rest.p[end] != '"')
		end += rest.p[end] == '\\' ? 2 : 1;
	if (end < 0 || end > rest.len)
		return false;
	*ret = str_head(rest, end);
	*s = str_from(rest, end + (three ? 3 : 1));
	return true;
}

/* "field:" or "url {" at column 0. */
static void begin_field(struct opam *o, str s)
{
	ptrdiff_t n = 0;

	while (n < s.len && (memchr("-_", s.p[n], 2) || (s.p[n] >= 'a' && s.p[n] <= 'z')))
		n++;
	o->field = str_head(s, n);
	o->in_url = str_eq(o->field, S("url"));
	o->depth = o->lists = 0;
}

static int read_fields(struct opam *o)
{
	str s = o->r->text, text;
	bool line_start = true;
	int rc = 0;

	while (s.len && rc == 0) {
		char c = *s.p;
		if (c == '"') {
			if (!next_text(&s, &text))
				return 0;
			rc = take_text(o, text);
			line_start = false;
			continue;
		}
		if (c == '#') {
			(void)str_cut(&s, '\n');
			line_start = true;
			continue;
		}
		if (line_start && c >= 'a' && c <= 'z')
			begin_field(o, s);
		o->depth += (c == '{') - (c == '}' && o->depth > 0);
		o->lists += (c == '[') - (c == ']' && o->lists > 0);
		line_start = c == '\n';
		s = str_from(s, 1);
	}
	return rc;
}

/* What the path says, where the file does not. */
static void read_path(struct opam *o)
{
	str name = str_base_name(o->r->f->path), dir = str_base_name(str_dir_name(o->r->f->path));

	if (str_eq(name, S("opam"))) {
		str version = dir, first = str_cut(&version, '.');
		if (!o->p.name.len)
			o->p.name = first;
		if (!o->p.version.len)
			o->p.version = version;
	} else if (str_ends(name, S(".opam")) && !o->p.name.len) {
		o->p.name = str_head(name, name.len - 5);
	}
}

static int read_opam(struct reading *r)
{
	struct opam o = { .r = r, .p = { .type = PACKAGE_OPAM } };
	str licence;

	buf_init(&o.licences, &r->tmp, 1 << 16);
	int rc = read_fields(&o);
	read_path(&o);
	if (str_find_str(r->f->path, S(".opam-switch/")) >= 0)
		r->how = EVIDENCE_DATABASE;
	if (rc == 0)
		rc = buf_take(&o.licences, &licence);
	if (rc == 0 && catalog_wants_licences(r->c))
		rc = licence_expression(&r->tmp, licence, &o.p.licence);
	return rc < 0 ? rc : reading_add(r, &o.p, NULL);
}

static int read_file(struct op *op, struct catalog *c, const struct found *f)
{
	return reading_text(op, c, f, read_opam);
}

const struct cataloger cataloger_opam = {
	.name = "opam",
	.what = "OCaml packages, by their opam files",
	.wants = { { .glob = "**/.opam-switch/packages/*/opam" },
		   { .glob = "**/*.opam", .lock = true },
		   { .glob = "**/opam", .lock = true } },
	.read = read_file,
};
