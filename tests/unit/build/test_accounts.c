#include "build/accounts.h"

#include "unit/harness.h"

#define ANY UINT32_MAX

static struct effect user(const char *name, uint32_t id, const char *group)
{
	return (struct effect){ .kind = EFFECT_USER, .name = str_of(name), .id = id, .group = str_of(group),
				.origin = S("effects/x.yaml:1") };
}

static struct effect group(const char *name, uint32_t id)
{
	return (struct effect){ .kind = EFFECT_GROUP, .name = str_of(name), .id = id, .origin = S("effects/y.yaml:2") };
}

static const struct recipe plain = { .file = S_INIT("r.yaml") };

static int always(struct op *op)
{
	struct accounts a;
	str passwd, groups;

	TRY(accounts_make(op, &plain, NULL, 0, S(""), S(""), &a));
	TRY(accounts_passwd(op, &a, &passwd));
	TRY(accounts_group(op, &a, &groups));
	CHECK_STR(passwd, S("root:x:0:0:root:/root:/usr/sbin/nologin\n"
			    "nonroot:x:65532:65532:nonroot:/home/nonroot:/usr/sbin/nologin\n"
			    "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"));
	CHECK_STR(groups, S("root:x:0:\nnonroot:x:65532:\nnogroup:x:65534:\n"));
	return 0;
}

static int ids_follow_names_not_order(struct op *op)
{
	struct effect one[] = { user("zeta", ANY, ""), user("alpha", ANY, ""), group("mid", ANY) };
	struct effect two[] = { group("mid", ANY), user("alpha", ANY, ""), user("zeta", ANY, "") };
	struct accounts a, b;
	str x, y;

	TRY(accounts_make(op, &plain, one, 3, S(""), S(""), &a));
	TRY(accounts_make(op, &plain, two, 3, S(""), S(""), &b));
	TRY(accounts_passwd(op, &a, &x));
	TRY(accounts_passwd(op, &b, &y));
	CHECK_STR(x, y);
	CHECK(str_find_str(x, S("alpha:x:999:999:")) >= 0);
	CHECK(str_find_str(x, S("zeta:x:997:997:")) >= 0);
	return 0;
}

static int fixed_ids(struct op *op)
{
	struct effect e[] = { user("www-data", ANY, ""), group("adm", ANY) };
	struct accounts a;
	uint32_t id;

	TRY(accounts_make(op, &plain, e, 2, S(""), S(""), &a));
	CHECK(accounts_uid(op, &a, S("www-data"), &id) == 0 && id == 33);
	CHECK(accounts_gid(op, &a, S("adm"), &id) == 0 && id == 4);
	CHECK(accounts_gid(op, &a, S("shadow"), &id) == 1);
	TRY(accounts_need_gid(op, &a, 42));
	CHECK(accounts_gid(op, &a, S("shadow"), &id) == 0 && id == 42);
	CHECK(accounts_uid(op, &a, S("1234"), &id) == 0 && id == 1234);
	CHECK_FAILS(op, accounts_uid(op, &a, S("4294967295"), &id), ERR_USAGE, "above");
	return 0;
}

/* A member of one of Debian's groups brings that group along. */
static int members(struct op *op)
{
	struct effect e[] = { user("web", 700, ""),
			      { .kind = EFFECT_MEMBER, .name = S("web"), .group = S("www-data") } };
	struct effect bad[] = { user("web", 700, ""),
				{ .kind = EFFECT_MEMBER, .name = S("web"), .group = S("nowhere") } };
	struct accounts a;

	TRY(accounts_make(op, &plain, e, 2, S(""), S(""), &a));
	bool found = false;
	for (ptrdiff_t i = 0; i < a.group_n; i++)
		found |= str_eq(a.group[i].name, S("www-data")) && a.group[i].gid == 33 &&
			 a.group[i].members.n == 1 && str_eq(a.group[i].members.p[0], S("web"));
	CHECK(found);
	CHECK_FAILS(op, accounts_make(op, &plain, bad, 2, S(""), S(""), &a), ERR_USAGE,
		    "there is no group nowhere");
	return 0;
}

static int quarrels(struct op *op)
{
	struct effect ids[] = { user("a", 700, ""), user("b", 700, "") };
	struct effect names[] = { user("a", 700, ""), user("a", 701, "") };
	struct effect bad[] = { user("a:b", 700, "") };
	struct accounts a;

	CHECK_FAILS(op, accounts_make(op, &plain, ids, 2, S(""), S(""), &a), ERR_NO, "gid 700 is wanted by");
	CHECK_FAILS(op, accounts_make(op, &plain, names, 2, S(""), S(""), &a), ERR_NO, "user a has uid 700");
	CHECK_FAILS(op, accounts_make(op, &plain, bad, 1, S(""), S(""), &a), ERR_USAGE, "no name for a");
	return 0;
}

static int masters(struct op *op)
{
	struct accounts a;
	uint32_t id;

	TRY(accounts_make(op, &plain, NULL, 0, exact(S("root:*:0:0:root:/root:/bin/bash\ngames:*:5:60:games:/usr/games:/x\n")),
			  exact(S("root:*:0:\ngames:*:60:\n")), &a));
	CHECK(accounts_uid(op, &a, S("games"), &id) == 0 && id == 5);
	CHECK(a.user_n == 4);
	return 0;
}

/* A primary group whose id is not known yet when the user is, and one that replaces another. */
static int primary_groups(struct op *op)
{
	struct effect e[] = { group("zz-certs", ANY), user("db", ANY, "zz-certs"), user("web", 700, "made") };
	struct recipe_account own = { .name = S("nonroot"), .id = 65532, .group = S("zz-certs") };
	struct recipe r = { .file = S("r.yaml"), .user = &own, .user_n = 1 };
	struct accounts a;
	str passwd;

	TRY(accounts_make(op, &r, e, 3, S(""), S(""), &a));
	TRY(accounts_passwd(op, &a, &passwd));
	CHECK(str_find_str(passwd, S("\ndb:x:998:999:")) >= 0);
	CHECK(str_find_str(passwd, S("\nnonroot:x:65532:999:")) >= 0);
	CHECK(str_find_str(passwd, S("web:x:700:700:")) >= 0);
	return 0;
}

/* A recipe fixes the number of an effect's account, and its group's by it. */
static int fixed_by_recipe(struct op *op)
{
	struct effect e[] = { group("db", ANY), user("db", ANY, "db"), user("alpha", ANY, ""), group("web", ANY) };
	struct recipe_account own = { .name = S("db"), .id = 999, .home = S("/data"), .comment = S("Data") };
	struct recipe_account web = { .name = S("web"), .id = 700 };
	struct recipe r = { .file = S("r.yaml"), .user = &own, .user_n = 1, .group = &web, .group_n = 1 };
	struct accounts a;
	str passwd, groups;

	TRY(accounts_make(op, &r, e, 4, S(""), S(""), &a));
	TRY(accounts_passwd(op, &a, &passwd));
	TRY(accounts_group(op, &a, &groups));
	CHECK(str_find_str(passwd, S("\ndb:x:999:999:Data:/data:/usr/sbin/nologin\n")) >= 0);
	CHECK(str_find_str(passwd, S("\nalpha:x:998:998:")) >= 0);
	CHECK(str_find_str(groups, S("\nweb:x:700:\n")) >= 0 && str_find_str(groups, S("\ndb:x:999:\n")) >= 0);
	own.id = 65532;
	CHECK_FAILS(op, accounts_make(op, &r, e, 4, S(""), S(""), &a), ERR_NO, "uid 65532 is wanted by user nonroot");
	return 0;
}

TESTS({ "primary groups", primary_groups },
      { "a recipe fixes an effect's id", fixed_by_recipe },
      { "root, nobody and nonroot are always there", always },
      { "free ids depend on names and not on the order", ids_follow_names_not_order },
      { "Debian's fixed ids", fixed_ids }, { "members of them", members }, { "quarrels are told", quarrels }, { "base-passwd's list", masters })
