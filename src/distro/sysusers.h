/*
 * sysusers: the accounts that a sysusers.d file asks for. Source: sysusers.d(5), systemd 257.
 *
 * u and u! (user and its group), g (group) and m (membership) are read; r (a range of ids) says
 * nothing about an image. Ids may be "-", a number, "uid:gid", "uid:group" or "-:group"; a path
 * (the id of a file's owner) counts as "-", since it would depend on the machine. Specifiers but
 * %% are refused.
 */
#ifndef DISTRO_SYSUSERS_H
#define DISTRO_SYSUSERS_H

#include "effect_list.h"

/* Append the effects of a file's text. ERR_FORMAT with "file:line: ..." for a line that is none. */
int sysusers_read(struct op *op, str file, str text, struct effect_list *to) MUST_USE;

#endif
