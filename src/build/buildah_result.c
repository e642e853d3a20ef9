/*
 * What buildah wrote into a directory, as an image of ours:
 *
 *	DIR/manifest.json    Docker's schema 2, whose layers are plain tar files
 *	DIR/HEX              layers and configuration by digest
 *
 * 1. A layer of the base is the base's blob; a new one is compressed as temper compresses, so that its
 *    digest is the same wherever it is made.
 * 2. Of the configuration what containers are started by and what the history tells is kept. Names of
 *    build containers, their hosts and ids of intermediate images are not: they differ every time.
 * 3. The history says what the Dockerfile says, without the values of build arguments.
 */
#include <stdio.h>

#include "base/limits.h"
#include "base/map.h"
#include "buildah.h"
#include "codec/json.h"
#include "layer.h"
#include "oci/document.h"
#include "oci/layout.h"

enum { PIECE = 1 << 18 };

struct taking {
	struct op *op;
	const struct store *store;
	int dir;
	struct buildah_built *built;
	struct doc config; /* as buildah wrote it */
	struct image image;
	const struct node *history;
	ptrdiff_t base_steps; /* lines of the history that are the base's */
};

static int read_document(struct taking *t, str name, str *ret)
{
	int rc = file_read(t->op, t->dir, name, LIMIT_CONFIG, ret);

	return rc > 0 ? op_fail(t->op, ERR_FORMAT, "buildah wrote no %.*s", STR_ARG(name)) : rc;
}

/* Layers */

struct packing {
	struct store_writer out;
	struct compress *compress;
	struct hash *tar;
};

static void packing_done(struct packing *p)
{
	compress_close(&p->compress);
	hash_close(&p->tar);
	store_writer_discard(&p->out);
}
#define AUTO_PACKING __attribute__((cleanup(packing_done))) struct packing

static int to_store(struct op *op, void *to, str bytes)
{
	return store_writer_add(op, to, bytes);
}

/* A plain layer, which must be what its name says, as a compressed blob. */
static int pack(struct taking *t, int fd, struct image_layer *l)
{
	AUTO_PACKING p = { .out.file.fd = -1 };
	char *piece = op_new(t->op, char, PIECE);
	struct digest got;
	int rc = piece ? store_writer_open(t->op, t->store, &p.out) : t->op->code;

	if (rc == 0)
		rc = hash_open(t->op, HASH_SHA256, &p.tar);
	if (rc == 0)
		rc = compress_open(t->op, COMPRESS_GZIP, to_store, &p.out, &p.compress);
	for (uint64_t at = 0; rc == 0 && at < l->tar_size;) {
		uint64_t left = l->tar_size - at, n = left < PIECE ? left : PIECE;
		str bytes = { piece, (ptrdiff_t)n };
		if ((rc = file_pread(t->op, fd, S("layer"), piece, n, at)) == 0) {
			hash_add(p.tar, bytes);
			rc = compress_add(t->op, p.compress, bytes);
		}
		at += n;
	}
	if (rc == 0)
		rc = compress_end(t->op, p.compress);
	if (rc < 0)
		return rc;
	hash_result(p.tar, HASH_SHA256, got.b);
	if (!digest_eq(&got, &l->diff_id))
		return op_fail(t->op, ERR_VERIFY, "a layer of buildah's is not what it says");
	l->size = p.out.size;
	return store_writer_commit(t->op, &p.out, NULL, &l->digest);
}

/* The same layer of the build before: "HEX SIZE" under its diff_id and the compressor. */
static int known_key(struct taking *t, const struct image_layer *l, struct digest *ret)
{
	char hex[DIGEST_TEXT];
	str text;
	int rc = op_text(t->op, &text, "tar %s %s", digest_text(&l->diff_id, hex),
			 compress_id(COMPRESS_GZIP));

	if (rc == 0)
		*ret = digest_of(text);
	return rc;
}

static int put_layer(struct taking *t, struct image_layer *l)
{
	struct layer_blob known = { 0 };
	char hex[DIGEST_TEXT];
	struct digest key;
	AUTO_FD fd = -1;
	str name;
	int rc = known_key(t, l, &key);

	if (rc == 0)
		rc = layer_find(t->op, t->store, &key, &known);
	l->media_type = layer_media_type(COMPRESS_GZIP);
	if (rc == 0 && digest_eq(&known.diff_id, &l->diff_id)) {
		l->digest = known.digest;
		l->size = known.size;
		l->tar_size = known.tar_size;
		return 0;
	}
	if (rc < 0)
		return rc;
	name = str_from(str_of(digest_text(&l->diff_id, hex)), 7);
	if ((rc = file_open(t->op, t->dir, name, &fd)) != 0)
		return rc < 0 ? rc
			      : op_fail(t->op, ERR_FORMAT, "buildah wrote no layer %.*s",
					STR_ARG(name));
	struct op_mark mark = op_mark(t->op);
	if ((rc = file_size(t->op, fd, S("layer"), &l->tar_size)) < 0 || (rc = pack(t, fd, l)) < 0)
		return rc;
	op_reset(t->op, mark);
	known = (struct layer_blob){
		.diff_id = l->diff_id, .digest = l->digest, .size = l->size, .tar_size = l->tar_size
	};
	return layer_remember(t->op, t->store, &key, &known);
}

static int put_layers(struct taking *t)
{
	const struct image_config *base = t->built->base ? &t->built->base->image.config : NULL;
	struct image_config *c = &t->image.config;
	bool same = base != NULL;

	t->built->base_layers = 0;
	for (ptrdiff_t i = 0; i < c->layer_n; i++) {
		struct image_layer *l = &c->layer[i];
		same = same && i < base->layer_n && digest_eq(&l->diff_id, &base->layer[i].diff_id);
		if (same) {
			l->media_type = base->layer[i].media_type;
			l->digest = base->layer[i].digest;
			l->size = base->layer[i].size;
			t->built->base_layers++;
		} else if (put_layer(t, l) < 0) {
			return t->op->code;
		}
	}
	return 0;
}

/* The configuration */

/* Is there anything in it? Empty texts, lists and mappings, null and false say nothing. */
static bool says(const struct node *n)
{
	bool truth = true;

	if (!n || n->kind == NODE_NULL || (node_bool(n, &truth) && !truth))
		return false;
	if (n->kind == NODE_TEXT)
		return n->text.len > 0;
	return (n->kind != NODE_LIST && n->kind != NODE_MAP) || n->n > 0;
}

static void copy_members(struct json_out *j, const struct node *from, const char *const *name,
			 size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct node *member = node_get(from, str_of(name[i]));
		if (!says(member))
			continue;
		json_key(j, str_of(name[i]));
		layout_node_write(j, member);
	}
}

/* How many lines of the history the base has. */
static int base_steps(struct taking *t)
{
	const struct buildah_image *base = t->built->base;
	struct doc doc;
	str bytes;

	t->base_steps = 0;
	if (!base)
		return 0;
	int rc = store_blob_read(t->op, t->store, &base->image.config_digest, LIMIT_CONFIG, &bytes);
	if (rc)
		return rc < 0 ? rc
			      : op_fail(t->op, ERR_IO,
					"the base's configuration is not in the store");
	if ((rc = json_parse(t->op, S("configuration"), bytes, &doc)) < 0)
		return rc;
	const struct node *history = node_get(&doc.root, S("history"));
	t->base_steps = history && history->kind == NODE_LIST ? history->n : 0;
	return 0;
}

/* The next step, from `at` on, of the stages that lead to the target, of that kind. */
static const struct dockerfile_step *next_step(const struct dockerfile *d, const ptrdiff_t *order,
					       ptrdiff_t n, ptrdiff_t *at, str kind)
{
	for (ptrdiff_t i = *at; i < n; i++) {
		const struct dockerfile_step *s = &d->step[order[i]];
		if (!s->onbuild && str_eq(str_of(dockerfile_kinds[s->kind]), kind)) {
			*at = i + 1;
			return s;
		}
	}
	return NULL;
}

/* Steps of the target's stage and of those that it is built on, the lowest stage first. */
static ptrdiff_t order_steps(struct op *op, const struct dockerfile *d, ptrdiff_t **ret)
{
	ptrdiff_t *order = op_new(op, ptrdiff_t, d->step_n), n = 0;
	int *chain = op_new(op, int, d->stage_n), depth = 0;

	if (!order || !chain)
		return op->code;
	for (int at = d->target; at >= 0 && depth < d->stage_n; at = d->stage[at].base_stage)
		chain[depth++] = at;
	while (depth-- > 0) {
		const struct dockerfile_stage *s = &d->stage[chain[depth]];
		for (ptrdiff_t k = 0; k < s->step_n && n < d->step_n; k++)
			order[n++] = s->step + k;
	}
	*ret = order;
	return n;
}

static int write_history(struct taking *t, struct json_out *j)
{
	const struct dockerfile *d = &t->built->dockerfile;
	ptrdiff_t *order = NULL, at = 0, n = order_steps(t->op, d, &order);
	bool first = true;

	if (n < 0)
		return t->op->code;
	if (!(t->built->line = op_new(t->op, int, t->history->n)))
		return t->op->code;
	t->built->line_n = t->history->n;
	json_key(j, S("history"));
	json_array(j);
	for (ptrdiff_t i = 0; i < t->history->n; i++) {
		const struct node *h = &t->history->child[i], *by = node_get(h, S("created_by"));
		static const char *const keep[] = { "created" }, *const rest[] = { "empty_layer" };
		const struct dockerfile_step *s = NULL;
		str said = S(""), words;
		if (i < t->base_steps) {
			layout_node_write(j, h);
			continue;
		}
		if (by && node_text(by, &said) && config_instruction(t->op, said, &said) < 0)
			return t->op->code;
		words = said;
		s = next_step(d, order, n, &at, str_word(&words));
		t->built->line[i] = s ? s->line : 0;
		json_object(j);
		copy_members(j, h, keep, 1);
		json_pair(j, "created_by", s ? s->source : said);
		if (first && t->built->base) { /* where readers see that the base ends */
			str from;
			if (op_text(t->op, &from, "FROM %.*s", STR_ARG(t->built->base->name)) < 0)
				return t->op->code;
			json_pair(j, "comment", from);
		}
		first = false;
		copy_members(j, h, rest, 1);
		json_object_end(j);
	}
	json_array_end(j);
	return 0;
}

static int write_config(struct taking *t, str *ret)
{
	static const char *const top[] = { "created", "author", "architecture", "variant", "os" };
	static const char *const process[] = { "User",        "ExposedPorts", "Env",
					       "Entrypoint",  "Cmd",          "Volumes",
					       "WorkingDir",  "Labels",       "StopSignal",
					       "Healthcheck", "Shell",        "OnBuild" };
	const struct node *root = &t->config.root;
	struct json_out j;
	struct buf b;

	buf_init(&b, t->op, LIMIT_CONFIG);
	json_begin(&j, &b, 0);
	json_object(&j);
	copy_members(&j, root, top, sizeof(top) / sizeof(top[0]));
	json_key(&j, S("config"));
	json_object(&j);
	copy_members(&j, node_get(root, S("config")), process,
		     sizeof(process) / sizeof(process[0]));
	json_object_end(&j);
	json_key(&j, S("rootfs"));
	layout_node_write(&j, node_get(root, S("rootfs")));
	if (write_history(t, &j) < 0)
		return t->op->code;
	json_object_end(&j);
	return buf_take(&b, ret);
}

/* The manifest */

static int annotate(struct taking *t, struct pairs *ret)
{
	const struct buildah_image *base = t->built->base;
	char text[DIGEST_TEXT];
	str digest;

	*ret = (struct pairs){ 0 };
	if (!base)
		return 0;
	struct pair *p = op_new(t->op, struct pair, 2);
	if (!p || op_copy(t->op, str_of(digest_text(&base->root.digest, text)), &digest) < 0)
		return t->op->code;
	p[0] = (struct pair){ S("org.opencontainers.image.base.digest"), digest };
	p[1] = (struct pair){ S("org.opencontainers.image.base.name"), base->name };
	*ret = (struct pairs){ p, 2 };
	return 0;
}

static int read_image(struct taking *t)
{
	char hex[DIGEST_TEXT];
	str bytes;
	int rc = read_document(t, S("manifest.json"), &bytes);

	if (rc == 0)
		rc = document_manifest(t->op, S("buildah's manifest"), bytes, &t->image);
	if (rc == 0)
		rc = read_document(
			t, str_from(str_of(digest_text(&t->image.config_digest, hex)), 7), &bytes);
	if (rc == 0)
		rc = document_config(t->op, S("buildah's configuration"), bytes, &t->image.config);
	if (rc == 0)
		rc = json_parse(t->op, S("buildah's configuration"), bytes, &t->config);
	if (rc < 0)
		return rc;
	t->history = node_get(&t->config.root, S("history"));
	if (!t->history || t->history->kind != NODE_LIST)
		return op_fail(t->op, ERR_FORMAT, "buildah's configuration has no history");
	return base_steps(t);
}

int buildah_result(struct op *op, const struct store *store, int dirfd, struct buildah_built *ret)
{
	struct taking t = { .op = op, .store = store, .dir = dirfd, .built = ret };
	struct pairs annotations;
	struct digest config;
	str bytes;

	if (read_image(&t) < 0 || put_layers(&t) < 0 || write_config(&t, &bytes) < 0 ||
	    annotate(&t, &annotations) < 0 || store_blob_put(op, store, bytes, &config) < 0)
		return op->code;
	return image_manifest_put(op, store, &t.image.config, &config, (uint64_t)bytes.len,
				  &annotations, &ret->image);
}

int buildah_mark(struct op *op, const struct buildah_built *b, struct config *config)
{
	str file = str_base_name(b->dockerfile.path);

	for (ptrdiff_t i = 0; i < config->step_n && i < b->line_n; i++) {
		str *to = &config->step[i].instruction;
		if (b->line[i] &&
		    op_text(op, to, "%.*s (%.*s:%d)", STR_ARG(*to), STR_ARG(file), b->line[i]) < 0)
			return op->code;
	}
	return 0;
}

int buildah_place(struct op *op, const struct buildah_built *b, const struct config *config,
		  int layer, str *instruction)
{
	str file = str_base_name(b->dockerfile.path), is = *instruction;
	ptrdiff_t end = str_find(is, '=');
	str begin = str_head(is, end < 0 ? is.len : end + 1);

	for (ptrdiff_t i = config->step_n - 1; is.len && i >= 0; i--) {
		const struct config_step *step = &config->step[i];
		if (i < b->line_n && b->line[i] && (layer < 0 || step->layer == layer) &&
		    str_starts(step->instruction, begin))
			return op_text(op, instruction, "%.*s (%.*s:%d)", STR_ARG(is),
				       STR_ARG(file), b->line[i]);
	}
	return 0;
}
