/*
 * cel_impl: values, compiled expressions and an evaluation's state.
 */
#ifndef POLICY_CEL_IMPL_H
#define POLICY_CEL_IMPL_H

#include "base/vec.h"
#include "cel.h"
#include "codec/go_regex.h"

enum cel_kind {
	CEL_NULL,
	CEL_BOOL,
	CEL_INT,
	CEL_UINT,
	CEL_DOUBLE,
	CEL_TEXT,
	CEL_BYTES,
	CEL_LIST,
	CEL_MAP,
	CEL_TIME,
	CEL_DURATION,
	CEL_TYPE,
	CEL_ANY, /* of types only: not known */
	CEL_KINDS
};
extern const char *const cel_kinds[CEL_KINDS]; /* as type() names them */

struct cel_value {
	enum cel_kind kind;
	union {
		bool b;
		int64_t i;
		uint64_t u;
		double d;
		str s;
		enum cel_kind type;
		struct {
			int64_t s;
			int32_t ns; /* 0 to 999,999,999; of a duration of the sign of s, or either */
		} t;
		struct {
			/* A list: [n]; a mapping: [2n], keys and values; else of a document. */
			const struct cel_value *p;
			const struct node *node;
			ptrdiff_t n;
		} all;
	};
};

enum cel_op {
	CEL_CONST,
	CEL_MEMBER, /* of the document: name */
	CEL_ROOT,   /* the document */
	CEL_VAR,    /* of a macro: slot */
	CEL_SELECT, /* arg[0].name */
	CEL_HAS,    /* has(arg[0].name) */
	CEL_INDEX,
	CEL_CALL, /* fn */
	CEL_MAKE_LIST,
	CEL_MAKE_MAP, /* arg: key, value, key, ... */
	CEL_AND,      /* any number */
	CEL_OR,
	CEL_COND,
	CEL_ALL, /* arg: range, predicate; slot */
	CEL_EXISTS,
	CEL_EXISTS_ONE,
	CEL_FILTER,
	CEL_TRANSFORM, /* arg: range, predicate or NULL, result */
};

struct cel_state;
struct cel_function {
	const char *name;
	bool method, global; /* x.f(y), f(x, y) */
	int8_t min, max;     /* arguments, with the receiver */
	/* By what the first ones must be; CEL_ANY: anything. Checked where known beforehand. */
	enum cel_kind of[3], gives;
	/* 0; 1: an error, told by cel_error(); negative: memory. */
	int (*run)(struct cel_state *s, const struct cel_value *v, int n, struct cel_value *ret);
};
extern const struct cel_function cel_functions[];
extern const size_t cel_functions_n;
/* Operators are functions by names that nobody can write: "_+_", "!_". NULL: none. */
const struct cel_function *cel_function_of(str name);

/* What is known of an expression before it is evaluated. */
struct cel_known {
	enum cel_kind kind;
	const struct facts_table *table; /* CEL_MAP, CEL_LIST of them: its members */
	enum cel_kind of;                /* CEL_LIST, CEL_MAP without a table: elements */
};

struct cel_expr {
	enum cel_op op;
	int at, depth; /* offset in the text; of the tree below */
	str name;
	int slot, n;
	struct cel_value value;
	const struct cel_function *fn;
	struct cel_expr **arg; /* [n] */
	struct cel_known known;
};

struct cel {
	str where, text;
	const struct facts_table *table; /* or NULL: anything */
	struct cel_expr *root;
};

enum { CEL_SLOTS = 24, CEL_WHY = 256 };

struct cel_state {
	struct op *op; /* of this evaluation */
	const struct cel *c;
	const struct node *facts;
	struct cel_value var[CEL_SLOTS];
	uint64_t steps;
	char why[CEL_WHY];
	struct op of_re; /* a macro's turn gives back what is in op, and the pattern stays */
	str pattern;
	struct go_regex *re;
};

/* Record why (of several the last) and give 1. */
int cel_error(struct cel_state *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Count; 1 where it is too much. */
int cel_steps(struct cel_state *s, uint64_t n);

/* "WHERE:COLUMN: ..." */
int cel_fail(struct op *op, const struct cel *c, int at, const char *fmt, ...) PRINTF_LIKE(4, 5);

int cel_parse(struct op *op, struct cel *c) MUST_USE;
int cel_check(struct op *op, struct cel *c) MUST_USE;
/* A literal of text or bytes, with its prefix and quotes. */
int cel_unquote(struct op *op, const struct cel *c, int at, str token,
		struct cel_value *ret) MUST_USE;

int cel_eval(struct cel_state *s, const struct cel_expr *e, struct cel_value *ret) MUST_USE;

/* ---- values ---- */

struct cel_value cel_of_node(const struct node *n);
struct cel_value cel_at(const struct cel_value *list, ptrdiff_t i);
/* Key and value of a mapping. */
void cel_pair(const struct cel_value *map, ptrdiff_t i, struct cel_value *key,
	      struct cel_value *value);
bool cel_get(const struct cel_value *map, const struct cel_value *key, struct cel_value *ret);
bool cel_is_number(const struct cel_value *v);
/* 1 equal, 0 not; false of NaN. */
bool cel_equal(struct cel_state *s, const struct cel_value *a, const struct cel_value *b);
/* Order of two numbers, texts, ...: false where there is none. */
bool cel_order(const struct cel_value *a, const struct cel_value *b, int *ret);
int cel_concat(struct cel_state *s, str a, str b, struct cel_value *ret);
int cel_put(struct cel_state *s, struct buf *b, const struct cel_value *v);

/* Moments and durations. */
bool cel_time_parse(str text, struct cel_value *ret);
bool cel_duration_parse(str text, struct cel_value *ret);
bool cel_time_ok(const struct cel_value *v);
void cel_time_text(struct buf *b, const struct cel_value *v);
void cel_duration_text(struct buf *b, const struct cel_value *v);

#endif
