/*
 * licence: what packages say of their licence, as an SPDX licence expression.
 * Source: SPDX 2.3, annex D (expressions) and the SPDX licence list; Fedora's and openSUSE's short
 * names; PEP 639 and the trove classifiers; npm's "SEE LICENSE IN".
 */
#ifndef MODEL_LICENCE_H
#define MODEL_LICENCE_H

#include "codec/node.h"

/*
 * licence_expression(op, text, ret): what a metadata field says ("GPLv2+", "MIT/Apache-2.0",
 * "Apache License, Version 2.0", "(MIT OR X11)", "GPL-2.0-or-later WITH Classpath-exception-2.0",
 * "BSD-3") in SPDX form, identifiers in their right case. What is no identifier and no known name
 * becomes LicenseRef-NAME (bytes outside [A-Za-z0-9.-] as '-'); text that is no name at all (a
 * whole licence, a URL of none) gives "NOASSERTION"; empty text an empty one. Never fails on
 * foreign text.
 */
int licence_expression(struct op *op, str text, str *ret) MUST_USE;

/* Several fields or files, each of which holds: joined by AND, each once, OR in parentheses,
 * sorted. */
int licence_join(struct op *op, const struct texts *texts, str *ret) MUST_USE;

/* The identifier of a licence text (a LICENSE file) that is one of the well-known ones word for
 * word but for blanks, case and names of holders; else LicenseRef-sha256-<first 16 digits of the
 * text's digest>. */
int licence_of_text(struct op *op, str text, str *ret) MUST_USE;

/* The exception that is meant by what stands behind "with" ("Classpath exception", "gcc",
 * "GCC-exception-3.1") after this SPDX licence; empty: none that is known. */
str licence_exception(str text, str licence);

/* Is it an identifier of the SPDX licence list (or, with `exception`, of its exceptions)? */
bool licence_known(str id, bool exception);

#endif
