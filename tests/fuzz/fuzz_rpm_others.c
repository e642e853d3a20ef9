/* What the catalogers of rpm, Red Hat, the kernel, conda, R, Nix, Lua, WordPress and Bitnami make
 * of a file, by the name in the first line: what is found has a name, and its files are in order.
 */
#include "unit/inventory/harness.h"

static const struct {
	const char *path, *cataloger;
} kinds[] = {
	{ "var/lib/rpm/Packages", "rpm" },
	{ "var/lib/rpm/Packages.db", "rpm" },
	{ "var/lib/rpm/rpmdb.sqlite", "rpm" },
	{ "var/lib/rpmmanifest/container-manifest-2", "rpm-manifest" },
	{ "x.rpm", "rpm-archive" },
	{ "root/buildinfo/content_manifests/x.json", "redhat" },
	{ "root/buildinfo/labels.json", "redhat" },
	{ "root/buildinfo/Dockerfile-x-1-2", "redhat" },
	{ "lib/modules/6/x.ko", "kernel" },
	{ "boot/vmlinuz", "kernel" },
	{ "usr/bin/noted", "elf-note" },
	{ "opt/conda/conda-meta/x-1-0.json", "conda" },
	{ "opt/bitnami/.bitnami_components.json", "bitnami" },
	{ "library/x/DESCRIPTION", "r" },
	{ "nix/var/nix/db/db.sqlite", "nix" },
	{ "x.rockspec", "lua" },
	{ "wp-content/plugins/x/x.php", "wordpress" },
	{ "wp-includes/version.php", "wordpress" },
};

static int catalog(struct op *op, const char *path, const char *cataloger, str bytes)
{
	struct tree_given file[] = {
		{ .path = S("etc/os-release"), .bytes = S("ID=rhel\nVERSION_ID=9\n") },
		{ .path = str_of(path), .bytes = bytes, .mode = 0755 },
	};
	struct inventory v;
	int rc = catalog_over(op, cataloger, true, file, 2, &v);

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
		op_init(&op, 512 << 20);
		int rc = catalog(&op, kinds[i].path, kinds[i].cataloger, in);
		MUST(rc == op.code && (rc == 0 || op.text[0]));
	}
	return 0;
}
