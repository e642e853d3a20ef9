#include "gate_options.h"

#define AT(member) offsetof(struct gate_options, member)

static const struct option table[] = {
	{ "output", 'o', OPTION_TEXTS, "FILE", AT(output), "Result",
	  "For input: write into FILE instead of standard output.", .hint = OPTION_HINT_FILE },
	{ "quiet", 'q', OPTION_FLAG, NULL, AT(quiet), "Result",
	  "Nothing on standard error but errors." },
	{ "verbose", 'v', OPTION_FLAG, NULL, AT(verbose), "Result",
	  "For rules: with what each parameter means." },
	{ "progress", 0, OPTION_TEXT, "HOW", AT(progress), "Result", "How progress is shown.",
	  "auto plain tree" },
	GATE_LOOK_OPTIONS(AT),
	SCAN_WHERE_OPTIONS(AT),
};

static const struct example example[] = {
	{ "temper policy list", "Which policies ship?" },
	{ "temper policy show baseline > .temper/policy.yaml", "One of them, to begin with:" },
	{ "temper policy check .temper/policy.yaml", "Is it right?" },
	{ "temper policy rules -v", "What may a rule be, and what may it be told?" },
	{ "temper policy input app -o app.facts.json",
	  "What a policy judges, for OPA or Conftest:" },
};

const struct verb verb_policy = {
	.name = "policy",
	.operands = "list|show NAME|check FILE...|rules [RULE]|input IMAGE",
	.operand_min = 1,
	.operand_max = 1000,
	.summary = "show, check and feed the policies that temper gate judges by",
	.description =
		"list names the policies that ship, show prints one. check reads policies with all "
		"that they extend, and tells what is wrong by file and line, or what they ask. "
		"rules "
		"names every rule that a policy can ask, with the parameters that it takes.\n\n"
		"input writes all that a policy may judge an image by as one JSON document "
		"(docs/policy-input.md): for rules in other languages, and for temper gate FILE "
		"later.",
	.options = VERB_OPTIONS(table),
	.options_size = sizeof(struct gate_options),
	VERB_EXAMPLES(example),
	.run = verb_policy_run,
};
