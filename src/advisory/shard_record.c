/*
 * Records as shard_layout.h describes them, read and written. Reading never leaves the record's
 * view; what a count claims is compared with the bytes that are left before memory is taken.
 */
#include "base/limits.h"
#include "shard_layout.h"

uint64_t record_number(struct record_in *in)
{
	uint64_t v = 0;

	for (int shift = 0; shift < 35; shift += 7) {
		if (in->at >= in->bytes.len)
			break;
		uint8_t b = (uint8_t)in->bytes.p[in->at++];
		v |= (uint64_t)(b & 0x7f) << shift;
		if (b < 0x80)
			return v;
	}
	in->bad = true;
	return 0;
}

uint8_t record_byte(struct record_in *in)
{
	if (in->at >= in->bytes.len) {
		in->bad = true;
		return 0;
	}
	return (uint8_t)in->bytes.p[in->at++];
}

/* n bytes of the record from the cursor on. */
static str take(struct record_in *in, uint64_t n)
{
	if (in->bad || n > (uint64_t)(in->bytes.len - in->at)) {
		in->bad = true;
		return (str){ 0 };
	}
	str got = { in->bytes.p + in->at, (ptrdiff_t)n };
	in->at += (ptrdiff_t)n;
	return got;
}

str record_text(struct record_in *in)
{
	ptrdiff_t here = in->at;
	uint64_t v = record_number(in);

	if (!(v & 1))
		return take(in, v >> 1);
	struct record_in back = *in;
	if (in->bad || v >> 1 >= (uint64_t)(here - in->body)) {
		in->bad = true;
		return (str){ 0 };
	}
	back.at = in->body + (ptrdiff_t)(v >> 1);
	v = record_number(&back);
	str got = v & 1 ? (str){ 0 } : take(&back, v >> 1);
	in->bad = back.bad || v & 1;
	return got;
}

/* How many of something that takes a byte at least. */
static ptrdiff_t count(struct record_in *in)
{
	uint64_t n = record_number(in);

	if (n > (uint64_t)(in->bytes.len - in->at))
		in->bad = true;
	return in->bad ? 0 : (ptrdiff_t)n;
}

int record_texts(struct op *op, struct record_in *in, struct texts *ret)
{
	ptrdiff_t n = count(in);

	*ret = (struct texts){ 0 };
	if (n == 0)
		return 0;
	ret->p = op_new(op, str, n);
	if (!ret->p)
		return op->code;
	for (ret->n = 0; ret->n < n && !in->bad; ret->n++)
		ret->p[ret->n] = record_text(in);
	return 0;
}

static int read_pairs(struct op *op, struct record_in *in, struct pairs *ret)
{
	ptrdiff_t n = count(in);

	*ret = (struct pairs){ 0 };
	if (n == 0)
		return 0;
	ret->p = op_new(op, struct pair, n);
	if (!ret->p)
		return op->code;
	for (ret->n = 0; ret->n < n && !in->bad; ret->n++) {
		ret->p[ret->n].key = record_text(in);
		ret->p[ret->n].value = record_text(in);
	}
	return 0;
}

int record_bad(struct op *op, const struct shard *s)
{
	return op_fail(op, ERR_FORMAT, "the database is damaged: a shard of %.*s%s%.*s",
		       STR_ARG(s->head.source), s->head.ecosystem.len ? " for " : "",
		       STR_ARG(s->head.ecosystem));
}

bool record_places(const struct shard *s, uint32_t i, str *ret_record, str *ret_texts)
{
	str table = s->section[SHARD_TABLE], records = s->section[SHARD_RECORDS];
	str texts = s->section[SHARD_TEXTS];

	if (i >= s->n || table.len / SHARD_ROW <= (ptrdiff_t)i + 1)
		return false;
	const char *row = table.p + (ptrdiff_t)i * SHARD_ROW;
	uint32_t from = shard_u32(row), to = shard_u32(row + SHARD_ROW);
	uint32_t text = shard_u32(row + 4), text_to = shard_u32(row + SHARD_ROW + 4);
	if (from > to || to > (uint64_t)records.len || text > text_to ||
	    text_to > (uint64_t)texts.len)
		return false;
	*ret_record = (str){ records.p + from, (ptrdiff_t)(to - from) };
	*ret_texts = (str){ texts.p + text, (ptrdiff_t)(text_to - text) };
	return true;
}

str record_id(const struct shard *s, uint32_t i)
{
	str record, texts;

	if (!record_places(s, i, &record, &texts))
		return (str){ 0 };
	struct record_in in = { .bytes = record };
	return record_text(&in);
}

int record_open(struct op *op, const struct shard *s, uint32_t i, struct record_in *in,
		struct advisory *ret)
{
	str record, texts;

	if (!record_places(s, i, &record, &texts))
		return record_bad(op, s);
	*in = (struct record_in){ .bytes = record };
	ret->id = record_text(in);
	ret->published = record_text(in);
	ret->modified = record_text(in);
	in->body = in->at;
	return in->bad ? record_bad(op, s) : 0;
}

int record_head(struct op *op, struct record_in *in, struct advisory *ret)
{
	uint8_t flags = record_byte(in), severity = record_byte(in);

	ret->ransomware = flags & 1;
	ret->malicious = flags & 2;
	ret->severity = severity < SEVERITIES ? (enum severity)severity : SEVERITY_UNKNOWN;
	in->bad |= severity >= SEVERITIES || flags > 3;
	ret->withdrawn = record_text(in);
	ret->kev_added = record_text(in);
	ret->kev_due = record_text(in);
	if (record_texts(op, in, &ret->aliases) < 0 || record_texts(op, in, &ret->related) < 0 ||
	    record_texts(op, in, &ret->cvss) < 0)
		return op->code;
	return record_texts(op, in, &ret->cwe);
}

static int read_spans(struct op *op, struct record_in *in, struct affected *ret)
{
	ptrdiff_t n = count(in);

	if (n == 0)
		return 0;
	ret->span = op_new(op, struct version_span, n);
	if (!ret->span)
		return op->code;
	for (ptrdiff_t i = 0; i < n && !in->bad; i++) {
		struct version_span *s = &ret->span[i];
		uint8_t has = record_byte(in);
		in->bad |= has > 15;
		if (has & 1)
			s->from = record_text(in);
		if (has & 2)
			s->until = record_text(in);
		if (has & 4)
			s->last = record_text(in);
		s->after = has & 8;
		ret->span_n = i + 1;
	}
	return 0;
}

int record_affected(struct op *op, struct record_in *in, struct affected *ret)
{
	*ret = (struct affected){ .name = record_text(in) };
	uint8_t names = record_byte(in), state = record_byte(in), severity = record_byte(in);
	if (names > AFFECTED_BINARY || state >= FIX_STATES || severity >= SEVERITIES) {
		in->bad = true;
		return 0;
	}
	ret->names = (enum affected_name)names;
	ret->state = (enum fix_state)state;
	ret->severity = (enum severity)severity;
	ret->urgency = record_text(in);
	ret->fixed_on = record_text(in);
	if (read_spans(op, in, ret) < 0 || record_texts(op, in, &ret->versions) < 0 ||
	    record_texts(op, in, &ret->imports) < 0)
		return op->code;
	return read_pairs(op, in, &ret->only);
}

/* More memory; NULL once it is bad. */
__attribute__((noinline)) static char *more_room(struct record_out *out, size_t n)
{
	if (out->bad)
		return NULL;
	if (n > LIMIT_ADVISORY || out->len + n > LIMIT_ADVISORY) {
		op_fail(out->op, ERR_LIMIT, "an advisory is larger than %d bytes", LIMIT_ADVISORY);
		out->bad = true;
		return NULL;
	}
	if (out->len + n > out->cap) {
		size_t cap = out->cap ? out->cap : 4096;
		while (cap < out->len + n)
			cap *= 2;
		char *p = op_extend(out->op, out->p, out->cap, cap);
		if (!p) {
			out->bad = true;
			return NULL;
		}
		out->p = p;
		out->cap = cap;
	}
	char *at = out->p + out->len;
	out->len += n;
	return at;
}

/* Room for n bytes more. */
static inline char *room(struct record_out *out, size_t n)
{
	if (out->bad || n > out->cap - out->len || out->len + n > LIMIT_ADVISORY)
		return more_room(out, n);
	char *at = out->p + out->len;
	out->len += n;
	return at;
}

static void put_byte(struct record_out *out, unsigned v)
{
	char *p = room(out, 1);

	if (p)
		*p = (char)v;
}

void record_out_number(struct record_out *out, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		put_byte(out, (unsigned)(v & 0x7f) | 0x80);
	put_byte(out, (unsigned)v);
}

static void put_plain(struct record_out *out, str s)
{
	record_out_number(out, (uint64_t)s.len * 2);
	char *p = room(out, (size_t)s.len);
	if (p && s.len)
		memcpy(p, s.p, (size_t)s.len);
}

/* Twice as many places for texts that are known, with those of this record in them. */
static bool grow_known(struct record_out *out)
{
	uint32_t n = out->known_n ? out->known_n * 2 : 256;
	struct record_known *known = op_new(out->op, struct record_known, n);

	if (!known) {
		out->bad = true;
		return false;
	}
	for (uint32_t i = 0; i < out->known_n; i++) {
		struct record_known *k = &out->known[i];
		if (k->turn != out->turn)
			continue;
		uint32_t to = k->hash & (n - 1);
		while (known[to].turn == out->turn)
			to = (to + 1) & (n - 1);
		known[to] = *k;
	}
	out->known = known;
	out->known_n = n;
	return true;
}

/* Bytes of the number before a text of so many bytes. */
static uint32_t head_of(ptrdiff_t len)
{
	return len < 1 << 6 ? 1 : len < 1 << 13 ? 2 : len < 1 << 20 ? 3 : 4;
}

/* Where s stands already in this record's body; else it is noted to stand at the end. */
static bool known_text(struct record_out *out, str s, uint32_t *ret)
{
	uint32_t hash = (uint32_t)str_hash(s, 0);

	if (out->known_used * 2 >= out->known_n && !grow_known(out))
		return false;
	for (uint32_t i = hash & (out->known_n - 1);; i = (i + 1) & (out->known_n - 1)) {
		struct record_known *k = &out->known[i];
		if (k->turn != out->turn) {
			*k = (struct record_known){ out->turn, hash,
						    (uint32_t)out->len + head_of(s.len),
						    (uint32_t)s.len };
			out->known_used++;
			return false;
		}
		if (k->hash == hash && k->len == (uint32_t)s.len &&
		    memcmp(out->p + k->at, s.p, (size_t)s.len) == 0) {
			*ret = k->at - head_of(s.len) - (uint32_t)out->body;
			return true;
		}
	}
}

/* A text that may have stood in the body before. */
static void put_text(struct record_out *out, str s)
{
	uint32_t at;

	if (s.len >= 3 && !out->bad && s.len < LIMIT_ADVISORY && known_text(out, s, &at))
		record_out_number(out, (uint64_t)at * 2 + 1);
	else
		put_plain(out, s);
}

static void put_texts(struct record_out *out, const struct texts *list)
{
	record_out_number(out, (uint64_t)list->n);
	for (ptrdiff_t i = 0; i < list->n; i++)
		put_text(out, list->p[i]);
}

/* One more number into a growing list of them. */
static void note(struct record_out *out, uint32_t **p, uint32_t *n, uint32_t *cap, uint32_t v)
{
	if (*n == *cap) {
		uint32_t more = *cap ? *cap * 2 : 256;
		uint32_t *grown = op_extend(out->op, *p, *cap * sizeof(**p), more * sizeof(**p));
		if (!grown) {
			out->bad = true;
			return;
		}
		*p = grown;
		*cap = more;
	}
	(*p)[(*n)++] = v;
}

static void put_affected(struct record_out *out, const struct affected *a)
{
	note(out, &out->name, &out->name_n, &out->name_cap, shard_hash(a->name));
	note(out, &out->name, &out->name_n, &out->name_cap, (uint32_t)out->len);
	put_text(out, a->name);
	put_byte(out, a->names);
	put_byte(out, a->state);
	put_byte(out, a->severity);
	put_text(out, a->urgency);
	put_text(out, a->fixed_on);
	record_out_number(out, (uint64_t)a->span_n);
	for (ptrdiff_t i = 0; i < a->span_n; i++) {
		const struct version_span *s = &a->span[i];
		put_byte(out, (s->from.len ? 1u : 0) | (s->until.len ? 2u : 0) |
				      (s->last.len ? 4u : 0) | (s->after ? 8u : 0));
		if (s->from.len)
			put_text(out, s->from);
		if (s->until.len)
			put_text(out, s->until);
		if (s->last.len)
			put_text(out, s->last);
	}
	put_texts(out, &a->versions);
	put_texts(out, &a->imports);
	record_out_number(out, (uint64_t)a->only.n);
	for (ptrdiff_t i = 0; i < a->only.n; i++) {
		put_text(out, a->only.p[i].key);
		put_text(out, a->only.p[i].value);
	}
}

static void note_ids(struct record_out *out, const struct texts *list)
{
	for (ptrdiff_t i = 0; i < list->n; i++)
		note(out, &out->id, &out->id_n, &out->id_cap, shard_hash(list->p[i]));
}

void record_write(struct record_out *out, const struct advisory *a, str ecosystem)
{
	uint64_t n = 0;

	out->len = out->name_n = out->id_n = out->known_used = 0;
	out->turn++;
	put_plain(out, a->id);
	put_plain(out, a->published);
	put_plain(out, a->modified);
	out->body = out->len;
	put_byte(out, (a->ransomware ? 1u : 0) | (a->malicious ? 2u : 0));
	put_byte(out, a->severity);
	put_text(out, a->withdrawn);
	put_text(out, a->kev_added);
	put_text(out, a->kev_due);
	put_texts(out, &a->aliases);
	put_texts(out, &a->related);
	put_texts(out, &a->cvss);
	put_texts(out, &a->cwe);
	for (ptrdiff_t i = 0; i < a->affected_n; i++)
		n += str_eq(a->affected[i].ecosystem, ecosystem);
	record_out_number(out, n);
	for (ptrdiff_t i = 0; i < a->affected_n; i++)
		if (str_eq(a->affected[i].ecosystem, ecosystem))
			put_affected(out, &a->affected[i]);
	note(out, &out->id, &out->id_n, &out->id_cap, shard_hash(a->id));
	note_ids(out, &a->aliases);
	note_ids(out, &a->related);
}

void record_write_texts(struct record_out *out, const struct advisory *a)
{
	out->len = 0;
	if (a->summary.len == 0 && a->details.len == 0 && a->references.n == 0)
		return;
	put_plain(out, a->summary);
	put_plain(out, a->details);
	record_out_number(out, (uint64_t)a->references.n);
	for (ptrdiff_t i = 0; i < a->references.n; i++)
		put_plain(out, a->references.p[i]);
}

void record_write_life(struct record_out *out, const struct life *life)
{
	out->len = 0;
	put_plain(out, life->ecosystem);
	put_plain(out, life->name);
	put_plain(out, life->standard_end);
	put_plain(out, life->extended_end);
	put_plain(out, life->codename);
	put_plain(out, life->note);
}
