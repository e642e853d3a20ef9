/*
 * artifact: software that no package brings, from where it lies to entries of an image.
 *
 * Its bytes are one blob of the store: a file as it is, what an address gave, or the archive that a
 * directory becomes (plain tar, sorted, root's, 0644 and 0755, without times of its own). They are
 * checked against their digest before one of them is interpreted, and unpacked by the same rules as
 * a package (distro/unpack.h), with these besides: owners are the recipe's; a symlink does not lead
 * out of the destination, unless a directory of the team's own has an absolute one.
 */
#ifndef BUILD_ARTIFACT_H
#define BUILD_ARTIFACT_H

#include "distro/contents.h"
#include "lock.h"
#include "recipe.h"

/* The time of files whose archive has none, and of those of a directory: 1980-01-01, the first day
 * that a zip can name. */
enum { ARTIFACT_TIME = 315532800 };

/* Version of the rules by which artifacts are unpacked; part of every key. */
#define ARTIFACT_RULES "artifact-1"

/* What decides an artifact's entries. */
struct artifact_spec {
	const struct recipe_artifact *recipe;
	const struct lock_artifact *lock;
	uint32_t uid, gid;
};

/* artifact_bring.c */

/*
 * artifact_look(op, store, a, offline, ret): what the artifact is now: its path read (and kept in
 * the store), or its address fetched unless the store has it. 1 if the path is not there.
 * ERR_VERIFY if it is not what the recipe says.
 */
int artifact_look(struct op *op, const struct store *store, const struct recipe_artifact *a,
		  bool offline, struct lock_artifact *ret) MUST_USE;

/* Have the bytes that the lock names in the store, from where the recipe says. */
int artifact_need(struct op *op, const struct store *store, const struct recipe_artifact *a,
		  const struct lock_artifact *locked, bool offline) MUST_USE;

/* The recipe's artifacts for a platform, in order: a lock of their own. */
int artifacts_lock(struct op *op, const struct store *store, const struct recipe *recipe,
		   bool offline, struct lock_platform *p) MUST_USE;

/* Does this artifact go into the images of p? */
bool artifact_is_for(const struct recipe_artifact *a, const struct platform *p);

/* artifact.c */

/* The digest of all that decides the entries: contents.deb of what follows. */
int artifact_key(struct op *op, const struct artifact_spec *spec, struct digest *ret) MUST_USE;

/* As contents_unpack(): contents have no scripts, control data and documentation. */
int artifact_unpack(struct op *op, const struct store *store, const struct artifact_spec *spec,
		    struct contents *ret, struct contents_data *ret_data) MUST_USE;

/* One file of it (slow: all is unpacked). 1 if there is no such file. */
int artifact_read(struct op *op, const struct store *store, const struct artifact_spec *spec,
		  str path, size_t max, str *ret) MUST_USE;

#endif
