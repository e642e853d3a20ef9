/* Two databases side by side: directories as they are, exports unpacked for as long. */
#include <fcntl.h>
#include <stdlib.h>

#include "build_report.h"
#include "codec/json.h"
#include "db_options.h"
#include "sys/file.h"

enum { TEXT_MAX = 1 << 30 };

struct side {
	struct database db;
	char unpacked[64]; /* a directory that goes; empty: none */
};

static void side_close(struct side *s)
{
	struct op own;

	database_close(&s->db);
	if (!s->unpacked[0])
		return;
	op_init(&own, 0);
	(void)dir_remove(&own, AT_FDCWD, str_of(s->unpacked));
	op_done(&own);
}
#define AUTO_SIDE __attribute__((cleanup(side_close))) struct side

static int unpack(struct op *op, str path, struct side *s)
{
	str dir = str_of(getenv("TMPDIR")), name;

	if (dir.len == 0 || dir.len > 32)
		dir = S("/tmp");
	if (op_text(op, &name, "%.*s/temper-db-XXXXXX", STR_ARG(dir)) < 0)
		return op->code;
	memcpy(s->unpacked, name.p, (size_t)name.len + 1);
	if (!mkdtemp(s->unpacked)) {
		s->unpacked[0] = '\0';
		return op_fail_errno(op, "cannot make a directory in %.*s", STR_ARG(dir));
	}
	return database_import(op, path, S(""), true, str_of(s->unpacked));
}

static int side_open(struct op *op, str path, struct side *s)
{
	bool is_file = database_is_export(op, path);

	if (is_file && unpack(op, path, s) < 0)
		return op->code;
	int rc = database_open(op, is_file ? str_of(s->unpacked) : path, &s->db);
	if (rc > 0)
		return op_fail(op, ERR_USAGE, "%.*s is neither a database nor an export of one",
			       STR_ARG(path));
	return rc;
}

struct diff {
	struct op *op;
	struct buf *b;
	struct text_style style;
	struct json_out *json; /* NULL: for people */
	uint64_t shards, changes;
};

static bool same_place(const struct database_shard *a, const struct database_shard *b)
{
	const struct shard_head *x = &a->file.head, *y = &b->file.head;

	return x->kind == y->kind && str_eq(x->source, y->source) &&
	       str_eq(x->ecosystem, y->ecosystem) && str_eq(a->feed, b->feed);
}

static void put_people(struct diff *d, const struct database_shard *s,
		       const struct shard_change *change, ptrdiff_t n, const uint64_t count[3])
{
	text_colour(d->b, &d->style, TEXT_BOLD);
	text_safe(d->b, s->file.head.source);
	if (s->file.head.ecosystem.len) {
		buf_char(d->b, ' ');
		text_safe(d->b, s->file.head.ecosystem);
	}
	text_colour(d->b, &d->style, TEXT_PLAIN);
	buf_fmt(d->b, ": %llu added, %llu removed, %llu changed\n", (unsigned long long)count[0],
		(unsigned long long)count[1], (unsigned long long)count[2]);
	for (ptrdiff_t i = 0; i < n; i++) {
		buf_fmt(d->b, "  %c ", change[i].how);
		text_safe(d->b, change[i].id);
		buf_char(d->b, '\n');
	}
}

static void put_json(struct diff *d, const struct database_shard *s,
		     const struct shard_change *change, ptrdiff_t n)
{
	static const struct {
		const char *key;
		char how;
	} lists[] = { { "added", '+' }, { "changed", '~' }, { "removed", '-' } };

	json_object(d->json);
	for (size_t k = 0; k < 3; k++) {
		json_key(d->json, str_of(lists[k].key));
		json_array(d->json);
		for (ptrdiff_t i = 0; i < n; i++)
			if (change[i].how == lists[k].how)
				json_text(d->json, change[i].id);
		json_array_end(d->json);
	}
	json_pair(d->json, "ecosystem", s->file.head.ecosystem);
	json_pair(d->json, "feed", s->feed);
	json_pair(d->json, "source", s->file.head.source);
	json_object_end(d->json);
}

/* A shard before and after; either may be -1. */
static int compare(struct diff *d, struct database *old, ptrdiff_t before, struct database *new,
		   ptrdiff_t after)
{
	const struct shard *a = NULL, *b = NULL;
	struct shard_change *change;
	uint64_t count[3] = { 0 };
	ptrdiff_t n;

	if (before >= 0 && after >= 0 &&
	    digest_eq(&old->shard[before].file.digest, &new->shard[after].file.digest))
		return 0;
	if ((before >= 0 && database_map(d->op, old, before, &a) < 0) ||
	    (after >= 0 && database_map(d->op, new, after, &b) < 0) ||
	    shard_diff(d->op, a, b, &change, &n) < 0)
		return d->op->code;
	if (n == 0)
		return 0;
	for (ptrdiff_t i = 0; i < n; i++)
		count[change[i].how == '+' ? 0 : change[i].how == '-' ? 1 : 2]++;
	d->shards++;
	d->changes += (uint64_t)n;
	const struct database_shard *s = after >= 0 ? &new->shard[after] : &old->shard[before];
	if (d->json)
		put_json(d, s, change, n);
	else
		put_people(d, s, change, n, count);
	return 0;
}

static ptrdiff_t counterpart(const struct database *db, const struct database_shard *s)
{
	for (ptrdiff_t i = 0; i < db->shard_n; i++)
		if (same_place(&db->shard[i], s))
			return i;
	return -1;
}

static int compare_all(struct diff *d, struct database *old, struct database *new)
{
	for (ptrdiff_t i = 0; i < old->shard_n; i++)
		if (counterpart(new, &old->shard[i]) < 0 && compare(d, old, i, new, -1) < 0)
			return d->op->code;
	for (ptrdiff_t i = 0; i < new->shard_n; i++)
		if (compare(d, old, counterpart(old, &new->shard[i]), new, i) < 0)
			return d->op->code;
	return 0;
}

int db_diff(struct op *op, const struct cli *cli, const struct db_options *o)
{
	AUTO_SIDE old = { .db = { .dir = -1 } }, new = { .db = { .dir = -1 } };
	struct json_out j;
	struct buf b;
	struct diff d = { .op = op,
			  .b = &b,
			  .style = style_of(&cli->out, false),
			  .json = str_eq(o->output, S("json")) ? &j : NULL };
	str text;

	if (side_open(op, cli->operand.p[1], &old) < 0 ||
	    side_open(op, cli->operand.p[2], &new) < 0)
		return op->code;
	buf_init(&b, op, TEXT_MAX);
	json_begin(&j, &b, 1);
	if (d.json)
		json_array(&j);
	if (compare_all(&d, &old.db, &new.db) < 0)
		return op->code;
	if (d.json) {
		json_array_end(&j);
		buf_char(&b, '\n');
	} else if (d.shards == 0) {
		buf_add(&b, S("both know the same\n"));
	}
	return buf_take(&b, &text) < 0 ? op->code : term_write(op, &cli->out, text);
}
