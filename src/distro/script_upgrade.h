/*
 * script_upgrade: what depends on the version that is replaced, in a maintainer script on an upgrade.
 */
#ifndef DISTRO_SCRIPT_UPGRADE_H
#define DISTRO_SCRIPT_UPGRADE_H

#include "base/op.h"

/* The same of a fresh installation, where nothing is replaced: an empty version is lower than any, and with
 * an -nl operator higher. */
int script_fresh_compares(str how);

/* dpkg --compare-versions FROM HOW VERSION: 1 it holds, 0 it does not, -1 it is no such comparison.
 * Source: dpkg(1). */
int script_upgrade_compares(str from, str how, str version);

/*
 * Does a line of dh_installdeb's section act when `from` is replaced? Its command moves or removes
 * what another version shipped, and says up to which one. True for what is not known, and where
 * memory ends, which is recorded. Source: dpkg-maintscript-helper(1).
 */
bool script_upgrade_moves(struct op *op, str line, str from);

#endif
