#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "catalog.h"

/* What runs or is loaded. */
static const char *kind_of(const struct tree_node *n)
{
	static const struct {
		uint32_t bits;
		const char *kind;
	} kinds[] = {
		{ PROBE_EXECUTABLE | PROBE_MACHO, "executable" },
		{ PROBE_LIBRARY, "library" },
		{ PROBE_MODULE, "module" },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (n->probe & kinds[i].bits)
			return kinds[i].kind;
	}
	if (n->probe & PROBE_PE)
		return "executable";
	return n->probe & PROBE_SCRIPT && n->mode & 0111 ? "script" : NULL;
}

/* What a package manager keeps of its packages beside its database: their maintainer scripts. */
static bool is_database(const struct tree *t, uint32_t node)
{
	static const str below[] = { S_INIT("var/lib/dpkg/info"), S_INIT("lib/apk/exec") };
	SCRATCH char path[LIMIT_PATH + 1];
	str dir = tree_path(t, tree_node(t, node)->parent, path);

	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
		if (str_eq(dir, below[i]))
			return true;
	}
	return false;
}

/* All below the directory of an npm package's own metadata is that package's. */
static int mark_directories(struct op *op, const struct catalog *c, uint8_t **ret)
{
	uint8_t *covers = op_new(op, uint8_t, tree_count(c->tree));

	if (!covers)
		return op->code;
	for (ptrdiff_t i = 0; i < c->package.n; i++) {
		const struct place *place = &c->place.p[i];
		if (c->package.p[i].type != PACKAGE_NPM)
			continue;
		for (ptrdiff_t j = 0; j < place->node.n; j++) {
			uint32_t dir = tree_node(c->tree, place->node.p[j])->parent;
			if (place->evidence.p[j].how == EVIDENCE_METADATA && dir != 0)
				covers[dir] = 1;
		}
	}
	*ret = covers;
	return 0;
}

static bool is_covered(const struct tree *t, const uint8_t *covers, uint32_t node)
{
	while (node != 0) {
		node = tree_node(t, node)->parent;
		if (covers[node])
			return true;
	}
	return false;
}

static int by_path(const void *a, const void *b)
{
	return str_cmp(((const struct ledger_line *)a)->path,
		       ((const struct ledger_line *)b)->path);
}

int ledger_make(struct op *op, struct catalog *c, struct inventory *ret)
{
	VEC(struct ledger_line) unknown = { 0 };
	SCRATCH char path[LIMIT_PATH + 1];
	uint8_t *covers;
	int rc = mark_directories(op, c, &covers);

	if (rc < 0)
		return rc;
	for (uint32_t i = 1; i < tree_count(c->tree); i++) {
		const struct tree_node *n = tree_node(c->tree, i);
		const char *kind = n->type == TREE_FILE && !tree_is_gone(n) ? kind_of(n) : NULL;
		if (!kind)
			continue;
		ret->executables++;
		uint32_t link = n->link;
		if (c->owner[i] || (link != TREE_NONE && c->owner[link]) ||
		    is_database(c->tree, i)) {
			ret->owned++;
			continue;
		}
		if (c->seen[i] || (link != TREE_NONE && c->seen[link]) ||
		    is_covered(c->tree, covers, i)) {
			ret->recognised++;
			continue;
		}
		struct ledger_line *line = vec_push(op, &unknown);
		if (!line)
			return op->code;
		*line = (struct ledger_line){ .kind = kind,
					      .layer = c->wish->image ? n->layer : -1,
					      .size = n->size };
		if (op_copy(op, tree_path(c->tree, i, path), &line->path) < 0)
			return op->code;
	}
	if (unknown.n)
		qsort(unknown.p, (size_t)unknown.n, sizeof(*unknown.p), by_path);
	ret->unknown = unknown.p;
	ret->unknown_n = unknown.n;
	return 0;
}
