/* A Dockerfile, or the script of a RUN: what is found stands in the text. The first byte chooses. */
#include "lint/dockerfile.h"
#include "lint/lint.h"
#include "lint/shell.h"

static int lines_of(str s)
{
	int n = 1;

	for (ptrdiff_t i = 0; i < s.len; i++)
		n += s.p[i] == '\n';
	return n;
}

static void check_steps(const struct dockerfile *d, int lines)
{
	int before = 0;

	for (ptrdiff_t i = 0; i < d->step_n; i++) {
		const struct dockerfile_step *s = &d->step[i];

		MUST(s->line > before && s->line <= s->end_line && s->end_line <= lines &&
		     s->col >= 1);
		before = s->end_line;
		MUST(s->stage < d->stage_n && s->stage >= -1 && s->piece_n >= 1);
		for (ptrdiff_t k = 0; k < s->word_n; k++)
			MUST(s->word[k].line >= s->line && s->word[k].line <= s->end_line &&
			     s->word[k].col >= 1);
	}
	for (ptrdiff_t i = 0; i < d->stage_n; i++)
		MUST(d->stage[i].base_stage < i && d->stage[i].step_n >= 1);
	MUST(d->target == (int)d->stage_n - 1);
}

static int dockerfile(struct op *op, str in)
{
	struct lint_wish wish = { 0 };
	struct lint_file file;
	struct dockerfile d;
	int lines = lines_of(in), rc = dockerfile_parse(op, S("fuzz"), in, &d);

	if (rc < 0)
		return rc;
	check_steps(&d, lines);
	if ((rc = lint_bytes(op, S("fuzz"), LINT_DOCKERFILE, in, &wish, &file)) < 0)
		return rc;
	for (ptrdiff_t i = 0; i < file.fault_n; i++)
		MUST(file.fault[i].line >= 1 && file.fault[i].end_line <= lines &&
		     file.fault[i].what.len > 0);
	return 0;
}

static int script(struct op *op, str in)
{
	struct shell_script s;
	const char *before = in.p;
	int rc = shell_parse(op, in, &s);

	for (ptrdiff_t i = 0; rc == 0 && i < s.command_n; i++) {
		const struct shell_command *c = &s.command[i];

		MUST(c->at >= before && c->at <= in.p + in.len && c->program <= c->word_n);
		before = c->at;
	}
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_OP op;

	op_init(&op, 256 << 20);
	if (size == 0)
		return 0;
	str in = { (const char *)data + 1, (ptrdiff_t)size - 1 };
	int rc = data[0] == 's' ? script(&op, in) : dockerfile(&op, in);
	MUST(rc == op.code && (rc == 0 || op.text[0]));
	return 0;
}
