/*
 * reach: what the user that an image runs as can write. Source: path_resolution(7); how engines find
 * the user: OCI image-spec 1.1, config.md, "User".
 */
#ifndef AUDIT_REACH_H
#define AUDIT_REACH_H

#include "auditor.h"

enum { REACH_GROUPS = 64 };

struct reach {
	uint32_t uid, gid;
	uint32_t group[REACH_GROUPS]; /* further ones */
	int group_n;
	str name; /* "1000", "www-data (33)" */
};

/*
 * The user of a->config against the image's accounts. 1: it names an account that there is not, so
 * that nothing starts. Reads etc/passwd and etc/group.
 */
int reach_open(struct op *op, struct audit_run *a, struct reach *ret) MUST_USE;

/* May the user change it: as its owner, by its group, or as everybody? Root may all. */
bool reach_writes(const struct reach *r, const struct tree *t, uint32_t node);

/* May the user put other things in the place of what is in the directory? A sticky one keeps what is
 * not his. */
bool reach_replaces(const struct reach *r, const struct tree *t, uint32_t dir);

/* "its owner", "its group", "everybody": why reach_writes() says so. */
const char *reach_why(const struct reach *r, const struct tree *t, uint32_t node);

#endif
