#include "deb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/vec.h"
#include "model/version.h"


enum {
	HASH_PIECE = 256 * 1024,
	CONTROL_FILES_MAX =
		32, /* in control.tar besides those of contents; people stay below eight */
};

const char *const script_name[SCRIPT_KINDS] = { "preinst", "postinst", "prerm", "postrm",
						"config" };

/* Source: https://wiki.debian.org/UsrMerge; base-files 13's top-level links. */
static const str merged_tops[] = { S_INIT("bin"),   S_INIT("sbin"),  S_INIT("lib"),
				   S_INIT("lib32"), S_INIT("lib64"), S_INIT("libx32"),
				   S_INIT("libo32") };

static const struct {
	str suffix;
	enum stream_kind kind;
} compressions[] = {
	{ S_INIT(".tar"), STREAM_PLAIN },
	{ S_INIT(".tar.gz"), STREAM_GZIP },
	{ S_INIT(".tar.xz"), STREAM_XZ },
	{ S_INIT(".tar.zst"), STREAM_ZSTD },
};

void deb_close(struct deb *d)
{
	fd_close(&d->fd);
}

int deb_top(str path)
{
	str top = str_cut(&path, '/');

	for (int i = 0; i < (int)(sizeof(merged_tops) / sizeof(merged_tops[0])); i++)
		if (str_eq(top, merged_tops[i]))
			return i;
	return -1;
}

int deb_path(struct op *op, str path, bool directory, str *ret, bool *ret_moved)
{
	*ret_moved = deb_top(path) >= 0 && (directory || str_find(path, '/') >= 0);
	if (!*ret_moved)
		return op_copy(op, path, ret);
	if (path.len + 4 >= LIMIT_PATH)
		return op_fail(op, ERR_LIMIT, "path of %td bytes is too long for the /usr merge",
			       path.len);
	return op_text(op, ret, "usr/%.*s", STR_ARG(path));
}

/* Does the whole file have this digest? */
static int verify(struct op *op, const struct deb *d, const struct digest *want)
{
	AUTO_HASH *hash = NULL;
	struct op_mark mark = op_mark(op);
	char *piece = op_new(op, char, HASH_PIECE);
	int rc = piece ? hash_open(op, HASH_SHA256, &hash) : ERR_MEMORY;

	for (uint64_t at = 0; rc >= 0 && at < d->size;) {
		size_t n = d->size - at < HASH_PIECE ? (size_t)(d->size - at) : HASH_PIECE;
		rc = file_pread(op, d->fd, d->what, piece, n, at);
		if (rc >= 0)
			hash_add(hash, (str){ piece, (ptrdiff_t)n });
		at += n;
	}
	if (rc < 0)
		return rc;
	struct digest got;
	hash_result(hash, HASH_SHA256, got.b);
	hash_close(&hash);
	op_reset(op, mark);
	if (digest_eq(&got, want))
		return 0;
	char text[DIGEST_TEXT];
	return op_fail(op, ERR_VERIFY, "%.*s is damaged: its bytes have the digest %s",
		       STR_ARG(d->what), digest_text(&got, text));
}

/* "control" or "data": is this member it, compressed in a way that we read? */
static bool is_tar(const struct ar_member *m, str stem)
{
	if (!str_starts(m->name, stem))
		return false;
	str suffix = str_from(m->name, stem.len);
	for (size_t i = 0; i < sizeof(compressions) / sizeof(compressions[0]); i++)
		if (str_eq(suffix, compressions[i].suffix))
			return true;
	return false;
}

static int members(struct op *op, struct deb *d)
{
	struct ar_member *m;
	ptrdiff_t n;
	char version[4];
	int rc = ar_list(op, d->fd, d->what, &m, &n);

	if (rc < 0)
		return rc;
	if (n < 3 || !str_eq(m[0].name, S("debian-binary")) || m[0].size < 4)
		return op_fail(op, ERR_FORMAT, "%.*s is no Debian package", STR_ARG(d->what));
	if ((rc = file_pread(op, d->fd, d->what, version, sizeof(version), m[0].offset)) < 0)
		return rc;
	if (memcmp(version, "2.0\n", 4) != 0 || m[0].size != 4)
		return op_fail(op, ERR_FORMAT, "%.*s has another package format than 2.0",
			       STR_ARG(d->what));
	if (!is_tar(&m[1], S("control")) || !is_tar(&m[2], S("data")))
		return op_fail(
			op, ERR_FORMAT,
			"%.*s has members %.*s and %.*s where control.tar and data.tar belong",
			STR_ARG(d->what), STR_ARG(m[1].name), STR_ARG(m[2].name));
	for (ptrdiff_t i = 3; i < n; i++)
		if (!str_starts(m[i].name, S("_")))
			return op_fail(op, ERR_FORMAT, "%.*s has the unknown member %.*s",
				       STR_ARG(d->what), STR_ARG(m[i].name));
	d->control = m[1];
	d->data = m[2];
	for (ptrdiff_t i = 0; i < n; i++)
		d->built = m[i].mtime > d->built ? m[i].mtime : d->built;
	return 0;
}

int deb_open(struct op *op, const struct store *store, const struct digest *digest, struct deb *ret)
{
	char hex[DIGEST_HEX];
	AUTO_DEB d = { .fd = -1, .digest = *digest };
	int rc = op_text(op, &d.what, "package sha256:%.12s", digest_hex(digest, hex));

	if (rc < 0 || (rc = store_blob_open(op, store, digest, &d.fd, &d.size)) < 0)
		return rc;
	if (rc > 0)
		return op_fail(op, ERR_NET, "sha256:%s is not in the store", hex);
	if (d.size > LIMIT_PACKAGE)
		return op_fail(op, ERR_LIMIT, "%.*s is larger than %llu bytes", STR_ARG(d.what),
			       (unsigned long long)LIMIT_PACKAGE);
	if ((rc = verify(op, &d, digest)) < 0) {
		if (rc == ERR_VERIFY && store_blob_delete(op, store, digest) < 0)
			return rc; /* the first error stays */
		return rc;
	}
	if ((rc = members(op, &d)) < 0)
		return rc;
	*ret = d;
	d.fd = -1;
	return 0;
}

int deb_tar(struct op *op, const struct deb *d, const struct ar_member *member, uint64_t max_out,
	    struct stream **ret_stream, struct tar **ret_tar)
{
	AUTO_STREAM *in = NULL;
	str what;
	int rc = op_text(op, &what, "%.*s: %.*s", STR_ARG(d->what), STR_ARG(member->name));

	if (rc < 0 ||
	    (rc = stream_open_fd(op, d->fd, what, member->offset, member->size, max_out, &in)) < 0)
		return rc;
	for (size_t i = 0; i < sizeof(compressions) / sizeof(compressions[0]); i++)
		if (str_eq(str_from(member->name, str_find(member->name, '.')),
			   compressions[i].suffix) &&
		    stream_kind(in) != compressions[i].kind)
			return op_fail(op, ERR_FORMAT,
				       "%.*s is compressed in another way than its name says",
				       STR_ARG(what));
	if ((rc = tar_open(op, in, what, true, ret_tar)) < 0)
		return rc;
	*ret_stream = in;
	in = NULL;
	return 0;
}

/* Where a control file's text goes, or NULL for one that nobody reads here. */
static str *control_place(struct contents *c, str path)
{
	for (int i = 0; i < SCRIPT_KINDS; i++)
		if (str_eq(path, str_of(script_name[i])))
			return &c->script[i].text;
	if (str_eq(path, S("control")))
		return &c->control;
	if (str_eq(path, S("md5sums")))
		return &c->md5sums;
	if (str_eq(path, S("triggers")))
		return &c->triggers;
	return NULL;
}

static int by_name(const void *a, const void *b)
{
	return str_cmp(((const struct contents_file *)a)->path,
		       ((const struct contents_file *)b)->path);
}

/* The others, which only dpkg reads. A name is a file's in dpkg's database: nothing but these. */
static int other_place(struct op *op, const struct deb *d, str name, struct contents *c, str **ret)
{
	for (ptrdiff_t i = 0; i < name.len; i++) {
		char b = name.p[i];
		if (!(b >= 'a' && b <= 'z') && !(b >= 'A' && b <= 'Z') &&
		    !(i > 0 && (b == '-' || b == '_' || b == '.' || (b >= '0' && b <= '9'))))
			return op_fail(op, ERR_FORMAT, "%.*s: control.tar holds the odd name %.*s",
				       STR_ARG(d->what), STR_ARG(name));
	}
	for (ptrdiff_t i = 0; i < c->info.file_n; i++) {
		if (str_eq(c->info.file[i].path, name)) {
			*ret = &c->info.file[i].bytes;
			return 0;
		}
	}
	if (c->info.file_n == CONTROL_FILES_MAX)
		return op_fail(op, ERR_LIMIT, "%.*s: control.tar holds more than %d files",
			       STR_ARG(d->what), CONTROL_FILES_MAX);
	if (!c->info.file)
		c->info.file = op_new(op, struct contents_file, CONTROL_FILES_MAX);
	if (!c->info.file)
		return op->code;
	struct contents_file *f = &c->info.file[c->info.file_n];
	int rc = op_copy(op, name, &f->path);
	c->info.file_n += rc == 0;
	*ret = &f->bytes;
	return rc;
}

/* Read the files of control.tar into c. */
static int control_files(struct op *op, const struct deb *d, struct contents *c)
{
	AUTO_STREAM *in = NULL;
	struct tar *tar;
	struct tar_entry e;
	int rc = deb_tar(op, d, &d->control, (uint64_t)LIMIT_CONTROL_FILE * 4, &in, &tar);

	if (rc < 0)
		return rc;
	while ((rc = tar_next(op, tar, &e)) > 0) {
		if (e.type == TAR_DIRECTORY && !e.path.len)
			continue;
		if (e.type != TAR_FILE || str_find(e.path, '/') >= 0)
			return op_fail(op, ERR_FORMAT,
				       "%.*s: control.tar holds %.*s, which is no plain file",
				       STR_ARG(d->what), STR_ARG(e.path));
		str *to = control_place(c, e.path);
		if (!to && (rc = other_place(op, d, e.path, c, &to)) < 0)
			return rc;
		if (to->p)
			return op_fail(op, ERR_FORMAT, "%.*s: control.tar holds %.*s twice",
				       STR_ARG(d->what), STR_ARG(e.path));
		if ((rc = tar_read_all(op, tar, LIMIT_CONTROL_FILE, to)) < 0)
			return rc;
		if (!to->p) /* present and empty: a second one must be seen */
			*to = S("");
	}
	if (c->info.file_n > 1)
		qsort(c->info.file, (size_t)c->info.file_n, sizeof(*c->info.file), by_name);
	return rc;
}

/* Debian Policy 5.6.7: lower case letters, digits, plus, minus and period; two at least. */
static bool name_valid(str s)
{
	for (ptrdiff_t i = 0; i < s.len; i++) {
		char c = s.p[i];
		bool alnum = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		if (!alnum && (i == 0 || !memchr("+-.", c, 3)))
			return false;
	}
	return s.len >= 2 && s.len < LIMIT_NAME;
}

static bool arch_valid(str s)
{
	return name_valid(s) && str_find(s, '+') < 0;
}

/* "name" or "name (version)". Source: Debian Policy 5.6.1. */
static int source_field(struct op *op, const struct deb *d, str field, struct contents *c)
{
	c->source = c->name;
	c->source_version = c->version;
	if (!field.len)
		return 0;
	str rest = field, version;
	c->source = str_word(&rest);
	rest = str_trim(rest);
	if (rest.len) {
		bool braces = str_starts(rest, S("(")) && str_ends(rest, S(")"));
		version = braces ? str_trim(str_head(str_from(rest, 1), rest.len - 2)) : S("");
		if (!version_deb_valid(version))
			return op_fail(op, ERR_FORMAT, "%.*s: bad Source field \"%.*s\"",
				       STR_ARG(d->what), STR_ARG(field));
		c->source_version = version;
	}
	if (!name_valid(c->source))
		return op_fail(op, ERR_FORMAT, "%.*s: bad source name \"%.*s\"", STR_ARG(d->what),
			       STR_ARG(c->source));
	return 0;
}

static int control_stanza(struct op *op, const struct deb *d, struct contents *c)
{
	struct deb822_stanza s, more;
	str in = c->control;
	int rc = deb822_next(op, &in, &s);

	if (rc < 0)
		return op_fail_in(op, "%.*s: control", STR_ARG(d->what));
	if (rc == 0)
		return op_fail(op, ERR_FORMAT, "%.*s has no control file", STR_ARG(d->what));
	if ((rc = deb822_next(op, &in, &more)) != 0)
		return rc < 0 ? rc
			      : op_fail(op, ERR_FORMAT, "%.*s: control has two stanzas",
					STR_ARG(d->what));
	c->name = deb822_get(&s, "Package");
	c->version = deb822_get(&s, "Version");
	c->arch = deb822_get(&s, "Architecture");
	if (!name_valid(c->name) || !arch_valid(c->arch))
		return op_fail(op, ERR_FORMAT,
			       "%.*s: bad package name \"%.*s\" or architecture \"%.*s\"",
			       STR_ARG(d->what), STR_ARG(c->name), STR_ARG(c->arch));
	if (!version_deb_valid(c->version))
		return op_fail(op, ERR_FORMAT, "%.*s: bad version \"%.*s\" of %.*s",
			       STR_ARG(d->what), STR_ARG(c->version), STR_ARG(c->name));
	if ((rc = source_field(op, d, deb822_get(&s, "Source"), c)) < 0)
		return rc;
	return str_ends(s.raw, S("\n")) ? op_copy(op, s.raw, &c->control)
					: op_text(op, &c->control, "%.*s\n", STR_ARG(s.raw));
}

/* One absolute path a line; "remove-on-upgrade PATH" names none that is shipped. deb-conffiles(5).
 */
static int conffile_list(struct op *op, const struct deb *d, str text, struct contents *c)
{
	VEC(str) found = { 0 };
	char clean[LIMIT_PATH];

	while (text.len) {
		bool moved;
		str line = str_trim(str_cut(&text, '\n')), path;
		if (!line.len || str_starts(line, S("remove-on-upgrade ")))
			continue;
		if (!str_starts(line, S("/")) || !tar_clean(line, clean, &path) || !path.len)
			return op_fail(op, ERR_FORMAT, "%.*s: bad conffile \"%.*s\"",
				       STR_ARG(d->what), STR_ARG(line));
		str *to = vec_push(op, &found);
		int rc = to ? deb_path(op, path, false, to, &moved) : ERR_MEMORY;
		if (rc < 0)
			return rc;
	}
	c->conffiles = (struct texts){ found.p, found.n };
	return 0;
}

int deb_control(struct op *op, const struct deb *d, struct contents *ret)
{
	struct contents c = { 0 };
	str conffiles = S("");
	int rc = control_files(op, d, &c);

	for (ptrdiff_t i = 0; rc >= 0 && i < c.info.file_n; i++)
		if (str_eq(c.info.file[i].path, S("conffiles")))
			conffiles = c.info.file[i].bytes;
	if (rc < 0 || (rc = control_stanza(op, d, &c)) < 0 ||
	    (rc = conffile_list(op, d, conffiles, &c)) < 0)
		return rc;
	for (int i = 0; i < SCRIPT_KINDS; i++)
		c.script[i].sha256 = digest_of(c.script[i].text);
	c.built = d->built;
	c.deb = d->digest;
	*ret = c;
	return 0;
}
