/*
 * html: the outcome of a build as one self-contained page.
 *
 * No request leaves the page (its Content-Security-Policy forbids all), it reads without scripts
 * (the one it carries only filters and sorts tables, and is pinned by its hash), follows the
 * reader's light or dark scheme, and prints. Everything that came from packages is escaped. What
 * differs between two builds of the same image (times, layers found in the store) is left out, so
 * that the page is the same bytes too.
 */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include "model/outcome.h"
#include "text.h"

/* Failures stay in the buf. */
void html_write(struct buf *b, const struct outcome *o);

/* What every page begins with, up to <body>: its title is name and what; and what it ends with. */
void html_open(struct buf *b, str name, const char *what);
void html_close(struct buf *b);

/* The style sheet and the script, in html_assets.c. */
extern const char html_style[];
extern const char html_script[];

#endif
