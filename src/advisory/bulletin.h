/*
 * bulletin: one advisory as a reader puts it together: lists that grow, in memory that goes when it
 * has been sent.
 *
 *	bulletin_begin(&d, op, sink, id);
 *	d.a.summary = ...;
 *	struct affected *a = bulletin_affected(&d, key, name, AFFECTED_SOURCE);
 *	bulletin_until(&d, a, fixed);
 *	TRY(bulletin_send(&d));
 *
 * Texts are not copied: they live as long as the document or the op. A failure to allocate is
 * recorded in op, and bulletin_send() hands it up: nothing between needs to be checked but a NULL.
 */
#ifndef ADVISORY_BULLETIN_H
#define ADVISORY_BULLETIN_H

#include "base/vec.h"
#include "feed.h"

struct bulletin {
	struct op *op;
	const struct feed_sink *sink;
	struct op_mark mark;
	struct advisory a; /* its scalars are the reader's to set; lists by what follows */
	VEC(str) aliases, related, cvss, cwe, references;
	VEC(struct affected) affected;
};

void bulletin_begin(struct bulletin *d, struct op *op, const struct feed_sink *sink, str id);

/* One package more, zero but for these; valid until the next. NULL: no memory (recorded). */
struct affected *bulletin_affected(struct bulletin *d, str ecosystem, str name,
				   enum affected_name names);

/* One of the lists of texts above: bulletin_add(&d, &d.related, id). What is empty or there is left out. */
#define bulletin_add(d, list, text) \
	bulletin_text((d), (void **)&(list)->p, &(list)->n, &(list)->cap, (text))
void bulletin_text(struct bulletin *d, void **p, ptrdiff_t *n, ptrdiff_t *cap, str text);

/* One span more; and those that are most usual: all before `fixed` (FIX_FIXED is set); nothing but
 * a state. a may be NULL (no memory). */
void bulletin_span(struct bulletin *d, struct affected *a, const struct version_span *span);
void bulletin_until(struct bulletin *d, struct affected *a, str fixed);

/* Something more that must hold; kept sorted by key. */
void bulletin_only(struct bulletin *d, struct affected *a, const char *key, str value);

/* Into the sink; then its memory goes. An id, name or version that can be none (feed_name_good()) is
 * counted in *bad, and the record left out. bulletin_drop(): it goes without. One of them for each
 * bulletin. */
int bulletin_send(struct bulletin *d, uint64_t *bad) MUST_USE;
void bulletin_drop(struct bulletin *d);

/* "2023-03-29" of "29 Mar 2023", "2023-03-29T..." or "2023-03-29 ..."; empty for what is no date. */
str bulletin_date(struct op *op, str text);

/* RFC 3339 with a time and "Z" of a date, or of a time that is UTC by "+00:00"; other times as they
 * are, empty for what is none. */
str bulletin_time(struct op *op, str text);

#endif
