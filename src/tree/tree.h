/*
 * tree: a read-only view of a file system: an image's layers merged, a directory, or (for tests) a
 * list of files; with the files that somebody is interested in.
 * Source of the merge: OCI image-spec 1.1, layer.md; where it is silent, what engines do:
 *
 *  1. Whiteouts and opaque directories act on lower layers only, wherever they stand in theirs.
 *  2. The parents of a path resolve through symlinks below the root, lower layers' too; its last
 *     component does not: a directory over a symlink replaces it, one over a directory keeps
 *     what is in it.
 *  3. A hard link binds to the file that its target is at that moment; when an upper layer
 *     replaces the target, the link keeps the old content. A link to nothing is ERR_FORMAT. The
 *     link's header describes the file too: engines change its owner, mode and capabilities by it.
 *     Of modes the bits of both count, as some go by the file's alone.
 *  4. Of a path that is twice in a layer, the last entry counts. Missing parents are root's, 0755.
 *  5. Device nodes, FIFOs and sockets have no content; they are counted.
 *
 * Memory is bounded by names (about 60 bytes and its name for each) and by what is wanted; content
 * is read by position, or kept aside as it passes where a layer is compressed. A tree is not
 * changed once it is made: any number of threads may read it, each with an op of its own.
 */
#ifndef TREE_TREE_H
#define TREE_TREE_H

#include "codec/digest.h"
#include "codec/file_capability.h"
#include "interest.h"

enum tree_type { TREE_FILE, TREE_SYMLINK, TREE_DIRECTORY, TREE_OTHER };

#define TREE_NONE UINT32_MAX /* no node; no enum, since it is no int */

/* One name. Node 0 is the root. */
struct tree_node {
	uint64_t size;         /* of a file; of a further name of it too */
	uint64_t where;        /* of a file: for tree_at(); of TREE_OTHER: see tree_special() */
	uint32_t parent, next; /* the directory; see tree_next() */
	uint32_t name;         /* see tree_name() */
	uint32_t link;  /* of a further name of a file: the node that stands for the file; of a
			   symlink:  see tree_link(); else TREE_NONE */
	uint32_t mtime; /* seconds since 1970; what does not fit is the nearest that does */
	uint16_t mode;  /* 07777 */
	uint16_t owner; /* see tree_owner() */
	uint16_t probe; /* PROBE_ bits, of a file */
	uint8_t type;   /* enum tree_type */
	uint8_t layer;  /* that it comes from, 0 the lowest; of a directory, that touched it last */
	uint8_t gone;   /* see tree_is_gone(): replaced or removed by an upper layer */
};

static inline bool tree_is_gone(const struct tree_node *n)
{
	return n->gone & 1;
}

/* What TREE_OTHER is: 'c', 'b' a device, 'p' a FIFO, 's' a socket, '?' something else. */
static inline char tree_special(const struct tree_node *n)
{
	return (char)n->where;
}

struct tree; /* opaque; lives in its op; close it before the op goes */

/* A file that somebody wants. */
struct tree_match {
	uint32_t node;
	struct wanted wanted;
};

/* Where in an image a file's content is: the layer, and the position in it unpacked. */
struct tree_place {
	ptrdiff_t layer;
	uint64_t position;
};

/* A content as somebody sees it pass: all of it, or a part of one over SIGHT_PART bytes. */
enum {
	SIGHT_PART = 1 << 20,
	SIGHT_BEFORE =
		1 << 10, /* bytes that parts overlap: what stands around what begins in them */
	SIGHT_BEHIND = 32 << 10,
};
struct tree_seen {
	str path; /* that its entry has, as long as the call */
	uint32_t node;
	struct tree_place place; /* in layers; a directory's and values' have layer 0 */
	uint64_t size;           /* of the content */
	uint64_t offset;         /* in it, of bytes.p[0] */
	str bytes;
	ptrdiff_t begin, end; /* what begins in bytes[begin .. end - 1] is this part's alone */
	uint64_t
		lines; /* newlines before bytes.p[0]; not counted where the content begins with NULs */
};

/*
 * Who sees every content of every layer, those that upper layers hide too, in the one pass over them:
 * in threads of their own, beside the unpacking.
 */
struct tree_sight {
	/* From several threads at once. own is the thread's, for as long as the pass; *local is
	 * NULL at first and the thread's too. A negative answer ends all. */
	int (*see)(struct op *own, void *arg, void **local, const struct tree_seen *s);
	/* Hand a content over in one part, whatever its size? head: its first bytes, PROBE_HEAD of
	 * them or all. */
	bool (*whole)(void *arg, str path, str head, uint64_t size);
	void *arg;
};

/* Which digests are of use, by what is in the tree: those of the packages' database. */
struct tree_hint {
	const char *path; /* "etc/dpkg" */
	unsigned hashes;  /* HASH_ kinds */
};

/* What is asked of a tree while it is made. */
struct tree_wish {
	struct interest *interest; /* may be NULL */
	bool probe;      /* look at every file's own bytes (interest by bits implies it) */
	bool verify;     /* check digests of blobs and diff_ids, in threads of their own */
	unsigned hashes; /* HASH_ kinds of every file's content, for tree_hash() */
	/* Once one of these paths was met, only the kinds of those that were; may be NULL. */
	const struct tree_hint *hint; /* [hint_n] */
	ptrdiff_t hint_n;
	/* Keep this file at hand too, whoever else wants it; may be NULL. */
	bool (*wants)(void *arg, str path, uint64_t size);
	void *wants_arg;
	const struct tree_sight *sight; /* may be NULL, and costs nothing then */
	bool hidden; /* keep wanted files that upper layers hide: --scope all-layers */
	void (*note)(void *arg, uint64_t done,
		     uint64_t total); /* bytes; now and then; may be NULL */
	void *arg;
};

struct tree_layer { /* where a layer's blob is, as a source hands it over; lowest first */
	int fd;     /* a regular file */
	uint64_t offset, size;       /* the blob in it */
	struct digest blob, diff_id; /* zeros: not told, so not checked */
	str what;                    /* for messages: "layer 3 (sha256:12ab...)" */
};

/* An image's layers merged. The descriptors must stay open as long as the tree. */
int tree_of_layers(struct op *op, const struct tree_layer *layer, ptrdiff_t n,
		   const struct tree_wish *wish, struct tree **ret) MUST_USE;

/* The directory behind dirfd, which must stay open. Nothing outside of it is ever opened; other
 * file systems below it are entered, but /proc, /sys and /dev are not if it is the root of this
 * machine. */
int tree_of_directory(struct op *op, int dirfd, str what, const struct tree_wish *wish,
		      struct tree **ret) MUST_USE;

/* Files as values, directories as their paths need them, or (a path that ends with a slash) as
 * they are given: for tests, and a single file. */
struct tree_given {
	str path;
	str bytes;
	const struct at *at; /* where they are instead, or NULL */
	uint32_t mode;       /* 0: 0644 */
	str link;            /* a symlink's target, or empty */
	uint32_t uid, gid;
	str capability; /* bytes of security.capability, or empty */
};
int tree_of_files(struct op *op, const struct tree_given *file, ptrdiff_t n,
		  const struct tree_wish *wish, struct tree **ret) MUST_USE;

void tree_close(struct tree **t);
#define AUTO_TREE __attribute__((cleanup(tree_close))) struct tree

uint32_t tree_count(
	const struct tree *t); /* nodes are 0 .. count - 1, in the order they were met */
const struct tree_node *tree_node(const struct tree *t, uint32_t node);

/* The wanted files that are visible, by path; then (with wish.hidden) the hidden ones, by layer and
 * path. */
const struct tree_match *tree_matches(const struct tree *t, ptrdiff_t *ret_n);

struct tree_place tree_place(const struct tree_node *node);

/* Is the content that stands at a place visible, under whatever name? O(nodes) where `node`, which had
 * it when it passed, does not have it any more. */
bool tree_shows(const struct tree *t, uint32_t node, struct tree_place place);

/* A sparse file has a size, and no content that could be read. */
bool tree_is_sparse(const struct tree_node *node);

str tree_name(const struct tree *t, uint32_t node); /* its last component, NUL-terminated */

struct tree_owner {
	uint32_t uid, gid;
};
struct tree_owner tree_owner(const struct tree *t, const struct tree_node *node);
/* The file capabilities of a file, or of the file that it is a further name of; 1: it has none. One
 * that is malformed has revision 0. O(log(files that have some)). */
int tree_capability(const struct tree *t, uint32_t node, struct file_capability *ret) MUST_USE;

str tree_link(const struct tree *t, uint32_t node); /* a symlink's target, as it is written */

/* The path of a node without a leading slash, in out[LIMIT_PATH + 1], NUL-terminated; "" is the
 * root. */
str tree_path(const struct tree *t, uint32_t node, char *out);

/* The node at a path, symlinks followed below the root (the last one too; not with _link);
 * TREE_NONE: there is none. Hidden ones are not found. O(components). */
uint32_t tree_find(const struct tree *t, str path);
uint32_t tree_find_link(const struct tree *t, str path);
/* The same from a directory on: "../lib/x". */
uint32_t tree_find_from(const struct tree *t, uint32_t dir, str path, bool follow_last);

/* What is in a directory, one after the other: TREE_NONE behind the last. In no promised order. */
uint32_t tree_first(const struct tree *t, uint32_t dir);
uint32_t tree_next(const struct tree *t, uint32_t node);

/*
 * tree_at(op, t, node, ret): the content of a file; it can be read as long as op and the tree are.
 * Of a file within a compressed layer that was not wanted this costs unpacking some of the
 * layer again.
 */
int tree_at(struct op *op, const struct tree *t, uint32_t node, struct at *ret) MUST_USE;

/* The digest of one kind of a file's content: 32, 20 or 16 bytes; NULL where wish.hashes had not
 * asked. */
const uint8_t *tree_hash(const struct tree *t, uint32_t node, enum hash_kind kind);

struct tree_sum {
	uint64_t entries; /* of all layers, hidden ones too */
	uint64_t names;   /* that are visible */
	uint64_t other;   /* rule 5 */
	uint64_t bytes;   /* of visible files */
	uint64_t xattrs;  /* entries with extended attributes: security.capability alone is kept */
	uint64_t unread;  /* directories that could not be entered */
	uint64_t again;   /* names that stood twice in a layer: rule 4 */
	uint64_t unseen;  /* files of a directory that wish.sight could not be shown */
};
struct tree_sum tree_sum(const struct tree *t);

#endif
