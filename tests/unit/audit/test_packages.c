#include "audited.h"

static struct package package = { .type = PACKAGE_DEB, .name = S_INIT("login"), .version = S_INIT("1:4.13"), .purl = S_INIT("pkg:deb/login") };
static struct changed_file changed[] = {
	{ .path = S_INIT("bin/login"), .how = CHANGED_CONTENT },
	{ .path = S_INIT("bin/gone"), .how = CHANGED_MISSING },
	{ .path = S_INIT("etc/login.defs"), .how = CHANGED_CONTENT, .config = true },
};
static struct ledger_line unknown[] = { { .path = S_INIT("app/run"), .kind = "executable" }, { .path = S_INIT("app/x"), .kind = "script" } };

static int check(struct op *op, struct inventory inv, const char *rule, enum outcome_kind want, str *ret)
{
	const struct audited image = { "{}", { AT("bin/login", "x"), AT("app/run", "x"), AT("app/x", "x") } };
	struct checks checks;

	TRY(audited_make(op, &image, &inv, &checks));
	const struct check *c = checks_find(&checks, str_of(rule));
	CHECK(c && c->outcome == want);
	if (!c)
		return 0;
	*ret = c->fault_n ? c->fault[0].what : c->detail;
	CHECK(c->fault_n == 0 || c->fault_n == 1 || c->fault[1].severity == SEVERITY_NEGLIGIBLE);
	return 0;
}

/* A content that a package did not bring counts; its configuration and what was left out do not. */
static int changes(struct op *op)
{
	struct package_file listed = { .path = S("bin/login"), .hash = HASH_MD5 };
	struct package p = package;
	struct inventory inv = { .package = &package, .package_n = 1, .changed = changed, .changed_n = 3, .compared = 7 };
	str what;

	TRY(check(op, inv, "fs.unchanged", OUTCOME_FAIL, &what));
	CHECK_STR(what, S("bin/login is not as login 1:4.13 installed it"));
	inv.changed++;
	inv.changed_n = 2;
	TRY(check(op, inv, "fs.unchanged", OUTCOME_PASS, &what));
	CHECK_STR(what, S("7 files compared with what their packages say"));
	inv.compared = 0;
	inv.changed_n = 0;
	TRY(check(op, inv, "fs.unchanged", OUTCOME_PASS, &what));
	CHECK_STR(what, S("no package lists digests of its files"));
	p.file = &listed;
	p.file_n = 1;
	inv.package = &p;
	TRY(check(op, inv, "fs.unchanged", OUTCOME_ERROR, &what));
	CHECK_STR(what, S("files were not compared with their packages"));
	return 0;
}

static int programs(struct op *op)
{
	struct inventory inv = { .unknown = unknown, .unknown_n = 2, .executables = 9 };
	str what;

	TRY(check(op, inv, "fs.no_unknown_programs", OUTCOME_FAIL, &what));
	CHECK_STR(what, S("no package accounts for executable app/run"));
	inv.unknown_n = 0;
	TRY(check(op, inv, "fs.no_unknown_programs", OUTCOME_PASS, &what));
	CHECK_STR(what, S("9 programs, libraries and scripts"));
	return 0;
}

TESTS({ "what changed", changes }, { "what nobody knows", programs })
