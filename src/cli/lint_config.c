#include <fcntl.h>

#include "base/glob.h"
#include "base/limits.h"
#include "codec/yaml.h"
#include "lint_options.h"
#include "sys/file.h"

/* A configuration of hadolint as it lies there. Source: hadolint's README, "Configure". */
struct hadolint {
	str threshold, format;
	struct texts ignored, registries;
	struct pairs labels;
	const struct node *override;
	bool strict, no_fail, no_pragma, no_colour;
};

#define AT(member) offsetof(struct hadolint, member)
static const struct field fields[] = {
	{ "disable-ignore-pragma", FIELD_BOOL, AT(no_pragma), false, "true or false" },
	{ "failure-threshold", FIELD_TEXT, AT(threshold), false, "a severity" },
	{ "format", FIELD_TEXT, AT(format), false, "a format" },
	{ "ignored", FIELD_TEXTS, AT(ignored), false, "a list of rules" },
	{ "label-schema", FIELD_PAIRS, AT(labels), false, "a mapping of labels to types" },
	{ "no-color", FIELD_BOOL, AT(no_colour), false, "true or false" },
	{ "no-fail", FIELD_BOOL, AT(no_fail), false, "true or false" },
	{ "override", FIELD_NODE, AT(override), false, "a mapping of severities to rules" },
	{ "strict-labels", FIELD_BOOL, AT(strict), false, "true or false" },
	{ "trustedRegistries", FIELD_TEXTS, AT(registries), false, "a list of registries" },
};

struct overrides {
	struct texts error, warning, info, style, ignore;
};
#define OF(member) offsetof(struct overrides, member)
static const struct field override_fields[] = {
	{ "error", FIELD_TEXTS, OF(error), false, "a list of rules" },
	{ "ignore", FIELD_TEXTS, OF(ignore), false, "a list of rules" },
	{ "info", FIELD_TEXTS, OF(info), false, "a list of rules" },
	{ "style", FIELD_TEXTS, OF(style), false, "a list of rules" },
	{ "warning", FIELD_TEXTS, OF(warning), false, "a list of rules" },
};

/* Lists that only these functions make have room up to the next power of two. */
static bool is_full(ptrdiff_t n)
{
	return (n & (n - 1)) == 0;
}

static ptrdiff_t room_for(ptrdiff_t n)
{
	return n ? 2 * n : 1;
}

static int add(struct op *op, struct texts *to, str one)
{
	if (is_full(to->n)) {
		str *p = op_new(op, str, room_for(to->n));
		if (!p)
			return ERR_MEMORY;
		if (to->n > 0)
			memcpy(p, to->p, (size_t)to->n * sizeof(*p));
		to->p = p;
	}
	to->p[to->n++] = one;
	return 0;
}

/* Names of rules, parted by commas; each must be one. */
static int add_rules(struct op *op, const struct texts *names, bool check, struct texts *to)
{
	for (ptrdiff_t i = 0; i < names->n; i++)
		for (str rest = names->p[i]; rest.p;) {
			str one = str_trim(str_cut(&rest, ','));

			if (one.len == 0)
				continue;
			if (check && !lint_rule_of(one))
				return op_fail(op, ERR_USAGE,
					       "there is no rule '%.*s'; see --list-rules",
					       STR_ARG(one));
			if (add(op, to, one) < 0)
				return op->code;
		}
	return 0;
}

static int add_label(struct op *op, struct pairs *to, str key, str value)
{
	static const char types[] = "text rawText url semver spdx email hash rfc3339";
	str all = str_of(types), known = { 0 };

	while (all.len > 0 && !known.p) {
		str one = str_word(&all);
		known = str_eq(one, value) ? one : known;
	}
	if (!known.p || key.len == 0)
		return op_fail(op, ERR_USAGE,
			       "the label '%.*s' has no type '%.*s'; there are text, url, semver, "
			       "spdx, email, "
			       "hash, rfc3339",
			       STR_ARG(key), STR_ARG(value));
	if (is_full(to->n)) {
		struct pair *p = op_new(op, struct pair, room_for(to->n));
		if (!p)
			return ERR_MEMORY;
		if (to->n > 0)
			memcpy(p, to->p, (size_t)to->n * sizeof(*p));
		to->p = p;
	}
	to->p[to->n++] = (struct pair){ key, value };
	return 0;
}

static const struct {
	const char *name;
	enum severity severity;
} levels[] = {
	{ "error", SEVERITY_HIGH },     { "warning", SEVERITY_MEDIUM },
	{ "info", SEVERITY_LOW },       { "style", SEVERITY_NEGLIGIBLE },
	{ "ignore", SEVERITY_UNKNOWN }, { "none", SEVERITY_UNKNOWN },
};

bool lint_threshold(str name, enum severity *ret)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (str_eq(name, str_of(levels[i].name))) {
			*ret = levels[i].severity;
			return true;
		}
	return false;
}

static int take_overrides(struct op *op, const struct doc *doc, const struct node *node,
			  struct lint_config *ret)
{
	struct overrides o = { 0 };
	const struct texts *of[] = { &o.error, &o.warning, &o.info, &o.style };

	if (fields_read(op, doc, node, override_fields,
			sizeof(override_fields) / sizeof(override_fields[0]), &o) < 0)
		return op->code;
	for (int i = 0; i < 4; i++) {
		ret->severity[levels[i].severity] = *of[i];
		/* Who gives a rule a severity wants it asked. */
		if (add_rules(op, of[i], false, &ret->wish.also) < 0)
			return op->code;
	}
	return add_rules(op, &o.ignore, false, &ret->wish.skip);
}

static int take_hadolint(struct op *op, str file, str bytes, struct lint_config *ret)
{
	struct hadolint h = { 0 };
	struct doc doc;

	if (yaml_parse(op, file, bytes, &doc) < 0)
		return op->code;
	if (doc.root.kind == NODE_NULL)
		return 0;
	if (fields_read(op, &doc, &doc.root, fields, sizeof(fields) / sizeof(fields[0]), &h) < 0 ||
	    add_rules(op, &h.ignored, false, &ret->wish.skip) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < h.registries.n; i++)
		if (add(op, &ret->wish.trusted_registries, h.registries.p[i]) < 0)
			return op->code;
	ret->wish.strict_labels = h.strict;
	ret->no_inline = h.no_pragma;
	for (ptrdiff_t i = 0; i < h.labels.n; i++)
		if (add_label(op, &ret->wish.labels, h.labels.p[i].key, h.labels.p[i].value) < 0)
			return op_fail_in(op, "%.*s", STR_ARG(file));
	if (h.override && take_overrides(op, &doc, h.override, ret) < 0)
		return op->code;
	if (h.threshold.len > 0 && !lint_threshold(h.threshold, &ret->fail_on))
		return op_fail(op, ERR_USAGE,
			       "%.*s: failure-threshold is error, warning, info, style, ignore or "
			       "none, not '%.*s'",
			       STR_ARG(file), STR_ARG(h.threshold));
	if (h.no_fail)
		ret->fail_on = SEVERITY_UNKNOWN;
	return 0;
}

static int read_hadolint(struct op *op, str config, struct lint_config *ret)
{
	static const char *const names[] = { ".hadolint.yaml", ".hadolint.yml" };
	str bytes;

	if (config.len > 0)
		return file_read_user(op, config, LIMIT_DOCUMENT, &bytes) < 0
			       ? op->code
			       : take_hadolint(op, config, bytes, ret);
	for (int i = 0; i < 2; i++) {
		int rc = file_read(op, AT_FDCWD, str_of(names[i]), LIMIT_DOCUMENT, &bytes);

		if (rc <= 0)
			return rc < 0 ? rc : take_hadolint(op, str_of(names[i]), bytes, ret);
	}
	return 0;
}

static int read_waivers(struct op *op, const struct texts *files, struct waivers *ret)
{
	static const char *const here[] = { ".temper/waivers.yaml", ".trivyignore" };
	str bytes;

	for (ptrdiff_t i = 0; i < files->n; i++)
		if (file_read_user(op, files->p[i], LIMIT_DOCUMENT, &bytes) < 0 ||
		    waivers_read(op, files->p[i], bytes, ret) < 0)
			return op->code;
	for (int i = 0; i < 2 && files->n == 0; i++) {
		int rc = file_read(op, AT_FDCWD, str_of(here[i]), LIMIT_DOCUMENT, &bytes);

		if (rc < 0 || (rc == 0 && waivers_read(op, str_of(here[i]), bytes, ret) < 0))
			return op->code;
	}
	return 0;
}

int lint_config_read(struct op *op, const struct lint_options *o, struct lint_config *ret)
{
	*ret = (struct lint_config){ .fail_on = SEVERITY_LOW };
	if (read_hadolint(op, o->config, ret) < 0 ||
	    read_waivers(op, &o->waivers, &ret->waivers) < 0 ||
	    add_rules(op, &o->ignore, true, &ret->wish.skip) < 0 ||
	    add_rules(op, &o->only, true, &ret->wish.only) < 0 ||
	    add_rules(op, &o->enable, true, &ret->wish.also) < 0)
		return op->code;
	for (ptrdiff_t i = 0; i < o->registries.n; i++)
		if (add(op, &ret->wish.trusted_registries, o->registries.p[i]) < 0)
			return op->code;
	for (ptrdiff_t i = 0; i < o->labels.n; i++) {
		ptrdiff_t at = str_rfind(o->labels.p[i], ':');
		str key = at < 0 ? o->labels.p[i] : str_head(o->labels.p[i], at);

		if (add_label(op, &ret->wish.labels, key,
			      at < 0 ? S("text") : str_from(o->labels.p[i], at + 1)) < 0)
			return op->code;
	}
	ret->wish.strict_labels = ret->wish.strict_labels || o->strict;
	ret->wish.ignores_need_reason = o->reasons;
	ret->no_inline = ret->no_inline || o->no_ignore;
	if (o->fail_on.len > 0 && o->threshold.len > 0)
		return op_fail(op, ERR_USAGE,
			       "--fail-on and --failure-threshold are the same; name one");
	(void)lint_threshold(o->threshold, &ret->fail_on);
	if (o->fail_on.len > 0)
		ret->fail_on =
			str_eq(o->fail_on, S("none")) ? SEVERITY_UNKNOWN : severity_of(o->fail_on);
	if (o->no_fail)
		ret->fail_on = SEVERITY_UNKNOWN;
	return 0;
}

static bool any_glob(const struct texts *globs, str text)
{
	for (ptrdiff_t i = 0; i < globs->n; i++)
		if (glob_match(globs->p[i], text))
			return true;
	return globs->n == 0;
}

static bool holds(const struct waiver *w, const struct fault *f, int64_t now)
{
	str name = w->rule.len > 0                             ? w->rule
		   : str_eq(str_of(w->form), S("trivyignore")) ? w->id
							       : S("");
	int64_t end;

	return name.len > 0 && lint_named(f->rule, name) && !(waiver_end(w, &end) && now > end) &&
	       any_glob(&w->paths, f->path) && any_glob(&w->keys, f->key) && w->images.n == 0;
}

int lint_config_apply(struct op *op, struct lint_config *c, int64_t now, struct lint_file *file)
{
	for (ptrdiff_t i = 0; i < file->fault_n; i++) {
		struct fault *f = &file->fault[i];

		for (int s = 0; s < SEVERITIES; s++)
			for (ptrdiff_t k = 0; k < c->severity[s].n; k++)
				if (lint_named(f->rule, c->severity[s].p[k]))
					f->severity = (enum severity)s;
		if (c->no_inline)
			f->waived_by = f->reason = (str){ 0 };
		for (ptrdiff_t k = 0; k < c->waivers.n && f->waived_by.len == 0; k++)
			if (holds(&c->waivers.p[k], f, now)) {
				c->waivers.p[k].matched++;
				f->waived_by = c->waivers.p[k].where;
				f->reason = c->waivers.p[k].reason;
			}
	}
	return op->code;
}
