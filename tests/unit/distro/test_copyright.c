#include "distro/copyright.h"

#include "unit/harness.h"

#define DEP5                                                                                   \
	"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nSource: " \
	"x\n\n"
#define FILES(licence) \
	"Files: *\nCopyright: someone\nLicense: " licence "\n text\n .\n more text\n\n"
#define EXPAT "Permission is hereby granted, free of charge, to any person obtaining a copy\n"
#define BSD "Redistribution and use in source and\n * binary forms, with or without modification\n"

static int licences(struct op *op)
{
	static const char *const row[][2] = {
		{ DEP5 FILES("GPL-2+"), "GPL-2.0-or-later" },
		{ DEP5 FILES("Expat"), "MIT" },
		{ DEP5 FILES("GPL-2+") FILES("Expat") FILES("GPL-2+"), "GPL-2.0-or-later AND MIT" },
		{ DEP5 FILES("Expat") FILES("GPL-1+ or Artistic"),
		  "(Artistic-1.0-Perl OR GPL-1.0-or-later) AND MIT" },
		{ DEP5 FILES("GPL-1+ or Artistic"), "Artistic-1.0-Perl OR GPL-1.0-or-later" },
		{ DEP5 FILES("Artistic or GPL-1+") FILES("GPL-1+ or Artistic"),
		  "Artistic-1.0-Perl OR GPL-1.0-or-later" },
		{ DEP5 FILES("BSL-1.0 and Jam") FILES("BSL-1.0"), "BSL-1.0 AND LicenseRef-Jam" },
		{ DEP5 FILES("MPL-1.1 or LGPL-2.1+, and SC"),
		  "(LGPL-2.1-or-later OR MPL-1.1) AND LicenseRef-SC" },
		{ DEP5 FILES("GPL-3+ and Expat or ISC"), "GPL-3.0-or-later AND MIT OR ISC" },
		{ DEP5 FILES("Perl"), "Artistic-1.0-Perl OR GPL-1.0-or-later" },
		{ DEP5 FILES("Perl and Zlib"), "(Artistic-1.0-Perl OR GPL-1.0-or-later) AND Zlib" },
		{ DEP5 FILES("GPLv3+") FILES("LGPLv2.1+") FILES("GPL-2.0+"),
		  "GPL-2.0-or-later AND GPL-3.0-or-later AND LGPL-2.1-or-later" },
		{ DEP5 FILES("GPL-2 with Linux-syscall-note exception"),
		  "GPL-2.0-only WITH Linux-syscall-note" },
		{ DEP5 FILES("GPL-3+ with Autoconf exception"),
		  "GPL-3.0-or-later WITH Autoconf-exception-3.0" },
		{ DEP5 FILES("GPL-2+ with Autoconf exception"),
		  "GPL-2.0-or-later WITH Autoconf-exception-2.0" },
		{ DEP5 FILES("LGPL-2.1+ with staticLink exception"),
		  "LicenseRef-LGPL-2.1-with-staticLink-exception" },
		{ DEP5 FILES("GFDL-NIV-1.3+"), "GFDL-1.3-no-invariants-or-later" },
		{ DEP5 FILES("BSD_like (thing)!"), "LicenseRef-BSD-like-thing" },
		{ DEP5 FILES("\xc3\xa4"), "LicenseRef-unnamed" },
		{ DEP5 FILES(""), "LicenseRef-unnamed" },
		{ DEP5 "License: GPL-2+\n the text alone\n", "NOASSERTION" },
		{ "Format: x\nLicense: ISC\n\n"
		  "License: GPL-2+\n text\n",
		  "ISC" },
		{ "Format: x\nLicense: ISC\n\n" FILES("Zlib"), "Zlib" },
		{ "Format: x\n", "NOASSERTION" },
		{ "format-specification: x\n\nfiles: *\nlicense:GPL-3", "GPL-3.0-only" },
		{ "", "NOASSERTION" },
		{ "It is free.\n", "NOASSERTION" },
		{ "under version 2 of the License, or (at\n your option) any later version.\n"
		  "See `/usr/share/common-licenses/GPL-2'.\n",
		  "GPL-2.0-or-later" },
		{ "version 2.1 of the License, or (at your option) any later version\n"
		  "/usr/share/common-licenses/LGPL-2.1.",
		  "LGPL-2.1-or-later" },
		{ "version 2 as published.\n/usr/share/common-licenses/GPL-2.\n", "GPL-2.0-only" },
		{ "under the GPL, /usr/share/common-licenses/GPL\n", "NOASSERTION" },
		{ "either version 2, or any later version, /usr/share/common-licenses/GPL\n",
		  "GPL-2.0-or-later" },
		{ "/usr/share/common-licenses/GPL-2 and /usr/share/common-licenses/LGPL-2\n",
		  "NOASSERTION" },
		{ "/usr/share/common-licenses/GPL-2 again /usr/share/common-licenses/GPL-2.\n",
		  "GPL-2.0-only" },
		{ "/usr/share/common-licenses/Apache-2.0", "Apache-2.0" },
		{ "/usr/share/common-licenses/Artistic", "Artistic-1.0-Perl" },
		{ "/usr/share/common-licenses/BSD", "BSD-3-Clause" },
		{ "/usr/share/common-licenses/", "NOASSERTION" },
		{ EXPAT "/usr/share/common-licenses/GPL-2\n", "NOASSERTION" },
		{ EXPAT, "MIT" },
		{ EXPAT EXPAT, "NOASSERTION" },
		{ EXPAT BSD, "NOASSERTION" },
		{ BSD, "BSD-2-Clause" },
		{ BSD "to endorse or promote products", "BSD-3-Clause" },
		{ BSD "All advertising materials", "NOASSERTION" },
	};
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		str got;
		TRY(copyright_licence(op, exact(str_of(row[i][0])), &got));
		CHECK_STR(got, str_of(row[i][1]));
	}
	return 0;
}

/* Files that tell of more than one licence in their own words. */
static int mentioned(struct op *op)
{
	static const char *const row[][2] = {
		{ "under version 2 of the License, or any later version,\n"
		  "see `/usr/share/common-licenses/GPL-2'. The library under\n version 2.1 alone,\n"
		  "/usr/share/common-licenses/LGPL-2.1.\n" BSD "to endorse or promote\n",
		  "BSD-3-Clause AND GPL-2.0-or-later AND LGPL-2.1-only" },
		{ "/usr/share/common-licenses/GPL-3\xe2\x80\x99 and "
		  "/usr/share/common-licenses/GPL-3\n" EXPAT,
		  "GPL-3.0-only AND MIT" },
		{ "/usr/share/common-licenses/", NULL },
		{ "nothing\n", NULL },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		str got = S("");
		int rc = copyright_mentioned(op, exact(str_of(row[i][0])), &got);
		TRY(rc);
		CHECK(rc == (row[i][1] ? 0 : 1));
		CHECK_STR(got, str_of(row[i][1]));
	}
	return 0;
}

TESTS({ "mentioned", mentioned }, { "licences", licences })
