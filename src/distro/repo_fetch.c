#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "repo_parts.h"

/*
 * A package arrives in the store's tmp/ under a name made from its digest, so that the next run
 * goes on where this one was killed; the file is locked while it is written to. Only its whole,
 * verified content gets a name in blobs/.
 */
struct job {
	const struct store *store;
	const struct repo_want *want;
	struct file_new file; /* fd -1 while not on its way */
	ptrdiff_t position;   /* of want among those that were asked for */
	uint64_t have;
	bool shared; /* the name is for later runs too: not removed on failure */
};

/* Thousands may fail, and each has a file open. May run twice. */
static void put_away(void *to)
{
	struct job *j = to;

	if (j->shared && j->have > 0)
		j->file.name[0] = '\0';
	file_new_discard(&j->file);
}

static bool lock(int fd)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(fd, F_OFD_SETLK, &whole) == 0;
}

/* Has the locked file its name still? Whoever had the lock before may have published or removed it. */
static bool is_named(const struct job *j)
{
	struct stat file, name;

	return fstat(j->file.fd, &file) == 0 && S_ISREG(file.st_mode) && file.st_nlink == 1 &&
	       fstatat(j->store->tmp, j->file.name, &name, AT_SYMLINK_NOFOLLOW) == 0 &&
	       name.st_dev == file.st_dev && name.st_ino == file.st_ino;
}

/* Open and lock the partial file; false if another process is at it or it cannot be had. */
static bool open_shared(struct job *j)
{
	char hex[DIGEST_HEX];
	struct stat st;

	for (int tries = 0; tries < 3; tries++) {
		(void)snprintf(j->file.name, sizeof(j->file.name), "tmp-%.32s",
			       digest_hex(&j->want->sha256, hex));
		j->file.fd = openat(j->store->tmp, j->file.name,
				    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
		if (j->file.fd >= 0 && lock(j->file.fd) && is_named(j) &&
		    fstat(j->file.fd, &st) == 0) {
			j->have = (uint64_t)st.st_size;
			return true;
		}
		fd_close(&j->file.fd);
	}
	return false;
}

static int begin(struct op *op, void *to, uint64_t *ret_have)
{
	struct job *j = to;
	int rc;

	j->file.dirfd = j->store->tmp;
	j->have = 0;
	j->shared = open_shared(j);
	if (!j->shared && (rc = file_new_open(op, j->store->tmp, 0644, &j->file)) < 0)
		return rc;
	if (j->have > j->want->size) {
		j->have = 0;
		if (ftruncate(j->file.fd, 0) < 0)
			return op_fail_errno(op, "cannot empty a file in the store");
	}
	*ret_have = j->have;
	return 0;
}

static int add(struct op *op, void *to, str bytes)
{
	struct job *j = to;
	int rc = file_pwrite(op, j->file.fd, j->want->path, bytes, j->have);

	j->have += (uint64_t)bytes.len;
	return rc;
}

static int hash_file(struct op *op, struct store_writer *w, const struct job *j)
{
	char piece[64 << 10];

	for (uint64_t at = 0; at < j->have;) {
		size_t n = j->have - at < sizeof(piece) ? (size_t)(j->have - at) : sizeof(piece);
		int rc = file_pread(op, w->file.fd, j->want->path, piece, n, at);
		if (rc < 0)
			return rc;
		hash_add(w->hash, (str){ piece, (ptrdiff_t)n });
		at += n;
	}
	return 0;
}

/* All bytes are there. The record makes the package known to those who prune the store. */
static int done(struct op *op, void *to)
{
	struct job *j = to;
	AUTO_STORE_WRITER w = { .store = j->store, .file = j->file, .size = j->have };
	char text[DIGEST_TEXT];
	struct digest got;
	uint64_t none;
	str record;
	int rc;

	j->file.fd = -1;
	j->file.name[0] = '\0';
	if ((rc = hash_open(op, HASH_SHA256, &w.hash)) < 0 || (rc = hash_file(op, &w, j)) < 0)
		return rc;
	rc = store_writer_commit(op, &w, &j->want->sha256, &got);
	if (rc == ERR_VERIFY) {
		op_forgive(op);
		rc = begin(op, j, &none);
		return rc < 0 ? rc : 1;
	}
	if (rc < 0)
		return rc;
	rc = op_text(op, &record, "package %.*s %.*s\nblob %s\n", STR_ARG(j->want->name),
		     STR_ARG(j->want->version), digest_text(&got, text));
	return rc < 0 ? rc : store_key_put(op, j->store, "package", &got, record);
}

static int make_url(struct op *op, const struct repo_mirror *m, const struct repo_want *w, str *ret)
{
	str base = w->base.len ? w->base : w->security ? m->security : m->archive;

	if (!repo_path_valid(w->path))
		return op_fail(op, ERR_FORMAT, "package %.*s %.*s: '%.*s' is no path of a package",
			       STR_ARG(w->name), STR_ARG(w->version), STR_ARG(w->path));
	if (w->size == 0 || w->size > LIMIT_PACKAGE)
		return op_fail(op, ERR_LIMIT,
			       "package %.*s %.*s: a size of %llu bytes is not allowed",
			       STR_ARG(w->name), STR_ARG(w->version), (unsigned long long)w->size);
	return op_text(op, ret, "%.*s/%.*s", STR_ARG(base), STR_ARG(w->path));
}

/* One line for all that failed: the first, how many more, what to do. `gone`, if it is not NULL, says of
 * each that the mirror has it no longer, which is no failure then. */
static int judge(struct op *op, const struct job *job, const struct client_request *req,
		 const struct client_result *res, ptrdiff_t n, bool *gone)
{
	ptrdiff_t first = -1, failed = 0;
	char more[48] = "";

	for (ptrdiff_t i = 0; i < n; i++) {
		if (gone)
			gone[job[i].position] = res[i].code && res[i].gone;
		if (!res[i].code || (gone && res[i].gone))
			continue;
		failed++;
		/* That the mirror moved on says more than a broken connection. */
		if (first < 0 || (res[i].gone && !res[first].gone))
			first = i;
	}
	if (first < 0)
		return 0;
	const struct repo_want *w = job[first].want;
	if (failed > 1)
		(void)snprintf(more, sizeof(more), " (and %td more packages)", failed - 1);
	if (res[first].gone)
		return op_fail(
			op, ERR_NET,
			"package %.*s %.*s%s is no longer on the mirror (%.*s): refresh the lock "
			"with temper lock",
			STR_ARG(w->name), STR_ARG(w->version), more, STR_ARG(req[first].url));
	return op_fail(op, res[first].code, "package %.*s %.*s%s: %.*s", STR_ARG(w->name),
		       STR_ARG(w->version), more, STR_ARG(res[first].error));
}

/* The client counts bytes; the caller wants to know out of how many. */
struct teller {
	repo_progress *progress;
	void *arg;
	uint64_t total;
};

static void tell(void *arg, uint64_t done_bytes)
{
	struct teller *t = arg;

	if (t->progress)
		t->progress(t->arg, done_bytes, t->total);
}

static int fetch_jobs(struct op *op, struct job *job, struct client_request *req, ptrdiff_t n,
		      struct teller *t, bool *gone)
{
	AUTO_CLIENT *client = NULL;
	struct client_result *res = op_new(op, struct client_result, n);
	int rc = res ? client_open(op, &client) : op->code;

	if (rc == 0)
		rc = client_fetch(op, client, req, n, tell, t, res);
	for (ptrdiff_t i = 0; i < n; i++)
		put_away(&job[i]);
	return rc < 0 ? rc : judge(op, job, req, res, n, gone);
}

/* The same package may be wanted twice. */
static bool wanted_before(const struct job *job, ptrdiff_t n, const struct digest *d)
{
	for (ptrdiff_t i = 0; i < n; i++)
		if (digest_eq(&job[i].want->sha256, d))
			return true;
	return false;
}

int repo_fetch(struct op *op, const struct store *store, const struct repo_mirror *mirror,
	       const struct repo_want *want, ptrdiff_t n, bool offline, repo_progress *progress,
	       void *arg)
{
	return repo_fetch_some(op, store, mirror, want, n, offline, progress, arg, NULL);
}

int repo_fetch_some(struct op *op, const struct store *store, const struct repo_mirror *mirror,
		    const struct repo_want *want, ptrdiff_t n, bool offline,
		    repo_progress *progress, void *arg, bool *gone)
{
	struct teller t = { progress, arg, 0 };
	struct job *job = op_new(op, struct job, n);
	struct client_request *req = op_new(op, struct client_request, n);
	ptrdiff_t missing = 0;

	if (!job || !req)
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		if (store_blob_has(store, &want[i].sha256) ||
		    wanted_before(job, missing, &want[i].sha256))
			continue;
		job[missing] = (struct job){
			.store = store, .want = &want[i], .position = i, .file.fd = -1
		};
		req[missing] = (struct client_request){ .max = LIMIT_PACKAGE,
							.size = want[i].size,
							.begin = begin,
							.sink = add,
							.done = done,
							.failed = put_away,
							.to = &job[missing] };
		int rc = make_url(op, mirror, &want[i], &req[missing].url);
		if (rc < 0)
			return rc;
		t.total += want[i].size;
		missing++;
	}
	if (missing == 0)
		return 0;
	if (offline)
		return op_fail(
			op, ERR_NET,
			"package %.*s %.*s (of %td) is not in the store, and the network is off",
			STR_ARG(job[0].want->name), STR_ARG(job[0].want->version), missing);
	return fetch_jobs(op, job, req, missing, &t, gone);
}
