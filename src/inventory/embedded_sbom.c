/*
 * Bills of materials that lie in the tree: SPDX, CycloneDX, Syft's, by their names; PEP 770's
 * beside a distribution of Python; Docker Hardened Images' (opt/docker/sbom); Bitnami's, which say
 * what the tree around them is, so that its files belong to them and no binary in it is guessed at.
 *
 * What such a bill says is as good as whoever wrote it: evidence "sbom". Of a system's packages the
 * system's own database is right: those that it knows by name are passed over.
 */
#include <string.h>

#include "base/limits.h"
#include "catalog.h"
#include "draft.h"
#include "sbom/read.h"

enum {
	BILL_MAX = 64 << 20,     /* bytes: a bill in an image is about that image */
	BILL_MEMORY = 768 << 20, /* bytes that reading one may take */
};

/* Those that the databases have: "TYPE/NAME". */
static int known_names(struct op *op, const struct catalog *c, struct map *ret)
{
	map_init(ret, op);
	for (ptrdiff_t i = 0; i < c->package.n; i++) {
		const struct package *p = &c->package.p[i];
		str key;
		if (!package_kinds[p->type].is_system)
			continue;
		int rc = op_text(op, &key, "%d/%.*s", (int)p->type, STR_ARG(p->name));
		rc = rc < 0 ? rc : map_put(ret, key, (void *)1);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static bool is_known(struct op *op, const struct map *known, const struct package *p)
{
	str key;

	return package_kinds[p->type].is_system &&
	       op_text(op, &key, "%d/%.*s", (int)p->type, STR_ARG(p->name)) == 0 &&
	       map_find(known, key) >= 0;
}

/* ---- Bitnami: the files below the directory of the bill ---- */

static bool is_bitnami(str path)
{
	return str_find_str(path, S("opt/bitnami/")) >= 0 &&
	       str_starts(str_base_name(path), S(".spdx-"));
}

/* The package that opt/bitnami/NAME/.spdx-NAME.spdx is about, or the first; -1: none. */
static ptrdiff_t main_package(const struct inventory *bill, str path)
{
	str name = str_from(str_base_name(path), 6);
	ptrdiff_t first = -1;

	if (!is_bitnami(path))
		return -1;
	for (ptrdiff_t i = bill->package_n - 1; i >= 0; i--) {
		const struct package *p = &bill->package[i];
		if (p->type != PACKAGE_BITNAMI)
			continue;
		first = i;
		if (str_starts(name, p->name) && str_starts(str_from(name, p->name.len), S(".")))
			return i;
	}
	return first;
}

/* Without recursion: directories that are still to be looked into stand on a stack. */
static int files_below(struct op *op, const struct tree *t, uint32_t dir, struct package *p)
{
	VEC(uint32_t) stack = { 0 };
	VEC(struct package_file) file = { 0 };
	char path[LIMIT_PATH + 1];
	uint32_t *push = vec_push(op, &stack);

	if (!push)
		return op->code;
	*push = dir;
	while (stack.n > 0) {
		uint32_t at = stack.p[--stack.n];
		for (uint32_t n = tree_first(t, at); n != TREE_NONE; n = tree_next(t, n)) {
			const struct tree_node *node = tree_node(t, n);
			if (node->type == TREE_DIRECTORY) {
				if (!(push = vec_push(op, &stack)))
					return op->code;
				*push = n;
			} else if (node->type == TREE_FILE && !tree_is_gone(node)) {
				struct package_file *f = vec_push(op, &file);
				if (!f || op_copy(op, tree_path(t, n, path), &f->path) < 0)
					return op->code;
			}
		}
	}
	p->file = file.p;
	p->file_n = file.n;
	return 0;
}

static int own_tree(struct op *op, struct catalog *c, const struct found *f, struct package *p)
{
	uint32_t dir = tree_find(c->tree, str_dir_name(f->path));

	return dir == TREE_NONE ? 0 : files_below(op, c->tree, dir, p);
}

/* ---- */

static int add_packages(struct op *op, struct op *tmp, struct catalog *c, const struct found *f,
			const struct inventory *bill, uint32_t *number)
{
	struct map known;
	ptrdiff_t main = main_package(bill, f->path);
	int rc = known_names(tmp, c, &known);

	for (ptrdiff_t i = 0; rc == 0 && i < bill->package_n; i++) {
		const struct package *from = &bill->package[i];
		struct package p;
		number[i] = UINT32_MAX;
		/* Without a version it is a frame: a directory, a project. */
		if (from->version.len == 0 || is_known(tmp, &known, from))
			continue;
		if ((rc = draft_keep(op, from, &p)) < 0)
			break;
		p.id = S("");
		p.layer = -1;
		if (i == main)
			rc = own_tree(op, c, f, &p);
		rc = rc < 0 ? rc : catalog_add(op, c, f, EVIDENCE_SBOM, &p, &number[i]);
	}
	return rc == ERR_MEMORY && tmp->code ? op_adopt_error(op, tmp) : rc;
}

static int add_bill(struct op *op, struct op *tmp, struct catalog *c, const struct found *f,
		    const struct inventory *bill)
{
	uint32_t *number = op_new(tmp, uint32_t, bill->package_n);
	int rc = number ? add_packages(op, tmp, c, f, bill, number) : op_adopt_error(op, tmp);

	for (ptrdiff_t i = 0; rc == 0 && i < bill->relation_n; i++) {
		const struct relation *r = &bill->relation[i];
		if (number[r->from] != UINT32_MAX && number[r->to] != UINT32_MAX)
			rc = catalog_relate(op, c, r->kind, number[r->from], number[r->to]);
	}
	return rc;
}

static int read_bill(struct op *op, struct catalog *c, const struct found *f)
{
	struct inventory bill = { 0 };
	str text;
	AUTO_OP own;

	op_init(&own, BILL_MEMORY);
	own.fault = op->fault;
	int rc = catalog_text(&own, c, f, BILL_MAX, &text);
	/* Of the names below sboms/ and bom.json any file may be: what is no bill is no fault. */
	if (rc == 0 && !sbom_form(text))
		return 0;
	rc = rc < 0 ? rc : sbom_read(&own, f->path, text, &bill);
	if (rc < 0)
		return op_adopt_error(op, &own);
	return rc > 0 ? 0 : add_bill(op, &own, c, f, &bill);
}

const struct cataloger cataloger_embedded_sbom = {
	.name = "embedded-sbom",
	.what = "bills of materials that lie in the tree: SPDX, CycloneDX, Syft's, Bitnami's, "
		"Docker's, PEP 770's",
	.wants = { { .glob = "**/*.cdx" },
		   { .glob = "**/*.cdx.json" },
		   { .glob = "**/*.cdx.xml" },
		   { .glob = "**/*.dist-info/sboms/*" },
		   { .glob = "**/*.spdx" },
		   { .glob = "**/*.spdx.json" },
		   { .glob = "**/*.syft.json" },
		   { .glob = "**/.spdx.*.json" },
		   { .glob = "**/bom.json" },
		   { .glob = "**/bom.xml" } },
	.read = read_bill,
};
