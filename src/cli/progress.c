#include "progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "report/text.h"
#include "sys/clock.h"

enum {
	REDRAW_MS = 80,
	PLAIN_MS = 10 * 1000,
	SLOW_MS = 1000,  /* a step that took longer tells how long */
	TIME_WIDTH = 12, /* " (123.4 s)" */
	DETAIL_MAX = 512,
	LINE_BYTES = 8192,
	STEP_WIDTH = 10,
};

void progress_init(struct progress *p, const struct term *t, str how, bool quiet)
{
	*p = (struct progress){ .term = *t };
	p->mode = t->tty ? PROGRESS_TREE : PROGRESS_PLAIN;
	if (str_eq(how, S("plain")))
		p->mode = PROGRESS_PLAIN;
	if (str_eq(how, S("tree")))
		p->mode = PROGRESS_TREE;
	if (quiet)
		p->mode = PROGRESS_QUIET;
}

static struct text_style style_of(const struct progress *p)
{
	return (struct text_style){ .colour = p->term.colour,
				    .utf8 = p->term.utf8,
				    .width = p->term.width };
}

static void put(const struct progress *p, struct buf *b)
{
	struct op own;

	op_init(&own, 0);
	if (!b->bad && term_write(&own, &p->term, buf_view(b)) < 0)
		op_forgive(&own);
	op_done(&own);
}

/* "├─ ✔ resolve    detail" */
static void tree_line(const struct progress *p, struct buf *b, const char *mark,
		      enum text_colour paint, const char *detail)
{
	struct text_style style = style_of(p);

	buf_add(b, S("\r\033[K"));
	buf_add(b, style.utf8 ? S("├─ ") : S("|- "));
	text_colour(b, &style, paint);
	buf_add(b, str_of(mark));
	text_colour(b, &style, TEXT_BOLD);
	buf_fmt(b, " %-*s ", STEP_WIDTH, p->step);
	text_colour(b, &style, TEXT_PLAIN);
	text_clip(b, str_of(detail), style.width - STEP_WIDTH - 6 - TIME_WIDTH, &style);
}

static void draw(struct progress *p, const char *detail)
{
	static const char *const spin[2][8] = {
		{ "|", "/", "-", "\\", "|", "/", "-", "\\" },
		{ "⠋", "⠙", "⠸", "⢰", "⣠", "⣄", "⡆", "⠇" },
	};
	AUTO_OP op;
	struct buf b;

	op_init(&op, 0);
	buf_init(&b, &op, LINE_BYTES);
	if (p->mode == PROGRESS_TREE)
		tree_line(p, &b, spin[p->term.utf8][p->frame++ % 8], TEXT_CYAN, detail);
	else
		buf_fmt(&b, "%s: %s\n", p->step, detail);
	put(p, &b);
	p->open = p->mode == PROGRESS_TREE;
	p->drawn_ms = clock_monotonic_ms();
}

/* The step's last line, which stays. */
static void finish(struct progress *p, bool well, const char *detail)
{
	int64_t took = clock_monotonic_ms() - p->begun_ms;
	char time[32] = "";
	AUTO_OP op;
	struct buf b;

	op_init(&op, 0);
	if (p->mode == PROGRESS_QUIET || !p->step[0]) {
		p->step[0] = '\0';
		return;
	}
	buf_init(&b, &op, LINE_BYTES);
	if (took >= SLOW_MS)
		(void)snprintf(time, sizeof(time), " (%lld.%lld s)", (long long)took / 1000,
			       (long long)took % 1000 / 100);
	if (p->mode == PROGRESS_TREE) {
		const char *mark = p->term.utf8 ? (well ? "✔" : "✘") : (well ? "+" : "!");
		tree_line(p, &b, mark, well ? TEXT_GREEN : TEXT_RED, detail);
		buf_fmt(&b, "%s\n", time);
		p->lines++;
	} else {
		buf_fmt(&b, "%s: %s%s\n", p->step, well ? detail : "failed", time);
	}
	put(p, &b);
	p->open = false;
	p->step[0] = '\0';
}

/* What a step is about, until it has news. */
static const char *about(const char *step)
{
	static const struct {
		const char *step, *about;
	} row[] = {
		{ "resolve", "what the archive has, and what of it is needed" },
		{ "unpack", "packages, and what answers for their scripts" },
		{ "compose", "layers, configuration and proof" },
		{ "test", "in the image as it will run" },
		{ "rebuild", "from the recipe and lock inside the image" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		if (strcmp(row[i].step, step) == 0)
			return row[i].about;
	return "";
}

void progress_step(struct progress *p, const char *step)
{
	if (p->step[0])
		finish(p, true, "");
	(void)snprintf(p->step, sizeof(p->step), "%s", step);
	p->begun_ms = p->drawn_ms = clock_monotonic_ms();
	if (p->mode == PROGRESS_TREE)
		draw(p, about(step));
}

void progress_note(struct progress *p, const char *fmt, ...)
{
	int64_t wait = p->mode == PROGRESS_TREE ? REDRAW_MS : PLAIN_MS;
	char detail[DETAIL_MAX];
	va_list args;

	if (p->mode == PROGRESS_QUIET || !p->step[0] || clock_monotonic_ms() - p->drawn_ms < wait)
		return;
	va_start(args, fmt);
	(void)vsnprintf(detail, sizeof(detail), fmt, args);
	va_end(args);
	draw(p, detail);
}

void progress_bytes(struct progress *p, uint64_t done, uint64_t total)
{
	char part[NUM_SIZE_TEXT], whole[NUM_SIZE_TEXT];

	num_size_text(done, part);
	if (total == 0)
		progress_note(p, "%s", part);
	else
		progress_note(p, "%s of %s", part, num_size_text(total, whole));
}

void progress_done(struct progress *p, const char *fmt, ...)
{
	char detail[DETAIL_MAX];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(detail, sizeof(detail), fmt, args);
	va_end(args);
	finish(p, true, detail);
}

void progress_fail(struct progress *p)
{
	finish(p, false, "");
}

void progress_rub(struct progress *p)
{
	AUTO_OP op;
	struct buf b;

	op_init(&op, 0);
	progress_clear(p);
	if (p->mode != PROGRESS_TREE || !p->term.tty || p->lines == 0)
		return;
	buf_init(&b, &op, LINE_BYTES);
	buf_fmt(&b, "\r\033[%dA\033[J", p->lines);
	put(p, &b);
	p->lines = 0;
}

void progress_clear(struct progress *p)
{
	AUTO_OP op;
	struct buf b;

	op_init(&op, 0);
	if (!p->open)
		return;
	buf_init(&b, &op, LINE_BYTES);
	buf_add(&b, S("\r\033[K"));
	put(p, &b);
	p->open = false;
}
