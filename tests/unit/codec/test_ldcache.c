#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "codec/elf.h"
#include "codec/ldcache.h"
#include "sys/file.h"
#include "sys/proc.h"
#include "unit/harness.h"

#define LIB(name, path_)                                                                 \
	{                                                                                \
		.soname = S_INIT(name), .path = S_INIT(path_), .machine = 62, .bits = 64 \
	}

/* Numbers count as numbers, downwards; libraries of one name keep the caller's order. */
static int order(struct op *op)
{
	static const struct ldcache_lib libs[] = {
		LIB("libz.so.1", "/lib/libz.so.1"),
		LIB("liba.so.9", "/lib/liba.so.9"),
		LIB("liba.so.10", "/lib/liba.so.10"),
		LIB("libab.so", "/lib/libab.so"),
		LIB("liba-1.so", "/lib/liba-1.so"),
		LIB("liba1.so", "/lib/liba1.so"),
		LIB("libz.so.1", "/usr/lib/libz.so.1"),
		LIB("other.so", "/opt/renamed.so"),
		{ .soname = S_INIT("libz.so.1"),
		  .path = S_INIT("/lib32/libz.so.1"),
		  .machine = 62,
		  .bits = 32 },
	};
	static const char *const want[] = {
		"/opt/renamed.so",    "/lib32/libz.so.1", "/lib/libz.so.1",
		"/usr/lib/libz.so.1", "/lib/liba1.so",    "/lib/libab.so",
		"/lib/liba.so.10",    "/lib/liba.so.9",   "/lib/liba-1.so",
	};
	enum { N = sizeof(libs) / sizeof(libs[0]) };
	for (int big = 0; big < 2; big++) {
		str bytes, again;
		struct ldcache_lib *got;
		ptrdiff_t n;
		TRY(ldcache_write(op, libs, N, big, &bytes));
		TRY(ldcache_write(op, libs, N, big, &again));
		CHECK(str_eq(bytes, again));
		TRY(ldcache_read(op, exact(bytes), &got, &n));
		CHECK(n == N);
		for (ptrdiff_t i = 0; i < n && n == N; i++)
			CHECK_STR(got[i].path, str_of(want[i]));
		CHECK_STR(got[0].soname, S("other.so"));
		CHECK(got[1].bits == 32 && got[1].machine == 62 && got[2].bits == 64);
	}
	str none;
	struct ldcache_lib *got;
	ptrdiff_t n;
	TRY(ldcache_write(op, NULL, 0, false, &none));
	TRY(ldcache_read(op, exact(none), &got, &n));
	CHECK(none.len == 48 && n == 0);
	return 0;
}

static int refused(struct op *op)
{
	static const struct ldcache_lib bad[] = {
		LIB("", "/lib/x"),
		LIB("libx.so", "lib/x"),
		LIB("lib\xc3\xa9.so", "/lib/x"),
		LIB("lib\nx.so", "/lib/x"),
		LIB("libx.so", "/a\0b"),
		{ .soname = S_INIT("libx.so"),
		  .path = S_INIT("/lib/x"),
		  .machine = 4711,
		  .bits = 64 },
	};
	str bytes;
	struct ldcache_lib *got;
	ptrdiff_t n;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_FAILS(op, ldcache_write(op, &bad[i], 1, false, &bytes), ERR_FORMAT, "");
	static const struct ldcache_lib good = LIB("libx.so", "/lib/libx.so");
	TRY(ldcache_write(op, &good, 1, false, &bytes));
	for (ptrdiff_t cut = 0; cut < bytes.len; cut++)
		CHECK_FAILS(op, ldcache_read(op, exact(str_head(bytes, cut)), &got, &n), ERR_FORMAT,
			    "bad loader");
	static const struct {
		ptrdiff_t at;
		const char *text;
	} lies[] = { { 0, "magic" },         { 18, "magic" },      { 22, "pass its end" },
		     { 26, "pass its end" }, { 28, "byte order" }, { 33, "extension" },
		     { 54, "outside" },      { 59, "outside" } };
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		str wrong = exact(bytes);
		((char *)(uintptr_t)wrong.p)[lies[i].at] = 'x';
		CHECK_FAILS(op, ldcache_read(op, wrong, &got, &n), ERR_FORMAT, lies[i].text);
	}
	return 0;
}

static int ldconfig_list(struct op *op, const char *cache, str *ret)
{
	struct proc_result got;
	const char *argv[] = { "/sbin/ldconfig", "-p", "-C", cache, NULL };

	TRY(proc_run(op, &(struct proc_spec){ .argv = argv, .output_max = 4 << 20 }, &got));
	CHECK(got.status == 0);
	CHECK_STR(got.err, S(""));
	*ret = got.out;
	return 0;
}

/* Lines with " => ", without what ldconfig alone knows of a library: the oldest kernel. */
static int lib_lines(struct op *op, str text, str *ret)
{
	struct buf b;

	buf_init(&b, op, 4 << 20);
	while (text.p) {
		str line = str_cut(&text, '\n');
		ptrdiff_t arrow = str_find_str(line, S(") => ")),
			  os = str_find_str(line, S(", OS ABI"));
		if (arrow < 0)
			continue;
		buf_add(&b, str_head(line, os < 0 ? arrow : os));
		buf_add(&b, str_from(line, arrow));
		buf_char(&b, '\n');
	}
	return buf_take(&b, ret);
}

/* Capabilities are left to ldconfig, and so is "ELF" without a C library (a foreign loader). */
static bool ours_to_write(const struct ldcache_lib *lib)
{
	return lib->hwcap == 0 && lib->machine != 0;
}

/* What ldconfig wrote, written by us from its entries in another order, reads and lists the same.
 */
static int same_as_ldconfig(struct op *op, const char *theirs, const char *dir)
{
	str bytes, ours, list_theirs, list_ours, path;
	struct ldcache_lib *lib, *again;
	ptrdiff_t n, m;
	AUTO_FD dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	TRY(file_read_user(op, str_of(theirs), 16 << 20, &bytes));
	TRY(ldcache_read(op, exact(bytes), &lib, &n));
	struct ldcache_lib *mixed = op_new(op, struct ldcache_lib, n);
	if (!mixed)
		return op->code;
	ptrdiff_t plain = 0;
	for (ptrdiff_t i = 0; i < n; i++) { /* odd ones first */
		ptrdiff_t from = i < n / 2 ? 2 * i + 1 : 2 * (i - n / 2);
		if (ours_to_write(&lib[from]))
			mixed[plain++] = lib[from];
	}
	/* Libraries of one name must come in their order. */
	for (ptrdiff_t i = 0; i < plain; i++)
		for (ptrdiff_t k = i + 1; k < plain; k++)
			if (str_eq(mixed[i].soname, mixed[k].soname)) {
				for (ptrdiff_t x = 0, y = 0; x < n; x++)
					if (str_eq(lib[x].soname, mixed[i].soname) &&
					    ours_to_write(&lib[x]))
						mixed[y++ ? k : i] = lib[x];
			}
	TRY(ldcache_write(op, mixed, plain, false, &ours));
	TRY(ldcache_read(op, exact(ours), &again, &m));
	CHECK(m == plain && plain > 0);
	for (ptrdiff_t i = 0, k = 0; i < n && k < m; i++) {
		if (!ours_to_write(&lib[i]))
			continue;
		CHECK_STR(again[k].soname, lib[i].soname);
		CHECK_STR(again[k].path, lib[i].path);
		CHECK(again[k].machine == lib[i].machine && again[k].bits == lib[i].bits);
		k++;
	}
	TRY(file_replace(op, dirfd, S("ours"), ours, 0600));
	TRY(op_text(op, &path, "%s/ours", dir));
	TRY(ldconfig_list(op, path.p, &path));
	TRY(lib_lines(op, path, &list_ours));
	TRY(ldconfig_list(op, theirs, &path));
	TRY(lib_lines(op, path, &list_theirs));
	if (plain == n)
		CHECK_STR(list_ours, list_theirs);
	return 0;
}

static int host_cache(struct op *op)
{
	struct stat st;

	if (stat("/sbin/ldconfig", &st) < 0 || stat("/etc/ld.so.cache", &st) < 0)
		return 0;
	return same_as_ldconfig(op, "/etc/ld.so.cache", test_dir(NULL));
}

/* A root of our own with a few of the host's libraries, and ldconfig -r over it. */
static int own_root(struct op *op)
{
	static const char *const names[] = { "libc.so.6",      "libm.so.6",    "libcrypto.so.3",
					     "libssl.so.3",    "libz.so.1",    "liblzma.so.5",
					     "libstdc++.so.6", "libgcc_s.so.1" };
	int dirfd, out;
	const char *dir = test_dir(&dirfd);
	str bytes, path, cache;
	struct stat st;
	struct proc_result got;

	if (stat("/sbin/ldconfig", &st) < 0 || stat("/usr/lib/x86_64-linux-gnu/libc.so.6", &st) < 0)
		return 0;
	TRY(dir_open(op, dirfd, S("root/lib/x86_64-linux-gnu"), true, &out));
	AUTO_FD libs = out;
	TRY(dir_open(op, dirfd, S("root/etc"), true, &out));
	AUTO_FD etc = out;
	TRY(file_replace(op, etc, S("ld.so.conf"), S("/lib/x86_64-linux-gnu\n"), 0644));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		TRY(op_text(op, &path, "/usr/lib/x86_64-linux-gnu/%s", names[i]));
		if (stat(path.p, &st) < 0)
			continue;
		TRY(file_read_user(op, path, 64 << 20, &bytes));
		TRY(file_replace(op, libs, str_of(names[i]), bytes, 0755));
	}
	TRY(op_text(op, &path, "%s/root", dir));
	TRY(op_text(op, &cache, "%s/root/etc/ld.so.cache", dir));
	const char *argv[] = { "/sbin/ldconfig", "-X", "-r", path.p, NULL };
	TRY(proc_run(op, &(struct proc_spec){ .argv = argv, .output_max = 65536 }, &got));
	if (got.status != 0 || stat(cache.p, &st) < 0)
		return 0; /* it may not chroot here */
	return same_as_ldconfig(op, cache.p, dir);
}

/*
 * The real loader in a root where only our cache knows the libraries' directory, entered by a user
 * namespace; where there is none to be had, there is nothing to be learnt here.
 */
static int loader_finds(struct op *op)
{
	static const char *const names[] = { "libssl.so.3", "libcrypto.so.3", "libc.so.6",
					     "libz.so.1", "libzstd.so.1" };
	enum { N = sizeof(names) / sizeof(names[0]) };
	struct ldcache_lib lib[N];
	int dirfd, out;
	str root, bytes, path;
	struct stat st;
	struct proc_result got;

	if (!proc_exists("unshare") || stat("/lib64/ld-linux-x86-64.so.2", &st) < 0)
		return 0;
	TRY(op_text(op, &root, "%s/root", test_dir(&dirfd)));
	TRY(dir_open(op, dirfd, S("root/opt/libs"), true, &out));
	AUTO_FD libs = out;
	TRY(dir_open(op, dirfd, S("root/etc"), true, &out));
	AUTO_FD etc = out;
	TRY(file_read_user(op, S("/lib64/ld-linux-x86-64.so.2"), 64 << 20, &bytes));
	TRY(file_replace(op, dirfd, S("root/ld.so"), bytes, 0755));
	for (int i = 0; i < N; i++) {
		lib[i] = (struct ldcache_lib){ str_of(names[i]), .machine = 62, .bits = 64 };
		TRY(op_text(op, &lib[i].path, "/opt/libs/%s", names[i]));
		TRY(op_text(op, &path, "/usr/lib/x86_64-linux-gnu/%s", names[i]));
		if (stat(path.p, &st) < 0)
			return 0;
		TRY(file_read_user(op, path, 64 << 20, &bytes));
		TRY(file_replace(op, libs, str_of(names[i]), bytes, 0755));
	}
	TRY(ldcache_write(op, lib, N, false, &bytes));
	TRY(file_replace(op, etc, S("ld.so.cache"), bytes, 0644));
	const char *probe[] = { "unshare", "-Ur", "chroot", root.p, "/ld.so", "--version", NULL };
	struct proc_spec spec = { .argv = probe, .output_max = 65536 };
	if (proc_run(op, &spec, &got) != 0 || got.status != 0)
		return op->code;
	const char *list[] = {
		"unshare", "-Ur", "chroot", root.p, "/ld.so", "--list", "/opt/libs/libssl.so.3",
		NULL
	};
	spec.argv = list;
	TRY(proc_run(op, &spec, &got));
	CHECK(got.status == 0);
	CHECK(str_find_str(got.out, S("libcrypto.so.3 => /opt/libs/libcrypto.so.3")) >= 0);
	CHECK(str_find_str(got.out, S("libc.so.6 => /opt/libs/libc.so.6")) >= 0);
	TRY(ldcache_write(op, lib, 1, false, &bytes)); /* and without them it does not */
	TRY(file_replace(op, etc, S("ld.so.cache"), bytes, 0644));
	TRY(proc_run(op, &spec, &got));
	CHECK(str_find_str(got.out, S("libcrypto.so.3 => not found")) >= 0 || got.status != 0);
	return 0;
}

TESTS({ "names in the loader's order", order }, { "lies are refused", refused },
      { "like the host's own cache", host_cache, .once = true },
      { "like ldconfig over the same root", own_root, .once = true },
      { "the loader finds what is in it", loader_finds, .once = true })
