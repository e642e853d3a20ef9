#include <fcntl.h>
#include <stdio.h>

#include "codec/elf_layout.h"
#include "sys/file.h"
#include "sys/proc.h"
#include "unit/harness.h"

/* What readelf says of each section: its number, name, address, offset and size. */
static int like_readelf_of(struct op *op, const char *path)
{
	uint64_t size;
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
	struct elf_layout e;
	struct proc_result out;
	ptrdiff_t seen = 0;

	if (fd < 0)
		return 0;
	TRY(file_size(op, fd, str_of(path), &size));
	struct at a = at_of_fd(fd, 0, size, str_of(path));
	TRY(elf_layout_read(op, &a, &e));
	TRY(elf_sections(op, &a, &e));
	const char *argv[] = { "readelf", "-WS", path, NULL };
	TRY(proc_run(op, &(struct proc_spec){ .argv = argv, .output_max = 1 << 20 }, &out));
	while (out.out.p) {
		str line = str_trim(str_cut(&out.out, '\n'));
		unsigned i, addr, offset, n;
		char name[100], type[100];
		if (sscanf(line.p, "[%u] %99s %99s %x %x %x", &i, name, type, &addr, &offset, &n) !=
			    6 ||
		    i == 0)
			continue;
		seen++;
		CHECK((ptrdiff_t)i < e.section_n);
		CHECK_STR(e.section[i].name, str_of(name));
		CHECK(e.section[i].vaddr == addr && e.section[i].offset == offset &&
		      e.section[i].size == n);
	}
	CHECK(seen == e.section_n - 1 && seen > 5); /* the first has no name */
	return 0;
}

static int like_readelf(struct op *op)
{
	static const char *const paths[] = { "/bin/ls", "/usr/lib/x86_64-linux-gnu/libc.so.6",
					     "/usr/lib/x86_64-linux-gnu/crt1.o" };

	if (!proc_exists("readelf"))
		return 0;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		TRY(like_readelf_of(op, paths[i]));
	return 0;
}

extern const char layout_mark[];
const char layout_mark[] = "a text of this program's own";

/* This very program: a symbol leads to its bytes, a note has the build's id. */
static int symbols_and_notes(struct op *op)
{
	static const str names[] = { S_INIT("no_such_name"), S_INIT("layout_mark"),
				     S_INIT("main") };
	struct elf_symbol symbol[3];
	struct elf_layout e;
	uint64_t size, offset, n;
	str bytes, id;
	AUTO_FD fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	TRY(file_size(op, fd, S("exe"), &size));
	struct at a = at_of_fd(fd, 0, size, S("exe"));
	TRY(elf_layout_read(op, &a, &e));
	TRY(elf_sections(op, &a, &e));
	TRY(elf_symbols(op, &a, &e, names, 3, symbol));
	CHECK(symbol[0].section == 0 && symbol[1].section != 0 && symbol[2].section != 0);
	CHECK(symbol[1].size >= sizeof(layout_mark)); /* sanitizers put something behind it */
	CHECK(elf_offset(&e, symbol[1].value, &offset, &n) && n >= sizeof(layout_mark));
	TRY(at_view(op, &a, offset, sizeof(layout_mark) - 1, &bytes));
	CHECK_STR(bytes, str_of(layout_mark));
	CHECK(!elf_offset(&e, UINT64_MAX, &offset, &n));
	int rc = elf_section_bytes(op, &a, &e, S(".interp"), 4096, &bytes);
	CHECK(rc == ERR_MEMORY || (rc == 0 && str_starts(bytes, S("/lib"))));
	TRY(op->code);
	CHECK(elf_section_bytes(op, &a, &e, S(".none"), 4096, &bytes) == 1);
	CHECK(elf_section_bytes(op, &a, &e, S(".bss"), 4096, &bytes) == 1);
	rc = elf_note(op, &a, &e, S("GNU"), 1, &id); /* NT_GNU_ABI_TAG */
	CHECK(rc == ERR_MEMORY || (rc == 0 && id.len == 16));
	TRY(op->code);
	e.section_n = 0; /* the same by its segments */
	rc = elf_note(op, &a, &e, S("GNU"), 1, &id);
	CHECK(rc == ERR_MEMORY || (rc == 0 && id.len == 16));
	return op->code;
}

TESTS({ "what readelf says", like_readelf, .once = true },
      { "symbols, sections and notes of this program", symbols_and_notes })
