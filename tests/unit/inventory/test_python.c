#include "inventory/python.h"

#include <string.h>

#include "unit/inventory/harness.h"
#include "unit/inventory/zip_made.h"

#define FILES(...) (struct tree_given[]){ __VA_ARGS__ }, sizeof((struct tree_given[]){ __VA_ARGS__ }) / sizeof(struct tree_given)
#define FIELD(s) S_INIT(s)

/* "purl purl ..." and "!" for each warning. */
static int tell(struct op *op, const struct inventory *v, str *ret)
{
	struct buf b;

	buf_init(&b, op, 1 << 20);
	for (ptrdiff_t i = 0; i < v->package_n; i++)
		buf_fmt(&b, "%s%.*s", i ? " " : "", STR_ARG(v->package[i].purl));
	for (ptrdiff_t i = 0; i < v->warning_n; i++)
		buf_char(&b, '!');
	return buf_take(&b, ret);
}

static int joined(struct op *op, const struct texts *t, str *ret)
{
	struct buf b;

	buf_init(&b, op, 1 << 16);
	for (ptrdiff_t i = 0; i < t->n; i++)
		buf_fmt(&b, "%s%.*s", i ? " " : "", STR_ARG(t->p[i]));
	return buf_take(&b, ret);
}

static str fact(const struct pairs *p, const char *key)
{
	for (ptrdiff_t i = 0; i < p->n; i++)
		if (str_eq(p->p[i].key, str_of(key)))
			return p->p[i].value;
	return S("");
}

static int installed(struct op *op)
{
	struct inventory v;
	str got;

	TRY(catalog_over(op, "python", false, FILES(
		{ .path = S("site/Some_Pkg-1.0.dist-info/METADATA"), .bytes = S("Metadata-Version: 2.1\r\nName: Some.Pkg\r\nversion: 1.0\r\n"
			"Version: 2.0\r\nSummary: It\r\n  is good\r\nHome-page: UNKNOWN\r\nAuthor: A\r\nLicense: MIT\r\n"
			"Project-URL: Source, https://x/src\r\nRequires-Dist: Other_One[extra] (>=1.2) ; python_version < '3'\r\n"
			"Requires-Dist: other-one\r\nRequires-Dist: pytest ; extra == 'test'\r\n\r\nName: not this\r\n") },
		{ .path = S("site/Some_Pkg-1.0.dist-info/RECORD"), .bytes = S("some/a.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n"
			"\"some/b,\"\"c.py\",sha256=bad,1\n../../bin/some,sha384=x,2\n/opt/abs,,\nsome/__pycache__/a.pyc,,\n"
			"Some_Pkg-1.0.dist-info/RECORD,,\njunk\n\nsome/../../../../../etc/x,,\n") },
		{ .path = S("site/Some_Pkg-1.0.dist-info/INSTALLER"), .bytes = S("pip\n") },
		{ .path = S("site/Some_Pkg-1.0.dist-info/top_level.txt"), .bytes = S("some\nother\n") },
		{ .path = S("site/Some_Pkg-1.0.dist-info/direct_url.json"), .bytes = S("{\"url\": \"https://x/r.git\", \"vcs_info\": {\"vcs\": \"git\", \"commit_id\": \"abc\"}}") }),
		&v));
	CHECK(v.package_n == 1 && v.warning_n == 0);
	if (v.package_n != 1)
		return 0;
	const struct package *p = &v.package[0];
	CHECK_STR(p->name, S("Some.Pkg"));
	CHECK_STR(p->version, S("1.0"));
	CHECK_STR(p->licence, S("MIT"));
	CHECK_STR(p->description, S("It is good"));
	CHECK_STR(p->homepage, S(""));
	CHECK_STR(p->vcs, S("https://x/r.git"));
	CHECK_STR(fact(&p->facts, "python:installer"), S("pip"));
	CHECK_STR(fact(&p->facts, "python:top-level"), S("some other"));
	CHECK_STR(fact(&p->qualifiers, "vcs_url"), S("git+https://x/r.git@abc"));
	TRY(joined(op, &p->needs, &got));
	CHECK_STR(got, S("other-one"));
	TRY(joined(op, &p->provides, &got));
	CHECK_STR(got, S("some-pkg"));
	static const char *const files[] = { "bin/some", "etc/x", "opt/abs", "site/Some_Pkg-1.0.dist-info/RECORD",
					     "site/some/__pycache__/a.pyc", "site/some/a.py", "site/some/b,\"c.py" };
	CHECK(p->file_n == 7);
	for (ptrdiff_t i = 0; i < 7 && p->file_n == 7; i++) {
		CHECK_STR(p->file[i].path, str_of(files[i]));
		CHECK(p->file[i].hash == (i == 5 ? HASH_SHA256 : 0));
	}
	if (p->file_n == 7)
		CHECK(p->file[5].digest[0] == 0xe3 && p->file[5].digest[31] == 0x55);
	return 0;
}

static int forms(struct op *op)
{
	static const struct {
		const char *path, *text, *finds;
	} row[] = {
		{ "a/x-1.dist-info/METADATA", "Name: x\nVersion: 1\n", "pkg:pypi/x@1" },
		{ "a/x/DIST-INFO/METADATA", "Name: x\nVersion: 1\n", "pkg:pypi/x@1" },
		{ "a/x.egg-info/PKG-INFO", "Name: x\nVersion: 1\n", "pkg:pypi/x@1" },
		{ "a/x.egg/EGG-INFO/PKG-INFO", "\xef\xbb\xbfName: x\nVersion: 1\n", "pkg:pypi/x@1" },
		{ "a/x-1-py3.egg-info", "name: X_y\nversion: 1.0+Local.1\n", "pkg:pypi/x-y@1.0%2BLocal.1" },
		{ "a/x-py3.egg-info", "Name: x\n", "pkg:pypi/x" },
		{ "a/x.egg-info/PKG-INFO", "Keywords: a\nb c d\nName: x\nVersion: 1\n", "pkg:pypi/x@1" },
		/* The runtime's own, an empty file, metadata that lies elsewhere. */
		{ "a/Python-2.7.egg-info", "Name: Python\nVersion: 2.7\n", "" },
		{ "a/x.egg-info", "", "" },
		{ "a/x.dist-info/METADATA", "\nName: x\nVersion: 1\n", "" },
		{ "a/sdist-1/PKG-INFO", "Name: x\nVersion: 1\n", "" },
		{ "a/x.dist-info/PKG-INFO", "Name: x\nVersion: 1\n", "" },
		{ "a/x.egg", "no archive, but long enough to be one", "" },
	};
	struct inventory v;
	str got;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		TRY(catalog_over(op, "python", false, FILES({ .path = str_of(row[i].path), .bytes = str_of(row[i].text) }), &v));
		TRY(tell(op, &v, &got));
		CHECK_STR(got, str_of(row[i].finds));
	}
	return 0;
}

static int archives(struct op *op)
{
	struct zip_part wheel[] = { { "x/__init__.py", FIELD("") },
				    { "x-2.dist-info/METADATA", FIELD("Name: x\nVersion: 2\n"), true },
				    { "x/_vendor/y-3.dist-info/METADATA", FIELD("Name: y\nVersion: 3\n") } };
	struct zip_part egg[] = { { "EGG-INFO/PKG-INFO", FIELD("Name: e\nVersion: 4\n") } };
	struct inventory v;
	str bytes, other, got;

	TRY(zip_made(op, "", wheel, 3, &bytes));
	TRY(zip_made(op, "", egg, 1, &other));
	TRY(catalog_over(op, "python", false, FILES({ .path = S("w/x-2-py3-none-any.whl"), .bytes = exact(bytes) },
						    { .path = S("w/e-4-py3.egg"), .bytes = exact(other) },
						    { .path = S("w/cut.egg"), .bytes = exact(str_head(bytes, 60)) }), &v));
	TRY(tell(op, &v, &got));
	CHECK_STR(got, S("pkg:pypi/e@4 pkg:pypi/x@2!"));
	if (v.package_n == 2)
		CHECK_STR(v.package[1].evidence[0].path, S("w/x-2-py3-none-any.whl:x-2.dist-info/METADATA"));
	return 0;
}

static int licences(struct op *op)
{
	static const struct {
		const char *fields, *licence;
	} row[] = {
		{ "License-Expression: mit or apache-2.0\nLicense: BSD\n", "MIT OR Apache-2.0" },
		{ "License: Apache-2.0\nClassifier: License :: OSI Approved :: MIT License\n", "Apache-2.0" },
		{ "License: UNKNOWN\nClassifier: License :: OSI Approved :: MIT License\n", "MIT" },
		{ "License: see the file\nClassifier: License :: OSI Approved :: MIT License\n", "MIT" },
		{ "Classifier: License :: OSI Approved :: MIT License\nClassifier: License :: OSI Approved :: Apache Software License\n", "Apache-2.0 AND MIT" },
		{ "", "" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct inventory v;
		str text;
		TRY(op_text(op, &text, "Name: x\nVersion: 1\n%s", row[i].fields));
		TRY(catalog_over(op, "python", false, FILES({ .path = S("x.egg-info/PKG-INFO"), .bytes = text }), &v));
		CHECK(v.package_n == 1);
		if (v.package_n)
			CHECK_STR(v.package[0].licence, str_of(row[i].licence));
	}
	return 0;
}

#define ISC "ISC License\n\nCopyright (c) 2020, A Person\n\nPermission to use, copy, modify, and/or distribute this software for any\npurpose with or without fee is " \
	"hereby granted, provided that the above\ncopyright notice and this permission notice appear in all copies.\n\nTHE SOFTWARE IS PROVIDED \"AS IS\" AND THE AUTHOR " \
	"DISCLAIMS ALL WARRANTIES WITH\nREGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND\nFITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY " \
	"SPECIAL, DIRECT,\nINDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS\nOF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR " \
	"OTHER\nTORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF\nTHIS SOFTWARE.\n"

/* A vague name gives way to a text that is known; an exact one does not. */
static int licence_file(struct op *op)
{
	static const struct {
		const char *fields, *path, *text, *licence;
	} row[] = {
		{ "", "x.dist-info/LICENSE", ISC, "ISC" },
		{ "License: BSD\nLicense-File: legal/TERMS\n", "x.dist-info/licenses/legal/TERMS", ISC, "ISC" },
		{ "License: LGPL\n", "x.dist-info/LICENSE.txt", "some words of our own", "LicenseRef-LGPL" },
		{ "License: MIT\n", "x.dist-info/LICENSE", ISC, "MIT" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct inventory v;
		str text;
		TRY(op_text(op, &text, "Name: x\nVersion: 1\n%s", row[i].fields));
		TRY(catalog_over(op, "python", false, FILES({ .path = S("x.dist-info/METADATA"), .bytes = text },
							    { .path = str_of(row[i].path), .bytes = str_of(row[i].text) }), &v));
		CHECK(v.package_n == 1);
		if (v.package_n)
			CHECK_STR(v.package[0].licence, str_of(row[i].licence));
	}
	return 0;
}

/* A list beside the egg-info itself; a package that another one needs. */
static int egg_info(struct op *op)
{
	struct inventory v;

	TRY(catalog_over(op, "python", false, FILES(
		{ .path = S("s/x.egg-info/PKG-INFO"), .bytes = S("Name: x\nVersion: 1\nRequires-Dist: Typing.Extensions>=3\n") },
		{ .path = S("s/x.egg-info/installed-files.txt"), .bytes = S("../x.py\n../__pycache__/x.pyc\nPKG-INFO\n") },
		{ .path = S("s/y.egg-info/PKG-INFO"), .bytes = S("Name: y\nVersion: 1\n") },
		{ .path = S("s/y.egg-info/requires.txt"), .bytes = S("a>=1\nb[c]\n\n[:python_version < '3']\nd\n\n[test]\nx\n[test:m]\nz\n") },
		{ .path = S("s/typing_extensions-4.dist-info/METADATA"), .bytes = S("Name: typing_extensions\nVersion: 4\n") }), &v));
	const struct package *x = package_by(&v, "pkg:pypi/x@1");
	CHECK(x && x->file_n == 3);
	if (x && x->file_n == 3)
		CHECK_STR(x->file[2].path, S("s/x.py"));
	CHECK(v.relation_n == 1 && v.relation[0].kind == RELATION_DEPENDS);
	const struct package *y = package_by(&v, "pkg:pypi/y@1");
	str got = S("");
	CHECK(y != NULL);
	TRY(y ? joined(op, &y->needs, &got) : 0);
	CHECK_STR(got, S("a b d"));
	return 0;
}

/* PEP 770: what was compiled into a wheel. */
static int bundled(struct op *op)
{
	struct inventory v;

	TRY(catalog_over(op, "python", false, FILES(
		{ .path = S("s/x-1.dist-info/METADATA"), .bytes = S("Name: x\nVersion: 1\n") },
		{ .path = S("s/x-1.dist-info/sboms/auditwheel.cdx.json"), .bytes = S("{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.4\", \"version\": 1,"
			"\"metadata\": {\"component\": {\"type\": \"library\", \"bom-ref\": \"pkg:pypi/x@1\", \"name\": \"x\", \"version\": \"1\", \"purl\": \"pkg:pypi/x@1\"}},"
			"\"components\": [{\"type\": \"library\", \"bom-ref\": \"a\", \"name\": \"libz\", \"version\": \"1.2.11\", \"purl\": \"pkg:rpm/centos/libz@1.2.11\"},"
			"{\"type\": \"library\", \"bom-ref\": \"pkg:pypi/x@1\", \"name\": \"x\", \"version\": \"1\", \"purl\": \"pkg:pypi/x@1\"}]}") },
		{ .path = S("s/x-1.dist-info/sboms/none.json"), .bytes = S("{}") }), &v));
	const struct package *z = package_by(&v, "pkg:rpm/centos/libz@1.2.11");
	CHECK(v.package_n == 2 && v.warning_n == 0 && z != NULL);
	if (z)
		CHECK(z->evidence[0].how == EVIDENCE_SBOM);
	CHECK(v.relation_n == 1 && v.relation[0].kind == RELATION_CONTAINS);
	return 0;
}

TESTS({ "what an installer leaves", installed }, { "where metadata lie", forms, .once = true }, { "eggs and wheels", archives },
      { "licences", licences, .once = true }, { "licence files", licence_file, .once = true }, { "egg-info and needs", egg_info, .once = true }, { "what was bundled into a package", bundled })
