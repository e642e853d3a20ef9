/*
 * deb: the container that a Debian package comes in. Source: deb(5), deb-control(5).
 *
 * An ar archive of exactly debian-binary ("2.0\n"), control.tar and data.tar, in this order; the
 * tars plain or as .gz, .xz or .zst. Members whose name begins with '_' are allowed behind them
 * and ignored. Whatever else is in there is refused.
 */
#ifndef DISTRO_DEB_H
#define DISTRO_DEB_H

#include "codec/ar.h"
#include "codec/tar.h"

#include "contents.h"

struct deb {
	int fd;
	struct digest digest;
	str what; /* for messages: "package sha256:0123456789ab" */
	uint64_t size;
	struct ar_member control, data;
	int64_t built; /* the newest member's time */
};
void deb_close(struct deb *d);
#define AUTO_DEB __attribute__((cleanup(deb_close))) struct deb

/*
 * deb_open(op, store, digest, ret): open the .deb, verify all of it against its digest through the
 * descriptor that is read later, and find its members. ERR_NET if the store has no such blob;
 * ERR_VERIFY, and the blob is deleted, if it is another.
 */
int deb_open(struct op *op, const struct store *store, const struct digest *digest,
	     struct deb *ret) MUST_USE;

/* One of the two tars, ready for tar_next(); both parts live in op. */
int deb_tar(struct op *op, const struct deb *d, const struct ar_member *member, uint64_t max_out,
	    struct stream **ret_stream, struct tar **ret_tar) MUST_USE;

/* Fill ret's fields that come from control.tar: name to triggers, conffiles, deb, built. */
int deb_control(struct op *op, const struct deb *d, struct contents *ret) MUST_USE;

/*
 * deb_path(op, path, directory, ret, ret_moved): where a path of a .deb is in an image, after the
 * /usr merge, copied into op. A top-level name (bin, lib, ...) itself moves only as a directory.
 */
int deb_path(struct op *op, str path, bool directory, str *ret, bool *ret_moved) MUST_USE;

/* Which top-level name of the /usr merge path begins with ("lib" and "lib/x" with lib): an index
 * below 31, or -1. */
int deb_top(str path);

#endif
