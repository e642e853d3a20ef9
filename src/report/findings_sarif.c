/*
 * SARIF 2.1.0 as GitHub code scanning takes it: a rule for each vulnerability with its
 * security-severity, a result for each package that has it, with the file that tells of the package as
 * its place and a fingerprint that an update to another vulnerable version leaves alone. Source:
 * OASIS SARIF v2.1.0; GitHub's "SARIF support for code scanning".
 */
#include "base/map.h"
#include "findings_impl.h"
#include "words.h"

struct sarif {
	struct op *op;
	const struct report *r;
	struct json_out j;
	ptrdiff_t n;     /* findings that are told */
	struct map rule; /* id to position + 1 */
	uint32_t *first; /* [rules] finding that stands for the rule: the worst of its id */
};

static const char *level_of(enum severity s)
{
	return s >= SEVERITY_HIGH ? "error" : s == SEVERITY_MEDIUM ? "warning" : "note";
}

/* What GitHub sorts into critical (9.0), high (7.0), medium (4.0) and low: the score where it says the
 * same as the vendor's label, else the middle of what the label means. */
static double security_severity(const struct finding *f)
{
	static const double middle[SEVERITIES] = { 0.0, 0.1, 2.0, 5.5, 8.0, 9.5 };

	return f->score > 0 && severity_of_score(f->score) == f->severity ? f->score
									  : middle[f->severity];
}

static void text_of(struct json_out *j, const char *key, str text)
{
	json_key(j, str_of(key));
	json_object(j);
	json_pair(j, "text", text);
	json_object_end(j);
}

static void message_of(struct sarif *s, const struct finding *f, struct buf *b)
{
	buf_init(b, s->op, INT32_MAX);
	words_what(b, s->r, f);
	buf_fmt(b, " has %.*s (%s). ", STR_ARG(f->id), severities[f->severity]);
	words_remedy(b, s->r, f);
	buf_char(b, '.');
}

static void put_rule(struct sarif *s, const struct finding *f)
{
	struct json_out *j = &s->j;
	struct buf help;

	buf_init(&help, s->op, INT32_MAX);
	if (f->summary.len)
		buf_fmt(&help, "%.*s\n\n", STR_ARG(f->summary));
	buf_fmt(&help, "Names: ");
	for (ptrdiff_t i = 0; i < f->ids.n; i++)
		buf_fmt(&help, "%s%.*s", i ? ", " : "", STR_ARG(f->ids.p[i]));
	buf_fmt(&help, "\nSeverity: %s\nEPSS: ", severities[f->severity]);
	words_epss(&help, f);
	buf_fmt(&help, "\n%.*s", STR_ARG(words_url(s->op, f)));
	json_object(j);
	json_pair(j, "id", f->id);
	json_pair(j, "name", S("Vulnerability"));
	text_of(j, "shortDescription", f->summary.len ? text_line(f->summary) : f->id);
	text_of(j, "fullDescription", f->summary.len ? f->summary : f->id);
	json_pair(j, "helpUri", words_url(s->op, f));
	text_of(j, "help", buf_view(&help));
	json_key(j, S("defaultConfiguration"));
	json_object(j);
	json_pair(j, "level", str_of(level_of(f->severity)));
	json_object_end(j);
	json_key(j, S("properties"));
	json_object(j);
	char number[WORDS_NUMBER];
	json_pair(j, "security-severity", str_of(words_number(security_severity(f), 1, number)));
	json_pair(j, "precision", S("very-high"));
	json_key(j, S("tags"));
	json_array(j);
	json_text(j, S("vulnerability"));
	json_text(j, S("security"));
	json_text(j, str_of(severities[f->severity]));
	for (ptrdiff_t i = 0; i < f->cwe.n; i++)
		json_text(j, f->cwe.p[i]);
	json_array_end(j);
	json_object_end(j);
	json_object_end(j);
}

static void put_location(struct sarif *s, const struct finding *f)
{
	const struct package *p = words_package(s->r, f);
	struct json_out *j = &s->j;
	str path = words_path(p);
	struct buf uri;

	buf_init(&uri, s->op, INT32_MAX);
	text_uri(&uri, path.len ? path : p->name.len ? p->name : S("image"));
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
	json_pair_u64(j, "startLine", 1);
	json_object_end(j);
	json_object_end(j);
	json_key(j, S("logicalLocations"));
	json_array(j);
	json_object(j);
	json_pair(j, "name", words_name(s->op, p));
	json_pair_opt(j, "fullyQualifiedName", p->purl);
	json_pair(j, "kind", S("package"));
	json_object_end(j);
	json_array_end(j);
	json_object_end(j);
	json_array_end(j);
}

static void put_result(struct sarif *s, const struct finding *f)
{
	struct digest same = words_identity(s->op, s->r, f);
	struct json_out *j = &s->j;
	char hex[DIGEST_HEX];
	struct buf text;

	message_of(s, f, &text);
	json_object(j);
	json_pair(j, "ruleId", f->id);
	json_pair_u64(j, "ruleIndex", (uint64_t)map_find(&s->rule, f->id));
	json_pair(j, "level", str_of(level_of(f->severity)));
	text_of(j, "message", buf_view(&text));
	put_location(s, f);
	json_key(j, S("partialFingerprints"));
	json_object(j);
	json_pair(j, "primaryLocationLineHash", str_head(str_of(digest_hex(&same, hex)), 32));
	json_object_end(j);
	if (f->suppressed) {
		json_key(j, S("suppressions"));
		json_array(j);
		json_object(j);
		json_pair(j, "kind", S("external"));
		json_pair(j, "justification",
			  f->reason.len ? f->reason : str_of(suppressed_bys[f->suppressed]));
		json_object_end(j);
		json_array_end(j);
	}
	json_object_end(j);
}

static int find_rules(struct sarif *s)
{
	map_init(&s->rule, s->op);
	s->first = op_new(s->op, uint32_t, s->n);
	if (!s->first)
		return s->op->code;
	for (ptrdiff_t i = 0; i < s->n; i++) {
		const struct finding *f = &s->r->finding[i];
		ptrdiff_t at = map_find(&s->rule, f->id);
		if (at >= 0) {
			if (f->severity > s->r->finding[s->first[at]].severity)
				s->first[at] = (uint32_t)i;
			continue;
		}
		s->first[s->rule.n] = (uint32_t)i;
		if (map_put(&s->rule, f->id, s->first) < 0)
			return s->op->code;
	}
	return 0;
}

static void put_tool(struct sarif *s)
{
	struct json_out *j = &s->j;

	json_key(j, S("tool"));
	json_object(j);
	json_key(j, S("driver"));
	json_object(j);
	json_pair(j, "name", S("temper"));
	json_pair(j, "version", S(TEMPER_VERSION));
	json_pair(j, "semanticVersion", S(TEMPER_VERSION));
	json_key(j, S("rules"));
	json_array(j);
	for (ptrdiff_t i = 0; i < s->rule.n; i++)
		put_rule(s, &s->r->finding[s->first[i]]);
	json_array_end(j);
	json_object_end(j);
	json_object_end(j);
}

/* What was not covered, as notifications of the run. */
static void put_invocation(struct sarif *s)
{
	struct json_out *j = &s->j;

	json_key(j, S("invocations"));
	json_array(j);
	json_object(j);
	json_key(j, S("executionSuccessful"));
	json_bool(j, !s->r->no_database);
	json_key(j, S("toolExecutionNotifications"));
	json_array(j);
	for (ptrdiff_t i = 0; i < s->r->coverage_n; i++) {
		const struct coverage *c = &s->r->coverage[i];
		if (!words_uncovered(c))
			continue;
		json_object(j);
		json_pair(j, "level", S("warning"));
		text_of(j, "message", c->what.len ? c->what : c->ecosystem);
		json_object_end(j);
	}
	json_array_end(j);
	json_object_end(j);
	json_array_end(j);
}

static void put_run(struct sarif *s)
{
	const struct subject *about = &s->r->inventory->subject;
	struct json_out *j = &s->j;
	char text[DIGEST_TEXT];
	struct buf name;

	buf_init(&name, s->op, INT32_MAX);
	words_subject(&name, s->r);
	json_object(j);
	put_tool(s);
	put_invocation(s);
	json_key(j, S("results"));
	json_array(j);
	for (ptrdiff_t i = 0; i < s->n; i++)
		put_result(s, &s->r->finding[i]);
	json_array_end(j);
	json_pair(j, "columnKind", S("utf16CodeUnits"));
	json_key(j, S("properties"));
	json_object(j);
	json_pair(j, "imageName", buf_view(&name));
	if (!digest_is_zero(&about->config))
		json_pair(j, "imageID", str_of(digest_text(&about->config, text)));
	json_object_end(j);
	json_object_end(j);
}

int findings_sarif(struct op *op, const struct report *r, const struct findings_choice *c,
		   struct buf *b)
{
	struct sarif s = { .op = op, .r = r, .n = c->suppressed ? r->finding_n : r->shown_n };

	if (find_rules(&s) < 0)
		return op->code;
	json_begin(&s.j, b, 1);
	json_object(&s.j);
	json_pair(&s.j, "$schema", S("https://json.schemastore.org/sarif-2.1.0.json"));
	json_pair(&s.j, "version", S("2.1.0"));
	json_key(&s.j, S("runs"));
	json_array(&s.j);
	put_run(&s);
	json_array_end(&s.j);
	json_object_end(&s.j);
	buf_char(b, '\n');
	return op->code;
}
