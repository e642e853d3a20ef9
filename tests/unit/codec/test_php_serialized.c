#include "base/limits.h"
#include "codec/php_serialized.h"
#include "unit/harness.h"

#include "base/buf.h"

static int parse(struct op *op, const char *in, struct doc *ret)
{
	return php_serialized_parse(op, S("x"), exact(str_of(in)), ret);
}

static int reads(struct op *op)
{
	struct doc doc;
	str text;

	TRY(parse(op,
		  "a:6:{s:1:\"k\";s:3:\"a\"b\";i:0;i:-12;s:1:\"d\";d:0.5;s:1:\"t\";b:1;s:1:\"n\";N;"
		  "s:1:\"a\";a:1:{i:7;a:0:{}}}\r\n",
		  &doc));
	CHECK(doc.root.kind == NODE_MAP && doc.root.n == 6);
	CHECK(node_text(node_get(&doc.root, S("k")), &text) && str_eq(text, S("a\"b")));
	CHECK(node_text(node_get(&doc.root, S("0")), &text) && str_eq(text, S("-12")));
	const struct node *truth = node_get(&doc.root, S("t")), *none = node_get(&doc.root, S("n"));
	bool is = false;
	CHECK(truth && node_bool(truth, &is) && is && none && none->kind == NODE_NULL);
	const struct node *a = node_get(&doc.root, S("a")), *b = node_get(a, S("7"));
	CHECK(b && b->kind == NODE_MAP && b->n == 0);
	TRY(parse(op, "s:0:\"\";", &doc));
	CHECK(doc.root.kind == NODE_TEXT && doc.root.text.len == 0);
	return 0;
}

static const char *const bad[] = {
	"",
	"a",
	"a:1:{}",
	"a:0:{",
	"a:0:{}x",
	"a:-1:{}",
	"a:1:{s:1:\"a\";}",
	"a:1:{a:0:{}N;}",
	"a:1:{i:1;i:1;",
	"s:5:\"ab\";",
	"s:1:\"ab\";",
	"s:99999999999:\"\";",
	"i:;",
	"i:x;",
	"i:1",
	"b:2;",
	"O:1:\"A\":0:{}",
	"R:1;",
	"a:1:{N;N;}",
	"d:-;",
	"a:3:{i:1;N;}",
};

static int refuses(struct op *op)
{
	struct doc doc;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_FAILS(op, parse(op, bad[i], &doc), ERR_FORMAT, "x:1:");
	return 0;
}

static int nests_so_far(struct op *op)
{
	struct doc doc;
	struct buf b;
	str in;

	buf_init(&b, op, 1 << 20);
	for (int i = 0; i <= LIMIT_DEPTH; i++)
		buf_add(&b, S("a:1:{i:0;"));
	TRY(buf_take(&b, &in));
	CHECK_FAILS(op, php_serialized_parse(op, S("x"), in, &doc), ERR_FORMAT, "too deep");
	return 0;
}

TESTS({ "reads", reads }, { "refuses", refuses }, { "nests only so far", nests_so_far })
