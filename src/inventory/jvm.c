/*
 * A Java runtime tells what it is in the file `release` at its top. Source: JEP 223, OpenJDK's
 * make/ReleaseFile.gmk. Lines KEY="VALUE"; what has no JAVA_VERSION is something else's. All files
 * below are the runtime's.
 */
#include <stdlib.h>

#include "base/limits.h"
#include "base/vec.h"
#include "cataloger.h"

enum { JVM_RELEASE_MAX = 256 << 10 };

struct release {
	str implementor, implementor_version, java_version, runtime_version, full_version,
		image_type, build_type, source_repo, source, variant;
};

static const struct {
	const char *key;
	size_t offset;
} keys[] = {
	{ "IMPLEMENTOR", offsetof(struct release, implementor) },
	{ "IMPLEMENTOR_VERSION", offsetof(struct release, implementor_version) },
	{ "JAVA_VERSION", offsetof(struct release, java_version) },
	{ "JAVA_RUNTIME_VERSION", offsetof(struct release, runtime_version) },
	{ "FULL_VERSION", offsetof(struct release, full_version) },
	{ "IMAGE_TYPE", offsetof(struct release, image_type) },
	{ "BUILD_TYPE", offsetof(struct release, build_type) },
	{ "SOURCE_REPO", offsetof(struct release, source_repo) },
	{ "SOURCE", offsetof(struct release, source) },
	{ "JVM_VARIANT", offsetof(struct release, variant) },
};

static void parse(str text, struct release *r)
{
	while (text.len) {
		str line = str_cut(&text, '\n'), key = str_cut(&line, '=');
		str value = str_trim(line);
		if (value.len >= 2 && value.p[0] == '"' && value.p[value.len - 1] == '"')
			value = str_head(str_from(value, 1), value.len - 2);
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			if (str_eq(str_trim(key), str_of(keys[i].key)))
				*(str *)((char *)r + keys[i].offset) = value;
	}
}

static bool made_by(const struct release *r, const char *name)
{
	return str_starts(r->implementor, str_of(name));
}

/* With the compiler it is a JDK. */
static bool is_jdk(struct op *op, struct catalog *c, const struct found *f, const struct release *r)
{
	struct found compiler;

	if (r->image_type.len)
		return str_eq(r->image_type, S("JDK"));
	return catalog_beside(op, c, f, S("bin/javac"), &compiler) == 0;
}

static void name_runtime(const struct release *r, bool jdk, struct package *p, const char **ret_cpe)
{
	p->ns = S("oracle");
	p->name = S("openjdk");
	*ret_cpe = "oracle:openjdk";
	if (made_by(r, "Azul")) {
		p->ns = S("azul");
		p->name = S("zulu");
		*ret_cpe = "azul:zulu";
	} else if (made_by(r, "IBM") || made_by(r, "International Business")) {
		p->ns = S("ibm");
		p->name = jdk ? S("java_sdk") : S("java");
		*ret_cpe = jdk ? "ibm:java_sdk" : "ibm:java";
	} else if (made_by(r, "Sun ")) {
		p->ns = S("sun");
		p->name = jdk ? S("jdk") : S("jre");
		*ret_cpe = jdk ? "sun:jdk" : "sun:jre";
	} else if (str_eq(r->build_type, S("commercial"))) {
		p->name = jdk ? S("jdk") : S("jre");
		*ret_cpe = jdk ? "oracle:jdk" : "oracle:jre";
	}
}

/* 1.8.0_402 is 1.8.0 update402. */
static int name_cpe(struct op *op, const char *product, str version, struct package *p)
{
	str number = version, update = S("*");
	ptrdiff_t under = str_find(version, '_');

	if (under > 0) {
		number = str_head(version, under);
		update = str_from(version, under + 1);
	}
	if (!(p->cpe.p = op_new(op, str, 1)))
		return op->code;
	p->cpe.n = 1;
	return op_text(op, &p->cpe.p[0], "cpe:2.3:a:%s:%.*s:%s%.*s:*:*:*:*:*:*", product,
		       STR_ARG(number), under > 0 ? "update" : "", STR_ARG(update));
}

struct files {
	VEC(struct package_file) v;
};

static int add_file(struct op *op, const struct tree *t, uint32_t node, struct files *to)
{
	char path[LIMIT_PATH + 1];
	struct package_file *one = vec_push(op, &to->v);

	return one ? op_copy(op, tree_path(t, node, path), &one->path) : op->code;
}

static int file_cmp(const void *a, const void *b)
{
	return str_cmp(((const struct package_file *)a)->path,
		       ((const struct package_file *)b)->path);
}

/* All files below a directory. */
static int add_files(struct op *op, const struct tree *t, uint32_t top, struct package *p)
{
	struct files files = { 0 };
	uint32_t node = tree_first(t, top);

	while (node != TREE_NONE) {
		const struct tree_node *n = tree_node(t, node);
		if (n->type == TREE_FILE && add_file(op, t, node, &files) < 0)
			return op->code;
		uint32_t next = n->type == TREE_DIRECTORY ? tree_first(t, node) : TREE_NONE;
		while (next == TREE_NONE && node != top) { /* up, to the next that is not done */
			next = tree_next(t, node);
			if (next == TREE_NONE)
				node = tree_node(t, node)->parent;
		}
		node = next;
	}
	if (files.v.n)
		qsort(files.v.p, (size_t)files.v.n, sizeof(*files.v.p), file_cmp);
	p->file = files.v.p;
	p->file_n = files.v.n;
	return 0;
}

static int add_facts(struct op *op, const struct release *r, struct package *p)
{
	const struct pair facts[] = {
		{ S("jvm:image-type"), r->image_type },
		{ S("jvm:implementor"), r->implementor },
		{ S("jvm:implementor-version"), r->implementor_version },
		{ S("jvm:java-version"), r->java_version },
		{ S("jvm:source"), r->source },
		{ S("jvm:variant"), r->variant },
	};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(facts) / sizeof(facts[0]); i++)
		rc = package_fact(op, &p->facts, facts[i].key.p, facts[i].value);
	return rc == 0 ? package_fact(op, &p->qualifiers, "repository_url", r->source_repo) : rc;
}

static int read_release(struct op *op, struct catalog *c, const struct found *f)
{
	struct package p = { .type = PACKAGE_BINARY };
	struct release r = { 0 };
	const char *cpe;
	str text;

	if (f->size > JVM_RELEASE_MAX || catalog_owned(c, f->node))
		return 0;
	int rc = catalog_text(op, c, f, JVM_RELEASE_MAX, &text);
	if (rc < 0)
		return rc;
	parse(text, &r);
	if (r.java_version.len == 0 || r.java_version.p[0] < '1' || r.java_version.p[0] > '9')
		return 0;
	name_runtime(&r, is_jdk(op, c, f, &r), &p, &cpe);
	p.version = r.runtime_version.len ? r.runtime_version
		    : r.full_version.len  ? r.full_version
					  : r.java_version;
	p.vcs = r.source_repo;
	p.supplier = r.implementor;
	uint32_t top = tree_node(catalog_tree(c), f->node)->parent;
	if ((rc = name_cpe(op, cpe, r.java_version, &p)) < 0 || (rc = add_facts(op, &r, &p)) < 0 ||
	    (top != 0 && (rc = add_files(op, catalog_tree(c), top, &p)) < 0))
		return rc;
	return catalog_add(op, c, f, EVIDENCE_METADATA, &p, NULL);
}

const struct cataloger cataloger_jvm = {
	.name = "jvm",
	.what = "Java runtimes, by their release file",
	.wants = { { .glob = "**"
			     "/release" } },
	.read = read_release,
};
