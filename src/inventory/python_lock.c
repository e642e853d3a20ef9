/*
 * Python's lock and requirements files in work trees. Source: packaging.python.org "pylock.toml"
 * (PEP 751) and "Dependency specifiers" (PEP 508); pip's requirements file format; the lock files
 * that Poetry, uv, PDM and Pipenv write; conda's environment.yml.
 *
 * Of what may be any version nothing is told: only "name==1.2" is a package.
 */
#include <strings.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"

#include "lock_graph.h"
#include "python.h"

enum {
	INCLUDES_MAX = 64, /* files that a requirements file may name, one within another */
	INCLUDED_DEEP = 8,
	LOOK_BACK = 64, /* edges that are compared with the next one */
};

/* Words in the name of a file or of a group of packages that is not for those who use the project.
 */
static bool is_development(str name)
{
	static const char *const word[] = { "dev", "test", "lint", "doc", "typing", "ci", "bench" };

	for (ptrdiff_t i = 0; i < name.len; i++) {
		bool begins = i == 0 || str_find(S("-_./ "), name.p[i - 1]) >= 0;
		for (size_t k = 0; begins && k < sizeof(word) / sizeof(word[0]); k++) {
			str w = str_of(word[k]), rest = str_from(name, i);
			if (rest.len >= w.len && strncasecmp(rest.p, w.p, (size_t)w.len) == 0 &&
			    (w.len > 2 || rest.len == w.len ||
			     str_find(S("-_./ "), rest.p[w.len]) >= 0))
				return true;
		}
	}
	return false;
}

/* --- requirements --- */

static bool in_version(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       str_find(S(".+!_-*"), c) >= 0;
}

/* The version that a requirement is pinned to behind its name: "[extra] == 1.2 ; marker"; empty:
 * none. */
static str pinned(str rest)
{
	rest = str_trim(rest);
	if (str_starts(rest, S("[")))
		rest = str_trim(str_from(rest, str_find(rest, ']') + 1));
	if (str_starts(rest, S("(")))
		rest = str_trim(str_from(rest, 1));
	if (!str_starts(rest, S("==")))
		return S("");
	rest = str_trim(str_from(rest, str_starts(rest, S("===")) ? 3 : 2));
	ptrdiff_t n = 0;
	while (n < rest.len && in_version(rest.p[n]))
		n++;
	str version = str_head(rest, n), next = str_trim(str_from(rest, n));
	if (str_find(version, '*') >= 0 || (next.len && str_find(S(";,)#@-\\"), next.p[0]) < 0))
		return S("");
	return version;
}

static int add_requirement(struct reading *r, str line, bool development)
{
	struct package p = { .type = PACKAGE_PYPI, .development = development };
	ptrdiff_t hash = str_find_str(line, S("--hash=sha256:"));
	str rest = str_head(line, hash < 0 ? line.len : hash), normal;

	p.name = python_name(&rest);
	p.version = pinned(rest);
	if (!p.name.len || !p.version.len)
		return 0;
	int rc = python_normal(&r->tmp, p.name, &normal);
	if (rc == 0 && !str_eq(normal, p.name))
		rc = draft_text(&r->tmp, &p.provides, normal);
	str sum = str_from(line, hash + 14);
	if (rc == 0 && hash >= 0 &&
	    str_find_str(sum, S("--hash=")) < 0) /* of several, one is meant */
		rc = draft_hex(&r->tmp, &p, str_word(&sum));
	return rc < 0 ? rc : reading_add(r, &p, NULL);
}

/* A line with those that it goes on in, without its comment; in tmp where they are several. */
static int take_line(struct reading *r, str *text, str *ret)
{
	str line = str_trim(str_cut(text, '\n'));
	struct buf b;
	int rc = 0;

	if (str_ends(line, S("\\"))) {
		buf_init(&b, &r->tmp, LIMIT_CAPTURE);
		while (str_ends(line, S("\\")) && text->p) {
			buf_add(&b, str_head(line, line.len - 1));
			buf_char(&b, ' ');
			line = str_trim(str_cut(text, '\n'));
		}
		buf_add(&b, line);
		rc = buf_take(&b, &line);
	}
	for (ptrdiff_t i = 0; i < line.len; i++)
		if (line.p[i] == '#' && (i == 0 || line.p[i - 1] == ' ' || line.p[i - 1] == '\t'))
			line = str_head(line, i);
	*ret = str_trim(line);
	return rc;
}

/* The file that "-r FILE" names; empty: the line is no such option. */
static str included(str line)
{
	static const char *const option[] = { "-r", "--requirement=", "--requirement" };

	for (size_t i = 0; i < sizeof(option) / sizeof(option[0]); i++) {
		str o = str_of(option[i]), rest = str_from(line, o.len);
		if (str_starts(line, o) && rest.len && (i < 2 || rest.p[0] == ' '))
			return str_trim(rest);
	}
	return S("");
}

/* Is the file read for its own name? */
static bool is_wanted(str path)
{
	str base = str_base_name(path);

	return str_ends(base, S(".txt")) && str_find_str(base, S("requirements")) >= 0;
}

/* A text as PowerShell's ">" writes it (UTF-16, its byte order told): as ASCII, which is all that
 * matters here. */
static int plain_text(struct reading *r, str text, str *ret)
{
	bool little = str_starts(text, S("\xff\xfe")), big = str_starts(text, S("\xfe\xff"));

	*ret = str_starts(text, S("\xef\xbb\xbf")) ? str_from(text, 3) : text;
	if (!little && !big)
		return 0;
	char *to = op_new(&r->tmp, char, text.len / 2);
	if (!to)
		return r->tmp.code;
	ptrdiff_t n = 0;
	for (ptrdiff_t i = 2; i + 1 < text.len; i += 2) {
		char low = text.p[little ? i : i + 1], high = text.p[little ? i + 1 : i];
		to[n++] = (char)(high || low < 0 ? '?' : low);
	}
	*ret = (str){ to, n };
	return 0;
}

struct include { /* a file that is still to be read, beside `by` */
	str path;
	struct found by;
	int deep;
};
typedef VEC(struct include) includes;

static int read_lines(struct reading *r, str text, int deep, includes *list)
{
	bool development = is_development(r->f->path);
	int rc = 0;

	while (rc == 0 && text.p) {
		struct op_mark mark = op_mark(&r->tmp);
		str line, file;
		if ((rc = take_line(r, &text, &line)) < 0)
			break;
		file = included(line);
		if (file.len && !is_wanted(file) && deep < INCLUDED_DEEP &&
		    list->n < INCLUDES_MAX) {
			struct include *i = vec_push(&r->tmp, list);
			if (!i)
				return r->tmp.code;
			*i = (struct include){ file, *r->f, deep + 1 };
			continue; /* the line may live in tmp */
		}
		if (line.len && line.p[0] != '-')
			rc = add_requirement(r, line, development);
		op_reset(&r->tmp, mark);
	}
	return rc;
}

static int read_requirements(struct reading *r)
{
	const struct found *first = r->f;
	includes list = { 0 };
	struct found f;
	str text;
	int rc = plain_text(r, r->text, &text);

	if (rc == 0)
		rc = read_lines(r, text, 0, &list);

	for (ptrdiff_t i = 0; rc == 0 && i < list.n; i++) {
		struct include now = list.p[i];
		rc = catalog_beside(&r->tmp, r->c, &now.by, now.path, &f);
		if (rc == 0 && (rc = catalog_text(&r->tmp, r->c, &f, LIMIT_CAPTURE, &text)) == 0) {
			r->f = &f;
			if ((rc = plain_text(r, text, &text)) == 0)
				rc = read_lines(r, text, now.deep, &list);
			r->f = first;
		}
		rc = rc > 0 ? 0 : rc;
	}
	return rc;
}

/* --- setup.py: texts that pin a version, wherever they stand --- */

static int read_setup(struct reading *r)
{
	str in = r->text;
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < in.len; i++) {
		char c = in.p[i];
		if (c == '#') {
			ptrdiff_t end = str_find(str_from(in, i), '\n');
			i = end < 0 ? in.len : i + end;
		}
		if (c != '"' && c != '\'')
			continue;
		ptrdiff_t n = 0;
		str rest = str_from(in, i + 1);
		while (n < rest.len && rest.p[n] != c && rest.p[n] != '\n')
			n += rest.p[n] == '\\' ? 2 : 1;
		str one = str_head(rest, n);
		if (str_find(one, '%') < 0 && str_find(one, '{') < 0)
			rc = add_requirement(r, one, false);
		i += n + 1;
	}
	return rc;
}

/* --- Pipfile.lock --- */

static int read_pip_group(struct reading *r, const struct node *group, bool development)
{
	for (ptrdiff_t i = 0; group && i < group->n; i++) {
		const struct node *e = &group->child[i], *hashes = node_get(e, S("hashes"));
		struct package p = { .type = PACKAGE_PYPI,
				     .name = e->key,
				     .development = development };
		str version = reading_get(e, "version"), hash = S("");
		while (version.len && version.p[0] == '=')
			version = str_from(version, 1);
		p.version = version;
		p.vcs = reading_get(e, "git");
		if (hashes && hashes->n == 1 && node_text(&hashes->child[0], &hash))
			str_cut(&hash, ':');
		int rc = draft_hex(&r->tmp, &p, hash);
		if (rc < 0 || (rc = reading_add(r, &p, NULL)) < 0)
			return rc;
	}
	return 0;
}

static int read_pipfile(struct reading *r)
{
	int rc = read_pip_group(r, node_get(&r->doc.root, S("default")), false);

	return rc < 0 ? rc : read_pip_group(r, node_get(&r->doc.root, S("develop")), true);
}

/* --- poetry.lock, uv.lock, pdm.lock, pylock.toml: a list of packages --- */

struct lock {
	struct lock_graph g;
	struct map by_name; /* normal name, and NAME@VERSION: number + 1 */
	const struct node *list;
};

static int enter(struct lock *l, str key, uint32_t number)
{
	return map_find(&l->by_name, key) >= 0
		       ? 0
		       : map_put(&l->by_name, key, (void *)(uintptr_t)(number + 1));
}

/* The project itself, or a part of it. */
static bool is_project(const struct node *e)
{
	const struct node *source = node_get(e, S("source"));

	return source && (node_get(source, S("virtual")) || node_get(source, S("editable")) ||
			  node_get(source, S("directory")));
}

static bool for_development(const struct node *e)
{
	const struct node *groups = node_get(e, S("groups"));
	str group;

	if (str_eq(reading_get(e, "category"), S("dev")))
		return true;
	for (ptrdiff_t i = 0; groups && i < groups->n; i++)
		if (!node_text(&groups->child[i], &group) || !is_development(group))
			return false;
	return groups && groups->kind == NODE_LIST && groups->n;
}

/* The digest of what is installed, where there is but one file. */
static int read_digest(struct reading *r, const struct node *e, struct package *p)
{
	static const char *const from[] = { "files", "wheels" };
	const struct node *one = node_get(e, S("sdist"));
	ptrdiff_t n = one != NULL;

	for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++) {
		const struct node *list = node_get(e, str_of(from[i]));
		if (list && list->kind == NODE_LIST && list->n) {
			n += list->n;
			one = &list->child[0];
		}
	}
	if (n != 1)
		return 0;
	str hash = reading_get(one, "hash");
	str_cut(&hash, ':');
	if (!hash.len)
		hash = reading_get(node_get(one, S("hashes")), "sha256");
	return draft_hex(&r->tmp, p, hash);
}

static int read_entry(struct lock *l, const struct node *e)
{
	struct reading *r = l->g.r;
	const struct node *source = node_get(e, S("source")), *vcs = node_get(e, S("vcs"));
	struct package p = { .type = PACKAGE_PYPI, .name = reading_get(e, "name") };
	uint32_t number;
	str key;
	int rc = python_normal(&r->tmp, p.name, &key);

	p.version = reading_get(e, "version");
	p.development = for_development(e);
	p.vcs = reading_get(source, "git");
	if (!p.vcs.len && str_eq(reading_get(source, "type"), S("git")))
		p.vcs = reading_get(source, "url");
	if (!p.vcs.len)
		p.vcs = vcs ? reading_get(vcs, "url") : reading_get(e, "git");
	if (rc < 0 || !p.name.len || !p.version.len)
		return rc;
	if (!str_eq(key, p.name) && (rc = draft_text(&r->tmp, &p.provides, key)) < 0)
		return rc;
	if ((rc = read_digest(r, e, &p)) < 0 || (rc = lock_graph_package(&l->g, &p, &number)) < 0 ||
	    (rc = enter(l, key, number)) < 0)
		return rc;
	rc = op_text(&r->tmp, &key, "%.*s@%.*s", STR_ARG(key), STR_ARG(p.version));
	return rc < 0 ? rc : enter(l, key, number);
}

/* The number of a package by its name and (if it is not empty) version, or -1. *rc: memory failed.
 */
static int64_t find(struct lock *l, str name, str version, int *rc)
{
	struct op *op = &l->g.r->tmp;
	str key;

	if ((*rc = python_normal(op, name, &key)) < 0 ||
	    (version.len &&
	     (*rc = op_text(op, &key, "%.*s@%.*s", STR_ARG(key), STR_ARG(version))) < 0))
		return -1;
	return (int64_t)(intptr_t)map_get(&l->by_name, key) - 1;
}

enum link { LINK_EDGE, LINK_ROOT, LINK_DEV_ROOT };

static int link_to(struct lock *l, int64_t from, str name, str version, enum link link)
{
	int rc;
	int64_t to = find(l, name, version, &rc);

	if (rc < 0 || to < 0)
		return rc;
	if (link != LINK_EDGE &&
	    (rc = lock_graph_root(&l->g, (uint32_t)to, link == LINK_DEV_ROOT)) < 0)
		return rc;
	for (ptrdiff_t i = l->g.edge.n;
	     i > 0 && i + LOOK_BACK > l->g.edge.n && l->g.edge.p[i - 1].from == from; i--)
		if (l->g.edge.p[i - 1].to == to)
			return 0; /* it is named once for each marker */
	return from < 0 ? 0 : lock_graph_edge(&l->g, (uint32_t)from, (uint32_t)to);
}

/* Names of dependencies: keys of a table, texts of a list, or tables that have one. */
static int read_needs(struct lock *l, int64_t from, const struct node *needs, enum link link)
{
	for (ptrdiff_t i = 0; needs && i < needs->n; i++) {
		const struct node *e = &needs->child[i];
		str name = e->key, version = S("");
		if (needs->kind == NODE_LIST && e->kind == NODE_MAP) {
			name = reading_get(e, "name");
			version = reading_get(e, "version");
		} else if (needs->kind == NODE_LIST) {
			if (!node_text(e, &name))
				continue;
			name = python_name(&name);
		}
		int rc = link_to(l, from, name, version, link);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int read_links(struct lock *l, const struct node *e)
{
	const struct node *extra = node_get(e, S("optional-dependencies"));
	const struct node *dev = node_get(e, S("dev-dependencies"));
	enum link link = is_project(e) ? LINK_ROOT : LINK_EDGE;
	int rc;
	int64_t from = find(l, reading_get(e, "name"), reading_get(e, "version"), &rc);

	if (rc == 0 && from >= 0 && link == LINK_ROOT)
		rc = lock_graph_root(&l->g, (uint32_t)from, false);
	if (rc == 0)
		rc = read_needs(l, from, node_get(e, S("dependencies")), link);
	for (ptrdiff_t i = 0; rc == 0 && extra && extra->kind == NODE_MAP && i < extra->n; i++)
		rc = read_needs(l, from, &extra->child[i], link);
	for (ptrdiff_t i = 0; rc == 0 && dev && dev->kind == NODE_MAP && i < dev->n; i++)
		rc = read_needs(l, -1, &dev->child[i], LINK_DEV_ROOT);
	return rc;
}

static int read_list(struct reading *r)
{
	const struct node *list = node_get(&r->doc.root, S("package"));
	struct lock l;

	list = list ? list : node_get(&r->doc.root, S("packages"));
	lock_graph_init(&l.g, r);
	map_init(&l.by_name, &r->tmp);
	int rc = 0;
	for (ptrdiff_t i = 0; rc == 0 && list && i < list->n; i++)
		rc = read_entry(&l, &list->child[i]);
	for (ptrdiff_t i = 0; rc == 0 && list && i < list->n; i++)
		rc = read_links(&l, &list->child[i]);
	return rc < 0 ? rc : lock_graph_add(&l.g);
}

/* --- conda's environment.yml --- */

/* "conda-forge::numpy=1.21.0=py39_0"; "numpy>=1.2" and "numpy=1.*" may be any. */
static int add_conda(struct reading *r, str spec)
{
	struct package p = { .type = PACKAGE_CONDA };
	ptrdiff_t colons = str_find_str(spec, S("::"));
	str channel = str_head(spec, colons < 0 ? 0 : colons), build;
	int rc = 0;

	spec = str_trim(colons < 0 ? spec : str_from(spec, colons + 2));
	p.name = python_name(&spec);
	spec = str_trim(spec);
	if (!str_starts(spec, S("=")))
		return 0;
	while (str_starts(spec, S("=")))
		spec = str_from(spec, 1);
	p.version = str_trim(str_cut(&spec, '='));
	build = str_trim(spec);
	for (ptrdiff_t i = 0; i < p.version.len; i++)
		if (!in_version(p.version.p[i]) || p.version.p[i] == '*')
			return 0;
	if ((rc = package_fact(&r->tmp, &p.qualifiers, "build", build)) < 0 ||
	    (rc = package_fact(&r->tmp, &p.qualifiers, "channel", channel)) < 0)
		return rc;
	return reading_add(r, &p, NULL);
}

static int read_environment(struct reading *r)
{
	const struct node *list = node_get(&r->doc.root, S("dependencies"));
	int rc = 0;
	str text;

	for (ptrdiff_t i = 0; rc == 0 && list && list->kind == NODE_LIST && i < list->n; i++) {
		const struct node *e = &list->child[i], *pip = node_get(e, S("pip"));
		if (node_text(e, &text))
			rc = add_conda(r, text);
		for (ptrdiff_t k = 0; rc == 0 && pip && pip->kind == NODE_LIST && k < pip->n; k++)
			if (node_text(&pip->child[k], &text))
				rc = add_requirement(r, text, false);
	}
	return rc;
}

static int read_lock(struct op *op, struct catalog *c, const struct found *f)
{
	str base = str_base_name(f->path);

	if (str_eq(base, S("Pipfile.lock")))
		return reading_json(op, c, f, read_pipfile);
	if (str_eq(base, S("setup.py")))
		return reading_text(op, c, f, read_setup);
	if (str_starts(base, S("environment.")))
		return reading_yaml(op, c, f, read_environment);
	return str_ends(base, S(".txt")) ? reading_text(op, c, f, read_requirements)
					 : reading_toml(op, c, f, read_list);
}

const struct cataloger cataloger_python_lock = {
	.name = "python-lock",
	.what = "lock and requirements files of Python projects",
	.wants = {
		{ .glob = "**/*.py.lock", .lock = true },
		{ .glob = "**/*requirements*.txt", .lock = true },
		{ .glob = "**/Pipfile.lock", .lock = true },
		{ .glob = "**/environment.yaml", .lock = true },
		{ .glob = "**/environment.yml", .lock = true },
		{ .glob = "**/pdm.lock", .lock = true },
		{ .glob = "**/poetry.lock", .lock = true },
		{ .glob = "**/pylock*.toml", .lock = true },
		{ .glob = "**/setup.py", .lock = true },
		{ .glob = "**/uv.lock", .lock = true },
	},
	.read = read_lock,
};
