/* Rules of containers: Pod Security Standards, resources, images. */
#include "kubernetes.h"

/* ---- privileges ---- */

static int no_escalation(struct kubernetes *k)
{
	const char *at = "securityContext.allowPrivilegeEscalation";

	if (kubernetes_truth(k->in->node, at) == 0)
		return 0;
	return kubernetes_fault(k, kubernetes_at(k->in->node, at),
				"allowPrivilegeEscalation is not false");
}

static int not_privileged(struct kubernetes *k)
{
	const char *at = "securityContext.privileged";

	if (kubernetes_truth(k->in->node, at) != 1)
		return 0;
	return kubernetes_fault(k, kubernetes_at(k->in->node, at), "privileged is true");
}

static bool is_named(const struct node *n, const char *name)
{
	str text = { 0 };

	if (!n || !node_text(n, &text))
		return false;
	if (str_starts(text, S("CAP_")))
		text = str_from(text, 4);
	str want = str_of(name);
	if (text.len != want.len)
		return false;
	for (ptrdiff_t i = 0; i < want.len; i++)
		if ((text.p[i] | 0x20) != (want.p[i] | 0x20))
			return false;
	return true;
}

/* The entry of a list of capabilities that is this one, or NULL. */
static const struct node *capability(const struct kubernetes *k, const char *list, const char *name)
{
	const struct node *l = kubernetes_at(k->in->node, list);

	for (ptrdiff_t i = 0; l && l->kind == NODE_LIST && i < l->n; i++)
		if (is_named(&l->child[i], name))
			return &l->child[i];
	return NULL;
}

static const char added[] = "securityContext.capabilities.add";
static const char dropped[] = "securityContext.capabilities.drop";

static int drops_all(struct kubernetes *k)
{
	if (capability(k, dropped, "ALL"))
		return 0;
	return kubernetes_fault(k, kubernetes_at(k->in->node, dropped),
				"capabilities.drop has no ALL");
}

static int drops_any(struct kubernetes *k)
{
	const struct node *list = kubernetes_at(k->in->node, dropped);

	if (list && list->kind == NODE_LIST && list->n > 0)
		return 0;
	return kubernetes_fault(k, list, "no capability is dropped");
}

static int adds_not(struct kubernetes *k, const char *name)
{
	const struct node *n = capability(k, added, name);

	return n ? kubernetes_fault(k, n, "capability %s is added", name) : 0;
}

static int no_sys_admin(struct kubernetes *k)
{
	return adds_not(k, "SYS_ADMIN");
}

static int no_net_raw(struct kubernetes *k)
{
	return adds_not(k, "NET_RAW");
}

static int no_sys_module(struct kubernetes *k)
{
	return adds_not(k, "SYS_MODULE");
}

static int adds_within(struct kubernetes *k, const char *const *allowed, size_t n)
{
	const struct node *list = kubernetes_at(k->in->node, added);
	int rc = 0;

	for (ptrdiff_t i = 0; list && list->kind == NODE_LIST && i < list->n && rc >= 0; i++) {
		size_t at = 0;
		while (at < n && !is_named(&list->child[i], allowed[at]))
			at++;
		if (at == n)
			rc = kubernetes_fault(k, &list->child[i], "capability %.*s is added",
					      STR_ARG(list->child[i].text));
	}
	return rc;
}

static int adds_none(struct kubernetes *k)
{
	return adds_within(k, NULL, 0);
}

static int adds_restricted(struct kubernetes *k)
{
	static const char *const bind[] = { "NET_BIND_SERVICE" };

	if (!capability(k, dropped, "ALL"))
		return kubernetes_fault(k, kubernetes_at(k->in->node, dropped),
					"capabilities.drop has no ALL");
	return adds_within(k, bind, 1);
}

/* ---- users ---- */

static int runs_as_nonroot(struct kubernetes *k)
{
	const struct node *must = kubernetes_context(k, "runAsNonRoot");
	int64_t user = 0;
	bool truth = false;

	if (must && node_bool(must, &truth) && truth)
		return 0;
	if (!must && kubernetes_number(kubernetes_context(k, "runAsUser"), &user) && user != 0)
		return 0;
	return kubernetes_fault(k, must, "runAsNonRoot is not true");
}

static int user_not_zero(struct kubernetes *k)
{
	const struct node *n = kubernetes_context(k, "runAsUser");
	int64_t user = 1;

	if (!kubernetes_number(n, &user) || user != 0)
		return 0;
	return kubernetes_fault(k, n, "runAsUser is 0");
}

/* At least 10,001, so that no account of the host has the number. */
static int high_number(struct kubernetes *k, const char *setting)
{
	const struct node *n = kubernetes_context(k, setting);
	int64_t id = 0;

	if (kubernetes_number(n, &id) && id > 10000)
		return 0;
	if (!n)
		return kubernetes_fault(k, NULL, "%s is not set", setting);
	return kubernetes_fault(k, n, "%s is %.*s", setting, STR_ARG(n->text));
}

static int high_user(struct kubernetes *k)
{
	return high_number(k, "runAsUser");
}

static int high_group(struct kubernetes *k)
{
	return high_number(k, "runAsGroup");
}

static int has_context(struct kubernetes *k)
{
	const struct node *own = node_get(k->in->node, S("securityContext"));
	const struct node *pods = node_get(k->at->pod, S("securityContext"));

	if ((own && own->n > 0) || (pods && pods->n > 0))
		return 0;
	return kubernetes_fault(k, own, "neither it nor the pod has a securityContext");
}

/* ---- confinement ---- */

static int reads_only(struct kubernetes *k)
{
	const char *at = "securityContext.readOnlyRootFilesystem";

	if (kubernetes_truth(k->in->node, at) == 1)
		return 0;
	return kubernetes_fault(k, kubernetes_at(k->in->node, at),
				"readOnlyRootFilesystem is not true");
}

static bool in_list(str s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(s, str_of(list[i])))
			return true;
	return false;
}

static int has_seccomp(struct kubernetes *k)
{
	static const char *const good[] = { "RuntimeDefault", "Localhost" };
	const struct node *n = kubernetes_context(k, "seccompProfile.type");
	str type = { 0 };

	if (n && node_text(n, &type) && in_list(type, good, 2))
		return 0;
	return kubernetes_fault(k, n,
				"seccompProfile.type is neither RuntimeDefault nor Localhost");
}

static int not_unconfined(struct kubernetes *k)
{
	const struct node *n = kubernetes_context(k, "seccompProfile.type");
	str type = { 0 };

	if (!n || !node_text(n, &type) || !str_eq(type, S("Unconfined")))
		return 0;
	return kubernetes_fault(k, n, "seccompProfile.type is Unconfined");
}

/* The field of Kubernetes 1.30, or the annotation before it. */
static int has_apparmor(struct kubernetes *k)
{
	static const char mark[] = "container.apparmor.security.beta.kubernetes.io/";
	const struct node *field = kubernetes_context(k, "appArmorProfile.type");
	const struct node *map = kubernetes_at(k->at->meta, "annotations");
	str type = { 0 };

	if (field && node_text(field, &type) && str_eq(type, S("Unconfined")))
		return kubernetes_fault(k, field, "appArmorProfile.type is Unconfined");
	for (ptrdiff_t i = 0; map && map->kind == NODE_MAP && i < map->n; i++) {
		const struct node *n = &map->child[i];
		if (!str_starts(n->key, str_of(mark)) ||
		    !str_eq(str_from(n->key, (ptrdiff_t)sizeof(mark) - 1), k->in->name))
			continue;
		if (!node_text(n, &type) ||
		    (!str_eq(type, S("runtime/default")) && !str_starts(type, S("localhost/"))))
			return kubernetes_fault(k, n, "its AppArmor profile is '%.*s'",
						STR_ARG(type));
	}
	return 0;
}

/* Source: Pod Security Standards, baseline, SELinux. */
static int plain_selinux(struct kubernetes *k)
{
	static const char *const types[] = { "", "container_t", "container_init_t",
					     "container_kvm_t", "container_engine_t" };
	const struct node *map = kubernetes_context(k, "seLinuxOptions");

	for (ptrdiff_t i = 0; map && map->kind == NODE_MAP && i < map->n; i++) {
		const struct node *n = &map->child[i];
		bool good = str_eq(n->key, S("level"));
		if (str_eq(n->key, S("type")))
			good = in_list(n->text, types, sizeof(types) / sizeof(types[0]));
		else if (!good)
			good = n->text.len == 0;
		if (!good)
			return kubernetes_fault(k, n, "seLinuxOptions.%.*s is '%.*s'",
						STR_ARG(n->key), STR_ARG(n->text));
	}
	return 0;
}

static int plain_proc(struct kubernetes *k)
{
	const struct node *n = kubernetes_at(k->in->node, "securityContext.procMount");

	if (!n || str_eq(n->text, S("Default")))
		return 0;
	return kubernetes_fault(k, n, "procMount is '%.*s'", STR_ARG(n->text));
}

static int no_host_process(struct kubernetes *k)
{
	const struct node *n = kubernetes_context(k, "windowsOptions.hostProcess");
	bool truth = false;

	if (!n || !node_bool(n, &truth) || !truth)
		return 0;
	return kubernetes_fault(k, n, "hostProcess is true");
}

/* ---- resources ---- */

static int has_resource(struct kubernetes *k, const char *at)
{
	const struct node *n = kubernetes_at(k->in->node, at);

	if (k->in->role == CONTAINER_EPHEMERAL || (n && n->kind != NODE_NULL))
		return 0; /* ephemeral ones may have none */
	return kubernetes_fault(k, kubernetes_at(k->in->node, "resources"), "%s is not set", at);
}

static int cpu_limit(struct kubernetes *k)
{
	return has_resource(k, "resources.limits.cpu");
}

static int cpu_request(struct kubernetes *k)
{
	return has_resource(k, "resources.requests.cpu");
}

static int memory_limit(struct kubernetes *k)
{
	return has_resource(k, "resources.limits.memory");
}

static int memory_request(struct kubernetes *k)
{
	return has_resource(k, "resources.requests.memory");
}

/* ---- ports and images ---- */

/* Each port of the container with this field, where `bad` says so of it. */
static int ports(struct kubernetes *k, const char *field, int64_t from, int64_t to)
{
	const struct node *list = node_get(k->in->node, S("ports"));
	int rc = 0;

	for (ptrdiff_t i = 0; list && list->kind == NODE_LIST && i < list->n && rc >= 0; i++) {
		const struct node *n = node_get(&list->child[i], str_of(field));
		int64_t port = 0;
		if (kubernetes_number(n, &port) && port >= from && port <= to)
			rc = kubernetes_fault(k, n, "%s is %lld", field, (long long)port);
	}
	return rc;
}

static int no_host_ports(struct kubernetes *k)
{
	return ports(k, "hostPort", 1, 65535);
}

static int high_ports(struct kubernetes *k)
{
	return ports(k, "containerPort", 1, 1023);
}

static int tagged(struct kubernetes *k)
{
	const struct node *n = node_get(k->in->node, S("image"));
	str image = { 0 }, last;

	if (!n || !node_text(n, &image) || str_find(image, '@') >= 0)
		return 0;
	last = str_base_name(image);
	ptrdiff_t colon = str_rfind(last, ':');
	if (colon >= 0 && !str_eq(str_from(last, colon + 1), S("latest")))
		return 0;
	return kubernetes_fault(k, n, "image %.*s %s", STR_ARG(image),
				colon < 0 ? "has no tag" : "has the tag latest");
}

static int trusted(struct kubernetes *k)
{
	const struct node *n = node_get(k->in->node, S("image"));
	const struct texts *list = &k->wish->trusted_registries;
	str image = { 0 };

	if (!list->n || !n || !node_text(n, &image))
		return 0;
	str host = str_head(image, str_find(image, '/'));
	if (str_find(image, '/') < 0 ||
	    (str_find(host, '.') < 0 && str_find(host, ':') < 0 && !str_eq(host, S("localhost"))))
		host = S("docker.io");
	for (ptrdiff_t i = 0; i < list->n; i++) {
		str one = list->p[i];
		bool suffix = str_starts(one, S("*."));
		if (str_eq(host, one) || (suffix && str_ends(host, str_from(one, 1))))
			return 0;
	}
	return kubernetes_fault(k, n, "image %.*s is from %.*s", STR_ARG(image), STR_ARG(host));
}

static int no_tiller(struct kubernetes *k)
{
	const struct node *n = node_get(k->in->node, S("image"));
	str image = { 0 };

	if (!n || !node_text(n, &image))
		return 0;
	str name = str_base_name(image);
	ptrdiff_t end = str_find(name, ':') < 0 ? name.len : str_find(name, ':');
	return str_find_str(str_head(name, end), S("tiller")) < 0
		       ? 0
		       : kubernetes_fault(k, n, "image %.*s is Helm 2's server", STR_ARG(image));
}

/* clang-format off */
const struct kubernetes_rule kubernetes_container_rules[] = {
	{ { "KSV-0001", "PSS-restricted AVD-KSV-0001 KSV001", SEVERITY_MEDIUM,
	    "No process can gain privileges over its parent",
	    "A setuid program in the image would run with more rights than the container was given.",
	    "Set securityContext.allowPrivilegeEscalation: false." }, ASK_CONTAINER, no_escalation },
	{ { "KSV-0002", "PSS-baseline AVD-KSV-0002 KSV002", SEVERITY_LOW,
	    "AppArmor's default profile is not switched off",
	    "The runtime's profile keeps a container from mounts, raw sockets and much of /proc and /sys.",
	    "Remove the override, or name runtime/default or a localhost profile." }, ASK_CONTAINER, has_apparmor },
	{ { "KSV-0003", "AVD-KSV-0003 KSV003", SEVERITY_LOW, "All capabilities are dropped",
	    "The runtime's default set holds rights that hardly any service needs.",
	    "Set securityContext.capabilities.drop: [ALL] and add back what is needed." }, ASK_CONTAINER, drops_all },
	{ { "KSV-0004", "AVD-KSV-0004 KSV004", SEVERITY_LOW, "Some capabilities are dropped",
	    "A container that drops none keeps every right of the runtime's default set.",
	    "Set securityContext.capabilities.drop: [ALL]." }, ASK_CONTAINER, drops_any },
	{ { "KSV-0005", "PSS-baseline AVD-KSV-0005 KSV005", SEVERITY_HIGH, "SYS_ADMIN is not added",
	    "CAP_SYS_ADMIN is as good as root on the node.",
	    "Remove SYS_ADMIN from securityContext.capabilities.add." }, ASK_CONTAINER, no_sys_admin },
	{ { "KSV-0011", "AVD-KSV-0011 KSV011", SEVERITY_LOW, "The processor time is limited",
	    "One container that spins can starve all others on its node.",
	    "Set resources.limits.cpu." }, ASK_CONTAINER, cpu_limit },
	{ { "KSV-0012", "PSS-restricted AVD-KSV-0012 KSV012", SEVERITY_MEDIUM, "The container may not run as root",
	    "Whoever breaks out of a process of root is root on the node.",
	    "Set securityContext.runAsNonRoot: true, and a numeric USER in the image." }, ASK_CONTAINER, runs_as_nonroot },
	{ { "KSV-0013", "AVD-KSV-0013 KSV013", SEVERITY_MEDIUM, "The image has a tag other than latest, or a digest",
	    "What runs changes without any change here, and differs from node to node.",
	    "Name a version, or better a digest: image: NAME@sha256:..." }, ASK_CONTAINER, tagged },
	{ { "KSV-0014", "AVD-KSV-0014 KSV014", SEVERITY_HIGH, "The root file system is read-only",
	    "An attacker cannot replace programs or leave tools where nothing can be written.",
	    "Set securityContext.readOnlyRootFilesystem: true, and an emptyDir where it writes." }, ASK_CONTAINER, reads_only },
	{ { "KSV-0015", "AVD-KSV-0015 KSV015", SEVERITY_LOW, "Processor time is requested",
	    "Without a request the scheduler cannot tell whether a node has room.",
	    "Set resources.requests.cpu." }, ASK_CONTAINER, cpu_request },
	{ { "KSV-0016", "AVD-KSV-0016 KSV016", SEVERITY_LOW, "Memory is requested",
	    "Without a request the scheduler cannot tell whether a node has room.",
	    "Set resources.requests.memory." }, ASK_CONTAINER, memory_request },
	{ { "KSV-0017", "PSS-baseline AVD-KSV-0017 KSV017", SEVERITY_HIGH, "The container is not privileged",
	    "A privileged container has the node's devices and every capability.",
	    "Remove securityContext.privileged, and add the one capability that is needed." }, ASK_CONTAINER, not_privileged },
	{ { "KSV-0018", "AVD-KSV-0018 KSV018", SEVERITY_LOW, "The memory is limited",
	    "A leak in one container takes the node's other containers down with it.",
	    "Set resources.limits.memory." }, ASK_CONTAINER, memory_limit },
	{ { "KSV-0020", "AVD-KSV-0020 KSV020", SEVERITY_LOW, "The user's number is above 10000",
	    "A low number may belong to an account of the node.",
	    "Set securityContext.runAsUser to a number above 10000." }, ASK_CONTAINER, high_user },
	{ { "KSV-0021", "AVD-KSV-0021 KSV021", SEVERITY_LOW, "The group's number is above 10000",
	    "A low number may belong to a group of the node.",
	    "Set securityContext.runAsGroup to a number above 10000." }, ASK_CONTAINER, high_group },
	{ { "KSV-0022", "PSS-baseline AVD-KSV-0022 KSV022", SEVERITY_MEDIUM, "No capability is added",
	    "Each is a right that root has and an ordinary process has not.",
	    "Remove it from securityContext.capabilities.add." }, ASK_CONTAINER, adds_none },
	{ { "KSV-0024", "PSS-baseline AVD-KSV-0024 KSV024", SEVERITY_HIGH, "No port of the node is taken",
	    "The port is open on the node's own addresses, past every network policy.",
	    "Remove hostPort and use a Service." }, ASK_CONTAINER, no_host_ports },
	{ { "KSV-0025", "PSS-baseline AVD-KSV-0025 KSV025", SEVERITY_MEDIUM, "SELinux options are the usual ones",
	    "A type, user or role of one's own can lift the confinement of containers.",
	    "Remove seLinuxOptions, or keep level and the container types." }, ASK_CONTAINER, plain_selinux },
	{ { "KSV-0027", "PSS-baseline AVD-KSV-0027 KSV027", SEVERITY_MEDIUM, "/proc is masked as usual",
	    "Without the masks, parts of the node's kernel can be read and set.",
	    "Remove securityContext.procMount." }, ASK_CONTAINER, plain_proc },
	{ { "KSV-0030", "PSS-restricted AVD-KSV-0030 KSV030", SEVERITY_LOW, "System calls are filtered by a profile",
	    "The runtime's filter takes away calls that are of use to break out alone.",
	    "Set securityContext.seccompProfile.type: RuntimeDefault." }, ASK_CONTAINER, has_seccomp },
	{ { "KSV-0102", "AVD-KSV-0102 KSV102", SEVERITY_CRITICAL, "Helm 2's server is not deployed",
	    "Tiller does whatever anyone in the cluster asks of it, with its own rights.",
	    "Move to Helm 3, which has no server." }, ASK_CONTAINER, no_tiller },
	{ { "KSV-0103", "PSS-baseline AVD-KSV-0103 KSV103", SEVERITY_MEDIUM, "No process of the Windows host is made",
	    "A HostProcess container is not confined at all.",
	    "Remove windowsOptions.hostProcess." }, ASK_CONTAINER, no_host_process },
	{ { "KSV-0104", "PSS-baseline AVD-KSV-0104 KSV104", SEVERITY_MEDIUM, "The filter of system calls is not switched off",
	    "Unconfined takes away what even the default keeps.",
	    "Set seccompProfile.type: RuntimeDefault." }, ASK_CONTAINER, not_unconfined },
	{ { "KSV-0105", "PSS-restricted AVD-KSV-0105 KSV105", SEVERITY_LOW, "runAsUser is not 0",
	    "The number 0 is root, whatever the image says.",
	    "Set runAsUser to the number of an ordinary user." }, ASK_CONTAINER, user_not_zero },
	{ { "KSV-0106", "PSS-restricted AVD-KSV-0106 KSV106", SEVERITY_LOW, "All capabilities are dropped, and at most NET_BIND_SERVICE added",
	    "The restricted standard leaves a service nothing but a low port.",
	    "Set capabilities.drop: [ALL]; add nothing but NET_BIND_SERVICE." }, ASK_CONTAINER, adds_restricted },
	{ { "KSV-0117", "AVD-KSV-0117 KSV117", SEVERITY_MEDIUM, "No port below 1024 is bound",
	    "Ports below 1024 need root or a capability.",
	    "Listen on a port from 1024 on; the Service can show any port outside." }, ASK_CONTAINER, high_ports },
	{ { "KSV-0118", "AVD-KSV-0118 KSV118", SEVERITY_HIGH, "A security context is given",
	    "Without one the runtime's defaults hold: root, writable, all default capabilities.",
	    "Add a securityContext to the container or its pod." }, ASK_CONTAINER, has_context },
	{ { "KSV-0119", "AVD-KSV-0119 KSV119", SEVERITY_HIGH, "NET_RAW is not added",
	    "Raw sockets forge packets of the neighbours on the pod network.",
	    "Remove NET_RAW from securityContext.capabilities.add." }, ASK_CONTAINER, no_net_raw },
	{ { "KSV-0120", "PSS-baseline AVD-KSV-0120 KSV120", SEVERITY_HIGH, "SYS_MODULE is not added",
	    "Who loads kernel modules owns the node.",
	    "Remove SYS_MODULE from securityContext.capabilities.add." }, ASK_CONTAINER, no_sys_module },
	{ { "KSV-0125", "AVD-KSV-0125 KSV125", SEVERITY_MEDIUM, "The image is from a trusted registry",
	    "What others host can be changed by others.",
	    "Use an image of a registry that is trusted (--trusted-registry)." }, ASK_CONTAINER, trusted },
	{ { 0 }, ASK_OBJECT, NULL },
};
/* clang-format on */
