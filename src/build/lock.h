/*
 * lock: what a recipe resolved to. NAME.lock.json stands beside the recipe and is committed with
 * it.
 *
 * The lock has two halves. What went in (packages, hashes, repository state, how scripts are
 * answered) decides the image and is written into it as usr/share/temper/lock.json. What came out
 * (layers and manifest) stands only in the file beside the recipe, since an image cannot hold its
 * own digest. Canonical JSON: fixed key order, two blanks of indent, a newline at the end, so that
 * the same lock is the same bytes and a change reads well as a text diff.
 */
#ifndef BUILD_LOCK_H
#define BUILD_LOCK_H

#include "codec/node.h"
#include "distro/repo.h"
#include "distro/solve.h"
#include "model/inventory.h"
#include "oci/image.h"

/* Version of the file's form. */
enum { LOCK_VERSION = 1 };

struct lock_edge {    /* a dependency of a package (or of the recipe) */
	str relation; /* as written: "libssl3t64 (>= 3.0.0)" */
	str on;      /* the package that answers it; of a cut edge, the package that was left out */
	str why, by; /* of an edge that effects cut or added: their words and place */
	bool cut, added;
};

struct lock_package {
	str name, version, arch, source, source_version;
	str suite;      /* the pocket */
	bool security;  /* from the security mirror */
	str repository; /* of the recipe's own that it is from; empty: Debian's */
	bool local;     /* a file beside the recipe: path is the recipe's word, suite empty */
	str path;       /* repository-relative */
	uint64_t size;
	struct digest sha256;
	struct digest scripts; /* of all maintainer scripts together; zeros when it has none */
	str answered; /* by what: "no scripts", "debhelper sections only", "effects/x.yaml" */
	struct digest effects; /* of the effects that answer */
	struct lock_edge *edge;
	ptrdiff_t edge_n;
	bool made; /* its layer was made while this lock was; not in the file */
};

struct lock_artifact {           /* of the recipe's artifact of this name for this platform */
	str name, version, from; /* from: its path or address */
	struct digest sha256;    /* of its bytes; of a directory, of the archive that it becomes */
	uint64_t size;
	bool directory;
};

struct lock_certificate { /* that the recipe trusts */
	str file, subject;
	struct digest sha256;
	int64_t not_after;
};

struct lock_layer {
	str what;
	struct digest diff_id, digest;
	uint64_t size, tar_size;
};

struct lock_platform {
	const struct platform *platform;
	struct repo_state state;
	struct lock_edge *want; /* the recipe's own packages */
	ptrdiff_t want_n;
	struct lock_package *package; /* [package_n], sorted by name */
	ptrdiff_t package_n;
	struct lock_artifact *artifact; /* [artifact_n], sorted by name */
	ptrdiff_t artifact_n;
	struct lock_layer *layer; /* what came out; [0] until it was built */
	ptrdiff_t layer_n;
	struct digest manifest; /* zeros until it was built */
};

struct lock {
	str name, suite;
	struct digest recipe;                 /* recipe.digest */
	str rules;                            /* version of the rules by which layers are made */
	str compressor;                       /* compress_id() */
	struct lock_certificate *certificate; /* [certificate_n], in the recipe's order */
	ptrdiff_t certificate_n;
	struct lock_platform *platform; /* [platform_n], in the recipe's order */
	ptrdiff_t platform_n;
};

/* The lock as JSON; with_outcome: both halves, else only what went in. `only` (may be NULL) limits
 * it to one platform, as the lock in an image is. */
int lock_write(struct op *op, const struct lock *lock, const struct platform *only,
	       bool with_outcome, str *ret) MUST_USE;

/* ERR_USAGE with file:line:col for anything that is no lock. Views alias text. */
int lock_read(struct op *op, str file, str text, struct lock *ret) MUST_USE;

/* Digest of the half that went in, of one platform: it decides the image's bytes. */
int lock_digest(struct op *op, const struct lock *lock, const struct platform *platform,
		struct digest *ret) MUST_USE;

const struct lock_platform *lock_platform_find(const struct lock *lock, const struct platform *p);
const struct lock_package *lock_package_find(const struct lock_platform *p, str name);
const struct lock_artifact *lock_artifact_find(const struct lock_platform *p, str name);

/* Of the repository that the package is from: its first pocket; NULL for Debian's and for files. */
const struct repo_pocket *lock_repository(const struct lock_platform *p,
					  const struct lock_package *package);

/* What it installs on a platform, as an inventory: packages and the system, no files; for matching.
 * lock_inventory.c */
int lock_inventory(struct op *op, const struct lock *lock, const struct lock_platform *p,
		   struct inventory *ret) MUST_USE;

/* "trixie-security", the repository's name, or "a file". */
str lock_origin(const struct lock_package *package);

/* "DIR/nginx.lock.json" for "DIR/nginx.yaml". */
int lock_path(struct op *op, str recipe_path, str *ret) MUST_USE;

#endif
