/*
 *	x86    0x1f1 sectors of setup 1   0x1fe 55 aa   0x202 "HdrS"   0x206 protocol 2
 *	       0x20e where the banner stands 2, from 0x200 on   0x236 flags 2 (1: 64 bits)
 *	arm64  0 "MZ"   4 "zimg"   8 offset 4   12 bytes 4 of what is packed; or 56 "ARM\x64"
 *	       somewhere "Linux version " and the banner
 */
#include "kernel.h"

#include <string.h>

#include "base/limits.h"
#include "base/rd.h"
#include "elf_layout.h"
#include "stream.h"

enum {
	SETUP = 0x200,
	HEAD = 0x268,
	BANNER_MAX = 256,
	WINDOW = 256 << 10,
	MODINFO_MAX = 256 << 10, /* bytes of .modinfo: the largest have 60 KiB of aliases */
	FIELDS_MAX = 16 << 10,
};

static const str banner = S_INIT("Linux version ");

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The line at the front, if it begins as a release does: a format of printk() does not. */
static str line_of(str s)
{
	ptrdiff_t n = 0;

	while (n < s.len && n < BANNER_MAX && s.p[n] != '\n' && s.p[n] != 0)
		n++;
	return s.len && is_digit(s.p[0]) ? str_trim(str_head(s, n)) : S("");
}

str kernel_release(str text)
{
	return str_word(&text);
}

/* --- x86 ----------------------------------------------------------------------------------------
 */

static int read_x86(struct op *op, const struct at *a, str head, str *ret, const char **ret_arch)
{
	struct rd r = { .in = str_from(head, 0x1f1) };
	char room[BANNER_MAX + 1];
	uint32_t sectors = rd_u8(&r);

	r = (struct rd){ .in = str_from(head, 0x206) };
	uint32_t protocol = rd_u16(&r);
	r = (struct rd){ .in = str_from(head, 0x20e) };
	uint64_t at = rd_u16(&r);
	r = (struct rd){ .in = str_from(head, 0x236) };
	uint32_t flags = rd_u16(&r);
	if (protocol < 0x200 || at == 0 || at >= (sectors ? sectors : 4) * SETUP)
		return 1;
	struct at part = at_part(a, at + SETUP, BANNER_MAX);
	int rc = at_read(op, &part, 0, room, (size_t)part.size);
	if (rc < 0)
		return rc;
	str line = line_of((str){ room, (ptrdiff_t)part.size });
	if (line.len == 0)
		return 1;
	*ret_arch = protocol >= 0x20c && (flags & 1) ? "x86_64" : "i386";
	return op_copy(op, line, ret);
}

/* --- others -------------------------------------------------------------------------------------
 */

/* Bytes in windows that overlap, out of a file or out of what it unpacks to. */
struct source {
	const struct at *a;
	struct stream *stream; /* or NULL */
	uint64_t offset;
};

static int fill(struct op *op, struct source *s, char *to, size_t n, size_t *ret)
{
	if (s->stream)
		return stream_read(op, s->stream, to, n, ret);
	uint64_t left = s->a->size - s->offset;
	*ret = left < n ? (size_t)left : n;
	int rc = at_read(op, s->a, s->offset, to, *ret);
	s->offset += *ret;
	return rc;
}

static str search(str in)
{
	for (;;) {
		ptrdiff_t at = str_find_str(in, banner);
		if (at < 0)
			return S("");
		in = str_from(in, at + banner.len);
		str line = line_of(in);
		if (line.len)
			return line;
	}
}

/* 1: there is no banner. */
static int look_for_banner(struct op *op, struct source *s, str *ret)
{
	const size_t keep = BANNER_MAX + 32;
	char *window = op_new(op, char, WINDOW);
	size_t have = 0;

	if (!window)
		return op->code;
	for (;;) {
		size_t got;
		int rc = fill(op, s, window + have, WINDOW - have, &got);
		if (rc < 0)
			return rc;
		have += got;
		str line = search((str){ window, (ptrdiff_t)have });
		if (line.len && (got == 0 || window + have - line.p > BANNER_MAX))
			return op_copy(op, line, ret);
		if (got == 0)
			return 1;
		if (have > keep && have == WINDOW) {
			memmove(window, window + have - keep, keep);
			have = keep;
		}
	}
}

static int read_packed(struct op *op, const struct at *a, str *ret)
{
	AUTO_STREAM *stream = NULL;
	str packed;
	int rc = at_all(op, a, LIMIT_KERNEL, &packed);

	if (rc < 0 ||
	    (rc = stream_open_bytes(op, packed, a->what, LIMIT_KERNEL_UNPACKED, &stream)) < 0)
		return rc;
	return look_for_banner(op, &(struct source){ a, stream, 0 }, ret);
}

static int read_other(struct op *op, const struct at *a, str head, str *ret)
{
	if (stream_sniff(head) != STREAM_PLAIN)
		return read_packed(op, a, ret);
	if (str_starts(str_from(head, 4), S("zimg"))) {
		struct rd r = { .in = str_from(head, 8) };
		uint32_t offset = rd_u32(&r), n = rd_u32(&r);
		struct at part = at_part(a, offset, n);
		return read_packed(op, &part, ret);
	}
	return look_for_banner(op, &(struct source){ a, NULL, 0 }, ret);
}

int kernel_image(struct op *op, const struct at *a, str *ret, const char **ret_arch)
{
	char room[HEAD] = { 0 };
	size_t n = a->size < HEAD ? (size_t)a->size : HEAD;
	int rc = at_read(op, a, 0, room, n);
	str head = { room, HEAD };

	if (rc < 0)
		return rc;
	*ret_arch = "";
	if (memcmp(room + 0x202, "HdrS", 4) == 0 && memcmp(room + 0x1fe, "\x55\xaa", 2) == 0)
		return read_x86(op, a, head, ret, ret_arch);
	bool arm = memcmp(room + 56, "ARM\x64", 4) == 0;
	if (arm)
		*ret_arch = "aarch64";
	if (!arm && !str_starts(head, S("\177ELF")) && memcmp(room + 4, "zimg", 4) != 0 &&
	    stream_sniff(str_head(head, (ptrdiff_t)n)) == STREAM_PLAIN)
		return 1;
	return read_other(op, a, head, ret);
}

/* --- modules ------------------------------------------------------------------------------------
 */

int kernel_module(struct op *op, const struct at *a, struct pairs *ret)
{
	struct elf_layout e;
	struct pairs fields = { 0 };
	str text;
	int rc = elf_layout_read(op, a, &e);

	if (rc != 0 || (rc = elf_sections(op, a, &e)) < 0 ||
	    (rc = elf_section_bytes(op, a, &e, S(".modinfo"), MODINFO_MAX, &text)) != 0)
		return rc;
	ptrdiff_t n = 1;
	for (ptrdiff_t i = 0; i < text.len; i++)
		n += text.p[i] == 0;
	if (n > FIELDS_MAX)
		return op_fail(op, ERR_LIMIT, "%.*s: more than %d fields", STR_ARG(a->what),
			       FIELDS_MAX);
	if (!(fields.p = op_new(op, struct pair, n)))
		return op->code;
	while (text.len) {
		str value = str_cut(&text, 0), key = str_cut(&value, '=');
		if (key.len)
			fields.p[fields.n++] = (struct pair){ key, value };
	}
	*ret = fields;
	return 0;
}
