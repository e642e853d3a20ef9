/*
 * osv_spans: the events of an OSV range as spans of versions. Source: OSV schema 1.7,
 * "affected[].ranges[].events fields" and "Evaluation".
 */
#ifndef ADVISORY_OSV_SPANS_H
#define ADVISORY_OSV_SPANS_H

#include "base/vec.h"
#include "model/version.h"

enum osv_event_kind { OSV_INTRODUCED, OSV_FIXED, OSV_LAST_AFFECTED, OSV_LIMIT };
struct osv_event {
	enum osv_event_kind kind;
	str version;
};
typedef VEC(struct osv_event) osv_events;
typedef VEC(struct version_span) osv_span_list;

/*
 * osv_spans(op, scheme, event, n, to): put the events in order (stable; `event` is sorted) and append
 * the spans that they make, until where the largest limit is. 1: they make no sense: the first
 * in order introduces nothing. O(n log n).
 */
int osv_spans(struct op *op, enum version_scheme scheme, struct osv_event *event, ptrdiff_t n,
	      osv_span_list *to) MUST_USE;

#endif
