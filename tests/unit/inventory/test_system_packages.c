/* The smaller package managers: Chisel, pacman, opkg, Portage, snaps, Nix, Bottlerocket. */
#include "told.h"

/* What one cataloger tells, and of each package its files: "path[=digest][!]". */
static int listed(struct op *op, const char *cataloger, const struct tree_given *file, ptrdiff_t n,
		  str *ret)
{
	struct inventory v;
	struct buf b;

	TRY(catalog_over(op, cataloger, false, file, n, &v));
	buf_init(&b, op, 8192);
	for (ptrdiff_t i = 0; i < v.package_n; i++) {
		const struct package *p = &v.package[i];
		told_package(&b, p);
		for (ptrdiff_t k = 0; k < p->file_n; k++) {
			const struct package_file *f = &p->file[k];
			buf_fmt(&b, " %.*s", STR_ARG(f->path));
			if (f->hash)
				buf_fmt(&b, "=%02x%02x", f->digest[0], f->digest[1]);
			buf_add(&b, f->flags & FILE_CONFIG ? S("!") : S(""));
		}
		buf_add(&b, p->file_n ? S("\n") : S(""));
	}
	for (ptrdiff_t i = 0; i < v.warning_n; i++)
		buf_fmt(&b, "! %.*s\n", STR_ARG(v.warning[i].path));
	return buf_take(&b, ret);
}
#define LISTED(op, cataloger, file, ret) \
	listed((op), (cataloger), (file), (ptrdiff_t)(sizeof(file) / sizeof((file)[0])), (ret))

static int chisel(struct op *op)
{
	static const struct tree_given file[] = {
		F("etc/os-release", "ID=ubuntu\nVERSION_ID=24.04\n"),
		F("r/var/lib/chisel/manifest.wall",
		  "{\"jsonwall\":\"1.0\",\"schema\":\"1.0\",\"count\":9}\n"
		  "{\"kind\":\"content\",\"slice\":\"a_bins\",\"path\":\"/usr/bin/a\"}\n"
		  "{\"kind\":\"package\",\"name\":\"a\",\"version\":\"1\",\"sha256\":"
		  "\"abcd1234abcd\",\"arch\":\"amd64\"}\n"
		  "{\"kind\":\"package\",\"name\":\"b\",\"version\":\"2\",\"arch\":\"amd64\"}\n"
		  "{\"kind\":\"path\",\"path\":\"/etc/"
		  "\",\"mode\":\"0755\",\"slices\":[\"a_bins\"]}\n"
		  "{\"kind\":\"path\",\"path\":\"/usr/bin/a\",\"slices\":[\"a_bins\"],"
		  "\"sha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}"
		  "\n"
		  "{\"kind\":\"path\",\"path\":\"/etc/"
		  "c\",\"slices\":[\"a_bins\",\"a_more\",\"b_libs\",\"none_x\"],"
		  "\"sha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\","
		  "\"final_sha256\":"
		  "\"00b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}\n"
		  "{\"kind\":\"slice\",\"name\":\"a_bins\"}\n{\"kind\":\"slice\",\"name\":\"a_"
		  "more\"}\n"),
		F("r/usr/share/doc/b/copyright",
		  "Format: "
		  "https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: "
		  "*\nLicense: Expat\n"),
		F("bad/var/lib/chisel/manifest.wall", "{\"kind\":\"package\"\n"),
		F("empty/var/lib/chisel/manifest.wall", ""),
	};
	str got;

	TRY(LISTED(op, "chisel", file, &got));
	CHECK_STR(got,
		  S("pkg:deb/ubuntu/a@1?arch=amd64&distro=ubuntu-24.04 database sha256:abcd1234\n"
		    " r/etc/c=00b0 r/usr/bin/a=e3b0\n"
		    "pkg:deb/ubuntu/b@2?arch=amd64&distro=ubuntu-24.04 database (MIT)\n "
		    "r/etc/c=00b0\n"
		    "! bad/var/lib/chisel/manifest.wall\n"));
	return 0;
}

static int pacman(struct op *op)
{
	static const struct tree_given file[] = {
		F("var/lib/pacman/local/a-1-1/desc",
		  "%NAME%\na\n\n%VERSION%\n1:1-1\n\n%BASE%\nbase\n\n%ARCH%\nany\n\n%LICENSE%"
		  "\nGPL2\nMIT\n\n"
		  "%DEPENDS%\nglibc>=2.1\nsh\nlibx.so=1-64\n\n%OPTDEPENDS%\nperl: "
		  "why\n\n%PROVIDES%\nliba.so=0-64\n"),
		F("var/lib/pacman/local/a-1-1/files",
		  "%FILES%\netc/\netc/a.conf\nusr/\nusr/bin/\nusr/bin/a "
		  "b\n\n%BACKUP%\netc/a.conf\t79fce043df7dfc676ae5ecb903762d8b\n"),
		F("var/lib/pacman/local/b-2-1/desc", "%NAME%\nb\n%VERSION%\n2-1\n"),
		F("var/lib/pacman/local/c-3-1/desc", "%NME%\nc\n\n%VERSION%\n3-1\n"),
	};
	str got;

	TRY(LISTED(op, "alpm", file, &got));
	CHECK_STR(got, S("pkg:alpm/arch/a@1:1-1?arch=any&upstream=base database (GPL-2.0-only AND "
			 "MIT) > glibc sh libx.so\n"
			 " etc/a.conf=79fc! usr/bin/a b\n"
			 "pkg:alpm/arch/b@2-1 database\n"
			 "! var/lib/pacman/local/c-3-1/desc\n"));
	return 0;
}

static int opkg(struct op *op)
{
	static const struct tree_given file[] = {
		F("etc/os-release", "ID=openwrt\nVERSION_ID=23.05\n"),
		F("usr/lib/opkg/status",
		  "Package: a\nVersion: 1-r2\nDepends: libc, b | c\nStatus: install user "
		  "installed\nArchitecture: x86_64\n"
		  "\nPackage: gone\nVersion: 1\nStatus: deinstall ok config-files\n"),
		F("usr/lib/opkg/info/a.control",
		  "Package: a\nVersion: 1-r2\nSource: package/utils/aa\nLicense: GPL-2.0 MIT\n"),
		F("usr/lib/opkg/info/a.list", "/bin/a\n/etc/a\n"),
		F("usr/lib/opkg/info/z.control", "Package: z\nVersion: 1\n"),
		F("var/lib/opkg/info/alone.control", "Package: alone\nVersion: 3\n"),
	};
	str got;

	TRY(LISTED(op, "opkg", file, &got));
	CHECK_STR(got, S("pkg:opkg/openwrt/a@1-r2?arch=x86_64&distro=openwrt-23.05&upstream=aa "
			 "database (GPL-2.0-only AND MIT) > libc b\n"
			 " bin/a etc/a\n"
			 "pkg:opkg/openwrt/alone@3?distro=openwrt-23.05 database\n"));
	return 0;
}

static int portage(struct op *op)
{
	static const struct tree_given file[] = {
		F("var/db/pkg/app-misc/a-b-1.2_p3-r1/CONTENTS",
		  "dir /usr\nobj /usr/bin/a b 376c02bd3b22804df8fdfdc895e7dbfb 1649284374\nsym "
		  "/usr/lib/a -> a.1 1649284374\n"
		  "obj /etc/a 000c02bd3b22804df8fdfdc895e7dbfb 1\nnonsense\n"),
		F("var/db/pkg/app-misc/a-b-1.2_p3-r1/LICENSE", "|| ( GPL-2+ MIT ) BSD\n"),
		F("var/db/pkg/app-misc/a-b-1.2_p3-r1/RDEPEND",
		  ">=dev-libs/x-y-1.0-r2:0=[foo] || ( dev-libs/z dev-libs/x-y:3 ) !dev-libs/not\n"),
		F("var/db/pkg/app-misc/noversion/CONTENTS", "dir /usr\n"),
		F("etc/portage/license_groups", "# of mine\nG1 MIT @G2\nG2 ISC\nCYCLE @CYCLE\n"),
		F("var/db/pkg/app-misc/g-1/CONTENTS", ""),
		F("var/db/pkg/app-misc/g-1/LICENSE", "@G1 @NONE @CYCLE"),
	};
	str got;

	TRY(LISTED(op, "portage", file, &got));
	CHECK_STR(got, S("pkg:portage/app-misc/a-b@1.2_p3-r1 database ((GPL-2.0-or-later OR MIT) "
			 "AND BSD-3-Clause) > "
			 "dev-libs/x-y dev-libs/z\n etc/a=000c! usr/bin/a b=376c usr/lib/a\n"
			 "pkg:portage/app-misc/g@1 database (MIT AND ISC AND LicenseRef-NONE AND "
			 "LicenseRef-CYCLE)\n"));
	return 0;
}

static int snaps(struct op *op)
{
	static const struct tree_given file[] = {
		F("snap/pc/1/meta/snap.yaml", "name: pc\nversion: 24-0.1\narchitectures: "
					      "[amd64]\nlicense: GPL-3.0\nbase: core24\n"),
		F("snap/pc/1/snap/manifest.yaml",
		  "name: pc\nprimed-stage-packages:\n- shim-signed=1.56+15.7\n- a:amd64=1\n"),
		F("usr/share/snappy/dpkg.list",
		  "Desired=Unknown\n||/ Name\nii  adduser  3.118  all  add\nrc  gone  1  all  x\n"),
		F("meta/snap.yaml", "name: [\n"),
	};
	str got;

	TRY(LISTED(op, "snap", file, &got));
	CHECK_STR(
		got,
		S("pkg:deb/ubuntu/a@1?arch=amd64 metadata\npkg:deb/ubuntu/adduser@3.118 metadata\n"
		  "pkg:deb/ubuntu/shim-signed@1.56%2B15.7 metadata\n"
		  "pkg:snap/pc@24-0.1?arch=amd64 metadata (GPL-3.0-only)\n! meta/snap.yaml\n"));
	return 0;
}

static int bottlerocket(struct op *op)
{
	static const struct tree_given file[] = {
		F("x86_64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release",
		  "ID=bottlerocket\nVERSION_ID=1.19.0\n"),
		F("x86_64-bottlerocket-linux-gnu/sys-root/usr/share/bottlerocket/"
		  "application-inventory.json",
		  "{\"Content\":[{\"Name\":\"bottlerocket-glibc\",\"Publisher\":\"P\",\"Version\":"
		  "\"2.38\",\"Release\":\"1.br1\","
		  "\"Epoch\":\"1\",\"Architecture\":\"x86_64\"},{\"Name\":\"kernel\",\"Version\":"
		  "\"6.1\",\"Epoch\":\"0\"},{\"Name\":\"x\"}]}"),
	};
	str got;

	TRY(LISTED(op, "bottlerocket", file, &got));
	CHECK_STR(got, S("pkg:rpm/bottlerocket/"
			 "bottlerocket-glibc@2.38-1.br1?arch=x86_64&distro=bottlerocket-1.19.0&"
			 "epoch=1 database\n"
			 "pkg:rpm/bottlerocket/kernel@6.1?distro=bottlerocket-1.19.0 database\n"));
	return 0;
}

TESTS({ "chisel", chisel }, { "pacman", pacman }, { "opkg", opkg }, { "portage", portage },
      { "snaps", snaps }, { "bottlerocket", bottlerocket })
