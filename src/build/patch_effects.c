/*
 * What an installation's effects (distro/effects.h) are on an upgrade: they hold in the image already, and
 * are kept true: a copy follows its original unless somebody changed it, a mode is set again, the CA
 * bundle is made again. What would be made anew is refused, since only a script knows whether it is
 * wanted. Triggers and the loader's cache are here too.
 * Source: Debian Policy 6.6; deb-triggers(5); update-ca-certificates(8); ldconfig(8).
 */
#include "patch_impl.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/num.h"
#include "codec/certificate.h"
#include "codec/ldcache.h"
#include "codec/tar.h"
#include "distro/script.h"

/* The id of an account: field 3 of a line of passwd or group. */
static bool account_id(const struct patch_image *m, str file, str name, uint32_t *ret)
{
	uint64_t id;
	str text;

	if (!patch_content(m, file, &text))
		return false;
	while (text.len) {
		str line = str_cut(&text, '\n');
		if (!str_eq(str_cut(&line, ':'), name))
			continue;
		(void)str_cut(&line, ':');
		if (!num_parse(str_cut(&line, ':'), UINT32_MAX - 1, &id))
			return false;
		*ret = (uint32_t)id;
		return true;
	}
	return false;
}

/* Has update-alternatives heard of it? Without its database there is none in the image. */
static bool has_alternative(struct op *op, const struct patch_image *m, const struct effect *e)
{
	str master = e->master.len ? e->master : e->name, path, text, line;

	if (!image_tree_find(&m->tree, S("var/lib/dpkg/alternatives")))
		return true;
	if (op_text(op, &path, "var/lib/dpkg/alternatives/%.*s", STR_ARG(master)) < 0 ||
	    op_text(op, &line, "/%.*s",
		    STR_ARG(str_starts(e->to, S("/")) ? str_from(e->to, 1) : e->to)) < 0)
		return false;
	if (!patch_content(m, path, &text))
		return false;
	while (text.len)
		if (str_eq(str_cut(&text, '\n'), line))
			return true;
	return false;
}

static int check_effect(struct op *op, struct patch_image *m, struct patch_work *w,
			const struct effect *e)
{
	bool fresh = w->change->was < 0;
	uint32_t id;
	str place;

	switch (e->kind) {
	case EFFECT_USER:
	case EFFECT_GROUP: {
		bool user = e->kind == EFFECT_USER;
		if (!account_id(m, user ? S("etc/passwd") : S("etc/group"), e->name, &id))
			return op_fail(op, ERR_NO, "it needs the %s %.*s, which the image lacks",
				       user ? "account" : "group", STR_ARG(e->name));
		return 0;
	}
	case EFFECT_ALTERNATIVE:
		return has_alternative(op, m, e)
			       ? 0
			       : op_fail(op, ERR_NO, "it would register the alternative %.*s",
					 STR_ARG(e->name));
	case EFFECT_DIVERT:
		return patch_place(op, m, e->path, &place) < 0 ? op->code
		       : map_get(&m->divert, place) || m->single
			       ? 0
			       : op_fail(op, ERR_NO, "it would divert /%.*s", STR_ARG(e->path));
	case EFFECT_JAVA_TRUSTSTORE:
		return op_fail(op, ERR_NO, "it would make Java's truststore again");
	case EFFECT_MEMBER:
	case EFFECT_DIRECTORY:
	case EFFECT_FILE:
	case EFFECT_COPY:
	case EFFECT_LINK:
	case EFFECT_MODE:
	case EFFECT_CA_BUNDLE:
	case EFFECT_REMOVE:
		break;
	}
	if (fresh && e->kind != EFFECT_MODE && e->kind != EFFECT_REMOVE)
		return op_fail(op, ERR_NO,
			       "it would be new, and its installation makes /%.*s (%.*s)",
			       STR_ARG(e->path), STR_ARG(e->origin));
	return 0;
}

int patch_effects_check(struct op *op, struct patch_image *m, struct patch_work *w)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < w->answer.n; i++)
		rc = check_effect(op, m, w, &w->answer.effect[i]);
	return rc;
}

/* Applied. */

static int set_mode(struct patch_layer *l, const struct effect *e)
{
	str place;
	int rc = patch_place(l->op, l->m, e->path, &place);
	const ptrdiff_t *at = rc < 0 ? NULL : map_get(&l->at, place);

	if (!at || map_get(&l->m->overridden, place))
		return rc;
	struct entry *to = &l->file.p[*at].entry;
	if (e->mode != UINT32_MAX)
		to->mode = e->mode;
	if ((e->owner.len && !account_id(l->m, S("etc/passwd"), e->owner, &to->uid)) ||
	    (e->group.len && !account_id(l->m, S("etc/group"), e->group, &to->gid)))
		return op_fail(l->op, ERR_NO, "/%.*s: no account %.*s %.*s in the image",
			       STR_ARG(e->path), STR_ARG(e->owner), STR_ARG(e->group));
	return 0;
}

/* A copy that is still what the old version's original was becomes what the new one's is. */
static int follow_copy(struct patch_layer *l, const struct effect *e)
{
	str from, to;
	int rc = patch_place(l->op, l->m, e->from, &from);

	if (rc < 0 || (rc = patch_place(l->op, l->m, e->path, &to)) < 0)
		return rc;
	const ptrdiff_t *at = map_get(&l->at, from);
	const struct entry *was = image_tree_find_link(&l->m->tree, from);
	const struct entry *is = image_tree_find_link(&l->m->tree, to);
	if (!at || !was || !is || was->type != ENTRY_FILE || is->type != ENTRY_FILE ||
	    !digest_eq(&was->sha256, &is->sha256))
		return 0;
	struct entry copy = *is;
	copy.size = l->file.p[*at].entry.size;
	copy.mtime = l->file.p[*at].entry.mtime;
	return patch_put(l, &copy, l->file.p[*at].bytes, -1);
}

/* The CA bundle, by /etc/ca-certificates.conf. */

struct authority {
	str name, path, pem; /* "X.pem" */
	uint32_t hash;
};

/* "mozilla/X Y.crt" is called X_Y.pem, as update-ca-certificates does. */
static int pem_name(struct op *op, str path, str *ret)
{
	str base = str_base_name(path);
	struct buf b;

	buf_init(&b, op, LIMIT_PATH);
	base = str_head(base, base.len - 4);
	for (ptrdiff_t i = 0; i < base.len; i++) {
		char c = base.p[i];
		buf_char(&b, c == ' ' || c == ',' ? '_' : c == '(' || c == ')' ? '=' : c);
	}
	buf_add(&b, S(".pem"));
	return buf_take(&b, ret);
}

static bool bytes_of(const struct patch_layer *l, str path, str *ret)
{
	const ptrdiff_t *at = map_get(&l->at, path);

	if (at) {
		*ret = l->file.p[*at].bytes;
		return true;
	}
	return !map_get(&l->gone, path) && patch_content(l->m, path, ret);
}

typedef VEC(struct authority) authorities;

static int add_authority(struct patch_layer *l, str path, str bytes, authorities *to)
{
	struct authority *a = vec_push(l->op, to);
	struct certificate c;

	if (!a)
		return l->op->code;
	a->path = path;
	a->pem = bytes;
	int rc = pem_name(l->op, path, &a->name);
	if (rc == 0)
		rc = certificate_read(l->op, path, bytes, &c);
	a->hash = c.hash;
	return rc;
}

/* The certificates of the conf file: gone ones are turned off, and new ones of the package come in. */
static int make_conf(struct patch_layer *l, const struct patch_work *w, authorities *all)
{
	str text, bytes, path, conf = S("etc/ca-certificates.conf");
	struct map seen;
	struct buf b;
	int rc = 0;

	map_init(&seen, l->op);
	buf_init(&b, l->op, LIMIT_CAPTURE);
	if (!patch_content(l->m, conf, &text))
		return 1;
	while (rc == 0 && text.len) {
		str line = str_cut(&text, '\n'), name = str_trim(line);
		bool off = str_starts(name, S("!"));
		if (!name.len || name.p[0] == '#') {
			buf_fmt(&b, "%.*s\n", STR_ARG(line));
			continue;
		}
		name = str_from(name, off);
		if ((rc = op_text(l->op, &path, "usr/share/ca-certificates/%.*s", STR_ARG(name))) <
		    0)
			return rc;
		bool there = patch_find(l, path) && str_ends(name, S(".crt"));
		buf_fmt(&b, "%s%.*s\n", off || !there ? "!" : "", STR_ARG(name));
		if (!there)
			continue;
		rc = map_put(&seen, path, l);
		if (rc == 0 && !off)
			rc = bytes_of(l, path, &bytes) ? add_authority(l, path, bytes, all) : 1;
	}
	for (ptrdiff_t i = 0; rc == 0 && i < w->contents.n; i++) {
		path = w->path[i];
		if (!str_starts(path, S("usr/share/ca-certificates/")) ||
		    !str_ends(path, S(".crt")) || map_get(&seen, path))
			continue;
		buf_fmt(&b, "%.*s\n", STR_ARG(str_from(path, 26)));
		rc = bytes_of(l, path, &bytes) ? add_authority(l, path, bytes, all) : 1;
	}
	if (rc == 0)
		rc = buf_take(&b, &bytes);
	return rc ? rc : patch_put_file(l, conf, bytes, 0644);
}

static int put_link(struct patch_layer *l, str path, str to)
{
	const struct entry *is = image_tree_find_link(&l->m->tree, path);
	struct entry e = {
		.path = path, .link = to, .type = ENTRY_SYMLINK, .mode = 0777, .mtime = l->created
	};

	return is && is->type == ENTRY_SYMLINK && str_eq(is->link, to)
		       ? 0
		       : patch_put(l, &e, S(""), -1);
}

/* Links in etc/ssl/certs that lead to what is no longer there. */
static int remove_dangling(struct patch_layer *l)
{
	for (ptrdiff_t i = 0; i < l->m->tree.n; i++) {
		const struct entry *e = &l->m->tree.entry[i];
		str to = e->link, dir = S("etc/ssl/certs");
		if (e->type != ENTRY_SYMLINK || !str_eq(str_dir_name(e->path), dir))
			continue;
		if (str_starts(to, S("/")) && map_get(&l->gone, str_from(to, 1)) &&
		    map_put(&l->gone, e->path, l) < 0)
			return l->op->code;
	}
	for (ptrdiff_t i = 0; i < l->m->tree.n; i++) {
		const struct entry *e = &l->m->tree.entry[i];
		str path;
		if (e->type != ENTRY_SYMLINK ||
		    !str_eq(str_dir_name(e->path), S("etc/ssl/certs")) ||
		    str_find(e->link, '/') >= 0)
			continue;
		if (op_text(l->op, &path, "etc/ssl/certs/%.*s", STR_ARG(e->link)) < 0)
			return l->op->code;
		if (map_get(&l->gone, path) && !map_get(&l->at, e->path) &&
		    map_put(&l->gone, e->path, l) < 0)
			return l->op->code;
	}
	return 0;
}

static int make_bundle(struct patch_layer *l, const struct patch_work *w)
{
	authorities all = { 0 };
	str path, to, text, bundle = S("etc/ssl/certs/ca-certificates.crt");
	struct buf b;
	int rc = make_conf(l, w, &all);

	if (rc > 0)
		return op_fail(l->op, ERR_NO,
			       "the CA bundle cannot be made again: the image's "
			       "/etc/ca-certificates.conf or its certificates are not there");
	if (rc == 0)
		rc = remove_dangling(l);
	if (rc < 0)
		return rc;
	/* The image's own are behind the package's. */
	for (ptrdiff_t i = 0; rc == 0 && i < l->m->tree.n; i++) {
		path = l->m->tree.entry[i].path;
		if (!str_starts(path, S("usr/local/share/ca-certificates/")) ||
		    !str_ends(path, S(".crt")) || !patch_content(l->m, path, &text))
			continue;
		rc = add_authority(l, path, text, &all);
	}
	buf_init(&b, l->op, LIMIT_CAPTURE);
	for (ptrdiff_t i = 0; rc == 0 && i < all.n; i++) {
		unsigned turn = 0;
		for (ptrdiff_t k = 0; k < all.n; k++)
			turn += all.p[k].hash == all.p[i].hash &&
				str_cmp(all.p[k].name, all.p[i].name) < 0;
		buf_fmt(&b, "%.*s\n", STR_ARG(str_trim(all.p[i].pem)));
		rc = op_text(l->op, &path, "etc/ssl/certs/%.*s", STR_ARG(all.p[i].name));
		if (rc == 0)
			rc = op_text(l->op, &to, "/%.*s", STR_ARG(all.p[i].path));
		if (rc == 0)
			rc = put_link(l, path, to);
		if (rc == 0)
			rc = op_text(l->op, &path, "etc/ssl/certs/%08x.%u", all.p[i].hash, turn);
		if (rc == 0)
			rc = put_link(l, path, all.p[i].name);
	}
	if (rc == 0)
		rc = buf_take(&b, &text);
	return rc < 0 ? rc : patch_put_file(l, bundle, text, 0644);
}

int patch_effects(struct patch_layer *l, ptrdiff_t *ret_work)
{
	int rc = 0;

	for (ptrdiff_t k = 0; rc == 0 && k < l->n; k++) {
		const struct effects_answer *a = &l->work[k].answer;
		bool bundle = false;
		*ret_work = k;
		for (ptrdiff_t i = 0; rc == 0 && i < a->n; i++) {
			bundle |= a->effect[i].kind == EFFECT_CA_BUNDLE;
			if (a->effect[i].kind == EFFECT_MODE)
				rc = set_mode(l, &a->effect[i]);
			else if (a->effect[i].kind == EFFECT_COPY)
				rc = follow_copy(l, &a->effect[i]);
		}
		if (rc == 0 && bundle)
			rc = make_bundle(l, &l->work[k]);
	}
	return rc;
}

/* Triggers. */

/* Packages whose triggers make what is made here, or what is made again when it is needed. */
static const str answered[] = { S_INIT("libc-bin"), S_INIT("man-db") };

static const struct patch_record *record_of(const struct patch_image *m, str name)
{
	str plain = str_cut(&name, ':');

	for (ptrdiff_t i = 0; i < m->n; i++)
		if (str_eq(m->installed[i].name, plain))
			return &m->record[i];
	return NULL;
}

/* Would the package do something? */
static int triggered(struct patch_layer *l, str name, str what)
{
	const struct patch_record *r = record_of(l->m, name);
	struct script s;
	str path, text;

	for (size_t i = 0; i < sizeof(answered) / sizeof(answered[0]); i++)
		if (str_eq(name, answered[i]))
			return 0;
	if (!r)
		return 0;
	int rc = op_text(l->op, &path, "var/lib/dpkg/info/%.*s.postinst", STR_ARG(r->info));
	if (rc < 0 || !patch_content(l->m, path, &text))
		return rc;
	if ((rc = script_read_triggered(l->op, text, what, &s)) < 0 || !s.left.len)
		return rc;
	return op_fail(l->op, ERR_NO, "it would trigger %.*s by %.*s, whose postinst would act",
		       STR_ARG(name), STR_ARG(what));
}

/* "/path package[/noawait]" */
static int touch(struct patch_layer *l, str path, str interests)
{
	int rc = 0;

	while (rc == 0 && interests.len) {
		str line = str_cut(&interests, '\n'), below = str_word(&line);
		below = str_from(below, 1);
		line = str_trim(line);
		if (!below.len || !str_starts(path, below) ||
		    (path.len > below.len && path.p[below.len] != '/'))
			continue;
		rc = triggered(l, str_cut(&line, '/'), below);
	}
	return rc;
}

static int activate(struct patch_layer *l, const struct patch_work *w)
{
	str text = w->contents.triggers;
	int rc = 0;

	while (rc == 0 && text.len) {
		str line = str_cut(&text, '\n'), path, who;
		line = str_cut(&line, '#');
		if (!str_starts(str_word(&line), S("activate")))
			continue;
		str what = str_word(&line);
		if (!what.len || str_find(what, '/') >= 0)
			continue;
		if ((rc = op_text(l->op, &path, "var/lib/dpkg/triggers/%.*s", STR_ARG(what))) < 0)
			return rc;
		if (!patch_content(l->m, path, &who))
			continue;
		while (rc == 0 && who.len) {
			str name = str_trim(str_cut(&who, '\n'));
			rc = triggered(l, str_cut(&name, '/'), what);
		}
	}
	return rc;
}

int patch_triggers(struct patch_layer *l, ptrdiff_t *ret_work)
{
	str files;
	int rc = 0;

	if (l->m->single)
		return 0;
	if (!patch_content(l->m, S("var/lib/dpkg/triggers/File"), &files))
		files = S("");
	for (ptrdiff_t i = 0; rc == 0 && i < l->file.n; i++) {
		*ret_work = l->from.p[i];
		if (l->from.p[i] >= 0)
			rc = touch(l, l->file.p[i].entry.path, files);
	}
	for (ptrdiff_t k = 0; rc == 0 && k < l->n; k++) {
		const struct patch_record *r =
			l->work[k].change->was < 0 ? NULL : &l->m->record[l->work[k].change->was];
		*ret_work = k;
		rc = activate(l, &l->work[k]);
		for (ptrdiff_t i = 0; rc == 0 && r && i < r->list.n; i++)
			if (map_get(&l->gone, r->list.p[i]))
				rc = touch(l, r->list.p[i], files);
	}
	return rc;
}

/* The loader's cache. */

/* How the cache spells the directory that a library is in; empty: it is none of the loader's. */
static int cached_dir(struct patch_layer *l, const struct ldcache_lib *lib, ptrdiff_t n, str dir,
		      str *ret)
{
	*ret = S("");
	for (ptrdiff_t i = 0; i < n; i++) {
		str place;
		int rc = patch_place(l->op, l->m, str_from(lib[i].path, 1), &place);
		if (rc == ERR_NO) {
			op_forgive(l->op);
			continue;
		}
		if (rc < 0)
			return rc;
		if (str_eq(str_dir_name(place), dir)) {
			*ret = str_dir_name(lib[i].path);
			return 0;
		}
	}
	return 0;
}

/* The ELF file of a package behind a name, if it is a library of that soname. */
static const struct elf *library(const struct patch_work *w, const struct entry *e)
{
	const struct entry *file = e;

	if (e->type == ENTRY_SYMLINK && str_find(e->link, '/') < 0) {
		for (ptrdiff_t i = 0; i < w->contents.n; i++)
			if (str_eq(str_dir_name(w->contents.entry[i].path),
				   str_dir_name(e->path)) &&
			    str_eq(str_base_name(w->contents.entry[i].path), e->link))
				file = &w->contents.entry[i];
	}
	if (!file->elf || file->elf->type != 3 ||
	    !str_eq(file->elf->soname, str_base_name(e->path)))
		return NULL;
	return file->elf;
}

static bool is_cached(struct patch_layer *l, const struct ldcache_lib *lib, ptrdiff_t n, str path)
{
	for (ptrdiff_t i = 0; i < n; i++)
		if (str_eq(lib[i].path, path) && l->op->code == 0)
			return true;
	return false;
}

typedef VEC(struct ldcache_lib) libraries;

static int add_libraries(struct patch_layer *l, const struct patch_work *w,
			 const struct ldcache_lib *old, ptrdiff_t n, libraries *all)
{
	for (ptrdiff_t i = 0; i < w->contents.n; i++) {
		const struct elf *elf = w->path[i].len ? library(w, &w->contents.entry[i]) : NULL;
		str dir, path;
		if (!elf)
			continue;
		int rc = cached_dir(l, old, n, str_dir_name(w->path[i]), &dir);
		if (rc < 0)
			return rc;
		if (!dir.len)
			continue;
		rc = op_text(l->op, &path, "%.*s/%.*s", STR_ARG(dir), STR_ARG(elf->soname));
		if (rc < 0)
			return rc;
		if (is_cached(l, old, n, path))
			continue;
		struct ldcache_lib *lib = vec_push(l->op, all);
		if (!lib)
			return l->op->code;
		*lib = (struct ldcache_lib){ .soname = elf->soname,
					     .path = path,
					     .machine = elf->machine,
					     .bits = elf->bits };
	}
	return 0;
}

int patch_cache(struct patch_layer *l)
{
	struct ldcache_lib *old;
	libraries all = { 0 };
	bool differs = false;
	ptrdiff_t n;
	str bytes;

	if (!patch_content(l->m, S("etc/ld.so.cache"), &bytes))
		return 0;
	int rc = ldcache_read(l->op, bytes, &old, &n);
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		struct ldcache_lib *lib;
		str place = S("");
		rc = patch_place(l->op, l->m, str_from(old[i].path, 1), &place);
		if (rc == ERR_NO) {
			op_forgive(l->op);
			rc = 0;
		}
		if (rc == 0 && place.len && !patch_find(l, place)) {
			differs = true;
			continue;
		}
		if (rc == 0 && !(lib = vec_push(l->op, &all)))
			return l->op->code;
		if (rc == 0)
			*lib = old[i];
	}
	ptrdiff_t kept = all.n;
	for (ptrdiff_t k = 0; rc == 0 && k < l->n; k++)
		rc = add_libraries(l, &l->work[k], old, n, &all);
	if (rc < 0 || (!differs && all.n == kept))
		return rc;
	rc = ldcache_write(l->op, all.p, all.n, l->m->platform->big, &bytes);
	return rc < 0 ? rc : patch_put_file(l, S("etc/ld.so.cache"), bytes, 0644);
}
