/*
 * test_runtime: an OCI runtime that works here, and containers by it.
 *
 * Whatever is begun is ended: containers are killed and deleted, runtimes reaped, bundles removed.
 */
#ifndef BUILD_TEST_RUNTIME_H
#define BUILD_TEST_RUNTIME_H

#include <sys/types.h>

#include "test_bundle.h"

struct test_runtime {
	int work;            /* directory for bundles and the runtime's state; not owned */
	str path;            /* its absolute path */
	ptrdiff_t kind;      /* which of the ways to call a runtime */
	bool resources;      /* limits by cgroup hold */
	bool user_namespace; /* this process is not root */
	int serial;          /* of the last bundle */
};

/*
 * test_runtime_find(op, work, path, ret, ret_why): the first runtime that starts a program of the
 * host's under all that containers get here, with cgroup limits if they can be had. 1 if none does:
 * *ret_why says for each what stopped it. Costs one container start, some 40 ms.
 */
int test_runtime_find(struct op *op, int work, str path, struct test_runtime *ret,
		      str *ret_why) MUST_USE;

struct test_run {
	bool started; /* else why says what the runtime said */
	bool timed_out;
	int status; /* exit code, or 128 + signal */
	str out, err, why;
};

/* Run a container to its end. bundle's uid, namespace and limits are filled in from the runtime. */
int test_runtime_run(struct op *op, struct test_runtime *rt, struct test_bundle *bundle,
		     int64_t timeout_ms, size_t output_max, struct test_run *ret) MUST_USE;

struct test_container { /* one that runs beside us */
	struct test_runtime *rt;
	pid_t runtime; /* our child; 0 when reaped */
	int status;    /* of it, once reaped */
	int init;      /* pid of the container's first process */
	char id[48];
	char dir[24]; /* below rt->work */
};

/* Start a container. 1 with the reason if it did not start. Stop it in every case but failure. */
int test_container_start(struct op *op, struct test_runtime *rt, struct test_bundle *bundle,
			 struct test_container *ret, str *ret_why) MUST_USE;

/*
 * test_container_exec(op, c, bundle, timeout_ms, output_max, ret): run one more process in it, to
 * its end: bundle's argv, env, cwd and user, as little privileged as the first. One that does not
 * end in time goes with the container.
 */
int test_container_exec(struct op *op, const struct test_container *c,
			const struct test_bundle *bundle, int64_t timeout_ms, size_t output_max,
			struct test_run *ret) MUST_USE;

/* Has it ended by itself? Takes a struct test_container. */
bool test_container_gone(void *container);

/* What it wrote to its outputs, the last n bytes. */
int test_container_output(struct op *op, const struct test_container *c, size_t n,
			  str *ret) MUST_USE;

/* Kill and delete it. May run twice. */
void test_container_stop(struct test_container *c);
#define AUTO_TEST_CONTAINER __attribute__((cleanup(test_container_stop))) struct test_container

#endif
