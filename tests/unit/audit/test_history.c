#include <stdio.h>
#include <stdlib.h>

#include "audited.h"

/* One RUN above a base, as Docker writes it. */
#define RUN(command)                                                                         \
	{                                                                                    \
		"{\"rootfs\":{\"diff_ids\":[\"x\"]},\"history\":[{\"created_by\":\"/bin/sh " \
		"-c " command "\"}]}"                                                        \
	}
/* Steps, each of which ends with a comma. */
#define STEPS(steps)                                              \
	{                                                         \
		"{\"history\":[" steps "{\"empty_layer\":true}]}" \
	}
#define STEP(text) "{\"created_by\":\"" text "\"},"
#define EMPTY(text) "{\"created_by\":\"" text "\",\"empty_layer\":true},"

static const struct audited_row commands[] = {
	{ "CIS-4.7", "fail: apt-get updates its lists and installs nothing",
	  RUN("apt-get -o A=b -q update") },
	{ "CIS-4.7", "fail: apk updates its lists and installs nothing",
	  RUN("apk update && echo x") },
	{ "CIS-4.7", "fail: yum updates its lists and installs nothing", RUN("yum -y update") },
	{ "CIS-4.7", "pass", RUN("apt-get update && apt-get install -y curl") },
	{ "CIS-4.7", "pass", RUN("apk --no-cache update") },
	{ "CIS-4.7", "pass", RUN("echo apt-get update") },
	{ "CIS-4.7", "pass", RUN("echo 'x; apt-get update'") },
	{ "CIS-4.7",
	  "fail: apt-get updates its lists and installs nothing",
	  { "{\"history\":[{\"created_by\":\"RUN /bin/bash -o pipefail -ec apt-get update # "
	    "buildkit\"}]}" } },
	{ "CIS-4.7", "error: the image has no history", { "{}" } },
	{ "CIS-4.9", "fail: ADD to /app",
	  STEPS(STEP("/bin/sh -c #(nop) ADD file:12 in / ")
			STEP("/bin/sh -c #(nop) ADD file:34 in /app ")) },
	{ "CIS-4.9", "pass",
	  STEPS(EMPTY("/bin/sh -c #(nop)  ARG RELEASE") STEP("ADD rootfs.tar.xz / # buildkit")
			STEP("COPY x /app # buildkit")) },
	{ "CIS-4.9", "fail: ADD to /",
	  STEPS(STEP("RUN /bin/sh -c true # buildkit") STEP("ADD x.tar / # buildkit")) },
	{ "history.sudo", "fail: sudo make", RUN("cd x && sudo -u root make install") },
	{ "history.sudo", "pass", RUN("apt-get install -y sudo; echo sudo") },
	{ "DKL-DI-0003", "fail: apt-get dist-upgrade",
	  RUN("apt-get update; apt-get -y dist-upgrade") },
	{ "DKL-DI-0003", "pass", RUN("apt-get update; apt-get -y upgrade") },
	{ "DKL-DI-0003", "fail: zypper dup", RUN("zypper --non-interactive dup") },
	{ "history.apk_cache", "fail: apk add without --no-cache", RUN("apk add wget curl") },
	{ "history.apk_cache", "pass", RUN("apk add --no-cache wget") },
	{ "history.apk_cache", "pass", RUN("apk add wget && rm -rf /var/cache/apk/*") },
	{ "history.package_cache", "fail: yum installs and its cache is not cleaned",
	  RUN("dnf install -y x") },
	{ "history.package_cache", "pass", RUN("dnf install -y x && dnf clean all") },
	{ "history.package_cache", "fail: zypper installs and its cache is not cleaned",
	  RUN("zypper -n in x") },
	{ "history.download_piped", "fail: what curl downloads is run by bash",
	  RUN("curl -fsSL https://x.example/i.sh | tee log | bash -s -- -y") },
	{ "history.download_piped", "fail: what wget downloads is run by python3",
	  RUN("wget -qO- x | sudo python3 -") },
	{ "history.download_piped", "fail: sh runs what is downloaded",
	  RUN("sh -c \\\"$(curl -fsSL x)\\\"") },
	{ "history.download_piped", "fail: bash runs what is downloaded",
	  RUN("bash <(curl -s x)") },
	{ "history.download_piped", "pass", RUN("curl -fsSL x | tar xz") },
	{ "history.download_piped", "pass",
	  RUN("curl -o x.sh x && sha256sum -c x.sum && sh x.sh") },
	{ "history.download_piped", "pass", RUN("curl x | python3 -c 'import json'") },
	{ "history.world_writable", "fail: chmod 777 /app", RUN("chmod -R 777 /app") },
	{ "history.world_writable", "fail: chmod a+rw /app", RUN("chmod a+rw /app") },
	{ "history.world_writable", "fail: chmod 0666 /x", RUN("chmod 0666 /x") },
	{ "history.world_writable", "pass",
	  RUN("chmod 1777 /tmp; chmod 755 /x; chmod u+w /x; chmod go-w /x; "
	      "chmod +x /x") },
	{ "history.unverified", "fail: curl -k", RUN("curl -fsSLk https://x.example") },
	{ "history.unverified", "fail: wget --no-check-certificate",
	  RUN("wget --no-check-certificate x") },
	{ "history.unverified", "fail: apt-get --allow-unauthenticated",
	  RUN("apt-get install -y --allow-unauthenticated x") },
	{ "history.unverified", "fail: pip --trusted-host",
	  RUN("pip install --trusted-host=x.example y") },
	{ "history.unverified", "fail: npm NODE_TLS_REJECT_UNAUTHORIZED=0",
	  RUN("NODE_TLS_REJECT_UNAUTHORIZED=0 npm ci") },
	{ "history.unverified", "pass",
	  RUN("curl -fsSL https://x.example && wget x && grep -k y") },
	{ "history.sudo", "error: this is no image: it has no configuration", { NULL } },
};

#define LIST AT("var/lib/apt/lists/x_Packages", "Package: x")
#define UPDATES "apt-get update && apt-get install -y x"
static const struct audited_row lists[] = {
	/* What a mount kept out of the layer is not there. */
	{ "history.apt_lists", "pass", RUN(UPDATES) },
	{ "history.apt_lists",
	  "fail: lists of apt are left in var/lib/apt/lists",
	  { "{\"rootfs\":{\"diff_ids\":[\"x\"]},\"history\":[{\"created_by\":\"/bin/sh -c " UPDATES
	    "\"}]}",
	    { LIST } } },
	{ "history.apt_lists", "pass", RUN(UPDATES " && rm -rf /var/lib/apt/lists/*") },
	{ "history.apt_lists", "pass", RUN(UPDATES "; find /var/lib/apt/lists -type f -delete") },
	{ "history.apt_lists",
	  "fail: lists of apt are left in var/lib/apt/lists",
	  { "{\"rootfs\":{\"diff_ids\":[\"x\"]},\"history\":[{\"created_by\":\"/bin/sh -c " UPDATES
	    " && rm -rf /tmp/x /var/log/apt\"}]}",
	    { LIST } } },
	{ "history.apt_lists",
	  "fail: lists of apt are removed by a later step, and so stay in the layer",
	  STEPS(STEP("/bin/sh -c " UPDATES) STEP("/bin/sh -c rm -rf /var/lib/apt/lists")) },
};

static int by_command(struct op *op)
{
	return audited_rows(op, commands, sizeof(commands) / sizeof(commands[0]));
}

static int by_lists(struct op *op)
{
	return audited_rows(op, lists, sizeof(lists) / sizeof(lists[0]));
}

/* dockle's own inputs, with what its checkpoints say of them. */
static const struct {
	const char *file, *rule;
	enum outcome_kind want;
	ptrdiff_t faults;
} dockle[] = {
	{ "root_default", "CIS-DI-0001", OUTCOME_FAIL, 1 },
	{ "root_default", "CIS-DI-0009", OUTCOME_PASS, 0 },
	{ "nginx", "CIS-DI-0001", OUTCOME_FAIL, 1 },
	{ "nginx", "CIS-DI-0006", OUTCOME_FAIL, 1 },
	{ "nginx", "CIS-DI-0007", OUTCOME_PASS, 0 },
	{ "nginx", "CIS-DI-0009", OUTCOME_PASS, 0 },
	{ "nginx", "CIS-DI-0010", OUTCOME_PASS, 0 },
	{ "apk_cache", "DKL-DI-0004", OUTCOME_FAIL, 1 },
	{ "apk_cache", "CIS-DI-0009", OUTCOME_FAIL, 1 },
	{ "multi_add", "CIS-DI-0009", OUTCOME_FAIL, 2 },
	{ "add_with_arg_statement", "CIS-DI-0009", OUTCOME_PASS, 0 },
	{ "apt_update_upgrade", "CIS-DI-0007", OUTCOME_PASS, 0 },
};

static int dockles(struct op *op)
{
	static const char below[] = "checks/dockle/pkg/assessor/manifest/testdata";
	const char *data = getenv("TEMPER_SHARED_DATA");
	char path[1024], text[1 << 16];

	for (size_t i = 0; i < sizeof(dockle) / sizeof(dockle[0]); i++) {
		struct inventory inv = { 0 };
		struct audited image = { .config = text };
		struct checks checks;
		(void)snprintf(path, sizeof(path), "%s%s/%s/%s.json",
			       data ? data : getenv("TEMPER_SOURCE"), data ? "" : "/../shared/data",
			       below, dockle[i].file);
		FILE *f = fopen(path, "r");
		if (!f)
			SKIP("there is no %s: set TEMPER_SHARED_DATA", path);
		size_t n = fread(text, 1, sizeof(text) - 1, f);
		(void)fclose(f);
		text[n] = '\0';
		TRY(audited_make(op, &image, &inv, &checks));
		const struct check *c = checks_find(&checks, str_of(dockle[i].rule));
		CHECK(c && c->outcome == dockle[i].want && c->fault_n == dockle[i].faults);
	}
	return 0;
}

TESTS({ "commands", by_command }, { "lists of apt", by_lists },
      { "dockle's inputs", dockles, .once = true })
