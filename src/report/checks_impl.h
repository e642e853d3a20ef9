/*
 * checks_impl: the writers of checks, for their table, and what several of them say in the same words.
 */
#ifndef REPORT_CHECKS_IMPL_H
#define REPORT_CHECKS_IMPL_H

#include "checks.h"

typedef int checks_writer(struct op *op, const struct checks_report *r,
			  const struct checks_choice *c, struct buf *b);
checks_writer checks_csv, checks_html, checks_json, checks_junit, checks_markdown, checks_sarif,
	checks_table;

/* Does a fault count, is it of a waiver or an ignore? */
static inline bool checks_counts(const struct fault *f)
{
	return f->waived_by.len == 0;
}

struct checks_counted {
	ptrdiff_t rules[OUTCOMES];   /* by outcome */
	uint64_t broken[SEVERITIES]; /* rules that fail, by the worst of their faults */
	uint64_t faults, waived;
};
struct checks_counted checks_count(const struct checks *c);

/* The worst of those of its faults that count; of none the rule's own. */
enum severity checks_severity(const struct check *c);

/* "23 rules: 17 kept, 4 broken (1 high, 3 low), 2 cannot be told; 1 fault waived". */
void checks_summary(struct buf *b, const struct checks *c);

/* What a rule is of, for headings: "Configuration" of "config.nonroot", "" of "DL3007". */
str checks_group(const struct rule *r);

/* "Dockerfile:12:3", "usr/bin/su", or nothing; and where it comes from: "RUN make (layer 3), login". */
void checks_place(struct buf *b, const struct fault *f);
void checks_origin(struct buf *b, const struct checks_report *r, const struct fault *f);

/* What to do: the fault's own words, else its rule's. */
str checks_remedy(const struct fault *f);

/* All faults of lint in the order of its files and lines. In op. */
int checks_by_place(struct op *op, const struct checks *c, bool all, const struct fault ***ret,
		    ptrdiff_t *ret_n) MUST_USE;

/* What stays the same of a fault from build to build. */
struct digest checks_identity(struct op *op, const struct checks_report *r, const struct fault *f);

#endif
