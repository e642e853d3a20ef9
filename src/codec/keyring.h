/*
 * keyring: OpenPGP public keys, as a signed repository's are handed around: binary or armoured.
 * Source: RFC 9580 sections 4.2 (packets), 5.5.4 (fingerprints), 6 (armour).
 */
#ifndef CODEC_KEYRING_H
#define CODEC_KEYRING_H

#include "node.h"

enum {
	KEYRING_MAX = 1 << 20, /* bytes: Debian's own, with every key of its archive, has 60 KiB */
	KEYRING_KEYS = 256,    /* primary keys */
};

struct keyring {
	str bytes;         /* the packets, binary, as gpgv reads them */
	struct texts keys; /* fingerprints of its primary keys: 40 or 64 upper-case digits */
};

/*
 * keyring_read(op, in, ret): public keys as packets, or in one or more armoured blocks, between
 * which other text is passed over. ERR_FORMAT for what is no keyring, holds secret keys, is a
 * keybox or is damaged; ERR_LIMIT past KEYRING_MAX and KEYRING_KEYS. Signatures are not checked.
 */
int keyring_read(struct op *op, str in, struct keyring *ret) MUST_USE;

#endif
