#include "policy/waivers.h"

#include "sys/clock.h"
#include "unit/harness.h"
#include "unit/vex/scanned.h"

static int64_t day(const char *text)
{
	int64_t s = 0;

	CHECK(clock_parse_rfc3339(str_of(text), &s));
	return s;
}

/* Which findings a file hides on 2026-06-30 at noon: bits by F_. */
static const struct {
	const char *what, *file, *text;
	unsigned hidden;
} applied[] = {
	{ "an id", "w.yaml", "waivers: [{id: CVE-2023-2975, reason: r}]",
	  1 << F_LIBSSL | 1 << F_OPENSSL },
	{ "an alias in another case", "w.yaml", "waivers: [{id: dsa-5532-1}]",
	  1 << F_LIBSSL | 1 << F_OPENSSL },
	{ "a glob", "w.yaml", "waivers: [{id: CVE-2023-*}]",
	  1 << F_LIBSSL | 1 << F_OPENSSL | 1 << F_URLLIB },
	{ "a package", "w.yaml", "waivers: [{id: CVE-2023-2975, package: pkg:deb/debian/libssl3}]",
	  1 << F_LIBSSL },
	{ "a list of them", "w.yaml",
	  "waivers: [{package: [pkg:deb/debian/libssl3, pkg:pypi/urllib3@1.26.12]}]",
	  1 << F_LIBSSL | 1 << F_URLLIB },
	{ "another version", "w.yaml", "waivers: [{package: pkg:pypi/urllib3@1.26.11}]", 0 },
	{ "a path", "w.yaml", "waivers: [{id: '*', path: opt/app/**}]", 1 << F_URLLIB },
	{ "another path", "w.yaml", "waivers: [{id: '*', path: opt/other/**}]", 0 },
	{ "an image", "w.yaml", "waivers: [{id: GO-2024-3321, image: registry.example/team/*}]",
	  1 << F_CRYPTO },
	{ "an image by its bare name", "w.yaml",
	  "waivers: [{id: GO-2024-3321, image: registry.example/team/app}]", 1 << F_CRYPTO },
	{ "another image", "w.yaml",
	  "waivers: [{id: GO-2024-3321, image: registry.example/other/*}]", 0 },
	{ "until today", "w.yaml", "waivers: [{id: GO-2024-3321, until: 2026-06-30}]",
	  1 << F_CRYPTO },
	{ "until yesterday", "w.yaml", "waivers: [{id: GO-2024-3321, until: 2026-06-29}]", 0 },
	{ "one that is over, and one that holds", "w.yaml",
	  "waivers: [{id: GO-2024-3321, until: 2026-06-29}, {id: CVE-2024-45337}]", 1 << F_CRYPTO },
	{ "a rule's waiver hides no finding", "w.yaml",
	  "waivers: [{rule: fs.no_setuid, package: pkg:pypi/urllib3, path: '**'}]", 0 },
	{ "Iron Bank's word", "w.yaml",
	  "waivers: [{id: GO-2024-3321, justification: wont_fix, approved_by: [a, b], link: "
	  "'https://x.example/1', created: 2026-06-01}]",
	  1 << F_CRYPTO },
	{ "none", "w.yaml", "waivers:\n", 0 },
	{ "Trivy's lines", ".trivyignore", "# why\r\nCVE-2023-2975 \r\n\r\nCVE-2024-45337 # x\r\n",
	  1 << F_LIBSSL | 1 << F_OPENSSL | 1 << F_CRYPTO },
	{ "Trivy's dates end as they begin", ".trivyignore",
	  "CVE-2023-2975 exp:2026-06-30\nCVE-2024-45337 exp:2026-07-01\n", 1 << F_CRYPTO },
	{ "a date that is none", ".trivyignore", "CVE-2023-2975 exp:2026-02-30\n", 0 },
	{ "Trivy's YAML", ".trivyignore.yaml",
	  "vulnerabilities:\n  - id: CVE-2023-2975\n    purls: [pkg:deb/debian/libssl3]\n"
	  "    expired_at: 2026-07-01\n    statement: s\n  - id: CVE-2024-45337\n"
	  "    expired_at: 2026-06-30\n  - id: CVE-2023-43804\n    paths: ['opt/**/METADATA']\n"
	  "misconfigurations:\n  - id: AVD-DS-0001\n",
	  1 << F_LIBSSL | 1 << F_URLLIB },
#define GRYPE(rule) "check-for-app-update: false\nignore:\n  - " rule "\n"
	{ "Grype's rule of an id", ".grype.yaml", GRYPE("vulnerability: CVE-2023-2975"),
	  1 << F_LIBSSL | 1 << F_OPENSSL },
	{ "Grype asks for the id itself", ".grype.yaml", GRYPE("vulnerability: CVE-2024-45337"),
	  0 },
	{ "or for aliases", ".grype.yaml",
	  GRYPE("{vulnerability: CVE-2024-45337, include-aliases: true}"), 1 << F_CRYPTO },
	{ "an id of Grype's is no glob", ".grype.yaml", GRYPE("vulnerability: 'CVE-*'"), 0 },
	{ "its name is whole", ".grype.yaml", GRYPE("package: {name: libssl}"), 0 },
	{ "or a pattern", ".grype.yaml", GRYPE("package: {name: 'libssl[0-9]+'}"), 1 << F_LIBSSL },
	{ "a name with its path", ".grype.yaml", GRYPE("package: {name: golang.org/x/crypto}"),
	  1 << F_CRYPTO },
	{ "and not without", ".grype.yaml", GRYPE("package: {name: crypto}"), 0 },
	{ "a dot makes no pattern", ".grype.yaml", GRYPE("package: {name: golang.org.x.crypto}"),
	  0 },
	{ "all that it says", ".grype.yaml",
	  GRYPE("{fix-state: wont-fix, package: {type: deb, upstream-name: openssl, version: "
		"3.0.17-1~deb12u2, location: /var/lib/dpkg/*}}"),
	  1 << F_LIBSSL },
	{ "one thing of it not", ".grype.yaml",
	  GRYPE("{fix-state: fixed, package: {name: libssl3}}"), 0 },
	{ "its namespace", ".grype.yaml", GRYPE("namespace: 'debian:distro:debian:12'"),
	  1 << F_LIBSSL | 1 << F_OPENSSL },
	{ "its kind of match", ".grype.yaml", GRYPE("match-type: exact-indirect-match"),
	  1 << F_LIBSSL },
	{ "its language", ".grype.yaml", GRYPE("package: {language: python}"), 1 << F_URLLIB },
	{ "a rule without a condition", ".grype.yaml", GRYPE("reason: all"), 0 },
	{ "a feed that is none here", ".grype.yaml", GRYPE("namespace: 'nvd:cpe'"), 0 },
	{ "a status without statements", ".grype.yaml", GRYPE("vex-status: affected"), 0 },
	{ "a pattern that cannot be asked", ".grype.yaml", GRYPE("package: {name: '\\p{L}+'}"), 0 },
	{ "a file of Grype's without rules", ".grype.yaml", "output: json\n", 0 },
#define OSV_ID(more) "[[IgnoredVulns]]\nid = \"CVE-2024-45337\"\n" more "\n"
#define OSV_PACKAGE(more) "[[PackageOverrides]]\n" more "\n"
	{ "osv-scanner's ids, by alias", "osv-scanner.toml", OSV_ID("reason = \"r\""),
	  1 << F_CRYPTO },
	{ "its dates end as they begin", "osv-scanner.toml", OSV_ID("ignoreUntil = 2026-06-30"),
	  0 },
	{ "and with an hour at it", "osv-scanner.toml",
	  OSV_ID("ignoreUntil = 2026-06-30T13:00:00Z"), 1 << F_CRYPTO },
	{ "of any zone", "osv-scanner.toml", OSV_ID("ignoreUntil = 2026-06-30T13:00:00+02:00"), 0 },
	{ "a key that nobody knows", "osv-scanner.toml", OSV_ID("onlyIf = \"x\""), 0 },
	{ "a package", "osv-scanner.toml",
	  OSV_PACKAGE("name = \"urllib3\"\necosystem = \"PyPI\"\nignore = true"), 1 << F_URLLIB },
	{ "its vulnerabilities", "osv-scanner.toml",
	  OSV_PACKAGE("name = \"golang.org/x/crypto\"\nvulnerability.ignore = true"),
	  1 << F_CRYPTO },
	{ "of another ecosystem", "osv-scanner.toml",
	  OSV_PACKAGE("name = \"urllib3\"\necosystem = \"npm\"\nignore = true"), 0 },
	{ "of one that nobody knows", "osv-scanner.toml",
	  OSV_PACKAGE("name = \"urllib3\"\necosystem = \"Nope\"\nignore = true"), 0 },
	{ "of development only", "osv-scanner.toml",
	  OSV_PACKAGE("name = \"urllib3\"\ngroup = \"dev\"\nignore = true"), 0 },
	{ "its licence only", "osv-scanner.toml",
	  OSV_PACKAGE("name = \"urllib3\"\nlicense.override = [\"MIT\"]"), 0 },
	{ "a package until a day", "osv-scanner.toml",
	  OSV_PACKAGE("name = \"urllib3\"\nignore = true\neffectiveUntil = 2026-07-01"),
	  1 << F_URLLIB },
	{ "only other sections", ".trivyignore.yaml", "secrets: [{id: x}]", 0 },
};

static int applies(struct op *op)
{
	for (size_t i = 0; i < sizeof(applied) / sizeof(applied[0]); i++) {
		struct waivers w = { 0 };
		struct scanned scan;
		unsigned hidden = 0;
		scanned_make(&scan);
		TRY(waivers_read(op, str_of(applied[i].file), exact(str_of(applied[i].text)), &w));
		TRY(waivers_apply(op, &scan.report, &w, day("2026-06-30T12:00:00Z"), 14));
		for (int f = 0; f < SCANNED_FINDINGS; f++)
			hidden |= (unsigned)(scan.finding[f].suppressed != NOT_SUPPRESSED) << f;
		test_check(hidden == applied[i].hidden, applied[i].what, __FILE__, __LINE__);
	}
	return 0;
}

static int tells(struct op *op)
{
	struct waivers w = { 0 };
	struct scanned scan;

	scanned_make(&scan);
	TRY(waivers_read(op, S("w.yaml"),
			 exact(S("waivers:\n"
				 "  - id: CVE-2023-2975\n"
				 "    reason: not reachable, see ticket 12\n"
				 "    owner: team-web\n"
				 "    until: 2026-07-10\n"
				 "  - id: CVE-1-1\n"
				 "  - {id: GO-2024-3321, until: 2026-06-01}\n")),
			 &w));
	TRY(waivers_read(op, S(".trivyignore"),
			 exact(S("# known\nCVE-2023-43804 exp:2027-01-01\n"
				 "CVE-3 exp:soon\n")),
			 &w));
	CHECK(w.n == 4 && w.warning.n == 1);
	CHECK_STR(w.warning.p[0], S(".trivyignore:3: 'exp:soon' is no date: passed over"));
	TRY(waivers_apply(op, &scan.report, &w, day("2026-06-30T12:00:00Z"), 14));
	CHECK_STR(scan.finding[F_LIBSSL].reason, S("not reachable, see ticket 12 (team-web)"));
	CHECK_STR(scan.finding[F_LIBSSL].rule, S("w.yaml:2"));
	CHECK(scan.finding[F_LIBSSL].suppressed == SUPPRESSED_WAIVER);
	CHECK(w.p[0].matched == 2 && w.p[0].expiring && !w.p[0].expired);
	CHECK(w.p[1].matched == 0);
	CHECK(w.p[2].matched == 1 && w.p[2].expired && !scan.finding[F_CRYPTO].suppressed);
	CHECK(scan.finding[F_URLLIB].suppressed == SUPPRESSED_IGNORE && !w.p[3].expiring);
	CHECK_STR(scan.finding[F_URLLIB].reason, S("known"));
	CHECK(waiver_is_foreign(&w.p[3]) && !waiver_is_foreign(&w.p[0]));
	return 0;
}

/* A package in two places is hidden by a path only if that holds of both. */
static int places(struct op *op)
{
	struct evidence two[] = { { .path = S("opt/app/a/METADATA"), .how = EVIDENCE_METADATA },
				  { .path = S("srv/a/METADATA"), .how = EVIDENCE_METADATA } };

	for (int declared = 0; declared < 2; declared++) {
		struct waivers w = { 0 };
		struct scanned scan;
		scanned_make(&scan);
		two[1].how = declared ? EVIDENCE_DECLARED : EVIDENCE_METADATA;
		scan.package[P_URLLIB].evidence = two;
		scan.package[P_URLLIB].evidence_n = 2;
		TRY(waivers_read(op, S("w.yaml"), exact(S("waivers: [{id: '*', path: opt/**}]")),
				 &w));
		TRY(waivers_apply(op, &scan.report, &w, 0, 0));
		CHECK((scan.finding[F_URLLIB].suppressed != NOT_SUPPRESSED) == (declared == 1));
	}
	return 0;
}

static const struct {
	const char *file, *text, *warning;
} warned[] = {
	{ ".grype.yaml", GRYPE("{vulnerability: CVE-1, namespace: 'nvd:cpe'}"),
	  ".grype.yaml:3: 'namespace' of this rule" },
	{ ".grype.yaml", GRYPE("{vulnerability: CVE-1, fix-state: maybe}"),
	  "'fix-state' of this rule" },
	{ ".grype.yaml", GRYPE("{vulnerability: CVE-1, vex-status: maybe}"), "'vex-status'" },
	{ ".grype.yaml", GRYPE("reason: all"), "a rule without a condition" },
	{ "osv-scanner.toml", OSV_ID("onlyIf = \"x\""), "unknown key onlyIf" },
	{ "osv-scanner.toml", OSV_ID("ignoreUntil = \"soon\""),
	  "'ignoreUntil' of this rule is no date" },
	{ "osv-scanner.toml", OSV_PACKAGE("name = \"a\"\ngroup = \"x\"\nignore = true"),
	  "group 'x'" },
	{ ".trivyignore.yaml", "vulnerabilities: [{statement: s}]", "without an id" },
};

static int warns(struct op *op)
{
	for (size_t i = 0; i < sizeof(warned) / sizeof(warned[0]); i++) {
		struct waivers w = { 0 };
		TRY(waivers_read(op, str_of(warned[i].file), exact(str_of(warned[i].text)), &w));
		test_check(w.n == 0 && w.warning.n == 1 &&
				   str_find_str(w.warning.p[0], str_of(warned[i].warning)) >= 0,
			   warned[i].warning, __FILE__, __LINE__);
	}
	return 0;
}

/* A rule of Grype's about a status holds where a statement says so, with that justification. */
static int statuses(struct op *op)
{
	struct statement said = { .status = VEX_AFFECTED };

	for (int i = 0; i < 2; i++) {
		struct waivers w = { 0 };
		struct scanned scan;
		scanned_make(&scan);
		scan.report.statement = &said;
		scan.report.statement_n = 1;
		scan.finding[F_URLLIB].statement = 1;
		TRY(waivers_read(op, S(".grype.yaml"),
				 exact(str_of(i ? GRYPE("vex-status: fixed")
						: GRYPE("vex-status: affected"))),
				 &w));
		TRY(waivers_apply(op, &scan.report, &w, 0, 0));
		CHECK((scan.finding[F_URLLIB].suppressed == SUPPRESSED_IGNORE) == (i == 0));
		CHECK(w.p[0].matched == (i == 0));
	}
	return 0;
}

static const struct {
	const char *file, *text, *error;
} refused[] = {
	{ "w.yaml", "waivers: [{reason: r}]",
	  "w.yaml:1:11: a waiver needs an 'id', a 'package' or a 'rule'" },
	{ "w.yaml", "waivers: [{id: a, id: b}]", "w.yaml:1:" },
	{ "w.yaml", "waivers: [{id: a, untill: 2026-01-01}]", "did you mean 'until'" },
	{ "w.yaml", "waivers: [{id: a, until: 2026-02-29}]", "'2026-02-29' is no date" },
	{ "w.yaml", "waivers: [{id: a, package: openssl}]", "'openssl' is no package URL" },
	{ "w.yaml", "waivers: [{id: a, status: fine}]", "'fine' is no status" },
	{ "w.yaml", "waivers: [{id: a, status: affected, justification: component_not_present}]",
	  "for status not_affected" },
	{ "w.yaml", "waivers: [{id: a, status: not_affected, justification: x}]",
	  "no justification of OpenVEX" },
	{ "w.yaml", "waivers: [{id: a, rule: b}]", "not both" },
	{ "w.yaml", "waivers: [{id: a, key: b}]", "goes with a 'rule'" },
	{ "w.yaml", "waivers: [{id: a, created: 2026-13-01}]", "no date" },
	{ "w.yaml", "waivers: [{id: a, created: 2026-12-01, until: 2026-11-30}]",
	  "before 'created'" },
	{ "w.yaml", "waivers: [{id: a, status: fixed, justification: mitigated}]",
	  "means status not_affected" },
	{ "w.yaml", "waivers: 3", "must be a list" },
	{ "w.yaml", "waivers: []\nignore: []", "unknown key 'ignore'" },
	{ "w.yaml", "rules: []", "no waivers" },
	{ ".trivyignore.yaml", "vulnerabilities: [{id: a, purls: [x]}]", "no package URL" },
	{ ".grype.yaml", "ignore: [{vulnerabillity: CVE-1}]", "did you mean 'vulnerability'" },
	{ ".grype.yaml", "ignore: 1", "must be a list" },
	{ "osv-scanner.toml", "IgnoredVulns = 1", "must be a list of tables" },
	{ ".trivyignore.yaml", "vulnerabilities: [{id: a, expired_at: never}]", "no date" },
};

static int refuses(struct op *op)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct waivers w = { 0 };
		CHECK_FAILS(op,
			    waivers_read(op, str_of(refused[i].file),
					 exact(str_of(refused[i].text)), &w),
			    ERR_USAGE, refused[i].error);
	}
	return 0;
}

TESTS({ "waivers and findings", applies }, { "what is told", tells },
      { "a package in two places", places }, { "what is passed over", warns },
      { "statuses of statements", statuses }, { "what is refused", refuses })
