#include "build/slim_plan.h"

#include <stdio.h>

#include "../harness.h"
#include "base/buf.h"

/* A package is a row. kinds: p programs, c code, g plugins; of the evidence: R reached, N named, I by the C library's
 * name, M modules, A the choice of an alternative. */
struct row {
	const char *name, *kinds, *depends, *libraries, *needs, *recommends;
	const char *section;
};

enum { ROWS = 7 };

static const struct plan_case {
	const char *what, *doubt;
	struct row row[ROWS];
	const char *keep, *drop, *needs; /* needs: of files that no package has */
	const char *plan;		 /* "name=rule" each; those that go with a '-' before them */
} plans[] = {
	{ "what is reached stays, all else goes", "", { { "app", "pcR" }, { "other", "pc" }, { "libx", "c" } }, .plan = "app=reached -other=unreached -libx=unreached" },
	{ "... but with a doubt it stays", "app can start other programs", { { "app", "pcR" }, { "other", "pc" } }, .plan = "app=reached other=doubt" },
	{ "data stays", "", { { "app", "pcR" }, { "tzdata", "" }, { "ca-certificates", "p" }, { "fonts-x", "" } },
	  .plan = "app=reached tzdata=data ca-certificates=data fonts-x=data" },
	{ "data that what stays depends on stays, programs do not", "",
	  { { "app", "pcR", "app-common, other" }, { "app-common", "" }, { "other", "pc" }, { "rest", "" } },
	  .plan = "app=reached app-common=depends -other=unreached -rest=unreached" },
	{ "... through others that stay", "", { { "app", "pcR", "a" }, { "a", "", "b (>= 1) | c" }, { "b", "" }, { "c", "" }, { "d", "" } },
	  .plan = "app=reached a=depends b=depends c=depends -d=unreached" },
	{ "what the C library loads by name stays", "", { { "app", "pcR" }, { "libnss-x", "cI" } }, .plan = "app=reached libnss-x=implicit" },
	{ "libraries that files of what stays need", "", { { "app", "pcR", "", "", "libx.so.1" }, { "libx1", "c", "", "libx.so.1", "liby.so" }, { "liby", "c", "", "liby.so" }, { "libz", "c", "", "libz.so" } },
	  .plan = "app=reached libx1=library liby=library -libz=unreached" },
	{ "... or a file that no package has", "", { { "app", "pcR" }, { "libx1", "c", "", "libx.so.1" } }, .needs = "libx.so.1", .plan = "app=reached libx1=library" },
	{ "a package manager goes with a doubt too, and what only it needs", "a script",
	  { { "app", "pcR" }, { "apt", "pc", "libapt-pkg6.0", "", "libapt-pkg.so.6.0" }, { "libapt-pkg6.0", "c", "libxx", "libapt-pkg.so.6.0", "libxx.so" }, { "libxx", "c", "", "libxx.so" } },
	  .plan = "app=reached -apt=tool -libapt-pkg6.0=orphan -libxx=orphan" },
	{ "... unless something needs that", "a script",
	  { { "app", "pcR", "", "", "libxx.so" }, { "apt", "pc", "libapt-pkg6.0", "", "libapt-pkg.so.6.0" }, { "libapt-pkg6.0", "c", "libxx", "libapt-pkg.so.6.0", "libxx.so" }, { "libxx", "c", "", "libxx.so" } },
	  .plan = "app=reached -apt=tool -libapt-pkg6.0=orphan libxx=library" },
	{ "... or depends on it", "a script", { { "app", "pcR", "libxx" }, { "apt", "pc", "libxx" }, { "libxx", "c", "", "libxx.so" } }, .plan = "app=reached -apt=tool libxx=depends" },
	{ "... or recommends it: it may be opened by name", "app can load any library",
	  { { "app", "pcR", .recommends = "libxx" }, { "apt", "pc", "libxx" }, { "libxx", "c", "", "libxx.so" } }, .plan = "app=reached -apt=tool libxx=depends" },
	{ "a library that nobody brought along stays: somebody opens it by name", "python can load any library",
	  { { "python", "pcR" }, { "libmagic1", "c", "libdep", "libmagic.so.1", "libdep.so" }, { "libdep", "c", "", "libdep.so" } }, .plan = "python=reached libmagic1=doubt libdep=library" },
	{ "plugins stay with a doubt", "nginx can load any library", { { "nginx", "pcR" }, { "apt", "pc", "libnginx-mod" }, { "libnginx-mod", "cg" } }, .plan = "nginx=reached -apt=tool libnginx-mod=doubt" },
	{ "a tool that is named stays", "a script", { { "app", "pcR" }, { "apt", "pcN" } }, .plan = "app=reached apt=named" },
	{ "... one with modules of an interpreter that runs", "a script", { { "perl-base", "pcR" }, { "debconf", "pM" } }, .plan = "perl-base=reached debconf=modules" },
	{ "... and one that an alternative needs", "a script", { { "app", "pcR" }, { "gcc", "pA" } }, .plan = "app=reached gcc=choice" },
	{ "dependencies on tools are for installation", "a script", { { "app", "pcR", "debconf (>= 0.5) | debconf-2.0, adduser" }, { "debconf", "p" }, { "adduser", "p" } },
	  .plan = "app=reached -debconf=tool -adduser=tool" },
	{ "by section", "a script", { { "app", "pcR" }, { "libx-dev", "", .section = "libdevel" }, { "x-doc", "", .section = "contrib/doc" }, { "x", "", .section = "docs" } },
	  .plan = "app=reached -libx-dev=tool -x-doc=tool x=doubt" },
	{ "a compiler goes, its runtime library does not", "a script", { { "gcc-12", "pc" }, { "gcc-12-base", "" }, { "g++", "p" }, { "gcc", "p" }, { "make", "pc" } },
	  .plan = "-gcc-12=tool gcc-12-base=doubt -g++=tool -gcc=tool -make=tool" },
	{ "what is to be kept stays, with what it needs", "", { { "app", "pcR" }, { "tool", "pc", "", "", "libx.so" }, { "libx", "c", "", "libx.so" } }, .keep = "tool", .plan = "app=reached tool=kept libx=library" },
	{ "what is to be dropped goes, reached or not", "", { { "app", "pcR" }, { "lib", "cR" }, { "tzdata", "" } }, .drop = "lib tzdata", .plan = "app=reached -lib=dropped -tzdata=dropped" },
	{ "... and stays away, needed or not", "a script", { { "app", "pcR", "lib", "", "lib.so" }, { "lib", "c", "", "lib.so" } }, .drop = "lib", .plan = "app=reached -lib=dropped" },
	{ "nothing can go", "a script", { { "app", "pcR" }, { "coreutils", "pc" } }, .plan = "app=reached coreutils=doubt" },
};

static int words_of(struct op *op, const char *text, struct texts *ret)
{
	str in = str_of(text), word;
	str *list = op_new(op, str, 8);

	*ret = (struct texts){ list, 0 };
	while (list && ret->n < 8 && (word = str_word(&in)).len)
		list[ret->n++] = word;
	return op->code;
}

static int package_of(struct op *op, const struct row *r, struct slim_package *p)
{
	str kinds = str_of(r->kinds);

	*p = (struct slim_package){ .name = str_of(r->name), .section = str_of(r->section), .depends = str_of(r->depends), .recommends = str_of(r->recommends) };
	p->programs = str_find(kinds, 'p') >= 0;
	p->code = str_find(kinds, 'c') >= 0;
	p->plugins = str_find(kinds, 'g') >= 0;
	p->reached = str_find(kinds, 'R') >= 0 ? S("it is started") : S("");
	p->named = str_find(kinds, 'N') >= 0 ? S("a script names it") : S("");
	p->implicit = str_find(kinds, 'I') >= 0 ? S("by its name") : S("");
	p->modules = str_find(kinds, 'M') >= 0 ? S("where modules are") : S("");
	p->choice = str_find(kinds, 'A') >= 0 ? S("it is the choice") : S("");
	int rc = words_of(op, r->libraries, &p->libraries);
	return rc < 0 ? rc : words_of(op, r->needs, &p->needs);
}

static int input_of(struct op *op, const struct plan_case *c, struct slim_package *p, struct slim_input *in)
{
	*in = (struct slim_input){ .package = p, .doubt = str_of(c->doubt) };
	for (; in->package_n < ROWS && c->row[in->package_n].name; in->package_n++)
		TRY(package_of(op, &c->row[in->package_n], &p[in->package_n]));
	TRY(words_of(op, c->keep, &in->keep));
	TRY(words_of(op, c->drop, &in->drop));
	TRY(words_of(op, c->needs, &in->needs));
	return 0;
}

static int planned(struct op *op)
{
	for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		const struct plan_case *c = &plans[i];
		struct slim_package p[ROWS];
		struct slim_answer *answer;
		struct slim_input in;
		struct buf b;
		str said;
		TRY(input_of(op, c, p, &in));
		TRY(slim_plan(op, &in, &answer));
		buf_init(&b, op, 1 << 16);
		for (ptrdiff_t k = 0; k < in.package_n; k++) {
			buf_fmt(&b, "%s%s%.*s=%s", k ? " " : "", slim_cuts(answer[k].rule) ? "-" : "", STR_ARG(p[k].name), slim_rules[answer[k].rule]);
			CHECK(answer[k].why.len > 0);
		}
		TRY(buf_take(&b, &said));
		if (!str_eq(said, str_of(c->plan)))
			printf("%s: ", c->what);
		CHECK_STR(said, str_of(c->plan));
	}
	return 0;
}

/* Whose dependencies are cut is told, once, and not where an alternative meets them. */
static int dependents(struct op *op)
{
	static const struct plan_case c = { "", "a script", { { "app", "pcR", "debconf, debconf (>= 1), apt | other" }, { "debconf", "p" }, { "apt", "pc" }, { "other", "pc" } } };
	struct slim_package p[ROWS];
	struct slim_answer *answer;
	struct slim_input in;

	TRY(input_of(op, &c, p, &in));
	TRY(slim_plan(op, &in, &answer));
	CHECK(answer[1].dependent.n == 1);
	CHECK_STR(answer[1].dependent.p[0], S("app"));
	CHECK(answer[2].dependent.n == 0);
	CHECK_STR(answer[1].why, S("for installation: scripts of packages call it"));
	return 0;
}

static int words(struct op *op)
{
	static const struct plan_case none = { "", "", { { "app", "pcR" } }, .keep = "nowhere" }, drop = { "", "", { { "app", "pcR" } }, .drop = "nowhere" },
				      both = { "", "", { { "app", "pcR" } }, .keep = "app", .drop = "app" },
				      broken = { "", "", { { "app", "pcR", "a (>> " } } };
	struct slim_package p[ROWS];
	struct slim_answer *answer;
	struct slim_input in;

	TRY(input_of(op, &none, p, &in));
	CHECK_FAILS(op, slim_plan(op, &in, &answer), ERR_USAGE, "--keep: no package 'nowhere'");
	TRY(input_of(op, &drop, p, &in));
	CHECK_FAILS(op, slim_plan(op, &in, &answer), ERR_USAGE, "--drop: no package 'nowhere'");
	TRY(input_of(op, &both, p, &in));
	CHECK_FAILS(op, slim_plan(op, &in, &answer), ERR_USAGE, "both to be kept and to be dropped");
	TRY(input_of(op, &broken, p, &in));
	CHECK_FAILS(op, slim_plan(op, &in, &answer), ERR_FORMAT, "");
	return 0;
}

TESTS({ "which packages", planned, .once = true }, { "dependents", dependents }, { "words", words })
