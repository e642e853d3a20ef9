/*
 * severity: how bad; and the scores behind it: CVSS 2, 3.0, 3.1 and 4.0 computed from their
 * vectors. Sources: FIRST's CVSS v2, v3.0, v3.1 and v4.0 specification documents.
 */
#ifndef MODEL_SEVERITY_H
#define MODEL_SEVERITY_H

#include "base/op.h"

enum severity {
	SEVERITY_UNKNOWN,
	SEVERITY_NEGLIGIBLE,
	SEVERITY_LOW,
	SEVERITY_MEDIUM,
	SEVERITY_HIGH,
	SEVERITY_CRITICAL,
	SEVERITIES
};
extern const char *const severities[SEVERITIES];      /* "unknown", "negligible", ... */
extern const char *const severity_titles[SEVERITIES]; /* "Unknown", ... */

/* The words of all vendors: "Important", "moderate", "MEDIUM", "none", "unimportant", ...
 * SEVERITY_UNKNOWN for others. */
enum severity severity_of(str word);

/* By the qualitative scale of CVSS 3 and 4, for 2 as well. 0.0: NEGLIGIBLE. */
enum severity severity_of_score(double score);

/*
 * A CVSS vector of any version ("AV:N/AC:L/Au:N/C:P/I:P/A:P", "CVSS:3.1/...", "CVSS:4.0/...") as its
 * score, 0.0 to 10.0, one decimal: the base score, with threat and environment where the vector has
 * them. ret_version: "2.0", "3.0", "3.1", "4.0". False: it is no whole vector. Allocates nothing.
 */
bool cvss_score(str vector, double *ret, const char **ret_version);

#endif
