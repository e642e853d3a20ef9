/*
 * A symbol of 64 bits is 0 name 4   4 info 1   5 other 1   6 section 2   8 value 8   16 size 8; of 32
 * bits 0 name 4   4 value 4   8 size 4   12 info 1   13 other 1   14 section 2. Section 0: undefined.
 */
#include "elf_imports.h"

#include "base/limits.h"
#include "base/rd.h"

/* Its bytes, which live in tmp. */
static int section_bytes(struct op *tmp, const struct at *a, const struct elf_section *s, str *ret)
{
	if (s->size > LIMIT_ELF_SYMBOLS)
		return op_fail(tmp, ERR_LIMIT, "%.*s: more than %d bytes of symbols",
			       STR_ARG(a->what), LIMIT_ELF_SYMBOLS);
	return at_view(tmp, a, s->offset, s->size, ret);
}

static uint32_t undefined_name(struct rd *r, int bits)
{
	uint32_t name = rd_u32(r);

	rd_skip(r, bits == 64 ? 2 : 10);
	uint16_t section = rd_u16(r);
	rd_skip(r, bits == 64 ? 16 : 0);
	return section == 0 ? name : 0;
}

static int walk(struct op *tmp, const struct at *a, const struct elf_layout *e,
		const struct elf_section *table, void (*each)(void *arg, str name), void *arg)
{
	str symbols, strings;

	if (table->link >= (uint64_t)e->section_n)
		return op_fail(tmp, ERR_FORMAT, "%.*s: its symbols have no names",
			       STR_ARG(a->what));
	if (section_bytes(tmp, a, table, &symbols) < 0 ||
	    section_bytes(tmp, a, &e->section[table->link], &strings) < 0)
		return tmp->code;
	struct rd r = { .in = symbols, .big = e->big };
	while (r.in.len > 0 && !r.bad) {
		uint32_t at = undefined_name(&r, e->bits);
		struct rd name = { .in = str_from(strings, at) };
		str text = at && !r.bad ? rd_cstr(&name) : (str){ 0 };
		if (text.len && !name.bad)
			each(arg, text);
	}
	return 0;
}

int elf_imports(struct op *op, const struct at *a, const struct elf_layout *e,
		void (*each)(void *arg, str name), void *arg)
{
	const struct elf_section *table = NULL;
	AUTO_OP tmp;

	op_init(&tmp, op->ceiling);
	tmp.fault = op->fault;
	for (ptrdiff_t i = 0; i < e->section_n && !table; i++)
		if (e->section[i].type == ELF_DYNSYM)
			table = &e->section[i];
	if (!table)
		return 1;
	return walk(&tmp, a, e, table, each, arg) < 0 ? op_adopt_error(op, &tmp) : 0;
}
