#include "database.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/vec.h"
#include "codec/base64.h"
#include "codec/json.h"
#include "database_impl.h"
#include "sys/clock.h"
#include "sys/file.h"

/* The directory that a user's data lives in, by the XDG Base Directory Specification. */
static int own_place(struct op *op, str *ret)
{
	str data = str_of(getenv("XDG_DATA_HOME")), home = str_of(getenv("HOME"));

	if (str_starts(data, S("/")))
		return op_text(op, ret, "%.*s/temper/db", STR_ARG(data));
	if (home.len)
		return op_text(op, ret, "%.*s/.local/share/temper/db", STR_ARG(home));
	*ret = (str){ 0 };
	return 0;
}

static bool has_index(struct op *op, str path)
{
	str name;
	struct stat st;

	if (op_text(op, &name, "%.*s/index.json", STR_ARG(path)) < 0)
		return false;
	return stat(name.p, &st) == 0;
}

int database_place(struct op *op, str dir, str *ret_path)
{
	static const char system[] = "/var/lib/temper/db";
	str own;

	if (dir.len == 0)
		dir = str_of(getenv("TEMPER_DB"));
	if (dir.len)
		return op_copy(op, dir, ret_path);
	if (own_place(op, &own) < 0)
		return op->code;
	if ((own.len == 0 || !has_index(op, own)) && has_index(op, str_of(system)))
		own = str_of(system);
	if (op->code)
		return op->code;
	if (own.len == 0)
		return op_fail(
			op, ERR_USAGE,
			"no place for the database: HOME is not set; name one with TEMPER_DB");
	*ret_path = own;
	return 0;
}

/* Who signed just this index, when it was imported; what is no such envelope says nothing. */
static int read_signer(struct op *op, int dir, str index, str *ret)
{
	AUTO_OP own;
	str text, payload, id;
	struct doc doc;
	size_t n;

	op_init(&own, 0);
	own.fault = op->fault;
	int rc = file_read(&own, dir, S("index.json.sig"), LIMIT_DATABASE_INDEX, &text);
	if (rc == ERR_MEMORY)
		return op_adopt_error(op, &own);
	if (rc != 0 || json_parse(&own, S("index.json.sig"), text, &doc) < 0)
		return 0;
	const struct node *list = node_get(&doc.root, S("signatures"));
	if (!node_text(node_get(&doc.root, S("payload")), &payload) || !list || list->n != 1 ||
	    !node_text(node_get(&list->child[0], S("keyid")), &id))
		return 0;
	uint8_t *bytes = op_alloc(&own, 1, payload.len);
	if (!bytes)
		return op_adopt_error(op, &own);
	if (!base64_read(payload, bytes, (size_t)payload.len, &n) ||
	    !str_eq(index, (str){ (char *)bytes, (ptrdiff_t)n }))
		return 0;
	return op_copy(op, id, ret);
}

int database_open_at(struct op *op, int dir, struct database *ret)
{
	struct database got = { .dir = -1 };
	str text;

	op_init(&got.own, 0);
	got.own.fault = op->fault;
	int rc = file_read(&got.own, dir, S("index.json"), LIMIT_DATABASE_INDEX, &text);
	if (rc == 0)
		rc = database_index_read(&got.own, S("index.json"), text, &got.shard, &got.shard_n);
	if (rc == 0)
		rc = read_signer(&got.own, dir, text, &got.signer);
	if (rc != 0) {
		op_adopt_error(op, &got.own);
		op_done(&got.own);
		return rc;
	}
	got.digest = digest_of(text);
	got.dir = dir;
	*ret = got;
	return 0;
}

int database_open(struct op *op, str dir, struct database *ret)
{
	AUTO_FD fd = -1;
	str path;
	struct stat st;

	*ret = (struct database){ .dir = -1 };
	op_init(&ret->own, 0);
	if (database_place(op, dir, &path) < 0)
		return op->code;
	const char *name = op_cstr(op, path);
	if (!name)
		return op->code;
	if (stat(name, &st) < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 1;
	if (dir_open(op, AT_FDCWD, path, false, &fd) < 0)
		return op->code;
	int rc = database_open_at(op, fd, ret);
	if (rc < 0)
		return op_fail_in(op, "%.*s", STR_ARG(path));
	if (rc == 0)
		(void)fd_take(&fd);
	return rc;
}

void database_close(struct database *db)
{
	for (ptrdiff_t i = 0; i < db->shard_n; i++) {
		struct shard *s = (struct shard *)(uintptr_t)db->shard[i].shard;
		if (db->dir > 0)
			shard_close(&s);
		db->shard[i].shard = NULL;
	}
	db->shard_n = 0;
	if (db->dir > 0)
		fd_close(&db->dir);
	db->dir = -1;
	op_done(&db->own);
}

/* What the index says of a shard and what the shard says of itself. */
static bool is_it(const struct shard *s, const struct database_shard *line)
{
	const struct shard_head *head = shard_head(s);

	return head->kind == line->file.head.kind && head->records == line->file.head.records &&
	       str_eq(head->source, line->file.head.source) &&
	       str_eq(head->ecosystem, line->file.head.ecosystem);
}

int database_map(struct op *op, struct database *db, ptrdiff_t i, const struct shard **ret)
{
	struct database_shard *line = &db->shard[i];
	char name[8 + DIGEST_HEX] = "shards/";
	struct shard *s = NULL;

	if (line->shard) {
		*ret = line->shard;
		return 0;
	}
	digest_hex(&line->file.digest, name + 7);
	if (shard_open(&db->own, db->dir, str_of(name), &s) < 0) {
		op_adopt_error(op, &db->own);
		op_forgive(&db->own);
		return op_fail_in(op, "the database is damaged, or was updated twice meanwhile");
	}
	if (!is_it(s, line)) {
		shard_close(&s);
		return op_fail(op, ERR_VERIFY,
			       "the database is damaged: %s is not what index.json says", name);
	}
	line->shard = s;
	*ret = s;
	return 0;
}

int database_of_ecosystem(struct op *op, const struct database *db, str ecosystem, ptrdiff_t **ret,
			  ptrdiff_t *ret_n)
{
	VEC(ptrdiff_t) found = { 0 };

	for (ptrdiff_t i = 0; i < db->shard_n; i++) {
		const struct shard_head *head = &db->shard[i].file.head;
		if (head->kind != SHARD_ADVISORIES || !str_eq(head->ecosystem, ecosystem))
			continue;
		ptrdiff_t *at = vec_push(op, &found);
		if (!at)
			return op->code;
		*at = i;
	}
	*ret = found.p;
	*ret_n = found.n;
	return 0;
}

bool database_time(str time, int64_t *ret)
{
	char text[] = "0000-00-00T00:00:00Z";

	if (time.len < 10)
		return false;
	memcpy(text, time.p, time.len < 19 ? 10 : 19);
	text[10] = 'T';
	return clock_parse_rfc3339(str_of(text), ret);
}

static bool is_named(const struct advisory *a, str id)
{
	if (str_eq(a->id, id))
		return true;
	for (ptrdiff_t i = 0; i < a->aliases.n; i++)
		if (str_eq(a->aliases.p[i], id))
			return true;
	return false;
}

/* The highest score among vectors; 0 for none that is whole. */
static double best_score(const struct texts *cvss)
{
	double best = 0, score;
	const char *version;

	for (ptrdiff_t i = 0; i < cvss->n; i++)
		if (cvss_score(cvss->p[i], &score, &version) && score > best)
			best = score;
	return best;
}

static void learn(struct knowledge *k, const struct advisory *a, bool texts)
{
	if (a->kev_added.len && !k->exploited) {
		k->exploited = true;
		k->kev_added = a->kev_added;
		k->kev_due = a->kev_due;
		k->ransomware = a->ransomware;
	}
	if (a->cvss.n && (k->cvss.n == 0 || best_score(&a->cvss) > best_score(&k->cvss)))
		k->cvss = a->cvss;
	if (a->severity > k->severity)
		k->severity = a->severity;
	if (k->cwe.n == 0)
		k->cwe = a->cwe;
	if (texts && k->summary.len == 0)
		k->summary = a->summary;
}

/* One shard's records of this id. */
static int ask(struct op *op, struct database *db, ptrdiff_t i, str id, bool texts,
	       struct knowledge *k)
{
	const struct shard *s;
	uint32_t *record;
	ptrdiff_t n;

	if (database_map(op, db, i, &s) < 0 || shard_by_id(op, s, id, &record, &n) < 0)
		return op->code;
	for (ptrdiff_t r = 0; r < n; r++) {
		struct advisory a;
		if (shard_record(op, s, record[r], texts, &a) < 0)
			return op->code;
		if (a.withdrawn.len == 0 && is_named(&a, id))
			learn(k, &a, texts);
	}
	return 0;
}

/* Shards of records without packages, or all others. */
static int ask_all(struct op *op, struct database *db, bool bare, str id, bool texts,
		   struct knowledge *k)
{
	for (ptrdiff_t i = 0; i < db->shard_n; i++) {
		const struct shard_head *head = &db->shard[i].file.head;
		if (head->kind == SHARD_ADVISORIES && (head->ecosystem.len == 0) == bare &&
		    ask(op, db, i, id, texts, k) < 0)
			return op->code;
	}
	return 0;
}

int database_knows(struct op *op, struct database *db, str id, bool texts, struct knowledge *ret)
{
	struct knowledge k = { 0 };

	if (ask_all(op, db, true, id, texts, &k) < 0)
		return op->code;
	if ((k.cvss.n == 0 || (texts && k.summary.len == 0)) &&
	    ask_all(op, db, false, id, texts, &k) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < db->shard_n && !k.scored; i++) {
		const struct shard *s;
		if (db->shard[i].file.head.kind != SHARD_SCORES)
			continue;
		if (database_map(op, db, i, &s) < 0)
			return op->code;
		k.scored = shard_score(s, id, &k.epss, &k.percentile);
	}
	*ret = k;
	return 0;
}

bool database_life(struct op *op, struct database *db, str ecosystem, str name, struct life *ret)
{
	for (ptrdiff_t i = 0; i < db->shard_n; i++) {
		const struct shard *s;
		if (db->shard[i].file.head.kind != SHARD_LIVES)
			continue;
		if (database_map(op, db, i, &s) < 0)
			return false;
		if (shard_life(s, ecosystem, name, ret))
			return true;
	}
	return false;
}
