#include "key.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/limits.h"
#include "codec/base64.h"
#include "codec/digest.h"
#include "codec/json.h"

enum { KEYS = 64, SIGNATURE = 64, SIGNATURES = 64 };

struct key {
	EVP_PKEY *p[KEYS];
	char id[KEYS][DIGEST_HEX];
	int n;
	bool private;
};

void key_close(struct key **k)
{
	for (int i = 0; *k && i < (*k)->n; i++)
		EVP_PKEY_free((*k)->p[i]);
	if (*k)
		(*k)->n = 0;
	*k = NULL;
}

static void close_bio(BIO **bio)
{
	BIO_free(*bio);
}
#define AUTO_BIO __attribute__((cleanup(close_bio))) BIO

/* Keys with a pass phrase are not asked for one. */
static int no_phrase(char *to, int size, int writing, void *arg)
{
	(void)to;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

/* Into k, whose it is from then on. */
static int add(struct op *op, struct key *k, str what, EVP_PKEY *p)
{
	unsigned char *spki = NULL;

	k->p[k->n++] = p;
	if (EVP_PKEY_get_base_id(p) != EVP_PKEY_ED25519)
		return op_fail(op, ERR_USAGE, "%.*s holds a key that is not Ed25519",
			       STR_ARG(what));
	int n = i2d_PUBKEY(p, &spki);
	if (n <= 0)
		return op_fail(op, ERR_USAGE, "%.*s holds a key without its public part",
			       STR_ARG(what));
	struct digest d = digest_of((str){ (char *)spki, n });
	OPENSSL_free(spki);
	digest_hex(&d, k->id[k->n - 1]);
	return 0;
}

static int read_public(struct op *op, str what, BIO *in, struct key *k)
{
	EVP_PKEY *p;

	while ((p = PEM_read_bio_PUBKEY(in, NULL, no_phrase, NULL))) {
		if (add(op, k, what, p) < 0)
			return op->code;
		if (k->n == KEYS)
			break;
	}
	ERR_clear_error();
	if (k->n == 0)
		return op_fail(op, ERR_USAGE,
			       "%.*s holds no Ed25519 key in PEM; 'temper db key' makes a pair",
			       STR_ARG(what));
	return 0;
}

int key_read(struct op *op, str what, str pem, struct key **ret)
{
	AUTO_KEY *k = op_new(op, struct key, 1);

	if (!k)
		return op->code;
	if (pem.len > LIMIT_DOCUMENT)
		return op_fail(op, ERR_LIMIT, "%.*s is larger than %d bytes", STR_ARG(what),
			       LIMIT_DOCUMENT);
	AUTO_BIO *in = BIO_new_mem_buf(pem.p ? pem.p : "", (int)pem.len);
	if (!in)
		return op_fail(op, ERR_MEMORY, "no memory for a key");
	k->private = str_find_str(pem, S("PRIVATE KEY-----")) >= 0;
	if (k->private) {
		EVP_PKEY *p = PEM_read_bio_PrivateKey(in, NULL, no_phrase, NULL);
		ERR_clear_error();
		if (!p)
			return op_fail(op, ERR_USAGE,
				       "%.*s holds no private key that can be read without a pass "
				       "phrase",
				       STR_ARG(what));
		if (add(op, k, what, p) < 0)
			return op->code;
	} else if (read_public(op, what, in, k) < 0) {
		return op->code;
	}
	*ret = k;
	k = NULL;
	return 0;
}

static int take(struct op *op, BIO *bio, int wrote, str *ret)
{
	char *p = NULL;
	long n = BIO_get_mem_data(bio, &p);

	if (wrote != 1 || n <= 0)
		return op_fail(op, ERR_IO, "OpenSSL cannot write a key");
	return op_copy(op, (str){ p, n }, ret);
}

int key_make(struct op *op, str *ret_private_pem, str *ret_public_pem)
{
	EVP_PKEY *p = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	AUTO_BIO *private = BIO_new(BIO_s_mem()), *public = BIO_new(BIO_s_mem());
	int rc;

	if (!p || !private || !public)
		rc = op_fail(op, ERR_IO, "OpenSSL cannot make an Ed25519 key");
	else
		rc = take(op, private,
			  PEM_write_bio_PKCS8PrivateKey(private, p, NULL, NULL, 0, NULL, NULL),
			  ret_private_pem);
	if (rc == 0)
		rc = take(op, public, PEM_write_bio_PUBKEY(public, p), ret_public_pem);
	EVP_PKEY_free(p);
	return rc;
}

str key_id(const struct key *k)
{
	return str_of(k->id[0]);
}

/* DSSE v1, "pre-authentication encoding": what is signed. */
static int pae(struct op *op, str type, str payload, str *ret)
{
	struct buf b;

	buf_init(&b, op, LIMIT_SBOM);
	buf_fmt(&b, "DSSEv1 %td ", type.len);
	buf_add(&b, type);
	buf_fmt(&b, " %td ", payload.len);
	buf_add(&b, payload);
	return buf_take(&b, ret);
}

static void envelope(struct buf *b, str type, str payload, str id, str signature)
{
	struct json_out j;

	json_begin(&j, b, 0);
	json_object(&j);
	json_pair(&j, "payload", payload);
	json_pair(&j, "payloadType", type);
	json_key(&j, S("signatures"));
	json_array(&j);
	json_object(&j);
	json_pair(&j, "keyid", id);
	json_pair(&j, "sig", signature);
	json_object_end(&j);
	json_array_end(&j);
	json_object_end(&j);
	buf_char(b, '\n');
}

int key_sign(struct op *op, const struct key *k, str type, str payload, str *ret)
{
	unsigned char signature[SIGNATURE];
	size_t n = sizeof(signature);
	str message, body, sig;
	struct buf b;

	if (!k->private)
		return op_fail(op, ERR_USAGE, "a public key cannot sign: name the private one");
	if (pae(op, type, payload, &message) < 0)
		return op->code;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, k->p[0]) == 1 &&
		  EVP_DigestSign(ctx, signature, &n, (const unsigned char *)message.p,
				 (size_t)message.len) == 1;
	EVP_MD_CTX_free(ctx);
	if (!ok || n != SIGNATURE)
		return op_fail(op, ERR_IO, "OpenSSL cannot sign with key %s", k->id[0]);
	if (base64_write(op, payload, &body) < 0 ||
	    base64_write(op, (str){ (char *)signature, SIGNATURE }, &sig) < 0)
		return op->code;
	buf_init(&b, op, LIMIT_SBOM);
	envelope(&b, type, body, key_id(k), sig);
	return buf_take(&b, ret);
}

/* Either alphabet, as DSSE asks of those who verify. RFC 4648 sections 4 and 5. */
static int decode(struct op *op, str text, str *ret)
{
	char *plain = op_alloc(op, 1, text.len);
	uint8_t *bytes = op_alloc(op, 1, text.len);
	size_t n;

	if (!plain || !bytes)
		return op->code;
	for (ptrdiff_t i = 0; i < text.len; i++)
		plain[i] = text.p[i] == '-' ? '+' : text.p[i] == '_' ? '/' : text.p[i];
	if (!base64_read((str){ plain, text.len }, bytes, (size_t)text.len, &n))
		return op_fail(op, ERR_VERIFY, "the signature's envelope is damaged: no base64");
	*ret = (str){ (char *)bytes, (ptrdiff_t)n };
	return 0;
}

static bool holds(EVP_PKEY *p, str message, str signature)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx && signature.len == SIGNATURE &&
		  EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, p) == 1 &&
		  EVP_DigestVerify(ctx, (const unsigned char *)signature.p, (size_t)signature.len,
				   (const unsigned char *)message.p, (size_t)message.len) == 1;

	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return ok;
}

/* Does one of the signatures hold for one of the keys? 1: none does. */
static int any_holds(struct op *op, const struct key *k, const struct node *list, str message)
{
	for (ptrdiff_t i = 0; i < list->n && i < SIGNATURES; i++) {
		str text, signature;
		if (!node_text(node_get(&list->child[i], S("sig")), &text))
			continue;
		if (decode(op, text, &signature) < 0)
			return op->code;
		for (int at = 0; at < k->n; at++)
			if (holds(k->p[at], message, signature))
				return 0;
	}
	return 1;
}

int key_verify(struct op *op, const struct key *k, str type, str envelope_text, str *ret_payload)
{
	struct doc doc;
	str said, body, payload, message;

	if (json_parse(op, S("the signature's envelope"), envelope_text, &doc) < 0)
		return op->code;
	const struct node *list = node_get(&doc.root, S("signatures"));
	if (!node_text(node_get(&doc.root, S("payloadType")), &said) ||
	    !node_text(node_get(&doc.root, S("payload")), &body) || !list ||
	    list->kind != NODE_LIST)
		return op_fail(op, ERR_VERIFY, "the signature's envelope is none of DSSE's");
	if (!str_eq(said, type))
		return op_fail(op, ERR_VERIFY, "what is signed is of type %.*s, not %.*s",
			       STR_ARG(said), STR_ARG(type));
	if (decode(op, body, &payload) < 0 || pae(op, type, payload, &message) < 0)
		return op->code;
	int rc = any_holds(op, k, list, message);
	if (rc > 0)
		return op_fail(op, ERR_VERIFY,
			       "the signature does not hold for the key that is trusted (%s)",
			       k->id[0]);
	if (rc == 0)
		*ret_payload = payload;
	return rc;
}
