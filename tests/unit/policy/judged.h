/*
 * judged: an image that every rule is kept by, for tests of policies: each bends one thing of it.
 */
#ifndef TESTS_JUDGED_H
#define TESTS_JUDGED_H

#include <stdio.h>

#include "audit/audit.h"
#include "policy/policy.h"
#include "sys/clock.h"
#include "unit/harness.h"
#include "unit/vex/scanned.h"

#define NOW "2026-06-30T12:00:00Z"

static inline int64_t at(const char *text)
{
	int64_t s = 0;

	CHECK(clock_parse_rfc3339(str_of(text), &s));
	return s;
}

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

static inline void make(struct world *w)
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
	r->knows_exploited = r->knows_scores = true;
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
static inline struct finding *find(struct world *w)
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

static inline void root(struct world *w)
{
	w->check[0].outcome = OUTCOME_FAIL;
	w->check[0].fault = &w->fault[0];
	w->check[0].fault_n = 1;
}

static inline int judge(struct op *op, struct world *w, const char *text, const char *waivers,
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

/* A waiver's usual words. */
#define GOOD "image: registry.example/team/*, owner: web, reason: r, until: 2026-07-31"

#endif
