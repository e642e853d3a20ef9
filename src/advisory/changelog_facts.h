/*
 * changelog_facts: what the changelogs of source packages say of vulnerabilities: this version names
 * that CVE. Pure. Sources: deb-changelog(5); Debian Developer's Reference 5.8.5 (a changelog names the
 * CVE ids that a version fixes).
 *
 * Rules: (1) Every entry of a changelog is in its package's history, whatever suite it went to, so
 * each of its versions, of unstable or an older release too, is one from which on the fix is there.
 * (2) Of several versions that name the same id of the same source the lowest counts: later ones
 * mend a regression or drop a patch that upstream has taken. (3) Ids are taken as they are written,
 * with typos; what is no whole id is none. (4) A rebuild for an older release ("1.2-3~deb12u1" right above
 * "1.2-3") is lower than what it was made of, and has all of it.
 */
#ifndef ADVISORY_CHANGELOG_FACTS_H
#define ADVISORY_CHANGELOG_FACTS_H

#include "feed.h"

/* A feed of changelogs tells by a withdrawn record of each source that it was asked for (feed_changelog.c);
 * by one of this name, that it was asked for all. */
#define CHANGELOG_SOURCE S("changelog")
#define CHANGELOG_ALL S("*")

struct changelog_fact {
	str source;  /* package */
	str version; /* of it, that fixes */
	str suite;   /* where that went: "bookworm-security" */
	str cve;
	int64_t date;  /* of the entry, seconds; 0: it has none */
	str reference; /* where the changelog is: "/usr/share/doc/libssl3/changelog.Debian.gz" */
};
struct changelog_facts {
	struct changelog_fact *p;
	ptrdiff_t n, cap;
};

/* All that one changelog says, newest first, appended to list, whose texts alias text, source and
 * reference. O(bytes). Foreign text never fails. */
int changelog_facts_read(struct op *op, str source, str text, str reference,
			 struct changelog_facts *list) MUST_USE;

/* Rule 2: what is left is sorted by CVE, source. O(n log n). */
void changelog_facts_lowest(struct changelog_facts *list);

/*
 * Such a list, one advisory a CVE: affected are its sources below their versions, all of
 * `ecosystem`. *ret_n: how many.
 */
int changelog_facts_tell(struct op *op, const struct changelog_facts *list, str ecosystem,
			 const struct feed_sink *sink, uint64_t *ret_n) MUST_USE;

/* The facts of one source as a record of the store, and back; 1: it is none. */
int changelog_facts_write(struct op *op, const struct changelog_fact *p, ptrdiff_t n,
			  str *ret) MUST_USE;
int changelog_facts_parse(struct op *op, str record, str source,
			  struct changelog_facts *list) MUST_USE;

#endif
