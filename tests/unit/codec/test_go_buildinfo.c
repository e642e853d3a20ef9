#include <fcntl.h>
#include <string.h>

#include "base/buf.h"
#include "codec/go_buildinfo.h"
#include "sys/file.h"
#include "sys/proc.h"
#include "unit/harness.h"

static int modules(struct op *op)
{
	static const char text[] = "path\texample.org/a/cmd/x\n"
				   "mod\texample.org/a\t(devel)\t\n"
				   "dep\tgithub.com/b/c\tv1.2.3\th1:abc=\n"
				   "dep\tgithub.com/d/e\tv0.1.0\n"
				   "=>\tgithub.com/f/e\tv0.1.1\th1:def=\n"
				   "dep\tgithub.com/g/h\tv0.0.0\n"
				   "=>\t./local\t(devel)\t\n"
				   "build\t-compiler=gc\n"
				   "build\t-ldflags=\"-X 'main.version=1 2' -X \\\"a\\\\tb\\\"\"\n"
				   "build\t\"odd=key\"=`raw`\n"
				   "build\tnothing\n"
				   "other\tline\n";
	struct go_buildinfo b = { 0 };

	TRY(go_buildinfo_modules(op, str_of(text), &b));
	CHECK_STR(b.path, S("example.org/a/cmd/x"));
	CHECK_STR(b.main.path, S("example.org/a"));
	CHECK_STR(b.main.version, S("(devel)"));
	CHECK(b.dep_n == 3 && b.setting.n == 3);
	CHECK_STR(b.dep[0].sum, S("h1:abc="));
	CHECK_STR(b.dep[0].by_path, S(""));
	CHECK_STR(b.dep[1].by_path, S("github.com/f/e"));
	CHECK_STR(b.dep[1].by_version, S("v0.1.1"));
	CHECK_STR(b.dep[1].by_sum, S("h1:def="));
	CHECK_STR(b.dep[2].by_path, S("./local"));
	CHECK_STR(b.setting.p[0].value, S("gc"));
	CHECK_STR(b.setting.p[1].value, S("-X 'main.version=1 2' -X \"a\\tb\""));
	CHECK_STR(b.setting.p[2].key, S("odd=key"));
	CHECK_STR(b.setting.p[2].value, S("raw"));
	return 0;
}

/* An ELF file of one segment that can be written, without sections; data from 128 on. */
enum { AT_DATA = 128, BASE = 0x400000, FILE_SIZE = 1024 };

struct made {
	char bytes[FILE_SIZE];
	bool wide, big;
};

static void put(struct made *m, size_t at, size_t width, uint64_t v)
{
	for (size_t i = 0; i < width; i++)
		m->bytes[at + i] = (char)(v >> (8 * (m->big ? width - 1 - i : i)));
}

static void make_elf(struct made *m, bool wide, bool big)
{
	size_t w = wide ? 8 : 4, p = wide ? 64 : 52;

	*m = (struct made){ .wide = wide, .big = big };
	memcpy(m->bytes, "\177ELF", 4);
	m->bytes[4] = wide ? 2 : 1;
	m->bytes[5] = big ? 2 : 1;
	m->bytes[6] = 1;
	put(m, 16, 2, 2);
	put(m, wide ? 32 : 28, w, p);
	put(m, wide ? 54 : 42, 2, wide ? 56 : 32);
	put(m, wide ? 56 : 44, 2, 1);
	put(m, p, 4, 1);
	put(m, p + (wide ? 4 : 24), 4, 6); /* R W */
	put(m, p + (wide ? 8 : 4), w, AT_DATA);
	put(m, p + (wide ? 16 : 8), w, BASE);
	put(m, p + (wide ? 32 : 16), w, FILE_SIZE - AT_DATA);
	memcpy(m->bytes + AT_DATA + 16, "\xff Go buildinf:", 14);
	m->bytes[AT_DATA + 30] = (char)w;
	m->bytes[AT_DATA + 31] = big;
}

static const char mark_text[] = "0123456789abcdefpath\tx/y\nmod\tx\tv1.0.0\t\n0123456789abcdef";

static int find(struct op *op, const struct made *m, size_t n, struct go_buildinfo *ret)
{
	struct program p;
	char *exact = op_new(op, char, n);

	if (!exact)
		return op->code;
	memcpy(exact, m->bytes, n);
	struct at *a = op_new(op, struct at, 1);
	if (!a)
		return op->code;
	*a = at_of_bytes((str){ exact, (ptrdiff_t)n }, S("made"));
	int rc = program_read(op, a, &p);
	return rc != 0 ? rc : go_buildinfo_find(op, a, &p, ret);
}

static void put_inline(struct made *m)
{
	m->bytes[AT_DATA + 31] |= 2;
	size_t at = AT_DATA + 48;
	m->bytes[at++] = 6;
	memcpy(m->bytes + at, "go1.20", 6);
	at += 6;
	m->bytes[at++] = (char)(sizeof(mark_text) - 1);
	memcpy(m->bytes + at, mark_text, sizeof(mark_text) - 1);
}

static void put_pointers(struct made *m)
{
	size_t w = m->wide ? 8 : 4;

	put(m, AT_DATA + 32, w, BASE + 64);
	put(m, AT_DATA + 32 + w, w, BASE + 80);
	put(m, AT_DATA + 64, w, BASE + 200);
	put(m, AT_DATA + 64 + w, w, 6);
	put(m, AT_DATA + 80, w, BASE + 300);
	put(m, AT_DATA + 80 + w, w, sizeof(mark_text) - 1);
	memcpy(m->bytes + AT_DATA + 200, "go1.15", 6);
	memcpy(m->bytes + AT_DATA + 300, mark_text, sizeof(mark_text) - 1);
}

static int both_forms(struct op *op)
{
	for (int i = 0; i < 8; i++) {
		struct made m;
		struct go_buildinfo b;
		make_elf(&m, i & 1, i & 2);
		if (i & 4)
			put_inline(&m);
		else
			put_pointers(&m);
		int rc = find(op, &m, FILE_SIZE, &b);
		TRY(rc);
		CHECK(rc == 0);
		CHECK_STR(b.go, i & 4 ? S("go1.20") : S("go1.15"));
		CHECK_STR(b.path, S("x/y"));
		CHECK_STR(b.main.version, S("v1.0.0"));
	}
	return 0;
}

static int hostile(struct op *op)
{
	struct go_buildinfo b;
	struct made m;

	make_elf(&m, true, false);
	put_pointers(&m);
	put(&m, AT_DATA + 32, 8, 1);
	CHECK_FAILS(op, find(op, &m, FILE_SIZE, &b), ERR_FORMAT, "points nowhere");
	make_elf(&m, true, false);
	put_pointers(&m);
	put(&m, AT_DATA + 88, 8, UINT64_MAX);
	CHECK_FAILS(op, find(op, &m, FILE_SIZE, &b), ERR_LIMIT, "too long");
	put(&m, AT_DATA + 88, 8, 700);
	CHECK_FAILS(op, find(op, &m, FILE_SIZE, &b), ERR_FORMAT, "points nowhere");
	m.bytes[AT_DATA + 30] = 3;
	CHECK_FAILS(op, find(op, &m, FILE_SIZE, &b), ERR_FORMAT, "bad pointers");
	make_elf(&m, true, false);
	put_inline(&m);
	memset(m.bytes + AT_DATA + 48, 0xff, 12);
	CHECK_FAILS(op, find(op, &m, FILE_SIZE, &b), ERR_FORMAT, "bad length");
	m.bytes[AT_DATA + 50] = 1;
	CHECK_FAILS(op, find(op, &m, FILE_SIZE, &b), ERR_LIMIT, "too long");
	for (size_t n = 64; n < 400; n += 7) {
		make_elf(&m, true, false);
		put_inline(&m);
		int rc = find(op, &m, n, &b);
		if (rc == ERR_MEMORY)
			return rc;
		CHECK(rc == 0 ? n >= AT_DATA + 48 + 8 + sizeof(mark_text) - 1
			      : rc == 1 || rc == ERR_FORMAT);
		op_forgive(op);
	}
	make_elf(&m, true, false); /* the magic, but nothing behind it */
	CHECK(find(op, &m, FILE_SIZE, &b) == 1 || op->code == ERR_MEMORY);
	return op->code;
}

/* What `go version -m` says of itself. */
static int like_go(struct op *op)
{
	struct proc_result root, out;
	struct go_buildinfo b;
	struct program p;
	uint64_t size;
	str path;

	if (!proc_exists("go"))
		return 0;
	const char *ask[] = { "go", "env", "GOROOT", NULL };
	TRY(proc_run(op, &(struct proc_spec){ .argv = ask, .output_max = 4096 }, &root));
	TRY(op_text(op, &path, "%.*s/bin/go", STR_ARG(str_trim(root.out))));
	const char *argv[] = { "go", "version", "-m", path.p, NULL };
	TRY(proc_run(op, &(struct proc_spec){ .argv = argv, .output_max = 1 << 20 }, &out));
	AUTO_FD fd = open(path.p, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	TRY(file_size(op, fd, path, &size));
	struct at a = at_of_fd(fd, 0, size, path);
	TRY(program_read(op, &a, &p));
	CHECK(go_buildinfo_find(op, &a, &p, &b) == 0);
	str line = str_cut(&out.out, '\n');
	CHECK(str_ends(line, b.go) && b.go.len > 4);
	for (ptrdiff_t i = 0; i < b.setting.n; i++)
		CHECK(str_find_str(out.out, b.setting.p[i].key) >= 0);
	return 0;
}

TESTS({ "lines of modules", modules }, { "both forms, classes and byte orders", both_forms },
      { "lies are refused", hostile, .once = true },
      { "what go says of itself", like_go, .once = true })
