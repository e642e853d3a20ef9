/*
 * toml: a TOML document as a tree of nodes. Source: TOML 1.0.0 (toml.io/en/v1.0.0).
 *
 * Tables are mappings (those that dotted keys and headers imply too), arrays and arrays of tables
 * are lists, dates and times are NODE_TEXT as they are written, numbers are NODE_NUMBER as they are
 * written
 * ("0xff", "1_000", "inf": their range is not looked at). A byte order mark at the front is
 * skipped.
 */
#ifndef CODEC_TOML_H
#define CODEC_TOML_H

#include "node.h"

/*
 * toml_parse(op, file, text, ret): the whole text. What TOML forbids (a key or a table twice, bytes
 * that are not UTF-8, controls) and nesting past LIMIT_DEPTH are ERR_FORMAT with file:line:col,
 * more than LIMIT_TOML_NODES values ERR_LIMIT. Texts alias `text` where they need no unescaping.
 * O(bytes).
 */
int toml_parse(struct op *op, str file, str text, struct doc *ret) MUST_USE;

#endif
