#include "sbom/template.h"

#include "codec/json.h"
#include "given.h"

static const char document[] = "{\"name\":\"top\",\"n\":3,\"zero\":0,\"yes\":true,\"no\":false,"
			       "\"none\":null,\"empty\":[],\"a\":{\"b\":{\"c-d\":\"deep\"}},"
			       "\"list\":[{\"name\":\"x\",\"tags\":[\"1\",\"2\"]},{\"name\":"
			       "\"y\\\"<\",\"tags\":[]}],\"map\":{\"k\":\"v\",\"l\":\"w\"}}";

static int filled(struct op *op, const char *text, str *ret)
{
	struct template *t;
	struct doc doc;
	struct buf b;

	TRY(json_parse(op, S("d"), str_of(document), &doc));
	TRY(template_parse(op, S("t"), exact(str_of(text)), &t));
	buf_init(&b, op, 1 << 20);
	TRY(template_fill(op, t, &doc.root, &b, NULL, NULL));
	return buf_take(&b, ret);
}

static int good(struct op *op)
{
	static const struct {
		const char *in, *want;
	} row[] = {
		{ "", "" },
		{ "plain } {", "plain } {" },
		{ "{{.name}}-{{ .a.b.c-d }}-{{.nothing.at.all}}-{{.n}}", "top-deep--3" },
		{ "a {{- .name -}} b", "atopb" },
		{ "a\n\n{{- /* said */ -}}\n b", "ab" },
		{ "{{range .list}}{{.name}},{{end}}", "x,y\"<," },
		{ "{{range .list}}{{range .tags}}{{.}}/{{$.name}} {{else}}none{{end}};{{end}}",
		  "1/top 2/top ;none;" },
		{ "{{range .empty}}a{{else}}b{{end}}c{{range .nothing}}d{{end}}", "bc" },
		{ "{{range .map}}{{key}}={{.}} {{end}}", "k=v l=w " },
		{ "{{if .yes}}a{{end}}{{if .no}}b{{end}}{{if .zero}}c{{end}}{{if "
		  ".none}}d{{else}}e{{end}}",
		  "ae" },
		{ "{{if .no}}a{{else if .n}}b{{else}}c{{end}}|{{if .no}}a{{else if "
		  ".zero}}b{{else}}c{{end}}",
		  "b|c" },
		{ "{{if .no}}a{{else if .zero}}b{{end}}.", "." },
		{ "{{with .a.b}}{{index . \"c-d\"}}{{else}}no{{end}}{{with "
		  ".nothing}}a{{else}}no{{end}}{{.name}}",
		  "deepnotop" },
		{ "{{range .list}}{{if eq .name \"x\"}}first{{else}}other{{end}} {{end}}",
		  "first other " },
		{ "{{if and .yes (not .no) (or .no .n)}}a{{end}}{{if ne .name "
		  "\"top\"}}b{{end}}{{eq .n 1 2 3}}",
		  "atrue" },
		{ "{{len .list}} {{len .name}} {{len .map}}", "2 3 2" },
		{ "{{.name | upper}} {{upper .name | lower}} {{join (index (index .list 0) "
		  "\"tags\") \"+\"}}",
		  "TOP top 1+2" },
		{ "{{range .list}}{{csv .name}} {{json .name}} {{end}}",
		  "\"x\" \"x\" \"y\"\"<\" \"y\\\"<\" " },
		{ "{{json .list}} {{json .n}} {{.map}}",
		  "[{\"name\":\"x\",\"tags\":[\"1\",\"2\"]},{\"name\":\"y\\\"<\",\"tags\":[]}] 3 "
		  "{\"k\":\"v\",\"l\":\"w\"}" },
		{ "{{\"}}\"}}{{ \"a\\n\\\"\" }}", "}}a\n\"" },
		{ "{{index .list 9}}{{index .name 0}}", "" },
	};
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		str got;
		TRY(filled(op, row[i].in, &got));
		CHECK_STR(got, str_of(row[i].want));
	}
	return 0;
}

static int bad(struct op *op)
{
	static const struct {
		const char *in, *why;
	} row[] = {
		{ "\n{{.a", "t:2: a {{ that does not end" },
		{ "{{}}", "an empty {{}}" },
		{ "{{end}}", "an {{end}} that nothing opened" },
		{ "{{else}}", "within nothing" },
		{ "a\n{{if .a}}", "t:2: an {{if}}, {{range}} or {{with}} without its {{end}}" },
		{ "{{if .a}}{{else}}{{else}}{{end}}", "an {{else}} behind an {{else}}" },
		{ "{{range .a}}{{else if .b}}{{end}}", "belongs to no {{if}}" },
		{ "{{nothing .a}}", "t:1: there is no function 'nothing'" },
		{ "{{upper .a .b}}", "upper takes 1 value and was given 2" },
		{ "{{.name .n}}", "something behind the end" },
		{ "{{\"a}}", "a {{ that does not end" },
		{ "{{(.a}}", "a ')' is expected" },
		{ "{{.a | .b}}", "a function is expected behind '|'" },
		{ "{{/* a}}", "a comment that does not end" },
		{ "{{((((((((((.a))))))))))}}", "too many parentheses" },
	};
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		str got;
		CHECK_FAILS(op, filled(op, row[i].in, &got), ERR_USAGE, row[i].why);
	}
	return 0;
}

static int inventory(struct op *op)
{
	struct sbom_format_choice c = {
		.template = S("{{range .packages}}{{.name}} {{.version}}\n{{end}}{{.os.id}}")
	};
	struct inventory inv;
	struct buf b;
	str text;

	TRY(given(op, &inv));
	CHECK(sbom_format_parse(op, S("template"), &c) == 0);
	buf_init(&b, op, 1 << 20);
	TRY(sbom_write(op, &inv, &c, sink_buf, &b));
	TRY(buf_take(&b, &text));
	CHECK_STR(text, S("busybox 1.36.1-r0\nredis 7.0.1\nopenjdk 17\nlibc6 2.36-9+deb12u4\nOuter "
			  "1.0\nZope_Interface 5.0\n"
			  "bash 1:5.1-6.el9\nnoversion \ndebian"));
	return 0;
}

TESTS({ "good", good }, { "bad", bad }, { "inventory", inventory })
