/*
 * php_serialized: what PHP's serialize() writes, as a tree of nodes.
 * Source: php.net serialize(), and zend's ext/standard/var.c.
 *
 *	a:2:{s:4:"name";s:3:"abc";i:0;b:1;}     arrays are mappings, keys as text
 *	N; i:-1; d:0.5; b:1; s:3:"abc";         null, numbers, truth, texts (any bytes)
 *
 * Objects, enums and references have no place in data: they are ERR_FORMAT.
 */
#ifndef CODEC_PHP_SERIALIZED_H
#define CODEC_PHP_SERIALIZED_H

#include "node.h"

/*
 * The whole text as one value; blanks may follow. ERR_FORMAT with file:1:OFFSET for anything else
 * and for nesting past LIMIT_DEPTH. A key that stands twice is taken twice: the first is found.
 * Texts alias `text`. Nodes have the line 1 and their offset as column. O(bytes).
 */
int php_serialized_parse(struct op *op, str file, str text, struct doc *ret) MUST_USE;

#endif
