#include <string.h>

#include "model/reference.h"
#include "unit/harness.h"

#define HEX "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define TEN "aaaaaaaaaa"
#define FIFTY TEN TEN TEN TEN TEN
#define HUNDRED FIFTY FIFTY

static int reads(struct op *op)
{
	static const struct {
		const char *in, *host, *path, *tag;
		bool pinned;
	} t[] = {
		{ "debian", "docker.io", "library/debian", "latest", false },
		{ "debian:12", "docker.io", "library/debian", "12", false },
		{ "docker.io/debian", "docker.io", "library/debian", "latest", false },
		{ "index.docker.io/debian:1", "docker.io", "library/debian", "1", false },
		{ "docker.io/library/debian", "docker.io", "library/debian", "latest", false },
		{ "team/app", "docker.io", "team/app", "latest", false },
		{ "team/a/b/c", "docker.io", "team/a/b/c", "latest", false },
		{ "localhost/app", "localhost", "app", "latest", false },
		{ "localhost", "docker.io", "library/localhost", "latest", false },
		{ "localhost:5000", "docker.io", "library/localhost", "5000", false },
		{ "localhost:5000/app:1.2", "localhost:5000", "app", "1.2", false },
		{ "ghcr.io/x/y@sha256:" HEX, "ghcr.io", "x/y", "", true },
		{ "ghcr.io/x/y:1@sha256:" HEX, "ghcr.io", "x/y", "1", true },
		{ "app@sha256:" HEX, "docker.io", "library/app", "", true },
		{ "UPPER/app", "UPPER", "app", "latest", false },
		{ "Host.Example:1/app", "Host.Example:1", "app", "latest", false },
		{ "127.0.0.1/x", "127.0.0.1", "x", "latest", false },
		{ "[::1]:5000/x:y", "[::1]:5000", "x", "y", false },
		{ "[fe80::1]/x", "[fe80::1]", "x", "latest", false },
		{ "a-b.c--d:65535/x", "a-b.c--d:65535", "x", "latest", false },
		{ "a__b", "docker.io", "library/a__b", "latest", false },
		{ "e/a---b.c_d", "docker.io", "e/a---b.c_d", "latest", false },
		{ "x:_A.b-C_9", "docker.io", "library/x", "_A.b-C_9", false },
		{ "b.gcr.io/t.x/t/t:T", "b.gcr.io", "t.x/t/t", "T", false },
		{ "x:" HUNDRED TEN TEN "aaaaaaaa", "docker.io", "library/x",
		  HUNDRED TEN TEN "aaaaaaaa", false },
		{ "h.e/" HUNDRED HUNDRED FIFTY "aaaaa", "h.e", HUNDRED HUNDRED FIFTY "aaaaa",
		  "latest", false },
	};
	struct reference r, again;
	str text;

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		TRY(reference_parse(op, exact(str_of(t[i].in)), &r));
		CHECK_STR(r.host, str_of(t[i].host));
		CHECK_STR(r.path, str_of(t[i].path));
		CHECK_STR(r.tag, str_of(t[i].tag));
		CHECK(!digest_is_zero(&r.digest) == t[i].pinned);
		TRY(reference_text(op, &r, &text));
		TRY(reference_parse(op, text, &again));
		CHECK(str_eq(r.host, again.host) && str_eq(r.path, again.path) &&
		      str_eq(r.tag, again.tag) && digest_eq(&r.digest, &again.digest));
	}
	return 0;
}

static int refuses(struct op *op)
{
	static const struct {
		const char *in, *says;
	} t[] = {
		{ "", "no repository" },
		{ ":tag", "no repository" },
		{ "@sha256:" HEX, "no repository" },
		{ HEX, "an id" },
		{ "a//b", "'' is no part" },
		{ "A/B:tag", "'B' must be lower-case" },
		{ "host:99999/x", "'99999' is no port" },
		{ "host:0/x", "'0' is no port" },
		{ "host:/x", "'' is no port" },
		{ "host:x/x", "'x' is no port" },
		{ "h.e/..", "'..' is no part" },
		{ "../x", "'..' is no host" },
		{ "./x", "'.' is no host" },
		{ "/x", "'' is no part" },
		{ "x/", "'' is no part" },
		{ "h.e/", "no repository" },
		{ "-h.e/x", "'-h.e' is no host" },
		{ "h-.e/x", "'h-.e' is no host" },
		{ "h..e/x", "is no host" },
		{ "h_x.e/x", "is no host" },
		{ "[::1/x", "is no host" },
		{ "[::1]5/x", "is no host" },
		{ "[]:1/x", "is no host" },
		{ "[g::1]/x", "is no host" },
		{ "Debian", "must be lower-case" },
		{ "a_-b", "is no part" },
		{ "a___b", "is no part" },
		{ "a..b/c/d", "is no host" },
		{ "a/b..c", "is no part" },
		{ "-a", "is no part" },
		{ "a-", "is no part" },
		{ "a b", "is no part" },
		{ "a\xc3\xa4", "is no part" },
		{ "http://h.e/x", "is no port" },
		{ "x:", "'' is no tag" },
		{ "x:.a", "'.a' is no tag" },
		{ "x:-a", "'-a' is no tag" },
		{ "x:a:b", "'a:b' is no tag" },
		{ "x:a/b", "is no port" },
		{ "x:" HUNDRED TEN TEN "aaaaaaaaa", "is no tag" },
		{ "x@", "is no digest" },
		{ "x@sha256", "is no digest" },
		{ "x@sha256:tag", "is no digest" },
		{ "x@" HEX, "is no digest" },
		{ "x@sha512:" HEX HEX, "is no digest" },
		{ "x@sha256:" HEX "0", "is no digest" },
		{ "x@sha256:E3B0C44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		  "is no digest" },
		{ "x@sha256:../../../../../../../../../../../../../../../../../../../../etc/passw",
		  "is no digest" },
		{ "x@sha256:" HEX "@sha256:" HEX, "is no digest" },
		{ "x@sha256:" HEX ":tag", "is no digest" },
		{ "h.e/" HUNDRED HUNDRED FIFTY "aaaaaa", "longer than 255" },
		{ HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED, "too long" },
	};
	struct reference r;

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		CHECK_FAILS(op, reference_parse(op, exact(str_of(t[i].in)), &r), ERR_USAGE,
			    t[i].says);
	return 0;
}

TESTS({ "reads", reads }, { "refuses", refuses })
