#include "verdict.h"

#include <stdio.h>

#include "codec/json.h"
#include "sys/clock.h"
#include "verdict_impl.h"
#include "words.h"

enum { DAY = 86400, UNTIL_DAYS = 90 };

const struct verdict_format verdict_formats[] = {
	{ "table", verdict_table, "for people" },
	{ "json", verdict_json, "the verdict as a document: schemas/verdict.schema.json" },
	{ "junit", verdict_junit, "for CI servers: a case for each rule" },
	{ "sarif", verdict_sarif, "SARIF 2.1.0, for code scanning" },
	{ "markdown", verdict_markdown, "for pull requests" },
	{ "html", verdict_html, "one page for an auditor, to read and print" },
	{ "sheet", verdict_sheet, "the justification sheet as CSV, in Iron Bank's words" },
	{ "sheet-html", verdict_sheet_html, "the justification sheet as a page" },
};
const size_t verdict_formats_n = sizeof(verdict_formats) / sizeof(verdict_formats[0]);

const struct verdict_format *verdict_format_of(str name)
{
	if (str_eq(name, S("md")))
		name = S("markdown");
	for (size_t i = 0; i < verdict_formats_n; i++)
		if (str_eq(name, str_of(verdict_formats[i].name)))
			return &verdict_formats[i];
	return NULL;
}

int verdict_write(struct op *op, const struct verdict *v, const struct verdict_choice *c,
		  struct buf *b)
{
	int rc = c->format->write(op, v, c, b);

	return rc < 0 ? rc : op->code;
}

/* ---- words ---- */

const char *const verdict_states[VERDICT_STATES] = { "fail", "error", "warn", "log", "pass" };

enum verdict_state verdict_state(const struct verdict_rule *r)
{
	if (r->outcome == OUTCOME_PASS)
		return VERDICT_STATE_PASS;
	if (r->mode == POLICY_LOG)
		return VERDICT_STATE_LOG;
	if (r->mode == POLICY_WARN)
		return VERDICT_STATE_WARN;
	return r->outcome == OUTCOME_ERROR ? VERDICT_STATE_ERROR : VERDICT_STATE_FAIL;
}

const struct waiver *verdict_waiver(const struct verdict *v, str where)
{
	for (ptrdiff_t i = 0; where.len && i < v->waiver_n; i++)
		if (str_eq(v->waiver[i].where, where))
			return &v->waiver[i];
	return NULL;
}

const char *verdict_waiver_state(const struct waiver *w)
{
	if (w->refused.len)
		return "refused";
	if (w->expired)
		return "expired";
	if (w->other_image)
		return "for another image";
	if (w->matched == 0)
		return "matched nothing";
	return w->expiring ? "expires soon" : "holds";
}

str verdict_subject(const struct verdict *v)
{
	str name = v->facts->report->inventory->subject.name;

	return name.len ? name : S("-");
}

void verdict_policies(struct buf *b, const struct verdict *v)
{
	for (ptrdiff_t i = 0; i < v->policy_n; i++) {
		buf_add(b, i ? S(", ") : S(""));
		buf_add(b, v->policy[i].name.len ? v->policy[i].name : v->policy[i].file);
	}
}

void verdict_facts(struct buf *b, const struct verdict *v)
{
	char text[DIGEST_TEXT];

	if (v->facts_file.len)
		buf_fmt(b, "%.*s %s: not signed", STR_ARG(v->facts_file),
			digest_text(&v->facts_digest, text));
}

void verdict_verified(struct buf *b, const struct verdict *v)
{
	uint64_t percent = 100;

	if (v->to_verify && v->verified < v->to_verify)
		percent = (uint64_t)((double)v->verified * 100 / (double)v->to_verify);
	buf_fmt(b, "%llu %%", (unsigned long long)percent);
}

void verdict_summary(struct buf *b, const struct verdict *v)
{
	static const char *const word[VERDICT_STATES] = {
		"fail", "cannot be told", "warn", "are only recorded", "pass",
	};
	static const char *const one[VERDICT_STATES] = {
		"fails", "cannot be told", "warns", "is only recorded", "passes",
	};
	static const enum verdict_state order[VERDICT_STATES] = {
		VERDICT_STATE_PASS, VERDICT_STATE_FAIL, VERDICT_STATE_ERROR,
		VERDICT_STATE_WARN, VERDICT_STATE_LOG,
	};
	ptrdiff_t n[VERDICT_STATES] = { 0 };
	bool any = false;

	for (ptrdiff_t i = 0; i < v->rule_n; i++)
		n[verdict_state(&v->rule[i])]++;
	text_count(b, (uint64_t)v->rule_n, "rule", "rules");
	for (int i = 0; i < VERDICT_STATES; i++) {
		enum verdict_state s = order[i];
		if (n[s] == 0)
			continue;
		buf_fmt(b, "%s%td %s", any ? ", " : ": ", n[s], n[s] == 1 ? one[s] : word[s]);
		any = true;
	}
}

/* Of a purl what people call it: without scheme, qualifiers and subpath. */
static str package_of(str purl)
{
	ptrdiff_t at = str_find(purl, '?');
	str plain = at >= 0 ? str_head(purl, at) : purl;

	return str_starts(plain, S("pkg:")) ? str_from(plain, 4) : plain;
}

void verdict_origin(struct buf *b, const struct verdict *v, const struct fault *f)
{
	ptrdiff_t layers = v->facts->report->inventory->subject.layer_n;
	bool any = f->instruction.len > 0;

	buf_add(b, text_line(f->instruction));
	if (f->layer >= 0 && f->layer < layers) {
		buf_fmt(b, "%slayer %d of %td%s%s", any ? " (" : "", f->layer + 1, layers,
			f->of_base ? ", of the base" : "", any ? ")" : "");
		any = true;
	} else if (f->of_base) {
		buf_add(b, any ? S(" (of the base)") : S("of the base"));
		any = true;
	}
	if (f->package.len) {
		buf_add(b, any ? S(", ") : S(""));
		buf_add(b, package_of(f->package));
	}
}

str verdict_remedy(const struct verdict_rule *r, const struct fault *f)
{
	if (f && f->remedy.len)
		return f->remedy;
	return f && verdict_foreign(r, f) ? str_of(f->rule->remedy) : r->remedy;
}

void verdict_waived(struct buf *b, const struct fault *f)
{
	if (verdict_counts(f))
		return;
	if (!verdict_graced(f) ||
	    f->reason.len == 0) { /* the reason of a grace says that it is one */
		buf_add(b, f->waived_by);
		buf_add(b, f->waived_by.len && f->reason.len ? S(": ") : S(""));
	}
	buf_add(b, text_line(f->reason));
}

/* ---- a waiver to paste ---- */

static bool same_word(str s, const char *word)
{
	ptrdiff_t n = (ptrdiff_t)strlen(word), i = 0;

	while (i < n && i < s.len && (s.p[i] | 0x20) == word[i])
		i++;
	return i == n && s.len == n;
}

/* A YAML scalar: plain where that is safe, else in quotes with the escapes of JSON, which YAML has too. */
static void scalar(struct buf *b, str s)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "_-./+@%";
	static const char *const words[] = { "false", "n",    "no", "null", "off",
					     "on",    "true", "y",  "yes" };
	struct json_out j;
	bool plain = s.len && s.p[0] >= 'A' && str_find(S("\\^`[]_{}|~"), s.p[0]) < 0;

	for (ptrdiff_t i = 0; i < s.len && plain; i++)
		plain = str_find(str_of(safe), s.p[i]) >= 0 ||
			(s.p[i] == ':' && i + 1 < s.len && s.p[i + 1] != ' ');
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && plain; i++)
		plain = !same_word(s, words[i]);
	if (plain) {
		buf_add(b, s);
		return;
	}
	json_begin(&j, b, 0);
	json_text(&j, s);
}

/* As it is, for a key that is read as a glob. */
static void literal(struct buf *b, str s)
{
	struct buf glob;

	buf_init(&glob, b->op, INT32_MAX);
	for (ptrdiff_t i = 0; i < s.len; i++) {
		if (str_find(S("*?[\\"), s.p[i]) >= 0)
			buf_char(&glob, '\\');
		buf_char(&glob, s.p[i]);
	}
	scalar(b, buf_view(&glob));
}

static void line(struct buf *b, const char *key, str value)
{
	buf_fmt(b, "    %s: ", key);
	scalar(b, value);
	buf_char(b, '\n');
}

/* Without tag and digest: for the next build too. */
static str image_of(str name)
{
	ptrdiff_t at = str_find(name, '@'), slash, colon;

	name = at >= 0 ? str_head(name, at) : name;
	slash = str_rfind(name, '/');
	colon = str_rfind(name, ':');
	return colon > slash ? str_head(name, colon) : name;
}

/* The longest that all policies take. */
static uint64_t days_of(const struct verdict *v, uint64_t *ret_approvals)
{
	uint64_t days = UNTIL_DAYS;

	*ret_approvals = 0;
	for (ptrdiff_t i = 0; i < v->policy_n; i++) {
		const struct verdict_policy *p = &v->policy[i];
		days = p->max_days && p->max_days < days ? p->max_days : days;
		*ret_approvals = p->approvals > *ret_approvals ? p->approvals : *ret_approvals;
	}
	return days;
}

void verdict_stanza(struct buf *b, const struct verdict *v, const struct verdict_rule *r,
		    const struct fault *f)
{
	str rest = f->key, id = str_cut(&rest, ' ');
	char date[CLOCK_TEXT];
	uint64_t approvals, days = days_of(v, &approvals);

	if (str_starts(r->rule, S("vuln.")) && str_starts(rest, S("pkg:"))) {
		buf_add(b, S("  - id: "));
		scalar(b, id);
		buf_char(b, '\n');
		line(b, "package", rest);
	} else {
		buf_add(b, S("  - rule: "));
		scalar(b, verdict_foreign(r, f) ? str_of(f->rule->id) : r->id);
		buf_char(b, '\n');
		if (f->key.len) {
			buf_add(b, S("    key: "));
			literal(b, f->key);
			buf_char(b, '\n');
		} else if (f->path.len) {
			buf_add(b, S("    path: "));
			literal(b, f->path);
			buf_char(b, '\n');
		}
	}
	line(b, "image", image_of(verdict_subject(v)));
	buf_add(b, S("    justification: #"));
	for (size_t i = 0; i < waiver_assessments_n; i++)
		buf_fmt(b, "%s %s", i ? "," : "", waiver_assessments[i].name);
	buf_add(b, S("\n    reason: # why it can be lived with, for whoever reads this next year\n"
		     "    owner: # who answers for it\n"));
	if (approvals)
		buf_fmt(b, "    approved_by: [] # %llu, other people than the owner\n",
			(unsigned long long)approvals);
	buf_fmt(b, "    created: %.10s\n", clock_rfc3339(v->time, date));
	buf_fmt(b, "    until: %.10s\n", clock_rfc3339(v->time + (int64_t)days * DAY, date));
}
