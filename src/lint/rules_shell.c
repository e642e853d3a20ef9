#include "dockerfile_rules.h"

/*
 * The mistakes of shell scripts that break builds most, under the ids that ShellCheck gives them, where the
 * meaning is the same.
 */

static int fault(struct dockerfile_ask *a, const char *at, str key, const char *what)
{
	return dockerfile_fault(a, a->step, at, key, "%.*s %s", STR_ARG(str_head(key, 60)), what);
}

/* The command behind this one in its list, or NULL. */
static const struct shell_command *next_of(const struct dockerfile_ask *a)
{
	const struct shell_script *s = &a->script[dockerfile_index(a, a->step)];

	for (const struct shell_command *c = a->command + 1;
	     c < s->command + s->command_n && c - a->command < SHELL_BACK; c++)
		if (c->list == a->command->list)
			return c;
	return NULL;
}

static int ask_spaced(struct dockerfile_ask *a)
{
	const struct shell_word *w = shell_argument(a->command, 0);

	if (a->command->word_n < 2 || !w || !str_eq(w->text, S("=")) ||
	    shell_is_one(a->command, "[ test expr [["))
		return 0;
	return fault(a, w->text.p, a->command->word[0].text,
		     "= ... runs a program; an assignment has no blanks");
}

static int ask_cat(struct dockerfile_ask *a)
{
	const struct shell_command *c = a->command;

	if (!shell_is_one(c, "cat") || !c->piped || c->word_n != 2 || c->redirect_n > 0 ||
	    str_starts(c->word[1].value, S("-")) || c->word[1].dynamic ||
	    str_find(c->word[1].value, '*') >= 0)
		return 0;
	return fault(a, c->at, S("cat"),
		     "of one file into a pipe; the next program can read it itself");
}

static int ask_and_or(struct dockerfile_ask *a)
{
	const struct shell_command *c = a->command, *n = next_of(a);

	if (c->before != SHELL_AND || c->condition || !n || n->before != SHELL_OR ||
	    n->group != c->group || shell_is_one(n, "true : exit echo return false printf"))
		return 0;
	return fault(
		a, n->at, n->word_n > 0 ? n->word[0].text : S("||"),
		"runs too where what stands before && is well and what stands behind it fails");
}

static int ask_glob(struct dockerfile_ask *a)
{
	const struct shell_command *c = a->command;

	for (ptrdiff_t i = c->program + 1; i < c->word_n; i++) {
		if (str_eq(c->word[i].text, S("--")))
			return 0;
		if (str_starts(c->word[i].text, S("*")) &&
		    shell_is_one(c, "cat chmod chown cp gzip ls mv rm tar"))
			return fault(a, c->word[i].text.p, c->word[i].text,
				     "takes a file whose name begins with a dash for an option");
	}
	return 0;
}

/* What dash and busybox do not have, in the default shell. */
static int ask_posix(struct dockerfile_ask *a)
{
	const struct shell_command *c = a->command;
	str shell = a->shell[dockerfile_index(a, a->step)];

	if ((shell.len > 0 && !word_in(shell, "sh dash")) || a->step->json ||
	    a->step->heredoc_n > 0)
		return 0;
	if (shell_is_one(c, "[[ source pushd popd shopt declare typeset"))
		return fault(a, c->at, shell_program(c), "is not known to every /bin/sh");
	for (ptrdiff_t i = 0; i < c->redirect_n; i++)
		if (word_in(c->redirect[i].how, "<<< &> &>>"))
			return fault(a, c->redirect[i].how.p, c->redirect[i].how,
				     "is not known to every /bin/sh");
	return 0;
}

static bool splits(const struct shell_command *c)
{
	return c->word_n > 0 &&
	       !shell_is_one(c, "[[ echo printf export local declare readonly typeset for");
}

static int ask_command_words(struct dockerfile_ask *a)
{
	const struct shell_command *c = a->command;

	for (ptrdiff_t i = c->program + 1; i < c->word_n && splits(c); i++)
		if (c->word[i].split_command)
			return fault(a, c->word[i].split_command, c->word[i].text,
				     "is split into words at blanks, and its stars are expanded");
	return 0;
}

static int ask_variable_words(struct dockerfile_ask *a)
{
	const struct shell_command *c = a->command;

	for (ptrdiff_t i = c->program + 1; i < c->word_n && !shell_is_one(c, "[["); i++)
		if (c->word[i].split_variable)
			return fault(a, c->word[i].split_variable, c->word[i].text,
				     "is split into words at blanks, and its stars are expanded");
	return 0;
}

static int ask_declare(struct dockerfile_ask *a)
{
	const struct shell_command *c = a->command;

	for (ptrdiff_t i = c->program + 1;
	     i < c->word_n && shell_is_one(c, "declare export local readonly typeset"); i++) {
		str w = c->word[i].text;
		ptrdiff_t equal = str_find(w, '=');

		if (equal > 0 &&
		    (str_find_str(str_from(w, equal), S("$(")) >= 0 ||
		     str_find(str_from(w, equal), '`') >= 0) &&
		    str_find_str(str_from(w, equal), S("$((")) < 0)
			return fault(a, w.p, w, "hides whether the command in it fails");
	}
	return 0;
}

static int ask_cd(struct dockerfile_ask *a)
{
	const struct shell_script *s = &a->script[dockerfile_index(a, a->step)];
	const struct shell_command *c = a->command, *n = next_of(a);

	if (!shell_is_one(c, "cd pushd") || !n || n->before != SHELL_SEQUENCE || c->condition ||
	    c->before == SHELL_OR)
		return 0;
	for (const struct shell_command *b = shell_back(s, c); b < c; b++)
		if (shell_is_one(b, "set") && shell_flag(b, "", "e"))
			return 0;
	return fault(a, c->at, S("cd"), "may fail, and what follows runs elsewhere");
}

const struct dockerfile_rule dockerfile_shell_rules[] = {
	{ { "SC1068", "", SEVERITY_HIGH, "Assignments have no blanks at their '='",
	    "With blanks the name is a program, and '=' its first argument.", "Write NAME=VALUE." },
	  ASK_COMMAND,
	  0,
	  ask_spaced,
	  NULL,
	  false },
	{ { "SC2002", "", SEVERITY_NEGLIGIBLE,
	    "cat is not used to read one file for another program",
	    "A process more, and in a pipe a fault that is not seen.",
	    "program < file, or program file." },
	  ASK_COMMAND,
	  0,
	  ask_cat,
	  NULL,
	  false },
	{ { "SC2015", "", SEVERITY_LOW, "A && B || C is not used as if and else",
	    "C runs when B fails, not only when A does.", "if A; then B; else C; fi." },
	  ASK_COMMAND,
	  0,
	  ask_and_or,
	  NULL,
	  false },
	{ { "SC2035", "", SEVERITY_LOW, "Patterns do not begin with a star",
	    "A file called -rf is an option to whoever gets it.",
	    "Write ./* or put -- before it." },
	  ASK_COMMAND,
	  0,
	  ask_glob,
	  NULL,
	  false },
	{ { "SC2039", "", SEVERITY_MEDIUM, "RUN keeps to what its shell knows",
	    "The default shell is /bin/sh: dash in Debian, busybox in Alpine, bash elsewhere. The "
	    "build depends "
	    "on which.",
	    "Write it as POSIX does, or set SHELL [\"/bin/bash\", \"-c\"]." },
	  ASK_COMMAND,
	  0,
	  ask_posix,
	  NULL,
	  false },
	{ { "SC2046", "", SEVERITY_MEDIUM, "What a command gives is quoted",
	    "An output with a blank or a star becomes several arguments, or other files.",
	    "Write \"$(command)\"." },
	  ASK_COMMAND,
	  0,
	  ask_command_words,
	  NULL,
	  false },
	{ { "SC2086", "", SEVERITY_LOW, "Variables are quoted",
	    "A value with a blank or a star becomes several arguments, or other files.",
	    "Write \"$name\"." },
	  ASK_COMMAND,
	  0,
	  ask_variable_words,
	  NULL,
	  false },
	{ { "SC2155", "", SEVERITY_MEDIUM, "A declaration does not hide a failure",
	    "export X=$(command) is well even if the command fails: the build goes on with an "
	    "empty X.",
	    "X=$(command) && export X." },
	  ASK_COMMAND,
	  0,
	  ask_declare,
	  NULL,
	  false },
	{ { "SC2164", "", SEVERITY_MEDIUM, "What follows a cd needs it to be done",
	    "If the directory is missing, the next command works on the wrong one.",
	    "cd dir && command." },
	  ASK_COMMAND,
	  0,
	  ask_cd,
	  NULL,
	  false },
	{ { NULL, NULL, SEVERITY_UNKNOWN, NULL, NULL, NULL }, ASK_FILE, 0, NULL, NULL, false },
};
