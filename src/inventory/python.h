/*
 * python: what the parts of the Python catalogers share. Source: packaging.python.org
 * specifications (core metadata, recording installed packages, direct URL, version specifiers).
 */
#ifndef INVENTORY_PYTHON_H
#define INVENTORY_PYTHON_H

#include "cataloger.h"
#include "draft.h"

/* The name by which packages are compared: lower-case, runs of '-', '_' and '.' as one '-'. In op.
 */
int python_normal(struct op *op, str name, str *ret) MUST_USE;

/* The name at the front of a requirement ("requests[security] (>=2.1); ..."), and what follows it.
 */
str python_name(str *requirement);

/* Add the package that a requirement names to p->needs, unless it is for an extra only; op: of
 * both. */
int python_need(struct op *op, struct package *p, str requirement) MUST_USE;

/*
 * A METADATA or PKG-INFO into *p, in op (views into text): name, version, licence (empty unless
 * asked for), people, links, needs; provides has the name that it is compared by, if it is another
 * one. *licence_file (may be NULL): the first License-File, or empty.
 */
int python_metadata(struct op *op, const struct catalog *c, str text, struct package *p,
		    str *licence_file) MUST_USE;

/* The files that RECORD (or installed-files.txt) beside f lists, into *p, in op; none: no files. */
int python_files(struct op *op, struct catalog *c, const struct found *f,
		 struct package *p) MUST_USE;

/* A text as a line: runs of blanks as one; in op. */
int python_line(struct op *op, str text, str *ret) MUST_USE;

#endif
