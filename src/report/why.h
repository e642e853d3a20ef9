/*
 * why: what put a file or a package into an image.
 */
#ifndef REPORT_WHY_H
#define REPORT_WHY_H

#include "model/outcome.h"
#include "text.h"

/*
 * why_write(op, b, o, what, style): `what` is a path (with or without its leading slash, or with a
 * '/' in it) or the name of a package; a package wins. A file: its package, effect or recipe
 * line, its layer, and, for a link, where it leads. A package: the chain of dependencies
 * from the recipe, who else needs it, how its scripts are answered, what was cut from it, and the
 * CVEs that its version fixes (all of its changelog's with style->verbose).
 * 1: it is not in the image, and that was said with the rule that kept it out: a dependency that
 * was cut, a pattern that dropped the path, an effect that leaves it out. ERR_NO when nothing is known of it, with the nearest.
 */
int why_write(struct op *op, struct buf *b, const struct outcome *o, str what,
	      const struct text_style *style) MUST_USE;

#endif
