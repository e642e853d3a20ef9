#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "archive.h"
#include "base/limits.h"

enum { PIECE = 1 << 16 };

int layout_choose(struct op *op, const struct doc *doc, str name, struct layout_entry *ret)
{
	const struct node *list = node_get(&doc->root, S("manifests"));
	struct layout_entry e;
	ptrdiff_t found = 0;

	for (ptrdiff_t i = 0; i < list->n; i++) {
		int rc = layout_entry_read(op, doc, &list->child[i], &e);
		if (rc < 0)
			return rc;
		if (name.len && !str_eq(e.ref_name, name) && !str_eq(e.full_name, name))
			continue;
		if (found++ == 0)
			*ret = e;
	}
	if (found == 1 || (found > 1 && name.len))
		return 0;
	if (found > 1)
		return op_fail(op, ERR_USAGE,
			       "%.*s holds %td images; name one by its tag, behind a colon",
			       STR_ARG(doc->file), found);
	return op_fail(op, ERR_USAGE, "%.*s holds no image%s%.*s", STR_ARG(doc->file),
		       name.len ? " " : "", STR_ARG(name));
}

struct from_dir {
	const struct store *store;
	int blobs;
};

static int fetch_blob(struct op *op, void *arg, const struct image_descriptor *d)
{
	const struct from_dir *from = arg;
	AUTO_STORE_WRITER w = { .file.fd = -1 };
	AUTO_FD fd = -1;
	char hex[DIGEST_HEX], piece[PIECE];
	struct digest got;
	ssize_t n;
	int rc;

	if (store_blob_has(from->store, &d->digest) &&
	    store_blob_verify(op, from->store, &d->digest) == 0)
		return 0;
	op_forgive(op);
	if ((rc = file_open(op, from->blobs, str_of(digest_hex(&d->digest, hex)), &fd)) != 0)
		return rc < 0 ? rc
			      : op_fail(op, ERR_FORMAT,
					"the image is not whole: blob sha256:%s is missing", hex);
	if ((rc = store_writer_open(op, from->store, &w)) < 0)
		return rc;
	while ((n = read(fd, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return op_fail_errno(op, "cannot read blob sha256:%s", hex);
		if ((rc = store_writer_add(op, &w, (str){ piece, n })) < 0)
			return rc;
		if (w.size > d->size)
			return op_fail(op, ERR_FORMAT,
				       "blob sha256:%s is larger than its descriptor says", hex);
	}
	return store_writer_commit(op, &w, &d->digest, &got);
}

static int import_dir(struct op *op, const struct store *s, str place, str tag,
		      struct image_descriptor *ret, str *ret_name)
{
	AUTO_FD dir = -1;
	AUTO_FD blobs = -1;
	struct image_descriptor root;
	struct layout_entry e;
	struct closure c;
	struct doc doc;
	str what;
	int rc;

	if ((rc = dir_open(op, AT_FDCWD, place, false, &dir)) < 0 ||
	    (rc = op_text(op, &what, "%.*s/index.json", STR_ARG(place))) < 0 ||
	    (rc = layout_read(op, dir, what, &doc)) < 0 ||
	    (rc = layout_choose(op, &doc, tag, &e)) < 0 ||
	    (rc = dir_open(op, dir, S("blobs/sha256"), false, &blobs)) < 0)
		return rc;
	struct from_dir from = { s, blobs };
	root = (struct image_descriptor){ e.media_type, e.digest, e.size, e.platform };
	if ((rc = closure_read(op, s, &root, fetch_blob, &from, &c)) < 0 ||
	    (rc = closure_verify(op, s, &c)) < 0)
		return rc;
	*ret = root;
	*ret_name = e.full_name.len ? e.full_name : e.ref_name;
	return 0;
}

static int import_archive(struct op *op, const struct store *s, str place, enum archive_kind kind,
			  str name, struct image_descriptor *ret, str *ret_name)
{
	AUTO_FD fd = -1;
	int rc = file_open_user(op, place, &fd);

	return rc < 0 ? rc : archive_read(op, s, fd, place, kind, name, ret, ret_name);
}

static int import_name(struct op *op, const struct store *s, str name, struct image_descriptor *ret,
		       str *ret_name)
{
	struct store_image image;
	struct closure c;
	int rc = store_image_get(op, s, name, &image);

	if (rc > 0)
		return op_fail(
			op, ERR_USAGE,
			"no image '%.*s' in the store %.*s; 'temper store list' shows what it has",
			STR_ARG(name), STR_ARG(s->path));
	struct image_descriptor root = { image.media_type, image.digest, image.size, S("") };
	if (rc < 0 || (rc = closure_read(op, s, &root, NULL, NULL, &c)) < 0)
		return rc;
	*ret = root;
	*ret_name = image.name;
	return 0;
}

/* What stands at a path: a directory, a file, or nothing. */
static mode_t kind_at(struct op *op, str path)
{
	const char *name = op_cstr(op, path);
	struct stat st;

	return name && stat(name, &st) == 0 ? st.st_mode & S_IFMT : 0;
}

/* PLACE, or PLACE:NAME if there is no such place but for the name. */
static void split_name(struct op *op, str *place, str *ret_name)
{
	str all = *place;

	for (ptrdiff_t i = 0; !kind_at(op, *place) && i < all.len; i++) {
		if (all.p[i] != ':' || !kind_at(op, str_head(all, i)))
			continue;
		*place = str_head(all, i);
		*ret_name = str_from(all, i + 1);
	}
}

/* A tag alone is no name: the place it came from goes before it. */
static int complete_name(struct op *op, str place, str name, str *ret)
{
	str base = str_base_name(place);
	str checked;
	ptrdiff_t dot = str_find(base, '.');

	while (str_ends(place, S("/")))
		base = str_base_name(place = str_head(place, place.len - 1));
	if (name.len && str_find(name, ':') < 0 && str_find(name, '/') < 0) {
		int rc = op_text(op, &name, "%.*s:%.*s",
				 STR_ARG(str_head(base, dot > 0 ? dot : base.len)), STR_ARG(name));
		if (rc < 0)
			return rc;
	}
	int rc = name.len ? store_name(op, name, &checked) : 0;
	if (rc < 0 && rc != ERR_USAGE)
		return rc;
	op_forgive(op); /* a name that is none: the image comes without */
	*ret = rc < 0 || !name.len ? S("") : checked;
	return 0;
}

static const struct {
	const char *scheme;
	bool is_dir;
	enum archive_kind kind;
} ways[] = {
	{ "oci-dir", true, ARCHIVE_ANY },
	{ "oci", true, ARCHIVE_ANY },
	{ "oci-archive", false, ARCHIVE_OCI },
	{ "docker-archive", false, ARCHIVE_DOCKER },
};

static int import_place(struct op *op, const struct store *s, str place, bool is_dir,
			enum archive_kind kind, struct image_descriptor *ret, str *ret_name)
{
	str name = { 0 }, got = { 0 };
	int rc;

	split_name(op, &place, &name);
	if (!kind_at(op, place))
		return op_fail(op, ERR_USAGE, "no image at '%.*s': no such file or directory",
			       STR_ARG(place));
	rc = is_dir ? import_dir(op, s, place, name, ret, &got)
		    : import_archive(op, s, place, kind, name, ret, &got);
	return rc < 0 ? rc : complete_name(op, place, got, ret_name);
}

int image_import(struct op *op, const struct store *s, str from, struct image_descriptor *ret,
		 str *ret_name)
{
	str place = from, scheme = str_cut(&place, ':');

	for (size_t i = 0; place.p && i < sizeof(ways) / sizeof(ways[0]); i++)
		if (str_eq(scheme, str_of(ways[i].scheme)))
			return import_place(op, s, place, ways[i].is_dir, ways[i].kind, ret,
					    ret_name);
	/* Without a scheme: files first, then the store. A directory counts if it is a layout. */
	str mark;
	mode_t kind = kind_at(op, from);
	if (kind == S_IFREG)
		return import_place(op, s, from, false, ARCHIVE_ANY, ret, ret_name);
	int rc = op_text(op, &mark, "%.*s/oci-layout", STR_ARG(from));
	if (rc < 0)
		return rc;
	if (kind == S_IFDIR && kind_at(op, mark))
		return import_place(op, s, from, true, ARCHIVE_ANY, ret, ret_name);
	return import_name(op, s, from, ret, ret_name);
}
