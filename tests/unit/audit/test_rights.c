#include "audited.h"
#include "base/limits.h"

#define PASSWD AT("etc/passwd", "root:x:0:0:root:/root:/bin/false\nwww:x:33:33::/:/bin/false\n")
#define GROUP AT("etc/group", "root:x:0:\nwww:x:33:\n")
#define USER(u) "{\"config\":{\"User\":\"" u "\"}}"
/* cap_net_raw=ep; cap_sys_admin=eip; cut short */
#define NET_RAW S_INIT("\1\0\0\2\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0")
#define SYS_ADMIN S_INIT("\1\0\0\2\0\0\x20\0\0\0\x20\0\0\0\0\0\0\0\0\0")
#define CUT S_INIT("\1\0\0\2\0\x20")
#define F(p, ...)                                                 \
	{                                                         \
		.path = S_INIT(p), .bytes = S_INIT("x"), __VA_ARGS__ \
	}
#define D(p, ...)                            \
	{                                    \
		.path = S_INIT(p), __VA_ARGS__ \
	}

static const struct audited_row rows[] = {
	{ "fs.no_setuid", "pass", { "{}", { F("bin/a", .mode = 0755), D("srv/", .mode = 02775) } } },
	{ "fs.no_setuid",
	  "fail: bin/su runs with the rights of user 0 (04755)",
	  { "{}", { F("bin/su", .mode = 04755) } } },
	{ "fs.no_setuid",
	  "fail: bin/wall runs with the rights of group 5 (02755)",
	  { "{}", { F("bin/wall", .mode = 02755, .gid = 5) } } },
	/* Of directories it is another matter: group and sticky inherit. */
	{ "fs.no_setuid", "pass", { NULL, { D("var/mail/", .mode = 03777) } } },
	{ "CIS-DI-0008", "fail: a runs with the rights of user 7 (06711)", { NULL, { F("a", .mode = 06711, .uid = 7) } } },

	{ "fs.no_capabilities", "pass", { "{}", { F("bin/ping", .mode = 0755) } } },
	{ "fs.no_capabilities",
	  "fail: bin/ping has cap_net_raw=ep",
	  { "{}", { F("bin/ping", .mode = 0755, .capability = NET_RAW) } } },
	{ "fs.no_capabilities", "fail: x has cap_sys_admin=eip", { "{}", { F("x", .capability = SYS_ADMIN) } } },
	{ "fs.no_capabilities", "fail: x has malformed", { "{}", { F("x", .capability = CUT) } } },

	{ "fs.no_world_writable",
	  "pass",
	  { "{}", { F("a", .mode = 0775), D("tmp/", .mode = 01777), { .path = S_INIT("l"), .link = S_INIT("a"), .mode = 0777 } } } },
	{ "fs.no_world_writable", "fail: /a is writable by everybody (0666)", { "{}", { F("a", .mode = 0666) } } },
	{ "fs.no_world_writable",
	  "fail: /app is writable by everybody (0777), and 2 more below it; /tmp is writable by everybody (0777)",
	  { "{}",
	    { D("app/", .mode = 0777), D("app/x/", .mode = 0755), F("app/x/a", .mode = 0666), F("app/x/b", .mode = 0644),
	      F("app/c", .mode = 0777), D("tmp/", .mode = 0777) } } },

	{ "fs.owners_known", "pass", { "{}", { PASSWD, GROUP, F("a", .uid = 33, .gid = 33) } } },
	{ "fs.owners_known",
	  "fail: 2 files belong to user 1001, which is no account: /a; 1 file belongs to group 50, which is no account: /b",
	  { "{}", { PASSWD, GROUP, F("a", .uid = 1001), F("b", .uid = 1001, .gid = 50) } } },
	/* The user that an image runs as needs no account; without accounts nobody has one. */
	{ "fs.owners_known", "pass", { USER("1001:50"), { PASSWD, GROUP, F("a", .uid = 1001, .gid = 50) } } },
	{ "fs.owners_known", "pass", { "{}", { F("a", .uid = 1001, .gid = 50) } } },

	{ "fs.no_devices", "pass", { "{}", { F("dev/null", .mode = 0644) } } },
};

static int right(struct op *op)
{
	return audited_rows(op, rows, sizeof(rows) / sizeof(rows[0]));
}

/* Of what is too much the rest is counted, by its worst. */
static int many(struct op *op)
{
	enum { FILES = LIMIT_FAULTS + 5 };
	struct tree_given *file = op_new(op, struct tree_given, FILES);
	struct inventory inv = { .subject = { .kind = SUBJECT_DIRECTORY } };
	struct audit_options options = { 0 };
	struct tree_wish wish;
	struct audit *audit;
	struct config config;
	AUTO_TREE *t = NULL;
	struct checks checks;

	if (!file)
		return op->code;
	for (int i = 0; i < FILES; i++) {
		file[i] = (struct tree_given){ .bytes = S("x"), .mode = i == FILES - 1 ? 04755 : 02755 };
		TRY(op_text(op, &file[i].path, "f%06d", i));
	}
	TRY(audit_open(op, &options, &audit));
	TRY(inventory_interest(op, &(struct inventory_wish){ .files = true }, &wish));
	TRY(audit_wish(op, audit, &wish));
	TRY(tree_of_files(op, file, FILES, &wish, &t));
	TRY(config_read(op, S(""), NULL, &config));
	TRY(audit_make(op, audit, t, &inv, &config, &checks));
	const struct check *c = checks_find(&checks, S("fs.no_setuid"));
	CHECK(c && c->outcome == OUTCOME_FAIL && c->fault_n == LIMIT_FAULTS + 1);
	if (!c || c->fault_n != LIMIT_FAULTS + 1)
		return 0;
	const struct fault *rest = &c->fault[LIMIT_FAULTS];
	CHECK_STR(rest->kind, S(FAULT_MORE));
	CHECK_STR(rest->key, S("5 more"));
	CHECK_STR(rest->what, S("and 5 more, which are not listed"));
	CHECK(fault_severity(rest) == SEVERITY_HIGH && rest->layer == -1);
	return 0;
}

/* Of strangers so many are told, and that there are more. */
static int strangers(struct op *op)
{
	enum { FILES = 300 };
	struct tree_given *file = op_new(op, struct tree_given, FILES + 1);
	struct inventory inv = { .subject = { .kind = SUBJECT_DIRECTORY } };
	struct audit_options options = { 0 };
	struct tree_wish wish;
	struct audit *audit;
	struct config config;
	AUTO_TREE *t = NULL;
	struct checks checks;

	if (!file)
		return op->code;
	file[0] = (struct tree_given)PASSWD;
	for (int i = 1; i <= FILES; i++) {
		file[i] = (struct tree_given){ .bytes = S("x"),
					       .mode = 0644,
					       .uid = (uint32_t)i + 1000 };
		TRY(op_text(op, &file[i].path, "f%06d", i));
	}
	TRY(audit_open(op, &options, &audit));
	TRY(inventory_interest(op, &(struct inventory_wish){ .files = true }, &wish));
	TRY(audit_wish(op, audit, &wish));
	TRY(tree_of_files(op, file, FILES + 1, &wish, &t));
	TRY(config_read(op, S(""), NULL, &config));
	TRY(audit_make(op, audit, t, &inv, &config, &checks));
	const struct check *c = checks_find(&checks, S("fs.owners_known"));
	CHECK(c && c->fault_n == 257);
	bool told = false;
	for (ptrdiff_t i = 0; c && i < c->fault_n; i++)
		told |= str_eq(c->fault[i].kind, S(FAULT_MORE)) &&
			str_eq(c->fault[i].what, S("44 more files belong to other users and "
						   "groups, which are no accounts"));
	CHECK(told);
	return 0;
}

/* Of a long instruction the beginning, without half a character. */
static int long_instruction(struct op *op)
{
	char text[AUDIT_SHOWN + 8];

	(void)op;
	memset(text, 'a', sizeof(text));
	CHECK(audit_shown((str){ text, AUDIT_SHOWN }).len == AUDIT_SHOWN);
	CHECK(audit_shown((str){ text, sizeof(text) }).len == AUDIT_SHOWN);
	memcpy(text + AUDIT_SHOWN - 2, "\xe2\x82\xac", 3);
	CHECK(audit_shown((str){ text, sizeof(text) }).len == AUDIT_SHOWN - 2);
	return 0;
}

static int severities_of(struct op *op)
{
	const struct audited image = { "{}",
				       { F("a", .mode = 04755), F("b", .mode = 02755), F("c", .capability = NET_RAW),
					 F("d", .capability = SYS_ADMIN) } };
	struct inventory inv = { 0 };
	struct checks checks;

	TRY(audited_make(op, &image, &inv, &checks));
	const struct check *set = checks_find(&checks, S("fs.no_setuid"));
	const struct check *can = checks_find(&checks, S("fs.no_capabilities"));
	CHECK(set && can && set->fault_n == 2 && can->fault_n == 2);
	if (!set || !can || set->fault_n != 2 || can->fault_n != 2)
		return 0;
	CHECK(fault_severity(&set->fault[0]) == SEVERITY_HIGH && fault_severity(&set->fault[1]) == SEVERITY_MEDIUM);
	CHECK(fault_severity(&can->fault[0]) == SEVERITY_MEDIUM && fault_severity(&can->fault[1]) == SEVERITY_HIGH);
	CHECK_STR(set->fault[0].key, S("a"));
	CHECK_STR(set->fault[0].kind, S("setuid"));
	CHECK_STR(set->fault[0].instruction, S("ADD rootfs.tar /"));
	return 0;
}

TESTS({ "rights, both ways", right }, { "how bad, and whose", severities_of }, { "more than is kept", many, true }, { "many strangers", strangers, true },
      { "a long instruction", long_instruction })
