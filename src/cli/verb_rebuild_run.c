/* temper rebuild: an image made again, and how it compares with itself. */
#include <stdarg.h>
#include <stdio.h>

#include "build_report.h"
#include "build_run.h"

static void put_line(struct buf *b, const struct text_style *style, bool ok, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

static void put_line(struct buf *b, const struct text_style *style, bool ok, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	text_colour(b, style, ok ? TEXT_GREEN : TEXT_RED);
	buf_add(b, !style->utf8 ? (ok ? S("ok ") : S("NO ")) : ok ? S("✔ ") : S("✘ "));
	text_colour(b, style, TEXT_PLAIN);
	text_safe(b, str_of(text));
	buf_char(b, '\n');
}

static void put_rebuilt(struct buf *b, const struct rebuilt *r, const struct text_style *style)
{
	char digest[DIGEST_TEXT];
	bool encoder = str_eq(r->encoder_was, r->encoder_is);

	text_colour(b, style, TEXT_BOLD);
	text_safe(b, r->name);
	text_colour(b, style, TEXT_PLAIN);
	buf_fmt(b, "  %s  %s\n", r->platform->name, digest_text(&r->was.digest, digest));
	put_line(b, style, r->same_diff_ids == r->layers,
		 "file systems: %td of %td diff_ids are the same", r->same_diff_ids, r->layers);
	put_line(b, style, r->same_config, "configuration: %s",
		 r->same_config ? "the same bytes" : "differs");
	if (encoder)
		put_line(b, style, r->same_digests == r->layers,
			 "compressed layers: %td of %td are the same bytes", r->same_digests,
			 r->layers);
	else
		put_line(b, style, r->same_digests + r->kept_blobs == r->layers,
			 "compressed layers: made by %.*s, which is not here (%.*s is); %td stored "
			 "blobs unpack to their diff_id",
			 STR_ARG(r->encoder_was), STR_ARG(r->encoder_is), r->kept_blobs);
	if (r->same_digests == r->layers)
		put_line(b, style, r->same || r->bare, "manifest: %s",
			 r->same   ? "the same bytes"
			 : r->bare ? "none to compare, a docker archive does not keep it"
				   : "differs");
	for (ptrdiff_t i = 0; i < r->detail.n; i++) {
		buf_add(b, S("  "));
		text_safe(b, r->detail.p[i]);
		buf_char(b, '\n');
	}
}

/*
 * Without this machine's encoder for the digests, the stored blobs answer for them; a docker
 * archive has no manifest, so that its layers and configuration are all there is.
 */
static bool holds(const struct rebuilt *r)
{
	if (r->same || !r->same_config || r->same_diff_ids != r->layers)
		return r->same;
	if (!str_eq(r->encoder_was, r->encoder_is))
		return r->same_digests + r->kept_blobs == r->layers;
	return r->bare && r->same_digests == r->layers;
}

static int say(struct op *op, const struct cli *cli, const struct rebuilt *r, ptrdiff_t n)
{
	struct text_style style = style_of(&cli->out, false);
	struct buf b;
	str text;

	buf_init(&b, op, 1 << 20);
	for (ptrdiff_t i = 0; i < n; i++)
		put_rebuilt(&b, &r[i], &style);
	int rc = buf_take(&b, &text);
	return rc < 0 ? rc : term_write(op, &cli->out, text);
}

int verb_rebuild_run(struct op *op, const struct cli *cli, const void *options)
{
	const struct rebuild_options *o = options;
	struct build_source source = source_of(&o->source, S(""));
	AUTO_STORE store = { .dir = -1, .blobs = -1, .keys = -1, .tmp = -1 };
	struct progress progress;
	struct build_voice voice = voice_of(&progress);
	struct rebuilt *r;
	ptrdiff_t n;
	int rc = store_open(op, o->source.store, &store);

	progress_init(&progress, &cli->err, o->progress.progress, o->progress.quiet);
	if (rc < 0)
		return rc;
	if (o->platform.len)
		source.platforms = (struct texts){ (str *)(uintptr_t)&o->platform, 1 };
	progress_step(&progress, "rebuild");
	if ((rc = build_rebuild(op, &store, &source, cli->operand.p[0], &voice, &r, &n)) < 0) {
		progress_fail(&progress);
		return rc;
	}
	if (cli->out.tty)
		progress_rub(&progress);
	progress_clear(&progress);
	if (!o->progress.quiet && (rc = say(op, cli, r, n)) < 0)
		return rc;
	for (ptrdiff_t i = 0; o->verify && i < n; i++)
		if (!holds(&r[i]))
			return 1;
	return 0;
}
