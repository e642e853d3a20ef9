/*
 * What the files rpm*.c share.
 */
#ifndef INVENTORY_RPM_IMPL_H
#define INVENTORY_RPM_IMPL_H

#include "base/map.h"
#include "base/vec.h"
#include "cataloger.h"
#include "codec/rpm_header.h"

/* What goes for all packages of a database. Set it to zeros but for root, os and op. */
struct rpm_place {
	str root; /* "" or "rootfs/": before all paths */
	const struct os_identity *os;
	bool licences, files, digests; /* are asked for */
	struct map repository;         /* rpm_history_key() to a str *: where it came from */
	struct map licence;            /* what rpm says, to struct rpm_licence */
	VEC(struct package) package;
};
int rpm_place(struct op *op, struct catalog *c, const struct found *f,
	      struct rpm_place *ret) MUST_USE;

/* Which repository each package came from, as dnf 4, dnf 5 and yum keep it, into place->repository;
 * keys live in tmp. */
int rpm_history(struct op *op, struct op *tmp, struct catalog *c, struct rpm_place *place) MUST_USE;

/* "NAME EPOCH:VERSION-RELEASE ARCH" in out; empty where it is too long to be a package. */
enum { RPM_HISTORY_KEY = 512 };
#define RPM_ANY_EPOCH UINT64_MAX /* it is not told */
str rpm_history_key(str name, uint64_t epoch, str version, str release, str arch,
		    char out[RPM_HISTORY_KEY]);

/* A package of what its header says, at the end of place->package; its texts are copied, in one
 * block. Keys that sign others, which rpm keeps as packages too, are passed over. */
int rpm_package(struct op *op, struct rpm_place *place, const struct rpm_header *h) MUST_USE;

/* The distribution as the namespace of a purl. */
str rpm_namespace(const struct os_identity *os);

/* p->file: what was installed of its files; the text behind their paths is one block. Sorted. */
int rpm_files(struct op *op, const struct rpm_place *place, const struct rpm_header *h,
	      struct package *p) MUST_USE;

/* Files that packages need ("/bin/sh") become what the packages that own them provide. O(files). */
int rpm_needed_files(struct op *op, struct rpm_place *place) MUST_USE;

/* catalog_add() for all of place->package. */
int rpm_add(struct op *op, struct catalog *c, const struct found *f, enum evidence_how how,
	    const struct rpm_place *place) MUST_USE;

#endif
