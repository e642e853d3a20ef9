/* Two images beside each other: each area for the worse, for the better, and where nothing changed. */
#include "scan/facts.h"
#include "unit/harness.h"

static const struct rule rules[] = {
	{ "config.nonroot", "CIS-4.1", SEVERITY_HIGH, "The user is not root", "",
	  "name another user" },
	{ "fs.no_setuid", "CIS-4.8", SEVERITY_HIGH, "No setuid", "", "chmod u-s" },
	{ "fs.no_shell", "", SEVERITY_MEDIUM, "No shell", "", "remove it" },
	{ "fs.no_package_manager", "", SEVERITY_MEDIUM, "No package manager", "", "remove it" },
	{ "fs.no_secrets", "CIS-4.10", SEVERITY_CRITICAL, "No secrets", "", "mount it" },
	{ "elf.pie", "", SEVERITY_LOW, "Programs are PIE", "", "link with -pie" },
	{ "config.ports", "", SEVERITY_HIGH, "No port of a remote shell", "", "leave it out" },
	{ "licence.allowed", "", SEVERITY_HIGH, "Licences are allowed", "", "replace it" },
	{ "image.tag", "", SEVERITY_LOW, "Its tag is no moving one", "", "tag it" },
	{ "fs.no_world_writable", "", SEVERITY_MEDIUM, "Nothing is world-writable", "",
	  "chmod o-w" },
};
enum { NONROOT, SETUID, SHELL, MANAGER, SECRETS, PIE, PORTS, LICENCE, TAG, WRITABLE, RULES };

/* One side: an image of two layers, of which the first is the base's. */
struct side {
	struct facts facts;
	struct inventory inventory;
	struct report report;
	struct check check[RULES];
	struct fault fault[RULES];
	struct config_step step[4];
	struct package package[4];
	struct finding finding[2];
	struct inventory_layer layer[2];
	struct ledger_line unknown[2];
};

static struct side *side(struct op *op, const char *name)
{
	struct side *s = op_new(op, struct side, 1);

	if (!s)
		return NULL;
	s->layer[0].created_by = S("temper: base");
	s->layer[1].created_by = S("COPY x in /");
	s->inventory.subject = (struct subject){
		.name = str_of(name), .layer = s->layer, .layer_n = 2, .size = 1024
	};
	s->inventory.package = s->package;
	s->inventory.unknown = s->unknown;
	s->report = (struct report){ .inventory = &s->inventory, .finding = s->finding };
	s->step[0] = (struct config_step){ .instruction = S("temper: base"), .layer = 0 };
	s->step[1] = (struct config_step){ .instruction = S("RUN make it worse"), .layer = 1 };
	s->step[2] = (struct config_step){ .instruction = S("USER 0"), .layer = -1 };
	s->step[3] = (struct config_step){ .instruction = S("EXPOSE 80 8080"), .layer = -1 };
	for (int i = 0; i < RULES; i++)
		s->check[i] = (struct check){ .rule = &rules[i], .fault = &s->fault[i] };
	s->facts = (struct facts){ .report = &s->report,
				   .config = { .user = S("65532"), .step = s->step, .step_n = 4 },
				   .checks = { s->check, RULES } };
	return s;
}

/* The rule is broken here, by the layer above the base. */
static void breaks(struct side *s, int rule, str key, str what)
{
	s->check[rule].outcome = OUTCOME_FAIL;
	s->check[rule].fault_n = 1;
	s->fault[rule] =
		(struct fault){ .rule = &rules[rule], .key = key, .what = what, .layer = 1 };
}

static const struct hardening_change *change_of(const struct hardening *h, str area, str key)
{
	for (ptrdiff_t i = 0; i < h->n; i++)
		if (str_eq(str_of(h->p[i].area), area) && str_eq(h->p[i].key, key))
			return &h->p[i];
	return NULL;
}

static bool is_kind(const struct hardening *h, str area, str key, enum hardening_kind kind)
{
	const struct hardening_change *c = change_of(h, area, key);

	return c && c->kind == kind;
}

static int same_is_nothing(struct op *op)
{
	struct side *a = side(op, "base"), *b = side(op, "app");
	struct hardening h;

	if (!a || !b)
		return op->code;
	breaks(a, SETUID, S("bin/su"), S("bin/su is setuid root"));
	breaks(b, SETUID, S("bin/su"), S("bin/su is setuid root"));
	breaks(b, TAG, S("app"), S("what it is called is not of its hardening"));
	TRY(hardening_make(op, &a->facts, &b->facts, &h));
	CHECK(h.n == 0 && h.weaker_n == 0 && h.stronger_n == 0 && h.added_n == 0);
	CHECK_STR(h.before, S("base"));
	CHECK_STR(h.after, S("app"));
	return 0;
}

static int faults(struct op *op)
{
	static const struct {
		int rule;
		const char *area;
	} table[] = {
		{ SETUID, "setuid" },
		{ SHELL, "shell" },
		{ MANAGER, "package-manager" },
		{ SECRETS, "secrets" },
		{ PIE, "elf" },
		{ PORTS, "ports" },
		{ LICENCE, "licences" },
		{ WRITABLE, "world-writable" },
	};
	struct hardening h;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct side *a = side(op, "base"), *b = side(op, "app");
		str area = str_of(table[i].area);
		if (!a || !b)
			return op->code;
		breaks(b, table[i].rule, S("k"), S("k is there"));
		TRY(hardening_make(op, &a->facts, &b->facts, &h));
		const struct hardening_change *c = change_of(&h, area, S("k"));
		CHECK(h.n == 1 && h.weaker_n == 1 && c && c->kind == HARDENING_WEAKER);
		if (!c)
			return 0;
		CHECK_STR(c->instruction, S("RUN make it worse"));
		CHECK_STR(c->what, S("k is there"));
		CHECK_STR(c->rule, str_of(rules[table[i].rule].id));
		CHECK_STR(c->remedy, str_of(rules[table[i].rule].remedy));
		CHECK(c->severity == rules[table[i].rule].severity && c->layer == 1);
		/* And the other way round. */
		TRY(hardening_make(op, &b->facts, &a->facts, &h));
		c = change_of(&h, area, S("k"));
		CHECK(h.n == 1 && h.stronger_n == 1 && c && c->kind == HARDENING_STRONGER);
		if (c)
			CHECK_STR(c->what, S("no longer: k is there"));
	}
	return 0;
}

/* What is waived does not count; what could not be told of the base is not held against the rest. */
static int doubts(struct op *op)
{
	struct side *a = side(op, "base"), *b = side(op, "app");
	struct hardening h;

	if (!a || !b)
		return op->code;
	breaks(b, SETUID, S("bin/su"), S("bin/su is setuid root"));
	b->fault[SETUID].waived_by = S("policy");
	a->check[SHELL].outcome = OUTCOME_ERROR;
	breaks(b, SHELL, S("bin/sh"), S("bin/sh is a shell"));
	b->fault[SHELL].of_base = true;
	TRY(hardening_make(op, &a->facts, &b->facts, &h));
	CHECK(h.n == 0);
	b->fault[SHELL].of_base = false;
	b->check[SECRETS] = (struct check){ .rule = &rules[SECRETS],
					    .outcome = OUTCOME_ERROR,
					    .detail = S("layer 2 is unreadable") };
	TRY(hardening_make(op, &a->facts, &b->facts, &h));
	CHECK(h.weaker_n == 2 && h.n == 2);
	CHECK_STR(h.p[0].what, S("No secrets: cannot be told any more: layer 2 is unreadable"));
	CHECK_STR(h.p[1].key, S("bin/sh"));
	/* An answer that is missing makes nothing better. */
	TRY(hardening_make(op, &b->facts, &a->facts, &h));
	CHECK(h.n == 1 && h.weaker_n == 1);
	CHECK_STR(h.p[0].what, S("No shell: cannot be told any more"));
	return 0;
}

static int users(struct op *op)
{
	static const struct {
		const char *user, *what;
		enum hardening_kind kind;
		bool root;
	} table[] = {
		{ "0", "runs as 0 (root), the base as 65532", HARDENING_WEAKER, true },
		{ "", "runs as root, the base as 65532", HARDENING_WEAKER, true },
		{ "app", "runs as app (root), the base as 65532", HARDENING_WEAKER, true },
		{ "1000:1000", "runs as 1000:1000, the base as 65532", HARDENING_ADDED, false },
	};
	struct hardening h;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct side *a = side(op, "base"), *b = side(op, "app");
		if (!a || !b)
			return op->code;
		b->facts.config.user = str_of(table[i].user);
		if (table[i].root)
			breaks(b, NONROOT, S("user"), S("it is root"));
		TRY(hardening_make(op, &a->facts, &b->facts, &h));
		CHECK(h.n == 1 && h.p[0].kind == table[i].kind);
		if (h.n != 1)
			return 0;
		CHECK_STR(str_of(h.p[0].area), S("user"));
		CHECK_STR(h.p[0].what, str_of(table[i].what));
		CHECK_STR(h.p[0].rule, S("config.nonroot"));
		CHECK_STR(h.p[0].before, S("65532"));
		CHECK_STR(h.p[0].instruction, S("USER 0"));
		TRY(hardening_make(op, &b->facts, &a->facts, &h));
		CHECK(h.n == 1 &&
		      h.p[0].kind == (table[i].root ? HARDENING_STRONGER : HARDENING_ADDED));
	}
	/* Without the audit its number and name tell. */
	struct side *a = side(op, "base"), *b = side(op, "app");
	if (!a || !b)
		return op->code;
	a->facts.checks.n = b->facts.checks.n = 0;
	b->facts.config.user = S("root:daemon");
	TRY(hardening_make(op, &a->facts, &b->facts, &h));
	CHECK(h.weaker_n == 1 && h.p[0].remedy.len > 0);
	return 0;
}

static int settings(struct op *op)
{
	static str ports[] = { S_INIT("80/tcp"), S_INIT("8080/tcp"), S_INIT("22/tcp") };
	static str command[] = { S_INIT("/app"), S_INIT("-v") };
	static str volume[] = { S_INIT("/data") };
	static struct pair was[] = { { S_INIT("PATH"), S_INIT("/bin") } };
	static struct pair is[] = { { S_INIT("PATH"), S_INIT("/bin:/tmp") },
				    { S_INIT("TOKEN"), S_INIT("hunter2") } };
	struct side *a = side(op, "base"), *b = side(op, "app");
	struct hardening h;

	if (!a || !b)
		return op->code;
	a->facts.config.env = (struct pairs){ was, 1 };
	b->facts.config.env = (struct pairs){ is, 2 };
	b->facts.config.ports = (struct texts){ ports, 3 };
	b->facts.config.entrypoint = (struct texts){ command, 2 };
	b->facts.config.volumes = (struct texts){ volume, 1 };
	breaks(b, PORTS, S("22"), S("22/tcp is a remote shell's"));
	TRY(hardening_make(op, &a->facts, &b->facts, &h));
	CHECK(h.weaker_n == 3 && h.added_n == 4);
	CHECK_STR(h.p[0].key, S("22"));
	CHECK_STR(h.p[1].key, S("80/tcp"));
	CHECK_STR(h.p[2].key, S("8080/tcp"));
	CHECK(h.p[1].severity == SEVERITY_MEDIUM && h.p[2].severity == SEVERITY_LOW);
	CHECK_STR(h.p[1].instruction, S("EXPOSE 80 8080"));
	CHECK(is_kind(&h, S("configuration"), S("PATH"), HARDENING_ADDED));
	CHECK(is_kind(&h, S("configuration"), S("ENTRYPOINT"), HARDENING_ADDED));
	CHECK(is_kind(&h, S("configuration"), S("/data"), HARDENING_ADDED));
	const struct hardening_change *c = change_of(&h, S("configuration"), S("TOKEN"));
	CHECK(c && c->after.len == 0 && str_find_str(c->what, S("hunter2")) < 0);
	TRY(hardening_make(op, &b->facts, &a->facts, &h));
	CHECK(h.weaker_n == 0 && h.stronger_n == 3);
	return 0;
}

static void set_package(struct side *s, int i, enum package_type type, str name, str version)
{
	s->package[i] =
		(struct package){ .type = type, .name = name, .version = version, .layer = 1 };
	if (s->inventory.package_n <= i)
		s->inventory.package_n = i + 1;
}

static int packages(struct op *op)
{
	struct side *a = side(op, "base"), *b = side(op, "app");
	struct hardening h;

	if (!a || !b)
		return op->code;
	set_package(a, 0, PACKAGE_DEB, S("libc6"), S("2.36-9+deb12u10"));
	set_package(b, 0, PACKAGE_DEB, S("libc6"), S("2.36-9+deb12u9"));
	set_package(a, 1, PACKAGE_NPM, S("left"), S("2.0.0"));
	set_package(b, 1, PACKAGE_NPM, S("left"), S("2.0.0"));
	set_package(b, 2, PACKAGE_NPM, S("left"), S("1.10.0"));
	set_package(b, 3, PACKAGE_DEB, S("login"), S("1:4.13"));
	b->package[3].licence = S("GPL-2.0-or-later");
	TRY(hardening_make(op, &a->facts, &b->facts, &h));
	CHECK(h.weaker_n == 1 && h.added_n == 3);
	CHECK_STR(h.p[0].what,
		  S("libc6 2.36-9+deb12u9 (deb) is older than the base's 2.36-9+deb12u10"));
	CHECK_STR(h.p[0].instruction, S("RUN make it worse"));
	/* Of a language two versions stand side by side. */
	CHECK(is_kind(&h, S("packages"), S("left"), HARDENING_ADDED));
	CHECK(is_kind(&h, S("packages"), S("login"), HARDENING_ADDED));
	const struct hardening_change *c = change_of(&h, S("licences"), S("GPL-2.0-or-later"));
	CHECK(c && c->kind == HARDENING_ADDED);
	if (c)
		CHECK_STR(c->what, S("GPL-2.0-or-later, of login"));
	TRY(hardening_make(op, &b->facts, &a->facts, &h));
	CHECK(h.weaker_n == 0 && is_kind(&h, S("packages"), S("login"), HARDENING_STRONGER));
	CHECK(is_kind(&h, S("packages"), S("libc6"), HARDENING_ADDED));
	return 0;
}

static int findings(struct op *op)
{
	static str ids[] = { S_INIT("CVE-2026-1") }, fixed[] = { S_INIT("3.1-1") };
	static struct match match = { .source = S_INIT("feed") };
	struct side *a = side(op, "base"), *b = side(op, "app");
	struct hardening h;

	if (!a || !b)
		return op->code;
	set_package(a, 0, PACKAGE_DEB, S("openssl"), S("3.0-1"));
	set_package(b, 0, PACKAGE_DEB, S("openssl"), S("3.0-1"));
	b->finding[0] = (struct finding){ .id = ids[0],
					  .ids = { ids, 1 },
					  .severity = SEVERITY_CRITICAL,
					  .fixed = { fixed, 1 },
					  .match = &match,
					  .match_n = 1 };
	b->report.finding_n = b->report.shown_n = 1;
	TRY(hardening_make(op, &a->facts, &b->facts, &h));
	CHECK(h.n == 1 && h.weaker_n == 1);
	if (h.n != 1)
		return 0;
	CHECK_STR(str_of(h.p[0].area), S("findings"));
	CHECK_STR(h.p[0].what, S("CVE-2026-1 in openssl 3.0-1 (deb)"));
	CHECK_STR(h.p[0].remedy, S("upgrade openssl to 3.1-1"));
	CHECK_STR(h.p[0].instruction, S("RUN make it worse"));
	CHECK(h.p[0].severity == SEVERITY_CRITICAL);
	TRY(hardening_make(op, &b->facts, &a->facts, &h));
	CHECK(h.n == 1 && h.stronger_n == 1);
	/* Without advisories nothing can be said. */
	a->report.no_database = true;
	TRY(hardening_make(op, &a->facts, &b->facts, &h));
	CHECK(h.n == 0);
	return 0;
}

static int files_and_size(struct op *op)
{
	struct side *a = side(op, "base"), *b = side(op, "app");
	struct hardening h;

	if (!a || !b)
		return op->code;
	b->unknown[0] = (struct ledger_line){ .path = S("app"), .kind = "executable", .layer = 1 };
	b->inventory.unknown_n = 1;
	b->inventory.subject.size = 3072;
	TRY(hardening_make(op, &a->facts, &b->facts, &h));
	CHECK(h.weaker_n == 0 && h.added_n == 2);
	CHECK(is_kind(&h, S("files"), S("app"), HARDENING_ADDED));
	const struct hardening_change *c = change_of(&h, S("size"), S("size"));
	CHECK(c && c->kind == HARDENING_ADDED);
	if (c)
		CHECK_STR(c->what, S("2.0 KiB larger than the base"));
	TRY(hardening_make(op, &b->facts, &a->facts, &h));
	CHECK(h.n == 1 && is_kind(&h, S("size"), S("size"), HARDENING_STRONGER));
	return 0;
}

TESTS({ "the same is nothing", same_is_nothing }, { "faults", faults }, { "doubts", doubts },
      { "users", users }, { "settings", settings }, { "packages", packages },
      { "findings", findings }, { "files and size", files_and_size })
