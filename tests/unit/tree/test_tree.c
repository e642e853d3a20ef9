#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "../oci/fixture.h"
#include "base/limits.h"
#include "sys/file.h"
#include "tree/tree.h"
#include "unit/harness.h"

enum { LAYERS = 8 };

struct given {
	struct tree_layer layer[LAYERS];
	ptrdiff_t n;
};

static void given_close(struct given *g)
{
	for (ptrdiff_t i = 0; i < g->n; i++)
		close(g->layer[i].fd);
	g->n = 0;
}
#define AUTO_GIVEN __attribute__((cleanup(given_close))) struct given

static int add(struct op *op, void *to, str bytes)
{
	return file_write(op, *(int *)to, S("memory"), bytes);
}

/* One layer, plain or gzip, in a file without a name, with its digests. */
static int give_layer(struct op *op, struct given *g, str tar, const char *how)
{
	struct tree_layer *l = &g->layer[g->n];
	AUTO_COMPRESS *c = NULL;

	l->fd = memfd_create("layer", MFD_CLOEXEC);
	CHECK(l->fd >= 0);
	g->n++;
	l->what = S("layer");
	if (how) {
		TRY(compress_open(op, how[0] == 'g' ? COMPRESS_GZIP : COMPRESS_ZSTD, add, &l->fd, &c));
		TRY(compress_add(op, c, tar));
		TRY(compress_end(op, c));
	} else {
		TRY(add(op, &l->fd, tar));
	}
	l->diff_id = digest_of(tar);
	return file_size(op, l->fd, l->what, &l->size);
}

static const struct {
	const char *what, *spec, *want; /* want: the list, or the error */
	const char *path, *content;     /* a file to look at */
} merges[] = {
	{ "plain", "d a\nf a/b one", "d a\nf a/b\n", "a/b", "one" },
	{ "upper wins", "f a one\n--\nf a two", "f a\n", "a", "two" },
	{ "missing parents are made", "f x/y/z one", "d x\nd x/y\nf x/y/z\n", "x/y/z", "one" },
	{ "last of two wins", "f a one\nf a two", "f a\n", "a", "two" },
	{ "whiteout", "f a one\nf b two\n--\nf .wh.a x", "f b\n", "a", "(none)" },
	{ "whiteout of nothing", "f b two\n--\nf .wh.a x\nf q/.wh.z x", "f b\n", "b", "two" },
	{ "whiteout of a tree", "d d\nf d/e/f one\n--\nf .wh.d x", "", NULL, NULL },
	{ "whiteout spares its own layer", "f a one\n--\nf a two\nf .wh.a x", "f a\n", "a", "two" },
	{ "whiteout before its own layer's", "d a\nf a/x one\n--\nf .wh.a x\nf a/y two", "d a\nf a/y\n", "a/y", "two" },
	{ "opaque", "f d/x one\n--\nd d\nf d/y two\nf d/.wh..wh..opq x", "d d\nf d/y\n", "d/y", "two" },
	{ "opaque, then gone", "d d\nf d/x one\n--\nf d/.wh..wh..opq x\nf .wh.d x", "", NULL, NULL },
	{ "said again and again", "d d\nf d/x one\n--\nf d/.wh..wh..opq x\nf d/y two\nf d/.wh..wh..opq x\nf .wh.d x\nf .wh.d x",
	  "d d\nf d/y\n", "d/y", "two" },
	{ "each layer again", "d d\nf d/x one\n--\nf .wh.d x\nf d/y two\n--\nf d/.wh..wh..opq x\nf .wh.d x", "", NULL, NULL },
	{ "aufs notes", "f a one\n--\nf .wh..wh.plnk x", "f a\n", "a", "one" },
	{ "hard link outlives its file", "f a one\nh b a\n--\nf a two", "f a\nf b\n", "b", "one" },
	{ "hard link into a lower layer", "f a one\n--\nh b a", "f a\nh b a\n", "b", "one" },
	{ "hard link sorts first", "f z one\nh a z", "h a z\nf z\n", "z", "one" },
	{ "through a lower symlink", "d usr/lib\ns lib usr/lib\n--\nf lib/x one",
	  "s lib usr/lib\nd usr\nd usr/lib\nf usr/lib/x\n", "lib/x", "one" },
	{ "directory replaces a symlink", "d usr/lib\ns lib usr/lib\n--\nd lib\nf lib/x one",
	  "d lib\nf lib/x\nd usr\nd usr/lib\n", "lib/x", "one" },
	{ "directory keeps what is in it", "d d\nf d/x one\n--\nd d", "d d\nf d/x\n", "d/x", "one" },
	{ "file replaces a directory", "d d\nf d/x one\n--\nf d two", "f d\n", "d", "two" },
	{ "links stay below the root", "s out ../../etc\ns abs /etc\n--\nf out/x one\nf abs/y two",
	  "s abs /etc\nd etc\nf etc/x\nf etc/y\ns out ../../etc\n", "abs/x", "one" },
	{ "link chains", "s a b\ns b c\nd c\n--\nf a/x one", "s a b\ns b c\nd c\nf c/x\n", "b/x", "one" },
	{ "order", "f a-b one\nf a/c one\nf a.c one", "d a\nf a-b\nf a.c\nf a/c\n", NULL, NULL },
	{ "hard link to nothing", "h b a", "which is no file", NULL, NULL },
	{ "hard link to a later file", "h b a\nf a one", "which is no file", NULL, NULL },
	{ "hard link to a directory", "d a\nh b a", "which is no file", NULL, NULL },
	{ "below a file", "f a one\nf a/b two", "is used as a directory", NULL, NULL },
	{ "link loop", "s a b\ns b a\n--\nf a/x one", "too many links", NULL, NULL },
	{ "empty whiteout", "f d/.wh. x", "bad whiteout", NULL, NULL },
	{ "whiteout of the directory", "f d/.wh.. x", "bad whiteout", NULL, NULL },
	{ "whiteout of the parent", "f d/.wh... x", "bad whiteout", NULL, NULL },
};


static int give(struct op *op, str spec, const char *how, struct given *g)
{
	while (spec.p) {
		str tar;
		MUST(g->n < LAYERS);
		TRY(fixture_tar(op, &spec, &tar));
		TRY(give_layer(op, g, tar, how));
	}
	return 0;
}

static int by_text(const void *a, const void *b)
{
	return str_cmp(*(const str *)a, *(const str *)b);
}

/* "f PATH", "h PATH FILE" ... a line each, by path. */
static int listed(struct op *op, const struct tree *t, str *ret)
{
	static const char kind[] = { [TREE_DIRECTORY] = 'd', [TREE_FILE] = 'f', [TREE_SYMLINK] = 's' };
	str *line = op_new(op, str, tree_count(t));
	char path[LIMIT_PATH + 1], link[LIMIT_PATH + 1];
	ptrdiff_t n = 0;
	struct buf b;

	if (!line)
		return op->code;
	for (uint32_t i = 1; i < tree_count(t); i++) {
		const struct tree_node *e = tree_node(t, i);
		bool is_link = e->type == TREE_FILE && e->link != TREE_NONE && !tree_is_gone(tree_node(t, e->link));
		str to = is_link ? tree_path(t, e->link, link) : tree_link(t, i);
		if (tree_is_gone(e))
			continue;
		TRY(op_text(op, &line[n++], "%s %c %s%.*s", tree_path(t, i, path).p, is_link ? 'h' : kind[e->type],
			    to.len ? " " : "", STR_ARG(to)));
		CHECK(tree_find_link(t, str_of(path)) == i);
	}
	qsort(line, (size_t)n, sizeof(*line), by_text);
	buf_init(&b, op, 1 << 20);
	for (ptrdiff_t i = 0; i < n; i++) {
		str rest = line[i], name = str_word(&rest), k = str_word(&rest);
		rest = str_trim(rest);
		buf_fmt(&b, "%.*s %.*s%s%.*s\n", STR_ARG(k), STR_ARG(name), rest.len ? " " : "", STR_ARG(rest));
	}
	return buf_take(&b, ret);
}

static int content(struct op *op, const struct tree *t, str path, str *ret)
{
	uint32_t node = tree_find(t, path);
	struct at at;

	*ret = S("(none)");
	if (node == TREE_NONE)
		return 0;
	TRY(tree_at(op, t, node, &at));
	return at_all(op, &at, 100, ret);
}

static int merge_one(struct op *op, size_t i, const char *how)
{
	AUTO_GIVEN g = { .n = 0 };
	AUTO_TREE *t = NULL;
	str text;

	TRY(give(op, str_of(merges[i].spec), how, &g));
	int rc = tree_of_layers(op, g.layer, g.n, &(struct tree_wish){ .verify = true }, &t);
	if (rc == ERR_MEMORY)
		return rc;
	if (rc < 0) {
		CHECK_FAILS(op, rc, ERR_FORMAT, merges[i].want);
		return 0;
	}
	TRY(listed(op, t, &text));
	CHECK_STR(text, str_of(merges[i].want));
	if (merges[i].path) {
		TRY(content(op, t, str_of(merges[i].path), &text));
		CHECK_STR(text, str_of(merges[i].content));
	}
	return 0;
}

static int merging(struct op *op)
{
	for (size_t i = 0; i < sizeof(merges) / sizeof(merges[0]); i++) {
		TRY(merge_one(op, i, NULL));
		TRY(merge_one(op, i, "gzip"));
		TRY(merge_one(op, i, "zstd"));
	}
	return 0;
}

static int memory(struct op *op)
{
	return merge_one(op, 21, "gzip");
}

/* What is wanted is found by name, extension, prefix, directory and bytes, and only that. */
static const struct {
	const char *pattern;
	uint32_t bits;
} wants[] = {
	{ "**/METADATA", 0 },	 { "var/lib/dpkg/info/*.md5sums", 0 }, { "**/libpython*.so*", 0 },
	{ "**/status.d/*", 0 }, { "etc/os-release", 0 },	       { NULL, PROBE_SCRIPT },
	{ "**/run*", PROBE_SCRIPT },
};

static const struct {
	const char *path, *text;
	uint64_t by;
} wanted[] = {
	{ "METADATA", "x", 1 },
	{ "a/b/METADATA", "x", 1 },
	{ "a/METADATA.old", "x", 0 },
	{ "var/lib/dpkg/info/x.md5sums", "x", 2 },
	{ "lib/dpkg/info/x.md5sums", "x", 0 },
	{ "usr/lib/libpython3.11.so.1.0", "x", 4 },
	{ "usr/lib/libpython", "x", 0 },
	{ "var/lib/dpkg/status.d/base", "x", 8 },
	{ "etc/os-release", "x", 16 },
	{ "usr/etc/os-release", "x", 0 },
	{ "bin/tool", "#!/bin/sh", 32 },
	{ "bin/run-it", "#!/bin/sh", 32 | 64 },
	{ "bin/run-this", "binary", 0 },
};

static int interests(struct op *op)
{
	struct interest *i;
	struct tree_given file[sizeof(wanted) / sizeof(wanted[0])];
	AUTO_TREE *t = NULL;
	char path[LIMIT_PATH + 1];
	ptrdiff_t n, expected = 0;

	TRY(interest_open(op, &i));
	for (size_t k = 0; k < sizeof(wants) / sizeof(wants[0]); k++)
		TRY(interest_add(op, i, str_of(wants[k].pattern), wants[k].bits, (int)k));
	for (size_t k = 0; k < sizeof(wanted) / sizeof(wanted[0]); k++) {
		file[k] = (struct tree_given){ .path = str_of(wanted[k].path), .bytes = str_of(wanted[k].text) };
		expected += wanted[k].by != 0;
	}
	TRY(tree_of_files(op, file, sizeof(wanted) / sizeof(wanted[0]), &(struct tree_wish){ .interest = i }, &t));
	const struct tree_match *m = tree_matches(t, &n);
	CHECK(n == expected);
	for (ptrdiff_t j = 0; j < n; j++) {
		str own = tree_path(t, m[j].node, path);
		for (size_t k = 0; k < sizeof(wanted) / sizeof(wanted[0]); k++)
			CHECK(!str_eq(own, str_of(wanted[k].path)) || m[j].wanted.by[0] == wanted[k].by);
	}
	return 0;
}

/* Wanted files are kept as a compressed layer passes; hidden ones only where they are asked for. */
static int scopes(struct op *op)
{
	static const char *const ways[] = { NULL, "gzip", "zstd" };

	for (size_t k = 0; k < 3; k++) {
		for (int hidden = 0; hidden < 2; hidden++) {
			AUTO_GIVEN g = { .n = 0 };
			AUTO_TREE *t = NULL;
			struct interest *i;
			struct at at;
			ptrdiff_t n;
			str text;
			TRY(interest_open(op, &i));
			TRY(interest_add(op, i, S("**/want"), 0, 0));
			TRY(give(op, S("f want one\nf d/want two\nf e/want old\n--\nf .wh.want x\nf e/want new\n--\nf .wh.d x"),
				 ways[k], &g));
			TRY(tree_of_layers(op, g.layer, g.n, &(struct tree_wish){ .interest = i, .hidden = hidden, .verify = true }, &t));
			const struct tree_match *m = tree_matches(t, &n);
			static const char *const texts[] = { "new", "two", "old", "one" };
			CHECK(n == (hidden ? 4 : 1));
			for (ptrdiff_t j = 0; j < n && j < 4; j++) {
				TRY(tree_at(op, t, m[j].node, &at));
				TRY(at_all(op, &at, 100, &text));
				CHECK_STR(text, str_of(texts[j]));
				CHECK(tree_is_gone(tree_node(t, m[j].node)) == (j > 0));
			}
		}
	}
	return 0;
}

static int digests(struct op *op)
{
	static const char *const ways[] = { NULL, "gzip" };
	struct digest want = digest_of(S("one"));

	for (size_t k = 0; k < 2; k++) {
		AUTO_GIVEN g = { .n = 0 };
		AUTO_TREE *t = NULL;
		TRY(give(op, S("f z one\nf b two\nh c z\ns d b"), ways[k], &g));
		TRY(tree_of_layers(op, g.layer, g.n, &(struct tree_wish){ .hashes = HASH_SHA256 }, &t));
		const uint8_t *z = tree_hash(t, tree_find(t, S("z")), HASH_SHA256);
		const uint8_t *c = tree_hash(t, tree_find(t, S("c")), HASH_SHA256);
		CHECK(z && memcmp(z, want.b, sizeof(want.b)) == 0);
		CHECK(c && memcmp(c, want.b, sizeof(want.b)) == 0);
		CHECK(!tree_hash(t, tree_find(t, S("z")), HASH_MD5));
		CHECK(!tree_hash(t, tree_find_link(t, S("d")), HASH_SHA256));
	}
	return 0;
}

/* As many contents, and as long ones, as go round in the thread that hashes; each has its own digest. */
static int many_digests(struct op *op)
{
	static const char *const ways[] = { NULL, "gzip" };
	enum { FILES = 500, LONG = 400 * 1000 };
	struct buf spec;
	str text;

	buf_init(&spec, op, 8 << 20);
	for (int i = 0; i < FILES; i++)
		buf_fmt(&spec, "f d/%d content-%d\n", i, i);
	buf_add(&spec, S("f d/long "));
	buf_repeat(&spec, 'x', LONG);
	buf_add(&spec, S("\nf d/last end"));
	TRY(buf_take(&spec, &text));
	for (size_t k = 0; k < 2; k++) {
		AUTO_GIVEN g = { .n = 0 };
		AUTO_TREE *t = NULL;
		TRY(give(op, text, ways[k], &g));
		TRY(tree_of_layers(op, g.layer, g.n, &(struct tree_wish){ .hashes = HASH_SHA256 | HASH_MD5 }, &t));
		for (int i = 0; i < FILES; i++) {
			char path[32], content[32];
			(void)snprintf(path, sizeof(path), "d/%d", i);
			(void)snprintf(content, sizeof(content), "content-%d", i);
			struct digest want = digest_of(str_of(content));
			const uint8_t *got = tree_hash(t, tree_find(t, str_of(path)), HASH_SHA256);
			CHECK(got && memcmp(got, want.b, 32) == 0);
		}
		char *all = op_new(op, char, LONG);
		if (!all)
			return op->code;
		memset(all, 'x', LONG);
		struct digest want = digest_of((str){ all, LONG });
		const uint8_t *got = tree_hash(t, tree_find(t, S("d/long")), HASH_SHA256);
		CHECK(got && memcmp(got, want.b, 32) == 0);
		CHECK(tree_hash(t, tree_find(t, S("d/last")), HASH_MD5) != NULL);
		CHECK(tree_hash(t, tree_find(t, S("d/last")), HASH_SHA1) == NULL);
	}
	return 0;
}

/* Which digests are made is told by what was met on the way. */
static int hinted_digests(struct op *op)
{
	static const struct tree_hint hints[] = { { "etc/dpkg", HASH_MD5 }, { "etc/apk", HASH_SHA1 } };
	static const char *const ways[] = { NULL, "gzip" };
	const struct tree_wish wish = { .hashes = HASH_SHA256 | HASH_SHA1 | HASH_MD5, .hint = hints, .hint_n = 2 };

	for (size_t k = 0; k < 2; k++) {
		AUTO_GIVEN g = { .n = 0 };
		AUTO_TREE *t = NULL;
		TRY(give(op, S("f a one\nf etc/dpkgs/x one\nf etc/dpkg/x one\nf usr/b one\n--\nf c one"), ways[k], &g));
		TRY(tree_of_layers(op, g.layer, g.n, &wish, &t));
		uint32_t a = tree_find(t, S("a")), b = tree_find(t, S("usr/b")), c = tree_find(t, S("c"));
		CHECK(tree_hash(t, a, HASH_MD5) && tree_hash(t, b, HASH_MD5) && tree_hash(t, c, HASH_MD5));
		CHECK(!tree_hash(t, b, HASH_SHA256) && !tree_hash(t, c, HASH_SHA1));
		/* Before it was met all are made; of a plain layer, afterwards. */
		CHECK((tree_hash(t, a, HASH_SHA256) != NULL) == (ways[k] != NULL));
	}
	AUTO_GIVEN g = { .n = 0 };
	AUTO_TREE *t = NULL;
	TRY(give(op, S("f etc/apk/x one\nf etc/dpkg one\nf b one"), "gzip", &g));
	TRY(tree_of_layers(op, g.layer, g.n, &wish, &t));
	uint32_t b = tree_find(t, S("b"));
	CHECK(tree_hash(t, b, HASH_MD5) && tree_hash(t, b, HASH_SHA1) && !tree_hash(t, b, HASH_SHA256));
	return 0;
}

/* No tree comes of a layer whose digests do not hold, compressed or not. */
static int lies(struct op *op)
{
	static const char *const ways[] = { NULL, "gzip", "zstd" };

	for (size_t k = 0; k < 3; k++) {
		AUTO_GIVEN g = { .n = 0 };
		struct tree *t = NULL;
		TRY(give(op, S("f a one\n--\nf b two"), ways[k], &g));
		g.layer[1].diff_id.b[31] ^= 1;
		CHECK_FAILS(op, tree_of_layers(op, g.layer, g.n, &(struct tree_wish){ .verify = true }, &t),
			    ERR_VERIFY, ways[k] ? "unpacks to" : "should have");
		TRY(tree_of_layers(op, g.layer, g.n, NULL, &t));
		tree_close(&t);
		g.layer[1].diff_id.b[31] ^= 1;
		g.layer[0].blob = digest_of(S("another"));
		CHECK_FAILS(op, tree_of_layers(op, g.layer, g.n, &(struct tree_wish){ .verify = true }, &t),
			    ERR_VERIFY, "digest");
	}
	return 0;
}

/* cap_net_raw=ep and cap_chown=ep, as bytes and in base64 without padding. */
#define NET_RAW "\1\0\0\2\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define CHOWN64 "AQAAAgEAAAAAAAAAAAAAAAAAAAA"

static uint64_t permitted(const struct tree *t, const char *path)
{
	struct file_capability c;
	uint32_t node = tree_find_link(t, str_of(path));

	CHECK(node != TREE_NONE);
	return node == TREE_NONE || tree_capability(t, node, &c) ? 0 : c.permitted;
}

/* A directory, whatever is in it, and nothing outside of it. */
static int directories(struct op *op)
{
	AUTO_FD dir = -1;
	AUTO_TREE *t = NULL;
	int fd;
	struct at at;
	str text;

	test_dir(&fd);
	TRY(dir_open(op, fd, S("tree/usr/lib"), true, &dir));
	TRY(file_replace(op, dir, S("a"), S("one"), 0644));
	CHECK(symlinkat("usr/lib", fd, "tree/lib") == 0 || errno == EEXIST);
	CHECK(symlinkat("../..", fd, "tree/out") == 0 || errno == EEXIST);
	CHECK(mkfifoat(fd, "tree/fifo", 0600) == 0 || errno == EEXIST);
	AUTO_FD root = -1;
	TRY(dir_open(op, fd, S("tree"), false, &root));
	TRY(file_replace(op, dir, S("ping"), S("#!"), 0755));
	AUTO_FD ping = openat(dir, "ping", O_RDONLY | O_CLOEXEC);
	bool can = fsetxattr(ping, "security.capability", NET_RAW, 20, 0) == 0;
	TRY(tree_of_directory(op, root, S("tree"), &(struct tree_wish){ .probe = true }, &t));
	if (can) /* root alone may, and not on every file system */
		CHECK(permitted(t, "usr/lib/ping") == 1 << 13);
	TRY(tree_at(op, t, tree_find(t, S("lib/a")), &at));
	TRY(at_all(op, &at, 100, &text));
	CHECK_STR(text, S("one"));
	CHECK(tree_find(t, S("out")) == 0); /* ".." of the root is the root */
	CHECK(tree_sum(t).other == 1 && tree_sum(t).bytes == 5);
	return 0;
}

/* A header of another type than tar_header() writes: 'x' before an entry, or a device. */
static void put_typed(struct buf *b, char type, const char *name, str content)
{
	ptrdiff_t at = (ptrdiff_t)b->len;
	unsigned sum = 0;

	tar_header(b, &(struct tar_entry){ .path = str_of(name), .mode = 0644, .size = (uint64_t)content.len });
	if (!b->bad) {
		char *h = b->p + at;
		h[156] = type;
		memset(h + 148, ' ', 8);
		for (int i = 0; i < 512; i++)
			sum += (uint8_t)h[i];
		(void)snprintf(h + 148, 8, "%06o", sum);
	}
	buf_add(b, content);
	buf_repeat(b, '\0', (ptrdiff_t)tar_padding((uint64_t)content.len));
}

static void put_file(struct buf *b, enum tar_type type, const char *name, const char *link)
{
	tar_header(b, &(struct tar_entry){ .type = type, .path = str_of(name), .link = str_of(link), .mode = 0755 });
}

/* Layers with security.capability, as GNU tar, containerd and bsdtar write it. */
static int capabilities(struct op *op)
{
	AUTO_GIVEN g = { .n = 0 };
	AUTO_TREE *t = NULL;
	struct buf b;
	str tar;

	buf_init(&b, op, 1 << 20);
	put_typed(&b, 'x', "p", S("57 SCHILY.xattr.security.capability=" NET_RAW "\n"));
	put_file(&b, TAR_FILE, "ping", NULL);
	put_file(&b, TAR_HARDLINK, "ping6", "ping");
	put_typed(&b, 'x', "p", S("68 LIBARCHIVE.xattr.security.capability=" CHOWN64 "\n"));
	put_file(&b, TAR_FILE, "chown", NULL);
	put_file(&b, TAR_FILE, "plain", NULL);
	put_typed(&b, 'x', "p", S("57 SCHILY.xattr.security.capability=" NET_RAW "\n"));
	put_file(&b, TAR_FILE, "twice", NULL);
	put_typed(&b, 'x', "p", S("68 LIBARCHIVE.xattr.security.capability=" CHOWN64 "\n"));
	put_file(&b, TAR_FILE, "twice", NULL);
	put_typed(&b, 'x', "p", S("57 SCHILY.xattr.security.capability=" NET_RAW "\n"));
	put_file(&b, TAR_FILE, "lost", NULL);
	put_typed(&b, 'x', "p", S("38 SCHILY.xattr.security.capability=x\n"));
	put_file(&b, TAR_FILE, "odd", NULL);
	put_typed(&b, '3', "dev/null", S(""));
	put_typed(&b, '6', "fifo", S(""));
	buf_repeat(&b, '\0', TAR_END);
	TRY(buf_take(&b, &tar));
	TRY(give_layer(op, &g, tar, NULL));
	TRY(give(op, S("f lost x\nh ping7 ping"), "gzip", &g));
	TRY(tree_of_layers(op, g.layer, g.n, NULL, &t));
	CHECK(permitted(t, "ping") == 1 << 13 && permitted(t, "ping6") == 1 << 13);
	CHECK(permitted(t, "ping7") == 1 << 13);
	CHECK(permitted(t, "chown") == 1 && permitted(t, "twice") == 1);
	CHECK(permitted(t, "plain") == 0 && permitted(t, "lost") == 0);
	struct file_capability odd;
	CHECK(tree_capability(t, tree_find(t, S("odd")), &odd) == 0 && odd.revision == 0);
	CHECK(tree_capability(t, tree_find(t, S("dev")), &odd) == 1);
	CHECK(tree_special(tree_node(t, tree_find(t, S("dev/null")))) == 'c');
	CHECK(tree_special(tree_node(t, tree_find(t, S("fifo")))) == 'p');
	return 0;
}

/* moby's and containerd's handleLChmod(): a link's header gives the file its rights, whatever name stays. */
static int rights_by_links(struct op *op)
{
	AUTO_GIVEN g = { .n = 0 };
	AUTO_TREE *t = NULL;
	struct buf b;
	str tar;

	buf_init(&b, op, 1 << 20);
	put_file(&b, TAR_FILE, "aa", NULL);
	put_file(&b, TAR_HARDLINK, "bb", "aa");
	tar_header(&b, &(struct tar_entry){ .type = TAR_HARDLINK, .path = S("cc"), .link = S("aa"), .mode = 04711, .uid = 7 });
	put_file(&b, TAR_FILE, "plain", NULL);
	put_file(&b, TAR_HARDLINK, "plain2", "plain");
	put_typed(&b, 'x', "p", S("57 SCHILY.xattr.security.capability=" NET_RAW "\n"));
	put_file(&b, TAR_HARDLINK, "plain3", "plain");
	buf_repeat(&b, '\0', TAR_END);
	TRY(buf_take(&b, &tar));
	TRY(give_layer(op, &g, tar, NULL));
	TRY(give(op, S("f .wh.cc x\nf .wh.plain3 x"), NULL, &g));
	TRY(tree_of_layers(op, g.layer, g.n, NULL, &t));
	for (const char *name = "aa"; name; name = *name == 'a' ? "bb" : NULL) {
		const struct tree_node *n = tree_node(t, tree_find(t, str_of(name)));
		CHECK(n->mode == 04755 && tree_owner(t, n).uid == 7);
	}
	CHECK(tree_find(t, S("cc")) == TREE_NONE);
	CHECK(tree_node(t, tree_find(t, S("plain2")))->mode == 0755 && permitted(t, "plain2") == 1 << 13);
	return 0;
}

/* Owners, modes and capabilities of files that a test gives. */
static int given(struct op *op)
{
	static const struct tree_given files[] = {
		{ .path = S_INIT("srv/data/"), .mode = 01777, .uid = 7 },
		{ .path = S_INIT("srv/data/x"), .bytes = S_INIT("one"), .gid = 8, .capability = S_INIT(NET_RAW) },
		{ .path = S_INIT("srv/y/"), .gid = 9 },
	};
	AUTO_TREE *t = NULL;

	TRY(tree_of_files(op, files, 3, NULL, &t));
	const struct tree_node *d = tree_node(t, tree_find(t, S("srv/data"))), *y = tree_node(t, tree_find(t, S("srv/y")));
	CHECK(d->type == TREE_DIRECTORY && d->mode == 01777 && tree_owner(t, d).uid == 7);
	CHECK(y->type == TREE_DIRECTORY && y->mode == 0755 && tree_owner(t, y).gid == 9);
	CHECK(permitted(t, "srv/data/x") == 1 << 13);
	CHECK(tree_owner(t, tree_node(t, tree_find(t, S("srv/data/x")))).gid == 8);
	return 0;
}

TESTS({ "layers merge", merging, .once = true }, { "one merge with failing allocations", memory },
      { "what is wanted", interests }, { "what upper layers hide", scopes, .once = true }, { "digests of files", digests },
      { "digests of many files", many_digests, .once = true }, { "digests that are of use", hinted_digests },
      { "a layer that lies is refused", lies, .once = true }, { "directories", directories },
      { "capabilities of files", capabilities }, { "a link's header counts", rights_by_links }, { "files as they are given", given })
