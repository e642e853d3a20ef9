/*
 * elf_imports: the symbols that a program or library asks others for: undefined ones of its dynamic
 * symbol table. Source: gABI 4.1, "Symbol Table".
 */
#ifndef CODEC_ELF_IMPORTS_H
#define CODEC_ELF_IMPORTS_H

#include "elf_layout.h"

/*
 * elf_imports(op, a, e, each, arg): each(arg, name) for every undefined symbol, in the table's order;
 * the name holds during the call.
 * e has its sections (elf_sections()). 1: it has no dynamic symbol table that can be found. ERR_FORMAT
 * for one that lies, ERR_LIMIT past LIMIT_ELF_SYMBOLS bytes of it. O(symbols).
 */
int elf_imports(struct op *op, const struct at *a, const struct elf_layout *e,
		void (*each)(void *arg, str name), void *arg) MUST_USE;

#endif
