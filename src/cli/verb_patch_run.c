/* temper patch: updates for an image of any hand, and what could not be done. */
#include "build/patch.h"

#include <stdlib.h>

#include "advisory/database.h"
#include "build_report.h"
#include "build_run.h"
#include "keep.h"
#include "patch_options.h"
#include "report/patch_text.h"
#include "sys/file.h"

enum { TEXT_MAX = 64 << 20 }; /* bytes of a report */

static int check(struct op *op, const struct patch_cli *o)
{
	int rc = report_check(op, &o->output, false);

	return rc < 0 ? rc : keep_check(op, o->name, &o->to);
}

static int write_one(struct op *op, const struct cli *cli, const struct patch_cli *o,
		     const struct patched *p, str output)
{
	str file = output, format = str_cut(&file, '='), text;
	struct text_style style = style_of(&cli->out, o->verbose);
	struct buf b;

	if (file.len)
		style = (struct text_style){ .utf8 = true, .verbose = o->verbose, .width = 100 };
	buf_init(&b, op, TEXT_MAX);
	if (str_eq(format, S("json")))
		patch_json_write(&b, p);
	else
		patch_text_write(&b, p, &style);
	int rc = buf_take(&b, &text);
	if (rc < 0)
		return rc;
	return file.len ? file_replace_user(op, file, text, 0644) : term_write(op, &cli->out, text);
}

static int report(struct op *op, const struct cli *cli, const struct patch_cli *o,
		  const struct patched *p)
{
	bool printed = false;
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < o->output.n; i++) {
		rc = write_one(op, cli, o, p, o->output.p[i]);
		printed |= str_find(o->output.p[i], '=') < 0;
	}
	if (rc == 0 && !printed && !o->progress.quiet)
		rc = write_one(op, cli, o, p, S("table"));
	return rc;
}

int verb_patch_run(struct op *op, const struct cli *cli, const void *options)
{
	const struct patch_cli *o = options;
	AUTO_STORE store = { .dir = -1, .blobs = -1, .keys = -1, .tmp = -1, .use = -1 };
	AUTO_DATABASE db = { .dir = -1 };
	struct patch_options wish = {
		.source = { .mirror = o->mirror, .effects = o->effects, .offline = o->offline },
		.suite = o->suite,
		.keyring = o->keyring,
		.platform = o->platform,
		.only = o->only,
		.findings_only = o->findings_only,
		.dry_run = o->dry_run,
		.compression = str_eq(o->compression, S("zstd")) ? COMPRESS_ZSTD : COMPRESS_GZIP,
		.database = &db,
	};
	struct progress progress;
	struct build_voice voice = voice_of(&progress);
	const struct keep kept = { cli->operand.p[0], o->name, o->to, "-patched" };
	struct image_descriptor image;
	struct patched p;
	int rc = check(op, o);

	progress_init(&progress, &cli->err, o->progress.progress, o->progress.quiet);
	if (rc < 0 || (rc = store_open(op, o->store, &store)) < 0 ||
	    (rc = database_open(op, o->db, &db)) < 0)
		return rc;
	if ((rc = patch_make(op, &store, cli->operand.p[0], &wish, &voice, &p, &image)) < 0) {
		progress_fail(&progress);
		return rc;
	}
	if (cli->out.tty)
		progress_rub(&progress);
	progress_clear(&progress);
	if (!o->dry_run && (rc = keep_image(op, &store, &kept, &image)) < 0)
		return rc;
	if ((rc = report(op, cli, o, &p)) < 0)
		return rc;
	return p.left_n ? 1 : 0;
}
