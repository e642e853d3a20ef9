#include <fcntl.h>
#include <stdlib.h>

#include "build/recipe.h"
#include "build/test.h"
#include "codec/yaml.h"
#include "sys/file.h"
#include "unit/harness.h"

static int case_path(struct op *op, const char *path, str *ret)
{
	const char *root = getenv("TEMPER_SOURCE");

	return op_text(op, ret, "%s/%s", root ? root : ".", path);
}

/* What is read back from an image is what was read beside it. */
static int round_trip(struct op *op, const struct recipe *r)
{
	struct recipe again;

	TRY(recipe_read_canonical(op, S("recipe.json"), exact(r->canonical), &again));
	CHECK_STR(again.canonical, r->canonical);
	CHECK(digest_eq(&again.digest, &r->digest));
	CHECK(again.path_n == r->path_n && again.user_n == r->user_n &&
	      again.group_n == r->group_n);
	CHECK_STR(again.run_as, r->run_as);
	return 0;
}

/* NAME.yaml gives the canonical recipe NAME.json, or the message in NAME.error. */
static int one_golden(struct op *op, int dir, str yaml)
{
	struct recipe r;
	str stem = str_head(yaml, yaml.len - 5), path, name, want;

	TRY(op_text(op, &path, "tests/case/recipe/%.*s", STR_ARG(yaml)));
	TRY(case_path(op, path.p, &path));
	TRY(op_text(op, &name, "%.*s.error", STR_ARG(stem)));
	int rc = file_read(op, dir, name, 1 << 16, &want);
	TRY(rc);
	if (rc == 0) {
		rc = recipe_read(op, path, &r);
		CHECK(rc == ERR_USAGE);
		/* Messages begin with the recipe's whole path, which differs between machines. */
		str got = str_of(op->text), at = str_head(path, str_rfind(path, '/') + 1);
		CHECK(str_starts(got, at));
		for (ptrdiff_t i; (i = str_find_str(got, at)) >= 0;)
			TRY(op_text((op_forgive(op), op), &got, "%.*s%.*s", (int)i, got.p,
				    STR_ARG(str_from(got, i + at.len))));
		CHECK_STR(got, str_trim(want));
		op_forgive(op);
		return 0;
	}
	TRY(op_text(op, &name, "%.*s.json", STR_ARG(stem)));
	TRY(file_read(op, dir, name, 1 << 20, &want));
	TRY(recipe_read(op, path, &r));
	CHECK_STR(r.canonical, want);
	return round_trip(op, &r);
}

static int golden(struct op *op)
{
	str path, *name;
	ptrdiff_t n;
	int seen = 0;

	TRY(case_path(op, "tests/case/recipe", &path));
	AUTO_FD dir = -1;
	TRY(dir_open(op, AT_FDCWD, path, false, &dir));
	TRY(dir_list(op, dir, path, &name, &n));
	for (ptrdiff_t i = 0; i < n; i++) {
		if (!str_ends(name[i], S(".yaml")))
			continue;
		TRY(one_golden(op, dir, name[i]));
		seen++;
	}
	CHECK(seen > 50);
	return 0;
}

static int shipped(struct op *op)
{
	static const char *const path[] = { "images/static/static.yaml", "images/base/base.yaml",
					    "images/nginx/nginx.yaml" };

	for (size_t i = 0; i < sizeof(path) / sizeof(path[0]); i++) {
		struct recipe r;
		struct tests tests;
		str full;
		TRY(case_path(op, path[i], &full));
		TRY(recipe_read(op, full, &r));
		TRY(tests_read(op, r.doc, r.tests, &tests));
		CHECK(tests.file_n > 0 && tests.metadata.given);
		CHECK_STR(r.run_as, S("nonroot"));
		TRY(round_trip(op, &r));
	}
	return 0;
}

static int values(struct op *op)
{
	struct recipe r;
	str path;

	TRY(case_path(op, "tests/case/recipe/everything.yaml", &path));
	TRY(recipe_read(op, path, &r));
	CHECK_STR(r.suite, S("bookworm"));
	CHECK(r.user_n == 2 && r.user[0].id == 1000 && r.user[1].id == UINT32_MAX);
	CHECK(r.group_n == 1 && r.group[0].id == 33 && r.group[0].members.n == 1);
	CHECK(r.path_n == 7 && r.path[0].mode == 01777 && r.path[0].line == 17 &&
	      r.path[1].mode == 0600);
	CHECK_STR(r.path[0].path, S("srv"));
	CHECK_STR(r.path[2].text, S("\xff\0\xfe"));
	CHECK(r.path[3].type == PATH_SYMLINK && r.path[4].type == PATH_MODE &&
	      r.path[5].text.len == 0);
	CHECK_STR(r.path[6].source, S("minimal.yaml"));
	CHECK(r.healthcheck.interval == UINT64_C(90000000000) &&
	      r.healthcheck.timeout == 500000000);
	CHECK_STR(r.ports.p[0], S("80/tcp"));
	CHECK_STR(r.volumes.p[0], S("/srv/data"));
	CHECK_STR(r.work_dir, S("/srv"));
	CHECK_STR(r.platforms.p[0], S("linux/arm64"));
	CHECK_STR(r.allow_setuid.p[0], S("usr/bin/su"));
	CHECK(str_ends(r.keyring, S("tests/case/recipe/keys.gpg")) && r.layer_budget == 10);
	return 0;
}

/* The same recipe in another directory is the same recipe. */
static int same_elsewhere(struct op *op)
{
	int dir;
	const char *where = test_dir(&dir);
	struct recipe here, there;
	str path, text;

	TRY(case_path(op, "tests/case/recipe/extends-shipped.yaml", &path));
	TRY(recipe_read(op, path, &here));
	TRY(file_read_user(op, path, 1 << 16, &text));
	TRY(op_text(op, &path, "# moved\n\n%.*s", STR_ARG(text)));
	TRY(file_replace(op, dir, S("other.yaml"), path, 0644));
	TRY(op_text(op, &path, "%s/other.yaml", where));
	TRY(recipe_read(op, path, &there));
	CHECK(digest_eq(&here.digest, &there.digest));
	return 0;
}

/* A link beside the recipe may lead to another file beside it, and nowhere else. */
static int links(struct op *op)
{
	static const struct {
		const char *name, *to;
		bool good;
	} link[] = {
		{ "a", "real", true },          { "b", "sub/real", true },
		{ "c", "../recipe/real", true }, { "d", "../secret", false },
		{ "e", "/dev/null", false }, { "out", "..", false },
		{ "f", "out/secret", false },    { "g", "../recipe-2/real", false },
	};
	int dir;
	const char *where = test_dir(&dir);
	AUTO_FD sub = -1;
	struct recipe r;
	str path, text;

	TRY(dir_open(op, dir, S("recipe/sub"), true, &sub));
	TRY(file_replace(op, dir, S("recipe/real"), S("x"), 0644));
	TRY(file_replace(op, dir, S("recipe/sub/real"), S("x"), 0644));
	TRY(file_replace(op, dir, S("secret"), S("x"), 0600));
	CHECK(mkdirat(dir, "recipe-2", 0755) == 0);
	TRY(file_replace(op, dir, S("recipe-2/real"), S("x"), 0600));
	TRY(op_text(op, &path, "%s/recipe/r.yaml", where));
	for (size_t i = 0; i < sizeof(link) / sizeof(link[0]); i++) {
		str at;
		TRY(op_text(op, &at, "recipe/%s", link[i].name));
		CHECK(symlinkat(link[i].to, dir, at.p) == 0);
		TRY(op_text(op, &text, "name: x\nfrom: debian/trixie\nfiles: {/a: %s%s}\n", link[i].name,
			    str_eq(str_of(link[i].name), S("out")) ? "/secret" : ""));
		TRY(file_replace_user(op, path, text, 0644));
		int rc = recipe_read(op, path, &r);
		if (link[i].good)
			TRY(rc);
		else
			CHECK_FAILS(op, rc, ERR_USAGE, "r.yaml:3:13: not a file beside the recipe");
	}
	return 0;
}

static const struct {
	const char *json, *message;
} foreign[] = {
	{ "{\"name\":\"x\",\"extends\":\"static\"}",
	  "r.json:1:13: a recipe of an image extends none" },
	{ "{\"name\":\"x\",\"files\":{\"/a\":\"/etc/passwd\"}}", "names none" },
	{ "{\"name\":\"x\",\"paths\":[{\"path\":\"/a\",\"source\":\"b\"}]}", "names none" },
	{ "{\"name\":\"x\",\"paths\":[{\"path\":\"/a\",\"hex\":\"0g\"}]}",
	  "pairs of lower-case hexadecimal digits" },
	{ "{\"name\":\"x\",\"paths\":[{\"path\":\"/a\",\"hex\":\"0\"}]}",
	  "pairs of lower-case hexadecimal digits" },
	{ "[]", "a mapping is expected here" },
};

static int foreign_canonical(struct op *op)
{
	struct recipe r;

	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		CHECK_FAILS(
			op,
			recipe_read_canonical(op, S("r.json"), exact(str_of(foreign[i].json)), &r),
			ERR_USAGE, foreign[i].message);
	return 0;
}

/* The key of a table's row, "| [`key`](#place) | ..." or "| `key` | ...", or nothing. */
static str documented_key(str line)
{
	if (!str_starts(line, S("| `")) && !str_starts(line, S("| [`")))
		return S("");
	(void)str_cut(&line, '`');
	return str_cut(&line, '`');
}

/* docs/recipe.md's first table names each key that there is, and none that is not. */
static int documented(struct op *op)
{
	struct recipe r;
	struct doc doc;
	str text, json, all;
	int keys = 0;

	TRY(test_file(op, "docs/recipe.md", &text));
	TRY(test_file(op, "tests/case/recipe/everything.yaml", &all));
	TRY(yaml_parse(op, S("everything.yaml"), all, &doc));
	text = str_head(text, str_find_str(text, S("\n### ")));
	while (text.p) {
		str key = documented_key(str_cut(&text, '\n'));
		if (key.len == 0)
			continue;
		keys++;
		CHECK(node_get(&doc.root, key) || str_eq(key, S("extends")));
		TRY(op_text(op, &json, "{\"%.*s\": null}", STR_ARG(key)));
		CHECK(recipe_read_canonical(op, S("x"), json, &r) == ERR_USAGE);
		CHECK(str_find_str(str_of(op->text), S("unknown key")) < 0);
		op_forgive(op);
	}
	CHECK(keys == doc.root.n + 1);
	return 0;
}

TESTS({ "golden cases", golden, .once = true }, { "shipped recipes", shipped, .once = true },
      { "values", values }, { "same elsewhere", same_elsewhere, .once = true },
      { "links stay beside the recipe", links, .once = true },
      { "foreign canonical", foreign_canonical }, { "documented", documented, .once = true })
