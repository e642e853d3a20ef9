/*
 * SARIF 2.1.0 as GitHub code scanning takes it: the policy's rules as rules, a result for each fault; what is
 * waived is suppressed. A rule that cannot be told is a notification of the run, and a result if it is in
 * force, so that it is not overlooked. Source: OASIS SARIF v2.1.0.
 */
#include "codec/json.h"
#include "verdict_impl.h"
#include "words.h"

static void text_of(struct json_out *j, const char *key, str text)
{
	json_key(j, str_of(key));
	json_object(j);
	json_pair(j, "text", text);
	json_object_end(j);
}

/* By what follows from it first, then by how bad it is. */
static const char *level_of(const struct verdict_rule *r, enum severity s)
{
	if (verdict_state(r) == VERDICT_STATE_LOG)
		return "note";
	if (verdict_state(r) == VERDICT_STATE_WARN)
		return "warning";
	return s == SEVERITY_LOW || s == SEVERITY_NEGLIGIBLE ? "warning" : "error";
}

/* What GitHub sorts by: the middle of what the worst of its faults means. */
static const char *security_severity(const struct verdict_rule *r)
{
	static const char *const middle[SEVERITIES] = { "0.0", "0.1", "2.0", "5.5", "8.0", "9.5" };
	enum severity worst = SEVERITY_UNKNOWN;

	for (ptrdiff_t i = 0; i < r->fault_n; i++)
		if (fault_severity(&r->fault[i]) > worst)
			worst = fault_severity(&r->fault[i]);
	return middle[worst];
}

static void put_rule(struct json_out *j, const struct verdict_rule *r)
{
	struct buf help;

	buf_init(&help, j->b->op, INT32_MAX);
	buf_add(&help, r->rationale);
	buf_add(&help, r->rationale.len && r->remedy.len ? S("\n\n") : S(""));
	buf_add(&help, r->remedy);
	json_object(j);
	json_pair(j, "id", r->id);
	json_pair(j, "name", r->rule);
	text_of(j, "shortDescription", r->title.len ? r->title : r->id);
	text_of(j, "fullDescription",
		r->rationale.len ? r->rationale
		: r->title.len   ? r->title
				 : r->id);
	text_of(j, "help", help.len ? buf_view(&help) : r->id);
	json_key(j, S("properties"));
	json_object(j);
	json_pair(j, "security-severity", str_of(security_severity(r)));
	json_key(j, S("tags"));
	json_array(j);
	json_text(j, S("policy"));
	json_text(j, str_of(policy_modes[r->mode]));
	for (str also = r->also, one = str_word(&also); one.len; one = str_word(&also))
		json_text(j, one);
	json_array_end(j);
	json_object_end(j);
	json_object_end(j);
}

static void put_location(struct json_out *j, const struct fault *f, const char *fallback)
{
	struct buf uri;

	buf_init(&uri, j->b->op, INT32_MAX);
	text_uri(&uri, f && f->path.len ? f->path : str_of(fallback));
	json_key(j, S("locations"));
	json_array(j);
	json_object(j);
	json_key(j, S("physicalLocation"));
	json_object(j);
	json_key(j, S("artifactLocation"));
	json_object(j);
	json_pair(j, "uri", buf_view(&uri));
	json_object_end(j);
	json_key(j, S("region"));
	json_object(j);
	json_pair_u64(j, "startLine", f && f->line > 0 ? (uint64_t)f->line : 1);
	json_object_end(j);
	json_object_end(j);
	json_object_end(j);
	json_array_end(j);
}

static void put_suppression(struct json_out *j, const struct fault *f)
{
	struct buf why;

	if (verdict_counts(f))
		return;
	buf_init(&why, j->b->op, INT32_MAX);
	verdict_waived(&why, f);
	json_key(j, S("suppressions"));
	json_array(j);
	json_object(j);
	json_pair(j, "kind", S("external"));
	json_pair(j, "justification", buf_view(&why));
	json_object_end(j);
	json_array_end(j);
}

/* f: NULL of a rule that cannot be told, or that has no fault of its own. */
static void put_result(struct json_out *j, const struct verdict *v, ptrdiff_t at,
		       const struct fault *f)
{
	const struct verdict_rule *r = &v->rule[at];
	struct buf text, same, by;
	char hex[DIGEST_HEX];

	buf_init(&text, j->b->op, INT32_MAX);
	buf_init(&same, j->b->op, INT32_MAX);
	buf_init(&by, j->b->op, INT32_MAX);
	buf_add(&text, f ? f->what : r->detail.len ? r->detail : r->title.len ? r->title : r->id);
	if (f)
		verdict_origin(&by, v, f);
	if (by.len)
		buf_fmt(&text, " (by %.*s)", STR_ARG(buf_view(&by)));
	if (verdict_remedy(r, f).len)
		buf_fmt(&text, ". %.*s", STR_ARG(verdict_remedy(r, f)));
	buf_fmt(&same, "%.*s\n%.*s\n%.*s", STR_ARG(r->id), STR_ARG(f ? f->kind : S("")),
		STR_ARG(f ? f->key : S("")));
	struct digest identity = digest_of(buf_view(&same));
	json_object(j);
	json_pair(j, "ruleId", r->id);
	json_pair_u64(j, "ruleIndex", (uint64_t)at);
	json_pair(j, "level", str_of(level_of(r, f ? fault_severity(f) : SEVERITY_UNKNOWN)));
	text_of(j, "message", buf_view(&text));
	put_location(j, f, "image");
	json_key(j, S("partialFingerprints"));
	json_object(j);
	json_pair(j, "primaryLocationLineHash", str_head(str_of(digest_hex(&identity, hex)), 32));
	json_object_end(j);
	if (f)
		put_suppression(j, f);
	json_object_end(j);
}

static void put_invocation(struct json_out *j, const struct verdict *v)
{
	json_key(j, S("invocations"));
	json_array(j);
	json_object(j);
	json_key(j, S("executionSuccessful"));
	json_bool(j, v->error_n == 0);
	json_key(j, S("toolExecutionNotifications"));
	json_array(j);
	for (ptrdiff_t i = 0; i < v->rule_n; i++) {
		if (v->rule[i].outcome != OUTCOME_ERROR)
			continue;
		json_object(j);
		json_pair(j, "level", S("error"));
		text_of(j, "message", v->rule[i].detail.len ? v->rule[i].detail : v->rule[i].id);
		json_object_end(j);
	}
	for (ptrdiff_t i = 0; i < v->warnings.n; i++) {
		json_object(j);
		json_pair(j, "level", S("warning"));
		text_of(j, "message", v->warnings.p[i]);
		json_object_end(j);
	}
	json_array_end(j);
	json_object_end(j);
	json_array_end(j);
}

static void put_run(struct json_out *j, const struct verdict *v)
{
	json_object(j);
	json_key(j, S("tool"));
	json_object(j);
	json_key(j, S("driver"));
	json_object(j);
	json_pair(j, "name", S("temper"));
	json_pair(j, "version", S(TEMPER_VERSION));
	json_pair(j, "semanticVersion", S(TEMPER_VERSION));
	json_key(j, S("rules"));
	json_array(j);
	for (ptrdiff_t i = 0; i < v->rule_n; i++)
		put_rule(j, &v->rule[i]);
	json_array_end(j);
	json_object_end(j);
	json_object_end(j);
	put_invocation(j, v);
	json_key(j, S("results"));
	json_array(j);
	for (ptrdiff_t i = 0; i < v->rule_n; i++) {
		const struct verdict_rule *r = &v->rule[i];
		for (ptrdiff_t k = 0; k < r->fault_n; k++)
			put_result(j, v, i, &r->fault[k]);
		if (r->outcome != OUTCOME_PASS && r->fault_n == 0)
			put_result(j, v, i, NULL);
	}
	json_array_end(j);
	json_pair(j, "columnKind", S("utf16CodeUnits"));
	json_key(j, S("properties"));
	json_object(j);
	json_pair(j, "imageName", verdict_subject(v));
	json_key(j, S("passed"));
	json_bool(j, v->passed);
	json_object_end(j);
	json_object_end(j);
}

int verdict_sarif(struct op *op, const struct verdict *v, const struct verdict_choice *c,
		  struct buf *b)
{
	struct json_out j;

	(void)c;
	json_begin(&j, b, 1);
	json_object(&j);
	json_pair(&j, "$schema", S("https://json.schemastore.org/sarif-2.1.0.json"));
	json_pair(&j, "version", S("2.1.0"));
	json_key(&j, S("runs"));
	json_array(&j);
	put_run(&j, v);
	json_array_end(&j);
	json_object_end(&j);
	buf_char(b, '\n');
	return op->code;
}
