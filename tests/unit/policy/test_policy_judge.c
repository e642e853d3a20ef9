#include "judged.h"

static void high(struct world *w)
{
	find(w);
}

/* ---- modes, days, images ---- */

static const struct {
	const char *rest; /* of the policy, before its rules */
	const char *rule; /* what stands besides in its one rule, which fails */
	bool passed;
	ptrdiff_t failed, warned, judged;
} modes[] = {
	{ "", "", false, 1, 0, 1 },
	{ "mode: warn\n", "", true, 0, 1, 1 },
	{ "mode: log\n", "", true, 0, 0, 1 },
	{ "mode: warn\n", ", mode: enforce", false, 1, 0, 1 },
	{ "", ", effective_on: 2026-07-01", true, 0, 1, 1 },
	{ "", ", effective_on: 2026-06-30", false, 1, 0, 1 },
	{ "mode: log\n", ", effective_on: 2026-07-01", true, 0, 0, 1 },
	{ "match: {images: [registry.example/team/app]}\n", "", false, 1, 0, 1 },
	{ "match: {images: ['registry.example/team/*']}\n", "", false, 1, 0, 1 },
	{ "match: {images: ['REGISTRY.example:443/team/app']}\n", "", false, 1, 0, 1 },
	{ "match: {images: ['registry.example/other/*']}\n", "", false, 0, 0, 0 },
	{ "match: {images: ['registry.example/**'], except: ['*app*']}\n", "", false, 0, 0, 0 },
	{ "match: {images: ['registry.example/**'], except: ['*-dev']}\n", "", false, 1, 0, 1 },
	{ "", ", match: {images: ['registry.example/other/*']}", false, 0, 0, 0 },
};

static int modes_days_and_images(struct op *op)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		struct world w;
		struct verdict v;
		str text;
		make(&w);
		root(&w);
		TRY(op_text(op, &text, "name: p\n%srules: [{id: R, rule: config.nonroot%s}]\n",
			    modes[i].rest, modes[i].rule));
		TRY(judge(op, &w, op_cstr(op, text), NULL, &v));
		CHECK(v.passed == modes[i].passed);
		CHECK(v.failed_n == modes[i].failed);
		CHECK(v.warned_n == modes[i].warned);
		CHECK(v.rule_n == modes[i].judged);
		CHECK(v.rule_n == 1 || v.warnings.n >= 1);
	}
	return 0;
}

/* ---- waivers ---- */

static const struct {
	const char *terms, *waiver;
	bool holds;
	const char *warning; /* a part of it; NULL: none is looked for */
} waived[] = {
	{ "", "{id: CVE-2023-2975, " GOOD "}", true, NULL },
	{ "", "{id: dsa-5532-1, " GOOD "}", true, NULL },
	{ "", "{id: CVE-2023-2976, " GOOD "}", false, "matches nothing" },
	{ "", "{id: CVE-2023-2975, package: pkg:deb/debian/libssl3, " GOOD "}", true, NULL },
	{ "", "{id: CVE-2023-2975, package: pkg:deb/debian/openssl, " GOOD "}", false,
	  "matches nothing" },
	{ "",
	  "{id: CVE-2023-2975, image: registry.example/pay/*, owner: w, reason: r, until: "
	  "2026-07-31}",
	  false, "is for other images" },
	{ "", "{id: CVE-2023-2975, owner: w, reason: r, until: 2026-07-31}", false,
	  "it names no image" },
	{ "wildcards: true", "{id: CVE-2023-2975, owner: w, reason: r, until: 2026-07-31}", true,
	  NULL },
	{ "", "{id: CVE-2023-2975, image: '**', owner: w, reason: r, until: 2026-07-31}", false,
	  "nearly every one" },
	{ "", "{id: CVE-2023-2975, image: '*/*/a*', owner: w, reason: r, until: 2026-07-31}", false,
	  "nearly every one" },
	{ "", "{id: CVE-2023-2975, image: '[!x]*/**', owner: w, reason: r, until: 2026-07-31}",
	  false, "nearly every one" },
	{ "", "{id: '*', " GOOD "}", false, "its id is a pattern" },
	{ "wildcards: true", "{id: '*', " GOOD "}", true, NULL },
	{ "", "{package: pkg:deb/debian/libssl3, " GOOD "}", false, "no vulnerability" },
	{ "", "{id: CVE-2023-2975, image: registry.example/team/app, reason: r, until: 2026-07-31}",
	  false, "no owner" },
	{ "", "{id: CVE-2023-2975, image: registry.example/team/app, owner: w, until: 2026-07-31}",
	  false, "no reason" },
	{ "", "{id: CVE-2023-2975, image: registry.example/team/app, owner: ' ', reason: r, until: 2026-07-31}",
	  false, "no owner" },
	{ "", "{id: CVE-2023-2975, image: registry.example/team/app, owner: w, reason: ' ', until: 2026-07-31}",
	  false, "no reason" },
	/* A short name without a glob is one image. */
	{ "", "{id: CVE-2023-2975, image: go, owner: w, reason: r, until: 2026-07-31}", false, "is for other images" },
	{ "", "{id: CVE-2023-2975, image: registry.example/team/app, owner: w, reason: r}", false,
	  "no end" },
	{ "max_days: 30", "{id: CVE-2023-2975, " GOOD "}", false, "30 are allowed (from today" },
	{ "max_days: 31", "{id: CVE-2023-2975, " GOOD "}", true, NULL },
	{ "max_days: 60", "{id: CVE-2023-2975, created: 2026-06-01, " GOOD "}", true, NULL },
	{ "max_days: 59", "{id: CVE-2023-2975, created: 2026-06-01, " GOOD "}", false,
	  "59 are allowed" },
	{ "", "{id: CVE-2023-2975, created: 2026-07-10, " GOOD "}", false, "from the future" },
	{ "",
	  "{id: CVE-2023-2975, image: registry.example/team/app, owner: w, reason: r, until: "
	  "2026-06-29}",
	  false, "ended on 2026-06-29" },
	{ "",
	  "{id: CVE-2023-2975, image: registry.example/team/app, owner: w, reason: r, until: "
	  "2026-06-30}",
	  true, "ends on 2026-06-30" },
	{ "approvals: 1", "{id: CVE-2023-2975, " GOOD "}", false, "0 besides its owner" },
	{ "approvals: 1", "{id: CVE-2023-2975, approved_by: [web], " GOOD "}", false, "0 besides" },
	{ "approvals: 1", "{id: CVE-2023-2975, approved_by: [WEB], " GOOD "}", false, "0 besides" },
	{ "approvals: 1", "{id: CVE-2023-2975, approved_by: [ann], " GOOD "}", true, NULL },
	/* Whoever spells a name so that it looks like another one is nobody. */
	{ "approvals: 1", "{id: CVE-2023-2975, approved_by: ['.'], " GOOD "}", false, "0 besides" },
	{ "approvals: 1", "{id: CVE-2023-2975, approved_by: [\"web\\u200B\"], " GOOD "}", false, "0 besides" },
	{ "approvals: 1", "{id: CVE-2023-2975, approved_by: [\"w\\u0435b\"], " GOOD "}", false, "0 besides" },
	{ "approvals: 1", "{id: CVE-2023-2975, approved_by: [\"\\uFF57eb\"], " GOOD "}", false, "0 besides" },
	{ "approvals: 1", "{id: CVE-2023-2975, approved_by: [\"we\\u0323b\"], " GOOD "}", false, "0 besides" },
	{ "approvals: 1", "{id: CVE-2023-2975, approved_by: [\"J\\u00FCrgen\"], " GOOD "}", true, NULL },
	{ "approvals: 1", "{id: CVE-2023-2975, approved_by: [\"\\u0410\\u043D\\u043D\\u0430 K\"], " GOOD "}", true, NULL },
	{ "approvals: 2", "{id: CVE-2023-2975, approved_by: [ann, Ann, ' ann'], " GOOD "}", false,
	  "1 besides" },
	{ "approvals: 2", "{id: CVE-2023-2975, approved_by: [ann, bob], " GOOD "}", true, NULL },
};

static bool warns(const struct verdict *v, const char *what)
{
	for (ptrdiff_t i = 0; i < v->warnings.n; i++)
		if (str_find_str(v->warnings.p[i], str_of(what)) >= 0)
			return true;
	return false;
}

static int what_waivers_hold_for(struct op *op)
{
	for (size_t i = 0; i < sizeof(waived) / sizeof(waived[0]); i++) {
		struct world w;
		struct verdict v;
		str text, file;
		make(&w);
		find(&w);
		TRY(op_text(
			op, &text,
			"name: p\nwaivers: {%s}\nrules: [{id: R, rule: vuln.severity, with: {min: "
			"high}}]\n",
			waived[i].terms));
		TRY(op_text(op, &file, "waivers: [%s]\n", waived[i].waiver));
		TRY(judge(op, &w, op_cstr(op, text), op_cstr(op, file), &v));
		if (v.passed != waived[i].holds ||
		    (waived[i].warning && !warns(&v, waived[i].warning))) {
			fprintf(stderr, "case %zu: %s: %s\n", i, waived[i].waiver,
				v.warnings.n ? op_cstr(op, v.warnings.p[0]) : "no warning");
			CHECK(false);
		}
		CHECK(v.rule[0].fault_n == 1);
		CHECK((v.rule[0].fault[0].waived_by.len > 0) == waived[i].holds);
		CHECK(v.to_verify == 1 && v.verified == waived[i].holds);
		CHECK((w.s.finding[0].suppressed == SUPPRESSED_WAIVER) == waived[i].holds);
	}
	return 0;
}

static const struct {
	const char *waiver;
	bool holds;
} rule_waived[] = {
	{ "{rule: R, key: user, " GOOD "}", true },
	{ "{rule: config.nonroot, key: user, " GOOD "}", true },
	{ "{rule: CIS-4.1, path: etc/passwd, " GOOD "}", true },
	{ "{rule: R, key: user, path: etc/shadow, " GOOD "}", false },
	{ "{rule: R, key: other, " GOOD "}", false },
	{ "{rule: S, key: user, " GOOD "}", false },
	{ "{rule: R, " GOOD "}", false },
	{ "{rule: R, key: '*', " GOOD "}", false },
	{ "{rule: '*', key: user, " GOOD "}", false },
	{ "{rule: R, key: user, image: registry.example/pay/*, owner: w, reason: r, until: "
	  "2026-07-31}",
	  false },
	{ "{rule: R, key: user, image: registry.example/team/*, owner: w, reason: r, until: "
	  "2026-06-29}",
	  false },
	{ "{rule: R, path: /etc/passwd, " GOOD "}", true },
	{ "{rule: R, path: 'etc/\\passwd', " GOOD "}", true },
	{ "{rule: R, path: x/y, " GOOD "}, {rule: R, key: 'o?her', " GOOD "}, {rule: R, key: user, " GOOD "}", true },
	/* Two halves are no whole. */
	{ "{rule: R, key: user, path: x/y, " GOOD "}, {rule: R, path: etc/passwd, key: other, " GOOD
	  "}",
	  false },
};

static int what_waivers_of_rules_hold_for(struct op *op)
{
	for (size_t i = 0; i < sizeof(rule_waived) / sizeof(rule_waived[0]); i++) {
		struct world w;
		struct verdict v;
		str file;
		make(&w);
		root(&w);
		TRY(op_text(op, &file, "waivers: [%s]\n", rule_waived[i].waiver));
		TRY(judge(op, &w, "name: p\nrules: [{id: R, rule: config.nonroot}]\n",
			  op_cstr(op, file), &v));
		if (v.passed != rule_waived[i].holds)
			fprintf(stderr, "case %zu: %s\n", i, rule_waived[i].waiver);
		CHECK(v.passed == rule_waived[i].holds);
		CHECK(v.rule[0].waived_n == rule_waived[i].holds);
	}
	return 0;
}

/* What an archive says of itself makes no waiver hold, but makes a policy apply. */
static int claims_grant_nothing(struct op *op)
{
	static const char policy[] = "name: p\nmatch: {images: ['registry.corp/prod/*']}\n"
				     "rules: [{id: R, rule: vuln.severity, with: {min: high}}]\n";
	static const char waiver[] =
		"waivers: [{id: CVE-2023-2975, image: registry.corp/prod/*, owner: "
		"w, reason: r, until: 2026-07-31}]";
	str tag = S("registry.corp/prod/pay:1");
	struct verdict v;
	struct world w;

	make(&w);
	find(&w);
	w.s.inv.subject = (struct subject){ .name = S("./app.tar"), .tags = { &tag, 1 } };
	TRY(judge(op, &w, policy, waiver, &v));
	CHECK(v.rule_n == 1 && !v.passed);
	make(&w);
	find(&w);
	w.s.inv.subject = (struct subject){ .name = S("registry.corp/prod/pay:1") };
	TRY(judge(op, &w, policy, waiver, &v));
	CHECK(v.rule_n == 1 && v.passed);
	return 0;
}

/* The same names, however they are spelt. */
static const struct {
	const char *name, *glob;
	bool holds;
} spelt[] = {
	{ "nginx", "nginx", true },
	{ "nginx:1", "docker.io/library/nginx", true },
	{ "index.docker.io/library/nginx", "nginx", true },
	{ "docker.io/library/nginx:1", "nginx:1", true },
	{ "docker.io/library/nginx:1", "nginx:2", false },
	{ "nginx", "index.docker.io/library/nginx", true },
	{ "nginx", "library/nginx", true },
	{ "evil.example/library/nginx", "docker.io/library/nginx", false },
	{ "REGISTRY.corp/prod/app", "registry.corp/prod/*", true },
	{ "registry.corp:443/prod/app", "registry.corp/prod/*", true },
	{ "registry.corp:5000/prod/app", "registry.corp/prod/*", false },
	{ "registry.corp/prod/app@sha256:" SCANNED_HEX, "registry.corp/prod/*", true },
	{ "registry.corp/prod/app:1@sha256:" SCANNED_HEX, "registry.corp/prod/app:1", true },
	{ "registry.corp/prod/sub/app", "registry.corp/prod/*", false },
	{ "registry.corp/prod/sub/app", "registry.corp/prod/**", true },
};

static int names_cannot_be_spelt_around(struct op *op)
{
	for (size_t i = 0; i < sizeof(spelt) / sizeof(spelt[0]); i++) {
		struct verdict v;
		struct world w;
		str text;
		make(&w);
		w.s.inv.subject = (struct subject){ .name = str_of(spelt[i].name) };
		TRY(op_text(op, &text,
			    "name: p\nmatch: {images: ['%s']}\nrules: [{id: R, rule: "
			    "config.nonroot}]\n",
			    spelt[i].glob));
		TRY(judge(op, &w, op_cstr(op, text), NULL, &v));
		if ((v.rule_n == 1) != spelt[i].holds)
			fprintf(stderr, "case %zu: %s %s\n", i, spelt[i].name, spelt[i].glob);
		CHECK((v.rule_n == 1) == spelt[i].holds);
		CHECK(v.passed == spelt[i].holds);
	}
	return 0;
}

static const struct {
	const char *path, *text;
} files[] = {
	{ "d/w.yaml", "waivers: [{id: CVE-2023-2975, " GOOD "}]\n" },
	{ "d/.trivyignore", "CVE-2023-2975\n" },
};

static int open_file(void *arg, struct op *op, str path, str *ret)
{
	(void)arg;
	(void)op;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (!str_eq(path, str_of(files[i].path)))
			continue;
		*ret = str_of(files[i].text);
		return 0;
	}
	return 1;
}

static int read_with(struct op *op, const char *text, struct policy **ret)
{
	return policy_read(op, S("d/p.yaml"), exact(str_of(text)), open_file, NULL, ret);
}

/* Each policy has its own waivers: what one allows the other still refuses. */
static int policies_do_not_lend_waivers(struct op *op)
{
#define SEVERE "rules: [{id: R, rule: vuln.severity, with: {min: high}}]\n"
	static const struct {
		const char *a, *b;
		bool passed;
	} pairs[] = {
		{ "name: a\nwaivers: {files: [w.yaml]}\n" SEVERE, "name: b\n" SEVERE, false },
		{ "name: a\n" SEVERE, "name: b\nwaivers: {files: [w.yaml]}\n" SEVERE, false },
		{ "name: a\nwaivers: {foreign: [.trivyignore]}\n" SEVERE,
		  "name: b\nwaivers: {files: [w.yaml]}\n" SEVERE, true },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct policy_wish wish = { 0 };
		struct policy *p[2];
		struct verdict v;
		struct world w;
		TRY(read_with(op, pairs[i].a, &p[0]));
		TRY(read_with(op, pairs[i].b, &p[1]));
		make(&w);
		find(&w);
		wish.now = w.facts.time;
		TRY(policy_judge(op, p, 2, &w.facts, &w.s.report, &wish, &v));
		CHECK(v.passed == pairs[i].passed);
		CHECK(v.rule_n == 2);
		CHECK((w.s.finding[0].suppressed != NOT_SUPPRESSED) == pairs[i].passed);
	}
	return 0;
}

/* ---- how long it holds ---- */

static const struct {
	const char *rule;
	void (*bend)(struct world *w);
	const char *waivers, *until;
} ends[] = {
	{ "rule: config.nonroot", NULL, NULL, "" },
	{ "rule: config.nonroot, effective_on: 2027-02-01", root, NULL, "2027-02-01T00:00:00Z" },
	{ "rule: vuln.severity, with: {min: high, grace: 14d}", high, NULL,
	  "2026-07-04T00:00:00Z" },
	{ "rule: image.max_age, with: {max_age: 30d}", NULL, NULL, "2026-07-20T00:00:01Z" },
	{ "rule: feed.freshness, with: {max_age: 48h}", NULL, NULL, "2026-07-02T11:00:01Z" },
	{ "rule: distro.not_eol, with: {warn_before: 10d}", NULL, NULL, "2028-06-01T00:00:00Z" },
	{ "rule: vuln.severity, with: {min: high}", high,
	  "waivers: [{id: CVE-2023-2975, " GOOD "}]", "2026-08-01T00:00:00Z" },
};

static int how_long_a_verdict_holds(struct op *op)
{
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct verdict v;
		struct world w;
		str text;
		make(&w);
		if (ends[i].bend)
			ends[i].bend(&w);
		TRY(op_text(op, &text, "name: p\nrules: [{id: R, %s}]\n", ends[i].rule));
		TRY(judge(op, &w, op_cstr(op, text), ends[i].waivers, &v));
		CHECK(v.passed);
		CHECK_STR(v.valid_until, str_of(ends[i].until));
	}
	return 0;
}

TESTS({ "modes, days and images", modes_days_and_images },
      { "what waivers hold for", what_waivers_hold_for, .once = true },
      { "what waivers of rules hold for", what_waivers_of_rules_hold_for },
      { "claims grant nothing", claims_grant_nothing },
      { "names cannot be spelt around", names_cannot_be_spelt_around },
      { "policies do not lend waivers", policies_do_not_lend_waivers },
      { "how long a verdict holds", how_long_a_verdict_holds })
