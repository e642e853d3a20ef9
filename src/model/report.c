#include "report.h"

const char *const coverages[COVERAGES] = {
	"covered", "fixed-only", "no-advisories", "no-feed", "unknown", "unreadable", "declared",
};

void report_count(const struct report *r, struct report_counts *ret)
{
	*ret = (struct report_counts){ 0 };
	for (ptrdiff_t i = 0; i < r->finding_n; i++) {
		const struct finding *f = &r->finding[i];
		if (f->suppressed) {
			ret->suppressed++;
			continue;
		}
		ret->by_severity[f->severity]++;
		ret->exploited += f->exploited;
		if (f->state == FIX_FIXED)
			ret->fixed++;
		else
			ret->not_fixed++;
	}
}
