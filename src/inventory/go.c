/*
 * Programs that Go linked tell their modules (codec/go_buildinfo.h). Each gives its main module,
 * the modules in it, and the standard library of the Go that made it.
 *
 * The version of a main module, the surest first: its own if the build knew it; what -ldflags -X
 * put into a variable that is called a version; the same as a symbol of the program leads to it
 * (-trimpath hides the flags); a pseudo-version of the commit; "(devel)".
 */
#include <string.h>

#include "base/buf.h"
#include "base/vec.h"
#include "codec/go_buildinfo.h"
#include "draft.h"

enum {
	GO_SLICES = 16,         /* machines of one Mach-O file */
	GO_HEAD_BYTES = 4096,   /* in which UPX leaves its mark */
	GO_VERSION_BYTES = 128, /* of a version in a variable */
};

/* ---- versions ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Does it begin as "1.2" or "v1.2" and go on without blanks? */
static bool like_version(str s)
{
	ptrdiff_t i = s.len > 0 && s.p[0] == 'v';
	ptrdiff_t first = i;

	while (i < s.len && is_digit(s.p[i]))
		i++;
	if (i == first || i + 1 >= s.len || s.p[i] != '.' || !is_digit(s.p[i + 1]) ||
	    s.len > GO_VERSION_BYTES)
		return false;
	for (; i < s.len; i++)
		if (!is_digit(s.p[i]) && !((s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'z') &&
		    !strchr(".-+_~", s.p[i]))
			return false;
	return true;
}

static bool has_word(str s, const char *word)
{
	size_t n = strlen(word);

	for (ptrdiff_t i = 0; i + (ptrdiff_t)n <= s.len; i++)
		if (strncasecmp(s.p + i, word, n) == 0)
			return true;
	return false;
}

/* The next argument of a command line with quotes, off the front of *in; .p NULL behind the last.
 */
static int next_argument(struct op *op, str *in, str *ret)
{
	struct buf b;
	char quote = 0;
	ptrdiff_t i = 0;

	while (i < in->len && (in->p[i] == ' ' || in->p[i] == '\n' || in->p[i] == '\t'))
		i++;
	*in = str_from(*in, i);
	*ret = (str){ 0 };
	if (in->len == 0)
		return 0;
	buf_init(&b, op, (size_t)in->len + 1);
	for (i = 0; i < in->len; i++) {
		char c = in->p[i];
		if (quote ? c == quote : c == '"' || c == '\'')
			quote = quote ? 0 : c;
		else if (!quote && (c == ' ' || c == '\n' || c == '\t'))
			break;
		else
			buf_char(&b, c);
	}
	*in = str_from(*in, i);
	return buf_take(&b, ret);
}

/* How much a variable NAME of package PATH says about the version of a module: 0 is nothing. */
static int rank_variable(str variable, str module)
{
	ptrdiff_t slash = str_rfind(variable, '/');
	ptrdiff_t dot = str_find(str_from(variable, slash + 1), '.');
	str path = str_head(variable, slash + 1 + dot);
	str name = str_from(variable, slash + 1 + dot + 1), rest = path;

	if (dot < 0 || !has_word(name, "version") || has_word(name, "goversion") ||
	    has_word(name, "apiversion"))
		return 0;
	int exact = name.len == 7 || has_word(name, "appversion") || has_word(name, "buildversion");
	if (module.len && str_starts(path, module))
		rest = str_from(path, module.len);
	if (rest.len < path.len && str_starts(rest, S("/cmd")))
		return 7 + exact;
	if (str_eq(path, S("main")))
		return 5 + exact;
	if (rest.len < path.len && (has_word(rest, "version") || has_word(rest, "common")))
		return 3 + exact;
	return rest.len < path.len ? 1 + exact : 0;
}

/* The value that -X gives the best variable; of two that say different things none. */
static int flags_version(struct op *op, str flags, str module, str *ret)
{
	int best = 0, rc = 0;
	bool torn = false;
	str argument;

	*ret = S("");
	while ((rc = next_argument(op, &flags, &argument)) == 0 && argument.p) {
		if (str_starts(argument, S("--")))
			argument = str_from(argument, 1);
		if (str_eq(argument, S("-X"))) {
			if ((rc = next_argument(op, &flags, &argument)) < 0)
				return rc;
		} else if (str_starts(argument, S("-X="))) {
			argument = str_from(argument, 3);
		} else {
			continue;
		}
		str value = argument, name = str_cut(&value, '=');
		int rank = rank_variable(name, module);
		value = str_trim(value);
		if (rank < best || rank == 0 || !like_version(value))
			continue;
		torn = rank == best && (torn || !str_eq(*ret, value));
		best = rank;
		*ret = value;
	}
	if (torn)
		*ret = S("");
	return rc;
}

static int string_at(struct op *op, const struct at *a, const struct program *p, uint64_t vaddr,
		     str *ret)
{
	uint64_t offset, left, size = p->bits / 8;
	uint64_t word[2] = { 0 };
	char bytes[16];

	*ret = S("");
	if (!program_offset(p, vaddr, &offset, &left) || left < 2 * size)
		return 0;
	int rc = at_read(op, a, offset, bytes, 2 * size);
	if (rc < 0)
		return rc;
	for (uint64_t i = 0; i < 2 * size; i++)
		word[i / size] |= (uint64_t)(uint8_t)bytes[i]
				  << 8 * (p->big ? size - 1 - i % size : i % size);
	if (word[1] == 0 || word[1] > GO_VERSION_BYTES ||
	    !program_offset(p, word[0], &offset, &left) || left < word[1])
		return 0;
	return at_view(op, a, offset, word[1], ret);
}

/* The text of a variable that is called a version, by the program's symbols. */
static int symbol_version(struct op *op, const struct at *a, const struct program *p, str module,
			  str *ret)
{
	static const char *const places[] = {
		"/cmd.version",
		"/cmd.Version",
		"/version.Version",
		"/version.version",
		"/pkg/version.Version",
		"/pkg/version.version",
		"/internal/version.Version",
		"/internal/version.version",
		"/version.buildVersion",
		"/common.Version",
	};
	enum { OWN = 3, NAMES = sizeof(places) / sizeof(places[0]) + OWN };
	str names[NAMES] = { S("main.version"), S("main.Version"), S("main.buildVersion") };
	struct elf_symbol symbol[NAMES];
	int rc = 0, n = OWN;

	*ret = S("");
	if (p->kind != PROGRAM_ELF)
		return 0;
	for (; module.len && rc == 0 && n < NAMES; n++)
		rc = op_text(op, &names[n], "%.*s%s", STR_ARG(module), places[n - OWN]);
	if (rc < 0 || (rc = elf_symbols(op, a, &p->elf, names, n, symbol)) < 0)
		return rc;
	for (int i = 0; i < n; i++) {
		if (symbol[i].section == 0)
			continue;
		if ((rc = string_at(op, a, p, symbol[i].value, ret)) < 0 || like_version(*ret))
			return rc;
	}
	*ret = S("");
	return 0;
}

static str setting(const struct go_buildinfo *b, str key)
{
	for (ptrdiff_t i = 0; i < b->setting.n; i++)
		if (str_eq(b->setting.p[i].key, key))
			return b->setting.p[i].value;
	return S("");
}

/* "v0.0.0-20240131121212-0123456789ab" of a commit. */
static int pseudo_version(struct op *op, const struct go_buildinfo *b, str *ret)
{
	str commit = setting(b, S("vcs.revision")), when = setting(b, S("vcs.time"));
	char digits[14];
	int n = 0;

	*ret = S("");
	for (ptrdiff_t i = 0; i < when.len && n < 14; i++)
		if (is_digit(when.p[i]))
			digits[n++] = when.p[i];
	if (n < 14 || commit.len < 12)
		return 0;
	return op_text(op, ret, "v0.0.0-%.14s-%.12s", digits, commit.p);
}

static int main_version(struct op *op, const struct at *a, const struct program *p,
			const struct go_buildinfo *b, str *ret)
{
	str module = b->main.path.len ? b->main.path : b->path, found = S("");
	int rc = 0;

	*ret = b->main.version;
	if (ret->len && !str_eq(*ret, S("(devel)")))
		return 0;
	if ((rc = flags_version(op, setting(b, S("-ldflags")), module, &found)) < 0 ||
	    (found.len == 0 && (rc = symbol_version(op, a, p, module, &found)) < 0))
		return rc;
	if (found.len)
		return op_text(op, ret, "%s%.*s", found.p[0] == 'v' ? "" : "v", STR_ARG(found));
	if ((rc = pseudo_version(op, b, &found)) < 0)
		return rc;
	*ret = found.len ? found : S("(devel)");
	return 0;
}

/*
 * The version that a Go of "go1.24.6 (Red Hat 1.24.6-1.el9)", "go1.26-X:greenteagc", "go1.22rc1",
 * "devel go1.26-8c3f2a Tue ..." has; empty where it has none ("devel +8c3f2a").
 */
static str go_version(str text)
{
	bool devel = str_starts(text, S("devel "));
	str word = str_from(text, devel ? 6 : 0);
	ptrdiff_t i = 0;

	word = str_cut(&word, ' ');
	if (!str_starts(word, S("go")) || word.len < 3 || !is_digit(word.p[2]))
		return S("");
	word = str_from(word, 2);
	ptrdiff_t experiment = str_find_str(word, S("-X:"));
	if (experiment >= 0)
		word = str_head(word, experiment);
	if (devel)
		return word;
	while (i < word.len && (is_digit(word.p[i]) || word.p[i] == '.'))
		i++;
	ptrdiff_t numbers = i;
	str rest = str_from(word, i);
	i += str_starts(rest, S("rc")) ? 2 : str_starts(rest, S("beta")) ? 4 : 0;
	ptrdiff_t at = i;
	while (i > numbers && i < word.len && is_digit(word.p[i]))
		i++;
	return str_head(word, i > at ? i : numbers);
}

static str go_experiments(str text)
{
	ptrdiff_t at = str_find_str(text, S("X:"));

	if (at < 1 || (text.p[at - 1] != ' ' && text.p[at - 1] != '-'))
		return S("");
	str rest = str_from(text, at + 2);
	return str_cut(&rest, ' ');
}

/* ---- packages ---- */

struct go_work {
	struct op *op;  /* stays with the inventory */
	struct op *tmp; /* goes when the file has been read */
	struct catalog *c;
	const struct found *f;
	const struct at *a;
	const struct program *p;
	const struct go_buildinfo *b;
};

static void name_module(struct package *p, str path)
{
	ptrdiff_t slash = str_rfind(path, '/');

	p->ns = str_head(path, slash < 0 ? 0 : slash);
	p->name = str_from(path, slash + 1);
}

/* The package with copies of all its texts: what they alias goes with the file. */
static int add_kept(struct go_work *w, const struct package *p, uint32_t *ret)
{
	struct package kept;
	int rc = draft_keep(w->op, p, &kept);

	return rc < 0 ? rc : catalog_add(w->op, w->c, w->f, EVIDENCE_EMBEDDED, &kept, ret);
}

static int add_stdlib(struct go_work *w, uint32_t *ret)
{
	struct package p = { .type = PACKAGE_GO,
			     .name = S("stdlib"),
			     .licence = S("BSD-3-Clause") };
	int rc = op_copy(w->tmp, go_version(w->b->go), &p.version);
	str number = p.version;
	ptrdiff_t i = 0;

	*ret = UINT32_MAX;
	if (rc < 0 || p.version.len == 0)
		return rc;
	while (i < number.len && (is_digit(number.p[i]) || number.p[i] == '.'))
		i++;
	str update = str_from(number, i);
	if (update.len && update.p[0] == '-')
		update = S("");
	str *cpe = op_new(w->tmp, str, 1);
	if (!cpe)
		return w->tmp->code;
	p.cpe = (struct texts){ cpe, 1 };
	rc = op_text(w->tmp, cpe, "cpe:2.3:a:golang:go:%.*s:%.*s:*:*:*:*:*:*",
		     STR_ARG(str_head(number, i)), STR_ARG(update.len ? update : S("-")));
	if (rc < 0 || (rc = package_fact(w->tmp, &p.facts, "go:version", w->b->go)) < 0 ||
	    (rc = package_fact(w->tmp, &p.facts, "go:experiment", go_experiments(w->b->go))) < 0)
		return rc;
	return add_kept(w, &p, ret);
}

static int build_facts(struct go_work *w, struct pairs *facts)
{
	int rc = package_fact(w->tmp, facts, "go:version", w->b->go);

	for (ptrdiff_t i = 0; rc == 0 && i < w->b->setting.n; i++) {
		str key;
		rc = op_text(w->tmp, &key, "go:build:%.*s", STR_ARG(w->b->setting.p[i].key));
		if (rc == 0)
			rc = package_fact(w->tmp, facts, key.p, w->b->setting.p[i].value);
	}
	return rc;
}

static int add_main(struct go_work *w, uint32_t *ret)
{
	const struct go_module *m = &w->b->main;
	struct package p = { .type = PACKAGE_GO };
	int rc = 0;

	*ret = UINT32_MAX;
	if (m->path.len == 0 || str_eq(m->path, S("command-line-arguments")))
		return 0; /* files on a command line, or Go before modules: no name */
	name_module(&p, m->path);
	if ((rc = main_version(w->tmp, w->a, w->p, w->b, &p.version)) < 0 ||
	    (rc = package_fact(w->tmp, &p.facts, "go:h1", m->sum)) < 0 ||
	    (rc = package_fact(w->tmp, &p.facts, "go:path", w->b->path)) < 0 ||
	    (rc = build_facts(w, &p.facts)) < 0)
		return rc;
	return add_kept(w, &p, ret);
}

/* What stands in for a module is what is in the program, but a directory has no name of its own. */
static int add_dep(struct go_work *w, const struct go_module *m, uint32_t *ret)
{
	struct package p = { .type = PACKAGE_GO, .version = m->version };
	str path = m->path, sum = m->sum, text = S("");
	int rc = 0;

	*ret = UINT32_MAX;
	if (m->by_path.len && (m->by_path.p[0] == '.' || m->by_path.p[0] == '/')) {
		rc = package_fact(w->tmp, &p.facts, "go:replaced-by", m->by_path);
	} else if (m->by_path.len) {
		path = m->by_path;
		p.version = m->by_version;
		sum = m->by_sum;
		rc = op_text(w->tmp, &text, "%.*s@%.*s", STR_ARG(m->path), STR_ARG(m->version));
		if (rc == 0)
			rc = package_fact(w->tmp, &p.facts, "go:replaces", text);
	}
	if (rc < 0 || path.len == 0 || (rc = package_fact(w->tmp, &p.facts, "go:h1", sum)) < 0)
		return rc;
	if (p.version.len == 0)
		p.version = S("(devel)");
	name_module(&p, path);
	return add_kept(w, &p, ret);
}

static int add_all(struct go_work *w)
{
	uint32_t top = UINT32_MAX, one = UINT32_MAX;
	int rc = add_main(w, &top);

	if (rc == 0)
		rc = add_stdlib(w, &one);
	for (ptrdiff_t i = 0; rc == 0; i++) {
		if (top != UINT32_MAX && one != UINT32_MAX)
			rc = catalog_relate(w->op, w->c, RELATION_DEPENDS, top, one);
		if (i == w->b->dep_n)
			break;
		if (rc == 0)
			rc = add_dep(w, &w->b->dep[i], &one);
	}
	return rc;
}

static int check_packed(struct op *op, const struct at *a)
{
	uint64_t n = a->size < GO_HEAD_BYTES ? a->size : GO_HEAD_BYTES;
	str head;
	int rc = at_view(op, a, 0, n, &head);

	if (rc == 0 && str_find_str(head, S("UPX!")) >= 0)
		rc = op_fail(op, ERR_FORMAT,
			     "packed by UPX: what the program is made of cannot be seen");
	return rc;
}

static int read_program(struct go_work *w, const struct at *a)
{
	struct go_buildinfo b;
	struct program p;
	int rc = program_read(w->tmp, a, &p);

	if (rc == 0)
		rc = go_buildinfo_find(w->tmp, a, &p, &b);
	if (rc != 0)
		return rc < 0 ? rc : check_packed(w->tmp, a);
	w->a = a;
	w->p = &p;
	w->b = &b;
	return add_all(w);
}

static int read_file(struct op *op, struct catalog *c, const struct found *f)
{
	struct at a, slice[GO_SLICES];
	AUTO_OP own; /* what must be unpacked again for this is not kept */
	struct go_work w = { .op = op, .tmp = &own, .c = c, .f = f };
	ptrdiff_t n;

	op_init(&own, op->ceiling);
	own.fault = op->fault;
	int rc = catalog_at(&own, c, f, &a);
	if (rc == 0)
		rc = program_slices(&own, &a, slice, GO_SLICES, &n);
	for (ptrdiff_t i = 0; rc == 0 && i < n; i++)
		rc = read_program(&w, &slice[i]);
	return op->code ? op->code : op_adopt_error(op, &own);
}

const struct cataloger cataloger_go = {
	.name = "go-binary",
	.what = "Go programs, by what the linker wrote into them",
	.wants = { { .bits = PROBE_GO }, { .bits = PROBE_BARE | PROBE_PE | PROBE_MACHO } },
	.read = read_file,
};
