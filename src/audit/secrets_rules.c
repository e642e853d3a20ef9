#include "secrets_rules.h"

#include <stddef.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/num.h"
#include "base/vec.h"
#include "codec/yaml.h"
#include "secrets_files.h"
#include "sys/file.h"

const char *const secret_verifies[VERIFIES] = {
	[VERIFY_ANY] = "any",
	[VERIFY_BASE64] = "base64",
	[VERIFY_BASIC] = "basic",
	[VERIFY_CRC32] = "crc32",
	[VERIFY_DIGITS] = "digits",
	[VERIFY_ENTROPY] = "entropy",
	[VERIFY_JWT] = "jwt",
	[VERIFY_KEY] = "key",
	[VERIFY_KEY_LOCKED] = "key-locked",
	[VERIFY_LETTERS] = "letters",
	[VERIFY_LENGTH] = "length",
	[VERIFY_MIXED] = "mixed",
	[VERIFY_PASSWORD] = "password",
	[VERIFY_RANDOM] = "random",
};

/* {is} in a pattern: the rest of a name, what sets it, and an opening quote: in shells, JSON, YAML, XML,
 * properties, and most languages. */
static const char is_pattern[] =
	"[\\w.\\-]{0,40}(?:\\\\?[\"'`])?[\\])]?[ \\t]{0,8}(?:=>|:=|\\|\\|=|==?|:|,|>)"
	"[ \\t]{0,8}(?:[\\w.]{1,12}\\()?(?:\\\\?[\"'`])?";

struct rule_text { /* as the document has it */
	str id, title, severity, pattern, examples;
	struct texts keywords, near, paths, except, verify;
	bool anycase, binary;
	uint64_t group;
};

static const struct field rule_fields[] = {
	{ "id", FIELD_TEXT, offsetof(struct rule_text, id), true, "a name" },
	{ "title", FIELD_TEXT, offsetof(struct rule_text, title), true, "a text" },
	{ "severity", FIELD_TEXT, offsetof(struct rule_text, severity), true, "a severity" },
	{ "pattern", FIELD_TEXT, offsetof(struct rule_text, pattern), true, "a pattern" },
	{ "keywords", FIELD_TEXTS, offsetof(struct rule_text, keywords), false, "a list of texts" },
	{ "near", FIELD_TEXTS, offsetof(struct rule_text, near), false, "a list of words" },
	{ "paths", FIELD_TEXTS, offsetof(struct rule_text, paths), false, "a list of globs" },
	{ "except", FIELD_TEXTS, offsetof(struct rule_text, except), false, "a list of texts" },
	{ "verify", FIELD_TEXTS, offsetof(struct rule_text, verify), false, "a list of checks" },
	{ "anycase", FIELD_BOOL, offsetof(struct rule_text, anycase), false, "true or false" },
	{ "binary", FIELD_BOOL, offsetof(struct rule_text, binary), false, "true or false" },
	{ "examples", FIELD_TEXT, offsetof(struct rule_text, examples), false,
	  "'only' or 'never'" },
	{ "group", FIELD_U64, offsetof(struct rule_text, group), false, "a group's number" },
};

struct document {
	const struct node *rules;
	struct texts disable, skip, examples, self_tests;
};

static const struct field document_fields[] = {
	{ "rules", FIELD_NODE, offsetof(struct document, rules), false, "a list of rules" },
	{ "disable", FIELD_TEXTS, offsetof(struct document, disable), false,
	  "a list of rules' ids" },
	{ "skip", FIELD_TEXTS, offsetof(struct document, skip), false, "a list of globs" },
	{ "examples", FIELD_TEXTS, offsetof(struct document, examples), false, "a list of globs" },
	{ "self_tests", FIELD_TEXTS, offsetof(struct document, self_tests), false,
	  "a list of globs" },
};

struct text_list { /* as VEC(str) */
	str *p;
	ptrdiff_t n, cap;
};

struct reading {
	struct op *op;
	struct doc doc;
	VEC(struct secret_rule) rule;
	struct text_list skip, example, self_test, disable;
};

/* "entropy 3.5", "length 20 40". */
static int read_step(struct reading *r, const struct node *at, str text,
		     struct secret_verify_step *ret)
{
	str rest = text, name = str_word(&rest), from = str_word(&rest), to = str_word(&rest);

	for (int i = 0; i < VERIFIES; i++) {
		if (!str_eq(name, str_of(secret_verifies[i])))
			continue;
		ret->what = (enum secret_verify)i;
		if ((from.len && !num_real(from, &ret->from)) ||
		    (to.len && !num_real(to, &ret->to)) || str_trim(rest).len)
			break;
		return 0;
	}
	const char *near = nearest_word(name, secret_verifies, VERIFIES);
	return node_fail(r->op, &r->doc, at, "there is no check '%.*s'%s%s", STR_ARG(text),
			 near ? "; did you mean " : "", near ? near : "");
}

static int put_in_is(struct op *op, str pattern, str *ret)
{
	struct buf b;
	ptrdiff_t at;

	buf_init(&b, op, LIMIT_PATH);
	while ((at = str_find_str(pattern, S("{is}"))) >= 0) {
		buf_add(&b, str_head(pattern, at));
		buf_add(&b, str_of(is_pattern));
		pattern = str_from(pattern, at + 4);
	}
	buf_add(&b, pattern);
	return buf_take(&b, ret);
}

static int check_rule(struct reading *r, const struct node *at, struct secret_rule *to)
{
	for (ptrdiff_t i = 0; i < to->keywords.n; i++) {
		if (to->keywords.p[i].len < 3)
			return node_fail(r->op, &r->doc, node_get(at, S("keywords")),
					 "keyword '%.*s' is shorter than 3 bytes",
					 STR_ARG(to->keywords.p[i]));
	}
	if (to->severity == SEVERITY_UNKNOWN)
		return node_fail(r->op, &r->doc, node_get(at, S("severity")),
				 "there is no such severity");
	if (to->examples.len && !str_eq(to->examples, S("only")) &&
	    !str_eq(to->examples, S("never")))
		return node_fail(r->op, &r->doc, node_get(at, S("examples")),
				 "'examples' must be 'only' or 'never'");
	if (regex_open(r->op, to->pattern, to->anycase, &to->regex) < 0)
		return op_fail_in(r->op, "%.*s", STR_ARG(to->where));
	if (to->group > (uint64_t)regex_groups(to->regex))
		return node_fail(r->op, &r->doc, node_get(at, S("group")),
				 "the pattern has %d groups", regex_groups(to->regex));
	return 0;
}

static int read_rule(struct reading *r, const struct node *at)
{
	struct rule_text t = { .group = UINT64_MAX };
	int rc = fields_read(r->op, &r->doc, at, rule_fields,
			     sizeof(rule_fields) / sizeof(rule_fields[0]), &t);
	struct secret_rule *to = rc < 0 ? NULL : vec_push(r->op, &r->rule);

	if (!to)
		return r->op->code;
	*to = (struct secret_rule){ .id = t.id,
				    .title = t.title,
				    .severity = severity_of(t.severity),
				    .keywords = t.keywords,
				    .near = t.near,
				    .paths = t.paths,
				    .except = t.except,
				    .anycase = t.anycase,
				    .binary = t.binary,
				    .examples = t.examples };
	to->step = op_new(r->op, struct secret_verify_step, t.verify.n);
	if (!to->step || put_in_is(r->op, t.pattern, &to->pattern) < 0 ||
	    op_text(r->op, &to->where, "%.*s:%d", STR_ARG(r->doc.file),
		    node_get(at, S("pattern"))->line) < 0)
		return r->op->code;
	for (; to->step_n < t.verify.n; to->step_n++) {
		if (read_step(r, node_get(at, S("verify")), t.verify.p[to->step_n],
			      &to->step[to->step_n]) < 0)
			return r->op->code;
	}
	to->group = 0;
	if ((rc = check_rule(r, at, to)) < 0)
		return rc;
	to->group = t.group != UINT64_MAX ? t.group : regex_groups(to->regex) > 0 ? 1 : 0;
	return check_rule(r, at, to);
}

static int add_texts(struct reading *r, const struct texts *from, struct text_list *to)
{
	for (ptrdiff_t i = 0; i < from->n; i++) {
		str *s = vec_push(r->op, to);
		if (!s)
			return r->op->code;
		*s = from->p[i];
	}
	return 0;
}

static int read_document(struct reading *r, str file, str text)
{
	struct document d = { 0 };
	int rc = yaml_parse(r->op, file, text, &r->doc);

	if (rc < 0 || r->doc.root.kind == NODE_NULL)
		return rc;
	if ((rc = fields_read(r->op, &r->doc, &r->doc.root, document_fields,
			      sizeof(document_fields) / sizeof(document_fields[0]), &d)) < 0)
		return rc;
	if (d.rules && d.rules->kind != NODE_LIST)
		return node_fail(r->op, &r->doc, d.rules, "'rules' must be a list");
	for (ptrdiff_t i = 0; d.rules && i < d.rules->n; i++) {
		if ((rc = read_rule(r, &d.rules->child[i])) < 0)
			return rc;
	}
	if ((rc = add_texts(r, &d.disable, &r->disable)) < 0 ||
	    (rc = add_texts(r, &d.skip, &r->skip)) < 0)
		return rc;
	rc = add_texts(r, &d.examples, &r->example);
	return rc < 0 ? rc : add_texts(r, &d.self_tests, &r->self_test);
}

/* Those that somebody has disabled go. */
static int disable(struct reading *r)
{
	ptrdiff_t n = 0;

	for (ptrdiff_t d = 0; d < r->disable.n; d++) {
		bool known = false;
		for (ptrdiff_t i = 0; i < r->rule.n; i++)
			known |= str_eq(r->rule.p[i].id, r->disable.p[d]);
		if (!known)
			return op_fail(r->op, ERR_USAGE, "there is no rule '%.*s' to disable",
				       STR_ARG(r->disable.p[d]));
	}
	for (ptrdiff_t i = 0; i < r->rule.n; i++) {
		bool stays = true;
		for (ptrdiff_t d = 0; d < r->disable.n; d++)
			stays &= !str_eq(r->rule.p[i].id, r->disable.p[d]);
		if (stays)
			r->rule.p[n++] = r->rule.p[i];
	}
	r->rule.n = n;
	return 0;
}

int secrets_rules_read(struct op *op, const struct texts *files, struct secret_rules *ret)
{
	struct reading r = { .op = op };
	int rc = 0;

	for (ptrdiff_t i = 0; files && rc == 0 && i < files->n; i++) {
		str text;
		if ((rc = file_read_user(op, files->p[i], LIMIT_DOCUMENT, &text)) == 0)
			rc = read_document(&r, files->p[i], text);
	}
	for (int i = 0; rc == 0 && i < secrets_files_n; i++)
		rc = read_document(&r, str_of(secrets_files[i].name), secrets_files[i].text);
	if (rc < 0 || (rc = disable(&r)) < 0)
		return rc;
	*ret = (struct secret_rules){ r.rule.p,
				      r.rule.n,
				      { r.skip.p, r.skip.n },
				      { r.example.p, r.example.n },
				      { r.self_test.p, r.self_test.n } };
	return 0;
}
