/*
 * top_impl: what the files that make the top layer share.
 */
#ifndef BUILD_TOP_IMPL_H
#define BUILD_TOP_IMPL_H

#include "top.h"

/*
 * The work: every path of the image so far, by path. `at` holds index + 1 into path. A path of
 * the top layer has package -1 and its layer_file at the index of `generated`.
 */
struct top_work {
	struct op *op;
	const struct top_input *in;
	struct map at;
	VEC(struct outcome_file) path;
	VEC(struct layer_file *) generated; /* parallel to path; NULL: a package's own */
	struct accounts accounts;
};

/* top_paths.c */

/* Index of a path, or -1; its entry, or NULL. */
ptrdiff_t top_find(const struct top_work *w, str path);
const struct entry *top_entry_at(const struct top_work *w, str path);

/* What the package at this index ships; when all are in, the dpkg records that its layer holds
 * (unless the top layer hides them) and the directories of what was diverted. */
int top_add_package(struct top_work *w, ptrdiff_t package) MUST_USE;
int top_add_records(struct top_work *w, ptrdiff_t package, bool records) MUST_USE;

/* A directory of mode 0755 and root's: nothing is lost if another layer writes it. */
bool top_plain_directory(const struct entry *e);

/*
 * top_put(w, file): put a path into the top layer, over whatever file or link is there, with the
 * directories above it. ERR_USAGE below a link or a file, or for a directory over what is none and
 * the other way round. The path must be one that top_clean() gave.
 */
int top_put(struct top_work *w, struct layer_file file) MUST_USE;
int top_put_directory(struct top_work *w, str path, uint32_t mode, uint32_t uid, uint32_t gid,
		      str from) MUST_USE;
int top_put_file(struct top_work *w, str path, str bytes, uint32_t mode, str from) MUST_USE;
int top_put_link(struct top_work *w, str path, str to, str from) MUST_USE;

/* A path of an effect or recipe in its place after the /usr merge. */
int top_clean(struct top_work *w, str path, bool directory, str from, str *ret) MUST_USE;

/* Names of owners as ids; empty ones leave the id alone. */
int top_owner_ids(struct top_work *w, str owner, str group, str from, uint32_t *uid,
		  uint32_t *gid) MUST_USE;

/* The bytes of the file or hard link at this index of path. 1 if it has none. */
int top_bytes(struct top_work *w, ptrdiff_t i, str *ret) MUST_USE;

/* A path that a package ships, whether it is kept or not: its entry and package; NULL if none does.
 */
const struct entry *top_shipped(const struct top_work *w, str path, ptrdiff_t *ret_package);
int top_shipped_bytes(struct top_work *w, ptrdiff_t package, str path,
		      str *ret) MUST_USE; /* 1: none */

/* Does the recipe drop the path? Then it is not made either. */
bool top_dropped(const struct top_work *w, str path);

/* top_effects.c */

/* Mode and owner of what is in the image already. */
int top_mode(struct top_work *w, str path, uint32_t mode, str owner, str group, str from) MUST_USE;

/* The effects of all packages but accounts and diversions. */
int top_effects(struct top_work *w) MUST_USE;

/* top_trust.c: the CA bundle and Java's truststore, as far as something wants them: the origin of
 * the effect that says so, or empty. */
struct top_trust {
	str bundle, java;
};
int top_trusted(struct top_work *w, const struct top_trust *trust) MUST_USE;

/* top_database.c: dpkg's whole database; top_alternatives.c: that of update-alternatives. When all
 * else is put. */
int top_database(struct top_work *w) MUST_USE;
int top_alternatives(struct top_work *w) MUST_USE;

/* top_cache.c: the directories of etc/ld.so.conf.d in order, then the loader's own. */
int top_library_dirs(struct top_work *w, struct texts *ret) MUST_USE;

#endif
