/*
 * Offsets of what is read here, for 32 and 64 bits:
 *
 *	header   16 type 2   18 machine 2   28/32 phoff 4/8   32/40 shoff 4/8   42/54 phentsize 2
 *	         44/56 phnum 2   46/58 shentsize 2   48/60 shnum 2   50/62 shstrndx 2   (52/64 bytes)
 *	segment  0 type 4   24/4 flags 4   4/8 offset 4/8   8/16 vaddr 4/8   16/32 filesz 4/8   (32/56)
 *	section  0 name 4   4 type 4   8 flags 4/8   12/16 addr 4/8   16/24 offset 4/8   20/32 size 4/8
 *	         24/40 link 4   (40/64 bytes)
 *	symbol   0 name 4   4/8 value 4/8   8/16 size 4/8   14/6 section 2   (16/24 bytes)
 *	note     0 name's length 4   4 desc's length 4   8 type 4, then both, padded to 4 (or 8)
 *
 * A file with 0xff00 sections or more has 0 of them in its header, and their number as the size of
 * section 0, the number of the section of names as its link.
 */
#include "elf_layout.h"

#include <string.h>

#include "base/rd.h"

enum {
	/* Segments and sections; real ones: 20, 60 (objects of one function a section: 30,000). */
	ELF_SEGMENTS_MAX = 4096,
	ELF_SECTIONS_MAX = 65536,
	/* Bytes of section names: 60 of them in 1 KiB. */
	ELF_NAMES_MAX = 8 << 20,
	/* Symbols and their names are read in blocks of so many bytes. */
	ELF_BLOCK = 64 << 10,
	/* Symbols that are looked at: a browser has 700,000. */
	ELF_SYMBOLS_MAX = 4 << 20,
	ELF_NAME_MAX = 256,
	/* Bytes of notes: a few hundred. */
	ELF_NOTES_MAX = 1 << 20,

	SHN_XINDEX = 0xffff,
};

static int lies(struct op *op, const struct at *a, const char *about)
{
	return op_fail(op, ERR_FORMAT, "%.*s: bad ELF file: %s", STR_ARG(a->what), about);
}

static bool wide(const struct elf_layout *e)
{
	return e->bits == 64;
}

static uint64_t word(struct rd *r, const struct elf_layout *e)
{
	return wide(e) ? rd_u64(r) : rd_u32(r);
}

/* n bytes at a place that the file claims to have. */
static int part(struct op *op, const struct at *a, const struct elf_layout *e, uint64_t at,
		uint64_t n, const char *about, struct rd *ret)
{
	str bytes;

	if (at > a->size || n > a->size - at)
		return lies(op, a, about);
	int rc = at_view(op, a, at, n, &bytes);
	if (rc == 0)
		*ret = (struct rd){ .in = bytes, .big = e->big };
	return rc;
}

static int read_header(struct op *op, const struct at *a, struct elf_layout *e, uint64_t *ret_at)
{
	char h[64] = { 0 };
	size_t n = a->size < sizeof(h) ? (size_t)a->size : sizeof(h);

	if (n < 4)
		return 1;
	int rc = at_read(op, a, 0, h, n);
	if (rc < 0)
		return rc;
	if (!str_starts((str){ h, (ptrdiff_t)n }, S("\177ELF")))
		return 1;
	e->bits = h[4] == 2 ? 64 : 32;
	e->big = h[5] == 2;
	if (n < (wide(e) ? 64 : 52) || (h[4] != 1 && h[4] != 2) || (h[5] != 1 && h[5] != 2) ||
	    h[6] != 1)
		return lies(op, a, "header");
	struct rd r = { .in = str_from((str){ h, (ptrdiff_t)n }, 16), .big = e->big };
	e->type = rd_u16(&r);
	e->machine = rd_u16(&r);
	rd_skip(&r, wide(e) ? 12 : 8);
	*ret_at = word(&r, e);
	e->section_at = word(&r, e);
	rd_skip(&r, 6);
	uint16_t size = rd_u16(&r);
	e->segment_n = rd_u16(&r);
	if (e->segment_n > ELF_SEGMENTS_MAX || (e->segment_n > 0 && size != (wide(e) ? 56 : 32)))
		return lies(op, a, "number or size of its segments");
	size = rd_u16(&r);
	e->section_claim = rd_u16(&r);
	e->names_claim = rd_u16(&r);
	if (size != (wide(e) ? 64 : 40)) /* nothing that loads it looks there */
		e->section_at = 0;
	return 0;
}

int elf_layout_read(struct op *op, const struct at *a, struct elf_layout *ret)
{
	struct elf_layout e = { 0 };
	uint64_t at = 0;
	struct rd r;
	int rc = read_header(op, a, &e, &at);

	if (rc == 0 && e.segment_n)
		rc = part(op, a, &e, at, (uint64_t)e.segment_n * (wide(&e) ? 56 : 32),
			  "its segments pass its end", &r);
	if (rc != 0)
		return rc;
	e.segment = op_new(op, struct elf_segment, e.segment_n);
	if (!e.segment)
		return op->code;
	for (ptrdiff_t i = 0; i < e.segment_n; i++) {
		struct elf_segment *s = &e.segment[i];
		s->type = rd_u32(&r);
		s->flags = wide(&e) ? rd_u32(&r) : 0;
		s->offset = word(&r, &e);
		s->vaddr = word(&r, &e);
		(void)word(&r, &e);
		s->filesz = word(&r, &e);
		rd_skip(&r, wide(&e) ? 16 : 4);
		if (!wide(&e)) {
			s->flags = rd_u32(&r);
			rd_skip(&r, 4);
		}
	}
	*ret = e;
	return 0;
}

static void read_section(struct rd *r, const struct elf_layout *e, struct elf_section *s,
			 uint32_t *ret_name)
{
	*ret_name = rd_u32(r);
	s->type = rd_u32(r);
	s->flags = word(r, e);
	s->vaddr = word(r, e);
	s->offset = word(r, e);
	s->size = word(r, e);
	s->link = rd_u32(r);
	rd_skip(r, wide(e) ? 20 : 12);
}

/* How many sections there are, and which one has their names. */
static int count_sections(struct op *op, const struct at *a, const struct elf_layout *e,
			  uint64_t *ret_n, uint64_t *ret_names)
{
	struct elf_section first = { 0 };
	uint32_t name;
	struct rd r;

	*ret_n = e->section_claim;
	*ret_names = e->names_claim;
	if (e->section_claim != 0 && e->names_claim != SHN_XINDEX)
		return 0;
	int rc = part(op, a, e, e->section_at, wide(e) ? 64 : 40, "its sections pass its end", &r);
	if (rc < 0)
		return rc;
	read_section(&r, e, &first, &name);
	if (e->section_claim == 0)
		*ret_n = first.size;
	if (e->names_claim == SHN_XINDEX)
		*ret_names = first.link;
	return 0;
}

static int name_sections(struct op *op, const struct at *a, struct elf_layout *e, uint64_t names,
			 const uint32_t *at)
{
	const struct elf_section *s = names < (uint64_t)e->section_n ? &e->section[names] : NULL;
	struct rd r;

	if (!s || s->type == ELF_NOBITS)
		return 0;
	if (s->size > ELF_NAMES_MAX)
		return lies(op, a, "the names of its sections are too long");
	int rc = part(op, a, e, s->offset, s->size, "the names of its sections pass its end", &r);
	if (rc < 0)
		return rc;
	for (ptrdiff_t i = 0; i < e->section_n; i++) {
		struct rd one = { .in = str_from(r.in, at[i]) };
		str name = rd_cstr(&one);
		e->section[i].name = one.bad ? S("") : name;
	}
	return 0;
}

int elf_sections(struct op *op, const struct at *a, struct elf_layout *e)
{
	uint64_t n, names;
	struct rd r;

	if (e->section_at == 0 || e->section_n > 0)
		return 0;
	int rc = count_sections(op, a, e, &n, &names);
	if (rc == 0 && n > ELF_SECTIONS_MAX)
		return lies(op, a, "number of its sections");
	if (rc == 0)
		rc = part(op, a, e, e->section_at, n * (wide(e) ? 64 : 40),
			  "its sections pass its end", &r);
	if (rc < 0)
		return rc;
	e->section = op_new(op, struct elf_section, n);
	uint32_t *at = op_new(op, uint32_t, n);
	if (!e->section || !at)
		return op->code;
	for (uint64_t i = 0; i < n; i++)
		read_section(&r, e, &e->section[i], &at[i]);
	e->section_n = (ptrdiff_t)n;
	return name_sections(op, a, e, names, at);
}

const struct elf_section *elf_section(const struct elf_layout *e, str name)
{
	for (ptrdiff_t i = 0; i < e->section_n; i++)
		if (e->section[i].type != ELF_NOBITS && str_eq(e->section[i].name, name))
			return &e->section[i];
	return NULL;
}

int elf_section_bytes(struct op *op, const struct at *a, const struct elf_layout *e, str name,
		      uint64_t max, str *ret)
{
	const struct elf_section *s = elf_section(e, name);
	struct rd r;

	if (!s)
		return 1;
	if (s->size > max)
		return op_fail(op, ERR_LIMIT, "%.*s: section %.*s has more than %llu bytes",
			       STR_ARG(a->what), STR_ARG(name), (unsigned long long)max);
	int rc = part(op, a, e, s->offset, s->size, "a section passes its end", &r);
	if (rc == 0)
		*ret = r.in;
	return rc;
}

bool elf_offset(const struct elf_layout *e, uint64_t vaddr, uint64_t *ret_offset, uint64_t *ret_n)
{
	for (ptrdiff_t i = 0; i < e->segment_n; i++) {
		const struct elf_segment *s = &e->segment[i];
		uint64_t in = vaddr - s->vaddr;
		if (s->type != ELF_LOAD || vaddr < s->vaddr || in >= s->filesz ||
		    s->offset > UINT64_MAX - s->filesz)
			continue;
		*ret_offset = s->offset + in;
		*ret_n = s->filesz - in;
		return true;
	}
	return false;
}

/*
 * Offsets at which the names stand in the table of texts: the table is passed over once, in blocks
 * that overlap by the longest name, and symbols are then told by numbers alone.
 */
struct name_at {
	uint64_t at;
	ptrdiff_t name;
};
enum { NAMES_AT = 64 };

static int find_names(struct op *op, const struct at *a, const struct elf_section *texts,
		      const str *name, ptrdiff_t n, struct name_at *found, ptrdiff_t *ret_n)
{
	struct op_mark mark = op_mark(op);
	char *block = op_new(op, char, ELF_BLOCK + ELF_NAME_MAX);

	*ret_n = 0;
	if (!block)
		return op->code;
	for (uint64_t at = 0; at < texts->size; at += ELF_BLOCK) {
		uint64_t left = texts->size - at;
		size_t got =
			left < ELF_BLOCK + ELF_NAME_MAX ? (size_t)left : ELF_BLOCK + ELF_NAME_MAX;
		int rc = at_read(op, a, texts->offset + at, block, got);
		if (rc < 0)
			return rc;
		for (ptrdiff_t i = 0; i < n; i++) {
			size_t len = (size_t)name[i].len + 1; /* with its NUL */
			const char *p = block, *end = block + got;
			while (*ret_n < NAMES_AT && len <= ELF_NAME_MAX &&
			       (p = memmem(p, (size_t)(end - p), name[i].p, len - 1)) &&
			       p - block < ELF_BLOCK) {
				if ((size_t)(end - p) >= len && p[len - 1] == 0)
					found[(*ret_n)++] =
						(struct name_at){ at + (uint64_t)(p - block), i };
				p++;
			}
		}
	}
	op_reset(op, mark);
	return 0;
}

static int read_symbols(struct op *op, const struct at *a, const struct elf_layout *e,
			const struct elf_section *s, const struct name_at *found, ptrdiff_t found_n,
			struct elf_symbol *ret)
{
	uint64_t each = wide(e) ? 24 : 16, n = s->size / each;
	struct op_mark mark = op_mark(op);

	for (uint64_t i = 0; i < n; i += ELF_BLOCK / 24) {
		uint64_t some = n - i < ELF_BLOCK / 24 ? n - i : ELF_BLOCK / 24;
		struct rd r;
		int rc = part(op, a, e, s->offset + i * each, some * each,
			      "its symbols pass its end", &r);
		if (rc < 0)
			return rc;
		for (uint64_t k = 0; k < some; k++) {
			struct elf_symbol y = { 0 };
			uint32_t name = rd_u32(&r);
			if (wide(e)) {
				rd_skip(&r, 2);
				y.section = rd_u16(&r);
			}
			y.value = word(&r, e);
			y.size = word(&r, e);
			if (!wide(e)) {
				rd_skip(&r, 2);
				y.section = rd_u16(&r);
			}
			for (ptrdiff_t f = 0; f < found_n && y.section; f++)
				if (found[f].at == name && ret[found[f].name].section == 0)
					ret[found[f].name] = y;
		}
		op_reset(op, mark);
	}
	return 0;
}

int elf_symbols(struct op *op, const struct at *a, const struct elf_layout *e, const str *name,
		ptrdiff_t n, struct elf_symbol *ret)
{
	static const uint32_t kinds[] = { ELF_SYMTAB, ELF_DYNSYM };
	struct name_at found[NAMES_AT];
	ptrdiff_t found_n;

	memset(ret, 0, sizeof(*ret) * (size_t)n);
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		for (ptrdiff_t i = 0; i < e->section_n; i++) {
			const struct elf_section *s = &e->section[i];
			if (s->type != kinds[k] || s->link >= (uint64_t)e->section_n ||
			    s->size / 16 > ELF_SYMBOLS_MAX)
				continue;
			const struct elf_section *texts = &e->section[s->link];
			if (texts->offset > a->size || texts->size > a->size - texts->offset)
				return lies(op, a, "the names of its symbols pass its end");
			int rc = find_names(op, a, texts, name, n, found, &found_n);
			if (rc == 0 && found_n > 0)
				rc = read_symbols(op, a, e, s, found, found_n, ret);
			if (rc < 0)
				return rc;
			for (ptrdiff_t y = 0; y < n; y++)
				if (ret[y].section)
					return 0;
		}
	}
	return 0;
}

static int note_in(struct op *op, const struct at *a, const struct elf_layout *e, uint64_t at,
		   uint64_t size, str owner, uint32_t type, str *ret)
{
	struct rd r;

	if (size > ELF_NOTES_MAX)
		return lies(op, a, "its notes are too long");
	int rc = part(op, a, e, at, size, "its notes pass its end", &r);
	if (rc < 0)
		return rc;
	while (r.in.len >= 12) {
		uint32_t name_n = rd_u32(&r), n = rd_u32(&r), kind = rd_u32(&r);
		str name = rd_take(&r, name_n);
		rd_skip(&r, (4 - name_n % 4) % 4);
		str desc = rd_take(&r, n);
		if (r.bad)
			break;
		if (name.len && name.p[name.len - 1] == 0)
			name.len--;
		if (kind == type && str_eq(name, owner)) {
			*ret = desc;
			return 0;
		}
		uint32_t pad = (4 - n % 4) % 4;
		rd_skip(&r, pad < (uint64_t)r.in.len ? pad : (uint64_t)r.in.len);
	}
	return 1;
}

int elf_note(struct op *op, const struct at *a, const struct elf_layout *e, str owner,
	     uint32_t type, str *ret)
{
	int rc = 1;

	for (ptrdiff_t i = 0; i < e->section_n && rc == 1; i++)
		if (e->section[i].type == ELF_NOTES)
			rc = note_in(op, a, e, e->section[i].offset, e->section[i].size, owner,
				     type, ret);
	for (ptrdiff_t i = 0; i < e->segment_n && rc == 1 && e->section_n == 0; i++)
		if (e->segment[i].type == ELF_NOTE)
			rc = note_in(op, a, e, e->segment[i].offset, e->segment[i].filesz, owner,
				     type, ret);
	return rc;
}
