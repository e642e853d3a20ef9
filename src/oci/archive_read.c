#include <string.h>

#include "archive.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"
#include "codec/tar.h"

enum {
	PIECE = 1 << 16,
	MEMBERS_MAX = 65536,      /* entries of an archive; an image has a few for each layer */
	DOCUMENTS_MAX = 64 << 20, /* bytes of all documents in an archive */
	LINKS_MAX = 8,            /* podman and old dockers link layers of the same content */
};

struct member {
	struct digest digest;
	uint64_t size;
	str link;     /* not empty: a link to that path */
	str document; /* its bytes, if it looks like JSON; then it is not in the store */
	bool is_document;
};

struct archive {
	const struct store *store;
	str what;
	struct map member; /* path to struct member */
	uint64_t documents;
	str name; /* the image that is wanted; empty: the only one */
};

/* dir + "/" + link without "." and ".."; empty where it leaves the archive. */
static int join(struct op *op, str dir, str link, str *ret)
{
	VEC(str) part = { 0 };
	struct buf b;

	*ret = S("");
	for (int turn = 0; turn < 2; turn++) {
		for (str rest = turn ? link : dir; rest.p;) {
			str name = str_cut(&rest, '/');
			if (name.len == 0 || str_eq(name, S(".")))
				continue;
			if (str_eq(name, S(".."))) {
				if (part.n-- == 0)
					return 0;
				continue;
			}
			str *slot = vec_push(op, &part);
			if (!slot)
				return op->code;
			*slot = name;
		}
	}
	buf_init(&b, op, LIMIT_PATH);
	for (ptrdiff_t i = 0; i < part.n; i++)
		buf_fmt(&b, "%s%.*s", i ? "/" : "", STR_ARG(part.p[i]));
	return buf_take(&b, ret);
}

/* Blobs carry their digest in their name: nothing else may stand there. */
static int check_name(struct op *op, const struct archive *a, str path, const struct digest *got)
{
	struct digest want;

	if (!str_starts(path, S("blobs/sha256/")))
		return 0;
	if (digest_parse(str_base_name(path), &want) && digest_eq(&want, got))
		return 0;
	return op_fail(op, ERR_VERIFY, "%.*s: '%.*s' does not hold what its name says",
		       STR_ARG(a->what), STR_ARG(path));
}

/* The rest of a member after its first piece, into the store. */
static int keep_blob(struct op *op, struct archive *a, struct tar *tar, str first, str path,
		     struct member *m)
{
	AUTO_STORE_WRITER w = { .file.fd = -1 };
	char piece[PIECE];
	struct digest want, *check = NULL;
	size_t n = 0;
	int rc = store_writer_open(op, a->store, &w);

	if (rc == 0)
		rc = store_writer_add(op, &w, first);
	while (rc == 0 && (rc = tar_read(op, tar, piece, sizeof(piece), &n)) == 0 && n > 0)
		rc = store_writer_add(op, &w, (str){ piece, (ptrdiff_t)n });
	if (rc < 0)
		return rc;
	if (str_starts(path, S("blobs/sha256/"))) {
		if (!digest_parse(str_base_name(path), &want))
			return op_fail(op, ERR_FORMAT, "%.*s: '%.*s' is not named by a digest",
				       STR_ARG(a->what), STR_ARG(path));
		check = &want;
	}
	m->size = w.size;
	rc = store_writer_commit(op, &w, check, &m->digest);
	return rc < 0 ? op_fail_in(op, "%.*s: '%.*s'", STR_ARG(a->what), STR_ARG(path)) : 0;
}

static int keep_document(struct op *op, struct archive *a, struct tar *tar, str first,
			 uint64_t size, str path, struct member *m)
{
	char *p = op_alloc(op, 1, (ptrdiff_t)size + 1);
	size_t have = (size_t)first.len, n = 0;

	a->documents += size;
	if (a->documents > DOCUMENTS_MAX)
		return op_fail(op, ERR_LIMIT, "%.*s holds more than %d bytes of documents",
			       STR_ARG(a->what), DOCUMENTS_MAX);
	if (!p)
		return op->code;
	memcpy(p, first.p, have);
	while (have < size) {
		int rc = tar_read(op, tar, p + have, (size_t)size - have, &n);
		if (rc < 0)
			return rc;
		MUST(n > 0); /* tar_read() fails where an entry is cut off */
		have += n;
	}
	m->document = (str){ p, (ptrdiff_t)size };
	m->is_document = true;
	m->size = size;
	m->digest = digest_of(m->document);
	return check_name(op, a, path, &m->digest);
}

/* Documents begin with a bracket; a layer's tar begins with a path and a gzip with its magic. */
static bool is_document(str first, uint64_t size)
{
	return size <= LIMIT_CONFIG && (size == 0 || first.p[0] == '{' || first.p[0] == '[');
}

static int keep_file(struct op *op, struct archive *a, struct tar *tar, const struct tar_entry *e,
		     str path, struct member *m)
{
	char piece[512];
	size_t n = 0;
	uint64_t size = e->size;
	int rc = tar_read(op, tar, piece, sizeof(piece), &n);

	if (rc < 0)
		return rc;
	str first = { piece, (ptrdiff_t)n };
	return is_document(first, size) ? keep_document(op, a, tar, first, size, path, m)
					: keep_blob(op, a, tar, first, path, m);
}

static int keep_member(struct op *op, struct archive *a, struct tar *tar, const struct tar_entry *e)
{
	struct member *m = op_new(op, struct member, 1);
	str path;
	int rc;

	if (e->type == TAR_DIRECTORY || e->type == TAR_OTHER || e->path.len == 0)
		return 0;
	if (!m || (rc = op_copy(op, e->path, &path)) < 0)
		return op->code;
	if (a->member.n == MEMBERS_MAX)
		return op_fail(op, ERR_LIMIT, "%.*s has more than %d members", STR_ARG(a->what),
			       MEMBERS_MAX);
	if (e->type == TAR_FILE)
		rc = keep_file(op, a, tar, e, path, m);
	else
		rc = join(op, e->type == TAR_SYMLINK ? str_dir_name(path) : S(""), e->link,
			  &m->link);
	if (rc < 0)
		return rc;
	return map_put(&a->member, path, m);
}

static int keep_members(struct op *op, struct archive *a, int fd)
{
	AUTO_STREAM *in = NULL;
	struct tar_entry e;
	struct tar *tar;
	int rc = stream_open_fd(op, fd, a->what, 0, UINT64_MAX, LIMIT_UNPACKED, &in);

	if (rc < 0 || (rc = tar_open(op, in, a->what, false, &tar)) < 0)
		return rc;
	while ((rc = tar_next(op, tar, &e)) > 0)
		if ((rc = keep_member(op, a, tar, &e)) < 0)
			return rc;
	return rc;
}

static struct member *find_member(const struct archive *a, str path)
{
	struct member *m = map_get(&a->member, path);

	for (int i = 0; m && m->link.len && i < LINKS_MAX; i++)
		m = map_get(&a->member, m->link);
	return m && !m->link.len && m->size ? m : NULL;
}

static int fetch_member(struct op *op, void *arg, const struct image_descriptor *d)
{
	struct archive *a = arg;
	char hex[DIGEST_HEX];
	struct digest got;
	str path;
	int rc = op_text(op, &path, "blobs/sha256/%s", digest_hex(&d->digest, hex));

	if (rc < 0)
		return rc;
	struct member *m = find_member(a, path);
	return m && m->is_document ? store_blob_put(op, a->store, m->document, &got) : 0;
}

static int read_oci(struct op *op, struct archive *a, struct image_descriptor *ret, str *ret_name)
{
	struct member *index = find_member(a, S("index.json"));
	struct image_descriptor root;
	struct layout_entry e;
	struct closure c;
	struct doc doc;
	int rc;

	if (!index || !index->is_document)
		return op_fail(op, ERR_FORMAT, "%.*s is not an OCI archive: it has no index.json",
			       STR_ARG(a->what));
	if ((rc = layout_parse(op, a->what, index->document, &doc)) < 0 ||
	    (rc = layout_choose(op, &doc, a->name, &e)) < 0)
		return rc;
	root = (struct image_descriptor){ e.media_type, e.digest, e.size, e.platform };
	if ((rc = closure_read(op, a->store, &root, fetch_member, a, &c)) < 0 ||
	    (rc = closure_verify(op, a->store, &c)) < 0)
		return rc;
	*ret = root;
	*ret_name = e.full_name.len ? e.full_name : e.ref_name;
	return 0;
}

/* The image that is wanted in manifest.json. */
static int choose_docker(struct op *op, const struct archive *a, const struct doc *doc,
			 const struct node **ret, str *ret_name)
{
	const struct node *list = &doc->root;

	if (list->kind != NODE_LIST || list->n == 0)
		return op_fail(op, ERR_FORMAT, "%.*s: manifest.json lists no image",
			       STR_ARG(a->what));
	for (ptrdiff_t i = 0; i < list->n; i++) {
		const struct node *tags = node_get(&list->child[i], S("RepoTags"));
		str tag = { 0 };
		if (!a->name.len && list->n == 1) {
			(void)!(tags && tags->n && node_text(&tags->child[0], ret_name));
			*ret = &list->child[0];
			return 0;
		}
		for (ptrdiff_t k = 0; tags && k < tags->n; k++) {
			if (!node_text(&tags->child[k], &tag) || !str_eq(tag, a->name))
				continue;
			*ret = &list->child[i];
			*ret_name = tag;
			return 0;
		}
	}
	if (a->name.len)
		return op_fail(op, ERR_USAGE, "%.*s holds no '%.*s'", STR_ARG(a->what),
			       STR_ARG(a->name));
	return op_fail(op, ERR_USAGE,
		       "%.*s holds %td images; name one: docker-archive:FILE:NAME:TAG",
		       STR_ARG(a->what), list->n);
}

/* A layer's blob in the store, its content checked against the configuration. */
static int read_docker_layer(struct op *op, const struct archive *a, str path,
			     struct image_layer *layer)
{
	struct member *m = find_member(a, path);
	enum stream_kind kind = STREAM_PLAIN;
	struct digest got;
	int rc;

	if (!m)
		return op_fail(op, ERR_FORMAT, "%.*s: layer '%.*s' is missing", STR_ARG(a->what),
			       STR_ARG(path));
	if (m->is_document && (rc = store_blob_put(op, a->store, m->document, &got)) < 0)
		return rc;
	struct op_mark mark = op_mark(op);
	if ((rc = layer_diff_id(op, a->store, &m->digest, &got, &layer->tar_size, &kind)) < 0)
		return rc;
	op_reset(op, mark);
	if (!digest_eq(&got, &layer->diff_id))
		return op_fail(op, ERR_VERIFY, "%.*s: layer '%.*s' does not unpack to its diff_id",
			       STR_ARG(a->what), STR_ARG(path));
	if (kind == STREAM_XZ)
		return op_fail(op, ERR_FORMAT, "%.*s: layer '%.*s' is compressed with xz",
			       STR_ARG(a->what), STR_ARG(path));
	layer->digest = m->digest;
	layer->size = m->size;
	layer->media_type = kind == STREAM_GZIP   ? S(MEDIA_LAYER "+gzip")
			    : kind == STREAM_ZSTD ? S(MEDIA_LAYER "+zstd")
						  : S(MEDIA_LAYER);
	return 0;
}

static int read_docker_image(struct op *op, const struct archive *a, const struct node *image,
			     struct image_descriptor *ret)
{
	const struct node *layers = node_get(image, S("Layers"));
	struct image_config c = { 0 };
	struct digest config;
	str path = { 0 };
	int rc;

	(void)node_text(node_get(image, S("Config")), &path);
	struct member *m = find_member(a, path);
	if (!m || !m->is_document || !layers || layers->kind != NODE_LIST)
		return op_fail(
			op, ERR_FORMAT,
			"%.*s: manifest.json names no configuration and layers that are there",
			STR_ARG(a->what));
	if ((rc = document_config_layers(op, path, m->document, &c)) < 0 ||
	    (rc = store_blob_put(op, a->store, m->document, &config)) < 0)
		return rc;
	if (c.layer_n != layers->n)
		return op_fail(op, ERR_FORMAT, "%.*s: %td layers and %td diff_ids",
			       STR_ARG(a->what), layers->n, c.layer_n);
	for (ptrdiff_t i = 0; i < c.layer_n; i++) {
		str layer = { 0 };
		(void)node_text(&layers->child[i], &layer);
		if ((rc = read_docker_layer(op, a, layer, &c.layer[i])) < 0)
			return rc;
	}
	return image_manifest_put(op, a->store, &c, &config, m->size, NULL, ret);
}

static int read_docker(struct op *op, struct archive *a, struct image_descriptor *ret,
		       str *ret_name)
{
	struct member *manifest = find_member(a, S("manifest.json"));
	const struct node *image = NULL;
	struct doc doc;
	str name = { 0 };
	int rc;

	if (!manifest || !manifest->is_document)
		return op_fail(op, ERR_FORMAT,
			       "%.*s is not a Docker archive: it has no manifest.json",
			       STR_ARG(a->what));
	if ((rc = json_parse(op, S("manifest.json"), manifest->document, &doc)) < 0 ||
	    (rc = choose_docker(op, a, &doc, &image, &name)) < 0 ||
	    (rc = read_docker_image(op, a, image, ret)) < 0)
		return rc;
	*ret_name = name;
	return 0;
}

int archive_read(struct op *op, const struct store *s, int fd, str what, enum archive_kind kind,
		 str name, struct image_descriptor *ret, str *ret_name)
{
	struct archive a = { .store = s, .what = what, .name = name };
	int rc;

	map_init(&a.member, op);
	if ((rc = keep_members(op, &a, fd)) < 0)
		return rc;
	if (kind == ARCHIVE_ANY)
		kind = find_member(&a, S("index.json")) ? ARCHIVE_OCI : ARCHIVE_DOCKER;
	return kind == ARCHIVE_OCI ? read_oci(op, &a, ret, ret_name)
				   : read_docker(op, &a, ret, ret_name);
}
