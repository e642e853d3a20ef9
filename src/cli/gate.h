/*
 * gate: an image, or a file that `temper policy input` wrote, as the facts that a policy judges.
 */
#ifndef CLI_GATE_H
#define CLI_GATE_H

#include "gate_options.h"
#include "model/facts.h"

struct gate_facts {
	struct facts facts;
	struct report report;
	struct inventory inventory;
	bool whole;           /* nothing of the image was unreadable */
	str file;             /* of facts, that was read in place of an image; or empty */
	struct digest digest; /* of its bytes */
};

/* Everything in op; what it refers to stays open in *look and *db. `now` is the moment of judging. */
int gate_facts_make(struct op *op, const struct cli *cli, const struct gate_options *o, str what,
		    int64_t now, struct look *look, struct database *db,
		    struct gate_facts *ret) MUST_USE;

/* One line on standard error; what cannot be written is not missed. */
void gate_say(const struct cli *cli, str text);

/* SOURCE_DATE_EPOCH where it is set, else now. */
int gate_now(struct op *op, int64_t *ret) MUST_USE;

#endif
