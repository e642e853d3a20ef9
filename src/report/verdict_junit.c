/*
 * JUnit's XML as CI servers read it: a suite for each policy would part what is judged once, so it is one, with
 * a case for each rule. What fails in force is a failure, what cannot be told an error, what only warns is
 * skipped with why.
 */
#include "codec/xml.h"
#include "sys/clock.h"
#include "verdict_impl.h"

static void number(struct xml_out *x, const char *name, ptrdiff_t n)
{
	str text;

	if (op_text(x->b->op, &text, "%td", n) == 0)
		xml_put_attribute(x, name, text);
}

static void put_evidence(struct buf *text, const struct verdict *v, const struct verdict_rule *r)
{
	for (ptrdiff_t i = 0; i < r->fault_n; i++) {
		const struct fault *f = &r->fault[i];
		struct buf by;
		if (!verdict_counts(f))
			continue;
		buf_fmt(text, "%s: %.*s", severities[fault_severity(f)], STR_ARG(f->what));
		buf_init(&by, text->op, INT32_MAX);
		verdict_origin(&by, v, f);
		if (by.len)
			buf_fmt(text, " [by %.*s]", STR_ARG(buf_view(&by)));
		if (verdict_remedy(r, f).len)
			buf_fmt(text, "; to do: %.*s", STR_ARG(verdict_remedy(r, f)));
		buf_char(text, '\n');
	}
}

static void put_case(struct xml_out *x, const struct verdict *v, const struct verdict_rule *r)
{
	static const char *const element[VERDICT_STATES] = { "failure", "error", "skipped",
							     "skipped", NULL };
	enum verdict_state s = verdict_state(r);
	struct buf text, name;

	buf_init(&text, x->b->op, INT32_MAX);
	buf_init(&name, x->b->op, INT32_MAX);
	buf_fmt(&name, "%.*s %.*s", STR_ARG(r->id), STR_ARG(r->title));
	xml_open(x, "testcase");
	xml_put_attribute(x, "classname", r->rule);
	xml_put_attribute(x, "name", str_trim(buf_view(&name)));
	xml_put_attribute(x, "time", S("0"));
	put_evidence(&text, v, r);
	if (element[s]) {
		str message = r->outcome == OUTCOME_ERROR && r->detail.len ? r->detail
			      : r->title.len                               ? r->title
									   : r->id;
		xml_open(x, element[s]);
		if (s <= VERDICT_STATE_ERROR)
			xml_put_attribute(x, "type", r->rule);
		xml_put_attribute(x, "message", message);
		xml_put_text(x, buf_view(&text));
		xml_close(x);
	} else if (r->detail.len) {
		xml_pair(x, "system-out", r->detail);
	}
	xml_close(x);
}

int verdict_junit(struct op *op, const struct verdict *v, const struct verdict_choice *c,
		  struct buf *b)
{
	ptrdiff_t n[VERDICT_STATES] = { 0 };
	char date[CLOCK_TEXT];
	struct xml_out x;

	(void)c;
	for (ptrdiff_t i = 0; i < v->rule_n; i++)
		n[verdict_state(&v->rule[i])]++;
	xml_begin(&x, b, 1);
	xml_open(&x, "testsuites");
	xml_open(&x, "testsuite");
	xml_put_attribute(&x, "name", verdict_subject(v));
	number(&x, "tests", v->rule_n);
	number(&x, "failures", n[VERDICT_STATE_FAIL]);
	number(&x, "errors", n[VERDICT_STATE_ERROR]);
	number(&x, "skipped", n[VERDICT_STATE_WARN] + n[VERDICT_STATE_LOG]);
	xml_put_attribute(&x, "time", S("0"));
	xml_put_attribute(&x, "timestamp", str_head(str_of(clock_rfc3339(v->time, date)), 19));
	for (ptrdiff_t i = 0; i < v->rule_n; i++)
		put_case(&x, v, &v->rule[i]);
	xml_close(&x);
	xml_close(&x);
	buf_char(b, '\n');
	return op->code;
}
