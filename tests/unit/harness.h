/*
 * harness: unit tests over an op.
 *
 * A case takes a fresh op and returns 0, or the negative code of a call that failed. Each case
 * runs once well: it must return 0 and no CHECK may fail. Then it runs again and again, with the
 * first, second, third ... allocation of the op failing, until none is left to fail: each of those
 * runs must end with ERR_MEMORY recorded (and, under the sanitizers, without a leak), or well.
 *
 *	static int parses_empty(struct op *op)
 *	{
 *		struct thing t;
 *		TRY(thing_parse(op, exact(S("")), &t));
 *		CHECK(t.n == 0);
 *		return 0;
 *	}
 *	TESTS({ "parses empty", parses_empty }, { "slow one", slow, .once = true })
 */
#ifndef TESTS_HARNESS_H
#define TESTS_HARNESS_H

#include "base/op.h"

struct test_case {
	const char *name;
	int (*run)(struct op *op);
	bool once; /* no failing allocations: too slow, or what it tests keeps to itself */
};

#define CHECK(x) test_check((x), #x, __FILE__, __LINE__)
#define CHECK_STR(got, want) test_check_str((got), (want), #got, __FILE__, __LINE__)
/* The call must fail with this code; its message must hold this text. Returns from the case if
 * memory failed instead. */
#define CHECK_FAILS(op, call, want, text)                                                          \
	do {                                                                                       \
		int rc_ = (call);                                                                  \
		if (rc_ == ERR_MEMORY && (want) != ERR_MEMORY)                                     \
			return rc_;                                                                \
		test_check_fails((op), rc_, (want), (text), #call, __FILE__, __LINE__);            \
		op_forgive(op);                                                                    \
	} while (0)
#define TRY(call)                                                                                  \
	do {                                                                                       \
		int rc_ = (call);                                                                  \
		if (rc_ < 0)                                                                       \
			return rc_;                                                                \
	} while (0)

void test_check(bool ok, const char *what, const char *file, int line);
void test_check_str(str got, str want, const char *what, const char *file, int line);
void test_check_fails(const struct op *op, int rc, int want, const char *text, const char *what,
		      const char *file, int line);

/* s in a heap block of exactly its size, so that sanitizers see any step outside. Freed at exit. */
str exact(str s);

/* This machine cannot run the rest of the case: what it would have taken is told, and tests/run counts
 * it as skipped. What was checked before holds. */
#define SKIP(...)                                                                                  \
	do {                                                                                       \
		test_skip(__VA_ARGS__);                                                            \
		return 0;                                                                          \
	} while (0)
void test_skip(const char *why, ...) __attribute__((format(printf, 1, 2)));

/* A file below the source tree (TEMPER_SOURCE), read whole; the case is failed if it is missing. */
int test_file(struct op *op, const char *path, str *ret);

/* An empty directory for this run, in $TMPDIR or on a tmpfs, removed at exit; its path, and an open
 * descriptor. */
const char *test_dir(int *ret_fd);

int test_main(const struct test_case *cases, size_t n);
#define TESTS(...)                                                                                 \
	int main(void)                                                                             \
	{                                                                                          \
		static const struct test_case cases[] = { __VA_ARGS__ };                           \
		return test_main(cases, sizeof(cases) / sizeof(cases[0]));                         \
	}

#endif
