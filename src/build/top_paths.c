/* The paths of an image while its top layer is put together. */
#include "top_impl.h"

#include "base/glob.h"
#include "base/limits.h"
#include "codec/tar.h"
#include "distro/deb.h"

ptrdiff_t top_find(const struct top_work *w, str path)
{
	return (ptrdiff_t)(uintptr_t)map_get(&w->at, path) - 1;
}

const struct entry *top_entry_at(const struct top_work *w, str path)
{
	ptrdiff_t i = top_find(w, path);

	return i < 0 ? NULL : w->path.p[i].entry;
}

static int add_path(struct top_work *w, const struct outcome_file *f, struct layer_file *generated)
{
	ptrdiff_t i = top_find(w, f->entry->path);

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
bool top_plain_directory(const struct entry *e)
{
	return e->mode == 0755 && e->uid == 0 && e->gid == 0;
}

static int add_shipped(struct top_work *w, ptrdiff_t p, const struct entry *e)
{
	const struct entry *was = top_entry_at(w, e->path);

	if (was && e->type == ENTRY_DIRECTORY) {
		if (top_plain_directory(e))
			return 0;
		if (!top_plain_directory(was) &&
		    (was->mode != e->mode || was->uid != e->uid || was->gid != e->gid))
			return op_fail(w->op, ERR_NO,
				       "directory %.*s is shipped with mode %04o and with %04o",
				       STR_ARG(e->path), was->mode, e->mode);
	}
	return add_path(w, &(struct outcome_file){ .entry = e, .package = p }, NULL);
}

int top_add_package(struct top_work *w, ptrdiff_t p)
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

int top_put_directory(struct top_work *w, str path, uint32_t mode, uint32_t uid, uint32_t gid,
		      str from)
{
	return top_put(w, (struct layer_file){ .entry = { .path = path,
							  .type = ENTRY_DIRECTORY,
							  .mode = mode,
							  .uid = uid,
							  .gid = gid },
					       .from = from });
}

/* Every directory above path, made where it is missing; a symlink or file among them is refused. */
static int put_parents(struct top_work *w, str path, str from)
{
	for (ptrdiff_t i = 1; i < path.len; i++) {
		str above = str_head(path, i);
		if (path.p[i] != '/')
			continue;
		const struct entry *e = top_entry_at(w, above);
		if (e && e->type == ENTRY_SYMLINK)
			return op_fail(
				w->op, ERR_USAGE, "%.*s: %.*s goes through the link %.*s -> %.*s",
				STR_ARG(from), STR_ARG(path), STR_ARG(above), STR_ARG(e->link));
		if (e && e->type != ENTRY_DIRECTORY)
			return op_fail(w->op, ERR_USAGE, "%.*s: %.*s is below the file %.*s",
				       STR_ARG(from), STR_ARG(path), STR_ARG(above));
		if (e)
			continue;
		struct layer_file *dir = op_new(w->op, struct layer_file, 1);
		if (!dir)
			return w->op->code;
		*dir = (struct layer_file){ .entry = { .path = above,
						       .type = ENTRY_DIRECTORY,
						       .mode = 0755,
						       .mtime = w->in->created },
					    .from = from };
		int rc = add_path(
			w,
			&(struct outcome_file){ .entry = &dir->entry, .package = -1, .from = from },
			dir);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* A generated program is proven like a package's; one that lies about itself is none. */
static int read_elf(struct top_work *w, struct entry *e, str bytes)
{
	struct elf *elf = op_new(w->op, struct elf, 1);
	struct at a = at_of_bytes(bytes, e->path);
	int rc = elf ? elf_read(w->op, &a, elf) : w->op->code;

	if (rc == ERR_FORMAT || rc == ERR_LIMIT) {
		op_forgive(w->op);
		*elf = (struct elf){ 0 };
	} else if (rc < 0) {
		return rc;
	}
	e->elf = elf;
	return 0;
}

/* Size and digests of a generated file, and what its first bytes say of it. */
static int measure(struct top_work *w, struct entry *e, str bytes)
{
	AUTO_HASH *hash = NULL;
	int rc = hash_open(w->op, HASH_SHA256 | HASH_SHA1, &hash);

	if (rc < 0)
		return rc;
	hash_add(hash, bytes);
	hash_result(hash, HASH_SHA256, e->sha256.b);
	hash_result(hash, HASH_SHA1, e->sha1);
	e->size = (uint64_t)bytes.len;
	e->script = contents_script(bytes);
	e->private_key = contents_private_key(bytes);
	e->elf = NULL;
	return str_starts(bytes, S("\177ELF")) ? read_elf(w, e, bytes) : 0;
}

int top_put(struct top_work *w, struct layer_file file)
{
	const struct entry *was = top_entry_at(w, file.entry.path);
	struct layer_file *keep;
	int rc;

	if (was && (was->type == ENTRY_DIRECTORY) != (file.entry.type == ENTRY_DIRECTORY))
		return op_fail(w->op, ERR_USAGE, "%.*s: %.*s is a %s already", STR_ARG(file.from),
			       STR_ARG(file.entry.path),
			       was->type == ENTRY_DIRECTORY ? "directory" : "file");
	if ((rc = put_parents(w, file.entry.path, file.from)) < 0)
		return rc;
	if (!(keep = op_new(w->op, struct layer_file, 1)))
		return w->op->code;
	*keep = file;
	keep->entry.mtime = w->in->created;
	if (keep->entry.type == ENTRY_FILE && (rc = measure(w, &keep->entry, file.bytes)) < 0)
		return rc;
	return add_path(
		w,
		&(struct outcome_file){ .entry = &keep->entry, .package = -1, .from = file.from },
		keep);
}

int top_put_file(struct top_work *w, str path, str bytes, uint32_t mode, str from)
{
	return top_put(
		w, (struct layer_file){ .entry = { .path = path, .type = ENTRY_FILE, .mode = mode },
					.bytes = bytes,
					.from = from });
}

int top_put_link(struct top_work *w, str path, str to, str from)
{
	return top_put(
		w,
		(struct layer_file){
			.entry = { .path = path, .type = ENTRY_SYMLINK, .mode = 0777, .link = to },
			.from = from });
}

/* The two files that layers put into var/lib/dpkg/status.d for each package are theirs. */

static int add_record(struct top_work *w, ptrdiff_t p, const char *suffix, str bytes)
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
		rc = measure(w, e, bytes);
	return rc < 0 ? rc
		      : add_path(w,
				 &(struct outcome_file){ .entry = e, .package = p, .from = from },
				 NULL);
}

/* Where something was diverted to there may be no directory yet. */
static int put_diverted_parents(struct top_work *w, const struct select_package *s)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < s->rename_n; i++)
		if (top_find(w, s->rename[i].to) >= 0)
			rc = put_parents(w, s->rename[i].to, S("directory of a diverted file"));
	return rc;
}

int top_add_records(struct top_work *w, ptrdiff_t p, bool records)
{
	const struct select_package *s = &w->in->package[p].select;
	struct layer_spec spec = { .contents = s->contents,
				   .keep = s->keep,
				   .rename = s->rename,
				   .rename_n = s->rename_n };
	str md5sums;
	if (!records)
		return put_diverted_parents(w, s);
	int rc = layer_md5sums(w->op, &spec, &md5sums);
	if (rc == 0)
		rc = add_record(w, p, "", s->contents->control);
	if (rc == 0 && md5sums.len)
		rc = add_record(w, p, ".md5sums", md5sums);
	return rc < 0 ? rc : put_diverted_parents(w, s);
}

/* Names of owners, empty for root. */
int top_owner_ids(struct top_work *w, str owner, str group, str from, uint32_t *uid, uint32_t *gid)
{
	int rc = accounts_need_user(w->op, &w->accounts, owner);

	if (rc == 0)
		rc = accounts_need_group(w->op, &w->accounts, group);
	if (rc == 0 && owner.len)
		rc = accounts_uid(w->op, &w->accounts, owner, uid);
	if (rc > 0)
		return op_fail(w->op, ERR_USAGE, "%.*s: there is no user %.*s", STR_ARG(from),
			       STR_ARG(owner));
	if (rc == 0 && group.len)
		rc = accounts_gid(w->op, &w->accounts, group, gid);
	if (rc > 0)
		return op_fail(w->op, ERR_USAGE, "%.*s: there is no group %.*s", STR_ARG(from),
			       STR_ARG(group));
	return rc;
}

/* A path of an effect or recipe in its place after the /usr merge. */
int top_clean(struct top_work *w, str path, bool directory, str from, str *ret)
{
	char out[LIMIT_PATH];
	str got;
	bool moved;

	if (!tar_clean(path, out, &got) || got.len == 0)
		return op_fail(w->op, ERR_USAGE, "%.*s: '%.*s' is no path of an image",
			       STR_ARG(from), STR_ARG(path));
	return deb_path(w->op, got, directory, ret, &moved);
}

const struct entry *top_shipped(const struct top_work *w, str path, ptrdiff_t *ret_package)
{
	for (ptrdiff_t p = 0; p < w->in->package_n; p++) {
		const struct entry *e = contents_find(w->in->package[p].select.contents, path);
		if (!e)
			continue;
		*ret_package = p;
		return e;
	}
	return NULL;
}

int top_shipped_bytes(struct top_work *w, ptrdiff_t package, str path, str *ret)
{
	const struct top_package *p = &w->in->package[package];
	const struct contents *c = p->select.contents;

	if (contents_file(c, path, ret))
		return 0;
	if (p->artifact)
		return artifact_read(w->op, w->in->store, p->artifact, path, LIMIT_CAPTURE, ret);
	return contents_read(w->op, w->in->store, &c->deb, path, LIMIT_CAPTURE, ret);
}

int top_bytes(struct top_work *w, ptrdiff_t i, str *ret)
{
	str path = w->path.p[i].entry->path;

	if (w->generated.p[i]) {
		*ret = w->generated.p[i]->bytes;
		return 0;
	}
	ptrdiff_t package = w->path.p[i].package;
	const struct select_package *s = &w->in->package[package].select;
	for (ptrdiff_t k = 0; k < s->rename_n; k++) {
		if (str_eq(s->rename[k].to, path)) {
			path = s->rename[k].from;
			break;
		}
	}
	return top_shipped_bytes(w, package, path, ret);
}

/* What the recipe drops is not made either. */
bool top_dropped(const struct top_work *w, str path)
{
	const struct recipe *r = w->in->recipe;
	bool drop = false;

	for (ptrdiff_t i = 0; i < r->drop.n && !drop; i++)
		drop = glob_match(r->drop.p[i], path);
	for (ptrdiff_t i = 0; i < r->keep.n && drop; i++)
		drop = !glob_match(r->keep.p[i], path);
	return drop;
}
