#include <stdio.h>

#include "policy/policy.h"

#include "audit/audit.h"
#include "sys/clock.h"
#include "unit/harness.h"
#include "unit/vex/scanned.h"

#define NOW "2026-06-30T12:00:00Z"

static int64_t at(const char *text)
{
	int64_t s = 0;

	CHECK(clock_parse_rfc3339(str_of(text), &s));
	return s;
}

/* An image that every rule below is kept by; each case bends one thing of it. */
struct world {
	struct scanned s;
	struct facts facts;
	struct report_source source;
	struct coverage coverage[2];
	struct ledger_line unknown;
	struct check check[2];
	struct fault fault[3];
	struct hardening hardening;
	struct hardening_change change[2];
	str port[2], attestation[1];
	struct pair label[1];
};

static void make(struct world *w)
{
	struct report *r;

	*w = (struct world){ 0 };
	scanned_make(&w->s);
	r = &w->s.report;
	r->time = at(NOW);
	r->finding_n = r->shown_n = 0; /* a case puts in what it needs */
	r->ecosystem = S("debian:12");
	r->life = (struct life){ .ecosystem = S("debian:12"),
				 .standard_end = S("2028-06-10"),
				 .extended_end = S("2030-06-30") };
	w->source = (struct report_source){ .source = S("debian-tracker"),
					    .ecosystem = S("debian:12"),
					    .age_s = 3600 };
	r->source = &w->source;
	r->source_n = 1;
	w->coverage[0] = (struct coverage){ .kind = COVERED, .ecosystem = S("debian:12") };
	r->coverage = w->coverage;
	r->coverage_n = 1;
	w->s.inv.subject.created = at("2026-06-20T00:00:00Z");
	w->s.inv.subject.size = 100 << 20;
	for (int i = 0; i < SCANNED_PACKAGES; i++)
		w->s.package[i].licence = S("Apache-2.0");
	w->check[0] = (struct check){ .rule = audit_rule_of(S("config.nonroot")),
				      .outcome = OUTCOME_PASS };
	w->check[1] = (struct check){ .rule = audit_rule_of(S("config.volumes")),
				      .outcome = OUTCOME_PASS };
	w->fault[0] = (struct fault){ .rule = w->check[0].rule,
				      .key = S("user"),
				      .kind = S("root"),
				      .what = S("the user is root"),
				      .path = S("etc/passwd"),
				      .layer = -1 };
	w->fault[1] = (struct fault){ .rule = w->check[1].rule,
				      .key = S("/proc"),
				      .what = S("a volume on /proc"),
				      .layer = -1,
				      .of_base = true };
	w->facts.report = r;
	w->facts.checks = (struct checks){ w->check, 2 };
	w->facts.time = at(NOW);
	w->port[0] = S("8080/tcp");
	w->facts.config.ports = (struct texts){ w->port, 1 };
	w->label[0] = (struct pair){ S("org.opencontainers.image.source"), S("https://x.example") };
	w->facts.config.labels = (struct pairs){ w->label, 1 };
	w->facts.base = (struct facts_base){ .known = true,
					     .name = S("registry.example/base/nginx:1"),
					     .digest = { { 1 } },
					     .current_known = true,
					     .current = { { 1 } } };
	w->facts.hardening = &w->hardening;
	w->change[0] = (struct hardening_change){ .kind = HARDENING_WEAKER,
						  .area = "user",
						  .key = S("user"),
						  .what = S("runs as root"),
						  .severity = SEVERITY_HIGH };
	w->hardening.p = w->change;
}

/* One finding in libssl3: high, fixed ten days ago. */
static struct finding *find(struct world *w)
{
	struct finding *f = &w->s.finding[0];
	static str fixed;

	fixed = S("3.0.18-1");
	w->s.finding[0] = w->s.finding[F_LIBSSL];
	w->s.report.finding_n = w->s.report.shown_n = 1;
	f->severity = SEVERITY_HIGH;
	f->state = FIX_FIXED;
	f->fixed = (struct texts){ &fixed, 1 };
	f->fixed_on = S("2026-06-20");
	f->published = S("2026-06-01");
	f->risk = 50;
	return f;
}

static void high(struct world *w)
{
	find(w);
}
static void medium(struct world *w)
{
	find(w)->severity = SEVERITY_MEDIUM;
}
static void unrated(struct world *w)
{
	find(w)->severity = SEVERITY_UNKNOWN;
}
static void unfixed(struct world *w)
{
	find(w)->state = FIX_WILL_NOT;
}
static void in_base(struct world *w)
{
	find(w);
	w->s.package[P_LIBSSL].origin = ORIGIN_BASE;
}
static void owned(struct world *w)
{
	find(w)->suppressed = SUPPRESSED_OWNER;
}
static void filtered(struct world *w)
{
	find(w)->suppressed = SUPPRESSED_FILTER;
}
static void stated(struct world *w)
{
	find(w)->suppressed = SUPPRESSED_VEX;
}
static void kev(struct world *w)
{
	struct finding *f = find(w);

	f->exploited = true;
	f->kev_added = S("2026-06-25");
	f->kev_due = S("2026-07-16");
}
static void kev_due(struct world *w)
{
	kev(w);
	w->s.finding[0].kev_due = S("2026-06-29");
}
static void likely(struct world *w)
{
	find(w)->scored = true;
	w->s.finding[0].epss = 0.7;
}
static void malicious(struct world *w)
{
	find(w)->malicious = true;
}
static void fixed_in_future(struct world *w)
{
	find(w)->fixed_on = S("2030-01-01");
}
static void no_fix_day(struct world *w)
{
	find(w)->fixed_on = S("");
}
static void no_database(struct world *w)
{
	w->s.report.no_database = true;
}
static void not_covered(struct world *w)
{
	w->coverage[1] = (struct coverage){ .kind = NOT_COVERED_NO_SHARD,
					    .ecosystem = S("npm"),
					    .what = S("no advisories for npm"),
					    .incomplete = true };
	w->s.report.coverage_n = 2;
	w->s.report.incomplete = true;
}
static void no_feed(struct world *w)
{
	not_covered(w);
	w->coverage[1].kind = NOT_COVERED_NO_FEED;
	w->coverage[1].incomplete = w->s.report.incomplete = false;
}
static void root(struct world *w)
{
	w->check[0].outcome = OUTCOME_FAIL;
	w->check[0].fault = &w->fault[0];
	w->check[0].fault_n = 1;
}
static void volume(struct world *w)
{
	w->check[1].outcome = OUTCOME_FAIL;
	w->check[1].fault = &w->fault[1];
	w->check[1].fault_n = 1;
}
static void unread(struct world *w)
{
	w->check[0].outcome = OUTCOME_ERROR;
	w->check[0].detail = S("etc/passwd cannot be read");
}
static void unaudited(struct world *w)
{
	w->facts.checks.n = 0;
}
static void old(struct world *w)
{
	w->s.inv.subject.created = at("2026-05-01T00:00:00Z");
}
static void to_come(struct world *w)
{
	w->s.inv.subject.created = at("2027-05-01T00:00:00Z");
}
static void undated(struct world *w)
{
	w->s.inv.subject.created = 0;
}
static void fat(struct world *w)
{
	w->s.inv.subject.size = 200 << 20;
}
static void sizeless(struct world *w)
{
	w->s.inv.subject.size = 0;
}
static void agpl(struct world *w)
{
	w->s.package[P_LIBSSL].licence = S("MIT AND AGPL-3.0-only");
}
static void agpl_or_mit(struct world *w)
{
	w->s.package[P_LIBSSL].licence = S("(AGPL-3.0-only OR MIT) AND Apache-2.0");
}
static void unlicensed(struct world *w)
{
	w->s.package[P_LIBSSL].licence = S("NOASSERTION");
}
static void broken_licence(struct world *w)
{
	w->s.package[P_LIBSSL].licence = S("((MIT");
}
static void ended(struct world *w)
{
	w->s.report.life.standard_end = S("2026-06-29");
}
static void ends_soon(struct world *w)
{
	w->s.report.life.standard_end = S("2026-07-29");
}
static void no_life(struct world *w)
{
	w->s.report.life.ecosystem = S("");
}
static void stale(struct world *w)
{
	w->source.age_s = 3 * 86400;
}
static void ageless(struct world *w)
{
	w->source.age_s = -1;
}
static void unknown_program(struct world *w)
{
	w->unknown = (struct ledger_line){ S("opt/x/tool"), "executable", -1, 100 };
	w->s.inv.unknown = &w->unknown;
	w->s.inv.unknown_n = 1;
}
static void attested(struct world *w)
{
	w->attestation[0] = S("https://slsa.dev/provenance/v1");
	w->facts.attestations = (struct texts){ w->attestation, 1 };
}
static void ssh(struct world *w)
{
	w->port[1] = S("22/tcp");
	w->facts.config.ports.n = 2;
}
static void unlabelled(struct world *w)
{
	w->facts.config.labels.n = 0;
}
static void other_base(struct world *w)
{
	w->facts.base.name = S("docker.io/library/nginx");
}
static void no_base(struct world *w)
{
	w->facts.base = (struct facts_base){ 0 };
	w->facts.hardening = NULL;
}
static void old_base(struct world *w)
{
	w->facts.base.current.b[0] = 2;
	w->facts.base.current_created = at("2026-06-25T00:00:00Z");
}
static void weaker(struct world *w)
{
	w->hardening.n = w->hardening.weaker_n = 1;
}
static void arch_linux(struct world *w)
{
	w->s.report.ecosystem = S("arch");
}

enum { P = OUTCOME_PASS, F = OUTCOME_FAIL, E = OUTCOME_ERROR };

/* Each rule both ways, and where it cannot be told. */
static const struct {
	const char *rule;
	void (*bend)(struct world *w);
	int outcome;
} rules[] = {
	{ "rule: vuln.severity, with: {min: high}", NULL, P },
	{ "rule: vuln.severity, with: {min: high}", high, F },
	{ "rule: vuln.severity, with: {min: high}", medium, P },
	{ "rule: vuln.severity, with: {min: medium}", medium, F },
	{ "rule: vuln.severity, with: {min: high}", unrated, P },
	{ "rule: vuln.severity, with: {min: high, unknown: true}", unrated, F },
	{ "rule: vuln.severity, with: {min: high, fixable: true}", unfixed, P },
	{ "rule: vuln.severity, with: {min: high, fixable: false}", unfixed, F },
	{ "rule: vuln.severity, with: {min: high, fixable: false}", high, P },
	{ "rule: vuln.severity, with: {min: high, ignore_states: [will_not_fix]}", unfixed, P },
	{ "rule: vuln.severity, with: {min: high, only_app: true}", in_base, P },
	{ "rule: vuln.severity, with: {min: high, only_base: true}", in_base, F },
	{ "rule: vuln.severity, with: {min: high, packages: ['pkg:deb/**']}", high, F },
	{ "rule: vuln.severity, with: {min: high, packages: ['pkg:npm/**']}", high, P },
	{ "rule: vuln.severity, with: {min: high, except: ['pkg:deb/debian/libssl3']}", high, P },
	{ "rule: vuln.severity, with: {min: high}", owned, P },
	{ "rule: vuln.severity, with: {min: high}", filtered, F },
	{ "rule: vuln.severity, with: {min: high}", stated, P },
	{ "rule: vuln.severity, with: {min: high}", no_database, E },
	{ "rule: vuln.severity, with: {min: high}", not_covered, E },
	{ "rule: vuln.severity, with: {min: high, grace: 11d}", high, P },
	{ "rule: vuln.severity, with: {min: high, grace: 10d}", high, F },
	{ "rule: vuln.severity, with: {min: high, grace: {critical: 90d}}", high, F },
	{ "rule: vuln.severity, with: {min: high, grace: {high: 253h}}", high, P },
	{ "rule: vuln.severity, with: {min: high, grace: {high: 252h}}", high, F },
	{ "rule: vuln.severity, with: {min: high, grace: 11d, grace_from: published}", high, F },
	{ "rule: vuln.severity, with: {min: high, grace: 30d, grace_from: published}", high, P },
	{ "rule: vuln.severity, with: {min: high, grace: 30d}", fixed_in_future, F },
	{ "rule: vuln.severity, with: {min: high, grace: 30d}", no_fix_day, F },
	{ "rule: vuln.kev", high, P },
	{ "rule: vuln.kev", kev, F },
	{ "rule: vuln.kev, with: {grace: 7d}", kev, P },
	{ "rule: vuln.kev, with: {grace: 5d}", kev, F },
	{ "rule: vuln.kev, with: {due: true}", kev, P },
	{ "rule: vuln.kev, with: {due: true}", kev_due, F },
	{ "rule: vuln.epss, with: {above: 0.5}", likely, F },
	{ "rule: vuln.epss, with: {above: 0.7}", likely, P },
	{ "rule: vuln.epss, with: {above: 0.5}", high, P },
	{ "rule: vuln.epss, with: {above: 0.5, unknown: true}", high, F },
	{ "rule: vuln.risk, with: {above: 49}", high, F },
	{ "rule: vuln.risk, with: {above: 50}", high, P },
	{ "rule: vuln.malicious", malicious, F },
	{ "rule: vuln.malicious", high, P },
	{ "rule: vuln.listed, with: {ids: [dsa-5532-1]}", high, F },
	{ "rule: vuln.listed, with: {ids: [CVE-2021-44228]}", high, P },
	{ "rule: config.nonroot", NULL, P },
	{ "rule: config.nonroot", root, F },
	{ "rule: config.nonroot", unread, E },
	{ "rule: config.nonroot", unaudited, E },
	{ "rule: CIS-4.1", root, F },
	{ "rule: config.nonroot, with: {allow: [etc/passwd]}", root, P },
	{ "rule: config.nonroot, with: {allow: [user]}", root, P },
	{ "rule: config.nonroot, with: {allow: [root]}", root, P },
	{ "rule: config.nonroot, with: {allow: [etc/shadow]}", root, F },
	{ "rule: config.nonroot, with: {kinds: [other]}", root, P },
	{ "rule: config.nonroot, with: {paths: [etc/*]}", root, F },
	{ "rule: config.volumes, with: {only_app: true}", volume, P },
	{ "rule: config.volumes, with: {only_base: true}", volume, F },
	{ "rule: audit.all", NULL, P },
	{ "rule: audit.all", root, F },
	{ "rule: audit.all", volume, F },
	{ "rule: audit.all", unread, E },
	{ "rule: audit.all", unaudited, E },
	{ "rule: audit.all, with: {min: critical}", volume, P },
	{ "rule: audit.all, with: {rules: [config.vol*]}", root, P },
	{ "rule: audit.all, with: {rules: [CIS-4.1]}", root, F },
	{ "rule: audit.all, with: {rules: [CIS-4.6]}", root, E },
	{ "rule: audit.all, with: {except: [config.nonroot]}", root, P },
	{ "rule: config.ports, with: {deny: [22]}", ssh, F },
	{ "rule: config.ports, with: {deny: [22]}", NULL, P },
	{ "rule: config.ports, with: {allow: [8080]}", ssh, F },
	{ "rule: config.ports, with: {allow: [8080/tcp]}", NULL, P },
	{ "rule: config.labels, with: {labels: [org.opencontainers.image.source]}", NULL, P },
	{ "rule: config.labels, with: {labels: [org.opencontainers.image.source]}", unlabelled, F },
	{ "rule: image.max_age, with: {max_age: 30d}", NULL, P },
	{ "rule: image.max_age, with: {max_age: 30d}", old, F },
	{ "rule: image.max_age, with: {max_age: 30d}", to_come, E },
	{ "rule: image.max_age, with: {max_age: 30d}", undated, E },
	{ "rule: image.max_size, with: {max_size: 150MiB}", NULL, P },
	{ "rule: image.max_size, with: {max_size: 150MiB}", fat, F },
	{ "rule: image.max_size, with: {max_size: 150MiB}", sizeless, E },
	{ "rule: package.deny, with: {purls: ['pkg:apk/*/telnet*']}", NULL, P },
	{ "rule: package.deny, with: {purls: ['pkg:deb/*/libssl*']}", NULL, F },
	{ "rule: package.deny, with: {purls: ['pkg:pypi/urllib3@1.26.*']}", NULL, F },
	{ "rule: package.deny, with: {purls: ['pkg:pypi/urllib3@2.*']}", NULL, P },
	{ "rule: package.required, with: {purls: ['pkg:deb/debian/openssl']}", NULL, P },
	{ "rule: package.required, with: {purls: ['pkg:deb/debian/tini']}", NULL, F },
	{ "rule: package.count, with: {max: 6}", NULL, P },
	{ "rule: package.count, with: {max: 5}", NULL, F },
	{ "rule: package.count, with: {max: 1, packages: ['pkg:pypi/**']}", NULL, P },
	{ "rule: license.deny, with: {spdx: [AGPL-3.0-only]}", NULL, P },
	{ "rule: license.deny, with: {spdx: [agpl-3.0-only]}", agpl, F },
	{ "rule: license.deny, with: {spdx: ['AGPL-*']}", agpl, F },
	{ "rule: license.deny, with: {spdx: ['AGPL-*']}", agpl_or_mit, P },
	{ "rule: license.deny, with: {spdx: ['AGPL-*', MIT]}", agpl_or_mit, F },
	{ "rule: license.deny, with: {spdx: ['AGPL-*'], except: ['pkg:deb/**']}", agpl, P },
	{ "rule: license.deny, with: {spdx: ['AGPL-*']}", unlicensed, P },
	{ "rule: license.deny, with: {spdx: ['AGPL-*'], unknown: true}", unlicensed, F },
	{ "rule: license.deny, with: {spdx: ['AGPL-*']}", broken_licence, F },
	{ "rule: license.allow, with: {spdx: [Apache-2.0, MIT]}", NULL, P },
	{ "rule: license.allow, with: {spdx: [Apache-2.0, MIT]}", agpl, F },
	{ "rule: license.allow, with: {spdx: [Apache-2.0, MIT]}", agpl_or_mit, P },
	{ "rule: license.review, with: {spdx: ['AGPL-*']}", agpl, F },
	{ "rule: license.review, with: {spdx: ['AGPL-*']}", NULL, P },
	{ "rule: distro.not_eol", NULL, P },
	{ "rule: distro.not_eol", ended, F },
	{ "rule: distro.not_eol, with: {extended: true}", ended, P },
	{ "rule: distro.not_eol, with: {warn_before: 60d}", ends_soon, F },
	{ "rule: distro.not_eol", ends_soon, P },
	{ "rule: distro.not_eol", no_life, E },
	{ "rule: distro.allowed, with: {from: ['debian:*']}", NULL, P },
	{ "rule: distro.allowed, with: {from: ['debian:*']}", arch_linux, F },
	{ "rule: feed.freshness, with: {max_age: 48h}", NULL, P },
	{ "rule: feed.freshness, with: {max_age: 48h}", stale, F },
	{ "rule: feed.freshness, with: {max_age: 48h}", ageless, F },
	{ "rule: feed.freshness, with: {max_age: 48h}", no_database, E },
	{ "rule: coverage.complete", NULL, P },
	{ "rule: coverage.complete", not_covered, F },
	{ "rule: coverage.complete", no_feed, F },
	{ "rule: coverage.complete, with: {allow: [npm]}", no_feed, P },
	{ "rule: sbom.unknown_programs", NULL, P },
	{ "rule: sbom.unknown_programs", unknown_program, F },
	{ "rule: sbom.unknown_programs, with: {allow: ['opt/x/**']}", unknown_program, P },
	{ "rule: sbom.unknown_programs, with: {max: 1}", unknown_program, P },
	{ "rule: sbom.unknown_programs, with: {kinds: [library]}", unknown_program, P },
	{ "rule: sbom.unknown_programs, with: {kinds: [executable]}", unknown_program, F },
	{ "rule: base.approved, with: {from: [nginx], no_base: true}", no_base, E },
	{ "rule: attest.required, with: {types: [provenance]}", NULL, F },
	{ "rule: attest.required, with: {types: [provenance]}", attested, E },
	{ "rule: base.approved, with: {from: ['registry.example/base/*']}", NULL, P },
	{ "rule: base.approved, with: {from: ['registry.example/base/*']}", other_base, F },
	{ "rule: base.approved, with: {from: [nginx]}", other_base, P },
	{ "rule: base.approved, with: {from: ['registry.example/base/*']}", no_base, E },
	{ "rule: base.current", NULL, P },
	{ "rule: base.current", old_base, F },
	{ "rule: base.current, with: {max_behind: 7d}", old_base, P },
	{ "rule: base.outdated, with: {max_behind: 3d}", old_base, F },
	{ "rule: base.current", no_base, E },
	{ "rule: base.not_weakened", NULL, P },
	{ "rule: base.not_weakened", weaker, F },
	{ "rule: base.not_weakened, with: {areas: [shell]}", weaker, P },
	{ "rule: base.not_weakened, with: {allow: [user]}", weaker, P },
	{ "rule: base.not_weakened, with: {min: critical}", weaker, P },
	{ "rule: base.not_weakened", no_base, E },
	{ "cel: 'size(packages) == 6'", NULL, P },
	{ "cel: 'size(packages) == 5'", NULL, F },
	{ "cel: 'size(findings) == 0 || findings[0].id == \"x\"'", NULL, P },
	{ "cel: 'findings[0].id == \"x\"'", NULL, E },
	{ "cel: 'false', message: '\"packages: \" + string(size(packages))'", NULL, F },
};

static int judge(struct op *op, struct world *w, const char *text, const char *waivers,
		 struct verdict *v)
{
	struct policy_wish wish = { .now = w->facts.time };
	struct policy *p;

	if (op->code) /* of what the caller made */
		return op->code;
	TRY(policy_read(op, S("p.yaml"), exact(str_of(text)), NULL, NULL, &p));
	if (waivers)
		TRY(waivers_read(op, S("w.yaml"), exact(str_of(waivers)), &wish.waivers));
	return policy_judge(op, &p, 1, &w->facts, &w->s.report, &wish, v);
}

static int rules_both_ways(struct op *op)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		struct op_mark mark = op_mark(op);
		struct world w;
		struct verdict v;
		str text;
		make(&w);
		if (rules[i].bend)
			rules[i].bend(&w);
		TRY(op_text(op, &text, "name: p\nrules:\n  - {id: R, %s}\n", rules[i].rule));
		int rc = judge(op, &w, op_cstr(op, text), NULL, &v);
		if (rc == ERR_MEMORY)
			return rc;
		if (rc < 0 || v.rule_n != 1 || (int)v.rule[0].outcome != rules[i].outcome) {
			fprintf(stderr, "case %zu: %s: %s\n", i, rules[i].rule,
				rc < 0          ? op->text
				: v.rule_n == 1 ? outcome_kinds[v.rule[0].outcome]
						: "not judged");
			CHECK(false);
			op_forgive(op);
			continue;
		}
		CHECK(v.passed == (rules[i].outcome == P));
		CHECK(rules[i].outcome != F || v.failed_n == 1);
		CHECK(rules[i].outcome != E || (v.error_n == 1 && v.rule[0].detail.len));
		op_reset(op, mark);
	}
	return 0;
}

/* Every rule that a policy can name stands in the table above; of the audit two stand for all. */
static int all_kinds_are_tested(struct op *op)
{
	const struct policy_kind *k;
	size_t n, untested = 0;

	TRY(policy_kinds(op, &k, &n));
	for (size_t i = 0; i < n; i++) {
		bool good = false, bad = false;
		if (audit_rule_of(str_of(k[i].name)))
			continue;
		for (size_t r = 0; r < sizeof(rules) / sizeof(rules[0]); r++) {
			str name = str_from(str_of(rules[r].rule), 6);
			name = str_head(name,
					str_find(name, ',') < 0 ? name.len : str_find(name, ','));
			/* Signatures cannot be verified yet: what is attached cannot be told. */
			bool told = rules[r].outcome == P || rules[r].bend == attested;
			good |= str_eq(name, str_of(k[i].name)) && told;
			bad |= str_eq(name, str_of(k[i].name)) && rules[r].outcome == F;
		}
		if (!good || !bad) {
			fprintf(stderr, "%s is not tested both ways\n", k[i].name);
			untested++;
		}
	}
	CHECK(untested == 0);
	return 0;
}

/* docs/policy.md has a line for each rule and for each parameter, as they are. */
static int all_kinds_are_documented(struct op *op)
{
	const struct policy_kind *k;
	struct policy_param a;
	size_t n;
	str doc, row;

	TRY(test_file(op, "docs/policy.md", &doc));
	TRY(policy_kinds(op, &k, &n));
	for (size_t i = 0; i < n; i++) {
		bool bare = k[i].params[0] == 0;
		TRY(op_text(op, &row, "| `%s` | %s | %s%s%s |\n", k[i].name, k[i].title,
			    bare ? "" : "`", k[i].params, bare ? "" : "`"));
		bool audit = audit_rule_of(str_of(k[i].name)) &&
			     str_eq(str_of(k[i].params),
				    S("allow kinds min only_app only_base packages paths"));
		if (!audit && str_find_str(doc, row) < 0)
			fprintf(stderr, "docs/policy.md has no line %.*s", STR_ARG(row));
		CHECK(audit || str_find_str(doc, row) >= 0);
	}
	for (size_t at = 0; (at = policy_params(at, &a)) > 0;) {
		TRY(op_text(op, &row, "| `%s` | %s | %s |\n", a.name, a.expected, a.what));
		if (str_find_str(doc, row) < 0)
			fprintf(stderr, "docs/policy.md has no line %.*s", STR_ARG(row));
		CHECK(str_find_str(doc, row) >= 0);
	}
	for (size_t i = 0; i < policies_shipped_n; i++) {
		TRY(op_text(op, &row, "| `%s` | ", policies_shipped[i].name));
		CHECK(str_find_str(doc, row) >= 0);
	}
	return 0;
}

static const struct {
	const char *text, *error;
} refused[] = {
	{ "", "p.yaml:1:1: a mapping is expected here" },
	{ "name: p\n", "a policy without rules would let everything pass" },
	{ "name: p\nrules: []\n", "a policy without rules" },
	{ "name: 'p q'\nrules: []\n", "p.yaml:1:7: 'p q' is no name" },
	{ "rules: [{id: A, rule: vuln.kev}]\n", "the key 'name' is missing" },
	{ "name: p\nrulez: []\n", "p.yaml:2:1: unknown key 'rulez'; did you mean 'rules'?" },
	{ "name: p\nname: q\n", "p.yaml:2:" },
	{ "name: p\nmode: enforced\nrules: [{id: A, rule: vuln.kev}]\n",
	  "p.yaml:2:7: 'enforced' is no mode" },
	{ "name: p\nrules: [{id: A, rule: vuln.kevv}]\n",
	  "p.yaml:2:23: there is no rule 'vuln.kevv'; did you mean 'vuln.kev'?" },
	{ "name: p\nrules: [{id: A}]\n", "the key 'rule' is missing" },
	{ "name: p\nrules: [{id: A, rule: vuln.severity}]\n", "vuln.severity needs 'min'" },
	{ "name: p\nrules: [{id: A, rule: vuln.severity, with: {min: hgh}}]\n",
	  "'min' of A must be negligible, low" },
	{ "name: p\nrules: [{id: A, rule: vuln.severity, with: {mni: high}}]\n",
	  "vuln.severity takes no 'mni'; did you mean 'min'?" },
	{ "name: p\nrules: [{id: A, rule: vuln.kev, with: {min: high}}]\n",
	  "vuln.kev takes no 'min'" },
	{ "name: p\nrules: [{id: A, rule: vuln.kev, with: {grace: 7}}]\n", "must be a time" },
	{ "name: p\nrules: [{id: A, rule: vuln.kev, with: {grace: {hi: 7d}}}]\n",
	  "must be a time" },
	{ "name: p\nrules: [{id: A, rule: vuln.kev, with: {due: yes}}]\n", "true or false" },
	{ "name: p\nrules: [{id: A, rule: vuln.epss, with: {above: -1}}]\n", "must be a number" },
	{ "name: p\nrules: [{id: A, rule: image.max_size, with: {max_size: 1 XB}}]\n",
	  "must be a size" },
	{ "name: p\nrules: [{id: A, rule: vuln.severity, with: {min: low, ignore_states: [x]}}]\n",
	  "must be a list of states" },
	{ "name: p\nrules: [{id: A, rule: vuln.kev, with: {only_app: true, only_base: true}}]\n",
	  "leave nothing" },
	{ "name: p\nrules: [{id: A, rule: vuln.kev, effective_on: 2027-02-30}]\n", "is no date" },
	{ "name: p\nrules: [{id: 'A B', rule: vuln.kev}]\n", "'A B' is no id" },
	{ "name: p\nrules: [{id: A, rule: vuln.kev}, {id: A, rule: vuln.malicious}]\n",
	  "the id A stands twice" },
	{ "name: p\nrules: [{id: A, rule: vuln.kev}, {id: B, rule: vuln.kev}]\n",
	  "B says the same as A" },
	{ "name: p\nrules:\n- {id: A, rule: vuln.severity, with: {min: high}}\n"
	  "- {id: B, rule: vuln.severity, with: {min: low}}\n",
	  "p.yaml:4:3: B contradicts A (p.yaml:3)" },
	{ "name: p\nrules:\n- {id: A, rule: config.nonroot}\n"
	  "- {id: B, rule: CIS-4.1, with: {allow: [x]}}\n",
	  "B contradicts A" },
	{ "name: p\nrules:\n- {id: A, rule: package.required, with: {purls: "
	  "['pkg:deb/debian/x']}}\n"
	  "- {id: B, rule: package.deny, with: {purls: ['pkg:deb/debian/x']}}\n",
	  "one asks for 'pkg:deb/debian/x', the other refuses it" },
	{ "name: p\nrules: [{id: A, rule: vuln.kev, cel: 'true'}]\n", "either 'rule' or 'cel'" },
	{ "name: p\nrules: [{id: A, cel: 'tru'}]\n", "p.yaml:2:" },
	{ "name: p\nrules: [{id: A, cel: '1 + 1'}]\n", "must give true or false" },
	{ "name: p\nrules: [{id: A, cel: 'true', message: '1'}]\n", "that gives a text" },
	{ "name: p\nrules: [{id: A, cel: 'true', with: {min: low}}]\n", "takes no 'with'" },
	{ "name: p\nrules: [{id: A, rule: vuln.kev, message: '\"x\"'}]\n", "goes with 'cel'" },
	{ "name: p\nrules: [{id: A, cel: 'true'}, {id: B, cel: 'true'}]\n",
	  "B says the same as A" },
	{ "name: p\nextends: [nothing]\n", "names the file nothing" },
	{ "name: p\nmatch: {}\nrules: [{id: A, rule: vuln.kev}]\n", "'match' names no images" },
	{ "name: p\nmatch: {images: [a], except: ['**']}\nrules: [{id: A, rule: vuln.kev}]\n",
	  "would except nearly everything" },
	{ "name: p\nmatch: {image: [a]}\nrules: [{id: A, rule: vuln.kev}]\n",
	  "did you mean 'images'?" },
	{ "name: p\ndata: {a: 1d}\nrules: [{id: A, rule: vuln.kev}]\n", "no rule uses 'a'" },
	{ "name: p\nrules: [{id: A, rule: vuln.kev, with: {grace: $a}}]\n", "'data' has no 'a'" },
	{ "name: p\ndata: {a: 7}\nrules: [{id: A, rule: vuln.kev, with: {grace: $a}}]\n",
	  "p.yaml:2:11: 'grace' of A must be a time" },
	{ "name: p\nrules: [{id: A, rule: audit.all, with: {rules: [config.nonrot]}}]\n",
	  "p.yaml:2:48: there is no rule 'config.nonrot'; did you mean 'config.nonroot'?" },
	{ "name: p\noverride: {B: {mode: warn}}\nrules: [{id: A, rule: vuln.kev}]\n",
	  "p.yaml:2:12: there is no rule with the id 'B'" },
	{ "name: p\noverride: {A: {rule: x}}\nrules: [{id: A, rule: vuln.kev}]\n",
	  "unknown key 'rule'" },
	{ "name: p\nwaivers: {max_day: 3}\nrules: [{id: A, rule: vuln.kev}]\n",
	  "did you mean 'max_days'?" },
	{ "name: p\nwaivers: {max_days: 0}\nrules: [{id: A, rule: vuln.kev}]\n", "max_days is 1" },
};

static int what_is_refused(struct op *op)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct policy *p;
		CHECK_FAILS(op,
			    policy_read(op, S("p.yaml"), exact(str_of(refused[i].text)), NULL, NULL,
					&p),
			    ERR_USAGE, refused[i].error);
	}
	return 0;
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

#define GOOD "image: registry.example/team/*, owner: web, reason: r, until: 2026-07-31"

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

/* ---- files ---- */

static const struct {
	const char *path, *text;
} files[] = {
	{ "d/base.yaml", "name: base\ndata: {age: 48h}\nrules:\n"
			 "- {id: A, rule: feed.freshness, with: {max_age: $age}}\n"
			 "- {id: B, rule: vuln.severity, with: {min: high}}\n" },
	{ "d/left.yaml", "name: left\nextends: [base.yaml]\n" },
	{ "d/right.yaml", "name: right\nmode: warn\nextends: [base.yaml]\n"
			  "rules: [{id: C, rule: vuln.kev}]\n" },
	{ "d/loop.yaml", "name: loop\nextends: [pool.yaml]\n" },
	{ "d/pool.yaml", "name: pool\nextends: [loop.yaml]\n" },
	{ "d/over.yaml", "data: {age: 9h}\nrules: {B: {min: critical}}\n" },
	{ "d/over_typo.yaml", "data: {aeg: 9h}\n" },
	{ "d/over_rule.yaml", "rules: {X: {min: critical}}\n" },
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

static int policies_of_several_files(struct op *op)
{
	struct policy *one, *two;
	struct policy_wish wish = { 0 };
	struct verdict v;
	struct world w;

	TRY(read_with(op,
		      "name: p\nextends: [left.yaml, right.yaml]\noverlays: [over.yaml]\n"
		      "override: {C: {mode: log}}\n",
		      &one));
	TRY(read_with(op, "name: p\nextends: [left.yaml, right.yaml]\n", &two));
	make(&w);
	find(&w);
	wish.now = w.facts.time;
	TRY(policy_judge(op, &one, 1, &w.facts, &w.s.report, &wish, &v));
	CHECK(v.rule_n == 3 && v.passed);
	CHECK_STR(v.rule[0].with, S("max_age: 9h"));
	CHECK_STR(v.rule[1].with, S("min: critical"));
	CHECK(v.rule[0].mode == POLICY_ENFORCE && v.rule[2].mode == POLICY_LOG);
	struct digest first = v.policy[0].digest;
	TRY(policy_judge(op, &two, 1, &w.facts, &w.s.report, &wish, &v));
	CHECK(v.rule_n == 3 && !v.passed);
	CHECK(v.rule[2].mode == POLICY_WARN);
	CHECK(!digest_eq(&first, &v.policy[0].digest));
	return 0;
}

static int files_that_are_refused(struct op *op)
{
	static const struct {
		const char *text, *error;
	} bad[] = {
		{ "name: p\nextends: [loop.yaml]\n", "extends d/loop.yaml, which extends it" },
		{ "name: p\nextends: [p.yaml]\n", "which extends it" },
		{ "name: p\nextends: [none.yaml]\n", "d/p.yaml: there is no file d/none.yaml" },
		{ "name: p\nextends: [base.yaml]\noverlays: [over_typo.yaml]\n",
		  "d/over_typo.yaml:1:8: no policy has 'aeg'" },
		{ "name: p\nextends: [base.yaml]\noverlays: [over_rule.yaml]\n",
		  "d/over_rule.yaml:1:9: there is no rule with the id 'X'" },
		{ "name: p\nextends: [base.yaml]\nrules: [{id: A, rule: vuln.kev}]\n",
		  "the id A stands twice: d/base.yaml:4 has it too" },
		{ "name: p\nextends: [base.yaml]\nrules: [{id: N, rule: vuln.severity, with: {min: "
		  "low}}]\n",
		  "N contradicts B" },
		{ "name: p\nextends: [base.yaml]\nwaivers: {files: [.trivyignore]}\n",
		  "name it under 'foreign'" },
		{ "name: p\nextends: [base.yaml]\nwaivers: {foreign: [w.yaml]}\n",
		  "name it under 'files'" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct policy *p;
		CHECK_FAILS(op, read_with(op, bad[i].text, &p), ERR_USAGE, bad[i].error);
	}
	return 0;
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

static int those_that_ship(struct op *op)
{
	CHECK(policies_shipped_n > 0);
	for (size_t i = 0; i < policies_shipped_n; i++) {
		struct policy *p;
		TRY(policy_read(op, str_of(policies_shipped[i].name),
				exact(str_of(policies_shipped[i].text)), NULL, NULL, &p));
		struct policy_wish wish = { 0 };
		struct verdict v;
		struct world w;
		make(&w);
		wish.now = w.facts.time;
		TRY(policy_judge(op, &p, 1, &w.facts, &w.s.report, &wish, &v));
		CHECK_STR(v.policy[0].name, str_of(policies_shipped[i].name));
		for (ptrdiff_t k = 0; k < v.rule_n; k++)
			CHECK(v.rule[k].title.len && v.rule[k].rationale.len &&
			      v.rule[k].remedy.len);
	}
	return 0;
}

TESTS({ "rules both ways", rules_both_ways, .once = true },
      { "all kinds are tested", all_kinds_are_tested },
      { "all kinds are documented", all_kinds_are_documented },
      { "what is refused", what_is_refused, .once = true },
      { "modes, days and images", modes_days_and_images },
      { "what waivers hold for", what_waivers_hold_for, .once = true },
      { "what waivers of rules hold for", what_waivers_of_rules_hold_for },
      { "claims grant nothing", claims_grant_nothing },
      { "names cannot be spelt around", names_cannot_be_spelt_around },
      { "policies of several files", policies_of_several_files },
      { "files that are refused", files_that_are_refused },
      { "policies do not lend waivers", policies_do_not_lend_waivers },
      { "how long a verdict holds", how_long_a_verdict_holds },
      { "those that ship", those_that_ship, .once = true })
