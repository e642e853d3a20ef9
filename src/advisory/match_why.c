/*
 * Why something is found, or not. All records under the id and its aliases are held against all packages of
 * their names; each pair gives a line. Records of other releases or packages are told when no record
 * is about a package that is here.
 */
#include "match_impl.h"

const char *const why_nots[WHY_NOTS] = {
	[WHY_MATCHED] = "matched",
	[WHY_FIXED] = "fixed",
	[WHY_BEFORE] = "before",
	[WHY_OTHER_PACKAGES] = "other-packages",
	[WHY_OTHER_RELEASE] = "other-release",
	[WHY_CONDITION] = "condition",
	[WHY_NOT_LISTED] = "not-listed",
	[WHY_WITHDRAWN] = "withdrawn",
	[WHY_NOT_AFFECTED] = "not-affected",
	[WHY_NO_RECORD] = "no-record",
};

enum {
	WHY_IDS_MAX = 64,     /* an id and its aliases */
	WHY_LINES_MAX = 4096, /* a kernel's CVE and forty packages of it, in a dozen sources */
	WHY_NAMES_MAX = 5,    /* of other packages that are told */
};

struct entry { /* a package under one of its names */
	uint32_t package;
	int ask;
	const struct match_where *where;
	struct match_asker asker;
	bool foreign;
	struct entry *next; /* of this name */
};

struct lines {
	struct why_line *p;
	ptrdiff_t n, cap;
};

struct why {
	struct op *op, *tmp;
	struct database *db;
	const struct inventory *inv;
	struct match_system system;
	struct map where, name; /* name: struct entry */
	struct map here;        /* ecosystems that are asked for this inventory */
	str id[WHY_IDS_MAX];
	ptrdiff_t id_n;
	struct lines lines, others;
};

/* ---- packages by name ---- */

static int add_entries(struct why *w, uint32_t i, const struct match_where *where,
		       const struct match_asker *a)
{
	for (int k = 0; k < a->ask_n; k++) {
		struct entry *e = op_new(w->tmp, struct entry, 1);
		str what;
		if (!e)
			return w->tmp->code;
		e->package = i;
		e->ask = k;
		e->where = where;
		e->asker = *a;
		e->foreign = a->package && match_is_foreign(where->row, a->package, &what);
		e->next = map_get(&w->name, a->ask[k].name);
		if (map_put(&w->name, a->ask[k].name, e) < 0)
			return w->tmp->code;
	}
	return 0;
}

static int add_package(struct why *w, uint32_t i)
{
	const struct package *p = &w->inv->package[i];
	const struct match_curated *c = p->type == PACKAGE_BINARY ? match_curated(p->name) : NULL;
	struct match_where *where = NULL;
	struct match_asker a = { 0 };
	str key = c ? str_of(c->ecosystem) : S(""), name;

	if (p->type != PACKAGE_BINARY && match_key_of(w->tmp, &w->system, p, &key) < 0)
		return w->tmp->code;
	if (key.len == 0)
		return 0;
	int rc = match_where_of(w->tmp, w->db, &w->where, key, &where);
	if (rc < 0 || !where->row || (rc = map_put(&w->here, where->key, where)) < 0 ||
	    (where->like.len && (rc = map_put(&w->here, where->like, where)) < 0))
		return rc;
	if (c) {
		a.package = p;
		a.scheme = where->row->scheme;
		a.ask[a.ask_n++] = (struct match_ask){ str_of(c->name), p->version,
						       MATCH_CLASSIFIED, NAMES_ANY, false };
		return add_entries(w, i, where, &a);
	}
	if ((rc = ecosystem_package_name(w->tmp, p, &name)) < 0)
		return rc;
	match_asker_init(&a, &w->system, where->row, p, name);
	return add_entries(w, i, where, &a);
}

/* Backwards, so that the list of a name is in the order of the inventory. */
static int add_packages(struct why *w, str name)
{
	int rc = 0;

	for (ptrdiff_t i = w->inv->package_n - 1; rc == 0 && i >= 0; i--) {
		const struct package *p = &w->inv->package[i];
		if (name.len == 0 || str_eq(p->name, name) || str_eq(p->source, name))
			rc = add_package(w, (uint32_t)i);
	}
	return rc;
}

/* ---- sentences ---- */

static int say_condition(struct op *op, const struct entry *e, const struct match_held *h, str *ret)
{
	const struct match_ask *ask = &e->asker.ask[e->ask];

	if (str_eq(h->condition, S("module")))
		return op_text(op, ret, "the record is for %.*s, and %.*s %.*s is of %.*s",
			       STR_ARG(h->wanted), STR_ARG(ask->name), STR_ARG(ask->version),
			       STR_ARG(e->asker.module.len ? e->asker.module
				       : e->asker.modular  ? S("a module that is not told")
							   : S("no module")));
	if (str_eq(h->condition, S("build")))
		return op_text(op, ret, "%.*s %.*s and the record's version are not both of %.*s",
			       STR_ARG(ask->name), STR_ARG(ask->version), STR_ARG(h->wanted));
	return op_text(op, ret, "the record is for %.*s %.*s only", STR_ARG(h->condition),
		       STR_ARG(h->wanted));
}

static int say_matched(struct op *op, const struct match_ask *ask, const struct match_held *h,
		       const char *order, str *ret)
{
	str name = ask->name, v = ask->version;

	if (h->listed)
		return op_text(op, ret, "%.*s stands in the list of affected versions of %.*s",
			       STR_ARG(v), STR_ARG(name));
	if (h->span.until.len)
		return op_text(op, ret,
			       "%.*s of %.*s is before %.*s, which fixes it%s (%s's order)",
			       STR_ARG(v), STR_ARG(name), STR_ARG(h->span.until),
			       h->channel_fix ? " for subscribers" : "", order);
	if (h->span.last.len)
		return op_text(
			op, ret,
			"%.*s of %.*s is not after %.*s, the last affected version (%s's order)",
			STR_ARG(v), STR_ARG(name), STR_ARG(h->span.last), order);
	if (h->span.from.len && !str_eq(h->span.from, S("0")))
		return op_text(op, ret,
			       "%.*s of %.*s is not before %.*s, which brought it in, and "
			       "no fix is known (%s's order)",
			       STR_ARG(v), STR_ARG(name), STR_ARG(h->span.from), order);
	return op_text(op, ret, "every version of %.*s is affected, and no fix is known",
		       STR_ARG(name));
}

static int say_past(struct op *op, const struct match_ask *ask, const struct match_held *h,
		    const char *order, str *ret)
{
	str name = ask->name, v = ask->version;

	if (h->how == WHY_BEFORE)
		return op_text(op, ret,
			       "%.*s of %.*s is before %.*s, which brought it in (%s's order)",
			       STR_ARG(v), STR_ARG(name), STR_ARG(h->span.from), order);
	if (h->span.until.len)
		return op_text(op, ret,
			       "%.*s of %.*s is not before %.*s, which fixes it (%s's order)",
			       STR_ARG(v), STR_ARG(name), STR_ARG(h->span.until), order);
	return op_text(op, ret,
		       "%.*s of %.*s is after %.*s, the last affected version (%s's order)",
		       STR_ARG(v), STR_ARG(name), STR_ARG(h->span.last), order);
}

static int say(struct op *op, const struct entry *e, const struct match_held *h,
	       const struct affected *f, str *ret)
{
	const struct match_ask *ask = &e->asker.ask[e->ask];
	const char *order = e->where->row->title;

	switch (h->how) {
	case WHY_MATCHED:
		return say_matched(op, ask, h, order, ret);
	case WHY_FIXED:
	case WHY_BEFORE:
		return say_past(op, ask, h, order, ret);
	case WHY_CONDITION:
		return say_condition(op, e, h, ret);
	case WHY_NOT_LISTED:
		if (!match_is_version(e->asker.scheme, ask->version))
			return op_text(op, ret,
				       "\"%.*s\" of %.*s is no version: it cannot be held against "
				       "the record's",
				       STR_ARG(ask->version), STR_ARG(ask->name));
		return op_text(op, ret, "%.*s of %.*s is none of the %lld versions that are listed",
			       STR_ARG(ask->version), STR_ARG(ask->name), (long long)f->versions.n);
	case WHY_NOT_AFFECTED:
		return op_text(op, ret, "the record says that %.*s %.*s is not affected%s%.*s",
			       STR_ARG(ask->name), STR_ARG(ask->version),
			       f->urgency.len ? ": " : "", STR_ARG(f->urgency));
	case WHY_OTHER_PACKAGES:
	case WHY_OTHER_RELEASE:
	case WHY_WITHDRAWN:
	case WHY_NO_RECORD:
		break;
	}
	return op_text(op, ret, "the record is about %s packages of that name",
		       f->names == AFFECTED_SOURCE ? "source" : "binary");
}

/* ---- records ---- */

static struct why_line *new_line(struct why *w, struct lines *to, const struct shard *s,
				 const struct advisory *a)
{
	struct why_line *l = to->n < WHY_LINES_MAX ? vec_push(w->op, to) : NULL;

	if (!l) {
		if (to->n >= WHY_LINES_MAX)
			op_fail(w->op, ERR_LIMIT, "more than %d records and packages to explain",
				WHY_LINES_MAX);
		return NULL;
	}
	*l = (struct why_line){ .source = shard_head(s)->source,
				.ecosystem = shard_head(s)->ecosystem,
				.id = a->id,
				.package = UINT32_MAX };
	return l;
}

static bool is_asked(const struct entry *e, str ecosystem)
{
	return str_eq(e->where->key, ecosystem) || str_eq(e->where->like, ecosystem);
}

static int explain_entry(struct why *w, const struct shard *s, const struct advisory *a,
			 const struct affected *f, const struct entry *e)
{
	const struct match_ask *ask = &e->asker.ask[e->ask];
	struct why_line *l = new_line(w, &w->lines, s, a);
	struct match_held h;

	if (!l)
		return w->op->code;
	match_hold(&e->asker, ask, f, &h);
	l->how = h.how;
	l->package = e->package;
	l->affected = *f;
	l->span = h.span;
	l->order = h.order;
	if (op_copy(w->op, ask->name, &l->name) < 0 ||
	    op_copy(w->op, ask->version, &l->version) < 0)
		return w->op->code;
	if (a->withdrawn.len) {
		l->how = WHY_WITHDRAWN;
		return op_text(w->op, &l->text, "%.*s was withdrawn on %.*s", STR_ARG(a->id),
			       STR_ARG(str_head(a->withdrawn, 10)));
	}
	if (e->foreign) {
		l->how = WHY_CONDITION;
		return op_text(w->op, &l->text, "%.*s %.*s is a vendor's and not %s's own",
			       STR_ARG(ask->name), STR_ARG(ask->version), e->where->row->title);
	}
	return say(w->op, e, &h, f, &l->text);
}

/* A record about packages that are not here. */
static int explain_other(struct why *w, const struct shard *s, const struct advisory *a)
{
	str ecosystem = shard_head(s)->ecosystem;
	struct why_line *l = new_line(w, &w->others, s, a);
	char names[256];
	ptrdiff_t n = 0;

	if (!l)
		return w->op->code;
	for (ptrdiff_t i = 0, told = 0; i < a->affected_n && told < WHY_NAMES_MAX; i++) {
		str name = a->affected[i].name;
		if (n + name.len + 2 >= (ptrdiff_t)sizeof(names))
			break;
		if (told++) {
			memcpy(names + n, ", ", 2);
			n += 2;
		}
		memcpy(names + n, name.p, (size_t)name.len);
		n += name.len;
	}
	str list = { names, n };
	bool here = map_get(&w->here, ecosystem) != NULL;
	l->how = a->withdrawn.len ? WHY_WITHDRAWN : here ? WHY_OTHER_PACKAGES : WHY_OTHER_RELEASE;
	if (a->withdrawn.len)
		return op_text(w->op, &l->text, "%.*s was withdrawn on %.*s", STR_ARG(a->id),
			       STR_ARG(str_head(a->withdrawn, 10)));
	if (here)
		return op_text(w->op, &l->text, "the record is about %.*s%s: not here",
			       STR_ARG(list), a->affected_n > WHY_NAMES_MAX ? " and others" : "");
	if (!ecosystem.len)
		return op_text(w->op, &l->text,
			       "the record names no package: it adds to what others say");
	return op_text(w->op, &l->text,
		       "the record is about %.*s of %.*s, which nothing here is of", STR_ARG(list),
		       STR_ARG(ecosystem));
}

static int explain_record(struct why *w, const struct shard *s, uint32_t record)
{
	ptrdiff_t before = w->lines.n;
	struct advisory a;
	int rc = shard_record_affected(w->op, s, record, &a);

	for (ptrdiff_t i = 0; rc >= 0 && i < a.affected_n; i++) {
		const struct entry *e = map_get(&w->name, a.affected[i].name);
		for (; rc >= 0 && e; e = e->next)
			if (is_asked(e, a.affected[i].ecosystem))
				rc = explain_entry(w, s, &a, &a.affected[i], e);
	}
	return rc < 0 ? rc : w->lines.n == before ? explain_other(w, s, &a) : 0;
}

/* ---- ids ---- */

static void add_id(struct why *w, str id)
{
	for (ptrdiff_t i = 0; i < w->id_n; i++)
		if (str_eq(w->id[i], id))
			return;
	if (id.len && w->id_n < WHY_IDS_MAX)
		w->id[w->id_n++] = id;
}

/* Names of the same vulnerability; an erratum names several and makes no aliases of them. */
static int add_aliases(struct why *w, const struct shard *s, uint32_t record, str id)
{
	struct advisory a;
	int rc = shard_record(w->op, s, record, false, &a);
	bool same = rc >= 0 && str_eq(a.id, id);

	for (ptrdiff_t i = 0; rc >= 0 && !same && i < a.aliases.n; i++)
		same = str_eq(a.aliases.p[i], id);
	if (rc < 0 || !same)
		return rc;
	add_id(w, match_cve_of(a.id));
	for (ptrdiff_t i = 0; i < a.aliases.n; i++)
		add_id(w, a.aliases.p[i]);
	return 0;
}

/* All records of one shard under all ids, each once. */
static int explain_shard(struct why *w, const struct shard *s)
{
	VEC(uint32_t) seen = { 0 };
	int rc = 0;

	for (ptrdiff_t i = 0; rc >= 0 && i < w->id_n; i++) {
		uint32_t *record = NULL;
		ptrdiff_t n = 0;
		rc = shard_by_id(w->tmp, s, w->id[i], &record, &n);
		if (rc < 0)
			return op_adopt_error(w->op, w->tmp);
		for (ptrdiff_t k = 0; rc >= 0 && k < n; k++) {
			ptrdiff_t at = 0;
			while (at < seen.n && seen.p[at] != record[k])
				at++;
			if (at < seen.n)
				continue;
			uint32_t *to = vec_push(w->tmp, &seen);
			if (!to)
				return op_adopt_error(w->op, w->tmp);
			*to = record[k];
			rc = explain_record(w, s, record[k]);
		}
	}
	return rc < 0 ? rc : 0;
}

static int each_shard(struct why *w, int (*each)(struct why *w, const struct shard *s))
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < w->db->shard_n; i++) {
		const struct shard *s = NULL;
		if (w->db->shard[i].file.head.kind != SHARD_ADVISORIES)
			continue;
		rc = database_map(w->op, w->db, i, &s);
		if (rc >= 0)
			rc = each(w, s);
	}
	return rc < 0 ? rc : 0;
}

static int find_aliases(struct why *w, const struct shard *s)
{
	uint32_t *record = NULL;
	ptrdiff_t n = 0;
	int rc = shard_by_id(w->tmp, s, w->id[0], &record, &n);

	if (rc < 0)
		return op_adopt_error(w->op, w->tmp);
	for (ptrdiff_t i = 0; rc >= 0 && i < n; i++)
		rc = add_aliases(w, s, record[i], w->id[0]);
	return rc < 0 ? rc : 0;
}

static int say_nothing(struct why *w)
{
	struct why_line *l = vec_push(w->op, &w->lines);
	char list[512];
	ptrdiff_t n = 0, told = 0, all = 0;

	if (!l)
		return w->op->code;
	*l = (struct why_line){ .how = WHY_NO_RECORD, .id = w->id[0], .package = UINT32_MAX };
	for (ptrdiff_t i = 0; i < w->db->shard_n; i++) {
		const struct shard_head *h = &w->db->shard[i].file.head;
		if (h->kind != SHARD_ADVISORIES)
			continue;
		all++;
		if (n + h->source.len + h->ecosystem.len + 8 >= (ptrdiff_t)sizeof(list))
			continue;
		if (told++) {
			memcpy(list + n, ", ", 2);
			n += 2;
		}
		memcpy(list + n, h->source.p, (size_t)h->source.len);
		n += h->source.len;
		if (h->ecosystem.len) {
			list[n++] = ' ';
			memcpy(list + n, h->ecosystem.p, (size_t)h->ecosystem.len);
		}
		n += h->ecosystem.len;
	}
	if (all == 0)
		return op_text(w->op, &l->text,
			       "there are no advisories here: run temper db update");
	return op_text(w->op, &l->text, "%.*s is in none of the sources here: %.*s%s",
		       STR_ARG(w->id[0]), (int)n, list, told < all ? " and others" : "");
}

static int explain(struct why *w, str name)
{
	int rc = match_system_of(w->op, w->inv, S(""), &w->system);

	if (rc == 0 && add_packages(w, name) < 0)
		rc = op_adopt_error(w->op, w->tmp);
	if (rc < 0 || (rc = each_shard(w, find_aliases)) < 0 ||
	    (rc = each_shard(w, explain_shard)) < 0)
		return rc;
	if (w->lines.n == 0)
		w->lines = w->others;
	return w->lines.n ? 0 : say_nothing(w);
}

int match_why(struct op *op, struct database *db, const struct inventory *inv, str id, str name,
	      struct why_line **ret, ptrdiff_t *ret_n)
{
	AUTO_OP tmp;
	struct why w = { .op = op, .tmp = &tmp, .db = db, .inv = inv };

	op_init(&tmp, 0);
	tmp.fault = op->fault;
	map_init(&w.where, &tmp);
	map_init(&w.name, &tmp);
	map_init(&w.here, &tmp);
	add_id(&w, id);
	add_id(&w, match_cve_of(id));
	int rc = explain(&w, name);
	if (rc < 0)
		return rc;
	*ret = w.lines.p;
	*ret_n = w.lines.n;
	return 0;
}
