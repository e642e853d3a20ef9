/*
 * compose: a lock becomes an image in the store: layers, configuration, manifest, proof, and an
 * account of all of it.
 */
#ifndef BUILD_COMPOSE_H
#define BUILD_COMPOSE_H

#include "model/outcome.h"
#include "oci/image.h"
#include "parts.h"

struct composed {
	struct image_descriptor manifest;
	struct outcome outcome; /* all but tests and next */
	str stale;
	bool dated; /* the image's time is not its packages' */
};

/*
 * compose(op, in, lock, platform, ret): `platform` is one of the lock's; its half that came out
 * (layers, manifest) is filled in. The image is made whatever the proof says: ret->outcome.check
 * tells. 1, and the package's name in ret->stale, if the scripts of one are answered otherwise now
 * than when the lock was made.
 */
int compose(struct op *op, const struct parts_input *in, const struct lock *lock,
	    struct lock_platform *platform, struct composed *ret) MUST_USE;

/* outcome.c: what compose() knows, as plain values. */
struct compose_parts {
	const struct parts *parts;
	const struct lock *lock;
	const struct lock_platform *platform;
	const struct recipe *recipe;
	const struct effects *effects;
	const ptrdiff_t *layer_of; /* [parts->n]: which layer each package is in */
	const struct image_config *config;
	const bool *layer_made; /* [config->layer_n] */
	struct outcome_file *file;
	ptrdiff_t file_n;
	struct outcome_check *check;
	ptrdiff_t check_n;
	struct image_descriptor manifest;
};
int compose_outcome(struct op *op, const struct compose_parts *c, struct outcome *ret) MUST_USE;

/* The image's time: `asked` if it is not NULL, else SOURCE_DATE_EPOCH, else the newest of its
 * packages'. */
int compose_created(struct op *op, const struct parts *parts, const int64_t *asked,
		    int64_t *ret) MUST_USE;

#endif
