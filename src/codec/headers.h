/*
 * headers: the header lines that a text begins with, as of mail. Source: RFC 5322 section 2.2;
 * Python's "Core metadata specifications", which are one.
 */
#ifndef CODEC_HEADERS_H
#define CODEC_HEADERS_H

#include "base/str.h"

struct header {
	str name;
	str value; /* trimmed; with the lines that go on it, as they are */
};

/*
 * headers_next(in, ret): take the next header off the front of *in. False at the first empty line,
 * which is taken too, or at the end: *in is then what follows. Lines that are none are passed over.
 */
bool headers_next(str *in, struct header *ret);

#endif
