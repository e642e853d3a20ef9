/*
 * One update at a time, by a lock that goes with its process. Shards come first, each written
 * under another name, synced and renamed; then the index before this one is kept, and index.json is
 * replaced: before that rename the old state is in use, after it the new one, whatever happens
 * between. Shards that neither index names are removed last.
 */
#include <fcntl.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/vec.h"
#include "database_impl.h"
#include "sys/file.h"

enum { SHRINK_FROM = 20 }; /* records; of fewer any number may go */

struct database_update {
	struct op own;
	struct database now;
	int dir, shards, lock;
	VEC(struct database_shard) next;
	str path, envelope, payload;
};

static int open_parts(struct op *op, struct database_update *u)
{
	if (dir_open(op, AT_FDCWD, u->path, true, &u->dir) < 0 ||
	    dir_open(op, u->dir, S("shards"), true, &u->shards) < 0)
		return op->code;
	u->lock = openat(u->dir, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (u->lock < 0)
		return op_fail_errno(op, "cannot open %.*s/lock", STR_ARG(u->path));
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	if (fcntl(u->lock, F_OFD_SETLK, &whole) == 0)
		return 0;
	if (errno == EAGAIN || errno == EACCES)
		return op_fail(op, ERR_IO, "%.*s: another update is under way", STR_ARG(u->path));
	return op_fail_errno(op, "cannot lock %.*s", STR_ARG(u->path));
}

static int begin(struct database_update *u)
{
	int rc = open_parts(&u->own, u);

	if (rc < 0)
		return rc;
	AUTO_FD again = dup(u->dir);
	if (again < 0)
		return op_fail_errno(&u->own, "cannot open %.*s", STR_ARG(u->path));
	rc = database_open_at(&u->own, again, &u->now);
	if (rc < 0)
		return op_fail_in(&u->own, "%.*s", STR_ARG(u->path));
	if (rc == 0)
		(void)fd_take(&again);
	for (ptrdiff_t i = 0; i < u->now.shard_n; i++) {
		struct database_shard *s = vec_push(&u->own, &u->next);
		if (!s)
			return u->own.code;
		*s = u->now.shard[i];
	}
	return 0;
}

int database_update_begin(struct op *op, str dir, struct database_update **ret)
{
	AUTO_DATABASE_UPDATE *u = op_new(op, struct database_update, 1);

	if (!u)
		return op->code;
	u->dir = u->shards = u->lock = u->now.dir = -1;
	op_init(&u->own, 0);
	u->own.fault = op->fault;
	if (database_place(&u->own, dir, &u->path) < 0 || begin(u) < 0)
		return op_adopt_error(op, &u->own);
	*ret = u;
	u = NULL;
	return 0;
}

void database_update_end(struct database_update **u)
{
	if (*u) {
		database_close(&(*u)->now);
		fd_close(&(*u)->shards);
		fd_close(&(*u)->dir);
		fd_close(&(*u)->lock);
		op_done(&(*u)->own);
	}
	*u = NULL;
}

int database_update_shards_dir(const struct database_update *u)
{
	return u->shards;
}

struct database *database_update_now(struct database_update *u)
{
	return &u->now;
}

void database_update_signed(struct database_update *u, str envelope, str payload)
{
	u->envelope = envelope;
	u->payload = payload;
}

/* Is time a before b? Where the two are no times, nothing is known. */
static bool is_before(str a, str b)
{
	int64_t x, y;

	return database_time(a, &x) && database_time(b, &y) && x < y;
}

static str place_of(const struct database_shard *s)
{
	return s->file.head.ecosystem.len ? s->file.head.ecosystem : s->file.head.source;
}

/* Why a shard may not take the place of the one that is in use (b->len stays 0: it may). */
static void refusal(struct buf *b, const struct database_shard *before,
		    const struct database_shard *after)
{
	uint64_t had = before->file.head.records, has = after ? after->file.head.records : 0;
	size_t len = b->len;

	if (had >= SHRINK_FROM && has < had - had / 10) {
		buf_fmt(b, "%s%.*s would have %llu records instead of %llu", len ? "; " : "",
			STR_ARG(place_of(before)), (unsigned long long)has,
			(unsigned long long)had);
		return;
	}
	if (after && is_before(after->upstream, before->upstream))
		buf_fmt(b, "%s%.*s would go back from %.*s to %.*s", len ? "; " : "",
			STR_ARG(place_of(before)), STR_ARG(before->upstream),
			STR_ARG(after->upstream));
}

static const struct database_shard *new_of(const struct database_shard *old,
					   const struct database_shard *shard, ptrdiff_t n)
{
	for (ptrdiff_t i = 0; i < n; i++) {
		struct database_shard as = shard[i];
		as.feed = old->feed;
		if (database_same_place(old, &as))
			return &shard[i];
	}
	return NULL;
}

static int copy_texts(struct op *op, struct database_shard *s)
{
	str *const text[] = { &s->file.head.source,
			      &s->file.head.ecosystem,
			      &s->file.head.newest,
			      &s->feed,
			      &s->url,
			      &s->upstream,
			      &s->updated,
			      &s->licence };

	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++)
		if (op_copy(op, *text[i], text[i]) < 0)
			return op->code;
	s->shard = NULL;
	return 0;
}

/* What is in use of the feed goes, unless what came instead is refused: then that is left out. */
static int put_all(struct database_update *u, str feed, const struct database_shard *shard,
		   ptrdiff_t n, bool force, struct buf *why)
{
	struct op *own = &u->own;
	bool *refused = op_new(own, bool, n);
	ptrdiff_t kept = 0;

	if (!refused)
		return own->code;
	for (ptrdiff_t i = 0; i < u->next.n; i++) {
		const struct database_shard *old = &u->next.p[i];
		const struct database_shard *new = new_of(old, shard, n);
		size_t len = why->len;
		if (str_eq(old->feed, feed)) {
			if (!force)
				refusal(why, old, new);
			if (why->len == len)
				continue;
			if (new)
				refused[new - shard] = true;
		}
		u->next.p[kept++] = *old;
	}
	u->next.n = kept;
	for (ptrdiff_t i = 0; i < n; i++) {
		struct database_shard *s = refused[i] ? NULL : vec_push(own, &u->next);
		if (!s && !refused[i])
			return own->code;
		if (!s)
			continue;
		*s = shard[i];
		s->feed = feed;
		if (copy_texts(own, s) < 0)
			return own->code;
	}
	return 0;
}

int database_update_put(struct op *op, struct database_update *u, str source,
			const struct database_shard *shard, ptrdiff_t n, bool force)
{
	struct buf why;
	str text;

	buf_init(&why, op, OP_ERROR_MAX);
	int rc = put_all(u, source, shard, n, force, &why);
	if (rc < 0)
		return op_adopt_error(op, &u->own);
	if (why.len == 0)
		return 0;
	if (buf_take(&why, &text) < 0)
		return op->code;
	return op_fail(op, ERR_VERIFY, "%.*s is refused: %.*s; 'temper db update --force' takes it",
		       STR_ARG(source), STR_ARG(text));
}

/* Every shard of the next state lies there whole. */
static int check_there(struct op *op, const struct database_update *u)
{
	for (ptrdiff_t i = 0; i < u->next.n; i++) {
		const struct shard_file *file = &u->next.p[i].file;
		char name[DIGEST_HEX];
		struct stat st;
		digest_hex(&file->digest, name);
		if (fstatat(u->shards, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return op_fail_errno(op, "cannot find shard %s", name);
		if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != file->size)
			return op_fail(op, ERR_VERIFY, "shard %s is not %llu bytes", name,
				       (unsigned long long)file->size);
	}
	return 0;
}

static bool names(const struct database_shard *shard, ptrdiff_t n, const struct digest *d)
{
	for (ptrdiff_t i = 0; i < n; i++)
		if (digest_eq(&shard[i].file.digest, d))
			return true;
	return false;
}

/* Files that neither the new nor the last state names; what cannot be removed stays. */
static int sweep(struct op *op, const struct database_update *u)
{
	str *name;
	ptrdiff_t n;

	if (dir_list(op, u->shards, S("shards"), &name, &n) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		struct digest d;
		if (digest_parse(name[i], &d) &&
		    (names(u->next.p, u->next.n, &d) || names(u->now.shard, u->now.shard_n, &d)))
			continue;
		const char *gone = op_cstr(op, name[i]);
		if (!gone)
			return op->code;
		(void)unlinkat(u->shards, gone, 0);
	}
	return 0;
}

static int replace_index(struct op *op, struct database_update *u, str index)
{
	str before;
	int rc = file_read(op, u->dir, S("index.json"), LIMIT_DATABASE_INDEX, &before);

	if (rc < 0)
		return rc;
	if (rc == 0 && file_replace(op, u->dir, S("index.before.json"), before, 0644) < 0)
		return op->code;
	if (u->envelope.len && str_eq(index, u->payload) &&
	    file_replace(op, u->dir, S("index.json.sig"), u->envelope, 0644) < 0)
		return op->code;
	return file_replace(op, u->dir, S("index.json"), index, 0644);
}

int database_update_commit(struct op *op, struct database_update *u)
{
	struct op_mark mark = op_mark(op);
	str index;

	if (check_there(op, u) < 0 || database_index_write(op, u->next.p, u->next.n, &index) < 0)
		return op->code;
	struct digest d = digest_of(index);
	if ((u->now.dir < 0 || !digest_eq(&d, &u->now.digest) || u->envelope.len) &&
	    replace_index(op, u, index) < 0)
		return op->code;
	int rc = sweep(op, u);
	op_reset(op, mark);
	return rc;
}
