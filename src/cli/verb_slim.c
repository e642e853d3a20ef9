#include "slim_options.h"

#define AT(member) offsetof(struct slim_cli, member)

static const struct option table[] = {
	{ "name", 't', OPTION_TEXT, "NAME:TAG", AT(name), "Result",
	  "Name of the slimmed image in the store; a tag that is missing is \"latest\". Without "
	  "it, and without --to, it is IMAGE's name with \"-slim\" behind its tag." },
	{ "to", 0, OPTION_TEXTS, "SCHEME:PLACE", AT(to), "Result",
	  "Write the image to oci-dir:DIR, oci-archive:FILE or docker-archive:FILE, or into the "
	  "running docker: or podman:. May be given more than once." },
	{ "output", 'o', OPTION_TEXTS, "FORMAT[=FILE]", AT(output), "Result",
	  "Write the report as a tree or json, to FILE or to standard output.",
	  .values = "tree json" },
	{ "verbose", 'v', OPTION_FLAG, NULL, AT(verbose), "Result",
	  "Tell of every package that stays, too, with its reason." },
	{ "dry-run", 0, OPTION_FLAG, NULL, AT(dry_run), "Result",
	  "Say what could go; no image is made." },
	{ "platform", 0, OPTION_TEXT, "PLATFORM", AT(platform), "Result",
	  "Of a multi-platform image, the one to slim; without it, this machine's." },
	{ "compression", 0, OPTION_TEXT, "HOW", AT(compression), "Result",
	  "How layers that change are compressed: gzip (the default), which all engines read, or "
	  "zstd.",
	  .values = "gzip zstd" },
	{ "keep", 0, OPTION_TEXTS, "PACKAGE|PATH", AT(keep), "Packages",
	  "Keep this package, or the one that has this path (\"/usr/bin/x\"), and the libraries "
	  "that it needs. May be given more than once." },
	{ "drop", 0, OPTION_TEXTS, "PACKAGE", AT(drop), "Packages",
	  "Cut this package whatever the reasons to keep it; the proof and the tests still judge "
	  "the result. May be given more than once." },
	{ "tests", 0, OPTION_TEXTS, "FILE", AT(tests), "Packages",
	  "Tests that the result must pass (docs/tests.md); what their commands name stays. May be "
	  "given more than once.",
	  .hint = OPTION_HINT_FILE },
	{ "db", 0, OPTION_TEXT, "DIR", AT(db), "Packages",
	  "Directory of the advisories to tell findings by.", .hint = OPTION_HINT_DIRECTORY },
	{ "store", 0, OPTION_TEXT, "DIR", AT(store), "Packages", "Directory of the local store.",
	  .hint = OPTION_HINT_DIRECTORY },
	PROGRESS_OPTIONS(struct slim_cli, progress),
};

static const struct example example[] = {
	{ "temper slim --dry-run -v registry:debian:12",
	  "What could go, and why does the rest stay?" },
	{ "temper slim oci-archive:app.tar --tests tests.yaml --to oci-archive:slim.tar",
	  "Somebody's image without what it does not use, and its tests run again:" },
	{ "temper slim podman:web --keep /usr/bin/dpkg -o json=slim.json",
	  "Keep a package that would go:" },
};

const struct verb verb_slim = {
	.name = "slim",
	.operands = "IMAGE",
	.operand_min = 1,
	.operand_max = 1,
	.summary = "cut the packages that nothing which an image starts can reach",
	.description =
		"IMAGE is any image with a dpkg database, by any name that temper sbom takes. From "
		"its entry point, health check and tests, what is loaded and named is followed. "
		"Where "
		"nothing that runs can load or start more, all else goes but data. Where something "
		"can "
		"(a shell, an interpreter, dlopen), only that goes which is of no use to what runs "
		"and "
		"which nothing names: package managers, what only installation calls, "
		"documentation, "
		"compilers, tools for disks, and libraries that came with those.\n\n"
		"The layers are written anew without the files; dpkg's database, alternatives and "
		"the "
		"loader's cache tell the same. Files that no package has stay. A result that lacks "
		"a "
		"library or fails a test is refused: exit 1, and no image is named.",
	.options = VERB_OPTIONS(table),
	.options_size = sizeof(struct slim_cli),
	VERB_EXAMPLES(example),
	.run = verb_slim_run,
};
