#include <stdlib.h>
#include <string.h>

#include "archive.h"
#include "base/limits.h"
#include "codec/tar.h"

enum { PIECE = 1 << 16 };

struct out {
	struct op *op;
	const struct store *store;
	archive_sink *sink;
	void *to;
};

int blob_copy(struct op *op, const struct store *s, const struct image_descriptor *d,
	      archive_sink *sink, void *to)
{
	char piece[PIECE], text[DIGEST_TEXT];
	AUTO_FD fd = -1;
	AUTO_HASH *hash = NULL;
	struct digest got;
	uint64_t size = 0, total = 0;
	ssize_t n;
	int rc = store_blob_open(op, s, &d->digest, &fd, &size);

	if (rc || (rc = hash_open(op, HASH_SHA256, &hash)) < 0)
		return rc < 0 ? rc
			      : op_fail(op, ERR_FORMAT, "blob %s is not in the store",
					digest_text(&d->digest, text));
	while ((n = read(fd, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return op_fail_errno(op, "cannot read blob %s",
					     digest_text(&d->digest, text));
		hash_add(hash, (str){ piece, n });
		total += (uint64_t)n;
		if (total > d->size)
			break;
		if ((rc = sink(op, to, (str){ piece, n })) < 0)
			return rc;
	}
	hash_result(hash, HASH_SHA256, got.b);
	if (total != d->size || !digest_eq(&got, &d->digest))
		return op_fail(op, ERR_VERIFY, "blob %s in the store is damaged",
			       digest_text(&d->digest, text));
	return 0;
}

static int put_header(struct out *o, enum tar_type type, str path, uint64_t size)
{
	struct tar_entry e = { .type = type,
			       .path = path,
			       .size = size,
			       .mode = type == TAR_DIRECTORY ? 0755 : 0644 };
	struct op_mark mark = op_mark(o->op);
	struct buf b;
	str text;
	int rc;

	buf_init(&b, o->op, LIMIT_TAR_HEADER);
	tar_header(&b, &e);
	if ((rc = buf_take(&b, &text)) < 0 || (rc = o->sink(o->op, o->to, text)) < 0)
		return rc;
	op_reset(o->op, mark);
	return 0;
}

static int put_zeros(struct out *o, size_t n)
{
	static const char zeros[TAR_END];

	MUST(n <= sizeof(zeros));
	return n ? o->sink(o->op, o->to, (str){ zeros, (ptrdiff_t)n }) : 0;
}

static int put_file(struct out *o, str path, str bytes)
{
	int rc = put_header(o, TAR_FILE, path, (uint64_t)bytes.len);

	if (rc < 0 || (rc = o->sink(o->op, o->to, bytes)) < 0)
		return rc;
	return put_zeros(o, tar_padding((uint64_t)bytes.len));
}

static int put_blob(struct out *o, str path, const struct image_descriptor *d)
{
	int rc = put_header(o, TAR_FILE, path, d->size);

	if (rc < 0 || (rc = blob_copy(o->op, o->store, d, o->sink, o->to)) < 0)
		return rc;
	return put_zeros(o, tar_padding(d->size));
}

static int by_digest(const void *a, const void *b)
{
	return memcmp(((const struct image_descriptor *)a)->digest.b,
		      ((const struct image_descriptor *)b)->digest.b, sizeof(struct digest));
}

int archive_write_oci(struct op *op, const struct store *s, const struct layout_entry *root,
		      archive_sink *sink, void *to)
{
	struct out o = { op, s, sink, to };
	struct image_descriptor first = { root->media_type, root->digest, root->size, S("") };
	struct closure c;
	char hex[DIGEST_HEX];
	str index, path;
	int rc = closure_read(op, s, &first, NULL, NULL, &c);

	if (rc < 0 || (rc = layout_index_text(op, root, &index)) < 0)
		return rc;
	qsort(c.blob, (size_t)c.n, sizeof(*c.blob), by_digest);
	if ((rc = put_file(&o, S("oci-layout"), layout_mark)) < 0 ||
	    (rc = put_file(&o, S("index.json"), index)) < 0 ||
	    (rc = put_header(&o, TAR_DIRECTORY, S("blobs"), 0)) < 0 ||
	    (rc = put_header(&o, TAR_DIRECTORY, S("blobs/sha256"), 0)) < 0)
		return rc;
	for (ptrdiff_t i = 0; i < c.n; i++)
		if ((rc = op_text(op, &path, "blobs/sha256/%s",
				  digest_hex(&c.blob[i].digest, hex))) < 0 ||
		    (rc = put_blob(&o, path, &c.blob[i])) < 0)
			return rc;
	return put_zeros(&o, TAR_END);
}

/* A layer's file in a Docker archive: its blob where the engine reads it, else its tar. */
static int layer_name(struct op *op, const struct image_layer *layer, str *ret)
{
	enum stream_kind kind = STREAM_PLAIN;
	char hex[DIGEST_HEX];

	if (!media_layer_stream(layer->media_type, &kind))
		return op_fail(op, ERR_FORMAT, "'%.*s' is no layer that temper reads",
			       STR_ARG(layer->media_type));
	if (kind == STREAM_ZSTD)
		return op_text(op, ret, "%s.tar", digest_hex(&layer->diff_id, hex));
	return op_text(op, ret, "%s.tar%s", digest_hex(&layer->digest, hex),
		       kind == STREAM_GZIP ? ".gz" : "");
}

static int put_unpacked(struct out *o, str path, const struct image_layer *layer)
{
	char piece[PIECE], text[DIGEST_TEXT];
	AUTO_FD fd = -1;
	AUTO_STREAM *in = NULL;
	struct digest got;
	enum stream_kind kind;
	uint64_t size = 0, packed = 0;
	size_t n = 0;
	int rc = layer_diff_id(o->op, o->store, &layer->digest, &got, &size, &kind);

	if (rc < 0)
		return rc;
	if (!digest_eq(&got, &layer->diff_id))
		return op_fail(o->op, ERR_VERIFY, "layer %s does not unpack to its diff_id",
			       digest_text(&layer->digest, text));
	rc = store_blob_open(o->op, o->store, &layer->digest, &fd, &packed);
	if (rc)
		return rc < 0 ? rc
			      : op_fail(o->op, ERR_FORMAT, "layer %s is not in the store",
					digest_text(&layer->digest, text));
	if ((rc = stream_open_fd(o->op, fd, path, 0, UINT64_MAX, size, &in)) < 0 ||
	    (rc = put_header(o, TAR_FILE, path, size)) < 0)
		return rc;
	while ((rc = stream_read(o->op, in, piece, sizeof(piece), &n)) == 0 && n > 0)
		if ((rc = o->sink(o->op, o->to, (str){ piece, (ptrdiff_t)n })) < 0)
			return rc;
	return rc < 0 ? rc : put_zeros(o, tar_padding(size));
}

static int put_layer(struct out *o, const struct image_layer *layer)
{
	struct image_descriptor d = { layer->media_type, layer->digest, layer->size, S("") };
	str path;
	int rc = layer_name(o->op, layer, &path);

	if (rc < 0)
		return rc;
	return str_ends(layer->media_type, S("+zstd")) ? put_unpacked(o, path, layer)
						       : put_blob(o, path, &d);
}

static int manifest_json(struct op *op, const struct image *image, str name, str *ret)
{
	struct json_out j;
	struct buf b;
	char hex[DIGEST_HEX];
	str path;

	buf_init(&b, op, LIMIT_MANIFEST);
	json_begin(&j, &b, 0);
	json_array(&j);
	json_object(&j);
	json_key(&j, S("Config"));
	int rc = op_text(op, &path, "%s.json", digest_hex(&image->config_digest, hex));
	if (rc < 0)
		return rc;
	json_text(&j, path);
	json_key(&j, S("RepoTags"));
	json_array(&j);
	if (name.len)
		json_text(&j, name);
	json_array_end(&j);
	json_key(&j, S("Layers"));
	json_array(&j);
	for (ptrdiff_t i = 0; i < image->config.layer_n; i++) {
		if ((rc = layer_name(op, &image->config.layer[i], &path)) < 0)
			return rc;
		json_text(&j, path);
	}
	json_array_end(&j);
	json_object_end(&j);
	json_array_end(&j);
	return buf_take(&b, ret);
}

/* Was the same layer written before? Then its name in manifest.json leads there. */
static bool is_repeated(const struct image_config *c, ptrdiff_t i)
{
	for (ptrdiff_t k = 0; k < i; k++)
		if (digest_eq(&c->layer[k].digest, &c->layer[i].digest))
			return true;
	return false;
}

int archive_write_docker(struct op *op, const struct store *s, const struct image *image, str name,
			 archive_sink *sink, void *to)
{
	struct out o = { op, s, sink, to };
	struct image_descriptor config = { image->config_media_type, image->config_digest,
					   image->config_size, S("") };
	char hex[DIGEST_HEX];
	str manifest, path;
	int rc = manifest_json(op, image, name, &manifest);

	if (rc < 0 || (rc = put_file(&o, S("manifest.json"), manifest)) < 0 ||
	    (rc = op_text(op, &path, "%s.json", digest_hex(&image->config_digest, hex))) < 0 ||
	    (rc = put_blob(&o, path, &config)) < 0)
		return rc;
	for (ptrdiff_t i = 0; i < image->config.layer_n; i++)
		if (!is_repeated(&image->config, i) &&
		    (rc = put_layer(&o, &image->config.layer[i])) < 0)
			return rc;
	return put_zeros(&o, TAR_END);
}
