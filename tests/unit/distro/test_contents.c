#include "distro/contents.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/limits.h"
#include "sys/proc.h"

#include "../harness.h"
#include "deb_make.h"

#define CONTROL_TEXT "Package: demo\nVersion: 1:2.0-1\nArchitecture: amd64\nSource: demosrc (1.9)\n"
#define CONTROL                                      \
	{                                            \
		"control", CONTROL_TEXT, TAR_FILE, 0 \
	}
#define KEY                        \
	"# a key\n-----BEGIN RSA " \
	"PRIVATE KEY-----\nMII\n"

static const struct deb_file plain_control[] = { { "./", "", TAR_DIRECTORY, 0755 },
						 CONTROL,
						 { 0 } };

static int with_store(struct op *op, struct store *s)
{
	return store_open(op, str_of(test_dir(NULL)), s);
}

/* Unpack a package of these files. */
static int unpack(struct op *op, const struct store *s, const struct deb_file *control,
		  const struct deb_file *data, struct contents *c, struct contents_data *d)
{
	str deb;
	struct digest digest;

	TRY(deb_make(op, control, data, &deb));
	TRY(store_blob_put(op, s, deb, &digest));
	return contents_unpack(op, s, &digest, c, d);
}

static const struct deb_file good_control[] = {
	{ "./", "", TAR_DIRECTORY, 0755 },
	CONTROL,
	{ "./md5sums", "00 usr/bin/x\n", TAR_FILE, 0 },
	{ "./conffiles", "/etc/demo.conf\n/lib/demo.conf\nremove-on-upgrade /etc/old\n", TAR_FILE,
	  0 },
	{ "./postinst", "#!/bin/sh\nset -e\n\xe9 100%\n", TAR_FILE, 0755 },
	{ "./templates", "ignored\n", TAR_FILE, 0 },
	{ 0 },
};
static const struct deb_file good_data[] = {
	{ "./", "", TAR_DIRECTORY, 0755 },
	{ "./bin/", "", TAR_DIRECTORY, 0755 },
	{ "./bin/z", "#! /bin/sh -e\necho\n", TAR_FILE, 0755 },
	{ "./usr/", "", TAR_DIRECTORY, 0755 },
	{ "./usr/bin/", "", TAR_DIRECTORY, 0711 },
	{ "./usr/bin/a", "./bin/z", TAR_HARDLINK, 0755 },
	{ "./usr/bin/l", "/bin/z", TAR_SYMLINK, 0777 },
	{ "./lib/demo.conf", "x", TAR_FILE, 0 },
	{ "./etc/demo.conf", "", TAR_FILE, 04755 },
	{ "./etc/key", KEY, TAR_FILE, 0600 },
	{ "./etc/empty key",
	  "not -----BEGIN RSA "
	  "PRIVATE KEY-----",
	  TAR_FILE, 0600 },
	{ "./usr/lib/sysusers.d/demo.conf", "u demo - \"De mo\" /srv\n", TAR_FILE, 0 },
	{ "./usr/lib/liar.so", "\177ELF and nothing", TAR_FILE, 0 },
	{ "./usr/share/\xff%20-", "-", TAR_FILE, 0 },
	{ "./usr/share/doc/demo/copyright", "nothing\n", TAR_FILE, 0 },
	{ 0 },
};

static void check_good(const struct contents *c)
{
	str bytes;

	CHECK_STR(c->name, S("demo"));
	CHECK_STR(c->version, S("1:2.0-1"));
	CHECK_STR(c->source, S("demosrc"));
	CHECK_STR(c->source_version, S("1.9"));
	CHECK_STR(c->control, S(CONTROL_TEXT));
	CHECK_STR(c->md5sums, S("00 usr/bin/x\n"));
	CHECK_STR(c->script[SCRIPT_POSTINST].text, S("#!/bin/sh\nset -e\n\xe9 100%\n"));
	struct digest d = digest_of(c->script[SCRIPT_POSTINST].text);
	CHECK(digest_eq(&d, &c->script[SCRIPT_POSTINST].sha256));
	CHECK(c->script[SCRIPT_PREINST].text.len == 0 && c->built == 1700000000);
	CHECK(c->conffiles.n == 2);
	if (c->conffiles.n == 2)
		CHECK_STR(c->conffiles.p[1], S("usr/lib/demo.conf"));
	for (ptrdiff_t i = 1; i < c->n; i++)
		CHECK(entry_path_cmp(c->entry[i - 1].path, c->entry[i].path) < 0);
	/* The first name in order is the file, though the archive had it second. */
	const struct entry *a = contents_find(c, S("usr/bin/a")),
			   *z = contents_find(c, S("usr/bin/z"));
	CHECK(a && z && a->type == ENTRY_FILE && z->type == ENTRY_HARDLINK && a->size == 19);
	if (a && z) {
		CHECK_STR(z->link, S("usr/bin/a"));
		CHECK_STR(a->script, S("/bin/sh -e"));
		CHECK_STR(z->script, S("/bin/sh -e"));
		CHECK(digest_eq(&a->sha256, &z->sha256) && memcmp(a->sha1, z->sha1, 20) == 0);
	}
	const struct entry *bin = contents_find(c, S("usr/bin")),
			   *l = contents_find(c, S("usr/bin/l"));
	CHECK(bin && bin->type == ENTRY_DIRECTORY);
	CHECK(l && l->type == ENTRY_SYMLINK && str_eq(l->link, S("/bin/z")));
	const struct entry *conf = contents_find(c, S("etc/demo.conf")),
			   *key = contents_find(c, S("etc/key"));
	CHECK(conf && conf->conffile && conf->mode == 04755 && conf->size == 0);
	CHECK(key && key->private_key && key->mtime == 1000);
	const struct entry *no_key = contents_find(c, S("etc/empty key")),
			   *elf = contents_find(c, S("usr/lib/liar.so"));
	CHECK(no_key && !no_key->private_key);
	CHECK(elf && elf->elf && elf->elf->type == 0);
	CHECK(contents_find(c, S("usr/share/\xff%20-")) != NULL && !contents_find(c, S("bin/z")) &&
	      !contents_find(c, S("")));
	CHECK(contents_file(c, S("usr/lib/sysusers.d/demo.conf"), &bytes) &&
	      str_starts(bytes, S("u demo")));
	CHECK(!contents_file(c, S("etc/key"), &bytes));
	CHECK_STR(c->licence, S("NOASSERTION"));
	CHECK(c->copyright_sha256.len == 64);
}

/* What only dpkg reads. */
static void check_info(const struct contents_info *i)
{
	CHECK(i->file_n == 2 && i->conffile_md5.n == 2);
	if (i->file_n != 2 || i->conffile_md5.n != 2)
		return;
	CHECK_STR(i->file[0].path, S("conffiles"));
	CHECK_STR(i->file[1].path, S("templates"));
	CHECK_STR(i->file[1].bytes, S("ignored\n"));
	CHECK_STR(i->conffile_md5.p[0], S("d41d8cd98f00b204e9800998ecf8427e"));
	CHECK_STR(i->conffile_md5.p[1], S("9dd4e461268c8034f5c8564e155c67a6"));
	/* As shipped: before the /usr merge, in the archive's order. */
	CHECK(str_starts(i->list, S("/.\n/bin\n/bin/z\n/usr\n/usr/bin\n/usr/bin/a\n")));
	CHECK(str_find_str(i->list, S("/lib/demo.conf\n")) > 0);
}

static int reads_good(struct op *op)
{
	AUTO_STORE s = { -1, -1, -1, -1, .use = -1 };
	AUTO_CONTENTS_DATA d = { .spool = -1 };
	struct contents c, again;
	char byte;
	str text;

	TRY(with_store(op, &s));
	TRY(unpack(op, &s, good_control, good_data, &c, &d));
	check_good(&c);
	const struct entry *z = contents_find(&c, S("usr/bin/z"));
	if (z) {
		TRY(file_pread(op, d.spool, S("spool"), &byte, 1, d.offset[z - c.entry]));
		CHECK(byte == '#');
	}
	int rc = contents_load(op, &s, &c.deb, &again);
	TRY(rc);
	CHECK(rc == 0 && again.n == c.n);
	if (rc == 0)
		check_good(&again);
	CHECK(again.info.file_n == 0);
	check_info(&c.info);
	struct contents_info info;
	TRY(rc = contents_info_load(op, &s, &c.deb, &info));
	CHECK(rc == 1);
	TRY(contents_info_keep(op, &s, &c));
	TRY(rc = contents_info_load(op, &s, &c.deb, &info));
	CHECK(rc == 0);
	if (rc == 0)
		check_info(&info);
	TRY(rc = contents_read(op, &s, &c.deb, S("usr/bin/a"), 100, &text));
	CHECK(rc == 0 && str_starts(text, S("#! /bin")));
	TRY(rc = contents_read(op, &s, &c.deb, S("usr/bin/none"), 100, &text));
	CHECK(rc == 1);
	return 0;
}

/* A record that is damaged or of other rules is none. */
static int refuses_records(struct op *op)
{
	AUTO_STORE s = { -1, -1, -1, -1, .use = -1 };
	AUTO_CONTENTS_DATA d = { .spool = -1 };
	struct contents c, again;
	str record;
	int rc;

	TRY(with_store(op, &s));
	struct digest none = digest_of(S("none"));
	TRY(rc = contents_load(op, &s, &none, &again));
	CHECK(rc == 1);
	CHECK_FAILS(op, contents_unpack(op, &s, &none, &c, &d), ERR_NET, "not in the store");
	TRY(unpack(op, &s, plain_control, good_data, &c, &d));
	TRY(store_key_get(op, &s, "contents", &c.deb, 1 << 20, &record));
	for (ptrdiff_t at = 0; at < record.len; at += 37) {
		str bad;
		TRY(op_copy(op, record, &bad));
		((char *)(uintptr_t)bad.p)[at] ^= 1;
		TRY(store_key_put(op, &s, "contents", &c.deb, at % 2 ? bad : str_head(record, at)));
		TRY(rc = contents_load(op, &s, &c.deb, &again));
		CHECK(rc == 1);
	}
	return 0;
}

static int refuses_damage(struct op *op)
{
	AUTO_STORE s = { -1, -1, -1, -1, .use = -1 };
	AUTO_CONTENTS_DATA d = { .spool = -1 };
	struct contents c;
	char hex[DIGEST_HEX];
	str deb;
	struct digest digest;

	TRY(with_store(op, &s));
	TRY(deb_make(op, plain_control, good_data, &deb));
	TRY(store_blob_put(op, &s, deb, &digest));
	TRY(file_replace(op, s.blobs, str_of(digest_hex(&digest, hex)), str_head(deb, deb.len - 1),
			 0644));
	CHECK_FAILS(op, contents_unpack(op, &s, &digest, &c, &d), ERR_VERIFY, "damaged");
	CHECK(!store_blob_has(&s, &digest));
	return 0;
}

/* A changelog out of a .deb, or the package that has it. */
static int seeks_changelog(struct op *op)
{
	static const struct {
		struct deb_file data[4];
		const char *other, *text;
		int rc;
	} row[] = {
		{ { { "usr/share/doc/xx", "", TAR_DIRECTORY, 0 },
		    { "usr/share/doc/xx/changelog.Debian", "x (1) y; z\n", TAR_FILE, 0 } },
		  "",
		  "x (1) y; z\n",
		  0 },
		{ { { "usr/share/doc/xx", "xx-common", TAR_SYMLINK, 0 } }, "xx-common", "", 1 },
		{ { { "usr/share/doc/xx", "/usr/share/doc/xx2", TAR_SYMLINK, 0 } }, "xx2", "", 1 },
		{ { { "usr/share/doc/xx/changelog.Debian.gz", "../xx1/changelog.Debian.gz",
		      TAR_SYMLINK, 0 } },
		  "xx1",
		  "",
		  1 },
		{ { { "usr/share/doc/xx", "..", TAR_SYMLINK, 0 } }, "", "", 1 },
		{ { { "usr/share/doc/yy/changelog.Debian", "no", TAR_FILE, 0 } }, "", "", 1 },
	};
	AUTO_STORE s = { -1, -1, -1, -1, .use = -1 };

	TRY(with_store(op, &s));
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct digest digest;
		str deb, text = S(""), path, other;
		TRY(deb_make(op, plain_control, row[i].data, &deb));
		TRY(store_blob_put(op, &s, deb, &digest));
		int rc = contents_changelog_seek(op, &s, &digest, S("xx"), &text, &path, &other);
		TRY(rc);
		CHECK(rc == row[i].rc);
		CHECK_STR(text, str_of(row[i].text));
		CHECK_STR(other, str_of(row[i].other));
		CHECK(rc || str_eq(path, S("usr/share/doc/xx/changelog.Debian")));
	}
	return 0;
}

#define BAD_DATA(what, why, ...)      \
	{                             \
		what, why, { { 0 } }, \
		{                     \
			__VA_ARGS__,  \
			{             \
				0     \
			}             \
		}                     \
	}
static const struct {
	const char *what;
	const char *why;
	struct deb_file control[3];
	struct deb_file data[5];
} hostile[] = {
	BAD_DATA("whiteout", "whiteout", { "etc/.wh.passwd", "", TAR_FILE, 0 }),
	BAD_DATA("opaque", "whiteout", { "etc/.wh..wh..opq", "", TAR_FILE, 0 }),
	BAD_DATA("whiteout directory", "whiteout", { ".wh.etc/x", "", TAR_FILE, 0 }),
	BAD_DATA("file twice", "twice", { "a", "1", TAR_FILE, 0 }, { "./a", "2", TAR_FILE, 0 }),
	BAD_DATA("directory twice", "twice", { "a", "", TAR_DIRECTORY, 0 },
		 { "a", "", TAR_DIRECTORY, 0 }),
	BAD_DATA("twice by /usr merge", "twice", { "bin/a", "1", TAR_FILE, 0 },
		 { "usr/bin/a", "2", TAR_FILE, 0 }),
	BAD_DATA("link over directory", "twice", { "a", "", TAR_DIRECTORY, 0 },
		 { "a", "/etc", TAR_SYMLINK, 0 }),
	BAD_DATA("directory over link", "twice", { "a", "/etc", TAR_SYMLINK, 0 },
		 { "a", "", TAR_DIRECTORY, 0 }),
	BAD_DATA("below a link", "below what is no directory", { "a", "/etc", TAR_SYMLINK, 0 },
		 { "a/passwd", "x", TAR_FILE, 0 }),
	BAD_DATA("below a link, before it", "below what is no directory",
		 { "a/passwd", "x", TAR_FILE, 0 }, { "a", "/etc", TAR_SYMLINK, 0 }),
	BAD_DATA("below a file", "below what is no directory", { "a", "x", TAR_FILE, 0 },
		 { "a/b/c", "x", TAR_FILE, 0 }),
	BAD_DATA("merged over a link", "merged over a symlink",
		 { "lib", "usr/lib", TAR_SYMLINK, 0 }, { "lib/x", "x", TAR_FILE, 0 }),
	BAD_DATA("lib elsewhere", "takes the place", { "lib", "/etc", TAR_SYMLINK, 0 }),
	BAD_DATA("lib is a file", "takes the place", { "lib64", "x", TAR_FILE, 0 }),
	BAD_DATA("empty link", "link target", { "a", "", TAR_SYMLINK, 0 }),
	BAD_DATA("forward hard link", "hard link", { "a", "b", TAR_HARDLINK, 0 },
		 { "b", "x", TAR_FILE, 0 }),
	BAD_DATA("hard link to a link", "hard link", { "a", "/etc/passwd", TAR_SYMLINK, 0 },
		 { "b", "a", TAR_HARDLINK, 0 }),
	BAD_DATA("hard link to a directory", "hard link", { "a", "", TAR_DIRECTORY, 0 },
		 { "b", "a", TAR_HARDLINK, 0 }),
	BAD_DATA("hard link to itself", "hard link", { "a", "a", TAR_HARDLINK, 0 }),
	BAD_DATA("root is a link", "", { "./", "/etc", TAR_SYMLINK, 0 }),
	BAD_DATA("escape", "", { "../x", "x", TAR_FILE, 0 }),
	BAD_DATA("escape inside", "", { "a/../../x", "x", TAR_FILE, 0 }),
	{ "no control", "no control", { { "./x", "y", TAR_FILE, 0 } }, { { 0 } } },
	{ "control twice",
	  "twice",
	  { CONTROL, { "./control", CONTROL_TEXT, TAR_FILE, 0 } },
	  { { 0 } } },
	{ "control is a link",
	  "no plain file",
	  { { "control", "/etc/passwd", TAR_SYMLINK, 0 } },
	  { { 0 } } },
	{ "control below",
	  "no plain file",
	  { CONTROL, { "x/postinst", "", TAR_FILE, 0 } },
	  { { 0 } } },
	{ "two stanzas",
	  "two stanzas",
	  { { "control", CONTROL_TEXT "\n" CONTROL_TEXT, TAR_FILE, 0 } },
	  { { 0 } } },
	{ "bad name",
	  "bad package name",
	  { { "control", "Package: ../x\nVersion: 1\nArchitecture: all\n", TAR_FILE, 0 } },
	  { { 0 } } },
	{ "bad arch",
	  "architecture",
	  { { "control", "Package: xx\nVersion: 1\n", TAR_FILE, 0 } },
	  { { 0 } } },
	{ "bad version",
	  "bad version",
	  { { "control", "Package: xx\nVersion: a b\nArchitecture: all\n", TAR_FILE, 0 } },
	  { { 0 } } },
	{ "bad conffile",
	  "bad conffile",
	  { CONTROL, { "conffiles", "/etc/../x\n", TAR_FILE, 0 } },
	  { { 0 } } },
};

static int refuses_hostile(struct op *op)
{
	AUTO_STORE s = { -1, -1, -1, -1, .use = -1 };

	TRY(with_store(op, &s));
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		AUTO_CONTENTS_DATA d = { .spool = -1 };
		struct contents c;
		const struct deb_file *control =
			hostile[i].control[0].path ? hostile[i].control : plain_control;
		struct op_mark mark = op_mark(op);
		int rc = unpack(op, &s, control, hostile[i].data, &c, &d);
		if (rc == ERR_MEMORY)
			return rc;
		bool ok = (rc == ERR_FORMAT || rc == ERR_LIMIT) &&
			  str_find_str(str_of(op->text), str_of(hostile[i].why)) >= 0;
		CHECK(ok);
		if (!ok)
			(void)printf("    %s: %d %s\n", hostile[i].what, rc, op->text);
		op_forgive(op);
		op_reset(op, mark);
	}
	return 0;
}

/* Bad archives around good tars. */
static int refuses_containers(struct op *op)
{
	static const struct {
		const char *name[4];
		const char *version;
		const char *why;
	} cases[] = {
		{ { "debian-binary", "control.tar" }, "2.0\n", "no Debian package" },
		{ { "control.tar", "debian-binary", "data.tar" }, "2.0\n", "no Debian package" },
		{ { "debian-binary", "control.tar", "data.tar" }, "3.0\n", "format" },
		{ { "debian-binary", "control.tar", "data.tar" }, "2.0\nx", "format" },
		{ { "debian-binary", "data.tar", "control.tar" }, "2.0\n", "belong" },
		{ { "debian-binary", "control.tar", "data.tar.lzma" }, "2.0\n", "belong" },
		{ { "debian-binary", "control.tar", "control.tar" }, "2.0\n", "belong" },
		{ { "debian-binary", "control.tar", "data.tar", "data.tar" },
		  "2.0\n",
		  "unknown member" },
		{ { "debian-binary", "control.tar.xz", "data.tar" },
		  "2.0\n",
		  "than its name says" },
		{ { "debian-binary", "control.tar", "data.tar.gz", "_x" },
		  "2.0\n",
		  "than its name says" },
	};
	AUTO_STORE s = { -1, -1, -1, -1, .use = -1 };

	TRY(with_store(op, &s));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_CONTENTS_DATA d = { .spool = -1 };
		struct contents c;
		struct buf tar, deb;
		struct digest digest;
		str bytes, unused;
		buf_init(&tar, op, 1 << 20);
		deb_make_tar(&tar, plain_control, SIZE_MAX);
		TRY(buf_take(&tar, &unused));
		buf_init(&deb, op, 1 << 20);
		buf_add(&deb, S("!<arch>\n"));
		for (size_t k = 0; k < 4 && cases[i].name[k]; k++)
			deb_make_member(&deb, cases[i].name[k],
					strcmp(cases[i].name[k], "debian-binary") == 0
						? str_of(cases[i].version)
						: unused);
		TRY(buf_take(&deb, &bytes));
		TRY(store_blob_put(op, &s, bytes, &digest));
		CHECK_FAILS(op, contents_unpack(op, &s, &digest, &c, &d), ERR_FORMAT, cases[i].why);
	}
	return 0;
}

/* Every prefix of a good package is refused or, never, accepted. */
static int refuses_truncation(struct op *op)
{
	AUTO_STORE s = { -1, -1, -1, -1, .use = -1 };
	str deb;

	TRY(with_store(op, &s));
	TRY(deb_make(op, plain_control, good_data, &deb));
	for (ptrdiff_t n = 0; n + 1024 < deb.len; n += 509) {
		AUTO_CONTENTS_DATA d = { .spool = -1 };
		struct contents c;
		struct digest digest;
		struct op_mark mark = op_mark(op);
		TRY(store_blob_put(op, &s, str_head(deb, n), &digest));
		int rc = contents_unpack(op, &s, &digest, &c, &d);
		CHECK(rc == ERR_FORMAT);
		op_forgive(op);
		op_reset(op, mark);
	}
	return 0;
}

/* What dpkg-deb makes of a directory, where there is one. */
static int reads_dpkg_deb(struct op *op)
{
	AUTO_STORE s = { -1, -1, -1, -1, .use = -1 };
	static const char *const kinds[] = { "gzip", "xz", "zstd", "none" };
	const char *dir = test_dir(NULL);
	str root, control, script, store, bytes;

	TRY(op_text(op, &root, "%s/pkg", dir));
	TRY(op_text(op, &store, "%s/store", dir));
	TRY(op_text(op, &control, "%s/pkg/DEBIAN/control", dir));
	TRY(op_text(op, &script, "%s/pkg/lib/x/tool", dir));
	AUTO_FD fd = -1;
	TRY(dir_open(op, AT_FDCWD, str_dir_name(control), true, &fd));
	fd_close(&fd);
	TRY(dir_open(op, AT_FDCWD, str_dir_name(script), true, &fd));
	TRY(file_replace(op, AT_FDCWD, control,
			 S(CONTROL_TEXT "Maintainer: x <x@example.org>\nDescription: x\n"), 0644));
	TRY(file_replace(op, AT_FDCWD, script, S("#!/usr/bin/perl\n"), 0755));
	TRY(store_open(op, store, &s));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		AUTO_CONTENTS_DATA d = { .spool = -1 };
		struct contents c;
		struct digest digest;
		str deb, compression;
		TRY(op_text(op, &deb, "%s/%s.deb", dir, kinds[i]));
		TRY(op_text(op, &compression, "-Z%s", kinds[i]));
		const char *argv[] = { "dpkg-deb",    "--root-owner-group",
				       compression.p, "--build",
				       root.p,        deb.p,
				       NULL };
		struct proc_result done;
		struct proc_spec spec = { .argv = argv };
		if (proc_run(op, &spec, &done) < 0 || done.status != 0) {
			op_forgive(op);
			(void)printf("    skipped: no dpkg-deb that makes %s\n", kinds[i]);
			continue;
		}
		TRY(file_read_user(op, deb, 1 << 20, &bytes));
		TRY(store_blob_put(op, &s, bytes, &digest));
		TRY(contents_unpack(op, &s, &digest, &c, &d));
		const struct entry *e = contents_find(&c, S("usr/lib/x/tool"));
		CHECK(e && str_eq(e->script, S("/usr/bin/perl")) && e->mode == 0755 && e->uid == 0);
		CHECK(contents_find(&c, S("usr/lib")) && !contents_find(&c, S("lib")));
	}
	return 0;
}

TESTS({ "a good package, and its record", reads_good },
      { "damaged records are none", refuses_records, .once = true },
      { "a damaged package goes", refuses_damage },
      { "a changelog out of a package", seeks_changelog },
      { "hostile contents", refuses_hostile, .once = true },
      { "hostile containers", refuses_containers, .once = true },
      { "truncated packages", refuses_truncation, .once = true },
      { "what dpkg-deb makes", reads_dpkg_deb, .once = true })
