/*
 * Which paths an update puts in and which it takes away. Invariants of the layer's list: (1) every path
 * stands once; (2) what is in `gone` is not in it; (3) a file that is the same as the image's is not
 * in it. Source: dpkg(1) and Debian Policy 10.7.3 for configuration files; dpkg's src/archives.c for
 * directories, which stay as they are where they exist.
 */
#include "patch_impl.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/glob.h"
#include "base/limits.h"
#include "codec/tar.h"
#include "distro/deb.h"

static int put(struct patch_layer *l, const struct entry *e, str bytes, ptrdiff_t from)
{
	const ptrdiff_t *at = map_get(&l->at, e->path);
	struct layer_file *f;

	if (at) {
		f = &l->file.p[*at];
		l->from.p[*at] = from;
	} else {
		ptrdiff_t *index = op_new(l->op, ptrdiff_t, 1), *source = vec_push(l->op, &l->from);
		f = vec_push(l->op, &l->file);
		if (!f || !index || !source)
			return l->op->code;
		*index = l->file.n - 1;
		*source = from;
		if (map_put(&l->at, e->path, index) < 0)
			return l->op->code;
	}
	*f = (struct layer_file){ .entry = *e, .bytes = bytes };
	return 0;
}

int patch_put(struct patch_layer *l, const struct entry *e, str bytes, ptrdiff_t from)
{
	return put(l, e, bytes, from);
}

int patch_put_file(struct patch_layer *l, str path, str bytes, uint32_t mode)
{
	struct entry e = { .path = path,
			   .type = ENTRY_FILE,
			   .mode = mode,
			   .size = (uint64_t)bytes.len,
			   .mtime = l->created };
	str was;

	if (patch_content(l->m, path, &was) && str_eq(was, bytes))
		return 0;
	return put(l, &e, bytes, -1);
}

int patch_remove(struct patch_layer *l, str path)
{
	return map_put(&l->gone, path, l);
}

const struct entry *patch_find(const struct patch_layer *l, str path)
{
	const ptrdiff_t *at = map_get(&l->at, path);

	if (at)
		return &l->file.p[*at].entry;
	return map_get(&l->gone, path) ? NULL : image_tree_find_link(&l->m->tree, path);
}

/* Places. */

/* The paths of a package as it ships them, by what they are after the /usr merge. */
static int shipped_names(struct op *op, const struct contents *c, struct map *ret)
{
	str text = c->info.list;
	char clean[LIMIT_PATH];

	while (text.len) {
		str line = str_cut(&text, '\n'), path, merged, copy;
		bool moved;
		if (!tar_clean(line, clean, &path) || !path.len)
			continue;
		int rc = deb_path(op, path, true, &merged, &moved);
		if (rc == 0)
			rc = op_copy(op, path, &copy);
		str *value = rc == 0 ? op_new(op, str, 1) : NULL;
		if (!value || map_get(ret, merged))
			continue;
		*value = copy;
		if ((rc = map_put(ret, merged, value)) < 0)
			return rc;
	}
	return op->code;
}

static bool is_excluded(const struct patch_image *m, str path)
{
	bool out = false;

	for (ptrdiff_t i = 0; i < m->exclude.n; i++)
		if (out == m->exclude.p[i].include && glob_match(m->exclude.p[i].pattern, path))
			out = !out;
	return out;
}

static bool matches(const struct texts *globs, str path)
{
	for (ptrdiff_t i = 0; i < globs->n; i++)
		if (glob_match(globs->p[i], path))
			return true;
	return false;
}

/* Where no list tells what an image was rid of: documentation and the like, which it has not. */
static bool is_dropped(const struct patch_image *m, const struct entry *is, str path)
{
	return m->single && !is && matches(&m->drop, path) && !matches(&m->keep, path);
}

/* Did the old version own it? */
static bool owned_by(const struct patch_image *m, ptrdiff_t package, str path)
{
	for (const struct patch_owner *o = map_get(&m->owner, path); o; o = o->next)
		if (o->package == package)
			return true;
	return false;
}

/* The name that only another installed package has for the path: it must be replaced to be moved. */
static int foreign_owner(struct op *op, const struct patch_image *m, const struct patch_work *w,
			 str path)
{
	if (owned_by(m, w->change->was, path))
		return 0;
	for (const struct patch_owner *o = map_get(&m->owner, path); o; o = o->next) {
		const struct patch_installed *in = &m->installed[o->package];
		bool replaced;
		if (patch_replaces(op, &w->change->to, in, &replaced) < 0)
			return op->code;
		if (!replaced)
			return op_fail(op, ERR_NO, "it ships /%.*s, which is %.*s's", STR_ARG(path),
				       STR_ARG(in->name));
	}
	return 0;
}

static int place_one(struct op *op, struct patch_image *m, struct patch_work *w, ptrdiff_t i,
		     const struct map *shipped)
{
	const struct entry *e = &w->contents.entry[i], *is;
	const str *as = map_get(shipped, e->path);
	str path = as ? *as : e->path;
	int rc = patch_shipped(op, m, w->contents.name, path, &w->path[i]);

	if (rc < 0)
		return rc;
	path = w->path[i];
	bool directory = e->type == ENTRY_DIRECTORY;
	is = directory ? image_tree_find(&m->tree, path) : image_tree_find_link(&m->tree, path);
	if ((rc = map_put(&w->has, path, w)) < 0)
		return rc;
	if (is && (is->type == ENTRY_DIRECTORY) != directory)
		return op_fail(op, ERR_NO, "/%.*s is %s directory in the image", STR_ARG(path),
			       directory ? "no" : "a");
	if (directory) {
		if (is || is_excluded(m, path) || is_dropped(m, is, path))
			w->path[i] = S("");
		return 0;
	}
	if ((rc = foreign_owner(op, m, w, path)) < 0)
		return rc;
	bool excluded = is_excluded(m, path) || is_dropped(m, is, path);
	bool rid = !is && w->change->was >= 0 && owned_by(m, w->change->was, path);
	if (excluded || rid)
		w->path[i] = S("");
	w->away += rid && !excluded;
	return 0;
}

/* A path that the package ships by the name of a link ("bin" for what is in usr/bin) stays its own. */
static int own_names(struct op *op, struct patch_image *m, struct patch_work *w)
{
	str text = w->contents.info.list, path, place;
	char clean[LIMIT_PATH];

	while (text.len) {
		if (!tar_clean(str_cut(&text, '\n'), clean, &path) || !path.len)
			continue;
		int rc = patch_shipped(op, m, w->contents.name, path, &place);
		if (rc < 0 || (rc = map_put(&w->has, place, w)) < 0)
			return rc;
	}
	return 0;
}

/* A directory of which nothing goes in does not go in either; what follows it is what is in it. */
static void settle_directories(struct patch_work *w)
{
	for (ptrdiff_t i = w->contents.n - 1; i >= 0; i--) {
		str dir = w->contents.entry[i].path;
		bool had = false, has = false;
		if (w->contents.entry[i].type != ENTRY_DIRECTORY || !w->path[i].len)
			continue;
		for (ptrdiff_t k = i + 1; k < w->contents.n && !has; k++) {
			str path = w->contents.entry[k].path;
			if (!str_starts(path, dir) || path.p[dir.len] != '/')
				break;
			had = true;
			has = w->path[k].len > 0;
		}
		if (had && !has)
			w->path[i] = S("");
	}
}

int patch_paths(struct op *op, struct patch_image *m, struct patch_work *w)
{
	struct map shipped;
	int rc = 0;

	map_init(&shipped, op);
	map_init(&w->has, op);
	if (!(w->path = op_new(op, str, w->contents.n)))
		return op->code;
	if (m->unmerged && shipped_names(op, &w->contents, &shipped) < 0)
		return op->code;
	for (ptrdiff_t i = 0; rc == 0 && i < w->contents.n; i++)
		rc = place_one(op, m, w, i, &shipped);
	if (rc == 0)
		settle_directories(w);
	return rc < 0 ? rc : own_names(op, m, w);
}

/* Configuration files. */

static int md5_text(struct op *op, str bytes, char *hex)
{
	AUTO_HASH *h = NULL;
	uint8_t md5[16];
	int rc = hash_open(op, HASH_MD5, &h);

	if (rc < 0)
		return rc;
	hash_add(h, bytes);
	hash_result(h, HASH_MD5, md5);
	for (int i = 0; i < 16; i++)
		(void)snprintf(hex + (ptrdiff_t)2 * i, 3, "%02x", md5[i]);
	return 0;
}

/* What the old version's file was, by dpkg's record; empty: it had none. */
static int old_md5(struct op *op, struct patch_image *m, const struct patch_work *w, str path,
		   str *ret)
{
	str text = S("");

	*ret = S("");
	if (w->change->was >= 0)
		text = deb822_get(&m->record[w->change->was].stanza, "Conffiles");
	while (text.len) {
		str line = str_trim(str_cut(&text, '\n')), name = str_word(&line), clean, place;
		char out[LIMIT_PATH];
		if (!tar_clean(name, out, &clean) || !clean.len)
			continue;
		int rc = patch_shipped(op, m, w->contents.name, clean, &place);
		if (rc < 0)
			return rc;
		if (str_eq(place, path)) {
			*ret = str_word(&line);
			return 0;
		}
	}
	return 0;
}

/* Does the new one go in? The image's counts where somebody has changed it. */
static int judge_conffile(struct patch_layer *l, struct patch_work *w, str path, str bytes,
			  bool *ret)
{
	const struct entry *is = image_tree_find_link(&l->m->tree, path);
	char now[33], new[33];
	str was, content;
	int rc = old_md5(l->op, l->m, w, path, &was);

	*ret = !is;
	if (rc < 0 || !is)
		return rc;
	if (is->type != ENTRY_FILE && is->type != ENTRY_HARDLINK)
		return 0; /* a link of the image's own */
	if (!patch_content(l->m, path, &content) &&
	    (rc = image_tree_content(l->op, l->m->store, &l->m->image, &l->m->tree, is,
				     LIMIT_CAPTURE, &content)) < 0)
		return rc;
	if ((rc = md5_text(l->op, content, now)) < 0 || (rc = md5_text(l->op, bytes, new)) < 0)
		return rc;
	*ret = str_eq(was, str_of(now));
	if (*ret || str_eq(str_of(now), str_of(new)) || str_eq(was, str_of(new)))
		return 0;
	str *kept = op_new(l->op, str, w->kept.n + 1);
	if (!kept)
		return l->op->code;
	for (ptrdiff_t i = 0; i < w->kept.n; i++)
		kept[i] = w->kept.p[i];
	kept[w->kept.n++] = path;
	w->kept.p = kept;
	return 0;
}

static int spooled(struct op *op, const struct patch_work *w, ptrdiff_t i, const struct entry *e,
		   str *ret)
{
	uint64_t at = w->data.offset[i];
	char *to;

	*ret = S("");
	if (at == UINT64_MAX || e->size == 0)
		return 0;
	if (e->size > LIMIT_WANTED)
		return op_fail(op, ERR_LIMIT, "/%.*s has more than %d bytes", STR_ARG(e->path),
			       LIMIT_WANTED);
	if (!(to = op_new(op, char, (ptrdiff_t)e->size)))
		return op->code;
	*ret = (str){ to, (ptrdiff_t)e->size };
	return file_pread(op, w->data.spool, e->path, to, (size_t)e->size, at);
}

/* Is what the image has the same? Modes that the image overrides count as the package's. */
static bool is_same(const struct entry *is, const struct entry *e)
{
	bool link = e->type == ENTRY_SYMLINK;

	if (!is || (is->type == ENTRY_SYMLINK) != link || is->type == ENTRY_DIRECTORY ||
	    is->uid != e->uid || is->gid != e->gid)
		return false;
	if (link)
		return str_eq(is->link, e->link);
	return is->mode == e->mode && is->size == e->size && digest_eq(&is->sha256, &e->sha256);
}

static int put_entry(struct patch_layer *l, ptrdiff_t from, ptrdiff_t i)
{
	struct patch_work *w = &l->work[from];
	struct entry e = w->contents.entry[i];
	const struct entry *is;
	bool goes = true;
	str bytes = S("");
	int rc = 0;

	e.path = w->path[i];
	is = image_tree_find_link(&l->m->tree, e.path);
	if (is && map_get(&l->m->overridden, e.path)) {
		e.mode = is->mode;
		e.uid = is->uid;
		e.gid = is->gid;
	}
	if (e.type == ENTRY_HARDLINK) { /* joined again when all is known: join_links() */
		const struct entry *target = contents_find(&w->contents, e.link);
		e.type = ENTRY_FILE;
		e.size = target ? target->size : e.size;
	}
	if (is_same(is, &e))
		return 0;
	if (e.type == ENTRY_FILE)
		rc = spooled(l->op, w, i, &e, &bytes);
	if (rc == 0 && e.conffile)
		rc = judge_conffile(l, w, e.path, bytes, &goes);
	return rc < 0 || !goes ? rc : put(l, &e, bytes, from);
}

/* Files of one package with one content at one place of its spool are one file. */
static int join_links(struct patch_layer *l)
{
	for (ptrdiff_t from = 0; from < l->n; from++) {
		const struct patch_work *w = &l->work[from];
		for (ptrdiff_t i = 0; i < w->contents.n; i++) {
			const struct entry *e = &w->contents.entry[i], *target;
			if (e->type != ENTRY_HARDLINK || !w->path[i].len ||
			    !(target = contents_find(&w->contents, e->link)))
				continue;
			str other = w->path[target - w->contents.entry];
			ptrdiff_t *a = map_get(&l->at, w->path[i]);
			ptrdiff_t *b = other.len ? map_get(&l->at, other) : NULL;
			if (!a || !b)
				continue;
			/* The first of the archive is the file. */
			bool before = entry_path_cmp(w->path[i], other) < 0;
			struct layer_file *link = &l->file.p[before ? *b : *a];
			str to = before ? w->path[i] : other;
			const ptrdiff_t *at = map_get(&l->at, to);
			if (l->file.p[*at].entry.type == ENTRY_HARDLINK)
				to = l->file.p[*at].entry.link;
			if (link->entry.type == ENTRY_HARDLINK || str_eq(to, link->entry.path))
				continue;
			link->entry.type = ENTRY_HARDLINK;
			link->entry.link = to;
			link->entry.size = 0;
			link->bytes = S("");
		}
	}
	return 0;
}

/* Removal. */

static bool still_owned(const struct patch_layer *l, str path)
{
	for (ptrdiff_t i = 0; i < l->n; i++)
		if (map_get(&l->work[i].has, path))
			return true;
	for (const struct patch_owner *o = map_get(&l->m->owner, path); o; o = o->next) {
		bool changes = false;
		for (ptrdiff_t i = 0; i < l->n && !changes; i++)
			changes = l->work[i].change->was == o->package;
		if (!changes)
			return true;
	}
	return false;
}

static bool was_conffile(const struct patch_image *m, ptrdiff_t package, str path)
{
	str text = deb822_get(&m->record[package].stanza, "Conffiles");

	while (text.len) {
		str line = str_trim(str_cut(&text, '\n')), name = str_word(&line);
		if (str_starts(name, S("/")) && str_eq(str_from(name, 1), path))
			return true;
	}
	return false;
}

static int remove_files(struct patch_layer *l, const struct patch_work *w)
{
	const struct patch_record *r = &l->m->record[w->change->was];

	for (ptrdiff_t i = 0; i < r->list.n; i++) {
		str path = r->list.p[i];
		const struct entry *is = image_tree_find_link(&l->m->tree, path);
		if (!is || is->type == ENTRY_DIRECTORY || still_owned(l, path) ||
		    was_conffile(l->m, w->change->was, path) || map_get(&l->at, path))
			continue;
		if (map_put(&l->gone, path, l) < 0)
			return l->op->code;
	}
	return 0;
}

/* Nothing of the image or the layer is left below a directory. */
static bool is_empty(const struct patch_layer *l, str dir)
{
	const struct entry *e = image_tree_find_link(&l->m->tree, dir);

	if (!e || e->type != ENTRY_DIRECTORY)
		return false;
	for (ptrdiff_t i = e - l->m->tree.entry + 1; i < l->m->tree.n; i++) {
		str path = l->m->tree.entry[i].path;
		if (!str_starts(path, dir) || path.p[dir.len] != '/')
			break;
		if (!map_get(&l->gone, path))
			return false;
	}
	for (ptrdiff_t i = 0; i < l->file.n; i++) {
		str path = l->file.p[i].entry.path;
		if (str_starts(path, dir) && path.len > dir.len && path.p[dir.len] == '/')
			return false;
	}
	return true;
}

/* From the deepest up: dpkg's list has each directory before what is in it. */
static int remove_directories(struct patch_layer *l, const struct patch_work *w)
{
	const struct patch_record *r = &l->m->record[w->change->was];

	for (ptrdiff_t i = r->list.n - 1; i >= 0; i--) {
		str path = r->list.p[i];
		if (still_owned(l, path) || map_get(&l->gone, path) || !is_empty(l, path))
			continue;
		if (map_put(&l->gone, path, l) < 0)
			return l->op->code;
	}
	return 0;
}

/*
 * Python's byte code of a file that changes: scripts would remove it, and make it anew, which Python
 * does by itself where it may. Source: PEP 3147: __pycache__/NAME.TAG.pyc.
 */
static int remove_byte_code(struct patch_layer *l, str path)
{
	str dir, prefix, name = str_base_name(path);
	int rc = op_text(l->op, &dir, "%.*s/__pycache__", STR_ARG(str_dir_name(path)));

	if (rc < 0 || (rc = op_text(l->op, &prefix, "%.*s/%.*s.", STR_ARG(dir), (int)name.len - 3,
				    name.p)) < 0)
		return rc;
	const struct entry *e = image_tree_find_link(&l->m->tree, dir);
	if (!e || e->type != ENTRY_DIRECTORY)
		return 0;
	for (ptrdiff_t i = e - l->m->tree.entry + 1; rc == 0 && i < l->m->tree.n; i++) {
		str is = l->m->tree.entry[i].path;
		if (!str_starts(is, dir))
			break;
		if (str_starts(is, prefix) && str_ends(is, S(".pyc")) && !map_get(&l->m->owner, is))
			rc = map_put(&l->gone, is, l);
	}
	return rc;
}

static int remove_stale(struct patch_layer *l)
{
	ptrdiff_t gone = l->gone.n;
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < l->file.n; i++)
		if (str_ends(l->file.p[i].entry.path, S(".py")))
			rc = remove_byte_code(l, l->file.p[i].entry.path);
	for (ptrdiff_t i = 0; rc == 0 && i < gone; i++)
		if (str_ends(l->gone.item[i].key, S(".py")))
			rc = remove_byte_code(l, l->gone.item[i].key);
	return rc;
}

int patch_files(struct patch_layer *l)
{
	int rc = 0;

	for (ptrdiff_t k = 0; rc == 0 && k < l->n; k++)
		for (ptrdiff_t i = 0; rc == 0 && i < l->work[k].contents.n; i++)
			if (l->work[k].path[i].len)
				rc = put_entry(l, k, i);
	if (rc == 0)
		rc = join_links(l);
	for (ptrdiff_t k = 0; rc == 0 && k < l->n; k++)
		if (l->work[k].change->was >= 0)
			rc = remove_files(l, &l->work[k]);
	if (rc == 0)
		rc = remove_stale(l);
	for (ptrdiff_t k = 0; rc == 0 && k < l->n; k++)
		if (l->work[k].change->was >= 0)
			rc = remove_directories(l, &l->work[k]);
	return rc;
}
