/*
 * licence_class: what a licence asks of those who pass a program on, in the seven classes that legal
 * departments sort by (those of Google's licenseclassifier; which licence is in which is our table).
 */
#ifndef MODEL_LICENCE_CLASS_H
#define MODEL_LICENCE_CLASS_H

#include "base/op.h"

/* From what asks least to what asks most. */
enum licence_class {
	LICENCE_UNENCUMBERED, /* nothing: public domain */
	LICENCE_PERMISSIVE,   /* nothing but what all do: no warranty */
	LICENCE_NOTICE,       /* that its notice goes along */
	LICENCE_RECIPROCAL,   /* the source of changed files, or of the library */
	LICENCE_RESTRICTED,   /* the source of the whole program */
	LICENCE_UNKNOWN,      /* it cannot be told */
	LICENCE_FORBIDDEN, /* what a service or business cannot keep: use over a network, no commerce */
	LICENCE_CLASSES
};
extern const char *const licence_classes[LICENCE_CLASSES]; /* "unencumbered", ... */

/*
 * The class of an SPDX expression: of OR the least, of AND the most, of WITH what the exception leaves.
 * "-only", "-or-later" and "+" make no difference. LicenseRef-NAME is taken for what its name begins
 * with. LICENCE_UNKNOWN for what is no expression. O(bytes).
 */
enum licence_class licence_class_of(str expression);

/*
 * licence_judge(expression, grade, arg, ret): the same with grades of the caller's: `grade` is asked of each
 * licence, with the exception behind it ("GPL-2.0-only WITH Classpath-exception-2.0"); of OR the least
 * counts, of AND the most. False for what is no expression.
 */
typedef int licence_grade(const void *arg, str licence);
bool licence_judge(str expression, licence_grade *grade, const void *arg, int *ret);

/* The next identifier of an expression off its front, without operators and parentheses and with its
 * exception behind it; empty: none is left. */
str licence_next(str *expression);

#endif
