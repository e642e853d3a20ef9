#include "compose.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/vec.h"
#include "proof.h"
#include "sys/clock.h"
#include "top.h"

static int64_t packages_time(const struct parts *parts)
{
	int64_t newest = 0;

	for (ptrdiff_t i = 0; i < parts->package_n; i++)
		if (parts->part[i].contents.built > newest)
			newest = parts->part[i].contents.built;
	return newest;
}

int compose_created(struct op *op, const struct parts *parts, const int64_t *asked, int64_t *ret)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	uint64_t seconds;

	if (asked) {
		*ret = *asked;
		return 0;
	}
	if (epoch && epoch[0]) {
		int rc = num_u64(op, str_of(epoch), 253402300799, &seconds);
		if (rc < 0) {
			op_forgive(op);
			return op_fail(op, ERR_USAGE,
				       "SOURCE_DATE_EPOCH is no number of seconds: %s", epoch);
		}
		*ret = (int64_t)seconds;
		return 0;
	}
	*ret = packages_time(parts);
	return 0;
}

/* Order of layers: by rank, rarely updated lowest, then by name. A team's own software is what
 * changes most. */

enum { RANK_ARTIFACT = 100 };

struct ranked {
	ptrdiff_t part;
	int rank;
	str name;
};

static int by_rank(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return x->rank != y->rank ? x->rank - y->rank : str_cmp(x->name, y->name);
}

/* The image while it is put together. */
struct work {
	struct op *op;
	const struct parts_input *in;
	const struct lock *lock;
	struct lock_platform *platform;
	struct parts parts;
	struct top top;
	struct top_package *package;
	int64_t created;
	struct image_config config;
	VEC(struct image_layer) layer;
	bool *layer_made;
	ptrdiff_t *layer_of;
};

static int add_layer(struct work *w, const struct layer_blob *blob, bool made, str what)
{
	struct image_layer *l = vec_push(w->op, &w->layer);

	if (!l)
		return w->op->code;
	*l = (struct image_layer){ .media_type = layer_media_type(w->in->compression),
				   .digest = blob->digest,
				   .diff_id = blob->diff_id,
				   .size = blob->size,
				   .tar_size = blob->tar_size };
	w->layer_made[w->layer.n - 1] = made;
	return op_text(w->op, &l->created_by, "temper: %.*s", STR_ARG(what));
}

static int add_big(struct work *w, const struct ranked *r)
{
	const struct part *p = &w->parts.part[r->part];
	str what;
	int rc = op_text(w->op, &what, "%s%.*s%s%.*s", p->artifact ? "artifact " : "",
			 STR_ARG(p->lock->name), p->lock->version.len ? " " : "",
			 STR_ARG(p->lock->version));

	w->layer_of[r->part] = w->layer.n;
	return rc < 0 ? rc : add_layer(w, &p->blob, p->made || p->lock->made, what);
}

/* The directories of all small packages, once each; the one that is not plain counts. */
static int by_entry(const void *a, const void *b)
{
	return entry_cmp(a, b);
}

static int small_directories(struct work *w, struct entry **ret, ptrdiff_t *ret_n)
{
	VEC(struct entry) dirs = { 0 };
	struct map seen;

	map_init(&seen, w->op);
	for (ptrdiff_t i = 0; i < w->parts.n; i++) {
		const struct part *p = &w->parts.part[i];
		for (ptrdiff_t e = 0; p->fragment && e < p->contents.n; e++) {
			const struct entry *from = &p->contents.entry[e];
			if (!p->keep[e] || from->type != ENTRY_DIRECTORY || from->path.len == 0)
				continue;
			ptrdiff_t at = (ptrdiff_t)(uintptr_t)map_get(&seen, from->path) - 1;
			if (at < 0) {
				struct entry *slot = vec_push(w->op, &dirs);
				if (!slot ||
				    map_put(&seen, from->path, (void *)(uintptr_t)dirs.n) < 0)
					return w->op->code;
				*slot = *from;
				continue;
			}
			int64_t newest =
				from->mtime > dirs.p[at].mtime ? from->mtime : dirs.p[at].mtime;
			if (from->mode != 0755 || from->uid || from->gid)
				dirs.p[at] = *from;
			dirs.p[at].mtime = newest;
		}
	}
	if (dirs.n > 1)
		qsort(dirs.p, (size_t)dirs.n, sizeof(*dirs.p), by_entry);
	*ret = dirs.p;
	*ret_n = dirs.n;
	return 0;
}

static int add_small(struct work *w)
{
	struct layer_blob *fragment = op_new(w->op, struct layer_blob, w->parts.n), blob;
	struct entry *dirs = NULL;
	ptrdiff_t n = 0, dirs_n = 0;
	bool made;
	str what;

	if (!fragment)
		return w->op->code;
	for (ptrdiff_t i = 0; i < w->parts.n; i++) {
		if (!w->parts.part[i].fragment)
			continue;
		w->layer_of[i] = w->layer.n;
		fragment[n++] = w->parts.part[i].blob;
	}
	if (n == 0)
		return 0;
	int rc = small_directories(w, &dirs, &dirs_n);
	struct layer_sum sum = { .directory = dirs,
				 .directory_n = dirs_n,
				 .fragment = fragment,
				 .fragment_n = n,
				 .compression = w->in->compression };
	if (rc == 0)
		rc = layer_sum(w->op, w->in->store, &sum, &blob, &made);
	ptrdiff_t own = 0;
	for (ptrdiff_t i = w->parts.package_n; i < w->parts.n; i++)
		own += w->parts.part[i].fragment;
	n -= own;
	if (rc == 0 && own)
		rc = op_text(w->op, &what, "%td small package%s and %td artifact%s", n,
			     n == 1 ? "" : "s", own, own == 1 ? "" : "s");
	else if (rc == 0)
		rc = op_text(w->op, &what, "%td small package%s", n, n == 1 ? "" : "s");
	return rc < 0 ? rc : add_layer(w, &blob, made, what);
}

static int add_package_layers(struct work *w)
{
	VEC(struct ranked) big = { 0 };
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < w->parts.n; i++) {
		if (w->parts.part[i].fragment)
			continue;
		struct ranked *r = vec_push(w->op, &big);
		if (!r)
			return w->op->code;
		*r = (struct ranked){ .part = i, .name = w->parts.part[i].lock->name };
		r->rank = RANK_ARTIFACT;
		if (!w->parts.part[i].artifact)
			rc = effects_rank(w->op, w->in->effects, r->name, &r->rank);
	}
	if (rc == 0 && big.n > 1)
		qsort(big.p, (size_t)big.n, sizeof(*big.p), by_rank);
	for (ptrdiff_t i = 0; rc == 0 && i < big.n; i++)
		rc = add_big(w, &big.p[i]);
	return rc < 0 ? rc : add_small(w);
}

static int add_top(struct work *w)
{
	struct layer_sum sum = { .compression = w->in->compression };
	struct layer_blob blob;
	bool made;

	sum.file = w->top.file.p;
	sum.file_n = w->top.file.n;
	int rc = layer_sum(w->op, w->in->store, &sum, &blob, &made);
	return rc < 0 ? rc : add_layer(w, &blob, made, S("generated files"));
}

static int top_input(struct work *w, struct top_input *ret)
{
	w->package = op_new(w->op, struct top_package, w->parts.n);
	if (!w->package)
		return w->op->code;
	for (ptrdiff_t i = 0; i < w->parts.n; i++) {
		const struct part *p = &w->parts.part[i];
		w->package[i] = (struct top_package){ .select = { &p->contents, p->keep, p->rename,
								  p->rename_n },
						      .artifact = p->artifact,
						      .answer = p->answer };
	}
	*ret = (struct top_input){ .store = w->in->store,
				   .recipe = w->in->recipe,
				   .lock = w->lock,
				   .platform = w->platform,
				   .package = w->package,
				   .package_n = w->parts.n,
				   .rules = &w->parts.rules,
				   .created = w->created };
	return 0;
}

static int make_top(struct work *w)
{
	struct top_input in;
	int rc = top_input(w, &in);

	return rc < 0 ? rc : top_make(w->op, &in, &w->top);
}

/* The artifacts, whose owners may be accounts that the packages make. */
static int add_artifacts(struct work *w)
{
	struct accounts accounts = { .user_n = 0 };
	struct top_input in;

	if (w->platform->artifact_n == 0)
		return 0;
	int rc = top_input(w, &in);
	if (rc == 0)
		rc = top_accounts(w->op, &in, &accounts);
	return rc < 0 ? rc : parts_artifacts(w->op, w->in, w->platform, &accounts, &w->parts);
}

/*
 * A lock made with another encoder names blobs that this one cannot make: those that the store has
 * take the place of ours, if they hold what ours do.
 */
static int take_locked_blobs(struct work *w)
{
	const struct lock_platform *p = w->platform;

	if (str_eq(w->lock->compressor, str_of(compress_id(w->in->compression))))
		return 0;
	for (ptrdiff_t i = 0; i < w->layer.n; i++) {
		struct image_layer *l = &w->layer.p[i];
		bool same = false;
		for (ptrdiff_t k = 0; k < p->layer_n && !same; k++) {
			if (!digest_eq(&p->layer[k].diff_id, &l->diff_id))
				continue;
			int rc = layer_unpacks_to(w->op, w->in->store, &p->layer[k].digest,
						  &l->diff_id, &same);
			if (rc < 0)
				return rc;
			if (same) {
				l->digest = p->layer[k].digest;
				l->size = p->layer[k].size;
			}
		}
	}
	return 0;
}

/* The configuration */

static int user_text(struct work *w, str *ret)
{
	uint32_t uid;
	str name = w->in->recipe->run_as;
	int rc = accounts_uid(w->op, &w->top.accounts, name, &uid);

	if (rc > 0)
		return op_fail(w->op, ERR_USAGE,
			       "%.*s: run-as names %.*s, and there is no such user",
			       STR_ARG(w->in->recipe->file), STR_ARG(name));
	if (rc < 0)
		return rc;
	const struct account *a = accounts_find(&w->top.accounts, uid);
	return op_text(w->op, ret, "%u:%u", uid, a ? a->gid : uid);
}

static int environment(struct work *w, struct texts *ret)
{
	const struct pairs *e = &w->in->recipe->environment;
	str *p = op_new(w->op, str, e->n + 1);
	ptrdiff_t n = 0;
	bool has_path = false;

	if (!p)
		return w->op->code;
	for (ptrdiff_t i = 0; i < e->n; i++)
		has_path |= str_eq(e->p[i].key, S("PATH"));
	if (!has_path)
		p[n++] = S("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	for (ptrdiff_t i = 0; i < e->n; i++) {
		int rc = op_text(w->op, &p[n++], "%.*s=%.*s", STR_ARG(e->p[i].key),
				 STR_ARG(e->p[i].value));
		if (rc < 0)
			return rc;
	}
	*ret = (struct texts){ p, n };
	return 0;
}

static int make_config(struct work *w)
{
	const struct recipe *r = w->in->recipe;
	struct image_config *c = &w->config;

	*c = (struct image_config){ .os = S("linux"),
				    .architecture = str_of(w->platform->platform->oci_arch),
				    .variant = str_of(w->platform->platform->variant),
				    .created = w->created,
				    .work_dir = r->work_dir,
				    .stop_signal = r->stop_signal,
				    .entrypoint = r->entrypoint,
				    .cmd = r->cmd,
				    .ports = r->ports,
				    .volumes = r->volumes,
				    .labels = r->labels,
				    .healthcheck = r->healthcheck,
				    .layer = w->layer.p,
				    .layer_n = w->layer.n };
	int rc = user_text(w, &c->user);
	return rc < 0 ? rc : environment(w, &c->env);
}

static int annotate(struct work *w, struct pairs *ret)
{
	const struct recipe *r = w->in->recipe;
	struct pair *p = op_new(w->op, struct pair, r->annotations.n + 8);
	char time[CLOCK_TEXT], recipe[DIGEST_TEXT], lock[DIGEST_TEXT];
	struct digest d;
	ptrdiff_t n = 0;
	int rc = p ? lock_digest(w->op, w->lock, w->platform->platform, &d) : w->op->code;

	if (rc < 0)
		return rc;
	const struct pair made[] = {
		{ S("org.opencontainers.image.title"), r->name },
		{ S("org.opencontainers.image.description"), r->description },
		{ S("org.opencontainers.image.created"), str_of(clock_rfc3339(w->created, time)) },
		{ S("temper.recipe"), str_of(digest_text(&w->lock->recipe, recipe)) },
		{ S("temper.lock"), str_of(digest_text(&d, lock)) },
	};
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		if (made[i].value.len == 0)
			continue;
		p[n].key = made[i].key;
		if ((rc = op_copy(w->op, made[i].value, &p[n++].value)) < 0)
			return rc;
	}
	for (ptrdiff_t i = 0; i < r->annotations.n; i++)
		p[n++] = r->annotations.p[i];
	*ret = (struct pairs){ p, n };
	return 0;
}

static int prove(struct work *w, struct outcome_check **ret, ptrdiff_t *ret_n)
{
	const struct recipe *r = w->in->recipe;
	struct proof_input in = { .platform = w->platform->platform,
				  .file = w->top.path,
				  .file_n = w->top.path_n,
				  .passwd = w->top.passwd,
				  .group = w->top.group,
				  .library_dirs = w->top.library_dirs,
				  .allow_setuid = r->allow_setuid,
				  .allow_shell = r->allow_shell,
				  .allow_package_manager = r->allow_package_manager };

	return proof_check(w->op, &in, ret, ret_n);
}

/* The half of the lock that came out. */
static int fill_lock(struct work *w, const struct digest *manifest)
{
	struct lock_layer *l = op_new(w->op, struct lock_layer, w->layer.n);

	if (!l)
		return w->op->code;
	for (ptrdiff_t i = 0; i < w->layer.n; i++) {
		const struct image_layer *from = &w->layer.p[i];
		l[i] = (struct lock_layer){ .what = str_from(from->created_by, 8),
					    .diff_id = from->diff_id,
					    .digest = from->digest,
					    .size = from->size,
					    .tar_size = from->tar_size };
	}
	w->platform->layer = l;
	w->platform->layer_n = w->layer.n;
	w->platform->manifest = *manifest;
	return 0;
}

/* 1 if the scripts of a package are answered otherwise than the lock says. */
static int check_answers(struct work *w, str *ret_stale)
{
	for (ptrdiff_t i = 0; i < w->parts.package_n; i++) {
		const struct part *p = &w->parts.part[i];
		if (digest_eq(&p->answer.digest, &p->lock->effects))
			continue;
		*ret_stale = p->lock->name;
		return 1;
	}
	return 0;
}

static int make_layers(struct work *w, str *ret_stale)
{
	int rc = parts_read(w->op, w->in, w->platform, &w->parts);

	if (rc < 0 || (rc = parts_answer(w->op, w->in, &w->parts)) < 0 ||
	    (rc = check_answers(w, ret_stale)) != 0)
		return rc;
	if ((rc = add_artifacts(w)) < 0 || (rc = parts_layers(w->op, w->in, &w->parts)) < 0)
		return rc;
	w->layer_made = op_new(w->op, bool, w->parts.n + 2);
	w->layer_of = op_new(w->op, ptrdiff_t, w->parts.n);
	if (!w->layer_made || !w->layer_of)
		return w->op->code;
	if ((rc = compose_created(w->op, &w->parts, w->in->created, &w->created)) < 0 ||
	    (rc = make_top(w)) < 0)
		return rc;
	if ((rc = add_package_layers(w)) < 0 || (rc = add_top(w)) < 0)
		return rc;
	return take_locked_blobs(w);
}

int compose(struct op *op, const struct parts_input *in, const struct lock *lock,
	    struct lock_platform *platform, struct composed *ret)
{
	struct work w = { .op = op, .in = in, .lock = lock, .platform = platform };
	struct compose_parts all = {
		.recipe = in->recipe, .effects = in->effects, .lock = lock, .platform = platform
	};
	struct pairs annotations;
	int rc = make_layers(&w, &ret->stale);

	if (rc != 0 || (rc = make_config(&w)) < 0 || (rc = annotate(&w, &annotations)) < 0)
		return rc;
	if ((rc = image_put(op, in->store, &w.config, &annotations, &all.manifest)) < 0)
		return rc;
	if ((rc = prove(&w, &all.check, &all.check_n)) < 0)
		return rc;
	if ((rc = fill_lock(&w, &all.manifest.digest)) < 0)
		return rc;
	all.parts = &w.parts;
	all.layer_of = w.layer_of;
	all.config = &w.config;
	all.layer_made = w.layer_made;
	all.file = w.top.path;
	all.file_n = w.top.path_n;
	ret->manifest = all.manifest;
	ret->dated = w.created != packages_time(&w.parts);
	return compose_outcome(op, &all, &ret->outcome);
}
