/*
 * One page that an auditor can read and print: no request, no script needed, light and dark. Its order
 * is that of questions: how bad is it, what do I do, what has no fix, what is hidden and why, what was not
 * looked at, what does all that rest on.
 */
#include "findings_impl.h"
#include "html.h"
#include "sys/clock.h"
#include "words.h"

enum { FEW = 3 }; /* upgrades that need no table of their own */

static void raw(struct buf *b, const char *s)
{
	buf_add(b, str_of(s));
}

/* What a writer of words says, as HTML. */
static void said(struct buf *b, const struct report *r,
		 void (*say)(struct buf *b, const struct report *r))
{
	struct buf text;

	buf_init(&text, b->op, INT32_MAX);
	say(&text, r);
	text_html(b, buf_view(&text));
}

static void cell(struct buf *b, str s)
{
	raw(b, "<td>");
	text_html(b, s);
	raw(b, "</td>");
}

static void severity_cell(struct buf *b, enum severity s)
{
	buf_fmt(b, "<td class=\"nowrap\" data-v=\"%d\"><span class=\"sev %s\">%s</span></td>", s,
		severities[s], severity_titles[s]);
}

/* Only what is an address becomes a link. */
static void id_cell(struct op *op, struct buf *b, const struct finding *f)
{
	str url = words_url(op, f);

	raw(b, "<td class=\"nowrap\"><a href=\"");
	text_html(b, url);
	raw(b, "\" rel=\"noreferrer\">");
	text_html(b, f->id);
	raw(b, "</a>");
	for (ptrdiff_t i = 0; i < f->ids.n && i < 4; i++) {
		if (str_eq(f->ids.p[i], f->id))
			continue;
		raw(b, "<small>");
		text_html(b, f->ids.p[i]);
		raw(b, "</small>");
	}
	raw(b, "</td>");
}

static void package_cell(struct op *op, struct buf *b, const struct package *p)
{
	raw(b, "<td class=\"word\"><b>");
	text_html(b, words_name(op, p));
	raw(b, "</b> ");
	text_html(b, p->version);
	raw(b, "<small>");
	text_html(b, str_of(package_kinds[p->type].name));
	if (p->origin) {
		raw(b, ", ");
		raw(b, origins[p->origin]);
	}
	if (words_path(p).len) {
		raw(b, ", ");
		text_html(b, words_path(p));
	}
	raw(b, "</small></td>");
}

/* Score, EPSS and what is known of attacks. */
static void threat_cell(struct buf *b, const struct finding *f)
{
	char number[WORDS_NUMBER];

	buf_fmt(b, "<td class=\"num\" data-v=\"%s\">", words_number(f->risk, 2, number));
	words_number(f->score, 1, number);
	raw(b, f->score > 0 ? number : "–");
	raw(b, "<small>");
	struct buf epss;
	buf_init(&epss, b->op, INT32_MAX);
	words_epss(&epss, f);
	if (f->scored) {
		raw(b, "EPSS ");
		text_html(b, buf_view(&epss));
	}
	raw(b, "</small></td>");
}

static void summary_cell(struct buf *b, const struct finding *f)
{
	raw(b, "<td>");
	if (f->exploited)
		raw(b, "<span class=\"tag bad\">known to be exploited</span> ");
	if (f->ransomware)
		raw(b, "<span class=\"tag bad\">ransomware</span> ");
	if (f->malicious)
		raw(b, "<span class=\"tag bad\">malicious package</span> ");
	text_html(b, text_line(f->summary));
	if (f->match_n) {
		raw(b, "<small>");
		text_html(b, f->match[0].source);
		raw(b, ": ");
		struct buf span;
		buf_init(&span, b->op, INT32_MAX);
		words_span(&span, &f->match[0]);
		text_html(b, buf_view(&span));
		raw(b, "</small>");
	}
	raw(b, "</td>");
}

static void table_open(struct buf *b, const char *class, const char *const *heading, size_t n)
{
	buf_fmt(b, "<div class=\"scroll\"><table%s%s%s><thead><tr>", class[0] ? " class=\"" : "",
		class, class[0] ? "\"" : "");
	for (size_t i = 0; i < n; i++)
		buf_fmt(b, "<th scope=\"col\"%s>%s</th>",
			str_eq(str_of(heading[i]), S("Score")) ? " class=\"num\"" : "", heading[i]);
	raw(b, "</tr></thead><tbody>\n");
}

static void table_close(struct buf *b)
{
	raw(b, "</tbody></table></div>\n");
}

static void section(struct buf *b, const char *id, const char *heading, const char *lead)
{
	buf_fmt(b, "<section id=\"%s\" aria-labelledby=\"%s-h\"><h2 id=\"%s-h\">%s</h2>\n", id, id,
		id, heading);
	if (lead[0])
		buf_fmt(b, "<p class=\"lead\">%s</p>\n", lead);
}

/* ---- how bad ---- */

static void put_pills(struct buf *b, const struct report *r, const struct report_counts *n)
{
	raw(b, "<ul class=\"pills\">");
	if (r->filter.fail_on)
		buf_fmt(b, "<li class=\"pill %s\">%s gate: nothing %s or worse</li>",
			r->failed ? "bad" : "ok", r->failed ? "✘" : "✔",
			severities[r->filter.fail_on]);
	else if (r->failed)
		raw(b, "<li class=\"pill bad\">✘ gate</li>");
	if (n->exploited)
		buf_fmt(b, "<li class=\"pill bad\">%llu known to be exploited</li>",
			(unsigned long long)n->exploited);
	if (r->incomplete)
		raw(b, "<li class=\"pill warn\">– not everything was covered</li>");
	if (r->ended)
		raw(b, "<li class=\"pill warn\">– the system is past its support</li>");
	if (r->shown_n == 0) {
		raw(b, "<li class=\"pill\">");
		said(b, r, words_none);
		raw(b, "</li>");
	}
	raw(b, "</ul>\n");
}

static void fact(struct buf *b, const char *label, uint64_t n)
{
	buf_fmt(b, "<div class=\"fact\"><b>%llu</b><span>%s</span></div>", (unsigned long long)n,
		label);
}

static void put_header(struct buf *b, const struct report *r)
{
	const struct inventory *inv = r->inventory;
	struct report_counts n;
	char date[CLOCK_TEXT];

	report_count(r, &n);
	raw(b, "<header>\n<h1>");
	said(b, r, words_subject);
	raw(b, "<small>");
	text_html(b, inv->subject.platform);
	if (inv->subject.platform.len && inv->os.pretty_name.len)
		raw(b, " &middot; ");
	text_html(b, inv->os.pretty_name);
	buf_fmt(b, "</small></h1>\n<p>Published vulnerabilities, as of %s</p>\n",
		clock_rfc3339(r->time, date));
	put_pills(b, r, &n);
	raw(b, "<div class=\"facts seven\">");
	for (int s = SEVERITY_CRITICAL; s > SEVERITY_LOW; s--)
		fact(b, severities[s], n.by_severity[s]);
	fact(b, "low and below",
	     n.by_severity[SEVERITY_LOW] + n.by_severity[SEVERITY_NEGLIGIBLE] +
		     n.by_severity[SEVERITY_UNKNOWN]);
	fact(b, "an update fixes", n.fixed);
	fact(b, "without a fix", n.not_fixed);
	fact(b, "suppressed", n.suppressed);
	raw(b, "</div>\n");
	if (r->shown_n) {
		raw(b, "<div class=\"stack shares\" role=\"img\" aria-label=\"Shares of "
		       "severities\" style=\"margin-top:1rem\">");
		for (int s = SEVERITY_CRITICAL; s >= SEVERITY_UNKNOWN; s--)
			if (n.by_severity[s])
				buf_fmt(b,
					"<span class=\"%s\" style=\"flex:%llu 0 0\" "
					"title=\"%llu %s\"></span>",
					severities[s], (unsigned long long)n.by_severity[s],
					(unsigned long long)n.by_severity[s], severities[s]);
		raw(b, "</div>\n");
	}
	raw(b, "</header>\n<nav aria-label=\"Sections\"><ul>"
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
	raw(b, "<tr>");
	severity_cell(b, f->severity);
	id_cell(op, b, f);
	package_cell(op, b, words_package(r, f));
	threat_cell(b, f);
	summary_cell(b, f);
	raw(b, "</tr>\n");
}

static void put_group(struct op *op, struct buf *b, const struct report *r, ptrdiff_t at,
		      bool *grouped)
{
	const struct fix_group *g = &r->group[at];

	buf_fmt(b, "<div class=\"group\" id=\"g%td\"><h3>Upgrade ", at);
	text_html(b, g->name);
	raw(b, " to ");
	text_html(b, g->to);
	buf_fmt(b, " <small class=\"lead\">clears %td</small></h3>\n<p class=\"lead\">from ",
		g->finding_n);
	text_html(b, g->from);
	for (ptrdiff_t i = 0; i < g->packages.n; i++) {
		raw(b, i ? " " : ": ");
		raw(b, "<span class=\"tag\">");
		text_html(b, g->packages.p[i]);
		raw(b, "</span>");
	}
	raw(b, "</p>\n");
	table_open(b, "found", finding_headings, 5);
	for (ptrdiff_t i = 0; i < g->finding_n; i++) {
		if (g->finding[i] >= (uint64_t)r->finding_n)
			continue;
		grouped[g->finding[i]] = true;
		finding_row(op, b, r, &r->finding[g->finding[i]]);
	}
	table_close(b);
	raw(b, "</div>\n");
}

/* All upgrades at a glance, where they are many. */
static void put_upgrades(struct buf *b, const struct report *r)
{
	static const char *const heading[] = { "Worst", "Upgrade", "From", "To", "Clears" };

	if (r->group_n <= FEW)
		return;
	table_open(b, "sift", heading, 5);
	for (ptrdiff_t i = 0; i < r->group_n; i++) {
		const struct fix_group *g = &r->group[i];
		raw(b, "<tr>");
		severity_cell(b, g->worst);
		buf_fmt(b, "<td><a href=\"#g%td\">", i);
		text_html(b, g->name);
		raw(b, "</a></td>");
		cell(b, g->from);
		cell(b, g->to);
		buf_fmt(b, "<td data-v=\"%td\">%td</td></tr>\n", g->finding_n, g->finding_n);
	}
	table_close(b);
}

static int put_findings(struct op *op, struct buf *b, const struct report *r)
{
	bool *grouped = op_new(op, bool, r->finding_n);
	ptrdiff_t left = 0;

	if (!grouped)
		return op->code;
	section(b, "fixes", "What to do",
		"Each of these upgrades clears what stands below it; the worst is first.");
	put_upgrades(b, r);
	for (ptrdiff_t i = 0; i < r->group_n; i++)
		put_group(op, b, r, i, grouped);
	if (r->group_n == 0)
		raw(b, "<p>No upgrade would clear anything.</p>\n");
	raw(b, "</section>\n");
	for (ptrdiff_t i = 0; i < r->shown_n; i++)
		left += !grouped[i];
	section(b, "unfixed", "Without a fix",
		left ? "Nothing to upgrade to: nobody has published a fix, or there will be none."
		     : "");
	if (left) {
		static const char *const heading[] = { "Severity", "Vulnerability", "Package",
						       "Score",    "What it is",    "State" };
		table_open(b, "sift", heading, 6);
		for (ptrdiff_t i = 0; i < r->shown_n; i++) {
			const struct finding *f = &r->finding[i];
			if (grouped[i])
				continue;
			raw(b, "<tr>");
			severity_cell(b, f->severity);
			id_cell(op, b, f);
			package_cell(op, b, words_package(r, f));
			threat_cell(b, f);
			summary_cell(b, f);
			raw(b, "<td>");
			struct buf remedy;
			buf_init(&remedy, op, INT32_MAX);
			words_remedy(&remedy, r, f);
			text_html(b, buf_view(&remedy));
			raw(b, "</td></tr>\n");
		}
		table_close(b);
	} else {
		raw(b, "<p>None.</p>\n");
	}
	raw(b, "</section>\n");
	return 0;
}

static void put_suppressed(struct op *op, struct buf *b, const struct report *r)
{
	static const char *const heading[] = { "Severity", "Vulnerability", "Package", "By",
					       "Why" };

	section(b, "suppressed", "Suppressed",
		"Found, and taken away by something that is known. None of these count above.");
	if (r->finding_n == r->shown_n) {
		raw(b, "<p>Nothing is suppressed.</p></section>\n");
		return;
	}
	table_open(b, "sift", heading, 5);
	for (ptrdiff_t i = r->shown_n; i < r->finding_n; i++) {
		const struct finding *f = &r->finding[i];
		raw(b, "<tr>");
		severity_cell(b, f->severity);
		id_cell(op, b, f);
		package_cell(op, b, words_package(r, f));
		buf_fmt(b, "<td class=\"nowrap\">%s</td>", suppressed_bys[f->suppressed]);
		raw(b, "<td>");
		text_html(b, f->reason);
		if (f->rule.len) {
			raw(b, "<small>");
			text_html(b, f->rule);
			raw(b, "</small>");
		}
		raw(b, "</td></tr>\n");
	}
	table_close(b);
	raw(b, "</section>\n");
}

/* ---- what it rests on ---- */

static void put_rules(struct buf *b, const struct report *r)
{
	bool any = false;

	for (ptrdiff_t i = 0; i < r->waiver_n; i++) {
		const struct waiver *w = &r->waiver[i];
		if (w->matched && !w->expired && !w->expiring)
			continue;
		raw(b, any ? "<li>"
			   : "<h3>Waivers and statements that need a look</h3><ul "
			     "class=\"plain\"><li>");
		any = true;
		raw(b, "<code>");
		text_html(b, w->where);
		raw(b, "</code> ");
		text_html(b, w->id.len ? w->id : w->name);
		if (w->expired || w->expiring) {
			raw(b, w->expired ? ": expired on " : ": expires on ");
			text_html(b, w->until);
			raw(b, w->owner.len ? " (" : "");
			text_html(b, w->owner);
			raw(b, w->owner.len ? ")" : "");
		}
		raw(b, w->matched ? "</li>\n" : ": matched nothing</li>\n");
	}
	for (ptrdiff_t i = 0; i < r->statement_n; i++) {
		const struct statement *s = &r->statement[i];
		if (s->matched)
			continue;
		raw(b, any ? "<li>"
			   : "<h3>Waivers and statements that need a look</h3><ul "
			     "class=\"plain\"><li>");
		any = true;
		raw(b, "<code>");
		text_html(b, s->document);
		raw(b, "</code> ");
		text_html(b, s->vulnerability.n ? s->vulnerability.p[0] : s->id);
		raw(b, ": ");
		text_html(b, s->unmatched);
		raw(b, "</li>\n");
	}
	raw(b, any ? "</ul>\n" : "");
}

static void put_coverage(struct buf *b, const struct report *r)
{
	static const char *const heading[] = { "", "What", "For example" };
	static const char *const class[COVERAGES] = { "ok",   "warn", "bad", "warn",
						      "warn", "bad",  "warn" };
	static const char *const word[COVERAGES] = {
		"covered",     "fixes only", "not covered", "not covered",
		"not covered", "unreadable", "declared",
	};

	section(b, "coverage", "Coverage",
		"What was held against advisories, and what could not be: no finding in what is "
		"not "
		"covered means nothing.");
	table_open(b, "", heading, 3);
	for (ptrdiff_t i = 0; i < r->coverage_n; i++) {
		const struct coverage *c = &r->coverage[i];
		struct buf text;
		buf_init(&text, b->op, INT32_MAX);
		words_coverage(&text, c);
		buf_fmt(b, "<tr><td class=\"nowrap\"><b class=\"%s\">%s</b></td>", class[c->kind],
			word[c->kind]);
		cell(b, buf_view(&text));
		raw(b, "<td>");
		for (ptrdiff_t k = 0; k < c->examples.n; k++) {
			raw(b, "<span class=\"tag\">");
			text_html(b, c->examples.p[k]);
			raw(b, "</span>");
		}
		raw(b, "</td></tr>\n");
	}
	table_close(b);
	if (r->ended) {
		raw(b, "<p class=\"warn\">");
		said(b, r, words_life);
		raw(b, "</p>\n");
	}
	put_rules(b, r);
	raw(b, "</section>\n");
}

static void put_sources(struct buf *b, const struct report *r)
{
	static const char *const heading[] = { "Source", "For", "Records", "Published", "Asked" };
	char text[DIGEST_TEXT];

	section(b, "sources", "Sources",
		"The advisories that could have matched, each in the state that its digest names.");
	table_open(b, "", heading, 5);
	for (ptrdiff_t i = 0; i < r->source_n; i++) {
		const struct report_source *s = &r->source[i];
		raw(b, "<tr><td class=\"word\"><b>");
		text_html(b, s->source);
		raw(b, "</b><small>");
		text_html(b, s->url);
		buf_fmt(b, "</small><small><code>%s</code></small></td>",
			digest_is_zero(&s->digest) ? "" : digest_text(&s->digest, text));
		cell(b, s->ecosystem);
		buf_fmt(b, "<td>%llu%s</td><td class=\"nowrap\">", (unsigned long long)s->records,
			s->fixed_only ? "<small>fixes only</small>" : "");
		text_html(b, s->upstream);
		raw(b, "<small>");
		words_age(b, s->age_s);
		raw(b, s->age_s < 0 ? "</small></td>" : " old</small></td>");
		cell(b, s->updated);
		raw(b, "</tr>\n");
	}
	table_close(b);
	raw(b, "</section>\n");
}

static void term(struct buf *b, const char *name, str value)
{
	if (value.len == 0)
		return;
	buf_fmt(b, "<dt>%s</dt><dd>", name);
	text_html(b, value);
	raw(b, "</dd>");
}

static void digest_term(struct buf *b, const char *name, const struct digest *d)
{
	char text[DIGEST_TEXT];

	if (!digest_is_zero(d))
		buf_fmt(b, "<dt>%s</dt><dd><code>%s</code></dd>", name, digest_text(d, text));
}

static void list_term(struct buf *b, const char *name, const struct texts *list)
{
	if (list->n == 0)
		return;
	buf_fmt(b, "<dt>%s</dt><dd>", name);
	for (ptrdiff_t i = 0; i < list->n; i++) {
		raw(b, i ? ", " : "");
		text_html(b, list->p[i]);
	}
	raw(b, "</dd>");
}

static void put_about(struct buf *b, const struct report *r)
{
	const struct subject *s = &r->inventory->subject;
	char date[CLOCK_TEXT];

	section(b, "about", "About", "");
	raw(b, "<dl>");
	term(b, "Name", s->name);
	term(b, "Reference", s->reference);
	digest_term(b, "Manifest", &s->manifest);
	digest_term(b, "Configuration", &s->config);
	if (s->created)
		term(b, "Created", str_of(clock_rfc3339(s->created, date)));
	term(b, "Built on", s->base_name);
	term(b, "Advisories for", r->ecosystem);
	digest_term(b, "Database", &r->database);
	list_term(b, "Only severities", &r->filter.severities);
	list_term(b, "Without states", &r->filter.ignored_states);
	if (r->filter.only_fixed)
		term(b, "Only", S("what an update fixes"));
	if (r->filter.only_base || r->filter.ignore_base)
		term(b, "Of",
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
	put_coverage(b, r);
	put_sources(b, r);
	put_about(b, r);
	html_close(b);
	return op->code;
}
