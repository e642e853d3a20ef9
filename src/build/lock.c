#include "lock.h"

#include <string.h>

#include "base/limits.h"
#include "codec/json.h"
#include "sys/clock.h"

const struct lock_platform *lock_platform_find(const struct lock *lock, const struct platform *p)
{
	for (ptrdiff_t i = 0; i < lock->platform_n; i++)
		if (lock->platform[i].platform == p)
			return &lock->platform[i];
	return NULL;
}

const struct lock_package *lock_package_find(const struct lock_platform *p, str name)
{
	ptrdiff_t lo = 0, hi = p->package_n;

	while (lo < hi) {
		ptrdiff_t mid = lo + (hi - lo) / 2;
		int order = str_cmp(p->package[mid].name, name);
		if (order == 0)
			return &p->package[mid];
		if (order < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

const struct lock_artifact *lock_artifact_find(const struct lock_platform *p, str name)
{
	for (ptrdiff_t i = 0; i < p->artifact_n; i++)
		if (str_eq(p->artifact[i].name, name))
			return &p->artifact[i];
	return NULL;
}

const struct repo_pocket *lock_repository(const struct lock_platform *p,
					  const struct lock_package *package)
{
	for (ptrdiff_t i = 0; package->repository.len && i < p->state.n; i++)
		if (str_eq(p->state.pocket[i].repository, package->repository))
			return &p->state.pocket[i];
	return NULL;
}

str lock_origin(const struct lock_package *package)
{
	if (package->local)
		return S("a file");
	return package->repository.len ? package->repository : package->suite;
}

int lock_path(struct op *op, str recipe_path, str *ret)
{
	str stem = recipe_path;

	if (str_ends(stem, S(".yaml")))
		stem.len -= 5;
	else if (str_ends(stem, S(".yml")))
		stem.len -= 4;
	return op_text(op, ret, "%.*s.lock.json", STR_ARG(stem));
}

/* Writing */

static void put_digest(struct json_out *j, const char *key, const struct digest *d)
{
	char text[DIGEST_TEXT];

	json_pair(j, key, str_of(digest_text(d, text)));
}

static void put_digest_opt(struct json_out *j, const char *key, const struct digest *d)
{
	if (!digest_is_zero(d))
		put_digest(j, key, d);
}

static void put_time(struct json_out *j, const char *key, int64_t t)
{
	char text[CLOCK_TEXT];

	if (t)
		json_pair(j, key, str_of(clock_rfc3339(t, text)));
}

static void put_pocket(struct json_out *j, const struct repo_pocket *p)
{
	json_object(j);
	json_pair_opt(j, "repository", p->repository);
	json_pair_opt(j, "url", p->base);
	json_pair(j, "suite", p->suite);
	json_pair_opt(j, "component", p->component);
	if (p->override) {
		json_key(j, S("override"));
		json_bool(j, true);
	}
	json_pair_opt(j, "codename", p->codename);
	json_pair_opt(j, "version", p->version);
	json_pair_opt(j, "origin", p->origin);
	put_time(j, "date", p->date);
	put_digest(j, "release", &p->release);
	put_digest(j, "packages", &p->packages);
	json_pair_opt(j, "signer", p->signer);
	json_object_end(j);
}

static void put_edges(struct json_out *j, const char *key, const struct lock_edge *edge,
		      ptrdiff_t n)
{
	if (n == 0)
		return;
	json_key(j, str_of(key));
	json_array(j);
	for (ptrdiff_t i = 0; i < n; i++) {
		json_object(j);
		json_pair(j, "relation", edge[i].relation);
		json_pair_opt(j, "on", edge[i].on);
		if (edge[i].cut)
			json_pair(j, "cut", edge[i].why);
		if (edge[i].added)
			json_pair(j, "added", edge[i].why);
		json_pair_opt(j, "by", edge[i].by);
		json_object_end(j);
	}
	json_array_end(j);
}

static void put_package(struct json_out *j, const struct lock_package *p)
{
	json_object(j);
	json_pair(j, "name", p->name);
	json_pair(j, "version", p->version);
	json_pair(j, "arch", p->arch);
	json_pair(j, "source", p->source);
	json_pair(j, "sourceVersion", p->source_version);
	if (!p->local)
		json_pair(j, "suite", p->suite);
	if (p->security) {
		json_key(j, S("security"));
		json_bool(j, true);
	}
	json_pair_opt(j, "repository", p->repository);
	json_pair(j, p->local ? "file" : "path", p->path);
	json_pair_u64(j, "size", p->size);
	put_digest(j, "sha256", &p->sha256);
	put_digest_opt(j, "scripts", &p->scripts);
	json_pair(j, "answered", p->answered);
	put_digest_opt(j, "effects", &p->effects);
	put_edges(j, "depends", p->edge, p->edge_n);
	json_object_end(j);
}

static void put_artifacts(struct json_out *j, const struct lock_platform *p)
{
	if (p->artifact_n == 0)
		return;
	json_key(j, S("artifacts"));
	json_array(j);
	for (ptrdiff_t i = 0; i < p->artifact_n; i++) {
		const struct lock_artifact *a = &p->artifact[i];
		json_object(j);
		json_pair(j, "name", a->name);
		json_pair_opt(j, "version", a->version);
		json_pair(j, "from", a->from);
		if (a->directory) {
			json_key(j, S("directory"));
			json_bool(j, true);
		}
		json_pair_u64(j, "size", a->size);
		put_digest(j, "sha256", &a->sha256);
		json_object_end(j);
	}
	json_array_end(j);
}

static void put_certificates(struct json_out *j, const struct lock *lock)
{
	if (lock->certificate_n == 0)
		return;
	json_key(j, S("certificates"));
	json_array(j);
	for (ptrdiff_t i = 0; i < lock->certificate_n; i++) {
		const struct lock_certificate *c = &lock->certificate[i];
		json_object(j);
		json_pair(j, "file", c->file);
		json_pair(j, "subject", c->subject);
		put_digest(j, "sha256", &c->sha256);
		put_time(j, "notAfter", c->not_after);
		json_object_end(j);
	}
	json_array_end(j);
}

static void put_outcome(struct json_out *j, const struct lock_platform *p)
{
	if (p->layer_n == 0)
		return;
	json_key(j, S("layers"));
	json_array(j);
	for (ptrdiff_t i = 0; i < p->layer_n; i++) {
		const struct lock_layer *l = &p->layer[i];
		json_object(j);
		json_pair(j, "what", l->what);
		put_digest(j, "diffId", &l->diff_id);
		put_digest(j, "digest", &l->digest);
		json_pair_u64(j, "size", l->size);
		json_pair_u64(j, "tarSize", l->tar_size);
		json_object_end(j);
	}
	json_array_end(j);
	put_digest_opt(j, "manifest", &p->manifest);
}

static void put_platform(struct json_out *j, const struct lock_platform *p, bool with_outcome)
{
	json_object(j);
	json_pair(j, "platform", str_of(p->platform->name));
	json_key(j, S("pockets"));
	json_array(j);
	for (ptrdiff_t i = 0; i < p->state.n; i++)
		put_pocket(j, &p->state.pocket[i]);
	json_array_end(j);
	put_edges(j, "wants", p->want, p->want_n);
	json_key(j, S("packages"));
	json_array(j);
	for (ptrdiff_t i = 0; i < p->package_n; i++)
		put_package(j, &p->package[i]);
	json_array_end(j);
	put_artifacts(j, p);
	if (with_outcome)
		put_outcome(j, p);
	json_object_end(j);
}

int lock_write(struct op *op, const struct lock *lock, const struct platform *only,
	       bool with_outcome, str *ret)
{
	struct buf b;
	struct json_out j;

	buf_init(&b, op, LIMIT_LOCK);
	json_begin(&j, &b, 2);
	json_object(&j);
	json_pair_u64(&j, "version", LOCK_VERSION);
	json_pair(&j, "name", lock->name);
	json_pair(&j, "suite", lock->suite);
	put_digest(&j, "recipe", &lock->recipe);
	json_pair(&j, "rules", lock->rules);
	json_pair(&j, "compressor", lock->compressor);
	put_certificates(&j, lock);
	json_key(&j, S("platforms"));
	json_array(&j);
	for (ptrdiff_t i = 0; i < lock->platform_n; i++)
		if (!only || lock->platform[i].platform == only)
			put_platform(&j, &lock->platform[i], with_outcome);
	json_array_end(&j);
	json_object_end(&j);
	buf_char(&b, '\n');
	return buf_take(&b, ret);
}

int lock_digest(struct op *op, const struct lock *lock, const struct platform *platform,
		struct digest *ret)
{
	str text;
	int rc = lock_write(op, lock, platform, false, &text);

	if (rc < 0)
		return rc;
	*ret = digest_of(text);
	return 0;
}
