/*
 * notices: the texts that go along with an image, out of the image itself.
 */
#ifndef BUILD_NOTICES_H
#define BUILD_NOTICES_H

#include "model/notices.h"
#include "side.h"

/* For side_open(): the copyright files and licences. */
extern const struct tree_wish notices_wish;

/* notices_make(op, side, ret): all but the sources. A lock without an image has no texts: ERR_USAGE.
 * Views alias the side. */
int notices_make(struct op *op, const struct side *side, struct notices *ret) MUST_USE;

/* Does some licence of this SPDX expression ask those who pass on programs to offer their source? */
bool notices_asks_source(str licence);

#endif
