/* Rules of other objects: policies of the network, services, configuration, versions of the API. */
#include <string.h>
#include <strings.h>

#include "kubernetes.h"

static bool is(const struct kubernetes *k, const char *kind)
{
	return str_eq(k->at->kind, str_of(kind));
}

static int selects(struct kubernetes *k)
{
	const struct node *spec = node_get(k->at->root, S("spec"));

	if (!is(k, "NetworkPolicy") || node_get(spec, S("podSelector")))
		return 0;
	return kubernetes_fault(k, spec, "it has no podSelector");
}

/* Does the file have an object of this kind for the namespace that is being looked at? */
static bool has_beside(const struct kubernetes *k, const char *kind)
{
	for (ptrdiff_t i = 0; i < k->object.n; i++)
		if (str_eq(k->object.p[i].kind, str_of(kind)) &&
		    str_eq(k->object.p[i].ns, k->at->name))
			return true;
	return false;
}

static int has_limits(struct kubernetes *k)
{
	if (!is(k, "Namespace") || has_beside(k, "LimitRange"))
		return 0;
	return kubernetes_fault(k, NULL, "no LimitRange for it is in this file");
}

static int has_quota(struct kubernetes *k)
{
	if (!is(k, "Namespace") || has_beside(k, "ResourceQuota"))
		return 0;
	return kubernetes_fault(k, NULL, "no ResourceQuota for it is in this file");
}

static int no_external_ips(struct kubernetes *k)
{
	const struct node *n = kubernetes_at(k->at->root, "spec.externalIPs");

	if (!is(k, "Service") || !n || n->n == 0)
		return 0;
	return kubernetes_fault(k, n, "it takes addresses that nobody gave it");
}

/* ---- configuration ---- */

/* Does it end in one of the words, whatever the case? */
static bool ends_in(str key, const char *const *word, size_t n)
{
	for (size_t w = 0; w < n; w++) {
		size_t len = strlen(word[w]);
		if ((size_t)key.len >= len && strncasecmp(key.p + key.len - len, word[w], len) == 0)
			return true;
	}
	return false;
}

/* Nothing that could be used: empty, a reference, a file's name, a switch. */
static bool is_harmless(str value)
{
	value = str_trim(value);
	if (value.len > 1 && (value.p[0] == '"' || value.p[0] == '\''))
		value = str_trim(str_from(str_head(value, value.len - 1), 1));
	return value.len == 0 || str_find(value, '$') >= 0 || value.p[0] == '<' ||
	       value.p[0] == '/' || str_starts(value, S("{{")) || str_eq(value, S("true")) ||
	       str_eq(value, S("false")) || str_eq(value, S("null"));
}

/* Is a setting of the map, or a line "key=value", "key: value" of one of its texts, named so? */
static int settings(struct kubernetes *k, const char *const *word, size_t n)
{
	const struct node *data = node_get(k->at->root, S("data"));
	int rc = 0;

	if (!is(k, "ConfigMap") || !data || data->kind != NODE_MAP)
		return 0;
	for (ptrdiff_t i = 0; i < data->n && rc >= 0; i++) {
		const struct node *one = &data->child[i];
		str rest = one->text;
		if (ends_in(one->key, word, n) && !is_harmless(one->text))
			rc = kubernetes_fault(k, one, "%.*s is a value in it", STR_ARG(one->key));
		while (rc >= 0 && rest.p && str_find(one->text, '\n') >= 0) {
			str line = str_trim(str_cut(&rest, '\n'));
			ptrdiff_t at = 0;
			while (at < line.len && line.p[at] != '=' && line.p[at] != ':')
				at++;
			str key = str_trim(str_head(line, at));
			if (at < line.len && ends_in(key, word, n) &&
			    !is_harmless(str_from(line, at + 1)))
				rc = kubernetes_fault(k, one, "%.*s is a value in its %.*s",
						      STR_ARG(key), STR_ARG(one->key));
		}
	}
	return rc;
}

static int no_secrets(struct kubernetes *k)
{
	static const char *const words[] = { "password",    "passwd",     "secret",
					     "token",       "api_key",    "apikey",
					     "private_key", "privatekey", "access_key",
					     "accesskey",   "credential", "credentials",
					     "secret_key",  "api-key",    "private-key",
					     "access-key" };

	return settings(k, words, sizeof(words) / sizeof(words[0]));
}

static int no_names(struct kubernetes *k)
{
	static const char *const words[] = { "username", "user_name", "email", "account_id",
					     "accountid" };

	return settings(k, words, sizeof(words) / sizeof(words[0]));
}

/* ---- versions of the API ---- */

/* Source: Kubernetes, Deprecated API Migration Guide. */
static const struct {
	const char *api, *kind; /* kind NULL: all of it */
	const char *gone, *use;
} removed[] = {
	{ "extensions/v1beta1", "Ingress", "1.22", "networking.k8s.io/v1" },
	{ "extensions/v1beta1", "NetworkPolicy", "1.16", "networking.k8s.io/v1" },
	{ "extensions/v1beta1", NULL, "1.16", "apps/v1" },
	{ "apps/v1beta1", NULL, "1.16", "apps/v1" },
	{ "apps/v1beta2", NULL, "1.16", "apps/v1" },
	{ "batch/v2alpha1", NULL, "1.21", "batch/v1" },
	{ "admissionregistration.k8s.io/v1beta1", NULL, "1.22", "admissionregistration.k8s.io/v1" },
	{ "apiextensions.k8s.io/v1beta1", NULL, "1.22", "apiextensions.k8s.io/v1" },
	{ "apiregistration.k8s.io/v1beta1", NULL, "1.22", "apiregistration.k8s.io/v1" },
	{ "authentication.k8s.io/v1beta1", "TokenReview", "1.22", "authentication.k8s.io/v1" },
	{ "authorization.k8s.io/v1beta1", NULL, "1.22", "authorization.k8s.io/v1" },
	{ "certificates.k8s.io/v1beta1", NULL, "1.22", "certificates.k8s.io/v1" },
	{ "coordination.k8s.io/v1beta1", "Lease", "1.22", "coordination.k8s.io/v1" },
	{ "networking.k8s.io/v1beta1", "Ingress", "1.22", "networking.k8s.io/v1" },
	{ "networking.k8s.io/v1beta1", "IngressClass", "1.22", "networking.k8s.io/v1" },
	{ "rbac.authorization.k8s.io/v1alpha1", NULL, "1.22", "rbac.authorization.k8s.io/v1" },
	{ "rbac.authorization.k8s.io/v1beta1", NULL, "1.22", "rbac.authorization.k8s.io/v1" },
	{ "scheduling.k8s.io/v1beta1", NULL, "1.22", "scheduling.k8s.io/v1" },
	{ "storage.k8s.io/v1beta1", "CSIStorageCapacity", "1.27", "storage.k8s.io/v1" },
	{ "storage.k8s.io/v1beta1", "StorageClass", "1.22", "storage.k8s.io/v1" },
	{ "storage.k8s.io/v1beta1", "CSIDriver", "1.22", "storage.k8s.io/v1" },
	{ "storage.k8s.io/v1beta1", "CSINode", "1.22", "storage.k8s.io/v1" },
	{ "storage.k8s.io/v1beta1", "VolumeAttachment", "1.22", "storage.k8s.io/v1" },
	{ "batch/v1beta1", NULL, "1.25", "batch/v1" },
	{ "discovery.k8s.io/v1beta1", NULL, "1.25", "discovery.k8s.io/v1" },
	{ "events.k8s.io/v1beta1", NULL, "1.25", "events.k8s.io/v1" },
	{ "autoscaling/v2beta1", NULL, "1.25", "autoscaling/v2" },
	{ "node.k8s.io/v1beta1", NULL, "1.25", "node.k8s.io/v1" },
	{ "policy/v1beta1", "PodDisruptionBudget", "1.25", "policy/v1" },
	{ "policy/v1beta1", "PodSecurityPolicy", "1.25", "the pod security admission" },
	{ "autoscaling/v2beta2", NULL, "1.26", "autoscaling/v2" },
	{ "flowcontrol.apiserver.k8s.io/v1beta1", NULL, "1.26", "flowcontrol.apiserver.k8s.io/v1" },
	{ "flowcontrol.apiserver.k8s.io/v1beta2", NULL, "1.29", "flowcontrol.apiserver.k8s.io/v1" },
	{ "flowcontrol.apiserver.k8s.io/v1beta3", NULL, "1.32", "flowcontrol.apiserver.k8s.io/v1" },
};

static int present_api(struct kubernetes *k)
{
	for (size_t i = 0; i < sizeof(removed) / sizeof(removed[0]); i++)
		if (str_eq(k->at->api, str_of(removed[i].api)) &&
		    (!removed[i].kind || is(k, removed[i].kind)))
			return kubernetes_fault(k, node_get(k->at->root, S("apiVersion")),
						"%s is gone since Kubernetes %s; use %s",
						removed[i].api, removed[i].gone, removed[i].use);
	return 0;
}

/* ---- others' objects ---- */

static int closed_prefixes(struct kubernetes *k)
{
	const struct node *list = kubernetes_at(k->at->root, "spec.parameters.repos");
	int rc = 0;

	if (!is(k, "K8sAllowedRepos"))
		return 0;
	for (ptrdiff_t i = 0; list && list->kind == NODE_LIST && i < list->n && rc >= 0; i++) {
		str one = list->child[i].text;
		if (str_find(one, '/') < 0)
			rc = kubernetes_fault(
				k, &list->child[i],
				"%.*s allows %.*s.example.com too: end it with a slash",
				STR_ARG(one), STR_ARG(one));
	}
	return rc;
}

/* Annotations of ingress-nginx that end up in its configuration. Source: CVE-2025-1097, CVE-2025-1098,
 * CVE-2025-24514. */
static int plain_ingress(struct kubernetes *k)
{
	static const char *const names[] = { "auth-url", "auth-tls-match-cn", "mirror-target",
					     "mirror-host" };
	static const char mark[] = "nginx.ingress.kubernetes.io/";
	const struct node *map = kubernetes_at(k->at->root, "metadata.annotations");
	int rc = 0;

	if (!is(k, "Ingress") || !map || map->kind != NODE_MAP)
		return 0;
	for (ptrdiff_t i = 0; i < map->n && rc >= 0; i++) {
		const struct node *n = &map->child[i];
		bool named = false;
		if (!str_starts(n->key, str_of(mark)))
			continue;
		for (size_t w = 0; w < sizeof(names) / sizeof(names[0]); w++)
			named = named || str_eq(str_from(n->key, (ptrdiff_t)sizeof(mark) - 1),
						str_of(names[w]));
		for (ptrdiff_t c = 0; named && c < n->text.len; c++)
			if ((unsigned char)n->text.p[c] <= ' ' ||
			    strchr("|;{}#'\"\\<>", n->text.p[c])) {
				rc = kubernetes_fault(
					k, n,
					"%.*s has a character that ends the setting it becomes",
					STR_ARG(n->key));
				break;
			}
	}
	return rc;
}

/* clang-format off */
const struct kubernetes_rule kubernetes_object_rules[] = {
	{ { "KSV-0038", "AVD-KSV-0038 KSV038", SEVERITY_MEDIUM, "A network policy says which pods it is for",
	    "Without podSelector it is refused, or holds for all pods of the namespace.",
	    "Give spec.podSelector; {} if all are meant." }, ASK_OBJECT, selects },
	{ { "KSV-0039", "AVD-KSV-0039 KSV039", SEVERITY_LOW, "A namespace comes with a LimitRange",
	    "Containers without limits of their own have none otherwise.", "Add a LimitRange." }, ASK_OBJECT, has_limits },
	{ { "KSV-0040", "AVD-KSV-0040 KSV040", SEVERITY_LOW, "A namespace comes with a ResourceQuota",
	    "One team can take the whole cluster otherwise.", "Add a ResourceQuota." }, ASK_OBJECT, has_quota },
	{ { "KSV-0107", "AVD-KSV-0107 KSV107", SEVERITY_LOW, "The version of the API is still served",
	    "The object is refused by a present cluster.", "Use the version named." }, ASK_OBJECT, present_api },
	{ { "KSV-0108", "AVD-KSV-0108 KSV108", SEVERITY_HIGH, "A service takes no external addresses",
	    "Traffic of others to these addresses is led here (CVE-2020-8554).", "Remove externalIPs; use a load balancer." }, ASK_OBJECT, no_external_ips },
	{ { "KSV-0109", "AVD-KSV-0109 KSV109", SEVERITY_HIGH, "A configmap holds no secrets",
	    "Configmaps are readable to many, and logged.", "Move it to a Secret." }, ASK_OBJECT, no_secrets },
	{ { "KSV-01010", "AVD-KSV-01010", SEVERITY_MEDIUM, "A configmap holds no names of accounts",
	    "They are half of a login.", "Move it to a Secret." }, ASK_OBJECT, no_names },
	{ { "KSV-0124", "AVD-KSV-0124", SEVERITY_HIGH, "Allowed registries end with a slash",
	    "A prefix without one allows other hosts and projects that begin so.", "End it with a slash." }, ASK_OBJECT, closed_prefixes },
	{ { "KCV-0093", "AVD-KCV-0093", SEVERITY_CRITICAL, "Annotations of ingress-nginx are plain values",
	    "They become part of its configuration, where such characters run code.", "Give a plain URL or name." }, ASK_OBJECT, plain_ingress },
	{ { 0 }, ASK_OBJECT, NULL },
};
/* clang-format on */
