#include "advisory/database.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../harness.h"
#include "sys/file.h"

enum { RECORDS = 40 };

/* So many records of one ecosystem, CVE-2024-0 and up, as a shard below the update's directory. */
static int make(struct op *op, struct database_update *u, str ecosystem, uint32_t n, str upstream,
		struct database_shard *ret)
{
	AUTO_SHARD_SET *set = NULL;
	struct shard_file *file;
	ptrdiff_t file_n;
	struct affected a = { .ecosystem = ecosystem, .name = S("app") };

	TRY(shard_set_open(op, S("test"), NULL, &set));
	struct feed_sink sink = shard_sink(set);
	for (uint32_t i = 0; i < n; i++) {
		struct advisory v = { .affected = &a, .affected_n = 1 };
		TRY(op_text(op, &v.id, "CVE-2024-%04u", i));
		TRY(sink.advisory(op, sink.to, &v));
	}
	TRY(shard_set_write(op, set, NULL, 0, NULL, database_update_shards_dir(u), &file, &file_n));
	CHECK(file_n == 1);
	*ret = (struct database_shard){ .file = file[0],
					.url = S("https://example.org/feed.json"),
					.upstream = upstream,
					.updated = S("2024-07-01T00:00:00Z") };
	return 0;
}

/* One update with one shard of an ecosystem. */
static int update(struct op *op, str dir, str ecosystem, uint32_t n, str upstream, bool force)
{
	AUTO_DATABASE_UPDATE *u = NULL;
	struct database_shard shard;

	TRY(database_update_begin(op, dir, &u));
	TRY(make(op, u, ecosystem, n, upstream, &shard));
	TRY(database_update_put(op, u, ecosystem, &shard, 1, force));
	return database_update_commit(op, u);
}

static int none_and_some(struct op *op)
{
	int fd = -1;
	str path, at;
	struct shard_affected *got;
	const struct shard *s;
	ptrdiff_t *of, n;

	path = str_of(test_dir(&fd));
	TRY(op_text(op, &at, "%.*s/db", STR_ARG(path)));
	AUTO_DATABASE db = { .dir = -1 };
	int rc = database_open(op, at, &db);
	if (rc < 0)
		return rc;
	CHECK(rc == 1 && db.shard_n == 0);
	TRY(update(op, at, S("debian:12"), 3, S("2024-07-01T00:00:00Z"), false));
	TRY(update(op, at, S("debian:11"), 2, S("2024-07-01T00:00:00Z"), false));
	AUTO_DATABASE now = { .dir = -1 };
	TRY(database_open(op, at, &now));
	CHECK(now.shard_n == 2 && now.signer.len == 0);
	TRY(database_of_ecosystem(op, &now, S("debian:12"), &of, &n));
	CHECK(n == 1);
	if (n != 1)
		return 0;
	CHECK_STR(now.shard[of[0]].feed, S("debian:12"));
	CHECK_STR(now.shard[of[0]].upstream, S("2024-07-01T00:00:00Z"));
	TRY(database_map(op, &now, of[0], &s));
	TRY(shard_affected(op, s, S("app"), &got, &n));
	CHECK(n == 3);
	TRY(dir_remove(op, fd, S("db")));
	return 0;
}

/* Fewer records by more than a tenth, and times that go back, are refused; the rest stands. */
static int refused(struct op *op)
{
	int fd = -1;
	str at;

	TRY(op_text(op, &at, "%s/refused", test_dir(&fd)));
	TRY(update(op, at, S("npm"), RECORDS, S("2024-07-01T00:00:00Z"), false));
	CHECK_FAILS(op, update(op, at, S("npm"), 35, S("2024-07-02T00:00:00Z"), false), ERR_VERIFY,
		    "npm would have 35 records instead of 40");
	CHECK_FAILS(op, update(op, at, S("npm"), RECORDS, S("2024-06-30T00:00:00Z"), false),
		    ERR_VERIFY, "go back from 2024-07-01T00:00:00Z to 2024-06-30T00:00:00Z");
	TRY(update(op, at, S("npm"), 36, S("2024-07-02T00:00:00Z"), false));
	TRY(update(op, at, S("npm"), 2, S("2024-06-01T00:00:00Z"), true));
	TRY(update(op, at, S("npm"), 1, S("2024-06-02T00:00:00Z"),
		   false)); /* of a few any may go */
	AUTO_DATABASE db = { .dir = -1 };
	TRY(database_open(op, at, &db));
	CHECK(db.shard_n == 1 && db.shard[0].file.head.records == 1);
	TRY(dir_remove(op, fd, S("refused")));
	return 0;
}

/* Of a feed's shards those that are not refused are put; a whole ecosystem that is missing is one. */
static int part_refused(struct op *op)
{
	AUTO_DATABASE_UPDATE *u = NULL;
	struct database_shard shard[2];
	int fd = -1;
	str at;

	TRY(op_text(op, &at, "%s/part", test_dir(&fd)));
	TRY(database_update_begin(op, at, &u));
	TRY(make(op, u, S("npm"), RECORDS, S(""), &shard[0]));
	TRY(make(op, u, S("pypi"), RECORDS, S(""), &shard[1]));
	TRY(database_update_put(op, u, S("osv"), shard, 2, false));
	TRY(make(op, u, S("npm"), RECORDS + 1, S(""), &shard[0]));
	CHECK_FAILS(op, database_update_put(op, u, S("osv"), shard, 1, false), ERR_VERIFY,
		    "pypi would have 0 records instead of 40");
	CHECK_FAILS(op, update(op, at, S("npm"), 1, S(""), false), ERR_IO,
		    "another update is under way");
	TRY(database_update_commit(op, u));
	AUTO_DATABASE db = { .dir = -1 };
	TRY(database_open(op, at, &db));
	CHECK(db.shard_n == 2 && db.shard[0].file.head.records == RECORDS + 1);
	CHECK(db.shard_n == 2 && db.shard[1].file.head.records == RECORDS);
	database_update_end(&u);
	TRY(dir_remove(op, fd, S("part")));
	return 0;
}

static int put_knowledge(struct op *op, struct database_update *u)
{
	AUTO_SHARD_SET *set = NULL;
	struct shard_file *file;
	struct database_shard shard[4] = { 0 };
	ptrdiff_t n;
	str low = S("AV:N/AC:L/Au:N/C:P/I:N/A:N");
	str high = S("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), cve = S("CVE-2024-1");
	struct affected a = { .ecosystem = S("npm"), .name = S("left-pad") };
	struct advisory kev = { .id = cve, .kev_added = S("2024-05-03"), .ransomware = true };
	struct advisory ghsa = { .id = S("GHSA-1"),
				 .aliases = { &cve, 1 },
				 .cvss = { &low, 1 },
				 .summary = S("pads"),
				 .affected = &a,
				 .affected_n = 1 };
	struct advisory other = { .id = S("RHSA-1"), .related = { &cve, 1 }, .cvss = { &high, 1 } };
	struct life life = { .ecosystem = S("debian:12"), .standard_end = S("2026-06-10") };

	TRY(shard_set_open(op, S("test"), NULL, &set));
	struct feed_sink sink = shard_sink(set);
	TRY(sink.advisory(op, sink.to, &kev));
	TRY(sink.advisory(op, sink.to, &ghsa));
	TRY(sink.advisory(op, sink.to, &other));
	TRY(sink.score(op, sink.to, cve, 0.25, 0.75));
	TRY(sink.life(op, sink.to, &life));
	TRY(shard_set_write(op, set, NULL, 0, NULL, database_update_shards_dir(u), &file, &n));
	CHECK(n == 4);
	for (ptrdiff_t i = 0; i < 4 && i < n; i++)
		shard[i].file = file[i];
	return database_update_put(op, u, S("all"), shard, 4, false);
}

static int knows(struct op *op)
{
	AUTO_DATABASE_UPDATE *u = NULL;
	AUTO_DATABASE db = { .dir = -1 };
	struct knowledge k;
	struct life life;
	int fd = -1;
	str at;

	TRY(op_text(op, &at, "%s/knows", test_dir(&fd)));
	TRY(database_update_begin(op, at, &u));
	TRY(put_knowledge(op, u));
	TRY(database_update_commit(op, u));
	TRY(database_open(op, at, &db));
	TRY(database_knows(op, &db, S("CVE-2024-1"), true, &k));
	CHECK(k.exploited && k.ransomware && k.scored && k.epss == 0.25 && k.percentile == 0.75);
	CHECK_STR(k.kev_added, S("2024-05-03"));
	CHECK_STR(k.summary, S("pads"));
	/* What an erratum says of all that it fixes is not said of one of these. */
	CHECK(k.cvss.n == 1 && str_starts(k.cvss.p[0], S("AV:N")));
	TRY(database_knows(op, &db, S("CVE-2024-2"), true, &k));
	CHECK(!k.exploited && !k.scored && k.cvss.n == 0 && k.summary.len == 0);
	bool known = database_life(op, &db, S("debian:12"), S(""), &life);
	if (op->code)
		return op->code;
	CHECK(known && str_eq(life.standard_end, S("2026-06-10")));
	CHECK(!database_life(op, &db, S("debian:13"), S(""), &life));
	database_update_end(&u);
	TRY(dir_remove(op, fd, S("knows")));
	return 0;
}

/* Files that no index names go with the next update, those of the last two stay. */
static int swept(struct op *op)
{
	int fd = -1;
	str at, *name;
	ptrdiff_t n;

	TRY(op_text(op, &at, "%s/swept", test_dir(&fd)));
	for (uint32_t i = 1; i <= 4; i++)
		TRY(update(op, at, S("npm"), i, S(""), true));
	AUTO_FD shards = -1;
	TRY(dir_open(op, fd, S("swept/shards"), false, &shards));
	TRY(dir_list(op, shards, S("shards"), &name, &n));
	CHECK(n == 2);
	TRY(dir_remove(op, fd, S("swept")));
	return 0;
}

static int times(struct op *op)
{
	int64_t a = 0, b = 0, c = 0;

	(void)op;
	CHECK(database_time(S("2024-07-01T00:00:05Z"), &a));
	CHECK(database_time(S("2024-07-01T00:00:05.123456Z"), &b) && a == b);
	CHECK(database_time(S("2024-07-01"), &c) && c == a - 5);
	CHECK(!database_time(S("yesterday at ten"), &a) && !database_time(S(""), &a));
	return 0;
}

TESTS({ "times of publishers", times }, { "none, and some", none_and_some },
      { "less and older is refused", refused, .once = true },
      { "what is not refused is put", part_refused, .once = true },
      { "what all sources know", knows }, { "what is old goes", swept, .once = true }, )
