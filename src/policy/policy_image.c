/*
 * Rules over the image as a whole: age, size, labels; its system, its data, what is attached to it.
 */
#include "base/num.h"
#include "policy_impl.h"

enum { SKEW = POLICY_DAY };

static int days_of(int64_t seconds)
{
	return (int)(seconds / POLICY_DAY);
}

/* ---- age and size ---- */

static int ask_age(struct op *op, struct judge *j)
{
	const struct params *p = &j->rule->params;
	int64_t made = j->report->inventory->subject.created;
	struct fault f = { .key = S("age"), .layer = -1 };
	str day;

	made = made ? made : j->facts->config.created;
	if (made == 0)
		return judge_error(op, j, "the image does not say when it was made");
	if (judge_day(op, made, &day) < 0)
		return op->code;
	if (made > j->now + SKEW)
		return judge_error(op, j,
				   "the image says that it was made on %.*s, which is to come",
				   STR_ARG(day));
	if (j->now - made <= p->max_age) {
		judge_ends(j, made + p->max_age + 1);
		return judge_detail(op, j, "made on %.*s, %d days ago", STR_ARG(day),
				    days_of(j->now - made));
	}
	return judge_fault(op, j, f, "made on %.*s, %d days ago; %d are allowed", STR_ARG(day),
			   days_of(j->now - made), days_of(p->max_age));
}

static int ask_size(struct op *op, struct judge *j)
{
	uint64_t size = j->report->inventory->subject.size, max = j->rule->params.max_size;
	struct fault f = { .key = S("size"), .layer = -1 };
	char a[NUM_SIZE_TEXT], b[NUM_SIZE_TEXT];

	if (size == 0)
		return judge_error(op, j, "the size of the image is not known");
	if (size > max)
		return judge_fault(op, j, f, "its files have %s; %s are allowed",
				   num_size_text(size, a), num_size_text(max, b));
	return judge_detail(op, j, "its files have %s", num_size_text(size, a));
}

static int ask_labels(struct op *op, struct judge *j)
{
	const struct params *p = &j->rule->params;
	const struct pairs *have = &j->facts->config.labels;

	for (ptrdiff_t i = 0; i < p->labels.n; i++) {
		struct fault f = { .key = p->labels.p[i], .layer = -1 };
		bool found = false;
		for (ptrdiff_t k = 0; k < have->n; k++)
			found |= str_eq(have->p[k].key, p->labels.p[i]) &&
				 str_trim(have->p[k].value).len;
		if (!found &&
		    judge_fault(op, j, f, "has no label %.*s", STR_ARG(p->labels.p[i])) < 0)
			return op->code;
	}
	return judge_detail(op, j, "labels: %td", have->n);
}

/* ---- the system ---- */

static int ask_eol(struct op *op, struct judge *j)
{
	const struct params *p = &j->rule->params;
	const struct report *r = j->report;
	struct fault f = { .key = r->ecosystem, .layer = -1 };
	str end = p->extended && r->life.extended_end.len ? r->life.extended_end
							  : r->life.standard_end;
	int64_t at;

	if (r->ecosystem.len == 0 && r->inventory->os.id.len == 0)
		return package_any_of_system(r->inventory->package, r->inventory->package_n)
			       ? judge_error(op, j,
					     "its packages are of a distribution, and nothing "
					     "tells of which: there is no os-release")
			       : judge_detail(op, j, "there is no distribution in it");
	if (r->life.ecosystem.len == 0)
		return judge_error(op, j, "how long %.*s is supported is not known",
				   STR_ARG(r->ecosystem.len ? r->ecosystem : r->inventory->os.id));
	if (end.len == 0)
		return judge_detail(op, j, "no end of support of %.*s is set",
				    STR_ARG(r->ecosystem));
	if (!judge_moment(end, &at))
		return judge_error(op, j, "'%.*s' is no date", STR_ARG(end));
	if (at + POLICY_DAY <= j->now)
		return judge_fault(op, j, f, "%.*s is out of support since %.*s",
				   STR_ARG(r->ecosystem), STR_ARG(end));
	if (at + POLICY_DAY - p->warn_before <= j->now)
		return judge_fault(op, j, f, "support of %.*s ends on %.*s", STR_ARG(r->ecosystem),
				   STR_ARG(end));
	judge_ends(j, at + POLICY_DAY - p->warn_before);
	return judge_detail(op, j, "%.*s is supported until %.*s", STR_ARG(r->ecosystem),
			    STR_ARG(end));
}

static int ask_distro(struct op *op, struct judge *j)
{
	const struct report *r = j->report;
	struct fault f = { .key = r->ecosystem, .layer = -1 };

	if (r->ecosystem.len && texts_fit(&j->rule->params.from, r->ecosystem))
		return judge_detail(op, j, "%.*s", STR_ARG(r->ecosystem));
	if (r->ecosystem.len == 0)
		return judge_error(op, j, "the image does not say what system it is");
	return judge_fault(op, j, f, "%.*s is not among the approved systems",
			   STR_ARG(r->ecosystem));
}

/* ---- what is known of it ---- */

static int ask_feeds(struct op *op, struct judge *j)
{
	const struct report *r = j->report;
	int64_t max = j->rule->params.max_age;

	if (r->no_database)
		return judge_error(op, j, "there are no advisories: run temper db update");
	for (ptrdiff_t i = 0; i < r->source_n; i++) {
		const struct report_source *s = &r->source[i];
		struct fault f = { .layer = -1 };
		int64_t age = s->age_s < 0 ? -1 : s->age_s + (j->now - r->time);
		if (op_text(op, &f.key, "%.*s %.*s", STR_ARG(s->source), STR_ARG(s->ecosystem)) < 0)
			return op->code;
		if (age >= 0 && age <= max) {
			judge_ends(j, j->now + max - age + 1);
			continue;
		}
		int rc = age < 0 ? judge_fault(op, j, f, "how old %.*s is is not known",
					       STR_ARG(f.key))
				 : judge_fault(op, j, f, "%.*s is %lld hours old; %lld are allowed",
					       STR_ARG(f.key), (long long)age / 3600,
					       (long long)max / 3600);
		if (rc < 0)
			return rc;
	}
	return judge_detail(op, j, "sources: %td", r->source_n);
}

static bool is_kind(const struct params *p, str kind)
{
	return p->kinds.n == 0 || texts_have(&p->kinds, kind);
}

static int ask_coverage(struct op *op, struct judge *j)
{
	const struct params *p = &j->rule->params;
	const struct report *r = j->report;

	if (r->no_database)
		return judge_error(op, j, "there are no advisories: run temper db update");
	for (ptrdiff_t i = 0; i < r->coverage_n; i++) {
		const struct coverage *c = &r->coverage[i];
		struct fault f = { .key = c->ecosystem,
				   .kind = str_of(coverages[c->kind]),
				   .layer = -1 };
		bool counts = c->incomplete || c->kind == NOT_COVERED_NO_FEED ||
			      (c->kind == COVERED_FIXED_ONLY && !p->fixed_only);
		if (!counts || !is_kind(p, f.kind) || texts_fit(&p->allow, c->ecosystem))
			continue;
		if (judge_fault(op, j, f, "%.*s", STR_ARG(c->what)) < 0)
			return op->code;
	}
	for (ptrdiff_t i = 0; is_kind(p, S("unreadable")) && i < r->inventory->warning_n; i++) {
		const struct warning *w = &r->inventory->warning[i];
		struct fault f = {
			.key = w->path, .path = w->path, .kind = S("unreadable"), .layer = w->layer
		};
		if (judge_fault(op, j, f, "%.*s could not be read: %.*s", STR_ARG(w->path),
				STR_ARG(w->message)) < 0)
			return op->code;
	}
	return 0;
}

static int ask_unknown(struct op *op, struct judge *j)
{
	const struct inventory *v = j->report->inventory;
	ptrdiff_t n = 0;

	for (ptrdiff_t i = 0; i < v->unknown_n; i++) {
		const struct ledger_line *l = &v->unknown[i];
		struct fault f = {
			.key = l->path, .kind = str_of(l->kind), .path = l->path, .layer = l->layer
		};
		if (texts_fit(&j->rule->params.allow, l->path) ||
		    (j->rule->params.kinds.n && !texts_have(&j->rule->params.kinds, f.kind)))
			continue;
		if (l->layer >= 0 && l->layer < v->subject.layer_n)
			f.instruction = v->subject.layer[l->layer].created_by;
		if ((uint64_t)++n > j->rule->params.max &&
		    judge_fault(op, j, f, "%.*s is of no package that is known", STR_ARG(l->path)) <
			    0)
			return op->code;
	}
	return judge_detail(op, j, "executables: %llu, of no known package: %td",
			    (unsigned long long)v->executables, v->unknown_n);
}

/* ---- what is attached ---- */

static const struct {
	const char *word, *part; /* of a predicate type */
} attested[] = {
	{ "provenance", "slsa.dev/provenance" },
	{ "sbom", "spdx" },
	{ "sbom", "cyclonedx" },
	{ "scan", "vuln" },
	{ "signature", "cosign" },
	{ "test", "test-result" },
	{ "vex", "openvex" },
};

static bool is_type(str want, str have)
{
	if (str_eq(want, have))
		return true;
	for (size_t i = 0; i < sizeof(attested) / sizeof(attested[0]); i++)
		if (str_eq(want, str_of(attested[i].word)) &&
		    str_find_str(have, str_of(attested[i].part)) >= 0)
			return true;
	return false;
}

/* What is there may be anybody's: until signatures are verified it proves nothing. */
static int ask_attested(struct op *op, struct judge *j)
{
	const struct texts *have = &j->facts->attestations, *want = &j->rule->params.types;

	if (have->n == 0) /* none, or nobody looked: facts do not tell which */
		return judge_error(op, j, "no attestations are known: they are not looked for yet");
	for (ptrdiff_t i = 0; i < want->n; i++) {
		struct fault f = { .key = want->p[i], .layer = -1 };
		bool found = false;
		for (ptrdiff_t k = 0; k < have->n; k++)
			found |= is_type(want->p[i], have->p[k]);
		int rc =
			found ? judge_error(op, j,
					    "'%.*s' is attached, but signatures are not "
					    "verifiable yet",
					    STR_ARG(want->p[i]))
			      : judge_fault(op, j, f, "no '%.*s' is attached", STR_ARG(want->p[i]));
		if (rc < 0)
			return rc;
	}
	return judge_detail(op, j, "attestations: %td", have->n);
}

/* ---- kinds ---- */

const struct kind kind_image_max_age = {
	{ "image.max_age", "", SEVERITY_MEDIUM, "The image is not too old",
	  "What was not rebuilt for long has missed the updates since.", "Rebuild the image." },
	"max_age!",
	"",
	ask_age,
};
const struct kind kind_image_max_size = {
	{ "image.max_size", "", SEVERITY_LOW, "The image is not too large",
	  "What is not there cannot be attacked, and need not be updated.",
	  "Leave out what is not needed: temper slim shows what nothing reaches." },
	"max_size!",
	"",
	ask_size,
};
const struct kind kind_config_labels = {
	{ "config.labels", "", SEVERITY_LOW, "The image has the labels that are asked for",
	  "Labels tell who is responsible and where the sources are.", "Add the LABEL." },
	"labels!",
	"labels",
	ask_labels,
};
const struct kind kind_distro_not_eol = {
	{ "distro.not_eol", "", SEVERITY_HIGH, "The distribution is supported",
	  "After its end of life a release gets no fixes, and nobody tells of what is wrong with "
	  "it.",
	  "Move to a release that is supported." },
	"extended warn_before",
	"",
	ask_eol,
};
const struct kind kind_distro_allowed = {
	{ "distro.allowed", "", SEVERITY_MEDIUM, "The distribution is an approved one",
	  "Few systems can be looked after well.", "Build on an approved base." },
	"from!",
	"from",
	ask_distro,
};
const struct kind kind_feed_freshness = {
	{ "feed.freshness", "", SEVERITY_MEDIUM, "The advisories are fresh",
	  "An old database knows nothing of what was published since.", "Run temper db update." },
	"max_age!",
	"",
	ask_feeds,
};
const struct kind kind_coverage_complete = {
	{ "coverage.complete", "", SEVERITY_MEDIUM,
	  "There are advisories for everything in the image",
	  "Nothing is found where nobody tells of anything: that is not the same as safe.",
	  "Run temper db update for what is missing, or allow the ecosystem." },
	"allow fixed_only kinds",
	"kinds",
	ask_coverage,
};
const struct kind kind_sbom_unknown = {
	{ "sbom.unknown_programs", "", SEVERITY_MEDIUM, "Every program is of a known package",
	  "What nothing recognises has no version, and so no vulnerability is ever found in it.",
	  "Install it from a package, or allow its path." },
	"allow kinds max",
	"kinds",
	ask_unknown,
};
const struct kind kind_attest_required = {
	{ "attest.required", "", SEVERITY_MEDIUM, "These attestations are attached",
	  "Whoever runs the image can see what it was made of, how, and by whom.",
	  "Attach the attestation where the image is built." },
	"types!",
	"types",
	ask_attested,
};
