/*
 * notices_text: notices as one plain text to hand on with an image, and its sources as a list.
 */
#ifndef REPORT_NOTICES_TEXT_H
#define REPORT_NOTICES_TEXT_H

#include "model/notices.h"
#include "text.h"

/* Failures stay in the buf. Texts are written as they are but for what is not printable. */
void notices_text_write(struct buf *b, const struct notices *n);
void notices_sources_write(struct buf *b, const struct notices *n, const struct text_style *style);

/*
 * As JSON, for programs:
 *	{ "schema": "temper-notices/1", "name", "platform", "digest",
 *	  "packages": [{ "name", "version", "type", "source", "source-version", "licence",
 *	      "asks-source": bool, "text": digest of its copyright text }],
 *	  "texts": [{ "digest", "text" }], "artifacts": [text],
 *	  "licences": [{ "name", "text" }],
 *	  "sources": [{ "name", "version", "suite", "vcs", "binaries", "asks-source": bool,
 *	      "files": [{ "path", "size", "digest" }] }] }
 * "sources" only where they were asked for, and then without "texts" and "licences". What the
 * image or the archive does not have is left out.
 */
void notices_json_write(struct buf *b, const struct notices *n, bool sources);

#endif
