#include "contents.h"

#include "base/limits.h"
#include "codec/stream.h"

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
