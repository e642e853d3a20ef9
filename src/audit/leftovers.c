/*
 * What building leaves behind: caches, logs, version control, editors' files, histories, a person's
 * settings; and files that are called as credentials are.
 */
#include <stdlib.h>

#include "auditor.h"
#include "base/limits.h"
#include "regions.h"

enum { NO_LEFTOVERS, NO_CREDENTIAL_NAMES };

static const struct rule rules[] = {
	{ "fs.no_leftovers", "DKL-LI-0003 DKL-DI-0004 DKL-DI-0005", SEVERITY_LOW,
	  "Nothing is left over from building",
	  "Caches and logs are weight and tell of the build; repositories, histories and settings "
	  "hold what was never "
	  "meant to be shipped.",
	  "Remove it in the instruction that makes it (a later one leaves it in its layer), or "
	  "build in a stage and "
	  "COPY the result." },
	{ "fs.no_credential_names", "CIS-DI-0010", SEVERITY_LOW,
	  "No file is called as credentials are",
	  "A name alone proves nothing: the content is what the rule of secrets looks at.",
	  "Mount credentials when the container starts; if it is none, give it another name or a "
	  "waiver." },
};

enum {
	KIND_VCS,
	KIND_EDITOR,
	KIND_BUILD,
	KIND_ENV,
	KIND_ACCOUNT,
	KIND_SSH,
	KIND_HISTORY,
	KIND_CORE,
	KIND_CACHE,
	KIND_LOG,
	KIND_TEMPORARY,
	KIND_BACKUP,
	KINDS
};

static const struct {
	str word;
	enum severity severity;
} kinds[KINDS] = {
	[KIND_VCS] = { S_INIT("version control"), SEVERITY_MEDIUM },
	[KIND_EDITOR] = { S_INIT("an editor's file"), SEVERITY_LOW },
	[KIND_BUILD] = { S_INIT("build file"), SEVERITY_LOW },
	[KIND_ENV] = { S_INIT("environment file"), SEVERITY_MEDIUM },
	[KIND_ACCOUNT] = { S_INIT("a person's settings"), SEVERITY_MEDIUM },
	[KIND_SSH] = { S_INIT("ssh"), SEVERITY_MEDIUM },
	[KIND_HISTORY] = { S_INIT("history"), SEVERITY_LOW },
	[KIND_CORE] = { S_INIT("core dump"), SEVERITY_MEDIUM },
	[KIND_CACHE] = { S_INIT("cache"), SEVERITY_LOW },
	[KIND_LOG] = { S_INIT("log"), SEVERITY_LOW },
	[KIND_TEMPORARY] = { S_INIT("temporary file"), SEVERITY_LOW },
	[KIND_BACKUP] = { S_INIT("backup"), SEVERITY_LOW },
};

enum { FILES = 1, DIRS = 2, BOTH = 3 };

/* Sorted by name. */
static const struct {
	str name;
	uint8_t kind, where;
} names[] = {
	{ S_INIT(".DS_Store"), KIND_EDITOR, FILES },
	{ S_INIT(".ash_history"), KIND_HISTORY, FILES },
	{ S_INIT(".aws"), KIND_ACCOUNT, DIRS },
	{ S_INIT(".azure"), KIND_ACCOUNT, DIRS },
	{ S_INIT(".bash_history"), KIND_HISTORY, FILES },
	{ S_INIT(".bzr"), KIND_VCS, BOTH },
	{ S_INIT(".cache"), KIND_CACHE, DIRS },
	{ S_INIT(".ccache"), KIND_CACHE, DIRS },
	{ S_INIT(".cpan"), KIND_CACHE, DIRS },
	{ S_INIT(".cpanm"), KIND_CACHE, DIRS },
	{ S_INIT(".dbshell"), KIND_HISTORY, FILES },
	{ S_INIT(".docker"), KIND_ACCOUNT, DIRS },
	{ S_INIT(".dockerignore"), KIND_BUILD, FILES },
	{ S_INIT(".emacs.d"), KIND_EDITOR, DIRS },
	{ S_INIT(".env"), KIND_ENV, FILES },
	{ S_INIT(".envrc"), KIND_ENV, FILES },
	{ S_INIT(".fslckout"), KIND_VCS, BOTH },
	{ S_INIT(".gcloud"), KIND_ACCOUNT, DIRS },
	{ S_INIT(".gcp"), KIND_ACCOUNT, DIRS },
	{ S_INIT(".git"), KIND_VCS, BOTH },
	{ S_INIT(".gitlab-ci.yml"), KIND_BUILD, FILES },
	{ S_INIT(".gnupg"), KIND_ACCOUNT, DIRS },
	{ S_INIT(".gradle"), KIND_CACHE, DIRS },
	{ S_INIT(".hg"), KIND_VCS, BOTH },
	{ S_INIT(".histfile"), KIND_HISTORY, FILES },
	{ S_INIT(".idea"), KIND_EDITOR, DIRS },
	{ S_INIT(".irb_history"), KIND_HISTORY, FILES },
	{ S_INIT(".kube"), KIND_ACCOUNT, DIRS },
	{ S_INIT(".lesshst"), KIND_HISTORY, FILES },
	{ S_INIT(".mypy_cache"), KIND_CACHE, DIRS },
	{ S_INIT(".mysql_history"), KIND_HISTORY, FILES },
	{ S_INIT(".node_repl_history"), KIND_HISTORY, FILES },
	{ S_INIT(".nox"), KIND_CACHE, DIRS },
	{ S_INIT(".npm"), KIND_CACHE, DIRS },
	{ S_INIT(".php_history"), KIND_HISTORY, FILES },
	{ S_INIT(".pnpm-store"), KIND_CACHE, DIRS },
	{ S_INIT(".psql_history"), KIND_HISTORY, FILES },
	{ S_INIT(".pytest_cache"), KIND_CACHE, DIRS },
	{ S_INIT(".python_history"), KIND_HISTORY, FILES },
	{ S_INIT(".rediscli_history"), KIND_HISTORY, FILES },
	{ S_INIT(".ruff_cache"), KIND_CACHE, DIRS },
	{ S_INIT(".sh_history"), KIND_HISTORY, FILES },
	{ S_INIT(".sqlite_history"), KIND_HISTORY, FILES },
	{ S_INIT(".ssh"), KIND_SSH, DIRS },
	{ S_INIT(".svn"), KIND_VCS, BOTH },
	{ S_INIT(".terraform.d"), KIND_ACCOUNT, DIRS },
	{ S_INIT(".tox"), KIND_CACHE, DIRS },
	{ S_INIT(".travis.yml"), KIND_BUILD, FILES },
	{ S_INIT(".viminfo"), KIND_HISTORY, FILES },
	{ S_INIT(".vimrc"), KIND_EDITOR, FILES },
	{ S_INIT(".vs"), KIND_EDITOR, DIRS },
	{ S_INIT(".vscode"), KIND_EDITOR, DIRS },
	{ S_INIT(".wget-hsts"), KIND_HISTORY, FILES },
	{ S_INIT(".zsh_history"), KIND_HISTORY, FILES },
	{ S_INIT("CVS"), KIND_VCS, DIRS },
	{ S_INIT("Containerfile"), KIND_BUILD, FILES },
	{ S_INIT("Dockerfile"), KIND_BUILD, FILES },
	{ S_INIT("Jenkinsfile"), KIND_BUILD, FILES },
	{ S_INIT("Thumbs.db"), KIND_EDITOR, FILES },
	{ S_INIT("Vagrantfile"), KIND_BUILD, FILES },
	{ S_INIT("_darcs"), KIND_VCS, BOTH },
	{ S_INIT("compose.yaml"), KIND_BUILD, FILES },
	{ S_INIT("compose.yml"), KIND_BUILD, FILES },
	{ S_INIT("desktop.ini"), KIND_EDITOR, FILES },
	{ S_INIT("docker-compose.yaml"), KIND_BUILD, FILES },
	{ S_INIT("docker-compose.yml"), KIND_BUILD, FILES },
};

/* Behind another part of a name. */
static const struct {
	str text;
	uint8_t kind;
} suffixes[] = {
	{ S_INIT(".swp"), KIND_EDITOR },       { S_INIT(".swo"), KIND_EDITOR },
	{ S_INIT("~"), KIND_EDITOR },          { S_INIT(".rej"), KIND_BACKUP },
	{ S_INIT(".orig"), KIND_BACKUP },      { S_INIT(".bak"), KIND_BACKUP },
	{ S_INIT(".dpkg-old"), KIND_BACKUP },  { S_INIT(".dpkg-new"), KIND_BACKUP },
	{ S_INIT(".dpkg-tmp"), KIND_BACKUP },  { S_INIT(".dpkg-bak"), KIND_BACKUP },
	{ S_INIT(".dpkg-dist"), KIND_BACKUP }, { S_INIT(".ucf-old"), KIND_BACKUP },
	{ S_INIT(".ucf-dist"), KIND_BACKUP },  { S_INIT(".rpmnew"), KIND_BACKUP },
	{ S_INIT(".rpmsave"), KIND_BACKUP },   { S_INIT(".rpmorig"), KIND_BACKUP },
	{ S_INIT(".apk-new"), KIND_BACKUP },   { S_INIT(".pacnew"), KIND_BACKUP },
	{ S_INIT(".pacsave"), KIND_BACKUP },
};

/* Files, and directories of files that are not empty. */
static const struct {
	str path;
	uint8_t kind;
} places[] = {
	{ S_INIT("var/lib/apt/lists"), KIND_CACHE },
	{ S_INIT("var/cache/apt"), KIND_CACHE },
	{ S_INIT("var/cache/apk"), KIND_CACHE },
	{ S_INIT("etc/apk/cache"), KIND_CACHE },
	{ S_INIT("var/cache/yum"), KIND_CACHE },
	{ S_INIT("var/cache/dnf"), KIND_CACHE },
	{ S_INIT("var/cache/libdnf5"), KIND_CACHE },
	{ S_INIT("var/cache/microdnf"), KIND_CACHE },
	{ S_INIT("var/cache/tdnf"), KIND_CACHE },
	{ S_INIT("var/cache/zypp"), KIND_CACHE },
	{ S_INIT("var/cache/pacman/pkg"), KIND_CACHE },
	{ S_INIT("var/lib/pacman/sync"), KIND_CACHE },
	{ S_INIT("var/cache/ldconfig"), KIND_CACHE },
	{ S_INIT("var/cache/man"), KIND_CACHE },
	{ S_INIT("var/cache/fontconfig"), KIND_CACHE },
	{ S_INIT("var/cache/swcatalog"), KIND_CACHE },
	{ S_INIT("root/go/pkg/mod"), KIND_CACHE },
	{ S_INIT("go/pkg/mod"), KIND_CACHE },
	{ S_INIT("root/.cargo/registry"), KIND_CACHE },
	{ S_INIT("usr/local/cargo/registry"), KIND_CACHE },
	{ S_INIT("root/.m2/repository"), KIND_CACHE },
	{ S_INIT("usr/local/share/.cache"), KIND_CACHE },
	{ S_INIT("root/.composer/cache"), KIND_CACHE },
	{ S_INIT("root/.nuget/packages"), KIND_CACHE },
	{ S_INIT("opt/conda/pkgs"), KIND_CACHE },
	{ S_INIT("root/.yarn"), KIND_CACHE },
	{ S_INIT("var/cache/pip"), KIND_CACHE },
	{ S_INIT("var/log"), KIND_LOG },
	{ S_INIT("tmp"), KIND_TEMPORARY },
	{ S_INIT("var/tmp"), KIND_TEMPORARY },
	{ S_INIT("etc/passwd-"), KIND_BACKUP },
	{ S_INIT("etc/group-"), KIND_BACKUP },
	{ S_INIT("etc/shadow-"), KIND_BACKUP },
	{ S_INIT("etc/gshadow-"), KIND_BACKUP },
	{ S_INIT("etc/subuid-"), KIND_BACKUP },
	{ S_INIT("etc/subgid-"), KIND_BACKUP },
	{ S_INIT("var/lib/dpkg/status-old"), KIND_BACKUP },
	{ S_INIT("var/lib/dpkg/available-old"), KIND_BACKUP },
	{ S_INIT("var/lib/dpkg/diversions-old"), KIND_BACKUP },
	{ S_INIT("var/lib/dpkg/statoverride-old"), KIND_BACKUP },
	{ S_INIT("var/cache/debconf/config.dat-old"), KIND_BACKUP },
	{ S_INIT("var/cache/debconf/templates.dat-old"), KIND_BACKUP },
	{ S_INIT("var/cache/debconf/passwords.dat-old"), KIND_BACKUP },
	{ S_INIT("var/backups"), KIND_BACKUP },
};

/* Sorted. The list of dockle's CIS-DI-0010, and their like. */
static const str credentials[] = {
	S_INIT(".dockercfg"),
	S_INIT(".dockerconfigjson"),
	S_INIT(".env"),
	S_INIT(".git-credentials"),
	S_INIT(".htpasswd"),
	S_INIT(".my.cnf"),
	S_INIT(".netrc"),
	S_INIT(".pgpass"),
	S_INIT(".s3cfg"),
	S_INIT("carrierwave.rb"),
	S_INIT("credential"),
	S_INIT("credentials"),
	S_INIT("credentials.json"),
	S_INIT("credentials.xml"),
	S_INIT("database.yml"),
	S_INIT("id_dsa"),
	S_INIT("id_ecdsa"),
	S_INIT("id_ed25519"),
	S_INIT("id_rsa"),
	S_INIT("omniauth.rb"),
	S_INIT("password.txt"),
	S_INIT("secret_token.rb"),
	S_INIT("service-account.json"),
	S_INIT("settings.py"),
};
static const str credential_suffixes[] = {
	S_INIT(".secret"),        S_INIT(".ovpn"),     S_INIT(".private_key"), S_INIT(".cscfg"),
	S_INIT(".rdp"),           S_INIT(".mdf"),      S_INIT(".sdf"),         S_INIT(".bek"),
	S_INIT(".tpm"),           S_INIT(".fve"),      S_INIT(".jks"),         S_INIT(".psafe3"),
	S_INIT(".agilekeychain"), S_INIT(".keychain"), S_INIT(".pcap"),        S_INIT(".gnucash"),
	S_INIT(".kdbx"),          S_INIT(".p12"),      S_INIT(".pfx"),         S_INIT(".ppk"),
	S_INIT(".keystore"),
};

struct leftovers {
	struct audit_run *a;
	struct regions regions;
	uint32_t *full;  /* [tree_count()]: files below it that are not empty */
	uint8_t *kind;   /* [tree_count()]: 1 + the kind of a place */
	uint8_t *inside; /* [tree_count()]: below where packages of a language lie */
};

static int by_name(const void *a, const void *b)
{
	return str_cmp(*(const str *)a, *(const str *)b);
}

/* "Dockerfile.prod", ".env.local". */
static int kind_of_start(str name)
{
	if (str_starts(name, S("Dockerfile.")) || str_starts(name, S("docker-compose.")))
		return KIND_BUILD;
	return str_starts(name, S(".env.")) && !str_ends(name, S(".example")) &&
			       !str_ends(name, S(".sample"))
		       ? KIND_ENV
		       : -1;
}

/* A dump of a process, by its bytes too: many things are called core. */
static bool is_core(const struct tree_node *n, str name)
{
	return n->probe & PROBE_OBJECT && (str_eq(name, S("core")) || str_starts(name, S("core.")));
}

static int kind_of_file(const struct tree_node *n, str name)
{
	if (n->size == 0)
		return -1;
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if (name.len > suffixes[i].text.len && str_ends(name, suffixes[i].text))
			return suffixes[i].kind;
	return is_core(n, name) ? KIND_CORE : kind_of_start(name);
}

/* The kind of a name, or -1. */
static int kind_of(const struct leftovers *w, uint32_t node)
{
	const struct tree_node *n = tree_node(w->a->tree, node);
	str name = tree_name(w->a->tree, node);
	int where = n->type == TREE_DIRECTORY ? DIRS : FILES;

	if (n->type != TREE_FILE && (n->type != TREE_DIRECTORY || !w->full[node]))
		return -1;
	const void *found =
		bsearch(&name, names, sizeof(names) / sizeof(names[0]), sizeof(names[0]), by_name);
	size_t at =
		found ? (size_t)((const char *)found - (const char *)names) / sizeof(names[0]) : 0;
	if (found && names[at].where & where)
		return names[at].kind;
	return n->type == TREE_FILE ? kind_of_file(n, name) : -1;
}

/* Packages of languages bring such files along; their repositories do not. */
static bool counts(const struct leftovers *w, uint32_t node, int kind)
{
	return !w->inside[node] || !(kind == KIND_EDITOR || kind == KIND_BUILD ||
				     kind == KIND_BACKUP || kind == KIND_ENV);
}

static bool holds_packages(str name)
{
	static const str holders[] = { S_INIT("dist-packages"), S_INIT("gems"),
				       S_INIT("node_modules"), S_INIT("site-packages"),
				       S_INIT("vendor") };

	return bsearch(&name, holders, sizeof(holders) / sizeof(holders[0]), sizeof(holders[0]),
		       by_name) != NULL;
}

static int look_at_owner(struct op *op, struct leftovers *w, uint32_t node, bool *ret)
{
	const struct package *owner;
	int rc = audit_owner(op, w->a, node, &owner);

	*ret = owner != NULL;
	return rc;
}

static int look_at(struct op *op, struct leftovers *w, uint32_t node)
{
	const struct tree_node *n = tree_node(w->a->tree, node);
	uint8_t up = node ? w->kind[n->parent] : 0;
	bool owned = false;
	int rc = 0;

	w->inside[node] =
		node && (w->inside[n->parent] || holds_packages(tree_name(w->a->tree, node)));
	if (tree_is_gone(n) || !node)
		return 0;
	if (up)
		w->kind[node] = up;
	int kind = w->kind[node] ? -1 : kind_of(w, node);
	if (kind >= 0 && counts(w, node, kind)) {
		if ((rc = look_at_owner(op, w, node, &owned)) < 0)
			return rc;
		w->kind[node] = owned ? 0 : (uint8_t)(kind + 1);
	}
	/* Of what is below a place, files count; of a place itself nothing, if all are empty. */
	regions_put(&w->regions, node, w->kind[node] && (n->type == TREE_DIRECTORY || n->size));
	return 0;
}

static int mark_places(struct op *op, struct leftovers *w)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		uint32_t node = tree_find_link(w->a->tree, places[i].path);
		bool owned = false;
		if (node == TREE_NONE)
			continue;
		const struct tree_node *n = tree_node(w->a->tree, node);
		if (n->type == TREE_FILE && look_at_owner(op, w, node, &owned) < 0)
			return op->code;
		if ((n->type == TREE_DIRECTORY && w->full[node]) ||
		    (n->type == TREE_FILE && n->size && !owned))
			w->kind[node] = (uint8_t)(places[i].kind + 1);
	}
	return 0;
}

/* Children have higher numbers than their directory. */
static int count_files(struct op *op, struct leftovers *w)
{
	const struct tree *t = w->a->tree;

	for (uint32_t i = tree_count(t) - 1; i > 0; i--) {
		const struct tree_node *n = tree_node(t, i);
		bool owned = false;
		if (tree_is_gone(n))
			continue;
		if (n->type == TREE_FILE && look_at_owner(op, w, i, &owned) < 0)
			return op->code;
		if (n->type == TREE_FILE)
			w->full[i] = n->size && !owned;
		w->full[n->parent] += w->full[i];
	}
	return 0;
}

static int size_text(struct op *op, uint64_t bytes, str *ret)
{
	if (bytes < 10000)
		return op_text(op, ret, "%llu bytes", (unsigned long long)bytes);
	if (bytes < 10000000)
		return op_text(op, ret, "%llu kB", (unsigned long long)bytes / 1000);
	return op_text(op, ret, "%llu MB", (unsigned long long)bytes / 1000000);
}

static int tell_leftover(struct op *op, struct leftovers *w, uint32_t node)
{
	const struct tree_node *n = tree_node(w->a->tree, node);
	int kind = w->kind[node] - 1;
	struct fault f = { .kind = kinds[kind].word, .severity = kinds[kind].severity };
	SCRATCH char room[LIMIT_PATH + 1];
	str size;

	if (op_copy(op, tree_path(w->a->tree, node, room), &f.path) < 0 ||
	    size_text(op, w->regions.bytes[node], &size) < 0)
		return op->code;
	f.key = f.path;
	if (n->type == TREE_DIRECTORY)
		return audit_fault(op, w->a, &rules[NO_LEFTOVERS], f, "%.*s: %.*s, %u files, %.*s",
				   STR_ARG(f.path), STR_ARG(f.kind), w->full[node], STR_ARG(size));
	return audit_fault(op, w->a, &rules[NO_LEFTOVERS], f, "%.*s: %.*s, %.*s", STR_ARG(f.path),
			   STR_ARG(f.kind), STR_ARG(size));
}

static bool is_credential(str name)
{
	if (bsearch(&name, credentials, sizeof(credentials) / sizeof(credentials[0]),
		    sizeof(credentials[0]), by_name))
		return true;
	for (size_t i = 0; i < sizeof(credential_suffixes) / sizeof(credential_suffixes[0]); i++)
		if (str_ends(name, credential_suffixes[i]))
			return true;
	return false;
}

static int tell_credential(struct op *op, struct leftovers *w, uint32_t node)
{
	const struct tree_node *n = tree_node(w->a->tree, node);
	SCRATCH char room[LIMIT_PATH + 1];
	struct fault f = { .kind = S("name") };
	bool owned;

	if (n->type != TREE_FILE || !n->size || w->inside[node] ||
	    !is_credential(tree_name(w->a->tree, node)))
		return 0;
	int rc = look_at_owner(op, w, node, &owned);
	if (rc < 0 || owned)
		return rc;
	if (op_copy(op, tree_path(w->a->tree, node, room), &f.path) < 0)
		return op->code;
	f.key = f.path;
	return audit_fault(op, w->a, &rules[NO_CREDENTIAL_NAMES], f,
			   "%.*s looks like credentials, by its name", STR_ARG(f.path));
}

static int run(struct op *op, struct audit_run *a)
{
	struct leftovers w = { .a = a };
	uint32_t n = tree_count(a->tree);
	int rc = 0;
	AUTO_OP own;

	op_init(&own, op->ceiling);
	own.fault = op->fault;
	w.full = op_new(&own, uint32_t, n);
	w.kind = op_new(&own, uint8_t, n);
	w.inside = op_new(&own, uint8_t, n);
	if (regions_open(&own, a->tree, &w.regions) < 0 || own.code)
		return op_adopt_error(op, &own);
	if ((rc = count_files(op, &w)) < 0 || (rc = mark_places(op, &w)) < 0)
		return rc;
	for (uint32_t i = 0; rc == 0 && i < n; i++)
		rc = look_at(op, &w, i);
	for (uint32_t i = 1; rc == 0 && i < n; i++) {
		if (tree_is_gone(tree_node(a->tree, i)))
			continue;
		rc = regions_is_top(&w.regions, i) ? tell_leftover(op, &w, i) : 0;
		rc = rc == 0 ? tell_credential(op, &w, i) : rc;
	}
	return rc;
}

const struct auditor auditor_leftovers = {
	.name = "leftovers", .rule = rules, .rule_n = sizeof(rules) / sizeof(rules[0]), .run = run
};
