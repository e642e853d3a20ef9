/*
 * What packages say of files: those that changed since, and programs that no package knows.
 */
#include "auditor.h"

enum { UNCHANGED, NO_UNKNOWN_PROGRAMS };

static const struct rule rules[] = {
	{ "fs.unchanged", "CIS-4.11 CIS-DI-0011", SEVERITY_HIGH,
	  "Every file is as its package installed it",
	  "A program that differs from what its distribution signed was patched, replaced, or "
	  "infected.",
	  "Install the package again, or build and name a package of your own." },
	{ "fs.no_unknown_programs", "", SEVERITY_LOW, "Every program comes from a known package",
	  "What nobody knows the source and version of cannot be scanned, updated or accounted "
	  "for.",
	  "Install it as a package, or put a bill of materials beside it (docs/sbom.md)." },
};

static bool lists_digests(const struct inventory *v)
{
	for (ptrdiff_t i = 0; i < v->package_n; i++)
		for (ptrdiff_t k = 0; k < v->package[i].file_n; k++)
			if (v->package[i].file[k].hash)
				return true;
	return false;
}

static int tell_changed(struct op *op, struct audit_run *a)
{
	const struct inventory *v = a->inv;
	const struct rule *rule = &rules[UNCHANGED];
	int rc = 0;

	if (!v->compared && lists_digests(v))
		return audit_error(op, a, rule, "files were not compared with their packages");
	for (ptrdiff_t i = 0; rc == 0 && i < v->changed_n; i++) {
		const struct changed_file *c = &v->changed[i];
		const struct package *p = &v->package[c->package];
		struct fault f = { .key = c->path, .path = c->path, .package = p->purl };
		if (c->how != CHANGED_CONTENT || c->config)
			continue;
		rc = audit_fault(op, a, rule, f, "%.*s is not as %.*s %.*s installed it",
				 STR_ARG(c->path), STR_ARG(p->name), STR_ARG(p->version));
	}
	if (rc < 0)
		return rc;
	if (!v->compared)
		return audit_detail(op, a, rule, "no package lists digests of its files");
	return audit_detail(op, a, rule, "%llu files compared with what their packages say",
			    (unsigned long long)v->compared);
}

static int tell_unknown(struct op *op, struct audit_run *a)
{
	const struct inventory *v = a->inv;
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < v->unknown_n; i++) {
		const struct ledger_line *u = &v->unknown[i];
		struct fault f = { .key = u->path, .path = u->path, .kind = str_of(u->kind) };
		if (str_eq(f.kind, S("script")))
			f.severity = SEVERITY_NEGLIGIBLE;
		rc = audit_fault(op, a, &rules[NO_UNKNOWN_PROGRAMS], f,
				 "no package accounts for %s %.*s", u->kind, STR_ARG(u->path));
	}
	return rc < 0 ? rc
		      : audit_detail(op, a, &rules[NO_UNKNOWN_PROGRAMS],
				     "%llu programs, libraries and scripts",
				     (unsigned long long)v->executables);
}

static int run(struct op *op, struct audit_run *a)
{
	int rc = tell_changed(op, a);

	return rc < 0 ? rc : tell_unknown(op, a);
}

const struct auditor auditor_packages = {
	.name = "packages", .rule = rules, .rule_n = sizeof(rules) / sizeof(rules[0]), .run = run
};
