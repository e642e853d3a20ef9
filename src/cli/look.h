/*
 * look: whatever the user names, an image, a directory, a file or a bill of materials, as an
 * inventory, with the steps on standard error: what `temper sbom` and `temper scan` share.
 */
#ifndef CLI_LOOK_H
#define CLI_LOOK_H

#include "audit/audit.h"
#include "oci/source.h"
#include "steps.h"
#include "verbs.h"
#include "vex/evidence.h"

struct look_wish {
	struct texts from, only; /* as given: parted by commas; schemes, and catalogers */
	struct texts insecure;
	str platform, scope, name, version, store, progress;
	struct audit *audit; /* its hardening shall be checked too; or NULL */
	/* Hears of an image's configuration before anything is made of it, and may say more of it: whose
	 * instructions its layers are. May be NULL. */
	int (*hear)(struct op *op, void *arg, struct subject *subject, struct config *config);
	void *arg;
	bool all_platforms, trust, offline, files, compare, licences, evidence, quiet, verbose;
};

struct look {
	const struct cli *cli;
	struct look_wish wish;
	struct steps steps;
	struct store store;
	struct source source;
	ptrdiff_t n; /* inventories that it has: one a platform */
	/* Of the last inventory, with wish.evidence: what its entry points reach. */
	struct evidence_report reach;
	/* Likewise, of every image and directory, its configuration; and with wish.audit the checks. */
	struct config config;
	struct checks checks;
};

/* Nothing is open yet; look_done() may run from here on. */
void look_init(struct look *l, const struct cli *cli, const struct look_wish *wish);
void look_done(struct look *l);
#define AUTO_LOOK __attribute__((cleanup(look_done))) struct look

/* Find what is named so; ERR_USAGE for a bill of materials with wish.audit, and for schemes and catalogers that there are not. */
int look_open(struct op *op, struct look *l, str what) MUST_USE;

/* The i-th inventory, in op. */
int look_at(struct op *op, struct look *l, ptrdiff_t i, struct inventory *ret) MUST_USE;

/* SOURCE_SBOM: the inventory that a bill of materials holds. */
int look_read_sbom(struct op *op, const struct source *s, struct inventory *ret) MUST_USE;

/* "a,b" "c": a b c. */
int look_split(struct op *op, const struct texts *in, struct texts *ret) MUST_USE;

#endif
