/* Reports of other scanners, read; and what they say written in every form of ours: what is JSON reads as
 * such, what is XML too, whatever the words are. */
#include "codec/json.h"
#include "codec/xml.h"
#include "report/findings.h"
#include "scan/other_report.h"

enum { MANY = 200 };

/* A finding and its package of every element, with the words where they could do harm. */
static int make(struct op *op, const struct other_report *other, struct inventory *inv,
		struct report *r)
{
	ptrdiff_t n = other->finding_n < MANY ? other->finding_n : MANY;
	struct match *match = op_new(op, struct match, n);
	struct evidence *evidence = op_new(op, struct evidence, n);

	inv->package = op_new(op, struct package, n);
	r->finding = op_new(op, struct finding, n);
	r->coverage = op_new(op, struct coverage, n);
	if (!match || !evidence || !inv->package || !r->finding || !r->coverage)
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		const struct other_finding *f = &other->finding[i];
		evidence[i] = (struct evidence){ .path = f->path, .layer = -1, .by = S("fuzz") };
		inv->package[i] = (struct package){ .type = package_type_of_name(f->type),
						    .name = f->name,
						    .version = f->version,
						    .purl = f->purl,
						    .evidence = &evidence[i],
						    .evidence_n = f->path.len > 0 };
		if (op_text(op, &inv->package[i].id, "%td", i) < 0)
			return op->code;
		match[i] = (struct match){ .source = f->state, .id = f->id, .name = f->name };
		r->finding[i] = (struct finding){ .id = f->id,
						  .ids = f->ids,
						  .package = (uint32_t)i,
						  .fixed = f->fixed,
						  .severity = severity_of(f->severity),
						  .summary = f->state,
						  .references = f->fixed,
						  .cwe = f->ids,
						  .match = &match[i],
						  .match_n = 1,
						  .suppressed = f->ignored ? SUPPRESSED_VEX
									   : NOT_SUPPRESSED,
						  .reason = f->path };
		r->coverage[i] = (struct coverage){ .kind = (enum coverage_kind)(i % COVERAGES),
						    .ecosystem = f->type,
						    .what = f->state };
		r->shown_n += !f->ignored && r->shown_n == i;
	}
	inv->package_n = r->finding_n = r->coverage_n = n;
	inv->subject.name = other->subject;
	r->inventory = inv;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct other_report other;
	struct inventory inv = { 0 };
	struct report r = { 0 };
	AUTO_OP op;

	op_init(&op, 256 << 20);
	if (other_report_read(&op, S("fuzz"), (str){ (const char *)data, (ptrdiff_t)size },
			      &other) ||
	    make(&op, &other, &inv, &r) < 0)
		return 0;
	for (size_t i = 0; i < findings_formats_n; i++) {
		struct findings_choice c = { .format = &findings_formats[i],
					     .template = S("{{range .findings}}{{.id}}{{end}}"),
					     .suppressed = true,
					     .style = { .utf8 = true },
					     .width = 80 };
		struct buf b;
		buf_init(&b, &op, 64 << 20);
		int rc = findings_write(&op, &r, &c, &b);
		MUST(rc == 0 || rc == ERR_MEMORY || rc == ERR_LIMIT);
		if (rc || b.bad)
			return 0;
		str text = buf_view(&b);
		struct xml_node root;
		struct doc doc;
		str name = str_of(findings_formats[i].name);
		if (str_eq(name, S("template")))
			continue; /* it says what it is told to */
		if (str_starts(text, S("{\n")))
			MUST(json_parse(&op, S("ours"), text, &doc) == 0 || op.code == ERR_MEMORY);
		if (str_starts(text, S("<?xml")))
			MUST(xml_parse(&op, S("ours"), text, &root) == 0 || op.code == ERR_MEMORY);
		if (op.code)
			return 0;
	}
	return 0;
}
