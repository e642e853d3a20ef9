/*
 * package_content: packages of which nothing could run: headers, documentation, data.
 */
#ifndef MODEL_PACKAGE_CONTENT_H
#define MODEL_PACKAGE_CONTENT_H

#include "inventory.h"

/* The fact that holds it, so that a bill of materials without lists of files tells it too. */
#define PACKAGE_CONTENT_FACT "content"

/*
 * package_content(op, p, ret): how many files of which kinds: "headers:2 documentation:1 data:3", in
 * this order, without those that there are none of. Empty: one of its (sorted) files is something
 * else, or it has no list. O(files), and mostly ends at the first.
 */
int package_content(struct op *op, const struct package *p, str *ret) MUST_USE;

#endif
