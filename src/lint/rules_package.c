#include "base/buf.h"
#include "dockerfile_impl.h"
#include "dockerfile_rules.h"

/*
 * Rules of package managers in RUN: versions are named, nothing is asked, nothing superfluous comes along,
 * caches are cleaned. Each is a row of what a manager calls it.
 */
enum { SHOWN_MAX = 5 }; /* packages that a fault names */

struct manager {
	const char *programs, *verbs;
	const char *taking; /* flags that take a word */
};

static const struct manager apt_get = {
	"apt-get", "install",
	"-t --target-release --default-release -o --option -c --config-file -a "
	"--host-architecture -q="
};
static const struct manager apk = {
	"apk", "add",
	"-t --virtual -X --repository -p --root --repositories-file --arch "
	"--keys-dir --cache-dir --cache-max-age --wait --progress-fd"
};
static const struct manager yum = {
	"yum", "install groupinstall localinstall reinstall",
	"--enablerepo --disablerepo --repo --repoid --releasever --installroot "
	"--setopt -x --exclude -c --config -d -e -R"
};
static const struct manager dnf = {
	"dnf microdnf tdnf", "install groupinstall localinstall reinstall",
	"--enablerepo --disablerepo --repo --repoid --releasever --installroot "
	"--setopt -x --exclude -c --config -d -e -R --forcearch"
};
static const struct manager zypper = {
	"zypper", "install in", "-r --repo --from -t --type -R --root --gpg-auto-import-keys= -D -C"
};
static const struct manager zypper_all = {
	"zypper", "install in remove rm source-install si patch update up dist-upgrade dup",
	"-r --repo --from -t --type -R --root -D -C"
};
static const struct manager pip = {
	"pip pip2 pip3 python python2 python3", "install",
	"-r --requirement -c --constraint -e --editable -i --index-url --extra-index-url -f "
	"--find-links -t "
	"--target --root --prefix --src --platform --python-version --implementation --abi --proxy "
	"--timeout "
	"--retries --cert --client-cert --trusted-host --log --cache-dir --global-option "
	"--install-option "
	"--no-binary --only-binary --upgrade-strategy --progress-bar --config-settings -m "
	"--root-user-action --report --python -C"
};
static const struct manager npm = { "npm", "install i add",
				    "--prefix --registry --cache --loglevel --tag --userconfig "
				    "--globalconfig -w --workspace --omit "
				    "--include --fetch-timeout --fetch-retries -C" };
static const struct manager gem = {
	"gem", "install i",
	"-i --install-dir -n --bindir -v --version -s --source -p --http-proxy -P "
	"--trust-policy --platform -B --build-root -g --file --document"
};
static const struct manager go = { "go", "install get",
				   "-ldflags -tags -gcflags -asmflags -mod -o -p -C" };
static const struct manager yarn = { "yarn", "install add", "--cwd --registry --cache-folder" };

/* Is it this manager with one of its verbs? *ret_at: the word behind the verb. */
static bool installs(const struct shell_command *c, const struct manager *m, ptrdiff_t *ret_at)
{
	ptrdiff_t at = c->program + 1;
	const struct shell_word *verb;

	if (!shell_is_one(c, m->programs))
		return false;
	if (m == &pip && str_starts(shell_program(c), S("python"))) {
		/* python -m pip install */
		while (at + 1 < c->word_n && !str_eq(c->word[at].value, S("-m")))
			at++;
		if (at + 1 >= c->word_n || !str_eq(c->word[at + 1].value, S("pip")))
			return false;
		at += 2;
	}
	verb = shell_operand(c, m->taking, &at);
	*ret_at = at;
	return verb && word_in(verb->value, m->verbs);
}

/* ---- versions ---- */

typedef bool is_pinned(const struct shell_command *c, str package);

static bool has_any(str s, const char *bytes)
{
	for (ptrdiff_t i = 0; i < s.len; i++)
		if (strchr(bytes, s.p[i]))
			return true;
	return false;
}

static bool is_path(str s)
{
	return str_starts(s, S("/")) || str_starts(s, S("./")) || str_starts(s, S("../")) ||
	       str_starts(s, S("~/")) || str_eq(s, S(".")) || str_eq(s, S(".."));
}

static bool pinned_apt(const struct shell_command *c, str s)
{
	(void)c;
	return has_any(s, "=/") || str_ends(s, S(".deb")) ||
	       str_ends(s, S("-")); /* "x-" removes it */
}

static bool pinned_apk(const struct shell_command *c, str s)
{
	(void)c;
	return has_any(s, "=~<>") || str_ends(s, S(".apk")) || str_starts(s, S("."));
}

/* NAME-1.2: a digit behind a dash. */
static bool pinned_rpm(const struct shell_command *c, str s)
{
	(void)c;
	if (str_ends(s, S(".rpm")) || str_starts(s, S("@")) || has_any(s, "=<>:") || is_path(s))
		return true;
	for (ptrdiff_t i = 1; i + 1 < s.len; i++)
		if (s.p[i] == '-' && s.p[i + 1] >= '0' && s.p[i + 1] <= '9')
			return true;
	return false;
}

static bool pinned_zypper(const struct shell_command *c, str s)
{
	(void)c;
	return has_any(s, "=<>") || str_ends(s, S(".rpm")) || is_path(s);
}

static bool pinned_pip(const struct shell_command *c, str s)
{
	if (shell_flag(c, "-r --requirement -c --constraint", ""))
		return true;
	return has_any(s, "=<>~!@") || is_path(s) || str_ends(s, S(".whl")) ||
	       str_ends(s, S(".tar.gz")) || str_ends(s, S(".zip")) || str_find(s, '/') >= 0;
}

static bool pinned_npm(const struct shell_command *c, str s)
{
	(void)c;
	if (is_path(s) || str_ends(s, S(".tgz")) || str_ends(s, S(".tar.gz")) ||
	    str_ends(s, S(".tar")))
		return true;
	if (str_starts(s, S("git")) || str_find_str(s, S("://")) >= 0)
		return str_find(s, '#') >= 0 || !str_starts(s, S("git"));
	return str_find(str_from(s, 1), '@') >= 0 && !str_ends(s, S("@latest"));
}

static bool pinned_gem(const struct shell_command *c, str s)
{
	return str_find(s, ':') >= 0 || str_ends(s, S(".gem")) || shell_flag(c, "--version", "v");
}

static bool pinned_go(const struct shell_command *c, str s)
{
	ptrdiff_t slash = str_find(s, '/'), dot = str_find(s, '.');

	(void)c;
	/* A module of the network has a host for its first part. */
	if (is_path(s) || slash < 0 || dot < 0 || dot > slash)
		return true;
	return str_find(s, '@') >= 0 && !str_ends(s, S("@latest"));
}

struct versions {
	const struct manager *manager;
	is_pinned *pinned;
};

static int ask_versions(struct dockerfile_ask *a)
{
	const struct versions *v = a->row->with;
	const struct shell_command *c = a->command;
	const struct shell_word *w;
	ptrdiff_t at, n = 0;
	struct buf names;
	str key;

	if (!installs(c, v->manager, &at))
		return 0;
	buf_init(&names, a->op, 1 << 16);
	while ((w = shell_operand(c, v->manager->taking, &at))) {
		/* What a variable holds cannot be told. */
		if (w->dynamic || w->value.len == 0 || v->pinned(c, w->value))
			continue;
		if (n < SHOWN_MAX)
			buf_add(&names, n ? S(", ") : S(""));
		if (n < SHOWN_MAX)
			buf_add(&names, w->value);
		n++;
	}
	if (n == 0)
		return 0;
	if (buf_take(&names, &key) < 0)
		return a->op->code;
	return dockerfile_fault(
		a, a->step, c->at, key, "%.*s installs whatever version there is of %.*s%s",
		STR_ARG(shell_program(c)), STR_ARG(key), n > SHOWN_MAX ? " ..." : "");
}

/* ---- flags that lack ---- */

struct flags {
	const struct manager *manager;
	const char *words, *letters;
	const char *what; /* behind the program's name */
	const char *mount;
};

/* -q twice means -y to apt-get; =2 likewise. */
static bool very_quiet(const struct shell_command *c)
{
	int n = 0;

	for (ptrdiff_t i = c->program + 1; i < c->word_n; i++) {
		str w = c->word[i].value;

		if (str_eq(w, S("--quiet")))
			n++;
		if (str_eq(w, S("-q=2")) || str_eq(w, S("--quiet=2")) || str_eq(w, S("-qq")))
			n += 2;
		else if (str_eq(w, S("-q")))
			n++;
	}
	return n > 1;
}

static bool option_set(const struct shell_command *c, const char *option)
{
	for (ptrdiff_t i = c->program + 1; i < c->word_n; i++)
		if (str_find_str(c->word[i].value, str_of(option)) >= 0)
			return true;
	return false;
}

static int ask_flag(struct dockerfile_ask *a)
{
	const struct flags *f = a->row->with;
	const struct shell_command *c = a->command;
	ptrdiff_t at;

	if (!installs(c, f->manager, &at) || shell_flag(c, f->words, f->letters) ||
	    (f->mount && dockerfile_mounted(a->step, f->mount)))
		return 0;
	if (f->manager == &apt_get &&
	    (option_set(c, "APT::Get::Assume-Yes=true") || (f->letters[0] && very_quiet(c)) ||
	     (!f->letters[0] && (option_set(c, "APT::Install-Recommends=false") ||
				 option_set(c, "APT::Install-Recommends=0")))))
		return 0;
	return dockerfile_fault(a, a->step, c->at, shell_program(c), "%.*s %s",
				STR_ARG(shell_program(c)), f->what);
}

/* Is a name set to something other than nothing or a refusal, by the command or above it? */
static bool env_set(const struct dockerfile_ask *a, str name)
{
	const struct shell_script *script = &a->script[dockerfile_index(a, a->step)];
	ptrdiff_t stage = a->step->stage, until = dockerfile_index(a, a->step);

	for (const struct shell_command *c = shell_back(script, a->command); c <= a->command; c++) {
		bool exports = c == a->command || shell_is_one(c, "export") || c->word_n == 0;

		for (ptrdiff_t i = 0; i < c->assign_n && exports; i++)
			if (str_starts(c->assign[i].value, name) &&
			    c->assign[i].value.len > name.len + 1)
				return true;
		for (ptrdiff_t i = 0; i < c->word_n && exports; i++)
			if (str_starts(c->word[i].value, name) &&
			    c->word[i].value.len > name.len + 1 &&
			    c->word[i].value.p[name.len] == '=')
				return true;
	}
	while (stage >= 0) {
		const struct dockerfile_stage *s = &a->d->stage[stage];

		for (ptrdiff_t i = s->step; i < until; i++)
			for (ptrdiff_t j = 0; j < a->d->step[i].word_n; j++)
				if ((a->d->step[i].kind == DOCKERFILE_ENV ||
				     a->d->step[i].kind == DOCKERFILE_ARG) &&
				    str_eq(a->d->step[i].word[j].text, name))
					return a->d->step[i].word[j].value.len > 0;
		stage = s->base_stage;
		until = stage >= 0 ? a->d->stage[stage].step + a->d->stage[stage].step_n : 0;
	}
	return false;
}

static int ask_pip_cache(struct dockerfile_ask *a)
{
	return env_set(a, S("PIP_NO_CACHE_DIR")) ? 0 : ask_flag(a);
}

/* ---- caches ---- */

struct cleaning {
	const struct manager *manager;
	const char *cleaners; /* programs that clean by ... */
	const char *verbs;    /* ... this first word, */
	const char *second;   /* and this second one; or NULL */
	const char *path;     /* or rm of what is below here */
	const char *mount;    /* or no need, with a mount here */
	const char *what;
	bool shipped; /* only of stages that ship */
};

static bool removes(const struct shell_command *c, const char *path)
{
	for (ptrdiff_t i = c->program + 1; i < c->word_n && shell_is_one(c, "rm find"); i++)
		if (str_starts(c->word[i].value, str_of(path)) ||
		    (c->word[i].value.len > 4 && str_starts(str_of(path), c->word[i].value)))
			return true;
	return false;
}

static bool cleans(const struct shell_command *c, const struct cleaning *r)
{
	ptrdiff_t at = c->program + 1;
	const struct shell_word *w;

	if (removes(c, r->path))
		return true;
	if (!shell_is_one(c, r->cleaners))
		return false;
	w = shell_operand(c, r->manager->taking, &at);
	if (!w || !word_in(w->value, r->verbs))
		return false;
	if (!r->second)
		return true;
	w = shell_operand(c, r->manager->taking, &at);
	return w && word_in(w->value, r->second);
}

static int ask_cleaning(struct dockerfile_ask *a)
{
	const struct cleaning *r = a->row->with;
	const struct shell_script *script = &a->script[dockerfile_index(a, a->step)];
	const struct shell_command *c = a->command, *end = script->command + script->command_n;
	ptrdiff_t at;

	if (!installs(c, r->manager, &at) || dockerfile_mounted(a->step, r->mount))
		return 0;
	if (r->shipped &&
	    (a->step->stage < 0 || !dockerfile_ships(a->d, &a->d->stage[a->step->stage])))
		return 0;
	for (const struct shell_command *b = script->command; b < c; b++)
		if (installs(b, r->manager, &at))
			return 0; /* told there */
	for (const struct shell_command *b = c + 1; b < end; b++)
		if (cleans(b, r))
			return 0;
	return dockerfile_fault(a, a->step, c->at, shell_program(c),
				"%.*s leaves its %s in the layer", STR_ARG(shell_program(c)),
				r->what);
}

static const struct manager apt_lists = { "apt-get apt aptitude", "update",
					  "-o --option -c --config-file" };
static const struct manager yum_all = {
	"yum", "install groupinstall localinstall reinstall update upgrade",
	"--enablerepo --disablerepo --setopt -x --exclude -c -d -e -R"
};
static const struct manager dnf_all = {
	"dnf microdnf tdnf", "install groupinstall localinstall reinstall update upgrade",
	"--enablerepo --disablerepo --setopt -x --exclude -c -d -e -R"
};

static const struct versions apt_versions = { &apt_get, pinned_apt },
			     pip_versions = { &pip, pinned_pip },
			     npm_versions = { &npm, pinned_npm },
			     apk_versions = { &apk, pinned_apk },
			     gem_versions = { &gem, pinned_gem },
			     yum_versions = { &yum, pinned_rpm },
			     zypper_versions = { &zypper, pinned_zypper },
			     dnf_versions = { &dnf, pinned_rpm }, go_versions = { &go, pinned_go };

static const struct flags apt_yes = { &apt_get, "--yes --assume-yes -qq", "y",
				      "install asks, and nobody is there to answer", NULL },
			  apt_recommends = { &apt_get, "--no-install-recommends", "",
					     "install brings recommended packages along", NULL },
			  apk_cache = { &apk, "--no-cache", "", "add leaves its index in the layer",
					"/var/cache/apk" },
			  yum_yes = { &yum, "--assumeyes", "y",
				      "install asks, and nobody is there to answer", NULL },
			  zypper_yes = { &zypper_all, "--non-interactive --no-confirm", "ny",
					 "asks, and nobody is there to answer", NULL },
			  dnf_yes = { &dnf, "--assumeyes", "y",
				      "install asks, and nobody is there to answer", NULL },
			  pip_cache = { &pip, "--no-cache-dir", "",
					"install keeps a cache in the layer", "/root/.cache/pip" };

static const struct cleaning apt_clean = { &apt_lists,
					   "apt-get apt apt-dist-clean",
					   "distclean dist-clean",
					   NULL,
					   "/var/lib/apt/lists",
					   "/var/lib/apt",
					   "lists",
					   true },
			     yum_clean = { &yum_all,         "yum",
					   "clean",          "all",
					   "/var/cache/yum", "/var/cache/yum",
					   "cache",          false },
			     zypper_clean = { &zypper,           "zypper",
					      "clean cc",        NULL,
					      "/var/cache/zypp", "/var/cache/zypp",
					      "cache",           false },
			     dnf_clean = { &dnf_all,         "dnf microdnf tdnf", "clean", "all",
					   "/var/cache/dnf", "/var/cache/",       "cache", false },
			     yarn_clean = { &yarn,
					    "yarn",
					    "cache",
					    "clean",
					    "/usr/local/share/.cache",
					    "/usr/local/share/.cache",
					    "cache",
					    false };

#define PINNED                                                                                    \
	"A build of another day is another image: nobody tested it, and nothing tells what came " \
	"in."
#define ANSWERED "The build stops at the question, or takes the answer for no."
#define CLEANED "What a later layer removes stays in this one: the image is larger for nothing."

const struct dockerfile_rule dockerfile_package_rules[] = {
	{ { "DL3008", "", SEVERITY_MEDIUM, "apt-get installs named versions", PINNED,
	    "apt-get install name=version; or a base and a snapshot that fix all of them." },
	  ASK_COMMAND,
	  0,
	  ask_versions,
	  &apt_versions,
	  false },
	{ { "DL3009", "DKL-DI-0005", SEVERITY_LOW,
	    "The lists of apt-get are removed where they are fetched", CLEANED,
	    "End the RUN with rm -rf /var/lib/apt/lists/*." },
	  ASK_COMMAND,
	  0,
	  ask_cleaning,
	  &apt_clean,
	  false },
	{ { "DL3013", "", SEVERITY_MEDIUM, "pip installs named versions", PINNED,
	    "pip install name==version, or -r with a file of hashes." },
	  ASK_COMMAND,
	  0,
	  ask_versions,
	  &pip_versions,
	  false },
	{ { "DL3014", "DS-0021", SEVERITY_MEDIUM, "apt-get install is answered beforehand",
	    ANSWERED, "apt-get install -y." },
	  ASK_COMMAND,
	  0,
	  ask_flag,
	  &apt_yes,
	  false },
	{ { "DL3015", "DS-0029", SEVERITY_LOW, "Only what is needed is installed",
	    "Recommended packages are a good part of many images and of their vulnerabilities, and "
	    "nothing needs "
	    "them.",
	    "apt-get install --no-install-recommends." },
	  ASK_COMMAND,
	  0,
	  ask_flag,
	  &apt_recommends,
	  false },
	{ { "DL3016", "", SEVERITY_MEDIUM, "npm installs named versions", PINNED,
	    "npm install name@version, or npm ci with a lock file." },
	  ASK_COMMAND,
	  0,
	  ask_versions,
	  &npm_versions,
	  false },
	{ { "DL3018", "", SEVERITY_MEDIUM, "apk adds named versions", PINNED,
	    "apk add name=version." },
	  ASK_COMMAND,
	  0,
	  ask_versions,
	  &apk_versions,
	  false },
	{ { "DL3019", "DS-0025 DKL-DI-0004", SEVERITY_LOW, "apk add keeps no index", CLEANED,
	    "apk add --no-cache." },
	  ASK_COMMAND,
	  0,
	  ask_flag,
	  &apk_cache,
	  false },
	{ { "DL3028", "", SEVERITY_MEDIUM, "gem installs named versions", PINNED,
	    "gem install name:version." },
	  ASK_COMMAND,
	  0,
	  ask_versions,
	  &gem_versions,
	  false },
	{ { "DL3030", "", SEVERITY_MEDIUM, "yum install is answered beforehand", ANSWERED,
	    "yum install -y." },
	  ASK_COMMAND,
	  0,
	  ask_flag,
	  &yum_yes,
	  false },
	{ { "DL3032", "DS-0015", SEVERITY_MEDIUM, "The cache of yum is removed where it is made",
	    CLEANED, "End the RUN with yum clean all." },
	  ASK_COMMAND,
	  0,
	  ask_cleaning,
	  &yum_clean,
	  false },
	{ { "DL3033", "", SEVERITY_MEDIUM, "yum installs named versions", PINNED,
	    "yum install name-version." },
	  ASK_COMMAND,
	  0,
	  ask_versions,
	  &yum_versions,
	  false },
	{ { "DL3034", "", SEVERITY_MEDIUM, "zypper is answered beforehand", ANSWERED,
	    "zypper --non-interactive install." },
	  ASK_COMMAND,
	  0,
	  ask_flag,
	  &zypper_yes,
	  false },
	{ { "DL3036", "DS-0020", SEVERITY_MEDIUM, "The cache of zypper is removed where it is made",
	    CLEANED, "End the RUN with zypper clean." },
	  ASK_COMMAND,
	  0,
	  ask_cleaning,
	  &zypper_clean,
	  false },
	{ { "DL3037", "", SEVERITY_MEDIUM, "zypper installs named versions", PINNED,
	    "zypper install name=version." },
	  ASK_COMMAND,
	  0,
	  ask_versions,
	  &zypper_versions,
	  false },
	{ { "DL3038", "", SEVERITY_MEDIUM, "dnf install is answered beforehand", ANSWERED,
	    "dnf install -y." },
	  ASK_COMMAND,
	  0,
	  ask_flag,
	  &dnf_yes,
	  false },
	{ { "DL3040", "DS-0019 DS-0027", SEVERITY_MEDIUM,
	    "The cache of dnf is removed where it is made", CLEANED,
	    "End the RUN with dnf clean all (microdnf clean all)." },
	  ASK_COMMAND,
	  0,
	  ask_cleaning,
	  &dnf_clean,
	  false },
	{ { "DL3041", "", SEVERITY_MEDIUM, "dnf installs named versions", PINNED,
	    "dnf install name-version." },
	  ASK_COMMAND,
	  0,
	  ask_versions,
	  &dnf_versions,
	  false },
	{ { "DL3042", "", SEVERITY_MEDIUM, "pip keeps no cache", CLEANED,
	    "pip install --no-cache-dir, or RUN --mount=type=cache,target=/root/.cache/pip." },
	  ASK_COMMAND,
	  0,
	  ask_pip_cache,
	  &pip_cache,
	  false },
	{ { "DL3060", "", SEVERITY_LOW, "The cache of yarn is removed where it is made", CLEANED,
	    "End the RUN with yarn cache clean." },
	  ASK_COMMAND,
	  0,
	  ask_cleaning,
	  &yarn_clean,
	  false },
	{ { "DL3062", "", SEVERITY_MEDIUM, "go installs named versions", PINNED,
	    "go install module@v1.2.3." },
	  ASK_COMMAND,
	  0,
	  ask_versions,
	  &go_versions,
	  false },
	{ { NULL, NULL, SEVERITY_UNKNOWN, NULL, NULL, NULL }, ASK_FILE, 0, NULL, NULL, false },
};
