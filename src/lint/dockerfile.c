#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/vec.h"
#include "dockerfile_impl.h"

/*
 * A file is lines, and an instruction is one line or several: one that ends in the escape (and blanks),
 * but not in two, goes on in the next; within it, lines of blanks and of comments are left out. The
 * lines joined are what all else reads; pieces remember where each of them stood. Heredocs are what
 * follows an instruction, up to a line that is their name.
 *
 * Invariants: (1) r->line is the number of the line that was read last; (2) a step's source begins with
 * its keyword, and its pieces cover it.
 */
const char *const dockerfile_kinds[DOCKERFILE_KINDS] = {
	"ADD",    "ARG",   "CMD",         "COPY",  "ENTRYPOINT", "ENV",
	"EXPOSE", "FROM",  "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD",
	"RUN",    "SHELL", "STOPSIGNAL",  "USER",  "VOLUME",     "WORKDIR",
};

enum {
	LINE_MAX_BYTES = 65535, /* BuildKit refuses longer ones */
};

struct reader {
	struct op *op;
	struct dockerfile *d;
	str rest;
	int line;
	bool after_directives;
	unsigned seen; /* bits of directives */
	VEC(struct dockerfile_step) step;
	VEC(struct dockerfile_comment) comment;
};

int dockerfile_fail(struct op *op, const struct dockerfile *d, int line, const char *fmt, ...)
{
	char what[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	return op_fail(op, ERR_FORMAT, "%.*s:%d: %s", STR_ARG(d->path), line, what);
}

bool dockerfile_same(str a, str b)
{
	if (a.len != b.len)
		return false;
	for (ptrdiff_t i = 0; i < a.len; i++) {
		char x = a.p[i], y = b.p[i];

		if (x != y && ((x | 0x20) != (y | 0x20) || (x | 0x20) < 'a' || (x | 0x20) > 'z'))
			return false;
	}
	return true;
}

static bool more(const struct reader *r)
{
	return r->rest.p && r->rest.len > 0;
}

static int next_line(struct reader *r, str *ret)
{
	str line = str_cut(&r->rest, '\n');

	r->line++;
	if (line.len > LINE_MAX_BYTES)
		return dockerfile_fail(r->op, r->d, r->line, "a line may have %d bytes, not %td",
				       LINE_MAX_BYTES, line.len);
	while (line.len > 0 && line.p[line.len - 1] == '\r')
		line.len--;
	*ret = line;
	return 0;
}

/* Does the line go on in the next one? Then its escape is taken off. */
static bool continues(const struct reader *r, str *line)
{
	ptrdiff_t n = line->len;

	while (n > 0 && (line->p[n - 1] == ' ' || line->p[n - 1] == '\t'))
		n--;
	if (n == 0 || line->p[n - 1] != r->d->escape || (n > 1 && line->p[n - 2] == r->d->escape))
		return false;
	line->len = n - 1;
	return true;
}

/* "# escape=`", at the very top. */
static int read_directive(struct reader *r, str line)
{
	static const char *const known[] = { "check", "escape", "syntax" };
	str name, value = line;
	size_t i = 0;

	if (r->after_directives)
		return 0;
	r->after_directives = true;
	if (!str_starts(line, S("#")) || str_find(line, '=') < 0)
		return 0;
	name = dockerfile_trim(str_from(str_cut(&value, '='), 1));
	value = dockerfile_trim(value);
	while (i < 3 && !dockerfile_same(name, str_of(known[i])))
		i++;
	if (i == 3 || value.len == 0)
		return 0;
	r->after_directives = false;
	if (r->seen & 1u << i)
		return dockerfile_fail(r->op, r->d, r->line, "the directive '%s' stands twice",
				       known[i]);
	r->seen |= 1u << i;
	if (i == 1 && !str_eq(value, S("\\")) && !str_eq(value, S("`")))
		return dockerfile_fail(r->op, r->d, r->line,
				       "the escape must be \\ or `, not '%.*s'", STR_ARG(value));
	if (i == 1)
		r->d->escape = value.p[0];
	else
		*(i == 0 ? &r->d->check : &r->d->syntax) = value;
	return 0;
}

static int add_comment(struct reader *r, str line)
{
	struct dockerfile_comment *c = vec_push(r->op, &r->comment);

	if (!c)
		return ERR_MEMORY;
	c->text = dockerfile_trim(str_from(line, 1));
	c->line = r->line;
	return 0;
}

typedef VEC(struct dockerfile_piece) pieces;
typedef VEC(str) strs;

static int add_piece(struct reader *r, pieces *piece, strs *text, str line, ptrdiff_t at, int col)
{
	struct dockerfile_piece *p = vec_push(r->op, piece);
	str *s = vec_push(r->op, text);

	if (!p || !s)
		return ERR_MEMORY;
	*p = (struct dockerfile_piece){ .at = at, .line = r->line, .col = col };
	*s = line;
	return 0;
}

/* The lines that a first one goes on in. */
static int join_lines(struct reader *r, str first, int col, struct dockerfile_step *s)
{
	pieces piece = { 0 };
	strs text = { 0 };
	ptrdiff_t size = first.len;
	bool open = continues(r, &first);
	str line = { 0 };
	int rc = add_piece(r, &piece, &text, first, 0, col);

	size = first.len;
	while (rc == 0 && open && more(r)) {
		if ((rc = next_line(r, &line)) < 0)
			break;
		str bare = dockerfile_trim_left(line);
		if (bare.len == 0)
			continue;
		if (bare.p[0] == '#') {
			rc = add_comment(r, bare);
			continue;
		}
		open = continues(r, &line);
		rc = add_piece(r, &piece, &text, line, size, 1);
		size += line.len;
	}
	if (rc < 0)
		return rc;
	s->piece = piece.p;
	s->piece_n = piece.n;
	s->source = first;
	if (text.n == 1)
		return 0;
	char *joined = op_new(r->op, char, size);
	if (!joined)
		return ERR_MEMORY;
	s->source = (str){ joined, size };
	for (ptrdiff_t i = 0; i < text.n; i++)
		if (text.p[i].len > 0)
			memcpy(joined + piece.p[i].at, text.p[i].p, (size_t)text.p[i].len);
	return 0;
}

/* A word that begins a heredoc: [0-9]*<<-?NAME. */
static bool heredoc_word(str word, bool *ret_strip, str *ret_name)
{
	while (word.len > 0 && word.p[0] >= '0' && word.p[0] <= '9')
		word = str_from(word, 1);
	if (!str_starts(word, S("<<")))
		return false;
	word = str_from(word, 2);
	*ret_strip = str_starts(word, S("-"));
	*ret_name = str_from(word, *ret_strip);
	return str_find(*ret_name, '<') < 0;
}

/* The next word off the front, with its quotes: 1; 0: none is left; -1: a quote is open. */
static int quoted_word(str *in, str *ret)
{
	str s = dockerfile_trim_left(*in);
	ptrdiff_t i = 0;
	char quote = 0;

	for (; i < s.len && (quote || !dockerfile_blank(s.p[i])); i++) {
		if (s.p[i] == '\\' && quote != '\'')
			i++;
		else if (quote ? s.p[i] == quote : s.p[i] == '\'' || s.p[i] == '"')
			quote = quote ? 0 : s.p[i];
	}
	*ret = str_head(s, i);
	*in = str_from(s, i);
	return quote ? -1 : ret->len > 0;
}

/* Where a quote is open, nothing is a heredoc. */
static bool quotes_close(str s)
{
	str word;
	int rc;

	while ((rc = quoted_word(&s, &word)) > 0) {
	}
	return rc == 0;
}

/* The body of a heredoc: up to a line that is its name. */
static int read_body(struct reader *r, const struct dockerfile_step *s,
		     struct dockerfile_heredoc *h)
{
	const char *from = more(r) ? r->rest.p : "";
	str line = { 0 };

	h->line = r->line + 1;
	while (more(r)) {
		const char *at = r->rest.p;
		int rc = next_line(r, &line);

		if (rc < 0)
			return rc;
		while (h->strip && line.len > 0 && line.p[0] == '\t')
			line = str_from(line, 1);
		if (str_eq(line, h->name)) {
			h->body = (str){ from, at - from };
			return 0;
		}
	}
	return dockerfile_fail(r->op, r->d, s->line, "the heredoc '%.*s' does not end",
			       STR_ARG(h->name));
}

static int read_heredocs(struct reader *r, struct dockerfile_step *s)
{
	VEC(struct dockerfile_heredoc) all = { 0 };
	str rest = s->source, word, name;
	bool strip, quoted;

	if ((s->kind != DOCKERFILE_RUN && s->kind != DOCKERFILE_COPY &&
	     s->kind != DOCKERFILE_ADD) ||
	    s->json || str_find_str(rest, S("<<")) < 0 || !quotes_close(rest))
		return 0;
	while (quoted_word(&rest, &word) > 0) {
		if (!heredoc_word(word, &strip, &name))
			continue;
		if (name.len == 0 && (quoted_word(&rest, &name) <= 0 || str_find(name, '<') >= 0))
			continue;
		struct dockerfile_heredoc *h = vec_push(r->op, &all);
		if (!h)
			return ERR_MEMORY;
		int rc = dockerfile_unquote(r->op, '\\', name, &quoted, &h->name);
		if (rc < 0)
			return rc;
		h->strip = strip;
		h->expand = !quoted;
	}
	for (ptrdiff_t i = 0; i < all.n; i++) {
		int rc = read_body(r, s, &all.p[i]);

		if (rc < 0)
			return rc;
	}
	s->heredoc = all.p;
	s->heredoc_n = all.n;
	return 0;
}

static int read_step(struct reader *r, str line, int col)
{
	struct dockerfile_step step = { .line = r->line, .col = col, .stage = -1 };
	int rc = join_lines(r, line, col, &step);

	if (rc < 0)
		return rc;
	str bare = dockerfile_trim(step.source);
	if (bare.len == 0)
		return 0;
	/* A line that is only an escape may stand before the keyword. */
	dockerfile_place(&step, bare.p, &step.line, &step.col);
	if ((rc = dockerfile_words(r->op, r->d, &step)) < 0 || (rc = read_heredocs(r, &step)) < 0)
		return rc;
	step.end_line = r->line;
	if (r->step.n == LIMIT_DOCKERFILE_STEPS)
		return op_fail(r->op, ERR_LIMIT, "%.*s:%d: more than %d instructions",
			       STR_ARG(r->d->path), r->line, LIMIT_DOCKERFILE_STEPS);
	struct dockerfile_step *s = vec_push(r->op, &r->step);
	if (!s)
		return ERR_MEMORY;
	*s = step;
	return 0;
}

int dockerfile_parse(struct op *op, str path, str bytes, struct dockerfile *ret)
{
	struct dockerfile d = { .path = path, .escape = '\\' };
	struct reader r = { .op = op, .d = &d, .rest = bytes };
	str line = { 0 };
	int rc = 0;

	if (bytes.len > LIMIT_DOCKERFILE)
		return op_fail(op, ERR_LIMIT, "%.*s: a Dockerfile may have %d MiB", STR_ARG(path),
			       LIMIT_DOCKERFILE >> 20);
	if (str_starts(r.rest, S("\xef\xbb\xbf")))
		r.rest = str_from(r.rest, 3);
	while (rc == 0 && more(&r)) {
		if ((rc = next_line(&r, &line)) < 0)
			return rc;
		str bare = dockerfile_trim_left(line);
		if ((rc = read_directive(&r, bare)) < 0)
			return rc;
		if (bare.len > 0 && bare.p[0] == '#')
			rc = add_comment(&r, bare);
		else if (bare.len > 0)
			rc = read_step(&r, bare, (int)(bare.p - line.p) + 1);
	}
	if (rc < 0)
		return rc;
	if (r.step.n == 0)
		return dockerfile_fail(op, &d, r.line > 0 ? r.line : 1, "no instruction");
	d.step = r.step.p;
	d.step_n = r.step.n;
	d.comment = r.comment.p;
	d.comment_n = r.comment.n;
	if ((rc = dockerfile_stages(op, &d)) < 0)
		return rc;
	*ret = d;
	return 0;
}

void dockerfile_place(const struct dockerfile_step *s, const char *p, int *ret_line, int *ret_col)
{
	const struct dockerfile_piece *piece = s->piece;

	*ret_line = s->line;
	*ret_col = s->col;
	if (p >= s->source.p && p <= s->source.p + s->source.len) {
		ptrdiff_t at = p - s->source.p;

		for (ptrdiff_t i = 1; i < s->piece_n && s->piece[i].at <= at; i++)
			piece = &s->piece[i];
		*ret_line = piece->line;
		*ret_col = piece->col + (int)(at - piece->at);
		return;
	}
	for (ptrdiff_t i = 0; i < s->heredoc_n; i++) {
		const struct dockerfile_heredoc *h = &s->heredoc[i];
		const char *line = h->body.p;

		if (p < h->body.p || p > h->body.p + h->body.len)
			continue;
		*ret_line = h->line;
		for (const char *c = line; c < p; c++)
			if (*c == '\n') {
				++*ret_line;
				line = c + 1;
			}
		*ret_col = (int)(p - line) + 1;
		return;
	}
}

const struct dockerfile_step *dockerfile_step_at(const struct dockerfile *d, int line)
{
	for (ptrdiff_t i = 0; i < d->step_n; i++)
		if (d->step[i].line <= line && line <= d->step[i].end_line)
			return &d->step[i];
	return NULL;
}
