#include "image_tree_layer.h"

#include "base/limits.h"
#include "document.h"

static int check_diff_id(struct op *op, struct hash *hash, const struct image_layer *layer,
			 str what)
{
	char got_text[DIGEST_TEXT], want_text[DIGEST_TEXT];
	struct digest got;

	hash_result(hash, HASH_SHA256, got.b);
	if (digest_eq(&got, &layer->diff_id))
		return 0;
	return op_fail(op, ERR_VERIFY,
		       "layer %.*s unpacks to %s and the image's configuration says %s",
		       STR_ARG(what), digest_text(&got, got_text),
		       digest_text(&layer->diff_id, want_text));
}

/* The layer as a stream of plain tar whose bytes are hashed as they pass. */
static int open_layer(struct op *op, const struct store *s, const struct image_layer *layer,
		      str what, int *ret_fd, struct stream **ret)
{
	enum stream_kind want = STREAM_PLAIN;
	uint64_t size = 0;
	int rc = store_blob_verify(op, s, &layer->digest);

	if (rc == 0)
		rc = store_blob_open(op, s, &layer->digest, ret_fd, &size);
	if (rc)
		return rc < 0 ? rc
			      : op_fail(op, ERR_FORMAT, "layer %.*s is not in the store",
					STR_ARG(what));
	if (size != layer->size)
		return op_fail(
			op, ERR_FORMAT, "layer %.*s has %llu bytes and its descriptor says %llu",
			STR_ARG(what), (unsigned long long)size, (unsigned long long)layer->size);
	if ((rc = stream_open_fd(op, *ret_fd, what, 0, UINT64_MAX, LIMIT_UNPACKED, ret)) < 0)
		return rc;
	if (!media_layer_stream(layer->media_type, &want) || stream_kind(*ret) != want)
		return op_fail(op, ERR_FORMAT,
			       "layer %.*s is not compressed as its media type '%.*s' says",
			       STR_ARG(what), STR_ARG(layer->media_type));
	return 0;
}

int image_tree_layer(struct op *op, const struct store *s, const struct image_layer *layer,
		     image_tree_layer_each *each, void *arg)
{
	char text[DIGEST_TEXT];
	str what = str_of(digest_text(&layer->digest, text));
	AUTO_FD fd = -1;
	AUTO_HASH *hash = NULL;
	AUTO_STREAM *in = NULL;
	struct tar *tar;
	struct tar_entry e;
	int rc = open_layer(op, s, layer, what, &fd, &in);

	if (rc < 0 || (rc = hash_open(op, HASH_SHA256, &hash)) < 0)
		return rc;
	stream_tee(in, hash);
	if ((rc = tar_open(op, in, what, false, &tar)) < 0)
		return rc;
	while ((rc = tar_next(op, tar, &e)) > 0) {
		rc = each(op, arg, tar, &e, tar_position(tar));
		if (rc)
			return rc < 0 ? rc : 0;
	}
	return rc < 0 ? rc : check_diff_id(op, hash, layer, what);
}
