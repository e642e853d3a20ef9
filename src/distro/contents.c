#include "contents.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/glob.h"
#include "base/limits.h"
#include "base/vec.h"

#include "changelog.h"
#include "contents_record.h"
#include "copyright.h"
#include "deb.h"
#include "unpack.h"

/*
 * Unpacking is one pass over data.tar. Paths and what is asked for live in the caller's op; the
 * growing table, the decoder and the spool's buffer in an op of the pass, which goes at its end.
 */
enum {
	SHEBANG_MAX = 255, /* Source: Linux BINPRM_BUF_SIZE less the NUL */
	CAPTURE_MAX = 256 << 10,
	COPYRIGHT_MAX = 4 << 20, /* linux' copyright file is 0.2 MiB */
	CHANGELOG_ENTRIES = 200, /* whose CVE ids are told */
};

static const str captures[] = {
	S_INIT("etc/ld.so.conf"),         S_INIT("etc/ld.so.conf.d/*.conf"),
	S_INIT("usr/lib/sysusers.d/*"),   S_INIT("usr/lib/tmpfiles.d/*"),
	S_INIT("usr/lib/os-release"),     S_INIT("usr/share/base-passwd/*.master"),
	S_INIT("usr/share/base-files/*"), S_INIT("usr/share/ca-certificates/**.crt"),
};

struct pass {
	struct op *op; /* the caller's */
	struct op own; /* goes with the pass */
	const struct deb *deb;
	struct tar *tar;
	struct unpack unpack;
	unsigned moved_tops,
		linked_tops; /* sets of deb_top(): names with something below, symlinks */
	struct buf list;     /* contents_info.list, in the caller's op */
};

void contents_data_close(struct contents_data *d)
{
	fd_close(&d->spool);
}

static void pass_close(struct pass *p)
{
	unpack_close(&p->unpack);
	op_done(&p->own);
}
#define AUTO_PASS __attribute__((cleanup(pass_close))) struct pass

static bool is_top(str path)
{
	return deb_top(path) >= 0 && str_find(path, '/') < 0;
}

/* A top-level symlink of the /usr merge may point at its counterpart and nowhere else. */
static bool top_link_ok(str path, str link)
{
	str to = str_starts(link, S("/")) ? str_from(link, 1) : link;

	return str_starts(to, S("usr/")) && str_eq(str_from(to, 4), path);
}

/* A line "-----BEGIN ... PRIVATE KEY-----", or PuTTY's first words. Source: RFC 7468; openssl(1).
 */
bool contents_private_key(str head)
{
	head = str_head(head, UNPACK_HEAD);
	if (str_starts(head, S("PuTTY-User-Key-File-")))
		return true;
	while (head.len) {
		str line = str_trim(str_cut(&head, '\n'));
		if (str_starts(line, S("-----BEGIN ")) && str_ends(line, S("PRIVATE KEY-----")))
			return true;
	}
	return false;
}

str contents_script(str head)
{
	str line = str_head(head, SHEBANG_MAX);

	if (!str_starts(line, S("#!")))
		return S("");
	line = str_from(line, 2);
	return str_trim(str_cut(&line, '\n'));
}

static int read_content(struct op *op, void *from, void *to, size_t n, size_t *ret_n)
{
	return tar_read(op, from, to, n, ret_n);
}

static int add_entry(struct pass *p, const struct tar_entry *t)
{
	struct unpack *u = &p->unpack;
	struct unpack_entry e = { .type = t->type,
				  .link = t->link,
				  .mode = t->mode,
				  .uid = t->uid,
				  .gid = t->gid,
				  .mtime = t->mtime };
	bool moved;

	if (!t->path.len)
		return t->type == TAR_DIRECTORY ? 0 : unpack_refuse(u, S("/"), "is no directory");
	buf_fmt(&p->list, "/%.*s\n", STR_ARG(t->path));
	int rc = deb_path(p->op, t->path, t->type == TAR_DIRECTORY, &e.path, &e.moved);
	if (rc == 0 && t->type == TAR_HARDLINK)
		rc = deb_path(&p->own, t->link, false, &e.link, &moved);
	if (rc < 0)
		return rc;
	if (is_top(e.path) && (t->type != TAR_SYMLINK || !top_link_ok(e.path, t->link)))
		return unpack_refuse(u, e.path, "takes the place of a link to below usr");
	if (e.moved)
		p->moved_tops |= 1u << deb_top(t->path);
	else if (is_top(e.path))
		p->linked_tops |= 1u << deb_top(e.path);
	return unpack_add(u, &e, read_content, p->tar);
}

static int read_data(struct pass *p)
{
	AUTO_STREAM *in = NULL;
	struct tar_entry t;
	int rc = deb_tar(&p->own, p->deb, &p->deb->data, LIMIT_UNPACKED, &in, &p->tar);

	if (rc < 0)
		return rc;
	while ((rc = tar_next(&p->own, p->tar, &t)) > 0)
		if ((rc = add_entry(p, &t)) < 0)
			return rc;
	return rc;
}

static int take_table(struct pass *p, struct contents *c, struct contents_data *d)
{
	if (p->moved_tops & p->linked_tops)
		return unpack_refuse(&p->unpack, S("usr"),
				     "is merged over a symlink of the same package");
	int rc = unpack_table(&p->unpack, c, d);
	for (ptrdiff_t i = 0; rc == 0 && i < c->conffiles.n; i++) {
		struct entry *e = (struct entry *)(uintptr_t)contents_find(c, c->conffiles.p[i]);
		if (e)
			e->conffile = true;
	}
	return rc;
}

static bool is_captured(const struct entry *e)
{
	if ((e->type != ENTRY_FILE && e->type != ENTRY_HARDLINK) || e->size > CAPTURE_MAX)
		return false;
	for (size_t i = 0; i < sizeof(captures) / sizeof(captures[0]); i++)
		if (glob_match(captures[i], e->path))
			return true;
	return false;
}

static int take_captures(struct pass *p, struct contents *c, const struct contents_data *d)
{
	VEC(struct contents_file) found = { 0 };

	for (ptrdiff_t i = 0; i < c->n; i++) {
		if (!is_captured(&c->entry[i]))
			continue;
		struct contents_file *f = vec_push(p->op, &found);
		int rc = f ? unpack_content(&p->unpack, p->op, c, d, i, &f->bytes) : ERR_MEMORY;
		if (rc < 0)
			return rc;
		f->path = c->entry[i].path;
	}
	c->file = found.p;
	c->file_n = found.n;
	return 0;
}

/* MD5 of entry i in hex, or empty if it is no file. */
static int entry_md5(struct pass *p, const struct contents *c, const struct contents_data *d,
		     ptrdiff_t i, struct hash *hash, str *ret)
{
	uint8_t sum[16];
	char hex[2 * sizeof(sum) + 1];
	str bytes;

	*ret = S("");
	if (i < 0 || (c->entry[i].type != ENTRY_FILE && c->entry[i].type != ENTRY_HARDLINK))
		return 0;
	struct op_mark mark = op_mark(&p->own);
	int rc = unpack_content(&p->unpack, &p->own, c, d, i, &bytes);
	if (rc < 0)
		return rc;
	hash_restart(hash);
	hash_add(hash, bytes);
	hash_result(hash, HASH_MD5, sum);
	op_reset(&p->own, mark);
	return op_copy(p->op, str_of(hex_text(sum, sizeof(sum), hex)), ret);
}

/* A package without md5sums: dpkg makes them when it unpacks it. Conffiles have theirs in status.
 */
static int make_md5sums(struct pass *p, struct contents *c, const struct contents_data *d,
			struct hash *hash)
{
	struct contents_file *file = op_new(p->op, struct contents_file, c->info.file_n + 1);
	struct buf b;
	str md5;
	int rc = file ? 0 : ERR_MEMORY;

	buf_init(&b, p->op, LIMIT_CONTROL_FILE);
	for (ptrdiff_t i = 0; rc == 0 && i < c->n; i++) {
		if (c->entry[i].conffile)
			continue;
		rc = entry_md5(p, c, d, i, hash, &md5);
		if (rc == 0 && md5.len)
			buf_fmt(&b, "%.*s  %.*s\n", STR_ARG(md5), STR_ARG(c->entry[i].path));
	}
	if (rc < 0)
		return rc;
	if (c->info.file_n)
		memcpy(file, c->info.file, (size_t)c->info.file_n * sizeof(*file));
	file[c->info.file_n].path = S("md5sums");
	rc = buf_take(&b, &file[c->info.file_n].bytes);
	c->info.file = file;
	c->info.file_n += rc == 0;
	return rc;
}

/* What dpkg would note of the paths, and of the conffiles' bytes. */
static int take_info(struct pass *p, struct contents *c, const struct contents_data *d)
{
	AUTO_HASH *hash = NULL;
	str *md5 = op_new(p->op, str, c->conffiles.n);
	int rc = md5 ? hash_open(&p->own, HASH_MD5, &hash) : ERR_MEMORY;

	for (ptrdiff_t i = 0; rc == 0 && i < c->conffiles.n; i++) {
		const struct entry *e = contents_find(c, c->conffiles.p[i]);
		rc = entry_md5(p, c, d, e ? e - c->entry : -1, hash, &md5[i]);
	}
	if (rc == 0 && c->md5sums.len == 0)
		rc = make_md5sums(p, c, d, hash);
	if (rc < 0)
		return rc;
	c->info.conffile_md5 = (struct texts){ md5, c->conffiles.n };
	return buf_take(&p->list, &c->info.list);
}

/* Index of usr/share/doc/NAME/FILE as a regular file of at most max bytes, or -1. */
static ptrdiff_t doc_file(struct pass *p, const struct contents *c, const char *file, uint64_t max)
{
	str path;

	if (op_text(&p->own, &path, "usr/share/doc/%.*s/%s", STR_ARG(c->name), file) < 0)
		return ERR_MEMORY;
	const struct entry *e = contents_find(c, path);
	if (!e || (e->type != ENTRY_FILE && e->type != ENTRY_HARDLINK) || e->size > max)
		return -1;
	return e - c->entry;
}

static bool is_symlink(const struct contents *c, str path)
{
	const struct entry *e = contents_find(c, path);

	return e && e->type == ENTRY_SYMLINK;
}

/* A package whose documentation is a link to another's has that package's licence: left empty. */
static int take_licence(struct pass *p, struct contents *c, const struct contents_data *d)
{
	char hex[DIGEST_HEX];
	str dir, text, licence = S("NOASSERTION");
	int rc = op_text(&p->own, &dir, "usr/share/doc/%.*s/copyright", STR_ARG(c->name));

	if (rc < 0)
		return rc;
	ptrdiff_t at = doc_file(p, c, "copyright", COPYRIGHT_MAX);
	if (at < -1)
		return (int)at;
	if (at >= 0) {
		if ((rc = unpack_content(&p->unpack, &p->own, c, d, at, &text)) < 0 ||
		    (rc = copyright_licence(&p->own, text, &licence)) < 0 ||
		    (rc = op_copy(p->op, str_of(digest_hex(&c->entry[at].sha256, hex)),
				  &c->copyright_sha256)) < 0)
			return rc;
	} else if (is_symlink(c, dir) || is_symlink(c, str_dir_name(dir))) {
		licence = S("");
	}
	return op_copy(p->op, licence, &c->licence);
}

/* The changelog's text, unpacked, into the pass; empty if there is none that can be read. */
static int changelog_text(struct pass *p, const struct contents *c, const struct contents_data *d,
			  str *ret)
{
	AUTO_STREAM *in = NULL;
	str packed;

	*ret = S("");
	for (size_t i = 0; i < CHANGELOG_NAMES; i++) {
		ptrdiff_t at = doc_file(p, c, changelog_name[i], LIMIT_CAPTURE);
		if (at == -1)
			continue;
		int rc = at < 0 ? (int)at : unpack_content(&p->unpack, &p->own, c, d, at, &packed);
		if (rc < 0 || (rc = stream_open_bytes(&p->own, packed, c->entry[at].path,
						      LIMIT_CHANGELOG, &in)) < 0)
			return rc;
		return stream_read_all(&p->own, in, LIMIT_CHANGELOG, ret);
	}
	return 0;
}

static int take_cves(struct pass *p, struct contents *c, const struct contents_data *d)
{
	VEC(str) found = { 0 };
	struct changelog_entry *entry;
	ptrdiff_t n;
	str text;
	int rc = changelog_text(p, c, d, &text);

	if (rc == ERR_FORMAT || rc == ERR_LIMIT) { /* documentation only: a bad one stops nobody */
		op_forgive(&p->own);
		text = S("");
	} else if (rc < 0) {
		return rc;
	}
	if ((rc = changelog_read(&p->own, text, CHANGELOG_ENTRIES, &entry, &n)) < 0)
		return rc;
	for (ptrdiff_t i = 0; i < n; i++) {
		for (ptrdiff_t j = 0; j < entry[i].cves.n; j++) {
			str *to = vec_push(p->op, &found);
			if (!to)
				return ERR_MEMORY;
			if ((rc = op_text(p->op, to, "%.*s %.*s", STR_ARG(entry[i].version),
					  STR_ARG(entry[i].cves.p[j]))) < 0)
				return rc;
		}
	}
	c->cves = (struct texts){ found.p, found.n };
	return 0;
}

static int unpack(struct pass *p, struct contents *c, struct contents_data *d)
{
	buf_init(&p->list, p->op, LIMIT_PATH_BYTES + LIMIT_ENTRIES * 2);
	buf_add(&p->list, S("/.\n"));
	int rc = read_data(p);
	if (rc < 0 || (rc = take_table(p, c, d)) < 0)
		return rc;
	if ((rc = take_captures(p, c, d)) < 0 || (rc = take_licence(p, c, d)) < 0 ||
	    (rc = take_info(p, c, d)) < 0)
		return rc;
	return take_cves(p, c, d);
}

/* An op for what goes at the end of a call: under the caller's ceiling and injected faults. */
static void open_own(struct op *own, const struct op *op)
{
	op_init(own, op->ceiling - op->held);
	own->fault = op->fault;
}

int contents_unpack(struct op *op, const struct store *store, const struct digest *deb_digest,
		    struct contents *ret, struct contents_data *ret_data)
{
	AUTO_PASS p = { .op = op, .unpack = { .spool = -1 } };
	AUTO_DEB deb = { .fd = -1 };
	struct contents c = { 0 };
	struct contents_data d = { .spool = -1 };
	str record;

	open_own(&p.own, op);
	p.deb = &deb;
	int rc = deb_open(op, store, deb_digest, &deb);
	if (rc < 0 || (rc = deb_control(op, &deb, &c)) < 0)
		return rc;
	if ((rc = unpack_open(&p.unpack, op, &p.own, store, deb.what)) < 0 ||
	    (rc = unpack(&p, &c, &d)) < 0 || (rc = contents_write(&p.own, &c, &record)) < 0)
		return op_adopt_error(op, &p.own);
	if ((rc = store_key_put(op, store, "contents", deb_digest, record)) < 0)
		return rc;
	*ret = c;
	d.spool = fd_take(&p.unpack.spool);
	*ret_data = d;
	return 0;
}

int contents_load(struct op *op, const struct store *store, const struct digest *deb,
		  struct contents *ret)
{
	str record;
	int rc = store_key_get(op, store, "contents", deb, CONTENTS_RECORD_MAX, &record);

	return rc ? rc : contents_parse(op, record, deb, ret);
}

int contents_info_keep(struct op *op, const struct store *store, const struct contents *c)
{
	struct op_mark mark = op_mark(op);
	str record;
	int rc = contents_info_write(op, &c->deb, &c->info, &record);

	if (rc == 0)
		rc = store_key_put(op, store, "info", &c->deb, record);
	if (rc == 0)
		op_reset(op, mark);
	return rc;
}

int contents_info_load(struct op *op, const struct store *store, const struct digest *deb,
		       struct contents_info *ret)
{
	str record;
	int rc = store_key_get(op, store, "info", deb, CONTENTS_RECORD_MAX, &record);

	return rc ? rc : contents_info_parse(op, record, deb, ret);
}

const struct entry *contents_find(const struct contents *c, str path)
{
	ptrdiff_t low = 0, high = c->n;

	while (low < high) {
		ptrdiff_t mid = low + (high - low) / 2;
		int cmp = entry_path_cmp(path, c->entry[mid].path);
		if (cmp == 0)
			return &c->entry[mid];
		if (cmp < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

bool contents_file(const struct contents *c, str path, str *ret)
{
	for (ptrdiff_t i = 0; i < c->file_n; i++) {
		if (str_eq(c->file[i].path, path)) {
			*ret = c->file[i].bytes;
			return true;
		}
	}
	return false;
}

/* One pass over data.tar for path; 0, 1 (no such file), or 2 and the link it is. */
static int seek_file(struct op *op, struct op *own, const struct deb *deb, str path, size_t max,
		     str *ret)
{
	AUTO_STREAM *in = NULL;
	struct tar *tar;
	struct tar_entry t;
	int rc = deb_tar(own, deb, &deb->data, LIMIT_UNPACKED, &in, &tar);

	while (rc >= 0 && (rc = tar_next(own, tar, &t)) > 0) {
		bool moved;
		str at;
		struct op_mark mark = op_mark(own);
		if ((rc = deb_path(own, t.path, t.type == TAR_DIRECTORY, &at, &moved)) < 0)
			return rc;
		bool found = str_eq(at, path);
		op_reset(own, mark);
		if (!found || t.type == TAR_DIRECTORY)
			continue;
		if (t.type == TAR_FILE)
			return tar_read_all(op, tar, max, ret);
		if (t.type != TAR_HARDLINK)
			break;
		rc = deb_path(op, t.link, false, ret, &moved);
		return rc < 0 ? rc : 2;
	}
	return rc < 0 ? rc : 1;
}

int contents_read(struct op *op, const struct store *store, const struct digest *deb_digest,
		  str path, size_t max, str *ret)
{
	AUTO_DEB deb = { .fd = -1 };
	int rc = deb_open(op, store, deb_digest, &deb);

	if (rc < 0)
		return rc;
	/* A hard link leads to its file, which is none: dpkg-deb writes the first name whole. */
	for (int turn = 0; turn < 4; turn++) {
		AUTO_OP own;
		open_own(&own, op);
		str got;
		rc = seek_file(op, &own, &deb, path, max, &got);
		if (rc < 0) {
			op_adopt_error(op, &own);
			return op_fail_in(op, "%.*s", STR_ARG(deb.what));
		}
		if (rc != 2) {
			if (rc == 0)
				*ret = got;
			return rc;
		}
		path = got;
	}
	return 1;
}
