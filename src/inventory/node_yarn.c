/*
 * yarn.lock, of Yarn 1 and of Yarn 2 and later ("berry").
 * Source: the files as both write them; yarnpkg.com "Lexicon" (descriptor, locator).
 *
 *	"@babel/core@^7.0.0", "@babel/core@^7.1.0":       "async@npm:^3.2.3, async@npm:3":
 *	  version "7.10.4"                                  version: 3.2.6
 *	  resolved "https://...#sha1"                       resolution: "async@npm:3.2.6"
 *	  integrity sha512-...                              checksum: 10c0/... (of Yarn's own archive)
 *	  dependencies:                                     dependencies:
 *	    "@babel/highlight" "^7.10.4"                      lodash: "npm:^4"
 *
 * It is read by lines: what stands at column 0 begins an entry, at 2 a field, at 4 a member of it.
 */
#include <string.h>

#include "base/limits.h"
#include "codec/json.h"

#include "node_lock.h"

struct wish { /* an entry needs a descriptor: "name@range" */
	uint32_t from;
	str descriptor;
};

struct yarn {
	struct node_lock l; /* by descriptor */
	VEC(struct wish) wish;
	VEC(str) pattern; /* of the entry that is being read */
	struct package p;
	str resolution;
	ptrdiff_t first_wish; /* of this entry */
	bool in_needs;        /* the members that follow are dependencies */
	bool berry, workspaces;
};

static str unquote(str s)
{
	s = str_trim(s);
	return s.len >= 2 && *s.p == '"' && s.p[s.len - 1] == '"' ? (str){ s.p + 1, s.len - 2 } : s;
}

/* "key: value" or "key value", either part quoted or not. */
static void split_field(str line, str *key, str *value)
{
	ptrdiff_t end = -1;

	line = str_trim(line);
	if (line.len && *line.p == '"')
		end = str_find(str_from(line, 1), '"') + 2;
	else
		while (++end < line.len && line.p[end] != ' ' && line.p[end] != ':')
			;
	if (end < 1 || end > line.len)
		end = line.len;
	*key = unquote(str_head(line, end));
	*value = str_from(line, end);
	if (value->len && *value->p == ':')
		*value = str_from(*value, 1);
	*value = unquote(*value);
}

/* The patterns of an entry: quoted each, or (berry) all together. */
static int begin_entry(struct yarn *y, str line)
{
	struct op *op = &y->l.g.r->tmp;

	y->p = (struct package){ .type = PACKAGE_NPM };
	y->resolution = S("");
	y->pattern.n = 0;
	y->in_needs = false;
	y->first_wish = y->wish.n;
	line = str_trim(line);
	if (str_ends(line, S(":")))
		line.len--;
	while (line.p) {
		str one = str_trim(str_cut(&line, ','));
		if (one.len && *one.p == '"')
			one = str_from(one, 1);
		if (one.len && one.p[one.len - 1] == '"')
			one.len--;
		str *to = one.len ? vec_push(op, &y->pattern) : NULL;
		if (!to && one.len)
			return op->code;
		if (to)
			*to = one;
	}
	return 0;
}

/* The name that a descriptor or locator means: "a@npm:b@1" is b. */
static str name_of(str text)
{
	ptrdiff_t at = node_lock_at(text);
	str name = at < 0 ? text : str_head(text, at), range = str_from(text, at + 1);

	if (at > 0 && str_starts(range, S("npm:"))) {
		range = str_from(range, 4);
		ptrdiff_t alias = node_lock_at(range);
		if (alias > 0)
			return str_head(range, alias);
	}
	return name;
}

/* "https://host/@scope/name/-/name-1.0.0.tgz": what a registry says that it is, whatever it is
 * called here. */
static str name_in_url(str url)
{
	ptrdiff_t at = str_find_str(url, S("/-/"));
	str path = str_head(url, at < 0 ? 0 : at), up = str_dir_name(path);
	str scope = str_base_name(up), name = str_base_name(path);

	if (!name.len || !scope.len || str_find(path, '%') >= 0 || str_find(path, '?') >= 0)
		return S("");
	return *scope.p == '@' ? str_from(path, str_dir_name(up).len + 1) : name;
}

static int end_entry(struct yarn *y)
{
	bool local = str_find_str(y->resolution, S("@workspace:")) >= 0 ||
		     str_find_str(y->resolution, S("@link:")) >= 0;
	int rc = 0;

	if (!y->pattern.n || !y->p.version.len || local) {
		y->workspaces |= local && !str_ends(y->resolution, S("@workspace:."));
		y->wish.n = y->first_wish;
		y->pattern.n = 0;
		return 0;
	}
	str name = y->berry ? S("") : name_in_url(y->p.download);
	if (!name.len)
		name = name_of(y->resolution.len ? y->resolution : y->pattern.p[0]);
	draft_path(&y->p, name);
	rc = node_lock_package(&y->l, y->pattern.p[0], &y->p);
	int64_t at = node_lock_find(&y->l, y->pattern.p[0]);
	for (ptrdiff_t i = 1; i < y->pattern.n && rc == 0; i++)
		rc = map_put(&y->l.by_key, y->pattern.p[i], (void *)(intptr_t)(at + 1));
	for (ptrdiff_t i = y->first_wish; i < y->wish.n; i++)
		y->wish.p[i].from = (uint32_t)at;
	y->pattern.n = 0;
	return rc;
}

static int read_field(struct yarn *y, str key, str value)
{
	y->in_needs = str_eq(key, S("dependencies")) || str_eq(key, S("optionalDependencies"));
	if (str_eq(key, S("version")))
		y->p.version = value;
	else if (str_eq(key, S("resolved")))
		y->p.download = value;
	else if (str_eq(key, S("resolution")))
		y->resolution = value;
	else if (str_eq(key, S("integrity")))
		return draft_integrity(&y->l.g.r->tmp, &y->p, value);
	return 0;
}

/* The descriptor of a dependency: berry's range says by which protocol, npm if nothing else. */
static int descriptor(struct yarn *y, str name, str range, str *ret)
{
	bool plain = y->berry && str_find(range, ':') < 0;

	return op_text(&y->l.g.r->tmp, ret, "%.*s@%s%.*s", STR_ARG(name), plain ? "npm:" : "",
		       STR_ARG(range));
}

static int read_member(struct yarn *y, str name, str range)
{
	struct wish *w = vec_push(&y->l.g.r->tmp, &y->wish);

	return w ? descriptor(y, name, range, &w->descriptor) : y->l.g.r->tmp.code;
}

static int read_line(struct yarn *y, str line)
{
	str key, value;
	ptrdiff_t indent = 0;

	while (indent < line.len && line.p[indent] == ' ')
		indent++;
	if (indent == line.len || line.p[indent] == '#' || line.p[indent] == '\r')
		return 0;
	if (indent == 0) {
		int rc = end_entry(y);
		if (!str_starts(line, S("__metadata:")))
			return rc < 0 ? rc : begin_entry(y, line);
		y->berry = true;
		return rc;
	}
	split_field(line, &key, &value);
	if (indent == 2)
		return read_field(y, key, value);
	return indent == 4 && y->in_needs ? read_member(y, key, value) : 0;
}

/* What package.json beside it asks for, of which the lock does not say why. */
static int add_roots(struct yarn *y, const struct node *root)
{
	static const char *const lists[] = { "dependencies", "optionalDependencies",
					     "peerDependencies", "devDependencies" };
	int rc = 0;

	for (size_t i = 0; i < 4; i++) {
		const struct node *map = node_get(root, str_of(lists[i]));
		for (ptrdiff_t k = 0; map && map->kind == NODE_MAP && k < map->n && rc == 0; k++) {
			str range = S(""), key;
			if (!node_text(&map->child[k], &range))
				continue;
			rc = descriptor(y, map->child[k].key, range, &key);
			int64_t to = rc == 0 ? node_lock_find(&y->l, key) : -1;
			if (to >= 0)
				rc = lock_graph_root(&y->l.g, (uint32_t)to, i == 3);
		}
	}
	return rc;
}

static int read_roots(struct yarn *y)
{
	struct reading *r = y->l.g.r;
	struct found f;
	struct doc doc;
	str text;
	int rc = catalog_beside(&r->tmp, r->c, r->f, S("package.json"), &f);

	if (rc != 0)
		return rc < 0 ? rc : 0;
	rc = catalog_text(&r->tmp, r->c, &f, LIMIT_CAPTURE, &text);
	if (rc == 0)
		rc = json_parse_lax(&r->tmp, f.path, text, &doc);
	if (rc == 0 && !node_get(&doc.root, S("workspaces")))
		return add_roots(y, &doc.root);
	if (rc == ERR_FORMAT) {
		op_forgive(&r->tmp); /* the lock is whole without it */
		rc = 0;
	}
	return rc;
}

int node_lock_yarn(struct reading *r)
{
	struct yarn y = { 0 };
	str rest = r->text;
	int rc = 0;

	node_lock_init(&y.l, r);
	while (rest.p && rc == 0)
		rc = read_line(&y, str_cut(&rest, '\n'));
	if (rc == 0)
		rc = end_entry(&y);
	for (ptrdiff_t i = 0; i < y.wish.n && rc == 0; i++) {
		int64_t to = node_lock_find(&y.l, y.wish.p[i].descriptor);
		if (to >= 0)
			rc = lock_graph_edge(&y.l.g, y.wish.p[i].from, (uint32_t)to);
	}
	if (rc == 0 && !y.workspaces)
		rc = read_roots(&y);
	return rc < 0 ? rc : lock_graph_add(&y.l.g);
}
