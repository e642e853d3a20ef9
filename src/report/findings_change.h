/*
 * findings_change: findings that went and came, of a diff and of a refreshed lock.
 */
#ifndef REPORT_FINDINGS_CHANGE_H
#define REPORT_FINDINGS_CHANGE_H

#include "codec/json.h"
#include "model/difference.h"
#include "text.h"

/* "findings  3 went, 1 came, 5 stayed" and a line for each, worst first (without `verbose` the first
 * of them). Nothing where there were no advisories to look with. */
void findings_change_text(struct buf *b, const struct difference_findings *f,
			  const struct text_style *style);

/* The member "findings"; none where there were no advisories to look with. */
void findings_change_json(struct json_out *j, const struct difference_findings *f);

#endif
