/*
 * certificate: the little that an image needs to know of X.509 certificates (OpenSSL).
 */
#ifndef CODEC_CERTIFICATE_H
#define CODEC_CERTIFICATE_H

#include "digest.h"

struct certificate {
	str der;
	/* Of the subject's name: OpenSSL looks the certificate up in a directory as "%08x.0".
	 * Source: openssl-rehash(1), X509_NAME_hash_ex(3). */
	uint32_t hash;
};

/*
 * certificate_read(op, what, pem, ret): the first PEM block of a text; its key and signature are
 * not looked at. ERR_FORMAT if it is no certificate, or there is none. `der` lives in op.
 */
int certificate_read(struct op *op, str what, str pem, struct certificate *ret) MUST_USE;

/*
 * certificate_block(text, ret): take the next PEM block off the front of *text, with all before it;
 * *ret is the block from its BEGIN to the end of its END line. False if there is none. A block that
 * does not end reaches to the end of the text.
 */
bool certificate_block(str *text, str *ret);

/* What people want to know of one. Source: RFC 5280. */
struct certificate_facts {
	str subject;                   /* RFC 2253: "CN=Example Root,O=Example" */
	struct digest sha256;          /* of the DER: what others call the fingerprint */
	int64_t not_before, not_after; /* seconds since 1970 */
	bool authority;                /* basicConstraints says CA:TRUE */
	bool self_signed;              /* by name and by key */
};
int certificate_facts(struct op *op, str what, const struct certificate *c,
		      struct certificate_facts *ret) MUST_USE;

/*
 * Is text one or several certificates that can be trusted: PEM blocks of certificates and nothing
 * else (text around them is let pass), each with CA:TRUE or self-signed? ERR_FORMAT says what is
 * not.
 */
int certificate_check(struct op *op, str what, str text) MUST_USE;

#endif
