#include "model/purl.h"

#include "unit/harness.h"

#define LIBSSL \
	"pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12.13&upstream=openssl%403.0.11"
#define BIND                                                                                      \
	"pkg:rpm/redhat/"                                                                         \
	"bind-libs@9.16-1.el9?arch=x86_64&distro=rhel-9.4&epoch=32&upstream=bind-9.16-1.el9.src." \
	"rpm"

static const struct {
	const char *want, *have;
	enum purl_fit fit;
	const char *key;
} rows[] = {
	{ "pkg:deb/debian/libssl3", LIBSSL, PURL_FITS, "" },
	{ "pkg:deb/debian/libssl3@3.0.11-1", LIBSSL, PURL_FITS, "" },
	{ "pkg:deb/debian/libssl3@0:3.0.11-1", LIBSSL, PURL_FITS, "" },
	{ "pkg:deb/debian/libssl3@1:3.0.11-1", LIBSSL, PURL_OTHER_VERSION, "" },
	{ "pkg:deb/debian/libssl3@3.0.11", LIBSSL, PURL_OTHER_VERSION, "" },
	{ "pkg:deb/ubuntu/libssl3", LIBSSL, PURL_OTHER, "" },
	{ "pkg:deb/libssl3", LIBSSL, PURL_OTHER, "" },
	{ "pkg:apk/debian/libssl3", LIBSSL, PURL_OTHER, "" },
	{ "pkg:deb/debian/libssl", LIBSSL, PURL_OTHER, "" },
	{ "pkg:deb/debian/libssl3?distro=debian-12", LIBSSL, PURL_FITS, "" },
	{ "pkg:deb/debian/libssl3?distro=debian-1", LIBSSL, PURL_OTHER_QUALIFIER, "distro" },
	{ "pkg:deb/debian/libssl3?distro=debian-13", LIBSSL, PURL_OTHER_QUALIFIER, "distro" },
	{ "pkg:deb/debian/x?distro=debian-12.13", "pkg:deb/debian/x@1?distro=debian-12", PURL_FITS,
	  "" },
	{ "pkg:apk/alpine/x?distro=alpine-3.18", "pkg:apk/alpine/x@1?distro=alpine-3.18.4",
	  PURL_FITS, "" },
	{ "pkg:apk/alpine/x?distro=alpine-3.18.4", "pkg:apk/alpine/x@1?distro=alpine-3.18",
	  PURL_OTHER_QUALIFIER, "distro" },
	{ "pkg:deb/debian/libssl3?arch=amd64", LIBSSL, PURL_FITS, "" },
	{ "pkg:deb/debian/libssl3?arch=arm64", LIBSSL, PURL_OTHER_QUALIFIER, "arch" },
	{ "pkg:deb/debian/libssl3?arch=amd64", "pkg:deb/debian/libssl3@1", PURL_OTHER_QUALIFIER,
	  "arch" },
	{ "pkg:deb/debian/libssl3?upstream=openssl", LIBSSL, PURL_FITS, "" },
	{ "pkg:deb/debian/libssl3?upstream=openssl%403.0.12", LIBSSL, PURL_OTHER_QUALIFIER,
	  "upstream" },
	{ "pkg:deb/debian/openssl?upstream=openssl", "pkg:deb/debian/openssl@1", PURL_FITS, "" },
	{ "pkg:deb/debian/openssl@3.0.11?arch=source", LIBSSL, PURL_FITS, "" },
	{ "pkg:deb/debian/openssl@3.0.10?arch=source", LIBSSL, PURL_OTHER_VERSION, "" },
	{ "pkg:deb/debian/openssl?os_name=debian&os_version=12&os_distro=bookworm", LIBSSL,
	  PURL_FITS, "" },
	{ "pkg:deb/debian/openssl?os_name=debian&os_version=11", LIBSSL, PURL_OTHER_QUALIFIER,
	  "os_version" },
	{ "pkg:deb/debian/openssl", LIBSSL, PURL_OTHER, "" },
	{ "pkg:rpm/redhat/bind-libs@9.16-1.el9", BIND, PURL_FITS, "" },
	{ "pkg:rpm/redhat/bind-libs@9.16-1.el9?epoch=32", BIND, PURL_FITS, "" },
	{ "pkg:rpm/redhat/bind-libs@9.16-1.el9?epoch=31", BIND, PURL_OTHER_QUALIFIER, "epoch" },
	{ "pkg:rpm/redhat/bind-libs@32:9.16-1.el9", BIND, PURL_FITS, "" },
	{ "pkg:rpm/redhat/x@1-1?epoch=0", "pkg:rpm/redhat/x@1-1", PURL_FITS, "" },
	{ "pkg:golang/golang.org/x/crypto@0.27.0", "pkg:golang/golang.org/x/crypto@v0.27.0",
	  PURL_FITS, "" },
	{ "pkg:golang/golang.org/x/crypto@v0.27.0", "pkg:golang/golang.org/x/crypto@0.27.0",
	  PURL_FITS, "" },
	{ "pkg:golang/golang.org/x/crypto@v0.27.1", "pkg:golang/golang.org/x/crypto@v0.27.0",
	  PURL_OTHER_VERSION, "" },
	{ "pkg:npm/%40scope/x", "pkg:npm/%40scope/x@1?package-id=1", PURL_FITS, "" },
	{ "pkg:npm/x", "pkg:npm/%40scope/x@1", PURL_OTHER, "" },
	{ "pkg:npm/x@1?package-id=2", "pkg:npm/x@1", PURL_FITS, "" },
	{ "pkg:npm/x@1#a", "pkg:npm/x@1#b", PURL_OTHER, "" },
	{ "pkg:pypi/Zope_Thing", "pkg:pypi/zope-thing@1.0", PURL_FITS, "" },
	/* go-vex, component_test.go: wider ones hold of narrower ones, and never the other way. */
	{ "pkg:oci/curl",
	  "pkg:oci/curl@sha256:47fed8868b46b060efb8699dc40e981a0c785650223e03602d8c4493fc75b68c",
	  PURL_FITS, "" },
	{ "pkg:oci/curl@sha256:47fed8868b46b060efb8699dc40e981a0c785650223e03602d8c4493fc75b68c",
	  "pkg:oci/curl", PURL_OTHER_VERSION, "" },
	{ "pkg:apk/wolfi/curl@8.1.2-r0?arch=x86_64", "pkg:apk/wolfi/curl@8.1.2-r0?arch=x86_64",
	  PURL_FITS, "" },
};

static int fits(struct op *op)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct purl want, have;
		str key;
		TRY(purl_parse(op, exact(str_of(rows[i].want)), &want));
		TRY(purl_parse(op, exact(str_of(rows[i].have)), &have));
		test_check(purl_fit(&want, &have, &key) == rows[i].fit, rows[i].want, __FILE__,
			   __LINE__);
		test_check_str(key, str_of(rows[i].key), rows[i].want, __FILE__, __LINE__);
	}
	return 0;
}

TESTS({ "what a purl asks for", fits })
