/*
 * base64: bytes as text. Source: RFC 4648 section 4.
 */
#ifndef CODEC_BASE64_H
#define CODEC_BASE64_H

#include "base/op.h"

/*
 * The bytes of a text into to[size], their number into *ret. False for another byte than the
 * alphabet's, a length or padding that the RFC does not have, and more than size bytes. Padding may
 * be missing altogether.
 */
bool base64_read(str text, uint8_t *to, size_t size, size_t *ret);

/* With padding; the text is in op. */
int base64_write(struct op *op, str bytes, str *ret) MUST_USE;

#endif
