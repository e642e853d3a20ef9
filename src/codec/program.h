/*
 * program: the parts of an executable or library of any kind (ELF, PE, Mach-O) by name and by
 * address. Sources: gABI 4.1; Microsoft's "PE Format"; Apple's <mach-o/loader.h>, <mach-o/fat.h>.
 * Only tables are read, however large the file is.
 */
#ifndef CODEC_PROGRAM_H
#define CODEC_PROGRAM_H

#include "elf_layout.h"

enum program_kind { PROGRAM_ELF, PROGRAM_PE, PROGRAM_MACHO };

struct program_part {
	str name;                     /* ".data", "__go_buildinfo"; a segment's may be empty */
	uint64_t vaddr, offset, size; /* of what is in the file */
	bool writable, executable;
};

struct program {
	enum program_kind kind;
	uint8_t bits; /* 32 or 64 */
	bool big;
	struct program_part *section; /* [section_n] */
	ptrdiff_t section_n;
	struct program_part *segment; /* [segment_n] that are loaded; of PE the sections */
	ptrdiff_t segment_n;
	struct elf_layout elf; /* of PROGRAM_ELF */
};

/*
 * program_slices(op, a, ret, max, ret_n): a Mach-O for several machines is one file for each:
 * those, at most max; of any other file itself.
 */
int program_slices(struct op *op, const struct at *a, struct at *ret, ptrdiff_t max,
		   ptrdiff_t *ret_n) MUST_USE;

/* program_read(op, a, ret): 1: none of the three; ERR_FORMAT: it lies. Every part is within a. */
int program_read(struct op *op, const struct at *a, struct program *ret) MUST_USE;

const struct program_part *program_section(const struct program *p, str name);

/* Where the byte at an address stands in the file, and how many of its part follow. */
bool program_offset(const struct program *p, uint64_t vaddr, uint64_t *ret_offset, uint64_t *ret_n);

#endif
