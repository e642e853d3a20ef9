/*
 * manifest: the attributes of a Java archive's META-INF/MANIFEST.MF. Source: JAR File
 * Specification (Java SE 17), "JAR Manifest".
 */
#ifndef CODEC_MANIFEST_H
#define CODEC_MANIFEST_H

#include "base/op.h"

/*
 * manifest_find(op, text, name, n, main, named): the values of n attributes (names compare without
 * case): main[i] is of the main section, named[i] the first one of the sections behind it ("Name:
 * org/apache/axis"). Empty where there is none. Lines may end with CR, LF or both; what is no
 * attribute is passed over, as Java's own reader of a class path does. Values alias `text`, or
 * live in op if they were continued. O(bytes).
 */
int manifest_find(struct op *op, str text, const char *const *name, size_t n, str *main,
		  str *named) MUST_USE;

#endif
