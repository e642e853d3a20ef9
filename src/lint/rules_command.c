#include "base/num.h"
#include "dockerfile_rules.h"

/* Rules of single commands of RUN. */

static int fault(struct dockerfile_ask *a, const char *what)
{
	str program = shell_program(a->command);

	return dockerfile_fault(a, a->step, a->command->at, program, "%.*s %s", STR_ARG(program),
				what);
}

/* A program of `with`. */
static int ask_program(struct dockerfile_ask *a)
{
	if (!shell_is_one(a->command, a->row->with))
		return 0;
	return fault(a, "has no use while an image is built");
}

static int ask_cd(struct dockerfile_ask *a)
{
	if (!shell_is_one(a->command, "cd") || a->command->substituted)
		return 0;
	return fault(a, "where WORKDIR would say it");
}

static int ask_sudo(struct dockerfile_ask *a)
{
	const struct shell_command *c = a->command;

	for (ptrdiff_t i = 0; i <= c->program && i < c->word_n; i++)
		if (str_eq(str_base_name(c->word[i].value), S("sudo")))
			return dockerfile_fault(
				a, a->step, c->at, S("sudo"),
				"sudo in a RUN, which is root unless USER says otherwise");
	return 0;
}

static int ask_apt(struct dockerfile_ask *a)
{
	if (!shell_is_one(a->command, "apt"))
		return 0;
	return fault(a, "is for people: what it takes and prints may change");
}

static int ask_dist_upgrade(struct dockerfile_ask *a)
{
	if (!shell_is_one(a->command, "zypper") ||
	    !word_in(shell_verb(a->command, ""), "dist-upgrade dup"))
		return 0;
	return fault(a, "replaces the base image's packages by those of another state");
}

static int ask_apt_dist_upgrade(struct dockerfile_ask *a)
{
	if (!shell_is_one(a->command, "apt-get apt") ||
	    !word_in(shell_verb(a->command, "-t -o -c"), "dist-upgrade full-upgrade"))
		return 0;
	return fault(a, "moves all of the system, and may remove packages");
}

static int ask_useradd(struct dockerfile_ask *a)
{
	const struct shell_command *c = a->command;
	uint64_t id = 0;

	if (!shell_is_one(c, "useradd") || shell_flag(c, "--no-log-init", "l"))
		return 0;
	for (ptrdiff_t i = c->program + 1; i < c->word_n; i++) {
		str w = c->word[i].value, value = w;

		if (word_in(w, "-u --uid") && i + 1 < c->word_n)
			value = c->word[i + 1].value;
		else if (str_starts(w, S("--uid=")))
			value = str_from(w, 6);
		else if (str_starts(w, S("-u")) && w.len > 2)
			value = str_from(w, 2);
		else
			continue;
		if (num_parse(value, UINT32_MAX, &id) && id > 99999)
			return fault(
				a, "with so high a number writes a log of gigabytes, mostly holes");
	}
	return 0;
}

static int ask_wget(struct dockerfile_ask *a)
{
	const struct shell_command *c = a->command;
	ptrdiff_t i = c->program + 1;

	if (!shell_is_one(c, "wget") || !shell_operand(c, "", &i) ||
	    shell_flag(c,
		       "--progress --quiet --no-verbose -nv --output-file --append-output "
		       "--version --help",
		       "qoa"))
		return 0;
	return fault(a, "draws its progress into the build's log");
}

static int ask_link(struct dockerfile_ask *a)
{
	const struct shell_command *c = a->command;

	if (!shell_is_one(c, "ln"))
		return 0;
	for (ptrdiff_t i = c->program + 1; i < c->word_n; i++)
		if (str_eq(c->word[i].value, S("/bin/sh")))
			return fault(a, "replaces the shell of the whole system");
	return 0;
}

/* A pipe, with nothing that makes its first parts count. */
static int ask_pipe(struct dockerfile_ask *a)
{
	ptrdiff_t at = dockerfile_index(a, a->step);
	const struct shell_script *script = &a->script[at];
	const struct shell_command *c = a->command;

	if (!c->piped || a->pipefail[at] || a->step->json)
		return 0;
	for (const struct shell_command *b = shell_back(script, c); b <= c; b++) {
		if (b < c && b->piped && b->list == c->list)
			return 0; /* once a script */
		for (ptrdiff_t i = 1; i < b->word_n && shell_is_one(b, "set"); i++)
			if (str_eq(b->word[i].value, S("pipefail")))
				return 0;
	}
	for (ptrdiff_t i = 0; i < a->step->heredoc_n; i++) {
		str first = str_head(a->step->heredoc[i].body,
				     str_find(a->step->heredoc[i].body, '\n'));

		if (str_starts(first, S("#!")) && str_find_str(first, S("pipefail")) >= 0)
			return 0;
	}
	return dockerfile_fault(a, a->step, c->at, S("|"),
				"if %.*s fails, the pipe does not: only its last command counts",
				STR_ARG(c->word_n > 0 ? c->word[0].value : S("the first command")));
}

/* Verbs that refresh a package index, and those that use it. */
static const struct {
	const char *programs, *refresh, *use, *cache;
} indexes[] = {
	{ "apt-get apt aptitude", "update",
	  "install upgrade dist-upgrade full-upgrade build-dep source download satisfy "
	  "safe-upgrade",
	  "/var/lib/apt" },
	{ "apk", "update", "add upgrade fix fetch", "/var/cache/apk" },
	{ "zypper", "refresh ref", "install in update up patch dist-upgrade dup source-install si",
	  "/var/cache/zypp" },
	{ "dnf yum microdnf tdnf", "makecache",
	  "install update upgrade groupinstall group module reinstall", "/var/cache" },
	{ "pacman", "-Sy -Syy", "", "/var/cache/pacman" },
};

/* Does the command refresh the i-th index? */
static bool refreshes(const struct shell_command *c, size_t i)
{
	str verb;

	if (!shell_is_one(c, indexes[i].programs))
		return false;
	verb = shell_verb(c, "-o -c -t -X --repository -p");
	if (str_eq(shell_program(c), S("pacman"))) /* alone: with a package it installs */
		verb = c->word_n == 2 ? c->word[1].value : S("");
	return word_in(verb, indexes[i].refresh);
}

static int ask_update(struct dockerfile_ask *a)
{
	const struct shell_script *script = &a->script[dockerfile_index(a, a->step)];
	const struct shell_command *c = a->command, *end = script->command + script->command_n;

	for (size_t i = 0; i < sizeof(indexes) / sizeof(indexes[0]); i++) {
		bool used = false;

		if (!refreshes(c, i) || dockerfile_mounted(a->step, indexes[i].cache))
			continue;
		for (const struct shell_command *u = script->command; u < c; u++)
			if (refreshes(u, i))
				return 0; /* told there */
		for (const struct shell_command *u = script->command; u < end && !used; u++)
			for (ptrdiff_t j = u->program + 1; j < u->word_n && !used; j++)
				used = u != c && shell_is_one(u, indexes[i].programs) &&
				       word_in(u->word[j].value, indexes[i].use);
		if (!used)
			return fault(a, "refreshes an index that this RUN does not use: later ones "
					"use an old one from the cache");
	}
	return 0;
}

const struct dockerfile_rule dockerfile_command_rules[] = {
	{ { "DL3001", "", SEVERITY_LOW, "RUN does nothing that only a running system needs",
	    "Services, mounts and consoles are not there while an image is built, or do not last.",
	    "Leave the command out, or do it when the container starts." },
	  ASK_COMMAND,
	  0,
	  ask_program,
	  "free ifconfig kill mount ps service shutdown ssh top vim",
	  false },
	{ { "DL3003", "DS-0013", SEVERITY_MEDIUM, "WORKDIR changes the directory",
	    "What cd does is gone with the RUN, and who reads on has to remember it.",
	    "Set WORKDIR above, or name paths whole." },
	  ASK_COMMAND,
	  0,
	  ask_cd,
	  NULL,
	  false },
	{ { "DL3004", "DS-0010 DKL-DI-0001", SEVERITY_HIGH, "sudo is not used",
	    "It needs a terminal, loses signals and stays in the image as a way to become root.",
	    "Put USER root before the RUN and the image's user behind it." },
	  ASK_COMMAND,
	  0,
	  ask_sudo,
	  NULL,
	  false },
	{ { "DL3027", "", SEVERITY_MEDIUM, "apt-get and apt-cache are used, not apt",
	    "apt promises nothing to scripts.", "Write apt-get or apt-cache." },
	  ASK_COMMAND,
	  0,
	  ask_apt,
	  NULL,
	  false },
	{ { "DL3035", "", SEVERITY_MEDIUM, "zypper dist-upgrade is not used",
	    "The system that comes out is neither the base image's nor one that anybody has "
	    "tested.",
	    "Take a newer base image." },
	  ASK_COMMAND,
	  0,
	  ask_dist_upgrade,
	  NULL,
	  false },
	{ { "DL3046", "", SEVERITY_MEDIUM, "useradd with a high number has -l",
	    "The log of last logins is indexed by number; layers store its holes as zeros.",
	    "Write useradd --no-log-init." },
	  ASK_COMMAND,
	  0,
	  ask_useradd,
	  NULL,
	  false },
	{ { "DL3047", "", SEVERITY_LOW, "wget keeps its progress to itself",
	    "A line for every few bytes buries what matters in the log.",
	    "Write wget --progress=dot:giga, or --no-verbose." },
	  ASK_COMMAND,
	  0,
	  ask_wget,
	  NULL,
	  false },
	{ { "DL4005", "", SEVERITY_MEDIUM, "SHELL chooses the shell, not a link",
	    "All scripts of the system are written for the /bin/sh that it came with.",
	    "SHELL [\"/bin/bash\", \"-c\"]." },
	  ASK_COMMAND,
	  0,
	  ask_link,
	  NULL,
	  false },
	{ { "DL4006", "", SEVERITY_MEDIUM, "A pipe fails when one of its commands does",
	    "A download that breaks off goes unseen through \"curl | tar\": the build goes on with "
	    "half a file.",
	    "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"] above, or set -o pipefail in the "
	    "RUN." },
	  ASK_COMMAND,
	  0,
	  ask_pipe,
	  NULL,
	  false },
	{ { "DS-0017", "CIS-4.7 CIS-DI-0007", SEVERITY_HIGH,
	    "Package indexes are refreshed where they are used",
	    "An update in a RUN of its own is cached by builders: later installations take old "
	    "versions, without "
	    "the security updates since.",
	    "Refresh and install in one RUN." },
	  ASK_COMMAND,
	  0,
	  ask_update,
	  NULL,
	  false },
	{ { "DS-0024", "DKL-DI-0003", SEVERITY_HIGH, "apt-get dist-upgrade is not used",
	    "It moves the whole system, removes packages for it, and makes every build another "
	    "image.",
	    "Take a newer base image; for security alone, apt-get upgrade." },
	  ASK_COMMAND,
	  0,
	  ask_apt_dist_upgrade,
	  NULL,
	  false },
	{ { NULL, NULL, SEVERITY_UNKNOWN, NULL, NULL, NULL }, ASK_FILE, 0, NULL, NULL, false },
};
