/*
 * yaml: a YAML document (libfyaml) as a tree of nodes. Source: YAML 1.2, core schema.
 *
 * Duplicate keys, several documents, tags other than the core ones, merge keys that are no
 * aliases, nesting past LIMIT_DEPTH, and more than LIMIT_YAML_NODES nodes after aliases are
 * resolved (by hand, never by libfyaml) are ERR_USAGE, with file, line and column. A merge key is
 * `<<: *name` of a mapping, once in a mapping; its keys come behind the mapping's own, which win.
 * Nothing is ever printed. Plain scalars get their kind by the core schema; quoted ones are
 * NODE_TEXT. An empty document is NODE_NULL. Tabs and CRLF as YAML says.
 */
#ifndef CODEC_YAML_H
#define CODEC_YAML_H

#include "node.h"

int yaml_parse(struct op *op, str file, str text, struct doc *ret) MUST_USE;

/* What a scalar without quotes is, by the core schema. */
enum node_kind yaml_plain_kind(str s);

#endif
