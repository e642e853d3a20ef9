/*
 * select: which entries of each package come into an image.
 *
 * Dropped by glob (documentation, man pages, locales ...: effects/drop.yaml, then the recipe's keep
 * and drop, the last word counting), moved by diversions, and given up to a package that says
 * Replaces. Any other overlap of two packages, compared after the /usr merge, is an error.
 */
#ifndef BUILD_SELECT_H
#define BUILD_SELECT_H

#include "distro/contents.h"
#include "layer.h"

struct select_rules {            /* in the order in which they speak: a later match wins */
	struct texts drop, keep; /* temper's own */
	struct texts recipe_drop, recipe_keep;
};

struct select_package {
	const struct contents *contents;
	bool *keep;                  /* [contents->n] */
	struct layer_rename *rename; /* [rename_n] */
	ptrdiff_t rename_n;
	bool foreign; /* of a repository that does not override: it replaces nothing of others */
};

/*
 * select_entries(op, rules, c, keep, ret_globs): decide for each entry of one package alone. A
 * directory goes when all that was in it went. keep is [c->n]. For each dropped file
 * rule_bytes[i] and rule_files[i] (each [rules->drop.n + rules->recipe_drop.n], or NULL) are
 * counted up under the glob that dropped it. O(entries * globs).
 */
int select_entries(struct op *op, const struct select_rules *rules, const struct contents *c,
		   bool *keep, uint64_t *rule_bytes, uint64_t *rule_files) MUST_USE;

/*
 * select_overlaps(op, package, n): settle paths that several packages ship, by Replaces; keep of
 * the loser is cleared. Replaces of a foreign package counts for foreign ones alone. ERR_NO naming
 * path and packages for any other overlap: a file twice, a directory where another has a link or a
 * file, a path below a link.
 */
int select_overlaps(struct op *op, struct select_package *package, ptrdiff_t n) MUST_USE;

#endif
