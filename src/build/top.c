#include "top.h"

#include <stdlib.h>
#include <string.h>

#include "base/glob.h"
#include "base/limits.h"
#include "codec/certificate.h"
#include "codec/tar.h"
#include "distro/deb.h"

/*
 * The work: every path of the image so far, by path. `at` holds index + 1 into path. A path of
 * the top layer has package -1 and its layer_file at the index of `generated`.
 */
struct work {
	struct op *op;
	const struct top_input *in;
	struct map at;
	VEC(struct outcome_file) path;
	VEC(struct layer_file *) generated; /* parallel to path; NULL: a package's own */
	struct accounts accounts;
};

static ptrdiff_t find(const struct work *w, str path)
{
	return (ptrdiff_t)(uintptr_t)map_get(&w->at, path) - 1;
}

static const struct entry *entry_at(const struct work *w, str path)
{
	ptrdiff_t i = find(w, path);

	return i < 0 ? NULL : w->path.p[i].entry;
}

static int add_path(struct work *w, const struct outcome_file *f, struct layer_file *generated)
{
	ptrdiff_t i = find(w, f->entry->path);

	if (i < 0) {
		const struct outcome_file *path = vec_push(w->op, &w->path);
		struct layer_file *const *made = vec_push(w->op, &w->generated);
		if (!path || !made)
			return w->op->code;
		i = w->path.n - 1;
		int rc = map_put(&w->at, f->entry->path, (void *)(uintptr_t)(i + 1));
		if (rc < 0)
			return rc;
	}
	w->path.p[i] = *f;
	w->generated.p[i] = generated;
	return 0;
}

static str moved_to(const struct select_package *p, str path)
{
	for (ptrdiff_t i = 0; i < p->rename_n; i++)
		if (str_eq(p->rename[i].from, path))
			return p->rename[i].to;
	return path;
}

/* A directory that packages ship differently: the one that is not plain 0755 root:root counts. */
static bool plain_directory(const struct entry *e)
{
	return e->mode == 0755 && e->uid == 0 && e->gid == 0;
}

static int add_shipped(struct work *w, ptrdiff_t p, const struct entry *e)
{
	const struct entry *was = entry_at(w, e->path);

	if (was && e->type == ENTRY_DIRECTORY) {
		if (plain_directory(e))
			return 0;
		if (!plain_directory(was) && (was->mode != e->mode || was->uid != e->uid || was->gid != e->gid))
			return op_fail(w->op, ERR_NO, "directory %.*s is shipped with mode %04o and with %04o",
				       STR_ARG(e->path), was->mode, e->mode);
	}
	return add_path(w, &(struct outcome_file){ .entry = e, .package = p }, NULL);
}

static int add_package(struct work *w, ptrdiff_t p)
{
	const struct select_package *s = &w->in->package[p].select;
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < s->contents->n; i++) {
		const struct entry *e = &s->contents->entry[i];
		if (!s->keep[i])
			continue;
		str to = moved_to(s, e->path);
		if (!str_eq(to, e->path)) {
			struct entry *copy = op_new(w->op, struct entry, 1);
			if (!copy)
				return w->op->code;
			*copy = *e;
			copy->path = to;
			e = copy;
		}
		rc = add_shipped(w, p, e);
	}
	return rc;
}

/* Putting into the top layer */

static int put(struct work *w, struct layer_file file);

static int put_directory(struct work *w, str path, uint32_t mode, uint32_t uid, uint32_t gid, str from)
{
	return put(w, (struct layer_file){ .entry = { .path = path, .type = ENTRY_DIRECTORY, .mode = mode,
						      .uid = uid, .gid = gid }, .from = from });
}

/* Every directory above path, made where it is missing; a symlink or file among them is refused. */
static int put_parents(struct work *w, str path, str from)
{
	for (ptrdiff_t i = 1; i < path.len; i++) {
		str above = str_head(path, i);
		if (path.p[i] != '/')
			continue;
		const struct entry *e = entry_at(w, above);
		if (e && e->type == ENTRY_SYMLINK)
			return op_fail(w->op, ERR_USAGE, "%.*s: %.*s goes through the link %.*s -> %.*s",
				       STR_ARG(from), STR_ARG(path), STR_ARG(above), STR_ARG(e->link));
		if (e && e->type != ENTRY_DIRECTORY)
			return op_fail(w->op, ERR_USAGE, "%.*s: %.*s is below the file %.*s", STR_ARG(from),
				       STR_ARG(path), STR_ARG(above));
		if (e)
			continue;
		struct layer_file *dir = op_new(w->op, struct layer_file, 1);
		if (!dir)
			return w->op->code;
		*dir = (struct layer_file){ .entry = { .path = above, .type = ENTRY_DIRECTORY, .mode = 0755,
						       .mtime = w->in->created }, .from = from };
		int rc = add_path(w, &(struct outcome_file){ .entry = &dir->entry, .package = -1, .from = from }, dir);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Size and digests of a generated file. */
static int measure(struct op *op, struct entry *e, str bytes)
{
	AUTO_HASH *hash = NULL;
	int rc = hash_open(op, HASH_SHA256 | HASH_SHA1, &hash);

	if (rc < 0)
		return rc;
	hash_add(hash, bytes);
	hash_result(hash, HASH_SHA256, e->sha256.b);
	hash_result(hash, HASH_SHA1, e->sha1);
	e->size = (uint64_t)bytes.len;
	return 0;
}

static int put(struct work *w, struct layer_file file)
{
	const struct entry *was = entry_at(w, file.entry.path);
	struct layer_file *keep;
	int rc;

	if (was && (was->type == ENTRY_DIRECTORY) != (file.entry.type == ENTRY_DIRECTORY))
		return op_fail(w->op, ERR_USAGE, "%.*s: %.*s is a %s already", STR_ARG(file.from),
			       STR_ARG(file.entry.path), was->type == ENTRY_DIRECTORY ? "directory" : "file");
	if ((rc = put_parents(w, file.entry.path, file.from)) < 0)
		return rc;
	if (!(keep = op_new(w->op, struct layer_file, 1)))
		return w->op->code;
	*keep = file;
	keep->entry.mtime = w->in->created;
	if (keep->entry.type == ENTRY_FILE && (rc = measure(w->op, &keep->entry, file.bytes)) < 0)
		return rc;
	return add_path(w, &(struct outcome_file){ .entry = &keep->entry, .package = -1, .from = file.from }, keep);
}

static int put_file(struct work *w, str path, str bytes, uint32_t mode, str from)
{
	return put(w, (struct layer_file){ .entry = { .path = path, .type = ENTRY_FILE, .mode = mode },
					   .bytes = bytes, .from = from });
}

static int put_link(struct work *w, str path, str to, str from)
{
	return put(w, (struct layer_file){ .entry = { .path = path, .type = ENTRY_SYMLINK, .mode = 0777, .link = to },
					   .from = from });
}

/* The two files that layers put into var/lib/dpkg/status.d for each package are theirs. */

static int add_record(struct work *w, ptrdiff_t p, const char *suffix, str bytes)
{
	const struct contents *c = w->in->package[p].select.contents;
	str from = S("dpkg record of the package");
	struct entry *e = op_new(w->op, struct entry, 1);

	if (!e)
		return w->op->code;
	*e = (struct entry){ .type = ENTRY_FILE, .mode = 0644, .mtime = c->built };
	int rc = op_text(w->op, &e->path, "var/lib/dpkg/status.d/%.*s%s", STR_ARG(c->name), suffix);
	if (rc == 0)
		rc = put_parents(w, e->path, from);
	if (rc == 0)
		rc = measure(w->op, e, bytes);
	return rc < 0 ? rc : add_path(w, &(struct outcome_file){ .entry = e, .package = p, .from = from }, NULL);
}

static int add_records(struct work *w, ptrdiff_t p)
{
	const struct select_package *s = &w->in->package[p].select;
	struct layer_spec spec = { .contents = s->contents, .keep = s->keep, .rename = s->rename,
				   .rename_n = s->rename_n };
	str md5sums;
	int rc = layer_md5sums(w->op, &spec, &md5sums);

	if (rc == 0)
		rc = add_record(w, p, "", s->contents->control);
	if (rc == 0 && md5sums.len)
		rc = add_record(w, p, ".md5sums", md5sums);
	return rc;
}

/* Names of owners, empty for root. */
static int owner_ids(struct work *w, str owner, str group, str from, uint32_t *uid, uint32_t *gid)
{
	int rc = accounts_need_user(w->op, &w->accounts, owner);

	if (rc == 0)
		rc = accounts_need_group(w->op, &w->accounts, group);
	if (rc == 0 && owner.len)
		rc = accounts_uid(w->op, &w->accounts, owner, uid);
	if (rc > 0)
		return op_fail(w->op, ERR_USAGE, "%.*s: there is no user %.*s", STR_ARG(from), STR_ARG(owner));
	if (rc == 0 && group.len)
		rc = accounts_gid(w->op, &w->accounts, group, gid);
	if (rc > 0)
		return op_fail(w->op, ERR_USAGE, "%.*s: there is no group %.*s", STR_ARG(from), STR_ARG(group));
	return rc;
}

/* A path of an effect or recipe in its place after the /usr merge. */
static int clean(struct work *w, str path, bool directory, str from, str *ret)
{
	char out[LIMIT_PATH];
	str got;
	bool moved;

	if (!tar_clean(path, out, &got) || got.len == 0)
		return op_fail(w->op, ERR_USAGE, "%.*s: '%.*s' is no path of an image", STR_ARG(from), STR_ARG(path));
	return deb_path(w->op, got, directory, ret, &moved);
}

/* The bytes of a path that a package ships, whether it is kept or not. 1 if none does. */
static int shipped_bytes(struct work *w, str path, str *ret)
{
	for (ptrdiff_t p = 0; p < w->in->package_n; p++) {
		const struct contents *c = w->in->package[p].select.contents;
		const struct entry *e = contents_find(c, path);
		if (!e || e->type == ENTRY_DIRECTORY || e->type == ENTRY_SYMLINK)
			continue;
		if (contents_file(c, path, ret))
			return 0;
		return contents_read(w->op, w->in->store, &c->deb, path, LIMIT_CAPTURE, ret);
	}
	return 1;
}

/* Effects */

/* What the recipe drops is not made either. */
static bool dropped(const struct work *w, str path)
{
	const struct recipe *r = w->in->recipe;
	bool drop = false;

	for (ptrdiff_t i = 0; i < r->drop.n && !drop; i++)
		drop = glob_match(r->drop.p[i], path);
	for (ptrdiff_t i = 0; i < r->keep.n && drop; i++)
		drop = !glob_match(r->keep.p[i], path);
	return drop;
}

static int effect_mode(struct work *w, str path, uint32_t mode, str owner, str group, str from)
{
	ptrdiff_t i = find(w, path);

	if (i < 0)
		return op_fail(w->op, ERR_USAGE, "%.*s: %.*s is not in the image", STR_ARG(from), STR_ARG(path));
	struct layer_file file = { .entry = *w->path.p[i].entry, .from = from };
	if (mode != UINT32_MAX)
		file.entry.mode = mode;
	int rc = owner_ids(w, owner, group, from, &file.entry.uid, &file.entry.gid);
	if (rc < 0)
		return rc;
	if (file.entry.type == ENTRY_HARDLINK)
		return op_fail(w->op, ERR_USAGE, "%.*s: %.*s is a hard link; name %.*s", STR_ARG(from), STR_ARG(path),
			       STR_ARG(file.entry.link));
	if (file.entry.type == ENTRY_FILE && w->generated.p[i])
		file.bytes = w->generated.p[i]->bytes;
	else if (file.entry.type == ENTRY_FILE && (rc = shipped_bytes(w, path, &file.bytes)) != 0)
		return rc < 0 ? rc : op_fail(w->op, ERR_USAGE, "%.*s: %.*s has no content", STR_ARG(from), STR_ARG(path));
	return put(w, file);
}

static int effect_copy(struct work *w, const struct effect *e, str path)
{
	str from, bytes;
	int rc = clean(w, e->from, false, e->origin, &from);

	if (rc < 0)
		return rc;
	rc = shipped_bytes(w, from, &bytes);
	if (rc > 0)
		return op_fail(w->op, ERR_USAGE, "%.*s: no package ships %.*s", STR_ARG(e->origin), STR_ARG(from));
	if (rc == 0)
		rc = put_file(w, path, bytes, 0644, e->origin);
	return rc < 0 ? rc : effect_mode(w, path, e->mode, e->owner, e->group, e->origin);
}

static int effect_apply(struct work *w, const struct effect *e)
{
	uint32_t uid = 0, gid = 0;
	str path;
	int rc;

	switch (e->kind) {
	case EFFECT_DIRECTORY:
	case EFFECT_FILE:
	case EFFECT_COPY:
	case EFFECT_LINK:
	case EFFECT_MODE:
		break;
	default:
		return 0; /* accounts, alternatives, diversions and the CA bundle have their own turn */
	}
	if ((rc = clean(w, e->path, e->kind == EFFECT_DIRECTORY, e->origin, &path)) < 0)
		return rc;
	if (dropped(w, path))
		return 0;
	if (e->kind == EFFECT_COPY)
		return effect_copy(w, e, path);
	if (e->kind == EFFECT_LINK)
		return put_link(w, path, e->to, e->origin);
	if (e->kind == EFFECT_MODE)
		return effect_mode(w, path, e->mode, e->owner, e->group, e->origin);
	if ((rc = owner_ids(w, e->owner, e->group, e->origin, &uid, &gid)) < 0)
		return rc;
	uint32_t mode = e->mode != UINT32_MAX ? e->mode : e->kind == EFFECT_DIRECTORY ? 0755 : 0644;
	return put(w, (struct layer_file){ .entry = { .path = path, .mode = mode, .uid = uid, .gid = gid,
			.type = e->kind == EFFECT_DIRECTORY ? ENTRY_DIRECTORY : ENTRY_FILE },
			.bytes = e->text, .from = e->origin });
}

/* Alternatives: of each name the highest priority wins, the first package on a tie. */

static const struct effect *alternative_winner(const struct top_input *in, const struct effect *like)
{
	const struct effect *best = like;

	for (ptrdiff_t p = 0; p < in->package_n; p++) {
		for (ptrdiff_t i = 0; i < in->package[p].answer.n; i++) {
			const struct effect *e = &in->package[p].answer.effect[i];
			if (e->kind == EFFECT_ALTERNATIVE && e->master.len == 0 && str_eq(e->name, like->name) &&
			    e->priority > best->priority)
				best = e;
		}
	}
	return best;
}

static int put_alternative(struct work *w, const struct effect *e)
{
	str link, target, middle, to;
	int rc = clean(w, e->path, false, e->origin, &link);

	if (rc < 0 || (rc = clean(w, e->to, false, e->origin, &target)) < 0)
		return rc;
	if (find(w, target) < 0 || dropped(w, link))
		return 0; /* what it points at was dropped: a man page */
	if ((rc = op_text(w->op, &middle, "etc/alternatives/%.*s", STR_ARG(e->name))) < 0 ||
	    (rc = op_text(w->op, &to, "/%.*s", STR_ARG(middle))) < 0)
		return rc;
	if ((rc = put_link(w, middle, e->to, e->origin)) < 0)
		return rc;
	return put_link(w, link, to, e->origin);
}

static int put_alternatives(struct work *w, const struct effects_answer *a)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < a->n; i++) {
		const struct effect *e = &a->effect[i];
		if (e->kind != EFFECT_ALTERNATIVE || e->master.len || alternative_winner(w->in, e) != e)
			continue;
		rc = put_alternative(w, e);
		for (ptrdiff_t k = 0; rc == 0 && k < a->n; k++)
			if (a->effect[k].kind == EFFECT_ALTERNATIVE && str_eq(a->effect[k].master, e->name) &&
			    a->effect[k].priority == e->priority)
				rc = put_alternative(w, &a->effect[k]);
	}
	return rc;
}

/* The CA bundle, as update-ca-certificates(8) makes it: /etc/ssl/certs with its links. */

struct authority {
	str path, name, pem;  /* usr/share/...crt; X.pem */
	uint32_t hash;
};
typedef VEC(struct authority) authorities;

static int by_name(const void *a, const void *b)
{
	return str_cmp(((const struct authority *)a)->name, ((const struct authority *)b)->name);
}

static int list_authorities(struct work *w, authorities *out)
{
	for (ptrdiff_t p = 0; p < w->in->package_n; p++) {
		const struct contents *c = w->in->package[p].select.contents;
		for (ptrdiff_t i = 0; i < c->file_n; i++) {
			str path = c->file[i].path, base = str_base_name(path);
			if (!str_starts(path, S("usr/share/ca-certificates/")) || !str_ends(base, S(".crt")))
				continue;
			struct authority *a = vec_push(w->op, out);
			if (!a)
				return w->op->code;
			*a = (struct authority){ .path = path, .pem = c->file[i].bytes };
			int rc = op_text(w->op, &a->name, "%.*s.pem", (int)base.len - 4, base.p);
			if (rc == 0)
				rc = certificate_hash(w->op, path, a->pem, &a->hash);
			if (rc < 0)
				return rc;
		}
	}
	if (out->n > 1)
		qsort(out->p, (size_t)out->n, sizeof(*out->p), by_name);
	return 0;
}

/* The links of one certificate: its name, and the hash that OpenSSL looks for. */
static int put_authority_links(struct work *w, const authorities *all, ptrdiff_t i, str from)
{
	const struct authority *a = &all->p[i];
	unsigned turn = 0;
	str path, to;

	for (ptrdiff_t k = 0; k < i; k++)
		turn += all->p[k].hash == a->hash;
	int rc = op_text(w->op, &path, "etc/ssl/certs/%.*s", STR_ARG(a->name));
	if (rc == 0)
		rc = op_text(w->op, &to, "/%.*s", STR_ARG(a->path));
	if (rc == 0 && find(w, a->path) >= 0)
		rc = put_link(w, path, to, from);
	else if (rc == 0)
		rc = put_file(w, path, a->pem, 0644, from); /* the package's own copy was dropped */
	if (rc == 0)
		rc = op_text(w->op, &path, "etc/ssl/certs/%08x.%u", a->hash, turn);
	return rc < 0 ? rc : put_link(w, path, a->name, from);
}

static int put_authorities(struct work *w, str from)
{
	authorities all = { 0 };
	struct buf bundle;
	str text;
	int rc = list_authorities(w, &all);

	buf_init(&bundle, w->op, LIMIT_CAPTURE);
	for (ptrdiff_t i = 0; rc == 0 && i < all.n; i++) {
		buf_add(&bundle, str_trim(all.p[i].pem));
		buf_char(&bundle, '\n');
		rc = put_authority_links(w, &all, i, from);
	}
	if (rc == 0)
		rc = buf_take(&bundle, &text);
	if (rc == 0 && all.n > 0)
		rc = put_file(w, S("etc/ssl/certs/ca-certificates.crt"), text, 0644, from);
	/* Where OpenSSL looks when the package openssl, which ships these links, is not there. */
	if (rc == 0 && all.n > 0 && find(w, S("usr/lib/ssl/certs")) < 0)
		rc = put_link(w, S("usr/lib/ssl/certs"), S("/etc/ssl/certs"), from);
	if (rc == 0 && all.n > 0 && find(w, S("usr/lib/ssl/cert.pem")) < 0)
		rc = put_link(w, S("usr/lib/ssl/cert.pem"), S("/etc/ssl/certs/ca-certificates.crt"), from);
	return rc;
}

static int put_all_effects(struct work *w)
{
	const struct top_input *in = w->in;
	str bundle_from = S("");
	int rc = 0;

	for (ptrdiff_t p = 0; rc == 0 && p < in->package_n; p++) {
		const struct effects_answer *a = &in->package[p].answer;
		for (ptrdiff_t i = 0; rc == 0 && i < a->n; i++) {
			if (a->effect[i].kind == EFFECT_CA_BUNDLE)
				bundle_from = a->effect[i].origin;
			rc = effect_apply(w, &a->effect[i]);
		}
	}
	for (ptrdiff_t p = 0; rc == 0 && p < in->package_n; p++)
		rc = put_alternatives(w, &in->package[p].answer);
	if (rc == 0 && bundle_from.len)
		rc = put_authorities(w, bundle_from);
	return rc;
}

/* Accounts */

static int make_accounts(struct work *w)
{
	str passwd = S(""), group = S("");
	VEC(struct effect) all = { 0 };

	for (ptrdiff_t p = 0; p < w->in->package_n; p++) {
		const struct top_package *t = &w->in->package[p];
		(void)contents_file(t->select.contents, S("usr/share/base-passwd/passwd.master"), &passwd);
		(void)contents_file(t->select.contents, S("usr/share/base-passwd/group.master"), &group);
		for (ptrdiff_t i = 0; i < t->answer.n; i++) {
			struct effect *e = vec_push(w->op, &all);
			if (!e)
				return w->op->code;
			*e = t->answer.effect[i];
		}
	}
	int rc = accounts_make(w->op, w->in->recipe, all.p, all.n, passwd, group, &w->accounts);
	for (ptrdiff_t i = 0; rc == 0 && i < w->path.n; i++) {
		rc = accounts_need_uid(w->op, &w->accounts, w->path.p[i].entry->uid);
		if (rc == 0)
			rc = accounts_need_gid(w->op, &w->accounts, w->path.p[i].entry->gid);
	}
	return rc;
}

static int put_homes(struct work *w)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < w->accounts.user_n; i++) {
		const struct account *u = &w->accounts.user[i];
		if (str_starts(u->home, S("/home/")))
			rc = put_directory(w, str_from(u->home, 1), 0700, u->uid, u->gid, S("home of its user"));
	}
	return rc;
}

/* Generated files */

static int put_os_release(struct work *w)
{
	str shipped = S(""), text;
	const struct lock_platform *l = w->in->platform;
	struct buf b;

	for (ptrdiff_t p = 0; p < w->in->package_n && !shipped.len; p++)
		(void)contents_file(w->in->package[p].select.contents, S("usr/lib/os-release"), &shipped);
	buf_init(&b, w->op, 1 << 20);
	buf_add(&b, shipped);
	if (!shipped.len && l->state.n > 0) {
		str version = l->state.pocket[0].version;
		buf_fmt(&b, "PRETTY_NAME=\"Debian GNU/Linux (%.*s)\"\nNAME=\"Debian GNU/Linux\"\n",
			STR_ARG(l->state.pocket[0].codename));
		if (version.len)
			buf_fmt(&b, "VERSION_ID=\"%.*s\"\n", STR_ARG(str_cut(&version, '.')));
		buf_fmt(&b, "VERSION_CODENAME=%.*s\nID=debian\n", STR_ARG(l->state.pocket[0].codename));
	}
	buf_fmt(&b, "IMAGE_ID=\"%.*s\"\n", STR_ARG(w->in->recipe->name));
	int rc = buf_take(&b, &text);
	if (rc == 0)
		rc = put_file(w, S("etc/os-release"), text, 0644, S("generated: os-release(5)"));
	if (rc == 0 && find(w, S("usr/lib/os-release")) < 0)
		rc = put_file(w, S("usr/lib/os-release"), text, 0644, S("generated: os-release(5)"));
	return rc;
}

static int put_usr_links(struct work *w)
{
	static const char *const top[] = { "bin", "sbin", "lib", "lib32", "lib64", "libo32", "libx32" };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(top) / sizeof(top[0]); i++) {
		str to;
		rc = op_text(w->op, &to, "usr/%s", top[i]);
		if (rc == 0 && find(w, to) >= 0 && find(w, str_of(top[i])) < 0)
			rc = put_link(w, str_of(top[i]), to, S("generated: the /usr merge"));
	}
	return rc;
}

static int put_nsswitch(struct work *w)
{
	if (find(w, S("etc/nsswitch.conf")) >= 0)
		return 0;
	return put_file(w, S("etc/nsswitch.conf"),
			S("passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nnetworks: files\n"
			  "protocols: files\nservices: files\nethers: files\nrpc: files\n"),
			0644, S("generated: nsswitch.conf(5)"));
}

static int put_records(struct work *w)
{
	str lock, from = S("generated: what this image was made from");
	int rc = lock_write(w->op, w->in->lock, w->in->platform->platform, false, &lock);

	if (rc == 0)
		rc = put_file(w, S("usr/share/temper/lock.json"), lock, 0644, from);
	return rc < 0 ? rc : put_file(w, S("usr/share/temper/recipe.json"), w->in->recipe->canonical, 0644, from);
}

/* The recipe's own paths */

static int put_recipe_path(struct work *w, const struct recipe_path *p)
{
	uint32_t uid = 0, gid = 0, mode = p->mode;
	str path, from;
	int rc = op_text(w->op, &from, "%.*s:%d", STR_ARG(p->file), p->line);

	if (rc < 0 || (rc = clean(w, p->path, p->type == PATH_DIRECTORY, from, &path)) < 0)
		return rc;
	if (p->type == PATH_MODE)
		return effect_mode(w, path, mode, p->owner, p->group, from);
	if (p->type == PATH_SYMLINK)
		return put_link(w, path, p->to, from);
	if ((rc = owner_ids(w, p->owner, p->group, from, &uid, &gid)) < 0)
		return rc;
	if (p->type == PATH_DIRECTORY)
		return put_directory(w, path, mode == UINT32_MAX ? 0755 : mode, uid, gid, from);
	return put(w, (struct layer_file){ .entry = { .path = path, .type = ENTRY_FILE, .uid = uid, .gid = gid,
			.mode = mode == UINT32_MAX ? 0644 : mode }, .bytes = p->text, .from = from });
}

static int put_generated(struct work *w, struct top *ret)
{
	str from = S("generated: accounts");
	int rc = put_homes(w);

	if (rc == 0)
		rc = put_all_effects(w);
	if (rc == 0)
		rc = put_os_release(w);
	if (rc == 0)
		rc = put_nsswitch(w);
	for (ptrdiff_t i = 0; rc == 0 && i < w->in->recipe->path_n; i++)
		rc = put_recipe_path(w, &w->in->recipe->path[i]);
	if (rc == 0)
		rc = put_usr_links(w);
	if (rc == 0)
		rc = put_records(w);
	if (rc == 0)
		rc = accounts_passwd(w->op, &w->accounts, &ret->passwd);
	if (rc == 0)
		rc = accounts_group(w->op, &w->accounts, &ret->group);
	if (rc == 0)
		rc = put_file(w, S("etc/passwd"), ret->passwd, 0644, from);
	return rc < 0 ? rc : put_file(w, S("etc/group"), ret->group, 0644, from);
}

static int put_loader_cache(struct work *w, struct top *ret)
{
	str cache;
	int rc = top_library_dirs(w->op, w->in, &ret->library_dirs);

	if (rc == 0)
		rc = top_loader_cache(w->op, w->in->platform->platform, w->path.p, w->path.n, &ret->library_dirs, &cache);
	if (rc < 0 || cache.len == 0)
		return rc;
	return put_file(w, S("etc/ld.so.cache"), cache, 0644, S("generated: loader cache"));
}

/* Mark the directories above path. */
static void mark_above(const struct work *w, str path, bool *marked)
{
	for (str dir = str_dir_name(path); dir.len > 0; dir = str_dir_name(dir)) {
		ptrdiff_t i = find(w, dir);
		if (i >= 0)
			marked[i] = true;
	}
}

/*
 * What the top layer holds: what was put, the directories above it, and those that are not plain:
 * several layers below may write one, and the last of them must not have the last word.
 */
static int gather(struct work *w, struct top *ret)
{
	bool *marked = op_new(w->op, bool, w->path.n);

	if (!marked)
		return w->op->code;
	for (ptrdiff_t i = 0; i < w->path.n; i++) {
		const struct entry *e = w->path.p[i].entry;
		marked[i] |= w->generated.p[i] || (e->type == ENTRY_DIRECTORY && !plain_directory(e));
		if (marked[i])
			mark_above(w, e->path, marked);
	}
	for (ptrdiff_t i = 0; i < w->path.n; i++) {
		struct layer_file *f = marked[i] ? vec_push(w->op, &ret->file) : NULL;
		if (marked[i] && !f)
			return w->op->code;
		if (!f)
			continue;
		*f = w->generated.p[i] ? *w->generated.p[i] : (struct layer_file){ .entry = *w->path.p[i].entry };
		f->entry.mtime = w->in->created;
	}
	ret->path = w->path.p;
	ret->path_n = w->path.n;
	ret->accounts = w->accounts;
	return 0;
}

static int by_entry(const void *a, const void *b)
{
	return entry_cmp(&((const struct layer_file *)a)->entry, &((const struct layer_file *)b)->entry);
}

static int by_path(const void *a, const void *b)
{
	return entry_cmp(((const struct outcome_file *)a)->entry, ((const struct outcome_file *)b)->entry);
}

int top_make(struct op *op, const struct top_input *in, struct top *ret)
{
	struct work w = { .op = op, .in = in };
	int rc = 0;

	*ret = (struct top){ .path_n = 0 };
	map_init(&w.at, op);
	for (ptrdiff_t p = 0; rc == 0 && p < in->package_n; p++)
		rc = add_package(&w, p);
	for (ptrdiff_t p = 0; rc == 0 && p < in->package_n; p++)
		rc = add_records(&w, p);
	if (rc == 0)
		rc = make_accounts(&w);
	if (rc == 0)
		rc = put_generated(&w, ret);
	if (rc == 0)
		rc = put_loader_cache(&w, ret);
	if (rc == 0)
		rc = gather(&w, ret);
	if (rc < 0)
		return rc;
	qsort(ret->file.p, (size_t)ret->file.n, sizeof(*ret->file.p), by_entry);
	qsort(ret->path, (size_t)ret->path_n, sizeof(*ret->path), by_path);
	return 0;
}
