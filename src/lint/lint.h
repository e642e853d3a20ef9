/*
 * lint: Dockerfiles, and Kubernetes manifests (rendered Helm too), against tables of rules: line-exact
 * faults, ignored inline only with a reason. A reader a kind (dockerfile.c, kubernetes.c), rules as
 * tables of functions over what it read.
 *
 * Ids are those that people know: hadolint's (DL3007) where it has the rule, else Trivy's (DS-0002,
 * KSV-0012); `also` has the others'. Inline: "# hadolint ignore=DL3008" and "# temper ignore=DL3008,KSV-0012
 * reason" (or a reason in the comment above) for the next instruction or document; "# hadolint global
 * ignore=..." for the file; "#trivy:ignore:DS-0002" likewise.
 */
#ifndef LINT_LINT_H
#define LINT_LINT_H

#include "codec/node.h"
#include "model/rule.h"

enum lint_kind { LINT_DOCKERFILE, LINT_KUBERNETES, LINT_KINDS };
extern const char *const lint_kinds[LINT_KINDS]; /* "dockerfile", "kubernetes" */

struct lint_wish {
	struct texts trusted_registries; /* DL3026, KSV-0125; none: not asked */
	struct pairs
		labels; /* DL3049: name, and its type ("text", "url", "semver", "spdx", "email",
					    "hash", "rfc3339") */
	bool strict_labels;
	bool ignores_need_reason; /* one without does not count, and is a fault */
	struct texts only,
		skip;      /* ids, or other names of rules; ranges of severity are the caller's */
	struct texts also; /* likewise, of rules that are off unless named: DL1001 */
};

struct lint_file {
	str path;
	enum lint_kind kind;
	struct fault *fault; /* [fault_n] by line; ignored ones too (waived_by, reason) */
	ptrdiff_t fault_n;
};

/* Which kind a file is, by name and content; -1: neither. */
int lint_kind_of(str path, str bytes);

/*
 * lint_bytes(op, path, kind, bytes, wish, ret): ERR_FORMAT "PATH:LINE: ..." for what the format
 * does not allow (a Dockerfile that BuildKit would refuse). ret lives in op, and may alias bytes.
 * 1,000 Dockerfiles take less than a second.
 */
int lint_bytes(struct op *op, str path, enum lint_kind kind, str bytes,
	       const struct lint_wish *wish, struct lint_file *ret) MUST_USE;

/* All rules of a kind. */
const struct rule *const *lint_rules(enum lint_kind kind, size_t *ret_n);
const struct rule *lint_rule_of(str id); /* by id or one of its other names, or NULL */

/* Is the rule known under this name: its id, one of its other names, in any writing that people use
 * ("DS002", "AVD-DS-0002")? */
bool lint_named(const struct rule *rule, str name);

#endif
