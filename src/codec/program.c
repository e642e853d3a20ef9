/*
 * PE:     at 0 "MZ", at 60 where "PE\0\0" stands; behind it the COFF header (20 bytes: machine 2,
 * sections 2,
 *         ..., 16 size of the optional header 2, flags 2), the optional header (0 magic 2: 0x20b is
 *         64 bits; 24 or 28 the image's base 8 or 4), then 40 bytes a section: name 8, virtual size
 * 4, address 4, size in the file 4, offset 4, ..., 36 flags 4. Mach-O: magic 4, cpu 4, subtype 4,
 * type 4, commands 4, their bytes 4, flags 4 (8 in 64 bits); a command is kind 4, size 4; a
 * segment's goes on: name 16, address, size, offset, size in the file (4 or 8 each), protections 4
 * 4, sections 4, flags 4; then a section: name 16, segment 16, address, size (4 or 8), offset 4,
 * ... (68 or 80 bytes). Fat:    magic 4, slices 4, big endian; a slice is cpu 4, subtype 4, offset,
 * size (4 or 8), align 4 (and 4 more in 64 bits).
 */
#include "program.h"

#include <string.h>

#include "base/rd.h"
#include "base/vec.h"

enum {
	/* Sections of PE and commands of Mach-O; real ones: 12, 60. */
	PROGRAM_PARTS = 1024,
	PROGRAM_COMMANDS = 1 << 20, /* bytes */

	MACHO_SEGMENT = 1,
	MACHO_SEGMENT_64 = 25,
	MACHO_WRITE = 2,
	MACHO_RUN = 4,
};
#define MACHO_32 0xfeedfaceu
#define MACHO_64 0xfeedfacfu
#define MACHO_FAT 0xcafebabeu
#define MACHO_FAT_64 0xcafebabfu
#define PE_RUN 0x20000000u
#define PE_WRITE 0x80000000u

static int lies(struct op *op, const struct at *a, const char *about)
{
	return op_fail(op, ERR_FORMAT, "%.*s: bad program: %s", STR_ARG(a->what), about);
}

static bool within(const struct at *a, uint64_t offset, uint64_t n)
{
	return offset <= a->size && n <= a->size - offset;
}

/* A part as far as it is in the file. */
static void clamp(const struct at *a, struct program_part *p)
{
	p->offset = p->offset < a->size ? p->offset : a->size;
	p->size = p->size < a->size - p->offset ? p->size : a->size - p->offset;
}

static int read_elf(struct op *op, const struct at *a, struct program *p)
{
	int rc = elf_layout_read(op, a, &p->elf);

	if (rc != 0 || (rc = elf_sections(op, a, &p->elf)) < 0)
		return rc;
	const struct elf_layout *e = &p->elf;
	p->kind = PROGRAM_ELF;
	p->bits = e->bits;
	p->big = e->big;
	p->section = op_new(op, struct program_part, e->section_n);
	p->segment = op_new(op, struct program_part, e->segment_n);
	if (!p->section || !p->segment)
		return op->code;
	for (ptrdiff_t i = 0; i < e->section_n; i++) {
		const struct elf_section *s = &e->section[i];
		if (s->type == ELF_NOBITS || s->type == 0)
			continue;
		p->section[p->section_n] =
			(struct program_part){ s->name, s->vaddr,     s->offset,
					       s->size, s->flags & 1, s->flags & 4 };
		clamp(a, &p->section[p->section_n++]);
	}
	for (ptrdiff_t i = 0; i < e->segment_n; i++) {
		const struct elf_segment *s = &e->segment[i];
		if (s->type != ELF_LOAD)
			continue;
		p->segment[p->segment_n] =
			(struct program_part){ S(""),     s->vaddr,     s->offset,
					       s->filesz, s->flags & 2, s->flags & 1 };
		clamp(a, &p->segment[p->segment_n++]);
	}
	return 0;
}

static str padded_name(str field)
{
	ptrdiff_t end = str_find(field, '\0');

	return end < 0 ? field : str_head(field, end);
}

static int read_pe(struct op *op, const struct at *a, struct program *p)
{
	char head[64], coff[24], optional[32];
	str table;

	if (a->size < sizeof(head))
		return 1;
	int rc = at_read(op, a, 0, head, sizeof(head));
	if (rc < 0)
		return rc;
	struct rd r = { .in = { head + 60, 4 } };
	uint64_t at = rd_u32(&r);
	if (!within(a, at, sizeof(coff) + sizeof(optional)))
		return 1; /* a program of MS-DOS */
	if ((rc = at_read(op, a, at, coff, sizeof(coff))) < 0 ||
	    (rc = at_read(op, a, at + sizeof(coff), optional, sizeof(optional))) < 0)
		return rc;
	if (memcmp(coff, "PE\0\0", 4) != 0)
		return 1;
	r = (struct rd){ .in = { coff + 6, 18 } };
	uint64_t n = rd_u16(&r);
	rd_skip(&r, 12);
	uint64_t size = rd_u16(&r);
	r = (struct rd){ .in = { optional, sizeof(optional) } };
	bool wide = rd_u16(&r) == 0x20b;
	rd_skip(&r, wide ? 22 : 26);
	uint64_t base = wide ? rd_u64(&r) : rd_u32(&r);
	at += sizeof(coff) + size;
	if (n > PROGRAM_PARTS || !within(a, at, n * 40))
		return lies(op, a, "its sections pass its end");
	if ((rc = at_view(op, a, at, n * 40, &table)) < 0)
		return rc;
	p->kind = PROGRAM_PE;
	p->bits = wide ? 64 : 32;
	if (!(p->section = op_new(op, struct program_part, n)))
		return op->code;
	r = (struct rd){ .in = table };
	for (uint64_t i = 0; i < n; i++) {
		struct program_part *s = &p->section[i];
		s->name = padded_name(rd_take(&r, 8));
		rd_skip(&r, 4);
		s->vaddr = base + rd_u32(&r);
		s->size = rd_u32(&r);
		s->offset = rd_u32(&r);
		rd_skip(&r, 12);
		uint32_t flags = rd_u32(&r);
		s->writable = flags & PE_WRITE;
		s->executable = flags & PE_RUN;
		clamp(a, s);
	}
	p->section_n = p->segment_n = (ptrdiff_t)n;
	p->segment = p->section;
	return 0;
}

struct macho {
	struct op *op;
	const struct at *a;
	struct program *p;
	ptrdiff_t section_cap, segment_cap;
	bool wide;
};

static uint64_t macho_word(struct rd *r, const struct macho *m)
{
	return m->wide ? rd_u64(r) : rd_u32(r);
}

static struct program_part *add_part(struct macho *m, struct program_part **p, ptrdiff_t *n,
				     ptrdiff_t *cap)
{
	if (*n >= PROGRAM_PARTS) {
		(void)lies(m->op, m->a, "too many sections");
		return NULL;
	}
	return vec_grow(m->op, (void **)p, n, cap, sizeof(**p)) ? &(*p)[*n - 1] : NULL;
}

static int read_macho_segment(struct macho *m, struct rd *r)
{
	struct program_part *s = add_part(m, &m->p->segment, &m->p->segment_n, &m->segment_cap);
	if (!s)
		return m->op->code;
	s->name = padded_name(rd_take(r, 16));
	s->vaddr = macho_word(r, m);
	(void)macho_word(r, m);
	s->offset = macho_word(r, m);
	s->size = macho_word(r, m);
	rd_skip(r, 4);
	uint32_t rights = rd_u32(r), n = rd_u32(r);
	s->writable = rights & MACHO_WRITE;
	s->executable = rights & MACHO_RUN;
	clamp(m->a, s);
	rd_skip(r, 4);
	for (uint32_t i = 0; i < n && !r->bad; i++) {
		struct program_part one = { .name = padded_name(rd_take(r, 16)) };
		rd_skip(r, 16);
		one.vaddr = macho_word(r, m);
		one.size = macho_word(r, m);
		one.offset = rd_u32(r);
		rd_skip(r, m->wide ? 28 : 24);
		one.writable = rights & MACHO_WRITE;
		one.executable = rights & MACHO_RUN;
		clamp(m->a, &one);
		s = r->bad ? NULL : add_part(m, &m->p->section, &m->p->section_n, &m->section_cap);
		if (s)
			*s = one;
		else if (m->op->code)
			return m->op->code;
	}
	return 0;
}

static int read_macho(struct op *op, const struct at *a, struct program *p, bool wide, bool big)
{
	struct macho m = { .op = op, .a = a, .p = p, .wide = wide };
	uint64_t at = wide ? 32 : 28;
	char head[32];
	str commands;

	p->kind = PROGRAM_MACHO;
	p->bits = wide ? 64 : 32;
	p->big = big;
	int rc = at_read(op, a, 0, head, at);
	if (rc < 0)
		return rc;
	struct rd r = { .in = { head + 16, 8 }, .big = big };
	uint64_t n = rd_u32(&r), size = rd_u32(&r);
	if (n > PROGRAM_PARTS || size > PROGRAM_COMMANDS || !within(a, at, size))
		return lies(op, a, "its load commands pass its end");
	if ((rc = at_view(op, a, at, size, &commands)) < 0)
		return rc;
	r = (struct rd){ .in = commands, .big = big };
	for (uint64_t i = 0; i < n && !r.bad; i++) {
		uint32_t kind = rd_u32(&r), length = rd_u32(&r);
		if (length < 8)
			return lies(op, a, "a load command has no size");
		struct rd one = { .in = rd_take(&r, length - 8), .big = big };
		if (kind == (wide ? MACHO_SEGMENT_64 : MACHO_SEGMENT) &&
		    (rc = read_macho_segment(&m, &one)) < 0)
			return rc;
	}
	return 0;
}

int program_read(struct op *op, const struct at *a, struct program *ret)
{
	struct program p = { 0 };
	char magic[4];
	int rc = 1;

	if (a->size < 64)
		return 1;
	if ((rc = at_read(op, a, 0, magic, sizeof(magic))) < 0)
		return rc;
	struct rd small = { .in = { magic, 4 } }, large = { .in = { magic, 4 }, .big = true };
	uint32_t le = rd_u32(&small), be = rd_u32(&large);
	if (memcmp(magic, "\177ELF", 4) == 0)
		rc = read_elf(op, a, &p);
	else if (memcmp(magic, "MZ", 2) == 0)
		rc = read_pe(op, a, &p);
	else if (le == MACHO_32 || le == MACHO_64)
		rc = read_macho(op, a, &p, le == MACHO_64, false);
	else if (be == MACHO_32 || be == MACHO_64)
		rc = read_macho(op, a, &p, be == MACHO_64, true);
	else
		rc = 1;
	if (rc == 0)
		*ret = p;
	return rc;
}

int program_slices(struct op *op, const struct at *a, struct at *ret, ptrdiff_t max,
		   ptrdiff_t *ret_n)
{
	char head[8];
	str table;

	*ret_n = 1;
	ret[0] = *a;
	if (a->size < 64)
		return 0;
	int rc = at_read(op, a, 0, head, sizeof(head));
	if (rc < 0)
		return rc;
	struct rd r = { .in = { head, sizeof(head) }, .big = true };
	uint32_t magic = rd_u32(&r), n = rd_u32(&r);
	bool wide = magic == MACHO_FAT_64;
	uint64_t each = wide ? 32 : 20;
	if ((magic != MACHO_FAT && !wide) || n > (uint64_t)max || !within(a, 8, n * each))
		return 0; /* Java's classes have the same magic, and a version of 45 and more */
	if ((rc = at_view(op, a, 8, n * each, &table)) < 0)
		return rc;
	r = (struct rd){ .in = table, .big = true };
	for (*ret_n = 0; *ret_n < (ptrdiff_t)n; (*ret_n)++) {
		rd_skip(&r, 8);
		uint64_t offset = wide ? rd_u64(&r) : rd_u32(&r);
		uint64_t size = wide ? rd_u64(&r) : rd_u32(&r);
		rd_skip(&r, wide ? 8 : 4);
		if (!within(a, offset, size))
			return lies(op, a, "a slice passes its end");
		ret[*ret_n] = at_part(a, offset, size);
	}
	return 0;
}

const struct program_part *program_section(const struct program *p, str name)
{
	for (ptrdiff_t i = 0; i < p->section_n; i++)
		if (str_eq(p->section[i].name, name))
			return &p->section[i];
	return NULL;
}

bool program_offset(const struct program *p, uint64_t vaddr, uint64_t *ret_offset, uint64_t *ret_n)
{
	for (ptrdiff_t i = 0; i < p->segment_n; i++) {
		const struct program_part *s = &p->segment[i];
		if (vaddr < s->vaddr || vaddr - s->vaddr >= s->size)
			continue;
		*ret_offset = s->offset + (vaddr - s->vaddr);
		*ret_n = s->size - (vaddr - s->vaddr);
		return true;
	}
	return false;
}
