#include "told.h"

static int reads_any_prefix(struct op *op)
{
	static const struct tree_given files[] = {
		F("opt/conda/conda-meta/zlib-1.2.11-h1_0.json",
		  "{\"name\":\"zlib\",\"version\":\"1.2.11\",\"build\":\"h1_0\",\"subdir\":\"linux-"
		  "64\","
		  "\"channel\":\"https://conda.anaconda.org/conda-forge/"
		  "linux-64\",\"license\":\"Zlib\","
		  "\"fn\":\"zlib-1.2.11-h1_0.tar.bz2\",\"md5\":"
		  "\"348a30b1350c9d91a4dbf05f5e46e0bb\","
		  "\"depends\":[\"__glibc >=2.17\",\"libzlib 1.2.11 h1_0\",\"main::python >=3\"]}"),
		F("home/me/envs/x/conda-meta/tool-2-py_0.json",
		  "{\"name\":\"tool\",\"version\":\"2\",\"build_string\":\"py_0\",\"channel\":"
		  "\"https://repo.anaconda.com/pkgs/main/\",\"url\":"
		  "\"https://repo.anaconda.com/pkgs/main/noarch/tool-2-py_0.conda\"}"),
		F("conda-meta/none.json", "{\"version\":\"1\"}"),
		F("conda-meta/list.json", "[1]"),
		F("conda-meta/bad.json", "{"),
		F("conda-meta/history", "==> 2020-01-01 <=="),
	};

	return TOLD(
		op, "conda", false, files,
		"! conda-meta/bad.json: conda-meta/bad.json:1:2: a key in quotes is expected here\n"
		"pkg:conda/tool@2?build=py_0&channel=main&type=conda database\n"
		"pkg:conda/zlib@1.2.11?build=h1_0&channel=conda-forge&subdir=linux-64&type=tar.bz2 "
		"database (Zlib) md5:348a30b1 > libzlib python\n");
}

/* Files stand below the prefix, with the digests that they have there. */
static int lists_files(struct op *op)
{
	static const struct tree_given files[] = {
		F("opt/conda/conda-meta/a-1-0.json",
		  "{\"name\":\"a\",\"version\":\"1\",\"build\":\"0\",\"files\":[\"no\"],\"paths_"
		  "data\":"
		  "{\"paths\":[{\"_path\":\"lib/a.so\",\"path_type\":\"softlink\",\"sha256\":"
		  "\"9999999999999999999999999999999999999999999999999999999999999999\"},"
		  "{\"_path\":\"bin/a\",\"path_type\":\"hardlink\",\"sha256\":"
		  "\"1111111111111111111111111111111111111111111111111111111111111111\","
		  "\"sha256_in_prefix\":"
		  "\"2222222222222222222222222222222222222222222222222222222222222222\"},"
		  "{\"_path\":\"/etc/passwd\"}]}}"),
		F("conda-meta/b-1-0.json",
		  "{\"name\":\"b\",\"version\":\"1\",\"build\":\"0\",\"files\":[\"bin/b\"]}"),
	};
	struct inventory v;

	TRY(catalog_over(op, "conda", false, files, 2, &v));
	CHECK(v.package_n == 2);
	const struct package *a = package_by(&v, "pkg:conda/a@1?build=0");
	const struct package *b = package_by(&v, "pkg:conda/b@1?build=0");
	CHECK(a && a->file_n == 2 && b && b->file_n == 1);
	if (!a || a->file_n != 2 || !b || b->file_n != 1)
		return 0;
	CHECK_STR(a->file[0].path, S("opt/conda/bin/a"));
	CHECK(a->file[0].hash == HASH_SHA256 && a->file[0].digest[31] == 0x22);
	CHECK_STR(a->file[1].path, S("opt/conda/lib/a.so"));
	CHECK(a->file[1].hash == 0);
	CHECK_STR(b->file[0].path, S("bin/b"));
	return 0;
}

static int reads_bitnami(struct op *op)
{
	static const struct tree_given files[] = {
		F("opt/bitnami/.bitnami_components.json",
		  "{\"yq\":{\"arch\":\"amd64\",\"digest\":"
		  "\"1c135708aaa8cb69936471de63563de08e97b7d0bfb4126d41b54a149557c5c0\","
		  "\"distro\":\"debian-10\",\"type\":\"NAMI\",\"version\":\"4.16.2-2\"},"
		  "\"none\":{\"arch\":\"amd64\"},\"text\":\"1\"}"),
	};

	return TOLD(
		op, "bitnami", false, files,
		"pkg:bitnami/yq@4.16.2-2?arch=amd64&distro=debian-10 metadata sha256:1c135708\n");
}

TESTS({ "reads any prefix", reads_any_prefix }, { "lists files", lists_files },
      { "reads Bitnami's components", reads_bitnami })
