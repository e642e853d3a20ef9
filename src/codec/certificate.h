/*
 * certificate: the little that an image needs to know of X.509 certificates (OpenSSL).
 */
#ifndef CODEC_CERTIFICATE_H
#define CODEC_CERTIFICATE_H

#include "base/op.h"

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

#endif
