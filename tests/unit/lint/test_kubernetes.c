#include "lint/kubernetes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "codec/yaml.h"
#include "sys/file.h"
#include "unit/harness.h"

static const struct lint_wish wish = { .trusted_registries = {
					       (str[]){ S_INIT("registry.example"),
							S_INIT("registry.example:5000"),
							S_INIT("*.trusted.example") },
					       3 } };

/* The ids that a line's comment names, and those that were told at it, must be the same. */
static void line_holds(const struct lint_file *f, const char *path, int line, str comment)
{
	char message[256];

	for (ptrdiff_t i = 0; i < f->fault_n; i++) {
		str rest = comment;
		bool found = false;
		if (f->fault[i].line != line)
			continue;
		while (rest.len > 0 && !found)
			found = str_eq(str_word(&rest), str_of(f->fault[i].rule->id));
		(void)snprintf(message, sizeof(message), "%s:%d tells %s: %.*s", path, line,
			       f->fault[i].rule->id, STR_ARG(f->fault[i].what));
		test_check(found, message, __FILE__, __LINE__);
	}
	for (str rest = comment; rest.len > 0;) {
		str word = str_word(&rest);
		bool found = false;
		if (!str_starts(word, S("K")))
			continue;
		for (ptrdiff_t i = 0; i < f->fault_n && !found; i++)
			found = f->fault[i].line == line &&
				str_eq(word, str_of(f->fault[i].rule->id));
		(void)snprintf(message, sizeof(message), "%s:%d tells no %.*s", path, line,
			       STR_ARG(word));
		test_check(found, message, __FILE__, __LINE__);
	}
}

static int says_what_comments_say(struct op *op)
{
	static const char path[] = "tests/case/lint/kubernetes.yaml";
	struct lint_file f;
	str text;

	TRY(test_file(op, path, &text));
	TRY(kubernetes_lint(op, str_of(path), exact(text), &wish, &f));
	int number = 0;
	for (str rest = text; rest.p; number++) {
		str line = str_cut(&rest, '\n');
		ptrdiff_t at = str_find_str(line, S(" # K"));
		line_holds(&f, path, number + 1, at < 0 ? S("") : str_from(line, at + 2));
	}
	return 0;
}

/* Every rule is told by the file somewhere: none is without a bad case. */
static int every_rule_has_a_case(struct op *op)
{
	size_t n = 0;
	const struct rule *const *rules = kubernetes_rules(&n);
	str text;

	TRY(test_file(op, "tests/case/lint/kubernetes.yaml", &text));
	CHECK(n > 100);
	for (size_t i = 0; i < n; i++) {
		test_check(str_find_str(text, str_of(rules[i]->id)) >= 0, rules[i]->id, __FILE__,
			   __LINE__);
		CHECK(rules[i]->title && rules[i]->rationale && rules[i]->remedy &&
		      rules[i]->severity);
		for (size_t other = 0; other < i; other++)
			CHECK(strcmp(rules[i]->id, rules[other]->id) != 0);
	}
	return 0;
}

static int streams(struct op *op)
{
	static const struct {
		const char *text;
		ptrdiff_t objects;
		int line; /* of the last one */
	} cases[] = {
		{ "", 0, 0 },
		{ "# nothing\n---\n---\n", 0, 0 },
		{ "apiVersion: v1\nkind: A\n", 1, 1 },
		{ "---\n# Source: chart/a.yaml\napiVersion: v1\nkind: A\n---\napiVersion: "
		  "v1\nkind: B\n",
		  2, 6 },
		{ "%YAML 1.2\n---\napiVersion: v1\nkind: A\n...\n---\napiVersion: v1\nkind: B", 2,
		  7 },
		{ "apiVersion: v1\nkind: A\ntext: |\n  ---\n  apiVersion: v1\n--- # "
		  "next\napiVersion: v1\nkind: B\n",
		  2, 7 },
		{ "{\"apiVersion\": \"v1\", \"kind\": \"A\"}", 1, 1 },
		{ "kind: List\napiVersion: v1\nitems:\n- {apiVersion: v1, kind: A}\n- {apiVersion: "
		  "v1, kind: B}\n",
		  2, 5 },
		{ "replicas: 3\n", 0, 0 },
		{ "- a\n", 0, 0 },
		{ "apiVersion: v1\r\nkind: A\r\n---\r\napiVersion: v1\r\nkind: B\r\n", 2, 4 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kubernetes k;
		TRY(kubernetes_read(op, S("x.yaml"), exact(str_of(cases[i].text)), &k));
		test_check(k.object.n == cases[i].objects, cases[i].text, __FILE__, __LINE__);
		if (k.object.n > 0 && k.object.n == cases[i].objects) {
			struct kubernetes_object *o = &k.object.p[k.object.n - 1];
			test_check(o->line + o->root->line == cases[i].line, cases[i].text,
				   __FILE__, __LINE__);
		}
	}
	return 0;
}

static int refuses(struct op *op)
{
	struct lint_file f;

	CHECK_FAILS(op,
		    kubernetes_lint(op, S("x.yaml"),
				    S("apiVersion: v1\nkind: A\n---\na: 1\na: 2\n"), &wish, &f),
		    ERR_USAGE, "x.yaml:5:");
	CHECK_FAILS(op, kubernetes_lint(op, S("x.yaml"), S("a: {\n"), &wish, &f), ERR_USAGE,
		    "x.yaml:");
	CHECK_FAILS(op,
		    kubernetes_lint(
			    op, S("x.yaml"),
			    S("{apiVersion: v1, kind: List, items: [{kind: List, items: [{kind: "
			      "List, items: [{kind: List, items: [{kind: List, items: "
			      "[]}]}]}]}]}"),
			    &wish, &f),
		    ERR_FORMAT, "x.yaml:1: lists in lists");
	return 0;
}

static int only_and_skip(struct op *op)
{
	static const char text[] =
		"apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostPID: true\n"
		"  hostIPC: true\n  containers: []\n";
	struct lint_file f;
	struct lint_wish w = { .only = { (str[]){ S_INIT("KSV010") }, 1 } };

	TRY(kubernetes_lint(op, S("x.yaml"), str_of(text), &w, &f));
	CHECK(f.fault_n == 1 && f.fault[0].line == 5);
	CHECK_STR(f.fault[0].what, S("Pod a: hostPID is true"));
	CHECK_STR(f.fault[0].key, S("Pod//a"));
	w = (struct lint_wish){ .skip = { (str[]){ S_INIT("PSS-baseline") }, 1 } };
	TRY(kubernetes_lint(op, S("x.yaml"), str_of(text), &w, &f));
	CHECK(f.fault_n == 0);
	return 0;
}

static int knows_manifests(struct op *op)
{
	(void)op;
	CHECK(kubernetes_is(S("# x\napiVersion: v1\nkind: Pod\n")));
	CHECK(kubernetes_is(S("{\n \"apiVersion\": \"v1\",\n \"kind\": \"Pod\"\n}")));
	CHECK(!kubernetes_is(S("a:\n  apiVersion: v1\n  kind: Pod\n")));
	CHECK(!kubernetes_is(S("apiVersion: v1\n---\nkind: Pod\n")));
	CHECK(!kubernetes_is(S("")));
	return 0;
}

/* ---- what others call good and bad ---- */

static const struct {
	const char *file, *id;
} others[] = {
	{ "CPU_not_limited", "KSV-0011" },
	{ "CPU_requests_not_specified", "KSV-0015" },
	{ "SYS_ADMIN_capability", "KSV-0005" },
	{ "access_to_host_ports", "KSV-0024" },
	{ "apparmor_policy_disabled", "KSV-0002" },
	{ "can_elevate_its_own_privileges", "KSV-0001" },
	{ "capabilities_no_drop_all", "KSV-0003" },
	{ "file_system_not_read_only", "KSV-0014" },
	{ "host_ipc", "KSV-0008" },
	{ "host_network", "KSV-0009" },
	{ "host_pid", "KSV-0010" },
	{ "hostpath_volumes_mounted", "KSV-0023" },
	{ "insecure_ingress_nginx", "KCV-0093" },
	{ "memory_not_limited", "KSV-0018" },
	{ "memory_requests_not_specified", "KSV-0016" },
	{ "mounts_docker_socket", "KSV-0006" },
	{ "non_core_volume_types", "KSV-0028" },
	{ "non_default_proc_masks_set", "KSV-0027" },
	{ "privileged", "KSV-0017" },
	{ "protect_core_components_namespace", "KSV-0037" },
	{ "protecting_pod_service_account_tokens", "KSV-0036" },
	{ "runs_as_root", "KSV-0012" },
	{ "runs_with_GID_le_10000", "KSV-0021" },
	{ "runs_with_UID_le_10000", "KSV-0020" },
	{ "runtime_default_seccomp_profile_not_set", "KSV-0030" },
	{ "selector_usage_in_network_policies", "KSV-0038" },
	{ "selinux_custom_options_set", "KSV-0025" },
	{ "specific_capabilities_added", "KSV-0022" },
	{ "tiller_is_deployed", "KSV-0102" },
	{ "unsafe_sysctl_options_set", "KSV-0026" },
	{ "uses_image_tag_latest", "KSV-0013" },
};

static int read_shared(struct op *op, const char *name, str *ret)
{
	const char *dir = getenv("TEMPER_SHARED_DATA"), *source = getenv("TEMPER_SOURCE");
	str path;

	if (dir)
		TRY(op_text(op, &path, "%s/checks/trivy-checks/checks/kubernetes/%s.yaml", dir,
			    name));
	else
		TRY(op_text(op, &path,
			    "%s/../shared/data/checks/trivy-checks/checks/kubernetes/%s.yaml",
			    source ? source : ".", name));
	int rc = file_read_user(op, path, LIMIT_DOCUMENT, ret);
	if (rc == 0 || rc == ERR_MEMORY)
		return rc;
	op_forgive(op);
	return 1;
}

static int judge(struct op *op, size_t which, const struct node *list, bool good)
{
	struct lint_wish w = { .only = { (str[]){ str_of(others[which].id) }, 1 } };
	char message[160];

	for (ptrdiff_t i = 0; list && i < list->n; i++) {
		struct lint_file f;
		TRY(kubernetes_lint(op, str_of(others[which].file), list->child[i].text, &w, &f));
		(void)snprintf(message, sizeof(message), "%s of %s, %s case %td", others[which].id,
			       others[which].file, good ? "good" : "bad", i + 1);
		test_check(good == (f.fault_n == 0), message, __FILE__, __LINE__);
	}
	return 0;
}

static int agrees_with_others(struct op *op)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct doc doc;
		str text;
		int rc = read_shared(op, others[i].file, &text);
		if (rc > 0)
			SKIP("no inputs of Trivy's checks: TEMPER_SHARED_DATA names no directory "
			     "that has "
			     "them");
		TRY(rc);
		TRY(yaml_parse(op, str_of(others[i].file), text, &doc));
		const struct node *cases = node_get(&doc.root, S("kubernetes"));
		CHECK(cases != NULL);
		TRY(judge(op, i, node_get(cases, S("good")), true));
		TRY(judge(op, i, node_get(cases, S("bad")), false));
	}
	return 0;
}

TESTS({ "says what the comments say", says_what_comments_say, .once = true },
      { "every rule has a case", every_rule_has_a_case, .once = true }, { "streams", streams },
      { "refuses", refuses }, { "only and skip", only_and_skip },
      { "knows manifests", knows_manifests },
      { "agrees with others", agrees_with_others, .once = true })
