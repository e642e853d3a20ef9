#include "accounts.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/vec.h"

/* Debian's global static ids. Source: base-passwd 3.6.1, passwd.master and group.master. */
/* clang-format off */
static const struct {
	const char *name;
	uint32_t uid, gid; /* UINT32_MAX: no user, or no group, of that name */
	const char *home;
} fixed[] = {
	{ "daemon", 1, 1, "/usr/sbin" }, { "bin", 2, 2, "/bin" }, { "sys", 3, 3, "/dev" },
	{ "adm", UINT32_MAX, 4, "" }, { "tty", UINT32_MAX, 5, "" }, { "disk", UINT32_MAX, 6, "" },
	{ "lp", 7, 7, "/var/spool/lpd" }, { "mail", 8, 8, "/var/mail" }, { "news", 9, 9, "/var/spool/news" },
	{ "uucp", 10, 10, "/var/spool/uucp" }, { "man", 6, 12, "/var/cache/man" }, { "proxy", 13, 13, "/bin" },
	{ "kmem", UINT32_MAX, 15, "" }, { "dialout", UINT32_MAX, 20, "" }, { "fax", UINT32_MAX, 21, "" },
	{ "voice", UINT32_MAX, 22, "" }, { "cdrom", UINT32_MAX, 24, "" }, { "floppy", UINT32_MAX, 25, "" },
	{ "tape", UINT32_MAX, 26, "" }, { "sudo", UINT32_MAX, 27, "" }, { "audio", UINT32_MAX, 29, "" },
	{ "dip", UINT32_MAX, 30, "" }, { "www-data", 33, 33, "/var/www" }, { "backup", 34, 34, "/var/backups" },
	{ "operator", UINT32_MAX, 37, "" }, { "list", 38, 38, "/var/list" }, { "irc", 39, 39, "/run/ircd" },
	{ "src", UINT32_MAX, 40, "" }, { "shadow", UINT32_MAX, 42, "" }, { "utmp", UINT32_MAX, 43, "" },
	{ "video", UINT32_MAX, 44, "" }, { "sasl", UINT32_MAX, 45, "" }, { "plugdev", UINT32_MAX, 46, "" },
	{ "staff", UINT32_MAX, 50, "" }, { "games", 5, 60, "/usr/games" }, { "users", UINT32_MAX, 100, "" },
	{ "nogroup", UINT32_MAX, 65534, "" },
};
/* clang-format on */

enum {
	FIXED_N = sizeof(fixed) / sizeof(fixed[0]),
	ID_HIGH = 999, /* system accounts without an id of their own, downwards */
	ID_LOW = 500,
	ID_MAX = 0x7ffffffe, /* runtimes refuse more; 4294967295 means "none" */
	NAME_MAX_BYTES = 32,
};

static struct account *user_named(const struct accounts *a, str name)
{
	for (ptrdiff_t i = 0; i < a->user_n; i++)
		if (str_eq(a->user[i].name, name))
			return &a->user[i];
	return NULL;
}

static struct account_group *group_named(const struct accounts *a, str name)
{
	for (ptrdiff_t i = 0; i < a->group_n; i++)
		if (str_eq(a->group[i].name, name))
			return &a->group[i];
	return NULL;
}

const struct account *accounts_find(const struct accounts *a, uint32_t uid)
{
	for (ptrdiff_t i = 0; i < a->user_n; i++)
		if (a->user[i].uid == uid)
			return &a->user[i];
	return NULL;
}

static const struct account_group *group_find(const struct accounts *a, uint32_t gid)
{
	for (ptrdiff_t i = 0; i < a->group_n; i++)
		if (a->group[i].gid == gid)
			return &a->group[i];
	return NULL;
}

/* Source: adduser(8), NAME_REGEX of Debian, and a trailing "$" is not allowed. */
static bool good_name(str name)
{
	for (ptrdiff_t i = 0; i < name.len; i++) {
		char c = name.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
		if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '-' || c == '.')))
			return false;
	}
	return name.len > 0 && name.len <= NAME_MAX_BYTES;
}

static bool good_field(str s)
{
	return str_find(s, ':') < 0 && str_find(s, '\n') < 0 && str_find(s, '\0') < 0;
}

static int add_group(struct op *op, struct accounts *a, str name, uint32_t gid, str from)
{
	struct account_group *g = group_named(a, name);

	if (!good_name(name))
		return op_fail(op, ERR_USAGE, "%.*s: '%.*s' is no name for a group", STR_ARG(from),
			       STR_ARG(name));
	if (g && (gid == UINT32_MAX || g->gid == gid))
		return 0;
	if (g && g->gid != UINT32_MAX)
		return op_fail(op, ERR_NO, "group %.*s has gid %u by %.*s and %u by %.*s",
			       STR_ARG(name), g->gid, STR_ARG(g->from), gid, STR_ARG(from));
	const struct account_group *other = gid == UINT32_MAX ? NULL : group_find(a, gid);
	if (other)
		return op_fail(op, ERR_NO,
			       "gid %u is wanted by group %.*s (%.*s) and group %.*s (%.*s)", gid,
			       STR_ARG(other->name), STR_ARG(other->from), STR_ARG(name),
			       STR_ARG(from));
	if (g) {
		g->gid = gid;
		return 0;
	}
	if (!vec_grow(op, (void **)&a->group, &a->group_n, &a->group_cap, sizeof(*a->group)))
		return op->code;
	a->group[a->group_n - 1] = (struct account_group){ .name = name, .gid = gid, .from = from };
	return 0;
}

static int add_user(struct op *op, struct accounts *a, struct account want)
{
	struct account *u = user_named(a, want.name);

	if (!good_name(want.name) || !good_field(want.comment) || !good_field(want.home) ||
	    !good_field(want.shell))
		return op_fail(op, ERR_USAGE, "%.*s: '%.*s' is no name or record for a user",
			       STR_ARG(want.from), STR_ARG(want.name));
	const struct account *other = want.uid == UINT32_MAX ? NULL : accounts_find(a, want.uid);
	if (other && other != u)
		return op_fail(op, ERR_NO,
			       "uid %u is wanted by user %.*s (%.*s) and user %.*s (%.*s)",
			       want.uid, STR_ARG(other->name), STR_ARG(other->from),
			       STR_ARG(want.name), STR_ARG(want.from));
	if (u && (want.uid == UINT32_MAX || u->uid == UINT32_MAX || u->uid == want.uid)) {
		if (u->uid == UINT32_MAX)
			u->uid = want.uid;
		if (want.comment.len)
			u->comment = want.comment;
		if (want.home.len)
			u->home = want.home;
		if (want.shell.len)
			u->shell = want.shell;
		if (want.primary.len) {
			u->primary = want.primary;
			u->gid = want.gid;
		}
		return 0;
	}
	if (u)
		return op_fail(op, ERR_NO, "user %.*s has uid %u by %.*s and %u by %.*s",
			       STR_ARG(want.name), u->uid, STR_ARG(u->from), want.uid,
			       STR_ARG(want.from));
	if (!vec_grow(op, (void **)&a->user, &a->user_n, &a->user_cap, sizeof(*a->user)))
		return op->code;
	a->user[a->user_n - 1] = want;
	return 0;
}

/* Debian's fixed account of that name, if there is one; both halves that exist. */
static int add_fixed(struct op *op, struct accounts *a, ptrdiff_t i)
{
	str name = str_of(fixed[i].name), from = S("Debian's fixed ids");
	int rc = 0;

	if (fixed[i].gid != UINT32_MAX)
		rc = add_group(op, a, name, fixed[i].gid, from);
	if (rc == 0 && fixed[i].uid != UINT32_MAX)
		rc = add_user(op, a,
			      (struct account){ .name = name,
						.comment = name,
						.home = str_of(fixed[i].home),
						.shell = S("/usr/sbin/nologin"),
						.uid = fixed[i].uid,
						.gid = fixed[i].gid,
						.from = from });
	return rc;
}

static int add_fixed_name(struct op *op, struct accounts *a, str name)
{
	for (ptrdiff_t i = 0; i < FIXED_N; i++)
		if (str_eq(str_of(fixed[i].name), name))
			return add_fixed(op, a, i);
	return 0;
}

int accounts_need_user(struct op *op, struct accounts *a, str name)
{
	return user_named(a, name) ? 0 : add_fixed_name(op, a, name);
}

int accounts_need_group(struct op *op, struct accounts *a, str name)
{
	for (ptrdiff_t i = 0; i < FIXED_N && !group_named(a, name); i++)
		if (fixed[i].gid != UINT32_MAX && str_eq(str_of(fixed[i].name), name))
			return add_group(op, a, name, fixed[i].gid, S("Debian's fixed ids"));
	return 0;
}

int accounts_need_uid(struct op *op, struct accounts *a, uint32_t uid)
{
	for (ptrdiff_t i = 0; i < FIXED_N && !accounts_find(a, uid); i++)
		if (fixed[i].uid == uid)
			return add_fixed(op, a, i);
	return 0;
}

int accounts_need_gid(struct op *op, struct accounts *a, uint32_t gid)
{
	for (ptrdiff_t i = 0; i < FIXED_N && !group_find(a, gid); i++)
		if (fixed[i].gid == gid)
			return add_group(op, a, str_of(fixed[i].name), gid,
					 S("Debian's fixed ids"));
	return 0;
}

/* Lines of base-passwd's master files. */
static int add_master(struct op *op, struct accounts *a, str passwd, str group)
{
	str from = S("base-passwd");
	int rc = 0;

	while (rc == 0 && group.len > 0) {
		str line = str_cut(&group, '\n'), name = str_cut(&line, ':');
		uint64_t gid;
		(void)str_cut(&line, ':');
		if (num_parse(str_cut(&line, ':'), ID_MAX, &gid))
			rc = add_group(op, a, name, (uint32_t)gid, from);
	}
	while (rc == 0 && passwd.len > 0) {
		str line = str_cut(&passwd, '\n'), name = str_cut(&line, ':');
		uint64_t uid, gid;
		(void)str_cut(&line, ':');
		bool ok = num_parse(str_cut(&line, ':'), ID_MAX, &uid);
		ok &= num_parse(str_cut(&line, ':'), ID_MAX, &gid);
		str comment = str_cut(&line, ':'), home = str_cut(&line, ':');
		if (ok)
			rc = add_user(op, a,
				      (struct account){ .name = name,
							.comment = comment,
							.home = home,
							.shell = S("/usr/sbin/nologin"),
							.uid = (uint32_t)uid,
							.gid = (uint32_t)gid,
							.from = from });
	}
	return rc;
}

/* root, nobody and nonroot; what every image has. */
static int add_always(struct op *op, struct accounts *a)
{
	static const struct {
		const char *name, *comment, *home;
		uint32_t id;
		const char *group;
	} row[] = {
		{ "root", "root", "/root", 0, "root" },
		{ "nobody", "nobody", "/nonexistent", 65534, "nogroup" },
		{ "nonroot", "nonroot", "/home/nonroot", 65532, "nonroot" },
	};
	str from = S("every image");
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(row) / sizeof(row[0]); i++) {
		rc = add_group(op, a, str_of(row[i].group), row[i].id, from);
		if (rc == 0)
			rc = add_user(op, a,
				      (struct account){ .name = str_of(row[i].name),
							.comment = str_of(row[i].comment),
							.home = str_of(row[i].home),
							.shell = S("/usr/sbin/nologin"),
							.uid = row[i].id,
							.gid = row[i].id,
							.from = from });
	}
	return rc;
}

static int add_member(struct op *op, struct accounts *a, str group, str user, str from)
{
	int rc = accounts_need_group(op, a, group);
	struct account_group *g = rc < 0 ? NULL : group_named(a, group);

	if (rc < 0)
		return rc;
	if (!g)
		return op_fail(op, ERR_USAGE, "%.*s: there is no group %.*s", STR_ARG(from),
			       STR_ARG(group));
	for (ptrdiff_t i = 0; i < g->members.n; i++)
		if (str_eq(g->members.p[i], user))
			return 0;
	str *p = op_new(op, str, g->members.n + 1);
	if (!p)
		return op->code;
	for (ptrdiff_t i = 0; i < g->members.n; i++)
		p[i] = g->members.p[i];
	p[g->members.n++] = user;
	qsort(p, (size_t)g->members.n, sizeof(*p), str_qsort);
	g->members.p = p;
	return 0;
}

/* A user with its primary group, which is made with the user's id if nobody else makes it. */
static int add_with_group(struct op *op, struct accounts *a, struct account want, str group)
{
	str primary = group.len ? group : want.name;
	int rc = add_fixed_name(op, a, want.name);

	if (rc == 0)
		rc = add_fixed_name(op, a, primary);
	if (rc == 0 && !group_named(a, primary))
		rc = add_group(op, a, primary, want.uid, want.from);
	if (rc < 0)
		return rc;
	const struct account_group *own = group_named(a, primary);
	MUST(own);
	bool known = user_named(a, want.name) != NULL; /* and keeps what is not said anew */
	if (!want.shell.len && !known)
		want.shell = S("/usr/sbin/nologin");
	if (!want.home.len && !known)
		want.home = S("/nonexistent");
	want.gid = own->gid;
	want.primary = group;
	return add_user(op, a, want);
}

static int add_effects(struct op *op, struct accounts *a, const struct effect *e, ptrdiff_t n)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		if (e[i].kind != EFFECT_GROUP)
			continue;
		rc = add_fixed_name(op, a, e[i].name);
		if (rc == 0)
			rc = add_group(op, a, e[i].name, e[i].id, e[i].origin);
	}
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++)
		if (e[i].kind == EFFECT_USER)
			rc = add_with_group(op, a,
					    (struct account){ .name = e[i].name,
							      .comment = e[i].comment,
							      .home = e[i].home,
							      .shell = e[i].shell,
							      .uid = e[i].id,
							      .from = e[i].origin },
					    e[i].group);
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++)
		if (e[i].kind == EFFECT_MEMBER)
			rc = add_member(op, a, e[i].group, e[i].name, e[i].origin);
	return rc;
}

static int add_recipe(struct op *op, struct accounts *a, const struct recipe *r)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < r->group_n; i++)
		rc = add_group(op, a, r->group[i].name, r->group[i].id, r->file);
	for (ptrdiff_t i = 0; rc == 0 && i < r->user_n; i++) {
		const struct recipe_account *u = &r->user[i];
		rc = add_with_group(op, a,
				    (struct account){ .name = u->name,
						      .comment = u->comment,
						      .home = u->home,
						      .shell = u->shell,
						      .uid = u->id,
						      .from = r->file },
				    u->group);
	}
	for (ptrdiff_t i = 0; rc == 0 && i < r->group_n; i++)
		for (ptrdiff_t m = 0; rc == 0 && m < r->group[i].members.n; m++)
			rc = add_member(op, a, r->group[i].name, r->group[i].members.p[m], r->file);
	return rc;
}

static int by_user_name(const void *a, const void *b)
{
	return str_cmp(((const struct account *)a)->name, ((const struct account *)b)->name);
}

static int by_group_name(const void *a, const void *b)
{
	return str_cmp(((const struct account_group *)a)->name,
		       ((const struct account_group *)b)->name);
}

/* An id that neither users nor groups have, from ID_HIGH downwards. */
static int free_id(struct op *op, const struct accounts *a, uint32_t *ret)
{
	for (uint32_t id = ID_HIGH; id >= ID_LOW; id--) {
		if (accounts_find(a, id) || group_find(a, id))
			continue;
		*ret = id;
		return 0;
	}
	return op_fail(op, ERR_LIMIT, "no id between %d and %d is free", ID_LOW, ID_HIGH);
}

/* Give ids to those without one, in the order of names; a user and its group get the same. */
static int settle_ids(struct op *op, struct accounts *a)
{
	int rc = 0;

	for (ptrdiff_t i = 0; i < a->user_n; i++) {
		struct account_group *own = group_named(a, a->user[i].name);
		if (own && own->gid == UINT32_MAX && !group_find(a, a->user[i].uid))
			own->gid = a->user[i].uid;
	}

	qsort(a->group, (size_t)a->group_n, sizeof(*a->group), by_group_name);
	qsort(a->user, (size_t)a->user_n, sizeof(*a->user), by_user_name);
	for (ptrdiff_t i = 0; rc == 0 && i < a->group_n; i++)
		if (a->group[i].gid == UINT32_MAX)
			rc = free_id(op, a, &a->group[i].gid);
	for (ptrdiff_t i = 0; rc == 0 && i < a->user_n; i++) {
		struct account *u = &a->user[i];
		const struct account_group *own = group_named(a, u->name);
		const struct account_group *primary =
			u->primary.len ? group_named(a, u->primary) : own;
		if (u->uid == UINT32_MAX && own && !accounts_find(a, own->gid))
			u->uid = own->gid;
		if (u->uid == UINT32_MAX)
			rc = free_id(op, a, &u->uid);
		if (u->gid == UINT32_MAX) {
			MUST(primary); /* add_with_group() made it */
			u->gid = primary->gid;
		}
	}
	return rc;
}

int accounts_make(struct op *op, const struct recipe *recipe, const struct effect *effect,
		  ptrdiff_t n, str passwd, str group, struct accounts *ret)
{
	struct accounts a = { .user = NULL };
	int rc = add_always(op, &a);

	if (rc == 0)
		rc = add_master(op, &a, passwd, group);
	if (rc == 0)
		rc = add_effects(op, &a, effect, n);
	if (rc == 0)
		rc = add_recipe(op, &a, recipe);
	if (rc == 0)
		rc = settle_ids(op, &a);
	if (rc == 0)
		*ret = a;
	return rc;
}

int accounts_uid(struct op *op, const struct accounts *a, str name, uint32_t *ret)
{
	const struct account *u = user_named(a, name);
	uint64_t id;

	if (u) {
		*ret = u->uid;
		return 0;
	}
	if (!num_parse(name, UINT32_MAX, &id))
		return 1;
	if (id > ID_MAX)
		return op_fail(op, ERR_USAGE, "user id %.*s is above %d", STR_ARG(name),
			       (int)ID_MAX);
	*ret = (uint32_t)id;
	return 0;
}

int accounts_gid(struct op *op, const struct accounts *a, str name, uint32_t *ret)
{
	const struct account_group *g = group_named(a, name);
	uint64_t id;

	if (g) {
		*ret = g->gid;
		return 0;
	}
	if (!num_parse(name, UINT32_MAX, &id))
		return 1;
	if (id > ID_MAX)
		return op_fail(op, ERR_USAGE, "group id %.*s is above %d", STR_ARG(name),
			       (int)ID_MAX);
	*ret = (uint32_t)id;
	return 0;
}

static int by_uid(const void *a, const void *b)
{
	uint32_t x = ((const struct account *)a)->uid, y = ((const struct account *)b)->uid;

	return (x > y) - (x < y);
}

static int by_gid(const void *a, const void *b)
{
	uint32_t x = ((const struct account_group *)a)->gid,
		 y = ((const struct account_group *)b)->gid;

	return (x > y) - (x < y);
}

int accounts_passwd(struct op *op, const struct accounts *a, str *ret)
{
	struct buf b;

	buf_init(&b, op, 1 << 20);
	qsort(a->user, (size_t)a->user_n, sizeof(*a->user), by_uid);
	for (ptrdiff_t i = 0; i < a->user_n; i++) {
		const struct account *u = &a->user[i];
		buf_fmt(&b, "%.*s:x:%u:%u:%.*s:%.*s:%.*s\n", STR_ARG(u->name), u->uid, u->gid,
			STR_ARG(u->comment), STR_ARG(u->home), STR_ARG(u->shell));
	}
	return buf_take(&b, ret);
}

int accounts_group(struct op *op, const struct accounts *a, str *ret)
{
	struct buf b;

	buf_init(&b, op, 1 << 20);
	qsort(a->group, (size_t)a->group_n, sizeof(*a->group), by_gid);
	for (ptrdiff_t i = 0; i < a->group_n; i++) {
		const struct account_group *g = &a->group[i];
		buf_fmt(&b, "%.*s:x:%u:", STR_ARG(g->name), g->gid);
		for (ptrdiff_t m = 0; m < g->members.n; m++) {
			buf_add(&b, m ? S(",") : S(""));
			buf_add(&b, g->members.p[m]);
		}
		buf_char(&b, '\n');
	}
	return buf_take(&b, ret);
}
