#include "kubernetes.h"

#include "base/num.h"
#include "base/utf8.h"
#include "codec/json.h"

enum {
	NAME_MAX_K8S = 63, /* Source: RFC 1123, as Kubernetes takes names */
	WORD_MAX = 1 << 20,
};

bool volume_keeps(str path)
{
	static const char *const scratch[] = { "/tmp",       "/run",     "/var/run",
					       "/var/cache", "/var/tmp", "/var/log" };

	for (size_t i = 0; i < sizeof(scratch) / sizeof(scratch[0]); i++) {
		str s = str_of(scratch[i]);
		if (str_starts(path, s) && (path.len == s.len || path.p[s.len] == '/'))
			return false;
	}
	return true;
}

void volume_name(struct buf *b, str path)
{
	bool dash = false;
	int n = 0;

	for (ptrdiff_t i = 0; i < path.len && n < NAME_MAX_K8S - 1; i++) {
		char c = path.p[i];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		if (word && dash && n)
			buf_char(b, '-');
		n += word && dash && n;
		if (word)
			buf_char(b, c);
		n += word;
		dash = !word;
	}
}

/* A JSON text is a YAML one. What misleads a reader's eye is not repeated. */
static void quoted(struct buf *b, str s)
{
	struct json_out j;
	struct buf fit;

	buf_init(&fit, b->op, WORD_MAX);
	while (s.len > 0) {
		ptrdiff_t width = utf8_printable(s);
		buf_add(&fit, width ? str_head(s, width) : S("\uFFFD"));
		s = str_from(s, width ? width : 1);
	}
	json_begin(&j, b, 0);
	json_text(&j, buf_view(&fit));
}

static void words(struct buf *b, const struct texts *list, ptrdiff_t from)
{
	for (ptrdiff_t i = from; i < list->n; i++) {
		buf_add(b, i > from ? S(", ") : S(""));
		quoted(b, list->p[i]);
	}
}

static void put_name(struct buf *b, const struct outcome *o)
{
	volume_name(b, o->name); /* "team/api" */
}

/* Ports and users are numbers; whatever else a foreign image says there is not repeated. */
static void put_number(struct buf *b, str s)
{
	uint64_t n;

	buf_fmt(b, "%llu", num_parse(s, UINT32_MAX, &n) ? (unsigned long long)n : 0ull);
}

/* Not quoted: with the digest behind it this is one plain scalar. */
static void put_reference(struct buf *b, str name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789-_./";

	for (ptrdiff_t i = 0; i < name.len; i++)
		if (str_find(str_of(plain), name.p[i]) >= 0)
			buf_char(b, name.p[i]);
}

static void put_labels(struct buf *b, const struct outcome *o)
{
	buf_add(b, S("{app.kubernetes.io/name: "));
	put_name(b, o);
	buf_add(b, S("}\n"));
}

static bool keeps_data(const struct outcome *o)
{
	for (ptrdiff_t i = 0; i < o->config.volumes.n; i++)
		if (volume_keeps(o->config.volumes.p[i]))
			return true;
	return false;
}

static bool has_volume(const struct outcome *o, const char *path)
{
	for (ptrdiff_t i = 0; i < o->config.volumes.n; i++)
		if (str_eq(o->config.volumes.p[i], str_of(path)))
			return true;
	return false;
}

static const char *const always[] = { "/tmp", "/run" }; /* as in tests */

static void put_pod_security(struct buf *b, const struct outcome *o)
{
	str group = o->user, user = str_cut(&group, ':');

	buf_fmt(b,
		"      automountServiceAccountToken: false\n"
		"      securityContext:\n"
		"        runAsNonRoot: %s\n"
		"        runAsUser: ",
		str_eq(user, S("0")) ? "false" : "true");
	put_number(b, user);
	buf_add(b, S("\n        runAsGroup: "));
	put_number(b, group);
	buf_add(b, S("\n        fsGroup: "));
	put_number(b, group);
	buf_add(b, S("\n        seccompProfile: {type: RuntimeDefault}\n"));
}

static const char *protocol(str kind)
{
	return str_eq(kind, S("udp")) ? "UDP" : str_eq(kind, S("sctp")) ? "SCTP" : "TCP";
}

static void put_ports(struct buf *b, const struct outcome *o)
{
	if (o->config.ports.n)
		buf_add(b, S("          ports:\n"));
	for (ptrdiff_t i = 0; i < o->config.ports.n; i++) {
		str kind = o->config.ports.p[i], port = str_cut(&kind, '/');
		buf_add(b, S("            - {containerPort: "));
		put_number(b, port);
		buf_fmt(b, ", protocol: %s}\n", protocol(kind));
	}
}

static bool is_tcp(str port)
{
	(void)str_cut(&port, '/');
	return str_eq(str_of(protocol(port)), S("TCP"));
}

/* Traffic is sent where the port answers. */
static void put_readiness(struct buf *b, const struct outcome *o)
{
	str port = o->config.ports.n ? o->config.ports.p[0] : S("/udp");

	if (!is_tcp(port))
		return;
	buf_add(b, S("          readinessProbe:\n            tcpSocket: {port: "));
	put_number(b, str_cut(&port, '/'));
	buf_add(b, S("}\n"));
}

/* The image's own health check tells what no port does. */
static void put_liveness(struct buf *b, const struct outcome *o)
{
	const struct outcome_config *c = &o->config;
	const struct {
		const char *name;
		uint64_t value;
	} number[] = { { "initialDelaySeconds", c->start_period },
		       { "periodSeconds", c->interval },
		       { "timeoutSeconds", c->timeout },
		       { "failureThreshold", c->retries } };

	bool shell = c->health.n > 1 && str_eq(c->health.p[0], S("CMD-SHELL"));
	if (c->health.n < 2 || (!shell && !str_eq(c->health.p[0], S("CMD"))))
		return;
	buf_add(b, S("          livenessProbe:\n            exec: {command: ["));
	if (shell)
		buf_add(b, S("\"/bin/sh\", \"-c\", "));
	words(b, &c->health, 1);
	buf_add(b, S("]}\n"));
	for (size_t i = 0; i < sizeof(number) / sizeof(number[0]); i++)
		if (number[i].value)
			buf_fmt(b, "            %s: %llu\n", number[i].name,
				(unsigned long long)number[i].value);
}

static void put_mount(struct buf *b, str path)
{
	buf_add(b, S("            - {name: "));
	volume_name(b, path);
	buf_add(b, S(", mountPath: "));
	quoted(b, path);
	buf_add(b, S("}\n"));
}

static void put_container(struct buf *b, const struct outcome *o)
{
	char digest[DIGEST_TEXT];

	buf_add(b, S("      containers:\n        - name: "));
	put_name(b, o);
	buf_add(b, S("\n          image: REGISTRY/"));
	put_reference(b, o->name);
	buf_fmt(b, "@%s\n", digest_text(&o->manifest, digest));
	buf_add(b, S("          securityContext:\n"
		     "            allowPrivilegeEscalation: false\n"
		     "            readOnlyRootFilesystem: true\n"
		     "            capabilities: {drop: [ALL]}\n"));
	put_ports(b, o);
	put_readiness(b, o);
	put_liveness(b, o);
	buf_add(b, S("          volumeMounts:\n"));
	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		if (!has_volume(o, always[i]))
			put_mount(b, str_of(always[i]));
	for (ptrdiff_t i = 0; i < o->config.volumes.n; i++)
		put_mount(b, o->config.volumes.p[i]);
}

static void put_scratch(struct buf *b, str path)
{
	buf_add(b, S("        - {name: "));
	volume_name(b, path);
	buf_add(b, S(", emptyDir: {}}\n"));
}

static void put_volumes(struct buf *b, const struct outcome *o)
{
	buf_add(b, S("      volumes:\n"));
	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		if (!has_volume(o, always[i]))
			put_scratch(b, str_of(always[i]));
	for (ptrdiff_t i = 0; i < o->config.volumes.n; i++)
		if (!volume_keeps(o->config.volumes.p[i]))
			put_scratch(b, o->config.volumes.p[i]);
}

static void put_claims(struct buf *b, const struct outcome *o)
{
	buf_add(b, S("  volumeClaimTemplates:\n"));
	for (ptrdiff_t i = 0; i < o->config.volumes.n; i++) {
		if (!volume_keeps(o->config.volumes.p[i]))
			continue;
		buf_add(b, S("    - metadata: {name: "));
		volume_name(b, o->config.volumes.p[i]);
		buf_add(b, S("}\n      spec:\n        accessModes: [ReadWriteOnce]\n"
			     "        resources: {requests: {storage: 1Gi}}\n"));
	}
}

static void put_service(struct buf *b, const struct outcome *o)
{
	buf_add(b, S("---\napiVersion: v1\nkind: Service\nmetadata:\n  name: "));
	put_name(b, o);
	buf_add(b, S("\nspec:\n  selector: "));
	put_labels(b, o);
	buf_add(b, S("  ports:\n"));
	for (ptrdiff_t i = 0; i < o->config.ports.n; i++) {
		str kind = o->config.ports.p[i], port = str_cut(&kind, '/');
		buf_fmt(b, "    - {name: port-%td, port: ", i + 1);
		put_number(b, port);
		buf_fmt(b, ", protocol: %s}\n", protocol(kind));
	}
}

void kubernetes_write(struct buf *b, const struct outcome *o)
{
	bool ports = o->config.ports.n > 0, keeps = ports && keeps_data(o);

	buf_fmt(b, "apiVersion: %s\nkind: %s\nmetadata:\n  name: ", ports ? "apps/v1" : "batch/v1",
		keeps	? "StatefulSet"
		: ports ? "Deployment"
			: "Job");
	put_name(b, o);
	buf_add(b, S("\nspec:\n"));
	if (keeps) {
		buf_add(b, S("  serviceName: "));
		put_name(b, o);
		buf_char(b, '\n');
	}
	if (ports) {
		buf_add(b, S("  replicas: 1\n  selector:\n    matchLabels: "));
		put_labels(b, o);
	}
	buf_add(b, S("  template:\n    metadata:\n      labels: "));
	put_labels(b, o);
	buf_add(b, ports ? S("    spec:\n") : S("    spec:\n      restartPolicy: Never\n"));
	put_pod_security(b, o);
	put_container(b, o);
	put_volumes(b, o);
	if (keeps)
		put_claims(b, o);
	if (ports)
		put_service(b, o);
}
