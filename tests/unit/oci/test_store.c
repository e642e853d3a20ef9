#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>

#include "oci/store.h"
#include "unit/harness.h"

static int open_fresh(struct op *op, struct store *ret)
{
	return store_open(op, str_of(test_dir(NULL)), ret);
}

static int blobs(struct op *op)
{
	AUTO_STORE s = { -1, -1, -1, -1, .use = -1 };
	struct digest d, none = { { 1 } };
	AUTO_FD fd = -1;
	uint64_t size = 0;
	str got;

	TRY(open_fresh(op, &s));
	TRY(store_blob_put(op, &s, exact(S("hello")), &d));
	CHECK(store_blob_has(&s, &d) && !store_blob_has(&s, &none));
	TRY(store_blob_read(op, &s, &d, 100, &got));
	CHECK_STR(got, S("hello"));
	CHECK_FAILS(op, store_blob_read(op, &s, &d, 4, &got), ERR_LIMIT, "larger than 4");
	TRY(store_blob_open(op, &s, &d, &fd, &size));
	CHECK(size == 5);
	CHECK(store_blob_open(op, &s, &none, &fd, &size) == 1 || op->code);
	TRY(store_blob_verify(op, &s, &d));
	TRY(store_blob_delete(op, &s, &d));
	CHECK(!store_blob_has(&s, &d));
	TRY(store_blob_delete(op, &s, &d));
	return 0;
}

static int damaged_blobs(struct op *op)
{
	AUTO_STORE s = { -1, -1, -1, -1, .use = -1 };
	struct digest d;
	char hex[DIGEST_HEX];
	str got;

	TRY(open_fresh(op, &s));
	TRY(store_blob_put(op, &s, S("right"), &d));
	TRY(file_replace(op, s.blobs, str_of(digest_hex(&d, hex)), S("wrong"), 0644));
	CHECK_FAILS(op, store_blob_read(op, &s, &d, 100, &got), ERR_VERIFY, "damaged");
	CHECK(!store_blob_has(&s, &d));
	TRY(file_replace(op, s.blobs, str_of(hex), S("wrong"), 0644));
	CHECK_FAILS(op, store_blob_verify(op, &s, &d), ERR_VERIFY, "damaged");
	TRY(file_replace(op, s.blobs, str_of(hex), S("wrong"), 0644));
	TRY(store_blob_put(op, &s, S("right"), &d)); /* writing again heals */
	TRY(store_blob_read(op, &s, &d, 100, &got));
	CHECK_STR(got, S("right"));
	return 0;
}

static int writers(struct op *op)
{
	AUTO_STORE s = { -1, -1, -1, -1, .use = -1 };
	struct digest d = { { 0 } }, want = digest_of(S("other"));
	AUTO_STORE_WRITER w = { .file.fd = -1 };
	ptrdiff_t n = 0;
	str *name;

	TRY(open_fresh(op, &s));
	TRY(store_writer_open(op, &s, &w));
	TRY(store_writer_add(op, &w, S("ab")));
	TRY(store_writer_add(op, &w, S("c")));
	TRY(store_writer_commit(op, &w, NULL, &d));
	struct digest abc = digest_of(S("abc"));
	CHECK(digest_eq(&d, &abc));
	TRY(store_writer_open(op, &s, &w));
	TRY(store_writer_add(op, &w, S("this")));
	CHECK_FAILS(op, store_writer_commit(op, &w, &want, &d), ERR_VERIFY, "and not sha256:");
	TRY(store_writer_open(op, &s, &w));
	store_writer_discard(&w);
	TRY(dir_list(op, s.tmp, S("tmp"), &name, &n));
	CHECK(n == 0);
	TRY(dir_list(op, s.blobs, S("blobs"), &name, &n));
	CHECK(n == 1);
	return 0;
}

static int records(struct op *op)
{
	AUTO_STORE s = { -1, -1, -1, -1, .use = -1 };
	struct digest key = digest_of(S("question"));
	str got;

	TRY(open_fresh(op, &s));
	int rc = store_key_get(op, &s, "layer", &key, 100, &got);
	TRY(rc);
	CHECK(rc == 1);
	TRY(store_key_put(op, &s, "layer", &key, S("answer")));
	TRY(store_key_put(op, &s, "layer", &key, S("better")));
	TRY(store_key_get(op, &s, "layer", &key, 100, &got));
	CHECK_STR(got, S("better"));
	CHECK_FAILS(op, store_key_get(op, &s, "layer", &key, 3, &got), ERR_LIMIT, "larger");
	return 0;
}

static int names(struct op *op)
{
	static const char *const bad[] = { "", ":", "a b", "a//b", "/a", "a/", "../a", "a/../b", ":tag", "a:",
					   "a\nb", "a/:x" };
	static const struct { const char *in, *out; } good[] = {
		{ "nginx", "nginx:latest" }, { "nginx:1", "nginx:1" }, { "h:5000/a", "h:5000/a:latest" },
		{ "h:5000/a:b", "h:5000/a:b" },
	};
	str got;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_FAILS(op, store_name(op, exact(str_of(bad[i])), &got), ERR_USAGE, "is not an image name");
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		TRY(store_name(op, exact(str_of(good[i].in)), &got));
		CHECK_STR(got, str_of(good[i].out));
	}
	return 0;
}

static const str foreign = S_INIT("{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"x/y\",\"digest\":\"sha256:"
	"1111111111111111111111111111111111111111111111111111111111111111\",\"size\":3,\"data\":[1,null,true,\"a\"]}]}");

static int images(struct op *op)
{
	AUTO_STORE s = { -1, -1, -1, -1, .use = -1 };
	struct store_image a = { S("b/nginx"), S("m/t"), digest_of(S("1")), 7 }, got, *list;
	ptrdiff_t n = 0;
	str text;

	TRY(open_fresh(op, &s));
	TRY(file_replace(op, s.dir, S("index.json"), foreign, 0644));
	int rc = store_image_get(op, &s, S("nginx"), &got);
	TRY(rc);
	CHECK(rc == 1);
	TRY(store_image_put(op, &s, &a));
	a.name = S("a:1");
	TRY(store_image_put(op, &s, &a));
	a.digest = digest_of(S("2"));
	TRY(store_image_put(op, &s, &a)); /* takes the name over */
	TRY(store_image_list(op, &s, &list, &n));
	CHECK(n == 2);
	CHECK_STR(list[0].name, S("a:1"));
	CHECK(digest_eq(&list[0].digest, &a.digest) && list[0].size == 7);
	CHECK_STR(list[1].name, S("b/nginx:latest"));
	TRY(store_image_delete(op, &s, S("b/nginx")));
	rc = store_image_delete(op, &s, S("b/nginx"));
	TRY(rc);
	CHECK(rc == 1);
	TRY(file_read(op, s.dir, S("index.json"), 9999, &text));
	CHECK(str_find_str(text, S("\"size\":3,\"data\":[1,null,true,\"a\"]}")) > 0); /* kept */
	TRY(file_replace(op, s.dir, S("index.json"), S("{\"manifests\":[{}]}"), 0644));
	CHECK_FAILS(op, store_image_list(op, &s, &list, &n), ERR_FORMAT, "not a descriptor");
	return 0;
}

/* Many at once stand in the order of their names, whatever order they came in; the last of a name counts. */
static int many_images(struct op *op)
{
	static const char *const name[] = { "m", "c:2", "z", "c:1", "m", "a/b" };
	static const char *const want[] = { "a/b:latest", "c:1", "c:2", "m:latest", "z:latest" };
	enum { N = sizeof(name) / sizeof(name[0]), WANT = sizeof(want) / sizeof(want[0]) };
	AUTO_STORE s = { -1, -1, -1, -1, .use = -1 };
	struct store_image image[N], *list;
	struct stat was, is;
	ptrdiff_t n = 0, at = 0;
	str text;

	TRY(open_fresh(op, &s));
	TRY(file_replace(op, s.dir, S("index.json"), foreign, 0644));
	for (int i = 0; i < N; i++)
		image[i] = (struct store_image){ str_of(name[i]), S("m/t"),
						 digest_of((str){ (const char *)&i, sizeof(i) }),
						 (uint64_t)i + 1 };
	TRY(store_images_put(op, &s, image, 2));
	TRY(store_images_put(op, &s, image + 2, N - 2));
	TRY(store_images_put(op, &s, image, 0));
	TRY(store_image_list(op, &s, &list, &n));
	CHECK(n == WANT);
	TRY(file_read(op, s.dir, S("index.json"), 9999, &text));
	for (ptrdiff_t i = 0; i < n && i < WANT; i++) {
		CHECK_STR(list[i].name, str_of(want[i]));
		ptrdiff_t found = str_find_str(str_from(text, at), str_of(want[i]));
		CHECK(found > 0);
		at += found > 0 ? found : 0;
	}
	CHECK(n > 3 && list[3].size == 5);
	CHECK(str_find_str(text, S("\"size\":3,\"data\":[1,null,true,\"a\"]}")) > 0);
	CHECK(fstatat(s.dir, "index.json", &was, 0) == 0);
	TRY(store_images_put(op, &s, image + 1, N - 1)); /* nothing new: nothing written */
	CHECK(fstatat(s.dir, "index.json", &is, 0) == 0 && was.st_ino == is.st_ino);
	image[2].name = S("not a name");
	CHECK_FAILS(op, store_images_put(op, &s, image, N), ERR_USAGE, "not an image name");
	return 0;
}

/* An image that names a manifest, config and layer; a record of a package beside it. */
static int fill(struct op *op, const struct store *s, struct digest *layer, struct digest *side)
{
	struct digest config, manifest;
	char a[DIGEST_TEXT], b[DIGEST_TEXT];
	str text;

	TRY(store_blob_put(op, s, S("layer bytes"), layer));
	TRY(store_blob_put(op, s, S("entries of the layer"), side));
	TRY(store_blob_put(op, s, S("{\"c\":1}"), &config));
	TRY(op_text(op, &text, "{\"config\":\"%s\",\"layers\":[\"%s\"]}", digest_text(&config, a),
		    digest_text(layer, b)));
	TRY(store_blob_put(op, s, text, &manifest));
	struct store_image image = { S("x"), S("m/t"), manifest, (uint64_t)text.len };
	TRY(store_image_put(op, s, &image));
	TRY(op_text(op, &text, "layer %s side %s", b, digest_text(side, a)));
	return store_key_put(op, s, "layer", &manifest, text);
}

static int prunes(struct op *op)
{
	AUTO_STORE s = { -1, -1, -1, -1, .use = -1 };
	struct digest layer, side, lost, other;
	struct store_pruned p;
	char text[DIGEST_TEXT];

	TRY(open_fresh(op, &s));
	TRY(fill(op, &s, &layer, &side));
	TRY(store_blob_put(op, &s, S("of no image"), &lost));
	TRY(store_blob_put(op, &s, S("of no image and record"), &other));
	TRY(store_key_put(op, &s, "layer", &lost, str_of(digest_text(&lost, text))));
	TRY(store_key_put(op, &s, "index", &lost, S("a record without blobs")));
	TRY(store_prune(op, &s, true, true, &p));
	CHECK(p.blobs == 1 && p.records == 0 && store_blob_has(&s, &other));
	TRY(store_prune(op, &s, true, false, &p));
	CHECK(p.blobs == 1 && p.bytes == 22 && p.records == 0);
	CHECK(!store_blob_has(&s, &other) && store_blob_has(&s, &lost));
	TRY(store_prune(op, &s, false, false, &p));
	CHECK(p.blobs == 1 && p.records == 2 && !store_blob_has(&s, &lost));
	CHECK(store_blob_has(&s, &layer) && store_blob_has(&s, &side));
	TRY(store_image_delete(op, &s, S("x")));
	TRY(store_prune(op, &s, false, false, &p));
	CHECK(p.blobs == 4 && p.records == 1);
	return 0;
}

static int prunes_beside_others(struct op *op)
{
	AUTO_STORE s = { -1, -1, -1, -1, .use = -1 };
	AUTO_STORE other = { -1, -1, -1, -1, .use = -1 };
	struct timespec old[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	struct digest fresh, aged;
	struct store_pruned p;
	char hex[DIGEST_HEX];

	TRY(open_fresh(op, &s));
	TRY(store_open(op, s.path, &other));
	TRY(store_blob_put(op, &s, S("just written"), &fresh));
	TRY(store_blob_put(op, &s, S("long ago"), &aged));
	CHECK(utimensat(s.blobs, digest_hex(&aged, hex), old, 0) == 0);
	TRY(store_prune(op, &s, false, false, &p));
	CHECK(p.blobs == 1 && store_blob_has(&s, &fresh));
	store_close(&other);
	TRY(store_prune(op, &s, false, false, &p));
	CHECK(p.blobs == 1 && !store_blob_has(&s, &fresh));
	return 0;
}

/* Killed in the middle of a blob: no blob, and what it left goes when it is old enough. */
static int killed_writer(struct op *op)
{
	AUTO_STORE s = { -1, -1, -1, -1, .use = -1 };
	struct timespec old[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	struct store_pruned p;
	int ready[2], status;
	ptrdiff_t n = 0;
	str *name;
	char c;

	TRY(open_fresh(op, &s));
	CHECK(pipe(ready) == 0);
	pid_t pid = fork();
	if (pid == 0) {
		struct store_writer w;
		if (store_writer_open(op, &s, &w) == 0 && store_writer_add(op, &w, S("half of it")) == 0 &&
		    write(ready[1], "r", 1) == 1)
			(void)pause();
		_exit(1);
	}
	CHECK(pid > 0 && read(ready[0], &c, 1) == 1);
	CHECK(kill(pid, SIGKILL) == 0 && waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	(void)close(ready[0]);
	(void)close(ready[1]);
	TRY(dir_list(op, s.blobs, S("blobs"), &name, &n));
	CHECK(n == 0);
	TRY(dir_list(op, s.tmp, S("tmp"), &name, &n));
	CHECK(n == 1);
	TRY(store_prune(op, &s, true, false, &p));
	CHECK(p.bytes == 0); /* it could be a living writer's */
	CHECK(utimensat(s.tmp, name[0].p, old, 0) == 0);
	TRY(store_prune(op, &s, true, false, &p));
	CHECK(p.bytes == 10);
	TRY(dir_list(op, s.tmp, S("tmp"), &name, &n));
	CHECK(n == 0);
	return 0;
}

enum { WRITERS = 4, TURNS = 20 };

static void write_turns(const struct store *given, int who)
{
	AUTO_OP op;
	AUTO_STORE s = { -1, -1, -1, -1, .use = -1 };
	char text[64];
	struct digest d;

	op_init(&op, 0);
	if (store_open(&op, given->path, &s) < 0)
		_exit(2);
	for (int i = 0; i < TURNS; i++) {
		(void)snprintf(text, sizeof(text), "w%d:t%d", who, i);
		struct store_image image = { str_of(text), S("m/t"), { { 0 } }, 1 };
		if (store_blob_put(&op, &s, S("the same blob"), &d) < 0 ||
		    store_blob_put(&op, &s, str_of(text), &image.digest) < 0 ||
		    store_image_put(&op, &s, &image) < 0)
			_exit(3);
	}
	_exit(0);
}

static int many_writers(struct op *op)
{
	AUTO_STORE s = { -1, -1, -1, -1, .use = -1 };
	struct store_image *list;
	pid_t pid[WRITERS];
	ptrdiff_t n = 0;
	int status;

	TRY(open_fresh(op, &s));
	for (int i = 0; i < WRITERS; i++)
		if ((pid[i] = fork()) == 0)
			write_turns(&s, i);
	for (int i = 0; i < WRITERS; i++)
		CHECK(pid[i] > 0 && waitpid(pid[i], &status, 0) == pid[i] && status == 0);
	TRY(store_image_list(op, &s, &list, &n));
	CHECK(n == WRITERS * TURNS);
	for (ptrdiff_t i = 0; i < n; i++)
		TRY(store_blob_verify(op, &s, &list[i].digest));
	return 0;
}

/* A full disk: one clear error, nothing left, and what was there is whole. */
static int full_disk(struct op *op)
{
	const char *dir = test_dir(NULL);
	AUTO_STORE s = { -1, -1, -1, -1, .use = -1 };
	struct digest d, big;
	ptrdiff_t n = 0;
	str *name, got;

	if (mount("tmpfs", dir, "tmpfs", 0, "size=256k") < 0) {
		(void)printf("     a full disk was not tried: cannot mount a tmpfs (%s)\n", strerror(errno));
		return 0;
	}
	char *bytes = op_alloc(op, 1, 1 << 20);
	int rc = store_open(op, str_of(dir), &s);
	if (rc == 0 && bytes && (rc = store_blob_put(op, &s, S("small"), &d)) == 0) {
		CHECK_FAILS(op, store_blob_put(op, &s, (str){ bytes, 1 << 20 }, &big), ERR_IO, "No space left");
		CHECK(dir_list(op, s.tmp, S("tmp"), &name, &n) == 0 && n == 0);
		CHECK(store_blob_read(op, &s, &d, 10, &got) == 0);
	}
	store_close(&s);
	CHECK(umount2(dir, MNT_DETACH) == 0);
	return rc;
}

TESTS({ "blobs come back as they went in", blobs }, { "a damaged blob is told and goes", damaged_blobs },
      { "blobs in pieces", writers }, { "records", records }, { "image names", names },
      { "index.json is changed and what others wrote is kept", images },
      { "many images at once", many_images },
      { "prune keeps what is needed", prunes },
      { "prune leaves alone what others may need", prunes_beside_others },
      { "a killed writer leaves no blob", killed_writer, .once = true },
      { "many writers", many_writers, .once = true }, { "a full disk", full_disk, .once = true })
