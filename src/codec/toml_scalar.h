/*
 * toml_scalar: the values of TOML that are one word: numbers, truth, dates and times.
 * Source: TOML 1.0.0, toml.abnf.
 */
#ifndef CODEC_TOML_SCALAR_H
#define CODEC_TOML_SCALAR_H

#include "node.h"

/* What the word is, or false: none of them. Dates and times are NODE_TEXT. */
bool toml_scalar(str word, enum node_kind *ret);

/* Is it a date alone (a time may follow behind a blank)? */
bool toml_is_date(str word);

#endif
