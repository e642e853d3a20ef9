#include "patterns.h"

#include <dlfcn.h>
#include <hs.h>
#include <pthread.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum { PATTERN_MAX = 4096 };

/* Any byte is like any other. */
#define SYNTAX                                                                                 \
	(RE_CHAR_CLASSES | RE_DOT_NEWLINE | RE_INTERVALS | RE_NO_EMPTY_RANGES |                \
	 RE_CONTEXT_INDEP_ANCHORS | RE_CONTEXT_INDEP_OPS | RE_NO_BK_BRACES | RE_NO_BK_PARENS | \
	 RE_NO_BK_VBAR | RE_BACKSLASH_ESCAPE_IN_LISTS)

/* Hyperscan brings libstdc++ along and takes a few milliseconds to load: most commands need
 * neither. */
#define HS_FUNCTIONS(X)   \
	X(set_allocator)  \
	X(valid_platform) \
	X(compile_multi)  \
	X(alloc_scratch)  \
	X(clone_scratch)  \
	X(scan)
static struct {
	bool loaded;
#define X(name) __typeof__(hs_##name) *name;
	HS_FUNCTIONS(X)
#undef X
} hs;
static pthread_once_t hs_once = PTHREAD_ONCE_INIT;

struct patterns {
	hs_database_t *database;
	hs_scratch_t *scratch;
	ptrdiff_t *literal; /* of patterns_compile(): a literal's length, else 0 */
};

struct patterns_room {
	hs_scratch_t *scratch;
};

/* All that the library keeps is in the op of whoever asks it. */
static _Thread_local struct op *asking;

static void *arena_take(size_t n)
{
	MUST(asking);
	return op_alloc(asking, 1, (ptrdiff_t)n);
}

static void arena_give(void *p)
{
	(void)p; /* with the op */
}

static void load_hs(void)
{
	void *lib = dlopen("libhs.so.5", RTLD_NOW | RTLD_LOCAL);
	bool all = lib != NULL;

	if (!lib)
		return;
#define X(name)                                       \
	*(void **)&hs.name = dlsym(lib, "hs_" #name); \
	all = all && hs.name;
	HS_FUNCTIONS(X)
#undef X
	hs.loaded = all && hs.valid_platform() == HS_SUCCESS &&
		    hs.set_allocator(arena_take, arena_give) == HS_SUCCESS;
}

struct source { /* what is compiled: [n] of each */
	const char **text;
	unsigned *flags, *id;
};

static int compile(struct op *op, const struct source *s, ptrdiff_t n, struct patterns *p)
{
	hs_compile_error_t *error = NULL;

	(void)pthread_once(&hs_once, load_hs);
	if (!hs.loaded)
		return op_fail(op, ERR_LIMIT,
			       "cannot load libhs.so.5 (package libhyperscan5): it finds patterns "
			       "in files");
	for (ptrdiff_t i = 0; i < n; i++)
		s->id[i] = (unsigned)i;
	asking = op;
	hs_error_t rc = hs.compile_multi(s->text, s->flags, s->id, (unsigned)n, HS_MODE_BLOCK, NULL,
					 &p->database, &error);
	if (rc == HS_SUCCESS)
		rc = hs.alloc_scratch(p->database, &p->scratch);
	asking = NULL;
	if (rc == HS_COMPILER_ERROR && error && error->expression >= 0)
		return op_fail(op, ERR_USAGE, "pattern %s: %s", s->text[error->expression],
			       error->message);
	return rc == HS_SUCCESS ? 0 : op_fail(op, ERR_MEMORY, "out of memory");
}

static int source_make(struct op *op, ptrdiff_t n, struct source *ret)
{
	ret->text = op_new(op, const char *, n);
	ret->flags = op_new(op, unsigned, n);
	ret->id = op_new(op, unsigned, n);
	return ret->text && ret->flags && ret->id ? 0 : op->code;
}

int patterns_open(struct op *op, const char *const *pattern, ptrdiff_t n, struct patterns **ret)
{
	struct patterns *p = op_new(op, struct patterns, 1);
	struct source s;

	*ret = NULL;
	if (!p || source_make(op, n, &s) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		s.text[i] = pattern[i];
		s.flags[i] = HS_FLAG_DOTALL;
	}
	int rc = compile(op, &s, n, p);
	if (rc == 0)
		*ret = p;
	return rc;
}

/* Each byte but letters and digits as \xHH. */
static int literal_text(struct op *op, str literal, const char **ret)
{
	struct buf b;
	str text;

	buf_init(&b, op, PATTERN_MAX);
	for (ptrdiff_t i = 0; i < literal.len; i++) {
		unsigned char c = (unsigned char)literal.p[i];
		bool plain = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
		buf_fmt(&b, plain ? "%c" : "\\x%02x", c);
	}
	if (buf_take(&b, &text) < 0)
		return op->code;
	*ret = text.p;
	return 0;
}

int patterns_compile(struct op *op, const struct pattern *pattern, ptrdiff_t n,
		     struct patterns **ret)
{
	struct patterns *p = op_new(op, struct patterns, 1);
	struct source s;

	*ret = NULL;
	if (!p || source_make(op, n, &s) < 0 || !(p->literal = op_new(op, ptrdiff_t, n)))
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		s.flags[i] = (pattern[i].caseless ? HS_FLAG_CASELESS : 0) |
			     (pattern[i].literal ? 0 : HS_FLAG_SOM_LEFTMOST | HS_FLAG_MULTILINE);
		if (pattern[i].literal && literal_text(op, pattern[i].text, &s.text[i]) < 0)
			return op->code;
		if (!pattern[i].literal && !(s.text[i] = op_cstr(op, pattern[i].text)))
			return op->code;
		p->literal[i] = pattern[i].literal ? pattern[i].text.len : 0;
	}
	int rc = compile(op, &s, n, p);
	if (rc == 0)
		*ret = p;
	return rc;
}

int patterns_room(struct op *op, const struct patterns *p, struct patterns_room **ret)
{
	struct patterns_room *r = op_new(op, struct patterns_room, 1);

	if (!r)
		return op->code;
	asking = op;
	hs_error_t rc = hs.clone_scratch(p->scratch, &r->scratch);
	asking = NULL;
	*ret = r;
	return rc == HS_SUCCESS ? 0 : op_fail(op, ERR_MEMORY, "out of memory");
}

struct find {
	const struct patterns *p;
	patterns_place *hit;
	void *arg;
	int rc;
};

static int on_place(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
		    void *context)
{
	struct find *f = context;
	ptrdiff_t literal = f->p->literal[id];

	(void)flags;
	f->rc = f->hit(f->arg, (int)id, literal ? (size_t)to - (size_t)literal : (size_t)from,
		       (size_t)to);
	return f->rc != 0;
}

int patterns_find(struct op *op, const struct patterns *p, const struct patterns_room *room,
		  str bytes, patterns_place *hit, void *arg)
{
	struct find f = { p, hit, arg, 0 };

	MUST(bytes.len <= INT32_MAX);
	hs_error_t rc =
		hs.scan(p->database, bytes.p, (unsigned)bytes.len, 0, room->scratch, on_place, &f);
	if (rc != HS_SUCCESS && rc != HS_SCAN_TERMINATED)
		return op_fail(op, ERR_IO, "libhs cannot scan (%d)", rc);
	return f.rc < 0 ? f.rc : 0;
}

struct scan {
	patterns_hit *hit;
	void *arg;
	int rc;
};

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
		    void *context)
{
	struct scan *s = context;

	(void)from;
	(void)flags;
	s->rc = s->hit(s->arg, (int)id, (size_t)to);
	return s->rc != 0;
}

int patterns_scan(struct op *op, const struct patterns *p, str bytes, patterns_hit *hit, void *arg)
{
	struct scan s = { hit, arg, 0 };

	MUST(bytes.len <= INT32_MAX);
	hs_error_t rc =
		hs.scan(p->database, bytes.p, (unsigned)bytes.len, 0, p->scratch, on_match, &s);
	if (rc != HS_SUCCESS && rc != HS_SCAN_TERMINATED)
		return op_fail(op, ERR_IO, "libhs cannot scan (%d)", rc);
	return s.rc < 0 ? s.rc : 0;
}

static int hex_value(char c)
{
	return c >= '0' && c <= '9'                 ? c - '0'
	       : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
						    : -1;
}

/* The C library knows no \xHH: the byte itself, escaped where it would mean something. */
static int plain_pattern(struct op *op, const char *pattern, str *ret)
{
	struct buf b;
	bool set = false;

	buf_init(&b, op, PATTERN_MAX);
	for (const char *p = pattern; *p; p++) {
		if (p[0] == '\\' && p[1] == 'x' && hex_value(p[2]) >= 0 && hex_value(p[3]) >= 0) {
			char c = (char)(hex_value(p[2]) << 4 | hex_value(p[3]));
			if (!set && strchr(".[]()*+?{}|^$\\", c) && c)
				buf_char(&b, '\\');
			buf_char(&b, c);
			p += 3;
			continue;
		}
		if (p[0] == '\\' && p[1]) {
			buf_char(&b, *p++);
		} else if (*p == '[' && !set) {
			set = true;
		} else if (*p == ']' && p[-1] != '[' && !(p[-1] == '^' && p[-2] == '[')) {
			set = false;
		}
		buf_char(&b, *p);
	}
	return buf_take(&b, ret);
}

int pattern_group(struct op *op, const char *pattern, str bytes, str *ret)
{
	struct re_pattern_buffer re = { .translate = NULL };
	struct re_registers where = { 0 };
	struct op_mark mark = op_mark(op);
	str plain;
	int rc = plain_pattern(op, pattern, &plain);

	if (rc < 0)
		return rc;
	(void)re_set_syntax(SYNTAX); /* the same for whoever else compiles at this moment */
	const char *wrong = re_compile_pattern(plain.p, (size_t)plain.len, &re);
	if (wrong)
		return op_fail(op, ERR_USAGE, "pattern %s: %s", pattern, wrong);
	regoff_t at = re_search(&re, bytes.p, (regoff_t)bytes.len, 0, (regoff_t)bytes.len, &where);
	rc = 1;
	if (at >= 0 && where.num_regs > 1 && where.start[1] >= 0) {
		*ret = str_head(str_from(bytes, where.start[1]), where.end[1] - where.start[1]);
		rc = 0;
	}
	re.translate = NULL;
	regfree(&re);
	free(where.start);
	free(where.end);
	op_reset(op, mark);
	return rc;
}
