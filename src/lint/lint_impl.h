/*
 * What the readers of all kinds share: who is asked, and what is ignored inline.
 */
#ifndef LINT_LINT_IMPL_H
#define LINT_LINT_IMPL_H

#include "lint.h"

/* DL1001, that all kinds have. */
const struct rule *lint_inline_rule(void);

/* Shall the rule be asked? `off`: only by name. */
bool lint_asked(const struct lint_wish *wish, const struct rule *rule, bool off);

struct lint_unit { /* an instruction or a document */
	int line, end_line;
};
struct lint_comment {
	str text; /* behind its '#', trimmed */
	int line;
};

/* What comments say of the faults of a file; adds those of DL1001. */
int lint_ignore(struct op *op, const struct lint_wish *wish, const struct lint_comment *comment,
		ptrdiff_t comment_n, const struct lint_unit *unit, ptrdiff_t unit_n,
		struct lint_file *file) MUST_USE;

#endif
