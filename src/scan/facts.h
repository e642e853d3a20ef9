/*
 * facts: an image to all that a policy may judge it by: inventory, findings, configuration, audit, base,
 * hardening against it.
 */
#ifndef SCAN_FACTS_H
#define SCAN_FACTS_H

#include "audit/audit.h"
#include "model/facts.h"
#include "scan.h"

/*
 * facts_make(op, db, inv, checks, config, wish, ret_report, ret): match and VEX as scan_inventory() does,
 * without filters and waivers (a policy's waivers come later); then audit_findings(). ret refers to all
 * of them.
 */
int facts_make(struct op *op, struct database *db, const struct inventory *inv,
	       struct checks *checks, const struct config *config, const struct scan_wish *wish,
	       struct report *ret_report, struct facts *ret) MUST_USE;

/* What `after` has for the worse, for the better and besides, against `before`. */
int hardening_make(struct op *op, const struct facts *before, const struct facts *after,
		   struct hardening *ret) MUST_USE;

#endif
