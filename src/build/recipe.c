#include "recipe.h"

#include "base/limits.h"
#include "codec/json.h"
#include "codec/yaml.h"
#include "recipe_impl.h"
#include "sys/file.h"

/* The recipes from which an `extends` came here, outermost first. */
struct chain {
	str file[RECIPE_EXTENDS_MAX + 1];
	int n;
};

/* The shipped recipe of this name: NAME/NAME.yaml, or a variant beside it (python/python-dev.yaml).
 */
static const struct shipped_file *shipped_recipe(str name)
{
	for (const struct shipped_file *f = shipped_files; f->path; f++) {
		str base = str_base_name(str_of(f->path));
		if (str_starts(base, name) && str_eq(str_from(base, name.len), S(".yaml")))
			return f;
	}
	return NULL;
}

const struct shipped_file *recipe_shipped(str path)
{
	for (const struct shipped_file *f = shipped_files; f->path; f++) {
		if (str_eq(str_of(f->path), path))
			return f;
	}
	return NULL;
}

static int fail_cycle(const struct recipe_place *at, const struct recipe_raw *raw,
		      const struct chain *chain, str file, const char *what)
{
	struct buf b;
	str way;

	buf_init(&b, at->op, OP_ERROR_MAX);
	for (int i = 0; i < chain->n; i++)
		buf_fmt(&b, "%.*s -> ", STR_ARG(chain->file[i]));
	buf_add(&b, file);
	int rc = buf_take(&b, &way);
	return rc < 0 ? rc
		      : node_fail(at->op, at->doc, raw->extends_node, "%s: %.*s", what,
				  STR_ARG(way));
}

/* "nginx" and not "./nginx.yaml" or "nginx.yaml": a recipe that temper ships. */
static bool names_shipped(str extends)
{
	return str_find(extends, '/') < 0 && !str_ends(extends, S(".yaml")) &&
	       !str_ends(extends, S(".yml"));
}

static int fail_not_shipped(const struct recipe_place *at, const struct recipe_raw *raw)
{
	const char *known[128];
	size_t n = 0;

	for (const struct shipped_file *f = shipped_files; f->path && n < 128; f++) {
		str name = str_base_name(str_of(f->path));
		if (!str_ends(name, S(".yaml")))
			continue;
		int rc = op_copy(at->op, str_head(name, name.len - 5), &name);
		if (rc < 0)
			return rc;
		known[n++] = name.p;
	}
	const char *best = nearest_word(raw->extends, known, n);
	return node_fail(at->op, at->doc, raw->extends_node,
			 "temper ships no recipe '%.*s'%s%s%s (a recipe of your own is named with "
			 "its .yaml)",
			 STR_ARG(raw->extends), best ? "; did you mean '" : "", best ? best : "",
			 best ? "'?" : "");
}

/* Where the recipe that raw extends is, and its text. */
static int open_base(const struct recipe_place *at, const struct recipe_raw *raw,
		     struct recipe_place *ret, str *text)
{
	struct recipe_place base = { .op = at->op };
	str name = raw->extends;
	int rc;

	/* So that a circle is seen where it closes. */
	while (str_starts(name, S("./")))
		name = str_from(name, 2);
	if (names_shipped(raw->extends)) {
		const struct shipped_file *f = shipped_recipe(raw->extends);
		if (!f)
			return fail_not_shipped(at, raw);
		base.file = str_of(f->path);
		*text = (str){ (const char *)f->bytes, (ptrdiff_t)f->n };
		base.shipped = true;
	} else if (str_starts(name, S("/")) && !at->shipped) {
		base.file = name;
	} else if ((rc = op_text(at->op, &base.file, "%.*s%.*s", STR_ARG(at->dir), STR_ARG(name))) <
		   0) {
		return rc;
	}
	base.dir = str_head(base.file, str_rfind(base.file, '/') + 1);
	if (!base.shipped) {
		rc = at->shipped
			     ? op_fail(at->op, ERR_USAGE, "a shipped recipe extends a file: %.*s",
				       STR_ARG(base.file))
			     : file_read_user(at->op, base.file, LIMIT_DOCUMENT, text);
		if (rc < 0)
			return op_fail_in(at->op, "%.*s:%d:%d: 'extends'", STR_ARG(at->file),
					  raw->extends_node->line, raw->extends_node->col);
	}
	*ret = base;
	return 0;
}

static int read_chain(struct recipe_place *at, str text, struct chain *chain,
		      struct recipe_raw *ret);

static int read_base(const struct recipe_place *at, struct chain *chain, struct recipe_raw *raw)
{
	struct recipe_place place;
	struct recipe_raw base;
	str text;
	int rc = open_base(at, raw, &place, &text);

	if (rc < 0)
		return rc;
	for (int i = 0; i < chain->n; i++) {
		if (str_eq(chain->file[i], place.file))
			return fail_cycle(at, raw, chain, place.file, "'extends' goes in a circle");
	}
	if (chain->n > RECIPE_EXTENDS_MAX)
		return fail_cycle(at, raw, chain, place.file,
				  "'extends' goes through more than 8 recipes");
	rc = read_chain(&place, text, chain, &base);
	return rc < 0 ? rc : recipe_merge(at->op, &base, raw);
}

/* A recipe and all that it extends. Depth is bounded by RECIPE_EXTENDS_MAX. */
static int read_chain(struct recipe_place *at, str text, struct chain *chain,
		      struct recipe_raw *ret)
{
	int rc;

	at->doc = op_new(at->op, struct doc, 1);
	if (!at->doc)
		return at->op->code;
	rc = at->canonical ? json_parse(at->op, at->file, text, at->doc)
			   : yaml_parse(at->op, at->file, text, at->doc);
	if (rc < 0)
		return rc;
	chain->file[chain->n++] = at->file;
	if ((rc = recipe_read_one(at, ret)) < 0)
		return rc;
	return ret->extends.len ? read_base(at, chain, ret) : 0;
}

static void set_default(str *value, str usual)
{
	if (value->len == 0)
		*value = usual;
}

/* A shell in a health check or a file over a directory shows only when all is merged. */
static int check_whole(const struct recipe_place *at, const struct recipe_raw *raw)
{
	const struct recipe *r = &raw->r;

	if (r->healthcheck.test.n && str_eq(r->healthcheck.test.p[0], S("CMD-SHELL")) &&
	    !r->allow_shell)
		return node_fail(at->op, at->doc, raw->health ? raw->health : &at->doc->root,
				 "a health check by CMD-SHELL needs 'allow: [shell]' and a shell "
				 "among the packages");
	for (ptrdiff_t i = 0; i < r->repository_n; i++) {
		str name = r->repository[i].name;
		if (str_starts(name, r->suite) &&
		    (name.len == r->suite.len || name.p[r->suite.len] == '-'))
			return node_fail(at->op, at->doc,
					 raw->repositories ? raw->repositories : &at->doc->root,
					 "a repository has the name of Debian's suite: '%.*s'",
					 STR_ARG(name));
	}
	if (r->cmd.n && r->entrypoint.n == 0 && str_starts(r->cmd.p[0], S("-")))
		return node_fail(at->op, at->doc, &at->doc->root,
				 "'cmd' begins with the option '%.*s' and there is no 'entrypoint'",
				 STR_ARG(r->cmd.p[0]));
	return 0;
}

/* What nobody said, the canonical form and the digest of it. */
static int finish(struct recipe_place *at, struct recipe_raw *raw)
{
	struct recipe *r = &raw->r;
	int rc;

	set_default(&r->suite, S("trixie"));
	if ((rc = check_whole(at, raw)) < 0)
		return rc;
	set_default(&r->run_as, S("nonroot"));
	set_default(&r->package_database, S("records"));
	set_default(&r->compression, S("gzip"));
	if (r->layer_budget == 0)
		r->layer_budget = RECIPE_DEFAULT_BUDGET;
	recipe_sort_artifacts(r);
	if ((rc = recipe_write(at->op, raw, &r->canonical)) < 0)
		return rc;
	r->digest = digest_of(r->canonical);
	if (r->keyring.len && r->keyring.p[0] != '/' && !at->canonical &&
	    (rc = op_text(at->op, &r->keyring, "%.*s%.*s", STR_ARG(raw->keyring_dir),
			  STR_ARG(r->keyring))) < 0)
		return rc;
	if (r->platforms.n == 0) {
		str *host = op_new(at->op, str, 1);
		if (!host)
			return at->op->code;
		*host = str_of(platform_host()->name);
		r->platforms = (struct texts){ host, 1 };
	}
	return 0;
}

static int read_whole(struct recipe_place *at, str text, struct recipe *ret)
{
	struct chain chain = { .n = 0 };
	struct recipe_raw raw;
	int rc = read_chain(at, text, &chain, &raw);

	if (rc == 0)
		rc = finish(at, &raw);
	if (rc == 0)
		*ret = raw.r;
	return rc;
}

bool recipe_full_database(const struct recipe *r)
{
	return str_eq(r->package_database, S("full"));
}

int recipe_read(struct op *op, str path, struct recipe *ret)
{
	struct recipe_place at = { .op = op,
				   .file = path,
				   .dir = str_head(path, str_rfind(path, '/') + 1) };
	str text;
	int rc = file_read_user(op, path, LIMIT_DOCUMENT, &text);

	return rc < 0 ? rc : read_whole(&at, text, ret);
}

int recipe_read_canonical(struct op *op, str file, str json, struct recipe *ret)
{
	struct recipe_place at = { .op = op, .file = file, .dir = S(""), .canonical = true };

	return read_whole(&at, json, ret);
}
