#include <stdlib.h>

#include "sys/clock.h"
#include "update_impl.h"

int update_http_time(struct op *op, str date, str *ret)
{
	char text[CLOCK_TEXT];
	int64_t seconds;

	*ret = S("");
	if (!clock_parse_rfc5322(date, &seconds) || seconds <= 0)
		return 0;
	return op_copy(op, str_of(clock_rfc3339(seconds, text)), ret);
}

int update_failed(struct updating *u, struct unit *unit, struct op *own)
{
	if (own->code == ERR_MEMORY || own->code == ERR_IO)
		return op_adopt_error(u->op, own);
	unit->line.how = own->code == ERR_VERIFY ? UPDATE_REFUSED : UPDATE_FAILED;
	unit->want = UNIT_DONE;
	str text = str_of(own->text);
	int rc = op_copy(u->op, text, &unit->line.why);
	op_forgive(own);
	return rc;
}

/* --- the shards that are in use -----------------------------------------------------------------
 */

static bool same_place(const struct shard_head *a, const struct shard_head *b)
{
	return a->kind == b->kind && str_eq(a->source, b->source) &&
	       str_eq(a->ecosystem, b->ecosystem);
}

/* Of the unit, in *ret[*ret_n], mapped. */
static int base_of(struct updating *u, const struct unit *unit, const struct shard ***ret,
		   ptrdiff_t *ret_n)
{
	struct database *db = database_update_now(u->db);
	const struct shard **base = op_new(u->op, const struct shard *, db->shard_n);
	ptrdiff_t n = 0;
	int rc = base ? 0 : u->op->code;

	for (ptrdiff_t i = 0; rc == 0 && i < db->shard_n; i++)
		if (str_eq(db->shard[i].feed, unit->name))
			rc = database_map(u->op, db, i, &base[n++]);
	*ret = base;
	*ret_n = n;
	return rc;
}

/* What changed for matching, of one new shard against the one that it takes the place of. */
static int count_changes(struct updating *u, struct op *own, struct unit *unit,
			 const struct shard_file *file, const struct shard *before)
{
	AUTO_SHARD *after = NULL;
	char hex[DIGEST_HEX];
	struct shard_change *change;
	ptrdiff_t n;
	int rc = shard_open(own, database_update_shards_dir(u->db),
			    str_of(digest_hex(&file->digest, hex)), &after);

	if (rc == 0)
		rc = shard_diff(own, before, after, &change, &n);
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		unit->line.added += change[i].how == '+';
		unit->line.removed += change[i].how == '-';
		unit->line.changed += change[i].how == '~';
	}
	return rc;
}

/* Figures of the line; *ret_same: the new shards are those that are in use. */
static int compare(struct updating *u, struct op *own, struct unit *unit,
		   const struct shard_file *file, ptrdiff_t n, bool *ret_same)
{
	struct database *db = database_update_now(u->db);
	ptrdiff_t before = 0, same = 0;
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < db->shard_n; i++) {
		const struct shard_file *old = &db->shard[i].file;
		if (!str_eq(db->shard[i].feed, unit->name))
			continue;
		before++;
		unit->line.before += old->head.records;
		for (ptrdiff_t k = 0; rc == 0 && k < n; k++) {
			const struct shard *shard;
			if (!same_place(&old->head, &file[k].head))
				continue;
			if (digest_eq(&old->digest, &file[k].digest)) {
				same++;
			} else if (old->head.kind == SHARD_ADVISORIES &&
				   (rc = database_map(own, db, i, &shard)) == 0) {
				rc = count_changes(u, own, unit, &file[k], shard);
			}
		}
	}
	*ret_same = n == before && same == n;
	return rc;
}

/* --- putting ------------------------------------------------------------------------------------
 */

static int now_text(struct updating *u, str *ret)
{
	char text[CLOCK_TEXT];

	return op_copy(u->op, str_of(clock_rfc3339(u->now, text)), ret);
}

static bool is_after(str time, str now)
{
	return str_cmp(str_head(time, 10), str_head(now, 10)) > 0;
}

/* A record from the future says nothing of how old a feed is: the newest of the others. */
static int newest_until(struct updating *u, const struct shard_file *file, str now, str *ret)
{
	AUTO_OP own;
	AUTO_SHARD *s = NULL;
	char hex[DIGEST_HEX];

	op_init(&own, 0);
	own.fault = u->op->fault;
	if (!is_after(file->head.newest, now)) /* which goes with what wrote the file */
		return op_copy(u->op, file->head.newest, ret);
	*ret = S("");
	int rc = shard_open(&own, database_update_shards_dir(u->db),
			    str_of(digest_hex(&file->digest, hex)), &s);
	bool timed = file->head.kind == SHARD_ADVISORIES; /* others have no times of their own */
	for (uint32_t i = 0; rc == 0 && timed && i < file->head.records; i++) {
		struct op_mark mark = op_mark(&own);
		struct advisory a;
		if ((rc = shard_record(&own, s, i, false, &a)) < 0)
			break;
		const str time[] = { a.modified, a.published };
		for (int k = 0; k < 2; k++)
			if (!is_after(time[k], now) && str_cmp(time[k], *ret) > 0)
				*ret = time[k]; /* in the file */
		op_reset(&own, mark);
	}
	if (rc < 0)
		return op_adopt_error(u->op, &own);
	return op_copy(u->op, *ret, ret);
}

static int put(struct updating *u, struct unit *unit, const struct shard_file *file, ptrdiff_t n)
{
	struct database_shard *shard = op_new(u->op, struct database_shard, n);
	struct update_line *line = &unit->line;
	bool force = u->wish->force;
	str now, told = line->upstream;

	if (!shard || now_text(u, &now) < 0)
		return u->op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		shard[i] = (struct database_shard){ .file = file[i],
						    .feed = unit->name,
						    .url = line->url,
						    .upstream = told,
						    .updated = now,
						    .licence = unit->source->licence };
		if (!told.len && newest_until(u, &file[i], now, &shard[i].upstream) < 0)
			return u->op->code;
		if (str_cmp(shard[i].upstream, line->upstream) > 0)
			line->upstream = shard[i].upstream;
		line->records += file[i].head.records;
	}
	int rc = database_update_put(u->op, u->db, unit->name, shard, n, force);
	return rc == ERR_VERIFY ? update_failed(u, unit, u->op) : rc;
}

int update_put(struct updating *u, struct unit *unit, struct shard_set *set,
	       const struct texts *gone, bool over)
{
	const struct shard **base = NULL;
	struct shard_file *file;
	ptrdiff_t base_n = 0, n;
	bool same;
	AUTO_OP own;

	op_init(&own, 0);
	own.fault = u->op->fault;
	int rc = over ? base_of(u, unit, &base, &base_n) : 0;
	if (rc < 0)
		return rc;
	if ((rc = shard_set_write(&own, set, base, base_n, gone, database_update_shards_dir(u->db),
				  &file, &n)) < 0 ||
	    (rc = compare(u, &own, unit, file, n, &same)) < 0)
		return update_failed(u, unit, &own);
	unit->line.how = same ? UPDATE_SAME : over ? UPDATE_DELTA : UPDATE_NEW;
	return put(u, unit, file, n);
}

int update_still(struct updating *u, struct unit *unit)
{
	struct database *db = database_update_now(u->db);
	struct database_shard *shard = op_new(u->op, struct database_shard, db->shard_n);
	struct update_line *line = &unit->line;
	ptrdiff_t n = 0;
	str now;

	if (!shard || now_text(u, &now) < 0)
		return u->op->code;
	for (ptrdiff_t i = 0; i < db->shard_n; i++) {
		if (!str_eq(db->shard[i].feed, unit->name))
			continue;
		shard[n] = db->shard[i];
		shard[n].updated = now;
		line->records += shard[n].file.head.records;
		line->url = shard[n].url;
		line->upstream = shard[n++].upstream;
	}
	line->before = line->records;
	line->how = UPDATE_SAME;
	unit->want = UNIT_DONE;
	return database_update_put(u->op, u->db, unit->name, shard, n, true);
}

int update_lines_keep(struct op *op, struct update_line *line, ptrdiff_t n)
{
	for (ptrdiff_t i = 0; i < n; i++) {
		str *text[] = { &line[i].feed, &line[i].ecosystem, &line[i].url, &line[i].upstream,
				&line[i].why };
		for (size_t k = 0; k < sizeof(text) / sizeof(text[0]); k++)
			if (op_copy(op, *text[k], text[k]) < 0)
				return op->code;
	}
	return 0;
}
