#include "kubernetes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/num.h"
#include "codec/yaml_block.h"
#include "codec/yaml.h"

enum {
	WHAT_MAX = 1 << 10, /* bytes of one fault's text; what is longer is cut */
	LISTS = 4,          /* a List in a List, and so on */
	RULES_MAX = 256,
};

/* ---- documents ---- */

/* Is it a line of a marker: "---" or "..." by itself or before a blank? YAML 1.2, 9.1.2: it can be
 * nothing else at the first column. */
static bool is_marker(str line, const char *marker)
{
	return str_starts(line, str_of(marker)) &&
	       (line.len == 3 || line.p[3] == ' ' || line.p[3] == '\t' || line.p[3] == '\r');
}

/* Blank, a comment, a directive: what may stand before a document's marker. */
static bool is_before(str line)
{
	line = str_trim(line);
	return line.len == 0 || line.p[0] == '#' || line.p[0] == '%';
}

/* The next document off the front of *text, without its marker, and the line that it begins at. */
static str next_document(str *text, int *line, int *ret_line)
{
	str rest = *text;
	const char *begin = rest.p;
	bool any = false;

	*ret_line = *line;
	while (rest.p && rest.len > 0) {
		const char *at = rest.p;
		str one = str_cut(&rest, '\n');
		if (any && (is_marker(one, "---") || is_marker(one, "..."))) {
			/* An empty end marker belongs to the document before it. */
			*text = is_marker(one, "...") ? rest
						      : (str){ at, text->len - (at - text->p) };
			*line += is_marker(one, "...");
			return (str){ begin, at - begin };
		}
		any = any || !is_before(one);
		++*line;
	}
	str all = *text;
	*text = (str){ 0 };
	return all;
}

/* A failure told with the file's own lines: what stood before is lines without text. */
static int parse_in_place(struct op *op, str path, str before, str document)
{
	struct buf b;
	struct doc doc;
	str text;

	buf_init(&b, op, (size_t)before.len + (size_t)document.len + 1);
	for (str rest = before; rest.p && rest.len > 0; buf_char(&b, '\n'))
		(void)str_cut(&rest, '\n');
	buf_add(&b, document);
	if (buf_take(&b, &text) < 0)
		return op->code;
	return yaml_parse(op, path, text, &doc);
}

static int add_object(struct op *op, struct kubernetes *k, const struct kubernetes_object *like,
		      const struct node *root);

/* Where a workload has its PodSpec. */
static const struct {
	const char *kind, *pod, *meta;
} workloads[] = {
	{ "Pod", "spec", "metadata" },
	{ "PodTemplate", "template.spec", "template.metadata" },
	{ "Deployment", "spec.template.spec", "spec.template.metadata" },
	{ "ReplicaSet", "spec.template.spec", "spec.template.metadata" },
	{ "ReplicationController", "spec.template.spec", "spec.template.metadata" },
	{ "StatefulSet", "spec.template.spec", "spec.template.metadata" },
	{ "DaemonSet", "spec.template.spec", "spec.template.metadata" },
	{ "Job", "spec.template.spec", "spec.template.metadata" },
	{ "CronJob", "spec.jobTemplate.spec.template.spec",
	  "spec.jobTemplate.spec.template.metadata" },
	{ "Rollout", "spec.template.spec", "spec.template.metadata" },
	{ "Service", "spec.template.spec", "spec.template.metadata" }, /* Knative's */
	{ "DeploymentConfig", "spec.template.spec", "spec.template.metadata" },
};

static int add_items(struct op *op, struct kubernetes *k, const struct kubernetes_object *like,
		     const struct node *items)
{
	for (ptrdiff_t i = 0; items && items->kind == NODE_LIST && i < items->n; i++) {
		int rc = add_object(op, k, like, &items->child[i]);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int add_object(struct op *op, struct kubernetes *k, const struct kubernetes_object *like,
		      const struct node *root)
{
	str kind = kubernetes_text(root, "kind");

	if (root->kind != NODE_MAP)
		return 0;
	if (str_ends(kind, S("List")) && node_get(root, S("items"))) {
		if (k->lists == LISTS)
			return op_fail(op, ERR_FORMAT, "%.*s:%d: lists in lists", STR_ARG(k->path),
				       like->line + root->line);
		k->lists++;
		int rc = add_items(op, k, like, node_get(root, S("items")));
		k->lists--;
		return rc;
	}
	if (!kind.len || !kubernetes_text(root, "apiVersion").len)
		return 0; /* values.yaml, and whatever else */
	struct kubernetes_object *o = vec_push(op, &k->object);
	if (!o)
		return op->code;
	*o = *like;
	o->root = root;
	o->api = kubernetes_text(root, "apiVersion");
	o->kind = kind;
	o->name = kubernetes_text(root, "metadata.name");
	if (!o->name.len)
		o->name = kubernetes_text(root, "metadata.generateName");
	o->ns = kubernetes_text(root, "metadata.namespace");
	for (size_t i = 0; i < sizeof(workloads) / sizeof(workloads[0]); i++)
		if (str_eq(kind, str_of(workloads[i].kind))) {
			o->pod = kubernetes_at(root, workloads[i].pod);
			o->meta = kubernetes_at(root, workloads[i].meta);
		}
	return 0;
}

static int read_documents(struct op *op, struct kubernetes *k, str bytes)
{
	str rest = bytes;
	int line = 0;

	while (rest.p && rest.len > 0) {
		struct kubernetes_object like = { 0 };
		str text = next_document(&rest, &line, &like.line);
		struct doc *doc = op_new(op, struct doc, 1); /* objects point into it */
		if (!doc)
			return op->code;
		int rc = yaml_quick_parse(op, k->path, text, doc);
		if (rc == ERR_USAGE) {
			op_forgive(op);
			rc = parse_in_place(op, k->path, (str){ bytes.p, text.p - bytes.p }, text);
			if (rc == 0)
				rc = op_fail(op, ERR_FORMAT, "%.*s: cannot be read",
					     STR_ARG(k->path));
		}
		if (rc < 0)
			return rc;
		like.first = like.line + 1;
		like.last = line;
		if ((rc = add_object(op, k, &like, &doc->root)) < 0)
			return rc;
	}
	return 0;
}

int kubernetes_read(struct op *op, str path, str bytes, struct kubernetes *ret)
{
	struct kubernetes k = { .op = op, .path = path };
	int rc = read_documents(op, &k, bytes);

	if (rc == 0)
		*ret = k;
	return rc;
}

bool kubernetes_is(str bytes)
{
	bool api = false, kind = false;

	for (str rest = bytes; rest.p && !(api && kind);) {
		str line = str_cut(&rest, '\n');
		if (str_starts(line, S("---")))
			api = kind = false;
		str word = str_trim(line);
		bool json = str_starts(word, S("\""));
		word = str_from(word, json);
		if (!json && line.len > 0 && (line.p[0] == ' ' || line.p[0] == '\t'))
			continue;
		api = api || str_starts(word, S("apiVersion"));
		kind = kind || str_starts(word, S("kind"));
	}
	return api && kind;
}

/* ---- looking ---- */

const struct node *kubernetes_at(const struct node *node, const char *path)
{
	str rest = str_of(path);

	while (node && rest.p)
		node = node_get(node, str_cut(&rest, '.'));
	return node;
}

str kubernetes_text(const struct node *node, const char *path)
{
	const struct node *n = kubernetes_at(node, path);
	str text = { 0 };

	return n && node_text(n, &text) ? text : S("");
}

int kubernetes_truth(const struct node *node, const char *path)
{
	const struct node *n = kubernetes_at(node, path);
	bool truth;

	return n && node_bool(n, &truth) ? truth : -1;
}

bool kubernetes_number(const struct node *n, int64_t *ret)
{
	uint64_t value;

	if (!n || n->kind != NODE_NUMBER)
		return false;
	bool minus = str_starts(n->text, S("-"));
	if (!num_parse(str_from(n->text, minus), INT64_MAX, &value))
		return false;
	*ret = minus ? -(int64_t)value : (int64_t)value;
	return true;
}

const struct node *kubernetes_context(const struct kubernetes *k, const char *path)
{
	const struct node *own = k->in ? node_get(k->in->node, S("securityContext")) : NULL;
	const struct node *found = kubernetes_at(own, path);

	return found ? found : kubernetes_at(node_get(k->at->pod, S("securityContext")), path);
}

/* ---- telling ---- */

static const char *const roles[CONTAINER_ROLES] = { "container", "init container",
						    "ephemeral container" };

/* "container app of Deployment web: ". */
static void say_whose(struct buf *b, const struct kubernetes *k)
{
	if (k->in)
		buf_fmt(b, "%s %.*s of ", roles[k->in->role], STR_ARG(k->in->name));
	buf_fmt(b, "%.*s %.*s: ", STR_ARG(k->at->kind), STR_ARG(k->at->name));
}

int kubernetes_fault(struct kubernetes *k, const struct node *node, const char *fmt, ...)
{
	struct fault *f = vec_push(k->op, &k->fault);
	const struct node *at = node ? node : k->in ? k->in->node : k->at->root;
	char text[WHAT_MAX];
	struct buf b;
	va_list ap;

	if (!f)
		return k->op->code;
	*f = (struct fault){ .rule = k->rule, .path = k->path, .layer = -1 };
	f->line = k->at->line + (node && at->key.len > 0 ? at->key_line : at->line);
	f->end_line = f->line;
	f->col = node && at->key.len > 0 ? at->key_col : at->col;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_init(&b, k->op, LIMIT_DOCUMENT);
	say_whose(&b, k);
	buf_add(&b, str_of(text));
	if (buf_take(&b, &f->what) < 0)
		return k->op->code;
	return op_text(k->op, &f->key, "%.*s/%.*s/%.*s%s%.*s", STR_ARG(k->at->kind),
		       STR_ARG(k->at->ns), STR_ARG(k->at->name), k->in ? "/" : "",
		       STR_ARG(k->in ? k->in->name : S("")));
}

/* ---- asking ---- */

static const struct kubernetes_rule *const tables[] = {
	kubernetes_container_rules, kubernetes_pod_rules,   kubernetes_object_rules,
	kubernetes_access_rules,    kubernetes_plane_rules,
};

static int ask_containers(struct kubernetes *k, const struct kubernetes_rule *r)
{
	static const char *const lists[CONTAINER_ROLES] = { "containers", "initContainers",
							    "ephemeralContainers" };
	int rc = 0;

	for (int role = 0; role < CONTAINER_ROLES && rc >= 0; role++) {
		const struct node *list = node_get(k->at->pod, str_of(lists[role]));
		for (ptrdiff_t i = 0; list && list->kind == NODE_LIST && i < list->n && rc >= 0;
		     i++) {
			struct kubernetes_container c = { &list->child[i], S(""),
							  (enum kubernetes_role)role };
			c.name = kubernetes_text(c.node, "name");
			k->in = &c;
			rc = r->ask(k);
			k->in = NULL;
		}
	}
	return rc;
}

static int ask(struct kubernetes *k, const struct kubernetes_rule *r)
{
	k->rule = &r->rule;
	for (ptrdiff_t i = 0; i < k->object.n; i++) {
		k->at = &k->object.p[i];
		int rc = 0;
		if (r->scope == ASK_CONTAINER && k->at->pod)
			rc = ask_containers(k, r);
		else if (r->scope == ASK_OBJECT || (r->scope == ASK_POD && k->at->pod))
			rc = r->ask(k);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static bool is_asked(const struct lint_wish *w, const struct rule *r)
{
	struct checks one = { &(struct check){ .rule = r }, 1 };
	bool asked = w->only.n == 0;

	for (ptrdiff_t i = 0; i < w->only.n && !asked; i++)
		asked = checks_find(&one, w->only.p[i]) != NULL;
	for (ptrdiff_t i = 0; i < w->skip.n && asked; i++)
		asked = checks_find(&one, w->skip.p[i]) == NULL;
	return asked;
}

int kubernetes_lint(struct op *op, str path, str bytes, const struct lint_wish *wish,
		    struct lint_file *ret)
{
	struct kubernetes k;
	int rc = kubernetes_read(op, path, bytes, &k);

	if (rc < 0)
		return rc;
	k.wish = wish;
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		for (const struct kubernetes_rule *r = tables[t]; r->rule.id; r++)
			if (is_asked(wish, &r->rule) && (rc = ask(&k, r)) < 0)
				return rc;
	if (k.fault.n > 1)
		qsort(k.fault.p, (size_t)k.fault.n, sizeof(*k.fault.p), fault_compare);
	*ret = (struct lint_file){ path, LINT_KUBERNETES, k.fault.p, k.fault.n };
	return 0;
}

const struct rule *const *kubernetes_rules(size_t *ret_n)
{
	static const struct rule *all[RULES_MAX];
	static size_t n;

	if (n == 0)
		for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
			for (const struct kubernetes_rule *r = tables[t]; r->rule.id; r++) {
				MUST(n < RULES_MAX);
				all[n++] = &r->rule;
			}
	*ret_n = n;
	return all;
}
