#include "op.h"

#include <errno.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

/*
 * Invariants: (1) op->held is the sum of size over the chunk list; (2) used <= size in each chunk.
 * A block is zeroed when it is handed out: zeroing chunks would touch pages that nobody asks for.
 */
struct op_chunk {
	struct op_chunk *next; /* older */
	size_t size, used;     /* of data */
	alignas(max_align_t) unsigned char data[];
};

enum {
	CHUNK_MIN = 16 * 1024,
	CHUNK_MAX = 1024 * 1024,
	BIG_BLOCK = 128 * 1024, /* a block that gets a chunk of its own */
};

void op_init(struct op *op, size_t ceiling)
{
	/* Not all of it: what is behind the first byte of the message was never read. */
	memset(op, 0, offsetof(struct op, text) + 1);
	op->ceiling = ceiling ? ceiling : SIZE_MAX;
}

static void chunk_pop(struct op *op)
{
	struct op_chunk *gone = op->chunk;

	op->chunk = gone->next;
	op->held -= gone->size;
	free(gone);
}

void op_done(struct op *op)
{
	int saved = errno;

	while (op->chunk)
		chunk_pop(op);
	errno = saved;
}

static int out_of_memory(struct op *op, size_t wanted)
{
	return op_fail(op, ERR_MEMORY, "out of memory: %zu bytes more than the %zu held", wanted,
		       op->held);
}

static bool fault_due(struct op *op)
{
	return op->fault && *op->fault > 0 && --*op->fault == 0;
}

static bool chunk_push(struct op *op, size_t need)
{
	size_t size = op->chunk ? op->chunk->size * 2 : CHUNK_MIN;

	if (size > CHUNK_MAX)
		size = CHUNK_MAX;
	if (size < need)
		size = need;
	if (size > op->ceiling - op->held && need <= op->ceiling - op->held)
		size = need;
	if (size > op->ceiling - op->held || size > SIZE_MAX - sizeof(struct op_chunk))
		return false;
	struct op_chunk *fresh = malloc(sizeof(*fresh) + size);
	if (!fresh)
		return false;
	fresh->next = op->chunk;
	fresh->size = size;
	fresh->used = 0;
	op->chunk = fresh;
	op->held += size;
	return true;
}

/* A chunk of its own: where calloc() gets fresh pages, those that nobody touches are never made. */
static void *big_block(struct op *op, size_t bytes)
{
	if (bytes > op->ceiling - op->held || bytes > SIZE_MAX - sizeof(struct op_chunk))
		return NULL;
	struct op_chunk *fresh = calloc(1, sizeof(*fresh) + bytes);
	if (!fresh)
		return NULL;
	fresh->next = op->chunk;
	fresh->size = fresh->used = bytes;
	op->chunk = fresh;
	op->held += bytes;
	return fresh->data;
}

static size_t round_up(size_t n)
{
	return (n + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
}

void *op_alloc(struct op *op, size_t size, ptrdiff_t n)
{
	size_t bytes;

	MUST(n >= 0);
	if (__builtin_mul_overflow(size, (size_t)n, &bytes) || bytes > SIZE_MAX / 2 ||
	    fault_due(op)) {
		out_of_memory(op, bytes);
		return NULL;
	}
	bytes = round_up(bytes ? bytes : 1);
	if (bytes >= BIG_BLOCK) {
		void *big = big_block(op, bytes);
		if (!big)
			out_of_memory(op, bytes);
		return big;
	}
	if (!op->chunk || op->chunk->size - op->chunk->used < bytes) {
		if (!chunk_push(op, bytes)) {
			out_of_memory(op, bytes);
			return NULL;
		}
	}
	void *got = op->chunk->data + op->chunk->used;
	op->chunk->used += bytes;
	memset(got, 0, bytes);
	return got;
}

void *op_extend(struct op *op, void *old, size_t old_size, size_t new_size)
{
	struct op_chunk *chunk = op->chunk;
	size_t had = round_up(old_size ? old_size : 1);
	size_t want = round_up(new_size ? new_size : 1);

	if (old && chunk && want >= had &&
	    (unsigned char *)old + had == chunk->data + chunk->used &&
	    chunk->size - chunk->used >= want - had && !fault_due(op)) {
		chunk->used += want - had;
		memset((unsigned char *)old + had, 0, want - had);
		return old;
	}
	void *fresh = op_alloc(op, 1, (ptrdiff_t)new_size);
	if (fresh && old)
		memcpy(fresh, old, old_size < new_size ? old_size : new_size);
	return fresh;
}

struct op_mark op_mark(struct op *op)
{
	return (struct op_mark){ op->chunk, op->chunk ? op->chunk->used : 0 };
}

void op_reset(struct op *op, struct op_mark mark)
{
	while (op->chunk != mark.chunk)
		chunk_pop(op);
	if (!op->chunk)
		return;
	op->chunk->used = mark.used;
}

int op_copy(struct op *op, str s, str *ret)
{
	char *copy = op_new(op, char, s.len + 1);

	if (!copy)
		return op->code;
	if (s.len)
		memcpy(copy, s.p, (size_t)s.len);
	*ret = (str){ copy, s.len };
	return 0;
}

const char *op_cstr(struct op *op, str s)
{
	str copy;

	if (str_find(s, '\0') >= 0) {
		op_fail(op, ERR_FORMAT, "a name holds a NUL byte: %.*s", STR_ARG(s));
		return NULL;
	}
	return op_copy(op, s, &copy) < 0 ? NULL : copy.p;
}

int op_text(struct op *op, str *ret, const char *fmt, ...)
{
	va_list args, again;

	va_start(args, fmt);
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	MUST(len >= 0);
	char *text = op_new(op, char, (ptrdiff_t)len + 1);
	if (text)
		(void)vsnprintf(text, (size_t)len + 1, fmt, again);
	va_end(again);
	if (!text)
		return op->code;
	*ret = (str){ text, len };
	return 0;
}

/* Copy `in` to `out` of `room` bytes, escaped and NUL-terminated; what does not fit is cut. */
static void escape_into(char *out, size_t room, str in)
{
	size_t n = 0;

	while (in.len > 0) {
		ptrdiff_t width = utf8_printable(in);
		char hex[5];
		str piece = { in.p, width };

		if (width == 0) {
			(void)snprintf(hex, sizeof(hex), "\\x%02x", (unsigned char)in.p[0]);
			piece = (str){ hex, 4 };
		}
		if ((size_t)piece.len >= room - n)
			break;
		memcpy(out + n, piece.p, (size_t)piece.len);
		n += (size_t)piece.len;
		in = str_from(in, width ? width : 1);
	}
	out[n] = '\0';
}

static void record(struct op *op, int code, const char *text)
{
	MUST(code < 0);
	op->code = code;
	escape_into(op->text, sizeof(op->text), str_of(text));
}

int op_fail(struct op *op, int code, const char *fmt, ...)
{
	char text[OP_ERROR_MAX];
	va_list args;

	if (op->code)
		return op->code;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	record(op, code, text);
	return op->code;
}

int op_fail_errno(struct op *op, const char *fmt, ...)
{
	int saved = errno;
	char text[OP_ERROR_MAX - 128], why[128] = "";
	va_list args;

	if (op->code)
		return op->code;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	const char *reason = strerror_r(saved, why, sizeof(why));
	return op_fail(op, saved == ENOMEM ? ERR_MEMORY : ERR_IO, "%s: %s", text, reason);
}

int op_fail_in(struct op *op, const char *fmt, ...)
{
	char text[OP_ERROR_MAX], was[OP_ERROR_MAX];
	va_list args;

	MUST(op->code < 0);
	memcpy(was, op->text, sizeof(was));
	va_start(args, fmt);
	int len = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (len >= 0 && (size_t)len < sizeof(text))
		(void)snprintf(text + len, sizeof(text) - (size_t)len, ": %s", was);
	record(op, op->code, text);
	return op->code;
}

int op_adopt_error(struct op *op, const struct op *other)
{
	if (!op->code && other->code) {
		op->code = other->code;
		memcpy(op->text, other->text, sizeof(op->text));
	}
	return op->code;
}

void op_forgive(struct op *op)
{
	op->code = 0;
	op->text[0] = '\0';
}

void op_must_failed(const char *what, const char *file, int line)
{
	(void)fprintf(stderr, "temper: internal error: %s does not hold (%s:%d)\n", what, file,
		      line);
	abort();
}
