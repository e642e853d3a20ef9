/*
 * Invariants: (1) a package whose answer is to stay never goes again; (2) the rounds end, since each takes at
 * least one package more to those that stay.
 */
#include "slim_plan.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/vec.h"
#include "distro/relation.h"

struct named_class {
	const char *name; /* a trailing star: any that begins so; "section:x": of that section */
	const char *why;
};

static const struct named_class data[] = {
	{ "base-files", "the directories, os-release and licences that every image has" },
	{ "base-passwd", "the system's accounts" },
	{ "ca-certificates", "the certificates that TLS trusts" },
	{ "dns-root-data", "the root zone's keys and hints" },
	{ "fontconfig-config", "the configuration of fonts" },
	{ "fonts-*", "fonts" },
	{ "hicolor-icon-theme", "icons" },
	{ "iso-codes", "the codes of countries and languages" },
	{ "libc-bin",
	  "the C library's locale, its name service switch and the loader's directories" },
	{ "libc-l10n", "the C library's translations" },
	{ "libjs-*", "scripts that are served" },
	{ "locales", "the sources of the C library's locales" },
	{ "locales-all", "the C library's locales" },
	{ "media-types", "the table of media types" },
	{ "mime-support", "the table of media types" },
	{ "ncurses-base", "the descriptions of terminals" },
	{ "ncurses-term", "the descriptions of terminals" },
	{ "netbase", "the tables of services and protocols" },
	{ "openssl", "the configuration that the TLS library reads" },
	{ "publicsuffix", "the list of public suffixes" },
	{ "shared-mime-info", "the table of media types" },
	{ "ssl-cert", "the certificate that servers begin with" },
	{ "tzdata", "the time zones" },
	{ "tzdata-legacy", "the time zones" },
	{ "usr-is-merged", "the marker of the merged /usr" },
	{ "xkb-data", "keyboard tables" },
};

static const char manager[] = "a package manager, or its keys";
static const char installer[] = "for installation: scripts of packages call it";
static const char compiler[] = "for compiling";
static const char document[] = "documentation, or what shows it";
static const char disks[] =
	"for disks and file systems, which a container's are not its own to manage";

static const struct named_class tools[] = {
	{ "adduser", installer },
	{ "apt", manager },
	{ "apt-*", manager },
	{ "aptitude*", manager },
	{ "binutils*", compiler },
	{ "build-essential", compiler },
	{ "cpp", compiler },
	{ "cpp-*", compiler },
	{ "debconf*", installer },
	{ "debian-archive-keyring", manager },
	{ "debsig-verify", manager },
	{ "dpkg", manager },
	{ "dpkg-dev", compiler },
	{ "dselect", manager },
	{ "e2fsprogs", disks },
	{ "fdisk", disks },
	{ "g++*", compiler },
	{ "gcc", compiler },
	{ "gcc-[0-9]", compiler },
	{ "gpgv*", manager },
	{ "groff*", document },
	{ "info", document },
	{ "init-system-helpers", installer },
	{ "install-info", document },
	{ "logsave", disks },
	{ "make", compiler },
	{ "man-db", document },
	{ "manpages*", document },
	{ "mount", disks },
	{ "section:devel", compiler },
	{ "section:doc", document },
	{ "section:libdevel", compiler },
	{ "sqv", manager },
	{ "ubuntu-keyring", manager },
	{ "ucf", installer },
	{ "unattended-upgrades", manager },
	{ "update-inetd", installer },
};

static bool fits(str pattern, str name, str section)
{
	static const str head = S_INIT("section:"), digit = S_INIT("[0-9]");

	if (str_starts(pattern, head))
		return str_eq(section, str_from(pattern, head.len)) ||
		       (str_ends(section, str_from(pattern, head.len)) &&
			section.len > pattern.len - head.len &&
			section.p[section.len - (pattern.len - head.len) - 1] == '/');
	if (str_ends(pattern, digit)) {
		str stem = str_head(pattern, pattern.len - digit.len);
		return str_starts(name, stem) && name.len > stem.len && name.p[stem.len] >= '0' &&
		       name.p[stem.len] <= '9' && !str_ends(name, S("-base"));
	}
	if (str_ends(pattern, S("*")))
		return str_starts(name, str_head(pattern, pattern.len - 1));
	return str_eq(name, pattern);
}

static const char *look_up(const struct named_class *table, size_t n, str name, str section)
{
	for (size_t i = 0; i < n; i++)
		if (fits(str_of(table[i].name), name, section))
			return table[i].why;
	return NULL;
}

const char *slim_data(str name)
{
	return look_up(data, sizeof(data) / sizeof(data[0]), name, S(""));
}

const char *slim_tool(str name, str section)
{
	return look_up(tools, sizeof(tools) / sizeof(tools[0]), name, section);
}

struct who { /* packages under a name */
	ptrdiff_t package;
	struct who *next;
};

struct planner {
	struct op *op;
	const struct slim_input *in;
	struct slim_answer *answer;
	struct map name,
		library; /* -> struct who: of that name or providing it; having that file */
	bool *done;      /* what it needs was followed */
};

static int put_who(struct planner *p, struct map *m, str key, ptrdiff_t i)
{
	struct who *who = op_new(p->op, struct who, 1);

	if (!who)
		return p->op->code;
	*who = (struct who){ i, map_get(m, key) };
	return map_put(m, key, who);
}

static int index_packages(struct planner *p)
{
	for (ptrdiff_t i = 0; i < p->in->package_n; i++) {
		const struct slim_package *k = &p->in->package[i];
		struct relations provides;
		int rc = put_who(p, &p->name, k->name, i);
		if (rc == 0)
			rc = relations_parse(p->op, k->provides, &provides);
		for (ptrdiff_t g = 0; rc == 0 && g < provides.n; g++)
			rc = put_who(p, &p->name, provides.group[g].alternative[0].name, i);
		for (ptrdiff_t g = 0; rc == 0 && g < k->libraries.n; g++)
			rc = put_who(p, &p->library, k->libraries.p[g], i);
		if (rc < 0)
			return op_fail_in(p->op, "%.*s", STR_ARG(k->name));
	}
	return 0;
}

static bool has(const struct texts *list, str name)
{
	for (ptrdiff_t i = 0; i < list->n; i++)
		if (str_eq(list->p[i], name))
			return true;
	return false;
}

static int check_names(struct planner *p, const struct texts *list, const char *option)
{
	for (ptrdiff_t i = 0; i < list->n; i++) {
		bool found = false;
		for (ptrdiff_t k = 0; k < p->in->package_n && !found; k++)
			found = str_eq(p->in->package[k].name, list->p[i]);
		if (!found)
			return op_fail(p->op, ERR_USAGE, "%s: no package '%.*s' is in the image",
				       option, STR_ARG(list->p[i]));
		if (has(&p->in->keep, list->p[i]) && has(&p->in->drop, list->p[i]))
			return op_fail(p->op, ERR_USAGE,
				       "'%.*s' is both to be kept and to be dropped",
				       STR_ARG(list->p[i]));
	}
	return 0;
}

/* By what is known of the package itself. */
static int judge(struct planner *p, const struct slim_package *k, struct slim_answer *a)
{
	const char *is_data = slim_data(k->name), *is_tool = slim_tool(k->name, k->section);
	const struct {
		bool holds;
		enum slim_rule rule;
		str why;
	} rules[] = {
		{ has(&p->in->drop, k->name), SLIM_DROPPED, S("it was asked for") },
		{ has(&p->in->keep, k->name), SLIM_KEPT, S("it was asked for") },
		{ k->reached.len > 0, SLIM_REACHED, k->reached },
		{ k->named.len > 0, SLIM_NAMED, k->named },
		{ is_data != NULL, SLIM_DATA, str_of(is_data) },
		{ k->implicit.len > 0, SLIM_IMPLICIT, k->implicit },
		{ k->modules.len > 0, SLIM_MODULES, k->modules },
		{ k->choice.len > 0, SLIM_CHOICE, k->choice },
		{ p->in->doubt.len && is_tool, SLIM_TOOL, str_of(is_tool) },
		{ p->in->doubt.len && k->code && !k->programs && !k->plugins, SLIM_ORPHAN,
		  S("only what goes needs it, and depends on it") },
		{ p->in->doubt.len > 0, SLIM_DOUBT, p->in->doubt },
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].holds) {
			a->rule = rules[i].rule;
			a->why = rules[i].why;
			return 0;
		}
	a->rule = SLIM_UNREACHED;
	a->why = S("nothing that is started loads a file of it, or can load or start more");
	return 0;
}

/* It stays after all. What was asked for goes. */
static int stay(struct planner *p, ptrdiff_t i, enum slim_rule rule, str by, const char *says,
		str what)
{
	struct slim_answer *a = &p->answer[i];

	if (!slim_cuts(a->rule) || a->rule == SLIM_DROPPED)
		return 0;
	int rc = op_text(p->op, &a->why, "%.*s %s%.*s", STR_ARG(by), says, STR_ARG(what));
	if (rc == 0)
		a->rule = rule;
	return rc;
}

static int keep_libraries(struct planner *p, str by, const struct texts *needs)
{
	int rc = 0;

	for (ptrdiff_t i = 0; rc == 0 && i < needs->n; i++) {
		const struct who *who = map_get(&p->library, needs->p[i]);
		for (; rc == 0 && who; who = who->next)
			rc = stay(p, who->package, SLIM_LIBRARY, by, "needs ", needs->p[i]);
	}
	return rc;
}

/* Is it needed at run time as far as can be known? Not what installation alone needs. */
static bool is_followed(const struct planner *p, ptrdiff_t i)
{
	const struct slim_package *k = &p->in->package[i];

	return p->in->doubt.len ? slim_tool(k->name, k->section) == NULL : !k->code && !k->programs;
}

static int keep_depends(struct planner *p, ptrdiff_t from, str field)
{
	struct relations all;
	str by = p->in->package[from].name;
	int rc = relations_parse(p->op, field, &all);

	for (ptrdiff_t g = 0; rc == 0 && g < all.n; g++)
		for (ptrdiff_t a = 0; rc == 0 && a < all.group[g].n; a++) {
			const struct who *w = map_get(&p->name, all.group[g].alternative[a].name);
			for (; rc == 0 && w; w = w->next)
				if (w->package != from && is_followed(p, w->package))
					rc = stay(p, w->package, SLIM_DEPENDS, by, "depends on ",
						  all.group[g].alternative[a].name);
		}
	return rc;
}

static int follow(struct planner *p)
{
	bool more = true;
	int rc = 0;

	while (rc == 0 && more) {
		more = false;
		for (ptrdiff_t i = 0; rc == 0 && i < p->in->package_n; i++) {
			const struct slim_package *k = &p->in->package[i];
			if (p->done[i] || slim_cuts(p->answer[i].rule))
				continue;
			p->done[i] = more = true;
			rc = keep_libraries(p, k->name, &k->needs);
			if (rc == 0)
				rc = keep_depends(p, i, k->depends);
			if (rc == 0 && p->in->doubt.len)
				rc = keep_depends(p, i, k->recommends);
		}
	}
	return rc;
}

/* What packages that go need and depend on: it came for their sake. */
static int note_brought(struct planner *p, struct map *brought)
{
	struct relations all;
	int rc = 0;

	for (ptrdiff_t i = 0; i < p->in->package_n; i++) {
		const struct slim_package *k = &p->in->package[i];
		if (!slim_cuts(p->answer[i].rule))
			continue;
		for (ptrdiff_t g = 0; rc == 0 && g < k->needs.n; g++)
			for (const struct who *w = map_get(&p->library, k->needs.p[g]);
			     rc == 0 && w; w = w->next)
				if (w->package != i)
					rc = map_put(brought, p->in->package[w->package].name, p);
		if (rc == 0)
			rc = relations_parse(p->op, k->depends, &all);
		for (ptrdiff_t g = 0; rc == 0 && g < all.n; g++)
			for (ptrdiff_t a = 0; rc == 0 && a < all.group[g].n; a++)
				rc = map_put(brought, all.group[g].alternative[a].name, p);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* A library that nobody brought along was put there by somebody, for what opens it by name. */
static int keep_own_sake(struct planner *p)
{
	bool more = true;
	int rc = 0;

	while (rc == 0 && more) {
		struct map brought;
		more = false;
		map_init(&brought, p->op);
		rc = note_brought(p, &brought);
		for (ptrdiff_t i = 0; rc == 0 && i < p->in->package_n; i++) {
			if (p->answer[i].rule != SLIM_ORPHAN ||
			    map_get(&brought, p->in->package[i].name))
				continue;
			p->answer[i].rule = SLIM_DOUBT;
			p->answer[i].why = p->in->doubt;
			more = true;
		}
		if (rc == 0 && more)
			rc = follow(p);
	}
	return rc;
}

/* Whose declared dependencies are not met any more by this one's going. */
static int tell_dependents(struct planner *p)
{
	typedef VEC(str) names;
	names *list = op_new(p->op, names, p->in->package_n);
	struct relations all;

	if (!list)
		return p->op->code;
	for (ptrdiff_t i = 0; i < p->in->package_n; i++) {
		if (slim_cuts(p->answer[i].rule))
			continue;
		int rc = relations_parse(p->op, p->in->package[i].depends, &all);
		if (rc < 0)
			return rc;
		for (ptrdiff_t g = 0; g < all.n; g++) {
			const struct who *met = NULL, *gone = NULL;
			for (ptrdiff_t a = 0; a < all.group[g].n; a++)
				for (const struct who *w =
					     map_get(&p->name, all.group[g].alternative[a].name);
				     w; w = w->next)
					if (!slim_cuts(p->answer[w->package].rule))
						met = w;
					else if (!gone)
						gone = w;
			if (met || !gone)
				continue;
			str name = p->in->package[i].name;
			names *to = &list[gone->package];
			if (to->n && str_eq(to->p[to->n - 1], name))
				continue;
			str *line = vec_push(p->op, to);
			if (!line)
				return p->op->code;
			*line = name;
		}
	}
	for (ptrdiff_t i = 0; i < p->in->package_n; i++)
		p->answer[i].dependent = (struct texts){ list[i].p, list[i].n };
	return 0;
}

int slim_plan(struct op *op, const struct slim_input *in, struct slim_answer **ret)
{
	struct planner p = { .op = op, .in = in };
	int rc;

	map_init(&p.name, op);
	map_init(&p.library, op);
	p.answer = op_new(op, struct slim_answer, in->package_n);
	p.done = op_new(op, bool, in->package_n);
	if (!p.answer || !p.done)
		return op->code;
	if ((rc = check_names(&p, &in->keep, "--keep")) < 0 ||
	    (rc = check_names(&p, &in->drop, "--drop")) < 0 || (rc = index_packages(&p)) < 0)
		return rc;
	for (ptrdiff_t i = 0; rc == 0 && i < in->package_n; i++)
		rc = judge(&p, &in->package[i], &p.answer[i]);
	if (rc == 0)
		rc = keep_libraries(&p, S("a file that no package has"), &in->needs);
	if (rc < 0 || (rc = follow(&p)) < 0 || (rc = keep_own_sake(&p)) < 0 ||
	    (rc = tell_dependents(&p)) < 0)
		return rc;
	*ret = p.answer;
	return 0;
}
