#include "model/licence.h"

#include <stdio.h>

#include "base/vec.h"
#include "unit/harness.h"

static int expressions(struct op *op)
{
	static const char *const row[][2] = {
		{ "", "" },
		{ " \n", "" },
		{ "MIT", "MIT" },
		{ "mit", "MIT" },
		{ "\"MIT\"", "MIT" },
		{ "MIT License", "MIT" },
		{ "The MIT License (MIT)", "MIT" },
		{ "Expat", "MIT" },
		{ "MIT/X11", "MIT" },
		{ "(MIT OR X11)", "MIT OR X11" },
		{ "MIT/Apache-2.0", "MIT OR Apache-2.0" },
		{ "Apache-2.0 / MIT", "Apache-2.0 OR MIT" },
		{ "Apache License, Version 2.0", "Apache-2.0" },
		{ "The Apache Software License, Version 2.0", "Apache-2.0" },
		{ "Apache License 2.0", "Apache-2.0" },
		{ "Apache-2", "Apache-2.0" },
		{ "Apache v2", "Apache-2.0" },
		{ "Apache2", "Apache-2.0" },
		{ "ASL 2.0", "Apache-2.0" },
		{ "Apache-2.0+", "Apache-2.0+" },
		{ "GPLv2+", "GPL-2.0-or-later" },
		{ "GPLv2", "GPL-2.0-only" },
		{ "GPL2+", "GPL-2.0-or-later" },
		{ "GPL-2.0", "GPL-2.0-only" },
		{ "GPL-2.0+", "GPL-2.0-or-later" },
		{ "GPL-2.0-or-later", "GPL-2.0-or-later" },
		{ "gpl-3.0-only", "GPL-3.0-only" },
		{ "GPL+", "GPL-1.0-or-later" },
		{ "GPL+ or Artistic", "GPL-1.0-or-later OR Artistic-1.0-Perl" },
		{ "GPL", "LicenseRef-GPL" },
		{ "GPL-4", "LicenseRef-GPL-4" },
		{ "LGPLv2.1+", "LGPL-2.1-or-later" },
		{ "LGPL 2.1 or later", "LGPL-2.1-or-later" },
		{ "LGPL-2.1 (or later)", "LGPL-2.1-or-later" },
		{ "GNU General Public License v2 or later (GPLv2+)", "GPL-2.0-or-later" },
		{ "GNU General Public License, version 2", "GPL-2.0-only" },
		{ "GNU Lesser General Public License v3 (LGPLv3)", "LGPL-3.0-only" },
		{ "GNU Affero General Public License v3", "AGPL-3.0-only" },
		{ "GNU Free Documentation License 1.3", "GFDL-1.3-only" },
		{ "GPLv2 or later and MIT", "GPL-2.0-or-later AND MIT" },
		{ "GPLv2+ and LGPLv2+ and (MIT or BSD)",
		  "GPL-2.0-or-later AND LGPL-2.0-or-later AND (MIT OR LicenseRef-BSD)" },
		{ "GPL-2.0-or-later WITH Classpath-exception-2.0", "GPL-2.0-or-later WITH Classpath-exception-2.0" },
		{ "GPL-2.0 with classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0" },
		{ "GPL-2.0-with-classpath-exception", "GPL-2.0-only WITH Classpath-exception-2.0" },
		{ "GPLv3+ with GCC exception", "GPL-3.0-or-later WITH GCC-exception-3.1" },
		{ "GPLv2 with exceptions", "LicenseRef-GPLv2-with-exceptions" },
		{ "Apache-2.0 WITH LLVM-exception OR MIT", "Apache-2.0 WITH LLVM-exception OR MIT" },
		{ "BSD-3", "BSD-3-Clause" },
		{ "BSD3", "BSD-3-Clause" },
		{ "New BSD License", "BSD-3-Clause" },
		{ "3-Clause BSD License", "BSD-3-Clause" },
		{ "BSD 2-Clause", "BSD-2-Clause" },
		{ "BSD-2-Clause-FreeBSD", "BSD-2-Clause" },
		{ "BSD with advertising", "BSD-4-Clause" },
		{ "BSD", "LicenseRef-BSD" },
		{ "MPLv1.1", "MPL-1.1" },
		{ "MPLv2.0", "MPL-2.0" },
		{ "Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0" },
		{ "License :: OSI Approved :: MIT License", "MIT" },
		{ "License :: OSI Approved :: GNU Lesser General Public License v2 or later (LGPLv2+)",
		  "LGPL-2.0-or-later" },
		{ "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0" },
		{ "License :: OSI Approved :: Python Software Foundation License", "PSF-2.0" },
		{ "License :: OSI Approved :: ISC License (ISCL)", "ISC" },
		{ "License :: OSI Approved", "NOASSERTION" },
		{ "License :: Public Domain", "LicenseRef-Public-Domain" },
		{ "SEE LICENSE IN LICENSE.md", "NOASSERTION" },
		{ "UNLICENSED", "LicenseRef-UNLICENSED" },
		{ "Unlicense", "Unlicense" },
		{ "The Unlicense (Unlicense)", "Unlicense" },
		{ "custom", "LicenseRef-custom" },
		{ "custom:PSF", "LicenseRef-custom-PSF" },
		{ "MIT BSD-3-Clause GPL-2.0-only", "MIT AND BSD-3-Clause AND GPL-2.0-only" },
		{ "MIT custom", "LicenseRef-MIT-custom" },
		{ "MIT, BSD-3-Clause", "MIT AND BSD-3-Clause" },
		{ "GPL-2.0-only & MIT | ISC", "GPL-2.0-only AND MIT OR ISC" },
		{ "MIT ; ISC", "MIT AND ISC" },
		{ "MIT && (ISC || Zlib)", "MIT AND (ISC OR Zlib)" },
		{ "((((MIT))))", "MIT" },
		{ "(MIT AND (ISC AND Zlib)) OR MIT", "MIT AND ISC AND Zlib OR MIT" },
		{ "MIT OR MIT", "MIT" },
		{ "MIT OR", "LicenseRef-MIT-OR" },
		{ "(MIT", "LicenseRef-MIT" },
		{ "MIT)", "LicenseRef-MIT" },
		{ "AND", "LicenseRef-AND" },
		{ "LicenseRef-foo.1 AND MIT", "LicenseRef-foo.1 AND MIT" },
		{ "LicenseRef-a_b", "LicenseRef-LicenseRef-a-b" },
		{ "NOASSERTION", "NOASSERTION" },
		{ "NONE", "NONE" },
		{ "http://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0" },
		{ "https://opensource.org/licenses/BSD-3-Clause", "BSD-3-Clause" },
		{ "https://spdx.org/licenses/MIT.html", "MIT" },
		{ "http://example.org/eula", "NOASSERTION" },
		{ "\xc3\xa4", "NOASSERTION" },
		{ "---", "NOASSERTION" },
		{ "Sendmail AND perl_5", "Sendmail AND (Artistic-1.0-Perl OR GPL-1.0-or-later)" },
		{ "for and oregano", "LicenseRef-for AND LicenseRef-oregano" },
		{ "Vim license", "Vim" },
		{ "bzip2-1.0.6", "bzip2-1.0.6" },
		{ "CC0 1.0 Universal", "CC0-1.0" },
		{ "Python-2.0.1", "Python-2.0.1" },
		{ "zlib/libpng", "Zlib" },
		{ "ZPLv2.1", "ZPL-2.1" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		str got;
		TRY(licence_expression(op, exact(str_of(row[i][0])), &got));
		CHECK_STR(got, str_of(row[i][1]));
	}
	return 0;
}

static int nests(struct op *op)
{
	char deep[400] = { 0 };
	str got;

	for (int i = 0; i < 100; i++) {
		deep[i] = '(';
		deep[103 + i] = ')';
	}
	deep[100] = 'M';
	deep[101] = 'I';
	deep[102] = 'T';
	TRY(licence_expression(op, exact(str_of(deep)), &got));
	CHECK_STR(got, S("NOASSERTION"));
	TRY(licence_expression(op, exact((str){ deep + 60, 83 }), &got));
	CHECK_STR(got, S("MIT"));
	return 0;
}

static int joins(struct op *op)
{
	static const struct {
		str part[4];
		const char *want;
	} row[] = {
		{ { { 0 } }, "" },
		{ { S_INIT("MIT") }, "MIT" },
		{ { S_INIT("Zlib"), S_INIT("MIT"), S_INIT("MIT") }, "MIT AND Zlib" },
		{ { S_INIT("MIT OR ISC") }, "MIT OR ISC" },
		{ { S_INIT("Zlib"), S_INIT("MIT OR ISC") }, "(MIT OR ISC) AND Zlib" },
		{ { S_INIT("Zlib AND MIT"), S_INIT("MIT AND (ISC OR X11)") }, "(ISC OR X11) AND MIT AND Zlib" },
		{ { S_INIT("NOASSERTION"), S_INIT("MIT") }, "MIT" },
		{ { S_INIT("NOASSERTION") }, "NOASSERTION" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		str part[4], got;
		struct texts t = { part, 0 };
		for (; t.n < 4 && row[i].part[t.n].p; t.n++)
			part[t.n] = row[i].part[t.n];
		TRY(licence_join(op, &t, &got));
		CHECK_STR(got, str_of(row[i].want));
	}
	return 0;
}

static int lists(struct op *op)
{
	(void)op;
	CHECK(licence_known(S("mit"), false) && licence_known(S("Zlib"), false));
	CHECK(licence_known(S("0BSD"), false) && licence_known(S("ZPL-2.1"), false));
	CHECK(!licence_known(S("MI"), false) && !licence_known(S("MITx"), false) && !licence_known(S(""), false));
	CHECK(licence_known(S("classpath-exception-2.0"), true) && !licence_known(S("MIT"), true));
	return 0;
}

/* ISC's text with another holder, other line breaks and a title. */
#define ISC_TEXT                                                                                     \
	"ISC License\n\nCopyright (c) 2020, Somebody\n\n Permission to use, copy, modify, and/or distribute this\n"   \
	"software for any purpose with or without fee is hereby granted, provided that the above\n"  \
	"copyright notice and this permission notice appear in all copies.\n\n"                       \
	"THE SOFTWARE IS PROVIDED \"AS IS\" AND SOMEBODY ELSE DISCLAIMS ALL WARRANTIES WITH REGARD\n" \
	"TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO\n"   \
	"EVENT SHALL SOMEBODY ELSE BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL\n"   \
	"DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN\n" \
	"AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN\n"          \
	"CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.\n"

static int texts(struct op *op)
{
	str got;

	TRY(licence_of_text(op, exact(S(ISC_TEXT)), &got));
	CHECK_STR(got, S("ISC"));
	TRY(licence_expression(op, exact(S(ISC_TEXT)), &got));
	CHECK_STR(got, S("ISC"));
	TRY(licence_of_text(op, exact(S("All rights reserved.\n")), &got));
	CHECK_STR(got, S("LicenseRef-sha256-0332c8bb159126c1"));
	TRY(licence_of_text(op, exact(S("")), &got));
	CHECK_STR(got, S("LicenseRef-sha256-e3b0c44298fc1c14"));
	TRY(licence_expression(op, exact(S("You may.\nYou may not.\nOr so.\nOr not.\n")), &got));
	CHECK_STR(got, S("NOASSERTION"));
	return 0;
}

/* One word more than the text has, and it is another licence. */
static int other_texts(struct op *op)
{
	str text = exact(S(ISC_TEXT)), got;
	ptrdiff_t at = str_find_str(text, S("ALL IMPLIED"));
	char *changed = op_new(op, char, text.len + 8);

	if (!changed)
		return op->code;
	int n = snprintf(changed, (size_t)text.len + 8, "%.*sNOT %.*s", (int)at, text.p, STR_ARG(str_from(text, at)));
	TRY(licence_of_text(op, (str){ changed, n }, &got));
	CHECK(str_starts(got, S("LicenseRef-sha256-")));
	return 0;
}

/* What this system has of them; base-files' names. */
static int common_texts(struct op *op)
{
	static const char *const row[][2] = {
		{ "Apache-2.0", "Apache-2.0" }, { "GPL-1", "GPL-1.0-only" },	  { "GPL-2", "GPL-2.0-only" },
		{ "GPL-3", "GPL-3.0-only" },	{ "LGPL-2", "LGPL-2.0-only" },	  { "LGPL-2.1", "LGPL-2.1-only" },
		{ "LGPL-3", "LGPL-3.0-only" },	{ "MPL-2.0", "MPL-2.0" },
		{ "CC0-1.0", "CC0-1.0" },	{ "BSD", "BSD-3-Clause" },
	};
	static char text[64 << 10];
	size_t seen = 0;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		char path[100];
		str got;
		snprintf(path, sizeof(path), "/usr/share/common-licenses/%s", row[i][0]);
		FILE *f = fopen(path, "r");
		if (!f)
			continue;
		size_t n = fread(text, 1, sizeof(text), f);
		fclose(f);
		TRY(licence_of_text(op, (str){ text, (ptrdiff_t)n }, &got));
		CHECK_STR(got, str_of(row[i][1]));
		seen++;
	}
	if (seen == 0)
		SKIP("no /usr/share/common-licenses here");
	return 0;
}

TESTS({ "expressions", expressions, .once = true }, { "nests", nests }, { "joins", joins }, { "lists", lists },
      { "texts", texts }, { "other texts", other_texts }, { "common texts", common_texts, .once = true })
