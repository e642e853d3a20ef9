#include "vex_options.h"

#define AT(member) offsetof(struct vex_options, member)
#define OF_SCAN(member) AT(scan.member)

static const struct option table[] = {
	{ "output", 'o', OPTION_TEXT, "FILE", AT(output), "Result",
	  "Write into FILE instead of standard output.", .hint = OPTION_HINT_FILE },
	{ "author", 0, OPTION_TEXT, "NAME", AT(author), "Result",
	  "Who states this: a person or an organisation." },
	{ "product", 0, OPTION_TEXT, "PURL", AT(product), "Result",
	  "What it is stated of, instead of the image by its digest." },
	{ "name", 0, OPTION_TEXT, "NAME", AT(scan.name), "Result",
	  "What the image is called, instead of what it is called here." },
	{ "on", 0, OPTION_TEXT, "INPUT", AT(on), "Result",
	  "For check: the image, SBOM or directory that statements are held against." },
	{ "json", 0, OPTION_FLAG, NULL, AT(json), "Result", "For check: JSON." },
	{ "verbose", 'v', OPTION_FLAG, NULL, AT(scan.verbose), "Result",
	  "For check: all products and texts." },
	{ "quiet", 'q', OPTION_FLAG, NULL, AT(scan.quiet), "Result",
	  "Nothing on standard error but errors." },
	{ "waivers", 0, OPTION_TEXTS, "FILE", AT(scan.waivers), "What is known",
	  "What you have decided; without it .temper/waivers.yaml. May be given several times.",
	  .hint = OPTION_HINT_FILE },
	{ "ignorefile", 0, OPTION_TEXTS, "FILE", AT(scan.ignorefile), "What is known",
	  "Ignore rules of Trivy, Grype or osv-scanner, instead of those that lie here.",
	  .hint = OPTION_HINT_FILE },
	{ "no-ignorefile", 0, OPTION_FLAG, NULL, AT(scan.no_ignorefile), "What is known",
	  "Do not look for such files here." },
	{ "evidence", 0, OPTION_FLAG, NULL, AT(scan.evidence), "What is known",
	  "State too what the image itself proves: libraries that nothing it starts can reach." },
	{ "distro", 0, OPTION_TEXT, "NAME:RELEASE", AT(scan.distro), "What is looked at",
	  "Take it for this system: debian:12." },
	{ "platform", 0, OPTION_TEXT, "PLATFORM", AT(scan.platform), "What is looked at",
	  "Of a multi-platform image, the one to look at; without it, this machine's." },
	SCAN_WHERE_OPTIONS(OF_SCAN),
};

static const struct example example[] = {
	{ "temper vex app --author 'Team Web' -o app.openvex.json",
	  "What you have decided, for others:" },
	{ "temper vex app --evidence", "And what the image itself proves:" },
	{ "temper vex check vendor.json", "What does this document state?" },
	{ "temper vex check vex/ --on app",
	  "Which of it holds for an image, and why not the rest?" },
};

const struct verb verb_vex = {
	.name = "vex",
	.operands = "IMAGE|SBOM|DIR|check FILE...",
	.operand_min = 1,
	.operand_max = 1000,
	.summary = "state what does not affect an image; read what others state",
	.description = "Scans like temper scan, and writes as OpenVEX 0.2.0 what waivers and "
		       "ignore rules hide there: a "
		       "waiver with a status as that, any other as an accepted risk (affected, "
		       "with an action statement that "
		       "says until when). With --evidence also what no entry point of the image "
		       "can reach. The same scan "
		       "gives the same bytes; the time is SOURCE_DATE_EPOCH where that is set.\n\n"
		       "check reads documents of any form (OpenVEX, CSAF, CycloneDX; in-toto and "
		       "DSSE around them) and says "
		       "what they state; with --on, which findings each statement decides, or why "
		       "none: no such product, "
		       "version, vulnerability.\n\n"
		       "Exit 1 where there is nothing to state, 4 where advisories were missing.",
	.options = VERB_OPTIONS(table),
	.options_size = sizeof(struct vex_options),
	VERB_EXAMPLES(example),
	.run = verb_vex_run,
};
