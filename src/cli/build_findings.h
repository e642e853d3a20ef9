/*
 * build_findings: what the advisories at hand say of images that were just built.
 */
#ifndef CLI_BUILD_FINDINGS_H
#define CLI_BUILD_FINDINGS_H

#include "advisory/database.h"
#include "build/build.h"

/* Fill outcome.findings of each platform; they alias *db, which must stay open. Without a database
 * nothing is looked at. */
int build_findings(struct op *op, const struct store *store, struct database *db,
		   struct built *built) MUST_USE;

#endif
