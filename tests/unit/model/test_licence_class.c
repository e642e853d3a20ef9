#include "model/licence_class.h"
#include "unit/harness.h"

static const struct {
	const char *expression, *class;
} rows[] = {
	{ "MIT", "notice" },
	{ "mit", "notice" },
	{ "CC0-1.0", "unencumbered" },
	{ "0BSD", "permissive" },
	{ "MIT-0", "permissive" },
	{ "MPL-2.0", "reciprocal" },
	{ "GPL-3.0-or-later", "restricted" },
	{ "GPL-2.0+", "restricted" },
	{ "LGPL-2.1-only", "restricted" },
	{ "AGPL-3.0-or-later", "forbidden" },
	{ "SSPL-1.0", "forbidden" },
	{ "CC-BY-4.0", "notice" },
	{ "CC-BY-SA-4.0", "restricted" },
	{ "CC-BY-NC-SA-4.0", "forbidden" },
	{ "CECILL-B", "notice" },
	{ "CECILL-2.1", "restricted" },
	/* OR takes the best, AND the worst. */
	{ "MIT OR AGPL-3.0-only", "notice" },
	{ "MIT AND AGPL-3.0-only", "forbidden" },
	{ "GPL-2.0-only OR MIT AND AGPL-3.0-only", "restricted" },
	{ "(GPL-2.0-only OR MIT) AND Apache-2.0", "notice" },
	{ "(MIT OR GPL-2.0-only) AND (LGPL-2.1-or-later OR AGPL-3.0-only)", "restricted" },
	{ "((MIT))", "notice" },
	{ "mit or agpl-3.0", "notice" },
	/* WITH an exception that lets it be linked. */
	{ "GPL-2.0-only WITH Classpath-exception-2.0", "reciprocal" },
	{ "GPL-3.0-or-later WITH GCC-exception-3.1 AND MIT", "reciprocal" },
	{ "GPL-2.0-only WITH x-no-exception", "restricted" },
	{ "AGPL-3.0-only WITH Classpath-exception-2.0", "forbidden" },
	{ "Apache-2.0 WITH LLVM-exception", "notice" },
	/* Names of others. */
	{ "LicenseRef-public-domain", "unencumbered" },
	{ "LicenseRef-BSD-3-clause-Berkeley", "notice" },
	{ "LicenseRef-GPL-2--with-link-exception", "restricted" },
	{ "DocumentRef-x:LicenseRef-MIT-like", "notice" },
	{ "LicenseRef-sha256-0011", "unknown" },
	{ "LicenseRef-x OR MIT", "notice" },
	{ "LicenseRef-x AND MIT", "unknown" },
	{ "NOASSERTION", "unknown" },
	/* What is no expression. */
	{ "", "unknown" },
	{ "MIT GPL", "unknown" },
	{ "MIT AND", "unknown" },
	{ "OR MIT", "unknown" },
	{ "(MIT", "unknown" },
	{ "MIT)", "unknown" },
	{ "()", "unknown" },
	{ "MIT AND OR ISC", "unknown" },
};

static int classes(struct op *op)
{
	(void)op;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK_STR(str_of(licence_classes[licence_class_of(
				  exact(str_of(rows[i].expression)))]),
			  str_of(rows[i].class));
	return 0;
}

static int depth(struct op *op)
{
	char text[200];

	(void)op;
	memset(text, '(', 100);
	memcpy(text + 100, "MIT", 3);
	memset(text + 103, ')', 97);
	CHECK(licence_class_of((str){ text, 200 }) == LICENCE_UNKNOWN);
	return 0;
}

static int next(struct op *op)
{
	str text = exact(S("(MIT OR GPL-2.0-only WITH Classpath-exception-2.0) AND ISC"));

	(void)op;
	CHECK_STR(licence_next(&text), S("MIT"));
	CHECK_STR(licence_next(&text), S("GPL-2.0-only WITH Classpath-exception-2.0"));
	CHECK_STR(licence_next(&text), S("ISC"));
	CHECK_STR(licence_next(&text), S(""));
	return 0;
}

TESTS({ "classes", classes }, { "depth", depth }, { "one after the other", next })
