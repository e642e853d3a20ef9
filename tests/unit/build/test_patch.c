#include "build/patch_plan.h"

#include <stdio.h>
#include <stdlib.h>

#include "../harness.h"
#include "base/buf.h"
#include "base/vec.h"
#include "distro/relation.h"

/* An installed package is a row; so is what the suite has of it. */
struct row {
	const char *name, *version, *depends, *more; /* more: Breaks, or with '+' Provides */
	const char *source, *arch, *stay;
};

enum { ROWS = 6 };

static const struct plan_case {
	const char *what;
	struct row installed[ROWS], suite[ROWS];
	const char *only;
	const char *plan; /* "name=version" each, '+' before a new one, '*' before one that is pulled */
	const char *left; /* "name: why", the beginning of each */
} plans[] = {
	{ "nothing is newer", { { "a", "1-1", "" } }, { { "a", "1-1", "" } }, "", "", "" },
	{ "an older one is no update", { { "a", "2-1", "" } }, { { "a", "1-1", "" } }, "", "", "" },
	{ "one is newer", { { "a", "1-1", "" }, { "b", "1-1", "" } }, { { "a", "1-2", "" }, { "b", "1-1", "" } }, "", "a=1-2", "" },
	{ "the newest counts", { { "a", "1-1", "" } }, { { "a", "1-3", "" }, { "a", "1-2", "" } }, "", "a=1-3", "" },
	{ "versions are Debian's", { { "a", "1.0~rc1-1", "" }, { "b", "1:1-1", "" } }, { { "a", "1.0-1", "" }, { "b", "2-1", "" } }, "", "a=1.0-1", "" },
	{ "on hold", { { "a", "1-1", "", .stay = "it is on hold" } }, { { "a", "1-2", "" } }, "", "", "a: it is on hold" },
	{ "in lockstep",
	  { { "a", "1-1", "" }, { "b", "1-1", "a (= 1-1)" } },
	  { { "a", "1-2", "" }, { "b", "1-2", "a (= 1-2)" } },
	  "", "a=1-2 b=1-2", "" },
	{ "one of them must stay, so the other does",
	  { { "a", "1-1", "" }, { "b", "1-1", "a (= 1-1)", .stay = "its postinst would act" }, { "c", "1-1", "" } },
	  { { "a", "1-2", "" }, { "b", "1-2", "a (= 1-2)" }, { "c", "1-2", "" } },
	  "", "c=1-2", "a: these packages do not go together: the image has b; b 1-1 depends on a (= 1-1)|b: its postinst" },
	{ "needs a new package", { { "a", "1-1", "" } }, { { "a", "1-2", "n (>= 1)" }, { "n", "1-1", "" } }, "", "a=1-2 +n=1-1", "" },
	{ "needs one that is not there", { { "a", "1-1", "" } }, { { "a", "1-2", "n" } }, "", "", "a: " },
	{ "needs a newer one than there is",
	  { { "a", "1-1", "b" }, { "b", "1-1", "" } }, { { "a", "1-2", "b (>= 3)" }, { "b", "1-2", "" } }, "", "b=1-2", "a: " },
	{ "only one is asked for, and pulls what it needs",
	  { { "a", "1-1", "b" }, { "b", "1-1", "" }, { "c", "1-1", "" } },
	  { { "a", "1-2", "b (>= 1-2)" }, { "b", "1-2", "" }, { "c", "1-2", "" } },
	  "a", "a=1-2 *b=1-2", "" },
	{ "by its source", { { "a", "1-1", "", .source = "s" }, { "b", "1-1", "", .source = "s" }, { "c", "1-1", "" } },
	  { { "a", "1-2", "", .source = "s" }, { "b", "1-2", "", .source = "s" }, { "c", "1-2", "" } }, "s", "a=1-2 b=1-2", "" },
	{ "breaks what is installed", { { "a", "1-1", "" }, { "b", "1-1", "" } }, { { "a", "1-2", "", "b (<< 1-2)" } }, "", "", "a: " },
	{ "... unless that is updated too",
	  { { "a", "1-1", "" }, { "b", "1-1", "" } }, { { "a", "1-2", "", "b (<< 1-2)" }, { "b", "1-2", "" } }, "", "a=1-2 b=1-2", "" },
	{ "a need that the image lacks already binds nobody",
	  { { "a", "1-1", "gone, b" }, { "b", "1-1", "" } }, { { "a", "1-2", "gone (>= 2), b" } }, "", "a=1-2", "" },
	{ "what is provided satisfies",
	  { { "a", "1-1", "v" }, { "b", "1-1", "", "+v" } }, { { "a", "1-2", "v | w" }, { "w", "1-1", "" } }, "", "a=1-2", "" },
	{ "another architecture's twin", { { "a", "1-1", "" }, { "a", "1-1", "", .arch = "i386" } }, { { "a", "1-2", "" } }, "", "",
	  "a: it is installed for i386 too" },
};

struct suite {
	const struct row *row;
};

static struct repo_package package_of(const struct row *r)
{
	bool provides = r->more && r->more[0] == '+';

	return (struct repo_package){ .name = str_of(r->name),
				      .version = str_of(r->version),
				      .arch = str_of(r->arch ? r->arch : "amd64"),
				      .source = str_of(r->source ? r->source : r->name),
				      .depends = str_of(r->depends),
				      .breaks = provides ? S("") : str_of(r->more),
				      .provides = provides ? str_of(r->more + 1) : S("") };
}

static int select_rows(struct op *op, const struct suite *s, str name, bool provided, struct repo_package **ret, ptrdiff_t *ret_n)
{
	VEC(struct repo_package) got = { 0 };

	for (int i = 0; i < ROWS && s->row[i].name; i++) {
		struct repo_package p = package_of(&s->row[i]), *to;
		if (!str_eq(provided ? p.provides : p.name, name))
			continue;
		if (!(to = vec_push(op, &got)))
			return op->code;
		*to = p;
	}
	*ret = got.p;
	*ret_n = got.n;
	return 0;
}

static int find(struct op *op, void *arg, str name, struct repo_package **ret, ptrdiff_t *ret_n)
{
	return select_rows(op, arg, name, false, ret, ret_n);
}

static int providers(struct op *op, void *arg, str name, struct repo_package **ret, ptrdiff_t *ret_n)
{
	return select_rows(op, arg, name, true, ret, ret_n);
}

static struct patch_installed installed_of(const struct row *r)
{
	struct repo_package p = package_of(r);

	return (struct patch_installed){ .name = p.name,
					 .version = p.version,
					 .arch = p.arch,
					 .source = p.source,
					 .source_version = p.version,
					 .multi_arch = S("same"),
					 .depends = p.depends,
					 .provides = p.provides,
					 .breaks = p.breaks,
					 .stay = str_of(r->stay) };
}

static int tell(struct op *op, const struct patch_plan *plan, str *ret)
{
	struct buf b;

	buf_init(&b, op, 1 << 16);
	for (ptrdiff_t i = 0; i < plan->change_n; i++) {
		const struct patch_change *c = &plan->change[i];
		buf_fmt(&b, "%s%s%.*s=%.*s", i ? " " : "", c->was < 0 ? "+" : c->pulled ? "*" : "", STR_ARG(c->to.name), STR_ARG(c->to.version));
	}
	return buf_take(&b, ret);
}

static void check_left(const struct plan_case *c, const struct patch_plan *plan)
{
	str left = str_of(c->left);
	ptrdiff_t n = 0;

	for (; left.len; n++) {
		str why = str_cut(&left, '|'), name = str_cut(&why, ':');
		why = str_trim(why);
		bool ok = n < plan->refusal_n && str_eq(plan->refusal[n].to.name, name) && str_starts(plan->refusal[n].why, why) &&
			  plan->refusal[n].why.len > 0;
		if (!ok)
			printf("%s: left %td: %.*s\n", c->what, n, STR_ARG(n < plan->refusal_n ? plan->refusal[n].why : S("nothing")));
		CHECK(ok);
	}
	CHECK(plan->refusal_n == n);
}

static int planned(struct op *op)
{
	static struct repo_pocket pocket = { .suite = S_INIT("trixie") };
	static const struct repo_state state = { &pocket, 1 };

	for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		const struct plan_case *c = &plans[i];
		struct suite suite = { c->suite };
		const struct solve_source source = { .arg = &suite, .state = &state, .find = find, .providers = providers };
		struct patch_installed installed[ROWS];
		str only = str_of(c->only), said;
		const struct patch_wish wish = { .platform = platform_find(S("linux/amd64")), .only = { &only, only.len > 0 } };
		struct patch_plan plan;
		ptrdiff_t n = 0;
		while (n < ROWS && c->installed[n].name) {
			installed[n] = installed_of(&c->installed[n]);
			n++;
		}
		TRY(patch_plan(op, installed, n, &source, &wish, &plan));
		TRY(tell(op, &plan, &said));
		if (!str_eq(said, str_of(c->plan)))
			printf("%s: ", c->what);
		CHECK_STR(said, str_of(c->plan));
		check_left(c, &plan);
	}
	return 0;
}

static int words(struct op *op)
{
	struct suite suite = { plans[0].suite };
	static struct repo_pocket pocket = { .suite = S_INIT("trixie") };
	static const struct repo_state state = { &pocket, 1 };
	const struct solve_source source = { .arg = &suite, .state = &state, .find = find, .providers = providers };
	struct patch_installed installed = installed_of(&plans[0].installed[0]);
	str only = S("b");
	const struct patch_wish wish = { .platform = platform_find(S("linux/amd64")), .only = { &only, 1 } };
	struct patch_plan plan;
	bool takes;

	CHECK_FAILS(op, patch_plan(op, &installed, 1, &source, &wish, &plan), ERR_USAGE, "the image has no package 'b'");
	struct repo_package to = { .name = S("b"), .replaces = S("x, a (<< 1-2)") };
	TRY(patch_replaces(op, &to, &installed, &takes));
	CHECK(takes);
	to.replaces = S("a (<< 1-1)");
	TRY(patch_replaces(op, &to, &installed, &takes));
	CHECK(!takes);
	return 0;
}

TESTS({ "which packages", planned, .once = true }, { "words", words })
