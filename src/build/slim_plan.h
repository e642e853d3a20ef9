/*
 * slim_plan: which packages of an image can go, from what is known of each.
 *
 * Pure: values in, values out. Where nothing that is reached can load or start more (no doubt), all
 * that is neither reached nor data goes. With a doubt everything stays but what a table says is
 * of no use to what runs (package managers, what only maintainer scripts call, documentation,
 * compilers, the administration of disks), where nothing that is reached names its programs; and
 * libraries that came for the sake of those and that nothing else needs. The rules, in order: --drop, --keep, reached, named, data, loaded by
 * the C library by name, modules of a reached interpreter, choices of alternatives, doubt; then, until
 * nothing changes, the libraries that the files of what stays need, and what it depends on as far as
 * that is no tool: without a doubt, only what has no program of its own (data).
 */
#ifndef BUILD_SLIM_PLAN_H
#define BUILD_SLIM_PLAN_H

#include "model/slim.h"

struct slim_package {
	str name, section;
	str depends, recommends, provides; /* as dpkg's database has them */
	str reached;                       /* a sentence that says how; empty: it is not */
	str named;                         /* what names a program of it */
	str implicit;                      /* the file that the C library may load by its name */
	str modules;            /* a file where an interpreter that is reached looks for modules */
	str choice;             /* the alternative whose choice it is, while others are left */
	bool programs;          /* it has files that can be started */
	bool code;              /* it has programs or libraries */
	bool plugins;           /* libraries where no loader looks: somebody opens them by path */
	struct texts libraries; /* names by which its ELF files may be loaded */
	struct texts needs;     /* names that its ELF files need */
};

struct slim_input {
	const struct slim_package *package; /* [package_n] */
	ptrdiff_t package_n;
	str doubt;               /* empty: all that can run was followed */
	struct texts needs;      /* of ELF files that no package has */
	struct texts keep, drop; /* names */
};

struct slim_answer {
	enum slim_rule rule;
	str why;
	struct texts dependent;
};

/* One answer a package, in op. ERR_USAGE for a name in keep or drop that is none of them, and for one
 * in both. O(packages * rounds + dependencies). */
int slim_plan(struct op *op, const struct slim_input *in, struct slim_answer **ret) MUST_USE;

/* What the tables say of a package: why it is data, or of no use to what runs; NULL: nothing. */
const char *slim_data(str name);
const char *slim_tool(str name, str section);

#endif
