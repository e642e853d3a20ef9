#include "patch_options.h"

#define AT(member) offsetof(struct patch_cli, member)

static const struct option table[] = {
	{ "name", 't', OPTION_TEXT, "NAME:TAG", AT(name), "Result",
	  "Name of the patched image in the store; a tag that is missing is \"latest\". Without "
	  "it, and without --to, it is "
	  "IMAGE's name with \"-patched\" behind its tag." },
	{ "to", 0, OPTION_TEXTS, "SCHEME:PLACE", AT(to), "Result",
	  "Write the image to oci-dir:DIR, oci-archive:FILE or docker-archive:FILE, or into the "
	  "running docker: or podman:. May be given more than once." },
	{ "output", 'o', OPTION_TEXTS, "FORMAT[=FILE]", AT(output), "Result",
	  "Write the report as a table or json, to FILE or to standard output.",
	  .values = "table json" },
	{ "verbose", 'v', OPTION_FLAG, NULL, AT(verbose), "Result",
	  "Tell how each package's scripts are answered, and every finding." },
	{ "dry-run", 0, OPTION_FLAG, NULL, AT(dry_run), "Result",
	  "Say what would be done; no image is made." },
	{ "platform", 0, OPTION_TEXT, "PLATFORM", AT(platform), "Result",
	  "Of a multi-platform image, the one to patch; without it, this machine's." },
	{ "compression", 0, OPTION_TEXT, "HOW", AT(compression), "Result",
	  "How the layer is compressed: gzip (the default), which all engines read, or zstd.",
	  .values = "gzip zstd" },
	{ "only", 0, OPTION_TEXTS, "PACKAGE", AT(only), "Packages",
	  "Update this binary or source package, and what it needs newer; nothing else. May be "
	  "given more than once." },
	{ "findings-only", 0, OPTION_FLAG, NULL, AT(findings_only), "Packages",
	  "Update only what clears a finding of the advisories." },
	{ "suite", 0, OPTION_TEXT, "CODENAME", AT(suite), "Packages",
	  "The suite of the image's packages, where its os-release does not say it." },
	{ "mirror", 0, OPTION_TEXT, "URL", AT(mirror), "Packages",
	  "Mirror to take packages from, before this machine's own. Ubuntu's has to be named." },
	{ "keyring", 0, OPTION_TEXT, "FILE", AT(keyring), "Packages",
	  "Keys that sign the suite, instead of the distribution's own.",
	  .hint = OPTION_HINT_FILE },
	{ "offline", 0, OPTION_FLAG, NULL, AT(offline), "Packages",
	  "Use nothing but what the store holds." },
	{ "effects", 0, OPTION_TEXT, "DIR", AT(effects), "Packages",
	  "Directory of the effects that stand for maintainer scripts.",
	  .hint = OPTION_HINT_DIRECTORY },
	{ "db", 0, OPTION_TEXT, "DIR", AT(db), "Packages",
	  "Directory of the advisories to tell findings by.", .hint = OPTION_HINT_DIRECTORY },
	{ "store", 0, OPTION_TEXT, "DIR", AT(store), "Packages",
	  "Directory of the local store, where packages, layers and images are kept.",
	  .hint = OPTION_HINT_DIRECTORY },
	PROGRESS_OPTIONS(struct patch_cli, progress),
};

static const struct example example[] = {
	{ "temper patch oci-archive:theirs.tar --to oci-archive:patched.tar",
	  "Somebody else's image, with its distribution's security updates:" },
	{ "temper patch --findings-only --dry-run registry:debian:12",
	  "What would an update clear?" },
	{ "temper patch --only openssl -o json=patch.json podman:web",
	  "One package, for a program:" },
};

const struct verb verb_patch = {
	.name = "patch",
	.operands = "IMAGE",
	.operand_min = 1,
	.operand_max = 1,
	.summary = "put security updates into an image of any hand, as a layer",
	.description = "IMAGE is any image with a dpkg database, by any name that temper sbom "
		       "takes. What its suite has in a newer "
		       "version is put in as dpkg would, in one new layer on top: files, "
		       "configuration that nobody changed, dpkg's "
		       "own database, the loader's cache. No script of a package and no program of "
		       "the image is run: what a script "
		       "does on the update must be known (docs/effects.md), or its package stays "
		       "as it is, and is told.\n\n"
		       "The rest of the image is kept as it is. An image that was patched before "
		       "is patched anew from its original. "
		       "Exit 1 if something that has an update could not be done.",
	.options = VERB_OPTIONS(table),
	.options_size = sizeof(struct patch_cli),
	VERB_EXAMPLES(example),
	.run = verb_patch_run,
};
