/*
 * checks_output: the reports of `temper audit` and `temper lint`: -o FORMAT[=FILE], several at once.
 */
#ifndef CLI_CHECKS_OUTPUT_H
#define CLI_CHECKS_OUTPUT_H

#include "report/checks.h"
#include "verbs.h"

struct checks_outputs {
	struct checks_choice *p; /* [n]; the table alone where nothing was asked for */
	ptrdiff_t n;
};

/* Could they be written? ERR_USAGE for formats and files that cannot be; asked before the work. */
int checks_output_read(struct op *op, const struct cli *cli, const struct texts *output, bool all,
		       bool verbose, struct checks_outputs *ret) MUST_USE;

/* All of one report, the i-th of an image's platforms: "x.json" becomes "x-linux-arm64.json". */
int checks_output_write(struct op *op, const struct cli *cli, const struct checks_outputs *out,
			const struct checks_report *r, ptrdiff_t i) MUST_USE;

/* Does people's table go to standard output? */
bool checks_output_has_table(const struct checks_outputs *out);

#endif
