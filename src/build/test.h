/*
 * test: the tests of an image, read from YAML and carried out.
 *
 * The schema is a superset of container-structure-test 2.0.0, whose files work unchanged; every
 * key is optional but `name`:
 *
 *	schemaVersion: 2.0.0
 *	globalEnvVars: [{key: K, value: V}]
 *	ownUser: true                       beyond it: skip commands and servers where they could
 *	                                    only run as root of a user namespace
 *	commandTests:
 *	  - name: nginx tells its version
 *	    setup: [[cmd, arg], ...]        runs before, a container each on the same volumes
 *	    teardown: [[cmd, arg], ...]     after it, likewise
 *	    command: nginx                  found in the image's PATH
 *	    args: ["-v"]
 *	    envVars: [{key: K, value: V, isRegex: false}]
 *	    expectedOutput: [regex, ...]    all must match standard output
 *	    excludedOutput, expectedError, excludedError
 *	    exitCode: 0
 *	fileExistenceTests:
 *	  - {name, path, shouldExist: true, permissions: "-rw-r--r--", uid, gid,
 *	     isExecutableBy: owner | group | other | any}
 *	fileContentTests:
 *	  - {name, path, expectedContents: [regex], excludedContents: [regex]}
 *	metadataTest: {envVars (or env), labels, entrypoint, cmd, exposedPorts, unexposedPorts,
 *	     volumes, unmountedVolumes, workdir, user}
 *	licenseTests, containerRunOptions: accepted; the first is skipped, the second not used
 *	httpTests:                          beyond container-structure-test
 *	  - {name, port: 8080, path: /, method: GET, headers: [{key, value}], body,
 *	     expectedStatus: 200, expectedBody: [regex], excludedBody: [regex],
 *	     expectedHeaders: [regex], timeout: seconds until the port answers (default 20)}
 *	execTests:                          likewise: inside the server that httpTests ask
 *	  - {name, command, args, envVars, exitCode, expectedOutput and the other three as in
 *	     commandTests, timeout: seconds in which it must come out as told (default 20)}
 *
 * Regular expressions are Go's, searched anywhere; see codec/go_regex.h for what is translated
 * and what is refused. Variables in an envVars value ($PATH, ${PATH}) are the image's.
 *
 * Commands and servers run for real, by crun or runc: read-only root, the image's numeric user,
 * no capability, no new privileges, a seccomp allow-list, namespaces of their own (the network
 * with nothing but its loopback), and for each test fresh directories on /tmp, /run and the
 * declared volumes, which its setup and teardown share. A caller that is not root is mapped to root
 * of a user namespace, still without a capability, whatever user the image names. Each test that
 * needs a runtime is VERDICT_SKIPPED with the reason where none starts. File and metadata tests
 * look at the image's layers and configuration and run nothing.
 */
#ifndef BUILD_TEST_H
#define BUILD_TEST_H

#include "model/outcome.h"
#include "oci/image.h"

enum {
	TEST_COUNT_MAX = 2000,       /* tests of one image */
	TEST_OUTPUT_MAX = 1 << 20,   /* bytes kept of a command's output */
	TEST_COMMAND_MS = 60 * 1000, /* a command that takes longer has failed */
	TEST_TIMEOUT_MAX = 600,      /* seconds: the longest timeout that a test may ask for */
};

struct test_argv { /* a command line: words that are never seen by a shell */
	struct texts words;
};

struct test_match { /* patterns; that they compile was checked at reading */
	struct texts want, exclude;
};

struct test_command {
	str name;
	struct test_argv *setup, *teardown; /* [setup_n], [teardown_n] */
	ptrdiff_t setup_n, teardown_n;
	struct texts words; /* command and args */
	struct pairs env;
	struct test_match out, err;
	int exit_code;
	int timeout_s; /* an exec test is repeated until it comes out as told or this is over */
};

struct test_file {
	str name, path; /* path as written; relative ones are below the root */
	bool should_exist;
	str permissions;   /* "-rw-r--r--" or empty */
	int64_t uid, gid;  /* -1: any */
	str executable_by; /* owner, group, other, any, or empty */
};

struct test_content {
	str name, path;
	struct test_match text;
};

struct test_env { /* an environment variable or label that must be there */
	str key, value;
	bool regex;
};

struct test_metadata {
	bool given;
	struct test_env *env, *label;
	ptrdiff_t env_n, label_n;
	bool has_entrypoint, has_cmd;
	struct texts entrypoint, cmd, ports, no_ports, volumes, no_volumes;
	bool has_work_dir, has_user;
	str work_dir, user;
};

struct test_http {
	str name, path, method, body;
	uint16_t port;
	struct pairs headers;
	int status;
	struct test_match text;
	struct texts expected_headers;
	int timeout_s;
};

struct tests {
	struct pairs env; /* globalEnvVars */
	bool own_user;    /* what runs refuses to be root */
	struct test_command *command, *exec;
	struct test_file *file;
	struct test_content *content;
	struct test_metadata metadata;
	struct test_http *http;
	ptrdiff_t command_n, exec_n, file_n, content_n, http_n;
	ptrdiff_t licence_n;
};

/*
 * tests_read(op, doc, node, ret): a mapping of the schema above: the root of a tests file, or the
 * `tests` of a recipe. ERR_USAGE with file, line and column for an unknown key, a wrong type, a
 * pattern that does not compile. node NULL or NODE_NULL is no test at all.
 */
int tests_read(struct op *op, const struct doc *doc, const struct node *node,
	       struct tests *ret) MUST_USE;

/*
 * test_image(op, store, image, tests, n, ret, ret_n): carry out n files of tests on an image that
 * is in the store, one outcome a test, in the order of the files and within a file: metadata,
 * files, contents, commands, exec, http, licences. 0 whatever the verdicts; negative only when the
 * image cannot be read or no room can be had. Call it while no other thread runs: it forks.
 *
 * The image is unpacked into a private directory below $TMPDIR, /dev/shm or /tmp (the first with
 * twice the room), which is removed in every case, as is every process and container begun here.
 */
int test_image(struct op *op, const struct store *store, const struct image *image,
	       const struct tests *tests, ptrdiff_t n, struct outcome_test **ret,
	       ptrdiff_t *ret_n) MUST_USE;

/* Did none fail? (Skipped ones did not fail; test_count() tells how many there are.) */
bool test_none_failed(const struct outcome_test *test, ptrdiff_t n);
ptrdiff_t test_count(const struct outcome_test *test, ptrdiff_t n, enum test_verdict verdict);

#endif
