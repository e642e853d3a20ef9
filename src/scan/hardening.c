/*
 * What a change made of an image's hardening: the checks of both beside each other, by rule, kind and
 * key; then what no check tells: the user, ports, findings, packages, licences, programs of nobody,
 * the configuration and the size.
 *
 * 1. A fault that both have is no change, whatever layer brought it.
 * 2. What could not be told of the base is held against its change only where a layer above the
 *    base brought it.
 * 3. Nothing is told twice: user and ports are told here, with what the check knows of them.
 */
#include <stdlib.h>

#include "base/map.h"
#include "base/num.h"
#include "base/vec.h"
#include "change.h"
#include "facts.h"
#include "model/ecosystem.h"

struct comparing {
	struct op *op;
	const struct facts *before, *after;
	const struct inventory *was, *is;
	VEC(struct hardening_change) p;
};

/* By words that stand in a rule's id, or in the kind of thing that a fault is about; the first counts. */
static const struct {
	const char *word, *area;
} areas[] = {
	{ "secret", "secrets" },
	{ "credential", "secrets" },
	{ "setuid", "setuid" },
	{ "setgid", "setuid" },
	{ "capabilit", "capabilities" },
	{ "login_shell", "accounts" },
	{ "shell", "shell" },
	{ "package_manager", "package-manager" },
	{ "package-manager", "package-manager" },
	{ "compiler", "compilers" },
	{ "debugger", "tools" },
	{ "_tools", "tools" },
	{ "editors", "tools" },
	{ "interpreter", "tools" },
	{ "history.", "history" },
	{ "writable", "world-writable" },
	{ "port", "ports" },
	{ "licen", "licences" },
	{ "nonroot", "user" },
	{ "numeric_user", "user" },
	{ "elf.", "elf" },
	{ "vuln", "findings" },
	{ "package", "packages" },
	{ "accounts.", "accounts" },
	{ "fs.", "files" },
};

static const char *area_of(const struct rule *rule, str kind)
{
	for (size_t i = 0; i < sizeof(areas) / sizeof(areas[0]); i++) {
		str word = str_of(areas[i].word);
		if (str_find_str(kind, word) >= 0 || str_find_str(str_of(rule->id), word) >= 0)
			return areas[i].area;
	}
	return "configuration";
}

/* The instruction that made a layer of the second image. */
static str instruction_of(const struct comparing *c, int layer)
{
	const struct config *config = &c->after->config;

	for (ptrdiff_t i = 0; layer >= 0 && i < config->step_n; i++) {
		if (config->step[i].layer == layer)
			return config->step[i].instruction;
	}
	return layer >= 0 && layer < c->is->subject.layer_n ? c->is->subject.layer[layer].created_by
							    : S("");
}

static int add(struct comparing *c, struct hardening_change change)
{
	struct hardening_change *to = vec_push(c->op, &c->p);

	if (!to)
		return c->op->code;
	*to = change;
	return 0;
}

/* The checks */

static bool counts(const struct fault *f)
{
	return f->waived_by.len == 0 && f->reason.len == 0;
}

static int key_of(struct op *op, const struct fault *f, str *ret)
{
	return op_text(op, ret, "%s\n%.*s\n%.*s", f->rule->id, STR_ARG(f->kind), STR_ARG(f->key));
}

static int index_faults(struct op *op, const struct checks *checks, struct map *m)
{
	str key;

	map_init(m, op);
	for (ptrdiff_t i = 0; i < checks->n; i++) {
		for (ptrdiff_t k = 0; k < checks->p[i].fault_n; k++) {
			struct fault *f = &checks->p[i].fault[k];
			if (key_of(op, f, &key) < 0 || map_put(m, key, f) < 0)
				return op->code;
		}
	}
	return 0;
}

/* Is it told by what the check finds? Who the image runs as and programs of no package are told apart; and
 * what an image is called, how old it is and what is attached to it is not of its hardening. */
static bool is_compared(const struct rule *rule)
{
	str id = str_of(rule->id);

	return !str_eq(id, S("config.nonroot")) && !str_eq(id, S("fs.no_unknown_programs")) &&
	       !str_starts(id, S("image."));
}

static int weaker(struct comparing *c, const struct fault *f)
{
	const char *area = area_of(f->rule, f->kind);

	return add(c, (struct hardening_change){
			      .kind = HARDENING_WEAKER,
			      .area = area,
			      .rule = str_of(f->rule->id),
			      .key = f->key,
			      .what = f->what,
			      .after = f->kind,
			      .instruction = f->instruction.len ? f->instruction
								: instruction_of(c, f->layer),
			      .layer = f->layer,
			      .remedy = f->remedy.len ? f->remedy : str_of(f->rule->remedy),
			      .severity = fault_severity(f) });
}

static int stronger(struct comparing *c, const struct fault *f)
{
	struct hardening_change change = { .kind = HARDENING_STRONGER,
					   .area = area_of(f->rule, f->kind),
					   .rule = str_of(f->rule->id),
					   .key = f->key,
					   .before = f->kind,
					   .layer = -1,
					   .severity = fault_severity(f) };

	if (op_text(c->op, &change.what, "no longer: %.*s", STR_ARG(f->what)) < 0)
		return c->op->code;
	return add(c, change);
}

/* One that could be answered of the base and cannot be answered now. */
static int unanswered(struct comparing *c, const struct check *was, const struct check *is)
{
	struct hardening_change change = { .kind = HARDENING_WEAKER,
					   .area = area_of(is->rule, S("")),
					   .rule = str_of(is->rule->id),
					   .layer = -1,
					   .remedy = str_of(is->rule->remedy),
					   .severity = is->rule->severity };

	if (!was || was->outcome == OUTCOME_ERROR || is->outcome != OUTCOME_ERROR)
		return 0;
	if (op_text(c->op, &change.what, "%s: cannot be told any more%s%.*s", is->rule->title,
		    is->detail.len ? ": " : "", STR_ARG(is->detail)) < 0)
		return c->op->code;
	return add(c, change);
}

static int came(struct comparing *c, const struct check *is, const struct check *was,
		const struct map *before)
{
	bool told = was && was->outcome != OUTCOME_ERROR;
	str key;

	for (ptrdiff_t i = 0; i < is->fault_n; i++) {
		const struct fault *f = &is->fault[i];
		if (!counts(f) || (!told && f->of_base))
			continue;
		if (key_of(c->op, f, &key) < 0 || (!map_get(before, key) && weaker(c, f) < 0))
			return c->op->code;
	}
	return unanswered(c, was, is);
}

static int went(struct comparing *c, const struct check *was, const struct check *is,
		const struct map *after)
{
	str key;

	if (!is || is->outcome == OUTCOME_ERROR)
		return 0;
	for (ptrdiff_t i = 0; i < was->fault_n; i++) {
		const struct fault *f = &was->fault[i];
		if (!counts(f))
			continue;
		if (key_of(c->op, f, &key) < 0 || (!map_get(after, key) && stronger(c, f) < 0))
			return c->op->code;
	}
	return 0;
}

static int compare_checks(struct comparing *c)
{
	const struct checks *was = &c->before->checks, *is = &c->after->checks;
	struct map before, after;
	int rc = index_faults(c->op, was, &before);

	if (rc == 0)
		rc = index_faults(c->op, is, &after);
	for (ptrdiff_t i = 0; rc == 0 && i < is->n; i++) {
		if (is_compared(is->p[i].rule))
			rc = came(c, &is->p[i], checks_find(was, str_of(is->p[i].rule->id)),
				  &before);
	}
	for (ptrdiff_t i = 0; rc == 0 && i < was->n; i++) {
		if (is_compared(was->p[i].rule))
			rc = went(c, &was->p[i], checks_find(is, str_of(was->p[i].rule->id)),
				  &after);
	}
	return rc;
}

/* The user */

static const struct check *user_check(const struct facts *f)
{
	return checks_find(&f->checks, S("config.nonroot"));
}

static bool is_root(const struct facts *f)
{
	const struct check *check = user_check(f);
	str user = f->config.user;

	if (check && check->outcome != OUTCOME_ERROR) {
		for (ptrdiff_t i = 0; i < check->fault_n; i++)
			if (counts(&check->fault[i]))
				return true;
		return false;
	}
	user = str_cut(&user, ':');
	return user.len == 0 || str_eq(user, S("root")) || str_eq(user, S("0"));
}

static str user_name(const struct facts *f)
{
	return f->config.user.len ? f->config.user : S("root");
}

static int compare_user(struct comparing *c)
{
	bool was = is_root(c->before), is = is_root(c->after);
	str before = user_name(c->before), after = user_name(c->after);
	const struct check *check = user_check(c->after);
	const struct fault *f = is && check && check->fault_n ? &check->fault[0] : NULL;
	struct hardening_change change = { .kind = is && !was   ? HARDENING_WEAKER
						   : was && !is ? HARDENING_STRONGER
								: HARDENING_ADDED,
					   .area = "user",
					   .key = S("user"),
					   .before = before,
					   .after = after,
					   .instruction =
						   config_who(&c->after->config, "USER", S("")),
					   .layer = -1,
					   .severity = is ? SEVERITY_HIGH : SEVERITY_NEGLIGIBLE };

	if (was == is && str_eq(before, after))
		return 0;
	if (check)
		change.rule = str_of(check->rule->id);
	if (f) { /* as "app", whom an account file says to be root */
		change.severity = fault_severity(f);
		change.remedy = f->remedy.len ? f->remedy : str_of(f->rule->remedy);
		change.instruction = f->instruction.len ? f->instruction : change.instruction;
		change.layer = f->layer;
	} else if (is) {
		change.remedy = S("end the Dockerfile with USER and a numeric id, as the base's");
	}
	if (op_text(c->op, &change.what, "runs as %.*s%s, the base as %.*s%s", STR_ARG(after),
		    is && !str_eq(after, S("root")) ? " (root)" : "", STR_ARG(before),
		    was && !str_eq(before, S("root")) ? " (root)" : "") < 0)
		return c->op->code;
	return add(c, change);
}

/* Ports and other settings */

static bool has(const struct texts *t, str s)
{
	for (ptrdiff_t i = 0; i < t->n; i++)
		if (str_eq(t->p[i], s))
			return true;
	return false;
}

/* "22/tcp", "22": the number. */
static str port_number(str port)
{
	return str_cut(&port, '/');
}

/* Did a check tell of this port already? */
static bool port_is_told(const struct comparing *c, str port, enum hardening_kind kind)
{
	for (ptrdiff_t i = 0; i < c->p.n; i++) {
		const struct hardening_change *h = &c->p.p[i];
		if (h->kind == kind && strcmp(h->area, "ports") == 0 &&
		    str_eq(port_number(h->key), port_number(port)))
			return true;
	}
	return false;
}

static int compare_ports(struct comparing *c)
{
	const struct texts *was = &c->before->config.ports, *is = &c->after->config.ports;
	struct hardening_change change = { .area = "ports", .layer = -1 };
	uint64_t number;

	for (ptrdiff_t i = 0; i < is->n; i++) {
		str port = is->p[i];
		if (has(was, port) || port_is_told(c, port, HARDENING_WEAKER))
			continue;
		bool low = num_parse(port_number(port), UINT16_MAX, &number) && number < 1024;
		change.kind = HARDENING_WEAKER;
		change.key = change.after = port;
		change.severity = low ? SEVERITY_MEDIUM : SEVERITY_LOW;
		change.instruction = config_who(&c->after->config, "EXPOSE", port_number(port));
		change.remedy = low ? S("listen on a port from 1024 on, which takes no privilege")
				    : S("leave the EXPOSE out if nothing listens there");
		if (op_text(c->op, &change.what, "exposes %.*s, the base does not", STR_ARG(port)) <
			    0 ||
		    add(c, change) < 0)
			return c->op->code;
	}
	for (ptrdiff_t i = 0; i < was->n; i++) {
		str port = was->p[i];
		if (has(is, port) || port_is_told(c, port, HARDENING_STRONGER))
			continue;
		if (op_text(c->op, &change.what, "no longer exposes %.*s", STR_ARG(port)) < 0)
			return c->op->code;
		if (add(c, (struct hardening_change){ .kind = HARDENING_STRONGER,
						      .area = "ports",
						      .key = port,
						      .before = port,
						      .what = change.what,
						      .layer = -1,
						      .severity = SEVERITY_LOW }) < 0)
			return c->op->code;
	}
	return 0;
}

static int setting(struct comparing *c, str key, str what, str before, str after, const char *kind)
{
	return add(c, (struct hardening_change){ .kind = HARDENING_ADDED,
						 .area = "configuration",
						 .key = key,
						 .what = what,
						 .before = before,
						 .after = after,
						 .instruction =
							 config_who(&c->after->config, kind, S("")),
						 .layer = -1,
						 .severity = SEVERITY_NEGLIGIBLE });
}

static const struct pair *find_pair(const struct pairs *p, str key)
{
	for (ptrdiff_t i = 0; i < p->n; i++)
		if (str_eq(p->p[i].key, key))
			return &p->p[i];
	return NULL;
}

/* "ENV NAME", and behind it where that stands: the value is not told. */
static int env_instruction(struct comparing *c, str name, str *ret)
{
	str whole = config_who(&c->after->config, "ENV", name);
	ptrdiff_t at = str_ends(whole, S(")")) ? str_rfind(whole, '(') : -1;

	if (whole.len == 0)
		return 0;
	return op_text(c->op, ret, "ENV %.*s%s%.*s", STR_ARG(name), at > 0 ? " " : "",
		       STR_ARG(at > 0 ? str_from(whole, at) : S("")));
}

/* Names alone: a value may be what nobody should read. */
static int compare_env(struct comparing *c)
{
	const struct pairs *was = &c->before->config.env, *is = &c->after->config.env;

	for (ptrdiff_t i = 0; i < is->n; i++) {
		const struct pair *p = &is->p[i], *old = find_pair(was, p->key);
		struct hardening_change change = { .kind = HARDENING_ADDED,
						   .area = "configuration",
						   .key = p->key,
						   .layer = -1,
						   .severity = SEVERITY_NEGLIGIBLE };
		if (old && str_eq(old->value, p->value))
			continue;
		if (env_instruction(c, p->key, &change.instruction) < 0)
			return c->op->code;
		if (op_text(c->op, &change.what,
			    old ? "another value of the variable %.*s" : "sets the variable %.*s",
			    STR_ARG(p->key)) < 0 ||
		    add(c, change) < 0)
			return c->op->code;
	}
	return 0;
}

static int join(struct op *op, const struct texts *t, str *ret)
{
	struct buf b;

	buf_init(&b, op, INT32_MAX);
	for (ptrdiff_t i = 0; i < t->n; i++)
		buf_between(&b, ' ', t->p[i]);
	return buf_take(&b, ret);
}

static bool same_texts(const struct texts *a, const struct texts *b)
{
	bool same = a->n == b->n;

	for (ptrdiff_t i = 0; same && i < a->n; i++)
		same = str_eq(a->p[i], b->p[i]);
	return same;
}

static int compare_command(struct comparing *c, const char *kind, const char *what,
			   const struct texts *was, const struct texts *is)
{
	str before, after;

	if (same_texts(was, is))
		return 0;
	if (join(c->op, was, &before) < 0 || join(c->op, is, &after) < 0)
		return c->op->code;
	return setting(c, str_of(kind), str_of(what), before, after, kind);
}

static int compare_settings(struct comparing *c)
{
	const struct config *was = &c->before->config, *is = &c->after->config;
	str text;

	if (compare_ports(c) < 0 || compare_env(c) < 0 ||
	    compare_command(c, "ENTRYPOINT", "another entry point", &was->entrypoint,
			    &is->entrypoint) < 0 ||
	    compare_command(c, "CMD", "another command", &was->cmd, &is->cmd) < 0)
		return c->op->code;
	if (!str_eq(was->work_dir, is->work_dir) &&
	    setting(c, S("WORKDIR"), S("another working directory"), was->work_dir, is->work_dir,
		    "WORKDIR") < 0)
		return c->op->code;
	for (ptrdiff_t i = 0; i < is->volumes.n; i++) {
		str path = is->volumes.p[i];
		if (has(&was->volumes, path))
			continue;
		if (op_text(c->op, &text, "a volume at %.*s", STR_ARG(path)) < 0 ||
		    setting(c, path, text, S(""), path, "VOLUME") < 0)
			return c->op->code;
	}
	return 0;
}

/* Findings */

static int finding_came(struct comparing *c, const struct difference_finding *d)
{
	const struct finding *f = &c->after->report->finding[d->at];
	const struct package *p = &c->is->package[f->package];
	struct hardening_change change = { .kind = HARDENING_WEAKER,
					   .area = "findings",
					   .key = d->id,
					   .after = d->version,
					   .layer = p->layer,
					   .instruction = instruction_of(c, p->layer),
					   .remedy = S("leave the package out, or answer for the "
						       "finding by a waiver: there is no fix"),
					   .severity = d->severity };

	if (op_text(c->op, &change.what, "%.*s%s in %.*s %.*s (%s)", STR_ARG(d->id),
		    d->exploited ? ", exploited," : "", STR_ARG(d->package), STR_ARG(d->version),
		    package_kinds[p->type].name) < 0)
		return c->op->code;
	if (d->fixed.len && op_text(c->op, &change.remedy, "upgrade %.*s to %.*s",
				    STR_ARG(d->package), STR_ARG(d->fixed)) < 0)
		return c->op->code;
	return add(c, change);
}

static int compare_findings(struct comparing *c)
{
	struct difference_findings d;

	if (scan_compare(c->op, c->before->report, c->after->report, &d) < 0)
		return c->op->code;
	for (ptrdiff_t i = 0; d.compared && i < d.n; i++) {
		struct hardening_change change = { .kind = HARDENING_STRONGER,
						   .area = "findings",
						   .key = d.p[i].id,
						   .before = d.p[i].version,
						   .layer = -1,
						   .severity = d.p[i].severity };
		if (d.p[i].came) {
			if (finding_came(c, &d.p[i]) < 0)
				return c->op->code;
			continue;
		}
		if (op_text(c->op, &change.what, "no longer: %.*s in %.*s %.*s", STR_ARG(d.p[i].id),
			    STR_ARG(d.p[i].package), STR_ARG(d.p[i].version)) < 0 ||
		    add(c, change) < 0)
			return c->op->code;
	}
	return 0;
}

/* Packages and licences */

static enum version_scheme scheme_of(enum package_type type)
{
	for (size_t i = 0; i < ecosystems_n; i++)
		if (ecosystems[i].type == type)
			return ecosystems[i].scheme;
	return VERSION_BYTES;
}

static int package_key(struct op *op, const struct package *p, bool exact, str *ret)
{
	return op_text(op, ret, "%s\n%.*s\n%.*s%s%.*s", package_kinds[p->type].name, STR_ARG(p->ns),
		       STR_ARG(p->name), exact ? "\n" : "", STR_ARG(exact ? p->version : S("")));
}

/* By name, and by name and version: of a language several versions may stand side by side. */
static int index_packages(struct op *op, const struct inventory *v, struct map *m)
{
	str name, exact;

	map_init(m, op);
	for (ptrdiff_t i = 0; i < v->package_n; i++)
		if (package_key(op, &v->package[i], false, &name) < 0 ||
		    package_key(op, &v->package[i], true, &exact) < 0 ||
		    map_put(m, name, &v->package[i]) < 0 || map_put(m, exact, &v->package[i]) < 0)
			return op->code;
	return 0;
}

/* One that is new, or in another version: one that is older than what it replaces is for the worse. */
static int package_came(struct comparing *c, const struct package *p, const struct package *old,
			bool replaces)
{
	const char *type = package_kinds[p->type].name;
	struct hardening_change change = { .kind = HARDENING_ADDED,
					   .area = "packages",
					   .key = p->name,
					   .before = old ? old->version : S(""),
					   .after = p->version,
					   .layer = p->layer,
					   .instruction = instruction_of(c, p->layer),
					   .severity = SEVERITY_NEGLIGIBLE };
	enum version_scheme scheme = scheme_of(p->type);
	int rc;

	if (!old) {
		rc = op_text(c->op, &change.what, "%.*s %.*s (%s)%s%.*s", STR_ARG(p->name),
			     STR_ARG(p->version), type, p->licence.len ? ", " : "",
			     STR_ARG(p->licence));
	} else if (replaces && scheme != VERSION_BYTES &&
		   version_compare(scheme, p->version, old->version) < 0) {
		change.kind = HARDENING_WEAKER;
		change.severity = SEVERITY_MEDIUM;
		change.remedy = S("keep the base's version");
		rc = op_text(c->op, &change.what, "%.*s %.*s (%s) is older than the base's %.*s",
			     STR_ARG(p->name), STR_ARG(p->version), type, STR_ARG(old->version));
	} else {
		rc = op_text(c->op, &change.what, "%.*s %.*s (%s), the base has %.*s",
			     STR_ARG(p->name), STR_ARG(p->version), type, STR_ARG(old->version));
	}
	return rc < 0 ? rc : add(c, change);
}

static int package_went(struct comparing *c, const struct package *p)
{
	struct hardening_change change = { .kind = HARDENING_STRONGER,
					   .area = "packages",
					   .key = p->name,
					   .before = p->version,
					   .layer = -1,
					   .severity = SEVERITY_NEGLIGIBLE };

	if (op_text(c->op, &change.what, "no longer: %.*s %.*s (%s)", STR_ARG(p->name),
		    STR_ARG(p->version), package_kinds[p->type].name) < 0)
		return c->op->code;
	return add(c, change);
}

static int compare_packages(struct comparing *c)
{
	struct map was, is;
	str key, old_key;

	if (index_packages(c->op, c->was, &was) < 0 || index_packages(c->op, c->is, &is) < 0)
		return c->op->code;
	for (ptrdiff_t i = 0; i < c->is->package_n; i++) {
		const struct package *p = &c->is->package[i], *old;
		if (package_key(c->op, p, true, &key) < 0)
			return c->op->code;
		if (map_get(&was, key))
			continue;
		if (package_key(c->op, p, false, &key) < 0)
			return c->op->code;
		if ((old = map_get(&was, key)) && package_key(c->op, old, true, &old_key) < 0)
			return c->op->code;
		if (package_came(c, p, old, old && !map_get(&is, old_key)) < 0)
			return c->op->code;
	}
	for (ptrdiff_t i = 0; i < c->was->package_n; i++) {
		const struct package *p = &c->was->package[i];
		if (package_key(c->op, p, false, &key) < 0 ||
		    (!map_get(&is, key) && package_went(c, p) < 0))
			return c->op->code;
	}
	return 0;
}

/* Licences that no package of the base has: an expression as it stands. */
static int compare_licences(struct comparing *c)
{
	struct map known;

	map_init(&known, c->op);
	for (ptrdiff_t i = 0; i < c->was->package_n; i++) {
		str licence = c->was->package[i].licence;
		if (licence.len && map_put(&known, licence, &c->was->package[i]) < 0)
			return c->op->code;
	}
	for (ptrdiff_t i = 0; i < c->is->package_n; i++) {
		struct package *p = &c->is->package[i];
		struct hardening_change change = { .kind = HARDENING_ADDED,
						   .area = "licences",
						   .key = p->licence,
						   .after = p->licence,
						   .layer = p->layer,
						   .instruction = instruction_of(c, p->layer),
						   .severity = SEVERITY_NEGLIGIBLE };
		if (p->licence.len == 0 || map_get(&known, p->licence))
			continue;
		if (map_put(&known, p->licence, p) < 0 ||
		    op_text(c->op, &change.what, "%.*s, of %.*s", STR_ARG(p->licence),
			    STR_ARG(p->name)) < 0 ||
		    add(c, change) < 0)
			return c->op->code;
	}
	return 0;
}

/* Programs of nobody, and the size */

static int compare_programs(struct comparing *c)
{
	struct map known;

	map_init(&known, c->op);
	for (ptrdiff_t i = 0; i < c->was->unknown_n; i++)
		if (map_put(&known, c->was->unknown[i].path, &c->was->unknown[i]) < 0)
			return c->op->code;
	for (ptrdiff_t i = 0; i < c->is->unknown_n; i++) {
		const struct ledger_line *l = &c->is->unknown[i];
		struct hardening_change change = { .kind = HARDENING_ADDED,
						   .area = "files",
						   .key = l->path,
						   .layer = l->layer,
						   .instruction = instruction_of(c, l->layer),
						   .severity = SEVERITY_NEGLIGIBLE };
		if (map_get(&known, l->path))
			continue;
		if (op_text(c->op, &change.what, "%.*s: %s of no package", STR_ARG(l->path),
			    l->kind) < 0 ||
		    add(c, change) < 0)
			return c->op->code;
	}
	return 0;
}

/* A program has to be somewhere: a larger image is no weaker one, and a policy may bound its size. */
static int compare_size(struct comparing *c)
{
	uint64_t was = c->was->subject.size, is = c->is->subject.size;
	struct hardening_change change = { .kind = is > was ? HARDENING_ADDED : HARDENING_STRONGER,
					   .area = "size",
					   .key = S("size"),
					   .layer = -1,
					   .severity = SEVERITY_NEGLIGIBLE };
	char text[NUM_SIZE_TEXT];

	if (was == is || was == 0 || is == 0)
		return 0;
	if (op_text(c->op, &change.before, "%s", num_size_text(was, text)) < 0 ||
	    op_text(c->op, &change.after, "%s", num_size_text(is, text)) < 0 ||
	    op_text(c->op, &change.what, "%s %s than the base",
		    num_size_text(is > was ? is - was : was - is, text),
		    is > was ? "larger" : "smaller") < 0)
		return c->op->code;
	return add(c, change);
}

/* Weaker first, worst first; then by what it is about. */
static int change_compare(const void *a, const void *b)
{
	const struct hardening_change *x = a, *y = b;
	int order = (int)x->kind - (int)y->kind;

	if (order == 0)
		order = (int)y->severity - (int)x->severity;
	if (order == 0)
		order = strcmp(x->area, y->area);
	if (order == 0)
		order = str_cmp(x->rule, y->rule);
	if (order == 0)
		order = str_cmp(x->key, y->key);
	return order ? order : str_cmp(x->what, y->what);
}

int hardening_make(struct op *op, const struct facts *before, const struct facts *after,
		   struct hardening *ret)
{
	struct comparing c = { .op = op,
			       .before = before,
			       .after = after,
			       .was = before->report->inventory,
			       .is = after->report->inventory };
	ptrdiff_t count[HARDENING_KINDS] = { 0 };

	if (compare_checks(&c) < 0 || compare_user(&c) < 0 || compare_settings(&c) < 0 ||
	    compare_findings(&c) < 0 || compare_packages(&c) < 0 || compare_licences(&c) < 0 ||
	    compare_programs(&c) < 0 || compare_size(&c) < 0)
		return op->code;
	if (c.p.n > 1)
		qsort(c.p.p, (size_t)c.p.n, sizeof(*c.p.p), change_compare);
	for (ptrdiff_t i = 0; i < c.p.n; i++)
		count[c.p.p[i].kind]++;
	*ret = (struct hardening){ .before = c.was->subject.name,
				   .after = c.is->subject.name,
				   .p = c.p.p,
				   .n = c.p.n,
				   .weaker_n = count[HARDENING_WEAKER],
				   .stronger_n = count[HARDENING_STRONGER],
				   .added_n = count[HARDENING_ADDED],
				   .size_before = c.was->subject.size,
				   .size_after = c.is->subject.size,
				   .packages_before = c.was->package_n,
				   .packages_after = c.is->package_n };
	return 0;
}
