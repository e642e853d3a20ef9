/*
 * catalog: what is being found while catalogers run. For the files of inventory only.
 *
 * Invariants: (1) a package has one place for good, and one purl stands for one package; (2)
 * owner[node] is 0, or 1 + the system's package that lists the file, set as soon as the package is
 * added; (3) place[i] is of package[i].
 */
#ifndef INVENTORY_CATALOG_H
#define INVENTORY_CATALOG_H

#include "base/map.h"
#include "inventory.h"

struct place { /* of a package: what it was recognised by */
	VEC(struct evidence) evidence;
	VEC(uint32_t) node; /* of each evidence */
};

struct fact { /* one line of evidence for os.facts */
	str key, value;
};

struct catalog {
	struct op *op;
	const struct tree *tree;
	const struct inventory_wish *wish;
	struct os_identity os;
	struct pairs os_facts;
	const struct cataloger *running;
	void *state;
	VEC(struct package) package;
	VEC(struct place) place;
	VEC(struct relation) relation;
	VEC(struct warning) warning;
	struct map by_purl; /* to 1 + its number */
	uint32_t *owner;    /* [tree_count()] */
	uint8_t *seen;      /* [tree_count()]: recognised as something */
};

int catalog_open(struct op *op, const struct tree *t, const struct inventory_wish *wish,
		 struct catalog **ret) MUST_USE;

/* All catalogers over the files they want. */
int catalog_run(struct op *op, struct catalog *c) MUST_USE;

/* Is the cataloger to run at all? */
bool catalog_selected(const struct inventory_wish *wish, const struct cataloger *cataloger);

/* The steps after the catalogers, each over the whole catalog: needs and provides become relations;
 * owners; the coverage ledger; changed files; layers and origins. */
int relate_packages(struct op *op, struct catalog *c) MUST_USE;
int relate_owners(struct op *op, struct catalog *c) MUST_USE;
int ledger_make(struct op *op, struct catalog *c, struct inventory *ret) MUST_USE;
int changed_make(struct op *op, struct catalog *c, struct inventory *ret) MUST_USE;
int origin_make(struct op *op, struct catalog *c, struct inventory *ret) MUST_USE;

#endif
