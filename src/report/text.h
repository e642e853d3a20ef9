/*
 * text: words of packages and people, made fit for the place where they are shown.
 */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include "base/buf.h"
#include "codec/digest.h"

/* How a text is written to a terminal or a plain file. */
struct text_style {
	bool colour, utf8, verbose;
	int width; /* columns */
};

enum text_colour { TEXT_PLAIN, TEXT_BOLD, TEXT_DIM, TEXT_GREEN, TEXT_RED, TEXT_YELLOW, TEXT_CYAN };

/* s with everything that is not printable as \xNN: no control sequence reaches the terminal. */
void text_safe(struct buf *b, str s);

/* As text_safe(), in at most `columns` characters; a longer text ends with an ellipsis. Returns
 * the columns used (wide characters count as one). */
int text_clip(struct buf *b, str s, int columns, const struct text_style *style);

/* s as text_safe(), broken at blanks so that no line passes style->width; the first begins at
 * column `at`, the others after `indent` blanks. No newline at the end. */
void text_wrap(struct buf *b, str s, int at, int indent, const struct text_style *style);

/* The first line of s. */
str text_line(str s);

void text_colour(struct buf *b, const struct text_style *style, enum text_colour colour);

/* s for HTML text and quoted attributes; bytes that are not UTF-8 and controls come as U+FFFD. */
void text_html(struct buf *b, str s);

/* s in one line of text in which Markdown and HTML see nothing of their own. Source: CommonMark
 * 0.30, 2.4: any ASCII punctuation may be escaped. */
void text_markdown(struct buf *b, str s);

/* A cell of CSV (RFC 4180), and what stands behind it: a comma or the line's end. One that a spreadsheet
 * would take for a formula begins with an apostrophe. */
void text_csv(struct buf *b, str s, bool last);

/* A path as a relative URI reference (RFC 3986): what is reserved or no ASCII is written %XX. */
void text_uri(struct buf *b, str path);

/* The count and its noun: "1 layer", "5 layers". */
void text_count(struct buf *b, uint64_t n, const char *one, const char *many);

#endif
