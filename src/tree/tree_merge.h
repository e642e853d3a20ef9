/*
 * tree_merge: entries into a tree, one after the other, by the rules of tree.h.
 */
#ifndef TREE_TREE_MERGE_H
#define TREE_TREE_MERGE_H

#include "codec/tar.h"
#include "tree_impl.h"

struct merge {
	struct tree *tree;
	uint8_t layer;
	str what;                      /* the layer, for messages */
	char dir[LIMIT_PATH];          /* the last entry's directory as its layer has it */
	ptrdiff_t dir_len;             /* -1: none yet */
	uint32_t dir_node;             /* and where that is */
	char real_dir[LIMIT_PATH + 1]; /* its path in the tree */
	str real;
};

void merge_begin(struct merge *m, struct tree *t, uint8_t layer, str what);

/* Rule 1. Is the entry a whiteout, and was acted on? */
int merge_whiteout(struct merge *m, str path, bool *ret) MUST_USE;

/*
 * Put the name there, whatever it was. For a file the caller fills in size, where and probe
 * afterwards, and tells by merge_wants() whether it is wanted. *ret is TREE_NONE for what is only
 * counted (rule 5).
 */
int merge_entry(struct merge *m, const struct tar_entry *e, uint32_t *ret) MUST_USE;

/* Who wants a file that was just placed, by what is known of its bytes; its directory is m->real.
 */
bool merge_wants(const struct merge *m, uint32_t node, uint32_t probe, struct wanted *ret);
int merge_match(struct merge *m, uint32_t node, const struct wanted *wanted) MUST_USE;

#endif
