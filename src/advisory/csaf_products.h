/*
 * csaf_products: the product tree of a CSAF document of a distribution: which package, built how, of
 * which release. Source: CSAF 2.0, section 3.2.2 (product_tree); Red Hat's "CSAF/VEX documents",
 * product identification; SUSE's CSAF documents.
 */
#ifndef ADVISORY_CSAF_PRODUCTS_H
#define ADVISORY_CSAF_PRODUCTS_H

#include "base/map.h"
#include "base/vec.h"
#include "codec/node.h"
#include "feed.h"

/* A product on its own: a release, or a package. */
struct csaf_product {
	str id, name, cpe, purl;
	bool read; /* the rest was made of the above */
	/* A release: */
	str key, channel; /* empty: of no ecosystem that is known */
	/* A package: */
	str package;      /* empty: no rpm */
	str version;      /* [EPOCH:]VERSION-RELEASE; empty: none in particular */
	str arch, module; /* "x86_64", "src"; "nodejs:12" */
};

/* A package as a component of a release: what statuses are about. */
struct csaf_component {
	str id;
	const struct csaf_product *release, *package;
	str module;
};

struct csaf_products {
	struct map by_id;               /* product id to struct csaf_product */
	struct map component_by_id;     /* in the order of those below */
	VEC(struct csaf_component) all; /* of releases and packages that are known */
};

/* Everything in op. What is neither a release of a distribution nor an rpm is left out. O(bytes). */
int csaf_products_read(struct op *op, const struct node *tree, struct csaf_products *ret) MUST_USE;

/* Position of a product id in all, or -1. */
ptrdiff_t csaf_component_of(const struct csaf_products *p, str id);

/*
 * "openssl-1_1-1.1.1l-150500.17.1.x86_64" taken apart, for products that have no purl; false: it has no
 * version and release.
 */
bool csaf_nevra(str text, str *ret_name, str *ret_version, str *ret_arch);

#endif
