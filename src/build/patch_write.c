/*
 * The layer, and the image that has it: all of the configuration is kept as it is but for what a layer
 * more says. Source: OCI image-spec 1.1, layer.md ("Whiteouts"), config.md, annotations.md.
 */
#include "patch_impl.h"

#include <stdlib.h>

#include "base/limits.h"
#include "codec/json.h"
#include "oci/document.h"
#include "sys/clock.h"

static const char base_name[] = "org.opencontainers.image.base.name";
static const char base_digest[] = "org.opencontainers.image.base.digest";

static int by_file(const void *a, const void *b)
{
	return entry_cmp(&((const struct layer_file *)a)->entry,
			 &((const struct layer_file *)b)->entry);
}

static int by_directory(const void *a, const void *b)
{
	return entry_cmp(a, b);
}

/* "dir/.wh.name": what an upper layer says of a path that is gone. Those below one are left out. */
static int whiteouts(struct patch_layer *l)
{
	for (ptrdiff_t i = 0; i < l->gone.n; i++) {
		str path = l->gone.item[i].key, dir = str_dir_name(path);
		struct entry e = { .type = ENTRY_FILE, .mtime = l->created };
		bool above = false;
		for (str up = dir; up.len && !above; up = str_dir_name(up))
			above = map_get(&l->gone, up) != NULL;
		if (above || map_get(&l->at, path))
			continue;
		int rc = op_text(l->op, &e.path, "%.*s%s.wh.%.*s", STR_ARG(dir), dir.len ? "/" : "",
				 STR_ARG(str_base_name(path)));
		if (rc < 0 || (rc = patch_put(l, &e, S(""), -1)) < 0)
			return rc;
	}
	return 0;
}

typedef VEC(struct entry) entries;

/* Parents as the image has them: a layer may not change what it only passes through. */
static int parents(struct patch_layer *l, entries *out)
{
	struct map seen;

	map_init(&seen, l->op);
	for (ptrdiff_t i = 0; i < l->file.n; i++) {
		const struct entry *file = &l->file.p[i].entry;
		if (file->type == ENTRY_DIRECTORY) {
			struct entry *to = map_get(&seen, file->path) ? NULL : vec_push(l->op, out);
			if (l->op->code < 0)
				return l->op->code;
			if (to)
				*to = *file;
			if (map_put(&seen, file->path, l) < 0)
				return l->op->code;
		}
		for (str dir = str_dir_name(file->path); dir.len && !map_get(&seen, dir);
		     dir = str_dir_name(dir)) {
			const struct entry *is = image_tree_find_link(&l->m->tree, dir);
			if (map_get(&l->at, dir))
				continue; /* it comes by itself */
			struct entry *to = vec_push(l->op, out);
			if (!to || map_put(&seen, dir, l) < 0)
				return l->op->code;
			*to = is && is->type == ENTRY_DIRECTORY
				      ? *is
				      : (struct entry){ .path = dir,
							.type = ENTRY_DIRECTORY,
							.mode = 0755,
							.mtime = l->created };
		}
	}
	return 0;
}

static int make_layer(struct patch_layer *l, enum compress_kind kind, struct layer_blob *ret)
{
	struct layer_sum sum = { .compression = kind };
	entries directory = { 0 };
	bool made;
	int rc = whiteouts(l);

	if (rc < 0 || (rc = parents(l, &directory)) < 0)
		return rc;
	struct layer_file *file = op_new(l->op, struct layer_file, l->file.n);
	if (!file)
		return l->op->code;
	for (ptrdiff_t i = 0; i < l->file.n; i++)
		if (l->file.p[i].entry.type != ENTRY_DIRECTORY)
			file[sum.file_n++] = l->file.p[i];
	qsort(file, (size_t)sum.file_n, sizeof(*file), by_file);
	if (directory.n > 1)
		qsort(directory.p, (size_t)directory.n, sizeof(*directory.p), by_directory);
	sum.file = file;
	sum.directory = directory.p;
	sum.directory_n = directory.n;
	return layer_sum(l->op, l->m->store, &sum, ret, &made);
}

/* Documents. A parsed document is no deeper than LIMIT_DEPTH. */

static void put_node(struct json_out *j, const struct node *n, int depth)
{
	static const char *const words[] = { "null" };

	switch (n->kind) {
	case NODE_NULL:
		json_raw(j, str_of(words[0]));
		break;
	case NODE_BOOL:
	case NODE_NUMBER:
		json_raw(j, n->text);
		break;
	case NODE_TEXT:
		json_text(j, n->text);
		break;
	case NODE_LIST:
		json_array(j);
		for (ptrdiff_t i = 0; depth > 0 && i < n->n; i++)
			put_node(j, &n->child[i], depth - 1);
		json_array_end(j);
		break;
	case NODE_MAP:
		json_object(j);
		for (ptrdiff_t i = 0; depth > 0 && i < n->n; i++) {
			json_key(j, n->child[i].key);
			put_node(j, &n->child[i], depth - 1);
		}
		json_object_end(j);
		break;
	}
}

static void put_digest(struct json_out *j, const struct digest *d)
{
	char text[DIGEST_TEXT];

	json_text(j, str_of(digest_text(d, text)));
}

static void put_rootfs(struct json_out *j, const struct patch_layer *l,
		       const struct layer_blob *layer)
{
	const struct image_config *c = &l->m->image.config;

	json_object(j);
	json_pair(j, "type", S("layers"));
	json_key(j, S("diff_ids"));
	json_array(j);
	for (ptrdiff_t i = 0; i < c->layer_n; i++)
		put_digest(j, &c->layer[i].diff_id);
	put_digest(j, &layer->diff_id);
	json_array_end(j);
	json_object_end(j);
}

/* Every line but those of layers that were left away, and ours. */
static void put_history(struct json_out *j, const struct patch_layer *l, const struct node *was,
			str line, str created)
{
	ptrdiff_t n = was ? was->n : 0;

	n = n > l->m->stripped ? n - l->m->stripped : 0;
	json_array(j);
	for (ptrdiff_t i = 0; i < n; i++)
		put_node(j, &was->child[i], LIMIT_DEPTH);
	/* A configuration without history has had a line a layer all the same. */
	for (ptrdiff_t i = 0; !was && i < l->m->image.config.layer_n; i++) {
		json_object(j);
		json_object_end(j);
	}
	json_object(j);
	json_pair(j, "created", created);
	json_pair(j, "created_by", line);
	json_object_end(j);
	json_array_end(j);
}

static int put_config(struct patch_layer *l, const struct layer_blob *layer, str line,
		      struct digest *ret, uint64_t *ret_size)
{
	static const str own[] = { S_INIT("created"), S_INIT("rootfs"), S_INIT("history") };
	char created[CLOCK_TEXT];
	struct json_out j;
	struct doc doc;
	struct buf b;
	str text;
	int rc = json_parse_lax(l->op, S("the image's configuration"), l->m->config_json, &doc);

	if (rc < 0)
		return rc;
	(void)clock_rfc3339(l->created, created);
	buf_init(&b, l->op, LIMIT_CONFIG);
	json_begin(&j, &b, 0);
	json_object(&j);
	json_pair(&j, "created", str_of(created));
	for (ptrdiff_t i = 0; i < doc.root.n; i++) {
		const struct node *n = &doc.root.child[i];
		if (str_eq(n->key, own[0]) || str_eq(n->key, own[1]) || str_eq(n->key, own[2]))
			continue;
		json_key(&j, n->key);
		put_node(&j, n, LIMIT_DEPTH);
	}
	json_key(&j, own[1]);
	put_rootfs(&j, l, layer);
	json_key(&j, own[2]);
	put_history(&j, l, node_get(&doc.root, own[2]), line, str_of(created));
	json_object_end(&j);
	if ((rc = buf_take(&b, &text)) < 0)
		return rc;
	*ret_size = (uint64_t)text.len;
	return store_blob_put(l->op, l->m->store, text, ret);
}

/* The original's, and what the original is; of one that was patched before, what that said. */
static int annotations(struct patch_layer *l, struct pairs *ret)
{
	const struct pairs *was = &l->m->image.annotations;
	struct pair *all = op_new(l->op, struct pair, was->n + 2);
	str digest = S(""), name = l->m->name;
	char text[DIGEST_TEXT];
	ptrdiff_t n = 0;
	int rc = 0;

	if (!all)
		return l->op->code;
	for (ptrdiff_t i = 0; i < was->n; i++) {
		bool is_name = str_eq(was->p[i].key, str_of(base_name));
		if (!is_name && !str_eq(was->p[i].key, str_of(base_digest)))
			all[n++] = was->p[i];
		else if (l->m->stripped && is_name)
			name = was->p[i].value;
		else if (l->m->stripped)
			digest = was->p[i].value;
	}
	if (!digest.len)
		rc = op_copy(l->op, str_of(digest_text(&l->m->image.manifest.digest, text)),
			     &digest);
	all[n++] = (struct pair){ str_of(base_digest), digest };
	all[n++] = (struct pair){ str_of(base_name), name };
	*ret = (struct pairs){ all, n };
	return rc;
}

/* Docker's word for a layer's form in OCI's words: the bytes are the same. */
static int layer_type(struct op *op, str *type)
{
	enum stream_kind kind;

	if (!media_layer_stream(*type, &kind))
		return op_fail(op, ERR_FORMAT, "a layer of the type %.*s cannot be kept",
			       STR_ARG(*type));
	*type = kind == STREAM_GZIP   ? layer_media_type(COMPRESS_GZIP)
		: kind == STREAM_ZSTD ? layer_media_type(COMPRESS_ZSTD)
				      : S(MEDIA_LAYER);
	return 0;
}

int patch_write(struct patch_layer *l, enum compress_kind kind, str history,
		struct image_descriptor *ret, struct layer_blob *ret_layer)
{
	struct image_config config = l->m->image.config;
	struct digest digest;
	struct pairs notes;
	uint64_t size;
	int rc = make_layer(l, kind, ret_layer);

	if (rc < 0 || (rc = put_config(l, ret_layer, history, &digest, &size)) < 0 ||
	    (rc = annotations(l, &notes)) < 0)
		return rc;
	if (config.layer_n + 1 > LIMIT_LAYERS)
		return op_fail(l->op, ERR_LIMIT, "the image has %td layers; engines take %d",
			       config.layer_n, LIMIT_LAYERS);
	struct image_layer *layer = op_new(l->op, struct image_layer, config.layer_n + 1);
	if (!layer)
		return l->op->code;
	for (ptrdiff_t i = 0; i < config.layer_n; i++) {
		layer[i] = config.layer[i];
		if ((rc = layer_type(l->op, &layer[i].media_type)) < 0)
			return rc;
	}
	layer[config.layer_n++] = (struct image_layer){ .media_type = layer_media_type(kind),
							.digest = ret_layer->digest,
							.diff_id = ret_layer->diff_id,
							.size = ret_layer->size,
							.tar_size = ret_layer->tar_size };
	config.layer = layer;
	return image_manifest_put(l->op, l->m->store, &config, &digest, size, &notes, ret);
}
