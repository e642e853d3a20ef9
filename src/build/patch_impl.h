/*
 * patch_impl: what the files that patch an image share.
 *
 * Paths are those in the image: where a package's path leads when the links of its parents are
 * followed below the image's root ("lib/x" is "usr/lib/x" where lib is a link).
 */
#ifndef BUILD_PATCH_IMPL_H
#define BUILD_PATCH_IMPL_H

#include "base/map.h"
#include "base/vec.h"
#include "codec/deb822.h"
#include "layer.h"
#include "oci/image_tree.h"
#include "patch.h"
#include "patch_plan.h"

struct patch_record { /* an installed package; beside each patch_installed */
	struct deb822_stanza stanza;
	str info; /* how its files below var/lib/dpkg/info are called: "libc6:amd64" */
	str file; /* of a status.d record: its path; else empty */
	str prerm, postrm;
	struct texts list; /* its paths */
};

struct patch_owner { /* of a path */
	ptrdiff_t package;
	struct patch_owner *next;
};

struct patch_divert {
	str to, by; /* by: the package whose own path it stays; empty: local */
};

struct patch_exclude { /* dpkg's path-exclude and path-include, in their order */
	str pattern;
	bool include;
};

struct patch_image {
	const struct store *store;
	struct image image;
	str config_json, manifest_json;
	const struct platform *platform;
	struct image_tree tree;
	struct patch_installed *installed; /* [n] */
	struct patch_record *record;       /* [n] */
	ptrdiff_t n;
	bool single;       /* records are status.d's */
	bool unmerged;     /* bin or lib is a directory of its own */
	str status;        /* the text of var/lib/dpkg/status */
	struct map place;  /* directories that were resolved: struct patch_place */
	struct map owner;  /* path -> struct patch_owner */
	struct map divert; /* path -> struct patch_divert */
	VEC(struct patch_exclude) exclude;
	struct map overridden;   /* paths of statoverride */
	struct texts drop, keep; /* of status.d records: what such images do without */
	str codename, id;        /* of os-release */
	ptrdiff_t stripped;      /* layers of earlier patches that were left away */
	str name;
};

/*
 * patch_image_open(op, store, what, platform, whole, ret): ERR_USAGE for an image that has no dpkg
 * database. Unless it is wanted whole, layers that `temper patch` put on top are left away: what is
 * patched is the original.
 */
int patch_image_open(struct op *op, const struct store *store, str what, str platform, bool whole,
		     struct patch_image *ret) MUST_USE;

/* Where a path of a package is in the image. ERR_NO where something that is no directory is above. */
int patch_place(struct op *op, struct patch_image *m, str path, str *ret) MUST_USE;

/* A file that was read with the image: below var/lib/dpkg and etc. */
bool patch_content(const struct patch_image *m, str path, str *ret);

/* The place of a package's path, as it was shipped, for this package: diversions counted. */
int patch_shipped(struct op *op, struct patch_image *m, str package, str path, str *ret) MUST_USE;

/* One update, on its way. */
struct patch_work {
	const struct patch_change *change;
	struct contents contents;
	struct contents_data data;
	struct effects_answer answer;
	str *path;         /* [contents.n]: places in the image; empty: not put */
	struct map has;    /* all places */
	struct texts kept; /* conffiles that stay as the image has them */
	ptrdiff_t away;    /* paths that the image has been rid of before, and are not put back */
};

struct patch_layer {
	struct op *op;
	struct patch_image *m;
	struct patch_work *work; /* [n] */
	ptrdiff_t n;
	VEC(struct layer_file) file;
	VEC(ptrdiff_t) from; /* parallel: index into work, or -1 */
	struct map at;       /* path -> index + 1 into file */
	struct map gone;     /* paths that are removed */
	int64_t created;
};

/* patch_layer.c: put a path, over what is there. */
int patch_put(struct patch_layer *l, const struct entry *e, str bytes, ptrdiff_t from) MUST_USE;
int patch_put_file(struct patch_layer *l, str path, str bytes, uint32_t mode) MUST_USE;
int patch_remove(struct patch_layer *l, str path) MUST_USE;

/* Is the path in the patched image? NULL: no. */
const struct entry *patch_find(const struct patch_layer *l, str path);

/* What of a package goes in: ERR_NO with the reason why it cannot. */
int patch_paths(struct op *op, struct patch_image *m, struct patch_work *w) MUST_USE;
int patch_files(struct patch_layer *l) MUST_USE;

/* patch_database.c: the changed records. */
int patch_database(struct patch_layer *l) MUST_USE;

/* patch_triggers.c: what would be triggered, and cannot be answered: ERR_NO with the reason. */
int patch_triggers(struct patch_layer *l, ptrdiff_t *ret_work) MUST_USE;

/* patch_effects.c: what of the fresh installation's effects is to be kept true. */
int patch_effects_check(struct op *op, struct patch_image *m, struct patch_work *w) MUST_USE;
int patch_effects(struct patch_layer *l, ptrdiff_t *ret_work) MUST_USE;

/* The loader's cache. */
int patch_cache(struct patch_layer *l) MUST_USE;

/* patch_write.c: the layer, its place in configuration and manifest. */
int patch_write(struct patch_layer *l, enum compress_kind kind, str history,
		struct image_descriptor *ret, struct layer_blob *ret_layer) MUST_USE;

#endif
