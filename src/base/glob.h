/*
 * glob: path patterns. Source: gitignore(5), "PATTERN FORMAT", without its negation.
 *
 * `*` matches any run of bytes but '/', `?` one byte but '/', `[a-z]` and `[!a-z]` one of a set,
 * `**` any run of bytes, '/' included; a `**` that a slash follows matches whole components, none
 * too. Patterns and paths have no leading slash (a pattern's is ignored).
 */
#ifndef BASE_GLOB_H
#define BASE_GLOB_H

#include "str.h"

/* Does the whole path match? O(pattern * path) at worst: no pattern is exponential. */
bool glob_match(str pattern, str path);

#endif
