#include <fcntl.h>

#include "build/init.h"
#include "sys/file.h"
#include "verbs.h"

struct init_options {
	str file, description;
	bool force;
};

static const struct option table[] = {
	{ "file", 'f', OPTION_TEXT, "FILE", offsetof(struct init_options, file), "Result",
	  "Where to write the recipe, \"-\" for standard output; without it, NAME.yaml here.",
	  .hint = OPTION_HINT_FILE },
	{ "description", 0, OPTION_TEXT, "TEXT", offsetof(struct init_options, description),
	  "Result", "One line that says what the image is." },
	{ "force", 0, OPTION_FLAG, NULL, offsetof(struct init_options, force), "Result",
	  "Write over a file that is there." },
};

static const struct example example[] = {
	{ "temper init nginx && temper build nginx.yaml", "A first image of one's own:" },
};

/* Is there something at path? */
static int is_there(struct op *op, str path, bool *ret)
{
	const char *name = op_cstr(op, path);
	struct stat st;

	if (!name)
		return op->code;
	*ret = lstat(name, &st) == 0;
	return 0;
}

static int write_recipe(struct op *op, const struct cli *cli, const struct init_options *o,
			str package, str text)
{
	bool there = false;
	str path = o->file, said;

	if (str_eq(path, S("-")))
		return term_write(op, &cli->out, text);
	if (path.len == 0 && op_text(op, &path, "%.*s.yaml", STR_ARG(package)) < 0)
		return op->code;
	if (!o->force && is_there(op, path, &there) < 0)
		return op->code;
	if (there)
		return op_fail(
			op, ERR_USAGE,
			"%.*s is there already; --force writes over it, --file names another",
			STR_ARG(path));
	if (file_replace(op, AT_FDCWD, path, text, 0644) < 0)
		return op->code;
	if (op_text(op, &said, "wrote %.*s\nnext: temper build %.*s\n", STR_ARG(path),
		    STR_ARG(path)) < 0)
		return op->code;
	return term_write(op, &cli->out, said);
}

static int run(struct op *op, const struct cli *cli, const void *options)
{
	const struct init_options *o = options;
	str package = cli->operand.p[0], text;

	if (init_recipe(op, package, o->description, &text) < 0)
		return op->code;
	return write_recipe(op, cli, o, package, text);
}

const struct verb verb_init = {
	.name = "init",
	.operands = "NAME",
	.operand_min = 1,
	.operand_max = 1,
	.summary = "write a first recipe for a package",
	.description = "Writes a commented recipe for an image around the Debian package NAME, "
		       "with a test. For well-known "
		       "servers and languages it knows the command, the port and the directories; "
		       "for others it takes the "
		       "program that has the package's name.",
	.options = VERB_OPTIONS(table),
	.options_size = sizeof(struct init_options),
	VERB_EXAMPLES(example),
	.run = run,
};
