/*
 * The policy input against tests/case/policy/input.json, there and back again, and what is none. With
 * TEMPER_FINDINGS=DIR what was written is put there, to be looked at and taken over.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../harness.h"
#include "../report/facts_fixture.h"
#include "codec/json.h"
#include "policy/facts_json.h"
#include "policy/facts_table.h"

static int written(struct op *op, const struct facts *f, str *ret)
{
	struct buf b;

	buf_init(&b, op, 1 << 26);
	TRY(facts_json_write(op, f, &b));
	return buf_take(&b, ret);
}

static int golden_text(struct op *op, str *ret)
{
	str text;
	ptrdiff_t at;

	TRY(test_file(op, "tests/case/policy/input.json", &text));
	at = str_find_str(text, S("@VERSION@"));
	CHECK(at > 0);
	return op_text(op, ret, "%.*s%s%.*s", STR_ARG(str_head(text, at)), TEMPER_VERSION,
		       STR_ARG(str_from(text, at + 9)));
}

static int golden(struct op *op)
{
	const char *dir = getenv("TEMPER_FINDINGS");
	str got, want;

	fixture_fill();
	TRY(written(op, &full_facts, &got));
	if (dir) {
		char path[512];
		(void)snprintf(path, sizeof(path), "%s/input.json", dir);
		FILE *f = fopen(path, "w");
		if (f) {
			(void)fwrite(got.p, 1, (size_t)got.len, f);
			(void)fclose(f);
		}
	}
	TRY(golden_text(op, &want));
	CHECK_STR(got, want);
	return 0;
}

static int read_back(struct op *op, str text, str *ret)
{
	struct inventory inv;
	struct report r;
	struct facts f;

	TRY(facts_json_read(op, S("x.json"), text, &f, &r, &inv));
	CHECK(f.report == &r && r.inventory == &inv && inv.is_read);
	return written(op, &f, ret);
}

static int back_again(struct op *op)
{
	str first, second;

	fixture_fill();
	TRY(written(op, &full_facts, &first));
	TRY(read_back(op, exact(first), &second));
	CHECK_STR(second, first);
	return 0;
}

/* What rules look at is what it was. */
static int values(struct op *op)
{
	struct inventory inv;
	struct report r;
	struct facts f;
	str text;

	fixture_fill();
	TRY(golden_text(op, &text));
	TRY(facts_json_read(op, S("x.json"), text, &f, &r, &inv));
	CHECK(f.time == 1751328000 && r.time == 1751328000);
	CHECK(inv.package_n == 5 && inv.package[2].type == PACKAGE_MAVEN);
	CHECK(inv.package[2].layer == 1 && inv.package[0].layer == 0);
	CHECK(inv.package[0].evidence[0].how == EVIDENCE_DATABASE);
	CHECK(r.finding_n == 7 && r.shown_n == 5 && r.finding[0].package == 2);
	CHECK(r.finding[0].exploited && r.finding[0].ransomware && r.finding[0].risk == 100);
	CHECK(r.finding[1].epss == 0.08012 && r.finding[1].match[0].scheme == VERSION_BYTES);
	CHECK(r.finding[6].suppressed == SUPPRESSED_VEX);
	CHECK_STR(r.finding[6].rule, S("openvex.json#1"));
	CHECK(r.source[0].age_s == 7200 && r.source[1].age_s == -1 && r.source[1].fixed_only);
	CHECK(f.checks.n == 4 && f.checks.p[1].fault_n == 2);
	CHECK(f.checks.p[1].fault[1].rule == f.checks.p[1].rule);
	CHECK(f.checks.p[0].fault[0].layer == -1 && f.checks.p[1].fault[0].of_base);
	CHECK(fault_severity(&f.checks.p[1].fault[0]) == SEVERITY_MEDIUM);
	CHECK(fault_severity(&f.checks.p[1].fault[1]) == SEVERITY_CRITICAL);
	CHECK(f.checks.p[2].outcome == OUTCOME_ERROR);
	CHECK_STR(str_of(f.checks.p[0].rule->also), S("CIS-4.1 CIS-DI-0001"));
	CHECK(checks_find(&f.checks, S("CIS-DI-0008")) == &f.checks.p[1]);
	CHECK(f.base.known && f.base.layers == 1 && f.base.current_created == 1750500000);
	CHECK(f.hardening && f.hardening->weaker_n == 1 && f.hardening->added_n == 1);
	CHECK_STR(str_of(f.hardening->p[0].area), S("user"));
	CHECK(inv.subject.created == 1750000000 && inv.subject.size == 31000000);
	CHECK(r.ended && !r.ended_extended && r.incomplete);
	return 0;
}

/* ---- any values ---- */

static uint64_t chance;
static unsigned draw(unsigned n)
{
	chance = chance * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)(chance >> 33) % n;
}

static str some_text(void)
{
	static const str t[] = { S_INIT(""),
				 S_INIT("a"),
				 S_INIT("\xc3\xa4\xe2\x82\xac \"q\" \\ \n\t\x01"),
				 S_INIT("\xff\x80"),
				 S_INIT("</script>"),
				 S_INIT("pkg:deb/debian/x@1?arch=amd64"),
				 S_INIT("2026-01-31"),
				 S_INIT("0"),
				 S_INIT("-") };
	return t[draw(sizeof(t) / sizeof(t[0]))];
}

static int some(struct op *op, const struct facts_table *t, char *at, uint32_t count);

static int some_value(struct op *op, const struct fact *f, char *at, uint32_t count)
{
	static const double real[] = { 0, 1, 0.1, 1e-9, 100, 0.97565, 1.0 / 3, 1e300, 7.5 };
	str *p;

	switch (f->kind) {
	case FACT_TEXT:
		*(str *)at = some_text();
		return 0;
	case FACT_WORDS:
		*(const char **)at = some_text().p;
		return 0;
	case FACT_TEXTS:
		((struct texts *)at)->n = draw(4);
		((struct texts *)at)->p = p = op_new(op, str, 4);
		for (int i = 0; p && i < 4; i++)
			p[i] = some_text();
		return p ? 0 : op->code;
	case FACT_PAIRS:
		((struct pairs *)at)->n = draw(3);
		((struct pairs *)at)->p = op_new(op, struct pair, 3);
		for (int i = 0; ((struct pairs *)at)->p && i < 3; i++)
			((struct pairs *)at)->p[i] = (struct pair){ some_text(), some_text() };
		return op->code;
	case FACT_BOOL:
		*(bool *)at = draw(2);
		return 0;
	case FACT_DIGEST:
		((struct digest *)at)->b[3] = (uint8_t)draw(3);
		return 0;
	case FACT_TIME:
		*(int64_t *)at = draw(3) * INT64_C(123456789);
		return 0;
	case FACT_LAYER:
		*(int *)at = (int)draw(6) - 1;
		return 0;
	case FACT_LINE:
		*(int *)at = (int)draw(3);
		return 0;
	case FACT_COUNT:
	case FACT_U64:
		*(uint64_t *)at = draw(5) * (uint64_t)(INT64_MAX / 5);
		return 0;
	case FACT_I64:
		*(int64_t *)at = (int64_t)draw(4) - 1;
		return 0;
	case FACT_REAL:
		*(double *)at = real[draw(9)];
		return 0;
	case FACT_WORD:
		*(unsigned *)at = draw((unsigned)f->word_n);
		return 0;
	case FACT_TYPE:
		*(enum package_type *)at = (enum package_type)draw(PACKAGE_TYPES);
		return 0;
	case FACT_PACKAGE:
		*(uint32_t *)at = count ? draw(count) : 0;
		return 0;
	case FACT_OBJECT:
		return some(op, f->table, at, count);
	case FACT_LIST:
	case FACT_MADE:
		break;
	}
	return 0;
}

static int some_list(struct op *op, const struct fact *f, char *base, uint32_t count)
{
	bool is_package = str_eq(str_of(f->table->name), S("package"));
	bool of_package = str_eq(str_of(f->table->name), S("finding")) ||
			  str_eq(str_of(f->table->name), S("changed"));
	ptrdiff_t n = is_package ? count : of_package && !count ? 0 : draw(4);
	char *p = op_alloc(op, f->table->size, n);

	if (!p)
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++)
		TRY(some(op, f->table, p + (size_t)i * f->table->size, count));
	*(void **)(base + f->at) = p;
	*(ptrdiff_t *)(base + f->at_n) = n;
	return 0;
}

static int some(struct op *op, const struct facts_table *t, char *at, uint32_t count)
{
	char *via = t->via_size ? op_alloc(op, t->via_size, 1) : at;

	if (!via)
		return op->code;
	if (t->via_size)
		*(void **)(at + t->via) = via;
	for (size_t i = 0; i < t->n; i++) {
		const struct fact *f = &t->fact[i];
		if (f->kind == FACT_LIST)
			TRY(some_list(op, f, at, count));
		else
			TRY(some_value(op, f, (f->flags & FACT_VIA ? via : at) + f->at, count));
		if (f->kind == FACT_OBJECT && f->at_n)
			*(bool *)(at + f->at_n) = draw(2);
	}
	return 0;
}

static int any_values(struct op *op)
{
	for (int turn = 0; turn < 200; turn++) {
		struct op_mark mark = op_mark(op);
		struct facts_root *root = op_new(op, struct facts_root, 1);
		uint32_t count;
		str first, second;

		if (!root)
			return op->code;
		chance = (uint64_t)turn * 77 + 1;
		count = draw(4);
		TRY(some(op, &facts_table, (char *)root, count));
		for (uint32_t i = 0; i < count; i++)
			TRY(op_text(op, &root->inventory.package[i].id, "id %u", i));
		for (ptrdiff_t i = 0; i < root->report.finding_n; i++) {
			static struct match one;
			root->report.finding[i].suppressed =
				i < root->report.finding_n / 2 ? NOT_SUPPRESSED : SUPPRESSED_VEX;
			root->report.finding[i].match = &one;
			root->report.finding[i].match_n = 1;
		}
		root->report.shown_n = root->report.finding_n / 2;
		root->report.inventory = &root->inventory;
		root->facts.report = &root->report;
		root->facts.hardening = root->compared ? &root->hardening : NULL;
		for (ptrdiff_t i = 0; i < root->hardening.n; i++)
			root->hardening.weaker_n += root->hardening.p[i].kind == HARDENING_WEAKER;
		TRY(written(op, &root->facts, &first));
		TRY(read_back(op, first, &second));
		CHECK_STR(second, first);
		op_reset(op, mark);
	}
	return 0;
}

/* ---- the schema and the document of it, which are made of the table ---- */

static const char *json_type(enum fact_kind kind)
{
	switch (kind) {
	case FACT_BOOL:
		return "boolean";
	case FACT_LAYER:
	case FACT_LINE:
	case FACT_COUNT:
	case FACT_U64:
	case FACT_I64:
		return "integer";
	case FACT_REAL:
		return "number";
	case FACT_TEXTS:
	case FACT_LIST:
		return "array";
	case FACT_PAIRS:
	case FACT_OBJECT:
	case FACT_PACKAGE:
		return "object";
	default:
		return "string";
	}
}

static void put_ref(struct json_out *j, const char *name)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "#/definitions/%s", name);
	json_pair(j, "$ref", str_of(text));
}

static void put_type(struct json_out *j, const struct fact *f)
{
	if (f->kind == FACT_OBJECT || f->kind == FACT_PACKAGE) {
		json_key(j, S("allOf"));
		json_array(j);
		json_object(j);
		put_ref(j, f->table ? f->table->name : facts_table_called.name);
		json_object_end(j);
		json_array_end(j);
		return;
	}
	json_pair(j, "type", f->kind == FACT_MADE ? str_of(f->type) : str_of(json_type(f->kind)));
	if (f->kind == FACT_LIST || f->kind == FACT_TEXTS) {
		json_key(j, S("items"));
		json_object(j);
		if (f->kind == FACT_LIST)
			put_ref(j, f->table->name);
		else
			json_pair(j, "type", S("string"));
		json_object_end(j);
	}
	if (f->kind == FACT_PAIRS) {
		json_key(j, S("additionalProperties"));
		json_object(j);
		json_pair(j, "type", S("string"));
		json_object_end(j);
	}
	if (str_eq(str_of(json_type(f->kind)), S("integer")) || f->kind == FACT_REAL)
		json_pair_u64(j, "minimum", 0);
	if (f->kind == FACT_TIME)
		json_pair(j, "format", S("date-time"));
	if (f->kind == FACT_DIGEST)
		json_pair(j, "pattern", S("^sha256:[0-9a-f]{64}$"));
	if (f->kind == FACT_WORD) {
		json_key(j, S("enum"));
		json_array(j);
		for (int i = 0; i < f->word_n; i++)
			json_text(j, str_of(f->word[i]));
		json_array_end(j);
	}
}

static void put_schema(struct json_out *j, const struct facts_table *t, bool root)
{
	json_pair(j, "type", S("object"));
	json_key(j, S("additionalProperties"));
	json_bool(j, false);
	json_key(j, S("required"));
	json_array(j);
	if (root) {
		json_text(j, S("schema"));
		json_text(j, S("tool"));
	}
	for (size_t i = 0; i < t->n; i++)
		if (t->fact[i].flags & FACT_ALWAYS)
			json_text(j, str_of(t->fact[i].key));
	json_array_end(j);
	json_key(j, S("properties"));
	json_object(j);
	if (root) {
		json_key(j, S("schema"));
		json_raw(j,
			 S("{\"type\": \"object\", \"additionalProperties\": false, \"required\": "
			   "[\"name\", \"version\"], \"properties\": {\"name\": {\"const\": "
			   "\"temper-policy-input\"}, \"version\": {\"const\": \"" FACTS_VERSION
			   "\"}}}"));
		json_key(j, S("tool"));
		json_raw(j,
			 S("{\"type\": \"object\", \"additionalProperties\": false, \"required\": "
			   "[\"name\", \"version\"], \"properties\": {\"name\": {\"type\": "
			   "\"string\"}, \"version\": {\"type\": \"string\"}}}"));
	}
	for (size_t i = 0; i < t->n; i++) {
		json_key(j, str_of(t->fact[i].key));
		json_object(j);
		put_type(j, &t->fact[i]);
		json_pair(j, "description", str_of(t->fact[i].what));
		json_object_end(j);
	}
	json_object_end(j);
}

/* All tables below one, each once. */
static int tables_of(const struct facts_table *t, const struct facts_table **list, int n)
{
	for (int i = 0; i < n; i++)
		if (list[i] == t)
			return n;
	MUST(n < 64);
	list[n++] = t;
	for (size_t i = 0; i < t->n; i++) {
		if (t->fact[i].table)
			n = tables_of(t->fact[i].table, list, n);
		if (t->fact[i].kind == FACT_PACKAGE)
			n = tables_of(&facts_table_called, list, n);
	}
	return n;
}

static int same_file(struct op *op, const char *path, const char *name, str got)
{
	const char *dir = getenv("TEMPER_FINDINGS");
	char to[512];
	str want;

	if (dir) {
		(void)snprintf(to, sizeof(to), "%s/%s", dir, name);
		FILE *f = fopen(to, "w");
		if (f) {
			(void)fwrite(got.p, 1, (size_t)got.len, f);
			(void)fclose(f);
		}
	}
	TRY(test_file(op, path, &want));
	CHECK_STR(got, want);
	return 0;
}

static int schema(struct op *op)
{
	const struct facts_table *list[64];
	int n = tables_of(&facts_table, list, 0);
	struct json_out j;
	struct buf b;

	buf_init(&b, op, 1 << 20);
	json_begin(&j, &b, 2);
	json_object(&j);
	json_pair(&j, "$schema", S("http://json-schema.org/draft-07/schema#"));
	json_pair(&j, "title", S("What temper policy input writes, version " FACTS_VERSION));
	json_pair(&j, "description",
		  S("Members may be added within a version. docs/policy-input.md says when one is "
		    "not there."));
	put_schema(&j, &facts_table, true);
	json_key(&j, S("definitions"));
	json_object(&j);
	for (int i = 1; i < n; i++) {
		json_key(&j, str_of(list[i]->name));
		json_object(&j);
		put_schema(&j, list[i], false);
		json_object_end(&j);
	}
	json_object_end(&j);
	json_object_end(&j);
	buf_char(&b, '\n');
	return same_file(op, "schemas/policy-input.schema.json", "policy-input.schema.json",
			 buf_view(&b));
}

/* docs/policy-input.md has every member of every table, in its order, with its words. */
static int documented(struct op *op)
{
	const struct facts_table *list[64];
	int n = tables_of(&facts_table, list, 0);
	struct buf b;
	str text;

	TRY(test_file(op, "docs/policy-input.md", &text));
	buf_init(&b, op, 1 << 20);
	for (int i = 0; i < n; i++) {
		buf_fmt(&b, "### %s\n\n| member | is | there |\n| --- | --- | --- |\n",
			list[i]->name);
		for (size_t k = 0; k < list[i]->n; k++) {
			const struct fact *f = &list[i]->fact[k];
			const char *type = f->kind == FACT_MADE ? f->type : json_type(f->kind);
			buf_fmt(&b, "| `%s` | ", f->key);
			if (f->table || f->kind == FACT_PACKAGE) {
				const char *of =
					f->table ? f->table->name : facts_table_called.name;
				buf_fmt(&b, "%s[%s](#%s): ", f->kind == FACT_LIST ? "list of " : "",
					of, of);
			} else {
				buf_fmt(&b, "%s: ",
					f->kind == FACT_TEXTS   ? "list of strings"
					: f->kind == FACT_PAIRS ? "object of strings"
								: type);
			}
			buf_fmt(&b, "%s%s | %s |\n", f->what, f->kind == FACT_WORD ? ": " : "",
				f->flags & FACT_ALWAYS ? "always" : "");
			if (f->kind != FACT_WORD)
				continue;
			b.len -= (size_t)(f->flags & FACT_ALWAYS ? 11 : 5);
			for (int w = 0; w < f->word_n; w++)
				buf_fmt(&b, "%s`%s`", w ? ", " : "",
					f->word[w][0] ? f->word[w] : "\"\"");
			buf_fmt(&b, " | %s |\n", f->flags & FACT_ALWAYS ? "always" : "");
		}
		buf_char(&b, '\n');
	}
	ptrdiff_t at = str_find_str(text, S("### input\n"));
	CHECK(at > 0);
	return same_file(op, "docs/policy-input.md", "policy-input.md",
			 (op_text(op, &text, "%.*s%.*s", STR_ARG(str_head(text, at)),
				  STR_ARG(str_head(buf_view(&b), (ptrdiff_t)b.len - 1))) < 0
				  ? S("")
				  : text));
}

/* ---- what is none ---- */

static int other(struct op *op, const char *from, const char *to, str *ret)
{
	str text;

	TRY(golden_text(op, &text));
	ptrdiff_t at = str_find_str(text, str_of(from));
	CHECK(at >= 0);
	return op_text(op, ret, "%.*s%s%.*s", STR_ARG(str_head(text, at)), to,
		       STR_ARG(str_from(text, at + (ptrdiff_t)strlen(from))));
}

static int refuses(struct op *op)
{
	static const struct {
		const char *from, *to, *why;
	} t[] = {
		{ "temper-policy-input", "temper-findings",
		  "is not what temper policy input writes" },
		{ "\"version\": \"1\"", "\"version\": \"2\"", "has version '2' of the layout" },
		{ "\"eol\": true", "\"eol\": 1", "'eol' must be true or false" },
		{ "\"eol\":", "\"eof\":", "unknown member 'eof'" },
		{ " \"eol\": true,\n", "", "missing member 'eol'" },
		{ "\"eol\": true", "\"eol\": true, \"eol\": true", "eol" },
		{ "\"kind\": \"image\"", "\"kind\": \"picture\"",
		  "'kind' must be one of its words" },
		{ "\"size\": 31000000", "\"size\": -1", "'size' must be a whole number" },
		{ "\"size\": 31000000", "\"size\": 1.5", "'size' must be a whole number" },
		{ "\"size\": 31000000", "\"size\": 18446744073709551616",
		  "'size' must be a whole" },
		{ "\"risk\": 100.0", "\"risk\": 1e999", "'risk' must be a number" },
		{ "\"risk\": 100.0", "\"risk\": -0.5", "'risk' must be a number" },
		{ "\"risk\": 100.0", "\"risk\": \"100\"", "'risk' must be a number" },
		{ "\"created\": \"2025-06-15T15:06:40Z\"", "\"created\": \"yesterday\"",
		  "'created' must be a date" },
		{ "\"digest\": \"sha256:1234", "\"digest\": \"sha256:xx34",
		  "'digest' must be a digest" },
		{ "\"type\": \"deb\"", "\"type\": \"dab\"",
		  "'type' must be the type of a package" },
		{ "\"layer\": 1", "\"layer\": 100000", "'layer' must be a whole number" },
		{ "\"ids\": [", "\"ids\": [1,", "'ids' must be a list of texts" },
		{ "\"ids\": [", "\"ids\": null, \"cwe\": [", "'ids' must be a list of texts" },
		{ "\"labels\": {}", "\"labels\": {\"x\": {}}",
		  "'labels' must be an object of texts" },
		{ "\"findings\": [", "\"findings\": {}, \"x\": [", "'findings' must be a list" },
		{ "\"findings\": [", "\"findings\": [[],", "must be an object" },
		{ "\"also\": \"CIS-4.1", "\"also\": \"\\u0000", "'also' must be a text" },
		{ "\"suppressed\": \"\"", "\"suppressed\": \"vex\"",
		  "stands after suppressed ones" },
		{ "\"path\": \"etc/ssl/openssl.cnf\",\n   \"package\": {\n    \"id\": \"pkg:",
		  "\"path\": \"etc/ssl/openssl.cnf\",\n   \"package\": {\n    \"id\": \"pkq:",
		  "'package' must be one of the packages" },
		{ "\"id\": \"pkg:pypi/urllib3@1.26.12\"",
		  "\"id\": \"pkg:npm/%40scope/thing@4.17.20\"", "two packages have the id" },
		{ "{", "[", "x.json" },
	};
	struct inventory inv;
	struct report r;
	struct facts f;

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct op_mark mark = op_mark(op);
		str text;
		TRY(other(op, t[i].from, t[i].to, &text));
		CHECK_FAILS(op, facts_json_read(op, S("x.json"), exact(text), &f, &r, &inv),
			    ERR_FORMAT, t[i].why);
		op_reset(op, mark);
	}
	CHECK_FAILS(op, facts_json_read(op, S("x.json"), S(""), &f, &r, &inv), ERR_FORMAT,
		    "x.json");
	return 0;
}

/* Other programs sort the members of an object. */
static int any_order(struct op *op)
{
	str text, count, moved, got, want;
	ptrdiff_t from, to;

	fixture_fill();
	TRY(golden_text(op, &text));
	from = str_find_str(text, S(" \"packages\": [\n"));
	to = str_find_str(text, S(" \"executables\":"));
	CHECK(from > 0 && to > from);
	count = (str){ text.p + from, to - from };
	count.len = str_rfind(count, ']') + 1;
	TRY(op_text(op, &moved, "%.*s%.*s,%.*s}", STR_ARG(str_head(text, from)),
		    STR_ARG(str_head(str_from(text, to), str_rfind(text, '}') - to)),
		    STR_ARG(count)));
	TRY(read_back(op, moved, &got));
	TRY(written(op, &full_facts, &want));
	CHECK_STR(got, want);
	return 0;
}

TESTS({ "golden", golden, .once = true }, { "back again", back_again }, { "values", values },
      { "any values", any_values, .once = true }, { "refuses", refuses, .once = true },
      { "schema", schema, .once = true }, { "documented", documented, .once = true },
      { "any order", any_order, .once = true })
