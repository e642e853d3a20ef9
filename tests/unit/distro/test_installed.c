#include "distro/installed.h"

#include "base/buf.h"
#include "unit/harness.h"

static int shown(struct op *op, str text, str *ret)
{
	struct installed_stanza at;
	struct buf b;

	buf_init(&b, op, 1 << 16);
	while (installed_next(&text, &at)) {
		struct installed_package p = { .name = at.package, .version = at.version };
		if (at.bad.len)
			buf_fmt(&b, "bad: %.*s\n", STR_ARG(at.bad));
		if (!installed_is_there(&at) || !p.name.len || !p.version.len)
			continue;
		installed_source(at.source, &p);
		buf_fmt(&b, "%.*s %.*s %.*s of %.*s %.*s\n", STR_ARG(p.name), STR_ARG(p.version), STR_ARG(at.architecture),
			STR_ARG(p.source), STR_ARG(p.source_version));
	}
	return buf_take(&b, ret);
}

static int reads(struct op *op)
{
	static const struct {
		const char *text, *want;
	} row[] = {
		{ "", "" },
		{ "Package: a\nVersion: 1\nArchitecture: all\n", "a 1 all of a 1\n" },
		{ "Package: a\nStatus: install ok installed\nVersion: 1\nSource: s\n\n"
		  "Package: b\nStatus: deinstall ok config-files\nVersion: 1\n\n"
		  "Package: c\nStatus: install ok unpacked\nVersion: 1\n\n"
		  "Package: d\nStatus: hold ok installed\nVersion: 2\nSource: s (1:2-3)\n",
		  "a 1  of s 1\nc 1  of c 1\nd 2  of s 1:2-3\n" }, /* c has its files in place */
		{ "Package: a\nVersion: 1\nSource: s ()\n", "a 1  of s 1\n" },
		{ "Package: a\nVersion: 1\nSource: s )1(\n", "a 1  of s 1\n" },
		{ "Package: a\n\nVersion: 1\n", "" },
		{ "no field\n", "bad: no field\n" },
	};
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		str got;
		TRY(shown(op, exact(str_of(row[i].text)), &got));
		CHECK_STR(got, str_of(row[i].want));
	}
	return 0;
}

TESTS({ "reads", reads })
