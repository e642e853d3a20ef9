/*
 * The justification sheet as comma-separated values: what Iron Bank's pipeline asks of each finding, a
 * line each.
 */
#include "verdict_impl.h"
#include "words.h"

static void put_row(struct op *op, const struct verdict *v, const struct verdict_row *row,
		    struct buf *b)
{
	struct buf names, ids;

	buf_init(&names, op, INT32_MAX);
	for (ptrdiff_t i = 0; i < row->approvers.n; i++)
		buf_fmt(&names, "%s%.*s", i ? ", " : "", STR_ARG(row->approvers.p[i]));
	buf_init(&ids, op, INT32_MAX);
	for (ptrdiff_t i = 0; row->finding && i < row->finding->ids.n; i++)
		if (!str_eq(row->finding->ids.p[i], row->id))
			buf_fmt(&ids, "%s%.*s", ids.len ? " " : "",
				STR_ARG(row->finding->ids.p[i]));
	text_csv(b, verdict_subject(v), false);
	text_csv(b, row->id, false);
	text_csv(b, buf_view(&ids), false);
	text_csv(b, row->source, false);
	text_csv(b, str_of(severities[row->severity]), false);
	text_csv(b, row->package, false);
	text_csv(b, row->path, false);
	text_csv(b, row->description, false);
	text_csv(b, str_of(verdict_answers[row->answer]), false);
	text_csv(b, row->type, false);
	text_csv(b, row->reason, false);
	text_csv(b, row->owner, false);
	text_csv(b, buf_view(&names), false);
	text_csv(b, row->expires, false);
	text_csv(b, row->link, false);
	text_csv(b, row->inherits, false);
	text_csv(b, row->instruction, false);
	text_csv(b, row->fix, false);
	text_csv(b, row->where, true);
}

int verdict_sheet(struct op *op, const struct verdict *v, const struct verdict_choice *c,
		  struct buf *b)
{
	struct verdict_row *row;
	ptrdiff_t n;

	(void)c;
	if (verdict_rows(op, v, &row, &n) < 0)
		return op->code;
	buf_add(b,
		S("image,identifier,aliases,source,severity,package,package_path,description,state,"
		  "justification_type,justification,owner,approvers,expires,link,inherits_from,"
		  "brought_by,fix,justified_in\r\n"));
	for (ptrdiff_t i = 0; i < n; i++)
		put_row(op, v, &row[i], b);
	return op->code;
}
