#include <string.h>

#include "base/buf.h"
#include "codec/pe.h"
#include "unit/harness.h"

/* A PE file made by hand: headers, one section at 0x1000 with a version resource. */
enum { AT_PE = 64, AT_OPTIONAL = AT_PE + 24, AT_SECTION = 512, FILE_SIZE = 2048, RVA = 0x1000 };

struct made {
	uint8_t b[FILE_SIZE];
	size_t n; /* where the next block of the version goes */
};

static void put(struct made *m, size_t at, size_t width, uint64_t v)
{
	for (size_t i = 0; i < width; i++)
		m->b[at + i] = (uint8_t)(v >> 8 * i);
}

/* Begin a block; its length is put by block_end(). */
static size_t block_begin(struct made *m, const char *key, uint16_t value, bool text)
{
	while (m->n % 4)
		m->n++;
	size_t at = m->n;
	put(m, at + 2, 2, value);
	put(m, at + 4, 2, text);
	m->n += 6;
	for (size_t i = 0; i <= strlen(key); i++, m->n += 2)
		m->b[m->n] = (uint8_t)key[i];
	while (m->n % 4)
		m->n++;
	return at;
}

static void block_end(struct made *m, size_t at)
{
	put(m, at, 2, m->n - at);
}

static void add_text(struct made *m, const char *key, const char *value)
{
	size_t at = block_begin(m, key, (uint16_t)(strlen(value) + 1), true);

	for (size_t i = 0; i <= strlen(value); i++, m->n += 2)
		m->b[m->n] = (uint8_t)value[i];
	block_end(m, at);
}

static void make(struct made *m, bool wide, bool clr)
{
	size_t directories = AT_OPTIONAL + (wide ? 112 : 96),
	       headers = AT_OPTIONAL + (wide ? 240 : 224);

	*m = (struct made){ .n = AT_SECTION + 128 };
	memcpy(m->b, "MZ", 2);
	put(m, 60, 4, AT_PE);
	memcpy(m->b + AT_PE, "PE\0\0", 4);
	put(m, AT_PE + 6, 2, 1);
	put(m, AT_PE + 20, 2, wide ? 240 : 224);
	put(m, AT_OPTIONAL, 2, wide ? 0x20b : 0x10b);
	put(m, AT_OPTIONAL + (wide ? 24 : 28), wide ? 8 : 4, 0x400000);
	put(m, directories - 4, 4, 16);
	put(m, directories + 2 * 8, 4, RVA);
	put(m, directories + 2 * 8 + 4, 4, 1024);
	if (clr) {
		put(m, directories + 14 * 8, 4, RVA);
		put(m, directories + 14 * 8 + 4, 4, 72);
	}
	memcpy(m->b + headers, ".rsrc", 5);
	put(m, headers + 8, 4, 1024);
	put(m, headers + 12, 4, RVA);
	put(m, headers + 16, 4, 1024);
	put(m, headers + 20, 4, AT_SECTION);
	/* Two kinds of resources; the version's number and language. */
	put(m, AT_SECTION + 14, 2, 2);
	put(m, AT_SECTION + 16, 4, 3);
	put(m, AT_SECTION + 20, 4, 0x80000000u + 1000);
	put(m, AT_SECTION + 24, 4, 16);
	put(m, AT_SECTION + 28, 4, 0x80000000u + 32);
	put(m, AT_SECTION + 32 + 14, 2, 1);
	put(m, AT_SECTION + 48, 4, 1);
	put(m, AT_SECTION + 52, 4, 0x80000000u + 56);
	put(m, AT_SECTION + 56 + 14, 2, 1);
	put(m, AT_SECTION + 72, 4, 1033);
	put(m, AT_SECTION + 76, 4, 80);
	put(m, AT_SECTION + 80, 4, RVA + 128);
	size_t outer = block_begin(m, "VS_VERSION_INFO", 52, false);
	put(m, m->n, 4, 0xfeef04bdu);
	put(m, m->n + 8, 8,
	    UINT64_C(0x0004000300010002)); /* 1.2.4.3: the words of each half are swapped */
	put(m, m->n + 16, 8, UINT64_C(0x0000000700080000));
	m->n += 52;
	size_t var = block_begin(m, "VarFileInfo", 0, true);
	block_end(m, var);
	size_t info = block_begin(m, "StringFileInfo", 0, true);
	size_t table = block_begin(m, "040904b0", 0, true);
	add_text(m, "ProductName",
		 "Some\xe9"
		 "Thing ");
	add_text(m, "ProductVersion", "13.0.3+abc");
	add_text(m, "Assembly Version", "13.0.0.0");
	block_end(m, table);
	block_end(m, info);
	block_end(m, outer);
	put(m, AT_SECTION + 84, 4, m->n - (AT_SECTION + 128));
}

static int read_made(struct op *op, const struct made *m, size_t n, struct pe_version *ret)
{
	char *exact = op_new(op, char, n);

	if (!exact)
		return op->code;
	memcpy(exact, m->b, n);
	struct at a = at_of_bytes((str){ exact, (ptrdiff_t)n }, S("made"));
	return pe_version(op, &a, ret);
}

static int versions(struct op *op)
{
	for (int i = 0; i < 4; i++) {
		struct pe_version v;
		struct made m;
		make(&m, i & 1, i & 2);
		TRY(read_made(op, &m, FILE_SIZE, &v));
		CHECK(v.clr == !!(i & 2) && v.text.n == 3);
		CHECK(v.file[0] == 1 && v.file[1] == 2 && v.file[2] == 4 && v.file[3] == 3);
		CHECK(v.product[0] == 8 && v.product[1] == 0 && v.product[3] == 7);
		CHECK_STR(pe_version_text(&v, "ProductName"), S("Some\xc3\xa9Thing"));
		CHECK_STR(pe_version_text(&v, "ProductVersion"), S("13.0.3+abc"));
		CHECK_STR(pe_version_text(&v, "Assembly Version"), S("13.0.0.0"));
		CHECK_STR(pe_version_text(&v, "FileVersion"), S(""));
	}
	return 0;
}

static int hostile(struct op *op)
{
	static const struct {
		size_t at;
		uint32_t value;
		const char *text;
	} lies[] = {
		{ AT_OPTIONAL + 96 + 16, 0x5000, "in no section" },
		{ AT_SECTION + 14, 0xffff, "too many" },
		{ AT_SECTION + 28, 32, "three levels" },
		{ AT_SECTION + 28, 0x80000000u + 5000, "in no section" },
		{ AT_SECTION + 80, 0, "in no section" },
		{ AT_SECTION + 84, 0x7fffffff, "too long" },
		{ AT_SECTION + 84, 0xffff, "in no section" },
	};
	struct pe_version v;
	struct made m;

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		make(&m, false, false);
		put(&m, lies[i].at, 4, lies[i].value);
		CHECK_FAILS(op, read_made(op, &m, FILE_SIZE, &v), ERR_FORMAT, lies[i].text);
	}
	for (size_t n = 0; n < FILE_SIZE; n += n < 600 ? 1 : 13) {
		make(&m, n & 1, true);
		int rc = read_made(op, &m, n, &v);
		if (rc == ERR_MEMORY)
			return rc;
		CHECK(rc == 1 || rc == ERR_FORMAT || n > 1000);
		op_forgive(op);
	}
	for (size_t at = AT_SECTION + 128; at < AT_SECTION + 400;
	     at++) { /* no block leads astray */
		make(&m, false, false);
		m.b[at] = 0xff;
		int rc = read_made(op, &m, FILE_SIZE, &v);
		if (rc == ERR_MEMORY)
			return rc;
		CHECK(rc == 0);
	}
	return op->code;
}

TESTS({ "versions of both widths", versions }, { "lies are refused", hostile, .once = true })
