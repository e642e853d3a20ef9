#include "inventory.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "catalog.h"
#include "model/package_content.h"
#include "os.h"

static bool holds(const struct inventory_wish *w, const struct want *want)
{
	return (!want->lock || !w->image) && (!want->licences || w->licences) &&
	       (!want->files || w->files || w->compare);
}

static int want_one(struct op *op, struct interest *i, const struct want *want, int id)
{
	return interest_add(op, i, str_of(want->glob), want->bits, id);
}

/* What tells the package manager whose digests are compared, before most files come. */
static const struct tree_hint databases[] = {
	{ "etc/apk", HASH_SHA1 | HASH_SHA256 },
	{ "etc/debian_version", HASH_MD5 },
	{ "etc/dpkg", HASH_MD5 },
	{ "etc/pacman.conf", HASH_MD5 | HASH_SHA256 },
	{ "etc/pacman.d", HASH_MD5 | HASH_SHA256 },
	{ "etc/rpm", HASH_MD5 | HASH_SHA1 | HASH_SHA256 },
	{ "lib/apk", HASH_SHA1 | HASH_SHA256 },
	{ "usr/lib/sysimage/rpm", HASH_MD5 | HASH_SHA1 | HASH_SHA256 },
	{ "var/lib/dpkg", HASH_MD5 },
	{ "var/lib/rpm", HASH_MD5 | HASH_SHA1 | HASH_SHA256 },
};

int inventory_interest(struct op *op, const struct inventory_wish *wish, struct tree_wish *ret)
{
	struct interest *interest;
	int rc = interest_open(op, &interest);

	MUST(catalogers_n < INTEREST_FREE);
	for (size_t k = 0; rc == 0 && k < catalogers_n; k++) {
		if (!catalog_selected(wish, catalogers[k]))
			continue;
		const struct want *w = catalogers[k]->wants;
		for (; rc == 0 && (w->glob || w->bits); w++)
			rc = holds(wish, w) ? want_one(op, interest, w, (int)k) : 0;
	}
	/* What the system is told by: kept, and nobody's. */
	for (size_t k = 0; rc == 0 && k < os_files_n; k++)
		rc = interest_add(op, interest, str_of(os_files[k]), 0, INTEREST_KEPT);
	if (rc == 0 && wish->programs)
		rc = interest_add(op, interest, S(""), PROBE_EXECUTABLE | PROBE_LIBRARY,
				  INTEREST_KEPT);
	if (rc < 0)
		return rc;
	*ret = (struct tree_wish){ .interest = interest,
				   .probe = true,
				   .hidden = wish->hidden,
				   .hashes = wish->files || wish->compare
						     ? HASH_SHA256 | HASH_SHA1 | HASH_MD5
						     : 0 };
	if (wish->compare && !wish->files) {
		ret->hint = databases;
		ret->hint_n = sizeof(databases) / sizeof(databases[0]);
	}
	return 0;
}

static _Thread_local const struct package *sorting;

static int by_package(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int order = package_compare(&sorting[x], &sorting[y]);

	return order ? order : x < y ? -1 : x > y;
}

static int by_evidence(const void *a, const void *b)
{
	const struct evidence *x = a, *y = b;

	if (x->how != y->how)
		return (int)x->how - (int)y->how;
	int order = str_cmp(x->path, y->path);
	return order ? order : x->layer - y->layer;
}

static int by_warning(const void *a, const void *b)
{
	const struct warning *x = a, *y = b;
	int order = str_cmp(x->path, y->path);

	return order ? order : str_cmp(x->message, y->message);
}

/* A binary that a system's package brought is that package, whatever its bytes look like. */
static bool is_superfluous(const struct catalog *c, ptrdiff_t i)
{
	const struct place *place = &c->place.p[i];

	if (c->package.p[i].type != PACKAGE_BINARY || place->node.n == 0)
		return false;
	for (ptrdiff_t j = 0; j < place->node.n; j++) {
		uint32_t link = tree_node(c->tree, place->node.p[j])->link;
		if (!c->owner[place->node.p[j]] && (link == TREE_NONE || !c->owner[link]))
			return false;
	}
	return true;
}

/* Where each package goes: UINT32_MAX for those that are left out. */
static int order_packages(struct op *op, const struct catalog *c, struct inventory *ret,
			  uint32_t **ret_to)
{
	ptrdiff_t n = 0;
	uint32_t *order = op_new(op, uint32_t, c->package.n),
		 *to = op_new(op, uint32_t, c->package.n);
	struct package *package = op_new(op, struct package, c->package.n);

	if (!order || !to || !package)
		return op->code;
	for (ptrdiff_t i = 0; i < c->package.n; i++) {
		to[i] = UINT32_MAX;
		if (!is_superfluous(c, i))
			order[n++] = (uint32_t)i;
	}
	sorting = c->package.p;
	if (n)
		qsort(order, (size_t)n, sizeof(*order), by_package);
	for (ptrdiff_t i = 0; i < n; i++) {
		const struct place *place = &c->place.p[order[i]];
		struct package *p = &package[i];
		to[order[i]] = (uint32_t)i;
		*p = c->package.p[order[i]];
		p->id = p->purl;
		p->evidence = place->evidence.p;
		p->evidence_n = place->evidence.n;
		if (p->evidence_n)
			qsort(p->evidence, (size_t)p->evidence_n, sizeof(*p->evidence),
			      by_evidence);
		if (package_sort_files(op, p) < 0)
			return op->code;
	}
	ret->package = package;
	ret->package_n = n;
	*ret_to = to;
	return 0;
}

static void order_relations(const struct catalog *c, const uint32_t *to, struct inventory *ret)
{
	ptrdiff_t n = 0;

	for (ptrdiff_t i = 0; i < c->relation.n; i++) {
		struct relation r = c->relation.p[i];
		r.from = to[r.from];
		r.to = to[r.to];
		if (r.from != UINT32_MAX && r.to != UINT32_MAX)
			c->relation.p[n++] = r;
	}
	if (n)
		qsort(c->relation.p, (size_t)n, sizeof(*c->relation.p), relation_compare);
	ret->relation = c->relation.p;
	ret->relation_n = 0;
	for (ptrdiff_t i = 0; i < n; i++) {
		if (i == 0 ||
		    relation_compare(&ret->relation[ret->relation_n - 1], &c->relation.p[i]) != 0)
			ret->relation[ret->relation_n++] = c->relation.p[i];
	}
}

static void renumber(const uint32_t *to, struct inventory *ret)
{
	for (ptrdiff_t i = 0; i < ret->changed_n; i++)
		ret->changed[i].package = to[ret->changed[i].package];
	for (ptrdiff_t i = 0; i < ret->file_n; i++) {
		if (ret->file[i].owner != UINT32_MAX)
			ret->file[i].owner = to[ret->file[i].owner];
	}
}

static int put_in_order(struct op *op, struct catalog *c, struct inventory *ret)
{
	uint32_t *to;
	int rc = order_packages(op, c, ret, &to);

	if (rc < 0)
		return rc;
	order_relations(c, to, ret);
	renumber(to, ret);
	if (c->warning.n)
		qsort(c->warning.p, (size_t)c->warning.n, sizeof(*c->warning.p), by_warning);
	ret->warning = c->warning.p;
	ret->warning_n = c->warning.n;
	return 0;
}

/* What only the lists of files tell, for bills of materials that go without them. */
static int note_content(struct op *op, struct catalog *c)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < c->package.n; i++) {
		struct package *p = &c->package.p[i];
		str content = S("");
		if (package_kinds[p->type].is_system && p->file_n)
			rc = package_content(op, p, &content);
		if (rc == 0)
			rc = package_fact(op, &p->facts, PACKAGE_CONTENT_FACT, content);
	}
	return rc;
}

int inventory_make(struct op *op, const struct tree *t, const struct inventory_wish *wish,
		   struct inventory *ret)
{
	struct catalog *c;
	int rc = catalog_open(op, t, wish, &c);

	if (rc < 0 || (rc = catalog_run(op, c)) < 0 || (rc = relate_packages(op, c)) < 0 ||
	    (rc = relate_owners(op, c)) < 0 || (rc = note_content(op, c)) < 0 ||
	    (rc = ledger_make(op, c, ret)) < 0 ||
	    ((wish->files || wish->compare) && (rc = changed_make(op, c, ret)) < 0) ||
	    (rc = origin_make(op, c, ret)) < 0)
		return rc;
	ret->os = c->os;
	for (ptrdiff_t i = 0; rc == 0 && i < c->os_facts.n; i++) {
		const char *key = op_cstr(op, c->os_facts.p[i].key);
		rc = key ? package_fact(op, &ret->os.facts, key, c->os_facts.p[i].value) : op->code;
	}
	ret->subject.size = tree_sum(t).bytes;
	ret->tool = S("temper");
	ret->tool_version = S(TEMPER_VERSION);
	return rc < 0 ? rc : put_in_order(op, c, ret);
}
