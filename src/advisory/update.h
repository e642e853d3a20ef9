/*
 * update: feeds from where they are published, into the database: feeds.yaml says which and where.
 *
 * The shipped list is compiled in (data/feeds.yaml) and printed by `temper db feeds`; the
 * configuration file's `feeds:` adds to it and overrules it by name, mirrors included.
 */
#ifndef ADVISORY_UPDATE_H
#define ADVISORY_UPDATE_H

#include "database.h"
#include "distro/repo.h"

struct feed_source {
	str name;                /* "debian", "osv-npm": what users call it */
	str format;              /* of feeds[]: "debian-tracker" */
	struct texts url;        /* mirrors, tried in order; may hold {release} */
	struct texts ecosystems; /* it is for: keys without or with a release */
	str release;             /* handed to the reader: "alpine:{release}" */
	struct texts releases;   /* one fetch each, where {release} stands in url */
	str delta;               /* OSV: address of modified_id.csv; empty: whole only */
	str licence, attribution, note;
	bool optional; /* only when named: terms that the user must accept, or size */
	uint64_t max;  /* bytes */
};
int feed_sources_read(struct op *op, str config_path, struct feed_source **ret,
		      ptrdiff_t *ret_n) MUST_USE;

struct update_wish {
	struct texts what; /* names of feeds, ecosystems ("debian:12", "npm"); "all"; empty: those
				 that `inventory` needs, else those in use, else the defaults */
	const struct inventory *inventory; /* --for; may be NULL */
	str db;
	str feed_dir; /* --from: fetched files instead of the network, by the feed's name */
	struct repo_mirror mirror; /* for changelog feeds */
	str suite;
	const struct store *store;
	bool force, full; /* past refusals; no deltas */
	void (*note)(void *arg, const char *step, uint64_t done, uint64_t total);
	void *arg;
};

struct update_line { /* what became of one feed */
	str feed, ecosystem, url;
	enum { UPDATE_SAME, UPDATE_NEW, UPDATE_DELTA, UPDATE_REFUSED, UPDATE_FAILED } how;
	uint64_t records, before, added, removed, changed, bytes;
	str upstream, why;
};

/* One feed's failure is its line, and the others go on; negative only where nothing can be done.
 * Conditional requests (ETag, Last-Modified), resume; what has not changed costs one request. */
int update_run(struct op *op, const struct update_wish *wish, struct update_line **ret,
	       ptrdiff_t *ret_n) MUST_USE;

/* db import FILE|DIR...: the same from what lies here. format: a name of feeds[], or empty. */
int update_import(struct op *op, str db, str path, str format, str name, str release, bool force,
		  struct update_line **ret, ptrdiff_t *ret_n) MUST_USE;

/*
 * The distribution itself as a feed: the fixed versions and CVE ids in the changelogs of a suite's
 * security pocket, and of the packages that point releases changed, as advisories of source
 * "changelog" (changelog_facts.h has the rules), fixed_only. It tells nothing of what is unfixed.
 * Of each source package the smallest .deb that carries the changelog is fetched into the store,
 * and its facts are kept there: what has not changed costs nothing again. ret->documents: source
 * packages; ret->bad: those of which no package carries one; ret->newest: the pocket's Date.
 */
struct changelog_wish {
	const struct store *store;
	struct repo_mirror mirror;
	str suite;          /* "bookworm" */
	struct texts names; /* source packages that matter; empty: all of the pocket */
	bool offline;
	void (*note)(void *arg, uint64_t done, uint64_t total); /* bytes; may be NULL */
	void *arg;
};
int changelog_feed(struct op *op, const struct changelog_wish *wish, const struct feed_sink *sink,
		   struct feed_count *ret) MUST_USE;

#endif
