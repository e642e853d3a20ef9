/* A program or library of 64 bits with the parts that tell how it was linked. */
#ifndef TESTS_CODEC_ELF_GIVEN_H
#define TESTS_CODEC_ELF_GIVEN_H

#include <string.h>

#include "base/buf.h"

enum { ELF_GIVEN_NAMES = 8 };

struct elf_given {
	int type; /* 2 fixed, 3 anywhere */
	bool no_stack, exec_stack, relro, now, pie, textrel, wx, is_static, bare, debug;
	const char *interpreter, *soname, *needed, *rpath, *runpath;
	const char *names[ELF_GIVEN_NAMES]; /* that it takes from others */
	const char *own;                    /* that it has */
	uint32_t text;                      /* bytes of code */
	const char *comment, *rodata;
};

static inline void elf_number(struct buf *b, uint64_t v, int n)
{
	for (int i = 0; i < n; i++)
		buf_char(b, i < 8 ? (char)(v >> (8 * i) & 255) : '\0');
}

static inline uint64_t elf_string(struct buf *b, const char *text)
{
	uint64_t at = b->len;

	if (!text)
		return 0;
	buf_add(b, (str){ text, (ptrdiff_t)strlen(text) + 1 });
	return at;
}

struct elf_part { /* a section to be */
	const char *name;
	uint32_t type, link, flags;
	uint64_t at, size, each;
};

static inline void elf_segment_of(struct buf *b, uint32_t type, uint32_t flags, uint64_t at, uint64_t size)
{
	elf_number(b, type, 4);
	elf_number(b, flags, 4);
	elf_number(b, at, 8);
	elf_number(b, at, 8);
	elf_number(b, at, 8);
	elf_number(b, size, 8);
	elf_number(b, size, 8);
	elf_number(b, 8, 8);
}

static inline void elf_tag(struct buf *b, uint64_t tag, uint64_t value)
{
	elf_number(b, tag, 8);
	elf_number(b, value, 8);
}

/* Texts of the dynamic section and its symbols into dynstr and dynsym. */
static inline void elf_names(const struct elf_given *g, struct buf *texts, struct buf *symbols)
{
	elf_number(symbols, 0, 24);
	for (int i = 0; i < ELF_GIVEN_NAMES && g->names[i]; i++) {
		elf_number(symbols, elf_string(texts, g->names[i]), 4);
		elf_number(symbols, 0x12, 4);
		elf_number(symbols, 0, 16);
	}
	if (g->own) {
		elf_number(symbols, elf_string(texts, g->own), 4);
		elf_number(symbols, 0x12 | 1 << 16, 4);
		elf_number(symbols, 64, 8);
		elf_number(symbols, 8, 8);
	}
}

static inline void elf_tags(const struct elf_given *g, struct buf *texts, struct buf *tags)
{
	if (g->needed)
		elf_tag(tags, 1, elf_string(texts, g->needed));
	if (g->soname)
		elf_tag(tags, 14, elf_string(texts, g->soname));
	if (g->rpath)
		elf_tag(tags, 15, elf_string(texts, g->rpath));
	if (g->runpath)
		elf_tag(tags, 29, elf_string(texts, g->runpath));
	if (g->now)
		elf_tag(tags, 30, 8);
	if (g->textrel)
		elf_tag(tags, 22, 0);
	if (g->pie)
		elf_tag(tags, 0x6ffffffb, 0x08000000);
}

static inline int elf_given(struct op *op, const struct elf_given *g, str *ret)
{
	struct buf b, texts, symbols, tags, names;
	struct elf_part part[8];
	int n = 0, segments = 2 + (g->interpreter != NULL) + !g->is_static + g->relro - g->no_stack;

	buf_init(&b, op, 16 << 20);
	buf_init(&texts, op, 4096);
	buf_init(&symbols, op, 4096);
	buf_init(&tags, op, 4096);
	buf_init(&names, op, 4096);
	buf_char(&texts, '\0');
	buf_char(&names, '\0');
	elf_names(g, &texts, &symbols);
	elf_tags(g, &texts, &tags);
	uint64_t at = 64 + 56 * (uint64_t)segments;
	uint64_t interpreter = at, interpreter_n = g->interpreter ? strlen(g->interpreter) + 1 : 0;
	uint64_t texts_at = interpreter + interpreter_n, symbols_at = texts_at + texts.len;
	uint64_t tags_at = symbols_at + symbols.len;
	elf_tag(&tags, 5, texts_at);
	elf_tag(&tags, 10, texts.len);
	elf_tag(&tags, 0, 0);
	uint64_t text_at = tags_at + tags.len, rodata_at = text_at + g->text;
	uint64_t rodata_n = g->rodata ? strlen(g->rodata) : 0, comment_at = rodata_at + rodata_n;
	uint64_t comment_n = g->comment ? strlen(g->comment) + 1 : 0, names_at = comment_at + comment_n;
	part[n++] = (struct elf_part){ "", 0, 0, 0, 0, 0, 0 };
	part[n++] = (struct elf_part){ ".dynstr", 3, 0, 2, texts_at, texts.len, 0 };
	if (!g->is_static)
		part[n++] = (struct elf_part){ ".dynsym", 11, 1, 2, symbols_at, symbols.len, 24 };
	part[n++] = (struct elf_part){ ".text", g->debug ? 8 : 1, 0, 6, text_at, g->text, 0 };
	part[n++] = (struct elf_part){ ".rodata", 1, 0, 2, rodata_at, rodata_n, 0 };
	part[n++] = (struct elf_part){ ".comment", 1, 0, 0, comment_at, comment_n, 0 };
	uint64_t named[8];
	for (int i = 0; i < n; i++)
		named[i] = elf_string(&names, part[i].name);
	named[n] = elf_string(&names, ".shstrtab");
	part[n++] = (struct elf_part){ "", 3, 0, 0, names_at, names.len, 0 };
	buf_add(&b, S("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0"));
	elf_number(&b, (uint64_t)g->type, 2);
	elf_number(&b, 62, 2);
	elf_number(&b, 1, 4);
	elf_number(&b, 0, 8);
	elf_number(&b, 64, 8);
	elf_number(&b, g->bare ? 0 : names_at + names.len, 8);
	elf_number(&b, 0, 4);
	elf_number(&b, 64, 2);
	elf_number(&b, 56, 2);
	elf_number(&b, (uint64_t)segments, 2);
	elf_number(&b, 64, 2);
	elf_number(&b, g->bare ? 0 : (uint64_t)n, 2);
	elf_number(&b, g->bare ? 0 : (uint64_t)n - 1, 2);
	if (g->interpreter)
		elf_segment_of(&b, 3, 4, interpreter, interpreter_n);
	elf_segment_of(&b, 1, g->wx ? 7 : 5, 0, names_at);
	if (!g->is_static)
		elf_segment_of(&b, 2, 6, tags_at, tags.len);
	if (!g->no_stack)
		elf_segment_of(&b, 0x6474e551, g->exec_stack ? 7 : 6, 0, 0);
	if (g->relro)
		elf_segment_of(&b, 0x6474e552, 4, tags_at, tags.len);
	buf_add(&b, (str){ g->interpreter, (ptrdiff_t)interpreter_n });
	buf_add(&b, buf_view(&texts));
	buf_add(&b, buf_view(&symbols));
	buf_add(&b, buf_view(&tags));
	buf_repeat(&b, '\x90', g->text);
	buf_add(&b, (str){ g->rodata, (ptrdiff_t)rodata_n });
	buf_add(&b, (str){ g->comment, (ptrdiff_t)comment_n });
	buf_add(&b, buf_view(&names));
	for (int i = 0; !g->bare && i < n; i++) {
		elf_number(&b, named[i], 4);
		elf_number(&b, part[i].type, 4);
		elf_number(&b, part[i].flags, 8);
		elf_number(&b, part[i].at, 8);
		elf_number(&b, part[i].at, 8);
		elf_number(&b, part[i].size, 8);
		elf_number(&b, part[i].link, 4);
		elf_number(&b, 0, 4);
		elf_number(&b, 1, 8);
		elf_number(&b, part[i].each, 8);
	}
	return op->code ? op->code : buf_take(&b, ret); /* the others may have failed */
}

/* As a compiler of today makes it. */
#define ELF_GIVEN_PROGRAM                                                                        \
	.type = 3, .pie = true, .relro = true, .now = true, .interpreter = "/lib64/ld.so", .needed = "libc.so.6", \
	.text = 40000, .names = { "__stack_chk_fail", "__printf_chk", "free" }

#endif
