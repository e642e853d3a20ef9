/*
 * sbom_options: what `temper sbom` was asked for.
 */
#ifndef CLI_SBOM_OPTIONS_H
#define CLI_SBOM_OPTIONS_H

#include "verbs.h"

struct sbom_options {
	struct texts output, from, only, insecure;
	str template, platform, scope, name, version, store, progress;
	bool all_platforms, trust, files, quiet, verbose, offline, list;
};

verb_run verb_sbom_run;

#endif
