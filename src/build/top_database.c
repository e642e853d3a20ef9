/*
 * dpkg's whole database, for an image in which dpkg and apt work (`package-database: full`).
 *
 *   var/lib/dpkg/status          every package as `install ok installed`: effects stand for its
 *                                scripts, so it counts as configured
 *   var/lib/dpkg/info/           the control member's files as shipped and the list of paths;
 *                                NAME:ARCH of a package that several architectures may have
 *   var/lib/dpkg/triggers/       who wants to hear of which path or name
 *   var/lib/dpkg/alternatives/   what update-alternatives would have noted
 *   var/lib/dpkg/arch-native     the architecture
 *   var/lib/dpkg/diversions      and statoverride, available: mostly empty
 *   var/lib/apt/extended_states  what nobody asked for by name
 *   etc/dpkg/dpkg.cfg.d/temper   what was dropped, so that later packages go without it too
 *
 * Source: dpkg(1), deb-triggers(5), update-alternatives(1), dpkg 1.22's lib/dpkg (triglib.c,
 * db-fsys-divert.c) for the forms; apt's cmdline for extended_states.
 */
#include "top_impl.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"

static const str from_database = S_INIT("generated: dpkg's database");

static int put(struct top_work *w, str path, struct buf *bytes, uint32_t mode)
{
	str text;
	int rc = buf_take(bytes, &text);

	return rc < 0 ? rc : top_put_file(w, path, text, mode, from_database);
}

/* Of a package; NULL for an artifact, of which dpkg knows nothing. */
static const struct contents *contents_of(const struct top_work *w, ptrdiff_t i)
{
	return w->in->package[i].artifact ? NULL : w->in->package[i].select.contents;
}

/* How dpkg names a package's files: with its architecture where it may be there for several. */
static int info_name(struct op *op, const struct contents *c, str *ret)
{
	struct deb822_stanza s;
	str in = c->control;
	int rc = deb822_next(op, &in, &s);

	if (rc <= 0)
		return rc;
	if (!str_eq(deb822_get(&s, "Multi-Arch"), S("same")))
		return op_copy(op, c->name, ret);
	return op_text(op, ret, "%.*s:%.*s", STR_ARG(c->name), STR_ARG(c->arch));
}

/* The shipped name of a conffile is its line's; contents has the place that it took. */
static void add_conffiles(struct buf *b, const struct contents *c)
{
	str text = S("");
	ptrdiff_t n = 0;
	bool begun = false;

	for (ptrdiff_t i = 0; i < c->info.file_n; i++)
		if (str_eq(c->info.file[i].path, S("conffiles")))
			text = c->info.file[i].bytes;
	while (text.len) {
		str line = str_trim(str_cut(&text, '\n'));
		if (!line.len || str_starts(line, S("remove-on-upgrade ")))
			continue;
		MUST(n < c->info.conffile_md5.n);
		str md5 = c->info.conffile_md5.p[n++];
		if (!md5.len)
			continue;
		if (!begun)
			buf_add(b, S("Conffiles:\n"));
		begun = true;
		buf_fmt(b, " %.*s %.*s\n", STR_ARG(line), STR_ARG(md5));
	}
}

static int put_status(struct top_work *w)
{
	struct buf b;

	buf_init(&b, w->op, LIMIT_INDEX);
	for (ptrdiff_t i = 0; i < w->in->package_n; i++) {
		const struct contents *c = contents_of(w, i);
		if (!c)
			continue;
		str rest = c->control, line;
		/* Behind the first line, which no field's continuation can follow. */
		line = str_cut(&rest, '\n');
		buf_fmt(&b, "%.*s\n", STR_ARG(line));
		buf_add(&b, S("Status: install ok installed\n"));
		add_conffiles(&b, c);
		buf_add(&b, rest);
		buf_char(&b, '\n');
	}
	return put(w, S("var/lib/dpkg/status"), &b, 0644);
}

static int put_info_file(struct top_work *w, str name, str kind, str bytes, uint32_t mode)
{
	str path;
	int rc = op_text(w->op, &path, "var/lib/dpkg/info/%.*s.%.*s", STR_ARG(name), STR_ARG(kind));

	return rc < 0 ? rc : top_put_file(w, path, bytes, mode, from_database);
}

static int put_info(struct top_work *w, const struct contents *c)
{
	str name;
	int rc = info_name(w->op, c, &name);

	if (rc == 0)
		rc = put_info_file(w, name, S("list"), c->info.list, 0644);
	if (rc == 0 && c->md5sums.len)
		rc = put_info_file(w, name, S("md5sums"), c->md5sums, 0644);
	if (rc == 0 && c->triggers.len)
		rc = put_info_file(w, name, S("triggers"), c->triggers, 0644);
	for (int k = 0; rc == 0 && k < SCRIPT_KINDS; k++)
		if (c->script[k].text.len)
			rc = put_info_file(w, name, str_of(script_name[k]), c->script[k].text,
					   0755);
	for (ptrdiff_t i = 0; rc == 0 && i < c->info.file_n; i++)
		rc = put_info_file(w, name, c->info.file[i].path, c->info.file[i].bytes, 0644);
	return rc;
}

/* Triggers: a line a path in File, a file a name. */

struct interest {
	str what, package;
	bool noawait;
};

static int by_interest(const void *a, const void *b)
{
	const struct interest *x = a, *y = b;
	int order = str_cmp(x->what, y->what);

	return order ? order : str_cmp(x->package, y->package);
}

typedef VEC(struct interest) interests;

/* Source: deb-triggers(5). */
static int read_triggers(struct top_work *w, const struct contents *c, interests *to)
{
	str text = c->triggers, name;
	int rc = info_name(w->op, c, &name);

	while (rc == 0 && text.len) {
		str line = str_cut(&text, '\n'), word;
		line = str_cut(&line, '#');
		word = str_word(&line);
		bool noawait = str_eq(word, S("interest-noawait"));
		if (!noawait && !str_eq(word, S("interest")) && !str_eq(word, S("interest-await")))
			continue;
		str what = str_word(&line);
		bool path = str_starts(what, S("/"));
		if (!what.len || (!path && (str_find(what, '/') >= 0 || what.p[0] == '.')))
			return op_fail(w->op, ERR_FORMAT, "%.*s: bad trigger \"%.*s\"",
				       STR_ARG(c->name), STR_ARG(what));
		struct interest *i = vec_push(w->op, to);
		if (!i)
			return w->op->code;
		*i = (struct interest){ what, name, noawait };
	}
	return rc;
}

static void add_interest(struct buf *b, const struct interest *i)
{
	buf_fmt(b, "%.*s%s\n", STR_ARG(i->package), i->noawait ? "/noawait" : "");
}

static int put_triggers(struct top_work *w)
{
	interests all = { 0 };
	struct buf file, name, none;
	str path;
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < w->in->package_n; i++)
		rc = contents_of(w, i) ? read_triggers(w, contents_of(w, i), &all) : 0;
	if (rc < 0)
		return rc;
	if (all.n > 1)
		qsort(all.p, (size_t)all.n, sizeof(*all.p), by_interest);
	buf_init(&file, w->op, LIMIT_CAPTURE);
	buf_init(&none, w->op, 1);
	for (ptrdiff_t i = 0; rc == 0 && i < all.n; i++) {
		if (str_starts(all.p[i].what, S("/"))) {
			buf_fmt(&file, "%.*s ", STR_ARG(all.p[i].what));
			add_interest(&file, &all.p[i]);
			continue;
		}
		buf_init(&name, w->op, LIMIT_CAPTURE);
		add_interest(&name, &all.p[i]);
		for (; i + 1 < all.n && str_eq(all.p[i + 1].what, all.p[i].what); i++)
			add_interest(&name, &all.p[i + 1]);
		rc = op_text(w->op, &path, "var/lib/dpkg/triggers/%.*s", STR_ARG(all.p[i].what));
		if (rc == 0)
			rc = put(w, path, &name, 0644);
	}
	if (rc == 0)
		rc = put(w, S("var/lib/dpkg/triggers/File"), &file, 0644);
	return rc < 0 ? rc : put(w, S("var/lib/dpkg/triggers/Unincorp"), &none, 0644);
}

/* Source: dpkg 1.22's postinst. */
static int put_native(struct top_work *w)
{
	str text;
	int rc = op_text(w->op, &text, "%s\n", w->in->platform->platform->deb_arch);

	return rc < 0 ? rc
		      : top_put_file(w, S("var/lib/dpkg/arch-native"), text, 0644, from_database);
}

/* Diversions: three lines each. */
static int put_diversions(struct top_work *w)
{
	struct buf b;

	buf_init(&b, w->op, LIMIT_CAPTURE);
	for (ptrdiff_t p = 0; p < w->in->package_n; p++) {
		const struct effects_answer *a = &w->in->package[p].answer;
		for (ptrdiff_t i = 0; i < a->n; i++)
			if (a->effect[i].kind == EFFECT_DIVERT)
				buf_fmt(&b, "/%.*s\n/%.*s\n%.*s\n", STR_ARG(a->effect[i].path),
					STR_ARG(a->effect[i].to), STR_ARG(a->effect[i].package));
	}
	return put(w, S("var/lib/dpkg/diversions"), &b, 0644);
}

/* Packages that nobody asked for by name may go when nothing needs them any more. */
static int put_extended_states(struct top_work *w)
{
	const struct lock_platform *l = w->in->platform;
	struct map asked;
	struct buf b;
	int rc = 0;

	map_init(&asked, w->op);
	for (ptrdiff_t i = 0; rc == 0 && i < l->want_n; i++)
		rc = map_put(&asked, l->want[i].on, &asked);
	for (ptrdiff_t p = 0; rc == 0 && p < l->package_n; p++)
		for (ptrdiff_t i = 0; rc == 0 && i < l->package[p].edge_n; i++)
			if (l->package[p].edge[i].added) /* apt does not know of this need */
				rc = map_put(&asked, l->package[p].edge[i].on, &asked);
	if (rc < 0)
		return rc;
	buf_init(&b, w->op, LIMIT_CAPTURE);
	for (ptrdiff_t p = 0; p < l->package_n; p++)
		if (!map_get(&asked, l->package[p].name))
			buf_fmt(&b, "Package: %.*s\nArchitecture: %s\nAuto-Installed: 1\n\n",
				STR_ARG(l->package[p].name), l->platform->deb_arch);
	return put(w, S("var/lib/apt/extended_states"), &b, 0644);
}

/*
 * A pattern as dpkg matches it, where a star does not stop at a slash. One that ends in a single
 * star (only the names in a directory, for the sake of links in it) has no counterpart: dpkg keeps
 * directories and links above what it includes by itself.
 */
static void add_patterns(struct buf *b, const char *option, const struct texts *patterns)
{
	for (ptrdiff_t i = 0; i < patterns->n; i++) {
		str p = patterns->p[i];
		if (str_ends(p, S("/*")))
			continue;
		buf_fmt(b, "%s=/", option);
		for (ptrdiff_t k = 0; k < p.len; k++)
			if (p.p[k] != '*' || k == 0 || p.p[k - 1] != '*')
				buf_char(b, p.p[k]);
		buf_char(b, '\n');
	}
}

static int put_patterns(struct top_work *w)
{
	const struct select_rules *r = w->in->rules;
	struct buf b;

	buf_init(&b, w->op, LIMIT_CAPTURE);
	buf_add(&b, S("# What this image was made without; what is installed later goes without "
		      "it, too.\n"));
	add_patterns(&b, "path-exclude", &r->drop);
	add_patterns(&b, "path-include", &r->keep);
	add_patterns(&b, "path-exclude", &r->recipe_drop);
	add_patterns(&b, "path-include", &r->recipe_keep);
	return put(w, S("etc/dpkg/dpkg.cfg.d/temper"), &b, 0644);
}

int top_database(struct top_work *w)
{
	static const char *const empty[] = { "var/lib/dpkg/available",
					     "var/lib/dpkg/statoverride" };
	int rc = put_status(w);

	for (ptrdiff_t i = 0; rc == 0 && i < w->in->package_n; i++)
		rc = contents_of(w, i) ? put_info(w, contents_of(w, i)) : 0;
	if (rc == 0)
		rc = top_put_file(w, S("var/lib/dpkg/info/format"), S("1\n"), 0644, from_database);
	for (size_t i = 0; rc == 0 && i < sizeof(empty) / sizeof(empty[0]); i++)
		rc = top_put_file(w, str_of(empty[i]), S(""), 0644, from_database);
	if (rc == 0)
		rc = put_native(w);
	if (rc == 0)
		rc = put_triggers(w);
	if (rc == 0)
		rc = put_diversions(w);
	if (rc == 0)
		rc = top_alternatives(w);
	if (rc == 0)
		rc = put_extended_states(w);
	return rc < 0 ? rc : put_patterns(w);
}
