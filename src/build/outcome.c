/* What a build knows, as plain values for reports, SBOMs and --why. */
#include "compose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/vec.h"
#include "sys/clock.h"

struct work {
	struct op *op;
	const struct compose_parts *c;
	struct outcome *out;
};

/* The chain of dependencies from the recipe to each package, breadth first, so the shortest. */

struct step {
	ptrdiff_t from; /* package, or -1: the recipe itself */
	str relation;
	bool seen, added;
};

static ptrdiff_t index_of(const struct lock_platform *l, str name)
{
	const struct lock_package *p = name.len ? lock_package_find(l, name) : NULL;

	return p ? p - l->package : -1;
}

static void reach(const struct lock_platform *l, const struct lock_edge *edge, ptrdiff_t n,
		  ptrdiff_t from, struct step *step, ptrdiff_t *queue, ptrdiff_t *queue_n)
{
	for (ptrdiff_t i = 0; i < n; i++) {
		ptrdiff_t to = edge[i].cut ? -1 : index_of(l, edge[i].on);
		if (to < 0 || step[to].seen)
			continue;
		step[to] = (struct step){ from, edge[i].relation, true, edge[i].added };
		queue[(*queue_n)++] = to;
	}
}

static int why_text(struct work *w, const struct step *step, ptrdiff_t to, str *ret)
{
	str chain = S("");

	for (ptrdiff_t at = to, depth = 0; at >= 0 && step[at].seen && depth < 64;
	     at = step[at].from, depth++) {
		int rc = op_text(w->op, &chain, " -> %.*s%s%.*s", STR_ARG(step[at].relation),
				 step[at].added ? " (added by an effect)" : "", STR_ARG(chain));
		if (rc < 0)
			return rc;
	}
	return op_text(w->op, ret, "recipe%.*s", STR_ARG(chain));
}

static int fill_why(struct work *w)
{
	const struct lock_platform *l = w->c->platform;
	struct step *step = op_new(w->op, struct step, l->package_n);
	ptrdiff_t *queue = op_new(w->op, ptrdiff_t, l->package_n), n = 0;
	int rc = step && queue ? 0 : w->op->code;

	if (rc < 0)
		return rc;
	reach(l, l->want, l->want_n, -1, step, queue, &n);
	for (ptrdiff_t i = 0; i < n; i++) {
		const struct lock_package *p = &l->package[queue[i]];
		reach(l, p->edge, p->edge_n, queue[i], step, queue, &n);
	}
	for (ptrdiff_t i = 0; rc == 0 && i < l->package_n; i++)
		rc = why_text(w, step, i, &w->out->package[i].why);
	return rc;
}

static int fill_depends(struct work *w, const struct lock_package *p, struct texts *ret)
{
	str *name = op_new(w->op, str, p->edge_n);
	ptrdiff_t n = 0;

	if (!name)
		return w->op->code;
	for (ptrdiff_t i = 0; i < p->edge_n; i++) {
		bool twice = p->edge[i].cut || index_of(w->c->platform, p->edge[i].on) < 0;
		for (ptrdiff_t k = 0; k < n && !twice; k++)
			twice = str_eq(name[k], p->edge[i].on);
		if (!twice)
			name[n++] = p->edge[i].on;
	}
	if (n > 1)
		qsort(name, (size_t)n, sizeof(*name), str_qsort);
	*ret = (struct texts){ name, n };
	return 0;
}

/* A package whose documentation is a link to another's has that one's licence. */
static str licence_of(const struct parts *parts, const struct part *p)
{
	const struct contents *c = &p->contents;
	char path[512];
	int n = snprintf(path, sizeof(path), "usr/share/doc/%.*s", STR_ARG(c->name));
	const struct entry *doc =
		n > 0 && (size_t)n < sizeof(path) ? contents_find(c, (str){ path, n }) : NULL;

	if (doc && doc->type == ENTRY_SYMLINK) {
		str other = str_base_name(doc->link);
		for (ptrdiff_t i = 0; i < parts->n; i++)
			if (str_eq(parts->part[i].contents.name, other))
				return parts->part[i].contents.licence;
	}
	return c->licence.len ? c->licence : S("NOASSERTION");
}

static int fill_package(struct work *w, ptrdiff_t i)
{
	const struct part *p = &w->c->parts->part[i];
	const struct lock_package *l = p->lock;
	struct outcome_package *o = &w->out->package[i];
	const struct repo_pocket *from = lock_repository(w->c->platform, l);
	struct deb822_stanza stanza;
	str control = p->contents.control;

	*o = (struct outcome_package){ .name = l->name,
				       .version = l->version,
				       .arch = l->arch,
				       .source = l->source,
				       .source_version = l->source_version,
				       .licence = licence_of(w->c->parts, p),
				       .path = l->path,
				       .suite = l->suite,
				       .repository = l->repository,
				       .address = from ? from->base : S(""),
				       .vendor = from ? from->origin : S(""),
				       .local = l->local,
				       .deb = l->sha256,
				       .deb_size = l->size,
				       .layer = w->c->layer_of[i],
				       .answered = l->answered,
				       .cves = p->contents.cves };
	int rc = deb822_next(w->op, &control, &stanza);
	if (rc < 0)
		return rc;
	str description = rc ? deb822_get(&stanza, "Description") : S("");
	o->description = str_cut(&description, '\n');
	return fill_depends(w, l, &o->depends);
}

static int fill_packages(struct work *w)
{
	int rc = 0;

	w->out->package_n = w->c->parts->package_n;
	w->out->package = op_new(w->op, struct outcome_package, w->out->package_n);
	if (!w->out->package)
		return w->op->code;
	for (ptrdiff_t i = 0; rc == 0 && i < w->out->package_n; i++)
		rc = fill_package(w, i);
	for (ptrdiff_t i = 0; i < w->c->file_n; i++) {
		const struct outcome_file *f = &w->c->file[i];
		if (f->entry->type == ENTRY_FILE)
			w->out->unpacked += f->entry->size;
		if (f->package < 0 || f->entry->type == ENTRY_DIRECTORY)
			continue;
		w->out->package[f->package].files++;
		if (f->entry->type == ENTRY_FILE)
			w->out->package[f->package].size += f->entry->size;
	}
	return rc < 0 ? rc : fill_why(w);
}

static int fill_artifact(struct work *w, ptrdiff_t i)
{
	ptrdiff_t at = w->c->parts->package_n + i;
	const struct artifact_spec *spec = w->c->parts->part[at].artifact;
	const struct recipe_artifact *a = spec->recipe;
	struct outcome_artifact *o = &w->out->artifact[i];

	*o = (struct outcome_artifact){ .name = a->name,
					.version = a->version,
					.from = spec->lock->from,
					.fetched = a->url.len > 0,
					.directory = spec->lock->directory,
					.destination = a->destination,
					.licence = a->licence,
					.purl = a->purl,
					.sha256 = spec->lock->sha256,
					.packed = spec->lock->size,
					.layer = w->c->layer_of[at] };
	return op_text(w->op, &o->origin, "artifact %.*s%s%.*s", STR_ARG(a->name),
		       a->version.len ? " " : "", STR_ARG(a->version));
}

/* Files of artifacts are no package's: from here their origin tells. */
static int fill_artifacts(struct work *w)
{
	ptrdiff_t first = w->c->parts->package_n;
	int rc = 0;

	w->out->artifact_n = w->c->parts->n - first;
	w->out->artifact = op_new(w->op, struct outcome_artifact, w->out->artifact_n);
	if (!w->out->artifact)
		return w->op->code;
	for (ptrdiff_t i = 0; rc == 0 && i < w->out->artifact_n; i++)
		rc = fill_artifact(w, i);
	for (ptrdiff_t i = 0; rc == 0 && i < w->c->file_n; i++) {
		struct outcome_file *f = &w->c->file[i];
		if (f->package < first)
			continue;
		struct outcome_artifact *a = &w->out->artifact[f->package - first];
		f->package = -1;
		f->from = a->origin;
		if (f->entry->type == ENTRY_DIRECTORY)
			continue;
		a->files++;
		if (f->entry->type == ENTRY_FILE)
			a->size += f->entry->size;
	}
	return rc;
}

static int fill_certificates(struct work *w)
{
	const struct lock *l = w->c->lock;
	struct outcome_certificate *c = op_new(w->op, struct outcome_certificate, l->certificate_n);

	if (!c)
		return w->op->code;
	for (ptrdiff_t i = 0; i < l->certificate_n; i++)
		c[i] = (struct outcome_certificate){ .file = l->certificate[i].file,
						     .subject = l->certificate[i].subject,
						     .sha256 = l->certificate[i].sha256,
						     .not_after = l->certificate[i].not_after,
						     .expired = l->certificate[i].not_after <
								w->c->config->created };
	w->out->certificate = c;
	w->out->certificate_n = l->certificate_n;
	return 0;
}

static int fill_layers(struct work *w)
{
	w->out->layer_n = w->c->config->layer_n;
	w->out->layer = op_new(w->op, struct outcome_layer, w->out->layer_n);
	if (!w->out->layer)
		return w->op->code;
	for (ptrdiff_t i = 0; i < w->out->layer_n; i++) {
		const struct image_layer *l = &w->c->config->layer[i];
		w->out->layer[i] = (struct outcome_layer){ .digest = l->digest,
							   .diff_id = l->diff_id,
							   .size = l->size,
							   .tar_size = l->tar_size,
							   .what = str_from(l->created_by, 8),
							   .made = w->c->layer_made[i] };
		w->out->size += l->size;
	}
	return 0;
}

static int fill_cuts(struct work *w)
{
	VEC(struct outcome_cut) cuts = { 0 };
	const struct lock_platform *l = w->c->platform;

	for (ptrdiff_t p = 0; p < l->package_n; p++) {
		for (ptrdiff_t i = 0; i < l->package[p].edge_n; i++) {
			const struct lock_edge *e = &l->package[p].edge[i];
			if (!e->cut && !e->added)
				continue;
			struct outcome_cut *c = vec_push(w->op, &cuts);
			if (!c)
				return w->op->code;
			*c = (struct outcome_cut){ l->package[p].name, e->relation, e->why, e->by,
						   e->added };
		}
	}
	w->out->cut = cuts.p;
	w->out->cut_n = cuts.n;
	return 0;
}

static int by_bytes(const void *a, const void *b)
{
	const struct outcome_drop *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	return str_cmp(x->pattern, y->pattern);
}

static int fill_dropped(struct work *w)
{
	const struct parts *p = w->c->parts;
	ptrdiff_t shipped = p->rules.drop.n, n = shipped + p->rules.recipe_drop.n, used = 0;
	struct outcome_drop *d = op_new(w->op, struct outcome_drop, n);

	if (!d)
		return w->op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		bool own = i >= shipped;
		if (!p->rule_files[i])
			continue;
		d[used++] = (struct outcome_drop){ own ? p->rules.recipe_drop.p[i - shipped]
						       : p->rules.drop.p[i],
						   own, p->rule_bytes[i], p->rule_files[i] };
		w->out->dropped_bytes += p->rule_bytes[i];
	}
	qsort(d, (size_t)used, sizeof(*d), by_bytes);
	w->out->drop = d;
	w->out->drop_n = used;
	return 0;
}

/* Each package's own, then once what is common to all. */
static int fill_absent(struct work *w)
{
	VEC(struct outcome_absent) found = { 0 };
	struct effect_absent *a;
	ptrdiff_t n;

	for (ptrdiff_t p = 0; p <= w->out->package_n; p++) {
		bool common = p == w->out->package_n;
		int rc = effects_absent(w->op, w->c->effects,
					common ? S("") : w->out->package[p].name, &a, &n);
		if (rc < 0)
			return rc;
		for (ptrdiff_t i = 0; i < n; i++) {
			if (str_eq(a[i].package, S("*")) != common)
				continue;
			struct outcome_absent *o = vec_push(w->op, &found);
			if (!o)
				return w->op->code;
			*o = (struct outcome_absent){ a[i].package, a[i].path, a[i].why,
						      a[i].origin };
		}
	}
	w->out->absent = found.p;
	w->out->absent_n = found.n;
	return 0;
}

static int fill_pockets(struct work *w)
{
	const struct repo_state *s = &w->c->platform->state;

	w->out->pocket_n = s->n;
	w->out->pocket = op_new(w->op, struct outcome_pocket, s->n);
	if (!w->out->pocket)
		return w->op->code;
	for (ptrdiff_t i = 0; i < s->n; i++) {
		const struct repo_pocket *p = &s->pocket[i];
		w->out->pocket[i] = (struct outcome_pocket){ p->suite,  p->version,    p->date,
							     p->signer, p->repository, p->component,
							     p->base,   p->override };
	}
	return 0;
}

static void fill_config(struct work *w)
{
	enum { NS = 1000 * 1000 * 1000 };
	const struct image_config *c = w->c->config;
	const struct image_healthcheck *h = &c->healthcheck;

	w->out->config = (struct outcome_config){ .entrypoint = c->entrypoint,
						  .cmd = c->cmd,
						  .env = c->env,
						  .ports = c->ports,
						  .volumes = c->volumes,
						  .work_dir = c->work_dir,
						  .stop_signal = c->stop_signal,
						  .health = h->test,
						  .interval = h->interval / NS,
						  .timeout = h->timeout / NS,
						  .start_period = h->start_period / NS,
						  .retries = h->retries };
}

int compose_outcome(struct op *op, const struct compose_parts *c, struct outcome *ret)
{
	struct outcome out = { .name = c->recipe->name,
			       .description = c->recipe->description,
			       .usage = c->recipe->usage,
			       .suite = c->recipe->suite,
			       .platform = c->platform->platform,
			       .manifest = c->manifest.digest,
			       .recipe = c->lock->recipe,
			       .compressor = c->lock->compressor,
			       .user = c->config->user,
			       .created = c->config->created,
			       .file = c->file,
			       .file_n = c->file_n,
			       .check = c->check,
			       .check_n = c->check_n };
	struct work w = { .op = op, .c = c, .out = &out };

	fill_config(&w);
	int rc = lock_digest(op, c->lock, c->platform->platform, &out.lock);

	if (rc == 0)
		rc = fill_artifacts(&w);
	if (rc == 0)
		rc = fill_certificates(&w);
	if (rc == 0)
		rc = fill_packages(&w);
	if (rc == 0)
		rc = fill_layers(&w);
	if (rc == 0)
		rc = fill_cuts(&w);
	if (rc == 0)
		rc = fill_dropped(&w);
	if (rc == 0)
		rc = fill_absent(&w);
	if (rc == 0)
		rc = fill_pockets(&w);
	if (rc == 0)
		*ret = out;
	return rc;
}
