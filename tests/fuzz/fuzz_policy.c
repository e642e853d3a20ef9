/*
 * Policies: lines "%%" part the policy from the files that it may name (a.yaml, b.yaml, c.yaml).
 * Whatever is read can be judged by, and what fails does not pass.
 */
#include "base/vec.h"
#include "policy/policy.h"
#include "unit/vex/scanned.h"

struct parts {
	str p[4];
	int n;
};

static int open_part(void *arg, struct op *op, str path, str *ret)
{
	const struct parts *parts = arg;

	(void)op;
	if (path.len != 6 || path.p[0] < 'a' || path.p[0] - 'a' + 1 >= parts->n)
		return 1;
	*ret = parts->p[path.p[0] - 'a' + 1];
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str rest = { (const char *)data, (ptrdiff_t)size };
	struct policy_wish wish = { .now = 1782820800 };
	struct parts parts = { 0 };
	struct scanned scan;
	struct policy *p;
	struct verdict v;
	AUTO_OP op;

	op_init(&op, 256 << 20);
	while (parts.n < 4 && rest.p) {
		ptrdiff_t at = str_find_str(rest, S("\n%%\n"));
		parts.p[parts.n++] = str_head(rest, at < 0 ? rest.len : at + 1);
		rest = at < 0 ? (str){ 0 } : str_from(rest, at + 4);
	}
	if (parts.n == 0)
		return 0;
	int rc = policy_read(&op, S("p.yaml"), parts.p[0], open_part, &parts, &p);
	MUST(rc == 0 || rc == ERR_USAGE || rc == ERR_MEMORY);
	if (rc < 0)
		return 0;
	scanned_make(&scan);
	struct facts facts = { .report = &scan.report, .time = wish.now };
	rc = policy_judge(&op, &p, 1, &facts, &scan.report, &wish, &v);
	MUST(rc == 0 || rc == ERR_MEMORY);
	for (ptrdiff_t i = 0; rc == 0 && i < v.rule_n; i++)
		MUST(!v.passed || v.rule[i].outcome == OUTCOME_PASS ||
		     v.rule[i].mode != POLICY_ENFORCE);
	MUST(rc < 0 || v.rule_n > 0 || !v.passed);
	return 0;
}
