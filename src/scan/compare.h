/*
 * compare: our findings held against those of another scanner's report, with the reason for each
 * difference.
 */
#ifndef SCAN_COMPARE_H
#define SCAN_COMPARE_H

#include "other_report.h"
#include "scan.h"

enum compared {
	COMPARED_BOTH,
	COMPARED_SEVERITY, /* both have it, and call it otherwise */
	COMPARED_THEIRS,
	COMPARED_OURS,
	COMPARES
};
extern const char *const compareds[COMPARES]; /* "both", "severity", "only-theirs", "only-ours" */

struct compare_line {
	enum compared how;
	const struct other_finding *theirs; /* NULL: only ours */
	const struct finding *ours;         /* NULL: we have no finding of it at all */
	const char
		*reason; /* "no-package", "other-version", "suppressed", "fixed", "no-record" ... */
	str why;         /* a sentence */
};

struct comparison {
	struct compare_line *line; /* [line_n]: by how, then in the order of the reports */
	ptrdiff_t line_n;
	uint64_t count[COMPARES];
};

/*
 * compare_reports(op, db, report, other, ret): theirs meets ours by the package (purl where they tell
 * one, else name and version) and any name that both have for the vulnerability. What they or we
 * suppress counts as not found, with that as the reason. Lives in op; refers to both reports.
 * O(findings), and a look-up in the database for each that only they have.
 */
int compare_reports(struct op *op, struct database *db, const struct report *report,
		    const struct other_report *other, struct comparison *ret) MUST_USE;

#endif
