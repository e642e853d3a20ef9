#include "solve_world.h"

#include "base/buf.h"
#include "model/version.h"

struct world_name { /* a package name that something refers to */
	str name;
	bool asked;     /* something needs it: its providers count as well */
	bool spread;    /* they were loaded */
	bool loaded;    /* its own version is a unit */
	VEC(str) exact; /* versions that held packages need */
	VEC(str) have;  /* versions that are units */
};

/* ---- the request ---- */

static int parse_wish(struct op *op, str text, struct solve_wish *ret)
{
	str plain = str_trim(text);
	struct relations parsed;

	*ret = (struct solve_wish){ .text = plain,
				    .negative = str_starts(plain, S("!")),
				    .clause = -1 };
	plain = str_trim(str_from(plain, ret->negative));
	ptrdiff_t at = str_find(plain, '(') >= 0 ? -1 : str_find(plain, '=');
	if (at >= 0) {
		ret->relation.order = RELATION_EXACTLY;
		ret->relation.version = str_from(plain, at + 1);
		plain = str_head(plain, at);
		if (!version_deb_valid(ret->relation.version))
			return op_fail(op, ERR_USAGE, "package '%.*s': no valid version after '='",
				       STR_ARG(ret->text));
	}
	if ((at = str_find(plain, '/')) >= 0) {
		ret->suite = str_from(plain, at + 1);
		plain = str_head(plain, at);
	}
	if (relations_parse(op, plain, &parsed) < 0) {
		if (op->code == ERR_FORMAT)
			op->code = ERR_USAGE; /* it is the user's own word */
		return op_fail_in(op, "package '%.*s'", STR_ARG(ret->text));
	}
	if (parsed.n != 1 || parsed.group[0].n != 1 || parsed.group[0].alternative[0].arch.len > 0)
		return op_fail(op, ERR_USAGE,
			       "package '%.*s' is not one name with at most one version",
			       STR_ARG(ret->text));
	struct relation r = parsed.group[0].alternative[0];
	if (ret->relation.order == RELATION_ANY)
		ret->relation = r;
	ret->relation.name = ret->name = r.name;
	if (ret->negative && (ret->relation.order != RELATION_ANY || ret->suite.len > 0))
		return op_fail(op, ERR_USAGE, "package '%.*s': an exclusion takes a name alone",
			       STR_ARG(ret->text));
	return 0;
}

/* The line of a file of the user's. */
static int parse_local(const struct solve_request *request, struct op *op, str line,
		       struct solve_wish *ret)
{
	for (ptrdiff_t i = 0; i < request->local_n; i++) {
		const struct solve_local *l = &request->local[i];
		if (!str_eq(l->line, line))
			continue;
		*ret = (struct solve_wish){ .text = line,
					    .name = l->package.name,
					    .relation = { .name = l->package.name,
							  .order = RELATION_EXACTLY,
							  .version = l->package.version },
					    .local = l,
					    .clause = -1 };
		return 0;
	}
	return op_fail(op, ERR_USAGE, "package '%.*s' is not among the files", STR_ARG(line));
}

static int unknown_name(struct solve_world *w, const struct solve_wish *wish)
{
	str near;
	int rc = w->source->nearest(w->op, w->source->arg, wish->name, &near);

	if (rc < 0)
		return rc;
	if (near.len > 0)
		return op_fail(w->op, ERR_USAGE,
			       "no package is called '%.*s'; did you mean '%.*s'?",
			       STR_ARG(wish->name), STR_ARG(near));
	return op_fail(w->op, ERR_USAGE, "no package is called '%.*s'", STR_ARG(wish->name));
}

/* A wish for a name that only others provide: fine when one package does. */
static int check_virtual(struct solve_world *w, struct solve_wish *wish)
{
	struct repo_package *p;
	ptrdiff_t n;
	struct map names;
	int rc = solve_providers(w, wish->name, &p, &n);

	if (rc < 0)
		return rc;
	if (n == 0)
		return unknown_name(w, wish);
	wish->is_virtual = true;
	map_init(&names, w->op);
	for (ptrdiff_t i = 0; i < n && rc == 0; i++)
		rc = map_put(&names, p[i].name, &p[i]);
	if (rc < 0 || wish->negative || names.n == 1)
		return rc;
	struct buf list;
	str text;
	map_sort(&names);
	buf_init(&list, w->op, OP_ERROR_MAX * 64);
	for (ptrdiff_t i = 0; i < names.n && i < 20; i++)
		buf_fmt(&list, "%s%.*s", i ? ", " : "", STR_ARG(names.item[i].key));
	rc = buf_take(&list, &text);
	if (rc < 0)
		return rc;
	return op_fail(w->op, ERR_USAGE,
		       "'%.*s' is provided by several packages; name one of them: %.*s%s",
		       STR_ARG(wish->name), STR_ARG(text), names.n > 20 ? ", ..." : "");
}

static int check_contradiction(struct solve_world *w, const struct solve_wish *wish)
{
	for (ptrdiff_t i = 0; i < w->wish.n; i++) {
		if (w->wish.p[i].negative && !wish->negative &&
		    str_eq(w->wish.p[i].name, wish->name))
			return op_fail(w->op, ERR_USAGE,
				       "package '%.*s' is both asked for and excluded ('%.*s')",
				       STR_ARG(wish->name), STR_ARG(w->wish.p[i].text));
	}
	return 0;
}

static int read_wishes(struct solve_world *w)
{
	for (ptrdiff_t i = 0; i < w->request->want_n; i++) {
		struct solve_wish *wish = vec_push(w->op, &w->wish);
		str line = w->request->want[i];
		if (!wish)
			return w->op->code;
		int rc = str_ends(line, S(".deb")) ? parse_local(w->request, w->op, line, wish)
						   : parse_wish(w->op, line, wish);
		if (rc < 0)
			return rc;
	}
	for (ptrdiff_t i = 0; i < w->wish.n; i++) {
		struct solve_wish *wish = &w->wish.p[i];
		struct repo_package *p;
		ptrdiff_t n;
		int rc = solve_find(w, wish->name, &p, &n);
		if (rc == 0 && n == 0)
			rc = check_virtual(w, wish);
		if (rc < 0)
			return rc;
	}
	for (ptrdiff_t i = 0; i < w->wish.n; i++) {
		int rc = check_contradiction(w, &w->wish.p[i]);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static bool provides_name(const struct relations *provides, str name)
{
	for (ptrdiff_t i = 0; i < provides->n; i++) {
		if (str_eq(provides->group[i].alternative->name, name))
			return true;
	}
	return false;
}

bool solve_excluded(const struct solve_world *w, const struct repo_package *p)
{
	for (ptrdiff_t i = 0; i < w->wish.n; i++) {
		const struct solve_wish *wish = &w->wish.p[i];
		if (!wish->negative)
			continue;
		if (!wish->is_virtual && str_eq(wish->name, p->name))
			return true;
		struct relations provides;
		AUTO_OP scratch;
		op_init(&scratch, 0);
		if (wish->is_virtual && relations_parse(&scratch, p->provides, &provides) == 0 &&
		    provides_name(&provides, wish->name))
			return true;
	}
	return false;
}

/* ---- loading ---- */

static struct world_name *name_of(struct solve_world *w, str name)
{
	struct world_name *n = map_get(&w->name, name);

	if (n)
		return n;
	n = op_new(w->op, struct world_name, 1);
	if (!n)
		return NULL;
	n->name = name;
	return map_put(&w->name, name, n) < 0 ? NULL : n;
}

/* Names are worked off in the order of w->name: putting one in is asking for it. */
static int ask(struct solve_world *w, str name)
{
	struct world_name *n = name_of(w, name);

	if (!n)
		return w->op->code;
	n->asked = true;
	return 0;
}

/* Do the wishes about this name allow the version? */
static bool wished(const struct solve_world *w, const struct repo_package *p)
{
	for (ptrdiff_t i = 0; i < w->wish.n; i++) {
		const struct solve_wish *wish = &w->wish.p[i];
		if (wish->negative || wish->is_virtual || !str_eq(wish->name, p->name))
			continue;
		if (!relation_holds(&wish->relation, p->version))
			return false;
		if (wish->suite.len > 0 && !str_eq(wish->suite, solve_origin(w, p)))
			return false;
		if (wish->local &&
		    (p->pocket != SOLVE_LOCAL || !str_eq(p->path, wish->local->line)))
			return false;
	}
	return true;
}

static bool has_version(const struct world_name *name, str version)
{
	for (ptrdiff_t i = 0; i < name->have.n; i++) {
		if (version_deb_compare(name->have.p[i], version) == 0)
			return true;
	}
	return false;
}

static int parse_field(struct op *op, const struct repo_package *p, const char *field, str value,
		       struct relations *ret)
{
	if (relations_parse(op, value, ret) < 0)
		return op_fail_in(op, "%s of %.*s %.*s", field, STR_ARG(p->name),
				  STR_ARG(p->version));
	return 0;
}

static const struct effect_cut *find_cut(const struct effect_cut *cut, ptrdiff_t n, str name)
{
	for (ptrdiff_t i = 0; i < n; i++) {
		if (!cut[i].added && str_eq(cut[i].depends, name))
			return &cut[i];
	}
	return NULL;
}

/* The group without the later alternatives that a cut names. */
static int without_cut(struct op *op, const struct relation_group *g, const struct effect_cut *cut,
		       ptrdiff_t n, struct relation_group *ret)
{
	struct buf text;
	struct relation_group kept = { .alternative = op_new(op, struct relation, g->n) };
	str rest = g->text;

	if (!kept.alternative)
		return op->code;
	buf_init(&text, op, (size_t)g->text.len + 4 * (size_t)g->n);
	for (ptrdiff_t i = 0; i < g->n; i++) {
		str one = str_trim(str_cut(&rest, '|'));
		if (find_cut(cut, n, g->alternative[i].name))
			continue;
		buf_fmt(&text, "%s%.*s", kept.n ? " | " : "", STR_ARG(one));
		kept.alternative[kept.n++] = g->alternative[i];
	}
	if (kept.n == g->n) {
		*ret = *g;
		return 0;
	}
	int rc = buf_take(&text, &kept.text);
	if (rc == 0)
		*ret = kept;
	return rc;
}

static int add_need(struct solve_world *w, struct solve_unit *u, const struct relation_group *g,
		    const struct effect_cut *added)
{
	struct solve_need *need = vec_push(w->op, &u->need);

	if (!need)
		return w->op->code;
	*need = (struct solve_need){ *g, added, -1 };
	for (ptrdiff_t i = 0; i < g->n; i++) {
		const struct relation *r = &g->alternative[i];
		int rc = ask(w, r->name);
		if (rc < 0)
			return rc;
		if (!u->held || r->order != RELATION_EXACTLY)
			continue;
		struct world_name *name = name_of(w, r->name);
		MUST(name); /* ask() put it there */
		str *exact = vec_push(w->op, &name->exact);
		if (!exact)
			return w->op->code;
		*exact = r->version;
		name->loaded = false;
	}
	return 0;
}

static int add_dependencies(struct solve_world *w, struct solve_unit *u,
			    const struct relations *depends, const struct effect_cut *cut,
			    ptrdiff_t cut_n)
{
	for (ptrdiff_t i = 0; i < depends->n; i++) {
		const struct relation_group *g = &depends->group[i];
		const struct effect_cut *by = find_cut(cut, cut_n, g->alternative[0].name);
		struct relation_group kept;
		if (by) {
			struct solve_left *left = vec_push(w->op, &u->left);
			if (!left)
				return w->op->code;
			*left = (struct solve_left){ *g, by };
			continue;
		}
		int rc = without_cut(w->op, g, cut, cut_n, &kept);
		if (rc == 0)
			rc = add_need(w, u, &kept, NULL);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int add_undeclared(struct solve_world *w, struct solve_unit *u, const struct effect_cut *cut,
			  ptrdiff_t cut_n)
{
	for (ptrdiff_t i = 0; i < cut_n; i++) {
		struct relations added;
		if (!cut[i].added)
			continue;
		int rc = parse_field(w->op, u->package, "an added dependency", cut[i].depends,
				     &added);
		for (ptrdiff_t k = 0; rc == 0 && k < added.n; k++)
			rc = add_need(w, u, &added.group[k], &cut[i]);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int single_alternatives(struct op *op, const struct repo_package *p,
			       const struct relations *r)
{
	for (ptrdiff_t i = 0; i < r->n; i++) {
		if (r->group[i].n != 1)
			return op_fail(op, ERR_FORMAT, "%.*s %.*s: '%.*s' may have no alternatives",
				       STR_ARG(p->name), STR_ARG(p->version),
				       STR_ARG(r->group[i].text));
	}
	return 0;
}

/* What the request cuts, then what effects cut and add, of a package's dependencies. */
static int all_cuts(struct solve_world *w, str package, struct effect_cut **ret, ptrdiff_t *ret_n)
{
	const struct pairs *own = &w->request->cut;
	struct effect_cut *cut;
	ptrdiff_t n;
	int rc = w->source->cuts(w->op, w->source->arg, package, &cut, &n);
	struct effect_cut *p = rc < 0 ? NULL : op_new(w->op, struct effect_cut, own->n + n);

	if (!p)
		return w->op->code;
	for (ptrdiff_t i = 0; i < own->n; i++)
		p[i] = (struct effect_cut){ .package = S("*"),
					    .depends = own->p[i].key,
					    .why = own->p[i].value,
					    .origin = S("recipe") };
	for (ptrdiff_t i = 0; i < n; i++)
		p[own->n + i] = cut[i];
	*ret = p;
	*ret_n = own->n + n;
	return 0;
}

static int add_unit(struct solve_world *w, struct world_name *name, const struct repo_package *p,
		    bool held)
{
	struct op *op = w->op;
	struct solve_unit u = { .package = p, .held = held };
	struct relations pre_depends, depends;
	struct effect_cut *cut;
	ptrdiff_t cut_n;

	if (has_version(name, p->version))
		return 0;
	int rc = parse_field(op, p, "Pre-Depends", p->pre_depends, &pre_depends);
	rc = rc < 0 ? rc : parse_field(op, p, "Depends", p->depends, &depends);
	rc = rc < 0 ? rc : parse_field(op, p, "Provides", p->provides, &u.provides);
	rc = rc < 0 ? rc : parse_field(op, p, "Conflicts", p->conflicts, &u.conflicts);
	rc = rc < 0 ? rc : parse_field(op, p, "Breaks", p->breaks, &u.breaks);
	rc = rc < 0 ? rc : single_alternatives(op, p, &u.provides);
	rc = rc < 0 ? rc : solve_trim_provides(w, p, &u.provides);
	rc = rc < 0 ? rc : single_alternatives(op, p, &u.conflicts);
	rc = rc < 0 ? rc : single_alternatives(op, p, &u.breaks);
	rc = rc < 0 ? rc : all_cuts(w, p->name, &cut, &cut_n);
	rc = rc < 0 ? rc : add_dependencies(w, &u, &pre_depends, cut, cut_n);
	rc = rc < 0 ? rc : add_dependencies(w, &u, &depends, cut, cut_n);
	rc = rc < 0 ? rc : add_undeclared(w, &u, cut, cut_n);
	if (rc < 0)
		return rc;
	struct solve_unit *slot = vec_push(op, &w->unit);
	str *version = vec_push(op, &name->have);
	if (!slot || !version)
		return op->code;
	*slot = u;
	*version = p->version;
	return 0;
}

static bool usable(const struct solve_world *w, const struct repo_package *p)
{
	bool arch = str_eq(p->arch, S("all")) ||
		    str_eq(p->arch, str_of(w->request->platform->deb_arch));

	return arch && !solve_excluded(w, p);
}

static int add_exact(struct solve_world *w, struct world_name *name, struct repo_package *p,
		     ptrdiff_t n)
{
	for (ptrdiff_t e = 0; e < name->exact.n; e++) {
		for (ptrdiff_t i = 0; i < n; i++) {
			if (version_deb_compare(p[i].version, name->exact.p[e]) != 0 || !usable(w, &p[i]) ||
			    !wished(w, &p[i]))
				continue;
			int rc = add_unit(w, name, &p[i],
					  version_deb_compare(p[i].version, p[0].version) < 0);
			if (rc < 0)
				return rc;
			break;
		}
	}
	return 0;
}

/* The highest version that the request allows, and those that held packages need exactly. */
static int load_own(struct solve_world *w, str package)
{
	struct world_name *name = name_of(w, package);
	struct repo_package *p;
	ptrdiff_t n;

	if (!name)
		return w->op->code;
	if (name->loaded)
		return 0;
	name->loaded = true;
	int rc = solve_find(w, name->name, &p, &n);
	if (rc < 0)
		return rc;
	for (ptrdiff_t i = 0; i < n; i++) {
		if (!usable(w, &p[i]) || !wished(w, &p[i]))
			continue;
		rc = add_unit(w, name, &p[i], version_deb_compare(p[i].version, p[0].version) < 0);
		if (rc < 0)
			return rc;
		break;
	}
	return add_exact(w, name, p, n);
}

static int load_name(struct solve_world *w, str name)
{
	struct repo_package *p;
	ptrdiff_t n;
	int rc = load_own(w, name);

	if (rc == 0)
		rc = solve_providers(w, name, &p, &n);
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++)
		rc = load_own(w, p[i].name);
	return rc;
}

/* Names are appended while this runs, and a held package may reopen one for another version. */
static int load_reachable(struct solve_world *w)
{
	bool again = true;

	while (again) {
		again = false;
		for (ptrdiff_t i = 0; i < w->name.n; i++) {
			struct world_name *n = w->name.item[i].value;
			bool spread = n->asked && !n->spread;
			if (!spread && (n->loaded || n->exact.n == 0))
				continue;
			n->spread = n->spread || spread;
			again = true;
			int rc = spread ? load_name(w, n->name) : load_own(w, n->name);
			if (rc < 0)
				return rc;
		}
	}
	return 0;
}

int solve_world_load(struct op *op, const struct solve_source *source,
		     const struct solve_request *request, struct solve_world *ret)
{
	*ret = (struct solve_world){ .op = op, .source = source, .request = request };
	map_init(&ret->name, op);
	map_init(&ret->clause_by_text, op);
	int rc = read_wishes(ret);
	for (ptrdiff_t i = 0; rc == 0 && i < ret->wish.n; i++) {
		if (!ret->wish.p[i].negative)
			rc = ask(ret, ret->wish.p[i].name);
	}
	rc = rc < 0 ? rc : load_reachable(ret);
	return rc < 0 ? rc : solve_world_link(ret);
}
