#include "audited.h"

#define PASSWD                                                          \
	AT("etc/passwd",                                                \
	   "root:x:0:0:root:/root:/bin/sh\nwww:x:33:33::/:/bin/false\n" \
	   "toor:x:0:0::/:/bin/sh\n65532:x:0:0::/:/bin/sh\nops:x:1001:0::/:/bin/sh\n")
#define GROUP AT("etc/group", "root:x:0:\nwww:x:33:\n")
#define USER(u) "{\"config\":{\"User\":\"" u "\"}}"

static const struct audited_row users[] = {
	{ "config.nonroot", "fail: no user is set, so it starts as root", { "{}", { PASSWD } } },
	{ "config.nonroot", "fail: the user is root", { USER("root"), { PASSWD } } },
	{ "config.nonroot", "fail: the user is 0", { USER("0:33") } },
	{ "config.nonroot", "fail: the user is 00, whose id is 0 in etc/passwd", { USER("00") } },
	{ "config.nonroot", "fail: no user is set, so it starts as root", { USER(":33") } },
	{ "config.nonroot",
	  "fail: the user is toor, whose id is 0 in etc/passwd",
	  { USER("toor"), { PASSWD } } },
	/* runc takes the line that has the number as its name. */
	{ "config.nonroot",
	  "fail: the user 65532 is the name of an account with id 0 in etc/passwd",
	  { USER("65532"), { PASSWD } } },
	{ "config.nonroot", "pass", { USER("65532") } },
	{ "config.nonroot", "pass", { USER("www"), { PASSWD } } },
	{ "config.nonroot",
	  "error: the user 'app' is not in etc/passwd",
	  { USER("app"), { PASSWD } } },
	{ "config.nonroot",
	  "error: this is no image: it has no configuration",
	  { NULL, { PASSWD } } },
	{ "config.nonroot_group", "pass", { USER("www"), { PASSWD, GROUP } } },
	{ "config.nonroot_group", "pass", { USER("1:www"), { PASSWD, GROUP } } },
	{ "config.nonroot_group",
	  "fail: the group of 1 is 0: no group is given, and etc/passwd has none",
	  { USER("1") } },
	{ "config.nonroot_group",
	  "fail: the group of ops is 0, by etc/passwd",
	  { USER("ops"), { PASSWD } } },
	{ "config.nonroot_group",
	  "fail: the group of 1 is 0",
	  { USER("1:root"), { PASSWD, GROUP } } },
	{ "config.nonroot_group",
	  "error: the group 'x' is not in etc/group",
	  { USER("1:x"), { GROUP } } },
	{ "config.numeric_user", "fail: the user is the name 'www'", { USER("www"), { PASSWD } } },
	{ "config.numeric_user", "pass", { USER("33:33"), { PASSWD } } },
};

#define CONFIG(c) "{\"config\":{" c "}}"
static const struct audited_row settings[] = {
	{ "config.healthcheck", "fail: there is no health check", { "{}" } },
	{ "CIS-4.6",
	  "fail: the health check is switched off",
	  { CONFIG("\"Healthcheck\":{\"Test\":[\"NONE\"]}") } },
	{ "CIS-DI-0006", "pass", { CONFIG("\"Healthcheck\":{\"Test\":[\"CMD\",\"/x\"]}") } },
	{ "config.ports",
	  "fail: 22/tcp is exposed: ssh",
	  { CONFIG("\"ExposedPorts\":{\"22/tcp\":{},\"80\":{}}") } },
	{ "config.ports",
	  "fail: 20-30 is exposed: ssh; 20-30 is exposed: telnet",
	  { CONFIG("\"ExposedPorts\":{\"20-30\":{}}") } },
	{ "config.ports",
	  "fail: '0/tcp' is no port; '70000' is no port; '80/x' is no port",
	  { CONFIG("\"ExposedPorts\":{\"70000\":{},\"80/x\":{},\"0/tcp\":{}}") } },
	{ "config.ports", "pass", { CONFIG("\"ExposedPorts\":{\"8022/tcp\":{},\"22/udp\":{}}") } },
	{ "config.privileged_ports",
	  "fail: 443/tcp is exposed; 80 is exposed",
	  { CONFIG("\"ExposedPorts\":{\"80\":{},\"443/tcp\":{},\"1024\":{}}") } },
	{ "config.privileged_ports", "pass", { CONFIG("\"ExposedPorts\":{\"1024\":{}}") } },
	{ "config.volumes",
	  "fail: a volume at /; a volume at /proc; a volume at /usr//bin/./x",
	  { CONFIG("\"Volumes\":{\"/proc\":{},\"/usr//bin/./x\":{},\"/\":{}}") } },
	{ "DKL-DI-0002", "pass", { CONFIG("\"Volumes\":{\"/data\":{},\"/var/lib/mysql\":{}}") } },
	{ "config.work_dir",
	  "fail: the working directory 'app' is relative",
	  { CONFIG("\"WorkingDir\":\"app\"") } },
	{ "config.work_dir",
	  "fail: the working directory is /etc/",
	  { CONFIG("\"WorkingDir\":\"/etc/\"") } },
	{ "config.work_dir", "pass", { CONFIG("\"WorkingDir\":\"/\"") } },
	{ "config.work_dir", "pass", { CONFIG("\"WorkingDir\":\"/app\"") } },
	{ "config.onbuild", "fail: ONBUILD RUN x", { CONFIG("\"OnBuild\":[\"RUN x\"]") } },
	{ "config.onbuild", "pass", { CONFIG("\"OnBuild\":null") } },
	{ "config.entrypoint", "pass", { "{}" } },
	{ "config.entrypoint", "pass", { CONFIG("\"Cmd\":[\"app\"]"), { AT("usr/bin/app", "") } } },
	{ "config.entrypoint",
	  "pass",
	  { CONFIG("\"Cmd\":[\"app\"],\"Env\":[\"PATH=/opt\"]"), { AT("opt/app", "") } } },
	{ "config.entrypoint",
	  "fail: app is not in the image",
	  { CONFIG("\"Cmd\":[\"app\"],\"Env\":[\"PATH=/opt\"]"), { AT("usr/bin/app", "") } } },
	{ "config.entrypoint",
	  "pass",
	  { CONFIG("\"Cmd\":[\"./app\"],\"WorkingDir\":\"/w\""), { AT("w/app", "") } } },
	{ "config.entrypoint",
	  "fail: it is started by a shell: /bin/sh -c ...",
	  { CONFIG("\"Entrypoint\":[\"/bin/sh\",\"-c\",\"app\"]"), { AT("bin/sh", "") } } },
	{ "config.entrypoint",
	  "pass",
	  { CONFIG("\"Entrypoint\":[\"/bin/sh\",\"/start.sh\"]"), { AT("bin/sh", "") } } },
	{ "config.env",
	  "fail: LD_PRELOAD is /x.so; PATH has the relative part ''; PATH has the relative part "
	  "'bin'",
	  { CONFIG("\"Env\":[\"LD_PRELOAD=/x.so\",\"PATH=bin::/usr/bin\"]") } },
	{ "config.env",
	  "pass",
	  { CONFIG("\"Env\":[\"PATH=/usr/bin:/bin\",\"LD_LIBRARY_PATH=\"]") } },
	{ "config.no_secrets_env",
	  "fail: API_KEY is set in the environment; DB_PASSWORD is set in the environment; "
	  "github-token is set in the environment",
	  { CONFIG("\"Env\":[\"DB_PASSWORD=x\",\"API_KEY=y\",\"github-token=z\"]") } },
	{ "config.no_secrets_env",
	  "pass",
	  { CONFIG("\"Env\":[\"GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D\",\"DB_PASSWORD_"
		   "FILE=x\","
		   "\"SECRET=/run/secrets/"
		   "x\",\"PASSWORD=\",\"KEYBOARD=us\",\"TOKEN_TTL=5\",\"PWD=x\","
		   "\"BYPASS=x\",\"ALLOW_EMPTY_PASSWORD=yes\"]") } },
};

static int by_user(struct op *op)
{
	return audited_rows(op, users, sizeof(users) / sizeof(users[0]));
}

static int by_setting(struct op *op)
{
	return audited_rows(op, settings, sizeof(settings) / sizeof(settings[0]));
}

/* What is broken is told with the instruction that did it, and without values. */
static int evidence(struct op *op)
{
	static const struct audited image = {
		"{\"config\":{\"User\":\"root\",\"Env\":[\"DB_PASSWORD=hunter2\"]},\"history\":["
		"{\"created_by\":\"ENV DB_PASSWORD=hunter2\",\"empty_layer\":true},"
		"{\"created_by\":\"USER root\",\"empty_layer\":true}]}"
	};
	struct inventory inv = { 0 };
	struct checks checks;

	TRY(audited_make(op, &image, &inv, &checks));
	struct check *c = checks_find(&checks, S("CIS-4.1"));
	CHECK(c && c->outcome == OUTCOME_FAIL && c->fault_n == 1);
	if (!c || c->fault_n != 1)
		return 0;
	CHECK(c->fault[0].layer == -1);
	CHECK_STR(c->fault[0].instruction, S("USER root"));
	CHECK(fault_severity(&c->fault[0]) == SEVERITY_HIGH);
	c = checks_find(&checks, S("config.no_secrets_env"));
	CHECK(c && c->fault_n == 1);
	if (!c || c->fault_n != 1)
		return 0;
	CHECK_STR(c->fault[0].instruction, S("ENV DB_PASSWORD=***"));
	CHECK(str_find_str(c->fault[0].what, S("hunter2")) < 0);
	return 0;
}

static int every_rule(struct op *op)
{
	(void)op;
	for (size_t i = 0; i < audit_rules_n(); i++) {
		const struct rule *r = audit_rule(i);
		CHECK(r->id[0] && r->also && r->severity && r->title[0] && r->rationale[0] &&
		      r->remedy[0]);
		CHECK(audit_rule_of(str_of(r->id)) == r);
		for (size_t k = 0; k < i; k++)
			CHECK(!str_eq(str_of(audit_rule(k)->id), str_of(r->id)));
	}
	CHECK(audit_rule_of(S("no.such")) == NULL && audit_rule_of(S("")) == NULL);
	return 0;
}

TESTS({ "users", by_user }, { "settings", by_setting }, { "evidence", evidence },
      { "every rule", every_rule })
