/*
 * feed_values: what the readers of feeds share: values of a document as advisories have them.
 * Nothing is copied: texts are those of the tree.
 */
#ifndef ADVISORY_FEED_VALUES_H
#define ADVISORY_FEED_VALUES_H

#include "base/vec.h"
#include "feed.h"

typedef VEC(str) feed_texts;

/* A record that cannot be what it says: ERR_FORMAT, "ID: why". The machinery counts it. */
int feed_broken(struct op *op, str id, const char *why);

/* An id, a name or a version: 1 to LIMIT_ADVISORY_NAME bytes, no blanks at its ends, no controls. */
bool feed_name_good(str s);

/* s if it is an RFC 3339 date, or date and time, that a calendar has, from 1980 to 2100; else the empty
 * text. */
str feed_time(str s);

/* A text member of a mapping, "" where there is none. */
str feed_get(const struct node *map, str key);

/* Append the texts of a list (or a single text) that are good names and not there yet. At most
 * `max` in all: more is ERR_FORMAT. */
int feed_add_texts(struct op *op, str id, const struct node *list, ptrdiff_t max, feed_texts *to);

/* Append s unless it is there already, among the first 256. */
int feed_add(struct op *op, str s, feed_texts *to);

struct texts feed_taken(const feed_texts *from);

/* Put key and value where the order of keys wants them. */
int feed_only(struct op *op, struct pairs *only, str key, str value);

#endif
