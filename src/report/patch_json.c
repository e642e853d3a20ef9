#include "codec/json.h"
#include "patch_text.h"

static void put_texts(struct json_out *j, const char *key, const struct texts *list)
{
	json_key(j, str_of(key));
	json_array(j);
	for (ptrdiff_t i = 0; i < list->n; i++)
		json_text(j, list->p[i]);
	json_array_end(j);
}

static void put_bool(struct json_out *j, const char *key, bool value)
{
	json_key(j, str_of(key));
	json_bool(j, value);
}

static void put_digest(struct json_out *j, const char *key, const struct digest *d)
{
	char text[DIGEST_TEXT];

	json_pair(j, key, str_of(digest_text(d, text)));
}

static void put_package(struct json_out *j, const struct patched *p,
			const struct patched_package *package)
{
	json_object(j);
	json_pair(j, "name", package->name);
	json_pair(j, "architecture", package->arch);
	json_pair_opt(j, "before", package->before);
	json_pair(j, "after", package->after);
	json_pair(j, "suite", package->suite);
	json_pair(j, "scripts", package->answered);
	put_bool(j, "needed", package->pulled);
	if (p->scanned)
		put_texts(j, "cleared", &package->cleared);
	put_texts(j, "keptConffiles", &package->kept);
	json_pair_u64(j, "pathsLeftAway", package->away);
	json_object_end(j);
}

void patch_json_write(struct buf *b, const struct patched *p)
{
	struct json_out j;

	json_begin(&j, b, 2);
	json_object(&j);
	json_pair(&j, "schema", S("temper-patch/1"));
	json_pair(&j, "name", p->name);
	json_pair(&j, "platform", p->platform);
	json_pair(&j, "system", p->os);
	json_pair(&j, "suite", p->suite);
	json_pair_opt(&j, "supportEnded", p->ended);
	put_digest(&j, "base", &p->base);
	put_digest(&j, "image", &p->image);
	put_bool(&j, "changed", p->changed);
	put_bool(&j, "rebased", p->rebased);
	if (p->changed) {
		put_digest(&j, "layer", &p->layer);
		json_pair_u64(&j, "layerSize", p->layer_size);
	}
	json_pair_u64(&j, "files", p->files);
	json_pair_u64(&j, "removed", p->removed);
	if (p->scanned) {
		json_pair_u64(&j, "findingsBefore", p->findings_before);
		json_pair_u64(&j, "findingsAfter", p->findings_after);
	}
	json_key(&j, S("packages"));
	json_array(&j);
	for (ptrdiff_t i = 0; i < p->package_n; i++)
		put_package(&j, p, &p->package[i]);
	json_array_end(&j);
	json_key(&j, S("left"));
	json_array(&j);
	for (ptrdiff_t i = 0; i < p->left_n; i++) {
		const struct patched_left *left = &p->left[i];
		json_object(&j);
		json_pair(&j, "name", left->name);
		json_pair(&j, "architecture", left->arch);
		json_pair(&j, "version", left->before);
		json_pair(&j, "available", left->available);
		json_pair(&j, "why", left->why);
		if (p->scanned)
			put_texts(&j, "findings", &left->findings);
		json_object_end(&j);
	}
	json_array_end(&j);
	put_texts(&j, "notes", &p->note);
	json_object_end(&j);
	buf_char(b, '\n');
}
