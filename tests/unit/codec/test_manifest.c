#include "codec/manifest.h"

#include "unit/harness.h"

static const char *const names[] = { "Implementation-Title", "Bundle-License", "Last", "Name" };

static int values(struct op *op)
{
	static const struct {
		const char *text, *main[4], *named[4];
	} row[] = {
		{ "", { "", "", "", "" }, { "", "", "", "" } },
		{ "Manifest-Version: 1.0\nImplementation-Title: a\n", { "a", "", "", "" }, { "", "", "", "" } },
		{ "Manifest-Version: 1.0\r\nbundle-license: x\r\n y\r\n  z\r\nLast:1", { "", "xy z", "1", "" }, { "", "", "", "" } },
		{ "Manifest-Version: 1.0\rLast: cr\r\rName: a/b\rLast: no\r", { "", "", "cr", "" }, { "", "", "no", "a/b" } },
		{ "\xef\xbb\xbfLast: bom\n", { "", "", "bom", "" }, { "", "", "", "" } },
		{ "\n\nLast: behind empty lines\n", { "", "", "behind empty lines", "" }, { "", "", "", "" } },
		{ "Last: 1\nLast: 2\n\nName: a\nLast: 3\n\nName: b\nLast: 4\n", { "", "", "1", "" }, { "", "", "3", "a" } },
		{ "junk\n:\n : \nno colon\nLast: still\n", { "", "", "still", "" }, { "", "", "", "" } },
		{ "Implementation-Title: a\n\n\n :\n\nLast: item", { "a", "", "", "" }, { "", "", "item", "" } },
		{ " leading: 1\nLast: \n \n x\n", { "", "", "x", "" }, { "", "", "", "" } },
	};
	str main[4], named[4];

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		TRY(manifest_find(op, exact(str_of(row[i].text)), names, 4, main, named));
		for (int k = 0; k < 4; k++) {
			CHECK_STR(main[k], str_of(row[i].main[k]));
			CHECK_STR(named[k], str_of(row[i].named[k]));
		}
	}
	return 0;
}

TESTS({ "values of attributes", values })
