#include "codec/node.h"
#include "codec/yaml.h"
#include "unit/harness.h"

struct sample {
	str name;
	struct texts list;
	struct pairs map;
	uint64_t number;
	bool flag;
	uint32_t mode;
	const struct node *rest;
};

static const struct field fields[] = {
	{ "name", FIELD_TEXT, offsetof(struct sample, name), .required = true },
	{ "packages", FIELD_TEXTS, offsetof(struct sample, list),
	  .expected = "a list of packages" },
	{ "environment", FIELD_PAIRS, offsetof(struct sample, map) },
	{ "number", FIELD_U64, offsetof(struct sample, number) },
	{ "flag", FIELD_BOOL, offsetof(struct sample, flag) },
	{ "mode", FIELD_OCTAL, offsetof(struct sample, mode) },
	{ "rest", FIELD_NODE, offsetof(struct sample, rest) },
};

static int read_sample(struct op *op, const char *text, struct sample *ret)
{
	struct doc doc;

	TRY(yaml_parse(op, S("x.yaml"), exact(str_of(text)), &doc));
	return fields_read(op, &doc, &doc.root, fields, sizeof(fields) / sizeof(fields[0]), ret);
}

static int reads(struct op *op)
{
	struct sample s = { .number = 7, .flag = true };

	TRY(read_sample(
		op, "name: 80\npackages: [a, 2]\nenvironment: {A: b, C: 1}\nmode: 0755\nrest: [x]",
		&s));
	CHECK_STR(s.name, S("80"));
	CHECK(s.list.n == 2 && s.map.n == 2 && s.number == 7 && s.flag && s.mode == 0755);
	CHECK(s.rest && s.rest->kind == NODE_LIST && s.rest->n == 1);
	TRY(read_sample(op,
			"name: x\npackages: one\nenvironment: [A=b=c, D=]\nnumber: "
			"18446744073709551615\nflag: false",
			&s));
	CHECK(s.list.n == 1 && s.map.n == 2 && s.number == UINT64_MAX && !s.flag);
	CHECK_STR(s.map.p[0].value, S("b=c"));
	CHECK_STR(s.map.p[1].key, S("D"));
	TRY(read_sample(op, "name: x\npackages:\nenvironment:\n", &s));
	CHECK(s.list.n == 0 && s.map.n == 0);
	return 0;
}

static int modes(struct op *op)
{
	static const struct {
		const char *text;
		uint32_t mode;
	} good[] = { { "mode: 755", 0755 },
		     { "mode: '0644'", 0644 },
		     { "mode: 0o1777", 01777 },
		     { "mode: 04755", 04755 } };
	static const char *const bad[] = { "mode: 888", "mode: ''", "mode: 10000",
					   "mode: 0x1", "mode: -1", "mode: [7]" };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct sample s = { 0 };
		struct doc doc;
		TRY(yaml_parse(op, S("x"), str_of(good[i].text), &doc));
		TRY(fields_read(op, &doc, &doc.root, fields + 5, 1, &s));
		CHECK(s.mode == good[i].mode);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct sample s = { 0 };
		struct doc doc;
		TRY(yaml_parse(op, S("x"), str_of(bad[i]), &doc));
		CHECK_FAILS(op, fields_read(op, &doc, &doc.root, fields + 5, 1, &s), ERR_USAGE,
			    "x:1:7: 'mode' must be a mode such as 0755");
	}
	return 0;
}

static const struct {
	const char *in, *message;
} bad[] = {
	{ "name: x\npackges: [a]", "x.yaml:2:1: unknown key 'packges'; did you mean 'packages'?" },
	{ "name: x\nxyzzy: 1", "x.yaml:2:1: unknown key 'xyzzy'" },
	{ "packages: [a]", "x.yaml:1:1: the key 'name' is missing: a text" },
	{ "name: x\npackages: {a: b}", "x.yaml:2:11: 'packages' must be a list of packages" },
	{ "name: x\npackages: [[a]]", "'packages' must be a list of packages" },
	{ "name: [x]", "1:7: 'name' must be a text" },
	{ "name: ~", "'name' must be a text" },
	{ "name: x\nnumber: -1", "'number' must be a number" },
	{ "name: x\nnumber: '1'", "'number' must be a number" },
	{ "name: x\nnumber: 18446744073709551616", "'number' must be a number" },
	{ "name: x\nflag: yes", "'flag' must be true or false" },
	{ "name: x\nenvironment: [A]", "'environment' must be a mapping of texts" },
	{ "name: x\nenvironment: {A: [b]}", "'environment' must be a mapping of texts" },
	{ "- name", "x.yaml:1:1: a mapping is expected here" },
};

static int refuses(struct op *op)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct sample s = { 0 };
		CHECK_FAILS(op, read_sample(op, bad[i].in, &s), ERR_USAGE, bad[i].message);
	}
	return 0;
}

static int nearest(struct op *op)
{
	static const char *const words[] = { "name", "packages", "environment", "cmd", "user" };
	static const struct {
		const char *word, *near;
	} cases[] = { { "pacakges", "packages" },
		      { "Name", "name" },
		      { "nmae", "name" },
		      { "enviroment", "environment" },
		      { "cdm", "cmd" },
		      { "x", NULL },
		      { "", NULL },
		      { "package", "packages" },
		      { "entirely", NULL },
		      { "users", "user" } };

	(void)op;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *got = nearest_word(str_of(cases[i].word), words,
					       sizeof(words) / sizeof(words[0]));
		CHECK_STR(str_of(got), str_of(cases[i].near));
	}
	return 0;
}

TESTS({ "reads", reads }, { "modes", modes }, { "refuses", refuses }, { "nearest", nearest })
