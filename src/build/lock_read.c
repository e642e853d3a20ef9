/* Reading a lock: each record is read as texts by a table of fields, then checked into its struct.
 */
#include "lock.h"

#include <stddef.h>
#include <string.h>

#include "base/limits.h"
#include "codec/json.h"
#include "sys/clock.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct reading {
	struct op *op;
	struct doc doc;
};

/* One that the table calls required is never empty; one that it does not may be absent. */
static int want_digest(struct reading *r, const struct node *at, const char *key, str text,
		       struct digest *ret)
{
	if (!text.p)
		return 0;
	if (!digest_parse(text, ret))
		return node_fail(r->op, &r->doc, at, "'%s' is not a SHA-256 digest", key);
	return 0;
}

/* A mapping's or document's list under key; an absent one is empty. */
static int want_list(struct reading *r, const struct node *list, const char *key, ptrdiff_t max)
{
	if (list && list->kind != NODE_LIST)
		return node_fail(r->op, &r->doc, list, "'%s' is not a list", key);
	if (list && list->n > max)
		return node_fail(r->op, &r->doc, list, "'%s' has more than %td elements", key, max);
	return 0;
}

struct raw_pocket {
	str repository, base, component;
	str suite, codename, version, origin, date, release, packages, signer;
	bool override;
};

static const struct field pocket_fields[] = {
	{ "repository", FIELD_TEXT, offsetof(struct raw_pocket, repository), false, NULL },
	{ "url", FIELD_TEXT, offsetof(struct raw_pocket, base), false, NULL },
	{ "suite", FIELD_TEXT, offsetof(struct raw_pocket, suite), true, NULL },
	{ "component", FIELD_TEXT, offsetof(struct raw_pocket, component), false, NULL },
	{ "override", FIELD_BOOL, offsetof(struct raw_pocket, override), false, NULL },
	{ "codename", FIELD_TEXT, offsetof(struct raw_pocket, codename), false, NULL },
	{ "version", FIELD_TEXT, offsetof(struct raw_pocket, version), false, NULL },
	{ "origin", FIELD_TEXT, offsetof(struct raw_pocket, origin), false, NULL },
	{ "date", FIELD_TEXT, offsetof(struct raw_pocket, date), false, NULL },
	{ "release", FIELD_TEXT, offsetof(struct raw_pocket, release), true, NULL },
	{ "packages", FIELD_TEXT, offsetof(struct raw_pocket, packages), true, NULL },
	{ "signer", FIELD_TEXT, offsetof(struct raw_pocket, signer), false, NULL },
};

static int read_pocket(struct reading *r, const struct node *n, struct repo_pocket *ret)
{
	struct raw_pocket raw = { .suite = S("") };
	int rc = fields_read(r->op, &r->doc, n, pocket_fields, COUNT(pocket_fields), &raw);

	if (rc < 0)
		return rc;
	if (raw.date.len && !clock_parse_rfc3339(raw.date, &ret->date))
		return node_fail(r->op, &r->doc, n,
				 "'date' is not a time like 2026-01-31T00:00:00Z");
	if (!raw.repository.len != !raw.base.len)
		return node_fail(r->op, &r->doc, n, "'repository' and 'url' belong together");
	ret->repository = raw.repository;
	ret->base = raw.base;
	ret->component = raw.component;
	ret->override = raw.override;
	ret->suite = raw.suite;
	ret->codename = raw.codename;
	ret->version = raw.version;
	ret->origin = raw.origin;
	ret->signer = raw.signer;
	if ((rc = want_digest(r, n, "release", raw.release, &ret->release)) < 0)
		return rc;
	return want_digest(r, n, "packages", raw.packages, &ret->packages);
}

struct raw_edge {
	str relation, on, cut, added, by;
};

static const struct field edge_fields[] = {
	{ "relation", FIELD_TEXT, offsetof(struct raw_edge, relation), true, NULL },
	{ "on", FIELD_TEXT, offsetof(struct raw_edge, on), false, NULL },
	{ "cut", FIELD_TEXT, offsetof(struct raw_edge, cut), false, NULL },
	{ "added", FIELD_TEXT, offsetof(struct raw_edge, added), false, NULL },
	{ "by", FIELD_TEXT, offsetof(struct raw_edge, by), false, NULL },
};

static int read_edges(struct reading *r, const struct node *list, struct lock_edge **ret,
		      ptrdiff_t *ret_n)
{
	int rc = want_list(r, list, "depends", 10000);

	if (rc < 0 || !list)
		return rc;
	struct lock_edge *edge = op_new(r->op, struct lock_edge, list->n);
	if (!edge)
		return r->op->code;
	for (ptrdiff_t i = 0; i < list->n; i++) {
		struct raw_edge raw = { .relation = S("") };
		rc = fields_read(r->op, &r->doc, &list->child[i], edge_fields, COUNT(edge_fields),
				 &raw);
		if (rc < 0)
			return rc;
		edge[i] = (struct lock_edge){ .relation = raw.relation,
					      .on = raw.on,
					      .by = raw.by,
					      .cut = raw.cut.len > 0,
					      .added = raw.added.len > 0 };
		edge[i].why = raw.cut.len ? raw.cut : raw.added;
	}
	*ret = edge;
	*ret_n = list->n;
	return 0;
}

struct raw_package {
	str name, version, arch, source, source_version, suite, repository, path, file, sha256,
		scripts, answered, effects;
	uint64_t size;
	bool security;
	const struct node *depends;
};

static const struct field package_fields[] = {
	{ "name", FIELD_TEXT, offsetof(struct raw_package, name), true, NULL },
	{ "version", FIELD_TEXT, offsetof(struct raw_package, version), true, NULL },
	{ "arch", FIELD_TEXT, offsetof(struct raw_package, arch), true, NULL },
	{ "source", FIELD_TEXT, offsetof(struct raw_package, source), true, NULL },
	{ "sourceVersion", FIELD_TEXT, offsetof(struct raw_package, source_version), true, NULL },
	{ "suite", FIELD_TEXT, offsetof(struct raw_package, suite), false, NULL },
	{ "security", FIELD_BOOL, offsetof(struct raw_package, security), false, NULL },
	{ "repository", FIELD_TEXT, offsetof(struct raw_package, repository), false, NULL },
	{ "path", FIELD_TEXT, offsetof(struct raw_package, path), false, NULL },
	{ "file", FIELD_TEXT, offsetof(struct raw_package, file), false, NULL },
	{ "size", FIELD_U64, offsetof(struct raw_package, size), true, NULL },
	{ "sha256", FIELD_TEXT, offsetof(struct raw_package, sha256), true, NULL },
	{ "scripts", FIELD_TEXT, offsetof(struct raw_package, scripts), false, NULL },
	{ "answered", FIELD_TEXT, offsetof(struct raw_package, answered), true, NULL },
	{ "effects", FIELD_TEXT, offsetof(struct raw_package, effects), false, NULL },
	{ "depends", FIELD_NODE, offsetof(struct raw_package, depends), false, NULL },
};

static int read_package(struct reading *r, const struct node *n, struct lock_package *ret)
{
	struct raw_package raw = { .size = 0 };
	int rc = fields_read(r->op, &r->doc, n, package_fields, COUNT(package_fields), &raw);

	if (rc < 0)
		return rc;
	*ret = (struct lock_package){ .name = raw.name,
				      .version = raw.version,
				      .arch = raw.arch,
				      .source = raw.source,
				      .source_version = raw.source_version,
				      .suite = raw.suite,
				      .security = raw.security,
				      .repository = raw.repository,
				      .local = raw.file.len > 0,
				      .path = raw.file.len ? raw.file : raw.path,
				      .size = raw.size,
				      .answered = raw.answered };
	if (raw.file.len ? raw.path.len || raw.suite.len || raw.repository.len || raw.security
			 : !raw.path.len || !raw.suite.len)
		return node_fail(r->op, &r->doc, n,
				 "a package has 'suite' and 'path', or 'file' alone");
	if (raw.size > LIMIT_PACKAGE) /* sizes decide which package is a layer of its own */
		return node_fail(r->op, &r->doc, n, "'size' is above %llu bytes",
				 (unsigned long long)LIMIT_PACKAGE);
	if ((rc = want_digest(r, n, "sha256", raw.sha256, &ret->sha256)) < 0 ||
	    (rc = want_digest(r, n, "scripts", raw.scripts, &ret->scripts)) < 0 ||
	    (rc = want_digest(r, n, "effects", raw.effects, &ret->effects)) < 0)
		return rc;
	return read_edges(r, raw.depends, &ret->edge, &ret->edge_n);
}

struct raw_artifact {
	str name, version, from, sha256;
	uint64_t size;
	bool directory;
};

static const struct field artifact_fields[] = {
	{ "name", FIELD_TEXT, offsetof(struct raw_artifact, name), true, NULL },
	{ "version", FIELD_TEXT, offsetof(struct raw_artifact, version), false, NULL },
	{ "from", FIELD_TEXT, offsetof(struct raw_artifact, from), true, NULL },
	{ "directory", FIELD_BOOL, offsetof(struct raw_artifact, directory), false, NULL },
	{ "size", FIELD_U64, offsetof(struct raw_artifact, size), true, NULL },
	{ "sha256", FIELD_TEXT, offsetof(struct raw_artifact, sha256), true, NULL },
};

static int read_artifact(struct reading *r, const struct node *n, struct lock_artifact *ret)
{
	struct raw_artifact raw = { .size = 0 };
	int rc = fields_read(r->op, &r->doc, n, artifact_fields, COUNT(artifact_fields), &raw);

	if (rc < 0)
		return rc;
	*ret = (struct lock_artifact){ .name = raw.name,
				       .version = raw.version,
				       .from = raw.from,
				       .size = raw.size,
				       .directory = raw.directory };
	if (raw.size > LIMIT_PACKAGE)
		return node_fail(r->op, &r->doc, n, "'size' is above %llu bytes",
				 (unsigned long long)LIMIT_PACKAGE);
	return want_digest(r, n, "sha256", raw.sha256, &ret->sha256);
}

struct raw_certificate {
	str file, subject, sha256, not_after;
};

static const struct field certificate_fields[] = {
	{ "file", FIELD_TEXT, offsetof(struct raw_certificate, file), true, NULL },
	{ "subject", FIELD_TEXT, offsetof(struct raw_certificate, subject), true, NULL },
	{ "sha256", FIELD_TEXT, offsetof(struct raw_certificate, sha256), true, NULL },
	{ "notAfter", FIELD_TEXT, offsetof(struct raw_certificate, not_after), false, NULL },
};

static int read_certificate(struct reading *r, const struct node *n, struct lock_certificate *ret)
{
	struct raw_certificate raw = { .file = S("") };
	int rc =
		fields_read(r->op, &r->doc, n, certificate_fields, COUNT(certificate_fields), &raw);

	if (rc < 0)
		return rc;
	*ret = (struct lock_certificate){ .file = raw.file, .subject = raw.subject };
	if (raw.not_after.len && !clock_parse_rfc3339(raw.not_after, &ret->not_after))
		return node_fail(r->op, &r->doc, n,
				 "'notAfter' is not a time like 2026-01-31T00:00:00Z");
	return want_digest(r, n, "sha256", raw.sha256, &ret->sha256);
}

struct raw_layer {
	str what, diff_id, digest;
	uint64_t size, tar_size;
};

static const struct field layer_fields[] = {
	{ "what", FIELD_TEXT, offsetof(struct raw_layer, what), true, NULL },
	{ "diffId", FIELD_TEXT, offsetof(struct raw_layer, diff_id), true, NULL },
	{ "digest", FIELD_TEXT, offsetof(struct raw_layer, digest), true, NULL },
	{ "size", FIELD_U64, offsetof(struct raw_layer, size), true, NULL },
	{ "tarSize", FIELD_U64, offsetof(struct raw_layer, tar_size), true, NULL },
};

static int read_layer(struct reading *r, const struct node *n, struct lock_layer *ret)
{
	struct raw_layer raw = { .size = 0 };
	int rc = fields_read(r->op, &r->doc, n, layer_fields, COUNT(layer_fields), &raw);

	if (rc < 0)
		return rc;
	ret->what = raw.what;
	ret->size = raw.size;
	ret->tar_size = raw.tar_size;
	if ((rc = want_digest(r, n, "diffId", raw.diff_id, &ret->diff_id)) < 0)
		return rc;
	return want_digest(r, n, "digest", raw.digest, &ret->digest);
}

struct raw_platform {
	str platform, manifest;
	const struct node *pockets, *wants, *packages, *artifacts, *layers;
};

static const struct field platform_fields[] = {
	{ "platform", FIELD_TEXT, offsetof(struct raw_platform, platform), true, NULL },
	{ "pockets", FIELD_NODE, offsetof(struct raw_platform, pockets), true, NULL },
	{ "wants", FIELD_NODE, offsetof(struct raw_platform, wants), false, NULL },
	{ "packages", FIELD_NODE, offsetof(struct raw_platform, packages), true, NULL },
	{ "artifacts", FIELD_NODE, offsetof(struct raw_platform, artifacts), false, NULL },
	{ "layers", FIELD_NODE, offsetof(struct raw_platform, layers), false, NULL },
	{ "manifest", FIELD_TEXT, offsetof(struct raw_platform, manifest), false, NULL },
};

/*
 * READ_LIST: the list under key as an array of records, each by its reader. The three kinds of
 * record differ in type only.
 */
#define READ_LIST(r, list, key, max, type, reader, ret_p, ret_n)                \
	do {                                                                    \
		int rc_ = want_list(r, list, key, max);                         \
		if (rc_ < 0)                                                    \
			return rc_;                                             \
		ptrdiff_t n_ = (list) ? (list)->n : 0;                          \
		type *p_ = op_new((r)->op, type, n_);                           \
		if (!p_)                                                        \
			return (r)->op->code;                                   \
		for (ptrdiff_t i_ = 0; i_ < n_; i_++)                           \
			if ((rc_ = reader(r, &(list)->child[i_], &p_[i_])) < 0) \
				return rc_;                                     \
		*(ret_p) = p_;                                                  \
		*(ret_n) = n_;                                                  \
	} while (0)

static int check_order(struct reading *r, const struct node *list, const struct lock_platform *p)
{
	for (ptrdiff_t i = 0; i < p->package_n; i++)
		if (p->package[i].repository.len && !lock_repository(p, &p->package[i]))
			return node_fail(r->op, &r->doc, &list->child[i],
					 "no pocket is of the repository '%.*s'",
					 STR_ARG(p->package[i].repository));
	for (ptrdiff_t i = 1; i < p->package_n; i++)
		if (str_cmp(p->package[i - 1].name, p->package[i].name) >= 0)
			return node_fail(r->op, &r->doc, &list->child[i],
					 "packages are not in the order of their names");
	return 0;
}

static int read_platform(struct reading *r, const struct node *n, struct lock_platform *ret)
{
	struct raw_platform raw = { .pockets = NULL };
	int rc = fields_read(r->op, &r->doc, n, platform_fields, COUNT(platform_fields), &raw);

	if (rc < 0)
		return rc;
	ret->platform = platform_find(raw.platform);
	if (!ret->platform)
		return node_fail(r->op, &r->doc, n, "unknown platform %.*s; known: %s",
				 STR_ARG(raw.platform), platform_names());
	READ_LIST(r, raw.pockets, "pockets", LIMIT_POCKETS, struct repo_pocket, read_pocket,
		  &ret->state.pocket, &ret->state.n);
	READ_LIST(r, raw.packages, "packages", 100000, struct lock_package, read_package,
		  &ret->package, &ret->package_n);
	READ_LIST(r, raw.artifacts, "artifacts", 1000, struct lock_artifact, read_artifact,
		  &ret->artifact, &ret->artifact_n);
	READ_LIST(r, raw.layers, "layers", LIMIT_LAYERS, struct lock_layer, read_layer, &ret->layer,
		  &ret->layer_n);
	if ((rc = check_order(r, raw.packages, ret)) < 0)
		return rc;
	if ((rc = read_edges(r, raw.wants, &ret->want, &ret->want_n)) < 0)
		return rc;
	return want_digest(r, n, "manifest", raw.manifest, &ret->manifest);
}

struct raw_lock {
	uint64_t version;
	str name, suite, recipe, rules, compressor;
	const struct node *platforms, *certificates;
};

static const struct field lock_fields[] = {
	{ "version", FIELD_U64, offsetof(struct raw_lock, version), true, NULL },
	{ "name", FIELD_TEXT, offsetof(struct raw_lock, name), true, NULL },
	{ "suite", FIELD_TEXT, offsetof(struct raw_lock, suite), true, NULL },
	{ "recipe", FIELD_TEXT, offsetof(struct raw_lock, recipe), true, NULL },
	{ "rules", FIELD_TEXT, offsetof(struct raw_lock, rules), true, NULL },
	{ "compressor", FIELD_TEXT, offsetof(struct raw_lock, compressor), true, NULL },
	{ "certificates", FIELD_NODE, offsetof(struct raw_lock, certificates), false, NULL },
	{ "platforms", FIELD_NODE, offsetof(struct raw_lock, platforms), true, NULL },
};

static int check_platforms(struct reading *r, const struct node *list, const struct lock *lock)
{
	for (ptrdiff_t i = 1; i < lock->platform_n; i++)
		for (ptrdiff_t k = 0; k < i; k++)
			if (lock->platform[i].platform == lock->platform[k].platform)
				return node_fail(r->op, &r->doc, &list->child[i],
						 "platform %s is there twice",
						 lock->platform[i].platform->name);
	return 0;
}

static int read_whole(struct reading *r, struct lock *ret)
{
	const struct node *root = &r->doc.root;
	const struct node *version = node_get(root, S("version"));
	struct raw_lock raw = { .version = 0 };
	int rc;

	if (version && node_u64(version, &raw.version) && raw.version != LOCK_VERSION)
		return node_fail(r->op, &r->doc, version,
				 "this lock has version %llu; this temper reads version %d",
				 (unsigned long long)raw.version, LOCK_VERSION);
	if ((rc = fields_read(r->op, &r->doc, root, lock_fields, COUNT(lock_fields), &raw)) < 0)
		return rc;
	*ret = (struct lock){ .name = raw.name,
			      .suite = raw.suite,
			      .rules = raw.rules,
			      .compressor = raw.compressor };
	if ((rc = want_digest(r, root, "recipe", raw.recipe, &ret->recipe)) < 0)
		return rc;
	READ_LIST(r, raw.certificates, "certificates", 10000, struct lock_certificate,
		  read_certificate, &ret->certificate, &ret->certificate_n);
	READ_LIST(r, raw.platforms, "platforms", 32, struct lock_platform, read_platform,
		  &ret->platform, &ret->platform_n);
	return check_platforms(r, raw.platforms, ret);
}

int lock_read(struct op *op, str file, str text, struct lock *ret)
{
	struct reading r = { .op = op };
	struct lock got;
	int rc = json_parse(op, file, text, &r.doc);

	if (rc == ERR_FORMAT) /* a document of the user's, which a merge may have broken */
		return op->code = ERR_USAGE;
	if (rc < 0)
		return rc;
	if ((rc = read_whole(&r, &got)) < 0)
		return rc;
	*ret = got;
	return 0;
}
