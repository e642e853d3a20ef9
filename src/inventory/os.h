/*
 * os: which operating system a tree is, by what it says of itself.
 * Source: os-release(5); lsb_release(1); CPE 2.2 (NISTIR 7695, URI binding) in system-release-cpe;
 * the release files of distributions that are older than os-release.
 */
#ifndef INVENTORY_OS_H
#define INVENTORY_OS_H

#include "model/inventory.h"
#include "tree/tree.h"

/* The files that os_identify() may read, but for bin/busybox: paths, no patterns. Wanted whole. */
extern const char *const os_files[];
extern const size_t os_files_n;

/*
 * os_identify(op, t, ret): the first of these that names a system: os-release (etc, usr/lib,
 * Bottlerocket's sys-root), system-release-cpe, the release file of a Red Hat descendant,
 * alpine-release, lsb-release, debian_version, the version in bin/busybox. All fields of *ret are
 * set; nothing is known: all are empty.
 *
 * ID is what os-release has; without one the first of ID_LIKE, without that "linux" if there is an
 * os-release. Debian without a VERSION_ID takes debian_version: "12" of "12.4", and of "forky/sid"
 * what apt is set up for, "testing" or "sid". Its point release is the fact "debian:release".
 */
int os_identify(struct op *op, const struct tree *t, struct os_identity *ret) MUST_USE;

/* The parts of it that read one file's text; false if it names no system. Views into text, or in
 * op. */
int os_read_release(struct op *op, str text, struct os_identity *ret) MUST_USE;
bool os_read_cpe(str text, struct os_identity *ret);
bool os_read_red_hat(str text, struct os_identity *ret);

#endif
