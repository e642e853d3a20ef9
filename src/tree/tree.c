#include "tree.h"

#include <stdlib.h>
#include <string.h>

#include "tree_impl.h"

enum { SLOTS_FIRST = 1 << 12 };

int tree_new(struct op *op, const struct tree_wish *wish, str what, struct tree **ret)
{
	static const struct tree_wish nothing;
	struct tree *t = op_new(op, struct tree, 1);

	if (!t || !(t->chunk = op_new(op, struct tree_node *, NODE_CHUNKS)) ||
	    !(t->text = op_new(op, char *, TEXT_CHUNKS)) ||
	    !(t->slot = op_new(op, uint32_t, SLOTS_FIRST)) ||
	    !(t->chunk[0] = op_new(op, struct tree_node, NODE_CHUNK)))
		return op->code;
	t->op = op;
	t->wish = wish ? wish : &nothing;
	t->what = what;
	t->slots = SLOTS_FIRST;
	t->dirfd = -1;
	struct map seeded;
	map_init(&seeded, op);
	t->seed = seeded.seed;
	keep_init(&t->keep);
	uint32_t empty;
	if (tree_text_add(t, S(""), &empty) < 0)
		return op->code;
	*node_at(t, 0) = (struct tree_node){ .where = TREE_NONE,
					     .next = TREE_NONE,
					     .name = empty,
					     .link = TREE_NONE,
					     .mode = 0755,
					     .type = TREE_DIRECTORY };
	t->n = 1;
	if (tree_owner_add(t, 0, 0, &node_at(t, 0)->owner) < 0)
		return op->code;
	*ret = t;
	return 0;
}

void tree_close(struct tree **t)
{
	if (*t)
		keep_done(&(*t)->keep);
	*t = NULL;
}

int tree_text_add(struct tree *t, str text, uint32_t *ret)
{
	MUST(text.len < TEXT_CHUNK);
	if (t->text_n == 0 || t->text_used + (uint64_t)text.len + 1 > TEXT_CHUNK) {
		if (t->text_n == TEXT_CHUNKS)
			return op_fail(t->op, ERR_LIMIT, "%.*s: more than %d bytes of names",
				       STR_ARG(t->what), LIMIT_PATH_BYTES);
		if (!(t->text[t->text_n] = op_alloc(t->op, 1, TEXT_CHUNK)))
			return t->op->code;
		t->text_n++;
		t->text_used = 0;
	}
	char *to = t->text[t->text_n - 1] + t->text_used;
	if (text.len)
		memcpy(to, text.p, (size_t)text.len);
	to[text.len] = '\0';
	*ret = (t->text_n - 1) << TEXT_CHUNK_BITS | (uint32_t)t->text_used;
	t->text_used += (uint64_t)text.len + 1;
	return 0;
}

static str text_at(const struct tree *t, uint32_t ref)
{
	return str_of(t->text[ref >> TEXT_CHUNK_BITS] + (ref & (TEXT_CHUNK - 1)));
}

/* Most entries of a tree belong to the same few owners. */
int tree_owner_add(struct tree *t, uint32_t uid, uint32_t gid, uint16_t *ret)
{
	for (ptrdiff_t i = t->owner.n - 1; i >= 0; i--) {
		if (t->owner.p[i].uid == uid && t->owner.p[i].gid == gid) {
			*ret = (uint16_t)i;
			return 0;
		}
	}
	if (t->owner.n == OWNERS_MAX)
		return op_fail(t->op, ERR_LIMIT, "%.*s: more than %d owners of files",
			       STR_ARG(t->what), OWNERS_MAX);
	struct tree_owner *o = vec_push(t->op, &t->owner);
	if (!o)
		return t->op->code;
	*o = (struct tree_owner){ uid, gid };
	*ret = (uint16_t)(t->owner.n - 1);
	return 0;
}

static uint64_t hash_name(const struct tree *t, uint32_t dir, str name)
{
	return str_hash(name, t->seed ^ dir * UINT64_C(0x9e3779b97f4a7c15));
}

uint32_t tree_child(const struct tree *t, uint32_t dir, str name)
{
	uint32_t mask = t->slots - 1;

	for (uint32_t i = (uint32_t)hash_name(t, dir, name) & mask; t->slot[i];
	     i = (i + 1) & mask) {
		const struct tree_node *n = node_at(t, t->slot[i] - 1);
		if (n->parent == dir && !(n->gone & GONE) && str_eq(text_at(t, n->name), name))
			return t->slot[i] - 1;
	}
	return TREE_NONE;
}

static void enter(struct tree *t, uint32_t node)
{
	uint32_t mask = t->slots - 1;
	const struct tree_node *n = node_at(t, node);
	uint32_t i = (uint32_t)hash_name(t, n->parent, text_at(t, n->name)) & mask;

	while (t->slot[i])
		i = (i + 1) & mask;
	t->slot[i] = node + 1;
	t->taken++;
}

static int grow(struct tree *t)
{
	uint32_t slots = t->slots * 2;
	uint32_t *slot = op_new(t->op, uint32_t, slots);

	if (!slot)
		return t->op->code;
	t->slot = slot;
	t->slots = slots;
	t->taken = 0;
	for (uint32_t i = 1; i < t->n; i++) {
		if (!(node_at(t, i)->gone & GONE))
			enter(t, i);
	}
	return 0;
}

int tree_add(struct tree *t, uint32_t dir, str name, uint32_t *ret)
{
	if (t->n >= LIMIT_ENTRIES)
		return op_fail(t->op, ERR_LIMIT, "%.*s: more than %d names", STR_ARG(t->what),
			       LIMIT_ENTRIES);
	if (name.len > LIMIT_NAME || name.len == 0 || str_find(name, '\0') >= 0)
		return op_fail(t->op, ERR_FORMAT, "%.*s: bad name '%.*s'", STR_ARG(t->what),
			       STR_ARG(str_head(name, LIMIT_NAME)));
	struct tree_node **chunk = &t->chunk[t->n >> NODE_CHUNK_BITS];
	if (!*chunk && !(*chunk = op_new(t->op, struct tree_node, NODE_CHUNK)))
		return t->op->code;
	uint32_t text;
	if (tree_text_add(t, name, &text) < 0 || (t->taken >= t->slots / 4 * 3 && grow(t) < 0))
		return t->op->code;
	struct tree_node *parent = node_at(t, dir);
	uint32_t id = t->n++;
	*node_at(t, id) = (struct tree_node){ .parent = dir,
					      .next = (uint32_t)parent->where,
					      .name = text,
					      .where = TREE_NONE,
					      .link = TREE_NONE,
					      .type = TREE_DIRECTORY,
					      .mode = 0755 };
	parent->where = id;
	enter(t, id);
	*ret = id;
	return 0;
}

uint32_t tree_count(const struct tree *t)
{
	return t->n;
}

const struct tree_node *tree_node(const struct tree *t, uint32_t node)
{
	MUST(node < t->n);
	return node_at(t, node);
}

const struct tree_match *tree_matches(const struct tree *t, ptrdiff_t *ret_n)
{
	*ret_n = t->match.n;
	return t->match.p;
}

str tree_name(const struct tree *t, uint32_t node)
{
	return text_at(t, node_at(t, node)->name);
}

struct tree_owner tree_owner(const struct tree *t, const struct tree_node *node)
{
	return t->owner.p[node->owner];
}

struct tree_place tree_place(const struct tree_node *node)
{
	return (struct tree_place){ WHERE_SOURCE(node->where), WHERE_OFFSET(node->where) };
}

bool tree_is_sparse(const struct tree_node *node)
{
	return node->type == TREE_FILE && node->where == WHERE_NOWHERE;
}

str tree_link(const struct tree *t, uint32_t node)
{
	const struct tree_node *n = node_at(t, node);

	return n->type == TREE_SYMLINK ? text_at(t, n->link) : S("");
}

str tree_path(const struct tree *t, uint32_t node, char *out)
{
	ptrdiff_t at = LIMIT_PATH;

	out[at] = '\0';
	for (; node != 0; node = node_at(t, node)->parent) {
		str name = tree_name(t, node);
		bool last = at == LIMIT_PATH;
		if (name.len + !last > at) /* tree_walk() keeps paths shorter */
			break;
		if (!last)
			out[--at] = '/';
		at -= name.len;
		memcpy(out + at, name.p, (size_t)name.len);
	}
	memmove(out, out + at, (size_t)(LIMIT_PATH - at) + 1);
	return (str){ out, LIMIT_PATH - at };
}

static uint32_t visible(const struct tree *t, uint32_t node)
{
	while (node != TREE_NONE && node_at(t, node)->gone & GONE)
		node = node_at(t, node)->next;
	return node;
}

uint32_t tree_first(const struct tree *t, uint32_t dir)
{
	const struct tree_node *n = node_at(t, dir);

	return n->type == TREE_DIRECTORY ? visible(t, (uint32_t)n->where) : TREE_NONE;
}

uint32_t tree_next(const struct tree *t, uint32_t node)
{
	return visible(t, node_at(t, node)->next);
}

static int by_where(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

int tree_at(struct op *op, const struct tree *t, uint32_t node, struct at *ret)
{
	const struct tree_node *n = tree_node(t, node);
	const struct kept *kept = NULL;

	if (n->type != TREE_FILE)
		return op_fail(op, ERR_FORMAT, "%.*s is not a file", STR_ARG(tree_name(t, node)));
	if (tree_is_sparse(n))
		return op_fail(op, ERR_FORMAT, "%.*s is a sparse file, which is not unpacked",
			       STR_ARG(tree_name(t, node)));
	if (t->kept.n)
		kept = bsearch(&n->where, t->kept.p, (size_t)t->kept.n, sizeof(*kept), by_where);
	if (kept)
		*ret = keep_at(&t->keep, &kept->place, tree_name(t, node));
	else if (n->size == 0)
		*ret = at_of_bytes(S(""), tree_name(t, node));
	else
		return t->open(op, t, node, ret);
	return 0;
}

int tree_capable(struct tree *t, uint32_t node, str value)
{
	struct capable *c = vec_push(t->op, &t->capable);

	if (!c)
		return t->op->code;
	*c = (struct capable){ .node = node, .nth = (uint32_t)t->capable.n };
	file_capability_read(value, &c->has);
	node_at(t, node)->gone |= CAPABLE;
	return 0;
}

static int capable_order(const void *a, const void *b)
{
	const struct capable *x = a, *y = b;

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	return x->nth < y->nth ? -1 : x->nth > y->nth;
}

/* The last one of each node, by node. */
static void sort_capable(struct tree *t)
{
	ptrdiff_t n = 0;

	if (t->capable.n)
		qsort(t->capable.p, (size_t)t->capable.n, sizeof(*t->capable.p), capable_order);
	for (ptrdiff_t i = 0; i < t->capable.n; i++) {
		t->capable.p[n] = t->capable.p[i];
		t->capable.p[n].nth = 0;
		n += i + 1 == t->capable.n || t->capable.p[i + 1].node != t->capable.p[i].node;
	}
	t->capable.n = n;
}

int tree_capability(const struct tree *t, uint32_t node, struct file_capability *ret)
{
	const struct tree_node *n = tree_node(t, node);
	struct capable key = { .node = node };

	if (n->type == TREE_FILE && n->link != TREE_NONE) {
		key.node = n->link;
		n = tree_node(t, n->link);
	}
	if (n->type != TREE_FILE || !(n->gone & CAPABLE))
		return 1;
	const struct capable *c =
		bsearch(&key, t->capable.p, (size_t)t->capable.n, sizeof(*c), capable_order);
	MUST(c);
	*ret = c->has;
	return 0;
}

const uint8_t *tree_hash(const struct tree *t, uint32_t node, enum hash_kind kind)
{
	const struct tree_node *n = tree_node(t, node);
	const struct hashed *h = NULL;

	if (n->type == TREE_FILE && t->wish->hashes & kind && t->hashed.n)
		h = bsearch(&n->where, t->hashed.p, (size_t)t->hashed.n, sizeof(*h), by_where);
	if (!h || !(h->kinds & kind))
		return NULL;
	return kind == HASH_SHA256 ? h->sha256 : kind == HASH_SHA1 ? h->sha1 : h->md5;
}

void tree_add_up(struct tree *t)
{
	for (uint32_t i = 1; i < t->n; i++) {
		const struct tree_node *n = node_at(t, i);
		if (n->gone & GONE)
			continue;
		t->sum.names++;
		if (n->type == TREE_FILE && n->link == TREE_NONE)
			t->sum.bytes += n->size;
	}
}

struct tree_sum tree_sum(const struct tree *t)
{
	return t->sum;
}

static _Thread_local const struct tree *sorting;

static int by_path(const void *a, const void *b)
{
	const struct tree_match *x = a, *y = b;
	const struct tree_node *m = node_at(sorting, x->node), *n = node_at(sorting, y->node);
	SCRATCH char p[LIMIT_PATH + 1], q[LIMIT_PATH + 1];

	if ((m->gone & GONE) != (n->gone & GONE))
		return (m->gone & GONE) - (n->gone & GONE);
	if (m->gone & GONE && m->layer != n->layer)
		return m->layer - n->layer;
	int order = str_cmp(tree_path(sorting, x->node, p), tree_path(sorting, y->node, q));
	return order ? order : x->node < y->node ? -1 : x->node > y->node;
}

/* Rule 3: what one name of a file has, all have. */
static void spread_rights(struct tree *t)
{
	for (uint32_t i = 1; t->lent && i < t->n; i++) {
		struct tree_node *n = node_at(t, i);
		if (n->type == TREE_FILE && n->link != TREE_NONE) {
			n->mode = node_at(t, n->link)->mode;
			n->owner = node_at(t, n->link)->owner;
		}
	}
}

int tree_sort_matches(struct tree *t)
{
	ptrdiff_t n = 0;

	for (ptrdiff_t i = 0; i < t->match.n; i++) {
		bool gone = node_at(t, t->match.p[i].node)->gone & GONE;
		if (!gone || t->wish->hidden)
			t->match.p[n++] = t->match.p[i];
	}
	t->match.n = n;
	sort_capable(t);
	spread_rights(t);
	sorting = t;
	if (n)
		qsort(t->match.p, (size_t)n, sizeof(*t->match.p), by_path);
	return 0;
}
