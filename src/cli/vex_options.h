/*
 * vex_options: what `temper vex` was asked for.
 */
#ifndef CLI_VEX_OPTIONS_H
#define CLI_VEX_OPTIONS_H

#include "scan_options.h"

struct vex_options {
	struct scan_options scan; /* what both verbs have */
	str author, product, output, on;
	bool json;
};

verb_run verb_vex_run;

#endif
