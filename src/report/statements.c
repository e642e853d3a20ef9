#include "statements.h"

#include "codec/json.h"

enum { SHOWN = 3 }; /* products of a statement without -v */

static void product(struct buf *b, const struct vex_product *p)
{
	text_safe(b, p->id);
	if (p->subcomponents.n == 1) {
		buf_add(b, S(" > "));
		text_safe(b, p->subcomponents.p[0]);
	} else if (p->subcomponents.n) {
		buf_fmt(b, " > %td components", p->subcomponents.n);
	}
}

static void products(struct buf *b, const struct statement *s, const struct text_style *style)
{
	for (ptrdiff_t i = 0; i < s->product_n; i++) {
		if (i == SHOWN && !style->verbose && s->product_n > SHOWN + 1) {
			buf_fmt(b, "      and %td more\n", s->product_n - i);
			return;
		}
		buf_add(b, S("      "));
		product(b, &s->product[i]);
		buf_char(b, '\n');
		for (ptrdiff_t k = 0; style->verbose && s->product[i].subcomponents.n > 1 &&
				      k < s->product[i].subcomponents.n;
		     k++) {
			buf_add(b, S("        "));
			text_safe(b, s->product[i].subcomponents.p[k]);
			buf_char(b, '\n');
		}
	}
	if (s->product_n == 0)
		buf_add(b, S("      no product\n"));
}

static void outcome(struct buf *b, const struct report *r, const struct statement *s, ptrdiff_t at,
		    const struct text_style *style)
{
	buf_add(b, S("    "));
	if (s->matched == 0) {
		text_colour(b, style, TEXT_YELLOW);
		buf_add(b, S("no match: "));
		text_safe(b, s->unmatched);
		text_colour(b, style, TEXT_PLAIN);
		buf_char(b, '\n');
		return;
	}
	text_colour(b, style, TEXT_GREEN);
	buf_add(b, S("matches "));
	text_count(b, s->matched, "finding", "findings");
	text_colour(b, style, TEXT_PLAIN);
	const char *before = ": ";
	for (ptrdiff_t i = 0; i < r->finding_n; i++) {
		if ((ptrdiff_t)r->finding[i].statement != at + 1)
			continue;
		const struct package *p = &r->inventory->package[r->finding[i].package];
		buf_add(b, str_of(before));
		text_safe(b, p->name);
		buf_char(b, ' ');
		text_safe(b, p->version);
		before = ", ";
	}
	buf_char(b, '\n');
}

static void text(struct buf *b, const char *what, str s)
{
	if (s.len == 0)
		return;
	buf_fmt(b, "    %s: ", what);
	text_safe(b, s);
	buf_char(b, '\n');
}

static void head(struct buf *b, const struct statement *s, ptrdiff_t n,
		 const struct text_style *style)
{
	ptrdiff_t same = 0;

	while (same < n && str_eq(s[same].document, s[0].document))
		same++;
	text_colour(b, style, TEXT_BOLD);
	text_safe(b, s->document);
	text_colour(b, style, TEXT_PLAIN);
	buf_add(b, S(": "));
	text_count(b, (uint64_t)same, "statement", "statements");
	if (s->author.len) {
		buf_add(b, S(" by "));
		text_safe(b, s->author);
	}
	buf_char(b, '\n');
}

void statements_text_write(struct buf *b, const struct report *r, const struct statement *s,
			   ptrdiff_t n, const struct text_style *style)
{
	for (ptrdiff_t i = 0; i < n; i++) {
		if (i == 0 || !str_eq(s[i].document, s[i - 1].document))
			head(b, s + i, n - i, style);
		buf_add(b, S("  "));
		for (ptrdiff_t k = 0; k < s[i].vulnerability.n && (k == 0 || style->verbose); k++) {
			buf_add(b, k ? S(", ") : S(""));
			text_safe(b, s[i].vulnerability.p[k]);
		}
		buf_fmt(b, " %s", vex_statuses[s[i].status]);
		if (s[i].justification)
			buf_fmt(b, " (%s)", vex_justifications[s[i].justification]);
		if (s[i].timestamp.len) {
			buf_add(b, S(", "));
			text_safe(b, s[i].timestamp);
		}
		buf_char(b, '\n');
		products(b, &s[i], style);
		if (style->verbose) {
			text(b, "impact", s[i].impact);
			text(b, "action", s[i].action);
		}
		if (r)
			outcome(b, r, &s[i], i, style);
	}
}

/* ---- JSON ---- */

static void texts(struct json_out *j, const char *key, const struct texts *t)
{
	json_key(j, str_of(key));
	json_array(j);
	for (ptrdiff_t i = 0; i < t->n; i++)
		json_text(j, t->p[i]);
	json_array_end(j);
}

static void json_products(struct json_out *j, const struct statement *s)
{
	json_key(j, S("products"));
	json_array(j);
	for (ptrdiff_t i = 0; i < s->product_n; i++) {
		json_object(j);
		json_pair(j, "id", s->product[i].id);
		texts(j, "subcomponents", &s->product[i].subcomponents);
		json_object_end(j);
	}
	json_array_end(j);
}

static void json_findings(struct json_out *j, const struct report *r, ptrdiff_t at)
{
	json_key(j, S("findings"));
	json_array(j);
	for (ptrdiff_t i = 0; i < r->finding_n; i++) {
		const struct finding *f = &r->finding[i];
		if ((ptrdiff_t)f->statement != at + 1)
			continue;
		json_object(j);
		json_pair(j, "id", f->id);
		json_pair(j, "package", r->inventory->package[f->package].purl);
		json_object_end(j);
	}
	json_array_end(j);
}

void statements_json_write(struct buf *b, const struct report *r, const struct statement *s,
			   ptrdiff_t n)
{
	struct json_out j;

	json_begin(&j, b, 2);
	json_array(&j);
	for (ptrdiff_t i = 0; i < n; i++) {
		json_object(&j);
		json_pair(&j, "document", s[i].document);
		json_pair_opt(&j, "id", s[i].id);
		json_pair_opt(&j, "author", s[i].author);
		json_pair_opt(&j, "timestamp", s[i].timestamp);
		texts(&j, "vulnerability", &s[i].vulnerability);
		json_pair(&j, "status", str_of(vex_statuses[s[i].status]));
		json_pair_opt(&j, "justification", str_of(vex_justifications[s[i].justification]));
		json_pair_opt(&j, "impact", s[i].impact);
		json_pair_opt(&j, "action", s[i].action);
		json_products(&j, &s[i]);
		if (r) {
			json_pair_u64(&j, "matched", s[i].matched);
			json_pair_opt(&j, "unmatched", s[i].unmatched);
			json_findings(&j, r, i);
		}
		json_object_end(&j);
	}
	json_array_end(&j);
	buf_char(b, '\n');
}
