#include "catalog.h"

#include <string.h>

#include "base/limits.h"
#include "os.h"

enum {
	EVIDENCE_MAX = 64
}; /* kept of one package: a file that lies in a thousand places is no news */

int catalog_open(struct op *op, const struct tree *t, const struct inventory_wish *wish,
		 struct catalog **ret)
{
	struct catalog *c = op_new(op, struct catalog, 1);

	if (!c)
		return op->code;
	*c = (struct catalog){ .op = op, .tree = t, .wish = wish };
	map_init(&c->by_purl, op);
	c->owner = op_new(op, uint32_t, tree_count(t));
	c->seen = op_new(op, uint8_t, tree_count(t));
	if (!c->owner || !c->seen)
		return op->code;
	int rc = os_identify(op, t, &c->os);
	if (rc == 0)
		*ret = c;
	return rc;
}

void **catalog_state(struct catalog *c)
{
	return &c->state;
}

const struct tree *catalog_tree(const struct catalog *c)
{
	return c->tree;
}

bool catalog_is_image(const struct catalog *c)
{
	return c->wish->image;
}

bool catalog_wants_licences(const struct catalog *c)
{
	return c->wish->licences;
}

bool catalog_wants_files(const struct catalog *c)
{
	return c->wish->files || c->wish->compare;
}

const struct os_identity *catalog_os(const struct catalog *c)
{
	return &c->os;
}

bool catalog_owned(const struct catalog *c, uint32_t node)
{
	return c->owner[node] != 0;
}

bool catalog_is_recognised(const struct catalog *c, uint32_t node)
{
	return c->seen[node] || c->owner[node] != 0;
}

int catalog_at(struct op *op, struct catalog *c, const struct found *f, struct at *ret)
{
	int rc = tree_at(op, c->tree, f->node, ret);

	if (rc == 0)
		ret->what = f->path;
	return rc;
}

int catalog_text(struct op *op, struct catalog *c, const struct found *f, size_t max, str *ret)
{
	struct at at;
	int rc = catalog_at(op, c, f, &at);

	return rc < 0 ? rc : at_all(op, &at, max, ret);
}

static int found_at(struct op *op, const struct catalog *c, uint32_t node, struct found *ret)
{
	SCRATCH char path[LIMIT_PATH + 1];
	const struct tree_node *n = tree_node(c->tree, node);

	*ret = (struct found){ .node = node,
			       .size = n->size,
			       .probe = n->probe,
			       .layer = c->wish->image ? n->layer : -1 };
	return op_copy(op, tree_path(c->tree, node, path), &ret->path);
}

int catalog_beside(struct op *op, struct catalog *c, const struct found *f, str path,
		   struct found *ret)
{
	uint32_t from = f ? tree_node(c->tree, f->node)->parent : 0;
	uint32_t node = tree_find_from(c->tree, from, path, true);

	if (node == TREE_NONE || tree_node(c->tree, node)->type != TREE_FILE)
		return 1;
	return found_at(op, c, node, ret);
}

int package_fact(struct op *op, struct pairs *pairs, const char *key, str value)
{
	ptrdiff_t at = 0;

	if (value.len == 0)
		return 0;
	while (at < pairs->n && str_cmp(pairs->p[at].key, str_of(key)) <= 0)
		at++;
	struct pair *more = op_new(op, struct pair, pairs->n + 1);
	if (!more)
		return op->code;
	if (at)
		memcpy(more, pairs->p, (size_t)at * sizeof(*more));
	if (at < pairs->n)
		memcpy(more + at + 1, pairs->p + at, (size_t)(pairs->n - at) * sizeof(*more));
	more[at] = (struct pair){ str_of(key), value };
	*pairs = (struct pairs){ more, pairs->n + 1 };
	return 0;
}

int catalog_os_fact(struct op *op, struct catalog *c, str key, str value)
{
	const char *name = op_cstr(op, key);

	return name ? package_fact(op, &c->os_facts, name, value) : op->code;
}

static int warn(struct op *op, struct catalog *c, const struct found *f, str path, str message)
{
	struct warning *w = vec_push(op, &c->warning);

	if (!w)
		return op->code;
	*w = (struct warning){ .layer = f ? f->layer : -1 };
	if (op_copy(op, path, &w->path) < 0 || op_copy(op, message, &w->message) < 0)
		return op->code;
	return 0;
}

int catalog_unreadable(struct op *op, struct catalog *c, const struct found *f, str path)
{
	int code = op->code;
	char text[OP_ERROR_MAX];

	if (code != ERR_FORMAT && code != ERR_LIMIT && code != ERR_USAGE)
		return code;
	memcpy(text, op->text, sizeof(text));
	op_forgive(op);
	return warn(op, c, f, path.len ? path : f->path, str_of(text));
}

static bool has_controls(str s)
{
	for (ptrdiff_t i = 0; i < s.len; i++) {
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return true;
	}
	return false;
}

/* Files of a system's package belong to it from now on. Lists go through directories one by one, so
 * that of most files the directory is known from the one before. */
static void own_files(struct catalog *c, const struct package *p, uint32_t number)
{
	/* Bitnami's bills say what the tree around them is. */
	bool owns = package_kinds[p->type].is_system || p->type == PACKAGE_BITNAMI;
	uint32_t at = 0;
	str dir = S("");

	for (ptrdiff_t i = 0; i < p->file_n; i++) {
		str own = str_dir_name(p->file[i].path);
		if (!str_eq(own, dir)) {
			dir = own;
			at = tree_find(c->tree, dir);
		}
		uint32_t node = at == TREE_NONE
					? TREE_NONE
					: tree_find_from(c->tree, at,
							 str_base_name(p->file[i].path), false);
		if (node == TREE_NONE || tree_node(c->tree, node)->type == TREE_DIRECTORY)
			continue;
		if (owns && !c->owner[node])
			c->owner[node] = number + 1;
		c->seen[node] = 1;
	}
}

static int add_evidence(struct op *op, struct catalog *c, uint32_t number, const struct found *f,
			str path, enum evidence_how how)
{
	struct place *place = &c->place.p[number];

	c->seen[f->node] = 1;
	for (ptrdiff_t i = 0; i < place->evidence.n; i++) {
		const struct evidence *e = &place->evidence.p[i];
		if (str_eq(e->path, path) && e->layer == f->layer)
			return 0;
	}
	if (place->evidence.n >= EVIDENCE_MAX)
		return 0;
	struct evidence *e = vec_push(op, &place->evidence);
	uint32_t *node = e ? vec_push(op, &place->node) : NULL;
	if (!node)
		return op->code;
	*node = f->node;
	*e = (struct evidence){ path, f->layer, str_of(c->running->name), how };
	return 0;
}

#define TAKE(field)              \
	if (old->field.len == 0) \
	old->field = more->field
#define TAKE_LIST(field)       \
	if (old->field.n == 0) \
	old->field = more->field

/* What one place does not tell of a package, another one may. */
static void fill_in(struct package *old, const struct package *more)
{
	TAKE(arch);
	TAKE(source);
	TAKE(source_version);
	TAKE(licence);
	TAKE(supplier);
	TAKE(author);
	TAKE(homepage);
	TAKE(description);
	TAKE(download);
	TAKE(vcs);
	TAKE_LIST(cpe);
	TAKE_LIST(checksum);
	TAKE_LIST(needs);
	TAKE_LIST(provides);
	TAKE_LIST(facts);
	if (old->file_n == 0) {
		old->file = more->file;
		old->file_n = more->file_n;
	}
	old->development &= more->development;
}

static int add_new(struct op *op, struct catalog *c, const struct package *p, uint32_t *ret)
{
	struct package *slot = vec_push(op, &c->package);
	struct place *place = slot ? vec_push(op, &c->place) : NULL;

	if (!place)
		return op->code;
	*ret = (uint32_t)c->package.n - 1;
	*slot = *p;
	slot->layer = -1;
	return map_put(&c->by_purl, slot->purl, (void *)(uintptr_t)(*ret + 1));
}

static int add(struct op *op, struct catalog *c, const struct found *f, str path,
	       enum evidence_how how, struct package *p, uint32_t *ret)
{
	int rc = p->purl.len ? 0 : package_purl(op, p);
	if (rc < 0)
		return rc;
	uintptr_t known = (uintptr_t)map_get(&c->by_purl, p->purl);
	uint32_t number = (uint32_t)known - 1;
	if (known)
		fill_in(&c->package.p[number], p);
	else if ((rc = add_new(op, c, p, &number)) < 0)
		return rc;
	own_files(c, p, number);
	for (ptrdiff_t i = 0; i < p->evidence_n; i++) {
		if ((rc = add_evidence(op, c, number, f, p->evidence[i].path, p->evidence[i].how)) <
		    0)
			return rc;
	}
	if (ret)
		*ret = number;
	return add_evidence(op, c, number, f, path, how);
}

int catalog_add_within(struct op *op, struct catalog *c, const struct found *f, str path,
		       enum evidence_how how, const struct package *p, uint32_t *ret)
{
	struct package own = *p;
	str message;

	if (ret)
		*ret = UINT32_MAX;
	if (p->name.len == 0 || has_controls(p->name) || has_controls(p->version) ||
	    has_controls(p->ns)) {
		int rc = op_text(
			op, &message, "a package's name or version cannot be one: '%.*s' '%.*s'",
			STR_ARG(str_head(p->name, 100)), STR_ARG(str_head(p->version, 100)));
		return rc < 0 ? rc : warn(op, c, f, path, message);
	}
	return add(op, c, f, path, how, &own, ret);
}

int catalog_add(struct op *op, struct catalog *c, const struct found *f, enum evidence_how how,
		const struct package *p, uint32_t *ret)
{
	return catalog_add_within(op, c, f, f->path, how, p, ret);
}

int catalog_relate(struct op *op, struct catalog *c, enum relation_kind kind, uint32_t from,
		   uint32_t to)
{
	if (from == UINT32_MAX || to == UINT32_MAX || from == to) /* one of them was passed over */
		return 0;
	MUST(from < (uint32_t)c->package.n && to < (uint32_t)c->package.n);
	struct relation *r = vec_push(op, &c->relation);
	if (!r)
		return op->code;
	*r = (struct relation){ kind, from, to };
	return 0;
}

int catalog_recognised(struct op *op, struct catalog *c, uint32_t node)
{
	(void)op;
	c->seen[node] = 1;
	return 0;
}

static bool named(const struct inventory_wish *wish, str name, bool without)
{
	for (ptrdiff_t i = 0; i < wish->only.n; i++) {
		str word = wish->only.p[i];
		bool minus = str_starts(word, S("-"));
		if (minus == without && str_eq(str_from(word, minus), name))
			return true;
	}
	return false;
}

bool catalog_selected(const struct inventory_wish *wish, const struct cataloger *cataloger)
{
	str name = str_of(cataloger->name);
	bool only = false;

	for (ptrdiff_t i = 0; i < wish->only.n; i++)
		only |= !str_starts(wish->only.p[i], S("-"));
	return !named(wish, name, true) && (!only || named(wish, name, false));
}

static int run_one(struct op *op, struct catalog *c, int id)
{
	const struct cataloger *k = catalogers[id];
	ptrdiff_t n;
	const struct tree_match *match = tree_matches(c->tree, &n);
	int rc = k->begin ? k->begin(op, c) : 0;

	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		struct found f;
		if (!wanted_by(&match[i].wanted, id))
			continue;
		if ((rc = found_at(op, c, match[i].node, &f)) < 0)
			return rc;
		if ((rc = k->read(op, c, &f)) < 0)
			rc = catalog_unreadable(op, c, &f, f.path);
	}
	return rc == 0 && k->end ? k->end(op, c) : rc;
}

int catalog_run(struct op *op, struct catalog *c)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < catalogers_n; i++) {
		if (!catalog_selected(c->wish, catalogers[i]))
			continue;
		c->running = catalogers[i];
		c->state = NULL;
		rc = run_one(op, c, (int)i);
	}
	return rc;
}
