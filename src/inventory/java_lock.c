/*
 * Java's project and lock files in work trees: Maven's pom.xml, Gradle's lock files, sbt's. Source:
 * maven.apache.org "Introduction to the POM" and "Dependency Mechanism"; docs.gradle.org "Locking
 * dependency versions"; sbt-dependency-lock.
 *
 * A pom's parents are looked for where it says that they lie, in the tree only: a version that
 * another place tells stays unknown, and the dependency is told without one.
 */
#include "base/limits.h"

#include "java_project.h"
#include "reading.h"

enum { PARENTS = 16 };

struct pom {
	struct reading *r;
	struct java_project project[PARENTS]; /* the file's, its parent, its parent's ... */
	int n;
	struct map seen;    /* dependencies that were told: GROUP:ARTIFACT:TYPE:CLASSIFIER */
	struct map managed; /* what dependencyManagement says: GROUP/ARTIFACT, to struct xml_node */
	struct package p;   /* the project itself */
};

static int text_of(struct pom *m, const struct xml_node *node, const char *name, str *ret)
{
	return java_project_text(&m->r->tmp, &m->project[0], xml_child_text(node, str_of(name)),
				 ret);
}

/* The file of the last project's parent; 1: it is not in the tree, or another project is there. */
static int read_parent(struct pom *m, struct found *f)
{
	struct java_project *child = &m->project[m->n - 1], *parent = child + 1;
	struct reading *r = m->r;
	struct found next;
	str path = child->parent_path, text;

	if (!child->has_parent || !path.len || m->n == PARENTS)
		return 1;
	int rc = str_ends(path, S(".xml")) ? 0
					   : op_text(&r->tmp, &path, "%.*s/pom.xml", STR_ARG(path));
	if (rc < 0 || (rc = catalog_beside(&r->tmp, r->c, f, path, &next)) != 0 ||
	    (rc = catalog_text(&r->tmp, r->c, &next, LIMIT_CAPTURE, &text)) < 0 ||
	    (rc = java_project_read(&r->tmp, next.path, text, parent)) != 0)
		return rc;
	if (!str_eq(parent->artifact, child->parent_artifact))
		return 1;
	child->parent = parent;
	m->n++;
	*f = next;
	return 0;
}

/* "[1.0,2.0)" may be any of them. */
static bool is_range(str version)
{
	return str_starts(version, S("[")) || str_starts(version, S("("));
}

/* "GROUP/ARTIFACT" of a dependency; empty where it is not told. */
static int name_of(struct pom *m, const struct xml_node *d, str *ret)
{
	str group, artifact;
	int rc = text_of(m, d, "groupId", &group);

	*ret = S("");
	if (rc < 0 || (rc = text_of(m, d, "artifactId", &artifact)) < 0 || !artifact.len)
		return rc;
	return op_text(&m->r->tmp, ret, "%.*s/%.*s", STR_ARG(group), STR_ARG(artifact));
}

/* The nearest counts; properties are put in where all is merged. */
static int read_managed(struct pom *m)
{
	str name;
	int rc = 0;

	for (int i = 0; i < m->n; i++) {
		const struct xml_node *list =
			xml_child(xml_child(m->project[i].root, S("dependencyManagement")),
				  S("dependencies"));
		for (ptrdiff_t k = 0; rc == 0 && list && k < list->n; k++) {
			rc = name_of(m, &list->child[k], &name);
			if (rc == 0 && name.len && map_find(&m->managed, name) < 0)
				rc = map_put(&m->managed, name, &list->child[k]);
		}
	}
	return rc;
}

static int read_dependency(struct pom *m, const struct xml_node *d)
{
	struct package p = { .type = PACKAGE_MAVEN }, kept;
	struct reading *r = m->r;
	str scope, type, classifier, key;
	int rc;

	if ((rc = text_of(m, d, "groupId", &p.ns)) < 0 ||
	    (rc = text_of(m, d, "artifactId", &p.name)) < 0 ||
	    (rc = text_of(m, d, "version", &p.version)) < 0 ||
	    (rc = text_of(m, d, "scope", &scope)) < 0 || (rc = text_of(m, d, "type", &type)) < 0 ||
	    (rc = text_of(m, d, "classifier", &classifier)) < 0 || !p.name.len)
		return rc;
	rc = op_text(&r->tmp, &key, "%.*s:%.*s:%.*s:%.*s", STR_ARG(p.ns), STR_ARG(p.name),
		     STR_ARG(type), STR_ARG(classifier));
	if (rc < 0 || map_find(&m->seen, key) >= 0 || (rc = map_put(&m->seen, key, m)) < 0)
		return rc;
	if ((rc = name_of(m, d, &key)) < 0)
		return rc;
	const struct xml_node *managed = map_get(&m->managed, key);
	if (!p.version.len && (rc = text_of(m, managed, "version", &p.version)) < 0)
		return rc;
	if (!scope.len && (rc = text_of(m, managed, "scope", &scope)) < 0)
		return rc;
	p.development = str_eq(scope, S("test"));
	if (is_range(p.version)) {
		if ((rc = package_fact(&r->tmp, &p.facts, "java:range", p.version)) < 0)
			return rc;
		p.version = S("");
	}
	if ((rc = package_fact(&r->tmp, &p.qualifiers, "classifier", classifier)) < 0 ||
	    (rc = draft_need(&r->tmp, &m->p, key, p.version)) < 0 ||
	    (rc = draft_keep(r->op, &p, &kept)) < 0)
		return rc;
	return catalog_add(r->op, r->c, r->f, EVIDENCE_DECLARED, &kept, NULL);
}

static int read_licences(struct pom *m)
{
	struct texts list;
	int rc = java_project_licences(&m->r->tmp, &m->project[0], &list);

	return rc < 0 ? rc : java_licences(&m->r->tmp, &list, &m->p.licence);
}

static int read_pom(struct reading *r)
{
	struct pom *m = op_new(&r->tmp, struct pom, 1);
	struct found f = *r->f;
	int rc = m ? java_project_read(&r->tmp, f.path, r->text, &m->project[0]) : r->tmp.code;

	if (rc != 0)
		return rc < 0 ? rc : 0;
	m->r = r;
	m->n = 1;
	m->p.type = PACKAGE_MAVEN;
	map_init(&m->seen, &r->tmp);
	map_init(&m->managed, &r->tmp);
	while ((rc = read_parent(m, &f)) == 0)
		;
	if (rc < 0 || (rc = java_project_merge(&r->tmp, m->project)) < 0 ||
	    (rc = read_managed(m)) < 0)
		return rc;
	for (int i = 0; rc >= 0 && i < m->n; i++) {
		const struct xml_node *list = xml_child(m->project[i].root, S("dependencies"));
		for (ptrdiff_t k = 0; rc >= 0 && list && k < list->n; k++)
			rc = read_dependency(m, &list->child[k]);
	}
	if (rc < 0 ||
	    (rc = java_project_text(&r->tmp, m->project, m->project->group, &m->p.ns)) < 0 ||
	    (rc = java_project_text(&r->tmp, m->project, m->project->artifact, &m->p.name)) < 0 ||
	    (rc = java_project_text(&r->tmp, m->project, m->project->version, &m->p.version)) < 0)
		return rc;
	if (catalog_wants_licences(r->c) && (rc = read_licences(m)) < 0)
		return rc;
	return reading_add(r, &m->p, NULL);
}

/* --- group:artifact:version=configuration,configuration --- */

static bool all_tests(str configurations)
{
	bool any = false;

	while (configurations.p) {
		str one = str_trim(str_cut(&configurations, ','));
		if (one.len && !str_starts(one, S("test")) && str_find_str(one, S("Test")) < 0)
			return false;
		any |= one.len > 0;
	}
	return any;
}

static int read_gradle(struct reading *r)
{
	int rc = 0;

	for (str text = r->text; rc == 0 && text.p;) {
		struct package p = { .type = PACKAGE_MAVEN };
		str line = str_trim(str_cut(&text, '\n'));
		if (str_starts(line, S("#")))
			continue;
		str name = str_cut(&line, '=');
		p.ns = str_cut(&name, ':');
		p.name = str_cut(&name, ':');
		p.version = str_cut(&name, ':');
		p.development = all_tests(line);
		rc = reading_add(r, &p, NULL);
	}
	return rc;
}

/* --- {"dependencies": [{"org": ..., "name": ..., "version": ..., "configurations": ["test"]}]} ---
 */

static int read_sbt(struct reading *r)
{
	const struct node *list = node_get(&r->doc.root, S("dependencies"));
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && list && list->kind == NODE_LIST && i < list->n; i++) {
		const struct node *e = &list->child[i], *in = node_get(e, S("configurations"));
		struct package p = { .type = PACKAGE_MAVEN, .ns = reading_get(e, "org") };
		str one;
		p.name = reading_get(e, "name");
		p.version = reading_get(e, "version");
		p.development = in && in->n > 0;
		for (ptrdiff_t k = 0; in && in->kind == NODE_LIST && k < in->n; k++)
			p.development &=
				node_text(&in->child[k], &one) && str_find_str(one, S("test")) >= 0;
		rc = reading_add(r, &p, NULL);
	}
	return rc;
}

static int read_lock(struct op *op, struct catalog *c, const struct found *f)
{
	if (str_ends(f->path, S("pom.xml")))
		return reading_text(op, c, f, read_pom);
	return str_ends(f->path, S(".sbt.lock")) ? reading_json(op, c, f, read_sbt)
						 : reading_text(op, c, f, read_gradle);
}

const struct cataloger cataloger_java_lock = {
	.name = "java-lock",
	.what = "pom.xml of Maven projects, lock files of Gradle and sbt",
	.wants = {
		{ .glob = "**/*.sbt.lock", .lock = true },
		{ .glob = "**/*gradle.lockfile", .lock = true },
		{ .glob = "**/*pom.xml", .lock = true },
		{ .glob = "**/gradle/dependency-locks/*.lockfile", .lock = true },
	},
	.read = read_lock,
};
