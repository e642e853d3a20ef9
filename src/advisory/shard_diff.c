/* Two shards side by side: their records are in order of id, so one pass tells what differs. */
#include "base/vec.h"
#include "shard_layout.h"

typedef VEC(struct shard_change) changes;

static int add(struct op *op, changes *to, str id, char how)
{
	struct shard_change *c = vec_push(op, to);

	if (!c)
		return op->code;
	*c = (struct shard_change){ id, how };
	return 0;
}

/* What decides of a record: all but its times. */
static str body(const struct shard *s, uint32_t i)
{
	str record, texts;

	if (!record_places(s, i, &record, &texts))
		return (str){ 0 };
	struct record_in in = { .bytes = record };
	for (int k = 0; k < 3; k++)
		(void)record_text(&in);
	return in.bad ? (str){ 0 } : str_from(record, in.at);
}

static uint32_t end_of(const struct shard *s, uint32_t from, str id)
{
	while (from < s->n && str_eq(record_id(s, from), id))
		from++;
	return from;
}

/* Records a to a_end and b to b_end are of one id: are they the same? */
static bool same(const struct shard *x, uint32_t a, uint32_t a_end, const struct shard *y,
		 uint32_t b, uint32_t b_end)
{
	if (a_end - a != b_end - b)
		return false;
	while (a < a_end && str_eq(body(x, a), body(y, b))) {
		a++;
		b++;
	}
	return a == a_end;
}

static int diff_advisories(struct op *op, const struct shard *x, const struct shard *y, changes *to)
{
	uint32_t a = 0, b = 0, a_n = x ? x->n : 0, b_n = y ? y->n : 0;

	while (a < a_n || b < b_n) {
		str left = a < a_n ? record_id(x, a) : (str){ 0 };
		str right = b < b_n ? record_id(y, b) : (str){ 0 };
		int order = a == a_n ? 1 : b == b_n ? -1 : str_cmp(left, right);
		uint32_t a_end = order <= 0 ? end_of(x, a, left) : a;
		uint32_t b_end = order >= 0 ? end_of(y, b, right) : b;
		if ((order <= 0 && a_end == a) || (order >= 0 && b_end == b))
			return record_bad(op, order <= 0 && a_end == a ? x : y);
		if (order != 0 && add(op, to, order < 0 ? left : right, order < 0 ? '-' : '+') < 0)
			return op->code;
		if (order == 0 && !same(x, a, a_end, y, b, b_end) && add(op, to, left, '~') < 0)
			return op->code;
		a = a_end;
		b = b_end;
	}
	return 0;
}

static const char *score_row(const struct shard *s, uint32_t i)
{
	return s->section[SHARD_RECORDS].p + (ptrdiff_t)i * SHARD_SCORE;
}

static int diff_scores(struct op *op, const struct shard *x, const struct shard *y, changes *to)
{
	uint32_t a = 0, b = 0, a_n = x ? x->n : 0, b_n = y ? y->n : 0;

	while (a < a_n || b < b_n) {
		uint64_t left = a < a_n ? shard_u64(score_row(x, a)) : UINT64_MAX;
		uint64_t right = b < b_n ? shard_u64(score_row(y, b)) : UINT64_MAX;
		uint64_t key = left < right ? left : right;
		char how = left < right ? '-' : left > right ? '+' : '~';
		bool tell =
			left != right || memcmp(score_row(x, a), score_row(y, b), SHARD_SCORE) != 0;
		str id;
		if (tell && (op_text(op, &id, "CVE-%04u-%04u", (unsigned)(key >> 32),
				     (unsigned)(key & UINT32_MAX)) < 0 ||
			     add(op, to, id, how) < 0))
			return op->code;
		a += left <= right && a < a_n;
		b += right <= left && b < b_n;
	}
	return 0;
}

/* Ecosystem and name of a life, for people and in order. */
static int life_id(struct op *op, const struct shard *s, uint32_t i, str *ret, str *ret_bytes)
{
	str texts;

	if (!record_places(s, i, ret_bytes, &texts))
		return record_bad(op, s);
	struct record_in in = { .bytes = *ret_bytes };
	str ecosystem = record_text(&in), name = record_text(&in);
	return op_text(op, ret, "%.*s%s%.*s", STR_ARG(ecosystem), name.len ? " " : "",
		       STR_ARG(name));
}

static int diff_lives(struct op *op, const struct shard *x, const struct shard *y, changes *to)
{
	uint32_t a = 0, b = 0, a_n = x ? x->n : 0, b_n = y ? y->n : 0;

	while (a < a_n || b < b_n) {
		str left = { 0 }, right = { 0 }, left_bytes, right_bytes;
		if ((a < a_n && life_id(op, x, a, &left, &left_bytes) < 0) ||
		    (b < b_n && life_id(op, y, b, &right, &right_bytes) < 0))
			return op->code;
		int order = a == a_n ? 1 : b == b_n ? -1 : str_cmp(left, right);
		bool tell = order != 0 || !str_eq(left_bytes, right_bytes);
		if (tell && add(op, to, order <= 0 ? left : right,
				order < 0   ? '-'
				: order > 0 ? '+'
					    : '~') < 0)
			return op->code;
		a += order <= 0;
		b += order >= 0;
	}
	return 0;
}

int shard_diff(struct op *op, const struct shard *before, const struct shard *after,
	       struct shard_change **ret, ptrdiff_t *ret_n)
{
	static int (*const by_kind[])(struct op * op, const struct shard *x, const struct shard *y,
				      changes *to) = { diff_advisories, diff_scores, diff_lives };
	changes found = { 0 };

	if (before && after && before->head.kind != after->head.kind)
		return op_fail(op, ERR_USAGE, "shards of two kinds cannot be compared");
	*ret = NULL;
	*ret_n = 0;
	if (!before && !after)
		return 0;
	if (by_kind[(before ? before : after)->head.kind](op, before, after, &found) < 0)
		return op->code;
	*ret = found.p;
	*ret_n = found.n;
	return 0;
}
