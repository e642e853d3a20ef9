/*
 * lint_options: what `temper lint` was asked for, and what it works on.
 */
#ifndef CLI_LINT_OPTIONS_H
#define CLI_LINT_OPTIONS_H

#include "base/vec.h"
#include "lint/lint.h"
#include "policy/waivers.h"
#include "report/text.h"
#include "verbs.h"

struct lint_options {
	struct texts output, ignore, only, enable, registries, labels, waivers;
	str fail_on, config, format, kind, threshold;
	bool all, no_colour, no_fail, no_ignore, reasons, strict, list, quiet;
};

/* A file as it was read, and what was found. */
struct lint_one {
	str path, bytes;
	int kind; /* enum lint_kind; -1: none */
	struct lint_file found;
	bool failed; /* it could not be parsed; that has been said */
};

typedef VEC(struct lint_one) lint_files;

/* What a configuration file of hadolint and the options come to. */
struct lint_config {
	struct lint_wish wish;
	struct texts severity[SEVERITIES]; /* rules whose severity is this one */
	enum severity fail_on;             /* SEVERITY_UNKNOWN: nothing fails */
	bool no_inline;                    /* inline ignores do not count */
	struct waivers waivers;
};

/* .hadolint.yaml of the working directory, or --config; then the options. ERR_USAGE with FILE:LINE. */
int lint_config_read(struct op *op, const struct lint_options *o, struct lint_config *ret) MUST_USE;

/* Severities by the configuration, and waivers, onto faults. */
int lint_config_apply(struct op *op, struct lint_config *c, int64_t now,
		      struct lint_file *file) MUST_USE;

/* What hadolint calls a severity ("error", ...; "none" is SEVERITY_UNKNOWN). False: there is none. */
bool lint_threshold(str name, enum severity *ret);

/* The files that operands name: of directories, all below that are of a kind, sorted. Templates of Helm
 * are none; their charts are in ret_charts. ERR_USAGE for a YAML or JSON file of no kind that is named. */
int lint_find(struct op *op, const struct texts *operands, str kind, lint_files *ret,
	      struct texts *ret_charts) MUST_USE;

/* The report for people: a fault with its line of the file and a caret, then the remedy. */
int lint_text(struct op *op, const lint_files *files, bool all, bool quiet,
	      const struct text_style *style, struct buf *b) MUST_USE;

/* --list-rules. */
int lint_text_rules(struct op *op, const struct text_style *style, struct buf *b) MUST_USE;

verb_run verb_lint_run;

#endif
