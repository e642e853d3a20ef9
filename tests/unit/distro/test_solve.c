#include "distro/solve.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/vec.h"
#include "distro/relation.h"
#include "model/version.h"
#include "sys/file.h"
#include "unit/harness.h"

/*
 * The cases are text files, tests/case/solve/NAME.case. First the repository: a line "NAME VERSION
 * [@security] [arch=A] [multi=M] [priority=P]" a package, its fields indented below; @internal and
 * @vendor are repositories of the user's, of which the second overrides, @file=LINE is a file. Then cases:
 * "--- what it is about", "want:" lines, "cut: PACKAGE: NAME: why", "add: ..." and (of the request) "without: NAME: why" lines, and what
 * must come of it: "chosen: a=1 b=2", "refused: MESSAGE" (all of it), "edge: from -> to: relation",
 * "note: SENTENCE".
 */
struct world {
	VEC(struct repo_package) package;
	VEC(struct effect_cut) cut;
	VEC(struct solve_local) local;
};

static struct repo_pocket pockets[] = {
	{ .suite = S_INIT("trixie") },
	{ .suite = S_INIT("trixie-security") },
	{ .suite = S_INIT("stable"), .repository = S_INIT("internal") },
	{ .suite = S_INIT("stable"), .repository = S_INIT("vendor"), .override = true },
};
static const struct repo_state state = { pockets, 4 };

static int newest_first(const void *a, const void *b)
{
	const struct repo_package *p = a, *q = b;
	int order = -version_deb_compare(p->version, q->version);

	return order ? order : p->pocket - q->pocket;
}

static int find(struct op *op, void *arg, str name, struct repo_package **ret, ptrdiff_t *ret_n)
{
	struct world *w = arg;
	VEC(struct repo_package) got = { 0 };

	for (ptrdiff_t i = 0; i < w->package.n; i++) {
		struct repo_package *p = str_eq(w->package.p[i].name, name) ? vec_push(op, &got) : NULL;
		if (op->code)
			return op->code;
		if (p)
			*p = w->package.p[i];
	}
	if (got.n > 1)
		qsort(got.p, (size_t)got.n, sizeof(*got.p), newest_first);
	*ret = got.p;
	*ret_n = got.n;
	return 0;
}

static int providers(struct op *op, void *arg, str name, struct repo_package **ret, ptrdiff_t *ret_n)
{
	struct world *w = arg;
	VEC(struct repo_package) got = { 0 };

	for (ptrdiff_t i = 0; i < w->package.n; i++) {
		struct relations r;
		TRY(relations_parse(op, w->package.p[i].provides, &r));
		for (ptrdiff_t g = 0; g < r.n; g++) {
			if (!str_eq(r.group[g].alternative->name, name))
				continue;
			struct repo_package *p = vec_push(op, &got);
			if (!p)
				return op->code;
			*p = w->package.p[i];
		}
	}
	*ret = got.p;
	*ret_n = got.n;
	return 0;
}

static int nearest(struct op *op, void *arg, str name, str *ret)
{
	struct world *w = arg;

	(void)op;
	*ret = S("");
	for (ptrdiff_t i = 0; i < w->package.n; i++) {
		if (str_eq(str_head(w->package.p[i].name, 3), str_head(name, 3)))
			*ret = w->package.p[i].name;
	}
	return 0;
}

static int cuts(struct op *op, void *arg, str package, struct effect_cut **ret, ptrdiff_t *ret_n)
{
	struct world *w = arg;
	VEC(struct effect_cut) got = { 0 };

	for (ptrdiff_t i = 0; i < w->cut.n; i++) {
		if (!str_eq(w->cut.p[i].package, package) && !str_eq(w->cut.p[i].package, S("*")))
			continue;
		struct effect_cut *c = vec_push(op, &got);
		if (!c)
			return op->code;
		*c = w->cut.p[i];
	}
	*ret = got.p;
	*ret_n = got.n;
	return 0;
}

/* ---- reading a case file ---- */

static str value_after(str line, str key)
{
	return str_trim(str_from(line, key.len));
}

static int read_package(struct op *op, struct world *w, str line)
{
	struct repo_package *p = vec_push(op, &w->package);

	if (!p)
		return op->code;
	p->name = str_word(&line);
	p->version = str_word(&line);
	p->arch = S("amd64");
	p->multi_arch = S("no");
	p->priority = S("optional");
	for (str word = str_word(&line); word.len > 0; word = str_word(&line)) {
		if (str_eq(word, S("@security")))
			p->pocket = 1;
		else if (str_eq(word, S("@internal")))
			p->pocket = 2;
		else if (str_eq(word, S("@vendor")))
			p->pocket = 3;
		else if (str_starts(word, S("@file=")))
			p->path = str_from(word, 6);
		else if (str_starts(word, S("arch=")))
			p->arch = str_from(word, 5);
		else if (str_starts(word, S("multi=")))
			p->multi_arch = str_from(word, 6);
		else if (str_starts(word, S("priority=")))
			p->priority = str_from(word, 9);
		else
			return op_fail(op, ERR_FORMAT, "unknown word %.*s", STR_ARG(word));
	}
	return 0;
}

static int read_field(struct op *op, struct repo_package *p, str line)
{
	const struct {
		str key;
		str *to;
	} field[] = { { S("depends:"), &p->depends },     { S("pre-depends:"), &p->pre_depends },
		      { S("provides:"), &p->provides },   { S("conflicts:"), &p->conflicts },
		      { S("breaks:"), &p->breaks } };
	for (size_t i = 0; i < sizeof(field) / sizeof(field[0]); i++) {
		if (str_starts(line, field[i].key)) {
			*field[i].to = value_after(line, field[i].key);
			return 0;
		}
	}
	return op_fail(op, ERR_FORMAT, "unknown field %.*s", STR_ARG(line));
}

static int read_cut(struct op *op, struct world *w, str value, bool added)
{
	struct effect_cut *c = vec_push(op, &w->cut);

	if (!c)
		return op->code;
	c->package = str_trim(str_cut(&value, ':'));
	c->depends = str_trim(str_cut(&value, ':'));
	c->why = str_trim(value);
	c->origin = S("effects/test.yaml:1");
	c->added = added;
	return 0;
}

/* ---- one case ---- */

static str end_name(const struct solve_answer *a, ptrdiff_t at, str none)
{
	return at < 0 ? none : a->chosen[at].name;
}

static int edge_text(struct op *op, const struct solve_answer *a, const struct solve_edge *e, str *ret)
{
	str from = end_name(a, e->from, S("recipe")), to = end_name(a, e->to, S("nothing"));

	return op_text(op, ret, "%.*s -> %.*s: %.*s%s%.*s", STR_ARG(from), STR_ARG(to), STR_ARG(e->relation),
		       e->cut.len ? ", cut: " : (e->added ? ", added: " : ""), STR_ARG(e->why));
}

static int check_edge(struct op *op, const struct solve_answer *a, str want)
{
	str got = S("");

	for (ptrdiff_t i = 0; i < a->edge_n; i++) {
		TRY(edge_text(op, a, &a->edge[i], &got));
		if (str_eq(got, want))
			return 0;
	}
	for (ptrdiff_t i = 0; i < a->edge_n; i++) {
		TRY(edge_text(op, a, &a->edge[i], &got));
		CHECK_STR(got, want);
	}
	return 0;
}

static int check_why(struct op *op, const struct solve_answer *a, str want)
{
	str name = str_word(&want);
	struct buf b;
	str got;

	buf_init(&b, op, 10000);
	for (ptrdiff_t i = 0; i < a->n; i++) {
		ptrdiff_t *chain, n;
		if (!str_eq(a->chosen[i].name, name))
			continue;
		TRY(solve_why(op, a, i, &chain, &n));
		buf_add(&b, S("recipe"));
		for (ptrdiff_t k = 0; k < n; k++)
			buf_fmt(&b, " -> %.*s", STR_ARG(a->chosen[a->edge[chain[k]].to].name));
	}
	TRY(buf_take(&b, &got));
	CHECK_STR(got, str_trim(want));
	return 0;
}

static int check_chosen(struct op *op, const struct solve_answer *a, str want)
{
	struct buf b;
	str got;

	buf_init(&b, op, 100000);
	for (ptrdiff_t i = 0; i < a->n; i++)
		buf_fmt(&b, "%s%.*s=%.*s", i ? " " : "", STR_ARG(a->chosen[i].name), STR_ARG(a->chosen[i].version));
	TRY(buf_take(&b, &got));
	CHECK_STR(got, want);
	return 0;
}

static int check_notes(struct op *op, const struct solve_answer *a, str body)
{
	ptrdiff_t n = 0;

	for (str rest = body; rest.p;) {
		str line = str_trim(str_cut(&rest, '\n'));
		if (!str_starts(line, S("note:")))
			continue;
		CHECK(n < a->note.n);
		if (n < a->note.n)
			CHECK_STR(a->note.p[n], value_after(line, S("note:")));
		n++;
	}
	CHECK(a->note.n == n);
	return op->code;
}

static int check_results(struct op *op, const struct solve_answer *a, str body, str title)
{
	bool checked = false;

	TRY(check_notes(op, a, body));

	for (str rest = body; rest.p;) {
		str line = str_trim(str_cut(&rest, '\n'));
		if (str_starts(line, S("chosen:")))
			TRY(check_chosen(op, a, value_after(line, S("chosen:"))));
		if (str_starts(line, S("edge:")))
			TRY(check_edge(op, a, value_after(line, S("edge:"))));
		if (str_starts(line, S("why:")))
			TRY(check_why(op, a, value_after(line, S("why:"))));
		checked = checked || str_starts(line, S("chosen:"));
	}
	test_check(checked, "was solved, and should have been refused", title.p, 0);
	return 0;
}

static str line_of(str body, str key)
{
	for (str rest = body; rest.p;) {
		str line = str_trim(str_cut(&rest, '\n'));
		if (str_starts(line, key))
			return value_after(line, key);
	}
	return S("");
}

static int run_one(struct op *op, struct world *w, str title, str body)
{
	VEC(str) want = { 0 };
	VEC(struct pair) without = { 0 };
	struct solve_answer a;

	w->cut.n = 0;
	for (str rest = body; rest.p;) {
		str line = str_trim(str_cut(&rest, '\n'));
		if (str_starts(line, S("cut:")))
			TRY(read_cut(op, w, value_after(line, S("cut:")), false));
		if (str_starts(line, S("add:")))
			TRY(read_cut(op, w, value_after(line, S("add:")), true));
		str *slot = str_starts(line, S("want:")) ? vec_push(op, &want) : NULL;
		if (slot)
			*slot = value_after(line, S("want:"));
		struct pair *pair = str_starts(line, S("without:")) ? vec_push(op, &without) : NULL;
		if (pair) {
			pair->value = value_after(line, S("without:"));
			pair->key = str_cut(&pair->value, ':');
			pair->value = str_trim(pair->value);
		}
		if (op->code)
			return op->code;
	}
	struct solve_source source = { w, &state, find, providers, nearest, cuts };
	static const struct platform amd64 = { .name = "linux/amd64", .deb_arch = "amd64" };
	struct solve_request request = { .want = want.p,
					 .want_n = want.n,
					 .platform = &amd64,
					 .cut = { without.p, without.n },
					 .local = w->local.p,
					 .local_n = w->local.n };
	int rc = solve_from(op, &source, &request, &a);
	str refused = line_of(body, S("refused:"));
	if (rc == 0)
		return check_results(op, &a, body, title);
	if (rc == ERR_MEMORY)
		return rc;
	CHECK_STR(str_of(op->text), refused);
	test_check(rc == (str_starts(refused, S("these packages")) ? ERR_NO : rc), "the code", title.p, rc);
	op_forgive(op);
	return 0;
}

static int read_repository(struct op *op, struct world *w, str text)
{
	while (text.p) {
		str line = str_cut(&text, '\n'), plain = str_trim(line);
		if (plain.len == 0 || plain.p[0] == '#')
			continue;
		if (line.p[0] != ' ')
			TRY(read_package(op, w, plain));
		else
			TRY(read_field(op, &w->package.p[w->package.n - 1], plain));
	}
	return 0;
}

/* Files are no part of the repository: they come with the request. */
static int take_files(struct op *op, struct world *w)
{
	ptrdiff_t kept = 0;

	for (ptrdiff_t i = 0; i < w->package.n; i++) {
		struct repo_package *p = &w->package.p[i];
		struct solve_local *l = p->path.len ? vec_push(op, &w->local) : NULL;
		if (op->code)
			return op->code;
		if (l) {
			*l = (struct solve_local){ p->path, *p };
			l->package.pocket = SOLVE_LOCAL;
		} else {
			w->package.p[kept++] = *p;
		}
	}
	w->package.n = kept;
	return 0;
}

static int run_file(struct op *op, str name, int *seen)
{
	struct world w = { 0 };
	str path, text;

	TRY(op_text(op, &path, "tests/case/solve/%.*s", STR_ARG(name)));
	TRY(test_file(op, path.p, &text));
	ptrdiff_t at = str_find_str(text, S("\n--- "));
	CHECK(at >= 0);
	TRY(read_repository(op, &w, str_head(text, at)));
	TRY(take_files(op, &w));
	text = str_from(text, at);
	while ((at = str_find_str(text, S("\n--- "))) >= 0) {
		text = str_from(text, at + 5);
		str title;
		TRY(op_copy(op, str_cut(&text, '\n'), &title));
		ptrdiff_t end = str_find_str(text, S("\n--- "));
		TRY(run_one(op, &w, title, end < 0 ? text : str_head(text, end)));
		++*seen;
	}
	return 0;
}

static int case_files(struct op *op)
{
	const char *root = getenv("TEMPER_SOURCE");
	str dir, *name;
	ptrdiff_t n;
	int fd, seen = 0;

	TRY(op_text(op, &dir, "%s/tests/case/solve", root ? root : "."));
	TRY(dir_open(op, AT_FDCWD, dir, false, &fd));
	AUTO_FD owned = fd;
	TRY(dir_list(op, owned, S("the cases"), &name, &n));
	for (ptrdiff_t i = 0; i < n; i++)
		TRY(str_ends(name[i], S(".case")) ? run_file(op, name[i], &seen) : 0);
	CHECK(seen >= 25);
	return 0;
}

/* One small case with every allocation failing in turn. */
static int small(struct op *op)
{
	static const char text[] = "a 1\n  depends: b | c, d (>= 1)\nb 1\n  conflicts: d\nc 1\nd 1\n"
				   "e 1\n  depends: b, d\n"
				   "f 2 @internal\n  depends: g\ng 1 @internal\n  provides: b, z\nb 7 @internal\n"
				   "h 1 @file=./h.deb\n  depends: b\n  provides: b, y\n";
	struct world w = { 0 };

	TRY(read_repository(op, &w, str_of(text)));
	TRY(take_files(op, &w));
	TRY(run_one(op, &w, S("small"), S("want: f/internal\nwant: b\nchosen: b=1 f=2 g=1\n"
					  "note: b 1 is Debian's; the repository internal has 7: to take that, write "
					  "b/internal\n")));
	TRY(run_one(op, &w, S("small"), S("want: ./h.deb\nchosen: b=1 h=1\n")));
	TRY(run_one(op, &w, S("small"), S("want: a\ncut: a: z: no\nchosen: a=1 c=1 d=1\n")));
	return run_one(op, &w, S("small"), S("want: e\nrefused: these packages do not go together: the recipe asks "
					     "for e; e 1 depends on b; e 1 depends on d; b 1 conflicts with d, "
					     "which d 1 is\n"));
}

TESTS({ "the case files", case_files, .once = true }, { "a small one without memory", small })
