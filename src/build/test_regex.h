/*
 * test_regex: the regular expressions of tests: Go's syntax (as container-structure-test has it),
 * translated to POSIX extended ones and matched by regexec().
 *
 * Source: Go regexp/syntax; POSIX.1-2017 XBD 9.4. Translated: classes (\d \w \s and their
 * complements), \b \B \A \z, escapes, groups that capture or have names, flags at the front
 * ((?i), (?s), (?m)), lazy quantifiers (whether there is a match does not depend on them), `.`
 * which is any byte but a newline. Refused: \p{...}, \Q, \C, back-references, flags inside, more
 * than 1000 repetitions, groups deeper than LIMIT_DEPTH. Text is bytes: `.` is one byte of UTF-8.
 */
#ifndef BUILD_TEST_REGEX_H
#define BUILD_TEST_REGEX_H

#include "base/op.h"

/* The pattern as a POSIX extended one, and its flags for regcomp(). ERR_USAGE says what is wrong.
 */
int test_regex_translate(struct op *op, str pattern, str *ret, int *ret_flags) MUST_USE;

/* Does it compile? ERR_USAGE if not. */
int test_regex_check(struct op *op, str pattern) MUST_USE;

/* Does it match somewhere in text (bytes, NUL included)? */
int test_regex_match(struct op *op, str pattern, str text, bool *ret) MUST_USE;

#endif
