/*
 * Package files that lie in a work tree: *.deb (deb(5): ar of debian-binary, control.tar.*,
 * data.tar.*) and *.apk (gzip members of tars: signature, .PKGINFO, data). They are not installed:
 * their files are nobody's.
 */
#include <string.h>

#include "base/limits.h"
#include "base/num.h"
#include "codec/stream.h"
#include "codec/tar.h"
#include "dpkg_impl.h"
#include "model/licence.h"

enum {
	AR_MAGIC = 8,
	AR_HEADER = 60,
	AR_MEMBERS_MAX = 64,
};

/* The control member of a .deb as bytes: 1: it has none, or is no .deb. */
static int find_control(struct op *op, const struct at *a, str *ret)
{
	uint64_t offset = AR_MAGIC, size;
	char head[AR_HEADER];

	if (a->size < AR_MAGIC)
		return 1;
	int rc = at_read(op, a, 0, head, AR_MAGIC);
	if (rc < 0 || memcmp(head, "!<arch>\n", AR_MAGIC) != 0)
		return rc < 0 ? rc : 1;
	for (int i = 0; i < AR_MEMBERS_MAX && a->size - offset >= AR_HEADER; i++) {
		if ((rc = at_read(op, a, offset, head, sizeof(head))) < 0)
			return rc;
		offset += AR_HEADER;
		if (head[58] != '`' || head[59] != '\n' ||
		    !num_parse(str_trim((str){ head + 48, 10 }), a->size - offset, &size))
			return op_fail(op, ERR_FORMAT, "not an ar header in a .deb");
		if (memcmp(head, "control.tar", 11) == 0 && size > LIMIT_CAPTURE)
			return op_fail(op, ERR_LIMIT, "a control member of %llu bytes",
				       (unsigned long long)size);
		if (memcmp(head, "control.tar", 11) == 0)
			return at_view(op, a, offset, size, ret);
		offset += size;
		offset += offset & 1;
		if (offset > a->size)
			return 1;
	}
	return 1;
}

/* A file of a tar, copied into op; 1: it has none of that name. */
static int file_of_tar(struct op *op, str packed, str name, str *ret)
{
	AUTO_OP tmp;
	AUTO_STREAM *s = NULL; /* closed before the op that it is in */
	struct tar_entry e;
	struct tar *t;
	str text;

	op_init(&tmp, LIMIT_WANTED);
	int rc = stream_open_bytes(&tmp, packed, S("package"), LIMIT_INDEX, &s);
	if (rc == 0)
		rc = tar_open(&tmp, s, S("package"), false, &t);
	while (rc >= 0 && (rc = tar_next(&tmp, t, &e)) > 0) {
		if (e.type != TAR_FILE || !str_eq(e.path, name))
			continue;
		rc = tar_read_all(&tmp, t, LIMIT_DOCUMENT, &text);
		return rc < 0 ? op_adopt_error(op, &tmp) : op_copy(op, text, ret);
	}
	return rc < 0 ? op_adopt_error(op, &tmp) : 1;
}

static int read_deb(struct op *op, struct catalog *c, const struct found *f)
{
	struct installed_stanza s;
	struct package p;
	struct at at;
	str packed, text;
	int rc = catalog_at(op, c, f, &at);

	if (rc < 0 || (rc = find_control(op, &at, &packed)) != 0)
		return rc < 0 ? rc : 0;
	if ((rc = file_of_tar(op, packed, S("control"), &text)) != 0)
		return rc < 0 ? rc : 0;
	if (!installed_next(&text, &s) || s.package.len == 0 || s.version.len == 0)
		return 0;
	rc = dpkg_stanza(op, catalog_os(c), &s, &p);
	if (rc == 0)
		rc = dpkg_relations(op, NULL, &s, &p);
	p.listed = true;
	p.distro = S(""); /* it may be of any */
	return rc < 0 ? rc : catalog_add(op, c, f, EVIDENCE_METADATA, &p, NULL);
}

/* ---- apk ---- */

/* "key = value" lines; the first of each counts. */
static str info_value(str text, const char *key)
{
	while (text.p) {
		str line = str_trim(str_cut(&text, '\n')), name = str_cut(&line, '=');
		if (line.p && str_eq(str_trim(name), str_of(key)))
			return str_trim(line);
	}
	return S("");
}

static int read_apk(struct op *op, struct catalog *c, const struct found *f)
{
	struct at at;
	str packed, text;
	char magic[2];
	int rc = f->size < 2 ? 1 : catalog_at(op, c, f, &at);

	if (rc == 0)
		rc = at_read(op, &at, 0, magic, sizeof(magic));
	if (rc != 0 || memcmp(magic, "\x1f\x8b", 2) != 0) /* Android's are zip archives */
		return rc < 0 ? rc : 0;
	if ((rc = at_view(op, &at, 0, at.size < LIMIT_CAPTURE ? at.size : LIMIT_CAPTURE, &packed)) <
	    0)
		return rc;
	if ((rc = file_of_tar(op, packed, S(".PKGINFO"), &text)) != 0)
		return rc < 0 ? rc : 0;
	const struct os_identity *os = catalog_os(c);
	struct package p = { .type = PACKAGE_APK,
			     .ns = os->id.len ? os->id : S("alpine"),
			     .name = info_value(text, "pkgname"),
			     .version = info_value(text, "pkgver"),
			     .arch = info_value(text, "arch"),
			     .source = info_value(text, "origin"),
			     .supplier = info_value(text, "maintainer"),
			     .homepage = info_value(text, "url"),
			     .description = info_value(text, "pkgdesc"),
			     .listed = true };
	if (p.name.len == 0 || p.version.len == 0)
		return 0;
	if (catalog_wants_licences(c))
		rc = licence_expression(op, info_value(text, "license"), &p.licence);
	return rc < 0 ? rc : catalog_add(op, c, f, EVIDENCE_METADATA, &p, NULL);
}

static int read_archive(struct op *op, struct catalog *c, const struct found *f)
{
	return str_ends(f->path, S(".apk")) ? read_apk(op, c, f) : read_deb(op, c, f);
}

const struct cataloger cataloger_deb_archive = {
	.name = "deb-archive",
	.what = "package files of Debian and Alpine",
	.wants = { { .glob = "**/*.deb", .lock = true }, { .glob = "**/*.apk", .lock = true } },
	.read = read_archive,
};
