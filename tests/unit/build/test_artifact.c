/* Artifacts from bytes made here to entries: places, owners, and what is refused. */
#include "build/artifact.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "codec/tar.h"
#include "unit/harness.h"

struct made {
	enum tar_type type;
	const char *path, *link, *content;
	uint32_t mode;
};

static int make_tar(struct op *op, const struct made *m, size_t n, str *ret)
{
	struct buf b;

	buf_init(&b, op, 1 << 20);
	for (size_t i = 0; i < n; i++) {
		struct tar_entry e = { .type = m[i].type,
				       .path = str_of(m[i].path),
				       .link = str_of(m[i].link),
				       .mode = m[i].mode,
				       .uid = 4711,
				       .gid = 4711,
				       .mtime = 1000,
				       .size = m[i].content ? strlen(m[i].content) : 0 };
		tar_header(&b, &e);
		buf_add(&b, str_of(m[i].content));
		buf_repeat(&b, '\0', (ptrdiff_t)tar_padding(e.size));
	}
	buf_repeat(&b, '\0', TAR_END);
	return buf_take(&b, ret);
}

/* "d755 0:0 opt|f644 7:8 opt/a=4|l777 ... ->x|": the table of the bytes under these options. */
static int unpack(struct op *op, const struct recipe_artifact *a, str bytes, bool directory, str *ret)
{
	AUTO_STORE store = { .dir = -1, .blobs = -1, .keys = -1, .tmp = -1 };
	AUTO_CONTENTS_DATA data = { .spool = -1 };
	struct lock_artifact lock = { .name = S("app"), .size = (uint64_t)bytes.len, .directory = directory };
	struct artifact_spec spec = { .recipe = a, .lock = &lock, .uid = 7, .gid = 8 };
	struct contents c, again;
	struct digest key;
	struct buf b;

	TRY(store_open(op, str_of(test_dir(NULL)), &store));
	TRY(store_blob_put(op, &store, bytes, &lock.sha256));
	TRY(artifact_key(op, &spec, &key));
	TRY(artifact_unpack(op, &store, &spec, &c, &data));
	CHECK(digest_eq(&c.deb, &key) && c.built == ARTIFACT_TIME && c.control.len == 0);
	TRY(contents_load(op, &store, &key, &again));
	CHECK(again.n == c.n);
	buf_init(&b, op, 1 << 20);
	for (ptrdiff_t i = 0; i < c.n; i++) {
		const struct entry *e = &c.entry[i];
		buf_fmt(&b, "%c%o %u:%u %.*s", "dflh"[e->type], e->mode, e->uid, e->gid, STR_ARG(e->path));
		if (e->type == ENTRY_FILE)
			buf_fmt(&b, "=%llu", (unsigned long long)e->size);
		if (e->link.len)
			buf_fmt(&b, "->%.*s", STR_ARG(e->link));
		buf_char(&b, '|');
	}
	return buf_take(&b, ret);
}

static const struct made app[] = {
	{ TAR_DIRECTORY, "top", .mode = 0700 },
	{ TAR_FILE, "top/a", .content = "#!/bin/x\n", .mode = 0750 },
	{ TAR_HARDLINK, "top/b", .link = "top/a" },
	{ TAR_SYMLINK, "top/in/c", .link = "../a", .mode = 0777 },
	{ TAR_FILE, "top/in/deep/d", .content = "text", .mode = 0600 },
};

static int places(struct op *op)
{
	static str keep_in[] = { S_INIT("top/in/**") }, no_link[] = { S_INIT("**/c") };
	struct recipe_artifact a = { .name = S("app"), .extract = true, .destination = S("opt/app"), .mode = UINT32_MAX };
	str bytes, got;

	TRY(make_tar(op, app, 5, &bytes));
	TRY(unpack(op, &a, bytes, false, &got));
	CHECK_STR(got, S("d755 0:0 opt|d755 7:8 opt/app|d700 7:8 opt/app/top|f750 7:8 opt/app/top/a=9|"
			 "h750 7:8 opt/app/top/b->opt/app/top/a|d755 7:8 opt/app/top/in|l777 7:8 opt/app/top/in/c->../a|"
			 "d755 7:8 opt/app/top/in/deep|f600 7:8 opt/app/top/in/deep/d=4|"));
	a.strip = 2;
	a.include = (struct texts){ keep_in, 1 };
	/* Where it stands now the link leads out. */
	CHECK_FAILS(op, unpack(op, &a, bytes, false, &got), ERR_FORMAT, "top/in/c is a symlink that leads out");
	a.exclude = (struct texts){ no_link, 1 };
	TRY(unpack(op, &a, bytes, false, &got));
	CHECK_STR(got, S("d755 0:0 opt|d755 7:8 opt/app|d755 7:8 opt/app/deep|f600 7:8 opt/app/deep/d=4|"));
	return 0;
}

static int strips(struct op *op)
{
	static str no_link[] = { S_INIT("**/c") };
	struct recipe_artifact a = { .name = S("app"), .extract = true, .strip = 1, .destination = S("lib/app"), .mode = UINT32_MAX };
	str bytes, got;

	a.exclude = (struct texts){ no_link, 1 };
	TRY(make_tar(op, app, 5, &bytes));
	TRY(unpack(op, &a, bytes, false, &got));
	CHECK_STR(got, S("d755 0:0 usr|d755 0:0 usr/lib|d755 7:8 usr/lib/app|f750 7:8 usr/lib/app/a=9|"
			 "h750 7:8 usr/lib/app/b->usr/lib/app/a|d755 7:8 usr/lib/app/in|d755 7:8 usr/lib/app/in/deep|"
			 "f600 7:8 usr/lib/app/in/deep/d=4|"));
	a = (struct recipe_artifact){ .name = S("app"), .destination = S("usr/bin/app"), .mode = 0755 };
	TRY(unpack(op, &a, S("bytes"), false, &got));
	CHECK_STR(got, S("d755 0:0 usr|d755 0:0 usr/bin|f755 7:8 usr/bin/app=5|"));
	return 0;
}

static int refused(struct op *op)
{
	static const struct {
		struct made m[2];
		bool directory;
		const char *says;
	} row[] = {
		{ { { TAR_SYMLINK, "l", .link = "/etc" } }, false, "leads out of the destination" },
		{ { { TAR_SYMLINK, "l", .link = "/etc" } }, true, NULL },
		{ { { TAR_SYMLINK, "l", .link = "../x" } }, true, "leads out of the destination" },
		{ { { TAR_SYMLINK, "d/l", .link = "../x" } }, false, NULL },
		{ { { TAR_SYMLINK, "d/l", .link = "a/../../../x" } }, false, "leads out of the destination" },
		{ { { TAR_SYMLINK, "l", .link = "." }, { TAR_FILE, "l/x", .content = "y" } }, false, "below what is no directory" },
		{ { { TAR_FILE, "a", .content = "x" }, { TAR_FILE, "a", .content = "y" } }, false, "is there twice" },
		{ { { TAR_HARDLINK, "a", .link = "b" } }, false, "hard link to what is no file" },
		{ { { TAR_FILE, ".wh.a", .content = "x" } }, false, "whiteout" },
	};
	struct recipe_artifact a = { .name = S("app"), .extract = true, .destination = S("opt"), .mode = UINT32_MAX };
	str bytes, got;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		TRY(make_tar(op, row[i].m, row[i].m[1].path ? 2 : 1, &bytes));
		if (row[i].says)
			CHECK_FAILS(op, unpack(op, &a, bytes, row[i].directory, &got), ERR_FORMAT, row[i].says);
		else
			TRY(unpack(op, &a, bytes, row[i].directory, &got));
	}
	a.strip = 1;
	TRY(make_tar(op, &row[6].m[0], 1, &bytes));
	CHECK_FAILS(op, unpack(op, &a, bytes, false, &got), ERR_FORMAT, "than 'strip' leaves out");
	CHECK_FAILS(op, unpack(op, &a, S("no archive, but long enough to be a block of nothing that is known"), false, &got),
		    ERR_FORMAT, "artifact app");
	return 0;
}

/* Keys are of what changes the bytes, and of nothing else. */
static int keys(struct op *op)
{
	struct recipe_artifact a = { .name = S("app"), .extract = true, .destination = S("opt"), .mode = UINT32_MAX };
	struct lock_artifact lock = { .name = S("app"), .sha256 = digest_of(S("x")), .size = 1 };
	struct artifact_spec spec = { .recipe = &a, .lock = &lock };
	struct digest first, key;

	TRY(artifact_key(op, &spec, &first));
	a.name = lock.name = lock.version = lock.from = a.licence = a.platform = S("other");
	TRY(artifact_key(op, &spec, &key));
	CHECK(digest_eq(&first, &key));
	spec.uid = 1;
	TRY(artifact_key(op, &spec, &key));
	CHECK(!digest_eq(&first, &key));
	spec.uid = 0;
	a.destination = S("srv");
	TRY(artifact_key(op, &spec, &key));
	CHECK(!digest_eq(&first, &key));
	return 0;
}

/* The same tree is the same archive, whatever its times and modes are. */
static int directories(struct op *op)
{
	AUTO_STORE store = { .dir = -1, .blobs = -1, .keys = -1, .tmp = -1 };
	static str pipes[] = { S_INIT("p*") };
	struct recipe_artifact a = { .name = S("app"), .path = S("tree"), .mode = UINT32_MAX };
	struct lock_artifact first, second;
	struct contents c;
	int dir = -1;

	TRY(op_text(op, &a.dir, "%s/", test_dir(&dir)));
	AUTO_FD own = dir;
	TRY(store_open(op, a.dir, &store));
	CHECK(mkdirat(own, "tree", 0700) == 0 || errno == EEXIST);
	CHECK(mkdirat(own, "tree/sub", 0775) == 0 || errno == EEXIST);
	TRY(file_replace(op, own, S("tree/sub/b"), S("bytes"), 0600));
	CHECK(symlinkat("/abs", own, "tree/a") == 0 || errno == EEXIST);
	(void)unlinkat(own, "tree/pipe", 0);
	TRY(artifact_look(op, &store, &a, true, &first));
	CHECK(first.directory && first.size == 3 * 512 + 512 + 1024);
	CHECK(fchmodat(own, "tree/sub", 0700, 0) == 0);
	TRY(file_replace(op, own, S("tree/sub/b"), S("bytes"), 0644));
	TRY(artifact_look(op, &store, &a, true, &second));
	CHECK(digest_eq(&first.sha256, &second.sha256));
	struct artifact_spec spec = { .recipe = &a, .lock = &first };
	AUTO_CONTENTS_DATA data = { .spool = -1 };
	a.destination = S("srv");
	TRY(artifact_unpack(op, &store, &spec, &c, &data));
	CHECK(c.n == 4 && contents_find(&c, S("srv/sub/b"))->mode == 0644 && contents_find(&c, S("srv/a"))->mtime == ARTIFACT_TIME);
	CHECK(mkfifoat(own, "tree/pipe", 0600) == 0);
	CHECK_FAILS(op, artifact_look(op, &store, &a, true, &second), ERR_FORMAT, "pipe is neither file");
	a.exclude = (struct texts){ pipes, 1 };
	TRY(artifact_look(op, &store, &a, true, &second));
	CHECK(digest_eq(&first.sha256, &second.sha256));
	a.exclude.n = 0;
	CHECK(unlinkat(own, "tree/pipe", 0) == 0);
	a.sha256 = digest_of(S("something else"));
	CHECK_FAILS(op, artifact_look(op, &store, &a, true, &second), ERR_VERIFY, "the recipe says");
	a.path = S("nowhere");
	int rc = artifact_look(op, &store, &a, true, &second);
	TRY(rc);
	CHECK(rc == 1);
	return 0;
}

TESTS({ "where entries come", places }, { "what is stripped", strips }, { "what is refused", refused },
      { "keys", keys }, { "directories", directories })
