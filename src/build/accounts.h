/*
 * accounts: /etc/passwd and /etc/group of an image, from Debian's fixed ids, effects and the
 * recipe.
 */
#ifndef BUILD_ACCOUNTS_H
#define BUILD_ACCOUNTS_H

#include "distro/effects.h"
#include "recipe.h"

struct account {
	str name, comment, home, shell;
	uint32_t uid, gid;
	str primary; /* name of the group that was asked for, or empty: the one of its own name */
	str from;    /* what asked for it */
};
struct account_group {
	str name;
	uint32_t gid;
	struct texts members; /* sorted */
	str from;
};
struct accounts {
	struct account *user;
	ptrdiff_t user_n, user_cap;
	struct account_group *group;
	ptrdiff_t group_n, group_cap;
};

/*
 * accounts_make(op, recipe, effect, n, passwd, group, ret): root, nobody and nonroot; all of
 * Debian's fixed accounts if `passwd` and `group` (base-passwd's master files) are not empty, else
 * only those that an effect or the recipe names; then effects' and the recipe's, which
 * gives an account of an effect its id, home, shell and comment. A group without an id takes that
 * of the user of its name; ids that nobody gives come from 999 downwards in the order of names.
 * ERR_NO when two ask for one id or for one name with different ids, ERR_USAGE for a name or id
 * that is not allowed.
 */
int accounts_make(struct op *op, const struct recipe *recipe, const struct effect *effect,
		  ptrdiff_t n, str passwd, str group, struct accounts *ret) MUST_USE;

/* Have Debian's fixed account of this name, for an owner that an effect or recipe names. No such
 * account is no error here. */
int accounts_need_user(struct op *op, struct accounts *a, str name) MUST_USE;
int accounts_need_group(struct op *op, struct accounts *a, str name) MUST_USE;

/* Have Debian's fixed account of this id, for an owner that a package ships. */
int accounts_need_uid(struct op *op, struct accounts *a, uint32_t uid) MUST_USE;
int accounts_need_gid(struct op *op, struct accounts *a, uint32_t gid) MUST_USE;

/* A name or a number as an id. 1 if there is no such account. */
int accounts_uid(struct op *op, const struct accounts *a, str name, uint32_t *ret) MUST_USE;
int accounts_gid(struct op *op, const struct accounts *a, str name, uint32_t *ret) MUST_USE;
const struct account *accounts_find(const struct accounts *a, uint32_t uid);

/* The files, sorted by id. */
int accounts_passwd(struct op *op, const struct accounts *a, str *ret) MUST_USE;
int accounts_group(struct op *op, const struct accounts *a, str *ret) MUST_USE;

#endif
