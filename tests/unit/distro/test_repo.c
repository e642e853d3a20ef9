/*
 * A small archive, signed on the spot with a key of the moment (gpg), read by file: and from a web
 * server that misbehaves. Without gpg or gpgv these cases say so and test nothing.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "codec/compress.h"
#include "codec/keyring.h"
#include "distro/repo_parts.h"
#include "sys/clock.h"
#include "sys/proc.h"
#include "unit/harness.h"
#include "unit/http_server.h"

enum { NOW = 1789500000 }; /* 2026-09-15T19:20:00Z */
#define DATE "Mon, 14 Sep 2026 10:00:00 UTC"
#define LATER "Tue, 15 Sep 2026 10:00:00 UTC"
#define EARLIER "Sun, 13 Sep 2026 10:00:00 UTC"

static const struct platform amd64 = { .name = "linux/amd64", .deb_arch = "amd64" };

/* An archive below the test's directory: gpg/, debian/, debian-security/, store/. */
struct archive {
	struct op *op;
	int dir;
	str path;
	str home;    /* of gpg: a new one each time, since an old one's agent may still be dying */
	str keyring, other_keyring;
	struct store store;
};
static void tear_down(struct archive *a);
#define AUTO_ARCHIVE __attribute__((cleanup(tear_down))) struct archive

/* One pocket to publish. Texts that are NULL take the usual value. */
struct pocket {
	const char *root, *suite, *codename, *date, *until, *key;
	str packages;
	bool by_hash, gzip;
};

static int run(struct archive *a, const char *const *argv, str input, str *ret)
{
	struct proc_result r;
	struct proc_spec spec = { .argv = argv, .input = input, .timeout_ms = 60000, .output_max = 8 << 20 };
	int rc = proc_run(a->op, &spec, &r);

	if (rc < 0)
		return rc;
	if (rc > 0 || r.status != 0)
		return op_fail(a->op, ERR_IO, "%s %s: %.*s", argv[0], argv[3], STR_ARG(r.err));
	*ret = r.out;
	return 0;
}

static int make_key(struct archive *a, const char *user, const char *ring, str *ret_ring)
{
	const char *const make[] = { "gpg", "--homedir", a->home.p, "--batch", "--quiet", "--pinentry-mode", "loopback",
				     "--passphrase", "", "--quick-gen-key", user, "ed25519", "sign", "never", NULL };
	const char *const export[] = { "gpg", "--homedir", a->home.p, "--export", user, NULL };
	str out;

	TRY(run(a, make, S(""), &out));
	TRY(run(a, export, S(""), &out));
	TRY(file_replace(a->op, a->dir, str_of(ring), out, 0644));
	return op_text(a->op, ret_ring, "%.*s/%s", STR_ARG(a->path), ring);
}

static int put(struct archive *a, const char *dir, const char *name, str bytes)
{
	AUTO_FD d = -1;

	TRY(dir_open(a->op, a->dir, str_of(dir), true, &d));
	return file_replace(a->op, d, str_of(name), bytes, 0644);
}

static int sign(struct archive *a, const char *user, str text, str *ret)
{
	const char *const argv[] = { "gpg", "--homedir", a->home.p, "--batch", "--quiet", "--local-user", user,
				     "--clearsign", "--output", "-", NULL };
	return run(a, argv, text, ret);
}

static int to_buf(struct op *op, void *to, str bytes)
{
	buf_add(to, bytes);
	return ((struct buf *)to)->bad ? op->code : 0;
}

static int gzip(struct op *op, str in, str *ret)
{
	AUTO_COMPRESS *c = NULL;
	struct buf b;

	buf_init(&b, op, 1 << 20);
	TRY(compress_open(op, COMPRESS_GZIP, to_buf, &b, &c));
	TRY(compress_add(op, c, in));
	TRY(compress_end(op, c));
	return buf_take(&b, ret);
}

static int release_text(struct archive *a, const struct pocket *p, str packed, const char *name, str *ret)
{
	char plain_hex[DIGEST_HEX], packed_hex[DIGEST_HEX];
	struct digest plain = digest_of(p->packages), pd = digest_of(packed);
	struct buf b;

	buf_init(&b, a->op, 1 << 20);
	buf_fmt(&b, "Origin: Debian\nLabel: Debian\nSuite: stable\nVersion: 13.1\nCodename: %s\nDate: %s\n",
		p->codename ? p->codename : p->suite, p->date ? p->date : DATE);
	if (p->until)
		buf_fmt(&b, "Valid-Until: %s\n", p->until);
	buf_fmt(&b, "Acquire-By-Hash: %s\nSHA256:\n", p->by_hash ? "yes" : "no");
	buf_fmt(&b, " %s %td main/binary-amd64/Packages\n", digest_hex(&plain, plain_hex), p->packages.len);
	if (p->gzip)
		buf_fmt(&b, " %s %td main/binary-amd64/%s\n", digest_hex(&pd, packed_hex), packed.len, name);
	return buf_take(&b, ret);
}

static int publish(struct archive *a, const struct pocket *p)
{
	char hex[DIGEST_HEX], dir[256];
	const char *name = p->gzip ? "Packages.gz" : "Packages";
	str packed = p->packages, text, inrelease;

	if (p->gzip)
		TRY(gzip(a->op, p->packages, &packed));
	struct digest d = digest_of(packed);
	(void)snprintf(dir, sizeof(dir), "%s/dists/%s/main/binary-amd64%s", p->root, p->suite,
		       p->by_hash ? "/by-hash/SHA256" : "");
	TRY(put(a, dir, p->by_hash ? digest_hex(&d, hex) : name, packed));
	TRY(release_text(a, p, packed, name, &text));
	TRY(sign(a, p->key ? p->key : "one@example", text, &inrelease));
	(void)snprintf(dir, sizeof(dir), "%s/dists/%s", p->root, p->suite);
	return put(a, dir, "InRelease", inrelease);
}

#define DEB(name, version) "Package: " name "\nVersion: " version "\nArchitecture: amd64\n"
#define DEB_FILE "Filename: pool/main/t/temper/"
#define SHA_A "SHA256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n"
#define SHA_B "SHA256: 1f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n"
static const char main_packages[] =
	DEB("nginx", "1.26.3-3") "Provides: httpd\nDepends: libc6\n" DEB_FILE "nginx.deb\nSize: 5\n" SHA_A "\n"
	DEB("libc6", "2.41-1") DEB_FILE "libc6.deb\nSize: 5\n" SHA_A "\n"
	DEB("zlib1g", "1.3") DEB_FILE "zlib1g.deb\nSize: 5\n" SHA_A;
static const char security_packages[] =
	DEB("nginx", "1.26.3-3+deb13u1") DEB_FILE "nginx_u1.deb\nSize: 5\n" SHA_B "\n"
	DEB("zlib1g", "1.3") DEB_FILE "zlib1g.deb\nSize: 5\n" SHA_A;

static struct pocket main_pocket(void)
{
	return (struct pocket){ .root = "debian", .suite = "trixie", .packages = str_of(main_packages),
				.by_hash = true, .gzip = true };
}

static struct pocket security_pocket(void)
{
	return (struct pocket){ .root = "debian-security", .suite = "trixie-security",
				.packages = str_of(security_packages), .until = "Wed, 16 Sep 2026 10:00:00 UTC" };
}

/* A fresh archive with main and -security. 1: the tools for it are missing. */
static int set_up(struct op *op, struct archive *a)
{
	static int times;
	AUTO_FD home = -1;
	str store;

	*a = (struct archive){ .op = op, .dir = -1, .store = { .dir = -1, .blobs = -1, .keys = -1, .tmp = -1, .use = -1 } };
	if (!proc_exists("gpg") || !proc_exists("gpgv")) {
		printf("    skipped: gpg or gpgv is not installed\n");
		return 1;
	}
	a->path = str_of(test_dir(&a->dir));
	TRY(op_text(op, &a->home, "%.*s/gpg%d", STR_ARG(a->path), times++));
	TRY(dir_open(op, AT_FDCWD, a->home, true, &home));
	if (fchmod(home, 0700) < 0)
		return op_fail_errno(op, "cannot change the mode of %s", a->home.p);
	TRY(make_key(a, "one@example", "one.gpg", &a->keyring));
	TRY(make_key(a, "two@example", "two.gpg", &a->other_keyring));
	TRY(op_text(op, &store, "%.*s/store", STR_ARG(a->path)));
	TRY(store_open(op, store, &a->store));
	struct pocket p = main_pocket(), s = security_pocket();
	TRY(publish(a, &p));
	return publish(a, &s);
}

static void tear_down(struct archive *a)
{
	const char *const argv[] = { "gpgconf", "--homedir", a->home.p, "--kill", "all", NULL };
	AUTO_OP op;
	struct archive quiet = *a;
	str out;

	op_init(&op, 0);
	quiet.op = &op;
	store_close(&a->store);
	if (a->home.len && run(&quiet, argv, S(""), &out) < 0)
		printf("    %s\n", op.text);
}

static int open_at(struct archive *a, const char *base, bool offline, struct repo **ret)
{
	struct repo_spec spec = { .suite = S("trixie"), .platform = &amd64, .keyring = a->keyring, .offline = offline,
				  .now = NOW, .mirror = { .source = S("the test") } };

	TRY(op_text(a->op, &spec.mirror.archive, "%s/debian", base));
	TRY(op_text(a->op, &spec.mirror.security, "%s/debian-security", base));
	return repo_open(a->op, &a->store, &spec, ret);
}

static int open_file(struct archive *a, bool offline, struct repo **ret)
{
	str base;

	TRY(op_text(a->op, &base, "file://%.*s", STR_ARG(a->path)));
	return open_at(a, base.p, offline, ret);
}

static int look_at(struct op *op, struct repo *r)
{
	struct repo_package *p;
	ptrdiff_t n;
	str near;

	CHECK(repo_state(r)->n == 2);
	CHECK_STR(repo_state(r)->pocket[1].suite, S("trixie-security"));
	CHECK_STR(repo_state(r)->pocket[0].version, S("13.1"));
	CHECK(repo_state(r)->pocket[0].signer.len == 40);
	TRY(repo_find(op, r, S("nginx"), &p, &n));
	CHECK(n == 2 && p[0].pocket == 1 && p[1].pocket == 0);
	CHECK_STR(p[0].version, S("1.26.3-3+deb13u1"));
	TRY(repo_find(op, r, S("zlib1g"), &p, &n));
	CHECK(n == 1 && p[0].pocket == 0);
	TRY(repo_find(op, r, S("httpd"), &p, &n));
	CHECK(n == 0);
	TRY(repo_providers(op, r, S("httpd"), &p, &n));
	CHECK(n == 1 && str_eq(p[0].name, S("nginx")));
	TRY(repo_nearest(op, r, S("ngnix"), &near));
	CHECK_STR(near, S("nginx"));
	TRY(repo_nearest(op, r, S("something-else"), &near));
	CHECK_STR(near, S(""));
	return 0;
}

static int good(struct op *op)
{
	AUTO_ARCHIVE a;
	AUTO_REPO *r = NULL, *again = NULL;
	int rc = set_up(op, &a);

	if (rc > 0)
		return 0;
	TRY(rc);
	CHECK_FAILS(op, open_file(&a, true, &r), ERR_NET, "run once with the network");
	TRY(open_file(&a, false, &r));
	TRY(look_at(op, r));
	TRY(dir_remove(op, a.dir, S("debian")));
	TRY(dir_remove(op, a.dir, S("debian-security")));
	TRY(open_file(&a, true, &again));
	TRY(look_at(op, again));
	return 0;
}

/* --- repositories of the recipe's own ---------------------------------------------------------- */

static const char own_packages[] =
	DEB("tool", "1") "Filename: ./tool.deb\nSize: 5\n" SHA_A "\n"
	DEB("zlib1g", "1.3") "Filename: ./zlib1g.deb\nSize: 6\n" SHA_B;

/* The keyring of two@example as a recipe hands it over. */
static int own_source(struct archive *a, struct repo_source *ret)
{
	static str component[] = { S_INIT("main") };
	struct keyring k;
	str bytes;

	TRY(file_read_user(a->op, a->other_keyring, 1 << 20, &bytes));
	TRY(keyring_read(a->op, bytes, &k));
	*ret = (struct repo_source){ .name = S("own"), .suite = S("stable"), .components = { component, 1 },
				     .keyring = k.bytes, .fingerprint = k.keys };
	return op_text(a->op, &ret->url, "file://%.*s/own", STR_ARG(a->path));
}

static int open_own(struct archive *a, const struct repo_source *own, bool offline, struct repo **ret)
{
	struct repo_spec spec = { .suite = S("trixie"), .platform = &amd64, .keyring = a->keyring, .offline = offline,
				  .now = NOW, .mirror = { .source = S("the test") }, .extra = own, .extra_n = 1 };

	TRY(op_text(a->op, &spec.mirror.archive, "file://%.*s/debian", STR_ARG(a->path)));
	TRY(op_text(a->op, &spec.mirror.security, "file://%.*s/debian-security", STR_ARG(a->path)));
	return repo_open(a->op, &a->store, &spec, ret);
}

static int publish_own(struct archive *a, const char *key, const char *date)
{
	struct pocket p = { .root = "own", .suite = "stable", .codename = "ours", .packages = str_of(own_packages),
			    .gzip = true, .key = key, .date = date };

	return publish(a, &p);
}

static int look_at_own(struct op *op, struct repo *r)
{
	const struct repo_state *s = repo_state(r);
	struct repo_package *p;
	ptrdiff_t n;

	CHECK(s->n == 3 && s->pocket[0].repository.len == 0 && s->pocket[1].repository.len == 0);
	CHECK_STR(s->pocket[2].repository, S("own"));
	CHECK_STR(s->pocket[2].component, S("main"));
	CHECK(str_ends(s->pocket[2].base, S("/own")) && !s->pocket[2].override);
	CHECK(!str_eq(s->pocket[2].signer, s->pocket[0].signer));
	TRY(repo_find(op, r, S("tool"), &p, &n));
	CHECK(n == 1 && p[0].pocket == 2 && str_eq(p[0].path, S("tool.deb")));
	/* One version with two contents is no lie of anybody's: Debian's comes first. */
	TRY(repo_find(op, r, S("zlib1g"), &p, &n));
	CHECK(n == 2 && p[0].pocket == 0 && p[1].pocket == 2 && p[1].size == 6);
	return 0;
}

static int own_repository(struct op *op)
{
	static str stranger[] = { S_INIT("0123456789ABCDEF0123456789ABCDEF01234567") };
	AUTO_ARCHIVE a;
	struct repo_source own, other;
	struct repo *r = NULL;
	int rc = set_up(op, &a);

	if (rc > 0)
		return 0;
	TRY(rc);
	TRY(own_source(&a, &own));
	CHECK_FAILS(op, open_own(&a, &own, false, &r), ERR_USAGE, "repository 'own'");
	TRY(publish_own(&a, "one@example", DATE));
	CHECK_FAILS(op, open_own(&a, &own, false, &r), ERR_VERIFY, "that of the repository own");
	TRY(publish_own(&a, "two@example", DATE));
	other = own;
	other.fingerprint = (struct texts){ stranger, 1 };
	CHECK_FAILS(op, open_own(&a, &other, false, &r), ERR_VERIFY, "not with a key that 'fingerprint' names");
	other = own;
	other.suite = S("testing");
	CHECK_FAILS(op, open_own(&a, &other, false, &r), ERR_USAGE, "testing/InRelease is not there");
	TRY(open_own(&a, &own, false, &r));
	TRY(look_at_own(op, r));
	repo_close(&r);
	TRY(publish_own(&a, "two@example", EARLIER));
	TRY(open_own(&a, &own, false, &r));
	CHECK(repo_state(r)->pocket[2].offered && !repo_state(r)->pocket[0].offered);
	repo_close(&r);
	TRY(dir_remove(op, a.dir, S("own")));
	for (int64_t nth = 1, left = 0; left == 0; nth++) {
		AUTO_OP turn;
		struct archive b = a;
		op_init(&turn, 0);
		turn.fault = &left;
		left = nth;
		b.op = &turn;
		rc = open_own(&b, &own, true, &r);
		if (rc == 0)
			rc = look_at_own(&turn, r);
		repo_close(&r);
		CHECK(rc == ERR_MEMORY || rc == 0);
	}
	return 0;
}

/* Each allocation fails in turn, over the network (fresh) and over what the store remembers. */
static int fails_well(struct op *op)
{
	AUTO_ARCHIVE a;
	AUTO_REPO *r = NULL;
	int rc = set_up(op, &a);

	if (rc > 0)
		return 0;
	TRY(rc);
	TRY(open_file(&a, false, &r));
	for (int64_t nth = 1, left = 0; left == 0; nth++) {
		AUTO_OP own;
		AUTO_REPO *again = NULL;
		struct archive b = a;
		op_init(&own, 0);
		own.fault = &left;
		left = nth;
		b.op = &own;
		rc = open_file(&b, nth % 3 != 0, &again);
		if (rc == 0)
			rc = look_at(&own, again);
		CHECK(rc == ERR_MEMORY || rc == 0);
		if (rc != ERR_MEMORY && rc != 0)
			printf("    allocation %lld: %d %s\n", (long long)nth, rc, own.text);
	}
	return 0;
}

/* The mirror promises by-hash and does not have it: the plain name will do. */
static int falls_back(struct op *op)
{
	AUTO_ARCHIVE a;
	AUTO_REPO *r = NULL;
	struct pocket p = main_pocket();
	int rc = set_up(op, &a);

	if (rc > 0)
		return 0;
	TRY(rc);
	p.by_hash = false;
	TRY(publish(&a, &p));
	p.by_hash = true;
	TRY(publish(&a, &p));
	TRY(dir_remove(op, a.dir, S("debian/dists/trixie/main/binary-amd64/by-hash")));
	TRY(open_file(&a, false, &r));
	return look_at(op, r);
}

/* Spoil the archive, and see repo_open() refuse it. The store must hold no index of it. */
enum spoil { SPOIL_TEXT, SPOIL_UNSIGNED, SPOIL_AROUND, SPOIL_PACKAGES, SPOIL_SHORT, SPOIL_LONG, SPOIL_GONE,
	     SPOIL_HTML, SPOIL_TWO, SPOIL_NO_SUITE, SPOIL_NO_SECURITY };

static int rewrite(struct archive *a, const char *dir, const char *name, enum spoil how)
{
	AUTO_FD d = -1;
	str text, out;

	TRY(dir_open(a->op, a->dir, str_of(dir), false, &d));
	TRY(file_read(a->op, d, str_of(name), 1 << 20, &text));
	TRY(op_copy(a->op, text, &out));
	ptrdiff_t at = str_find_str(text, S("13.1"));
	if (how == SPOIL_TEXT && at > 0)
		((char *)(uintptr_t)out.p)[at + 3] = '2';
	if (how == SPOIL_PACKAGES)
		((char *)(uintptr_t)out.p)[out.len / 2] ^= 1;
	if (how == SPOIL_SHORT)
		out = str_head(out, out.len - 3);
	if (how == SPOIL_LONG)
		TRY(op_text(a->op, &out, "%.*sxyz", STR_ARG(text)));
	if (how == SPOIL_UNSIGNED)
		out = str_head(str_from(text, at), 500);
	if (how == SPOIL_AROUND)
		TRY(op_text(a->op, &out, "Version: 13.9\n%.*s", STR_ARG(text)));
	if (how == SPOIL_TWO)
		TRY(op_text(a->op, &out, "%.*s%.*s", STR_ARG(text), STR_ARG(text)));
	if (how == SPOIL_HTML)
		out = S("<html>Please log in.</html>\n");
	return file_replace(a->op, d, str_of(name), out, 0644);
}

static int spoil(struct archive *a, enum spoil how)
{
	const char *dir = "debian-security/dists/trixie-security";

	if (how == SPOIL_NO_SUITE)
		return dir_remove(a->op, a->dir, S("debian/dists/trixie"));
	if (how == SPOIL_NO_SECURITY)
		return dir_remove(a->op, a->dir, str_of(dir));
	if (how == SPOIL_GONE)
		return dir_remove(a->op, a->dir, S("debian-security/dists/trixie-security/main"));
	if (how == SPOIL_PACKAGES || how == SPOIL_SHORT || how == SPOIL_LONG)
		return rewrite(a, "debian-security/dists/trixie-security/main/binary-amd64", "Packages", how);
	return rewrite(a, dir, "InRelease", how);
}

static int refuses_spoilt(struct op *op)
{
	static const struct {
		enum spoil how;
		int code;
		const char *says;
	} t[] = {
		{ SPOIL_TEXT, ERR_VERIFY, "changed after it was signed" },
		{ SPOIL_UNSIGNED, ERR_VERIFY, "not one signed message" },
		{ SPOIL_AROUND, ERR_VERIFY, "not one signed message" },
		{ SPOIL_TWO, ERR_VERIFY, "not one signed message" },
		{ SPOIL_HTML, ERR_VERIFY, "not one signed message" },
		{ SPOIL_PACKAGES, ERR_VERIFY, "not what was announced" },
		{ SPOIL_SHORT, ERR_NET, "smaller than announced" },
		{ SPOIL_LONG, ERR_LIMIT, "larger than announced" },
		{ SPOIL_GONE, ERR_NET, "signed Release file announces it" },
		{ SPOIL_NO_SUITE, ERR_USAGE, "has no suite trixie" },
		{ SPOIL_NO_SECURITY, ERR_USAGE, "security-mirror" },
	};
	AUTO_ARCHIVE a;
	int rc = set_up(op, &a);

	if (rc > 0)
		return 0;
	TRY(rc);
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct repo *r = NULL;
		struct pocket p = main_pocket(), s = security_pocket();
		TRY(publish(&a, &p));
		TRY(publish(&a, &s));
		TRY(spoil(&a, t[i].how));
		CHECK_FAILS(op, open_file(&a, false, &r), t[i].code, t[i].says);
		CHECK(!r);
	}
	return 0;
}

/* What a mirror with the right key may still not do. */
static int refuses_signed(struct op *op)
{
	static const struct {
		const char *codename, *date, *until, *key;
		int code;
		const char *says;
	} t[] = {
		{ "bookworm", DATE, NULL, NULL, ERR_VERIFY, "swaps suites" },
		{ "trixie", DATE, DATE, NULL, ERR_VERIFY, "valid until 2026-09-14" },
		{ "trixie", "Wed, 23 Sep 2026 10:00:00 UTC", NULL, NULL, ERR_VERIFY, "in the future" },
		{ "trixie", DATE, NULL, "two@example", ERR_VERIFY, "no signature of a key" },
		{ "trixie", "tomorrow", NULL, NULL, ERR_FORMAT, "Date" },
		{ "trixie", LATER, NULL, NULL, 0, "" },
		{ "trixie", LATER, NULL, NULL, 0, "" },
	};
	AUTO_ARCHIVE a;
	int rc = set_up(op, &a);

	if (rc > 0)
		return 0;
	TRY(rc);
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		AUTO_REPO *r = NULL;
		struct pocket p = main_pocket();
		p.codename = t[i].codename;
		p.date = t[i].date;
		p.until = t[i].until;
		p.key = t[i].key;
		TRY(publish(&a, &p));
		if (t[i].code)
			CHECK_FAILS(op, open_file(&a, false, &r), t[i].code, t[i].says);
		else
			TRY(open_file(&a, false, &r));
	}
	struct repo *r = NULL;
	a.keyring = S("/nonexistent.gpg");
	CHECK_FAILS(op, open_file(&a, false, &r), ERR_USAGE, "keyring of the archive");
	a.keyring = S("relative.gpg");
	CHECK_FAILS(op, open_file(&a, false, &r), ERR_USAGE, "relative.gpg");
	return 0;
}

/* The mirror answers with the state of EARLIER, which has another nginx, after that of LATER. */
static int roll_back(struct archive *a)
{
	AUTO_REPO *r = NULL;
	struct pocket p = main_pocket();

	p.date = LATER;
	TRY(publish(a, &p));
	TRY(open_file(a, false, &r));
	CHECK(repo_state(r)->pocket[0].offered == 0);
	p.date = EARLIER;
	p.packages = S(DEB("nginx", "1.26.3-2") DEB_FILE "nginx_old.deb\nSize: 5\n" SHA_B);
	return publish(a, &p);
}

static int64_t clock_of(const char *text)
{
	int64_t t = 0;

	CHECK(clock_parse_rfc5322(str_of(text), &t));
	return t;
}

/* The older state is never used: the newer one is, if the store has all of it. */
static int rolled_back(struct op *op)
{
	static const char *const lost[] = { "store/keys/index", "store/blobs/sha256" };
	AUTO_ARCHIVE a;
	struct repo *r = NULL;
	str store;
	int rc = set_up(op, &a);

	if (rc > 0)
		return 0;
	TRY(rc);
	TRY(roll_back(&a));
	TRY(open_file(&a, false, &r));
	CHECK(repo_state(r)->pocket[0].date == clock_of(LATER));
	CHECK(repo_state(r)->pocket[0].offered == clock_of(EARLIER));
	CHECK(repo_state(r)->pocket[1].offered == 0);
	TRY(look_at(op, r));
	repo_close(&r);
	TRY(op_text(op, &store, "%.*s/store", STR_ARG(a.path)));
	for (size_t i = 0; i < sizeof(lost) / sizeof(lost[0]); i++) {
		TRY(roll_back(&a));
		TRY(dir_remove(op, a.dir, str_of(lost[i])));
		store_close(&a.store);
		TRY(store_open(op, store, &a.store));
		CHECK_FAILS(op, open_file(&a, false, &r), ERR_VERIFY, "rolled back");
	}
	return 0;
}

/* A hostile index under a good signature is refused whole, and the good one is still usable. */
static int refuses_packages(struct op *op)
{
	AUTO_ARCHIVE a;
	struct repo *r = NULL;
	int rc = set_up(op, &a);

	if (rc > 0)
		return 0;
	TRY(rc);
	struct pocket p = security_pocket();
	p.packages = S(DEB("nginx", "9") "Filename: ../../x.deb\nSize: 1\n" SHA_A);
	TRY(publish(&a, &p));
	CHECK_FAILS(op, open_file(&a, false, &r), ERR_FORMAT, "package 'nginx': the field Filename");
	p.packages = S(DEB("nginx", "1.26.3-3") DEB_FILE "nginx.deb\nSize: 5\n" SHA_B);
	TRY(publish(&a, &p));
	TRY(open_file(&a, false, &r));
	struct repo_package *found;
	ptrdiff_t n;
	CHECK_FAILS(op, repo_find(op, r, S("nginx"), &found, &n), ERR_VERIFY, "two contents");
	repo_close(&r);
	p = security_pocket();
	TRY(publish(&a, &p));
	TRY(open_file(&a, false, &r));
	TRY(look_at(op, r));
	repo_close(&r);
	return 0;
}

static int over_http(struct op *op)
{
	static const struct {
		const char *mode;
		int code;
		const char *says;
	} t[] = {
		{ "ok", 0, "" },
		{ "moved", 0, "" },
		{ "page", ERR_VERIFY, "not one signed message" },
		{ "garbage", ERR_NET, "cannot fetch" },
		{ "short", ERR_VERIFY, "not one signed message" },
		{ "gone", ERR_USAGE, "has no suite" },
	};
	AUTO_ARCHIVE a;
	struct http_server server;
	int rc = set_up(op, &a);

	if (rc > 0)
		return 0;
	TRY(rc);
	if (!http_server_start(&server, a.dir))
		return op_fail(op, ERR_IO, "cannot listen on a loopback port");
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		AUTO_REPO *r = NULL;
		str base;
		TRY(op_text(op, &base, "http://127.0.0.1:%d/%s%s", server.port, t[i].mode,
			    t[i].code == ERR_USAGE ? "/none" : ""));
		if (t[i].code)
			CHECK_FAILS(op, open_at(&a, base.p, false, &r), t[i].code, t[i].says);
		else
			TRY(open_at(&a, base.p, false, &r));
		if (r)
			TRY(look_at(op, r));
	}
	http_server_stop(&server);
	return 0;
}

TESTS({ "good", good, .once = true }, { "fails well", fails_well, .once = true },
      { "falls back", falls_back, .once = true }, { "spoilt", refuses_spoilt, .once = true },
      { "signed", refuses_signed, .once = true }, { "rolled back", rolled_back, .once = true },
      { "own repository", own_repository, .once = true },
      { "packages", refuses_packages, .once = true },
      { "over http", over_http, .once = true })
