/*
 * The verdict as a document that can be kept and signed: schemas/verdict.schema.json. VERDICT_SCHEMA counts up
 * when a reader of the last version could misunderstand a document. The same facts, policy, waivers and
 * moment of judging give the same bytes.
 */
#include "sys/clock.h"
#include "verdict_impl.h"
#include "words.h"

enum { VERDICT_SCHEMA = 1 };

static void put_digest(struct json_out *j, const char *key, const struct digest *d)
{
	char text[DIGEST_TEXT];

	if (!digest_is_zero(d))
		json_pair(j, key, str_of(digest_text(d, text)));
}

static void put_bool(struct json_out *j, const char *key, bool value)
{
	json_key(j, str_of(key));
	json_bool(j, value);
}

static void put_count(struct json_out *j, const char *key, ptrdiff_t n)
{
	json_pair_u64(j, key, (uint64_t)n);
}

static void put_subject(struct json_out *j, const struct verdict *v)
{
	const struct subject *s = &v->facts->report->inventory->subject;
	char date[CLOCK_TEXT];

	json_key(j, S("subject"));
	json_object(j);
	json_pair(j, "name", s->name);
	json_pair_opt(j, "reference", s->reference);
	put_digest(j, "digest", &s->manifest);
	put_digest(j, "config", &s->config);
	json_pair_opt(j, "platform", s->platform);
	if (s->created)
		json_pair(j, "created", str_of(clock_rfc3339(s->created, date)));
	json_object_end(j);
}

static void put_policies(struct json_out *j, const struct verdict *v)
{
	json_key(j, S("policies"));
	json_array(j);
	for (ptrdiff_t i = 0; i < v->policy_n; i++) {
		const struct verdict_policy *p = &v->policy[i];
		json_object(j);
		json_pair(j, "name", p->name);
		json_pair_opt(j, "file", p->file);
		json_pair_opt(j, "description", p->description);
		put_digest(j, "digest", &p->digest);
		json_object_end(j);
	}
	json_array_end(j);
}

/* What it rests on: the advisories in the state that their digests name. */
static void put_sources(struct json_out *j, const struct verdict *v)
{
	const struct report *r = v->facts->report;

	if (v->facts_file.len) {
		json_key(j, S("facts"));
		json_object(j);
		json_pair(j, "file", v->facts_file);
		put_digest(j, "sha256", &v->facts_digest);
		json_object_end(j);
	}
	put_digest(j, "database", &r->database);
	json_key(j, S("sources"));
	json_array(j);
	for (ptrdiff_t i = 0; i < r->source_n; i++) {
		const struct report_source *s = &r->source[i];
		json_object(j);
		json_pair(j, "source", s->source);
		json_pair_opt(j, "ecosystem", s->ecosystem);
		json_pair_opt(j, "upstream", s->upstream);
		put_digest(j, "digest", &s->digest);
		if (s->age_s >= 0)
			json_pair_u64(j, "age-seconds", (uint64_t)s->age_s);
		json_object_end(j);
	}
	json_array_end(j);
}

static void put_summary(struct json_out *j, const struct verdict *v)
{
	ptrdiff_t n[VERDICT_STATES] = { 0 };

	for (ptrdiff_t i = 0; i < v->rule_n; i++)
		n[verdict_state(&v->rule[i])]++;
	json_key(j, S("summary"));
	json_object(j);
	put_count(j, "rules", v->rule_n);
	for (int s = 0; s < VERDICT_STATES; s++)
		put_count(j, verdict_states[s], n[s]);
	json_pair_u64(j, "verified", v->verified);
	json_pair_u64(j, "to-verify", v->to_verify);
	json_object_end(j);
}

static void put_fault(struct json_out *j, const struct fault *f)
{
	json_object(j);
	json_pair(j, "key", f->key);
	json_pair_opt(j, "kind", f->kind);
	json_pair(j, "what", f->what);
	json_pair(j, "severity", str_of(severities[fault_severity(f)]));
	put_bool(j, "counts", verdict_counts(f));
	json_pair_opt(j, "waived-by", f->waived_by);
	json_pair_opt(j, "reason", f->reason);
	json_pair_opt(j, "path", f->path);
	if (f->line)
		put_count(j, "line", f->line);
	if (f->layer >= 0)
		put_count(j, "layer", f->layer);
	json_pair_opt(j, "instruction", f->instruction);
	json_pair_opt(j, "package", f->package);
	put_bool(j, "of-base", f->of_base);
	json_pair_opt(j, "remedy", f->remedy);
	json_object_end(j);
}

static void put_rule(struct json_out *j, const struct verdict_rule *r)
{
	json_object(j);
	json_pair(j, "id", r->id);
	json_pair(j, "rule", r->rule);
	json_pair_opt(j, "title", r->title);
	json_pair_opt(j, "rationale", r->rationale);
	json_pair_opt(j, "remedy", r->remedy);
	json_pair_opt(j, "with", r->with);
	json_pair_opt(j, "also", r->also);
	json_pair_opt(j, "where", r->where);
	json_pair(j, "mode", str_of(policy_modes[r->mode]));
	json_pair_opt(j, "effective-on", r->effective_on);
	json_pair(j, "outcome", str_of(outcome_kinds[r->outcome]));
	json_pair(j, "state", str_of(verdict_states[verdict_state(r)]));
	json_pair_opt(j, "detail", r->detail);
	json_pair_opt(j, "until", r->until);
	put_count(j, "waived", r->waived_n);
	put_count(j, "graced", r->graced_n);
	json_key(j, S("evidence"));
	json_array(j);
	for (ptrdiff_t i = 0; i < r->fault_n; i++)
		put_fault(j, &r->fault[i]);
	json_array_end(j);
	json_object_end(j);
}

static void put_waiver(struct json_out *j, const struct waiver *w)
{
	json_object(j);
	json_pair(j, "where", w->where);
	json_pair(j, "form", str_of(w->form));
	json_pair_opt(j, "id", w->id);
	json_pair_opt(j, "rule", w->rule);
	words_json_texts(j, "keys", &w->keys);
	words_json_texts(j, "packages", &w->purls);
	json_pair_opt(j, "name", w->name);
	json_pair_opt(j, "version", w->version);
	words_json_texts(j, "paths", &w->paths);
	words_json_texts(j, "images", &w->images);
	json_pair_opt(j, "justification", w->justification);
	json_pair_opt(j, "assessment", w->assessment);
	json_pair_opt(j, "reason", w->reason);
	json_pair_opt(j, "owner", w->owner);
	words_json_texts(j, "approved-by", &w->approved_by);
	json_pair_opt(j, "link", w->link);
	json_pair_opt(j, "created", w->created);
	json_pair_opt(j, "until", w->until);
	json_pair_u64(j, "matched", w->matched);
	json_pair(j, "state", str_of(verdict_waiver_state(w)));
	json_pair_opt(j, "refused", w->refused);
	json_object_end(j);
}

static void put_head(struct json_out *j, const struct verdict *v)
{
	char date[CLOCK_TEXT];

	json_key(j, S("schema"));
	json_object(j);
	json_pair(j, "name", S("temper-verdict"));
	json_pair_u64(j, "version", VERDICT_SCHEMA);
	json_object_end(j);
	json_key(j, S("tool"));
	json_object(j);
	json_pair(j, "name", S("temper"));
	json_pair(j, "version", S(TEMPER_VERSION));
	json_object_end(j);
	put_subject(j, v);
	json_pair(j, "time", str_of(clock_rfc3339(v->time, date)));
	json_pair_opt(j, "valid-until", v->valid_until);
	put_bool(j, "passed", v->passed);
}

int verdict_json(struct op *op, const struct verdict *v, const struct verdict_choice *c,
		 struct buf *b)
{
	struct json_out j;

	(void)c;
	json_begin(&j, b, 1);
	json_object(&j);
	put_head(&j, v);
	put_policies(&j, v);
	put_sources(&j, v);
	put_summary(&j, v);
	json_key(&j, S("rules"));
	json_array(&j);
	for (ptrdiff_t i = 0; i < v->rule_n; i++)
		put_rule(&j, &v->rule[i]);
	json_array_end(&j);
	json_key(&j, S("waivers"));
	json_array(&j);
	for (ptrdiff_t i = 0; i < v->waiver_n; i++)
		put_waiver(&j, &v->waiver[i]);
	json_array_end(&j);
	json_key(&j, S("warnings"));
	json_array(&j);
	for (ptrdiff_t i = 0; i < v->warnings.n; i++)
		json_text(&j, v->warnings.p[i]);
	json_array_end(&j);
	json_object_end(&j);
	buf_char(b, '\n');
	return op->code;
}
