/*
 * slim_text, slim_json: what was cut out of an image and why, for people and for programs. Failures
 * stay in the buf.
 */
#ifndef REPORT_SLIM_TEXT_H
#define REPORT_SLIM_TEXT_H

#include "model/slim.h"
#include "text.h"

/* With style->verbose every package that stays, and every finding by name. */
void slim_text_write(struct buf *b, const struct slimmed *s, const struct text_style *style);

/* {"schema": "temper-slim/1", ...} */
void slim_json_write(struct buf *b, const struct slimmed *s);

#endif
