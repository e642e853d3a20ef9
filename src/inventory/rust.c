/*
 * Programs that cargo auditable built tell their crates. Source: cargo-auditable, PARSING.md: a
 * section .dep-v0 with zlib data that holds JSON:
 *
 *	{ "packages": [ { "name", "version", "source", "kind": "build",
 *	                  "dependencies": [ number ... ], "root": true } ... ] }
 *
 * A crate that was only needed to build (kind "build") is not in the program and is left out.
 */
#include "base/limits.h"
#include "base/num.h"
#include "cataloger.h"
#include "codec/json.h"
#include "codec/program.h"
#include "codec/zlib.h"

enum {
	RUST_SLICES = 16,      /* machines of one Mach-O file */
	RUST_CRATES = 1 << 16, /* of one program; a browser engine has 600 */
	RUST_PACKED = 8 << 20, /* bytes of the section */
	RUST_MEMORY = 256 << 20,
};

struct rust {
	struct op *op;
	struct catalog *c;
	const struct found *f;
	const struct node *crates;
	uint32_t *number; /* [crates->n], UINT32_MAX: left out */
};

static str text_of(const struct node *map, const char *key)
{
	str s = { 0 };

	return node_text(node_get(map, str_of(key)), &s) ? s : S("");
}

static int add_crate(struct rust *r, ptrdiff_t i)
{
	const struct node *n = &r->crates->child[i];
	struct package p = { .type = PACKAGE_CARGO };
	str source = text_of(n, "source"), name = text_of(n, "name");
	bool root = false;
	int rc = 0;

	r->number[i] = UINT32_MAX;
	if (str_eq(text_of(n, "kind"), S("build")) || name.len == 0)
		return 0;
	(void)node_bool(node_get(n, S("root")), &root);
	if ((rc = op_copy(r->op, name, &p.name)) < 0 ||
	    (rc = op_copy(r->op, text_of(n, "version"), &p.version)) < 0 ||
	    (rc = op_copy(r->op, source, &source)) < 0 ||
	    (rc = package_fact(r->op, &p.facts, "cargo:source", source)) < 0 ||
	    (rc = package_fact(r->op, &p.facts, "cargo:root", root ? S("true") : S(""))) < 0)
		return rc;
	return catalog_add(r->op, r->c, r->f, EVIDENCE_EMBEDDED, &p, &r->number[i]);
}

static int relate_crate(struct rust *r, ptrdiff_t i)
{
	const struct node *needs = node_get(&r->crates->child[i], S("dependencies"));
	int rc = 0;

	if (!needs || needs->kind != NODE_LIST || r->number[i] == UINT32_MAX)
		return 0;
	for (ptrdiff_t k = 0; rc == 0 && k < needs->n; k++) {
		uint64_t to;
		if (node_u64(&needs->child[k], &to) && to < (uint64_t)r->crates->n &&
		    r->number[to] != UINT32_MAX)
			rc = catalog_relate(r->op, r->c, RELATION_DEPENDS, r->number[i],
					    r->number[to]);
	}
	return rc;
}

static int read_crates(struct op *op, struct catalog *c, const struct found *f, const struct doc *d)
{
	struct rust r = { op, c, f, node_get(&d->root, S("packages")), NULL };
	int rc = 0;

	if (!r.crates || r.crates->kind != NODE_LIST)
		return op_fail(op, ERR_FORMAT, "the list of crates in the program has no packages");
	if (r.crates->n > RUST_CRATES)
		return op_fail(op, ERR_LIMIT, "more than %d crates", RUST_CRATES);
	r.number = op_new(op, uint32_t, r.crates->n);
	if (!r.number)
		return op->code;
	for (ptrdiff_t i = 0; rc == 0 && i < r.crates->n; i++)
		rc = add_crate(&r, i);
	for (ptrdiff_t i = 0; rc == 0 && i < r.crates->n; i++)
		rc = relate_crate(&r, i);
	return rc;
}

static int read_program(struct op *op, struct catalog *c, const struct found *f, const struct at *a)
{
	struct program p;
	struct doc d;
	str packed, text;
	AUTO_OP own;

	op_init(&own, RUST_MEMORY);
	int rc = program_read(&own, a, &p);
	const struct program_part *s = rc == 0 ? program_section(&p, S(".dep-v0")) : NULL;
	if (rc == 0 && s && s->size > RUST_PACKED)
		rc = op_fail(&own, ERR_LIMIT, "the list of crates in the program is too long");
	if (rc == 0 && s && (rc = at_view(&own, a, s->offset, s->size, &packed)) == 0 &&
	    (rc = zlib_inflate(&own, packed, f->path, LIMIT_CAPTURE, &text)) == 0 &&
	    (rc = json_parse_lax(&own, f->path, text, &d)) == 0)
		return read_crates(op, c, f, &d);
	return op_adopt_error(op, &own);
}

static int read_file(struct op *op, struct catalog *c, const struct found *f)
{
	struct at a, slice[RUST_SLICES];
	ptrdiff_t n;
	AUTO_OP own; /* what must be unpacked again for this is not kept */

	op_init(&own, op->ceiling);
	own.fault = op->fault;
	int rc = catalog_at(&own, c, f, &a);
	if (rc == 0)
		rc = program_slices(&own, &a, slice, RUST_SLICES, &n);
	if (rc < 0)
		return op_adopt_error(op, &own);
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++)
		rc = read_program(op, c, f, &slice[i]);
	return rc;
}

const struct cataloger cataloger_rust = {
	.name = "cargo-auditable",
	.what = "Rust programs, by the list of crates that cargo auditable put into them",
	.wants = { { .bits = PROBE_RUST | PROBE_PE | PROBE_MACHO } },
	.read = read_file,
};
