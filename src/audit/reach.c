#include "reach.h"

#include "base/limits.h"
#include "base/num.h"
#include "passwd.h"

struct accounts {
	struct passwd_line *user, *group;
	ptrdiff_t user_n, group_n;
	str groups; /* the file, for its members */
};

static int read_accounts(struct op *op, struct audit_run *a, struct accounts *ret)
{
	str text = S("");
	int rc = audit_text(op, a, S("etc/passwd"), LIMIT_CAPTURE, &text);

	if (rc < 0 || (rc = passwd_read(op, PASSWD_USERS, text, &ret->user, &ret->user_n)) < 0)
		return rc;
	text = S("");
	if ((rc = audit_text(op, a, S("etc/group"), LIMIT_CAPTURE, &text)) < 0)
		return rc;
	ret->groups = text;
	return passwd_read(op, PASSWD_GROUPS, text, &ret->group, &ret->group_n);
}

static bool is_number(str s, uint32_t *ret)
{
	uint64_t n;

	if (!num_parse(s, UINT32_MAX - 1, &n))
		return false;
	*ret = (uint32_t)n;
	return true;
}

static bool has_member(str members, str name)
{
	while (members.p)
		if (str_eq(str_trim(str_cut(&members, ',')), name))
			return true;
	return false;
}

/* The groups that list the user as a member. */
static void add_groups(const struct accounts *all, str name, struct reach *r)
{
	str text = all->groups;

	while (text.p && r->group_n < REACH_GROUPS) {
		str line = str_cut(&text, '\n');
		uint32_t gid;
		(void)str_cut(&line, ':');
		(void)str_cut(&line, ':');
		if (is_number(str_cut(&line, ':'), &gid) && has_member(line, name))
			r->group[r->group_n++] = gid;
	}
}

static int resolve_group(const struct accounts *all, str group, struct reach *r)
{
	const struct passwd_line *g = passwd_find(all->group, all->group_n, group);

	if (g)
		r->gid = g->id;
	return g || is_number(group, &r->gid) ? 0 : 1;
}

int reach_open(struct op *op, struct audit_run *a, struct reach *ret)
{
	str group = a->config->user, user = str_cut(&group, ':');
	struct accounts all = { 0 };
	struct reach r = { .name = S("root (0)") };
	int rc = read_accounts(op, a, &all);

	if (rc < 0)
		return rc;
	const struct passwd_line *u = user.len ? passwd_find(all.user, all.user_n, user)
					       : passwd_find_id(all.user, all.user_n, 0);
	if (!u && user.len && !is_number(user, &r.uid))
		return 1;
	if (!u)
		u = passwd_find_id(all.user, all.user_n, r.uid);
	if (u) {
		r.uid = u->id;
		r.gid = u->gid;
		rc = op_text(op, &r.name, "%.*s (%u)", STR_ARG(u->name), u->id);
	} else {
		rc = op_text(op, &r.name, "%u", r.uid);
	}
	if (rc < 0)
		return rc;
	if (u && group.len == 0)
		add_groups(&all, u->name, &r);
	if (group.len && resolve_group(&all, group, &r) == 1)
		return 1;
	*ret = r;
	return 0;
}

static bool in_group(const struct reach *r, uint32_t gid)
{
	bool is = r->gid == gid;

	for (int i = 0; i < r->group_n; i++)
		is |= r->group[i] == gid;
	return is;
}

const char *reach_why(const struct reach *r, const struct tree *t, uint32_t node)
{
	const struct tree_node *n = tree_node(t, node);
	struct tree_owner owner = tree_owner(t, n);

	if (r->uid == 0)
		return "root";
	if (owner.uid == r->uid)
		return "its owner";
	if (in_group(r, owner.gid))
		return n->mode & 020 ? "its group" : NULL;
	return n->mode & 02 ? "everybody" : NULL;
}

bool reach_writes(const struct reach *r, const struct tree *t, uint32_t node)
{
	return reach_why(r, t, node) != NULL;
}

bool reach_replaces(const struct reach *r, const struct tree *t, uint32_t dir)
{
	const struct tree_node *n = tree_node(t, dir);

	return reach_writes(r, t, dir) &&
	       (!(n->mode & 01000) || r->uid == 0 || tree_owner(t, n).uid == r->uid);
}
