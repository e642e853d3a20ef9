/*
 * Tables: the form of OSV's modified_id.csv is told in google.github.io/osv.dev/data, "Downloading
 * recent changes"; Red Hat's changes.csv as security.access.redhat.com has it.
 */
#include "advisory/update_impl.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "sys/file.h"
#include "unit/harness.h"

static int tables(struct op *op)
{
	static const struct {
		const char *text, *mark;
		int rc;
		const char *names, *newest;
	} t[] = {
		{ "2024-08-15T00:05:00.12Z,GHSA-1\n2024-08-14T00:00:00Z,GHSA-2\n"
		  "2024-08-01T00:00:00Z,GHSA-3\n",
		  "2024-08-14T00:00:00Z", 0, "GHSA-1 GHSA-2 ", "2024-08-15T00:05:00.12Z" },
		{ "\"2024/cve-2024-1.json\",\"2024-10-10T12:00:00+00:00\"\r\n"
		  "\"2023/cve-2023-2.json\",\"2024-10-09T12:00:00+00:00\"\r\n",
		  "2024-10-10T00:00:00Z", 0, "2024/cve-2024-1.json ", "2024-10-10T12:00:00+00:00" },
		{ "modified,id\n2024-08-15T00:05:00Z,A", "2024-08-15T00:05:00Z", 0, "A ",
		  "2024-08-15T00:05:00Z" },
		{ "2024-08-15T00:05:00Z,A\n", "2024-08-15T00:05:01Z", 0, "", "" },
		{ "", "2024", 0, "", "" },
		{ "2024-08-15T00:05:00Z,1\n2024-08-15T00:05:00Z,2\n2024-08-15T00:05:00Z,3\n"
		  "2024-08-15T00:05:00Z,4\n",
		  "2024", 1, "", "" },
		{ "<html>\n", "2024", 1, "", "" },
		{ "2024-08-15T00:05:00Z,../../etc/passwd\n", "2024", 1, "", "" },
		{ "2024-08-15T00:05:00Z,/etc/passwd\n", "2024", 1, "", "" },
		{ "2024-08-15T00:05:00Z,a b\n", "2024", 1, "", "" },
		{ "2024-08-15T00:05:00Z,a?b\n", "2024", 1, "", "" },
		{ "2024-08-15T00:05:00Z,\n", "2024", 1, "", "" },
		{ "2024-08-15T00:05,A\n", "2024", 1, "", "" },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct texts names = { 0 };
		struct buf b;
		str newest;
		int rc = update_table_parse(op, exact(str_of(t[i].text)), str_of(t[i].mark), 3,
					    &names, &newest);
		TRY(rc);
		CHECK(rc == t[i].rc);
		buf_init(&b, op, 1000);
		for (ptrdiff_t k = 0; k < names.n; k++)
			buf_fmt(&b, "%.*s ", STR_ARG(names.p[k]));
		if (b.bad)
			return op->code;
		CHECK_STR(buf_view(&b), str_of(t[i].names));
		CHECK(rc || str_eq(newest, str_of(t[i].newest)));
	}
	return 0;
}

static int http_times(struct op *op)
{
	str got;

	TRY(update_http_time(op, S("Mon, 20 Oct 2025 10:00:00 GMT"), &got));
	CHECK_STR(got, S("2025-10-20T10:00:00Z"));
	TRY(update_http_time(op, S("yesterday"), &got));
	CHECK_STR(got, S(""));
	return 0;
}

/* What reading shows a file to be gives its name, where one feed alone has that format, and what it
 * leaves open. */
static int imports(struct op *op, int dir, const char *path, str db)
{
	static const struct {
		const char *file, *text, *feed;
		bool fixed_only;
		const char *day; /* it is of */
	} row[] = {
		{ "known_exploited.json",
		  "{\"title\":\"x\",\"catalogVersion\":\"2026.08.07\",\"dateReleased\":"
		  "\"2026-08-07T17:00:00Z\",\"count\":1,\"vulnerabilities\":[{\"cveID\":\"CVE-2024-"
		  "1\","
		  "\"dateAdded\":\"2024-01-01\"}]}",
		  "kev", false, "2026-08-07" },
		{ "from-the-future.ndjson", /* its records tell its age but for one */
		  "{\"id\":\"A-1\",\"modified\":\"9998-01-01T00:00:00Z\",\"published\":\"2025-03-"
		  "04T00:00:00Z\","
		  "\"affected\":[{\"package\":{\"ecosystem\":\"npm\",\"name\":\"a\"},\"versions\":["
		  "\"1\"]}]}\n",
		  "from-the-future", false, "2025-03-04" },
		{ "dsa-of-2023.txt",
		  "[31 Mar 2023] DSA-5380-1 xorg-server - security update\n\t{CVE-2023-1393}\n"
		  "\t[bullseye] - xorg-server 2:1.20.11-1+deb11u6\n",
		  "dsa-of-2023", true, "2023-03-31" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		AUTO_DATABASE d = { .dir = -1 };
		struct update_line *line;
		ptrdiff_t n, found = 0;
		str file;
		TRY(file_replace(op, dir, str_of(row[i].file), str_of(row[i].text), 0644));
		TRY(op_text(op, &file, "%s/%s", path, row[i].file));
		TRY(update_import(op, db, file, S(""), S(""), S(""), false, &line, &n));
		CHECK(n == 1 && line[0].how == UPDATE_NEW);
		CHECK_STR(line[0].feed, str_of(row[i].feed));
		TRY(database_open(op, db, &d));
		for (ptrdiff_t k = 0; k < d.shard_n; k++) {
			if (!str_eq(d.shard[k].feed, str_of(row[i].feed)))
				continue;
			found++;
			CHECK_STR(d.shard[k].file.head.source, str_of(row[i].feed));
			CHECK(d.shard[k].file.head.fixed_only == row[i].fixed_only);
			CHECK(!strncmp(d.shard[k].upstream.p, row[i].day, 10));
		}
		CHECK(found == 1);
	}
	return 0;
}

#define RECORD(id, fixed)                                                                        \
	"{\"id\":\"" id "\",\"modified\":\"2026-01-01T00:00:00Z\",\"affected\":[{\"package\":"   \
	"{\"ecosystem\":\"npm\",\"name\":\"left\"},\"ranges\":[{\"type\":\"SEMVER\",\"events\":" \
	"[{\"introduced\":\"0\"},{\"fixed\":\"" fixed "\"}]}]}]}\n"

/* By file: addresses, from the configuration to the shards; and every allocation that may fail. */
static int runs(struct op *op)
{
	int dir;
	const char *path = test_dir(&dir);
	struct update_wish wish = { .what = { (str[]){ S("ours"), S("second") }, 2 } };
	struct update_line *line;
	ptrdiff_t n;
	str config, file;

	TRY(op_text(op, &wish.db, "%s/db", path));
	TRY(op_text(op, &file, "%s/config.yaml", path));
	TRY(op_text(op, &config,
		    "feeds:\n  ours: {format: osv, url: [\"file://%s/none\", \"file://%s/ours\"]}\n"
		    "  second: {format: osv, url: \"file://%s/none\"}\n",
		    path, path, path));
	TRY(file_replace(op, dir, S("config.yaml"), config, 0644));
	TRY(file_replace(op, dir, S("ours"), S(RECORD("A-1", "1.0") RECORD("A-2", "2.0")), 0644));
	(void)dir_remove(op, dir, S("db"));
	const char *name = op_cstr(op, file);
	if (!name)
		return op->code;
	CHECK(setenv("TEMPER_CONFIG", name, 1) == 0);
	TRY(update_run(op, &wish, &line, &n));
	CHECK(n == 2 && line[0].how == UPDATE_NEW && line[0].records == 2);
	CHECK(line[1].how == UPDATE_FAILED && line[1].why.len > 0);
	TRY(file_replace(op, dir, S("ours"), S(RECORD("A-1", "1.1") RECORD("A-3", "2.0")), 0644));
	TRY(update_run(op, &wish, &line, &n));
	CHECK(line[0].how == UPDATE_NEW && line[0].added == 1 && line[0].removed == 1 &&
	      line[0].changed == 1 && line[0].before == 2);
	TRY(update_run(op, &wish, &line, &n));
	CHECK(line[0].how == UPDATE_SAME && line[0].records == 2);
	TRY(op_text(op, &file, "%s/ours", path));
	TRY(update_import(op, wish.db, file, S("osv"), S("other"), S(""), false, &line, &n));
	CHECK(n == 1 && line[0].how == UPDATE_NEW && line[0].records == 2);
	CHECK_STR(line[0].feed, S("other"));
	return imports(op, dir, path, wish.db);
}

TESTS({ "tables", tables }, { "times of HTTP", http_times }, { "runs", runs })
