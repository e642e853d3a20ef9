#include <stdio.h>

#include "base/buf.h"
#include "codec/deb822.h"
#include "codec/stream.h"
#include "distro/repo_parts.h"
#include "unit/harness.h"

#define CLOSED { .dir = -1, .blobs = -1, .keys = -1, .tmp = -1, .use = -1 }
#define SHA "SHA256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n"
#define SHB "SHA256: 1f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n"
#define A(name, version) "Package: " name "\nVersion: " version "\nArchitecture: amd64\nFilename: pool/" name ".deb\nSize: 10\n"

static int build(struct op *op, struct store *s, str text, struct digest *ret)
{
	struct repo_listed plain = { S("main/binary-amd64/Packages"), (uint64_t)text.len, digest_of(text) };
	AUTO_STREAM *in = NULL;

	TRY(stream_open_bytes(op, text, S("Packages"), 64 << 20, &in));
	*ret = plain.sha256;
	return repo_index_build(op, s, in, &plain, S("amd64"));
}

static int names(struct op *op, void *arg, str name)
{
	struct buf *b = arg;

	(void)op;
	buf_add(b, name);
	buf_char(b, ' ');
	return b->bad ? op->code : 0;
}

struct seen_packages {
	struct op *op;
	struct buf b;
};

static int see(struct op *op, void *arg, const struct repo_package *p)
{
	struct seen_packages *s = arg;

	buf_fmt(&s->b, "%.*s=%.*s/%.*s ", STR_ARG(p->name), STR_ARG(p->version), STR_ARG(p->source));
	return s->b.bad ? op_adopt_error(op, s->op) : 0;
}

static int finds(struct op *op)
{
	static const char text[] =
		A("zeta", "1") SHA "\n"
		"Package: nginx\nSource: web (2:1.0-1)\nVersion: 1.0-1+b1\nArchitecture: amd64\nEssential: yes\n"
		"Multi-Arch: foreign\nPriority: optional\nSection: httpd\nInstalled-Size: 77\nDepends: libc6 (>= 2.3),\n zlib1g\n"
		"Provides: httpd, httpd-cgi (= 1), httpd\nDescription: small web server\n with more text\n"
		"Filename: pool/main/n/nginx/nginx_1.0-1+b1_amd64.deb\nSize: 123\n" SHA "\n"
		A("nginx", "1.0~rc1") SHB "\n" A("nginx", "1.10") SHA "\n" A("nginx", "1.10") SHA "\n";
	AUTO_STORE s = CLOSED;
	struct repo_packages list = { 0 };
	struct repo_index *x = NULL;
	struct digest d;
	struct buf seen;

	TRY(store_open(op, str_of(test_dir(NULL)), &s));
	TRY(build(op, &s, exact(str_of(text)), &d));
	int rc = repo_index_open(op, &s, &d, S("arm64"), &x);
	TRY(rc);
	CHECK(rc == 1);
	TRY(repo_index_open(op, &s, &d, S("amd64"), &x));
	rc = repo_index_find(op, x, S("nginx"), REPO_INDEX_REAL, &list);
	if (rc == 0)
		rc = repo_index_find(op, x, S("httpd"), REPO_INDEX_PROVIDED, &list);
	if (rc == 0)
		rc = repo_index_find(op, x, S("httpd"), REPO_INDEX_REAL, &list);
	if (rc == 0)
		rc = repo_index_find(op, x, S("nginx-extras"), REPO_INDEX_REAL, &list);
	buf_init(&seen, op, 1000);
	if (rc == 0)
		rc = repo_index_names(op, x, names, &seen);
	struct seen_packages all = { .op = op };
	AUTO_OP turn;
	op_init(&turn, 0);
	turn.fault = op->fault;
	buf_init(&all.b, op, 1000);
	if (rc == 0 && (rc = repo_index_each(&turn, x, see, &all)) < 0)
		rc = op_adopt_error(op, &turn);
	repo_index_close(&x);
	TRY(rc);
	CHECK_STR(buf_view(&all.b), S("nginx=1.10/nginx nginx=1.0-1+b1/web nginx=1.0~rc1/nginx zeta=1/zeta "));
	CHECK(list.n == 4);
	if (list.n != 4)
		return 0;
	CHECK_STR(list.p[0].version, S("1.10"));
	CHECK_STR(list.p[2].version, S("1.0~rc1"));
	const struct repo_package *p = &list.p[1];
	CHECK_STR(p->version, S("1.0-1+b1"));
	CHECK_STR(p->source, S("web"));
	CHECK_STR(p->source_version, S("2:1.0-1"));
	CHECK_STR(p->depends, S("libc6 (>= 2.3),\n zlib1g"));
	CHECK_STR(p->description, S("small web server"));
	CHECK_STR(p->path, S("pool/main/n/nginx/nginx_1.0-1+b1_amd64.deb"));
	CHECK_STR(p->multi_arch, S("foreign"));
	CHECK(p->size == 123 && p->installed_kib == 77 && p->essential && p->sha256.b[0] == 0x9f);
	CHECK_STR(list.p[3].name, S("nginx"));
	CHECK_STR(buf_view(&seen), S("nginx nginx nginx zeta "));
	return 0;
}

static int finds_among_many(struct op *op)
{
	AUTO_STORE s = CLOSED;
	struct repo_index *x = NULL;
	struct digest d;
	struct buf b;
	str text;

	TRY(store_open(op, str_of(test_dir(NULL)), &s));
	buf_init(&b, op, 64 << 20);
	for (int i = 0; i < 20000; i++)
		buf_fmt(&b, "Package: p%05d\nVersion: 1\nArchitecture: all\nProvides: virtual, v%d\n"
			"Filename: pool/p%05d.deb\nSize: 1\n" SHA "\n", i * 7919 % 20000, i % 100, i);
	TRY(buf_take(&b, &text));
	TRY(build(op, &s, text, &d));
	TRY(repo_index_open(op, &s, &d, S("amd64"), &x));
	for (int i = 0; i < 20000; i += 37) {
		struct repo_packages list = { 0 };
		char name[16];
		(void)snprintf(name, sizeof(name), "p%05d", i);
		TRY(repo_index_find(op, x, str_of(name), REPO_INDEX_REAL, &list));
		CHECK(list.n == 1 && str_eq(list.p[0].name, str_of(name)));
	}
	struct repo_packages all = { 0 }, some = { 0 };
	TRY(repo_index_find(op, x, S("virtual"), REPO_INDEX_PROVIDED, &all));
	TRY(repo_index_find(op, x, S("v42"), REPO_INDEX_PROVIDED, &some));
	CHECK(all.n == 20000 && some.n == 200);
	repo_index_close(&x);
	return 0;
}

static const struct {
	const char *text;
	int code;
	const char *says;
} hostile[] = {
	{ "", 0, "" },
	{ "\n\n# nothing\n", 0, "" },
	{ A("a1", "1") SHA, 0, "" },
	{ A("a1", "1") SHA "\n" A("a1", "1") SHA, 0, "" },
	{ A("a1", "1") SHA "\n" A("a1", "1") SHB, ERR_FORMAT, "a1 1 is listed twice and differently" },
	{ A("a1", "1"), ERR_FORMAT, "SHA256 is missing" },
	{ A("a1", "1") "SHA256: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a\n", ERR_FORMAT, "SHA256" },
	{ A("a1", "1") "SHA256: zz\n", ERR_FORMAT, "SHA256" },
	{ A("a b", "1") SHA, ERR_FORMAT, "Package" },
	{ A("../a", "1") SHA, ERR_FORMAT, "Package" },
	{ A("a1", "one two") SHA, ERR_FORMAT, "Version" },
	{ "Version: 1\n" SHA, ERR_FORMAT, "Package is missing" },
	{ "Package: aa\nArchitecture: all\n" SHA, ERR_FORMAT, "Version is missing" },
	{ "Package: aa\nVersion: 1\nArchitecture: i386\n" SHA, ERR_FORMAT, "Architecture" },
	{ "Package: aa\nVersion: 1\nArchitecture: all\nSize: 1\n" SHA, ERR_FORMAT, "Filename is missing" },
#define F(path) "Package: aa\nVersion: 1\nArchitecture: all\nSize: 1\nFilename: " path "\n" SHA
	{ F("pool/../../etc/passwd.deb"), ERR_FORMAT, "Filename" },
	{ F("/etc/a.deb"), ERR_FORMAT, "Filename" },
	{ F("pool//a.deb"), ERR_FORMAT, "Filename" },
	{ F("pool/.hidden.deb"), ERR_FORMAT, "Filename" },
	{ F("pool/%2e%2e/a.deb"), ERR_FORMAT, "Filename" },
	{ F("pool/a.deb?x"), ERR_FORMAT, "Filename" },
	{ F("pool/a b.deb"), ERR_FORMAT, "Filename" },
	{ F("http://other/a.deb"), ERR_FORMAT, "Filename" },
	{ F("pool/a.tar"), ERR_FORMAT, "Filename" },
#define Z(size) "Package: aa\nVersion: 1\nArchitecture: all\nFilename: pool/a.deb\nSize: " size "\n" SHA
	{ Z("0"), ERR_FORMAT, "Size" },
	{ Z("-1"), ERR_FORMAT, "Size" },
	{ Z("99999999999"), ERR_FORMAT, "Size" },
	{ Z("18446744073709551617"), ERR_FORMAT, "Size" },
	{ "Package: aa\nPackage: aa\n", ERR_FORMAT, "twice" },
	{ "no colon\n", ERR_FORMAT, "colon" },
	{ A("a1", "1") SHA "Provides: (= 1)\n", ERR_FORMAT, "a1" },
	{ A("a1", "1") SHA "Source: a/b\n", ERR_FORMAT, "Source" },
};

static int refuses(struct op *op)
{
	AUTO_STORE s = CLOSED;
	struct digest d;

	TRY(store_open(op, str_of(test_dir(NULL)), &s));
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		str text = exact(str_of(hostile[i].text));
		if (hostile[i].code)
			CHECK_FAILS(op, build(op, &s, text, &d), hostile[i].code, hostile[i].says);
		else
			TRY(build(op, &s, text, &d));
	}
	struct repo_listed plain = { S("Packages"), 3, digest_of(S("abc")) };
	AUTO_STREAM *in = NULL;
	TRY(stream_open_bytes(op, S(A("aa", "1") SHA), S("Packages"), 1000, &in));
	CHECK_FAILS(op, repo_index_build(op, &s, in, &plain, S("amd64")), ERR_VERIFY, "signed Release");
	return 0;
}

/* Each byte of the index changed: an error or an answer, never more, and none may be kept for good. */
static int survives_damage(struct op *op)
{
	static const char text[] = A("aa", "1") SHA "Provides: cc, dd\n\n" A("bb", "1") SHA;
	AUTO_STORE s = CLOSED;
	struct digest d, key, blob;
	char hex[DIGEST_HEX];
	str record, whole;

	TRY(store_open(op, str_of(test_dir(NULL)), &s));
	TRY(build(op, &s, str_of(text), &d));
	TRY(repo_index_key(op, &d, S("amd64"), &key));
	TRY(store_key_get(op, &s, "index", &key, 1000, &record));
	CHECK(digest_parse(str_trim(record), &blob));
	TRY(store_blob_read(op, &s, &blob, 1 << 20, &whole));
	for (ptrdiff_t i = 0; i <= whole.len; i++) {
		struct repo_index *x = NULL;
		struct repo_packages list = { 0 };
		str copy;
		TRY(op_copy(op, i < whole.len ? whole : str_head(whole, i / 2), &copy));
		if (i < whole.len)
			((char *)(uintptr_t)copy.p)[i] ^= (char)0x81;
		TRY(file_replace(op, s.blobs, str_of(digest_hex(&blob, hex)), copy, 0644));
		int rc = repo_index_open(op, &s, &d, S("amd64"), &x);
		if (rc == 0)
			rc = repo_index_find(op, x, S("bb"), REPO_INDEX_REAL, &list);
		if (rc == 0)
			rc = repo_index_find(op, x, S("dd"), REPO_INDEX_PROVIDED, &list);
		repo_index_close(&x);
		CHECK(rc == 0 || rc == ERR_VERIFY || rc == ERR_FORMAT);
		CHECK(rc == 0 || !store_blob_has(&s, &blob) || rc == ERR_FORMAT);
		op_forgive(op);
	}
	return 0;
}

TESTS({ "finds", finds }, { "finds among many", finds_among_many, .once = true }, { "refuses", refuses, .once = true },
      { "survives damage", survives_damage, .once = true })
