#include "build/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "build/test_bundle.h"
#include "build/test_runtime.h"
#include "codec/tar.h"
#include "codec/yaml.h"
#include "oci/image.h"
#include "oci/store.h"

#include "unit/harness.h"

/* What the image holds besides the program. */
static const struct {
	enum tar_type type;
	const char *path, *text; /* content, or a link's target */
	uint32_t mode, uid, gid;
} file[] = {
	{ TAR_DIRECTORY, "etc", "", 0755, 0, 0 },
	{ TAR_FILE, "etc/passwd", "root:x:0:0::/root:/x\nnonroot:x:65532:65533::/home/nonroot:/x\n",
	  0644, 0, 0 },
	{ TAR_FILE, "etc/group", "root:x:0:\nnonroot:x:65533:\n", 0644, 0, 0 },
	{ TAR_FILE, "etc/secret", "s", 0600, 0, 0 },
	{ TAR_FILE, "etc/tool", "t", 04750, 0, 65533 },
	{ TAR_SYMLINK, "etc/link", "passwd", 0777, 0, 0 },
	{ TAR_SYMLINK, "kernel", "proc/sys/../sys", 0777, 0, 0 },
	{ TAR_SYMLINK, "slash", "..", 0777, 0, 0 },
	{ TAR_SYMLINK, "dangling", "/dev", 0777, 0, 0 },
	{ TAR_DIRECTORY, "proc", "", 0755, 0, 0 },
	{ TAR_DIRECTORY, "proc/sys", "", 0755, 0, 0 },
	{ TAR_DIRECTORY, "tmp", "", 01777, 0, 0 },
	{ TAR_DIRECTORY, "usr", "", 0755, 0, 0 },
	{ TAR_DIRECTORY, "usr/bin", "", 0755, 0, 0 },
	{ TAR_DIRECTORY, "data", "", 0750, 65532, 65533 },
	{ TAR_DIRECTORY, "data/sub", "", 0755, 65532, 65533 },
	{ TAR_FILE, "data/sub/seed", "seed", 0644, 65532, 65533 },
	{ TAR_DIRECTORY, "run", "", 0755, 0, 0 },
	{ TAR_DIRECTORY, "run/tiny", "", 0755, 65532, 65533 },
};

static void add(struct buf *b, const struct tar_entry *e, str bytes)
{
	tar_header(b, e);
	buf_add(b, bytes);
	buf_repeat(b, '\0', (ptrdiff_t)tar_padding(e->size));
}

/* The static program beside this one. */
static int tiny(struct op *op, str *ret)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self));
	str path, dir = str_dir_name((str){ self, n < 0 ? 0 : n });

	TRY(op_text(op, &path, "%.*s/unit/build/tiny", STR_ARG(dir)));
	return file_read_user(op, path, 16 << 20, ret);
}

static int make_layer(struct op *op, const struct store *s, struct image_layer *ret)
{
	struct buf b;
	str bytes;

	buf_init(&b, op, 32 << 20);
	for (size_t i = 0; i < sizeof(file) / sizeof(file[0]); i++) {
		str text = str_of(file[i].text);
		bool is_file = file[i].type == TAR_FILE;
		struct tar_entry e = { .type = file[i].type,
				       .path = str_of(file[i].path),
				       .mode = file[i].mode,
				       .uid = file[i].uid,
				       .gid = file[i].gid,
				       .size = is_file ? (uint64_t)text.len : 0 };
		if (e.type == TAR_SYMLINK)
			e.link = text;
		add(&b, &e, is_file ? text : S(""));
	}
	TRY(tiny(op, &bytes));
	struct tar_entry e = { .type = TAR_FILE,
			       .path = S("usr/bin/tiny"),
			       .mode = 0755,
			       .size = (uint64_t)bytes.len };
	add(&b, &e, bytes);
	buf_repeat(&b, '\0', TAR_END);
	TRY(buf_take(&b, &bytes));
	*ret = (struct image_layer){ .media_type = S("application/vnd.oci.image.layer.v1.tar"),
				     .size = (uint64_t)bytes.len,
				     .tar_size = (uint64_t)bytes.len };
	TRY(store_blob_put(op, s, bytes, &ret->digest));
	ret->diff_id = ret->digest;
	return 0;
}

static int make_image(struct op *op, const struct store *s, const char *arch, const char *user,
		      struct image *ret)
{
	static str env[] = { S_INIT("BASE=/base"), S_INIT("PATH=/usr/bin") },
		   port[] = { S_INIT("8080/tcp") };
	static str entrypoint[] = { S_INIT("/usr/bin/tiny") }, cmd[] = { S_INIT("serve") },
		   volume[] = { S_INIT("/data"), /* and some that an image must not get: */
				S_INIT("/"), S_INIT("/proc"), S_INIT("//./proc/"), S_INIT("/sys/kernel"),
				S_INIT("/kernel"), S_INIT("/data/../dev"), S_INIT("/proc/self/../../sys"),
				S_INIT("/slash"), S_INIT("/slash/proc"), S_INIT("/dangling") };
	static struct pair label[] = { { S_INIT("vendor"), S_INIT("ACME Inc.") } };
	struct image_layer layer;
	struct image_descriptor d;

	TRY(make_layer(op, s, &layer));
	const struct image_config config = {
		.os = S("linux"),
		.architecture = str_of(arch),
		.user = str_of(user),
		.work_dir = S("/tmp"),
		.env = { env, 2 },
		.entrypoint = { entrypoint, 1 },
		.cmd = { cmd, 1 },
		.ports = { port, 1 },
		.volumes = { volume, sizeof(volume) / sizeof(volume[0]) },
		.labels = { label, 1 },
		.layer = &layer,
		.layer_n = 1,
	};
	TRY(image_put(op, s, &config, NULL, &d));

	int rc = image_get(op, s, &d.digest, S(""), ret);
	CHECK(rc == 0);
	return rc;
}

struct result {
	struct outcome_test *test;
	ptrdiff_t n;
};

static int carry_out(struct op *op, const char *arch, const char *user, const char *yaml,
		     struct result *ret)
{
	AUTO_STORE s = { .dir = -1, .blobs = -1, .keys = -1, .tmp = -1 };
	struct image image;
	struct tests tests;
	struct doc *doc = op_new(op, struct doc, 1);

	if (!doc)
		return op->code;
	TRY(store_open(op, str_of(test_dir(NULL)), &s));
	TRY(make_image(op, &s, arch, user, &image));
	TRY(yaml_parse(op, S("t.yaml"), str_of(yaml), doc));
	TRY(tests_read(op, doc, &doc->root, &tests));
	return test_image(op, &s, &image, &tests, 1, &ret->test, &ret->n);
}

/* Each test is named by what must come of it: "pass: ..." or "fail(text in the detail): ..." */
static void judge(const struct result *r)
{
	for (ptrdiff_t i = 0; i < r->n; i++) {
		const struct outcome_test *t = &r->test[i];
		str why = t->name;
		bool fails = str_starts(why, S("fail("));
		char text[3000];
		(void)snprintf(text, sizeof(text), "%.*s -> %d %.*s", STR_ARG(t->name), t->verdict,
			       STR_ARG(t->detail));
		test_check(t->verdict == (fails ? VERDICT_FAILED : VERDICT_PASSED), text, __FILE__,
			   (int)i);
		if (fails) {
			why = str_from(why, 5);
			test_check(str_find_str(t->detail, str_cut(&why, ')')) >= 0, text, __FILE__,
				   (int)i);
		}
	}
}

static const char static_tests[] =
	"fileExistenceTests:\n"
	"- {name: 'pass: a', path: /etc/passwd, permissions: '-rw-r--r--', uid: 0, gid: 0}\n"
	"- {name: 'pass: relative', path: etc/passwd}\n"
	"- {name: 'pass: root', path: /}\n"
	"- {name: 'pass: directory', path: /data/, permissions: 'drwxr-x---', uid: 65532, gid: "
	"65533}\n"
	"- {name: 'pass: sticky as ls', path: /tmp, permissions: 'drwxrwxrwt'}\n"
	"- {name: 'pass: sticky as Go', path: /tmp, permissions: 'dtrwxrwxrwx'}\n"
	"- {name: 'pass: setuid as ls', path: /etc/tool, permissions: '-rwsr-x---', "
	"isExecutableBy: group}\n"
	"- {name: 'pass: setuid as Go', path: /etc/tool, permissions: 'urwxr-x---', "
	"isExecutableBy: any}\n"
	"- {name: 'pass: link itself', path: /etc/link, permissions: 'Lrwxrwxrwx'}\n"
	"- {name: 'pass: not there', path: /etc/shadow, shouldExist: false}\n"
	"- {name: 'fail(exists): b', path: /etc/passwd, shouldExist: false}\n"
	"- {name: 'fail(does not exist): b', path: /etc/shadow}\n"
	"- {name: 'fail(does not exist): b', path: /etc/../../x}\n"
	"- {name: 'fail(permissions are -rw------- and not -rw-r--r--): b', path: /etc/secret, "
	"permissions: '-rw-r--r--'}\n"
	"- {name: 'fail(owner is 0 and not 5): b', path: /etc/secret, uid: 5}\n"
	"- {name: 'fail(group is 0 and not 5): b', path: /etc/secret, gid: 5}\n"
	"- {name: 'fail(not executable by other): b', path: /etc/tool, isExecutableBy: other}\n"
	"- {name: 'fail(not executable by any): b', path: /etc/secret, isExecutableBy: any}\n"
	"fileContentTests:\n"
	"- {name: 'pass: c', path: /etc/passwd, expectedContents: ['nonroot:x:\\d+', 'root'], "
	"excludedContents: [mail]}\n"
	"- {name: 'pass: by link', path: /etc/link, expectedContents: [nonroot]}\n"
	"- {name: 'fail(does not match ''mail''): c', path: /etc/passwd, expectedContents: "
	"[mail]}\n"
	"- {name: 'fail(matches ''root''): c', path: /etc/passwd, excludedContents: [root]}\n"
	"- {name: 'fail(is no file): c', path: /etc}\n"
	"- {name: 'fail(does not exist): c', path: /none}\n";

static int looks(struct op *op)
{
	struct result r;

	TRY(carry_out(op, "amd64", "65532", static_tests, &r));
	CHECK(r.n == 24);
	judge(&r);
	CHECK(test_count(r.test, r.n, VERDICT_FAILED) == 12);
	CHECK(!test_none_failed(r.test, r.n));
	return 0;
}

static int metadata(struct op *op)
{
	static const struct {
		const char *yaml, *wrong; /* NULL: passes */
	} row[] = {
		{ "envVars: [{key: BASE, value: /base}, {key: PATH, value: '^/usr', isRegex: "
		  "true}]",
		  NULL },
		{ "env: [{key: BASE, value: /other}]",
		  "the variable BASE is '/base' and not '/other'" },
		{ "envVars: [{key: NONE, value: ''}]", "the variable NONE is not set" },
		{ "labels: [{key: vendor, value: 'ACME.*', isRegex: true}]", NULL },
		{ "labels: [{key: vendor, value: ACME}]", "the label vendor is 'ACME Inc.'" },
		{ "entrypoint: [/usr/bin/tiny]", NULL },
		{ "entrypoint: []", "the entrypoint is ['/usr/bin/tiny']" },
		{ "cmd: [serve]", NULL },
		{ "cmd: [serve, now]", "the command is ['serve']" },
		{ "exposedPorts: [8080, 8080/tcp]", NULL },
		{ "exposedPorts: ['80']", "the port 80 is not exposed" },
		{ "unexposedPorts: ['80', 8080/udp]", NULL },
		{ "unexposedPorts: ['8080']", "the port 8080 is exposed" },
		{ "volumes: [/data]", NULL },
		{ "volumes: [/x]", "/x is no volume" },
		{ "unmountedVolumes: [/data]", "/data is a volume" },
		{ "workdir: /tmp", NULL },
		{ "workdir: /", "the working directory is '/tmp' and not '/'" },
		{ "user: '65532'", NULL },
		{ "user: root", "the user is '65532' and not 'root'" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct result r;
		str yaml;
		TRY(op_text(op, &yaml, "metadataTest:\n  %s\nlicenseTests: [{debian: true}]\n",
			    row[i].yaml));
		TRY(carry_out(op, "amd64", "65532", yaml.p, &r));
		CHECK(r.n == 2 && r.test[1].verdict == VERDICT_SKIPPED);
		test_check(r.test[0].verdict == (row[i].wrong ? VERDICT_FAILED : VERDICT_PASSED),
			   row[i].yaml, __FILE__, (int)i);
		if (row[i].wrong)
			CHECK_STR(str_head(r.test[0].detail, (ptrdiff_t)strlen(row[i].wrong)),
				  str_of(row[i].wrong));
	}
	return 0;
}

static const char container_tests[] =
	"globalEnvVars: [{key: GLOBAL, value: '$BASE/g'}]\n"
	"commandTests:\n"
	"- name: 'pass: hardened'\n  command: tiny\n  args: [who]\n"
	"  expectedOutput: ['uid=UID ', ' pid=1\\n', 'CapEff:\\s+0{16}\\n', 'CapBnd:\\s+0{16}\\n', "
	"'CapAmb:\\s+0{16}\\n', 'NoNewPrivs:\\s+1',\n"
	"    'Seccomp:\\s+2']\n"
	"- name: 'pass: only what is meant to be written is'\n  command: /usr/bin/tiny\n"
	"  args: [write, /x, /etc/passwd, /usr/bin/tiny, /proc/sys/kernel/hostname, /sys/kernel/x, "
	"/tmp/x, /data/x, /data/sub/seed, /run/tiny/x, /run/y]\n"
	"  expectedOutput: ['cannot write /x: Read-only', 'cannot write /etc/passwd', 'cannot "
	"write /usr/bin/tiny',\n"
	"    'cannot write /proc/sys/kernel/hostname', 'cannot write /sys/kernel/x', 'wrote "
	"/tmp/x', 'wrote /data/x', 'wrote /data/sub/seed',\n"
	"    'wrote /run/tiny/x', 'wrote /run/y']\n"
	"- name: 'pass: tests do not see each other'\n  command: tiny\n  args: [size, "
	"/data/sub/seed]\n  expectedOutput: ['^size 4\\n$']\n"
	"- name: 'pass: setup is seen'\n  setup: [[tiny, write, /data/x], [tiny, write, /data/x, "
	"/tmp/y]]\n  command: tiny\n"
	"  args: [size, /data/x]\n  expectedOutput: ['size 2']\n  teardown: [[tiny, size, "
	"/tmp/y]]\n"
	"- name: 'fail(teardown: tiny ended with 1): t'\n  command: tiny\n  teardown: [[tiny, "
	"size, /none]]\n"
	"- name: 'fail(setup: tiny ended with 3): t'\n  setup: [[tiny, exit, 3]]\n  command: tiny\n"
	"- name: 'fail(setup: none did not start): t'\n  setup: [[none]]\n  command: tiny\n"
	"- name: 'pass: environment'\n  command: tiny\n  args: [env]\n  envVars: [{key: OWN, "
	"value: '${PATH}:$NONE:$GLOBAL:$'}]\n"
	"  expectedOutput: ['BASE=/base\\n', 'GLOBAL=/base/g\\n', 'OWN=/usr/bin::/base/g:\\$\\n', "
	"'HOME=/home/nonroot\\n']\n"
	"  excludedOutput: ['TEMPER', 'USER']\n"
	"- {name: 'pass: exit', command: tiny, args: [exit, 3], exitCode: 3}\n"
	"- {name: 'fail(exit code is 3 and not 0): e', command: tiny, args: [exit, 3]}\n"
	"- {name: 'fail(exit code is 0 and not 3): e', command: tiny, exitCode: 3}\n"
	"- {name: 'pass: error', command: tiny, args: [say, hello], expectedError: ['^hello$'], "
	"excludedOutput: [hello]}\n"
	"- {name: 'fail(standard error: hello): e', command: tiny, args: [say, hello], "
	"excludedError: [hello]}\n"
	"- {name: 'fail(standard output does not match ''x''): e', command: tiny, expectedOutput: "
	"[x]}\n"
	"- {name: 'fail(it did not start): e', command: none, exitCode: 1}\n"
	"- {name: 'fail(it did not start): e', command: /etc/passwd, exitCode: 1}\n"
	"execTests:\n"
	"- name: 'pass: exec is as hardened'\n  command: tiny\n  args: [who]\n"
	"  expectedOutput: ['uid=UID ', 'CapEff:\\s+0{16}\\n', 'CapBnd:\\s+0{16}\\n', 'NoNewPrivs:\\s+1', "
	"'Seccomp:\\s+2']\n  excludedOutput: [' pid=1\\n']\n"
	"- {name: 'pass: exec writes', command: tiny, args: [write, /data/x, /x], expectedOutput: ['wrote /data/x', 'cannot write /x']}\n"
	"- {name: 'pass: exec sees it', command: tiny, args: [size, /data/x], envVars: [{key: A, value: b}]}\n"
	"- {name: 'pass: exec exits', command: tiny, args: [exit, 3], exitCode: 3}\n"
	"- {name: 'fail(the exit code is 1 and not 0): exec', command: tiny, args: [size, /none], timeout: 1}\n"
	"- {name: 'fail(it did not start): exec', command: none, timeout: 1}\n"
	"httpTests:\n"
	"- {name: 'pass: page', port: 8080, expectedBody: ['uid=UID you said: GET / "
	"HTTP/1.1\\r\\nHost: localhost:8080'],\n"
	"   expectedHeaders: ['(?i)server: tiny']}\n"
	"- {name: 'pass: none', port: 8080, path: /x, method: POST, body: hi, expectedStatus: 404, "
	"expectedBody: ['Content-Length: 2']}\n"
	"- {name: 'pass: many chunks', port: 8080, path: /chunks, expectedBody: ['^0{999}70']}\n"
	"- {name: 'fail(status is 404 and not 200): h', port: 8080, path: /x}\n"
	"- {name: 'fail(the body does not match ''y{3}''): h', port: 8080, expectedBody: "
	"['y{3}']}\n"
	"- {name: 'fail(the header does not match): h', port: 8080, expectedHeaders: "
	"['(?i)x-none']}\n"
	"- {name: 'fail(nothing listens on the port in 1 s): h', port: 8081, timeout: 1}\n"
	"- {name: 'fail(the server ended with exit code 7): h', port: 8080, path: /die, timeout: "
	"5}\n"
	"- {name: 'fail(serving on 8080): the server is gone', port: 8080, timeout: 3}\n";

/* "UID" in the tests is what this caller's containers run as. */
static int with_uid(struct op *op, const char *text, str *ret)
{
	struct buf b;
	str rest = str_of(text);

	buf_init(&b, op, 1 << 20);
	for (ptrdiff_t at = str_find_str(rest, S("uid=UID")); at >= 0;
	     at = str_find_str(rest, S("uid=UID"))) {
		buf_add(&b, str_head(rest, at));
		buf_add(&b, geteuid() == 0 ? S("uid=65532") : S("uid=0"));
		rest = str_from(rest, at + 7);
	}
	buf_add(&b, rest);
	return buf_take(&b, ret);
}

/* Directories of ours left in the places where images are unpacked. */
static int left_over(void)
{
	int n = 0;
	DIR *d = opendir(getenv("TMPDIR"));

	for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d))
		n += strncmp(e->d_name, "temper-test-", 12) == 0;
	if (d)
		(void)closedir(d);
	return n;
}

static int runs(struct op *op)
{
	struct result r;
	const char *base = getenv("TMPDIR");
	char place[256];
	str yaml;

	(void)snprintf(place, sizeof(place), "%s/temper-run-XXXXXX", base ? base : "/tmp");
	CHECK(mkdtemp(place) != NULL && setenv("TMPDIR", place, 1) == 0);
	TRY(with_uid(op, container_tests, &yaml));
	TRY(carry_out(op, platform_host()->oci_arch, "nonroot", yaml.p, &r));
	CHECK(r.n == 31);
	CHECK(left_over() == 0);
	CHECK(rmdir(place) == 0);
	if (r.n && r.test[0].verdict == VERDICT_SKIPPED) {
		CHECK(test_count(r.test, r.n, VERDICT_SKIPPED) == r.n && r.test[0].detail.len > 20);
		SKIP("%.*s", STR_ARG(r.test[0].detail));
	}
	judge(&r);
	return 0;
}

/* Who is not root cannot have the image's user: what needs it is skipped, and tests of files are not. */
static int own_user(struct op *op)
{
	static const char yaml[] = "ownUser: true\ncommandTests: [{name: a, command: tiny}]\nhttpTests: [{name: b, port: 8080}]\n"
				   "fileExistenceTests: [{name: c, path: /etc}]\n";
	struct result r;

	TRY(carry_out(op, platform_host()->oci_arch, "65532", yaml, &r));
	CHECK(r.n == 3 && r.test[0].verdict == VERDICT_PASSED);
	if (geteuid() == 0) {
		CHECK(r.test[1].verdict == r.test[2].verdict && r.test[1].verdict != VERDICT_FAILED);
		return 0;
	}
	CHECK(r.test[1].verdict == VERDICT_SKIPPED && r.test[2].verdict == VERDICT_SKIPPED);
	CHECK(str_find_str(r.test[1].detail, S("no OCI runtime")) >= 0 ||
	      str_find_str(r.test[1].detail, S("refuses to be root")) >= 0);
	return 0;
}

/* Without a runtime, or for a machine that this is not: skipped with the reason, never passed. */
static int skips(struct op *op)
{
	static const char yaml[] =
		"commandTests: [{name: a, command: tiny}]\nexecTests: [{name: b, command: tiny}]\n"
		"fileExistenceTests: [{name: c, path: /etc}]\n";
	const char *path = getenv("PATH");
	struct result r;
	str kept;

	TRY(op_copy(op, str_of(path), &kept));
	CHECK(setenv("PATH", "/nowhere", 1) == 0);
	int rc = carry_out(op, platform_host()->oci_arch, "65532", yaml, &r);
	CHECK(setenv("PATH", kept.p, 1) == 0);
	TRY(rc);
	CHECK(r.n == 3 && r.test[0].verdict == VERDICT_PASSED);
	CHECK(r.test[1].verdict == VERDICT_SKIPPED && r.test[2].verdict == VERDICT_SKIPPED);
	CHECK_STR(r.test[1].detail,
		  S("no OCI runtime starts a container here (crun: it is not installed; "
		    "runc: it is not installed; crun without cgroup v2: it is not installed)"));
	CHECK_STR(r.test[2].detail, r.test[1].detail);
	TRY(carry_out(op, "s390x", "65532", yaml, &r));
	CHECK(str_find_str(r.test[1].detail, S("the image is for s390x and this machine is")) >= 0);
	CHECK(r.test[1].verdict == VERDICT_SKIPPED);
	TRY(carry_out(op, platform_host()->oci_arch, "nobody", yaml, &r));
	CHECK_STR(r.test[1].detail, S("the image's user 'nobody' has no account in it"));
	return 0;
}

static bool masks(const struct node *linux_, str path)
{
	const struct node *list = node_get(linux_, S("maskedPaths"));
	str text;

	for (ptrdiff_t i = 0; list && i < list->n; i++)
		if (node_text(&list->child[i], &text) && str_eq(text, path))
			return true;
	return false;
}

/* Whatever the container: nothing that an intruder could use is left to it. */
static int bundle(struct op *op)
{
	str word[] = { S("x") }, json, text;
	struct test_bundle b = { .root = S("/r"),
				 .argv = { word, 1 },
				 .cwd = S("/"),
				 .uid = 5,
				 .gid = 6,
				 .nofile = 10,
				 .platform = platform_find(S("linux/arm64")) };
	struct doc doc;

	for (int userns = 0; userns < 2; userns++) {
		b.user_namespace = userns;
		TRY(test_bundle_config(op, &b, &json));
		TRY(json_parse(op, S("config.json"), json, &doc));
		const struct node *process = node_get(&doc.root, S("process")),
				  *linux_ = node_get(&doc.root, S("linux"));
		bool yes = false;
		CHECK(node_bool(node_get(process, S("noNewPrivileges")), &yes) && yes);
		CHECK(node_bool(node_get(node_get(&doc.root, S("root")), S("readonly")), &yes) &&
		      yes);
		const struct node *caps = node_get(process, S("capabilities"));
		for (ptrdiff_t i = 0; caps && i < caps->n; i++)
			CHECK(caps->child[i].n == 0);
		CHECK(caps && caps->n == 5 && node_get(linux_, S("namespaces"))->n == 6 + userns);
		CHECK(!node_get(linux_, S("cgroupsPath")));
		CHECK(masks(linux_, S("/proc/kcore")) && masks(linux_, S("/sys/fs/cgroup")));
		uint64_t uid = 9;
		CHECK(node_u64(node_get(node_get(process, S("user")), S("uid")), &uid) &&
		      uid == (userns ? 0 : 5));
		const struct node *seccomp = node_get(linux_, S("seccomp"));
		CHECK(node_text(node_get(seccomp, S("defaultAction")), &text));
		CHECK_STR(text, S("SCMP_ACT_ERRNO"));
		CHECK_STR(node_get(seccomp, S("architectures"))->child[0].text,
			  S("SCMP_ARCH_AARCH64"));
		static const char *const never[] = {
			"\"umount2\"",        "\"ptrace\"",      "\"bpf\"",
			"\"unshare\"",        "\"setns\"",       "\"keyctl\"",
			"\"init_module\"",    "\"reboot\"",      "\"open_by_handle_at\"",
			"\"io_uring_setup\"", "\"userfaultfd\"", "\"perf_event_open\"",
			"\"pivot_root\"",     "\"swapon\""
		};
		for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
			test_check(str_find_str(json, str_of(never[i])) < 0, never[i], __FILE__,
				   __LINE__);
	}
	return 0;
}

TESTS({ "looks", looks, .once = true }, { "metadata", metadata, .once = true },
      { "runs", runs, .once = true }, { "own user", own_user, .once = true },
      { "skips", skips, .once = true },
      { "bundle", bundle, .once = true })
