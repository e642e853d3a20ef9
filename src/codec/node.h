/*
 * node: a document (JSON or YAML) as a tree in an op's arena, every node with its place in the
 * text, and the reading of a mapping into a struct by a table of fields.
 */
#ifndef CODEC_NODE_H
#define CODEC_NODE_H

#include "base/op.h"

enum node_kind { NODE_NULL, NODE_BOOL, NODE_NUMBER, NODE_TEXT, NODE_LIST, NODE_MAP };

struct node {
	enum node_kind kind;
	int line, col; /* from 1; of the value */
	str text;      /* scalars: the text, unescaped; numbers as they are written */
	str key;       /* in a mapping: the name it stands under */
	int key_line, key_col;
	struct node *child; /* lists and mappings: [n], in document order */
	ptrdiff_t n;
};

struct doc {
	str file; /* as the user named it; for messages */
	struct node root;
};

/* The value under key in a mapping, or NULL (also when node is NULL or no mapping). */
const struct node *node_get(const struct node *node, str key);

/* Text, number and truth of a node; false when it is of another kind. A negative or fractional
 * number is no u64. node_text() takes any scalar but null: "80" and 80 are both the text 80. */
bool node_text(const struct node *node, str *ret);
bool node_u64(const struct node *node, uint64_t *ret);
bool node_bool(const struct node *node, bool *ret);
/* A time of RFC 3339, any zone, as seconds since 1970. */
bool node_time(const struct node *node, int64_t *ret);

/* Record "file:line:col: message" with ERR_USAGE; at the key's place for node_fail_key(). */
int node_fail(struct op *op, const struct doc *doc, const struct node *node, const char *fmt, ...)
	PRINTF_LIKE(4, 5);
int node_fail_key(struct op *op, const struct doc *doc, const struct node *node, const char *fmt,
		  ...) PRINTF_LIKE(4, 5);

struct texts { /* a list of texts; a single scalar reads as a list of one */
	str *p;
	ptrdiff_t n;
};
struct pair { /* one line of a mapping of texts */
	str key, value;
};
struct pairs {
	struct pair *p;
	ptrdiff_t n;
};

enum field_kind {
	FIELD_TEXT,  /* str */
	FIELD_TEXTS, /* struct texts */
	FIELD_PAIRS, /* struct pairs: a mapping of texts, or a list of "k=v" */
	FIELD_U64,   /* uint64_t */
	FIELD_BOOL,  /* bool */
	FIELD_OCTAL, /* uint32_t: a mode, quoted or not: "0755", 0755 and 755 are rwxr-xr-x */
	FIELD_NODE,  /* const struct node *: the caller reads it */
};
struct field {
	const char *key;
	enum field_kind kind;
	size_t offset; /* in the struct: offsetof() */
	bool required;
	const char *expected; /* what the message says it should be, e.g. "a list of packages" */
};

/*
 * fields_read(op, doc, map, fields, n, ret): read the mapping into the struct at ret by the table.
 * Fields that are not in the document are left as they are (set defaults before). ERR_USAGE with
 * file, line and column for an unknown key ("unknown key 'packges'; did you mean 'packages'?"),
 * a wrong type ("'cmd' must be ...") or a missing required key. Duplicate keys were refused by the
 * parsers. Everything copied or aliased lives in the op that read the document.
 */
int fields_read(struct op *op, const struct doc *doc, const struct node *map,
		const struct field *fields, size_t n, void *ret) MUST_USE;

/* The candidate nearest to word (edit distance at most 1 + length/4), or NULL. */
const char *nearest_word(str word, const char *const *candidate, size_t n);

#endif
