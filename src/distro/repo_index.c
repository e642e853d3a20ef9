#include <string.h>

#include "base/limits.h"
#include "base/rd.h"
#include "base/vec.h"
#include "repo_parts.h"

#define TEXT(field) offsetof(struct repo_package, field)
const size_t repo_index_texts[REPO_INDEX_TEXTS] = {
	TEXT(name),           TEXT(version),     TEXT(arch),        TEXT(source),
	TEXT(source_version), TEXT(multi_arch),  TEXT(priority),    TEXT(section),
	TEXT(depends),        TEXT(pre_depends), TEXT(provides),    TEXT(conflicts),
	TEXT(breaks),         TEXT(replaces),    TEXT(description), TEXT(path),
};

struct sample {
	str key;
	uint64_t offset;
	uint32_t len;
};

struct repo_index {
	const struct store *store;
	struct digest blob;
	int fd;
	uint64_t table;        /* where the records end */
	struct sample *sample; /* [blocks] */
	ptrdiff_t blocks;
};

int repo_index_key(struct op *op, const struct digest *packages, str arch, struct digest *ret)
{
	char hex[DIGEST_HEX];
	str text;
	int rc = op_text(op, &text, REPO_INDEX_MAGIC " %.*s %s", STR_ARG(arch),
			 digest_hex(packages, hex));

	if (rc == 0)
		*ret = digest_of(text);
	return rc;
}

/* The blob is not what was put there: away with it; it can be made again. */
static int damaged(struct op *op, const struct repo_index *x)
{
	char hex[DIGEST_HEX];
	int rc = store_blob_delete(op, x->store, &x->blob);

	return rc < 0 ? rc
		      : op_fail(op, ERR_VERIFY,
				"the index sha256:%s in the store was damaged and is "
				"deleted; run the command again",
				digest_hex(&x->blob, hex));
}

static int read_samples(struct op *op, struct repo_index *x, str bytes, uint32_t blocks,
			uint64_t end)
{
	struct rd r = { .in = bytes };

	if (blocks > (uint64_t)bytes.len / 14)
		return damaged(op, x);
	x->sample = op_new(op, struct sample, blocks);
	if (!x->sample)
		return op->code;
	for (x->blocks = 0; x->blocks < (ptrdiff_t)blocks; x->blocks++) {
		struct sample *s = &x->sample[x->blocks];
		s->offset = rd_u64(&r);
		s->len = rd_u32(&r);
		s->key = rd_take(&r, rd_u16(&r));
		if (r.bad || s->len > REPO_INDEX_BLOCK_MAX || s->offset < x->table ||
		    s->offset > end || s->len > end - s->offset)
			return damaged(op, x);
	}
	return r.in.len ? damaged(op, x) : 0;
}

static int read_footer(struct op *op, struct repo_index *x, uint64_t size)
{
	char footer[REPO_INDEX_FOOTER];
	int rc;

	if (size < sizeof(footer) + 8)
		return damaged(op, x);
	uint64_t end = size - sizeof(footer);
	if ((rc = file_pread(op, x->fd, S("the index"), footer, sizeof(footer), end)) < 0)
		return rc;
	struct rd r = { .in = { footer, sizeof(footer) } };
	x->table = rd_u64(&r);
	uint64_t samples = rd_u64(&r);
	uint32_t len = rd_u32(&r), blocks = rd_u32(&r);
	rd_skip(&r, 4);
	if (!str_eq(r.in, S(REPO_INDEX_MAGIC)) || samples > end || len != end - samples ||
	    x->table > samples)
		return damaged(op, x);
	char *bytes = op_new(op, char, len);
	if (!bytes)
		return op->code;
	if ((rc = file_pread(op, x->fd, S("the index"), bytes, len, samples)) < 0)
		return rc;
	return read_samples(op, x, (str){ bytes, (ptrdiff_t)len }, blocks, samples);
}

int repo_index_open(struct op *op, const struct store *store, const struct digest *packages,
		    str arch, struct repo_index **ret)
{
	struct digest key;
	uint64_t size;
	str text;
	struct repo_index *x = op_new(op, struct repo_index, 1);
	int rc = x ? repo_index_key(op, packages, arch, &key) : op->code;

	if (rc < 0 || (rc = store_key_get(op, store, "index", &key, 1024, &text)) != 0)
		return rc;
	x->store = store;
	x->fd = -1;
	if (!digest_parse(str_trim(text), &x->blob))
		return 1;
	if ((rc = store_blob_open(op, store, &x->blob, &x->fd, &size)) != 0)
		return rc;
	if ((rc = read_footer(op, x, size)) < 0) {
		repo_index_close(&x);
		return rc;
	}
	*ret = x;
	return 0;
}

void repo_index_close(struct repo_index **x)
{
	if (*x)
		fd_close(&(*x)->fd);
	*x = NULL;
}

static int read_record(struct op *op, struct repo_index *x, uint64_t offset, uint32_t len,
		       struct repo_package *ret)
{
	struct repo_package p = { 0 };
	int rc;

	if (len > 2 * LIMIT_STANZA || offset > x->table || len > x->table - offset)
		return damaged(op, x);
	char *bytes = op_new(op, char, len);
	if (!bytes)
		return op->code;
	if ((rc = file_pread(op, x->fd, S("the index"), bytes, len, offset)) < 0)
		return rc;
	struct rd r = { .in = { bytes, (ptrdiff_t)len } };
	for (int i = 0; i < REPO_INDEX_TEXTS; i++)
		*(str *)(void *)((char *)&p + repo_index_texts[i]) = rd_take(&r, rd_u32(&r));
	p.size = rd_u64(&r);
	p.installed_kib = rd_u64(&r);
	str sha = rd_take(&r, sizeof(p.sha256.b));
	p.essential = rd_u8(&r) != 0;
	if (r.bad || r.in.len)
		return damaged(op, x);
	memcpy(p.sha256.b, sha.p, sizeof(p.sha256.b));
	*ret = p;
	return 0;
}

struct entry {
	enum repo_index_kind kind;
	uint64_t offset;
	uint32_t len;
	str key;
};

static struct entry read_entry(struct rd *r)
{
	struct entry e = { .kind = rd_u8(r) == REPO_INDEX_REAL ? REPO_INDEX_REAL
							       : REPO_INDEX_PROVIDED };

	e.offset = rd_u64(r);
	e.len = rd_u32(r);
	e.key = rd_take(r, rd_u16(r));
	return e;
}

/* The block in which entries of the name may begin: the last whose first key is below it. */
static ptrdiff_t first_block(const struct repo_index *x, str name)
{
	ptrdiff_t low = 0, high = x->blocks;

	while (low < high) {
		ptrdiff_t mid = low + (high - low) / 2;
		if (str_cmp(x->sample[mid].key, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low > 0 ? low - 1 : 0;
}

static int read_block(struct op *op, struct repo_index *x, ptrdiff_t i, char *to, struct rd *ret)
{
	const struct sample *s = &x->sample[i];
	int rc = file_pread(op, x->fd, S("the index"), to, s->len, s->offset);

	*ret = (struct rd){ .in = { to, (ptrdiff_t)s->len } };
	return rc;
}

int repo_index_find(struct op *op, struct repo_index *x, str name, enum repo_index_kind kind,
		    struct repo_packages *list)
{
	char bytes[REPO_INDEX_BLOCK_MAX];
	struct rd r;
	int rc;

	for (ptrdiff_t i = first_block(x, name); i < x->blocks; i++) {
		if (str_cmp(x->sample[i].key, name) > 0)
			break;
		if ((rc = read_block(op, x, i, bytes, &r)) < 0)
			return rc;
		while (r.in.len > 0) {
			struct entry e = read_entry(&r);
			if (r.bad)
				return damaged(op, x);
			if (e.kind != kind || !str_eq(e.key, name))
				continue;
			struct repo_package *p = vec_push(op, list);
			if (!p)
				return op->code;
			if ((rc = read_record(op, x, e.offset, e.len, p)) < 0)
				return rc;
		}
	}
	return 0;
}

int repo_index_names(struct op *op, struct repo_index *x, repo_index_see *see, void *arg)
{
	char bytes[REPO_INDEX_BLOCK_MAX];
	struct rd r;
	int rc;

	for (ptrdiff_t i = 0; i < x->blocks; i++) {
		if ((rc = read_block(op, x, i, bytes, &r)) < 0)
			return rc;
		while (r.in.len > 0) {
			struct entry e = read_entry(&r);
			if (r.bad)
				return damaged(op, x);
			if (e.kind == REPO_INDEX_REAL && (rc = see(op, arg, e.key)) < 0)
				return rc;
		}
	}
	return 0;
}

int repo_index_each(struct op *op, struct repo_index *x, repo_each *each, void *arg)
{
	char bytes[REPO_INDEX_BLOCK_MAX];
	struct op_mark mark = op_mark(op);
	struct repo_package p;
	struct rd r;
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < x->blocks; i++) {
		if ((rc = read_block(op, x, i, bytes, &r)) < 0)
			return rc;
		while (rc == 0 && r.in.len > 0) {
			struct entry e = read_entry(&r);
			if (r.bad)
				return damaged(op, x);
			if (e.kind != REPO_INDEX_REAL)
				continue;
			if ((rc = read_record(op, x, e.offset, e.len, &p)) == 0)
				rc = each(op, arg, &p);
			op_reset(op, mark);
		}
	}
	return rc;
}
