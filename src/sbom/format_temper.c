/*
 * temper's own JSON: everything that struct inventory holds, under the names of record_members.c.
 * Its schema is schemas/sbom.schema.json; TEMPER_SCHEMA counts up when a reader of the last version
 * could misunderstand a document, not when members are added.
 */
#include "format_impl.h"

static int write_packages(struct sink *s, const struct inventory *inv, struct record *r,
			  unsigned parts)
{
	static const struct package none;
	struct relations rel = { .inv = inv };
	int rc = 0;

	json_key(&s->json, S("packages"));
	json_array(&s->json);
	for (ptrdiff_t i = 0; rc == 0 && i < inv->package_n; i++) {
		json_object(&s->json);
		if (inv->package[i].type == none.type)
			json_pair(&s->json, "type", str_of(package_kinds[none.type].name));
		record_package(r, &rel, i, &none, parts);
		json_object_end(&s->json);
		rc = sink_flush(s);
	}
	json_array_end(&s->json);
	return rc;
}

static void write_head(struct json_out *j, const struct inventory *inv, struct record *r)
{
	json_key(j, S("schema"));
	json_object(j);
	json_pair(j, "name", S("temper-sbom"));
	json_pair_u64(j, "version", TEMPER_SCHEMA);
	json_object_end(j);
	json_key(j, S("tool"));
	json_object(j);
	json_pair(j, "name", inv->tool.len ? inv->tool : S("temper"));
	json_pair(j, "version", inv->tool.len ? inv->tool_version : S(TEMPER_VERSION));
	json_object_end(j);
	json_key(j, S("subject"));
	json_object(j);
	record_subject(r, inv);
	json_object_end(j);
	json_key(j, S("os"));
	json_object(j);
	record_os(r, inv);
	json_object_end(j);
}

int format_temper(struct op *op, const struct inventory *inv, const struct sbom_format_choice *c,
		  sbom_sink *write, void *arg)
{
	unsigned parts = c->files ? RECORD_FILES : 0;
	struct record r;
	struct sink s;

	sink_begin(&s, op, write, arg);
	s.json.indent = c->indent;
	record_to_json(&r, op, &s.json, &s);
	json_object(&s.json);
	write_head(&s.json, inv, &r);
	int rc = write_packages(&s, inv, &r, parts);
	if (rc < 0)
		return rc;
	record_rest(&r, inv, parts | RECORD_RELATIONS);
	json_object_end(&s.json);
	return sink_end(&s);
}
