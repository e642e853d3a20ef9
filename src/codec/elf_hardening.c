/*
 * Of the program headers PT_GNU_STACK (0x6474e551) and PT_GNU_RELRO (0x6474e552), of the dynamic
 * section DT_BIND_NOW, DT_FLAGS, DT_FLAGS_1 and DT_TEXTREL (elf.c), of the symbols the names alone.
 */
#include "elf_hardening.h"

#include <stdlib.h>

#include "elf.h"
#include "elf_imports.h"

enum {
	PT_GNU_STACK = 0x6474e551,
	PT_GNU_RELRO = 0x6474e552,
	EXECUTABLE = 1,
	WRITABLE = 2,

	ET_EXEC = 2,
	ET_DYN = 3,

	BLOCK = 256 << 10, /* bytes of .rodata at a time, LAP of which the next one repeats */
	LAP = 64,
	COMMENT_MAX = 64 << 10, /* bytes of .comment that are read: some hundred */
};

/* Sorted. GCC and clang call these by another name wherever _FORTIFY_SOURCE is on, whatever they
 * know of the sizes; of strcpy() and the like that depends. */
static const str replaced[] = {
	S_INIT("asprintf"),        S_INIT("dprintf"),  S_INIT("fprintf"), S_INIT("obstack_printf"),
	S_INIT("obstack_vprintf"), S_INIT("printf"),   S_INIT("syslog"),  S_INIT("vasprintf"),
	S_INIT("vdprintf"),        S_INIT("vfprintf"), S_INIT("vprintf"), S_INIT("vsnprintf"),
	S_INIT("vsprintf"),        S_INIT("vsyslog"),
};

static void look_at_import(void *arg, str name)
{
	struct elf_hardening *h = arg;
	bool checked = str_starts(name, S("__")) && str_ends(name, S("_chk"));

	h->guarded |= str_eq(name, S("__stack_chk_fail")) || str_eq(name, S("__stack_chk_guard"));
	h->fortified += checked;
	h->unfortified +=
		!checked && bsearch(&name, replaced, sizeof(replaced) / sizeof(replaced[0]),
				    sizeof(replaced[0]), str_qsort) != NULL;
}

static enum elf_form form_of(const struct elf_layout *l, const struct elf *e)
{
	const struct elf_section *text = NULL;
	bool loads = false;

	for (ptrdiff_t i = 0; i < l->segment_n; i++)
		loads |= l->segment[i].type == ELF_LOAD && l->segment[i].filesz > 0;
	for (ptrdiff_t i = 0; i < l->section_n && !text; i++)
		if (str_eq(l->section[i].name, S(".text")))
			text = &l->section[i];
	/* What was cut off for debuggers has headers of all, and bytes of none. */
	if (!loads || (text && text->type == ELF_NOBITS))
		return ELF_OTHER;
	if (l->type == ET_EXEC)
		return ELF_FIXED;
	if (l->type != ET_DYN)
		return ELF_OTHER;
	return e->pie || (e->interpreter.len && e->soname.len == 0) ? ELF_PIE : ELF_SHARED;
}

static void look_at_segments(const struct elf_layout *l, const struct elf *e,
			     struct elf_hardening *h)
{
	bool relro = false;

	for (ptrdiff_t i = 0; i < l->segment_n; i++) {
		const struct elf_segment *s = &l->segment[i];
		bool runs = s->flags & EXECUTABLE;
		relro |= s->type == PT_GNU_RELRO;
		if (s->type == PT_GNU_STACK)
			h->stack = runs ? ELF_STACK_EXECUTABLE : ELF_STACK_PLAIN;
		if (s->type != ELF_LOAD)
			continue;
		h->wx |= runs && s->flags & WRITABLE;
		h->code += runs ? s->filesz : 0;
	}
	/* What is linked statically has nothing that is resolved later. */
	bool now = e->bind_now || (e->pie && e->interpreter.len == 0);
	h->relro = !relro ? ELF_RELRO_NONE : now ? ELF_RELRO_FULL : ELF_RELRO_PARTIAL;
}

static int look_at_comment(struct op *op, const struct at *a, const struct elf_layout *l,
			   struct elf_hardening *h)
{
	static const str makers[] = { S_INIT("rustc version "), S_INIT("GHC "), S_INIT("FPC ") };
	const struct elf_section *s = elf_section(l, S(".comment"));
	str text;

	if (!s)
		return 0;
	int rc = at_view(op, a, s->offset, s->size < COMMENT_MAX ? s->size : COMMENT_MAX, &text);
	for (size_t i = 0; rc == 0 && i < sizeof(makers) / sizeof(makers[0]); i++)
		h->managed |= str_find_str(text, makers[i]) >= 0;
	return rc;
}

/* Debian strips .comment: of Rust the messages of its library tell, which name their source. */
static int look_at_texts(struct op *op, const struct at *a, const struct elf_layout *l,
			 struct elf_hardening *h)
{
	const struct elf_section *s = elf_section(l, S(".rodata"));
	uint64_t at = 0;
	str block;
	int rc = 0;

	for (; s && rc == 0 && !h->managed && at < s->size; at += BLOCK - LAP) {
		struct op_mark mark = op_mark(op);
		uint64_t n = s->size - at < BLOCK ? s->size - at : BLOCK;
		if ((rc = at_view(op, a, s->offset + at, n, &block)) == 0)
			h->managed = str_find_str(block, S("library/core/src/")) >= 0 ||
				     str_find_str(block, S("library/std/src/")) >= 0;
		op_reset(op, mark);
	}
	return rc;
}

/* Who has the guard's function himself: the C library, and programs that have it linked in. */
static int look_at_own(struct op *op, const struct at *a, const struct elf_layout *l,
		       struct elf_hardening *h)
{
	static const str name[] = { S_INIT("__stack_chk_fail") };
	struct elf_symbol symbol;
	int rc = h->guarded ? 0 : elf_symbols(op, a, l, name, 1, &symbol);

	if (rc == 0 && !h->guarded)
		h->guarded = symbol.section != 0;
	return rc;
}

static int look_at_names(struct op *op, const struct at *a, const struct elf_layout *l,
			 const struct elf *e, struct elf_hardening *h)
{
	const struct elf_section *text = elf_section(l, S(".text"));
	int rc = elf_imports(op, a, l, look_at_import, h);

	if (rc < 0)
		return rc;
	h->symbols = rc == 0;
	for (ptrdiff_t i = 0; i < l->section_n; i++)
		h->symbols |= l->section[i].type == ELF_SYMTAB;
	for (ptrdiff_t i = 0; i < e->needed_n; i++)
		h->glibc |= str_eq(e->needed[i], S("libc.so.6"));
	if (text)
		h->code = text->size;
	if ((rc = look_at_own(op, a, l, h)) < 0 || h->guarded ||
	    (rc = look_at_comment(op, a, l, h)) < 0 || h->managed)
		return rc;
	return look_at_texts(op, a, l, h);
}

int elf_hardening_read(struct op *op, const struct at *a, struct elf_hardening *ret)
{
	struct elf_hardening h = { 0 };
	struct elf_layout l;
	struct elf e;
	int rc = elf_layout_read(op, a, &l);

	if (rc != 0 || (rc = elf_read(op, a, &e)) != 0 || (rc = elf_sections(op, a, &l)) < 0)
		return rc;
	h.form = form_of(&l, &e);
	h.machine = l.machine;
	h.dynamic = e.dynamic;
	h.textrel = e.textrel;
	h.interpreter = e.interpreter;
	h.soname = e.soname;
	h.rpath = e.rpath;
	h.runpath = e.runpath;
	look_at_segments(&l, &e, &h);
	if (h.form != ELF_OTHER && (rc = look_at_names(op, a, &l, &e, &h)) < 0)
		return rc;
	*ret = h;
	return 0;
}
