#include "verbs.h"

#include <unistd.h>

enum {
	VERBS_MAX = 64,
	HELP_MAX = 1 << 20, /* bytes of a help text */
};

const struct verb *const verbs[] = {
	&verb_init,
	&verb_build,
	&verb_lock,
	&verb_rebuild,
	&verb_test,
	&verb_sbom,
	&verb_scan,
	&verb_audit,
	&verb_lint,
	&verb_explain,
	&verb_compare,
	&verb_gate,
	&verb_policy,
	&verb_waivers,
	&verb_vex,
	&verb_diff,
	&verb_advise,
	&verb_notices,
	&verb_patch,
	&verb_slim,
	&verb_db,
	&verb_store,
	&verb_help,
};
const size_t verbs_n = sizeof(verbs) / sizeof(verbs[0]);

const struct verb *verbs_find(str name)
{
	for (size_t i = 0; i < verbs_n; i++)
		if (str_eq(str_of(verbs[i]->name), name))
			return verbs[i];
	return NULL;
}

int verbs_unknown(struct op *op, str name)
{
	const char *known[VERBS_MAX];

	MUST(verbs_n <= VERBS_MAX);
	for (size_t i = 0; i < verbs_n; i++)
		known[i] = verbs[i]->name;
	const char *near = nearest_word(name, known, verbs_n);
	if (near)
		return op_fail(op, ERR_USAGE, "there is no verb '%.*s'; did you mean '%s'?",
			       STR_ARG(name), near);
	return op_fail(op, ERR_USAGE, "there is no verb '%.*s'", STR_ARG(name));
}

int verbs_exit_code(int rc)
{
	switch (rc) {
	case ERR_NO:
		return 1;
	case ERR_USAGE:
		return 2;
	default:
		return rc < 0 ? 3 : rc;
	}
}

void verbs_help(struct buf *b, const struct verb *v, int width)
{
	buf_fmt(b, "usage: temper %s%s%s%s\n\n", v->name, v->options.n ? " [OPTION]..." : "",
		v->operands[0] ? " " : "", v->operands);
	option_wrap(b, str_of(v->description), 0, 0, width);
	option_help(b, v->options, width);
	for (size_t i = 0; i < v->example_n; i++) {
		buf_add(b, i ? S("\n") : S("\nExamples:\n"));
		option_wrap(b, str_of(v->example[i].what), 0, 2, width);
		buf_fmt(b, "    %s\n", v->example[i].command);
	}
}

void verbs_overview(struct buf *b, int width)
{
	buf_add(b, S("usage: temper VERB [OPTION]... [OPERAND]...\n\n"));
	option_wrap(
		b,
		S("temper builds minimal container images from Debian packages, proves that "
		  "they hold together, and tests them: without root, without a daemon, and without "
		  "running a single package script."),
		0, 0, width);
	buf_add(b, S("\nVerbs:\n"));
	for (size_t i = 0; i < verbs_n; i++)
		buf_fmt(b, "  %-10s %s\n", verbs[i]->name, verbs[i]->summary);
	buf_add(b, S("\nA first image: temper init nginx && temper build nginx.yaml\n"
		     "'temper help VERB' tells everything about one of them; 'temper --version' "
		     "the version.\n"));
}

/* One line on standard error, and a second where it helps. There is no one left to tell when that
 * cannot be written, so its failure changes nothing. */
static int report(const struct op *op, const struct cli *cli, str hint)
{
	AUTO_OP own;
	struct buf b;
	const char *red = cli->err.colour ? "\033[1;31m" : "",
		   *plain = cli->err.colour ? "\033[0m" : "";

	op_init(&own, 0);
	buf_init(&b, &own, HELP_MAX);
	buf_fmt(&b, "%stemper:%s %s\n", red, plain, op->text);
	if (hint.len)
		buf_fmt(&b, "hint: %.*s\n", STR_ARG(hint));
	if (term_write(&own, &cli->err, buf_view(&b)) < 0)
		op_forgive(&own);
	return verbs_exit_code(op->code);
}

static int show(struct op *op, const struct cli *cli, void (*write)(struct buf *b, int width))
{
	struct buf b;
	str text;

	buf_init(&b, op, HELP_MAX);
	write(&b, cli->out.width < 100 ? cli->out.width : 100);
	if (buf_take(&b, &text) < 0 || term_write(op, &cli->out, text) < 0)
		return report(op, cli, S(""));
	return 0;
}

static void write_version(struct buf *b, int width)
{
	MUST(width > 0);
	buf_add(b, S("temper " TEMPER_VERSION "\n"));
}

static int check_operands(struct op *op, const struct verb *v, const struct texts *got)
{
	if (got->n < v->operand_min)
		return op_fail(op, ERR_USAGE, "%s needs %s", v->name, v->operands);
	if (got->n > v->operand_max)
		return op_fail(op, ERR_USAGE, "%s takes %s; '%.*s' is one too many", v->name,
			       v->operands[0] ? v->operands : "no operands",
			       STR_ARG(got->p[v->operand_max]));
	return 0;
}

static int show_help(struct op *op, const struct cli *cli, const struct verb *v)
{
	struct buf b;
	str text;

	buf_init(&b, op, HELP_MAX);
	verbs_help(&b, v, cli->out.width < 100 ? cli->out.width : 100);
	if (buf_take(&b, &text) < 0 || term_write(op, &cli->out, text) < 0)
		return report(op, cli, S(""));
	return 0;
}

static int run(struct op *op, struct cli *cli, const struct verb *v, int argc, char *const *argv)
{
	void *options = op_alloc(op, v->options_size, 1);
	str hint = S("");

	if (!options)
		return report(op, cli, hint);
	int rc = option_parse(op, v->options, argv, argc, options, &cli->operand);
	if (rc > 0)
		return show_help(op, cli, v);
	if (rc == 0)
		rc = check_operands(op, v, &cli->operand);
	if (rc < 0) {
		if (op_text(op, &hint, "temper help %s", v->name) < 0)
			hint = S("temper help");
		return report(op, cli, hint);
	}
	rc = v->run(op, cli, options);
	return rc < 0 ? report(op, cli, hint) : rc;
}

int verbs_main(int argc, char *const *argv)
{
	AUTO_OP op;
	struct cli cli = { .out = term_of(STDOUT_FILENO), .err = term_of(STDERR_FILENO) };
	str word = argc > 1 ? str_of(argv[1]) : S("");

	op_init(&op, 0);
	if (str_eq(word, S("--version")) || str_eq(word, S("-V")))
		return show(&op, &cli, write_version);
	if (str_eq(word, S("--help")) || str_eq(word, S("-h")))
		return show(&op, &cli, verbs_overview);
	const struct verb *v = verbs_find(word);
	if (v)
		return run(&op, &cli, v, argc - 2, argv + 2);
	if (argc < 2) { /* somebody who meets it for the first time; a script that errs, too */
		cli.out = cli.err;
		return show(&op, &cli, verbs_overview) ? 3 : 2;
	}
	if (str_starts(word, S("-")))
		op_fail(&op, ERR_USAGE, "unknown option %.*s before the verb", STR_ARG(word));
	else
		verbs_unknown(&op, word);
	return report(&op, &cli, S("temper help"));
}
