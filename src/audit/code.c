/*
 * What runs in the image, against who may change it there; and what has the loader take other
 * libraries than the programs ask for.
 */
#include "base/limits.h"
#include "reach.h"

enum { NO_WRITABLE_CODE, LOADER };

static const struct rule rules[] = {
	{ "fs.no_writable_code", "", SEVERITY_MEDIUM, "The image's user cannot change what it runs",
	  "Who breaks into the service could replace its own code, or put a program where one is "
	  "looked for, and stay.",
	  "Have root own the code and its directories (COPY --chown=0:0, chmod go-w); keep what "
	  "must be written in "
	  "directories of data." },
	{ "fs.loader", "", SEVERITY_HIGH, "The loader takes no libraries from elsewhere",
	  "A preloaded library, or one from a directory that others can write, runs inside every "
	  "program.",
	  "Remove /etc/ld.so.preload and LD_ variables; have root own the directories of "
	  "ld.so.conf." },
};

/* Sources and bytecode are code where what runs them is there. */
enum {
	JS = 1,
	PHP = 2,
	PYTHON = 4,
	RUBY = 8,
	PERL = 16,
	LUA = 32,
	JAVA = 64,
	DOTNET = 128,
	TCL = 256
};

struct word_bits {
	str word;
	unsigned bits;
};

static const struct word_bits suffixes[] = {
	{ S_INIT(".cjs"), JS },    { S_INIT(".class"), JAVA }, { S_INIT(".dll"), DOTNET },
	{ S_INIT(".ear"), JAVA },  { S_INIT(".jar"), JAVA },   { S_INIT(".js"), JS },
	{ S_INIT(".lua"), LUA },   { S_INIT(".mjs"), JS },     { S_INIT(".php"), PHP },
	{ S_INIT(".phar"), PHP },  { S_INIT(".pl"), PERL },    { S_INIT(".pm"), PERL },
	{ S_INIT(".py"), PYTHON }, { S_INIT(".pyc"), PYTHON }, { S_INIT(".rb"), RUBY },
	{ S_INIT(".tcl"), TCL },   { S_INIT(".war"), JAVA },
};

static const struct word_bits runners[] = {
	{ S_INIT("bun"), JS },        { S_INIT("deno"), JS },   { S_INIT("dotnet"), DOTNET },
	{ S_INIT("java"), JAVA },     { S_INIT("lua"), LUA },   { S_INIT("luajit"), LUA },
	{ S_INIT("mono"), DOTNET },   { S_INIT("node"), JS },   { S_INIT("nodejs"), JS },
	{ S_INIT("perl"), PERL },     { S_INIT("php"), PHP },   { S_INIT("php-fpm"), PHP },
	{ S_INIT("python"), PYTHON }, { S_INIT("ruby"), RUBY }, { S_INIT("tclsh"), TCL },
};

static unsigned bits_of(const struct word_bits *table, size_t n, str word)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(table[i].word, word))
			return table[i].bits;
	return 0;
}

/* "python3.11", "php-fpm8.2": without the version. */
static str bare_name(str name)
{
	while (name.len && (name.p[name.len - 1] == '.' ||
			    (name.p[name.len - 1] >= '0' && name.p[name.len - 1] <= '9')))
		name.len--;
	return name;
}

static unsigned runner_of(const struct tree *t, uint32_t node)
{
	const struct tree_node *n = tree_node(t, node);

	if (n->type != TREE_FILE || !(n->mode & 0111))
		return 0;
	return bits_of(runners, sizeof(runners) / sizeof(runners[0]),
		       bare_name(tree_name(t, node)));
}

static bool is_code(const struct tree *t, uint32_t node, unsigned runs)
{
	const struct tree_node *n = tree_node(t, node);
	str name = tree_name(t, node);
	ptrdiff_t dot = str_rfind(name, '.');

	if (n->type != TREE_FILE)
		return false;
	if (n->probe & (PROBE_EXECUTABLE | PROBE_LIBRARY) ||
	    (n->probe & PROBE_SCRIPT && n->mode & 0111))
		return true;
	return dot > 0 && runs & bits_of(suffixes, sizeof(suffixes) / sizeof(suffixes[0]),
					 str_from(name, dot));
}

enum {
	CODE = 1,
	PLACE = 2
}; /* a file that runs; a directory in which programs or libraries are looked for */

struct coding {
	struct audit_run *a;
	struct reach reach;
	uint8_t *is; /* [tree_count()]: CODE, PLACE */
	uint32_t *
		open; /* [tree_count()]: 1 + the topmost on the way to it that can be replaced; 0 */
	uint32_t *count; /* of code below a topmost one */
};

static str env_of(const struct config *c, const char *name)
{
	for (ptrdiff_t i = 0; i < c->env.n; i++)
		if (str_eq(c->env.p[i].key, str_of(name)))
			return c->env.p[i].value;
	return S("");
}

static void mark_place(struct coding *w, str path)
{
	uint32_t node = tree_find(w->a->tree, path);

	if (node != TREE_NONE && tree_node(w->a->tree, node)->type == TREE_DIRECTORY)
		w->is[node] |= PLACE;
}

static void mark_places(struct coding *w)
{
	static const str always[] = { S_INIT("lib"), S_INIT("lib64"), S_INIT("usr/lib"),
				      S_INIT("usr/lib64"), S_INIT("usr/local/lib") };
	str path = env_of(w->a->config, "PATH"),
	    libraries = env_of(w->a->config, "LD_LIBRARY_PATH");

	if (path.len == 0)
		path = S("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	while (path.p)
		mark_place(w, str_cut(&path, ':'));
	while (libraries.p && libraries.len)
		mark_place(w, str_cut(&libraries, ':'));
	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		mark_place(w, always[i]);
}

static void mark_entry(struct coding *w)
{
	const struct config *c = w->a->config;
	const struct texts *words = c->entrypoint.n ? &c->entrypoint : &c->cmd;
	uint32_t node = words->n && str_starts(words->p[0], S("/"))
				? tree_find(w->a->tree, words->p[0])
				: TREE_NONE;

	if (node != TREE_NONE && tree_node(w->a->tree, node)->type == TREE_FILE)
		w->is[node] |= CODE;
}

static void mark_code(struct coding *w)
{
	const struct tree *t = w->a->tree;
	unsigned runs = 0;

	for (uint32_t i = 1; i < tree_count(t); i++)
		runs |= tree_is_gone(tree_node(t, i)) ? 0 : runner_of(t, i);
	for (uint32_t i = 1; i < tree_count(t); i++)
		if (!tree_is_gone(tree_node(t, i)) && is_code(t, i, runs))
			w->is[i] |= CODE;
}

/* What is open, from the root down; parents come first. */
static void follow(struct coding *w)
{
	const struct tree *t = w->a->tree;

	for (uint32_t i = 0; i < tree_count(t); i++) {
		const struct tree_node *n = tree_node(t, i);
		bool place = w->is[i] & PLACE && reach_writes(&w->reach, t, i);
		if (tree_is_gone(n))
			continue;
		w->open[i] = i ? w->open[n->parent] : 0;
		if (!w->open[i] &&
		    (place || (n->type == TREE_DIRECTORY && reach_replaces(&w->reach, t, i)) ||
		     (w->is[i] & CODE && reach_writes(&w->reach, t, i))))
			w->open[i] = i + 1;
		if (w->open[i])
			w->count[w->open[i] - 1] += (w->is[i] & CODE) != 0;
	}
	/* A place that is open counts though nothing is in it. */
	for (uint32_t i = 0; i < tree_count(t); i++)
		if (w->is[i] & PLACE && w->open[i] && !tree_is_gone(tree_node(t, i)))
			w->count[w->open[i] - 1]++;
}

static int tell_code(struct op *op, struct coding *w)
{
	struct audit_run *a = w->a;
	SCRATCH char room[LIMIT_PATH + 1];
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < tree_count(a->tree); i++) {
		const struct tree_node *n = tree_node(a->tree, i);
		struct fault f = { .kind = n->type == TREE_DIRECTORY ? S("directory") : S("file") };
		if (w->open[i] != i + 1 || !w->count[i] || tree_is_gone(n))
			continue;
		if (op_copy(op, tree_path(a->tree, i, room), &f.path) < 0)
			return op->code;
		f.key = f.path.len ? f.path : S("/");
		const char *why = reach_why(&w->reach, a->tree, i);
		if (n->type == TREE_DIRECTORY)
			rc = audit_fault(
				op, a, &rules[NO_WRITABLE_CODE], f,
				"/%.*s can be written by the image's user %.*s, as %s (%04o): "
				"%u programs, libraries or directories of them lie there",
				STR_ARG(f.path), STR_ARG(w->reach.name), why, n->mode, w->count[i]);
		else
			rc = audit_fault(
				op, a, &rules[NO_WRITABLE_CODE], f,
				"/%.*s can be written by the image's user %.*s, as %s (%04o)",
				STR_ARG(f.path), STR_ARG(w->reach.name), why, n->mode);
	}
	return rc;
}

static int look_at_code(struct op *op, struct coding *w)
{
	const struct rule *rule = &rules[NO_WRITABLE_CODE];
	struct audit_run *a = w->a;
	uint32_t n = tree_count(a->tree);
	AUTO_OP own;

	op_init(&own, op->ceiling);
	own.fault = op->fault;
	if (a->inv->subject.kind != SUBJECT_IMAGE)
		return audit_error(op, a, rule, "this is no image: nobody says who runs it");
	int rc = reach_open(op, a, &w->reach);
	if (rc != 0)
		return rc < 0 ? rc
			      : audit_error(op, a, rule,
					    "the user '%.*s' is no account of the image",
					    STR_ARG(a->config->user));
	if (w->reach.uid == 0)
		return audit_fault(
			op, a, rule, (struct fault){ .key = S("root"), .kind = S("root") },
			"the image runs as %.*s, who can write all of it", STR_ARG(w->reach.name));
	w->is = op_new(&own, uint8_t, n);
	w->open = op_new(&own, uint32_t, n);
	w->count = op_new(&own, uint32_t, n);
	if (own.code)
		return op_adopt_error(op, &own);
	mark_places(w);
	mark_code(w);
	mark_entry(w);
	follow(w);
	return tell_code(op, w);
}

static int tell_variables(struct op *op, struct audit_run *a)
{
	static const struct {
		const char *name;
		enum severity severity;
	} variables[] = {
		{ "LD_AUDIT", SEVERITY_HIGH },
		{ "LD_LIBRARY_PATH", SEVERITY_LOW },
		{ "LD_PRELOAD", SEVERITY_MEDIUM },
	};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(variables) / sizeof(variables[0]); i++) {
		str value = env_of(a->config, variables[i].name);
		struct fault f = { .key = str_of(variables[i].name),
				   .kind = S("variable"),
				   .severity = variables[i].severity,
				   .instruction =
					   config_who(a->config, "ENV", str_of(variables[i].name)),
				   .layer = -1 };
		if (value.len)
			rc = audit_fault(op, a, &rules[LOADER], f, "the environment has %s=%.*s",
					 variables[i].name, STR_ARG(str_head(value, 200)));
	}
	return rc;
}

static int tell_preload(struct op *op, struct audit_run *a)
{
	str path = S("etc/ld.so.preload"), text;
	int rc = audit_text(op, a, path, LIMIT_CAPTURE, &text);

	if (rc != 0 || str_trim(text).len == 0)
		return rc < 0 ? rc : 0;
	struct fault f = { .key = path, .path = path, .kind = S("preload") };
	return audit_fault(op, a, &rules[LOADER], f, "%.*s loads %.*s into every program",
			   STR_ARG(path), STR_ARG(str_head(str_trim(text), 200)));
}

static int look_at_conf_dir(struct op *op, struct audit_run *a, const struct reach *reach, str file,
			    str dir)
{
	uint32_t node = tree_find(a->tree, dir);
	struct fault f = { .kind = S("directory") };

	if (node == TREE_NONE || tree_node(a->tree, node)->type != TREE_DIRECTORY)
		return 0;
	bool all = tree_node(a->tree, node)->mode & 02;
	if (!all && (!reach || reach->uid == 0 || !reach_writes(reach, a->tree, node)))
		return 0;
	if (op_copy(op, dir, &f.key) < 0 || op_copy(op, str_from(dir, 1), &f.path) < 0)
		return op->code;
	return audit_fault(
		op, a, &rules[LOADER], f,
		"%.*s, of which %.*s says that libraries are there, can be written by %s",
		STR_ARG(dir), STR_ARG(file), all ? "everybody" : "the image's user");
}

/* ld.so.conf(5), by ldconfig(8): a directory a line, "include GLOB", comments from '#' on. */
static int look_at_conf(struct op *op, struct audit_run *a, const struct reach *reach, str path)
{
	str text;
	int rc = audit_text(op, a, path, LIMIT_CAPTURE, &text);

	while (rc == 0 && text.p) {
		str line = str_cut(&text, '\n');
		str word = str_trim(str_cut(&line, '#'));
		if (str_starts(word, S("/")))
			rc = look_at_conf_dir(op, a, reach, path, word);
	}
	return rc < 0 ? rc : 0;
}

static int look_at_confs(struct op *op, struct audit_run *a, const struct reach *reach)
{
	uint32_t dir = tree_find(a->tree, S("etc/ld.so.conf.d"));
	SCRATCH char room[LIMIT_PATH + 1];
	int rc = look_at_conf(op, a, reach, S("etc/ld.so.conf"));

	if (rc < 0 || dir == TREE_NONE)
		return rc;
	for (uint32_t i = tree_first(a->tree, dir); rc == 0 && i != TREE_NONE;
	     i = tree_next(a->tree, i)) {
		str path;
		if (!str_ends(tree_name(a->tree, i), S(".conf")))
			continue;
		if (op_copy(op, tree_path(a->tree, i, room), &path) < 0)
			return op->code;
		rc = look_at_conf(op, a, reach, path);
	}
	return rc;
}

static int run(struct op *op, struct audit_run *a)
{
	struct coding w = { .a = a };
	int rc = look_at_code(op, &w);

	if (rc < 0 || (rc = tell_preload(op, a)) < 0 || (rc = tell_variables(op, a)) < 0)
		return rc;
	return look_at_confs(op, a, w.reach.name.len ? &w.reach : NULL);
}

static const struct want wants[] = { { .glob = "etc/group" },
				     { .glob = "etc/ld.so.conf" },
				     { .glob = "etc/ld.so.conf.d/*.conf" },
				     { .glob = "etc/ld.so.preload" },
				     { .glob = "etc/passwd" },
				     { 0 } };

const struct auditor auditor_code = { .name = "code",
				      .rule = rules,
				      .rule_n = sizeof(rules) / sizeof(rules[0]),
				      .wants = wants,
				      .run = run };
