#include "unpack.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

enum {
	SPOOL_BUFFER = 1 << 20, /* bytes a write */
	SPOOL_ROOM = 64 << 10,  /* flush when a read could get less */
};

int unpack_open(struct unpack *u, struct op *op, struct op *own, const struct store *store,
		str what)
{
	*u = (struct unpack){ .op = op, .own = own, .what = what, .spool = -1 };
	map_init(&u->seen, own);
	u->buffer = op_new(own, char, SPOOL_BUFFER);
	if (!u->buffer)
		return op_adopt_error(op, own);
	int rc = file_temp(op, store->tmp, &u->spool);
	return rc < 0 ? rc : hash_open(op, HASH_SHA256 | HASH_SHA1, &u->hash);
}

void unpack_close(struct unpack *u)
{
	hash_close(&u->hash);
	fd_close(&u->spool);
}

int unpack_refuse(struct unpack *u, str path, const char *why)
{
	return op_fail(u->op, ERR_FORMAT, "%.*s: %.*s %s", STR_ARG(u->what), STR_ARG(path), why);
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

/* Is the entry one that an image may have? 1 if it is there already and need not be again. */
static int check_entry(struct unpack *u, const struct unpack_entry *e)
{
	if (has_whiteout(e->path))
		return unpack_refuse(u, e->path, "is a whiteout name");
	if (e->type == TAR_OTHER)
		return unpack_refuse(u, e->path, "is neither file, directory nor link");
	if (e->type == TAR_SYMLINK && (!e->link.len || e->link.len >= LIMIT_PATH))
		return unpack_refuse(u, e->path, "is a symlink with an empty or overlong target");
	if (u->item.n >= LIMIT_ENTRIES)
		return op_fail(u->op, ERR_LIMIT, "%.*s has more than %d entries", STR_ARG(u->what),
			       LIMIT_ENTRIES);
	u->text += (uint64_t)e->path.len + (uint64_t)e->link.len;
	if (u->text > LIMIT_PATH_BYTES)
		return op_fail(u->op, ERR_LIMIT, "%.*s has more than %d bytes of paths",
			       STR_ARG(u->what), LIMIT_PATH_BYTES);
	ptrdiff_t had = (ptrdiff_t)(uintptr_t)map_get(&u->seen, e->path) - 1;
	if (had < 0)
		return 0;
	const struct unpack_item *first = &u->item.p[had];
	if (e->type == TAR_DIRECTORY && first->e.type == ENTRY_DIRECTORY &&
	    e->moved != first->moved)
		return 1;
	return unpack_refuse(u, e->path, "is there twice");
}

static int flush(struct unpack *u)
{
	int rc = file_write(u->op, u->spool, S("spool file"),
			    (str){ u->buffer, (ptrdiff_t)u->used });

	u->used = 0;
	return rc;
}

/* The current entry's content into the spool, through the hash; its first bytes into head. */
static int spool_content(struct unpack *u, struct unpack_item *item, unpack_read *read, void *from)
{
	size_t n;
	int rc;

	hash_restart(u->hash);
	u->head_n = 0;
	item->offset = u->spooled;
	for (;;) {
		if (SPOOL_BUFFER - u->used < SPOOL_ROOM && (rc = flush(u)) < 0)
			return rc;
		char *at = u->buffer + u->used;
		if ((rc = read(u->own, from, at, SPOOL_BUFFER - u->used, &n)) < 0)
			return rc;
		if (!n)
			break;
		hash_add(u->hash, (str){ at, (ptrdiff_t)n });
		size_t head = UNPACK_HEAD - u->head_n < n ? UNPACK_HEAD - u->head_n : n;
		memcpy(u->head + u->head_n, at, head);
		u->head_n += head;
		u->used += n;
		u->spooled += n;
	}
	item->e.size = u->spooled - item->offset;
	hash_result(u->hash, HASH_SHA256, item->e.sha256.b);
	hash_result(u->hash, HASH_SHA1, item->e.sha1);
	return 0;
}

static int judge_head(struct unpack *u, struct unpack_item *item)
{
	str head = { u->head, (ptrdiff_t)u->head_n };

	item->elf = str_starts(head, S("\177ELF"));
	if (item->elf)
		return 0;
	item->e.private_key = contents_private_key(head);
	return op_copy(u->op, contents_script(head), &item->e.script);
}

/* A hard link's file must have come before it; the entry repeats what is the inode's. */
static int bind_link(struct unpack *u, str to, struct unpack_item *item)
{
	ptrdiff_t at = (ptrdiff_t)(uintptr_t)map_get(&u->seen, to) - 1;

	if (at < 0 ||
	    (u->item.p[at].e.type != ENTRY_FILE && u->item.p[at].e.type != ENTRY_HARDLINK))
		return unpack_refuse(u, item->e.path,
				     "is a hard link to what is no file before it");
	const struct unpack_item *file = &u->item.p[at];
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
static int fill_entry(struct unpack *u, const struct unpack_entry *e, struct unpack_item *item,
		      unpack_read *read, void *from)
{
	int rc;

	switch (e->type) {
	case TAR_DIRECTORY:
		item->e.type = ENTRY_DIRECTORY;
		return 0;
	case TAR_SYMLINK:
		item->e.type = ENTRY_SYMLINK;
		return op_copy(u->op, e->link, &item->e.link);
	case TAR_HARDLINK:
		return bind_link(u, e->link, item);
	default:
		item->e.type = ENTRY_FILE;
		rc = spool_content(u, item, read, from);
		return rc < 0 ? rc : judge_head(u, item);
	}
}

int unpack_add(struct unpack *u, const struct unpack_entry *e, unpack_read *read, void *from)
{
	struct unpack_item item = {
		.seq = u->item.n, .file = -1, .offset = UINT64_MAX, .moved = e->moved
	};
	int rc = check_entry(u, e);

	if (rc != 0)
		return rc < 0 ? rc : 0;
	item.e = (struct entry){ .path = e->path,
				 .mode = e->mode & 07777,
				 .uid = e->uid,
				 .gid = e->gid,
				 .mtime = e->mtime };
	if ((rc = fill_entry(u, e, &item, read, from)) < 0)
		return rc;
	struct unpack_item *to = vec_push(u->own, &u->item);
	if (!to)
		return ERR_MEMORY;
	*to = item;
	return map_put(&u->seen, e->path, (void *)(uintptr_t)u->item.n);
}

static int item_cmp(const void *a, const void *b)
{
	return entry_path_cmp(((const struct unpack_item *)a)->e.path,
			      ((const struct unpack_item *)b)->e.path);
}

/* What is below a path stands right behind it, so one look at the neighbour finds it. */
static int check_parents(struct unpack *u)
{
	for (ptrdiff_t i = 0; i + 1 < u->item.n; i++) {
		str above = u->item.p[i].e.path, path = u->item.p[i + 1].e.path;
		if (u->item.p[i].e.type != ENTRY_DIRECTORY && str_starts(path, above) &&
		    str_starts(str_from(path, above.len), S("/")))
			return unpack_refuse(u, path,
					     "is below what is no directory in the same archive");
	}
	return 0;
}

/*
 * The first name of a file in the order of the table is the file, the others are links to it, so
 * that a layer written in this order never links to what comes later.
 */
static int settle_links(struct unpack *u)
{
	ptrdiff_t *first = op_new(u->own, ptrdiff_t, u->item.n); /* by seq; index + 1 */

	if (!first)
		return ERR_MEMORY;
	for (ptrdiff_t i = 0; i < u->item.n; i++) {
		struct unpack_item *item = &u->item.p[i];
		if (item->e.type != ENTRY_FILE && item->e.type != ENTRY_HARDLINK)
			continue;
		ptrdiff_t root = item->file >= 0 ? item->file : item->seq;
		item->e.type = first[root] ? ENTRY_HARDLINK : ENTRY_FILE;
		item->e.link = first[root] ? u->item.p[first[root] - 1].e.path : S("");
		item->file = first[root] - 1; /* from here: index of the file, or -1 */
		first[root] = first[root] ? first[root] : i + 1;
	}
	return 0;
}

/* An ELF file that lies about itself is kept as one of type 0: nothing will load it. */
static int read_elf(struct unpack *u, struct unpack_item *item)
{
	if (item->file >= 0) {
		item->e.elf = u->item.p[item->file].e.elf;
		return 0;
	}
	struct elf *elf = op_new(u->op, struct elf, 1);
	if (!elf)
		return ERR_MEMORY;
	struct at a = at_of_fd(u->spool, item->offset, item->e.size, item->e.path);
	int rc = elf_read(u->op, &a, elf);
	if (rc == ERR_FORMAT || rc == ERR_LIMIT) {
		op_forgive(u->op);
		*elf = (struct elf){ 0 };
	} else if (rc < 0) {
		return rc;
	}
	item->e.elf = elf;
	return 0;
}

int unpack_table(struct unpack *u, struct contents *c, struct contents_data *d)
{
	int rc = flush(u);

	if (rc < 0)
		return rc;
	if (u->item.n)
		qsort(u->item.p, (size_t)u->item.n, sizeof(*u->item.p), item_cmp);
	if ((rc = check_parents(u)) < 0 || (rc = settle_links(u)) < 0)
		return rc;
	for (ptrdiff_t i = 0; i < u->item.n; i++)
		if (u->item.p[i].elf && (rc = read_elf(u, &u->item.p[i])) < 0)
			return rc;
	c->n = u->item.n;
	c->entry = op_new(u->op, struct entry, c->n);
	d->offset = op_new(u->op, uint64_t, c->n);
	if (!c->entry || !d->offset)
		return ERR_MEMORY;
	for (ptrdiff_t i = 0; i < c->n; i++) {
		c->entry[i] = u->item.p[i].e;
		d->offset[i] = u->item.p[i].offset;
	}
	return 0;
}

int unpack_content(struct unpack *u, struct op *op, const struct contents *c,
		   const struct contents_data *d, ptrdiff_t i, str *ret)
{
	size_t n = (size_t)c->entry[i].size;
	char *to = op_new(op, char, c->entry[i].size + 1);

	if (!to)
		return ERR_MEMORY;
	*ret = (str){ to, (ptrdiff_t)n };
	return file_pread(op, u->spool, c->entry[i].path, to, n, d->offset[i]);
}
