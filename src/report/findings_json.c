/*
 * temper's own JSON of a report: all of model/report.h. Its schema is schemas/findings.schema.json;
 * FINDINGS_SCHEMA counts up when a reader of the last version could misunderstand a document, not
 * when members are added. What is not told is not there.
 */
#include "findings_impl.h"
#include "sys/clock.h"
#include "words.h"

enum { FINDINGS_SCHEMA = 1 };

static void put_pairs(struct json_out *j, const char *key, const struct pairs *p)
{
	if (p->n == 0)
		return;
	json_key(j, str_of(key));
	json_object(j);
	for (ptrdiff_t i = 0; i < p->n; i++) {
		if (i && str_eq(p->p[i].key, p->p[i - 1].key))
			continue;
		json_key(j, p->p[i].key);
		json_text(j, p->p[i].value);
	}
	json_object_end(j);
}

static void put_true(struct json_out *j, const char *key, bool value)
{
	if (!value)
		return;
	json_key(j, str_of(key));
	json_bool(j, true);
}

static void put_bool(struct json_out *j, const char *key, bool value)
{
	json_key(j, str_of(key));
	json_bool(j, value);
}

static void put_digest(struct json_out *j, const char *key, const struct digest *d)
{
	char text[DIGEST_TEXT];

	if (!digest_is_zero(d))
		json_pair(j, key, str_of(digest_text(d, text)));
}

static void put_subject(struct json_out *j, const struct inventory *inv)
{
	static const char *const kind[] = { "image", "directory", "file" };
	const struct subject *s = &inv->subject;
	char date[CLOCK_TEXT];

	json_key(j, S("subject"));
	json_object(j);
	json_pair(j, "kind", str_of(kind[s->kind]));
	json_pair_opt(j, "name", s->name);
	json_pair_opt(j, "version", s->version);
	json_pair_opt(j, "reference", s->reference);
	put_digest(j, "manifest", &s->manifest);
	put_digest(j, "config", &s->config);
	json_pair_opt(j, "platform", s->platform);
	if (s->created)
		json_pair(j, "created", str_of(clock_rfc3339(s->created, date)));
	words_json_texts(j, "tags", &s->tags);
	json_pair_opt(j, "base-name", s->base_name);
	put_digest(j, "base", &s->base);
	json_pair_u64(j, "packages", (uint64_t)inv->package_n);
	json_object_end(j);
}

static void put_os(struct json_out *j, const struct report *r)
{
	const struct os_identity *os = &r->inventory->os;
	const struct life *l = &r->life;

	json_key(j, S("os"));
	json_object(j);
	json_pair_opt(j, "id", os->id);
	json_pair_opt(j, "version-id", os->version_id);
	json_pair_opt(j, "name", os->pretty_name);
	json_pair_opt(j, "ecosystem", r->ecosystem);
	if (l->ecosystem.len) {
		json_key(j, S("support"));
		json_object(j);
		json_pair_opt(j, "standard-end", l->standard_end);
		json_pair_opt(j, "extended-end", l->extended_end);
		json_pair_opt(j, "codename", l->codename);
		json_pair_opt(j, "note", l->note);
		put_bool(j, "ended", r->ended);
		put_bool(j, "ended-extended", r->ended_extended);
		json_object_end(j);
	}
	json_object_end(j);
}

static void put_summary(struct json_out *j, const struct report *r)
{
	struct report_counts n;

	report_count(r, &n);
	json_key(j, S("summary"));
	json_object(j);
	json_pair_u64(j, "findings", (uint64_t)r->shown_n);
	json_key(j, S("by-severity"));
	json_object(j);
	for (int s = SEVERITIES - 1; s >= 0; s--)
		json_pair_u64(j, severities[s], n.by_severity[s]);
	json_object_end(j);
	json_pair_u64(j, "fixed", n.fixed);
	json_pair_u64(j, "not-fixed", n.not_fixed);
	json_pair_u64(j, "exploited", n.exploited);
	json_pair_u64(j, "suppressed", n.suppressed);
	put_bool(j, "failed", r->failed);
	put_bool(j, "incomplete", r->incomplete);
	put_bool(j, "no-database", r->no_database);
	json_object_end(j);
}

static void put_filter(struct json_out *j, const struct report_filter *f)
{
	json_key(j, S("filter"));
	json_object(j);
	words_json_texts(j, "severities", &f->severities);
	words_json_texts(j, "ignored-states", &f->ignored_states);
	if (f->fail_on != SEVERITY_UNKNOWN)
		json_pair(j, "fail-on", str_of(severities[f->fail_on]));
	put_true(j, "only-fixed", f->only_fixed);
	put_true(j, "only-base", f->only_base);
	put_true(j, "ignore-base", f->ignore_base);
	put_true(j, "by-cve", f->by_cve);
	json_object_end(j);
}

static void put_package(struct json_out *j, const struct package *p)
{
	json_key(j, S("package"));
	json_object(j);
	json_pair_opt(j, "id", p->id);
	json_pair(j, "type", str_of(package_kinds[p->type].name));
	json_pair(j, "name", words_name(j->b->op, p));
	json_pair(j, "version", p->version);
	json_pair_opt(j, "arch", p->arch);
	json_pair_opt(j, "source", p->source);
	json_pair_opt(j, "source-version", p->source_version);
	json_pair_opt(j, "purl", p->purl);
	if (p->layer >= 0)
		json_pair_u64(j, "layer", (uint64_t)p->layer);
	json_pair_opt(j, "origin", str_of(origins[p->origin]));
	if (p->evidence_n) {
		json_key(j, S("paths"));
		json_array(j);
		for (ptrdiff_t i = 0; i < p->evidence_n; i++)
			json_text(j, p->evidence[i].path);
		json_array_end(j);
	}
	json_object_end(j);
}

static void put_match(struct json_out *j, const struct match *m)
{
	json_object(j);
	json_pair(j, "source", m->source);
	json_pair_opt(j, "ecosystem", m->ecosystem);
	json_pair(j, "id", m->id);
	json_pair(j, "by", str_of(match_bys[m->by]));
	json_pair(j, "name", m->name);
	json_pair(j, "version", m->version);
	json_pair(j, "order", str_of(version_schemes[m->scheme].name));
	words_json_span(j, &m->span);
	put_true(j, "listed", m->listed);
	json_pair(j, "state", str_of(fix_states[m->state]));
	json_pair(j, "severity", str_of(severities[m->severity]));
	json_pair_opt(j, "urgency", m->urgency);
	json_pair_opt(j, "fixed-on", m->fixed_on);
	put_pairs(j, "only", &m->only);
	json_object_end(j);
}

static void put_threat(struct json_out *j, const struct finding *f)
{
	if (f->score > 0)
		words_json_number(j, "score", f->score, 1);
	json_pair_opt(j, "cvss", f->cvss);
	if (f->scored) {
		words_json_number(j, "epss", f->epss, 5);
		words_json_number(j, "percentile", f->percentile, 5);
	}
	put_true(j, "exploited", f->exploited);
	if (f->kev_added.len) {
		json_key(j, S("kev"));
		json_object(j);
		json_pair(j, "added", f->kev_added);
		json_pair_opt(j, "due", f->kev_due);
		json_object_end(j);
	}
	put_true(j, "ransomware", f->ransomware);
	put_true(j, "malicious", f->malicious);
	words_json_number(j, "risk", f->risk, 2);
}

static void put_proof(struct json_out *j, const struct unreached *p)
{
	json_key(j, S("proof"));
	json_object(j);
	words_json_texts(j, "entry", &p->entry);
	words_json_texts(j, "loaded", &p->loaded);
	words_json_texts(j, "files", &p->files);
	json_object_end(j);
}

static void put_finding(struct json_out *j, const struct report *r, const struct finding *f)
{
	json_object(j);
	json_pair(j, "id", f->id);
	words_json_texts(j, "ids", &f->ids);
	json_pair(j, "severity", str_of(severities[f->severity]));
	json_pair_opt(j, "severity-from", f->severity_from);
	put_threat(j, f);
	json_pair(j, "state", str_of(fix_states[f->state]));
	words_json_texts(j, "fixed", &f->fixed);
	json_pair_opt(j, "fixed-on", f->fixed_on);
	put_package(j, words_package(r, f));
	json_pair_opt(j, "summary", f->summary);
	words_json_texts(j, "cwe", &f->cwe);
	words_json_texts(j, "references", &f->references);
	json_key(j, S("matches"));
	json_array(j);
	for (ptrdiff_t i = 0; i < f->match_n; i++)
		put_match(j, &f->match[i]);
	json_array_end(j);
	if (f->suppressed) {
		json_key(j, S("suppressed"));
		json_object(j);
		json_pair(j, "by", str_of(suppressed_bys[f->suppressed]));
		json_pair_opt(j, "reason", f->reason);
		json_pair_opt(j, "rule", f->rule);
		if (f->proof)
			put_proof(j, f->proof);
		json_object_end(j);
	}
	json_object_end(j);
}

static void put_findings(struct json_out *j, const struct report *r, const char *key,
			 ptrdiff_t from, ptrdiff_t to)
{
	json_key(j, str_of(key));
	json_array(j);
	for (ptrdiff_t i = from; i < to; i++)
		put_finding(j, r, &r->finding[i]);
	json_array_end(j);
}

static void put_fixes(struct json_out *j, const struct report *r)
{
	json_key(j, S("fixes"));
	json_array(j);
	for (ptrdiff_t i = 0; i < r->group_n; i++) {
		const struct fix_group *g = &r->group[i];
		json_object(j);
		json_pair(j, "name", g->name);
		json_pair(j, "from", g->from);
		json_pair(j, "to", g->to);
		words_json_texts(j, "packages", &g->packages);
		json_pair(j, "worst", str_of(severities[g->worst]));
		json_key(j, S("clears"));
		json_array(j);
		for (ptrdiff_t k = 0; k < g->finding_n; k++)
			if (g->finding[k] < (uint64_t)r->finding_n)
				json_text(j, r->finding[g->finding[k]].id);
		json_array_end(j);
		json_object_end(j);
	}
	json_array_end(j);
}

static void put_sources(struct json_out *j, const struct report *r)
{
	json_key(j, S("sources"));
	json_array(j);
	for (ptrdiff_t i = 0; i < r->source_n; i++) {
		const struct report_source *s = &r->source[i];
		json_object(j);
		json_pair(j, "source", s->source);
		json_pair_opt(j, "ecosystem", s->ecosystem);
		json_pair_opt(j, "url", s->url);
		json_pair_opt(j, "upstream", s->upstream);
		json_pair_opt(j, "updated", s->updated);
		put_digest(j, "digest", &s->digest);
		json_pair_u64(j, "records", s->records);
		if (s->age_s >= 0)
			json_pair_u64(j, "age-seconds", (uint64_t)s->age_s);
		put_true(j, "fixed-only", s->fixed_only);
		json_object_end(j);
	}
	json_array_end(j);
}

static void put_coverage(struct json_out *j, const struct report *r)
{
	json_key(j, S("coverage"));
	json_array(j);
	for (ptrdiff_t i = 0; i < r->coverage_n; i++) {
		const struct coverage *c = &r->coverage[i];
		json_object(j);
		json_pair(j, "kind", str_of(coverages[c->kind]));
		json_pair_opt(j, "of", c->ecosystem);
		json_pair_u64(j, "packages", c->packages);
		json_pair_opt(j, "what", c->what);
		words_json_texts(j, "examples", &c->examples);
		json_object_end(j);
	}
	json_array_end(j);
}

static void put_statement(struct json_out *j, const struct statement *s)
{
	json_object(j);
	json_pair_opt(j, "document", s->document);
	json_pair_opt(j, "id", s->id);
	json_pair_opt(j, "author", s->author);
	json_pair_opt(j, "timestamp", s->timestamp);
	words_json_texts(j, "vulnerability", &s->vulnerability);
	if (s->product_n) {
		json_key(j, S("products"));
		json_array(j);
		for (ptrdiff_t i = 0; i < s->product_n; i++) {
			json_object(j);
			json_pair(j, "id", s->product[i].id);
			words_json_texts(j, "subcomponents", &s->product[i].subcomponents);
			json_object_end(j);
		}
		json_array_end(j);
	}
	json_pair(j, "status", str_of(vex_statuses[s->status]));
	if (s->justification)
		json_pair(j, "justification", str_of(vex_justifications[s->justification]));
	json_pair_opt(j, "impact", s->impact);
	json_pair_opt(j, "action", s->action);
	json_pair_u64(j, "matched", s->matched);
	json_pair_opt(j, "unmatched", s->unmatched);
	json_object_end(j);
}

static void put_waiver(struct json_out *j, const struct waiver *w)
{
	json_object(j);
	json_pair(j, "where", w->where);
	json_pair(j, "form", str_of(w->form));
	json_pair_opt(j, "id", w->id);
	words_json_texts(j, "purls", &w->purls);
	words_json_texts(j, "paths", &w->paths);
	words_json_texts(j, "images", &w->images);
	json_pair_opt(j, "name", w->name);
	json_pair_opt(j, "version", w->version);
	json_pair_opt(j, "type", w->type);
	json_pair_opt(j, "language", w->language);
	words_json_texts(j, "states", &w->states);
	json_pair_opt(j, "reason", w->reason);
	json_pair_opt(j, "owner", w->owner);
	json_pair_opt(j, "until", w->until);
	json_pair_u64(j, "matched", w->matched);
	put_true(j, "expired", w->expired);
	put_true(j, "expiring", w->expiring);
	json_object_end(j);
}

static void put_rules(struct json_out *j, const struct report *r)
{
	json_key(j, S("statements"));
	json_array(j);
	for (ptrdiff_t i = 0; i < r->statement_n; i++)
		put_statement(j, &r->statement[i]);
	json_array_end(j);
	json_key(j, S("waivers"));
	json_array(j);
	for (ptrdiff_t i = 0; i < r->waiver_n; i++)
		put_waiver(j, &r->waiver[i]);
	json_array_end(j);
}

static void put_unreadable(struct json_out *j, const struct inventory *inv)
{
	if (inv->warning_n == 0)
		return;
	json_key(j, S("unreadable"));
	json_array(j);
	for (ptrdiff_t i = 0; i < inv->warning_n; i++) {
		json_object(j);
		json_pair(j, "path", inv->warning[i].path);
		json_pair(j, "message", inv->warning[i].message);
		json_object_end(j);
	}
	json_array_end(j);
}

static void put_head(struct json_out *j, const struct report *r)
{
	char date[CLOCK_TEXT];

	json_key(j, S("schema"));
	json_object(j);
	json_pair(j, "name", S("temper-findings"));
	json_pair_u64(j, "version", FINDINGS_SCHEMA);
	json_object_end(j);
	json_key(j, S("tool"));
	json_object(j);
	json_pair(j, "name", S("temper"));
	json_pair(j, "version", S(TEMPER_VERSION));
	json_object_end(j);
	json_pair(j, "time", str_of(clock_rfc3339(r->time, date)));
	put_digest(j, "database", &r->database);
}

int findings_json(struct op *op, const struct report *r, const struct findings_choice *c,
		  struct buf *b)
{
	struct json_out j;

	(void)c;
	json_begin(&j, b, 1);
	json_object(&j);
	put_head(&j, r);
	put_subject(&j, r->inventory);
	put_os(&j, r);
	put_summary(&j, r);
	put_filter(&j, &r->filter);
	put_findings(&j, r, "findings", 0, r->shown_n);
	put_findings(&j, r, "suppressed", r->shown_n, r->finding_n);
	put_fixes(&j, r);
	put_sources(&j, r);
	put_coverage(&j, r);
	put_rules(&j, r);
	put_unreadable(&j, r->inventory);
	json_object_end(&j);
	buf_char(b, '\n');
	return op->code;
}
