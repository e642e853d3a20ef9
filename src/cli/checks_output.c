#include "checks_output.h"

#include "base/limits.h"
#include "build_report.h"
#include "sbom_report.h"
#include "sys/file.h"

enum { REPORT_MAX = 1 << 30 };

static int unknown_format(struct op *op, str name)
{
	const char *names[16];
	struct buf b;

	buf_init(&b, op, LIMIT_DOCUMENT);
	for (size_t i = 0; i < checks_formats_n && i < 16; i++) {
		names[i] = checks_formats[i].name;
		buf_fmt(&b, "%s%s", i ? ", " : "", checks_formats[i].name);
	}
	const char *near = nearest_word(name, names, checks_formats_n);
	if (near)
		return op_fail(op, ERR_USAGE, "no format '%.*s'; did you mean '%s'?", STR_ARG(name),
			       near);
	return op_fail(op, ERR_USAGE, "no format '%.*s'; there are %.*s (a file is -o FORMAT=FILE)",
		       STR_ARG(name), STR_ARG(buf_view(&b)));
}

static int read_one(struct op *op, str text, struct checks_choice *ret)
{
	str file = text, word = str_cut(&file, '=');

	ret->format = checks_format_of(word);
	if (!ret->format)
		return unknown_format(op, word);
	if (file.p && file.len == 0)
		return op_fail(op, ERR_USAGE, "--output %.*s names no file", STR_ARG(text));
	ret->file = file;
	return file.len ? report_place_check(op, file, false, S("the report's file")) : 0;
}

int checks_output_read(struct op *op, const struct cli *cli, const struct texts *output, bool all,
		       bool verbose, struct checks_outputs *ret)
{
	ptrdiff_t n = output->n ? output->n : 1, on_stdout = 0;
	struct checks_choice *p = op_new(op, struct checks_choice, n);

	if (!p)
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		if (read_one(op, output->n ? output->p[i] : S("table"), &p[i]) < 0)
			return op->code;
		on_stdout += p[i].file.len == 0;
		p[i].all = all;
		p[i].style = style_of(&cli->out, verbose);
		if (p[i].file.len)
			p[i].style = (struct text_style){ .utf8 = true, .verbose = verbose };
		p[i].width = p[i].file.len == 0 && cli->out.tty ? cli->out.width : 0;
	}
	if (on_stdout > 1)
		return op_fail(op, ERR_USAGE,
			       "only one report can go to standard output: -o FORMAT=FILE");
	*ret = (struct checks_outputs){ p, n };
	return 0;
}

int checks_output_write(struct op *op, const struct cli *cli, const struct checks_outputs *out,
			const struct checks_report *r, ptrdiff_t i)
{
	int rc = 0;

	for (ptrdiff_t k = 0; rc == 0 && k < out->n; k++) {
		struct op_mark mark = op_mark(op);
		struct buf b;
		str text, file = out->p[k].file;
		buf_init(&b, op, REPORT_MAX);
		rc = checks_write(op, r, &out->p[k], &b);
		rc = rc < 0 ? rc : buf_take(&b, &text);
		if (rc == 0 && file.len == 0) {
			rc = term_write(op, &cli->out, text);
		} else if (rc == 0) {
			if (r->inventory)
				rc = sbom_report_file(op, file, r->inventory, i, &file);
			rc = rc < 0 ? rc : file_replace_user(op, file, text, 0644);
		}
		op_reset(op, mark);
	}
	return rc;
}

bool checks_output_has_table(const struct checks_outputs *out)
{
	for (ptrdiff_t i = 0; i < out->n; i++)
		if (out->p[i].file.len == 0 && str_eq(str_of(out->p[i].format->name), S("table")))
			return true;
	return false;
}
