/* From bytes to entries. */
#include "artifact.h"

#include <string.h>

#include "base/glob.h"
#include "base/limits.h"
#include "codec/zip.h"
#include "distro/contents_record.h"
#include "distro/deb.h"
#include "distro/unpack.h"

struct pass {
	struct op *op; /* the caller's */
	struct op own; /* goes with the pass */
	const struct artifact_spec *spec;
	str what; /* for messages */
	struct unpack unpack;
	int fd;
	uint64_t size;
	str top;      /* the destination, where it is in the image */
	bool trusted; /* the team's own directory: absolute links say what they mean */
};

static void pass_close(struct pass *p)
{
	unpack_close(&p->unpack);
	fd_close(&p->fd);
	op_done(&p->own);
}
#define AUTO_PASS __attribute__((cleanup(pass_close))) struct pass

int artifact_key(struct op *op, const struct artifact_spec *spec, struct digest *ret)
{
	const struct recipe_artifact *a = spec->recipe;
	char hex[DIGEST_HEX];
	struct buf b;
	str text;

	buf_init(&b, op, LIMIT_DOCUMENT);
	buf_fmt(&b, ARTIFACT_RULES " %s\n%d %d %llu %u %u %o\n%.*s\n",
		digest_hex(&spec->lock->sha256, hex), a->extract, spec->lock->directory,
		(unsigned long long)a->strip, spec->uid, spec->gid, a->mode,
		STR_ARG(a->destination));
	for (ptrdiff_t i = 0; i < a->include.n; i++)
		buf_fmt(&b, "include %td %.*s\n", a->include.p[i].len, STR_ARG(a->include.p[i]));
	for (ptrdiff_t i = 0; i < a->exclude.n; i++)
		buf_fmt(&b, "exclude %td %.*s\n", a->exclude.p[i].len, STR_ARG(a->exclude.p[i]));
	int rc = buf_take(&b, &text);
	if (rc == 0)
		*ret = digest_of(text);
	return rc;
}

/* Open the blob and verify it through the descriptor that is read later. */
static int open_blob(struct pass *p, const struct store *store)
{
	const struct digest *want = &p->spec->lock->sha256;
	AUTO_HASH *hash = NULL;
	char piece[64 << 10];
	struct digest got;
	int rc = store_blob_open(p->op, store, want, &p->fd, &p->size);

	if (rc > 0)
		return op_fail(p->op, ERR_NET, "%.*s is not in the store", STR_ARG(p->what));
	if (rc < 0 || (rc = hash_open(p->op, HASH_SHA256, &hash)) < 0)
		return rc;
	for (uint64_t at = 0; at < p->size;) {
		size_t n = p->size - at < sizeof(piece) ? (size_t)(p->size - at) : sizeof(piece);
		if ((rc = file_pread(p->op, p->fd, p->what, piece, n, at)) < 0)
			return rc;
		hash_add(hash, (str){ piece, (ptrdiff_t)n });
		at += n;
	}
	hash_result(hash, HASH_SHA256, got.b);
	if (digest_eq(&got, want))
		return 0;
	op_fail(p->op, ERR_VERIFY, "%.*s in the store is damaged and was removed",
		STR_ARG(p->what));
	return store_blob_delete(p->op, store, want) < 0 ? p->op->code : ERR_VERIFY;
}

static bool any(const struct texts *globs, str path)
{
	for (ptrdiff_t i = 0; i < globs->n; i++)
		if (glob_match(globs->p[i], path))
			return true;
	return false;
}

/* Where a path of the archive is in the image: 0; 1 if it is left out. */
static int place(struct pass *p, str path, bool directory, str *ret)
{
	const struct recipe_artifact *a = p->spec->recipe;
	str rest = path, full;
	bool moved;

	if ((a->include.n && !any(&a->include, path)) || any(&a->exclude, path))
		return 1;
	for (uint64_t i = 0; i < a->strip && rest.p; i++)
		(void)str_cut(&rest, '/');
	if (rest.len == 0 && directory)
		return 1; /* the destination itself, or what is stripped */
	if (rest.len == 0)
		return unpack_refuse(&p->unpack, path,
				     "has no more components than 'strip' leaves out");
	int rc = op_text(&p->own, &full, "%.*s/%.*s", STR_ARG(a->destination), STR_ARG(rest));
	if (rc == 0 && full.len >= LIMIT_PATH)
		return unpack_refuse(&p->unpack, path, "has too long a path in the image");
	return rc < 0 ? op_adopt_error(p->op, &p->own)
		      : deb_path(p->op, full, directory, ret, &moved);
}

/* Does a link at this path of the image stay below the destination, by its words alone? */
static bool link_stays(const struct pass *p, str path, str to)
{
	str dir = str_from(str_dir_name(path), p->top.len);
	ptrdiff_t depth = 0;

	if (str_starts(to, S("/")))
		return p->trusted;
	for (; dir.len > 0; dir = str_dir_name(dir))
		depth += str_base_name(dir).len > 0;
	while (to.p) {
		str part = str_cut(&to, '/');
		if (str_eq(part, S("..")) && --depth < 0)
			return false;
		if (part.len && !str_eq(part, S(".")) && !str_eq(part, S("..")))
			depth++;
	}
	return true;
}

static bool is_seen(const struct pass *p, str path)
{
	return map_get(&p->unpack.seen, path) != NULL;
}

static int add(struct pass *p, const struct tar_entry *t, unpack_read *read, void *from)
{
	struct unpack_entry e = { .type = t->type,
				  .link = t->link,
				  .mode = t->mode,
				  .uid = p->spec->uid,
				  .gid = p->spec->gid,
				  .mtime = t->mtime };
	int rc = place(p, t->path, t->type == TAR_DIRECTORY, &e.path);

	if (rc != 0)
		return rc < 0 ? rc : 0;
	if (t->type == TAR_HARDLINK && (rc = place(p, t->link, false, &e.link)) != 0)
		return rc < 0 ? rc
			      : unpack_refuse(&p->unpack, t->path,
					      "is a hard link to a file that is left out");
	if (t->type == TAR_SYMLINK && !link_stays(p, e.path, t->link))
		return unpack_refuse(&p->unpack, t->path,
				     "is a symlink that leads out of the destination");
	if (t->type == TAR_DIRECTORY && is_seen(p, e.path))
		return 0; /* archives that were put together name one twice */
	return unpack_add(&p->unpack, &e, read, from);
}

static int from_tar(struct op *op, void *from, void *to, size_t n, size_t *ret_n)
{
	return tar_read(op, from, to, n, ret_n);
}

static int read_tar(struct pass *p)
{
	AUTO_STREAM *in = NULL;
	struct tar_entry t;
	struct tar *tar;
	int rc = stream_open_fd(&p->own, p->fd, p->what, 0, p->size, LIMIT_UNPACKED, &in);

	if (rc < 0 || (rc = tar_open(&p->own, in, p->what, true, &tar)) < 0)
		return rc;
	while ((rc = tar_next(&p->own, tar, &t)) > 0)
		if ((t.path.len || t.type != TAR_DIRECTORY) && (rc = add(p, &t, from_tar, tar)) < 0)
			return rc;
	return rc;
}

static int from_zip(struct op *op, void *from, void *to, size_t n, size_t *ret_n)
{
	return zip_read(op, from, to, n, ret_n);
}

static int read_zip(struct pass *p)
{
	struct tar_entry t;
	struct zip *zip;
	struct at in = at_of_fd(p->fd, 0, p->size, p->what);
	int rc = zip_open(&p->own, &in, &(struct zip_wish){ .max_out = LIMIT_UNPACKED }, &zip);

	while (rc >= 0 && (rc = zip_next(&p->own, zip, &t)) > 0)
		rc = add(p, &t, from_zip, zip);
	return rc;
}

struct plain {
	struct pass *p;
	uint64_t at;
};

static int from_plain(struct op *op, void *from, void *to, size_t n, size_t *ret_n)
{
	struct plain *f = from;
	uint64_t left = f->p->size - f->at;

	*ret_n = left < n ? (size_t)left : n;
	int rc = file_pread(op, f->p->fd, f->p->what, to, *ret_n, f->at);
	f->at += *ret_n;
	return rc;
}

static int read_file(struct pass *p)
{
	const struct recipe_artifact *a = p->spec->recipe;
	struct unpack_entry e = { .type = TAR_FILE,
				  .mode = a->mode == UINT32_MAX ? 0644 : a->mode,
				  .uid = p->spec->uid,
				  .gid = p->spec->gid,
				  .mtime = ARTIFACT_TIME };
	struct plain f = { .p = p };

	e.path = p->top;
	return unpack_add(&p->unpack, &e, from_plain, &f);
}

/* One directory above what the archive has, or the destination itself: the owner's. Above that,
 * root's. */
static int add_above(struct pass *p, str path, bool own)
{
	struct unpack_entry e = { .type = TAR_DIRECTORY, .mode = 0755, .mtime = ARTIFACT_TIME };

	if (is_seen(p, path))
		return 0;
	if (own) {
		e.uid = p->spec->uid;
		e.gid = p->spec->gid;
	}
	int rc = op_copy(p->op, path, &e.path);
	return rc < 0 ? rc : unpack_add(&p->unpack, &e, NULL, NULL);
}

static int add_parents(struct pass *p)
{
	bool many = p->spec->recipe->extract || p->spec->lock->directory;
	int rc = many ? add_above(p, p->top, true) : 0;

	for (ptrdiff_t i = 0; rc == 0 && i < p->unpack.item.n; i++) {
		str dir = str_dir_name(p->unpack.item.p[i].e.path);
		for (; rc == 0 && dir.len > 0 && !is_seen(p, dir); dir = str_dir_name(dir))
			rc = add_above(p, dir, many && dir.len > p->top.len);
	}
	return rc;
}

static int read_all(struct pass *p)
{
	char head[4] = { 0 };
	int rc = 0;

	if (!p->spec->recipe->extract && !p->spec->lock->directory)
		return read_file(p);
	if (p->size >= sizeof(head))
		rc = file_pread(p->op, p->fd, p->what, head, sizeof(head), 0);
	if (rc < 0)
		return rc;
	return head[0] == 'P' && head[1] == 'K' && !p->spec->lock->directory ? read_zip(p)
									     : read_tar(p);
}

/* An op for what goes at the end of a call: under the caller's ceiling and injected faults. */
static void open_own(struct op *own, const struct op *op)
{
	op_init(own, op->ceiling - op->held);
	own->fault = op->fault;
}

static int unpack_in(struct pass *p, const struct store *store, struct contents *c,
		     struct contents_data *d)
{
	const struct recipe_artifact *a = p->spec->recipe;
	bool many = a->extract || p->spec->lock->directory, moved;
	int rc = op_text(p->op, &p->what, "artifact %.*s", STR_ARG(a->name));

	open_own(&p->own, p->op);
	if (rc < 0 || (rc = deb_path(p->op, a->destination, many, &p->top, &moved)) < 0 ||
	    (rc = open_blob(p, store)) < 0 ||
	    (rc = unpack_open(&p->unpack, p->op, &p->own, store, p->what)) < 0 ||
	    (rc = read_all(p)) < 0 || (rc = add_parents(p)) < 0)
		return op_adopt_error(p->op, &p->own);
	if ((rc = unpack_table(&p->unpack, c, d)) < 0)
		return op_adopt_error(p->op, &p->own);
	return 0;
}

int artifact_unpack(struct op *op, const struct store *store, const struct artifact_spec *spec,
		    struct contents *ret, struct contents_data *ret_data)
{
	AUTO_PASS p = { .op = op, .spec = spec, .unpack = { .spool = -1 }, .fd = -1 };
	const struct recipe_artifact *a = spec->recipe;
	struct contents c = { .name = a->name,
			      .version = a->version,
			      .built = ARTIFACT_TIME,
			      .licence = S("NOASSERTION") };
	struct contents_data d = { .spool = -1 };
	str record;
	int rc = artifact_key(op, spec, &c.deb);

	p.trusted = spec->lock->directory;
	if (rc < 0 || (rc = unpack_in(&p, store, &c, &d)) < 0)
		return rc;
	if ((rc = contents_write(op, &c, &record)) < 0 ||
	    (rc = store_key_put(op, store, "contents", &c.deb, record)) < 0)
		return rc;
	*ret = c;
	d.spool = fd_take(&p.unpack.spool);
	*ret_data = d;
	return 0;
}

int artifact_read(struct op *op, const struct store *store, const struct artifact_spec *spec,
		  str path, size_t max, str *ret)
{
	AUTO_CONTENTS_DATA d = { .spool = -1 };
	struct contents c;
	int rc = artifact_unpack(op, store, spec, &c, &d);

	if (rc < 0)
		return rc;
	const struct entry *e = contents_find(&c, path);
	if (!e || (e->type != ENTRY_FILE && e->type != ENTRY_HARDLINK))
		return 1;
	if (e->size > max)
		return op_fail(op, ERR_LIMIT, "%.*s is larger than %zu bytes", STR_ARG(path), max);
	char *to = op_new(op, char, e->size + 1);
	if (!to)
		return op->code;
	*ret = (str){ to, (ptrdiff_t)e->size };
	return file_pread(op, d.spool, path, to, (size_t)e->size, d.offset[e - c.entry]);
}
