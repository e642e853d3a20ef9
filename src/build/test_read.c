/* The schema of tests, read from a document. */
#include <stddef.h>
#include <string.h>

#include "base/limits.h"
#include "base/num.h"
#include "codec/go_regex.h"

#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The document that is being read. */
struct reader {
	struct op *op;
	const struct doc *doc;
};

typedef int read_item(const struct reader *r, const struct node *node, void *to);

/* Each item of a list into an array of structs of `size` bytes. A missing or null list is empty. */
static int read_list(const struct reader *r, const struct node *node, const char *key, size_t size,
		     read_item *item, void *ret, ptrdiff_t *ret_n)
{
	ptrdiff_t n = node && node->kind == NODE_LIST ? node->n : 0;

	if (node && node->kind != NODE_LIST && node->kind != NODE_NULL)
		return node_fail(r->op, r->doc, node, "'%s' must be a list", key);
	if (n > TEST_COUNT_MAX)
		return node_fail(r->op, r->doc, node, "'%s' has more than %d items", key,
				 TEST_COUNT_MAX);
	char *p = op_alloc(r->op, size, n);
	if (!p)
		return r->op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		int rc = item(r, &node->child[i], p + (size_t)i * size);
		if (rc < 0)
			return rc;
	}
	memcpy(ret, &p, sizeof(p)); /* to a pointer of the caller's own type */
	*ret_n = n;
	return 0;
}

static int check_patterns(const struct reader *r, const struct node *map, const char *key,
			  const struct texts *list)
{
	const struct node *node = node_get(map, str_of(key));

	for (ptrdiff_t i = 0; i < list->n; i++) {
		if (go_regex_check(r->op, list->p[i]) == 0)
			continue;
		const struct node *at = node->kind == NODE_LIST ? &node->child[i] : node;
		return op_fail_in(r->op, "%.*s:%d:%d", STR_ARG(r->doc->file), at->line, at->col);
	}
	return 0;
}

static int read_env(const struct reader *r, const struct node *node, void *to)
{
	struct test_env *env = to;
	static const struct field field[] = {
		{ "key", FIELD_TEXT, offsetof(struct test_env, key), true, NULL },
		{ "value", FIELD_TEXT, offsetof(struct test_env, value), false, NULL },
		{ "isRegex", FIELD_BOOL, offsetof(struct test_env, regex), false, NULL },
	};
	int rc = fields_read(r->op, r->doc, node, field, COUNT(field), env);

	if (rc == 0 && (env->key.len == 0 || str_find(env->key, '=') >= 0))
		rc = node_fail(r->op, r->doc, node, "'%.*s' is no name of a variable or label",
			       STR_ARG(env->key));
	if (rc == 0 && env->regex)
		rc = check_patterns(r, node, "value", &(struct texts){ &env->value, 1 });
	return rc;
}

/* A list of {key, value} as pairs. */
static int read_pairs(const struct reader *r, const struct node *node, const char *key,
		      struct pairs *ret)
{
	void *list;
	ptrdiff_t n;
	int rc = read_list(r, node, key, sizeof(struct test_env), read_env, &list, &n);
	struct pair *pair = rc < 0 ? NULL : op_new(r->op, struct pair, n);

	if (!pair)
		return r->op->code;
	for (ptrdiff_t i = 0; i < n; i++)
		pair[i] = (struct pair){ ((struct test_env *)list)[i].key,
					 ((struct test_env *)list)[i].value };
	*ret = (struct pairs){ pair, n };
	return 0;
}

static int read_argv(const struct reader *r, const struct node *node, void *to)
{
	struct test_argv *argv = to;
	const struct field field = { "command", FIELD_TEXTS, 0, true, "a list of words" };
	struct node map = { .kind = NODE_MAP, .line = node->line, .col = node->col, .n = 1 };
	struct node child = *node;

	child.key = S("command");
	map.child = &child;
	int rc = fields_read(r->op, r->doc, &map, &field, 1, &argv->words);
	if (rc == 0 && argv->words.n == 0)
		rc = node_fail(r->op, r->doc, node, "a command without a word");
	return rc;
}

struct raw_command {
	str name, command;
	struct texts args;
	const struct node *setup, *teardown, *env;
	struct texts out, no_out, err, no_err;
	uint64_t exit_code, timeout;
};

static int read_command_env(const struct reader *r, const struct raw_command *raw,
			    struct test_command *to)
{
	void *setup, *teardown;
	int rc = read_list(r, raw->setup, "setup", sizeof(struct test_argv), read_argv, &setup,
			   &to->setup_n);

	if (rc == 0)
		rc = read_list(r, raw->teardown, "teardown", sizeof(struct test_argv), read_argv,
			       &teardown, &to->teardown_n);
	if (rc == 0)
		rc = read_pairs(r, raw->env, "envVars", &to->env);
	if (rc < 0)
		return rc;
	to->setup = setup;
	to->teardown = teardown;
	return 0;
}

/* What the first field is of does not stand in commandTests, what the last two are of not in
 * execTests. */
static int read_command_of(const struct reader *r, const struct node *node, bool exec,
			   struct test_command *command)
{
	struct raw_command raw = { .timeout = exec ? 20 : TEST_COMMAND_MS / 1000 };
	static const struct field field[] = {
		{ "timeout", FIELD_U64, offsetof(struct raw_command, timeout), false,
		  "a number of seconds" },
		{ "name", FIELD_TEXT, offsetof(struct raw_command, name), true, NULL },
		{ "command", FIELD_TEXT, offsetof(struct raw_command, command), true,
		  "the name of a program" },
		{ "args", FIELD_TEXTS, offsetof(struct raw_command, args), false, NULL },
		{ "envVars", FIELD_NODE, offsetof(struct raw_command, env), false, NULL },
		{ "expectedOutput", FIELD_TEXTS, offsetof(struct raw_command, out), false,
		  "a list of patterns" },
		{ "excludedOutput", FIELD_TEXTS, offsetof(struct raw_command, no_out), false,
		  "a list of patterns" },
		{ "expectedError", FIELD_TEXTS, offsetof(struct raw_command, err), false,
		  "a list of patterns" },
		{ "excludedError", FIELD_TEXTS, offsetof(struct raw_command, no_err), false,
		  "a list of patterns" },
		{ "exitCode", FIELD_U64, offsetof(struct raw_command, exit_code), false,
		  "a number from 0 to 255" },
		{ "setup", FIELD_NODE, offsetof(struct raw_command, setup), false, NULL },
		{ "teardown", FIELD_NODE, offsetof(struct raw_command, teardown), false, NULL },
	};
	int rc = fields_read(r->op, r->doc, node, exec ? field : field + 1,
			     COUNT(field) - (exec ? 2 : 1), &raw);
	const struct {
		const char *key;
		const struct texts *list;
	} pattern[] = {
		{ "expectedOutput", &raw.out },
		{ "excludedOutput", &raw.no_out },
		{ "expectedError", &raw.err },
		{ "excludedError", &raw.no_err },
	};

	for (size_t i = 0; rc == 0 && i < COUNT(pattern); i++)
		rc = check_patterns(r, node, pattern[i].key, pattern[i].list);
	if (rc == 0 && raw.exit_code > 255)
		rc = node_fail(r->op, r->doc, node_get(node, S("exitCode")),
			       "'exitCode' must be a number from 0 to 255");
	if (rc == 0 && (raw.timeout < 1 || raw.timeout > TEST_TIMEOUT_MAX))
		rc = node_fail(r->op, r->doc, node_get(node, S("timeout")),
			       "'timeout' must be from 1 to %d seconds", TEST_TIMEOUT_MAX);
	if (rc == 0 && raw.command.len == 0)
		rc = node_fail(r->op, r->doc, node, "'command' must be the name of a program");
	str *words = rc < 0 ? NULL : op_new(r->op, str, raw.args.n + 1);
	if (!words)
		return r->op->code;
	words[0] = raw.command;
	for (ptrdiff_t i = 0; i < raw.args.n; i++)
		words[i + 1] = raw.args.p[i];
	*command = (struct test_command){
		.name = raw.name,
		.words = { words, raw.args.n + 1 },
		.out = { raw.out, raw.no_out },
		.err = { raw.err, raw.no_err },
		.exit_code = (int)raw.exit_code,
		.timeout_s = (int)raw.timeout,
	};
	return read_command_env(r, &raw, command);
}

static int read_command(const struct reader *r, const struct node *node, void *to)
{
	return read_command_of(r, node, false, to);
}

static int read_exec(const struct reader *r, const struct node *node, void *to)
{
	return read_command_of(r, node, true, to);
}

/* "-rw-r--r--" as ls writes it, or as Go's os.FileMode does: "dtrwxrwxrwx", "urwxr-xr-x". */
static bool is_mode_text(str s)
{
	static const str may[] = { S_INIT("r-"), S_INIT("w-"), S_INIT("xsS-"),
				   S_INIT("r-"), S_INIT("w-"), S_INIT("xsS-"),
				   S_INIT("r-"), S_INIT("w-"), S_INIT("xtT-") };
	ptrdiff_t before = s.len - (ptrdiff_t)COUNT(may);

	if (before < 1 || before > 4)
		return false;
	for (ptrdiff_t i = 0; i < before; i++)
		if (str_find(S("-dlLbcpsDSugt"), s.p[i]) < 0)
			return false;
	for (size_t i = 0; i < COUNT(may); i++)
		if (str_find(may[i], s.p[before + (ptrdiff_t)i]) < 0)
			return false;
	return true;
}

struct raw_file {
	str name, path, permissions, executable_by;
	bool should_exist;
	uint64_t uid, gid;
};

static int check_file(const struct reader *r, const struct node *node, const struct raw_file *raw)
{
	static const char *const by[] = { "", "owner", "group", "other", "any" };
	bool known = false;

	for (size_t i = 0; i < COUNT(by); i++)
		known = known || str_eq(raw->executable_by, str_of(by[i]));
	if (!known)
		return node_fail(r->op, r->doc, node_get(node, S("isExecutableBy")),
				 "'isExecutableBy' must be owner, group, other or any");
	if (raw->permissions.len && !is_mode_text(raw->permissions))
		return node_fail(r->op, r->doc, node_get(node, S("permissions")),
				 "'permissions' must be like -rw-r--r--");
	if ((raw->uid > UINT32_MAX && raw->uid != UINT64_MAX) ||
	    (raw->gid > UINT32_MAX && raw->gid != UINT64_MAX))
		return node_fail(r->op, r->doc, node, "'uid' and 'gid' must be 32-bit numbers");
	return 0;
}

static int read_file(const struct reader *r, const struct node *node, void *to)
{
	struct raw_file raw = { .should_exist = true, .uid = UINT64_MAX, .gid = UINT64_MAX };
	static const struct field field[] = {
		{ "name", FIELD_TEXT, offsetof(struct raw_file, name), true, NULL },
		{ "path", FIELD_TEXT, offsetof(struct raw_file, path), true, NULL },
		{ "shouldExist", FIELD_BOOL, offsetof(struct raw_file, should_exist), false, NULL },
		{ "permissions", FIELD_TEXT, offsetof(struct raw_file, permissions), false, NULL },
		{ "uid", FIELD_U64, offsetof(struct raw_file, uid), false, NULL },
		{ "gid", FIELD_U64, offsetof(struct raw_file, gid), false, NULL },
		{ "isExecutableBy", FIELD_TEXT, offsetof(struct raw_file, executable_by), false,
		  NULL },
	};
	int rc = fields_read(r->op, r->doc, node, field, COUNT(field), &raw);

	if (rc == 0)
		rc = check_file(r, node, &raw);
	if (rc < 0)
		return rc;
	*(struct test_file *)to = (struct test_file){
		.name = raw.name,
		.path = raw.path,
		.should_exist = raw.should_exist,
		.permissions = raw.permissions,
		.uid = raw.uid == UINT64_MAX ? -1 : (int64_t)raw.uid,
		.gid = raw.gid == UINT64_MAX ? -1 : (int64_t)raw.gid,
		.executable_by = raw.executable_by,
	};
	return 0;
}

static int read_content(const struct reader *r, const struct node *node, void *to)
{
	struct test_content *content = to;
	static const struct field field[] = {
		{ "name", FIELD_TEXT, offsetof(struct test_content, name), true, NULL },
		{ "path", FIELD_TEXT, offsetof(struct test_content, path), true, NULL },
		{ "expectedContents", FIELD_TEXTS, offsetof(struct test_content, text.want), false,
		  "a list of patterns" },
		{ "excludedContents", FIELD_TEXTS, offsetof(struct test_content, text.exclude),
		  false, "a list of patterns" },
	};
	int rc = fields_read(r->op, r->doc, node, field, COUNT(field), content);

	if (rc == 0)
		rc = check_patterns(r, node, "expectedContents", &content->text.want);
	return rc < 0 ? rc : check_patterns(r, node, "excludedContents", &content->text.exclude);
}

struct raw_http {
	str name, path, method, body;
	uint64_t port, status, timeout;
	const struct node *headers;
	struct texts want, exclude, want_headers;
};

/* A token of RFC 9110 5.6.2: nothing that could end a line. */
static bool is_token(str s)
{
	for (ptrdiff_t i = 0; i < s.len; i++)
		if (s.p[i] <= ' ' || s.p[i] == 0x7f ||
		    str_find(S("()<>@,;:\\\"/[]?={}"), s.p[i]) >= 0)
			return false;
	return s.len > 0;
}

static bool has_control(str s, bool blanks)
{
	for (ptrdiff_t i = 0; i < s.len; i++)
		if ((unsigned char)s.p[i] < (blanks ? 0x21 : 0x20) || s.p[i] == 0x7f)
			return true;
	return false;
}

static int check_http(const struct reader *r, const struct node *node, const struct raw_http *raw,
		      const struct pairs *headers)
{
	if (raw->port < 1 || raw->port > 65535)
		return node_fail(r->op, r->doc, node_get(node, S("port")),
				 "'port' must be from 1 to 65535");
	if (raw->status < 100 || raw->status > 599)
		return node_fail(r->op, r->doc, node_get(node, S("expectedStatus")),
				 "'expectedStatus' must be from 100 to 599");
	if (raw->timeout < 1 || raw->timeout > TEST_TIMEOUT_MAX)
		return node_fail(r->op, r->doc, node_get(node, S("timeout")),
				 "'timeout' must be from 1 to %d seconds", TEST_TIMEOUT_MAX);
	if (!str_starts(raw->path, S("/")) || has_control(raw->path, true))
		return node_fail(r->op, r->doc, node_get(node, S("path")),
				 "'path' must begin with a slash and hold no blank");
	if (!is_token(raw->method))
		return node_fail(r->op, r->doc, node_get(node, S("method")),
				 "'method' must be like GET");
	for (ptrdiff_t i = 0; i < headers->n; i++)
		if (!is_token(headers->p[i].key) || has_control(headers->p[i].value, false))
			return node_fail(r->op, r->doc, raw->headers, "'%.*s' is no header",
					 STR_ARG(headers->p[i].key));
	return 0;
}

static int read_http_patterns(const struct reader *r, const struct node *node,
			      const struct raw_http *raw)
{
	int rc = check_patterns(r, node, "expectedBody", &raw->want);

	if (rc == 0)
		rc = check_patterns(r, node, "excludedBody", &raw->exclude);
	return rc < 0 ? rc : check_patterns(r, node, "expectedHeaders", &raw->want_headers);
}

static int read_http(const struct reader *r, const struct node *node, void *to)
{
	struct raw_http raw = { .path = S("/"), .method = S("GET"), .status = 200, .timeout = 20 };
	struct pairs headers = { 0 };
	static const struct field field[] = {
		{ "name", FIELD_TEXT, offsetof(struct raw_http, name), true, NULL },
		{ "port", FIELD_U64, offsetof(struct raw_http, port), true,
		  "a number from 1 to 65535" },
		{ "path", FIELD_TEXT, offsetof(struct raw_http, path), false, NULL },
		{ "method", FIELD_TEXT, offsetof(struct raw_http, method), false, NULL },
		{ "headers", FIELD_NODE, offsetof(struct raw_http, headers), false, NULL },
		{ "body", FIELD_TEXT, offsetof(struct raw_http, body), false, NULL },
		{ "expectedStatus", FIELD_U64, offsetof(struct raw_http, status), false,
		  "a number from 100 to 599" },
		{ "expectedBody", FIELD_TEXTS, offsetof(struct raw_http, want), false,
		  "a list of patterns" },
		{ "excludedBody", FIELD_TEXTS, offsetof(struct raw_http, exclude), false,
		  "a list of patterns" },
		{ "expectedHeaders", FIELD_TEXTS, offsetof(struct raw_http, want_headers), false,
		  "a list of patterns" },
		{ "timeout", FIELD_U64, offsetof(struct raw_http, timeout), false,
		  "a number of seconds" },
	};
	int rc = fields_read(r->op, r->doc, node, field, COUNT(field), &raw);

	if (rc == 0)
		rc = read_pairs(r, raw.headers, "headers", &headers);
	if (rc == 0)
		rc = check_http(r, node, &raw, &headers);
	if (rc == 0)
		rc = read_http_patterns(r, node, &raw);
	if (rc < 0)
		return rc;
	*(struct test_http *)to = (struct test_http){
		.name = raw.name,
		.path = raw.path,
		.method = raw.method,
		.body = raw.body,
		.port = (uint16_t)raw.port,
		.headers = headers,
		.status = (int)raw.status,
		.text = { raw.want, raw.exclude },
		.expected_headers = raw.want_headers,
		.timeout_s = (int)raw.timeout,
	};
	return 0;
}

struct raw_metadata {
	const struct node *env, *env_v1, *labels, *entrypoint, *cmd;
	struct test_metadata got;
};

static int read_metadata(const struct reader *r, const struct node *node, struct test_metadata *ret)
{
	struct raw_metadata raw = { 0 };
	static const struct field field[] = {
		{ "envVars", FIELD_NODE, offsetof(struct raw_metadata, env), false, NULL },
		{ "env", FIELD_NODE, offsetof(struct raw_metadata, env_v1), false, NULL },
		{ "labels", FIELD_NODE, offsetof(struct raw_metadata, labels), false, NULL },
		{ "entrypoint", FIELD_TEXTS, offsetof(struct raw_metadata, got.entrypoint), false,
		  NULL },
		{ "cmd", FIELD_TEXTS, offsetof(struct raw_metadata, got.cmd), false, NULL },
		{ "exposedPorts", FIELD_TEXTS, offsetof(struct raw_metadata, got.ports), false,
		  NULL },
		{ "unexposedPorts", FIELD_TEXTS, offsetof(struct raw_metadata, got.no_ports), false,
		  NULL },
		{ "volumes", FIELD_TEXTS, offsetof(struct raw_metadata, got.volumes), false, NULL },
		{ "unmountedVolumes", FIELD_TEXTS, offsetof(struct raw_metadata, got.no_volumes),
		  false, NULL },
		{ "workdir", FIELD_TEXT, offsetof(struct raw_metadata, got.work_dir), false, NULL },
		{ "user", FIELD_TEXT, offsetof(struct raw_metadata, got.user), false, NULL },
	};
	void *list;

	if (node->kind == NODE_NULL)
		return 0;
	int rc = fields_read(r->op, r->doc, node, field, COUNT(field), &raw);
	if (rc == 0)
		rc = read_list(r, raw.env ? raw.env : raw.env_v1, "envVars",
			       sizeof(struct test_env), read_env, &list, &raw.got.env_n);
	if (rc < 0)
		return rc;
	raw.got.env = list;
	rc = read_list(r, raw.labels, "labels", sizeof(struct test_env), read_env, &list,
		       &raw.got.label_n);
	if (rc < 0)
		return rc;
	raw.got.label = list;
	raw.got.given = true;
	raw.got.has_entrypoint = node_get(node, S("entrypoint")) != NULL;
	raw.got.has_cmd = node_get(node, S("cmd")) != NULL;
	raw.got.has_work_dir = node_get(node, S("workdir")) != NULL;
	raw.got.has_user = node_get(node, S("user")) != NULL;
	*ret = raw.got;
	return 0;
}

static int read_licence(const struct reader *r, const struct node *node, void *to)
{
	struct {
		bool debian;
		struct texts files;
	} raw = { 0 };
	const struct field field[] = {
		{ "debian", FIELD_BOOL, (size_t)((char *)&raw.debian - (char *)&raw), false, NULL },
		{ "files", FIELD_TEXTS, (size_t)((char *)&raw.files - (char *)&raw), false, NULL },
	};

	*(char *)to = 1;
	return fields_read(r->op, r->doc, node, field, COUNT(field), &raw);
}

struct raw_tests {
	str version;
	bool own_user;
	const struct node *env, *command, *exec, *file, *content, *metadata, *licence, *http,
		*options;
};

static int read_all(const struct reader *r, const struct raw_tests *raw, struct tests *ret)
{
	struct tests got = { .own_user = raw->own_user };
	void *ignored;
	const struct {
		const struct node *node;
		const char *key;
		size_t size;
		read_item *item;
		void *to;
		ptrdiff_t *n;
	} list[] = {
		{ raw->command, "commandTests", sizeof(*got.command), read_command, &got.command,
		  &got.command_n },
		{ raw->exec, "execTests", sizeof(*got.exec), read_exec, &got.exec, &got.exec_n },
		{ raw->file, "fileExistenceTests", sizeof(*got.file), read_file, &got.file,
		  &got.file_n },
		{ raw->content, "fileContentTests", sizeof(*got.content), read_content,
		  &got.content, &got.content_n },
		{ raw->http, "httpTests", sizeof(*got.http), read_http, &got.http, &got.http_n },
		{ raw->licence, "licenseTests", 1, read_licence, &ignored, &got.licence_n },
	};
	int rc = read_pairs(r, raw->env, "globalEnvVars", &got.env);

	for (size_t i = 0; rc == 0 && i < COUNT(list); i++)
		rc = read_list(r, list[i].node, list[i].key, list[i].size, list[i].item, list[i].to,
			       list[i].n);
	if (rc == 0 && raw->metadata)
		rc = read_metadata(r, raw->metadata, &got.metadata);
	if (rc == 0)
		*ret = got;
	return rc;
}

int tests_read(struct op *op, const struct doc *doc, const struct node *node, struct tests *ret)
{
	struct reader r = { op, doc };
	struct raw_tests raw = { .version = S("2.0.0") };
	static const struct field field[] = {
		{ "schemaVersion", FIELD_TEXT, offsetof(struct raw_tests, version), false,
		  "2.0.0" },
		{ "globalEnvVars", FIELD_NODE, offsetof(struct raw_tests, env), false, NULL },
		{ "ownUser", FIELD_BOOL, offsetof(struct raw_tests, own_user), false, NULL },
		{ "commandTests", FIELD_NODE, offsetof(struct raw_tests, command), false, NULL },
		{ "execTests", FIELD_NODE, offsetof(struct raw_tests, exec), false, NULL },
		{ "fileExistenceTests", FIELD_NODE, offsetof(struct raw_tests, file), false, NULL },
		{ "fileContentTests", FIELD_NODE, offsetof(struct raw_tests, content), false,
		  NULL },
		{ "metadataTest", FIELD_NODE, offsetof(struct raw_tests, metadata), false, NULL },
		{ "licenseTests", FIELD_NODE, offsetof(struct raw_tests, licence), false, NULL },
		{ "httpTests", FIELD_NODE, offsetof(struct raw_tests, http), false, NULL },
		{ "containerRunOptions", FIELD_NODE, offsetof(struct raw_tests, options), false,
		  NULL },
	};

	if (!node || node->kind == NODE_NULL) {
		*ret = (struct tests){ 0 };
		return 0;
	}
	int rc = fields_read(op, doc, node, field, COUNT(field), &raw);
	if (rc == 0 && !str_eq(raw.version, S("2.0.0")))
		rc = node_fail(op, doc, node_get(node, S("schemaVersion")),
			       "'schemaVersion' must be 2.0.0");
	return rc < 0 ? rc : read_all(&r, &raw, ret);
}
