/*
 * conf_words: the words of a line of sysusers.d and tmpfiles.d.
 * Source: systemd's extract-word.c as sysusers.d(5) and tmpfiles.d(5) describe it.
 */
#ifndef DISTRO_CONF_WORDS_H
#define DISTRO_CONF_WORDS_H

#include "base/op.h"

/*
 * conf_words(op, line, max, ret, ret_n): at most max words; blanks part them, '...' and "..." hold
 * them together. With `rest`, what follows the last but one is the last word, as it is written.
 * 1 for an unbalanced quote or too many words. "-" and "" come out as the empty view.
 */
int conf_words(struct op *op, str line, ptrdiff_t max, bool rest, str *ret,
	       ptrdiff_t *ret_n) MUST_USE;

/* Is s free of specifiers? "%%" becomes "%" in *s, in op. 1 if there is another. */
int conf_plain(struct op *op, str *s) MUST_USE;

#endif
