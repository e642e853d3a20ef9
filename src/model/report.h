/*
 * report: an inventory with its findings and all that must be known to believe them: the border
 * between deciding (scan/, policy/) and telling (report/). Plain values; report/ adds nothing.
 */
#ifndef MODEL_REPORT_H
#define MODEL_REPORT_H

#include "finding.h"
#include "statement.h"

/* One shard that was asked. */
struct report_source {
	str source, ecosystem, url, upstream, updated;
	struct digest digest;
	uint64_t records;
	int64_t age_s;   /* since `upstream`, at report.time; -1 unknown */
	bool fixed_only; /* unfixed ones are not covered by it */
};

/* What was found, and whether advisories were there for it. */
enum coverage_kind {
	COVERED,
	COVERED_FIXED_ONLY,     /* fixes only: never "clean" */
	NOT_COVERED_NO_SHARD,   /* exit 4: advisories exist for such packages, but not here */
	NOT_COVERED_NO_FEED,    /* nobody publishes any: third-party packages, unknown systems */
	NOT_COVERED_UNKNOWN,    /* executables that nothing recognises */
	NOT_COVERED_UNREADABLE, /* exit 4: a part could not be read */
	NOT_COVERED_DECLARED,   /* of lock files: not installed; only said */
	COVERAGES
};
extern const char *const coverages[COVERAGES];
struct coverage {
	enum coverage_kind kind;
	str ecosystem; /* or path, or name */
	uint64_t packages;
	str what;              /* for people, with what to do: "no advisories for alpine:3.20: run
			   temper db update alpine:3.20" */
	struct texts examples; /* names or paths, five at most */
	bool incomplete;	/* exit 4: what should be known of it is not */
};

/* Findings that one update clears: "upgrade libssl3 to 3.0.15-1: clears 9". */
struct fix_group {
	uint32_t package;      /* the first of them */
	str name, from, to;    /* source package where one holds several packages */
	struct texts packages; /* names that it upgrades */
	uint32_t *finding;     /* [finding_n] positions, worst first */
	ptrdiff_t finding_n;
	enum severity worst;
};

struct report_filter { /* as asked: reports say it */
	struct texts severities, ignored_states;
	enum severity fail_on; /* SEVERITY_UNKNOWN: none */
	bool only_fixed, only_base, ignore_base, by_cve;
};

struct report {
	const struct inventory *inventory;
	str ecosystem;           /* of the system: "debian:12" */
	struct finding *finding; /* [finding_n], by the order that was asked for; suppressed ones
				    behind */
	ptrdiff_t finding_n, shown_n; /* shown: not suppressed */
	struct fix_group *group;      /* [group_n], worst first */
	ptrdiff_t group_n;
	struct report_source *source; /* [source_n] that could have matched */
	ptrdiff_t source_n;
	struct coverage *coverage; /* [coverage_n], uncovered first */
	ptrdiff_t coverage_n;
	struct statement *statement; /* [statement_n] of VEX documents */
	ptrdiff_t statement_n;
	struct waiver *waiver; /* [waiver_n] */
	ptrdiff_t waiver_n;
	struct life life;           /* of the system's release; ecosystem empty: not known */
	bool ended, ended_extended; /* at `time` */
	struct report_filter filter;
	int64_t time;           /* of the report: seconds since 1970 */
	struct digest database; /* of the index that was used; zeros: none */
	bool no_database;       /* there is none at all */
	bool knows_exploited, knows_scores; /* a catalogue of what is exploited (KEV), of EPSS, was asked */
	bool failed;            /* --fail-on: the answer is no */
	bool incomplete;        /* exit 4 */
};

/* Counts for the summary line, over shown findings. */
struct report_counts {
	uint64_t by_severity[SEVERITIES], fixed, not_fixed, suppressed, exploited;
};
void report_count(const struct report *r, struct report_counts *ret);

#endif
