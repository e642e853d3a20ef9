#include "unit/inventory/harness.h"

#include "base/buf.h"

/* "purl purl(dev) ...". */
static int found_in(struct op *op, const char *path, const char *text, str *ret)
{
	struct tree_given file[] = { { .path = str_of(path), .bytes = exact(str_of(text)) },
				     { .path = S("sub/base.in"), .bytes = S("deep == 1\n-r more.in\n-r base.in\n") },
				     { .path = S("sub/more.in"), .bytes = S("deeper==2") } };
	struct inventory v;
	struct buf b;

	TRY(catalog_over(op, "python-lock", true, file, 3, &v));
	buf_init(&b, op, 1 << 20);
	for (ptrdiff_t i = 0; i < v.package_n; i++)
		buf_fmt(&b, "%s%.*s%s", i ? " " : "", STR_ARG(v.package[i].purl), v.package[i].development ? "(dev)" : "");
	for (ptrdiff_t i = 0; i < v.warning_n; i++)
		buf_char(&b, '!');
	return buf_take(&b, ret);
}

static int files(struct op *op)
{
	static const struct {
		const char *path, *text, *finds;
	} row[] = {
		{ "requirements.txt", "a==1\nb === 2.0 # c\n  d[x, y] == 3 ; python_version < '3'\ne>=1\nf==1.*\n#g==1\n-e git+x\n==1\nh==1,<2\n",
		  "pkg:pypi/a@1 pkg:pypi/b@2.0 pkg:pypi/d@3 pkg:pypi/h@1" },
		{ "requirements.txt", "a==1 \\\n  --hash=sha256:00 \\\n  --hash=sha256:11\r\nb >= 1, \\\n == 2\r\nc_d (==4)\n", "pkg:pypi/a@1 pkg:pypi/c-d@4" },
		{ "x/requirements-dev.txt", "a==1", "pkg:pypi/a@1(dev)" },
		{ "requirements.txt", "-r sub/base.in\n--requirement other-requirements.txt\n-c c.in\nz==9\n", "pkg:pypi/deep@1 pkg:pypi/deeper@2 pkg:pypi/z@9" },
		{ "setup.py", "setup(install_requires=['a==1', \"b[c]==2.0;python_version<'3'\", 'd>=1', 'e==%s' % v, \"f==1.0 is it\"])  # 'g==1'\n'h==5",
		  "pkg:pypi/a@1 pkg:pypi/b@2.0 pkg:pypi/h@5" },
		{ "Pipfile.lock", "{\"default\": {\"a\": {\"version\": \"==1\", \"hashes\": [\"sha256:00\"]}, \"g\": {\"git\": \"x\", \"ref\": \"y\"}}, \"develop\": {\"b\": {\"version\": \"==2\"}}}",
		  "pkg:pypi/a@1 pkg:pypi/b@2(dev)" },
		{ "poetry.lock", "[[package]]\nname = \"a\"\nversion = \"1\"\ncategory = \"dev\"\n[[package]]\nname = \"b\"\nversion = \"2\"\ngroups = [\"main\"]\n[package.dependencies]\na = \"*\"\n",
		  "pkg:pypi/a@1(dev) pkg:pypi/b@2" },
		{ "uv.lock", "version = 1\n[[package]]\nname = \"me\"\nversion = \"0\"\nsource = { virtual = \".\" }\ndependencies = [{ name = \"a\" }]\n"
			     "[package.dev-dependencies]\ndev = [{ name = \"t\" }]\n[[package]]\nname = \"a\"\nversion = \"1\"\n[[package]]\nname = \"t\"\nversion = \"2\"\n",
		  "pkg:pypi/a@1 pkg:pypi/me@0 pkg:pypi/t@2(dev)" },
		{ "pdm.lock", "[[package]]\nname = \"a\"\nversion = \"1\"\ngroups = [\"dev\", \"tests\"]\ndependencies = [\"b[x]>=1\"]\n[[package]]\nname = \"b\"\nversion = \"2\"\ngroups = [\"default\", \"dev\"]\n",
		  "pkg:pypi/a@1(dev) pkg:pypi/b@2" },
		{ "pylock.toml", "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nversion = \"1\"\nwheels = [{ hashes = { sha256 = \"00\" } }]\n[[packages]]\nname = \"dir\"\n",
		  "pkg:pypi/a@1" },
		{ "script.py.lock", "[[package]]\nname = \"a\"\nversion = \"1\"\n", "pkg:pypi/a@1" },
		{ "environment.yml", "name: x\ndependencies:\n  - python=3.9\n  - conda-forge::numpy==1.21=py39_0\n  - scipy>=1\n  - pandas=1.*\n  - pip\n  - pip:\n    - a==1\n    - b\n",
		  "pkg:conda/numpy@1.21?build=py39_0&channel=conda-forge pkg:conda/python@3.9 pkg:pypi/a@1" },
		{ "poetry.lock", "this is no TOML", "!" },
		{ "poetry.lock", "package = 1\n", "" },
		{ "poetry.lock", "package = [1, [2], {name = 3}]\n", "" },
		{ "Pipfile.lock", "[]", "" },
		{ "environment.yml", "dependencies: x", "" },
	};
	str got;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		TRY(found_in(op, row[i].path, row[i].text, &got));
		CHECK_STR(got, str_of(row[i].finds));
	}
	return 0;
}

/* What PowerShell writes: UTF-16 of both orders; and a byte order mark of UTF-8. */
static int encodings(struct op *op)
{
	static const str texts[] = { S_INIT("\xff\xfe" "a\0=\0=\0" "1\0\r\0\n\0b\0=\0=\0" "2\0"), S_INIT("\xfe\xff\0a\0=\0=\0" "1\0\n\0b\0=\0=\0" "2"),
				     S_INIT("\xef\xbb\xbf" "a==1\nb==2") };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct tree_given file = { .path = S("requirements.txt"), .bytes = exact(texts[i]) };
		struct inventory v;
		TRY(catalog_over(op, "python-lock", true, &file, 1, &v));
		CHECK(v.package_n == 2 && package_by(&v, "pkg:pypi/a@1") && package_by(&v, "pkg:pypi/b@2"));
	}
	return 0;
}

/* In an image a lock file is no evidence of anything that is installed. */
static int image(struct op *op)
{
	struct tree_given file = { .path = S("app/requirements.txt"), .bytes = S("a==1\n") };
	struct inventory v;

	TRY(catalog_over(op, "python-lock", false, &file, 1, &v));
	CHECK(v.package_n == 0);
	return 0;
}

TESTS({ "lock and requirements files", files, .once = true }, { "encodings", encodings, .once = true },
      { "in an image", image })
