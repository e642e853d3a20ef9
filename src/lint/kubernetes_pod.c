/* Rules of pods: the node's namespaces and files, tokens, volumes, groups. */
#include "kubernetes.h"

static int flag(struct kubernetes *k, const char *name)
{
	if (kubernetes_truth(k->at->pod, name) != 1)
		return 0;
	return kubernetes_fault(k, node_get(k->at->pod, str_of(name)), "%s is true", name);
}

static int no_host_ipc(struct kubernetes *k)
{
	return flag(k, "hostIPC");
}

static int no_host_network(struct kubernetes *k)
{
	return flag(k, "hostNetwork");
}

static int no_host_pid(struct kubernetes *k)
{
	return flag(k, "hostPID");
}

static int no_host_aliases(struct kubernetes *k)
{
	const struct node *n = node_get(k->at->pod, S("hostAliases"));

	return n && n->n > 0 ? kubernetes_fault(k, n, "hostAliases writes /etc/hosts") : 0;
}

/* ---- volumes ---- */

typedef int volume_ask(struct kubernetes *k, const struct node *volume);

static int volumes(struct kubernetes *k, volume_ask *ask)
{
	const struct node *list = node_get(k->at->pod, S("volumes"));
	int rc = 0;

	for (ptrdiff_t i = 0; list && list->kind == NODE_LIST && i < list->n && rc >= 0; i++)
		rc = ask(k, &list->child[i]);
	return rc;
}

/* A path without slashes at its end. */
static str plain(str path)
{
	while (path.len > 1 && path.p[path.len - 1] == '/')
		path.len--;
	return path;
}

static int is_socket(struct kubernetes *k, const struct node *v)
{
	static const char *const sockets[] = { "docker.sock", "containerd.sock", "crio.sock",
					       "dockershim.sock", "podman.sock" };
	const struct node *n = kubernetes_at(v, "hostPath.path");
	str name = n ? str_base_name(plain(n->text)) : S("");

	for (size_t i = 0; i < sizeof(sockets) / sizeof(sockets[0]); i++)
		if (str_eq(name, str_of(sockets[i])))
			return kubernetes_fault(k, n, "volume %.*s is the runtime's socket %.*s",
						STR_ARG(kubernetes_text(v, "name")),
						STR_ARG(n->text));
	return 0;
}

static int no_socket(struct kubernetes *k)
{
	return volumes(k, is_socket);
}

static int is_host_path(struct kubernetes *k, const struct node *v)
{
	const struct node *n = node_get(v, S("hostPath"));

	return !n ? 0
		  : kubernetes_fault(k, n, "volume %.*s is the node's %.*s",
				     STR_ARG(kubernetes_text(v, "name")),
				     STR_ARG(kubernetes_text(n, "path")));
}

static int no_host_path(struct kubernetes *k)
{
	return volumes(k, is_host_path);
}

static int is_system_path(struct kubernetes *k, const struct node *v)
{
	static const char *const paths[] = { "/",
					     "/boot",
					     "/dev",
					     "/etc",
					     "/lib",
					     "/proc",
					     "/root",
					     "/run",
					     "/sys",
					     "/usr",
					     "/var",
					     "/var/lib",
					     "/var/lib/docker",
					     "/var/lib/kubelet",
					     "/var/run" };
	const struct node *n = kubernetes_at(v, "hostPath.path");
	str path = n ? plain(n->text) : S("");

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (str_eq(path, str_of(paths[i])))
			return kubernetes_fault(k, n, "volume %.*s is the node's own %.*s",
						STR_ARG(kubernetes_text(v, "name")), STR_ARG(path));
	return 0;
}

static int no_system_path(struct kubernetes *k)
{
	return volumes(k, is_system_path);
}

/* Source: Pod Security Standards, restricted, Volume Types. */
static int is_core(struct kubernetes *k, const struct node *v)
{
	static const char *const core[] = {
		"configMap", "csi",  "downwardAPI",           "emptyDir",
		"ephemeral", "name", "persistentVolumeClaim", "projected",
		"secret"
	};
	int rc = 0;

	for (ptrdiff_t i = 0; v->kind == NODE_MAP && i < v->n && rc >= 0; i++) {
		size_t at = 0;
		while (at < sizeof(core) / sizeof(core[0]) &&
		       !str_eq(v->child[i].key, str_of(core[at])))
			at++;
		if (at == sizeof(core) / sizeof(core[0]))
			rc = kubernetes_fault(k, &v->child[i], "volume %.*s is of type %.*s",
					      STR_ARG(kubernetes_text(v, "name")),
					      STR_ARG(v->child[i].key));
	}
	return rc;
}

static int core_volumes(struct kubernetes *k)
{
	return volumes(k, is_core);
}

/* ---- settings ---- */

/* Source: Pod Security Standards, baseline, Sysctls. */
static int safe_sysctls(struct kubernetes *k)
{
	static const char *const safe[] = {
		"kernel.shm_rmid_forced",           "net.ipv4.ip_local_port_range",
		"net.ipv4.ip_local_reserved_ports", "net.ipv4.ip_unprivileged_port_start",
		"net.ipv4.ping_group_range",        "net.ipv4.tcp_fin_timeout",
		"net.ipv4.tcp_keepalive_intvl",     "net.ipv4.tcp_keepalive_probes",
		"net.ipv4.tcp_keepalive_time",      "net.ipv4.tcp_rmem",
		"net.ipv4.tcp_syncookies",          "net.ipv4.tcp_wmem",
	};
	const struct node *list = kubernetes_at(k->at->pod, "securityContext.sysctls");
	int rc = 0;

	for (ptrdiff_t i = 0; list && list->kind == NODE_LIST && i < list->n && rc >= 0; i++) {
		const struct node *n = node_get(&list->child[i], S("name"));
		size_t at = 0;
		while (n && at < sizeof(safe) / sizeof(safe[0]) &&
		       !str_eq(n->text, str_of(safe[at])))
			at++;
		if (n && at == sizeof(safe) / sizeof(safe[0]))
			rc = kubernetes_fault(k, n, "sysctl %.*s is set", STR_ARG(n->text));
	}
	return rc;
}

static int no_root_group(struct kubernetes *k)
{
	static const char *const single[] = { "runAsGroup", "fsGroup" };
	const struct node *context = node_get(k->at->pod, S("securityContext"));
	const struct node *list = node_get(context, S("supplementalGroups"));
	int64_t id = 1;

	for (size_t i = 0; i < 2; i++) {
		const struct node *n = node_get(context, str_of(single[i]));
		if (kubernetes_number(n, &id) && id == 0)
			return kubernetes_fault(k, n, "%s is 0", single[i]);
	}
	for (ptrdiff_t i = 0; list && list->kind == NODE_LIST && i < list->n; i++)
		if (kubernetes_number(&list->child[i], &id) && id == 0)
			return kubernetes_fault(k, &list->child[i], "supplementalGroups has 0");
	return 0;
}

static int no_token(struct kubernetes *k)
{
	return flag(k, "automountServiceAccountToken");
}

static int not_system(struct kubernetes *k)
{
	const struct node *n = kubernetes_at(k->at->root, "metadata.namespace");
	bool core =
		str_eq(kubernetes_text(k->at->root, "metadata.labels.tier"), S("control-plane"));

	if (!str_eq(k->at->ns, S("kube-system")) || core)
		return 0;
	return kubernetes_fault(k, n, "it is in the namespace kube-system");
}

static int not_default(struct kubernetes *k)
{
	if (!str_eq(k->at->ns, S("default")))
		return 0;
	return kubernetes_fault(k, kubernetes_at(k->at->root, "metadata.namespace"),
				"it is in the namespace default");
}

/* clang-format off */
const struct kubernetes_rule kubernetes_pod_rules[] = {
	{ { "KSV-0006", "AVD-KSV-0006 KSV006", SEVERITY_HIGH, "The container runtime's socket is not mounted",
	    "Who can write to it starts any container with any rights on the node.",
	    "Remove the volume; use the cluster's API instead." }, ASK_POD, no_socket },
	{ { "KSV-0007", "AVD-KSV-0007 KSV007", SEVERITY_LOW, "/etc/hosts is not written to",
	    "Names that only one pod knows hide where its connections go.",
	    "Remove hostAliases and use a Service." }, ASK_POD, no_host_aliases },
	{ { "KSV-0008", "PSS-baseline AVD-KSV-0008 KSV008", SEVERITY_HIGH, "The node's shared memory is not shared",
	    "Processes of the node can be read and disturbed.",
	    "Remove hostIPC." }, ASK_POD, no_host_ipc },
	{ { "KSV-0009", "PSS-baseline AVD-KSV-0009 KSV009", SEVERITY_HIGH, "The node's network is not shared",
	    "The pod sees the node's traffic and local services, past every network policy.",
	    "Remove hostNetwork." }, ASK_POD, no_host_network },
	{ { "KSV-0010", "PSS-baseline AVD-KSV-0010 KSV010", SEVERITY_HIGH, "The node's processes are not shared",
	    "The environment of every process of the node can be read, secrets included.",
	    "Remove hostPID." }, ASK_POD, no_host_pid },
	{ { "KSV-0023", "PSS-baseline AVD-KSV-0023 KSV023", SEVERITY_MEDIUM, "No path of the node is mounted",
	    "What is on the node belongs to all its pods.",
	    "Use a persistentVolumeClaim, a configMap or an emptyDir." }, ASK_POD, no_host_path },
	{ { "KSV-0026", "PSS-baseline AVD-KSV-0026 KSV026", SEVERITY_MEDIUM, "Only safe sysctls are set",
	    "Others change the kernel for every pod of the node.",
	    "Remove it, or have the node's owner set it." }, ASK_POD, safe_sysctls },
	{ { "KSV-0028", "PSS-restricted AVD-KSV-0028 KSV028", SEVERITY_LOW, "Volumes are of the usual types",
	    "Drivers of other types run in the kubelet or mount what the node has.",
	    "Use a persistentVolumeClaim, or the driver's CSI form." }, ASK_POD, core_volumes },
	{ { "KSV-0036", "AVD-KSV-0036 KSV036", SEVERITY_MEDIUM, "The token of the service account is not mounted for all to read",
	    "Whoever gets into the pod speaks to the cluster's API as its account.",
	    "Set automountServiceAccountToken: false, or mount a projected token of one audience." }, ASK_POD, no_token },
	{ { "KSV-0037", "AVD-KSV-0037 KSV037", SEVERITY_MEDIUM, "Nothing of users is in kube-system",
	    "What runs there is trusted by the rest, and quotas and policies often leave it out.",
	    "Give it a namespace of its own." }, ASK_POD, not_system },
	{ { "KSV-0110", "AVD-KSV-0110 KSV110", SEVERITY_LOW, "Workloads are not in the default namespace",
	    "There no policy or quota of a team holds.",
	    "Give it a namespace of its own." }, ASK_POD, not_default },
	{ { "KSV-0116", "AVD-KSV-0116 KSV116", SEVERITY_LOW, "No group of the pod is 0",
	    "Files of the group root can be read and changed.",
	    "Set runAsGroup, fsGroup and supplementalGroups to other numbers." }, ASK_POD, no_root_group },
	{ { "KSV-0121", "AVD-KSV-0121 KSV121", SEVERITY_HIGH, "No system directory of the node is mounted",
	    "Who writes there owns the node; who reads there finds its keys.",
	    "Remove the volume." }, ASK_POD, no_system_path },
	{ { 0 }, ASK_OBJECT, NULL },
};
/* clang-format on */
