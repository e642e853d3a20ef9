#include "man.h"

enum { HELP_MAX = 1 << 20 }; /* bytes of what is printed */

struct help_options {
	bool man;
	str completion;
};

static const struct option table[] = {
	{ "man", 0, OPTION_FLAG, NULL, offsetof(struct help_options, man), "Other forms",
	  "The manual page, for 'man -l' or a package: temper(1), or that of VERB." },
	{ "completion", 0, OPTION_TEXT, "SHELL", offsetof(struct help_options, completion),
	  "Other forms", "A completion script for bash, zsh or fish.", .values = "bash zsh fish" },
};

static const struct example example[] = {
	{ "temper help build", "All about one verb:" },
	{ "source <(temper help --completion bash)", "Completion in this shell:" },
	{ "temper help --man build | man -l -", "The manual page of a verb:" },
};

static void write_completion(struct buf *b, str shell)
{
	if (str_eq(shell, S("bash")))
		man_bash(b);
	else if (str_eq(shell, S("zsh")))
		man_zsh(b);
	else
		man_fish(b);
}

static int run(struct op *op, const struct cli *cli, const void *options)
{
	const struct help_options *o = options;
	const struct verb *v = NULL;
	int width = cli->out.width < 100 ? cli->out.width : 100;
	struct buf b;
	str text;

	if (cli->operand.n > 0) {
		v = verbs_find(cli->operand.p[0]);
		if (!v)
			return verbs_unknown(op, cli->operand.p[0]);
	}
	buf_init(&b, op, HELP_MAX);
	if (o->completion.len)
		write_completion(&b, o->completion);
	else if (o->man && v)
		man_verb(&b, v);
	else if (o->man)
		man_overview(&b);
	else if (v)
		verbs_help(&b, v, width);
	else
		verbs_overview(&b, width);
	return buf_take(&b, &text) < 0 ? op->code : term_write(op, &cli->out, text);
}

const struct verb verb_help = {
	.name = "help",
	.operands = "[VERB]",
	.operand_max = 1,
	.summary = "tell about temper or one of its verbs",
	.description = "Shows the list of verbs, or everything about one of them: what it does, "
		       "its options, and "
		       "examples. The same text as a manual page with --man.",
	.options = VERB_OPTIONS(table),
	.options_size = sizeof(struct help_options),
	VERB_EXAMPLES(example),
	.run = run,
};
