#include "audited.h"

#include "../codec/elf_given.h"

#define USER7 "{\"config\":{\"User\":\"7\"}}"

static const struct {
	const char *rule, *want;
	struct elf_given file;
	const char *path;  /* NULL: bin/x */
	const char *config; /* NULL: none */
	uint32_t mode;	    /* 0: 0755 */
} rows[] = {
	{ "elf.pie", "pass", { ELF_GIVEN_PROGRAM } },
	{ "elf.pie", "fail: bin/x is linked to a fixed place in memory", { .type = 2, .interpreter = "/ld", .text = 9 } },
	{ "elf.pie", "fail: bin/x is linked to a fixed place in memory", { .type = 2, .is_static = true, .text = 9 } },
	/* Nobody can start it: it is data. */
	{ "elf.pie", "pass", { .type = 2, .interpreter = "/ld", .text = 9 }, .mode = 0644 },
	{ "elf.pie", "pass", { .type = 2, .interpreter = "/ld", .text = 9 }, .path = "usr/lib/debug/x" },
	{ "elf.pie", "pass", { .type = 3, .pie = true, .text = 9 } },

	{ "elf.relro", "pass", { ELF_GIVEN_PROGRAM } },
	{ "elf.relro", "fail: bin/x has no read-only relocations", { .type = 3, .interpreter = "/ld", .text = 9 } },
	{ "elf.relro", "pass", { .type = 2, .is_static = true, .text = 9 } },
	{ "elf.bind_now", "pass", { ELF_GIVEN_PROGRAM } },
	{ "elf.bind_now", "fail: bin/x resolves symbols as it runs (partial RELRO)", { .type = 3, .interpreter = "/ld", .relro = true, .text = 9 } },
	{ "elf.bind_now", "pass", { .type = 3, .interpreter = "/ld", .relro = true, .now = true, .text = 9 } },

	{ "elf.nx", "pass", { ELF_GIVEN_PROGRAM } },
	{ "elf.nx", "fail: bin/x has an executable stack", { ELF_GIVEN_PROGRAM, .exec_stack = true } },
	{ "elf.nx", "fail: bin/x does not say that its stack is not executable", { ELF_GIVEN_PROGRAM, .no_stack = true } },
	{ "elf.nx", "fail: bin/x has a segment that is writable and executable", { ELF_GIVEN_PROGRAM, .wx = true } },

	{ "elf.no_textrel", "pass", { ELF_GIVEN_PROGRAM } },
	{ "elf.no_textrel", "fail: bin/x has relocations in its code", { ELF_GIVEN_PROGRAM, .textrel = true } },

	{ "elf.stack_protector", "pass", { ELF_GIVEN_PROGRAM } },
	{ "elf.stack_protector",
	  "fail: bin/x was compiled without a guard of the stack",
	  { .type = 3, .interpreter = "/ld", .text = 40000, .names = { "free" } } },
	/* Too small to tell; Rust's; without names; the compiler's; the loader. */
	{ "elf.stack_protector", "pass", { .type = 3, .interpreter = "/ld", .text = 4000, .names = { "free" } } },
	{ "elf.stack_protector", "pass", { .type = 3, .interpreter = "/ld", .text = 40000, .comment = "rustc version 1.8" } },
	{ "elf.stack_protector", "pass", { .type = 3, .pie = true, .text = 40000, .bare = true } },
	{ "elf.stack_protector", "pass", { .type = 2, .is_static = true, .text = 40000 } },
	{ "elf.stack_protector", "pass", { .type = 3, .soname = "libgcc_s.so.1", .text = 40000 }, .path = "lib/libgcc_s.so.1" },
	{ "elf.stack_protector", "pass", { .type = 3, .soname = "ld-linux.so.2", .text = 40000 }, .path = "lib/ld-linux.so.2" },
	{ "elf.stack_protector",
	  "fail: lib/libx.so was compiled without a guard of the stack",
	  { .type = 3, .soname = "libx.so", .text = 40000 },
	  .path = "lib/libx.so",
	  .mode = 0644 },

	{ "elf.fortify", "pass", { ELF_GIVEN_PROGRAM } },
	{ "elf.fortify",
	  "fail: bin/x calls the unchecked functions of the C library alone",
	  { .type = 3, .interpreter = "/ld", .needed = "libc.so.6", .text = 99, .names = { "printf" } } },
	{ "elf.fortify", "pass", { .type = 3, .interpreter = "/ld", .needed = "libc.so.6", .text = 99, .names = { "printf", "__memcpy_chk" } } },
	/* Compilers leave these where they can prove nothing; musl has none that are checked. */
	{ "elf.fortify", "pass", { .type = 3, .interpreter = "/ld", .needed = "libc.so.6", .text = 99, .names = { "memcpy", "strcpy" } } },
	{ "elf.fortify", "pass", { .type = 3, .interpreter = "/ld", .needed = "libc.musl-x86_64.so.1", .text = 99, .names = { "printf" } } },

	{ "elf.runpath", "pass", { ELF_GIVEN_PROGRAM, .runpath = "/usr/lib/x:$ORIGIN/../lib" } },
	{ "elf.runpath", "fail: bin/x: '/tmp/build' of its RUNPATH is for temporary files", { ELF_GIVEN_PROGRAM, .runpath = "/usr/lib:/tmp/build" } },
	{ "elf.runpath",
	  "fail: bin/x: '' of its RPATH is empty: the directory that it is started in",
	  { ELF_GIVEN_PROGRAM, .rpath = "/usr/lib:" } },
	{ "elf.runpath", "pass", { ELF_GIVEN_PROGRAM, .rpath = "lib", .runpath = "/usr/lib" } },
	{ "elf.runpath",
	  "fail: bin/x: 'lib' of its RUNPATH is relative to the directory that it is started in",
	  { ELF_GIVEN_PROGRAM, .runpath = "lib" } },
	{ "elf.runpath", "fail: bin/x: '$ORIGIN/../open' of its RUNPATH is writable by everybody", { ELF_GIVEN_PROGRAM, .runpath = "$ORIGIN/../open" } },
	{ "elf.runpath", "fail: bin/x: '/seven' of its RUNPATH is writable by the image's user", { ELF_GIVEN_PROGRAM, .runpath = "/seven" }, .config = USER7 },
	{ "elf.runpath", "pass", { ELF_GIVEN_PROGRAM, .runpath = "/seven" } },
};

static int rule(struct op *op, size_t i)
{
	struct audited image = { rows[i].config ? rows[i].config : "{}", { { .mode = 0755 } } };
	str got;

	image.file[0].path = str_of(rows[i].path ? rows[i].path : "bin/x");
	image.file[0].mode = rows[i].mode ? rows[i].mode : 0755;
	TRY(elf_given(op, &rows[i].file, &image.file[0].bytes));
	image.file[1] = (struct tree_given){ .path = S("open/"), .mode = 0777 };
	image.file[2] = (struct tree_given){ .path = S("seven/"), .uid = 7 };
	TRY(audited_rule(op, &image, rows[i].rule, &got));
	CHECK_STR(got, str_of(rows[i].want));
	return 0;
}

static int linked(struct op *op)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct op_mark mark = op_mark(op);
		TRY(rule(op, i));
		op_reset(op, mark);
	}
	return 0;
}

/* One that lies is said of all rules, and those of others are told. */
static int unreadable(struct op *op)
{
	struct elf_given good = { ELF_GIVEN_PROGRAM }, bad = { ELF_GIVEN_PROGRAM, .exec_stack = true };
	struct audited image = { "{}", { { .path = S("a") }, { .path = S("b") } } };
	str got;

	image.file[0].mode = image.file[1].mode = 0755;
	TRY(elf_given(op, &good, &image.file[0].bytes));
	TRY(elf_given(op, &bad, &image.file[1].bytes));
	image.file[0].bytes.len = 300;
	TRY(audited_rule(op, &image, "elf.nx", &got));
	CHECK_STR(got, S("fail: b has an executable stack"));
	TRY(audited_rule(op, &image, "elf.pie", &got));
	CHECK_STR(got, S("error: 1 files cannot be read: a"));
	return 0;
}

TESTS({ "each rule, both ways", linked, .once = true }, { "a file that lies", unreadable })
