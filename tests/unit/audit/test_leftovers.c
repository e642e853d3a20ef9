#include "audited.h"

#define A(p) AT(p, "0123456789")
#define CORE "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\4\0\x3e\0\1\0\0\0"

static const struct audited_row rows[] = {
	{ "fs.no_leftovers",
	  "pass",
	  { "{}",
	    { A("app/main.py"), A("app/__pycache__/main.cpython-311.pyc"), AT("var/lib/apt/lists/lock", ""), AT("var/log/btmp", ""),
	      { .path = S_INIT("tmp/") }, AT("root/.cache/x", ""), A("app/git"), A("app/.github/x"), A("usr/lib/core/x"), A("core.js") } } },
	{ "fs.no_leftovers", "fail: var/lib/apt/lists: cache, 2 files, 20 bytes",
	  { "{}", { A("var/lib/apt/lists/a_InRelease"), A("var/lib/apt/lists/partial/b"), AT("var/lib/apt/lists/lock", "") } } },
	{ "fs.no_leftovers", "fail: var/cache/apk: cache, 1 files, 10 bytes", { "{}", { A("var/cache/apk/APKINDEX.tar.gz") } } },
	{ "fs.no_leftovers", "fail: var/log: log, 2 files, 20 bytes", { "{}", { A("var/log/dpkg.log"), A("var/log/apt/history.log") } } },
	{ "fs.no_leftovers", "fail: root/.cache: cache, 1 files, 10 bytes", { "{}", { A("root/.cache/pip/http/x") } } },
	{ "fs.no_leftovers", "fail: app/.git: version control, 2 files, 20 bytes", { "{}", { A("app/.git/HEAD"), A("app/.git/objects/x") } } },
	{ "fs.no_leftovers", "fail: node_modules/x/.git: version control, 1 files, 10 bytes", { "{}", { A("node_modules/x/.git/HEAD") } } },
	{ "fs.no_leftovers", "fail: app/.vscode: an editor's file, 1 files, 10 bytes", { "{}", { A("app/.vscode/settings.json") } } },
	/* What packages of a language bring is theirs. */
	{ "fs.no_leftovers", "pass", { "{}", { A("app/node_modules/x/.vscode/a"), A("srv/vendor/x/Dockerfile"), A("x/site-packages/y.orig") } } },
	{ "fs.no_leftovers",
	  "fail: a.swp: an editor's file, 10 bytes; b~: an editor's file, 10 bytes; c/.DS_Store: an editor's file, 10 bytes",
	  { "{}", { A("a.swp"), A("b~"), A("c/.DS_Store"), A(".swp") } } },
	{ "fs.no_leftovers",
	  "fail: app/Dockerfile: build file, 10 bytes; app/Dockerfile.dev: build file, 10 bytes; app/docker-compose.yml: build file, 10 bytes",
	  { "{}", { A("app/Dockerfile"), A("app/docker-compose.yml"), A("app/Dockerfile.dev") } } },
	{ "fs.no_leftovers",
	  "fail: app/.env: environment file, 10 bytes; app/.env.local: environment file, 10 bytes",
	  { "{}", { A("app/.env"), A("app/.env.local"), A("app/.env.example"), AT("srv/.env", "") } } },
	{ "fs.no_leftovers",
	  "fail: root/.aws: a person's settings, 1 files, 10 bytes; root/.bash_history: history, 10 bytes; root/.ssh: ssh, 1 files, 10 bytes",
	  { "{}", { A("root/.aws/config"), A("root/.bash_history"), A("root/.ssh/known_hosts") } } },
	{ "fs.no_leftovers", "fail: app/core: core dump, 64 bytes", { "{}", { { .path = S_INIT("app/core"), .bytes = S_INIT(CORE "0123456789012345678901234567890123456789") } } } },
	{ "fs.no_leftovers", "pass", { "{}", { A("app/core") } } },
	{ "fs.no_leftovers", "fail: tmp: temporary file, 1 files, 10 bytes", { "{}", { A("tmp/x/y") } } },
	{ "fs.no_leftovers",
	  "fail: etc/passwd-: backup, 10 bytes; etc/x.dpkg-old: backup, 10 bytes; var/lib/dpkg/status-old: backup, 10 bytes",
	  { "{}", { A("etc/passwd-"), A("var/lib/dpkg/status-old"), A("etc/x.dpkg-old") } } },
	{ "DKL-LI-0003", "fail: app/.idea: an editor's file, 1 files, 10 bytes", { "{}", { A("app/.idea/x") } } },

	{ "fs.no_credential_names", "pass", { "{}", { A("app/main.py"), AT("app/id_rsa", ""), A("x/site-packages/a/settings.py") } } },
	{ "fs.no_credential_names",
	  "fail: app/id_rsa looks like credentials, by its name; app/key.jks looks like credentials, by its name",
	  { "{}", { A("app/id_rsa"), A("app/key.jks"), A("app/id_rsa.pub") } } },
};

static int leftovers(struct op *op)
{
	return audited_rows(op, rows, sizeof(rows) / sizeof(rows[0]));
}

/* What a package installed is no leftover. */
static int owned(struct op *op)
{
	static struct tree_given file[] = { A("etc/skel/.vimrc"), A("srv/.vimrc"), A("etc/x/id_rsa") };
	struct package_file listed[] = { { .path = S("etc/skel/.vimrc") }, { .path = S("etc/x/id_rsa") } };
	struct package package = { .type = PACKAGE_DEB, .name = S("vim"), .purl = S("pkg:deb/vim"), .file = listed, .file_n = 2 };
	struct audited image = { "{}", { file[0], file[1], file[2] } };
	struct inventory inv = { .package = &package, .package_n = 1 };
	struct checks checks;

	TRY(audited_make(op, &image, &inv, &checks));
	const struct check *c = checks_find(&checks, S("fs.no_leftovers"));
	CHECK(c && c->fault_n == 1);
	if (c && c->fault_n == 1)
		CHECK_STR(c->fault[0].path, S("srv/.vimrc"));
	c = checks_find(&checks, S("fs.no_credential_names"));
	CHECK(c && c->fault_n == 0);
	return 0;
}

TESTS({ "leftovers, both ways", leftovers }, { "what packages bring", owned })
