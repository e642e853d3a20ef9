#include "gate_options.h"

#define AT(member) offsetof(struct gate_options, member)

static const struct option table[] = {
	{ "policy", 'p', OPTION_TEXTS, "FILE|NAME", AT(policy), "Policy",
	  "The policy by whose terms they are held; without it .temper/policy.yaml, else baseline.",
	  .hint = OPTION_HINT_FILE },
	{ "against", 0, OPTION_TEXT, "IMAGE|FACTS.json", AT(against), "Policy",
	  "What they shall hold for: tells which matches, what for, and which matches nothing.",
	  .hint = OPTION_HINT_FILE },
	{ "json", 0, OPTION_FLAG, NULL, AT(json), "Result", "JSON." },
	{ "quiet", 'q', OPTION_FLAG, NULL, AT(quiet), "Result",
	  "Nothing on standard error but errors." },
	{ "progress", 0, OPTION_TEXT, "HOW", AT(progress), "Result", "How progress is shown.",
	  "auto plain tree" },
	GATE_LOOK_OPTIONS(AT),
	SCAN_WHERE_OPTIONS(AT),
};

static const struct example example[] = {
	{ "temper waivers list", "What do we live with, and for how long?" },
	{ "temper waivers check waivers.yaml --policy prod.yaml",
	  "Does the policy take them all?" },
	{ "temper waivers explain --against app", "What does each of them hold for?" },
};

const struct verb verb_waivers = {
	.name = "waivers",
	.operands = "list|check|explain [FILE...]",
	.operand_min = 1,
	.operand_max = 1000,
	.summary = "list, check and explain what you have decided to live with",
	.description =
		"Without a FILE .temper/waivers.yaml, and those that the policy names. list shows "
		"each with its owner and the days that are left, the first to end first. check "
		"tells only what is wrong: ended, not taken by the policy and why, and with "
		"--against what matches nothing; it exits 1 where there is such. explain tells "
		"each "
		"in words, with what it states as VEX, and with --against what it holds for.",
	.options = VERB_OPTIONS(table),
	.options_size = sizeof(struct gate_options),
	VERB_EXAMPLES(example),
	.run = verb_waivers_run,
};
