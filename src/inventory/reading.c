#include "reading.h"

#include "base/limits.h"
#include "codec/json.h"
#include "codec/toml.h"
#include "codec/yaml.h"

typedef int parse_fn(struct op *op, str file, str text, struct doc *ret);

static int read_file(struct reading *r, parse_fn *parse, reading_fn *fn)
{
	int rc = catalog_text(&r->tmp, r->c, r->f, LIMIT_CAPTURE, &r->text);

	if (rc == 0 && parse)
		rc = parse(&r->tmp, r->f->path, r->text, &r->doc);
	return rc < 0 ? rc : fn(r);
}

static int run(struct op *op, struct catalog *c, const struct found *f, parse_fn *parse,
	       reading_fn *fn)
{
	struct reading r = { .op = op, .c = c, .f = f, .how = EVIDENCE_DECLARED };

	op_init(&r.tmp, op->ceiling);
	r.tmp.fault = op->fault;
	int rc = read_file(&r, parse, fn);
	if (rc < 0 && r.tmp.code == ERR_USAGE)
		rc = op_fail(op, ERR_FORMAT, "%s", r.tmp.text);
	else if (rc < 0)
		rc = op_adopt_error(op, &r.tmp);
	op_done(&r.tmp);
	return rc;
}

int reading_text(struct op *op, struct catalog *c, const struct found *f, reading_fn *fn)
{
	return run(op, c, f, NULL, fn);
}

int reading_json(struct op *op, struct catalog *c, const struct found *f, reading_fn *fn)
{
	return run(op, c, f, json_parse_lax, fn);
}

int reading_yaml(struct op *op, struct catalog *c, const struct found *f, reading_fn *fn)
{
	return run(op, c, f, yaml_parse, fn);
}

int reading_toml(struct op *op, struct catalog *c, const struct found *f, reading_fn *fn)
{
	return run(op, c, f, toml_parse, fn);
}

int reading_add(struct reading *r, const struct package *p, uint32_t *ret)
{
	struct package kept;

	if (ret)
		*ret = UINT32_MAX;
	if (!p->name.len || !p->version.len)
		return 0;
	int rc = draft_keep(r->op, p, &kept);
	kept.file = p->file;
	kept.file_n = p->file_n;
	if (rc == 0)
		rc = catalog_add(r->op, r->c, r->f, r->how, &kept, ret);
	r->added += rc == 0;
	return rc;
}

str reading_get(const struct node *map, const char *key)
{
	const struct node *node = node_get(map, str_of(key));
	str text = S("");

	return node && node_text(node, &text) ? text : S("");
}

bool reading_is(const struct node *map, const char *key)
{
	const struct node *node = node_get(map, str_of(key));
	bool is = false;

	return node && node_bool(node, &is) && is;
}

/* The next node of a walk below top, parents before their children, or TREE_NONE. */
static uint32_t step(const struct tree *t, uint32_t top, uint32_t at)
{
	uint32_t next = tree_node(t, at)->type == TREE_DIRECTORY ? tree_first(t, at) : TREE_NONE;

	while (next == TREE_NONE && at != top) {
		next = tree_next(t, at);
		at = tree_node(t, at)->parent;
	}
	return next;
}

int reading_recognise(struct reading *r, str path)
{
	const struct tree *t = catalog_tree(r->c);
	uint32_t top = tree_find_link(t, path), at = top;
	int rc = 0;

	for (; at != TREE_NONE && rc == 0; at = step(t, top, at)) {
		const struct tree_node *node = tree_node(t, at);
		if (node->type == TREE_FILE && node->probe)
			rc = catalog_recognised(r->op, r->c, at);
	}
	return rc;
}
