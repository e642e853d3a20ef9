/* Keys are made here by OpenSSL, and by hand where it knows no such form: no key lies in the repository. */
#include "codec/private_key.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#include "base/buf.h"
#include "codec/base64.h"
#include "unit/harness.h"

#define BEGIN   \
	"-----" \
	"BEGIN "
#define END     \
	"-----" \
	"END "

enum form { PKCS8, TRADITIONAL, LOCKED, LOCKED_TRADITIONAL, DER };

/* An EC key (RSA takes long to make) in some form. */
static int make(struct op *op, enum form form, str *ret)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	BIO *out = BIO_new(BIO_s_mem());
	const EVP_CIPHER *cipher = EVP_aes_128_cbc();
	unsigned char pass[] = "some words";
	char *text;
	int ok = 0;

	switch (form) {
	case PKCS8:
		ok = PEM_write_bio_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL);
		break;
	case TRADITIONAL:
		ok = PEM_write_bio_PrivateKey_traditional(out, key, NULL, NULL, 0, NULL, NULL);
		break;
	case LOCKED:
		ok = PEM_write_bio_PKCS8PrivateKey(out, key, cipher, (char *)pass, 10, NULL, NULL);
		break;
	case LOCKED_TRADITIONAL:
		ok = PEM_write_bio_PrivateKey_traditional(out, key, cipher, pass, 10, NULL, NULL);
		break;
	case DER:
		ok = i2d_PrivateKey_bio(out, key);
		break;
	}
	CHECK(ok == 1);
	long n = BIO_get_mem_data(out, &text);
	int rc = op_copy(op, (str){ text, n }, ret);
	BIO_free(out);
	EVP_PKEY_free(key);
	return rc;
}

static void is(struct op *op, str text, enum private_key want, int line)
{
	ptrdiff_t n = -1;
	enum private_key got = private_key_pem(op, exact(text), &n);

	if (op->code == 0 && got != want)
		test_check(false, "the kind of a key", __FILE__, line);
	if (op->code == 0)
		test_check(n >= 0 && n <= text.len, "its length", __FILE__, line);
}
#define IS(op, text, want) is(op, text, want, __LINE__)

/* As a string of a program's: a line each, with its quotes and joints. */
static int quoted(struct op *op, str pem, const char *before, const char *behind, str *ret)
{
	struct buf b;
	bool first = true;

	buf_init(&b, op, 1 << 16);
	while (pem.len) {
		str line = str_cut(&pem, '\n');
		if (!first)
			buf_add(&b, str_of(before));
		buf_add(&b, line);
		buf_add(&b, str_of(behind));
		first = false;
	}
	return buf_take(&b, ret);
}

static int forms(struct op *op)
{
	str pem, cut, text;

	TRY(make(op, PKCS8, &pem));
	IS(op, pem, PRIVATE_KEY_PLAIN);
	TRY(quoted(op, pem, "", "\\n", &text));
	IS(op, text, PRIVATE_KEY_PLAIN);
	TRY(quoted(op, pem, "\t\"", "\\n\"\n", &text));
	IS(op, text, PRIVATE_KEY_PLAIN);
	TRY(quoted(op, pem, "  '", "\\n' +\n", &text));
	IS(op, text, PRIVATE_KEY_PLAIN);
	TRY(quoted(op, pem, "# ", "\r\n", &text));
	IS(op, text, PRIVATE_KEY_PLAIN);
	for (ptrdiff_t n = 0; n < pem.len - 40; n += 13) {
		cut = str_head(pem, n);
		IS(op, cut, PRIVATE_KEY_NONE);
	}
	TRY(make(op, TRADITIONAL, &pem));
	IS(op, pem, PRIVATE_KEY_PLAIN);
	TRY(make(op, LOCKED, &pem));
	IS(op, pem, PRIVATE_KEY_LOCKED);
	TRY(make(op, LOCKED_TRADITIONAL, &pem));
	IS(op, pem, PRIVATE_KEY_LOCKED);
	return op->code;
}

static int none(struct op *op)
{
	static const char *const bad[] = {
		"",
		BEGIN,
		BEGIN "PRIVATE KEY-----\n" END "PRIVATE KEY-----\n",
		BEGIN "RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA...\n" END "RSA PRIVATE KEY-----\n",
		BEGIN "PRIVATE KEY-----\nAAAA\n" END "PRIVATE KEY-----\n",
		BEGIN "PRIVATE KEY-----\n%s\n" END "PRIVATE KEY-----\n",
		BEGIN "CERTIFICATE-----\nMIIE\n" END "CERTIFICATE-----\n",
		BEGIN "OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n" END
		      "OPENSSH PRIVATE KEY-----\n",
		BEGIN "PGP PRIVATE KEY BLOCK-----\n\nlQ==\n" END "PGP PRIVATE KEY BLOCK-----\n",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		IS(op, str_of(bad[i]), PRIVATE_KEY_NONE);
	return op->code;
}

static void put_text(struct buf *b, str s)
{
	const char n[4] = { 0, 0, (char)(s.len >> 8), (char)s.len };

	buf_add(b, (str){ n, 4 });
	buf_add(b, s);
}

/* PROTOCOL.key, with noise for the numbers of the key. */
static int openssh(struct op *op)
{
	for (int locked = 0; locked < 2; locked++) {
		struct buf b, pem;
		str der, text;
		buf_init(&b, op, 4096);
		buf_init(&pem, op, 8192);
		buf_add(&b, (str){ "openssh-key-v1", 15 });
		put_text(&b, locked ? S("aes256-ctr") : S("none"));
		put_text(&b, locked ? S("bcrypt") : S("none"));
		put_text(&b, locked ? S("0123456789abcdef") : S(""));
		buf_add(&b, (str){ "\0\0\0\1", 4 });
		put_text(&b, S("\0\0\0\13ssh-ed25519 and what follows"));
		put_text(&b, S("\1\2\3\4\1\2\3\4 what an ed25519 key has here, padded to a block"));
		TRY(buf_take(&b, &der));
		TRY(base64_write(op, der, &text));
		buf_fmt(&pem,
			BEGIN "OPENSSH PRIVATE KEY-----\n%.*s\n" END "OPENSSH PRIVATE KEY-----\n",
			STR_ARG(text));
		TRY(buf_take(&pem, &text));
		IS(op, text, locked ? PRIVATE_KEY_LOCKED : PRIVATE_KEY_PLAIN);
	}
	return op->code;
}

/* RFC 9580: a secret key packet of version 4, old and new form; a public key is none. */
static int openpgp(struct op *op)
{
	static const char *const heads[] = { "\x95\x00\x60\x04", "\xc5\x60\x04",
					     "\x99\x00\x60\x04" };

	for (int i = 0; i < 3; i++) {
		struct buf b;
		char der[100];
		str text;
		size_t n = i == 1 ? 3 : 4;
		memset(der, 'k', sizeof(der));
		memcpy(der, heads[i], n);
		TRY(base64_write(op, (str){ der, sizeof(der) }, &text));
		buf_init(&b, op, 8192);
		buf_fmt(&b,
			BEGIN "PGP PRIVATE KEY BLOCK-----\nVersion: x\n\n%.*s\n=AbCd\n" END
			      "PGP PRIVATE KEY BLOCK-----\n",
			STR_ARG(text));
		TRY(buf_take(&b, &text));
		IS(op, text, i < 2 ? PRIVATE_KEY_PLAIN : PRIVATE_KEY_NONE);
	}
	return op->code;
}

static int der(struct op *op)
{
	str key;

	TRY(make(op, DER, &key));
	CHECK(private_key_der(exact(key)) == PRIVATE_KEY_PLAIN);
	for (ptrdiff_t n = 0; n < key.len; n += 7)
		CHECK(private_key_der(exact(str_head(key, n))) == PRIVATE_KEY_NONE);
	CHECK(private_key_der(S("0\202\2\1 a text that begins like a sequence of something")) ==
	      PRIVATE_KEY_NONE);
	return 0;
}

TESTS({ "PEM in its forms", forms, .once = true }, { "what is no key", none },
      { "OpenSSH's own form", openssh }, { "OpenPGP", openpgp }, { "DER", der, .once = true })
