/*
 * advice_text: which bases an image could stand on, for people, programs and pull requests.
 */
#ifndef REPORT_ADVICE_TEXT_H
#define REPORT_ADVICE_TEXT_H

#include "model/advice.h"
#include "text.h"

/* At most `most` bases (0: all), those that lack something only where none fits. Failures stay in the buf. */
void advice_text_write(struct buf *b, const struct advices *a, ptrdiff_t most,
		       const struct text_style *style);
void advice_markdown_write(struct buf *b, const struct advices *a, ptrdiff_t most);

/*
 * As JSON, for programs:
 *	{ "schema": "temper-advice/1", "subject", "base", "needs": [{ "what", "version", "why" }],
 *	  "now": { "findings": { "critical": n, ... }, "application-findings", "packages", "size" },
 *	  "bases": [{ "rank", "name", "from", "what", "fits": bool, "missing": [text], "costs": [text],
 *	      "findings": { ... }, "packages", "size" }] }
 * "now" is missing where the image could not be looked at, "findings" where there are no advisories.
 */
void advice_json_write(struct buf *b, const struct advices *a);

#endif
