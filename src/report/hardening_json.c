#include "codec/json.h"
#include "hardening.h"

static void put_change(struct json_out *j, const struct hardening_change *c)
{
	json_object(j);
	json_pair(j, "kind", str_of(hardening_kinds[c->kind]));
	json_pair(j, "area", str_of(c->area));
	json_pair(j, "severity", str_of(severities[c->severity]));
	json_pair_opt(j, "rule", c->rule);
	json_pair_opt(j, "key", c->key);
	json_pair(j, "what", c->what);
	json_pair_opt(j, "before", c->before);
	json_pair_opt(j, "after", c->after);
	json_pair_opt(j, "instruction", c->instruction);
	if (c->layer >= 0)
		json_pair_u64(j, "layer", (uint64_t)c->layer);
	json_pair_opt(j, "remedy", c->remedy);
	json_object_end(j);
}

static void put_side(struct json_out *j, const char *key, str name, uint64_t size,
		     ptrdiff_t packages)
{
	json_key(j, str_of(key));
	json_object(j);
	json_pair(j, "name", name);
	json_pair_u64(j, "size", size);
	json_pair_u64(j, "packages", (uint64_t)packages);
	json_object_end(j);
}

void hardening_json_write(struct buf *b, const struct hardening *h, const struct text_style *style)
{
	struct json_out j;

	(void)style;
	json_begin(&j, b, 2);
	json_object(&j);
	json_key(&j, S("schema"));
	json_object(&j);
	json_pair(&j, "name", S("temper-hardening"));
	json_pair_u64(&j, "version", 1);
	json_object_end(&j);
	put_side(&j, "before", h->before, h->size_before, h->packages_before);
	put_side(&j, "after", h->after, h->size_after, h->packages_after);
	json_key(&j, S("summary"));
	json_object(&j);
	json_pair_u64(&j, "weaker", (uint64_t)h->weaker_n);
	json_pair_u64(&j, "stronger", (uint64_t)h->stronger_n);
	json_pair_u64(&j, "added", (uint64_t)h->added_n);
	json_object_end(&j);
	json_key(&j, S("changes"));
	json_array(&j);
	for (ptrdiff_t i = 0; i < h->n; i++)
		put_change(&j, &h->p[i]);
	json_array_end(&j);
	json_object_end(&j);
	buf_char(b, '\n');
}
