/*
 * How programs and libraries were linked and compiled, as far as each can be judged: what a compiler
 * or a machine does not have is no fault of a file.
 */
#include "auditor.h"
#include "base/limits.h"
#include "codec/elf_hardening.h"
#include "reach.h"

enum { PIE, RELRO, BIND_NOW, NX, TEXTREL, STACK_PROTECTOR, FORTIFY, RUNPATH, RULES };

static const struct rule rules[RULES] = {
	{ "elf.pie", "", SEVERITY_MEDIUM, "Programs have no fixed place in memory",
	  "Of a program that always lies at one address an attacker knows where every piece of "
	  "code is.",
	  "Compile with -fPIE and link with -pie (Go: -buildmode=pie)." },
	{ "elf.relro", "", SEVERITY_MEDIUM, "What the loader resolved is read-only (RELRO)",
	  "A table of functions that stays writable is the easiest thing to overwrite.",
	  "Link with -Wl,-z,relro." },
	{ "elf.bind_now", "", SEVERITY_NEGLIGIBLE,
	  "All symbols are resolved at the start (full RELRO)",
	  "With lazy binding a part of the table of functions stays writable.",
	  "Link with -Wl,-z,now." },
	{ "elf.nx", "", SEVERITY_HIGH, "No memory is both writable and executable",
	  "On an executable stack what an attacker sends can be run as it is.",
	  "Link with -Wl,-z,noexecstack; mark assembler sources (.note.GNU-stack)." },
	{ "elf.no_textrel", "", SEVERITY_MEDIUM, "No code is written to as it is loaded",
	  "Text relocations need code that is writable for a while, and cannot be shared.",
	  "Compile with -fPIC." },
	{ "elf.stack_protector", "", SEVERITY_LOW, "The stack is guarded (-fstack-protector)",
	  "Without a guard an overflow of a buffer on the stack becomes the program's next step.",
	  "Compile with -fstack-protector-strong." },
	{ "elf.fortify", "", SEVERITY_LOW,
	  "The C library's functions are checked (_FORTIFY_SOURCE)",
	  "Checked functions end a program where it would write past a buffer, or use a format "
	  "from outside.",
	  "Compile with -O2 -D_FORTIFY_SOURCE=2 (or 3)." },
	{ "elf.runpath", "", SEVERITY_HIGH,
	  "Libraries are looked for only where nobody else writes",
	  "A program takes a library from the first directory of its RUNPATH that has one: who can "
	  "write there is in it.",
	  "Link without -rpath, or patchelf --set-rpath to a directory of root's." },
};

enum {
	GUARDED_FROM = 16 << 10, /* bytes of code: smaller files often have nothing to guard */
};

struct look {
	struct audit_run *a;
	struct reach reach;
	bool has_reach;
	uint32_t files, unread, runtime;
	str first_unread, first_runtime;
};

/* The C library and the compiler's own libraries are what guards others: nobody guards them, and
 * nobody who builds an image can. */
static int is_runtime(struct op *op, struct look *w, uint32_t node, bool *ret)
{
	const struct package *p;
	int rc = audit_owner(op, w->a, node, &p);

	if (rc < 0)
		return rc;
	str source = !p ? S("") : p->source.len ? p->source : p->name;
	str name = tree_name(w->a->tree, node);
	*ret = str_eq(source, S("glibc")) || str_eq(source, S("gcc")) ||
	       str_starts(source, S("gcc-")) || str_starts(name, S("libgcc_s.so")) ||
	       str_starts(name, S("libstdc++.so"));
	return 0;
}

static int tell(struct op *op, struct look *w, int rule, str path, const char *kind,
		enum severity severity, const char *what)
{
	struct fault f = { .key = path, .path = path, .kind = str_of(kind), .severity = severity };

	return audit_fault(op, w->a, &rules[rule], f, "%.*s %s", STR_ARG(path), what);
}

static int judge_layout(struct op *op, struct look *w, str path, const struct elf_hardening *h,
			bool go)
{
	int rc = 0;

	if (h->form == ELF_FIXED)
		rc = tell(op, w, PIE, path, go ? "go" : "", go ? SEVERITY_LOW : SEVERITY_UNKNOWN,
			  "is linked to a fixed place in memory");
	if (rc == 0 && h->dynamic && h->relro == ELF_RELRO_NONE && !go)
		rc = tell(op, w, RELRO, path, "none", SEVERITY_UNKNOWN,
			  "has no read-only relocations");
	if (rc == 0 && h->dynamic && h->relro == ELF_RELRO_PARTIAL && !go)
		rc = tell(op, w, BIND_NOW, path, "partial", SEVERITY_UNKNOWN,
			  "resolves symbols as it runs (partial RELRO)");
	if (rc == 0 && h->stack == ELF_STACK_EXECUTABLE)
		rc = tell(op, w, NX, path, "stack", SEVERITY_UNKNOWN, "has an executable stack");
	if (rc == 0 && h->stack == ELF_STACK_UNTOLD && h->dynamic)
		rc = tell(op, w, NX, path, "untold", SEVERITY_MEDIUM,
			  "does not say that its stack is not executable");
	if (rc == 0 && h->wx)
		rc = tell(op, w, NX, path, "segment", SEVERITY_UNKNOWN,
			  "has a segment that is writable and executable");
	if (rc == 0 && h->textrel)
		rc = tell(op, w, TEXTREL, path, "", SEVERITY_UNKNOWN,
			  "has relocations in its code");
	return rc;
}

static int judge_compiler(struct op *op, struct look *w, uint32_t node, str path,
			  const struct elf_hardening *h, uint32_t probe)
{
	bool other = probe & (PROBE_GO | PROBE_GRAAL | PROBE_RUST) || h->managed || !h->symbols;
	bool loader = str_starts(tree_name(w->a->tree, node), S("ld-")) ||
		      str_starts(tree_name(w->a->tree, node), S("ld64.so"));
	bool unguarded = !other && !loader && !h->guarded && h->code >= GUARDED_FROM;
	bool unchecked = !other && h->glibc && h->unfortified && !h->fortified;
	bool runtime = false;
	int rc = 0;

	if (!unguarded && !unchecked)
		return 0;
	if ((rc = is_runtime(op, w, node, &runtime)) < 0)
		return rc;
	if (runtime) {
		w->first_runtime = w->runtime++ ? w->first_runtime : path;
		return 0;
	}
	if (unguarded)
		rc = tell(op, w, STACK_PROTECTOR, path, "", SEVERITY_UNKNOWN,
			  "was compiled without a guard of the stack");
	if (rc == 0 && unchecked)
		rc = tell(op, w, FORTIFY, path, "", SEVERITY_UNKNOWN,
			  "calls the unchecked functions of the C library alone");
	return rc;
}

/* Why a directory of a RUNPATH is no good one, or NULL. */
static const char *bad_place(const struct look *w, uint32_t node, str place)
{
	static const str own_place[] = { S_INIT("$ORIGIN"), S_INIT("${ORIGIN}") };
	static const str passing[] = { S_INIT("/tmp/"), S_INIT("/var/tmp/"), S_INIT("/dev/shm/") };
	const struct tree *t = w->a->tree;
	uint32_t dir = TREE_NONE;

	if (place.len == 0)
		return "is empty: the directory that it is started in";
	for (size_t i = 0; i < 2; i++)
		if (str_starts(place, own_place[i]))
			dir = tree_find_from(t, tree_node(t, node)->parent,
					     str_from(place, own_place[i].len + 1), true);
	if (place.p[0] != '/' && place.p[0] != '$')
		return "is relative to the directory that it is started in";
	if (place.p[0] == '/')
		dir = tree_find(t, place);
	for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
		if (str_starts(place, passing[i]) ||
		    str_eq(place, str_head(passing[i], passing[i].len - 1)))
			return "is for temporary files";
	if (dir == TREE_NONE || tree_node(t, dir)->type != TREE_DIRECTORY)
		return NULL;
	if (tree_node(t, dir)->mode & 02)
		return "is writable by everybody";
	return w->has_reach && w->reach.uid && reach_writes(&w->reach, t, dir)
		       ? "is writable by the image's user"
		       : NULL;
}

static int judge_runpath(struct op *op, struct look *w, uint32_t node, str path, str places,
			 const char *what)
{
	int rc = 0;

	while (rc == 0 && places.p) {
		str place = str_cut(&places, ':');
		const char *why = bad_place(w, node, place);
		struct fault f = { .key = path, .path = path };
		if (!why)
			continue;
		rc = op_copy(op, place, &f.kind);
		if (rc == 0)
			rc = audit_fault(op, w->a, &rules[RUNPATH], f, "%.*s: '%.*s' of its %s %s",
					 STR_ARG(path), STR_ARG(place), what, why);
	}
	return rc;
}

static int judge(struct op *op, struct look *w, uint32_t node, str path,
		 const struct elf_hardening *h)
{
	uint32_t probe = tree_node(w->a->tree, node)->probe;
	int rc = 0;

	if (h->form == ELF_OTHER)
		return 0;
	w->files++;
	if ((rc = judge_layout(op, w, path, h, probe & PROBE_GO)) < 0 ||
	    (rc = judge_compiler(op, w, node, path, h, probe)) < 0)
		return rc;
	if (h->runpath.len) /* RPATH does not count beside it */
		return judge_runpath(op, w, node, path, h->runpath, "RUNPATH");
	return h->rpath.len ? judge_runpath(op, w, node, path, h->rpath, "RPATH") : 0;
}

/* What nobody of this system loads: for debuggers, devices, the kernel, other machines. */
static bool is_elsewhere(str path)
{
	static const str below[] = {
		S_INIT("boot/"),          S_INIT("lib/firmware/"),     S_INIT("lib/modules/"),
		S_INIT("usr/lib/debug/"), S_INIT("usr/lib/firmware/"), S_INIT("usr/lib/modules/")
	};

	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++)
		if (str_starts(path, below[i]))
			return true;
	return str_ends(path, S(".debug"));
}

static int look_at(struct op *op, struct look *w, uint32_t node)
{
	const struct tree_node *n = tree_node(w->a->tree, node);
	SCRATCH char room[LIMIT_PATH + 1];
	struct elf_hardening h;
	struct at at;
	str path;
	AUTO_OP own; /* goes with the file */

	op_init(&own, op->ceiling);
	own.fault = op->fault;
	if (tree_is_gone(n) || n->type != TREE_FILE || tree_is_sparse(n) ||
	    !(n->probe & (PROBE_EXECUTABLE | PROBE_LIBRARY)) || n->link != TREE_NONE)
		return 0;
	if (n->probe & PROBE_EXECUTABLE && !(n->probe & PROBE_LIBRARY) && !(n->mode & 0111))
		return 0;
	if (is_elsewhere(tree_path(w->a->tree, node, room)))
		return 0;
	if (op_copy(op, str_of(room), &path) < 0)
		return op->code;
	int rc = tree_at(&own, w->a->tree, node, &at);
	if (rc == 0)
		rc = elf_hardening_read(&own, &at, &h);
	if (rc > 0)
		return 0;
	if (rc == 0)
		return judge(op, w, node, path, &h);
	if (rc != ERR_FORMAT && rc != ERR_LIMIT)
		return op_adopt_error(op, &own);
	w->first_unread = w->unread++ ? w->first_unread : path;
	return 0;
}

static int tell_unread(struct op *op, struct look *w)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < RULES; i++) {
		if (w->unread)
			rc = audit_unread(op, w->a, &rules[i], "%u files cannot be read: %.*s",
					  w->unread, STR_ARG(w->first_unread));
		else if (w->runtime && (i == STACK_PROTECTOR || i == FORTIFY))
			rc = audit_detail(op, w->a, &rules[i],
					  "%u programs and libraries; not counted: %u of the C "
					  "library or the "
					  "compiler (%.*s)",
					  w->files, w->runtime, STR_ARG(w->first_runtime));
		else
			rc = audit_detail(op, w->a, &rules[i], "%u programs and libraries",
					  w->files);
	}
	return rc;
}

static int run(struct op *op, struct audit_run *a)
{
	struct look w = { .a = a };
	int rc = 0;

	if (a->inv->subject.kind == SUBJECT_IMAGE)
		rc = reach_open(op, a, &w.reach);
	w.has_reach = rc == 0 && w.reach.name.len;
	if (rc < 0)
		return rc;
	for (uint32_t i = 1; i < tree_count(a->tree); i++)
		if ((rc = look_at(op, &w, i)) < 0)
			return rc;
	return tell_unread(op, &w);
}

static const struct want wants[] = { { .bits = PROBE_EXECUTABLE | PROBE_LIBRARY },
				     { .glob = "etc/group" },
				     { .glob = "etc/passwd" },
				     { 0 } };

const struct auditor auditor_elf = {
	.name = "elf", .rule = rules, .rule_n = RULES, .wants = wants, .run = run
};
