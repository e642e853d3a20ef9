#include "build_gate.h"

#include "base/limits.h"
#include "sys/file.h"

#define OWN_POLICY ".temper/policy.yaml"

static int open_file(void *arg, struct op *op, str path, str *ret_bytes)
{
	(void)arg;
	return file_read_user(op, path, LIMIT_DOCUMENT, ret_bytes);
}

static const struct policy_shipped *shipped(str name)
{
	for (size_t i = 0; i < policies_shipped_n; i++)
		if (str_eq(str_of(policies_shipped[i].name), name))
			return &policies_shipped[i];
	return NULL;
}

static int read_policy(struct op *op, str name, struct policy **ret)
{
	const struct policy_shipped *s = shipped(name);
	str bytes = s ? str_of(s->text) : S("");

	if (!s && file_read_user(op, name, LIMIT_DOCUMENT, &bytes) < 0)
		return op_fail_in(op, "--policy");
	return policy_read(op, name, bytes, open_file, NULL, ret);
}

/* The project's own where it has one. */
static str default_policy(struct op *op)
{
	AUTO_FD fd = -1;
	int rc = file_open_user(op, S(OWN_POLICY), &fd);

	if (rc < 0)
		op_forgive(op);
	return rc == 0 ? S(OWN_POLICY) : S("baseline");
}

int build_gate(struct op *op, const struct texts *policies, const struct texts *waivers,
	       int64_t now, struct facts *facts, struct verdict *ret)
{
	struct policy_wish wish = { .now = now };
	ptrdiff_t n = policies->n ? policies->n : 1;
	struct policy **policy = op_new(op, struct policy *, n);
	str bytes;

	if (!policy)
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++)
		if (read_policy(op, policies->n ? policies->p[i] : default_policy(op), &policy[i]) <
		    0)
			return op->code;
	for (ptrdiff_t i = 0; i < waivers->n; i++)
		if (file_read_user(op, waivers->p[i], LIMIT_DOCUMENT, &bytes) < 0 ||
		    waivers_read(op, waivers->p[i], bytes, &wish.waivers) < 0)
			return op->code;
	/* What policies judge is this caller's to change: findings become suppressed by waivers. */
	struct report *report = (struct report *)(uintptr_t)facts->report;
	return policy_judge(op, policy, n, facts, report, &wish, ret);
}
