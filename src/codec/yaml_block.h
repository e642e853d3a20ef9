/*
 * yaml_block: the plain part of YAML that feeds are written in, read an order of magnitude faster than
 * by codec/yaml.h: block mappings and lists by indentation, plain and quoted scalars on one line,
 * literal texts ("|", "|-"), lists of scalars in brackets, comments, one document.
 *
 * yaml_block_parse() gives the very tree that yaml_parse() gives, places included, or 1 for anything beyond: give that to yaml_parse(), which also
 * tells what is wrong with it. yaml_quick_parse() does both. Texts alias `text` where they can.
 * O(bytes).
 */
#ifndef CODEC_YAML_BLOCK_H
#define CODEC_YAML_BLOCK_H

#include "node.h"

int yaml_block_parse(struct op *op, str file, str text, struct doc *ret) MUST_USE;
int yaml_quick_parse(struct op *op, str file, str text, struct doc *ret) MUST_USE;

#endif
