#include "model/purl.h"

#include "unit/harness.h"

static int debs(struct op *op)
{
	static const struct {
		struct purl_deb p;
		const char *want;
	} row[] = {
		{ { S_INIT("nginx"), S_INIT("1.26.3-3"), S_INIT("amd64"), S_INIT("debian-13"), S_INIT("nginx"),
		    S_INIT("1.26.3-3") },
		  "pkg:deb/debian/nginx@1.26.3-3?arch=amd64&distro=debian-13" },
		{ { S_INIT("libstdc++6"), S_INIT("1:14.2.0-19~x"), S_INIT("arm64"), S_INIT("debian-13"),
		    S_INIT("gcc-14"), S_INIT("14.2.0-19") },
		  "pkg:deb/debian/libstdc%2B%2B6@1%3A14.2.0-19~x?arch=arm64&distro=debian-13&upstream=gcc-14%4014.2.0-19" },
		{ { S_INIT("libssl3t64"), S_INIT("3.5.4-1"), S_INIT("amd64"), S_INIT(""), S_INIT("openssl"), S_INIT("") },
		  "pkg:deb/debian/libssl3t64@3.5.4-1?arch=amd64&upstream=openssl" },
		{ { S_INIT("app"), S_INIT("2.0"), S_INIT("all"), S_INIT(""), S_INIT("app"), S_INIT("2.0"), S_INIT("internal"),
		    S_INIT("https://apt.example.org/debian") },
		  "pkg:deb/internal/app@2.0?arch=all&repository_url=https%3A%2F%2Fapt.example.org%2Fdebian" },
		{ { S_INIT("app"), S_INIT("2.0"), S_INIT("all"), S_INIT(""), S_INIT("app"), S_INIT("2.0"), S_INIT("local"),
		    S_INIT(""), S_INIT("sha256:12ab") },
		  "pkg:deb/local/app@2.0?arch=all&checksum=sha256%3A12ab" },
		{ { S_INIT("a/b?c#d&e=f%"), S_INIT("1\xc3\xa4"), S_INIT(""), S_INIT(""), S_INIT("a/b?c#d&e=f%"), S_INIT("") },
		  "pkg:deb/debian/a%2Fb%3Fc%23d%26e%3Df%25@1%C3%A4" },
	};
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		str got;
		TRY(purl_deb(op, &row[i].p, &got));
		CHECK_STR(got, str_of(row[i].want));
	}
	return 0;
}

static int others(struct op *op)
{
	str got;

	TRY(purl_oci(op, S("web"), S("sha256:12ab"), S("amd64"), &got));
	CHECK_STR(got, S("pkg:oci/web@sha256%3A12ab?arch=amd64"));
	TRY(purl_generic(op, S("app"), S("1.2"), S("sha256:12ab"), S("https://example.org/a?b=c"), &got));
	CHECK_STR(got, S("pkg:generic/app@1.2?checksum=sha256%3A12ab&download_url=https%3A%2F%2Fexample.org%2Fa%3Fb%3Dc"));
	TRY(purl_generic(op, S("a b"), S(""), S("sha256:12ab"), S(""), &got));
	CHECK_STR(got, S("pkg:generic/a%20b?checksum=sha256%3A12ab"));
	TRY(purl_distro(op, S("trixie-security"), &got));
	CHECK_STR(got, S("debian-13"));
	TRY(purl_distro(op, S("sid"), &got));
	CHECK_STR(got, S("debian-sid"));
	return 0;
}

TESTS({ "debs", debs }, { "images and releases", others })
