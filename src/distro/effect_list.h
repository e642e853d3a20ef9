/*
 * effect_list: effects as they are found, and what holds for all of them.
 */
#ifndef DISTRO_EFFECT_LIST_H
#define DISTRO_EFFECT_LIST_H

#include "base/vec.h"

#include "effects.h"

struct effect_list {
	struct effect *p;
	ptrdiff_t n, cap;
};

/* A new effect at the end, with mode and id unset. NULL with ERR_MEMORY recorded. */
struct effect *effect_add(struct op *op, struct effect_list *list, enum effect_kind kind,
			  str origin);

/* An absolute or relative path in canonical form after the /usr merge, in op; false for a bad one
 * (and, with the op's error set, for lack of memory). */
bool effect_path(struct op *op, str path, str *ret);

/* Does a text hold a private key? Such a file is never made. */
bool effect_is_secret(str text);

/* Digest over all fields of all effects but their origins. */
struct digest effect_digest(struct op *op, const struct effect_list *list, int *ret_rc);

#endif
