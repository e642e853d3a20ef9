#include "base/buf.h"
#include "base/limits.h"
#include "dockerfile_impl.h"

/*
 * Words as BuildKit's shell lexer takes them. A word within ${x:-...} is read by the same function, one
 * deeper. Patterns know '*' and '?' alone; they are matched by the set of places in the pattern that
 * are reached, byte for byte of the value.
 */
enum {
	PATTERN_MAX = 256,    /* bytes of a pattern */
	PATTERN_VALUE = 4096, /* and of what it is held against */
	EXPANDED_MAX = 1 << 20,
};

struct lexer {
	struct op *op;
	char escape;
	const char *p, *end;
	const struct map *vars;
	bool unset;  /* a variable without a value was put in */
	bool quoted; /* a quote or an escape was taken off */
	bool keep;   /* variables stay as they are */
};

static int process(struct lexer *l, int stop, bool raw, int depth, struct buf *b) MUST_USE;

static int fail(struct lexer *l, const char *what)
{
	return op_fail(l->op, ERR_FORMAT, "%s", what);
}

static bool name_char(char c, bool first)
{
	return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' ||
	       (!first && c >= '0' && c <= '9');
}

static str variable_name(struct lexer *l)
{
	const char *from = l->p;

	if (l->p < l->end && *l->p >= '0' && *l->p <= '9') {
		while (l->p < l->end && *l->p >= '0' && *l->p <= '9')
			l->p++;
	} else if (l->p < l->end && strchr("@*#?-$!", *l->p) && *l->p) {
		l->p++;
	} else {
		while (l->p < l->end && name_char(*l->p, l->p == from))
			l->p++;
	}
	return (str){ from, l->p - from };
}

struct pattern {
	short token[PATTERN_MAX]; /* a byte, or ANY, RUN */
	int n;
};
enum { ANY = 256, RUN = 257 };

static int read_pattern(struct lexer *l, str s, struct pattern *ret)
{
	ret->n = 0;
	if (s.len > PATTERN_MAX)
		return op_fail(l->op, ERR_LIMIT, "a pattern in a substitution is too long");
	for (ptrdiff_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '\\' && i + 1 < s.len)
			ret->token[ret->n++] = (unsigned char)s.p[++i];
		else
			ret->token[ret->n++] = (short)(c == '*' ? RUN : c == '?' ? ANY : c);
	}
	return 0;
}

/* How many bytes at the front of s (with `back`: at its end) the pattern matches, the most or the
 * fewest; -1: it does not. */
static ptrdiff_t match_front(const struct pattern *p, str s, bool most, bool back)
{
	bool at[PATTERN_MAX + 1] = { true };
	ptrdiff_t found = -1;

	for (ptrdiff_t i = 0;; i++) {
		for (int j = 0; j < p->n; j++)
			if (at[j] && p->token[back ? p->n - 1 - j : j] == RUN)
				at[j + 1] = true;
		if (at[p->n])
			found = i;
		if (i == s.len || (found >= 0 && !most))
			return found;
		unsigned char c = (unsigned char)s.p[back ? s.len - 1 - i : i];
		bool any = false;
		for (int j = p->n; j >= 0; j--) {
			int own = j < p->n ? p->token[back ? p->n - 1 - j : j] : -1;
			int before = j > 0 ? p->token[back ? p->n - j : j - 1] : -1;

			at[j] = (at[j] && own == RUN) ||
				(j > 0 && at[j - 1] && (before == ANY || before == c));
			any = any || at[j];
		}
		if (!any)
			return found;
	}
}

static int cut_pattern(struct lexer *l, char how, str word, str value, struct buf *b)
{
	struct pattern p;
	bool most = word.len > 0 && word.p[0] == how;

	if (value.len > PATTERN_VALUE)
		return op_fail(l->op, ERR_LIMIT, "a value is too long for a pattern");
	if (read_pattern(l, str_from(word, most), &p) < 0)
		return l->op->code;
	ptrdiff_t n = match_front(&p, value, most, how == '%');
	if (n > 0)
		value = how == '%' ? str_head(value, value.len - n) : str_from(value, n);
	buf_add(b, value);
	return 0;
}

static int replace_pattern(struct lexer *l, str pattern, str with, bool all, str value,
			   struct buf *b)
{
	struct pattern p;
	bool done = false;

	if (value.len > PATTERN_VALUE / 4)
		return op_fail(l->op, ERR_LIMIT, "a value is too long for a pattern");
	if (read_pattern(l, pattern, &p) < 0)
		return l->op->code;
	for (ptrdiff_t i = 0; i < value.len;) {
		ptrdiff_t n = done ? 0 : match_front(&p, str_from(value, i), true, false);

		if (n > 0) {
			buf_add(b, with);
			done = !all;
			i += n;
		} else {
			buf_char(b, value.p[i++]);
		}
	}
	return 0;
}

static str value_of(const struct lexer *l, str name, bool *ret_set)
{
	const str *v = l->vars ? map_get(l->vars, name) : NULL;

	*ret_set = v;
	return v ? *v : S("");
}

/* A word up to `stop`, as a text of its own. */
static int word_until(struct lexer *l, char stop, bool raw, int depth, str *ret)
{
	struct buf b;

	buf_init(&b, l->op, EXPANDED_MAX);
	int rc = process(l, (unsigned char)stop, raw, depth + 1, &b);
	return rc < 0 ? rc : buf_take(&b, ret);
}

static int replaced(struct lexer *l, str name, int depth, struct buf *b)
{
	bool all = l->p < l->end && *l->p == '/', set;
	str pattern, with;
	int rc;

	l->p += all;
	if ((rc = word_until(l, '/', true, depth, &pattern)) < 0 ||
	    (rc = word_until(l, '}', true, depth, &with)) < 0)
		return rc;
	str value = value_of(l, name, &set);
	l->unset = l->unset || !set;
	return replace_pattern(l, pattern, with, all, value, b);
}

/* What stands behind "${NAME". */
static int modified(struct lexer *l, str name, int depth, struct buf *b)
{
	char how = l->p < l->end ? *l->p++ : '\0';
	bool colon = how == ':', set;
	str word, value = value_of(l, name, &set);
	int rc;

	if (how == '}') {
		l->unset = l->unset || !set;
		buf_add(b, value);
		return 0;
	}
	if (how == '/')
		return replaced(l, name, depth, b);
	if (colon)
		how = l->p < l->end ? *l->p++ : '\0';
	if (how == '\0' || !strchr(colon ? "-+?" : "-+?#%", how))
		return fail(l, "a substitution ${...} that there is not");
	if ((rc = word_until(l, '}', how == '#' || how == '%', depth, &word)) < 0)
		return rc;
	bool empty = !set || (colon && value.len == 0);
	switch (how) {
	case '-':
		buf_add(b, empty ? word : value);
		return 0;
	case '+':
		buf_add(b, empty ? S("") : word);
		return 0;
	case '?':
		/* Who builds may give it: it is not known here. */
		l->unset = l->unset || empty;
		buf_add(b, value);
		return 0;
	default:
		l->unset = l->unset || !set;
		return cut_pattern(l, how, word, value, b);
	}
}

static int dollar(struct lexer *l, int depth, struct buf *b)
{
	bool set;

	l->p++;
	if (l->keep) {
		buf_char(b, '$');
		return 0;
	}
	if (l->p < l->end && *l->p == '{') {
		l->p++;
		str name = variable_name(l);
		if (name.len == 0)
			return fail(l, "a bad substitution: ${ without a name");
		return modified(l, name, depth, b);
	}
	str name = variable_name(l);
	if (name.len == 0) {
		buf_char(b, '$');
		return 0;
	}
	buf_add(b, value_of(l, name, &set));
	l->unset = l->unset || !set;
	return 0;
}

static int quotes(struct lexer *l, bool raw, int depth, struct buf *b)
{
	char quote = *l->p++;

	l->quoted = true;
	while (l->p < l->end && *l->p != quote) {
		if (quote == '"' && *l->p == '$') {
			int rc = dollar(l, depth, b);
			if (rc < 0)
				return rc;
			continue;
		}
		if (quote == '"' && *l->p == l->escape && l->end - l->p > 1) {
			char next = l->p[1];

			if (raw)
				buf_char(b, *l->p);
			l->p += next == '"' || next == '$' || next == l->escape;
		}
		buf_char(b, *l->p++);
	}
	if (l->p == l->end)
		return fail(l, quote == '"' ? "a double quote is open" : "a single quote is open");
	l->p++;
	return 0;
}

static int process(struct lexer *l, int stop, bool raw, int depth, struct buf *b)
{
	if (depth > LIMIT_DEPTH)
		return op_fail(l->op, ERR_LIMIT, "substitutions are nested too deeply");
	while (l->p < l->end) {
		char c = *l->p;
		int rc = 0;

		if ((unsigned char)c == stop && stop) {
			l->p++;
			return 0;
		}
		if (c == '$') {
			rc = dollar(l, depth, b);
		} else if (c == '\'' || c == '"') {
			rc = quotes(l, raw, depth, b);
		} else if (c == l->escape) {
			if (raw)
				buf_char(b, c);
			if (++l->p < l->end)
				buf_char(b, *l->p++);
		} else {
			buf_char(b, c);
			l->p++;
		}
		if (rc < 0)
			return rc;
	}
	return stop ? fail(l, "a substitution ${...} is open") : 0;
}

static int run(struct lexer *l, str *ret)
{
	struct buf b;

	buf_init(&b, l->op, EXPANDED_MAX);
	int rc = process(l, 0, false, 0, &b);
	return rc < 0 ? rc : buf_take(&b, ret);
}

int dockerfile_expand(struct op *op, char escape, str word, const struct map *vars, str *ret)
{
	struct lexer l = { .op = op, .escape = escape, .p = word.p, .vars = vars };
	bool plain = true;

	for (ptrdiff_t i = 0; i < word.len && plain; i++)
		plain = word.p[i] != '$' && word.p[i] != '"' && word.p[i] != '\'' &&
			word.p[i] != escape;
	if (plain) {
		*ret = word;
		return 0;
	}
	l.end = word.p + word.len;
	int rc = run(&l, ret);
	return rc < 0 ? rc : l.unset;
}

int dockerfile_unquote(struct op *op, char escape, str word, bool *ret_quoted, str *ret)
{
	struct lexer l = {
		.op = op, .escape = escape, .p = word.p, .end = word.p + word.len, .keep = true
	};
	int rc = run(&l, ret);

	*ret_quoted = l.quoted;
	return rc;
}
