#include "layer.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"
#include "codec/json.h"
#include "codec/tar.h"
#include "distro/deb.h"

enum {
	PIECE = 256 * 1024, /* bytes of content moved at a time */
	RECORD_MAX = 1024,
};

str layer_media_type(enum compress_kind kind)
{
	return kind == COMPRESS_ZSTD ? S("application/vnd.oci.image.layer.v1.tar+zstd")
				     : S("application/vnd.oci.image.layer.v1.tar+gzip");
}

/* Records: kind "layer", JSON. */

int layer_remember(struct op *op, const struct store *store, const struct digest *key,
		   const struct layer_blob *blob)
{
	char text[DIGEST_TEXT];
	struct json_out j;
	struct buf b;
	str record;

	buf_init(&b, op, RECORD_MAX);
	json_begin(&j, &b, 0);
	json_object(&j);
	json_pair(&j, "diffId", str_of(digest_text(&blob->diff_id, text)));
	json_pair(&j, "digest", str_of(digest_text(&blob->digest, text)));
	json_pair_u64(&j, "size", blob->size);
	json_pair_u64(&j, "tarSize", blob->tar_size);
	json_object_end(&j);
	int rc = buf_take(&b, &record);
	return rc < 0 ? rc : store_key_put(op, store, "layer", key, record);
}

static bool record_read(const struct node *n, struct layer_blob *ret)
{
	str diff_id, digest;

	return node_text(node_get(n, S("diffId")), &diff_id) &&
	       digest_parse(diff_id, &ret->diff_id) &&
	       node_text(node_get(n, S("digest")), &digest) && digest_parse(digest, &ret->digest) &&
	       node_u64(node_get(n, S("size")), &ret->size) &&
	       node_u64(node_get(n, S("tarSize")), &ret->tar_size);
}

int layer_find(struct op *op, const struct store *store, const struct digest *key,
	       struct layer_blob *ret)
{
	struct layer_blob got;
	struct doc doc;
	str record;
	int rc = store_key_get(op, store, "layer", key, RECORD_MAX, &record);

	if (rc)
		return rc;
	if (json_parse(op, S("layer record"), record, &doc) < 0 || !record_read(&doc.root, &got)) {
		op_forgive(op); /* a damaged record is as good as none */
		return 1;
	}
	if (!store_blob_has(store, &got.digest))
		return 1;
	*ret = got;
	return 0;
}

/* Keys */

static void key_digest(struct buf *b, const struct digest *d)
{
	char hex[DIGEST_HEX];

	buf_add(b, str_of(digest_hex(d, hex)));
	buf_char(b, '\n');
}

static void key_line(struct buf *b, str s)
{
	buf_fmt(b, "%td ", s.len);
	buf_add(b, s);
	buf_char(b, '\n');
}

int layer_key(struct op *op, const struct layer_spec *spec, struct digest *ret)
{
	const struct contents *c = spec->contents;
	struct buf b;
	str text;

	buf_init(&b, op, 1 << 30);
	buf_add(&b, S(LAYER_RULES " " CONTENTS_RULES "\n"));
	key_line(&b, str_of(compress_id(spec->compression)));
	buf_add(&b, spec->fragment ? S("fragment\n") : S("layer\n"));
	key_digest(&b, &c->deb);
	for (ptrdiff_t i = 0; i < c->n; i++)
		if (!spec->keep[i])
			key_line(&b, c->entry[i].path);
	for (ptrdiff_t i = 0; i < spec->rename_n; i++) {
		const struct entry *e = contents_find(c, spec->rename[i].from);
		if (!e || !spec->keep[e - c->entry])
			continue; /* what is not written changes no byte */
		key_line(&b, spec->rename[i].from);
		key_line(&b, spec->rename[i].to);
	}
	int rc = buf_take(&b, &text);
	if (rc == 0)
		*ret = digest_of(text);
	return rc;
}

/* Writing a tar through the compressor into the store. */

struct writer {
	struct op *op;
	struct store_writer out;
	struct compress *compress;
	struct hash *tar; /* of the uncompressed bytes */
	uint64_t tar_size;
	struct buf head; /* the header being written */
};

static void writer_done(struct writer *w)
{
	compress_close(&w->compress);
	hash_close(&w->tar);
	store_writer_discard(&w->out);
}
#define AUTO_WRITER __attribute__((cleanup(writer_done))) struct writer

static int to_store(struct op *op, void *to, str bytes)
{
	return store_writer_add(op, to, bytes);
}

static int writer_open(struct writer *w, struct op *op, const struct store *store,
		       enum compress_kind kind)
{
	int rc = store_writer_open(op, store, &w->out);

	w->op = op;
	buf_init(&w->head, op, LIMIT_TAR_HEADER);
	if (rc == 0)
		rc = hash_open(op, HASH_SHA256, &w->tar);
	if (rc == 0)
		rc = compress_open(op, kind, to_store, &w->out, &w->compress);
	return rc;
}

static int writer_add(struct writer *w, str bytes)
{
	hash_add(w->tar, bytes);
	w->tar_size += (uint64_t)bytes.len;
	return compress_add(w->op, w->compress, bytes);
}

static int writer_zeros(struct writer *w, size_t n)
{
	static const char zeros[TAR_END];

	return n ? writer_add(w, (str){ zeros, (ptrdiff_t)n }) : 0;
}

static int writer_header(struct writer *w, const struct tar_entry *e)
{
	w->head.len = 0;
	tar_header(&w->head, e);
	return w->head.bad ? w->op->code : writer_add(w, buf_view(&w->head));
}

static int writer_commit(struct writer *w, struct layer_blob *ret)
{
	int rc = compress_end(w->op, w->compress);

	if (rc < 0)
		return rc;
	hash_result(w->tar, HASH_SHA256, ret->diff_id.b);
	ret->tar_size = w->tar_size;
	ret->size = w->out.size;
	return store_writer_commit(w->op, &w->out, NULL, &ret->digest);
}

static struct tar_entry tar_of(const struct entry *e)
{
	static const enum tar_type type[] = { [ENTRY_DIRECTORY] = TAR_DIRECTORY,
					      [ENTRY_FILE] = TAR_FILE,
					      [ENTRY_SYMLINK] = TAR_SYMLINK,
					      [ENTRY_HARDLINK] = TAR_HARDLINK };

	return (struct tar_entry){ .type = type[e->type],
				   .path = e->path,
				   .link = e->link,
				   .mode = e->mode,
				   .uid = e->uid,
				   .gid = e->gid,
				   .mtime = e->mtime,
				   .size = e->type == ENTRY_FILE ? e->size : 0 };
}

static int write_bytes(struct writer *w, const struct entry *e, str bytes)
{
	struct tar_entry t = tar_of(e);
	int rc = writer_header(w, &t);

	if (rc < 0 || e->type != ENTRY_FILE)
		return rc;
	MUST(e->size == (uint64_t)bytes.len);
	if ((rc = writer_add(w, bytes)) < 0)
		return rc;
	return writer_zeros(w, tar_padding(e->size));
}

/* The content of a file out of the package's spool. */
static int write_spooled(struct writer *w, const struct entry *e, int spool, uint64_t offset,
			 char *piece)
{
	struct tar_entry t = tar_of(e);
	int rc = writer_header(w, &t);
	uint64_t left = e->size;

	while (rc == 0 && left > 0) {
		size_t n = left < PIECE ? (size_t)left : PIECE;
		if ((rc = file_pread(w->op, spool, e->path, piece, n, offset)) < 0)
			break;
		rc = writer_add(w, (str){ piece, (ptrdiff_t)n });
		offset += n;
		left -= n;
	}
	return rc < 0 ? rc : writer_zeros(w, tar_padding(e->size));
}

/* One package */

struct item { /* something to write: an entry of the package, a made directory, or a dpkg record */
	struct entry entry;
	ptrdiff_t index; /* into contents.entry, or -1 */
	str bytes;       /* of a dpkg record */
};
typedef VEC(struct item) items;

static str renamed(const struct layer_spec *spec, str path)
{
	for (ptrdiff_t i = 0; i < spec->rename_n; i++)
		if (str_eq(spec->rename[i].from, path))
			return spec->rename[i].to;
	return path;
}

static int add_entries(struct op *op, const struct layer_spec *spec, items *out)
{
	for (ptrdiff_t i = 0; i < spec->contents->n; i++) {
		const struct entry *e = &spec->contents->entry[i];
		if (!spec->keep[i] || (spec->fragment && e->type == ENTRY_DIRECTORY))
			continue;
		struct item *it = vec_push(op, out);
		if (!it)
			return op->code;
		it->entry = *e;
		it->entry.path = renamed(spec, e->path);
		it->index = i;
	}
	return 0;
}

int layer_md5sums(struct op *op, const struct layer_spec *spec, str *ret)
{
	str in = spec->contents->md5sums;
	struct buf b;

	buf_init(&b, op, LIMIT_CONTROL_FILE);
	while (in.len > 0) {
		str line = str_cut(&in, '\n'), path;
		char clean[LIMIT_PATH];
		if (line.len < 34 || !tar_clean(str_trim(str_from(line, 33)), clean, &path))
			continue;
		bool moved;
		int rc = deb_path(op, path, false, &path, &moved);
		if (rc < 0)
			return rc;
		const struct entry *e = contents_find(spec->contents, path);
		if (!e || !spec->keep[e - spec->contents->entry])
			continue;
		buf_add(&b, str_head(line, 32));
		buf_add(&b, S("  "));
		buf_add(&b, renamed(spec, path));
		buf_char(&b, '\n');
	}
	return buf_take(&b, ret);
}

static int add_record(struct op *op, const struct layer_spec *spec, items *out, const char *suffix,
		      str bytes)
{
	struct item *it = vec_push(op, out);

	if (!it)
		return op->code;
	it->entry = (struct entry){ .type = ENTRY_FILE,
				    .mode = 0644,
				    .mtime = spec->contents->built,
				    .size = (uint64_t)bytes.len };
	it->index = -1;
	it->bytes = bytes;
	return op_text(op, &it->entry.path, "var/lib/dpkg/status.d/%.*s%s",
		       STR_ARG(spec->contents->name), suffix);
}

/* The directories above everything in out that are not in it: 0755, root's, as old as the package.
 */
static int add_parents(struct op *op, const struct layer_spec *spec, items *out)
{
	struct map seen;

	map_init(&seen, op);
	for (ptrdiff_t i = 0; i < out->n; i++)
		if (out->p[i].entry.type == ENTRY_DIRECTORY &&
		    map_put(&seen, out->p[i].entry.path, out) < 0)
			return op->code;
	for (ptrdiff_t i = 0; i < out->n; i++) {
		str dir = str_dir_name(out->p[i].entry.path);
		for (; dir.len > 0 && !map_get(&seen, dir); dir = str_dir_name(dir)) {
			struct item *it = vec_push(op, out);
			if (!it || map_put(&seen, dir, out) < 0)
				return op->code;
			it->entry = (struct entry){ .path = dir,
						    .type = ENTRY_DIRECTORY,
						    .mode = 0755,
						    .mtime = spec->contents->built };
			it->index = -1;
		}
	}
	return 0;
}

static int by_entry(const void *a, const void *b)
{
	return entry_cmp(&((const struct item *)a)->entry, &((const struct item *)b)->entry);
}

static int list_items(struct op *op, const struct layer_spec *spec, items *out)
{
	str md5sums;
	int rc = add_entries(op, spec, out);

	if (rc < 0 || (rc = layer_md5sums(op, spec, &md5sums)) < 0)
		return rc;
	if (spec->contents->control.len &&
	    (rc = add_record(op, spec, out, "", spec->contents->control)) < 0)
		return rc;
	if (md5sums.len && (rc = add_record(op, spec, out, ".md5sums", md5sums)) < 0)
		return rc;
	if (!spec->fragment && (rc = add_parents(op, spec, out)) < 0)
		return rc;
	if (out->n > 1)
		qsort(out->p, (size_t)out->n, sizeof(*out->p), by_entry);
	return 0;
}

/*
 * The first name of a group of hard links in archive order is the file, whichever the package
 * called so: a name that sorts before it or was dropped must not change what is written.
 */
static int settle_links(struct op *op, const struct layer_spec *spec, items *list)
{
	const struct contents *c = spec->contents;
	struct map first;

	map_init(&first, op);
	for (ptrdiff_t i = 0; i < c->n; i++)
		if (c->entry[i].type == ENTRY_HARDLINK &&
		    map_put(&first, c->entry[i].link, &first) < 0)
			return op->code;
	for (ptrdiff_t i = 0; i < list->n; i++) {
		struct entry *e = &list->p[i].entry;
		if (list->p[i].index < 0 || (e->type != ENTRY_FILE && e->type != ENTRY_HARDLINK))
			continue;
		const struct entry *shipped = &c->entry[list->p[i].index];
		str group = e->type == ENTRY_HARDLINK ? shipped->link : shipped->path;
		void *holder = map_get(&first, group);
		if (!holder)
			continue; /* not linked to */
		const struct entry *file = contents_find(c, group);
		MUST(file && file->type == ENTRY_FILE);
		if (holder == &first) {
			*e = (struct entry){ .path = e->path,
					     .type = ENTRY_FILE,
					     .mode = file->mode,
					     .uid = file->uid,
					     .gid = file->gid,
					     .mtime = file->mtime,
					     .size = file->size };
			if (map_put(&first, group, &list->p[i]) < 0)
				return op->code;
		} else {
			e->type = ENTRY_HARDLINK;
			e->link = ((struct item *)holder)->entry.path;
		}
	}
	return 0;
}

static int write_items(struct writer *w, const items *list, const struct contents_data *data)
{
	char *piece = op_new(w->op, char, PIECE);
	int rc = 0;

	if (!piece)
		return w->op->code;
	for (ptrdiff_t i = 0; rc == 0 && i < list->n; i++) {
		const struct item *it = &list->p[i];
		if (it->index >= 0 && it->entry.type == ENTRY_FILE)
			rc = write_spooled(w, &it->entry, data->spool, data->offset[it->index],
					   piece);
		else
			rc = write_bytes(w, &it->entry, it->bytes);
	}
	return rc;
}

int layer_make(struct op *op, const struct store *store, const struct layer_spec *spec,
	       const struct contents_data *data, const struct digest *key, struct layer_blob *ret)
{
	AUTO_WRITER w = { .out = { .file = { .fd = -1 } } };
	struct layer_blob made;
	items list = { 0 };
	int rc = list_items(op, spec, &list);

	if (rc < 0 || (rc = settle_links(op, spec, &list)) < 0)
		return rc;
	if ((rc = writer_open(&w, op, store, spec->compression)) < 0)
		return rc;
	if ((rc = write_items(&w, &list, data)) < 0)
		return rc;
	if (!spec->fragment && (rc = writer_zeros(&w, TAR_END)) < 0)
		return rc;
	if ((rc = writer_commit(&w, &made)) < 0 || (rc = layer_remember(op, store, key, &made)) < 0)
		return rc;
	*ret = made;
	return 0;
}

/* Sums */

static void key_entry(struct buf *b, const struct entry *e)
{
	key_line(b, e->path);
	key_line(b, e->link);
	buf_fmt(b, "%d %o %u %u %llu %lld\n", (int)e->type, e->mode, e->uid, e->gid,
		(unsigned long long)e->size, (long long)e->mtime);
}

static int sum_key(struct op *op, const struct layer_sum *sum, struct digest *ret)
{
	struct buf b;
	str text;

	buf_init(&b, op, 1 << 30);
	buf_add(&b, S(LAYER_RULES " sum\n"));
	key_line(&b, str_of(compress_id(sum->compression)));
	for (ptrdiff_t i = 0; i < sum->directory_n; i++)
		key_entry(&b, &sum->directory[i]);
	for (ptrdiff_t i = 0; i < sum->fragment_n; i++)
		key_digest(&b, &sum->fragment[i].digest);
	for (ptrdiff_t i = 0; i < sum->file_n; i++) {
		struct digest d = digest_of(sum->file[i].bytes);
		key_entry(&b, &sum->file[i].entry);
		key_digest(&b, &d);
	}
	int rc = buf_take(&b, &text);
	if (rc == 0)
		*ret = digest_of(text);
	return rc;
}

/* Append a fragment as it is, and hash what it unpacks to. */
static int append_fragment(struct writer *w, const struct store *store, const struct layer_blob *f)
{
	AUTO_FD fd = -1;
	AUTO_STREAM *in = NULL;
	uint64_t size, done = 0;
	size_t n = 0;
	int rc = store_blob_open(w->op, store, &f->digest, &fd, &size);

	if (rc)
		return rc < 0 ? rc
			      : op_fail(w->op, ERR_IO, "a layer fragment vanished from the store");
	char *piece = op_new(w->op, char, PIECE);
	if (!piece)
		return w->op->code;
	for (; rc == 0 && done < size; done += n) {
		n = size - done < PIECE ? (size_t)(size - done) : PIECE;
		rc = file_pread(w->op, fd, S("layer fragment"), piece, n, done);
		if (rc == 0)
			rc = store_writer_add(w->op, &w->out, (str){ piece, (ptrdiff_t)n });
	}
	if (rc == 0)
		rc = stream_open_fd(w->op, fd, S("layer fragment"), 0, size, f->tar_size + 1, &in);
	for (done = 0; rc == 0; done += n) {
		rc = stream_read(w->op, in, piece, PIECE, &n);
		if (rc < 0 || n == 0)
			break;
		hash_add(w->tar, (str){ piece, (ptrdiff_t)n });
	}
	if (rc == 0 && done != f->tar_size)
		return op_fail(w->op, ERR_VERIFY,
			       "a layer fragment in the store has the wrong size");
	w->tar_size += done;
	return rc;
}

static int write_sum(struct writer *w, const struct store *store, const struct layer_sum *sum)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < sum->directory_n; i++)
		rc = write_bytes(w, &sum->directory[i], S(""));
	if (rc == 0)
		rc = compress_end(w->op, w->compress); /* fragments begin members of their own */
	for (ptrdiff_t i = 0; rc == 0 && i < sum->fragment_n; i++) {
		struct op_mark mark = op_mark(w->op);
		rc = append_fragment(w, store, &sum->fragment[i]);
		if (rc == 0)
			op_reset(w->op, mark);
	}
	for (ptrdiff_t i = 0; rc == 0 && i < sum->file_n; i++)
		rc = write_bytes(w, &sum->file[i].entry, sum->file[i].bytes);
	return rc < 0 ? rc : writer_zeros(w, TAR_END);
}

int layer_sum(struct op *op, const struct store *store, const struct layer_sum *sum,
	      struct layer_blob *ret, bool *ret_made)
{
	AUTO_WRITER w = { .out = { .file = { .fd = -1 } } };
	struct layer_blob made;
	struct digest key;
	int rc = sum_key(op, sum, &key);

	if (rc < 0)
		return rc;
	*ret_made = false;
	if ((rc = layer_find(op, store, &key, ret)) <= 0)
		return rc;
	if ((rc = writer_open(&w, op, store, sum->compression)) < 0 ||
	    (rc = write_sum(&w, store, sum)) < 0)
		return rc;
	if ((rc = writer_commit(&w, &made)) < 0 ||
	    (rc = layer_remember(op, store, &key, &made)) < 0)
		return rc;
	*ret = made;
	*ret_made = true;
	return 0;
}

int layer_unpacks_to(struct op *op, const struct store *store, const struct digest *blob,
		     const struct digest *diff_id, bool *ret)
{
	AUTO_STREAM *in = NULL;
	AUTO_HASH *hash = NULL;
	AUTO_FD fd = -1;
	struct digest got;
	uint64_t size;
	size_t n = 1;
	int rc = store_blob_open(op, store, blob, &fd, &size);

	*ret = false;
	if (rc)
		return rc < 0 ? rc : 0;
	char *piece = op_new(op, char, PIECE);
	if (!piece)
		return op->code;
	if ((rc = hash_open(op, HASH_SHA256, &hash)) < 0 ||
	    (rc = stream_open_fd(op, fd, S("layer"), 0, size, LIMIT_UNPACKED, &in)) < 0)
		return rc;
	while ((rc = stream_read(op, in, piece, PIECE, &n)) == 0 && n > 0)
		hash_add(hash, (str){ piece, (ptrdiff_t)n });
	if (rc < 0)
		return rc;
	hash_result(hash, HASH_SHA256, got.b);
	*ret = digest_eq(&got, diff_id);
	return 0;
}
