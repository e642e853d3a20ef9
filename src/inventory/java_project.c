#include "java_project.h"

#include "base/limits.h"

enum {
	PARENTS_MAX = 16, /* of a project: each is a file beside it */
	PUT_IN_MAX = 32,  /* properties in one text, those within them included */
};

int java_project_read(struct op *op, str file, str text, struct java_project *ret)
{
	struct xml_node *root = op_new(op, struct xml_node, 1);
	int rc = root ? xml_parse(op, file, text, root) : op->code;

	if (rc < 0)
		return rc;
	if (!str_eq(root->local, S("project")))
		return 1;
	const struct xml_node *parent = xml_child(root, S("parent"));
	*ret = (struct java_project){ .root = root, .has_parent = parent != NULL };
	ret->parent_group = xml_child_text(parent, S("groupId"));
	ret->parent_artifact = xml_child_text(parent, S("artifactId"));
	ret->parent_version = xml_child_text(parent, S("version"));
	ret->parent_path = xml_child(parent, S("relativePath"))
				   ? xml_child_text(parent, S("relativePath"))
				   : S("../pom.xml");
	ret->group = xml_child_text(root, S("groupId"));
	ret->artifact = xml_child_text(root, S("artifactId"));
	ret->version = xml_child_text(root, S("version"));
	if (!ret->group.len)
		ret->group = ret->parent_group;
	if (!ret->version.len)
		ret->version = ret->parent_version;
	return 0;
}

/* What "project.NAME" stands for. */
static str own_value(const struct java_project *p, str name)
{
	const struct {
		const char *name;
		str value;
	} own[] = {
		{ "groupId", p->group },
		{ "artifactId", p->artifact },
		{ "version", p->version },
		{ "parent.groupId", p->parent_group },
		{ "parent.artifactId", p->parent_artifact },
		{ "parent.version", p->parent_version },
		{ "name", xml_child_text(p->root, S("name")) },
		{ "packaging", xml_child_text(p->root, S("packaging")) },
	};

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (str_eq(name, str_of(own[i].name)))
			return own[i].value;
	return S("");
}

static str value_of(const struct java_project *p, str name)
{
	static const char *const prefix[] = { "project.", "pom.", "" };

	for (size_t i = 0; i < sizeof(prefix) / sizeof(prefix[0]); i++) {
		str before = str_of(prefix[i]);
		str own =
			str_starts(name, before) ? own_value(p, str_from(name, before.len)) : S("");
		if (own.len)
			return own;
	}
	for (int depth = 0; p && depth < PARENTS_MAX; p = p->parent, depth++) {
		str value = xml_child_text(xml_child(p->root, S("properties")), name);
		if (value.len)
			return value;
	}
	return S("");
}

int java_project_text(struct op *op, const struct java_project *p, str raw, str *ret)
{
	str rest = raw;

	for (int turn = 0; turn < PUT_IN_MAX; turn++) {
		ptrdiff_t at = str_find_str(rest, S("${"));
		ptrdiff_t end = at < 0 ? -1 : str_find(str_from(rest, at), '}');
		if (at < 0) {
			*ret = str_trim(rest);
			return 0;
		}
		if (end < 0)
			break;
		str name = str_from(str_head(rest, at + end), at + 2), value = value_of(p, name);
		if (!value.len || value.len + rest.len > LIMIT_PATH)
			break;
		int rc = op_text(op, &rest, "%.*s%.*s%.*s", STR_ARG(str_head(rest, at)),
				 STR_ARG(value), STR_ARG(str_from(rest, at + end + 1)));
		if (rc < 0)
			return rc;
	}
	*ret = S("");
	return 0;
}

/* Is it the dependency that is looked for, once its properties are put in? A failure is "no": it
 * stays in op. */
static bool is_it(struct op *op, const struct java_project *p, const struct xml_node *d, str group,
		  str artifact)
{
	str g, a;

	return java_project_text(op, p, xml_child_text(d, S("artifactId")), &a) == 0 &&
	       str_eq(a, artifact) &&
	       java_project_text(op, p, xml_child_text(d, S("groupId")), &g) == 0 &&
	       str_eq(g, group);
}

const struct xml_node *java_project_managed(struct op *op, const struct java_project *p, str group,
					    str artifact)
{
	int depth = 0;

	for (const struct java_project *of = p; of && depth < PARENTS_MAX;
	     of = of->parent, depth++) {
		const struct xml_node *list = xml_child(
			xml_child(of->root, S("dependencyManagement")), S("dependencies"));
		for (ptrdiff_t i = 0; list && i < list->n; i++)
			if (is_it(op, p, &list->child[i], group, artifact))
				return &list->child[i];
	}
	return NULL;
}

int java_project_licences(struct op *op, const struct java_project *p, struct texts *ret)
{
	const struct xml_node *list = NULL;
	struct texts t = { .n = 0 };

	for (int depth = 0; p && !list && depth < PARENTS_MAX; p = p->parent, depth++)
		list = xml_child(p->root, S("licenses"));
	*ret = t;
	if (!list || !list->n)
		return 0;
	t.p = op_new(op, str, list->n);
	if (!t.p)
		return op->code;
	for (ptrdiff_t i = 0; i < list->n; i++) {
		str name = xml_child_text(&list->child[i], S("name"));
		if (!name.len)
			name = xml_child_text(&list->child[i], S("url"));
		if (name.len)
			t.p[t.n++] = name;
	}
	*ret = t;
	return 0;
}
