/*
 * CSV (RFC 4180): a line a finding, suppressed ones too, with who suppressed them in the last columns.
 * A cell that a spreadsheet would take for a formula begins with an apostrophe.
 */
#include "base/utf8.h"
#include "findings_impl.h"
#include "words.h"

static void cell(struct buf *b, str s, bool last)
{
	bool formula = s.len && str_find(S("=+-\t\r"), s.p[0]) >= 0;
	bool quote = false;

	/* "@SUM(A1)" is one to some; "@scope/name" is a name. */
	formula |= str_starts(s, S("@")) && str_find(s, '(') >= 0;
	quote |= formula;
	for (ptrdiff_t i = 0; i < s.len; i++)
		quote |= str_find(S(",\"\r\n"), s.p[i]) >= 0;
	if (quote)
		buf_char(b, '"');
	if (formula)
		buf_char(b, '\'');
	while (s.len > 0) {
		ptrdiff_t width = s.p[0] == '\n' ? 1 : utf8_printable(s);
		if (s.p[0] == '"')
			buf_char(b, '"');
		buf_add(b, width ? str_head(s, width) : S("\uFFFD"));
		s = str_from(s, width ? width : 1);
	}
	if (quote)
		buf_char(b, '"');
	buf_add(b, last ? S("\r\n") : S(","));
}

static void joined(struct buf *b, const struct texts *t)
{
	struct buf list;

	buf_init(&list, b->op, INT32_MAX);
	for (ptrdiff_t i = 0; i < t->n; i++) {
		buf_add(&list, i ? S(" ") : S(""));
		buf_add(&list, t->p[i]);
	}
	cell(b, buf_view(&list), false);
}

static void put_row(struct op *op, const struct report *r, const struct finding *f, struct buf *b)
{
	const struct package *p = words_package(r, f);
	char number[WORDS_NUMBER];
	struct buf fixed;

	buf_init(&fixed, op, INT32_MAX);
	words_fixed(&fixed, f);
	cell(b, words_name(op, p), false);
	cell(b, p->version, false);
	cell(b, str_of(package_kinds[p->type].name), false);
	cell(b, f->id, false);
	joined(b, &f->ids);
	cell(b, str_of(severities[f->severity]), false);
	cell(b, str_of(fix_states[f->state]), false);
	cell(b, buf_view(&fixed), false);
	cell(b, f->score > 0 ? str_of(words_number(f->score, 1, number)) : S(""), false);
	cell(b, f->scored ? str_of(words_number(f->epss, 5, number)) : S(""), false);
	cell(b, str_of(words_number(f->risk, 2, number)), false);
	cell(b, f->kev_added, false);
	cell(b, words_path(p), false);
	cell(b, str_of(origins[p->origin]), false);
	cell(b, p->purl, false);
	cell(b, f->match_n ? f->match[0].source : S(""), false);
	cell(b, f->summary, false);
	cell(b, str_of(suppressed_bys[f->suppressed]), false);
	cell(b, f->reason, true);
}

int findings_csv(struct op *op, const struct report *r, const struct findings_choice *c,
		 struct buf *b)
{
	(void)c;
	buf_add(b, S("name,version,type,vulnerability,ids,severity,state,fixed,score,epss,risk,kev,"
		     "path,origin,purl,source,summary,suppressed,reason\r\n"));
	for (ptrdiff_t i = 0; i < r->finding_n; i++)
		put_row(op, r, &r->finding[i], b);
	return op->code;
}
