#include "go_regex.h"

#include <regex.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/num.h"

enum {
	PATTERN_MAX = 8192, /* bytes of a pattern */
	REPEAT_MAX =
		1000, /* Go's own limit; here it is one for all of a pattern, nesting included */
};

struct translation {
	struct op *op;
	str pattern, in; /* in: what is left of it */
	struct buf out;
	int flags;
	int depth;
	uint64_t repeats; /* product so far */
	bool dot_all;
	bool atom; /* something stands before that can be repeated */
};

static int refuse(struct translation *t, const char *why)
{
	return op_fail(t->op, ERR_USAGE, "cannot use the pattern '%.*s': %s", STR_ARG(t->pattern),
		       why);
}

static char peek(const struct translation *t, ptrdiff_t at)
{
	return at < t->in.len ? t->in.p[at] : '\0';
}

static void skip(struct translation *t, ptrdiff_t n)
{
	t->in = str_from(t->in, n);
}

/* What \c stands for inside and outside of a bracket. */
static const struct {
	char c;
	const char *bracket, *outside; /* NULL: not possible there */
} class_row[] = {
	{ 'd', "0-9", "[0-9]" },
	{ 'D', NULL, "[^0-9]" },
	{ 'w', "0-9A-Za-z_", "[0-9A-Za-z_]" },
	{ 'W', NULL, "[^0-9A-Za-z_]" },
	{ 's', "\t\n\f\r ", "[\t\n\f\r ]" },
	{ 'S', NULL, "[^\t\n\f\r ]" },
	{ 'b', NULL, "\\b" },
	{ 'B', NULL, "\\B" },
	{ 'A', NULL, "^" },
	{ 'z', NULL, "$" },
	{ 't', "\t", "\t" },
	{ 'n', "\n", "\n" },
	{ 'r', "\r", "\r" },
	{ 'f', "\f", "\f" },
	{ 'v', "\v", "\v" },
	{ 'a', "\a", "\a" },
};

static void add_literal(struct translation *t, char c)
{
	if (strchr("\\^$.[]|()*+?{}", c) && c)
		buf_char(&t->out, '\\');
	buf_char(&t->out, c);
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* \xHH at the front, taken; -1 for anything else. NUL cannot stand in a POSIX pattern. */
static int take_hex(struct translation *t)
{
	int high = hex_value(peek(t, 2)), low = hex_value(peek(t, 3));

	if (peek(t, 1) != 'x' || high < 0 || low < 0 || high + low == 0)
		return -1;
	skip(t, 4);
	return high << 4 | low;
}

static int escape(struct translation *t)
{
	char c = peek(t, 1);
	int hex = take_hex(t);

	t->atom = true;
	if (hex >= 0) {
		add_literal(t, (char)hex);
		return 0;
	}
	for (size_t i = 0; i < sizeof(class_row) / sizeof(class_row[0]); i++) {
		if (class_row[i].c != c)
			continue;
		buf_add(&t->out, str_of(class_row[i].outside));
		skip(t, 2);
		return 0;
	}
	if (!c || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
		return refuse(t, "it has an escape that is not supported");
	add_literal(t, c);
	skip(t, 2);
	return 0;
}

struct bracket { /* POSIX wants these three at certain places */
	bool close, dash, caret;
	struct buf rest;
};

static void bracket_add(struct bracket *b, char c)
{
	if (c == ']')
		b->close = true;
	else if (c == '-')
		b->dash = true;
	else if (c == '^')
		b->caret = true;
	else
		buf_char(&b->rest, c);
}

/* One character of a bracket, an escape resolved, into *ret; 1 if a class was added instead. */
static int bracket_char(struct translation *t, struct bracket *b, char *ret)
{
	char c = peek(t, 0);

	if (c != '\\') {
		skip(t, 1);
		*ret = c;
		return 0;
	}
	int hex = take_hex(t);
	if (hex >= 0) {
		*ret = (char)hex;
		return 0;
	}
	c = peek(t, 1);
	for (size_t i = 0; i < sizeof(class_row) / sizeof(class_row[0]); i++) {
		if (class_row[i].c != c)
			continue;
		if (!class_row[i].bracket)
			return refuse(t, "it has a class in brackets that is not supported");
		skip(t, 2);
		str text = str_of(class_row[i].bracket);
		if (text.len > 1) {
			buf_add(&b->rest, text);
			return 1;
		}
		*ret = text.p[0];
		return 0;
	}
	if (!c || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
		return refuse(t, "it has an escape that is not supported");
	skip(t, 2);
	*ret = c;
	return 0;
}

/* A range or a single character of a bracket. */
static int bracket_item(struct translation *t, struct bracket *b)
{
	char low, high;

	if (str_starts(t->in, S("[:"))) {
		ptrdiff_t end = str_find_str(t->in, S(":]"));
		if (end < 0)
			return refuse(t, "a class in brackets has no end");
		buf_add(&b->rest, str_head(t->in, end + 2));
		skip(t, end + 2);
		return 0;
	}
	int rc = bracket_char(t, b, &low);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	if (peek(t, 0) != '-' || t->in.len < 2 || peek(t, 1) == ']') {
		bracket_add(b, low);
		return 0;
	}
	skip(t, 1);
	if ((rc = bracket_char(t, b, &high)) != 0)
		return rc < 0 ? rc : refuse(t, "a range ends with a class");
	if ((unsigned char)low > (unsigned char)high)
		return refuse(t, "a range runs backwards");
	/* The ends may be the characters with a place of their own: write the range as what it
	 * holds. */
	for (unsigned c = (unsigned char)low; c <= (unsigned char)high; c++)
		bracket_add(b, (char)c);
	return 0;
}

static int bracket(struct translation *t)
{
	struct bracket b = { 0 };
	bool negated = peek(t, 1) == '^';
	str rest;
	int rc = 0;

	buf_init(&b.rest, t->op, 8 * PATTERN_MAX);
	skip(t, negated ? 2 : 1);
	for (bool first = true; rc == 0 && t->in.len && (first || peek(t, 0) != ']'); first = false)
		rc = bracket_item(t, &b);
	if (rc == 0 && !t->in.len)
		rc = refuse(t, "a bracket has no end");
	if (rc < 0 || (rc = buf_take(&b.rest, &rest)) < 0)
		return rc;
	skip(t, 1);
	t->atom = true;
	if (b.caret && !negated && !b.close && !rest.len && !b.dash) {
		buf_add(&t->out, S("\\^"));
		return 0;
	}
	buf_add(&t->out, negated ? S("[^") : S("["));
	if (b.close)
		buf_char(&t->out, ']');
	if (b.dash && b.caret && !b.close && !rest.len && !negated) {
		buf_add(&t->out, S("-^]")); /* a dash may also stand first */
		return 0;
	}
	buf_add(&t->out, rest);
	if (b.caret)
		buf_char(&t->out, '^');
	if (b.dash)
		buf_char(&t->out, '-');
	buf_char(&t->out, ']');
	return 0;
}

/* "{2}", "{2,}" or "{2,3}" at the front: its width, and the largest number; 0 for anything else. */
static ptrdiff_t counted(str in, uint64_t *ret)
{
	ptrdiff_t end = str_find(in, '}');
	uint64_t low, high;

	if (end < 0)
		return 0;
	str inner = str_from(str_head(in, end), 1), first = str_cut(&inner, ',');
	if (!num_parse(first, UINT32_MAX, &low))
		return 0;
	high = low;
	if (inner.p && inner.len && !num_parse(inner, UINT32_MAX, &high))
		return 0;
	*ret = high > low ? high : low;
	return end + 1;
}

static int repeat(struct translation *t)
{
	uint64_t n = 1;
	ptrdiff_t width = peek(t, 0) == '{' ? counted(t->in, &n) : 1;

	if (width == 0) {
		add_literal(t, '{');
		skip(t, 1);
		t->atom = true;
		return 0;
	}
	if (!t->atom)
		return refuse(t, "nothing stands before a repetition");
	t->repeats *= n > 1 ? n : 1;
	if (n > REPEAT_MAX || t->repeats > REPEAT_MAX)
		return refuse(t, "it repeats more than 1000 times");
	buf_add(&t->out, str_head(t->in, width));
	skip(t, width);
	if (peek(t, 0) == '?')
		skip(t, 1);
	t->atom = false; /* Go refuses a** too */
	return 0;
}

static int group(struct translation *t)
{
	if (++t->depth > LIMIT_DEPTH)
		return refuse(t, "its groups are nested too deeply");
	buf_char(&t->out, '(');
	skip(t, 1);
	t->atom = false;
	if (peek(t, 0) != '?')
		return 0;
	ptrdiff_t name = str_starts(t->in, S("?P<")) ? 3 : str_starts(t->in, S("?<")) ? 2 : 0;
	ptrdiff_t end = name ? str_find(t->in, '>') : 1;
	if (str_starts(t->in, S("?:")) || (name && end > name)) {
		skip(t, end + 1);
		return 0;
	}
	return refuse(t, "it has a group that is not supported");
}

/* Flags for the whole pattern: "(?is)" at its front. */
static int leading_flags(struct translation *t)
{
	ptrdiff_t end = str_find(t->in, ')');

	if (!str_starts(t->in, S("(?")) || end < 0)
		return 0;
	str flags = str_from(str_head(t->in, end), 2);
	if (flags.len == 0 || str_find(flags, ':') >= 0 || flags.p[0] == 'P' || flags.p[0] == '<')
		return 0;
	for (ptrdiff_t i = 0; i < flags.len; i++) {
		if (flags.p[i] == 'i')
			t->flags |= REG_ICASE;
		else if (flags.p[i] == 'm')
			t->flags |= REG_NEWLINE;
		else if (flags.p[i] == 's')
			t->dot_all = true;
		else
			return refuse(t, "it has a flag that is not supported");
	}
	if (t->dot_all && (t->flags & REG_NEWLINE))
		return refuse(t, "the flags s and m do not go together here");
	skip(t, end + 1);
	return 0;
}

static int one(struct translation *t)
{
	char c = peek(t, 0);

	switch (c) {
	case '\\':
		return escape(t);
	case '[':
		return bracket(t);
	case '(':
		return group(t);
	case '*':
	case '+':
	case '?':
	case '{':
		return repeat(t);
	case ')':
		if (--t->depth < 0)
			return refuse(t, "a group ends that did not begin");
		buf_char(&t->out, c);
		break;
	case '.':
		buf_add(&t->out, t->dot_all || (t->flags & REG_NEWLINE) ? S(".") : S("[^\n]"));
		break;
	case '}':
		add_literal(t, c);
		break;
	case '\0':
		return refuse(t, "it holds a NUL");
	default:
		buf_char(&t->out, c);
		break;
	}
	skip(t, 1);
	t->atom = c != '|' && c != '^';
	return 0;
}

int go_regex_translate(struct op *op, str pattern, str *ret, int *ret_flags)
{
	struct translation t = { .op = op,
				 .pattern = pattern,
				 .in = pattern,
				 .repeats = 1,
				 .flags = REG_EXTENDED | REG_NOSUB };

	if (pattern.len > PATTERN_MAX)
		return op_fail(op, ERR_USAGE, "a pattern is longer than %d bytes", PATTERN_MAX);
	buf_init(&t.out, op, 16 * PATTERN_MAX);
	int rc = leading_flags(&t);
	while (rc == 0 && t.in.len)
		rc = one(&t);
	if (rc == 0 && t.depth)
		rc = refuse(&t, "a group has no end");
	if (rc < 0 || (rc = buf_take(&t.out, ret)) < 0)
		return rc;
	*ret_flags = t.flags;
	return 0;
}

static int compile(struct op *op, str pattern, regex_t *ret)
{
	str posix;
	int flags;
	char why[200];
	int rc = go_regex_translate(op, pattern, &posix, &flags);
	const char *text = rc < 0 ? NULL : op_cstr(op, posix);

	if (!text)
		return op->code;
	rc = regcomp(ret, text, flags);
	if (rc == REG_ESPACE)
		return op_fail(op, ERR_MEMORY, "no memory for the pattern '%.*s'",
			       STR_ARG(pattern));
	if (rc == 0)
		return 0;
	(void)regerror(rc, ret, why, sizeof(why));
	return op_fail(op, ERR_USAGE, "cannot use the pattern '%.*s': %s", STR_ARG(pattern), why);
}

int go_regex_check(struct op *op, str pattern)
{
	regex_t compiled;
	int rc = compile(op, pattern, &compiled);

	if (rc < 0)
		return rc;
	regfree(&compiled);
	return 0;
}

struct go_regex {
	regex_t compiled;
};

int go_regex_open(struct op *op, str pattern, struct go_regex **ret)
{
	struct go_regex *re = op_new(op, struct go_regex, 1);

	*ret = NULL;
	if (!re || compile(op, pattern, &re->compiled) < 0)
		return op->code;
	*ret = re;
	return 0;
}

void go_regex_close(struct go_regex **re)
{
	if (*re)
		regfree(&(*re)->compiled);
	*re = NULL;
}

int go_regex_has(struct op *op, const struct go_regex *re, str text, bool *ret)
{
	struct op_mark mark = op_mark(op);
	str copy;
	/* REG_STARTEND reads no NUL, but AddressSanitizer's regexec() does. */
	int rc = op_copy(op, text, &copy);

	if (rc < 0)
		return rc;
	regmatch_t range = { 0, (regoff_t)copy.len };
	*ret = copy.len <= INT32_MAX &&
	       regexec(&re->compiled, copy.p, 1, &range, REG_STARTEND) == 0;
	op_reset(op, mark);
	return 0;
}

int go_regex_match(struct op *op, str pattern, str text, bool *ret)
{
	struct op_mark mark = op_mark(op);
	struct go_regex *re;
	int rc = go_regex_open(op, pattern, &re);

	if (rc == 0)
		rc = go_regex_has(op, re, text, ret);
	go_regex_close(&re);
	if (rc == 0)
		op_reset(op, mark);
	return rc;
}
