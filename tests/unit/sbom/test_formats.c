#include "given.h"

#include "base/limits.h"

/* What is written and read back is the same, as temper's own JSON of both shows. */
static int same(struct op *op, const char *format)
{
	struct inventory inv, back;
	str text, again, want, got;

	TRY(given(op, &inv));
	TRY(write_as(op, &inv, format, true, &text));
	int rc = sbom_read(op, S("given"), exact(text), &back);
	TRY(rc);
	CHECK(rc == 0);
	if (rc)
		return 0;
	TRY(write_as(op, &back, format, true, &again));
	CHECK_STR(again, text);
	TRY(write_as(op, &inv, "json", true, &want));
	TRY(write_as(op, &back, "json", true, &got));
	CHECK_STR(got, want);
	return 0;
}

static int temper(struct op *op)
{
	return same(op, "json");
}

static int purls(struct op *op)
{
	struct inventory inv;
	str text;

	TRY(given(op, &inv));
	inv.package[1] = inv.package[0];
	TRY(write_as(op, &inv, "purls", false, &text));
	CHECK_STR(text, S("pkg:apk/alpine/busybox@1.36.1-r0\n"
			  "pkg:deb/debian/"
			  "libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12&upstream=glibc\n"
			  "pkg:generic/noversion\n"
			  "pkg:maven/org.Example/Outer@1.0?classifier=all&type=jar\n"
			  "pkg:pypi/zope-interface@5.0\n"
			  "pkg:rpm/redhat/"
			  "bash@5.1-6.el9?arch=x86_64&distro=rhel-9.2&epoch=1&upstream=bash-5.1-6."
			  "el9.src.rpm\n"));
	return 0;
}

static int empty(struct op *op)
{
	for (size_t i = 0; i < sbom_formats_n; i++) {
		struct inventory inv = { 0 };
		str text;
		TRY(write_as(op, &inv, sbom_formats[i].name, true, &text));
	}
	return 0;
}

static int choices(struct op *op)
{
	struct sbom_format_choice c = { .files = true };

	CHECK(sbom_format_parse(op, S("nothing"), &c) == 1 && !c.format);
	CHECK_FAILS(op, sbom_format_parse(op, S("json@7"), &c), ERR_USAGE,
		    "json has no version '7'");
	CHECK(sbom_format_parse(op, S("json=a=b.json"), &c) == 0 && c.files);
	CHECK_STR(c.file, S("a=b.json"));
	return 0;
}

static int not_bills(struct op *op)
{
	static const char *const text[] = {
		"", "{}", "{\"schema\":1}", "[1]", "hello", "{", "<a/>", "{\"artifacts\": []}"
	};

	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		struct inventory inv;
		int rc = sbom_read(op, S("f"), exact(str_of(text[i])), &inv);
		if (rc == ERR_MEMORY)
			return rc;
		CHECK(rc == 1);
	}
	struct inventory inv;
	CHECK_FAILS(op,
		    sbom_read(op, S("f"),
			      S("{\"schema\":{\"name\":\"temper-sbom\",\"version\":2}}"), &inv),
		    ERR_FORMAT, "a newer temper reads it");
	return 0;
}

TESTS({ "choices", choices }, { "empty", empty }, { "not bills", not_bills }, { "purls", purls },
      { "temper's JSON", temper })
