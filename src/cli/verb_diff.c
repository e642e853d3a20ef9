#include "build/diff.h"
#include "build_report.h"
#include "diff_hardening.h"
#include "report/difference_json.h"
#include "report/difference_text.h"
#include "scan/change.h"
#include "scan/image.h"

enum { TEXT_MAX = 1 << 30 }; /* bytes of what is printed: two images of a million files each */

static const struct option table[] = {
	{ "hardening", 0, OPTION_FLAG, NULL, offsetof(struct diff_options, hardening), "Result",
	  "What the second image has weaker than the first, stronger and besides: user, setuid files, "
	  "shells, secrets, ports, programs, findings, with the instruction that did it and a remedy. "
	  "--exit-code then exits 1 if anything is weaker." },
	{ "output", 'o', OPTION_TEXTS, "FORMAT[=FILE]", offsetof(struct diff_options, output), "Result",
	  "With --hardening: table, json or markdown, on standard output or into FILE; may be given "
	  "several times." },
	{ "json", 0, OPTION_FLAG, NULL, offsetof(struct diff_options, json), "Result",
	  "Print JSON." },
	{ "verbose", 'v', OPTION_FLAG, NULL, offsetof(struct diff_options, verbose), "Result",
	  "List the files of changed packages too, and whole changelogs." },
	{ "exit-code", 0, OPTION_FLAG, NULL, offsetof(struct diff_options, exit_code), "Result",
	  "Exit 1 if there is a difference." },
	{ "platform", 0, OPTION_TEXT, "PLATFORM", offsetof(struct diff_options, platform), "Result",
	  "Of multi-platform images and locks, the one to compare; without it, this machine's." },
	{ "quiet", 'q', OPTION_FLAG, NULL, offsetof(struct diff_options, quiet), "Result",
	  "With --hardening: nothing on standard error but errors." },
	{ "progress", 0, OPTION_TEXT, "HOW", offsetof(struct diff_options, progress), "Result",
	  "How progress is shown.", "auto plain tree" },
	{ "secret-rules", 0, OPTION_TEXTS, "FILE", offsetof(struct diff_options, secret_rules), "Result",
	  "With --hardening: rules for secrets besides those that temper has.",
	  .hint = OPTION_HINT_FILE },
	{ "secret-skip", 0, OPTION_TEXTS, "GLOB", offsetof(struct diff_options, secret_skip), "Result",
	  "With --hardening: paths that are not looked at for secrets." },
	{ "insecure-registry", 0, OPTION_TEXTS, "HOST", offsetof(struct diff_options, insecure), "Place",
	  "With --hardening: take plain HTTP and any certificate from this registry." },
	{ "offline", 0, OPTION_FLAG, NULL, offsetof(struct diff_options, offline), "Place",
	  "With --hardening: ask no registry." },
	{ "db", 0, OPTION_TEXT, "DIR", offsetof(struct diff_options, db), "Place",
	  "Directory of the advisories to tell findings by.", .hint = OPTION_HINT_DIRECTORY },
	{ "store", 0, OPTION_TEXT, "DIR", offsetof(struct diff_options, store), "Place",
	  "Directory of the local store.", .hint = OPTION_HINT_DIRECTORY },
};

static const struct example example[] = {
	{ "temper diff nginx:1.0 nginx:latest", "What did the last build change, and why?" },
	{ "git show HEAD~:nginx.lock.json >old.lock.json && temper diff old.lock.json "
	  "nginx.lock.json",
	  "What does a refreshed lock bring?" },
	{ "temper diff oci-archive:theirs.tar nginx --json", "Any two images, for a program:" },
	{ "temper diff last-year.spdx.json registry:example.org/app:1",
	  "An image beside its bill of last year:" },
	{ "temper diff --hardening --exit-code nginx:latest registry:example.org/app:1",
	  "Did what was built on it undo any of its hardening?" },
};

/* Findings that went and came, where there are advisories to look with. */
static int compare_findings(struct op *op, struct database *db, const struct side *before,
			    const struct side *after, struct difference *d)
{
	struct report was, is;

	if (scan_plain(op, db, &before->inventory, &was) < 0 ||
	    scan_plain(op, db, &after->inventory, &is) < 0)
		return op->code;
	return scan_compare(op, &was, &is, &d->findings);
}

static int run(struct op *op, const struct cli *cli, const void *options)
{
	const struct diff_options *o = options;
	struct text_style style = style_of(&cli->out, o->verbose);
	AUTO_STORE store = { .dir = -1, .blobs = -1, .keys = -1, .tmp = -1, .use = -1 };
	AUTO_DATABASE db = { .dir = -1 };
	struct side before, after;
	struct difference d;
	struct buf b;
	str text;

	if (o->hardening)
		return diff_hardening(op, cli, o);
	if (o->output.n)
		return op_fail(op, ERR_USAGE, "-o goes with --hardening; else there is --json");
	if (store_open(op, o->store, &store) < 0 ||
	    side_open(op, &store, cli->operand.p[0], o->platform, NULL, &before) < 0 ||
	    side_open(op, &store, cli->operand.p[1], o->platform, NULL, &after) < 0 ||
	    diff_make(op, &store, &before, &after, &d) < 0 || database_open(op, o->db, &db) < 0 ||
	    compare_findings(op, &db, &before, &after, &d) < 0)
		return op->code;
	buf_init(&b, op, TEXT_MAX);
	if (o->json)
		difference_json_write(&b, &d);
	else
		difference_text_write(&b, &d, &style);
	if (buf_take(&b, &text) < 0 || term_write(op, &cli->out, text) < 0)
		return op->code;
	return o->exit_code && !difference_is_empty(&d) ? 1 : 0;
}

const struct verb verb_diff = {
	.name = "diff",
	.operands = "OLD NEW",
	.operand_min = 2,
	.operand_max = 2,
	.summary = "tell what differs between two images, locks or SBOMs, and why",
	.description = "OLD and NEW are each an image, by any name that temper sbom takes, a lock "
		       "file, a recipe, "
		       "which stands for its lock, or a bill of materials (SPDX, CycloneDX, "
		       "Syft's, temper's). "
		       "Compared are packages of every ecosystem with their licences, files with "
		       "their modes and "
		       "owners, the configuration, and sizes; for each Debian package in another "
		       "version its "
		       "changelog tells what happened in between. Files that a package's new "
		       "version explains are "
		       "only counted; what is below /etc, changed rights, and setuid files are "
		       "always listed.\n\n"
		       "Locks are compared with their files if the store has their images; bills "
		       "of materials have "
		       "no files. Any image can be compared; it need not be of temper's making.",
	.options = VERB_OPTIONS(table),
	.options_size = sizeof(struct diff_options),
	VERB_EXAMPLES(example),
	.run = run,
};
