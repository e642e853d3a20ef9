#include "sys/confine.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "sys/file.h"

#include "unit/harness.h"

/* Each attempt is made in a child that is confined to read "r", write "w" and execute "x". */
enum attempt { READ, LIST, WRITE, MAKE, REMOVE, RENAME, TRUNCATE, EXECUTE };

static const struct {
	enum attempt attempt;
	const char *path;
	bool may;
	int abi; /* from which it is handled */
} row[] = {
	{ READ, "r/file", true, 1 },
	{ READ, "w/file", true, 1 },
	{ READ, "x/true", true, 1 },
	{ READ, "other/file", false, 1 },
	{ READ, "r/../other/file", false, 1 },
	{ READ, "r/link", false, 1 },
	{ LIST, "r", true, 1 },
	{ LIST, "other", false, 1 },
	{ LIST, "..", false, 1 },
	{ WRITE, "r/file", false, 1 },
	{ WRITE, "w/file", true, 1 },
	{ WRITE, "other/file", false, 1 },
	{ WRITE, "x/true", false, 1 },
	{ MAKE, "w/new", true, 1 },
	{ MAKE, "r/new", false, 1 },
	{ MAKE, "other/new", false, 1 },
	{ MAKE, "w/../new", false, 1 },
	{ REMOVE, "w/file", true, 1 },
	{ REMOVE, "other/file", false, 1 },
	{ RENAME, "w/file", true, 1 },
	{ RENAME, "r/file", false, 1 },
	{ RENAME, "other/file", false, 1 },
	{ TRUNCATE, "w/file", true, 3 },
	{ TRUNCATE, "r/file", false, 3 },
	{ TRUNCATE, "other/file", false, 3 },
	{ EXECUTE, "x/true", true, 1 },
	{ EXECUTE, "r/true", false, 1 },
	{ EXECUTE, "other/true", false, 1 },
};

static bool try_execute(int dir, const char *path)
{
	static char name[] = "true";
	static char *const argv[] = { name, NULL };
	static char *const env[] = { NULL };
	pid_t pid = fork();
	int status = 1;

	if (pid == 0) {
		(void)fexecve(openat(dir, path, O_PATH | O_CLOEXEC), argv, env);
		_exit(1);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static bool attempt(enum attempt what, int dir, const char *path)
{
	switch (what) {
	case READ:
		return openat(dir, path, O_RDONLY | O_CLOEXEC) >= 0;
	case LIST:
		return openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) >= 0;
	case WRITE:
		return openat(dir, path, O_WRONLY | O_CLOEXEC) >= 0;
	case MAKE:
		return openat(dir, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) >= 0;
	case REMOVE:
		return unlinkat(dir, path, 0) == 0;
	case RENAME:
		return renameat(dir, path, dir, "w/renamed") == 0;
	case TRUNCATE:
		return fchdir(dir) == 0 && truncate(path, 0) == 0;
	case EXECUTE:
		return try_execute(dir, path);
	}
	return false;
}

static int put(struct op *op, int dir, const char *name)
{
	static const char *const sub[] = { "r", "w", "x", "other" };
	str path;

	for (size_t i = 0; i < 4; i++) {
		(void)mkdirat(dir, sub[i], 0755);
		TRY(op_text(op, &path, "%s/%s", sub[i], name));
		if (strcmp(name, "link") == 0) {
			CHECK(symlinkat("../other/file", dir, path.p) == 0);
			continue;
		}
		str bytes = S("content");
		if (strcmp(name, "true") == 0)
			TRY(file_read_user(op, S("/bin/true"), 1 << 20, &bytes));
		AUTO_FD fd = openat(dir, path.p, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
		CHECK(fd >= 0 && write(fd, bytes.p, (size_t)bytes.len) == bytes.len);
	}
	return 0;
}

/* In a child: confined, is the attempt answered as the row says? 0 yes, 1 no, 2 no Landlock. */
static int child(size_t i, const char *root, int dir)
{
	struct op op;
	char r[128], w[128], x[128];
	struct confine_held held = { 0 };

	op_init(&op, 0);
	(void)snprintf(r, sizeof(r), "%s/r", root);
	(void)snprintf(w, sizeof(w), "%s/w", root);
	(void)snprintf(x, sizeof(x), "%s/x", root);
	const char *const read[] = { r, "/no/such/path", NULL }, *const write[] = { w, NULL };
	const char *const execute[] = { x, "/lib", "/lib64", "/usr/lib", NULL };
	const struct confine_spec spec = {
		.read = read, .write = write, .execute = execute, .umask = 077
	};
	struct rlimit core;
	if (confine(&op, &spec, &held) < 0)
		return 1;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || getrlimit(RLIMIT_CORE, &core) < 0 ||
	    core.rlim_max || umask(0) != 077)
		return 1;
	if (held.landlock < row[i].abi)
		return 2;
	return attempt(row[i].attempt, dir, row[i].path) == row[i].may ? 0 : 1;
}

static int attempts(struct op *op)
{
	int dir = -1, told = 0;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const char *root = test_dir(&dir);
		int status = 0;
		TRY(put(op, dir, "file"));
		TRY(put(op, dir, "true"));
		TRY(put(op, dir, "link"));
		/* Without confinement, each of them would do. */
		pid_t pid = fork();
		if (pid == 0)
			_exit(attempt(row[i].attempt == EXECUTE || row[i].attempt == READ
					      ? row[i].attempt
					      : LIST,
				      dir,
				      row[i].attempt == EXECUTE || row[i].attempt == READ
					      ? row[i].path
					      : ".")
				      ? 0
				      : 1);
		CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
		pid = fork();
		if (pid == 0)
			_exit(child(i, root, dir));
		CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
		int code = WIFEXITED(status) ? WEXITSTATUS(status) : 3;
		if (code == 2 && !told++)
			test_skip("this kernel has no Landlock, or too old a one for all rows");
		test_check(code == 0 || code == 2, row[i].path, __FILE__, (int)row[i].attempt);
	}
	return 0;
}

/* What is not a path that can be opened is told, not passed over. */
static int unreadable(struct op *op)
{
	int status = 0;
	pid_t pid = fork();

	(void)op;
	if (pid == 0) {
		struct op own;
		struct confine_held held;
		char name[6000];
		op_init(&own, 0);
		memset(name, 'x', sizeof(name) - 1);
		name[sizeof(name) - 1] = '\0';
		const char *const read[] = { name, NULL };
		const struct confine_spec none = { .no_files = true }, spec = { .read = read };
		if (confine(&own, &none, &held) != 0 || held.landlock != 0 || umask(0) != 0)
			_exit(confine(&own, &none, NULL) == 0 && open("/etc/passwd", O_RDONLY) >= 0
				      ? 0
				      : 1);
		_exit(confine(&own, &spec, &held) == ERR_IO || held.landlock == 0 ? 0 : 2);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
	return 0;
}

TESTS({ "attempts", attempts, .once = true }, { "unreadable", unreadable, .once = true })
