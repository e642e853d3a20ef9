#include "contents_record.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/num.h"

/* The texts that come one a line, in this order. */
static const size_t texts_at[] = {
	offsetof(struct contents, name),           offsetof(struct contents, version),
	offsetof(struct contents, arch),           offsetof(struct contents, source),
	offsetof(struct contents, source_version), offsetof(struct contents, control),
	offsetof(struct contents, md5sums),        offsetof(struct contents, triggers),
	offsetof(struct contents, licence),        offsetof(struct contents, copyright_sha256),
};
#define INFO_RULES "info-2"

enum { TEXTS = sizeof(texts_at) / sizeof(texts_at[0]) };

static str *text_at(struct contents *c, size_t i)
{
	return (str *)(void *)((char *)c + texts_at[i]);
}

static bool plain(char c)
{
	return (unsigned char)c > 0x20 && c != 0x7f && c != '%';
}

/* A blank and s as one word. */
static void put(struct buf *b, str s)
{
	buf_char(b, ' ');
	if (!s.len || str_eq(s, S("-"))) {
		buf_add(b, s.len ? S("%2d") : S("-"));
		return;
	}
	while (s.len) {
		ptrdiff_t n = 0;
		while (n < s.len && plain(s.p[n]))
			n++;
		buf_add(b, str_head(s, n));
		s = str_from(s, n);
		if (s.len)
			buf_fmt(b, "%%%02x", (unsigned char)s.p[0]);
		s = str_from(s, 1);
	}
}

static void put_elf(struct buf *b, const struct elf *elf)
{
	buf_fmt(b, " %u %u %u %u %u", elf->type, elf->machine, elf->bits, elf->big, elf->dynamic);
	put(b, elf->interpreter);
	put(b, elf->soname);
	put(b, elf->rpath);
	put(b, elf->runpath);
	buf_fmt(b, " %td", elf->needed_n);
	for (ptrdiff_t i = 0; i < elf->needed_n; i++)
		put(b, elf->needed[i]);
}

static void put_entry(struct buf *b, const struct entry *e)
{
	char hex[DIGEST_HEX];
	bool file = e->type == ENTRY_FILE || e->type == ENTRY_HARDLINK;

	buf_fmt(b, "%c%u %o %u %u", 'a' + (int)e->type,
		(unsigned)e->conffile + 2 * (unsigned)e->private_key, e->mode, e->uid, e->gid);
	buf_fmt(b, " %llu %s%llu", (unsigned long long)e->size, e->mtime < 0 ? "n" : "",
		(unsigned long long)(e->mtime < 0 ? -(uint64_t)e->mtime : (uint64_t)e->mtime));
	put(b, e->path);
	put(b, e->link);
	if (file) {
		buf_fmt(b, " %s", digest_hex(&e->sha256, hex));
		buf_fmt(b, "%s", hex_text(e->sha1, sizeof(e->sha1), hex));
		put(b, e->script);
		if (e->elf)
			put_elf(b, e->elf);
	}
	buf_char(b, '\n');
}

static void put_texts(struct buf *b, const struct texts *t)
{
	buf_fmt(b, "%td", t->n);
	for (ptrdiff_t i = 0; i < t->n; i++)
		put(b, t->p[i]);
	buf_char(b, '\n');
}

static void put_files(struct buf *b, const struct contents_file *file, ptrdiff_t n)
{
	buf_fmt(b, "%td", n);
	for (ptrdiff_t i = 0; i < n; i++) {
		put(b, file[i].path);
		put(b, file[i].bytes);
	}
}

/* The first line, which says of what and by which rules the rest is. */
static int seal(struct op *op, const char *rules, const struct digest *of, struct buf *body,
		str *ret)
{
	char deb[DIGEST_TEXT], hex[DIGEST_HEX];
	struct digest digest = digest_of(buf_view(body));
	struct buf all;
	str text;

	buf_init(&all, op, CONTENTS_RECORD_MAX);
	buf_fmt(&all, "%s %s %s\n", rules, digest_text(of, deb), digest_hex(&digest, hex));
	buf_add(&all, buf_view(body));
	int rc = buf_take(body, &text);
	return rc < 0 ? rc : buf_take(&all, ret);
}

int contents_write(struct op *op, const struct contents *c, str *ret)
{
	struct buf b;
	struct contents copy = *c;

	buf_init(&b, op, CONTENTS_RECORD_MAX);
	for (size_t i = 0; i < TEXTS; i++)
		put(&b, *text_at(&copy, i));
	for (int i = 0; i < SCRIPT_KINDS; i++)
		put(&b, c->script[i].text);
	buf_fmt(&b, " %llu\n", (unsigned long long)(c->built < 0 ? 0 : c->built));
	put_texts(&b, &c->conffiles);
	put_texts(&b, &c->cves);
	put_files(&b, c->file, c->file_n);
	buf_fmt(&b, "\n%td\n", c->n);
	for (ptrdiff_t i = 0; i < c->n; i++)
		put_entry(&b, &c->entry[i]);
	return seal(op, CONTENTS_RULES, &c->deb, &b, ret);
}

int contents_info_write(struct op *op, const struct digest *deb, const struct contents_info *info,
			str *ret)
{
	struct buf b;

	buf_init(&b, op, CONTENTS_RECORD_MAX);
	put_files(&b, info->file, info->file_n);
	buf_char(&b, '\n');
	put(&b, info->list);
	buf_char(&b, '\n');
	put_texts(&b, &info->conffile_md5);
	return seal(op, INFO_RULES, deb, &b, ret);
}

/* Reading: words off the front of a line; whatever is not as it was written makes it bad. */
struct reader {
	struct op *op;
	str rest, line;
	bool bad;
	int rc;
};

static int nibble(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void next_line(struct reader *r)
{
	r->bad |= r->rest.len == 0;
	r->line = str_cut(&r->rest, '\n');
}

static str word(struct reader *r)
{
	r->bad |= r->line.p == NULL;
	return str_cut(&r->line, ' ');
}

static uint64_t number(struct reader *r, uint64_t max)
{
	uint64_t v = 0;

	r->bad |= !num_parse(word(r), max, &v);
	return v;
}

static str text(struct reader *r)
{
	str in = word(r);

	if (str_eq(in, S("-")))
		return S("");
	if (str_find(in, '%') < 0)
		return in;
	char *out = op_new(r->op, char, in.len + 1);
	ptrdiff_t n = 0;
	if (!out) {
		r->rc = ERR_MEMORY;
		return S("");
	}
	for (ptrdiff_t i = 0; i < in.len; i++) {
		if (in.p[i] != '%') {
			out[n++] = in.p[i];
			continue;
		}
		bool whole = in.len - i > 2;
		int high = whole ? nibble(in.p[i + 1]) : -1, low = whole ? nibble(in.p[i + 2]) : -1;
		r->bad |= high < 0 || low < 0;
		out[n++] = (char)(high * 16 + low);
		i += 2;
	}
	return (str){ out, n };
}

static struct texts text_list(struct reader *r, bool pairs)
{
	uint64_t n = number(r, (uint64_t)r->line.len);
	struct texts t = { op_new(r->op, str, n * (pairs ? 2 : 1)), (ptrdiff_t)n };

	if (!t.p)
		r->rc = ERR_MEMORY;
	for (ptrdiff_t i = 0; t.p && i < t.n * (pairs ? 2 : 1); i++)
		t.p[i] = text(r);
	return t;
}

static struct elf *read_elf(struct reader *r)
{
	struct elf *elf = op_new(r->op, struct elf, 1);

	if (!elf) {
		r->rc = ERR_MEMORY;
		return NULL;
	}
	elf->type = (uint16_t)number(r, UINT16_MAX);
	elf->machine = (uint16_t)number(r, UINT16_MAX);
	elf->bits = (uint8_t)number(r, UINT8_MAX);
	elf->big = number(r, 1) != 0;
	elf->dynamic = number(r, 1) != 0;
	elf->interpreter = text(r);
	elf->soname = text(r);
	elf->rpath = text(r);
	elf->runpath = text(r);
	struct texts needed = text_list(r, false);
	elf->needed = needed.p;
	elf->needed_n = needed.n;
	return elf;
}

/* Hex digits into n bytes. */
static void hex_bytes(struct reader *r, str hex, uint8_t *to, ptrdiff_t n)
{
	r->bad |= hex.len != 2 * n;
	for (ptrdiff_t i = 0; !r->bad && i < n; i++) {
		int high = nibble(hex.p[2 * i]), low = nibble(hex.p[2 * i + 1]);
		r->bad |= high < 0 || low < 0;
		to[i] = (uint8_t)(high * 16 + low);
	}
}

static int64_t signed_number(struct reader *r)
{
	str s = word(r);
	uint64_t v = 0;
	bool minus = str_starts(s, S("n"));

	r->bad |= !num_parse(minus ? str_from(s, 1) : s, INT64_MAX, &v);
	return minus ? -(int64_t)v : (int64_t)v;
}

static void read_entry(struct reader *r, struct entry *e)
{
	uint64_t mode = 0;

	next_line(r);
	str kind = word(r), octal;
	r->bad |= kind.len != 2;
	if (r->bad)
		return;
	e->type = (enum entry_type)(kind.p[0] - 'a');
	e->conffile = ((kind.p[1] - '0') & 1) != 0;
	e->private_key = ((kind.p[1] - '0') & 2) != 0;
	for (octal = word(r); octal.len && octal.p[0] >= '0' && octal.p[0] <= '7';
	     octal = str_from(octal, 1))
		mode = mode * 8 + (uint64_t)(octal.p[0] - '0');
	e->mode = (uint32_t)mode & 07777;
	e->uid = (uint32_t)number(r, UINT32_MAX);
	e->gid = (uint32_t)number(r, UINT32_MAX);
	e->size = number(r, UINT64_MAX);
	e->mtime = signed_number(r);
	e->path = text(r);
	e->link = text(r);
	if (e->type != ENTRY_FILE && e->type != ENTRY_HARDLINK)
		return;
	str hex = word(r);
	r->bad |= hex.len != 104;
	hex_bytes(r, str_head(hex, 64), e->sha256.b, 32);
	hex_bytes(r, str_from(hex, 64), e->sha1, 20);
	e->script = text(r);
	if (e->script.len == 0)
		e->script = (str){ NULL, 0 }; /* no script at all */
	if (r->line.p)
		e->elf = read_elf(r);
}

static ptrdiff_t read_files(struct reader *r, struct contents_file **ret)
{
	struct texts files = text_list(r, true);
	struct contents_file *file = op_new(r->op, struct contents_file, files.n);

	*ret = file;
	if (!file || !files.p) {
		r->rc = ERR_MEMORY;
		return 0;
	}
	for (ptrdiff_t i = 0; i < files.n; i++)
		file[i] = (struct contents_file){ files.p[2 * i], files.p[2 * i + 1] };
	return files.n;
}

static void read_head(struct reader *r, struct contents *c)
{
	next_line(r);
	(void)word(r); /* each word has its blank in front */
	for (size_t i = 0; i < TEXTS; i++)
		*text_at(c, i) = text(r);
	for (int i = 0; i < SCRIPT_KINDS; i++) {
		c->script[i].text = text(r);
		c->script[i].sha256 = digest_of(c->script[i].text);
	}
	c->built = (int64_t)number(r, INT64_MAX);
	next_line(r);
	c->conffiles = text_list(r, false);
	next_line(r);
	c->cves = text_list(r, false);
	next_line(r);
	c->file_n = read_files(r, &c->file);
}

/* "contents-1 sha256:DEB DIGEST" and the rest has that digest. */
static bool head_is(str *rest, const char *wanted, const struct digest *deb)
{
	str line = str_cut(rest, '\n'), rules = str_cut(&line, ' ');
	struct digest of, body, got = digest_of(*rest);

	return str_eq(rules, str_of(wanted)) && digest_parse(str_cut(&line, ' '), &of) &&
	       digest_eq(&of, deb) && digest_parse(line, &body) && digest_eq(&body, &got);
}

int contents_parse(struct op *op, str record, const struct digest *deb, struct contents *ret)
{
	struct reader r = { .op = op, .rest = record };
	struct contents c = { .deb = *deb };

	if (!head_is(&r.rest, CONTENTS_RULES, deb))
		return 1;
	read_head(&r, &c);
	next_line(&r);
	uint64_t n = number(&r, LIMIT_ENTRIES);
	if (r.rc < 0)
		return r.rc;
	if (r.bad || n > (uint64_t)r.rest.len)
		return 1;
	c.n = (ptrdiff_t)n;
	c.entry = op_new(op, struct entry, c.n);
	if (!c.entry)
		return ERR_MEMORY;
	for (ptrdiff_t i = 0; i < c.n && !r.bad && r.rc >= 0; i++)
		read_entry(&r, &c.entry[i]);
	if (r.rc < 0)
		return r.rc;
	if (r.bad || r.rest.len)
		return 1;
	*ret = c;
	return 0;
}

int contents_info_parse(struct op *op, str record, const struct digest *deb,
			struct contents_info *ret)
{
	struct reader r = { .op = op, .rest = record };
	struct contents_info info = { 0 };

	if (!head_is(&r.rest, INFO_RULES, deb))
		return 1;
	next_line(&r);
	info.file_n = read_files(&r, &info.file);
	next_line(&r);
	(void)word(&r); /* each word has its blank in front */
	info.list = text(&r);
	next_line(&r);
	info.conffile_md5 = text_list(&r, false);
	if (r.rc < 0)
		return r.rc;
	if (r.bad || r.rest.len)
		return 1;
	*ret = info;
	return 0;
}
