/*
 * product: what a statement is about, held against what was looked at.
 */
#ifndef VEX_PRODUCT_H
#define VEX_PRODUCT_H

#include "base/map.h"
#include "base/vec.h"
#include "model/inventory.h"
#include "model/purl.h"
#include "model/reference.h"

enum product_kind {
	PRODUCT_OPAQUE,   /* nothing that can be compared: an address, a product's title */
	PRODUCT_WILDCARD, /* "*" in it: stands for nothing here, ever */
	PRODUCT_PURL,     /* of a package */
	PRODUCT_IMAGE,    /* pkg:oci/, pkg:docker/, a reference, a digest */
	PRODUCT_CPE,
};

struct product {
	enum product_kind kind;
	str text;         /* as the statement has it */
	struct purl purl; /* PURL; IMAGE where it is one */
	str key;          /* PURL: "pkg:deb/debian/openssl" */
	str link; /* PURL of a BOM-Link: "urn:cdx:SERIAL/VERSION", the bill of materials it is in */
	bool is_purl;
	struct reference reference; /* IMAGE: host and path are empty where only a digest is told */
	struct reference
		parent; /* pkg:oci/: of repository_url as the part before the name, as Grype
				    and vexctl write it */
	bool tagged;
};

/* The product of an identifier, in op (which has no error). Whatever is not understood is
 * PRODUCT_OPAQUE. */
int product_parse(struct op *op, str id, struct product *ret) MUST_USE;

/* How far something is from being a product. */
enum fit { FIT_NONE, FIT_QUALIFIER, FIT_VERSION, FIT_YES };

/* What was looked at, made ready for questions. */
struct place {
	struct op *op;
	const struct inventory *inv;
	VEC(struct reference) names; /* of the image */
	VEC(struct digest) digests;
	struct map by_key;  /* "pkg:deb/debian/openssl": uint32_t *: the first package + 1 */
	uint32_t *next;     /* [package_n]: the next one of that key + 1; 0: none */
	struct purl *purl;  /* [package_n], as they are asked for */
	uint8_t *purl_done; /* [package_n]: 0 not looked at, 1 there is one, 2 none */
	uint32_t *joined[2], *joined_at[2]; /* relations there and back; NULL: not yet made */
};

/* Lives in op (which has no error), refers to inv. O(packages). */
int place_init(struct op *op, const struct inventory *inv, struct place *ret) MUST_USE;

/* Is the image, or the system, this product? A directory is no image. */
enum fit place_is(const struct place *p, const struct product *want);

/* Is that package this product? *ret_key: the qualifier of FIT_QUALIFIER. Negative: memory. */
int place_package(struct place *p, const struct product *want, uint32_t package, enum fit *ret,
		  str *ret_key) MUST_USE;

/* Could an identifier, as it is written, be that package? A quick look at its name; false is certain. */
bool place_may_be(const struct place *p, str id, uint32_t package);

/* The package that fits best: *ret_package, UINT32_MAX for none. */
int place_best(struct place *p, const struct product *want, enum fit *ret, uint32_t *ret_package,
	       str *ret_key) MUST_USE;

/* Is every use of package `inner` within package `outer`: in its archive or program, or needed by
 * nothing that outer does not bring? Only then does what holds of outer hold of inner. */
int place_within(struct place *p, uint32_t outer, uint32_t inner, bool *ret) MUST_USE;

#endif
