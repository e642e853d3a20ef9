#include "build_report.h"

#include <fcntl.h>
#include <string.h>

#include "base/limits.h"
#include "report/html.h"
#include "report/kubernetes.h"
#include "report/markdown.h"
#include "report/outcome_json.h"
#include "report/tree.h"
#include "sbom/cyclonedx.h"
#include "sbom/spdx.h"
#include "sys/file.h"

enum {
	REPORT_MAX = 1 << 30, /* bytes of a report: an SBOM with 4 million files is smaller */
};

struct text_style style_of(const struct term *t, bool verbose)
{
	return (struct text_style){
		.colour = t->colour, .utf8 = t->utf8, .width = t->width, .verbose = verbose
	};
}

typedef int report_writer(struct buf *b, const struct outcome *o, const struct text_style *style);

static int write_tree(struct buf *b, const struct outcome *o, const struct text_style *style)
{
	tree_write(b, o, style);
	return 0;
}

static int write_html(struct buf *b, const struct outcome *o, const struct text_style *style)
{
	(void)style;
	html_write(b, o);
	return 0;
}

static int write_json(struct buf *b, const struct outcome *o, const struct text_style *style)
{
	(void)style;
	outcome_json_write(b, o);
	return 0;
}

static int write_markdown(struct buf *b, const struct outcome *o, const struct text_style *style)
{
	(void)style;
	markdown_write(b, o);
	return 0;
}

static int write_kubernetes(struct buf *b, const struct outcome *o, const struct text_style *style)
{
	(void)style;
	kubernetes_write(b, o);
	return 0;
}

static int write_spdx(struct buf *b, const struct outcome *o, const struct text_style *style)
{
	(void)style;
	return spdx_write(b->op, o, sink_buf, b);
}

static int write_cyclonedx(struct buf *b, const struct outcome *o, const struct text_style *style)
{
	(void)style;
	return cyclonedx_write(b->op, o, sink_buf, b);
}

static const struct {
	const char *name, *ext;
	report_writer *write;
} format[] = {
	{ "tree", "txt", write_tree },
	{ "html", "html", write_html },
	{ "json", "json", write_json },
	{ "spdx-json", "spdx.json", write_spdx },
	{ "cyclonedx-json", "cdx.json", write_cyclonedx },
	{ "markdown", "md", write_markdown },
	{ "kubernetes", "k8s.yaml", write_kubernetes },
};

static report_writer *writer_of(str name)
{
	for (size_t i = 0; i < sizeof(format) / sizeof(format[0]); i++)
		if (str_eq(str_of(format[i].name), name))
			return format[i].write;
	return NULL; /* option_parse() has refused it */
}

static bool is_directory(str path)
{
	char name[LIMIT_PATH];
	struct stat st;

	if (str_ends(path, S("/")))
		return true;
	if (path.len == 0 || (size_t)path.len >= sizeof(name))
		return false;
	memcpy(name, path.p, (size_t)path.len);
	name[path.len] = '\0';
	return stat(name, &st) == 0 && S_ISDIR(st.st_mode);
}

int report_place(struct op *op, str path, str name, const char *ext, str *ret)
{
	struct buf b;

	if (!is_directory(path)) {
		*ret = path;
		return 0;
	}
	buf_init(&b, op, (size_t)LIMIT_PATH * 2);
	buf_add(&b, path);
	if (!str_ends(path, S("/")))
		buf_char(&b, '/');
	for (ptrdiff_t i = 0; i < name.len; i++)
		buf_char(&b, name.p[i] == '/' ? '-' : name.p[i]);
	buf_fmt(&b, ".%s", ext);
	return buf_take(&b, ret);
}

int report_place_check(struct op *op, str path, bool several, str option)
{
	AUTO_FD dir = -1;
	bool is_dir = is_directory(path);

	if (path.len == 0)
		return op_fail(op, ERR_USAGE, "%.*s names no file", STR_ARG(option));
	if (several && !is_dir)
		return op_fail(op, ERR_USAGE,
			       "%.*s is one file, and there are several recipes: a directory "
			       "(%.*s/) gets a file for each",
			       STR_ARG(option), STR_ARG(path));
	str parent = str_rfind(path, '/') == 0 ? S("/") : str_dir_name(path);
	return dir_open(op, AT_FDCWD, is_dir ? path : parent, str_ends(path, S("/")), &dir);
}

int report_check(struct op *op, const struct texts *output, bool several)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < output->n; i++) {
		str file = output->p[i], option;
		(void)str_cut(&file, '=');
		if (!file.p)
			continue;
		rc = op_text(op, &option, "--output %.*s", STR_ARG(output->p[i]));
		if (rc == 0)
			rc = report_place_check(op, file, several, option);
	}
	return rc;
}

static const char *ext_of(str name)
{
	for (size_t i = 0; i < sizeof(format) / sizeof(format[0]); i++)
		if (str_eq(str_of(format[i].name), name))
			return format[i].ext;
	return "txt";
}

int report_file(struct op *op, str output, const struct outcome *o, ptrdiff_t i, str *ret)
{
	str name = output, kind = str_cut(&name, '=');
	int rc = name.len ? report_place(op, name, o->name, ext_of(kind), &name) : 0;

	if (rc < 0)
		return rc;
	ptrdiff_t dot = str_rfind(name, '.');
	str tail = dot > str_rfind(name, '/') ? str_from(name, dot) : S("");
	if (i == 0 || name.len == 0) {
		*ret = name;
		return 0;
	}
	return op_text(op, ret, "%.*s-linux-%s%.*s", (int)(name.len - tail.len), name.p,
		       o->platform->oci_arch, STR_ARG(tail));
}

/* Bills of materials are large: into a file they go as they are made. */
static const struct {
	const char *name;
	int (*write)(struct op *op, const struct outcome *o, sbom_sink *sink, void *arg);
} streamed[] = { { "spdx-json", spdx_write }, { "cyclonedx-json", cyclonedx_write } };

static int to_file(struct op *op, void *arg, str bytes)
{
	const struct file_user *f = arg;

	return file_write(op, f->fd, f->name, bytes);
}

/* 1: the format is no bill of materials. */
static int stream_one(struct op *op, str name, str file, const struct outcome *o)
{
	AUTO_FILE_USER f = { .new = { .fd = -1 }, .dir = -1, .fd = -1 };

	for (size_t i = 0; i < sizeof(streamed) / sizeof(streamed[0]); i++) {
		if (!str_eq(str_of(streamed[i].name), name))
			continue;
		int rc = file_user_open(op, file, 0644, &f);
		if (rc == 0)
			rc = streamed[i].write(op, o, to_file, &f);
		return rc < 0 ? rc : file_user_publish(op, &f);
	}
	return 1;
}

static int write_one(struct op *op, const struct cli *cli, str output, const struct outcome *o,
		     ptrdiff_t i, bool verbose)
{
	str word = output, name = str_cut(&word, '='), file, text;
	bool has_file = word.p != NULL;
	struct text_style style = style_of(&cli->out, verbose);
	struct buf b;

	int rc = has_file ? report_file(op, output, o, i, &file) : 1;
	if (rc < 0 || (rc == 0 && (rc = stream_one(op, name, file, o)) <= 0))
		return rc;
	if (has_file)
		style = (struct text_style){ .utf8 = true, .width = 100, .verbose = verbose };
	buf_init(&b, op, REPORT_MAX);
	rc = writer_of(name)(&b, o, &style);
	if (rc == 0)
		rc = buf_take(&b, &text);
	if (rc < 0 || !has_file)
		return rc < 0 ? rc : term_write(op, &cli->out, text);
	return file_replace_user(op, file, text, 0644);
}

int report_outputs(struct op *op, const struct cli *cli, const struct texts *output,
		   const struct outcome *outcome, ptrdiff_t n, bool verbose, bool quiet)
{
	bool tree = !quiet;
	int rc = 0;

	for (ptrdiff_t k = 0; k < output->n; k++)
		tree &= str_find(output->p[k], '=') >= 0;
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++) {
		for (ptrdiff_t k = 0; rc == 0 && k < output->n; k++) {
			struct op_mark mark = op_mark(op);
			rc = write_one(op, cli, output->p[k], &outcome[i], i, verbose);
			if (rc == 0)
				op_reset(op, mark);
		}
		if (rc == 0 && tree)
			rc = write_one(op, cli, S("tree"), &outcome[i], i, verbose);
	}
	return rc;
}
