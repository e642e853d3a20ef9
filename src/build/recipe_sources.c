/* What packages come from besides Debian's archive: `repositories`, and files in `packages`. */
#include "base/limits.h"
#include "base/vec.h"
#include "codec/keyring.h"
#include "recipe_impl.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))

/* --- repositories ------------------------------------------------------------------------------
 */

struct raw_source {
	struct repo_source s;
	str keyring, keys;
};

static const struct field source_fields[] = {
	{ "name", FIELD_TEXT, offsetof(struct raw_source, s.name), true, "a short name" },
	{ "url", FIELD_TEXT, offsetof(struct raw_source, s.url), true, "an address" },
	{ "suite", FIELD_TEXT, offsetof(struct raw_source, s.suite), true,
	  "a suite such as stable, or ./ of a flat repository" },
	{ "components", FIELD_TEXTS, offsetof(struct raw_source, s.components), false,
	  "a list of components" },
	{ "keyring", FIELD_TEXT, offsetof(struct raw_source, keyring), false,
	  "a file of keys beside the recipe" },
	{ "keys", FIELD_TEXT, offsetof(struct raw_source, keys), false,
	  "an armoured block of keys" },
	{ "fingerprint", FIELD_TEXTS, offsetof(struct raw_source, s.fingerprint), false,
	  "a list of fingerprints" },
	{ "override", FIELD_BOOL, offsetof(struct raw_source, s.override), false, "true or false" },
};

/* A part of an address: no "..", nothing that a server reads as more than a path. */
static bool good_part(str s, const char *more)
{
	if (s.len == 0 || s.len > 64 || s.p[0] == '.' || s.p[0] == '-')
		return false;
	for (ptrdiff_t i = 0; i < s.len; i++) {
		char c = s.p[i];
		bool word =
			(c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!word && str_find(str_of(more), c) < 0)
			return false;
	}
	return true;
}

static bool good_path(str path)
{
	while (path.p)
		if (!good_part(str_cut(&path, '/'), "-._+~"))
			return false;
	return true;
}

static bool is_flat(str suite)
{
	return str_ends(suite, S("/"));
}

static bool good_suite(str s)
{
	if (str_eq(s, S("./")) || str_eq(s, S("/")))
		return true;
	if (is_flat(s)) {
		s = str_starts(s, S("./")) ? str_from(s, 2) : s;
		s.len--;
	}
	return s.len <= 256 && good_path(s);
}

static bool good_name(str s)
{
	for (ptrdiff_t i = 0; i < s.len; i++) {
		char c = s.p[i];
		bool letter = c >= 'a' && c <= 'z';
		if (!letter && (i == 0 || (c != '-' && !(c >= '0' && c <= '9'))))
			return false;
	}
	return s.len > 0 && s.len <= 32 && !str_eq(s, S("debian")) && !str_eq(s, S("local"));
}

static int check_words(const struct recipe_place *at, const struct node *node,
		       struct repo_source *s)
{
	const struct node *components = node_get(node, S("components"));

	if (!good_name(s->name))
		return node_fail(at->op, at->doc, node_get(node, S("name")),
				 "not a name for a repository (lower-case letters, digits and "
				 "dashes; not debian, not local): '%.*s'",
				 STR_ARG(s->name));
	if (!recipe_good_address(s->url))
		return node_fail(at->op, at->doc, node_get(node, S("url")),
				 "'url' must be an http:, https: or file: address");
	if (str_find(s->url, '@') >= 0)
		return node_fail(at->op, at->doc, node_get(node, S("url")),
				 "'url' holds no user and password: recipe and image are no place "
				 "for secrets");
	while (str_ends(s->url, S("/")))
		s->url.len--;
	if (!good_suite(s->suite))
		return node_fail(at->op, at->doc, node_get(node, S("suite")),
				 "not the name of a suite: '%.*s'", STR_ARG(s->suite));
	if (is_flat(s->suite) && components)
		return node_fail(at->op, at->doc, components,
				 "a flat repository (suite '%.*s') has no components",
				 STR_ARG(s->suite));
	if (components && (s->components.n < 1 || s->components.n > LIMIT_COMPONENTS))
		return node_fail(at->op, at->doc, components, "from one to %d components",
				 LIMIT_COMPONENTS);
	for (ptrdiff_t i = 0; i < s->components.n; i++)
		if (!good_path(s->components.p[i]))
			return node_fail(at->op, at->doc, components,
					 "not the name of a component: '%.*s'",
					 STR_ARG(s->components.p[i]));
	return 0;
}

/* The keys, from the file beside the recipe or out of it. */
static int read_keys(const struct recipe_place *at, const struct node *node,
		     const struct raw_source *raw, struct keyring *ret)
{
	const struct node *file = node_get(node, S("keyring")), *keys = node_get(node, S("keys"));
	const struct node *from = file ? file : keys;
	str bytes = raw->keys;
	int rc = 0;

	if (!file == !keys)
		return node_fail(at->op, at->doc, node,
				 "repository '%.*s' must have one of 'keyring' and 'keys'",
				 STR_ARG(raw->s.name));
	if (file)
		rc = recipe_beside(at, file, raw->keyring, &bytes);
	else if (!str_starts(str_trim(bytes), S("-----BEGIN")))
		rc = recipe_hex(at, keys, bytes, &bytes);
	if (rc < 0)
		return rc;
	if ((rc = keyring_read(at->op, bytes, ret)) == ERR_FORMAT || rc == ERR_LIMIT) {
		str why;
		rc = op_copy(at->op, str_of(at->op->text), &why);
		op_forgive(at->op);
		if (rc == 0)
			rc = node_fail(at->op, at->doc, from, "not a keyring: %.*s", STR_ARG(why));
	}
	return rc;
}

/* "cc4e 766a ..." as "CC4E766A..."; false for what is no fingerprint. */
static int read_fingerprint(struct op *op, str in, bool *ret_ok, str *ret)
{
	char *out = op_new(op, char, in.len + 1);
	ptrdiff_t n = 0;

	if (!out)
		return op->code;
	*ret_ok = true;
	for (ptrdiff_t i = 0; i < in.len; i++) {
		char c = in.p[i];
		if (c == ' ')
			continue;
		if (c >= 'a' && c <= 'f')
			c = (char)(c - 'a' + 'A');
		if (!(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'F'))
			*ret_ok = false;
		out[n++] = c;
	}
	*ret_ok = *ret_ok && (n == 40 || n == 64);
	*ret = (str){ out, n };
	return 0;
}

static int say_keys(struct op *op, const struct texts *keys, str *ret)
{
	struct buf b;

	buf_init(&b, op, KEYRING_KEYS * 80);
	for (ptrdiff_t i = 0; i < keys->n && i < 8; i++)
		buf_fmt(&b, "%s%.*s", i ? ", " : "", STR_ARG(keys->p[i]));
	if (keys->n > 8)
		buf_fmt(&b, " and %td more", keys->n - 8);
	return buf_take(&b, ret);
}

static bool has(const struct texts *list, str text)
{
	for (ptrdiff_t i = 0; i < list->n; i++)
		if (str_eq(list->p[i], text))
			return true;
	return false;
}

/*
 * Nobody reads a keyring in a review, and a second key in it would go unseen: which keys are meant
 * stands in the recipe, where it can be held against what the vendor publishes.
 */
static int check_fingerprints(const struct recipe_place *at, const struct node *node,
			      struct repo_source *s, const struct texts *keys)
{
	const struct node *list = node_get(node, S("fingerprint"));
	str *p = op_new(at->op, str, s->fingerprint.n), held;
	int rc = p ? say_keys(at->op, keys, &held) : at->op->code;

	if (rc < 0)
		return rc;
	if (s->fingerprint.n < 1)
		return node_fail(
			at->op, at->doc, list ? list : node,
			"repository '%.*s' needs 'fingerprint': of its keys, those that it "
			"is signed with; its keyring has %.*s",
			STR_ARG(s->name), STR_ARG(held));
	for (ptrdiff_t i = 0; i < s->fingerprint.n; i++) {
		bool ok = false;
		if ((rc = read_fingerprint(at->op, s->fingerprint.p[i], &ok, &p[i])) < 0)
			return rc;
		if (!ok)
			return node_fail(at->op, at->doc, list,
					 "not a fingerprint of 40 hexadecimal digits: '%.*s'",
					 STR_ARG(s->fingerprint.p[i]));
		if (!has(keys, p[i]))
			return node_fail(at->op, at->doc, list,
					 "the keyring of '%.*s' has no key %.*s; it has %.*s",
					 STR_ARG(s->name), STR_ARG(p[i]), STR_ARG(held));
	}
	s->fingerprint.p = p;
	return 0;
}

static int read_source(const struct recipe_place *at, const struct node *node,
		       struct repo_source *ret)
{
	static str usual[] = { S_INIT("main") };
	struct raw_source raw = { .keyring = S("") };
	struct keyring keys;
	int rc = fields_read(at->op, at->doc, node, source_fields, N(source_fields), &raw);

	if (rc < 0 || (rc = check_words(at, node, &raw.s)) < 0 ||
	    (rc = read_keys(at, node, &raw, &keys)) < 0 ||
	    (rc = check_fingerprints(at, node, &raw.s, &keys.keys)) < 0)
		return rc;
	raw.s.keyring = keys.bytes;
	if (raw.s.components.n == 0 && !is_flat(raw.s.suite))
		raw.s.components = (struct texts){ usual, 1 };
	*ret = raw.s;
	return 0;
}

int recipe_read_repositories(const struct recipe_place *at, struct recipe_raw *raw)
{
	const struct node *list = raw->repositories;

	if (!list || list->kind == NODE_NULL)
		return 0;
	if (list->kind != NODE_LIST)
		return node_fail(at->op, at->doc, list, "'repositories' must be a list");
	if (list->n > LIMIT_REPOSITORIES)
		return node_fail(at->op, at->doc, list, "more than %d repositories",
				 LIMIT_REPOSITORIES);
	struct repo_source *p = op_new(at->op, struct repo_source, list->n);
	if (!p)
		return at->op->code;
	for (ptrdiff_t i = 0; i < list->n; i++) {
		int rc = read_source(at, &list->child[i], &p[i]);
		if (rc < 0)
			return rc;
		for (ptrdiff_t k = 0; k < i; k++)
			if (str_eq(p[k].name, p[i].name))
				return node_fail(at->op, at->doc, &list->child[i],
						 "repository '%.*s' is declared twice",
						 STR_ARG(p[i].name));
	}
	raw->r.repository = p;
	raw->r.repository_n = list->n;
	return 0;
}

/* --- files among the packages ------------------------------------------------------------------
 */

int recipe_read_debs(const struct recipe_place *at, struct recipe_raw *raw)
{
	const struct texts *lines = &raw->r.packages;
	const struct node *list = raw->packages;
	VEC(struct recipe_deb) debs = { 0 };

	for (ptrdiff_t i = 0; i < lines->n; i++) {
		if (!recipe_names_deb(lines->p[i]))
			continue;
		struct recipe_deb *d = vec_push(at->op, &debs);
		if (!d)
			return at->op->code;
		d->line = lines->p[i];
		int rc = op_text(at->op, &d->path, "%.*s%.*s", STR_ARG(at->dir),
				 STR_ARG(str_from(d->line, 2)));
		if (rc == 0 && !at->canonical)
			rc = recipe_check_links(
				at, list->kind == NODE_LIST ? &list->child[i] : list, d->path.p);
		if (rc < 0)
			return rc;
	}
	raw->r.deb = debs.p;
	raw->r.deb_n = debs.n;
	return 0;
}
