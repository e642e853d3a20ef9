/*
 * other_report: the findings of other scanners, as their JSON reports have them: Grype's (matches),
 * Trivy's (Results, SchemaVersion 2, and the bare list before it), and temper's own.
 */
#ifndef SCAN_OTHER_REPORT_H
#define SCAN_OTHER_REPORT_H

#include "model/finding.h"

struct other_finding {
	str id;
	struct texts ids; /* all names of it that the report tells, id first */
	str name, version, type, purl, path;
	str severity, state;
	struct texts fixed;
	bool ignored; /* found, and suppressed by a rule of theirs */
};

struct other_report {
	const char *tool; /* "grype", "trivy", "temper" */
	str version, subject;
	struct other_finding *finding; /* [finding_n], in the report's order */
	ptrdiff_t finding_n;
};

/* Texts alias `bytes` or are in op. 1: it is none of these. ERR_FORMAT: no JSON. O(bytes). */
int other_report_read(struct op *op, str file, str bytes, struct other_report *ret) MUST_USE;

#endif
