#include "spdx_out.h"

void spdx_section(struct spdx_out *o, const char *key, const char *heading)
{
	if (o->tag) {
		if (heading)
			buf_fmt(&o->s.b, "\n##### %s\n", heading);
		return;
	}
	json_key(&o->s.json, str_of(key));
	json_array(&o->s.json);
}

void spdx_section_end(struct spdx_out *o)
{
	if (!o->tag)
		json_array_end(&o->s.json);
}

void spdx_item(struct spdx_out *o)
{
	if (o->tag)
		buf_char(&o->s.b, '\n');
	else
		json_object(&o->s.json);
}

void spdx_item_end(struct spdx_out *o)
{
	if (!o->tag)
		json_object_end(&o->s.json);
}

/* A value ends with its line; within <text> it ends with </text>, which it cannot hold. */
static void tag_value(struct buf *b, str value)
{
	static const str end = S_INIT("</text>");
	bool lines = str_find(value, '\n') >= 0 || str_find(value, '\r') >= 0;

	if (!lines && !str_starts(value, S("<text>"))) {
		buf_add(b, value);
		return;
	}
	buf_add(b, S("<text>"));
	for (ptrdiff_t at; (at = str_find_str(value, end)) >= 0;
	     value = str_from(value, at + end.len)) {
		buf_add(b, str_head(value, at));
		buf_add(b, S("< /text>"));
	}
	buf_add(b, value);
	buf_add(b, end);
}

void spdx_text(struct spdx_out *o, const char *tag, const char *key, str value)
{
	if (value.len == 0)
		return;
	if (!o->tag) {
		json_pair(&o->s.json, key, value);
		return;
	}
	buf_fmt(&o->s.b, "%s: ", tag);
	tag_value(&o->s.b, value);
	buf_char(&o->s.b, '\n');
}

void spdx_bool(struct spdx_out *o, const char *tag, const char *key, bool value)
{
	if (o->tag) {
		buf_fmt(&o->s.b, "%s: %s\n", tag, value ? "true" : "false");
		return;
	}
	json_key(&o->s.json, str_of(key));
	json_bool(&o->s.json, value);
}

void spdx_list(struct spdx_out *o, const char *key)
{
	if (o->tag)
		return;
	json_key(&o->s.json, str_of(key));
	json_array(&o->s.json);
}

void spdx_list_end(struct spdx_out *o)
{
	if (!o->tag)
		json_array_end(&o->s.json);
}

void spdx_checksum(struct spdx_out *o, const char *tag, const char *algorithm, str value)
{
	if (o->tag) {
		buf_fmt(&o->s.b, "%s: %s: %.*s\n", tag, algorithm, STR_ARG(value));
		return;
	}
	json_object(&o->s.json);
	json_pair(&o->s.json, "algorithm", str_of(algorithm));
	json_pair(&o->s.json, "checksumValue", value);
	json_object_end(&o->s.json);
}

void spdx_reference(struct spdx_out *o, const char *category, const char *type, str locator)
{
	if (o->tag) {
		buf_fmt(&o->s.b, "ExternalRef: %s %s ", category, type);
		buf_add(&o->s.b, locator);
		buf_char(&o->s.b, '\n');
		return;
	}
	str c = str_of(category);
	if (o->old && str_eq(c, S("PACKAGE-MANAGER")))
		c = S("PACKAGE_MANAGER");
	json_object(&o->s.json);
	json_pair(&o->s.json, "referenceCategory", c);
	json_pair(&o->s.json, "referenceType", str_of(type));
	json_pair(&o->s.json, "referenceLocator", locator);
	json_object_end(&o->s.json);
}

void spdx_relation(struct spdx_out *o, str from, const char *type, str to, str comment)
{
	if (o->tag) {
		buf_fmt(&o->s.b, "Relationship: %.*s %s %.*s\n", STR_ARG(from), type, STR_ARG(to));
		spdx_text(o, "RelationshipComment", "", comment);
		return;
	}
	json_object(&o->s.json);
	json_pair(&o->s.json, "spdxElementId", from);
	json_pair(&o->s.json, "relationshipType", str_of(type));
	json_pair(&o->s.json, "relatedSpdxElement", to);
	json_pair_opt(&o->s.json, "comment", comment);
	json_object_end(&o->s.json);
}
