/*
 * The paths of what goes, and dpkg's database without it. Source: dpkg's src/main/remove.c (a directory
 * goes when it is empty); update-alternatives(1), "FILES"; deb-triggers(5).
 */
#include <stdlib.h>

#include "base/limits.h"
#include "slim_impl.h"

static int count_children(struct patch_layer *l, struct map *count)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < l->m->tree.n; i++) {
		str path = l->m->tree.entry[i].path, dir = str_dir_name(path);
		ptrdiff_t *n = map_get(count, dir);
		if (!n) {
			if (!(n = op_new(l->op, ptrdiff_t, 1)))
				return l->op->code;
			rc = map_put(count, dir, n);
		}
		if (!map_get(&l->gone, path))
			++*n;
	}
	return rc;
}

/* Directories from the deepest up: the tree's entries are sorted, those above first. */
static int empty_directories(struct patch_layer *l, const struct map *candidate)
{
	struct map count;
	int rc;

	map_init(&count, l->op);
	if ((rc = count_children(l, &count)) < 0)
		return rc;
	for (ptrdiff_t i = l->m->tree.n - 1; rc == 0 && i >= 0; i--) {
		const struct entry *e = &l->m->tree.entry[i];
		const ptrdiff_t *n = map_get(&count, e->path);
		ptrdiff_t *above = map_get(&count, str_dir_name(e->path));
		if (e->type != ENTRY_DIRECTORY || !map_get(candidate, e->path) || (n && *n))
			continue;
		rc = patch_remove(l, e->path);
		if (above)
			--*above;
	}
	return rc;
}

static bool all_go(const struct patch_layer *l, const bool *cut, str path)
{
	for (const struct patch_owner *o = map_get(&l->m->owner, path); o; o = o->next)
		if (!cut[o->package])
			return false;
	return true;
}

/* Of names of one file all go or all stay. */
static int hold_links(struct patch_layer *l, const struct map *candidate, struct map *held)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < l->m->tree.n; i++) {
		const struct entry *e = &l->m->tree.entry[i];
		if (e->type == ENTRY_HARDLINK &&
		    !(map_get(candidate, e->path) && map_get(candidate, e->link)))
			rc = map_put(held, e->link, l);
	}
	return rc;
}

/* Links that nobody owns, to what goes: those of alternatives. */
static int dangling(struct patch_layer *l)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < l->m->tree.n; i++) {
		const struct entry *e = &l->m->tree.entry[i], *to;
		if (e->type != ENTRY_SYMLINK || map_get(&l->m->owner, e->path))
			continue;
		to = image_tree_find(&l->m->tree, e->path);
		if (to && map_get(&l->gone, to->path))
			rc = patch_remove(l, e->path);
	}
	return rc;
}

int slim_paths(struct patch_layer *l, const bool *cut)
{
	struct map file, directory, held;
	int rc = 0;

	map_init(&file, l->op);
	map_init(&directory, l->op);
	map_init(&held, l->op);
	for (ptrdiff_t i = 0; rc == 0 && i < l->m->n; i++) {
		const struct texts *list = &l->m->record[i].list;
		for (ptrdiff_t k = 0; rc == 0 && cut[i] && k < list->n; k++) {
			const struct entry *e = image_tree_find_link(&l->m->tree, list->p[k]);
			if (!e || !e->path.len || str_find(e->path, '/') < 0 ||
			    !all_go(l, cut, e->path))
				continue;
			rc = map_put(e->type == ENTRY_DIRECTORY ? &directory : &file, e->path, l);
		}
	}
	if (rc == 0)
		rc = hold_links(l, &file, &held);
	for (ptrdiff_t i = 0; rc == 0 && i < file.n; i++) {
		const struct entry *e = image_tree_find_link(&l->m->tree, file.item[i].key);
		if (!map_get(&held, e->type == ENTRY_HARDLINK ? e->link : e->path))
			rc = patch_remove(l, e->path);
	}
	if (rc < 0 || (rc = dangling(l)) < 0)
		return rc;
	return empty_directories(l, &directory);
}

/* The database. */

static int remove_info(struct patch_layer *l, ptrdiff_t i)
{
	str prefix;
	int rc = op_text(l->op, &prefix, "var/lib/dpkg/info/%.*s.", STR_ARG(l->m->record[i].info));

	for (ptrdiff_t k = 0; rc == 0 && k < l->m->tree.n; k++) {
		str path = l->m->tree.entry[k].path;
		if (str_starts(path, prefix) && str_find(str_from(path, prefix.len), '.') < 0)
			rc = patch_remove(l, path);
	}
	return rc;
}

static int remove_record(struct patch_layer *l, ptrdiff_t i)
{
	str file = l->m->record[i].file, sums;
	int rc = op_text(l->op, &sums, "%.*s.md5sums", STR_ARG(file));

	if (rc == 0)
		rc = patch_remove(l, file);
	if (rc == 0 && image_tree_find_link(&l->m->tree, sums))
		rc = patch_remove(l, sums);
	return rc;
}

static bool is_cut(const struct patch_layer *l, const bool *cut, const char *raw)
{
	for (ptrdiff_t i = 0; i < l->m->n; i++)
		if (cut[i] && l->m->record[i].stanza.raw.p == raw)
			return true;
	return false;
}

static int put_status(struct patch_layer *l, const bool *cut)
{
	struct deb822_stanza s;
	str text = l->m->status, bytes;
	struct buf b;
	int rc;

	buf_init(&b, l->op, LIMIT_INDEX);
	while ((rc = deb822_next(l->op, &text, &s)) == 1) {
		if (is_cut(l, cut, s.raw.p))
			continue;
		buf_add(&b, s.raw);
		buf_char(&b, '\n');
	}
	if (rc == 0)
		rc = buf_take(&b, &bytes);
	return rc < 0 ? rc : patch_put_file(l, S("var/lib/dpkg/status"), bytes, 0644);
}

static bool goes(const struct patch_layer *l, const bool *cut, str name, str arch)
{
	for (ptrdiff_t i = 0; i < l->m->n; i++)
		if (cut[i] && str_eq(l->m->installed[i].name, name) &&
		    (!arch.len || str_eq(l->m->installed[i].arch, arch)))
			return true;
	return false;
}

static int put_states(struct patch_layer *l, const bool *cut)
{
	str path = S("var/lib/apt/extended_states"), text, bytes;
	struct deb822_stanza s;
	struct buf b;
	int rc;

	if (!patch_content(l->m, path, &text))
		return 0;
	buf_init(&b, l->op, LIMIT_CAPTURE);
	while ((rc = deb822_next(l->op, &text, &s)) == 1) {
		if (goes(l, cut, deb822_get(&s, "Package"), S("")))
			continue;
		buf_add(&b, s.raw);
		buf_char(&b, '\n');
	}
	if (rc == 0)
		rc = buf_take(&b, &bytes);
	return rc < 0 ? rc : patch_put_file(l, path, bytes, 0644);
}

/* Files of "[PATH] PACKAGE[:ARCH][/noawait]": who wants to hear of what. */
static int put_triggers(struct patch_layer *l, const bool *cut, str path, str text)
{
	str was = text, bytes;
	struct buf b;

	buf_init(&b, l->op, LIMIT_CAPTURE);
	while (text.len) {
		str line = str_cut(&text, '\n'), who = line, next;
		if (str_starts(line, S("/")))
			(void)str_word(&who);
		who = str_trim(who);
		who = str_cut(&who, '/');
		next = who;
		str name = str_cut(&next, ':');
		if (!goes(l, cut, name, next))
			buf_fmt(&b, "%.*s\n", STR_ARG(line));
	}
	int rc = buf_take(&b, &bytes);
	if (rc < 0 || str_eq(was, bytes))
		return rc;
	return bytes.len || str_ends(path, S("/File")) ? patch_put_file(l, path, bytes, 0644)
						       : patch_remove(l, path);
}

/*
 * One group of alternatives: "auto", the link, pairs of lines for each slave up to an empty line; then each
 * choice: its path, its priority, a line for each slave; an empty line ends all.
 */
static int put_choices(struct patch_layer *l, str path, str text)
{
	str was = text, bytes, line;
	ptrdiff_t slaves = 0, left = 0;
	struct buf b;

	buf_init(&b, l->op, LIMIT_CAPTURE);
	for (int i = 0; i < 2; i++) {
		line = str_cut(&text, '\n');
		buf_fmt(&b, "%.*s\n", STR_ARG(line));
	}
	while ((line = str_cut(&text, '\n')).len) {
		str link = str_cut(&text, '\n');
		buf_fmt(&b, "%.*s\n%.*s\n", STR_ARG(line), STR_ARG(link));
		slaves++;
	}
	buf_char(&b, '\n');
	while ((line = str_cut(&text, '\n')).len) {
		const struct entry *e = image_tree_find(&l->m->tree, str_from(line, 1));
		bool stays = line.p[0] != '/' || !e || !map_get(&l->gone, e->path);
		left += stays;
		if (stays)
			buf_fmt(&b, "%.*s\n", STR_ARG(line));
		for (ptrdiff_t i = 0; i < slaves + 1; i++) {
			line = str_cut(&text, '\n');
			if (stays)
				buf_fmt(&b, "%.*s\n", STR_ARG(line));
		}
	}
	buf_char(&b, '\n');
	int rc = buf_take(&b, &bytes);
	if (rc < 0 || str_eq(was, bytes))
		return rc;
	return left ? patch_put_file(l, path, bytes, 0644) : patch_remove(l, path);
}

static int put_lists(struct patch_layer *l, const bool *cut)
{
	static const str choices = S_INIT("var/lib/dpkg/alternatives"),
			 triggers = S_INIT("var/lib/dpkg/triggers");
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < l->m->tree.n; i++) {
		const struct entry *e = &l->m->tree.entry[i];
		str dir = str_dir_name(e->path), text;
		if (e->type != ENTRY_FILE || !patch_content(l->m, e->path, &text) || !text.len)
			continue;
		if (str_eq(dir, choices))
			rc = put_choices(l, e->path, text);
		else if (str_eq(dir, triggers))
			rc = put_triggers(l, cut, e->path, text);
	}
	return rc;
}

int slim_database(struct patch_layer *l, const bool *cut)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < l->m->n; i++)
		if (cut[i])
			rc = l->m->single ? remove_record(l, i) : remove_info(l, i);
	if (rc < 0 || l->m->single)
		return rc;
	if ((rc = put_status(l, cut)) < 0 || (rc = put_states(l, cut)) < 0)
		return rc;
	return put_lists(l, cut);
}

/* The layers. */

static int leave_out(struct op *op, void *arg, str path, bool *ret)
{
	struct patch_layer *l = arg;
	str place = S("");
	int rc;

	*ret = false;
	if (!path.len || str_starts(str_base_name(path), S(".wh.")))
		return 0;
	rc = patch_place(op, l->m, path, &place);
	if (rc == ERR_NO) {
		op_forgive(op);
		return 0;
	}
	*ret = rc == 0 && (map_get(&l->gone, place) || map_get(&l->at, place));
	return rc;
}

int slim_layers(struct patch_layer *l, enum compress_kind kind)
{
	struct image_config *c = &l->m->image.config;
	struct image_layer *layer = op_new(l->op, struct image_layer, c->layer_n);
	int rc = 0;

	if (!layer)
		return l->op->code;
	for (ptrdiff_t i = 0; rc >= 0 && i < c->layer_n; i++) {
		struct layer_blob made;
		layer[i] = c->layer[i];
		rc = slim_layer(l->op, l->m->store, &layer[i].digest, kind, leave_out, l, &made);
		if (rc != 0)
			continue;
		layer[i].media_type = layer_media_type(kind);
		layer[i].digest = made.digest;
		layer[i].diff_id = made.diff_id;
		layer[i].size = made.size;
		layer[i].tar_size = made.tar_size;
	}
	c->layer = layer;
	return rc < 0 ? rc : 0;
}
