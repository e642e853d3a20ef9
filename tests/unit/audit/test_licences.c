#include "audited.h"

static int told(struct op *op, const struct package *p, const char *rule, str *ret)
{
	struct audit_options options = { 0 };
	struct package package = *p;
	struct inventory inv = { .subject = { .kind = SUBJECT_DIRECTORY },
				 .package = &package,
				 .package_n = 1 };
	struct config config = { 0 };
	AUTO_TREE *t = NULL;
	struct audit *audit;
	struct checks checks;

	package.name = S("x");
	package.version = S("1");
	package.purl = S("pkg:generic/x@1");
	package.layer = -1;
	TRY(tree_of_files(op, NULL, 0, &(struct tree_wish){ 0 }, &t));
	TRY(audit_open(op, &options, &audit));
	TRY(audit_make(op, audit, t, &inv, &config, &checks));
	const struct check *c = checks_find(&checks, str_of(rule));
	return op_text(op, ret, "%s %s%.*s", outcome_kinds[c->outcome],
		       c->fault_n ? severities[fault_severity(&c->fault[0])] : "",
		       STR_ARG(c->fault_n ? c->fault[0].what : S("")));
}

static const struct {
	const char *rule, *licence, *want;
	enum package_type type;
} rows[] = {
	{ "license.allowed", "GPL-3.0-or-later", "pass ", PACKAGE_NPM },
	{ "license.allowed", "AGPL-3.0-only OR MIT", "pass ", PACKAGE_NPM },
	{ "license.allowed", "AGPL-3.0-only AND MIT", "fail highx 1 is under AGPL-3.0-only AND MIT",
	  PACKAGE_NPM },
	{ "license.known", "MIT", "pass ", PACKAGE_NPM },
	{ "license.known", "", "fail lowx 1 tells no licence", PACKAGE_NPM },
	{ "license.known", "NOASSERTION", "fail lowx 1 tells no licence", PACKAGE_DEB },
	{ "license.known", "MIT OR LicenseRef-foo",
	  "fail lowx 1 is under what is on no list: LicenseRef-foo", PACKAGE_NPM },
	/* The name of a text that the distribution has read. */
	{ "license.known", "MIT AND LicenseRef-foo", "pass ", PACKAGE_DEB },
	{ "license.known", "LicenseRef-sha256-12",
	  "fail negligiblex 1 is under what is on no list: LicenseRef-sha256-12", PACKAGE_DEB },
};

static int licences(struct op *op)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct package p = { .type = rows[i].type, .licence = str_of(rows[i].licence) };
		str got;
		TRY(told(op, &p, rows[i].rule, &got));
		CHECK_STR(got, str_of(rows[i].want));
	}
	return 0;
}

/* What a lock file asks for is not in the image. */
static int declared(struct op *op)
{
	struct evidence e = { .path = S("package-lock.json"), .how = EVIDENCE_DECLARED };
	struct package p = { .type = PACKAGE_NPM, .evidence = &e, .evidence_n = 1 };
	str got;

	TRY(told(op, &p, "license.known", &got));
	CHECK_STR(got, S("pass "));
	return 0;
}

TESTS({ "licences", licences }, { "declared", declared })
