/* Catalogers of programs and runtimes, by the name in the first line: what is found has a name. */
#include "unit/inventory/harness.h"

static const struct {
	const char *name, *path, *cataloger;
} kinds[] = {
	{ "app", "lib/x/ebin/x.app", "erlang-otp" },
	{ "config", "packages.config", "dotnet-lock" },
	{ "deps", "app/x.deps.json", "dotnet" },
	{ "exe", "app/x.exe", "dotnet" },
	{ "go", "bin/x", "go-binary" },
	{ "graalvm", "bin/x", "graalvm" },
	{ "lock", "packages.lock.json", "dotnet-lock" },
	{ "manifest", "Manifest.toml", "julia" },
	{ "mysql", "bin/mysql", "binary" },
	{ "release", "jdk/release", "jvm" },
	{ "rust", "bin/x", "cargo-auditable" },
};

static int catalog(struct op *op, const char *path, const char *cataloger, str bytes)
{
	struct tree_given file = { .path = str_of(path), .bytes = bytes, .mode = 0755 };
	struct inventory v;
	int rc = catalog_over(op, cataloger, true, &file, 1, &v);

	for (ptrdiff_t i = 0; rc == 0 && i < v.package_n; i++)
		MUST(v.package[i].name.len && v.package[i].version.len && v.package[i].purl.len);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str in = { (const char *)data, (ptrdiff_t)size }, name = str_cut(&in, '\n');

	if (!in.p)
		return 0;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!str_eq(str_of(kinds[i].name), name))
			continue;
		AUTO_OP op;
		op_init(&op, 256 << 20);
		int rc = catalog(&op, kinds[i].path, kinds[i].cataloger, in);
		MUST(rc == op.code && (rc == 0 || op.text[0]));
	}
	return 0;
}
