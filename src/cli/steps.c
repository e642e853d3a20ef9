#include "steps.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/num.h"
#include "report/text.h"
#include "sys/clock.h"

enum {
	REDRAW_MS = 80,
	TITLE = 32, /* columns of a step's title. Source: the field's tools */
	BAR = 20,
	LINE_BYTES = 8192,
	DETAIL_MAX = 512,
};

void steps_init(struct steps *s, const struct term *t, str how, bool quiet)
{
	*s = (struct steps){ .term = *t };
	s->tree = !quiet && (t->tty || str_eq(how, S("tree"))) && !str_eq(how, S("plain"));
}

static struct text_style style_of_steps(const struct steps *s)
{
	return (struct text_style){ .colour = s->term.colour,
				    .utf8 = s->term.utf8,
				    .width = s->term.width };
}

static void put(const struct steps *s, struct buf *b)
{
	AUTO_OP own;

	op_init(&own, 0);
	if (!b->bad && term_write(&own, &s->term, buf_view(b)) < 0)
		op_forgive(&own);
}

static void begin_line(const struct steps *s, struct buf *b)
{
	if (s->open)
		buf_add(b, S("\r\033[K"));
}

void steps_begin(struct steps *s, const char *doing)
{
	s->doing = doing;
	s->begun_ms = s->drawn_ms = clock_monotonic_ms();
}

static void bar(struct buf *b, uint64_t done, uint64_t total, const struct text_style *style)
{
	int full = total ? (int)(BAR * (done < total ? done : total) / total) : 0;

	text_colour(b, style, TEXT_CYAN);
	for (int i = 0; i < full; i++)
		buf_add(b, style->utf8 ? S("━") : S("="));
	text_colour(b, style, TEXT_DIM);
	for (int i = full; i < BAR; i++)
		buf_add(b, style->utf8 ? S("━") : S("-"));
	text_colour(b, style, TEXT_PLAIN);
}

void steps_note(struct steps *s, uint64_t done, uint64_t total)
{
	static const char *const spin[2][4] = { { "|", "/", "-", "\\" }, { "⠋", "⠙", "⠸", "⠴" } };
	struct text_style style = style_of_steps(s);
	int64_t now = clock_monotonic_ms();
	char size[NUM_SIZE_TEXT];
	AUTO_OP own;
	struct buf b;

	op_init(&own, 0);
	if (!s->tree || !s->doing || now < s->drawn_ms + REDRAW_MS)
		return;
	s->drawn_ms = now;
	buf_init(&b, &own, LINE_BYTES);
	begin_line(s, &b);
	text_colour(&b, &style, TEXT_CYAN);
	buf_fmt(&b, " %s ", spin[style.utf8][s->frame++ % 4]);
	text_colour(&b, &style, TEXT_PLAIN);
	buf_fmt(&b, "%-*s", TITLE, s->doing);
	if (total)
		bar(&b, done, total, &style);
	buf_fmt(&b, "  %s", num_size_text(done, size));
	s->open = true;
	put(s, &b);
}

void steps_done(struct steps *s, const char *done, str context)
{
	struct text_style style = style_of_steps(s);
	AUTO_OP own;
	struct buf b;

	op_init(&own, 0);
	s->doing = NULL;
	if (!s->tree)
		return;
	buf_init(&b, &own, LINE_BYTES);
	begin_line(s, &b);
	text_colour(&b, &style, TEXT_GREEN);
	buf_fmt(&b, " %s ", style.utf8 ? "✔" : "+");
	text_colour(&b, &style, TEXT_BOLD);
	buf_fmt(&b, "%-*s", TITLE, done);
	text_colour(&b, &style, TEXT_PLAIN);
	text_clip(&b, context, style.width - TITLE - 4, &style);
	buf_char(&b, '\n');
	s->open = false;
	put(s, &b);
}

void steps_child(struct steps *s, const char *title, bool good, bool last, const char *fmt, ...)
{
	struct text_style style = style_of_steps(s);
	char detail[DETAIL_MAX];
	AUTO_OP own;
	struct buf b;
	va_list args;

	op_init(&own, 0);
	if (!s->tree)
		return;
	va_start(args, fmt);
	(void)vsnprintf(detail, sizeof(detail), fmt, args);
	va_end(args);
	buf_init(&b, &own, LINE_BYTES);
	buf_add(&b, style.utf8 ? (last ? S("   └── ") : S("   ├── "))
			       : (last ? S("   `-- ") : S("   |-- ")));
	text_colour(&b, &style, good ? TEXT_GREEN : TEXT_YELLOW);
	buf_add(&b, good ? (style.utf8 ? S("✔") : S("+")) : (style.utf8 ? S("●") : S("!")));
	text_colour(&b, &style, TEXT_PLAIN);
	buf_fmt(&b, " %-*s", TITLE - 4, title);
	text_clip(&b, str_of(detail), style.width - TITLE - 6, &style);
	buf_char(&b, '\n');
	put(s, &b);
}

void steps_leaf(struct steps *s, bool last, const char *fmt, ...)
{
	struct text_style style = style_of_steps(s);
	char text[DETAIL_MAX];
	AUTO_OP own;
	struct buf b;
	va_list args;

	op_init(&own, 0);
	if (!s->tree)
		return;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	buf_init(&b, &own, LINE_BYTES);
	buf_add(&b, style.utf8 ? (last ? S("   └── ") : S("   ├── "))
			       : (last ? S("   `-- ") : S("   |-- ")));
	text_clip(&b, str_of(text), style.width - 7, &style);
	buf_char(&b, '\n');
	put(s, &b);
}

void steps_clear(struct steps *s)
{
	AUTO_OP own;
	struct buf b;

	op_init(&own, 0);
	if (!s->open)
		return;
	buf_init(&b, &own, LINE_BYTES);
	begin_line(s, &b);
	s->open = false;
	put(s, &b);
}
