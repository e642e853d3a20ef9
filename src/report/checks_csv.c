/*
 * CSV: a line a fault, those that do not count too, and one for each rule that is kept or cannot be
 * told.
 */
#include "checks_impl.h"

static void number(struct buf *b, int64_t n)
{
	if (n >= 0)
		buf_fmt(b, "%lld", (long long)n);
	buf_char(b, ',');
}

static void head(struct buf *b, const struct check *c, enum severity severity)
{
	text_csv(b, str_of(c->rule->id), false);
	text_csv(b, str_of(c->rule->also), false);
	text_csv(b, str_of(severities[severity]), false);
}

static void put_fault(struct buf *b, const struct check *c, const struct fault *f)
{
	head(b, c, fault_severity(f));
	text_csv(b, checks_counts(f) ? S("fail") : S("waived"), false);
	text_csv(b, f->what, false);
	text_csv(b, f->kind, false);
	text_csv(b, f->key, false);
	text_csv(b, f->path, false);
	number(b, f->line ? f->line : -1);
	number(b, f->layer);
	text_csv(b, f->instruction, false);
	text_csv(b, f->package, false);
	text_csv(b, checks_remedy(f), false);
	text_csv(b, f->waived_by, false);
	text_csv(b, f->reason, true);
}

int checks_csv(struct op *op, const struct checks_report *r, const struct checks_choice *c,
	       struct buf *b)
{
	(void)c;
	buf_add(b, S("rule,also,severity,outcome,what,kind,key,path,line,layer,instruction,package,"
		     "remedy,waived-by,reason\r\n"));
	for (ptrdiff_t i = 0; i < r->checks->n; i++) {
		const struct check *check = &r->checks->p[i];
		for (ptrdiff_t k = 0; k < check->fault_n; k++)
			put_fault(b, check, &check->fault[k]);
		if (check->fault_n)
			continue;
		head(b, check, check->rule->severity);
		text_csv(b, str_of(outcome_kinds[check->outcome]), false);
		text_csv(b, check->detail, false);
		buf_add(b, S(",,,,,,,,,\r\n"));
	}
	return op->code;
}
