#include "advise.h"

#include <stdlib.h>
#include <string.h>

#include "base/glob.h"
#include "base/vec.h"

/* clang-format off */
const struct advise_family advise_families[] = {
	{ "nodejs", "nodejs nodejs-current", "node", "node nodejs npm npx yarn", "node nodejs nodejs20 nodejs22 nodejs24", PACKAGE_NPM, true },
	{ "python", "python3 python3.* python3-minimal python3.*-minimal", "python", "python python2 python3 python3.* gunicorn uvicorn uwsgi celery flask", "python python3", PACKAGE_PYPI, true },
	{ "openjdk", "openjdk-*-jre-headless openjdk-*-jre openjdk*-jre-base", "java openjdk jdk jre temurin", "java", "openjdk java eclipse-temurin amazoncorretto java17 java21 jre jdk tomcat", PACKAGE_MAVEN, true },
	{ "ruby", "ruby ruby[0-9].*", "ruby", "ruby bundle rails puma rackup", "ruby", PACKAGE_GEM, true },
	{ "php", "php*-fpm php[0-9]*-cli php*-common", "php-cli php-fpm php", "php php-fpm php-fpm*", "php php-fpm", PACKAGE_COMPOSER, true },
	{ "perl", "perl", "perl", "perl", "perl", PACKAGE_CPAN, true },
	{ "nginx", "nginx nginx-*", "nginx", "nginx", "nginx", -1, false },
	{ "apache", "apache2 apache2-bin httpd", "httpd", "apache2 httpd apache2-foreground apachectl", "httpd apache apache2", -1, false },
	{ "haproxy", "haproxy", "haproxy", "haproxy", "haproxy", -1, false },
	{ "postgresql", "postgresql-[0-9]* postgresql[0-9]*", "postgresql", "postgres", "postgres postgresql", -1, true },
	{ "mariadb", "mariadb-server mariadb-server-*", "mariadb mysql", "mariadbd mysqld", "mariadb mysql", -1, true },
	{ "redis", "redis-server redis", "redis", "redis-server", "redis", -1, false },
	{ "valkey", "valkey-server valkey", "valkey", "valkey-server", "valkey", -1, false },
	{ "memcached", "memcached", "memcached", "memcached", "memcached", -1, false },
	{ "wordpress", "wordpress", "wordpress", "", "wordpress", PACKAGE_WORDPRESS, false },
	{ "libc", "libc6 libc6-*", "glibc", "", "debian ubuntu base base-debian12 cc cc-debian12 fedora rockylinux almalinux", -1, false },
};
/* clang-format on */
const size_t advise_families_n = sizeof(advise_families) / sizeof(advise_families[0]);

/* Is `name` matched by one of the globs? */
static bool is_one_of(const char *globs, str name)
{
	str rest = str_of(globs);

	while (rest.len > 0)
		if (glob_match(str_word(&rest), name))
			return true;
	return false;
}

static bool brings(const struct advise_family *f, const struct package *p)
{
	if (p->type == PACKAGE_BINARY || p->type == PACKAGE_GENERIC)
		return is_one_of(f->binaries, p->name);
	return package_kinds[p->type].is_system && is_one_of(f->packages, p->name);
}

/* The package that brings it, the one with the longest version; or NULL. */
static const struct package *find(const struct advise_family *f, const struct inventory *inv)
{
	for (ptrdiff_t i = 0; i < inv->package_n; i++)
		if (brings(f, &inv->package[i]))
			return &inv->package[i];
	return NULL;
}

/* The first two numbers of a version, without epoch: "3.11" of "3.11.2-1+b1". The name may hold more of
 * it: openjdk-17-jre. */
static str short_version(const struct package *p)
{
	ptrdiff_t colon = str_find(p->version, ':'), points = 0, n = 0;
	str v = str_from(p->version, colon + 1);

	while (n < v.len) {
		bool digit = v.p[n] >= '0' && v.p[n] <= '9';
		if (!digit && (v.p[n] != '.' || ++points > 1))
			break;
		n++;
	}
	return str_head(v, n);
}

struct needs {
	VEC(struct advice_need) list;
};

/* A need that is new; NULL: it is there already, or memory. */
static struct advice_need *add_need(struct op *op, struct needs *n, const struct advise_family *f)
{
	for (ptrdiff_t i = 0; i < n->list.n; i++)
		if (n->list.p[i].what == f->name)
			return NULL;
	struct advice_need *need = vec_push(op, &n->list);
	if (need)
		need->what = f->name;
	return need;
}

static int want(struct op *op, struct needs *n, const struct advise_family *f,
		const struct inventory *inv, str why)
{
	struct advice_need *need = add_need(op, n, f);
	const struct package *by = need ? find(f, inv) : NULL;

	if (!need)
		return op->code;
	need->why = why;
	if (by && f->is_runtime)
		need->version = short_version(by);
	return 0;
}

/* By what is started: the first word that is a program of a family; entry scripts hand over to the
 * words behind them. */
static int by_start(struct op *op, const struct inventory *inv, const struct config *c,
		    struct needs *n)
{
	const struct texts *lists[] = { &c->entrypoint, &c->cmd };

	for (int l = 0; l < 2; l++)
		for (ptrdiff_t i = 0; i < lists[l]->n; i++)
			for (size_t f = 0; f < advise_families_n; f++) {
				str name = str_base_name(lists[l]->p[i]), why;
				if (!is_one_of(advise_families[f].programs, name))
					continue;
				int rc = op_text(op, &why, "it starts %.*s",
						 STR_ARG(lists[l]->p[i]));
				return rc < 0 ? rc : want(op, n, &advise_families[f], inv, why);
			}
	return 0;
}

static bool is_owned(const struct inventory *inv, uint32_t package)
{
	for (ptrdiff_t i = 0; i < inv->relation_n; i++)
		if (inv->relation[i].kind == RELATION_OWNS && inv->relation[i].to == package)
			return true;
	return false;
}

/* By what lies in it: packages of a language that no package of the system brought. */
static int by_language(struct op *op, const struct inventory *inv, struct needs *n)
{
	for (size_t f = 0; f < advise_families_n; f++) {
		ptrdiff_t count = 0;
		str why;
		for (ptrdiff_t i = 0; i < inv->package_n; i++)
			count += (int)inv->package[i].type == advise_families[f].language &&
				 inv->package[i].origin != ORIGIN_BASE &&
				 !is_owned(inv, (uint32_t)i);
		/* npm, pip and the like come along with their language. */
		if (count == 0 || (!find(&advise_families[f], inv) &&
				   advise_families[f].language != PACKAGE_MAVEN))
			continue;
		int rc = op_text(op, &why, "%td %s package%s", count,
				 package_kinds[advise_families[f].language].name,
				 count == 1 ? "" : "s");
		if (rc < 0 || (rc = want(op, n, &advise_families[f], inv, why)) < 0)
			return rc;
	}
	return 0;
}

/* By what is loaded: the C library at least. */
static int by_library(struct op *op, const struct inventory *inv, const struct texts *libraries,
		      struct needs *n)
{
	for (ptrdiff_t i = 0; i < libraries->n; i++)
		if (str_eq(str_base_name(libraries->p[i]), S("libc.so.6")))
			return want(op, n, &advise_families[advise_families_n - 1], inv,
				    S("its program loads libc.so.6"));
	return 0;
}

int advise_needs(struct op *op, const struct inventory *inv, const struct config *config,
		 const struct texts *libraries, struct advice_need **ret, ptrdiff_t *ret_n)
{
	struct needs n = { 0 };
	int rc = by_start(op, inv, config, &n);

	if (rc == 0 && n.list.n == 0)
		rc = by_language(op, inv, &n);
	if (rc == 0 && n.list.n == 0)
		rc = by_library(op, inv, libraries, &n);
	if (rc < 0)
		return rc;
	*ret = n.list.p;
	*ret_n = n.list.n;
	return 0;
}

int advise_needs_of_name(struct op *op, str image, struct advice_need **ret, ptrdiff_t *ret_n)
{
	struct needs n = { 0 };
	str last = str_base_name(
		str_head(image, str_find(image, '@') < 0 ? image.len : str_find(image, '@')));
	ptrdiff_t colon = str_find(last, ':');
	str tag = colon < 0 ? S("") : str_from(last, colon + 1);
	str name = colon < 0 ? last : str_head(last, colon);

	for (size_t f = 0; f < advise_families_n; f++) {
		if (!is_one_of(advise_families[f].images, name))
			continue;
		struct advice_need *need = add_need(op, &n, &advise_families[f]);
		if (!need || op_text(op, &need->why, "its base is called %.*s", STR_ARG(name)) < 0)
			return op->code;
		struct package as = { .version = tag };
		if (advise_families[f].is_runtime)
			need->version = short_version(&as);
	}
	*ret = n.list.p;
	*ret_n = n.list.n;
	return 0;
}

/* ---- judging ---- */

static int add_text(struct op *op, struct texts *to, str text)
{
	str *p = op_new(op, str, to->n + 1);

	if (!p)
		return op->code;
	if (to->n)
		memcpy(p, to->p, (size_t)to->n * sizeof(*p));
	p[to->n] = text;
	*to = (struct texts){ p, to->n + 1 };
	return 0;
}

static bool has_package(const struct inventory *inv, const char *globs)
{
	for (ptrdiff_t i = 0; i < inv->package_n; i++)
		if (package_kinds[inv->package[i].type].is_system &&
		    is_one_of(globs, inv->package[i].name))
			return true;
	return false;
}

static const struct advise_family *family_of(const char *name)
{
	for (size_t f = 0; f < advise_families_n; f++)
		if (strcmp(advise_families[f].name, name) == 0)
			return &advise_families[f];
	return NULL;
}

/* Is it, by its name, for something that is not needed: a server, a language? */
static const struct advise_family *is_for_other(const struct advices *r, str name)
{
	const struct advise_family *other = NULL;
	str bare = str_base_name(name);

	if (str_find(bare, ':') >= 0)
		bare = str_head(bare, str_find(bare, ':'));
	if (str_ends(bare, S("-dev")))
		bare = str_head(bare, bare.len - 4);
	for (size_t f = 0; f < advise_families_n; f++) {
		if (!str_eq(bare, str_of(advise_families[f].name)) &&
		    !is_one_of(advise_families[f].images, bare))
			continue;
		other = &advise_families[f];
		for (ptrdiff_t n = 0; n < r->need_n; n++)
			if (strcmp(r->need[n].what, other->name) == 0)
				return NULL;
	}
	return other;
}

static int judge_need(struct op *op, const struct advice_need *need, struct advice *a)
{
	const struct advise_family *f = family_of(need->what);
	const struct package *by = f ? find(f, a->base.report->inventory) : NULL;
	str text;

	if (!by) {
		a->fits = false;
		return add_text(op, &a->missing, str_of(need->what));
	}
	str has = short_version(by);
	bool same = str_eq(need->version, has) ||
		    (str_starts(has, need->version) && str_find(need->version, '.') < 0);
	if (!need->version.len || !f->is_runtime || same)
		return 0;
	int rc = op_text(op, &text, "%s %.*s becomes %.*s", need->what, STR_ARG(need->version),
			 STR_ARG(has));
	return rc < 0 ? rc : add_text(op, &a->costs, text);
}

/* "libssl3t64" and "libssl3" are one: the same library, built for another size of time. */
static str without_t64(str name)
{
	return str_ends(name, S("t64")) ? str_head(name, name.len - 3) : name;
}

static bool has_library(const struct inventory *inv, str name)
{
	for (ptrdiff_t i = 0; i < inv->package_n; i++)
		if (str_eq(without_t64(inv->package[i].name), without_t64(name)))
			return true;
	return false;
}

/* Libraries that the image's own program loads, and the base has not. */
static int judge_libraries(struct op *op, const struct report *now, const struct texts *libraries,
			   struct advice *a)
{
	const struct inventory *inv = now ? now->inventory : NULL;
	int rc = 0;

	for (ptrdiff_t l = 0; inv && l < libraries->n && rc == 0; l++)
		for (ptrdiff_t i = 0; i < inv->package_n && rc == 0; i++) {
			const struct package *p = &inv->package[i];
			str text;
			if (!package_kinds[p->type].is_system ||
			    !package_find_file(p, libraries->p[l]) ||
			    has_library(a->base.report->inventory, p->name))
				continue;
			if ((rc = op_text(op, &text, "%.*s must be added", STR_ARG(p->name))) == 0)
				rc = add_text(op, &a->costs, text);
		}
	return rc;
}

/* What one has to get by without. */
static int judge_costs(struct op *op, const struct report *now, const struct config *config,
		       struct advice *a)
{
	static const char shells[] = "bash dash busybox busybox-* ash zsh";
	static const char managers[] = "apt apk-tools dnf yum rpm pacman";
	const struct inventory *to = a->base.report->inventory;
	int rc = 0;

	if (!now)
		return 0;
	if (has_package(now->inventory, "musl") && has_package(to, "libc6"))
		rc = add_text(op, &a->costs,
			      S("programs built for musl must be built again for glibc"));
	if (rc == 0 && has_package(now->inventory, shells) && !has_package(to, shells))
		rc = add_text(op, &a->costs,
			      config && config->entrypoint.n &&
					      str_ends(config->entrypoint.p[0], S(".sh"))
				      ? S("it starts by a shell script, and there is no shell")
				      : S("no shell"));
	if (rc == 0 && has_package(now->inventory, managers) && !has_package(to, managers))
		rc = add_text(op, &a->costs, S("no package manager: RUN needs the -dev variant"));
	return rc;
}

/* Is it what a base brings, a package of the system or a runtime, and not the application's? */
static bool is_of_base(const struct package *p)
{
	if (package_kinds[p->type].is_system)
		return true;
	for (size_t f = 0; f < advise_families_n; f++)
		if (brings(&advise_families[f], p))
			return true;
	return false;
}

static void count(const struct report *r, uint64_t by_severity[SEVERITIES], uint64_t *application)
{
	for (ptrdiff_t i = 0; i < r->finding_n; i++) {
		const struct finding *f = &r->finding[i];
		if (f->suppressed)
			continue;
		if (is_of_base(&r->inventory->package[f->package]))
			by_severity[f->severity]++;
		else
			++*application;
	}
}

/* Those that fit first; then by findings from the worst severity down, costs, size, name. */
static int compare(const void *x, const void *y)
{
	const struct advice *a = x, *b = y;

	if (a->fits != b->fits)
		return a->fits ? -1 : 1;
	if (a->missing.n != b->missing.n)
		return a->missing.n < b->missing.n ? -1 : 1;
	for (int s = SEVERITY_CRITICAL; s >= 0; s--)
		if (a->by_severity[s] != b->by_severity[s])
			return a->by_severity[s] < b->by_severity[s] ? -1 : 1;
	if (a->costs.n != b->costs.n)
		return a->costs.n < b->costs.n ? -1 : 1;
	if (a->base.size != b->base.size)
		return a->base.size < b->base.size ? -1 : 1;
	return str_cmp(a->base.name, b->base.name);
}

static int judge(struct op *op, const struct report *now, const struct config *config,
		 const struct texts *libraries, const struct advices *r, struct advice *a)
{
	uint64_t application = 0;
	bool own_program = r->need_n == 1 && strcmp(r->need[0].what, "libc") == 0;
	int rc = 0;

	const struct advise_family *other = is_for_other(r, a->base.name);
	count(a->base.report, a->by_severity, &application);
	if (other && strcmp(other->name, "libc") != 0)
		a->fits = false;
	for (ptrdiff_t n = 0; n < r->need_n && rc == 0; n++)
		rc = judge_need(op, &r->need[n], a);
	/* A runtime or server brings its own libraries. */
	if (rc == 0 && own_program)
		rc = judge_libraries(op, now, libraries, a);
	return rc ? rc : judge_costs(op, now, config, a);
}

int advise_make(struct op *op, const struct report *now, const struct config *config,
		const struct texts *libraries, const struct advice_base *base, ptrdiff_t base_n,
		struct advices *ret)
{
	int rc = 0;

	ret->known = now != NULL;
	if (now) {
		count(now, ret->by_severity, &ret->application);
		ret->size = now->inventory->subject.size;
		ret->packages = now->inventory->package_n;
		ret->no_database = now->no_database;
	}
	ret->p = op_new(op, struct advice, base_n);
	if (!ret->p)
		return op->code;
	for (ptrdiff_t i = 0; i < base_n && rc == 0; i++) {
		struct advice *a = &ret->p[ret->n++];
		*a = (struct advice){ .base = base[i], .fits = true };
		rc = judge(op, now, config, libraries, ret, a);
		ret->fits_n += a->fits;
		ret->no_database = ret->no_database || base[i].report->no_database;
	}
	if (rc == 0 && ret->n > 1)
		qsort(ret->p, (size_t)ret->n, sizeof(*ret->p), compare);
	return rc;
}
