/*
 * Text to tree. Precedence from the loosest: ?: || && relations + - * / % ! - members. Macros become nodes
 * of their own. Invariants: (1) depth <= LIMIT_DEPTH counts open parts; (2) no tree is deeper than
 * LIMIT_CEL_TREE, so that what walks it may recurse.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/num.h"
#include "base/utf8.h"
#include "cel_impl.h"

enum token {
	END,
	IDENT,
	INT,
	UINT,
	REAL,
	TEXT,
	MARK, /* an operator or bracket */
};

struct scope {
	str name;
};

struct parser {
	struct op *op;
	struct cel *c;
	const char *p, *end;
	enum token token;
	str text; /* of the token */
	int at, depth, scopes;
	struct scope scope[CEL_SLOTS];
};

int cel_fail(struct op *op, const struct cel *c, int at, const char *fmt, ...)
{
	char text[512];
	va_list args;
	int line = 1, start = 0;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	for (int i = 0; i < at && i < c->text.len; i++) {
		if (c->text.p[i] == '\n') {
			line++;
			start = i + 1;
		}
	}
	if (str_find(c->text, '\n') >= 0)
		return op_fail(op, ERR_USAGE, "%.*s: line %d, column %d of the expression: %s",
			       STR_ARG(c->where), line, at - start + 1, text);
	return op_fail(op, ERR_USAGE, "%.*s: column %d of the expression: %s", STR_ARG(c->where),
		       at - start + 1, text);
}

#define FAIL(ps, ...) cel_fail((ps)->op, (ps)->c, (ps)->at, __VA_ARGS__)

/* ---- tokens ---- */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static char at(const struct parser *ps, int i)
{
	return ps->end - ps->p > i ? ps->p[i] : '\0';
}

static void skip_blanks(struct parser *ps)
{
	while (ps->p < ps->end) {
		if (*ps->p == '/' && at(ps, 1) == '/') {
			while (ps->p < ps->end && *ps->p != '\n')
				ps->p++;
		} else if (strchr(" \t\n\f\r", *ps->p) && *ps->p) {
			ps->p++;
		} else {
			return;
		}
	}
}

static void read_number(struct parser *ps)
{
	const char *from = ps->p;

	ps->token = INT;
	if (*ps->p == '0' && (at(ps, 1) | 0x20) == 'x' && is_hex(at(ps, 2))) {
		ps->p += 2;
		while (is_hex(at(ps, 0)))
			ps->p++;
	} else {
		while (is_digit(at(ps, 0)))
			ps->p++;
		if (at(ps, 0) == '.' && is_digit(at(ps, 1))) {
			ps->token = REAL;
			ps->p++;
			while (is_digit(at(ps, 0)))
				ps->p++;
		}
		int sign = at(ps, 1) == '+' || at(ps, 1) == '-';
		if ((at(ps, 0) | 0x20) == 'e' && is_digit(at(ps, 1 + sign))) {
			ps->token = REAL;
			ps->p += 1 + sign;
			while (is_digit(at(ps, 0)))
				ps->p++;
		}
	}
	ps->text = (str){ from, ps->p - from };
	if (ps->token == INT && (at(ps, 0) | 0x20) == 'u') {
		ps->token = UINT;
		ps->p++;
	}
}

/* How many letters of a prefix (r, b, rb) stand before a quote here; -1: it is no text. */
static int prefix_of(const struct parser *ps)
{
	int n = 0;

	while (n < 2 && strchr("rRbB", at(ps, n)) && at(ps, n))
		n++;
	return at(ps, n) == '"' || at(ps, n) == '\'' ? n : -1;
}

static int read_text(struct parser *ps, int prefix)
{
	const char *from = ps->p;
	bool raw = memchr(from, 'r', (size_t)prefix) || memchr(from, 'R', (size_t)prefix);
	char quote = ps->p[prefix];
	int width = at(ps, prefix + 1) == quote && at(ps, prefix + 2) == quote ? 3 : 1, run = 0;

	ps->token = TEXT;
	for (ps->p += prefix + width; ps->p < ps->end; ps->p++) {
		if (*ps->p == quote) {
			if (++run == width) {
				ps->p++;
				ps->text = (str){ from, ps->p - from };
				return 0;
			}
			continue;
		}
		run = 0;
		if (width == 1 && (*ps->p == '\n' || *ps->p == '\r'))
			break;
		if (*ps->p == '\\' && !raw && ps->p + 1 < ps->end)
			ps->p++;
	}
	return FAIL(ps, "this text has no end");
}

static int next(struct parser *ps)
{
	static const char *const two[] = { "&&", "||", "==", "!=", "<=", ">=" };

	skip_blanks(ps);
	ps->at = (int)(ps->p - ps->c->text.p);
	ps->text = (str){ ps->p, 0 };
	if (ps->p >= ps->end) {
		ps->token = END;
		return 0;
	}
	int prefix = prefix_of(ps);
	if (prefix >= 0)
		return read_text(ps, prefix);
	if (is_digit(*ps->p) || (*ps->p == '.' && is_digit(at(ps, 1)))) {
		read_number(ps);
		return 0;
	}
	if (is_letter(*ps->p)) {
		ps->token = IDENT;
		while (is_letter(at(ps, 0)) || is_digit(at(ps, 0)))
			ps->p++;
		ps->text.len = ps->p - ps->text.p;
		return 0;
	}
	ps->token = MARK;
	ps->text.len = 1;
	for (size_t i = 0; i < sizeof(two) / sizeof(two[0]); i++)
		if (ps->end - ps->p >= 2 && memcmp(ps->p, two[i], 2) == 0)
			ps->text.len = 2;
	if (ps->text.len == 1 && (!strchr("+-*/%!<>()[]{},.:?", *ps->p) || !*ps->p))
		return FAIL(ps, "nothing begins with '%.*s'",
			    (int)(utf8_width(ps->text) ? utf8_width(ps->text) : 1), ps->p);
	ps->p += ps->text.len;
	return 0;
}

static bool is(const struct parser *ps, const char *mark)
{
	return ps->token == MARK && str_eq(ps->text, str_of(mark));
}

/* 1 and past it if it stands here. */
static int take(struct parser *ps, const char *mark)
{
	if (!is(ps, mark))
		return 0;
	return next(ps) < 0 ? -1 : 1;
}

static int want(struct parser *ps, const char *mark)
{
	int rc = take(ps, mark);

	if (rc == 0)
		return ps->token == END
			       ? FAIL(ps, "'%s' is missing at the end", mark)
			       : FAIL(ps, "'%s' is expected, not '%.*s'", mark, STR_ARG(ps->text));
	return rc < 0 ? ps->op->code : 0;
}

/* ---- nodes ---- */

static struct cel_expr *make(struct parser *ps, enum cel_op op, int where, int n)
{
	struct cel_expr *e = op_new(ps->op, struct cel_expr, 1);

	if (e)
		*e = (struct cel_expr){ .op = op, .at = where, .n = n, .depth = 1 };
	if (e && n)
		e->arg = op_new(ps->op, struct cel_expr *, n);
	return e && (n == 0 || e->arg) ? e : NULL;
}

static int put(struct parser *ps, struct cel_expr *e, int i, struct cel_expr *arg)
{
	e->arg[i] = arg;
	if (arg && arg->depth >= e->depth)
		e->depth = arg->depth + 1;
	return e->depth > LIMIT_CEL_TREE ? FAIL(ps, "the expression is too deep") : 0;
}

static int call(struct parser *ps, const char *name, int where, struct cel_expr *a,
		struct cel_expr *b, struct cel_expr **ret)
{
	struct cel_expr *e = make(ps, CEL_CALL, where, b ? 2 : 1);

	if (!e)
		return ps->op->code;
	e->fn = cel_function_of(str_of(name));
	MUST(e->fn);
	if (put(ps, e, 0, a) < 0 || (b && put(ps, e, 1, b) < 0))
		return ps->op->code;
	*ret = e;
	return 0;
}

static int parse(struct parser *ps, struct cel_expr **ret);

struct args {
	struct cel_expr *p[64];
	int n;
};

/* Expressions with commas up to the bracket, which is taken. */
static int read_args(struct parser *ps, const char *close, struct args *ret)
{
	int cap = (int)(sizeof(ret->p) / sizeof(ret->p[0]));

	for (ret->n = 0; !is(ps, close); ret->n++) {
		if (ret->n && want(ps, ",") < 0)
			return ps->op->code;
		if (ret->n && close[0] == ']' && is(ps, close))
			break;
		if (ret->n == cap)
			return FAIL(ps, "more than %d parts", cap);
		if (parse(ps, &ret->p[ret->n]) < 0)
			return ps->op->code;
	}
	return want(ps, close);
}

static int of_args(struct parser *ps, enum cel_op op, int where, const struct args *args,
		   struct cel_expr **ret)
{
	struct cel_expr *e = make(ps, op, where, args->n);

	if (!e)
		return ps->op->code;
	for (int i = 0; i < args->n; i++)
		if (put(ps, e, i, args->p[i]) < 0)
			return ps->op->code;
	*ret = e;
	return 0;
}

/* ---- literals ---- */

static bool hex_number(str s, uint64_t max, uint64_t *ret)
{
	uint64_t v = 0;

	for (ptrdiff_t i = 2; i < s.len; i++) {
		unsigned d =
			(unsigned)(is_digit(s.p[i]) ? s.p[i] - '0' : (s.p[i] | 0x20) - 'a' + 10);
		if (v > (max - d) / 16)
			return false;
		v = v * 16 + d;
	}
	*ret = v;
	return true;
}

static bool whole(str s, uint64_t max, uint64_t *ret)
{
	return s.len > 2 && (s.p[1] | 0x20) == 'x' ? hex_number(s, max, ret)
						   : num_parse(s, max, ret);
}

static int literal(struct parser *ps, bool minus, struct cel_expr **ret)
{
	struct cel_expr *e = make(ps, CEL_CONST, ps->at, 0);
	uint64_t n = 0;

	if (!e)
		return ps->op->code;
	if (ps->token == INT) {
		if (!whole(ps->text, (uint64_t)INT64_MAX + minus, &n))
			return FAIL(ps, "%.*s is no int of 64 bits", STR_ARG(ps->text));
		e->value = (struct cel_value){ .kind = CEL_INT, .i = (int64_t)(minus ? 0 - n : n) };
	} else if (ps->token == UINT) {
		if (!whole(ps->text, UINT64_MAX, &n))
			return FAIL(ps, "%.*su is no uint of 64 bits", STR_ARG(ps->text));
		e->value = (struct cel_value){ .kind = CEL_UINT, .u = n };
	} else if (ps->token == REAL) {
		e->value.kind = CEL_DOUBLE;
		if (!num_real(ps->text, &e->value.d))
			return FAIL(ps, "%.*s is no double", STR_ARG(ps->text));
		e->value.d = minus ? -e->value.d : e->value.d;
	} else if (cel_unquote(ps->op, ps->c, ps->at, ps->text, &e->value) < 0) {
		return ps->op->code;
	}
	*ret = e;
	return next(ps);
}

static int list(struct parser *ps, struct cel_expr **ret)
{
	int where = ps->at;
	struct args args;

	if (next(ps) < 0 || read_args(ps, "]", &args) < 0)
		return ps->op->code;
	return of_args(ps, CEL_MAKE_LIST, where, &args, ret);
}

static int mapping(struct parser *ps, struct cel_expr **ret)
{
	int where = ps->at, cap;
	struct args args = { .n = 0 };

	cap = (int)(sizeof(args.p) / sizeof(args.p[0]));
	if (next(ps) < 0)
		return ps->op->code;
	while (!is(ps, "}")) {
		if (args.n && want(ps, ",") < 0)
			return ps->op->code;
		if (args.n && is(ps, "}"))
			break;
		if (args.n + 2 > cap)
			return FAIL(ps, "more than %d pairs", cap / 2);
		if (parse(ps, &args.p[args.n]) < 0 || want(ps, ":") < 0 ||
		    parse(ps, &args.p[args.n + 1]) < 0)
			return ps->op->code;
		args.n += 2;
	}
	if (want(ps, "}") < 0)
		return ps->op->code;
	return of_args(ps, CEL_MAKE_MAP, where, &args, ret);
}

/* ---- names, calls, macros ---- */

static bool is_reserved(str s)
{
	static const char *const words[] = { "as",   "break",    "const",     "continue", "else",
					     "for",  "function", "if",        "import",   "let",
					     "loop", "package",  "namespace", "return",   "var",
					     "void", "while",    "in" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_eq(s, str_of(words[i])))
			return true;
	return false;
}

static const struct {
	const char *name;
	enum cel_op op;
	int args; /* behind the name, the variable among them */
} macros[] = {
	{ "all", CEL_ALL, 2 },
	{ "exists", CEL_EXISTS, 2 },
	{ "exists_one", CEL_EXISTS_ONE, 2 },
	{ "existsOne", CEL_EXISTS_ONE, 2 },
	{ "filter", CEL_FILTER, 2 },
	{ "map", CEL_TRANSFORM, 2 },
	{ "map", CEL_TRANSFORM, 3 },
};

/* Its arguments see its variable: it must be known before they are read. */
static int macro(struct parser *ps, str name, int where, struct cel_expr *range,
		 struct cel_expr **ret)
{
	struct args args;
	int mine = -1;

	if (ps->scopes == CEL_SLOTS)
		return FAIL(ps, "more than %d macros within one another", CEL_SLOTS);
	if (ps->token != IDENT || is_reserved(ps->text))
		return FAIL(ps, "%.*s() needs the name of a variable first", STR_ARG(name));
	ps->scope[ps->scopes++].name = ps->text;
	if (next(ps) < 0 || want(ps, ",") < 0 || read_args(ps, ")", &args) < 0)
		return ps->op->code;
	ps->scopes--;
	for (size_t i = 0; i < sizeof(macros) / sizeof(macros[0]); i++)
		if (str_eq(name, str_of(macros[i].name)) && macros[i].args == args.n + 1)
			mine = (int)i;
	if (mine < 0)
		return FAIL(ps, "%.*s() has another number of arguments", STR_ARG(name));
	struct cel_expr *e = make(ps, macros[mine].op, where, args.n + 1);
	if (!e || put(ps, e, 0, range) < 0)
		return ps->op->code;
	e->slot = ps->scopes;
	for (int i = 0; i < args.n; i++)
		if (put(ps, e, i + 1, args.p[i]) < 0)
			return ps->op->code;
	*ret = e;
	return 0;
}

static bool is_macro(str name)
{
	for (size_t i = 0; i < sizeof(macros) / sizeof(macros[0]); i++)
		if (str_eq(name, str_of(macros[i].name)))
			return true;
	return false;
}

static int has(struct parser *ps, int where, struct cel_expr **ret)
{
	struct args args;

	if (read_args(ps, ")", &args) < 0)
		return ps->op->code;
	if (args.n != 1 || args.p[0]->op != CEL_SELECT)
		return cel_fail(ps->op, ps->c, where, "has() takes a member, as has(a.b)");
	args.p[0]->op = CEL_HAS;
	*ret = args.p[0];
	return 0;
}

/* f(args), or receiver.f(args); the bracket has been taken. */
static int function(struct parser *ps, str name, int where, struct cel_expr *receiver,
		    struct cel_expr **ret)
{
	const struct cel_function *fn = cel_function_of(name);
	struct args args;
	int first = receiver != NULL;

	if (receiver && is_macro(name))
		return macro(ps, name, where, receiver, ret);
	if (!receiver && str_eq(name, S("has")))
		return has(ps, where, ret);
	if (read_args(ps, ")", &args) < 0)
		return ps->op->code;
	if (!fn || !(receiver ? fn->method : fn->global))
		return cel_fail(ps->op, ps->c, where, "there is no %s '%.*s'",
				receiver ? "method" : "function", STR_ARG(name));
	if (args.n + first < fn->min || args.n + first > fn->max)
		return cel_fail(ps->op, ps->c, where, "%.*s() has another number of arguments",
				STR_ARG(name));
	struct cel_expr *e = make(ps, CEL_CALL, where, args.n + first);
	if (!e || (receiver && put(ps, e, 0, receiver) < 0))
		return ps->op->code;
	e->fn = fn;
	for (int i = 0; i < args.n; i++)
		if (put(ps, e, i + first, args.p[i]) < 0)
			return ps->op->code;
	*ret = e;
	return 0;
}

static bool constant(str name, struct cel_value *ret)
{
	static const struct {
		const char *name;
		struct cel_value value;
	} t[] = { { "true", { .kind = CEL_BOOL, .b = true } },
		  { "false", { .kind = CEL_BOOL } },
		  { "null", { .kind = CEL_NULL } },
		  { "KiB", { .kind = CEL_INT, .i = 1 << 10 } },
		  { "MiB", { .kind = CEL_INT, .i = 1 << 20 } },
		  { "GiB", { .kind = CEL_INT, .i = 1 << 30 } } };

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		if (!str_eq(name, str_of(t[i].name)))
			continue;
		*ret = t[i].value;
		return true;
	}
	for (int k = 0; k < CEL_ANY; k++) {
		if (!str_eq(name, str_of(cel_kinds[k])))
			continue;
		*ret = (struct cel_value){ .kind = CEL_TYPE, .type = (enum cel_kind)k };
		return true;
	}
	return false;
}

static int name(struct parser *ps, struct cel_expr **ret)
{
	struct cel_expr *e;
	str word = ps->text;
	int where = ps->at;

	if (is_reserved(word))
		return FAIL(ps, "'%.*s' is a word that CEL keeps", STR_ARG(word));
	if (next(ps) < 0)
		return ps->op->code;
	int rc = take(ps, "(");
	if (rc != 0)
		return rc < 0 ? ps->op->code : function(ps, word, where, NULL, ret);
	e = make(ps, CEL_MEMBER, where, 0);
	if (!e)
		return ps->op->code;
	e->name = word;
	for (int i = ps->scopes - 1; i >= 0 && e->op == CEL_MEMBER; i--) {
		if (str_eq(ps->scope[i].name, word)) {
			e->op = CEL_VAR;
			e->slot = i;
		}
	}
	if (e->op == CEL_MEMBER && constant(word, &e->value))
		e->op = CEL_CONST;
	else if (e->op == CEL_MEMBER && ps->c->table && str_eq(word, S("input")))
		e->op = CEL_ROOT;
	*ret = e;
	return 0;
}

static int primary(struct parser *ps, struct cel_expr **ret)
{
	int rc;

	if (ps->token == IDENT)
		return name(ps, ret);
	if (ps->token >= INT && ps->token <= TEXT)
		return literal(ps, false, ret);
	if (is(ps, "["))
		return list(ps, ret);
	if (is(ps, "{"))
		return mapping(ps, ret);
	if ((rc = take(ps, "(")) != 0)
		return rc < 0 || parse(ps, ret) < 0 ? ps->op->code : want(ps, ")");
	if ((rc = take(ps, ".")) != 0)
		return rc < 0               ? ps->op->code
		       : ps->token == IDENT ? name(ps, ret)
					    : FAIL(ps, "a name is expected behind '.'");
	if (ps->token == END)
		return FAIL(ps, "something is missing at the end");
	return FAIL(ps, "'%.*s' cannot stand here", STR_ARG(ps->text));
}

static int select(struct parser *ps, struct cel_expr **e)
{
	struct cel_expr *of = *e;
	str word = ps->text;
	int where = ps->at;

	if (ps->token != IDENT || str_eq(word, S("in")) || str_eq(word, S("true")) ||
	    str_eq(word, S("false")) || str_eq(word, S("null")))
		return FAIL(ps, "the name of a member is expected behind '.'");
	if (next(ps) < 0)
		return ps->op->code;
	int rc = take(ps, "(");
	if (rc != 0)
		return rc < 0 ? ps->op->code : function(ps, word, where, of, e);
	*e = make(ps, CEL_SELECT, where, 1);
	if (!*e || put(ps, *e, 0, of) < 0)
		return ps->op->code;
	(*e)->name = word;
	return 0;
}

static int member(struct parser *ps, struct cel_expr **ret)
{
	struct cel_expr *e = NULL, *key;
	int rc, where;

	if (primary(ps, &e) < 0)
		return ps->op->code;
	for (;;) {
		where = ps->at;
		if ((rc = take(ps, ".")) != 0) {
			if (rc < 0 || select(ps, &e) < 0)
				return ps->op->code;
			continue;
		}
		if ((rc = take(ps, "[")) == 0)
			break;
		if (rc < 0 || parse(ps, &key) < 0 || want(ps, "]") < 0)
			return ps->op->code;
		struct cel_expr *of = e;
		e = make(ps, CEL_INDEX, where, 2);
		if (!e || put(ps, e, 0, of) < 0 || put(ps, e, 1, key) < 0)
			return ps->op->code;
	}
	*ret = e;
	return 0;
}

/* ---- operators ---- */

static int unary(struct parser *ps, struct cel_expr **ret)
{
	const char *name = is(ps, "!") ? "!_" : "-_";
	const char *mark = is(ps, "!") ? "!" : "-";
	int where = ps->at, n = 0, rc;
	struct cel_expr *e = NULL;

	if (!is(ps, mark))
		return member(ps, ret);
	while ((rc = take(ps, mark)) > 0) {
		n++;
		if (n > LIMIT_DEPTH)
			return FAIL(ps, "the expression is too deep");
	}
	if (rc < 0)
		return rc;
	/* -9223372036854775808 is one number. */
	bool folded = mark[0] == '-' && (ps->token == INT || ps->token == REAL);
	if (folded) {
		const char *p = ps->p;
		enum token token = ps->token;
		str text = ps->text;
		int begin = ps->at;
		if (literal(ps, true, &e) < 0)
			return ps->op->code;
		n--;
		if (is(ps, ".") || is(ps, "[")) { /* of the number without its sign */
			ps->p = p;
			ps->token = token;
			ps->text = text;
			ps->at = begin;
			n++;
			folded = false;
		}
	}
	if (!folded && member(ps, &e) < 0)
		return ps->op->code;
	for (; n > 0; n--)
		if (call(ps, name, where, e, NULL, &e) < 0)
			return ps->op->code;
	*ret = e;
	return 0;
}

/* Left to right; `marks` of one rank. */
static const struct rank {
	const char *mark, *name;
	int rank;
} ranks[] = {
	{ "<", "_<_", 0 },   { "<=", "_<=_", 0 }, { ">", "_>_", 0 },   { ">=", "_>=_", 0 },
	{ "==", "_==_", 0 }, { "!=", "_!=_", 0 }, { "in", "_in_", 0 }, { "+", "_+_", 1 },
	{ "-", "_-_", 1 },   { "*", "_*_", 2 },   { "/", "_/_", 2 },   { "%", "_%_", 2 },
};

static const struct rank *rank_of(const struct parser *ps, int rank)
{
	for (size_t i = 0; i < sizeof(ranks) / sizeof(ranks[0]); i++)
		if (ranks[i].rank == rank && (ps->token == MARK || ps->token == IDENT) &&
		    str_eq(ps->text, str_of(ranks[i].mark)))
			return &ranks[i];
	return NULL;
}

static int binary(struct parser *ps, int rank, struct cel_expr **ret)
{
	const struct rank *r;
	struct cel_expr *e = NULL, *right = NULL;

	if ((rank == 2 ? unary(ps, &e) : binary(ps, rank + 1, &e)) < 0)
		return ps->op->code;
	while ((r = rank_of(ps, rank))) {
		int where = ps->at;
		if (next(ps) < 0 ||
		    (rank == 2 ? unary(ps, &right) : binary(ps, rank + 1, &right)) < 0 ||
		    call(ps, r->name, where, e, right, &e) < 0)
			return ps->op->code;
	}
	*ret = e;
	return 0;
}

/* Any number of operands in one node, so that long chains are not deep. */
static int chain(struct parser *ps, bool is_or, struct cel_expr **ret)
{
	VEC(struct cel_expr *) part = { 0 };
	int where = ps->at, rc;

	do {
		struct cel_expr *e = NULL, **to;
		if ((is_or ? chain(ps, false, &e) : binary(ps, 0, &e)) < 0)
			return ps->op->code;
		if (!(to = vec_push(ps->op, &part)))
			return ps->op->code;
		*to = e;
	} while ((rc = take(ps, is_or ? "||" : "&&")) > 0);
	if (rc < 0)
		return ps->op->code;
	*ret = part.p[0];
	if (part.n == 1)
		return 0;
	struct cel_expr *all = make(ps, is_or ? CEL_OR : CEL_AND, where, (int)part.n);
	if (!all)
		return ps->op->code;
	for (int i = 0; i < (int)part.n; i++)
		if (put(ps, all, i, part.p[i]) < 0)
			return ps->op->code;
	*ret = all;
	return 0;
}

static int parse(struct parser *ps, struct cel_expr **ret)
{
	struct cel_expr *e = NULL, *yes = NULL, *no = NULL;
	int where = ps->at, rc;

	if (++ps->depth > LIMIT_DEPTH)
		return FAIL(ps, "the expression is too deep");
	if (chain(ps, true, &e) < 0)
		return ps->op->code;
	if ((rc = take(ps, "?")) != 0) {
		if (rc < 0 || chain(ps, true, &yes) < 0 || want(ps, ":") < 0 || parse(ps, &no) < 0)
			return ps->op->code;
		struct cel_expr *c = make(ps, CEL_COND, where, 3);
		if (!c || put(ps, c, 0, e) < 0 || put(ps, c, 1, yes) < 0 || put(ps, c, 2, no) < 0)
			return ps->op->code;
		e = c;
	}
	ps->depth--;
	*ret = e;
	return 0;
}

int cel_parse(struct op *op, struct cel *c)
{
	struct parser ps = { .op = op, .c = c, .p = c->text.p, .end = c->text.p + c->text.len };

	if (c->text.len > LIMIT_CEL_TEXT)
		return op_fail(op, ERR_LIMIT, "%.*s: the expression is longer than %d bytes",
			       STR_ARG(c->where), LIMIT_CEL_TEXT);
	if (next(&ps) < 0 || parse(&ps, &c->root) < 0)
		return op->code;
	return ps.token == END ? 0 : FAIL(&ps, "'%.*s' cannot stand here", STR_ARG(ps.text));
}
