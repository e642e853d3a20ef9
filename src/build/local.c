#include "local.h"

#include <fcntl.h>

#include "base/limits.h"
#include "distro/contents.h"
#include "distro/repo_parts.h"
#include "sys/confine.h"
#include "sys/pool.h"

enum { PIECE = 256 << 10 };

/* Each piece of the file to a hash or to the store; 1 if there is no such file. */
static int read_file(struct op *op, const struct recipe_deb *deb, struct hash *h,
		     struct store_writer *w)
{
	AUTO_FD fd = -1;
	uint64_t size;
	int rc = file_open(op, AT_FDCWD, deb->path, &fd);

	if (rc != 0 || (rc = file_size(op, fd, deb->path, &size)) < 0)
		return rc;
	if (size == 0 || size > LIMIT_PACKAGE)
		return op_fail(op, ERR_USAGE, "%.*s: a size of %llu bytes is not allowed",
			       STR_ARG(deb->line), (unsigned long long)size);
	char *piece = op_new(op, char, PIECE);
	if (!piece)
		return op->code;
	for (uint64_t at = 0; rc == 0 && at < size;) {
		size_t n = size - at < PIECE ? (size_t)(size - at) : PIECE;
		str bytes = { piece, (ptrdiff_t)n };
		rc = file_pread(op, fd, deb->path, piece, n, at);
		if (rc == 0 && h)
			hash_add(h, bytes);
		if (rc == 0 && w)
			rc = store_writer_add(op, w, bytes);
		at += n;
	}
	return rc;
}

int local_digest(struct op *op, const struct recipe_deb *deb, struct digest *ret)
{
	struct op_mark mark = op_mark(op);
	AUTO_HASH *h = NULL;
	int rc = hash_open(op, HASH_SHA256, &h);

	if (rc == 0)
		rc = read_file(op, deb, h, NULL);
	if (rc == 0)
		hash_result(h, HASH_SHA256, ret->b);
	hash_close(&h);
	if (rc >= 0)
		op_reset(op, mark);
	return rc;
}

/* The record makes it known to those who prune the store. */
static int keep_record(struct op *op, const struct store *store, const struct recipe_deb *deb,
		       const struct digest *d)
{
	char text[DIGEST_TEXT];
	str record;
	int rc = op_text(op, &record, "package %.*s\nblob %s\n", STR_ARG(deb->line),
			 digest_text(d, text));

	return rc < 0 ? rc : store_key_put(op, store, "package", d, record);
}

int local_put(struct op *op, const struct store *store, const struct recipe_deb *deb,
	      const struct digest *want, struct digest *ret)
{
	AUTO_STORE_WRITER w = { .file = { .fd = -1 } };
	struct digest got;
	int rc = store_writer_open(op, store, &w);

	if (rc == 0)
		rc = read_file(op, deb, NULL, &w);
	if (rc == 0 && (rc = store_writer_commit(op, &w, want, &got)) == ERR_VERIFY && want) {
		op_forgive(op);
		return op_fail(op, ERR_NO, "%.*s was changed after it was locked",
			       STR_ARG(deb->line));
	}
	if (rc != 0 || (rc = keep_record(op, store, deb, &got)) < 0)
		return rc;
	*ret = got;
	return 0;
}

/* --- what they are -----------------------------------------------------------------------------
 */

struct reading {
	const struct store *store;
	const struct recipe_deb *deb;
	const struct digest *digest; /* [n] */
	struct confine_rules rules;
};

static int confined(struct op *own, void *arg)
{
	const struct reading *r = arg;

	return confine_thread(own, &r->rules);
}

static int unpack(struct op *own, ptrdiff_t i, void *arg)
{
	const struct reading *r = arg;
	AUTO_CONTENTS_DATA data = { .spool = -1 };
	struct contents c;
	int rc = contents_load(own, r->store, &r->digest[i], &c);

	if (rc == 1)
		rc = contents_unpack(own, r->store, &r->digest[i], &c, &data);
	return rc < 0 ? op_fail_in(own, "%.*s", STR_ARG(r->deb[i].line)) : 0;
}

/* Foreign bytes: by threads that can reach nothing but the store. */
static int unpack_all(struct op *op, struct reading *r, ptrdiff_t n)
{
	const int dirs[] = { r->store->blobs, r->store->keys, r->store->tmp };
	struct confine_spec spec = { .write_dir = dirs, .write_dir_n = 3 };
	int rc = confine_rules_make(op, &spec, &r->rules);

	if (rc == 0)
		rc = pool_run_inside(op, n, 0, confined, unpack, r);
	confine_rules_close(&r->rules);
	return rc;
}

/* Its control file as an index would have it. 1: it is for another architecture. */
static int read_control(struct op *op, const struct store *store, const struct recipe_deb *deb,
			const struct digest *d, const struct platform *platform,
			struct repo_package *ret)
{
	struct deb822_stanza s;
	struct contents c;
	char hex[DIGEST_HEX];
	AUTO_FD fd = -1;
	uint64_t size;
	str text;
	int rc = contents_load(op, store, d, &c);

	if (rc == 0)
		rc = store_blob_open(op, store, d, &fd, &size);
	if (rc != 0)
		return rc < 0 ? rc : op_fail(op, ERR_IO, "a record vanished from the store");
	if (!str_eq(c.arch, S("all")) && !str_eq(c.arch, str_of(platform->deb_arch)))
		return 1;
	rc = op_text(op, &text, "%.*s\nFilename: local.deb\nSize: %llu\nSHA256: %s\n",
		     STR_ARG(str_trim(c.control)), (unsigned long long)size, digest_hex(d, hex));
	if (rc == 0 && (rc = deb822_next(op, &text, &s)) > 0)
		rc = repo_package_read(op, &s, c.arch, ret);
	if (rc < 0)
		return op_fail_in(op, "%.*s", STR_ARG(deb->line));
	ret->path = deb->line;
	ret->pocket = SOLVE_LOCAL;
	return 0;
}

static int put_all(struct op *op, const struct store *store, const struct recipe *r,
		   struct digest *digest)
{
	for (ptrdiff_t i = 0; i < r->deb_n; i++) {
		int rc = local_put(op, store, &r->deb[i], NULL, &digest[i]);
		if (rc)
			return rc < 0 ? rc
				      : op_fail(op, ERR_USAGE, "package '%.*s': there is no %.*s",
						STR_ARG(r->deb[i].line), STR_ARG(r->deb[i].path));
	}
	return 0;
}

int local_read(struct op *op, const struct store *store, const struct recipe *r,
	       const struct platform *platform, struct solve_local **ret, ptrdiff_t *ret_n)
{
	struct solve_local *got = op_new(op, struct solve_local, r->deb_n);
	struct digest *digest = op_new(op, struct digest, r->deb_n);
	struct reading reading = { .store = store, .deb = r->deb, .digest = digest };
	ptrdiff_t n = 0;
	int rc = got && digest ? put_all(op, store, r, digest) : op->code;

	if (rc < 0 || (r->deb_n && (rc = unpack_all(op, &reading, r->deb_n)) < 0))
		return rc;
	for (ptrdiff_t i = 0; i < r->deb_n; i++) {
		struct solve_local *l = &got[n];
		l->line = r->deb[i].line;
		rc = read_control(op, store, &r->deb[i], &digest[i], platform, &l->package);
		if (rc < 0)
			return rc;
		if (rc == 1)
			continue;
		for (ptrdiff_t k = 0; k < n; k++)
			if (str_eq(got[k].package.name, l->package.name))
				return op_fail(op, ERR_USAGE, "%.*s and %.*s are both %.*s for %s",
					       STR_ARG(got[k].line), STR_ARG(l->line),
					       STR_ARG(l->package.name), platform->name);
		n++;
	}
	*ret = got;
	*ret_n = n;
	return 0;
}
