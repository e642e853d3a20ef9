/*
 * dpkg's database:
 *
 *	lib/dpkg/status                 stanzas of all packages
 *	lib/dpkg/status.d/NAME          the stanza of one, as distroless has it
 *	lib/dpkg/status.d/NAME.md5sums  and the digests of its files
 *	lib/dpkg/info/NAME[:ARCH].list  paths of a package, directories too, one a line
 *	lib/dpkg/info/NAME[:ARCH].md5sums  "DIGEST  PATH" of its files but for configuration files
 *	lib/dpkg/diversions             three lines each: from, to, by whom
 *	../etc/dpkg/dpkg.cfg[.d/ *]     path-exclude: what was never unpacked
 *
 * Packages are kept until all databases are read, since which of "a | b" is meant depends on
 * what else is there; then they are added.
 */
#include "dpkg_impl.h"

#include "base/limits.h"
#include "base/map.h"

struct pending {
	struct found from;
	struct package p;
};
struct choice { /* a need with alternatives */
	ptrdiff_t package, need;
	str all;
};
struct dpkg {
	VEC(struct pending) pending;
	VEC(struct choice) choice;
	struct map there; /* names that are there, and what they provide */
	struct map licences;
};

/* ---- what a stanza says ---- */

/* The name at the front of "name:any (>= 1) [arch] <profile>". */
static str relation_name(str text)
{
	ptrdiff_t n = 0;

	text = str_trim(text);
	while (n < text.len && str_find(S(" \t\n(:[<|"), text.p[n]) < 0)
		n++;
	return str_head(text, n);
}

enum { NEEDS_SEEN = 256 /* names among which doubles are looked for: more need linear time */ };

static bool has_text(const struct texts *t, str s)
{
	for (ptrdiff_t i = 0; i < t->n && i < NEEDS_SEEN; i++) {
		if (str_eq(t->p[i], s))
			return true;
	}
	return false;
}

static ptrdiff_t count_char(str s, char c)
{
	ptrdiff_t n = 0;

	for (ptrdiff_t i = 0; i < s.len; i++)
		n += s.p[i] == c;
	return n;
}

/* Names of a relation field behind those that *to has; with a place for choices they are kept
 * there. */
static int add_names(struct op *op, struct dpkg *d, str field, struct texts *to)
{
	while (field.len) {
		str one = str_cut(&field, ','), name = relation_name(one);
		bool choice = str_find(one, '|') >= 0;
		if (name.len == 0 || (!choice && has_text(to, name)))
			continue;
		if (choice && d) {
			struct choice *c = vec_push(op, &d->choice);
			if (!c)
				return op->code;
			*c = (struct choice){ d->pending.n, to->n, one };
		}
		to->p[to->n++] = name;
	}
	return 0;
}

int dpkg_relations(struct op *op, struct dpkg *d, const struct installed_stanza *s,
		   struct package *p)
{
	ptrdiff_t needs = 2 + count_char(s->depends, ',') + count_char(s->pre_depends, ',');

	if (s->depends.len + s->pre_depends.len) {
		if (!(p->needs.p = op_new(op, str, needs)))
			return op->code;
		int rc = add_names(op, d, s->pre_depends, &p->needs);
		if (rc == 0)
			rc = add_names(op, d, s->depends, &p->needs);
		if (rc < 0)
			return rc;
	}
	if (s->provides.len == 0)
		return 0;
	if (!(p->provides.p = op_new(op, str, 1 + count_char(s->provides, ','))))
		return op->code;
	return add_names(op, NULL, s->provides, &p->provides);
}

static int read_facts(struct op *op, const struct installed_stanza *s, struct pairs *ret)
{
	bool usual = s->status.len == 0 || str_eq(s->status, S("install ok installed"));
	const struct pair fact[] = { { S("dpkg:essential"), s->essential },
				     { S("dpkg:installed-size"), s->installed_size },
				     { S("dpkg:priority"), s->priority },
				     { S("dpkg:section"), s->section },
				     { S("dpkg:status"), usual ? S("") : s->status } };
	ptrdiff_t most = sizeof(fact) / sizeof(fact[0]);

	if (!(ret->p = op_new(op, struct pair, most)))
		return op->code;
	for (ptrdiff_t i = 0; i < most; i++) {
		if (fact[i].value.len)
			ret->p[ret->n++] = fact[i];
	}
	return 0;
}

int dpkg_stanza(struct op *op, const struct os_identity *os, const struct installed_stanza *s,
		struct package *p)
{
	struct installed_package source = { .name = s->package, .version = s->version };
	str description = s->description;

	*p = (struct package){ .type = PACKAGE_DEB,
			       .ns = os->id,
			       .name = s->package,
			       .version = s->version,
			       .arch = s->architecture,
			       .distro = os->distro,
			       .supplier = s->maintainer,
			       .homepage = s->homepage,
			       .description = str_trim(str_cut(&description, '\n')) };
	if (p->ns.len == 0)
		p->ns = str_find_str(s->version, S("ubuntu")) >= 0 ? S("ubuntu") : S("debian");
	if (s->source.len) {
		installed_source(s->source, &source);
		p->source = source.source;
		p->source_version = source.source_version;
	}
	return read_facts(op, s, &p->facts);
}

/* ---- a database ---- */

static int note_names(struct dpkg *d, const struct package *p)
{
	int rc = map_put(&d->there, p->name, d);

	for (ptrdiff_t i = 0; rc == 0 && i < p->provides.n; i++)
		rc = map_put(&d->there, p->provides.p[i], d);
	return rc;
}

static int read_package(struct op *op, struct catalog *c, struct dpkg *d, struct dpkg_place *place,
			const struct installed_stanza *s)
{
	struct package p;
	int rc = dpkg_stanza(op, catalog_os(c), s, &p);

	if (rc == 0)
		rc = dpkg_relations(op, d, s, &p);
	if (rc == 0)
		rc = dpkg_files(op, c, place, s, &p);
	if (rc == 0 && catalog_wants_licences(c))
		rc = dpkg_licence(op, c, place, &p);
	if (rc == 0)
		rc = note_names(d, &p);
	if (rc < 0)
		return rc;
	struct pending *to = vec_push(op, &d->pending);
	if (!to)
		return op->code;
	*to = (struct pending){ place->f, p };
	return 0;
}

static int read_stanzas(struct op *op, struct catalog *c, struct dpkg *d, struct dpkg_place *place)
{
	struct installed_stanza s;
	bool bad = false;
	str text;
	int rc = catalog_text(op, c, &place->f, LIMIT_INDEX, &text);

	while (rc == 0 && installed_next(&text, &s)) {
		if (s.bad.p && !bad) { /* one warning a file is enough */
			bad = true;
			(void)op_fail(op, ERR_FORMAT, "not a line of a dpkg stanza: '%.*s'",
				      STR_ARG(str_head(str_trim(s.bad), 80)));
			rc = catalog_unreadable(op, c, &place->f, place->f.path);
		}
		if (rc == 0 && s.package.len && s.version.len && installed_is_there(&s))
			rc = read_package(op, c, d, place, &s);
	}
	return rc;
}

/* What lies beside the records of status.d and is none. */
static bool is_companion(str name)
{
	static const char *const ends[] = { ".md5sums",  ".list",    ".conffiles", ".preinst",
					    ".postinst", ".prerm",   ".postrm",    ".triggers",
					    ".shlibs",   ".symbols", ".templates", ".config" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (str_ends(name, str_of(ends[i])))
			return true;
	}
	return name.len == 0 || name.p[0] == '.';
}

static int begin_dpkg(struct op *op, struct catalog *c)
{
	struct dpkg *d = op_new(op, struct dpkg, 1);

	if (!d)
		return op->code;
	map_init(&d->there, op);
	map_init(&d->licences, op);
	*catalog_state(c) = d;
	return 0;
}

static int read_dpkg(struct op *op, struct catalog *c, const struct found *f)
{
	struct dpkg_place place;
	str dir = str_dir_name(f->path), name = str_base_name(f->path);
	bool split = str_eq(str_base_name(dir), S("status.d"));

	if (!split && !str_eq(name, S("status")))
		return 0; /* read with the package that it belongs to */
	if (split && is_companion(name))
		return 0;
	struct dpkg *d = *catalog_state(c);
	int rc = dpkg_place(op, c, f, split, &place);
	place.licences = &d->licences;
	return rc < 0 ? rc : read_stanzas(op, c, d, &place);
}

/* The first alternative that is there counts, else the first; what is needed anyway is not said
 * again. */
static void choose(struct dpkg *d)
{
	for (ptrdiff_t i = 0; i < d->choice.n; i++) {
		const struct choice *c = &d->choice.p[i];
		struct texts *needs = &d->pending.p[c->package].p.needs;
		str all = c->all, name = needs->p[c->need];
		while (all.p && map_find(&d->there, name) < 0)
			name = relation_name(str_cut(&all, '|'));
		if (map_find(&d->there, name) < 0)
			name = needs->p[c->need];
		needs->p[c->need] = S("");
		if (!has_text(needs, name))
			needs->p[c->need] = name;
	}
	for (ptrdiff_t i = 0; i < d->pending.n; i++) {
		struct texts *needs = &d->pending.p[i].p.needs;
		ptrdiff_t kept = 0;
		for (ptrdiff_t k = 0; k < needs->n; k++) {
			if (needs->p[k].len)
				needs->p[kept++] = needs->p[k];
		}
		needs->n = kept;
	}
}

static int end_dpkg(struct op *op, struct catalog *c)
{
	struct dpkg *d = *catalog_state(c);
	int rc = 0;

	choose(d);
	for (ptrdiff_t i = 0; rc == 0 && i < d->pending.n; i++)
		rc = catalog_add(op, c, &d->pending.p[i].from, EVIDENCE_DATABASE,
				 &d->pending.p[i].p, NULL);
	return rc;
}

const struct cataloger cataloger_dpkg = {
	.name = "dpkg",
	.what = "packages of Debian and its descendants, by dpkg's database",
	.wants = { { .glob = "**/lib/dpkg/status" },
		   { .glob = "**/lib/dpkg/status.d/*" },
		   { .glob = "**/lib/dpkg/info/*.list" },
		   { .glob = "**/lib/dpkg/info/*.md5sums", .files = true },
		   { .glob = "**/lib/dpkg/diversions" },
		   { .glob = "**/etc/dpkg/dpkg.cfg", .files = true },
		   { .glob = "**/etc/dpkg/dpkg.cfg.d/*", .files = true },
		   { .glob = "**/usr/share/doc/*/copyright", .licences = true } },
	.read = read_dpkg,
	.begin = begin_dpkg,
	.end = end_dpkg,
};
