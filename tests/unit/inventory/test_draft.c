#include "../harness.h"
#include "base/buf.h"
#include "base/limits.h"
#include "inventory/draft.h"

static int keeps_copies(struct op *op)
{
	struct package_file file = { .path = S("x") };
	struct evidence seen = { .path = S("y") };
	struct package p = { .name = exact(S("n")), .file = &file, .file_n = 1 }, kept;

	p.evidence = &seen;
	p.evidence_n = 1;
	TRY(draft_need(op, &p, exact(S("need")), exact(S("1"))));
	TRY(draft_need(op, &p, S(""), S("1")));
	TRY(draft_hex(op, &p, exact(S("DA39A3EE5E6B4B0D3255BFEF95601890AFD80709"))));
	TRY(draft_keep(op, &p, &kept));
	CHECK_STR(kept.name, S("n"));
	CHECK(kept.name.p != p.name.p && !kept.file && !kept.file_n && !kept.evidence_n);
	CHECK(kept.needs.n == 1 && kept.needs.p != p.needs.p &&
	      str_eq(kept.needs.p[0], S("need@1")));
	CHECK(kept.checksum.n == 1 && str_eq(kept.checksum.p[0].key, S("sha1")));
	CHECK_STR(kept.checksum.p[0].value, S("da39a3ee5e6b4b0d3255bfef95601890afd80709"));
	return 0;
}

static int takes_what_is_a_digest(struct op *op)
{
	struct package p = { 0 };

	TRY(draft_integrity(
		op, &p,
		S("sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk= sha512-AAAA md5-1B2M2Y8AsgTpgAmY7PhCfg== x "
		  "sha1-AAAAAAAAAAAAAAAAAAAAAAAAAAA=")));
	CHECK(p.checksum.n == 1);
	TRY(draft_hex(op, &p, S("00112233445566778899aabbccddeef")));
	TRY(draft_hex(op, &p, S("00112233445566778899aabbccddeefg")));
	TRY(draft_hex(op, &p, S("")));
	CHECK(p.checksum.n == 1);
	TRY(draft_hex(op, &p, S("00112233445566778899aabbccddeeff")));
	CHECK(p.checksum.n == 2 && str_eq(p.checksum.p[0].key, S("md5")));
	return 0;
}

static int needs_have_names(struct op *op)
{
	struct package p = { 0 };
	struct buf b;
	str longest;

	buf_init(&b, op, 1 << 20);
	buf_repeat(&b, 'x', LIMIT_PATH + 1);
	TRY(buf_take(&b, &longest));
	TRY(draft_need(op, &p, longest, S("")));
	for (int i = 0; i < 100; i++)
		TRY(draft_need(op, &p, S("n"), S("")));
	CHECK(p.needs.n == 100 && str_eq(p.needs.p[99], S("n")));
	draft_path(&p, S("a/b/c"));
	CHECK_STR(p.ns, S("a/b"));
	CHECK_STR(p.name, S("c"));
	draft_path(&p, S("c"));
	CHECK(!p.ns.len);
	return 0;
}

TESTS({ "keeps copies", keeps_copies }, { "takes what is a digest", takes_what_is_a_digest },
      { "needs have names", needs_have_names })
