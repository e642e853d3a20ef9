/*
 * patch_options: what the command line of patch says, as values. Its table is in verb_patch.c.
 */
#ifndef CLI_PATCH_OPTIONS_H
#define CLI_PATCH_OPTIONS_H

#include "build_options.h"

struct patch_cli {
	struct progress_options progress;
	str store, db, mirror, suite, keyring, effects, platform, name, compression;
	struct texts to, only, output;
	bool findings_only, dry_run, offline, verbose;
};

int verb_patch_run(struct op *op, const struct cli *cli, const void *options) MUST_USE;

#endif
