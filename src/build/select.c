#include "select.h"

#include <stdlib.h>
#include <string.h>

#include "base/glob.h"
#include "base/vec.h"
#include "distro/relation.h"

/* Index of the first glob in list that matches path, or -1. */
static ptrdiff_t match_any(const struct texts *list, str path)
{
	for (ptrdiff_t i = 0; i < list->n; i++)
		if (glob_match(list->p[i], path))
			return i;
	return -1;
}

/* The glob that drops path (recipe's counted behind temper's own), or -1 to keep it. */
static ptrdiff_t dropped_by(const struct select_rules *r, str path)
{
	ptrdiff_t by = match_any(&r->drop, path);

	if (by >= 0 && match_any(&r->keep, path) >= 0)
		by = -1;
	ptrdiff_t own = match_any(&r->recipe_drop, path);
	if (own >= 0)
		by = r->drop.n + own;
	if (by >= 0 && match_any(&r->recipe_keep, path) >= 0)
		by = -1;
	return by;
}

static ptrdiff_t index_of(const struct contents *c, str path)
{
	const struct entry *e = path.len ? contents_find(c, path) : NULL;

	return e ? e - c->entry : -1;
}

/* Directories stay if something in them stays, or if nothing ever was in them. */
static int settle_directories(struct op *op, const struct contents *c, bool *keep)
{
	bool *had = op_new(op, bool, c->n), *has = op_new(op, bool, c->n);

	if (!had || !has)
		return op->code;
	for (ptrdiff_t i = c->n - 1; i >= 0; i--) {
		if (c->entry[i].type == ENTRY_DIRECTORY && had[i])
			keep[i] = has[i];
		ptrdiff_t parent = index_of(c, str_dir_name(c->entry[i].path));
		if (parent < 0)
			continue;
		had[parent] = true;
		has[parent] |= keep[i];
	}
	return 0;
}

int select_entries(struct op *op, const struct select_rules *rules, const struct contents *c,
		   bool *keep, uint64_t *rule_bytes, uint64_t *rule_files)
{
	for (ptrdiff_t i = 0; i < c->n; i++) {
		const struct entry *e = &c->entry[i];
		ptrdiff_t by = dropped_by(rules, e->path);
		keep[i] = by < 0;
		if (by < 0 || e->type == ENTRY_DIRECTORY || !rule_files)
			continue;
		rule_files[by]++;
		if (e->type == ENTRY_FILE)
			rule_bytes[by] += e->size;
	}
	return settle_directories(op, c, keep);
}

/* Overlaps: all kept entries of all packages in path order; equal paths stand together. */

struct claim {
	const struct entry *entry;
	str path; /* after diversion */
	ptrdiff_t package;
};
typedef VEC(struct claim) claims;

static int by_path(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	int order = entry_path_cmp(x->path, y->path);

	return order ? order : (x->package > y->package) - (x->package < y->package);
}

static str diverted(const struct select_package *p, str path)
{
	for (ptrdiff_t i = 0; i < p->rename_n; i++)
		if (str_eq(p->rename[i].from, path))
			return p->rename[i].to;
	return path;
}

static int collect(struct op *op, const struct select_package *package, ptrdiff_t n, claims *out)
{
	for (ptrdiff_t p = 0; p < n; p++) {
		for (ptrdiff_t i = 0; i < package[p].contents->n; i++) {
			if (!package[p].keep[i])
				continue;
			struct claim *c = vec_push(op, out);
			if (!c)
				return op->code;
			c->entry = &package[p].contents->entry[i];
			c->path = diverted(&package[p], c->entry->path);
			c->package = p;
		}
	}
	if (out->n > 1)
		qsort(out->p, (size_t)out->n, sizeof(*out->p), by_path);
	return 0;
}

/* Does a's Replaces name b in its version? 1 or 0. */
static int replaces(struct op *op, const struct contents *a, const struct contents *b)
{
	struct deb822_stanza s;
	str in = a->control;
	int rc = deb822_next(op, &in, &s);

	if (rc <= 0)
		return rc;
	struct relations all;
	if ((rc = relations_parse(op, deb822_get(&s, "Replaces"), &all)) < 0)
		return rc;
	for (ptrdiff_t i = 0; i < all.n; i++) {
		const struct relation *r = &all.group[i].alternative[0];
		if (str_eq(r->name, b->name) && relation_holds(r, b->version))
			return 1;
	}
	return 0;
}

static int overlap_error(struct op *op, const struct select_package *package, const struct claim *a,
			 const struct claim *b)
{
	static const char *const kind[] = { "directory", "file", "link", "file" };
	const struct contents *x = package[a->package].contents, *y = package[b->package].contents;

	return op_fail(
		op, ERR_NO,
		"%.*s is a %s in %.*s and a %s in %.*s, and neither package %sreplaces the other",
		STR_ARG(a->path), kind[a->entry->type], STR_ARG(x->name), kind[b->entry->type],
		STR_ARG(y->name),
		package[a->package].foreign != package[b->package].foreign
			? "(one of another repository has no say over Debian's, without "
			  "'override') "
			: "");
}

/* Two claims to one path that are not both directories: the replaced one gives it up. */
static int settle_pair(struct op *op, struct select_package *package, struct claim *a,
		       struct claim *b)
{
	const struct contents *x = package[a->package].contents, *y = package[b->package].contents;
	struct claim *loser = NULL;
	bool a_may = !package[a->package].foreign || package[b->package].foreign;
	bool b_may = !package[b->package].foreign || package[a->package].foreign;
	int rc = a_may ? replaces(op, x, y) : 0;

	if (rc == 1)
		loser = b;
	if (rc == 0 && b_may && (rc = replaces(op, y, x)) == 1)
		loser = a;
	if (rc < 0)
		return rc;
	if (!loser || a->entry->type == ENTRY_DIRECTORY || b->entry->type == ENTRY_DIRECTORY)
		return overlap_error(op, package, a, b);
	struct select_package *p = &package[loser->package];
	p->keep[loser->entry - p->contents->entry] = false;
	if (loser == a)
		*a = *b; /* what comes next is compared with the winner */
	return 0;
}

static bool below(str path, str top)
{
	return path.len > top.len && path.p[top.len] == '/' && str_starts(path, top);
}

int select_overlaps(struct op *op, struct select_package *package, ptrdiff_t n)
{
	struct op_mark mark = op_mark(op);
	claims all = { 0 };
	int rc = collect(op, package, n, &all);
	struct claim *last = NULL; /* the winner of the path before */

	for (ptrdiff_t i = 0; rc == 0 && i < all.n; i++) {
		struct claim *c = &all.p[i];
		if (last && str_eq(last->path, c->path)) {
			if (last->entry->type != ENTRY_DIRECTORY ||
			    c->entry->type != ENTRY_DIRECTORY)
				rc = settle_pair(op, package, last, c);
			continue;
		}
		if (last && last->entry->type != ENTRY_DIRECTORY && below(c->path, last->path))
			return overlap_error(op, package, last, c);
		if (below(c->path, S("var/lib/dpkg/status.d")))
			return op_fail(op, ERR_NO,
				       "%.*s of %.*s is in the place of the dpkg records that "
				       "temper writes",
				       STR_ARG(c->path),
				       STR_ARG(package[c->package].contents->name));
		last = c;
	}
	if (rc == 0)
		op_reset(op, mark); /* the decisions are in keep */
	return rc;
}
