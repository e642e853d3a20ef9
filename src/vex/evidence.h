/*
 * evidence: can code of a package's programs and libraries be reached from what the image starts?
 *
 * From the entry points (ENTRYPOINT, CMD, HEALTHCHECK, by PATH) what the loader would load is
 * followed. Where there is a doubt, more counts as reached: every library anywhere in the image that
 * has the name that is needed, whatever the search path. What cannot be followed makes the answer "cannot
 * tell", never "unreached": no entry point, one that is a script or not there, a static program,
 * dlopen or a call that starts programs among the imports of anything reached, a library that is
 * needed and not there, LD_PRELOAD and its like, /etc/ld.so.preload; and what the C library loads
 * by name (libnss_*, gconv modules, libgcc_s). Sources: ld.so(8); nsswitch.conf(5); gABI 4.1.
 */
#ifndef VEX_EVIDENCE_H
#define VEX_EVIDENCE_H

#include "model/inventory.h"
#include "tree/tree.h"

enum reach { REACH_CANNOT_TELL, REACH_REACHED, REACH_UNREACHED };
extern const char *const reaches[3]; /* "cannot-tell", "reached", "unreached" */

struct reach_package {
	uint32_t package;
	enum reach reach;
	struct texts path; /* reached: how, from the entry point on; else its files that count */
	str why;           /* a sentence */
};

struct evidence_report {
	struct texts entry;   /* paths that are started */
	struct texts closure; /* paths of all that is loaded, sorted */
	str doubt;            /* what makes "unreached" impossible; empty: nothing */
	struct reach_package *package; /* [package_n], one for each with ELF files, by position */
	ptrdiff_t package_n;
};

/* The tree was asked with inventory_wish.programs. What is reached is read once: O(its bytes of
 * symbols). In op. */
int evidence_make(struct op *op, const struct tree *t, const struct inventory *inv,
		  struct evidence_report *ret) MUST_USE;

/* JSON of the proof for one package: entry points, closure, the package's files, the answer. */
int evidence_proof(struct op *op, const struct inventory *inv, const struct evidence_report *e,
		   const struct reach_package *r, str *ret) MUST_USE;

#endif
