/*
 * The loop over packages. For each: the place that it is looked up in (kept for the type and distro of
 * the one before it), its names, the records under them in every shard of the place, and what of
 * these holds. What a package that nothing holds for has used goes before the next one.
 */
#include "match.h"

#include "match_impl.h"

struct matcher {
	struct op *op, *tmp;
	struct database *db;
	const struct inventory *inv;
	const struct match_wish *wish;
	struct match_system system;
	struct map where; /* struct match_where by key */
	struct match_where *of_type[PACKAGE_TYPES];
	struct match_where *last; /* of last_distro and last_type */
	str last_distro;
	enum package_type last_type;
	struct map known;
	struct match_findings found;
	struct match_skipped skipped;
	bool lives; /* the database tells of ends of support */
	struct match_raws raws;
};

/* ---- one package ---- */

/* Records whose fix the version has: looked at only where an erratum says otherwise. */
struct past_one {
	const struct match_place *place;
	const struct match_ask *ask;
	struct shard_affected found;
	struct match_held held;
};
struct past {
	struct past_one *p;
	ptrdiff_t n, cap;
};

static int keep_raw(struct op *tmp, const struct match_place *place, const struct match_asker *a,
		    const struct match_ask *ask, const struct shard_affected *s,
		    const struct match_held *held, struct match_raws *raws)
{
	struct match_raw *r = vec_push(tmp, raws);
	const struct affected *f = &s->affected;

	if (!r)
		return tmp->code;
	r->shard = place->shard;
	r->record = s->record;
	r->rank = place->rank;
	r->held = *held;
	r->clears = held->how == WHY_NOT_AFFECTED || held->fixed_for_subscriber;
	r->match = (struct match){
		.source = place->source,
		.ecosystem = place->ecosystem,
		.by = ask->by,
		.name = ask->name,
		.version = ask->version,
		.span = held->span,
		.listed = held->listed,
		.scheme = a->scheme,
		.state = f->state,
		.severity = f->severity,
		.urgency = f->urgency,
		.fixed_on = f->fixed_on,
		.only = f->only,
	};
	int rc = shard_record(tmp, r->shard, r->record, false, &r->head);
	if (rc < 0)
		return rc;
	if (r->head.withdrawn.len)
		raws->n--;
	r->match.id = r->head.id;
	return 0;
}

static int look_up(struct op *tmp, const struct match_place *place, const struct match_asker *a,
		   const struct match_ask *ask, struct match_raws *raws, struct past *past)
{
	struct shard_affected *found = NULL;
	ptrdiff_t n = 0;
	int rc = shard_affected(tmp, place->shard, ask->name, &found, &n);

	for (ptrdiff_t i = 0; rc >= 0 && i < n; i++) {
		struct match_held held;
		match_hold(a, ask, &found[i].affected, &held);
		if (held.how == WHY_MATCHED || held.how == WHY_NOT_AFFECTED ||
		    held.fixed_for_subscriber)
			rc = keep_raw(tmp, place, a, ask, &found[i], &held, raws);
		else if (held.how == WHY_FIXED && past) {
			struct past_one *to = vec_push(tmp, past);
			if (!to)
				return tmp->code;
			*to = (struct past_one){ place, ask, found[i], held };
		}
	}
	return rc < 0 ? rc : 0;
}

/* The vendor's record of a CVE knows better than an erratum that lists it once more. */
static int keep_past(struct op *tmp, const struct match_asker *a, const struct past *past,
		     struct match_raws *raws)
{
	bool errata = false;
	int rc = 0;

	for (ptrdiff_t i = 0; i < raws->n && !errata; i++)
		errata = match_cve_of(raws->p[i].head.id).len == 0;
	for (ptrdiff_t i = 0; errata && rc >= 0 && i < past->n; i++) {
		ptrdiff_t n = raws->n;
		rc = keep_raw(tmp, past->p[i].place, a, past->p[i].ask, &past->p[i].found,
			      &past->p[i].held, raws);
		if (rc < 0 || raws->n == n)
			continue;
		raws->p[n].past = true;
		if (match_cve_of(raws->p[n].head.id).len == 0)
			raws->n = n;
	}
	return rc;
}

/* A language's registry, where ids are joined by their aliases; in a distribution by the CVE. */
static bool is_distribution(const struct match_where *w)
{
	return w->row && package_kinds[w->row->type].is_system;
}

static int look_up_all(struct op *tmp, const struct match_where *w, const struct match_asker *a,
		       struct match_raws *raws)
{
	struct past past = { 0 };
	bool several = w->place_n > 1 && is_distribution(w);
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < w->place_n; i++)
		for (int k = 0; rc == 0 && k < a->ask_n; k++)
			rc = look_up(tmp, &w->place[i], a, &a->ask[k], raws,
				     several ? &past : NULL);
	return rc == 0 && past.n ? keep_past(tmp, a, &past, raws) : rc;
}

static int where_of(struct matcher *m, const struct package *p, struct match_where **ret)
{
	bool system = package_kinds[p->type].is_system;
	str key;
	int rc;

	*ret = system ? m->last : m->of_type[p->type];
	if (*ret && (!system || (m->last_type == p->type && str_eq(m->last_distro, p->distro))))
		return 0;
	*ret = NULL;
	if ((rc = match_key_of(m->tmp, &m->system, p, &key)) < 0 || key.len == 0)
		return rc < 0 ? op_adopt_error(m->op, m->tmp) : 0;
	if ((rc = match_where_of(m->op, m->db, &m->where, key, ret)) < 0)
		return rc;
	if (!system) {
		m->of_type[p->type] = *ret;
		return 0;
	}
	m->last = *ret;
	m->last_type = p->type;
	m->last_distro = p->distro;
	return 0;
}

static void example(struct match_examples *e, str name)
{
	if (e->n < 5)
		e->text[e->n++] = name;
}

/* debian-security-support's word of a source package: of this release, or of all. */
static int note_support(struct matcher *m, const struct match_where *w, const struct package *p)
{
	str source = p->source.len ? p->source : p->name;
	struct match_limited *l = map_get(&m->skipped.limited, source);
	ptrdiff_t colon = str_find(w->key, ':');
	struct life life;

	if (!l) {
		if (!database_life(m->op, m->db, w->key, source, &life) &&
		    !database_life(m->op, m->db, str_head(w->key, colon), source, &life))
			return m->op->code;
		if (!(l = op_new(m->op, struct match_limited, 1)) ||
		    map_put(&m->skipped.limited, source, l) < 0)
			return m->op->code;
		l->life = life;
		l->key = w->key;
	}
	l->packages++;
	example(&l->examples, p->name);
	return 0;
}

/* Of what was not read nothing is known, not even that it has no fix. */
static int note_unread(struct matcher *m, struct match_where *w, const struct package *p)
{
	bool is_read;
	int rc = match_is_read(m->tmp, w, p, &is_read);

	if (rc < 0 || is_read)
		return rc;
	w->unread++;
	example(&w->silent, p->name);
	return 0;
}

static int match_in(struct matcher *m, uint32_t i, struct match_where *w)
{
	const struct package *p = &m->inv->package[i];
	struct match_asker a;
	str name, what;
	int rc;

	w->packages++;
	example(&w->examples, p->name);
	if (!w->row || w->place_n == 0)
		return 0;
	if (match_is_foreign(w->row, p, &what)) {
		w->foreign++;
		example(&w->strangers, p->name);
		return 0;
	}
	if ((m->lives && w->row->by_source && (rc = note_support(m, w, p)) < 0) ||
	    (w->partial && (rc = note_unread(m, w, p)) < 0))
		return rc;
	if ((rc = ecosystem_package_name(m->tmp, p, &name)) < 0)
		return rc;
	match_asker_init(&a, &m->system, w->row, p, name);
	if (!match_is_version(a.scheme, a.ask[0].version)) {
		w->unversioned++;
		example(&w->blanks, p->name);
	}
	m->raws = (struct match_raws){ 0 };
	if ((rc = look_up_all(m->tmp, w, &a, &m->raws)) < 0 || m->raws.n == 0)
		return rc;
	struct match_merge merge = { m->op, m->tmp, m->db, &m->known, m->wish, &m->found };
	return match_merge(&merge, i, is_distribution(w), &m->raws);
}

static int match_program(struct matcher *m, uint32_t i)
{
	const struct package *p = &m->inv->package[i];
	const struct match_curated *c = match_curated(p->name);
	struct match_where *w = NULL;
	struct match_asker a = { 0 };
	int rc = 0;

	if (c)
		rc = match_where_of(m->op, m->db, &m->where, str_of(c->ecosystem), &w);
	if (rc < 0)
		return rc;
	if (!c || w->place_n == 0) {
		m->skipped.programs++;
		example(&m->skipped.program, p->name);
		return 0;
	}
	w->packages++;
	a.scheme = w->row->scheme;
	a.ask[a.ask_n++] = (struct match_ask){ .name = str_of(c->name),
					       .version = p->version,
					       .by = MATCH_CLASSIFIED,
					       .names = NAMES_ANY };
	m->raws = (struct match_raws){ 0 };
	if ((rc = look_up_all(m->tmp, w, &a, &m->raws)) < 0 || m->raws.n == 0)
		return rc;
	struct match_merge merge = { m->op, m->tmp, m->db, &m->known, m->wish, &m->found };
	return match_merge(&merge, i, false, &m->raws);
}

static bool is_declared(const struct package *p)
{
	return p->evidence_n && p->evidence[0].how == EVIDENCE_DECLARED;
}

static int match_package(struct matcher *m, uint32_t i, bool declared)
{
	const struct package *p = &m->inv->package[i];
	struct match_where *w;
	int rc;

	if (!declared && is_declared(p)) {
		m->skipped.declared++;
		example(&m->skipped.declare, p->name);
		return 0;
	}
	if (p->type == PACKAGE_BINARY)
		return match_program(m, i);
	if ((rc = where_of(m, p, &w)) < 0)
		return rc;
	if (w)
		return match_in(m, i, w);
	m->skipped.of_type[p->type]++;
	example(&m->skipped.types[p->type], p->name);
	return 0;
}

/* ---- all ---- */

/* Where only Debian's packages put files (Debian's policies for Python, Ruby and JavaScript): a bill of
 * materials without file lists tells owners by it. */
static str owned_place(const struct package *p)
{
	static const char *const places[] = { "usr/lib/python3/dist-packages/", "usr/share/nodejs/",
					      "usr/share/rubygems-integration/" };

	for (size_t i = 0; p->evidence_n && i < sizeof(places) / sizeof(places[0]); i++)
		if (p->evidence[0].how == EVIDENCE_SBOM &&
		    str_starts(p->evidence[0].path, str_of(places[i])))
			return str_of(places[i]);
	return S("");
}

static int suppress_placed(struct matcher *m)
{
	struct match_where *w = NULL;

	for (ptrdiff_t i = 0; i < m->found.n; i++) {
		struct finding *f = &m->found.p[i];
		const struct package *p = &m->inv->package[f->package];
		str place = owned_place(p);
		if (place.len == 0 || f->suppressed || f->malicious ||
		    package_kinds[p->type].is_system)
			continue;
		if (!w && match_where_of(m->op, m->db, &m->where, m->system.key, &w) < 0)
			return m->op->code;
		if (!w->row || w->row->type != PACKAGE_DEB || w->place_n == 0)
			return 0;
		f->suppressed = SUPPRESSED_OWNER;
		if (op_text(m->op, &f->reason,
			    "in %.*s, where only packages of %s put files: their matter",
			    STR_ARG(place), w->row->title) < 0)
			return m->op->code;
	}
	return 0;
}

/* Rule 6. */
static int suppress_owned(struct matcher *m)
{
	const struct inventory *inv = m->inv;
	uint32_t *owner = m->found.n && inv->relation_n ? op_new(m->tmp, uint32_t, inv->package_n)
							: NULL; /* position + 1 */
	struct match_where *w;
	str what;

	if (!owner)
		return m->tmp->code ? op_adopt_error(m->op, m->tmp) : 0;
	for (ptrdiff_t i = 0; i < inv->relation_n; i++) {
		const struct relation *r = &inv->relation[i];
		if (r->kind == RELATION_OWNS && r->to < (uint64_t)inv->package_n &&
		    r->from < (uint64_t)inv->package_n && owner[r->to] == 0)
			owner[r->to] = r->from + 1;
	}
	for (ptrdiff_t i = 0; i < m->found.n; i++) {
		struct finding *f = &m->found.p[i];
		if (f->suppressed || owner[f->package] == 0 ||
		    package_kinds[inv->package[f->package].type].is_system)
			continue;
		const struct package *p = &inv->package[owner[f->package] - 1];
		if (where_of(m, p, &w) < 0)
			return m->op->code;
		if (!w || !w->row || w->place_n == 0 || match_is_foreign(w->row, p, &what))
			continue;
		f->suppressed = SUPPRESSED_OWNER;
		if (op_text(m->op, &f->reason, "owned by %.*s %.*s (%s), whose matter it is",
			    STR_ARG(p->name), STR_ARG(p->version), package_kinds[p->type].name) < 0)
			return m->op->code;
	}
	return 0;
}

/* Rule 8: findings of one package stand together. */
static int suppress_content(struct matcher *m)
{
	str reason = S("");
	uint32_t of = UINT32_MAX;
	enum match_by by = MATCH_NAME;

	for (ptrdiff_t i = 0; i < m->found.n; i++) {
		struct finding *f = &m->found.p[i];
		if (f->suppressed || f->malicious)
			continue;
		if (f->package != of || f->match[0].by != by) {
			of = f->package;
			by = f->match[0].by;
			if (match_content(m->op, &m->inv->package[of], by == MATCH_SOURCE,
					  &reason) < 0)
				return m->op->code;
		}
		if (reason.len) {
			f->suppressed = SUPPRESSED_CONTENT;
			f->reason = reason;
		}
	}
	return 0;
}

static int match_all(struct matcher *m)
{
	bool declared = m->wish->declared || m->inv->subject.kind == SUBJECT_DIRECTORY;

	for (ptrdiff_t i = 0; i < m->inv->package_n; i++) {
		struct op_mark mark = op_mark(m->tmp);
		if (match_package(m, (uint32_t)i, declared) < 0) {
			op_adopt_error(m->op, m->tmp);
			return m->op->code;
		}
		op_reset(m->tmp, mark);
	}
	int rc = suppress_owned(m);
	rc = rc < 0 || m->system.key.len == 0 ? rc : suppress_placed(m);
	return rc < 0 ? rc : suppress_content(m);
}

int match_inventory(struct op *op, struct database *db, const struct inventory *inv,
		    const struct match_wish *wish, struct report *ret)
{
	AUTO_OP tmp;
	struct matcher m = { .op = op, .tmp = &tmp, .db = db, .inv = inv, .wish = wish };

	op_init(&tmp, 0);
	tmp.fault = op->fault;
	map_init(&m.where, op);
	map_init(&m.known, op);
	map_init(&m.skipped.limited, op);
	for (ptrdiff_t i = 0; i < db->shard_n; i++)
		m.lives = m.lives || db->shard[i].file.head.kind == SHARD_LIVES;
	int rc = match_system_of(op, inv, wish->distro, &m.system);
	if (rc < 0 || (rc = match_all(&m)) < 0)
		return rc;
	ret->inventory = inv;
	ret->ecosystem = m.system.key;
	ret->finding = m.found.p;
	ret->finding_n = m.found.n;
	ret->database = db->digest;
	return match_cover(op, db, &m.system, &m.where, &m.skipped, ret);
}

/* ---- one name ---- */

int match_one(struct op *op, struct database *db, str ecosystem, str name, str version,
	      struct match **ret, ptrdiff_t *ret_n)
{
	AUTO_OP tmp;
	struct match_system system = { .key = ecosystem };
	struct package p = { .name = name, .version = version };
	struct match_raws raws = { 0 };
	struct match_where *w = NULL;
	struct match_asker a;
	struct map all;
	int rc;

	op_init(&tmp, 0);
	tmp.fault = op->fault;
	map_init(&all, &tmp);
	*ret = NULL;
	*ret_n = 0;
	if ((rc = match_where_of(&tmp, db, &all, ecosystem, &w)) < 0)
		return op_adopt_error(op, &tmp);
	if (!w->row)
		return 0;
	p.type = w->row->type;
	if ((rc = ecosystem_name(&tmp, w->row, name, &name)) < 0)
		return op_adopt_error(op, &tmp);
	match_asker_init(&a, &system, w->row, &p, name);
	if ((rc = look_up_all(&tmp, w, &a, &raws)) < 0)
		return op_adopt_error(op, &tmp);
	if (raws.n == 0)
		return 0;
	struct match *out = op_new(op, struct match, raws.n);
	if (!out)
		return op->code;
	ptrdiff_t n = 0;
	for (ptrdiff_t i = 0; i < raws.n; i++)
		if (!raws.p[i].clears && !raws.p[i].past &&
		    (rc = match_keep(op, &raws.p[i].match, &out[n++])) < 0)
			return rc;
	*ret = out;
	*ret_n = n;
	return 0;
}
