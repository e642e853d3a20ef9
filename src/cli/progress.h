/*
 * progress: what a command is doing, on standard error.
 *
 * On a terminal a tree that grows by a line for each step, its last line redrawn while the step
 * goes on; elsewhere a line when a step is done, and one every ten seconds of a long one. Belongs
 * to one thread. Nothing here fails: what cannot be written is not missed.
 *
 *	progress_step(p, "fetch");
 *	progress_bytes(p, done, total);              as often as it likes
 *	progress_done(p, "27 packages, %s", size);
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "term.h"

enum progress_mode { PROGRESS_QUIET, PROGRESS_PLAIN, PROGRESS_TREE };

struct progress {
	struct term term;
	enum progress_mode mode;
	char step[24];    /* the running one; empty between steps */
	int64_t begun_ms; /* of the step */
	int64_t drawn_ms; /* when its line was last drawn or, in plain mode, told */
	int frame;        /* of the spinner */
	int lines;        /* that finished steps left on the terminal */
	bool open;        /* the terminal's last line is a step's, to be redrawn */
};

/* `how` is what --progress says: "", "auto", "plain" or "tree". */
void progress_init(struct progress *p, const struct term *t, str how, bool quiet);

/* Begin a step. A step that still runs is done first. */
void progress_step(struct progress *p, const char *step);

/* How the step stands: any text, or bytes of a total (0: not known). Redraws at most every 80 ms.
 */
void progress_note(struct progress *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
void progress_bytes(struct progress *p, uint64_t done, uint64_t total);

/* End the step well, or badly; the detail stays to be read. */
void progress_done(struct progress *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
void progress_fail(struct progress *p);

/* Take back the lines of finished steps, for a report that tells the same. Only on a terminal. */
void progress_rub(struct progress *p);

/* Clear a half-drawn line before something else is printed. A running step goes on after it. */
void progress_clear(struct progress *p);

#endif
