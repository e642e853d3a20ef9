/*
 * finding: a published vulnerability and a package of an inventory that it holds for, or would but for
 * something that is known: with all that led there.
 */
#ifndef MODEL_FINDING_H
#define MODEL_FINDING_H

#include "advisory.h"

/* What a package's name was looked up as. */
enum match_by {
	MATCH_NAME,       /* its own */
	MATCH_SOURCE,     /* its source package's, origin's */
	MATCH_CLASSIFIED, /* the curated name of a recognised binary */
};
extern const char *const match_bys[3]; /* "name", "source", "classified" */

/* One record of one shard that says so. */
struct match {
	str source;    /* "debian-tracker" */
	str ecosystem; /* "debian:12" */
	str id;        /* of the record: "DSA-5523-1" */
	enum match_by by;
	str name, version;        /* that was compared */
	struct version_span span; /* it lies in; all empty: every version, or a version by itself */
	bool listed;              /* the version stands in the record's list */
	enum version_scheme scheme;
	enum fix_state state;
	enum severity severity;
	str urgency, fixed_on;
	struct pairs only; /* conditions that held */
};

enum suppressed_by {
	NOT_SUPPRESSED,
	SUPPRESSED_OWNER,        /* the package belongs to a system's package, whose matter it is */
	SUPPRESSED_CONTENT,      /* headers, documentation or data only: nothing that could run */
	SUPPRESSED_NOT_AFFECTED, /* the distribution says so of its package */
	SUPPRESSED_VEX,
	SUPPRESSED_WAIVER,
	SUPPRESSED_IGNORE,   /* a rule of .trivyignore, .grype.yaml, osv-scanner.toml */
	SUPPRESSED_EVIDENCE, /* no entry point reaches it; only when asked for */
	SUPPRESSED_FILTER,   /* --only-fixed, --ignore-states, --severity, --only-base ... */
	SUPPRESSED_BYS
};
extern const char *const suppressed_bys[SUPPRESSED_BYS]; /* "", "owner", "content", ... */

/* What shows that a package's programs and libraries are not reached: paths. */
struct unreached {
	struct texts entry;  /* that the image starts */
	struct texts loaded; /* all that these load, sorted */
	struct texts files;  /* of the package, that could have been */
};

struct finding {
	str id;           /* the distribution's or registry's; with --by-cve its CVE */
	struct texts ids; /* all names of it, id first, then CVEs, GHSAs, others */
	uint32_t package; /* position in the inventory */
	enum fix_state state;
	struct texts fixed; /* versions that fix it, lowest first; the first is what to take */
	str fixed_on;
	str published; /* the first day on which one of the records tells of it; or empty */
	enum severity severity;
	str severity_from; /* the source that says so; "cvss" where it was computed */
	double score;      /* CVSS base; 0: none */
	str cvss;          /* the vector behind it */
	bool scored, exploited, ransomware, malicious;
	double epss, percentile;
	str kev_added, kev_due;
	double risk; /* 0 to 100: see model/risk.h */
	str summary;
	struct texts cwe;
	struct texts references;
	struct match *match; /* [match_n], at least one; the one that counts first */
	ptrdiff_t match_n;
	enum suppressed_by suppressed;
	str reason;                /* why, for people: "owned by python3-urllib3 1.26.12-1 (deb)" */
	str rule;                  /* what did it: a statement's id, a waiver's, FILE:LINE */
	const struct unreached *proof; /* of SUPPRESSED_EVIDENCE; or NULL */
	uint32_t
		statement; /* position + 1 in report.statement of what VEX says of it; 0: nothing */
};

/* By risk, then severity, package, id: the order of reports unless asked otherwise. */
int finding_compare(const struct finding *a, const struct finding *b);

#endif
