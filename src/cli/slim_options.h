/*
 * slim_options: what the command line of slim says, as values. Its table is in verb_slim.c.
 */
#ifndef CLI_SLIM_OPTIONS_H
#define CLI_SLIM_OPTIONS_H

#include "build_options.h"

struct slim_cli {
	struct progress_options progress;
	str store, db, platform, name, compression;
	struct texts to, keep, drop, tests, output;
	bool dry_run, verbose;
};

int verb_slim_run(struct op *op, const struct cli *cli, const void *options) MUST_USE;

#endif
