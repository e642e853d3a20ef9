/*
 * op: one operation (a command, a request, a job), its memory and its first error.
 *
 * Everything that can fail takes `struct op *op` first and returns an int:
 *   negative  a failure, already recorded in op: hand it up unchanged;
 *   zero      done;
 *   positive  an answer that the function's header names: handle it, never pass it on.
 * The first recorded error wins; later ones are dropped, since they are its consequences.
 *
 * Memory comes from the op's arena, zeroed and aligned for any type, and goes all at once with
 * op_done(). op_mark()/op_reset() give back what a loop's turn allocated. An op belongs to one
 * thread; threads get ops of their own and op_adopt_error() merges the error at the join.
 */
#ifndef BASE_OP_H
#define BASE_OP_H

#include "str.h"

#define MUST_USE __attribute__((warn_unused_result))
/* A large local array that is written before it is read: the build zeroes all others, which costs
 * more than what is done with this one. */
#define SCRATCH __attribute__((uninitialized))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* MUST(x): what no input can make false. Stays in releases. */
#define MUST(x) ((x) ? (void)0 : op_must_failed(#x, __FILE__, __LINE__))

enum err {
	ERR_NO = -1,     /* the answer is no: a proof, test, policy or comparison failed */
	ERR_USAGE = -2,  /* the command line or a document of the user's is wrong */
	ERR_FORMAT = -3, /* foreign bytes do not have the form that their specification demands */
	ERR_LIMIT = -4,  /* larger, deeper or more than base/limits.h allows */
	ERR_VERIFY = -5, /* a digest, size or signature does not match */
	ERR_IO = -6,     /* the operating system refused */
	ERR_NET = -7,    /* the network or a server failed */
	ERR_MEMORY = -8, /* the arena's ceiling or the machine's memory is reached */
};

enum {
	OP_ERROR_MAX = 2048, /* bytes of an error message, NUL included */
};

struct op_chunk;

struct op_mark {
	struct op_chunk *chunk;
	size_t used;
};

struct op {
	struct op_chunk *chunk;  /* newest first */
	size_t held;             /* bytes in chunks */
	size_t ceiling;          /* refuse to hold more */
	int64_t *fault;          /* tests: the allocation that brings this to 0 fails */
	uint64_t seed;           /* of its maps' hashes; 0 until one is made */
	int code;                /* 0 or the first enum err */
	char text[OP_ERROR_MAX]; /* its message, escaped, without a full stop */
};

/* An op that may hold `ceiling` bytes (0: no ceiling of its own). Allocates nothing. */
void op_init(struct op *op, size_t ceiling);

/* Give back all memory. The error stays readable. May run twice. */
void op_done(struct op *op);

#define AUTO_OP __attribute__((cleanup(op_done))) struct op

/*
 * op_new(op, type, n): n zeroed elements of type, or NULL with ERR_MEMORY recorded.
 * The product is checked. n == 0 gives a valid pointer.
 */
#define op_new(op, type, n) ((type *)op_alloc((op), sizeof(type), (ptrdiff_t)(n)))
void *op_alloc(struct op *op, size_t size, ptrdiff_t n) MUST_USE;

/*
 * op_extend(op, old, old_size, new_size): grow a block; in place where it is the newest.
 * The tail is zeroed. NULL with ERR_MEMORY recorded, and the old block still whole.
 */
void *op_extend(struct op *op, void *old, size_t old_size, size_t new_size) MUST_USE;

struct op_mark op_mark(struct op *op);
void op_reset(struct op *op, struct op_mark mark);

/* A copy of s in the arena; a NUL follows it that its length does not count. */
int op_copy(struct op *op, str s, str *ret) MUST_USE;

/* s as a C string for a system call. ERR_FORMAT if it holds a NUL, else NULL only for memory. */
const char *op_cstr(struct op *op, str s) MUST_USE;

/* A formatted text in the arena, NUL-terminated beyond its length. */
int op_text(struct op *op, str *ret, const char *fmt, ...) PRINTF_LIKE(3, 4) MUST_USE;

/*
 * op_fail(op, code, fmt, ...): record an error unless one is recorded; return the recorded code.
 * Messages are lower case, name the thing and the value, and have no full stop. Control
 * characters and bytes that are not UTF-8 come out as \xNN, so input may be quoted as it is.
 */
int op_fail(struct op *op, int code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* op_fail() with ERR_IO, ": " and errno's text behind the message; ENOMEM gives ERR_MEMORY. */
int op_fail_errno(struct op *op, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Put "context: " before the recorded message (a file's name before a parser's complaint). */
int op_fail_in(struct op *op, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Take over the other op's error, if it has one; returns op's code or 0. */
int op_adopt_error(struct op *op, const struct op *other);

/* Forget the recorded error: for a caller that has another way to the same end. */
void op_forgive(struct op *op);

_Noreturn void op_must_failed(const char *what, const char *file, int line);

#endif
