#include "told.h"

static int reads_descriptions(struct op *op)
{
	static const struct tree_given files[] = {
		F("usr/lib/R/library/stringr/DESCRIPTION",
		  "Package: stringr\nTitle: Simple\nVersion: 1.5.0\nDescription: A cohesive\n    "
		  "set: of\n"
		  "License: MIT + file LICENSE\nDepends: \n    R (>= 3.3)\nImports: \n    cli,\n"
		  "    glue (>= 1.6.1)\nLinkingTo: cpp11\nBuilt: R 4.3.0; ; 2023-04-21; unix"),
		F("src/mine/DESCRIPTION", "Package: mine\nVersion: 0.1\nLicense: GPL-2 | GPL-3\n"),
		F("usr/lib/R/library/c/DESCRIPTION",
		  "Package: c\nVersion: 2\nLicense: GPL (>= 2)|file LICENSE\nBuilt: R 4\n"),
		F("usr/lib/R/library/d/DESCRIPTION",
		  "Package: d\nVersion: 3\nLicense: BSD_3_clause + file LICENCE | Apache License "
		  "2.0\n"
		  "Built: R 4\n"),
		F("some/DESCRIPTION", "What this directory is for.\nVersion: 1\n"),
		F("empty/DESCRIPTION", ""),
	};

	return TOLD(op, "r", false, files,
		    "pkg:cran/c@2 metadata (NOASSERTION)\n"
		    "pkg:cran/d@3 metadata (BSD-3-Clause OR Apache-2.0)\n"
		    "pkg:cran/mine@0.1 declared (GPL-2.0-only OR GPL-3.0-only)\n"
		    "pkg:cran/stringr@1.5.0 metadata (MIT) > cli glue cpp11\n");
}

TESTS({ "reads descriptions", reads_descriptions })
