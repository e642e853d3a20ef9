/*
 * certificate: the little that an image needs to know of X.509 certificates (OpenSSL).
 */
#ifndef CODEC_CERTIFICATE_H
#define CODEC_CERTIFICATE_H

#include "base/op.h"

/*
 * certificate_hash(op, what, pem, ret): the hash of the subject's name under which OpenSSL looks a
 * certificate up in a directory: "%08x.0". Source: openssl-rehash(1), X509_NAME_hash_ex(3).
 * ERR_FORMAT if the first PEM block is no certificate.
 */
int certificate_hash(struct op *op, str what, str pem, uint32_t *ret) MUST_USE;

#endif
