#include "gate_options.h"

#define AT(member) offsetof(struct gate_options, member)

static const struct option table[] = {
	{ "policy", 'p', OPTION_TEXTS, "FILE|NAME", AT(policy), "Policy",
	  "What the image is judged by: a file, or the name of a policy that ships; may be given "
	  "several times, and then all must be satisfied. Without it .temper/policy.yaml, else "
	  "baseline.",
	  .hint = OPTION_HINT_FILE },
	{ "waivers", 0, OPTION_TEXTS, "FILE", AT(waivers), "Policy",
	  "What you have decided to live with, as far as the policy takes it; may be given several "
	  "times. Without it .temper/waivers.yaml.",
	  .hint = OPTION_HINT_FILE },
	{ "output", 'o', OPTION_TEXTS, "FORMAT[=FILE]", AT(output), "Report",
	  "table (without any), json, junit, sarif, html, markdown, sheet or sheet-html, on "
	  "standard "
	  "output or into FILE; may be given several times." },
	{ "explain", 'x', OPTION_FLAG, NULL, AT(explain), "Report",
	  "Every rule with its evidence, parameters and waivers." },
	{ "quiet", 'q', OPTION_FLAG, NULL, AT(quiet), "Report",
	  "The report alone, nothing on standard error but errors." },
	{ "verbose", 'v', OPTION_FLAG, NULL, AT(verbose), "Report",
	  "What is unknown and changed on standard error." },
	{ "progress", 0, OPTION_TEXT, "HOW", AT(progress), "Report", "How progress is shown.",
	  "auto plain tree" },
	GATE_LOOK_OPTIONS(AT),
	SCAN_WHERE_OPTIONS(AT),
};

static const struct example example[] = {
	{ "temper gate app", "May it go out?" },
	{ "temper gate app --policy iron-bank --policy team.yaml -o sheet=app.csv -o table",
	  "By two policies, with the sheet for the auditor:" },
	{ "temper gate app --base registry.example/base:12", "Has it weakened its base?" },
	{ "temper policy input app -o app.json && temper gate app.json",
	  "Look once, judge as often as you like:" },
};

const struct verb verb_gate = {
	.name = "gate",
	.operands = "IMAGE|FACTS.json",
	.operand_min = 1,
	.operand_max = 1,
	.summary = "judge an image by a policy",
	.description =
		"The image is named as for temper sbom and looked at once: packages, published "
		"vulnerabilities, configuration, hardening, secrets. A FILE.json is what temper "
		"policy input wrote of one. Each rule of the policy is kept, broken or cannot be "
		"told, and what cannot be told is not kept. Advisories come from the database that "
		"temper db update keeps.\n\n"
		"Waivers count as far as the policy takes them (docs/waivers.md); what lies in the "
		"image never does, nor do ignore files that the policy does not name.\n\n"
		"Exit 0: the image has passed. 1: it has not. 2: the policy, a waiver or the "
		"command "
		"line is wrong. 3: it could not be judged. 4: it has passed, but a part of it "
		"could "
		"not be read.",
	.options = VERB_OPTIONS(table),
	.options_size = sizeof(struct gate_options),
	VERB_EXAMPLES(example),
	.run = verb_gate_run,
};
