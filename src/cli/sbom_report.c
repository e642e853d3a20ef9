#include "sbom_report.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/num.h"
#include "build_report.h"
#include "report/inventory_text.h"
#include "sbom/format.h"
#include "sys/file.h"

enum { TABLE_MAX = 256 << 20 };

#define EPOCH_MAX UINT64_C(253402300799) /* the last second that RFC 3339 has */

static str format_name(str output)
{
	str file = output, name = str_cut(&file, '=');
	str version = name;

	return str_cut(&version, '@');
}

static bool is_table(str output)
{
	return str_eq(format_name(output), S("table"));
}

bool sbom_report_wants_licences(const struct texts *output, bool verbose)
{
	bool wants = verbose;

	for (ptrdiff_t i = 0; i < output->n; i++)
		wants |= !is_table(output->p[i]) && !str_eq(format_name(output->p[i]), S("purls"));
	return wants;
}

static int unknown_format(struct op *op, str output)
{
	const char *names[32] = { "table" };
	struct buf b;
	size_t n = 1;

	buf_init(&b, op, LIMIT_DOCUMENT);
	buf_add(&b, S("table"));
	for (size_t i = 0; i < sbom_formats_n && n < 32; i++) {
		names[n++] = sbom_formats[i].name;
		buf_fmt(&b, ", %s", sbom_formats[i].name);
	}
	str name = format_name(output);
	const char *near = nearest_word(name, names, n);
	if (near)
		return op_fail(op, ERR_USAGE, "no format '%.*s'; did you mean '%s'?", STR_ARG(name),
			       near);
	return op_fail(op, ERR_USAGE, "no format '%.*s'; there are %.*s", STR_ARG(name),
		       STR_ARG(buf_view(&b)));
}

/* SOURCE_DATE_EPOCH stands for the subject's own time. Source: reproducible-builds.org/specs. */
static int read_epoch(struct op *op, int64_t *ret)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	uint64_t seconds = 0;

	if (epoch && !num_parse(str_of(epoch), EPOCH_MAX, &seconds))
		return op_fail(op, ERR_USAGE, "SOURCE_DATE_EPOCH is no number of seconds: %s",
			       epoch);
	*ret = (int64_t)seconds;
	return 0;
}

static int choose(struct op *op, const struct sbom_options *o, str output,
		  struct sbom_format_choice *ret)
{
	*ret = (struct sbom_format_choice){ .files = o->files, .indent = 1 };
	int rc = sbom_format_parse(op, output, ret);

	if (rc > 0)
		return unknown_format(op, output);
	if (rc == 0)
		rc = read_epoch(op, &ret->time);
	if (rc < 0 || !str_eq(str_of(ret->format->name), S("template")))
		return rc;
	if (o->template.len == 0)
		return op_fail(op, ERR_USAGE, "-o template needs a template: -t FILE");
	return file_read_user(op, o->template, LIMIT_DOCUMENT, &ret->template);
}

int sbom_report_check(struct op *op, const struct sbom_options *o)
{
	struct sbom_format_choice choice;
	int on_stdout = 0, rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < o->output.n; i++) {
		on_stdout += str_find(o->output.p[i], '=') < 0;
		if (!is_table(o->output.p[i]))
			rc = choose(op, o, o->output.p[i], &choice);
	}
	if (rc == 0 && on_stdout > 1)
		return op_fail(op, ERR_USAGE,
			       "only one report can go to standard output: -o FORMAT=FILE");
	return rc < 0 ? rc : report_check(op, &o->output, false);
}

int sbom_report_file(struct op *op, str file, const struct inventory *v, ptrdiff_t i, str *ret)
{
	str platform = v->subject.platform;
	ptrdiff_t dot = str_rfind(file, '.');
	str tail = dot > str_rfind(file, '/') ? str_from(file, dot) : S("");
	struct buf b;

	*ret = file;
	if (i == 0 || platform.len == 0)
		return 0;
	buf_init(&b, op, (size_t)LIMIT_PATH * 2);
	buf_add(&b, str_head(file, file.len - tail.len));
	buf_char(&b, '-');
	for (ptrdiff_t k = 0; k < platform.len; k++)
		buf_char(&b, platform.p[k] == '/' ? '-' : platform.p[k]);
	buf_add(&b, tail);
	return buf_take(&b, ret);
}

static int to_file(struct op *op, void *arg, str bytes)
{
	const struct file_user *f = arg;

	return file_write(op, f->fd, f->name, bytes);
}

static int to_term(struct op *op, void *arg, str bytes)
{
	return term_write(op, arg, bytes);
}

static int write_table(struct op *op, const struct sbom_options *o, const struct text_style *style,
		       const struct inventory *v, sbom_sink *sink, void *arg)
{
	struct text_style own = *style;
	struct buf b;
	str text;

	own.verbose = o->verbose;
	buf_init(&b, op, TABLE_MAX);
	inventory_table_write(&b, v, &own);
	return buf_take(&b, &text) < 0 ? op->code : sink(op, arg, text);
}

static int write_to(struct op *op, const struct sbom_options *o, str output,
		    const struct text_style *style, const struct inventory *v, sbom_sink *sink,
		    void *arg)
{
	struct sbom_format_choice choice;

	if (is_table(output))
		return write_table(op, o, style, v, sink, arg);
	int rc = choose(op, o, output, &choice);
	choice.files |= v->is_read;
	return rc < 0 ? rc : sbom_write(op, v, &choice, sink, arg);
}

static int write_one(struct op *op, const struct cli *cli, const struct sbom_options *o, str output,
		     const struct inventory *v, ptrdiff_t i)
{
	AUTO_FILE_USER f = { .new = { .fd = -1 }, .dir = -1, .fd = -1 };
	struct text_style style = style_of(&cli->out, o->verbose);
	struct term out = cli->out;
	str file = output;

	(void)str_cut(&file, '=');
	if (!file.p)
		return write_to(op, o, output, &style, v, to_term, &out);
	style = (struct text_style){ .utf8 = true, .width = 200, .verbose = o->verbose };
	int rc = sbom_report_file(op, file, v, i, &file);
	if (rc == 0)
		rc = file_user_open(op, file, 0644, &f);
	if (rc == 0)
		rc = write_to(op, o, output, &style, v, to_file, &f);
	return rc < 0 ? rc : file_user_publish(op, &f);
}

int sbom_report_write(struct op *op, const struct cli *cli, const struct sbom_options *o,
		      const struct inventory *v, ptrdiff_t i)
{
	int rc = 0;

	for (ptrdiff_t k = 0; rc == 0 && k < o->output.n; k++)
		rc = write_one(op, cli, o, o->output.p[k], v, i);
	return rc < 0 || o->output.n ? rc : write_one(op, cli, o, S("table"), v, i);
}
