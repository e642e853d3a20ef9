/* Packages and layers in an OCI layout beside the lock. It has the store's own form. */
#include "build.h"

#include "base/limits.h"
#include "base/map.h"
#include "codec/json.h"

enum { PIECE = 256 * 1024 };

/* Copy a blob, verified against its name on the way. 1 if `from` does not have it. */
static int copy_blob(struct op *op, const struct store *from, const struct store *to,
		     const struct digest *d)
{
	AUTO_STORE_WRITER w = { .file = { .fd = -1 } };
	AUTO_FD fd = -1;
	struct digest got;
	uint64_t size, done = 0;

	if (store_blob_has(to, d))
		return 0;
	int rc = store_blob_open(op, from, d, &fd, &size);
	if (rc)
		return rc;
	struct op_mark mark = op_mark(op);
	char *piece = op_new(op, char, PIECE);
	if (!piece)
		return op->code;
	rc = store_writer_open(op, to, &w);
	while (rc == 0 && done < size) {
		size_t n = size - done < PIECE ? (size_t)(size - done) : PIECE;
		rc = file_pread(op, fd, S("a blob"), piece, n, done);
		if (rc == 0)
			rc = store_writer_add(op, &w, (str){ piece, (ptrdiff_t)n });
		done += n;
	}
	if (rc == 0)
		rc = store_writer_commit(op, &w, d, &got);
	if (rc == 0)
		op_reset(op, mark);
	return rc;
}

static int need_blob(struct op *op, const struct store *from, const struct store *to,
		     const struct digest *d, const char *what)
{
	char hex[DIGEST_HEX];
	int rc = copy_blob(op, from, to, d);

	if (rc > 0)
		return op_fail(op, ERR_IO, "the store lacks %s sha256:%s", what,
			       digest_hex(d, hex));
	return rc;
}

/* The empty config of an artifact. Source: OCI image-spec manifest.md, "Guidance for an Empty
 * Descriptor". */
static int put_empty(struct op *op, const struct store *to, struct digest *ret)
{
	return store_blob_put(op, to, S("{}"), ret);
}

static void put_descriptor(struct json_out *j, str media_type, const struct digest *d,
			   uint64_t size, str title)
{
	char text[DIGEST_TEXT];

	json_object(j);
	json_pair(j, "mediaType", media_type);
	json_pair(j, "digest", str_of(digest_text(d, text)));
	json_pair_u64(j, "size", size);
	if (title.len) {
		json_key(j, S("annotations"));
		json_object(j);
		json_pair(j, "org.opencontainers.image.title", title);
		json_object_end(j);
	}
	json_object_end(j);
}

/* A manifest over the .debs, so that tools copy and keep them as what they are. */
static int put_packages(struct op *op, const struct store *to, const struct lock *lock)
{
	struct store_image image = { .media_type =
					     S("application/vnd.oci.image.manifest.v1+json") };
	char hex[DIGEST_TEXT];
	struct json_out j;
	struct digest empty;
	struct map seen;
	struct buf b;
	str text;
	int rc = put_empty(op, to, &empty);

	map_init(&seen, op);
	buf_init(&b, op, LIMIT_MANIFEST);
	json_begin(&j, &b, 0);
	json_object(&j);
	json_pair_u64(&j, "schemaVersion", 2);
	json_pair(&j, "mediaType", image.media_type);
	json_pair(&j, "artifactType", S("application/vnd.temper.packages.v1"));
	json_key(&j, S("config"));
	put_descriptor(&j, S("application/vnd.oci.empty.v1+json"), &empty, 2, S(""));
	json_key(&j, S("layers"));
	json_array(&j);
	for (ptrdiff_t p = 0; rc == 0 && p < lock->platform_n; p++) {
		for (ptrdiff_t i = 0; rc == 0 && i < lock->platform[p].package_n; i++) {
			const struct lock_package *l = &lock->platform[p].package[i];
			str key;
			rc = op_copy(op, str_of(digest_hex(&l->sha256, hex)), &key);
			if (rc < 0 || lock->platform[p].layer_n == 0 || map_get(&seen, key))
				continue;
			put_descriptor(&j, S("application/vnd.debian.binary-package"), &l->sha256,
				       l->size, l->path);
			rc = map_put(&seen, key, &seen);
		}
		for (ptrdiff_t i = 0; rc == 0 && i < lock->platform[p].artifact_n; i++) {
			const struct lock_artifact *l = &lock->platform[p].artifact[i];
			str key;
			rc = op_text(op, &key, "artifact %s", digest_text(&l->sha256, hex));
			if (rc < 0 || lock->platform[p].layer_n == 0 || map_get(&seen, key))
				continue;
			put_descriptor(&j, S("application/octet-stream"), &l->sha256, l->size,
				       l->name);
			rc = map_put(&seen, key, &seen);
		}
	}
	json_array_end(&j);
	json_object_end(&j);
	if (rc == 0)
		rc = buf_take(&b, &text);
	if (rc == 0)
		rc = store_blob_put(op, to, text, &image.digest);
	image.size = rc == 0 ? (uint64_t)text.len : 0;
	if (rc == 0)
		rc = op_text(op, &image.name, "%.*s:packages", STR_ARG(lock->name));
	return rc < 0 ? rc : store_image_put(op, to, &image);
}

static int save_platform(struct op *op, const struct store *from, const struct store *to,
			 const struct lock_platform *p)
{
	struct image image;
	char hex[DIGEST_HEX];
	int rc = 0;

	if (p->layer_n == 0)
		return 0; /* locked, and not built this time */
	for (ptrdiff_t i = 0; rc == 0 && i < p->package_n; i++)
		rc = need_blob(op, from, to, &p->package[i].sha256, "package");
	for (ptrdiff_t i = 0; rc == 0 && i < p->artifact_n; i++)
		rc = need_blob(op, from, to, &p->artifact[i].sha256, "artifact");
	for (ptrdiff_t i = 0; rc == 0 && i < p->layer_n; i++)
		rc = need_blob(op, from, to, &p->layer[i].digest, "layer");
	if (rc == 0)
		rc = need_blob(op, from, to, &p->manifest, "manifest");
	if (rc == 0)
		rc = image_get(op, from, &p->manifest, str_of(p->platform->name), &image);
	if (rc > 0)
		return op_fail(op, ERR_IO, "the store lacks parts of manifest sha256:%s",
			       digest_hex(&p->manifest, hex));
	return rc < 0 ? rc : need_blob(op, from, to, &image.config_digest, "configuration");
}

int vendor_save(struct op *op, const struct store *store, str dir, const struct built *b)
{
	AUTO_STORE to = { .dir = -1, .blobs = -1, .keys = -1, .tmp = -1 };
	struct store_image image = { .media_type = b->image.media_type,
				     .digest = b->image.digest,
				     .size = b->image.size };
	int rc = store_open(op, dir, &to);

	for (ptrdiff_t i = 0; rc == 0 && i < b->lock.platform_n; i++)
		rc = save_platform(op, store, &to, &b->lock.platform[i]);
	if (rc == 0)
		rc = need_blob(op, store, &to, &b->image.digest, "index");
	if (rc == 0)
		rc = op_text(op, &image.name, "%.*s:latest", STR_ARG(b->lock.name));
	if (rc == 0)
		rc = store_image_put(op, &to, &image);
	return rc < 0 ? rc : put_packages(op, &to, &b->lock);
}

int vendor_load(struct op *op, const struct store *store, str dir, const struct lock *lock)
{
	AUTO_STORE from = { .dir = -1, .blobs = -1, .keys = -1, .tmp = -1 };
	const char *path = op_cstr(op, dir);
	struct stat st;
	int rc;

	if (!path)
		return op->code;
	if (stat(path, &st) < 0)
		return op_fail(op, ERR_USAGE, "there is no vendor directory '%.*s'", STR_ARG(dir));
	rc = store_open(op, dir, &from);
	for (ptrdiff_t p = 0; rc >= 0 && p < lock->platform_n; p++) {
		const struct lock_platform *l = &lock->platform[p];
		for (ptrdiff_t i = 0; rc >= 0 && i < l->package_n; i++)
			rc = copy_blob(op, &from, store, &l->package[i].sha256);
		for (ptrdiff_t i = 0; rc >= 0 && i < l->artifact_n; i++)
			rc = copy_blob(op, &from, store, &l->artifact[i].sha256);
		for (ptrdiff_t i = 0; rc >= 0 && i < l->layer_n; i++)
			rc = copy_blob(op, &from, store, &l->layer[i].digest);
	}
	if (rc < 0)
		return op_fail_in(op, "the vendor directory %.*s", STR_ARG(dir));
	return 0;
}
