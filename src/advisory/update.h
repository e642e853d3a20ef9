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
	str name;         /* "debian", "osv-npm": what users call it */
	str format;       /* of feeds[]: "debian-tracker"; or "changelog" */
	struct texts url; /* mirrors, tried in order; may hold {release} and {date}; of a changelog
			     "distribution:{release}" */
	struct texts ecosystems; /* it is for: keys without or with a release; none: for all */
	str release;             /* handed to the reader: "alpine:{release}" */
	struct texts releases;   /* one fetch each, where {release} stands in url */
	str delta; /* address of a table of times and changed records (OSV's modified_id.csv, Red Hat's
		      changes.csv), which lie beside it; empty: whole only */
	bool follow; /* url is of a text that names the file beside it */
	str licence, attribution, note;
	bool standard; /* "default": fetched where nobody says what is needed */
	bool optional; /* only when named: terms that the user must accept, or size */
	uint64_t max;  /* bytes */
};

/* What is compiled in, overlaid by the configuration file's (config_path, else the one that
 * repo_config_find() finds); sorted by name. ERR_USAGE with file and line. */
int feed_sources_read(struct op *op, str config_path, struct feed_source **ret,
		      ptrdiff_t *ret_n) MUST_USE;
const struct feed_source *feed_source_find(const struct feed_source *p, ptrdiff_t n, str name);

/* An address with its {release} and {date} (a day, in seconds) in place. */
int feed_source_url(struct op *op, str url, str release, int64_t day, str *ret) MUST_USE;

/* Is it about this ecosystem ("debian:12", "npm")? Those for all are not. */
bool feed_source_covers(const struct feed_source *s, str ecosystem);

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
	enum {
		UPDATE_SAME,
		UPDATE_NEW,
		UPDATE_DELTA,
		UPDATE_SKIPPED, /* it must be named: see why */
		UPDATE_REFUSED,
		UPDATE_FAILED
	} how;
	uint64_t records, before, added, removed, changed, bytes;
	str upstream;
	str why; /* it failed, was left out, or came in part */
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
 * packages; ret->bad: those of which no package carries one; ret->note: of which that is because the
 * mirror lists packages that it no longer has; ret->newest: the pocket's Date.
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

/* "12", "12.5", "debian:12" and "bookworm" are "bookworm"; others stay as they are. */
str changelog_suite(str release);

/* Does a mirror answer for this suite ("stable" too)? One short try, whose answer nobody verifies; its
 * codename. 1: no, or none is known. An empty mirror is the one that repo_mirror_find() finds. */
int changelog_reachable(struct op *op, const struct repo_mirror *mirror, str suite,
			str *ret_codename) MUST_USE;

#endif
