#include "option.h"

#include <string.h>

enum {
	NAMES_MAX = 64,   /* options of one verb; a MUST */
	HELP_COLUMN = 30, /* where the sentences begin */
};

static const struct option *find_long(struct option_table table, str name)
{
	for (size_t i = 0; i < table.n; i++)
		if (str_eq(str_of(table.p[i].name), name))
			return &table.p[i];
	return NULL;
}

static const struct option *find_letter(struct option_table table, char letter)
{
	for (size_t i = 0; i < table.n; i++)
		if (table.p[i].letter == letter)
			return &table.p[i];
	return NULL;
}

static int unknown_long(struct op *op, struct option_table table, str name)
{
	const char *known[NAMES_MAX + 1] = { "help" };

	MUST(table.n <= NAMES_MAX);
	for (size_t i = 0; i < table.n; i++)
		known[i + 1] = table.p[i].name;
	const char *near = nearest_word(name, known, table.n + 1);
	if (near)
		return op_fail(op, ERR_USAGE, "unknown option --%.*s; did you mean --%s?",
			       STR_ARG(name), near);
	return op_fail(op, ERR_USAGE, "unknown option --%.*s", STR_ARG(name));
}

bool option_takes(const struct option *o, str word)
{
	str values = str_of(o->values);
	ptrdiff_t eq = str_find(word, '=');

	if (!o->values)
		return true;
	if (eq >= 0)
		word = str_head(word, eq);
	for (str one = str_word(&values); one.len; one = str_word(&values))
		if (str_eq(one, word))
			return true;
	return false;
}

static int append(struct op *op, struct texts *list, str value)
{
	size_t had = (size_t)list->n * sizeof(str);
	str *p = op_extend(op, list->p, had, had + sizeof(str));

	if (!p)
		return op->code;
	p[list->n] = value;
	list->p = p;
	list->n++;
	return 0;
}

static int set(struct op *op, const struct option *o, str value, void *ret)
{
	char *at = (char *)ret + o->offset;

	if (!option_takes(o, value))
		return op_fail(op, ERR_USAGE, "--%s takes one of: %s; not '%.*s'", o->name,
			       o->values, STR_ARG(value));
	switch (o->kind) {
	case OPTION_FLAG:
		memcpy(at, &(bool){ true }, sizeof(bool));
		return 0;
	case OPTION_TEXT:
		memcpy(at, &value, sizeof(value));
		return 0;
	case OPTION_TEXTS:
		break;
	}
	struct texts list;
	memcpy(&list, at, sizeof(list));
	if (append(op, &list, value) < 0)
		return op->code;
	memcpy(at, &list, sizeof(list));
	return 0;
}

struct cursor {
	struct option_table table;
	char *const *argv;
	int argc, i; /* i: the argument after the one at hand */
	void *ret;
};

/* The argument of o: what is joined to it (p != NULL), else the next word. */
static int set_arg(struct op *op, struct cursor *c, const struct option *o, str joined)
{
	if (joined.p == NULL) {
		if (c->i >= c->argc)
			return op_fail(op, ERR_USAGE, "--%s needs an argument: --%s %s", o->name,
				       o->name, o->arg);
		joined = str_of(c->argv[c->i++]);
	}
	return set(op, o, joined, c->ret);
}

static int parse_long(struct op *op, struct cursor *c, str word)
{
	ptrdiff_t eq = str_find(word, '=');
	str name = eq < 0 ? word : str_head(word, eq);
	str joined = eq < 0 ? (str){ NULL, 0 } : str_from(word, eq + 1);

	if (str_eq(name, S("help")))
		return 1;
	const struct option *o = find_long(c->table, name);
	if (!o)
		return unknown_long(op, c->table, name);
	if (o->kind != OPTION_FLAG)
		return set_arg(op, c, o, joined);
	if (joined.p)
		return op_fail(op, ERR_USAGE, "--%s takes no argument", o->name);
	return set(op, o, S(""), c->ret);
}

static int parse_letters(struct op *op, struct cursor *c, str letters)
{
	while (letters.len > 0) {
		char letter = letters.p[0];
		if (letter == 'h')
			return 1;
		const struct option *o = find_letter(c->table, letter);
		if (!o)
			return op_fail(op, ERR_USAGE, "unknown option -%c", letter);
		letters = str_from(letters, 1);
		if (o->kind != OPTION_FLAG)
			return set_arg(op, c, o, letters.len ? letters : (str){ NULL, 0 });
		if (set(op, o, S(""), c->ret) < 0)
			return op->code;
	}
	return 0;
}

int option_parse(struct op *op, struct option_table table, char *const *argv, int argc, void *ret,
		 struct texts *ret_operands)
{
	struct cursor c = { table, argv, argc, 0, ret };
	struct texts operands = { 0 };
	bool only_operands = false;

	while (c.i < argc) {
		str word = str_of(argv[c.i++]);
		int rc = 0;
		if (only_operands || word.len < 2 || word.p[0] != '-')
			rc = append(op, &operands, word);
		else if (str_eq(word, S("--")))
			only_operands = true;
		else if (word.p[1] == '-')
			rc = parse_long(op, &c, str_from(word, 2));
		else
			rc = parse_letters(op, &c, str_from(word, 1));
		if (rc != 0)
			return rc;
	}
	*ret_operands = operands;
	return 0;
}

void option_wrap(struct buf *b, str text, int at, int indent, int width)
{
	bool fresh = true; /* nothing on this line yet */

	while (text.len > 0) {
		str line = str_cut(&text, '\n');
		for (str word = str_word(&line); word.len; word = str_word(&line)) {
			if (!fresh && at + 1 + (int)word.len > width) {
				buf_char(b, '\n');
				at = 0;
				fresh = true;
			}
			if (at < indent) {
				buf_repeat(b, ' ', indent - at);
				at = indent;
			}
			if (!fresh) {
				buf_char(b, ' ');
				at++;
			}
			buf_add(b, word);
			at += (int)word.len;
			fresh = false;
		}
		if (text.len > 0 && text.p[0] == '\n') {
			buf_add(b, S("\n\n"));
			text = str_from(text, 1);
			at = 0;
			fresh = true;
		}
	}
	buf_char(b, '\n');
}

static void help_row(struct buf *b, const struct option *o, int width)
{
	size_t before = b->len;

	if (o->letter)
		buf_fmt(b, "  -%c, --%s", o->letter, o->name);
	else
		buf_fmt(b, "      --%s", o->name);
	if (o->arg)
		buf_fmt(b, " %s", o->arg);
	int at = (int)(b->len - before);
	if (at + 2 > HELP_COLUMN) {
		buf_char(b, '\n');
		at = 0;
	}
	option_wrap(b, str_of(o->help), at, HELP_COLUMN, width);
}

void option_help(struct buf *b, struct option_table table, int width)
{
	const char *group = NULL;

	for (size_t i = 0; i < table.n; i++) {
		const struct option *o = &table.p[i];
		if (!group || strcmp(group, o->group) != 0)
			buf_fmt(b, "\n%s:\n", o->group);
		group = o->group;
		help_row(b, o, width);
	}
}
