/*
 * Offsets of what is read here, for 32 and 64 bits:
 *
 *	header   16 type 2   18 machine 2   28/32 phoff 4/8   42/54 phentsize 2   44/56 phnum 2
 *	segment   0 type 4    4/8 offset 4/8    8/16 vaddr 4/8   16/32 filesz 4/8   (32/56 bytes)
 *	dynamic   0 tag 4/8   4/8 value 4/8
 */
#include "elf.h"

#include <string.h>

#include "base/limits.h"
#include "base/rd.h"
#include "sys/file.h"

enum {
	/* Segments, bytes of the dynamic section, NEEDED entries; real ones: 20, 1 KiB, 200. */
	ELF_SEGMENTS = 4096,
	ELF_DYNAMIC = 256 << 10,
	ELF_NEEDED = 4096,

	PT_LOAD = 1,
	PT_DYNAMIC = 2,
	PT_INTERP = 3,

	DT_NULL = 0,
	DT_NEEDED = 1,
	DT_STRTAB = 5,
	DT_STRSZ = 10,
	DT_SONAME = 14,
	DT_RPATH = 15,
	DT_RUNPATH = 29,
};

struct segment {
	uint32_t type;
	uint64_t offset, vaddr, filesz;
};

struct file {
	int fd;
	str what;
	uint64_t offset, size; /* of the ELF file in fd */
	bool wide, big;
	struct segment *segment; /* [n] */
	int n;
};

static int lies(struct op *op, const struct file *f, const char *about)
{
	return op_fail(op, ERR_FORMAT, "%.*s: bad ELF file: %s", STR_ARG(f->what), about);
}

static uint64_t word(struct rd *r, const struct file *f)
{
	return f->wide ? rd_u64(r) : rd_u32(r);
}

/* n bytes at a place that the file claims to have. */
static int part(struct op *op, const struct file *f, uint64_t at, uint64_t n, const char *about,
		struct rd *ret)
{
	if (at > f->size || n > f->size - at)
		return lies(op, f, about);
	char *p = op_new(op, char, n);
	if (!p)
		return op->code;
	int rc = file_pread(op, f->fd, f->what, p, (size_t)n, f->offset + at);
	if (rc < 0)
		return rc;
	*ret = (struct rd){ .in = { p, (ptrdiff_t)n }, .big = f->big };
	return 0;
}

static int read_header(struct op *op, struct file *f, struct elf *e, uint64_t *ret_at)
{
	char h[64] = { 0 };
	size_t n = f->size < sizeof(h) ? (size_t)f->size : sizeof(h);

	if (n < 4)
		return 1;
	int rc = file_pread(op, f->fd, f->what, h, n, f->offset);
	if (rc < 0)
		return rc;
	if (!str_starts((str){ h, (ptrdiff_t)n }, S("\177ELF")))
		return 1;
	f->wide = h[4] == 2;
	f->big = h[5] == 2;
	if (n < (f->wide ? 64 : 52) || (h[4] != 1 && h[4] != 2) || (h[5] != 1 && h[5] != 2) ||
	    h[6] != 1)
		return lies(op, f, "header");
	struct rd r = { .in = str_from((str){ h, (ptrdiff_t)n }, 16), .big = f->big };
	e->bits = f->wide ? 64 : 32;
	e->big = f->big;
	e->type = rd_u16(&r);
	e->machine = rd_u16(&r);
	rd_skip(&r, f->wide ? 12 : 8);
	*ret_at = word(&r, f);
	rd_skip(&r, f->wide ? 14 : 10);
	uint16_t size = rd_u16(&r);
	f->n = rd_u16(&r);
	if (f->n > ELF_SEGMENTS || (f->n > 0 && size != (f->wide ? 56 : 32)))
		return lies(op, f, "number or size of its segments");
	return 0;
}

static int read_segments(struct op *op, struct file *f, uint64_t at)
{
	struct rd r;
	int rc = part(op, f, at, (uint64_t)f->n * (f->wide ? 56 : 32), "its segments pass its end",
		      &r);

	if (rc < 0)
		return rc;
	f->segment = op_new(op, struct segment, f->n);
	if (!f->segment)
		return op->code;
	for (int i = 0; i < f->n; i++) {
		struct segment *s = &f->segment[i];
		s->type = rd_u32(&r);
		rd_skip(&r, f->wide ? 4 : 0);
		s->offset = word(&r, f);
		s->vaddr = word(&r, f);
		(void)word(&r, f);
		s->filesz = word(&r, f);
		rd_skip(&r, f->wide ? 16 : 12);
	}
	MUST(!r.bad);
	return 0;
}

/* The one segment of a type that has bytes; NULL without; two of them are a lie. */
static int find_segment(struct op *op, const struct file *f, uint32_t type,
			const struct segment **ret)
{
	const struct segment *found = NULL;

	for (int i = 0; i < f->n; i++) {
		if (f->segment[i].type != type || f->segment[i].filesz == 0)
			continue;
		if (found)
			return lies(op, f, "two segments of a kind that there is one of");
		found = &f->segment[i];
	}
	*ret = found;
	return 0;
}

static int read_interpreter(struct op *op, const struct file *f, str *ret)
{
	const struct segment *s = NULL;
	struct rd r;
	int rc = find_segment(op, f, PT_INTERP, &s);

	if (rc < 0 || !s)
		return rc;
	if (s->filesz > LIMIT_PATH)
		return lies(op, f, "the interpreter's name is too long");
	if ((rc = part(op, f, s->offset, s->filesz, "its interpreter passes its end", &r)) < 0)
		return rc;
	str name = rd_cstr(&r);
	if (r.bad || name.len == 0)
		return lies(op, f, "the interpreter's name is empty or has no end");
	*ret = name;
	return 0;
}

/* What the dynamic section says: offsets into the string table, in its order. */
struct dynamic {
	uint64_t strtab, strsz;
	uint64_t soname, rpath, runpath; /* UINT64_MAX: none */
	uint64_t *needed;
	ptrdiff_t needed_n;
};

/* Where a virtual address stands in the file, and how many bytes of it there are. */
static int locate(struct op *op, const struct file *f, struct dynamic *d)
{
	for (int i = 0; i < f->n; i++) {
		const struct segment *s = &f->segment[i];
		uint64_t in = d->strtab - s->vaddr;
		if (s->type != PT_LOAD || d->strtab < s->vaddr || in >= s->filesz)
			continue;
		if (s->offset > f->size || s->filesz > f->size - s->offset ||
		    d->strsz > s->filesz - in)
			return lies(op, f, "its string table passes its end");
		d->strtab = s->offset + in;
		return 0;
	}
	return lies(op, f, "its string table is in no segment");
}

static void note_entry(struct dynamic *d, uint64_t tag, uint64_t value)
{
	switch (tag) {
	case DT_NEEDED:
		d->needed[d->needed_n++] = value;
		break;
	case DT_STRTAB:
		d->strtab = value;
		break;
	case DT_STRSZ:
		d->strsz = value;
		break;
	case DT_SONAME:
		d->soname = value;
		break;
	case DT_RPATH:
		d->rpath = value;
		break;
	case DT_RUNPATH:
		d->runpath = value;
		break;
	default:
		break;
	}
}

static int read_dynamic(struct op *op, const struct file *f, const struct segment *s,
			struct dynamic *ret)
{
	struct dynamic d = { .soname = UINT64_MAX, .rpath = UINT64_MAX, .runpath = UINT64_MAX };
	struct rd r;

	if (s->filesz > ELF_DYNAMIC)
		return lies(op, f, "its dynamic section is too long");
	int rc = part(op, f, s->offset, s->filesz, "its dynamic section passes its end", &r);
	if (rc < 0)
		return rc;
	ptrdiff_t most = (ptrdiff_t)(s->filesz / (f->wide ? 16 : 8));
	most = most < ELF_NEEDED ? most : ELF_NEEDED;
	d.needed = op_new(op, uint64_t, most);
	if (!d.needed)
		return op->code;
	for (;;) {
		uint64_t tag = word(&r, f), value = word(&r, f);
		if (r.bad || tag == DT_NULL)
			break;
		if (tag == DT_NEEDED && d.needed_n == most)
			return lies(op, f, "it needs too many libraries");
		note_entry(&d, tag, value);
	}
	*ret = d;
	return 0;
}

/* A text of the string table: most are short, so a short read comes first. */
static int read_text(struct op *op, const struct file *f, const struct dynamic *d, uint64_t at,
		     str *ret)
{
	static const uint64_t tries[] = { 128, LIMIT_PATH };

	for (size_t i = 0; at < d->strsz && i < 2; i++) {
		struct op_mark mark = op_mark(op);
		struct rd r;
		uint64_t left = d->strsz - at;
		int rc = part(op, f, d->strtab + at, left < tries[i] ? left : tries[i],
			      "its string table", &r);
		if (rc < 0)
			return rc;
		str text = rd_cstr(&r);
		if (!r.bad) {
			*ret = text;
			return 0;
		}
		op_reset(op, mark);
	}
	return lies(op, f, "a name in its dynamic section has no end");
}

static int read_names(struct op *op, const struct file *f, struct dynamic *d, struct elf *e)
{
	const struct {
		uint64_t at;
		str *to;
	} names[] = { { d->soname, &e->soname },
		      { d->rpath, &e->rpath },
		      { d->runpath, &e->runpath } };
	int rc = 0;

	if (d->needed_n == 0 && d->soname == UINT64_MAX && d->rpath == UINT64_MAX &&
	    d->runpath == UINT64_MAX)
		return 0;
	if ((rc = locate(op, f, d)) < 0)
		return rc;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].at != UINT64_MAX &&
		    (rc = read_text(op, f, d, names[i].at, names[i].to)) < 0)
			return rc;
	e->needed = op_new(op, str, d->needed_n);
	if (!e->needed)
		return op->code;
	for (; e->needed_n < d->needed_n; e->needed_n++)
		if ((rc = read_text(op, f, d, d->needed[e->needed_n], &e->needed[e->needed_n])) < 0)
			return rc;
	return 0;
}

int elf_read(struct op *op, int fd, str what, uint64_t offset, uint64_t size, struct elf *ret)
{
	struct file f = { .fd = fd, .what = what, .offset = offset, .size = size };
	const struct segment *s = NULL;
	struct dynamic d = { 0 };
	struct elf e = { 0 };
	uint64_t at = 0;
	int rc;

	if (offset > INT64_MAX || size > INT64_MAX - offset)
		return lies(op, &f, "size");
	if ((rc = read_header(op, &f, &e, &at)) != 0)
		return rc;
	if ((f.n > 0 && (rc = read_segments(op, &f, at)) < 0) ||
	    (rc = read_interpreter(op, &f, &e.interpreter)) < 0 ||
	    (rc = find_segment(op, &f, PT_DYNAMIC, &s)) < 0)
		return rc;
	if (s) {
		e.dynamic = true;
		if ((rc = read_dynamic(op, &f, s, &d)) < 0 || (rc = read_names(op, &f, &d, &e)) < 0)
			return rc;
	}
	*ret = e;
	return 0;
}
