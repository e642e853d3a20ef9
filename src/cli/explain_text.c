#include "explain_text.h"

#include "codec/json.h"
#include "report/words.h"

enum { LABEL = 12 };

static const struct package *package_of(const struct explanation *e, const struct why_line *l)
{
	return l->package < (uint64_t)e->report->inventory->package_n
		       ? &e->report->inventory->package[l->package]
		       : NULL;
}

static bool has_id(const struct finding *f, str id)
{
	for (ptrdiff_t i = 0; i < f->ids.n; i++)
		if (str_eq(f->ids.p[i], id))
			return true;
	return str_eq(f->id, id);
}

/* The finding of a package under the id that is explained, or NULL. */
static const struct finding *finding_of(const struct explanation *e, uint32_t package)
{
	for (ptrdiff_t i = 0; i < e->report->finding_n; i++)
		if (e->report->finding[i].package == package &&
		    has_id(&e->report->finding[i], e->id))
			return &e->report->finding[i];
	return NULL;
}

bool explanation_affected(const struct explanation *e)
{
	for (ptrdiff_t i = 0; i < e->line_n; i++) {
		const struct finding *f = finding_of(e, e->line[i].package);
		if (e->line[i].how == WHY_MATCHED && f && !f->suppressed)
			return true;
	}
	return false;
}

static const struct reach_package *reach_of(const struct explanation *e, uint32_t package)
{
	for (ptrdiff_t i = 0; e->reach && i < e->reach->package_n; i++)
		if (e->reach->package[i].package == package)
			return &e->reach->package[i];
	return NULL;
}

/* ---- for people ---- */

struct out {
	struct buf *b;
	const struct explanation *e;
	const struct text_style *style;
};

static void line(struct out *o, const char *label, str text)
{
	if (text.len == 0)
		return;
	text_colour(o->b, o->style, TEXT_DIM);
	buf_fmt(o->b, "  %-*s", LABEL, label);
	text_colour(o->b, o->style, TEXT_PLAIN);
	text_wrap(o->b, text, LABEL + 2, LABEL + 2, o->style);
	buf_char(o->b, '\n');
}

static void put_knowledge(struct out *o)
{
	const struct knowledge *k = &o->e->knows;
	struct finding f = { .scored = k->scored, .epss = k->epss, .percentile = k->percentile };
	struct buf text;

	text_colour(o->b, o->style, TEXT_BOLD);
	text_safe(o->b, o->e->id);
	text_colour(o->b, o->style, TEXT_PLAIN);
	buf_add(o->b, k->summary.len ? S("  ") : S(""));
	text_safe(o->b, text_line(k->summary));
	buf_char(o->b, '\n');
	if (k->severity)
		line(o, "severity", str_of(severities[k->severity]));
	for (ptrdiff_t i = 0; i < k->cvss.n; i++) {
		const char *version = "";
		double score = 0;
		buf_init(&text, o->b->op, INT32_MAX);
		if (cvss_score(k->cvss.p[i], &score, &version))
			buf_fmt(&text, "%.1f (%s) ", score, version);
		buf_add(&text, k->cvss.p[i]);
		line(o, "CVSS", buf_view(&text));
	}
	if (k->scored) {
		buf_init(&text, o->b->op, INT32_MAX);
		words_epss(&text, &f);
		line(o, "EPSS", buf_view(&text));
	}
	if (k->exploited || k->kev_added.len) {
		buf_init(&text, o->b->op, INT32_MAX);
		buf_fmt(&text, "known to be exploited since %.*s%s", STR_ARG(k->kev_added),
			k->ransomware ? ", in ransomware too" : "");
		line(o, "KEV", buf_view(&text));
	}
	buf_init(&text, o->b->op, INT32_MAX);
	for (ptrdiff_t i = 0; i < k->cwe.n; i++)
		buf_fmt(&text, "%s%.*s", i ? ", " : "", STR_ARG(k->cwe.p[i]));
	line(o, "CWE", buf_view(&text));
}

static void put_package(struct out *o, const struct why_line *l, const struct package *p)
{
	const struct finding *f = finding_of(o->e, l->package);
	bool hit = l->how == WHY_MATCHED, shown = hit && f && !f->suppressed;

	buf_char(o->b, '\n');
	text_colour(o->b, o->style, shown ? TEXT_RED : TEXT_GREEN);
	buf_add(o->b, shown ? (o->style->utf8 ? S("✘ ") : S("x "))
			    : (o->style->utf8 ? S("✔ ") : S("+ ")));
	text_colour(o->b, o->style, TEXT_BOLD);
	text_safe(o->b, words_name(o->b->op, p));
	text_colour(o->b, o->style, TEXT_PLAIN);
	buf_char(o->b, ' ');
	text_safe(o->b, p->version);
	buf_fmt(o->b, " (%s): %s", package_kinds[p->type].name,
		shown ? "affected"
		: hit ? "affected, but suppressed"
		      : "not affected");
	buf_char(o->b, '\n');
}

static void put_record(struct out *o, const struct why_line *l)
{
	struct match m = { .span = l->span,
			   .listed = l->affected.versions.n > 0 && !l->span.until.len };
	struct buf text;

	if (l->source.len) {
		buf_init(&text, o->b->op, INT32_MAX);
		buf_fmt(&text, "%.*s of %.*s%s%.*s", STR_ARG(l->id), STR_ARG(l->source),
			l->ecosystem.len ? ", " : "", STR_ARG(l->ecosystem));
		line(o, "record", buf_view(&text));
	}
	if (l->affected.name.len) {
		buf_init(&text, o->b->op, INT32_MAX);
		buf_fmt(&text, "%.*s ", STR_ARG(l->affected.name));
		words_span(&text, &m);
		buf_fmt(&text, " (%s%s%.*s)", fix_states[l->affected.state],
			l->affected.urgency.len ? ", " : "", STR_ARG(l->affected.urgency));
		line(o, "says", buf_view(&text));
	}
	if (l->name.len) {
		buf_init(&text, o->b->op, INT32_MAX);
		buf_fmt(&text, "%.*s %.*s", STR_ARG(l->name), STR_ARG(l->version));
		line(o, "compared", buf_view(&text));
	}
	line(o, "because", l->text);
}

static void put_evidence(struct out *o, const struct package *p)
{
	for (ptrdiff_t i = 0; i < p->evidence_n && (i < 3 || o->style->verbose); i++) {
		struct buf text;
		buf_init(&text, o->b->op, INT32_MAX);
		buf_fmt(&text, "%.*s (%s", STR_ARG(p->evidence[i].path),
			evidence_hows[p->evidence[i].how]);
		if (p->evidence[i].layer >= 0)
			buf_fmt(&text, ", layer %d", p->evidence[i].layer);
		if (p->origin)
			buf_fmt(&text, ", %s", origins[p->origin]);
		buf_char(&text, ')');
		line(o, i ? "" : "file", buf_view(&text));
	}
}

static void put_decision(struct out *o, const struct why_line *l)
{
	const struct finding *f = finding_of(o->e, l->package);
	const struct reach_package *reach = reach_of(o->e, l->package);
	struct buf text;

	if (reach) {
		buf_init(&text, o->b->op, INT32_MAX);
		buf_fmt(&text, "%s: %.*s", reaches[reach->reach], STR_ARG(reach->why));
		line(o, "reach", buf_view(&text));
	}
	if (!f)
		return;
	if (f->suppressed) {
		buf_init(&text, o->b->op, INT32_MAX);
		buf_fmt(&text, "by %s: %.*s", suppressed_bys[f->suppressed], STR_ARG(f->reason));
		if (f->rule.len)
			buf_fmt(&text, f->reason.len ? " (%.*s)" : "%.*s", STR_ARG(f->rule));
		line(o, "suppressed", buf_view(&text));
	}
	buf_init(&text, o->b->op, INT32_MAX);
	words_remedy(&text, o->e->report, f);
	line(o, "to do", f->suppressed ? S("") : buf_view(&text));
}

static void put_statements(struct out *o)
{
	for (ptrdiff_t i = 0; i < o->e->report->statement_n; i++) {
		const struct statement *s = &o->e->report->statement[i];
		bool about = false;
		for (ptrdiff_t k = 0; k < s->vulnerability.n; k++)
			about |= str_eq(s->vulnerability.p[k], o->e->id);
		if (!about)
			continue;
		struct buf text;
		buf_init(&text, o->b->op, INT32_MAX);
		buf_fmt(&text, "%.*s: %s%s%s; %s%.*s", STR_ARG(s->document),
			vex_statuses[s->status], s->justification ? ", " : "",
			s->justification ? vex_justifications[s->justification] : "",
			s->matched ? "it applies" : "it does not apply: ",
			STR_ARG(s->matched ? S("") : s->unmatched));
		line(o, "statement", buf_view(&text));
	}
}

void explain_text_write(struct buf *b, const struct explanation *e, const struct text_style *style)
{
	struct out o = { b, e, style };
	uint32_t last = UINT32_MAX;

	put_knowledge(&o);
	put_statements(&o);
	for (ptrdiff_t i = 0; i < e->line_n; i++) {
		const struct why_line *l = &e->line[i];
		const struct package *p = package_of(e, l);
		if (p && l->package != last)
			put_package(&o, l, p);
		else if (!p && i == 0)
			buf_char(b, '\n');
		put_record(&o, l);
		bool ends = i + 1 == e->line_n || e->line[i + 1].package != l->package;
		if (p && ends) {
			put_evidence(&o, p);
			put_decision(&o, l);
		}
		last = l->package;
	}
}

/* ---- for programs ---- */

static void put_json_knowledge(struct json_out *j, const struct knowledge *k)
{
	json_key(j, S("knowledge"));
	json_object(j);
	json_pair(j, "severity", str_of(severities[k->severity]));
	json_pair_opt(j, "summary", k->summary);
	words_json_texts(j, "cvss", &k->cvss);
	words_json_texts(j, "cwe", &k->cwe);
	if (k->scored) {
		words_json_number(j, "epss", k->epss, 5);
		words_json_number(j, "percentile", k->percentile, 5);
	}
	json_key(j, S("exploited"));
	json_bool(j, k->exploited);
	json_pair_opt(j, "kev-added", k->kev_added);
	json_pair_opt(j, "kev-due", k->kev_due);
	json_object_end(j);
}

static void put_json_package(struct json_out *j, const struct package *p)
{
	json_key(j, S("package"));
	json_object(j);
	json_pair(j, "name", words_name(j->b->op, p));
	json_pair(j, "version", p->version);
	json_pair(j, "type", str_of(package_kinds[p->type].name));
	json_pair_opt(j, "purl", p->purl);
	json_key(j, S("evidence"));
	json_array(j);
	for (ptrdiff_t i = 0; i < p->evidence_n; i++) {
		json_object(j);
		json_pair(j, "path", p->evidence[i].path);
		json_pair(j, "how", str_of(evidence_hows[p->evidence[i].how]));
		if (p->evidence[i].layer >= 0)
			json_pair_u64(j, "layer", (uint64_t)p->evidence[i].layer);
		json_object_end(j);
	}
	json_array_end(j);
	json_object_end(j);
}

static void put_json_line(struct json_out *j, const struct explanation *e, const struct why_line *l)
{
	const struct package *p = package_of(e, l);
	const struct finding *f = p ? finding_of(e, l->package) : NULL;
	const struct reach_package *reach = p ? reach_of(e, l->package) : NULL;

	json_object(j);
	json_pair(j, "answer", str_of(why_nots[l->how]));
	json_pair(j, "text", l->text);
	json_pair_opt(j, "source", l->source);
	json_pair_opt(j, "ecosystem", l->ecosystem);
	json_pair_opt(j, "record", l->id);
	if (p)
		put_json_package(j, p);
	json_pair_opt(j, "name", l->name);
	json_pair_opt(j, "version", l->version);
	if (l->affected.name.len) {
		json_pair(j, "state", str_of(fix_states[l->affected.state]));
		words_json_span(j, &l->span);
	}
	if (reach) {
		json_pair(j, "reach", str_of(reaches[reach->reach]));
		json_pair_opt(j, "reach-why", reach->why);
	}
	if (f && f->suppressed) {
		json_pair(j, "suppressed", str_of(suppressed_bys[f->suppressed]));
		json_pair_opt(j, "reason", f->reason);
		json_pair_opt(j, "rule", f->rule);
	}
	json_object_end(j);
}

void explain_json_write(struct buf *b, const struct explanation *e)
{
	struct json_out j;

	json_begin(&j, b, 1);
	json_object(&j);
	json_pair(&j, "schema", S("temper-explanation/1"));
	json_pair(&j, "id", e->id);
	json_key(&j, S("affected"));
	json_bool(&j, explanation_affected(e));
	put_json_knowledge(&j, &e->knows);
	json_key(&j, S("answers"));
	json_array(&j);
	for (ptrdiff_t i = 0; i < e->line_n; i++)
		put_json_line(&j, e, &e->line[i]);
	json_array_end(&j);
	json_object_end(&j);
	buf_char(b, '\n');
}
