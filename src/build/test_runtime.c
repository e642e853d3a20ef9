#include "test_runtime.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/num.h"
#include "base/vec.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/interrupt.h"
#include "sys/proc.h"

extern char **environ;

enum {
	NOFILE = 4096,
	START_MS = 20 * 1000, /* a runtime that takes longer to start a container has failed */
	LOG_MAX = 1 << 20,
	WORDS_MAX = 32,
	PROBE_UID = 65532,
};

/*
 * Ways to call a runtime, the quickest first. crun before 1.9 refuses a hybrid cgroup hierarchy,
 * unless it does not see the v2 mount.
 */
static const struct kind {
	const char *name;
	const char *word[8];  /* before the runtime's own options */
	const char *rootless; /* one option more for a caller that is not root, or NULL */
} kind[] = {
	{ "crun", { "crun" }, "--cgroup-manager=disabled" },
	{ "runc", { "runc" }, NULL },
	{ "crun without cgroup v2",
	  { "unshare", "--mount", "--propagation", "private", "sh", "-c",
	    "umount /sys/fs/cgroup/unified && exec crun \"$@\"", "crun" },
	  NULL },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct words { /* an argv that is being put together */
	const char *p[WORDS_MAX];
	size_t n;
};

static void add(struct words *w, const char *word)
{
	MUST(w->n < WORDS_MAX - 1);
	w->p[w->n++] = word;
}

/* The runtime's call up to its verb. The texts live in op. */
static int call(struct op *op, const struct test_runtime *rt, const char *dir, struct words *w)
{
	const struct kind *k = &kind[rt->kind];
	str root, log;
	int rc = op_text(op, &root, "%.*s/state", STR_ARG(rt->path));

	*w = (struct words){ 0 };
	for (size_t i = 0; i < COUNT(k->word) && k->word[i]; i++)
		add(w, k->word[i]);
	if (rt->user_namespace && k->rootless)
		add(w, k->rootless);
	if (rc == 0)
		rc = op_text(op, &log, "%.*s/%s/log", STR_ARG(rt->path), dir);
	if (rc < 0)
		return rc;
	const char *const option[] = { "--root", root.p, "--log", log.p, "--log-format", "json" };
	for (size_t i = 0; i < COUNT(option); i++)
		add(w, option[i]);
	return 0;
}

static uint64_t nofile(void)
{
	struct rlimit have;

	if (getrlimit(RLIMIT_NOFILE, &have) < 0 || have.rlim_max > NOFILE)
		return NOFILE;
	return have.rlim_max;
}

/* Write a file anew, into a directory of a bundle. */
static int write_new(struct op *op, const struct test_runtime *rt, const char *dir,
		     const char *name, str text)
{
	str path;
	int rc = op_text(op, &path, "%s/%s", dir, name);

	if (rc < 0)
		return rc;
	AUTO_FD fd = openat(rt->work, path.p, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
			    0600);
	if (fd < 0)
		return op_fail_errno(op, "cannot write %s", path.p);
	return file_write(op, fd, path, text);
}

/* A new directory with the config.json of a container; its name and the container's. */
static int make_bundle(struct op *op, struct test_runtime *rt, struct test_bundle *bundle,
		       char dir[24], char id[48])
{
	str config;

	bundle->user_namespace = rt->user_namespace;
	bundle->resources = rt->resources;
	bundle->host_uid = geteuid();
	bundle->host_gid = getegid();
	bundle->nofile = nofile();
	rt->serial++;
	(void)snprintf(dir, 24, "bundle-%d", rt->serial);
	(void)snprintf(id, 48, "temper-test-%d-%d", getpid(), rt->serial);
	int rc = test_bundle_config(op, bundle, &config);
	if (rc < 0)
		return rc;
	if (mkdirat(rt->work, dir, 0700) < 0)
		return op_fail_errno(op, "cannot make %.*s/%s", STR_ARG(rt->path), dir);
	return write_new(op, rt, dir, "config.json", config);
}

static int call_run(struct op *op, const struct test_runtime *rt, const char *dir, const char *id,
		    struct words *w)
{
	str bundle, pid;
	int rc = call(op, rt, dir, w);

	if (rc == 0)
		rc = op_text(op, &bundle, "%.*s/%s", STR_ARG(rt->path), dir);
	if (rc == 0)
		rc = op_text(op, &pid, "%.*s/%s/pid", STR_ARG(rt->path), dir);
	if (rc < 0)
		return rc;
	const char *const option[] = { "run", "--bundle", bundle.p, "--pid-file", pid.p, id };
	for (size_t i = 0; i < COUNT(option); i++)
		add(w, option[i]);
	return 0;
}

/* Kill and delete the container if there is anything left of it, then its bundle. Never fails. */
static void clean(struct test_runtime *rt, const char *dir, const char *id)
{
	AUTO_OP op;
	struct words w;
	struct proc_result ignored;
	char state[80];
	struct stat st;

	op_init(&op, 0);
	(void)snprintf(state, sizeof(state), "state/%s", id);
	if (fstatat(rt->work, state, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    call(&op, rt, dir, &w) == 0) {
		add(&w, "delete");
		add(&w, "--force");
		add(&w, id);
		const struct proc_spec spec = {
			.argv = w.p, .timeout_ms = START_MS, .output_max = 4096, .cleans_up = true
		};
		if (proc_run(&op, &spec, &ignored) < 0)
			op_forgive(&op);
	}
	(void)dir_remove(&op, rt->work, str_of(dir));
}

/* What the runtime's log says went wrong, or empty. */
static int error_in_log(struct op *op, const struct test_runtime *rt, const char *dir, str *ret)
{
	str path, text, found = { 0 }, message;
	struct doc doc;
	int rc = op_text(op, &path, "%s/log", dir);

	if (rc == 0)
		rc = file_read(op, rt->work, path, LOG_MAX, &text);
	if (rc < 0)
		return rc;
	while (rc == 0 && text.p) {
		str line = str_trim(str_cut(&text, '\n')), level;
		if (line.len == 0)
			continue;
		if (json_parse(op, S("log"), line, &doc) < 0) {
			if (op->code == ERR_MEMORY)
				return op->code;
			op_forgive(op);
			continue;
		}
		const struct node *msg = node_get(&doc.root, S("msg")),
				  *at = node_get(&doc.root, S("level"));
		bool error = at && node_text(at, &level) &&
			     (str_eq(level, S("error")) || str_eq(level, S("fatal")));
		if (error && msg && node_text(msg, &message))
			found = message;
	}
	*ret = found;
	return 0;
}

int test_runtime_run(struct op *op, struct test_runtime *rt, struct test_bundle *bundle,
		     int64_t timeout_ms, size_t output_max, struct test_run *ret)
{
	char dir[24], id[48];
	struct words w;
	struct proc_result got = { 0 };
	str why = { 0 };
	int rc = make_bundle(op, rt, bundle, dir, id);

	if (rc == 0)
		rc = call_run(op, rt, dir, id, &w);
	if (rc == 0) {
		const struct proc_spec spec = { .argv = w.p,
						.timeout_ms = timeout_ms,
						.output_max = output_max };
		rc = proc_run(op, &spec, &got);
	}
	if (rc == 0)
		rc = error_in_log(op, rt, dir, &why);
	clean(rt, dir, id);
	if (rc < 0)
		return rc;
	if (rc == 1)
		why = S("it is not installed");
	*ret = (struct test_run){
		.started = why.len == 0 || got.timed_out,
		.timed_out = got.timed_out,
		.status = got.status,
		.out = got.out,
		.err = got.err,
		.why = why,
	};
	return 0;
}

/* Directories of the host that a program of its own needs. */
static const char *const host_dir[] = {
	"/usr", "/bin", "/lib", "/lib32", "/lib64", "/nix", "/gnu"
};

static int probe(struct op *op, struct test_runtime *rt, str root, str *ret_why)
{
	struct test_mount mount[COUNT(host_dir)];
	str argv[] = { S("/bin/true") };
	struct test_bundle bundle = { .root = root,
				      .argv = { argv, 1 },
				      .cwd = S("/"),
				      .uid = PROBE_UID,
				      .gid = PROBE_UID,
				      .mount = mount,
				      .platform = platform_host() };
	struct test_run run;
	struct stat st;

	for (size_t i = 0; i < COUNT(host_dir); i++)
		if (stat(host_dir[i], &st) == 0)
			mount[bundle.mount_n++] = (struct test_mount){ str_of(host_dir[i]),
								       str_of(host_dir[i]), false };
	if (!bundle.platform)
		return op_fail(op, ERR_USAGE, "this machine's platform is not known");
	int rc = test_runtime_run(op, rt, &bundle, START_MS, 4096, &run);
	if (rc < 0)
		return rc;
	if (run.started && !run.timed_out && run.status == 0)
		return 0;
	str said = run.why.len ? run.why : str_trim(run.err);
	if (run.timed_out)
		said = S("it did not start a container in time");
	if (said.len == 0)
		return op_text(op, ret_why, "exit code %d", run.status) < 0 ? op->code : 1;
	*ret_why = said;
	return 1;
}

/* One way, with limits by cgroup or else without; 1 if it does not work. */
static int probe_kind(struct op *op, struct test_runtime *rt, str root, str *ret_why)
{
	const char *program = kind[rt->kind].word[0];

	*ret_why = S("it is not installed");
	if (!proc_exists(program) ||
	    (strcmp(program, "unshare") == 0 && (rt->user_namespace || !proc_exists("crun"))))
		return 1;
	rt->resources = !rt->user_namespace;
	int rc = probe(op, rt, root, ret_why);
	if (rc != 1 || !rt->resources)
		return rc;
	rt->resources = false;
	return probe(op, rt, root, ret_why);
}

int test_runtime_find(struct op *op, int work, str path, struct test_runtime *ret, str *ret_why)
{
	struct test_runtime rt = { .work = work, .path = path, .user_namespace = geteuid() != 0 };
	str root, why, all = { 0 };
	int rc = op_text(op, &root, "%.*s/probe", STR_ARG(path));

	if (rc < 0)
		return rc;
	if ((mkdirat(work, "probe", 0755) < 0 && errno != EEXIST) ||
	    (mkdirat(work, "state", 0700) < 0 && errno != EEXIST))
		return op_fail_errno(op, "cannot make %.*s", STR_ARG(root));
	for (rt.kind = 0; rt.kind < (ptrdiff_t)COUNT(kind); rt.kind++) {
		rc = probe_kind(op, &rt, root, &why);
		if (rc == 0)
			*ret = rt;
		if (rc <= 0)
			return rc;
		rc = op_text(op, &all, "%.*s%s%s: %.*s", STR_ARG(all), all.len ? "; " : "",
			     kind[rt.kind].name, STR_ARG(why));
		if (rc < 0)
			return rc;
	}
	*ret_why = all;
	return 1;
}

static int spawn_runtime(struct op *op, const struct test_runtime *rt, const char *dir,
			 const char *const *argv, pid_t *ret)
{
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t attr;
	sigset_t none, all;
	str path;
	int rc = op_text(op, &path, "%.*s/%s/output", STR_ARG(rt->path), dir);

	if (rc < 0)
		return rc;
	posix_spawn_file_actions_init(&fa);
	posix_spawnattr_init(&attr);
	posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&fa, 1, path.p, O_WRONLY | O_CREAT | O_APPEND, 0600);
	posix_spawn_file_actions_adddup2(&fa, 1, 2);
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
						POSIX_SPAWN_SETSIGDEF);
	rc = posix_spawnp(ret, argv[0], &fa, &attr, (char *const *)(uintptr_t)argv, environ);
	posix_spawn_file_actions_destroy(&fa);
	posix_spawnattr_destroy(&attr);
	errno = rc;
	return rc ? op_fail_errno(op, "cannot run %s", argv[0]) : 0;
}

bool test_container_gone(void *container)
{
	struct test_container *c = container;
	int status;

	if (c->runtime == 0)
		return true;
	pid_t got = waitpid(c->runtime, &status, WNOHANG);
	if (got != c->runtime)
		return false;
	c->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	c->runtime = 0;
	return true;
}

/* Wait until the runtime has written the pid of the container's first process. 1: it never did. */
static int wait_for_pid(struct op *op, struct test_container *c)
{
	int64_t deadline = clock_monotonic_ms() + START_MS;
	str path, text;
	uint64_t pid;
	int rc = op_text(op, &path, "%s/pid", c->dir);

	while (rc >= 0 && clock_monotonic_ms() < deadline) {
		if (interrupt_noted())
			return op_fail(op, ERR_IO, "interrupted");
		bool gone = test_container_gone(c);
		rc = file_read(op, c->rt->work, path, 64, &text);
		if (rc == 0 && num_parse(str_trim(text), INT32_MAX, &pid) && pid > 0) {
			c->init = (int)pid;
			return 0;
		}
		if (gone)
			return rc < 0 ? rc : 1;
		(void)poll(NULL, 0, 5);
	}
	return rc < 0 ? rc : 1;
}

int test_container_start(struct op *op, struct test_runtime *rt, struct test_bundle *bundle,
			 struct test_container *ret, str *ret_why)
{
	struct words w;
	AUTO_TEST_CONTAINER c = { .rt = rt };
	int rc = make_bundle(op, rt, bundle, c.dir, c.id);

	if (rc == 0)
		rc = call_run(op, rt, c.dir, c.id, &w);
	if (rc == 0)
		rc = spawn_runtime(op, rt, c.dir, w.p, &c.runtime);
	if (rc == 0)
		rc = wait_for_pid(op, &c);
	if (rc == 1 && error_in_log(op, rt, c.dir, ret_why) < 0)
		return op->code;
	if (rc == 1 && ret_why->len == 0)
		*ret_why = S("the runtime did not say why");
	if (rc == 0) {
		*ret = c;
		c.rt = NULL; /* given away */
	}
	return rc;
}

int test_container_exec(struct op *op, const struct test_container *c,
			const struct test_bundle *bundle, int64_t timeout_ms, size_t output_max,
			struct test_run *ret)
{
	struct test_bundle b = *bundle;
	struct words w;
	struct proc_result got = { 0 };
	str process, path, why = { 0 };

	b.user_namespace = c->rt->user_namespace;
	b.nofile = nofile();
	int rc = test_bundle_process(op, &b, &process);
	if (rc == 0)
		rc = write_new(op, c->rt, c->dir, "process.json", process);
	if (rc == 0)
		rc = write_new(op, c->rt, c->dir, "log", S(""));
	if (rc == 0)
		rc = call(op, c->rt, c->dir, &w);
	if (rc == 0)
		rc = op_text(op, &path, "%.*s/%s/process.json", STR_ARG(c->rt->path), c->dir);
	if (rc < 0)
		return rc;
	const char *const option[] = { "exec", "--process", path.p, c->id };
	for (size_t i = 0; i < COUNT(option); i++)
		add(&w, option[i]);
	const struct proc_spec spec = { .argv = w.p,
					.timeout_ms = timeout_ms,
					.output_max = output_max };
	rc = proc_run(op, &spec, &got);
	if (rc == 0)
		rc = error_in_log(op, c->rt, c->dir, &why);
	if (rc < 0)
		return rc;
	if (rc == 1)
		why = S("the runtime is not there any more");
	*ret = (struct test_run){
		.started = why.len == 0 || got.timed_out,
		.timed_out = got.timed_out,
		.status = got.status,
		.out = got.out,
		.err = got.err,
		.why = why,
	};
	return 0;
}

int test_container_output(struct op *op, const struct test_container *c, size_t n, str *ret)
{
	str path, text;
	int fd, rc = op_text(op, &path, "%s/output", c->dir);

	if (rc == 0)
		rc = file_open(op, c->rt->work, path, &fd);
	if (rc != 0)
		return rc < 0 ? rc : op_copy(op, S(""), ret);
	AUTO_FD own = fd;
	off_t end = lseek(own, 0, SEEK_END);
	if (end > 0 && lseek(own, end > (off_t)n ? end - (off_t)n : 0, SEEK_SET) < 0)
		return op_fail_errno(op, "cannot read %s", path.p);
	if (end <= 0)
		return op_copy(op, S(""), ret);
	rc = file_read_fd(op, own, path, n + (1 << 20), &text); /* it may still grow */
	if (rc == 0)
		*ret = text;
	return rc;
}

void test_container_stop(struct test_container *c)
{
	int saved = errno;

	if (!c->rt)
		return;
	clean(c->rt, c->dir,
	      c->id); /* kills the container: the runtime, which waits for it, ends */
	for (int i = 0; i < 200 && !test_container_gone(c); i++)
		(void)poll(NULL, 0, 10);
	if (!test_container_gone(c)) {
		(void)kill(c->runtime, SIGKILL);
		while (waitpid(c->runtime, NULL, 0) < 0 && errno == EINTR)
			;
		c->runtime = 0;
	}
	c->rt = NULL;
	errno = saved;
}
