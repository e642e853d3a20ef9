/* An ELF file of 64 bits with one section of that name, as it stands in kernel modules and
 * programs. */
#ifndef TESTS_INVENTORY_ELF_MAKE_H
#define TESTS_INVENTORY_ELF_MAKE_H

#include <string.h>

#include "../harness.h"
#include "base/buf.h"

static inline void elf_little(struct buf *b, uint64_t v, int n)
{
	for (int i = 0; i < n; i++)
		buf_char(b, i < 8 ? (char)(v >> (8 * i) & 255) : 0);
}

static inline void elf_section_header(struct buf *b, uint32_t name, uint32_t type, uint64_t offset,
				      uint64_t size)
{
	elf_little(b, name, 4);
	elf_little(b, type, 4);
	elf_little(b, 0, 8);
	elf_little(b, 0, 8);
	elf_little(b, offset, 8);
	elf_little(b, size, 8);
	elf_little(b, 0, 8);
	elf_little(b, 4, 8);
	elf_little(b, 0, 8);
}

/* type: 1 relocatable, 2 a program. section_type: 1 bytes, 7 notes. */
static inline int elf_make(struct op *op, uint16_t type, uint32_t section_type, const char *name,
			   str bytes, str *ret)
{
	size_t names = 1 + strlen(name) + 1 + sizeof(".shstrtab");
	size_t sections = 64 + (size_t)bytes.len + names;
	struct buf b;

	buf_init(&b, op, 1 << 20);
	buf_add(&b, S("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0"));
	elf_little(&b, type, 2);
	elf_little(&b, 62, 2);
	elf_little(&b, 1, 4);
	elf_little(&b, 0, 16);
	elf_little(&b, sections, 8);
	elf_little(&b, 0, 4);
	elf_little(&b, 64, 2);
	elf_little(&b, 56, 2);
	elf_little(&b, 0, 2);
	elf_little(&b, 64, 2);
	elf_little(&b, 3, 2);
	elf_little(&b, 2, 2);
	buf_add(&b, bytes);
	buf_char(&b, 0);
	buf_add(&b, (str){ name, (ptrdiff_t)strlen(name) + 1 });
	buf_add(&b, S(".shstrtab\0"));
	elf_section_header(&b, 0, 0, 0, 0);
	elf_section_header(&b, 1, section_type, 64, (uint64_t)bytes.len);
	elf_section_header(&b, (uint32_t)strlen(name) + 2, 3, 64 + (uint64_t)bytes.len, names);
	return buf_take(&b, ret);
}

#endif
