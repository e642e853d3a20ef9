#include "tree_merge.h"

static struct at bytes_of(const struct tree_given *f, str what)
{
	return f->at ? *f->at : at_of_bytes(f->bytes, what);
}

static int open_given(struct op *op, const struct tree *t, uint32_t node, struct at *ret)
{
	(void)op;
	*ret = bytes_of(&t->given[node_at(t, node)->where], tree_name(t, node));
	return 0;
}

static int look(struct op *op, const struct at *at, uint16_t *ret)
{
	uint32_t tail = 0;
	str head, end;
	int rc = at_view(op, at, 0, at->size < PROBE_HEAD ? at->size : PROBE_HEAD, &head);

	if (rc < 0)
		return rc;
	*ret = (uint16_t)probe_head(head, at->size, &tail);
	if (tail == 0)
		return 0;
	if ((rc = at_view(op, at, at->size - tail, tail, &end)) == 0)
		*ret = (uint16_t)probe_tail(*ret, head, at->size, end);
	return rc;
}

static int add_given(struct merge *m, const struct tree_given *f, ptrdiff_t i)
{
	struct tar_entry e = { .type = f->link.len                 ? TAR_SYMLINK
				       : str_ends(f->path, S("/")) ? TAR_DIRECTORY
								   : TAR_FILE,
			       .link = f->link,
			       .uid = f->uid,
			       .gid = f->gid,
			       .capability = f->capability };
	SCRATCH char clean[LIMIT_PATH];
	struct wanted wanted;
	uint32_t node;

	e.mode = f->mode ? f->mode : e.type == TAR_DIRECTORY ? 0755 : 0644;
	if (!tar_clean(f->path, clean, &e.path))
		return op_fail(m->tree->op, ERR_FORMAT, "bad path '%.*s'", STR_ARG(f->path));
	int rc = merge_entry(m, &e, &node);
	if (rc < 0 || node == TREE_NONE || e.type != TAR_FILE)
		return rc;
	struct tree_node *n = node_at(m->tree, node);
	struct at at = bytes_of(f, e.path);
	n->size = at.size;
	n->where = (uint64_t)i;
	if ((rc = look(m->tree->op, &at, &n->probe)) < 0)
		return rc;
	return merge_wants(m, node, n->probe, &wanted) ? merge_match(m, node, &wanted) : 0;
}

int tree_of_files(struct op *op, const struct tree_given *file, ptrdiff_t n,
		  const struct tree_wish *wish, struct tree **ret)
{
	AUTO_TREE *t = NULL;
	struct merge *m = op_new(op, struct merge, 1);
	int rc = m ? tree_new(op, wish, S("files"), &t) : op->code;

	if (rc < 0)
		return rc;
	t->given = file;
	t->open = open_given;
	merge_begin(m, t, 0, S("files"));
	for (ptrdiff_t i = 0; i < n; i++) {
		if ((rc = add_given(m, &file[i], i)) < 0)
			return rc;
	}
	if ((rc = tree_sort_matches(t)) < 0 || (t->wish->hashes && (rc = tree_hash_all(t)) < 0) ||
	    (rc = tree_see_all(t)) < 0)
		return rc;
	tree_add_up(t);
	*ret = t;
	t = NULL;
	return 0;
}
