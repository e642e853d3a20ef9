/*
 *	RECORD               path,sha256=BASE64URL,size     below the directory that has the dist-info
 *	installed-files.txt  path                           below the egg-info itself
 */
#include "python.h"

#include <string.h>

#include "base/limits.h"
#include "base/vec.h"
#include "codec/base64.h"

enum { BLOCK = 8 << 10 }; /* bytes of paths that are taken from op at a time */

struct listing {
	struct op *op;
	str dir; /* that its paths are below */
	VEC(struct package_file) file;
	char *block;
	size_t left;
};

/* dir and path in one, without ".", ".." and empty parts, in to[LIMIT_PATH]; empty: it is no path
 * here. */
static str resolve(str dir, str path, char *to)
{
	bool absolute = str_starts(path, S("/"));
	str from[] = { absolute ? S("") : dir, path };
	size_t n = 0;

	for (int i = 0; i < 2; i++) {
		while (from[i].p) {
			str part = str_cut(&from[i], '/');
			if (part.len == 0 || str_eq(part, S(".")))
				continue;
			if (str_eq(part, S(".."))) {
				str up = str_dir_name((str){ to, (ptrdiff_t)n });
				n = (size_t)up.len;
				continue;
			}
			if (n + (size_t)part.len + 1 >= LIMIT_PATH)
				return S("");
			if (n)
				to[n++] = '/';
			memcpy(to + n, part.p, (size_t)part.len);
			n += (size_t)part.len;
		}
	}
	return (str){ to, (ptrdiff_t)n };
}

static int keep_path(struct listing *l, str path, str *ret)
{
	size_t n = (size_t)path.len;

	if (n > l->left) {
		l->left = n > BLOCK ? n : BLOCK;
		if (!(l->block = op_new(l->op, char, l->left)))
			return l->op->code;
	}
	memcpy(l->block, path.p, n);
	*ret = (str){ l->block, path.len };
	l->block += n;
	l->left -= n;
	return 0;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Some builders wrote it in hexadecimal. */
static bool read_hex(str text, uint8_t *to)
{
	for (int i = 0; text.len == 64 && i < 32; i++) {
		int high = hex_digit(text.p[2 * i]), low = hex_digit(text.p[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		to[i] = (uint8_t)(high << 4 | low);
	}
	return text.len == 64;
}

/* "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU" */
static void read_digest(str text, struct package_file *f)
{
	char plain[64];
	uint8_t digest[48];
	size_t n;
	str kind = str_cut(&text, '=');

	while (str_ends(text, S("=")))
		text.len--;
	if (!str_eq(kind, S("sha256")) || text.len > (ptrdiff_t)sizeof(plain))
		return;
	if (read_hex(text, f->digest)) {
		f->hash = HASH_SHA256;
		return;
	}
	for (ptrdiff_t i = 0; i < text.len; i++)
		plain[i] = (char)(text.p[i] == '-' ? '+' : text.p[i] == '_' ? '/' : text.p[i]);
	if (!base64_read((str){ plain, text.len }, digest, sizeof(digest), &n) || n != 32)
		return;
	f->hash = HASH_SHA256;
	memcpy(f->digest, digest, 32);
}

static int add_file(struct listing *l, str path, str digest)
{
	char to[LIMIT_PATH];
	str full = resolve(l->dir, path, to);

	if (!full.len || full.len == l->dir.len)
		return 0;
	struct package_file *f = vec_push(l->op, &l->file);
	if (!f)
		return l->op->code;
	read_digest(digest, f);
	return keep_path(l, full, &f->path);
}

/* A line of a RECORD is one of CSV: a path with a comma or a quote is quoted. Without two commas it
 * is none. */
static int read_record(struct listing *l, str line)
{
	char plain[LIMIT_PATH];
	ptrdiff_t n = 0, last = str_rfind(line, ','), first;

	if (last < 0 || (first = str_rfind(str_head(line, last), ',')) < 0)
		return 0;
	str path = str_head(line, first), digest = str_from(str_head(line, last), first + 1);
	if (path.len < 2 || path.p[0] != '"')
		return add_file(l, path, digest);
	path = str_from(str_head(path, path.len - 1), 1);
	for (ptrdiff_t i = 0; i < path.len && n < LIMIT_PATH; i++) {
		plain[n++] = path.p[i];
		i += path.p[i] == '"';
	}
	return add_file(l, (str){ plain, n }, digest);
}

static int read_list(struct listing *l, str text, bool record)
{
	int rc = 0;

	while (rc == 0 && text.p) {
		str line = str_trim(str_cut(&text, '\n'));
		if (line.len)
			rc = record ? read_record(l, line) : add_file(l, line, S(""));
	}
	return rc;
}

/* 1: there is no such list. */
static int read_beside(struct op *op, struct catalog *c, const struct found *f, const char *name,
		       bool record, struct package *p)
{
	struct listing l = { .op = op, .dir = str_dir_name(f->path) };
	struct found list;
	AUTO_OP own;
	str text;

	op_init(&own, op->ceiling);
	own.fault = op->fault;
	int rc = catalog_beside(op, c, f, str_of(name), &list);
	if (rc != 0)
		return rc;
	if (record)
		l.dir = str_dir_name(l.dir);
	if (catalog_text(&own, c, &list, LIMIT_CAPTURE, &text) < 0)
		return op_adopt_error(op, &own);
	if ((rc = read_list(&l, text, record)) < 0)
		return rc;
	p->file = l.file.p;
	p->file_n = l.file.n;
	return package_sort_files(op, p);
}

int python_files(struct op *op, struct catalog *c, const struct found *f, struct package *p)
{
	int rc = read_beside(op, c, f, "RECORD", true, p);

	if (rc == 1 && str_eq(str_base_name(f->path), S("PKG-INFO")))
		rc = read_beside(op, c, f, "installed-files.txt", false, p);
	return rc < 0 ? rc : 0;
}
