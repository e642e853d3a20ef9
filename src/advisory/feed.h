/*
 * feed: advisories as their publishers write them, read into struct advisory: one row each in
 * feeds[]. A feed is a pure reader of one document; feed_read() opens what documents come in.
 */
#ifndef ADVISORY_FEED_H
#define ADVISORY_FEED_H

#include "codec/at.h"
#include "model/advisory.h"

/* Where a reader puts what it finds. The values live until the call returns. */
struct feed_sink {
	int (*advisory)(struct op *op, void *to, const struct advisory *a); /* MUST be copied */
	int (*score)(struct op *op, void *to, str cve, double epss, double percentile);
	int (*life)(struct op *op, void *to, const struct life *life);
	void *to;
	/* The publisher's time of the whole document, where it has one: for feed_count.newest. May
	 * be NULL in any sink; readers call feed_dated(). */
	int (*dated)(struct op *op, void *to, str time);
	/*
	 * A sink for one thread's share of a document, called by that thread alone, with its own op;
	 * join() takes what it was given. Both are called by one thread at a time, and so is all of a
	 * sink that has none of them (NULL). What is not joined goes with `to`.
	 */
	int (*part)(struct op *op, void *to, struct feed_sink *ret);
	int (*join)(struct op *op, void *to, struct feed_sink *part);
};

int feed_dated(struct op *op, const struct feed_sink *sink, str time) MUST_USE;

struct feed_document {
	str name; /* within the feed: "npm/GHSA-....json" */
	str bytes;
	str release; /* what the configuration says of it, where the document does not:
				  "alpine:3.18", "wolfi" */
};

struct feed {
	const char *name; /* "osv", "debian-tracker", "alpine-secdb" */
	const char *what; /* a line of help */
	const char *
		ends; /* names of documents that are its own, blank-separated: ".json .yaml"; others
			     in an archive or directory are passed over */
	bool fixed_only; /* it knows fixes and never what is unfixed */
	bool whole;      /* a document holds many records: one that is broken is the feed's failure,
			  where otherwise it is a broken record */
	bool lines; /* each line is a record by itself: a document may be cut between any two */
	bool (*looks_like)(
		const struct feed_document *d); /* by its first kilobytes; NULL: never guessed */
	/* ERR_FORMAT or ERR_LIMIT for a document that is none; a record that is broken is counted in
	 * *ret_bad and passed over. */
	int (*read)(struct op *op, const struct feed_document *d, const struct feed_sink *sink,
		    uint64_t *ret_bad);
};
extern const struct feed *const feeds[];
extern const size_t feeds_n;
const struct feed *feed_of(str name); /* or NULL */

struct feed_wish {
	const struct feed *feed; /* NULL: seen by the first document's looks_like() */
	str release;
	void (*note)(void *arg, uint64_t done, uint64_t total); /* bytes; may be NULL */
	void *arg;
};
struct feed_count {
	const struct feed *feed; /* that read it */
	uint64_t documents, records, bad, bytes;
	str newest; /* the latest `modified` or publication time in it: its age */
	str note;   /* what could not be had of it, for people; or empty */
};

/* The name of the feed whose document this seems to be, or NULL: by the rows' looks_like(). */
const struct feed *feed_guess(const struct feed_document *d);

/*
 * feed_read(op, what, at, wish, sink, ret): all documents of a file: a document, NDJSON, or any of
 * these in zip, tar, gzip, xz, zstd, one in another. feed_read_path() takes a directory too (its
 * files in order of their paths). Documents are held one at a time, mapped where they can be.
 * More than 1 % broken records (and more than 3) is ERR_FORMAT: the feed is not what it was.
 */
int feed_read(struct op *op, str what, const struct at *at, const struct feed_wish *wish,
	      const struct feed_sink *sink, struct feed_count *ret) MUST_USE;
int feed_read_path(struct op *op, str path, const struct feed_wish *wish,
		   const struct feed_sink *sink, struct feed_count *ret) MUST_USE;

#endif
