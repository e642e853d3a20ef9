#include "osv_spans.h"

#include <stdlib.h>

/* "0" introduces before every version there is, "*" limits behind every one. */
static bool is_zero(const struct osv_event *e)
{
	return e->kind == OSV_INTRODUCED && str_eq(e->version, S("0"));
}

struct place {
	struct osv_event event;
	ptrdiff_t at;
};

/* What was last affected holds beyond its own version: of one version it comes last. */
static int order(enum version_scheme scheme, const struct osv_event *a, const struct osv_event *b)
{
	int first = is_zero(b) - is_zero(a);

	if (first == 0 && !is_zero(a))
		first = version_compare(scheme, a->version, b->version);
	if (first == 0)
		first = (a->kind == OSV_LAST_AFFECTED) - (b->kind == OSV_LAST_AFFECTED);
	return first;
}

static int compare(const void *a, const void *b, void *arg)
{
	const struct place *x = a, *y = b;
	int o = order(*(enum version_scheme *)arg, &x->event, &y->event);

	return o ? o : (x->at > y->at) - (x->at < y->at);
}

static int sort(struct op *op, enum version_scheme scheme, struct osv_event *event, ptrdiff_t n)
{
	ptrdiff_t i = n && is_zero(&event[0]) ? 2 : 1;

	while (i < n && order(scheme, &event[i - 1], &event[i]) <= 0)
		i++;
	if (i >= n)
		return 0;
	struct place *place = op_new(op, struct place, n);
	if (!place)
		return op->code;
	for (i = 0; i < n; i++)
		place[i] = (struct place){ event[i], i };
	qsort_r(place, (size_t)n, sizeof(*place), compare, &scheme);
	for (i = 0; i < n; i++)
		event[i] = place[i].event;
	return 0;
}

/* Take the limits out of the events; the largest of them, empty if there is none. */
static str take_limit(enum version_scheme scheme, struct osv_event *event, ptrdiff_t *n)
{
	str limit = { 0 };
	ptrdiff_t kept = 0;
	bool none = false;

	for (ptrdiff_t i = 0; i < *n; i++) {
		if (event[i].kind != OSV_LIMIT) {
			event[kept++] = event[i];
			continue;
		}
		none |= str_eq(event[i].version, S("*"));
		if (limit.len == 0 || version_compare(scheme, event[i].version, limit) > 0)
			limit = event[i].version;
	}
	*n = kept;
	return none ? S("") : limit;
}

static int push(struct op *op, enum version_scheme scheme, struct version_span span, str limit,
		osv_span_list *to)
{
	if (limit.len && span.from.len && version_compare(scheme, span.from, limit) >= 0)
		return 0;
	if (limit.len && span.until.len && version_compare(scheme, span.until, limit) > 0)
		span.until = limit;
	else if (limit.len && span.last.len && version_compare(scheme, span.last, limit) >= 0)
		span = (struct version_span){ .from = span.from, .until = limit };
	else if (limit.len && span.until.len == 0 && span.last.len == 0)
		span.until = limit;
	struct version_span *place = vec_push(op, to);
	if (!place)
		return op->code;
	*place = span;
	return 0;
}

int osv_spans(struct op *op, enum version_scheme scheme, struct osv_event *event, ptrdiff_t n,
	      osv_span_list *to)
{
	str limit = take_limit(scheme, event, &n);
	struct version_span span = { 0 };
	bool open = false;
	int rc = sort(op, scheme, event, n);

	if (rc < 0)
		return rc;
	if (n == 0 || event[0].kind != OSV_INTRODUCED)
		return 1;
	for (ptrdiff_t i = 0; i < n && rc == 0; i++) {
		if (event[i].kind == OSV_INTRODUCED) {
			if (!open)
				span = (struct version_span){ .from = is_zero(&event[i])
									      ? S("")
									      : event[i].version };
			open = true;
			continue;
		}
		if (!open)
			continue;
		open = false;
		if (event[i].kind == OSV_FIXED)
			span.until = event[i].version;
		else
			span.last = event[i].version;
		/* Introduced and fixed by the same version: nobody has it. */
		if (span.until.len && span.from.len &&
		    version_compare(scheme, span.from, span.until) == 0)
			continue;
		rc = push(op, scheme, span, limit, to);
	}
	return open && rc == 0 ? push(op, scheme, span, limit, to) : rc;
}
