#include "trust/key.h"

#include "../harness.h"

/* RFC 8410, section 10.3 and 10.1: a private key and its public one. */
static const char private_pem[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
	"-----END PRIVATE KEY-----\n";
static const char public_pem[] = "-----BEGIN PUBLIC KEY-----\n"
				 "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
				 "-----END PUBLIC KEY-----\n";

static int signs(struct op *op)
{
	AUTO_KEY *private = NULL, *public = NULL;
	str type = S("application/vnd.in-toto+json"), envelope, payload;

	TRY(key_read(op, S("a"), str_of(private_pem), &private));
	TRY(key_read(op, S("b"), str_of(public_pem), &public));
	CHECK_STR(key_id(private), key_id(public));
	TRY(key_sign(op, private, type, S("hello \0 world"), &envelope));
	TRY(key_verify(op, public, type, envelope, &payload));
	CHECK_STR(payload, S("hello \0 world"));
	CHECK_FAILS(op, key_verify(op, public, S("text/plain"), envelope, &payload), ERR_VERIFY,
		    "is of type");
	CHECK_FAILS(op, key_sign(op, public, type, payload, &envelope), ERR_USAGE, "cannot sign");
	return 0;
}

/* Another key, another payload, another type under the same signature: none holds. */
static int does_not_hold(struct op *op)
{
	AUTO_KEY *mine = NULL, *public = NULL;
	str secret, open, envelope, payload, changed;

	TRY(key_make(op, &secret, &open));
	TRY(key_read(op, S("mine"), secret, &mine));
	TRY(key_read(op, S("b"), str_of(public_pem), &public));
	TRY(key_sign(op, mine, S("a/b"), S("hello"), &envelope));
	CHECK_FAILS(op, key_verify(op, public, S("a/b"), envelope, &payload), ERR_VERIFY,
		    "does not hold for the key that is trusted");
	ptrdiff_t at = str_find_str(envelope, S("aGVsbG8=")); /* hello */
	CHECK(at > 0);
	TRY(op_copy(op, envelope, &changed));
	memcpy((char *)(uintptr_t)changed.p + at, "aGVsbG9v", 8);
	CHECK_FAILS(op, key_verify(op, mine, S("a/b"), changed, &payload), ERR_VERIFY,
		    "does not hold");
	TRY(op_copy(op, envelope, &changed));
	at = str_find_str(envelope, S("a/b"));
	((char *)(uintptr_t)changed.p)[at] = 'b';
	CHECK_FAILS(op, key_verify(op, mine, S("b/b"), changed, &payload), ERR_VERIFY,
		    "does not hold");
	TRY(key_verify(op, mine, S("a/b"), envelope, &payload));
	return 0;
}

/* Neither keys nor envelopes. */
static int refuses(struct op *op)
{
	AUTO_KEY *k = NULL;
	str payload;

	CHECK_FAILS(op, key_read(op, S("x"), S("no key"), &k), ERR_USAGE, "no Ed25519 key");
	CHECK_FAILS(op, key_read(op, S("x"), S(""), &k), ERR_USAGE, "no Ed25519 key");
	CHECK_FAILS(op,
		    key_read(op, S("x"),
			     S("-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\n"),
			     &k),
		    ERR_USAGE, "no private key");
	TRY(key_read(op, S("b"), str_of(public_pem), &k));
	CHECK_FAILS(op, key_verify(op, k, S("a"), S("{}"), &payload), ERR_VERIFY, "none of DSSE's");
	CHECK_FAILS(op, key_verify(op, k, S("a"), S("["), &payload), ERR_FORMAT, "envelope");
	CHECK_FAILS(op,
		    key_verify(op, k, S("a"),
			       S("{\"payload\":\"!\",\"payloadType\":\"a\",\"signatures\":[]}"),
			       &payload),
		    ERR_VERIFY, "no base64");
	return 0;
}

TESTS({ "what is signed is verified", signs },
      { "another key, payload or type does not hold", does_not_hold },
      { "what is no key or envelope is refused", refuses }, )
