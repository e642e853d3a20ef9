/*
 * elf_layout: where the parts of an ELF file stand: segments, sections, symbols, notes. Source:
 * gABI 4.1. Only the tables are read, however large the file is.
 */
#ifndef CODEC_ELF_LAYOUT_H
#define CODEC_ELF_LAYOUT_H

#include "at.h"

enum elf_segment_type { ELF_LOAD = 1, ELF_DYNAMIC = 2, ELF_INTERP = 3, ELF_NOTE = 4 };
enum elf_section_type { ELF_SYMTAB = 2, ELF_NOTES = 7, ELF_NOBITS = 8, ELF_DYNSYM = 11 };
enum { ELF_WRITE = 1, ELF_COMPRESSED = 0x800 }; /* flags: of segments X 1, W 2, R 4; of sections */

struct elf_segment {
	uint32_t type, flags;
	uint64_t offset, vaddr, filesz;
};

struct elf_section {
	str name;
	uint32_t type, link;
	uint64_t flags, vaddr, offset, size;
};

struct elf_layout {
	uint16_t type, machine;
	uint8_t bits; /* 32 or 64 */
	bool big;
	uint64_t section_at;                 /* of the section table; 0: none */
	uint16_t section_claim, names_claim; /* as the header has them: unchecked */
	struct elf_segment *segment;         /* [segment_n]; their extents are unchecked */
	ptrdiff_t segment_n;
	struct elf_section *section; /* [section_n], empty without ELF_SECTIONS */
	ptrdiff_t section_n;
};

/* elf_layout_read(op, a, ret): header and segments. 1: not ELF; ERR_FORMAT: one that lies. */
int elf_layout_read(struct op *op, const struct at *a, struct elf_layout *ret) MUST_USE;

/* The sections too, into *e; a file that has none is left with none. */
int elf_sections(struct op *op, const struct at *a, struct elf_layout *e) MUST_USE;

/* The section of that name that has bytes in the file, or NULL. */
const struct elf_section *elf_section(const struct elf_layout *e, str name);

/* Its bytes, at most max of them (ERR_LIMIT); 1: there is no such section. */
int elf_section_bytes(struct op *op, const struct at *a, const struct elf_layout *e, str name,
		      uint64_t max, str *ret) MUST_USE;

/* Where the byte at a virtual address stands in the file, and how many follow it there; false: in
 * no segment. */
bool elf_offset(const struct elf_layout *e, uint64_t vaddr, uint64_t *ret_offset, uint64_t *ret_n);

struct elf_symbol {
	uint64_t value, size;
	uint16_t section; /* number of it, SHN_* from 0xff00 on */
};

/* The symbols of these names, of the symbol table or else the dynamic one, in one pass by blocks;
 * section 0 where there is none. */
int elf_symbols(struct op *op, const struct at *a, const struct elf_layout *e, const str *name,
		ptrdiff_t n, struct elf_symbol *ret) MUST_USE;

/* The first note of that owner ("FDO", "GNU") and type, in sections or, without those, segments;
 * 1: there is none. */
int elf_note(struct op *op, const struct at *a, const struct elf_layout *e, str owner,
	     uint32_t type, str *ret) MUST_USE;

#endif
