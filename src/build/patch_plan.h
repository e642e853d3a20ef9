/*
 * patch_plan: which packages of an image are updated, and which cannot be, with the reason.
 *
 * Pure but for the solver's process: what is installed and what the suite has come in as values, and a
 * plan comes out. What is installed stays installed: an update may bring packages that it needs
 * anew, and removes none. Source: apt-get(8), "upgrade --with-new-pkgs"; dpkg's Multi-Arch rules.
 */
#ifndef BUILD_PATCH_PLAN_H
#define BUILD_PATCH_PLAN_H

#include "distro/solve.h"

struct patch_installed { /* as dpkg's database says */
	str name, version, arch, source, source_version, multi_arch;
	str depends, pre_depends, provides, conflicts, breaks;
	str stay; /* why it must stay as it is: "it is on hold ..."; empty: it need not */
};

struct patch_change {
	ptrdiff_t was;          /* index of the installed one; -1: it is new */
	struct repo_package to; /* lives in the op of patch_plan() */
	bool pulled;            /* nobody asked for it: another update needs it */
};

struct patch_refusal {
	ptrdiff_t was;
	struct repo_package to; /* what the suite has */
	str why;
};

struct patch_plan {
	struct patch_change *change; /* [change_n], by name */
	ptrdiff_t change_n;
	struct patch_refusal *refusal; /* [refusal_n], by name */
	ptrdiff_t refusal_n;
	struct texts note; /* what was found wrong in the image, a sentence each */
};

struct patch_wish {
	const struct platform *platform;
	struct texts only;  /* binary or source packages to update; none: all */
	struct texts never; /* packages that are not to be added */
	/* Is this update wanted? NULL: every one. */
	bool (*wanted)(void *arg, const struct patch_installed *p, const struct repo_package *to);
	void *arg;
};

/*
 * patch_plan(op, installed, n, suite, wish, ret): the newest version of everything installed that the
 * suite has a newer one of, as far as dependencies allow. suite->cuts is not asked: dependencies are
 * followed as dpkg does. A dependency that the image lacks already (somebody slimmed it) binds
 * nobody, and is noted. Refused are packages that must stay, those that are installed for several
 * architectures in lockstep (Multi-Arch: same), and those whose needs cannot be met: the solver's
 * sentence is the reason. ERR_USAGE for a word of wish->only that is not installed.
 */
int patch_plan(struct op *op, const struct patch_installed *installed, ptrdiff_t n,
	       const struct solve_source *suite, const struct patch_wish *wish,
	       struct patch_plan *ret) MUST_USE;

/* May the package take paths of an installed one, by its Replaces? Source: Debian Policy 7.6.1. */
int patch_replaces(struct op *op, const struct repo_package *to, const struct patch_installed *in,
		   bool *ret) MUST_USE;

#endif
