/*
 * digest: SHA-256 as a value, and hashing (OpenSSL) of whatever passes.
 */
#ifndef CODEC_DIGEST_H
#define CODEC_DIGEST_H

#include "base/op.h"

struct digest {
	uint8_t b[32];
};

enum {
	DIGEST_HEX = 65,  /* "9f86d0..." and a NUL */
	DIGEST_TEXT = 72, /* "sha256:9f86d0..." and a NUL */
};

bool digest_eq(const struct digest *a, const struct digest *b);
bool digest_is_zero(const struct digest *d);                            /* what stands for none */
const char *digest_hex(const struct digest *d, char out[DIGEST_HEX]);   /* returns out */
const char *digest_text(const struct digest *d, char out[DIGEST_TEXT]); /* returns out */

/* "sha256:" and 64 lower-case hex digits, or the digits alone; anything else is false, and so are 64
 * zeros, which stand for no digest here and could take a check away. */
bool digest_parse(str s, struct digest *ret);

/* SHA-256 of bytes. Cannot fail: OpenSSL's default provider always has it (MUST). */
struct digest digest_of(str bytes);

/* n bytes as lower-case hex into out[2n + 1], NUL-terminated. Returns out. */
const char *hex_text(const uint8_t *p, size_t n, char *out);

/* One pass, any number of algorithms. */
enum hash_kind { HASH_SHA256 = 1, HASH_SHA1 = 2, HASH_MD5 = 4 };
struct hash; /* opaque; its OpenSSL state is freed by hash_close() */

int hash_open(struct op *op, unsigned kinds, struct hash **ret) MUST_USE;
void hash_restart(struct hash *h);                    /* as if just opened */
void hash_restart_as(struct hash *h, unsigned kinds); /* for these of its kinds alone */
void hash_add(struct hash *h, str bytes);

/* The result for one kind that was opened: 32, 20 or 16 bytes. Any kinds may be asked, once each
 * before hash_restart(). */
void hash_result(struct hash *h, enum hash_kind kind, uint8_t *ret);
void hash_close(struct hash **h); /* for AUTO_HASH; accepts NULL */
#define AUTO_HASH __attribute__((cleanup(hash_close))) struct hash

#endif
