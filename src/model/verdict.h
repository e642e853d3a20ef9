/*
 * verdict: what a policy says of an image: every rule of it with its outcome, evidence, waivers and
 * remedy. A document of its own that can be signed: the same facts, policy, waivers and day give the same
 * bytes.
 */
#ifndef MODEL_VERDICT_H
#define MODEL_VERDICT_H

#include "facts.h"

enum policy_mode { POLICY_ENFORCE, POLICY_WARN, POLICY_LOG, POLICY_MODES };
extern const char *const policy_modes[POLICY_MODES]; /* "enforce", "warn", "log" */

struct verdict_rule {
	str id;                       /* of the rule in its policy: "VULN-001" */
	str rule;                     /* what is asked: "vuln.severity", "config.nonroot", "cel" */
	str title, rationale, remedy; /* the policy's words, else the rule's own */
	str with;                     /* its parameters in one line, for people; or empty */
	str where;                    /* "FILE:LINE" in the policy */
	str also;                     /* other names: "CIS-4.1" */
	enum policy_mode mode;        /* in force now: before effective_on an enforced rule warns */
	str effective_on;             /* "2027-02-01", or empty */
	enum outcome_kind
		outcome;     /* FAIL: a fault counts. An ERROR in mode enforce fails the verdict */
	str detail;          /* one line: what was looked at; of an error, why it cannot be told */
	struct fault *fault; /* [fault_n]; what is waived or within its grace is in it too */
	ptrdiff_t fault_n, waived_n, graced_n;
	str until; /* the day on which a grace ends and this rule fails; or empty */
};

struct verdict_policy {
	str name, file, description;
	struct digest digest;         /* of its bytes */
	uint64_t max_days, approvals; /* that it asks of a waiver; 0: it does not */
};

struct verdict {
	struct verdict_policy *policy; /* [policy_n]: all that were asked */
	ptrdiff_t policy_n;
	const struct facts *facts; /* findings have become suppressed by waivers and VEX */
	str facts_file; /* they were read from: nobody has signed it; empty: the image itself was read */
	struct digest facts_digest; /* of that file's bytes */
	struct verdict_rule *rule;  /* [rule_n] by policy and place in it */
	ptrdiff_t rule_n;
	struct waiver *waiver; /* [waiver_n] that were read, with what became of them */
	ptrdiff_t waiver_n;
	struct texts warnings; /* waivers that end soon or match nothing, stale data */
	bool passed;           /* the answer */
	ptrdiff_t failed_n, warned_n, passed_n, waived_n,
		error_n; /* rules by outcome; failed: in force */
	/* Of all findings and faults that a rule looked at: how many somebody has answered for (VEX,
	 * waiver, fix within its grace), of how many: "findings verified: 93 %". */
	uint64_t verified, to_verify;
	int64_t time; /* of judging */
	str valid_until; /* RFC 3339: the first of waivers' ends, graces' ends, effective_on, age of feeds;
			      empty: nothing ends */
};

#endif
