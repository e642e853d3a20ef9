/*
 * Go's modules as a project asks for them: go.mod with the sums of go.sum beside it, and
 * vendor/modules.txt. Source: go.dev/ref/mod, "go.mod files", "go.sum files", "Vendoring".
 *
 *	require a.b/c v1.2.3 // indirect        or in a block: require ( ... )
 *	replace a.b/c [v1.2.3] => d.e/f v1.0.0  the module is d.e/f then
 *	replace a.b/c => ../c                   a directory: it is a.b/c still, as it lies there
 */
#include "base/limits.h"
#include "base/map.h"

#include "base/vec.h"
#include "reading.h"

struct module {
	str path, version;
	str local;     /* the directory that replaces it */
	bool indirect; /* others need it */
};

struct project {
	struct reading *r;
	VEC(struct module) module;
	struct map by_path; /* the last module of a path: number + 1 */
	struct map sums;    /* "PATH VERSION": str */
};

static str unquote(str s)
{
	bool quoted = s.len >= 2 && (*s.p == '"' || *s.p == '`') && s.p[s.len - 1] == *s.p;

	return quoted ? (str){ s.p + 1, s.len - 2 } : s;
}

static int require(struct project *p, str path, str version, bool indirect)
{
	struct module *m = vec_push(&p->r->tmp, &p->module);

	if (!m)
		return p->r->tmp.code;
	*m = (struct module){ path, version, S(""), indirect };
	return map_put(&p->by_path, path, (void *)(intptr_t)p->module.n);
}

/* What stands on both sides of "=>". */
static void replace(struct project *p, str path, str version, str by, str by_version)
{
	intptr_t at = (intptr_t)map_get(&p->by_path, path);
	struct module *m = at ? &p->module.p[at - 1] : NULL;

	if (!m || (version.len && !str_eq(version, m->version)))
		return;
	if (!by_version.len) {
		m->local = by;
		return;
	}
	m->path = by;
	m->version = by_version;
}

/* A line without its comment; whether that says "indirect". */
static str without_comment(str line, bool *indirect)
{
	ptrdiff_t at = str_find_str(line, S("//"));

	*indirect = at >= 0 && str_eq(str_trim(str_from(line, at + 2)), S("indirect"));
	return str_trim(at < 0 ? line : str_head(line, at));
}

/* Replacements may stand before what they replace: each kind of line has a pass of its own. */
static int read_lines(struct project *p, str text, bool replacements)
{
	str block = S("");
	int rc = 0;

	while (text.p && rc == 0) {
		bool indirect;
		str line = without_comment(str_cut(&text, '\n'), &indirect), rest = line;
		str verb = block.len ? block : str_word(&rest);
		if (str_eq(line, S(")"))) {
			block = S("");
			continue;
		}
		if (!block.len && str_eq(str_trim(rest), S("("))) {
			block = verb;
			continue;
		}
		str path = unquote(str_word(&rest)), version = unquote(str_word(&rest));
		if (!replacements && str_eq(verb, S("require")) && version.len)
			rc = require(p, path, version, indirect);
		if (!replacements || !str_eq(verb, S("replace")))
			continue;
		bool any = str_eq(version, S("=>"));
		if (!any && !str_eq(str_word(&rest), S("=>")))
			continue;
		str by = unquote(str_word(&rest)), by_version = unquote(str_word(&rest));
		replace(p, path, any ? S("") : version, by, by_version);
	}
	return rc;
}

/* "PATH VERSION h1:...=", those of go.mod files passed over. */
static int read_sums(struct project *p, str text)
{
	int rc = 0;

	while (text.p && rc == 0) {
		str line = str_trim(str_cut(&text, '\n'));
		ptrdiff_t at = str_rfind(line, ' ');
		str key = str_trim(str_head(line, at < 0 ? 0 : at));
		if (!key.len || str_ends(key, S("/go.mod")))
			continue;
		str *sum = op_new(&p->r->tmp, str, 1);
		if (!sum)
			return p->r->tmp.code;
		*sum = str_from(line, at + 1);
		rc = map_put(&p->sums, key, sum);
	}
	return rc;
}

static int read_sum_file(struct project *p)
{
	struct found f;
	str text;
	int rc = catalog_beside(&p->r->tmp, p->r->c, p->r->f, S("go.sum"), &f);

	if (rc != 0)
		return rc < 0 ? rc : 0;
	rc = catalog_text(&p->r->tmp, p->r->c, &f, LIMIT_CAPTURE, &text);
	return rc < 0 ? rc : read_sums(p, text);
}

static int add_modules(struct project *p)
{
	struct op *op = &p->r->tmp;
	int rc = 0;

	for (ptrdiff_t i = 0; i < p->module.n && rc == 0; i++) {
		const struct module *m = &p->module.p[i];
		struct package go = { .type = PACKAGE_GO, .version = m->version };
		str key;
		draft_path(&go, m->path);
		rc = op_text(op, &key, "%.*s %.*s", STR_ARG(m->path), STR_ARG(m->version));
		const str *sum = rc == 0 ? map_get(&p->sums, key) : NULL;
		if (sum && !m->local.len)
			rc = package_fact(op, &go.facts, "go:h1", *sum);
		if (rc == 0)
			rc = package_fact(op, &go.facts, "go:replaced-by", m->local);
		if (rc == 0 && m->indirect)
			rc = package_fact(op, &go.facts, "go:indirect", S("true"));
		if (rc == 0)
			rc = reading_add(p->r, &go, NULL);
	}
	return rc;
}

/* "# PATH VERSION [=> PATH [VERSION]]", before the packages of each. */
static int read_vendored(struct project *p, str text)
{
	int rc = 0;

	while (text.p && rc == 0) {
		str line = str_trim(str_cut(&text, '\n'));
		if (!str_starts(line, S("# ")))
			continue;
		line = str_from(line, 2);
		str path = str_word(&line), version = str_word(&line);
		bool any = str_eq(version, S("=>"));
		if (any)
			continue; /* a replacement of what is not used */
		rc = require(p, path, version, false);
		if (rc == 0 && str_eq(str_word(&line), S("=>"))) {
			str by = str_word(&line);
			replace(p, path, S(""), by, str_word(&line));
		}
	}
	return rc;
}

static int read_project(struct reading *r)
{
	struct project p = { .r = r };
	int rc;

	map_init(&p.by_path, &r->tmp);
	map_init(&p.sums, &r->tmp);
	if (str_eq(str_base_name(r->f->path), S("modules.txt"))) {
		rc = read_vendored(&p, r->text);
	} else {
		rc = read_lines(&p, r->text, false);
		if (rc == 0)
			rc = read_lines(&p, r->text, true);
		if (rc == 0)
			rc = read_sum_file(&p);
	}
	return rc < 0 ? rc : add_modules(&p);
}

static int read_mod(struct op *op, struct catalog *c, const struct found *f)
{
	return reading_text(op, c, f, read_project);
}

const struct cataloger cataloger_go_mod = {
	.name = "go-mod",
	.what = "Go modules in go.mod and vendor/modules.txt",
	.wants = { { .glob = "**/go.mod", .lock = true },
		   { .glob = "**/vendor/modules.txt", .lock = true } },
	.read = read_mod,
};
