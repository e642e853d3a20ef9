/* temper slim: an image without what it does not use, and why each package stays or goes. */
#include <stdlib.h>

#include "advisory/database.h"
#include "build/slim.h"
#include "build_report.h"
#include "build_run.h"
#include "keep.h"
#include "report/slim_text.h"
#include "slim_options.h"
#include "sys/file.h"
#include "test_files.h"

enum { TEXT_MAX = 64 << 20 }; /* bytes of a report */

static int check(struct op *op, const struct slim_cli *o)
{
	int rc = report_check(op, &o->output, false);

	return rc < 0 ? rc : keep_check(op, o->name, &o->to);
}

static int write_one(struct op *op, const struct cli *cli, const struct slim_cli *o,
		     const struct slimmed *s, str output)
{
	str file = output, format = str_cut(&file, '='), text;
	struct text_style style = style_of(&cli->out, o->verbose);
	struct buf b;

	if (file.len)
		style = (struct text_style){ .utf8 = true, .verbose = o->verbose, .width = 100 };
	buf_init(&b, op, TEXT_MAX);
	if (str_eq(format, S("json")))
		slim_json_write(&b, s);
	else
		slim_text_write(&b, s, &style);
	int rc = buf_take(&b, &text);
	if (rc < 0)
		return rc;
	return file.len ? file_replace_user(op, file, text, 0644) : term_write(op, &cli->out, text);
}

static int report(struct op *op, const struct cli *cli, const struct slim_cli *o,
		  const struct slimmed *s)
{
	bool printed = false;
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < o->output.n; i++) {
		rc = write_one(op, cli, o, s, o->output.p[i]);
		printed |= str_find(o->output.p[i], '=') < 0;
	}
	if (rc == 0 && !printed && !o->progress.quiet)
		rc = write_one(op, cli, o, s, S("tree"));
	return rc;
}

int verb_slim_run(struct op *op, const struct cli *cli, const void *options)
{
	const struct slim_cli *o = options;
	AUTO_STORE store = { .dir = -1, .blobs = -1, .keys = -1, .tmp = -1, .use = -1 };
	AUTO_DATABASE db = { .dir = -1 };
	struct slim_options wish = {
		.platform = o->platform,
		.keep = o->keep,
		.drop = o->drop,
		.tests_n = o->tests.n,
		.dry_run = o->dry_run,
		.compression = str_eq(o->compression, S("zstd")) ? COMPRESS_ZSTD : COMPRESS_GZIP,
		.database = &db,
	};
	const struct keep kept = { cli->operand.p[0], o->name, o->to, "-slim" };
	struct progress progress;
	struct build_voice voice = voice_of(&progress);
	struct image_descriptor image;
	struct tests *tests = NULL;
	struct slimmed s;
	int rc = check(op, o);

	progress_init(&progress, &cli->err, o->progress.progress, o->progress.quiet);
	if (rc < 0 || (rc = tests_of_files(op, &o->tests, &tests)) < 0 ||
	    (rc = store_open(op, o->store, &store)) < 0 || (rc = database_open(op, o->db, &db)) < 0)
		return rc;
	wish.tests = tests;
	if ((rc = slim_make(op, &store, cli->operand.p[0], &wish, &voice, &s, &image)) < 0) {
		progress_fail(&progress);
		return rc;
	}
	if (cli->out.tty)
		progress_rub(&progress);
	progress_clear(&progress);
	if (!o->dry_run && !s.failed.len && (rc = keep_image(op, &store, &kept, &image)) < 0)
		return rc;
	if ((rc = report(op, cli, o, &s)) < 0)
		return rc;
	return s.failed.len ? 1 : 0;
}
