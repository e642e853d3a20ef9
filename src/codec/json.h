/*
 * json: reading and writing JSON. Source: RFC 8259; canonical form: sorted by the caller's order
 * of calls, no insignificant blanks, integers only, escapes of RFC 8785 section 3.2.2.2.
 */
#ifndef CODEC_JSON_H
#define CODEC_JSON_H

#include "base/buf.h"
#include "node.h"

/*
 * json_parse(op, file, text, ret): the whole text as one value. Duplicate keys, lone surrogates,
 * bad UTF-8, a byte order mark, nesting past LIMIT_DEPTH and trailing bytes are ERR_FORMAT (with
 * file:line:col). Texts alias `text` where they need no unescaping. O(bytes).
 */
int json_parse(struct op *op, str file, str text, struct doc *ret) MUST_USE;

/*
 * As json_parse(), of what programs read that are less strict: a byte order mark, comments as in C,
 * a comma before a closing bracket and any byte within a text are taken, of a key that stands twice
 * the last value counts, and a lone surrogate is U+FFFD. Texts need not be UTF-8.
 */
int json_parse_lax(struct op *op, str file, str text, struct doc *ret) MUST_USE;

/*
 * The members of one large container, one at a time, each as a tree of its own: for documents whose
 * whole tree would be too much. json_members_open(op, file, text, within, lax, ret): those of the
 * document itself, or, with `within`, of what stands under that key of it (several may: they follow
 * one another); the rest of the document is read and left out. Strict or lax as json_parse() and
 * json_parse_lax(), but that lax gives a key that stands twice twice. ERR_FORMAT where there is no
 * such container. `text` must live as long as the cursor.
 *
 * json_members_next(op, m, ret): 1 and the next member (in a mapping with its key) in op, which may
 * be reset after each; 0 at the end, when all of the text was right.
 */
struct json_members; /* opaque */
int json_members_open(struct op *op, str file, str text, str within, bool lax,
		      struct json_members **ret) MUST_USE;
int json_members_next(struct op *op, struct json_members *m, struct node *ret) MUST_USE;
void json_members_close(struct json_members **m);
#define AUTO_JSON_MEMBERS __attribute__((cleanup(json_members_close))) struct json_members

/*
 * Writing: calls in order; commas, escapes and (if indent > 0) line breaks and blanks are put in.
 * Misuse (a value without a key in an object) is a MUST. Bytes that are not UTF-8 are written as
 * U+FFFD. Failures stay in the buf.
 */
struct json_out {
	struct buf *b;
	int indent; /* blanks a level; 0: compact */
	int depth;
	bool first[64];  /* nothing was written at this depth yet */
	bool in_map[64]; /* an object is open at this depth */
	bool after_key;
};
void json_begin(struct json_out *j, struct buf *b, int indent);
void json_object(struct json_out *j);
void json_object_end(struct json_out *j);
void json_array(struct json_out *j);
void json_array_end(struct json_out *j);
void json_key(struct json_out *j, str key);
void json_text(struct json_out *j, str value);
void json_u64(struct json_out *j, uint64_t value);
void json_i64(struct json_out *j, int64_t value);
void json_bool(struct json_out *j, bool value);
void json_null(struct json_out *j);
void json_raw(struct json_out *j, str value); /* a value that is JSON already */

/* key and value in one; _opt writes nothing for an empty value. */
void json_pair(struct json_out *j, const char *key, str value);
void json_pair_opt(struct json_out *j, const char *key, str value);
void json_pair_u64(struct json_out *j, const char *key, uint64_t value);

#endif
