/*
 * statement: what somebody says of a vulnerability in a product (VEX), and what became of it; and
 * waivers: what the user has decided. Sources: OpenVEX 0.2.0; CSAF 2.0 (vex profile); CycloneDX 1.4
 * to 1.6 vulnerabilities.analysis.
 */
#ifndef MODEL_STATEMENT_H
#define MODEL_STATEMENT_H

#include "codec/node.h"

enum vex_status { VEX_NOT_AFFECTED, VEX_AFFECTED, VEX_FIXED, VEX_INVESTIGATING, VEX_STATUSES };
extern const char *const vex_statuses[VEX_STATUSES]; /* OpenVEX's words */

enum vex_justification {
	VEX_NO_JUSTIFICATION,
	VEX_COMPONENT_NOT_PRESENT,
	VEX_CODE_NOT_PRESENT,
	VEX_CODE_NOT_IN_EXECUTE_PATH,
	VEX_CODE_NOT_CONTROLLED,
	VEX_INLINE_MITIGATIONS,
	VEX_JUSTIFICATIONS
};
extern const char *const vex_justifications[VEX_JUSTIFICATIONS]; /* OpenVEX's words */

struct vex_product {
	str id;                     /* a purl, an image reference, a digest, "*" never */
	struct texts subcomponents; /* purls within it; none: the product itself */
};

struct statement {
	str document; /* file name */
	str id;       /* of the document, or statement */
	str author, timestamp;
	struct texts vulnerability;  /* id and aliases */
	struct vex_product *product; /* [product_n] */
	ptrdiff_t product_n;
	enum vex_status status;
	enum vex_justification justification;
	str impact, action; /* texts */
	/* What became of it: */
	uint64_t matched; /* findings */
	str unmatched;    /* why none: "no such product: pkg:oci/x", "no such vulnerability ...",
			     "version 1.2 of ... is not in this image (1.3 is)" */
};

/* A waiver, ours or a foreign ignore rule: holds where everything that is not empty matches. */
struct waiver {
	str where;           /* FILE:LINE */
	const char *form;    /* "waiver", "trivyignore", "grype", "osv-scanner" */
	str id;              /* a vulnerability's id or alias, or a glob: "CVE-2024-*" */
	struct texts purls;  /* package purls: what they leave open matches anything */
	struct texts paths;  /* globs of paths of the package's evidence */
	struct texts images; /* globs of references and names */
	str name, version, type,
		language; /* of a package; `name` may be a glob, or (grype) a regular expression */
	bool name_is_regex, upstream_is_regex;
	bool id_exact;       /* `id` is no glob */
	bool id_alone;       /* `id` is what the finding is called, no alias of it */
	bool any_path;       /* one path is enough (Grype); else all places of the package match */
	str upstream;        /* grype: name of a source package */
	str ecosystem;       /* osv-scanner: key as of model/ecosystem.h; grype: "debian:12" */
	str match_type;      /* grype: "exact-direct-match", "exact-indirect-match", "cpe-match" */
	bool development;    /* osv-scanner's group "dev": only what is needed for development */
	struct texts states; /* fix states */
	enum vex_status status; /* grype's vex-status, only with has_status */
	bool has_status;
	str justification; /* OpenVEX's word */
	str assessment;    /* one of waiver_assessments[]; or empty */
	str reason, owner, link;
	str created; /* "2026-11-01", from when `until` is bounded; or empty */
	struct texts approved_by;
	str rule; /* not for vulnerabilities: id of a rule of a policy or of the audit */
	struct texts keys; /* with `rule`: globs of what struct fault calls its key */
	str until; /* "2026-12-31": the last day (UTC) on which it holds; foreign rules:
		      "2026-12-31T00:00:00Z", the moment up to which it does */
	/* What became of it: */
	uint64_t matched;
	bool expired, expiring; /* `expiring`: within the days of warning */
	bool other_image;       /* it is for other images than the one that was looked at */
	str refused; /* why the policy does not take it, so that it holds for nothing; or empty */
};

/*
 * What may be said of a finding that is lived with: Iron Bank's words, each with the status and
 * justification that it states as VEX (Iron Bank, "Justifications").
 */
struct waiver_assessment {
	const char *name, *title; /* "wont_fix", "Won't Fix" */
	enum vex_status status;
	enum vex_justification justification;
};
extern const struct waiver_assessment waiver_assessments[];
extern const size_t waiver_assessments_n;
const struct waiver_assessment *waiver_assessment_of(str name); /* or NULL */

/* Is it a rule of another tool, by its form? Gates take those only where they name their file. */
bool waiver_is_foreign(const struct waiver *w);

#endif
