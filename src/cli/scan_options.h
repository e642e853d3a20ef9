/*
 * scan_options: what `temper scan` was asked for, checked.
 */
#ifndef CLI_SCAN_OPTIONS_H
#define CLI_SCAN_OPTIONS_H

#include "look.h"
#include "scan/scan.h"

struct scan_options {
	struct texts output, format, from, insecure, severity, ignore_states, ignore_status, vex,
		waivers, ignorefile;
	str template, file, fail_on, exit_code, sort, distro, db, input, platform, name, scope,
		store, progress, max_age, warn_days;
	bool only_fixed, ignore_unfixed, only_notfixed, by_cve, show_suppressed, only_base,
		ignore_base, no_ignorefile, evidence, vex_from_image, declared, all_platforms,
		trust, offline, quiet, verbose;
};

/* The same as values: what scan_inventory() takes, and what the verb itself decides by. */
struct scan_asked {
	struct scan_wish wish;
	int exit_code;     /* of "no"; 1 unless --exit-code says otherwise */
	bool any_fails;    /* --exit-code without --fail-on: any finding is a "no" */
	int64_t max_age_s; /* --max-age; 0: none */
};

/* ERR_USAGE for words that are none; reads the files of --vex, --waivers and --ignorefile, and those that
 * lie in the working directory. */
int scan_options_read(struct op *op, const struct scan_options *o, struct scan_asked *ret) MUST_USE;

/* The time of reports: SOURCE_DATE_EPOCH where it is set. */
int scan_options_now(struct op *op, int64_t *ret) MUST_USE;

/* --exit-code; left as it is where the text is empty. */
int scan_options_exit_code(struct op *op, str text, int *ret) MUST_USE;

struct look_wish scan_options_look(const struct scan_options *o);

/*
 * scan_options_open(op, cli, operand, n, look, ret_n): what shall be scanned: an image, directory, file or
 * bill of materials, which look_at() then gives; or, with *ret_n == 0 and *ret filled, the
 * packages that purls name ("purl:pkg:npm/x@1", "pkg:npm/x@1", "purl:FILE").
 */
int scan_options_open(struct op *op, struct look *look, const struct texts *operand,
		      struct inventory *ret, ptrdiff_t *ret_n) MUST_USE;

/* Rows of every verb that scans: at(member) is where the verb's options have that member. */
/* clang-format off */
#define SCAN_WHERE_OPTIONS(at) \
	{ "from", 0, OPTION_TEXTS, "SCHEMES", at(from), "Where it is", \
	  "Schemes to try for a name without one, in this order, parted by commas." }, \
	{ "db", 0, OPTION_TEXT, "DIR", at(db), "Where it is", "Directory of the advisories.", \
	  .hint = OPTION_HINT_DIRECTORY }, \
	{ "trust-digests", 0, OPTION_FLAG, NULL, at(trust), "Where it is", \
	  "Do not verify the digests of layers: for an archive that was verified before." }, \
	{ "offline", 0, OPTION_FLAG, NULL, at(offline), "Where it is", "Ask no registry." }, \
	{ "insecure-registry", 0, OPTION_TEXTS, "HOST", at(insecure), "Where it is", \
	  "Take plain HTTP and any certificate from this registry, and no other; may be given several " \
	  "times." }, \
	{ "store", 0, OPTION_TEXT, "DIR", at(store), "Where it is", \
	  "Directory of the local store.", .hint = OPTION_HINT_DIRECTORY }
/* clang-format on */

verb_run verb_scan_run;

#endif
