/*
 * elf: what the dynamic loader will ask of a program or library. Source: gABI 4.1; glibc's
 * ld.so(8); LSB 5.0, note sections.
 */
#ifndef CODEC_ELF_H
#define CODEC_ELF_H

#include "at.h"

struct elf {
	uint16_t type;    /* ET_EXEC 2, ET_DYN 3, ... */
	uint16_t machine; /* EM_X86_64 62, EM_AARCH64 183, ... */
	uint8_t bits;     /* 32 or 64 */
	bool big;
	bool dynamic;    /* has PT_DYNAMIC */
	bool pie;        /* DF_1_PIE: a program, though it has a library's type */
	bool bind_now;   /* all symbols are resolved before it runs */
	bool textrel;    /* its code is written to as it is loaded */
	str interpreter; /* PT_INTERP, or empty */
	str soname;
	str rpath, runpath;
	str *needed; /* [needed_n] */
	ptrdiff_t needed_n;
};

/*
 * elf_read(op, a, ret): by a few bounded reads. 1 if it does not begin with the ELF magic;
 * ERR_FORMAT for one that lies or has more of something than any program (thousands of segments
 * or needed libraries). Texts live in op, or in a's memory.
 */
int elf_read(struct op *op, const struct at *a, struct elf *ret) MUST_USE;

#endif
