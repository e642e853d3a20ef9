/*
 * build_report: the reports of a build (-o FORMAT[=FILE]), each format by its writer.
 */
#ifndef CLI_BUILD_REPORT_H
#define CLI_BUILD_REPORT_H

#include "model/outcome.h"
#include "report/text.h"
#include "verbs.h"

/*
 * report_outputs(op, cli, output, outcome, n, verbose, quiet): write every report that was asked
 * for. A format without a file goes to standard output; where none does, the tree goes there unless
 * `quiet`. With several platforms, "report.html" becomes "report-linux-arm64.html" for the second
 * and so on; a directory gets NAME.html. Files are written whole or not at all.
 */
int report_outputs(struct op *op, const struct cli *cli, const struct texts *output,
		   const struct outcome *outcome, ptrdiff_t n, bool verbose, bool quiet) MUST_USE;

/* The file that an output goes to for the i-th outcome: "report.html" for the first platform,
 * "report-linux-arm64.html" for another; empty for standard output. */
int report_file(struct op *op, str output, const struct outcome *o, ptrdiff_t i, str *ret) MUST_USE;

/* Could the files be written? Asked before the work: ERR_USAGE for one without a name, and for one
 * file where there are `several` images. A directory that ends in '/' is made. */
int report_check(struct op *op, const struct texts *output, bool several) MUST_USE;

/* The file for an image of that name: path, or NAME.ext in it if it is a directory or ends in '/'. */
int report_place(struct op *op, str path, str name, const char *ext, str *ret) MUST_USE;

/* What report_check() asks of one path; `option` is what messages call it. */
int report_place_check(struct op *op, str path, bool several, str option) MUST_USE;

struct text_style style_of(const struct term *t, bool verbose);

#endif
