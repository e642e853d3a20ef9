#include <stdio.h>
#include <string.h>

#include "base/limits.h"

#include "tar.h"
#include "tar_block.h"

/* The largest numbers that 7 and 11 octal digits hold. */
#define OCTAL7 UINT64_C(07777777)
#define OCTAL11 UINT64_C(077777777777)

size_t tar_padding(uint64_t size)
{
	return (size_t)(-size & (TAR_BLOCK - 1));
}

static void put_octal(char *at, int digits, uint64_t v)
{
	for (int i = digits - 1; i >= 0; i--, v >>= 3)
		at[i] = (char)('0' + (v & 7));
}

/* Everything of a header that is not its name; numbers that do not fit must be 0 here. */
static void put_header(char *h, char type, uint32_t mode, uint64_t uid, uint64_t gid, uint64_t size,
		       uint64_t mtime)
{
	unsigned sum = 0;

	put_octal(h + TAR_MODE, 7, mode);
	put_octal(h + TAR_UID, 7, uid);
	put_octal(h + TAR_GID, 7, gid);
	put_octal(h + TAR_SIZE, 11, size);
	put_octal(h + TAR_MTIME, 11, mtime);
	h[TAR_TYPE] = type;
	memcpy(h + TAR_MAGIC, "ustar\00000", 8);
	put_octal(h + TAR_MAJOR, 7, 0);
	put_octal(h + TAR_MINOR, 7, 0);
	memset(h + TAR_SUM, ' ', 8);
	for (int i = 0; i < TAR_BLOCK; i++)
		sum += (uint8_t)h[i];
	put_octal(h + TAR_SUM, 6, sum);
	h[TAR_SUM + 6] = '\0';
}

/*
 * Where path is cut into prefix and name: at the first slash that leaves the name short enough.
 * 0 if it needs no prefix, -1 if it does not fit.
 */
static ptrdiff_t split_at(str path)
{
	if (path.len <= TAR_NAME_MAX)
		return 0;
	for (ptrdiff_t i = path.len - 1 - TAR_NAME_MAX; i < path.len - 1 && i <= TAR_PREFIX_MAX;
	     i++)
		if (i > 0 && path.p[i] == '/')
			return i;
	return -1;
}

/* One PAX record, "17 path=usr/bin\n": its length counts its own digits. */
static void put_record(struct buf *b, const char *key, str value)
{
	ptrdiff_t rest = (ptrdiff_t)strlen(key) + value.len + 3, len = 0, digits = 0;

	while (len != rest + digits) {
		len = rest + digits;
		digits = snprintf(NULL, 0, "%td", len);
	}
	buf_fmt(b, "%td %s=", len, key);
	buf_add(b, value);
	buf_char(b, '\n');
}

static void put_number_record(struct buf *b, const char *key, int64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld", (long long)value);
	put_record(b, key, str_of(text));
}

enum { PAX_GID = 1, PAX_LINK = 2, PAX_MTIME = 4, PAX_PATH = 8, PAX_SIZE = 16, PAX_UID = 32 };

static unsigned needed_records(const struct tar_entry *e, str path)
{
	unsigned need = 0;

	need |= e->gid > OCTAL7 ? PAX_GID : 0;
	need |= e->link.len > TAR_NAME_MAX ? PAX_LINK : 0;
	need |= e->mtime < 0 || (uint64_t)e->mtime > OCTAL11 ? PAX_MTIME : 0;
	need |= split_at(path) < 0 ? PAX_PATH : 0;
	need |= e->type == TAR_FILE && e->size > OCTAL11 ? PAX_SIZE : 0;
	need |= e->uid > OCTAL7 ? PAX_UID : 0;
	return need;
}

/* The 'x' header; its records are ordered by their keys. */
static void put_pax(struct buf *b, const struct tar_entry *e, str path, unsigned need)
{
	size_t at = b->len;
	char *h = buf_room(b, TAR_BLOCK);

	if (need & PAX_GID)
		put_number_record(b, "gid", e->gid);
	if (need & PAX_LINK)
		put_record(b, "linkpath", e->link);
	if (need & PAX_MTIME)
		put_number_record(b, "mtime", e->mtime);
	if (need & PAX_PATH)
		put_record(b, "path", path);
	if (need & PAX_SIZE)
		put_number_record(b, "size", (int64_t)e->size);
	if (need & PAX_UID)
		put_number_record(b, "uid", e->uid);
	if (b->bad || !h)
		return;
	uint64_t size = b->len - at - TAR_BLOCK;
	h = b->p + at;
	memcpy(h + TAR_NAME, "PaxHeaders/0", 12);
	put_header(h, 'x', 0644, 0, 0, size, 0);
	buf_repeat(b, '\0', (ptrdiff_t)tar_padding(size));
}

static char type_flag(enum tar_type type)
{
	static const char flag[] = {
		[TAR_FILE] = '0', [TAR_HARDLINK] = '1', [TAR_SYMLINK] = '2', [TAR_DIRECTORY] = '5'
	};

	MUST(type != TAR_OTHER);
	return flag[type];
}

void tar_header(struct buf *b, const struct tar_entry *e)
{
	char slashed[LIMIT_PATH + 2];
	str path = e->path;
	uint64_t size = e->type == TAR_FILE ? e->size : 0;

	MUST(path.len < LIMIT_PATH && e->link.len < LIMIT_PATH && size <= INT64_MAX);
	if (e->type == TAR_DIRECTORY) {
		if (path.len == 0)
			path = S(".");
		memcpy(slashed, path.p, (size_t)path.len);
		slashed[path.len] = '/';
		path = (str){ slashed, path.len + 1 };
	}
	unsigned need = needed_records(e, path);
	if (need)
		put_pax(b, e, path, need);
	char *h = buf_room(b, TAR_BLOCK);
	if (!h)
		return;
	ptrdiff_t cut = need & PAX_PATH ? 0 : split_at(path);
	str name = str_head(cut ? str_from(path, cut + 1) : path, TAR_NAME_MAX);
	memcpy(h + TAR_NAME, name.p, (size_t)name.len);
	if (cut)
		memcpy(h + TAR_PREFIX, path.p, (size_t)cut);
	if (e->link.len)
		memcpy(h + TAR_LINK, e->link.p, (size_t)str_head(e->link, TAR_NAME_MAX).len);
	put_header(h, type_flag(e->type), e->mode & 07777, need & PAX_UID ? 0 : e->uid,
		   need & PAX_GID ? 0 : e->gid, need & PAX_SIZE ? 0 : size,
		   need & PAX_MTIME ? 0 : (uint64_t)e->mtime);
}
