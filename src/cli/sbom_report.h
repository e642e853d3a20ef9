/*
 * sbom_report: the reports of `temper sbom` (-o FORMAT[=FILE]).
 */
#ifndef CLI_SBOM_REPORT_H
#define CLI_SBOM_REPORT_H

#include "model/inventory.h"
#include "oci/source.h"
#include "sbom_options.h"

/* Could they be written? Asked before the work: formats, versions, files, the template. */
int sbom_report_check(struct op *op, const struct sbom_options *o) MUST_USE;

/* The file of the i-th platform: "app.json", for the second "app-linux-arm64.json". */
int sbom_report_file(struct op *op, str file, const struct inventory *v, ptrdiff_t i,
		     str *ret) MUST_USE;

/* Does one of them tell licences? The plain table and purls do not. */
bool sbom_report_wants_licences(const struct texts *output, bool verbose);

/* All of them of one inventory, the i-th of an image's platforms: "x.json" becomes
 * "x-linux-arm64.json" for the second and so on. Without any on standard output the table goes
 * there, unless files were asked for. */
int sbom_report_write(struct op *op, const struct cli *cli, const struct sbom_options *o,
		      const struct inventory *v, ptrdiff_t i) MUST_USE;

#endif
