/*
 * num: numbers in text, read whole or refused. No sign, blank, prefix or trailing byte is
 * skipped; the empty text is no number.
 */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include "op.h"

/* Decimal, at most max. ERR_FORMAT for another byte than a digit, ERR_LIMIT above max. */
int num_u64(struct op *op, str s, uint64_t max, uint64_t *ret) MUST_USE;

/* As num_u64(), in octal. */
int num_octal(struct op *op, str s, uint64_t max, uint64_t *ret) MUST_USE;

/* As num_u64() without an op, for callers to whom "not a number" is an answer. */
bool num_parse(str s, uint64_t max, uint64_t *ret);

/* n bytes for a reader: "12 B", "3.4 KiB", "21.5 MiB", in out, NUL-terminated. Returns out. */
enum { NUM_SIZE_TEXT = 16 };
const char *num_size_text(uint64_t n, char out[NUM_SIZE_TEXT]);

#endif
