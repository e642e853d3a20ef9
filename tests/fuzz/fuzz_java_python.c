/* Text files of Java's and Python's catalogers, by the name in the first line: what is found has a
 * name. */
#include "unit/inventory/harness.h"

static const struct {
	const char *path, *cataloger;
} kinds[] = {
	{ "x-1.dist-info/METADATA", "python" },
	{ "x-1.dist-info/RECORD", "python" },
	{ "x-1.dist-info/direct_url.json", "python" },
	{ "requirements.txt", "python-lock" },
	{ "setup.py", "python-lock" },
	{ "Pipfile.lock", "python-lock" },
	{ "poetry.lock", "python-lock" },
	{ "uv.lock", "python-lock" },
	{ "environment.yml", "python-lock" },
	{ "pom.xml", "java-lock" },
	{ "gradle.lockfile", "java-lock" },
	{ "build.sbt.lock", "java-lock" },
};

static int catalog(struct op *op, const char *path, const char *cataloger, str text)
{
	struct tree_given file[] = { { .path = str_of(path), .bytes = text },
				     { .path = S("x-1.dist-info/METADATA"),
				       .bytes = S("Name: x\nVersion: 1\n") } };
	bool beside = str_starts(str_of(path), S("x-1.dist-info/")) &&
		      !str_ends(str_of(path), S("METADATA"));
	struct inventory v;
	int rc = catalog_over(op, cataloger, true, file, beside ? 2 : 1, &v);

	for (ptrdiff_t i = 0; rc == 0 && i < v.package_n; i++) {
		MUST(v.package[i].name.len && v.package[i].purl.len);
		for (ptrdiff_t k = 1; k < v.package[i].file_n; k++)
			MUST(str_cmp(v.package[i].file[k - 1].path, v.package[i].file[k].path) < 0);
	}
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str in = { (const char *)data, (ptrdiff_t)size }, name = str_cut(&in, '\n');

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!str_eq(str_base_name(str_of(kinds[i].path)), name))
			continue;
		AUTO_OP op;
		op_init(&op, 128 << 20);
		int rc = catalog(&op, kinds[i].path, kinds[i].cataloger, in);
		MUST(rc == op.code && (rc == 0 || op.text[0]));
	}
	return 0;
}
