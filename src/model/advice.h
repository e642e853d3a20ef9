/*
 * advice: which other bases an image could stand on, with what each takes away and costs; plain values.
 */
#ifndef MODEL_ADVICE_H
#define MODEL_ADVICE_H

#include "report.h"

struct advice_need {
	const char *what; /* "python" */
	str why;          /* "it starts usr/bin/python3", "34 npm packages" */
	str version;      /* that is there: "3.11"; or empty */
};

/* An image that could be the base. */
struct advice_base {
	str name, what;
	const char *from;            /* "catalogue", "store" */
	const struct report *report; /* with its inventory */
	uint64_t size;               /* of its files; 0: not known */
};

struct advice {
	struct advice_base base;
	bool fits;            /* it brings all that is needed */
	struct texts missing; /* what it does not bring: "nodejs" */
	struct texts costs;   /* "python 3.11 becomes 3.13", "no shell" */
	uint64_t by_severity[SEVERITIES];
};

struct advices {
	str subject;              /* the image or Dockerfile */
	str base;                 /* the base of it as it is now; empty: not known */
	struct advice_need *need; /* [need_n] */
	ptrdiff_t need_n;
	bool known;                       /* the present image could be looked at: */
	uint64_t by_severity[SEVERITIES]; /* of what a base brings: system packages, runtimes */
	uint64_t application;             /* findings of the rest, which stay */
	uint64_t size;                    /* 0: not known */
	ptrdiff_t packages;
	bool no_database; /* findings are not known of any */
	struct advice *p; /* [n], those that fit first, best first */
	ptrdiff_t n, fits_n;
};

#endif
