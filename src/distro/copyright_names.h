/*
 * copyright_names: Debian's names of licences and SPDX's.
 */
#ifndef DISTRO_COPYRIGHT_NAMES_H
#define DISTRO_COPYRIGHT_NAMES_H

#include "base/op.h"

/*
 * copyright_name(op, name, ret): the SPDX form of one short name ("GPL-2+", "Expat", "GPL-3+ with
 * Bison exception"), or LicenseRef- and the name with what SPDX does not allow replaced by '-'.
 * "Perl" is a choice and so has an OR in it.
 */
int copyright_name(struct op *op, str name, str *ret) MUST_USE;

#endif
