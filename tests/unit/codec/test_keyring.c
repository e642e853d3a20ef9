#include "codec/keyring.h"

#include "base/buf.h"
#include "unit/harness.h"

/* Made by gpg 2.2 for one@example.org. */
static const char armoured[] =
	"-----BEGIN PGP PUBLIC KEY BLOCK-----\n"
	"\n"
	"mDMEawK/nBYJKwYBBAHaRw8BAQdAcyYRGpJzOLDPrva4Zyp5CwFiYD58JJynnDeO\n"
	"H55WXhC0FW9uZSA8b25lQGV4YW1wbGUub3JnPoiQBBMWCAA4FiEEzE52aq5pSRSj\n"
	"1oKyC48D2qKEprEFAmsCv5wCGwMFCwkIBwIGFQoJCAsCBBYCAwECHgECF4AACgkQ\n"
	"C48D2qKEprEKVAD9HUQ1NDL1xj2Nk5EJAifQmOMuQM155n+f0ZOl5qbQfDsA/iQ2\n"
	"0VyEjBMbq5pDpvJxFj2nwRn5yqrJW3UpoGpupbgK\n"
	"=+p7S\n"
	"-----END PGP PUBLIC KEY BLOCK-----\n";
#define ONE "CC4E766AAE694914A3D682B20B8F03DAA284A6B1"
#define TWO "542EB7575B702C74D3245D07175422882DAD6D0E"

static int both_forms(struct op *op)
{
	struct keyring k, again;
	str text;

	TRY(keyring_read(op, exact(str_of(armoured)), &k));
	CHECK(k.keys.n == 1 && k.bytes.len == 222);
	CHECK_STR(k.keys.p[0], S(ONE));
	TRY(keyring_read(op, exact(k.bytes), &again));
	CHECK(again.keys.n == 1);
	CHECK_STR(again.keys.p[0], S(ONE));
	/* Words around it, headers, CR LF, and the same block twice. */
	TRY(op_text(op, &text, "Our key:\r\n%s\n and again\n%s", armoured, armoured));
	TRY(keyring_read(op, exact(text), &again));
	CHECK(again.keys.n == 2 && again.bytes.len == 444);
	TRY(test_file(op, "tests/fuzz/corpus/keyring/two-keys", &text));
	TRY(keyring_read(op, exact(text), &k));
	CHECK(k.keys.n == 2);
	CHECK_STR(k.keys.p[0], S(ONE));
	CHECK_STR(k.keys.p[1], S(TWO));
	return 0;
}

static int refuses(struct op *op)
{
	static const struct {
		const char *in;
		ptrdiff_t n;
		int code;
		const char *says;
	} t[] = {
		{ "", 0, ERR_FORMAT, "no key" },
		{ "no key at all\n", 14, ERR_FORMAT, "no key" },
		{ "-----BEGIN PGP PUBLIC KEY BLOCK-----\n", 37, ERR_FORMAT, "no end" },
		{ "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDM\x01\n", 43, ERR_FORMAT, "damaged" },
		{ "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nm\n-----END PGP PUBLIC KEY BLOCK-----\n", 75, ERR_FORMAT,
		  "is cut" },
		{ "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmA==mA\n-----END PGP PUBLIC KEY BLOCK-----\n", 80, ERR_FORMAT,
		  "damaged" },
		{ "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nmA==\n-----END PGP PRIVATE KEY BLOCK-----\n", 80, ERR_FORMAT,
		  "no key" },
		{ "\0\0\0 \1\1\0\2KBXf", 12, ERR_FORMAT, "keybox" },
		{ "\xc6\x01", 2, ERR_FORMAT, "is cut" },
		{ "\xc6\xff\xff\xff\xff\xff", 6, ERR_FORMAT, "is cut" },
		{ "\xc6\xe1""aa", 4, ERR_FORMAT, "is cut" },
		{ "\x9b""aaaa", 5, ERR_FORMAT, "is cut" },
		{ "\xc6\xc0", 2, ERR_FORMAT, "is cut" },
		{ "\xc0\x01""a", 3, ERR_FORMAT, "is cut" },
		{ "\xc6\x01\x03", 3, ERR_FORMAT, "no key" },
		{ "\xcd\x01""a", 3, ERR_FORMAT, "does not begin with" },
		{ "\xc5\x01\x04", 3, ERR_FORMAT, "secret key" },
		{ "\xc6\x01\x04\xc7\x01\x04", 6, ERR_FORMAT, "secret key" },
	};
	struct keyring k;

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		CHECK_FAILS(op, keyring_read(op, exact((str){ t[i].in, t[i].n }), &k), t[i].code, t[i].says);
	/* Cut anywhere, it is refused or still begins with the same key. */
	TRY(keyring_read(op, str_of(armoured), &k));
	str whole = k.bytes;
	for (ptrdiff_t n = 0; n < whole.len; n++) {
		if (keyring_read(op, exact(str_head(whole, n)), &k) < 0)
			op_forgive(op);
		else
			CHECK_STR(k.keys.p[0], S(ONE));
	}
	return 0;
}

/* Version 6: SHA-256 over another head. RFC 9580 appendix A.3. */
static int newest_version(struct op *op)
{
	static const char key[] = "\xc6\x2a\x06\x63\x87\x7f\xe3\x1b\x00\x00\x00\x20\xf9\x4d\xa7\xbb\x48\xd6\x0a\x61\xe5\x67"
				  "\x70\x6a\x65\x87\xd0\x33\x19\x99\xbb\x9d\x89\x1a\x08\x24\x2e\xad\x84\x54\x3d\xf8\x95\xa3";
	struct keyring k;

	TRY(keyring_read(op, exact((str){ key, 44 }), &k));
	CHECK(k.keys.n == 1);
	CHECK_STR(k.keys.p[0], S("CB186C4F0609A697E4D52DFA6C722B0C1F1E27C18A56708F6525EC27BAD9ACC9"));
	return 0;
}

static int too_many(struct op *op)
{
	struct keyring k;
	struct buf b;
	str text;

	buf_init(&b, op, KEYRING_MAX);
	for (int i = 0; i <= KEYRING_KEYS; i++)
		buf_add(&b, (str){ "\xc6\x02\x04""a", 4 });
	TRY(buf_take(&b, &text));
	CHECK_FAILS(op, keyring_read(op, text, &k), ERR_LIMIT, "more than 256 keys");
	return 0;
}

TESTS({ "both forms", both_forms }, { "refuses", refuses }, { "newest version", newest_version }, { "too many", too_many, .once = true })
