#include <string.h>

#include "base/limits.h"
#include "base/num.h"
#include "read_impl.h"
#include "record.h"
#include "record_members.h"
#include "sys/clock.h"

enum { HEADS_MAX = 64 }; /* names of properties, without what stands behind a colon */

/* ---- properties as a mapping ---- */

struct head {
	str key;
	VEC(struct node) node;
	bool map;
};

int record_of_properties(struct op *op, const struct pairs *properties, str prefix,
			 struct node *ret)
{
	struct head *head = NULL;
	ptrdiff_t n = 0;

	*ret = (struct node){ .kind = NODE_MAP };
	for (ptrdiff_t i = 0; i < properties->n; i++) {
		str sub = properties->p[i].key, key;
		if (!str_starts(sub, prefix))
			continue;
		sub = str_from(sub, prefix.len);
		key = str_cut(&sub, ':');
		if (!head && !(head = op_new(op, struct head, HEADS_MAX)))
			return op->code;
		ptrdiff_t at = 0;
		while (at < n && !str_eq(head[at].key, key))
			at++;
		if (at == HEADS_MAX)
			continue;
		n = at == n ? n + 1 : n;
		head[at].key = key;
		head[at].map |= sub.p != NULL;
		struct node *value = vec_push(op, &head[at].node);
		if (!value)
			return op->code;
		*value = (struct node){ .kind = NODE_TEXT,
					.text = properties->p[i].value,
					.key = sub };
	}
	if (n == 0)
		return 0;
	ret->child = op_new(op, struct node, n);
	if (!ret->child)
		return op->code;
	for (ret->n = 0; ret->n < n; ret->n++) {
		struct head *h = &head[ret->n];
		ret->child[ret->n] = (struct node){ .kind = h->map ? NODE_MAP : NODE_LIST,
						    .key = h->key,
						    .child = h->node.p,
						    .n = h->node.n };
		if (!h->map && h->node.n == 1) {
			ret->child[ret->n] = h->node.p[0];
			ret->child[ret->n].key = h->key;
		}
	}
	return 0;
}

/* ---- members ---- */

/* The elements of a list, or the one that stands for a list of one. */
static ptrdiff_t elements(const struct node *n, const struct node **ret)
{
	if (!n || n->kind == NODE_NULL || n->kind == NODE_MAP)
		return 0;
	*ret = n->kind == NODE_LIST ? n->child : n;
	return n->kind == NODE_LIST ? n->n : 1;
}

static int read_texts(struct op *op, const struct node *n, struct texts *ret)
{
	const struct node *e = NULL;
	ptrdiff_t count = elements(n, &e);
	struct texts t = { op_new(op, str, count), 0 };

	if (!t.p)
		return op->code;
	for (ptrdiff_t i = 0; i < count; i++) {
		if (node_text(&e[i], &t.p[t.n]))
			t.n++;
	}
	*ret = t;
	return 0;
}

static int read_pairs(struct op *op, const struct node *n, struct pairs *ret)
{
	struct pairs pairs = { op_new(op, struct pair, n->n), 0 };

	if (!pairs.p)
		return op->code;
	for (ptrdiff_t i = 0; n->kind == NODE_MAP && i < n->n; i++) {
		pairs.p[pairs.n].key = n->child[i].key;
		if (node_text(&n->child[i], &pairs.p[pairs.n].value))
			pairs.n++;
	}
	*ret = pairs;
	return 0;
}

static int read_member(struct op *op, const struct member *m, const struct node *n, void *to)
{
	str s = S("");

	if (m->kind == MEMBER_TEXTS)
		return read_texts(op, n, to);
	if (m->kind == MEMBER_PAIRS)
		return read_pairs(op, n, to);
	if (!node_text(n, &s))
		return 0;
	if (m->kind == MEMBER_TEXT)
		*(str *)to = s;
	else if (m->kind == MEMBER_BOOL)
		*(bool *)to = str_eq(s, S("true"));
	else
		(void)digest_parse(s, to);
	return 0;
}

static int read_members(struct op *op, const struct members *m, const struct node *map, void *to)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct node *n = node_get(map, str_of(m->member[i].key));
		int rc =
			n ? read_member(op, &m->member[i], n, (char *)to + m->member[i].offset) : 0;
		if (rc < 0)
			return rc;
	}
	return 0;
}

static uint64_t number(const struct node *map, const char *key, uint64_t max, uint64_t otherwise)
{
	uint64_t n;

	return num_parse(bom_text(map, key), max, &n) ? n : otherwise;
}

static int layer_of(const struct node *map)
{
	return (int)number(map, "layer", LIMIT_LAYERS, UINT64_MAX);
}

static bool truth(const struct node *map, const char *key)
{
	return str_eq(bom_text(map, key), S("true"));
}

static int word(str s, const char *const *words, int n, int otherwise)
{
	for (int i = 0; i < n; i++) {
		if (str_eq(s, str_of(words[i])))
			return i;
	}
	return otherwise;
}

/* An object of a list, also where it is JSON within a text. NULL: it is none. *rc: a failure. */
static const struct node *object(struct bom *b, const struct node *n, int *rc)
{
	struct doc *doc;

	if (n->kind == NODE_MAP)
		return n;
	if (n->kind != NODE_TEXT || !str_starts(n->text, S("{")))
		return NULL;
	doc = op_new(b->op, struct doc, 1);
	*rc = doc ? json_parse(b->op, b->what, n->text, doc) : b->op->code;
	if (*rc == ERR_FORMAT) {
		op_forgive(b->op);
		*rc = 0;
		return NULL;
	}
	return *rc < 0 ? NULL : &doc->root;
}

typedef int object_fn(struct bom *b, const struct node *map, void *arg);

static int each_object(struct bom *b, const struct node *map, const char *key, object_fn *fn,
		       void *arg)
{
	const struct node *e = NULL;
	ptrdiff_t n = elements(node_get(map, str_of(key)), &e);
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		const struct node *o = object(b, &e[i], &rc);
		if (o)
			rc = fn(b, o, arg);
	}
	return rc;
}

/* ---- packages ---- */

struct evidences {
	VEC(struct evidence) v;
};

static int read_evidence(struct bom *b, const struct node *map, void *arg)
{
	struct evidence *e = vec_push(b->op, &((struct evidences *)arg)->v);

	if (!e)
		return b->op->code;
	*e = (struct evidence){ bom_text(map, "path"), layer_of(map), bom_text(map, "by"),
				(enum evidence_how)word(bom_text(map, "how"), evidence_hows,
							EVIDENCE_HOWS, EVIDENCE_SBOM) };
	return 0;
}

struct files {
	VEC(struct package_file) v;
};

static void read_hash(const struct node *map, const char *name, unsigned kind, size_t n,
		      uint8_t *ret_kinds, uint8_t *to)
{
	if (bom_hex(bom_text(map, name), to, n))
		*ret_kinds = (uint8_t)(*ret_kinds | kind);
}

static int read_file(struct bom *b, const struct node *map, void *arg)
{
	struct package_file *f = vec_push(b->op, &((struct files *)arg)->v);

	if (!f)
		return b->op->code;
	f->path = bom_text(map, "path");
	read_hash(map, "md5", HASH_MD5, 16, &f->hash, f->digest);
	if (!f->hash)
		read_hash(map, "sha1", HASH_SHA1, 20, &f->hash, f->digest);
	if (!f->hash)
		read_hash(map, "sha256", HASH_SHA256, 32, &f->hash, f->digest);
	f->flags = (uint8_t)((truth(map, "config") ? FILE_CONFIG : 0) |
			     (truth(map, "ghost") ? FILE_GHOST : 0) |
			     (truth(map, "documentation") ? FILE_DOC : 0));
	return 0;
}

static int read_own_relations(struct bom *b, const struct node *map, str ref)
{
	for (int kind = 0; kind < RELATION_KINDS; kind++) {
		const struct node *e = NULL;
		ptrdiff_t n = elements(node_get(map, str_of(relation_kinds[kind])), &e);
		for (ptrdiff_t i = 0; i < n; i++) {
			str to = S("");
			(void)node_text(&e[i], &to);
			int rc = bom_relate(b, (enum relation_kind)kind, ref, to);
			if (rc < 0)
				return rc;
		}
	}
	return 0;
}

int record_read_package(struct bom *b, const struct node *map, str ref, struct package *p)
{
	struct evidences evidence = { 0 };
	struct files files = { 0 };
	str type = bom_text(map, "type");
	int rc = read_members(b->op, &package_members, map, p);

	if (type.len)
		p->type = package_type_of_name(type);
	p->layer = node_get(map, S("layer")) ? layer_of(map) : p->layer;
	p->origin = (enum origin)word(bom_text(map, "origin"), origins, 3, (int)p->origin);
	rc = rc < 0 ? rc : each_object(b, map, "evidence", read_evidence, &evidence);
	rc = rc < 0 ? rc : each_object(b, map, "files", read_file, &files);
	rc = rc < 0 ? rc : read_own_relations(b, map, ref);
	if (evidence.v.n) {
		p->evidence = evidence.v.p;
		p->evidence_n = evidence.v.n;
	}
	if (files.v.n) {
		p->file = files.v.p;
		p->file_n = files.v.n;
	}
	return rc;
}

/* ---- subject and system ---- */

struct layers {
	VEC(struct inventory_layer) v;
};

static int read_layer(struct bom *b, const struct node *map, void *arg)
{
	struct inventory_layer *l = vec_push(b->op, &((struct layers *)arg)->v);

	if (!l)
		return b->op->code;
	(void)digest_parse(bom_text(map, "digest"), &l->digest);
	(void)digest_parse(bom_text(map, "diff-id"), &l->diff_id);
	l->size = number(map, "size", UINT64_MAX, 0);
	l->media_type = bom_text(map, "media-type");
	l->created_by = bom_text(map, "created-by");
	l->is_base = truth(map, "base");
	return 0;
}

int record_read_subject(struct bom *b, const struct node *map)
{
	static const char *const kinds[] = { "image", "directory", "file" };
	struct subject *s = &b->inv.subject;
	struct layers layers = { 0 };
	int rc = read_members(b->op, &subject_members, map, s);

	b->recorded = true;
	s->kind = (enum subject_kind)word(bom_text(map, "kind"), kinds, 3, (int)s->kind);
	(void)clock_parse_rfc3339(bom_text(map, "created"), &s->created);
	s->size = number(map, "size", UINT64_MAX, s->size);
	rc = rc < 0 ? rc : each_object(b, map, "layers", read_layer, &layers);
	if (layers.v.n) {
		s->layer = layers.v.p;
		s->layer_n = layers.v.n;
	}
	return rc;
}

int record_read_os(struct bom *b, const struct node *map)
{
	return read_members(b->op, &os_members, map, &b->inv.os);
}

/* ---- the rest ---- */

struct unknowns {
	VEC(struct ledger_line) v;
};

static int read_unknown(struct bom *b, const struct node *map, void *arg)
{
	static const char *const kinds[] = { "executable", "library", "script", "module" };
	struct ledger_line *l = vec_push(b->op, &((struct unknowns *)arg)->v);

	if (!l)
		return b->op->code;
	*l = (struct ledger_line){ bom_text(map, "path"),
				   kinds[word(bom_text(map, "kind"), kinds, 4, 0)], layer_of(map),
				   number(map, "size", UINT64_MAX, 0) };
	return 0;
}

static int read_changed(struct bom *b, const struct node *map, void *arg)
{
	struct changed_file *f = vec_push(b->op, &b->changed);
	str *of = f ? vec_push(b->op, &b->changed_of) : NULL;

	(void)arg;
	if (!of)
		return b->op->code;
	*f = (struct changed_file){ bom_text(map, "path"), 0,
				    (enum changed_how)word(bom_text(map, "how"), changed_hows,
							   CHANGED_HOWS, CHANGED_CONTENT),
				    truth(map, "config"), layer_of(map) };
	*of = bom_text(map, "package");
	return 0;
}

static uint32_t small(const struct node *map, const char *key)
{
	return (uint32_t)number(map, key, UINT32_MAX, 0);
}

static int read_tree_file(struct bom *b, const struct node *map, void *arg)
{
	struct inventory_file *f = vec_push(b->op, &b->file);
	str *of = f ? vec_push(b->op, &b->file_of) : NULL;
	str mode = bom_text(map, "mode");

	(void)arg;
	if (!of)
		return b->op->code;
	f->path = bom_text(map, "path");
	for (ptrdiff_t i = 0; i < mode.len && i < 8; i++)
		f->mode = f->mode * 8 + (uint32_t)(mode.p[i] & 7);
	f->uid = small(map, "uid");
	f->gid = small(map, "gid");
	f->size = number(map, "size", UINT64_MAX, 0);
	f->layer = layer_of(map);
	read_hash(map, "sha256", HASH_SHA256, 32, &f->hashes, f->sha256);
	read_hash(map, "sha1", HASH_SHA1, 20, &f->hashes, f->sha1);
	read_hash(map, "md5", HASH_MD5, 16, &f->hashes, f->md5);
	*of = bom_text(map, "package");
	return 0;
}

int record_read_file(struct bom *b, const struct node *map)
{
	return each_object(b, map, "file", read_tree_file, NULL);
}

struct warnings {
	VEC(struct warning) v;
};

static int read_warning(struct bom *b, const struct node *map, void *arg)
{
	struct warning *w = vec_push(b->op, &((struct warnings *)arg)->v);

	if (!w)
		return b->op->code;
	*w = (struct warning){ bom_text(map, "path"), bom_text(map, "message"), layer_of(map) };
	return 0;
}

static int read_relation(struct bom *b, const struct node *map, void *arg)
{
	int kind = word(bom_text(map, "kind"), relation_kinds, RELATION_KINDS, -1);

	(void)arg;
	return kind < 0 ? 0
			: bom_relate(b, (enum relation_kind)kind, bom_text(map, "from"),
				     bom_text(map, "to"));
}

int record_read_rest(struct bom *b, const struct node *map)
{
	struct unknowns unknown = { 0 };
	struct warnings warning = { 0 };
	struct inventory *inv = &b->inv;
	int rc = each_object(b, map, "unknown", read_unknown, &unknown);

	rc = rc < 0 ? rc : each_object(b, map, "warnings", read_warning, &warning);
	rc = rc < 0 ? rc : each_object(b, map, "changed", read_changed, NULL);
	rc = rc < 0 ? rc : each_object(b, map, "files", read_tree_file, NULL);
	rc = rc < 0 ? rc : each_object(b, map, "relations", read_relation, NULL);
	inv->executables = number(map, "executables", UINT64_MAX, 0);
	inv->owned = number(map, "owned", UINT64_MAX, 0);
	inv->recognised = number(map, "recognised", UINT64_MAX, 0);
	inv->compared = number(map, "compared", UINT64_MAX, 0);
	inv->unknown = unknown.v.p;
	inv->unknown_n = unknown.v.n;
	inv->warning = warning.v.p;
	inv->warning_n = warning.v.n;
	return rc;
}

/* ---- temper's own JSON ---- */

int read_temper(struct bom *b, const struct node *root)
{
	const struct node *tool = node_get(root, S("tool"));
	ptrdiff_t n;
	const struct node *p = bom_list(root, "packages", &n);
	uint64_t version = number(node_get(root, S("schema")), "version", UINT32_MAX, 0);
	int rc = 0;

	if (version != 1)
		return op_fail(b->op, ERR_FORMAT,
			       "%.*s: version %llu of temper's JSON is not known here; a newer "
			       "temper reads it",
			       STR_ARG(b->what), (unsigned long long)version);
	b->inv.tool = bom_text(tool, "name");
	b->inv.tool_version = bom_text(tool, "version");
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		struct package package = { .layer = -1 };
		str id = bom_text(&p[i], "id");
		rc = record_read_package(b, &p[i], id, &package);
		if (rc == 0 && package.name.len)
			rc = bom_add(b, id, &package, NULL);
	}
	rc = rc < 0 ? rc : record_read_subject(b, node_get(root, S("subject")));
	rc = rc < 0 ? rc : record_read_os(b, node_get(root, S("os")));
	return rc < 0 ? rc : record_read_rest(b, root);
}
