#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "dockerfile_rules.h"
#include "lint_impl.h"

enum {
	WHAT_MAX = 1 << 10, /* bytes of one fault's text; what is longer is cut */
	RULES_MAX = 128,
	INSTRUCTION_MAX = 200, /* bytes of it that a fault shows */
};

static const struct dockerfile_rule *const tables[] = {
	dockerfile_from_rules,  dockerfile_step_rules,    dockerfile_copy_rules,
	dockerfile_stage_rules, dockerfile_command_rules, dockerfile_package_rules,
	dockerfile_shell_rules, dockerfile_label_rules,
};

/* ---- looking ---- */

bool word_in(str word, const char *words)
{
	str all = str_of(words);

	while (all.len > 0)
		if (str_eq(str_word(&all), word))
			return true;
	return false;
}

bool shell_is_one(const struct shell_command *c, const char *programs)
{
	str program = shell_program(c);

	return program.len > 0 && word_in(program, programs);
}

const struct shell_word *shell_operand(const struct shell_command *c, const char *taking,
				       ptrdiff_t *i)
{
	for (; *i < c->word_n; ++*i) {
		str w = c->word[*i].value;

		if (str_eq(w, S("--")))
			continue;
		if (w.len < 2 || w.p[0] != '-')
			return &c->word[(*i)++];
		if (str_find(w, '=') < 0 && word_in(w, taking))
			++*i;
	}
	return NULL;
}

str shell_verb(const struct shell_command *c, const char *taking)
{
	ptrdiff_t i = c->program + 1;
	const struct shell_word *w = shell_operand(c, taking, &i);

	return w ? w->value : S("");
}

bool shell_flag(const struct shell_command *c, const char *words, const char *letters)
{
	for (ptrdiff_t i = c->program + 1; i < c->word_n; i++) {
		str w = c->word[i].value;

		if (str_eq(w, S("--")))
			return false;
		if (w.len < 2 || w.p[0] != '-')
			continue;
		str name = w;
		name = str_cut(&name, '=');
		if (word_in(name, words) || word_in(w, words))
			return true;
		for (ptrdiff_t j = 1; j < w.len && w.p[1] != '-' && w.p[j] != '='; j++)
			if (strchr(letters, w.p[j]))
				return true;
	}
	return false;
}

bool dockerfile_mounted(const struct dockerfile_step *s, const char *path)
{
	for (ptrdiff_t i = 0; i < s->flag_n; i++) {
		str mount = s->flag[i].value, type = dockerfile_mount(mount, "type");

		if (!str_eq(s->flag[i].name, S("mount")) || !word_in(type, "cache tmpfs"))
			continue;
		str at = dockerfile_mount(mount, "target");
		if (at.len == 0)
			at = dockerfile_mount(mount, "dst");
		if (at.len == 0)
			at = dockerfile_mount(mount, "destination");
		while (at.len > 1 && at.p[at.len - 1] == '/')
			at.len--;
		if (at.len > 0 && (str_starts(str_of(path), at) || str_starts(at, str_of(path))))
			return true;
	}
	return false;
}

bool dockerfile_ships(const struct dockerfile *d, const struct dockerfile_stage *stage)
{
	int i = d->target;

	while (i >= 0 && &d->stage[i] != stage)
		i = d->stage[i].base_stage;
	return i >= 0;
}

str dockerfile_bare(struct dockerfile_ask *a, str word)
{
	bool plain = true;
	str out = { word.p, 0 };

	for (ptrdiff_t i = 0; i < word.len; i++)
		plain = plain && word.p[i] != '"' && word.p[i] != '\'' && word.p[i] != a->d->escape;
	if (plain)
		return word;
	char *p = op_new(a->op, char, word.len);
	char quote = 0;
	if (!p)
		return word;
	for (ptrdiff_t i = 0; i < word.len; i++) {
		char c = word.p[i];

		if (quote ? c == quote : c == '"' || c == '\'')
			quote = quote ? 0 : c;
		else if (c == a->d->escape && quote != '\'' && i + 1 < word.len)
			p[out.len++] = word.p[++i];
		else
			p[out.len++] = c;
	}
	out.p = p;
	return quote ? word : out;
}

/* ---- faults ---- */

static int PRINTF_LIKE(6, 0) add_fault(struct dockerfile_ask *a, const struct dockerfile_step *s,
				       int line, int col, str key, const char *fmt, va_list args)
{
	char what[WHAT_MAX];
	struct fault *f = vec_push(a->op, &a->fault);

	if (!f)
		return ERR_MEMORY;
	vsnprintf(what, sizeof(what), fmt, args);
	f->rule = &a->row->rule;
	f->path = a->d->path;
	f->line = line;
	f->end_line = line == s->line ? s->end_line : line;
	f->col = col;
	f->layer = -1;
	f->instruction = str_trim(str_head(s->source, INSTRUCTION_MAX));
	f->key = key.len > 0 ? key : f->instruction;
	return op_copy(a->op, str_of(what), &f->what);
}

/* As dockerfile_place(), but that it goes on from where the last one was. */
static void place(struct dockerfile_ask *a, const struct dockerfile_step *s, const char *p,
		  int *line, int *col)
{
	for (ptrdiff_t i = 0; i < s->heredoc_n; i++) {
		const struct dockerfile_heredoc *h = &s->heredoc[i];
		const char *c = h->body.p;

		if (p < h->body.p || p >= h->body.p + h->body.len)
			continue;
		if (a->last.in != h || p < a->last.line_start) {
			a->last.in = h;
			a->last.line_start = c;
			a->last.line = h->line;
		}
		while ((c = memchr(a->last.line_start, '\n', (size_t)(p - a->last.line_start)))) {
			a->last.line_start = c + 1;
			a->last.line++;
		}
		*line = a->last.line;
		*col = (int)(p - a->last.line_start) + 1;
		return;
	}
	dockerfile_place(s, p, line, col);
}

int dockerfile_fault(struct dockerfile_ask *a, const struct dockerfile_step *s, const char *at,
		     str key, const char *fmt, ...)
{
	int line = s->line, col = s->col;
	va_list args;

	if (at)
		place(a, s, at, &line, &col);
	va_start(args, fmt);
	int rc = add_fault(a, s, line, col, key, fmt, args);
	va_end(args);
	return rc;
}

int dockerfile_fault_word(struct dockerfile_ask *a, const struct dockerfile_step *s,
			  const struct dockerfile_word *w, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int rc = add_fault(a, s, w->line, w->col, w->text, fmt, args);
	va_end(args);
	return rc;
}

/* ---- what RUN runs ---- */

static bool is_shell(str program)
{
	return word_in(str_base_name(program), "sh bash ash dash ksh zsh busybox");
}

static int join_scripts(struct op *op, const struct shell_script *more, struct shell_script *to)
{
	struct shell_command *all =
		op_new(op, struct shell_command, to->command_n + more->command_n);

	if (!all)
		return ERR_MEMORY;
	if (to->command_n > 0)
		memcpy(all, to->command, (size_t)to->command_n * sizeof(*all));
	if (more->command_n > 0)
		memcpy(all + to->command_n, more->command, (size_t)more->command_n * sizeof(*all));
	to->command = all;
	to->command_n += more->command_n;
	return 0;
}

/* RUN ["a", "b"] as a command. */
static int json_script(struct op *op, const struct dockerfile_step *s, struct shell_script *ret)
{
	struct shell_command *c = op_new(op, struct shell_command, 1);
	struct shell_word *w = op_new(op, struct shell_word, s->word_n);

	if (!c || !w)
		return ERR_MEMORY;
	for (ptrdiff_t i = 0; i < s->word_n; i++)
		w[i].text = w[i].value = s->word[i].text;
	if (s->word_n >= 3 && is_shell(w[0].value) && str_eq(w[1].value, S("-c")))
		return shell_parse(op, w[2].value, ret);
	c->word = w;
	c->word_n = s->word_n;
	c->at = s->text.p;
	ret->command = c;
	ret->command_n = s->word_n > 0;
	return 0;
}

/* Is the body of a heredoc that this command takes a script? */
static bool takes_script(const struct shell_command *c, const struct dockerfile_heredoc *h)
{
	bool takes = false;

	for (ptrdiff_t i = 0; i < c->redirect_n; i++)
		takes = takes || (str_starts(c->redirect[i].how, S("<<")) &&
				  str_eq(c->redirect[i].to.value, h->name));
	if (!takes)
		return false;
	if (c->word_n > 0) {
		ptrdiff_t i = c->program + 1;

		return is_shell(shell_program(c)) && !shell_operand(c, "-o", &i);
	}
	if (!str_starts(h->body, S("#!")))
		return true;
	str line = str_from(str_head(h->body, str_find(h->body, '\n')), 2);
	str program = str_word(&line);
	if (str_eq(str_base_name(program), S("env")))
		program = str_word(&line);
	return is_shell(program);
}

static int read_script(struct op *op, const struct dockerfile_step *s, struct shell_script *ret)
{
	int rc = s->json ? json_script(op, s, ret) : shell_parse(op, s->text, ret);

	for (ptrdiff_t i = 0; i < s->heredoc_n && rc == 0; i++) {
		struct shell_script body;
		bool script = false;

		for (ptrdiff_t j = 0; j < ret->command_n && !script; j++)
			script = takes_script(&ret->command[j], &s->heredoc[i]);
		if (!script)
			continue;
		if ((rc = shell_parse(op, s->heredoc[i].body, &body)) == 0)
			rc = join_scripts(op, &body, ret);
	}
	return rc;
}

/* The SHELL in force at each step, and the scripts of RUN. A stage has that of the stage it is built
 * on. */
static int read_scripts(struct op *op, struct dockerfile_ask *a)
{
	const struct dockerfile *d = a->d;
	str shell = S("");
	bool pipefail = false;

	a->script = op_new(op, struct shell_script, d->step_n);
	a->shell = op_new(op, str, d->step_n);
	a->pipefail = op_new(op, bool, d->step_n);
	if (!a->script || !a->shell || !a->pipefail)
		return ERR_MEMORY;
	for (ptrdiff_t i = 0; i < d->step_n; i++) {
		const struct dockerfile_step *s = &d->step[i];

		if (s->kind == DOCKERFILE_FROM && s->stage >= 0 && !s->onbuild) {
			int base = d->stage[s->stage].base_stage;
			ptrdiff_t last =
				base >= 0 ? d->stage[base].step + d->stage[base].step_n - 1 : -1;

			shell = last >= 0 ? a->shell[last] : S("");
			pipefail = last >= 0 && a->pipefail[last];
		}
		if (s->kind == DOCKERFILE_SHELL && !s->onbuild) {
			shell = str_base_name(s->word[0].text);
			pipefail = false;
			for (ptrdiff_t j = 1; j < s->word_n; j++)
				pipefail = pipefail || str_eq(s->word[j].text, S("pipefail"));
		}
		a->shell[i] = shell;
		a->pipefail[i] = pipefail;
		if (s->kind != DOCKERFILE_RUN)
			continue;
		if (!s->json && (shell.len > 0 ? !is_shell(shell) : d->escape == '`'))
			continue;
		int rc = read_script(op, s, &a->script[i]);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* ---- asking ---- */

static int ask_commands(struct dockerfile_ask *a)
{
	int rc = 0;

	for (ptrdiff_t i = 0; i < a->d->step_n && rc >= 0; i++) {
		const struct shell_script *script = &a->script[i];

		a->step = &a->d->step[i];
		for (ptrdiff_t j = 0; j < script->command_n && rc >= 0; j++) {
			a->command = &script->command[j];
			rc = a->row->ask(a);
		}
	}
	return rc;
}

static int ask(struct dockerfile_ask *a)
{
	int rc = 0;

	switch (a->row->scope) {
	case ASK_STEP:
		for (ptrdiff_t i = 0; i < a->d->step_n && rc >= 0; i++)
			if (a->row->steps & 1u << a->d->step[i].kind) {
				a->step = &a->d->step[i];
				a->stage =
					a->step->stage >= 0 ? &a->d->stage[a->step->stage] : NULL;
				rc = a->row->ask(a);
			}
		return rc;
	case ASK_COMMAND:
		return ask_commands(a);
	case ASK_STAGE:
		for (ptrdiff_t i = 0; i < a->d->stage_n && rc >= 0; i++) {
			a->stage = &a->d->stage[i];
			a->step = &a->d->step[a->stage->step];
			rc = a->row->ask(a);
		}
		return rc;
	case ASK_FILE:
		a->step = &a->d->step[0];
		return a->row->ask(a);
	}
	return rc;
}

int dockerfile_lint(struct op *op, const struct dockerfile *d, const struct lint_wish *wish,
		    struct lint_file *ret)
{
	struct dockerfile_ask a = { .op = op, .d = d, .wish = wish };
	int rc = read_scripts(op, &a);

	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]) && rc >= 0; t++)
		for (const struct dockerfile_rule *r = tables[t]; r->rule.id && rc >= 0; r++) {
			if (!lint_asked(wish, &r->rule, r->off))
				continue;
			a.row = r;
			rc = ask(&a);
		}
	if (rc < 0)
		return rc;
	if (a.fault.n > 1)
		qsort(a.fault.p, (size_t)a.fault.n, sizeof(*a.fault.p), fault_compare);
	ret->fault = a.fault.p;
	ret->fault_n = a.fault.n;
	return op->code;
}

static int by_id(const void *a, const void *b)
{
	const struct rule *const *x = a, *const *y = b;

	return strcmp((*x)->id, (*y)->id);
}

const struct rule *const *dockerfile_rules(size_t *ret_n)
{
	static const struct rule *all[RULES_MAX];
	static size_t n;

	if (n == 0) {
		all[n++] = lint_inline_rule();
		for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
			for (const struct dockerfile_rule *r = tables[t]; r->rule.id; r++) {
				MUST(n < RULES_MAX);
				all[n++] = &r->rule;
			}
		qsort(all, n, sizeof(all[0]), by_id);
	}
	*ret_n = n;
	return all;
}
