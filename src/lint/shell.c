#include "shell.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/vec.h"

/*
 * A list of commands is read from the left; what stands in $(), `` or behind "sh -c" is put aside as
 * a list of its own and read afterwards, so that nothing recurs. In the end all commands are sorted by
 * place.
 *
 * Invariants: (1) p <= end; (2) open[0 .. depth-1] are the subshells and cases that are open in this
 * list; (3) words, assigns and redirects are those of the command that is being read.
 */
enum {
	HEREDOCS_MAX = 16, /* that wait for the next line; more are not skipped */
	WORD_MAX = 4 << 20,
};

enum { SUBSHELL = '(', GROUP = '{', CASE_COMMANDS = 'c', CASE_PATTERN = 'p' };

struct job {
	str text;
	const char *at; /* where it stands, if text is not of the script itself; or NULL */
	bool substituted;
	int depth;
};

struct heredoc {
	str name;
	bool strip;
};

struct parser {
	struct op *op;
	struct job job;
	const char *p, *end;
	VEC(struct shell_command) command;
	VEC(struct job) jobs;
	VEC(struct shell_word) word;
	VEC(struct shell_word) assign;
	VEC(struct shell_redirect) redirect;
	struct buf value; /* of the word that is being read */
	struct heredoc heredoc[HEREDOCS_MAX];
	int heredoc_n;
	char open[LIMIT_DEPTH];
	int group[LIMIT_DEPTH]; /* numbers of what is open */
	int depth, list, groups;
	enum shell_join join;
	const char *at; /* of the command that is being read; NULL: none is */
	bool negated, condition;
	bool discard; /* these words are no command: of for, case */
	bool test;    /* within [[ ]] */
};

static char peek(const struct parser *s, ptrdiff_t i)
{
	return s->end - s->p > i ? s->p[i] : '\0';
}

static bool at_blank(const struct parser *s)
{
	return s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\r');
}

static bool in_name(char c)
{
	return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || (c >= '0' && c <= '9');
}

static bool ends_word(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ';' || c == '&' ||
	       c == '|' || c == '(' || c == ')' || c == '<' || c == '>';
}

/* Where what was opened before p is closed: behind the closing byte; `end` where it is not. */
static const char *skip_nested(const char *p, const char *end, char close)
{
	char stack[LIMIT_DEPTH] = { close };
	int n = 1;

	for (; p < end; p++) {
		char top = stack[n - 1];
		bool deeper = n < LIMIT_DEPTH;

		if (*p == '\\') {
			p++;
		} else if (*p == top) {
			if (--n == 0)
				return p + 1;
		} else if (*p == '\'' && top != '"') {
			while (p + 1 < end && *++p != '\'') {
			}
		} else if (!deeper) {
			continue;
		} else if (*p == '"' || *p == '`') {
			stack[n++] = *p;
		} else if (*p == '$' && end - p > 1 && (p[1] == '(' || p[1] == '{')) {
			stack[n++] = *++p == '(' ? ')' : '}';
		} else if (*p == '(' && top == ')') {
			stack[n++] = ')';
		}
	}
	return end;
}

static int add_job(struct parser *s, str text, const char *at, bool substituted)
{
	struct job *job;

	if (s->job.depth + 1 >= LIMIT_DEPTH || text.len == 0)
		return 0;
	if (!(job = vec_push(s->op, &s->jobs)))
		return ERR_MEMORY;
	job->text = text;
	job->at = s->job.at ? s->job.at : at;
	job->substituted = substituted || s->job.substituted;
	job->depth = s->job.depth + 1;
	return 0;
}

static void take(struct parser *s, const char *to)
{
	buf_add(&s->value, (str){ s->p, to - s->p });
	s->p = to;
}

/* What begins with '$' or '`'. */
static int read_dollar(struct parser *s, struct shell_word *w, bool in_quotes)
{
	const char *from = s->p;
	char next = peek(s, 1);
	bool command = false;

	if (*from == '`') {
		take(s, skip_nested(from + 1, s->end, '`'));
		command = true;
	} else if (next == '(' && peek(s, 2) == '(') {
		take(s, skip_nested(from + 2, s->end, ')'));
	} else if (next == '(') {
		take(s, skip_nested(from + 2, s->end, ')'));
		command = true;
	} else if (next == '{') {
		take(s, skip_nested(from + 2, s->end, '}'));
	} else if (next == '\'' && !in_quotes) {
		w->quoted = true;
		for (s->p += 2; s->p < s->end && *s->p != '\''; s->p++) {
			if (*s->p == '\\' && s->end - s->p > 1)
				buf_char(&s->value, *s->p++);
			buf_char(&s->value, *s->p);
		}
		s->p += s->p < s->end;
		return 0;
	} else {
		const char *p = from + 1;

		if (p < s->end && strchr("@*#?-$!0123456789", *p) && *p)
			p++;
		else
			while (p < s->end && in_name(*p))
				p++;
		take(s, p);
		if (p == from + 1)
			return 0;
	}
	w->dynamic = true;
	if (command) {
		bool closed = s->p > from + 1 && (s->p[-1] == ')' || s->p[-1] == '`');
		const char *inner = from + (*from == '`' ? 1 : 2);
		const char *end = closed && s->p - 1 >= inner ? s->p - 1 : s->p;

		if (!in_quotes && !w->split_command)
			w->split_command = from;
		return add_job(s, (str){ inner, end - inner }, NULL, true);
	}
	if (!in_quotes && !w->split_variable && next != '(' && next != '?' && next != '#' &&
	    next != '$')
		w->split_variable = from;
	return 0;
}

static int read_quotes(struct parser *s, struct shell_word *w)
{
	w->quoted = true;
	for (s->p++; s->p < s->end && *s->p != '"';) {
		int rc = 0;

		if (*s->p == '\\' && s->end - s->p > 1) {
			char next = s->p[1];
			bool escapes = next == '"' || next == '\\' || next == '$' || next == '`';

			s->p += escapes;
			if (next == '\n')
				s->p += 2;
			else
				buf_char(&s->value, *s->p++);
		} else if (*s->p == '$' || *s->p == '`') {
			rc = read_dollar(s, w, true);
		} else {
			buf_char(&s->value, *s->p++);
		}
		if (rc < 0)
			return rc;
	}
	s->p += s->p < s->end;
	return 0;
}

/* An array's words, NAME=(...): they are skipped. */
static bool begins_array(const struct parser *s, const char *from)
{
	return s->p > from && s->p[-1] == '=' && *s->p == '(';
}

static int read_word(struct parser *s, struct shell_word *w)
{
	const char *from = s->p;
	int rc = 0;

	*w = (struct shell_word){ 0 };
	s->value.len = 0;
	while (rc >= 0 && s->p < s->end && (!ends_word(*s->p) || begins_array(s, from))) {
		char c = *s->p;

		if (c == '(') {
			take(s, skip_nested(s->p + 1, s->end, ')'));
		} else if (c == '\\') {
			w->quoted = true;
			s->p++;
			if (s->p < s->end && *s->p != '\n')
				buf_char(&s->value, *s->p);
			s->p += s->p < s->end;
		} else if (c == '\'') {
			const char *close = memchr(s->p + 1, '\'', (size_t)(s->end - s->p - 1));

			w->quoted = true;
			s->p++;
			take(s, close ? close : s->end);
			s->p += close != NULL;
		} else if (c == '"') {
			rc = read_quotes(s, w);
		} else if (c == '$' || c == '`') {
			rc = read_dollar(s, w, false);
		} else {
			buf_char(&s->value, c);
			s->p++;
		}
	}
	if (rc < 0)
		return rc;
	w->text = w->value = (str){ from, s->p - from };
	if (s->value.bad)
		return ERR_MEMORY;
	return w->quoted ? op_copy(s->op, buf_view(&s->value), &w->value) : 0;
}

str shell_program(const struct shell_command *c)
{
	if (c->program >= c->word_n || c->word[c->program].dynamic)
		return S("");
	return str_base_name(c->word[c->program].value);
}

static bool is_assignment(str s)
{
	ptrdiff_t i = 0;

	while (i < s.len && in_name(s.p[i]))
		i++;
	return i > 0 && i < s.len && (s.p[0] < '0' || s.p[0] > '9') &&
	       (s.p[i] == '=' || (s.p[i] == '+' && i + 1 < s.len && s.p[i + 1] == '='));
}

/* What runs the command that stands behind it, and those of its flags that take a word. */
static const struct {
	const char *name, *taking;
} wrappers[] = {
	{ "builtin", "" },       { "command", "" }, { "doas", "uC" },    { "eatmydata", "" },
	{ "env", "uCS" },        { "exec", "a" },   { "ionice", "cn" },  { "nice", "n" },
	{ "nohup", "" },         { "stdbuf", "" },  { "sudo", "ugCpT" }, { "time", "fo" },
	{ "xargs", "nPIdEaLs" },
};

static ptrdiff_t find_program(const struct shell_command *c)
{
	ptrdiff_t i = 0;

	for (int guard = 0; guard < 8 && i < c->word_n; guard++) {
		str name = str_base_name(c->word[i].value);
		size_t at = 0, n = sizeof(wrappers) / sizeof(wrappers[0]);
		ptrdiff_t next = i + 1;

		while (at < n && !str_eq(name, str_of(wrappers[at].name)))
			at++;
		if (at == n)
			return i;
		while (next < c->word_n && (str_starts(c->word[next].value, S("-")) ||
					    is_assignment(c->word[next].value))) {
			str flag = c->word[next].value;

			/* "command -v x" only asks for it. */
			if (str_eq(name, S("command")) &&
			    (str_eq(flag, S("-v")) || str_eq(flag, S("-V"))))
				return i;
			next += flag.len == 2 && strchr(wrappers[at].taking, flag.p[1]) ? 2 : 1;
		}
		if (next >= c->word_n)
			return i;
		i = next;
	}
	return i;
}

/* "sh -c SCRIPT": the script is a list too. */
static int inner_script(struct parser *s, const struct shell_command *c)
{
	static const char *const shells[] = { "sh", "bash", "ash", "dash", "ksh", "zsh" };
	str name = shell_program(c);
	size_t at = 0;

	while (at < 6 && !str_eq(name, str_of(shells[at])))
		at++;
	for (ptrdiff_t i = c->program + 1; at < 6 && i + 1 < c->word_n; i++) {
		str flag = c->word[i].value;
		const struct shell_word *w = &c->word[i + 1];

		if (!str_starts(flag, S("-")) || str_starts(flag, S("--")) ||
		    str_find(flag, 'c') < 0)
			continue;
		/* As it stands in the script, if quotes are all that was taken off. */
		bool plain = w->text.len == w->value.len + 2;
		return add_job(s, plain ? (str){ w->text.p + 1, w->value.len } : w->value,
			       plain ? NULL : w->text.p, false);
	}
	return 0;
}

/* What has been read of a command is none. */
static void drop(struct parser *s)
{
	memset(&s->word, 0, sizeof(s->word));
	memset(&s->assign, 0, sizeof(s->assign));
	memset(&s->redirect, 0, sizeof(s->redirect));
	s->at = NULL;
}

static int flush(struct parser *s, enum shell_join next)
{
	struct shell_command *c;
	int rc = 0;
	bool any = s->word.n + s->assign.n + s->redirect.n > 0;

	if (any && !s->discard) {
		if (!(c = vec_push(s->op, &s->command)))
			return ERR_MEMORY;
		c->word = s->word.p;
		c->word_n = s->word.n;
		c->assign = s->assign.p;
		c->assign_n = s->assign.n;
		c->redirect = s->redirect.p;
		c->redirect_n = s->redirect.n;
		c->before = s->join;
		c->piped = next == SHELL_PIPE;
		c->negated = s->negated;
		c->condition = s->condition;
		c->substituted = s->job.substituted;
		c->list = s->list;
		c->depth = s->depth;
		c->group = s->depth > 0 ? s->group[s->depth - 1] : 0;
		c->order = (int)s->command.n;
		c->at = s->job.at ? s->job.at : s->at;
		c->program = find_program(c);
		rc = inner_script(s, c);
	}
	drop(s);
	if (next == SHELL_SEQUENCE)
		s->discard = false;
	if (any || next != SHELL_SEQUENCE)
		s->join = next;
	/* Behind a group it is the last command in it that goes into the pipe. */
	if (!any && next == SHELL_PIPE && s->command.n > 0 &&
	    s->command.p[s->command.n - 1].list == s->list)
		s->command.p[s->command.n - 1].piped = true;
	s->negated = s->test = false;
	return rc;
}

static char top(const struct parser *s)
{
	return s->depth > 0 ? s->open[s->depth - 1] : '\0';
}

static void push(struct parser *s, char what)
{
	if (s->depth == LIMIT_DEPTH)
		return;
	s->group[s->depth] = ++s->groups;
	s->open[s->depth++] = what;
}

static void pop(struct parser *s)
{
	s->depth -= s->depth > 0;
}

/* The bodies of the heredocs of the line that ends here. */
static void skip_heredocs(struct parser *s)
{
	for (int i = 0; i < s->heredoc_n; i++) {
		while (s->p < s->end) {
			const char *nl = memchr(s->p, '\n', (size_t)(s->end - s->p));
			str line = { s->p, (nl ? nl : s->end) - s->p };

			s->p = nl ? nl + 1 : s->end;
			while (s->heredoc[i].strip && line.len > 0 && line.p[0] == '\t')
				line = str_from(line, 1);
			if (str_eq(line, s->heredoc[i].name))
				break;
		}
	}
	s->heredoc_n = 0;
}

/* The length of a redirection's sign at p, digits included; 0: there is none. */
static ptrdiff_t redirect_sign(const struct parser *s, ptrdiff_t *ret_digits)
{
	static const char *const signs[] = { "&>>", "<<<", "<<-", "&>", ">>", "<<",
					     ">&",  "<&",  "<>",  ">|", ">",  "<" };
	ptrdiff_t n = 0;

	while (n < 4 && peek(s, n) >= '0' && peek(s, n) <= '9')
		n++;
	str rest = { s->p + n, s->end - s->p - n };
	*ret_digits = n;
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (str_starts(rest, str_of(signs[i])))
			return n > 0 && signs[i][0] == '&' ? 0 : n + (ptrdiff_t)strlen(signs[i]);
	return 0;
}

/* A redirection: 1; 0: none stands here. */
static int read_redirect(struct parser *s)
{
	ptrdiff_t digits, n = redirect_sign(s, &digits);
	struct shell_redirect r = { .fd = -1 };

	/* <(x) and >(x) are words. */
	if (n == 0 || (n == 1 && peek(s, 1) == '('))
		return 0;
	if (digits > 0)
		r.fd = s->p[0] - '0';
	if (!s->at)
		s->at = s->p;
	r.how = (str){ s->p + digits, n - digits };
	s->p += n;
	while (at_blank(s))
		s->p++;
	int rc = read_word(s, &r.to);
	if (rc < 0)
		return rc;
	if (str_starts(r.how, S("<<")) && !str_eq(r.how, S("<<<")) && s->heredoc_n < HEREDOCS_MAX)
		s->heredoc[s->heredoc_n++] =
			(struct heredoc){ r.to.value, str_eq(r.how, S("<<-")) };
	struct shell_redirect *to = vec_push(s->op, &s->redirect);
	if (!to)
		return ERR_MEMORY;
	*to = r;
	return 1;
}

enum reserved { NOT_RESERVED, OPENS, CONDITION, CLOSES, LOOP, CASE, ESAC, FUNCTION, NOT };

static enum reserved reserved_of(const struct shell_word *w)
{
	static const struct {
		const char *name;
		enum reserved what;
	} all[] = {
		{ "if", CONDITION },      { "elif", CONDITION }, { "while", CONDITION },
		{ "until", CONDITION },   { "then", OPENS },     { "else", OPENS },
		{ "do", OPENS },          { "{", OPENS },        { "fi", CLOSES },
		{ "done", CLOSES },       { "}", CLOSES },       { "for", LOOP },
		{ "select", LOOP },       { "case", CASE },      { "esac", ESAC },
		{ "function", FUNCTION }, { "!", NOT },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]) && !w->quoted; i++)
		if (str_eq(w->text, str_of(all[i].name)))
			return all[i].what;
	return NOT_RESERVED;
}

/* Does the word belong to the grammar, not to a command? Only where one could begin. */
static bool takes_reserved(struct parser *s, const struct shell_word *w)
{
	if (s->discard && str_eq(w->text, S("in")) && top(s) == 'C') {
		s->open[s->depth - 1] = CASE_PATTERN;
		s->discard = false;
		drop(s);
		return true;
	}
	if (top(s) == CASE_PATTERN && str_eq(w->text, S("esac"))) {
		pop(s);
		return true;
	}
	if (s->discard || s->word.n + s->assign.n > 0 || top(s) == CASE_PATTERN)
		return false;
	switch (reserved_of(w)) {
	case NOT_RESERVED:
		return false;
	case CONDITION:
		s->condition = true;
		if (!str_eq(w->text, S("elif")))
			push(s, GROUP);
		return true;
	case OPENS:
		s->condition = false;
		if (str_eq(w->text, S("{")))
			push(s, GROUP);
		return true;
	case CLOSES:
		s->condition = false;
		if (top(s) == GROUP)
			pop(s);
		return true;
	case NOT:
		s->negated = true;
		return true;
	case LOOP:
		s->discard = true;
		push(s, GROUP);
		return true;
	case CASE:
		push(s, 'C');
		s->discard = true;
		return true;
	case ESAC:
		if (top(s) == CASE_COMMANDS)
			pop(s);
		return true;
	case FUNCTION:
		s->discard = true;
		return true;
	}
	return false;
}

/* <(x) and >(x) are words; any other byte that begins none is left out. */
static int read_process(struct parser *s, struct shell_word *w)
{
	const char *from = s->p;
	bool process = peek(s, 1) == '(';

	s->p = process ? skip_nested(from + 2, s->end, ')') : from + 1;
	w->text = w->value = (str){ from, s->p - from };
	w->dynamic = true;
	if (!process)
		return 0;
	bool closed = s->p > from + 2 && s->p[-1] == ')';
	return add_job(s, (str){ from + 2, s->p - from - 2 - closed }, NULL, true);
}

static int add_word(struct parser *s)
{
	const char *from = s->p;
	struct shell_word w;
	int rc = read_word(s, &w);

	if (rc < 0)
		return rc;
	if (s->p == from && (rc = read_process(s, &w)) < 0)
		return rc;
	if (takes_reserved(s, &w))
		return 0;
	if (!s->at)
		s->at = from;
	if (str_eq(w.text, S("[[")) && s->word.n == 0)
		s->test = true;
	if (str_eq(w.text, S("]]")))
		s->test = false;
	bool assigns = s->word.n == 0 && is_assignment(w.text) && top(s) != CASE_PATTERN;
	struct shell_word *to = assigns ? vec_push(s->op, &s->assign) : vec_push(s->op, &s->word);
	if (!to)
		return ERR_MEMORY;
	*to = w;
	return 0;
}

static int read_parenthesis(struct parser *s)
{
	if (*s->p == '(') {
		if (s->test || top(s) == CASE_PATTERN) {
			s->p++;
		} else if (s->word.n + s->assign.n == 0 && peek(s, 1) == '(') {
			s->p = skip_nested(s->p + 1, s->end, ')');
		} else if (s->word.n > 0) {
			/* NAME() of a function */
			s->p = skip_nested(s->p + 1, s->end, ')');
			s->discard = true;
			return flush(s, SHELL_SEQUENCE);
		} else {
			push(s, SUBSHELL);
			s->p++;
		}
		return 0;
	}
	s->p++;
	if (s->test)
		return 0;
	if (top(s) == CASE_PATTERN) {
		s->open[s->depth - 1] = CASE_COMMANDS;
		drop(s);
		s->join = SHELL_SEQUENCE;
		return 0;
	}
	int rc = flush(s, SHELL_SEQUENCE);
	if (top(s) == SUBSHELL)
		pop(s);
	return rc;
}

/* An operator between commands. */
static int read_operator(struct parser *s)
{
	char c = *s->p, next = peek(s, 1);
	bool twice = next == c;

	if (s->test || top(s) == CASE_PATTERN) { /* of a pattern or a test */
		s->p++;
		return 0;
	}
	s->p += twice || (c == ';' && next == '&') || (c == '|' && next == '&') ? 2 : 1;
	if (c == '&')
		return flush(s, twice ? SHELL_AND : SHELL_BACKGROUND);
	if (c == '|')
		return flush(s, twice ? SHELL_OR : SHELL_PIPE);
	int rc = flush(s, SHELL_SEQUENCE);
	if ((twice || next == '&') && top(s) == CASE_COMMANDS)
		s->open[s->depth - 1] = CASE_PATTERN;
	return rc;
}

static int step(struct parser *s)
{
	char c = *s->p;
	int rc;

	if (at_blank(s)) {
		s->p++;
		return 0;
	}
	if (c == '\\' && peek(s, 1) == '\n') {
		s->p += 2;
		return 0;
	}
	if (c == '#') {
		const char *nl = memchr(s->p, '\n', (size_t)(s->end - s->p));
		s->p = nl ? nl : s->end;
		return 0;
	}
	if (c == '\n') {
		s->p++;
		rc = top(s) == CASE_PATTERN ? 0 : flush(s, SHELL_SEQUENCE);
		skip_heredocs(s);
		return rc;
	}
	if ((rc = read_redirect(s)) != 0)
		return rc < 0 ? rc : 0;
	if (c == ';' || c == '&' || c == '|')
		return read_operator(s);
	if (c == '(' || c == ')')
		return read_parenthesis(s);
	return add_word(s);
}

static int read_list(struct parser *s, struct job job)
{
	int rc = 0;

	s->job = job;
	s->p = job.text.p;
	s->end = job.text.p + job.text.len;
	s->depth = s->heredoc_n = 0;
	s->join = SHELL_FIRST;
	s->at = NULL;
	s->negated = s->condition = s->discard = s->test = false;
	s->list++;
	while (rc == 0 && s->p < s->end && s->command.n < LIMIT_SHELL_COMMANDS)
		rc = step(s);
	return rc < 0 ? rc : flush(s, SHELL_SEQUENCE);
}

static int by_place(const void *a, const void *b)
{
	const struct shell_command *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->order - y->order;
}

int shell_parse(struct op *op, str script, struct shell_script *ret)
{
	struct parser s = { .op = op };
	int rc;

	buf_init(&s.value, op, WORD_MAX);
	rc = read_list(&s, (struct job){ .text = script });
	for (ptrdiff_t i = 0; rc == 0 && i < s.jobs.n; i++)
		rc = read_list(&s, s.jobs.p[i]);
	if (rc < 0)
		return rc;
	if (s.command.n > 1 && s.list > 1)
		qsort(s.command.p, (size_t)s.command.n, sizeof(s.command.p[0]), by_place);
	ret->command = s.command.p;
	ret->command_n = s.command.n;
	return 0;
}
