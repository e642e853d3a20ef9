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

/* The project's own where it has one; else what every image should keep, and what one on a base should. */
static int default_policies(struct op *op, const struct facts *facts, struct texts *ret)
{
	static str own[] = { S_INIT(OWN_POLICY) };
	static str ours[] = { S_INIT("baseline"), S_INIT("derived") };
	AUTO_FD fd = -1;
	int rc = file_open_user(op, own[0], &fd);

	if (rc < 0) {
		if (op->code == ERR_MEMORY)
			return rc;
		op_forgive(op);
	}
	*ret = rc == 0 ? (struct texts){ own, 1 }
		       : (struct texts){ ours, facts->hardening ? 2 : 1 };
	return 0;
}

int build_gate(struct op *op, const struct texts *policies, const struct texts *waivers,
	       int64_t now, struct facts *facts, struct verdict *ret)
{
	struct policy_wish wish = { .now = now };
	struct texts use = *policies;
	str bytes;

	if (use.n == 0 && default_policies(op, facts, &use) < 0)
		return op->code;
	struct policy **policy = op_new(op, struct policy *, use.n);
	if (!policy)
		return op->code;
	for (ptrdiff_t i = 0; i < use.n; i++)
		if (read_policy(op, use.p[i], &policy[i]) < 0)
			return op->code;
	for (ptrdiff_t i = 0; i < waivers->n; i++)
		if (file_read_user(op, waivers->p[i], LIMIT_DOCUMENT, &bytes) < 0 ||
		    waivers_read(op, waivers->p[i], bytes, &wish.waivers) < 0)
			return op->code;
	/* What policies judge is this caller's to change: findings become suppressed by waivers. */
	struct report *report = (struct report *)(uintptr_t)facts->report;
	return policy_judge(op, policy, use.n, facts, report, &wish, ret);
}
