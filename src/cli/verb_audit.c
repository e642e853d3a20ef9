#include "audit_options.h"
#include "scan_options.h"

#define AT(member) offsetof(struct audit_verb_options, member)

static const struct option table[] = {
	{ "output", 'o', OPTION_TEXTS, "FORMAT[=FILE]", AT(output), "Report",
	  "table (without any), json, sarif, junit, markdown, html or csv, on standard output or "
	  "into "
	  "FILE; may be given several times." },
	{ "all", 'a', OPTION_FLAG, NULL, AT(all), "Report",
	  "Tell the rules that are kept too, and every fault of those that are not." },
	{ "spec", 0, OPTION_TEXT, "NAME", AT(spec), "Report",
	  "Tell by the items of a benchmark: section 4 of the CIS Docker Benchmark 1.6.",
	  "cis-docker-4" },
	{ "name", 0, OPTION_TEXT, "NAME", AT(name), "Report",
	  "What the report calls the thing, instead of what it is called here." },
	{ "verbose", 'v', OPTION_FLAG, NULL, AT(verbose), "Report",
	  "Every fault, and what is unknown and changed on standard error." },
	{ "quiet", 'q', OPTION_FLAG, NULL, AT(quiet), "Report",
	  "The report alone, nothing on standard error but errors." },
	{ "progress", 0, OPTION_TEXT, "HOW", AT(progress), "Report", "How progress is shown.",
	  "auto plain tree" },
	{ "fail-on", 'f', OPTION_TEXT, "SEVERITY", AT(fail_on), "Verdict",
	  "Exit 1 if a rule of this severity or a worse one is broken.",
	  "any negligible low medium high critical" },
	{ "exit-code", 0, OPTION_TEXT, "N", AT(exit_code), "Verdict",
	  "Exit N instead of 1; without --fail-on, for any broken rule." },
	{ "only", 0, OPTION_TEXTS, "RULES", AT(only), "What is asked",
	  "Only these rules, by their ids, what others call them, or all of a kind: "
	  "config.nonroot, "
	  "CIS-4.1, fs." },
	{ "skip", 0, OPTION_TEXTS, "RULES", AT(skip), "What is asked", "Not these rules." },
	{ "list-rules", 0, OPTION_FLAG, NULL, AT(list), "What is asked",
	  "List all rules, with what others call them." },
	{ "secrets", 0, OPTION_FLAG, NULL, AT(secrets), "What is asked",
	  "Look for secrets in every layer: so it does without being asked." },
	{ "no-secrets", 0, OPTION_FLAG, NULL, AT(no_secrets), "What is asked", "Look for none." },
	{ "secret-rules", 0, OPTION_TEXTS, "FILE", AT(secret_rules), "What is asked",
	  "Rules of your own for secrets; may be given several times.", .hint = OPTION_HINT_FILE },
	{ "secret-skip", 0, OPTION_TEXTS, "GLOB", AT(secret_skip), "What is asked",
	  "Paths where no secrets are looked for; may be given several times." },
	{ "platform", 0, OPTION_TEXT, "PLATFORM", AT(platform), "What is looked at",
	  "Of a multi-platform image, the one to look at; without it, this machine's." },
	{ "all-platforms", 0, OPTION_FLAG, NULL, AT(all_platforms), "What is looked at",
	  "Every platform of it, one report each." },
	SCAN_WHERE_OPTIONS(AT),
};

static const struct example example[] = {
	{ "temper audit debian:12", "How hard is it?" },
	{ "temper audit app --fail-on high -o sarif=app.sarif -o table",
	  "A gate, with a report for code scanning:" },
	{ "temper audit app --spec cis-docker-4 --all", "By the items of the CIS benchmark:" },
};

const struct verb verb_audit = {
	.name = "audit",
	.operands = "IMAGE|DIR",
	.operand_min = 0,
	.operand_max = 1,
	.summary = "check how an image is hardened, and look for secrets in it",
	.description =
		"What is looked at is named as for temper sbom, but it must have files. Each rule "
		"is "
		"kept, broken, or cannot be told; a broken one is told with the evidence, the "
		"instruction or layer that brought it, and what to do. Secrets are looked for in "
		"every "
		"layer, in files that upper layers removed too; they are never printed. Where "
		"advisories are at hand (temper db update), known vulnerabilities and the end of "
		"the "
		"distribution's support are rules as well.\n\n"
		"Exit 0 whatever is found, unless --fail-on or --exit-code says otherwise: then 1; "
		"4 "
		"when a part could not be read; 1 beats 4.",
	.options = VERB_OPTIONS(table),
	.options_size = sizeof(struct audit_verb_options),
	VERB_EXAMPLES(example),
	.run = verb_audit_run,
};
