/*
 * option: one table of options, from which parsing, help, man pages and completions are made.
 *
 * Options and operands may stand in any order; "--" ends the options; "-" is an operand. A long
 * option takes its argument as "--to X" or "--to=X", a short one as "-t X" or "-tX"; flags may
 * be joined ("-qv"). Every verb knows --help and -h without a row of its own.
 */
#ifndef CLI_OPTION_H
#define CLI_OPTION_H

#include "base/buf.h"
#include "codec/node.h"

enum option_kind {
	OPTION_FLAG,  /* bool at offset */
	OPTION_TEXT,  /* str at offset; the last one given counts */
	OPTION_TEXTS, /* struct texts at offset; each one given is appended */
};

enum option_hint { /* what a shell completes the argument with */
		   OPTION_HINT_NONE,
		   OPTION_HINT_FILE,
		   OPTION_HINT_DIRECTORY,
};

struct option {
	const char *name; /* "to": --to */
	char letter;      /* 't': -t; or 0 */
	enum option_kind kind;
	const char *arg;    /* what the help calls the argument; NULL for flags */
	size_t offset;      /* in the verb's options: offsetof() */
	const char *group;  /* heading in the help; rows of a group stand together */
	const char *help;   /* a sentence or two */
	const char *values; /* "gzip zstd": the only words taken (up to a '='), or NULL */
	enum option_hint hint;
};

struct option_table {
	const struct option *p;
	size_t n;
};

/*
 * option_parse(op, table, argv, argc, ret, ret_operands): read argv[0 .. argc-1] into the zeroed
 * struct at ret. 1 if --help was asked for (and nothing else is checked then); ERR_USAGE for an
 * unknown option (with the nearest one), a missing or needless argument, or a word that is not
 * among the values. Texts alias argv.
 */
int option_parse(struct op *op, struct option_table table, char *const *argv, int argc, void *ret,
		 struct texts *ret_operands) MUST_USE;

/* The rows as help text, grouped, wrapped to width columns. */
void option_help(struct buf *b, struct option_table table, int width);

/* text broken at blanks to width columns, each line after `indent` blanks, "\n" at the end; the
 * first line is thought to begin at column `at` already. Empty lines in text part paragraphs. */
void option_wrap(struct buf *b, str text, int at, int indent, int width);

/* Does --name take this word? True without values; else the text before a '=' must be one. */
bool option_takes(const struct option *o, str word);

#endif
