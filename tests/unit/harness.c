#include "harness.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sys/file.h"

enum {
	FAULTS_MAX = 3000, /* a case with more allocations is covered up to here */
	HEAP_MAX = 4096,
};

static const char *running; /* the case's name */
static int failures;        /* of CHECKs in the running case */
static bool faulting;       /* an allocation fails in this run: wrong values are expected */
static void *heap[HEAP_MAX];
static size_t heap_n;
static char dir_path[256];
static int dir_fd = -1;

void test_check(bool ok, const char *what, const char *file, int line)
{
	if (ok || faulting)
		return;
	failures++;
	(void)printf("    %s:%d: %s\n", file, line, what);
}

void test_skip(const char *why, ...)
{
	va_list ap;

	if (faulting)
		return;
	(void)printf("skip %s: ", running);
	va_start(ap, why);
	(void)vprintf(why, ap);
	va_end(ap);
	(void)printf("\n");
}

void test_check_str(str got, str want, const char *what, const char *file, int line)
{
	if (str_eq(got, want) || faulting)
		return;
	failures++;
	(void)printf("    %s:%d: %s is\n      \"%.*s\"\n    and not\n      \"%.*s\"\n", file, line, what,
		     STR_ARG(got), STR_ARG(want));
}

void test_check_fails(const struct op *op, int rc, int want, const char *text, const char *what,
		      const char *file, int line)
{
	if (faulting || (rc == want && str_find_str(str_of(op->text), str_of(text)) >= 0))
		return;
	failures++;
	(void)printf("    %s:%d: %s returns %d \"%s\" and not %d \"%s\"\n", file, line, what, rc, op->text,
		     want, text);
}

str exact(str s)
{
	char *copy = malloc(s.len ? (size_t)s.len : 1);

	if (!copy || heap_n == HEAP_MAX)
		abort();
	heap[heap_n++] = copy;
	if (s.len)
		memcpy(copy, s.p, (size_t)s.len);
	return (str){ copy, s.len };
}

static void free_exact(void)
{
	while (heap_n)
		free(heap[--heap_n]);
}

int test_file(struct op *op, const char *path, str *ret)
{
	str full;
	const char *root = getenv("TEMPER_SOURCE");

	TRY(op_text(op, &full, "%s/%s", root ? root : ".", path));
	return file_read_user(op, full, 256 << 20, ret);
}

static bool make_dir(const char *in)
{
	int n = in ? snprintf(dir_path, sizeof(dir_path), "%s/temper-test-XXXXXX", in) : -1;

	return n > 0 && n < (int)sizeof(dir_path) && mkdtemp(dir_path);
}

const char *test_dir(int *ret_fd)
{
	struct op op;

	op_init(&op, 0);
	if (dir_fd < 0) {
		if (!make_dir(getenv("TMPDIR")) && !make_dir("/dev/shm") && !make_dir("/tmp"))
			abort();
	} else {
		fd_close(&dir_fd);
		(void)dir_remove(&op, AT_FDCWD, str_of(dir_path));
		(void)mkdir(dir_path, 0700);
	}
	op_done(&op);
	dir_fd = open(dir_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (ret_fd)
		*ret_fd = dir_fd;
	return dir_path;
}

static bool run_well(const struct test_case *c)
{
	AUTO_OP op;

	op_init(&op, 0);
	failures = 0;
	faulting = false;
	int rc = c->run(&op);
	free_exact();
	if (rc != 0)
		(void)printf("    returned %d: %s\n", rc, op.text);
	return rc == 0 && failures == 0;
}

/* Run with the nth allocation failing; *ret_more is false when there was no nth. */
static bool run_failing(const struct test_case *c, int64_t nth, bool *ret_more)
{
	AUTO_OP op;
	int64_t left = nth;

	op_init(&op, 0);
	op.fault = &left;
	faulting = true;
	int rc = c->run(&op);
	faulting = false;
	free_exact();
	*ret_more = left == 0;
	if (rc == 0 || rc == ERR_MEMORY)
		return true;
	(void)printf("    allocation %lld failed and it returned %d: %s\n", (long long)nth, rc, op.text);
	return false;
}

static bool run_case(const struct test_case *c)
{
	bool more = !c->once;

	running = c->name;
	bool ok = run_well(c);
	for (int64_t nth = 1; ok && more && nth <= FAULTS_MAX; nth++)
		ok = run_failing(c, nth, &more);
	(void)printf("%s %s\n", ok ? "ok  " : "FAIL", c->name);
	return ok;
}

int test_main(const struct test_case *cases, size_t n)
{
	size_t passed = 0;
	struct op op;

	for (size_t i = 0; i < n; i++)
		passed += run_case(&cases[i]);
	op_init(&op, 0);
	if (dir_fd >= 0) {
		fd_close(&dir_fd);
		(void)dir_remove(&op, AT_FDCWD, str_of(dir_path));
	}
	op_done(&op);
	(void)printf("%zu passed, %zu failed\n", passed, n - passed);
	return passed == n ? 0 : 1;
}
