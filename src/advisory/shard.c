/*
 * A shard as it is mapped. Head and sections are checked when it is opened, all else when it is
 * looked at: the table's places, the fans' bounds, and the rows that an index leads to.
 */
#include "shard.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "base/limits.h"
#include "base/num.h"
#include "base/vec.h"
#include "shard_layout.h"
#include "sys/file.h"

static int head_bad(struct op *op, str path, const char *why)
{
	return op_fail(op, ERR_FORMAT, "%.*s is no shard of this version of temper: %s",
		       STR_ARG(path), why);
}

/* Sections follow each other, aligned, to the end of the file. */
static bool read_sections(struct shard *s)
{
	uint64_t at = SHARD_HEAD;

	for (int i = 0; i < SHARD_SECTIONS; i++) {
		const char *row = s->file.p + SHARD_HEAD_SECTIONS + (ptrdiff_t)i * 16;
		uint64_t offset = shard_u64(row), size = shard_u64(row + 8);
		if (offset != at || size > (uint64_t)s->file.len - at)
			return false;
		s->section[i] = (str){ s->file.p + offset, (ptrdiff_t)size };
		at = (at + size + 7) & ~UINT64_C(7);
		if (at > (uint64_t)s->file.len && i < SHARD_SECTIONS - 1)
			return false;
	}
	return at - (uint64_t)s->file.len < 8;
}

static bool read_words(struct shard *s)
{
	str in = s->section[SHARD_WORDS];
	str *to[] = { &s->head.source, &s->head.ecosystem, &s->head.newest };

	for (size_t i = 0; i < 3; i++) {
		if (in.len < 4)
			return false;
		uint32_t n = shard_u32(in.p);
		in = str_from(in, 4);
		if (n > (uint64_t)in.len)
			return false;
		*to[i] = str_head(in, (ptrdiff_t)n);
		in = str_from(in, (ptrdiff_t)n);
	}
	return in.len == 0;
}

static bool fan_fits(const struct shard *s, enum shard_section fan, uint32_t bits)
{
	if (s->head.kind != SHARD_ADVISORIES)
		return s->section[fan].len == 0 && s->section[fan + 1].len == 0;
	return bits <= SHARD_BITS && s->section[fan].len == ((ptrdiff_t)4 << bits) + 4;
}

/* Sizes of sections are what their numbers of rows make. */
static bool sizes_fit(const struct shard *s)
{
	ptrdiff_t n = (ptrdiff_t)s->n;

	if (!fan_fits(s, SHARD_NAME_FAN, s->name_bits) || !fan_fits(s, SHARD_ID_FAN, s->id_bits) ||
	    s->section[SHARD_NAMES].len % SHARD_NAME || s->section[SHARD_IDS].len % SHARD_ID ||
	    s->section[SHARD_BLOCKS].len % SHARD_BLOCK)
		return false;
	if (s->head.kind == SHARD_SCORES)
		return s->section[SHARD_TABLE].len == 0 &&
		       s->section[SHARD_RECORDS].len == n * SHARD_SCORE;
	return s->section[SHARD_TABLE].len == (n + 1) * SHARD_ROW;
}

static int read_head(struct op *op, str path, struct shard *s)
{
	const char *p = s->file.p;

	if (memcmp(p, "temperdb", 8) != 0)
		return head_bad(op, path, "it begins with other bytes");
	if (shard_u32(p + 8) != SHARD_VERSION)
		return head_bad(op, path, "its version is another one");
	uint32_t kind = shard_u32(p + 12);
	uint64_t records = shard_u64(p + 16);
	if (kind > SHARD_LIVES || records >= UINT32_MAX)
		return head_bad(op, path, "its head is damaged");
	s->head.kind = (enum shard_kind)kind;
	s->head.records = records;
	s->head.fixed_only = shard_u32(p + 24) & 1;
	s->n = (uint32_t)records;
	s->name_bits = shard_u32(p + 28);
	s->id_bits = shard_u32(p + 32);
	if (!read_sections(s) || !read_words(s) || !sizes_fit(s))
		return head_bad(op, path, "its sections do not fit");
	return 0;
}

int shard_open(struct op *op, int dirfd, str path, struct shard **ret)
{
	AUTO_FD fd = -1;
	int rc = file_open(op, dirfd, path, &fd);

	if (rc > 0)
		return op_fail(op, ERR_IO, "%.*s: no such shard", STR_ARG(path));
	return rc < 0 ? rc : shard_open_fd(op, fd, path, ret);
}

int shard_open_fd(struct op *op, int fd, str path, struct shard **ret)
{
	uint64_t size;
	AUTO_SHARD *s = op_new(op, struct shard, 1);

	if (!s || file_size(op, fd, path, &size) < 0)
		return op->code;
	if (size < SHARD_HEAD || size > LIMIT_SHARD)
		return head_bad(op, path, "its size is out of range");
	void *map = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return op_fail_errno(op, "cannot map %.*s", STR_ARG(path));
	s->file = (str){ map, (ptrdiff_t)size };
	if (read_head(op, path, s) < 0)
		return op->code;
	*ret = s;
	s = NULL;
	return 0;
}

void shard_close(struct shard **s)
{
	if (*s && (*s)->file.p) {
		(void)munmap((void *)(uintptr_t)(*s)->file.p, (size_t)(*s)->file.len);
		(*s)->file = (str){ 0 };
	}
	*s = NULL;
}

const struct shard_head *shard_head(const struct shard *s)
{
	return &s->head;
}

void shard_rows(const struct shard *s, enum shard_section fan, uint32_t hash, uint32_t *ret_from,
		uint32_t *ret_to)
{
	uint32_t bits = fan == SHARD_NAME_FAN ? s->name_bits : s->id_bits;
	ptrdiff_t width = fan == SHARD_NAME_FAN ? SHARD_NAME : SHARD_ID;
	str rows = s->section[fan + 1];

	*ret_from = *ret_to = 0;
	if (s->section[fan].len == 0)
		return;
	uint32_t bucket = bits ? hash >> (32 - bits) : 0;
	const char *at = s->section[fan].p + (ptrdiff_t)bucket * 4;
	uint32_t from = shard_u32(at), to = shard_u32(at + 4);
	if (from > to || (uint64_t)to > (uint64_t)(rows.len / width))
		return;
	while (from < to && shard_u32(rows.p + (ptrdiff_t)from * width) < hash)
		from++;
	*ret_from = *ret_to = from;
	while (*ret_to < to && shard_u32(rows.p + (ptrdiff_t)*ret_to * width) == hash)
		++*ret_to;
}

/* What a row of the index of names leads to. 1: it is of another name. */
static int affected_of_row(struct op *op, const struct shard *s, str name, const char *row,
			   struct shard_affected *ret)
{
	struct advisory head;
	struct record_in in;
	uint32_t at = shard_u32(row + 8);

	ret->record = shard_u32(row + 4);
	if (record_open(op, s, ret->record, &in, &head) < 0)
		return op->code;
	if (at >= (uint64_t)in.bytes.len)
		return record_bad(op, s);
	in.at = (ptrdiff_t)at;
	struct record_in peek = in;
	if (!str_eq(record_text(&peek), name))
		return 1;
	if (record_affected(op, &in, &ret->affected) < 0)
		return op->code;
	ret->affected.ecosystem = s->head.ecosystem;
	return in.bad ? record_bad(op, s) : 0;
}

int shard_affected(struct op *op, const struct shard *s, str name, struct shard_affected **ret,
		   ptrdiff_t *ret_n)
{
	uint32_t from, to;

	*ret = NULL;
	*ret_n = 0;
	shard_rows(s, SHARD_NAME_FAN, shard_hash(name), &from, &to);
	if (from == to)
		return 0;
	struct shard_affected *got = op_new(op, struct shard_affected, to - from);
	if (!got)
		return op->code;
	ptrdiff_t n = 0;
	for (; from < to; from++) {
		const char *row = s->section[SHARD_NAMES].p + (ptrdiff_t)from * SHARD_NAME;
		int rc = affected_of_row(op, s, name, row, &got[n]);
		if (rc < 0)
			return rc;
		n += rc == 0;
	}
	*ret = got;
	*ret_n = n;
	return 0;
}

static int read_texts(struct op *op, const struct shard *s, uint32_t record, struct advisory *ret)
{
	str bytes, texts;

	if (!record_places(s, record, &bytes, &texts))
		return record_bad(op, s);
	if (texts.len == 0)
		return 0;
	struct record_in in = { .bytes = texts };
	ret->summary = record_text(&in);
	ret->details = record_text(&in);
	if (record_texts(op, &in, &ret->references) < 0)
		return op->code;
	return in.bad ? record_bad(op, s) : 0;
}

int shard_record(struct op *op, const struct shard *s, uint32_t record, bool texts,
		 struct advisory *ret)
{
	struct record_in in;
	struct advisory got = { 0 };

	if (record_open(op, s, record, &in, &got) < 0 || record_head(op, &in, &got) < 0)
		return op->code;
	if (in.bad)
		return record_bad(op, s);
	if (texts && read_texts(op, s, record, &got) < 0)
		return op->code;
	*ret = got;
	return 0;
}

int shard_record_affected(struct op *op, const struct shard *s, uint32_t record,
			  struct advisory *ret)
{
	struct record_in in;
	struct advisory got = { 0 };

	if (record_open(op, s, record, &in, &got) < 0 || record_head(op, &in, &got) < 0)
		return op->code;
	uint64_t n = record_number(&in);
	if (in.bad || n > (uint64_t)(in.bytes.len - in.at))
		return record_bad(op, s);
	got.affected = op_new(op, struct affected, n);
	if (!got.affected)
		return op->code;
	for (; got.affected_n < (ptrdiff_t)n && !in.bad; got.affected_n++) {
		struct affected *a = &got.affected[got.affected_n];
		if (record_affected(op, &in, a) < 0)
			return op->code;
		a->ecosystem = s->head.ecosystem;
	}
	if (in.bad)
		return record_bad(op, s);
	if (read_texts(op, s, record, &got) < 0)
		return op->code;
	*ret = got;
	return 0;
}

static bool has_text(const struct texts *list, str text)
{
	for (ptrdiff_t i = 0; i < list->n; i++)
		if (str_eq(list->p[i], text))
			return true;
	return false;
}

int shard_by_id(struct op *op, const struct shard *s, str id, uint32_t **ret, ptrdiff_t *ret_n)
{
	VEC(uint32_t) found = { 0 };
	uint32_t from, to;

	shard_rows(s, SHARD_ID_FAN, shard_hash(id), &from, &to);
	for (; from < to; from++) {
		struct advisory a;
		const char *row = s->section[SHARD_IDS].p + (ptrdiff_t)from * SHARD_ID;
		uint32_t record = shard_u32(row + 4);
		if (found.n && found.p[found.n - 1] == record)
			continue;
		if (shard_record(op, s, record, false, &a) < 0)
			return op->code;
		if (!str_eq(a.id, id) && !has_text(&a.aliases, id) && !has_text(&a.related, id))
			continue;
		uint32_t *more = vec_push(op, &found);
		if (!more)
			return op->code;
		*more = record;
	}
	*ret = found.p;
	*ret_n = found.n;
	return 0;
}

int shard_names(struct op *op, const struct shard *s, bool (*each)(void *arg, str name), void *arg)
{
	str rows = s->section[SHARD_NAMES];
	ptrdiff_t n = rows.len / SHARD_NAME;
	str *name = op_new(op, str, n);

	if (!name)
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		const char *row = rows.p + i * SHARD_NAME;
		uint32_t at = shard_u32(row + 8);
		struct advisory head;
		struct record_in in;
		if (record_open(op, s, shard_u32(row + 4), &in, &head) < 0)
			return op->code;
		if (at >= (uint64_t)in.bytes.len)
			return record_bad(op, s);
		in.at = (ptrdiff_t)at;
		name[i] = record_text(&in);
		if (in.bad)
			return record_bad(op, s);
	}
	qsort(name, (size_t)n, sizeof(*name), str_qsort);
	for (ptrdiff_t i = 0; i < n; i++)
		if ((i == 0 || !str_eq(name[i], name[i - 1])) && !each(arg, name[i]))
			break;
	return 0;
}

uint64_t shard_score_key(str cve)
{
	uint64_t year, number;

	if (!str_starts(cve, S("CVE-")))
		return 0;
	str rest = str_from(cve, 4);
	str first = str_cut(&rest, '-');
	if (first.len != 4 || !num_parse(first, 9999, &year) ||
	    !num_parse(rest, UINT32_MAX, &number))
		return 0;
	return year << 32 | number;
}

bool shard_score(const struct shard *s, str cve, double *ret_epss, double *ret_percentile)
{
	uint64_t key = shard_score_key(cve);
	uint32_t from = 0, to = s->n;

	if (s->head.kind != SHARD_SCORES || key == 0)
		return false;
	while (from < to) {
		uint32_t mid = from + (to - from) / 2;
		const char *row = s->section[SHARD_RECORDS].p + (ptrdiff_t)mid * SHARD_SCORE;
		uint64_t here = shard_u64(row);
		if (here == key) {
			*ret_epss = (double)shard_u32(row + 8) / 1e9;
			*ret_percentile = (double)shard_u32(row + 12) / 1e9;
			return true;
		}
		if (here < key)
			from = mid + 1;
		else
			to = mid;
	}
	return false;
}

bool shard_life(const struct shard *s, str ecosystem, str name, struct life *ret)
{
	uint32_t from = 0, to = s->n;

	if (s->head.kind != SHARD_LIVES)
		return false;
	while (from < to) {
		uint32_t mid = from + (to - from) / 2;
		str record, texts;
		if (!record_places(s, mid, &record, &texts))
			return false;
		struct record_in in = { .bytes = record };
		struct life got = { .ecosystem = record_text(&in) };
		got.name = record_text(&in);
		got.standard_end = record_text(&in);
		got.extended_end = record_text(&in);
		got.codename = record_text(&in);
		got.note = record_text(&in);
		if (in.bad)
			return false;
		int order = str_cmp(ecosystem, got.ecosystem);
		order = order ? order : str_cmp(name, got.name);
		if (order == 0) {
			*ret = got;
			return true;
		}
		if (order > 0)
			from = mid + 1;
		else
			to = mid;
	}
	return false;
}
