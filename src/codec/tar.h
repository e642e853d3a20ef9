/*
 * tar: reading a tar of a foreign hand as it streams by, and writing ours.
 * Source: POSIX.1-2017 pax, "pax Interchange Format"; GNU tar manual, "Basic Tar Format".
 *
 * Reading refuses (ERR_FORMAT, ERR_LIMIT), as the attack list demands: a bad header checksum,
 * malformed PAX records, numbers out of range or negative, names that are empty, hold a NUL, "..",
 * a component over 255 or a path over LIMIT_PATH bytes, a truncated archive (one that merely lacks
 * the end's zeros in `strict` alone), bytes other than zeros after the end, sparse files, device
 * nodes, FIFOs and sockets (in `strict`; else sparse files have a size and no content, and the
 * others are told as TAR_OTHER), links and directories with content, an entry that is named twice
 * (PAX and GNU), a PAX header that is nobody's, and a root that is no directory. A PAX size wins
 * everywhere.
 */
#ifndef CODEC_TAR_H
#define CODEC_TAR_H

#include "base/buf.h"
#include "stream.h"

enum tar_type { TAR_FILE, TAR_HARDLINK, TAR_SYMLINK, TAR_DIRECTORY, TAR_OTHER };

struct tar_entry {
	enum tar_type type;
	str path;      /* no leading "/" or "./", no trailing "/"; "" is the root itself */
	str link;      /* symlink: as written; hard link: cleaned like path */
	uint32_t mode; /* 07777 */
	uint32_t uid, gid;
	uint64_t size; /* of the content that follows; 0 unless TAR_FILE */
	int64_t mtime;
	bool sparse; /* size is what it unpacks to; its content cannot be read (not in `strict`) */
	char other;  /* of TAR_OTHER: 'c' and 'b' devices, 'p' a FIFO, 's' a socket; else '?' */
	bool has_xattrs; /* PAX SCHILY.xattr.* or the like was there; they are dropped */
	str capability; /* but security.capability, as the kernel has it (codec/file_capability.h) */
};

enum { TAR_HEAD = 512 }; /* bytes that tell a tar */
/* Do the first bytes of a file have a tar's magic? The oldest tars have none. */
bool tar_is(str head);

struct tar; /* opaque */
int tar_open(struct op *op, struct stream *in, str what, bool strict, struct tar **ret) MUST_USE;

/* Another archive by the same reader, whose memory (1.3 MiB) is used again. */
void tar_reopen(struct tar *t, struct stream *in, str what);

/*
 * tar_next(op, t, ret): the next entry; what is left of the last one's content is skipped.
 * 1 and *ret filled (its views live until the next call), or 0 at the end of the archive. Takes
 * no memory from op. Content that is not read costs nothing where the stream can pass over it.
 */
int tar_next(struct op *op, struct tar *t, struct tar_entry *ret) MUST_USE;

/* The current entry's content in pieces: *ret_n is 0 at its end. */
int tar_read(struct op *op, struct tar *t, void *to, size_t n, size_t *ret_n) MUST_USE;

/* Leave n bytes of the current entry's content out, or all that are left. */
int tar_skip(struct op *op, struct tar *t, uint64_t n) MUST_USE;

/* Where the current entry's content, as far as it is not read yet, begins in what the stream gives.
 */
uint64_t tar_position(const struct tar *t);

/* The whole content of the current entry into op, at most max bytes. */
int tar_read_all(struct op *op, struct tar *t, size_t max, str *ret) MUST_USE;

/*
 * tar_clean(in, out, ret): the canonical form of a path in an archive: leading "/" and "./",
 * doubled and trailing slashes and "." components taken away, into out[LIMIT_PATH]. False for
 * "..", NUL, a component over LIMIT_NAME or more than LIMIT_PATH - 1 bytes.
 */
bool tar_clean(str in, char *out, str *ret);

/*
 * tar_header(b, e): append the 512-byte header of e (PAX records before it when name, link, size
 * or ids do not fit ustar). Directories get their trailing slash here. The same entry gives the
 * same bytes for ever: no user names, no times but e->mtime, PAX headers named "PaxHeaders/0".
 * The caller appends the content and then tar_padding(size) zeros.
 */
void tar_header(struct buf *b, const struct tar_entry *e);
size_t tar_padding(uint64_t size); /* 0 to 511 */
enum { TAR_END = 1024 };           /* zeros that end an archive */

#endif
