/* Lock, project and package files of many languages, by the path in the first line: what is found
 * has a name, a version and a purl, and needs are texts. */
#include "unit/inventory/harness.h"

static const struct {
	const char *cataloger;
	str path;
} kinds[] = {
	{ "node", S_INIT("node_modules/a/package.json") },
	{ "node-lock", S_INIT("package-lock.json") },
	{ "node-lock", S_INIT("yarn.lock") },
	{ "node-lock", S_INIT("pnpm-lock.yaml") },
	{ "node-lock", S_INIT("bun.lock") },
	{ "node-lock", S_INIT("deno.lock") },
	{ "ruby", S_INIT("specifications/a.gemspec") },
	{ "ruby-lock", S_INIT("Gemfile.lock") },
	{ "php", S_INIT("composer/installed.json") },
	{ "php-pear", S_INIT(".registry/a.reg") },
	{ "rust-lock", S_INIT("Cargo.lock") },
	{ "go-mod", S_INIT("go.mod") },
	{ "go-mod", S_INIT("vendor/modules.txt") },
	{ "hex-lock", S_INIT("mix.lock") },
	{ "hex-lock", S_INIT("rebar.lock") },
	{ "dart-lock", S_INIT("pubspec.lock") },
	{ "swift-lock", S_INIT("Podfile.lock") },
	{ "swift-lock", S_INIT("Package.resolved") },
	{ "cpp-lock", S_INIT("conan.lock") },
	{ "cpp-lock", S_INIT("conanfile.txt") },
	{ "haskell-lock", S_INIT("stack.yaml.lock") },
	{ "haskell-lock", S_INIT("cabal.project.freeze") },
	{ "r-lock", S_INIT("renv.lock") },
	{ "terraform-lock", S_INIT(".terraform.lock.hcl") },
	{ "github-actions", S_INIT(".github/workflows/a.yml") },
	{ "opam", S_INIT("a.opam") },
	{ "perl", S_INIT("perllocal.pod") },
};

static void check(const struct inventory *v)
{
	for (ptrdiff_t i = 0; i < v->package_n; i++) {
		const struct package *p = &v->package[i];
		MUST(p->name.len && p->version.len && str_starts(p->purl, S("pkg:")));
		for (ptrdiff_t k = 0; k < p->needs.n; k++)
			MUST(p->needs.p[k].len);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str in = { (const char *)data, (ptrdiff_t)size };
	str path = str_cut(&in, '\n');
	struct inventory v;
	AUTO_OP op;

	op_init(&op, 512 << 20);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!str_eq(path, kinds[i].path))
			continue;
		struct tree_given file = { .path = path, .bytes = in };
		int rc = catalog_over(&op, kinds[i].cataloger, true, &file, 1, &v);
		MUST(rc == op.code && rc <= 0);
		if (rc == 0)
			check(&v);
	}
	return 0;
}
