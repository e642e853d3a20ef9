/*
 * A package's files: names, and for each the number of its directory's. Directories are left out,
 * and what was not installed: documentation where rpm was told so, files of another architecture,
 * what another package replaced.
 */
#include <string.h>

#include "base/limits.h"
#include "rpm_impl.h"

enum {
	TYPE = 0170000,
	TYPE_DIRECTORY = 0040000,
	TYPE_FILE = 0100000,
};

/* A walk over the files of a header. */
struct files {
	const struct rpm_header *h;
	struct rpm_texts base, digest;
	str *dir; /* [dirs] */
	uint32_t dirs, i;
	bool digests; /* are asked for */
};
struct file {
	str dir, base, digest;
	uint32_t number;
};

static int open_files(struct op *op, const struct rpm_header *h, struct files *ret)
{
	struct files f = { .h = h, .base = h->base_names, .digest = h->digests };
	struct rpm_texts dirs = h->dir_names;

	if (h->base_names.n == 0)
		f.base = h->old_names;
	if (!(f.dir = op_new(op, str, dirs.n)))
		return op->code;
	while (rpm_text_next(&dirs, &f.dir[f.dirs]))
		f.dirs++;
	*ret = f;
	return 0;
}

static str without_slash(str path)
{
	while (path.len && path.p[0] == '/')
		path = str_from(path, 1);
	return path;
}

static bool next_file(struct files *f, struct file *ret)
{
	struct file file = { .number = f->i++ };

	if (!rpm_text_next(&f->base, &file.base))
		return false;
	uint64_t dir = rpm_number(&f->h->dir_indexes, file.number);
	if (!f->digests || !rpm_text_next(&f->digest, &file.digest))
		file.digest = S("");
	if (f->h->base_names.n && dir < f->dirs)
		file.dir = without_slash(f->dir[dir]);
	else
		file.base = without_slash(file.base);
	*ret = file;
	return true;
}

static bool is_there(const struct rpm_header *h, const struct file *f)
{
	return (rpm_number(&h->file_modes, f->number) & TYPE) != TYPE_DIRECTORY &&
	       rpm_number(&h->file_states, f->number) == RPM_STATE_NORMAL && f->base.len > 0 &&
	       f->dir.len + f->base.len <= LIMIT_PATH;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A digest's kind by the package's algorithm, and its bytes; 0 for one that is not compared. */
static uint8_t digest_of_file(const struct rpm_header *h, const struct file *f, uint8_t out[32])
{
	uint64_t algo = h->digest_algo.n ? rpm_number(&h->digest_algo, 0) : RPM_HASH_MD5;
	bool meant = h->file_verify.n == 0 ||
		     (rpm_number(&h->file_verify, f->number) & RPM_VERIFY_DIGEST);
	uint8_t kind = algo == RPM_HASH_SHA256 && f->digest.len == 64 ? HASH_SHA256
		       : algo == RPM_HASH_SHA1 && f->digest.len == 40 ? HASH_SHA1
		       : algo == RPM_HASH_MD5 && f->digest.len == 32  ? HASH_MD5
								      : 0;

	if (!meant || (rpm_number(&h->file_modes, f->number) & TYPE) != TYPE_FILE)
		return 0;
	for (ptrdiff_t i = 0; kind && i < f->digest.len / 2; i++) {
		int high = hex_digit(f->digest.p[i * 2]), low = hex_digit(f->digest.p[i * 2 + 1]);
		if (high < 0 || low < 0)
			return 0;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return kind;
}

static uint8_t flags_of(const struct rpm_header *h, uint32_t i)
{
	uint64_t flags = rpm_number(&h->file_flags, i);

	return (uint8_t)((flags & RPM_FILE_CONFIG ? FILE_CONFIG : 0) |
			 (flags & RPM_FILE_GHOST ? FILE_GHOST : 0) |
			 (flags & RPM_FILE_DOC ? FILE_DOC : 0));
}

/* Those that are there, in tmp, and the bytes of their paths. */
static int collect(struct op *tmp, struct files *f, str root, struct file **ret, ptrdiff_t *ret_n,
		   size_t *ret_bytes)
{
	struct file *file = op_new(tmp, struct file, (ptrdiff_t)f->base.n + 1);
	ptrdiff_t n = 0;
	size_t bytes = 0;

	if (!file)
		return tmp->code;
	while (next_file(f, &file[n])) {
		if (!is_there(f->h, &file[n]))
			continue;
		bytes += (size_t)(root.len + file[n].dir.len + file[n].base.len);
		n++;
	}
	if (bytes > LIMIT_PATH_BYTES)
		return op_fail(tmp, ERR_LIMIT, "%.*s: paths of more than %d bytes",
			       STR_ARG(f->h->name), LIMIT_PATH_BYTES);
	*ret = file;
	*ret_n = n;
	*ret_bytes = bytes;
	return 0;
}

static char *append(char *to, str s)
{
	memcpy(to, s.p ? s.p : "", (size_t)s.len);
	return to + s.len;
}

int rpm_files(struct op *op, const struct rpm_place *place, const struct rpm_header *h,
	      struct package *p)
{
	AUTO_OP tmp;
	struct files f;
	struct file *file;
	size_t bytes;
	ptrdiff_t n;

	op_init(&tmp, op->ceiling);
	tmp.fault = op->fault;
	if (open_files(&tmp, h, &f) < 0)
		return op_adopt_error(op, &tmp);
	f.digests = place->digests;
	if (collect(&tmp, &f, place->root, &file, &n, &bytes) < 0)
		return op_adopt_error(op, &tmp);
	char *text = op_new(op, char, bytes);
	p->file = op_new(op, struct package_file, n);
	if (!text || !p->file)
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		struct package_file *to = &p->file[p->file_n++];
		char *end = append(append(append(text, place->root), file[i].dir), file[i].base);
		to->path = (str){ text, end - text };
		to->flags = flags_of(h, file[i].number);
		if (place->digests && !(to->flags & FILE_GHOST))
			to->hash = digest_of_file(h, &file[i], to->digest);
		text = end;
	}
	return package_sort_files(op, p);
}

/* --- files that are needed ---------------------------------------------------------------------
 */

/* Which paths may be needed, by length and last byte: a bit for each. */
struct sieve {
	uint64_t bit[64];
	struct map need; /* canonical path to what needs it: the text in its own words */
};

/* "usr/bin/x" and "bin/x" are the same file. */
static str canonical(str path)
{
	static const str dirs[] = { S_INIT("bin/"), S_INIT("sbin/"), S_INIT("lib/"),
				    S_INIT("lib64/") };

	if (path.len && path.p[0] == '/')
		path = without_slash(path);
	if (path.len < 5 || memcmp(path.p, "usr/", 4) != 0 || str_find(S("bsl"), path.p[4]) < 0)
		return path;
	str rest = str_from(path, 4);
	for (int i = 0; i < 4; i++) {
		if (str_starts(rest, dirs[i]))
			return rest;
	}
	return path;
}

static uint64_t *sieve_word(struct sieve *s, str path, uint64_t *bit)
{
	unsigned char last = path.len ? (unsigned char)path.p[path.len - 1] : 0;

	*bit = UINT64_C(1) << (last & 63);
	return &s->bit[path.len & 63];
}

static int note_needs(struct op *op, struct sieve *s, const struct package *p)
{
	for (ptrdiff_t i = 0; i < p->needs.n; i++) {
		uint64_t bit;
		if (p->needs.p[i].p[0] != '/')
			continue;
		str *text = op_new(op, str, 1);
		if (!text)
			return op->code;
		*text = p->needs.p[i];
		str path = canonical(*text);
		*sieve_word(s, path, &bit) |= bit;
		if (map_find(&s->need, path) >= 0)
			continue;
		int rc = map_put(&s->need, path, text);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static bool has(const struct texts *t, str s)
{
	for (ptrdiff_t i = 0; i < t->n; i++) {
		if (str_eq(t->p[i], s))
			return true;
	}
	return false;
}

static int provide(struct op *op, struct package *p, str text)
{
	if (has(&p->provides, text))
		return 0;
	str *more = op_new(op, str, p->provides.n + 1);
	if (!more)
		return op->code;
	for (ptrdiff_t i = 0; i < p->provides.n; i++)
		more[i] = p->provides.p[i];
	more[p->provides.n] = text;
	p->provides = (struct texts){ more, p->provides.n + 1 };
	return 0;
}

static int provide_needed(struct op *op, struct sieve *s, str root, struct package *p)
{
	for (ptrdiff_t i = 0; i < p->file_n; i++) {
		uint64_t bit;
		str path = canonical(str_from(p->file[i].path, root.len));
		if (!(*sieve_word(s, path, &bit) & bit))
			continue;
		const str *text = map_get(&s->need, path);
		int rc = text ? provide(op, p, *text) : 0;
		if (rc < 0)
			return rc;
	}
	return 0;
}

int rpm_needed_files(struct op *op, struct rpm_place *place)
{
	struct sieve s = { 0 };
	int rc = 0;

	map_init(&s.need, op);
	for (ptrdiff_t i = 0; rc == 0 && i < place->package.n; i++)
		rc = note_needs(op, &s, &place->package.p[i]);
	for (ptrdiff_t i = 0; rc == 0 && s.need.n && i < place->package.n; i++)
		rc = provide_needed(op, &s, place->root, &place->package.p[i]);
	return rc;
}
