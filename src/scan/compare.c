#include "compare.h"

#include "base/map.h"
#include "base/vec.h"

const char *const compareds[COMPARES] = { "both", "severity", "only-theirs", "only-ours" };

/* Packages of one name, findings of one package, what they suppress of one name: lists by position. */
struct chain {
	uint32_t at;
	struct chain *next;
};

struct comparing {
	struct op *op;
	struct database *db;
	const struct report *r;
	struct map name;        /* to struct chain *: packages */
	struct map seen;        /* theirs, once each: some tell a package for each place */
	struct map ignored;     /* to struct chain *: findings of theirs, by their package's name */
	struct chain **finding; /* [package_n] */
	bool *met;              /* [finding_n] */
	struct {
		struct compare_line *p;
		ptrdiff_t n, cap;
	} line[COMPARES];
};

static int add_line(struct comparing *c, enum compared how, const struct other_finding *theirs,
		    const struct finding *ours, const char *reason, str why)
{
	struct compare_line *l = vec_push(c->op, &c->line[how]);

	if (!l)
		return c->op->code;
	*l = (struct compare_line){ how, theirs, ours, reason, why };
	return 0;
}

/* ---- ours, by name ---- */

static int add_name(struct comparing *c, struct map *to, str name, uint32_t at)
{
	struct chain *link = op_new(c->op, struct chain, 1);

	if (!link)
		return c->op->code;
	*link = (struct chain){ at, map_get(to, name) };
	return map_put(to, name, link);
}

/* By its bare name, and as "GROUP:NAME" or "NS/NAME". */
static int index_package(struct comparing *c, uint32_t at)
{
	const struct package *p = &c->r->inventory->package[at];
	str full;

	if (add_name(c, &c->name, p->name, at) < 0)
		return c->op->code;
	if (p->ns.len == 0 || package_kinds[p->type].is_system)
		return 0;
	if (op_text(c->op, &full, "%.*s%s%.*s", STR_ARG(p->ns),
		    p->type == PACKAGE_MAVEN ? ":" : "/", STR_ARG(p->name)) < 0)
		return c->op->code;
	return add_name(c, &c->name, full, at);
}

static int index_ours(struct comparing *c)
{
	const struct inventory *inv = c->r->inventory;

	map_init(&c->name, c->op);
	map_init(&c->seen, c->op);
	map_init(&c->ignored, c->op);
	c->finding = op_new(c->op, struct chain *, inv->package_n);
	c->met = op_new(c->op, bool, c->r->finding_n);
	if (!c->finding || !c->met)
		return c->op->code;
	for (ptrdiff_t i = inv->package_n; i-- > 0;)
		if (index_package(c, (uint32_t)i) < 0)
			return c->op->code;
	for (ptrdiff_t i = c->r->finding_n; i-- > 0;) {
		uint32_t at = c->r->finding[i].package;
		struct chain *link = op_new(c->op, struct chain, 1);
		if (!link)
			return c->op->code;
		*link = (struct chain){ (uint32_t)i, c->finding[at] };
		c->finding[at] = link;
	}
	return 0;
}

/* ---- meeting ---- */

/* Some scanners leave out an epoch, and a "v" before Go's versions. */
static bool version_same(str ours, str theirs)
{
	ptrdiff_t colon = str_find(ours, ':');

	theirs = str_from(theirs, str_starts(theirs, S("0:")) ? 2 : 0);
	return str_eq(ours, theirs) || (colon > 0 && str_eq(str_from(ours, colon + 1), theirs)) ||
	       (str_starts(ours, S("v")) && str_eq(str_from(ours, 1), theirs)) ||
	       (str_starts(theirs, S("v")) && str_eq(str_from(theirs, 1), ours));
}

static bool id_shared(const struct texts *a, str a_id, const struct texts *b)
{
	for (ptrdiff_t k = 0; k < b->n; k++) {
		if (str_eq(a_id, b->p[k]))
			return true;
		for (ptrdiff_t i = 0; i < a->n; i++)
			if (str_eq(a->p[i], b->p[k]))
				return true;
	}
	return false;
}

/* The package that theirs is about: of the same purl type where they tell it, and of the same version if
 * one has it; *ret_same tells. -1: none of that name. */
static int find_package(struct comparing *c, const struct other_finding *f, ptrdiff_t *ret,
			bool *ret_same)
{
	struct package told = { .type = PACKAGE_UNKNOWN };
	str name = f->name;

	*ret = -1;
	*ret_same = false;
	if (f->purl.len && package_of_purl(c->op, f->purl, &told) < 0) {
		if (c->op->code == ERR_MEMORY)
			return ERR_MEMORY;
		op_forgive(c->op);
		told = (struct package){ .type = PACKAGE_UNKNOWN };
	}
	const struct chain *link = map_get(&c->name, name);
	if (!link && told.name.len)
		link = map_get(&c->name, told.name);
	for (; link; link = link->next) {
		const struct package *p = &c->r->inventory->package[link->at];
		if (told.type != PACKAGE_UNKNOWN && told.type != p->type)
			continue;
		if (*ret >= 0 && !version_same(p->version, f->version))
			continue;
		*ret = link->at;
		*ret_same = version_same(p->version, f->version);
		if (*ret_same)
			return 0;
	}
	return 0;
}

static const struct finding *find_finding(struct comparing *c, ptrdiff_t package,
					  const struct other_finding *f)
{
	for (const struct chain *l = c->finding[package]; l; l = l->next)
		if (id_shared(&c->r->finding[l->at].ids, c->r->finding[l->at].id, &f->ids))
			return &c->r->finding[l->at];
	return NULL;
}

/* ---- reasons ---- */

static int because_no_package(struct comparing *c, const struct other_finding *f,
			      const struct package *other)
{
	str why;

	if (op_text(c->op, &why, "%.*s %.*s is not here%s%.*s%s", STR_ARG(f->name),
		    STR_ARG(f->version), other ? ": " : "", STR_ARG(other ? other->version : S("")),
		    other ? " is" : "") < 0)
		return c->op->code;
	return add_line(c, COMPARED_THEIRS, f, NULL, other ? "other-version" : "no-package", why);
}

/* Of all that the database says of it and the package, what speaks of the package itself. */
static int because_of_records(struct comparing *c, const struct other_finding *f, ptrdiff_t at)
{
	const struct package *p = &c->r->inventory->package[at];
	const char *reason = why_nots[WHY_NO_RECORD];
	str why = S("");

	for (ptrdiff_t k = 0; k < f->ids.n; k++) {
		struct why_line *line;
		ptrdiff_t n;
		bool own = false;
		int rc = match_why(c->op, c->db, c->r->inventory, f->ids.p[k], p->name, &line, &n);
		if (rc < 0)
			return rc;
		for (ptrdiff_t i = 0; i < n && !own; i++) {
			own = line[i].package == (uint32_t)at;
			if (!own && why.len && line[i].how == WHY_NO_RECORD)
				continue;
			if (!own && why.len && i > 0)
				continue;
			reason = why_nots[line[i].how];
			why = line[i].text;
		}
		if (own)
			break;
	}
	if (str_eq(str_of(reason), str_of(why_nots[WHY_NO_RECORD])) &&
	    op_text(c->op, &why, "%.*s is in none of the sources here", STR_ARG(f->id)) < 0)
		return c->op->code;
	return add_line(c, COMPARED_THEIRS, f, NULL, reason, why);
}

static int because_suppressed(struct comparing *c, const struct other_finding *f,
			      const struct finding *ours)
{
	str why;

	if (op_text(c->op, &why, "suppressed by %s: %.*s", suppressed_bys[ours->suppressed],
		    STR_ARG(ours->reason)) < 0)
		return c->op->code;
	return add_line(c, COMPARED_THEIRS, f, ours, "suppressed", why);
}

static int compare_severity(struct comparing *c, const struct other_finding *f,
			    const struct finding *ours)
{
	str why;

	if (severity_of(f->severity) == ours->severity)
		return add_line(c, COMPARED_BOTH, f, ours, "", S(""));
	if (op_text(c->op, &why, "theirs %.*s, ours %s (%.*s)", STR_ARG(f->severity),
		    severities[ours->severity], STR_ARG(ours->severity_from)) < 0)
		return c->op->code;
	return add_line(c, COMPARED_SEVERITY, f, ours, "severity", why);
}

/* Positive: it was told before. */
static int note_theirs(struct comparing *c, const struct other_finding *f)
{
	str key;

	if (op_text(c->op, &key, "%d\n%.*s\n%.*s\n%.*s", f->ignored, STR_ARG(f->id),
		    STR_ARG(f->name), STR_ARG(f->version)) < 0)
		return c->op->code;
	if (map_find(&c->seen, key) >= 0)
		return 1;
	return map_put(&c->seen, key, c);
}

static int compare_theirs(struct comparing *c, const struct other_finding *f)
{
	const struct inventory *inv = c->r->inventory;
	ptrdiff_t at = -1;
	bool same = false;
	int rc = note_theirs(c, f);

	if (rc)
		return rc < 0 ? rc : 0;
	if ((rc = find_package(c, f, &at, &same)) < 0)
		return rc;
	const struct finding *ours = same ? find_finding(c, at, f) : NULL;
	if (f->ignored)
		return 0; /* ours, if we have it, is told with that as its reason */
	if (!same)
		return because_no_package(c, f, at >= 0 ? &inv->package[at] : NULL);
	if (!ours)
		return because_of_records(c, f, at);
	if (ours->suppressed)
		return because_suppressed(c, f, ours);
	c->met[ours - c->r->finding] = true;
	return compare_severity(c, f, ours);
}

/* Their names may have the group before them: the last part is what both have. */
static str last_part(str name)
{
	ptrdiff_t slash = str_rfind(name, '/'), colon = str_rfind(name, ':');

	return str_from(name, (slash > colon ? slash : colon) + 1);
}

static bool they_ignore(struct comparing *c, const struct other_report *other,
			const struct finding *ours)
{
	const struct package *p = &c->r->inventory->package[ours->package];
	const struct chain *link = map_get(&c->ignored, last_part(p->name));

	for (; link; link = link->next) {
		const struct other_finding *f = &other->finding[link->at];
		if (version_same(p->version, f->version) &&
		    id_shared(&ours->ids, ours->id, &f->ids))
			return true;
	}
	return false;
}

static int compare_ours(struct comparing *c, const struct other_report *other,
			const struct finding *f)
{
	const struct match *m = f->match_n ? &f->match[0] : NULL;
	bool ignored = they_ignore(c, other, f);
	str why = S("they suppress it");

	if (!ignored && m &&
	    op_text(c->op, &why, "%.*s says of %.*s %.*s: %s%s%.*s", STR_ARG(m->source),
		    STR_ARG(m->name), STR_ARG(m->version), fix_states[m->state],
		    f->fixed.n ? " in " : "", STR_ARG(f->fixed.n ? f->fixed.p[0] : S(""))) < 0)
		return c->op->code;
	return add_line(c, COMPARED_OURS, NULL, f, ignored ? "they-suppress" : "our-record", why);
}

int compare_reports(struct op *op, struct database *db, const struct report *report,
		    const struct other_report *other, struct comparison *ret)
{
	struct comparing c = { .op = op, .db = db, .r = report };
	ptrdiff_t n = 0;

	if (index_ours(&c) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < other->finding_n; i++) {
		const struct other_finding *f = &other->finding[i];
		if (compare_theirs(&c, f) < 0 ||
		    (f->ignored && add_name(&c, &c.ignored, last_part(f->name), (uint32_t)i) < 0))
			return op->code;
	}
	for (ptrdiff_t i = 0; i < report->shown_n; i++)
		if (!c.met[i] && compare_ours(&c, other, &report->finding[i]) < 0)
			return op->code;
	for (int k = 0; k < COMPARES; k++)
		n += c.line[k].n;
	*ret = (struct comparison){ .line = op_new(op, struct compare_line, n) };
	if (!ret->line)
		return op->code;
	for (int k = 0; k < COMPARES; k++) {
		ret->count[k] = (uint64_t)c.line[k].n;
		for (ptrdiff_t i = 0; i < c.line[k].n; i++)
			ret->line[ret->line_n++] = c.line[k].p[i];
	}
	return 0;
}
