/*
 * SARIF 2.1.0 as GitHub code scanning takes it: a rule for each rule, a result for each fault, with the
 * file in the image or the line of the document as its place and a fingerprint that other builds leave
 * alone. Of more results than it takes, the worst are written and a notification says so. Source:
 * OASIS SARIF v2.1.0; GitHub's "SARIF support for code scanning", limits.
 */
#include "checks_impl.h"
#include "codec/json.h"

enum { RESULTS = 25000, TAGS = 20 };

struct sarif {
	struct op *op;
	const struct checks_report *r;
	struct json_out j;
	bool waived; /* those that do not count too */
	ptrdiff_t n, left;
};

static const char *level_of(enum severity s)
{
	return s >= SEVERITY_HIGH ? "error" : s == SEVERITY_MEDIUM ? "warning" : "note";
}

static void text_of(struct json_out *j, const char *key, str text)
{
	json_key(j, str_of(key));
	json_object(j);
	json_pair(j, "text", text);
	json_object_end(j);
}

static void put_rule(struct sarif *s, const struct rule *r)
{
	static const char *const score[SEVERITIES] = { "0.0", "0.1", "2.0", "5.5", "8.0", "9.5" };
	struct json_out *j = &s->j;
	str also = str_of(r->also);
	struct buf help;
	int tags = 2;

	buf_init(&help, s->op, INT32_MAX);
	buf_fmt(&help, "%s\n\n%s", r->rationale, r->remedy);
	json_object(j);
	json_pair(j, "id", str_of(r->id));
	text_of(j, "shortDescription", str_of(r->title));
	text_of(j, "fullDescription", str_of(r->rationale[0] ? r->rationale : r->title));
	text_of(j, "help", buf_view(&help));
	json_key(j, S("defaultConfiguration"));
	json_object(j);
	json_pair(j, "level", str_of(level_of(r->severity)));
	json_object_end(j);
	json_key(j, S("properties"));
	json_object(j);
	json_pair(j, "security-severity", str_of(score[r->severity]));
	json_pair(j, "precision", S("very-high"));
	json_key(j, S("tags"));
	json_array(j);
	json_text(j, S("security"));
	json_text(j, str_of(severities[r->severity]));
	for (str word = str_word(&also); word.len && tags < TAGS; word = str_word(&also), tags++)
		json_text(j, word);
	json_array_end(j);
	json_object_end(j);
	json_object_end(j);
}

static void put_region(struct json_out *j, const struct fault *f)
{
	json_key(j, S("region"));
	json_object(j);
	json_pair_u64(j, "startLine", f->line > 0 ? (uint64_t)f->line : 1);
	if (f->line > 0 && f->col > 0)
		json_pair_u64(j, "startColumn", (uint64_t)f->col);
	if (f->line > 0 && f->end_line > f->line)
		json_pair_u64(j, "endLine", (uint64_t)f->end_line);
	json_object_end(j);
}

/* "./a//b" as "a/b": a base of the URI is for the reader to say. */
static str relative(str path)
{
	while (str_starts(path, S("./")) || str_starts(path, S("/")))
		path = str_from(path, path.p[0] == '.' ? 2 : 1);
	return path;
}

static void put_location(struct sarif *s, const struct fault *f)
{
	struct json_out *j = &s->j;
	str path = relative(f->path);
	struct buf uri;

	buf_init(&uri, s->op, INT32_MAX);
	text_uri(&uri, path.len ? path : s->r->subject.len ? relative(s->r->subject) : S("image"));
	json_key(j, S("locations"));
	json_array(j);
	json_object(j);
	json_key(j, S("physicalLocation"));
	json_object(j);
	json_key(j, S("artifactLocation"));
	json_object(j);
	json_pair(j, "uri", buf_view(&uri));
	json_object_end(j);
	put_region(j, f);
	json_object_end(j);
	if (f->package.len) {
		json_key(j, S("logicalLocations"));
		json_array(j);
		json_object(j);
		json_pair(j, "fullyQualifiedName", f->package);
		json_pair(j, "kind", S("package"));
		json_object_end(j);
		json_array_end(j);
	}
	json_object_end(j);
	json_array_end(j);
}

static void message_of(struct sarif *s, const struct fault *f, struct buf *b)
{
	buf_init(b, s->op, INT32_MAX);
	buf_add(b, f->what);
	if (s->r->inventory && (f->instruction.len || f->package.len || f->layer >= 0)) {
		buf_add(b, S(" ["));
		checks_origin(b, s->r, f);
		buf_add(b, S("]"));
	}
	buf_add(b, S(". "));
	buf_add(b, checks_remedy(f));
}

static void put_result(struct sarif *s, ptrdiff_t rule, const struct fault *f)
{
	struct digest same = checks_identity(s->op, s->r, f);
	struct json_out *j = &s->j;
	char hex[DIGEST_HEX];
	struct buf text;

	message_of(s, f, &text);
	json_object(j);
	json_pair(j, "ruleId", str_of(s->r->checks->p[rule].rule->id));
	json_pair_u64(j, "ruleIndex", (uint64_t)rule);
	json_pair(j, "level", str_of(level_of(fault_severity(f))));
	text_of(j, "message", buf_view(&text));
	put_location(s, f);
	json_key(j, S("partialFingerprints"));
	json_object(j);
	json_pair(j, "primaryLocationLineHash", str_head(str_of(digest_hex(&same, hex)), 32));
	json_object_end(j);
	if (!checks_counts(f)) {
		json_key(j, S("suppressions"));
		json_array(j);
		json_object(j);
		json_pair(j, "kind", s->r->inventory ? S("external") : S("inSource"));
		json_pair(j, "justification", f->reason.len ? f->reason : f->waived_by);
		json_object_end(j);
		json_array_end(j);
	}
	json_object_end(j);
}

static void put_results(struct sarif *s)
{
	const struct checks *c = s->r->checks;

	json_key(&s->j, S("results"));
	json_array(&s->j);
	for (int severity = SEVERITY_CRITICAL; severity >= SEVERITY_UNKNOWN; severity--)
		for (ptrdiff_t i = 0; i < c->n; i++)
			for (ptrdiff_t k = 0; k < c->p[i].fault_n; k++) {
				const struct fault *f = &c->p[i].fault[k];
				if ((int)fault_severity(f) != severity ||
				    (!checks_counts(f) && !s->waived))
					continue;
				if (s->n == RESULTS) {
					s->left++;
					continue;
				}
				s->n++;
				put_result(s, i, f);
			}
	json_array_end(&s->j);
}

static void notify(struct sarif *s, const char *level, str text)
{
	json_object(&s->j);
	json_pair(&s->j, "level", str_of(level));
	text_of(&s->j, "message", text);
	json_object_end(&s->j);
}

/* What could not be told, and what was left out, as notifications of the run. */
static void put_invocation(struct sarif *s)
{
	const struct checks *c = s->r->checks;
	struct json_out *j = &s->j;
	str text;

	json_key(j, S("invocations"));
	json_array(j);
	json_object(j);
	json_key(j, S("executionSuccessful"));
	json_bool(j, true);
	json_key(j, S("toolExecutionNotifications"));
	json_array(j);
	if (s->left && op_text(s->op, &text, "%td results are left out: the %d worst are here",
			       s->left, RESULTS) == 0)
		notify(s, "warning", text);
	for (ptrdiff_t i = 0; i < c->n; i++)
		if (c->p[i].outcome == OUTCOME_ERROR &&
		    op_text(s->op, &text, "%s cannot be told: %.*s", c->p[i].rule->id,
			    STR_ARG(c->p[i].detail)) == 0)
			notify(s, c->p[i].unread ? "warning" : "note", text);
	json_array_end(j);
	json_object_end(j);
	json_array_end(j);
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
	for (ptrdiff_t i = 0; i < s->r->checks->n; i++)
		put_rule(s, s->r->checks->p[i].rule);
	json_array_end(j);
	json_object_end(j);
	json_object_end(j);
}

static void put_properties(struct sarif *s)
{
	struct json_out *j = &s->j;
	char text[DIGEST_TEXT];

	json_key(j, S("properties"));
	json_object(j);
	json_pair(j, s->r->inventory ? "imageName" : "name", s->r->subject);
	if (s->r->inventory && !digest_is_zero(&s->r->inventory->subject.config))
		json_pair(j, "imageID",
			  str_of(digest_text(&s->r->inventory->subject.config, text)));
	json_object_end(j);
}

int checks_sarif(struct op *op, const struct checks_report *r, const struct checks_choice *c,
		 struct buf *b)
{
	struct sarif s = { .op = op, .r = r, .waived = c->all };

	json_begin(&s.j, b, 1);
	json_object(&s.j);
	json_pair(&s.j, "$schema", S("https://json.schemastore.org/sarif-2.1.0.json"));
	json_pair(&s.j, "version", S("2.1.0"));
	json_key(&s.j, S("runs"));
	json_array(&s.j);
	json_object(&s.j);
	put_tool(&s);
	put_results(&s);
	put_invocation(&s);
	json_pair(&s.j, "columnKind", S("utf16CodeUnits"));
	put_properties(&s);
	json_object_end(&s.j);
	json_array_end(&s.j);
	json_object_end(&s.j);
	buf_char(b, '\n');
	return op->code;
}
