/*
 * top: the small layer on top of an image: what scripts would have made (effects), what the recipe
 * adds, and what temper generates (accounts, loader cache, CA bundle, os-release, its own record).
 */
#ifndef BUILD_TOP_H
#define BUILD_TOP_H

#include "accounts.h"
#include "artifact.h"
#include "base/map.h"
#include "base/vec.h"
#include "distro/effects.h"
#include "layer.h"
#include "lock.h"
#include "model/outcome.h"
#include "recipe.h"
#include "select.h"

struct top_package { /* or an artifact */
	struct select_package select;
	const struct artifact_spec *artifact; /* NULL: a package */
	struct effects_answer answer;
};

struct top_input {
	const struct store *store;
	const struct recipe *recipe;
	const struct lock *lock;
	const struct lock_platform *platform;
	const struct top_package *package; /* [package_n], in the lock's order */
	ptrdiff_t package_n;
	const struct select_rules *rules; /* by which entries were dropped */
	int64_t created; /* time of everything generated */
};

struct top {
	VEC(struct layer_file) file; /* sorted by entry_cmp() when made */
	struct accounts accounts;
	struct texts library_dirs; /* where the loader looks: "/usr/lib/x86_64-linux-gnu" */
	str passwd, group;
	struct outcome_file *path; /* [path_n]: every path of the image, sorted */
	ptrdiff_t path_n;
};

/* The accounts that packages' effects and the recipe ask for. */
int top_accounts(struct op *op, const struct top_input *in, struct accounts *ret) MUST_USE;

/*
 * top_make(op, in, ret): ERR_USAGE for a recipe path that goes through a symlink or over a
 * directory, ERR_NO for effects that contradict each other. Nothing is written anywhere.
 */
int top_make(struct op *op, const struct top_input *in, struct top *ret) MUST_USE;

/* The libraries that the loader's cache should list, from the image's paths. top_cache.c */
int top_loader_cache(struct op *op, const struct platform *platform,
		     const struct outcome_file *path, ptrdiff_t n, const struct texts *dirs,
		     str *ret) MUST_USE;

#endif
