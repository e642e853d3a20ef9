#include "finding.h"

const char *const fix_states[FIX_STATES] = {
	"unknown",
	"fixed",
	"affected",
	"will_not_fix",
	"fix_deferred",
	"end_of_life",
	"under_investigation",
	"not_affected",
};

const char *const match_bys[3] = { "name", "source", "classified" };

const char *const suppressed_bys[SUPPRESSED_BYS] = {
	"", "owner", "content", "not-affected", "vex", "waiver", "ignore", "evidence", "filter",
};

static int by_number(double a, double b)
{
	return a > b ? -1 : a < b;
}

int finding_compare(const struct finding *a, const struct finding *b)
{
	int rc = by_number(a->risk, b->risk);

	if (rc == 0)
		rc = (int)b->severity - (int)a->severity;
	if (rc == 0)
		rc = a->package < b->package ? -1 : a->package > b->package;
	return rc ? rc : str_cmp(a->id, b->id);
}
