/*
 * zlib: small data in zlib's own wrapper, whole in memory. Source: RFC 1950.
 */
#ifndef CODEC_ZLIB_H
#define CODEC_ZLIB_H

#include "base/op.h"

/*
 * zlib_inflate(op, bytes, what, max, ret): at most max bytes and LIMIT_RATIO times the input
 * (ERR_LIMIT); a stream that is cut, broken or has a wrong checksum is ERR_FORMAT. Bytes behind it
 * are passed over: a section may be padded.
 */
int zlib_inflate(struct op *op, str bytes, str what, size_t max, str *ret) MUST_USE;

#endif
