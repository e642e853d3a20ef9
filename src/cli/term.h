/*
 * term: what the thing behind a descriptor can show.
 */
#ifndef CLI_TERM_H
#define CLI_TERM_H

#include "base/op.h"

struct term {
	int fd;
	bool tty;    /* a terminal that can move its cursor: TERM is neither empty nor "dumb" */
	bool colour; /* tty, and NO_COLOR is not set (no-color.org) */
	bool utf8;   /* check marks may be written; false only on a terminal whose locale says so */
	int width;   /* columns, 40 to 200; 100 when it is no terminal */
};

struct term term_of(int fd);

/* All of text to the descriptor. ERR_IO when it cannot be written (a full disk behind a pipe). */
int term_write(struct op *op, const struct term *t, str text) MUST_USE;

#endif
