#include "java_project.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "model/licence.h"

enum {
	PARENTS_MAX = 16, /* of a project: each is a file beside it */
	LICENCES_MAX = 64,
	PUT_IN_MAX = 32, /* properties in one text, those within them included */
	TEXT_MAX = 512,  /* bytes of a text once they are put in */
};

int java_project_read(struct op *op, str file, str text, struct java_project *ret)
{
	struct xml_node *root = op_new(op, struct xml_node, 1);

	if (text.len > JAVA_PROJECT_MAX)
		return op_fail(op, ERR_LIMIT, "%.*s has more than %d bytes", STR_ARG(file),
			       JAVA_PROJECT_MAX);
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

int java_project_merge(struct op *op, struct java_project *p)
{
	const struct java_project *of = p;

	map_init(&p->values, op);
	for (int depth = 0; of && depth < PARENTS_MAX; of = of->parent, depth++) {
		const struct xml_node *list = xml_child(of->root, S("properties"));
		for (ptrdiff_t i = 0; list && i < list->n; i++) {
			str name = list->child[i].local;
			void *node = &list->child[i];
			if (map_find(&p->values, name) < 0 && map_put(&p->values, name, node) < 0)
				return op->code;
		}
	}
	return 0;
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
	const struct xml_node *node = p->values.n ? map_get(&p->values, name) : NULL;
	return node ? str_trim(node->text) : S("");
}

/* from with the bytes [at, end) replaced, in to[TEXT_MAX]; false: it is too long. */
static bool replace(str from, ptrdiff_t at, ptrdiff_t end, str by, char *to, str *ret)
{
	str tail = str_from(from, end);

	if (at + by.len + tail.len > TEXT_MAX)
		return false;
	memcpy(to, from.p, (size_t)at);
	memcpy(to + at, by.p, (size_t)by.len);
	if (tail.len)
		memcpy(to + at + by.len, tail.p, (size_t)tail.len);
	*ret = (str){ to, at + by.len + tail.len };
	return true;
}

int java_project_text(struct op *op, const struct java_project *p, str raw, str *ret)
{
	char room[2][TEXT_MAX];
	str text = raw;

	for (int turn = 0; turn < PUT_IN_MAX; turn++) {
		ptrdiff_t at = str_find_str(text, S("${"));
		if (at < 0) {
			*ret = str_trim(text);
			return turn == 0 ? 0 : op_copy(op, *ret, ret);
		}
		ptrdiff_t end = str_find(str_from(text, at), '}');
		str name = str_from(str_head(text, at + end), at + 2), value = value_of(p, name);
		if (end < 0 || !value.len ||
		    !replace(text, at, at + end + 1, value, room[turn % 2], &text))
			break;
	}
	*ret = S("");
	return 0;
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

static bool is_among(const str *list, ptrdiff_t n, str s)
{
	for (ptrdiff_t i = 0; i < n; i++)
		if (str_eq(list[i], s))
			return true;
	return false;
}

int java_licences(struct op *op, const struct texts *names, str *ret)
{
	str known[LICENCES_MAX], all;
	ptrdiff_t n = 0;
	struct buf b;

	*ret = S("");
	buf_init(&b, op, LIMIT_STANZA);
	for (ptrdiff_t i = 0; i < names->n && n < LICENCES_MAX; i++) {
		int rc = licence_expression(op, names->p[i], &known[n]);
		if (rc < 0)
			return rc;
		if (!known[n].len || str_eq(known[n], S("NOASSERTION")) ||
		    is_among(known, n, known[n]))
			continue;
		bool group = str_find_str(known[n], S(" AND ")) >= 0;
		buf_fmt(&b, "%s%s%.*s%s", n ? " OR " : "", group ? "(" : "", STR_ARG(known[n]),
			group ? ")" : "");
		n++;
	}
	int rc = buf_take(&b, &all);
	return rc < 0 || !all.len ? rc : licence_expression(op, all, ret);
}
