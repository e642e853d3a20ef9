#include <stdlib.h>

#include "build_report.h"
#include "checks_output.h"
#include "lint_options.h"
#include "scan_options.h"

enum { REPORT_MAX = 1 << 30 };

struct run {
	const struct cli *cli;
	const struct lint_options *o;
	struct lint_config config;
	struct checks_outputs out; /* but for the text */
	bool text;                 /* that goes to standard output */
	lint_files files;
	int64_t now;
	bool failed; /* a file could not be parsed */
};

/* "text" is ours; the others are those of checks. */
static int read_outputs(struct op *op, struct run *r)
{
	struct texts others = { 0 };
	str format = r->o->format;

	if (format.len > 0 && !str_eq(format, S("tty")) && !str_eq(format, S("text")) &&
	    !checks_format_of(format))
		return op_fail(op, ERR_USAGE,
			       "no format '%.*s'; there are text, table, json, sarif, junit, "
			       "markdown, html and csv",
			       STR_ARG(format));
	r->text = str_eq(format, S("tty")) || str_eq(format, S("text")) ||
		  r->o->output.n + format.len == 0;
	others.p = op_new(op, str, r->o->output.n + 1);
	if (!others.p)
		return op->code;
	for (ptrdiff_t i = 0; i < r->o->output.n; i++)
		if (str_eq(r->o->output.p[i], S("text")))
			r->text = true;
		else
			others.p[others.n++] = r->o->output.p[i];
	if (format.len > 0 && checks_format_of(format))
		others.p[others.n++] = format;
	if (others.n == 0)
		return 0;
	if (checks_output_read(op, r->cli, &others, r->o->all, false, &r->out) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < r->out.n && r->text; i++)
		if (r->out.p[i].file.len == 0)
			return op_fail(op, ERR_USAGE,
				       "only one report can go to standard output: -o FORMAT=FILE");
	return 0;
}

/* One that cannot be parsed is told, and does not keep the others from being looked at. */
static int lint_one(struct op *op, struct run *r, struct lint_one *one)
{
	int rc = lint_bytes(op, one->path, (enum lint_kind)one->kind, one->bytes, &r->config.wish,
			    &one->found);

	if (rc == 0)
		return lint_config_apply(op, &r->config, r->now, &one->found);
	if (rc != ERR_FORMAT && rc != ERR_USAGE && rc != ERR_LIMIT)
		return rc;
	struct buf b;
	char said[OP_ERROR_MAX];
	memcpy(said, op->text, sizeof(said));
	op_forgive(op);
	if (r->files.n == 1) /* what is looked at is wrong, and not the command line */
		return op_fail(op, ERR_FORMAT, "%s", said);
	buf_init(&b, op, REPORT_MAX);
	buf_fmt(&b, "temper: %s\n", said);
	one->found = (struct lint_file){ .path = one->path };
	one->failed = r->failed = true;
	return term_write(op, &r->cli->err, buf_view(&b));
}

static int by_rule(const void *a, const void *b)
{
	const struct fault *x = a, *y = b;
	int rc = strcmp(x->rule->id, y->rule->id);

	return rc ? rc : fault_compare(a, b);
}

static struct check check_of(const struct rule *rule, struct fault *all, ptrdiff_t n)
{
	struct check c = { .rule = rule, .fault = all };
	ptrdiff_t from = 0, to;

	while (from < n && all[from].rule != rule)
		from++;
	for (to = from; to < n && all[to].rule == rule; to++)
		if (all[to].waived_by.len == 0)
			c.outcome = OUTCOME_FAIL;
	c.fault_n = to - from;
	if (c.fault_n > 0)
		c.fault = &all[from];
	return c;
}

/* All faults by their rules: a check for each rule of the kinds that were looked at. */
static int checks_of(struct op *op, const struct run *r, struct checks *ret)
{
	struct fault *all;
	ptrdiff_t n = 0, rules = 0;
	size_t count[LINT_KINDS];
	bool kinds[LINT_KINDS] = { false };

	for (ptrdiff_t i = 0; i < r->files.n; i++) {
		n += r->files.p[i].found.fault_n;
		kinds[r->files.p[i].kind] = true;
	}
	for (int k = 0; k < LINT_KINDS; k++) {
		(void)lint_rules((enum lint_kind)k, &count[k]);
		rules += (ptrdiff_t)count[k];
	}
	all = op_new(op, struct fault, n);
	ret->p = op_new(op, struct check, rules + 1);
	if (!all || !ret->p)
		return op->code;
	n = 0;
	for (ptrdiff_t i = 0; i < r->files.n; i++)
		for (ptrdiff_t k = 0; k < r->files.p[i].found.fault_n; k++)
			all[n++] = r->files.p[i].found.fault[k];
	if (n > 1)
		qsort(all, (size_t)n, sizeof(*all), by_rule);
	for (int k = 0; k < LINT_KINDS; k++) {
		const struct rule *const *rule = lint_rules((enum lint_kind)k, &count[k]);

		for (size_t i = 0; i < count[k] && kinds[k]; i++)
			ret->p[ret->n++] = check_of(rule[i], all, n);
	}
	/* DL1001 is a matter of every kind. */
	const struct rule *inlined = lint_rule_of(S("DL1001"));
	if (!kinds[LINT_DOCKERFILE] && check_of(inlined, all, n).fault_n > 0)
		ret->p[ret->n++] = check_of(inlined, all, n);
	return 0;
}

static int write_reports(struct op *op, struct run *r)
{
	struct checks checks = { 0 };
	struct checks_report report = { .tool = "lint", .checks = &checks, .time = r->now };
	struct text_style style = style_of(&r->cli->out, false);
	struct buf b;
	str text;

	if (r->text) {
		buf_init(&b, op, REPORT_MAX);
		if (lint_text(op, &r->files, r->o->all, r->o->quiet, &style, &b) < 0 ||
		    buf_take(&b, &text) < 0 || term_write(op, &r->cli->out, text) < 0)
			return op->code;
	}
	if (r->out.n == 0)
		return 0;
	report.subject = r->files.n == 1          ? r->files.p[0].path
			 : r->cli->operand.n == 1 ? r->cli->operand.p[0]
						  : S(".");
	if (checks_of(op, r, &checks) < 0)
		return op->code;
	return checks_output_write(op, r->cli, &r->out, &report, 0);
}

static bool fails(const struct run *r)
{
	for (ptrdiff_t i = 0; i < r->files.n && r->config.fail_on; i++)
		for (ptrdiff_t k = 0; k < r->files.p[i].found.fault_n; k++) {
			const struct fault *f = &r->files.p[i].found.fault[k];

			if (f->waived_by.len == 0 && fault_severity(f) >= r->config.fail_on)
				return true;
		}
	return false;
}

/* Charts whose templates were left out. Were they all there is, that is no success. */
static int tell_charts(struct op *op, const struct run *r, const struct texts *charts)
{
	static const char hint[] = "templates of Helm are looked at once they are rendered: helm "
				   "template";
	struct buf b;

	buf_init(&b, op, REPORT_MAX);
	for (ptrdiff_t i = 0; i < charts->n; i++) {
		if (r->files.n == 0 && i == charts->n - 1)
			break;
		buf_fmt(&b, "temper: %s %.*s | temper lint -\n", hint, STR_ARG(charts->p[i]));
	}
	if (term_write(op, &r->cli->err, buf_view(&b)) < 0)
		return op->code;
	if (r->files.n > 0)
		return 0;
	if (charts->n > 0)
		return op_fail(op, ERR_USAGE, "%s %.*s | temper lint -", hint,
			       STR_ARG(charts->p[charts->n - 1]));
	return op_fail(op, ERR_USAGE,
		       "no Dockerfile and no manifest there; name one, or see --kind");
}

static int list_rules(struct op *op, const struct cli *cli)
{
	struct text_style style = style_of(&cli->out, false);
	struct buf b;
	str text;

	buf_init(&b, op, REPORT_MAX);
	if (lint_text_rules(op, &style, &b) < 0 || buf_take(&b, &text) < 0)
		return op->code;
	return term_write(op, &cli->out, text);
}

int verb_lint_run(struct op *op, const struct cli *cli, const void *options)
{
	const struct lint_options *o = options;
	struct cli plain = *cli;
	struct texts charts = { 0 };

	if (o->no_colour)
		plain.out.colour = plain.err.colour = false;
	struct run r = { .cli = &plain, .o = o };
	if (o->list)
		return list_rules(op, &plain);
	if (scan_options_now(op, &r.now) < 0 || read_outputs(op, &r) < 0 ||
	    lint_config_read(op, o, &r.config) < 0 ||
	    lint_find(op, &cli->operand, o->kind, &r.files, &charts) < 0 ||
	    tell_charts(op, &r, &charts) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < r.files.n; i++)
		if (lint_one(op, &r, &r.files.p[i]) < 0)
			return op->code;
	if (write_reports(op, &r) < 0)
		return op->code;
	return r.failed ? 3 : fails(&r) ? 1 : 0;
}
