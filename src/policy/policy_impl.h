/*
 * policy_impl: what the parts of the policy engine share: kinds of rules as a table, their parameters,
 * and how a rule tells what it found.
 */
#ifndef POLICY_POLICY_IMPL_H
#define POLICY_POLICY_IMPL_H

#include "base/buf.h"
#include "base/vec.h"
#include "cel.h"
#include "policy.h"
#include "waivers_impl.h"

enum { POLICY_DAY = 86400 };

/* ---- parameters ---- */

enum grace_from { GRACE_FROM_FIX, GRACE_FROM_PUBLISHED };

/* Those of all kinds; a rule may have those that its kind names. What is not given is zero. */
struct params {
	enum severity min;
	bool fixable, has_fixable, only_app, only_base, unknown, due, extended, fixed_only, no_base;
	bool has_grace;
	int64_t grace[SEVERITIES]; /* seconds, by severity */
	enum grace_from grace_from;
	int64_t max_age, max_behind, warn_before; /* seconds */
	double above;
	uint64_t max, max_size;
	struct texts ids, ignore_states, kinds, packages, paths, allow, deny, from, labels, purls,
		required, spdx, except, types, areas, rules;
};

struct setting { /* one line of `with` or `data`, before it is read */
	str name;
	const struct node *value;
	const struct doc *doc;
	bool used;
};
struct settings {
	struct setting *p;
	ptrdiff_t n, cap;
};

struct policy_rule;

/* The rule's settings as values, with those of `data` ("$name") put in. ERR_USAGE with the line. */
int params_read(struct op *op, struct settings *data, struct policy_rule *r) MUST_USE;

/* "min: high, grace: 7d": what was given, by name, for people. And whether two rules of one kind are given
 * the same; `only` (names parted by blanks, or NULL for all) limits what is compared. */
int params_text(struct op *op, const struct policy_rule *r, str *ret) MUST_USE;
bool params_same(const struct policy_rule *a, const struct policy_rule *b, const char *only);

/* The value of a setting, or NULL. */
struct setting *setting_find(const struct settings *s, str name);
/* Put one in, in place of one of its name. */
int setting_put(struct op *op, struct settings *s, str name, const struct node *value,
		const struct doc *doc) MUST_USE;

/* "7d", "48h", "30m", "90s", "2w" as seconds; "150MiB", "1GB", "4096" as bytes. */
bool policy_duration(str s, int64_t *ret);
bool policy_size(str s, uint64_t *ret);

/* ---- kinds ---- */

struct judge;
struct kind {
	struct rule rule;   /* its id is what `rule:` says */
	const char *params; /* names that it takes, parted by blanks; "x!" must be given */
	const char *parts;  /* those of them that say what it looks at: two rules that differ in one
			       of these look at different things */
	int (*ask)(struct op *op, struct judge *j);
};
#define KIND(name) extern const struct kind kind_##name
extern const struct kind *const kinds[];
extern const size_t kinds_n;
const struct kind *kind_of(
	str name); /* by id or another name; of an audit's rule kind_audit; or NULL */

/* What every rule of the audit takes; those are no rows of kinds[]. And such a rule, by id or another
 * name, or NULL. */
extern const struct kind kind_audit;
/* What an expression asks: a rule with `cel` in place of `rule`. */
extern const struct kind kind_cel;
const struct rule *policy_audit_rule(str name);

/* ---- a policy ---- */

struct policy_match { /* of a policy or a rule: which images */
	struct texts images, except;
};

struct policy_rule {
	str id, file, name; /* name: as `rule:` says */
	int line;
	const struct doc *doc;
	const struct node *node;
	const struct kind *kind;
	const struct rule *about; /* the kind's, or the audit's rule */
	str title, rationale, solution;
	enum policy_mode mode;
	bool has_mode;
	str effective_on;
	int64_t effective; /* seconds; 0: at once */
	str expression; /* of `cel` */
	struct cel *cel, *message;
	struct settings with;
	struct params params;
	str with_text;
	struct policy_match **match; /* [match_n], each of which must hold */
	ptrdiff_t match_n;
};

struct waiver_terms { /* what a waiver must fulfil */
	uint64_t max_days, approvals, warn_days;
	bool wildcards, has_max_days;
};

struct policy {
	struct verdict_policy about;
	VEC(struct policy_rule) rule;
	struct policy_match match;
	bool has_match;
	enum policy_mode mode;
	struct waiver_terms terms;
	struct waivers waivers; /* of the files that it names */
};

/* ---- names of images ---- */

/*
 * image_names(op, s, claims, ret): all that an image is called, in one spelling: "docker.io/library/nginx",
 * "nginx", each with its tag and its digest. Without `claims` only what the user or the registry
 * calls it, not what an archive says of itself: for whatever grants something. A tag beside a digest
 * grants nothing.
 */
int image_names(struct op *op, const struct subject *s, bool claims, struct texts *ret) MUST_USE;

/* Does a glob of images hold for one of the names? Its host is read as theirs are. */
int image_fits(struct op *op, const struct texts *names, str glob, bool *ret) MUST_USE;

/* Does it say next to nothing: has it fewer than three letters and digits outside of brackets? */
bool glob_is_wide(str glob);

/* ---- judging ---- */

struct judge {
	struct facts *facts;
	struct report *report;
	const struct policy *policy;
	const struct policy_rule *rule;
	struct node *tree; /* the facts as expressions see them, where *has_tree */
	bool *has_tree;
	int64_t now;
	int64_t ends; /* the first moment on which the verdict changes by itself; 0: none */
	bool error;
	str detail;
	int64_t graced_until;
	VEC(struct fault) fault;
};

/* One fault; f.rule need not be set, `what` is made of fmt. */
int judge_fault(struct op *op, struct judge *j, struct fault f, const char *fmt, ...)
	PRINTF_LIKE(4, 5) MUST_USE;
/* It cannot be told, and why: the first counts. Or a line of what was looked at. */
int judge_error(struct op *op, struct judge *j, const char *fmt, ...) PRINTF_LIKE(3, 4) MUST_USE;
int judge_detail(struct op *op, struct judge *j, const char *fmt, ...) PRINTF_LIKE(3, 4) MUST_USE;
/* The verdict holds no longer than this. */
void judge_ends(struct judge *j, int64_t at);
/* The day of a moment: "2026-12-31". */
int judge_day(struct op *op, int64_t at, str *ret) MUST_USE;
/* A date, or a date and time, as a moment; false: it is none. */
bool judge_moment(str s, int64_t *ret);

bool texts_have(const struct texts *list, str word); /* but for case */
bool texts_fit(const struct texts *globs, str text); /* one of them matches */
/* "pkg:deb/debian/openssl*" over a purl, with its version or without, without qualifiers. */
bool texts_fit_purl(const struct texts *globs, str purl);

/* ---- waivers ---- */

/* Those that do not fulfil the policy's terms are marked as refused, with why. */
int waivers_refuse(struct op *op, const struct waiver_terms *terms, int64_t now,
		   struct waivers *w) MUST_USE;

/* Faults of the rule that a waiver of it holds for become waived. */
int waivers_apply_faults(struct op *op, struct waivers *w, const struct policy_rule *r,
			 struct fault *fault, ptrdiff_t fault_n) MUST_USE;

/* As waivers_apply(), by these names of the image. Prepares those of rules too: their days, images. */
int waivers_hold(struct op *op, struct report *report, struct waivers *waivers, int64_t today,
		 int warn_days, const struct texts *names) MUST_USE;

#endif
