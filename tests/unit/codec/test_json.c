#include <string.h>

#include "base/limits.h"
#include "codec/json.h"
#include "unit/harness.h"

/* Write a node again, canonically: what a reader and a writer agree on. */
static void rewrite(struct json_out *j, const struct node *node)
{
	switch (node->kind) {
	case NODE_LIST:
		json_array(j);
		break;
	case NODE_MAP:
		json_object(j);
		break;
	case NODE_TEXT:
		json_text(j, node->text);
		return;
	default:
		json_raw(j, node->text);
		return;
	}
	for (ptrdiff_t i = 0; i < node->n; i++) {
		if (node->kind == NODE_MAP)
			json_key(j, node->child[i].key);
		rewrite(j, &node->child[i]);
	}
	if (node->kind == NODE_MAP)
		json_object_end(j);
	else
		json_array_end(j);
}

static int again(struct op *op, const struct node *node, int indent, str *ret)
{
	struct buf b;
	struct json_out j;

	buf_init(&b, op, 1 << 20);
	json_begin(&j, &b, indent);
	rewrite(&j, node);
	return buf_take(&b, ret);
}

static const struct {
	const char *in, *out; /* out NULL: the same */
} good[] = {
	{ "null", NULL },
	{ "true", NULL },
	{ "false", NULL },
	{ "0", NULL },
	{ "-0.5e+10", NULL },
	{ " [ 1 , 2 ] \r\n\t", "[1,2]" },
	{ "[]", NULL },
	{ "{}", NULL },
	{ "[[],{},[{}]]", NULL },
	{ "{\"a\":{\"b\":[1,\"c\"]},\"d\":null}", NULL },
	{ "\"\"", NULL },
	{ "\"\\u0041\\/\\u00e9\\u20ac\\ud83d\\ude00\"",
	  "\"A/\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"" },
	{ "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\"", NULL },
	{ "\"a long text of more than eight bytes, then \xc3\xa9 and more after it\"", NULL },
	{ "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"h\":8,\"i\":9,\"j\":10,\"k\":"
	  "11,\"l\":12,\"m\":13,"
	  "\"n\":14}",
	  NULL },
	{ "\"\x7f\"", NULL },
};

static const struct {
	const char *in, *out;
} lax[] = {
	{ "\xef\xbb\xbf{}", "{}" },
	{ "{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":3,\"b\":2}" },
	{ "{\"a\":1,\"a\":2,\"a\":3}", "{\"a\":3}" },
	{ "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"h\":8,\"i\":9,\"j\":10,\"k\":"
	  "11,\"l\":12,\"b\":13,\"a\":14,\"b\":15}",
	  "{\"a\":14,\"b\":15,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"h\":8,\"i\":9,\"j\":10,"
	  "\"k\":"
	  "11,\"l\":12}" },
	{ "// first\n{/* a\n * b */\"a\" :/**/ [1, 2, ], // c\n \"b\": {},}\n//",
	  "{\"a\":[1,2],\"b\":{}}" },
	{ "[\"\\ud800\", \"\\udc00x\", \"a\tb\"]",
	  "[\"\xef\xbf\xbd\",\"\xef\xbf\xbdx\",\"a\\tb\"]" },
	{ "[\"\xff\"]", "[\"\xef\xbf\xbd\"]" },
	{ "[]", "[]" },
};

static int reads_laxly(struct op *op)
{
	for (size_t i = 0; i < sizeof(lax) / sizeof(lax[0]); i++) {
		struct doc doc;
		str out, in = exact(str_of(lax[i].in));
		TRY(json_parse_lax(op, S("x.json"), in, &doc));
		TRY(again(op, &doc.root, 0, &out));
		CHECK_STR(out, str_of(lax[i].out));
	}
	static const char *const none[] = { "[,]", "[1,,]", "{,}",      "/",
					    "/*",  "[/* ]", "{\"a\",}", "1 /" };
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		struct doc doc;
		CHECK_FAILS(op, json_parse_lax(op, S("x.json"), exact(str_of(none[i])), &doc),
			    ERR_FORMAT, "x.json:1:");
	}
	return 0;
}

static int reads_and_writes(struct op *op)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct doc doc;
		str out;
		TRY(json_parse(op, S("x.json"), exact(str_of(good[i].in)), &doc));
		TRY(again(op, &doc.root, 0, &out));
		CHECK_STR(out, str_of(good[i].out ? good[i].out : good[i].in));
	}
	return 0;
}

static const struct {
	const char *in, *message;
} bad[] = {
	{ "", "x.json:1:1: the text ends where a value is expected" },
	{ "  \n ", "x.json:2:2: the text ends" },
	{ "nul", "a value is expected here" },
	{ "\xef\xbb\xbf{}", "1:1: a value is expected here" },
	{ "[1,]", "1:4: a value is expected here" },
	{ "[1 2]", "1:4: a comma or ] is expected here" },
	{ "[,1]", "1:2: a value" },
	{ "{\"a\":1,}", "1:8: a key in quotes" },
	{ "{a:1}", "1:2: a key in quotes" },
	{ "{\"a\" 1}", "1:6: a colon" },
	{ "{\"a\":1", "1:7: a comma or }" },
	{ "{\"a\":\n1,\n \"a\":2}", "x.json:3:2: the key 'a' stands here for the second time" },
	{ "{\"a\":1,\"\\u0061\":2}", "1:8: the key 'a'" },
	{ "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"h\":8,\"i\":9,\"j\":10,\"k\":"
	  "11,\"l\":12,\"a\":13}",
	  "the key 'a' stands here for the second time" },
	{ "1 2", "1:3: bytes behind the end" },
	{ "01", "1:1: not a number" },
	{ "-", "not a number" },
	{ "1.", "not a number" },
	{ "1e", "not a number" },
	{ "+1", "a value" },
	{ ".5", "a value" },
	{ "-a", "not a number" },
	{ "\"abc", "1:1: a text without its closing quote" },
	{ "\"abc\\", "closing quote" },
	{ "\"abc\\\"", "closing quote" },
	{ "\"a\nb\"", "1:3: a control character" },
	{ "\"a\tb\"", "a control character" },
	{ "\"\\q\"", "an unknown escape" },
	{ "\"\\\xc3\xa9\"", "an unknown escape" },
	{ "\"\\u12\"", "four hexadecimal digits" },
	{ "\"\\u12g4\"", "four hexadecimal digits" },
	{ "\"\\ud83d\"", "a lone surrogate" },
	{ "\"\\ude00\"", "a lone surrogate" },
	{ "\"\\ud83d\\u0041\"", "a lone surrogate" },
	{ "\"\\ud83dxxxxxx\"", "a lone surrogate" },
	{ "\"\xff\"", "not UTF-8" },
	{ "\"\xc0\x80\"", "not UTF-8" },
	{ "\"\xed\xa0\x80\"", "not UTF-8" },
	{ "\"\xe2\x82\"", "not UTF-8" },
	{ "[1}", "a comma or ]" },
	{ "{\"a\":1]", "a comma or }" },
	{ "]", "a value" },
};

static int refuses(struct op *op)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct doc doc;
		CHECK_FAILS(op, json_parse(op, S("x.json"), exact(str_of(bad[i].in)), &doc),
			    ERR_FORMAT, bad[i].message);
	}
	return 0;
}

static int depth(struct op *op)
{
	char text[2 * LIMIT_DEPTH + 2];
	struct doc doc;

	memset(text, '[', LIMIT_DEPTH);
	memset(text + LIMIT_DEPTH, ']', LIMIT_DEPTH);
	TRY(json_parse(op, S("x"), exact((str){ text, (ptrdiff_t)2 * LIMIT_DEPTH }), &doc));
	memset(text, '[', LIMIT_DEPTH + 1);
	memset(text + LIMIT_DEPTH + 1, ']', LIMIT_DEPTH + 1);
	CHECK_FAILS(
		op,
		json_parse(op, S("x"), exact((str){ text, (ptrdiff_t)2 * LIMIT_DEPTH + 2 }), &doc),
		ERR_FORMAT, "x:1:65: nested too deep");
	return 0;
}

/* Every cut of a text is refused, or is whole by itself. */
static int cut_anywhere(struct op *op)
{
	str whole = S("{\"a\": [1, -2.5e3, \"\\ud83d\\ude00x\", true, null], \"b\": {\"c\": "
		      "\"\xe2\x82\xac\"}}");
	struct doc doc;

	for (ptrdiff_t n = 0; n < whole.len; n++)
		CHECK_FAILS(op, json_parse(op, S("x"), exact(str_head(whole, n)), &doc), ERR_FORMAT,
			    "x:1:");
	return json_parse(op, S("x"), exact(whole), &doc);
}

static int places(struct op *op)
{
	struct doc doc;

	TRY(json_parse(op, S("x"), S("{\n  \"a\": 1,\n  \"b\": [\n    \"t\"\n  ]\n}"), &doc));
	const struct node *b = node_get(&doc.root, S("b"));
	CHECK(b && b->key_line == 3 && b->key_col == 3 && b->line == 3 && b->col == 8);
	CHECK(b && b->n == 1 && b->child[0].line == 4 && b->child[0].col == 5);
	CHECK(node_get(&doc.root, S("c")) == NULL && node_get(b, S("c")) == NULL &&
	      !node_get(NULL, S("c")));
	return 0;
}

static int aliases_its_input(struct op *op)
{
	str text = exact(S("[\"plain\", 12]"));
	struct doc doc;

	TRY(json_parse(op, S("x"), text, &doc));
	CHECK(doc.root.child[0].text.p == text.p + 2 && doc.root.child[1].text.p == text.p + 10);
	return 0;
}

static int writes(struct op *op)
{
	struct buf b;
	struct json_out j;
	str out;

	buf_init(&b, op, 1000);
	json_begin(&j, &b, 2);
	json_object(&j);
	json_pair(&j, "name", S("a\"\xff\x01"));
	json_pair_opt(&j, "nothing", S(""));
	json_pair_u64(&j, "size", UINT64_MAX);
	json_key(&j, S("list"));
	json_array(&j);
	json_i64(&j, INT64_MIN);
	json_bool(&j, true);
	json_null(&j);
	json_array(&j);
	json_array_end(&j);
	json_array_end(&j);
	json_object_end(&j);
	TRY(buf_take(&b, &out));
	CHECK_STR(out, S("{\n  \"name\": \"a\\\"\xef\xbf\xbd\\u0001\",\n  \"size\": "
			 "18446744073709551615,\n"
			 "  \"list\": [\n    -9223372036854775808,\n    true,\n    null,\n    []\n "
			 " ]\n}"));
	struct doc doc;
	TRY(json_parse(op, S("x"), exact(out), &doc));
	TRY(again(op, &doc.root, 2, &out));
	CHECK_STR(out, buf_view(&b));
	return 0;
}

/* The members, one behind the other, as a list of "key value". */
static int members_of(struct op *op, str in, const char *within, bool is_lax, str *ret)
{
	AUTO_JSON_MEMBERS *m = NULL;
	struct node node = { 0 };
	struct buf b;
	int rc;

	buf_init(&b, op, 1 << 16);
	TRY(json_members_open(op, S("x"), in, str_of(within), is_lax, &m));
	while ((rc = json_members_next(op, m, &node)) > 0) {
		str value;
		TRY(again(op, &node, 0, &value));
		buf_fmt(&b, "%.*s=%.*s;", STR_ARG(node.key), STR_ARG(value));
	}
	TRY(rc);
	CHECK(json_members_next(op, m, &node) == 0);
	return buf_take(&b, ret);
}

static const struct {
	const char *in, *within, *out;
	bool lax;
} members[] = {
	{ "{}", "", "", false },
	{ " [ ] ", "", "", false },
	{ "{\"a\": 1, \"b\\n\": [2, {\"a\": 3}], \"c\": {}}", "", "a=1;b\n=[2,{\"a\":3}];c={};",
	  false },
	{ "[1,\"x\",[[]]]", "", "=1;=\"x\";=[[]];", false },
	{ "{\"n\":[1,{\"v\":2}],\"v\":[1,{}],\"z\":[3]}", "v", "=1;={};", false },
	{ "{\"v\":{\"a\":[],\"b\":null}}", "v", "a=[];b=null;", false },
	{ "\xef\xbb\xbf{\"a\":1,/* */\"a\":2,}", "", "a=1;a=2;", true },
	{ "{\"v\":[1],\"v\":[2,],}", "v", "=1;=2;", true },
};

static const struct {
	const char *in, *within, *why;
} no_members[] = {
	{ "1", "", "a mapping or a list" },
	{ "", "", "a mapping or a list" },
	{ "{\"a\":1", "", "a comma or the end" },
	{ "{\"a\":1}}", "", "bytes behind" },
	{ "{\"a\":1 \"b\":2}", "", "a comma or the end" },
	{ "[1,]", "", "a member is expected" },
	{ "{\"a\":1,}", "", "a member is expected" },
	{ "{\"a\":1,\"\\u0061\":2}", "", "for the second time" },
	{ "{\"a\":[1,}", "", "a value is expected" },
	{ "{\"a\":1}", "v", "it has no 'v'" },
	{ "[1]", "v", "it has no 'v'" },
	{ "{\"v\":1}", "v", "a mapping or a list" },
	{ "{\"v\":[1],\"w\":nul}", "v", "a value is expected" },
	{ "{\"v\":[1],\"v\":[]}", "v", "for the second time" },
	{ "{\"v\":[1]} 2", "v", "bytes behind" },
};

static int members_one_by_one(struct op *op)
{
	str out = { 0 };

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		TRY(members_of(op, exact(str_of(members[i].in)), members[i].within, members[i].lax,
			       &out));
		CHECK_STR(out, str_of(members[i].out));
	}
	for (size_t i = 0; i < sizeof(no_members) / sizeof(no_members[0]); i++)
		CHECK_FAILS(op,
			    members_of(op, exact(str_of(no_members[i].in)), no_members[i].within,
				       false, &out),
			    ERR_FORMAT, no_members[i].why);
	return 0;
}

TESTS({ "reads laxly", reads_laxly }, { "reads and writes", reads_and_writes },
      { "refuses", refuses }, { "depth", depth }, { "cut anywhere", cut_anywhere },
      { "places", places }, { "aliases its input", aliases_its_input }, { "writes", writes },
      { "members one by one", members_one_by_one })
