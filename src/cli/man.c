#include "man.h"

#include <string.h>

/* Of the release, since a page has a date and no build may read a clock. */
#define MAN_DATE "2026-11-22"

enum { ROFF_LINE = 50 }; /* a word and its escapes still fit before column 80 */

static const char *const exit_code[][2] = {
	{ "0", "Yes, or done." },
	{ "1", "The answer is no: a proof, a test or a comparison failed." },
	{ "2", "The command line or a document is wrong." },
	{ "3", "It could not be done: a file, the network, a package or a resource." },
	{ "4", "It was done, but the answer is incomplete." },
};

static const char *const environment[][2] = {
	{ "TEMPER_STORE",
	  "Directory of the local store; else below XDG_CACHE_HOME or HOME/.cache." },
	{ "TEMPER_CONFIG",
	  "The configuration file, instead of temper/config.yaml below XDG_CONFIG_HOME "
	  "or HOME/.config, or /etc/temper/config.yaml." },
	{ "SOURCE_DATE_EPOCH", "Creation time of images and bills of materials, in seconds since 1970." },
	{ "NO_COLOR", "When it is set to anything, nothing is coloured." },
	{ "https_proxy, no_proxy", "Proxies, as libcurl understands them." },
};

/* Text for the body of a page: backslashes, hyphens and quotes as themselves, no control line, and
 * lines broken at a blank past column `wrap`. */
static void roff_at(struct buf *b, str text, int wrap)
{
	bool line_start = true;
	int column = 0;

	for (ptrdiff_t i = 0; i < text.len; i++) {
		char c = text.p[i];
		if (c == ' ' && column > wrap)
			c = '\n';
		column = c == '\n' ? 0 : column + 1;
		if (line_start && (c == '.' || c == '\''))
			buf_add(b, S("\\&"));
		if (c == '\\')
			buf_add(b, S("\\e"));
		else if (c == '-')
			buf_add(b, S("\\-"));
		else if (c == '~')
			buf_add(b, S("\\(ti"));
		else if (c == '^')
			buf_add(b, S("\\(ha"));
		else if (c == '\'' || c == '`')
			buf_add(b, c == '`' ? S("\\(ga") : S("\\(aq"));
		else
			buf_char(b, c);
		line_start = c == '\n';
	}
}

static void roff(struct buf *b, str text)
{
	roff_at(b, text, ROFF_LINE);
}

static void roff_line(struct buf *b, str text)
{
	roff_at(b, text, INT32_MAX);
}

/* Paragraphs; lines within one are joined by the formatter. */
static void roff_paragraphs(struct buf *b, str text)
{
	for (;;) {
		ptrdiff_t gap = str_find_str(text, S("\n\n"));
		roff(b, gap < 0 ? text : str_head(text, gap));
		buf_char(b, '\n');
		if (gap < 0)
			return;
		buf_add(b, S(".PP\n"));
		text = str_from(text, gap + 2);
	}
}

static void man_head(struct buf *b, const char *verb, const char *summary)
{
	buf_add(b, S(".TH TEMPER"));
	if (verb) {
		buf_char(b, '-');
		for (const char *c = verb; *c; c++)
			buf_char(b, (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c));
	}
	buf_add(b, S(" 1 " MAN_DATE " \"temper " TEMPER_VERSION "\"\n.SH NAME\n"));
	buf_fmt(b, "temper%s%s \\- ", verb ? "\\-" : "", verb ? verb : "");
	roff_line(b, str_of(summary));
	buf_char(b, '\n');
}

static void man_pairs(struct buf *b, const char *heading, const char *const (*row)[2], size_t n)
{
	buf_fmt(b, ".SH %s\n", heading);
	for (size_t i = 0; i < n; i++) {
		buf_fmt(b, ".TP\n.B %s\n", row[i][0]);
		roff(b, str_of(row[i][1]));
		buf_char(b, '\n');
	}
}

static void man_option(struct buf *b, const struct option *o)
{
	buf_add(b, S(".TP\n.B "));
	if (o->letter)
		buf_fmt(b, "\\-%c, ", o->letter);
	buf_add(b, S("\\-\\-"));
	roff_line(b, str_of(o->name));
	if (o->arg) {
		buf_add(b, S(" \\fI"));
		roff_line(b, str_of(o->arg));
		buf_add(b, S("\\fP"));
	}
	buf_char(b, '\n');
	roff(b, str_of(o->help));
	buf_char(b, '\n');
}

static void man_options(struct buf *b, struct option_table table)
{
	const char *group = NULL;

	if (table.n)
		buf_add(b, S(".SH OPTIONS\n"));
	for (size_t i = 0; i < table.n; i++) {
		if (!group || strcmp(group, table.p[i].group) != 0)
			buf_fmt(b, ".SS %s\n", table.p[i].group);
		group = table.p[i].group;
		man_option(b, &table.p[i]);
	}
}

static void man_tail(struct buf *b)
{
	man_pairs(b, "EXIT STATUS", exit_code, sizeof(exit_code) / sizeof(exit_code[0]));
	man_pairs(b, "ENVIRONMENT", environment, sizeof(environment) / sizeof(environment[0]));
}

void man_verb(struct buf *b, const struct verb *v)
{
	man_head(b, v->name, v->summary);
	buf_fmt(b, ".SH SYNOPSIS\n.B temper %s\n", v->name);
	if (v->options.n)
		buf_add(b, S("[\\fIOPTION\\fP]...\n"));
	if (v->operands[0]) {
		roff_line(b, str_of(v->operands));
		buf_char(b, '\n');
	}
	buf_add(b, S(".SH DESCRIPTION\n"));
	roff_paragraphs(b, str_of(v->description));
	man_options(b, v->options);
	man_tail(b);
	if (v->example_n)
		buf_add(b, S(".SH EXAMPLES\n"));
	for (size_t i = 0; i < v->example_n; i++) {
		if (i)
			buf_add(b, S(".PP\n"));
		roff(b, str_of(v->example[i].what));
		buf_add(b, S("\n.PP\n.RS 4\n.nf\n"));
		roff_line(b, str_of(v->example[i].command));
		buf_add(b, S("\n.fi\n.RE\n"));
	}
	buf_add(b, S(".SH SEE ALSO\n.BR temper (1)\n"));
}

void man_overview(struct buf *b)
{
	man_head(b, NULL, "minimal container images from Debian packages, proven and tested");
	buf_add(b,
		S(".SH SYNOPSIS\n.B temper\n\\fIVERB\\fP [\\fIOPTION\\fP]... [\\fIOPERAND\\fP]...\n"
		  ".SH DESCRIPTION\n"));
	roff_paragraphs(
		b,
		S("temper builds minimal container images from Debian packages, proves that "
		  "they hold together, and tests them: without root, without a daemon, and without "
		  "running a single package script.\n\n"
		  "A report goes to standard output, progress and errors to standard error. An "
		  "error is "
		  "one line that says what failed, on which thing, and what to do."));
	buf_add(b, S(".SH VERBS\n"));
	for (size_t i = 0; i < verbs_n; i++) {
		buf_fmt(b, ".TP\n.BR temper\\-%s (1)\n", verbs[i]->name);
		roff(b, str_of(verbs[i]->summary));
		buf_char(b, '\n');
	}
	man_tail(b);
}

static const char *file_action(const struct option *o)
{
	switch (o->hint) {
	case OPTION_HINT_FILE:
		return "-f";
	case OPTION_HINT_DIRECTORY:
		return "-d";
	case OPTION_HINT_NONE:
		break;
	}
	return NULL;
}

static void bash_option(struct buf *b, const struct verb *v, const struct option *o)
{
	const char *files = file_action(o);

	if (o->kind == OPTION_FLAG)
		return;
	buf_fmt(b, "\t%s:--%s", v->name, o->name);
	if (o->letter)
		buf_fmt(b, "|%s:-%c", v->name, o->letter);
	if (o->values)
		buf_fmt(b, ") COMPREPLY=($(compgen -W '%s' -- \"$cur\"));;\n", o->values);
	else if (files)
		buf_fmt(b, ") COMPREPLY=($(compgen %s -- \"$cur\"));;\n", files);
	else
		buf_add(b, S(") COMPREPLY=();;\n"));
}

static bool has_words(const struct verb *v)
{
	return str_find(str_of(v->operands), '|') >= 0;
}

/* The words that an operand can be: "list show remove prune" of "list|show NAME|remove NAME|prune".
 */
static void operand_words(struct buf *b, const struct verb *v)
{
	str rest = str_of(v->operands);

	while (rest.len) {
		str one = str_cut(&rest, '|');
		buf_add(b, str_word(&one));
		buf_add(b, rest.len ? S(" ") : S(""));
	}
}

static void bash_verb(struct buf *b, const struct verb *v)
{
	buf_fmt(b, "\t%s:*)\n\t\tif [[ $cur == -* ]]; then\n\t\t\tCOMPREPLY=($(compgen -W '--help",
		v->name);
	for (size_t i = 0; i < v->options.n; i++)
		buf_fmt(b, " --%s", v->options.p[i].name);
	buf_add(b, S("' -- \"$cur\"))\n\t\telse\n\t\t\tCOMPREPLY=($(compgen "));
	if (v == &verb_help) {
		buf_add(b, S("-W '"));
		for (size_t i = 0; i < verbs_n; i++)
			buf_fmt(b, "%s%s", i ? " " : "", verbs[i]->name);
		buf_add(b, S("'"));
	} else if (has_words(v)) {
		buf_add(b, S("-W '"));
		operand_words(b, v);
		buf_add(b, S("'"));
	} else {
		buf_add(b, S("-f"));
	}
	buf_add(b, S(" -- \"$cur\"))\n\t\tfi;;\n"));
}

void man_bash(struct buf *b)
{
	buf_add(b, S("# bash completion for temper; made by 'temper help --completion bash'\n"
		     "_temper()\n{\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} "
		     "prev=${COMP_WORDS[COMP_CWORD-1]}\n"
		     "\tif [[ $COMP_CWORD -eq 1 ]]; then\n\t\tCOMPREPLY=($(compgen -W '--version "
		     "--help"));
	for (size_t i = 0; i < verbs_n; i++)
		buf_fmt(b, " %s", verbs[i]->name);
	buf_add(b, S("' -- \"$cur\"))\n\t\treturn\n\tfi\n\tcase ${COMP_WORDS[1]}:$prev in\n"));
	for (size_t i = 0; i < verbs_n; i++)
		for (size_t k = 0; k < verbs[i]->options.n; k++)
			bash_option(b, verbs[i], &verbs[i]->options.p[k]);
	for (size_t i = 0; i < verbs_n; i++)
		bash_verb(b, verbs[i]);
	buf_add(b, S("\tesac\n}\ncomplete -o filenames -F _temper temper\n"));
}

/* Text within single quotes of a shell, where `also` needs a backslash as well (0: nothing). */
static void shell_text(struct buf *b, const char *text, const char *also, const char *quote)
{
	for (const char *c = text; *c; c++) {
		if (*c == '\'') {
			buf_add(b, str_of(quote));
			continue;
		}
		if (*c != '\n' && strchr(also, *c))
			buf_char(b, '\\');
		buf_char(b, *c);
	}
}

static void zsh_option(struct buf *b, const struct option *o)
{
	buf_add(b, S("\t\t'"));
	if (o->kind == OPTION_TEXTS)
		buf_char(b, '*');
	buf_fmt(b, "--%s%s[", o->name, o->arg ? "=" : "");
	shell_text(b, o->help, "[]:\\", "'\\''");
	buf_char(b, ']');
	if (o->arg) {
		buf_char(b, ':');
		shell_text(b, o->arg, "[]:\\", "'\\''");
		buf_char(b, ':');
		if (o->values)
			buf_fmt(b, "(%s)", o->values);
		else if (o->hint != OPTION_HINT_NONE)
			buf_add(b, o->hint == OPTION_HINT_FILE ? S("_files") : S("_files -/"));
	}
	buf_add(b, S("' \\\n"));
}

void man_zsh(struct buf *b)
{
	buf_add(b, S("#compdef temper\n# zsh completion for temper; made by 'temper help "
		     "--completion zsh'\n"
		     "local -a verbs\nverbs=(\n"));
	for (size_t i = 0; i < verbs_n; i++) {
		buf_fmt(b, "\t'%s:", verbs[i]->name);
		shell_text(b, verbs[i]->summary, "\\", "'\\''");
		buf_add(b, S("'\n"));
	}
	buf_add(b, S(")\nif (( CURRENT == 2 )); then\n\t_describe verb verbs\n\treturn\nfi\ncase "
		     "$words[2] in\n"));
	for (size_t i = 0; i < verbs_n; i++) {
		buf_fmt(b, "%s)\n\tshift words; (( CURRENT-- ))\n\t_arguments \\\n",
			verbs[i]->name);
		for (size_t k = 0; k < verbs[i]->options.n; k++)
			zsh_option(b, &verbs[i]->options.p[k]);
		buf_add(b, S("\t\t'(-h --help)--help[show the help]' '*:operand:"));
		if (verbs[i] == &verb_help)
			buf_add(b, S("{_describe verb verbs}"));
		else if (!has_words(verbs[i]))
			buf_add(b, S("_files"));
		else {
			buf_char(b, '(');
			operand_words(b, verbs[i]);
			buf_char(b, ')');
		}
		buf_add(b, S("'\n\t;;\n"));
	}
	buf_add(b, S("esac\n"));
}

static void fish_option(struct buf *b, const char *verb, const struct option *o)
{
	buf_fmt(b, "complete -c temper -n '__fish_seen_subcommand_from %s' -l %s", verb, o->name);
	if (o->letter)
		buf_fmt(b, " -s %c", o->letter);
	if (o->values)
		buf_fmt(b, " -x -a '%s'", o->values);
	else if (o->hint == OPTION_HINT_DIRECTORY)
		buf_add(b, S(" -x -a '(__fish_complete_directories)'"));
	else if (o->arg)
		buf_add(b, o->hint == OPTION_HINT_FILE ? S(" -r -F") : S(" -x"));
	buf_add(b, S(" -d '"));
	shell_text(b, o->help, "\\", "\\'");
	buf_add(b, S("'\n"));
}

void man_fish(struct buf *b)
{
	buf_add(b, S("# fish completion for temper; made by 'temper help --completion fish'\n"));
	for (size_t i = 0; i < verbs_n; i++) {
		buf_fmt(b, "complete -c temper -n __fish_use_subcommand -f -a %s -d '",
			verbs[i]->name);
		shell_text(b, verbs[i]->summary, "\\", "\\'");
		buf_add(b, S("'\n"));
	}
	for (size_t i = 0; i < verbs_n; i++)
		for (size_t k = 0; k < verbs[i]->options.n; k++)
			fish_option(b, verbs[i]->name, &verbs[i]->options.p[k]);
	for (size_t i = 0; i < verbs_n; i++) {
		if (!has_words(verbs[i]))
			continue;
		buf_fmt(b, "complete -c temper -n '__fish_seen_subcommand_from %s' -f -a '",
			verbs[i]->name);
		operand_words(b, verbs[i]);
		buf_add(b, S("'\n"));
	}
	buf_add(b, S("complete -c temper -n '__fish_seen_subcommand_from help' -f -a '"));
	for (size_t i = 0; i < verbs_n; i++)
		buf_fmt(b, "%s%s", i ? " " : "", verbs[i]->name);
	buf_add(b, S("'\n"));
}
