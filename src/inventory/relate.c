#include <stdlib.h>
#include <string.h>

#include "catalog.h"

enum { PROVIDERS_MAX = 16 }; /* of one name: more give no edge that says anything */

/* Packages of one type by what they are and provide. */
struct index {
	struct map by_name; /* key_of() to struct providers */
};

struct providers {
	uint32_t package[PROVIDERS_MAX];
	int n;
};

static char *append(char *to, str s)
{
	memcpy(to, s.p ? s.p : "", (size_t)s.len);
	return to + s.len;
}

/* "TYPE [NS/]NAME[@VERSION]", the type as a byte. */
static int key_of(struct op *op, enum package_type type, str ns, str name, str version, str *ret)
{
	char *key = op_new(op, char, ns.len + name.len + version.len + 3);

	if (!key)
		return op->code;
	char *end = key;
	*end++ = (char)(type + 1);
	end = append(end, ns);
	if (ns.len)
		*end++ = '/';
	end = append(end, name);
	if (version.len)
		*end++ = '@';
	end = append(end, version);
	*ret = (str){ key, end - key };
	return 0;
}

static int enter(struct op *op, struct index *x, str key, uint32_t package)
{
	struct providers *p = map_get(&x->by_name, key);

	if (!p) {
		if (!(p = op_new(op, struct providers, 1)) || map_put(&x->by_name, key, p) < 0)
			return op->code;
	}
	if (p->n && p->package[p->n - 1] == package)
		return 0;
	if (p->n < PROVIDERS_MAX)
		p->package[p->n++] = package;
	return 0;
}

static int enter_package(struct op *op, struct index *x, const struct package *p, uint32_t i)
{
	bool is_system = package_kinds[p->type].is_system;
	str key;
	int rc = key_of(op, p->type, p->ns, p->name, S(""), &key);

	if (rc == 0)
		rc = enter(op, x, key, i);
	if (rc == 0 && p->ns.len && is_system) { /* its ns is the distribution */
		rc = key_of(op, p->type, S(""), p->name, S(""), &key);
		rc = rc < 0 ? rc : enter(op, x, key, i);
	}
	if (rc == 0 && !is_system && p->version.len) {
		rc = key_of(op, p->type, p->ns, p->name, p->version, &key);
		rc = rc < 0 ? rc : enter(op, x, key, i);
	}
	for (ptrdiff_t j = 0; rc == 0 && j < p->provides.n; j++) {
		if ((rc = key_of(op, p->type, S(""), p->provides.p[j], S(""), &key)) == 0)
			rc = enter(op, x, key, i);
	}
	return rc;
}

/* The first alternative ("a|b") that is there. */
static const struct providers *find(struct op *op, const struct index *x, enum package_type type,
				    str need)
{
	const struct providers *p = NULL;

	while (!p && need.p) {
		struct op_mark mark = op_mark(op);
		str key, name = str_trim(str_cut(&need, '|'));
		if (name.len && key_of(op, type, S(""), name, S(""), &key) == 0)
			p = map_get(&x->by_name, key);
		op_reset(op, mark);
	}
	return p;
}

int relate_packages(struct op *op, struct catalog *c)
{
	struct index x;
	AUTO_OP own;
	int rc = 0;

	op_init(&own, 0);
	map_init(&x.by_name, &own);
	for (ptrdiff_t i = 0; rc == 0 && i < c->package.n; i++)
		rc = enter_package(&own, &x, &c->package.p[i], (uint32_t)i);
	for (ptrdiff_t i = 0; rc == 0 && i < c->package.n; i++) {
		const struct package *p = &c->package.p[i];
		for (ptrdiff_t j = 0; rc == 0 && j < p->needs.n; j++) {
			const struct providers *to = find(&own, &x, p->type, p->needs.p[j]);
			/* Several versions of it: nothing says which one is meant. */
			if (to && (to->n == 1 || package_kinds[p->type].is_system))
				rc = catalog_relate(op, c, RELATION_DEPENDS, (uint32_t)i,
						    to->package[0]);
		}
	}
	return rc < 0 && own.code ? op_adopt_error(op, &own) : rc;
}

/* Is the package told by a file that a system's package brought? One rule for all distributions. */
static uint32_t owner_of(const struct catalog *c, ptrdiff_t i)
{
	const struct place *place = &c->place.p[i];

	if (package_kinds[c->package.p[i].type].is_system)
		return 0;
	for (ptrdiff_t j = 0; j < place->node.n; j++) {
		uint32_t node = place->node.p[j];
		uint32_t link = tree_node(c->tree, node)->link;
		if (c->owner[node])
			return c->owner[node];
		if (link != TREE_NONE && c->owner[link])
			return c->owner[link];
	}
	return 0;
}

int relate_owners(struct op *op, struct catalog *c)
{
	for (ptrdiff_t i = 0; i < c->package.n; i++) {
		uint32_t owner = owner_of(c, i);
		int rc = owner ? catalog_relate(op, c, RELATION_OWNS, owner - 1, (uint32_t)i) : 0;
		if (rc < 0)
			return rc;
	}
	return 0;
}
