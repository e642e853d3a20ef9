#include <string.h>

#include "sight.h"
#include "tree_impl.h"

enum { PIECE = 256 << 10 };

bool tree_shows(const struct tree *t, uint32_t node, struct tree_place place)
{
	uint64_t where = WHERE(place.layer, place.position);

	if (node < t->n && !(node_at(t, node)->gone & GONE) && node_at(t, node)->where == where)
		return true;
	for (uint32_t i = 1; i < t->n; i++) {
		const struct tree_node *n = node_at(t, i);
		if (n->type == TREE_FILE && n->where == where && n->size && !(n->gone & GONE))
			return true;
	}
	return false;
}

/* What changes while it is read, or cannot be read, is counted; the rest of it is zeros. */
static int see_file(struct op *own, struct tree *t, struct sight *s, uint32_t node, char *piece)
{
	const struct tree_node *n = node_at(t, node);
	SCRATCH char path[LIMIT_PATH + 1];
	struct tree_seen seen = { .node = node, .place = tree_place(n), .size = n->size };
	struct at at;
	bool lost = tree_at(own, t, node, &at) < 0 || at.size != n->size;
	int rc = 0;

	seen.path = tree_path(t, node, path);
	for (uint64_t done = 0; rc == 0 && done < n->size;) {
		size_t want = n->size - done < PIECE ? (size_t)(n->size - done) : PIECE;
		lost = lost || at_read(own, &at, done, piece, want) < 0;
		if (lost && done == 0)
			break;
		if (lost)
			memset(piece, 0, want);
		if (done == 0)
			rc = sight_begin(
				t->op, s, &seen,
				(str){ piece, want < PROBE_HEAD ? (ptrdiff_t)want : PROBE_HEAD });
		done += want;
		if (rc == 0)
			rc = sight_add(t->op, s, (str){ piece, (ptrdiff_t)want });
		if (rc == 0 && done == n->size)
			rc = sight_end(t->op, s);
	}
	t->sum.unseen += lost;
	if (own->code == ERR_MEMORY)
		return op_adopt_error(t->op, own);
	op_forgive(own);
	return rc;
}

int tree_see_all(struct tree *t)
{
	AUTO_OP own;
	AUTO_SIGHT *s = NULL;
	int rc = 0;

	op_init(&own, t->op->ceiling);
	if (!t->wish->sight)
		return 0;
	char *piece = op_new(t->op, char, PIECE);
	if (!piece || sight_open(t->op, t->wish->sight, &s) < 0)
		return t->op->code;
	for (uint32_t i = 1; rc == 0 && i < t->n; i++) {
		const struct tree_node *n = node_at(t, i);
		struct op_mark mark = op_mark(&own);
		if (n->type == TREE_FILE && !(n->gone & GONE) && n->link == TREE_NONE)
			rc = see_file(&own, t, s, i, piece);
		op_reset(&own, mark);
	}
	return rc < 0 ? rc : sight_finish(t->op, s);
}
