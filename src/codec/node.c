#include "node.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/vec.h"
#include "sys/clock.h"

const struct node *node_get(const struct node *node, str key)
{
	if (!node || node->kind != NODE_MAP)
		return NULL;
	for (ptrdiff_t i = 0; i < node->n; i++) {
		if (str_eq(node->child[i].key, key))
			return &node->child[i];
	}
	return NULL;
}

bool node_text(const struct node *node, str *ret)
{
	if (!node ||
	    (node->kind != NODE_TEXT && node->kind != NODE_NUMBER && node->kind != NODE_BOOL))
		return false;
	*ret = node->text;
	return true;
}

bool node_u64(const struct node *node, uint64_t *ret)
{
	return node && node->kind == NODE_NUMBER && num_parse(node->text, UINT64_MAX, ret);
}

bool node_bool(const struct node *node, bool *ret)
{
	if (!node || node->kind != NODE_BOOL)
		return false;
	*ret = node->text.p[0] == 't' || node->text.p[0] == 'T';
	return true;
}

bool node_time(const struct node *node, int64_t *ret)
{
	return node && node->kind == NODE_TEXT && clock_parse_rfc3339_zone(node->text, ret);
}

__attribute__((format(printf, 5, 0))) static int fail_at(struct op *op, const struct doc *doc,
							 int line, int col, const char *fmt,
							 va_list args)
{
	char text[OP_ERROR_MAX];

	(void)vsnprintf(text, sizeof(text), fmt, args);
	if (line < 1)
		return op_fail(op, ERR_USAGE, "%.*s: %s", STR_ARG(doc->file), text);
	return op_fail(op, ERR_USAGE, "%.*s:%d:%d: %s", STR_ARG(doc->file), line, col, text);
}

int node_fail(struct op *op, const struct doc *doc, const struct node *node, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int rc = fail_at(op, doc, node->line, node->col, fmt, args);
	va_end(args);
	return rc;
}

int node_fail_key(struct op *op, const struct doc *doc, const struct node *node, const char *fmt,
		  ...)
{
	va_list args;

	va_start(args, fmt);
	int rc = fail_at(op, doc, node->key_line, node->key_col, fmt, args);
	va_end(args);
	return rc;
}

/* The three rows of an edit-distance table that are alive at once. */
enum { WORD_MAX = 64 };
struct rows {
	int before[WORD_MAX + 1], last[WORD_MAX + 1], now[WORD_MAX + 1];
};

static int least(int a, int b)
{
	return a < b ? a : b;
}

static void next_row(struct rows *r, str a, str b, ptrdiff_t i)
{
	r->now[0] = (int)i;
	for (ptrdiff_t j = 1; j <= b.len; j++) {
		bool same = a.p[i - 1] == b.p[j - 1];
		int best = least(least(r->last[j], r->now[j - 1]) + 1, r->last[j - 1] + !same);
		if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1])
			best = least(best, r->before[j - 2] + 1);
		r->now[j] = best;
	}
	memcpy(r->before, r->last, sizeof(r->last));
	memcpy(r->last, r->now, sizeof(r->now));
}

/* Letters to insert, remove, replace or swap with their neighbour to make a into b. */
static int edit_distance(str a, str b)
{
	struct rows r = { 0 };

	for (ptrdiff_t j = 0; j <= b.len; j++)
		r.last[j] = (int)j;
	for (ptrdiff_t i = 1; i <= a.len; i++)
		next_row(&r, a, b, i);
	return r.last[b.len];
}

const char *nearest_word(str word, const char *const *candidate, size_t n)
{
	const char *best = NULL;
	int limit = (int)(1 + word.len / 4);

	if (word.len > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		str other = str_of(candidate[i]);
		if (other.len > WORD_MAX)
			continue;
		int d = edit_distance(word, other);
		if (d <= limit && d < word.len) {
			limit = d - 1;
			best = candidate[i];
		}
	}
	return best;
}

static int read_texts(struct op *op, const struct node *node, struct texts *ret)
{
	ptrdiff_t n = node->kind == NODE_LIST ? node->n : node->kind == NODE_NULL ? 0 : 1;
	const struct node *from = node->kind == NODE_LIST ? node->child : node;
	str *p = op_new(op, str, n);

	if (!p)
		return op->code;
	for (ptrdiff_t i = 0; i < n; i++) {
		if (!node_text(&from[i], &p[i]))
			return 1;
	}
	*ret = (struct texts){ p, n };
	return 0;
}

/* One line "key=value" of a list, or "key: value" of a mapping. */
static bool read_pair(const struct node *node, bool in_map, struct pair *ret)
{
	str text;

	if (!node_text(node, &text))
		return false;
	if (in_map) {
		*ret = (struct pair){ node->key, text };
		return true;
	}
	ptrdiff_t at = str_find(text, '=');
	if (at < 1)
		return false;
	*ret = (struct pair){ str_head(text, at), str_from(text, at + 1) };
	return true;
}

static int read_pairs(struct op *op, const struct node *node, struct pairs *ret)
{
	if (node->kind != NODE_MAP && node->kind != NODE_LIST && node->kind != NODE_NULL)
		return 1;
	struct pair *p = op_new(op, struct pair, node->n);
	if (!p)
		return op->code;
	for (ptrdiff_t i = 0; i < node->n; i++) {
		if (!read_pair(&node->child[i], node->kind == NODE_MAP, &p[i]))
			return 1;
	}
	*ret = (struct pairs){ p, node->n };
	return 0;
}

static bool read_octal(const struct node *node, uint32_t *ret)
{
	uint32_t mode = 0;
	str text;

	if (!node_text(node, &text))
		return false;
	if (str_starts(text, S("0o")))
		text = str_from(text, 2);
	if (text.len == 0 || text.len > 5)
		return false;
	for (ptrdiff_t i = 0; i < text.len; i++) {
		if (text.p[i] < '0' || text.p[i] > '7')
			return false;
		mode = mode << 3 | (uint32_t)(text.p[i] - '0');
	}
	if (mode > 07777)
		return false;
	*ret = mode;
	return true;
}

/* 0, or 1 if the node is not of the field's kind. */
static int read_field(struct op *op, const struct node *node, const struct field *f, void *to)
{
	switch (f->kind) {
	case FIELD_TEXT:
		return node_text(node, to) ? 0 : 1;
	case FIELD_TEXTS:
		return read_texts(op, node, to);
	case FIELD_PAIRS:
		return read_pairs(op, node, to);
	case FIELD_U64:
		return node_u64(node, to) ? 0 : 1;
	case FIELD_BOOL:
		return node_bool(node, to) ? 0 : 1;
	case FIELD_OCTAL:
		return read_octal(node, to) ? 0 : 1;
	case FIELD_NODE:
		*(const struct node **)to = node;
		return 0;
	}
	return 1;
}

static const char *expected(const struct field *f)
{
	static const char *const usual[] = {
		[FIELD_TEXT] = "a text",
		[FIELD_TEXTS] = "a list of texts",
		[FIELD_PAIRS] = "a mapping of texts",
		[FIELD_U64] = "a number",
		[FIELD_BOOL] = "true or false",
		[FIELD_OCTAL] = "a mode such as 0755",
		[FIELD_NODE] = "something else",
	};

	return f->expected ? f->expected : usual[f->kind];
}

static int fail_unknown(struct op *op, const struct doc *doc, const struct node *node,
			const struct field *fields, size_t n)
{
	const char *near = NULL;
	const char **keys = op_new(op, const char *, n);

	if (!keys)
		return op->code;
	for (size_t i = 0; i < n; i++)
		keys[i] = fields[i].key;
	near = nearest_word(node->key, keys, n);
	if (near)
		return node_fail_key(op, doc, node, "unknown key '%.*s'; did you mean '%s'?",
				     STR_ARG(node->key), near);
	return node_fail_key(op, doc, node, "unknown key '%.*s'", STR_ARG(node->key));
}

static const struct field *find_field(const struct field *fields, size_t n, str key)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(str_of(fields[i].key), key))
			return &fields[i];
	}
	return NULL;
}

static int check_required(struct op *op, const struct doc *doc, const struct node *map,
			  const struct field *fields, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (fields[i].required && !node_get(map, str_of(fields[i].key)))
			return node_fail(op, doc, map, "the key '%s' is missing: %s", fields[i].key,
					 expected(&fields[i]));
	}
	return 0;
}

int fields_read(struct op *op, const struct doc *doc, const struct node *map,
		const struct field *fields, size_t n, void *ret)
{
	if (map->kind != NODE_MAP)
		return node_fail(op, doc, map, "a mapping is expected here");
	for (ptrdiff_t i = 0; i < map->n; i++) {
		const struct node *node = &map->child[i];
		const struct field *f = find_field(fields, n, node->key);
		if (!f)
			return fail_unknown(op, doc, node, fields, n);
		int rc = read_field(op, node, f, (char *)ret + f->offset);
		if (rc < 0)
			return rc;
		if (rc > 0)
			return node_fail(op, doc, node, "'%s' must be %s", f->key, expected(f));
	}
	return check_required(op, doc, map, fields, n);
}
