#include "judged.h"

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
static void no_catalogues(struct world *w)
{
	high(w);
	w->s.report.knows_exploited = w->s.report.knows_scores = false;
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
static void in_part(struct world *w)
{
	w->coverage[0].incomplete = true;
	w->coverage[0].what = S("the changelogs of some were not read");
}
static void no_feed(struct world *w)
{
	not_covered(w);
	w->coverage[1].kind = NOT_COVERED_NO_FEED;
	w->coverage[1].incomplete = w->s.report.incomplete = false;
}
static void volume(struct world *w)
{
	w->check[1].outcome = OUTCOME_FAIL;
	w->check[1].fault = &w->fault[1];
	w->check[1].fault_n = 1;
}
static void too_many(struct world *w)
{
	root(w);
	w->fault[1] = (struct fault){ .rule = w->check[0].rule,
				      .key = S("7 more"),
				      .kind = S(FAULT_MORE),
				      .what = S("and 7 more, which are not listed"),
				      .layer = -1 };
	w->check[0].fault_n = 2;
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
static void no_release(struct world *w)
{
	no_life(w);
	w->s.report.ecosystem = w->s.inv.os.id = S("");
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
	{ "rule: vuln.kev", no_catalogues, E },
	{ "rule: vuln.epss, with: {above: 0.5}", no_catalogues, E },
	{ "rule: vuln.epss, with: {above: 0.5, unknown: true}", no_catalogues, F },
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
	{ "rule: config.nonroot, with: {allow: [root]}", too_many, F },
	{ "rule: config.nonroot, with: {allow: ['*', '**']}", too_many, F },
	{ "rule: config.nonroot, with: {kinds: [other]}", too_many, F },
	{ "rule: config.nonroot, with: {only_base: true}", too_many, F },
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
	{ "rule: distro.not_eol", no_release, E },
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
	{ "rule: coverage.complete, with: {kinds: [no-advisories]}", no_feed, P },
	{ "rule: coverage.complete, with: {kinds: [no-advisories]}", not_covered, F },
	{ "rule: coverage.complete", in_part, F },
	{ "rule: sbom.unknown_programs", NULL, P },
	{ "rule: sbom.unknown_programs", unknown_program, F },
	{ "rule: sbom.unknown_programs, with: {allow: ['opt/x/**']}", unknown_program, P },
	{ "rule: sbom.unknown_programs, with: {max: 1}", unknown_program, P },
	{ "rule: sbom.unknown_programs, with: {kinds: [library]}", unknown_program, P },
	{ "rule: sbom.unknown_programs, with: {kinds: [executable]}", unknown_program, F },
	{ "rule: base.approved, with: {from: [nginx], no_base: true}", no_base, E },
	{ "rule: attest.required, with: {types: [provenance]}", NULL, E },
	{ "rule: attest.required, with: {types: [sbom]}", attested, F },
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
      { "those that ship", those_that_ship, .once = true })
