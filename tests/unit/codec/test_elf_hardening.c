#include "codec/elf_hardening.h"

#include <fcntl.h>
#include <stdlib.h>

#include "elf_given.h"
#include "sys/file.h"
#include "sys/proc.h"
#include "unit/harness.h"

#define LOADER .interpreter = "/lib64/ld.so"

static const struct {
	const char *what;
	struct elf_given file;
	struct elf_hardening want;
} files[] = {
	{ "a program of today", { ELF_GIVEN_PROGRAM },
	  { .form = ELF_PIE, .relro = ELF_RELRO_FULL, .stack = ELF_STACK_PLAIN, .guarded = true, .glibc = true, .symbols = true,
	    .dynamic = true, .fortified = 1 } },
	{ "one of yesterday", { .type = 2, LOADER, .exec_stack = true, .names = { "printf", "syslog", "strcpy" }, .needed = "libc.so.6",
	    .text = 99 },
	  { .form = ELF_FIXED, .stack = ELF_STACK_EXECUTABLE, .symbols = true, .glibc = true, .dynamic = true, .unfortified = 2 } },
	{ "partial", { .type = 3, .relro = true, .soname = "libx.so", .no_stack = true, .text = 9 },
	  { .form = ELF_SHARED, .relro = ELF_RELRO_PARTIAL, .stack = ELF_STACK_UNTOLD, .symbols = true, .dynamic = true } },
	{ "a C library may be run", { .type = 3, LOADER, .soname = "libc.so.6", .own = "__stack_chk_fail", .text = 9 },
	  { .form = ELF_SHARED, .stack = ELF_STACK_PLAIN, .guarded = true, .symbols = true, .dynamic = true } },
	{ "static and anywhere", { .type = 3, .pie = true, .relro = true, .text = 9, .wx = true },
	  { .form = ELF_PIE, .relro = ELF_RELRO_FULL, .stack = ELF_STACK_PLAIN, .symbols = true, .dynamic = true, .wx = true } },
	{ "static", { .type = 2, .is_static = true, .text = 9 }, { .form = ELF_FIXED, .stack = ELF_STACK_PLAIN } },
	{ "writes its code", { .type = 3, .textrel = true, .text = 9 },
	  { .form = ELF_SHARED, .stack = ELF_STACK_PLAIN, .symbols = true, .dynamic = true, .textrel = true } },
	{ "rustc says so", { .type = 3, .pie = true, .text = 9, .comment = "rustc version 1.63.0 (4b91a6ea7 2022-08-08)" },
	  { .form = ELF_PIE, .stack = ELF_STACK_PLAIN, .symbols = true, .dynamic = true, .managed = true } },
	{ "rustc's library says so", { .type = 3, .pie = true, .text = 9, .rodata = "x/rustc/9fc6b/library/core/src/fmt/mod.rs" },
	  { .form = ELF_PIE, .stack = ELF_STACK_PLAIN, .symbols = true, .dynamic = true, .managed = true } },
	{ "without sections", { .type = 3, .pie = true, .bare = true, .now = true, .relro = true },
	  { .form = ELF_PIE, .relro = ELF_RELRO_FULL, .stack = ELF_STACK_PLAIN, .dynamic = true } },
	{ "for a debugger", { .type = 3, .debug = true, .text = 9 }, { .form = ELF_OTHER, .stack = ELF_STACK_PLAIN, .dynamic = true } },
	{ "an object", { .type = 1, .is_static = true, .text = 9 }, { .form = ELF_OTHER, .stack = ELF_STACK_PLAIN } },
};

static void compare(const struct elf_hardening *got, const struct elf_hardening *want)
{
	CHECK(got->form == want->form && got->relro == want->relro && got->stack == want->stack);
	CHECK(got->dynamic == want->dynamic && got->textrel == want->textrel && got->wx == want->wx);
	CHECK(got->symbols == want->symbols && got->glibc == want->glibc && got->guarded == want->guarded);
	CHECK(got->managed == want->managed);
	CHECK(got->fortified == want->fortified && got->unfortified == want->unfortified);
}

static int reading(struct op *op)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct elf_hardening h;
		str bytes;
		TRY(elf_given(op, &files[i].file, &bytes));
		struct at at = at_of_bytes(exact(bytes), S("x"));
		TRY(elf_hardening_read(op, &at, &h));
		compare(&h, &files[i].want);
	}
	struct elf_hardening h;
	struct at text = at_of_bytes(exact(S("#!/bin/sh\n")), S("x"));
	CHECK(elf_hardening_read(op, &text, &h) == 1);
	struct at cut = at_of_bytes(exact(S("\177ELF\2\1\1")), S("x"));
	CHECK_FAILS(op, elf_hardening_read(op, &cut, &h), ERR_FORMAT, "header");
	return 0;
}

static int paths(struct op *op)
{
	struct elf_given g = { .type = 3, .pie = true, .text = 9, .rpath = "/a:", .runpath = "$ORIGIN/../lib:b" };
	struct elf_hardening h;
	str bytes;

	TRY(elf_given(op, &g, &bytes));
	struct at at = at_of_bytes(exact(bytes), S("x"));
	TRY(elf_hardening_read(op, &at, &h));
	CHECK_STR(h.rpath, S("/a:"));
	CHECK_STR(h.runpath, S("$ORIGIN/../lib:b"));
	return 0;
}

/* What a real compiler is told to do is what is read. */
static const struct {
	const char *flags[8];
	enum elf_form form;
	enum elf_relro relro;
	enum elf_stack stack;
	bool guarded, fortified;
} builds[] = {
	{ { "-fPIE", "-pie", "-O2", "-D_FORTIFY_SOURCE=2", "-fstack-protector-strong", "-Wl,-z,relro,-z,now" },
	  ELF_PIE, ELF_RELRO_FULL, ELF_STACK_PLAIN, true, true },
	{ { "-fno-pie", "-no-pie", "-O2", "-U_FORTIFY_SOURCE", "-fno-stack-protector", "-Wl,-z,norelro", "-Wl,-z,execstack" },
	  ELF_FIXED, ELF_RELRO_NONE, ELF_STACK_EXECUTABLE, false, false },
	{ { "-fPIC", "-shared", "-O2", "-D_FORTIFY_SOURCE=2", "-fno-stack-protector", "-Wl,-z,relro,-z,lazy" },
	  ELF_SHARED, ELF_RELRO_PARTIAL, ELF_STACK_PLAIN, false, true },
	{ { "-static-pie", "-fPIE", "-O2", "-fstack-protector-strong" }, ELF_PIE, ELF_RELRO_FULL, ELF_STACK_PLAIN, true, false },
};

static int compiled(struct op *op)
{
	static const char source[] = "#include <stdio.h>\n#include <string.h>\n"
				     "int main(int n, char **v)\n{\n\tchar b[99];\n\tstrcpy(b, v[0]);\n"
				     "\tprintf(\"%s %d\\n\", b, n);\n\treturn 0;\n}\n";
	int dir;
	const char *path = test_dir(&dir);

	if (!proc_exists("gcc"))
		SKIP("no gcc");
	TRY(file_replace(op, dir, S("x.c"), str_of(source), 0644));
	for (size_t i = 0; i < sizeof(builds) / sizeof(builds[0]); i++) {
		const char *argv[16] = { "gcc", "-w", "-o" };
		struct proc_result out;
		struct elf_hardening h;
		str from, to;
		uint64_t size;
		int n = 3;
		TRY(op_text(op, &from, "%s/x.c", path));
		TRY(op_text(op, &to, "%s/x%d", path, (int)i));
		argv[n++] = to.p;
		for (size_t k = 0; k < 8 && builds[i].flags[k]; k++)
			argv[n++] = builds[i].flags[k];
		argv[n] = from.p;
		TRY(proc_run(op, &(struct proc_spec){ .argv = argv, .output_max = 1 << 20 }, &out));
		AUTO_FD fd = open(to.p, O_RDONLY | O_CLOEXEC);
		CHECK(fd >= 0);
		TRY(file_size(op, fd, to, &size));
		struct at at = at_of_fd(fd, 0, size, to);
		TRY(elf_hardening_read(op, &at, &h));
		CHECK(h.form == builds[i].form && h.relro == builds[i].relro && h.stack == builds[i].stack);
		CHECK(h.guarded == builds[i].guarded && !h.managed);
		CHECK((h.fortified > 0) == builds[i].fortified);
	}
	return 0;
}

TESTS({ "what is given is read", reading }, { "where libraries are looked for", paths },
      { "what a compiler makes", compiled, .once = true })
