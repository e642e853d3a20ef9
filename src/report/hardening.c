#include "hardening.h"

#include "base/num.h"

enum {
	FEW = 3, /* lines of an area that are not weaker, without -v */
	SEVERITY_WIDTH = 10,
	AREA_MIN = 8,
};

const struct hardening_format hardening_formats[] = {
	{ "table", hardening_table_write, "for people" },
	{ "json", hardening_json_write, "for programs: schemas/hardening.schema.json" },
	{ "markdown", hardening_markdown_write, "for a merge request" },
};
const size_t hardening_formats_n = sizeof(hardening_formats) / sizeof(hardening_formats[0]);

const struct hardening_format *hardening_format_of(str name)
{
	for (size_t i = 0; i < hardening_formats_n; i++)
		if (str_eq(str_of(hardening_formats[i].name), name))
			return &hardening_formats[i];
	return NULL;
}

static const char *const headings[HARDENING_KINDS] = { "Weaker", "Stronger", "Added" };

static ptrdiff_t count_of(const struct hardening *h, enum hardening_kind kind)
{
	const ptrdiff_t n[HARDENING_KINDS] = { h->weaker_n, h->stronger_n, h->added_n };

	return n[kind];
}

/* The table */

static enum text_colour colour_of(const struct hardening_change *c)
{
	static const enum text_colour kind[HARDENING_KINDS] = { TEXT_RED, TEXT_GREEN, TEXT_CYAN };
	static const enum text_colour colour[SEVERITIES] = { TEXT_DIM,    TEXT_DIM, TEXT_CYAN,
							     TEXT_YELLOW, TEXT_RED, TEXT_RED };

	return c->kind == HARDENING_WEAKER ? colour[c->severity] : kind[c->kind];
}

static void coloured(struct buf *b, const struct text_style *style, enum text_colour colour,
		     str text, ptrdiff_t width)
{
	text_colour(b, style, colour);
	buf_add(b, text);
	text_colour(b, style, TEXT_PLAIN);
	buf_repeat(b, ' ', width - text.len);
}

static int area_width(const struct hardening *h)
{
	ptrdiff_t width = AREA_MIN;

	for (ptrdiff_t i = 0; i < h->n; i++) {
		str area = str_of(h->p[i].area);
		width = area.len > width ? area.len : width;
	}
	return (int)width;
}

/* A line below a change, behind its label. */
static void below(struct buf *b, const struct text_style *style, int indent, const char *label,
		  str text)
{
	if (text.len == 0)
		return;
	buf_repeat(b, ' ', indent);
	text_colour(b, style, TEXT_DIM);
	buf_add(b, str_of(label));
	text_colour(b, style, TEXT_PLAIN);
	int at = indent + (int)str_of(label).len;
	text_wrap(b, text, at, at, style);
	buf_char(b, '\n');
}

static void put_change(struct buf *b, const struct hardening_change *c, int width,
		       const struct text_style *style)
{
	bool weaker = c->kind == HARDENING_WEAKER;
	int indent = 2 + width + 2 + (weaker ? SEVERITY_WIDTH : 0);

	buf_add(b, S("  "));
	coloured(b, style, weaker ? TEXT_BOLD : TEXT_PLAIN, str_of(c->area), width + 2);
	if (weaker)
		coloured(b, style, colour_of(c), str_of(severities[c->severity]), SEVERITY_WIDTH);
	if (weaker || style->verbose)
		text_wrap(b, c->what, indent, indent, style);
	else
		text_clip(b, c->what, style->width - indent, style);
	buf_char(b, '\n');
	if (!weaker && !style->verbose)
		return;
	below(b, style, indent, "by   ", c->instruction);
	below(b, style, indent, "fix  ", c->remedy);
	if (style->verbose)
		below(b, style, indent, "rule ", c->rule);
}

static void put_hidden(struct buf *b, ptrdiff_t n, int width, const struct text_style *style)
{
	if (n == 0)
		return;
	buf_repeat(b, ' ', 2 + width + 2);
	text_colour(b, style, TEXT_DIM);
	buf_fmt(b, "and %td more; -v shows all\n", n);
	text_colour(b, style, TEXT_PLAIN);
}

static void put_group(struct buf *b, const struct hardening *h, enum hardening_kind kind, int width,
		      const struct text_style *style)
{
	static const enum text_colour colour[HARDENING_KINDS] = { TEXT_RED, TEXT_GREEN, TEXT_CYAN };
	bool some = kind != HARDENING_WEAKER && !style->verbose;
	ptrdiff_t of_area = 0, hidden = 0;
	const char *area = "";

	if (count_of(h, kind) == 0)
		return;
	buf_char(b, '\n');
	text_colour(b, style, colour[kind]);
	buf_fmt(b, "%s", headings[kind]);
	text_colour(b, style, TEXT_PLAIN);
	buf_fmt(b, "  %td\n", count_of(h, kind));
	for (ptrdiff_t i = 0; i < h->n; i++) {
		const struct hardening_change *c = &h->p[i];
		if (c->kind != kind)
			continue;
		if (strcmp(area, c->area) != 0) {
			put_hidden(b, hidden, width, style);
			of_area = hidden = 0;
			area = c->area;
		}
		if (some && of_area++ >= FEW)
			hidden++;
		else
			put_change(b, c, width, style);
	}
	put_hidden(b, hidden, width, style);
}

void hardening_table_write(struct buf *b, const struct hardening *h, const struct text_style *style)
{
	char was[NUM_SIZE_TEXT], is[NUM_SIZE_TEXT];
	const char *arrow = style->utf8 ? "→" : "->";
	int width = area_width(h);

	text_colour(b, style, TEXT_BOLD);
	text_safe(b, h->before);
	buf_fmt(b, " %s ", arrow);
	text_safe(b, h->after);
	text_colour(b, style, TEXT_PLAIN);
	buf_fmt(b, "\n  packages %td %s %td, size %s %s %s\n", h->packages_before, arrow,
		h->packages_after, num_size_text(h->size_before, was), arrow,
		num_size_text(h->size_after, is));
	for (int k = 0; k < HARDENING_KINDS; k++)
		put_group(b, h, (enum hardening_kind)k, width, style);
	buf_char(b, '\n');
	if (h->weaker_n == 0) {
		coloured(b, style, TEXT_GREEN, S("Nothing of the hardening was lost."), 0);
	} else {
		text_colour(b, style, TEXT_RED);
		text_count(b, (uint64_t)h->weaker_n, "change makes", "changes make");
		buf_add(b, S(" it weaker."));
		text_colour(b, style, TEXT_PLAIN);
	}
	buf_char(b, '\n');
}

/* Markdown */

static void put_rows(struct buf *b, const struct hardening *h, enum hardening_kind kind)
{
	bool weaker = kind == HARDENING_WEAKER;

	if (count_of(h, kind) == 0)
		return;
	buf_fmt(b, "\n### %s: %td\n\n", headings[kind], count_of(h, kind));
	buf_add(b, weaker ? S("| Area | Severity | What | By | Remedy |\n| --- | --- | --- | --- | "
			      "--- |\n")
			  : S("| Area | What | By |\n| --- | --- | --- |\n"));
	for (ptrdiff_t i = 0; i < h->n; i++) {
		const struct hardening_change *c = &h->p[i];
		if (c->kind != kind)
			continue;
		buf_fmt(b, "| %s | ", c->area);
		if (weaker)
			buf_fmt(b, "%s | ", severities[c->severity]);
		text_markdown(b, c->what);
		buf_add(b, S(" | "));
		text_markdown(b, c->instruction);
		if (weaker) {
			buf_add(b, S(" | "));
			text_markdown(b, c->remedy);
		}
		buf_add(b, S(" |\n"));
	}
}

void hardening_markdown_write(struct buf *b, const struct hardening *h,
			      const struct text_style *style)
{
	char was[NUM_SIZE_TEXT], is[NUM_SIZE_TEXT];

	(void)style;
	buf_add(b, S("## Hardening: "));
	text_markdown(b, h->before);
	buf_add(b, S(" to "));
	text_markdown(b, h->after);
	buf_fmt(b, "\n\n%s Packages: %td, before %td. Size: %s, before %s.\n",
		h->weaker_n ? "**It is weaker.**" : "Nothing of the hardening was lost.",
		h->packages_after, h->packages_before, num_size_text(h->size_after, is),
		num_size_text(h->size_before, was));
	for (int k = 0; k < HARDENING_KINDS; k++)
		put_rows(b, h, (enum hardening_kind)k);
}
