#include "base/num.h"
#include "build_report.h"
#include "codec/json.h"
#include "db_options.h"
#include "sys/clock.h"

enum {
	TEXT_MAX = 64 << 20, /* bytes of what is printed */
	DAY = 24 * 3600,
	OLD = 3 * DAY,       /* coloured */
	VERY_OLD = 14 * DAY, /* and more so */
};

int db_open(struct op *op, const struct cli *cli, str dir, struct database *ret)
{
	int rc = database_open(op, dir, ret);

	if (rc == 0 && ret->shard_n == 0)
		rc = 1;
	if (rc <= 0)
		return rc;
	rc = term_write(op, &cli->err,
			S("temper: there is no database of vulnerabilities yet; this makes one: "
			  "temper db update\n"));
	return rc < 0 ? rc : 4;
}

int64_t db_age(str time, int64_t now)
{
	int64_t then;

	if (!database_time(time, &then))
		return -1;
	return now > then ? now - then : 0;
}

void db_age_text(struct buf *b, int64_t age_s)
{
	static const struct {
		int64_t from, unit;
		const char *one, *many;
	} units[] = { { 2 * DAY, DAY, "day", "days" },
		      { 2 * 3600, 3600, "h", "h" },
		      { 0, 60, "min", "min" } };

	if (age_s < 0) {
		buf_add(b, S("unknown"));
		return;
	}
	size_t i = 0;
	while (age_s < units[i].from)
		i++;
	buf_fmt(b, "%lld %s", (long long)(age_s / units[i].unit), units[i].many);
}

/* What is shown where a shard is for no ecosystem. */
static str ecosystem_text(const struct shard_head *head)
{
	static const char *const all[] = { "(all)", "(scores)", "(support)" };

	return head->ecosystem.len ? head->ecosystem : str_of(all[head->kind]);
}

static ptrdiff_t wider(ptrdiff_t width, str s)
{
	return s.len > width ? (s.len < 40 ? s.len : 40) : width;
}

/* s in a column of that width. */
static void cell(struct buf *b, str s, ptrdiff_t width)
{
	text_safe(b, s);
	buf_repeat(b, ' ', width - s.len + 2);
}

static void put_line(struct buf *b, const struct text_style *style, const struct database_shard *s,
		     int64_t now)
{
	char size[NUM_SIZE_TEXT];
	int64_t age = db_age(s->upstream, now);

	buf_fmt(b, "%9llu  %10s  ", (unsigned long long)s->file.head.records,
		num_size_text(s->file.size, size));
	if (age >= OLD || age < 0)
		text_colour(b, style, age >= VERY_OLD ? TEXT_RED : TEXT_YELLOW);
	db_age_text(b, age);
	if (age >= OLD || age < 0)
		text_colour(b, style, TEXT_PLAIN);
	if (s->file.head.fixed_only)
		buf_add(b, S("  fixed only"));
	buf_char(b, '\n');
}

static void put_table(struct buf *b, const struct text_style *style, const struct database *db,
		      str path)
{
	ptrdiff_t feed = 4, source = 6, ecosystem = 9;
	uint64_t records = 0, bytes = 0;
	char size[NUM_SIZE_TEXT];

	for (ptrdiff_t i = 0; i < db->shard_n; i++) {
		feed = wider(feed, db->shard[i].feed);
		source = wider(source, db->shard[i].file.head.source);
		ecosystem = wider(ecosystem, ecosystem_text(&db->shard[i].file.head));
		records += db->shard[i].file.head.records;
		bytes += db->shard[i].file.size;
	}
	text_colour(b, style, TEXT_BOLD);
	cell(b, S("ECOSYSTEM"), ecosystem);
	cell(b, S("FEED"), feed);
	cell(b, S("SOURCE"), source);
	buf_add(b, S("  RECORDS        SIZE  AGE"));
	text_colour(b, style, TEXT_PLAIN);
	buf_char(b, '\n');
	int64_t now = clock_now();
	for (ptrdiff_t i = 0; i < db->shard_n; i++) {
		const struct database_shard *s = &db->shard[i];
		cell(b, ecosystem_text(&s->file.head), ecosystem);
		cell(b, s->feed, feed);
		cell(b, s->file.head.source, source);
		put_line(b, style, s, now);
	}
	text_count(b, (uint64_t)db->shard_n, "shard", "shards");
	buf_fmt(b, ", %llu records, %s in ", (unsigned long long)records,
		num_size_text(bytes, size));
	text_safe(b, path);
	if (db->signer.len)
		buf_fmt(b, "; signed by %.16s", db->signer.p);
	buf_char(b, '\n');
}

static void put_json(struct buf *b, const struct database *db, str path)
{
	static const char *const kinds[] = { "advisories", "scores", "lives" };
	struct json_out j;
	char digest[DIGEST_TEXT];
	int64_t now = clock_now();

	json_begin(&j, b, 1);
	json_object(&j);
	json_pair(&j, "digest", str_of(digest_text(&db->digest, digest)));
	json_pair(&j, "path", path);
	json_pair(&j, "signer", db->signer);
	json_key(&j, S("shards"));
	json_array(&j);
	for (ptrdiff_t i = 0; i < db->shard_n; i++) {
		const struct database_shard *s = &db->shard[i];
		json_object(&j);
		json_key(&j, S("age-seconds"));
		json_i64(&j, db_age(s->upstream, now));
		json_pair(&j, "digest", str_of(digest_text(&s->file.digest, digest)));
		json_pair(&j, "ecosystem", s->file.head.ecosystem);
		json_pair(&j, "feed", s->feed);
		json_key(&j, S("fixed-only"));
		json_bool(&j, s->file.head.fixed_only);
		json_pair(&j, "kind", str_of(kinds[s->file.head.kind]));
		json_pair(&j, "licence", s->licence);
		json_pair(&j, "newest", s->file.head.newest);
		json_pair_u64(&j, "records", s->file.head.records);
		json_pair_u64(&j, "size", s->file.size);
		json_pair(&j, "source", s->file.head.source);
		json_pair(&j, "updated", s->updated);
		json_pair(&j, "upstream", s->upstream);
		json_pair(&j, "url", s->url);
		json_object_end(&j);
	}
	json_array_end(&j);
	json_object_end(&j);
	buf_char(b, '\n');
}

int db_status(struct op *op, const struct cli *cli, const struct db_options *o)
{
	AUTO_DATABASE db = { .dir = -1 };
	struct text_style style = style_of(&cli->out, false);
	struct buf b;
	str path, text;
	int rc = db_open(op, cli, o->db, &db);

	if (rc != 0 || (rc = database_place(op, o->db, &path)) < 0)
		return rc;
	buf_init(&b, op, TEXT_MAX);
	if (str_eq(o->output, S("json")))
		put_json(&b, &db, path);
	else
		put_table(&b, &style, &db, path);
	return buf_take(&b, &text) < 0 ? op->code : term_write(op, &cli->out, text);
}

int db_verify(struct op *op, const struct cli *cli, const struct db_options *o)
{
	AUTO_DATABASE db = { .dir = -1 };
	uint64_t bytes = 0;
	char size[NUM_SIZE_TEXT];
	str text;
	int rc = db_open(op, cli, o->db, &db);

	if (rc != 0)
		return rc;
	for (ptrdiff_t i = 0; i < db.shard_n; i++) {
		const struct shard *s;
		if (database_map(op, &db, i, &s) < 0 ||
		    shard_verify(op, s, &db.shard[i].file.digest) < 0)
			return op->code;
		bytes += db.shard[i].file.size;
	}
	if (op_text(op, &text, "%td shard%s, %s: all as their digests say\n", db.shard_n,
		    db.shard_n == 1 ? "" : "s", num_size_text(bytes, size)) < 0)
		return op->code;
	return term_write(op, &cli->out, text);
}
