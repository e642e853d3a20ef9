#include "build_options.h"

#define D(member) offsetof(struct build_options, dockerfile.member)

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
	  "Write a report: tree, html, json, spdx-json, cyclonedx-json, markdown or kubernetes; of a Dockerfile tree, the "
	  "bills of materials, and the gate's verdict as json, html, markdown, sarif, junit, sheet or sheet-html: to FILE "
	  "or to standard output; where none goes there, the tree does. A FILE that ends in a slash is a "
	  "directory, and gets NAME.html and so on. May be given several times.",
	  .values = "tree html json spdx-json cyclonedx-json markdown kubernetes sarif junit sheet sheet-html" },
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
	{ "file", 'f', OPTION_TEXT, "DOCKERFILE", D(file), "Dockerfile",
	  "Build this Dockerfile with the directory that is named as its context.",
	  .hint = OPTION_HINT_FILE },
	{ "build-arg", 0, OPTION_TEXTS, "NAME=VALUE", D(build_args), "Dockerfile",
	  "A value for an ARG; a name alone takes the environment's. May be given several times." },
	{ "target", 0, OPTION_TEXT, "STAGE", D(target), "Dockerfile",
	  "The stage to build; without it the last one." },
	{ "build-context", 0, OPTION_TEXTS, "NAME=SCHEME:PLACE", D(sources), "Dockerfile",
	  "What the Dockerfile calls NAME is this image: oci-dir:DIR, oci-archive:FILE, registry:NAME, ..." },
	{ "secret", 0, OPTION_TEXTS, "id=NAME,src=FILE", D(secrets), "Dockerfile",
	  "A file that a RUN --mount=type=secret,id=NAME sees, and the image never has." },
	{ "label", 0, OPTION_TEXTS, "NAME=VALUE", D(labels), "Dockerfile",
	  "A label of the image; may be given several times." },
	{ "pull", 0, OPTION_FLAG, NULL, D(pull), "Dockerfile",
	  "Ask the registry for base images, also where the store has them." },
	{ "no-cache", 0, OPTION_FLAG, NULL, D(no_cache), "Dockerfile",
	  "Run every instruction again." },
	{ "network", 0, OPTION_TEXT, "HOW", D(network), "Dockerfile",
	  "What RUN reaches: host (the default), or none, which needs runc." },
	{ "isolation", 0, OPTION_TEXT, "HOW", D(isolation), "Dockerfile",
	  "How RUN is kept apart: chroot (the default, works in containers), or by a runtime: oci as "
	  "root, rootless as another user.",
	  .values = "chroot oci rootless" },
	{ "timestamp", 0, OPTION_TEXT, "SECONDS", D(timestamp), "Dockerfile",
	  "The time of all that is new, since 1970; without it $SOURCE_DATE_EPOCH, or else the base's: two "
	  "builds give the same bytes." },
	{ "insecure-registry", 0, OPTION_TEXTS, "HOST", D(insecure), "Dockerfile",
	  "Take plain HTTP and any certificate from this registry; may be given several times." },
	{ "test", 0, OPTION_TEXTS, "TESTS.yaml", D(tests), "Dockerfile",
	  "Tests to run in the image besides those that its base carries; may be given several times.",
	  .hint = OPTION_HINT_FILE },
	{ "policy", 0, OPTION_TEXTS, "POLICY", D(policies), "Dockerfile",
	  "The policy to judge by: a file, or one that ships. Without it .temper/policy.yaml, or baseline and derived.",
	  .hint = OPTION_HINT_FILE },
	{ "waivers", 0, OPTION_TEXTS, "FILE", D(waivers), "Dockerfile",
	  "Waivers besides those that the policy names.", .hint = OPTION_HINT_FILE },
	{ "no-gate", 0, OPTION_FLAG, NULL, D(no_gate), "Dockerfile",
	  "Judge by no policy." },
	{ "keep", 0, OPTION_FLAG, NULL, D(keep), "Dockerfile",
	  "Give the image its name although the gate or a test says no; the exit code stays 1." },
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
	{ "temper build -f Dockerfile -t shop:1.4 .",
	  "A Dockerfile on an image of the store, checked against its base and judged by a policy:" },
};

const struct verb verb_build = {
	.name = "build",
	.operands = "RECIPE... | CONTEXT",
	.operand_min = 1,
	.operand_max = RECIPES_MAX,
	.summary = "make, prove and test an image of a recipe or Dockerfile",
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
		       "being built; the exit code is the worst of all: 3, then 2, 1, 4.\n\n"
		       "With -f, or where CONTEXT is a directory with a Dockerfile, that is built by buildah: "
		       "FROM means an image of the store first and then of a registry, and the base's layers "
		       "stay what they are. The result is linted, inventoried, audited, held against its base, "
		       "tested and judged by a policy; what that refuses gets no name (exit 1).",
	.options = VERB_OPTIONS(table),
	.options_size = sizeof(struct build_options),
	VERB_EXAMPLES(example),
	.run = verb_build_run,
};
