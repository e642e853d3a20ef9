/*
 * build_options: what the command lines of build, lock and rebuild say, as values. Their tables
 * are in verb_build.c, verb_lock.c and verb_rebuild.c.
 */
#ifndef CLI_BUILD_OPTIONS_H
#define CLI_BUILD_OPTIONS_H

#include "verbs.h"

enum { RECIPES_MAX = 100 * 1000 }; /* on one command line */

/* Where packages come from and go to: the rows SOURCE_OPTIONS() gives every verb that resolves. */
struct source_options {
	str mirror, store, effects, lock, vendor;
	bool offline;
	str db; /* of advisories */
};

struct progress_options {
	bool quiet;
	str progress; /* "", "auto", "plain" or "tree" */
};

struct dockerfile_options { /* of `temper build -f`: the group "Dockerfile" */
	str file, target, network, isolation, timestamp;
	struct texts build_args, labels, secrets, sources, insecure, tests, policies, waivers;
	bool no_cache, pull, no_gate, keep;
};

struct build_options {
	struct source_options source;
	struct progress_options progress;
	struct dockerfile_options dockerfile;
	bool locked, all_platforms, no_test, verbose;
	struct texts to, tag, output, platform;
	str compression, why;
};

struct lock_options {
	struct source_options source;
	struct progress_options progress;
	struct texts platform;
	bool check;
};

struct rebuild_options {
	struct source_options source;
	struct progress_options progress;
	bool verify;
	str platform;
};

#define SOURCE_OPTIONS(type, member)                                                           \
	{ "mirror",                                                                            \
	  0,                                                                                   \
	  OPTION_TEXT,                                                                         \
	  "URL",                                                                               \
	  offsetof(type, member.mirror),                                                       \
	  "Packages",                                                                          \
	  "Mirror to take packages from, before the recipe's own and this machine's." },       \
		{ "offline",                                                                   \
		  0,                                                                           \
		  OPTION_FLAG,                                                                 \
		  NULL,                                                                        \
		  offsetof(type, member.offline),                                              \
		  "Packages",                                                                  \
		  "Use nothing but what the store and --vendor hold." },                       \
		{ "lock",                                                                      \
		  0,                                                                           \
		  OPTION_TEXT,                                                                 \
		  "FILE",                                                                      \
		  offsetof(type, member.lock),                                                 \
		  "Packages",                                                                  \
		  "The lock file; without it, RECIPE's name with .lock.json in the place of "  \
		  ".yaml.",                                                                    \
		  .hint = OPTION_HINT_FILE },                                                  \
		{ "vendor",                                                                    \
		  0,                                                                           \
		  OPTION_TEXT,                                                                 \
		  "DIR",                                                                       \
		  offsetof(type, member.vendor),                                               \
		  "Packages",                                                                  \
		  "An OCI layout that keeps packages and layers beside the lock, so that the " \
		  "image can be "                                                              \
		  "built when no mirror has them any more.",                                   \
		  .hint = OPTION_HINT_DIRECTORY },                                             \
		{ "effects",                                                                   \
		  0,                                                                           \
		  OPTION_TEXT,                                                                 \
		  "DIR",                                                                       \
		  offsetof(type, member.effects),                                              \
		  "Packages",                                                                  \
		  "Directory of the effects that stand for maintainer scripts.",               \
		  .hint = OPTION_HINT_DIRECTORY },                                             \
		{ "db",                                                                        \
		  0,                                                                           \
		  OPTION_TEXT,                                                                 \
		  "DIR",                                                                       \
		  offsetof(type, member.db),                                                   \
		  "Packages",                                                                  \
		  "Directory of the advisories to tell findings by.",                          \
		  .hint = OPTION_HINT_DIRECTORY },                                             \
	{                                                                                      \
		"store", 0, OPTION_TEXT, "DIR", offsetof(type, member.store), "Packages",      \
			"Directory of the local store, where packages, layers and images are " \
			"kept.",                                                               \
			.hint = OPTION_HINT_DIRECTORY                                          \
	}

#define PROGRESS_OPTIONS(type, member)                                                          \
	{ "quiet",                                                                              \
	  'q',                                                                                  \
	  OPTION_FLAG,                                                                          \
	  NULL,                                                                                 \
	  offsetof(type, member.quiet),                                                         \
	  "Messages",                                                                           \
	  "Print errors only." },                                                               \
	{                                                                                       \
		"progress", 0, OPTION_TEXT, "HOW", offsetof(type, member.progress), "Messages", \
			"Progress on standard error: a tree that is redrawn, plain lines, or "  \
			"(auto, the default) the "                                              \
			"tree on a terminal and lines elsewhere.",                              \
			.values = "auto plain tree"                                             \
	}

#endif
