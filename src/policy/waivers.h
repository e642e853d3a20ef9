/*
 * waivers: what users have decided to live with: our own file, and those of other tools as they are:
 * .trivyignore, .trivyignore.yaml, .grype.yaml's ignore rules, osv-scanner.toml.
 *
 * Ours (docs/waivers.md), YAML:
 *	waivers:
 *	  - id: CVE-2024-1234          an id, alias or glob
 *	    package: pkg:deb/debian/openssl   what it leaves open matches anything; or a list
 *	    path: "**.jar"             of the package's evidence
 *	    image: registry.example/app*
 *	    reason: not reachable, see ticket 12
 *	    owner: team-web
 *	    approved_by: [ann, bob]
 *	    created: 2026-11-01
 *	    until: 2026-12-31
 *	    link: https://tracker.example/12
 *	    status: not_affected       with justification: for `temper vex`
 *	    justification: vulnerable_code_not_in_execute_path, or Iron Bank's word: mitigated
 *	  - rule: fs.no_setuid         of a policy (its id) or of the audit, instead of `id`
 *	    path: usr/bin/ping         or key
 */
#ifndef POLICY_WAIVERS_H
#define POLICY_WAIVERS_H

#include "model/report.h"

struct waivers {
	struct waiver *p;
	ptrdiff_t n, cap;
	struct { /* "FILE:LINE: ...": rules, or parts of them, that are passed over */
		str *p;
		ptrdiff_t n, cap;
	} warning;
};

/*
 * By its name and content: which of the forms it is. ERR_USAGE with FILE:LINE for what is wrong;
 * ERR_FORMAT of TOML. A foreign rule with a condition that cannot be asked here is passed over with a
 * warning: it never holds for more than its own tool would let it.
 */
int waivers_read(struct op *op, str file, str bytes, struct waivers *add_to) MUST_USE;

/* The last second on which it holds. False: it has no end. */
bool waiver_end(const struct waiver *w, int64_t *ret);

/* Names that are looked for in the working directory: ".temper/waivers.yaml", ".trivyignore", ... */
extern const char *const waiver_files[];
extern const size_t waiver_files_n;

/*
 * waivers_apply(op, report, waivers, today, warn_days): findings that one matches become
 * suppressed (waivers: SUPPRESSED_WAIVER; foreign rules: SUPPRESSED_IGNORE). One that is past its
 * `until` hides nothing and says so; one within warn_days of it is `expiring`; one that matched
 * nothing keeps matched == 0. `today`: seconds since 1970.
 */
int waivers_apply(struct op *op, struct report *report, struct waivers *waivers, int64_t today,
		  int warn_days) MUST_USE;

#endif
