#include "digest.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>

/*
 * Looking an algorithm up by name takes OpenSSL longer than hashing a small file, so each is
 * fetched once a process and kept.
 */
enum { KINDS = 3 };
static const struct {
	enum hash_kind kind;
	const char *name;
} algorithms[KINDS] = { { HASH_SHA256, "SHA256" }, { HASH_SHA1, "SHA1" }, { HASH_MD5, "MD5" } };

static EVP_MD *fetched[KINDS];
static pthread_once_t fetch_once = PTHREAD_ONCE_INIT;

static void fetch_all(void)
{
	for (int i = 0; i < KINDS; i++)
		fetched[i] = EVP_MD_fetch(NULL, algorithms[i].name, NULL);
}

struct hash {
	EVP_MD_CTX *ctx[KINDS]; /* NULL: not asked for */
	unsigned kinds;         /* at present */
};

bool digest_eq(const struct digest *a, const struct digest *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

const char *hex_text(const uint8_t *p, size_t n, char *out)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = hex[p[i] >> 4];
		out[2 * i + 1] = hex[p[i] & 15];
	}
	out[2 * n] = '\0';
	return out;
}

bool digest_is_zero(const struct digest *d)
{
	static const struct digest zero;

	return digest_eq(d, &zero);
}

const char *digest_hex(const struct digest *d, char out[DIGEST_HEX])
{
	return hex_text(d->b, sizeof(d->b), out);
}

const char *digest_text(const struct digest *d, char out[DIGEST_TEXT])
{
	memcpy(out, "sha256:", 7);
	hex_text(d->b, sizeof(d->b), out + 7);
	return out;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool digest_parse(str s, struct digest *ret)
{
	struct digest d;

	if (str_starts(s, S("sha256:")))
		s = str_from(s, 7);
	if (s.len != DIGEST_HEX - 1)
		return false;
	for (int i = 0; i < 32; i++) {
		int high = hex_value(s.p[2 * i]), low = hex_value(s.p[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		d.b[i] = (uint8_t)(high << 4 | low);
	}
	if (digest_is_zero(&d))
		return false;
	*ret = d;
	return true;
}

struct digest digest_of(str bytes)
{
	struct digest d;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	MUST(pthread_once(&fetch_once, fetch_all) == 0);
	MUST(ctx && fetched[0] && EVP_DigestInit_ex2(ctx, fetched[0], NULL) == 1);
	MUST(EVP_DigestUpdate(ctx, bytes.p, (size_t)bytes.len) == 1);
	MUST(EVP_DigestFinal_ex(ctx, d.b, NULL) == 1);
	EVP_MD_CTX_free(ctx);
	return d;
}

void hash_restart(struct hash *h)
{
	hash_restart_as(h, ~0U);
}

void hash_restart_as(struct hash *h, unsigned kinds)
{
	h->kinds = kinds;
	for (int i = 0; i < KINDS; i++)
		MUST(!h->ctx[i] || !(kinds & algorithms[i].kind) ||
		     EVP_DigestInit_ex2(h->ctx[i], fetched[i], NULL) == 1);
}

int hash_open(struct op *op, unsigned kinds, struct hash **ret)
{
	AUTO_HASH *h = op_new(op, struct hash, 1);

	MUST(pthread_once(&fetch_once, fetch_all) == 0);
	if (!h)
		return op->code;
	h->kinds = kinds;
	for (int i = 0; i < KINDS; i++) {
		if (!(kinds & algorithms[i].kind))
			continue;
		if (!fetched[i])
			return op_fail(op, ERR_IO, "this OpenSSL has no %s", algorithms[i].name);
		h->ctx[i] = EVP_MD_CTX_new();
		if (!h->ctx[i] || EVP_DigestInit_ex2(h->ctx[i], fetched[i], NULL) != 1)
			return op_fail(op, ERR_MEMORY, "no memory for %s", algorithms[i].name);
	}
	*ret = h;
	h = NULL;
	return 0;
}

void hash_add(struct hash *h, str bytes)
{
	for (int i = 0; i < KINDS; i++)
		MUST(!h->ctx[i] || !(h->kinds & algorithms[i].kind) ||
		     EVP_DigestUpdate(h->ctx[i], bytes.p, (size_t)bytes.len) == 1);
}

void hash_result(struct hash *h, enum hash_kind kind, uint8_t *ret)
{
	int i = 0;

	while (i < KINDS && algorithms[i].kind != kind)
		i++;
	MUST(i < KINDS && h->ctx[i] && EVP_DigestFinal_ex(h->ctx[i], ret, NULL) == 1);
}

void hash_close(struct hash **h)
{
	for (int i = 0; *h && i < KINDS; i++) {
		EVP_MD_CTX_free((*h)->ctx[i]);
		(*h)->ctx[i] = NULL;
	}
	*h = NULL;
}
