#include "html_parts.h"

#include "words.h"

void html_raw(struct buf *b, const char *s)
{
	buf_add(b, str_of(s));
}

void html_cell(struct buf *b, str s)
{
	html_raw(b, "<td>");
	text_html(b, s);
	html_raw(b, "</td>");
}

void html_severity_cell(struct buf *b, enum severity s)
{
	buf_fmt(b, "<td class=\"nowrap\" data-v=\"%d\"><span class=\"sev %s\">%s</span></td>", s,
		severities[s], severity_titles[s]);
}

void html_section(struct buf *b, const char *id, const char *heading, const char *lead)
{
	buf_fmt(b, "<section id=\"%s\" aria-labelledby=\"%s-h\"><h2 id=\"%s-h\">%s</h2>\n", id, id,
		id, heading);
	if (lead[0])
		buf_fmt(b, "<p class=\"lead\">%s</p>\n", lead);
}

void html_table_open(struct buf *b, const char *class, const char *const *heading, size_t n)
{
	buf_fmt(b, "<div class=\"scroll\"><table%s%s%s><thead><tr>", class[0] ? " class=\"" : "",
		class, class[0] ? "\"" : "");
	for (size_t i = 0; i < n; i++)
		buf_fmt(b, "<th scope=\"col\"%s>%s</th>",
			str_eq(str_of(heading[i]), S("Score")) ? " class=\"num\"" : "", heading[i]);
	html_raw(b, "</tr></thead><tbody>\n");
}

void html_table_close(struct buf *b)
{
	html_raw(b, "</tbody></table></div>\n");
}

void html_term(struct buf *b, const char *name, str value)
{
	if (value.len == 0)
		return;
	buf_fmt(b, "<dt>%s</dt><dd>", name);
	text_html(b, value);
	html_raw(b, "</dd>");
}

void html_digest_term(struct buf *b, const char *name, const struct digest *d)
{
	char text[DIGEST_TEXT];

	if (!digest_is_zero(d))
		buf_fmt(b, "<dt>%s</dt><dd><code>%s</code></dd>", name, digest_text(d, text));
}

void html_fact(struct buf *b, const char *label, uint64_t n)
{
	buf_fmt(b, "<div class=\"fact\"><b>%llu</b><span>%s</span></div>", (unsigned long long)n,
		label);
}

void html_link(struct buf *b, str url, str text)
{
	bool is = str_starts(url, S("https://")) || str_starts(url, S("http://"));

	if (is) {
		html_raw(b, "<a href=\"");
		text_html(b, url);
		html_raw(b, "\" rel=\"noreferrer\">");
	}
	text_html(b, text);
	html_raw(b, is ? "</a>" : "");
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

static void put_rules(struct buf *b, const struct report *r)
{
	bool any = false;

	for (ptrdiff_t i = 0; i < r->waiver_n; i++) {
		const struct waiver *w = &r->waiver[i];
		if (w->matched && !w->expired && !w->expiring)
			continue;
		html_raw(b, any ? "<li>"
				: "<h3>Waivers and statements that need a look</h3><ul "
				  "class=\"plain\"><li>");
		any = true;
		html_raw(b, "<code>");
		text_html(b, w->where);
		html_raw(b, "</code> ");
		text_html(b, w->id.len ? w->id : w->name);
		if (w->expired || w->expiring) {
			html_raw(b, w->expired ? ": expired on " : ": expires on ");
			text_html(b, w->until);
			html_raw(b, w->owner.len ? " (" : "");
			text_html(b, w->owner);
			html_raw(b, w->owner.len ? ")" : "");
		}
		html_raw(b, w->matched ? "</li>\n" : ": matched nothing</li>\n");
	}
	for (ptrdiff_t i = 0; i < r->statement_n; i++) {
		const struct statement *s = &r->statement[i];
		if (s->matched)
			continue;
		html_raw(b, any ? "<li>"
				: "<h3>Waivers and statements that need a look</h3><ul "
				  "class=\"plain\"><li>");
		any = true;
		html_raw(b, "<code>");
		text_html(b, s->document);
		html_raw(b, "</code> ");
		text_html(b, s->vulnerability.n ? s->vulnerability.p[0] : s->id);
		html_raw(b, ": ");
		text_html(b, s->unmatched);
		html_raw(b, "</li>\n");
	}
	html_raw(b, any ? "</ul>\n" : "");
}

void html_coverage(struct buf *b, const struct report *r)
{
	static const char *const heading[] = { "", "What", "For example" };
	static const char *const class[COVERAGES] = { "ok",   "warn", "bad", "warn",
						      "warn", "bad",  "warn" };
	static const char *const word[COVERAGES] = {
		"covered",     "fixes only", "not covered", "not covered",
		"not covered", "unreadable", "declared",
	};

	html_section(
		b, "coverage", "Coverage",
		"What was held against advisories, and what could not be: no finding in what is "
		"not "
		"covered means nothing.");
	html_table_open(b, "", heading, 3);
	for (ptrdiff_t i = 0; i < r->coverage_n; i++) {
		const struct coverage *c = &r->coverage[i];
		struct buf text;
		buf_init(&text, b->op, INT32_MAX);
		words_coverage(&text, c);
		buf_fmt(b, "<tr><td class=\"nowrap\"><b class=\"%s\">%s</b></td>", class[c->kind],
			word[c->kind]);
		html_cell(b, buf_view(&text));
		html_raw(b, "<td>");
		for (ptrdiff_t k = 0; k < c->examples.n; k++) {
			html_raw(b, "<span class=\"tag\">");
			text_html(b, c->examples.p[k]);
			html_raw(b, "</span>");
		}
		html_raw(b, "</td></tr>\n");
	}
	html_table_close(b);
	if (r->ended) {
		html_raw(b, "<p class=\"warn\">");
		said(b, r, words_life);
		html_raw(b, "</p>\n");
	}
	put_rules(b, r);
	html_raw(b, "</section>\n");
}

void html_sources(struct buf *b, const struct report *r)
{
	static const char *const heading[] = { "Source", "For", "Records", "Published", "Asked" };
	char text[DIGEST_TEXT];

	html_section(
		b, "sources", "Sources",
		"The advisories that could have matched, each in the state that its digest names.");
	html_table_open(b, "", heading, 5);
	for (ptrdiff_t i = 0; i < r->source_n; i++) {
		const struct report_source *s = &r->source[i];
		html_raw(b, "<tr><td class=\"word\"><b>");
		text_html(b, s->source);
		html_raw(b, "</b><small>");
		text_html(b, s->url);
		buf_fmt(b, "</small><small><code>%s</code></small></td>",
			digest_is_zero(&s->digest) ? "" : digest_text(&s->digest, text));
		html_cell(b, s->ecosystem);
		buf_fmt(b, "<td>%llu%s</td><td class=\"nowrap\">", (unsigned long long)s->records,
			s->fixed_only ? "<small>fixes only</small>" : "");
		text_html(b, s->upstream);
		html_raw(b, "<small>");
		words_age(b, s->age_s);
		html_raw(b, s->age_s < 0 ? "</small></td>" : " old</small></td>");
		html_cell(b, s->updated);
		html_raw(b, "</tr>\n");
	}
	html_table_close(b);
	html_raw(b, "</section>\n");
}
