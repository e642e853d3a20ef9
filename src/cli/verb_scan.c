#include "scan_options.h"

#define AT(member) offsetof(struct scan_options, member)

static const struct option table[] = {
	{ "output", 'o', OPTION_TEXTS, "FORMAT[=FILE]", AT(output), "Report",
	  "table (without any), json, cyclonedx, sarif, gitlab, junit, html, markdown, csv or "
	  "template, "
	  "on standard output or into FILE; may be given several times. With --format, the FILE "
	  "that it goes "
	  "to." },
	{ "format", 0, OPTION_TEXTS, "FORMAT", AT(format), "Report",
	  "The same as -o FORMAT, as Trivy has it: then --output names the file." },
	{ "file", 0, OPTION_TEXT, "FILE", AT(file), "Report",
	  "Where a format without a file of its own goes.", .hint = OPTION_HINT_FILE },
	{ "template", 't', OPTION_TEXT, "FILE", AT(template), "Report",
	  "For -o template: the template.", .hint = OPTION_HINT_FILE },
	{ "sort-by", 0, OPTION_TEXT, "ORDER", AT(sort), "Report",
	  "The order of findings; risk without it.",
	  "risk severity package vulnerability epss threat kev" },
	{ "by-cve", 0, OPTION_FLAG, NULL, AT(by_cve), "Report",
	  "Call findings by their CVE where they have one." },
	{ "show-suppressed", 0, OPTION_FLAG, NULL, AT(show_suppressed), "Report",
	  "List what is suppressed too, and by what." },
	{ "name", 0, OPTION_TEXT, "NAME", AT(name), "Report",
	  "What the report calls the thing, instead of what it is called here." },
	{ "verbose", 'v', OPTION_FLAG, NULL, AT(verbose), "Report",
	  "All upgrades, what is covered and by what, and why statements matched nothing." },
	{ "quiet", 'q', OPTION_FLAG, NULL, AT(quiet), "Report",
	  "The report alone, nothing on standard error but errors." },
	{ "progress", 0, OPTION_TEXT, "HOW", AT(progress), "Report", "How progress is shown.",
	  "auto plain tree" },
	{ "fail-on", 'f', OPTION_TEXT, "SEVERITY", AT(fail_on), "Verdict",
	  "Exit 1 if there is a finding of this severity or a worse one; any: of one without a "
	  "severity too, as "
	  "the changelogs of a distribution give none.",
	  "any negligible low medium high critical" },
	{ "exit-code", 0, OPTION_TEXT, "N", AT(exit_code), "Verdict",
	  "Exit N instead of 1; without --fail-on, for any finding." },
	{ "max-age", 0, OPTION_TEXT, "AGE", AT(max_age), "Verdict",
	  "Exit 1 if advisories that were used are older than this: 24h, 7d." },
	{ "severity", 0, OPTION_TEXTS, "LIST", AT(severity), "What is shown",
	  "Only findings of these severities: HIGH,CRITICAL." },
	{ "only-fixed", 0, OPTION_FLAG, NULL, AT(only_fixed), "What is shown",
	  "Only what an update fixes." },
	{ "ignore-unfixed", 0, OPTION_FLAG, NULL, AT(ignore_unfixed), "What is shown",
	  "The same." },
	{ "only-notfixed", 0, OPTION_FLAG, NULL, AT(only_notfixed), "What is shown",
	  "Only what no update fixes." },
	{ "ignore-states", 0, OPTION_TEXTS, "LIST", AT(ignore_states), "What is shown",
	  "Not findings in these states: fixed, affected, will_not_fix, fix_deferred, end_of_life, "
	  "under_investigation, unknown; wont-fix and not-fixed as Grype means them." },
	{ "ignore-status", 0, OPTION_TEXTS, "LIST", AT(ignore_status), "What is shown",
	  "The same." },
	{ "only-base", 0, OPTION_FLAG, NULL, AT(only_base), "What is shown",
	  "Only findings in what came with the base image." },
	{ "ignore-base", 0, OPTION_FLAG, NULL, AT(ignore_base), "What is shown",
	  "Only findings in what the image itself brings." },
	{ "vex", 0, OPTION_TEXTS, "FILE", AT(vex), "What is known",
	  "Statements (OpenVEX, CSAF, CycloneDX) of what does not affect this; or a directory of "
	  "them. May be "
	  "given several times.",
	  .hint = OPTION_HINT_FILE },
	{ "vex-from-image", 0, OPTION_FLAG, NULL, AT(vex_from_image), "What is known",
	  "Apply statements that are attached to the image too, in its layout or registry. Their signatures are "
	  "not verified: whoever can write there can hide findings." },
	{ "waivers", 0, OPTION_TEXTS, "FILE", AT(waivers), "What is known",
	  "What you have decided to live with; may be given several times.",
	  .hint = OPTION_HINT_FILE },
	{ "ignorefile", 0, OPTION_TEXTS, "FILE", AT(ignorefile), "What is known",
	  "Ignore rules of Trivy, Grype or osv-scanner, instead of those that lie here.",
	  .hint = OPTION_HINT_FILE },
	{ "no-ignorefile", 0, OPTION_FLAG, NULL, AT(no_ignorefile), "What is known",
	  "Do not look for such files here." },
	{ "warn-days", 0, OPTION_TEXT, "N", AT(warn_days), "What is known",
	  "Tell of waivers that expire within N days; 14 without it." },
	{ "evidence", 0, OPTION_FLAG, NULL, AT(evidence), "What is known",
	  "Suppress findings in libraries that nothing which the image starts can reach." },
	{ "distro", 0, OPTION_TEXT, "NAME:RELEASE", AT(distro), "What is looked at",
	  "Take it for this system: debian:12." },
	{ "declared", 0, OPTION_FLAG, NULL, AT(declared), "What is looked at",
	  "Packages of lock files too that are not installed; of directories they are in any "
	  "case." },
	{ "scope", 's', OPTION_TEXT, "SCOPE", AT(scope), "What is looked at",
	  "squashed: what a container sees; all-layers: what upper layers hide or remove, too.",
	  "squashed all-layers" },
	{ "platform", 0, OPTION_TEXT, "PLATFORM", AT(platform), "What is looked at",
	  "Of a multi-platform image, the one to look at; without it, this machine's." },
	{ "all-platforms", 0, OPTION_FLAG, NULL, AT(all_platforms), "What is looked at",
	  "Every platform of it, one report each." },
	{ "input", 0, OPTION_TEXT, "FILE", AT(input), "Where it is",
	  "An image's archive, instead of an operand.", .hint = OPTION_HINT_FILE },
	SCAN_WHERE_OPTIONS(AT),
};

static const struct example example[] = {
	{ "temper scan debian:12", "What is known of it?" },
	{ "temper scan sbom:app.json --fail-on high --only-fixed",
	  "A gate, over a bill of materials:" },
	{ "temper scan app -o sarif=app.sarif -o html=app.html -o table",
	  "Three reports in one pass:" },
	{ "temper scan purl:pkg:npm/lodash@4.17.20", "One package:" },
	{ "temper scan app --vex vex/ --waivers waivers.yaml --show-suppressed",
	  "With what is known already:" },
};

const struct verb verb_scan = {
	.name = "scan",
	.operands = "IMAGE|SBOM|DIR|purl:PACKAGE...",
	.operand_min = 0,
	.operand_max = 1000,
	.summary = "find published vulnerabilities in an image, SBOM or directory",
	.description = "What is looked at is named as for temper sbom; besides, purl:PACKAGE (one "
		       "or several) and purl:FILE "
		       "name packages alone. Advisories come from the database that temper db "
		       "update keeps: nothing is "
		       "asked of the network.\n\n"
		       "Each finding is a package's version in a range that a source has "
		       "published, by the order of "
		       "versions of its ecosystem; nothing is guessed by name. temper explain "
		       "tells of each why. What has "
		       "no advisories, what nothing recognises and how old the sources are is in "
		       "every report.\n\n"
		       "Exit 1 when --fail-on, --exit-code or --max-age say no; 4 when advisories "
		       "for a part are not here, or a "
		       "part could not be read; 1 beats 4.",
	.options = VERB_OPTIONS(table),
	.options_size = sizeof(struct scan_options),
	VERB_EXAMPLES(example),
	.run = verb_scan_run,
};
