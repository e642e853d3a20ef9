#include "facts.h"

int facts_make(struct op *op, struct database *db, const struct inventory *inv,
	       struct checks *checks, const struct config *config, const struct scan_wish *wish,
	       struct report *ret_report, struct facts *ret)
{
	struct scan_wish whole = *wish;

	/* Everything is judged: what is shown, and what is waived, is for later. */
	whole.filter = (struct report_filter){ 0 };
	whole.waivers = (struct waivers){ 0 };
	whole.apply_evidence = false;
	*ret_report = (struct report){ .inventory = inv };
	if (scan_inventory(op, db, inv, &whole, ret_report) < 0 ||
	    audit_findings(op, ret_report, checks) < 0)
		return op->code;
	*ret = (struct facts){
		.report = ret_report, .config = *config, .checks = *checks, .time = wish->now
	};
	return 0;
}
