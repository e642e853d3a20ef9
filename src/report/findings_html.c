/*
 * One page that an auditor can read and print: no request, no script needed, light and dark. Its order
 * is that of questions: how bad is it, what do I do, what has no fix, what is hidden and why, what was not
 * looked at, what does all that rest on.
 */
#include "findings_impl.h"
#include "html_parts.h"
#include "sys/clock.h"
#include "words.h"

enum { FEW = 3 }; /* upgrades that need no table of their own */

/* What a writer of words says, as HTML. */
static void said(struct buf *b, const struct report *r,
		 void (*say)(struct buf *b, const struct report *r))
{
	struct buf text;

	buf_init(&text, b->op, INT32_MAX);
	say(&text, r);
	text_html(b, buf_view(&text));
}

/* Only what is an address becomes a link. */
static void id_cell(struct op *op, struct buf *b, const struct finding *f)
{
	str url = words_url(op, f);

	html_raw(b, "<td class=\"nowrap\"><a href=\"");
	text_html(b, url);
	html_raw(b, "\" rel=\"noreferrer\">");
	text_html(b, f->id);
	html_raw(b, "</a>");
	for (ptrdiff_t i = 0; i < f->ids.n && i < 4; i++) {
		if (str_eq(f->ids.p[i], f->id))
			continue;
		html_raw(b, "<small>");
		text_html(b, f->ids.p[i]);
		html_raw(b, "</small>");
	}
	html_raw(b, "</td>");
}

static void package_cell(struct op *op, struct buf *b, const struct package *p)
{
	html_raw(b, "<td class=\"word\"><b>");
	text_html(b, words_name(op, p));
	html_raw(b, "</b> ");
	text_html(b, p->version);
	html_raw(b, "<small>");
	text_html(b, str_of(package_kinds[p->type].name));
	if (p->origin) {
		html_raw(b, ", ");
		html_raw(b, origins[p->origin]);
	}
	if (words_path(p).len) {
		html_raw(b, ", ");
		text_html(b, words_path(p));
	}
	html_raw(b, "</small></td>");
}

/* Score, EPSS and what is known of attacks. */
static void threat_cell(struct buf *b, const struct finding *f)
{
	char number[WORDS_NUMBER];

	buf_fmt(b, "<td class=\"num\" data-v=\"%s\">", words_number(f->risk, 2, number));
	words_number(f->score, 1, number);
	html_raw(b, f->score > 0 ? number : "–");
	html_raw(b, "<small>");
	struct buf epss;
	buf_init(&epss, b->op, INT32_MAX);
	words_epss(&epss, f);
	if (f->scored) {
		html_raw(b, "EPSS ");
		text_html(b, buf_view(&epss));
	}
	html_raw(b, "</small></td>");
}

static void summary_cell(struct buf *b, const struct finding *f)
{
	html_raw(b, "<td>");
	if (f->exploited)
		html_raw(b, "<span class=\"tag bad\">known to be exploited</span> ");
	if (f->ransomware)
		html_raw(b, "<span class=\"tag bad\">ransomware</span> ");
	if (f->malicious)
		html_raw(b, "<span class=\"tag bad\">malicious package</span> ");
	text_html(b, text_line(f->summary));
	if (f->match_n) {
		html_raw(b, "<small>");
		text_html(b, f->match[0].source);
		html_raw(b, ": ");
		struct buf span;
		buf_init(&span, b->op, INT32_MAX);
		words_span(&span, &f->match[0]);
		text_html(b, buf_view(&span));
		html_raw(b, "</small>");
	}
	html_raw(b, "</td>");
}

/* ---- how bad ---- */

static void put_pills(struct buf *b, const struct report *r, const struct report_counts *n)
{
	html_raw(b, "<ul class=\"pills\">");
	if (r->filter.fail_on)
		buf_fmt(b, "<li class=\"pill %s\">%s gate: nothing %s or worse</li>",
			r->failed ? "bad" : "ok", r->failed ? "✘" : "✔",
			severities[r->filter.fail_on]);
	else if (r->failed)
		html_raw(b, "<li class=\"pill bad\">✘ gate</li>");
	if (n->exploited)
		buf_fmt(b, "<li class=\"pill bad\">%llu known to be exploited</li>",
			(unsigned long long)n->exploited);
	if (r->incomplete)
		html_raw(b, "<li class=\"pill warn\">– not everything was covered</li>");
	if (r->ended)
		html_raw(b, "<li class=\"pill warn\">– the system is past its support</li>");
	if (r->shown_n == 0) {
		html_raw(b, "<li class=\"pill\">");
		said(b, r, words_none);
		html_raw(b, "</li>");
	}
	html_raw(b, "</ul>\n");
}

static void put_header(struct buf *b, const struct report *r)
{
	const struct inventory *inv = r->inventory;
	struct report_counts n;
	char date[CLOCK_TEXT];

	report_count(r, &n);
	html_raw(b, "<header>\n<h1>");
	said(b, r, words_subject);
	html_raw(b, "<small>");
	text_html(b, inv->subject.platform);
	if (inv->subject.platform.len && inv->os.pretty_name.len)
		html_raw(b, " &middot; ");
	text_html(b, inv->os.pretty_name);
	buf_fmt(b, "</small></h1>\n<p>Published vulnerabilities, as of %s</p>\n",
		clock_rfc3339(r->time, date));
	put_pills(b, r, &n);
	html_raw(b, "<div class=\"facts seven\">");
	for (int s = SEVERITY_CRITICAL; s > SEVERITY_LOW; s--)
		html_fact(b, severities[s], n.by_severity[s]);
	html_fact(b, "low and below",
		  n.by_severity[SEVERITY_LOW] + n.by_severity[SEVERITY_NEGLIGIBLE] +
			  n.by_severity[SEVERITY_UNKNOWN]);
	html_fact(b, "an update fixes", n.fixed);
	html_fact(b, "without a fix", n.not_fixed);
	html_fact(b, "suppressed", n.suppressed);
	html_raw(b, "</div>\n");
	if (r->shown_n) {
		html_raw(b, "<div class=\"stack shares\" role=\"img\" aria-label=\"Shares of "
			    "severities\" style=\"margin-top:1rem\">");
		for (int s = SEVERITY_CRITICAL; s >= SEVERITY_UNKNOWN; s--)
			if (n.by_severity[s])
				buf_fmt(b,
					"<span class=\"%s\" style=\"flex:%llu 0 0\" "
					"title=\"%llu %s\"></span>",
					severities[s], (unsigned long long)n.by_severity[s],
					(unsigned long long)n.by_severity[s], severities[s]);
		html_raw(b, "</div>\n");
	}
	html_raw(b, "</header>\n<nav aria-label=\"Sections\"><ul>"
		    "<li><a href=\"#fixes\">What to do</a></li>"
		    "<li><a href=\"#unfixed\">Without a fix</a></li>"
		    "<li><a href=\"#suppressed\">Suppressed</a></li>"
		    "<li><a href=\"#coverage\">Coverage</a></li>"
		    "<li><a href=\"#sources\">Sources</a></li>"
		    "<li><a href=\"#about\">About</a></li></ul></nav>\n<main>\n");
}

/* ---- findings ---- */

static const char *const finding_headings[] = { "Severity", "Vulnerability", "Package", "Score",
						"What it is" };

static void finding_row(struct op *op, struct buf *b, const struct report *r,
			const struct finding *f)
{
	html_raw(b, "<tr>");
	html_severity_cell(b, f->severity);
	id_cell(op, b, f);
	package_cell(op, b, words_package(r, f));
	threat_cell(b, f);
	summary_cell(b, f);
	html_raw(b, "</tr>\n");
}

static void put_group(struct op *op, struct buf *b, const struct report *r, ptrdiff_t at,
		      bool *grouped)
{
	const struct fix_group *g = &r->group[at];

	buf_fmt(b, "<div class=\"group\" id=\"g%td\"><h3>Upgrade ", at);
	text_html(b, g->name);
	html_raw(b, " to ");
	text_html(b, g->to);
	buf_fmt(b, " <small class=\"lead\">clears %td</small></h3>\n<p class=\"lead\">from ",
		g->finding_n);
	text_html(b, g->from);
	for (ptrdiff_t i = 0; i < g->packages.n; i++) {
		html_raw(b, i ? " " : ": ");
		html_raw(b, "<span class=\"tag\">");
		text_html(b, g->packages.p[i]);
		html_raw(b, "</span>");
	}
	html_raw(b, "</p>\n");
	html_table_open(b, "found", finding_headings, 5);
	for (ptrdiff_t i = 0; i < g->finding_n; i++) {
		if (g->finding[i] >= (uint64_t)r->finding_n)
			continue;
		grouped[g->finding[i]] = true;
		finding_row(op, b, r, &r->finding[g->finding[i]]);
	}
	html_table_close(b);
	html_raw(b, "</div>\n");
}

/* All upgrades at a glance, where they are many. */
static void put_upgrades(struct buf *b, const struct report *r)
{
	static const char *const heading[] = { "Worst", "Upgrade", "From", "To", "Clears" };

	if (r->group_n <= FEW)
		return;
	html_table_open(b, "sift", heading, 5);
	for (ptrdiff_t i = 0; i < r->group_n; i++) {
		const struct fix_group *g = &r->group[i];
		html_raw(b, "<tr>");
		html_severity_cell(b, g->worst);
		buf_fmt(b, "<td><a href=\"#g%td\">", i);
		text_html(b, g->name);
		html_raw(b, "</a></td>");
		html_cell(b, g->from);
		html_cell(b, g->to);
		buf_fmt(b, "<td data-v=\"%td\">%td</td></tr>\n", g->finding_n, g->finding_n);
	}
	html_table_close(b);
}

static int put_findings(struct op *op, struct buf *b, const struct report *r)
{
	bool *grouped = op_new(op, bool, r->finding_n);
	ptrdiff_t left = 0;

	if (!grouped)
		return op->code;
	html_section(b, "fixes", "What to do",
		     "Each of these upgrades clears what stands below it; the worst is first.");
	put_upgrades(b, r);
	for (ptrdiff_t i = 0; i < r->group_n; i++)
		put_group(op, b, r, i, grouped);
	if (r->group_n == 0)
		html_raw(b, "<p>No upgrade would clear anything.</p>\n");
	html_raw(b, "</section>\n");
	for (ptrdiff_t i = 0; i < r->shown_n; i++)
		left += !grouped[i];
	html_section(
		b, "unfixed", "Without a fix",
		left ? "Nothing to upgrade to: nobody has published a fix, or there will be none."
		     : "");
	if (left) {
		static const char *const heading[] = { "Severity", "Vulnerability", "Package",
						       "Score",    "What it is",    "State" };
		html_table_open(b, "sift", heading, 6);
		for (ptrdiff_t i = 0; i < r->shown_n; i++) {
			const struct finding *f = &r->finding[i];
			if (grouped[i])
				continue;
			html_raw(b, "<tr>");
			html_severity_cell(b, f->severity);
			id_cell(op, b, f);
			package_cell(op, b, words_package(r, f));
			threat_cell(b, f);
			summary_cell(b, f);
			html_raw(b, "<td>");
			struct buf remedy;
			buf_init(&remedy, op, INT32_MAX);
			words_remedy(&remedy, r, f);
			text_html(b, buf_view(&remedy));
			html_raw(b, "</td></tr>\n");
		}
		html_table_close(b);
	} else {
		html_raw(b, "<p>None.</p>\n");
	}
	html_raw(b, "</section>\n");
	return 0;
}

static void put_suppressed(struct op *op, struct buf *b, const struct report *r)
{
	static const char *const heading[] = { "Severity", "Vulnerability", "Package", "By",
					       "Why" };

	html_section(
		b, "suppressed", "Suppressed",
		"Found, and taken away by something that is known. None of these count above.");
	if (r->finding_n == r->shown_n) {
		html_raw(b, "<p>Nothing is suppressed.</p></section>\n");
		return;
	}
	html_table_open(b, "sift", heading, 5);
	for (ptrdiff_t i = r->shown_n; i < r->finding_n; i++) {
		const struct finding *f = &r->finding[i];
		html_raw(b, "<tr>");
		html_severity_cell(b, f->severity);
		id_cell(op, b, f);
		package_cell(op, b, words_package(r, f));
		buf_fmt(b, "<td class=\"nowrap\">%s</td>", suppressed_bys[f->suppressed]);
		html_raw(b, "<td>");
		text_html(b, f->reason);
		if (f->rule.len) {
			html_raw(b, "<small>");
			text_html(b, f->rule);
			html_raw(b, "</small>");
		}
		html_raw(b, "</td></tr>\n");
	}
	html_table_close(b);
	html_raw(b, "</section>\n");
}

static void list_term(struct buf *b, const char *name, const struct texts *list)
{
	if (list->n == 0)
		return;
	buf_fmt(b, "<dt>%s</dt><dd>", name);
	for (ptrdiff_t i = 0; i < list->n; i++) {
		html_raw(b, i ? ", " : "");
		text_html(b, list->p[i]);
	}
	html_raw(b, "</dd>");
}

static void put_about(struct buf *b, const struct report *r)
{
	const struct subject *s = &r->inventory->subject;
	char date[CLOCK_TEXT];

	html_section(b, "about", "About", "");
	html_raw(b, "<dl>");
	html_term(b, "Name", s->name);
	html_term(b, "Reference", s->reference);
	html_digest_term(b, "Manifest", &s->manifest);
	html_digest_term(b, "Configuration", &s->config);
	if (s->created)
		html_term(b, "Created", str_of(clock_rfc3339(s->created, date)));
	html_term(b, "Built on", s->base_name);
	html_term(b, "Advisories for", r->ecosystem);
	html_digest_term(b, "Database", &r->database);
	list_term(b, "Only severities", &r->filter.severities);
	list_term(b, "Without states", &r->filter.ignored_states);
	if (r->filter.only_fixed)
		html_term(b, "Only", S("what an update fixes"));
	if (r->filter.only_base || r->filter.ignore_base)
		html_term(b, "Of",
			  r->filter.only_base ? S("the base image alone")
					      : S("what the image itself brings"));
	buf_fmt(b, "<dt>Packages</dt><dd>%td</dd></dl></section>\n", r->inventory->package_n);
}

int findings_html(struct op *op, const struct report *r, const struct findings_choice *c,
		  struct buf *b)
{
	struct buf name;

	(void)c;
	buf_init(&name, op, INT32_MAX);
	words_subject(&name, r);
	html_open(b, buf_view(&name), ": published vulnerabilities");
	put_header(b, r);
	if (put_findings(op, b, r) < 0)
		return op->code;
	put_suppressed(op, b, r);
	html_coverage(b, r);
	html_sources(b, r);
	put_about(b, r);
	html_close(b);
	return op->code;
}
