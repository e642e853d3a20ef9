/*
 * inventory_text: what is in an image, for people.
 */
#ifndef REPORT_INVENTORY_TEXT_H
#define REPORT_INVENTORY_TEXT_H

#include "model/inventory.h"
#include "text.h"

/*
 * The table: a line for each package: name, version, type; with style->verbose where it was found
 * and its licence too. In the order of the inventory, names padded to the longest.
 */
void inventory_table_write(struct buf *b, const struct inventory *v,
			   const struct text_style *style);

/* The coverage ledger: executables that nothing accounts for, files that are not as their package
 * has them, and parts that could not be read; a line each, at most `max` of each kind (0: all). */
void inventory_ledger_write(struct buf *b, const struct inventory *v, int max,
			    const struct text_style *style);

#endif
