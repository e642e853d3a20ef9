/*
 * policies: policies and waivers as the command line names them: those that ship by name, others as files.
 */
#ifndef CLI_POLICIES_H
#define CLI_POLICIES_H

#include "policy/policy.h"
#include "verbs.h"

/*
 * policies_read(op, names, ret, ret_n): all that are named; without any .temper/policy.yaml where it
 * lies here, else the shipped `baseline`, with *ret_told what is to be told of that. A name that ships
 * is that one, whatever file lies here. ERR_USAGE for what is wrong in them.
 */
int policies_read(struct op *op, const struct texts *names, struct policy ***ret, ptrdiff_t *ret_n,
		  str *ret_told) MUST_USE;

/* Files of waivers of our own form; without any .temper/waivers.yaml where it lies here. Those of other
 * tools are ERR_USAGE: a policy must name them. */
int policies_waivers(struct op *op, const struct texts *files, struct waivers *ret) MUST_USE;

#endif
