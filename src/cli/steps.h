/*
 * steps: what a command that looks at an image is doing, on standard error: the tree that users of
 * the field's tools know.
 *
 *	 ✔ Loaded image              debian:12
 *	 ✔ Cataloged contents        3f2a...
 *	   ├── ✔ Packages            [88 packages]
 *	   └── ✔ Executables         [1,105 executables]
 *
 * On a terminal the running step's line is redrawn; elsewhere nothing is told but what took long.
 * Belongs to one thread; what cannot be written is not missed.
 */
#ifndef CLI_STEPS_H
#define CLI_STEPS_H

#include "term.h"

struct steps {
	struct term term;
	bool tree;         /* draw; else quiet */
	const char *doing; /* the running step, NULL between steps */
	int64_t begun_ms, drawn_ms;
	int frame;
	bool open; /* its line is on the terminal */
};

/* `how` is what --progress says: "", "auto", "plain" or "tree". */
void steps_init(struct steps *s, const struct term *t, str how, bool quiet);

void steps_begin(struct steps *s, const char *doing);            /* "Loading image" */
void steps_note(struct steps *s, uint64_t done, uint64_t total); /* bytes; total 0: not known */
void steps_done(struct steps *s, const char *done, str context); /* "Loaded image", "debian:12" */

/* A line below the last step; `last` of its siblings. */
void steps_child(struct steps *s, const char *title, bool good, bool last, const char *fmt, ...)
	PRINTF_LIKE(5, 6);

/* The same without a mark: "by severity: 0 critical, 2 high". */
void steps_leaf(struct steps *s, bool last, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Take a half-drawn line away, before something else is printed. */
void steps_clear(struct steps *s);

#endif
