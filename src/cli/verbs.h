/*
 * verbs: the table of verbs. A verb is one row here, one file verb_<name>.c with its option table
 * and its run function, and whatever it calls.
 */
#ifndef CLI_VERBS_H
#define CLI_VERBS_H

#include "option.h"
#include "term.h"

struct cli {
	struct term out, err;
	struct texts operand;
};

/*
 * A verb's run function: the options as the verb's own struct, filled. 0: done, exit 0. Positive:
 * that exit code; what there was to say has been said. Negative: an error, which main prints.
 */
typedef int verb_run(struct op *op, const struct cli *cli, const void *options);

struct example {
	const char *command, *what;
};

struct verb {
	const char *name;
	const char *operands; /* as the usage line shows them: "RECIPE", "IMAGE TESTS.yaml..." */
	int operand_min, operand_max;
	const char *summary;     /* one line, lower case, without full stop */
	const char *description; /* paragraphs, parted by empty lines */
	struct option_table options;
	size_t options_size; /* of the verb's options struct */
	const struct example *example;
	size_t example_n;
	verb_run *run;
};

/* All verbs in the order of the help. */
extern const struct verb *const verbs[];
extern const size_t verbs_n;

const struct verb *verbs_find(str name); /* or NULL */

/* Record that there is no such verb, with the nearest. */
int verbs_unknown(struct op *op, str name);

/* Exit code of a verb's return value; see ARCHITECTURE.md, "Exit codes". */
int verbs_exit_code(int rc);

/* A whole command line, argv[0] included; returns the exit code. Prints errors. */
int verbs_main(int argc, char *const *argv);

/* Help of one verb, and the overview. */
void verbs_help(struct buf *b, const struct verb *v, int width);
void verbs_overview(struct buf *b, int width);

#define VERB_OPTIONS(table)                                 \
	{                                                   \
		(table), sizeof(table) / sizeof((table)[0]) \
	}
#define VERB_EXAMPLES(table) .example = (table), .example_n = sizeof(table) / sizeof((table)[0])

verb_run verb_build_run, verb_lock_run, verb_rebuild_run;

extern const struct verb verb_advise,
	verb_audit,
	verb_build,
	verb_compare,
	verb_db,
	verb_diff,
	verb_explain,
	verb_gate,
	verb_help,
	verb_init,
	verb_lint,
	verb_lock,
	verb_notices,
	verb_patch,
	verb_policy,
	verb_rebuild,
	verb_sbom,
	verb_scan,
	verb_slim,
	verb_store,
	verb_test,
	verb_vex,
	verb_waivers;

#endif
