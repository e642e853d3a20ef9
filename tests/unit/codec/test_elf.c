#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "codec/elf.h"
#include "sys/file.h"
#include "sys/proc.h"
#include "unit/harness.h"

static int read_file(struct op *op, const char *path, struct elf *ret)
{
	uint64_t size;
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 1;
	TRY(file_size(op, fd, str_of(path), &size));
	struct at a = at_of_fd(fd, 0, size, str_of(path));
	return elf_read(op, &a, ret);
}

/* What readelf -d says of a tag, each value on a line of its own. */
static str readelf_values(struct op *op, str text, const char *tag, const char *lead)
{
	struct buf b;
	str got = S("");

	buf_init(&b, op, 1 << 20);
	while (text.p) {
		str line = str_cut(&text, '\n');
		ptrdiff_t at = str_find_str(line, str_of(lead));
		if (str_find_str(line, str_of(tag)) < 0 || at < 0)
			continue;
		str value = str_from(line, at + (ptrdiff_t)strlen(lead));
		buf_add(&b, str_cut(&value, ']'));
		buf_char(&b, '\n');
	}
	return buf_take(&b, &got) < 0 ? S("") : got;
}

static str as_line(struct op *op, str s)
{
	str got = S("");

	return s.len && op_text(op, &got, "%.*s\n", STR_ARG(s)) == 0 ? got : S("");
}

static int like_readelf(struct op *op)
{
	static const char *const paths[] = {
		"/proc/self/exe",
		"/bin/ls",
		"/bin/sh",
		"/usr/lib/x86_64-linux-gnu/libcurl.so.4",
		"/usr/lib/x86_64-linux-gnu/libc.so.6",
		"/usr/lib/x86_64-linux-gnu/libstdc++.so.6",
		"/usr/lib/x86_64-linux-gnu/libcrypto.so.3",
		"/usr/lib/x86_64-linux-gnu/libLLVM-14.so.1",
		"/lib64/ld-linux-x86-64.so.2",
		"/usr/bin/python3",
		"/usr/sbin/ldconfig",
		"/usr/lib/systemd/systemd",
	};
	if (!proc_exists("readelf"))
		return 0;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct elf e;
		struct proc_result out;
		struct buf b;
		str needed;
		int rc = read_file(op, paths[i], &e);
		if (rc == 1)
			continue;
		TRY(rc);
		const char *real = i ? paths[i] : realpath(paths[i], NULL);
		const char *argv[] = { "readelf", "-Wdl", real, NULL };
		TRY(proc_run(op, &(struct proc_spec){ .argv = argv, .output_max = 1 << 20 }, &out));
		if (i == 0)
			free((char *)(uintptr_t)real);
		buf_init(&b, op, 1 << 20);
		for (ptrdiff_t k = 0; k < e.needed_n; k++)
			buf_fmt(&b, "%.*s\n", STR_ARG(e.needed[k]));
		TRY(buf_take(&b, &needed));
		CHECK_STR(needed, readelf_values(op, out.out, "(NEEDED)", "library: ["));
		CHECK_STR(as_line(op, e.soname),
			  readelf_values(op, out.out, "(SONAME)", "soname: ["));
		CHECK_STR(as_line(op, e.rpath), readelf_values(op, out.out, "(RPATH)", "rpath: ["));
		CHECK_STR(as_line(op, e.runpath),
			  readelf_values(op, out.out, "(RUNPATH)", "runpath: ["));
		CHECK_STR(as_line(op, e.interpreter),
			  readelf_values(op, out.out, "interpreter: ", "interpreter: "));
		CHECK(e.dynamic == (str_find_str(out.out, S("(NULL)")) >= 0));
	}
	return 0;
}

/* A library made by hand: header, PT_LOAD over all, PT_INTERP, PT_DYNAMIC, strings. */
struct made {
	bool wide, big;
	char bytes[1024];
	size_t len;
};

static void put(struct made *m, size_t at, int width, uint64_t v)
{
	for (int i = 0; i < width; i++)
		m->bytes[at + (size_t)i] = (char)(v >> (8 * (m->big ? width - 1 - i : i)));
}

enum { AT_DYN = 256, AT_STR = 512, BASE = 0x10000 };

static void put_segment(struct made *m, int i, uint32_t type, uint64_t at, uint64_t n)
{
	size_t w = m->wide ? 8 : 4, p = 64 + (size_t)i * (m->wide ? 56 : 32);

	put(m, p, 4, type);
	p += w;
	put(m, p, (int)w, at);
	put(m, p + w, (int)w, BASE + at);
	put(m, p + 3 * w, (int)w, n);
}

static void make(struct made *m, bool wide, bool big)
{
	static const char names[] =
		"\0libc.so.6\0libme.so.1\0$ORIGIN/../lib\0/lib/ld.so\0libm.so.6";
	static const uint64_t dyn[][2] = {
		{ 1, 1 },  { 14, 11 }, { 29, 22 }, { 5, BASE + AT_STR }, { 10, sizeof(names) },
		{ 1, 48 }, { 0, 0 },   { 1, 1 }
	};
	int w = wide ? 8 : 4;

	*m = (struct made){ .wide = wide, .big = big, .len = sizeof(m->bytes) };
	memcpy(m->bytes, "\177ELF", 4);
	m->bytes[4] = wide ? 2 : 1;
	m->bytes[5] = big ? 2 : 1;
	m->bytes[6] = 1;
	put(m, 16, 2, 3);
	put(m, 18, 2, 183);
	put(m, wide ? 32 : 28, w, 64);
	put(m, wide ? 54 : 42, 2, wide ? 56 : 32);
	put(m, wide ? 56 : 44, 2, 3);
	put_segment(m, 0, 1, 0, sizeof(m->bytes));
	put_segment(m, 1, 3, AT_STR + 37, 11);
	put_segment(m, 2, 2, AT_DYN, (uint64_t)(2 * w) * 8);
	for (size_t i = 0; i < 8; i++) {
		put(m, AT_DYN + i * 2 * (size_t)w, w, dyn[i][0]);
		put(m, AT_DYN + (i * 2 + 1) * (size_t)w, w, dyn[i][1]);
	}
	memcpy(m->bytes + AT_STR, names, sizeof(names));
}

/* Read it from the middle of a file. */
static int read_made(struct op *op, const struct made *m, struct elf *ret)
{
	int dirfd;
	struct buf b;
	str all;

	(void)test_dir(&dirfd);
	buf_init(&b, op, 4096);
	buf_add(&b, S("junk!"));
	buf_add(&b, (str){ m->bytes, (ptrdiff_t)m->len });
	buf_add(&b, S("junk"));
	TRY(buf_take(&b, &all));
	TRY(file_replace(op, dirfd, S("f"), all, 0600));
	AUTO_FD fd = openat(dirfd, "f", O_RDONLY | O_CLOEXEC);
	struct at a = at_of_fd(fd, 5, m->len, S("f"));
	return elf_read(op, &a, ret);
}

static int every_class(struct op *op)
{
	for (int i = 0; i < 4; i++) {
		struct made m;
		struct elf e;
		make(&m, i & 1, i & 2);
		TRY(read_made(op, &m, &e));
		CHECK(e.type == 3 && e.machine == 183 && e.bits == (i & 1 ? 64 : 32) &&
		      e.big == !!(i & 2));
		CHECK(e.dynamic && e.needed_n == 2);
		CHECK_STR(e.needed[0], S("libc.so.6"));
		CHECK_STR(e.needed[1], S("libm.so.6"));
		CHECK_STR(e.soname, S("libme.so.1"));
		CHECK_STR(e.runpath, S("$ORIGIN/../lib"));
		CHECK_STR(e.rpath, S(""));
		CHECK_STR(e.interpreter, S("/lib/ld.so"));
		put(&m, i & 1 ? 56 : 44, 2, 0); /* an object file: no segments */
		TRY(read_made(op, &m, &e));
		CHECK(!e.dynamic && e.needed_n == 0 && e.interpreter.len == 0);
	}
	return 0;
}

static int hostile(struct op *op)
{
	static const struct {
		size_t at;
		int width;
		uint64_t value;
		const char *text;
	} lies[] = {
		{ 4, 1, 3, "header" },
		{ 5, 1, 0, "header" },
		{ 6, 1, 9, "header" },
		{ 32, 8, 1000, "segments pass its end" },
		{ 32, 8, UINT64_MAX, "segments pass its end" },
		{ 54, 2, 57, "number or size" },
		{ 56, 2, 0xffff, "number or size" },
		{ 56, 2, 4000, "segments pass its end" },
		{ 64 + 56, 4, 2, "two segments" },
		{ 64 + 56 + 8, 8, 1020, "interpreter passes" },
		{ 64 + 56 + 32, 8, 5000, "too long" },
		{ 64 + 56 + 32, 8, 5, "no end" },
		{ 64 + 112 + 8, 8, UINT64_MAX - 3, "dynamic section passes" },
		{ 64 + 112 + 32, 8, UINT64_MAX, "too long" },
		{ 64 + 112 + 32, 8, 200000, "dynamic section passes" },
		{ 64, 4, 4, "in no segment" },
		{ 64 + 32, 8, 4096, "string table passes" },
		{ 64 + 8, 8, UINT64_MAX, "string table passes" },
		{ AT_DYN + 8, 8, 4000, "has no end" },
		{ AT_DYN + 8, 8, UINT64_MAX, "has no end" },
		{ AT_DYN + 24, 8, UINT64_MAX - 1, "has no end" },
		{ AT_DYN + 56, 8, 5, "in no segment" },
		{ AT_DYN + 72, 8, UINT64_MAX, "string table passes" },
		{ AT_DYN + 72, 8, 5, "has no end" },
	};
	struct made m;
	struct elf e;

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		make(&m, true, false);
		put(&m, lies[i].at, lies[i].width, lies[i].value);
		int rc = read_made(op, &m, &e);
		if (rc == ERR_MEMORY)
			return rc;
		if (rc != ERR_FORMAT)
			(void)printf("    lie %zu:\n", i);
		test_check_fails(op, rc, ERR_FORMAT, lies[i].text, "read_made()", __FILE__,
				 __LINE__);
		op_forgive(op);
	}
	for (size_t n = 0; n < 600; n += n < 80 ? 1 : 37) {
		make(&m, true, false);
		m.len = n;
		int rc = read_made(op, &m, &e);
		if (rc == ERR_MEMORY)
			return rc;
		CHECK(n < 4 ? rc == 1 : rc == ERR_FORMAT);
		op_forgive(op);
	}
	make(&m, true, false);
	m.bytes[0] = '#';
	CHECK(read_made(op, &m, &e) == 1 || op->code == ERR_MEMORY);
	return op->code;
}

TESTS({ "what readelf says", like_readelf, .once = true },
      { "both classes and byte orders", every_class },
      { "lies are refused", hostile, .once = true })
