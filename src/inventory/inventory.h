/*
 * inventory: a tree in, packages and all that is known of them out.
 */
#ifndef INVENTORY_INVENTORY_H
#define INVENTORY_INVENTORY_H

#include "cataloger.h"

/* Of the ids of interest (tree/interest.h) catalogers have those from 0 on; these are what others keep
 * at hand. */
enum {
	INTEREST_KEPT = INTEREST_IDS - 1, /* for the system's identity, and for vex/evidence.h */
	INTEREST_AUDIT = INTEREST_IDS - 2,
	INTEREST_FREE = INTEREST_IDS - 8, /* catalogers stay below */
};

struct inventory_wish {
	bool image;        /* the tree is an image's */
	bool licences;     /* tell licences */
	bool files;        /* list all files with digests, and compare them with their packages' */
	bool compare;      /* compare them with their packages', but list none: for an audit */
	bool hidden;       /* --scope all-layers */
	bool programs;     /* keep programs and libraries at hand: for vex/evidence.h */
	struct texts only; /* names of catalogers; empty: all. "-NAME": all but it */
};

/* What the tree must be asked for, in op: hand it to tree_of_*(). */
int inventory_interest(struct op *op, const struct inventory_wish *wish,
		       struct tree_wish *ret) MUST_USE;

/*
 * inventory_make(op, t, wish, ret): all catalogers over the tree, then relations, owners, the coverage ledger,
 * and (wish->files, wish->compare) what has changed since it was installed. ret->subject is the caller's, and is
 * looked at for layers and origins: fill it first.
 */
int inventory_make(struct op *op, const struct tree *t, const struct inventory_wish *wish,
		   struct inventory *ret) MUST_USE;

#endif
