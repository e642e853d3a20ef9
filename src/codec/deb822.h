/*
 * deb822: stanzas of "Field: value" lines. Source: deb822(5), Debian Policy 5.1.
 */
#ifndef CODEC_DEB822_H
#define CODEC_DEB822_H

#include "base/op.h"

struct deb822_field {
	str name;
	str value; /* as written, continuation lines included with their newlines, trimmed */
};
struct deb822_stanza {
	struct deb822_field *field;
	ptrdiff_t n;
	str raw; /* the stanza's own bytes, its last newline included */
};

/*
 * deb822_next(op, in, ret): take the next stanza off the front of *in.
 *
 * Returns 1 and fills *ret; 0 if only blank lines and comments were left; or a negative code:
 * ERR_FORMAT for a line with no colon, a field twice, a bad field name or a NUL byte, ERR_LIMIT
 * past LIMIT_STANZA. On failure *in and *ret are untouched. The views in *ret alias *in; the
 * field array lives in op. O(bytes of the stanza).
 */
int deb822_next(struct op *op, str *in, struct deb822_stanza *ret) MUST_USE;

/* The value of a field (names compare without case), or the empty view. */
str deb822_get(const struct deb822_stanza *s, const char *name);

#endif
