/*
 * A pattern becomes a tree, the tree a program: an array of instructions, of which each says where the
 * next one is. What may go on in two ways puts the second on a stack and comes back to it.
 */
#include "regex.h"

#include "base/limits.h"
#include "base/vec.h"

enum {
	REPEAT_MAX = 4096, /* of {m,n} */
	STACK = 1024,
};

struct set {
	uint64_t bit[4];
};

enum kind { SET, SEQUENCE, CHOICE, GROUP, REPEAT, ASSERT };

struct piece { /* a node of the tree */
	enum kind kind;
	int what;     /* SET: its number; ASSERT: the sign; GROUP: its number, or -1 */
	int a;        /* what is in it; of SEQUENCE and CHOICE the first; -1: nothing */
	int next;     /* in a SEQUENCE or CHOICE; -1: none */
	int min, max; /* REPEAT; max -1: no end */
	bool lazy;
	bool empty; /* may match no byte */
};

enum code { TAKE, LOOP, SPLIT, JUMP, SAVE, LOOK, DONE };

struct step {
	uint8_t code;
	bool lazy;
	int x, y; /* TAKE, LOOP: set; SPLIT: preferred, other; JUMP: x; SAVE: slot; LOOK: sign */
	int min, max; /* LOOP */
};

struct regex {
	VEC(struct set) set;
	VEC(struct step) step;
	int groups;
};

struct parse {
	struct op *op;
	struct regex *re;
	str in, whole;
	bool caseless;
	int depth;
	VEC(struct piece) piece;
};

static int wrong(struct parse *p, const char *what)
{
	return op_fail(p->op, ERR_USAGE, "pattern '%.*s': %s at byte %td", STR_ARG(p->whole), what,
		       p->whole.len - p->in.len + 1);
}

static bool has(const struct set *s, unsigned char c)
{
	return s->bit[c / 64] >> (c % 64) & 1;
}

static void put(struct set *s, unsigned char c)
{
	s->bit[c / 64] |= UINT64_C(1) << (c % 64);
}

static void put_range(struct set *s, int from, int to)
{
	for (int c = from; c <= to; c++)
		put(s, (unsigned char)c);
}

static void invert(struct set *s)
{
	for (int i = 0; i < 4; i++)
		s->bit[i] = ~s->bit[i];
}

/* \d and its like. */
static bool named_set(char c, struct set *s)
{
	struct set n = { 0 };

	switch (c | 32) {
	case 'd':
		put_range(&n, '0', '9');
		break;
	case 'w':
		put_range(&n, '0', '9');
		put_range(&n, 'a', 'z');
		put_range(&n, 'A', 'Z');
		put(&n, '_');
		break;
	case 's':
		put_range(&n, '\t', '\r');
		put(&n, ' ');
		break;
	default:
		return false;
	}
	if (c < 'a')
		invert(&n);
	for (int i = 0; i < 4; i++)
		s->bit[i] |= n.bit[i];
	return true;
}

static int hex(char c)
{
	return c >= '0' && c <= '9'                 ? c - '0'
	       : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
						    : -1;
}

/* The byte that stands behind a backslash, which was taken; -1: there is none such. */
static int escaped(struct parse *p)
{
	static const char from[] = "tnrfv", to[] = "\t\n\r\f\v";

	if (p->in.len == 0)
		return -1;
	char c = p->in.p[0];
	const char *at = strchr(from, c);
	if (c == 'x') {
		if (p->in.len < 3 || hex(p->in.p[1]) < 0 || hex(p->in.p[2]) < 0)
			return -1;
		int byte = hex(p->in.p[1]) << 4 | hex(p->in.p[2]);
		p->in = str_from(p->in, 3);
		return byte;
	}
	if (!(c && at) && (hex(c) >= 0 || ((c | 32) >= 'a' && (c | 32) <= 'z')))
		return -1;
	p->in = str_from(p->in, 1);
	return c && at ? (unsigned char)to[at - from] : (unsigned char)c;
}

static int add_piece(struct parse *p, struct piece piece, int *ret)
{
	struct piece *to = vec_push(p->op, &p->piece);

	if (!to)
		return p->op->code;
	*to = piece;
	to->next = -1;
	*ret = (int)p->piece.n - 1;
	return 0;
}

static int add_set(struct parse *p, struct set s, bool folds, int *ret)
{
	struct set *to = vec_push(p->op, &p->re->set);

	if (!to)
		return p->op->code;
	for (int c = 'a'; folds && c <= 'z'; c++) {
		if (has(&s, (unsigned char)c) || has(&s, (unsigned char)(c - 32))) {
			put(&s, (unsigned char)c);
			put(&s, (unsigned char)(c - 32));
		}
	}
	*to = s;
	return add_piece(p, (struct piece){ .kind = SET, .what = (int)p->re->set.n - 1 }, ret);
}

/* One byte of a set, or a named set: -2. */
static int set_byte(struct parse *p, struct set *s)
{
	unsigned char c = (unsigned char)p->in.p[0];

	p->in = str_from(p->in, 1);
	if (c != '\\')
		return c;
	if (p->in.len && named_set(p->in.p[0], s)) {
		p->in = str_from(p->in, 1);
		return -2;
	}
	return escaped(p);
}

static int parse_set(struct parse *p, int *ret)
{
	struct set s = { 0 };
	bool inverts = p->in.len && p->in.p[0] == '^', first = true;

	if (inverts)
		p->in = str_from(p->in, 1);
	for (; p->in.len && (first || p->in.p[0] != ']'); first = false) {
		int from = set_byte(p, &s), to = from;
		if (from == -1)
			return wrong(p, "bad escape in a set");
		if (from >= 0 && p->in.len > 1 && p->in.p[0] == '-' && p->in.p[1] != ']') {
			p->in = str_from(p->in, 1);
			if ((to = set_byte(p, &s)) < from)
				return wrong(p, "bad range in a set");
		}
		if (from >= 0)
			put_range(&s, from, to);
	}
	if (p->in.len == 0)
		return wrong(p, "a set does not end");
	p->in = str_from(p->in, 1);
	if (p->caseless) { /* before it is inverted */
		int rc = add_set(p, s, true, ret);
		if (rc == 0 && inverts)
			invert(&p->re->set.p[p->re->set.n - 1]);
		return rc;
	}
	if (inverts)
		invert(&s);
	return add_set(p, s, false, ret);
}

static int parse_choice(struct parse *p, int *ret);

static int parse_group(struct parse *p, int *ret)
{
	struct piece g = { .kind = GROUP, .what = -1 };
	int rc;

	if (str_starts(p->in, S("?:")))
		p->in = str_from(p->in, 2);
	else if (p->in.len && p->in.p[0] == '?')
		return wrong(p, "groups of this kind are not understood");
	else if ((g.what = ++p->re->groups) >= REGEX_GROUPS)
		return wrong(p, "too many groups");
	if (++p->depth > LIMIT_DEPTH)
		return wrong(p, "groups are too deep");
	if ((rc = parse_choice(p, &g.a)) < 0)
		return rc;
	p->depth--;
	if (p->in.len == 0 || p->in.p[0] != ')')
		return wrong(p, "a group does not end");
	p->in = str_from(p->in, 1);
	g.empty = p->piece.p[g.a].empty;
	return add_piece(p, g, ret);
}

static int parse_escape(struct parse *p, int *ret)
{
	struct set s = { 0 };
	char c = p->in.len ? p->in.p[0] : '\0';

	if (c && strchr("bBAz", c)) {
		p->in = str_from(p->in, 1);
		return add_piece(p, (struct piece){ .kind = ASSERT, .what = c, .empty = true },
				 ret);
	}
	if (named_set(c, &s)) {
		p->in = str_from(p->in, 1);
		return add_set(p, s, false, ret);
	}
	int byte = escaped(p);
	if (byte < 0)
		return wrong(p, "bad escape");
	put(&s, (unsigned char)byte);
	return add_set(p, s, p->caseless, ret);
}

static int parse_atom(struct parse *p, int *ret)
{
	struct set s = { 0 };
	char c = p->in.p[0];

	if (strchr("*+?{", c) && c)
		return wrong(p, "nothing to repeat");
	p->in = str_from(p->in, 1);
	switch (c) {
	case '(':
		return parse_group(p, ret);
	case '[':
		return parse_set(p, ret);
	case '\\':
		return parse_escape(p, ret);
	case '^':
	case '$':
		return add_piece(p, (struct piece){ .kind = ASSERT, .what = c, .empty = true },
				 ret);
	case '.':
		put(&s, '\n');
		invert(&s);
		return add_set(p, s, false, ret);
	default:
		put(&s, (unsigned char)c);
		return add_set(p, s, p->caseless, ret);
	}
}

static bool parse_count(struct parse *p, int *ret)
{
	int n = 0, digits = 0;

	for (; p->in.len && p->in.p[0] >= '0' && p->in.p[0] <= '9' && n <= REPEAT_MAX; digits++) {
		n = n * 10 + (p->in.p[0] - '0');
		p->in = str_from(p->in, 1);
	}
	*ret = n;
	return digits > 0 && n <= REPEAT_MAX;
}

/* {m}, {m,} and {m,n}, behind the brace. */
static bool parse_counts(struct parse *p, struct piece *r)
{
	if (!parse_count(p, &r->min))
		return false;
	r->max = r->min;
	if (p->in.len && p->in.p[0] == ',') {
		p->in = str_from(p->in, 1);
		r->max = -1;
		if (p->in.len && p->in.p[0] != '}' && (!parse_count(p, &r->max) || r->max < r->min))
			return false;
	}
	bool ends = p->in.len && p->in.p[0] == '}';
	p->in = str_from(p->in, 1);
	return ends;
}

/* An atom and how often. */
static int parse_repeat(struct parse *p, int *ret)
{
	struct piece r = { .kind = REPEAT, .max = -1 };
	int rc = parse_atom(p, &r.a);

	if (rc < 0 || p->in.len == 0 || !strchr("*+?{", p->in.p[0]) || !p->in.p[0]) {
		*ret = r.a;
		return rc;
	}
	char c = p->in.p[0];
	p->in = str_from(p->in, 1);
	r.min = c == '+';
	if (c == '?')
		r.max = 1;
	if (c == '{' && !parse_counts(p, &r))
		return wrong(p, "bad counts");
	if (p->piece.p[r.a].kind == ASSERT)
		return wrong(p, "nothing to repeat");
	if (r.max < 0 && p->piece.p[r.a].empty)
		return wrong(p, "what may be empty is repeated without end");
	r.empty = r.min == 0 || p->piece.p[r.a].empty;
	if (p->in.len && p->in.p[0] == '?') {
		r.lazy = true;
		p->in = str_from(p->in, 1);
	}
	return add_piece(p, r, ret);
}

static int parse_sequence(struct parse *p, int *ret)
{
	struct piece s = { .kind = SEQUENCE, .a = -1, .empty = true };
	int last = -1, item = -1, rc = 0;

	while (rc == 0 && p->in.len && p->in.p[0] != '|' && p->in.p[0] != ')') {
		if ((rc = parse_repeat(p, &item)) < 0)
			return rc;
		s.empty &= p->piece.p[item].empty;
		if (last < 0)
			s.a = item;
		else
			p->piece.p[last].next = item;
		last = item;
	}
	return add_piece(p, s, ret);
}

static int parse_choice(struct parse *p, int *ret)
{
	struct piece c = { .kind = CHOICE };
	int rc = parse_sequence(p, &c.a), last = c.a, item;

	*ret = c.a;
	if (rc < 0 || p->in.len == 0 || p->in.p[0] != '|')
		return rc;
	c.empty = p->piece.p[c.a].empty;
	while (rc == 0 && p->in.len && p->in.p[0] == '|') {
		p->in = str_from(p->in, 1);
		if ((rc = parse_sequence(p, &item)) < 0)
			return rc;
		c.empty |= p->piece.p[item].empty;
		p->piece.p[last].next = item;
		last = item;
	}
	return add_piece(p, c, ret);
}

/* The program. */

static int add_step(struct parse *p, struct step s)
{
	struct step *to;

	if (p->re->step.n >= REGEX_PROGRAM)
		return op_fail(p->op, ERR_LIMIT, "pattern '%.*s' is too large", STR_ARG(p->whole));
	if (!(to = vec_push(p->op, &p->re->step)))
		return p->op->code;
	*to = s;
	return (int)p->re->step.n - 1;
}

static int emit(struct parse *p, int piece, int depth);

/* x*: L: SPLIT body, behind; body; JUMP L. x?: SPLIT body, behind; body. */
static int emit_optional(struct parse *p, const struct piece *r, bool again, int depth)
{
	int split = add_step(p, (struct step){ .code = SPLIT, .lazy = r->lazy });
	int rc = split;

	if (rc < 0 || (rc = emit(p, r->a, depth)) < 0)
		return rc;
	if (again && (rc = add_step(p, (struct step){ .code = JUMP, .x = split })) < 0)
		return rc;
	struct step *s = &p->re->step.p[split];
	int behind = (int)p->re->step.n;
	s->x = r->lazy ? behind : split + 1;
	s->y = r->lazy ? split + 1 : behind;
	return 0;
}

/* x{m,n} of a group: m times x, and n - m times x?, each behind the other. */
static int emit_repeat(struct parse *p, const struct piece *r, int depth)
{
	const struct piece *of = &p->piece.p[r->a];
	int rc = 0;

	if (of->kind == SET) {
		rc = add_step(p, (struct step){ .code = LOOP,
						.x = of->what,
						.min = r->min,
						.max = r->max,
						.lazy = r->lazy });
		return rc < 0 ? rc : 0;
	}
	for (int i = 0; rc >= 0 && i < r->min; i++)
		rc = emit(p, r->a, depth);
	if (rc >= 0 && r->max < 0)
		return emit_optional(p, r, true, depth);
	for (int i = r->min; rc >= 0 && i < r->max; i++)
		rc = emit_optional(p, r, false, depth);
	return rc;
}

/* a|b|c: SPLIT a, L; a; JUMP end; L: SPLIT b, M; b; JUMP end; M: c. The jumps are a chain until the
 * end is known. */
static int emit_choice(struct parse *p, const struct piece *c, int depth)
{
	int chain = -1, rc = 0;

	for (int i = c->a, next; i >= 0; i = next) {
		int split = -1;
		next = p->piece.p[i].next;
		if (next >= 0 && (rc = split = add_step(p, (struct step){ .code = SPLIT })) < 0)
			return rc;
		if ((rc = emit(p, i, depth)) < 0)
			return rc;
		if (next < 0)
			break;
		if ((rc = add_step(p, (struct step){ .code = JUMP, .x = chain })) < 0)
			return rc;
		chain = rc;
		p->re->step.p[split].x = split + 1;
		p->re->step.p[split].y = chain + 1;
	}
	while (chain >= 0) {
		int before = p->re->step.p[chain].x;
		p->re->step.p[chain].x = (int)p->re->step.n;
		chain = before;
	}
	return 0;
}

static int emit_group(struct parse *p, const struct piece *g, int depth)
{
	int rc = 0;

	if (g->what < 0)
		return emit(p, g->a, depth);
	if ((rc = add_step(p, (struct step){ .code = SAVE, .x = 2 * g->what })) < 0 ||
	    (rc = emit(p, g->a, depth)) < 0)
		return rc;
	return add_step(p, (struct step){ .code = SAVE, .x = 2 * g->what + 1 });
}

static int emit(struct parse *p, int at, int depth)
{
	const struct piece *n = &p->piece.p[at];
	int rc = 0;

	MUST(depth <= 4 * LIMIT_DEPTH + 4);
	switch (n->kind) {
	case SET:
		rc = add_step(p, (struct step){ .code = TAKE, .x = n->what });
		break;
	case ASSERT:
		rc = add_step(p, (struct step){ .code = LOOK, .x = n->what });
		break;
	case SEQUENCE:
		for (int i = n->a; rc >= 0 && i >= 0; i = p->piece.p[i].next)
			rc = emit(p, i, depth + 1);
		break;
	case CHOICE:
		rc = emit_choice(p, n, depth + 1);
		break;
	case REPEAT:
		rc = emit_repeat(p, n, depth + 1);
		break;
	case GROUP:
		rc = emit_group(p, n, depth + 1);
		break;
	}
	return rc < 0 ? rc : 0;
}

int regex_open(struct op *op, str pattern, bool caseless, struct regex **ret)
{
	struct regex *re = op_new(op, struct regex, 1);
	struct parse p = {
		.op = op, .re = re, .in = pattern, .whole = pattern, .caseless = caseless
	};
	int root, rc;

	if (!re)
		return op->code;
	if (pattern.len > LIMIT_PATH)
		return op_fail(op, ERR_LIMIT, "a pattern is longer than %d bytes", LIMIT_PATH);
	if (str_starts(p.in, S("(?i)"))) {
		p.caseless = true;
		p.in = str_from(p.in, 4);
	}
	if ((rc = parse_choice(&p, &root)) < 0)
		return rc;
	if (p.in.len)
		return wrong(&p, "a group ends that did not begin");
	if ((rc = emit(&p, root, 0)) < 0 || (rc = add_step(&p, (struct step){ .code = DONE })) < 0)
		return rc;
	*ret = re;
	return 0;
}

int regex_groups(const struct regex *re)
{
	return re->groups;
}

/* Matching. */

enum way { OTHER, OLD_SLOT, GIVE_BACK, TAKE_MORE };
struct frame { /* where to go on if this way fails */
	enum way way;
	int at;        /* the step; OLD_SLOT: the slot that gets its old value back */
	ptrdiff_t pos; /* where; or that value */
	ptrdiff_t end; /* GIVE_BACK, TAKE_MORE: a LOOP tries each place up to there */
};

struct machine {
	const struct regex *re;
	str text;
	int steps, depth;
	ptrdiff_t slot[2 * REGEX_GROUPS];
	struct frame frame[STACK];
};

static bool is_word(str s, ptrdiff_t at)
{
	if (at < 0 || at >= s.len)
		return false;
	char c = s.p[at];
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_';
}

static bool looks_right(str s, ptrdiff_t at, int sign)
{
	switch (sign) {
	case 'b':
		return is_word(s, at - 1) != is_word(s, at);
	case 'B':
		return is_word(s, at - 1) == is_word(s, at);
	case '^':
		return at == 0 || s.p[at - 1] == '\n';
	case '$':
		return at == s.len || s.p[at] == '\n';
	case 'A':
		return at == 0;
	default:
		return at == s.len;
	}
}

static bool push(struct machine *m, enum way way, int at, ptrdiff_t pos, ptrdiff_t end)
{
	if (m->depth == STACK)
		return false;
	m->frame[m->depth++] = (struct frame){ way, at, pos, end };
	return true;
}

/* As many of a set as it may be, or as few; what is left to try is pushed. -1: too few, -2: too deep. */
static ptrdiff_t loop(struct machine *m, int at, ptrdiff_t pos)
{
	const struct step *s = &m->re->step.p[at];
	const struct set *set = &m->re->set.p[s->x];
	ptrdiff_t room = m->text.len - pos, most = s->max < 0 || s->max > room ? room : s->max;
	ptrdiff_t want = s->lazy ? s->min : most, n = 0;

	if (s->min > room)
		return -1;
	while (n < want && has(set, (unsigned char)m->text.p[pos + n]))
		n++;
	m->steps += (int)(n / 16);
	if (n < s->min)
		return -1;
	if (!s->lazy && n > s->min && !push(m, GIVE_BACK, at, pos + n - 1, pos + s->min))
		return -2;
	if (s->lazy && n < most && !push(m, TAKE_MORE, at, pos + n, pos + most))
		return -2;
	return pos + n;
}

/* Back to where another way begins; false: there is none. */
static bool back(struct machine *m, int *at, ptrdiff_t *pos)
{
	while (m->depth > 0) {
		struct frame *f = &m->frame[m->depth - 1];
		const struct set *set;
		switch (f->way) {
		case OLD_SLOT:
			m->slot[f->at] = f->pos;
			m->depth--;
			continue;
		case OTHER:
			*at = f->at;
			*pos = f->pos;
			m->depth--;
			return true;
		case GIVE_BACK:
			*at = f->at + 1;
			*pos = f->pos--;
			m->depth -= f->pos < f->end;
			return true;
		case TAKE_MORE:
			set = &m->re->set.p[m->re->step.p[f->at].x];
			if (!has(set, (unsigned char)m->text.p[f->pos])) {
				m->depth--;
				continue;
			}
			*at = f->at + 1;
			*pos = ++f->pos;
			m->depth -= f->pos >= f->end;
			return true;
		}
	}
	return false;
}

static bool run(struct machine *m, ptrdiff_t pos)
{
	const struct step *step = m->re->step.p;
	int at = 0;

	for (m->steps = 0; m->steps < REGEX_STEPS; m->steps++) {
		const struct step *s = &step[at];
		bool ok = true;
		switch (s->code) {
		case TAKE:
			ok = pos < m->text.len &&
			     has(&m->re->set.p[s->x], (unsigned char)m->text.p[pos]);
			pos++;
			at++;
			break;
		case LOOP: {
			ptrdiff_t behind = loop(m, at, pos);
			if (behind == -2)
				return false;
			ok = behind >= 0;
			pos = behind;
			at++;
			break;
		}
		case SPLIT:
			if (!push(m, OTHER, s->y, pos, 0))
				return false;
			at = s->x;
			break;
		case JUMP:
			at = s->x;
			break;
		case SAVE:
			if (!push(m, OLD_SLOT, s->x, m->slot[s->x], 0))
				return false;
			m->slot[s->x] = pos;
			at++;
			break;
		case LOOK:
			ok = looks_right(m->text, pos, s->x);
			at++;
			break;
		default:
			m->slot[1] = pos;
			return true;
		}
		if (!ok && !back(m, &at, &pos))
			return false;
	}
	return false;
}

bool regex_at(const struct regex *re, str text, ptrdiff_t at, struct regex_match *ret)
{
	SCRATCH struct machine m;

	m.re = re;
	m.text = text;
	m.depth = 0;
	for (int i = 0; i < 2 * REGEX_GROUPS; i++)
		m.slot[i] = -1;
	m.slot[0] = at;
	if (at < 0 || at > text.len || !run(&m, at))
		return false;
	for (int i = 0; i < REGEX_GROUPS; i++) {
		ptrdiff_t from = m.slot[2 * i], to = m.slot[2 * i + 1];
		ret->group[i] = from < 0 || to < 0 ? (str){ NULL, 0 }
						   : str_head(str_from(text, from), to - from);
	}
	return true;
}
