#include "layout.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/limits.h"

const str layout_mark = S_INIT("{\"imageLayoutVersion\":\"1.0.0\"}");

static const str empty_index =
	S_INIT("{\"schemaVersion\":2,\"mediaType\":\"" MEDIA_INDEX "\",\"manifests\":[]}");

static int make_file(struct op *op, int dirfd, str name, str bytes)
{
	struct stat st;

	if (fstatat(dirfd, name.p, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	return file_replace(op, dirfd, name, bytes, 0644);
}

int layout_make(struct op *op, int dirfd)
{
	AUTO_FD blobs = -1;
	int rc = dir_open(op, dirfd, S("blobs/sha256"), true, &blobs);

	if (rc < 0 || (rc = make_file(op, dirfd, S("index.json"), empty_index)) < 0)
		return rc;
	return make_file(op, dirfd, S("oci-layout"), layout_mark);
}

int layout_relock(struct op *op, int fd, const char *name, int kind, bool wait)
{
	struct flock lock = { .l_type = (short)kind, .l_whence = SEEK_SET };

	while (fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &lock) < 0) {
		if (!wait && (errno == EAGAIN || errno == EACCES))
			return 1;
		if (errno != EINTR)
			return op_fail_errno(op, "cannot lock %s", name);
	}
	return 0;
}

int layout_lock_file(struct op *op, int dirfd, const char *name, int kind, int *ret_fd)
{
	AUTO_FD fd = openat(dirfd, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);

	if (fd < 0)
		return op_fail_errno(op, "cannot open %s", name);
	int rc = layout_relock(op, fd, name, kind, true);
	if (rc < 0)
		return rc;
	*ret_fd = fd_take(&fd);
	return 0;
}

/* "linux/arm64/v8" of a descriptor's platform object; "" without one. */
static int read_platform(struct op *op, const struct node *at, str *ret)
{
	str os = { 0 }, arch = { 0 }, variant = { 0 };

	if (!node_text(node_get(at, S("os")), &os) ||
	    !node_text(node_get(at, S("architecture")), &arch))
		return 0;
	if (node_text(node_get(at, S("variant")), &variant) && variant.len)
		return op_text(op, ret, "%.*s/%.*s/%.*s", STR_ARG(os), STR_ARG(arch),
			       STR_ARG(variant));
	return op_text(op, ret, "%.*s/%.*s", STR_ARG(os), STR_ARG(arch));
}

int layout_entry_read(struct op *op, const struct doc *doc, const struct node *node,
		      struct layout_entry *ret)
{
	struct layout_entry e = { 0 };
	const struct node *notes = node_get(node, S("annotations"));
	str digest = { 0 }, refers = { 0 };

	(void)node_text(node_get(notes, S("vnd.docker.reference.type")), &refers);
	(void)node_text(node_get(notes, S(LAYOUT_REF_NAME)), &e.ref_name);
	(void)node_text(node_get(notes, S(LAYOUT_FULL_NAME)), &e.full_name);
	if (!node_text(node_get(node, S("mediaType")), &e.media_type) ||
	    !node_text(node_get(node, S("digest")), &digest) || !str_starts(digest, S("sha256:")) ||
	    !digest_parse(digest, &e.digest) || !node_u64(node_get(node, S("size")), &e.size) ||
	    e.size == 0 || e.size > INT64_MAX)
		return op_fail(
			op, ERR_FORMAT,
			"%.*s:%d:%d: not a descriptor with mediaType, sha256 digest and size",
			STR_ARG(doc->file), node->line, node->col);
	int rc = read_platform(op, node_get(node, S("platform")), &e.platform);
	if (rc < 0)
		return rc;
	e.attests = str_eq(refers, S("attestation-manifest")) ||
		    str_starts(e.platform, S("unknown/"));
	*ret = e;
	return 0;
}

int layout_parse(struct op *op, str what, str bytes, struct doc *ret)
{
	struct doc doc;
	int rc = json_parse(op, what, bytes, &doc);

	if (rc < 0)
		return rc;
	const struct node *list = node_get(&doc.root, S("manifests"));
	if (!list || list->kind != NODE_LIST || node_get(&doc.root, S("layers")))
		return op_fail(op, ERR_FORMAT, "%.*s is not an image index", STR_ARG(what));
	for (ptrdiff_t i = 0; i < list->n; i++) {
		struct op_mark mark = op_mark(op);
		struct layout_entry e;
		if ((rc = layout_entry_read(op, &doc, &list->child[i], &e)) < 0)
			return rc;
		op_reset(op, mark);
	}
	*ret = doc;
	return 0;
}

int layout_read(struct op *op, int dirfd, str what, struct doc *ret)
{
	str bytes;
	int rc = file_read(op, dirfd, S("index.json"), LIMIT_MANIFEST, &bytes);

	if (rc > 0)
		return op_fail(op, ERR_FORMAT, "%.*s is missing", STR_ARG(what));
	return rc < 0 ? rc : layout_parse(op, what, bytes, ret);
}

void layout_node_write(struct json_out *j, const struct node *node)
{
	/* The parser refused documents nested deeper than LIMIT_DEPTH. */
	if (node->kind == NODE_MAP) {
		json_object(j);
		for (ptrdiff_t i = 0; i < node->n; i++) {
			json_key(j, node->child[i].key);
			layout_node_write(j, &node->child[i]);
		}
		json_object_end(j);
	} else if (node->kind == NODE_LIST) {
		json_array(j);
		for (ptrdiff_t i = 0; i < node->n; i++)
			layout_node_write(j, &node->child[i]);
		json_array_end(j);
	} else if (node->kind == NODE_TEXT) {
		json_text(j, node->text);
	} else if (node->kind == NODE_NULL) {
		json_null(j);
	} else {
		json_raw(j, node->text);
	}
}

static void write_entry(struct json_out *j, const struct layout_entry *e)
{
	char text[DIGEST_TEXT];

	json_object(j);
	json_pair(j, "mediaType", e->media_type);
	json_pair(j, "digest", str_of(digest_text(&e->digest, text)));
	json_pair_u64(j, "size", e->size);
	if (e->ref_name.len || e->full_name.len) {
		json_key(j, S("annotations"));
		json_object(j);
		json_pair_opt(j, LAYOUT_FULL_NAME, e->full_name);
		json_pair_opt(j, LAYOUT_REF_NAME, e->ref_name);
		json_object_end(j);
	}
	json_object_end(j);
}

static str ref_name(const struct node *node)
{
	str name = { 0 };

	(void)node_text(node_get(node_get(node, S("annotations")), S(LAYOUT_REF_NAME)), &name);
	return name;
}

static int by_ref_name(const void *key, const void *entry)
{
	return str_cmp(*(const str *)key, ((const struct layout_entry *)entry)->ref_name);
}

static bool is_dropped(const struct node *node, const struct layout_entry *add, ptrdiff_t n,
		       str drop)
{
	str name = ref_name(node);

	return name.len && (str_eq(name, drop) ||
			    (n > 0 && bsearch(&name, add, (size_t)n, sizeof(*add), by_ref_name)));
}

static void write_list(struct json_out *j, const struct node *list, const struct layout_entry *add,
		       ptrdiff_t n, str drop)
{
	ptrdiff_t next = 0;

	json_array(j);
	for (ptrdiff_t i = 0; i < list->n; i++) {
		if (is_dropped(&list->child[i], add, n, drop))
			continue;
		while (next < n && str_cmp(add[next].ref_name, ref_name(&list->child[i])) < 0)
			write_entry(j, &add[next++]);
		layout_node_write(j, &list->child[i]);
	}
	while (next < n)
		write_entry(j, &add[next++]);
	json_array_end(j);
}

int layout_write(struct op *op, int dirfd, const struct doc *doc, const struct layout_entry *add,
		 ptrdiff_t n, str drop)
{
	struct json_out j;
	struct buf b;
	str text;
	int rc;

	buf_init(&b, op, LIMIT_MANIFEST);
	json_begin(&j, &b, 0);
	json_object(&j);
	for (ptrdiff_t i = 0; i < doc->root.n; i++) {
		const struct node *at = &doc->root.child[i];
		json_key(&j, at->key);
		if (str_eq(at->key, S("manifests")))
			write_list(&j, at, add, n, drop);
		else
			layout_node_write(&j, at);
	}
	json_object_end(&j);
	if ((rc = buf_take(&b, &text)) < 0)
		return rc;
	return file_replace(op, dirfd, S("index.json"), text, 0644);
}

int layout_index_text(struct op *op, const struct layout_entry *add, str *ret)
{
	struct json_out j;
	struct buf b;

	buf_init(&b, op, LIMIT_MANIFEST);
	json_begin(&j, &b, 0);
	json_object(&j);
	json_pair_u64(&j, "schemaVersion", 2);
	json_pair(&j, "mediaType", S(MEDIA_INDEX));
	json_key(&j, S("manifests"));
	json_array(&j);
	write_entry(&j, add);
	json_array_end(&j);
	json_object_end(&j);
	return buf_take(&b, ret);
}
