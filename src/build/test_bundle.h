/*
 * test_bundle: the config.json with which an OCI runtime runs a container under test.
 * Source: OCI runtime-spec 1.0.2, config.md and config-linux.md.
 *
 * Always: read-only root, no capability, no new privileges, a seccomp allow-list (errno EPERM for
 * the rest), namespaces of its own, masked and read-only kernel files, limits that are only
 * lowered. cgroupsPath is left out, so that the runtime nests below the caller's own group.
 */
#ifndef BUILD_TEST_BUNDLE_H
#define BUILD_TEST_BUNDLE_H

#include "base/buf.h"
#include "codec/json.h"
#include "model/platform.h"

struct test_mount { /* a directory of the host's bound into the container */
	str source, destination;
	bool writable;
};

struct test_bundle {
	str root;               /* absolute path of the root file system */
	struct texts argv, env; /* env: "K=V" */
	str cwd;
	uint32_t uid, gid;        /* in the container */
	struct test_mount *mount; /* [mount_n] */
	ptrdiff_t mount_n;
	bool user_namespace; /* map root in it to host_uid and host_gid, and run as that */
	uint32_t host_uid, host_gid;
	bool resources;  /* memory and process limits, by cgroup */
	uint64_t nofile; /* at most what this process may have */
	const struct platform *platform;
};

int test_bundle_config(struct op *op, const struct test_bundle *bundle, str *ret) MUST_USE;

/* Its process alone, for one more in the same container. */
int test_bundle_process(struct op *op, const struct test_bundle *bundle, str *ret) MUST_USE;

/* Append the value of linux.seccomp. */
void test_seccomp_write(struct json_out *j, const struct platform *platform);

#endif
