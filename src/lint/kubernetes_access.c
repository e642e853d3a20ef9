/* Rules of roles and bindings: what they let their subjects do. */
#include "kubernetes.h"

enum { WORDS = 12 };

struct grant { /* a rule of a role that gives all of this: some of verbs on some of resources */
	const char *resource[WORDS], *verb[WORDS];
	bool star_resource; /* "*" counts as each of them */
	bool star_verb;
	const char *kinds; /* kinds of objects that are asked */
	const char *named; /* only where resourceNames has it; NULL: where there are none */
};

/* The first of a list that is one of the words, or NULL. */
static const struct node *first_of(const struct node *list, const char *const *word, bool star)
{
	for (ptrdiff_t i = 0; list && list->kind == NODE_LIST && i < list->n; i++) {
		str s = list->child[i].text;
		if (star && str_eq(s, S("*")))
			return &list->child[i];
		for (int w = 0; w < WORDS && word[w]; w++)
			if (str_eq(s, str_of(word[w])))
				return &list->child[i];
	}
	return NULL;
}

static bool is_kind(str kinds, str kind)
{
	while (kinds.len > 0)
		if (str_eq(str_word(&kinds), kind))
			return true;
	return false;
}

static int grants(struct kubernetes *k, const struct grant *g)
{
	const struct node *rules = node_get(k->at->root, S("rules"));
	int rc = 0;

	if (!is_kind(str_of(g->kinds), k->at->kind))
		return 0;
	for (ptrdiff_t i = 0; rules && rules->kind == NODE_LIST && i < rules->n && rc >= 0; i++) {
		const struct node *rule = &rules->child[i];
		const struct node *resource =
			first_of(node_get(rule, S("resources")), g->resource, g->star_resource);
		const struct node *verb =
			first_of(node_get(rule, S("verbs")), g->verb, g->star_verb);
		const struct node *names = node_get(rule, S("resourceNames"));
		const char *const name[WORDS] = { g->named };
		if (!resource || !verb ||
		    (g->named ? !first_of(names, name, false) : names && names->n > 0))
			continue;
		rc = kubernetes_fault(k, verb, "it may %s%.*s%s %s%.*s",
				      str_eq(verb->text, S("*")) ? "do everything (" : "",
				      STR_ARG(verb->text),
				      str_eq(verb->text, S("*")) ? ") with" : "",
				      str_eq(resource->text, S("*")) ? "all resources: " : "",
				      STR_ARG(resource->text));
	}
	return rc;
}

#define BOTH "Role ClusterRole"
#define CHANGES "create", "update", "patch", "delete", "deletecollection", "impersonate"

/* A function for a row; the words are data. */
#define GRANT(name, ...)                                       \
	static int name(struct kubernetes *k)                  \
	{                                                      \
		static const struct grant g = { __VA_ARGS__ }; \
		return grants(k, &g);                          \
	}

GRANT(secrets, .resource = { "secrets" }, .verb = { "get", "list", "watch", CHANGES },
      .star_verb = true, .kinds = "ClusterRole")
GRANT(own_secrets, .resource = { "secrets" }, .verb = { "get", "list", "watch", CHANGES },
      .star_verb = true, .kinds = "Role")
GRANT(pod_logs, .resource = { "pods/log" }, .verb = { "delete", "deletecollection", "update" },
      .star_verb = true, .kinds = BOTH)
GRANT(impersonation, .resource = { "groups" }, .verb = { "impersonate" }, .star_verb = true,
      .kinds = BOTH)
GRANT(everything, .resource = { "*" }, .verb = { "*" }, .kinds = BOTH)
GRANT(wild_verbs,
      .resource = { "secrets", "pods", "deployments", "daemonsets", "statefulsets", "jobs",
		    "cronjobs", "configmaps", "roles", "clusterroles", "rolebindings",
		    "clusterrolebindings" },
      .verb = { "*" }, .kinds = BOTH)
GRANT(all_resources, .resource = { "*" }, .verb = { "list", "get", CHANGES }, .star_verb = true,
      .kinds = "ClusterRole")
GRANT(own_all_resources, .resource = { "*" }, .verb = { "list", "get", CHANGES }, .star_verb = true,
      .kinds = "Role")
GRANT(node_proxy, .resource = { "nodes/proxy" }, .verb = { "get", "create" }, .star_verb = true,
      .kinds = BOTH)
GRANT(manage_pods,
      .resource = { "pods", "deployments", "jobs", "cronjobs", "statefulsets", "daemonsets",
		    "replicasets", "replicationcontrollers" },
      .verb = { CHANGES }, .star_verb = true, .kinds = BOTH)
GRANT(config_maps, .resource = { "configmaps" }, .verb = { CHANGES }, .star_verb = true,
      .kinds = BOTH)
GRANT(roles, .resource = { "roles", "clusterroles", "rolebindings", "clusterrolebindings" },
      .verb = { CHANGES, "escalate", "bind" }, .star_verb = true, .kinds = BOTH)
GRANT(pod_exec, .resource = { "pods/exec" }, .verb = { "create", "get" }, .star_verb = true,
      .kinds = BOTH)
GRANT(pod_attach, .resource = { "pods/attach" }, .verb = { "create", "get" }, .star_verb = true,
      .kinds = BOTH)
GRANT(add_users, .resource = { "rolebindings" }, .verb = { "update", "patch" }, .star_verb = true,
      .kinds = BOTH)
GRANT(network,
      .resource = { "services", "endpoints", "endpointslices", "networkpolicies", "ingresses" },
      .verb = { CHANGES }, .star_verb = true, .kinds = BOTH)
GRANT(webhooks, .resource = { "mutatingwebhookconfigurations", "validatingwebhookconfigurations" },
      .verb = { CHANGES }, .star_verb = true, .kinds = BOTH)
GRANT(aws_auth, .resource = { "configmaps" }, .verb = { CHANGES }, .star_verb = true, .kinds = BOTH,
      .named = "aws-auth")

/* Does a role have such a rule? */
static const struct node *gives(const struct kubernetes *k, const char *resource, const char *verb)
{
	const struct node *rules = node_get(k->at->root, S("rules"));
	const char *const resources[WORDS] = { resource }, *const verbs[WORDS] = { verb };

	for (ptrdiff_t i = 0; rules && rules->kind == NODE_LIST && i < rules->n; i++) {
		const struct node *found =
			first_of(node_get(&rules->child[i], S("verbs")), verbs, true);
		if (found && first_of(node_get(&rules->child[i], S("resources")), resources, false))
			return found;
	}
	return NULL;
}

/* Create a binding, and bind a role by it: that is any right of the role. */
static int binds(struct kubernetes *k, const char *binding, const char *a, const char *b)
{
	const struct node *makes = gives(k, binding, "create");

	if (!is_kind(S(BOTH), k->at->kind) || !makes ||
	    (!gives(k, a, "bind") && !gives(k, b, "bind")))
		return 0;
	return kubernetes_fault(k, makes, "it may create %s and bind roles by them", binding);
}

static int role_bindings(struct kubernetes *k)
{
	return binds(k, "rolebindings", "roles", "clusterroles");
}

static int cluster_bindings(struct kubernetes *k)
{
	return binds(k, "clusterrolebindings", "clusterroles", "clusterroles");
}

/* ---- bindings ---- */

static int subject_is(struct kubernetes *k, const char *a, const char *b)
{
	const struct node *list = node_get(k->at->root, S("subjects"));

	if (!is_kind(S("RoleBinding ClusterRoleBinding"), k->at->kind))
		return 0;
	for (ptrdiff_t i = 0; list && list->kind == NODE_LIST && i < list->n; i++) {
		const struct node *n = node_get(&list->child[i], S("name"));
		if (n && (str_eq(n->text, str_of(a)) || str_eq(n->text, str_of(b))))
			return kubernetes_fault(
				k, n, "%.*s is bound to %.*s", STR_ARG(n->text),
				STR_ARG(kubernetes_text(k->at->root, "roleRef.name")));
	}
	return 0;
}

static int authenticated(struct kubernetes *k)
{
	return subject_is(k, "system:authenticated", "system:authenticated");
}

static int anonymous(struct kubernetes *k)
{
	return subject_is(k, "system:anonymous", "system:unauthenticated");
}

static int masters(struct kubernetes *k)
{
	return subject_is(k, "system:masters", "system:masters");
}

static int administrators(struct kubernetes *k)
{
	const struct node *n = kubernetes_at(k->at->root, "roleRef.name");

	if (!is_kind(S("RoleBinding ClusterRoleBinding"), k->at->kind) || !n ||
	    !is_kind(S("cluster-admin admin edit"), n->text))
		return 0;
	return kubernetes_fault(k, n, "it binds to the role %.*s", STR_ARG(n->text));
}

/* clang-format off */
const struct kubernetes_rule kubernetes_access_rules[] = {
	{ { "KSV-0041", "AVD-KSV-0041 KSV041", SEVERITY_CRITICAL, "No cluster role may read or change secrets",
	    "Every credential of every namespace is in reach.",
	    "Name the secrets in resourceNames of a Role, or mount them." }, ASK_OBJECT, secrets },
	{ { "KSV-0042", "AVD-KSV-0042 KSV042", SEVERITY_MEDIUM, "No role may delete the logs of pods",
	    "An attacker removes traces.", "Remove the verbs on pods/log." }, ASK_OBJECT, pod_logs },
	{ { "KSV-0043", "AVD-KSV-0043 KSV043", SEVERITY_CRITICAL, "No role may act as another group",
	    "system:masters is a group: its rights would be had.",
	    "Remove impersonate on groups." }, ASK_OBJECT, impersonation },
	{ { "KSV-0044", "AVD-KSV-0044 KSV044", SEVERITY_CRITICAL, "No role may do everything with everything",
	    "It is cluster-admin by another name.", "List the resources and verbs that are needed." }, ASK_OBJECT, everything },
	{ { "KSV-0045", "AVD-KSV-0045 KSV045", SEVERITY_CRITICAL, "No role has all verbs on workloads, secrets or roles",
	    "New verbs come with new versions; some of them raise rights.",
	    "List the verbs that are needed." }, ASK_OBJECT, wild_verbs },
	{ { "KSV-0046", "AVD-KSV-0046 KSV046", SEVERITY_CRITICAL, "No cluster role holds for all resources",
	    "Secrets, roles and webhooks are among them.", "List the resources that are needed." }, ASK_OBJECT, all_resources },
	{ { "KSV-0047", "AVD-KSV-0047 KSV047", SEVERITY_HIGH, "No role may use the nodes' proxy",
	    "The kubelet's API runs commands in every pod of the node, unseen by admission and audit.",
	    "Remove nodes/proxy." }, ASK_OBJECT, node_proxy },
	{ { "KSV-0048", "AVD-KSV-0048 KSV048", SEVERITY_MEDIUM, "No role may change workloads",
	    "Who makes pods can mount every secret of the namespace and use its accounts.",
	    "Give these verbs to the deployer's account alone." }, ASK_OBJECT, manage_pods },
	{ { "KSV-0049", "AVD-KSV-0049 KSV049", SEVERITY_MEDIUM, "No role may change configmaps",
	    "They decide what programs do.", "Name the configmaps in resourceNames." }, ASK_OBJECT, config_maps },
	{ { "KSV-0050", "AVD-KSV-0050 KSV050", SEVERITY_CRITICAL, "No role may change roles and bindings",
	    "Who changes them has whatever rights they want.", "Remove these verbs." }, ASK_OBJECT, roles },
	{ { "KSV-0051", "AVD-KSV-0051 KSV051", SEVERITY_HIGH, "No role may create role bindings and bind by them",
	    "Any right of the roles can be had.", "Remove bind, or name the roles in resourceNames." }, ASK_OBJECT, role_bindings },
	{ { "KSV-0052", "AVD-KSV-0052 KSV052", SEVERITY_HIGH, "No role may create cluster role bindings and bind by them",
	    "Any right in the cluster can be had.", "Remove bind, or name the roles in resourceNames." }, ASK_OBJECT, cluster_bindings },
	{ { "KSV-0053", "AVD-KSV-0053 KSV053", SEVERITY_HIGH, "No role may run commands in pods",
	    "It is a login to every container.", "Remove pods/exec." }, ASK_OBJECT, pod_exec },
	{ { "KSV-0054", "AVD-KSV-0054 KSV054", SEVERITY_HIGH, "No role may attach to pods",
	    "Input and output of every program are in reach.", "Remove pods/attach." }, ASK_OBJECT, pod_attach },
	{ { "KSV-0055", "AVD-KSV-0055 KSV055", SEVERITY_LOW, "No role may add users to role bindings",
	    "Whoever has rights passes them on.", "Remove update and patch on rolebindings." }, ASK_OBJECT, add_users },
	{ { "KSV-0056", "AVD-KSV-0056 KSV056", SEVERITY_HIGH, "No role may change the network",
	    "Traffic can be led elsewhere, and policies lifted.",
	    "Give these verbs to the platform's account alone." }, ASK_OBJECT, network },
	{ { "KSV-01011", "AVD-KSV-01011", SEVERITY_CRITICAL, "Nothing is bound to all authenticated users",
	    "Every account of every pod is one of them.", "Bind to the accounts that need it." }, ASK_OBJECT, authenticated },
	{ { "KSV-0111", "AVD-KSV-0111 KSV111", SEVERITY_MEDIUM, "Nothing is bound to the administrators' roles",
	    "Rights beyond what is needed wait to be misused.", "Bind to a role of its own." }, ASK_OBJECT, administrators },
	{ { "KSV-0112", "AVD-KSV-0112 KSV112", SEVERITY_CRITICAL, "No role holds for all resources of its namespace",
	    "Secrets and role bindings are among them.", "List the resources that are needed." }, ASK_OBJECT, own_all_resources },
	{ { "KSV-0113", "AVD-KSV-0113 KSV113", SEVERITY_MEDIUM, "No role may read or change all secrets of its namespace",
	    "Every credential of the namespace is in reach.", "Name the secrets in resourceNames, or mount them." }, ASK_OBJECT, own_secrets },
	{ { "KSV-0114", "AVD-KSV-0114 KSV114", SEVERITY_CRITICAL, "No role may change admission webhooks",
	    "They see and change every object, secrets included.", "Remove these verbs." }, ASK_OBJECT, webhooks },
	{ { "KSV-0115", "AVD-KSV-0115 KSV115", SEVERITY_CRITICAL, "No role may change aws-auth",
	    "It decides who is an administrator of the cluster.", "Remove these verbs." }, ASK_OBJECT, aws_auth },
	{ { "KSV-0122", "AVD-KSV-0122 KSV122", SEVERITY_CRITICAL, "Nothing is bound to anonymous users",
	    "Anyone who reaches the API has the right.", "Remove the subject." }, ASK_OBJECT, anonymous },
	{ { "KSV-0123", "AVD-KSV-0123 KSV123", SEVERITY_CRITICAL, "Nothing is bound to system:masters",
	    "The group passes every check of rights, and cannot be taken away.", "Remove the subject." }, ASK_OBJECT, masters },
	{ { 0 }, ASK_OBJECT, NULL },
};
/* clang-format on */
