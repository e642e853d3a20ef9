/*
 * build_next: what a reader of the report may want to do next, as commands to copy and paste.
 */
#ifndef CLI_BUILD_NEXT_H
#define CLI_BUILD_NEXT_H

#include "build_options.h"
#include "model/outcome.h"

/*
 * build_next(op, o, recipe, name, well, ret): fill ret->next. Words that a shell would read are
 * quoted; options that say where things are go along. Of a build that is not `well`, what helps
 * to find out why.
 */
int build_next(struct op *op, const struct build_options *o, str recipe, str name, bool well,
	       struct outcome *ret) MUST_USE;

#endif
