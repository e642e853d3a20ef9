/*
 * audit: an image's hardening, checked: configuration and history, accounts, rights, what is installed
 * that an attacker would like, how programs were linked, what is left over, secrets, licences. An
 * image, its inventory and its tree in; one check for each rule out (model/rule.h). Faults are told as
 * they are: what is allowed in spite of them is the policy's to say.
 *
 *	audit_wish(op, &audit, &inventory_wish, &tree_wish) before the tree is made: which files it wants,
 *	    file capabilities, and (audit.secrets) that every content passes secrets.h
 *	inventory_make() as always
 *	audit_make(op, &audit, tree, inventory, ret)
 */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include "inventory/inventory.h"
#include "model/config.h"
#include "model/report.h"
#include "model/rule.h"

struct audit; /* opaque; lives in its op */

struct audit_options {
	bool secrets;              /* look for secrets in every layer, hidden files too */
	struct texts secret_rules; /* files of the user's rules (docs/secrets.md) */
	struct texts secret_skip;  /* globs of paths that are not looked at */
	int64_t now;               /* seconds since 1970: for ages */
};

int audit_open(struct op *op, const struct audit_options *o, struct audit **ret) MUST_USE;

/* What the tree must be asked for besides what the inventory wants: call it after
 * inventory_interest() filled *wish, which is changed. */
int audit_wish(struct op *op, struct audit *a, struct tree_wish *wish) MUST_USE;

/*
 * audit_make(op, a, t, inv, config, ret): every rule in the order of audit_rule(). A part that
 * cannot be read makes its checks OUTCOME_ERROR, with why. ret lives in op and refers to inv.
 * O(files); 100,000 files take some 100 ms without secrets.
 */
int audit_make(struct op *op, struct audit *a, const struct tree *t, const struct inventory *inv,
	       const struct config *config, struct checks *ret) MUST_USE;

/*
 * audit_mask(op, a, subject, config): secrets in the instructions, labels and settings that others will
 * tell of become "***"; nothing where no secrets are looked for. Call it behind audit_make().
 */
int audit_mask(struct op *op, struct audit *a, struct subject *subject,
	       struct config *config) MUST_USE;

/* Checks that need the findings (CIS 4.4) or what the database knows of the system's release: call it
 * once there is a report; until then they are OUTCOME_ERROR. */
int audit_findings(struct op *op, const struct report *r, struct checks *c) MUST_USE;

/* All rules, in the order in which reports show them. */
size_t audit_rules_n(void);
const struct rule *audit_rule(size_t i);
const struct rule *audit_rule_of(str id); /* by id or one of its other names, or NULL */

/* The part of an instruction that a fault tells: many faults may have one, and it may have megabytes. */
enum { AUDIT_SHOWN = 2048 };
str audit_shown(str instruction);

#endif
