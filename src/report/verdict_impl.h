/*
 * verdict_impl: the writers of verdicts, for their table, and what several of them say in the same words.
 */
#ifndef REPORT_VERDICT_IMPL_H
#define REPORT_VERDICT_IMPL_H

#include "verdict.h"

typedef int verdict_writer(struct op *op, const struct verdict *v, const struct verdict_choice *c,
			   struct buf *b);
verdict_writer verdict_html, verdict_json, verdict_junit, verdict_markdown, verdict_sarif,
	verdict_sheet, verdict_sheet_html, verdict_table;

/* What became of a rule, for people: the worst first. */
enum verdict_state {
	VERDICT_STATE_FAIL,  /* in force */
	VERDICT_STATE_ERROR, /* it cannot be told, in force */
	VERDICT_STATE_WARN,  /* fails, or cannot be told, and only warns */
	VERDICT_STATE_LOG,   /* likewise, and is only recorded */
	VERDICT_STATE_PASS,
	VERDICT_STATES
};
extern const char *const verdict_states[VERDICT_STATES]; /* "fail", "error", ... */
enum verdict_state verdict_state(const struct verdict_rule *r);

/* Does a fault count; is it not waived, nor within its grace? */
static inline bool verdict_counts(const struct fault *f)
{
	return f->waived_by.len == 0 && f->reason.len == 0;
}

/* Does it not count only because its time is not over? */
static inline bool verdict_graced(const struct fault *f)
{
	return str_eq(f->waived_by, S("grace"));
}

/* Is it of another rule than asked: of one of the audit, which a rule over all of them found? */
static inline bool verdict_foreign(const struct verdict_rule *r, const struct fault *f)
{
	return !str_eq(str_of(f->rule->id), r->rule);
}

/* The waiver at this FILE:LINE, or NULL. */
const struct waiver *verdict_waiver(const struct verdict *v, str where);

/* "holds", "expires soon", "expired", "matched nothing", "refused", "for another image". */
const char *verdict_waiver_state(const struct waiver *w);

/* "registry.example/app:1.4"; "prod-baseline, iron-bank". */
str verdict_subject(const struct verdict *v);
void verdict_policies(struct buf *b, const struct verdict *v);

/* "facts.json sha256:12ab...: not signed": the file that stood in place of the image; or nothing. */
void verdict_facts(struct buf *b, const struct verdict *v);

/* "93 %"; "100 %" only if all are, and of none. */
void verdict_verified(struct buf *b, const struct verdict *v);

/* "38 rules: 33 pass, 3 fail, 1 cannot be told, 1 warns". */
void verdict_summary(struct buf *b, const struct verdict *v);

/* "RUN chmod u+s /bin/x (layer 2 of 5, of the base), util-linux@2.38": where it comes from. */
void verdict_origin(struct buf *b, const struct verdict *v, const struct fault *f);

/* What to do: the fault's own words, else its rule's. f may be NULL. */
str verdict_remedy(const struct verdict_rule *r, const struct fault *f);

/* What is waived of it and why: "waivers.yaml:9: needed by cron". Nothing where it counts. */
void verdict_waived(struct buf *b, const struct fault *f);

/*
 * What must be answered for, a row each: every finding of the report, then every fault of rules that are not
 * about vulnerabilities, in the order of the report and of the rules.
 */
enum verdict_answer {
	ANSWER_NEEDED,   /* "needs_justification": nobody has said anything */
	ANSWER_GRACE,    /* "in_grace": its fix is not due yet */
	ANSWER_GIVEN,    /* "has_justification": of one person, or of a rule of another tool */
	ANSWER_APPROVED, /* "justified": approved by others, or stated by VEX */
	ANSWER_NONE,     /* "not_applicable": the distribution or another package answers for it */
	ANSWERS
};
extern const char *const verdict_answers[ANSWERS];

struct verdict_row {
	str id, source; /* "CVE-2024-1", "debian-tracker"; "fs.no_setuid", "CONF-002" */
	enum severity severity;
	str package, path, description, instruction;
	enum verdict_answer answer;
	str type; /* Iron Bank's title: "Mitigated"; or empty */
	str reason, owner, expires, link, where;
	struct texts approvers;
	str inherits;                  /* the base image that brought it; or empty */
	str fix;                       /* what to do */
	const struct finding *finding; /* or NULL */
};
int verdict_rows(struct op *op, const struct verdict *v, struct verdict_row **ret,
		 ptrdiff_t *ret_n) MUST_USE;

#endif
