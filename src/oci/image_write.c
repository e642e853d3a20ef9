#include "base/limits.h"
#include "base/map.h"
#include "document.h"
#include "sys/clock.h"

void document_descriptor(struct json_out *j, str media_type, const struct digest *d, uint64_t size)
{
	char text[DIGEST_TEXT];

	json_pair(j, "mediaType", media_type);
	json_pair(j, "digest", str_of(digest_text(d, text)));
	json_pair_u64(j, "size", size);
}

static void write_texts(struct json_out *j, const char *key, const struct texts *list)
{
	if (list->n == 0)
		return;
	json_key(j, str_of(key));
	json_array(j);
	for (ptrdiff_t i = 0; i < list->n; i++)
		json_text(j, list->p[i]);
	json_array_end(j);
}

/* {"8080/tcp":{}, ...}: sorted, each once. */
static int write_set(struct op *op, struct json_out *j, const char *key, const struct texts *list)
{
	struct map set;

	if (list->n == 0)
		return 0;
	map_init(&set, op);
	for (ptrdiff_t i = 0; i < list->n; i++)
		if (map_put(&set, list->p[i], NULL) < 0)
			return op->code;
	map_sort(&set);
	json_key(j, str_of(key));
	json_object(j);
	for (ptrdiff_t i = 0; i < set.n; i++) {
		json_key(j, set.item[i].key);
		json_object(j);
		json_object_end(j);
	}
	json_object_end(j);
	return 0;
}

/* A mapping of texts, sorted; of a key that is there twice the last value counts. */
static int write_pairs(struct op *op, struct json_out *j, const char *key, const struct pairs *list)
{
	struct map all;

	if (!list || list->n == 0)
		return 0;
	map_init(&all, op);
	for (ptrdiff_t i = 0; i < list->n; i++)
		if (map_put(&all, list->p[i].key, &list->p[i]) < 0)
			return op->code;
	map_sort(&all);
	json_key(j, str_of(key));
	json_object(j);
	for (ptrdiff_t i = 0; i < all.n; i++) {
		json_key(j, all.item[i].key);
		json_text(j, ((const struct pair *)all.item[i].value)->value);
	}
	json_object_end(j);
	return 0;
}

/* Docker's extension; nothing is written for an image without a check. */
static void write_healthcheck(struct json_out *j, const struct image_healthcheck *h)
{
	const struct {
		const char *key;
		uint64_t value;
	} number[] = {
		{ "Interval", h->interval },
		{ "Timeout", h->timeout },
		{ "StartPeriod", h->start_period },
		{ "Retries", h->retries },
	};

	if (h->test.n == 0)
		return;
	json_key(j, S("Healthcheck"));
	json_object(j);
	write_texts(j, "Test", &h->test);
	for (size_t i = 0; i < sizeof(number) / sizeof(number[0]); i++)
		if (number[i].value)
			json_pair_u64(j, number[i].key, number[i].value);
	json_object_end(j);
}

static int write_process(struct op *op, struct json_out *j, const struct image_config *c)
{
	int rc;

	json_key(j, S("config"));
	json_object(j);
	json_pair_opt(j, "User", c->user);
	if ((rc = write_set(op, j, "ExposedPorts", &c->ports)) < 0)
		return rc;
	write_texts(j, "Env", &c->env);
	write_texts(j, "Entrypoint", &c->entrypoint);
	write_texts(j, "Cmd", &c->cmd);
	if ((rc = write_set(op, j, "Volumes", &c->volumes)) < 0)
		return rc;
	json_pair_opt(j, "WorkingDir", c->work_dir);
	if ((rc = write_pairs(op, j, "Labels", &c->labels)) < 0)
		return rc;
	json_pair_opt(j, "StopSignal", c->stop_signal);
	write_healthcheck(j, &c->healthcheck);
	json_object_end(j);
	return 0;
}

static void write_layers(struct json_out *j, const struct image_config *c, str created)
{
	char text[DIGEST_TEXT];

	json_key(j, S("rootfs"));
	json_object(j);
	json_pair(j, "type", S("layers"));
	json_key(j, S("diff_ids"));
	json_array(j);
	for (ptrdiff_t i = 0; i < c->layer_n; i++)
		json_text(j, str_of(digest_text(&c->layer[i].diff_id, text)));
	json_array_end(j);
	json_object_end(j);
	json_key(j, S("history"));
	json_array(j);
	for (ptrdiff_t i = 0; i < c->layer_n; i++) {
		json_object(j);
		json_pair(j, "created", created);
		json_pair(j, "created_by", c->layer[i].created_by);
		json_object_end(j);
	}
	json_array_end(j);
}

static int config_text(struct op *op, const struct image_config *c, str *ret)
{
	char created[CLOCK_TEXT];
	struct json_out j;
	struct buf b;
	int rc;

	buf_init(&b, op, LIMIT_CONFIG);
	json_begin(&j, &b, 0);
	json_object(&j);
	json_pair(&j, "created", str_of(clock_rfc3339(c->created, created)));
	json_pair(&j, "architecture", c->architecture);
	json_pair(&j, "os", c->os);
	json_pair_opt(&j, "variant", c->variant);
	if ((rc = write_process(op, &j, c)) < 0)
		return rc;
	write_layers(&j, c, str_of(created));
	json_object_end(&j);
	return buf_take(&b, ret);
}

static int manifest_text(struct op *op, const struct image_config *c, const struct digest *config,
			 uint64_t config_size, const struct pairs *annotations, str *ret)
{
	struct json_out j;
	struct buf b;
	int rc;

	buf_init(&b, op, LIMIT_MANIFEST);
	json_begin(&j, &b, 0);
	json_object(&j);
	json_pair_u64(&j, "schemaVersion", 2);
	json_pair(&j, "mediaType", S(MEDIA_MANIFEST));
	json_key(&j, S("config"));
	json_object(&j);
	document_descriptor(&j, S(MEDIA_CONFIG), config, config_size);
	json_object_end(&j);
	json_key(&j, S("layers"));
	json_array(&j);
	for (ptrdiff_t i = 0; i < c->layer_n; i++) {
		json_object(&j);
		document_descriptor(&j, c->layer[i].media_type, &c->layer[i].digest,
				    c->layer[i].size);
		json_object_end(&j);
	}
	json_array_end(&j);
	if ((rc = write_pairs(op, &j, "annotations", annotations)) < 0)
		return rc;
	json_object_end(&j);
	return buf_take(&b, ret);
}

static int platform_text(struct op *op, const struct image_config *c, str *ret)
{
	return c->variant.len
		       ? op_text(op, ret, "%.*s/%.*s/%.*s", STR_ARG(c->os),
				 STR_ARG(c->architecture), STR_ARG(c->variant))
		       : op_text(op, ret, "%.*s/%.*s", STR_ARG(c->os), STR_ARG(c->architecture));
}

int image_manifest_put(struct op *op, const struct store *s, const struct image_config *config,
		       const struct digest *config_digest, uint64_t config_size,
		       const struct pairs *annotations, struct image_descriptor *ret)
{
	struct image_descriptor d = { .media_type = S(MEDIA_MANIFEST) };
	str text;
	int rc = manifest_text(op, config, config_digest, config_size, annotations, &text);

	if (rc < 0 || (rc = platform_text(op, config, &d.platform)) < 0)
		return rc;
	d.size = (uint64_t)text.len;
	if ((rc = store_blob_put(op, s, text, &d.digest)) < 0)
		return rc;
	*ret = d;
	return 0;
}

int image_put(struct op *op, const struct store *s, const struct image_config *config,
	      const struct pairs *annotations, struct image_descriptor *ret)
{
	struct digest d;
	str text;
	int rc;

	if (config->layer_n > LIMIT_LAYERS)
		return op_fail(op, ERR_LIMIT, "an image of %td layers; engines take %d",
			       config->layer_n, LIMIT_LAYERS);
	if ((rc = config_text(op, config, &text)) < 0 || (rc = store_blob_put(op, s, text, &d)) < 0)
		return rc;
	return image_manifest_put(op, s, config, &d, (uint64_t)text.len, annotations, ret);
}

static void write_platform(struct json_out *j, str platform)
{
	if (platform.len == 0)
		return;
	str os = str_cut(&platform, '/'), arch = str_cut(&platform, '/');
	json_key(j, S("platform"));
	json_object(j);
	json_pair(j, "architecture", arch);
	json_pair(j, "os", os);
	json_pair_opt(j, "variant", platform);
	json_object_end(j);
}

int image_index_put(struct op *op, const struct store *s, const struct image_descriptor *manifest,
		    ptrdiff_t n, const struct pairs *annotations, struct image_descriptor *ret)
{
	struct image_descriptor d = { .media_type = S(MEDIA_INDEX) };
	struct json_out j;
	struct buf b;
	str text;
	int rc;

	buf_init(&b, op, LIMIT_MANIFEST);
	json_begin(&j, &b, 0);
	json_object(&j);
	json_pair_u64(&j, "schemaVersion", 2);
	json_pair(&j, "mediaType", S(MEDIA_INDEX));
	json_key(&j, S("manifests"));
	json_array(&j);
	for (ptrdiff_t i = 0; i < n; i++) {
		json_object(&j);
		document_descriptor(&j, manifest[i].media_type, &manifest[i].digest,
				    manifest[i].size);
		write_platform(&j, manifest[i].platform);
		json_object_end(&j);
	}
	json_array_end(&j);
	if ((rc = write_pairs(op, &j, "annotations", annotations)) < 0)
		return rc;
	json_object_end(&j);
	if ((rc = buf_take(&b, &text)) < 0 || (rc = store_blob_put(op, s, text, &d.digest)) < 0)
		return rc;
	d.size = (uint64_t)text.len;
	*ret = d;
	return 0;
}
