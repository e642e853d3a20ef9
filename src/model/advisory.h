/*
 * advisory: one published vulnerability as every feed is read into it: the border between feeds
 * and the database. Plain values; texts as the feed has them, empty: not told.
 */
#ifndef MODEL_ADVISORY_H
#define MODEL_ADVISORY_H

#include "ecosystem.h"
#include "range.h"
#include "severity.h"

/* What the feed says of the versions in the spans. */
enum fix_state {
	FIX_UNKNOWN,       /* affected; nothing is said of a fix */
	FIX_FIXED,         /* the end of a span is the fix */
	FIX_AFFECTED,      /* there is none yet */
	FIX_WILL_NOT,      /* and there will be none */
	FIX_DEFERRED,      /* postponed */
	FIX_END_OF_LIFE,   /* out of support */
	FIX_INVESTIGATING, /* nobody knows yet */
	FIX_NOT_AFFECTED,  /* the spans are not affected, whatever other records say */
	FIX_STATES
};
extern const char *const fix_states[FIX_STATES]; /* "unknown", "fixed", "affected",
	"will_not_fix", "fix_deferred", "end_of_life", "under_investigation", "not_affected" */

/* Which of a distribution's names this is. */
enum affected_name { AFFECTED_ANY, AFFECTED_SOURCE, AFFECTED_BINARY };

/* One package that it is about. */
struct affected {
	str ecosystem; /* key: "debian:12" */
	str name;      /* by ecosystem_name() */
	enum affected_name names;
	enum fix_state state;
	enum severity severity;    /* of this package, by the vendor; UNKNOWN: the advisory's */
	str urgency;               /* the vendor's own word: "unimportant", "no-dsa" */
	struct version_span *span; /* [span_n]; none and no versions: all versions */
	ptrdiff_t span_n;
	struct texts versions; /* affected besides the spans, one by one */
	struct texts imports;  /* Go: "path" or "path:Symbol": only those are vulnerable */
	/* What must hold of the package as well; sorted by key: "module" "nodejs:12", "arch" "x86_64
	 * aarch64", "channel" "esm", "cpe" ..., "repository" ... */
	struct pairs only;
	str fixed_on; /* "2025-07-01": when the fix was published */
};

struct advisory {
	str id;
	struct texts aliases; /* the same vulnerability: "CVE-...", "GHSA-..." */
	struct texts related; /* what an erratum fixes, or a distribution's record is about
				 ("upstream" of OSV): several vulnerabilities, or the same seen by others */
	str summary, details;
	enum severity severity; /* the vendor's */
	struct texts cvss;      /* vectors */
	struct texts cwe;
	struct texts references;            /* addresses, the best first */
	str published, modified, withdrawn; /* RFC 3339 as the feed has them */
	str kev_added, kev_due;             /* CISA KEV: dates; else empty */
	bool ransomware;                    /* KEV: known use */
	bool malicious;                     /* "MAL-": the package itself is the attack */
	struct affected *affected;          /* [affected_n] */
	ptrdiff_t affected_n;
};

/* Support of one release of something: endoflife.date, debian-security-support. */
struct life {
	str ecosystem; /* "debian:12"; with a name: of that source package in it */
	str name;
	str standard_end, extended_end; /* "2026-06-10"; empty: none set; extended: LTS, ESM */
	str codename, note;             /* "limited support: ..." */
};

#endif
