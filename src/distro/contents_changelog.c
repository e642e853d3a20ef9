#include "contents.h"

#include "base/limits.h"
#include "codec/stream.h"
#include "deb.h"

const char *const changelog_name[CHANGELOG_NAMES] = { "changelog.Debian.gz", "changelog.gz",
						      "changelog.Debian" };

/* The record tells which of the names there is, so that the .deb is unpacked once. */
static int find_path(struct op *op, const struct contents *c, str name, str *ret)
{
	for (size_t i = 0; i < CHANGELOG_NAMES; i++) {
		str path;
		int rc = op_text(op, &path, "usr/share/doc/%.*s/%s", STR_ARG(name),
				 changelog_name[i]);
		if (rc < 0)
			return rc;
		const struct entry *e = contents_find(c, path);
		if (!e || (e->type != ENTRY_FILE && e->type != ENTRY_HARDLINK))
			continue;
		*ret = path;
		return 0;
	}
	return 1;
}

int contents_changelog(struct op *op, const struct store *store, const struct digest *deb, str name,
		       str *ret)
{
	AUTO_STREAM *in = NULL;
	struct contents c;
	str path, packed;
	int rc;

	if (!store_blob_has(store, deb))
		return 1;
	if ((rc = contents_load(op, store, deb, &c)) != 0 ||
	    (rc = find_path(op, &c, name, &path)) != 0 ||
	    (rc = contents_read(op, store, deb, path, LIMIT_CAPTURE, &packed)) != 0 ||
	    (rc = stream_open_bytes(op, packed, path, LIMIT_CHANGELOG, &in)) < 0)
		return rc;
	return stream_read_all(op, in, LIMIT_CHANGELOG, ret);
}

/* --- out of a .deb that was not unpacked --------------------------------------------------------
 */

struct seek {
	struct op *op;
	str name, *ret, *ret_path, *ret_other;
};

/* "../libssl3", "libssl3", "/usr/share/doc/libssl3": another package's directory, or empty. */
static str linked_package(const struct seek *s, str link)
{
	str other = str_base_name(link);

	return str_eq(other, s->name) || str_starts(other, S(".")) ? S("") : other;
}

/* 0: it is the changelog, and read. 1: go on. */
static int look(struct op *own, struct seek *s, struct tar *tar, const struct tar_entry *e)
{
	AUTO_STREAM *in = NULL;
	str packed, rest = e->path;
	int rc;

	if (!str_starts(rest, S("usr/share/doc/")))
		return 1;
	rest = str_from(rest, 14);
	if (!str_eq(str_cut(&rest, '/'), s->name))
		return 1;
	if (!rest.p) /* the directory itself */
		return e->type != TAR_SYMLINK                                            ? 1
		       : (rc = op_copy(s->op, linked_package(s, e->link), s->ret_other)) ? rc
											 : 1;
	for (size_t i = 0; i < CHANGELOG_NAMES; i++) {
		if (!str_eq(rest, str_of(changelog_name[i])))
			continue;
		if (e->type == TAR_SYMLINK) {
			str other = linked_package(s, str_dir_name(e->link));
			return (rc = op_copy(s->op, other, s->ret_other)) ? rc : 1;
		}
		if (e->type != TAR_FILE)
			return 1;
		if ((rc = op_copy(s->op, e->path, s->ret_path)) < 0 ||
		    (rc = tar_read_all(own, tar, LIMIT_CAPTURE, &packed)) < 0 ||
		    (rc = stream_open_bytes(own, packed, *s->ret_path, LIMIT_CHANGELOG, &in)) < 0)
			return rc;
		return stream_read_all(own, in, LIMIT_CHANGELOG, s->ret);
	}
	return 1;
}

static int pass_over(struct op *own, struct seek *s, const struct deb *deb)
{
	AUTO_STREAM *in = NULL;
	struct tar_entry e;
	struct tar *tar;
	int rc = deb_tar(own, deb, &deb->data, LIMIT_UNPACKED, &in, &tar), more;

	while (rc >= 0 && (rc = tar_next(own, tar, &e)) > 0)
		if ((more = look(own, s, tar, &e)) <= 0)
			return more;
	return rc < 0 ? rc : 1;
}

int contents_changelog_seek(struct op *op, const struct store *store, const struct digest *digest,
			    str name, str *ret, str *ret_path, str *ret_other)
{
	AUTO_DEB deb = { .fd = -1 };
	AUTO_OP own;
	str text = S("");
	struct seek s = { op, name, &text, ret_path, ret_other };

	op_init(&own, 0);
	own.fault = op->fault;
	*ret_path = *ret_other = S("");
	int rc = deb_open(op, store, digest, &deb);
	if (rc < 0)
		return rc;
	rc = pass_over(&own, &s, &deb);
	if (rc < 0) {
		(void)op_adopt_error(op, &own);
		return op_fail_in(op, "%.*s", STR_ARG(deb.what));
	}
	return rc > 0 ? rc : op_copy(op, text, ret);
}
