/* Rules of the control plane's own pods: the flags of its programs. Source: the meaning of Trivy's KCV checks. */
#include "base/num.h"
#include "kubernetes.h"

enum plane_test {
	FLAG_IS,    /* set, with this value */
	FLAG_NOT,   /* unset, or with another value */
	FLAG_SET,   /* set */
	FLAG_UNSET, /* not set */
	FLAG_HAS,   /* a list with this word */
	FLAG_LACKS, /* no list with this word */
	FLAG_LEAST, /* a number of at least so much */
};

/* id, program, severity, flag, test, value, title */
/* clang-format off */
#define PLANE(X) \
	X("KCV-0001", "kube-apiserver", MEDIUM, "--anonymous-auth", FLAG_IS, "false", "Anonymous requests are refused") \
	X("KCV-0002", "kube-apiserver", LOW, "--token-auth-file", FLAG_UNSET, "", "No file of tokens is used") \
	X("KCV-0004", "kube-apiserver", LOW, "--kubelet-https", FLAG_NOT, "false", "The kubelets are spoken to by TLS") \
	X("KCV-0005", "kube-apiserver", LOW, "--kubelet-client-certificate", FLAG_SET, "", "The kubelets see a client certificate") \
	X("KCV-0006", "kube-apiserver", LOW, "--kubelet-certificate-authority", FLAG_SET, "", "The kubelets' certificates are verified") \
	X("KCV-0007", "kube-apiserver", LOW, "--authorization-mode", FLAG_LACKS, "AlwaysAllow", "Not everything is allowed") \
	X("KCV-0008", "kube-apiserver", LOW, "--authorization-mode", FLAG_HAS, "Node", "Nodes may read what is theirs alone") \
	X("KCV-0009", "kube-apiserver", LOW, "--authorization-mode", FLAG_HAS, "RBAC", "Rights come from roles") \
	X("KCV-0010", "kube-apiserver", LOW, "--enable-admission-plugins", FLAG_HAS, "EventRateLimit", "Events are limited") \
	X("KCV-0011", "kube-apiserver", LOW, "--enable-admission-plugins", FLAG_LACKS, "AlwaysAdmit", "Not everything is admitted") \
	X("KCV-0012", "kube-apiserver", LOW, "--enable-admission-plugins", FLAG_HAS, "AlwaysPullImages", "Images are pulled with the pod's own rights") \
	X("KCV-0014", "kube-apiserver", LOW, "--disable-admission-plugins", FLAG_LACKS, "ServiceAccount", "Pods have service accounts") \
	X("KCV-0015", "kube-apiserver", LOW, "--disable-admission-plugins", FLAG_LACKS, "NamespaceLifecycle", "Nothing is made in namespaces that go") \
	X("KCV-0016", "kube-apiserver", LOW, "--enable-admission-plugins", FLAG_HAS, "NodeRestriction", "Nodes may change what is theirs alone") \
	X("KCV-0017", "kube-apiserver", LOW, "--secure-port", FLAG_NOT, "0", "The API is served by TLS") \
	X("KCV-0018", "kube-apiserver", LOW, "--profiling", FLAG_IS, "false", "Profiling of the API server is off") \
	X("KCV-0019", "kube-apiserver", LOW, "--audit-log-path", FLAG_SET, "", "Requests are logged") \
	X("KCV-0020", "kube-apiserver", LOW, "--audit-log-maxage", FLAG_LEAST, "30", "The log is kept for 30 days") \
	X("KCV-0021", "kube-apiserver", LOW, "--audit-log-maxbackup", FLAG_LEAST, "10", "Ten old logs are kept") \
	X("KCV-0022", "kube-apiserver", LOW, "--audit-log-maxsize", FLAG_LEAST, "100", "A log has room for 100 MB") \
	X("KCV-0024", "kube-apiserver", LOW, "--service-account-lookup", FLAG_NOT, "false", "Tokens of deleted accounts end") \
	X("KCV-0025", "kube-apiserver", LOW, "--service-account-key-file", FLAG_SET, "", "Tokens are verified with a key of their own") \
	X("KCV-0026", "kube-apiserver", LOW, "--etcd-certfile", FLAG_SET, "", "etcd sees a client certificate") \
	X("KCV-0027", "kube-apiserver", LOW, "--tls-cert-file", FLAG_SET, "", "The API server has a certificate") \
	X("KCV-0028", "kube-apiserver", LOW, "--client-ca-file", FLAG_SET, "", "Clients' certificates are verified") \
	X("KCV-0029", "kube-apiserver", LOW, "--etcd-cafile", FLAG_SET, "", "etcd's certificate is verified") \
	X("KCV-0030", "kube-apiserver", LOW, "--encryption-provider-config", FLAG_SET, "", "Secrets are stored encrypted") \
	X("KCV-0033", "kube-controller-manager", LOW, "--terminated-pod-gc-threshold", FLAG_SET, "", "Ended pods are cleared away") \
	X("KCV-0034", "kube-controller-manager", LOW, "--profiling", FLAG_IS, "false", "Profiling of the controllers is off") \
	X("KCV-0035", "kube-controller-manager", LOW, "--use-service-account-credentials", FLAG_IS, "true", "Each controller has an account of its own") \
	X("KCV-0036", "kube-controller-manager", LOW, "--service-account-private-key-file", FLAG_SET, "", "Tokens are signed with a key of their own") \
	X("KCV-0037", "kube-controller-manager", LOW, "--root-ca-file", FLAG_SET, "", "Pods can verify the API server") \
	X("KCV-0038", "kube-controller-manager", LOW, "--feature-gates", FLAG_LACKS, "RotateKubeletServerCertificate=false", "The kubelets' certificates are renewed") \
	X("KCV-0039", "kube-controller-manager", LOW, "--bind-address", FLAG_IS, "127.0.0.1", "The controllers listen on the node alone") \
	X("KCV-0040", "kube-scheduler", LOW, "--profiling", FLAG_IS, "false", "Profiling of the scheduler is off") \
	X("KCV-0041", "kube-scheduler", LOW, "--bind-address", FLAG_IS, "127.0.0.1", "The scheduler listens on the node alone") \
	X("KCV-0042", "etcd", LOW, "--cert-file", FLAG_SET, "", "etcd has a certificate") \
	X("KCV-0043", "etcd", LOW, "--client-cert-auth", FLAG_IS, "true", "etcd verifies its clients") \
	X("KCV-0044", "etcd", LOW, "--auto-tls", FLAG_NOT, "true", "etcd signs no certificate for itself") \
	X("KCV-0045", "etcd", LOW, "--peer-cert-file", FLAG_SET, "", "etcd's members have certificates") \
	X("KCV-0046", "etcd", LOW, "--peer-client-cert-auth", FLAG_IS, "true", "etcd's members verify each other") \
	X("KCV-0047", "etcd", LOW, "--peer-auto-tls", FLAG_NOT, "true", "etcd's members sign no certificates for themselves")
/* clang-format on */

static const struct plane {
	const char *program, *flag;
	enum plane_test test;
	const char *value;
} planes[] = {
#define X(id, program, severity, flag, test, value, title) { program, flag, test, value },
	PLANE(X)
#undef X
};

/* The last value of a flag among the words of command and args; a flag without one is "true". */
static const struct node *flag_of(const struct kubernetes *k, const char *flag, str *ret)
{
	static const char *const lists[] = { "command", "args" };
	const struct node *found = NULL;

	for (int l = 0; l < 2; l++) {
		const struct node *list = node_get(k->in->node, str_of(lists[l]));
		for (ptrdiff_t i = 0; list && list->kind == NODE_LIST && i < list->n; i++) {
			str word = list->child[i].text, rest = word, name = str_cut(&rest, '=');
			if (!str_eq(name, str_of(flag)))
				continue;
			found = &list->child[i];
			*ret = rest.p ? rest : S("true");
		}
	}
	return found;
}

static bool runs(const struct kubernetes *k, const char *program)
{
	static const char *const lists[] = { "command", "args" };

	for (int l = 0; l < 2; l++) {
		const struct node *list = node_get(k->in->node, str_of(lists[l]));
		if (list && list->kind == NODE_LIST && list->n > 0)
			return str_eq(str_base_name(list->child[0].text), str_of(program));
	}
	return false;
}

static bool has_word(str list, str word)
{
	while (list.p)
		if (str_eq(str_trim(str_cut(&list, ',')), word))
			return true;
	return false;
}

static bool holds(const struct plane *p, bool is_set, str value)
{
	uint64_t have = 0, least = 0;

	switch (p->test) {
	case FLAG_IS:
		return is_set && str_eq(value, str_of(p->value));
	case FLAG_NOT:
		return !is_set || !str_eq(value, str_of(p->value));
	case FLAG_SET:
		return is_set && value.len > 0;
	case FLAG_UNSET:
		return !is_set;
	case FLAG_HAS:
		return is_set && has_word(value, str_of(p->value));
	case FLAG_LACKS:
		return !is_set || !has_word(value, str_of(p->value));
	case FLAG_LEAST:
		return is_set && num_parse(value, UINT64_MAX, &have) &&
		       num_parse(str_of(p->value), UINT64_MAX, &least) && have >= least;
	}
	return false;
}

static int ask_flag(struct kubernetes *k)
{
	size_t row = 0;
	str value = { 0 };

	while (&kubernetes_plane_rules[row].rule != k->rule)
		row++;
	const struct plane *p = &planes[row];
	if (!runs(k, p->program))
		return 0;
	const struct node *n = flag_of(k, p->flag, &value);
	if (holds(p, n != NULL, value))
		return 0;
	return kubernetes_fault(k, n, "%s %s%.*s", p->flag, n ? "is " : "is not set",
				STR_ARG(n ? value : S("")));
}

#define X(id, program, severity, flag, test, value, title)                  \
	{ { id, "AVD-" id, SEVERITY_##severity, title,                      \
	    "The CIS Benchmark for Kubernetes asks for it of " program ".", \
	    test == FLAG_UNSET || test == FLAG_NOT || test == FLAG_LACKS    \
		    ? "Remove " flag " " value " from its command."         \
		    : "Add " flag " " value " to its command." },           \
	  ASK_CONTAINER,                                                    \
	  ask_flag },
const struct kubernetes_rule kubernetes_plane_rules[] = {
	PLANE(X){ { 0 }, ASK_OBJECT, NULL },
};
#undef X
