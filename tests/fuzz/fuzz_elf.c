/* What an ELF file needs, how it was linked and where its parts are, by reads that stay inside of it. */
#include "codec/elf.h"
#include "codec/elf_hardening.h"
#include "codec/elf_layout.h"

static void look_into(struct op *op, const struct at *a)
{
	static const str names[] = { S_INIT("sbom"), S_INIT("main"), S_INIT("a") };
	struct elf_symbol symbol[3];
	struct elf_layout e;
	uint64_t offset, n;
	str bytes;

	if (elf_layout_read(op, a, &e) != 0)
		return;
	(void)elf_offset(&e, 0x400000, &offset, &n);
	if (elf_sections(op, a, &e) != 0)
		return;
	if (elf_symbols(op, a, &e, names, 3, symbol) != 0)
		op_forgive(op);
	if (elf_section_bytes(op, a, &e, S(".text"), 1 << 20, &bytes) < 0)
		op_forgive(op);
	if (elf_note(op, a, &e, S("GNU"), 3, &bytes) == 0)
		MUST(bytes.len >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct at a = at_of_bytes((str){ (const char *)data, (ptrdiff_t)size }, S("input"));
	AUTO_OP op;
	struct elf e;

	op_init(&op, 64 << 20);
	if (elf_read(&op, &a, &e) == 0)
		for (ptrdiff_t i = 0; i < e.needed_n; i++)
			MUST(e.needed[i].len >= 0 && str_find(e.needed[i], '\0') < 0);
	op_forgive(&op);
	struct elf_hardening h;
	if (elf_hardening_read(&op, &a, &h) == 0)
		MUST(h.form <= ELF_SHARED && h.rpath.len >= 0 && h.runpath.len >= 0);
	op_forgive(&op);
	look_into(&op, &a);
	return 0;
}
