/* What `temper build -f` says of its image: a branch for each look that was taken at it. */
#include "build_dockerfile.h"

#include "base/num.h"
#include "report/words.h"

enum {
	LABEL_WIDTH = 10,
	LEAF = 5,   /* columns before what stands below a branch */
	FEW = 5,    /* lines below a branch without -v */
	SHORT = 19, /* "sha256:" and 12 digits */
};

enum mark { MARK_OK, MARK_BAD, MARK_SKIPPED };

struct out {
	struct buf *b;
	const struct text_style *style;
	const struct dockerfile_outcome *o;
};

static void coloured(const struct out *t, enum text_colour c, str text)
{
	text_colour(t->b, t->style, c);
	text_safe(t->b, text);
	text_colour(t->b, t->style, TEXT_PLAIN);
}

/* "├─ ✔ linted     "; the text follows. */
static void branch(const struct out *t, enum mark mark, const char *label)
{
	static const char *const sign[2][3] = { { "ok", "NO", "--" }, { "✔", "✘", "–" } };
	static const enum text_colour paint[] = { TEXT_GREEN, TEXT_RED, TEXT_YELLOW };

	buf_add(t->b, t->style->utf8 ? S("├─ ") : S("|- "));
	text_colour(t->b, t->style, paint[mark]);
	buf_add(t->b, str_of(sign[t->style->utf8][mark]));
	text_colour(t->b, t->style, TEXT_BOLD);
	buf_fmt(t->b, " %-*s ", LABEL_WIDTH, label);
	text_colour(t->b, t->style, TEXT_PLAIN);
}

static void leaf(const struct out *t, enum text_colour c, const char *word, str text)
{
	if (text.len == 0)
		return;
	buf_add(t->b, t->style->utf8 ? S("│    ") : S("|    "));
	if (word[0]) {
		coloured(t, TEXT_DIM, str_of(word));
		buf_char(t->b, ' ');
	}
	text_colour(t->b, t->style, c);
	text_clip(t->b, text, t->style->width - LEAF - (word[0] ? (int)str_of(word).len + 1 : 0),
		  t->style);
	text_colour(t->b, t->style, TEXT_PLAIN);
	buf_char(t->b, '\n');
}

static void and_more(const struct out *t, ptrdiff_t n)
{
	if (n <= 0)
		return;
	buf_add(t->b, t->style->utf8 ? S("│    ") : S("|    "));
	text_colour(t->b, t->style, TEXT_DIM);
	buf_fmt(t->b, "and %td more; -v shows all", n);
	text_colour(t->b, t->style, TEXT_PLAIN);
	buf_char(t->b, '\n');
}

static ptrdiff_t shown(const struct out *t, ptrdiff_t n)
{
	return t->style->verbose || n < FEW ? n : FEW;
}

static void put_head(const struct out *t)
{
	const struct buildah_built *built = t->o->built;
	char text[DIGEST_TEXT];

	coloured(t, TEXT_BOLD, t->o->name);
	buf_add(t->b, S("  "));
	coloured(t, TEXT_DIM, built->image.platform);
	buf_add(t->b, S("  "));
	coloured(t, TEXT_DIM, str_of(digest_text(&built->image.digest, text)));
	buf_char(t->b, '\n');
}

static void put_built(const struct out *t)
{
	const struct buildah_built *built = t->o->built;
	const struct subject *s = &t->o->facts->report->inventory->subject;
	uint64_t base = 0, own = 0;
	char text[DIGEST_TEXT], one[NUM_SIZE_TEXT], two[NUM_SIZE_TEXT];

	branch(t, MARK_OK, "built");
	text_safe(t->b, built->dockerfile.path);
	if (built->base) {
		buf_add(t->b, S(" on "));
		text_safe(t->b, built->base->name);
		buf_fmt(t->b, " (%.*s)", SHORT, digest_text(&built->base->root.digest, text));
	} else {
		buf_add(t->b, S(" on nothing"));
	}
	buf_char(t->b, '\n');
	for (ptrdiff_t i = 0; i < s->layer_n; i++)
		*(i < built->base_layers ? &base : &own) += s->layer[i].size;
	branch(t, MARK_OK, "layers");
	if (built->base)
		buf_fmt(t->b, "%td of the base as they are, %s; ", built->base_layers,
			num_size_text(base, one));
	buf_fmt(t->b, "%td new, %s\n", s->layer_n - built->base_layers, num_size_text(own, two));
}

static void put_lint(const struct out *t)
{
	const struct lint_file *lint = t->o->lint;
	ptrdiff_t n = 0, ignored = 0, told = 0;

	for (ptrdiff_t i = 0; i < lint->fault_n; i++)
		*(lint->fault[i].waived_by.len ? &ignored : &n) += 1;
	branch(t, n ? MARK_SKIPPED : MARK_OK, "linted");
	if (n)
		text_count(t->b, (uint64_t)n, "remark", "remarks");
	else
		buf_add(t->b, S("nothing to remark"));
	if (ignored)
		buf_fmt(t->b, ", %td ignored inline", ignored);
	buf_char(t->b, '\n');
	for (ptrdiff_t i = 0; i < lint->fault_n && told < shown(t, n); i++) {
		const struct fault *f = &lint->fault[i];
		AUTO_OP own;
		str line;
		if (f->waived_by.len)
			continue;
		told++;
		op_init(&own, 0);
		if (op_text(&own, &line, "%d: %s %.*s", f->line, f->rule->id, STR_ARG(f->what)) ==
		    0)
			leaf(t, TEXT_YELLOW, "", line);
	}
	and_more(t, n - told);
}

static void put_inventory(const struct out *t)
{
	const struct inventory *v = t->o->facts->report->inventory;
	ptrdiff_t own = 0, strange = 0;

	for (ptrdiff_t i = 0; i < v->package_n; i++)
		own += v->package[i].origin == ORIGIN_APPLICATION;
	for (ptrdiff_t i = 0; i < v->unknown_n; i++)
		strange += v->unknown[i].layer >= t->o->built->base_layers;
	branch(t, MARK_OK, "contents");
	if (!t->o->built->base)
		own = 0;
	text_count(t->b, (uint64_t)(v->package_n - own), "package", "packages");
	if (t->o->built->base)
		buf_fmt(t->b, " of the base, %td added", own);
	if (strange)
		buf_fmt(t->b, "; %td program%s of no package", strange, strange == 1 ? "" : "s");
	buf_char(t->b, '\n');
}

static void put_weaker(const struct out *t)
{
	const struct hardening *h = t->o->facts->hardening;
	ptrdiff_t told = 0;

	if (!h)
		return;
	branch(t, h->weaker_n ? MARK_BAD : MARK_OK, "hardening");
	buf_fmt(t->b, "%td weaker than the base, %td stronger, %td added\n", h->weaker_n,
		h->stronger_n, h->added_n);
	for (ptrdiff_t i = 0; i < h->n && told < shown(t, h->weaker_n); i++) {
		const struct hardening_change *c = &h->p[i];
		AUTO_OP own;
		str line;
		if (c->kind != HARDENING_WEAKER)
			continue;
		told++;
		op_init(&own, 0);
		if (op_text(&own, &line, "%s, %s: %.*s", c->area, severities[c->severity],
			    STR_ARG(c->what)) == 0)
			leaf(t, c->severity >= SEVERITY_HIGH ? TEXT_RED : TEXT_YELLOW, "", line);
		leaf(t, TEXT_PLAIN, "  by ", c->instruction);
		leaf(t, TEXT_PLAIN, "  fix", c->remedy);
	}
	and_more(t, h->weaker_n - told);
}

static void put_findings(const struct out *t)
{
	const struct report *r = t->o->facts->report;
	struct report_counts count;

	if (r->no_database) {
		branch(t, MARK_SKIPPED, "findings");
		buf_add(t->b, S("no advisories here: temper db update\n"));
		return;
	}
	report_count(r, &count);
	branch(t, MARK_OK, "findings");
	words_severities(t->b, count.by_severity);
	if (r->shown_n)
		buf_fmt(t->b, "; %llu with a fix", (unsigned long long)count.fixed);
	buf_char(t->b, '\n');
}

static void put_tests(const struct out *t)
{
	ptrdiff_t n = t->o->test_n;
	ptrdiff_t failed = test_count(t->o->test, n, VERDICT_FAILED),
		  skipped = test_count(t->o->test, n, VERDICT_SKIPPED);

	branch(t, failed ? MARK_BAD : n == 0 || skipped ? MARK_SKIPPED : MARK_OK, "tests");
	if (n == 0)
		buf_add(t->b, S("none: --test names a file of them"));
	else
		buf_fmt(t->b, "%td of %td passed", n - failed - skipped, n);
	if (skipped)
		buf_fmt(t->b, ", %td skipped", skipped);
	buf_char(t->b, '\n');
	for (ptrdiff_t i = 0; i < n; i++) {
		const struct outcome_test *test = &t->o->test[i];
		if (test->verdict == VERDICT_PASSED)
			continue;
		leaf(t, test->verdict == VERDICT_FAILED ? TEXT_RED : TEXT_YELLOW, "", test->name);
		leaf(t, TEXT_DIM, " ", text_line(test->detail));
	}
}

static void put_gate(const struct out *t)
{
	const struct verdict *v = t->o->verdict;

	branch(t, !v ? MARK_SKIPPED : v->passed ? MARK_OK : MARK_BAD, "gate");
	if (!v) {
		buf_add(t->b, S("not asked\n"));
		return;
	}
	for (ptrdiff_t i = 0; i < v->policy_n; i++) {
		buf_add(t->b, i ? S(", ") : S(""));
		text_safe(t->b, v->policy[i].name.len ? v->policy[i].name : v->policy[i].file);
	}
	buf_fmt(t->b, ": %td of %td rules pass", v->passed_n, v->rule_n);
	if (v->failed_n + v->error_n)
		buf_fmt(t->b, ", %td fail", v->failed_n + v->error_n);
	buf_char(t->b, '\n');
}

static void put_end(const struct out *t)
{
	const struct dockerfile_outcome *o = t->o;

	buf_add(t->b, t->style->utf8 ? S("└─ ") : S("`- "));
	if (o->written.n == 0)
		coloured(t, TEXT_RED, S("the image has no name"));
	for (ptrdiff_t i = 0; i < o->written.n; i++) {
		buf_add(t->b, i ? S(", ") : S(""));
		text_safe(t->b, o->written.p[i]);
	}
	if (o->written.n && !o->kept)
		coloured(t, TEXT_RED, S("; the image has no name"));
	buf_char(t->b, '\n');
}

void dockerfile_tree_write(struct buf *b, const struct dockerfile_outcome *o,
			   const struct text_style *style)
{
	const struct out t = { b, style, o };

	put_head(&t);
	put_built(&t);
	put_lint(&t);
	put_inventory(&t);
	put_weaker(&t);
	put_findings(&t);
	put_tests(&t);
	put_gate(&t);
	put_end(&t);
}
