/*
 * Where a package comes from: the layer that brought it, and whether that was in the image that
 * this one was built on. Source: OCI image-spec config.md, "history".
 */
#include <string.h>

#include "base/limits.h"
#include "catalog.h"
#include "codec/json.h"

enum { VOTES_MAX = 1000 }; /* files that are asked for a package's layer */

/* The layer that most of a package's files are in. */
static int layer_of(const struct catalog *c, ptrdiff_t i)
{
	const struct package *p = &c->package.p[i];
	int votes[LIMIT_LAYERS] = { 0 }, best = -1;

	for (ptrdiff_t j = 0; j < p->file_n && j < VOTES_MAX; j++) {
		uint32_t node = tree_find_link(c->tree, p->file[j].path);
		if (node != TREE_NONE && tree_node(c->tree, node)->type != TREE_DIRECTORY)
			votes[tree_node(c->tree, node)->layer % LIMIT_LAYERS]++;
	}
	for (int l = 0; l < LIMIT_LAYERS; l++) {
		if (votes[l] > (best < 0 ? 0 : votes[best]))
			best = l;
	}
	if (best >= 0)
		return best;
	return c->place.p[i].evidence.n ? c->place.p[i].evidence.p[0].layer : -1;
}

static bool is_empty_layer(const struct node *h)
{
	bool empty = false;

	return node_bool(node_get(h, S("empty_layer")), &empty) && empty;
}

static bool sets_command(const struct node *h)
{
	str by;

	return node_text(node_get(h, S("created_by")), &by) &&
	       (str_starts(by, S("CMD ")) || str_find_str(by, S("#(nop)  CMD ")) >= 0 ||
		str_find_str(by, S("#(nop) CMD ")) >= 0);
}

/* Buildah says at each of its steps what it was made from; steps before the first such are the
 * base's. */
static ptrdiff_t first_of_buildah(const struct node *history)
{
	str comment;

	for (ptrdiff_t i = 0; i < history->n; i++) {
		if (node_text(node_get(&history->child[i], S("comment")), &comment) &&
		    str_starts(comment, S("FROM ")))
			return i;
	}
	return -1;
}

/* An image ends with its command, so what stands before a command that is not of the last part of
 * this history is another image's. */
static ptrdiff_t last_command(const struct node *history)
{
	ptrdiff_t at = history->n - 1;

	while (at >= 0 && is_empty_layer(&history->child[at]))
		at--;
	while (at >= 0 &&
	       !(is_empty_layer(&history->child[at]) && sets_command(&history->child[at])))
		at--;
	return at;
}

/* How many layers the history says to be of the image below. */
static ptrdiff_t base_layers(const struct node *history)
{
	ptrdiff_t end = first_of_buildah(history), layers = 0;

	if (end < 0)
		end = last_command(history);
	for (ptrdiff_t i = 0; i < end; i++)
		layers += !is_empty_layer(&history->child[i]);
	return layers;
}

static int mark_base(struct op *op, struct subject *s)
{
	AUTO_OP own;
	struct doc doc;

	op_init(&own, 0);
	if (s->config_json.len == 0)
		return 0;
	if (json_parse(&own, S("configuration"), s->config_json, &doc) < 0)
		return own.code == ERR_MEMORY ? op_adopt_error(op, &own) : 0;
	const struct node *history = node_get(&doc.root, S("history"));
	if (!history || history->kind != NODE_LIST)
		return 0;
	ptrdiff_t n = base_layers(history);
	for (ptrdiff_t i = 0; i < n && i < s->layer_n; i++)
		s->layer[i].is_base = true;
	return 0;
}

static str annotation(const struct subject *s, str key)
{
	for (ptrdiff_t i = 0; i < s->annotations.n; i++) {
		if (str_eq(s->annotations.p[i].key, key))
			return s->annotations.p[i].value;
	}
	for (ptrdiff_t i = 0; i < s->labels.n; i++) {
		if (str_eq(s->labels.p[i].key, key))
			return s->labels.p[i].value;
	}
	return S("");
}

int origin_make(struct op *op, struct catalog *c, struct inventory *ret)
{
	struct subject *s = &ret->subject;
	bool has_base = false;
	int rc = mark_base(op, s);

	if (rc < 0)
		return rc;
	if (s->base_name.len == 0)
		s->base_name = annotation(s, S("org.opencontainers.image.base.name"));
	if (digest_is_zero(&s->base))
		(void)digest_parse(annotation(s, S("org.opencontainers.image.base.digest")),
				   &s->base);
	for (ptrdiff_t i = 0; i < s->layer_n; i++)
		has_base |= s->layer[i].is_base;
	for (ptrdiff_t i = 0; i < c->package.n; i++) {
		struct package *p = &c->package.p[i];
		p->layer = !c->wish->image ? -1 : s->layer_n == 1 ? 0 : layer_of(c, i);
		if (has_base && p->layer >= 0 && p->layer < s->layer_n)
			p->origin = s->layer[p->layer].is_base ? ORIGIN_BASE : ORIGIN_APPLICATION;
	}
	return 0;
}
