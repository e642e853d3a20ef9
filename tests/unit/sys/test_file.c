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

TESTS({ "places that a user names", user_places }, { "what is no file is refused", refuses })
