/*
 * build_run: what the run functions of build, lock and rebuild share.
 */
#ifndef CLI_BUILD_RUN_H
#define CLI_BUILD_RUN_H

#include "build/build.h"
#include "build_options.h"
#include "progress.h"

/* The command line's words as the build's source; recipe may be empty. */
struct build_source source_of(const struct source_options *o, str recipe);

/* A voice that speaks through p. */
struct build_voice voice_of(struct progress *p);

#endif
