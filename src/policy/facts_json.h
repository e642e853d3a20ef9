/*
 * facts_json: the document that `temper policy input` writes, for OPA and Conftest, for
 * `temper gate FILE`, and as what CEL expressions see. Layout: docs/policy-input.md and
 * schemas/policy-input.schema.json.
 */
#ifndef POLICY_FACTS_JSON_H
#define POLICY_FACTS_JSON_H

#include "base/buf.h"
#include "model/facts.h"

/* Same facts, same bytes. */
int facts_json_write(struct op *op, const struct facts *f, struct buf *b) MUST_USE;

/*
 * facts_json_read(op, what, bytes, facts, report, inventory): the other way, for files that temper
 * wrote: facts->report is `report`, its inventory `inventory`. Whatever a rule looks at comes back
 * as it was. ERR_FORMAT for anything else, and for another version. A report of 1,000 packages and 500
 * findings takes 3 ms.
 */
int facts_json_read(struct op *op, str what, str bytes, struct facts *facts, struct report *report,
		    struct inventory *inventory) MUST_USE;

#endif
