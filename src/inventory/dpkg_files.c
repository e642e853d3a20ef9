#include "dpkg_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/glob.h"
#include "base/limits.h"

/* ---- a place ---- */

/* What stands before "var/lib/dpkg/", "usr/lib/dpkg/" or "lib/opkg/". */
static str root_of(str path, str database)
{
	ptrdiff_t at = str_find_str(path, database);
	str root = str_head(path, at < 0 ? 0 : at);

	if (str_ends(root, S("var/")) || str_ends(root, S("usr/")))
		root.len -= 4;
	return root;
}

/* A file below the root of a place; 1: there is none. */
static int find_below(struct op *op, struct catalog *c, str root, const char *path,
		      struct found *ret)
{
	char out[LIMIT_PATH + 64];
	str name = str_of(path);

	if (root.len > LIMIT_PATH - name.len)
		return 1;
	memcpy(out, root.p ? root.p : "", (size_t)root.len);
	memcpy(out + root.len, name.p, (size_t)name.len);
	return catalog_beside(op, c, NULL, (str){ out, root.len + name.len }, ret);
}

static str without_slash(str path)
{
	while (path.len && path.p[0] == '/')
		path = str_from(path, 1);
	return path;
}

enum {
	DIVERSIONS_MAX = 512, /* that are looked at; systems have some dozens */
	RULES_MAX = 256,      /* likewise: slim images have ten */
};

static int read_diversions(struct op *op, struct catalog *c, struct dpkg_place *place)
{
	struct found f;
	str text;
	int rc = catalog_beside(op, c, &place->f,
				place->split ? S("../diversions") : S("diversions"), &f);

	if (rc != 0 || (rc = catalog_text(op, c, &f, LIMIT_CAPTURE, &text)) < 0)
		return rc < 0 ? rc : 0;
	while (text.p && text.len && place->diversion.n < DIVERSIONS_MAX) {
		struct dpkg_diversion *d = vec_push(op, &place->diversion);
		if (!d)
			return op->code;
		d->from = without_slash(str_cut(&text, '\n'));
		d->to = without_slash(str_cut(&text, '\n'));
		d->by = str_cut(&text, '\n');
	}
	return 0;
}

/* "path-exclude=/usr/share/doc/ *" as a glob of ours, whose single star stops at a slash. */
static int add_rule(struct op *op, struct dpkg_place *place, str line)
{
	static const str words[2] = { S_INIT("path-include"), S_INIT("path-exclude") };
	struct buf b;

	for (int exclude = 0; exclude < 2; exclude++) {
		if (!str_starts(line, words[exclude]))
			continue;
		str glob = str_from(line, words[exclude].len);
		while (glob.len && str_find(S(" \t=/"), glob.p[0]) >= 0)
			glob = str_from(glob, 1);
		struct dpkg_rule *rule = vec_push(op, &place->rule);
		if (!rule)
			return op->code;
		buf_init(&b, op, LIMIT_PATH);
		for (ptrdiff_t i = 0; i < glob.len; i++)
			buf_add(&b, glob.p[i] == '*' ? S("**") : (str){ glob.p + i, 1 });
		rule->exclude = exclude;
		return buf_take(&b, &rule->glob);
	}
	return 0;
}

static int read_rules(struct op *op, struct catalog *c, struct dpkg_place *place, const char *path)
{
	struct found f;
	str text;
	int rc = find_below(op, c, place->root, path, &f);

	if (rc != 0)
		return rc < 0 ? rc : 0;
	rc = catalog_text(op, c, &f, LIMIT_DOCUMENT, &text);
	while (rc == 0 && text.p && place->rule.n < RULES_MAX)
		rc = add_rule(op, place, str_trim(str_cut(&text, '\n')));
	return rc;
}

enum { CONFIGS_MAX = 64 /* files of dpkg.cfg.d that are read; images have two */ };

static int read_all_rules(struct op *op, struct catalog *c, struct dpkg_place *place)
{
	const struct tree *t = catalog_tree(c);
	char path[LIMIT_PATH + 64];
	str name[CONFIGS_MAX], dir;
	size_t n = 0;
	int rc = read_rules(op, c, place, "etc/dpkg/dpkg.cfg");

	if (rc == 0)
		rc = op_text(op, &dir, "%.*setc/dpkg/dpkg.cfg.d", STR_ARG(place->root));
	uint32_t node = rc < 0 ? TREE_NONE : tree_find(t, dir);
	if (node == TREE_NONE || tree_node(t, node)->type != TREE_DIRECTORY)
		return rc;
	for (uint32_t i = tree_first(t, node); i != TREE_NONE && n < CONFIGS_MAX;
	     i = tree_next(t, i))
		name[n++] = tree_name(t, i);
	qsort(name, n, sizeof(*name), str_qsort);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		snprintf(path, sizeof(path), "etc/dpkg/dpkg.cfg.d/%.*s", STR_ARG(name[i]));
		rc = read_rules(op, c, place, path);
	}
	return rc;
}

int dpkg_place(struct op *op, struct catalog *c, const struct found *f, bool split,
	       struct dpkg_place *ret)
{
	struct dpkg_place place = { .f = *f, .split = split };
	int rc = op_copy(op, f->path, &place.f.path);

	place.root = root_of(place.f.path, S("lib/dpkg/"));
	if (rc == 0)
		rc = read_diversions(op, c, &place);
	if (rc == 0 && catalog_wants_files(c))
		rc = read_all_rules(op, c, &place);
	if (rc == 0)
		*ret = place;
	return rc;
}

/* ---- lists ---- */

static bool joined(char *out, size_t size, str a, str b, str c, str d)
{
	if (a.len + b.len + c.len + d.len > (ptrdiff_t)size - 1)
		return false;
	snprintf(out, size, "%.*s%.*s%.*s%.*s", STR_ARG(a), STR_ARG(b), STR_ARG(c), STR_ARG(d));
	return true;
}

/* NAME.ending or NAME:ARCH.ending, as the database has it: 0, or 1 if it has none. */
static int find_list(struct op *op, struct catalog *c, const struct dpkg_place *place,
		     const struct installed_stanza *s, str ending, struct found *ret)
{
	char path[2 * LIMIT_NAME + 64];
	str dir = place->split ? S("../info/") : S("info/"), arch = S("");
	bool same = str_eq(s->multi_arch, S("same"));

	if (str_find(s->package, '/') >= 0 || str_find(s->architecture, '/') >= 0)
		return 1;
	if (place->split &&
	    joined(path, sizeof(path), str_base_name(place->f.path), ending, S(""), S(""))) {
		int rc = catalog_beside(op, c, &place->f, str_of(path), ret);
		if (rc <= 0)
			return rc;
	}
	for (int i = 0; i < 2; i++, same = !same) {
		char with[LIMIT_NAME + 1];
		if (!joined(with, sizeof(with), S(":"), s->architecture, S(""), S("")))
			return 1;
		arch = same ? str_of(with) : S("");
		if (!joined(path, sizeof(path), dir, s->package, arch, ending))
			return 1;
		int rc = catalog_beside(op, c, &place->f, str_of(path), ret);
		if (rc <= 0)
			return rc;
	}
	return 1;
}

static ptrdiff_t lines(str text)
{
	ptrdiff_t n = 1;

	for (ptrdiff_t i = 0; i < text.len; i++)
		n += text.p[i] == '\n';
	return n;
}

/* Is next within the directory `path`? */
static bool is_within(str next, str path)
{
	return next.len > path.len && next.p[path.len] == '/' && str_starts(next, path);
}

int dpkg_list(struct op *op, str text, ptrdiff_t more, struct package *p)
{
	if (!(p->file = op_new(op, struct package_file, lines(text) + more)))
		return op->code;
	while (text.p) {
		str path = str_cut(&text, '\n');
		/* Directories stand before what is in them. */
		if (path.len < 2 || path.p[0] != '/' || is_within(text, path) ||
		    str_eq(path, S("/.")))
			continue;
		p->file[p->file_n++].path = str_from(path, 1);
	}
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* 32 hex digits at the front of s. */
static bool take_md5(str s, uint8_t *ret)
{
	if (s.len < 32)
		return false;
	for (int i = 0; i < 16; i++) {
		int high = hex_digit(s.p[2 * i]), low = hex_digit(s.p[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		ret[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* "DIGEST  PATH": false for another line. */
static bool take_sum(str line, struct package_file *ret)
{
	*ret = (struct package_file){ .hash = HASH_MD5 };
	if (line.len < 35 || line.p[32] != ' ' || !take_md5(line, ret->digest))
		return false;
	ret->path = str_from(line, 34);
	if (str_starts(ret->path, S("./")))
		ret->path = str_from(ret->path, 2);
	ret->path = without_slash(ret->path);
	return ret->path.len > 0;
}

/* The digests for the files of a sorted list. Both are in nearly the same order. */
static void add_sums(str text, struct package *p)
{
	struct package_file sum;
	ptrdiff_t next = 0;

	while (text.p) {
		if (!take_sum(str_cut(&text, '\n'), &sum))
			continue;
		struct package_file *f = next < p->file_n ? &p->file[next] : NULL;
		if (!f || !str_eq(f->path, sum.path))
			f = package_find_file(p, sum.path);
		if (!f)
			continue;
		f->hash = sum.hash;
		memcpy(f->digest, sum.digest, sizeof(f->digest));
		next = f - p->file + 1;
	}
}

static int read_sums(struct op *op, str text, ptrdiff_t more, struct package *p)
{
	if (!(p->file = op_new(op, struct package_file, lines(text) + more)))
		return op->code;
	while (text.p)
		p->file_n += take_sum(str_cut(&text, '\n'), &p->file[p->file_n]);
	return 0;
}

/* " PATH DIGEST [obsolete]": which the package does not ship any more, but still has. */
static void add_conffiles(str text, struct package *p)
{
	while (text.p && text.len) {
		str line = str_cut(&text, '\n'), path = without_slash(str_word(&line));
		str digest = str_word(&line);
		if (path.len == 0 || str_eq(str_trim(line), S("remove-on-upgrade")))
			continue;
		struct package_file *f = &p->file[p->file_n++];
		*f = (struct package_file){ .path = path, .flags = FILE_CONFIG };
		if (digest.len == 32 && take_md5(digest, f->digest))
			f->hash = HASH_MD5;
	}
}

/* Files where they are: diversions, then what dpkg was told not to unpack, then the root. */
static int place_files(struct op *op, const struct dpkg_place *place, struct package *p)
{
	int rc = 0;

	for (ptrdiff_t i = 0; i < place->diversion.n && p->file_n; i++) {
		const struct dpkg_diversion *d = &place->diversion.p[i];
		struct package_file *f =
			str_eq(d->by, p->name) ? NULL : package_find_file(p, d->from);
		if (f && d->to.len)
			f->path = d->to;
		if (f && (rc = package_sort_files(op, p)) < 0)
			return rc;
	}
	for (ptrdiff_t i = 0; i < p->file_n && place->rule.n; i++) {
		bool excluded = false;
		for (ptrdiff_t k = 0; k < place->rule.n; k++) {
			if (glob_match(place->rule.p[k].glob, p->file[i].path))
				excluded = place->rule.p[k].exclude;
		}
		p->file[i].flags |= excluded ? FILE_GHOST : 0;
	}
	for (ptrdiff_t i = 0; rc == 0 && i < p->file_n && place->root.len; i++)
		rc = op_text(op, &p->file[i].path, "%.*s%.*s", STR_ARG(place->root),
			     STR_ARG(p->file[i].path));
	return rc;
}

/*
 * A .list does not tell directories from files: those that have nothing but links in them, or
 * nothing, are told by the tree. What has no digest and is not there may have been one, so nobody
 * misses it.
 */
static void drop_directories(const struct tree *t, struct package *p)
{
	ptrdiff_t kept = 0;

	for (ptrdiff_t i = 0; i < p->file_n; i++) {
		struct package_file *f = &p->file[i];
		uint32_t node = f->hash ? 0 : tree_find_link(t, f->path);
		if (!f->hash && node != TREE_NONE && tree_node(t, node)->type == TREE_DIRECTORY)
			continue;
		f->flags |= node == TREE_NONE ? FILE_GHOST : 0;
		p->file[kept++] = *f;
	}
	p->file_n = kept;
}

int dpkg_files(struct op *op, struct catalog *c, const struct dpkg_place *place,
	       const struct installed_stanza *s, struct package *p)
{
	ptrdiff_t conffiles = s->conffiles.len ? lines(s->conffiles) : 0;
	struct found list, sums;
	str text;
	int rc = find_list(op, c, place, s, S(".list"), &list);
	bool listed = rc == 0;

	if (listed && (rc = catalog_text(op, c, &list, LIMIT_CONTROL_FILE, &text)) == 0)
		rc = dpkg_list(op, text, conffiles, p);
	if (rc < 0)
		return rc;
	bool has_sums = false;
	if (!listed || catalog_wants_files(c)) {
		if ((rc = find_list(op, c, place, s, S(".md5sums"), &sums)) < 0)
			return rc;
		has_sums = rc == 0;
	}
	if (!listed && has_sums &&
	    (rc = catalog_text(op, c, &sums, LIMIT_CONTROL_FILE, &text)) == 0)
		rc = read_sums(op, text, conffiles, p);
	if (rc >= 0 && !listed && !has_sums) {
		p->listed = true;
		p->file = op_new(op, struct package_file, conffiles);
		rc = p->file ? 0 : op->code;
	}
	if (rc < 0)
		return rc;
	add_conffiles(s->conffiles, p);
	rc = package_sort_files(op, p);
	if (rc == 0 && listed && has_sums) {
		struct op_mark mark = op_mark(op);
		if ((rc = catalog_text(op, c, &sums, LIMIT_CONTROL_FILE, &text)) == 0)
			add_sums(text, p);
		op_reset(op, mark);
	}
	rc = rc < 0 ? rc : place_files(op, place, p);
	if (rc == 0 && listed && catalog_wants_files(c))
		drop_directories(catalog_tree(c), p);
	return rc;
}
