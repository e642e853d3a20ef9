#include "build/test.h"

#include "codec/yaml.h"

#include "unit/harness.h"

static int read_text(struct op *op, str text, struct tests *ret)
{
	struct doc *doc = op_new(op, struct doc, 1);

	if (!doc)
		return op->code;
	TRY(yaml_parse(op, S("t.yaml"), exact(text), doc));
	return tests_read(op, doc, &doc->root, ret);
}

/* The example of container-structure-test's own documentation, in its forms. */
static const char *const example =
	"schemaVersion: '2.0.0' # Make sure to test the latest schema version\n"
	"globalEnvVars:\n  - key: \"VIRTUAL_ENV\"\n    value: \"/env\"\n"
	"commandTests:\n"
	"- name: 'Command not found'\n  command: 'someprogram'\n  args: ['--some-flag', 80]\n  "
	"expectedError: ['.*not found']\n"
	"  exitCode: 127\n"
	"- name: apt-get upgrade\n  command: 'apt-get'\n  setup: [[\"apt-get\", \"update\"], "
	"['true']]\n"
	"  teardown: [[\"virtualenv\", \"/env\"]]\n"
	"  args: ['-qqs', 'upgrade']\n  excludedOutput: ['.*Inst.*Security.* | "
	".*Security.*Inst.*']\n"
	"  excludedError: ['.*Inst.*Security.* | .*Security.*Inst.*']\n  envVars:\n  - {key: foo, "
	"value: bar}\n"
	"fileExistenceTests:\n"
	"- name: 'Root'\n  path: '/'\n  shouldExist: true\n  permissions: '-rw-r--r--'\n  uid: "
	"1000\n  gid: 0\n"
	"  isExecutableBy: 'group'\n"
	"- {name: none, path: /x, shouldExist: false}\n"
	"fileContentTests:\n"
	"- name: 'Debian Sources'\n  path: '/etc/apt/sources.list'\n  expectedContents: "
	"['.*httpredir\\.debian\\.org.*']\n"
	"  excludedContents: ['.*gce_debian_mirror.*']\n"
	"metadataTest:\n  envVars:\n    - key: foo\n      value: baz\n  labels:\n    - key: "
	"'com.example.vendor'\n"
	"      value: 'ACME Inc.*'\n      isRegex: true\n  exposedPorts: [\"8080\", \"2345\"]\n  "
	"volumes: [\"/test\"]\n"
	"  entrypoint: []\n  cmd: [\"/bin/bash\"]\n  workdir: \"/app\"\n  user: \"luke\"\n"
	"licenseTests:\n- debian: true\n  files: [\"/foo/bar\", \"/baz/bat\"]\n"
	"containerRunOptions:\n  user: \"root\"\n  privileged: true\n"
	"ownUser: true\nexecTests: [{name: ping, command: cli, args: [ping], exitCode: 1, timeout: 3}]\n"
	"httpTests:\n- {name: page, port: 8080}\n"
	"- name: api\n  port: 80\n  path: /x?y=z\n  method: POST\n  headers: [{key: Host, value: "
	"example.org}]\n  body: hello\n"
	"  expectedStatus: 404\n  expectedBody: [no]\n  excludedBody: yes\n  expectedHeaders: "
	"['(?i)server: x']\n  timeout: 5\n";

static int reads(struct op *op)
{
	struct tests t;

	TRY(read_text(op, str_of(example), &t));
	CHECK(t.env.n == 1 && t.command_n == 2 && t.file_n == 2 && t.content_n == 1 &&
	      t.http_n == 2 && t.licence_n == 1);
	CHECK(t.own_user && t.exec_n == 1 && t.exec[0].timeout_s == 3 && t.exec[0].exit_code == 1 &&
	      t.exec[0].words.n == 2);
	CHECK_STR(t.env.p[0].value, S("/env"));
	CHECK_STR(t.command[0].name, S("Command not found"));
	CHECK(t.command[0].words.n == 3 && t.command[0].exit_code == 127 &&
	      t.command[0].err.want.n == 1);
	CHECK_STR(t.command[0].words.p[2], S("80"));
	CHECK(t.command[1].setup_n == 2 && t.command[1].teardown_n == 1 &&
	      t.command[1].out.exclude.n == 1);
	CHECK_STR(t.command[1].setup[0].words.p[1], S("update"));
	CHECK(t.command[1].env.n == 1 && t.command[1].exit_code == 0);
	CHECK(t.file[0].uid == 1000 && t.file[0].gid == 0 && t.file[0].should_exist &&
	      t.file[1].uid == -1);
	CHECK(!t.file[1].should_exist);
	CHECK_STR(t.file[0].executable_by, S("group"));
	CHECK(t.content[0].text.want.n == 1 && t.content[0].text.exclude.n == 1);
	CHECK(t.metadata.given && t.metadata.env_n == 1 && t.metadata.label[0].regex &&
	      t.metadata.ports.n == 2);
	CHECK(t.metadata.has_entrypoint && t.metadata.entrypoint.n == 0 && t.metadata.cmd.n == 1);
	CHECK(t.http[0].status == 200 && t.http[0].timeout_s == 20 && t.http[0].port == 8080);
	CHECK_STR(t.http[0].path, S("/"));
	CHECK_STR(t.http[0].method, S("GET"));
	CHECK(t.http[1].status == 404 && t.http[1].timeout_s == 5 && t.http[1].headers.n == 1);
	CHECK_STR(t.http[1].text.exclude.p[0], S("yes"));
	return 0;
}

static int empties(struct op *op)
{
	static const char *const row[] = { "", "{}", "schemaVersion: 2.0.0\n",
					   "commandTests: []\nhttpTests:\nmetadataTest:\n",
					   "licenseTests: []\n" };

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct tests t;
		TRY(read_text(op, str_of(row[i]), &t));
		CHECK(t.command_n + t.file_n + t.content_n + t.http_n + t.licence_n == 0 &&
		      !t.metadata.given);
	}
	struct tests t;
	TRY(tests_read(op, NULL, NULL, &t));
	CHECK(t.command_n == 0);
	return 0;
}

static int refused(struct op *op)
{
	static const struct {
		const char *text, *why;
	} row[] = {
		{ "schemaVersion: 1.0.0\n", "t.yaml:1:16: 'schemaVersion' must be 2.0.0" },
		{ "commandTest: []\n", "did you mean 'commandTests'?" },
		{ "- a\n", "a mapping is expected" },
		{ "commandTests: {a: b}\n", "'commandTests' must be a list" },
		{ "commandTests: [{name: x}]\n", "'command' is missing" },
		{ "commandTests: [{command: x}]\n", "'name' is missing" },
		{ "commandTests: [{name: x, command: ''}]\n",
		  "'command' must be the name of a program" },
		{ "commandTests: [{name: x, command: y, exitCode: 256}]\n", "from 0 to 255" },
		{ "commandTests: [{name: x, command: y, exitCode: -1}]\n", "'exitCode' must be" },
		{ "commandTests:\n- {name: x, command: y, expectedOutput: [a,\n   '(']}\n",
		  "t.yaml:3:4: cannot use the pattern" },
		{ "commandTests: [{name: x, command: y, setup: [[]]}]\n",
		  "a command without a word" },
		{ "commandTests: [{name: x, command: y, setup: [{a: b}]}]\n",
		  "must be a list of words" },
		{ "commandTests: [{name: x, command: y, envVars: [{key: a=b, value: c}]}]\n",
		  "no name of a variable" },
		{ "fileExistenceTests: [{name: x, path: y, isExecutableBy: me}]\n",
		  "owner, group, other or any" },
		{ "fileExistenceTests: [{name: x, path: y, permissions: '0644'}]\n",
		  "must be like -rw-r--r--" },
		{ "fileExistenceTests: [{name: x, path: y, uid: 4294967296}]\n", "32-bit" },
		{ "fileExistenceTests: [{name: x, path: y, shouldExist: 7}]\n",
		  "'shouldExist' must be true or false" },
		{ "metadataTest: {labels: [{key: a, value: '[', isRegex: true}]}\n",
		  "a bracket has no end" },
		{ "httpTests: [{name: x, port: 0}]\n", "from 1 to 65535" },
		{ "httpTests: [{name: x, port: 80, path: x}]\n", "must begin with a slash" },
		{ "httpTests: [{name: x, port: 80, path: \"/ HTTP/1.1\\r\\nHost: y\"}]\n",
		  "hold no blank" },
		{ "httpTests: [{name: x, port: 80, method: 'G T'}]\n",
		  "'method' must be like GET" },
		{ "httpTests: [{name: x, port: 80, headers: [{key: a, value: \"b\\r\\nc: d\"}]}]\n",
		  "'a' is no header" },
		{ "httpTests: [{name: x, port: 80, timeout: 601}]\n", "from 1 to 600 seconds" },
		{ "httpTests: [{name: x, port: 80, expectedStatus: 99}]\n", "from 100 to 599" },
		{ "execTests: [{name: x, command: y, timeout: 0}]\n", "from 1 to 600 seconds" },
		{ "execTests: [{name: x, command: y, setup: [[z]]}]\n", "unknown key 'setup'" },
		{ "commandTests: [{name: x, command: y, timeout: 5}]\n", "unknown key 'timeout'" },
		{ "licenseTests: [{debain: true}]\n", "did you mean 'debian'?" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct tests t;
		CHECK_FAILS(op, read_text(op, str_of(row[i].text), &t), ERR_USAGE, row[i].why);
	}
	return 0;
}

TESTS({ "reads", reads }, { "empties", empties }, { "refused", refused, .once = true })
