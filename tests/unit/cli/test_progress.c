#include <fcntl.h>

#include "cli/progress.h"
#include "sys/file.h"
#include "unit/harness.h"

/* Run a few steps with standard error in a file, and read it back. */
static int steps(struct op *op, const char *how, struct term term, bool quiet, str *ret)
{
	struct progress p;
	int dir;

	(void)test_dir(&dir);
	AUTO_FD fd = openat(dir, "out", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	term.fd = fd;
	progress_init(&p, &term, str_of(how), quiet);
	progress_step(&p, "resolve");
	progress_note(&p, "too early to be told");
	progress_done(&p, "%d packages", 27);
	progress_step(&p, "fetch");
	progress_bytes(&p, 10, 20);
	progress_done(&p, "a name with \x1b[2J in it");
	progress_step(&p, "prove");
	progress_fail(&p);
	progress_done(&p, "no step runs");
	(void)lseek(fd, 0, SEEK_SET);
	return file_read_fd(op, fd, S("out"), 1 << 20, ret);
}

static int plain(struct op *op)
{
	str got;

	TRY(steps(op, "auto", (struct term){ .utf8 = true, .width = 100 }, false, &got));
	CHECK(str_starts(got, S("resolve: 27 packages\nfetch: a name with ")));
	CHECK(str_ends(got, S("prove: failed\n")));
	TRY(steps(op, "plain", (struct term){ .tty = true, .colour = true, .width = 100 }, false, &got));
	CHECK(str_starts(got, S("resolve: 27 packages\n")));
	TRY(steps(op, "tree", (struct term){ .tty = true, .width = 100 }, true, &got));
	CHECK_STR(got, S(""));
	return 0;
}

static int tree(struct op *op)
{
	str got;

	TRY(steps(op, "", (struct term){ .tty = true, .utf8 = true, .width = 60 }, false, &got));
	CHECK(str_find_str(got, S("\r\033[K├─ ✔ resolve    27 packages\n")) >= 0);
	CHECK(str_find_str(got, S("\r\033[K├─ ✔ fetch      a name with \\x1b[2J in it\n")) >= 0);
	CHECK(str_ends(got, S("├─ ✘ prove      \n")));
	CHECK(str_find_str(got, S("too early")) < 0);
	TRY(steps(op, "", (struct term){ .tty = true, .width = 60, .colour = true }, false, &got));
	CHECK(str_find_str(got, S("|- \033[32m+\033[1m resolve    \033[0m27 packages\n")) >= 0);
	return 0;
}

TESTS({ "plain", plain }, { "tree", tree })
