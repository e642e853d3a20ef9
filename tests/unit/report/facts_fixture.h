/* Facts of an image with something of everything, on the report of findings_fixture.h. */
#ifndef TESTS_FACTS_FIXTURE_H
#define TESTS_FACTS_FIXTURE_H

#include "findings_fixture.h"
#include "model/facts.h"

static const struct rule rule_nonroot = {
	"config.nonroot",
	"CIS-4.1 CIS-DI-0001",
	SEVERITY_HIGH,
	"The user is not root",
	"Who breaks out of a process of root is root on the host.",
	"Set USER to a user other than root."
};
static const struct rule rule_setuid = { "fs.no_setuid",
					 "CIS-4.8 CIS-DI-0008",
					 SEVERITY_MEDIUM,
					 "No file is setuid or setgid",
					 "Such programs give their caller rights that it has not.",
					 "Take the bits away: RUN chmod a-s FILE." };
static const struct rule rule_signed = { "image.signed",
					 "CIS-4.5",
					 SEVERITY_LOW,
					 "The image is signed",
					 "Without a signature nobody knows whose image it is.",
					 "Sign the image." };
static const struct rule rule_shell = { "fs.no_shell",
					"",
					SEVERITY_MEDIUM,
					"There is no shell",
					"Most attacks begin with one.",
					"Build without a shell." };

static struct fault nonroot_faults[] = {
	{ .rule = &rule_nonroot,
	  .key = S_INIT("user"),
	  .what = S_INIT("runs as root"),
	  .layer = -1,
	  .instruction = S_INIT("USER root") },
};
static struct fault setuid_faults[] = {
	{ .rule = &rule_setuid,
	  .key = S_INIT("usr/bin/su"),
	  .what = S_INIT("usr/bin/su is setuid root (04755)"),
	  .path = S_INIT("usr/bin/su"),
	  .layer = 0,
	  .instruction = S_INIT("COPY rootfs /"),
	  .package = S_INIT("pkg:deb/debian/util-linux@2.38.1-5"),
	  .of_base = true,
	  .waived_by = S_INIT("waivers.yaml:9"),
	  .reason = S_INIT("needed by cron") },
	{ .rule = &rule_setuid,
	  .key = S_INIT("bin/<x>\x1b[2J"),
	  .kind = S_INIT("setgid"),
	  .what = S_INIT("bin/<x>\x1b[2J is setgid </script><script>alert(1)</script> | `a`"),
	  .path = S_INIT("bin/<x>\x1b[2J"),
	  .layer = 1,
	  .instruction = S_INIT("RUN chmod g+s /bin/<x>"),
	  .remedy = S_INIT("chmod g-s /bin/<x>"),
	  .severity = SEVERITY_CRITICAL },
};

static struct check fixture_checks[] = {
	{ &rule_nonroot, OUTCOME_FAIL, S_INIT("USER is root"), nonroot_faults, N(nonroot_faults) },
	{ &rule_setuid, OUTCOME_FAIL, S_INIT("2 of 4,120 files"), setuid_faults, N(setuid_faults) },
	{ &rule_signed, OUTCOME_ERROR, S_INIT("signatures cannot be verified yet"), NULL, 0 },
	{ &rule_shell, OUTCOME_PASS, S_INIT(""), NULL, 0 },
};

static str fixture_entry[] = { S_INIT("/usr/bin/app") }, fixture_cmd[] = { S_INIT("--serve") };
static str fixture_ports[] = { S_INIT("22/tcp"), S_INIT("8080/tcp") };
static struct pair fixture_env[] = { { S_INIT("PATH"), S_INIT("/usr/bin:/bin") },
				     { S_INIT("LANG"), S_INIT("C.UTF-8") } };
static struct pair fixture_labels[] = { { S_INIT("org.opencontainers.image.source"),
					  S_INIT("https://git.example/app") } };
static struct config_step fixture_steps[] = {
	{ .instruction = S_INIT("COPY rootfs /"), .created = 1750000000, .layer = 0 },
	{ .instruction = S_INIT("RUN chmod g+s /bin/<x>"),
	  .comment = S_INIT("buildkit"),
	  .layer = 1 },
	{ .instruction = S_INIT("USER root"), .layer = -1 },
};
static struct inventory_layer fixture_layers[] = {
	{ .digest = { { 1 } },
	  .diff_id = { { 2 } },
	  .size = 30000000,
	  .media_type = S_INIT("application/vnd.oci.image.layer.v1.tar+gzip"),
	  .created_by = S_INIT("COPY rootfs /"),
	  .is_base = true },
	{ .digest = { { 3 } },
	  .diff_id = { { 4 } },
	  .size = 1000,
	  .media_type = S_INIT("application/vnd.oci.image.layer.v1.tar+gzip"),
	  .created_by = S_INIT("RUN chmod g+s /bin/<x>") },
};
static struct hardening_change fixture_changes[] = {
	{ HARDENING_WEAKER, "user", S_INIT("config.nonroot"), S_INIT("user"),
	  S_INIT("runs as root, the base as 65532"), S_INIT("65532"), S_INIT("root"),
	  S_INIT("USER root"), -1, S_INIT("USER 65532"), SEVERITY_HIGH },
	{ HARDENING_ADDED, "ports", S_INIT(""), S_INIT("22/tcp"), S_INIT("exposes 22/tcp"),
	  S_INIT(""), S_INIT("22/tcp"), S_INIT("EXPOSE 22"), -1, S_INIT(""), SEVERITY_LOW },
};
static const struct hardening fixture_hardening = {
	.before = S_INIT("registry.example/base/debian:12"),
	.after = S_INIT("registry.example/app:1.4"),
	.p = fixture_changes,
	.n = N(fixture_changes),
	.weaker_n = 1,
	.added_n = 1,
	.size_before = 30000000,
	.size_after = 30001000,
	.packages_before = 2,
	.packages_after = 5,
};
static struct ledger_line fixture_unknown[] = {
	{ .path = S_INIT("opt/tool"), .kind = "executable", .layer = 1, .size = 4096 },
};
static struct changed_file fixture_changed[] = {
	{ .path = S_INIT("etc/ssl/openssl.cnf"),
	  .package = 1,
	  .how = CHANGED_CONTENT,
	  .config = true,
	  .layer = 1 },
};
static struct warning fixture_warnings[] = {
	{ .path = S_INIT("app/x.jar"), .message = S_INIT("is cut off"), .layer = 1 },
};
static str fixture_attested[] = { S_INIT("https://slsa.dev/provenance/v1") };

static struct facts full_facts = {
	.report = &full_report,
	.config = { .user = S_INIT("root"),
		    .work_dir = S_INIT("/app"),
		    .env = { fixture_env, N(fixture_env) },
		    .entrypoint = TEXTS(fixture_entry),
		    .cmd = TEXTS(fixture_cmd),
		    .ports = TEXTS(fixture_ports),
		    .labels = { fixture_labels, N(fixture_labels) },
		    .created = 1750000000,
		    .step = fixture_steps,
		    .step_n = N(fixture_steps) },
	.checks = { fixture_checks, N(fixture_checks) },
	.base = { .known = true,
		  .name = S_INIT("registry.example/base/debian:12"),
		  .digest = { { 0xba, 0x5e } },
		  .current_known = true,
		  .current = { { 0xba, 0x5f } },
		  .created = 1749000000,
		  .current_created = 1750500000,
		  .layers = 1 },
	.hardening = &fixture_hardening,
	.attestations = TEXTS(fixture_attested),
	.time = 1751328000,
};

/* What the inventory of findings_fixture.h does not have. */
static void fixture_fill(void)
{
	inventory.subject.size = 31000000;
	inventory.subject.layer = fixture_layers;
	inventory.subject.layer_n = N(fixture_layers);
	inventory.unknown = fixture_unknown;
	inventory.unknown_n = N(fixture_unknown);
	inventory.changed = fixture_changed;
	inventory.changed_n = N(fixture_changed);
	inventory.warning = fixture_warnings;
	inventory.warning_n = N(fixture_warnings);
	inventory.executables = 12;
	inventory.owned = 10;
	inventory.recognised = 1;
	inventory.compared = 4000;
	full_report.no_database = false;
}

#endif
