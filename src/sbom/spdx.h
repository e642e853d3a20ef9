/*
 * spdx: the bill of materials of a built image as SPDX 2.3 JSON. Source:
 * spdx.github.io/spdx-spec/v2.3.
 */
#ifndef SBOM_SPDX_H
#define SBOM_SPDX_H

#include "sink.h"

/*
 * spdx_write(op, o, write, arg): the image (SPDXRef-Image), its packages, its files and their
 * relations. The same outcome gives the same bytes. O(files log files); memory 60 bytes a file.
 */
int spdx_write(struct op *op, const struct outcome *o, sbom_sink *write, void *arg) MUST_USE;

#endif
