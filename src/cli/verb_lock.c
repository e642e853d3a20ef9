#include "build_options.h"

static const struct option table[] = {
	{ "check", 0, OPTION_FLAG, NULL, offsetof(struct lock_options, check), "Result",
	  "Write nothing; exit 1 if the lock is not what it would become." },
	{ "platform", 0, OPTION_TEXTS, "PLATFORM", offsetof(struct lock_options, platform),
	  "Result",
	  "Lock these too, beside those that the recipe lists, and build only them. May be given "
	  "several times." },
	SOURCE_OPTIONS(struct lock_options, source),
	PROGRESS_OPTIONS(struct lock_options, progress),
};

static const struct example example[] = {
	{ "temper lock images/nginx.yaml", "Take the newest packages, and see what that changes:" },
	{ "temper lock images/*/*.yaml", "Take a security update into every image that has it:" },
	{ "temper lock --vendor vendor images/nginx.yaml",
	  "Keep the packages themselves beside the lock:" },
};

const struct verb verb_lock = {
	.name = "lock",
	.operands = "RECIPE...",
	.operand_min = 1,
	.operand_max = RECIPES_MAX,
	.summary = "refresh a recipe's lock and show what changed",
	.description = "Resolves the recipe against the repository as it is now, writes the lock "
		       "beside it, and prints the "
		       "difference: packages added, removed and changed, with the CVE ids that the "
		       "new versions' "
		       "changelogs name. That is the change record that an auditor wants.\n\n"
		       "Several recipes are locked against one state of each repository; what many "
		       "of them have in common is told once.",
	.options = VERB_OPTIONS(table),
	.options_size = sizeof(struct lock_options),
	VERB_EXAMPLES(example),
	.run = verb_lock_run,
};
