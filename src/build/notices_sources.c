/* Where the sources of an image's packages are, and which licences ask for them. */
#include <stdlib.h>

#include "base/vec.h"
#include "distro/source.h"
#include "notices.h"

struct group { /* the packages of one source package */
	str name, version;
	VEC(str) binary;
	bool asks, unknown;
};

struct groups {
	VEC(struct group) list;
};

static struct group *find_group(struct groups *g, const struct notices_package *p)
{
	for (ptrdiff_t i = 0; i < g->list.n; i++)
		if (str_eq(g->list.p[i].name, p->source) &&
		    str_eq(g->list.p[i].version, p->source_version))
			return &g->list.p[i];
	return NULL;
}

static int add_package(struct op *op, struct groups *g, const struct notices_package *p)
{
	struct group *to = find_group(g, p);

	if (!to) {
		if (!(to = vec_push(op, &g->list)))
			return op->code;
		to->name = p->source;
		to->version = p->source_version;
	}
	to->asks |= p->asks_source;
	to->unknown |= str_eq(p->licence, S("NOASSERTION"));
	str *slot = vec_push(op, &to->binary);
	if (!slot)
		return op->code;
	*slot = p->name;
	return 0;
}

static int group_cmp(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	return str_cmp(x->name, y->name);
}

static int join(struct op *op, const struct group *g, str *ret)
{
	str all = S("");
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < g->binary.n; i++)
		rc = op_text(op, &all, "%.*s%s%.*s", STR_ARG(all), i ? ", " : "",
			     STR_ARG(g->binary.p[i]));
	*ret = all;
	return rc;
}

static int take(struct op *op, const struct group *g, const struct source *from,
		struct notices_source *ret)
{
	*ret = (struct notices_source){ .name = g->name,
					.version = g->version,
					.suite = from->suite,
					.vcs = from->vcs,
					.asks_source = g->asks,
					.unknown = g->unknown,
					.n = from->n };
	ret->file = op_new(op, struct notices_file, from->n);
	if (!ret->file)
		return op->code;
	for (ptrdiff_t i = 0; i < from->n; i++)
		ret->file[i] = (struct notices_file){ from->file[i].path, from->file[i].size,
						      from->file[i].sha256 };
	return join(op, g, &ret->binaries);
}

static int open_archive(struct op *op, const struct store *store, const struct side *side,
			const struct notices_sources *where, struct repo **ret)
{
	struct repo_spec spec = { .suite = side->suite,
				  .platform = platform_find(side->platform),
				  .offline = where->offline };

	if (side->suite.len == 0)
		return op_fail(op, ERR_USAGE, "%.*s does not tell of which Debian it is",
			       STR_ARG(side->name));
	if (!spec.platform)
		return op_fail(op, ERR_USAGE, "%.*s is of the platform %.*s, which Debian has not",
			       STR_ARG(side->name), STR_ARG(side->platform));
	int rc = repo_mirror_find(op, where->mirror, S(""), &spec.mirror);
	return rc < 0 ? rc : repo_open(op, store, &spec, ret);
}

static int search(struct op *op, const struct store *store, const struct side *side,
		  const struct notices_sources *where, const struct groups *g, struct source *found)
{
	AUTO_REPO *repo = NULL;
	struct source_want *want = op_new(op, struct source_want, g->list.n);

	if (!want)
		return op->code;
	for (ptrdiff_t i = 0; i < g->list.n; i++)
		want[i] = (struct source_want){ g->list.p[i].name, g->list.p[i].version };
	int rc = open_archive(op, store, side, where, &repo);
	return rc < 0 ? rc : source_find(op, store, repo, where->offline, want, g->list.n, found);
}

int notices_sources_find(struct op *op, const struct store *store, const struct side *side,
			 const struct notices_sources *where, struct notices *n)
{
	struct groups g = { 0 };
	int rc = 0;

	/* Debian's archive knows nothing of the others; n->package is in the order of the side's. */
	for (ptrdiff_t i = 0; rc == 0 && i < n->package_n; i++) {
		if (side->package[i].other)
			n->other++;
		else
			rc = add_package(op, &g, &n->package[i]);
	}
	if (rc < 0)
		return rc;
	if (g.list.n > 1)
		qsort(g.list.p, (size_t)g.list.n, sizeof(*g.list.p), group_cmp);
	struct source *found = op_new(op, struct source, g.list.n);
	n->source = op_new(op, struct notices_source, g.list.n);
	if (!found || !n->source)
		return op->code;
	if (g.list.n && (rc = search(op, store, side, where, &g, found)) < 0)
		return rc;
	n->source_n = g.list.n;
	n->missing = n->other;
	for (ptrdiff_t i = 0; rc == 0 && i < n->source_n; i++) {
		rc = take(op, &g.list.p[i], &found[i], &n->source[i]);
		n->missing += found[i].suite.len == 0;
	}
	return rc;
}
