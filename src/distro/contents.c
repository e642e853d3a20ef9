#include "contents.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/glob.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"

#include "changelog.h"
#include "contents_record.h"
#include "copyright.h"
#include "deb.h"

/*
 * Unpacking is one pass over data.tar. Paths and what is asked for live in the caller's op; the
 * growing table, the decoder and the spool's buffer in an op of the pass, which goes at its end.
 * File contents pass through the buffer only.
 */
enum {
	SPOOL_BUFFER = 1 << 20, /* bytes a write */
	SPOOL_ROOM = 64 << 10,  /* flush when a read could get less */
	HEAD_MAX = 4096,        /* bytes of each file that are looked at */
	SHEBANG_MAX = 255,      /* Source: Linux BINPRM_BUF_SIZE less the NUL */
	CAPTURE_MAX = 256 << 10,
	COPYRIGHT_MAX = 4 << 20,  /* linux' copyright file is 0.2 MiB */
	CHANGELOG_MAX = 32 << 20, /* unpacked; gcc's is 1.2 MiB */
	CHANGELOG_ENTRIES = 200,  /* whose CVE ids are told */
};

static const str captures[] = {
	S_INIT("etc/ld.so.conf"),         S_INIT("etc/ld.so.conf.d/*.conf"),
	S_INIT("usr/lib/sysusers.d/*"),   S_INIT("usr/lib/tmpfiles.d/*"),
	S_INIT("usr/lib/os-release"),     S_INIT("usr/share/base-passwd/*.master"),
	S_INIT("usr/share/base-files/*"), S_INIT("usr/share/ca-certificates/**.crt"),
};

struct item {
	struct entry e;
	ptrdiff_t seq;   /* place in data.tar */
	ptrdiff_t file;  /* of a hard link: its file's seq; else -1 */
	uint64_t offset; /* in the spool; UINT64_MAX: no content */
	bool moved;      /* by the /usr merge */
	bool elf;
};

struct pass {
	struct op *op; /* the caller's */
	struct op own; /* goes with the pass */
	const struct deb *deb;
	struct tar *tar;
	struct hash *hash;
	int spool;
	char *buffer; /* [SPOOL_BUFFER] */
	size_t used;
	uint64_t spooled; /* bytes in the spool file and the buffer */
	uint64_t text;    /* bytes of paths and links */
	unsigned moved_tops,
		linked_tops; /* sets of deb_top(): names with something below, symlinks */
	struct map seen;     /* path -> index + 1 of its item */
	VEC(struct item) item;
	char head[HEAD_MAX];
	size_t head_n;
};

void contents_data_close(struct contents_data *d)
{
	fd_close(&d->spool);
}

static void pass_close(struct pass *p)
{
	hash_close(&p->hash);
	fd_close(&p->spool);
	op_done(&p->own);
}
#define AUTO_PASS __attribute__((cleanup(pass_close))) struct pass

static int refuse(struct pass *p, str path, const char *why)
{
	return op_fail(p->op, ERR_FORMAT, "%.*s: %.*s %s", STR_ARG(p->deb->what), STR_ARG(path),
		       why);
}

/* ".wh." names would delete paths of lower layers. Source: OCI image-spec, layer.md, "Whiteouts".
 */
static bool has_whiteout(str path)
{
	while (path.len)
		if (str_starts(str_cut(&path, '/'), S(".wh.")))
			return true;
	return false;
}

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

/* Is the entry, under its path after the merge, one that a package may ship? */
static int check_entry(struct pass *p, const struct tar_entry *t, str path, bool moved)
{
	if (has_whiteout(path))
		return refuse(p, path, "is a whiteout name");
	if (t->type == TAR_OTHER)
		return refuse(p, path, "is neither file, directory nor link");
	if (t->type == TAR_SYMLINK && (!t->link.len || t->link.len >= LIMIT_PATH))
		return refuse(p, path, "is a symlink with an empty or overlong target");
	if (is_top(path) && (t->type != TAR_SYMLINK || !top_link_ok(path, t->link)))
		return refuse(p, path, "takes the place of a link to below usr");
	if (p->item.n >= LIMIT_ENTRIES)
		return op_fail(p->op, ERR_LIMIT, "%.*s has more than %d entries",
			       STR_ARG(p->deb->what), LIMIT_ENTRIES);
	p->text += (uint64_t)path.len + (uint64_t)t->link.len;
	if (p->text > LIMIT_PATH_BYTES)
		return op_fail(p->op, ERR_LIMIT, "%.*s has more than %d bytes of paths",
			       STR_ARG(p->deb->what), LIMIT_PATH_BYTES);
	ptrdiff_t had = (ptrdiff_t)(uintptr_t)map_get(&p->seen, path) - 1;
	if (had < 0)
		return 0;
	const struct item *first = &p->item.p[had];
	if (t->type == TAR_DIRECTORY && first->e.type == ENTRY_DIRECTORY && moved != first->moved)
		return 1;
	return refuse(p, path, "is there twice");
}

static int flush(struct pass *p)
{
	int rc = file_write(p->op, p->spool, S("spool file"),
			    (str){ p->buffer, (ptrdiff_t)p->used });

	p->used = 0;
	return rc;
}

/* The current entry's content into the spool, through the hash; its first bytes into head. */
static int spool_content(struct pass *p, struct item *item)
{
	size_t n;
	int rc;

	hash_restart(p->hash);
	p->head_n = 0;
	item->offset = p->spooled;
	for (;;) {
		if (SPOOL_BUFFER - p->used < SPOOL_ROOM && (rc = flush(p)) < 0)
			return rc;
		char *at = p->buffer + p->used;
		if ((rc = tar_read(&p->own, p->tar, at, SPOOL_BUFFER - p->used, &n)) < 0)
			return rc;
		if (!n)
			break;
		hash_add(p->hash, (str){ at, (ptrdiff_t)n });
		size_t head = HEAD_MAX - p->head_n < n ? HEAD_MAX - p->head_n : n;
		memcpy(p->head + p->head_n, at, head);
		p->head_n += head;
		p->used += n;
		p->spooled += n;
	}
	item->e.size = p->spooled - item->offset;
	hash_result(p->hash, HASH_SHA256, item->e.sha256.b);
	hash_result(p->hash, HASH_SHA1, item->e.sha1);
	return 0;
}

/* A line "-----BEGIN ... PRIVATE KEY-----", or PuTTY's first words. Source: RFC 7468; openssl(1).
 */
bool contents_private_key(str head)
{
	head = str_head(head, HEAD_MAX);
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

static int judge_head(struct pass *p, struct item *item)
{
	str head = { p->head, (ptrdiff_t)p->head_n };

	item->elf = str_starts(head, S("\177ELF"));
	if (item->elf)
		return 0;
	item->e.private_key = contents_private_key(head);
	return op_copy(p->op, contents_script(head), &item->e.script);
}

/* A hard link's file must have come before it; the entry repeats what is the inode's. */
static int bind_link(struct pass *p, const struct tar_entry *t, struct item *item)
{
	str to;
	bool moved;
	int rc = deb_path(&p->own, t->link, false, &to, &moved);

	if (rc < 0)
		return rc;
	ptrdiff_t at = (ptrdiff_t)(uintptr_t)map_get(&p->seen, to) - 1;
	if (at < 0 ||
	    (p->item.p[at].e.type != ENTRY_FILE && p->item.p[at].e.type != ENTRY_HARDLINK))
		return refuse(p, item->e.path, "is a hard link to what is no file before it");
	const struct item *file = &p->item.p[at];
	str path = item->e.path;
	item->e = file->e;
	item->e.path = path;
	item->e.type = ENTRY_HARDLINK;
	item->offset = file->offset;
	item->elf = file->elf;
	item->file = file->file >= 0 ? file->file : file->seq;
	return 0;
}

/* What the entry is besides its path: content, target or nothing. */
static int fill_entry(struct pass *p, const struct tar_entry *t, struct item *item)
{
	int rc;

	switch (t->type) {
	case TAR_DIRECTORY:
		item->e.type = ENTRY_DIRECTORY;
		return 0;
	case TAR_SYMLINK:
		item->e.type = ENTRY_SYMLINK;
		return op_copy(p->op, t->link, &item->e.link);
	case TAR_HARDLINK:
		return bind_link(p, t, item);
	default:
		item->e.type = ENTRY_FILE;
		rc = spool_content(p, item);
		return rc < 0 ? rc : judge_head(p, item);
	}
}

static int add_entry(struct pass *p, const struct tar_entry *t)
{
	struct item item = { .seq = p->item.n, .file = -1, .offset = UINT64_MAX };
	str path;

	if (!t->path.len)
		return t->type == TAR_DIRECTORY ? 0 : refuse(p, S("/"), "is no directory");
	int rc = deb_path(p->op, t->path, t->type == TAR_DIRECTORY, &path, &item.moved);
	if (rc < 0 || (rc = check_entry(p, t, path, item.moved)) != 0)
		return rc < 0 ? rc : 0;
	item.e = (struct entry){ .path = path,
				 .mode = t->mode & 07777,
				 .uid = t->uid,
				 .gid = t->gid,
				 .mtime = t->mtime };
	if ((rc = fill_entry(p, t, &item)) < 0)
		return rc;
	if (item.moved)
		p->moved_tops |= 1u << deb_top(t->path);
	else if (is_top(path))
		p->linked_tops |= 1u << deb_top(path);
	struct item *to = vec_push(&p->own, &p->item);
	if (!to)
		return ERR_MEMORY;
	*to = item;
	return map_put(&p->seen, path, (void *)(uintptr_t)p->item.n);
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
	return rc < 0 ? rc : flush(p);
}

static int item_cmp(const void *a, const void *b)
{
	return entry_path_cmp(((const struct item *)a)->e.path, ((const struct item *)b)->e.path);
}

/* What is below a path stands right behind it, so one look at the neighbour finds it. */
static int check_parents(struct pass *p)
{
	if (p->moved_tops & p->linked_tops)
		return refuse(p, S("usr"), "is merged over a symlink of the same package");
	for (ptrdiff_t i = 0; i + 1 < p->item.n; i++) {
		str above = p->item.p[i].e.path, path = p->item.p[i + 1].e.path;
		if (p->item.p[i].e.type != ENTRY_DIRECTORY && str_starts(path, above) &&
		    str_starts(str_from(path, above.len), S("/")))
			return refuse(p, path, "is below what is no directory in the same package");
	}
	return 0;
}

/*
 * The first name of a file in the order of the table is the file, the others are links to it, so
 * that a layer written in this order never links to what comes later.
 */
static int settle_links(struct pass *p)
{
	ptrdiff_t *first = op_new(&p->own, ptrdiff_t, p->item.n); /* by seq; index + 1 */

	if (!first)
		return ERR_MEMORY;
	for (ptrdiff_t i = 0; i < p->item.n; i++) {
		struct item *item = &p->item.p[i];
		if (item->e.type != ENTRY_FILE && item->e.type != ENTRY_HARDLINK)
			continue;
		ptrdiff_t root = item->file >= 0 ? item->file : item->seq;
		item->e.type = first[root] ? ENTRY_HARDLINK : ENTRY_FILE;
		item->e.link = first[root] ? p->item.p[first[root] - 1].e.path : S("");
		item->file = first[root] - 1; /* from here: index of the file, or -1 */
		first[root] = first[root] ? first[root] : i + 1;
	}
	return 0;
}

/* An ELF file that lies about itself is kept as one of type 0: nothing will load it. */
static int read_elf(struct pass *p, struct item *item)
{
	if (item->file >= 0) {
		item->e.elf = p->item.p[item->file].e.elf;
		return 0;
	}
	struct elf *elf = op_new(p->op, struct elf, 1);
	if (!elf)
		return ERR_MEMORY;
	int rc = elf_read(p->op, p->spool, item->e.path, item->offset, item->e.size, elf);
	if (rc == ERR_FORMAT || rc == ERR_LIMIT) {
		op_forgive(p->op);
		*elf = (struct elf){ 0 };
	} else if (rc < 0) {
		return rc;
	}
	item->e.elf = elf;
	return 0;
}

/* The table in its final form, in the caller's op. */
static int take_table(struct pass *p, struct contents *c, struct contents_data *d)
{
	int rc;

	if (p->item.n)
		qsort(p->item.p, (size_t)p->item.n, sizeof(*p->item.p), item_cmp);
	if ((rc = check_parents(p)) < 0 || (rc = settle_links(p)) < 0)
		return rc;
	for (ptrdiff_t i = 0; i < p->item.n; i++)
		if (p->item.p[i].elf && (rc = read_elf(p, &p->item.p[i])) < 0)
			return rc;
	c->n = p->item.n;
	c->entry = op_new(p->op, struct entry, c->n);
	d->offset = op_new(p->op, uint64_t, c->n);
	if (!c->entry || !d->offset)
		return ERR_MEMORY;
	for (ptrdiff_t i = 0; i < c->n; i++) {
		c->entry[i] = p->item.p[i].e;
		d->offset[i] = p->item.p[i].offset;
	}
	for (ptrdiff_t i = 0; i < c->conffiles.n; i++) {
		struct entry *e = (struct entry *)(uintptr_t)contents_find(c, c->conffiles.p[i]);
		if (e)
			e->conffile = true;
	}
	return 0;
}

/* The content of entry i out of the spool, into op. */
static int spool_read(struct pass *p, struct op *op, const struct contents *c,
		      const struct contents_data *d, ptrdiff_t i, str *ret)
{
	size_t n = (size_t)c->entry[i].size;
	char *to = op_new(op, char, c->entry[i].size + 1);

	if (!to)
		return ERR_MEMORY;
	*ret = (str){ to, (ptrdiff_t)n };
	return file_pread(op, p->spool, c->entry[i].path, to, n, d->offset[i]);
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
		int rc = f ? spool_read(p, p->op, c, d, i, &f->bytes) : ERR_MEMORY;
		if (rc < 0)
			return rc;
		f->path = c->entry[i].path;
	}
	c->file = found.p;
	c->file_n = found.n;
	return 0;
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
		if ((rc = spool_read(p, &p->own, c, d, at, &text)) < 0 ||
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
	static const char *const names[] = { "changelog.Debian.gz", "changelog.gz",
					     "changelog.Debian" };
	AUTO_STREAM *in = NULL;
	str packed;

	*ret = S("");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		ptrdiff_t at = doc_file(p, c, names[i], LIMIT_CAPTURE);
		if (at == -1)
			continue;
		int rc = at < 0 ? (int)at : spool_read(p, &p->own, c, d, at, &packed);
		if (rc < 0 || (rc = stream_open_bytes(&p->own, packed, c->entry[at].path,
						      CHANGELOG_MAX, &in)) < 0)
			return rc;
		return stream_read_all(&p->own, in, CHANGELOG_MAX, ret);
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
	if ((rc = changelog_cves(&p->own, text, CHANGELOG_ENTRIES, &entry, &n)) < 0)
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
	int rc;

	map_init(&p->seen, &p->own);
	p->buffer = op_new(&p->own, char, SPOOL_BUFFER);
	if (!p->buffer)
		return ERR_MEMORY;
	if ((rc = hash_open(&p->own, HASH_SHA256 | HASH_SHA1, &p->hash)) < 0 ||
	    (rc = read_data(p)) < 0 || (rc = take_table(p, c, d)) < 0)
		return rc;
	if ((rc = take_captures(p, c, d)) < 0 || (rc = take_licence(p, c, d)) < 0)
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
	AUTO_PASS p = { .op = op, .spool = -1 };
	AUTO_DEB deb = { .fd = -1 };
	struct contents c = { 0 };
	struct contents_data d = { .spool = -1 };
	str record;

	open_own(&p.own, op);
	p.deb = &deb;
	int rc = deb_open(op, store, deb_digest, &deb);
	if (rc < 0 || (rc = deb_control(op, &deb, &c)) < 0)
		return rc;
	if ((rc = file_temp(op, store->tmp, &p.spool)) < 0)
		return rc;
	if ((rc = unpack(&p, &c, &d)) < 0 || (rc = contents_write(&p.own, &c, &record)) < 0)
		return op_adopt_error(op, &p.own);
	if ((rc = store_key_put(op, store, "contents", deb_digest, record)) < 0)
		return rc;
	*ret = c;
	d.spool = fd_take(&p.spool);
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
