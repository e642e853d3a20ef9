/*
 * script_words: a line of a maintainer script as words and operators. Source: POSIX.1-2017 XCU 2.3.
 * Private to script.c.
 */
#ifndef DISTRO_SCRIPT_WORDS_H
#define DISTRO_SCRIPT_WORDS_H

#include "base/op.h"

enum { SCRIPT_WORDS_MAX = 256 }; /* words of one logical line */

/* A word of a line, with its quotes, and whether a command could begin there. */
struct script_word {
	str text;
	bool command;
};
struct script_words {
	struct script_word p[SCRIPT_WORDS_MAX];
	ptrdiff_t n;
	bool open; /* an unterminated quote, or too many words */
};

bool script_is_operator(char c);

/* Cut a line into words and operators (";;", "&&", "(" ...); a comment ends it. */
void script_split(str s, struct script_words *ret);

/* Is there an ith word, and is it this? */
bool script_word_is(const struct script_words *w, ptrdiff_t i, str text);

/* A word as the shell would pass it, if it is literal: no expansion, no glob. *ret_rc is negative
 * when memory ran out. */
bool script_literal(struct op *op, str word, str *ret, int *ret_rc);

#endif
