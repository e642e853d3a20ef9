/*
 * version: Debian's order of versions. Source: deb-version(7); Policy 5.6.12.
 */
#ifndef DISTRO_VERSION_H
#define DISTRO_VERSION_H

#include "base/op.h"

/* Negative, zero, positive. Any bytes may be compared; O(length), no allocation. */
int version_cmp(str a, str b);

/* Is it well formed? */
bool version_valid(str v);

#endif
