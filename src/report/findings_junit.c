/*
 * JUnit's XML as CI servers read it: a test case for each package; one that has findings fails, with
 * them as its text; one of which all are suppressed is skipped. What is not covered is an error of
 * the suite's own case, so that a pipeline does not stay green over what was not looked at.
 */
#include "codec/xml.h"
#include "findings_impl.h"
#include "sys/clock.h"
#include "words.h"

struct tally {
	uint32_t *shown, *suppressed; /* [package_n] counts */
	uint64_t failures, skipped, errors;
};

static int count(struct op *op, const struct report *r, struct tally *t)
{
	ptrdiff_t n = r->inventory->package_n;

	t->shown = op_new(op, uint32_t, n);
	t->suppressed = op_new(op, uint32_t, n);
	if (!t->shown || !t->suppressed)
		return op->code;
	for (ptrdiff_t i = 0; i < r->finding_n; i++) {
		const struct finding *f = &r->finding[i];
		if (f->package < (uint64_t)n)
			(f->suppressed ? t->suppressed : t->shown)[f->package]++;
	}
	for (ptrdiff_t i = 0; i < n; i++) {
		t->failures += t->shown[i] > 0;
		t->skipped += t->shown[i] == 0 && t->suppressed[i] > 0;
	}
	t->errors = r->incomplete;
	return 0;
}

static void number(struct xml_out *x, const char *name, uint64_t n)
{
	str text;

	if (op_text(x->b->op, &text, "%llu", (unsigned long long)n) == 0)
		xml_put_attribute(x, name, text);
}

static void put_finding(struct buf *b, const struct report *r, const struct finding *f)
{
	buf_fmt(b, "%s %.*s: ", severity_titles[f->severity], STR_ARG(f->id));
	words_remedy(b, r, f);
	if (f->summary.len)
		buf_fmt(b, ". %.*s", STR_ARG(text_line(f->summary)));
	if (f->suppressed)
		buf_fmt(b, " (suppressed by %s: %.*s)", suppressed_bys[f->suppressed],
			STR_ARG(f->reason));
	buf_char(b, '\n');
}

/* All findings of one package, as the text of its failure. `by_package` holds them in order. */
static void put_case(struct xml_out *x, const struct report *r, const struct tally *t, ptrdiff_t at,
		     const uint32_t *finding, ptrdiff_t finding_n)
{
	const struct package *p = &r->inventory->package[at];
	struct buf text, head;

	buf_init(&text, x->b->op, INT32_MAX);
	buf_init(&head, x->b->op, INT32_MAX);
	str name = words_name(x->b->op, p);
	xml_open(x, "testcase");
	xml_put_attribute(x, "classname", str_of(package_kinds[p->type].name));
	buf_fmt(&head, "%.*s %.*s", STR_ARG(name), STR_ARG(p->version));
	xml_put_attribute(x, "name", buf_view(&head));
	xml_put_attribute(x, "time", S("0"));
	for (ptrdiff_t i = 0; i < finding_n; i++)
		put_finding(&text, r, &r->finding[finding[i]]);
	if (t->shown[at]) {
		buf_init(&head, x->b->op, INT32_MAX);
		text_count(&head, t->shown[at], "vulnerability", "vulnerabilities");
		xml_open(x, "failure");
		xml_put_attribute(x, "type", S("vulnerability"));
		xml_put_attribute(x, "message", buf_view(&head));
		xml_put_text(x, buf_view(&text));
		xml_close(x);
	} else if (t->suppressed[at]) {
		xml_open(x, "skipped");
		xml_put_attribute(x, "message", str_trim(buf_view(&text)));
		xml_close(x);
	}
	xml_close(x);
}

static void put_coverage(struct xml_out *x, const struct report *r)
{
	struct buf text;

	buf_init(&text, x->b->op, INT32_MAX);
	for (ptrdiff_t i = 0; i < r->coverage_n; i++)
		if (words_uncovered(&r->coverage[i])) {
			words_coverage(&text, &r->coverage[i]);
			buf_char(&text, '\n');
		}
	xml_open(x, "testcase");
	xml_put_attribute(x, "classname", S("temper"));
	xml_put_attribute(x, "name", S("coverage"));
	xml_put_attribute(x, "time", S("0"));
	if (r->incomplete) {
		xml_open(x, "error");
		xml_put_attribute(x, "type", S("incomplete"));
		xml_put_attribute(x, "message", S("not everything could be looked up"));
		xml_put_text(x, buf_view(&text));
		xml_close(x);
	} else if (text.len) {
		xml_pair(x, "system-out", buf_view(&text));
	}
	xml_close(x);
}

/* Positions of findings by package: those of package i stand at first[i] .. first[i + 1]. */
static int by_package(struct op *op, const struct report *r, uint32_t **ret_first, uint32_t **ret)
{
	ptrdiff_t n = r->inventory->package_n;
	uint32_t *first = op_new(op, uint32_t, n + 2), *order = op_new(op, uint32_t, r->finding_n);

	if (!first || !order)
		return op->code;
	for (ptrdiff_t i = 0; i < r->finding_n; i++)
		if (r->finding[i].package < (uint64_t)n)
			first[r->finding[i].package + 2]++;
	for (ptrdiff_t i = 2; i < n + 2; i++)
		first[i] += first[i - 1];
	for (ptrdiff_t i = 0; i < r->finding_n; i++)
		if (r->finding[i].package < (uint64_t)n)
			order[first[r->finding[i].package + 1]++] = (uint32_t)i;
	*ret_first = first;
	*ret = order;
	return 0;
}

int findings_junit(struct op *op, const struct report *r, const struct findings_choice *c,
		   struct buf *b)
{
	uint32_t *first, *order;
	char date[CLOCK_TEXT];
	struct tally t = { 0 };
	struct xml_out x;
	struct buf name;

	(void)c;
	if (count(op, r, &t) < 0 || by_package(op, r, &first, &order) < 0)
		return op->code;
	buf_init(&name, op, INT32_MAX);
	words_subject(&name, r);
	xml_begin(&x, b, 1);
	xml_open(&x, "testsuites");
	xml_open(&x, "testsuite");
	xml_put_attribute(&x, "name", buf_view(&name));
	number(&x, "tests", (uint64_t)r->inventory->package_n + 1);
	number(&x, "failures", t.failures);
	number(&x, "errors", t.errors);
	number(&x, "skipped", t.skipped);
	xml_put_attribute(&x, "time", S("0"));
	xml_put_attribute(&x, "timestamp", str_head(str_of(clock_rfc3339(r->time, date)), 19));
	put_coverage(&x, r);
	for (ptrdiff_t i = 0; i < r->inventory->package_n; i++)
		put_case(&x, r, &t, i, order + first[i], first[i + 1] - first[i]);
	xml_close(&x);
	xml_close(&x);
	buf_char(b, '\n');
	return op->code;
}
