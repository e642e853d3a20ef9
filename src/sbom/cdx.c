#include "cdx.h"

void cdx_object(struct cdx *c, const char *name, bool in_list)
{
	if (c->xml) {
		xml_open(&c->x, name);
		return;
	}
	if (!in_list)
		json_key(&c->s.json, str_of(name));
	json_object(&c->s.json);
}

void cdx_object_end(struct cdx *c)
{
	if (c->xml)
		xml_close(&c->x);
	else
		json_object_end(&c->s.json);
}

void cdx_list(struct cdx *c, const char *name)
{
	if (c->xml) {
		xml_open(&c->x, name);
		return;
	}
	json_key(&c->s.json, str_of(name));
	json_array(&c->s.json);
}

void cdx_list_end(struct cdx *c)
{
	if (c->xml)
		xml_close(&c->x);
	else
		json_array_end(&c->s.json);
}

void cdx_pair(struct cdx *c, const char *name, str value)
{
	if (c->xml)
		xml_pair(&c->x, name, value);
	else
		json_pair(&c->s.json, name, value);
}

void cdx_pair_opt(struct cdx *c, const char *name, str value)
{
	if (value.len)
		cdx_pair(c, name, value);
}

void cdx_attribute(struct cdx *c, const char *name, str value)
{
	if (c->xml)
		xml_put_attribute(&c->x, name, value);
	else
		json_pair(&c->s.json, name, value);
}

void cdx_labelled(struct cdx *c, const char *element, const char *label, str of,
		  const char *content, str value)
{
	if (c->xml) {
		xml_open(&c->x, element);
		xml_put_attribute(&c->x, label, of);
		xml_put_text(&c->x, value);
		xml_close(&c->x);
		return;
	}
	json_object(&c->s.json);
	json_pair(&c->s.json, label, of);
	json_pair(&c->s.json, content, value);
	json_object_end(&c->s.json);
}
