/*
 * db_options: what `temper db` takes, and its sub-commands: one row each in verb_db.c.
 */
#ifndef CLI_DB_OPTIONS_H
#define CLI_DB_OPTIONS_H

#include "advisory/database.h"
#include "verbs.h"

struct db_options {
	str db, output, ecosystem, key, trust;
	str from, format, name, release, store, progress;
	struct texts for_;
	bool force, full, quiet;
};

/* operand[0] is the sub-command's own name. */
typedef int db_run(struct op *op, const struct cli *cli, const struct db_options *o);

struct db_command {
	const char *name;
	const char *operands; /* for messages: "ID|NAME" */
	int min, max;         /* operands after its name */
	db_run *run;
};

db_run db_diff, db_export, db_feeds, db_import, db_key, db_search, db_status, db_update, db_verify;

/*
 * db_open(op, cli, dir, ret): the database. 4: there is none, and the command that makes one was
 * told on standard error.
 */
int db_open(struct op *op, const struct cli *cli, str dir, struct database *ret) MUST_USE;

/* How long ago an RFC 3339 time was, as people say it: "2 h", "3 days"; seconds, or -1 where it is none. */
int64_t db_age(str time, int64_t now);
void db_age_text(struct buf *b, int64_t age_s);

#endif
