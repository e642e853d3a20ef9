/*
 * A dynamic entry is 0 tag 4/8   4/8 value 4/8, for 32 and 64 bits; elf_layout.c has the rest.
 */
#include "elf.h"

#include "base/limits.h"
#include "base/rd.h"
#include "elf_layout.h"

enum {
	/* Bytes of the dynamic section, NEEDED entries; real ones: 1 KiB, 200. */
	ELF_DYNAMIC_MAX = 256 << 10,
	ELF_NEEDED_MAX = 4096,

	DT_NULL = 0,
	DT_NEEDED = 1,
	DT_STRTAB = 5,
	DT_STRSZ = 10,
	DT_SONAME = 14,
	DT_RPATH = 15,
	DT_TEXTREL = 22,
	DT_BIND_NOW = 24,
	DT_RUNPATH = 29,
	DT_FLAGS = 30,
	DT_FLAGS_1 = 0x6ffffffb,

	DF_TEXTREL = 4,
	DF_BIND_NOW = 8,
	DF_1_NOW = 1,
	DF_1_PIE = 0x08000000,
};

struct file {
	const struct at *a;
	struct elf_layout layout;
};

static int lies(struct op *op, const struct file *f, const char *about)
{
	return op_fail(op, ERR_FORMAT, "%.*s: bad ELF file: %s", STR_ARG(f->a->what), about);
}

static uint64_t word(struct rd *r, const struct file *f)
{
	return f->layout.bits == 64 ? rd_u64(r) : rd_u32(r);
}

/* n bytes at a place that the file claims to have. */
static int part(struct op *op, const struct file *f, uint64_t at, uint64_t n, const char *about,
		struct rd *ret)
{
	str bytes;

	if (at > f->a->size || n > f->a->size - at)
		return lies(op, f, about);
	int rc = at_view(op, f->a, at, n, &bytes);
	if (rc == 0)
		*ret = (struct rd){ .in = bytes, .big = f->layout.big };
	return rc;
}

/* The one segment of a type that has bytes; NULL without; two of them are a lie. */
static int find_segment(struct op *op, const struct file *f, uint32_t type,
			const struct elf_segment **ret)
{
	const struct elf_segment *found = NULL;

	for (ptrdiff_t i = 0; i < f->layout.segment_n; i++) {
		if (f->layout.segment[i].type != type || f->layout.segment[i].filesz == 0)
			continue;
		if (found)
			return lies(op, f, "two segments of a kind that there is one of");
		found = &f->layout.segment[i];
	}
	*ret = found;
	return 0;
}

static int read_interpreter(struct op *op, const struct file *f, str *ret)
{
	const struct elf_segment *s = NULL;
	struct rd r;
	int rc = find_segment(op, f, ELF_INTERP, &s);

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
	bool pie, bind_now, textrel;
};

/* Where a virtual address stands in the file, and how many bytes of it there are. */
static int locate(struct op *op, const struct file *f, struct dynamic *d)
{
	for (ptrdiff_t i = 0; i < f->layout.segment_n; i++) {
		const struct elf_segment *s = &f->layout.segment[i];
		uint64_t in = d->strtab - s->vaddr;
		if (s->type != ELF_LOAD || d->strtab < s->vaddr || in >= s->filesz)
			continue;
		if (s->offset > f->a->size || s->filesz > f->a->size - s->offset ||
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
	case DT_TEXTREL:
		d->textrel = true;
		break;
	case DT_BIND_NOW:
		d->bind_now = true;
		break;
	case DT_FLAGS:
		d->textrel |= value & DF_TEXTREL;
		d->bind_now |= value & DF_BIND_NOW;
		break;
	case DT_FLAGS_1:
		d->bind_now |= value & DF_1_NOW;
		d->pie |= value & DF_1_PIE;
		break;
	default:
		break;
	}
}

static int read_dynamic(struct op *op, const struct file *f, const struct elf_segment *s,
			struct dynamic *ret)
{
	struct dynamic d = { .soname = UINT64_MAX, .rpath = UINT64_MAX, .runpath = UINT64_MAX };
	struct rd r;

	if (s->filesz > ELF_DYNAMIC_MAX)
		return lies(op, f, "its dynamic section is too long");
	int rc = part(op, f, s->offset, s->filesz, "its dynamic section passes its end", &r);
	if (rc < 0)
		return rc;
	ptrdiff_t most = (ptrdiff_t)(s->filesz / (f->layout.bits == 64 ? 16 : 8));
	most = most < ELF_NEEDED_MAX ? most : ELF_NEEDED_MAX;
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

int elf_read(struct op *op, const struct at *a, struct elf *ret)
{
	struct file f = { .a = a };
	const struct elf_segment *s = NULL;
	struct dynamic d = { 0 };
	struct elf e = { 0 };
	int rc = elf_layout_read(op, a, &f.layout);

	if (rc != 0)
		return rc;
	e.type = f.layout.type;
	e.machine = f.layout.machine;
	e.bits = f.layout.bits;
	e.big = f.layout.big;
	if ((rc = read_interpreter(op, &f, &e.interpreter)) < 0 ||
	    (rc = find_segment(op, &f, ELF_DYNAMIC, &s)) < 0)
		return rc;
	if (s) {
		e.dynamic = true;
		if ((rc = read_dynamic(op, &f, s, &d)) < 0 || (rc = read_names(op, &f, &d, &e)) < 0)
			return rc;
		e.pie = d.pie;
		e.bind_now = d.bind_now;
		e.textrel = d.textrel;
	}
	*ret = e;
	return 0;
}
