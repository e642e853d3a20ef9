#include "lint_options.h"

#define AT(member) offsetof(struct lint_options, member)

static const struct option table[] = {
	{ "output", 'o', OPTION_TEXTS, "FORMAT[=FILE]", AT(output), "Report",
	  "text (without any), table, json, sarif, junit, markdown, html or csv, on standard "
	  "output or into "
	  "FILE; may be given several times." },
	{ "format", 0, OPTION_TEXT, "FORMAT", AT(format), "Report",
	  "As hadolint has it: one more of --output's; tty is text." },
	{ "no-color", 0, OPTION_FLAG, NULL, AT(no_colour), "Report",
	  "No colours, as with NO_COLOR in the environment." },
	{ "all", 'a', OPTION_FLAG, NULL, AT(all), "Report", "Tell what is ignored or waived too." },
	{ "quiet", 'q', OPTION_FLAG, NULL, AT(quiet), "Report", "No summary." },
	{ "list-rules", 0, OPTION_FLAG, NULL, AT(list), "Report",
	  "Print the rules: id, severity, what holds, and other tools' names." },
	{ "fail-on", 'f', OPTION_TEXT, "SEVERITY", AT(fail_on), "Verdict",
	  "Exit 1 for a fault of this severity or a worse one; without it, low.",
	  "negligible low medium high critical none" },
	{ "failure-threshold", 0, OPTION_TEXT, "SEVERITY", AT(threshold), "Verdict",
	  "--fail-on in hadolint's words: error is high, warning medium, info low, style "
	  "negligible.",
	  "error warning info style ignore none" },
	{ "no-fail", 0, OPTION_FLAG, NULL, AT(no_fail), "Verdict", "Exit 0 whatever is found." },
	{ "ignore", 'i', OPTION_TEXTS, "RULES", AT(ignore), "What is asked",
	  "Not these rules, by ids or other tools' names, parted by commas." },
	{ "only", 0, OPTION_TEXTS, "RULES", AT(only), "What is asked", "Only these." },
	{ "enable", 0, OPTION_TEXTS, "RULES", AT(enable), "What is asked",
	  "Rules that are off unless asked for: DL1001." },
	{ "trusted-registry", 0, OPTION_TEXTS, "HOST", AT(registries), "What is asked",
	  "Images may come from this registry, and from none that is not named; * stands for "
	  "anything." },
	{ "require-label", 0, OPTION_TEXTS, "NAME:TYPE", AT(labels), "What is asked",
	  "The image has this label, of type text, url, semver, spdx, email, hash or rfc3339." },
	{ "strict-labels", 0, OPTION_FLAG, NULL, AT(strict), "What is asked", "And no others." },
	{ "require-reason", 0, OPTION_FLAG, NULL, AT(reasons), "What is asked",
	  "Inline ignores without a reason do not count, and are faults." },
	{ "disable-ignore-pragma", 0, OPTION_FLAG, NULL, AT(no_ignore), "What is asked",
	  "Inline ignores do not count." },
	{ "waivers", 0, OPTION_TEXTS, "FILE", AT(waivers), "What is asked",
	  "Waivers, or another tool's ignore file, instead of .temper/waivers.yaml and "
	  ".trivyignore; may be "
	  "given several times.",
	  .hint = OPTION_HINT_FILE },
	{ "config", 'c', OPTION_TEXT, "FILE", AT(config), "What is asked",
	  "A configuration of hadolint, instead of .hadolint.yaml.", .hint = OPTION_HINT_FILE },
	{ "kind", 0, OPTION_TEXT, "KIND", AT(kind), "What is asked",
	  "What the files are, whatever they are called.", "dockerfile kubernetes" },
};

static const struct example example[] = {
	{ "temper lint", "Every Dockerfile and manifest below the working directory:" },
	{ "temper lint Dockerfile --fail-on high", "A gate for the worst alone:" },
	{ "temper lint . -o sarif=lint.sarif -o text", "With a report for code scanning:" },
	{ "helm template chart | temper lint -", "What Helm makes of a chart:" },
};

const struct verb verb_lint = {
	.name = "lint",
	.operands = "[FILE|DIR|-]...",
	.operand_min = 0,
	.operand_max = INT32_MAX,
	.summary = "find faults in Dockerfiles and Kubernetes manifests",
	.description = "In directories, Dockerfile, Containerfile, Dockerfile.NAME, "
		       "NAME.Dockerfile and YAML or JSON with "
		       "Kubernetes objects are looked at; - is standard input. Rules have the ids "
		       "of hadolint where it "
		       "has the rule, else Trivy's; any tool's name of a rule is understood.\n\n"
		       "A comment above an instruction or document ignores rules there: \"# "
		       "hadolint ignore=DL3008\", "
		       "\"# temper ignore=DL3008 the reason\", \"#trivy:ignore:DS-0002\". "
		       ".hadolint.yaml, .trivyignore and "
		       ".temper/waivers.yaml of the working directory are read as they are.\n\n"
		       "Exit 0: nothing that counts; 1: a fault of severity low or a worse one, or "
		       "as --fail-on says; 3: a file "
		       "could not be parsed.",
	.options = VERB_OPTIONS(table),
	.options_size = sizeof(struct lint_options),
	VERB_EXAMPLES(example),
	.run = verb_lint_run,
};
