/*
 * parts: the packages of one image on their way to layers: fetched, unpacked, answered, selected,
 * compressed. Everything is found in the store where it was made before; what is missing is made
 * on all processors, each package in one pass (unpack, hash, compress).
 */
#ifndef BUILD_PARTS_H
#define BUILD_PARTS_H

#include "artifact.h"
#include "distro/effects.h"
#include "distro/repo.h"
#include "layer.h"
#include "lock.h"
#include "recipe.h"
#include "select.h"
#include "session.h"

struct parts_input {
	const struct store *store;
	const struct recipe *recipe;
	struct effects *effects;
	const struct repo_mirror *mirror; /* NULL: none is known */
	bool offline;
	struct session *session; /* NULL: it is alone, and reads everything itself */
	const int64_t *created; /* the time of an image that is made again; else NULL */
	enum compress_kind compression;
	str rules;                               /* parts_rules(): what the lock must agree with */
	repo_progress *progress;                 /* of downloads; may be NULL */
	void (*unanswered)(void *arg, str text); /* hears what to write for a script; may be NULL */
	void *progress_arg;                      /* of both */
};

struct part {
	const struct lock_package *lock;      /* of an artifact: one made up of its name and size */
	const struct artifact_spec *artifact; /* NULL: a package */
	struct contents contents;
	struct effects_answer answer;
	bool *keep; /* [contents.n] */
	struct layer_rename *rename;
	ptrdiff_t rename_n;
	bool fragment; /* too small for a layer of its own */
	struct layer_blob blob;
	bool made; /* compressed now */
};

struct parts {
	struct part *part; /* [n]: packages in the lock's order, then artifacts */
	ptrdiff_t n, package_n;
	const struct lock_platform *platform; /* that they are of */
	struct select_rules rules;
	uint64_t *rule_bytes, *rule_files; /* dropped by each glob, see select_entries() */
};

enum {
	PARTS_OWN_LAYER = 512 << 10, /* bytes of .deb from which a package is a layer of its own */
};

/*
 * parts_read(op, in, platform, ret): the contents of every package of the lock. Missing .debs are
 * fetched; an unknown package is unpacked and, in the same pass, made into the layer that it most
 * likely is. ERR_NET for a package that neither store nor mirror has, with the command to run.
 */
int parts_read(struct op *op, const struct parts_input *in, const struct lock_platform *platform,
	       struct parts *ret) MUST_USE;

/*
 * parts_rules(op, effects, ret): the rules by which entries are selected and layers are made, as a
 * lock names them: "layer-1 contents-1 data-0123456789abcdef", the last a digest of
 * effects_rules().
 */
int parts_rules(struct op *op, const struct effects *effects, str *ret) MUST_USE;

/* How each package's scripts are answered; ERR_NO if one is not, after in->unanswered has heard of
 * every package's first such script and what to write. */
int parts_answer(struct op *op, const struct parts_input *in, struct parts *parts) MUST_USE;

/*
 * The artifacts of the lock behind the packages: their bytes are brought, unpacked where the store
 * has no record of it, and answered with nothing. After parts_answer(), since their owners may be
 * accounts that effects make: `accounts` has them. ERR_USAGE for an owner who is not there.
 */
struct accounts;
int parts_artifacts(struct op *op, const struct parts_input *in,
		    const struct lock_platform *platform, struct accounts *accounts,
		    struct parts *parts) MUST_USE;

/* What of each package and artifact goes in, and its layer or fragment. After parts_answer(). */
int parts_layers(struct op *op, const struct parts_input *in, struct parts *parts) MUST_USE;

#endif
