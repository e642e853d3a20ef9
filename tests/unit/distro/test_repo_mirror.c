#include <stdlib.h>

#include "distro/repo_parts.h"
#include "unit/harness.h"

static const struct {
	const char *name;
	bool deb822;
	const char *text, *archive, *archive_where, *security;
} sources[] = {
	{ "the official image's", true,
	  "Types: deb\n# http://snapshot.example/1\nURIs: http://one.example/debian/\n"
	  "Suites: bookworm bookworm-updates\nComponents: main\n"
	  "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n\n"
	  "Types: deb\nURIs: http://one.example/debian-security\nSuites: bookworm-security\n"
	  "Components: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n",
	  "http://one.example/debian", "f:1", "http://one.example/debian-security" },
	{ "one-line", false,
	  "# deb http://old.example/debian trixie main\ndeb-src http://src.example/debian trixie main\n"
	  "deb cdrom:[Debian]/ trixie main\n"
	  "deb [arch=amd64 signed-by=/k/debian-archive-keyring.gpg] https://two.example/debian trixie main # x\n"
	  "deb\thttps://two.example/debian-security/ trixie-security main contrib\n",
	  "https://two.example/debian", "f:4", "https://two.example/debian-security" },
	{ "other people's archives do not count", false,
	  "deb https://a.example/linux/debian bookworm stable\n"
	  "deb https://b.example/apt cloud-sdk-bookworm main\ndeb https://c.example/oss stable main\n"
	  "deb http://d.example/ubuntu noble main\ndeb http://e.example/flat ./\ndeb\ndeb http://x\n",
	  "", "", "" },
	{ "the likelier wins, in any order", false,
	  "deb https://a.example/tools bookworm main\ndeb https://b.example/debian bookworm main\n",
	  "https://b.example/debian", "f:2", "" },
	{ "an unusual name is taken by its suite", false, "deb http://corp.example/r/deb-remote trixie main\n",
	  "http://corp.example/r/deb-remote", "f:1", "" },
	{ "disabled", true, "Enabled: no\nTypes: deb\nURIs: http://x.example/debian\nSuites: sid\nComponents: main\n",
	  "", "", "" },
	{ "source only", true, "Types: deb-src\nURIs: http://x.example/debian\nSuites: sid\nComponents: main\n",
	  "", "", "" },
	{ "several lines, one commented out", true,
	  "\n\nTypes: deb deb-src\nURIs:\n http://y.example/debian\n# http://z.example/debian\n"
	  "Suites: sid\nComponents: contrib main\n", "http://y.example/debian", "f:3", "" },
	{ "a user name is not taken", false, "deb http://me:pw@x.example/debian sid main\n", "", "", "" },
	{ "old security suites", false, "deb http://security.debian.org/ buster/updates main\n", "", "",
	  "http://security.debian.org" },
	{ "no deb822 at all", true, "what is this\n", "", "", "" },
	{ "empty", false, "", "", "", "" },
};

static int reads_sources(struct op *op)
{
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		struct repo_sources got = { 0 };
		TRY(repo_sources_read(op, S("f"), exact(str_of(sources[i].text)), sources[i].deb822, &got));
		CHECK_STR(got.archive, str_of(sources[i].archive));
		CHECK_STR(got.archive_where, str_of(sources[i].archive_where));
		CHECK_STR(got.security, str_of(sources[i].security));
	}
	return 0;
}

static int scans_directories(struct op *op)
{
	int dir;
	const char *path = test_dir(&dir);
	struct repo_sources got = { 0 };
	AUTO_FD d = -1;
	str list, name;

	TRY(repo_sources_scan(op, S("/nonexistent"), &got));
	CHECK(got.archive_score == 0);
	TRY(dir_open(op, dir, S("sources.list.d"), true, &d));
	TRY(op_text(op, &list, "Types: deb\nURIs: mirror+file:%s/list\nSuites: trixie\nComponents: main\n", path));
	TRY(file_replace(op, d, S("b.sources"), list, 0644));
	TRY(file_replace(op, d, S("a.list.disabled"), S("deb http://no.example/debian sid main\n"), 0644));
	TRY(file_replace(op, dir, S("list"), S("# x\nhttp://yes.example/debian/ priority:1\n"), 0644));
	TRY(repo_sources_scan(op, str_of(path), &got));
	CHECK_STR(got.archive, S("http://yes.example/debian"));
	TRY(op_text(op, &name, "%s/sources.list.d/b.sources:1", path));
	CHECK_STR(got.archive_where, name);
	return 0;
}

static int mirror(struct op *op)
{
	int dir;
	const char *path = test_dir(&dir);
	struct repo_mirror m;
	str config;

	TRY(op_text(op, &config, "%s/config.yaml", path));
	TRY(file_replace(op, dir, S("config.yaml"), S("mirror: http://c.example/debian/\nkeyring: /k.gpg\n"), 0644));
	if (setenv("TEMPER_CONFIG", config.p, 1) < 0)
		return 0;
	TRY(repo_mirror_find(op, S(""), S(""), &m));
	CHECK_STR(m.archive, S("http://c.example/debian"));
	CHECK_STR(m.security, S("http://c.example/debian-security"));
	CHECK_STR(m.source, config);
	CHECK_STR(m.keyring, S("/k.gpg"));
	TRY(repo_mirror_find(op, S("file:/r/debian"), S("file:/r/sec/"), &m));
	CHECK_STR(m.archive, S("file:/r/debian"));
	CHECK_STR(m.security, S("file:/r/sec"));
	CHECK_STR(m.source, S("the recipe"));
	CHECK_FAILS(op, repo_mirror_find(op, S("ftp://x"), S(""), &m), ERR_USAGE, "mirror of the recipe");
	TRY(file_replace(op, dir, S("config.yaml"), S("miror: x\n"), 0644));
	CHECK_FAILS(op, repo_mirror_find(op, S(""), S(""), &m), ERR_USAGE, "did you mean 'mirror'");
	return 0;
}

TESTS({ "sources", reads_sources }, { "directories", scans_directories }, { "mirror", mirror })
