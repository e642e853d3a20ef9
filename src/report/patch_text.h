/*
 * patch_text, patch_json: what a patch did, for people and for programs. Failures stay in the buf.
 */
#ifndef REPORT_PATCH_TEXT_H
#define REPORT_PATCH_TEXT_H

#include "model/patch.h"
#include "text.h"

/* With style->verbose how scripts are answered, and every finding by name. */
void patch_text_write(struct buf *b, const struct patched *p, const struct text_style *style);

/* {"schema": "temper-patch/1", ...} */
void patch_json_write(struct buf *b, const struct patched *p);

#endif
