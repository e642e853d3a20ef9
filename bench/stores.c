/*
 * stores: the same advisories in temper's shards, in LMDB and in SQLite.
 *
 *	stores DIR FEED...
 *
 * The feeds are read into shards below DIR, which is emptied; then every record, text, name and id
 * of these goes into each of the other stores as one would lay it out there, with the same
 * bytes of each record. Prints a line a store:
 *
 *	bytes     of its files
 *	build_ms  processor time of making it, without that of reading the feed
 *	open_us   opening all of it (shards: mapping each; SQLite: with statements prepared)
 *	cold_us   opening what one look-up needs, and that, once the page cache has none of it; on
 *	          tmpfs it always has
 *	warm_ns   a look-up: all that is said of a package's name, decoded
 *	miss_ns   a look-up of a name that is not there
 *
 * Every look-up is asked of all stores, and they must say the same.
 */
#include <fcntl.h>
#include <lmdb.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "advisory/shard_layout.h"
#include "base/vec.h"
#include "sys/file.h"

enum { ROUNDS = 20, NAMES = 20000, SHARDS = 4096 };

struct name {
	str ecosystem, name;
};
struct bench {
	struct op *op;
	str dir;
	struct shard_file *file;
	struct shard *shard[SHARDS];
	ptrdiff_t shard_n;
	VEC(struct name) name;
};
struct times {
	uint64_t bytes;
	double build_ms, open_us, cold_us, warm_ns, miss_ns;
	uint64_t found; /* what all look-ups found, added up */
};

_Noreturn static void fail(const char *what)
{
	(void)fprintf(stderr, "stores: %s\n", what);
	exit(1);
}

static double now(clockid_t clock)
{
	struct timespec t;

	MUST(clock_gettime(clock, &t) == 0);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}
static double cpu(void)
{
	return now(CLOCK_PROCESS_CPUTIME_ID);
}
static double wall(void)
{
	return now(CLOCK_MONOTONIC);
}

/* The file's clean pages go from the cache. */
static void forget(const char *path)
{
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) < 0 || posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) != 0)
		fail(path);
}

static uint64_t size_of(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		fail(path);
	return (uint64_t)st.st_size;
}

static const char *path_in(struct bench *b, const char *name)
{
	str path;

	if (op_text(b->op, &path, "%.*s/%s", STR_ARG(b->dir), name) < 0)
		fail("no memory");
	return path.p;
}

/* What is said of a package in a record, decoded: the same work for every store. */
static uint64_t decode(struct op *op, str record, uint32_t at)
{
	struct record_in in = { .bytes = record };
	struct affected a;
	struct op_mark mark = op_mark(op);

	for (int i = 0; i < 3; i++)
		(void)record_text(&in);
	in.body = in.at;
	in.at = at;
	if (record_affected(op, &in, &a) < 0 || in.bad)
		fail("a record is damaged");
	uint64_t sum = (uint64_t)a.span_n + (uint64_t)a.state + (uint64_t)a.name.len;
	op_reset(op, mark);
	return sum;
}

/* ---- shards ---- */

static int ignore_advisory(struct op *op, void *to, const struct advisory *a)
{
	(void)op;
	*(uint64_t *)to += a->affected_n > 0;
	return 0;
}
static int ignore_score(struct op *op, void *to, str cve, double epss, double percentile)
{
	(void)op;
	*(uint64_t *)to += cve.len > 0 && epss < percentile;
	return 0;
}
static int ignore_life(struct op *op, void *to, const struct life *life)
{
	(void)op;
	*(uint64_t *)to += life->name.len > 0;
	return 0;
}

static void read_feeds(struct bench *b, char **feed, int n, const struct feed_sink *sink)
{
	for (int i = 0; i < n; i++) {
		struct feed_wish wish = { 0 };
		struct feed_count count;
		struct op_mark mark = op_mark(b->op);
		if (feed_read_path(b->op, str_of(feed[i]), &wish, sink, &count) < 0)
			fail(b->op->text);
		op_reset(b->op, mark);
	}
}

static bool add_name(void *arg, str name)
{
	struct bench *b = arg;
	struct name *n = vec_push(b->op, &b->name);

	if (!n)
		fail("no memory");
	*n = (struct name){ b->shard[b->shard_n - 1]->head.ecosystem, name };
	return true;
}

/* All of them, or those of one ecosystem. */
static void open_shards(struct bench *b, int dir, ptrdiff_t n, const str *ecosystem)
{
	for (b->shard_n = 0; b->shard_n < n; b->shard_n++) {
		char name[DIGEST_HEX];
		b->shard[b->shard_n] = NULL;
		if (ecosystem && !str_eq(b->file[b->shard_n].head.ecosystem, *ecosystem))
			continue;
		digest_hex(&b->file[b->shard_n].digest, name);
		if (shard_open(b->op, dir, str_of(name), &b->shard[b->shard_n]) < 0)
			fail(b->op->text);
	}
}

static void close_shards(struct bench *b)
{
	for (ptrdiff_t i = 0; i < b->shard_n; i++)
		shard_close(&b->shard[i]);
}

static uint64_t ask_shard(struct bench *b, str ecosystem, str name)
{
	uint64_t sum = 0;

	for (ptrdiff_t i = 0; i < b->shard_n; i++) {
		const struct shard *s = b->shard[i];
		struct shard_affected *got;
		ptrdiff_t n;
		if (!s || !str_eq(s->head.ecosystem, ecosystem))
			continue;
		struct op_mark mark = op_mark(b->op);
		if (shard_affected(b->op, s, name, &got, &n) < 0)
			fail(b->op->text);
		for (ptrdiff_t k = 0; k < n; k++)
			sum += (uint64_t)got[k].affected.span_n + (uint64_t)got[k].affected.state +
			       (uint64_t)got[k].affected.name.len;
		op_reset(b->op, mark);
	}
	return sum;
}

static void make_shards(struct bench *b, char **feed, int feed_n, struct times *t)
{
	struct shard_set *set;
	uint64_t seen = 0;
	struct feed_sink nothing = {
		.advisory = ignore_advisory, .score = ignore_score, .life = ignore_life, .to = &seen
	};
	int dir;
	ptrdiff_t n;

	double begun = cpu();
	read_feeds(b, feed, feed_n, &nothing);
	double reading = cpu() - begun;
	if (dir_open(b->op, AT_FDCWD, str_of(path_in(b, "shards")), true, &dir) < 0 ||
	    shard_set_open(b->op, S("bench"), NULL, &set) < 0)
		fail(b->op->text);
	begun = cpu();
	struct feed_sink sink = shard_sink(set);
	read_feeds(b, feed, feed_n, &sink);
	if (shard_set_write(b->op, set, NULL, 0, NULL, dir, &b->file, &n) < 0 || n > SHARDS)
		fail(b->op->text);
	t->build_ms = (cpu() - begun - reading) / 1e6;
	shard_set_close(&set);
	for (ptrdiff_t i = 0; i < n; i++)
		t->bytes += b->file[i].size;
	open_shards(b, dir, n, NULL);
	for (ptrdiff_t i = 0; i < n; i++) {
		b->shard_n = i + 1;
		if (shard_names(b->op, b->shard[i], add_name, b) < 0)
			fail(b->op->text);
	}
	fd_close(&dir);
}

/* ---- LMDB: records by number, texts by number, names and ids with all that they lead to ---- */

struct lmdb {
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi record, texts, name, id;
	MDB_cursor *cursor;
};

static void check_lmdb(int rc)
{
	if (rc)
		fail(mdb_strerror(rc));
}

static void open_lmdb(struct bench *b, struct lmdb *l, bool make)
{
	unsigned more = make ? MDB_CREATE : 0;

	check_lmdb(mdb_env_create(&l->env));
	check_lmdb(mdb_env_set_maxdbs(l->env, 4));
	check_lmdb(mdb_env_set_mapsize(l->env, (size_t)8 << 30));
	check_lmdb(mdb_env_open(l->env, path_in(b, "lmdb"), MDB_NOSUBDIR | (make ? 0u : MDB_RDONLY),
				0644));
	check_lmdb(mdb_txn_begin(l->env, NULL, make ? 0 : MDB_RDONLY, &l->txn));
	check_lmdb(mdb_dbi_open(l->txn, "record", MDB_INTEGERKEY | more, &l->record));
	check_lmdb(mdb_dbi_open(l->txn, "texts", MDB_INTEGERKEY | more, &l->texts));
	check_lmdb(mdb_dbi_open(l->txn, "name", MDB_DUPSORT | MDB_DUPFIXED | more, &l->name));
	check_lmdb(mdb_dbi_open(l->txn, "id", MDB_DUPSORT | MDB_DUPFIXED | more, &l->id));
	if (!make)
		check_lmdb(mdb_cursor_open(l->txn, l->name, &l->cursor));
}

static void close_lmdb(struct lmdb *l)
{
	mdb_cursor_close(l->cursor);
	mdb_txn_abort(l->txn);
	mdb_env_close(l->env);
}

static MDB_val val(const void *p, size_t n)
{
	return (MDB_val){ n, (void *)(uintptr_t)p };
}

static MDB_val name_key(char *to, size_t size, str ecosystem, str name)
{
	int n = snprintf(to, size, "%.*s%c%.*s", STR_ARG(ecosystem), 0, STR_ARG(name));

	MUST(n > 0);
	return val(to, (size_t)n < 500 ? (size_t)n : 500); /* LMDB's keys have 511 bytes at most */
}

static void put_lmdb(struct lmdb *l, MDB_dbi to, MDB_val key, MDB_val value)
{
	int rc = mdb_put(l->txn, to, &key, &value, 0);

	if (rc != MDB_KEYEXIST)
		check_lmdb(rc);
}

/* Everything of one shard, its records numbered from `number` on. */
static void fill_lmdb(struct lmdb *l, const struct shard *s, uint32_t number)
{
	char text[1024];

	for (uint32_t i = 0; i < s->n; i++) {
		str record, texts;
		uint32_t key = number + i;
		MUST(record_places(s, i, &record, &texts));
		put_lmdb(l, l->record, val(&key, 4), val(record.p, (size_t)record.len));
		if (texts.len)
			put_lmdb(l, l->texts, val(&key, 4), val(texts.p, (size_t)texts.len));
	}
	for (ptrdiff_t i = 0; i < s->section[SHARD_NAMES].len / SHARD_NAME; i++) {
		const char *row = s->section[SHARD_NAMES].p + i * SHARD_NAME;
		uint32_t to[2] = { number + shard_u32(row + 4), shard_u32(row + 8) };
		str record, texts;
		MUST(record_places(s, shard_u32(row + 4), &record, &texts));
		struct record_in in = { .bytes = record };
		for (int k = 0; k < 3; k++)
			(void)record_text(&in);
		in.body = in.at;
		in.at = to[1];
		put_lmdb(l, l->name,
			 name_key(text, sizeof(text), s->head.ecosystem, record_text(&in)),
			 val(to, sizeof(to)));
	}
	for (ptrdiff_t i = 0; i < s->section[SHARD_IDS].len / SHARD_ID; i++) {
		const char *row = s->section[SHARD_IDS].p + i * SHARD_ID;
		uint32_t hash = shard_u32(row), to = number + shard_u32(row + 4);
		put_lmdb(l, l->id, val(&hash, 4), val(&to, 4));
	}
}

static uint64_t ask_lmdb(struct bench *b, struct lmdb *l, str ecosystem, str name)
{
	char text[1024];
	uint64_t sum = 0;
	MDB_val key = name_key(text, sizeof(text), ecosystem, name), value, record;
	int rc = mdb_cursor_get(l->cursor, &key, &value, MDB_SET_KEY);

	for (; rc == 0; rc = mdb_cursor_get(l->cursor, &key, &value, MDB_NEXT_DUP)) {
		uint32_t to[2];
		memcpy(to, value.mv_data, sizeof(to));
		MDB_val number = val(&to[0], 4);
		check_lmdb(mdb_get(l->txn, l->record, &number, &record));
		sum += decode(b->op, (str){ record.mv_data, (ptrdiff_t)record.mv_size }, to[1]);
	}
	return sum;
}

/* ---- SQLite: three tables and two indexes ---- */

struct sqlite {
	sqlite3 *db;
	sqlite3_stmt *ask;
};

static void run_sqlite(struct sqlite *s, const char *what)
{
	if (sqlite3_exec(s->db, what, NULL, NULL, NULL) != SQLITE_OK)
		fail(sqlite3_errmsg(s->db));
}

static sqlite3_stmt *prepare(struct sqlite *s, const char *what)
{
	sqlite3_stmt *got;

	if (sqlite3_prepare_v2(s->db, what, -1, &got, NULL) != SQLITE_OK)
		fail(sqlite3_errmsg(s->db));
	return got;
}

static void open_sqlite(struct bench *b, struct sqlite *s, bool make)
{
	if (sqlite3_open_v2(path_in(b, "sqlite"), &s->db,
			    make ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
				 : SQLITE_OPEN_READONLY,
			    NULL) != SQLITE_OK)
		fail("SQLite cannot open its file");
	run_sqlite(s, "PRAGMA mmap_size=4294967296");
	if (make)
		run_sqlite(s, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
			      "CREATE TABLE record(number INTEGER PRIMARY KEY, record BLOB);"
			      "CREATE TABLE texts(number INTEGER PRIMARY KEY, texts BLOB);"
			      "CREATE TABLE affected(ecosystem TEXT, name TEXT, number INTEGER, "
			      "place INTEGER);"
			      "CREATE TABLE id(id INTEGER, number INTEGER); BEGIN");
	else
		s->ask = prepare(s, "SELECT record, place FROM affected JOIN record USING (number) "
				    "WHERE ecosystem = ?1 AND name = ?2");
}

static void close_sqlite(struct sqlite *s)
{
	sqlite3_finalize(s->ask);
	sqlite3_close(s->db);
}

static void step(struct sqlite *s, sqlite3_stmt *what)
{
	if (sqlite3_step(what) != SQLITE_DONE)
		fail(sqlite3_errmsg(s->db));
	sqlite3_reset(what);
}

static void put_blobs(struct sqlite *s, const struct shard *shard, uint32_t number)
{
	sqlite3_stmt *record = prepare(s, "INSERT INTO record VALUES (?1, ?2)");
	sqlite3_stmt *texts = prepare(s, "INSERT INTO texts VALUES (?1, ?2)");

	for (uint32_t i = 0; i < shard->n; i++) {
		str part[2];
		MUST(record_places(shard, i, &part[0], &part[1]));
		for (int k = 0; k < 2; k++) {
			sqlite3_stmt *to = k ? texts : record;
			if (part[k].len == 0)
				continue;
			sqlite3_bind_int64(to, 1, number + i);
			sqlite3_bind_blob64(to, 2, part[k].p, (uint64_t)part[k].len, SQLITE_STATIC);
			step(s, to);
		}
	}
	sqlite3_finalize(record);
	sqlite3_finalize(texts);
}

static void fill_sqlite(struct sqlite *s, const struct shard *shard, uint32_t number)
{
	sqlite3_stmt *name = prepare(s, "INSERT INTO affected VALUES (?1, ?2, ?3, ?4)");
	sqlite3_stmt *id = prepare(s, "INSERT INTO id VALUES (?1, ?2)");
	str ecosystem = shard->head.ecosystem;

	put_blobs(s, shard, number);
	for (ptrdiff_t i = 0; i < shard->section[SHARD_NAMES].len / SHARD_NAME; i++) {
		const char *row = shard->section[SHARD_NAMES].p + i * SHARD_NAME;
		str record, texts;
		MUST(record_places(shard, shard_u32(row + 4), &record, &texts));
		struct record_in in = { .bytes = record };
		for (int k = 0; k < 3; k++)
			(void)record_text(&in);
		in.body = in.at;
		in.at = shard_u32(row + 8);
		str text = record_text(&in);
		sqlite3_bind_text(name, 1, ecosystem.p, (int)ecosystem.len, SQLITE_STATIC);
		sqlite3_bind_text(name, 2, text.p, (int)text.len, SQLITE_STATIC);
		sqlite3_bind_int64(name, 3, number + shard_u32(row + 4));
		sqlite3_bind_int64(name, 4, shard_u32(row + 8));
		step(s, name);
	}
	for (ptrdiff_t i = 0; i < shard->section[SHARD_IDS].len / SHARD_ID; i++) {
		const char *row = shard->section[SHARD_IDS].p + i * SHARD_ID;
		sqlite3_bind_int64(id, 1, shard_u32(row));
		sqlite3_bind_int64(id, 2, number + shard_u32(row + 4));
		step(s, id);
	}
	sqlite3_finalize(name);
	sqlite3_finalize(id);
}

static uint64_t ask_sqlite(struct bench *b, struct sqlite *s, str ecosystem, str name)
{
	uint64_t sum = 0;

	sqlite3_bind_text(s->ask, 1, ecosystem.p, (int)ecosystem.len, SQLITE_STATIC);
	sqlite3_bind_text(s->ask, 2, name.p, (int)name.len, SQLITE_STATIC);
	while (sqlite3_step(s->ask) == SQLITE_ROW) {
		str record = { sqlite3_column_blob(s->ask, 0), sqlite3_column_bytes(s->ask, 0) };
		sum += decode(b->op, record, (uint32_t)sqlite3_column_int64(s->ask, 1));
	}
	sqlite3_reset(s->ask);
	return sum;
}

/* ---- all of them ---- */

enum store { STORE_SHARDS, STORE_LMDB, STORE_SQLITE, STORES };
static const char *const store_names[STORES] = { "shards", "LMDB", "SQLite" };

struct open_store {
	enum store kind;
	struct lmdb lmdb;
	struct sqlite sqlite;
};

/* What is needed to ask for an ecosystem; NULL: for all. */
static void open_store(struct bench *b, struct open_store *s, const str *ecosystem)
{
	int dir;

	if (s->kind == STORE_LMDB) {
		open_lmdb(b, &s->lmdb, false);
	} else if (s->kind == STORE_SQLITE) {
		open_sqlite(b, &s->sqlite, false);
	} else {
		if (dir_open(b->op, AT_FDCWD, str_of(path_in(b, "shards")), false, &dir) < 0)
			fail(b->op->text);
		open_shards(b, dir, b->shard_n, ecosystem);
		fd_close(&dir);
	}
}

static void close_store(struct bench *b, struct open_store *s)
{
	if (s->kind == STORE_LMDB)
		close_lmdb(&s->lmdb);
	else if (s->kind == STORE_SQLITE)
		close_sqlite(&s->sqlite);
	else
		close_shards(b);
}

static uint64_t ask(struct bench *b, struct open_store *s, str ecosystem, str name)
{
	return s->kind == STORE_LMDB     ? ask_lmdb(b, &s->lmdb, ecosystem, name)
	       : s->kind == STORE_SQLITE ? ask_sqlite(b, &s->sqlite, ecosystem, name)
					 : ask_shard(b, ecosystem, name);
}

static void make_others(struct bench *b, struct times *t)
{
	struct lmdb l = { 0 };
	struct sqlite s = { 0 };
	uint32_t number = 0;

	double begun = cpu();
	open_lmdb(b, &l, true);
	for (ptrdiff_t i = 0; i < b->shard_n; number += b->shard[i++]->n)
		fill_lmdb(&l, b->shard[i], number);
	check_lmdb(mdb_txn_commit(l.txn));
	mdb_env_close(l.env);
	t[STORE_LMDB].build_ms = (cpu() - begun) / 1e6;
	begun = cpu();
	number = 0;
	open_sqlite(b, &s, true);
	for (ptrdiff_t i = 0; i < b->shard_n; number += b->shard[i++]->n)
		fill_sqlite(&s, b->shard[i], number);
	run_sqlite(&s, "CREATE INDEX by_name ON affected(ecosystem, name);"
		       "CREATE INDEX by_id ON id(id); COMMIT");
	close_sqlite(&s);
	t[STORE_SQLITE].build_ms = (cpu() - begun) / 1e6;
	t[STORE_LMDB].bytes = size_of(path_in(b, "lmdb"));
	t[STORE_SQLITE].bytes = size_of(path_in(b, "sqlite"));
}

static void forget_store(struct bench *b, enum store kind)
{
	if (kind != STORE_SHARDS) {
		forget(path_in(b, kind == STORE_LMDB ? "lmdb" : "sqlite"));
		return;
	}
	for (ptrdiff_t i = 0; i < b->shard_n; i++) {
		char name[8 + DIGEST_HEX] = "shards/";
		digest_hex(&b->file[i].digest, name + 7);
		forget(path_in(b, name));
	}
}

static void measure(struct bench *b, enum store kind, const struct name *name, ptrdiff_t n,
		    struct times *t)
{
	struct open_store s = { .kind = kind };

	t->open_us = t->cold_us = t->warm_ns = t->miss_ns = 1e18;
	for (int i = 0; i < ROUNDS; i++) {
		const struct name *one = &name[(ptrdiff_t)i % n];
		double begun = wall();
		open_store(b, &s, NULL);
		double took = (wall() - begun) / 1e3;
		t->open_us = took < t->open_us ? took : t->open_us;
		close_store(b, &s);
		forget_store(b, kind);
		begun = wall();
		open_store(b, &s, &one->ecosystem);
		(void)ask(b, &s, one->ecosystem, one->name);
		took = (wall() - begun) / 1e3;
		t->cold_us = took < t->cold_us ? took : t->cold_us;
		close_store(b, &s);
		open_store(b, &s, NULL);
		t->found = 0;
		begun = cpu();
		for (ptrdiff_t k = 0; k < n; k++)
			t->found += ask(b, &s, name[k].ecosystem, name[k].name);
		took = (cpu() - begun) / (double)n;
		t->warm_ns = took < t->warm_ns ? took : t->warm_ns;
		begun = cpu();
		for (ptrdiff_t k = 0; k < n; k++)
			t->found += ask(b, &s, name[k].ecosystem, S("a-name-that-is-not-there"));
		took = (cpu() - begun) / (double)n;
		t->miss_ns = took < t->miss_ns ? took : t->miss_ns;
		close_store(b, &s);
	}
}

int main(int argc, char **argv)
{
	AUTO_OP op;
	struct times t[STORES] = { 0 };

	op_init(&op, 0);
	struct bench *b = op_new(&op, struct bench, 1);
	if (argc < 3 || !b)
		fail("usage: stores DIR FEED...");
	b->op = &op;
	b->dir = str_of(argv[1]);
	if (dir_remove(&op, AT_FDCWD, b->dir) < 0)
		fail(op.text);
	make_shards(b, argv + 2, argc - 2, &t[STORE_SHARDS]);
	make_others(b, t);
	/* Names of all shards, some of each, not in the order of any store. */
	ptrdiff_t n = b->name.n < NAMES ? b->name.n : NAMES;
	struct name *name = op_new(&op, struct name, n);
	if (!name || n == 0)
		fail("the feeds name no packages");
	for (ptrdiff_t i = 0; i < n; i++) {
		name[i] = b->name.p[i * 7919 % b->name.n];
		if (op_copy(&op, name[i].name, &name[i].name) < 0 ||
		    op_copy(&op, name[i].ecosystem, &name[i].ecosystem) < 0)
			fail(op.text);
	}
	close_shards(b);
	printf("%td shards, %td names, %td of them looked up\n", b->shard_n, b->name.n, n);
	printf("%-8s %12s %9s %8s %8s %8s %8s\n", "store", "bytes", "build_ms", "open_us",
	       "cold_us", "warm_ns", "miss_ns");
	for (enum store kind = 0; kind < STORES; kind++) {
		measure(b, kind, name, n, &t[kind]);
		printf("%-8s %12llu %9.0f %8.0f %8.0f %8.0f %8.0f\n", store_names[kind],
		       (unsigned long long)t[kind].bytes, t[kind].build_ms, t[kind].open_us,
		       t[kind].cold_us, t[kind].warm_ns, t[kind].miss_ns);
		if (t[kind].found != t[0].found)
			fail("the stores do not say the same");
	}
	return 0;
}
