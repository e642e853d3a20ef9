/*
 * slim: an image of Debian's packages without those that nothing which it starts can reach.
 *
 * What is started is ENTRYPOINT, CMD, HEALTHCHECK and the tests' commands; what they load and name is
 * followed (vex/evidence.h), and slim_plan.h says what goes. The layers are written anew without the
 * files of what goes; dpkg's database, alternatives and the loader's cache tell the same. No
 * script of a package and none of the image's programs is run, but by the tests. The same image and
 * wishes give the same bytes.
 */
#ifndef BUILD_SLIM_H
#define BUILD_SLIM_H

#include "build.h"
#include "model/slim.h"
#include "test.h"

struct database;

struct slim_options {
	str platform;
	struct texts keep;         /* packages, and paths ("/usr/bin/x") whose packages stay */
	struct texts drop;         /* packages */
	const struct tests *tests; /* [tests_n] */
	ptrdiff_t tests_n;
	bool dry_run;
	enum compress_kind compression;
	struct database *database; /* of advisories; NULL: none is asked */
};

/*
 * slim_make(op, store, what, options, voice, ret, ret_image): *ret_image is the slimmed image in the
 * store, or, where nothing goes, the image as it was. A result that lacks a library or fails a test
 * has ret->failed, and is not to be named. ERR_USAGE for an image without dpkg's database.
 */
int slim_make(struct op *op, const struct store *store, str what,
	      const struct slim_options *options, const struct build_voice *voice,
	      struct slimmed *ret, struct image_descriptor *ret_image) MUST_USE;

#endif
