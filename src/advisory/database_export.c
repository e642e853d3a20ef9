/*
 * An export: a tar, compressed by zstd, of these members in this order, each a plain file of mode
 * 0644 and time 0:
 *
 *	index.json.sig    where a key was given: a DSSE envelope whose payload is index.json
 *	index.json        as in a database, of the shards that are wanted
 *	shards/SHA256     each once, sorted
 *
 * On the way in the signature is looked at before index.json is, and index.json before a shard;
 * each shard is written under a temporary name, compared with its digest, and only then named.
 */
#include <fcntl.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/vec.h"
#include "codec/compress.h"
#include "codec/tar.h"
#include "database_impl.h"
#include "sys/file.h"
#include "trust/key.h"

enum { PIECE = 256 << 10 };

static const char index_name[] = "index.json", sig_name[] = "index.json.sig";

/* ---- out ---- */

static int to_file(struct op *op, void *to, str bytes)
{
	const struct file_user *f = to;

	return file_write(op, f->fd, f->name, bytes);
}

static int add_head(struct op *op, struct compress *c, str path, uint64_t size)
{
	struct tar_entry e = { .type = TAR_FILE, .path = path, .mode = 0644, .size = size };
	struct buf b;
	str head;

	buf_init(&b, op, LIMIT_TAR_HEADER);
	tar_header(&b, &e);
	return buf_take(&b, &head) < 0 ? op->code : compress_add(op, c, head);
}

static int add_zeros(struct op *op, struct compress *c, size_t n)
{
	static const char zeros[TAR_END];

	return compress_add(op, c, (str){ zeros, (ptrdiff_t)n });
}

static int add_text(struct op *op, struct compress *c, str path, str text)
{
	if (add_head(op, c, path, (uint64_t)text.len) < 0 || compress_add(op, c, text) < 0)
		return op->code;
	return add_zeros(op, c, tar_padding((uint64_t)text.len));
}

static int add_shard(struct op *op, struct compress *c, int dir, const struct shard_file *file)
{
	struct op_mark mark = op_mark(op);
	char name[8 + DIGEST_HEX] = "shards/";
	AUTO_FD fd = -1;
	uint64_t at = 0;

	digest_hex(&file->digest, name + 7);
	char *piece = op_alloc(op, 1, PIECE);
	int rc = piece ? file_open(op, dir, str_of(name), &fd) : op->code;
	if (rc > 0)
		return op_fail(op, ERR_IO, "%s is missing in the database", name);
	if (rc < 0 || add_head(op, c, str_of(name), file->size) < 0)
		return op->code;
	while (at < file->size) {
		size_t n = file->size - at < PIECE ? (size_t)(file->size - at) : PIECE;
		if (file_pread(op, fd, str_of(name), piece, n, at) < 0 ||
		    compress_add(op, c, (str){ piece, (ptrdiff_t)n }) < 0)
			return op->code;
		at += n;
	}
	rc = add_zeros(op, c, tar_padding(file->size));
	op_reset(op, mark);
	return rc;
}

/* Is a shard of this ecosystem needed for one that was asked for? "debian" is all its releases. */
static bool is_for(str ecosystem, str asked)
{
	return str_eq(ecosystem, asked) ||
	       (str_find(asked, ':') < 0 && str_starts(ecosystem, asked) &&
		ecosystem.len > asked.len && ecosystem.p[asked.len] == ':');
}

/* Shards that are wanted: all without a list, else those of its ecosystems and of none. */
static int choose(struct op *op, const struct database *db, const struct texts *list,
		  struct database_shard **ret, ptrdiff_t *ret_n)
{
	struct database_shard *got = op_new(op, struct database_shard, db->shard_n);
	bool *met = op_new(op, bool, list->n);
	ptrdiff_t n = 0;

	if (!got || !met)
		return op->code;
	for (ptrdiff_t i = 0; i < db->shard_n; i++) {
		str ecosystem = db->shard[i].file.head.ecosystem;
		bool wanted = list->n == 0 || ecosystem.len == 0;
		for (ptrdiff_t k = 0; k < list->n; k++)
			if (is_for(ecosystem, list->p[k]))
				wanted = met[k] = true;
		if (wanted)
			got[n++] = db->shard[i];
	}
	for (ptrdiff_t k = 0; k < list->n; k++)
		if (!met[k])
			return op_fail(op, ERR_USAGE,
				       "the database has nothing for %.*s; 'temper db update %.*s' "
				       "brings it, 'temper db status' shows what it has",
				       STR_ARG(list->p[k]), STR_ARG(list->p[k]));
	*ret = got;
	*ret_n = n;
	return 0;
}

static int by_digest(const void *a, const void *b)
{
	const struct database_shard *x = a, *y = b;

	return memcmp(x->file.digest.b, y->file.digest.b, sizeof(x->file.digest.b));
}

static int write_members(struct op *op, struct compress *c, const struct database *db,
			 struct database_shard *shard, ptrdiff_t n, const struct key *key)
{
	str index, envelope;

	if (database_index_write(op, shard, n, &index) < 0)
		return op->code;
	if (key && (key_sign(op, key, S(DATABASE_TYPE), index, &envelope) < 0 ||
		    add_text(op, c, str_of(sig_name), envelope) < 0))
		return op->code;
	if (add_text(op, c, str_of(index_name), index) < 0)
		return op->code;
	qsort(shard, (size_t)n, sizeof(*shard), by_digest);
	for (ptrdiff_t i = 0; i < n; i++)
		if ((i == 0 || by_digest(&shard[i - 1], &shard[i]) != 0) &&
		    add_shard(op, c, db->dir, &shard[i].file) < 0)
			return op->code;
	return add_zeros(op, c, TAR_END);
}

int database_export(struct op *op, struct database *db, const struct texts *only, str key,
		    str path)
{
	AUTO_KEY *k = NULL;
	struct database_shard *shard;
	ptrdiff_t n;

	if ((key.len && key_read(op, S("the key"), key, &k) < 0) ||
	    choose(op, db, only, &shard, &n) < 0)
		return op->code;
	AUTO_FILE_USER file = { .new = { .fd = -1 }, .dir = -1, .fd = -1 };
	if (file_user_open(op, path, 0644, &file) < 0)
		return op->code;
	AUTO_COMPRESS *c = NULL;
	if (compress_open(op, COMPRESS_ZSTD, to_file, &file, &c) < 0 ||
	    write_members(op, c, db, shard, n, k) < 0 || compress_end(op, c) < 0)
		return op->code;
	return file_user_publish(op, &file);
}

/* ---- in ---- */

struct import {
	struct op *op;
	str path;
	struct tar *tar;
	struct database_update *u;
	struct database_shard *shard;
	ptrdiff_t shard_n;
	bool *here; /* [shard_n]: its file is */
	str index, envelope;
};

static int next(struct import *m, struct tar_entry *ret)
{
	int rc = tar_next(m->op, m->tar, ret);

	if (rc > 0 && ret->type != TAR_FILE)
		return op_fail(m->op, ERR_FORMAT, "%.*s: %.*s is no plain file", STR_ARG(m->path),
			       STR_ARG(ret->path));
	return rc;
}

static int no_export(const struct import *m)
{
	return op_fail(m->op, ERR_FORMAT, "%.*s is no export of a database: it has no index.json",
		       STR_ARG(m->path));
}

/* The index, which is what was signed where a key is trusted. */
static int read_index(struct import *m, str trust)
{
	struct op *op = m->op;
	struct tar_entry e;
	AUTO_KEY *k = NULL;
	str payload = { 0 };
	int rc = next(m, &e);

	if (rc > 0 && str_eq(e.path, str_of(sig_name))) {
		if (tar_read_all(op, m->tar, LIMIT_DATABASE_INDEX * 2, &m->envelope) < 0)
			return op->code;
		rc = next(m, &e);
	}
	if (rc <= 0 || !str_eq(e.path, str_of(index_name)))
		return rc < 0 ? rc : no_export(m);
	if (trust.len && m->envelope.len == 0)
		return op_fail(op, ERR_VERIFY, "%.*s is not signed, and a signature is asked for",
			       STR_ARG(m->path));
	if (trust.len && (key_read(op, S("the trusted key"), trust, &k) < 0 ||
			  key_verify(op, k, S(DATABASE_TYPE), m->envelope, &payload) < 0))
		return op_fail_in(op, "%.*s", STR_ARG(m->path));
	if (tar_read_all(op, m->tar, LIMIT_DATABASE_INDEX, &m->index) < 0)
		return op->code;
	if (trust.len && !str_eq(payload, m->index))
		return op_fail(op, ERR_VERIFY, "%.*s: its index is not what was signed",
			       STR_ARG(m->path));
	if (!trust.len)
		m->envelope = (str){ 0 };
	if (database_index_read(op, m->path, m->index, &m->shard, &m->shard_n) < 0)
		return op->code;
	m->here = op_new(op, bool, m->shard_n);
	return m->here ? 0 : op->code;
}

/* The shard that a member is: its first line in the index, or -1. */
static ptrdiff_t shard_of(const struct import *m, str path)
{
	struct digest d;

	if (!str_starts(path, S("shards/")) || !digest_parse(str_from(path, 7), &d))
		return -1;
	for (ptrdiff_t i = 0; i < m->shard_n; i++)
		if (digest_eq(&m->shard[i].file.digest, &d))
			return i;
	return -1;
}

static int copy_content(struct import *m, const struct file_new *f, const struct tar_entry *e)
{
	char *piece = op_alloc(m->op, 1, PIECE);
	size_t n;

	if (!piece)
		return m->op->code;
	do {
		if (tar_read(m->op, m->tar, piece, PIECE, &n) < 0 ||
		    file_write(m->op, f->fd, e->path, (str){ piece, (ptrdiff_t)n }) < 0)
			return m->op->code;
	} while (n > 0);
	return 0;
}

/* One member to its place among the shards: only if it is what its name says. */
static int take_shard(struct import *m, const struct tar_entry *e, ptrdiff_t i)
{
	struct op *op = m->op;
	int dir = database_update_shards_dir(m->u);
	AUTO_FILE_NEW f = { .fd = -1 };
	AUTO_SHARD *s = NULL;
	char name[DIGEST_HEX];

	if (e->size != m->shard[i].file.size)
		return op_fail(op, ERR_FORMAT, "%.*s: %.*s has another size than index.json says",
			       STR_ARG(m->path), STR_ARG(e->path));
	if (file_new_open(op, dir, 0644, &f) < 0 || copy_content(m, &f, e) < 0 ||
	    shard_open(op, dir, str_of(f.name), &s) < 0 ||
	    shard_verify(op, s, &m->shard[i].file.digest) < 0)
		return op_fail_in(op, "%.*s", STR_ARG(m->path));
	const struct shard_head *head = shard_head(s), *said = &m->shard[i].file.head;
	if (head->kind != said->kind || head->records != said->records ||
	    !str_eq(head->source, said->source) || !str_eq(head->ecosystem, said->ecosystem))
		return op_fail(op, ERR_FORMAT,
			       "%.*s: %.*s is not the shard that index.json tells of",
			       STR_ARG(m->path), STR_ARG(e->path));
	m->here[i] = true;
	return file_new_publish(op, &f, str_of(digest_hex(&m->shard[i].file.digest, name)));
}

static int take_shards(struct import *m)
{
	struct tar_entry e;
	int rc;

	while ((rc = next(m, &e)) > 0) {
		struct op_mark mark = op_mark(m->op);
		ptrdiff_t i = shard_of(m, e.path);
		if (i < 0)
			return op_fail(m->op, ERR_FORMAT, "%.*s: index.json does not tell of %.*s",
				       STR_ARG(m->path), STR_ARG(e.path));
		if (take_shard(m, &e, i) < 0)
			return m->op->code;
		op_reset(m->op, mark);
	}
	for (ptrdiff_t i = 0; rc == 0 && i < m->shard_n; i++) {
		char name[DIGEST_HEX];
		for (ptrdiff_t k = 0; k < i && !m->here[i]; k++)
			m->here[i] = m->here[k] &&
				     digest_eq(&m->shard[k].file.digest, &m->shard[i].file.digest);
		if (!m->here[i])
			return op_fail(m->op, ERR_FORMAT, "%.*s lacks shards/%s", STR_ARG(m->path),
				       digest_hex(&m->shard[i].file.digest, name));
	}
	return rc;
}

/* All shards of one feed: those that came, and of what is in use those of other ecosystems. */
static int put_feed(struct import *m, str feed, bool force)
{
	const struct database *now = database_update_now(m->u);
	VEC(struct database_shard) all = { 0 };

	for (ptrdiff_t i = 0; i < m->shard_n + now->shard_n; i++) {
		const struct database_shard *s =
			i < m->shard_n ? &m->shard[i] : &now->shard[i - m->shard_n];
		bool newer = false;
		for (ptrdiff_t k = 0; i >= m->shard_n && k < m->shard_n; k++)
			newer |= database_same_place(s, &m->shard[k]);
		if (newer || !str_eq(s->feed, feed))
			continue;
		struct database_shard *more = vec_push(m->op, &all);
		if (!more)
			return m->op->code;
		*more = *s;
	}
	return database_update_put(m->op, m->u, feed, all.p, all.n, force);
}

static int put_feeds(struct import *m, bool force)
{
	for (ptrdiff_t i = 0; i < m->shard_n; i++) {
		ptrdiff_t k = 0;
		while (k < i && !str_eq(m->shard[k].feed, m->shard[i].feed))
			k++;
		if (k == i && put_feed(m, m->shard[i].feed, force) < 0)
			return m->op->code;
	}
	return 0;
}

int database_import(struct op *op, str path, str trust, bool force, str dir)
{
	AUTO_FD fd = -1;
	AUTO_STREAM *in = NULL;
	AUTO_DATABASE_UPDATE *u = NULL;
	struct import m = { .op = op, .path = path };

	if (file_open_user(op, path, &fd) < 0 ||
	    stream_open_fd(op, fd, path, 0, UINT64_MAX, LIMIT_FEED, &in) < 0 ||
	    tar_open(op, in, path, true, &m.tar) < 0 || read_index(&m, trust) < 0 ||
	    database_update_begin(op, dir, &u) < 0)
		return op->code;
	m.u = u;
	if (take_shards(&m) < 0 || put_feeds(&m, force) < 0)
		return op->code;
	if (m.envelope.len)
		database_update_signed(u, m.envelope, m.index);
	return database_update_commit(op, u);
}

bool database_is_export(struct op *op, str path)
{
	AUTO_OP own;
	AUTO_FD fd = -1;
	AUTO_STREAM *in = NULL;
	struct tar *tar;
	struct tar_entry e;
	struct stat st;

	op_init(&own, 0);
	own.fault = op->fault;
	return file_open_user(&own, path, &fd) == 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	       stream_open_fd(&own, fd, path, 0, UINT64_MAX, LIMIT_FEED, &in) == 0 &&
	       stream_kind(in) == STREAM_ZSTD && tar_open(&own, in, path, true, &tar) == 0 &&
	       tar_next(&own, tar, &e) > 0 &&
	       (str_eq(e.path, str_of(index_name)) || str_eq(e.path, str_of(sig_name)));
}
