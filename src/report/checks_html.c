/*
 * One page that an auditor can read and print: no request, no script needed, light and dark. First what
 * is broken, with the evidence and what to do; then what cannot be told and why; then what is kept.
 */
#include "checks_impl.h"
#include "html_parts.h"
#include "sys/clock.h"

static void put_header(struct buf *b, const struct checks_report *r)
{
	struct checks_counted n = checks_count(r->checks);
	char date[CLOCK_TEXT];

	html_raw(b, "<header>\n<h1>");
	text_html(b, r->subject);
	html_raw(b, "<small>");
	if (r->inventory) {
		text_html(b, r->inventory->subject.platform);
		html_raw(b, r->inventory->subject.platform.len && r->inventory->os.pretty_name.len
				    ? " &middot; "
				    : "");
		text_html(b, r->inventory->os.pretty_name);
	}
	buf_fmt(b, "</small></h1>\n<p>%s, as of %s</p>\n<ul class=\"pills\">",
		r->inventory ? "How it is hardened" : "What it is written like",
		clock_rfc3339(r->time, date));
	buf_fmt(b, "<li class=\"pill %s\">%s %td of %td rules kept</li>",
		n.rules[OUTCOME_FAIL] ? "bad" : "ok", n.rules[OUTCOME_FAIL] ? "✘" : "✔",
		n.rules[OUTCOME_PASS], r->checks->n);
	if (n.rules[OUTCOME_ERROR])
		buf_fmt(b, "<li class=\"pill warn\">– %td cannot be told</li>",
			n.rules[OUTCOME_ERROR]);
	html_raw(b, "</ul>\n<div class=\"facts\">");
	html_fact(b, "critical", n.broken[SEVERITY_CRITICAL]);
	html_fact(b, "high", n.broken[SEVERITY_HIGH]);
	html_fact(b, "medium", n.broken[SEVERITY_MEDIUM]);
	html_fact(b, "low and below", n.broken[SEVERITY_LOW] + n.broken[SEVERITY_NEGLIGIBLE]);
	html_fact(b, "faults", n.faults);
	html_fact(b, "waived", n.waived);
	html_raw(b, "</div>\n</header>\n<nav aria-label=\"Sections\"><ul>"
		    "<li><a href=\"#broken\">Broken</a></li>"
		    "<li><a href=\"#unknown\">Cannot be told</a></li>"
		    "<li><a href=\"#kept\">Kept</a></li></ul></nav>\n<main>\n");
}

static void put_fault(struct buf *b, const struct checks_report *r, const struct fault *f)
{
	struct buf text;

	buf_init(&text, b->op, INT32_MAX);
	checks_place(&text, f);
	html_raw(b, "<tr><td class=\"word\"><code>");
	text_html(b, buf_view(&text));
	html_raw(b, "</code></td><td class=\"word\">");
	text_html(b, f->what);
	if (f->remedy.len) {
		html_raw(b, "<small>");
		text_html(b, f->remedy);
		html_raw(b, "</small>");
	}
	if (!checks_counts(f)) {
		html_raw(b, "<small>does not count: ");
		text_html(b, f->waived_by);
		html_raw(b, f->reason.len ? ", " : "");
		text_html(b, f->reason);
		html_raw(b, "</small>");
	}
	buf_init(&text, b->op, INT32_MAX);
	checks_origin(&text, r, f);
	html_raw(b, "</td><td class=\"word\">");
	text_html(b, buf_view(&text));
	html_raw(b, "</td></tr>\n");
}

static void put_broken(struct buf *b, const struct checks_report *r, const struct check *c)
{
	static const char *const faults[] = { "Where", "What", "Brought by" };
	enum severity severity = checks_severity(c);

	buf_fmt(b, "<div class=\"group\" id=\"r-%s\"><h3><span class=\"sev %s\">%s</span> ",
		c->rule->id, severities[severity], severity_titles[severity]);
	text_html(b, str_of(c->rule->title));
	html_raw(b, " <small class=\"lead\">");
	text_html(b, str_of(c->rule->id));
	html_raw(b, c->rule->also[0] ? ", " : "");
	text_html(b, str_of(c->rule->also));
	html_raw(b, "</small></h3>\n<p class=\"lead\">");
	text_html(b, str_of(c->rule->rationale));
	html_raw(b, "</p>\n<p>");
	text_html(b, str_of(c->rule->remedy));
	html_raw(b, "</p>\n");
	html_table_open(b, "", faults, sizeof(faults) / sizeof(faults[0]));
	for (ptrdiff_t i = 0; i < c->fault_n; i++)
		put_fault(b, r, &c->fault[i]);
	html_raw(b, "</tbody></table></div></div>\n");
}

static void put_rest(struct buf *b, const struct checks *checks, enum outcome_kind kind)
{
	static const char *const rest[] = { "Rule", "What holds where it is kept", "Seen" };
	struct checks_counted n = checks_count(checks);

	if (n.rules[kind] == 0) {
		html_raw(b, "<p>None.</p>\n");
		return;
	}
	html_table_open(b, "sift", rest, sizeof(rest) / sizeof(rest[0]));
	for (ptrdiff_t i = 0; i < checks->n; i++) {
		const struct check *c = &checks->p[i];
		if (c->outcome != kind)
			continue;
		html_raw(b, "<tr><td class=\"nowrap\"><b>");
		text_html(b, str_of(c->rule->id));
		html_raw(b, "</b><small>");
		text_html(b, str_of(c->rule->also));
		html_raw(b, "</small></td><td>");
		text_html(b, str_of(c->rule->title));
		html_raw(b, "</td><td class=\"word\">");
		text_html(b, c->detail);
		for (ptrdiff_t k = 0; k < c->fault_n; k++) {
			html_raw(b, "<small>waived: ");
			text_html(b, c->fault[k].what);
			html_raw(b, c->fault[k].reason.len ? " – " : "");
			text_html(b, c->fault[k].reason);
			html_raw(b, "</small>");
		}
		html_raw(b, "</td></tr>\n");
	}
	html_table_close(b);
}

int checks_html(struct op *op, const struct checks_report *r, const struct checks_choice *c,
		struct buf *b)
{
	struct checks_counted n = checks_count(r->checks);

	(void)c;
	html_open(b, r->subject, r->inventory ? ": audit" : ": lint");
	put_header(b, r);
	html_section(b, "broken", "Broken", "");
	for (int severity = SEVERITY_CRITICAL; severity >= SEVERITY_UNKNOWN; severity--)
		for (ptrdiff_t i = 0; i < r->checks->n; i++)
			if (r->checks->p[i].outcome == OUTCOME_FAIL &&
			    (int)checks_severity(&r->checks->p[i]) == severity)
				put_broken(b, r, &r->checks->p[i]);
	if (n.rules[OUTCOME_FAIL] == 0)
		html_raw(b, "<p>No rule is broken.</p>\n");
	html_raw(b, "</section>\n");
	html_section(b, "unknown", "Cannot be told", "A gate takes these for broken.");
	put_rest(b, r->checks, OUTCOME_ERROR);
	html_raw(b, "</section>\n");
	html_section(b, "kept", "Kept", "");
	put_rest(b, r->checks, OUTCOME_PASS);
	html_raw(b, "</section>\n");
	html_close(b);
	return op->code;
}
