#include "outcome_findings.h"

#include "text.h"
#include "words.h"

static uint64_t uncovered(const struct report *r)
{
	uint64_t n = 0;

	for (ptrdiff_t i = 0; i < r->coverage_n; i++)
		n += words_uncovered(&r->coverage[i]) && r->coverage[i].kind != COVERED_FIXED_ONLY;
	return n;
}

static bool knows_fixes_only(const struct report *r)
{
	for (ptrdiff_t i = 0; i < r->coverage_n; i++)
		if (r->coverage[i].kind == COVERED_FIXED_ONLY)
			return true;
	return false;
}

void outcome_findings_line(struct buf *b, const struct outcome *o)
{
	const struct report *r = o->findings;
	struct report_counts c;

	if (!r)
		return;
	report_count(r, &c);
	if (r->shown_n == 0)
		buf_add(b, knows_fixes_only(r)
				   ? S("none that has a fix; unfixed ones are not covered")
				   : S("none"));
	else
		words_severities(b, c.by_severity);
	if (r->shown_n)
		buf_fmt(b, "; %llu of %td have a fix", (unsigned long long)c.fixed, r->shown_n);
	if (c.suppressed)
		buf_fmt(b, "; %llu suppressed", (unsigned long long)c.suppressed);
	if (uncovered(r)) {
		buf_add(b, S("; "));
		text_count(b, uncovered(r), "part is not covered", "parts are not covered");
	}
}

static void cell(struct buf *b, str text)
{
	buf_add(b, S("<td>"));
	text_html(b, text);
	buf_add(b, S("</td>"));
}

void outcome_findings_rows(struct buf *b, const struct outcome *o)
{
	const struct report *r = o->findings;

	for (ptrdiff_t i = 0; r && i < r->shown_n; i++) {
		const struct finding *f = &r->finding[i];
		const struct package *p = words_package(r, f);
		struct buf fixed;
		buf_init(&fixed, b->op, 1 << 16);
		words_fixed(&fixed, f);
		buf_add(b, S("<tr>"));
		cell(b, f->id);
		cell(b, str_of(severity_titles[f->severity]));
		cell(b, p->name);
		cell(b, p->version);
		cell(b, buf_view(&fixed));
		buf_add(b, S("</tr>\n"));
	}
}

void outcome_findings_sources(struct buf *b, const struct outcome *o)
{
	const struct report *r = o->findings;

	for (ptrdiff_t i = 0; r && i < r->source_n; i++) {
		const struct report_source *s = &r->source[i];
		buf_add(b, S("<p class=\"chain\">"));
		text_html(b, s->source);
		buf_add(b, S(" for "));
		text_html(b, s->ecosystem);
		buf_fmt(b, ", %llu records of ", (unsigned long long)s->records);
		text_html(b, s->upstream);
		buf_add(b, s->fixed_only ? S("; fixes alone, unfixed ones are not covered</p>\n")
					 : S("</p>\n"));
	}
	for (ptrdiff_t i = 0; r && i < r->coverage_n; i++) {
		if (!words_uncovered(&r->coverage[i]))
			continue;
		buf_add(b, S("<p class=\"chain\">"));
		text_html(b, r->coverage[i].what);
		buf_add(b, S("</p>\n"));
	}
}

static void put_finding(struct json_out *j, const struct report *r, const struct finding *f)
{
	json_object(j);
	json_pair(j, "id", f->id);
	words_json_texts(j, "ids", &f->ids);
	json_pair(j, "package", words_package(r, f)->purl);
	json_pair(j, "severity", str_of(severities[f->severity]));
	json_pair(j, "state", str_of(fix_states[f->state]));
	words_json_texts(j, "fixed", &f->fixed);
	json_pair_opt(j, "suppressed", str_of(suppressed_bys[f->suppressed]));
	json_pair_opt(j, "reason", f->reason);
	json_object_end(j);
}

static void put_source(struct json_out *j, const struct report_source *s)
{
	char text[DIGEST_TEXT];

	json_object(j);
	json_pair(j, "source", s->source);
	json_pair(j, "ecosystem", s->ecosystem);
	json_pair_opt(j, "upstream", s->upstream);
	json_pair(j, "digest", str_of(digest_text(&s->digest, text)));
	json_pair_u64(j, "records", s->records);
	json_key(j, S("fixed-only"));
	json_bool(j, s->fixed_only);
	json_object_end(j);
}

void outcome_findings_json(struct json_out *j, const struct outcome *o)
{
	const struct report *r = o->findings;

	if (!r)
		return;
	json_key(j, S("findings"));
	json_object(j);
	json_key(j, S("list"));
	json_array(j);
	for (ptrdiff_t i = 0; i < r->finding_n; i++)
		put_finding(j, r, &r->finding[i]);
	json_array_end(j);
	json_key(j, S("sources"));
	json_array(j);
	for (ptrdiff_t i = 0; i < r->source_n; i++)
		put_source(j, &r->source[i]);
	json_array_end(j);
	json_key(j, S("coverage"));
	json_array(j);
	for (ptrdiff_t i = 0; i < r->coverage_n; i++) {
		json_object(j);
		json_pair(j, "kind", str_of(coverages[r->coverage[i].kind]));
		json_pair(j, "what", r->coverage[i].what);
		json_object_end(j);
	}
	json_array_end(j);
	json_object_end(j);
}
