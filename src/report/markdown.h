/*
 * markdown: a page about an image: what it is, how it is run under Docker, Podman and Kubernetes,
 * what is in it, what was proven and tested. For a repository's documentation: the same bytes for
 * the same image.
 */
#ifndef REPORT_MARKDOWN_H
#define REPORT_MARKDOWN_H

#include "base/buf.h"
#include "model/outcome.h"

/* CommonMark with tables; texts of packages cannot break out of theirs. Failures stay in the buf. */
void markdown_write(struct buf *b, const struct outcome *o);

#endif
