#include <stdlib.h>
#include <string.h>

#include "sys/pool.h"
#include "tree_impl.h"

enum { PIECE = 256 << 10, BATCH = 64 };

struct hashing {
	const struct tree *tree;
	const uint32_t *node;  /* [n] */
	struct hashed *hashed; /* [n] */
	ptrdiff_t n;
	unsigned kinds;
};

static int hash_file(struct op *op, const struct hashing *w, ptrdiff_t i, struct hash *h,
		     char *piece)
{
	unsigned kinds = w->kinds;
	struct hashed *to = &w->hashed[i];
	struct at at;
	int rc = tree_at(op, w->tree, w->node[i], &at);

	hash_restart_as(h, kinds);
	for (uint64_t done = 0; rc == 0 && done < at.size;) {
		size_t n = at.size - done < PIECE ? (size_t)(at.size - done) : PIECE;
		if ((rc = at_read(op, &at, done, piece, n)) == 0)
			hash_add(h, (str){ piece, (ptrdiff_t)n });
		done += n;
	}
	if (rc < 0)
		return rc;
	to->kinds = (uint8_t)kinds;
	to->where = node_at(w->tree, w->node[i])->where;
	if (kinds & HASH_SHA256)
		hash_result(h, HASH_SHA256, to->sha256);
	if (kinds & HASH_SHA1)
		hash_result(h, HASH_SHA1, to->sha1);
	if (kinds & HASH_MD5)
		hash_result(h, HASH_MD5, to->md5);
	return 0;
}

static int hash_batch(struct op *own, ptrdiff_t batch, void *arg)
{
	const struct hashing *w = arg;
	AUTO_HASH *h = NULL;
	char *piece = op_new(own, char, PIECE);
	int rc = piece ? hash_open(own, w->tree->wish->hashes, &h) : own->code;

	for (ptrdiff_t i = batch * BATCH; rc == 0 && i < w->n && i < (batch + 1) * BATCH; i++) {
		struct op_mark mark = op_mark(own);
		rc = hash_file(own, w, i, h, piece);
		op_reset(own, mark);
	}
	return rc;
}

static int by_where(const void *a, const void *b)
{
	uint64_t x = ((const struct hashed *)a)->where, y = ((const struct hashed *)b)->where;

	return x < y ? -1 : x > y;
}

/* Was it hashed as it passed? */
static bool has_passed(const struct tree *t, const struct tree_node *n)
{
	return n->where == WHERE_NOWHERE ||
	       (t->source_n > 0 && t->source[WHERE_SOURCE(n->where)].kind != STREAM_PLAIN);
}

static unsigned kinds_of(const struct tree *t)
{
	unsigned kinds = 0;

	for (ptrdiff_t i = 0; i < t->wish->hint_n; i++)
		if (tree_find_link(t, str_of(t->wish->hint[i].path)) != TREE_NONE)
			kinds |= t->wish->hint[i].hashes;
	return kinds ? kinds & t->wish->hashes : t->wish->hashes;
}

int tree_hash_all(struct tree *t)
{
	struct hashing w = { .tree = t, .kinds = kinds_of(t) };
	uint32_t *node = op_new(t->op, uint32_t, t->n);
	ptrdiff_t before = t->hashed.n;

	if (!node)
		return t->op->code;
	for (uint32_t i = 1; i < t->n; i++) {
		const struct tree_node *n = node_at(t, i);
		if (n->type == TREE_FILE && !(n->gone & GONE) && n->link == TREE_NONE &&
		    !has_passed(t, n))
			node[w.n++] = i;
	}
	if (w.n == 0)
		return 0;
	for (ptrdiff_t i = 0; i < w.n; i++) {
		struct hashed *h = vec_push(t->op, &t->hashed);
		if (!h)
			return t->op->code;
	}
	w.node = node;
	w.hashed = t->hashed.p + before;
	int rc = pool_run(t->op, (w.n + BATCH - 1) / BATCH, 0, hash_batch, &w);
	if (rc == 0 && t->hashed.n)
		qsort(t->hashed.p, (size_t)t->hashed.n, sizeof(*t->hashed.p), by_where);
	return rc;
}
