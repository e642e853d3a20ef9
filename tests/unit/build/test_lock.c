#include "build/lock.h"

#include <string.h>

#include "unit/harness.h"

static const char sample[] =
	"{\n"
	"  \"version\": 1,\n"
	"  \"name\": \"web\",\n"
	"  \"suite\": \"trixie\",\n"
	"  \"recipe\": \"sha256:00000000000000000000000000000000000000000000000000000000000000aa\",\n"
	"  \"rules\": \"layer-1\",\n"
	"  \"compressor\": \"libdeflate 1.14 level 6 member 1048576\",\n"
	"  \"platforms\": [\n"
	"    {\n"
	"      \"platform\": \"linux/amd64\",\n"
	"      \"pockets\": [\n"
	"        {\n"
	"          \"suite\": \"trixie-security\",\n"
	"          \"codename\": \"trixie-security\",\n"
	"          \"version\": \"13\",\n"
	"          \"date\": \"2026-11-20T08:00:00Z\",\n"
	"          \"release\": \"sha256:00000000000000000000000000000000000000000000000000000000000000bb\",\n"
	"          \"packages\": \"sha256:00000000000000000000000000000000000000000000000000000000000000cc\",\n"
	"          \"signer\": \"ABCDEF\"\n"
	"        }\n"
	"      ],\n"
	"      \"wants\": [\n"
	"        {\n"
	"          \"relation\": \"app\",\n"
	"          \"on\": \"app\"\n"
	"        }\n"
	"      ],\n"
	"      \"packages\": [\n"
	"        {\n"
	"          \"name\": \"app\",\n"
	"          \"version\": \"1:2.0-1+deb13u1\",\n"
	"          \"arch\": \"amd64\",\n"
	"          \"source\": \"app-src\",\n"
	"          \"sourceVersion\": \"2.0-1+deb13u1\",\n"
	"          \"suite\": \"trixie-security\",\n"
	"          \"security\": true,\n"
	"          \"path\": \"pool/updates/main/a/app/app_2.0.deb\",\n"
	"          \"size\": 12345,\n"
	"          \"sha256\": \"sha256:00000000000000000000000000000000000000000000000000000000000000dd\",\n"
	"          \"scripts\": \"sha256:00000000000000000000000000000000000000000000000000000000000000ee\",\n"
	"          \"answered\": \"effects/app.yaml\",\n"
	"          \"effects\": \"sha256:00000000000000000000000000000000000000000000000000000000000000ff\",\n"
	"          \"depends\": [\n"
	"            {\n"
	"              \"relation\": \"adduser\",\n"
	"              \"cut\": \"only its scripts use it\",\n"
	"              \"by\": \"effects/common.yaml:3\"\n"
	"            }\n"
	"          ]\n"
	"        }\n"
	"      ],\n"
	"      \"layers\": [\n"
	"        {\n"
	"          \"what\": \"generated files\",\n"
	"          \"diffId\": \"sha256:0000000000000000000000000000000000000000000000000000000000000011\",\n"
	"          \"digest\": \"sha256:0000000000000000000000000000000000000000000000000000000000000022\",\n"
	"          \"size\": 7,\n"
	"          \"tarSize\": 9\n"
	"        }\n"
	"      ],\n"
	"      \"manifest\": \"sha256:0000000000000000000000000000000000000000000000000000000000000033\"\n"
	"    }\n"
	"  ]\n"
	"}\n";

static const str text_of_sample = { sample, sizeof(sample) - 1 };

static int round_trip(struct op *op)
{
	struct lock lock;
	str again;

	TRY(lock_read(op, S("web.lock.json"), exact(text_of_sample), &lock));
	TRY(lock_write(op, &lock, NULL, true, &again));
	CHECK_STR(again, text_of_sample);
	const struct lock_package *p = lock_package_find(&lock.platform[0], S("app"));
	CHECK(p && p->security && p->size == 12345 && p->edge_n == 1 && p->edge[0].cut && !p->edge[0].added);
	CHECK(!lock_package_find(&lock.platform[0], S("apq")));
	return 0;
}

static int outcome_is_no_input(struct op *op)
{
	struct lock lock;
	struct digest with, without;
	str text;

	TRY(lock_read(op, S("web.lock.json"), exact(text_of_sample), &lock));
	TRY(lock_digest(op, &lock, platform_find(S("linux/amd64")), &with));
	lock.platform[0].layer_n = 0;
	TRY(lock_digest(op, &lock, platform_find(S("linux/amd64")), &without));
	CHECK(digest_eq(&with, &without));
	lock.platform[0].package[0].size++;
	TRY(lock_digest(op, &lock, platform_find(S("linux/amd64")), &with));
	CHECK(!digest_eq(&with, &without));
	TRY(lock_write(op, &lock, platform_find(S("linux/arm64")), false, &text));
	CHECK(str_find_str(text, S("amd64")) < 0);
	return 0;
}

static int replace(struct op *op, str in, const char *was, const char *is, str *ret)
{
	ptrdiff_t at = str_find_str(in, str_of(was));

	CHECK(at >= 0);
	return op_text(op, ret, "%.*s%s%.*s", (int)at, in.p, is, STR_ARG(str_from(in, at + (ptrdiff_t)strlen(was))));
}

/* A package of a repository of the recipe's own, and one that is a file. */
static int other_origins(struct op *op)
{
	static const char suite[] = "          \"suite\": \"trixie-security\",\n          \"security\": true,\n",
			  path[] = "          \"path\": \"pool/updates/main/a/app/app_2.0.deb\",\n",
			  pocket[] = "          \"suite\": \"trixie-security\",\n          \"codename\"";
	struct lock lock;
	str text, both, again;

	TRY(replace(op, text_of_sample, suite, "          \"suite\": \"stable\",\n          \"repository\": \"own\",\n", &text));
	CHECK_FAILS(op, lock_read(op, S("web.lock.json"), exact(text), &lock), ERR_USAGE, "no pocket is of the repository 'own'");
	TRY(replace(op, text, pocket,
		    "          \"repository\": \"own\",\n          \"url\": \"https://a.example\",\n"
		    "          \"suite\": \"stable\",\n          \"component\": \"extra\",\n"
		    "          \"override\": true,\n          \"codename\"", &both));
	TRY(lock_read(op, S("web.lock.json"), exact(both), &lock));
	TRY(lock_write(op, &lock, NULL, true, &again));
	CHECK_STR(again, both);
	const struct repo_pocket *from = lock_repository(&lock.platform[0], &lock.platform[0].package[0]);
	CHECK(from && from->override && str_eq(from->base, S("https://a.example")));
	TRY(replace(op, text_of_sample, suite, "", &text));
	CHECK_FAILS(op, lock_read(op, S("web.lock.json"), exact(text), &lock), ERR_USAGE, "'suite' and 'path', or 'file'");
	TRY(replace(op, text, path, "          \"file\": \"./dist/app.deb\",\n", &both));
	TRY(lock_read(op, S("web.lock.json"), exact(both), &lock));
	TRY(lock_write(op, &lock, NULL, true, &again));
	CHECK_STR(again, both);
	CHECK(lock.platform[0].package[0].local && !lock_repository(&lock.platform[0], &lock.platform[0].package[0]));
	TRY(replace(op, text_of_sample, path, "          \"file\": \"./dist/app.deb\",\n", &text));
	CHECK_FAILS(op, lock_read(op, S("web.lock.json"), exact(text), &lock), ERR_USAGE, "'suite' and 'path', or 'file'");
	TRY(replace(op, text_of_sample, "          \"codename\"", "          \"repository\": \"own\",\n          \"codename\"", &text));
	CHECK_FAILS(op, lock_read(op, S("web.lock.json"), exact(text), &lock), ERR_USAGE, "belong together");
	return 0;
}

/* The sample with one text replaced by another must be refused, in one clear line. */
static int refuses(struct op *op)
{
	static const struct { const char *was, *is, *message; } row[] = {
		{ "\"version\": 1", "\"version\": 2", "web.lock.json:2:" },
		{ "\"suite\": \"trixie\"", "\"suit\": \"trixie\"", "unknown key 'suit'" },
		{ "linux/amd64", "linux/vax", "unknown platform linux/vax" },
		{ "sha256:00000000000000000000000000000000000000000000000000000000000000dd", "sha256:dd",
		  "'sha256' is not a SHA-256 digest" },
		{ "2026-11-20T08:00:00Z", "yesterday", "not a time" },
		{ "\"size\": 12345", "\"size\": -1", "size" },
		{ "\"layers\": [", "\"layers\": [1,", "web.lock.json" },
		{ "\"size\": 12345", "\"size\": 18446744073709551615", "'size' is above" },
		{ "sha256:00000000000000000000000000000000000000000000000000000000000000dd", "",
		  "'sha256' is not a SHA-256 digest" },
		{ "  \"platforms\": [\n", "  \"platforms\": [\n{\"platform\": \"linux/amd64\", \"pockets\": [], \"packages\": []},\n",
		  "platform linux/amd64 is there twice" },
	};
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		ptrdiff_t at = str_find_str(text_of_sample, str_of(row[i].was));
		struct lock lock;
		str text;
		CHECK(at >= 0);
		TRY(op_text(op, &text, "%.*s%s%s", (int)at, sample, row[i].is, sample + at + strlen(row[i].was)));
		int rc = lock_read(op, S("web.lock.json"), exact(text), &lock);
		if (rc == ERR_MEMORY)
			return rc;
		test_check(rc < 0 && str_find_str(str_of(op->text), str_of(row[i].message)) >= 0, row[i].message,
			   op->text, (int)i);
		op_forgive(op);
	}
	return 0;
}

static int paths(struct op *op)
{
	str path;

	TRY(lock_path(op, S("a/nginx.yaml"), &path));
	CHECK_STR(path, S("a/nginx.lock.json"));
	TRY(lock_path(op, S("nginx"), &path));
	CHECK_STR(path, S("nginx.lock.json"));
	return 0;
}

TESTS({ "a lock reads and writes as the same bytes", round_trip },
      { "what came out does not decide what goes in", outcome_is_no_input }, { "damaged locks are refused", refuses },
      { "other origins than Debian", other_origins },
      { "paths", paths })
