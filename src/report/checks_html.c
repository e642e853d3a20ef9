/*
 * One page that an auditor can read and print: no request, no script needed, light and dark. First what
 * is broken, with the evidence and what to do; then what cannot be told and why; then what is kept.
 */
#include "checks_impl.h"
#include "html.h"
#include "sys/clock.h"

static void raw(struct buf *b, const char *s)
{
	buf_add(b, str_of(s));
}

static void section(struct buf *b, const char *id, const char *heading, const char *lead)
{
	buf_fmt(b, "<section id=\"%s\" aria-labelledby=\"%s-h\"><h2 id=\"%s-h\">%s</h2>\n", id, id,
		id, heading);
	if (lead[0])
		buf_fmt(b, "<p class=\"lead\">%s</p>\n", lead);
}

static void fact(struct buf *b, const char *label, uint64_t n)
{
	buf_fmt(b, "<div class=\"fact\"><b>%llu</b><span>%s</span></div>", (unsigned long long)n,
		label);
}

static void put_header(struct buf *b, const struct checks_report *r)
{
	struct checks_counted n = checks_count(r->checks);
	char date[CLOCK_TEXT];

	raw(b, "<header>\n<h1>");
	text_html(b, r->subject);
	raw(b, "<small>");
	if (r->inventory) {
		text_html(b, r->inventory->subject.platform);
		raw(b, r->inventory->subject.platform.len && r->inventory->os.pretty_name.len
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
	raw(b, "</ul>\n<div class=\"facts\">");
	fact(b, "critical", n.broken[SEVERITY_CRITICAL]);
	fact(b, "high", n.broken[SEVERITY_HIGH]);
	fact(b, "medium", n.broken[SEVERITY_MEDIUM]);
	fact(b, "low and below", n.broken[SEVERITY_LOW] + n.broken[SEVERITY_NEGLIGIBLE]);
	fact(b, "faults", n.faults);
	fact(b, "waived", n.waived);
	raw(b, "</div>\n</header>\n<nav aria-label=\"Sections\"><ul>"
	       "<li><a href=\"#broken\">Broken</a></li>"
	       "<li><a href=\"#unknown\">Cannot be told</a></li>"
	       "<li><a href=\"#kept\">Kept</a></li></ul></nav>\n<main>\n");
}

static void put_fault(struct buf *b, const struct checks_report *r, const struct fault *f)
{
	struct buf text;

	buf_init(&text, b->op, INT32_MAX);
	checks_place(&text, f);
	raw(b, "<tr><td class=\"word\"><code>");
	text_html(b, buf_view(&text));
	raw(b, "</code></td><td class=\"word\">");
	text_html(b, f->what);
	if (f->remedy.len) {
		raw(b, "<small>");
		text_html(b, f->remedy);
		raw(b, "</small>");
	}
	if (!checks_counts(f)) {
		raw(b, "<small>does not count: ");
		text_html(b, f->waived_by);
		raw(b, f->reason.len ? ", " : "");
		text_html(b, f->reason);
		raw(b, "</small>");
	}
	buf_init(&text, b->op, INT32_MAX);
	checks_origin(&text, r, f);
	raw(b, "</td><td class=\"word\">");
	text_html(b, buf_view(&text));
	raw(b, "</td></tr>\n");
}

static void put_broken(struct buf *b, const struct checks_report *r, const struct check *c)
{
	enum severity severity = checks_severity(c);

	buf_fmt(b, "<div class=\"group\" id=\"r-%s\"><h3><span class=\"sev %s\">%s</span> ",
		c->rule->id, severities[severity], severity_titles[severity]);
	text_html(b, str_of(c->rule->title));
	raw(b, " <small class=\"lead\">");
	text_html(b, str_of(c->rule->id));
	raw(b, c->rule->also[0] ? ", " : "");
	text_html(b, str_of(c->rule->also));
	raw(b, "</small></h3>\n<p class=\"lead\">");
	text_html(b, str_of(c->rule->rationale));
	raw(b, "</p>\n<p>");
	text_html(b, str_of(c->rule->remedy));
	raw(b,
	    "</p>\n<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Where</th>"
	    "<th scope=\"col\">What</th><th scope=\"col\">Brought by</th></tr></thead><tbody>\n");
	for (ptrdiff_t i = 0; i < c->fault_n; i++)
		put_fault(b, r, &c->fault[i]);
	raw(b, "</tbody></table></div></div>\n");
}

static void put_rest(struct buf *b, const struct checks *checks, enum outcome_kind kind)
{
	struct checks_counted n = checks_count(checks);

	if (n.rules[kind] == 0) {
		raw(b, "<p>None.</p>\n");
		return;
	}
	raw(b, "<div class=\"scroll\"><table class=\"sift\"><thead><tr><th scope=\"col\">Rule</th>"
	       "<th scope=\"col\">What holds where it is kept</th><th scope=\"col\">Seen</th></tr>"
	       "</thead><tbody>\n");
	for (ptrdiff_t i = 0; i < checks->n; i++) {
		const struct check *c = &checks->p[i];
		if (c->outcome != kind)
			continue;
		raw(b, "<tr><td class=\"nowrap\"><b>");
		text_html(b, str_of(c->rule->id));
		raw(b, "</b><small>");
		text_html(b, str_of(c->rule->also));
		raw(b, "</small></td><td>");
		text_html(b, str_of(c->rule->title));
		raw(b, "</td><td class=\"word\">");
		text_html(b, c->detail);
		for (ptrdiff_t k = 0; k < c->fault_n; k++) {
			raw(b, "<small>waived: ");
			text_html(b, c->fault[k].what);
			raw(b, c->fault[k].reason.len ? " – " : "");
			text_html(b, c->fault[k].reason);
			raw(b, "</small>");
		}
		raw(b, "</td></tr>\n");
	}
	raw(b, "</tbody></table></div>\n");
}

int checks_html(struct op *op, const struct checks_report *r, const struct checks_choice *c,
		struct buf *b)
{
	struct checks_counted n = checks_count(r->checks);

	(void)c;
	html_open(b, r->subject, r->inventory ? ": audit" : ": lint");
	put_header(b, r);
	section(b, "broken", "Broken", "");
	for (int severity = SEVERITY_CRITICAL; severity >= SEVERITY_UNKNOWN; severity--)
		for (ptrdiff_t i = 0; i < r->checks->n; i++)
			if (r->checks->p[i].outcome == OUTCOME_FAIL &&
			    (int)checks_severity(&r->checks->p[i]) == severity)
				put_broken(b, r, &r->checks->p[i]);
	if (n.rules[OUTCOME_FAIL] == 0)
		raw(b, "<p>No rule is broken.</p>\n");
	raw(b, "</section>\n");
	section(b, "unknown", "Cannot be told", "A gate takes these for broken.");
	put_rest(b, r->checks, OUTCOME_ERROR);
	raw(b, "</section>\n");
	section(b, "kept", "Kept", "");
	put_rest(b, r->checks, OUTCOME_PASS);
	raw(b, "</section>\n");
	html_close(b);
	return op->code;
}
