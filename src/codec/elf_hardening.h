/*
 * elf_hardening: what the linker and the compiler of a program or library left in it that makes an
 * attack harder. Sources: gABI 4.1; glibc's elf.h (GNU extensions); GCC's -fstack-protector;
 * feature_test_macros(7), _FORTIFY_SOURCE.
 */
#ifndef CODEC_ELF_HARDENING_H
#define CODEC_ELF_HARDENING_H

#include "elf_layout.h"

enum elf_form {
	ELF_OTHER, /* neither is run nor loaded as it is: an object, a core, what a debugger reads */
	ELF_FIXED, /* a program that has one place in memory */
	ELF_PIE,   /* a program that may be anywhere */
	ELF_SHARED /* a library or plugin */
};

enum elf_relro { ELF_RELRO_NONE, ELF_RELRO_PARTIAL, ELF_RELRO_FULL };

enum elf_stack {
	ELF_STACK_UNTOLD, /* no PT_GNU_STACK: the loader makes it executable on older machines */
	ELF_STACK_PLAIN,
	ELF_STACK_EXECUTABLE
};

struct elf_hardening {
	enum elf_form form;
	uint16_t machine;
	bool dynamic; /* has a dynamic section */
	bool textrel; /* its code is written to as it is loaded */
	bool wx;      /* a segment is both writable and executable */
	enum elf_relro relro;
	enum elf_stack stack;
	bool symbols;         /* the names that it takes from others could be read */
	bool glibc;           /* it needs glibc's libc.so.6 */
	bool guarded;         /* it refers to __stack_chk_fail, or has its own */
	bool managed;         /* no guard, since its compiler has other means: rustc, GHC, FPC */
	uint32_t fortified;   /* names as __printf_chk */
	uint32_t unfortified; /* names that _FORTIFY_SOURCE always replaces: printf, syslog */
	uint64_t code;        /* bytes of .text, or of executable segments */
	str interpreter, soname;
	str rpath, runpath; /* as written: parted by colons */
};

/*
 * elf_hardening_read(op, a, ret): by bounded reads; texts live in op. 1: not ELF; ERR_FORMAT,
 * ERR_LIMIT: as elf_read(). O(symbols).
 */
int elf_hardening_read(struct op *op, const struct at *a, struct elf_hardening *ret) MUST_USE;

#endif
