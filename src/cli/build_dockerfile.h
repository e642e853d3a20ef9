/*
 * build_dockerfile: `temper build -f Dockerfile CONTEXT`: built by buildah, then linted, inventoried,
 * audited, held against its base, tested and judged by a policy; it gets its names only then.
 */
#ifndef CLI_BUILD_DOCKERFILE_H
#define CLI_BUILD_DOCKERFILE_H

#include "build/buildah.h"
#include "build/test.h"
#include "build_options.h"
#include "lint/lint.h"
#include "model/verdict.h"
#include "report/text.h"

/* What came of it, for its report. */
struct dockerfile_outcome {
	str name; /* that it has, or would have */
	const struct buildah_built *built;
	const struct lint_file *lint;
	const struct facts *facts;       /* its hardening: against the base, or NULL */
	const struct outcome_test *test; /* [test_n] */
	ptrdiff_t test_n;
	const struct verdict *verdict; /* NULL: --no-gate */
	struct texts written;          /* names and files */
	bool kept;                     /* it has its names */
};

/* Is that what the command line asks for? A Dockerfile is named, or the only operand is a directory that
 * has one. */
bool build_is_dockerfile(const struct cli *cli, const struct build_options *o);

int build_dockerfile(struct op *op, const struct cli *cli, const struct build_options *o) MUST_USE;

/* ERR_USAGE where an option of Dockerfiles stands beside a recipe. */
int build_no_dockerfile(struct op *op, const struct build_options *o) MUST_USE;

/* The tree: what was built, and each failure with who did it and what to do. */
void dockerfile_tree_write(struct buf *b, const struct dockerfile_outcome *o,
			   const struct text_style *style);

#endif
