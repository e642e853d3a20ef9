/*
 * audit_options: what `temper audit` was asked for.
 */
#ifndef CLI_AUDIT_OPTIONS_H
#define CLI_AUDIT_OPTIONS_H

#include "verbs.h"

struct audit_verb_options {
	struct texts output, from, insecure, secret_rules, secret_skip, skip, only;
	str fail_on, exit_code, spec, db, platform, name, store, progress;
	bool all, list, secrets, no_secrets, all_platforms, trust, offline, quiet, verbose;
};

verb_run verb_audit_run;

#endif
