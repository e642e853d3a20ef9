#include <fcntl.h>
#include <string.h>

#include "fixture.h"
#include "oci/image_tree.h"
#include "unit/harness.h"

static int make(struct op *op, str spec, struct store *s, struct image *image)
{
	struct image_descriptor d;

	TRY(store_open(op, str_of(test_dir(NULL)), s));
	TRY(fixture_image(op, s, spec, "gzip", &d));
	return image_get(op, s, &d.digest, S(""), image);
}

static int listed(struct op *op, const struct image_tree *t, str *ret)
{
	static const char kind[] = { [ENTRY_DIRECTORY] = 'd', [ENTRY_FILE] = 'f', [ENTRY_SYMLINK] = 's',
				     [ENTRY_HARDLINK] = 'h' };
	struct buf b;

	buf_init(&b, op, 1 << 20);
	for (ptrdiff_t i = 0; i < t->n; i++)
		buf_fmt(&b, "%c %.*s%s%.*s\n", kind[t->entry[i].type], STR_ARG(t->entry[i].path),
			t->entry[i].link.len ? " " : "", STR_ARG(t->entry[i].link));
	return buf_take(&b, ret);
}

/* A file's content, wherever it stands, to see which layer won. */
static int content(struct op *op, const struct store *s, const struct image *image, const struct image_tree *t,
		   str path, str *ret)
{
	const struct entry *e = image_tree_find(t, path);

	*ret = S("(none)");
	return e ? image_tree_content(op, s, image, t, e, 100, ret) : 0;
}

/* How the merged tree is listed; how it merges is tested with tree/. */
static const struct {
	const char *what, *spec, *want; /* want: the list, or the error */
	const char *path, *content;     /* a file to look at */
} merges[] = {
	{ "plain", "d a\nf a/b one", "d a\nf a/b\n", "a/b", "one" },
	{ "whiteout", "f a one\nf b two\n--\nf .wh.a x", "f b\n", "a", "(none)" },
	{ "hard link outlives its file", "f a one\nh b a\n--\nf a two", "f a\nf b\n", "b", "one" },
	{ "hard link sorts first", "f z one\nh a z", "f a\nh z a\n", "z", "one" },
	{ "through a lower symlink", "d usr/lib\ns lib usr/lib\n--\nf lib/x one",
	  "s lib usr/lib\nd usr\nd usr/lib\nf usr/lib/x\n", "lib/x", "one" },
	{ "order", "f a-b one\nf a/c one\nf a.c one", "d a\nf a/c\nf a-b\nf a.c\n", NULL, NULL },
	{ "below a file", "f a one\nf a/b two", "is used as a directory", NULL, NULL },
};

static bool wants_all(void *arg, str path, uint64_t size)
{
	(void)arg;
	return path.len > 0 && size > 0;
}

static const struct image_tree_wish hashed = { .digests = true, .wants = wants_all };

static int merge_one(struct op *op, size_t i)
{
	AUTO_STORE s = FIXTURE_STORE;
	struct image image;
	struct image_tree t;
	str text;

	TRY(make(op, str_of(merges[i].spec), &s, &image));
	int rc = image_tree_read(op, &s, &image, &hashed, &t);
	if (rc == ERR_MEMORY)
		return rc;
	if (rc < 0) {
		CHECK_FAILS(op, rc, ERR_FORMAT, merges[i].want);
		return 0;
	}
	TRY(listed(op, &t, &text));
	CHECK_STR(text, str_of(merges[i].want));
	if (merges[i].path) {
		TRY(content(op, &s, &image, &t, str_of(merges[i].path), &text));
		CHECK_STR(text, str_of(merges[i].content));
		const struct entry *e = image_tree_find(&t, str_of(merges[i].path));
		CHECK(!e || str_eq(t.content[e - t.entry], text));
	}
	return 0;
}

static int merging(struct op *op)
{
	for (size_t i = 0; i < sizeof(merges) / sizeof(merges[0]); i++)
		TRY(merge_one(op, i));
	return 0;
}

static int memory(struct op *op)
{
	return merge_one(op, 3);
}

static int digests(struct op *op)
{
	AUTO_STORE s = FIXTURE_STORE;
	struct digest want = digest_of(S("one"));
	struct image image;
	struct image_tree t;

	TRY(make(op, S("f a one\nh b a\ns c b"), &s, &image));
	TRY(image_tree_read(op, &s, &image, &hashed, &t));
	CHECK(t.n == 3 && digest_eq(&t.entry[0].sha256, &want) && digest_eq(&t.entry[1].sha256, &want));
	CHECK(t.content[1].p && !t.content[2].p);
	TRY(image_tree_read(op, &s, &image, &(struct image_tree_wish){ .digests = true }, &t));
	CHECK(digest_eq(&t.entry[0].sha256, &want) && !t.content[0].p);
	CHECK(t.entry[0].mode == 04644 && t.entry[1].size == 3 && t.entry[0].mtime == 1000);
	CHECK(image_tree_find(&t, S("c")) == &t.entry[1] && image_tree_find_link(&t, S("/c")) == &t.entry[2]);
	CHECK(image_tree_find(&t, S("")) == &t.root && image_tree_find(&t, S("../..//./a")) == &t.entry[0]);
	CHECK(!image_tree_find(&t, S("a/x")) && !image_tree_find(&t, S("q")));
	return 0;
}

/* Each layer lies in one way; a right blob digest does not help it. */
static int lies(struct op *op)
{
	AUTO_STORE s = FIXTURE_STORE;
	struct image image;
	struct image_tree t;

	TRY(make(op, S("f a one"), &s, &image));
	struct image_layer *layer = &image.config.layer[0], good = *layer;
	layer->diff_id.b[0] ^= 1;
	CHECK_FAILS(op, image_tree_read(op, &s, &image, NULL, &t), ERR_VERIFY, "unpacks to");
	*layer = good;
	layer->media_type = S("application/vnd.oci.image.layer.v1.tar+zstd");
	CHECK_FAILS(op, image_tree_read(op, &s, &image, NULL, &t), ERR_FORMAT, "not compressed as its media type");
	*layer = good;
	layer->size++;
	CHECK_FAILS(op, image_tree_read(op, &s, &image, NULL, &t), ERR_FORMAT, "its descriptor says");
	*layer = good;
	layer->digest.b[0] ^= 1;
	CHECK_FAILS(op, image_tree_read(op, &s, &image, NULL, &t), ERR_FORMAT, "not in the store");
	return 0;
}

static int mode_at(int dir, const char *path)
{
	struct stat st;

	return fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) < 0 ? -1 : (int)(st.st_mode & 07777);
}

static int unpacking(struct op *op)
{
	static const char spec[] = "d d\nf d/a one\ns abs /etc/passwd\ns up ../../../tmp\nf f one\n--\n"
				   "h d/b d/a\nf f two\ns d/l a\nf up/x y\nf .wh.gone x";
	AUTO_STORE s = FIXTURE_STORE;
	AUTO_FD root = -1;
	struct image image;
	struct stat a, b;
	str text;

	TRY(make(op, str_of(spec), &s, &image));
	TRY(dir_open(op, s.dir, S("root"), true, &root));
	TRY(image_tree_unpack(op, &s, &image, root, false));
	TRY(file_read(op, root, S("f"), 10, &text));
	CHECK_STR(text, S("two"));
	TRY(file_read(op, root, S("tmp/x"), 10, &text));
	CHECK_STR(text, S("y"));
	CHECK(fstatat(root, "d/a", &a, 0) == 0 && fstatat(root, "d/b", &b, 0) == 0 && a.st_ino == b.st_ino);
	CHECK(a.st_mtime == 1000 && mode_at(root, "d/a") == 0644 && mode_at(root, "d") == 0755);
	CHECK(mode_at(root, "abs") == 0777 && faccessat(root, "gone", F_OK, 0) < 0);
	int rc = image_tree_unpack(op, &s, &image, root, false);
	CHECK_FAILS(op, rc, ERR_IO, "File exists");
	if (geteuid() != 0)
		SKIP("setuid files of root are unpacked by root only");
	AUTO_FD other = -1;
	TRY(dir_open(op, s.dir, S("other"), true, &other));
	TRY(image_tree_unpack(op, &s, &image, other, true));
	CHECK(mode_at(other, "d/a") == 04644);
	return 0;
}

TESTS({ "layers merge", merging, .once = true }, { "one merge with failing allocations", memory },
      { "digests, links and look-ups", digests }, { "a layer that lies is refused", lies },
      { "unpacking stays below its directory", unpacking })
