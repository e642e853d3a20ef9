/*
 * audited: an audit of an image that a test makes: a configuration, and files as its only layer.
 */
#ifndef TESTS_AUDITED_H
#define TESTS_AUDITED_H

#include "audit/audit.h"
#include "base/buf.h"
#include "unit/harness.h"

enum { AUDITED_FILES = 12 };
#define AT(p, text)                                      \
	{                                                \
		.path = S_INIT(p), .bytes = S_INIT(text) \
	}

struct audited {
	const char *config; /* JSON; NULL: it is a directory */
	struct tree_given file[AUDITED_FILES];
};

static inline int audited_make(struct op *op, const struct audited *a, struct inventory *inv,
			       struct checks *ret)
{
	struct inventory_layer layer = { .created_by = S("ADD rootfs.tar /") };
	struct audit_options options = { .now = 1767225600 /* 2026-01-01 */ };
	struct inventory_wish all = { .image = a->config != NULL, .files = true };
	struct subject subject = { .kind = a->config ? SUBJECT_IMAGE : SUBJECT_DIRECTORY,
				   .name = S("test:1"),
				   .version = S("1"),
				   .layer = &layer,
				   .layer_n = a->config ? 1 : 0 };
	AUTO_TREE *t = NULL;
	struct tree_wish wish;
	struct audit *audit;
	struct config config;
	ptrdiff_t n = 0;

	while (n < AUDITED_FILES && a->file[n].path.len)
		n++;
	if (a->config)
		subject.config_json = exact(str_of(a->config));
	inv->subject = subject;
	TRY(audit_open(op, &options, &audit));
	TRY(inventory_interest(op, &all, &wish));
	TRY(audit_wish(op, audit, &wish));
	TRY(tree_of_files(op, a->file, n, &wish, &t));
	TRY(config_read(op, subject.config_json, NULL, &config));
	TRY(audit_make(op, audit, t, inv, &config, ret));
	for (ptrdiff_t i = 0; i < ret->n; i++)
		for (ptrdiff_t k = 0; k < ret->p[i].fault_n; k++)
			TRY(op_copy(op, ret->p[i].fault[k].instruction,
				    &ret->p[i].fault[k].instruction));
	inv->subject.layer = NULL;
	inv->subject.layer_n = 0;
	return 0;
}

/* "pass", "fail: WHAT; WHAT", "error: WHY" of one rule. */
static inline int audited_rule(struct op *op, const struct audited *a, const char *rule, str *ret)
{
	struct inventory inv = { 0 };
	struct checks checks;
	struct buf b;

	TRY(audited_make(op, a, &inv, &checks));
	const struct check *c = checks_find(&checks, str_of(rule));
	CHECK(c != NULL);
	if (!c)
		return 0;
	buf_init(&b, op, 1 << 20);
	buf_add(&b, str_of(outcome_kinds[c->outcome]));
	for (ptrdiff_t i = 0; i < c->fault_n; i++)
		buf_fmt(&b, "%s%.*s", i ? "; " : ": ", STR_ARG(c->fault[i].what));
	if (c->outcome == OUTCOME_ERROR)
		buf_fmt(&b, ": %.*s", STR_ARG(c->detail));
	return buf_take(&b, ret);
}

struct audited_row {
	const char *rule, *want;
	struct audited image;
};

static inline int audited_rows(struct op *op, const struct audited_row *row, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct op_mark mark = op_mark(op);
		str got;
		TRY(audited_rule(op, &row[i].image, row[i].rule, &got));
		CHECK_STR(got, str_of(row[i].want));
		op_reset(op, mark);
	}
	return 0;
}

#endif
