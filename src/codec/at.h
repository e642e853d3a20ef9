/*
 * at: bytes at positions, wherever they are: in memory, in a part of a file, or behind a function
 * that finds them (a file within a compressed layer, an archive within an archive). What reads a
 * format that jumps about (zip, ELF, database pages) takes one of these.
 */
#ifndef CODEC_AT_H
#define CODEC_AT_H

#include "base/op.h"

struct at;
/* Fill `to` with exactly n bytes from offset on; the caller has checked that they are within size.
 */
typedef int at_read_fn(struct op *op, const struct at *a, uint64_t offset, void *to, size_t n);

struct at {
	at_read_fn *read;
	uint64_t size;   /* bytes in all */
	str what;        /* for messages */
	str bytes;       /* in memory; .p is NULL elsewhere */
	int fd;          /* at_of_fd() */
	uint64_t offset; /* likewise: where byte 0 stands in the file */
	const void *arg; /* for another read() */
};

struct at at_of_bytes(str bytes, str what);
/* `size` bytes of a regular file from offset on; fd stays the caller's. */
struct at at_of_fd(int fd, uint64_t offset, uint64_t size, str what);

/* Exactly n bytes at offset: past the end is ERR_FORMAT ("... is cut short"). */
int at_read(struct op *op, const struct at *a, uint64_t offset, void *to, size_t n) MUST_USE;

/* As at_read(), as a view: into the memory itself where the bytes are in memory, else copied into
 * op. */
int at_view(struct op *op, const struct at *a, uint64_t offset, uint64_t n, str *ret) MUST_USE;

/* All of it, at most max bytes (more is ERR_LIMIT). */
int at_all(struct op *op, const struct at *a, size_t max, str *ret) MUST_USE;

/* A part of it as bytes of its own; what it reads must live as long. Clamped to what there is. */
struct at at_part(const struct at *a, uint64_t offset, uint64_t size);

#endif
