/*
 * evidence: can code of a package's libraries be reached from what the image starts?
 *
 * From the entry points (ENTRYPOINT, CMD, and what a script interpreter among them runs) the loader's
 * closure is followed as ld.so would (RPATH, RUNPATH, the cache's directories, NEEDED), with imported
 * and exported symbols. What cannot be followed makes the answer "cannot tell", never "not affected":
 * dlopen among the imports of anything reached, an interpreter, a program that starts others
 * (exec*, posix_spawn, system, popen), a static binary, a shell as entry point.
 */
#ifndef VEX_EVIDENCE_H
#define VEX_EVIDENCE_H

#include "model/inventory.h"
#include "tree/tree.h"

enum reach { REACH_CANNOT_TELL, REACH_REACHED, REACH_UNREACHED };

struct reach_package {
	uint32_t package;
	enum reach reach;
	struct texts path; /* reached: how, "usr/sbin/nginx" "libssl.so.3"; unreached: its ELF files
			      that nothing loads; cannot tell: what stands in the way */
	str why;           /* a sentence */
};

/* Files that it must see, in op: what inventory_interest() asks the tree for is widened by this. */
int evidence_interest(struct op *op, struct tree_wish *add_to) MUST_USE;

/* One line for each package with ELF files, by position. */
int evidence_make(struct op *op, const struct tree *t, const struct inventory *inv,
		  struct reach_package **ret, ptrdiff_t *ret_n) MUST_USE;

/* JSON of the proof of one: entry points, closure, imported symbols per library: for attestations and
 * the statement's impact text. */
int evidence_proof(struct op *op, const struct inventory *inv, const struct reach_package *r,
		   str *ret) MUST_USE;

#endif
