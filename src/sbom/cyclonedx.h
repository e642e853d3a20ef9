/*
 * cyclonedx: the bill of materials of a built image as CycloneDX 1.6 JSON. Source: ECMA-424.
 */
#ifndef SBOM_CYCLONEDX_H
#define SBOM_CYCLONEDX_H

#include "sink.h"

/*
 * cyclonedx_write(op, o, write, arg): the image as the root component, each package with its files
 * as components within it, and the graph of dependencies. The same outcome gives the same bytes.
 * O(files); memory 8 bytes a file.
 */
int cyclonedx_write(struct op *op, const struct outcome *o, sbom_sink *write, void *arg) MUST_USE;

#endif
