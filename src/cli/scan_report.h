/*
 * scan_report: the reports of `temper scan`: -o FORMAT[@VERSION][=FILE], and Trivy's --format and --output.
 */
#ifndef CLI_SCAN_REPORT_H
#define CLI_SCAN_REPORT_H

#include "report/findings.h"
#include "scan_options.h"

struct scan_outputs {
	struct findings_choice *p; /* [n]; the table alone where nothing was asked for */
	ptrdiff_t n;
};

/* Could they be written? ERR_USAGE for formats and files that cannot be; asked before the work. */
int scan_report_read(struct op *op, const struct cli *cli, const struct scan_options *o,
		     struct scan_outputs *ret) MUST_USE;

/* All of one report, the i-th of an image's platforms: "x.json" becomes "x-linux-arm64.json". */
int scan_report_write(struct op *op, const struct cli *cli, const struct scan_outputs *out,
		      const struct report *r, ptrdiff_t i) MUST_USE;

/* Does one of them tell summaries and references? The table does not. */
bool scan_report_wants_texts(const struct scan_outputs *out);

/* Does people's table go to standard output? */
bool scan_report_has_table(const struct scan_outputs *out);

#endif
