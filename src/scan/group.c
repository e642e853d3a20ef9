#include "group.h"

#include <stdlib.h>

#include "base/vec.h"

struct member { /* one finding with what it is grouped by */
	const struct report *report;
	uint32_t finding;
	str ecosystem, name, version, path;
	bool source; /* name is a source package's */
};

static bool is_system(const struct package *p)
{
	return package_kinds[p->type].is_system;
}

static struct member member_of(const struct report *r, uint32_t i)
{
	const struct finding *f = &r->finding[i];
	const struct package *p = &r->inventory->package[f->package];
	struct member m = { r, i, f->match[0].ecosystem, p->name, p->version, S(""), false };

	if (!is_system(p)) {
		m.path = p->id.len ? p->id : p->evidence_n ? p->evidence[0].path : S("");
		return m;
	}
	m.source = true;
	if (p->source.len)
		m.name = p->source;
	if (p->source_version.len)
		m.version = p->source_version;
	return m;
}

static int same_group(const struct member *a, const struct member *b)
{
	int rc = str_cmp(a->ecosystem, b->ecosystem);

	if (rc == 0)
		rc = str_cmp(a->name, b->name);
	if (rc == 0)
		rc = str_cmp(a->version, b->version);
	return rc ? rc : str_cmp(a->path, b->path);
}

static int by_group(const void *x, const void *y)
{
	const struct member *a = x, *b = y;
	int rc = same_group(a, b);

	return rc ? rc
		  : finding_compare(&a->report->finding[a->finding],
				    &b->report->finding[b->finding]);
}

/* The findings of a group stand together; names of packages once each, in order of position. */
static int by_position(const void *x, const void *y)
{
	const uint32_t *a = x, *b = y;

	return *a < *b ? -1 : *a > *b;
}

static int name_packages(struct op *op, const struct report *r, const struct member *m, ptrdiff_t n,
			 struct fix_group *g)
{
	uint32_t *package = op_new(op, uint32_t, n);
	ptrdiff_t kept = 0;

	if (!package || !(g->packages.p = op_new(op, str, n)))
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++)
		package[i] = r->finding[m[i].finding].package;
	qsort(package, (size_t)n, sizeof(*package), by_position);
	for (ptrdiff_t i = 0; i < n; i++) {
		str name = r->inventory->package[package[i]].name;
		bool there = false;
		for (ptrdiff_t k = 0; k < kept && !there; k++)
			there = str_eq(g->packages.p[k], name);
		if (!there && kept < 64)
			g->packages.p[kept++] = name;
	}
	g->packages.n = kept;
	g->package = package[0];
	return 0;
}

static int fill(struct op *op, const struct report *r, const struct member *m, ptrdiff_t n,
		struct fix_group *g)
{
	int rc = name_packages(op, r, m, n, g);

	if (rc < 0 || !(g->finding = op_new(op, uint32_t, n)))
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		const struct finding *f = &r->finding[m[i].finding];
		if (g->to.len == 0 || version_compare(f->match[0].scheme, f->fixed.p[0], g->to) > 0)
			g->to = f->fixed.p[0];
		if (f->severity > g->worst)
			g->worst = f->severity;
		g->finding[g->finding_n++] = m[i].finding;
	}
	const struct package *first = &r->inventory->package[g->package];
	bool several = g->packages.n > 1;
	g->name = several ? m->name : first->name;
	g->from = several ? m->version : first->version;
	return 0;
}

static int worst_first(const void *x, const void *y, void *report)
{
	const struct fix_group *a = x, *b = y;
	const struct report *r = report;
	int rc = (int)b->worst - (int)a->worst;

	if (rc == 0)
		rc = finding_compare(&r->finding[a->finding[0]], &r->finding[b->finding[0]]);
	return rc;
}

int scan_group(struct op *op, struct report *r)
{
	struct member *m = op_new(op, struct member, r->finding_n);
	ptrdiff_t n = 0, groups = 0;
	int rc = 0;

	r->group = NULL;
	r->group_n = 0;
	if (!m)
		return op->code;
	for (ptrdiff_t i = 0; i < r->finding_n; i++)
		if (!r->finding[i].suppressed && r->finding[i].state == FIX_FIXED &&
		    r->finding[i].fixed.n)
			m[n++] = member_of(r, (uint32_t)i);
	if (n == 0)
		return 0;
	qsort(m, (size_t)n, sizeof(*m), by_group);
	for (ptrdiff_t i = 0; i < n; i++)
		groups += i == 0 || same_group(&m[i - 1], &m[i]) != 0;
	if (!(r->group = op_new(op, struct fix_group, groups)))
		return op->code;
	for (ptrdiff_t i = 0, end; rc == 0 && i < n; i = end) {
		for (end = i + 1; end < n && same_group(&m[i], &m[end]) == 0;)
			end++;
		rc = fill(op, r, m + i, end - i, &r->group[r->group_n++]);
	}
	if (rc == 0)
		qsort_r(r->group, (size_t)r->group_n, sizeof(*r->group), worst_first, r);
	return rc;
}
