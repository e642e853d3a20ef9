#include "build_next.h"

enum { NEXT_MAX = 5, COMMAND_MAX = 64 << 10 };

static bool plain_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       str_find(S("_./:=@%+,-"), c) >= 0;
}

/* A word as a POSIX shell takes it. */
static void shell_word(struct buf *b, str word)
{
	bool plain = word.len > 0;

	for (ptrdiff_t i = 0; i < word.len; i++)
		plain &= plain_char(word.p[i]);
	buf_char(b, ' ');
	if (plain) {
		buf_add(b, word);
		return;
	}
	buf_char(b, '\'');
	for (ptrdiff_t i = 0; i < word.len; i++) {
		if (word.p[i] == '\'')
			buf_add(b, S("'\\''"));
		else
			buf_char(b, word.p[i]);
	}
	buf_char(b, '\'');
}

struct list {
	struct op *op;
	const struct build_options *o;
	str recipe;
	struct outcome_next *next;
	ptrdiff_t n;
};

/* "temper build", an option with its value, and the operand; `here`: with where things are. */
static int command(struct list *l, bool here, const char *verb, const char *option, str value,
		   str operand, str *ret)
{
	const struct source_options *s = &l->o->source;
	const struct {
		const char *option;
		str value;
		bool builds;
	} place[] = {
		{ "--store", s->store, false },
		{ "--effects", s->effects, true },
		{ "--lock", s->lock, true },
		{ "--mirror", s->mirror, true },
	};
	bool builds = str_eq(operand, l->recipe);
	struct buf b;

	buf_init(&b, l->op, COMMAND_MAX);
	buf_fmt(&b, "temper %s", verb);
	for (size_t i = 0; here && i < sizeof(place) / sizeof(place[0]); i++) {
		if (place[i].value.len == 0 || (place[i].builds && !builds))
			continue;
		buf_fmt(&b, " %s", place[i].option);
		shell_word(&b, place[i].value);
	}
	if (option)
		buf_fmt(&b, " %s", option);
	if (value.len)
		shell_word(&b, value);
	shell_word(&b, operand);
	return buf_take(&b, ret);
}

static int add(struct list *l, const char *verb, const char *option, str value, str operand,
	       const char *what)
{
	struct outcome_next *n = &l->next[l->n];

	MUST(l->n++ < NEXT_MAX);
	n->what = str_of(what);
	int rc = command(l, false, verb, option, value, operand, &n->command);
	return rc < 0 ? rc : command(l, true, verb, option, value, operand, &n->here);
}

static bool asks_for(const struct texts *output, str format)
{
	for (ptrdiff_t i = 0; i < output->n; i++)
		if (str_starts(output->p[i], format))
			return true;
	return false;
}

/* A file that somebody may ask about: the program if its package is known, else the first one. */
static str file_to_ask(const struct outcome *o)
{
	for (ptrdiff_t i = 0; i < o->file_n; i++) {
		const struct entry *e = o->file[i].entry;
		if (e->type == ENTRY_FILE && (e->mode & 0111) && o->file[i].package >= 0 &&
		    str_find_str(e->path, S("bin/")) >= 0)
			return e->path;
	}
	return S("etc/passwd");
}

static int add_failed(struct list *l)
{
	int rc = add(l, "build", "-v", S(""), l->recipe, "every check and test");

	return rc < 0 ? rc : add(l, "build", "-o", S("html=report.html"), l->recipe, "as a page");
}

static int add_well(struct list *l, const struct outcome *o, str name)
{
	str base = str_base_name(l->recipe), archive;
	ptrdiff_t dot = str_rfind(base, '.');
	int rc = op_text(l->op, &archive, "docker-archive:%.*s.tar",
			 (int)(dot > 0 ? dot : base.len), base.p);

	if (rc == 0)
		rc = add(l, "build", "-o", S("html=report.html"), l->recipe, "as a page");
	if (rc == 0) {
		l->next[0].done = asks_for(&l->o->output, S("html"));
		rc = add(l, "build", "--why", file_to_ask(o), l->recipe, "why it is there");
	}
	if (rc == 0)
		rc = add(l, "build", "--to", archive, l->recipe, "for docker load");
	if (rc == 0)
		rc = add(l, "lock", NULL, S(""), l->recipe, "take updates");
	return rc < 0 ? rc : add(l, "rebuild", "--verify", S(""), name, "is it the same?");
}

int build_next(struct op *op, const struct build_options *o, str recipe, str name, bool well,
	       struct outcome *ret)
{
	struct list l = { .op = op,
			  .o = o,
			  .recipe = recipe,
			  .next = op_new(op, struct outcome_next, NEXT_MAX) };

	if (!l.next)
		return op->code;
	int rc = well ? add_well(&l, ret, name) : add_failed(&l);
	ret->next = l.next;
	ret->next_n = l.n;
	return rc;
}
