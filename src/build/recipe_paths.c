#include <string.h>

#include "base/num.h"
#include "base/vec.h"
#include "recipe_impl.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))

/* An account as it is written; ids are checked afterwards. */
struct raw_account {
	struct recipe_account a;
	uint64_t id;
};

static const struct field user_fields[] = {
	{ "name", FIELD_TEXT, offsetof(struct raw_account, a.name), true, "the account's name" },
	{ "uid", FIELD_U64, offsetof(struct raw_account, id), false, "a number" },
	{ "group", FIELD_TEXT, offsetof(struct raw_account, a.group), false,
	  "the name of its primary group" },
	{ "home", FIELD_TEXT, offsetof(struct raw_account, a.home), false, "a path" },
	{ "shell", FIELD_TEXT, offsetof(struct raw_account, a.shell), false, "a path" },
	{ "comment", FIELD_TEXT, offsetof(struct raw_account, a.comment), false, "a text" },
};

static const struct field group_fields[] = {
	{ "name", FIELD_TEXT, offsetof(struct raw_account, a.name), true, "the group's name" },
	{ "gid", FIELD_U64, offsetof(struct raw_account, id), false, "a number" },
	{ "members", FIELD_TEXTS, offsetof(struct raw_account, a.members), false,
	  "a list of account names" },
};

struct raw_accounts {
	const struct node *users, *groups;
	str run_as;
};

static const struct field accounts_fields[] = {
	{ "users", FIELD_NODE, offsetof(struct raw_accounts, users), false, NULL },
	{ "groups", FIELD_NODE, offsetof(struct raw_accounts, groups), false, NULL },
	{ "run-as", FIELD_TEXT, offsetof(struct raw_accounts, run_as), false,
	  "an account's name or a number" },
};

/* A name for /etc/passwd: useradd(8)'s rule. */
static bool good_account_name(str s)
{
	for (ptrdiff_t i = 0; i < s.len; i++) {
		char c = s.p[i];
		bool first = (c >= 'a' && c <= 'z') || c == '_';
		if (!first && (i == 0 || !((c >= '0' && c <= '9') || c == '-')))
			return false;
	}
	return s.len > 0 && s.len <= 32;
}

static bool good_account_text(str s)
{
	return str_find(s, ':') < 0 && str_find(s, '\n') < 0 && str_find(s, '\0') < 0;
}

static int read_account(const struct recipe_place *at, const struct node *node, bool user,
			struct recipe_account *ret)
{
	struct raw_account raw = { .id = UINT32_MAX };
	int rc = fields_read(at->op, at->doc, node, user ? user_fields : group_fields,
			     user ? N(user_fields) : N(group_fields), &raw);

	if (rc < 0)
		return rc;
	if (!good_account_name(raw.a.name))
		return node_fail(at->op, at->doc, node, "not a name for an account: '%.*s'",
				 STR_ARG(raw.a.name));
	if (!good_account_text(raw.a.home) || !good_account_text(raw.a.shell) ||
	    !good_account_text(raw.a.comment))
		return node_fail(at->op, at->doc, node,
				 "an account's texts hold no colons and line breaks");
	/* 2^32 - 1 means "no change" to chown(2), and 2^16 - 1 did once. */
	if (raw.id > UINT32_MAX || raw.id == UINT16_MAX ||
	    (raw.id == UINT32_MAX && node_get(node, S("uid"))))
		return node_fail(at->op, at->doc, node, "not an id: %llu",
				 (unsigned long long)raw.id);
	*ret = raw.a;
	ret->id = (uint32_t)raw.id;
	return 0;
}

static int read_account_list(const struct recipe_place *at, const struct node *list, bool user,
			     struct recipe_account **ret, ptrdiff_t *ret_n)
{
	if (!list || list->kind == NODE_NULL)
		return 0;
	if (list->kind != NODE_LIST)
		return node_fail(at->op, at->doc, list, "'%s' must be a list",
				 user ? "users" : "groups");
	if (list->n > RECIPE_LIST_MAX)
		return node_fail(at->op, at->doc, list, "more than %d accounts", RECIPE_LIST_MAX);
	struct recipe_account *p = op_new(at->op, struct recipe_account, list->n);
	if (!p)
		return at->op->code;
	for (ptrdiff_t i = 0; i < list->n; i++) {
		int rc = read_account(at, &list->child[i], user, &p[i]);
		if (rc < 0)
			return rc;
		for (ptrdiff_t k = 0; k < i; k++) {
			if (str_eq(p[k].name, p[i].name))
				return node_fail(at->op, at->doc, &list->child[i],
						 "'%.*s' is declared twice", STR_ARG(p[i].name));
		}
	}
	*ret = p;
	*ret_n = list->n;
	return 0;
}

int recipe_read_accounts(const struct recipe_place *at, struct recipe_raw *raw)
{
	struct raw_accounts a = { 0 };
	uint64_t id;
	int rc;

	if (!raw->accounts)
		return 0;
	rc = fields_read(at->op, at->doc, raw->accounts, accounts_fields, N(accounts_fields), &a);
	if (rc == 0)
		rc = read_account_list(at, a.users, true, &raw->r.user, &raw->r.user_n);
	if (rc == 0)
		rc = read_account_list(at, a.groups, false, &raw->r.group, &raw->r.group_n);
	if (rc < 0)
		return rc;
	if (a.run_as.len && !good_account_name(a.run_as) &&
	    !num_parse(a.run_as, UINT32_MAX - 1, &id))
		return node_fail(at->op, at->doc, node_get(raw->accounts, S("run-as")),
				 "'run-as' must be an account's name or a number");
	raw->r.run_as = a.run_as;
	return 0;
}

struct raw_path {
	str path, type, to, source, owner, group, hex;
	const struct node *text;
	uint32_t mode;
};

static const struct field path_fields[] = {
	{ "path", FIELD_TEXT, offsetof(struct raw_path, path), true, "a path in the image" },
	{ "type", FIELD_TEXT, offsetof(struct raw_path, type), false,
	  "directory, file, symlink or mode" },
	{ "mode", FIELD_OCTAL, offsetof(struct raw_path, mode), false, NULL },
	{ "to", FIELD_TEXT, offsetof(struct raw_path, to), false, "what a symlink points to" },
	{ "text", FIELD_NODE, offsetof(struct raw_path, text), false, NULL },
	{ "hex", FIELD_TEXT, offsetof(struct raw_path, hex), false,
	  "the content in hexadecimal digits" },
	{ "source", FIELD_TEXT, offsetof(struct raw_path, source), false,
	  "a file beside the recipe" },
	{ "owner", FIELD_TEXT, offsetof(struct raw_path, owner), false,
	  "an account's name or number" },
	{ "group", FIELD_TEXT, offsetof(struct raw_path, group), false,
	  "a group's name or number" },
};

static const char *const path_types[] = {
	[PATH_DIRECTORY] = "directory",
	[PATH_FILE] = "file",
	[PATH_SYMLINK] = "symlink",
	[PATH_MODE] = "mode",
};

static int path_type(const struct recipe_place *at, const struct node *node,
		     const struct raw_path *raw, enum recipe_path_type *ret)
{
	for (size_t i = 0; i < N(path_types); i++) {
		if (str_eq(raw->type, str_of(path_types[i]))) {
			*ret = (enum recipe_path_type)i;
			return 0;
		}
	}
	if (raw->type.len) {
		const char *near = nearest_word(raw->type, path_types, N(path_types));
		return node_fail(at->op, at->doc, node_get(node, S("type")),
				 "'type' must be directory, file, symlink or mode%s%s%s",
				 near ? "; did you mean '" : "", near ? near : "",
				 near ? "'?" : "");
	}
	if (!raw->to.len && !raw->text && !raw->source.len && !raw->hex.len)
		return node_fail(at->op, at->doc, node,
				 "the key 'type' is missing: directory, file, symlink or mode");
	*ret = raw->to.len ? PATH_SYMLINK : PATH_FILE;
	return 0;
}

/* Content belongs to files and a target to symlinks, one each. */
static int check_path(const struct recipe_place *at, const struct node *node,
		      const struct raw_path *raw, enum recipe_path_type type)
{
	int contents = !!raw->text + !!raw->source.len + !!raw->hex.len;

	if (type == PATH_SYMLINK && !raw->to.len)
		return node_fail(at->op, at->doc, node, "a symlink needs the key 'to'");
	if (type != PATH_SYMLINK && raw->to.len)
		return node_fail(at->op, at->doc, node, "'to' is for symlinks only");
	if (type == PATH_FILE && contents > 1)
		return node_fail(at->op, at->doc, node,
				 "a file has one of 'text', 'source' and 'hex'");
	if (type != PATH_FILE && contents)
		return node_fail(at->op, at->doc, node, "content is for files only");
	if (type == PATH_SYMLINK && (raw->mode != UINT32_MAX || raw->owner.len || raw->group.len))
		return node_fail(at->op, at->doc, node, "a symlink has neither mode nor owner");
	if (raw->mode != UINT32_MAX && raw->mode & 06000)
		return node_fail(at->op, at->doc, node_get(node, S("mode")),
				 "setuid and setgid modes are never made: %04o", raw->mode);
	return 0;
}

static int path_content(const struct recipe_place *at, const struct node *node,
			const struct raw_path *raw, struct recipe_path *p)
{
	if (raw->source.len) {
		p->source = raw->source;
		return recipe_beside(at, node_get(node, S("source")), raw->source, &p->text);
	}
	if (raw->hex.len)
		return recipe_hex(at, node_get(node, S("hex")), raw->hex, &p->text);
	if (raw->text && raw->text->kind != NODE_NULL && !node_text(raw->text, &p->text))
		return node_fail(at->op, at->doc, raw->text, "'text' must be a text");
	return 0;
}

static int clean(const struct recipe_place *at, const struct node *node, str path, str *ret)
{
	bool ok;
	int rc = recipe_clean_path(at->op, path, &ok, ret);

	if (rc == 0 && !ok)
		return node_fail(at->op, at->doc, node, "not a path in an image: '%.*s'",
				 STR_ARG(path));
	return rc;
}

static int read_path(const struct recipe_place *at, const struct node *node,
		     struct recipe_path *ret)
{
	struct raw_path raw = { .mode = UINT32_MAX };
	int rc = fields_read(at->op, at->doc, node, path_fields, N(path_fields), &raw);

	if (rc < 0)
		return rc;
	struct recipe_path p = { .mode = raw.mode,
				 .to = raw.to,
				 .owner = raw.owner,
				 .group = raw.group,
				 .line = node->line,
				 .file = at->file };
	if ((rc = clean(at, node_get(node, S("path")), raw.path, &p.path)) < 0 ||
	    (rc = path_type(at, node, &raw, &p.type)) < 0 ||
	    (rc = check_path(at, node, &raw, p.type)) < 0 ||
	    (rc = path_content(at, node, &raw, &p)) < 0)
		return rc;
	*ret = p;
	return 0;
}

/* One line of `files`: the path in the image, and the file beside the recipe. */
static int read_file_line(const struct recipe_place *at, const struct node *node,
			  struct recipe_path *ret)
{
	struct recipe_path p = {
		.type = PATH_FILE, .mode = UINT32_MAX, .line = node->key_line, .file = at->file
	};
	int rc;

	if (!node_text(node, &p.source))
		return node_fail(at->op, at->doc, node,
				 "a file beside the recipe is expected here");
	if ((rc = clean(at, node, node->key, &p.path)) < 0 ||
	    (rc = recipe_beside(at, node, p.source, &p.text)) < 0)
		return rc;
	*ret = p;
	return 0;
}

typedef int read_one(const struct recipe_place *at, const struct node *node,
		     struct recipe_path *ret);

static int read_list(const struct recipe_place *at, const struct node *list, read_one *read,
		     struct recipe_raw *raw)
{
	struct recipe_path *p = raw->r.path;

	for (ptrdiff_t i = 0; list && i < list->n; i++) {
		int rc = read(at, &list->child[i], &p[raw->r.path_n]);
		if (rc < 0)
			return rc;
		for (ptrdiff_t k = 0; k < raw->r.path_n; k++) {
			if (str_eq(p[k].path, p[raw->r.path_n].path) && p[k].type != PATH_MODE &&
			    p[raw->r.path_n].type != PATH_MODE)
				return node_fail(at->op, at->doc, &list->child[i],
						 "/%.*s is given on line %d already",
						 STR_ARG(p[k].path), p[k].line);
		}
		raw->r.path_n++;
	}
	return 0;
}

int recipe_read_paths(const struct recipe_place *at, struct recipe_raw *raw)
{
	const struct node *paths = raw->paths, *files = raw->files;

	if (paths && paths->kind != NODE_LIST && paths->kind != NODE_NULL)
		return node_fail(at->op, at->doc, paths, "'paths' must be a list");
	if (files && files->kind != NODE_MAP && files->kind != NODE_NULL)
		return node_fail(at->op, at->doc, files,
				 "'files' must be a mapping of paths in the image to files beside "
				 "the recipe");
	if ((paths && paths->n > RECIPE_LIST_MAX) || (files && files->n > RECIPE_LIST_MAX))
		return node_fail(at->op, at->doc, paths ? paths : files, "more than %d paths",
				 RECIPE_LIST_MAX);
	raw->r.path =
		op_new(at->op, struct recipe_path, (paths ? paths->n : 0) + (files ? files->n : 0));
	if (!raw->r.path)
		return at->op->code;
	int rc = read_list(at, paths, read_path, raw);
	return rc < 0 ? rc : read_list(at, files, read_file_line, raw);
}
