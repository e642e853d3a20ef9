#include "given.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "sbom/identity.h"
#include "sys/file.h"

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

static int cyclonedx(struct op *op)
{
	static const char *const form[] = { "cyclonedx-json",     "cyclonedx-json@1.4",
					    "cyclonedx-json@1.5", "cyclonedx-xml",
					    "cyclonedx-xml@1.4",  "cyclonedx-xml@1.5" };

	for (size_t i = 0; i < sizeof(form) / sizeof(form[0]); i++)
		TRY(same(op, form[i]));
	return 0;
}

static int spdx(struct op *op)
{
	static const char *const form[] = { "spdx-json", "spdx-json@2.2", "spdx-tag-value",
					    "spdx-tag-value@2.2" };

	for (size_t i = 0; i < sizeof(form) / sizeof(form[0]); i++)
		TRY(same(op, form[i]));
	return 0;
}

static int syft(struct op *op)
{
	return same(op, "syft-json");
}

static int purls(struct op *op)
{
	struct inventory inv;
	str text;

	TRY(given(op, &inv));
	inv.package[1] = inv.package[2] = inv.package[0];
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

static int purls_back(struct op *op)
{
	struct inventory inv, back;
	str text, again;

	TRY(given(op, &inv));
	TRY(write_as(op, &inv, "purls", false, &text));
	CHECK(sbom_read(op, S("f"), exact(text), &back) == 0 || op->code == ERR_MEMORY);
	if (op->code)
		return op->code;
	TRY(write_as(op, &back, "purls", false, &again));
	CHECK_STR(again, text);
	CHECK_FAILS(op, sbom_read(op, S("f"), S("pkg:npm/a\n\n# x\nnone\n"), &back), ERR_FORMAT,
		    "f: 'none' is no purl");
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

static int cpes(struct op *op)
{
	static const struct {
		const char *text;
		bool want;
	} row[] = {
		{ "cpe:2.3:a:golang:go:1.22:*:*:*:*:*:*:*", true },
		{ "cpe:2.3:a:x\\:y:g\\+\\+:1.0_a-b:-:*:*:*:*:*:*", true },
		{ "cpe:2.3:*:x:y:*:*:*:*:*:*:*:*", true },
		{ "cpe:2.3:a:golang:go:1.22:*:*:*:*:*:*", false },
		{ "cpe:2.3:a:golang:go:1.22:*:*:*:*:*:*:*:*", false },
		{ "cpe:2.3:a:a+b:go:1.22:*:*:*:*:*:*:*", false },
		{ "cpe:2.3:x:a:go:1.22:*:*:*:*:*:*:*", false },
		{ "cpe:2.3:a::go:1.22:*:*:*:*:*:*:*", false },
		{ "cpe:2.3:a:b:go:1 2:*:*:*:*:*:*:*", false },
		{ "cpe:/a:b:go:1", false },
		{ "cpe:2.3:a:b:go:1\\", false },
	};
	(void)op;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		CHECK(identity_is_cpe(exact(str_of(row[i].text))) == row[i].want);
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

/* With TEMPER_SBOM_OUT set to a directory, all documents are left there for
 * tests/sbom/validate.mjs. */
static int left(struct op *op)
{
	const char *dir = getenv("TEMPER_SBOM_OUT");
	struct inventory inv;
	str text, file;

	if (!dir)
		return 0;
	AUTO_FD fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(fd >= 0);
	TRY(given(op, &inv));
	for (size_t i = 0; i < sbom_formats_n; i++) {
		const struct sbom_format *f = &sbom_formats[i];
		if (!f->versions && !str_eq(str_of(f->name), S("template"))) {
			TRY(write_as(op, &inv, f->name, true, &text));
			TRY(file_replace(op, fd, str_of(f->name), text, 0644));
		}
		for (const char *const *v = f->versions; v && *v; v++) {
			TRY(op_text(op, &file, "%s@%s", f->name, *v));
			TRY(write_as(op, &inv, op_cstr(op, file), true, &text));
			TRY(file_replace(op, fd, file, text, 0644));
		}
	}
	return 0;
}

TESTS({ "choices", choices }, { "CPEs", cpes }, { "CycloneDX", cyclonedx }, { "empty", empty },
      { "not bills", not_bills }, { "purls", purls }, { "purls back", purls_back },
      { "SPDX", spdx }, { "Syft's JSON", syft }, { "temper's JSON", temper },
      { "left", left, .once = true })
