#include "spec.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"

const char *const audit_specs[] = { "cis-docker-4", NULL };

/* CIS Docker Benchmark 1.6, section 4, in words of our own. Rules say by `also` which item they answer. */
static const struct rule cis[] = {
	{ "CIS-4.1", "", SEVERITY_HIGH, "A user has been created for the container", "", "" },
	{ "CIS-4.2", "", SEVERITY_MEDIUM, "The base image is one that is known and trusted", "",
	  "" },
	{ "CIS-4.3", "", SEVERITY_MEDIUM, "No package is installed that is not needed", "", "" },
	{ "CIS-4.4", "", SEVERITY_HIGH, "It is scanned, and rebuilt with fixes", "", "" },
	{ "CIS-4.5", "", SEVERITY_MEDIUM, "What it is is vouched for by a signature", "", "" },
	{ "CIS-4.6", "", SEVERITY_LOW, "It has a health check", "", "" },
	{ "CIS-4.7", "", SEVERITY_MEDIUM, "Updates do not stand alone in an instruction", "", "" },
	{ "CIS-4.8", "", SEVERITY_HIGH, "Setuid and setgid are removed", "", "" },
	{ "CIS-4.9", "", SEVERITY_LOW, "COPY is used, not ADD", "", "" },
	{ "CIS-4.10", "", SEVERITY_CRITICAL, "No secrets are stored in it", "", "" },
	{ "CIS-4.11", "", SEVERITY_HIGH, "Only verified packages are installed", "", "" },
	{ "CIS-4.12", "", SEVERITY_MEDIUM, "Signed artifacts are validated", "", "" },
};
enum { CIS = sizeof(cis) / sizeof(cis[0]) };

struct item {
	struct fault *fault;
	ptrdiff_t n;
	bool failed, error, unread, asked;
	struct buf detail;
};

static void say(struct item *item, const struct check *c)
{
	if (c->detail.len == 0)
		return;
	buf_fmt(&item->detail, "%s%s: %.*s", item->detail.len ? "; " : "", c->rule->id,
		STR_ARG(c->detail));
}

static void take(struct item *item, const struct check *c)
{
	item->asked = true;
	item->failed |= c->outcome == OUTCOME_FAIL;
	item->error |= c->outcome == OUTCOME_ERROR;
	item->unread |= c->unread;
	say(item, c);
	for (ptrdiff_t i = 0; i < c->fault_n; i++) {
		struct fault *f = &item->fault[item->n++];
		*f = c->fault[i];
		if (f->remedy.len == 0)
			f->remedy = str_of(f->rule->remedy);
	}
}

static int make(struct op *op, const struct rule *rule, const struct checks *c, struct check *ret)
{
	struct item item = { 0 };
	ptrdiff_t n = 0;

	for (ptrdiff_t i = 0; i < c->n; i++)
		if (str_has_word(str_of(c->p[i].rule->also), str_of(rule->id)))
			n += c->p[i].fault_n;
	if (!(item.fault = op_new(op, struct fault, n)))
		return op->code;
	buf_init(&item.detail, op, LIMIT_DOCUMENT);
	for (ptrdiff_t i = 0; i < c->n; i++)
		if (str_has_word(str_of(c->p[i].rule->also), str_of(rule->id)))
			take(&item, &c->p[i]);
	if (!item.asked)
		buf_add(&item.detail, S("no rule was asked for it"));
	if (item.n > 1)
		qsort(item.fault, (size_t)item.n, sizeof(*item.fault), fault_compare);
	*ret = (struct check){ .rule = rule,
			       .outcome = item.failed                 ? OUTCOME_FAIL
					  : item.error || !item.asked ? OUTCOME_ERROR
								      : OUTCOME_PASS,
			       .fault = item.fault,
			       .fault_n = item.n,
			       .unread = item.unread };
	return buf_take(&item.detail, &ret->detail);
}

int audit_spec(struct op *op, str name, const struct checks *c, struct checks *ret)
{
	struct check *p = op_new(op, struct check, CIS);

	if (!p)
		return op->code;
	if (!str_eq(name, str_of(audit_specs[0])))
		return 1;
	for (ptrdiff_t i = 0; i < CIS; i++)
		if (make(op, &cis[i], c, &p[i]) < 0)
			return op->code;
	*ret = (struct checks){ p, CIS };
	return 0;
}
