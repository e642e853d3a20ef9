#include <string.h>

#include "base/utf8.h"
#include "codec/json.h"
#include "codec/yaml.h"
#include "unit/report/fixture.h"
#include "report/html.h"
#include "report/kubernetes.h"
#include "report/markdown.h"
#include "report/outcome_json.h"
#include "report/tree.h"
#include "report/why.h"
#include "unit/harness.h"

enum { PAGE_MAX = 4 << 20, TAGS_MAX = 64 };

static const struct text_style plain = { .utf8 = true, .width = 100 };
static const struct text_style ascii = { .width = 60, .verbose = true };

static int page(struct op *op, void (*fixture)(struct outcome *), str *ret)
{
	struct outcome o;
	struct buf b;

	fixture(&o);
	buf_init(&b, op, PAGE_MAX);
	html_write(&b, &o);
	return buf_take(&b, ret);
}

static int tree(struct op *op, void (*fixture)(struct outcome *), const struct text_style *style, str *ret)
{
	struct outcome o;
	struct buf b;

	fixture(&o);
	buf_init(&b, op, PAGE_MAX);
	tree_write(&b, &o, style);
	return buf_take(&b, ret);
}

static ptrdiff_t count(str s, str what)
{
	ptrdiff_t n = 0;

	for (ptrdiff_t at = str_find_str(s, what); at >= 0; at = str_find_str(s, what)) {
		n++;
		s = str_from(s, at + what.len);
	}
	return n;
}

/* A byte that moves a terminal's cursor or ends a line early. */
static bool has_control(str s)
{
	for (ptrdiff_t i = 0; i < s.len; i++)
		if ((unsigned char)s.p[i] < 0x20 && s.p[i] != '\n')
			return true;
	return false;
}

static bool is_void(str tag)
{
	return str_eq(tag, S("meta")) || str_eq(tag, S("!doctype"));
}

/* Do the tags of a page nest? Texts cannot hold '<', so every '<' begins one. */
static bool nests(str s)
{
	str open[TAGS_MAX];
	int n = 0;

	for (ptrdiff_t at = str_find(s, '<'); at >= 0; at = str_find(s, '<')) {
		s = str_from(s, at + 1);
		ptrdiff_t end = str_find(s, '>');
		if (end < 0)
			return false;
		str tag = str_head(s, end), word = tag;
		word = str_word(&word);
		if (word.len && word.p[0] == '/') {
			if (n == 0 || !str_eq(open[--n], str_from(word, 1)))
				return false;
		} else if (!is_void(word)) {
			if (n == TAGS_MAX)
				return false;
			open[n++] = word;
		}
		s = str_from(s, end + 1);
		if (str_eq(word, S("script")) || str_eq(word, S("style"))) {
			ptrdiff_t close = str_find_str(s, S("</"));
			s = str_from(s, close);
		}
	}
	return n == 0;
}

static int page_is_whole(struct op *op)
{
	str got, again;

	TRY(page(op, fixture_nginx, &got));
	TRY(page(op, fixture_nginx, &again));
	CHECK(str_eq(got, again));
	CHECK(nests(got) && utf8_valid(got));
	static const char *const want[] = {
		"<title>nginx: what is in this image and why</title>", "recipe → nginx-light → <b>libssl3t64 (&gt;= 3.5.0)</b>",
		"6.5 MiB", "CVE-2025-9230", "effects/nginx.yaml:38", "no OCI runtime starts here", "1 test skipped",
		"temper rebuild --verify nginx:latest", "id=\"proof\"", "2025-11-21T18:03:10Z", "5E04A1E3223A19A20706E20F9904613D4CCE68C6", "3 more in earlier versions", "prefers-color-scheme:dark",
		"@media print",
	};
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		CHECK(str_find_str(got, str_of(want[i])) >= 0);
	/* No request leaves it. */
	CHECK(count(got, S("http:")) == 0 && count(got, S("https:")) == 0 && count(got, S("url(")) == 0);
	CHECK(count(got, S("src=")) == 0 && count(got, S("@import")) == 0);
	return 0;
}

static int page_escapes(struct op *op)
{
	str got;

	TRY(page(op, fixture_hostile, &got));
	CHECK(nests(got) && utf8_valid(got) && !has_control(got));
	CHECK(count(got, S("<script")) == 1 && count(got, S("alert(1)")) > 20);
	CHECK(count(got, S("\"onload")) == 0 && count(got, S("onload='")) == 0);
	CHECK(count(got, S("\xe2\x80\xae")) == 0);
	return 0;
}

static int tree_is_short(struct op *op)
{
	str got, all;

	TRY(tree(op, fixture_nginx, &plain, &got));
	CHECK(count(got, S("\n")) <= 32 && !has_control(got));
	CHECK(str_find_str(got, S("├─ ✔ locked     images/nginx.lock.json\n├─ ✔ resolved   10 packages of debian/trixie\n"
				  "│    trixie            13.2        2025-11-15 09:12    5 packages  key F8D2585B8783D481\n"
				  "│    trixie-security   13          2025-11-21 18:03    4 packages  key 9904613D4CCE68C6\n")) >= 0);
	CHECK(str_find_str(got, S("├─ ✔ written    nginx:latest in the store, report.html\n")) >= 0);
	CHECK(str_find_str(got, S("\nnext:\n  temper build --why usr/sbin/nginx images/nginx.yaml  # why it is there\n"
				  "  temper rebuild --store here --verify nginx:latest    # is it the same?\n")) >= 0);
	CHECK(str_starts(got, S("nginx  linux/amd64  Web server")));
	CHECK(str_find_str(got, S("├─ ✔ proven     all 8 checks hold, without running anything\n")) >= 0);
	CHECK(str_find_str(got, S("├─ – tested     3 passed, 0 failed, 1 skipped\n")) >= 0);
	CHECK(str_find_str(got, S("│    skipped: no OCI runtime starts here")) >= 0);
	CHECK(str_find_str(got, S("6.5 MiB in 7 layers (3 new)")) >= 0);
	TRY(tree(op, fixture_nginx, &ascii, &all));
	CHECK(count(all, S("\n")) > count(got, S("\n")));
	for (ptrdiff_t i = 0; i < all.len; i++)
		CHECK((unsigned char)all.p[i] < 0x80);
	CHECK(str_find_str(all, S("recipe -> nginx-light -> libcrypt1")) >= 0);
	return 0;
}

static int tree_escapes(struct op *op)
{
	str got;

	TRY(tree(op, fixture_hostile, &plain, &got));
	CHECK(!has_control(got) && utf8_valid(got) && count(got, S("\xe2\x80\xae")) == 0);
	CHECK(str_find_str(got, S("✘ proven     1 of 1 checks do not hold")) >= 0);
	CHECK(str_find_str(got, S("✘ tested     0 passed, 1 failed")) >= 0);
	return 0;
}

static int json_reads_back(struct op *op)
{
	void (*const fixture[])(struct outcome *) = { fixture_nginx, fixture_hostile };

	for (int i = 0; i < 2; i++) {
		struct outcome o;
		struct buf b;
		struct doc doc;
		str text, got = S("");
		fixture[i](&o);
		buf_init(&b, op, PAGE_MAX);
		outcome_json_write(&b, &o);
		TRY(buf_take(&b, &text));
		TRY(json_parse(op, S("outcome"), text, &doc));
		CHECK(node_text(node_get(&doc.root, S("schema")), &got));
		CHECK_STR(got, S("temper-outcome/1"));
		const struct node *packages = node_get(&doc.root, S("packages"));
		CHECK(packages && packages->n == o.package_n);
		if (i > 0 || !packages || packages->n < 3)
			continue;
		const struct node *why = node_get(&packages->child[2], S("why"));
		CHECK(why && why->n == 3 && node_text(&why->child[1], &got));
		CHECK_STR(got, S("nginx-light"));
		const struct node *cves = node_get(&packages->child[2], S("cves"));
		CHECK(cves && cves->n == 1 && node_text(node_get(&cves->child[0], S("id")), &got));
		CHECK_STR(got, S("CVE-2025-8058"));
	}
	return 0;
}

static int why_answers(struct op *op)
{
	static const struct {
		const char *what, *want;
	} row[] = {
		{ "libc6", "needed by    libcrypt1, libpcre2-8-0, libssl3t64, nginx-light, zlib1g\n" },
		{ "libc6", "cut          libc6 -> libc-l10n: translations are dropped (effects/libc6.yaml:3)\n" },
		{ "/usr/sbin/nginx", "package      nginx-light 1.26.3-3+deb13u1\n" },
		{ "usr/sbin/nginx", "because      recipe -> nginx-light\n" },
		{ "./etc/", "/etc directory, mode 0755, owner 0:0\n" },
		{ "etc/nginx/nginx.conf", "because      recipe images/nginx.yaml:14\n" },
		{ "usr/share/zoneinfo/localtime", "leads to     /etc/localtime\n" },
	};
	struct outcome o;

	fixture_nginx(&o);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct buf b;
		str got;
		buf_init(&b, op, PAGE_MAX);
		TRY(why_write(op, &b, &o, str_of(row[i].what), &plain));
		TRY(buf_take(&b, &got));
		if (str_find_str(got, str_of(row[i].want)) < 0)
			CHECK_STR(got, str_of(row[i].want));
	}
	static const struct {
		const char *what, *want;
	} absent[] = {
		{ "debconf", "cut          nginx-common -> debconf (>= 0.5) | debconf-2.0: asked only by its postinst\n"
			     "               (effects/nginx.yaml:10)\n" },
		{ "/usr/share/doc/nginx/copyright", "usr/share/doc/** drops what lies there (effects/drop.yaml)\n" },
		{ "etc/nginx/sites-enabled/default", "etc/nginx/sites-*/** drops what lies there (the recipe)\n" },
		{ "/var/log/nginx/access.log", "left out     nginx-common's installation would make it: logs go to standard output\n"
					       "               (effects/nginx-common.yaml:20)\n" },
		{ "var/lib/ucf", "an installation would make it: state of the packaging tools" },
		{ "var/lib/ucf/hashfile", "an installation would make it: state of the packaging tools" },
	};
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
		struct buf b;
		str got;
		buf_init(&b, op, PAGE_MAX);
		int rc = why_write(op, &b, &o, str_of(absent[i].what), &plain);
		TRY(rc < 0 ? rc : buf_take(&b, &got));
		CHECK(rc == 1 && str_find_str(got, str_of(absent[i].want)) >= 0);
	}
	struct buf b;
	buf_init(&b, op, PAGE_MAX);
	CHECK_FAILS(op, why_write(op, &b, &o, S("ngnix-light"), &plain), ERR_NO, "did you mean nginx-light?");
	CHECK_FAILS(op, why_write(op, &b, &o, S("usr/bin/sh"), &plain), ERR_NO, "neither a path nor a package");
	CHECK_FAILS(op, why_write(op, &b, &o, S(""), &plain), ERR_NO, "neither");
	return 0;
}

static int write_all(struct op *op, void (*fixture)(struct outcome *), void (*write)(struct buf *, const struct outcome *), str *ret)
{
	struct outcome o;
	struct buf b;

	fixture(&o);
	buf_init(&b, op, PAGE_MAX);
	write(&b, &o);
	return buf_take(&b, ret);
}

static int markdown_is_whole(struct op *op)
{
	static const char *const want[] = {
		"# nginx\n\nWeb server", "| command | `-g 'daemon off;'` |\n", "--tmpfs /tmp --tmpfs /run -v nginx-www:/var/www -p 8080:8080 -p 8443:8443/udp \\\n    nginx\n",
		"Own pages go over `/var/www`.\n", "kind: StatefulSet\n", "| libc6 | 2.41-12+deb13u1 | LGPL-2.1-or-later AND BSD-3-Clause | recipe -> ",
	};
	str got;

	TRY(write_all(op, fixture_nginx, markdown_write, &got));
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		CHECK(str_find_str(got, str_of(want[i])) >= 0);
	TRY(write_all(op, fixture_hostile, markdown_write, &got));
	CHECK(!has_control(got) && utf8_valid(got) && count(got, S("\xe2\x80\xae")) == 0);
	/* Raw only inside code, where it is text; tags in tables are escaped. */
	CHECK(count(got, S("| <")) == 0 && count(got, S("\\<script>")) > 5);
	return 0;
}

static int kubernetes_is_yaml(struct op *op)
{
	void (*const fixture[])(struct outcome *) = { fixture_nginx, fixture_hostile };
	str got;

	for (int i = 0; i < 2; i++) {
		struct doc doc;
		TRY(write_all(op, fixture[i], kubernetes_write, &got));
		ptrdiff_t cut_at = str_find_str(got, S("---\n"));
		CHECK(cut_at > 0 && !has_control(got));
		TRY(yaml_parse(op, S("workload"), str_head(got, cut_at), &doc));
		const struct node *spec = node_get(node_get(node_get(&doc.root, S("spec")), S("template")), S("spec"));
		const struct node *list = node_get(spec, S("containers")), *mounts = list ? node_get(&list->child[0], S("volumeMounts")) : NULL;
		CHECK(list && list->n == 1 && node_get(&list->child[0], S("securityContext"))->n == 3);
		CHECK(mounts && mounts->n == 3);
		TRY(yaml_parse(op, S("service"), str_from(got, cut_at + 4), &doc));
		CHECK(node_get(node_get(&doc.root, S("spec")), S("ports"))->n == (i ? 1 : 2));
	}
	return 0;
}

TESTS({ "markdown is whole", markdown_is_whole }, { "kubernetes is YAML", kubernetes_is_yaml }, { "page is whole", page_is_whole }, { "page escapes", page_escapes }, { "tree is short", tree_is_short },
      { "tree escapes", tree_escapes }, { "json reads back", json_reads_back }, { "why answers", why_answers })
