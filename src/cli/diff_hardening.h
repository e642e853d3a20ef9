/*
 * diff_hardening: `temper diff --hardening BASE IMAGE`: two images looked at whole, and what the second
 * has for the worse.
 */
#ifndef CLI_DIFF_HARDENING_H
#define CLI_DIFF_HARDENING_H

#include "codec/node.h"
#include "look.h"
#include "scan/facts.h"

struct diff_options {
	struct texts output, insecure, secret_rules, secret_skip;
	str store, platform, db, progress;
	bool hardening, json, verbose, exit_code, offline, quiet;
};

/* One image of a look that was opened with an audit, as facts: findings by *db. All of it in op. */
int look_facts(struct op *op, struct look *l, struct database *db, int64_t now,
	       struct facts **ret) MUST_USE;

int diff_hardening(struct op *op, const struct cli *cli, const struct diff_options *o) MUST_USE;

#endif
