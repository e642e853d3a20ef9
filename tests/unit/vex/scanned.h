/*
 * scanned: an image with a few packages and findings, for tests of statements and waivers.
 */
#ifndef TESTS_SCANNED_H
#define TESTS_SCANNED_H

#include "model/report.h"

#define SCANNED_HEX "124c7d2707904eea7431fffe91522a01e5a861a624ee31d03372cc1d138a3126"

enum { P_KINE, P_CRYPTO, P_TOOL, P_OPENSSL, P_LIBSSL, P_URLLIB, SCANNED_PACKAGES };
enum { F_CRYPTO, F_LIBSSL, F_OPENSSL, F_URLLIB, SCANNED_FINDINGS };

struct scanned {
	struct inventory inv;
	struct report report;
	struct package package[SCANNED_PACKAGES];
	struct evidence evidence[SCANNED_PACKAGES];
	struct finding finding[SCANNED_FINDINGS];
	struct match match[SCANNED_FINDINGS];
	str ids[SCANNED_FINDINGS][2];
	str tag[1];
};

static inline void scanned_make(struct scanned *s)
{
	static const struct {
		enum package_type type;
		const char *name, *version, *purl, *path;
	} package[SCANNED_PACKAGES] = {
		{ PACKAGE_GO, "kine", "v0.13.0", "pkg:golang/github.com/k3s-io/kine@v0.13.0",
		  "usr/bin/kine" },
		{ PACKAGE_GO, "crypto", "v0.27.0", "pkg:golang/golang.org/x/crypto@v0.27.0",
		  "usr/bin/kine" },
		{ PACKAGE_GO, "tool", "v1.0.0", "pkg:golang/example.org/tool@v1.0.0",
		  "usr/bin/tool" },
		{ PACKAGE_DEB, "openssl", "3.0.17-1~deb12u2",
		  "pkg:deb/debian/openssl@3.0.17-1~deb12u2?arch=amd64&distro=debian-12",
		  "var/lib/dpkg/status" },
		{ PACKAGE_DEB, "libssl3", "3.0.17-1~deb12u2",
		  "pkg:deb/debian/libssl3@3.0.17-1~deb12u2?arch=amd64&distro=debian-12&"
		  "upstream=openssl",
		  "var/lib/dpkg/status" },
		{ PACKAGE_PYPI, "urllib3", "1.26.12", "pkg:pypi/urllib3@1.26.12",
		  "opt/app/lib/urllib3-1.26.12.dist-info/METADATA" },
	};
	static const struct {
		uint32_t package;
		const char *id, *alias;
	} finding[SCANNED_FINDINGS] = {
		{ P_CRYPTO, "GO-2024-3321", "CVE-2024-45337" },
		{ P_LIBSSL, "CVE-2023-2975", "DSA-5532-1" },
		{ P_OPENSSL, "CVE-2023-2975", "DSA-5532-1" },
		{ P_URLLIB, "GHSA-v845-jxx5-vc9f", "CVE-2023-43804" },
	};

	*s = (struct scanned){ 0 };
	for (int i = 0; i < SCANNED_PACKAGES; i++) {
		s->evidence[i] =
			(struct evidence){ .path = str_of(package[i].path), .by = S("test") };
		s->package[i] = (struct package){ .type = package[i].type,
						  .name = str_of(package[i].name),
						  .version = str_of(package[i].version),
						  .purl = str_of(package[i].purl),
						  .evidence = &s->evidence[i],
						  .evidence_n = 1 };
	}
	for (int i = 0; i < SCANNED_FINDINGS; i++) {
		s->ids[i][0] = str_of(finding[i].id);
		s->ids[i][1] = str_of(finding[i].alias);
		bool system = s->package[finding[i].package].type == PACKAGE_DEB;
		s->match[i] = (struct match){ .ecosystem = system ? S("debian:12") : S("other"),
					      .by = finding[i].package == P_LIBSSL ? MATCH_SOURCE
										   : MATCH_NAME };
		s->finding[i] = (struct finding){ .id = s->ids[i][0],
						  .ids = { s->ids[i], 2 },
						  .match = &s->match[i],
						  .match_n = 1,
						  .package = finding[i].package };
	}
	s->package[P_CRYPTO].ns = S("golang.org/x");
	s->package[P_LIBSSL].source = S("openssl");
	s->finding[F_LIBSSL].state = FIX_WILL_NOT;
	s->finding[F_OPENSSL].state = FIX_FIXED;
	s->match[F_URLLIB].ecosystem = S("pypi");
	s->match[F_CRYPTO].ecosystem = S("golang");
	s->tag[0] = S("registry.example/team/app:1.2");
	s->inv = (struct inventory){ .package = s->package, .package_n = SCANNED_PACKAGES };
	s->inv.subject = (struct subject){ .kind = SUBJECT_IMAGE,
					   .name = S("registry.example/team/app:1.2"),
					   .platform = S("linux/amd64"),
					   .tags = { s->tag, 1 } };
	(void)digest_parse(S(SCANNED_HEX), &s->inv.subject.manifest);
	s->inv.os.id = S("debian");
	s->inv.os.cpe = S("cpe:/o:debian:debian_linux:12");
	s->report = (struct report){ .inventory = &s->inv,
				     .finding = s->finding,
				     .finding_n = SCANNED_FINDINGS };
}

#endif
