/*
 * side: an image or a lock as something to be looked at whole: what `temper diff` compares and
 * `temper notices` tells of.
 */
#ifndef BUILD_SIDE_H
#define BUILD_SIDE_H

#include "base/map.h"
#include "lock.h"
#include "model/inventory.h"
#include "oci/image_tree.h"

struct side_package {
	const char *type; /* package_kinds[].name: "deb" for all of a lock */
	str name;	  /* with its namespace: "@scope/x", "org.example:x" */
	str version, arch, source, source_version;
	str licence; /* SPDX expression; empty where a lock alone tells of it */
	bool other; /* not of Debian's archive: of another repository, or a file */
	str suite;  /* lock_origin(): pocket or another repository; empty where only dpkg's database
		       tells of it */
	str path;   /* repository-relative path of its .deb, likewise */
	struct digest deb; /* zeros likewise */
	const struct package *package; /* in side.inventory; NULL: a lock alone tells of it */
};

struct side_own {          /* what a team adds that no package is */
	const char *kind;  /* "artifact", "certificate" */
	str name, version; /* version: a digest where it has no other */
};

struct side {
	str name, platform; /* "nginx:latest", "linux/amd64" */
	str suite;          /* of the lock, or else the codename in os-release; may be empty */
	struct image image;
	struct image_tree tree; /* digests and what was wanted are in it */
	bool has_image;
	bool is_bill; /* a bill of materials: packages alone */
	struct digest manifest;       /* zeros: a lock that was not built */
	struct side_package *package; /* [package_n], sorted by name and architecture */
	ptrdiff_t package_n;
	struct side_own *own; /* [own_n], sorted by kind and name; of the lock */
	ptrdiff_t own_n;
	struct inventory inventory; /* the same, whole; of a lock without its image: packages alone */
	struct map owner; /* path of a file to its struct side_package, as package databases list them */
};

/*
 * side_open(op, store, what, platform, wants, ret): `what` is a lock (NAME.lock.json), a recipe
 * (its lock beside it), a bill of materials (a file, or sbom:FILE), or an image as image_import() takes it.
 * Packages come from the lock or the bill, of an image from what inventory/ finds in it, to which the lock that
 * it carries adds. A lock that was built
 * has files if its image is in the store. `wants` (may be NULL) says which files' contents to keep
 * besides. Without `platform` it is this machine's, or the only one. ERR_USAGE for what is neither.
 */
int side_open(struct op *op, const struct store *store, str what, str platform,
	      const struct image_tree_wish *wants, struct side *ret) MUST_USE;

/* The packages that s->inventory tells, and (`owners`) whose its files are. For side.c. */
int side_packages(struct op *op, struct side *s) MUST_USE;
int side_owners(struct op *op, struct side *s) MUST_USE;

/* What is in the image of a side, into s->inventory. For side.c. */
int side_inventory(struct op *op, const struct store *store, struct side *s) MUST_USE;

/* For qsort() and bsearch(): by name and type, and by architecture. */
int side_package_cmp(const void *a, const void *b);

/* For qsort(): by kind and name. */
int side_own_cmp(const void *a, const void *b);

/* The file at a path, its symlinks followed, if its content was wanted; false otherwise. */
bool side_file(const struct side *s, str path, str *ret);

#endif
