/*
 * interest: which files are wanted, decided once for all who want something: by where they lie and
 * by what they are. Patterns are globs (base/glob.h, case counts) over canonical paths:
 * "etc/os-release",
 * "**" + "/METADATA", "usr/share/doc/" + "*" + "/copyright".
 */
#ifndef TREE_INTEREST_H
#define TREE_INTEREST_H

#include "base/map.h"
#include "base/vec.h"
#include "probe.h"

struct interest; /* opaque; lives in the op that made it */

/* Nothing is wanted yet. */
int interest_open(struct op *op, struct interest **ret) MUST_USE;

/*
 * interest_add(op, i, pattern, bits, id): files whose path matches `pattern` (empty: any) and of
 * which `bits` (0: any) some PROBE_ bit holds are wanted by `id` (0 <= id < INTEREST_IDS; several
 * patterns may have the same): as a compressed layer passes they are kept. A pattern's last
 * component must have a literal of two bytes or more somewhere, or its directory must: what could
 * be any file is MUST.
 */
enum { INTEREST_IDS = 256 };
int interest_add(struct op *op, struct interest *i, str pattern, uint32_t bits, int id) MUST_USE;

struct wanted { /* who wants a file: a bit for each id */
	uint64_t by[INTEREST_IDS / 64];
};
static inline bool wanted_by(const struct wanted *w, int id)
{
	return w->by[id / 64] >> (id % 64) & 1;
}

/*
 * interest_match(i, dir, name, bits, ret): who wants dir/name; false: nobody. O(1) but for patterns
 * whose literal part occurs in the name.
 */
bool interest_match(const struct interest *i, str dir, str name, uint32_t bits, struct wanted *ret);

#endif
