#include <stdlib.h>
#include <string.h>

#include "codec/digest.h"
#include "unit/harness.h"

#define ABC_SHA256 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static int values(struct op *op)
{
	struct digest d, other;
	char hex[DIGEST_HEX], text[DIGEST_TEXT];

	(void)op;
	d = digest_of(exact(S("abc")));
	CHECK_STR(str_of(digest_hex(&d, hex)), S(ABC_SHA256));
	CHECK_STR(str_of(digest_text(&d, text)), S("sha256:" ABC_SHA256));
	CHECK(digest_parse(exact(S("sha256:" ABC_SHA256)), &other) && digest_eq(&d, &other));
	CHECK(digest_parse(exact(S(ABC_SHA256)), &other) && digest_eq(&d, &other));
	d = digest_of((str){ NULL, 0 });
	CHECK_STR(str_of(digest_hex(&d, hex)), S(EMPTY_SHA256));
	CHECK(!digest_eq(&d, &other));
	return 0;
}

static int refused(struct op *op)
{
	static const str bad[] = {
		S_INIT(""),
		S_INIT("sha256:"),
		S_INIT("sha256:../../../../../../../../../../../../../../../../../../../../etc/x"),
		S_INIT("sha256:BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"),
		S_INIT("sha512:" ABC_SHA256),
		S_INIT(ABC_SHA256 "0"),
		S_INIT("sha256:sha256:" ABC_SHA256),
		S_INIT("sha256:a7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
	};
	struct digest d;

	(void)op;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!digest_parse(exact(bad[i]), &d));
	return 0;
}

static int one_pass(struct op *op)
{
	AUTO_HASH *h = NULL;
	uint8_t out[32];
	char text[65];

	TRY(hash_open(op, HASH_SHA256 | HASH_SHA1 | HASH_MD5, &h));
	for (int turn = 0; turn < 2; turn++) {
		hash_add(h, exact(S("a")));
		hash_add(h, S(""));
		hash_add(h, exact(S("bc")));
		hash_result(h, HASH_MD5, out);
		CHECK_STR(str_of(hex_text(out, 16, text)), S("900150983cd24fb0d6963f7d28e17f72"));
		hash_result(h, HASH_SHA1, out);
		CHECK_STR(str_of(hex_text(out, 20, text)),
			  S("a9993e364706816aba3e25717850c26c9cd0d89d"));
		hash_result(h, HASH_SHA256, out);
		CHECK_STR(str_of(hex_text(out, 32, text)), S(ABC_SHA256));
		hash_restart(h);
	}
	hash_close(&h);
	hash_close(&h);
	TRY(hash_open(op, HASH_SHA1, &h));
	hash_result(h, HASH_SHA1, out);
	CHECK_STR(str_of(hex_text(out, 20, text)), S("da39a3ee5e6b4b0d3255bfef95601890afd80709"));
	return 0;
}

TESTS({ "digests are read and written", values }, { "what is no digest is refused", refused },
      { "several hashes in one pass", one_pass })
