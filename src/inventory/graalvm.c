/*
 * Native images that GraalVM built carry their bill of materials: CycloneDX, packed by gzip, where
 * the symbol `sbom` leads to; the number at `sbom_length` is its size. Source: GraalVM, "Embed a
 * software bill of materials".
 */
#include "base/limits.h"
#include "base/rd.h"
#include "codec/program.h"
#include "codec/stream.h"
#include "draft.h"
#include "sbom/read.h"

enum { GRAAL_PACKED_MAX = 32 << 20, GRAAL_MAX = 256 << 20, GRAAL_MEMORY = 768 << 20 };

static int packed_bill(struct op *op, const struct at *a, const struct program *p, str *ret)
{
	static const str names[] = { S_INIT("sbom"), S_INIT("sbom_length") };
	struct elf_symbol symbol[2];
	uint64_t offset, left;
	char number[8];
	int rc = elf_symbols(op, a, &p->elf, names, 2, symbol);

	if (rc < 0)
		return rc;
	if (symbol[0].section == 0 || symbol[1].section == 0)
		return 1;
	if (!program_offset(p, symbol[1].value, &offset, &left) || left < sizeof(number))
		return op_fail(op, ERR_FORMAT, "%.*s: sbom_length is nowhere", STR_ARG(a->what));
	if ((rc = at_read(op, a, offset, number, sizeof(number))) < 0)
		return rc;
	struct rd r = { .in = { number, sizeof(number) }, .big = p->big };
	uint64_t n = rd_u64(&r);
	if (n > GRAAL_PACKED_MAX)
		return op_fail(op, ERR_LIMIT, "%.*s: its bill of materials is too long",
			       STR_ARG(a->what));
	if (!program_offset(p, symbol[0].value, &offset, &left) || left < n)
		return op_fail(op, ERR_FORMAT, "%.*s: its bill of materials is nowhere",
			       STR_ARG(a->what));
	return at_view(op, a, offset, n, ret);
}

static int unpack(struct op *op, str packed, str what, str *ret)
{
	AUTO_STREAM *s = NULL;
	int rc = stream_open_bytes(op, packed, what, GRAAL_MAX, &s);

	return rc < 0 ? rc : stream_read_all(op, s, GRAAL_MAX, ret);
}

/* All packages of the bill, and what they need of each other. */
static int add_bill(struct op *op, struct catalog *c, const struct found *f,
		    const struct inventory *bill)
{
	uint32_t *number = op_new(op, uint32_t, bill->package_n);
	int rc = number ? 0 : op->code;

	for (ptrdiff_t i = 0; rc == 0 && i < bill->package_n; i++) {
		struct package p;
		number[i] = UINT32_MAX;
		if (bill->package[i].version.len == 0)
			continue;
		if ((rc = draft_keep(op, &bill->package[i], &p)) == 0)
			rc = catalog_add(op, c, f, EVIDENCE_EMBEDDED, &p, &number[i]);
	}
	for (ptrdiff_t i = 0; rc == 0 && i < bill->relation_n; i++) {
		const struct relation *r = &bill->relation[i];
		if (number[r->from] != UINT32_MAX && number[r->to] != UINT32_MAX)
			rc = catalog_relate(op, c, r->kind, number[r->from], number[r->to]);
	}
	return rc;
}

static int read_image(struct op *op, struct catalog *c, const struct found *f)
{
	struct inventory bill = { 0 };
	struct program p;
	struct at a;
	str packed, text;
	AUTO_OP own;

	op_init(&own, GRAAL_MEMORY);
	int rc = catalog_at(&own, c, f, &a);
	if (rc == 0)
		rc = program_read(&own, &a, &p);
	if (rc == 0 && p.kind == PROGRAM_ELF && (rc = packed_bill(&own, &a, &p, &packed)) == 0 &&
	    (rc = unpack(&own, packed, f->path, &text)) == 0 &&
	    (rc = sbom_read(&own, f->path, text, &bill)) == 0)
		return add_bill(op, c, f, &bill);
	return op_adopt_error(op, &own);
}

const struct cataloger cataloger_graalvm = {
	.name = "graalvm",
	.what = "GraalVM native images, by the bill of materials in them",
	.wants = { { .bits = PROBE_GRAAL } },
	.read = read_image,
};
