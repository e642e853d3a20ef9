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

int patterns_open(struct op *op, const char *const *pattern, ptrdiff_t n, struct patterns **ret)
{
	struct patterns *p = op_new(op, struct patterns, 1);
	unsigned *flags = op_new(op, unsigned, n), *id = op_new(op, unsigned, n);
	hs_compile_error_t *error = NULL;

	*ret = NULL;
	if (!p || !flags || !id)
		return op->code;
	(void)pthread_once(&hs_once, load_hs);
	if (!hs.loaded)
		return op_fail(op, ERR_LIMIT,
			       "cannot load libhs.so.5 (package libhyperscan5): it finds patterns "
			       "in programs");
	for (ptrdiff_t i = 0; i < n; i++) {
		flags[i] = HS_FLAG_DOTALL;
		id[i] = (unsigned)i;
	}
	asking = op;
	hs_error_t rc = hs.compile_multi(pattern, flags, id, (unsigned)n, HS_MODE_BLOCK, NULL,
					 &p->database, &error);
	if (rc == HS_SUCCESS)
		rc = hs.alloc_scratch(p->database, &p->scratch);
	asking = NULL;
	if (rc == HS_COMPILER_ERROR && error && error->expression >= 0)
		return op_fail(op, ERR_USAGE, "pattern %s: %s", pattern[error->expression],
			       error->message);
	if (rc != HS_SUCCESS)
		return op_fail(op, ERR_MEMORY, "out of memory");
	*ret = p;
	return 0;
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
