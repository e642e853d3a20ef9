/*
 * update_fetch: what a feed publishes, into files: only if it has changed, from the first mirror that
 * has it, and from where an earlier run stopped.
 *
 *	FEEDS/NAME.data   whole, of this run or of one that ended before it was put in use
 *	FEEDS/NAME.part   begun
 *	FEEDS/NAME.from   which of the two, where it came from, and its validators; lines "key value"
 *
 * Invariants: (1) NAME.data is of one version, and NAME.from of it says so; (2) bytes of two
 * versions, or of two addresses, are never in one file.
 */
#ifndef ADVISORY_UPDATE_FETCH_H
#define ADVISORY_UPDATE_FETCH_H

#include "codec/node.h"
#include "net/client.h"

struct update_fetch {
	/* What is asked for. */
	str name;           /* of the files */
	struct texts url;   /* tried in order */
	uint64_t max;       /* bytes */
	str etag, modified; /* of what is in use; empty: it is wanted, whatever it is */
	str etag_url;       /* the address that they are of */

	/* What became of it; texts in op. */
	enum { FETCH_FAILED, FETCH_SAME, FETCH_NEW } how;
	str from;                   /* the address that answered */
	str got_etag, got_modified; /* of what came */
	uint64_t bytes;             /* that were sent */
	str why;                    /* it failed */
	bool gone;                  /* because there is no such thing */
	ptrdiff_t asked;            /* addresses so far */
};

/* All of p[n], at once. A failure of one is its own; negative where nothing can be done (a full
 * disk). */
int update_fetch(struct op *op, int feeds, struct update_fetch *p, ptrdiff_t n,
		 client_progress *note, void *arg) MUST_USE;

/* NAME.data of one that is FETCH_NEW. */
int update_fetch_open(struct op *op, int feeds, str name, int *ret_fd, uint64_t *ret_size) MUST_USE;

/* It is in use now: the files go. */
void update_fetch_forget(int feeds, str name);

/* "key value" lines: a value by its key, or empty. */
str update_lines_get(str text, str key);

#endif
