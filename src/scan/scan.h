/*
 * scan: an inventory to a report: match, VEX, waivers, filters, groups, verdict. What `temper scan`
 * does, and what a service would.
 */
#ifndef SCAN_SCAN_H
#define SCAN_SCAN_H

#include "advisory/match.h"
#include "policy/waivers.h"
#include "vex/evidence.h"
#include "vex/vex.h"

enum scan_sort { SORT_RISK, SORT_SEVERITY, SORT_PACKAGE, SORT_VULNERABILITY, SORT_EPSS, SORT_KEV };

struct scan_wish {
	struct match_wish match;
	struct report_filter filter;
	enum scan_sort sort;
	struct statements statements; /* of VEX documents */
	struct waivers waivers;
	const struct reach_package *reach; /* [reach_n]; applied only when apply_evidence */
	ptrdiff_t reach_n;
	struct texts reach_entry, reach_loaded; /* the report's entry and closure */
	bool apply_evidence;
	int warn_days;
	int64_t now; /* of the report; SOURCE_DATE_EPOCH where it is set */
};

/* *ret is whole afterwards but for nothing. Lives in op; refers to inv and db. */
int scan_inventory(struct op *op, struct database *db, const struct inventory *inv,
		   const struct scan_wish *wish, struct report *ret) MUST_USE;

#endif
