#include "distro/effects.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/glob.h"
#include "distro/effects_files.h"
#include "distro/effects_read.h"
#include "sys/file.h"

#include "../harness.h"

/* Every file of effects/ is compiled in, can be read, and is about the package it is named for. */
static int ships_whole(struct op *op)
{
	str *name, text, path;
	ptrdiff_t n;
	AUTO_FD dir = -1;

	TRY(op_text(op, &path, "%s/effects", getenv("TEMPER_SOURCE")));
	TRY(dir_open(op, AT_FDCWD, path, false, &dir));
	TRY(dir_list(op, dir, path, &name, &n));
	int found = 0;
	for (ptrdiff_t i = 0; i < n; i++) {
		if (!str_ends(name[i], S(".yaml")))
			continue;
		CHECK(found < effects_files_n &&
		      str_eq(name[i], str_of(effects_files[found].name)));
		TRY(file_read(op, dir, name[i], 1 << 20, &text));
		CHECK(found < effects_files_n && str_eq(text, effects_files[found].text));
		found++;
		str package = str_head(name[i], name[i].len - 5);
		struct effects_file f;
		if (!str_eq(package, S("drop")) && !str_eq(package, S("rank")))
			TRY(effects_file_read(op, name[i], text,
					      str_eq(package, S("common")) ? S("*") : package, &f));
	}
	CHECK(found == effects_files_n && found > 30);
	return 0;
}

#define P "package: demo\n"
#define HASH "sha256:1111111111111111111111111111111111111111111111111111111111111111"
static const struct {
	const char *text, *why;
} bad[] = {
	{ "", "" },
	{ "package: other\n", "read for package demo" },
	{ P "efects: []\n", "did you mean 'effects'" },
	{ P "effects: {}\n", "list of effects" },
	{ P "scripts:\n  - postinst: [" HASH "]\n    since: 1_2\n    why: x\n", "is no version" },
	{ P "effects:\n  - dir: {path: x}\n", "unknown effect 'dir'" },
	{ P "effects:\n  - directroy: {path: x}\n", "did you mean 'directory'" },
	{ P "effects:\n  - directory: {}\n", "path" },
	{ P "effects:\n  - directory: {path: ../x}\n", "bad path" },
	{ P "effects:\n  - directory: {path: /}\n", "bad path" },
	{ P "effects:\n  - directory: {path: x, mode: \"2755\"}\n", "setuid and setgid" },
	{ P "effects:\n  - link: {path: etc/x/*.conf, to: /y}\n", "can only stand for a directory" },
	{ P "effects:\n  - remove: {path: x, to: y}\n", "'to'" },
	{ P "effects:\n  - mode: {path: usr/bin/x, mode: \"04755\"}\n", "setuid and setgid" },
	{ P "effects:\n  - file: {path: k, text: \"-----BEGIN RSA "
	    "PRIVATE KEY-----\\nx\"}\n",
	  "private key" },
	{ P "effects:\n  - user: {name: x, uid: 4294967296}\n", "out of range" },
	{ P "effects:\n  - ca-bundle: false\n", "can only be true" },
	{ P "effects:\n  - alternative: {path: a, name: b, to: /c, priority: high}\n",
	  "bad priority" },
	{ P "effects:\n  - link: {path: a, to: b}\n    file: {path: a}\n", "an effect is one of" },
	{ P "scripts:\n  - postinst: [" HASH "]\n", "why" },
	{ P "scripts:\n  - postinst: [sha256:12]\n    why: x\n", "is no sha256" },
	{ P "scripts:\n  - why: x\n", "either preinst or postinst" },
	{ P "scripts:\n  - postinst: [" HASH "]\n    preinst: [" HASH "]\n    why: x\n",
	  "either preinst or postinst" },
	{ P "cut:\n  - depends: x\n", "why" },
	{ P "cut: x\n", "list of mappings" },
	{ P "absent: x\n", "list of mappings" },
	{ P "absent:\n  - path: x\n", "why" },
	{ P "absent:\n  - why: x\n", "path" },
	{ P "absent:\n  - {paht: x, why: x}\n", "did you mean 'path'" },
	{ P "absent:\n  - {path: '**/*', why: x}\n", "bad path \"**/*\"" },
	{ P "absent:\n  - {path: [x, ../y], why: x}\n", "bad path \"../y\"" },
	{ P "absent:\n  - {path: 'lib/*.c', why: x}\neffects:\n  - file: {path: lib/x.c}\n",
	  "usr/lib/*.c is absent, but x.yaml:5 makes usr/lib/x.c" },
};

static int refuses_bad(struct op *op)
{
	struct effects_file f;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_FAILS(op,
			    effects_file_read(op, S("x.yaml"), exact(str_of(bad[i].text)),
					      S("demo"), &f),
			    ERR_USAGE, bad[i].why);
	CHECK_FAILS(op, effects_file_read(op, S("x"), S("package: '*'\neffects: []\n"), S("*"), &f),
		    ERR_USAGE, "common");
	return 0;
}

static bool cuts(const struct effect_cut *cut, ptrdiff_t n, str depends)
{
	for (ptrdiff_t i = 0; i < n; i++)
		if (str_eq(cut[i].depends, depends) && !cut[i].added && cut[i].why.len &&
		    cut[i].origin.len)
			return true;
	return false;
}

/* The user's file is read before ours; what is common to all is behind both. */
static int absent(struct op *op)
{
	const char *dir = test_dir(NULL);
	struct effects *e;
	struct effect_absent *a;
	ptrdiff_t n;
	str path, common;

	TRY(op_text(op, &path, "%s/demo.yaml", dir));
	TRY(op_text(op, &common, "%s/common.yaml", dir));
	TRY(file_replace(op, AT_FDCWD, path,
			 S(P "absent:\n  - path: [lib/x/**, /y]\n    why: made at run time\n"
			     "effects:\n  - divert: {path: y, to: z}\n"),
			 0644));
	TRY(file_replace(op, AT_FDCWD, common,
			 S("package: '*'\nabsent:\n  - {path: var/lib/tools/**, why: state}\n"),
			 0644));
	TRY(effects_open(op, str_of(dir), &e));
	TRY(effects_absent(op, e, S("demo"), &a, &n));
	CHECK(n >= 3);
	CHECK_STR(a[0].path, S("usr/lib/x/**"));
	CHECK_STR(a[0].package, S("demo"));
	CHECK_STR(a[0].why, S("made at run time"));
	CHECK(str_ends(a[0].origin, S("demo.yaml:3")));
	CHECK_STR(a[1].path, S("y"));
	CHECK_STR(a[2].path, S("var/lib/tools/**"));
	CHECK_STR(a[2].package, S("*"));
	TRY(effects_absent(op, e, S("no-such-package"), &a, &n));
	CHECK(n >= 1 && str_eq(a[0].path, S("var/lib/tools/**")));
	return 0;
}

static int cuts_and_ranks(struct op *op)
{
	struct effects *e;
	struct effect_cut *cut;
	struct texts drop, keep;
	ptrdiff_t n;
	int low, high;

	TRY(effects_open(op, S(""), &e));
	TRY(effects_cuts(op, e, S("nginx"), &cut, &n));
	CHECK(n > 2 && str_eq(cut[0].depends, S("iproute2")) && str_eq(cut[0].package, S("nginx")));
	CHECK(cuts(cut, n, S("debconf-2.0")) && cuts(cut, n, S("adduser")));
	CHECK(!cuts(cut, n, S("libc6")) && !cuts(cut, n, S("openssl")));
	TRY(effects_cuts(op, e, S("ca-certificates"), &cut, &n));
	CHECK(cuts(cut, n, S("openssl")));
	TRY(effects_cuts(op, e, S("no such/../package"), &cut, &n));
	CHECK(cuts(cut, n, S("debconf")) && !cuts(cut, n, S("openssl")));
	TRY(effects_rank(op, e, S("base-files"), &low));
	TRY(effects_rank(op, e, S("nginx"), &high));
	CHECK(low < high && high <= 99);
	TRY(effects_rank(op, e, S("no-such-package"), &high));
	CHECK(high == 50);
	effects_drops(e, &drop, &keep);
	CHECK(drop.n > 10 && keep.n > 2);
	TRY(effects_cuts(op, e, S("nginx"), &cut, &n));
	for (int turn = 0; turn < 2; turn++) { /* what was learnt is what was read */
		struct effect_cut *again;
		ptrdiff_t again_n;
		TRY(effects_learn(op, e, S("nginx")));
		TRY(effects_learn(op, e, S("no-such-package")));
		TRY(effects_cuts(op, e, S("nginx"), &again, &again_n));
		CHECK(again_n == n);
		for (ptrdiff_t i = 0; i < n && i < again_n; i++)
			CHECK(str_eq(cut[i].depends, again[i].depends) &&
			      str_eq(cut[i].origin, again[i].origin));
	}
	return 0;
}

#define POSTINST                                                                       \
	"#!/bin/sh\nset -e\n# Automatically added by dh_installsysusers/13\nx\n# End " \
	"automatically added section\nmess\n"

/* A package by hand: one script, one sysusers.d file, one shipped directory. */
static void make(struct contents *c, str postinst)
{
	static struct contents_file file[] = { { S_INIT("usr/lib/sysusers.d/demo.conf"),
						 S_INIT("u demo 77\n") },
					       { S_INIT("usr/lib/tmpfiles.d/demo.conf"),
						 S_INIT("d /run/demo\nz /etc/demo* 0600\n") } };
	static struct entry entry[] = { { .path = S_INIT("etc/demo.conf"), .type = ENTRY_FILE } };

	*c = (struct contents){ .name = S("demo"),
				.version = S("1-2"),
				.file = file,
				.file_n = 2,
				.entry = entry,
				.n = 1 };
	c->script[SCRIPT_POSTINST].text = postinst;
	c->script[SCRIPT_POSTINST].sha256 = digest_of(postinst);
}

static int answers(struct op *op)
{
	const char *dir = test_dir(NULL);
	struct effects *e;
	struct contents c;
	struct effects_answer a, b;
	char hash[DIGEST_TEXT];
	str left, path, text;

	TRY(effects_open(op, str_of(dir), &e));
	make(&c, S(""));
	TRY(effects_answer(op, e, &c, &a, &left));
	CHECK_STR(a.by, S("no scripts"));
	CHECK(a.n == 0);
	make(&c, S("#!/bin/sh\nexit 0\n"));
	TRY(effects_answer(op, e, &c, &b, &left));
	CHECK_STR(b.by, S("nothing on a fresh installation"));
	CHECK(digest_eq(&a.digest, &b.digest));
	make(&c, str_of(POSTINST));
	CHECK_FAILS(op, effects_answer(op, e, &c, &a, &left), ERR_NO,
		    "demo 1-2: its postinst sha256:");
	CHECK(str_find_str(left, S("    mess\n")) >= 0 &&
	      str_find_str(left, S("package: demo\nscripts:\n  - postinst: [sha256:")) > 0);

	TRY(op_text(op, &path, "%s/demo.yaml", dir));
	TRY(op_text(op, &text,
		    P "scripts:\n  - postinst: [%s]\n    why: x\n    effects:\n      - tmpfiles: "
		      "true\n      - link: {path: /lib/y, to: z}\n",
		    digest_text(&c.script[SCRIPT_POSTINST].sha256, hash)));
	TRY(file_replace(op, AT_FDCWD, path, text, 0644));
	TRY(effects_answer(op, e, &c, &a, &left));
	CHECK_STR(a.by, path);
	CHECK(a.n == 5 && !digest_eq(&a.digest, &b.digest));
	if (a.n == 5) {
		CHECK(a.effect[0].kind == EFFECT_GROUP && a.effect[1].kind == EFFECT_USER &&
		      a.effect[1].id == 77);
		CHECK(a.effect[2].kind == EFFECT_DIRECTORY && a.effect[3].kind == EFFECT_MODE &&
		      a.effect[3].mode == 0600);
		CHECK_STR(a.effect[3].path, S("etc/demo.conf"));
		CHECK_STR(a.effect[4].path, S("usr/lib/y"));
		CHECK_STR(a.effect[4].package, S("demo"));
		CHECK(str_ends(a.effect[4].origin, S("demo.yaml:7")));
	}
	/* The code alone: sections and the package's own version may change. */
	struct digest code = digest_of(S("set -e\necho @VERSION@\nmess\n"));
	char hex[DIGEST_HEX];
	TRY(op_text(op, &text, P "scripts:\n  - postinst: [\"code:%s\"]\n    why: x\n",
		    digest_hex(&code, hex)));
	TRY(file_replace(op, AT_FDCWD, path, text, 0644));
	make(&c, S("#!/bin/sh\nset -e\necho 1-2\n# Automatically added by dh_icons/9\n# End "
		   "automatically added section\nmess\n"));
	TRY(effects_answer(op, e, &c, &a, &left));
	/* A script that reads its package's data does another thing in another version. */
	TRY(op_text(op, &text,
		    P "scripts:\n  - postinst: [\"code:%s\"]\n    since: 1-3\n    why: x\n"
		      "    effects:\n      - link: {path: new, to: z}\n"
		      "  - postinst: [\"code:%s\"]\n    since: 1-1\n    why: x\n"
		      "    effects:\n      - link: {path: old, to: z}\n",
		    hex, hex));
	TRY(file_replace(op, AT_FDCWD, path, text, 0644));
	TRY(effects_answer(op, e, &c, &a, &left));
	CHECK(a.n == 1 && str_eq(a.effect[0].path, S("old")));
	make(&c, S("#!/bin/sh\nset -e\necho 1-3\nmess\n"));
	CHECK_FAILS(op, effects_answer(op, e, &c, &a, &left), ERR_NO, "not answered");
	CHECK(str_find_str(left, S("answers for other versions")) > 0);
	return 0;
}

TESTS({ "what is shipped", ships_whole, .once = true }, { "bad files", refuses_bad, .once = true },
      { "cuts, ranks, drops", cuts_and_ranks, .once = true },
      { "what is absent", absent, .once = true }, { "answers", answers, .once = true })
