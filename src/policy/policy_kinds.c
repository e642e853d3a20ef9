/*
 * The table of rules. Those of the audit follow by themselves.
 */
#include "audit/audit.h"
#include "policy_impl.h"

KIND(vuln_severity);
KIND(vuln_kev);
KIND(vuln_epss);
KIND(vuln_risk);
KIND(vuln_malicious);
KIND(vuln_listed);
KIND(base_approved);
KIND(base_current);
KIND(base_not_weakened);
KIND(audit_all);
KIND(config_ports);
KIND(config_labels);
KIND(image_max_age);
KIND(image_max_size);
KIND(package_deny);
KIND(package_required);
KIND(package_count);
KIND(license_deny);
KIND(license_allow);
KIND(license_review);
KIND(distro_allowed);
KIND(distro_not_eol);
KIND(feed_freshness);
KIND(coverage_complete);
KIND(sbom_unknown);
KIND(attest_required);

const struct kind *const kinds[] = {
	&kind_vuln_severity,     &kind_vuln_kev,        &kind_vuln_epss,
	&kind_vuln_risk,         &kind_vuln_malicious,  &kind_vuln_listed,
	&kind_base_approved,     &kind_base_current,    &kind_base_not_weakened,
	&kind_image_max_age,     &kind_image_max_size,  &kind_package_deny,
	&kind_package_required,  &kind_package_count,   &kind_license_deny,
	&kind_license_allow,     &kind_license_review,  &kind_distro_allowed,
	&kind_distro_not_eol,    &kind_sbom_unknown,    &kind_feed_freshness,
	&kind_coverage_complete, &kind_attest_required, &kind_config_labels,
	&kind_config_ports,      &kind_audit_all,
};
const size_t kinds_n = sizeof(kinds) / sizeof(kinds[0]);

/* Other names of a kind are ours alone: those of benchmarks are the audit's rules'. */
static bool is_other_name(const struct kind *k, str name)
{
	return str_find(name, '.') > 0 && str_has_word(str_of(k->rule.also), name);
}

const struct kind *kind_of(str name)
{
	for (size_t i = 0; i < kinds_n; i++)
		if (str_eq(name, str_of(kinds[i]->rule.id)))
			return kinds[i];
	for (size_t i = 0; i < kinds_n; i++)
		if (!str_starts(name, S("CIS-")) && is_other_name(kinds[i], name))
			return kinds[i];
	return NULL;
}

int policy_kinds(struct op *op, const struct policy_kind **ret, size_t *ret_n)
{
	size_t n = 0, all = kinds_n + audit_rules_n();
	struct policy_kind *p = op_new(op, struct policy_kind, all);

	if (!p)
		return op->code;
	for (size_t i = 0; i < kinds_n; i++)
		p[n++] = (struct policy_kind){ kinds[i]->rule.id, kinds[i]->rule.title,
					       kinds[i]->params };
	for (size_t i = 0; i < audit_rules_n(); i++) {
		const struct rule *r = audit_rule(i);
		if (!kind_of(str_of(r->id)))
			p[n++] = (struct policy_kind){ r->id, r->title, kind_audit.params };
	}
	*ret = p;
	*ret_n = n;
	return 0;
}

void policy_describe(struct buf *b, const struct policy *p)
{
	buf_fmt(b, "%.*s (%.*s): %td rules\n", STR_ARG(p->about.name), STR_ARG(p->about.file),
		p->rule.n);
	for (ptrdiff_t i = 0; i < p->rule.n; i++) {
		const struct policy_rule *r = &p->rule.p[i];
		buf_fmt(b, "  %-12.*s %-8s %.*s%s%.*s%s", STR_ARG(r->id), policy_modes[r->mode],
			STR_ARG(r->name), r->with_text.len ? " " : "", STR_ARG(r->with_text),
			r->effective_on.len ? ", from " : "");
		buf_fmt(b, "%.*s\n", STR_ARG(r->effective_on));
	}
	buf_fmt(b, "  waivers: %td; at most %llu days, %llu approvals%s\n", p->waivers.n,
		(unsigned long long)p->terms.max_days, (unsigned long long)p->terms.approvals,
		p->terms.wildcards ? ", wildcards" : "");
}
