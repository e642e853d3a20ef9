/*
 * passwd: the accounts of an image. Sources: passwd(5), group(5), shadow(5), gshadow(5); nsswitch's
 * compat lines ("+", "-") are kept as lines.
 */
#ifndef AUDIT_PASSWD_H
#define AUDIT_PASSWD_H

#include "base/op.h"

enum passwd_kind { PASSWD_USERS, PASSWD_GROUPS, PASSWD_SHADOW, PASSWD_KINDS };

struct passwd_line {
	str name, password;
	str home, shell; /* of users */
	uint32_t id;     /* uid, or a group's gid; of shadow 0 */
	uint32_t gid;    /* of users */
	int line;        /* from 1 */
	bool bad;        /* has not the fields that it must have: only `name` and `line` count */
};

/* Every line that is neither empty nor a comment. Views into text; O(bytes). */
int passwd_read(struct op *op, enum passwd_kind kind, str text, struct passwd_line **ret,
		ptrdiff_t *ret_n) MUST_USE;

/* The first good line of that name, or of that number; NULL: none. */
const struct passwd_line *passwd_find(const struct passwd_line *line, ptrdiff_t n, str name);
const struct passwd_line *passwd_find_id(const struct passwd_line *line, ptrdiff_t n, uint32_t id);

#endif
