/*
 * init: a first recipe for a package, with a test, to be edited by its user.
 */
#ifndef BUILD_INIT_H
#define BUILD_INIT_H

#include "base/op.h"

/*
 * init_recipe(op, package, description, ret): a commented recipe that builds an image around one
 * package. Well-known servers and languages get their command, port, directories and a test that
 * runs them; any other package gets the program of its own name below /usr/bin and a test that it
 * is there. `description` is the package's first line, or empty. The result is what recipe_read()
 * accepts. ERR_USAGE for what is no name of a package.
 */
int init_recipe(struct op *op, str package, str description, str *ret) MUST_USE;

#endif
