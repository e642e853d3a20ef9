/*
 * cvss_impl: what the files of the CVSS versions share. Only cvss*.c includes it.
 */
#ifndef MODEL_CVSS_IMPL_H
#define MODEL_CVSS_IMPL_H

#include "severity.h"

enum { CVSS_METRICS = 32 };

struct cvss_metric {
	const char *name;
	const char *values;   /* their words, blank-separated */
	const double *weight; /* of each value, where the version has such */
};

/*
 * cvss_read(vector, metric, n, required, ret): "NAME:VALUE/..." as the places of the values, -1 where a
 * metric is missing. False for an unknown name or value, one that stands twice, or a missing one of the
 * first `required`.
 */
bool cvss_read(str vector, const struct cvss_metric *metric, int n, int required,
	       signed char ret[CVSS_METRICS]);

/* The score of a 4.0 vector, its prefix taken off. */
bool cvss4_score(str vector, double *ret);

#endif
