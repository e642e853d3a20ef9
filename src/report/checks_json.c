/*
 * Everything as JSON, for programs: schemas/checks.schema.json. CHECKS_SCHEMA counts up when a reader of
 * the last version could misunderstand a document, not for additions.
 */
#include "checks_impl.h"
#include "sys/clock.h"
#include "words.h"

enum { CHECKS_SCHEMA = 1 };

static void put_digest(struct json_out *j, const char *key, const struct digest *d)
{
	char text[DIGEST_TEXT];

	if (!digest_is_zero(d))
		json_pair(j, key, str_of(digest_text(d, text)));
}

static void put_number(struct json_out *j, const char *key, int64_t n)
{
	json_key(j, str_of(key));
	json_i64(j, n);
}

static void put_true(struct json_out *j, const char *key, bool value)
{
	if (!value)
		return;
	json_key(j, str_of(key));
	json_bool(j, true);
}

static void put_subject(struct json_out *j, const struct checks_report *r)
{
	static const char *const kind[] = { "image", "directory", "file" };
	char date[CLOCK_TEXT];

	json_key(j, S("subject"));
	json_object(j);
	json_pair(j, "name", r->subject);
	if (r->inventory) {
		const struct subject *s = &r->inventory->subject;
		json_pair(j, "kind", str_of(kind[s->kind]));
		json_pair_opt(j, "version", s->version);
		json_pair_opt(j, "reference", s->reference);
		put_digest(j, "manifest", &s->manifest);
		put_digest(j, "config", &s->config);
		json_pair_opt(j, "platform", s->platform);
		if (s->created)
			json_pair(j, "created", str_of(clock_rfc3339(s->created, date)));
		json_pair_u64(j, "layers", (uint64_t)s->layer_n);
	}
	json_object_end(j);
}

static void put_summary(struct json_out *j, const struct checks *c)
{
	struct checks_counted n = checks_count(c);

	json_key(j, S("summary"));
	json_object(j);
	json_pair_u64(j, "rules", (uint64_t)c->n);
	for (int i = 0; i < OUTCOMES; i++)
		json_pair_u64(j, outcome_kinds[i], (uint64_t)n.rules[i]);
	json_pair_u64(j, "faults", n.faults);
	json_pair_u64(j, "waived", n.waived);
	json_key(j, S("broken"));
	json_object(j);
	for (int i = SEVERITY_CRITICAL; i > SEVERITY_UNKNOWN; i--)
		json_pair_u64(j, severities[i], n.broken[i]);
	json_object_end(j);
	json_object_end(j);
}

static void put_fault(struct op *op, struct json_out *j, const struct checks_report *r,
		      const struct rule *rule, const struct fault *f)
{
	struct digest same = checks_identity(op, r, f);
	char hex[DIGEST_HEX];

	json_object(j);
	json_pair(j, "what", f->what);
	if (f->rule != rule)
		json_pair(j, "rule", str_of(f->rule->id));
	json_pair(j, "severity", str_of(severities[fault_severity(f)]));
	json_pair_opt(j, "kind", f->kind);
	json_pair_opt(j, "key", f->key);
	json_pair_opt(j, "path", f->path);
	if (f->line)
		put_number(j, "line", f->line);
	if (f->end_line > f->line)
		put_number(j, "end-line", f->end_line);
	if (f->col)
		put_number(j, "column", f->col);
	if (f->layer >= 0 && r->inventory)
		put_number(j, "layer", f->layer);
	json_pair_opt(j, "instruction", f->instruction);
	json_pair_opt(j, "package", f->package);
	json_pair_opt(j, "remedy", f->remedy);
	put_true(j, "of-base", f->of_base);
	json_pair_opt(j, "waived-by", f->waived_by);
	json_pair_opt(j, "reason", f->reason);
	json_pair(j, "fingerprint", str_head(str_of(digest_hex(&same, hex)), 32));
	json_object_end(j);
}

static void put_check(struct op *op, struct json_out *j, const struct checks_report *r,
		      const struct check *c)
{
	const struct rule *rule = c->rule;
	str also = str_of(rule->also);

	json_object(j);
	json_pair(j, "rule", str_of(rule->id));
	json_key(j, S("also"));
	json_array(j);
	for (str word = str_word(&also); word.len; word = str_word(&also))
		json_text(j, word);
	json_array_end(j);
	json_pair(j, "outcome", str_of(outcome_kinds[c->outcome]));
	json_pair(j, "severity", str_of(severities[checks_severity(c)]));
	json_pair(j, "title", str_of(rule->title));
	json_pair(j, "rationale", str_of(rule->rationale));
	json_pair(j, "remedy", str_of(rule->remedy));
	json_pair_opt(j, "detail", c->detail);
	put_true(j, "unread", c->unread);
	json_key(j, S("faults"));
	json_array(j);
	for (ptrdiff_t i = 0; i < c->fault_n; i++)
		put_fault(op, j, r, rule, &c->fault[i]);
	json_array_end(j);
	json_object_end(j);
}

int checks_json(struct op *op, const struct checks_report *r, const struct checks_choice *c,
		struct buf *b)
{
	char date[CLOCK_TEXT];
	struct json_out j;

	(void)c;
	json_begin(&j, b, 1);
	json_object(&j);
	json_key(&j, S("schema"));
	json_object(&j);
	json_pair(&j, "name", S("temper-checks"));
	json_pair_u64(&j, "version", CHECKS_SCHEMA);
	json_object_end(&j);
	json_key(&j, S("tool"));
	json_object(&j);
	json_pair(&j, "name", S("temper"));
	json_pair(&j, "verb", str_of(r->tool));
	json_pair(&j, "version", S(TEMPER_VERSION));
	json_object_end(&j);
	json_pair(&j, "time", str_of(clock_rfc3339(r->time, date)));
	put_subject(&j, r);
	put_summary(&j, r->checks);
	json_key(&j, S("checks"));
	json_array(&j);
	for (ptrdiff_t i = 0; i < r->checks->n; i++)
		put_check(op, &j, r, &r->checks->p[i]);
	json_array_end(&j);
	json_object_end(&j);
	buf_char(b, '\n');
	return op->code;
}
