/*
 * C and C++: Conan's conan.lock (versions 0.4 and 0.5), conanfile.txt and, in its cache,
 * conaninfo.txt; vcpkg.json. Source: docs.conan.io "References", "Lockfiles", "conanfile.txt";
 * learn.microsoft.com vcpkg.json reference.
 *
 * A reference is NAME/VERSION[@USER/CHANNEL][#REVISION[:PACKAGE]][%TIME].
 */
#include "base/map.h"

#include "lock_graph.h"

/* False: it is none, or a range of versions. */
static bool split_reference(str text, struct package *p, str *user, str *channel, str *revision)
{
	str rest = str_trim(text);

	*user = *channel = *revision = S("");
	ptrdiff_t hash = str_find(rest, '#');
	if (hash >= 0) {
		str r = str_from(rest, hash + 1);
		*revision = str_cut(&r, ':');
		ptrdiff_t time = str_find(*revision, '%');
		*revision = time >= 0 ? str_head(*revision, time) : *revision;
		rest = str_head(rest, hash);
	}
	ptrdiff_t at = str_find(rest, '@');
	if (at >= 0) {
		str who = str_from(rest, at + 1);
		*user = str_cut(&who, '/');
		*channel = who;
		rest = str_head(rest, at);
	}
	str version = rest;
	p->name = str_cut(&version, '/');
	version = str_cut(&version, ':');
	ptrdiff_t time = str_find(version, '%');
	p->version = time >= 0 ? str_head(version, time) : version;
	return p->name.len && p->version.len && *p->version.p != '[' &&
	       str_find(p->version, ' ') < 0;
}

/* 1: no reference. */
static int read_reference(struct reading *r, str text, struct package *p)
{
	struct op *op = &r->tmp;
	str user, channel, revision;

	*p = (struct package){ .type = PACKAGE_CONAN };
	if (!split_reference(text, p, &user, &channel, &revision))
		return 1;
	int rc = str_eq(user, S("_")) ? 0 : package_fact(op, &p->qualifiers, "user", user);
	if (rc == 0 && !str_eq(channel, S("_")))
		rc = package_fact(op, &p->qualifiers, "channel", channel);
	return rc < 0 ? rc : package_fact(op, &p->qualifiers, "rrev", revision);
}

static int add_reference(struct reading *r, str text, bool dev)
{
	struct package p;
	int rc = read_reference(r, text, &p);

	p.development = dev;
	return rc < 0 ? rc : rc > 0 ? 0 : reading_add(r, &p, NULL);
}

/* --- conan.lock --- */

struct conan {
	struct lock_graph g;
	struct map by_id; /* of nodes: number + 1 */
};

static int read_node(struct conan *c, const struct node *node)
{
	struct package p;
	uint32_t at;
	int rc = read_reference(c->g.r, reading_get(node, "ref"), &p);

	if (rc != 0)
		return rc < 0 ? rc : 0;
	p.development = str_eq(reading_get(node, "context"), S("build"));
	rc = lock_graph_package(&c->g, &p, &at);
	return rc < 0 ? rc : map_put(&c->by_id, node->key, (void *)((intptr_t)at + 1));
}

static int read_edges(struct conan *c, const struct node *node)
{
	const struct node *list = node_get(node, S("requires"));
	intptr_t from = (intptr_t)map_get(&c->by_id, node->key);
	int rc = 0;

	for (ptrdiff_t i = 0; list && from && i < list->n && rc == 0; i++) {
		str id = S("");
		intptr_t to =
			node_text(&list->child[i], &id) ? (intptr_t)map_get(&c->by_id, id) : 0;
		if (to)
			rc = lock_graph_edge(&c->g, (uint32_t)(from - 1), (uint32_t)(to - 1));
	}
	return rc;
}

static int read_graph(struct reading *r, const struct node *nodes)
{
	struct conan c;
	int rc = 0;

	lock_graph_init(&c.g, r);
	map_init(&c.by_id, &r->tmp);
	for (ptrdiff_t i = 0; nodes->kind == NODE_MAP && i < nodes->n && rc == 0; i++)
		rc = read_node(&c, &nodes->child[i]);
	for (ptrdiff_t i = 0; nodes->kind == NODE_MAP && i < nodes->n && rc == 0; i++)
		rc = read_edges(&c, &nodes->child[i]);
	return rc < 0 ? rc : lock_graph_add(&c.g);
}

static int read_lock(struct reading *r)
{
	static const char *const lists[] = { "requires", "build_requires", "python_requires" };
	const struct node *root = &r->doc.root;
	const struct node *nodes = node_get(node_get(root, S("graph_lock")), S("nodes"));
	int rc = 0;

	if (nodes)
		return read_graph(r, nodes);
	for (size_t k = 0; k < 3; k++) {
		const struct node *list = node_get(root, str_of(lists[k]));
		for (ptrdiff_t i = 0; list && list->kind == NODE_LIST && i < list->n && rc == 0;
		     i++) {
			str text = S("");
			if (node_text(&list->child[i], &text))
				rc = add_reference(r, text, k > 0);
		}
	}
	return rc;
}

/* --- conanfile.txt, conaninfo.txt --- */

/* The lines of a section as references. */
static int read_section(struct reading *r, str section, bool dev)
{
	str rest = r->text;
	bool in = false;
	int rc = 0;

	while (rest.p && rc == 0) {
		str line = str_trim(str_cut(&rest, '\n'));
		if (line.len && *line.p == '[')
			in = str_eq(line, section);
		else if (in && line.len && *line.p != '#')
			rc = add_reference(r, str_word(&line), dev);
	}
	return rc;
}

static int read_file(struct reading *r)
{
	int rc = read_section(r, S("[requires]"), false);

	if (rc == 0)
		rc = read_section(r, S("[build_requires]"), true);
	return rc < 0 ? rc : read_section(r, S("[tool_requires]"), true);
}

/* .../NAME/VERSION/USER/CHANNEL/package/ID/conaninfo.txt: the package, and what it was built with.
 */
static int read_info(struct reading *r)
{
	str part[7], dir = str_dir_name(r->f->path), text;
	int n = 0, rc = 0;

	for (; n < 6 && dir.len; n++, dir = str_dir_name(dir))
		part[n] = str_base_name(dir);
	if (n == 6 && str_eq(part[1], S("package"))) {
		rc = op_text(&r->tmp, &text, "%.*s/%.*s@%.*s/%.*s", STR_ARG(part[5]),
			     STR_ARG(part[4]), STR_ARG(part[3]), STR_ARG(part[2]));
		r->how = EVIDENCE_METADATA;
		if (rc == 0)
			rc = add_reference(r, text, false);
		r->how = EVIDENCE_DECLARED;
	}
	return rc < 0 ? rc : read_section(r, S("[full_requires]"), false);
}

/* --- vcpkg.json --- */

static str vcpkg_version(const struct node *node)
{
	static const char *const keys[] = { "version", "version-semver", "version-string",
					    "version-date" };
	str version = S("");

	for (size_t i = 0; i < 4 && !version.len; i++)
		version = reading_get(node, keys[i]);
	return version;
}

static int read_manifest(struct reading *r)
{
	const struct node *root = &r->doc.root, *list = node_get(root, S("dependencies"));
	const struct node *fixed = node_get(root, S("overrides"));
	struct package p = { .type = PACKAGE_VCPKG,
			     .name = reading_get(root, "name"),
			     .version = vcpkg_version(root),
			     .homepage = reading_get(root, "homepage") };
	int rc = 0;

	for (ptrdiff_t i = 0; list && list->kind == NODE_LIST && i < list->n && rc == 0; i++) {
		str name = reading_get(&list->child[i], "name");
		if (name.len || node_text(&list->child[i], &name))
			rc = draft_need(&r->tmp, &p, name, S(""));
	}
	if (rc == 0)
		rc = reading_add(r, &p, NULL);
	for (ptrdiff_t i = 0; fixed && fixed->kind == NODE_LIST && i < fixed->n && rc == 0; i++) {
		struct package o = { .type = PACKAGE_VCPKG,
				     .name = reading_get(&fixed->child[i], "name"),
				     .version = vcpkg_version(&fixed->child[i]) };
		rc = reading_add(r, &o, NULL);
	}
	return rc;
}

static int read_cpp(struct op *op, struct catalog *c, const struct found *f)
{
	str name = str_base_name(f->path);

	if (str_eq(name, S("conan.lock")))
		return reading_json(op, c, f, read_lock);
	if (str_eq(name, S("vcpkg.json")))
		return reading_json(op, c, f, read_manifest);
	return reading_text(op, c, f, str_eq(name, S("conaninfo.txt")) ? read_info : read_file);
}

const struct cataloger cataloger_cpp_lock = {
	.name = "cpp-lock",
	.what = "C and C++ packages of Conan and vcpkg",
	.wants = { { .glob = "**/conan.lock", .lock = true },
		   { .glob = "**/conanfile.txt", .lock = true },
		   { .glob = "**/conaninfo.txt" },
		   { .glob = "**/vcpkg.json", .lock = true } },
	.read = read_cpp,
};
