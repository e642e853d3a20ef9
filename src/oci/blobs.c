#include "blobs.h"

#include "base/limits.h"

static size_t ceiling(enum blobs_kind kind)
{
	return kind == BLOBS_MANIFEST ? LIMIT_MANIFEST : LIMIT_CONFIG;
}

static int read_store(struct op *op, const struct blobs *b, enum blobs_kind kind,
		      const struct digest *d, uint64_t size, str *ret)
{
	(void)size;
	return store_blob_read(op, b->store, d, ceiling(kind), ret);
}

static int find_store(struct op *op, const struct blobs *b, const struct digest *d)
{
	(void)op;
	return store_blob_has(b->store, d) ? 0 : 1;
}

struct blobs blobs_of_store(const struct store *s)
{
	return (struct blobs){ .read = read_store, .find = find_store, .store = s };
}

static int read_box(struct op *op, const struct blobs *b, enum blobs_kind kind,
		    const struct digest *d, uint64_t size, str *ret)
{
	const struct box *box = b->arg;
	char path[BOX_BLOB];
	str bytes;
	int rc = box_read(op, box, box_blob_path(d, path), ceiling(kind), &bytes);

	(void)size;
	if (rc)
		return rc;
	struct digest got = digest_of(bytes);
	if (!digest_eq(&got, d))
		return op_fail(op, ERR_VERIFY, "%.*s: '%s' does not hold what its name says",
			       STR_ARG(box->what), path);
	*ret = bytes;
	return 0;
}

static int find_box(struct op *op, const struct blobs *b, const struct digest *d)
{
	char path[BOX_BLOB];

	(void)op;
	return box_has(b->arg, box_blob_path(d, path)) ? 0 : 1;
}

struct blobs blobs_of_box(struct box *b)
{
	return (struct blobs){ .read = read_box, .find = find_box, .arg = b };
}

int blobs_read(struct op *op, const struct blobs *b, enum blobs_kind kind, const struct digest *d,
	       uint64_t size, str *ret)
{
	char text[DIGEST_TEXT];
	str bytes;
	int rc = b->read(op, b, kind, d, size, &bytes);

	if (rc)
		return rc;
	if (size && size != (uint64_t)bytes.len)
		return op_fail(op, ERR_FORMAT,
			       "the %s %s has %td bytes and its descriptor says %llu",
			       kind == BLOBS_MANIFEST ? "manifest" : "config", digest_text(d, text),
			       bytes.len, (unsigned long long)size);
	*ret = bytes;
	return 0;
}
