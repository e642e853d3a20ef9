/*
 * tree_impl: what the files of tree share.
 *
 * Invariants: (1) a node never moves and never gets another parent or name; (2) a name that is not
 * gone stands at most once in its directory and is in the table; (3) a node that another one's
 * `link` means is marked linked and never becomes another file; (4) `where` of contents that were
 * kept or hashed rises, so that kept[] and hashed[] are sorted as they are made.
 */
#ifndef TREE_TREE_IMPL_H
#define TREE_TREE_IMPL_H

#include "base/limits.h"
#include "base/vec.h"
#include "codec/stream.h"
#include "keep.h"
#include "tree.h"

enum {
	NODE_CHUNK_BITS = 12, /* nodes are allocated 4096 at a time */
	NODE_CHUNK = 1 << NODE_CHUNK_BITS,
	NODE_CHUNKS = (LIMIT_ENTRIES + NODE_CHUNK - 1) / NODE_CHUNK + 1,
	TEXT_CHUNK_BITS = 18, /* names 256 KiB at a time */
	TEXT_CHUNK = 1 << TEXT_CHUNK_BITS,
	TEXT_CHUNKS = LIMIT_PATH_BYTES / TEXT_CHUNK + 1,
	OWNERS_MAX = UINT16_MAX,
	LINKS_MAX = 40, /* symlinks on the way to one path. Source: Linux path_resolution(7) */
	REST_MAX = 2 * LIMIT_PATH, /* bytes of a path while its links are put in */
	DEPTH_MAX = LIMIT_PATH / 2,
};

/* In tree_node.gone. */
enum { GONE = 1, LINKED = 2, WANTED = 4, CAPABLE = 8 };

/* Where a file's content is: the position of its source and a position in that. */
#define WHERE(source, offset) ((uint64_t)(source) << 56 | (offset))
#define WHERE_NOWHERE UINT64_MAX /* of a sparse file: it cannot be read */
#define WHERE_SOURCE(where) ((int)((where) >> 56))
#define WHERE_OFFSET(where) ((where) & ((UINT64_C(1) << 56) - 1))

struct source_of { /* a layer as the tree reads it */
	struct tree_layer layer;
	enum stream_kind kind;
};

struct kept {
	uint64_t where;
	struct keep_place place;
};

struct capable {
	uint32_t node;
	uint32_t nth; /* of those of a node the last one counts */
	struct file_capability has;
};

struct hashed {
	uint64_t where;
	uint8_t sha256[32], sha1[20], md5[16];
	uint8_t kinds; /* HASH_ that are filled in */
};

struct tree;
/* The content of a file that is neither kept nor given. */
typedef int tree_open_fn(struct op *op, const struct tree *t, uint32_t node, struct at *ret);

struct tree {
	struct op *op;
	struct tree_node **chunk; /* [NODE_CHUNKS] */
	uint32_t n;
	char **text; /* [TEXT_CHUNKS] */
	uint32_t text_n;
	uint64_t text_used; /* of the last chunk; bytes in all for the limit are text_n chunks */
	uint32_t *slot;     /* [slots]: node + 1; 0 is free */
	uint32_t slots, taken;
	uint64_t seed;
	VEC(struct tree_owner) owner;
	VEC(struct tree_match) match;
	VEC(struct kept) kept;
	VEC(struct hashed) hashed;
	VEC(struct capable) capable;
	struct keep keep;
	struct source_of *source; /* [source_n] */
	ptrdiff_t source_n;
	const struct tree_given *given;
	int dirfd; /* tree_of_directory() */
	tree_open_fn *open;
	const struct tree_wish *wish;
	struct tree_sum sum;
	bool lent; /* the header of a link gave its file rights: all its names have them at the end */
	str what;
};

struct walk { /* for tree_walk(): where from, and what it may do */
	uint32_t from;
	bool follow_last;
	bool make;     /* make directories that are missing */
	uint8_t layer; /* that makes them */
	str what;      /* for messages */
};

int tree_new(struct op *op, const struct tree_wish *wish, str what, struct tree **ret) MUST_USE;

static inline struct tree_node *node_at(const struct tree *t, uint32_t i)
{
	return &t->chunk[i >> NODE_CHUNK_BITS][i & (NODE_CHUNK - 1)];
}

/* A name in a directory, or TREE_NONE. O(1). */
uint32_t tree_child(const struct tree *t, uint32_t dir, str name);

/* A new node with that name, in the table and in its directory; what had the name must be gone. */
int tree_add(struct tree *t, uint32_t dir, str name, uint32_t *ret) MUST_USE;

/* A text into the pool, with a NUL behind it. */
int tree_text_add(struct tree *t, str text, uint32_t *ret) MUST_USE;
int tree_owner_add(struct tree *t, uint32_t uid, uint32_t gid, uint16_t *ret) MUST_USE;

/* The node at path from w->from on, links resolved; TREE_NONE if it is not there (or a file is in
 * the way and nothing is to be made). With make the result is a directory. */
int tree_walk(struct op *op, const struct tree *t, const struct walk *w, str path,
	      uint32_t *ret) MUST_USE;

/* Is the path one of the hint's, or below it? Its kinds then. */
static inline unsigned tree_hint_of(const struct tree_wish *w, str path)
{
	unsigned kinds = 0;

	for (ptrdiff_t i = 0; i < w->hint_n; i++) {
		str at = str_of(w->hint[i].path);
		if (str_starts(path, at) && (path.len == at.len || path.p[at.len] == '/'))
			kinds |= w->hint[i].hashes;
	}
	return kinds;
}

/* Digests of the contents that wish->hashes asks for, where they were not made as they passed. */
int tree_hash_all(struct tree *t) MUST_USE;

/* Have wish->sight see every content of a tree of no layers. */
int tree_see_all(struct tree *t) MUST_USE;

/* What the visible files have in all, into sum. */
void tree_add_up(struct tree *t);

/* The file has that extended attribute security.capability. */
int tree_capable(struct tree *t, uint32_t node, str value) MUST_USE;

/* Order the matches: visible ones by path, then hidden ones by layer and path; and what has
 * capabilities, by node. */
int tree_sort_matches(struct tree *t) MUST_USE;

#endif
