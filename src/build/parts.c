#include "parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "sys/confine.h"
#include "sys/pool.h"
#include "sys/turns.h"

#include "accounts.h"
#include "local.h"

/* What the threads share; each writes only into its own place of missing and blob. */
struct job {
	const struct parts_input *in;
	struct parts *parts;
	const ptrdiff_t *todo;      /* indices into parts->part */
	struct confine_rules rules; /* what a thread may touch: the store */
};

static int confined(struct op *own, void *arg)
{
	const struct job *job = arg;

	return confine_thread(own, &job->rules);
}

/*
 * Foreign bytes are parsed by threads that can reach nothing but the store. Libraries read their
 * configuration when they are first used: this one has hashed by now.
 */
static int run_confined(struct op *op, struct job *job, ptrdiff_t n, pool_work *work)
{
	const struct store *s = job->in->store;
	const int dirs[] = { s->blobs, s->keys, s->tmp };
	struct confine_spec spec = { .write_dir = dirs, .write_dir_n = 3 };

	if (n == 0)
		return 0;
	int rc = confine_rules_make(op, &spec, &job->rules);
	if (rc == 0)
		rc = pool_run_inside(op, n, 0, confined, work, job);
	confine_rules_close(&job->rules);
	return rc;
}

static struct layer_spec spec_of(const struct parts_input *in, const struct part *p,
				 const struct contents *c, const bool *keep)
{
	return (struct layer_spec){ .contents = c,
				    .keep = keep,
				    .rename = p->rename,
				    .rename_n = p->rename_n,
				    .fragment = p->fragment,
				    .compression = in->compression };
}

/* The bytes of a part out of the store. */
static int part_unpack(struct op *op, const struct store *store, const struct part *p,
		       struct contents *ret, struct contents_data *data)
{
	int rc = p->artifact ? artifact_unpack(op, store, p->artifact, ret, data)
			     : contents_unpack(op, store, &p->lock->sha256, ret, data);

	return rc < 0 && !p->artifact ? op_fail_in(op, "%.*s %.*s", STR_ARG(p->lock->name),
						   STR_ARG(p->lock->version))
				      : rc;
}

/* Nothing of the package that is kept is below the directory at index i. */
static bool is_empty(const struct part *p, ptrdiff_t i)
{
	str dir = p->contents.entry[i].path;

	for (i++; i < p->contents.n && str_starts(p->contents.entry[i].path, dir); i++)
		if (p->keep[i] && p->contents.entry[i].path.p[dir.len] == '/')
			return false;
	return true;
}

/* An empty directory that the package's own script replaces by a link (var/run) is not shipped. */
static void drop_replaced(struct part *p)
{
	for (ptrdiff_t e = 0; e < p->answer.n; e++) {
		const struct effect *effect = &p->answer.effect[e];
		const struct entry *at = effect->kind == EFFECT_LINK
						 ? contents_find(&p->contents, effect->path)
						 : NULL;
		if (at && at->type == ENTRY_DIRECTORY && is_empty(p, at - p->contents.entry))
			p->keep[at - p->contents.entry] = false;
	}
}

/* What temper drops by itself is said of packages; a team's own software is as the team made it. */
static struct select_rules rules_for(const struct parts *parts, const struct part *p)
{
	struct select_rules rules = parts->rules;

	if (p->artifact)
		rules.drop.n = rules.keep.n = 0;
	return rules;
}

/*
 * What of one package goes in, as far as it can tell without the others. A script that is not
 * answered is parts_answer()'s to report.
 */
static int select_alone(struct op *own, const struct job *job, struct part *p)
{
	str unanswered;

	p->keep = op_new(own, bool, p->contents.n);
	if (!p->keep)
		return own->code;
	struct select_rules rules = rules_for(job->parts, p);
	int rc = select_entries(own, &rules, &p->contents, p->keep, NULL, NULL);
	if (rc < 0 || p->artifact)
		return rc;
	rc = effects_answer(own, job->in->effects, &p->contents, &p->answer, &unanswered);
	if (rc == ERR_MEMORY)
		return rc;
	if (rc < 0)
		op_forgive(own);
	else
		drop_replaced(p);
	return 0;
}

/*
 * Unpack a package that the store does not know and make the layer that it is unless it overlaps
 * with another. Diversions and Replaces are rare: then parts_layers() makes it once more.
 */
static int first_pass(struct op *own, ptrdiff_t i, void *arg)
{
	const struct job *job = arg;
	struct part *shared = &job->parts->part[job->todo[i]];
	struct part p = { .lock = shared->lock,
			  .artifact = shared->artifact,
			  .fragment = shared->fragment };
	AUTO_CONTENTS_DATA data = { .spool = -1 };
	struct layer_blob blob;
	struct digest key;
	int rc = part_unpack(own, job->in->store, &p, &p.contents, &data);

	if (rc == 0 && !p.artifact && recipe_full_database(job->in->recipe))
		rc = contents_info_keep(own, job->in->store, &p.contents);
	if (rc < 0 || (rc = select_alone(own, job, &p)) < 0)
		return rc;
	struct layer_spec spec = spec_of(job->in, &p, &p.contents, p.keep);
	if ((rc = layer_key(own, &spec, &key)) < 0)
		return rc;
	if ((rc = layer_find(own, job->in->store, &key, &blob)) <= 0)
		return rc;
	return layer_make(own, job->in->store, &spec, &data, &key, &shared->blob);
}

/* A file beside the recipe, which the store lacks. */
static int take_file(struct op *op, const struct parts_input *in, const struct lock_package *l)
{
	const struct recipe *r = in->recipe;
	struct digest got;
	int rc = 1;

	for (ptrdiff_t i = 0; i < r->deb_n && rc == 1; i++)
		if (str_eq(r->deb[i].line, l->path))
			rc = local_put(op, in->store, &r->deb[i], &l->sha256, &got);
	return rc == 1 ? op_fail(op, ERR_NET,
				 "%.*s %.*s: neither the store nor --vendor has it, and %.*s is "
				 "not there",
				 STR_ARG(l->name), STR_ARG(l->version), STR_ARG(l->path))
		       : rc;
}

/* Fetch what the store lacks of the packages and artifacts listed in todo. */
static int fetch(struct op *op, const struct parts_input *in, const struct parts *parts,
		 const ptrdiff_t *todo, ptrdiff_t n)
{
	static const struct repo_mirror none;
	VEC(struct repo_want) want = { 0 };
	bool debian = false;

	for (ptrdiff_t i = 0; i < n; i++) {
		const struct lock_package *l = parts->part[todo[i]].lock;
		const struct artifact_spec *a = parts->part[todo[i]].artifact;
		const struct repo_pocket *from = a ? NULL : lock_repository(parts->platform, l);
		if (a) {
			int rc = artifact_need(op, in->store, a->recipe, a->lock, in->offline);
			if (rc < 0)
				return rc;
		}
		if (a || store_blob_has(in->store, &l->sha256))
			continue;
		if (l->local) {
			int rc = take_file(op, in, l);
			if (rc < 0)
				return rc;
			continue;
		}
		struct repo_want *w = vec_push(op, &want);
		if (!w)
			return op->code;
		debian = debian || !from;
		*w = (struct repo_want){ .name = l->name,
					 .version = l->version,
					 .path = l->path,
					 .security = l->security,
					 .base = from ? from->base : S(""),
					 .size = l->size,
					 .sha256 = l->sha256 };
	}
	if (want.n == 0)
		return 0;
	if (in->offline || (debian && !in->mirror))
		return op_fail(op, ERR_NET, "%.*s %.*s is not in the store, and %s",
			       STR_ARG(want.p[0].name), STR_ARG(want.p[0].version),
			       in->offline ? "the network is not to be used (--offline)"
					   : "no mirror is known");
	return repo_fetch(op, in->store, in->mirror ? in->mirror : &none, want.p, want.n, false,
			  in->progress, in->progress_arg);
}

/* 1 if the package must be unpacked: its record is missing. */
static int load(struct op *op, const struct parts_input *in, struct part *p)
{
	const struct digest *deb = &p->lock->sha256;
	int rc = in->session ? session_contents(op, in->session, deb, &p->contents)
			     : contents_load(op, in->store, deb, &p->contents);

	if (rc == 0 && p->artifact) {
		p->contents.name = p->lock->name; /* one record serves whatever it is called */
		p->contents.version = p->lock->version;
	}
	if (rc || p->artifact || !recipe_full_database(in->recipe))
		return rc;
	return contents_info_load(op, in->store, &p->lock->sha256, &p->contents.info);
}

static int by_deb_size(const void *a, const void *b, void *arg)
{
	const struct parts *parts = arg;
	uint64_t x = parts->part[*(const ptrdiff_t *)a].lock->size;
	uint64_t y = parts->part[*(const ptrdiff_t *)b].lock->size;

	return (x < y) - (x > y);
}

/* The largest first, so that no thread is left alone with it at the end. */
static void largest_first(const struct parts *parts, ptrdiff_t *todo, ptrdiff_t n)
{
	qsort_r(todo, (size_t)n, sizeof(*todo), by_deb_size, (void *)(uintptr_t)parts);
}

/* Packages from this size of .deb on are layers of their own: doubled until the budget holds. */
static uint64_t own_layer_size(const struct lock_platform *l, uint64_t budget)
{
	for (uint64_t least = PARTS_OWN_LAYER;; least *= 2) {
		uint64_t layers = 2; /* the small packages and the top */
		for (ptrdiff_t i = 0; i < l->package_n; i++)
			layers += l->package[i].size >= least;
		for (ptrdiff_t i = 0; i < l->artifact_n; i++)
			layers += l->artifact[i].size >= least;
		if (layers <= budget || layers == 2)
			return least;
	}
}

static int begin(struct op *op, const struct parts_input *in, const struct lock_platform *platform,
		 struct parts *parts)
{
	uint64_t least = own_layer_size(platform, in->recipe->layer_budget);

	effects_drops(in->effects, &parts->rules.drop, &parts->rules.keep);
	parts->rules.recipe_drop = in->recipe->drop;
	parts->rules.recipe_keep = in->recipe->keep;
	parts->platform = platform;
	parts->n = parts->package_n = platform->package_n;
	parts->part = op_new(op, struct part, parts->n + platform->artifact_n);
	ptrdiff_t globs = parts->rules.drop.n + parts->rules.recipe_drop.n;
	parts->rule_bytes = op_new(op, uint64_t, globs);
	parts->rule_files = op_new(op, uint64_t, globs);
	if (!parts->part || !parts->rule_bytes || !parts->rule_files)
		return op->code;
	for (ptrdiff_t i = 0; i < parts->n; i++) {
		parts->part[i].lock = &platform->package[i];
		parts->part[i].fragment = platform->package[i].size < least;
	}
	return 0;
}

/* Does the record agree with the lock? A mirror may serve any bytes that a lock was edited to name.
 */
static int check_identity(struct op *op, const struct part *p)
{
	const struct contents *c = &p->contents;

	if (str_eq(c->name, p->lock->name) && str_eq(c->version, p->lock->version) &&
	    str_eq(c->arch, p->lock->arch))
		return 0;
	return op_fail(op, ERR_VERIFY,
		       "the package that the lock calls %.*s %.*s %.*s is %.*s %.*s %.*s",
		       STR_ARG(p->lock->name), STR_ARG(p->lock->version), STR_ARG(p->lock->arch),
		       STR_ARG(c->name), STR_ARG(c->version), STR_ARG(c->arch));
}

/*
 * The other processes of the command may be at the same packages: wait for those that are, and ask
 * `find` again what is left to do.
 */
static int take_turn(struct op *op, const struct parts_input *in, struct parts *parts,
		     int (*find)(struct op *op, const struct parts_input *in, struct part *p),
		     ptrdiff_t *todo, ptrdiff_t *n)
{
	int rc, turns = in->session ? session_turns(in->session) : 0;
	uint64_t *place;
	ptrdiff_t left = 0;

	if (turns <= 0 || *n == 0)
		return 0;
	if (!(place = op_new(op, uint64_t, *n)))
		return op->code;
	for (ptrdiff_t i = 0; i < *n; i++)
		memcpy(&place[i], parts->part[todo[i]].lock->sha256.b, sizeof(*place));
	if ((rc = turns_take(op, turns, place, *n)) < 0)
		return rc;
	for (ptrdiff_t i = 0; rc >= 0 && i < *n; i++) {
		rc = find(op, in, &parts->part[todo[i]]);
		if (rc == 1)
			todo[left++] = todo[i];
	}
	*n = left;
	return rc < 0 ? rc : 0;
}

static void give_turn(const struct parts_input *in)
{
	if (in->session && session_turns(in->session) > 0)
		turns_give(session_turns(in->session));
}

/* Fetch and unpack what is on the list. */
static int unpack(struct op *op, const struct parts_input *in, struct parts *parts, ptrdiff_t *todo,
		  ptrdiff_t n)
{
	struct job job = { .in = in, .parts = parts, .todo = todo };
	int rc = take_turn(op, in, parts, load, todo, &n);

	if (rc < 0 || (rc = fetch(op, in, parts, todo, n)) < 0)
		return rc;
	largest_first(parts, todo, n);
	if ((rc = run_confined(op, &job, n, first_pass)) < 0)
		return rc;
	for (ptrdiff_t i = 0; i < n; i++) {
		rc = load(op, in, &parts->part[todo[i]]);
		if (rc)
			return rc < 0 ? rc
				      : op_fail(op, ERR_IO, "a record vanished from the store");
		parts->part[todo[i]].made = true;
	}
	return 0;
}

int parts_read(struct op *op, const struct parts_input *in, const struct lock_platform *platform,
	       struct parts *ret)
{
	struct parts parts = { .n = 0 };
	ptrdiff_t n = 0;
	int rc = begin(op, in, platform, &parts);
	ptrdiff_t *todo = rc < 0 ? NULL : op_new(op, ptrdiff_t, parts.n);

	if (!todo)
		return op->code;
	for (ptrdiff_t i = 0; rc >= 0 && i < parts.n; i++) {
		rc = load(op, in, &parts.part[i]);
		if (rc == 1)
			todo[n++] = i;
	}
	if (rc < 0)
		return rc;
	rc = unpack(op, in, &parts, todo, n);
	give_turn(in);
	if (rc < 0)
		return rc;
	for (ptrdiff_t i = 0; i < parts.n; i++)
		if ((rc = check_identity(op, &parts.part[i])) < 0)
			return rc;
	*ret = parts;
	return 0;
}

int parts_rules(struct op *op, const struct effects *effects, str *ret)
{
	char hex[DIGEST_HEX];
	struct digest d;
	int rc = effects_rules(op, effects, &d);

	return rc < 0 ? rc
		      : op_text(op, ret, LAYER_RULES " " CONTENTS_RULES " data-%.16s",
				digest_hex(&d, hex));
}

/*
 * Every script without an answer is told; the first of them is the error. One package is enough to
 * stop the build, but whoever answers wants to see them all.
 */
int parts_answer(struct op *op, const struct parts_input *in, struct parts *parts)
{
	ptrdiff_t more = -1; /* packages without an answer, after the first */
	str first = S("");

	for (ptrdiff_t i = 0; i < parts->n; i++) {
		str unanswered = S("");
		struct part *p = &parts->part[i];
		if (in->session)
			session_learn(in->session, p->contents.name);
		int rc = effects_answer(op, in->effects, &p->contents, &p->answer, &unanswered);
		if (rc == 0)
			continue;
		if (rc != ERR_NO || unanswered.len == 0)
			return rc;
		if (in->unanswered)
			in->unanswered(in->progress_arg, unanswered);
		str said = str_of(op->text);
		if (++more == 0 && op_copy(op, said, &first) < 0)
			return op->code;
		op_forgive(op);
	}
	if (more < 0)
		return 0;
	if (more == 0)
		return op_fail(op, ERR_NO, "%.*s", STR_ARG(first));
	return op_fail(op, ERR_NO, "%.*s, nor %s %td more package%s", STR_ARG(first),
		       more == 1 ? "is that of" : "are those of", more, more == 1 ? "" : "s");
}

/* Artifacts */

static const struct recipe_artifact *recipe_artifact_find(const struct recipe *r,
							  const struct platform *platform, str name)
{
	for (ptrdiff_t i = 0; i < r->artifact_n; i++)
		if (str_eq(r->artifact[i].name, name) && artifact_is_for(&r->artifact[i], platform))
			return &r->artifact[i];
	return NULL;
}

static int find_owner(struct op *op, struct accounts *accounts, const struct recipe_artifact *a,
		      struct artifact_spec *spec)
{
	int rc = accounts_need_user(op, accounts, a->owner);

	if (rc == 0)
		rc = accounts_need_group(op, accounts, a->group);
	if (rc == 0 && a->owner.len)
		rc = accounts_uid(op, accounts, a->owner, &spec->uid);
	if (rc > 0)
		return op_fail(op, ERR_USAGE, "%.*s:%d: there is no user %.*s", STR_ARG(a->file),
			       a->line, STR_ARG(a->owner));
	if (rc == 0 && a->group.len)
		rc = accounts_gid(op, accounts, a->group, &spec->gid);
	if (rc > 0)
		return op_fail(op, ERR_USAGE, "%.*s:%d: there is no group %.*s", STR_ARG(a->file),
			       a->line, STR_ARG(a->group));
	return rc;
}

static int begin_artifact(struct op *op, const struct parts_input *in,
			  const struct lock_platform *platform, struct accounts *accounts,
			  ptrdiff_t i, struct part *p)
{
	const struct lock_artifact *l = &platform->artifact[i];
	struct artifact_spec *spec = op_new(op, struct artifact_spec, 1);
	struct lock_package *lock = op_new(op, struct lock_package, 1);

	if (!spec || !lock)
		return op->code;
	spec->lock = l;
	spec->recipe = recipe_artifact_find(in->recipe, platform->platform, l->name);
	if (!spec->recipe)
		return op_fail(op, ERR_USAGE, "the lock has the artifact %.*s, the recipe not",
			       STR_ARG(l->name));
	int rc = find_owner(op, accounts, spec->recipe, spec);
	*lock = (struct lock_package){ .name = l->name, .version = l->version, .size = l->size };
	if (rc == 0)
		rc = artifact_key(op, spec, &lock->sha256);
	uint64_t least = own_layer_size(platform, in->recipe->layer_budget);
	*p = (struct part){ .lock = lock, .artifact = spec, .fragment = l->size < least };
	return rc;
}

int parts_artifacts(struct op *op, const struct parts_input *in,
		    const struct lock_platform *platform, struct accounts *accounts,
		    struct parts *parts)
{
	ptrdiff_t *todo = op_new(op, ptrdiff_t, platform->artifact_n), n = 0;
	int rc = todo ? 0 : op->code;

	for (ptrdiff_t i = 0; rc >= 0 && i < platform->artifact_n; i++) {
		struct part *p = &parts->part[parts->n];
		if ((rc = begin_artifact(op, in, platform, accounts, i, p)) < 0 ||
		    (rc = load(op, in, p)) < 0)
			return rc;
		if (rc == 1)
			todo[n++] = parts->n;
		parts->n++;
	}
	if (rc < 0)
		return rc;
	rc = unpack(op, in, parts, todo, n);
	give_turn(in);
	return rc;
}

/* Diversions: every package but the one that diverts has the path elsewhere. */
static int divert(struct op *op, struct parts *parts)
{
	for (ptrdiff_t i = 0; i < parts->n; i++) {
		struct part *p = &parts->part[i];
		VEC(struct layer_rename) rename = { 0 };
		for (ptrdiff_t k = 0; k < parts->n; k++) {
			for (ptrdiff_t e = 0; k != i && e < parts->part[k].answer.n; e++) {
				const struct effect *effect = &parts->part[k].answer.effect[e];
				if (effect->kind != EFFECT_DIVERT ||
				    !contents_find(&p->contents, effect->path))
					continue;
				struct layer_rename *slot = vec_push(op, &rename);
				if (!slot)
					return op->code;
				*slot = (struct layer_rename){ effect->path, effect->to };
			}
		}
		p->rename = rename.p;
		p->rename_n = rename.n;
	}
	return 0;
}

static int select_all(struct op *op, struct parts *parts)
{
	struct select_package *s = op_new(op, struct select_package, parts->n);

	if (!s)
		return op->code;
	for (ptrdiff_t i = 0; i < parts->n; i++) {
		struct part *p = &parts->part[i];
		p->keep = op_new(op, bool, p->contents.n);
		if (!p->keep)
			return op->code;
		struct select_rules rules = rules_for(parts, p);
		ptrdiff_t first = parts->rules.drop.n - rules.drop.n;
		int rc = select_entries(op, &rules, &p->contents, p->keep,
					parts->rule_bytes + first, parts->rule_files + first);
		if (rc < 0)
			return rc;
		drop_replaced(p);
		const struct repo_pocket *from = lock_repository(parts->platform, p->lock);
		s[i] = (struct select_package){ &p->contents, p->keep, p->rename, p->rename_n,
						from && !from->override };
	}
	return select_overlaps(op, s, parts->n);
}

static int second_pass(struct op *own, ptrdiff_t i, void *arg)
{
	const struct job *job = arg;
	struct part *p = &job->parts->part[job->todo[i]];
	struct layer_spec spec = spec_of(job->in, p, &p->contents, p->keep);
	AUTO_CONTENTS_DATA data = { .spool = -1 };
	struct contents again;
	struct digest key;
	int rc = part_unpack(own, job->in->store, p, &again, &data);

	if (rc < 0)
		return rc;
	if (again.n != p->contents.n)
		return op_fail(own, ERR_VERIFY,
			       "the store's record of %.*s does not match the package",
			       STR_ARG(p->lock->name));
	if ((rc = layer_key(own, &spec, &key)) < 0)
		return rc;
	return layer_make(own, job->in->store, &spec, &data, &key, &p->blob);
}

static int find_layer(struct op *op, const struct parts_input *in, struct part *p)
{
	struct op_mark mark = op_mark(op);
	struct layer_spec spec = spec_of(in, p, &p->contents, p->keep);
	struct digest key;
	int rc = layer_key(op, &spec, &key);

	if (rc == 0)
		rc = layer_find(op, in->store, &key, &p->blob);
	if (rc >= 0)
		op_reset(op, mark);
	return rc;
}

/* Make the layers on the list. */
static int compress_parts(struct op *op, const struct parts_input *in, struct parts *parts,
			  ptrdiff_t *todo, ptrdiff_t n)
{
	struct job job = { .in = in, .parts = parts, .todo = todo };
	int rc = take_turn(op, in, parts, find_layer, todo, &n);

	if (rc < 0 || (rc = fetch(op, in, parts, todo, n)) < 0)
		return rc;
	for (ptrdiff_t i = 0; i < n; i++)
		parts->part[todo[i]].made = true;
	largest_first(parts, todo, n);
	return run_confined(op, &job, n, second_pass);
}

int parts_layers(struct op *op, const struct parts_input *in, struct parts *parts)
{
	ptrdiff_t *todo = op_new(op, ptrdiff_t, parts->n), n = 0;
	int rc = todo ? divert(op, parts) : op->code;

	if (rc < 0 || (rc = select_all(op, parts)) < 0)
		return rc;
	for (ptrdiff_t i = 0; rc >= 0 && i < parts->n; i++) {
		rc = find_layer(op, in, &parts->part[i]);
		if (rc == 1)
			todo[n++] = i;
	}
	if (rc < 0)
		return rc;
	rc = compress_parts(op, in, parts, todo, n);
	give_turn(in);
	return rc;
}
