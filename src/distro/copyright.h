/*
 * copyright: the licence of a package, from its usr/share/doc/NAME/copyright.
 * Source: DEP-5 (copyright-format 1.0); SPDX 2.3 annex D.
 */
#ifndef DISTRO_COPYRIGHT_H
#define DISTRO_COPYRIGHT_H

#include "base/op.h"

/*
 * copyright_licence(op, text, ret_expression): an SPDX expression for all the files of a package.
 *
 * A DEP-5 file gives the licences of its Files paragraphs joined by AND, each once, sorted;
 * Debian's short names become SPDX identifiers and names that SPDX does not have LicenseRef-NAME.
 * A free-form file counts when what it refers to below /usr/share/common-licenses, or the text of
 * a well-known licence, leaves one reading; else NOASSERTION. Never fails on foreign text: what
 * cannot be told is NOASSERTION. Lives in op. O(bytes).
 */
int copyright_licence(struct op *op, str text, str *ret_expression) MUST_USE;

/*
 * copyright_mentioned(op, text, ret): for a file of which copyright_licence() tells nothing: all
 * licences below /usr/share/common-licenses that it refers to, each with or without "or later" as
 * the words before it say, and the licences that it quotes, joined by AND. There may be others. 1:
 * it mentions none.
 */
int copyright_mentioned(struct op *op, str text, str *ret) MUST_USE;

#endif
