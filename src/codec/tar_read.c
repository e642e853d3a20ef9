/*
 * 1. window[from .. to) is what was read from the stream and not yet used.
 * 2. left is what is not yet read of the current entry's content, pad the zeros behind it; both are
 *    0 while a header is read.
 * 3. local holds what the extension headers ('x', 'L', 'K') before the next entry said, its texts
 *    being in pax, long_path and long_link; global what 'g' headers said: numbers only.
 * 4. step bytes are read next: few after content was passed over, since another header and content
 *    to pass over is what comes, and twice as many each time that all of the window was of use.
 * 5. All memory is taken by tar_open(), so that a caller may reset its op after each entry.
 */
#include <string.h>

#include "base/limits.h"
#include "base/num.h"

#include "base64.h"
#include "tar.h"
#include "tar_block.h"

enum {
	TAR_WINDOW = 256 << 10, /* ISA-L gains from large pieces */
	TAR_STEP = 4 << 10,     /* invariant 4 */
	TAR_CAPABILITY = 32,    /* bytes of the longest security.capability, and some */
};

/* No file system gives an owner that id: it means "leave as it is" to chown(2). */
#define TAR_ID_MAX (UINT64_C(0xffffffff) - 1)
/* 4 GiB under the largest offset, so that padding and sums cannot overflow. */
#define TAR_SIZE_MAX ((UINT64_C(1) << 63) - (UINT64_C(1) << 32))
#define TAR_MTIME_MAX (UINT64_C(1) << 40)

struct tar_said {
	str path, link; /* p == NULL: not said */
	str sparse_path;
	uint64_t size, uid, gid, mtime, sparse_size;
	bool has_size, has_uid, has_gid, has_mtime, has_xattrs;
	str capability, capability64; /* as bytes, and in base64 */
	bool pax;                     /* an 'x' header was there */
	bool sparse, takes_sparse;
};

struct tar {
	struct stream *in;
	str what;
	bool strict;
	bool ended;
	char *window; /* [TAR_WINDOW] */
	size_t from, to;
	size_t step;
	uint64_t left;
	size_t pad;
	uint64_t entries;
	struct tar_said local, global;
	char *pax; /* [LIMIT_TAR_HEADER] */
	char long_path[LIMIT_PATH + 1], long_link[LIMIT_PATH + 1];
	char path[LIMIT_PATH], link[LIMIT_PATH];
	uint8_t capability[TAR_CAPABILITY];
};

bool tar_is(str head)
{
	return head.len >= TAR_HEAD && memcmp(head.p + TAR_MAGIC, "ustar", 5) == 0;
}

int tar_open(struct op *op, struct stream *in, str what, bool strict, struct tar **ret)
{
	struct tar *t = op_new(op, struct tar, 1);
	char *window = op_new(op, char, TAR_WINDOW);
	char *pax = op_new(op, char, LIMIT_TAR_HEADER);

	if (!t || !window || !pax)
		return op->code;
	t->window = window;
	t->pax = pax;
	t->strict = strict;
	tar_reopen(t, in, what);
	*ret = t;
	return 0;
}

void tar_reopen(struct tar *t, struct stream *in, str what)
{
	*t = (struct tar){ .in = in,
			   .what = what,
			   .strict = t->strict,
			   .window = t->window,
			   .pax = t->pax,
			   .step = TAR_WINDOW };
}

static int truncated(struct op *op, const struct tar *t)
{
	return op_fail(op, ERR_FORMAT, "%.*s: the tar archive is truncated", STR_ARG(t->what));
}

/* More into an empty window; *ret_n is 0 at the end of the stream. */
static int refill(struct op *op, struct tar *t, size_t *ret_n)
{
	int rc = stream_read(op, t->in, t->window, t->step, ret_n);

	if (rc < 0)
		return rc;
	t->step = t->step < TAR_WINDOW / 2 ? t->step * 2 : TAR_WINDOW;
	t->from = 0;
	t->to = *ret_n;
	return 0;
}

/* n bytes off the window and the stream behind it, as many as can be passed over. */
static uint64_t pass(struct tar *t, uint64_t n)
{
	size_t have = t->to - t->from;

	if (n <= have)
		return 0;
	uint64_t far = stream_skip(t->in, n - have);
	if (far == 0)
		return 0;
	t->from = t->to;
	t->step = TAR_STEP;
	return have + far;
}

/* Exactly n bytes of the archive; to == NULL drops them. */
static int take(struct op *op, struct tar *t, char *to, uint64_t n)
{
	if (!to)
		n -= pass(t, n);
	while (n > 0) {
		size_t have = t->to - t->from;
		if (have == 0) {
			int rc = refill(op, t, &have);
			if (rc < 0)
				return rc;
			if (have == 0)
				return truncated(op, t);
		}
		have = n < have ? (size_t)n : have;
		if (to) {
			memcpy(to, t->window + t->from, have);
			to += have;
		}
		t->from += have;
		n -= have;
	}
	return 0;
}

/* Octal digits between blanks, or base 256 when the first bit is set. Negative ones are refused. */
static bool number_field(const char *h, int at, int len, uint64_t max, uint64_t *ret)
{
	str s = { h + at, len };
	uint64_t v = 0;

	if ((uint8_t)s.p[0] & 0x80) {
		for (int i = 0; i < len; i++) {
			if (v > UINT64_MAX >> 8)
				return false;
			v = v << 8 | ((uint8_t)s.p[i] & (i == 0 ? 0x7f : 0xff));
		}
		*ret = v;
		return v <= max && !((uint8_t)s.p[0] & 0x40);
	}
	ptrdiff_t nul = str_find(s, '\0');
	s = str_trim(nul < 0 ? s : str_head(s, nul));
	for (ptrdiff_t i = 0; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '7' || v > UINT64_MAX >> 3)
			return false;
		v = v << 3 | (uint64_t)(s.p[i] - '0');
	}
	*ret = v;
	return v <= max;
}

static str text_field(const char *h, int at, int len)
{
	str s = { h + at, len };
	ptrdiff_t nul = str_find(s, '\0');

	return nul < 0 ? s : str_head(s, nul);
}

static bool checksum_ok(const char *h)
{
	unsigned sum = 8 * ' ';
	uint64_t said;

	for (int i = 0; i < TAR_BLOCK; i++)
		sum += (uint8_t)h[i];
	for (int i = TAR_SUM; i < TAR_SUM + 8; i++) /* which count as blanks */
		sum -= (uint8_t)h[i];
	return number_field(h, TAR_SUM, 8, UINT32_MAX, &said) && said == sum;
}

static bool all_zero(const char *p, size_t n)
{
	return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

/* Does the stream end here? 1: it does. */
static int at_end(struct op *op, struct tar *t)
{
	size_t have = t->to - t->from;
	int rc = have ? 0 : refill(op, t, &have);

	return rc < 0 ? rc : have == 0;
}

/* After the first block of zeros: another one (unless archives may end early), and nothing but
 * zeros to the end of the stream. */
static int read_end(struct op *op, struct tar *t)
{
	char h[TAR_BLOCK] = { 0 }; /* not SCRATCH: it may stay as it is */
	size_t n;
	int rc = t->strict ? 0 : at_end(op, t);

	if (rc == 0)
		rc = take(op, t, h, TAR_BLOCK);
	if (rc < 0)
		return rc;
	bool zero = all_zero(h, TAR_BLOCK);
	do {
		zero = zero && all_zero(t->window + t->from, t->to - t->from);
		if (!zero)
			return op_fail(op, ERR_FORMAT,
				       "%.*s: bytes after the end of the tar archive",
				       STR_ARG(t->what));
		if ((rc = refill(op, t, &n)) < 0)
			return rc;
	} while (n > 0);
	t->ended = true;
	return 0;
}

/* "1700000000.25": whole seconds; the fraction must be digits. */
static bool pax_seconds(str s, uint64_t *ret)
{
	str whole = str_cut(&s, '.');

	for (ptrdiff_t i = 0; s.p && i < s.len; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return num_parse(whole, TAR_MTIME_MAX, ret);
}

static bool is_xattr(str key)
{
	static const str prefixes[] = { S_INIT("SCHILY.xattr."), S_INIT("SCHILY.acl."),
					S_INIT("LIBARCHIVE.xattr."), S_INIT("RHT.security.") };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (str_starts(key, prefixes[i]))
			return true;
	return false;
}

static void note_xattr(struct tar_said *said, str key, str value)
{
	said->has_xattrs = true;
	if (str_eq(key, S("SCHILY.xattr.security.capability")))
		said->capability = value;
	if (str_eq(key, S("LIBARCHIVE.xattr.security.capability")))
		said->capability64 = value;
}

/* GNU's sparse files, forms 0.0 to 1.0: what they are called and how large they are; the map itself
 * is the content's. Source: GNU tar manual, "Storing Sparse Files". */
static bool sparse_value(struct tar_said *said, str key, str value)
{
	said->sparse = true;
	if (str_eq(key, S("GNU.sparse.name")))
		said->sparse_path = value;
	if (str_eq(key, S("GNU.sparse.realsize")) || str_eq(key, S("GNU.sparse.size")))
		return num_parse(value, TAR_SIZE_MAX, &said->sparse_size);
	return !memchr(value.p, '\0', (size_t)value.len);
}

/* One "key=value" into said; false if it has no such form. */
static bool pax_value(struct tar_said *said, str key, str value)
{
	bool has = value.len > 0; /* an empty value takes an earlier one back */

	if (str_eq(key, S("path")))
		return has && !memchr(value.p, '\0', (size_t)value.len) &&
		       (said->path = value, true);
	if (str_eq(key, S("linkpath")))
		return has && !memchr(value.p, '\0', (size_t)value.len) &&
		       (said->link = value, true);
	if (str_eq(key, S("size")))
		return num_parse(value, TAR_SIZE_MAX, &said->size) && (said->has_size = true);
	if (str_eq(key, S("uid")))
		return (said->has_uid = has) == false || num_parse(value, TAR_ID_MAX, &said->uid);
	if (str_eq(key, S("gid")))
		return (said->has_gid = has) == false || num_parse(value, TAR_ID_MAX, &said->gid);
	if (str_eq(key, S("mtime")))
		return (said->has_mtime = has) == false || pax_seconds(value, &said->mtime);
	if (is_xattr(key))
		note_xattr(said, key, value);
	return !str_starts(key, S("GNU.sparse.")) ||
	       (said->takes_sparse && sparse_value(said, key, value));
}

/* "LENGTH KEY=VALUE\n" after each other, LENGTH counting itself. */
static int parse_pax(struct op *op, const struct tar *t, str in, struct tar_said *said)
{
	while (in.len > 0) {
		str at = in;
		uint64_t len;
		ptrdiff_t blank = str_find(str_head(in, 8), ' ');
		if (blank < 1 || !num_parse(str_head(in, blank), (uint64_t)in.len, &len) ||
		    len < (uint64_t)blank + 4 || in.p[len - 1] != '\n')
			return op_fail(op, ERR_FORMAT, "%.*s: malformed PAX record '%.*s'",
				       STR_ARG(t->what), STR_ARG(str_head(at, 32)));
		str record = { in.p + blank + 1, (ptrdiff_t)len - blank - 2 };
		in = str_from(in, (ptrdiff_t)len);
		str value = record, key = str_cut(&value, '=');
		if (!value.p || key.len == 0 || !pax_value(said, key, value))
			return op_fail(op, ERR_FORMAT,
				       "%.*s: PAX record '%.*s' is malformed or not supported",
				       STR_ARG(t->what), STR_ARG(str_head(record, 80)));
	}
	return 0;
}

/* The content of an extension header, into a place of max bytes. */
static int read_extension(struct op *op, struct tar *t, uint64_t size, char *to, uint64_t max,
			  str *ret)
{
	if (size > max)
		return op_fail(op, ERR_LIMIT, "%.*s: a tar extension header of %llu bytes",
			       STR_ARG(t->what), (unsigned long long)size);
	int rc = take(op, t, to, size);
	if (rc == 0)
		rc = take(op, t, NULL, tar_padding(size));
	*ret = (str){ to, (ptrdiff_t)size };
	return rc;
}

static int read_pax(struct op *op, struct tar *t, uint64_t size)
{
	str records;
	int rc = t->local.pax ? op_fail(op, ERR_FORMAT, "%.*s: two PAX headers for one entry",
					STR_ARG(t->what))
			      : read_extension(op, t, size, t->pax, LIMIT_TAR_HEADER, &records);

	if (rc < 0)
		return rc;
	struct tar_said said = { .pax = true, .takes_sparse = !t->strict };
	if ((rc = parse_pax(op, t, records, &said)) < 0)
		return rc;
	if ((said.path.p && t->local.path.p) || (said.link.p && t->local.link.p))
		return op_fail(op, ERR_FORMAT, "%.*s: an entry is named twice", STR_ARG(t->what));
	said.path = said.path.p ? said.path : t->local.path;
	said.link = said.link.p ? said.link : t->local.link;
	t->local = said;
	return 0;
}

/* What holds for all entries that follow can be owners and times, but no name and no size. */
static int read_global(struct op *op, struct tar *t, uint64_t size)
{
	struct tar_said said = t->global;
	str records;
	int rc = t->local.pax ? op_fail(op, ERR_FORMAT, "%.*s: a PAX header is nobody's",
					STR_ARG(t->what))
			      : read_extension(op, t, size, t->pax, LIMIT_TAR_HEADER, &records);

	if (rc < 0 || (rc = parse_pax(op, t, records, &said)) < 0)
		return rc;
	if (said.path.p || said.link.p || said.has_size)
		return op_fail(op, ERR_FORMAT, "%.*s: a global PAX header gives a name or size",
			       STR_ARG(t->what));
	said.capability = said.capability64 = S(""); /* a file's own */
	t->global = said;
	return 0;
}

/* GNU 'L' (the path) and 'K' (the link): a text and a NUL. */
static int read_long(struct op *op, struct tar *t, uint64_t size, char *to, str *said)
{
	str text;

	if (said->p)
		return op_fail(op, ERR_FORMAT, "%.*s: an entry is named twice", STR_ARG(t->what));
	int rc = read_extension(op, t, size, to, LIMIT_PATH + 1, &text);
	if (rc < 0)
		return rc;
	if (text.len && text.p[text.len - 1] == '\0')
		text.len--;
	if (text.len == 0 || memchr(text.p, '\0', (size_t)text.len))
		return op_fail(op, ERR_FORMAT, "%.*s: a long name is empty or holds a NUL",
			       STR_ARG(t->what));
	*said = text;
	return 0;
}

/* The header's own size, for extension headers and for entries without a PAX size. */
static int header_size(struct op *op, const struct tar *t, const char *h, uint64_t *ret)
{
	if (number_field(h, TAR_SIZE, 12, TAR_SIZE_MAX, ret))
		return 0;
	return op_fail(op, ERR_FORMAT, "%.*s: size out of range in the header of '%.*s'",
		       STR_ARG(t->what), STR_ARG(text_field(h, TAR_NAME, TAR_NAME_MAX)));
}

/* An extension header: 1 if it was one and is read. */
static int read_special(struct op *op, struct tar *t, const char *h)
{
	uint64_t size;
	int rc;

	if (!h[TAR_TYPE] || !strchr("xXgLK", h[TAR_TYPE]))
		return 0;
	if ((rc = header_size(op, t, h, &size)) < 0)
		return rc;
	switch (h[TAR_TYPE]) {
	case 'g':
		rc = read_global(op, t, size);
		break;
	case 'L':
		rc = read_long(op, t, size, t->long_path, &t->local.path);
		break;
	case 'K':
		rc = read_long(op, t, size, t->long_link, &t->local.link);
		break;
	default:
		rc = read_pax(op, t, size);
	}
	return rc < 0 ? rc : 1;
}

/* The path as the archive has it: PAX or GNU long name, else prefix and name. */
static str raw_path(const struct tar *t, const char *h,
		    char joined[TAR_PREFIX_MAX + 1 + TAR_NAME_MAX])
{
	str name = text_field(h, TAR_NAME, TAR_NAME_MAX);
	str prefix = text_field(h, TAR_PREFIX, TAR_PREFIX_MAX);

	if (t->local.sparse_path.p)
		return t->local.sparse_path;
	if (t->local.path.p)
		return t->local.path;
	if (memcmp(h + TAR_MAGIC, "ustar", 6) != 0 || prefix.len == 0)
		return name;
	memcpy(joined, prefix.p, (size_t)prefix.len);
	joined[prefix.len] = '/';
	memcpy(joined + prefix.len + 1, name.p, (size_t)name.len);
	return (str){ joined, prefix.len + 1 + name.len };
}

static char other_of(char flag)
{
	return flag == '3' ? 'c' : flag == '4' ? 'b' : flag == '6' ? 'p' : '?';
}

/* False for what is refused in any archive. */
static bool type_of(char flag, str raw, enum tar_type *ret)
{
	switch (flag) {
	case 'S':
	case '\0':
	case '0':
	case '7':
		*ret = str_ends(raw, S("/")) ? TAR_DIRECTORY
					     : TAR_FILE; /* as the first tars told them */
		return true;
	case '1':
		*ret = TAR_HARDLINK;
		return true;
	case '2':
		*ret = TAR_SYMLINK;
		return true;
	case '5':
		*ret = TAR_DIRECTORY;
		return true;
	default:
		*ret = TAR_OTHER;
		return flag != 'M';
	}
}

static int read_names(struct op *op, struct tar *t, const char *h, struct tar_entry *e)
{
	SCRATCH char joined[TAR_PREFIX_MAX + 1 + TAR_NAME_MAX];
	str raw = raw_path(t, h, joined), link = text_field(h, TAR_LINK, TAR_NAME_MAX);

	if (t->local.link.p)
		link = t->local.link;
	if (raw.len == 0 || !tar_clean(raw, t->path, &e->path))
		return op_fail(op, ERR_FORMAT, "%.*s: bad path '%.*s'", STR_ARG(t->what),
			       STR_ARG(str_head(raw, 256)));
	if (!type_of(h[TAR_TYPE], raw, &e->type) || (h[TAR_TYPE] == 'S' && t->strict))
		return op_fail(op, ERR_FORMAT, "%.*s: '%.*s' is a sparse or divided file",
			       STR_ARG(t->what), STR_ARG(e->path));
	if (e->type == TAR_OTHER && t->strict)
		return op_fail(op, ERR_FORMAT,
			       "%.*s: '%.*s' is a device, FIFO or of another kind (type '%c')",
			       STR_ARG(t->what), STR_ARG(e->path), h[TAR_TYPE]);
	if (e->path.len == 0 && e->type != TAR_DIRECTORY)
		return op_fail(op, ERR_FORMAT, "%.*s: the root is no directory", STR_ARG(t->what));
	if (e->type != TAR_HARDLINK && e->type != TAR_SYMLINK)
		return 0;
	if (link.len == 0 || link.len >= LIMIT_PATH ||
	    (e->type == TAR_HARDLINK && (!tar_clean(link, t->link, &link) || link.len == 0)))
		return op_fail(op, ERR_FORMAT, "%.*s: bad link target '%.*s' of '%.*s'",
			       STR_ARG(t->what), STR_ARG(str_head(link, 256)), STR_ARG(e->path));
	if (e->type == TAR_SYMLINK) {
		memcpy(t->link, link.p, (size_t)link.len);
		link.p = t->link;
	}
	e->link = link;
	return 0;
}

static uint64_t said_or(bool local, uint64_t l, bool global, uint64_t g, uint64_t header)
{
	if (local)
		return l;
	return global ? g : header;
}

/* One that is not base64 stays as it is: no reader of capabilities will take it for any. */
static str capability_of(struct tar *t)
{
	const struct tar_said *l = &t->local;
	size_t n;

	if (l->capability.len || l->capability64.len == 0 ||
	    !base64_read(l->capability64, t->capability, sizeof(t->capability), &n))
		return l->capability.len ? l->capability : l->capability64;
	return (str){ (char *)t->capability, (ptrdiff_t)n };
}

static int read_numbers(struct op *op, struct tar *t, const char *h, struct tar_entry *e)
{
	const struct tar_said *l = &t->local, *g = &t->global;
	uint64_t mode, uid = 0, gid = 0, mtime = 0;
	int rc = 0;

	if (!l->has_size)
		rc = header_size(op, t, h, &e->size);
	else
		e->size = l->size;
	if (rc < 0)
		return rc;
	if (!number_field(h, TAR_MODE, 8, 0177777, &mode) ||
	    (!l->has_uid && !number_field(h, TAR_UID, 8, TAR_ID_MAX, &uid)) ||
	    (!l->has_gid && !number_field(h, TAR_GID, 8, TAR_ID_MAX, &gid)) ||
	    (!l->has_mtime && !number_field(h, TAR_MTIME, 12, TAR_MTIME_MAX, &mtime)))
		return op_fail(op, ERR_FORMAT,
			       "%.*s: mode, owner or time of '%.*s' is out of range",
			       STR_ARG(t->what), STR_ARG(e->path));
	e->mode = (uint32_t)mode & 07777;
	e->uid = (uint32_t)said_or(l->has_uid, l->uid, g->has_uid, g->uid, uid);
	e->gid = (uint32_t)said_or(l->has_gid, l->gid, g->has_gid, g->gid, gid);
	e->mtime = (int64_t)said_or(l->has_mtime, l->mtime, g->has_mtime, g->mtime, mtime);
	e->has_xattrs = l->has_xattrs || g->has_xattrs;
	e->other = other_of(h[TAR_TYPE]);
	e->capability = capability_of(t);
	return 0;
}

/* The rest of a map of type 'S', which stands before the content. */
static int skip_map(struct op *op, struct tar *t, const char *h)
{
	SCRATCH char block[TAR_BLOCK];
	bool more = h[TAR_SPARSE_MORE] != 0;

	for (int i = 0; more; i++) {
		if (i == LIMIT_TAR_HEADER / TAR_BLOCK)
			return op_fail(op, ERR_LIMIT,
				       "%.*s: a sparse file's map of more than %d bytes",
				       STR_ARG(t->what), LIMIT_TAR_HEADER);
		int rc = take(op, t, block, TAR_BLOCK);
		if (rc < 0)
			return rc;
		more = block[TAR_SPARSE_NEXT] != 0;
	}
	return 0;
}

/* A sparse file has the size that it unpacks to; what is stored of it is skipped. */
static int read_sparse(struct op *op, struct tar *t, const char *h, struct tar_entry *e)
{
	if (h[TAR_TYPE] == 'S' && !number_field(h, TAR_SPARSE_SIZE, 12, TAR_SIZE_MAX, &e->size))
		return op_fail(op, ERR_FORMAT,
			       "%.*s: size of the sparse file '%.*s' is out of range",
			       STR_ARG(t->what), STR_ARG(e->path));
	if (h[TAR_TYPE] != 'S')
		e->size = t->local.sparse_size;
	e->sparse = true;
	return h[TAR_TYPE] == 'S' ? skip_map(op, t, h) : 0;
}

/* A header that is no extension. What follows it is skipped or read by its size here alone. */
static int read_entry(struct op *op, struct tar *t, const char *h, struct tar_entry *ret)
{
	struct tar_entry e = { 0 };
	int rc = read_names(op, t, h, &e);

	if (rc < 0 || (rc = read_numbers(op, t, h, &e)) < 0)
		return rc;
	if (e.size > 0 && e.type != TAR_FILE && (e.type != TAR_OTHER || strchr("346", h[TAR_TYPE])))
		return op_fail(op, ERR_FORMAT, "%.*s: '%.*s' is no file but has content",
			       STR_ARG(t->what), STR_ARG(e.path));
	if (++t->entries > LIMIT_ENTRIES)
		return op_fail(op, ERR_LIMIT, "%.*s: more than %d entries", STR_ARG(t->what),
			       LIMIT_ENTRIES);
	t->left = e.size;
	t->pad = tar_padding(e.size);
	if (e.type != TAR_FILE)
		e.size = 0;
	else if ((h[TAR_TYPE] == 'S' || t->local.sparse) && (rc = read_sparse(op, t, h, &e)) < 0)
		return rc;
	t->local = (struct tar_said){ 0 };
	*ret = e;
	return 1;
}

/*
 * What is left of the last entry. 1: the archive ends behind it, without the blocks that should end
 * it or even its padding: umoci writes such layers, and what is written in Go reads them.
 */
static int skip_rest(struct op *op, struct tar *t)
{
	int rc;

	if (t->strict || t->entries == 0)
		return take(op, t, NULL, t->left + t->pad);
	if (t->left + t->pad <= t->to - t->from) {
		t->from += (size_t)t->left + t->pad;
		return at_end(op, t);
	}
	if ((rc = take(op, t, NULL, t->left)) < 0)
		return rc;
	while (t->pad > 0 && (rc = at_end(op, t)) == 0) {
		size_t have = t->to - t->from, n = t->pad < have ? t->pad : have;
		t->from += n;
		t->pad -= n;
	}
	return rc ? rc : at_end(op, t);
}

int tar_next(struct op *op, struct tar *t, struct tar_entry *ret)
{
	SCRATCH char h[TAR_BLOCK];
	int rc;

	if (t->ended)
		return 0;
	if ((rc = skip_rest(op, t)) < 0)
		return rc;
	t->left = t->pad = 0;
	t->ended = rc > 0;
	if (rc > 0)
		return 0;
	for (;;) {
		if ((rc = take(op, t, h, TAR_BLOCK)) < 0)
			return rc;
		if (all_zero(h, TAR_BLOCK) && (t->local.pax || t->local.path.p || t->local.link.p))
			return op_fail(op, ERR_FORMAT,
				       "%.*s: a PAX or long name header is nobody's",
				       STR_ARG(t->what));
		if (all_zero(h, TAR_BLOCK))
			return read_end(op, t);
		if (!checksum_ok(h))
			return op_fail(op, ERR_FORMAT, "%.*s: bad checksum in a tar header",
				       STR_ARG(t->what));
		if ((rc = read_special(op, t, h)) < 0)
			return rc;
		if (rc == 0)
			return read_entry(op, t, h, ret);
	}
}

int tar_skip(struct op *op, struct tar *t, uint64_t n)
{
	n = n < t->left ? n : t->left;
	int rc = take(op, t, NULL, n);
	if (rc == 0)
		t->left -= n;
	return rc;
}

int tar_read(struct op *op, struct tar *t, void *to, size_t n, size_t *ret_n)
{
	size_t have = t->to - t->from;
	int rc = 0;

	n = n < t->left ? n : (size_t)t->left;
	if (have == 0 && n >= TAR_WINDOW / 2) {
		rc = stream_read(op, t->in, to, n, &n);
		if (rc == 0 && n == 0)
			rc = truncated(op, t);
	} else {
		if (have == 0 && n > 0 && (rc = refill(op, t, &have)) < 0)
			return rc;
		n = have && n > have ? have : n;
		rc = take(op, t, to, n);
	}
	if (rc < 0)
		return rc;
	t->left -= n;
	*ret_n = n;
	return 0;
}

uint64_t tar_position(const struct tar *t)
{
	return stream_position(t->in) - (t->to - t->from);
}

int tar_read_all(struct op *op, struct tar *t, size_t max, str *ret)
{
	if (t->left > max)
		return op_fail(op, ERR_LIMIT, "%.*s: '%s' is larger than %zu bytes",
			       STR_ARG(t->what), t->path, max);
	char *p = op_new(op, char, (ptrdiff_t)t->left + 1);
	if (!p)
		return op->code;
	str got = { p, (ptrdiff_t)t->left };
	int rc = take(op, t, p, t->left);
	if (rc < 0)
		return rc;
	t->left = 0;
	*ret = got;
	return 0;
}
