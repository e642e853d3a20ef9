#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oci/credentials.h"
#include "sys/file.h"
#include "unit/harness.h"

/* dTpw is u:p, dTpwOnE= is u:p:q, dTpwAAA= is u:p and two NULs. */
static const struct {
	const char *image, *text, *user, *password, *identity, *helper, *server;
	int rc;
} files[] = {
	{ "r.example/x", "{\"auths\":{\"r.example\":{\"auth\":\"dTpw\"}}}", "u", "p", "", "", "",
	  0 },
	{ "r.example/x", "{\"auths\":{\"https://R.example/v1/\":{\"auth\":\"dTpwOnE=\"}}}", "u",
	  "p:q", "", "", "", 0 },
	{ "r.example/x", "{\"auths\":{\"http://r.example\":{\"auth\":\"dTpwAAA=\"}}}", "u", "p", "",
	  "", "", 0 },
	{ "r.example/x", "{\"auths\":{\"r.example:443\":{\"auth\":\"dTpw\"}}}", "", "", "", "", "",
	  1 },
	{ "r.example:5/x", "{\"auths\":{\"r.example\":{\"auth\":\"dTpw\"}}}", "", "", "", "", "",
	  1 },
	{ "r.example/x", "{\"auths\":{\"r.example.evil.com\":{\"auth\":\"dTpw\"}}}", "", "", "", "",
	  "", 1 },
	{ "r.example.evil.com/x", "{\"auths\":{\"r.example\":{\"auth\":\"dTpw\"}}}", "", "", "", "",
	  "", 1 },
	{ "sub.r.example/x", "{\"auths\":{\"r.example\":{\"auth\":\"dTpw\"}}}", "", "", "", "", "",
	  1 },
	{ "debian", "{\"auths\":{\"https://index.docker.io/v1/\":{\"auth\":\"dTpw\"}}}", "u", "p",
	  "", "", "", 0 },
	{ "debian", "{\"auths\":{\"docker.io\":{\"username\":\"a\",\"password\":\"b\"}}}", "a", "b",
	  "", "", "", 0 },
	{ "debian", "{\"auths\":{\"registry-1.docker.io\":{\"auth\":\"dTpw\"}}}", "u", "p", "", "",
	  "", 0 },
	{ "r.example/x", "{\"auths\":{\"index.docker.io\":{\"auth\":\"dTpw\"}}}", "", "", "", "",
	  "", 1 },
	{ "r.example/a/b/c",
	  "{\"auths\":{\"r.example\":{\"auth\":\"YTpi\"},\"r.example/a/b\":{\"auth\":\"dTpw\"},"
	  "\"r.example/a\":{\"auth\":\"YTpi\"}}}",
	  "u", "p", "", "", "", 0 },
	{ "r.example/ab", "{\"auths\":{\"r.example/a\":{\"auth\":\"dTpw\"}}}", "", "", "", "", "",
	  1 },
	{ "r.example/x", "{\"auths\":{\"r.example\":{}}}", "", "", "", "", "", 1 },
	{ "r.example/x", "{\"auths\":{\"r.example\":{\"auth\":\"dTo=\",\"identitytoken\":\"t\"}}}",
	  "u", "", "t", "", "", 0 },
	{ "r.example/x", "{\"credsStore\":\"pass\",\"auths\":{\"r.example\":{}}}", "", "", "",
	  "docker-credential-pass", "r.example", 1 },
	{ "debian", "{\"credsStore\":\"pass\"}", "", "", "", "docker-credential-pass",
	  "https://index.docker.io/v1/", 1 },
	{ "r.example/x", "{\"credsStore\":\"pass\",\"credHelpers\":{\"r.example\":\"ecr-login\"}}",
	  "", "", "", "docker-credential-ecr-login", "r.example", 1 },
	{ "x.r.example/x", "{\"credHelpers\":{\"r.example\":\"ecr-login\"}}", "", "", "", "", "",
	  1 },
	{ "r.example/x", "{\"HttpHeaders\":{\"a\":1},\"auths\":7,\"credHelpers\":[1]}", "", "", "",
	  "", "", 1 },
	{ "r.example/x", "{}", "", "", "", "", "", 1 },
};

static int reads_files(struct op *op)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct reference ref;
		struct credentials c = { 0 };
		str helper, server;
		TRY(reference_parse(op, str_of(files[i].image), &ref));
		int rc = credentials_parse(op, S("f"), exact(str_of(files[i].text)), &ref, &c,
					   &helper, &server);
		TRY(rc);
		if (rc != files[i].rc)
			printf("%s\n", files[i].text);
		CHECK(rc == files[i].rc);
		CHECK_STR(c.user, str_of(files[i].user));
		CHECK_STR(c.password, str_of(files[i].password));
		CHECK_STR(c.identity, str_of(files[i].identity));
		CHECK_STR(helper, str_of(files[i].helper));
		CHECK_STR(server, str_of(files[i].server));
	}
	return 0;
}

static int refuses_files(struct op *op)
{
	static const struct {
		const char *text, *says;
	} t[] = {
		{ "", "f:1:1" },
		{ "[]", "no object" },
		{ "{\"auths\":{\"r.example\":{\"auth\":\"c2VjcmV0\"}}}",
		  "no base64 of user:password" },
		{ "{\"auths\":{\"r.example\":{\"auth\":\"secret!\"}}}",
		  "no base64 of user:password" },
		{ "{\"credsStore\":\"../evil\"}", "no name of a credential helper" },
		{ "{\"credsStore\":\"a b\"}", "no name of a credential helper" },
	};
	struct reference ref;
	struct credentials c;
	str helper, server;

	TRY(reference_parse(op, S("r.example/x"), &ref));
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		int rc = credentials_parse(op, S("f"), exact(str_of(t[i].text)), &ref, &c, &helper,
					   &server);
		CHECK(rc == ERR_MEMORY || !strstr(op->text, "secret"));
		CHECK_FAILS(op, rc, ERR_FORMAT, t[i].says);
	}
	return 0;
}

static int reads_helpers(struct op *op)
{
	struct credentials c = { 0 };
	int rc;

	TRY(credentials_parse_helper(
		op, S("{\"ServerURL\":\"x\",\"Username\":\"u\",\"Secret\":\"p\"}\n"), &c));
	CHECK_STR(c.user, S("u"));
	CHECK_STR(c.password, S("p"));
	TRY(credentials_parse_helper(op, S("{\"Username\":\"<token>\",\"Secret\":\"t\"}"), &c));
	CHECK(c.user.len == 0 && c.password.len == 0 && str_eq(c.identity, S("t")));
	TRY(rc = credentials_parse_helper(op, S("no JSON"), &c));
	CHECK(rc == 1);
	TRY(rc = credentials_parse_helper(op, S("{\"Username\":\"\",\"Secret\":\"\"}"), &c));
	CHECK(rc == 1);
	TRY(rc = credentials_parse_helper(op, S("[]"), &c));
	CHECK(rc == 1);
	return 0;
}

static int put(struct op *op, const char *dir, const char *below, const char *name, str text,
	       unsigned mode)
{
	AUTO_FD fd = -1;
	str path;

	TRY(op_text(op, &path, "%s/%s", dir, below));
	TRY(dir_open(op, AT_FDCWD, path, true, &fd));
	return file_replace(op, fd, str_of(name), text, mode);
}

/* Real files and a real program as a helper. */
static int finds(struct op *op)
{
	int fd;
	const char *dir = test_dir(&fd);
	struct reference r, other, third;
	struct credentials c;
	str path;

	TRY(reference_parse(op, S("r.example/x"), &r));
	TRY(reference_parse(op, S("other.example/x"), &other));
	TRY(reference_parse(op, S("third.example/x"), &third));
	setenv("HOME", dir, 1);
	static const char *const unset[] = { "REGISTRY_AUTH_FILE", "DOCKER_AUTH_CONFIG",
					     "DOCKER_CONFIG", "XDG_RUNTIME_DIR",
					     "XDG_CONFIG_HOME" };
	for (size_t i = 0; i < sizeof(unset) / sizeof(*unset); i++)
		unsetenv(unset[i]);
	int rc = credentials_find(op, &r, &c);
	TRY(rc);
	CHECK(rc == 1);
	CHECK_STR(c.from, S("~/.docker/config.json (which is not there)"));
	TRY(put(op, dir, ".docker", "config.json",
		S("{\"auths\":{\"r.example\":{\"auth\":\"dTpw\"}},"
		  "\"credHelpers\":{\"other.example\":\"say\",\"third.example\":\"none\"}}"),
		0600));
	TRY(put(op, dir, ".config/containers", "auth.json",
		S("{\"auths\":{\"r.example\":{\"auth\":\"YTpi\"}}}"), 0600));
	TRY(put(op, dir, "bin", "docker-credential-say",
		S("#!/bin/sh\nread -r host\n[ \"$1\" = get ] || exit 9\n"
		  "echo \"{\\\"Username\\\":\\\"$host\\\",\\\"Secret\\\":\\\"s\\\"}\"\n"),
		0755));
	TRY(op_text(op, &path, "%s/bin:/usr/bin:/bin", dir));
	setenv("PATH", path.p, 1);
	rc = credentials_find(op, &r, &c);
	TRY(rc);
	CHECK(rc == 0 && str_eq(c.user, S("u")) && str_eq(c.from, S("~/.docker/config.json")));
	rc = credentials_find(op, &other, &c);
	TRY(rc);
	CHECK(rc == 0 && str_eq(c.user, S("other.example")) && str_eq(c.password, S("s")));
	CHECK_STR(c.from, S("docker-credential-say"));
	rc = credentials_find(op, &third, &c);
	TRY(rc);
	CHECK(rc == 1);
	CHECK_STR(c.from, S("~/.docker/config.json, docker-credential-none (not installed), "
			    "~/.config/containers/auth.json"));
	TRY(put(op, dir, "bin", "docker-credential-none", S("#!/bin/sh\necho secret\nexit 1\n"),
		0755));
	rc = credentials_find(op, &third, &c);
	TRY(rc);
	CHECK(rc == 1 && str_find_str(c.from, S("docker-credential-none (it failed)")) > 0);
	TRY(op_text(op, &path, "%s/.config/containers/auth.json", dir));
	setenv("REGISTRY_AUTH_FILE", path.p, 1);
	rc = credentials_find(op, &r, &c);
	TRY(rc);
	CHECK(rc == 0 && str_eq(c.user, S("a")) &&
	      str_eq(c.from, S("~/.config/containers/auth.json")));
	unsetenv("REGISTRY_AUTH_FILE");
	setenv("DOCKER_AUTH_CONFIG", "{\"auths\":{\"r.example\":{\"auth\":\"ZTpm\"}}}", 1);
	rc = credentials_find(op, &r, &c);
	TRY(rc);
	CHECK(rc == 0 && str_eq(c.user, S("e")) && str_eq(c.from, S("$DOCKER_AUTH_CONFIG")));
	unsetenv("DOCKER_AUTH_CONFIG");
	return 0;
}

TESTS({ "reads files", reads_files }, { "refuses files", refuses_files },
      { "reads helpers", reads_helpers }, { "finds", finds, .once = true })
