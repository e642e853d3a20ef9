#include "credentials.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "codec/base64.h"
#include "codec/json.h"
#include "sys/file.h"
#include "sys/proc.h"

/* What Docker asks helpers for, and has always written into its file. */
#define HUB_SERVER "https://index.docker.io/v1/"

static const char *const hub_names[] = { "docker.io", "index.docker.io", "registry-1.docker.io" };

static bool same(str a, str b)
{
	return a.len == b.len && strncasecmp(a.p, b.p, (size_t)a.len) == 0;
}

static bool same_host(str key, str host)
{
	if (same(key, host))
		return true;
	for (size_t i = 0;
	     str_eq(host, S("docker.io")) && i < sizeof(hub_names) / sizeof(*hub_names); i++)
		if (same(key, str_of(hub_names[i])))
			return true;
	return false;
}

/* How well a key fits: -1 not at all, else the bytes of the path that it names. */
static ptrdiff_t fit(str key, const struct reference *ref)
{
	if (str_starts(key, S("https://")))
		key = str_from(key, 8);
	else if (str_starts(key, S("http://")))
		key = str_from(key, 7);
	str host = str_cut(&key, '/');
	while (str_ends(key, S("/")))
		key.len--;
	if (!same_host(host, ref->host))
		return -1;
	if (key.len == 0 || str_eq(key, S("v1")) || str_eq(key, S("v2")))
		return 0;
	if (!str_starts(ref->path, key) || (ref->path.len > key.len && ref->path.p[key.len] != '/'))
		return -1;
	return key.len;
}

/* The value of the mapping whose key fits best, or NULL. */
static const struct node *find(const struct node *map, const struct reference *ref)
{
	const struct node *best = NULL;
	ptrdiff_t best_fit = -1;

	for (ptrdiff_t i = 0; map && map->kind == NODE_MAP && i < map->n; i++) {
		ptrdiff_t f = fit(map->child[i].key, ref);
		if (f > best_fit) {
			best = &map->child[i];
			best_fit = f;
		}
	}
	return best;
}

static str text_of(const struct node *map, const char *key)
{
	const struct node *node = node_get(map, str_of(key));

	return node && node->kind == NODE_TEXT ? node->text : S("");
}

/* "auth": base64 of user, colon and password. False for what is none. */
static int decode_auth(struct op *op, str auth, struct credentials *ret)
{
	size_t n;
	uint8_t *p = op_new(op, uint8_t, auth.len + 1);

	if (!p)
		return op->code;
	if (!base64_read(str_trim(auth), p, (size_t)auth.len, &n))
		return 1;
	while (n > 0 && p[n - 1] == 0)
		n--;
	ret->password = (str){ (const char *)p, (ptrdiff_t)n };
	if (str_find(ret->password, ':') < 0)
		return 1;
	ret->user = str_cut(&ret->password, ':');
	return 0;
}

static bool have_some(const struct credentials *c)
{
	return c->user.len || c->identity.len || c->bearer.len;
}

static int read_entry(struct op *op, str file, const struct node *entry, struct credentials *ret)
{
	struct credentials c = { .user = text_of(entry, "username"),
				 .password = text_of(entry, "password") };
	str auth = text_of(entry, "auth");
	int rc = auth.len ? decode_auth(op, auth, &c) : 0;

	if (rc < 0)
		return rc;
	if (rc > 0)
		return op_fail(op, ERR_FORMAT, "%.*s:%d:%d: 'auth' is no base64 of user:password",
			       STR_ARG(file), entry->line, entry->col);
	c.identity = text_of(entry, "identitytoken");
	c.bearer = text_of(entry, "registrytoken");
	*ret = c;
	return have_some(&c) ? 0 : 1;
}

/* A helper's name goes behind "docker-credential-" and no other way. */
static bool helper_is_good(str name)
{
	for (ptrdiff_t i = 0; i < name.len; i++) {
		char c = name.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) &&
		    str_find(S("._-"), c) < 0)
			return false;
	}
	return name.len > 0 && name.len <= LIMIT_NAME - 20;
}

int credentials_parse(struct op *op, str file, str text, const struct reference *ref,
		      struct credentials *ret, str *ret_helper, str *ret_server)
{
	struct doc doc;
	int rc = json_parse_lax(op, file, text, &doc);

	*ret_helper = *ret_server = S("");
	if (rc < 0)
		return rc;
	if (doc.root.kind != NODE_MAP)
		return op_fail(op, ERR_FORMAT, "%.*s holds no object", STR_ARG(file));
	const struct node *helper = find(node_get(&doc.root, S("credHelpers")), ref);
	str name = helper && helper->kind == NODE_TEXT ? helper->text : S("");
	const struct node *entry = find(node_get(&doc.root, S("auths")), ref);
	if (name.len == 0)
		name = text_of(&doc.root, "credsStore");
	rc = entry && entry->kind == NODE_MAP ? read_entry(op, file, entry, ret) : 1;
	if (rc < 0 || name.len == 0)
		return rc;
	if (!helper_is_good(name))
		return op_fail(op, ERR_FORMAT, "%.*s: '%.*s' is no name of a credential helper",
			       STR_ARG(file), STR_ARG(name));
	*ret_server = str_eq(ref->host, S("docker.io")) ? S(HUB_SERVER) : ref->host;
	int named = op_text(op, ret_helper, "docker-credential-%.*s", STR_ARG(name));
	return named < 0 ? named : rc;
}

int credentials_parse_helper(struct op *op, str text, struct credentials *ret)
{
	struct doc doc;
	struct credentials c = { 0 };

	if (json_parse_lax(op, S("helper"), text, &doc) < 0) {
		if (op->code == ERR_MEMORY)
			return op->code;
		op_forgive(op);
		return 1;
	}
	c.user = text_of(&doc.root, "Username");
	c.password = text_of(&doc.root, "Secret");
	if (str_eq(c.user, S("<token>"))) {
		c.identity = c.password;
		c.user = c.password = S("");
	}
	if (!have_some(&c))
		return 1;
	*ret = c;
	return 0;
}

/* --- where they are looked for ---------------------------------------------------------------- */

struct search {
	struct op *op;
	const struct reference *ref;
	struct credentials *to;
	struct buf seen; /* what was looked at and is there */
	str first;       /* the first file, which is not */
};

static void saw(struct search *s, str what, const char *why)
{
	buf_fmt(&s->seen, "%s%.*s%s", s->seen.len ? ", " : "", STR_ARG(what), why);
}

/* Ask a helper. 1: it gives none, for the reason that is put into s->seen. */
static int ask_helper(struct search *s, str helper, str server)
{
	struct op *op = s->op;
	const char *name = op_cstr(op, helper);
	const char *argv[] = { name, "get", NULL };
	struct proc_spec spec = { .argv = argv,
				  .input = server,
				  .output_max = CREDENTIALS_MAX,
				  .timeout_ms = CREDENTIALS_HELPER_S * 1000 };
	struct proc_result got;

	if (!name)
		return op->code;
	int rc = proc_run(op, &spec, &got);
	if (rc < 0)
		return rc;
	const char *why = rc > 0                                      ? " (not installed)"
			  : got.timed_out                             ? " (it did not answer)"
			  : got.status == 0                           ? NULL
			  : str_find_str(got.out, S("not found")) < 0 ? " (it failed)"
								      : "";
	rc = why ? 1 : credentials_parse_helper(op, got.out, s->to);
	if (rc == 1)
		saw(s, helper, why ? why : " (it has none)");
	s->to->from = helper;
	return rc;
}

/* What a file's text has. 1: nothing. */
static int look_into(struct search *s, str file, str text)
{
	struct credentials c = { 0 };
	str helper, server;
	int rc = credentials_parse(s->op, file, text, s->ref, &c, &helper, &server);

	if (rc < 0)
		return rc;
	saw(s, file, "");
	int asked = helper.len ? ask_helper(s, helper, server) : 1;
	if (asked <= 0)
		return asked;
	if (rc == 0) {
		*s->to = c;
		s->to->from = file;
	}
	return rc;
}

/* The file at dir/name, where dir begins with what a variable says. */
static int look_at(struct search *s, const char *dir, const char *below)
{
	const char *home = getenv("HOME");
	AUTO_FD fd = -1;
	struct stat st;
	str path, shown, text;
	int rc = op_text(s->op, &path, "%s%s", dir, below);

	if (rc < 0 || path.len > LIMIT_PATH)
		return rc < 0 ? rc : 1;
	shown = path;
	if (home && home[0] && str_starts(path, str_of(home)) &&
	    (rc = op_text(s->op, &shown, "~%s", path.p + strlen(home))) < 0)
		return rc;
	if (s->first.len == 0)
		s->first = shown;
	if (stat(path.p, &st) < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 1;
	if ((rc = file_open_user(s->op, path, &fd)) < 0)
		return rc;
	if ((rc = file_read_fd(s->op, fd, shown, LIMIT_DOCUMENT, &text)) < 0)
		return rc;
	return look_into(s, shown, text);
}

/* $VARIABLE/below, or ~/otherwise/below. */
static int look_below(struct search *s, const char *variable, const char *otherwise,
		      const char *below)
{
	const char *dir = getenv(variable), *home = getenv("HOME");
	str path;

	if (dir && dir[0])
		return look_at(s, dir, below);
	if (!otherwise || !home || !home[0])
		return 1;
	int rc = op_text(s->op, &path, "%s/%s", home, otherwise);
	return rc < 0 ? rc : look_at(s, path.p, below);
}

static int look_everywhere(struct search *s)
{
	const char *alone = getenv("REGISTRY_AUTH_FILE"), *text = getenv("DOCKER_AUTH_CONFIG");
	int rc = 1;

	if (alone && alone[0])
		return look_at(s, alone, "");
	if (text && text[0])
		rc = look_into(s, S("$DOCKER_AUTH_CONFIG"), str_of(text));
	if (rc == 1)
		rc = look_below(s, "DOCKER_CONFIG", ".docker", "/config.json");
	if (rc == 1)
		rc = look_below(s, "XDG_RUNTIME_DIR", NULL, "/containers/auth.json");
	if (rc == 1)
		rc = look_below(s, "XDG_CONFIG_HOME", ".config", "/containers/auth.json");
	return rc;
}

int credentials_find(struct op *op, const struct reference *ref, struct credentials *ret)
{
	struct credentials c = { 0 };
	struct search s = { .op = op, .ref = ref, .to = &c };

	buf_init(&s.seen, op, 64 << 10);
	int rc = look_everywhere(&s);
	if (rc < 0)
		return rc;
	if (rc == 1) {
		c = (struct credentials){ 0 };
		if (s.seen.len == 0)
			buf_fmt(&s.seen, "%.*s (which is not there)",
				STR_ARG(s.first.len ? s.first : S("~/.docker/config.json")));
		int taken = buf_take(&s.seen, &c.from);
		if (taken < 0)
			return taken;
	}
	*ret = c;
	return rc;
}
