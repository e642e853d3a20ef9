/*
 * hardening: the forms in which a hardening diff (model/hardening.h) is written. They decide nothing.
 */
#ifndef REPORT_HARDENING_H
#define REPORT_HARDENING_H

#include "base/buf.h"
#include "model/hardening.h"
#include "text.h"

struct hardening_format {
	const char *name; /* "table", "json", "markdown" */
	void (*write)(struct buf *b, const struct hardening *h, const struct text_style *style);
	const char *what;
};
extern const struct hardening_format hardening_formats[];
extern const size_t hardening_formats_n;
const struct hardening_format *hardening_format_of(str name); /* or NULL */

/*
 * For people: what became weaker with who did it and what to do, then stronger, then what was added, of
 * which some lines each unless style->verbose.
 */
void hardening_table_write(struct buf *b, const struct hardening *h,
			   const struct text_style *style);
/* schemas/hardening.schema.json */
void hardening_json_write(struct buf *b, const struct hardening *h, const struct text_style *style);
void hardening_markdown_write(struct buf *b, const struct hardening *h,
			      const struct text_style *style);

#endif
