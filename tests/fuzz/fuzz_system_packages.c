/* Databases of system package managers: the first byte says whose, the rest is the file. Whatever
 * is told has a name, a version and a purl, and its files are in order. */
#include "inventory/inventory.h"

static const struct {
	const char *cataloger, *path;
} places[] = {
	{ "dpkg", "var/lib/dpkg/status" },
	{ "dpkg", "var/lib/dpkg/status.d/a" },
	{ "dpkg", "var/lib/dpkg/info/a.list" },
	{ "dpkg", "var/lib/dpkg/info/b.md5sums" },
	{ "dpkg", "var/lib/dpkg/diversions" },
	{ "dpkg", "etc/dpkg/dpkg.cfg" },
	{ "dpkg", "usr/share/doc/a/copyright" },
	{ "apk", "lib/apk/db/installed" },
	{ "apk", "etc/apk/repositories" },
	{ "alpm", "var/lib/pacman/local/x-1/desc" },
	{ "alpm", "var/lib/pacman/local/a-1/files" },
	{ "alpm", "var/lib/pacman/local/a-1/mtree" },
	{ "chisel", "var/lib/chisel/manifest.wall" },
	{ "opkg", "usr/lib/opkg/status" },
	{ "portage", "var/db/pkg/cat/a-1/CONTENTS" },
	{ "portage", "var/db/pkg/cat/b-1/LICENSE" },
	{ "portage", "var/db/pkg/cat/b-1/RDEPEND" },
	{ "snap", "usr/share/snappy/dpkg.list" },
	{ "bottlerocket", "usr/share/bottlerocket/application-inventory.json" },
	{ "deb-archive", "a.deb" },
	{ "deb-archive", "a.apk" },
	{ "dpkg", "etc/os-release" },
	{ "dpkg", "etc/system-release-cpe" },
	{ "dpkg", "etc/redhat-release" },
	{ "dpkg", "etc/debian_version" },
};
enum { PLACES = sizeof(places) / sizeof(places[0]) };

#define STATUS                                                         \
	"Package: a\nVersion: 1\nDepends: x | b\nConffiles:\n /etc/a " \
	"0cc175b9c0f1b6a831c399e269772661\n\nPackage: b\nVersion: 2\n"

/* The file and what it belongs to. */
static ptrdiff_t give(struct tree_given *file, const char *path, str bytes)
{
	static const struct tree_given around[] = {
		{ .path = S_INIT("var/lib/dpkg/status"), .bytes = S_INIT(STATUS) },
		{ .path = S_INIT("var/lib/pacman/local/a-1/desc"),
		  .bytes = S_INIT("%NAME%\na\n\n%VERSION%\n1\n") },
		{ .path = S_INIT("var/lib/pacman/local/a-1/files"),
		  .bytes = S_INIT("%FILES%\netc/a\n") },
		{ .path = S_INIT("var/db/pkg/cat/b-1/CONTENTS"), .bytes = S_INIT("dir /x\n") },
	};
	ptrdiff_t n = 0;

	file[n++] = (struct tree_given){ .path = str_of(path), .bytes = bytes };
	for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++) {
		if (!str_eq(around[i].path, str_of(path)))
			file[n++] = around[i];
	}
	return n;
}

static void check(const struct inventory *v)
{
	for (ptrdiff_t i = 0; i < v->package_n; i++) {
		const struct package *p = &v->package[i];
		MUST(p->name.len && p->version.len && str_starts(p->purl, S("pkg:")));
		MUST(p->evidence_n > 0 && p->file_n >= 0);
		for (ptrdiff_t k = 1; k < p->file_n; k++)
			MUST(str_cmp(p->file[k - 1].path, p->file[k].path) < 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct inventory_wish wish = { .licences = true, .files = true };
	struct tree_given file[8];
	struct inventory v = { 0 };
	struct tree_wish wants;
	AUTO_OP op;
	AUTO_TREE *t = NULL; /* closed before its op goes */

	op_init(&op, 256 << 20);
	if (size == 0)
		return 0;
	size_t which = data[0] % PLACES;
	str only = str_of(places[which].cataloger);
	wish.only = (struct texts){ &only, 1 };
	ptrdiff_t n = give(file, places[which].path,
			   (str){ (const char *)data + 1, (ptrdiff_t)size - 1 });
	int rc = inventory_interest(&op, &wish, &wants);
	if (rc == 0)
		rc = tree_of_files(&op, file, n, &wants, &t);
	if (rc == 0)
		rc = inventory_make(&op, t, &wish, &v);
	MUST(rc == op.code && (rc == 0 || op.text[0]));
	if (rc == 0)
		check(&v);
	return 0;
}
