/*
 * utf8: which bytes may be shown or written as text. Source: RFC 3629 section 4.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "str.h"

/* Decode the sequence at the front of s into *ret; its width, or 0 (and *ret as it was). */
ptrdiff_t utf8_decode(str s, uint32_t *ret);

/*
 * Width in bytes (1 to 4) of the well-formed UTF-8 sequence that s begins with; 0 if it begins
 * with none (overlong forms, surrogates, values past U+10FFFF and cut sequences included).
 */
ptrdiff_t utf8_width(str s);

/*
 * As utf8_width(), but 0 also for what can mislead a reader on a terminal: C0 and C1 controls,
 * DEL, line separators and the bidirectional controls (U+200E/F, U+202A..E, U+2066..9).
 */
ptrdiff_t utf8_printable(str s);

/* Is all of s well-formed UTF-8? */
bool utf8_valid(str s);

#endif
