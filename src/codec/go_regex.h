/*
 * go_regex: regular expressions in Go's syntax, as tests (container-structure-test) and Grype's rules
 * have them, translated to POSIX extended ones and matched by regexec().
 *
 * Source: Go regexp/syntax; POSIX.1-2017 XBD 9.4. Translated: classes (\d \w \s and their
 * complements), \b \B \A \z, escapes, groups that capture or have names, flags at the front
 * ((?i), (?s), (?m)), lazy quantifiers (whether there is a match does not depend on them), `.`
 * which is any byte but a newline. Refused: \p{...}, \Q, \C, back-references, flags inside, more
 * than 1000 repetitions, groups deeper than LIMIT_DEPTH. Text is bytes: `.` is one byte of UTF-8.
 */
#ifndef CODEC_GO_REGEX_H
#define CODEC_GO_REGEX_H

#include "base/op.h"

/* The pattern as a POSIX extended one, and its flags for regcomp(). ERR_USAGE says what is wrong.
 */
int go_regex_translate(struct op *op, str pattern, str *ret, int *ret_flags) MUST_USE;

/* Does it compile? ERR_USAGE if not. */
int go_regex_check(struct op *op, str pattern) MUST_USE;

/* Does it match somewhere in text (bytes, NUL included)? */
int go_regex_match(struct op *op, str pattern, str text, bool *ret) MUST_USE;

/* One that is asked often: compiled once. It lives in op and is closed before op goes. */
struct go_regex;
int go_regex_open(struct op *op, str pattern, struct go_regex **ret) MUST_USE;
int go_regex_has(struct op *op, const struct go_regex *re, str text, bool *ret) MUST_USE;
void go_regex_close(struct go_regex **re); /* accepts NULL */

#endif
