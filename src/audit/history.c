/*
 * How an image was made, by the instructions in its history (model/config.h): commands of RUN as the
 * shell sees them (lint/shell.h), and what they left in their layer.
 */
#include "auditor.h"
#include "base/buf.h"
#include "base/limits.h"
#include "lint/shell.h"

enum {
	UPDATE_ALONE,
	COPY,
	SUDO,
	DIST_UPGRADE,
	APT_LISTS,
	APK_CACHE,
	CACHE,
	PIPED,
	WORLD,
	UNVERIFIED
};

static const struct rule rules[] = {
	[UPDATE_ALONE] = { "history.update_alone", "CIS-4.7 CIS-DI-0007 DS-0017", SEVERITY_MEDIUM,
			   "Package lists are not updated by themselves",
			   "The layer of an update alone is cached, so that later installs take "
			   "old lists and "
			   "with them old, vulnerable packages.",
			   "Update and install in one RUN." },
	[COPY] = { "history.copy_not_add", "CIS-4.9 CIS-DI-0009 DS-0005 DL3020", SEVERITY_LOW,
		   "Files are copied, not added",
		   "ADD fetches addresses without checking what comes, and unpacks archives.",
		   "Use COPY; fetch with a checksum: ADD --checksum=sha256:... for what must come "
		   "from an "
		   "address." },
	[SUDO] = { "history.sudo", "DKL-DI-0001 DS-0010 DL3004", SEVERITY_MEDIUM,
		   "No step uses sudo",
		   "A build runs as root or as who USER says; sudo in an image gives root to "
		   "whoever gets in.",
		   "Switch with USER for the step, and leave sudo out." },
	[DIST_UPGRADE] = { "history.dist_upgrade", "DKL-DI-0003 DS-0024 DL3035", SEVERITY_LOW,
			   "No step upgrades the whole distribution",
			   "What comes then is decided by the day of the build; packages of the "
			   "base are "
			   "replaced, and lie in the image twice.",
			   "Take a newer base image." },
	[APT_LISTS] = { "history.apt_lists", "DKL-DI-0005 DL3009", SEVERITY_LOW,
			"Lists of apt are removed where they were fetched",
			"What a later step removes is still in the layer below it.",
			"End the same RUN with rm -rf /var/lib/apt/lists/*." },
	[APK_CACHE] = { "history.apk_cache", "DKL-DI-0004 DS-0025 DL3019", SEVERITY_LOW,
			"apk keeps no cache", "Indexes and packages stay in the layer.",
			"Use apk add --no-cache." },
	[CACHE] = { "history.package_cache", "DS-0015 DS-0019 DS-0020 DS-0027 DL3032 DL3036 DL3040",
		    SEVERITY_LOW,
		    "Caches of yum, dnf and zypper are cleaned where they were filled",
		    "Packages and indexes stay in the layer.",
		    "End the same RUN with its clean all." },
	[PIPED] = { "history.download_piped", "DL4006 SC2312", SEVERITY_HIGH,
		    "Nothing that is downloaded goes straight into a shell",
		    "Whoever answers for that address decides, at each build, what runs as root; a "
		    "download that "
		    "breaks off runs half.",
		    "Download to a file, check its digest, then run it." },
	[WORLD] = { "history.world_writable", "", SEVERITY_MEDIUM, "No step lets everybody write",
		    "Any process of the container can then change the file or what is in the "
		    "directory.",
		    "Give the file to the user that needs it: COPY --chown, chmod u+w." },
	[UNVERIFIED] = { "history.unverified", "CIS-4.11", SEVERITY_HIGH,
			 "No step switches verification off",
			 "What comes without a check of its signature or of the server's "
			 "certificate comes from "
			 "whoever is in between.",
			 "Add the key or certificate that is missing instead." },
};
enum { RULES = sizeof(rules) / sizeof(rules[0]) };

struct manager {
	const char *names, *update, *install, *clean;
};
enum { APT, APK, DNF, ZYPPER, PACMAN, MANAGERS };
static const struct manager managers[MANAGERS] = {
	[APT] = { "apt-get apt aptitude", "update",
		  "install upgrade dist-upgrade full-upgrade safe-upgrade build-dep reinstall "
		  "source download "
		  "satisfy",
		  "" },
	[APK] = { "apk", "update", "add upgrade fix fetch", "" },
	[DNF] = { "yum dnf microdnf tdnf", "update check-update makecache",
		  "install groupinstall localinstall reinstall upgrade builddep module swap group "
		  "download",
		  "clean" },
	[ZYPPER] = { "zypper", "refresh ref",
		     "install in update up patch dup dist-upgrade source-install si", "clean cc" },
	[PACMAN] = { "pacman", "-Sy -Syy", "-S -Syu -Syyu -Su -U", "-Scc -Sc" },
};

/* The first argument that is no option: of apt-get -o X=y -q update, "update". */
static str subcommand(const struct shell_command *c)
{
	static const char with_value[] =
		"-o -c -t -X -p --repository --root --config-file --option "
		"--target-release --releasever --installroot --setopt";
	const struct shell_word *w;

	for (ptrdiff_t i = 0; (w = shell_argument(c, i)); i++) {
		if (w->value.len && w->value.p[0] != '-')
			return w->value;
		if (str_has_word(str_of("-Sy -Syy -S -Syu -Syyu -Su -U -Scc -Sc"), w->value))
			return w->value;
		i += str_has_word(str_of(with_value), w->value);
	}
	return S("");
}

static bool has_argument(const struct shell_command *c, const char *words)
{
	const struct shell_word *w;

	for (ptrdiff_t i = 0; (w = shell_argument(c, i)); i++)
		if (str_has_word(str_of(words), w->value))
			return true;
	return false;
}

static int manager_of(const struct shell_command *c)
{
	str program = shell_program(c);

	for (int i = 0; i < MANAGERS; i++)
		if (str_has_word(str_of(managers[i].names), program))
			return i;
	return -1;
}

/* Does it remove what is at or below a path? rm -rf /var/lib/apt/lists, find ... -delete */
static bool removes(const struct shell_command *c, const char *path)
{
	str program = shell_program(c);
	const struct shell_word *w;

	if (!str_eq(program, S("rm")) && !str_eq(program, S("find")))
		return false;
	for (ptrdiff_t i = 0; (w = shell_argument(c, i)); i++) {
		str value = w->value;
		while (str_ends(value, S("/")) || str_ends(value, S("*")))
			value.len--;
		/* A folder above it, or what is in it. */
		if (value.len > 4 &&
		    (str_starts(str_of(path), value) || str_starts(value, str_of(path))))
			return true;
	}
	return false;
}

struct step {
	const struct config_step *config;
	struct shell_script script;
	bool removes_lists, removes_apk, updated[MANAGERS], installed[MANAGERS], cleaned[MANAGERS];
	bool apk_caches;
};

struct history {
	struct step *step;         /* [n] of RUN */
	ptrdiff_t n, last_removal; /* of lists of apt; -1: none */
};

/* "/bin/bash -o pipefail -c apt-get update": what another shell than the default was given. */
static str script_of(str run)
{
	str rest = run, program = str_base_name(str_word(&rest));

	while (str_starts(run, S("--"))) { /* --mount=... of builders that write it down */
		(void)str_word(&run);
		run = str_trim(run);
		rest = run;
		program = str_base_name(str_word(&rest));
	}
	if (!str_has_word(str_of("sh bash dash ash zsh ksh"), program))
		return run;
	while (rest.len > 0) {
		str word = str_word(&rest);
		if (word.len < 2 || word.p[0] != '-' || word.p[1] == '-')
			return run;
		if (str_eq(word, S("-o")) || str_eq(word, S("-O")))
			(void)str_word(&rest);
		else if (str_find(word, 'c') > 0 && (rest = str_trim(rest)).len)
			/* Who wrote it by hand, quoted it. */
			return str_find(S("\"'"), rest.p[0]) >= 0 ? run : rest;
	}
	return run;
}

static void note_command(struct step *s, const struct shell_command *c)
{
	int m = manager_of(c);
	str sub = subcommand(c);

	s->removes_lists |= removes(c, "/var/lib/apt/lists");
	s->removes_apk |= removes(c, "/var/cache/apk");
	if (m < 0)
		return;
	s->updated[m] |= str_has_word(str_of(managers[m].update), sub);
	s->installed[m] |= str_has_word(str_of(managers[m].install), sub);
	s->cleaned[m] |= str_has_word(str_of(managers[m].clean), sub);
	if (m == APK && has_argument(c, "--no-cache"))
		s->updated[m] = false;
	s->apk_caches |= m == APK && str_eq(sub, S("add")) && !has_argument(c, "--no-cache");
}

static int read_history(struct op *op, const struct config *config, struct history *h)
{
	static const str run = S_INIT("RUN ");

	if (!(h->step = op_new(op, struct step, config->step_n)))
		return op->code;
	for (ptrdiff_t i = 0; i < config->step_n; i++) {
		struct step *s = &h->step[h->n];
		if (!str_starts(config->step[i].instruction, run))
			continue;
		s->config = &config->step[i];
		if (shell_parse(op, script_of(str_from(s->config->instruction, run.len)),
				&s->script) < 0)
			return op->code;
		for (ptrdiff_t k = 0; k < s->script.command_n; k++)
			note_command(s, &s->script.command[k]);
		if (s->removes_lists)
			h->last_removal = h->n;
		h->n++;
	}
	return 0;
}

static struct fault fault_at(const struct config_step *s, str key)
{
	return (struct fault){ .layer = s->layer, .instruction = s->instruction, .key = key };
}

static int check_updates(struct op *op, struct audit_run *a, const struct step *s)
{
	for (int m = 0; m < MANAGERS; m++) {
		str names = str_of(managers[m].names);
		struct fault f = fault_at(s->config, str_word(&names));
		if (s->updated[m] && !s->installed[m] &&
		    audit_fault(op, a, &rules[UPDATE_ALONE], f,
				"%.*s updates its lists and installs nothing", STR_ARG(f.key)) < 0)
			return op->code;
	}
	return 0;
}

/* Are there files of this layer in a directory? Not where the builder mounted a cache over it. */
static bool has_left(const struct audit_run *a, const char *dir, int layer)
{
	uint32_t node = tree_find(a->tree, str_of(dir));

	for (node = node == TREE_NONE ? TREE_NONE : tree_first(a->tree, node); node != TREE_NONE;
	     node = tree_next(a->tree, node)) {
		const struct tree_node *n = tree_node(a->tree, node);
		if (n->type == TREE_FILE && n->layer == layer && n->size > 0)
			return true;
	}
	return false;
}

static int check_lists(struct op *op, struct audit_run *a, const struct history *h, ptrdiff_t at)
{
	const struct step *s = &h->step[at];
	struct fault f = fault_at(s->config, S("var/lib/apt/lists"));

	if (!s->updated[APT] || s->removes_lists)
		return 0;
	if (h->last_removal > at)
		return audit_fault(op, a, &rules[APT_LISTS], f,
				   "lists of apt are removed by a later step, and so stay "
				   "in the layer");
	if (s->config->layer >= 0 && !has_left(a, "var/lib/apt/lists", s->config->layer))
		return 0;
	return audit_fault(op, a, &rules[APT_LISTS], f,
			   "lists of apt are left in var/lib/apt/lists");
}

static int check_caches(struct op *op, struct audit_run *a, const struct step *s)
{
	struct fault f = fault_at(s->config, S("apk add"));

	if (s->apk_caches && !s->removes_apk &&
	    audit_fault(op, a, &rules[APK_CACHE], f, "apk add without --no-cache") < 0)
		return op->code;
	for (int m = DNF; m <= ZYPPER; m++) {
		str names = str_of(managers[m].names);
		f.key = str_word(&names);
		if (s->installed[m] && !s->cleaned[m] &&
		    audit_fault(op, a, &rules[CACHE], f,
				"%.*s installs and its cache is not cleaned", STR_ARG(f.key)) < 0)
			return op->code;
	}
	return 0;
}

static bool uses(const struct shell_command *c, const char *program)
{
	for (ptrdiff_t i = 0; i <= c->program && i < c->word_n; i++)
		if (str_eq(str_base_name(c->word[i].value), str_of(program)))
			return true;
	return false;
}

/* 777, 0666 and 2 of others in any, but not with the sticky bit; a+w, o=rw, ugo+rwx, +w alone is not. */
static bool is_world(str mode)
{
	bool sticky = mode.len == 4 && (mode.p[0] - '0') & 1, who = false;
	ptrdiff_t i = 0;

	if (mode.len >= 3 && mode.len <= 4 && mode.p[0] >= '0' && mode.p[0] <= '7') {
		char last = mode.p[mode.len - 1];
		return last >= '0' && last <= '7' && (last - '0') & 2 && !sticky;
	}
	for (; i < mode.len && str_find(S("ugoa"), mode.p[i]) >= 0; i++)
		who |= mode.p[i] == 'o' || mode.p[i] == 'a';
	return who && i < mode.len && (mode.p[i] == '+' || mode.p[i] == '=') &&
	       str_find(str_from(mode, i), 'w') >= 0 && str_find(mode, 't') < 0;
}

static int check_world(struct op *op, struct audit_run *a, const struct step *s,
		       const struct shell_command *c)
{
	const struct shell_word *mode = NULL;

	if (!str_eq(shell_program(c), S("chmod")))
		return 0;
	for (ptrdiff_t i = 0; (mode = shell_argument(c, i)) && str_starts(mode->value, S("-")); i++)
		continue;
	if (!mode || !is_world(mode->value))
		return 0;
	const struct shell_word *last = &c->word[c->word_n - 1];
	return audit_fault(op, a, &rules[WORLD], fault_at(s->config, last->value),
			   "chmod %.*s %.*s", STR_ARG(mode->value), STR_ARG(last->value));
}

static const char
	downloaders[] = "curl wget fetch aria2c",
	runners[] =
		"sh bash dash ash zsh ksh python python2 python3 perl ruby node php eval source .";

/* What comes behind a command in its pipe, up to its end. */
static const struct shell_command *runs_pipe(const struct shell_script *script, ptrdiff_t at)
{
	for (ptrdiff_t i = at; i + 1 < script->command_n && script->command[i].piped; i++) {
		const struct shell_command *next = &script->command[i + 1];
		if (str_has_word(str_of(runners), shell_program(next)) && !has_argument(next, "-c"))
			return next;
	}
	return NULL;
}

/* sh -c "$(curl ...)", bash <(wget ...), eval "`curl ...`" */
static bool runs_substitution(const struct shell_command *c)
{
	static const char *const put[] = {
		"$(curl", "$(wget", "<(curl", "<(wget", "`curl", "`wget"
	};

	for (ptrdiff_t i = 0; i < c->word_n; i++)
		for (size_t k = 0; k < sizeof(put) / sizeof(put[0]); k++)
			if (str_find_str(c->word[i].text, str_of(put[k])) >= 0)
				return true;
	return false;
}

static int check_piped(struct op *op, struct audit_run *a, const struct step *s, ptrdiff_t at)
{
	const struct shell_command *c = &s->script.command[at];
	str program = shell_program(c);

	if (str_has_word(str_of(downloaders), program)) {
		const struct shell_command *by = runs_pipe(&s->script, at);
		if (by)
			return audit_fault(op, a, &rules[PIPED], fault_at(s->config, program),
					   "what %.*s downloads is run by %.*s", STR_ARG(program),
					   STR_ARG(shell_program(by)));
	}
	if (str_has_word(str_of(runners), program) && runs_substitution(c))
		return audit_fault(op, a, &rules[PIPED], fault_at(s->config, program),
				   "%.*s runs what is downloaded", STR_ARG(program));
	return 0;
}

static const struct {
	const char *programs, *options;
} unverified[] = {
	{ "curl", "-k --insecure" },
	{ "wget", "--no-check-certificate" },
	{ "apt-get apt aptitude",
	  "--allow-unauthenticated --force-yes --allow-insecure-repositories" },
	{ "apk", "--allow-untrusted" },
	{ "yum dnf microdnf tdnf", "--nogpgcheck --nogpg" },
	{ "zypper", "--no-gpg-checks --no-gpg-check" },
	{ "rpm", "--nosignature --nodigest" },
	{ "pip pip3", "--trusted-host" },
};

static const char *const switches[] = { "GIT_SSL_NO_VERIFY=",  "NODE_TLS_REJECT_UNAUTHORIZED=0",
					"PYTHONHTTPSVERIFY=0", "GONOSUMDB=*",
					"GONOSUMCHECK=1",      "GOFLAGS=-insecure",
					"GOINSECURE=*" };

static bool is_unverified(const struct shell_command *c, str *ret)
{
	str program = shell_program(c);

	for (size_t i = 0; i < sizeof(unverified) / sizeof(unverified[0]); i++) {
		const struct shell_word *w;
		if (!str_has_word(str_of(unverified[i].programs), program))
			continue;
		for (ptrdiff_t k = 0; (w = shell_argument(c, k)); k++) {
			str name = w->value;
			*ret = str_cut(&name, '=');
			if (str_has_word(str_of(unverified[i].options), *ret))
				return true;
			/* -fsSLk: one of short options that are joined. */
			if (i == 0 && w->value.len > 1 && w->value.p[0] == '-' &&
			    w->value.p[1] != '-' && w->value.len < 8 &&
			    str_find(w->value, 'k') > 0) {
				*ret = S("-k");
				return true;
			}
		}
	}
	for (ptrdiff_t k = 0; k < c->assign_n; k++)
		for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
			if (str_starts(c->assign[k].value, str_of(switches[i]))) {
				*ret = c->assign[k].value;
				return true;
			}
	return false;
}

static int check_command(struct op *op, struct audit_run *a, const struct step *s, ptrdiff_t at)
{
	const struct shell_command *c = &s->script.command[at];
	str sub = subcommand(c), how;
	int m = manager_of(c);

	if (uses(c, "sudo") &&
	    audit_fault(op, a, &rules[SUDO], fault_at(s->config, shell_program(c)), "sudo %.*s",
			STR_ARG(shell_program(c))) < 0)
		return op->code;
	if (((m == APT && str_has_word(str_of("dist-upgrade full-upgrade"), sub)) ||
	     (m == ZYPPER && str_has_word(str_of("dup dist-upgrade"), sub))) &&
	    audit_fault(op, a, &rules[DIST_UPGRADE], fault_at(s->config, sub), "%.*s %.*s",
			STR_ARG(shell_program(c)), STR_ARG(sub)) < 0)
		return op->code;
	if (is_unverified(c, &how)) {
		struct fault f = fault_at(s->config, shell_program(c).len ? shell_program(c) : how);
		if (audit_fault(op, a, &rules[UNVERIFIED], f, "%.*s %.*s",
				STR_ARG(shell_program(c)), STR_ARG(how)) < 0)
			return op->code;
	}
	return check_world(op, a, s, c) < 0 ? op->code : check_piped(op, a, s, at);
}

static str destination(str add)
{
	ptrdiff_t at = str_rfind(add = str_trim(add), ' ');

	return str_from(add, at + 1);
}

/* The first one to / is the base's own root file system: nothing else could bring it. */
static int check_adds(struct op *op, struct audit_run *a)
{
	const struct config *c = a->config;
	bool first = true;

	for (ptrdiff_t i = 0; i < c->step_n; i++) {
		str instruction = c->step[i].instruction, to = destination(instruction);
		bool makes = c->step[i].layer >= 0 || str_starts(instruction, S("RUN "));
		if (str_starts(instruction, S("ADD ")) && !(first && str_eq(to, S("/"))) &&
		    audit_fault(op, a, &rules[COPY], fault_at(&c->step[i], to), "ADD to %.*s",
				STR_ARG(to)) < 0)
			return op->code;
		first = first && !makes && !str_starts(instruction, S("ADD "));
	}
	return 0;
}

static int run(struct op *op, struct audit_run *a)
{
	struct history h = { .last_removal = -1 };

	if (a->inv->subject.kind != SUBJECT_IMAGE)
		return audit_no_image(op, a, rules, RULES);
	if (a->config->step_n == 0) {
		for (size_t i = 0; i < RULES; i++)
			if (audit_error(op, a, &rules[i], "the image has no history") < 0)
				return op->code;
		return 0;
	}
	if (read_history(op, a->config, &h) < 0 || check_adds(op, a) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < h.n; i++) {
		if (check_updates(op, a, &h.step[i]) < 0 || check_lists(op, a, &h, i) < 0 ||
		    check_caches(op, a, &h.step[i]) < 0)
			return op->code;
		for (ptrdiff_t k = 0; k < h.step[i].script.command_n; k++)
			if (check_command(op, a, &h.step[i], k) < 0)
				return op->code;
	}
	return 0;
}

const struct auditor auditor_history = {
	.name = "history",
	.rule = rules,
	.rule_n = RULES,
	.run = run,
};
