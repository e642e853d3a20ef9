/*
 * patch: updates for an image of any hand that is made of Debian's packages, as one layer on top.
 *
 * What is put in is what dpkg would put in, from packages that the suite's signed indexes name; none of
 * their scripts and none of the image's programs is run. Whatever cannot be answered without running
 * it (distro/effects.h) leaves its package as it was, and is told. The same image and the same state
 * of the archive give the same bytes.
 * Source: dpkg(1), Debian Policy 6.6 and Appendix E; OCI image-spec 1.1, layer.md, annotations.md.
 */
#ifndef BUILD_PATCH_H
#define BUILD_PATCH_H

#include "build.h"
#include "model/patch.h"

struct database;

struct patch_options {
	struct build_source source; /* mirror, effects, offline */
	str suite;                  /* instead of the image's own codename */
	str keyring;                /* instead of the distribution's */
	str platform;
	struct texts only;
	bool findings_only; /* only what clears a finding of the database */
	bool dry_run;       /* only tell: no layer is made */
	enum compress_kind compression;
	struct database *database; /* of advisories; NULL: none is asked */
};

/*
 * patch_make(op, store, what, options, voice, ret): ret->image is the patched image in the store, or,
 * where nothing changes, the image as it was (ret->changed false). ERR_USAGE for an image without
 * dpkg's database or of another distribution than Debian and Ubuntu.
 */
int patch_make(struct op *op, const struct store *store, str what,
	       const struct patch_options *options, const struct build_voice *voice,
	       struct patched *ret, struct image_descriptor *ret_image) MUST_USE;

#endif
