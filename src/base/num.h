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

/* Digits with or without a decimal point and an exponent, no sign, as the nearest double, in any locale: what
 * has 17 significant digits or fewer is read back as what was written. False for what is none, or not finite. */
bool num_real(str s, double *ret);

/* The shortest text, of 6 significant digits or more, that num_real() reads as this value again: "0.97565",
 * "1e-09"; a whole number as "10.0". value: finite, not negative. Returns out. */
enum { NUM_REAL_TEXT = 32 };
const char *num_real_text(double value, char out[NUM_REAL_TEXT]);

/* n bytes for a reader: "12 B", "3.4 KiB", "21.5 MiB", in out, NUL-terminated. Returns out. */
enum { NUM_SIZE_TEXT = 16 };
const char *num_size_text(uint64_t n, char out[NUM_SIZE_TEXT]);

#endif
