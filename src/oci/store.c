#include "store.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "layout.h"

enum {
	PIECE = 1 << 16, /* bytes read at once when a blob is verified */
};

/* The user's word or the environment's, made absolute. */
static int find_place(struct op *op, str path, str *ret)
{
	str own = str_of(getenv("TEMPER_STORE")), cache = str_of(getenv("XDG_CACHE_HOME"));
	str home = str_of(getenv("HOME"));
	char cwd[LIMIT_PATH];

	if (path.len == 0)
		path = own;
	if (path.len == 0 && str_starts(cache, S("/")))
		return op_text(op, ret, "%.*s/temper", STR_ARG(cache));
	if (path.len == 0 && home.len > 0)
		return op_text(op, ret, "%.*s/.cache/temper", STR_ARG(home));
	if (path.len == 0)
		return op_fail(
			op, ERR_USAGE,
			"no place for the store: HOME is not set; name one with TEMPER_STORE");
	if (str_starts(path, S("/")))
		return op_copy(op, path, ret);
	if (!getcwd(cwd, sizeof(cwd)))
		return op_fail_errno(op, "cannot tell the current directory");
	return op_text(op, ret, "%s/%.*s", cwd, STR_ARG(path));
}

static int open_parts(struct op *op, struct store *s)
{
	int rc = dir_open(op, AT_FDCWD, s->path, true, &s->dir);

	if (rc < 0 || (rc = dir_open(op, s->dir, S("blobs/sha256"), true, &s->blobs)) < 0)
		return rc;
	if ((rc = dir_open(op, s->dir, S("keys"), true, &s->keys)) < 0 ||
	    (rc = dir_open(op, s->dir, S("tmp"), true, &s->tmp)) < 0)
		return rc;
	if ((rc = layout_lock_file(op, s->dir, "use", F_RDLCK, &s->use)) < 0)
		return rc;
	struct stat st;
	if (fstatat(s->dir, "oci-layout", &st, 0) == 0 &&
	    fstatat(s->dir, "index.json", &st, 0) == 0)
		return 0;
	AUTO_FD lock = -1;
	if ((rc = layout_lock_file(op, s->dir, "lock", F_WRLCK, &lock)) < 0)
		return rc;
	return layout_make(op, s->dir);
}

int store_open(struct op *op, str path, struct store *ret)
{
	AUTO_STORE s = { -1, -1, -1, -1, .use = -1 };
	int rc = find_place(op, path, &s.path);

	if (rc < 0)
		return rc;
	if ((rc = open_parts(op, &s)) < 0)
		return op_fail_in(op, "store %.*s", STR_ARG(s.path));
	*ret = s;
	s = (struct store){ -1, -1, -1, -1, .use = -1 };
	return 0;
}

int store_open_found(struct op *op, str path, struct store *ret)
{
	struct stat st;
	str place, mark;
	int rc = find_place(op, path, &place);

	if (rc == 0 && (rc = op_text(op, &mark, "%.*s/index.json", STR_ARG(place))) == 0)
		rc = fstatat(AT_FDCWD, mark.p, &st, 0) < 0 ? 1 : store_open(op, place, ret);
	if (rc >= 0 || rc == ERR_MEMORY)
		return rc;
	op_forgive(op);
	return 1;
}

void store_close(struct store *s)
{
	if (!s->path.p) /* never opened, however it was initialized */
		return;
	fd_close(&s->dir);
	fd_close(&s->blobs);
	fd_close(&s->keys);
	fd_close(&s->tmp);
	fd_close(&s->use);
}

int store_blob_open(struct op *op, const struct store *s, const struct digest *d, int *ret_fd,
		    uint64_t *ret_size)
{
	char hex[DIGEST_HEX];
	AUTO_FD fd = -1;
	int rc = file_open(op, s->blobs, str_of(digest_hex(d, hex)), &fd);

	if (rc)
		return rc;
	if ((rc = file_size(op, fd, str_of(hex), ret_size)) < 0)
		return rc;
	*ret_fd = fd_take(&fd);
	return 0;
}

bool store_blob_has(const struct store *s, const struct digest *d)
{
	char hex[DIGEST_HEX];
	struct stat st;

	return fstatat(s->blobs, digest_hex(d, hex), &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISREG(st.st_mode);
}

/* A blob whose bytes are not what its name says: away with it, so that it can be made again. */
static int damaged(struct op *op, const struct store *s, const struct digest *d)
{
	char hex[DIGEST_HEX];

	(void)unlinkat(s->blobs, digest_hex(d, hex), 0);
	return op_fail(op, ERR_VERIFY,
		       "blob sha256:%s in the store was damaged and is deleted; "
		       "run the command again",
		       hex);
}

int store_blob_read(struct op *op, const struct store *s, const struct digest *d, size_t max,
		    str *ret)
{
	char hex[DIGEST_HEX];
	AUTO_FD fd = -1;
	uint64_t size = 0;
	str got;
	int rc = store_blob_open(op, s, d, &fd, &size);

	if (rc || (rc = file_read_fd(op, fd, str_of(digest_hex(d, hex)), max, &got)) < 0)
		return rc;
	struct digest have = digest_of(got);
	if (!digest_eq(&have, d))
		return damaged(op, s, d);
	*ret = got;
	return 0;
}

int store_blob_verify(struct op *op, const struct store *s, const struct digest *d)
{
	char hex[DIGEST_HEX], piece[PIECE];
	AUTO_FD fd = -1;
	AUTO_HASH *h = NULL;
	struct digest have;
	uint64_t size = 0;
	int rc = store_blob_open(op, s, d, &fd, &size);

	if (rc || (rc = hash_open(op, HASH_SHA256, &h)) < 0)
		return rc;
	for (ssize_t n; (n = read(fd, piece, sizeof(piece))) != 0;) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return op_fail_errno(op, "cannot read blob %s", digest_hex(d, hex));
		hash_add(h, (str){ piece, n });
	}
	hash_result(h, HASH_SHA256, have.b);
	return digest_eq(&have, d) ? 0 : damaged(op, s, d);
}

/* Is there a blob with just these bytes? Then nothing need be written. */
static bool blob_is(const struct store *s, const struct digest *d, str bytes)
{
	AUTO_OP op;
	AUTO_FD fd = -1;
	uint64_t size = 0;
	str have;

	op_init(&op, 0);
	return store_blob_open(&op, s, d, &fd, &size) == 0 && size == (uint64_t)bytes.len &&
	       file_read_fd(&op, fd, S("blob"), (size_t)size, &have) == 0 && str_eq(have, bytes);
}

int store_blob_put(struct op *op, const struct store *s, str bytes, struct digest *ret)
{
	struct digest d = digest_of(bytes);
	AUTO_STORE_WRITER w = { .file.fd = -1 };

	if (!blob_is(s, &d, bytes)) {
		int rc = store_writer_open(op, s, &w);
		if (rc < 0 || (rc = store_writer_add(op, &w, bytes)) < 0 ||
		    (rc = store_writer_commit(op, &w, &d, &d)) < 0)
			return rc;
	}
	*ret = d;
	return 0;
}

int store_blob_delete(struct op *op, const struct store *s, const struct digest *d)
{
	char hex[DIGEST_HEX];

	if (unlinkat(s->blobs, digest_hex(d, hex), 0) < 0 && errno != ENOENT)
		return op_fail_errno(op, "cannot delete blob sha256:%s", hex);
	return 0;
}

int store_writer_open(struct op *op, const struct store *s, struct store_writer *ret)
{
	AUTO_STORE_WRITER w = { .store = s, .file.fd = -1 };
	int rc = hash_open(op, HASH_SHA256, &w.hash);

	if (rc < 0 || (rc = file_new_open(op, s->tmp, 0644, &w.file)) < 0)
		return rc;
	*ret = w;
	w = (struct store_writer){ .file.fd = -1 };
	return 0;
}

int store_writer_add(struct op *op, struct store_writer *w, str bytes)
{
	hash_add(w->hash, bytes);
	w->size += (uint64_t)bytes.len;
	return file_write(op, w->file.fd, S("a blob of the store"), bytes);
}

/* As file_new_publish(), from tmp/ into blobs/sha256/. */
static int publish(struct op *op, struct store_writer *w, const char *hex)
{
	if (fsync(w->file.fd) < 0)
		return op_fail_errno(op, "cannot write blob sha256:%s", hex);
	if (renameat(w->file.dirfd, w->file.name, w->store->blobs, hex) < 0)
		return op_fail_errno(op, "cannot put blob sha256:%s into the store", hex);
	w->file.name[0] = '\0';
	if (fsync(w->store->blobs) < 0 && errno != EINVAL)
		return op_fail_errno(op, "cannot write the directory of blob sha256:%s", hex);
	return 0;
}

int store_writer_commit(struct op *op, struct store_writer *w, const struct digest *want,
			struct digest *ret)
{
	char got_hex[DIGEST_HEX], want_hex[DIGEST_HEX];
	struct digest got;

	hash_result(w->hash, HASH_SHA256, got.b);
	int rc = want && !digest_eq(want, &got)
			 ? op_fail(op, ERR_VERIFY,
				   "the bytes have digest sha256:%s and not sha256:%s",
				   digest_hex(&got, got_hex), digest_hex(want, want_hex))
			 : publish(op, w, digest_hex(&got, got_hex));

	store_writer_discard(w);
	if (rc == 0)
		*ret = got;
	return rc;
}

void store_writer_discard(struct store_writer *w)
{
	hash_close(&w->hash);
	file_new_discard(&w->file);
}

int store_key_get(struct op *op, const struct store *s, const char *kind, const struct digest *key,
		  size_t max, str *ret)
{
	char hex[DIGEST_HEX];
	str path;
	int rc = op_text(op, &path, "%s/%s", kind, digest_hex(key, hex));

	return rc < 0 ? rc : file_read(op, s->keys, path, max, ret);
}

int store_key_put(struct op *op, const struct store *s, const char *kind, const struct digest *key,
		  str bytes)
{
	char hex[DIGEST_HEX];
	str path;
	int rc = op_text(op, &path, "%s/%s", kind, digest_hex(key, hex));

	if (rc < 0)
		return rc;
	if (mkdirat(s->keys, kind, 0755) < 0 && errno != EEXIST)
		return op_fail_errno(op, "cannot make %.*s/keys/%s", STR_ARG(s->path), kind);
	return file_replace(op, s->keys, path, bytes, 0644);
}
