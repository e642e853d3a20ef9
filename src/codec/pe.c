/*
 * Optional header: 0 magic 2, ..., 92 or 108 (64 bits) number of directories 4, then address 4 and
 * size 4 of each: 2 is resources, 14 the CLI header.
 *
 * Resource directory: ..., 12 entries with names 2, 14 entries with numbers 2, then 8 bytes an
 * entry: name or number 4, offset 4 (its top bit: of another directory), all from the start of the
 * resources. Three levels: kind (16 is a version), number, language. A leaf is address 4, size 4,
 * ...
 *
 * A version's block: length 2, length of its value 2, is it text 2, key in UTF-16 up to a zero, to
 * the next multiple of 4, value, to the next multiple of 4, blocks. The outermost one's value is 52
 * bytes: signature 4, ..., 8 file version 8, 16 product version 8, each two numbers of 32 bits. In
 * it: StringFileInfo, in that one a table for each language, in that one names and texts.
 */
#include "pe.h"

#include "base/buf.h"
#include "base/rd.h"
#include "base/vec.h"

enum {
	PE_DIRECTORIES = 16,
	PE_RESOURCES = 2,
	PE_CLI = 14,
	PE_VERSION = 16,          /* kind of a resource */
	PE_ENTRIES = 4096,        /* of one directory of resources */
	PE_VERSION_MAX = 1 << 20, /* bytes */
	PE_TEXTS = 256,
	PE_TEXT_MAX = 64 << 10,
};
#define PE_SIGNATURE 0xfeef04bdu
#define PE_IS_DIRECTORY 0x80000000u

struct pe {
	struct op *op;
	const struct at *a;
	struct program p;
	uint64_t base; /* address that all others are relative to */
	struct {
		uint32_t at, size;
	} directory[PE_DIRECTORIES];
};

static int lies(struct pe *x, const char *about)
{
	return op_fail(x->op, ERR_FORMAT, "%.*s: bad PE file: %s", STR_ARG(x->a->what), about);
}

/* n bytes at a relative address. */
static int part(struct pe *x, uint64_t at, uint64_t n, struct rd *ret)
{
	uint64_t offset, left;
	str bytes;

	if (!program_offset(&x->p, x->base + at, &offset, &left) || left < n)
		return lies(x, "an address is in no section");
	int rc = at_view(x->op, x->a, offset, n, &bytes);
	if (rc == 0)
		*ret = (struct rd){ .in = bytes };
	return rc;
}

static int read_directories(struct pe *x)
{
	char head[64], optional[112 + 8 * PE_DIRECTORIES] = { 0 };
	int rc = at_read(x->op, x->a, 0, head, sizeof(head));

	if (rc < 0)
		return rc;
	struct rd r = { .in = { head + 60, 4 } };
	uint64_t at = rd_u32(&r) + UINT64_C(24);
	uint64_t left = at < x->a->size ? x->a->size - at : 0;
	size_t n = left < sizeof(optional) ? (size_t)left : sizeof(optional);
	if ((rc = at_read(x->op, x->a, at, optional, n)) < 0)
		return rc;
	bool wide = x->p.bits == 64;
	r = (struct rd){ .in = { optional + (wide ? 24 : 28), 8 } };
	x->base = wide ? rd_u64(&r) : rd_u32(&r);
	r = (struct rd){ .in = str_from((str){ optional, sizeof(optional) }, wide ? 108 : 92) };
	uint32_t count = rd_u32(&r);
	for (uint32_t i = 0; i < count && i < PE_DIRECTORIES; i++) {
		x->directory[i].at = rd_u32(&r);
		x->directory[i].size = rd_u32(&r);
	}
	return 0;
}

/* Where the entry with that number (0: the first) of a directory of resources leads. 1: nowhere. */
static int resource(struct pe *x, uint32_t at, uint32_t number, uint32_t *ret)
{
	uint32_t root = x->directory[PE_RESOURCES].at;
	struct rd r;
	int rc = part(x, (uint64_t)root + at, 16, &r);

	if (rc < 0)
		return rc;
	rd_skip(&r, 12);
	uint32_t n = rd_u16(&r);
	n += rd_u16(&r);
	if (n > PE_ENTRIES)
		return lies(x, "too many resources");
	if ((rc = part(x, (uint64_t)root + at + 16, (uint64_t)n * 8, &r)) < 0)
		return rc;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t id = rd_u32(&r);
		*ret = rd_u32(&r);
		if (number == 0 || id == number)
			return 0;
	}
	return 1;
}

/* The bytes of the version resource. 1: there is none. */
static int find_version(struct pe *x, struct rd *ret)
{
	static const uint32_t levels[] = { PE_VERSION, 0, 0 };
	uint32_t at = 0;

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		int rc = resource(x, at, levels[i], &at);
		if (rc != 0)
			return rc;
		if (((at & PE_IS_DIRECTORY) != 0) != (i < 2))
			return lies(x, "its resources are no tree of three levels");
		at &= ~PE_IS_DIRECTORY;
	}
	int rc = part(x, (uint64_t)x->directory[PE_RESOURCES].at + at, 8, ret);
	if (rc < 0)
		return rc;
	uint32_t where = rd_u32(ret), size = rd_u32(ret);
	if (size > PE_VERSION_MAX)
		return lies(x, "its version is too long");
	return part(x, where, size, ret);
}

/* UTF-16 up to its first zero, as UTF-8; what is no character becomes U+FFFD. */
static int text_of(struct op *op, str wide, str *ret)
{
	struct rd r = { .in = str_head(wide, wide.len - wide.len % 2) };
	struct buf b;

	buf_init(&b, op, PE_TEXT_MAX);
	while (r.in.len) {
		uint32_t c = rd_u16(&r);
		if (c == 0)
			break;
		if (c >= 0xd800 && c < 0xdc00 && r.in.len) {
			struct rd low = r;
			uint32_t l = rd_u16(&low);
			if (l >= 0xdc00 && l < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10) + (l - 0xdc00);
				r = low;
			}
		}
		if (c >= 0xd800 && c < 0xe000)
			c = 0xfffd;
		if (c < 0x80) {
			buf_char(&b, (char)c);
		} else if (c < 0x800) {
			buf_char(&b, (char)(0xc0 | c >> 6));
			buf_char(&b, (char)(0x80 | (c & 63)));
		} else {
			if (c < 0x10000) {
				buf_char(&b, (char)(0xe0 | c >> 12));
			} else {
				buf_char(&b, (char)(0xf0 | c >> 18));
				buf_char(&b, (char)(0x80 | (c >> 12 & 63)));
			}
			buf_char(&b, (char)(0x80 | (c >> 6 & 63)));
			buf_char(&b, (char)(0x80 | (c & 63)));
		}
	}
	return buf_take(&b, ret);
}

struct block {
	str key; /* UTF-16 */
	str value;
	struct rd rest; /* blocks in it */
};

static void align(struct rd *r, const char *start)
{
	rd_skip(r, (uint64_t)(-(r->in.p - start) & 3));
}

/* The next block off the front of r; false: none is left, or it lies. */
static bool next_block(struct rd *r, const char *start, struct block *ret)
{
	while (r->in.len && (r->in.p - start) & 3)
		rd_skip(r, 1);
	struct rd whole = *r;
	uint64_t n = rd_u16(&whole);
	if (n < 6 || n > (uint64_t)r->in.len)
		return false;
	struct rd in = { .in = rd_take(r, n) };
	rd_skip(&in, 2);
	uint64_t value = rd_u16(&in);
	bool text = rd_u16(&in);
	ret->key.p = in.in.p;
	while (rd_u16(&in) && !in.bad)
		;
	ret->key.len = in.in.p - ret->key.p;
	if (in.in.len)
		align(&in, start);
	value *= text ? 2 : 1; /* some count bytes: then it ends where the block does */
	ret->value = rd_take(&in, value < (uint64_t)in.in.len ? value : (uint64_t)in.in.len);
	ret->rest = in;
	return true;
}

static bool key_is(const struct block *b, const char *key)
{
	ptrdiff_t i = 0;

	for (; key[i]; i++)
		if (2 * i + 1 >= b->key.len || b->key.p[2 * i] != key[i] || b->key.p[2 * i + 1])
			return false;
	return 2 * i + 2 == b->key.len;
}

static int read_texts(struct pe *x, struct rd *r, const char *start, struct pe_version *v)
{
	ptrdiff_t cap = v->text.n;
	struct block one;

	while (next_block(r, start, &one) && v->text.n < PE_TEXTS) {
		if (!vec_grow(x->op, (void **)&v->text.p, &v->text.n, &cap, sizeof(*v->text.p)))
			return x->op->code;
		struct pair *p = &v->text.p[v->text.n - 1];
		int rc = text_of(x->op, one.key, &p->key);
		if (rc < 0 || (rc = text_of(x->op, one.value, &p->value)) < 0)
			return rc;
		p->value = str_trim(p->value);
	}
	return 0;
}

static void read_fixed(str bytes, struct pe_version *v)
{
	struct rd r = { .in = bytes };

	if (rd_u32(&r) != PE_SIGNATURE)
		return;
	rd_skip(&r, 4);
	for (int i = 0; i < 8; i += 2) {
		uint16_t *to = i < 4 ? &v->file[i] : &v->product[i - 4];
		to[1] = rd_u16(&r);
		to[0] = rd_u16(&r);
	}
}

static int read_version(struct pe *x, struct rd r, struct pe_version *v)
{
	const char *start = r.in.p;
	struct block outer, info, table;

	if (!next_block(&r, start, &outer) || !key_is(&outer, "VS_VERSION_INFO"))
		return 0;
	read_fixed(outer.value, v);
	while (next_block(&outer.rest, start, &info)) {
		if (!key_is(&info, "StringFileInfo"))
			continue;
		return next_block(&info.rest, start, &table) ? read_texts(x, &table.rest, start, v)
							     : 0;
	}
	return 0;
}

int pe_version(struct op *op, const struct at *a, struct pe_version *ret)
{
	struct pe x = { .op = op, .a = a };
	struct pe_version v = { 0 };
	struct rd r;
	int rc = program_read(op, a, &x.p);

	if (rc != 0 || x.p.kind != PROGRAM_PE)
		return rc < 0 ? rc : 1;
	if ((rc = read_directories(&x)) < 0)
		return rc;
	v.clr = x.directory[PE_CLI].at && x.directory[PE_CLI].size;
	if (x.directory[PE_RESOURCES].size) {
		if ((rc = find_version(&x, &r)) == 0)
			rc = read_version(&x, r, &v);
		if (rc < 0)
			return rc;
	}
	*ret = v;
	return 0;
}

str pe_version_text(const struct pe_version *v, const char *name)
{
	for (ptrdiff_t i = 0; i < v->text.n; i++)
		if (str_eq(v->text.p[i].key, str_of(name)))
			return v->text.p[i].value;
	return S("");
}
