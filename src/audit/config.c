/*
 * How an image is started, by its configuration and its own accounts.
 *
 * Who a process is is decided as runc does it (libcontainer, user.GetExecUser): "user", "user:group",
 * names or numbers; the first line of etc/passwd that has the text as its name or the number as its id
 * is meant, so a line whose name is "65532" and whose id is 0 makes root of a number.
 */
#include "model/config.h"

#include "auditor.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/num.h"
#include "passwd.h"

enum {
	NONROOT,
	GROUP,
	NUMERIC,
	HEALTH,
	PORTS,
	PRIVILEGED,
	VOLUMES,
	ENTRY,
	ENV,
	SECRETS,
	ONBUILD,
	WORK_DIR
};

static const struct rule rules[] = {
	[NONROOT] = { "config.nonroot", "CIS-4.1 CIS-DI-0001 DS-0002 DL3002", SEVERITY_HIGH,
		      "The image does not start as root",
		      "What breaks out of a process that is root is root on the host, where no "
		      "user "
		      "namespace is set up; and inside it can change every file.",
		      "End the Dockerfile with USER and a number that is not 0, e.g. USER "
		      "65532:65532." },
	[GROUP] = { "config.nonroot_group", "", SEVERITY_LOW, "The group is not root's",
		    "Files that are readable or writable for group 0 are open to it. A number that "
		    "etc/passwd does not know gets group 0.",
		    "Name the group too: USER 65532:65532." },
	[NUMERIC] = { "config.numeric_user", "", SEVERITY_LOW, "The user is given as a number",
		      "Kubernetes cannot prove runAsNonRoot of a name, and refuses to start such "
		      "an image.",
		      "Use the number of the account: USER 65532." },
	[HEALTH] = { "config.healthcheck", "CIS-4.6 CIS-DI-0006 DS-0026", SEVERITY_LOW,
		     "A health check is set",
		     "Without one a container that hangs is taken for a healthy one.",
		     "Add HEALTHCHECK to the Dockerfile, or the annotation "
		     "org.opencontainers.image.healthcheck; Kubernetes has probes of its own." },
	[PORTS] = { "config.ports", "DS-0004 DS-0008 DL3011", SEVERITY_MEDIUM,
		    "No port for remote administration is exposed",
		    "Containers are entered through the engine; a login service is one more way "
		    "in.",
		    "Remove the EXPOSE and the service behind it." },
	[PRIVILEGED] = { "config.privileged_ports", "", SEVERITY_LOW,
			 "No port below 1024 is exposed",
			 "To listen there a process needs root or CAP_NET_BIND_SERVICE on many "
			 "hosts.",
			 "Listen on a port from 1024 on, and map it." },
	[VOLUMES] = { "config.volumes", "DKL-DI-0002", SEVERITY_HIGH,
		      "No volume lies over a system directory",
		      "A volume there hides the image's own files, and survives its updates.",
		      "Use a directory of the application's own." },
	[ENTRY] = { "config.entrypoint", "", SEVERITY_MEDIUM,
		    "What is started is in the image, and is no shell around it",
		    "A missing program fails at start; a shell as the first process passes no "
		    "signals on, "
		    "and expands what comes from outside.",
		    "Write ENTRYPOINT and CMD in the exec form, with a path: [\"/usr/bin/app\"]." },
	[ENV] = { "config.env", "", SEVERITY_MEDIUM,
		  "The environment does not redirect programs and libraries",
		  "A relative or empty part of PATH, LD_PRELOAD and LD_LIBRARY_PATH let others "
		  "choose what "
		  "runs.",
		  "Remove the variable, or name absolute directories that only root can write "
		  "to." },
	[SECRETS] = { "config.no_secrets_env", "CIS-4.10 CIS-DI-0010 DS-0031", SEVERITY_HIGH,
		      "No variable of the environment is a password or key by its name",
		      "Whoever can pull the image reads its environment and history.",
		      "Give it at start, as a file, and replace the one that was published." },
	[ONBUILD] = { "config.onbuild", "", SEVERITY_LOW, "There are no ONBUILD instructions",
		      "They run, unseen, in the build of whoever builds on the image.",
		      "Move them into the Dockerfile that needs them." },
	[WORK_DIR] = { "config.work_dir", "DS-0009 DS-0030 DL3000", SEVERITY_LOW,
		       "The working directory is absolute and no system directory",
		       "Relative file names would be read from and written to the system's own.",
		       "WORKDIR with an absolute path of the application's own." },
};

static const struct want wants[] = { { .glob = "etc/passwd" }, { .glob = "etc/group" }, { 0 } };

struct accounts {
	struct passwd_line *user, *group;
	ptrdiff_t user_n, group_n;
};

static int read_accounts(struct op *op, struct audit_run *a, struct accounts *ret)
{
	str users = { 0 }, groups = { 0 };

	*ret = (struct accounts){ 0 };
	if (audit_text(op, a, S("etc/passwd"), LIMIT_DOCUMENT, &users) < 0 ||
	    audit_text(op, a, S("etc/group"), LIMIT_DOCUMENT, &groups) < 0 ||
	    passwd_read(op, PASSWD_USERS, users, &ret->user, &ret->user_n) < 0)
		return op->code;
	return passwd_read(op, PASSWD_GROUPS, groups, &ret->group, &ret->group_n);
}

/* The first line with this name or this number. */
static const struct passwd_line *look_up(const struct passwd_line *line, ptrdiff_t n, str text)
{
	uint64_t id = 0;
	bool number = num_parse(text, UINT32_MAX, &id);

	for (ptrdiff_t i = 0; i < n; i++)
		if (!line[i].bad && (str_eq(line[i].name, text) || (number && line[i].id == id)))
			return &line[i];
	return NULL;
}

struct who {
	str user, group; /* as given */
	uint32_t uid, gid;
	const struct passwd_line *line;
	bool unknown, group_unknown; /* a name that the image does not have */
};

static struct who resolve(const struct config *c, const struct accounts *a)
{
	struct who w = { .group = c->user };
	uint64_t id = 0;

	w.user = str_cut(&w.group, ':');
	w.line = look_up(a->user, a->user_n, w.user.len ? w.user : S("0"));
	if (w.line)
		w.uid = w.line->id, w.gid = w.line->gid;
	else if (num_parse(w.user, UINT32_MAX, &id))
		w.uid = (uint32_t)id;
	else
		w.unknown = w.user.len > 0 && !str_eq(w.user, S("root"));
	if (w.group.len == 0)
		return w;
	const struct passwd_line *g = look_up(a->group, a->group_n, w.group);
	if (g)
		w.gid = g->id;
	else if (num_parse(w.group, UINT32_MAX, &id))
		w.gid = (uint32_t)id;
	else
		w.group_unknown = true;
	return w;
}

static int check_user(struct op *op, struct audit_run *a, const struct who *w)
{
	const struct rule *rule = &rules[NONROOT];
	struct fault f = { .layer = -1,
			   .key = S("user"),
			   .instruction = config_who(a->config, "USER", S("")) };
	uint64_t id;

	if (w->unknown)
		return audit_error(op, a, rule, "the user '%.*s' is not in etc/passwd",
				   STR_ARG(w->user));
	if (w->uid)
		return audit_detail(op, a, rule, "it starts as %.*s (%u:%u)", STR_ARG(w->user),
				    w->uid, w->gid);
	if (w->user.len == 0)
		return audit_fault(op, a, rule, f, "no user is set, so it starts as root");
	if (num_parse(w->user, UINT32_MAX, &id) && id)
		return audit_fault(
			op, a, rule, f,
			"the user %.*s is the name of an account with id 0 in etc/passwd",
			STR_ARG(w->user));
	return audit_fault(op, a, rule, f, "the user is %.*s%s", STR_ARG(w->user),
			   str_eq(w->user, S("root")) || str_eq(w->user, S("0"))
				   ? ""
				   : ", whose id is 0 in etc/passwd");
}

static int check_group(struct op *op, struct audit_run *a, const struct who *w)
{
	struct fault f = { .layer = -1,
			   .key = S("group"),
			   .instruction = config_who(a->config, "USER", S("")) };

	if (w->group_unknown)
		return audit_error(op, a, &rules[GROUP], "the group '%.*s' is not in etc/group",
				   STR_ARG(w->group));
	if (w->unknown && w->group.len == 0)
		return audit_error(op, a, &rules[GROUP], "the user '%.*s' is not in etc/passwd",
				   STR_ARG(w->user));
	if (w->gid || (w->uid == 0 && !w->unknown)) /* root is told by the other rule */
		return 0;
	return audit_fault(op, a, &rules[GROUP], f, "the group of %s%.*s is 0%s",
			   w->user.len ? "" : "root", STR_ARG(w->user),
			   w->group.len ? ""
			   : w->line    ? ", by etc/passwd"
					: ": no group is given, and etc/passwd has none");
}

static int check_numeric(struct op *op, struct audit_run *a, const struct who *w)
{
	struct fault f = { .layer = -1,
			   .key = w->user,
			   .instruction = config_who(a->config, "USER", S("")) };
	uint64_t id;

	if (w->user.len == 0 || num_parse(w->user, UINT32_MAX, &id) || (w->uid == 0 && !w->unknown))
		return 0;
	if (w->line && w->uid && op_text(op, &f.remedy, "USER %u:%u", w->uid, w->gid) < 0)
		return op->code;
	return audit_fault(op, a, &rules[NUMERIC], f, "the user is the name '%.*s'",
			   STR_ARG(w->user));
}

static int check_who(struct op *op, struct audit_run *a)
{
	struct accounts accounts;

	if (read_accounts(op, a, &accounts) < 0)
		return op->code;
	struct who w = resolve(a->config, &accounts);
	if (check_user(op, a, &w) < 0 || check_group(op, a, &w) < 0)
		return op->code;
	return check_numeric(op, a, &w);
}

static int check_health(struct op *op, struct audit_run *a)
{
	const struct texts *t = &a->config->health;
	struct fault f = { .layer = -1,
			   .key = S("healthcheck"),
			   .instruction = config_who(a->config, "HEALTHCHECK", S("")) };

	if (t->n == 0)
		return audit_fault(op, a, &rules[HEALTH], f, "there is no health check");
	if (str_eq(t->p[0], S("NONE")))
		return audit_fault(op, a, &rules[HEALTH], f, "the health check is switched off");
	return audit_detail(op, a, &rules[HEALTH], "%.*s%s%.*s", STR_ARG(t->p[0]),
			    t->n > 1 ? " " : "", STR_ARG(t->n > 1 ? t->p[1] : S("")));
}

static const struct {
	uint32_t port;
	const char *what;
} remote[] = {
	{ 22, "ssh" },
	{ 23, "telnet" },
	{ 512, "rexec" },
	{ 513, "rlogin" },
	{ 514, "rsh" },
	{ 2375, "Docker's API without TLS" },
	{ 3389, "remote desktop" },
	{ 5900, "VNC" },
};

/* "8080", "8080/tcp", "8000-8010/udp"; false: it is no port. */
static bool read_port(str text, uint64_t *ret_first, uint64_t *ret_last)
{
	str last = str_cut(&text, '/'), first = str_cut(&last, '-');

	if (text.p && !str_eq(text, S("tcp")) && !str_eq(text, S("udp")) &&
	    !str_eq(text, S("sctp")))
		return false;
	if (!num_parse(first, UINT16_MAX, ret_first) || *ret_first == 0)
		return false;
	*ret_last = *ret_first;
	return !last.p || (num_parse(last, UINT16_MAX, ret_last) && *ret_last >= *ret_first);
}

static int check_port(struct op *op, struct audit_run *a, str port)
{
	uint64_t first, last;
	struct fault f = { .layer = -1, .key = port };
	str number = port;

	number = str_cut(&number, '/');
	f.instruction = config_who(a->config, "EXPOSE", number);
	if (!read_port(port, &first, &last)) {
		f.kind = S("malformed");
		f.remedy = S("EXPOSE takes 1 to 65535, and /tcp, /udp or /sctp");
		return audit_fault(op, a, &rules[PORTS], f, "'%.*s' is no port", STR_ARG(port));
	}
	for (size_t i = 0; i < sizeof(remote) / sizeof(remote[0]); i++) {
		if (remote[i].port < first || remote[i].port > last || str_ends(port, S("/udp")))
			continue;
		f.kind = S("remote");
		if (audit_fault(op, a, &rules[PORTS], f, "%.*s is exposed: %s", STR_ARG(port),
				remote[i].what) < 0)
			return op->code;
	}
	f.kind = S("");
	return first >= 1024 ? 0
			     : audit_fault(op, a, &rules[PRIVILEGED], f, "%.*s is exposed",
					   STR_ARG(port));
}

static int check_ports(struct op *op, struct audit_run *a)
{
	const struct texts *t = &a->config->ports;
	struct buf b;

	buf_init(&b, op, LIMIT_CONFIG);
	for (ptrdiff_t i = 0; i < t->n; i++) {
		buf_fmt(&b, "%s%.*s", i ? ", " : "", STR_ARG(t->p[i]));
		if (check_port(op, a, t->p[i]) < 0)
			return op->code;
	}
	str list = buf_view(&b);
	return b.bad ? op->code
		     : audit_detail(op, a, &rules[PORTS], "exposed: %.*s",
				    STR_ARG(t->n ? list : S("none")));
}

/* "/usr/./lib/" as "usr/lib": only what people write; ".." is left. */
static str plain_path(struct op *op, str path)
{
	struct buf b;

	buf_init(&b, op, LIMIT_CONFIG);
	while (path.p) {
		str part = str_cut(&path, '/');
		if (part.len == 0 || str_eq(part, S(".")))
			continue;
		buf_add(&b, b.len ? S("/") : S(""));
		buf_add(&b, part);
	}
	return buf_view(&b);
}

/* Is it a directory of the system's, or below one where nothing of an application's belongs? */
static bool is_system(str path)
{
	static const char *const whole[] = { "",
					     "bin",
					     "boot",
					     "dev",
					     "etc",
					     "lib",
					     "lib64",
					     "proc",
					     "root",
					     "run",
					     "sbin",
					     "sys",
					     "usr",
					     "usr/bin",
					     "usr/lib",
					     "usr/sbin",
					     "var",
					     "var/lib",
					     "var/run",
					     "usr/local",
					     "usr/local/bin",
					     "usr/local/sbin",
					     "usr/local/lib" },
				 *const below[] = { "boot/", "dev/",  "proc/",    "sys/",
						    "bin/",  "sbin/", "usr/bin/", "usr/sbin/" };

	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		if (str_eq(path, str_of(whole[i])))
			return true;
	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++)
		if (str_starts(path, str_of(below[i])))
			return true;
	return false;
}

static int check_volumes(struct op *op, struct audit_run *a)
{
	const struct texts *t = &a->config->volumes;

	for (ptrdiff_t i = 0; i < t->n; i++) {
		struct fault f = { .layer = -1,
				   .key = t->p[i],
				   .instruction = config_who(a->config, "VOLUME", t->p[i]) };
		if (is_system(plain_path(op, t->p[i])) &&
		    audit_fault(op, a, &rules[VOLUMES], f, "a volume at %.*s", STR_ARG(t->p[i])) <
			    0)
			return op->code;
	}
	return 0;
}

static int check_work_dir(struct op *op, struct audit_run *a)
{
	str dir = a->config->work_dir;
	struct fault f = { .layer = -1,
			   .key = dir,
			   .instruction = config_who(a->config, "WORKDIR", S("")) };

	if (dir.len && dir.p[0] != '/')
		return audit_fault(op, a, &rules[WORK_DIR], f,
				   "the working directory '%.*s' is relative", STR_ARG(dir));
	str path = plain_path(op, dir);
	if (path.len && is_system(path) && !str_eq(path, S("root")))
		return audit_fault(op, a, &rules[WORK_DIR], f, "the working directory is %.*s",
				   STR_ARG(dir));
	return 0;
}

static str env_value(const struct config *c, const char *key)
{
	for (ptrdiff_t i = c->env.n - 1; i >= 0; i--)
		if (str_eq(c->env.p[i].key, str_of(key)))
			return c->env.p[i].value;
	return S("");
}

/* Is the program that is started there? By a path, or along PATH. */
static bool is_there(struct op *op, const struct audit_run *a, str program)
{
	str path = env_value(a->config, "PATH");
	struct buf b;

	if (str_find(program, '/') >= 0 && program.p[0] == '/')
		return tree_find(a->tree, program) != TREE_NONE;
	if (str_find(program, '/') >= 0)
		path = a->config->work_dir.len ? a->config->work_dir : S("/");
	else if (path.len == 0)
		path = S("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	while (path.p) {
		buf_init(&b, op, LIMIT_CONFIG);
		buf_add(&b, str_cut(&path, ':'));
		buf_char(&b, '/');
		buf_add(&b, program);
		if (b.bad || tree_find(a->tree, buf_view(&b)) != TREE_NONE)
			return true;
	}
	return false;
}

static bool is_shell(str program)
{
	static const char *const shells[] = {
		"sh", "bash", "dash", "ash", "zsh", "ksh", "busybox"
	};

	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++)
		if (str_eq(str_base_name(program), str_of(shells[i])))
			return true;
	return false;
}

static int check_entry(struct op *op, struct audit_run *a)
{
	const struct config *c = a->config;
	const struct texts *t = c->entrypoint.n ? &c->entrypoint : &c->cmd;
	struct fault f = {
		.layer = -1,
		.key = S("entrypoint"),
		.instruction = config_who(c, c->entrypoint.n ? "ENTRYPOINT" : "CMD", S("")),
	};

	if (t->n == 0)
		return audit_detail(op, a, &rules[ENTRY], "it starts nothing by itself");
	f.kind = S("missing");
	if (!is_there(op, a, t->p[0]))
		return op->code ? op->code
				: audit_fault(op, a, &rules[ENTRY], f, "%.*s is not in the image",
					      STR_ARG(t->p[0]));
	f.kind = S("shell");
	f.severity = SEVERITY_LOW;
	if (t->n > 2 && is_shell(t->p[0]) && str_eq(t->p[1], S("-c")))
		return audit_fault(op, a, &rules[ENTRY], f, "it is started by a shell: %.*s -c ...",
				   STR_ARG(t->p[0]));
	return op->code;
}

static int check_path(struct op *op, struct audit_run *a, str path)
{
	struct fault f = { .layer = -1,
			   .key = S("PATH"),
			   .kind = S("path"),
			   .instruction = config_who(a->config, "ENV", S("PATH")) };

	while (path.p) {
		str part = str_cut(&path, ':');
		uint32_t node = part.len ? tree_find(a->tree, part) : TREE_NONE;
		if (part.len == 0 || part.p[0] != '/') {
			if (audit_fault(op, a, &rules[ENV], f, "PATH has the relative part '%.*s'",
					STR_ARG(part)) < 0)
				return op->code;
		} else if (node != TREE_NONE && tree_node(a->tree, node)->mode & 0002) {
			if (audit_fault(op, a, &rules[ENV], f,
					"PATH has %.*s, where everybody may write",
					STR_ARG(part)) < 0)
				return op->code;
		}
	}
	return 0;
}

static int check_env(struct op *op, struct audit_run *a)
{
	static const char *const loader[] = { "LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT" };
	str path = env_value(a->config, "PATH");

	for (size_t i = 0; i < sizeof(loader) / sizeof(loader[0]); i++) {
		str value = env_value(a->config, loader[i]);
		struct fault f = { .layer = -1,
				   .key = str_of(loader[i]),
				   .kind = S("loader"),
				   .instruction = config_who(a->config, "ENV", str_of(loader[i])) };
		if (value.len &&
		    audit_fault(op, a, &rules[ENV], f, "%s is %.*s", loader[i], STR_ARG(value)) < 0)
			return op->code;
	}
	return path.len ? check_path(op, a, path) : 0;
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

/* Does a variable of this name hold a secret? By its words: DB_PASSWORD, API_KEY, not GPG_KEY,
 * KEYBOARD or TOKEN_FILE. */
static bool names_secret(str name)
{
	static const char *const alone[] = { "PASSWORD",   "PASSWD",      "PASS",      "PWD",
					     "SECRET",     "SECRETS",     "TOKEN",     "APIKEY",
					     "CREDENTIAL", "CREDENTIALS", "PASSPHRASE" },
				 *const key[] = { "API",     "ACCESS",     "SECRET", "PRIVATE",
						  "SIGNING", "ENCRYPTION", "MASTER", "AUTH",
						  "ACCOUNT", "DEPLOY" },
				 *const not_last[] = { "FILE",   "PATH",   "DIR",  "URL",
						       "URI",    "NAME",   "ID",   "TTL",
						       "LENGTH", "HEADER", "TYPE", "EXPIRY" };
	char text[128], *p = text;
	bool found = false;
	str last = S(""), word, rest;

	if (name.len >= (ptrdiff_t)sizeof(text) || str_eq(name, S("PWD")) ||
	    str_eq(name, S("OLDPWD")))
		return false;
	for (ptrdiff_t i = 0; i < name.len; i++)
		*p++ = name.p[i] == '-' || name.p[i] == '.' ? '_' : upper(name.p[i]);
	for (rest = (str){ text, name.len }; rest.p; last = word) {
		word = str_cut(&rest, '_');
		for (size_t i = 0; i < sizeof(alone) / sizeof(alone[0]); i++)
			found |= str_eq(word, str_of(alone[i]));
		for (size_t i = 0; str_eq(word, S("KEY")) && i < sizeof(key) / sizeof(key[0]); i++)
			found |= str_eq(last, str_of(key[i]));
	}
	for (size_t i = 0; i < sizeof(not_last) / sizeof(not_last[0]); i++)
		found &= !str_eq(last, str_of(not_last[i]));
	return found;
}

/* A switch, a path or a reference is none, nor is nothing. */
static bool may_be_secret(str value)
{
	static const char *const plain[] = { "true", "false", "yes", "no",   "0",
					     "1",    "on",    "off", "none", "null" };

	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (str_eq(value, str_of(plain[i])))
			return false;
	return value.len && value.p[0] != '/' && value.p[0] != '$';
}

static int check_secrets(struct op *op, struct audit_run *a)
{
	const struct pairs *env = &a->config->env;

	for (ptrdiff_t i = 0; i < env->n; i++) {
		struct fault f = { .layer = -1, .key = env->p[i].key };
		str who = config_who(a->config, "ENV", env->p[i].key);
		if (!names_secret(env->p[i].key) || !may_be_secret(env->p[i].value))
			continue;
		/* The instruction has the value in it. */
		if (who.len && op_text(op, &f.instruction, "ENV %.*s=***", STR_ARG(f.key)) < 0)
			return op->code;
		if (audit_fault(op, a, &rules[SECRETS], f, "%.*s is set in the environment",
				STR_ARG(f.key)) < 0)
			return op->code;
	}
	return 0;
}

static int check_onbuild(struct op *op, struct audit_run *a)
{
	const struct texts *t = &a->config->onbuild;

	for (ptrdiff_t i = 0; i < t->n; i++) {
		struct fault f = { .layer = -1,
				   .key = t->p[i],
				   .instruction = config_who(a->config, "ONBUILD", t->p[i]) };
		if (audit_fault(op, a, &rules[ONBUILD], f, "ONBUILD %.*s", STR_ARG(t->p[i])) < 0)
			return op->code;
	}
	return 0;
}

static int run(struct op *op, struct audit_run *a)
{
	static int (*const checks[])(struct op * op, struct audit_run * a) = {
		check_who,   check_health, check_ports,   check_volumes, check_work_dir,
		check_entry, check_env,    check_secrets, check_onbuild,
	};
	int rc = 0;

	if (a->inv->subject.kind != SUBJECT_IMAGE)
		return audit_no_image(op, a, rules, sizeof(rules) / sizeof(rules[0]));
	for (size_t i = 0; rc == 0 && i < sizeof(checks) / sizeof(checks[0]); i++)
		rc = checks[i](op, a);
	return rc;
}

const struct auditor auditor_config = {
	.name = "config",
	.rule = rules,
	.rule_n = sizeof(rules) / sizeof(rules[0]),
	.wants = wants,
	.run = run,
};
