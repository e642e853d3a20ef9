/*
 * changelog: what a Debian changelog says was fixed. Source: deb-changelog(5).
 */
#ifndef DISTRO_CHANGELOG_H
#define DISTRO_CHANGELOG_H

#include "codec/node.h"

struct changelog_entry {
	str version;
	str suite;         /* where it went: "bookworm-security", "unstable"; may be several words */
	int64_t date;      /* seconds since 1970; 0 if the trailer has none that can be read */
	struct texts cves; /* ids as "CVE-2025-1234", each once, sorted by year and number */
	str text;          /* what changed, as written: indented lines, without the head and trailer */
};

/*
 * changelog_read(op, text, entries_max, ret, ret_n): the first entries_max entries, newest first,
 * with the CVE ids that they name. Never fails on foreign text: lines that have no form are
 * skipped. Versions and suites alias text; the rest lives in op. O(bytes of those entries).
 */
int changelog_read(struct op *op, str text, ptrdiff_t entries_max, struct changelog_entry **ret,
		   ptrdiff_t *ret_n) MUST_USE;

#endif
