#include "sbom_options.h"

static const struct option table[] = {
	{ "output", 'o', OPTION_TEXTS, "FORMAT[=FILE]", offsetof(struct sbom_options, output), "Report",
	  "table (without any), json, spdx-json, spdx-tag-value, cyclonedx-json, cyclonedx-xml, syft-json, "
	  "github-json, purls or template, on standard output or into FILE; may be given several times. "
	  "FORMAT@VERSION asks for a version of it: cyclonedx-json@1.5." },
	{ "template", 't', OPTION_TEXT, "FILE", offsetof(struct sbom_options, template), "Report",
	  "For -o template: the template.", .hint = OPTION_HINT_FILE },
	{ "files", 0, OPTION_FLAG, NULL, offsetof(struct sbom_options, files), "Report",
	  "List every file with its digests, and compare what packages brought with what they say of it." },
	{ "source-name", 0, OPTION_TEXT, "NAME", offsetof(struct sbom_options, name), "Report",
	  "What the report calls the thing, instead of what it is called here." },
	{ "source-version", 0, OPTION_TEXT, "VERSION", offsetof(struct sbom_options, version), "Report",
	  "And its version." },
	{ "verbose", 'v', OPTION_FLAG, NULL, offsetof(struct sbom_options, verbose), "Report",
	  "The table with layers, licences and paths; all lines of the coverage ledger." },
	{ "quiet", 'q', OPTION_FLAG, NULL, offsetof(struct sbom_options, quiet), "Report",
	  "The report alone, nothing on standard error but errors." },
	{ "progress", 0, OPTION_TEXT, "HOW", offsetof(struct sbom_options, progress), "Report",
	  "How progress is shown.", "auto plain tree" },
	{ "scope", 's', OPTION_TEXT, "SCOPE", offsetof(struct sbom_options, scope), "What is looked at",
	  "squashed: what a container sees; all-layers: what upper layers hide or remove, too.",
	  "squashed all-layers" },
	{ "platform", 0, OPTION_TEXT, "PLATFORM", offsetof(struct sbom_options, platform),
	  "What is looked at",
	  "Of a multi-platform image, the one to look at; without it, this machine's." },
	{ "all-platforms", 0, OPTION_FLAG, NULL, offsetof(struct sbom_options, all_platforms),
	  "What is looked at", "Every platform of it, one report each." },
	{ "select-catalogers", 0, OPTION_TEXTS, "NAMES", offsetof(struct sbom_options, only),
	  "What is looked at",
	  "Only these catalogers, or with -NAME all but that one; parted by commas." },
	{ "list-catalogers", 0, OPTION_FLAG, NULL, offsetof(struct sbom_options, list),
	  "What is looked at", "Print the catalogers, and what each of them finds." },
	{ "from", 0, OPTION_TEXTS, "SCHEMES", offsetof(struct sbom_options, from), "Where it is",
	  "Schemes to try for a name without one, in this order, parted by commas." },
	{ "trust-digests", 0, OPTION_FLAG, NULL, offsetof(struct sbom_options, trust), "Where it is",
	  "Do not verify the digests of layers: for an archive that was verified before." },
	{ "offline", 0, OPTION_FLAG, NULL, offsetof(struct sbom_options, offline), "Where it is",
	  "Ask no registry." },
	{ "insecure-registry", 0, OPTION_TEXTS, "HOST", offsetof(struct sbom_options, insecure),
	  "Where it is",
	  "Take plain HTTP and any certificate from this registry, and no other; may be given several "
	  "times." },
	{ "store", 0, OPTION_TEXT, "DIR", offsetof(struct sbom_options, store), "Where it is",
	  "Directory of the local store.", .hint = OPTION_HINT_DIRECTORY },
};

static const struct example example[] = {
	{ "temper sbom debian:12", "What is in it?" },
	{ "temper sbom docker-archive:app.tar -o spdx-json=app.spdx.json -o cyclonedx-json=app.cdx.json",
	  "Two documents in one pass:" },
	{ "docker save app | temper sbom -", "Of a stream:" },
	{ "temper sbom dir:. -o purls", "Of a work tree, by its lock files:" },
	{ "temper sbom convert app.spdx.json -o cyclonedx-json", "Another format of the same:" },
	{ "temper sbom --files -v app", "Is every file as its package had it?" },
};

const struct verb verb_sbom = {
	.name = "sbom",
	.operands = "IMAGE | convert SBOM",
	.operand_min = 0,
	.operand_max = 2,
	.summary = "tell what is in any image, directory or file",
	.description =
		"IMAGE is docker-archive:FILE, oci-archive:FILE, oci-dir:DIR, dir:DIR, file:FILE, - (standard "
		"input), registry:NAME, docker:NAME, podman:NAME, containerd:NAME, store:NAME or sbom:FILE. "
		"Without a scheme files are looked for first, then the local store, daemons, and the registry "
		"last.\n\n"
		"Each layer is read once. What is found is told with its evidence: the file that tells of it, "
		"the layer and the instruction that brought it, and whether it came with the base image. The same "
		"image gives the same bytes, on any machine and at any time. Digests of layers, configuration "
		"and manifest are verified before anything is printed.\n\n"
		"Executables and libraries that no package accounts for are counted and, with -v, named; they are in "
		"every report that has a place for them. Exit 4 when a part could not be read: the report says "
		"which.",
	.options = VERB_OPTIONS(table),
	.options_size = sizeof(struct sbom_options),
	VERB_EXAMPLES(example),
	.run = verb_sbom_run,
};
