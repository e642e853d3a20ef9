/*
 * properties: values of a Java .properties file. Source: java.util.Properties.load (Java SE 17).
 */
#ifndef CODEC_PROPERTIES_H
#define CODEC_PROPERTIES_H

#include "base/op.h"

/*
 * properties_find(op, text, name, n, ret): the values under n keys, the last one where a key stands
 * twice; empty where there is none. "=", ":" or a blank stands between key and value; escapes and
 * continued lines are resolved (\uXXXX into UTF-8; other bytes are left as they are). Blanks behind
 * a value go, too. Values alias `text`, or live in op. O(bytes).
 */
int properties_find(struct op *op, str text, const char *const *name, size_t n, str *ret) MUST_USE;

#endif
