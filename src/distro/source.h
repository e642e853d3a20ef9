/*
 * source: the source packages that the archive lists, with the digests of their files: what a
 * licence that asks for the source is answered with. Source: DebianRepository/Format, "Sources";
 * deb-src-control(5), dsc(5).
 */
#ifndef DISTRO_SOURCE_H
#define DISTRO_SOURCE_H

#include "codec/node.h"
#include "repo.h"

struct source_want {
	str name, version;
};

struct source_file {
	str path; /* repository-relative: "pool/main/n/nginx/nginx_1.26.3-3.dsc" */
	uint64_t size;
	struct digest sha256;
};

struct source {
	str suite; /* the pocket that lists it; empty: none does */
	str vcs;   /* where its packaging is kept, for people; may be empty */
	struct source_file *file; /* [n]; the .dsc first, then by name */
	ptrdiff_t n;
};

/*
 * source_find(op, store, repo, offline, want, n, ret): each of want[n] in ret[n]. What was found once
 * is kept in the store (kind "source"): a version's source never changes. For the others the
 * Sources index of each pocket of Debian's is fetched, verified through the pocket's InRelease as
 * its Packages are, and passed over once. Offline, what is not in the store stays unfound.
 * The texts live in op. Some 12 MB of download a suite.
 */
int source_find(struct op *op, const struct store *store, const struct repo *repo, bool offline,
		const struct source_want *want, ptrdiff_t n, struct source *ret) MUST_USE;

/*
 * source_read(op, stanza, ret_name, ret_version, ret): a stanza of Sources. ERR_FORMAT for one
 * without Package, Version, Directory or Checksums-Sha256, or with a path that is not below pool/.
 */
struct deb822_stanza;
int source_read(struct op *op, const struct deb822_stanza *s, str *ret_name, str *ret_version,
		struct source *ret) MUST_USE;

#endif
