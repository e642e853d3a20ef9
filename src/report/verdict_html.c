/*
 * One page for an auditor who knows neither temper nor the image: the answer, each rule with its
 * evidence, what is lived with and who answers for it, what all that rests on, and what the words mean.
 * The justification sheet is its table of findings as a page of its own.
 */
#include "html_parts.h"
#include "sys/clock.h"
#include "verdict_impl.h"
#include "words.h"

static const char *const state_class[VERDICT_STATES] = { "bad", "bad", "warn", "", "ok" };
static const char *const state_sign[VERDICT_STATES] = { "✘", "✘", "–", "–", "✔" };

static void pill(struct buf *b, const char *class, const char *lead, str text)
{
	buf_fmt(b, "<li class=\"pill %s\">%s", class, lead);
	text_html(b, text);
	html_raw(b, "</li>");
}

static void put_pills(struct buf *b, const struct verdict *v)
{
	struct buf text;

	html_raw(b, "<ul class=\"pills\">");
	pill(b, v->passed ? "ok" : "bad", v->passed ? "✔ " : "✘ ",
	     v->passed ? S("passes") : S("does not pass"));
	buf_init(&text, b->op, INT32_MAX);
	verdict_verified(&text, v);
	pill(b, "", "findings verified: ", buf_view(&text));
	if (v->valid_until.len)
		pill(b, "", "valid until ", v->valid_until);
	buf_init(&text, b->op, INT32_MAX);
	verdict_facts(&text, v);
	if (text.len)
		pill(b, "warn", "– facts ", buf_view(&text));
	for (ptrdiff_t i = 0; i < v->warnings.n; i++)
		pill(b, "warn", "– ", v->warnings.p[i]);
	html_raw(b, "</ul>\n");
}

static void put_header(struct buf *b, const struct verdict *v)
{
	const struct inventory *inv = v->facts->report->inventory;
	ptrdiff_t n[VERDICT_STATES] = { 0 };
	char date[CLOCK_TEXT];
	struct buf names;

	buf_init(&names, b->op, INT32_MAX);
	verdict_policies(&names, v);
	for (ptrdiff_t i = 0; i < v->rule_n; i++)
		n[verdict_state(&v->rule[i])]++;
	html_raw(b, "<header>\n<h1>");
	text_html(b, verdict_subject(v));
	html_raw(b, "<small>");
	text_html(b, inv->subject.platform);
	html_raw(b, inv->subject.platform.len && inv->os.pretty_name.len ? " &middot; " : "");
	text_html(b, inv->os.pretty_name);
	html_raw(b, "</small></h1>\n<p>Judged by ");
	text_html(b, buf_view(&names));
	buf_fmt(b, ", as of %s</p>\n", clock_rfc3339(v->time, date));
	put_pills(b, v);
	html_raw(b, "<div class=\"facts seven\">");
	html_fact(b, "rules fail", (uint64_t)n[VERDICT_STATE_FAIL]);
	html_fact(b, "cannot be told", (uint64_t)n[VERDICT_STATE_ERROR]);
	html_fact(b, "warn", (uint64_t)n[VERDICT_STATE_WARN]);
	html_fact(b, "pass", (uint64_t)n[VERDICT_STATE_PASS]);
	html_fact(b, "findings and faults", v->to_verify);
	html_fact(b, "answered for", v->verified);
	html_fact(b, "packages", (uint64_t)inv->package_n);
	html_raw(b, "</div>\n</header>\n");
}

static void nav(struct buf *b)
{
	html_raw(b, "<nav aria-label=\"Sections\"><ul>"
		    "<li><a href=\"#rules\">Rules</a></li>"
		    "<li><a href=\"#findings\">Findings</a></li>"
		    "<li><a href=\"#waivers\">Waivers</a></li>"
		    "<li><a href=\"#coverage\">Coverage</a></li>"
		    "<li><a href=\"#sources\">Sources</a></li>"
		    "<li><a href=\"#about\">About</a></li>"
		    "<li><a href=\"#words\">Words</a></li></ul></nav>\n<main>\n");
}

/* ---- rules ---- */

static void small(struct buf *b, const char *lead, str text)
{
	if (text.len == 0)
		return;
	buf_fmt(b, "<small>%s", lead);
	text_html(b, text);
	html_raw(b, "</small>");
}

static void put_fault(struct buf *b, const struct verdict *v, const struct verdict_rule *r,
		      const struct fault *f)
{
	enum severity s = fault_severity(f);
	struct buf text;

	buf_fmt(b, "<tr><td class=\"nowrap\"><span class=\"sev %s\">%s</span></td><td>",
		verdict_counts(f) ? severities[s] : "", severity_titles[s]);
	text_html(b, f->what);
	small(b, "", verdict_foreign(r, f) ? str_of(f->rule->id) : S(""));
	buf_init(&text, b->op, INT32_MAX);
	verdict_waived(&text, f);
	small(b, verdict_counts(f) ? "" : "does not count: ", buf_view(&text));
	html_raw(b, "</td><td class=\"word\">");
	buf_init(&text, b->op, INT32_MAX);
	verdict_origin(&text, v, f);
	text_html(b, buf_view(&text));
	html_raw(b, "</td><td>");
	text_html(b, !verdict_counts(f) || str_eq(verdict_remedy(r, f), r->remedy)
			     ? S("")
			     : verdict_remedy(r, f));
	html_raw(b, "</td></tr>\n");
}

static void put_stanza(struct buf *b, const struct verdict *v, const struct verdict_rule *r)
{
	for (ptrdiff_t i = 0; i < r->fault_n; i++) {
		struct buf text;
		if (!verdict_counts(&r->fault[i]))
			continue;
		buf_init(&text, b->op, INT32_MAX);
		verdict_stanza(&text, v, r, &r->fault[i]);
		html_raw(b, "<details><summary>A waiver to complete</summary><pre>");
		text_html(b, buf_view(&text));
		html_raw(b, "</pre></details>\n");
		return;
	}
}

/* One that does not pass, with all that there is to say. */
static void put_broken(struct buf *b, const struct verdict *v, const struct verdict_rule *r)
{
	static const char *const heading[] = { "Severity", "Evidence", "Brought by", "To do" };
	enum verdict_state s = verdict_state(r);

	buf_fmt(b, "<div class=\"group\"><h3><span class=\"%s\">%s %s</span> ", state_class[s],
		state_sign[s], verdict_states[s]);
	text_html(b, r->id);
	html_raw(b, " &middot; ");
	text_html(b, r->title);
	html_raw(b, "</h3>\n<p class=\"lead\">");
	text_html(b, r->rationale);
	if (r->remedy.len) {
		html_raw(b, " <b>To do:</b> ");
		text_html(b, r->remedy);
	}
	html_raw(b, "</p>\n<p class=\"lead\"><code>");
	text_html(b, r->rule);
	html_raw(b, "</code> ");
	text_html(b, r->with);
	html_raw(b, r->also.len ? " &middot; " : "");
	text_html(b, r->also);
	html_raw(b, r->detail.len ? " &middot; " : "");
	text_html(b, r->detail);
	html_raw(b, r->until.len ? " &middot; fails from " : "");
	text_html(b, r->until);
	html_raw(b, r->effective_on.len && r->mode != POLICY_ENFORCE ? " &middot; in force from "
								     : "");
	if (r->mode != POLICY_ENFORCE)
		text_html(b, r->effective_on);
	html_raw(b, "</p>\n");
	if (r->fault_n) {
		html_table_open(b, "", heading, 4);
		for (ptrdiff_t i = 0; i < r->fault_n; i++)
			put_fault(b, v, r, &r->fault[i]);
		html_table_close(b);
	}
	if (s == VERDICT_STATE_FAIL)
		put_stanza(b, v, r);
	html_raw(b, "</div>\n");
}

static void put_line(struct buf *b, const struct verdict_rule *r)
{
	enum verdict_state s = verdict_state(r);

	buf_fmt(b, "<tr><td class=\"nowrap\" data-v=\"%d\"><b class=\"%s\">%s %s</b></td><td>", s,
		state_class[s], state_sign[s], verdict_states[s]);
	html_raw(b, "<b>");
	text_html(b, r->id);
	html_raw(b, "</b>");
	small(b, "", r->also);
	html_raw(b, "</td><td>");
	text_html(b, r->title);
	small(b, "", r->rationale);
	html_raw(b, "</td><td class=\"word\"><code>");
	text_html(b, r->rule);
	html_raw(b, "</code>");
	small(b, "", r->with);
	html_raw(b, "</td><td>");
	text_html(b, r->detail);
	if (r->waived_n)
		buf_fmt(b, "<small>%td waived</small>", r->waived_n);
	if (r->graced_n)
		buf_fmt(b, "<small>%td within grace</small>", r->graced_n);
	html_raw(b, "</td></tr>\n");
}

static void put_rules(struct buf *b, const struct verdict *v)
{
	static const char *const heading[] = { "Verdict", "Rule", "What it asks", "By",
					       "What was looked at" };

	html_section(b, "rules", "Rules",
		     "What the policy asks, the worst first: what does not pass stands with its "
		     "evidence below the table.");
	html_table_open(b, "sift", heading, 5);
	for (int s = 0; s < VERDICT_STATES; s++)
		for (ptrdiff_t i = 0; i < v->rule_n; i++)
			if ((int)verdict_state(&v->rule[i]) == s)
				put_line(b, &v->rule[i]);
	html_table_close(b);
	for (int s = 0; s < VERDICT_STATE_PASS; s++)
		for (ptrdiff_t i = 0; i < v->rule_n; i++)
			if ((int)verdict_state(&v->rule[i]) == s)
				put_broken(b, v, &v->rule[i]);
	html_raw(b, "</section>\n");
}

/* ---- findings ---- */

static void put_row(struct buf *b, const struct verdict_row *row)
{
	static const char *const class[ANSWERS] = { "bad", "warn", "warn", "ok", "" };

	html_raw(b, "<tr>");
	html_severity_cell(b, row->severity);
	html_raw(b, "<td class=\"word\"><b>");
	if (row->finding)
		html_link(b, words_url(b->op, row->finding), row->id);
	else
		text_html(b, row->id);
	html_raw(b, "</b>");
	small(b, "", row->source);
	html_raw(b, "</td><td class=\"wide\">");
	text_html(b, row->package.len ? row->package : row->path);
	small(b, "", row->package.len ? row->path : S(""));
	small(b, "from ", row->inherits);
	html_raw(b, "</td><td>");
	text_html(b, row->description);
	small(b, "", row->fix);
	buf_fmt(b, "</td><td class=\"nowrap\" data-v=\"%d\"><b class=\"%s\">", row->answer,
		class[row->answer]);
	for (const char *p = verdict_answers[row->answer]; *p; p++)
		buf_char(b, *p == '_' ? ' ' : *p);
	html_raw(b, "</b>");
	small(b, "", row->type);
	html_raw(b, "</td><td>");
	text_html(b, row->reason);
	small(b, "owner ", row->owner);
	if (row->approvers.n) {
		html_raw(b, "<small>approved by ");
		for (ptrdiff_t i = 0; i < row->approvers.n; i++) {
			html_raw(b, i ? ", " : "");
			text_html(b, row->approvers.p[i]);
		}
		html_raw(b, "</small>");
	}
	small(b, "until ", row->expires);
	if (row->link.len && row->answer != ANSWER_NEEDED) {
		html_raw(b, "<small>");
		html_link(b, row->link, row->link);
		html_raw(b, "</small>");
	}
	small(b, "", row->where);
	html_raw(b, "</td></tr>\n");
}

static int put_findings(struct op *op, struct buf *b, const struct verdict *v)
{
	static const char *const heading[] = { "Severity",    "Identifier", "Package",
					       "Description", "State",      "Justification" };
	struct verdict_row *row;
	ptrdiff_t n;

	if (verdict_rows(op, v, &row, &n) < 0)
		return op->code;
	html_section(b, "findings", "Findings and their justifications",
		     "Everything that was found, and who has answered for it.");
	if (n == 0)
		html_raw(b, "<p>Nothing was found.</p>\n");
	else
		html_table_open(b, "sift", heading, 6);
	for (ptrdiff_t i = 0; i < n; i++)
		put_row(b, &row[i]);
	if (n)
		html_table_close(b);
	html_raw(b, "</section>\n");
	return 0;
}

static void put_waivers(struct buf *b, const struct verdict *v)
{
	static const char *const heading[] = { "State", "For", "Why", "Owner", "Until", "Where" };

	html_section(b, "waivers", "Waivers",
		     "What somebody has decided to live with, whether it holds or not.");
	if (v->waiver_n == 0) {
		html_raw(b, "<p>There are none.</p></section>\n");
		return;
	}
	html_table_open(b, "", heading, 6);
	for (ptrdiff_t i = 0; i < v->waiver_n; i++) {
		const struct waiver *w = &v->waiver[i];
		bool holds = w->matched && !w->expired && !w->expiring && w->refused.len == 0;
		buf_fmt(b, "<tr><td class=\"nowrap\"><b class=\"%s\">%s</b></td>",
			holds ? "ok" : "warn", verdict_waiver_state(w));
		html_cell(b, w->rule.len ? w->rule : w->id.len ? w->id : w->name);
		html_raw(b, "<td>");
		text_html(b, w->refused.len ? w->refused : w->reason);
		if (w->link.len) {
			html_raw(b, "<small>");
			html_link(b, w->link, w->link);
			html_raw(b, "</small>");
		}
		html_raw(b, "</td>");
		html_cell(b, w->owner);
		html_cell(b, w->until);
		html_cell(b, w->where);
		html_raw(b, "</tr>\n");
	}
	html_table_close(b);
	html_raw(b, "</section>\n");
}

/* ---- what it is about, and in which words ---- */

static void put_about(struct buf *b, const struct verdict *v)
{
	const struct report *r = v->facts->report;
	const struct subject *s = &r->inventory->subject;
	char date[CLOCK_TEXT];

	html_section(b, "about", "About", "");
	html_raw(b, "<dl>");
	html_term(b, "Image", s->name);
	html_term(b, "Reference", s->reference);
	html_digest_term(b, "Manifest", &s->manifest);
	html_digest_term(b, "Configuration", &s->config);
	if (s->created)
		html_term(b, "Created", str_of(clock_rfc3339(s->created, date)));
	html_term(b, "Built on", v->facts->base.name);
	html_digest_term(b, "Base", &v->facts->base.digest);
	html_digest_term(b, "Advisories", &r->database);
	if (v->facts_file.len) {
		html_term(b, "Facts of the file", v->facts_file);
		html_digest_term(b, "Its bytes, not signed", &v->facts_digest);
	}
	html_term(b, "Judged", str_of(clock_rfc3339(v->time, date)));
	html_term(b, "Valid until", v->valid_until);
	for (ptrdiff_t i = 0; i < v->policy_n; i++) {
		html_term(b, "Policy", v->policy[i].name);
		html_term(b, "", v->policy[i].description);
		html_term(b, "Its file", v->policy[i].file);
		html_digest_term(b, "Its text", &v->policy[i].digest);
	}
	html_raw(b, "</dl></section>\n");
}

static void put_words(struct buf *b)
{
	static const struct {
		const char *word, *means;
	} t[] = {
		{ "pass", "the rule was asked, and nothing that counts speaks against it" },
		{ "fail", "the rule is in force and broken: the image does not pass" },
		{ "error", "the rule is in force and cannot be told: the image does not pass" },
		{ "warn", "the rule is broken, and the policy only warns of it for now" },
		{ "log", "the rule is broken, and the policy only records it" },
		{ "needs justification", "nobody has said anything of it" },
		{ "in grace", "there is a fix, and the policy's time to take it is not over" },
		{ "has justification", "somebody has said why it can be lived with, and nobody "
				       "else has approved it" },
		{ "justified", "others have approved why it can be lived with, the policy allows "
			       "it, or a statement (VEX) says that it does not matter" },
		{ "not applicable", "the distribution, or the package that brought the file, "
				    "answers for it" },
		{ "findings verified", "the share of all findings and faults that somebody has "
				       "answered for" },
		{ "valid until", "the first day on which the answer could be another by itself: "
				 "waivers and times of grace end, data becomes old" },
		{ "of the base", "a layer of the image that this one was built on brought it" },
	};

	html_section(b, "words", "Words", "");
	html_raw(b, "<dl>");
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		html_term(b, t[i].word, str_of(t[i].means));
	html_raw(b, "</dl></section>\n");
}

int verdict_html(struct op *op, const struct verdict *v, const struct verdict_choice *c,
		 struct buf *b)
{
	(void)c;
	html_open(b, verdict_subject(v), ": verdict");
	put_header(b, v);
	nav(b);
	put_rules(b, v);
	if (put_findings(op, b, v) < 0)
		return op->code;
	put_waivers(b, v);
	html_coverage(b, v->facts->report);
	html_sources(b, v->facts->report);
	put_about(b, v);
	put_words(b);
	html_close(b);
	return op->code;
}

int verdict_sheet_html(struct op *op, const struct verdict *v, const struct verdict_choice *c,
		       struct buf *b)
{
	(void)c;
	html_open(b, verdict_subject(v), ": justification sheet");
	put_header(b, v);
	html_raw(b, "<main>\n");
	if (put_findings(op, b, v) < 0)
		return op->code;
	put_about(b, v);
	put_words(b);
	html_close(b);
	return op->code;
}
