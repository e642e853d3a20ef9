/*
 * private_key: is this text or this file really somebody's private key? Parsed, never kept.
 * Source: RFC 7468 and 1421 (PEM), RFC 5958 (PKCS #8), RFC 8017, RFC 5915, OpenSSH's PROTOCOL.key,
 * RFC 9580 (OpenPGP), PuTTY's documentation, appendix C.
 */
#ifndef CODEC_PRIVATE_KEY_H
#define CODEC_PRIVATE_KEY_H

#include "base/op.h"

enum private_key {
	PRIVATE_KEY_NONE,   /* it is none, or a broken one */
	PRIVATE_KEY_PLAIN,  /* whoever has it can use it */
	PRIVATE_KEY_LOCKED, /* encrypted with a passphrase */
};

enum { PRIVATE_KEY_MAX = 24 << 10 }; /* bytes of a key's PEM: RSA with 16384 bits has 13 KiB */

/*
 * private_key_pem(op, text, ret_len): text begins with "-----BEGIN " of a PEM block, as it lies in a
 * file or in the source of a program (lines in quotes, "\n" written out). *ret_len: how long the
 * block is. Takes no memory from op beyond the call.
 */
enum private_key private_key_pem(struct op *op, str text, ptrdiff_t *ret_len);

/* A whole file: PKCS #1, PKCS #8, SEC 1 as DER. */
enum private_key private_key_der(str bytes);

#endif
