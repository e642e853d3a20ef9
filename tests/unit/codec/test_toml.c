#include <string.h>

#include "base/limits.h"
#include "codec/json.h"
#include "codec/toml.h"
#include "unit/harness.h"

/* As JSON: what a document means; numbers and truth in angle brackets, since JSON has not all of
 * them. */
static void told(struct buf *b, const struct node *node)
{
	if (node->kind == NODE_TEXT) {
		buf_fmt(b, "\"%.*s\"", STR_ARG(node->text));
		return;
	}
	if (node->kind != NODE_LIST && node->kind != NODE_MAP) {
		buf_fmt(b, "%s%.*s>", node->kind == NODE_BOOL ? "<b " : "<", STR_ARG(node->text));
		return;
	}
	bool map = node->kind == NODE_MAP;
	buf_char(b, map ? '{' : '[');
	for (ptrdiff_t i = 0; i < node->n; i++) {
		if (i)
			buf_char(b, ',');
		if (map)
			buf_fmt(b, "%.*s:", STR_ARG(node->child[i].key));
		told(b, &node->child[i]);
	}
	buf_char(b, map ? '}' : ']');
}

static const struct {
	const char *in, *out;
} good[] = {
	{ "", "{}" },
	{ "# nothing", "{}" },
	{ "\xef\xbb\xbf"
	  "a=1",
	  "{a:<1>}" },
	{ "a = 1\r\nb = 'x' # c\r\n", "{a:<1>,b:\"x\"}" },
	{ "1-2_x = true\n\"\" = false", "{1-2_x:<b true>,:<b false>}" },
	{ "\"k ey\" = 1\n'a.b' = 2", "{k ey:<1>,a.b:<2>}" },
	{ "a . b.\"c\" = 1\na.d = 2", "{a:{b:{c:<1>},d:<2>}}" },
	{ "3.14 = 1", "{3:{14:<1>}}" },
	{ "x = [1,\n # c\n 2 ,\r\n]\ny=[]", "{x:[<1>,<2>],y:[]}" },
	{ "x = [[1],['a',{b=2}]]", "{x:[[<1>],[\"a\",{b:<2>}]]}" },
	{ "x = {}\ny = { a = 1, b.c = 2, b.d = [ 1,\n2] }",
	  "{x:{},y:{a:<1>,b:{c:<2>,d:[<1>,<2>]}}}" },
	{ "x = \"a\\tb\\\\ \\\" \\u00e9 \\U0001F600\"",
	  "{x:\"a\tb\\ \" \xc3\xa9 \xf0\x9f\x98\x80\"}" },
	{ "x = 'a\\b'", "{x:\"a\\b\"}" },
	{ "x = \"\"\"\nab\nc\"\"\"", "{x:\"ab\nc\"}" },
	{ "x = \"\"\"a\"\"b\"\"\"\"\"", "{x:\"a\"\"b\"\"\"}" },
	{ "x = \"\"\"a \\  \n\n  b\\\\ \\\"\"\"\"", "{x:\"a b\\ \"\"}" },
	{ "x = \"\"\"\"\"\"\ny=''''''\nz=\"\"", "{x:\"\",y:\"\",z:\"\"}" },
	{ "x = '''\r\nit's\\'''", "{x:\"it's\\\"}" },
	{ "x = [+1, -0, 1_000, 0xDEAD_beef, 0o17, 0b101, 1e5, 1.5E-3, +inf, nan, -nan]",
	  "{x:[<+1>,<-0>,<1_000>,<0xDEAD_beef>,<0o17>,<0b101>,<1e5>,<1.5E-3>,<+inf>,<nan>,<-nan>]"
	  "}" },
	{ "x = [true, false]", "{x:[<b true>,<b false>]}" },
	{ "d = 1979-05-27\nt = 07:32:00.5\nl = 1979-05-27T00:32:00\nz = 1979-05-27 07:32:00Z # c\n"
	  "o = 2000-02-29t07:32:60.1-07:00",
	  "{d:\"1979-05-27\",t:\"07:32:00.5\",l:\"1979-05-27T00:32:00\",z:\"1979-05-27 07:32:00Z\","
	  "o:\"2000-02-29t07:32:60.1-07:00\"}" },
	{ "[a]\nx=1\n[ b . 'c' ]\ny=2\n[a.d]", "{a:{x:<1>,d:{}},b:{c:{y:<2>}}}" },
	{ "[a.b.c]\nx=1\n[a]\ny=2\n[a.b]\nz=3", "{a:{b:{c:{x:<1>},z:<3>},y:<2>}}" },
	{ "[a]\nb.c=1\n[a.b.d]\ne=2", "{a:{b:{c:<1>,d:{e:<2>}}}}" },
	{ "[a.b.c]\n[a]\nb.x=1", "{a:{b:{c:{},x:<1>}}}" },
	{ "[[p]]\nx=1\n[[p]]\n[p.q]\ny=2\n[[p.r]]\n[[p.r]]\nz=3\n[[p]]",
	  "{p:[{x:<1>},{q:{y:<2>},r:[{},{z:<3>}]},{}]}" },
	{ "a=1\nb=2\nc=3\nd=4\ne=5\nf=6\ng=7\nh=8\ni=9\nj=10\nk=11\nl=12\nm=13\nn=14\no.p=15\no.q="
	  "16",
	  NULL },
};

static int reads(struct op *op)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct doc doc;
		struct buf b;
		str out;
		TRY(toml_parse(op, S("x.toml"), exact(str_of(good[i].in)), &doc));
		buf_init(&b, op, 1 << 20);
		told(&b, &doc.root);
		TRY(buf_take(&b, &out));
		if (good[i].out)
			CHECK_STR(out, str_of(good[i].out));
	}
	return 0;
}

static const struct {
	const char *in, *why;
} bad[] = {
	{ "a", "1:2: '='" },
	{ "a = ", "1:5: a value is expected" },
	{ "= 1", "1:1: a key" },
	{ "a = 1 b = 2", "1:7: the end of the line" },
	{ "a = 1\n\na = 2", "3:1: the key 'a' stands here for the second time" },
	{ "a=1\nb=2\nc=3\nd=4\ne=5\nf=6\ng=7\nh=8\ni=9\nj=10\nk=11\nl=12\nm=13\nn=14\nb=1",
	  "15:1:" },
	{ "a.b = 1\na.b.c = 2", "2:3: the key 'b' is defined" },
	{ "a.b = 1\n[a]", "2:2: the key 'a' is defined already" },
	{ "[a]\n[b]\n[a]", "3:2:" },
	{ "[a.b]\n[a]\nb.c = 1", "3:1:" },
	{ "[a.b.c]\nz=9\n[a]\nb.c.t = 1", "4:3:" },
	{ "[a]\nb.c=1\n[a.b]", "3:4:" },
	{ "a = {b=1}\na.c = 2", "2:1:" },
	{ "a = {b=1}\n[a.c]", "2:2:" },
	{ "a = {b.c=1, b=2}", "1:13:" },
	{ "a = []\n[[a]]", "2:3: the key 'a' is defined already, and not" },
	{ "[[a]]\n[a]", "2:2:" },
	{ "[a]\n[[a]]", "2:3:" },
	{ "[[a.b]]\n[[a]]", "2:3:" },
	{ "a=1\n[a.b]", "2:2:" },
	{ "[a", "1:3: ] is" },
	{ "[[a]", "1:4: ]] is" },
	{ "[[a] ]", "1:4:" },
	{ "[]", "1:2: a key" },
	{ "[a.]", "1:4: a key" },
	{ "[a] x=1", "1:5:" },
	{ "a = {b=1,}", "1:10: a key" },
	{ "a = {b=1\n}", "1:9: a comma" },
	{ "a = {b=1 c=2}", "1:10:" },
	{ "a = [1 2]", "1:8:" },
	{ "a = [,]", "1:6: a value" },
	{ "a = [1,,2]", "1:8: a value" },
	{ "a = [1", "1:7:" },
	{ "a = \"x", "1:5: a text without" },
	{ "a = \"x\ny\"", "1:" },
	{ "a = 'x\ny'", "1:7: a control" },
	{ "a = \"\\x41\"", "1:5: an unknown" },
	{ "a = \"\\ud800\"", "1:5:" },
	{ "a = \"\\U00110000\"", "1:5:" },
	{ "a = \"\\u12\"", "1:5:" },
	{ "a = \"\\", "1:5:" },
	{ "a = \"\"\"x\"\"", "1:5:" },
	{ "a = \"\"\"\\q\"\"\"", "1:5:" },
	{ "a = \"\"\"\\ x\"\"\"", "1:5:" },
	{ "a = '''x''''''", "1:" },
	{ "\"\"\"a\"\"\" = 1", "1:3:" },
	{ "a = 01", "not a value" },
	{ "a = 1__0", "not a value" },
	{ "a = _1", "not a value" },
	{ "a = 1_", "not a value" },
	{ "a = 1.", "not a value" },
	{ "a = .1", "not a value" },
	{ "a = 1.e5", "not a value" },
	{ "a = +0x1", "not a value" },
	{ "a = 0x", "not a value" },
	{ "a = 0o8", "not a value" },
	{ "a = True", "not a value" },
	{ "a = 1979-13-01", "not a value" },
	{ "a = 1979-02-29", "not a value" },
	{ "a = 1979-05-27T", "not a value" },
	{ "a = 1979-05-27T24:00:00", "not a value" },
	{ "a = 07:32", "not a value" },
	{ "a = 07:32:00Z", "not a value" },
	{ "a = 1\rb = 2", "1:6:" },
	{ "# a\001b", "1:4: a control" },
	{ "# a\nx = '\xff'", "2:6: bytes that are not UTF-8" },
	{ "a = '\x7f'", "1:6: a control" },
};

static int refuses(struct op *op)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct doc doc;
		CHECK_FAILS(op, toml_parse(op, S("x"), exact(str_of(bad[i].in)), &doc), ERR_FORMAT,
			    bad[i].why);
	}
	return 0;
}

static int places(struct op *op)
{
	struct doc doc;

	TRY(toml_parse(op, S("x"), exact(S("a = 1\n\n[b]\n  cd = [ 'x',\n 2 ]\n")), &doc));
	const struct node *b = node_get(&doc.root, S("b")), *cd = node_get(b, S("cd"));
	CHECK(cd && cd->key_line == 4 && cd->key_col == 3 && cd->line == 4 && cd->col == 8);
	CHECK(cd && cd->n == 2 && cd->child[1].line == 5 && cd->child[1].col == 2);
	CHECK(b && b->key_line == 3 && b->key_col == 2);
	return 0;
}

static int nests_so_far(struct op *op)
{
	static const char *const front[] = { "a=", "", "[", "a={b=" };
	static const char *const piece[] = { "[", "x.", "x.", "{b=" };
	struct doc doc;

	for (size_t i = 0; i < 4; i++) {
		struct buf b;
		str in;
		buf_init(&b, op, 1 << 20);
		buf_add(&b, str_of(front[i]));
		for (int k = 0; k < LIMIT_DEPTH + 1; k++)
			buf_add(&b, str_of(piece[i]));
		buf_add(&b, S("y=1"));
		TRY(buf_take(&b, &in));
		CHECK_FAILS(op, toml_parse(op, S("x"), in, &doc), ERR_FORMAT, "nested too deep");
	}
	return 0;
}

/* Keys by the thousand, in one table and in as many: each is found at once. */
static int takes_many(struct op *op)
{
	struct doc doc;
	struct buf b;
	str in;

	buf_init(&b, op, 64 << 20);
	for (int i = 0; i < 100000; i++)
		buf_fmt(&b, "k%d = %d\n", i, i);
	for (int i = 0; i < 50000; i++)
		buf_fmt(&b, "[t.u%d]\nx.y.z = 1\n", i);
	TRY(buf_take(&b, &in));
	TRY(toml_parse(op, S("x"), in, &doc));
	CHECK(doc.root.n == 100001 && doc.root.child[100000].n == 50000);
	return 0;
}

TESTS({ "reads", reads }, { "refuses", refuses }, { "places", places },
      { "nests only so far", nests_so_far, .once = true },
      { "takes many keys", takes_many, .once = true })
