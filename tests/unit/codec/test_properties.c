#include "codec/properties.h"

#include "unit/harness.h"

static int values(struct op *op)
{
	static const char *const key[] = { "groupId", "version", "a b" };
	static const struct {
		const char *text, *value[3];
	} row[] = {
		{ "", { "", "", "" } },
		{ "#Generated\n#date\ngroupId=org.x\nversion=1.0\n", { "org.x", "1.0", "" } },
		{ "groupId: org.x\r\nversion:   1.0=b\r\n", { "org.x", "1.0=b", "" } },
		{ "groupId org.x\n\tversion\t=\t1:0 \n", { "org.x", "1:0", "" } },
		{ "version=1.\\\n   5\n! groupId=no\n", { "", "1.5", "" } },
		{ "version=1.\\\r\n5\ngroupId=a\\tb\\\\\\u0041\\u00e9\\u20AC\\q", { "a\tb\\A\xc3\xa9\xe2\x82\xac" "q", "1.5", "" } },
		{ "version=1\nversion=2", { "", "2", "" } },
		{ "a\\ b=no\nversion", { "", "", "" } },
		{ "groupId=\\u12\nversion=x\\", { "\xef\xbf\xbd", "x\\", "" } },
		{ "groupIdx=no\ngroup=no\n=\n:\n\\", { "", "", "" } },
	};
	str value[3];

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		TRY(properties_find(op, exact(str_of(row[i].text)), key, 3, value));
		for (int k = 0; k < 3; k++)
			CHECK_STR(value[k], str_of(row[i].value[k]));
	}
	return 0;
}

TESTS({ "values of keys", values })
