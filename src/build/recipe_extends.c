#include "recipe_impl.h"

/*
 * How a recipe takes over what it extends (docs/recipe.md, "extends"):
 *   lists           the base's lines, then its own; a line that both have stands once
 *   packages        likewise, but what the recipe says of a package ("!x", "x=1.0") replaces what
 *                   the base says of it
 *   accounts, paths, artifacts, certificates, repositories   likewise, and one of the same name or
 *                   path replaces the base's
 *   mappings        merged by key, its own values win
 *   single values   its own if it has one
 *   entrypoint      its own if given, and then the base's cmd goes too
 *   cmd, healthcheck, platforms   its own if given
 *   name, description, usage, tests, test-files   never inherited
 */

typedef bool same_line(const void *a, const void *b);

/* Base's elements that child does not have, then child's, in a new array. */
static int append(struct op *op, const void *base, ptrdiff_t base_n, void **child,
		  ptrdiff_t *child_n, size_t size, same_line *same)
{
	char *out = op_alloc(op, size, base_n + *child_n);
	ptrdiff_t n = 0;

	if (!out)
		return op->code;
	for (ptrdiff_t i = 0; i < base_n; i++) {
		const char *line = (const char *)base + (size_t)i * size;
		bool found = false;
		for (ptrdiff_t k = 0; k < *child_n && !found; k++)
			found = same(line, (const char *)*child + (size_t)k * size);
		if (!found)
			__builtin_memcpy(out + (size_t)n++ * size, line, size);
	}
	if (*child_n)
		__builtin_memcpy(out + (size_t)n * size, *child, (size_t)*child_n * size);
	*child = out;
	*child_n += n;
	return 0;
}

static bool same_text(const void *a, const void *b)
{
	return str_eq(*(const str *)a, *(const str *)b);
}

static bool same_package(const void *a, const void *b)
{
	return str_eq(recipe_package_name(*(const str *)a), recipe_package_name(*(const str *)b));
}

static bool same_account(const void *a, const void *b)
{
	return str_eq(((const struct recipe_account *)a)->name,
		      ((const struct recipe_account *)b)->name);
}

static bool same_path(const void *a, const void *b)
{
	return str_eq(((const struct recipe_path *)a)->path, ((const struct recipe_path *)b)->path);
}

static bool same_artifact(const void *a, const void *b)
{
	return str_eq(((const struct recipe_artifact *)a)->name,
		      ((const struct recipe_artifact *)b)->name);
}

static bool same_certificate(const void *a, const void *b)
{
	return str_eq(((const struct recipe_certificate *)a)->name,
		      ((const struct recipe_certificate *)b)->name);
}

static bool same_repository(const void *a, const void *b)
{
	return str_eq(((const struct repo_source *)a)->name, ((const struct repo_source *)b)->name);
}

static bool same_deb(const void *a, const void *b)
{
	return str_eq(((const struct recipe_deb *)a)->line, ((const struct recipe_deb *)b)->line);
}

static bool same_key(const void *a, const void *b)
{
	return str_eq(((const struct pair *)a)->key, ((const struct pair *)b)->key);
}

#define APPEND(op, base, child, array, n, same)                                       \
	append((op), (base)->array, (base)->n, (void **)&(child)->array, &(child)->n, \
	       sizeof(*(child)->array), (same))

static int merge_lists(struct op *op, const struct recipe *base, struct recipe *child)
{
	const struct {
		const struct texts *from;
		struct texts *to;
		same_line *same;
	} list[] = {
		{ &base->packages, &child->packages, same_package },
		{ &base->ports, &child->ports, same_text },
		{ &base->volumes, &child->volumes, same_text },
		{ &base->keep, &child->keep, same_text },
		{ &base->drop, &child->drop, same_text },
		{ &base->allow_setuid, &child->allow_setuid, same_text },
	};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(list) / sizeof(list[0]); i++)
		rc = APPEND(op, list[i].from, list[i].to, p, n, list[i].same);
	if (rc == 0)
		rc = APPEND(op, base, child, repository, repository_n, same_repository);
	if (rc == 0)
		rc = APPEND(op, base, child, deb, deb_n, same_deb);
	if (rc == 0)
		rc = APPEND(op, base, child, user, user_n, same_account);
	if (rc == 0)
		rc = APPEND(op, base, child, group, group_n, same_account);
	if (rc == 0)
		rc = APPEND(op, base, child, artifact, artifact_n, same_artifact);
	if (rc == 0)
		rc = APPEND(op, base, child, certificate, certificate_n, same_certificate);
	return rc < 0 ? rc : APPEND(op, base, child, path, path_n, same_path);
}

static int merge_mappings(struct op *op, const struct recipe *base, struct recipe *child)
{
	int rc = APPEND(op, &base->environment, &child->environment, p, n, same_key);

	if (rc == 0)
		rc = APPEND(op, &base->cut, &child->cut, p, n, same_key);
	if (rc == 0)
		rc = APPEND(op, &base->labels, &child->labels, p, n, same_key);
	return rc < 0 ? rc : APPEND(op, &base->annotations, &child->annotations, p, n, same_key);
}

static void inherit(str base, str *child)
{
	if (child->len == 0)
		*child = base;
}

static void merge_values(const struct recipe_raw *base, struct recipe_raw *child)
{
	const struct recipe *b = &base->r;
	struct recipe *c = &child->r;

	if (c->keyring.len == 0)
		child->keyring_dir = base->keyring_dir;
	inherit(b->suite, &c->suite);
	inherit(b->mirror, &c->mirror);
	inherit(b->security_mirror, &c->security_mirror);
	inherit(b->keyring, &c->keyring);
	inherit(b->run_as, &c->run_as);
	inherit(b->work_dir, &c->work_dir);
	inherit(b->stop_signal, &c->stop_signal);
	inherit(b->package_database, &c->package_database);
	inherit(b->compression, &c->compression);
	if (c->layer_budget == 0)
		c->layer_budget = b->layer_budget;
	c->allow_shell |= b->allow_shell;
	c->allow_package_manager |= b->allow_package_manager;
	if (c->platforms.n == 0)
		c->platforms = b->platforms;
	if (!child->has_healthcheck)
		c->healthcheck = b->healthcheck;
	if (!child->has_cmd && !child->has_entrypoint)
		c->cmd = b->cmd;
	if (!child->has_entrypoint)
		c->entrypoint = b->entrypoint;
}

int recipe_merge(struct op *op, const struct recipe_raw *base, struct recipe_raw *child)
{
	int rc = merge_lists(op, &base->r, &child->r);

	if (rc == 0)
		rc = merge_mappings(op, &base->r, &child->r);
	if (rc == 0)
		merge_values(base, child);
	return rc;
}
