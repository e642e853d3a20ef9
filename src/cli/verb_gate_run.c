#include "base/limits.h"
#include "build_report.h"
#include "gate.h"
#include "policies.h"
#include "report/verdict.h"
#include "sys/file.h"

enum { REPORT_MAX = 1 << 30 };

struct outputs {
	struct verdict_choice *p;
	ptrdiff_t n;
};

static int unknown_format(struct op *op, str name)
{
	const char *names[16];
	struct buf b;
	size_t n = 0;

	buf_init(&b, op, LIMIT_DOCUMENT);
	for (; n < verdict_formats_n && n < 16; n++) {
		names[n] = verdict_formats[n].name;
		buf_fmt(&b, "%s%s", n ? ", " : "", names[n]);
	}
	const char *near = nearest_word(name, names, n);
	if (near)
		return op_fail(op, ERR_USAGE, "no format '%.*s'; did you mean '%s'?", STR_ARG(name),
			       near);
	return op_fail(op, ERR_USAGE, "no format '%.*s'; there are %.*s (a file is -o FORMAT=FILE)",
		       STR_ARG(name), STR_ARG(buf_view(&b)));
}

static int read_output(struct op *op, str text, struct verdict_choice *ret)
{
	str file = text, word = str_cut(&file, '=');

	if (!(ret->format = verdict_format_of(word)))
		return unknown_format(op, word);
	if (file.p && file.len == 0)
		return op_fail(op, ERR_USAGE, "--output %.*s names no file", STR_ARG(text));
	ret->file = file;
	return file.len ? report_place_check(op, file, false, S("the report's file")) : 0;
}

static int read_outputs(struct op *op, const struct cli *cli, const struct gate_options *o,
			struct outputs *ret)
{
	ptrdiff_t n = o->output.n ? o->output.n : 1, on_stdout = 0;
	struct verdict_choice *p = op_new(op, struct verdict_choice, n);

	if (!p)
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		if (read_output(op, o->output.n ? o->output.p[i] : S("table"), &p[i]) < 0)
			return op->code;
		bool file = p[i].file.len > 0;
		on_stdout += !file;
		p[i].explain = o->explain;
		p[i].style = file ? (struct text_style){ .utf8 = true, .verbose = o->verbose }
				  : style_of(&cli->out, o->verbose);
		p[i].width = !file && cli->out.tty ? cli->out.width : 0;
	}
	if (on_stdout > 1)
		return op_fail(op, ERR_USAGE,
			       "only one report can go to standard output: -o FORMAT=FILE");
	*ret = (struct outputs){ p, n };
	return 0;
}

static int write_outputs(struct op *op, const struct cli *cli, const struct outputs *out,
			 const struct verdict *v)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < out->n; i++) {
		struct op_mark mark = op_mark(op);
		struct buf b;
		str text;
		buf_init(&b, op, REPORT_MAX);
		rc = verdict_write(op, v, &out->p[i], &b);
		rc = rc < 0 ? rc : buf_take(&b, &text);
		if (rc == 0)
			rc = out->p[i].file.len ? file_replace_user(op, out->p[i].file, text, 0644)
						: term_write(op, &cli->out, text);
		op_reset(op, mark);
	}
	return rc;
}

/* What people must know of the answer, beside a report that is not for them. */
static void tell(const struct cli *cli, const struct gate_options *o, const struct outputs *out,
		 const struct verdict *v, str told)
{
	bool table = false;

	for (ptrdiff_t i = 0; i < out->n; i++)
		table |= out->p[i].file.len == 0 &&
			 str_eq(str_of(out->p[i].format->name), S("table"));
	if (o->quiet)
		return;
	if (told.len)
		gate_say(cli, told);
	for (ptrdiff_t i = 0; !table && i < v->warnings.n; i++)
		gate_say(cli, v->warnings.p[i]);
}

int verb_gate_run(struct op *op, const struct cli *cli, const void *options)
{
	const struct gate_options *o = options;
	struct gate_facts *g = op_new(op, struct gate_facts, 1);
	AUTO_DATABASE db = { .dir = -1 };
	AUTO_LOOK look = { .source = { .fd = -1 } };
	struct policy_wish wish = { 0 };
	struct policy **policy;
	struct outputs out = { 0 };
	struct verdict v = { 0 };
	ptrdiff_t n = 0;
	str told;

	/* What is the user's own is read first: a typing error costs no time. */
	if (!g || read_outputs(op, cli, o, &out) < 0 || gate_now(op, &wish.now) < 0 ||
	    policies_read(op, &o->policy, &policy, &n, &told) < 0 ||
	    policies_waivers(op, &o->waivers, &wish.waivers) < 0 ||
	    gate_facts_make(op, cli, o, cli->operand.p[0], wish.now, &look, &db, g) < 0 ||
	    policy_judge(op, policy, n, &g->facts, &g->report, &wish, &v) < 0)
		return op->code;
	v.facts_file = g->file;
	v.facts_digest = g->digest;
	tell(cli, o, &out, &v, told);
	if (write_outputs(op, cli, &out, &v) < 0)
		return op->code;
	return !v.passed ? 1 : g->whole ? 0 : 4;
}
