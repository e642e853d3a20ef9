#include <stdio.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "codec/json.h"
#include "recipe_impl.h"

enum {
	TESTS_DEPTH = 32, /* levels of a `tests` mapping; the schema has five */
};

static void put_texts(struct json_out *j, const char *key, const struct texts *t)
{
	if (t->n == 0)
		return;
	json_key(j, str_of(key));
	json_array(j);
	for (ptrdiff_t i = 0; i < t->n; i++)
		json_text(j, t->p[i]);
	json_array_end(j);
}

static void put_pairs(struct json_out *j, const char *key, const struct pairs *pairs)
{
	if (pairs->n == 0)
		return;
	json_key(j, str_of(key));
	json_object(j);
	for (ptrdiff_t i = 0; i < pairs->n; i++) {
		json_key(j, pairs->p[i].key);
		json_text(j, pairs->p[i].value);
	}
	json_object_end(j);
}

static void put_hex(struct json_out *j, struct buf *b, const char *key, str bytes)
{
	static const char digit[] = "0123456789abcdef";

	json_key(j, str_of(key));
	json_raw(j, S("\""));
	char *out = buf_room(b, (size_t)bytes.len * 2);
	for (ptrdiff_t i = 0; out && i < bytes.len; i++) {
		out[2 * i] = digit[(unsigned char)bytes.p[i] >> 4];
		out[2 * i + 1] = digit[bytes.p[i] & 15];
	}
	buf_char(b, '"');
}

static void put_repository(struct json_out *j, struct buf *b, const struct repo_source *r)
{
	json_object(j);
	json_pair(j, "name", r->name);
	json_pair(j, "url", r->url);
	json_pair(j, "suite", r->suite);
	put_texts(j, "components", &r->components);
	put_hex(j, b, "keys", r->keyring);
	put_texts(j, "fingerprint", &r->fingerprint);
	if (r->override) {
		json_key(j, S("override"));
		json_bool(j, true);
	}
	json_object_end(j);
}

static void put_accounts(struct json_out *j, const struct recipe *r)
{
	json_key(j, S("accounts"));
	json_object(j);
	for (int pass = 0; pass < 2; pass++) {
		bool user = pass == 0;
		const struct recipe_account *a = user ? r->user : r->group;
		ptrdiff_t n = user ? r->user_n : r->group_n;
		if (n == 0)
			continue;
		json_key(j, user ? S("users") : S("groups"));
		json_array(j);
		for (ptrdiff_t i = 0; i < n; i++) {
			json_object(j);
			json_pair(j, "name", a[i].name);
			if (a[i].id != UINT32_MAX)
				json_pair_u64(j, user ? "uid" : "gid", a[i].id);
			json_pair_opt(j, "group", a[i].group);
			json_pair_opt(j, "home", a[i].home);
			json_pair_opt(j, "shell", a[i].shell);
			json_pair_opt(j, "comment", a[i].comment);
			put_texts(j, "members", &a[i].members);
			json_object_end(j);
		}
		json_array_end(j);
	}
	json_pair(j, "run-as", r->run_as);
	json_object_end(j);
}

static void put_content(struct json_out *j, struct buf *b, str text)
{
	if (utf8_valid(text))
		json_pair(j, "text", text);
	else
		put_hex(j, b, "hex", text);
}

static void put_path(struct json_out *j, struct buf *b, const struct recipe_path *p)
{
	static const char *const type[] = {
		[PATH_DIRECTORY] = "directory",
		[PATH_FILE] = "file",
		[PATH_SYMLINK] = "symlink",
		[PATH_MODE] = "mode",
	};
	char mode[16];

	json_object(j);
	json_pair(j, "path", p->path);
	json_pair(j, "type", str_of(type[p->type]));
	json_pair_opt(j, "to", p->to);
	if (p->mode != UINT32_MAX) {
		(void)snprintf(mode, sizeof(mode), "%04o", p->mode);
		json_pair(j, "mode", str_of(mode));
	}
	json_pair_opt(j, "owner", p->owner);
	json_pair_opt(j, "group", p->group);
	if (p->type == PATH_FILE)
		put_content(j, b, p->text);
	json_object_end(j);
}

static void put_duration(struct json_out *j, const char *key, uint64_t ns)
{
	char text[32];

	if (ns) {
		(void)snprintf(text, sizeof(text), "%lluns", (unsigned long long)ns);
		json_pair(j, key, str_of(text));
	}
}

static void put_health(struct json_out *j, const struct image_healthcheck *h)
{
	if (h->test.n == 0)
		return;
	json_key(j, S("healthcheck"));
	json_object(j);
	put_texts(j, "test", &h->test);
	put_duration(j, "interval", h->interval);
	put_duration(j, "timeout", h->timeout);
	put_duration(j, "start-period", h->start_period);
	if (h->retries)
		json_pair_u64(j, "retries", h->retries);
	json_object_end(j);
}

static void put_allow(struct json_out *j, const struct recipe *r)
{
	str word[2];
	struct texts allow = { word, 0 };

	if (r->allow_shell)
		word[allow.n++] = S("shell");
	if (r->allow_package_manager)
		word[allow.n++] = S("package-manager");
	put_texts(j, "allow", &allow);
}

/* YAML knows numbers that JSON has no form for: 0x1f, +1, .inf. They go out as texts. */
static bool json_number(str s)
{
	ptrdiff_t i = str_starts(s, S("-")) ? 1 : 0;

	if (s.len - i < 1 || s.len - i > 18 || (s.p[i] == '0' && s.len - i > 1))
		return false;
	for (; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	}
	return true;
}

static int put_node(struct op *op, const struct doc *doc, struct json_out *j,
		    const struct node *node, int depth)
{
	bool truth = false, map = node->kind == NODE_MAP;

	if (depth > TESTS_DEPTH)
		return node_fail(op, doc, node, "nested deeper than %d levels", TESTS_DEPTH);
	if (node->kind == NODE_NULL) {
		json_null(j);
	} else if (node->kind == NODE_BOOL && node_bool(node, &truth)) {
		json_bool(j, truth);
	} else if (node->kind == NODE_NUMBER && json_number(node->text)) {
		json_raw(j, node->text);
	} else if (node->kind == NODE_LIST || map) {
		map ? json_object(j) : json_array(j);
		for (ptrdiff_t i = 0; i < node->n; i++) {
			if (map)
				json_key(j, node->child[i].key);
			int rc = put_node(op, doc, j, &node->child[i], depth + 1);
			if (rc < 0)
				return rc;
		}
		map ? json_object_end(j) : json_array_end(j);
	} else {
		json_text(j, node->text);
	}
	return 0;
}

static void put_image(struct json_out *j, const struct recipe *r)
{
	put_pairs(j, "environment", &r->environment);
	json_pair_opt(j, "work-dir", r->work_dir);
	put_texts(j, "entrypoint", &r->entrypoint);
	put_texts(j, "cmd", &r->cmd);
	put_texts(j, "ports", &r->ports);
	put_texts(j, "volumes", &r->volumes);
	json_pair_opt(j, "stop-signal", r->stop_signal);
	put_health(j, &r->healthcheck);
	put_pairs(j, "labels", &r->labels);
	put_pairs(j, "annotations", &r->annotations);
	put_texts(j, "keep", &r->keep);
	put_texts(j, "drop", &r->drop);
	put_allow(j, r);
	put_texts(j, "allow-setuid", &r->allow_setuid);
	if (recipe_full_database(r))
		json_pair(j, "package-database", r->package_database);
	json_pair_u64(j, "layer-budget", r->layer_budget);
	json_pair(j, "compression", r->compression);
	put_texts(j, "platforms", &r->platforms);
}

int recipe_write(struct op *op, const struct recipe_raw *raw, str *ret)
{
	const struct recipe *r = &raw->r;
	struct buf b;
	struct json_out j;

	buf_init(&b, op, LIMIT_LOCK);
	json_begin(&j, &b, 2);
	json_object(&j);
	json_pair(&j, "name", r->name);
	json_pair_opt(&j, "description", r->description);
	json_pair_opt(&j, "usage", r->usage);
	json_key(&j, S("from"));
	buf_fmt(&b, "\"debian/%.*s\"", STR_ARG(r->suite));
	j.after_key = false;
	json_pair_opt(&j, "mirror", r->mirror);
	json_pair_opt(&j, "security-mirror", r->security_mirror);
	json_pair_opt(&j, "keyring", r->keyring);
	if (r->repository_n) {
		json_key(&j, S("repositories"));
		json_array(&j);
		for (ptrdiff_t i = 0; i < r->repository_n; i++)
			put_repository(&j, &b, &r->repository[i]);
		json_array_end(&j);
	}
	put_texts(&j, "packages", &r->packages);
	put_pairs(&j, "cut", &r->cut);
	put_accounts(&j, r);
	if (r->path_n) {
		json_key(&j, S("paths"));
		json_array(&j);
		for (ptrdiff_t i = 0; i < r->path_n; i++)
			put_path(&j, &b, &r->path[i]);
		json_array_end(&j);
	}
	recipe_write_artifacts(&j, r);
	put_image(&j, r);
	if (r->tests) {
		json_key(&j, S("tests"));
		int rc = put_node(op, r->doc, &j, r->tests, 1);
		if (rc < 0)
			return rc;
	}
	put_texts(&j, "test-files", &r->test_files);
	json_object_end(&j);
	buf_char(&b, '\n');
	return buf_take(&b, ret);
}
