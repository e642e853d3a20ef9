/*
 * ELF, as far as it is looked at here. Source: gABI 4.1, "ELF Header", "Sections".
 *
 *	0  4  7f 'E' 'L' 'F'   4  1  class: 1, 2    5  1  1: little endian     16  2  type
 *	32/40  8  section headers (32: at 32, 4 bytes)                          58  2  bytes of one
 *	60  2  how many        62  2  which one has the names
 */
#include "probe.h"

#include <string.h>

#include "base/rd.h"

enum {
	ET_EXEC = 2,
	ET_DYN = 3,
	PT_INTERP = 3,
	GO_TABLE = 4096,  /* Go's linker puts the section headers behind the program headers, nobody
			     else does */
	NAMES_MAX = 2048, /* bytes before the section headers that are looked at for their names */
};

struct layout {
	bool wide;
	uint16_t type, count, names, entry;
	uint64_t sections; /* offset of their headers */
};

static bool read_layout(str head, struct layout *ret)
{
	struct rd r = { .in = head };

	if (head.len < 64)
		return false;
	ret->wide = head.p[4] == 2;
	r.big = head.p[5] == 2;
	rd_skip(&r, 16);
	ret->type = rd_u16(&r);
	rd_skip(&r, ret->wide ? 22 : 14);
	ret->sections = ret->wide ? rd_u64(&r) : rd_u32(&r);
	rd_skip(&r, 10);
	ret->entry = rd_u16(&r);
	ret->count = rd_u16(&r);
	ret->names = rd_u16(&r);
	return !r.bad;
}

/* Has the program an interpreter? Its headers stand right behind the file's in all that linkers
 * make. */
static bool has_interpreter(str head, bool wide, bool big)
{
	struct rd r = { .in = head, .big = big };

	rd_skip(&r, wide ? 32 : 28);
	uint64_t at = wide ? rd_u64(&r) : rd_u32(&r);
	r.in = head;
	rd_skip(&r, wide ? 54 : 42);
	uint16_t size = rd_u16(&r), n = rd_u16(&r);
	for (int i = 0; i < n && i < 64; i++) {
		struct rd p = { .in = head, .big = big };
		rd_skip(&p, at + (uint64_t)i * size);
		if (rd_u32(&p) == PT_INTERP && !p.bad)
			return true;
		if (p.bad)
			return false;
	}
	return false;
}

static uint32_t elf_head(str head, uint64_t size, uint32_t *ret_tail)
{
	struct layout l = { 0 };
	uint32_t bits = PROBE_ELF;

	if (!read_layout(head, &l))
		return bits | PROBE_OBJECT;
	if (l.type == ET_EXEC ||
	    (l.type == ET_DYN && has_interpreter(head, l.wide, head.p[5] == 2)))
		bits |= PROBE_EXECUTABLE;
	else
		bits |= l.type == ET_DYN ? PROBE_LIBRARY : PROBE_OBJECT;
	uint64_t table = (uint64_t)l.count * l.entry;
	if (l.sections == 0 || l.count == 0 || l.sections > size || table > size - l.sections)
		return bits | PROBE_BARE;
	uint64_t from = l.sections > NAMES_MAX ? l.sections - NAMES_MAX : 0;
	if (size - from > PROBE_TAIL_MAX)
		return bits | (l.sections + table <= GO_TABLE ? PROBE_GO : PROBE_BARE);
	*ret_tail = (uint32_t)(size - from);
	return bits;
}

uint32_t probe_head(str head, uint64_t size, uint32_t *ret_tail)
{
	static const struct {
		str magic;
		uint32_t bits;
	} magics[] = {
		{ S_INIT("MZ"), PROBE_PE },
		{ S_INIT("#!"), PROBE_SCRIPT },
		{ S_INIT("\xfe\xed\xfa\xce"), PROBE_MACHO },
		{ S_INIT("\xfe\xed\xfa\xcf"), PROBE_MACHO },
		{ S_INIT("\xce\xfa\xed\xfe"), PROBE_MACHO },
		{ S_INIT("\xcf\xfa\xed\xfe"), PROBE_MACHO },
	};

	*ret_tail = 0;
	if (str_starts(head, S("\x7f"
			       "ELF")))
		return elf_head(head, size, ret_tail);
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		if (str_starts(head, magics[i].magic))
			return magics[i].bits;
	}
	/* Fat Mach-O has the magic of Java classes; those have a version of 45 or more where it has
	 * its number of architectures. */
	if (head.len >= 8 && str_starts(head, S("\xca\xfe\xba\xbe")) && head.p[4] == 0 &&
	    head.p[5] == 0 && head.p[6] == 0 && head.p[7] < 45)
		return PROBE_MACHO;
	return 0;
}

static uint32_t name_bits(str name)
{
	static const struct {
		str name;
		uint32_t bits;
	} sections[] = {
		{ S_INIT(".go.buildinfo"), PROBE_GO },   { S_INIT(".dep-v0"), PROBE_RUST },
		{ S_INIT(".note.package"), PROBE_NOTE }, { S_INIT(".svm_heap"), PROBE_GRAAL },
		{ S_INIT(".modinfo"), PROBE_MODULE },
	};

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		if (str_eq(name, sections[i].name))
			return sections[i].bits;
	}
	return 0;
}

uint32_t probe_tail(uint32_t bits, str head, uint64_t size, str tail)
{
	struct layout l = { 0 };
	uint64_t from = size - (uint64_t)tail.len;

	if (!read_layout(head, &l) || l.sections < from || l.names >= l.count)
		return bits | PROBE_BARE;
	/* Where the names are: the offset and size of section `names`. */
	struct rd r = { .in = tail, .big = head.p[5] == 2 };
	rd_skip(&r, l.sections - from + (uint64_t)l.names * l.entry + (l.wide ? 24 : 16));
	uint64_t at = l.wide ? rd_u64(&r) : rd_u32(&r), n = l.wide ? rd_u64(&r) : rd_u32(&r);
	if (r.bad || at < from || at > size || n > size - at)
		return bits | PROBE_BARE;
	str names = str_head(str_from(tail, (ptrdiff_t)(at - from)), (ptrdiff_t)n);
	uint32_t found = 0;
	while (names.len) {
		str name = str_cut(&names, '\0');
		/* Linkers share the ends of names: ".rela.modinfo" has ".modinfo" in it. */
		if (str_starts(name, S(".rela")))
			name = str_from(name, 5);
		found |= name_bits(name);
	}
	if (bits & PROBE_OBJECT && found & PROBE_MODULE)
		bits &= ~(uint32_t)PROBE_OBJECT;
	else
		found &= ~(uint32_t)PROBE_MODULE;
	return bits | found;
}
