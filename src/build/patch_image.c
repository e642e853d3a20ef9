/* An image as dpkg would see it: what is installed, who owns which path, what was diverted. */
#include "patch_impl.h"

#include <stdlib.h>

#include "base/glob.h"
#include "base/limits.h"
#include "codec/tar.h"
#include "distro/deb.h"
#include "distro/installed.h"

enum { PLACE_DEPTH = 256 }; /* components of a path that are looked for */

static const str database = S_INIT("var/lib/dpkg/");
static const str own_history = S_INIT("temper patch: ");

struct patch_place {
	str path;
	bool bad; /* what is there is no directory */
};

static bool wants(void *arg, str path, uint64_t size)
{
	(void)arg;
	if (size > LIMIT_CAPTURE)
		return false;
	return str_starts(path, database) || str_starts(path, S("etc/")) ||
	       str_starts(path, S("usr/share/ca-certificates/")) ||
	       str_starts(path, S("usr/local/share/ca-certificates/")) ||
	       str_eq(path, S("var/lib/apt/extended_states")) ||
	       str_eq(path, S("usr/lib/os-release"));
}

bool patch_content(const struct patch_image *m, str path, str *ret)
{
	const struct entry *e = image_tree_find(&m->tree, path);

	if (!e || e == &m->tree.root || !m->tree.content[e - m->tree.entry].p)
		return false;
	*ret = m->tree.content[e - m->tree.entry];
	return true;
}

/* Where a directory is: as far as it exists its links are followed, and the rest is to be made. */
static int place_directory(struct op *op, struct patch_image *m, str dir, str *ret)
{
	struct patch_place *known = map_get(&m->place, dir);
	str there = dir;
	int rc = 0;

	if (!known) {
		const struct entry *e = image_tree_find(&m->tree, there);
		for (int i = 0; !e && there.len && i < PLACE_DEPTH; i++) {
			/* A link that leads nowhere is in the way. */
			e = image_tree_find_link(&m->tree, there);
			if (e)
				break;
			there = str_dir_name(there);
			e = image_tree_find(&m->tree, there);
		}
		if (!(known = op_new(op, struct patch_place, 1)))
			return op->code;
		known->bad = !e || e->type != ENTRY_DIRECTORY;
		str rest = str_from(dir, there.len ? there.len + 1 : 0);
		str base = e ? e->path : S("");
		known->path = base;
		if (rest.len)
			rc = op_text(op, &known->path, "%.*s%s%.*s", STR_ARG(base),
				     base.len ? "/" : "", STR_ARG(rest));
		if (rc == 0)
			rc = op_copy(op, dir, &dir);
		if (rc == 0)
			rc = map_put(&m->place, dir, known);
		if (rc < 0)
			return rc;
	}
	if (known->bad)
		return op_fail(op, ERR_NO, "/%.*s is no directory in the image", STR_ARG(dir));
	*ret = known->path;
	return 0;
}

int patch_place(struct op *op, struct patch_image *m, str path, str *ret)
{
	str dir = S("");
	int rc = place_directory(op, m, str_dir_name(path), &dir);

	if (rc < 0)
		return rc;
	if (str_eq(dir, str_dir_name(path)))
		return op_copy(op, path, ret);
	return op_text(op, ret, "%.*s%s%.*s", STR_ARG(dir), dir.len ? "/" : "",
		       STR_ARG(str_base_name(path)));
}

int patch_shipped(struct op *op, struct patch_image *m, str package, str path, str *ret)
{
	int rc = patch_place(op, m, path, ret);
	const struct patch_divert *d = rc < 0 ? NULL : map_get(&m->divert, *ret);

	if (d && !str_eq(d->by, package))
		*ret = d->to;
	return rc;
}

/* What is installed. */

static bool is_held(str status)
{
	return str_eq(str_word(&status), S("hold"));
}

static int add_record(struct op *op, struct patch_image *m, const struct deb822_stanza *s,
		      ptrdiff_t *cap, str file)
{
	struct installed_package source = { 0 };
	struct patch_installed in = { .name = deb822_get(s, "Package"),
				      .version = deb822_get(s, "Version"),
				      .arch = deb822_get(s, "Architecture"),
				      .multi_arch = deb822_get(s, "Multi-Arch"),
				      .depends = deb822_get(s, "Depends"),
				      .pre_depends = deb822_get(s, "Pre-Depends"),
				      .provides = deb822_get(s, "Provides"),
				      .conflicts = deb822_get(s, "Conflicts"),
				      .breaks = deb822_get(s, "Breaks") };
	ptrdiff_t n = m->n, other = m->n;

	source.name = in.name;
	source.version = in.version;
	installed_source(deb822_get(s, "Source"), &source);
	in.source = source.source.len ? source.source : in.name;
	in.source_version = source.source_version.len ? source.source_version : in.version;
	if (!in.name.len || !in.version.len || !in.arch.len)
		return op_fail(op, ERR_FORMAT,
			       "a record of dpkg's database lacks name, version or "
			       "architecture");
	if (is_held(deb822_get(s, "Status")))
		in.stay = S("it is on hold in dpkg's database");
	if (!vec_grow(op, (void **)&m->installed, &n, cap, sizeof(in)) ||
	    !vec_grow(op, (void **)&m->record, &other, cap + 1, sizeof(*m->record)))
		return op->code;
	m->installed[m->n] = in;
	m->record[m->n] = (struct patch_record){ .stanza = *s, .file = file, .info = in.name };
	m->n++;
	return str_eq(in.multi_arch, S("same")) && !m->single
		       ? op_text(op, &m->record[m->n - 1].info, "%.*s:%.*s", STR_ARG(in.name),
				 STR_ARG(in.arch))
		       : 0;
}

static int read_status(struct op *op, struct patch_image *m, str text, str file, ptrdiff_t *cap)
{
	struct installed_stanza plain;
	struct deb822_stanza s;
	int rc;

	while ((rc = deb822_next(op, &text, &s)) == 1) {
		str raw = s.raw;
		if (!installed_next(&raw, &plain) || (!file.len && !installed_is_there(&plain)))
			continue;
		if ((rc = add_record(op, m, &s, cap, file)) < 0)
			return rc;
	}
	return rc < 0 ? op_fail_in(op, "dpkg's database in the image") : 0;
}

static int read_records(struct op *op, struct patch_image *m)
{
	ptrdiff_t cap[2] = { 0 };
	int rc;

	if (patch_content(m, S("var/lib/dpkg/status"), &m->status) &&
	    ((rc = read_status(op, m, m->status, S(""), cap)) < 0 || m->n))
		return rc;
	m->single = true;
	for (ptrdiff_t i = 0; i < m->tree.n; i++) {
		str path = m->tree.entry[i].path, text;
		if (!str_starts(path, S("var/lib/dpkg/status.d/")) ||
		    str_ends(path, S(".md5sums")) || !patch_content(m, path, &text))
			continue;
		if ((rc = read_status(op, m, text, path, cap)) < 0)
			return rc;
	}
	return m->n ? 0
		    : op_fail(op, ERR_USAGE,
			      "%.*s has no dpkg database: only images of Debian's packages can be "
			      "patched or slimmed",
			      STR_ARG(m->name));
}

/* Who owns what. */

static int own(struct op *op, struct patch_image *m, ptrdiff_t package, str path)
{
	struct patch_owner *o = op_new(op, struct patch_owner, 1);

	if (!o)
		return op->code;
	*o = (struct patch_owner){ package, map_get(&m->owner, path) };
	return map_put(&m->owner, path, o);
}

static int read_list(struct op *op, struct patch_image *m, ptrdiff_t i, str text, bool sums)
{
	struct patch_record *r = &m->record[i];
	VEC(str) list = { 0 };
	char clean[LIMIT_PATH];

	while (text.len) {
		str line = str_cut(&text, '\n'), path;
		if (sums)
			line = line.len > 34 ? str_from(line, 34) : S("");
		if (!line.len || !tar_clean(line, clean, &path) || !path.len)
			continue;
		str *to = vec_push(op, &list);
		int rc = to ? patch_shipped(op, m, m->installed[i].name, path, to) : op->code;
		if (rc == ERR_NO) { /* a link that leads nowhere now: nothing is there */
			op_forgive(op);
			list.n--;
			continue;
		}
		if (rc < 0 || (rc = own(op, m, i, *to)) < 0)
			return rc;
	}
	r->list = (struct texts){ list.p, list.n };
	return 0;
}

static int read_info(struct op *op, struct patch_image *m, ptrdiff_t i)
{
	struct patch_record *r = &m->record[i];
	str path, text;
	int rc;

	if (m->single) {
		if ((rc = op_text(op, &path, "%.*s.md5sums", STR_ARG(r->file))) < 0)
			return rc;
		return patch_content(m, path, &text) ? read_list(op, m, i, text, true) : 0;
	}
	if ((rc = op_text(op, &path, "var/lib/dpkg/info/%.*s.prerm", STR_ARG(r->info))) < 0)
		return rc;
	if (!patch_content(m, path, &r->prerm))
		r->prerm = S("");
	if ((rc = op_text(op, &path, "var/lib/dpkg/info/%.*s.postrm", STR_ARG(r->info))) < 0)
		return rc;
	if (!patch_content(m, path, &r->postrm))
		r->postrm = S("");
	if ((rc = op_text(op, &path, "var/lib/dpkg/info/%.*s.list", STR_ARG(r->info))) < 0)
		return rc;
	return patch_content(m, path, &text) ? read_list(op, m, i, text, false) : 0;
}

/* Source: dpkg 1.22's lib/dpkg/db-fsys-divert.c: three lines each, ":" for a local one. */
static int read_diversions(struct op *op, struct patch_image *m)
{
	str text;

	if (!patch_content(m, S("var/lib/dpkg/diversions"), &text))
		return 0;
	while (text.len) {
		str from = str_cut(&text, '\n'), to = str_cut(&text, '\n'),
		    by = str_cut(&text, '\n');
		struct patch_divert *d = op_new(op, struct patch_divert, 1);
		char a[LIMIT_PATH], b[LIMIT_PATH];
		str place;
		if (!d || !tar_clean(from, a, &from) || !tar_clean(to, b, &to))
			return op_fail(op, ERR_FORMAT, "dpkg's list of diversions is broken");
		d->by = str_eq(by, S(":")) ? S("") : by;
		int rc = patch_place(op, m, from, &place);
		if (rc == 0)
			rc = patch_place(op, m, to, &d->to);
		if (rc == 0)
			rc = map_put(&m->divert, place, d);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* "user group mode path" */
static int read_overrides(struct op *op, struct patch_image *m)
{
	str text;

	if (!patch_content(m, S("var/lib/dpkg/statoverride"), &text))
		return 0;
	while (text.len) {
		str line = str_cut(&text, '\n'), path, place;
		char clean[LIMIT_PATH];
		for (int i = 0; i < 3; i++)
			(void)str_word(&line);
		if (!tar_clean(str_trim(line), clean, &path) || !path.len)
			continue;
		int rc = patch_place(op, m, path, &place);
		if (rc < 0 || (rc = map_put(&m->overridden, place, m)) < 0)
			return rc;
	}
	return 0;
}

/* A star of dpkg's does not stop at a slash. */
static int exclude_line(struct op *op, struct patch_image *m, str line)
{
	static const str words[] = { S_INIT("path-exclude"), S_INIT("path-include") };

	line = str_trim(line);
	for (int i = 0; i < 2; i++) {
		struct buf b;
		if (!str_starts(line, words[i]) || line.len == words[i].len ||
		    !memchr("= \t", line.p[words[i].len], 3))
			continue;
		str glob = str_trim(str_from(line, words[i].len + 1));
		buf_init(&b, op, LIMIT_PATH * 2);
		for (ptrdiff_t k = str_starts(glob, S("/")); k < glob.len; k++)
			if (glob.p[k] == '*')
				buf_add(&b, S("**"));
			else
				buf_char(&b, glob.p[k]);
		struct patch_exclude *x = vec_push(op, &m->exclude);
		if (!x || buf_take(&b, &x->pattern) < 0)
			return op->code;
		x->include = i == 1;
	}
	return 0;
}

/* Source: dpkg.cfg(5): the files of dpkg.cfg.d by name, then dpkg.cfg. */
static int read_excludes(struct op *op, struct patch_image *m)
{
	str text;
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < m->tree.n; i++) {
		str path = m->tree.entry[i].path;
		if (!str_eq(str_dir_name(path), S("etc/dpkg/dpkg.cfg.d")) ||
		    str_find(str_base_name(path), '.') >= 0 || !patch_content(m, path, &text))
			continue;
		while (rc == 0 && text.len)
			rc = exclude_line(op, m, str_cut(&text, '\n'));
	}
	if (patch_content(m, S("etc/dpkg/dpkg.cfg"), &text))
		while (rc == 0 && text.len)
			rc = exclude_line(op, m, str_cut(&text, '\n'));
	return rc;
}

static str os_word(str text, str key)
{
	while (text.len) {
		str line = str_cut(&text, '\n'), name = str_cut(&line, '=');
		if (!str_eq(name, key))
			continue;
		line = str_trim(line);
		if (line.len >= 2 && (line.p[0] == '"' || line.p[0] == '\'') &&
		    line.p[line.len - 1] == line.p[0])
			line = str_head(str_from(line, 1), line.len - 2);
		return line;
	}
	return S("");
}

static void read_os(struct patch_image *m)
{
	str text;

	if (!patch_content(m, S("etc/os-release"), &text) &&
	    !patch_content(m, S("usr/lib/os-release"), &text))
		return;
	m->id = os_word(text, S("ID"));
	m->codename = os_word(text, S("VERSION_CODENAME"));
}

/* Layers of ours on top are no part of what is patched. */
static void strip(struct patch_image *m)
{
	struct image_config *c = &m->image.config;

	while (c->layer_n > 1 && str_starts(c->layer[c->layer_n - 1].created_by, own_history)) {
		c->layer_n--;
		m->stripped++;
	}
}

static int read_documents(struct op *op, const struct store *store, struct patch_image *m)
{
	int rc = store_blob_read(op, store, &m->image.config_digest, LIMIT_CONFIG, &m->config_json);

	if (rc == 0)
		rc = store_blob_read(op, store, &m->image.manifest.digest, LIMIT_MANIFEST,
				     &m->manifest_json);
	return rc == 1 ? op_fail(op, ERR_IO, "the image is not whole in the store") : rc;
}

static bool is_directory(const struct patch_image *m, str path)
{
	const struct entry *e = image_tree_find_link(&m->tree, path);

	return e && e->type == ENTRY_DIRECTORY;
}

int patch_image_open(struct op *op, const struct store *store, str what, str platform, bool whole,
		     struct patch_image *ret)
{
	const struct image_tree_wish wish = { .digests = true, .wants = wants };
	struct patch_image m = { .store = store, .name = what };
	struct image_descriptor d;
	str name, text;
	int rc = image_import(op, store, what, &d, &name);

	map_init(&m.place, op);
	map_init(&m.owner, op);
	map_init(&m.divert, op);
	map_init(&m.overridden, op);
	if (rc < 0 || (rc = image_get(op, store, &d.digest, platform, &m.image)) != 0)
		return rc < 0 ? rc : op_fail(op, ERR_IO, "the image is not whole in the store");
	if ((rc = op_text(op, &text, "%.*s/%.*s", STR_ARG(m.image.config.os),
			  STR_ARG(m.image.config.architecture))) < 0)
		return rc;
	if (!(m.platform = platform_find(text)))
		return op_fail(op, ERR_USAGE, "temper knows no packages for %.*s", STR_ARG(text));
	if ((rc = read_documents(op, store, &m)) < 0)
		return rc;
	if (!whole)
		strip(&m);
	if ((rc = image_tree_read(op, store, &m.image, &wish, &m.tree)) < 0)
		return rc;
	m.unmerged = is_directory(&m, S("bin")) || is_directory(&m, S("lib"));
	read_os(&m);
	if ((rc = read_diversions(op, &m)) < 0 || (rc = read_overrides(op, &m)) < 0 ||
	    (rc = read_excludes(op, &m)) < 0 || (rc = read_records(op, &m)) < 0)
		return rc;
	for (ptrdiff_t i = 0; i < m.n; i++)
		if ((rc = read_info(op, &m, i)) < 0)
			return rc;
	*ret = m;
	return 0;
}
