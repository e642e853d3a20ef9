#include "keep.h"

#include "base/buf.h"
#include "base/limits.h"

/* "debian:12" of registry:example.org/debian:12, and the suffix. */
static int default_name(struct op *op, str what, const char *suffix, str *ret)
{
	str name = str_base_name(what), tag;
	struct buf b;
	ptrdiff_t at = str_find(name, '@');

	name = at < 0 ? name : str_head(name, at);
	if (str_ends(name, S(".tar")))
		name = str_head(name, name.len - 4);
	at = str_rfind(name, ':');
	tag = at < 0 ? S("latest") : str_from(name, at + 1);
	name = at < 0 ? name : str_head(name, at);
	at = str_rfind(name, ':');
	name = str_from(name, at + 1);
	buf_init(&b, op, LIMIT_NAME);
	for (ptrdiff_t i = 0; i < name.len; i++) {
		char c = name.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
		buf_char(&b, plain ? c : '-');
	}
	if (!b.len)
		buf_add(&b, S("image"));
	buf_fmt(&b, ":%.*s%s", STR_ARG(tag), suffix);
	int rc = buf_take(&b, ret);
	return rc < 0 ? rc : store_name(op, *ret, ret);
}

int keep_image(struct op *op, const struct store *store, const struct keep *k,
	       const struct image_descriptor *d)
{
	struct store_image image = { .media_type = d->media_type,
				     .digest = d->digest,
				     .size = d->size };
	int rc = k->name.len ? store_name(op, k->name, &image.name)
			     : default_name(op, k->what, k->suffix, &image.name);

	if (rc == 0 && (k->name.len || !k->to.n))
		rc = store_image_put(op, store, &image);
	for (ptrdiff_t i = 0; rc == 0 && i < k->to.n; i++)
		rc = image_export(op, store, &d->digest, image.name, k->to.p[i]);
	return rc;
}

int keep_check(struct op *op, str name, const struct texts *to)
{
	str whole;
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < to->n; i++)
		rc = image_export_check(op, to->p[i]);
	return rc == 0 && name.len ? store_name(op, name, &whole) : rc;
}
