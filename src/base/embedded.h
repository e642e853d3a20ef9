/*
 * embedded: a file that is compiled in. tools/embed-table writes tables of them.
 */
#ifndef BASE_EMBEDDED_H
#define BASE_EMBEDDED_H

#include "str.h"

struct embedded {
	const char *name; /* "common.yaml" */
	str text;
};

#endif
