/*
 * JUnit's XML as CI servers read it: a test case a rule. One that is broken fails, with its faults as its
 * text; one of which every fault is waived, or that cannot be told at all, is skipped; one whose part
 * of the image could not be read is an error.
 */
#include "checks_impl.h"
#include "codec/xml.h"
#include "sys/clock.h"

static void number(struct xml_out *x, const char *name, uint64_t n)
{
	str text;

	if (op_text(x->b->op, &text, "%llu", (unsigned long long)n) == 0)
		xml_put_attribute(x, name, text);
}

static bool is_waived(const struct check *c)
{
	return c->outcome == OUTCOME_PASS && c->fault_n > 0;
}

static void put_fault(struct buf *b, const struct checks_report *r, const struct fault *f)
{
	struct buf text;

	buf_init(&text, b->op, INT32_MAX);
	if (f->line || !r->inventory)
		checks_place(&text, f);
	buf_add(b, buf_view(&text));
	buf_add(b, text.len ? S(": ") : S(""));
	text_safe(b, f->what);
	buf_init(&text, b->op, INT32_MAX);
	checks_origin(&text, r, f);
	if (r->inventory && text.len)
		buf_fmt(b, " [%.*s]", STR_ARG(buf_view(&text)));
	if (!checks_counts(f)) {
		buf_fmt(b, " (waived by %.*s: ", STR_ARG(f->waived_by));
		text_safe(b, f->reason);
		buf_char(b, ')');
	}
	buf_char(b, '\n');
}

static void put_failure(struct xml_out *x, const struct checks_report *r, const struct check *c)
{
	struct buf text, head;
	ptrdiff_t n = 0;

	buf_init(&text, x->b->op, INT32_MAX);
	buf_init(&head, x->b->op, INT32_MAX);
	for (ptrdiff_t i = 0; i < c->fault_n; i++) {
		put_fault(&text, r, &c->fault[i]);
		n += checks_counts(&c->fault[i]);
	}
	text_safe(&text, str_of(c->rule->remedy));
	buf_char(&text, '\n');
	text_count(&head, (uint64_t)n, "fault", "faults");
	buf_fmt(&head, " (%s): ", severities[checks_severity(c)]);
	text_safe(&head, str_of(c->rule->title));
	xml_open(x, "failure");
	xml_put_attribute(x, "type", str_of(severities[checks_severity(c)]));
	xml_put_attribute(x, "message", buf_view(&head));
	xml_put_text(x, buf_view(&text));
	xml_close(x);
}

static void put_case(struct xml_out *x, const struct checks_report *r, const struct check *c)
{
	struct buf text;

	buf_init(&text, x->b->op, INT32_MAX);
	xml_open(x, "testcase");
	xml_put_attribute(x, "classname", str_of(r->tool));
	xml_put_attribute(x, "name", str_of(c->rule->id));
	xml_put_attribute(x, "time", S("0"));
	if (c->outcome == OUTCOME_FAIL) {
		put_failure(x, r, c);
	} else if (is_waived(c)) {
		for (ptrdiff_t i = 0; i < c->fault_n; i++)
			put_fault(&text, r, &c->fault[i]);
		xml_open(x, "skipped");
		xml_put_attribute(x, "message", str_trim(buf_view(&text)));
		xml_close(x);
	} else if (c->outcome == OUTCOME_ERROR) {
		xml_open(x, c->unread ? "error" : "skipped");
		if (c->unread)
			xml_put_attribute(x, "type", S("unread"));
		xml_put_attribute(x, "message", c->detail);
		xml_close(x);
	}
	xml_close(x);
}

int checks_junit(struct op *op, const struct checks_report *r, const struct checks_choice *c,
		 struct buf *b)
{
	struct checks_counted n = checks_count(r->checks);
	uint64_t errors = 0, skipped = 0;
	char date[CLOCK_TEXT];
	struct xml_out x;

	(void)c;
	for (ptrdiff_t i = 0; i < r->checks->n; i++) {
		const struct check *check = &r->checks->p[i];
		bool error = check->outcome == OUTCOME_ERROR;
		errors += error && check->unread;
		skipped += (error && !check->unread) || is_waived(check);
	}
	xml_begin(&x, b, 1);
	xml_open(&x, "testsuites");
	xml_open(&x, "testsuite");
	xml_put_attribute(&x, "name", r->subject);
	number(&x, "tests", (uint64_t)r->checks->n);
	number(&x, "failures", (uint64_t)n.rules[OUTCOME_FAIL]);
	number(&x, "errors", errors);
	number(&x, "skipped", skipped);
	xml_put_attribute(&x, "time", S("0"));
	xml_put_attribute(&x, "timestamp", str_head(str_of(clock_rfc3339(r->time, date)), 19));
	for (ptrdiff_t i = 0; i < r->checks->n; i++)
		put_case(&x, r, &r->checks->p[i]);
	xml_close(&x);
	xml_close(&x);
	buf_char(b, '\n');
	return op->code;
}
