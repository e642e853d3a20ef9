/*
 * kubernetes: manifests as objects, their pods and containers, for rules to look at. A file is a
 * stream of YAML documents (Helm's output, kustomize's) or JSON; a List is its items.
 * Sources: Kubernetes API conventions; Pod Security Standards; the meaning of Trivy's KSV and KCV
 * checks.
 *
 * Rules are rows: a scope says how often one is asked (for each object, pod, container), a function
 * whether it is kept. It adds faults with kubernetes_fault() at the node that is wrong, or, where
 * something is missing, at the nearest that is there.
 */
#ifndef LINT_KUBERNETES_H
#define LINT_KUBERNETES_H

#include "base/vec.h"
#include "lint.h"

struct kubernetes_object {
	const struct node *root;
	int line;        /* to be added to those of its nodes */
	int first, last; /* lines of its document */
	str api, kind, name, ns;
	const struct node *pod;  /* the PodSpec in it, or NULL */
	const struct node *meta; /* metadata of the pod */
};

enum kubernetes_role { CONTAINER_MAIN, CONTAINER_INIT, CONTAINER_EPHEMERAL, CONTAINER_ROLES };

struct kubernetes_container {
	const struct node *node;
	str name;
	enum kubernetes_role role;
};

struct kubernetes { /* one file being looked at */
	struct op *op;
	str path;
	const struct lint_wish *wish;
	VEC(struct kubernetes_object) object;
	int lists;                             /* that are being read, one in the other */
	const struct kubernetes_object *at;    /* the object that is being asked about */
	const struct kubernetes_container *in; /* likewise, or NULL */
	const struct rule *rule;               /* that is asked */
	VEC(struct fault) fault;
};

typedef int kubernetes_ask(struct kubernetes *k);

enum kubernetes_scope { ASK_OBJECT, ASK_POD, ASK_CONTAINER };
struct kubernetes_rule {
	struct rule rule;
	enum kubernetes_scope scope;
	kubernetes_ask *ask;
};

/* Tables of rules, one a file; each ends with an id that is NULL. */
extern const struct kubernetes_rule kubernetes_container_rules[];
extern const struct kubernetes_rule kubernetes_pod_rules[];
extern const struct kubernetes_rule kubernetes_object_rules[];
extern const struct kubernetes_rule kubernetes_access_rules[];
extern const struct kubernetes_rule kubernetes_plane_rules[];

/* One fault of k->rule at a node of k->at (NULL: the object's first line). `what` is fmt, and whose it is
 * is put before it. */
int kubernetes_fault(struct kubernetes *k, const struct node *node, const char *fmt, ...)
	PRINTF_LIKE(3, 4) MUST_USE;

/* The value at a path of keys, parted by dots, or NULL. */
const struct node *kubernetes_at(const struct node *node, const char *path);
/* Its text; empty where there is none. */
str kubernetes_text(const struct node *node, const char *path);
/* Is it the truth, or what it is for? -1: it is not there, or no truth value. */
int kubernetes_truth(const struct node *node, const char *path);
/* Is the node (or NULL) a whole number? */
bool kubernetes_number(const struct node *n, int64_t *ret);

/* A setting of the container's securityContext, else (where both have it) the pod's. */
const struct node *kubernetes_context(const struct kubernetes *k, const char *path);

/* Parse the file: ERR_FORMAT with file and line for what is no YAML. */
int kubernetes_read(struct op *op, str path, str bytes, struct kubernetes *ret) MUST_USE;

/* lint_bytes() for LINT_KUBERNETES, without inline ignores. */
int kubernetes_lint(struct op *op, str path, str bytes, const struct lint_wish *wish,
		    struct lint_file *ret) MUST_USE;

/* Does it look like a manifest: apiVersion and kind at the top of a document? */
bool kubernetes_is(str bytes);

/* All rules. */
const struct rule *const *kubernetes_rules(size_t *ret_n);

#endif
