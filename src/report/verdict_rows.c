/*
 * Who has answered for what. A waiver that others than its owner have approved, and a statement of VEX,
 * justify; a waiver of one person and a rule of another tool only say something. Source: Iron Bank,
 * "Justifications" and "Findings Verified".
 */
#include "base/vec.h"
#include "verdict_impl.h"
#include "words.h"

const char *const verdict_answers[ANSWERS] = {
	"needs_justification", "in_grace", "has_justification", "justified", "not_applicable",
};

struct rows {
	struct op *op;
	const struct verdict *v;
	VEC(struct verdict_row) row;
};

/* Iron Bank's title for what OpenVEX says. */
static str type_of(enum vex_status status, str justification)
{
	if (status == VEX_INVESTIGATING)
		return S("Pending Resolution");
	if (status == VEX_AFFECTED)
		return S("True Positive");
	if (status == VEX_FIXED ||
	    str_eq(justification, str_of(vex_justifications[VEX_COMPONENT_NOT_PRESENT])))
		return S("False Positive");
	if (str_eq(justification, str_of(vex_justifications[VEX_INLINE_MITIGATIONS])))
		return S("Mitigated");
	return S("Not Vulnerable");
}

static void by_waiver(struct verdict_row *row, const struct waiver *w)
{
	const struct waiver_assessment *a = waiver_assessment_of(w->assessment);

	row->answer = w->approved_by.n ? ANSWER_APPROVED : ANSWER_GIVEN;
	row->type = a               ? str_of(a->title)
		    : w->has_status ? type_of(w->status, w->justification)
				    : S("");
	row->reason = w->reason.len ? w->reason : row->reason;
	row->owner = w->owner;
	row->approvers = w->approved_by;
	row->expires = w->until;
	row->link = w->link;
}

static void by_statement(struct verdict_row *row, const struct statement *s)
{
	row->answer = ANSWER_APPROVED;
	row->type = type_of(s->status, str_of(vex_justifications[s->justification]));
	row->reason = s->impact.len ? s->impact : s->action.len ? s->action : row->reason;
	row->owner = s->author;
	row->where = s->document;
}

static void by_suppression(struct rows *g, const struct finding *f, struct verdict_row *row)
{
	const struct report *r = g->v->facts->report;
	const struct waiver *w = verdict_waiver(g->v, f->rule);

	row->reason = f->reason;
	row->where = f->rule;
	if (w) {
		by_waiver(row, w);
	} else if (f->suppressed == SUPPRESSED_VEX && f->statement &&
		   f->statement <= (uint64_t)r->statement_n) {
		by_statement(row, &r->statement[f->statement - 1]);
	} else if (f->suppressed == SUPPRESSED_VEX || f->suppressed == SUPPRESSED_EVIDENCE) {
		row->answer = ANSWER_APPROVED;
		row->type = S("Not Vulnerable");
	} else if (f->suppressed == SUPPRESSED_WAIVER || f->suppressed == SUPPRESSED_IGNORE) {
		row->answer = ANSWER_GIVEN;
	} else if (f->suppressed) {
		row->answer = ANSWER_NONE;
		row->type = f->suppressed == SUPPRESSED_NOT_AFFECTED ? S("Not Vulnerable") : S("");
	}
}

static bool is_vuln(const struct verdict_rule *r)
{
	return str_starts(r->rule, S("vuln."));
}

/* The fault that a rule made of a finding, if it is within its grace. */
static const struct fault *grace_of(const struct verdict *v, const struct finding *f,
				    const struct package *p)
{
	for (ptrdiff_t i = 0; i < v->rule_n; i++) {
		const struct verdict_rule *r = &v->rule[i];
		for (ptrdiff_t k = 0; r->graced_n && is_vuln(r) && k < r->fault_n; k++) {
			const struct fault *t = &r->fault[k];
			if (verdict_graced(t) && str_eq(t->package, p->purl) &&
			    str_starts(t->key, f->id) &&
			    (t->key.len == f->id.len || t->key.p[f->id.len] == ' '))
				return t;
		}
	}
	return NULL;
}

static int add_finding(struct rows *g, const struct finding *f)
{
	const struct report *r = g->v->facts->report;
	const struct package *p = words_package(r, f);
	struct verdict_row *row = vec_push(g->op, &g->row);
	const struct fault *grace;
	struct buf fix;

	if (!row)
		return g->op->code;
	buf_init(&fix, g->op, INT32_MAX);
	words_remedy(&fix, r, f);
	*row = (struct verdict_row){ .id = f->id,
				     .source = f->match_n ? f->match[0].source : S(""),
				     .severity = f->severity,
				     .path = words_path(p),
				     .description = text_line(f->summary),
				     .link = words_url(g->op, f),
				     .finding = f };
	if (p->layer >= 0 && p->layer < r->inventory->subject.layer_n)
		row->instruction = r->inventory->subject.layer[p->layer].created_by;
	if (p->origin == ORIGIN_BASE && g->v->facts->base.known)
		row->inherits = g->v->facts->base.name;
	str name = words_name(g->op, p);
	if (buf_take(&fix, &row->fix) < 0 ||
	    op_text(g->op, &row->package, "%.*s %.*s", STR_ARG(name), STR_ARG(p->version)) < 0)
		return g->op->code;
	if (f->suppressed) {
		by_suppression(g, f, row);
	} else if ((grace = grace_of(g->v, f, p))) {
		row->answer = ANSWER_GRACE;
		row->reason = grace->reason;
	}
	if (row->link.len == 0)
		row->link = words_url(g->op, f);
	return 0;
}

static int add_fault(struct rows *g, const struct verdict_rule *r, const struct fault *f)
{
	struct verdict_row *row = vec_push(g->op, &g->row);
	const struct waiver *w = verdict_waiver(g->v, f->waived_by);

	if (!row)
		return g->op->code;
	*row = (struct verdict_row){ .id = str_of(f->rule->id),
				     .source = r->id,
				     .severity = fault_severity(f),
				     .package = f->package,
				     .path = f->path,
				     .description = f->what,
				     .instruction = f->instruction,
				     .reason = f->reason,
				     .where = f->waived_by,
				     .inherits = f->of_base ? g->v->facts->base.name : S(""),
				     .fix = verdict_remedy(r, f) };
	if (w)
		by_waiver(row, w);
	else if (verdict_graced(f))
		row->answer = ANSWER_GRACE;
	else if (str_eq(f->waived_by, S("policy")))
		row->answer = ANSWER_APPROVED;
	else if (!verdict_counts(f))
		row->answer = ANSWER_GIVEN;
	return 0;
}

int verdict_rows(struct op *op, const struct verdict *v, struct verdict_row **ret, ptrdiff_t *ret_n)
{
	const struct report *r = v->facts->report;
	struct rows g = { .op = op, .v = v };

	for (ptrdiff_t i = 0; i < r->finding_n; i++)
		if (add_finding(&g, &r->finding[i]) < 0)
			return op->code;
	for (ptrdiff_t i = 0; i < v->rule_n; i++)
		for (ptrdiff_t k = 0; !is_vuln(&v->rule[i]) && k < v->rule[i].fault_n; k++)
			if (add_fault(&g, &v->rule[i], &v->rule[i].fault[k]) < 0)
				return op->code;
	*ret = g.row.p;
	*ret_n = g.row.n;
	return 0;
}
