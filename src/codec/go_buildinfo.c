/*
 * The information stands at a multiple of 16 in the section .go.buildinfo (ELF), __go_buildinfo
 * (Mach-O), else in the first data that can be written (PE, and ELF without names of sections):
 *
 *	0 magic 14   14 size of a pointer 1   15 flags 1: 1 big endian, 2 texts follow
 *	32 length (varint), Go's version, length, modules      since 1.18
 *	16 address of Go's version's string, then of the modules'   before
 *	   (a string is address, length)
 *
 * The modules' text has 16 bytes of mark at each end, and its lines are words with tabs between:
 *
 *	path P | mod P V SUM | dep P V SUM | => P V SUM (for the line before) | build KEY=VALUE
 */
#include "go_buildinfo.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/rd.h"
#include "base/vec.h"

enum {
	GO_HEAD = 32,
	GO_ALIGN = 16,
	/* Bytes of data that are searched where no section is called so; it is first in Go's own.
	 */
	GO_SEARCH = 1 << 20,
	GO_BLOCK = 64 << 10,
	GO_VERSION_MAX = 4096,
	GO_MARK = 16,
};
static const char magic[] = "\xff Go buildinf:";

struct go {
	struct op *op;
	const struct at *a;
	const struct program *p;
	uint8_t pointer; /* bytes */
	bool big;
};

/* The first magic in a part of the file. 1: there is none. */
static int search(struct go *g, uint64_t offset, uint64_t size, uint64_t *ret)
{
	struct op_mark mark = op_mark(g->op);
	uint64_t most = size < GO_SEARCH ? size : GO_SEARCH;

	for (uint64_t at = 0; at + GO_HEAD <= most; at += GO_BLOCK) {
		uint64_t n = most - at < GO_BLOCK ? most - at : GO_BLOCK;
		str block;
		int rc = at_view(g->op, g->a, offset + at, n, &block);
		if (rc < 0)
			return rc;
		for (ptrdiff_t i = 0; i + GO_ALIGN <= block.len; i += GO_ALIGN)
			if (memcmp(block.p + i, magic, sizeof(magic) - 1) == 0) {
				*ret = offset + at + (uint64_t)i;
				op_reset(g->op, mark);
				return 0;
			}
		op_reset(g->op, mark);
	}
	return 1;
}

static int find(struct go *g, uint64_t *ret)
{
	static const str names[] = { S_INIT(".go.buildinfo"), S_INIT("__go_buildinfo") };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct program_part *s = program_section(g->p, names[i]);
		if (s)
			return search(g, s->offset, s->size, ret);
	}
	for (ptrdiff_t i = 0; i < g->p->segment_n; i++) {
		const struct program_part *s = &g->p->segment[i];
		if (s->writable && !s->executable && s->size)
			return search(g, s->offset, s->size, ret);
	}
	return 1;
}

/* A text with its length before it, at *at, which moves behind it. */
static int inline_text(struct go *g, uint64_t *at, uint64_t max, str *ret)
{
	uint64_t n = 0, left = *at < g->a->size ? g->a->size - *at : 0;
	uint8_t head[10];
	size_t have = left < sizeof(head) ? (size_t)left : sizeof(head), i = 0;
	int rc = at_read(g->op, g->a, *at, head, have);

	if (rc < 0)
		return rc;
	for (; i < have && i < 5; i++) {
		n |= (uint64_t)(head[i] & 127) << (7 * i);
		if (head[i] < 128)
			break;
	}
	if (i == have || i == 5)
		return op_fail(g->op, ERR_FORMAT, "%.*s: bad length in Go's build information",
			       STR_ARG(g->a->what));
	if (n > max)
		return op_fail(g->op, ERR_LIMIT, "%.*s: Go's build information is too long",
			       STR_ARG(g->a->what));
	rc = at_view(g->op, g->a, *at + i + 1, n, ret);
	*at += i + 1 + n;
	return rc;
}

static int number_at(struct go *g, uint64_t vaddr, uint64_t *ret)
{
	char bytes[8];
	uint64_t offset, n;

	if (!program_offset(g->p, vaddr, &offset, &n) || n < g->pointer)
		return op_fail(g->op, ERR_FORMAT, "%.*s: Go's build information points nowhere",
			       STR_ARG(g->a->what));
	int rc = at_read(g->op, g->a, offset, bytes, g->pointer);
	if (rc < 0)
		return rc;
	struct rd r = { .in = { bytes, g->pointer }, .big = g->big };
	*ret = g->pointer == 8 ? rd_u64(&r) : rd_u32(&r);
	return 0;
}

/* A Go string by its address; an address of 0 is the empty one. */
static int pointed_text(struct go *g, uint64_t vaddr, uint64_t max, str *ret)
{
	uint64_t at, n, offset, have;
	int rc;

	*ret = S("");
	if (vaddr == 0)
		return 0;
	if ((rc = number_at(g, vaddr, &at)) < 0 || (rc = number_at(g, vaddr + g->pointer, &n)) < 0)
		return rc;
	if (n == 0)
		return 0;
	if (n > max)
		return op_fail(g->op, ERR_LIMIT, "%.*s: Go's build information is too long",
			       STR_ARG(g->a->what));
	if (!program_offset(g->p, at, &offset, &have) || n > have)
		return op_fail(g->op, ERR_FORMAT, "%.*s: Go's build information points nowhere",
			       STR_ARG(g->a->what));
	return at_view(g->op, g->a, offset, n, ret);
}

static int read_texts(struct go *g, uint64_t at, str *ret_go, str *ret_modules)
{
	char head[GO_HEAD];
	int rc = at_read(g->op, g->a, at, head, sizeof(head));

	if (rc < 0)
		return rc;
	g->pointer = (uint8_t)head[14];
	g->big = head[15] & 1;
	if (head[15] & 2) {
		at += GO_HEAD;
		rc = inline_text(g, &at, GO_VERSION_MAX, ret_go);
		return rc < 0 ? rc : inline_text(g, &at, LIMIT_DOCUMENT, ret_modules);
	}
	if (g->pointer != 4 && g->pointer != 8)
		return op_fail(g->op, ERR_FORMAT, "%.*s: bad pointers in Go's build information",
			       STR_ARG(g->a->what));
	struct rd r = { .in = { head + 16, GO_HEAD - 16 }, .big = g->big };
	uint64_t go = g->pointer == 8 ? rd_u64(&r) : rd_u32(&r);
	uint64_t modules = g->pointer == 8 ? rd_u64(&r) : rd_u32(&r);
	rc = pointed_text(g, go, GO_VERSION_MAX, ret_go);
	return rc < 0 ? rc : pointed_text(g, modules, LIMIT_DOCUMENT, ret_modules);
}

static bool hex_digit(char c, uint32_t *value)
{
	uint32_t v = (uint32_t)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);

	if (!(c >= '0' && c <= '9') && !((c | 32) >= 'a' && (c | 32) <= 'f'))
		return false;
	*value = *value * 16 + v;
	return true;
}

/* Go's quoted text ("a\tb") or `raw` one; anything else is what it is. */
static int unquote(struct op *op, str s, str *ret)
{
	static const char from[] = "abfnrtv\\\"'", to[] = "\a\b\f\n\r\t\v\\\"'";
	struct buf b;

	*ret = s;
	if (s.len < 2 || s.p[0] != s.p[s.len - 1] || (s.p[0] != '"' && s.p[0] != '`'))
		return 0;
	*ret = str_head(str_from(s, 1), s.len - 2);
	if (s.p[0] == '`' || str_find(*ret, '\\') < 0)
		return 0;
	buf_init(&b, op, LIMIT_DOCUMENT);
	for (ptrdiff_t i = 0; i < ret->len; i++) {
		char c = ret->p[i];
		uint32_t v = 0;
		const char *known =
			c == '\\' && i + 1 < ret->len ? strchr(from, ret->p[i + 1]) : NULL;
		if (known && *known) {
			buf_char(&b, to[known - from]);
			i++;
		} else if (c == '\\' && i + 3 < ret->len && ret->p[i + 1] == 'x' &&
			   hex_digit(ret->p[i + 2], &v) && hex_digit(ret->p[i + 3], &v)) {
			buf_char(&b, (char)v);
			i += 3;
		} else {
			buf_char(&b, c); /* \u and octal are left as they are */
		}
	}
	return buf_take(&b, ret);
}

static int add_setting(struct op *op, str rest, struct go_buildinfo *b, ptrdiff_t *cap)
{
	/* A key with '=' or blanks in it is quoted. */
	ptrdiff_t at = rest.len && rest.p[0] == '"' ? str_find_str(rest, S("\"=")) + 1 : 0;
	ptrdiff_t equals = str_find(str_from(rest, at), '=');

	if (equals < 0)
		return 0;
	if (!vec_grow(op, (void **)&b->setting.p, &b->setting.n, cap, sizeof(*b->setting.p)))
		return op->code;
	struct pair *p = &b->setting.p[b->setting.n - 1];
	int rc = unquote(op, str_head(rest, at + equals), &p->key);
	return rc < 0 ? rc : unquote(op, str_from(rest, at + equals + 1), &p->value);
}

int go_buildinfo_modules(struct op *op, str text, struct go_buildinfo *ret)
{
	struct go_module *last = NULL;
	ptrdiff_t dep_cap = 0, setting_cap = 0;

	while (text.len) {
		str line = str_cut(&text, '\n'), rest = line;
		str word = str_cut(&rest, '\t');
		if (str_eq(word, S("path"))) {
			ret->path = rest;
		} else if (str_eq(word, S("mod")) || str_eq(word, S("dep"))) {
			last = &ret->main;
			if (word.p[0] == 'd') {
				if (!vec_grow(op, (void **)&ret->dep, &ret->dep_n, &dep_cap,
					      sizeof(*ret->dep)))
					return op->code;
				last = &ret->dep[ret->dep_n - 1];
			}
			last->path = str_cut(&rest, '\t');
			last->version = str_cut(&rest, '\t');
			last->sum = str_cut(&rest, '\t');
		} else if (str_eq(word, S("=>")) && last) {
			last->by_path = str_cut(&rest, '\t');
			last->by_version = str_cut(&rest, '\t');
			last->by_sum = str_cut(&rest, '\t');
			last = NULL;
		} else if (str_eq(word, S("build"))) {
			int rc = add_setting(op, rest, ret, &setting_cap);
			if (rc < 0)
				return rc;
		}
	}
	return 0;
}

int go_buildinfo_find(struct op *op, const struct at *a, const struct program *p,
		      struct go_buildinfo *ret)
{
	struct go g = { .op = op, .a = a, .p = p };
	struct go_buildinfo b = { 0 };
	str modules = { 0 };
	uint64_t at;
	int rc = find(&g, &at);

	if (rc != 0)
		return rc;
	if ((rc = read_texts(&g, at, &b.go, &modules)) < 0)
		return rc;
	if (b.go.len == 0)
		return 1;
	/* Marks at both ends, a line's end before the last: else it is no list of modules. */
	if (modules.len >= 2 * GO_MARK + 1 && modules.p[modules.len - GO_MARK - 1] == '\n') {
		modules = str_head(str_from(modules, GO_MARK), modules.len - 2 * GO_MARK);
		if ((rc = go_buildinfo_modules(op, modules, &b)) < 0)
			return rc;
	}
	*ret = b;
	return 0;
}
