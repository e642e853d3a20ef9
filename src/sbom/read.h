/*
 * read: a bill of materials of any common form as an inventory.
 */
#ifndef SBOM_READ_H
#define SBOM_READ_H

#include "model/inventory.h"

/*
 * sbom_read(op, what, bytes, ret): recognised by its content: SPDX 2.x JSON and tag-value,
 * CycloneDX JSON and XML, Syft's JSON, temper's own, package URLs one a line. Ours come back as
 * they were written; of others what their form tells: packages (by purl where there is one),
 * relations, licences, the system. A component that cannot be understood is passed over; references
 * to what is not there are dropped; circles are kept as they are. 1: it is none of these.
 * ERR_FORMAT: it is one and broken; ERR_LIMIT past LIMIT_SBOM_PACKAGES and LIMIT_SBOM. Texts alias
 * `bytes`, which must live as long as *ret; the rest is in op. O(bytes log packages).
 */
int sbom_read(struct op *op, str what, str bytes, struct inventory *ret) MUST_USE;

/* What the bytes look like by their first and last kilobytes: "spdx-json", "cyclonedx-xml" ... or
 * NULL. Reads nothing else: for finding bills among files. */
const char *sbom_form(str bytes);

#endif
