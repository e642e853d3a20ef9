/*
 * key: Ed25519 keys and signatures, and the envelope they come in. Sources: RFC 8032; RFC 8410 (PEM);
 * DSSE v1 (PAE).
 */
#ifndef TRUST_KEY_H
#define TRUST_KEY_H

#include "base/buf.h"

struct key; /* opaque: a private or public key */

/* PEM of either kind, or several public ones (*ret_n). The text itself, not a path. Keys live in op
 * and are wiped with key_close(). ERR_USAGE for what is none. */
int key_read(struct op *op, str what, str pem, struct key **ret) MUST_USE;
int key_make(struct op *op, str *ret_private_pem, str *ret_public_pem) MUST_USE;
void key_close(struct key **k);
#define AUTO_KEY __attribute__((cleanup(key_close))) struct key

str key_id(const struct key *k); /* SHA-256 of the public key's SPKI, hex */

/* A DSSE envelope (JSON) of a payload; and the payload of one that the key signed: ERR_VERIFY
 * otherwise, before anything of it is looked at. */
int key_sign(struct op *op, const struct key *k, str type, str payload, str *ret) MUST_USE;
int key_verify(struct op *op, const struct key *k, str type, str envelope,
	       str *ret_payload) MUST_USE;

#endif
