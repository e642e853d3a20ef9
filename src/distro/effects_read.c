#include "effects_read.h"

#include <string.h>

#include "base/glob.h"
#include "base/limits.h"
#include "codec/yaml.h"
#include "model/version.h"

/* One item of a list of effects, as the table reads it. */
struct raw {
	struct effect e;
	uint64_t id;
	str priority;
};

#define TEXT(name, member, need)                                                 \
	{                                                                        \
		name, FIELD_TEXT, offsetof(struct raw, e.member), need, "a text" \
	}
#define ID(name)                                                             \
	{                                                                    \
		name, FIELD_U64, offsetof(struct raw, id), false, "a number" \
	}
#define OWNED                                                             \
	TEXT("owner", owner, false), TEXT("group", group, false),         \
	{                                                                 \
		"mode", FIELD_OCTAL, offsetof(struct raw, e.mode), false, \
			"an octal mode such as \"0750\""                  \
	}

static const struct field user_fields[] = {
	TEXT("name", name, true),    ID("uid"),
	TEXT("group", group, false), TEXT("home", home, false),
	TEXT("shell", shell, false), TEXT("comment", comment, false),
};
static const struct field group_fields[] = { TEXT("name", name, true), ID("gid") };
static const struct field member_fields[] = { TEXT("user", name, true),
					      TEXT("group", group, true) };
static const struct field directory_fields[] = { TEXT("path", path, true), OWNED };
static const struct field file_fields[] = { TEXT("path", path, true), TEXT("text", text, false),
					    OWNED };
static const struct field copy_fields[] = { TEXT("path", path, true), TEXT("from", from, true),
					    OWNED };
static const struct field link_fields[] = { TEXT("path", path, true), TEXT("to", to, true) };
static const struct field remove_fields[] = { TEXT("path", path, true) };
static const struct field alternative_fields[] = {
	TEXT("path", path, true),
	TEXT("name", name, true),
	TEXT("to", to, true),
	TEXT("master", master, false),
	{ "priority", FIELD_TEXT, offsetof(struct raw, priority), true, "a number" },
};

#define FIELDS(f) f, sizeof(f) / sizeof(f[0])
static const struct {
	const char *key;
	enum effect_kind kind;
	const struct field *field;
	size_t n;
} kinds[] = {
	{ "user", EFFECT_USER, FIELDS(user_fields) },
	{ "group", EFFECT_GROUP, FIELDS(group_fields) },
	{ "member", EFFECT_MEMBER, FIELDS(member_fields) },
	{ "directory", EFFECT_DIRECTORY, FIELDS(directory_fields) },
	{ "file", EFFECT_FILE, FIELDS(file_fields) },
	{ "copy", EFFECT_COPY, FIELDS(copy_fields) },
	{ "link", EFFECT_LINK, FIELDS(link_fields) },
	{ "mode", EFFECT_MODE, FIELDS(directory_fields) },
	{ "alternative", EFFECT_ALTERNATIVE, FIELDS(alternative_fields) },
	{ "divert", EFFECT_DIVERT, FIELDS(link_fields) },
	{ "ca-bundle", EFFECT_CA_BUNDLE, NULL, 0 },
	{ "java-truststore", EFFECT_JAVA_TRUSTSTORE, NULL, 0 },
	{ "remove", EFFECT_REMOVE, FIELDS(remove_fields) },
};

static int at_line(struct op *op, const struct doc *doc, const struct node *node, str *ret)
{
	return op_text(op, ret, "%.*s:%d", STR_ARG(doc->file), node->line);
}

/* "-5", "50". */
static bool priority_read(str s, int64_t *ret)
{
	int64_t v = 0;
	bool minus = str_starts(s, S("-"));

	s = minus ? str_from(s, 1) : s;
	for (ptrdiff_t i = 0; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (s.p[i] - '0');
	}
	*ret = minus ? -v : v;
	return s.len > 0 && s.len < 10;
}

static void set_defaults(struct effect *e)
{
	bool made = e->kind == EFFECT_DIRECTORY || e->kind == EFFECT_FILE || e->kind == EFFECT_COPY;

	if (made && !e->owner.len)
		e->owner = S("root");
	if (made && !e->group.len)
		e->group = S("root");
	if (e->mode == UINT32_MAX && e->kind == EFFECT_DIRECTORY)
		e->mode = 0755;
	if (e->mode == UINT32_MAX && e->kind == EFFECT_FILE)
		e->mode = 0644;
	if (e->kind != EFFECT_USER)
		return;
	e->home = e->home.len ? e->home : S("/nonexistent");
	e->shell = e->shell.len ? e->shell : S("/usr/sbin/nologin");
	e->group = e->group.len ? e->group : S("nogroup");
}

/* Paths into their canonical form, and what no effect may do. */
static int check_effect(struct op *op, const struct doc *doc, const struct node *node,
			struct effect *e)
{
	str *paths[] = { &e->path, &e->from, e->kind == EFFECT_DIVERT ? &e->to : NULL };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (paths[i] && paths[i]->len && !effect_path(op, *paths[i], paths[i]))
			return op->code ? op->code
					: node_fail(op, doc, node, "bad path \"%.*s\"",
						    STR_ARG(*paths[i]));
	if (e->kind == EFFECT_LINK && str_find(str_base_name(e->path), '*') >= 0)
		return node_fail(op, doc, node, "\"%.*s\": a '*' can only stand for a directory",
				 STR_ARG(e->path));
	if (e->mode != UINT32_MAX && (e->mode & 06000))
		return node_fail(op, doc, node, "mode %04o: effects set no setuid and setgid bits",
				 e->mode);
	if (effect_is_secret(e->text))
		return node_fail(op, doc, node, "a private key: an image holds no secrets");
	return 0;
}

static int read_effect(struct op *op, const struct doc *doc, const struct node *node,
		       struct effect_list *to, bool *sysusers, bool *tmpfiles)
{
	struct raw raw = { .e = { .mode = UINT32_MAX, .id = UINT32_MAX }, .id = UINT32_MAX };
	const char *names[sizeof(kinds) / sizeof(kinds[0])];
	bool yes = false;

	if (node->kind != NODE_MAP || node->n != 1)
		return node_fail(
			op, doc, node,
			"an effect is one of user, group, directory, file, copy, link, mode, ...");
	const struct node *what = node->child;
	bool *flag = str_eq(what->key, S("sysusers"))   ? sysusers
		     : str_eq(what->key, S("tmpfiles")) ? tmpfiles
							: NULL;
	if (flag)
		return node_bool(what, flag) ? 0
					     : node_fail(op, doc, what, "must be true or false");
	size_t k = 0;
	for (; k < sizeof(kinds) / sizeof(kinds[0]) && !str_eq(what->key, str_of(kinds[k].key));
	     k++)
		names[k] = kinds[k].key;
	if (k == sizeof(kinds) / sizeof(kinds[0])) {
		const char *near = nearest_word(what->key, names, k);
		return node_fail_key(op, doc, what, "unknown effect '%.*s'%s%s%s",
				     STR_ARG(what->key), near ? "; did you mean '" : "",
				     near ? near : "", near ? "'?" : "");
	}
	if (kinds[k].field) {
		int rc = fields_read(op, doc, what, kinds[k].field, kinds[k].n, &raw);
		if (rc < 0)
			return rc;
	} else if (!node_bool(what, &yes) || !yes) {
		return node_fail(op, doc, what, "'%s' can only be true", kinds[k].key);
	}
	if (raw.id != UINT32_MAX && raw.id >= UINT32_MAX - 1)
		return node_fail(op, doc, what, "id %llu is out of range",
				 (unsigned long long)raw.id);
	if (raw.priority.len && !priority_read(raw.priority, &raw.e.priority))
		return node_fail(op, doc, what, "bad priority \"%.*s\"", STR_ARG(raw.priority));
	raw.e.kind = kinds[k].kind;
	raw.e.id = (uint32_t)raw.id;
	set_defaults(&raw.e);
	int rc = check_effect(op, doc, what, &raw.e);
	if (rc < 0 || (rc = at_line(op, doc, what, &raw.e.origin)) < 0)
		return rc;
	struct effect *e = effect_add(op, to, raw.e.kind, raw.e.origin);
	if (e)
		*e = raw.e;
	return e ? 0 : ERR_MEMORY;
}

static int read_effects(struct op *op, const struct doc *doc, const struct node *list,
			struct effect_list *to, bool *sysusers, bool *tmpfiles)
{
	if (list && list->kind != NODE_LIST)
		return node_fail(op, doc, list, "must be a list of effects");
	for (ptrdiff_t i = 0; list && i < list->n; i++) {
		int rc = read_effect(op, doc, &list->child[i], to, sysusers, tmpfiles);
		if (rc < 0)
			return rc;
	}
	return 0;
}

struct script_raw {
	struct texts hashes[SCRIPT_KINDS];
	bool upgrade;
	str since, versions, why;
	const struct node *effects;
};
static const struct field script_fields[] = {
	{ "preinst", FIELD_TEXTS, offsetof(struct script_raw, hashes[SCRIPT_PREINST]), false,
	  "a list of hashes" },
	{ "postinst", FIELD_TEXTS, offsetof(struct script_raw, hashes[SCRIPT_POSTINST]), false,
	  "a list of hashes" },
	{ "prerm", FIELD_TEXTS, offsetof(struct script_raw, hashes[SCRIPT_PRERM]), false,
	  "a list of hashes" },
	{ "postrm", FIELD_TEXTS, offsetof(struct script_raw, hashes[SCRIPT_POSTRM]), false,
	  "a list of hashes" },
	{ "upgrade", FIELD_BOOL, offsetof(struct script_raw, upgrade), false, "true or false" },
	{ "since", FIELD_TEXT, offsetof(struct script_raw, since), false, "a version" },
	{ "versions", FIELD_TEXT, offsetof(struct script_raw, versions), false, "a text" },
	{ "why", FIELD_TEXT, offsetof(struct script_raw, why), true,
	  "what the script does, and why that needs nothing more" },
	{ "effects", FIELD_NODE, offsetof(struct script_raw, effects), false, "a list of effects" },
};

static int read_script(struct op *op, const struct doc *doc, const struct node *node,
		       struct effects_script *s)
{
	struct script_raw raw = { 0 };
	int rc = fields_read(op, doc, node, script_fields,
			     sizeof(script_fields) / sizeof(script_fields[0]), &raw);

	if (rc < 0)
		return rc;
	int named = 0;
	for (int k = 0; k < SCRIPT_KINDS; k++) {
		if (!raw.hashes[k].n)
			continue;
		s->kind = (enum script_kind)k;
		named++;
	}
	if (named != 1)
		return node_fail(op, doc, node,
				 "must name the hashes of either preinst or postinst");
	if ((s->kind == SCRIPT_PRERM || s->kind == SCRIPT_POSTRM) && (!raw.upgrade || raw.effects))
		return node_fail(op, doc, node,
				 "%s runs on upgrades alone: it takes upgrade: true and no effects",
				 script_name[s->kind]);
	if (raw.since.len && !version_deb_valid(raw.since))
		return node_fail(op, doc, node, "\"%.*s\" is no version", STR_ARG(raw.since));
	struct texts hashes = raw.hashes[s->kind];
	s->since = raw.since;
	s->upgrade = raw.upgrade;
	s->hash_n = hashes.n;
	s->hash = op_new(op, struct effects_hash, hashes.n);
	if (!s->hash)
		return ERR_MEMORY;
	for (ptrdiff_t i = 0; i < hashes.n; i++) {
		str hash = hashes.p[i];
		s->hash[i].code = str_starts(hash, S("code:"));
		if (s->hash[i].code)
			hash = str_from(hash, 5);
		if (!digest_parse(hash, &s->hash[i].digest))
			return node_fail(op, doc, node, "\"%.*s\" is no sha256: or code: hash",
					 STR_ARG(hashes.p[i]));
	}
	return read_effects(op, doc, raw.effects, &s->effects, &s->sysusers, &s->tmpfiles);
}

struct cut_raw {
	struct texts depends;
	str why;
};
static const struct field cut_fields[] = {
	{ "depends", FIELD_TEXTS, offsetof(struct cut_raw, depends), true,
	  "a package name or a list of them" },
	{ "why", FIELD_TEXT, offsetof(struct cut_raw, why), true, "the reason" },
};

struct cuts {
	struct effect_cut *p;
	ptrdiff_t n, cap;
};

static int read_cuts(struct op *op, const struct doc *doc, const struct node *list, str package,
		     bool added, struct cuts *to)
{
	if (list && list->kind != NODE_LIST)
		return node_fail(op, doc, list, "must be a list of mappings with depends and why");
	for (ptrdiff_t i = 0; list && i < list->n; i++) {
		struct cut_raw raw = { 0 };
		str origin;
		int rc = fields_read(op, doc, &list->child[i], cut_fields,
				     sizeof(cut_fields) / sizeof(cut_fields[0]), &raw);
		if (rc < 0 || (rc = at_line(op, doc, &list->child[i], &origin)) < 0)
			return rc;
		for (ptrdiff_t k = 0; k < raw.depends.n; k++) {
			struct effect_cut *cut = vec_push(op, to);
			if (!cut)
				return ERR_MEMORY;
			*cut = (struct effect_cut){ package, raw.depends.p[k], raw.why, origin,
						    added };
		}
	}
	return 0;
}

struct absent_raw {
	struct texts path;
	str why;
};
static const struct field absent_fields[] = {
	{ "path", FIELD_TEXTS, offsetof(struct absent_raw, path), true,
	  "a glob or a list of them" },
	{ "why", FIELD_TEXT, offsetof(struct absent_raw, why), true, "the reason" },
};

struct absents {
	struct effect_absent *p;
	ptrdiff_t n, cap;
};

/* Its canonical form; 1 for one that is no path or says nothing but "any". */
static int absent_path(struct op *op, str glob, str *ret)
{
	bool literal = false;

	for (ptrdiff_t i = 0; i < glob.len; i++)
		literal |= !memchr("*?/.", glob.p[i], 4);
	if (!literal || !effect_path(op, glob, ret))
		return op->code ? op->code : 1;
	return 0;
}

/* Leaving out what an effect of the same file makes is a contradiction. */
static const struct effect *made_by(const struct effect_list *effects, str glob)
{
	for (ptrdiff_t i = 0; i < effects->n; i++) {
		const struct effect *e = &effects->p[i];
		if (e->path.len && e->kind != EFFECT_DIVERT && e->kind != EFFECT_REMOVE &&
		    glob_match(glob, e->path))
			return e;
	}
	return NULL;
}

static int read_absent(struct op *op, const struct doc *doc, const struct node *node,
		       const struct effects_file *f, struct absents *to)
{
	struct absent_raw raw = { 0 };
	str origin, path;
	int rc = fields_read(op, doc, node, absent_fields,
			     sizeof(absent_fields) / sizeof(absent_fields[0]), &raw);

	if (rc < 0 || (rc = at_line(op, doc, node, &origin)) < 0)
		return rc;
	for (ptrdiff_t k = 0; k < raw.path.n; k++) {
		if ((rc = absent_path(op, raw.path.p[k], &path)) != 0)
			return rc < 0 ? rc
				      : node_fail(op, doc, node, "bad path \"%.*s\"",
						  STR_ARG(raw.path.p[k]));
		const struct effect *e = made_by(&f->effects, path);
		if (e)
			return node_fail(op, doc, node, "%.*s is absent, but %.*s makes %.*s",
					 STR_ARG(path), STR_ARG(e->origin), STR_ARG(e->path));
		struct effect_absent *a = vec_push(op, to);
		if (!a)
			return ERR_MEMORY;
		*a = (struct effect_absent){ f->package, path, raw.why, origin };
	}
	return 0;
}

static int read_absents(struct op *op, const struct doc *doc, const struct node *list,
			struct effects_file *f)
{
	struct absents all = { 0 };

	if (list && list->kind != NODE_LIST)
		return node_fail(op, doc, list, "must be a list of mappings with path and why");
	for (ptrdiff_t i = 0; list && i < list->n; i++) {
		int rc = read_absent(op, doc, &list->child[i], f, &all);
		if (rc < 0)
			return rc;
	}
	f->absent = all.p;
	f->absent_n = all.n;
	return 0;
}

struct file_raw {
	str package;
	const struct node *scripts, *effects, *cut, *add, *absent;
};
static const struct field file_fields_[] = {
	{ "package", FIELD_TEXT, offsetof(struct file_raw, package), true, "a package name" },
	{ "cut", FIELD_NODE, offsetof(struct file_raw, cut), false, "a list of dependencies" },
	{ "add", FIELD_NODE, offsetof(struct file_raw, add), false, "a list of dependencies" },
	{ "scripts", FIELD_NODE, offsetof(struct file_raw, scripts), false, "a list of scripts" },
	{ "effects", FIELD_NODE, offsetof(struct file_raw, effects), false, "a list of effects" },
	{ "absent", FIELD_NODE, offsetof(struct file_raw, absent), false, "a list of paths" },
};

int effects_file_read(struct op *op, str label, str text, str package, struct effects_file *ret)
{
	struct effects_file f = { .label = label };
	struct file_raw raw = { 0 };
	struct cuts cuts = { 0 };
	struct doc doc;
	bool common = str_eq(package, S("*"));
	int rc = yaml_parse(op, label, text, &doc);

	if (rc < 0 || (rc = fields_read(op, &doc, &doc.root, file_fields_,
					sizeof(file_fields_) / sizeof(file_fields_[0]), &raw)) < 0)
		return rc;
	if (!str_eq(raw.package, package))
		return node_fail(op, &doc, node_get(&doc.root, S("package")),
				 "this file is read for package %.*s, not %.*s", STR_ARG(package),
				 STR_ARG(raw.package));
	if (common && (raw.scripts || raw.effects))
		return node_fail(op, &doc, &doc.root,
				 "only cut, add and absent can be common to all packages");
	f.package = raw.package;
	if ((rc = read_effects(op, &doc, raw.effects, &f.effects, &f.sysusers, &f.tmpfiles)) < 0)
		return rc;
	if (raw.scripts && raw.scripts->kind != NODE_LIST)
		return node_fail(op, &doc, raw.scripts, "must be a list of scripts");
	f.script_n = raw.scripts ? raw.scripts->n : 0;
	f.script = op_new(op, struct effects_script, f.script_n);
	if (!f.script)
		return ERR_MEMORY;
	for (ptrdiff_t i = 0; i < f.script_n; i++)
		if ((rc = read_script(op, &doc, &raw.scripts->child[i], &f.script[i])) < 0)
			return rc;
	if ((rc = read_cuts(op, &doc, raw.cut, package, false, &cuts)) < 0 ||
	    (rc = read_cuts(op, &doc, raw.add, package, true, &cuts)) < 0)
		return rc;
	f.cut = cuts.p;
	f.cut_n = cuts.n;
	if ((rc = read_absents(op, &doc, raw.absent, &f)) < 0)
		return rc;
	*ret = f;
	return 0;
}

struct rank_raw {
	struct texts packages;
	uint64_t rank;
	str why;
};
static const struct field rank_fields[] = {
	{ "rank", FIELD_U64, offsetof(struct rank_raw, rank), true, "a number up to 99" },
	{ "packages", FIELD_TEXTS, offsetof(struct rank_raw, packages), true,
	  "a list of packages" },
	{ "why", FIELD_TEXT, offsetof(struct rank_raw, why), false, "a text" },
};

int effects_rank_read(struct op *op, str label, str text, struct effects_rank **ret,
		      ptrdiff_t *ret_n)
{
	VEC(struct effects_rank) found = { 0 };
	struct doc doc;
	int rc = yaml_parse(op, label, text, &doc);

	if (rc < 0)
		return rc;
	if (doc.root.kind != NODE_LIST)
		return node_fail(op, &doc, &doc.root, "must be a list of ranks");
	for (ptrdiff_t i = 0; i < doc.root.n; i++) {
		struct rank_raw raw = { 0 };
		const struct node *node = &doc.root.child[i];
		if ((rc = fields_read(op, &doc, node, rank_fields,
				      sizeof(rank_fields) / sizeof(rank_fields[0]), &raw)) < 0)
			return rc;
		if (raw.rank > 99)
			return node_fail(op, &doc, node, "rank %llu is above 99",
					 (unsigned long long)raw.rank);
		for (ptrdiff_t k = 0; k < raw.packages.n; k++) {
			struct effects_rank *r = vec_push(op, &found);
			if (!r)
				return ERR_MEMORY;
			*r = (struct effects_rank){ raw.packages.p[k], (int)raw.rank };
		}
	}
	*ret = found.p;
	*ret_n = found.n;
	return 0;
}

struct drop_raw {
	struct texts paths;
	str why;
};
static const struct field drop_fields[] = {
	{ "paths", FIELD_TEXTS, offsetof(struct drop_raw, paths), true, "a list of globs" },
	{ "why", FIELD_TEXT, offsetof(struct drop_raw, why), true, "the reason" },
};
struct drop_file {
	const struct node *drop, *keep;
};
static const struct field drop_file_fields[] = {
	{ "drop", FIELD_NODE, offsetof(struct drop_file, drop), false, "a list" },
	{ "keep", FIELD_NODE, offsetof(struct drop_file, keep), false, "a list" },
};

static int read_globs(struct op *op, const struct doc *doc, const struct node *list,
		      struct texts *to)
{
	if (list && list->kind != NODE_LIST)
		return node_fail(op, doc, list, "must be a list of mappings with paths and why");
	for (ptrdiff_t i = 0; list && i < list->n; i++) {
		struct drop_raw raw = { 0 };
		int rc = fields_read(op, doc, &list->child[i], drop_fields,
				     sizeof(drop_fields) / sizeof(drop_fields[0]), &raw);
		if (rc < 0)
			return rc;
		str *all = op_new(op, str, to->n + raw.paths.n);
		if (!all)
			return ERR_MEMORY;
		for (ptrdiff_t k = 0; k < to->n + raw.paths.n; k++)
			all[k] = k < to->n ? to->p[k] : raw.paths.p[k - to->n];
		*to = (struct texts){ all, to->n + raw.paths.n };
	}
	return 0;
}

int effects_drop_read(struct op *op, str label, str text, struct texts *drop, struct texts *keep)
{
	struct drop_file file = { 0 };
	struct doc doc;
	int rc = yaml_parse(op, label, text, &doc);

	if (rc < 0 ||
	    (rc = fields_read(op, &doc, &doc.root, drop_file_fields,
			      sizeof(drop_file_fields) / sizeof(drop_file_fields[0]), &file)) < 0)
		return rc;
	if ((rc = read_globs(op, &doc, file.drop, drop)) < 0)
		return rc;
	return read_globs(op, &doc, file.keep, keep);
}
