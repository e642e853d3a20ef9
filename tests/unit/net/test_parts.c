/* The parts of URLs, addresses and challenges. */
#include <stdio.h>

#include "base/buf.h"
#include "net/address.h"
#include "net/challenge.h"
#include "net/url.h"
#include "unit/harness.h"

static int urls(struct op *op)
{
	static const struct {
		const char *url, *host, *target;
		int port;
		bool tls;
	} t[] = {
		{ "http://h/x?y#z", "h", "/x?y", 80, false },
		{ "https://H.e", "H.e", "", 443, true },
		{ "https://[::1]:5000/", "[::1]", "/", 5000, true },
		{ "http://h:65535?q", "h", "?q", 65535, false },
	};
	static const char *const bad[] = {
		"",
		"http:",
		"http://",
		"ftp://h/",
		"http://h:/",
		"http://h:65536/",
		"http://u@h/",
		"http://h\\@x/",
		"http://h%2e/",
		"http://h h/",
		"http://[::1/",
		"http://::1/",
		"//h/",
		"http://h:1:2/",
		"HTTP://h/",
	};
	struct url u;

	(void)op;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		CHECK(url_parse(exact(str_of(t[i].url)), &u));
		CHECK_STR(u.host, str_of(t[i].host));
		CHECK_STR(u.target, str_of(t[i].target));
		CHECK(u.port == t[i].port && u.tls == t[i].tls);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!url_parse(exact(str_of(bad[i])), &u));
	return 0;
}

static int resolves(struct op *op)
{
	static const struct {
		const char *base, *to, *want;
	} t[] = {
		{ "https://h/a/b?c", "https://x/y", "https://x/y" },
		{ "https://h/a/b?c", "http://x/y#f", "http://x/y" },
		{ "https://h/a/b?c", "//x/y", "https://x/y" },
		{ "http://h:1/a/b?c", "/y?z", "http://h:1/y?z" },
		{ "http://h:1/a/b?c/d", "y", "http://h:1/a/y" },
		{ "http://h:1/a/b?c", "?z", "http://h:1/a/b?z" },
		{ "http://h", "y", "http://h/y" },
		{ "http://h/a", "", NULL },
		{ "http://h/a", "file:///etc/passwd", NULL },
		{ "http://h/a", "javascript:1", NULL },
		{ "http://h/a", "http://u:p@x/", NULL },
		{ "http://h/a", "/b\r\nX: y", NULL },
	};
	str got;

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		int rc = url_resolve(op, exact(str_of(t[i].base)), exact(str_of(t[i].to)), &got);
		TRY(rc);
		CHECK(rc == !t[i].want);
		if (rc == 0)
			CHECK_STR(got, str_of(t[i].want));
	}
	return 0;
}

static int addresses(struct op *op)
{
	static const struct {
		const char *host;
		enum address_kind kind;
	} t[] = {
		{ "127.0.0.1", ADDRESS_LOOPBACK },
		{ "127.1", ADDRESS_LOOPBACK },
		{ "0x7f.1", ADDRESS_LOOPBACK },
		{ "2130706433", ADDRESS_LOOPBACK },
		{ "0", ADDRESS_LOOPBACK },
		{ "localhost", ADDRESS_LOOPBACK },
		{ "LocalHost.", ADDRESS_LOOPBACK },
		{ "x.localhost", ADDRESS_LOOPBACK },
		{ "xlocalhost", ADDRESS_UNKNOWN },
		{ "[::1]", ADDRESS_LOOPBACK },
		{ "::", ADDRESS_LOOPBACK },
		{ "[::ffff:10.0.0.1]", ADDRESS_PRIVATE },
		{ "[::ffff:7f00:1]", ADDRESS_LOOPBACK },
		{ "[64:ff9b::a9fe:a9fe]", ADDRESS_LINK_LOCAL },
		{ "[2002:c0a8:101::1]", ADDRESS_PRIVATE },
		{ "169.254.169.254", ADDRESS_LINK_LOCAL },
		{ "[fe80::1]", ADDRESS_LINK_LOCAL },
		{ "[fd00:ec2::254]", ADDRESS_PRIVATE },
		{ "[2606:4700::1111]", ADDRESS_PUBLIC },
		{ "10.1.2.3", ADDRESS_PRIVATE },
		{ "172.15.0.1", ADDRESS_PUBLIC },
		{ "172.31.255.255", ADDRESS_PRIVATE },
		{ "172.32.0.0", ADDRESS_PUBLIC },
		{ "192.168.0.1", ADDRESS_PRIVATE },
		{ "100.127.0.1", ADDRESS_PRIVATE },
		{ "100.128.0.1", ADDRESS_PUBLIC },
		{ "255.255.255.255", ADDRESS_PRIVATE },
		{ "224.0.0.1", ADDRESS_PRIVATE },
		{ "1.1.1.1", ADDRESS_PUBLIC },
		{ "registry.example", ADDRESS_UNKNOWN },
		{ "", ADDRESS_UNKNOWN },
		{ "[", ADDRESS_UNKNOWN },
	};

	(void)op;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		bool good = address_kind_of_host(exact(str_of(t[i].host))) == t[i].kind;
		if (!good)
			printf("%s\n", t[i].host);
		CHECK(good);
	}
	return 0;
}

static int challenges(struct op *op)
{
	static const struct {
		const char *in, *realm, *service;
		bool basic, bearer;
	} t[] = {
		{ "Bearer realm=\"https://a/t\",service=\"s\",scope=\"repository:x:pull\"",
		  "https://a/t", "s", false, true },
		{ "basic realm=\"a, b=\\\"c\\\"\"", "", "", true, false },
		{ "Basic realm=x, BEARER Realm = \"r\" , service=s", "r", "s", true, true },
		{ "Bearer realm=a,service=b, Basic realm=c", "a", "b", true, true },
		{ "Bearer realm=a, Bearer realm=b", "a", "", false, true },
		{ "Negotiate, Basic realm=x", "", "", true, false },
		{ "Negotiate dG9rZW4=, Bearer realm=r", "r", "", false, true },
		{ "Negotiate abc/def==", "", "", false, false },
		{ " , ,Bearer realm=\"\\r\",", "r", "", false, true },
		{ "Digest qop=\"auth,auth-int\", nonce=n, qop=x, Bearer realm=r", "r", "", false,
		  true },
		{ "", "", "", false, false },
	};
	static const char *const bad[] = {
		"realm=x",
		"Bearer realm=\"x",
		"Bearer realm=\"x\"y",
		"Bearer realm=a, realm=b",
		"=",
		"\"x\"",
		"Bearer realm=a service=b",
		"a b c d e f",
		"Bearer realm=\"\\",
		"Bearer (x)",
		"Bearer realm=\x01",
	};
	struct challenge c;

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		TRY(challenge_parse(op, exact(str_of(t[i].in)), &c));
		CHECK_STR(c.realm, str_of(t[i].realm));
		CHECK_STR(c.service, str_of(t[i].service));
		CHECK(c.basic == t[i].basic && c.bearer == t[i].bearer);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_FAILS(op, challenge_parse(op, exact(str_of(bad[i])), &c), ERR_FORMAT,
			    "WWW-Authenticate");
	return 0;
}

static int escapes(struct op *op)
{
	struct buf b;
	str got;

	buf_init(&b, op, 100);
	url_escape(&b, exact(S("repository:a/b:pull~ \xff")));
	TRY(buf_take(&b, &got));
	CHECK_STR(got, S("repository%3Aa%2Fb%3Apull~%20%FF"));
	return 0;
}

TESTS({ "urls", urls }, { "resolves", resolves }, { "addresses", addresses },
      { "challenges", challenges }, { "escapes", escapes })
