/*
 * CSV (RFC 4180): a line a finding, suppressed ones too, with who suppressed them in the last columns.
 */
#include "findings_impl.h"
#include "words.h"

static void joined(struct buf *b, const struct texts *t)
{
	struct buf list;

	buf_init(&list, b->op, INT32_MAX);
	for (ptrdiff_t i = 0; i < t->n; i++) {
		buf_add(&list, i ? S(" ") : S(""));
		buf_add(&list, t->p[i]);
	}
	text_csv(b, buf_view(&list), false);
}

static void put_row(struct op *op, const struct report *r, const struct finding *f, struct buf *b)
{
	const struct package *p = words_package(r, f);
	char number[WORDS_NUMBER];
	struct buf fixed;

	buf_init(&fixed, op, INT32_MAX);
	words_fixed(&fixed, f);
	text_csv(b, words_name(op, p), false);
	text_csv(b, p->version, false);
	text_csv(b, str_of(package_kinds[p->type].name), false);
	text_csv(b, f->id, false);
	joined(b, &f->ids);
	text_csv(b, str_of(severities[f->severity]), false);
	text_csv(b, str_of(fix_states[f->state]), false);
	text_csv(b, buf_view(&fixed), false);
	text_csv(b, f->score > 0 ? str_of(words_number(f->score, 1, number)) : S(""), false);
	text_csv(b, f->scored ? str_of(words_number(f->epss, 5, number)) : S(""), false);
	text_csv(b, str_of(words_number(f->risk, 2, number)), false);
	text_csv(b, f->kev_added, false);
	text_csv(b, words_path(p), false);
	text_csv(b, str_of(origins[p->origin]), false);
	text_csv(b, p->purl, false);
	text_csv(b, f->match_n ? f->match[0].source : S(""), false);
	text_csv(b, f->summary, false);
	text_csv(b, str_of(suppressed_bys[f->suppressed]), false);
	text_csv(b, f->reason, true);
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
