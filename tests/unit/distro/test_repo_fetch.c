#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>

#include "distro/repo_parts.h"
#include "unit/harness.h"
#include "unit/http_server.h"

enum { BIG = 200 * 1000 };

struct place {
	struct store store;
	int dir;
	str path, big;
};
static void leave(struct place *p)
{
	store_close(&p->store);
}
#define AUTO_PLACE __attribute__((cleanup(leave))) struct place

/* A mirror with two packages and an empty store. */
static int set_up(struct op *op, struct place *p)
{
	AUTO_FD pool = -1;
	str store;

	*p = (struct place){ .store = { .dir = -1, .blobs = -1, .keys = -1, .tmp = -1, .use = -1 } };
	char *bytes = op_new(op, char, BIG);
	if (!bytes)
		return op->code;
	for (int i = 0; i < BIG; i++)
		bytes[i] = (char)(i * 7 + i / 251);
	p->big = (str){ bytes, BIG };
	p->path = str_of(test_dir(&p->dir));
	TRY(dir_open(op, p->dir, S("pool"), true, &pool));
	TRY(file_replace(op, pool, S("big.deb"), p->big, 0644));
	TRY(file_replace(op, pool, S("small.deb"), S("small"), 0644));
	TRY(op_text(op, &store, "%.*s/store", STR_ARG(p->path)));
	return store_open(op, store, &p->store);
}

static struct repo_want want(const char *name, str bytes)
{
	struct repo_want w = { str_of(name), S("1.0"), S("pool/big.deb"), false, (uint64_t)bytes.len,
			       digest_of(bytes) };

	if (str_eq(w.name, S("small")))
		w.path = S("pool/small.deb");
	return w;
}

/* The name under which a part of it waits in the store. */
static str part_name(const struct repo_want *w, char out[40])
{
	char hex[DIGEST_HEX];

	(void)snprintf(out, 40, "tmp-%.32s", digest_hex(&w->sha256, hex));
	return str_of(out);
}

static bool tmp_is_empty(struct op *op, const struct place *p)
{
	ptrdiff_t n = 1;
	str *name;

	return dir_list(op, p->store.tmp, S("tmp"), &name, &n) == 0 && n == 0;
}

static void note(void *arg, uint64_t done, uint64_t total)
{
	uint64_t *seen = arg;

	seen[0] = done;
	seen[1] = total;
}

static int from_files(struct op *op)
{
	AUTO_PLACE p;
	struct repo_mirror m = { 0 };
	uint64_t seen[2] = { 0 };
	str record, got;

	TRY(set_up(op, &p));
	TRY(op_text(op, &m.archive, "file://%.*s", STR_ARG(p.path)));
	struct repo_want w[3] = { want("big", p.big), want("small", S("small")), want("small", S("small")) };
	CHECK_FAILS(op, repo_fetch(op, &p.store, &m, w, 3, true, NULL, NULL), ERR_NET, "network is off");
	TRY(repo_fetch(op, &p.store, &m, w, 3, false, note, seen));
	CHECK(seen[0] == BIG + 5 && seen[1] == BIG + 5);
	TRY(store_blob_read(op, &p.store, &w[0].sha256, BIG, &got));
	CHECK(str_eq(got, p.big));
	TRY(store_key_get(op, &p.store, "package", &w[1].sha256, 1000, &record));
	CHECK(str_find_str(record, S("package small 1.0\nblob sha256:")) == 0);
	TRY(dir_remove(op, p.dir, S("pool")));
	TRY(repo_fetch(op, &p.store, &m, w, 3, false, note, seen));
	TRY(repo_fetch(op, &p.store, &m, w, 3, true, NULL, NULL));
	CHECK(tmp_is_empty(op, &p));
	return 0;
}

/* What the mirror must not get away with, nor a lock that was tampered with. */
static int refuses(struct op *op)
{
	AUTO_PLACE p;
	struct repo_mirror m = { 0 };

	TRY(set_up(op, &p));
	TRY(op_text(op, &m.archive, "file://%.*s", STR_ARG(p.path)));
	struct repo_want w[2] = { want("big", p.big), want("small", S("small")) };
	w[0].sha256.b[0] ^= 1;
	CHECK_FAILS(op, repo_fetch(op, &p.store, &m, w, 2, false, NULL, NULL), ERR_VERIFY, "package big 1.0: cannot fetch");
	CHECK(!store_blob_has(&p.store, &w[0].sha256) && store_blob_has(&p.store, &w[1].sha256));
	w[0] = want("big", p.big);
	w[0].size--;
	CHECK_FAILS(op, repo_fetch(op, &p.store, &m, w, 2, false, NULL, NULL), ERR_LIMIT, "larger");
	w[0].size += 2;
	CHECK_FAILS(op, repo_fetch(op, &p.store, &m, w, 2, false, NULL, NULL), ERR_NET, "smaller");
	w[0].size = UINT64_MAX;
	CHECK_FAILS(op, repo_fetch(op, &p.store, &m, w, 2, false, NULL, NULL), ERR_LIMIT, "size");
	w[0].size = 0;
	CHECK_FAILS(op, repo_fetch(op, &p.store, &m, w, 2, false, NULL, NULL), ERR_LIMIT, "size");
	w[0] = want("big", p.big);
	w[0].path = S("pool/../../secret.deb");
	CHECK_FAILS(op, repo_fetch(op, &p.store, &m, w, 2, false, NULL, NULL), ERR_FORMAT, "no path");
	w[0] = want("big", str_head(p.big, 100));
	w[0].path = S("pool/none.deb");
	CHECK_FAILS(op, repo_fetch(op, &p.store, &m, w, 2, false, NULL, NULL), ERR_NET, "big 1.0 is no longer on the mirror");
	CHECK(!store_blob_has(&p.store, &w[0].sha256));
	return 0;
}

/* More that fail than there may be open files: the mirror is to blame, not this machine. */
static int many_gone(struct op *op)
{
	enum { N = 300 };
	struct rlimit have, few;
	AUTO_PLACE p;
	struct repo_mirror m = { 0 };
	struct repo_want w[N];

	TRY(set_up(op, &p));
	TRY(op_text(op, &m.archive, "file://%.*s", STR_ARG(p.path)));
	for (int i = 0; i < N; i++) {
		w[i] = want("big", p.big);
		w[i].path = S("pool/none.deb");
		w[i].sha256.b[0] = (uint8_t)i;
		w[i].sha256.b[1] = (uint8_t)(i >> 8);
	}
	CHECK(getrlimit(RLIMIT_NOFILE, &have) == 0);
	few = (struct rlimit){ 64, have.rlim_max };
	CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
	int rc = repo_fetch(op, &p.store, &m, w, N, false, NULL, NULL);
	CHECK(setrlimit(RLIMIT_NOFILE, &have) == 0);
	CHECK_FAILS(op, rc, ERR_NET, "big 1.0 (and 299 more packages) is no longer on the mirror");
	CHECK(tmp_is_empty(op, &p));
	return 0;
}

static int resumes(struct op *op)
{
	AUTO_PLACE p;
	struct repo_mirror m = { 0 }, cut = { 0 };
	struct http_server server;
	char part[40];
	str got;

	TRY(set_up(op, &p));
	if (!http_server_start(&server, p.dir))
		return op_fail(op, ERR_IO, "cannot listen on a loopback port");
	TRY(op_text(op, &m.archive, "http://127.0.0.1:%d/ok", server.port));
	TRY(op_text(op, &cut.archive, "http://127.0.0.1:%d/cut", server.port));
	struct repo_want w = want("big", p.big);
	(void)part_name(&w, part);

	/* A mirror that breaks off: what came stays, and the next run goes on behind it. */
	CHECK_FAILS(op, repo_fetch(op, &p.store, &cut, &w, 1, false, NULL, NULL), ERR_NET, "package big 1.0: cannot fetch");
	TRY(file_read(op, p.store.tmp, str_of(part), BIG, &got));
	CHECK(str_eq(got, str_head(p.big, 4000)));
	TRY(repo_fetch(op, &p.store, &m, &w, 1, false, NULL, NULL));
	CHECK(server.last_from == 4000);
	TRY(store_blob_verify(op, &p.store, &w.sha256));
	CHECK(tmp_is_empty(op, &p));

	/* A part with wrong bytes, one that is whole, one that is too long. */
	const struct {
		str part;
		long from;
	} parts[] = { { S("these are not its first bytes"), -1 }, { p.big, -2 }, { p.big, -1 } };
	for (int i = 0; i < 3; i++) {
		AUTO_FD fd = -1;
		TRY(store_blob_delete(op, &p.store, &w.sha256));
		TRY(file_replace(op, p.store.tmp, str_of(part), parts[i].part, 0644));
		if (i == 2 && (fd = openat(p.store.tmp, part, O_WRONLY | O_APPEND | O_CLOEXEC)) >= 0)
			TRY(file_write(op, fd, S("part"), S("more")));
		server.last_from = -2;
		TRY(repo_fetch(op, &p.store, &m, &w, 1, false, NULL, NULL));
		CHECK(server.last_from == parts[i].from);
		TRY(store_blob_verify(op, &p.store, &w.sha256));
		CHECK(tmp_is_empty(op, &p));
	}
	http_server_stop(&server);
	return 0;
}

/* Another process is at the same package: it is not disturbed, and nobody waits. */
static int leaves_others_alone(struct op *op)
{
	AUTO_PLACE p;
	struct repo_mirror m = { 0 };
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char part[40];
	str got;

	TRY(set_up(op, &p));
	TRY(op_text(op, &m.archive, "file://%.*s", STR_ARG(p.path)));
	struct repo_want w = want("big", p.big);
	TRY(file_replace(op, p.store.tmp, part_name(&w, part), S("busy"), 0644));
	AUTO_FD fd = openat(p.store.tmp, part, O_RDWR | O_CLOEXEC);
	CHECK(fd >= 0 && fcntl(fd, F_OFD_SETLK, &whole) == 0);
	TRY(repo_fetch(op, &p.store, &m, &w, 1, false, NULL, NULL));
	TRY(store_blob_verify(op, &p.store, &w.sha256));
	TRY(file_read(op, p.store.tmp, str_of(part), 100, &got));
	CHECK_STR(got, S("busy"));
	return 0;
}

TESTS({ "from files", from_files }, { "refuses", refuses, .once = true },
      { "many that are gone", many_gone, .once = true }, { "resumes", resumes, .once = true },
      { "leaves others alone", leaves_others_alone, .once = true })
