/*
 * Builders write history so (Docker image specification v1.2; BuildKit, exporter):
 *
 *	/bin/sh -c #(nop)  CMD ["bash"]                  an instruction that runs nothing
 *	/bin/sh -c apt-get update                        RUN
 *	|1 VERSION=2 /bin/sh -c make                     RUN, with build arguments
 *	RUN |1 VERSION=2 /bin/sh -c make # buildkit      the same by BuildKit
 *	COPY /x /y # buildkit
 */
#include "config.h"

#include "base/limits.h"
#include "base/num.h"
#include "codec/json.h"

static const str shell = S_INIT("/bin/sh -c ");

/* "2 A=b C=d words": the words behind n arguments; a value with blanks in it cannot be told apart,
 * so the shell, where it is there, decides. */
static str without_arguments(str text)
{
	ptrdiff_t at = str_find_str(text, shell);
	uint64_t n = 0;

	if (at >= 0)
		return str_from(text, at);
	str rest = text, count = str_word(&rest);
	if (!num_parse(count, 1000, &n))
		return text;
	for (uint64_t i = 0; i < n && rest.len; i++)
		(void)str_word(&rest);
	return str_trim(rest);
}

int config_instruction(struct op *op, str text, str *ret)
{
	static const str nop = S_INIT("#(nop)"), run = S_INIT("RUN "), kit = S_INIT("# buildkit");
	bool runs = str_starts(text = str_trim(text), run);

	if (str_ends(text, kit))
		text = str_trim(str_head(text, text.len - kit.len));
	if (runs)
		text = str_trim(str_from(text, run.len));
	if (text.len > 1 && text.p[0] == '|') {
		text = without_arguments(str_from(text, 1));
		runs = true;
	}
	if (str_starts(text, shell)) {
		text = str_trim(str_from(text, shell.len));
		runs = !str_starts(text, nop);
	}
	if (str_starts(text, nop))
		text = str_trim(str_from(text, nop.len));
	return op_text(op, ret, "%s%.*s", runs && text.len ? "RUN " : "", STR_ARG(text));
}

static int wrong(struct op *op, const char *key)
{
	return op_fail(op, ERR_FORMAT, "an image configuration whose %s cannot be read", key);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* As Go's encoding/json compares names of fields, which engines read configurations with: without case,
 * and U+017F is an s, U+212A a k. */
static bool is_taken_for(str key, const char *name)
{
	ptrdiff_t n = 0;

	for (ptrdiff_t i = 0; i < key.len; i++, n++) {
		str rest = str_from(key, i);
		bool s = str_starts(rest, S("\u017f")), k = str_starts(rest, S("\u212a"));
		if (!name[n] || lower(s ? 's' : k ? 'k' : rest.p[0]) != lower(name[n]))
			return false;
		i += s ? 1 : k ? 2 : 0;
	}
	return !name[n];
}

/* What is said twice in other letters is read by an engine and would not be by us. */
static int check_keys(struct op *op, const struct node *map, const char *const *known, size_t n)
{
	for (ptrdiff_t i = 0; map && map->kind == NODE_MAP && i < map->n; i++) {
		str key = map->child[i].key;
		for (size_t k = 0; k < n; k++)
			if (!str_eq(key, str_of(known[k])) && is_taken_for(key, known[k]))
				return op_fail(
					op, ERR_FORMAT,
					"an image configuration with '%.*s', which engines take "
					"for '%s'",
					STR_ARG(key), known[k]);
	}
	return 0;
}

static int too_many(struct op *op, const char *key, ptrdiff_t n)
{
	return op_fail(op, ERR_LIMIT, "an image configuration with %td of %s; %d are taken", n, key,
		       LIMIT_CONFIG_ITEMS);
}

static bool is_null(const struct node *node)
{
	return !node || node->kind == NODE_NULL;
}

static int read_text(struct op *op, const struct node *map, const char *key, str *ret)
{
	const struct node *node = node_get(map, str_of(key));

	if (is_null(node))
		return 0;
	if (node->kind != NODE_TEXT)
		return wrong(op, key);
	*ret = node->text;
	return 0;
}

/* The texts of a list, or the keys of a mapping. */
static int read_texts(struct op *op, const struct node *map, const char *key, enum node_kind kind,
		      struct texts *ret)
{
	const struct node *node = node_get(map, str_of(key));

	if (is_null(node))
		return 0;
	if (node->n > LIMIT_CONFIG_ITEMS)
		return too_many(op, key, node->n);
	str *p = op_new(op, str, node->n);
	if (!p)
		return op->code;
	if (node->kind != kind)
		return wrong(op, key);
	for (ptrdiff_t i = 0; i < node->n; i++) {
		if (kind == NODE_LIST && node->child[i].kind != NODE_TEXT)
			return wrong(op, key);
		p[i] = kind == NODE_LIST ? node->child[i].text : node->child[i].key;
	}
	*ret = (struct texts){ p, node->n };
	return 0;
}

static int read_labels(struct op *op, const struct node *map, struct pairs *ret)
{
	const struct node *node = node_get(map, S("Labels"));

	if (is_null(node))
		return 0;
	if (node->n > LIMIT_CONFIG_ITEMS)
		return too_many(op, "Labels", node->n);
	struct pair *p = op_new(op, struct pair, node->n);
	if (!p)
		return op->code;
	if (node->kind != NODE_MAP)
		return wrong(op, "Labels");
	for (ptrdiff_t i = 0; i < node->n; i++) {
		p[i].key = node->child[i].key;
		if (node->child[i].kind == NODE_TEXT)
			p[i].value = node->child[i].text;
		else if (node->child[i].kind != NODE_NULL)
			return wrong(op, "Labels");
	}
	*ret = (struct pairs){ p, node->n };
	return 0;
}

/* "A=b" as its halves; a name alone has an empty value. */
static int split_env(struct op *op, const struct texts *list, struct pairs *ret)
{
	struct pair *p = op_new(op, struct pair, list->n);

	if (!p)
		return op->code;
	for (ptrdiff_t i = 0; i < list->n; i++) {
		p[i].value = list->p[i];
		p[i].key = str_cut(&p[i].value, '=');
	}
	*ret = (struct pairs){ p, list->n };
	return 0;
}

static int read_process(struct op *op, const struct node *map, struct config *c)
{
	static const char *const known[] = {
		"User",  "WorkingDir", "StopSignal",   "Env",     "Entrypoint",  "Cmd",
		"Shell", "OnBuild",    "ExposedPorts", "Volumes", "Healthcheck", "Labels"
	};
	struct texts env = { 0 };

	if (is_null(map))
		return 0;
	if (map->kind != NODE_MAP)
		return wrong(op, "config");
	if (check_keys(op, map, known, sizeof(known) / sizeof(known[0])) < 0)
		return op->code;
	if (read_text(op, map, "User", &c->user) < 0 ||
	    read_text(op, map, "WorkingDir", &c->work_dir) < 0 ||
	    read_text(op, map, "StopSignal", &c->stop_signal) < 0 ||
	    read_texts(op, map, "Env", NODE_LIST, &env) < 0 ||
	    read_texts(op, map, "Entrypoint", NODE_LIST, &c->entrypoint) < 0 ||
	    read_texts(op, map, "Cmd", NODE_LIST, &c->cmd) < 0 ||
	    read_texts(op, map, "Shell", NODE_LIST, &c->shell) < 0 ||
	    read_texts(op, map, "OnBuild", NODE_LIST, &c->onbuild) < 0 ||
	    read_texts(op, map, "ExposedPorts", NODE_MAP, &c->ports) < 0 ||
	    read_texts(op, map, "Volumes", NODE_MAP, &c->volumes) < 0 ||
	    read_texts(op, node_get(map, S("Healthcheck")), "Test", NODE_LIST, &c->health) < 0 ||
	    read_labels(op, map, &c->labels) < 0)
		return op->code;
	return split_env(op, &env, &c->env);
}

static int read_step(struct op *op, const struct node *node, struct config_step *s)
{
	str by = { 0 };

	if (node->kind != NODE_MAP)
		return wrong(op, "history");
	if (read_text(op, node, "created_by", &by) < 0 ||
	    read_text(op, node, "comment", &s->comment) < 0 ||
	    read_text(op, node, "author", &s->author) < 0)
		return op->code;
	(void)node_time(node_get(node, S("created")), &s->created);
	s->created_by = by;
	return config_instruction(op, by, &s->instruction);
}

/* Entries that are not marked empty_layer made the layers, in order. If there are more of them than
 * layers, none is known to have made any. */
static int read_history(struct op *op, const struct node *root, struct config *c)
{
	const struct node *list = node_get(root, S("history")),
			  *layers = node_get(node_get(root, S("rootfs")), S("diff_ids"));
	ptrdiff_t layer_n = layers && layers->kind == NODE_LIST ? layers->n : 0;
	int layer = 0;

	if (is_null(list))
		return 0;
	if (list->kind != NODE_LIST)
		return wrong(op, "history");
	if (list->n > LIMIT_CONFIG_ITEMS)
		return too_many(op, "history", list->n);
	if (!(c->step = op_new(op, struct config_step, list->n)))
		return op->code;
	for (ptrdiff_t i = 0; i < list->n; i++) {
		bool empty = false;
		if (read_step(op, &list->child[i], &c->step[i]) < 0)
			return op->code;
		(void)node_bool(node_get(&list->child[i], S("empty_layer")), &empty);
		c->step[i].layer = empty ? -1 : layer++;
	}
	c->step_n = list->n;
	for (ptrdiff_t i = 0; layer > layer_n && i < c->step_n; i++)
		c->step[i].layer = -1;
	return 0;
}

/* What stands in an annotation: the Healthcheck of a configuration as JSON, or a command line. */
static int read_annotation(struct op *op, str value, struct config *c)
{
	struct doc doc;
	AUTO_OP own;

	op_init(&own, 0);
	own.fault = op->fault;
	if (json_parse(&own, S("annotation"), value, &doc) == 0 && doc.root.kind == NODE_MAP) {
		if (json_parse(op, S("annotation"), value, &doc) < 0)
			return op->code;
		return read_texts(op, &doc.root, "Test", NODE_LIST, &c->health);
	}
	if (own.code == ERR_MEMORY)
		return op_adopt_error(op, &own);
	str *p = op_new(op, str, 2);
	if (!p)
		return op->code;
	p[0] = S("CMD-SHELL");
	p[1] = value;
	c->health = (struct texts){ p, 2 };
	return 0;
}

static int read_annotations(struct op *op, const struct pairs *annotations, struct config *c)
{
	for (ptrdiff_t i = 0; annotations && c->health.n == 0 && i < annotations->n; i++) {
		const struct pair *a = &annotations->p[i];
		if ((str_eq(a->key, S("org.opencontainers.image.healthcheck")) ||
		     str_eq(a->key, S("io.podman.healthcheck"))) &&
		    a->value.len && read_annotation(op, a->value, c) < 0)
			return op->code;
	}
	return 0;
}

int config_read(struct op *op, str json, const struct pairs *annotations, struct config *ret)
{
	static const char *const known[] = { "config", "history", "rootfs", "created" };
	struct config c = { 0 };
	struct doc doc;

	if (json.len && json_parse(op, S("configuration"), json, &doc) < 0)
		return op->code;
	if (json.len && doc.root.kind != NODE_MAP)
		return op_fail(op, ERR_FORMAT, "not an image configuration");
	if (json.len && (check_keys(op, &doc.root, known, 4) < 0 ||
			 read_process(op, node_get(&doc.root, S("config")), &c) < 0 ||
			 read_history(op, &doc.root, &c) < 0))
		return op->code;
	if (json.len)
		(void)node_time(node_get(&doc.root, S("created")), &c.created);
	if (read_annotations(op, annotations, &c) < 0)
		return op->code;
	*ret = c;
	return 0;
}

str config_who(const struct config *c, const char *kind, str text)
{
	for (ptrdiff_t i = c->step_n - 1; i >= 0; i--) {
		str rest = c->step[i].instruction, word = str_word(&rest);
		if (str_eq(word, str_of(kind)) && (text.len == 0 || str_find_str(rest, text) >= 0))
			return c->step[i].instruction;
	}
	return S("");
}
