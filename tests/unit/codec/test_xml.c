#include "codec/xml.h"

#include <string.h>

#include "base/limits.h"
#include "unit/harness.h"

/* A tree as one line: name[attribute=value](text)<children>. */
static void show(struct buf *b, const struct xml_node *n, int depth)
{
	buf_add(b, n->name);
	for (ptrdiff_t i = 0; i < n->attributes; i++)
		buf_fmt(b, "[%.*s=%.*s]", STR_ARG(n->attribute[i].name),
			STR_ARG(n->attribute[i].value));
	if (n->text.len)
		buf_fmt(b, "(%.*s)", STR_ARG(n->text));
	if (n->n && depth < 8) {
		buf_char(b, '<');
		for (ptrdiff_t i = 0; i < n->n; i++)
			show(b, &n->child[i], depth + 1);
		buf_char(b, '>');
	}
}

static int good(struct op *op)
{
	static const struct {
		const char *in, *want;
	} row[] = {
		{ "<a/>", "a" },
		{ "\xef\xbb\xbf<?xml version='1.0'?>\n<!-- - --><a></a >\n<?x y?>", "a" },
		{ "<a b='1' c=\"&lt;'\n&#x41;\"/>", "a[b=1][c=<' A]" },
		{ "<a>x<b>y</b>z<c/></a>", "a(xz)<b(y)c>" },
		{ "<a>1 &amp; 2&gt;&#228;&quot;&apos;\r\n3\r4</a>", "a(1 & 2>\xc3\xa4\"'\n3\n4)" },
		{ "<a>x<![CDATA[<b>&amp;]]]>y</a>", "a(x<b>&amp;]y)" },
		{ "<p:a xmlns:p='u'><p:b/></p:a>", "p:a[xmlns:p=u]<p:b>" },
		{ "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xe4\x80</a>",
		  "a(\xc3\xa4\xe2\x82\xac)" },
		{ "<a>&#x10FFFF;</a>", "a(\xf4\x8f\xbf\xbf)" },
	};
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct xml_node n;
		struct buf b;
		str got;
		TRY(xml_parse(op, S("f"), exact(str_of(row[i].in)), &n));
		buf_init(&b, op, 1 << 16);
		show(&b, &n, 0);
		TRY(buf_take(&b, &got));
		CHECK_STR(got, str_of(row[i].want));
	}
	return 0;
}

static int bad(struct op *op)
{
	static const struct {
		const char *in, *why;
	} row[] = {
		{ "", "f:1: the document has no element" },
		{ "x", "text outside" },
		{ "<a>\n<b></a>", "f:2: an end tag that nothing opened" },
		{ "<a>", "ends within" },
		{ "<a/><b/>", "behind the end" },
		{ "<a b=1/>", "quotes" },
		{ "<a b='1'c='2'/>", "a blank is expected" },
		{ "<a b='1' b='2'/>", "twice" },
		{ "<a b='<'/>", "'<' in an attribute" },
		{ "<a>&nbsp;</a>", "an entity that XML does not define" },
		{ "<a>&#0;</a>", "an entity" },
		{ "<a>&#xD800;</a>", "an entity" },
		{ "<a>& b</a>", "an & that begins no entity" },
		{ "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "document type declarations" },
		{ "<a><!-- -- --></a>", "'--' within a comment" },
		{ "<a>\x01</a>", "a character that XML does not have" },
		{ "<a>\xef\xbf\xbf</a>", "a character that XML does not have" },
		{ "<a>\xff</a>", "not UTF-8" },
		{ "<?xml version='1.0' encoding='UTF-16'?><a>\xff</a>",
		  "an encoding that is not read" },
		{ "<1/>", "a name is expected" },
		{ "<a", "a tag that does not end" },
		{ "<a b='", "does not end" },
		{ "<![CDATA[x]]>", "text outside" },
	};
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct xml_node n;
		CHECK_FAILS(op, xml_parse(op, S("f"), exact(str_of(row[i].in)), &n), ERR_FORMAT,
			    row[i].why);
	}
	return 0;
}

static int deep(struct op *op)
{
	struct buf b;
	str text;
	struct xml_node n;

	buf_init(&b, op, 1 << 16);
	for (int i = 0; i < LIMIT_DEPTH; i++)
		buf_add(&b, S("<a>"));
	buf_repeat(&b, ' ', 1);
	for (int i = 0; i < LIMIT_DEPTH; i++)
		buf_add(&b, S("</a>"));
	TRY(buf_take(&b, &text));
	TRY(xml_parse(op, S("f"), text, &n));
	buf_init(&b, op, 1 << 16);
	for (int i = 0; i <= LIMIT_DEPTH; i++)
		buf_add(&b, S("<a>"));
	TRY(buf_take(&b, &text));
	CHECK_FAILS(op, xml_parse(op, S("f"), text, &n), ERR_LIMIT, "within each other");
	return 0;
}

static int looks(struct op *op)
{
	struct xml_node n;

	TRY(xml_parse(op, S("f"), exact(S("<x:a k='v'><x:b> 1 </x:b><b>2</b></x:a>")), &n));
	CHECK_STR(xml_child_text(&n, S("b")), S("1"));
	CHECK_STR(xml_attribute(&n, S("k")), S("v"));
	CHECK_STR(xml_attribute(&n, S("j")), S(""));
	CHECK(xml_child(&n, S("c")) == NULL && xml_child(NULL, S("c")) == NULL);
	return 0;
}

static int writes(struct op *op)
{
	struct buf b;
	struct xml_out x;
	struct xml_node n;
	str text;

	buf_init(&b, op, 1 << 16);
	xml_begin(&x, &b, 1);
	xml_open(&x, "a");
	xml_put_attribute(&x, "k", S("<\"'\n&\x01"));
	xml_pair(&x, "b", S("1 < 2 & 3 > 2 \"\xc3\xa4\xff\r"));
	xml_pair_opt(&x, "c", S(""));
	xml_open(&x, "d");
	xml_close(&x);
	xml_close(&x);
	TRY(buf_take(&b, &text));
	CHECK_STR(text,
		  S("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a "
		    "k=\"&lt;&#34;'&#10;&amp;\xef\xbf\xbd\">\n"
		    " <b>1 &lt; 2 &amp; 3 &gt; 2 \"\xc3\xa4\xef\xbf\xbd&#13;</b>\n <d/>\n</a>"));
	TRY(xml_parse(op, S("f"), text, &n));
	CHECK_STR(xml_attribute(&n, S("k")), S("<\"'\n&\xef\xbf\xbd"));
	CHECK_STR(n.child[0].text, S("1 < 2 & 3 > 2 \"\xc3\xa4\xef\xbf\xbd\r"));
	return 0;
}

TESTS({ "good", good }, { "bad", bad }, { "deep", deep }, { "looks", looks }, { "writes", writes })
