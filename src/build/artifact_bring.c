/* From a path or an address into the store. */
#include "artifact.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/glob.h"
#include "base/limits.h"
#include "codec/tar.h"
#include "net/client.h"

enum { PIECE = 256 << 10 };

/* Where bytes go: through a hash, and into the store if there is a writer. */
struct sink {
	struct hash *hash;
	struct store_writer *writer;
	uint64_t size;
	char *piece; /* [PIECE] */
};

static int put(struct op *op, struct sink *s, str bytes)
{
	s->size += (uint64_t)bytes.len;
	if (s->size > LIMIT_PACKAGE)
		return op_fail(op, ERR_LIMIT, "an artifact is larger than %llu bytes",
			       (unsigned long long)LIMIT_PACKAGE);
	if (s->writer)
		return store_writer_add(op, s->writer, bytes);
	hash_add(s->hash, bytes);
	return 0;
}

static int put_fd(struct op *op, struct sink *s, int fd, str what, uint64_t size)
{
	int rc = 0;

	for (uint64_t at = 0; rc == 0 && at < size;) {
		size_t n = size - at < PIECE ? (size_t)(size - at) : PIECE;
		if ((rc = file_pread(op, fd, what, s->piece, n, at)) == 0)
			rc = put(op, s, (str){ s->piece, (ptrdiff_t)n });
		at += n;
	}
	return rc;
}

/* A directory as an archive */

struct walk {
	struct op *op;
	struct sink *sink;
	str what; /* the directory, as the recipe names it */
	const struct texts *exclude;
	uint64_t entries;
};

static int put_header(struct walk *w, const struct tar_entry *e)
{
	struct buf b;

	buf_init(&b, w->op, LIMIT_TAR_HEADER);
	tar_header(&b, e);
	return b.bad ? w->op->code : put(w->op, w->sink, buf_view(&b));
}

static int put_zeros(struct walk *w, size_t n)
{
	static const char zeros[TAR_END];

	return n ? put(w->op, w->sink, (str){ zeros, (ptrdiff_t)n }) : 0;
}

static int put_file(struct walk *w, int dir, const char *name, struct tar_entry *e)
{
	AUTO_FD fd = -1;
	int rc = file_open(w->op, dir, str_of(name), &fd);

	if (rc)
		return rc < 0 ? rc
			      : op_fail(w->op, ERR_IO, "%.*s/%.*s vanished while it was read",
					STR_ARG(w->what), STR_ARG(e->path));
	if ((rc = file_size(w->op, fd, e->path, &e->size)) < 0 || (rc = put_header(w, e)) < 0 ||
	    (rc = put_fd(w->op, w->sink, fd, e->path, e->size)) < 0)
		return rc;
	return put_zeros(w, tar_padding(e->size));
}

static int put_link(struct walk *w, int dir, const char *name, struct tar_entry *e)
{
	char to[LIMIT_PATH];
	ssize_t n = readlinkat(dir, name, to, sizeof(to));

	if (n < 0)
		return op_fail_errno(w->op, "cannot read the link %.*s/%.*s", STR_ARG(w->what),
				     STR_ARG(e->path));
	if ((size_t)n == sizeof(to))
		return op_fail(w->op, ERR_LIMIT, "the link %.*s/%.*s is too long", STR_ARG(w->what),
			       STR_ARG(e->path));
	e->link = (str){ to, n };
	return put_header(w, e);
}

static int put_directory(struct walk *w, int fd, str path, int depth);

static bool is_excluded(const struct walk *w, str path)
{
	for (ptrdiff_t i = 0; i < w->exclude->n; i++)
		if (glob_match(w->exclude->p[i], path))
			return true;
	return false;
}

static int put_entry(struct walk *w, int dir, const char *name, str path, int depth)
{
	struct tar_entry e = { .path = path, .mode = 0644, .mtime = ARTIFACT_TIME };
	AUTO_FD fd = -1;
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return op_fail_errno(w->op, "cannot examine %.*s/%.*s", STR_ARG(w->what),
				     STR_ARG(path));
	if (++w->entries > LIMIT_ENTRIES)
		return op_fail(w->op, ERR_LIMIT, "%.*s has more than %d entries", STR_ARG(w->what),
			       LIMIT_ENTRIES);
	if (S_ISDIR(st.st_mode)) {
		e.type = TAR_DIRECTORY;
		e.mode = 0755;
		int rc = put_header(w, &e);
		if (rc == 0)
			rc = dir_open(w->op, dir, str_of(name), false, &fd);
		return rc < 0 ? rc : put_directory(w, fd, path, depth + 1);
	}
	if (S_ISLNK(st.st_mode)) {
		e.type = TAR_SYMLINK;
		e.mode = 0777;
		return put_link(w, dir, name, &e);
	}
	if (!S_ISREG(st.st_mode))
		return op_fail(w->op, ERR_FORMAT, "%.*s/%.*s is neither file, directory nor link",
			       STR_ARG(w->what), STR_ARG(path));
	e.type = TAR_FILE;
	if (st.st_mode & 0100)
		e.mode = 0755;
	return put_file(w, dir, name, &e);
}

/* All that is in it, in the order of names. Depth is bounded by LIMIT_DEPTH. */
static int put_directory(struct walk *w, int fd, str path, int depth)
{
	struct op_mark mark = op_mark(w->op);
	str *name;
	ptrdiff_t n;
	int rc;

	if (depth > LIMIT_DEPTH)
		return op_fail(w->op, ERR_LIMIT, "%.*s is nested deeper than %d directories",
			       STR_ARG(w->what), LIMIT_DEPTH);
	if ((rc = dir_list(w->op, fd, path.len ? path : w->what, &name, &n)) < 0)
		return rc;
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		struct op_mark turn = op_mark(w->op);
		const char *c = op_cstr(w->op, name[i]);
		str below;
		rc = c ? op_text(w->op, &below, "%.*s%s%s", STR_ARG(path), path.len ? "/" : "", c)
		       : w->op->code;
		if (rc == 0 && !is_excluded(w, below))
			rc = put_entry(w, fd, c, below, depth);
		if (rc == 0)
			op_reset(w->op, turn);
	}
	if (rc == 0)
		op_reset(w->op, mark);
	return rc;
}

/* The bytes at an open path, twice the same unless somebody writes there. */
static int put_path(struct op *op, struct sink *s, int fd, str what, bool directory,
		    const struct texts *exclude)
{
	struct walk w = { .op = op, .sink = s, .what = what, .exclude = exclude };
	uint64_t size;
	int rc;

	s->size = 0;
	if (!directory) {
		rc = file_size(op, fd, what, &size);
		return rc < 0 ? rc : put_fd(op, s, fd, what, size);
	}
	rc = put_directory(&w, fd, S(""), 0);
	return rc < 0 ? rc : put_zeros(&w, TAR_END);
}

/* What keeps an artifact's bytes when the store is pruned: a record that names them. */
static int remember(struct op *op, const struct store *store, const struct recipe_artifact *a,
		    const struct digest *d)
{
	char text[DIGEST_TEXT];
	str record;
	int rc = op_text(op, &record, "artifact %.*s\nblob %s\n", STR_ARG(a->name),
			 digest_text(d, text));

	return rc < 0 ? rc : store_key_put(op, store, "artifact", d, record);
}

static int keep_path(struct op *op, const struct store *store, const struct recipe_artifact *a,
		     int fd, str what, struct lock_artifact *ret)
{
	AUTO_STORE_WRITER writer = { .file = { .fd = -1 } };
	AUTO_HASH *hash = NULL;
	struct sink s = { .piece = op_new(op, char, PIECE) };
	struct digest got;
	int rc = s.piece ? hash_open(op, HASH_SHA256, &hash) : op->code;

	s.hash = hash;
	if (rc < 0 || (rc = put_path(op, &s, fd, what, ret->directory, &a->exclude)) < 0)
		return rc;
	hash_result(hash, HASH_SHA256, ret->sha256.b);
	ret->size = s.size;
	if (store_blob_has(store, &ret->sha256))
		return 0;
	if ((rc = store_writer_open(op, store, &writer)) < 0)
		return rc;
	s.writer = &writer;
	if ((rc = put_path(op, &s, fd, what, ret->directory, &a->exclude)) < 0)
		return rc;
	if ((rc = store_writer_commit(op, &writer, &ret->sha256, &got)) < 0)
		return op_fail_in(op, "%.*s changed while it was read", STR_ARG(what));
	return remember(op, store, a, &got);
}

static int look_path(struct op *op, const struct store *store, const struct recipe_artifact *a,
		     struct lock_artifact *ret)
{
	char is[DIGEST_HEX], says[DIGEST_HEX];
	AUTO_FD fd = -1;
	struct stat st;
	str path;
	int rc = op_text(op, &path, "%.*s%.*s", STR_ARG(a->dir), STR_ARG(a->path));

	if (rc < 0)
		return rc;
	fd = open(path.p, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 && errno == ENOENT)
		return 1;
	if (fd < 0 || fstat(fd, &st) < 0)
		return op_fail_errno(op, "cannot open %.*s", STR_ARG(path));
	if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
		return op_fail(op, ERR_USAGE, "%.*s is neither a file nor a directory",
			       STR_ARG(path));
	ret->directory = S_ISDIR(st.st_mode);
	if ((rc = keep_path(op, store, a, fd, path, ret)) < 0)
		return rc;
	if (!digest_is_zero(&a->sha256) && !digest_eq(&a->sha256, &ret->sha256))
		return op_fail(op, ERR_VERIFY,
			       "%.*s:%d: %.*s has the SHA-256 %s; the recipe says %s",
			       STR_ARG(a->file), a->line, STR_ARG(path),
			       digest_hex(&ret->sha256, is), digest_hex(&a->sha256, says));
	return 0;
}

/* An address */

struct download {
	const struct store *store;
	const struct recipe_artifact *a;
	struct store_writer writer;
	bool open;
};

static void download_done(struct download *d)
{
	if (d->open)
		store_writer_discard(&d->writer);
	d->open = false;
}
#define AUTO_DOWNLOAD __attribute__((cleanup(download_done))) struct download

static int restart(struct op *op, struct download *d)
{
	download_done(d);
	int rc = store_writer_open(op, d->store, &d->writer);
	d->open = rc == 0;
	return rc;
}

static int download_begin(struct op *op, void *to, uint64_t *ret_have)
{
	*ret_have = 0;
	return restart(op, to);
}

static int download_add(struct op *op, void *to, str bytes)
{
	struct download *d = to;

	return store_writer_add(op, &d->writer, bytes);
}

static int download_end(struct op *op, void *to)
{
	struct download *d = to;
	struct digest got;
	int rc = store_writer_commit(op, &d->writer, &d->a->sha256, &got);

	d->open = false;
	if (rc != ERR_VERIFY)
		return rc < 0 ? rc : remember(op, d->store, d->a, &got);
	op_forgive(op);
	rc = restart(op, d);
	return rc < 0 ? rc : 1;
}

static int fetch_url(struct op *op, const struct store *store, const struct recipe_artifact *a)
{
	AUTO_DOWNLOAD d = { .store = store, .a = a };
	AUTO_CLIENT *client = NULL;
	char hex[DIGEST_HEX];
	struct client_request req = { .url = a->url,
				      .max = LIMIT_PACKAGE,
				      .size = CLIENT_SIZE_UNKNOWN,
				      .sink = download_add,
				      .begin = download_begin,
				      .done = download_end,
				      .to = &d };
	struct client_result res;
	int rc = client_open(op, &client);

	if (rc < 0 || (rc = client_fetch(op, client, &req, 1, NULL, NULL, &res)) < 0)
		return rc;
	if (res.code == ERR_VERIFY)
		return op_fail(
			op, ERR_VERIFY,
			"%.*s:%d: %.*s gives something else than the recipe says (sha256 %s)",
			STR_ARG(a->file), a->line, STR_ARG(a->url), digest_hex(&a->sha256, hex));
	if (res.code)
		return op_fail(op, res.code, "artifact %.*s: %.*s", STR_ARG(a->name),
			       STR_ARG(res.error));
	return 0;
}

static int look_url(struct op *op, const struct store *store, const struct recipe_artifact *a,
		    bool offline, struct lock_artifact *ret)
{
	AUTO_FD fd = -1;
	int rc = 0;

	if (!store_blob_has(store, &a->sha256)) {
		if (offline)
			return op_fail(op, ERR_NET,
				       "the artifact %.*s is not in the store, and the network is "
				       "not to be used (--offline)",
				       STR_ARG(a->name));
		rc = fetch_url(op, store, a);
	}
	if (rc == 0)
		rc = store_blob_open(op, store, &a->sha256, &fd, &ret->size);
	if (rc > 0)
		return op_fail(op, ERR_IO, "the artifact %.*s vanished from the store",
			       STR_ARG(a->name));
	ret->sha256 = a->sha256;
	return rc;
}

int artifact_look(struct op *op, const struct store *store, const struct recipe_artifact *a,
		  bool offline, struct lock_artifact *ret)
{
	struct lock_artifact l = { .name = a->name,
				   .version = a->version,
				   .from = a->path.len ? a->path : a->url };
	int rc = a->path.len ? look_path(op, store, a, &l) : look_url(op, store, a, offline, &l);

	if (rc == 0)
		*ret = l;
	return rc;
}

int artifact_need(struct op *op, const struct store *store, const struct recipe_artifact *a,
		  const struct lock_artifact *locked, bool offline)
{
	char hex[DIGEST_HEX];
	struct lock_artifact is;

	if (store_blob_has(store, &locked->sha256))
		return 0;
	int rc = artifact_look(op, store, a, offline, &is);
	if (rc < 0)
		return rc;
	if (rc > 0 || !digest_eq(&is.sha256, &locked->sha256))
		return op_fail(op, ERR_VERIFY,
			       "the artifact %.*s with the SHA-256 %s, which the lock names, is "
			       "neither in the store nor at %.*s",
			       STR_ARG(a->name), digest_hex(&locked->sha256, hex),
			       STR_ARG(locked->from));
	return 0;
}

bool artifact_is_for(const struct recipe_artifact *a, const struct platform *p)
{
	return !a->platform.len || platform_find(a->platform) == p;
}

int artifacts_lock(struct op *op, const struct store *store, const struct recipe *recipe,
		   bool offline, struct lock_platform *p)
{
	int rc = 0;

	p->artifact_n = 0;
	p->artifact = op_new(op, struct lock_artifact, recipe->artifact_n);
	if (!p->artifact)
		return op->code;
	for (ptrdiff_t i = 0; rc == 0 && i < recipe->artifact_n; i++) {
		const struct recipe_artifact *a = &recipe->artifact[i];
		if (!artifact_is_for(a, p->platform))
			continue;
		rc = artifact_look(op, store, a, offline, &p->artifact[p->artifact_n++]);
		if (rc > 0)
			return op_fail(op, ERR_USAGE,
				       "%.*s:%d: the artifact %.*s is to come from %.*s%.*s, and "
				       "there is nothing",
				       STR_ARG(a->file), a->line, STR_ARG(a->name), STR_ARG(a->dir),
				       STR_ARG(a->path));
	}
	return rc;
}
