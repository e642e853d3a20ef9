#include "base/buf.h"
#include "base/limits.h"
#include "codec/json.h"
#include "codec/yaml.h"
#include "unit/harness.h"

/* The tree as one line of JSON, numbers bare. */
static void show(struct json_out *j, const struct node *node)
{
	switch (node->kind) {
	case NODE_NULL:
		json_null(j);
		return;
	case NODE_TEXT:
		json_text(j, node->text);
		return;
	case NODE_BOOL:
	case NODE_NUMBER:
		json_raw(j, node->text);
		return;
	case NODE_LIST:
		json_array(j);
		for (ptrdiff_t i = 0; i < node->n; i++)
			show(j, &node->child[i]);
		json_array_end(j);
		return;
	case NODE_MAP:
		json_object(j);
		for (ptrdiff_t i = 0; i < node->n; i++) {
			json_key(j, node->child[i].key);
			show(j, &node->child[i]);
		}
		json_object_end(j);
		return;
	}
}

static const struct {
	const char *in, *out;
} good[] = {
	{ "", "null" },
	{ "# nothing\n", "null" },
	{ "---\n", "null" },
	{ "a: 1\r\nb: x\r\n", "{\"a\":1,\"b\":\"x\"}" },
	{ "a:\n- 1\n- -2.5e3\n- 0x1F\n- 0o17\n- .5\n- +1\n- .inf",
	  "{\"a\":[1,-2.5e3,0x1F,0o17,.5,+1,.inf]}" },
	{ "[yes, no, on, 1.2.3, 1e, 0x, ., 12_000]",
	  "[\"yes\",\"no\",\"on\",\"1.2.3\",\"1e\",\"0x\",\".\",\"12_000\"]" },
	{ "[true, False, ~, null, '', \"true\", '1']",
	  "[true,False,null,null,\"\",\"true\",\"1\"]" },
	{ "[!!str 1, ! 2, !!int 3, !!null '', !<tag:yaml.org,2002:str> x]",
	  "[\"1\",\"2\",3,null,\"x\"]" },
	{ "a: |\n  one\n  two\nb: >-\n  three\n  four\n",
	  "{\"a\":\"one\\ntwo\\n\",\"b\":\"three four\"}" },
	{ "a: &x {b: 1, c: 2}\nd: {c: 3, <<: *x, e: *x}",
	  "{\"a\":{\"b\":1,\"c\":2},\"d\":{\"c\":3,\"e\":{\"b\":1,\"c\":2},\"b\":1}}" },
	{ "a: {'<<': 1}", "{\"a\":{\"<<\":1}}" },
	{ "&k key: *k", "{\"key\":\"key\"}" },
	{ "a: &x 1\nb: &x 2\nc: *x", "{\"a\":1,\"b\":2,\"c\":2}" },
	{ "8080: http\ntrue: x", "{\"8080\":\"http\",\"true\":\"x\"}" },
	{ "{\"a\": [1, {\"b\": null}]}", "{\"a\":[1,{\"b\":null}]}" },
	{ "'it''s': \"\\u00e9\\t\"", "{\"it's\":\"\xc3\xa9\\t\"}" },
};

static int reads(struct op *op)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct doc doc;
		struct buf b;
		struct json_out j;
		str out;

		TRY(yaml_parse(op, S("x.yaml"), exact(str_of(good[i].in)), &doc));
		buf_init(&b, op, 1000);
		json_begin(&j, &b, 0);
		show(&j, &doc.root);
		TRY(buf_take(&b, &out));
		CHECK_STR(out, str_of(good[i].out));
	}
	return 0;
}

static const struct {
	const char *in, *message;
} bad[] = {
	{ "a: 1\nb: 2\na: 3", "x.yaml:3:1: the key 'a' stands here for the second time" },
	{ "a: 1\n'a': 3", "2:1: the key 'a'" },
	{ "a: [1, 2", "x.yaml:2:1: is not YAML" },
	{ "a:\n\t- b", "x.yaml:2:1: is not YAML: tab" },
	{ "a\n---\nb", "more than one document" },
	{ "a: !foo x", "1:9: a tag that is not known here: !foo" },
	{ "a: !!binary x", "a tag that is not known here" },
	{ "a: !!set {x}", "a tag that is not known here" },
	{ "a: !!int x", "a tag that is not known here" },
	{ "a: !!map [x]", "a tag that is not known here" },
	{ "a: *b", "1:4: the alias *b stands for nothing" },
	{ "a: &b [*b]", "1:8: the alias *b holds itself" },
	{ "a: &b {x: {y: *b}}", "the alias *b holds itself" },
	{ "a: {<<: {b: 1}}", "1:5: '<<' must be an alias of a mapping" },
	{ "a: &x [1]\nb: {<<: *x}", "'<<' must be an alias of a mapping" },
	{ "a: &x {b: 1}\nc: {<<: *x, <<: *x}", "a second merge key" },
	{ "? [a]\n: b", "a key must be a text" },
	{ ": b", "1:1: a key is missing" },
	{ "a: \xff", "x.yaml:1:4: a byte that is not text: 0xff" },
	{ "a: b\nc: \xc0\x80", "x.yaml:2:4: a byte that is not text" },
	{ "@a", "is not YAML" },
	{ "a: b: c", "is not YAML" },
	{ "\"a", "is not YAML" },
	{ "{a: ]", "is not YAML" },
	{ "- a\nb: c", "is not YAML" },
	{ "a: \"\\q\"", "is not YAML" },
	{ "%FOO\n--- %", "is not YAML" },
};

static int refuses(struct op *op)
{
	struct doc doc;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_FAILS(op, yaml_parse(op, S("x.yaml"), exact(str_of(bad[i].in)), &doc),
			    ERR_USAGE, bad[i].message);
	CHECK_FAILS(op, yaml_parse(op, S("x.yaml"), exact(S("a\0b")), &doc), ERR_USAGE,
		    "not text: 0x00");
	return 0;
}

/* Nine levels of nine aliases each: 387 million values in 400 bytes. */
static int bombs(struct op *op)
{
	struct buf b;
	struct doc doc;
	str text;

	buf_init(&b, op, 100000);
	buf_add(&b, S("l0: &l0 [x,x,x,x,x,x,x,x,x]\n"));
	for (int i = 1; i < 9; i++) {
		buf_fmt(&b, "l%d: &l%d [", i, i);
		for (int k = 0; k < 9; k++)
			buf_fmt(&b, "*l%d%s", i - 1, k < 8 ? "," : "]\n");
	}
	TRY(buf_take(&b, &text));
	CHECK_FAILS(op, yaml_parse(op, S("x"), text, &doc), ERR_USAGE,
		    "x:6:14: more than 200000 values");
	buf_init(&b, op, 100000);
	buf_add(&b, S("a0: &a0 [x]\n"));
	for (int i = 1; i < 100; i++)
		buf_fmt(&b, "a%d: &a%d [*a%d]\n", i, i, i - 1);
	TRY(buf_take(&b, &text));
	CHECK_FAILS(op, yaml_parse(op, S("x"), text, &doc), ERR_USAGE,
		    "nested deeper than 64 levels");
	buf_init(&b, op, 100000);
	buf_repeat(&b, '[', 70);
	TRY(buf_take(&b, &text));
	CHECK_FAILS(op, yaml_parse(op, S("x"), text, &doc), ERR_USAGE, "x:1:6");
	return 0;
}

static int places(struct op *op)
{
	struct doc doc;

	TRY(yaml_parse(op, S("x"), S("a:\n  - 'q'\n  - p\nb:\nc: \"\"\n"), &doc));
	const struct node *a = node_get(&doc.root, S("a")), *b = node_get(&doc.root, S("b"));
	CHECK(a && a->key_line == 1 && a->key_col == 1 && a->n == 2);
	CHECK(a && a->child[0].line == 2 && a->child[0].col == 5 && a->child[1].line == 3);
	CHECK(b && b->kind == NODE_NULL && b->line == 4);
	return 0;
}

TESTS({ "reads", reads }, { "refuses", refuses }, { "bombs", bombs, .once = true },
      { "places", places })
