/*
 * alternatives: what an `update-alternatives --install` command registers.
 * Source: update-alternatives(1), dpkg 1.21.
 */
#ifndef DISTRO_ALTERNATIVES_H
#define DISTRO_ALTERNATIVES_H

#include "effect_list.h"

/*
 * alternatives_read(op, command, origin, to): the command, its words literal and parted by single
 * blanks, as effects: the master, then its slaves with `master` set. ERR_FORMAT for anything that
 * is no --install command of known form.
 */
int alternatives_read(struct op *op, str command, str origin, struct effect_list *to) MUST_USE;

#endif
