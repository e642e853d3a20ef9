#include "sys/file.h"

#include <fcntl.h>

#include "unit/harness.h"

static int is(struct op *op, int dir, const char *name, str want)
{
	str got;

	TRY(file_read(op, dir, str_of(name), 100, &got));
	CHECK_STR(got, want);
	return 0;
}

/* Where the user says "write here": files are replaced, everything else is written into. */
static int user_places(struct op *op)
{
	str file, link, pipe;
	struct stat st;
	char got[4];
	int dir;
	const char *root = test_dir(&dir);

	TRY(op_text(op, &file, "%s/file", root));
	TRY(op_text(op, &link, "%s/link", root));
	TRY(op_text(op, &pipe, "%s/pipe", root));
	TRY(file_replace_user(op, file, S("one"), 0644));
	TRY(is(op, dir, "file", S("one")));
	CHECK(symlinkat("file", dir, "link") == 0);
	TRY(file_replace_user(op, link, S("2"), 0644));
	TRY(is(op, dir, "file", S("2")));
	CHECK(fstatat(dir, "link", &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode));
	CHECK(mkfifoat(dir, "pipe", 0600) == 0);
	AUTO_FD fd = openat(dir, "pipe", O_RDWR | O_CLOEXEC);
	TRY(file_replace_user(op, pipe, S("3"), 0644));
	CHECK(read(fd, got, sizeof(got)) == 1 && got[0] == '3');
	CHECK(fstatat(dir, "pipe", &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISFIFO(st.st_mode));
	return 0;
}

/* Nothing but a file is ever renamed over, and nothing is left behind. */
static int refuses(struct op *op)
{
	str *names;
	ptrdiff_t n;
	int dir;

	(void)test_dir(&dir);
	CHECK(mkfifoat(dir, "pipe", 0600) == 0 && mkdirat(dir, "directory", 0755) == 0);
	CHECK_FAILS(op, file_replace(op, dir, S("pipe"), S("x"), 0644), ERR_USAGE, "pipe is there and is no regular file");
	CHECK_FAILS(op, file_replace(op, dir, S("directory"), S("x"), 0644), ERR_USAGE, "no regular file");
	TRY(dir_list(op, dir, S("."), &names, &n));
	for (ptrdiff_t i = 0; i < n; i++)
		CHECK(!str_starts(names[i], S("tmp-")));
	return 0;
}

/* Directories inside one another, more than there may be open descriptors and stack for. */
static int make_deep(int dir, int depth, mode_t mode)
{
	AUTO_FD at = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (int i = 0; i < depth; i++) {
		CHECK(mkdirat(at, "d", 0700) == 0 && mkdirat(at, "e", 0700) == 0 && symlinkat("/", at, "l") == 0);
		AUTO_FD next = openat(at, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		CHECK(next >= 0 && fchmod(at, mode) == 0);
		fd_close(&at);
		at = fd_take(&next);
	}
	return 0;
}

static int removes(struct op *op)
{
	static const struct {
		int depth;
		mode_t mode;
	} trees[] = { { 0, 0700 }, { 5, 0700 }, { 64, 0700 }, { 65, 0 }, { 70, 0100 }, { 3000, 0700 } };
	struct stat st;
	int dir;

	(void)test_dir(&dir);
	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		AUTO_FD top = -1;
		TRY(dir_open(op, dir, S("top"), true, &top));
		TRY(make_deep(top, trees[i].depth, trees[i].mode));
		TRY(dir_remove(op, dir, S("top")));
		CHECK(fstatat(dir, "top", &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT);
	}
	TRY(dir_remove(op, dir, S("top")));
	return 0;
}

TESTS({ "trees are removed, however deep and closed", removes, .once = true }, { "places that a user names", user_places }, { "what is no file is refused", refuses })
