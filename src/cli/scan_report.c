#include "scan_report.h"

#include "base/limits.h"
#include "build_report.h"
#include "sbom_report.h"
#include "sys/file.h"

enum { REPORT_MAX = 1 << 30 };

static int unknown_format(struct op *op, str name, bool after_output)
{
	const char *names[32];
	struct buf b;
	size_t n = 0;

	buf_init(&b, op, LIMIT_DOCUMENT);
	for (size_t i = 0; i < findings_formats_n && n < 32; i++) {
		names[n++] = findings_formats[i].name;
		buf_fmt(&b, "%s%s", i ? ", " : "", findings_formats[i].name);
	}
	const char *near = nearest_word(name, names, n);
	if (near)
		return op_fail(op, ERR_USAGE, "no format '%.*s'; did you mean '%s'?", STR_ARG(name),
			       near);
	return op_fail(op, ERR_USAGE, "no format '%.*s'; there are %.*s%s", STR_ARG(name),
		       STR_ARG(buf_view(&b)),
		       after_output ? " (a file is -o FORMAT=FILE, or --output with --format)"
				    : "");
}

/* "FORMAT@VERSION" into the choice. */
static int choose(struct op *op, const struct scan_options *o, str word, bool after_output,
		  struct findings_choice *ret)
{
	str version = word, name = str_cut(&version, '@'), path = o->template;

	ret->format = findings_format_of(name);
	ret->version = version;
	ret->suppressed = o->show_suppressed;
	if (!ret->format)
		return unknown_format(op, name, after_output);
	bool versions = str_eq(str_of(ret->format->name), S("cyclonedx"));
	if (version.len && !(versions && (str_eq(version, S("1.4")) || str_eq(version, S("1.5")) ||
					  str_eq(version, S("1.6")))))
		return op_fail(op, ERR_USAGE, "%.*s has no version %.*s", STR_ARG(name),
			       STR_ARG(version));
	if (!str_eq(str_of(ret->format->name), S("template")))
		return 0;
	if (path.len == 0)
		return op_fail(op, ERR_USAGE, "-o template needs a template: -t FILE");
	return file_read_user(op, str_from(path, str_starts(path, S("@"))), LIMIT_DOCUMENT,
			      &ret->template);
}

/* Trivy's way: --format names the form, --output the file. */
static int read_formats(struct op *op, const struct scan_options *o, struct scan_outputs *ret)
{
	if (o->output.n > o->format.n)
		return op_fail(op, ERR_USAGE, "--output %.*s: with --format it is the file, once",
			       STR_ARG(o->output.p[o->output.n - 1]));
	for (ptrdiff_t i = 0; i < o->format.n; i++) {
		struct findings_choice *c = &ret->p[ret->n++];
		if (choose(op, o, o->format.p[i], false, c) < 0)
			return op->code;
		c->file = i < o->output.n ? o->output.p[i] : S("");
	}
	return 0;
}

static int read_outputs(struct op *op, const struct scan_options *o, struct scan_outputs *ret)
{
	for (ptrdiff_t i = 0; i < o->output.n; i++) {
		struct findings_choice *c = &ret->p[ret->n++];
		str file = o->output.p[i], word = str_cut(&file, '=');
		if (choose(op, o, word, true, c) < 0)
			return op->code;
		if (file.p && file.len == 0)
			return op_fail(op, ERR_USAGE, "--output %.*s names no file",
				       STR_ARG(o->output.p[i]));
		c->file = file;
	}
	return 0;
}

static int check_files(struct op *op, const struct scan_options *o, struct scan_outputs *out)
{
	int on_stdout = 0;

	for (ptrdiff_t i = 0; i < out->n; i++) {
		struct findings_choice *c = &out->p[i];
		if (c->file.len == 0 && o->file.len && on_stdout == 0 && out->n == 1)
			c->file = o->file;
		on_stdout += c->file.len == 0;
		if (c->file.len &&
		    report_place_check(op, c->file, false, S("the report's file")) < 0)
			return op->code;
	}
	if (on_stdout > 1)
		return op_fail(op, ERR_USAGE,
			       "only one report can go to standard output: -o FORMAT=FILE");
	return 0;
}

int scan_report_read(struct op *op, const struct cli *cli, const struct scan_options *o,
		     struct scan_outputs *ret)
{
	struct text_style style = style_of(&cli->out, o->verbose);

	*ret = (struct scan_outputs){
		op_new(op, struct findings_choice, o->output.n + o->format.n + 1), 0
	};
	if (!ret->p)
		return op->code;
	int rc = o->format.n ? read_formats(op, o, ret) : read_outputs(op, o, ret);
	if (rc == 0 && ret->n == 0)
		rc = choose(op, o, S("table"), false, &ret->p[ret->n++]);
	rc = rc < 0 ? rc : check_files(op, o, ret);
	for (ptrdiff_t i = 0; rc == 0 && i < ret->n; i++) {
		struct findings_choice *c = &ret->p[i];
		c->style = c->file.len ? (struct text_style){ .utf8 = true, .verbose = o->verbose }
				       : style;
		c->width = c->file.len == 0 && cli->out.tty ? cli->out.width : 0;
	}
	return rc;
}

bool scan_report_wants_texts(const struct scan_outputs *out)
{
	for (ptrdiff_t i = 0; i < out->n; i++)
		if (!str_eq(str_of(out->p[i].format->name), S("table")))
			return true;
	return false;
}

bool scan_report_has_table(const struct scan_outputs *out)
{
	for (ptrdiff_t i = 0; i < out->n; i++)
		if (out->p[i].file.len == 0 && str_eq(str_of(out->p[i].format->name), S("table")))
			return true;
	return false;
}

int scan_report_write(struct op *op, const struct cli *cli, const struct scan_outputs *out,
		      const struct report *r, ptrdiff_t i)
{
	int rc = 0;

	for (ptrdiff_t k = 0; rc == 0 && k < out->n; k++) {
		struct op_mark mark = op_mark(op);
		struct buf b;
		str text, file;
		buf_init(&b, op, REPORT_MAX);
		rc = findings_write(op, r, &out->p[k], &b);
		rc = rc < 0 ? rc : buf_take(&b, &text);
		if (rc == 0 && out->p[k].file.len == 0) {
			rc = term_write(op, &cli->out, text);
		} else if (rc == 0) {
			rc = sbom_report_file(op, out->p[k].file, r->inventory, i, &file);
			rc = rc < 0 ? rc : file_replace_user(op, file, text, 0644);
		}
		op_reset(op, mark);
	}
	return rc;
}
