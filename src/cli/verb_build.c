#include "build_options.h"

static const struct option table[] = {
	{ "tag", 't', OPTION_TEXTS, "NAME:TAG", offsetof(struct build_options, tag), "Result",
	  "Name of the image; may be given several times. Without it, the recipe's name and "
	  "\"latest\"; :TAG alone is the recipe's name with that tag." },
	{ "to", 0, OPTION_TEXTS, "SCHEME:PLACE", offsetof(struct build_options, to), "Result",
	  "Write the image to oci-dir:DIR, oci-archive:FILE or docker-archive:FILE, or into the "
	  "running docker: or podman:. May be given several times; an archive's FILE that ends in "
	  "a slash is a directory, and gets NAME.oci.tar or NAME.docker.tar. The local store has "
	  "the image in any case.",
	  .hint = OPTION_HINT_FILE },
	{ "output", 'o', OPTION_TEXTS, "FORMAT[=FILE]", offsetof(struct build_options, output),
	  "Result",
	  "Write a report: tree, html, json, spdx-json, cyclonedx-json, markdown or kubernetes, to FILE or to standard "
	  "output; where none goes there, the tree does. A FILE that ends in a slash is a "
	  "directory, and gets NAME.html and so on. May be given several times.",
	  .values = "tree html json spdx-json cyclonedx-json markdown kubernetes" },
	{ "platform", 0, OPTION_TEXTS, "PLATFORM", offsetof(struct build_options, platform),
	  "Result",
	  "Build for linux/amd64, linux/arm64, ...; several give a multi-platform index. Nothing "
	  "is "
	  "executed, so any machine builds for any other." },
	{ "all-platforms", 0, OPTION_FLAG, NULL, offsetof(struct build_options, all_platforms),
	  "Result", "Build for every platform that the recipe lists." },
	{ "compression", 0, OPTION_TEXT, "KIND", offsetof(struct build_options, compression),
	  "Result", "Compress layers with gzip (the default) or zstd.", .values = "gzip zstd" },
	{ "locked", 0, OPTION_FLAG, NULL, offsetof(struct build_options, locked), "Packages",
	  "Build exactly what the lock says; a missing or stale lock is an error." },
	SOURCE_OPTIONS(struct build_options, source),
	{ "no-test", 0, OPTION_FLAG, NULL, offsetof(struct build_options, no_test), "Checks",
	  "Do not run the recipe's tests. The proof is always made." },
	{ "why", 0, OPTION_TEXT, "PATH|PACKAGE", offsetof(struct build_options, why), "Messages",
	  "Instead of the report, say what put this file or this package into the image, or what "
	  "kept it "
	  "out (exit 1)." },
	{ "verbose", 'v', OPTION_FLAG, NULL, offsetof(struct build_options, verbose), "Messages",
	  "Show every package, layer and cut in the report." },
	PROGRESS_OPTIONS(struct build_options, progress),
};

static const struct example example[] = {
	{ "temper build images/nginx/nginx.yaml",
	  "Build, prove and test an image; keep it in the local store:" },
	{ "temper build --locked -t web:1.4 --to oci-archive:web.tar -o spdx-json=web.spdx.json "
	  "web.yaml",
	  "What a CI job runs: nothing but what the lock names, with an archive and an SBOM:" },
	{ "temper build --why usr/sbin/nginx images/nginx/nginx.yaml", "Ask why a file is there:" },
	{ "temper build --locked -t :2026-11 -o spdx-json=sboms/ --to oci-dir:all images/*/*.yaml",
	  "A whole catalogue, into one layout that has every layer once:" },
};

const struct verb verb_build = {
	.name = "build",
	.operands = "RECIPE...",
	.operand_min = 1,
	.operand_max = RECIPES_MAX,
	.summary = "make an image from a recipe, prove it and test it",
	.description = "Resolves the recipe's packages (or takes the lock's), fetches and verifies "
		       "them, lays each one of "
		       "some size into a layer of its own, proves without running anything that "
		       "the result holds "
		       "together, runs the recipe's tests in it, and shows what came of it.\n\n"
		       "No maintainer script ever runs: what a script would have done is data, and "
		       "a script that nothing "
		       "answers stops the build. Without a lock the first build makes one.\n\n"
		       "Several recipes are built side by side, ask a mirror once, and share what "
		       "they make; each is told by one line. One that fails keeps no other from "
		       "being built; the exit code is the worst of all: 3, then 2, 1, 4.",
	.options = VERB_OPTIONS(table),
	.options_size = sizeof(struct build_options),
	VERB_EXAMPLES(example),
	.run = verb_build_run,
};
