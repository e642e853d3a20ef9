/*
 * zip: reading an archive of a foreign hand: entry by entry, as tar entries, or any one of them.
 * Source: APPNOTE.TXT 6.3.10 (PKWARE); Info-ZIP's extra fields "UT" and Unix modes.
 *
 * Stored and deflated entries, zip64 too. The directory at the end counts. ZIP_STRICT: each entry's
 * own header must agree with it, and refused (ERR_FORMAT, ERR_LIMIT) are encryption, other methods,
 * several disks, bytes before the first or after the last record, entries whose data overlap (bombs
 * are made so), names that are empty, hold a NUL, a backslash or "..", more than `max_out` bytes
 * unpacked or LIMIT_RATIO times the archive, and whatever does not have the size and CRC that the
 * directory says.
 *
 * ZIP_ANY is for archives that merely are looked into, as Java's own reader takes them: bytes may
 * stand before and behind, counts in the end record may be wrong, and an entry that cannot be read
 * spoils that entry only. Names are told as they are, and may stand twice. Sizes, CRCs and the
 * ratio hold for each entry that is read; nothing outside of the archive is ever read.
 */
#ifndef CODEC_ZIP_H
#define CODEC_ZIP_H

#include "at.h"
#include "base/rd.h"
#include "tar.h"

struct zip; /* opaque; lives in op */

/* What unpacking needs, some 230 KiB: archives that are not read at the same time may share one. */
struct zip_machine;
int zip_machine_make(struct op *op, struct zip_machine **ret) MUST_USE;

enum zip_trust { ZIP_STRICT, ZIP_ANY };
struct zip_wish {
	enum zip_trust trust;
	uint64_t max_out;            /* of all entries; not for ZIP_ANY */
	struct zip_machine *machine; /* NULL: one of its own */
};

/* `in` must live as long as the archive and what zip_place() gives. */
int zip_open(struct op *op, const struct at *in, const struct zip_wish *wish,
	     struct zip **ret) MUST_USE;

/*
 * zip_next(op, z, ret): 1 and the next entry of the directory (its views live until the next call),
 * or 0 behind the last one. Owners are 0; times are UTC, also those that MS-DOS wrote; modes are
 * 0644 and 0755 where the archive has none. Takes no memory from op. Of a ZIP_STRICT archive only.
 */
int zip_next(struct op *op, struct zip *z, struct tar_entry *ret) MUST_USE;

/* The current file's content in pieces: *ret_n is 0 at its end, when size and CRC were right. */
int zip_read(struct op *op, struct zip *z, void *to, size_t n, size_t *ret_n) MUST_USE;

/* A record of the directory: unchecked, name and all. It lives as long as the archive. */
struct zip_entry {
	str name;
	uint64_t size, packed, offset; /* offset: of its own header */
	uint32_t crc;
	uint16_t flags, method;
};

/* All records, in the order of the directory: 1 and the next one, or 0 behind the last. */
struct zip_list {
	struct rd at;
};
void zip_list(const struct zip *z, struct zip_list *ret);
int zip_list_next(struct op *op, const struct zip *z, struct zip_list *list,
		  struct zip_entry *ret) MUST_USE;

/* Make e the current file, for zip_read(). */
int zip_begin(struct op *op, struct zip *z, const struct zip_entry *e) MUST_USE;

/* Its whole content, at most max bytes (more is ERR_LIMIT), into op; a NUL follows it. */
int zip_content(struct op *op, struct zip *z, const struct zip_entry *e, size_t max,
		str *ret) MUST_USE;

/* Where its content stands, if it is stored (its CRC is not looked at); 1: it is compressed. */
int zip_place(struct op *op, struct zip *z, const struct zip_entry *e, struct at *ret) MUST_USE;

#endif
