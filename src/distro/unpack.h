/*
 * unpack: what comes out of an archive of a foreign hand, on its way to a table of entries: checked
 * entry by entry, contents hashed and spooled in one pass. Packages and artifacts are read by it.
 *
 * Refused: names that hold ".wh.", what is neither file, directory nor link, symlinks without a
 * target, a path that is there twice or below what is no directory, hard links to what is no file
 * before them, more than LIMIT_ENTRIES entries or LIMIT_PATH_BYTES bytes of paths.
 */
#ifndef DISTRO_UNPACK_H
#define DISTRO_UNPACK_H

#include "base/map.h"
#include "base/vec.h"
#include "codec/tar.h"
#include "contents.h"

struct unpack_item {
	struct entry e;
	ptrdiff_t seq;   /* place in the archive */
	ptrdiff_t file;  /* of a hard link: its file's seq; else -1 */
	uint64_t offset; /* in the spool; UINT64_MAX: no content */
	bool moved;      /* by the /usr merge */
	bool elf;
};

enum { UNPACK_HEAD = 4096 }; /* bytes of each file that are looked at */

struct unpack {
	struct op *op;  /* for paths and what is asked for */
	struct op *own; /* for what goes with the pass */
	str what;       /* the archive, for messages */
	struct hash *hash;
	int spool;
	char *buffer;
	size_t used;
	uint64_t spooled; /* bytes in the spool file and the buffer */
	uint64_t text;    /* bytes of paths and links */
	struct map seen;  /* path -> index + 1 of its item */
	VEC(struct unpack_item) item;
	char head[UNPACK_HEAD];
	size_t head_n;
};

/* The spool is an unlinked file of the store. May be closed unopened, if spool is -1. */
int unpack_open(struct unpack *u, struct op *op, struct op *own, const struct store *store,
		str what) MUST_USE;
void unpack_close(struct unpack *u);

/* An entry of the archive under its path in the image; for a hard link, its file's path there.
 * Texts but path are copied. */
struct unpack_entry {
	enum tar_type type;
	str path; /* in u->op */
	str link;
	uint32_t mode, uid, gid;
	int64_t mtime;
	bool moved; /* a directory that came here by the /usr merge and otherwise is one */
};

/* The entry's content in pieces: *ret_n is 0 at its end. */
typedef int unpack_read(struct op *op, void *from, void *to, size_t n, size_t *ret_n);

int unpack_add(struct unpack *u, const struct unpack_entry *e, unpack_read *read,
	       void *from) MUST_USE;

/* After the last entry: the table, sorted, into u->op. */
int unpack_table(struct unpack *u, struct contents *c, struct contents_data *d) MUST_USE;

/* The content of entry i of the finished table, into op. */
int unpack_content(struct unpack *u, struct op *op, const struct contents *c,
		   const struct contents_data *d, ptrdiff_t i, str *ret) MUST_USE;

/* ERR_FORMAT: the archive, the path and why. */
int unpack_refuse(struct unpack *u, str path, const char *why);

#endif
