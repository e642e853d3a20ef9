#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/num.h"
#include "base/utf8.h"
#include "recipe_impl.h"
#include "sys/file.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))
#define AT(member) offsetof(struct recipe_raw, member)

/* Every key of a recipe. docs/recipe.md has them in the same order. */
static const struct field recipe_fields[] = {
	{ "name", FIELD_TEXT, AT(r.name), true, "the image's name" },
	{ "description", FIELD_TEXT, AT(r.description), false, "a text" },
	{ "usage", FIELD_TEXT, AT(r.usage), false, "a text" },
	{ "extends", FIELD_NODE, AT(extends_node), false, NULL },
	{ "from", FIELD_NODE, AT(from_node), false, NULL },
	{ "mirror", FIELD_TEXT, AT(r.mirror), false, "an address" },
	{ "security-mirror", FIELD_TEXT, AT(r.security_mirror), false, "an address" },
	{ "keyring", FIELD_TEXT, AT(r.keyring), false, "a file of keys" },
	{ "repositories", FIELD_NODE, AT(repositories), false, NULL },
	{ "packages", FIELD_NODE, AT(packages), false, NULL },
	{ "cut", FIELD_PAIRS, AT(r.cut), false, "packages, each with the reason" },
	{ "accounts", FIELD_NODE, AT(accounts), false, NULL },
	{ "paths", FIELD_NODE, AT(paths), false, NULL },
	{ "files", FIELD_NODE, AT(files), false, NULL },
	{ "artifacts", FIELD_NODE, AT(artifacts), false, NULL },
	{ "certificates", FIELD_NODE, AT(certificates), false, NULL },
	{ "environment", FIELD_PAIRS, AT(r.environment), false, NULL },
	{ "work-dir", FIELD_TEXT, AT(r.work_dir), false, "an absolute path" },
	{ "entrypoint", FIELD_TEXTS, AT(r.entrypoint), false, "a list of words" },
	{ "cmd", FIELD_TEXTS, AT(r.cmd), false, "a list of words" },
	{ "ports", FIELD_NODE, AT(ports), false, NULL },
	{ "volumes", FIELD_NODE, AT(volumes), false, NULL },
	{ "stop-signal", FIELD_TEXT, AT(r.stop_signal), false, "a signal's name such as SIGQUIT" },
	{ "healthcheck", FIELD_NODE, AT(health), false, NULL },
	{ "labels", FIELD_PAIRS, AT(r.labels), false, NULL },
	{ "annotations", FIELD_PAIRS, AT(r.annotations), false, NULL },
	{ "keep", FIELD_TEXTS, AT(r.keep), false, "a list of path patterns" },
	{ "drop", FIELD_TEXTS, AT(r.drop), false, "a list of path patterns" },
	{ "allow", FIELD_NODE, AT(allow), false, NULL },
	{ "allow-setuid", FIELD_NODE, AT(setuid), false, NULL },
	{ "package-database", FIELD_TEXT, AT(r.package_database), false, "records or full" },
	{ "layer-budget", FIELD_U64, AT(r.layer_budget), false, "a number" },
	{ "compression", FIELD_TEXT, AT(r.compression), false, "gzip or zstd" },
	{ "platforms", FIELD_NODE, AT(platforms), false, NULL },
	{ "tests", FIELD_NODE, AT(tests_node), false, NULL },
	{ "test-files", FIELD_TEXTS, AT(r.test_files), false, "a list of files beside the recipe" },
};

int recipe_check_links(const struct recipe_place *at, const struct node *node, const char *path)
{
	char dir[PATH_MAX], file[PATH_MAX];
	const char *own = at->dir.len ? op_cstr(at->op, at->dir) : ".";

	if (!own)
		return at->op->code;
	if (!realpath(path, file) || !realpath(own, dir))
		return 0;
	str top = str_of(dir), real = str_of(file);
	if (str_eq(top, S("/")) ||
	    (str_starts(real, top) && str_starts(str_from(real, top.len), S("/"))))
		return 0;
	return node_fail(at->op, at->doc, node, "not a file beside the recipe: '%s' leads to %.*s",
			 path, STR_ARG(real));
}

int recipe_beside_path(const struct recipe_place *at, const struct node *node, str name, str *ret)
{
	bool ok;
	str clean;
	int rc = recipe_clean_path(at->op, name, &ok, &clean);

	if (rc < 0)
		return rc;
	if (!ok || name.p[0] == '/')
		return node_fail(at->op, at->doc, node, "not a file beside the recipe: '%.*s'",
				 STR_ARG(name));
	if ((rc = op_text(at->op, ret, "%.*s%.*s", STR_ARG(at->dir), STR_ARG(clean))) < 0)
		return rc;
	return at->shipped ? 0 : recipe_check_links(at, node, ret->p);
}

int recipe_beside(const struct recipe_place *at, const struct node *node, str name, str *ret)
{
	str full;
	int rc = at->canonical ? node_fail(at->op, at->doc, node,
					   "a recipe of an image holds its files and names none")
			       : recipe_beside_path(at, node, name, &full);

	if (rc < 0)
		return rc;
	if (!at->shipped) {
		rc = file_read_user(at->op, full, LIMIT_DOCUMENT, ret);
		return rc < 0 ? op_fail_in(at->op, "%.*s:%d:%d", STR_ARG(at->file), node->line,
					   node->col)
			      : 0;
	}
	const struct shipped_file *f = recipe_shipped(full);
	if (!f)
		return node_fail(at->op, at->doc, node, "temper ships no file %.*s", STR_ARG(full));
	*ret = (str){ (const char *)f->bytes, (ptrdiff_t)f->n };
	return 0;
}

/* A list of texts (one alone will do); each goes through `check`, which may rewrite it. */
typedef int check_text(const struct recipe_place *at, const struct node *node, str in, str *ret);

static int read_list(const struct recipe_place *at, const struct node *list, check_text *check,
		     struct texts *ret)
{
	bool many = list && list->kind == NODE_LIST;
	ptrdiff_t n = many ? list->n : list && list->kind != NODE_NULL;
	str *p = op_new(at->op, str, n);

	if (!p)
		return at->op->code;
	if (n > RECIPE_LIST_MAX)
		return node_fail(at->op, at->doc, list, "a list of more than %d lines",
				 RECIPE_LIST_MAX);
	for (ptrdiff_t i = 0; i < n; i++) {
		const struct node *node = many ? &list->child[i] : list;
		str text;
		if (!node_text(node, &text))
			return node_fail(at->op, at->doc, node, "'%.*s' must be a list of texts",
					 STR_ARG(list->key));
		int rc = check(at, node, text, &p[i]);
		if (rc < 0)
			return rc;
		for (ptrdiff_t k = 0; k < i; k++) {
			if (str_eq(p[k], p[i]))
				return node_fail(at->op, at->doc, node,
						 "'%.*s' stands twice in '%.*s'", STR_ARG(text),
						 STR_ARG(list->key));
		}
	}
	*ret = (struct texts){ p, n };
	return 0;
}

static bool in_set(char c, const char *more)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c != '\0' && strchr(more, c));
}

static bool all_in_set(str s, const char *more)
{
	for (ptrdiff_t i = 0; i < s.len; i++) {
		if (!in_set(s.p[i], more))
			return false;
	}
	return s.len > 0;
}

/* "dist/app.deb" as "./dist/app.deb". */
static int check_deb(const struct recipe_place *at, const struct node *node, str in, str *ret)
{
	bool ok;
	str clean;
	int rc = recipe_clean_path(at->op, str_starts(in, S("./")) ? str_from(in, 2) : in, &ok,
				   &clean);

	if (rc < 0)
		return rc;
	if (!ok || in.p[0] == '/' || at->shipped)
		return node_fail(at->op, at->doc, node, "not a file beside the recipe: '%.*s'",
				 STR_ARG(in));
	return op_text(at->op, ret, "./%.*s", STR_ARG(clean));
}

/* Debian Policy 5.6.1, and an architecture behind a colon; what follows the name is the solver's.
 */
static int check_package(const struct recipe_place *at, const struct node *node, str in, str *ret)
{
	str name = recipe_package_name(in);

	if (recipe_names_deb(in))
		return check_deb(at, node, in, ret);
	if (name.len < 2 || !in_set(name.p[0], "") || !all_in_set(name, "+-.:"))
		return node_fail(at->op, at->doc, node, "not the name of a package: '%.*s'",
				 STR_ARG(in));
	if (in.p[0] == '!' && name.len != in.len - 1)
		return node_fail(at->op, at->doc, node,
				 "'!' excludes a package whatever its version: '%.*s'",
				 STR_ARG(in));
	*ret = in;
	return 0;
}

static int check_port(const struct recipe_place *at, const struct node *node, str in, str *ret)
{
	str rest = in, number = str_cut(&rest, '/');
	str protocol = rest.p ? rest : S("tcp");
	uint64_t port;

	if (!num_parse(number, UINT16_MAX, &port) || port == 0 ||
	    (!str_eq(protocol, S("tcp")) && !str_eq(protocol, S("udp")) &&
	     !str_eq(protocol, S("sctp"))))
		return node_fail(at->op, at->doc, node, "not a port such as 8080 or 53/udp: '%.*s'",
				 STR_ARG(in));
	return op_text(at->op, ret, "%llu/%.*s", (unsigned long long)port, STR_ARG(protocol));
}

/* "/var/lib/x" as it should stand in the configuration: absolute and clean. */
static int check_absolute(const struct recipe_place *at, const struct node *node, str in, str *ret)
{
	bool ok;
	str clean;
	int rc = recipe_clean_path(at->op, in, &ok, &clean);

	if (rc < 0)
		return rc;
	if ((!ok && !str_eq(in, S("/"))) || !str_starts(in, S("/")))
		return node_fail(at->op, at->doc, node, "not an absolute path: '%.*s'",
				 STR_ARG(in));
	return op_text(at->op, ret, "/%.*s", STR_ARG(clean));
}

static int check_setuid(const struct recipe_place *at, const struct node *node, str in, str *ret)
{
	bool ok;
	int rc = recipe_clean_path(at->op, in, &ok, ret);

	if (rc == 0 && !ok)
		return node_fail(at->op, at->doc, node, "not a path in an image: '%.*s'",
				 STR_ARG(in));
	return rc;
}

static int check_platform(const struct recipe_place *at, const struct node *node, str in, str *ret)
{
	const struct platform *p = platform_find(in);

	if (!p)
		return node_fail(at->op, at->doc, node,
				 "not a platform that temper knows: '%.*s' (it knows %s)",
				 STR_ARG(in), platform_names());
	*ret = str_of(p->name);
	return 0;
}

static int check_allow(const struct recipe_place *at, const struct node *node, str in, str *ret)
{
	static const char *const known[] = { "shell", "package-manager" };
	const char *near = nearest_word(in, known, N(known));

	if (!str_eq(in, S("shell")) && !str_eq(in, S("package-manager")))
		return node_fail(at->op, at->doc, node,
				 "'allow' knows shell and package-manager, not '%.*s'%s%s%s",
				 STR_ARG(in), near ? "; did you mean '" : "", near ? near : "",
				 near ? "'?" : "");
	*ret = in;
	return 0;
}

static int read_allow(const struct recipe_place *at, struct recipe_raw *raw)
{
	struct texts t = { 0 };
	int rc = read_list(at, raw->allow, check_allow, &t);

	for (ptrdiff_t i = 0; i < t.n; i++) {
		raw->r.allow_shell |= str_eq(t.p[i], S("shell"));
		raw->r.allow_package_manager |= str_eq(t.p[i], S("package-manager"));
	}
	return rc;
}

static int read_lists(const struct recipe_place *at, struct recipe_raw *raw)
{
	const struct {
		const struct node *node;
		check_text *check;
		struct texts *to;
	} list[] = {
		{ raw->packages, check_package, &raw->r.packages },
		{ raw->ports, check_port, &raw->r.ports },
		{ raw->volumes, check_absolute, &raw->r.volumes },
		{ raw->setuid, check_setuid, &raw->r.allow_setuid },
		{ raw->platforms, check_platform, &raw->r.platforms },
	};
	int rc = read_allow(at, raw);

	for (size_t i = 0; rc == 0 && i < N(list); i++)
		rc = read_list(at, list[i].node, list[i].check, list[i].to);
	return rc;
}

struct raw_health {
	const struct node *test;
	struct texts words;
	str interval, timeout, start_period;
	uint64_t retries;
};

static const struct field health_fields[] = {
	{ "test", FIELD_NODE, offsetof(struct raw_health, test), true, "a list of words" },
	{ "interval", FIELD_TEXT, offsetof(struct raw_health, interval), false,
	  "a duration such as 30s" },
	{ "timeout", FIELD_TEXT, offsetof(struct raw_health, timeout), false,
	  "a duration such as 3s" },
	{ "start-period", FIELD_TEXT, offsetof(struct raw_health, start_period), false,
	  "a duration such as 5s" },
	{ "retries", FIELD_U64, offsetof(struct raw_health, retries), false, "a number" },
};

static int read_duration(const struct recipe_place *at, const struct node *map, const char *key,
			 str text, uint64_t *ret)
{
	if (text.len == 0 && !node_get(map, str_of(key)))
		return 0;
	/* Docker takes nothing between 0 and a millisecond. */
	if (!recipe_duration(text, ret) || (*ret && *ret < 1000000))
		return node_fail(at->op, at->doc, node_get(map, str_of(key)),
				 "'%s' must be a duration such as 30s or 1m30s, of 1ms at least",
				 key);
	return 0;
}

/* ["CMD", words...], also where the list begins with the program itself; ["CMD-SHELL", text]. */
static int read_health_test(const struct recipe_place *at, const struct node *test,
			    struct texts *ret)
{
	struct texts words = { 0 };
	str *p;

	if (test->kind == NODE_TEXT || test->kind == NODE_NULL)
		return node_fail(
			at->op, at->doc, test,
			"'test' must be a list of words: a text would need a shell in the image");
	struct node list = *test;
	p = op_new(at->op, str, test->n + 1);
	if (!p)
		return at->op->code;
	p[0] = S("CMD");
	for (ptrdiff_t i = 0; i < list.n; i++) {
		if (!node_text(&list.child[i], &p[i + 1]))
			return node_fail(at->op, at->doc, &list.child[i],
					 "'test' must be a list of words");
	}
	words = (struct texts){ p, list.n + 1 };
	if (list.n &&
	    (str_eq(p[1], S("CMD")) || str_eq(p[1], S("CMD-SHELL")) || str_eq(p[1], S("NONE"))))
		words = (struct texts){ p + 1, list.n };
	if (test->kind != NODE_LIST || (words.n < 2 && !str_eq(words.p[0], S("NONE"))))
		return node_fail(at->op, at->doc, test, "'test' must be a list of words");
	*ret = words;
	return 0;
}

static int read_health(const struct recipe_place *at, struct recipe_raw *raw)
{
	struct image_healthcheck *h = &raw->r.healthcheck;
	struct raw_health in = { 0 };
	const struct node *map = raw->health;
	int rc;

	raw->has_healthcheck = map != NULL;
	if (!map || map->kind == NODE_NULL)
		return 0;
	if ((rc = fields_read(at->op, at->doc, map, health_fields, N(health_fields), &in)) < 0 ||
	    (rc = read_health_test(at, in.test, &h->test)) < 0 ||
	    (rc = read_duration(at, map, "interval", in.interval, &h->interval)) < 0 ||
	    (rc = read_duration(at, map, "timeout", in.timeout, &h->timeout)) < 0 ||
	    (rc = read_duration(at, map, "start-period", in.start_period, &h->start_period)) < 0)
		return rc;
	if (in.retries > 1000)
		return node_fail(at->op, at->doc, node_get(map, S("retries")),
				 "'retries' is 1000 at most");
	h->retries = in.retries;
	return 0;
}

/* Checks of single texts, by the key they stand under. */

static bool good_name(str s)
{
	return s.len <= 128 && in_set(s.p[0], "") && in_set(s.p[s.len - 1], "") &&
	       all_in_set(s, "._-/") && str_find_str(s, S("//")) < 0;
}

static bool good_signal(str s)
{
	uint64_t number;

	if (num_parse(s, 64, &number))
		return number > 0;
	if (!str_starts(s, S("SIG")) || s.len < 5)
		return false;
	for (ptrdiff_t i = 3; i < s.len; i++) {
		char c = s.p[i];
		if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '+' && c != '-')
			return false;
	}
	return true;
}

static bool good_compression(str s)
{
	return str_eq(s, S("gzip")) || str_eq(s, S("zstd"));
}

static bool good_database(str s)
{
	return str_eq(s, S("records")) || str_eq(s, S("full"));
}

static int check_texts(const struct recipe_place *at, const struct recipe_raw *raw)
{
	const struct {
		const char *key;
		str value;
		bool (*good)(str s);
		const char *expected;
	} check[] = {
		{ "name", raw->r.name, good_name,
		  "lower-case letters, digits, dots, dashes and slashes" },
		{ "stop-signal", raw->r.stop_signal, good_signal,
		  "a signal's name such as SIGQUIT" },
		{ "compression", raw->r.compression, good_compression, "gzip or zstd" },
		{ "package-database", raw->r.package_database, good_database, "records or full" },
		{ "mirror", raw->r.mirror, recipe_good_address,
		  "an http:, https: or file: address" },
		{ "security-mirror", raw->r.security_mirror, recipe_good_address,
		  "an http:, https: or file: address" },
	};

	for (size_t i = 0; i < N(check); i++) {
		const struct node *node = node_get(&at->doc->root, str_of(check[i].key));
		if (node && (check[i].value.len == 0 || !check[i].good(check[i].value)))
			return node_fail(at->op, at->doc, node, "'%s' must be %s", check[i].key,
					 check[i].expected);
	}
	const struct node *budget = node_get(&at->doc->root, S("layer-budget"));
	if (budget && (raw->r.layer_budget < 2 || raw->r.layer_budget > LIMIT_LAYERS))
		return node_fail(at->op, at->doc, budget, "'layer-budget' must be between 2 and %d",
				 LIMIT_LAYERS);
	return 0;
}

static int check_pairs(const struct recipe_place *at, const char *key, const struct pairs *pairs)
{
	const struct node *node = node_get(&at->doc->root, str_of(key));
	bool environment = strcmp(key, "environment") == 0;

	for (ptrdiff_t i = 0; i < pairs->n; i++) {
		str name = pairs->p[i].key;
		if (name.len == 0 || str_find(name, '\0') >= 0 ||
		    str_find(pairs->p[i].value, '\0') >= 0 ||
		    (environment && str_find(name, '=') >= 0))
			return node_fail(at->op, at->doc, &node->child[i],
					 "not a name for '%s': '%.*s'", key, STR_ARG(name));
	}
	return 0;
}

static int check_cut(const struct recipe_place *at, const struct pairs *cut)
{
	const struct node *node = node_get(&at->doc->root, S("cut"));

	for (ptrdiff_t i = 0; i < cut->n; i++) {
		str name = cut->p[i].key;
		if (name.len < 2 || !in_set(name.p[0], "") || !all_in_set(name, "+-."))
			return node_fail(at->op, at->doc, &node->child[i],
					 "not the name of a package: '%.*s'", STR_ARG(name));
		if (str_trim(cut->p[i].value).len == 0)
			return node_fail(at->op, at->doc, &node->child[i],
					 "'cut' of %.*s needs a reason", STR_ARG(name));
	}
	return 0;
}

static int read_from(const struct recipe_place *at, struct recipe_raw *raw)
{
	str suite;

	if (!raw->from_node)
		return 0;
	if (!node_text(raw->from_node, &raw->from) || !str_starts(raw->from, S("debian/")))
		return node_fail(at->op, at->doc, raw->from_node,
				 "'from' must be debian/SUITE such as debian/trixie");
	suite = str_from(raw->from, 7);
	if (!all_in_set(suite, "-.") || suite.p[0] == '-' || suite.p[0] == '.')
		return node_fail(at->op, at->doc, raw->from_node, "not the name of a suite: '%.*s'",
				 STR_ARG(suite));
	raw->r.suite = suite;
	return 0;
}

static int read_work_dir(const struct recipe_place *at, struct recipe_raw *raw)
{
	const struct node *node = node_get(&at->doc->root, S("work-dir"));

	return node ? check_absolute(at, node, raw->r.work_dir, &raw->r.work_dir) : 0;
}

static int read_extends(const struct recipe_place *at, struct recipe_raw *raw)
{
	if (!raw->extends_node)
		return 0;
	if (at->canonical)
		return node_fail_key(at->op, at->doc, raw->extends_node,
				     "a recipe of an image extends none");
	if (!node_text(raw->extends_node, &raw->extends) || raw->extends.len == 0)
		return node_fail(at->op, at->doc, raw->extends_node,
				 "'extends' must be a recipe beside this one or the name of one "
				 "that temper ships");
	return 0;
}

static int check_test_files(const struct recipe_place *at, const struct recipe_raw *raw)
{
	const struct node *node = node_get(&at->doc->root, S("test-files"));
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < raw->r.test_files.n && !at->canonical; i++) {
		const struct node *line = node->kind == NODE_LIST ? &node->child[i] : node;
		str text;
		rc = recipe_beside(at, line, raw->r.test_files.p[i], &text);
	}
	return rc;
}

int recipe_read_one(const struct recipe_place *at, struct recipe_raw *ret)
{
	struct recipe_raw raw = { .r = { .file = at->file, .doc = at->doc },
				  .keyring_dir = at->dir };
	const struct node *root = &at->doc->root;
	int rc;

	if ((rc = fields_read(at->op, at->doc, root, recipe_fields, N(recipe_fields), &raw)) < 0 ||
	    (rc = check_texts(at, &raw)) < 0 || (rc = read_extends(at, &raw)) < 0 ||
	    (rc = read_from(at, &raw)) < 0 || (rc = read_lists(at, &raw)) < 0 ||
	    (rc = recipe_read_debs(at, &raw)) < 0 ||
	    (rc = recipe_read_repositories(at, &raw)) < 0 || (rc = read_work_dir(at, &raw)) < 0 ||
	    (rc = read_health(at, &raw)) < 0 || (rc = recipe_read_accounts(at, &raw)) < 0 ||
	    (rc = recipe_read_paths(at, &raw)) < 0 || (rc = recipe_read_artifacts(at, &raw)) < 0 ||
	    (rc = recipe_read_certificates(at, &raw)) < 0 || (rc = check_cut(at, &raw.r.cut)) < 0 ||
	    (rc = check_pairs(at, "environment", &raw.r.environment)) < 0 ||
	    (rc = check_pairs(at, "labels", &raw.r.labels)) < 0 ||
	    (rc = check_pairs(at, "annotations", &raw.r.annotations)) < 0 ||
	    (rc = check_test_files(at, &raw)) < 0)
		return rc;
	if (raw.tests_node && raw.tests_node->kind != NODE_MAP && raw.tests_node->kind != NODE_NULL)
		return node_fail(at->op, at->doc, raw.tests_node, "'tests' must be a mapping");
	raw.r.tests = raw.tests_node && raw.tests_node->kind == NODE_MAP ? raw.tests_node : NULL;
	raw.has_entrypoint = node_get(root, S("entrypoint")) != NULL;
	raw.has_cmd = node_get(root, S("cmd")) != NULL;
	*ret = raw;
	return 0;
}
