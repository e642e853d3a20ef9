/*
 * waivers_impl: what the readers of waivers and ignore files share.
 */
#ifndef POLICY_WAIVERS_IMPL_H
#define POLICY_WAIVERS_IMPL_H

#include "base/vec.h"
#include "waivers.h"

/* A reader of one form. doc: parsed; of lines (.trivyignore) only its file is set. */
int waivers_read_ours(struct op *op, const struct doc *doc, struct waivers *to) MUST_USE;
int waivers_read_trivy_lines(struct op *op, str file, str bytes, struct waivers *to) MUST_USE;
int waivers_read_trivy(struct op *op, const struct doc *doc, struct waivers *to) MUST_USE;
int waivers_read_grype(struct op *op, const struct doc *doc, struct waivers *to) MUST_USE;
int waivers_read_osv(struct op *op, const struct doc *doc, struct waivers *to) MUST_USE;

/* A new rule with its place; NULL: memory. */
struct waiver *waiver_add(struct op *op, struct waivers *to, str file, int line, const char *form);
/* "FILE:LINE: text" among the warnings. */
int waivers_warn(struct op *op, struct waivers *to, str file, int line, const char *fmt, ...)
	PRINTF_LIKE(5, 6) MUST_USE;

/* "2026-12-31", the only day that is meant by it; and RFC 3339 with it. */
bool waiver_date(str s);
/* A date or moment of another tool, which ends at its first second, as `until`. 1: it is none. */
int waiver_moment(struct op *op, str s, str *ret) MUST_USE;

#endif
