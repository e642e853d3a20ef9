/* temper patch: updates for an image of any hand, and what could not be done. */
#include "build/patch.h"

#include <stdlib.h>

#include "advisory/database.h"
#include "base/limits.h"
#include "build_report.h"
#include "build_run.h"
#include "patch_options.h"
#include "report/patch_text.h"
#include "sys/file.h"

enum { TEXT_MAX = 64 << 20 }; /* bytes of a report */

static int check(struct op *op, const struct patch_cli *o)
{
	str name;
	int rc = report_check(op, &o->output, false);

	for (ptrdiff_t i = 0; rc == 0 && i < o->to.n; i++)
		rc = image_export_check(op, o->to.p[i]);
	if (rc == 0 && o->name.len)
		rc = store_name(op, o->name, &name);
	return rc;
}

/* "debian:12" of registry:example.org/debian:12, and "-patched". */
static int default_name(struct op *op, str what, str *ret)
{
	str name = str_base_name(what), tag;
	struct buf b;
	ptrdiff_t at = str_find(name, '@');

	name = at < 0 ? name : str_head(name, at);
	if (str_ends(name, S(".tar")))
		name = str_head(name, name.len - 4);
	at = str_rfind(name, ':');
	tag = at < 0 ? S("latest") : str_from(name, at + 1);
	name = at < 0 ? name : str_head(name, at);
	at = str_rfind(name, ':');
	name = str_from(name, at + 1);
	buf_init(&b, op, LIMIT_NAME);
	for (ptrdiff_t i = 0; i < name.len; i++) {
		char c = name.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
		buf_char(&b, plain ? c : '-');
	}
	if (!b.len)
		buf_add(&b, S("image"));
	buf_fmt(&b, ":%.*s-patched", STR_ARG(tag));
	int rc = buf_take(&b, ret);
	return rc < 0 ? rc : store_name(op, *ret, ret);
}

static int keep(struct op *op, const struct store *store, const struct patch_cli *o, str what,
		const struct image_descriptor *d)
{
	struct store_image image = { .media_type = d->media_type,
				     .digest = d->digest,
				     .size = d->size };
	int rc = o->name.len ? store_name(op, o->name, &image.name)
			     : default_name(op, what, &image.name);

	if (rc == 0 && (o->name.len || !o->to.n))
		rc = store_image_put(op, store, &image);
	for (ptrdiff_t i = 0; rc == 0 && i < o->to.n; i++)
		rc = image_export(op, store, &d->digest, image.name, o->to.p[i]);
	return rc;
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
	if (!o->dry_run && (rc = keep(op, &store, o, cli->operand.p[0], &image)) < 0)
		return rc;
	if ((rc = report(op, cli, o, &p)) < 0)
		return rc;
	return p.left_n ? 1 : 0;
}
