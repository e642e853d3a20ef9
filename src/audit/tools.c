/*
 * Tools by their names in directories of programs, links and alternatives followed; programs of
 * several names by their bytes where no package tells whose they are.
 */
#include <stdlib.h>

#include "auditor.h"
#include "base/limits.h"
#include "tools_names.h"

#define ALSO "CIS-4.3 CIS-DI-0003"

static const struct rule rules[TOOL_RULES] = {
	[TOOL_SHELL] = { "fs.no_shell", ALSO, SEVERITY_MEDIUM, "No shell is in the image",
			 "A shell is what most attacks start first, and what a service that is one "
			 "program never needs.",
			 "Build on a base without one; start the program itself, not a line of "
			 "shell (exec form)." },
	[TOOL_PACKAGE_MANAGER] = { "fs.no_package_manager", ALSO, SEVERITY_MEDIUM,
				   "No package manager is in the image",
				   "It brings any tool that an attacker misses, and lets "
				   "containers drift from their image.",
				   "Install in a build stage, and copy the result." },
	[TOOL_COMPILER] = { "fs.no_compiler", ALSO, SEVERITY_MEDIUM,
			    "No compiler, build tool or version control is in the image",
			    "Exploits are built where they are used, and build tools are a large "
			    "part of an image's findings.",
			    "Build in a stage of its own (COPY --from)." },
	[TOOL_DEBUGGER] = { "fs.no_debugger", ALSO, SEVERITY_MEDIUM,
			    "No debugger or tracer is in the image",
			    "It reads the memory of the service, keys included, and takes programs "
			    "apart.",
			    "Debug with a container beside it (kubectl debug), from an image of "
			    "tools." },
	[TOOL_NETWORK] = { "fs.no_network_tools", ALSO, SEVERITY_LOW,
			   "No network tools are in the image",
			   "They fetch the next stage of an attack, carry data out, and look "
			   "around.",
			   "Remove the package; check health by the program itself or from "
			   "outside." },
	[TOOL_EDITOR] = { "fs.no_editors", ALSO, SEVERITY_LOW, "No editors are in the image",
			  "Nothing is edited in a container that is replaced as a whole; most can "
			  "start a shell.",
			  "Remove the package." },
	[TOOL_PRIVILEGE] = { "fs.no_privilege_tools", ALSO " DKL-DI-0001", SEVERITY_LOW,
			     "No tools that change users or namespaces are in the image",
			     "sudo, su and nsenter are the way from a service's account to root's.",
			     "Run as the right user from the start; remove the package." },
	[TOOL_INTERPRETER] = { "fs.no_interpreter", "", SEVERITY_NEGLIGIBLE,
			       "No interpreter is in the image but the application's own",
			       "An interpreter is as good as a shell to who breaks in. The "
			       "application may need it: judge by what starts.",
			       "Where the application does not need it, remove the package." },
};

/* Programs that have many names, or have been renamed, by what all builds of them say of themselves. */
static const struct {
	str text;
	const char *name;
} sayings[] = {
	{ S_INIT("BusyBox v"), "busybox" },
	{ S_INIT("toybox 0."), "toybox" },
	{ S_INIT("@(#)Bash version "), "bash" },
	{ S_INIT("@(#)MIRBSD KSH R"), "mksh" },
	{ S_INIT("This GDB was configured"), "gdb" },
	{ S_INIT("zwc file (%s) for zsh-%s"), "zsh" },
	{ S_INIT("@(#)$Id: sh (AT&T Research) "), "ksh93" },
	{ S_INIT("Maximum function recursion depth (%d) reached"), "dash" },
};

enum {
	BYTES_MAX = 16 << 20, /* of a program that is looked into: busybox has one or two MiB */
	OWNED_MAX = 3 << 20,  /* of a package's program: its record may be a lie */
	BLOCK = 1 << 20,
	LAP = 64,
	OTHER_NAMES = 6, /* that are told of a tool */
};

struct hit { /* a name of a tool */
	const struct tool_name *tool;
	uint32_t file; /* that it leads to */
	uint32_t name; /* the node of the name: the file, or a link */
	bool by_bytes;
};

struct tools {
	struct audit_run *a;
	uint8_t *is_bin; /* [tree_count()]: a directory of programs */
	uint32_t entry;  /* what the image starts, or TREE_NONE */
	VEC(struct hit) hit;
};

static void mark_path(struct tools *w, const struct config *c)
{
	for (ptrdiff_t i = 0; c && i < c->env.n; i++) {
		str value = c->env.p[i].value;
		if (!str_eq(c->env.p[i].key, S("PATH")))
			continue;
		while (value.p) {
			uint32_t node = tree_find(w->a->tree, str_cut(&value, ':'));
			if (node != TREE_NONE && node)
				w->is_bin[node] = 1;
		}
	}
}

static void mark_bins(struct tools *w)
{
	static const str names[] = { S_INIT("bin"), S_INIT("libexec"), S_INIT("sbin") };
	const struct tree *t = w->a->tree;

	for (uint32_t i = 1; i < tree_count(t); i++)
		for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
			if (tree_node(t, i)->type == TREE_DIRECTORY &&
			    str_eq(tree_name(t, i), names[k]))
				w->is_bin[i] = 1;
	mark_path(w, w->a->config);
}

/* The program that a name leads to, or TREE_NONE. */
static uint32_t program_of(const struct tree *t, uint32_t node)
{
	const struct tree_node *n = tree_node(t, node);

	if (n->type == TREE_SYMLINK)
		node = str_starts(tree_link(t, node), S("/"))
			       ? tree_find(t, tree_link(t, node))
			       : tree_find_from(t, n->parent, tree_link(t, node), true);
	if (node == TREE_NONE || tree_node(t, node)->type != TREE_FILE ||
	    !(tree_node(t, node)->mode & 0111))
		return TREE_NONE;
	n = tree_node(t, node);
	return n->link != TREE_NONE && !tree_is_gone(tree_node(t, n->link)) ? n->link : node;
}

static int note(struct op *op, struct tools *w, struct hit hit)
{
	struct hit *to = vec_push(op, &w->hit);

	if (to)
		*to = hit;
	return to ? 0 : op->code;
}

/* It may be one of those under another name. */
static int look_into(struct op *op, struct tools *w, uint32_t node)
{
	const struct tree_node *n = tree_node(w->a->tree, node);
	struct at at;
	str block;
	int rc = tree_at(op, w->a->tree, node, &at);

	if (rc < 0)
		return rc;
	for (uint64_t from = 0; rc == 0 && from < n->size; from += BLOCK - LAP) {
		struct op_mark mark = op_mark(op);
		const char *found = NULL;
		uint64_t size = n->size - from < BLOCK ? n->size - from : BLOCK;
		if ((rc = at_view(op, &at, from, size, &block)) < 0)
			return rc;
		for (size_t i = 0; !found && i < sizeof(sayings) / sizeof(sayings[0]); i++)
			if (str_find_str(block, sayings[i].text) >= 0)
				found = sayings[i].name;
		op_reset(op, mark);
		if (found)
			return note(op, w,
				    (struct hit){ tool_of_name(str_of(found)), node, node, true });
	}
	return rc;
}

/* By its bytes; a program that no package brought by its name too, outside of the usual directories. */
static int look_at_stray(struct op *op, struct tools *w, uint32_t node,
			 const struct tool_name *tool)
{
	const struct tree_node *n = tree_node(w->a->tree, node);
	const struct package *owner;
	int rc = audit_owner(op, w->a, node, &owner);

	if (rc < 0)
		return rc;
	if (tool && !owner)
		return note(op, w, (struct hit){ tool, node, node, false });
	return n->size > (owner ? OWNED_MAX : BYTES_MAX) || tree_is_sparse(n)
		       ? 0
		       : look_into(op, w, node);
}

static int look_at(struct op *op, struct tools *w, uint32_t node)
{
	const struct tree *t = w->a->tree;
	const struct tree_node *n = tree_node(t, node);
	bool elf = n->type == TREE_FILE && n->probe & PROBE_EXECUTABLE;
	bool bin = w->is_bin[n->parent];

	if (tree_is_gone(n) || !(n->type == TREE_FILE || n->type == TREE_SYMLINK) || !(bin || elf))
		return 0;
	const struct tool_name *tool = tool_of_name(tree_name(t, node));
	uint32_t file = tool || elf ? program_of(t, node) : TREE_NONE;
	if (file == TREE_NONE)
		return 0;
	if (tool && bin)
		return note(op, w, (struct hit){ tool, file, node, false });
	return elf && file == node ? look_at_stray(op, w, node, tool) : 0;
}

/* The program that the configuration starts: of interpreters the application's own. */
static uint32_t entry_of(const struct tree *t, const struct config *c)
{
	const struct texts *words = c && c->entrypoint.n ? &c->entrypoint : c ? &c->cmd : NULL;
	str path = S("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	uint32_t node = TREE_NONE;

	if (!words || !words->n || words->p[0].len == 0)
		return TREE_NONE;
	if (str_find(words->p[0], '/') >= 0)
		node = tree_find(t, words->p[0]);
	for (ptrdiff_t i = 0; i < c->env.n; i++)
		if (str_eq(c->env.p[i].key, S("PATH")))
			path = c->env.p[i].value;
	while (node == TREE_NONE && path.p && str_find(words->p[0], '/') < 0) {
		uint32_t dir = tree_find(t, str_cut(&path, ':'));
		if (dir != TREE_NONE)
			node = tree_find_from(t, dir, words->p[0], true);
	}
	return node == TREE_NONE ? node : program_of(t, node);
}

/* Names that lead to one tool stand together, the file's own first. */
static int by_file(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	if (x->tool->rule != y->tool->rule)
		return (int)x->tool->rule - (int)y->tool->rule;
	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	if ((x->name == x->file) != (y->name == y->file))
		return x->name == x->file ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name;
}

static int other_names(struct op *op, const struct tools *w, const struct hit *h, ptrdiff_t n,
		       str *ret)
{
	SCRATCH char room[LIMIT_PATH + 1];
	struct buf b;

	buf_init(&b, op, (OTHER_NAMES + 1) * LIMIT_PATH);
	for (ptrdiff_t i = 0; i < n && i < OTHER_NAMES; i++) {
		buf_add(&b, i ? S(", ") : S("; also as "));
		buf_add(&b, tree_path(w->a->tree, h[i].name, room));
	}
	if (n > OTHER_NAMES)
		buf_fmt(&b, " and %td more", n - OTHER_NAMES);
	return buf_take(&b, ret);
}

static const char *article(const char *kind)
{
	return strchr("aeiou", kind[0]) ? "an" : "a";
}

/* One fault for a tool with all of its names: its file is called as the tool is. */
static int tell_tool(struct op *op, struct tools *w, const struct hit *h, ptrdiff_t n)
{
	struct fault f = { .kind = str_of(h->tool->kind) };
	SCRATCH char room[LIMIT_PATH + 1];
	str others;

	if (op_copy(op, tree_path(w->a->tree, h->name, room), &f.path) < 0 ||
	    other_names(op, w, h + 1, n - 1, &others) < 0)
		return op->code;
	f.key = f.path;
	if (h->by_bytes)
		return audit_fault(op, w->a, &rules[h->tool->rule], f,
				   "%.*s is %.*s, by its bytes%.*s", STR_ARG(f.path),
				   STR_ARG(h->tool->name), STR_ARG(others));
	return audit_fault(op, w->a, &rules[h->tool->rule], f, "%.*s is %s %s%.*s", STR_ARG(f.path),
			   article(h->tool->kind), h->tool->kind, STR_ARG(others));
}

/* A link of a tool's name to something else: busybox, an interpreter. */
static int tell_link(struct op *op, struct tools *w, const struct hit *h)
{
	struct fault f = { .kind = str_of(h->tool->kind) };
	SCRATCH char room[LIMIT_PATH + 1], to[LIMIT_PATH + 1];

	if (op_copy(op, tree_path(w->a->tree, h->name, room), &f.path) < 0)
		return op->code;
	f.key = f.path;
	return audit_fault(op, w->a, &rules[h->tool->rule], f, "%.*s is %s %s (%s)",
			   STR_ARG(f.path), article(h->tool->kind), h->tool->kind,
			   tree_path(w->a->tree, h->file, to).p);
}

static int tell(struct op *op, struct tools *w)
{
	ptrdiff_t i = 0, n;
	int rc = 0;

	if (w->hit.n)
		qsort(w->hit.p, (size_t)w->hit.n, sizeof(*w->hit.p), by_file);
	for (; rc == 0 && i < w->hit.n; i += n) {
		const struct hit *h = &w->hit.p[i];
		for (n = 1;
		     i + n < w->hit.n && h[n].file == h->file && h[n].tool->rule == h->tool->rule;)
			n++;
		if (h->tool->rule == TOOL_INTERPRETER && h->file == w->entry)
			continue;
		if (h->name == h->file)
			rc = tell_tool(op, w, h, n);
		for (ptrdiff_t k = 0; rc == 0 && h->name != h->file && k < n; k++)
			rc = tell_link(op, w, &h[k]);
	}
	return rc;
}

static int run(struct op *op, struct audit_run *a)
{
	struct tools w = { .a = a, .is_bin = op_new(op, uint8_t, tree_count(a->tree)) };
	int rc = w.is_bin ? 0 : op->code;

	if (rc < 0)
		return rc;
	mark_bins(&w);
	w.entry = entry_of(a->tree, a->config);
	for (uint32_t i = 1; rc == 0 && i < tree_count(a->tree); i++)
		rc = look_at(op, &w, i);
	return rc < 0 ? rc : tell(op, &w);
}

static const struct want wants[] = { { .bits = PROBE_EXECUTABLE }, { 0 } };

const struct auditor auditor_tools = {
	.name = "tools", .rule = rules, .rule_n = TOOL_RULES, .wants = wants, .run = run
};
