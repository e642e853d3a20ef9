/*
 * match: packages against the database. Pure: the same inventory and database give the same
 * findings. Rules, each with its test:
 *
 *	1. A package is looked up in its ecosystem: by its source (and source version, epoch included)
 *	   where the ecosystem goes by source, and by its own name; a record that names source or binary
 *	   names only is met by that one.
 *	2. A record holds if the version lies in one of its spans, by the ecosystem's order, or is listed,
 *	   and everything in `only` holds (module and stream equal, arch, channel, minor release, content
 *	   set). A package that belongs to a module is met only by records of that module and stream, and one
 *	   that does not by none of a module.
 *	   "(devel)", "latest", "^1.2", a commit, and "v0.0.0-..." of a program's own Go module, say nothing about where a version stands:
 *	   only what concerns every version is found. A package built for a minor release (".el8_4") that has
 *	   the fix of its channel (eus:8.4) has it, whoever may use the channel.
 *	3. FIX_NOT_AFFECTED for a version takes other records of the same vulnerability away: they are
 *	   suppressed with that record as evidence. So does a record of the very CVE whose fix the version has,
 *	   where only errata say otherwise: regression updates list the CVEs of what they mend.
 *	4. What several records say under ids that are aliases of one another is one finding of that
 *	   package; the vendor's record counts first, then the one that knows a fix. In a distribution a
 *	   finding is called by its CVE, one for each that an erratum names, with the erratum among its ids
 *	   (an erratum without CVEs by its own id); in a registry by the record's id, GHSA before
 *	   others, or with by_cve by its CVE. The fix is the lowest that clears all records of the
 *	   best source. A fix for subscribers alone (channel esm, LTSS) is none for a version that is not
 *	   one of theirs: the state is affected, and `reason` tells the version; a version that has it ("+esm")
 *	   is not affected.
 *	5. Withdrawn records and rejected ids match nothing.
 *	6. A language package that a system's package owns (RELATION_OWNS) is the owner's: suppressed,
 *	   with the owner named, if the owner's ecosystem has advisories here; else kept. In a bill of
 *	   materials a place where only Debian's packages put files tells as much.
 *	7. Nothing is guessed by CPE: a binary that a classifier recognised is looked up by its curated
 *	   name (match_curated.c) or not at all, and then it is a line of the coverage.
 *	   A package that is told to be a vendor's and not the distribution's own (rpm's vendor, marks of
 *	   vendors' repositories) is met by no record of the distribution: a line of the coverage.
 *	8. A package of a vulnerable source that holds only headers, documentation or data is suppressed
 *	   with the kinds of its files as evidence; without a list of files it is not.
 */
#ifndef ADVISORY_MATCH_H
#define ADVISORY_MATCH_H

#include "database.h"
#include "model/report.h"

struct match_wish {
	str distro;    /* --distro: "debian:12" instead of what the image says */
	bool by_cve;   /* findings are called by their CVE */
	bool texts;    /* summaries and references too */
	bool declared; /* packages of lock files that are not installed count too (directories do) */
};

/*
 * match_inventory(op, db, inv, wish, ret): fill finding, ecosystem, source, coverage, life,
 * no_database of *ret (the rest is the caller's); nothing is filtered and no statement applied yet.
 * O(packages + records of their names). Shards are mapped in the calling thread.
 */
int match_inventory(struct op *op, struct database *db, const struct inventory *inv,
		    const struct match_wish *wish, struct report *ret) MUST_USE;

/*
 * match_why(op, db, inv, id, name, ret): every record under an id (or alias) against every package of
 * the inventory (name: of those alone) that it could be about, and what decided: for matches and
 * for non-matches. What is nowhere gives one line that says so.
 */
enum why_not {
	WHY_MATCHED,
	WHY_FIXED,          /* the version is past the fix */
	WHY_BEFORE,         /* or before the vulnerability came in */
	WHY_OTHER_PACKAGES, /* the record names packages that are not here */
	WHY_OTHER_RELEASE,  /* it is about other releases or ecosystems */
	WHY_CONDITION,      /* module, arch, channel ... do not hold */
	WHY_NOT_LISTED,     /* the record lists versions one by one, and this is none of them */
	WHY_WITHDRAWN,
	WHY_NOT_AFFECTED, /* the distribution says so */
	WHY_NO_RECORD,    /* no source here has this id */
};
enum { WHY_NOTS = WHY_NO_RECORD + 1 };
extern const char *const why_nots[WHY_NOTS]; /* "matched", "fixed", "before", ... */
struct why_line {
	enum why_not how;
	str source, ecosystem, id; /* of the record */
	uint32_t package;          /* UINT32_MAX: none */
	str name, version;         /* what was compared */
	struct affected affected;  /* of the record, all empty: none */
	struct version_span span;  /* that decided */
	int order;                 /* of version against what decided: < 0, 0, > 0 */
	str text; /* a sentence: "3.0.11-1~deb12u2 is not before 3.0.11-1~deb12u2, the
				       fix (Debian's order)" */
};
int match_why(struct op *op, struct database *db, const struct inventory *inv, str id, str name,
	      struct why_line **ret, ptrdiff_t *ret_n) MUST_USE;

/* One name and version in one ecosystem: purl: operands, and the fleet's questions. Appends nothing to
 * op but what matched. */
int match_one(struct op *op, struct database *db, str ecosystem, str name, str version,
	      struct match **ret, ptrdiff_t *ret_n) MUST_USE;

#endif
