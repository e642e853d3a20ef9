/*
 * zip: reading an archive of a foreign hand, entry by entry, as tar entries.
 * Source: APPNOTE.TXT 6.3.10 (PKWARE); Info-ZIP's extra fields "UT" and Unix modes.
 *
 * Stored and deflated entries, zip64 too. The directory at the end counts; each entry's own header
 * must agree with it. Refused (ERR_FORMAT, ERR_LIMIT): encryption, other methods, several disks,
 * bytes before the first or after the last record, entries whose data overlap (bombs are made so),
 * names that are empty, hold a NUL, a backslash or "..", more than `max_out` bytes unpacked or
 * LIMIT_RATIO times the archive, and whatever does not have the size and CRC that the directory
 * says.
 */
#ifndef CODEC_ZIP_H
#define CODEC_ZIP_H

#include "tar.h"

struct zip; /* opaque; lives in op, the descriptor stays the caller's */

/* The archive is the first `size` bytes of fd, a regular file; `what` must live as long as it. */
int zip_open(struct op *op, int fd, str what, uint64_t size, uint64_t max_out,
	     struct zip **ret) MUST_USE;

/*
 * zip_next(op, z, ret): 1 and the next entry of the directory (its views live until the next call),
 * or 0 behind the last one. Owners are 0; times are UTC, also those that MS-DOS wrote; modes are
 * 0644 and 0755 where the archive has none. Takes no memory from op.
 */
int zip_next(struct op *op, struct zip *z, struct tar_entry *ret) MUST_USE;

/* The current file's content in pieces: *ret_n is 0 at its end, when size and CRC were right. */
int zip_read(struct op *op, struct zip *z, void *to, size_t n, size_t *ret_n) MUST_USE;

#endif
