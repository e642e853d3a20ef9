/* A verdict over facts_fixture.h with every outcome and mode, waivers of every state, and hostile words. */
#ifndef TESTS_VERDICT_FIXTURE_H
#define TESTS_VERDICT_FIXTURE_H

#include "facts_fixture.h"
#include "model/verdict.h"

static const struct rule rule_vuln = { "vuln.severity",
				       "",
				       SEVERITY_UNKNOWN,
				       "Nothing severe that could be fixed",
				       "What is published is attacked.",
				       "Update the packages." };

static struct fault vuln_faults[] = {
	{ .rule = &rule_vuln,
	  .key = S_INIT("GHSA-aaaa-bbbb-cccc pkg:maven/org.example/odd"),
	  .kind = S_INIT("fixed"),
	  .what = S_INIT("GHSA-aaaa-bbbb-cccc in odd 1.0<script> (critical, known to be "
			 "exploited): fixed in 2.0"),
	  .path = S_INIT("app/<b>&\"x\" | y.jar"),
	  .layer = 1,
	  .instruction = S_INIT("RUN chmod g+s /bin/<x>"),
	  .package = S_INIT("pkg:maven/org.example/odd@1.0%3Cscript%3E"),
	  .remedy = S_INIT("update odd to 2.0"),
	  .severity = SEVERITY_CRITICAL },
	{ .rule = &rule_vuln,
	  .key = S_INIT("CVE-2024-5535 pkg:deb/debian/libssl3"),
	  .kind = S_INIT("fixed"),
	  .what = S_INIT("CVE-2024-5535 in libssl3 3.0.11-1~deb12u2 (high): fixed in "
			 "3.0.15-1~deb12u1 since 2024-09-04"),
	  .layer = 0,
	  .instruction = S_INIT("COPY rootfs /"),
	  .package = S_INIT("pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64"),
	  .remedy = S_INIT("update openssl to 3.0.15-1~deb12u1"),
	  .severity = SEVERITY_HIGH,
	  .of_base = true },
	{ .rule = &rule_vuln,
	  .key = S_INIT("CVE-2024-5535 pkg:deb/debian/openssl"),
	  .kind = S_INIT("fixed"),
	  .what = S_INIT(
		  "CVE-2024-5535 in openssl 3.0.11-1~deb12u2 (high): fixed in 3.0.15-1~deb12u1"),
	  .layer = 0,
	  .package = S_INIT("pkg:deb/debian/openssl@3.0.11-1~deb12u2?arch=amd64&distro=debian-12"),
	  .severity = SEVERITY_HIGH,
	  .of_base = true,
	  .waived_by = S_INIT("grace"),
	  .reason = S_INIT("within its grace until 2025-07-08 (since 2025-06-24)") },
	{ .rule = &rule_vuln,
	  .key = S_INIT("GHSA-v845-jxx5-vc9f pkg:pypi/urllib3"),
	  .kind = S_INIT("fixed"),
	  .what = S_INIT("GHSA-v845-jxx5-vc9f in urllib3 1.26.12 (medium): fixed in 1.26.17"),
	  .layer = -1,
	  .package = S_INIT("pkg:pypi/urllib3@1.26.12"),
	  .severity = SEVERITY_MEDIUM,
	  .waived_by = S_INIT("waivers.yaml:12"),
	  .reason = S_INIT("=cmd|'/c calc'!A1 is never called") },
};

static struct verdict_rule verdict_rules[] = {
	{ .id = S_INIT("VULN-001"),
	  .rule = S_INIT("vuln.severity"),
	  .title = S_INIT("Nothing high or worse that an update fixes"),
	  .rationale = S_INIT("What is published is attacked within days."),
	  .remedy = S_INIT("rebuild; if pinned, raise the pin"),
	  .with = S_INIT("min: high, fixable: true, grace: {high: 14d}"),
	  .where = S_INIT("prod.yaml:7"),
	  .outcome = OUTCOME_FAIL,
	  .detail = S_INIT("7 findings"),
	  .fault = vuln_faults,
	  .fault_n = N(vuln_faults),
	  .waived_n = 1,
	  .graced_n = 1,
	  .until = S_INIT("2025-07-08") },
	{ .id = S_INIT("CONF-001"),
	  .rule = S_INIT("config.nonroot"),
	  .title = S_INIT("The user is not root"),
	  .rationale = S_INIT("Who breaks out of a process of root is root on the host."),
	  .remedy = S_INIT("Set USER to a user other than root."),
	  .where = S_INIT("prod.yaml:10"),
	  .also = S_INIT("CIS-4.1 CIS-DI-0001"),
	  .outcome = OUTCOME_FAIL,
	  .fault = nonroot_faults,
	  .fault_n = N(nonroot_faults) },
	{ .id = S_INIT("CONF-002"),
	  .rule = S_INIT("fs.no_setuid"),
	  .title = S_INIT("No file is setuid or setgid"),
	  .rationale = S_INIT("Such programs give their caller rights that it has not."),
	  .remedy = S_INIT("Take the bits away: RUN chmod a-s FILE."),
	  .where = S_INIT("prod.yaml:11"),
	  .mode = POLICY_WARN,
	  .effective_on = S_INIT("2025-09-01"),
	  .outcome = OUTCOME_FAIL,
	  .fault = setuid_faults,
	  .fault_n = N(setuid_faults),
	  .waived_n = 1 },
	{ .id = S_INIT("SIGN-001"),
	  .rule = S_INIT("image.signed"),
	  .title = S_INIT("The image is signed"),
	  .remedy = S_INIT("Sign the image."),
	  .where = S_INIT("prod.yaml:12"),
	  .outcome = OUTCOME_ERROR,
	  .detail = S_INIT("signatures cannot be verified yet") },
	{ .id = S_INIT("CUST-001"),
	  .rule = S_INIT("cel"),
	  .title = S_INIT("</script><script>alert(1)</script>"),
	  .where = S_INIT("prod.yaml:13"),
	  .mode = POLICY_LOG,
	  .outcome = OUTCOME_FAIL },
	{ .id = S_INIT("CONF-003"),
	  .rule = S_INIT("fs.no_shell"),
	  .title = S_INIT("There is no shell"),
	  .where = S_INIT("prod.yaml:14"),
	  .detail = S_INIT("4,120 files") },
	{ .id = S_INIT("PKG-001"),
	  .rule = S_INIT("package.deny"),
	  .title = S_INIT("No telnet"),
	  .where = S_INIT("prod.yaml:15"),
	  .detail = S_INIT("5 packages") },
};

static str waived_packages[] = { S_INIT("pkg:pypi/urllib3") };
static str waived_keys[] = { S_INIT("usr/bin/su") };
static str waived_images[] = { S_INIT("registry.example/app") };
static str approvers[] = { S_INIT("alice"), S_INIT("bob") };
static struct waiver verdict_waivers[] = {
	{ .where = S_INIT("waivers.yaml:9"),
	  .form = "waiver",
	  .rule = S_INIT("CONF-002"),
	  .keys = TEXTS(waived_keys),
	  .images = TEXTS(waived_images),
	  .justification = S_INIT("inline_mitigations_already_exist"),
	  .assessment = S_INIT("mitigated"),
	  .reason = S_INIT("needed by cron"),
	  .owner = S_INIT("team-os"),
	  .approved_by = TEXTS(approvers),
	  .link = S_INIT("https://tickets.example/12"),
	  .until = S_INIT("2025-12-31"),
	  .matched = 1 },
	{ .where = S_INIT("waivers.yaml:12"),
	  .form = "waiver",
	  .id = S_INIT("CVE-2023-43804"),
	  .purls = TEXTS(waived_packages),
	  .justification = S_INIT("vulnerable_code_not_in_execute_path"),
	  .assessment = S_INIT("not_vulnerable"),
	  .reason = S_INIT("=cmd|'/c calc'!A1 is never called"),
	  .owner = S_INIT("@web(1)"),
	  .link = S_INIT("javascript:alert(1)"),
	  .until = S_INIT("2025-07-10"),
	  .matched = 1,
	  .expiring = true },
	{ .where = S_INIT("waivers.yaml:20"),
	  .form = "waiver",
	  .id = S_INIT("CVE-2020-1"),
	  .owner = S_INIT("team-web"),
	  .until = S_INIT("2025-06-01"),
	  .expired = true },
	{ .where = S_INIT("waivers.yaml:24"),
	  .form = "waiver",
	  .id = S_INIT("CVE-2020-2"),
	  .refused = S_INIT("it has no owner") },
	{ .where = S_INIT(".trivyignore:1"), .form = "trivyignore", .id = S_INIT("CVE-2018-1") },
};

static struct verdict_policy verdict_asked[] = {
	{ .name = S_INIT("prod-baseline"),
	  .file = S_INIT("prod.yaml"),
	  .description = S_INIT("What runs in production"),
	  .digest = { { 0x90, 0x11, 0xc4 } },
	  .max_days = 30,
	  .approvals = 2 },
};
static str verdict_warnings[] = {
	S_INIT("waivers.yaml:12: CVE-2023-43804 is waived until 2025-07-10"),
	S_INIT("changelog: the age of its data is not known"),
};

/* A policy's waiver suppresses one that its owner had. */
static struct finding judged_findings[N(findings)];
static struct report judged_report;
static struct facts judged_facts;

static void fixture_judge(void)
{
	fixture_fill();
	memcpy(judged_findings, findings, sizeof(findings));
	judged_findings[5].suppressed = SUPPRESSED_WAIVER;
	judged_findings[5].reason = S("=cmd|'/c calc'!A1 is never called");
	judged_findings[5].rule = S("waivers.yaml:12");
	judged_report = full_report;
	judged_report.finding = judged_findings;
	judged_facts = full_facts;
	judged_facts.report = &judged_report;
}

static struct verdict full_verdict = {
	.policy = verdict_asked,
	.policy_n = N(verdict_asked),
	.facts = &judged_facts,
	.facts_file = S_INIT("facts<1>|.json"),
	.facts_digest = { { 0x12, 0xab } },
	.rule = verdict_rules,
	.rule_n = N(verdict_rules),
	.waiver = verdict_waivers,
	.waiver_n = N(verdict_waivers),
	.warnings = TEXTS(verdict_warnings),
	.failed_n = 2,
	.warned_n = 1,
	.passed_n = 2,
	.error_n = 1,
	.waived_n = 2,
	.verified = 5,
	.to_verify = 12,
	.time = 1751328000,
	.valid_until = S_INIT("2025-07-08T00:00:00Z"),
};

#endif
