/*
 * shell: the commands of a shell script as a flat list, each with its words and its place: what lint
 * asks of RUN. Quotes, $(), ``, pipes, lists, subshells, redirections, heredocs, assignments, if, for,
 * while, case and functions are understood as far as needed to tell commands from the rest; nothing is
 * run, and nothing is refused: an open quote goes to the end. Source: POSIX.1-2017, XCU 2; bash(1).
 */
#ifndef LINT_SHELL_H
#define LINT_SHELL_H

#include "base/op.h"

enum shell_join {
	SHELL_FIRST,
	SHELL_SEQUENCE, /* ; or a new line */
	SHELL_AND,
	SHELL_OR,
	SHELL_PIPE,
	SHELL_BACKGROUND,
};

struct shell_word {
	str text;  /* as written */
	str value; /* without quotes and escapes; $x, $(x) and `x` stand in it as written */
	bool dynamic, quoted;
	/* Of what is put in outside of quotes, and so split into words: the first $x, the first $(x). */
	const char *split_variable, *split_command;
};

struct shell_redirect {
	str how; /* ">", ">>", "<", "<<", "&>" ... */
	int fd;  /* in front of it; -1: none */
	struct shell_word to;
};

struct shell_command {
	struct shell_word
		*word; /* [word_n]: the program and its arguments; none: only assignments */
	ptrdiff_t word_n;
	struct shell_word *assign; /* [assign_n]: NAME=VALUE in front of it */
	ptrdiff_t assign_n;
	struct shell_redirect *redirect; /* [redirect_n] */
	ptrdiff_t redirect_n;
	/* Of word: what is run by sudo, env, exec, time, nice ...; 0 where none of them stands. */
	ptrdiff_t program;
	enum shell_join before;
	bool piped;       /* into the next one of its list */
	bool negated;     /* "!" stands before it */
	bool condition;   /* of if, while or until */
	bool substituted; /* within $() or `` */
	int list;         /* commands of one number follow one another in one list */
	int group;      /* of a list: the subshell, braces, if or loop that it stands in; 0: none */
	int depth;      /* of these */
	int order;      /* of reading; for sorting */
	const char *at; /* where it begins in the script */
};

struct shell_script {
	struct shell_command *command; /* [command_n] by place */
	ptrdiff_t command_n;
};

/*
 * shell_parse(op, script, ret): only memory can fail; what stands behind LIMIT_SHELL_COMMANDS
 * commands is not read. What "sh -c '...'" is given counts too. Views
 * alias script or live in op. O(bytes) times the depth of substitutions.
 */
int shell_parse(struct op *op, str script, struct shell_script *ret) MUST_USE;

/* The name of the program, without its folder; "" where there is none or it is not written out. */
str shell_program(const struct shell_command *c);

/* The words behind the program. */
static inline const struct shell_word *shell_argument(const struct shell_command *c, ptrdiff_t i)
{
	return c->program + 1 + i < c->word_n ? &c->word[c->program + 1 + i] : NULL;
}

#endif
