#include "script.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/vec.h"
#include "script_upgrade.h"
#include "script_words.h"

enum {
	SCRIPT_DEPTH = 16, /* nested if and case; people stay below six */
	JOINS_MAX = 256,   /* lines joined into one */
	JOINED_MAX = 64 << 10,
	SCRIPT_MAX = 512 << 10, /* bytes; larger ones are left over whole. The archive's largest has
				   60 KiB */
};

enum section_use { SECTION_SKIP = 1, SECTION_SYSUSERS, SECTION_TMPFILES, SECTION_ALTERNATIVES };

/*
 * The tools that write sections. Skipped are those that serve init systems, upgrades, menus,
 * registries that no image reads, and caches that are made elsewhere or at run time.
 */
static const struct {
	str tool;
	enum section_use use;
} tools[] = {
	{ S_INIT("dh_installsysusers"), SECTION_SYSUSERS },
	{ S_INIT("dh_installtmpfiles"), SECTION_TMPFILES },
	{ S_INIT("dh_installalternatives"), SECTION_ALTERNATIVES },
	{ S_INIT("dh_installsystemd"), SECTION_SKIP },
	{ S_INIT("dh_installsystemduser"), SECTION_SKIP },
	{ S_INIT("dh_systemd_enable"), SECTION_SKIP },
	{ S_INIT("dh_systemd_start"), SECTION_SKIP },
	{ S_INIT("dh_installinit"), SECTION_SKIP },
	{ S_INIT("dh_runit"), SECTION_SKIP },
	{ S_INIT("dh_installdeb"), SECTION_SKIP }, /* conffile moves between versions */
	{ S_INIT("dh_installdebconf"), SECTION_SKIP },
	{ S_INIT("dh_installmenu"), SECTION_SKIP },
	{ S_INIT("dh_installmime"), SECTION_SKIP },
	{ S_INIT("dh_installudev"), SECTION_SKIP },
	{ S_INIT("dh_installmodules"), SECTION_SKIP }, /* depmod: no kernel in an image */
	{ S_INIT("dh_installinitramfs"), SECTION_SKIP },
	{ S_INIT("dh_installemacsen"), SECTION_SKIP },
	{ S_INIT("dh_apparmor"), SECTION_SKIP },
	{ S_INIT("dh_icons"), SECTION_SKIP },
	{ S_INIT("dh_usrlocal"), SECTION_SKIP },   /* empty directories below /usr/local */
	{ S_INIT("dh_makeshlibs"), SECTION_SKIP }, /* ldconfig: the cache is made by us */
	{ S_INIT("dh_python3"), SECTION_SKIP },    /* byte code: not reproducible, not needed */
	{ S_INIT("dh_pypy3"), SECTION_SKIP },
};

static const str section_begin = S_INIT("# Automatically added by ");
static const str section_end = S_INIT("# End automatically added section");

struct line {
	str text;    /* a logical line: continuations joined by a blank, trimmed */
	bool opaque; /* a quote or here-document goes on behind it: nothing after it is sure */
};

struct upgrade {           /* what a script is called with on one */
	str first, second; /* $1, $2 */
};

struct parser {
	struct op *op;
	enum script_kind kind;
	const struct upgrade *upgrade; /* NULL: a fresh installation */
	struct script *out;
	VEC(struct line) line;
	VEC(str) alternatives;
	struct buf left;
	bool lost; /* structure was not understood: all that follows is left over */
	int rc;
};

/* What a condition is worth on a fresh installation. */
enum truth { FALSE, TRUE, UNSURE /* a test without side effect */, UNKNOWN };

static enum truth certain(int holds) /* -1: it is not */
{
	return holds < 0 ? UNSURE : holds ? TRUE : FALSE;
}

static enum truth negate(enum truth t)
{
	return t == FALSE ? TRUE : t == TRUE ? FALSE : t;
}

/* "$1", "${1}", "$2" ..., quoted or not: the argument's number, or 0. */
static int argument(str word)
{
	if (word.len >= 2 && word.p[0] == '"' && word.p[word.len - 1] == '"')
		word = str_head(str_from(word, 1), word.len - 2);
	if (word.len >= 4 && str_starts(word, S("${")) && word.p[3] != '}' &&
	    str_ends(word, S(":-}")))
		word = str_head(word, 3);
	if (str_eq(word, S("$1")) || str_eq(word, S("${1}")) || str_eq(word, S("${1")))
		return 1;
	if (str_eq(word, S("$2")) || str_eq(word, S("${2}")) || str_eq(word, S("${2")))
		return 2;
	return 0;
}

/* A word's value where it is certain: literal or an argument. */
static bool value(struct parser *p, str word, str *ret)
{
	int n = argument(word);

	if (n && p->upgrade) {
		*ret = n == 2 ? p->upgrade->second : p->upgrade->first;
		return true;
	}
	if (n) {
		*ret = n == 2 ? S("") : p->kind == SCRIPT_PREINST ? S("install") : S("configure");
		return true;
	}
	return script_literal(p->op, word, ret, &p->rc);
}

/* The words of a test, without its brackets. */
static enum truth test_truth(struct parser *p, const struct script_word *w, ptrdiff_t n)
{
	str a, b;

	if (n > 0 && str_eq(w[0].text, S("!")))
		return negate(test_truth(p, w + 1, n - 1 > 3 ? 0 : n - 1));
	if (n == 2 && (str_eq(w[0].text, S("-n")) || str_eq(w[0].text, S("-z")))) {
		if (!value(p, w[1].text, &a))
			return UNSURE;
		return (a.len != 0) == (w[0].text.p[1] == 'n') ? TRUE : FALSE;
	}
	if (n != 3)
		return UNSURE;
	bool equal = str_eq(w[1].text, S("=")) || str_eq(w[1].text, S("=="));
	if (!equal && !str_eq(w[1].text, S("!=")))
		return UNSURE;
	/* "x$1" = "xconfigure" is the same without the x. */
	str left = w[0].text, right = w[2].text;
	if (str_starts(left, S("x")) && str_starts(right, S("x"))) {
		left = str_from(left, 1);
		right = str_from(right, 1);
	} else if (str_starts(left, S("\"x")) && str_starts(right, S("\"x"))) {
		return UNSURE;
	}
	if (!value(p, left, &a) || !value(p, right, &b))
		return UNSURE;
	return str_eq(a, b) == equal ? TRUE : FALSE;
}

/*
 * dpkg --compare-versions "$2" OP VERSION with an empty $2: it is lower than any version, and with
 * an -nl operator higher. Source: dpkg(1).
 */
static enum truth compare_truth(struct parser *p, const struct script_word *w, ptrdiff_t n)
{
	str version;

	if (n == 6 && str_eq(w[2].text, S("--"))) {
		w++;
		n--;
	}
	if (n != 5 || argument(w[2].text) != 2 || argument(w[4].text) || w[4].text.len < 1)
		return UNSURE;
	if (p->upgrade)
		return !script_literal(p->op, w[4].text, &version, &p->rc)
			       ? UNSURE
			       : certain(script_upgrade_compares(p->upgrade->second, w[3].text,
								 version));
	if (memchr("$`", w[4].text.p[w[4].text.len > 1 && w[4].text.p[0] == '"'], 2))
		return UNSURE;
	return certain(script_fresh_compares(w[3].text));
}

/* One command of a condition. */
static enum truth command_truth(struct parser *p, const struct script_word *w, ptrdiff_t n)
{
	if (n > 0 && str_eq(w[0].text, S("!")))
		return negate(command_truth(p, w + 1, n > SCRIPT_DEPTH ? 0 : n - 1));
	for (ptrdiff_t i = 0; i < n; i++)
		if (str_find_str(w[i].text, S("$(")) >= 0 || str_find(w[i].text, '`') >= 0 ||
		    str_find(w[i].text, '>') >= 0)
			return UNKNOWN;
	if (n >= 2 && str_eq(w[0].text, S("[")) && str_eq(w[n - 1].text, S("]"))) {
		/* -a binds: one false part makes the whole false; -o is not looked into. */
		ptrdiff_t from = 1;
		enum truth all = TRUE;
		for (ptrdiff_t i = 1; i < n; i++) {
			if (str_eq(w[i].text, S("-o")) || str_eq(w[i].text, S("(")))
				return UNSURE;
			if (!str_eq(w[i].text, S("-a")) && i != n - 1)
				continue;
			enum truth part = test_truth(p, w + from, i - from);
			if (part == FALSE)
				all = FALSE;
			else if (part != TRUE && all == TRUE)
				all = UNSURE;
			from = i + 1;
		}
		return all;
	}
	if (n >= 1 && str_eq(w[0].text, S("test")))
		return n > 5 ? UNSURE : test_truth(p, w + 1, n - 1);
	if (n >= 2 && str_eq(w[0].text, S("dpkg")) && str_eq(w[1].text, S("--compare-versions")))
		return compare_truth(p, w, n);
	if (n == 1 && str_eq(w[0].text, S("true")))
		return TRUE;
	if (n == 1 && str_eq(w[0].text, S("false")))
		return FALSE;
	return UNKNOWN;
}

/* Commands joined by && and ||, left to right as the shell does; UNKNOWN once one that may act is
 * met. */
static enum truth list_truth(struct parser *p, const struct script_words *w, ptrdiff_t from,
			     ptrdiff_t to)
{
	enum truth all = TRUE;
	bool or = false, first = true;

	while (from < to) {
		ptrdiff_t end = from;
		while (end < to && !str_eq(w->p[end].text, S("&&")) &&
		       !str_eq(w->p[end].text, S("||"))) {
			if (script_is_operator(w->p[end].text.p[0]))
				return UNKNOWN;
			end++;
		}
		bool runs = first || (or ? all != TRUE : all != FALSE);
		if (runs) {
			enum truth one = command_truth(p, w->p + from, end - from);
			if (one == UNKNOWN)
				return UNKNOWN;
			if (first || (or ? all == FALSE : all == TRUE))
				all = one;
			else if (or ? one == TRUE : one == FALSE)
				all = one; /* UNSURE || TRUE, UNSURE && FALSE */
		}
		first = false;
		or = end < to && str_eq(w->p[end].text, S("||"));
		from = end + 1;
	}
	return first ? UNKNOWN : all;
}

static void leave(struct parser *p, str text)
{
	buf_add(&p->left, text);
	buf_char(&p->left, '\n');
}

/* Structure was not understood at line i: all from there on is left over. */
static ptrdiff_t lose(struct parser *p, ptrdiff_t i)
{
	for (; i < p->line.n && !p->lost; i++)
		leave(p, p->line.p[i].text);
	p->lost = true;
	return p->line.n;
}

/* Does a line begin with a word that ends a list? */
static bool ends_list(str first)
{
	static const str words[] = { S_INIT("fi"), S_INIT("else"), S_INIT("elif"), S_INIT("esac"),
				     S_INIT(";;"), S_INIT("done"), S_INIT("}"),    S_INIT(")") };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_eq(first, words[i]))
			return true;
	return false;
}

/* How many blocks a line opens less those that it closes. */
static int nesting(const struct script_words *w)
{
	static const str open[] = { S_INIT("if"), S_INIT("case"), S_INIT("do"), S_INIT("{") };
	static const str close[] = { S_INIT("fi"), S_INIT("esac"), S_INIT("done"), S_INIT("}") };
	int n = 0;

	n += w->n == 1 && script_word_is(w, 0, S("(")); /* a subshell of several lines */
	n -= script_word_is(w, 0, S(")"));
	for (ptrdiff_t i = 0; i < w->n; i++) {
		for (size_t k = 0; k < sizeof(open) / sizeof(open[0]) && w->p[i].command; k++)
			n += str_eq(w->p[i].text, open[k]) - str_eq(w->p[i].text, close[k]);
	}
	return n;
}

/* From line i on, past what is not executed, to the line that ends this list. */
static ptrdiff_t skip_list(struct parser *p, ptrdiff_t i)
{
	struct script_words w;

	for (int depth = 0; i < p->line.n; i++) {
		script_split(p->line.p[i].text, &w);
		if (p->line.p[i].opaque || w.open)
			return lose(p, i);
		if (depth == 0 && w.n && ends_list(w.p[0].text))
			return i;
		depth += nesting(&w);
		if (depth < 0)
			return lose(p, i);
	}
	return i;
}

static bool is_assignment(str word)
{
	ptrdiff_t equal = str_find(word, '=');

	for (ptrdiff_t i = 0; i < equal; i++) {
		char c = word.p[i];
		if (!(c == '_' || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		      (i && c >= '0' && c <= '9')))
			return false;
	}
	return equal > 0 && str_find_str(word, S("$(")) < 0 && str_find(word, '`') < 0;
}

/* Commands that change nothing: by name, with any words but substitutions and redirections. */
static bool is_inert(const struct script_words *w, ptrdiff_t n)
{
	static const str names[] = { S_INIT(":"),          S_INIT("true"),    S_INIT("echo"),
				     S_INIT("printf"),     S_INIT("umask"),   S_INIT("export"),
				     S_INIT("db_version"), S_INIT("db_stop"), S_INIT("db_capb"),
				     S_INIT("local"),      S_INIT("unset") };
	bool known = false, assignments = true;

	if (n >= 3 && script_word_is(w, n - 1, S("2")) && script_word_is(w, n - 2, S("&")) &&
	    str_ends(w->p[n - 3].text, S(">")))
		n -= 3; /* >&2 */
	for (ptrdiff_t i = 0; i < n; i++) {
		str word = w->p[i].text;
		bool quoted = word.p[0] == '\'';
		if (!quoted && (str_find_str(word, S("$(")) >= 0 || script_is_operator(word.p[0])))
			return false;
		if (word.p[0] == '>' || word.p[0] == '<' || word.p[0] == '`')
			return false;
		assignments &= is_assignment(word);
	}
	if (n == 2 && script_word_is(w, 0, S("set")))
		return w->p[1].text.len > 1 && memchr("-+", w->p[1].text.p[0], 2) &&
		       w->p[1].text.p[1] != '-';
	if (n == 2 && script_word_is(w, 0, S(".")))
		return script_word_is(w, 1, S("/usr/share/debconf/confmodule"));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		known |= script_word_is(w, 0, names[i]);
	return n > 0 && (known || assignments);
}

/* update-alternatives --install with literal words: noted as one line of them. */
static bool take_alternative(struct parser *p, const struct script_words *w, ptrdiff_t n)
{
	struct buf b;
	bool install = false;

	buf_init(&b, p->op, LIMIT_STANZA);
	for (ptrdiff_t i = 0; i < n; i++) {
		str word;
		if (!script_literal(p->op, w->p[i].text, &word, &p->rc) || !word.len ||
		    str_find(word, ' ') >= 0 || script_is_operator(word.p[0]))
			return false;
		install |= str_eq(word, S("--install"));
		if (i)
			buf_char(&b, ' ');
		buf_add(&b, word);
	}
	if (!install)
		return false;
	str *to = vec_push(p->op, &p->alternatives);
	int rc = to ? buf_take(&b, to) : ERR_MEMORY;
	if (rc < 0)
		p->rc = rc;
	return true;
}

/* One simple command where it is executed; sure: in any case. */
static bool run_simple(struct parser *p, const struct script_words *w, bool sure, bool *ret_ended)
{
	ptrdiff_t n = w->n;

	while (n && script_word_is(w, n - 1, S(";")))
		n--;
	if (n >= 2 && script_word_is(w, n - 2, S("||")) &&
	    (script_word_is(w, n - 1, S("true")) || script_word_is(w, n - 1, S(":"))))
		n -= 2;
	if (!n || is_inert(w, n))
		return true;
	if (n == 2 && script_word_is(w, 0, S("exit"))) {
		if (script_word_is(w, 1, S("0"))) {
			*ret_ended = true;
			return sure;
		}
		return !sure;
	}
	if (script_word_is(w, 0, S("update-alternatives")))
		return sure && take_alternative(p, w, n);
	/* COND && COMMAND with a COND that does not hold. */
	for (ptrdiff_t i = 0, at = -1; i < n; i++) {
		if (script_word_is(w, i, S("||")) || script_word_is(w, i, S(";")))
			return false;
		if (script_word_is(w, i, S("&&")))
			at = i;
		if (at == i && list_truth(p, w, 0, at) == FALSE) {
			for (; i < n; i++)
				if (script_word_is(w, i, S("||")) || script_word_is(w, i, S(";")))
					return false;
			return true;
		}
	}
	return false;
}

static ptrdiff_t run_list(struct parser *p, ptrdiff_t i, int depth, bool sure);

/* if, elif and else from line i to behind its fi. */
static ptrdiff_t run_if(struct parser *p, ptrdiff_t i, int depth, bool sure)
{
	bool done = false, certain = true; /* a branch is taken; all conditions so far were known */

	for (;;) {
		struct script_words w;
		script_split(p->line.p[i].text, &w);
		bool is_else = script_word_is(&w, 0, S("else"));
		ptrdiff_t then = w.n - 1;
		if (script_word_is(&w, 0, S("fi")))
			return w.n > 1 && !(w.n == 2 && script_word_is(&w, 1, S(";"))) ? lose(p, i)
										       : i + 1;
		if (is_else ? w.n != 1
			    : !script_word_is(&w, then, S("then")) ||
				      !script_word_is(&w, then - 1, S(";")))
			return lose(p, i);
		enum truth t = is_else ? TRUE : done ? FALSE : list_truth(p, &w, 1, then - 1);
		if (t == UNKNOWN)
			leave(p, p->line.p[i].text);
		if (done || t == FALSE) {
			i = skip_list(p, i + 1);
		} else {
			i = run_list(p, i + 1, depth + 1, sure && certain && t == TRUE);
			done = t == TRUE;
			certain &= t == TRUE;
		}
		if (p->lost || i >= p->line.n)
			return lose(p, i);
	}
}

/* Does a case arm's pattern, words [from, to), match text? -1: it cannot be told. */
static int arm_matches(struct parser *p, const struct script_words *w, ptrdiff_t from, ptrdiff_t to,
		       bool known, str text)
{
	for (ptrdiff_t i = from; i < to; i++) {
		str pattern;
		if (script_word_is(w, i, S("|")))
			continue;
		if (script_word_is(w, i, S("*")))
			return known ? 1 : -1;
		if (!script_literal(p->op, w->p[i].text, &pattern, &p->rc))
			return -1;
		if (!known)
			return -1;
		if (str_eq(pattern, text))
			return 1;
	}
	return 0;
}

static bool run_text(struct parser *p, str text, bool sure)
{
	struct script_words w;
	bool ended = false;

	script_split(text, &w);
	return !w.open && nesting(&w) == 0 && run_simple(p, &w, sure, &ended) && !ended;
}

/* case WORD in ... esac from line i to behind its esac. */
static ptrdiff_t run_case(struct parser *p, ptrdiff_t i, int depth, bool sure)
{
	struct script_words w;
	str text = S("");
	bool done = false;

	script_split(p->line.p[i].text, &w);
	if (w.n != 3 || !script_word_is(&w, 2, S("in")))
		return lose(p, i);
	bool known = argument(w.p[1].text) != 0 && value(p, w.p[1].text, &text);
	for (i++; i < p->line.n; i++) {
		script_split(p->line.p[i].text, &w);
		if (script_word_is(&w, 0, S("esac")))
			return w.n > 1 && !(w.n == 2 && script_word_is(&w, 1, S(";"))) ? lose(p, i)
										       : i + 1;
		if (script_word_is(&w, 0, S(";;")) && w.n == 1)
			continue;
		ptrdiff_t from = script_word_is(&w, 0, S("(")), to = from;
		while (to < w.n && !script_word_is(&w, to, S(")")))
			to++;
		if (to >= w.n || to == from || p->line.p[i].opaque || w.open)
			return lose(p, i);
		str line = p->line.p[i].text, rest = S("");
		if (to + 1 < w.n)
			rest = str_from(line, w.p[to + 1].text.p - line.p);
		int matches = done ? 0 : arm_matches(p, &w, from, to, known, text);
		bool runs_sure = sure && matches > 0;
		if (matches && rest.len && !run_text(p, rest, runs_sure))
			leave(p, line);
		if (!matches && nesting(&w) != 0)
			return lose(p, i);
		i = matches ? run_list(p, i + 1, depth + 1, runs_sure) : skip_list(p, i + 1);
		done |= matches > 0;
		if (p->lost || i >= p->line.n)
			return lose(p, i);
		i -= script_word_is(
			&(struct script_words){ .p = { { p->line.p[i].text, true } }, .n = 1 }, 0,
			S("esac"));
	}
	return lose(p, i);
}

/* NAME() { ... }: nothing happens until it is called, and a call is no command that we know. */
static ptrdiff_t skip_function(struct parser *p, ptrdiff_t i, const struct script_words *w)
{
	if (w->n == 3 && i + 1 < p->line.n && str_eq(p->line.p[i + 1].text, S("{")))
		i++;
	else if (w->n < 4 || !script_word_is(w, 3, S("{")))
		return lose(p, i);
	else if (nesting(w) == 0)
		return i + 1;
	i = skip_list(p, i + 1);
	if (p->lost || i >= p->line.n || !str_eq(p->line.p[i].text, S("}")))
		return lose(p, i);
	return i + 1;
}

/* Lines from i on as they are executed, to the line that ends this list. */
static ptrdiff_t run_list(struct parser *p, ptrdiff_t i, int depth, bool sure)
{
	struct script_words w;

	while (i < p->line.n && p->rc >= 0 && !p->lost) {
		str line = p->line.p[i].text;
		bool ended = false;
		script_split(line, &w);
		if (p->line.p[i].opaque || w.open || depth > SCRIPT_DEPTH)
			return lose(p, i);
		if (!w.n) {
			i++;
			continue;
		}
		if (ends_list(w.p[0].text))
			return i;
		if (script_word_is(&w, 0, S("if")) && nesting(&w) == 1) {
			i = run_if(p, i, depth, sure);
		} else if (script_word_is(&w, 0, S("case")) && nesting(&w) == 1) {
			i = run_case(p, i, depth, sure);
		} else if (w.n >= 3 && script_word_is(&w, 1, S("(")) &&
			   script_word_is(&w, 2, S(")"))) {
			i = skip_function(p, i, &w);
		} else if (nesting(&w) != 0) {
			return lose(p, i);
		} else {
			if (!run_simple(p, &w, sure, &ended))
				leave(p, line);
			if (ended && sure) /* nothing behind it is executed */
				return p->line.n;
			i++;
		}
	}
	return i;
}

/* Does a logical line go on? Then without its backslash, if it has one. */
static bool goes_on(str *line)
{
	struct script_words w;

	if (str_ends(*line, S("\\"))) {
		*line = str_trim(str_head(*line, line->len - 1));
		return true;
	}
	if (str_ends(*line, S("&&")) || str_ends(*line, S("||")) || str_ends(*line, S("|")))
		return true;
	script_split(*line, &w);
	return w.n && !w.open &&
	       (script_word_is(&w, 0, S("if")) || script_word_is(&w, 0, S("elif"))) &&
	       !script_word_is(&w, w.n - 1, S("then")) && !script_word_is(&w, w.n - 1, S("fi"));
}

static int push_line(struct parser *p, str text)
{
	struct script_words w;

	script_split(text, &w);
	bool split = w.n > 1 && !w.open && script_word_is(&w, w.n - 1, S(";;"));
	if (split)
		text = str_trim(str_head(text, w.p[w.n - 1].text.p - text.p));
	struct line *line = vec_push(p->op, &p->line);
	if (!line)
		return ERR_MEMORY;
	*line = (struct line){ text, w.open || str_find_str(text, S("<<")) >= 0 };
	if (!split)
		return 0;
	line = vec_push(p->op, &p->line);
	if (line)
		*line = (struct line){ S(";;"), false };
	return line ? 0 : ERR_MEMORY;
}

/* Make logical lines of what stands outside debhelper's sections. */
static int logical_lines(struct parser *p, str text)
{
	while (text.len) {
		str whole = str_trim(str_cut(&text, '\n'));
		if (!whole.len || whole.p[0] == '#')
			continue;
		for (int joins = 0;
		     joins < JOINS_MAX && whole.len < JOINED_MAX && goes_on(&whole) && text.len;
		     joins++) {
			str next = str_trim(str_cut(&text, '\n'));
			if (str_starts(next, S("#")))
				next = S("");
			/* "if A" with "then" on the next line is "if A; then" */
			bool then = str_starts(next, S("then")) && !str_ends(whole, S(";"));
			int rc = op_text(p->op, &whole, "%.*s%s%.*s", STR_ARG(whole),
					 then ? "; " : " ", STR_ARG(next));
			if (rc < 0)
				return rc;
		}
		int rc = push_line(p, str_trim(whole));
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* On an upgrade this one section is more than nothing: only the new version's scripts act. */
static bool moves_conffiles(struct parser *p, str tool, str body)
{
	if (!p->upgrade || !str_eq(tool, S("dh_installdeb")) ||
	    (p->kind != SCRIPT_PREINST && p->kind != SCRIPT_POSTINST))
		return false;
	while (body.len)
		if (script_upgrade_moves(p->op, str_cut(&body, '\n'), p->upgrade->second))
			return true;
	return false;
}

/* One section: skipped, or noted for its data. False for one of an unknown tool: it is code. */
static bool take_section(struct parser *p, str tool, str body)
{
	enum section_use use = 0;

	p->out->sections = true;
	if (moves_conffiles(p, tool, body))
		return false;
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
		if (str_eq(tool, tools[i].tool))
			use = tools[i].use;
	p->out->sysusers |= use == SECTION_SYSUSERS;
	p->out->tmpfiles |= use == SECTION_TMPFILES;
	if (use != SECTION_ALTERNATIVES)
		return use != 0;
	struct parser inner = {
		.op = p->op,
		.kind = p->kind,
		.upgrade = p->upgrade,
		.out = p->out,
		.alternatives = p->alternatives,
	};
	buf_init(&inner.left, p->op, LIMIT_CONTROL_FILE);
	int rc = logical_lines(&inner, body);
	bool whole = rc >= 0 && run_list(&inner, 0, 0, true) == inner.line.n && !inner.left.len;
	if (whole)
		p->alternatives =
			(__typeof__(p->alternatives)){ inner.alternatives.p, inner.alternatives.n,
						       inner.alternatives.cap };
	p->rc = rc < 0 ? rc : inner.rc < 0 ? inner.rc : p->rc;
	return whole;
}

/* Take debhelper's sections out of text; *ret_rest is what is left. */
static int take_sections(struct parser *p, str text, str *ret_rest)
{
	struct buf rest;

	buf_init(&rest, p->op, SCRIPT_MAX);
	while (text.len && p->rc >= 0) {
		str at = text, whole = text, line = str_trim(str_cut(&text, '\n'));
		if (!str_starts(line, section_begin)) {
			buf_add(&rest, str_head(at, at.len - text.len));
			continue;
		}
		str tool = str_from(line, section_begin.len), body = text;
		tool = str_cut(&tool, '/');
		ptrdiff_t end = -1;
		while (text.len && end < 0) {
			str begin = text;
			line = str_trim(str_cut(&text, '\n'));
			if (str_eq(line, section_end))
				end = begin.p - body.p;
			else if (str_starts(line, section_begin))
				break;
		}
		if (end < 0) { /* an open section is none */
			leave(p, str_cut(&at, '\n'));
			buf_add(&rest, whole);
			break;
		}
		if (!take_section(p, tool, str_head(body, end)))
			buf_fmt(&rest, "%.*s%.*s\n%.*s", STR_ARG(section_begin), STR_ARG(tool),
				(int)end, body.p);
	}
	return p->rc < 0 ? p->rc : buf_take(&rest, ret_rest);
}

/* "#!/bin/sh", also bash and dash, with no option but -e and -u. */
static bool is_shell(str first)
{
	str path = str_trim(str_from(first, 2)), name, options;

	options = path;
	name = str_base_name(str_word(&options));
	options = str_trim(options);
	return str_starts(first, S("#!")) &&
	       (str_eq(name, S("sh")) || str_eq(name, S("bash")) || str_eq(name, S("dash"))) &&
	       (!options.len || str_eq(options, S("-e")) || str_eq(options, S("-u")) ||
		str_eq(options, S("-eu")));
}

int script_code_digest(struct op *op, const struct script *s, str version, struct digest *ret)
{
	struct buf b;
	str text, code = s->code;

	buf_init(&b, op, LIMIT_CONTROL_FILE);
	for (ptrdiff_t at; version.len && (at = str_find_str(code, version)) >= 0;
	     code = str_from(code, at + version.len)) {
		buf_add(&b, str_head(code, at));
		buf_add(&b, S("@VERSION@"));
	}
	buf_add(&b, code);
	int rc = buf_take(&b, &text);
	if (rc == 0)
		*ret = digest_of(text);
	return rc;
}

static int read_script(struct op *op, str text, enum script_kind kind,
		       const struct upgrade *upgrade, struct script *ret)
{
	struct script out = { 0 };
	struct parser p = { .op = op, .kind = kind, .upgrade = upgrade, .out = &out };
	str rest = text, code;

	if (!text.len || text.len > SCRIPT_MAX || !is_shell(str_cut(&rest, '\n')) ||
	    memchr(text.p, 0, (size_t)text.len)) {
		*ret = (struct script){ .left = text };
		return 0;
	}
	buf_init(&p.left, op, SCRIPT_MAX * 4);
	int rc = take_sections(&p, rest, &code);
	if (rc < 0 || (rc = logical_lines(&p, code)) < 0)
		return rc;
	ptrdiff_t end = run_list(&p, 0, 0, true);
	if (p.rc >= 0 && end < p.line.n)
		lose(&p, end);
	if (p.rc < 0)
		return p.rc;
	out.code = code;
	out.alternatives = (struct texts){ p.alternatives.p, p.alternatives.n };
	rc = buf_take(&p.left, &out.left);
	if (rc == 0)
		*ret = out;
	return rc;
}

int script_read(struct op *op, str text, enum script_kind kind, struct script *ret)
{
	return read_script(op, text, kind, NULL, ret);
}

int script_read_upgrade(struct op *op, str text, enum script_kind kind, str from, str to,
			struct script *ret)
{
	bool is_new = kind == SCRIPT_PREINST || kind == SCRIPT_POSTINST;
	const struct upgrade upgrade = { kind == SCRIPT_POSTINST ? S("configure") : S("upgrade"),
					 is_new ? from : to };

	return read_script(op, text, kind, &upgrade, ret);
}

int script_read_triggered(struct op *op, str text, str names, struct script *ret)
{
	const struct upgrade called = { S("triggered"), names };

	return read_script(op, text, SCRIPT_POSTINST, &called, ret);
}
