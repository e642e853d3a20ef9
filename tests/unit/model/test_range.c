#include "model/range.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "codec/json.h"
#include "codec/node.h"
#include "sys/file.h"
#include "unit/harness.h"

static const struct row {
	enum range_language lang;
	enum version_scheme scheme;
	const char *range;
	const char *in, *out; /* versions, blank-separated */
} rows[] = {
	{ RANGE_PLAIN, VERSION_SEMVER, ">= 1.0, < 2.0", "1.0.0 1.9.9 2.0.0-rc1",
	  "0.9 2.0.0 1.0.0-a" },
	{ RANGE_PLAIN, VERSION_SEMVER, "<= 1.5", "0.1 1.5.0", "1.5.1" },
	{ RANGE_PLAIN, VERSION_SEMVER, "= 1.5", "1.5.0", "1.5.1 1.4" },
	{ RANGE_PLAIN, VERSION_SEMVER, "1.5", "1.5.0", "1.5.1" },
	{ RANGE_PLAIN, VERSION_SEMVER, ">1 <2 || >=3", "1.5 3.0 4.0", "1.0 2.0 2.5" },
	{ RANGE_PLAIN, VERSION_SEMVER, ">=1<2", "1.5", "2.0" },
	{ RANGE_PLAIN, VERSION_SEMVER, "", "0.0.0-a 1 99", "" },
	{ RANGE_PLAIN, VERSION_SEMVER, "*", "0.0.0-a 1 99", "" },
	{ RANGE_PLAIN, VERSION_SEMVER, ">= 0", "0.0.0-a 1", "" },
	{ RANGE_PLAIN, VERSION_SEMVER, "!= 1.5", "1.4 1.6", "1.5 1.5.0" },
	{ RANGE_PLAIN, VERSION_SEMVER, "!= 0", "0.1 1", "0 0.0.0-a" },
	{ RANGE_PLAIN, VERSION_SEMVER, "< 0", "", "0 1 0.0.0-a" },
	{ RANGE_PLAIN, VERSION_SEMVER, ">2 <1", "", "0 1 1.5 2 3" },
	{ RANGE_PLAIN, VERSION_DEB, ">= 1:2.0~rc1-1, < 1:2.0-1", "1:2.0~rc1-1",
	  "1:2.0-1 2.0~rc1-1" },
	{ RANGE_PLAIN, VERSION_GENERIC, ">= 1.0.2, < 1.0.2zh", "1.0.2 1.0.2k", "1.0.2zh 1.0.1" },
	{ RANGE_NPM, VERSION_SEMVER, "^1.2.3", "1.2.3 1.9.0 1.3.0-rc1",
	  "1.2.3-rc1 2.0.0 2.0.0-rc1" },
	{ RANGE_NPM, VERSION_SEMVER, "^0.2.3", "0.2.3 0.2.9", "0.3.0 0.3.0-a" },
	{ RANGE_NPM, VERSION_SEMVER, "^0.0.3", "0.0.3", "0.0.4 0.0.2" },
	{ RANGE_NPM, VERSION_SEMVER, "~1.2", "1.2.0 1.2.9", "1.3.0 1.1.9" },
	{ RANGE_NPM, VERSION_SEMVER, "1.2 - 2.3", "1.2.0 2.3.9", "1.1.9 2.4.0" },
	{ RANGE_NPM, VERSION_SEMVER, "1.2.0 - 2.3.4", "2.3.4", "2.3.5" },
	{ RANGE_NPM, VERSION_SEMVER, ">1.2", "1.3.0", "1.2.9" },
	{ RANGE_NPM, VERSION_SEMVER, "<= 1.2", "1.2.9", "1.3.0" },
	{ RANGE_NPM, VERSION_SEMVER, "1.x || >=2.5.0 || 5.0.0 - 7.2.3", "1.9.9 2.5.0 6.0.0",
	  "2.4.9 0.9.0" },
	{ RANGE_CARGO, VERSION_SEMVER, "1.2.3", "1.2.3 1.9.9", "2.0.0 1.2.2" },
	{ RANGE_CARGO, VERSION_SEMVER, "0.2", "0.2.9", "0.3.0" },
	{ RANGE_CARGO, VERSION_SEMVER, "0", "0.9.9", "1.0.0" },
	{ RANGE_CARGO, VERSION_SEMVER, "~1", "1.9.0", "2.0.0" },
	{ RANGE_CARGO, VERSION_SEMVER, "1.2.*", "1.2.9", "1.3.0" },
	{ RANGE_CARGO, VERSION_SEMVER, ">= 1.2, < 1.5", "1.2.0 1.4.9", "1.5.0 1.1.0" },
	{ RANGE_CARGO, VERSION_SEMVER, "=1.2.3", "1.2.3", "1.2.4" },
	{ RANGE_PYPI, VERSION_PYPI, "~= 2.2", "2.2 2.9 2.2.post3", "3.0 3.0a1 2.1 2.2rc1" },
	{ RANGE_PYPI, VERSION_PYPI, "~=1.4.5", "1.4.5 1.4.9", "1.5 1.4.4" },
	{ RANGE_PYPI, VERSION_PYPI, "==1.4.*", "1.4 1.4.9 1.4a1", "1.5 1.3.9 1.5.dev0" },
	{ RANGE_PYPI, VERSION_PYPI, "!=1.4.*,>=1.0", "1.0 1.3.9 1.5", "1.4 1.4.1 0.9" },
	{ RANGE_PYPI, VERSION_PYPI, "==1.0", "1.0 1.0.0 1.0+local", "1.0.post1 1.0rc1" },
	{ RANGE_PYPI, VERSION_PYPI, "==1.0+a", "1.0+a", "1.0 1.0+b" },
	{ RANGE_PYPI, VERSION_PYPI, ">1.0,<=2.0", "1.1 2.0+local", "1.0+local 2.0.1" },
	{ RANGE_PYPI, VERSION_PYPI, "~=1!2.2", "1!2.5", "1!3.0 2.5" },
	{ RANGE_PYPI, VERSION_PYPI, "===1.0", "1.0", "1.1" },
	{ RANGE_GEM, VERSION_GEM, "~> 2.2", "2.2 2.9.9", "3.0 3.0.rc1 2.1" },
	{ RANGE_GEM, VERSION_GEM, "~> 2.2.0", "2.2.0 2.2.9", "2.3.0 2.3.0.a" },
	{ RANGE_GEM, VERSION_GEM, "~> 3", "3 3.9", "4" },
	{ RANGE_GEM, VERSION_GEM, "~> 5.2.4, >= 5.2.4.3", "5.2.4.3 5.2.5", "5.2.4.2 5.3" },
	{ RANGE_GEM, VERSION_GEM, "~> 1.0.beta2", "1.0.beta2 1.0 1.9", "1.0.beta1 2.0" },
	{ RANGE_GEM, VERSION_GEM, "!= 1.3", "1.2 1.4", "1.3 1.3.0" },
	{ RANGE_COMPOSER, VERSION_PACKAGIST, "^1.2", "1.2.0 1.9 1.2.0-beta1",
	  "2.0.0 2.0.0-beta1 1.1" },
	{ RANGE_COMPOSER, VERSION_PACKAGIST, "~1.2", "1.2 1.9", "2.0" },
	{ RANGE_COMPOSER, VERSION_PACKAGIST, "~1.2.3", "1.2.3 1.2.9", "1.3.0 1.2.2" },
	{ RANGE_COMPOSER, VERSION_PACKAGIST, "1.0.*", "1.0.9", "1.1.0" },
	{ RANGE_COMPOSER, VERSION_PACKAGIST, "1.0 - 2.0", "1.0 2.0.9", "2.1 0.9" },
	{ RANGE_COMPOSER, VERSION_PACKAGIST, ">=2.0,<2.3.5|>=3.0,<3.1", "2.3.4 3.0.9",
	  "2.3.5 2.3.5-RC1 3.1" },
	{ RANGE_COMPOSER, VERSION_PACKAGIST, ">=1.0 <1.1 || >=1.2", "1.0.1 1.2", "1.1" },
	{ RANGE_COMPOSER, VERSION_PACKAGIST, "^0.3", "0.3.0 0.3.9", "0.4.0" },
	{ RANGE_COMPOSER, VERSION_PACKAGIST, ">=1.0@dev", "1.0 2", "0.9" },
	{ RANGE_INTERVAL, VERSION_MAVEN, "[1.0,2.0)", "1.0 1.9", "2.0 0.9" },
	{ RANGE_INTERVAL, VERSION_MAVEN, "(,1.0],[1.2,)", "0.1 1.0 1.2 9", "1.1" },
	{ RANGE_INTERVAL, VERSION_MAVEN, "[1.5]", "1.5 1.5.0", "1.5.1" },
	{ RANGE_INTERVAL, VERSION_MAVEN, "(1.0,2.0)", "1.5", "1.0 2.0" },
	{ RANGE_INTERVAL, VERSION_MAVEN, "1.0", "1.0", "1.1" },
	{ RANGE_INTERVAL, VERSION_NUGET, "1.0", "1.0 1.1", "0.9" },
	{ RANGE_INTERVAL, VERSION_NUGET, "(, 1.0)", "0.9", "1.0" },
	{ RANGE_VERS, VERSION_SEMVER, "vers:npm/>=1.0.0|<2.0.0", "1.0.0 1.9.9", "0.9.9 2.0.0" },
	{ RANGE_VERS, VERSION_SEMVER, "vers:npm/<2.0.0|>=1.0.0", "1.0.0 1.9.9", "0.9.9 2.0.0" },
	{ RANGE_VERS, VERSION_SEMVER, "vers:npm/1.2.3|1.5.0|>=2|<3|!=2.5.0",
	  "1.2.3 1.5.0 2.4.9 2.5.1", "1.2.4 2.5.0 3.0.0" },
	{ RANGE_VERS, VERSION_SEMVER, "vers:npm/!=1.0.0", "0.9.9 1.0.1", "1.0.0" },
	{ RANGE_VERS, VERSION_SEMVER, "vers:npm/*", "0 1 2", "" },
	{ RANGE_VERS, VERSION_SEMVER, "vers:npm/<1.0.0|>=2.0.0|<=2.1.0|>3.0.0",
	  "0.9.9 2.0.0 2.1.0 3.0.1", "1.0.0 2.1.1 3.0.0" },
	{ RANGE_VERS, VERSION_GENERIC, "vers:generic/1.0%2Bx", "1.0+x", "1.0 1.0+y" },
};

static bool all_are(const struct row *row, const struct version_spans *spans, const char *words,
		    bool in)
{
	str left = str_of(words), word;

	while ((word = str_word(&left)).len) {
		if (range_has(row->scheme, spans, exact(word)) != in) {
			(void)fprintf(stderr, "%s: %.*s\n", row->range, STR_ARG(word));
			return false;
		}
	}
	return true;
}

/* Sorted, not empty, not touching. */
static bool in_order(const struct row *row, const struct version_spans *s)
{
	for (ptrdiff_t i = 1; i < s->n; i++) {
		str end = s->p[i - 1].until.len ? s->p[i - 1].until : s->p[i - 1].last;
		if (!end.len || !s->p[i].from.len ||
		    version_compare(row->scheme, end, s->p[i].from) > 0)
			return false;
	}
	return true;
}

static int takes(struct op *op)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct version_spans spans, others, again;
		TRY(range_parse(op, row->lang, row->scheme, exact(str_of(row->range)), &spans));
		test_check(all_are(row, &spans, row->in, true), row->range, "in", (int)i);
		test_check(all_are(row, &spans, row->out, false), row->range, "out", (int)i);
		test_check(in_order(row, &spans), row->range, "in order", (int)i);
		TRY(range_invert(op, row->scheme, &spans, &others));
		test_check(all_are(row, &others, row->in, false), row->range, "inverted, in",
			   (int)i);
		test_check(all_are(row, &others, row->out, true), row->range, "inverted, out",
			   (int)i);
		TRY(range_invert(op, row->scheme, &others, &again));
		test_check(again.n == spans.n, row->range, "inverted twice", (int)i);
	}
	return 0;
}

static int refuses(struct op *op)
{
	static const struct {
		enum range_language lang;
		const char *range;
	} row[] = {
		{ RANGE_PLAIN, ">=" },
		{ RANGE_PLAIN, ">> 1" },
		{ RANGE_PLAIN, "^1.2" },
		{ RANGE_PLAIN, "1 ||" },
		{ RANGE_NPM, "^foo" },
		{ RANGE_NPM, ">=" },
		{ RANGE_NPM, "glorp" },
		{ RANGE_PYPI, ">1.4.*" },
		{ RANGE_PYPI, "~=1" },
		{ RANGE_GEM, "~> a" },
		{ RANGE_GEM, "1.*" },
		{ RANGE_INTERVAL, "[1.0" },
		{ RANGE_INTERVAL, "[]" },
		{ RANGE_INTERVAL, "(1.0)" },
		{ RANGE_INTERVAL, "[1,2]," },
		{ RANGE_INTERVAL, "[1,2,3]" },
		{ RANGE_INTERVAL, "1.*" },
		{ RANGE_VERS, "npm/1" },
		{ RANGE_VERS, "vers:npm/" },
		{ RANGE_VERS, "vers:/1" },
		{ RANGE_VERS, "vers:npm/1||2" },
		{ RANGE_VERS, "vers:npm/1|" },
		{ RANGE_VERS, "vers:npm/1%2G0" },
		{ RANGE_VERS, "vers:npm/1%2" },
		{ RANGE_VERS, "vers:npm/ 1" },
		{ RANGE_VERS, "vers:npm/^1" },
		{ RANGE_CARGO, "^99999999999999999999.0.0" },
	};
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct version_spans spans;
		CHECK_FAILS(op,
			    range_parse(op, row[i].lang, VERSION_SEMVER,
					exact(str_of(row[i].range)), &spans),
			    ERR_FORMAT, "is no");
	}
	return 0;
}

/* The vectors of others. */

struct ruling {
	bool used;
};

struct run {
	struct op *op;
	str dir;
	struct map rulings; /* "range\tFILE\tRANGE\tVERSION\tSTATED" */
	const char *file;
	int seen, failed;
};

static int check(struct run *r, str range, str version, bool stated, bool holds)
{
	str key;

	r->seen++;
	if (stated == holds)
		return 0;
	TRY(op_text(r->op, &key, "range\t%s\t%.*s\t%.*s\t%s", r->file, STR_ARG(range),
		    STR_ARG(version), stated ? "in" : "out"));
	struct ruling *ruling = (struct ruling *)map_get(&r->rulings, key);
	if (ruling)
		ruling->used = true;
	else if (r->failed++ < 100)
		(void)fprintf(stderr, "%.*s\n", STR_ARG(key));
	return 0;
}

static int read_rulings(struct run *r)
{
	str text;

	TRY(test_file(r->op, "tests/case/versions-rulings.txt", &text));
	map_init(&r->rulings, r->op);
	while (text.p) {
		str line = str_cut(&text, '\n'), rest = line;
		if (!str_starts(line, S("range\t")))
			continue;
		for (int i = 0; i < 5; i++)
			(void)str_cut(&rest, '\t');
		struct ruling *ruling = op_new(r->op, struct ruling, 1);
		if (!ruling)
			return ERR_MEMORY;
		CHECK(rest.len > 5);
		TRY(map_put(&r->rulings, str_head(line, rest.p - line.p - 1), ruling));
	}
	return 0;
}

static int read_shared(struct run *r, str *ret)
{
	str path;

	TRY(op_text(r->op, &path, "%.*s/%s", STR_ARG(r->dir), r->file));
	return file_read_user(r->op, path, 16 << 20, ret);
}

/* A range that is refused takes nothing. */
static int has(struct run *r, enum range_language lang, enum version_scheme scheme, str range,
	       str version, bool *ret)
{
	struct version_spans spans;

	int rc = range_parse(r->op, lang, scheme, range, &spans);
	if (rc == ERR_MEMORY)
		return rc;
	if (rc < 0)
		op_forgive(r->op);
	*ret = rc == 0 && range_has(scheme, &spans, version);
	return 0;
}

/* "RANGE <tab> VERSION": in or out. */
static int node_semver(struct run *r, const char *file, bool stated)
{
	str text;

	r->file = file;
	TRY(read_shared(r, &text));
	while (text.p) {
		str line = str_cut(&text, '\n');
		if (str_find(line, '\t') < 0)
			continue;
		str range = str_cut(&line, '\t'), version = str_cut(&line, '\t');
		bool holds;
		/* A tab of the source is written as "\t" in it. */
		if (str_starts(range, S("<\\t")))
			range = S("< 2.0.0");
		TRY(has(r, RANGE_NPM, VERSION_SEMVER, range, version, &holds));
		TRY(check(r, range, version, stated, holds));
	}
	return 0;
}

/* Both must take the same of all versions that either names, and of their neighbours. */
static int probe(struct run *r, enum version_scheme scheme, str range,
		 const struct version_spans *a, const struct version_spans *b, str version)
{
	str next;

	/* npm's own lowest prerelease, which the other side does not name */
	if (!version.len || str_ends(version, S("-0")))
		return 0;
	TRY(check(r, range, version, range_has(scheme, b, version), range_has(scheme, a, version)));
	TRY(op_text(r->op, &next, "%.*s1", STR_ARG(version)));
	return check(r, range, next, range_has(scheme, b, next), range_has(scheme, a, next));
}

static int same(struct run *r, enum version_scheme scheme, str range, const struct version_spans *a,
		const struct version_spans *b)
{
	const struct version_spans *of[] = { a, b };

	TRY(probe(r, scheme, range, a, b, S("0.0.1")));
	TRY(probe(r, scheme, range, a, b, S("99999")));
	for (int k = 0; k < 2; k++) {
		for (ptrdiff_t i = 0; i < of[k]->n; i++) {
			TRY(probe(r, scheme, range, a, b, of[k]->p[i].from));
			TRY(probe(r, scheme, range, a, b, of[k]->p[i].until));
			TRY(probe(r, scheme, range, a, b, of[k]->p[i].last));
		}
	}
	return 0;
}

static int from_native(struct run *r, const struct node *test, enum range_language lang,
		       enum version_scheme scheme)
{
	struct version_spans a, b;
	str native, vers;

	if (!node_text(node_get(node_get(test, S("input")), S("native_range")), &native) ||
	    !node_text(node_get(test, S("expected_output")), &vers))
		return op_fail(r->op, ERR_FORMAT, "%s: another form", r->file);
	int rc = range_parse(r->op, RANGE_VERS, scheme, vers, &b);
	if (rc == ERR_FORMAT) {
		op_forgive(r->op);
		return check(r, native, vers, false, true);
	}
	TRY(rc);
	rc = range_parse(r->op, lang, scheme, native, &a);
	if (rc < 0 && rc != ERR_FORMAT)
		return rc;
	if (rc < 0)
		op_forgive(r->op);
	return rc < 0 ? check(r, native, S(""), true, false) : same(r, scheme, native, &a, &b);
}

static int containment(struct run *r, const struct node *test, enum version_scheme scheme)
{
	str vers, version;
	bool stated, holds;

	if (!node_text(node_get(node_get(test, S("input")), S("vers")), &vers) ||
	    !node_text(node_get(node_get(test, S("input")), S("version")), &version) ||
	    !node_bool(node_get(test, S("expected_output")), &stated))
		return op_fail(r->op, ERR_FORMAT, "%s: another form", r->file);
	TRY(has(r, RANGE_VERS, scheme, vers, version, &holds));
	return check(r, vers, version, stated, holds);
}

/* Is it well formed? */
static int parses(struct run *r, const struct node *test, enum version_scheme scheme)
{
	struct version_spans spans;
	bool stated = true;
	str vers;

	if (!node_text(node_get(test, S("input")), &vers))
		return op_fail(r->op, ERR_FORMAT, "%s: another form", r->file);
	if (node_get(test, S("expected_failure")))
		stated = false;
	int rc = range_parse(r->op, RANGE_VERS, scheme, vers, &spans);
	if (rc < 0 && rc != ERR_FORMAT)
		return rc;
	op_forgive(r->op);
	return check(r, vers, S(""), stated, rc == 0);
}

enum form { NATIVE, CONTAINS, PARSES };

static const struct source {
	const char *file;
	enum form form;
	enum range_language lang;
	enum version_scheme scheme;
} source[] = {
	{ "vers-spec/conan_range_from_native_basic_test.json", NATIVE, RANGE_NPM, VERSION_CONAN },
	{ "vers-spec/conan_range_from_native_test.json", NATIVE, RANGE_NPM, VERSION_CONAN },
	{ "vers-spec/gem_range_from_native_test.json", NATIVE, RANGE_GEM, VERSION_GEM },
	{ "vers-spec/npm_range_containment_test.json", CONTAINS, RANGE_VERS, VERSION_SEMVER },
	{ "vers-spec/npm_range_from_native_test.json", NATIVE, RANGE_NPM, VERSION_SEMVER },
	{ "vers-spec/nuget_range_from_native_test.json", NATIVE, RANGE_INTERVAL, VERSION_NUGET },
	{ "vers-spec/pypi_range_containment_test.json", CONTAINS, RANGE_VERS, VERSION_PYPI },
	{ "vers-spec/pypi_range_from_native_test.json", NATIVE, RANGE_PYPI, VERSION_PYPI },
	{ "vers-spec/pypi_range_validate_test.json", PARSES, RANGE_VERS, VERSION_PYPI },
	{ "vers-spec/vers_canonical_parse_test.json", PARSES, RANGE_VERS, VERSION_SEMVER },
};

static int vers_spec(struct run *r, const struct source *s)
{
	struct doc doc;
	str text;

	r->file = s->file;
	TRY(read_shared(r, &text));
	TRY(json_parse(r->op, str_of(s->file), text, &doc));
	const struct node *tests = node_get(&doc.root, S("tests"));
	for (ptrdiff_t i = 0; tests && i < tests->n; i++) {
		const struct node *test = &tests->child[i];
		TRY(s->form == NATIVE     ? from_native(r, test, s->lang, s->scheme)
		    : s->form == CONTAINS ? containment(r, test, s->scheme)
					  : parses(r, test, s->scheme));
	}
	return 0;
}

static int vectors(struct op *op)
{
	const char *shared = getenv("TEMPER_SHARED_DATA");
	struct run r = { .op = op };
	AUTO_FD fd = -1;

	TRY(op_text(op, &r.dir, "%s%s/versions", shared ? shared : getenv("TEMPER_SOURCE"),
		    shared ? "" : "/../shared/data"));
	if (file_open_user(op, r.dir, &fd) < 0) {
		op_forgive(op);
		SKIP("no range vectors: TEMPER_SHARED_DATA names no directory with them");
	}
	TRY(read_rulings(&r));
	TRY(node_semver(&r, "derived/node-semver-range-include.tsv", true));
	TRY(node_semver(&r, "derived/node-semver-range-exclude.tsv", false));
	TRY(node_semver(&r, "derived/node-semver-version-gt-range.tsv", false));
	TRY(node_semver(&r, "derived/node-semver-version-lt-range.tsv", false));
	for (size_t i = 0; i < sizeof(source) / sizeof(source[0]); i++)
		TRY(vers_spec(&r, &source[i]));
	CHECK(r.failed == 0);
	CHECK(r.seen > 3000);
	for (ptrdiff_t i = 0; i < r.rulings.n; i++) {
		const struct ruling *ruling = (const struct ruling *)r.rulings.item[i].value;
		const char *key = op_cstr(op, r.rulings.item[i].key);
		test_check(ruling->used, key ? key : "", "versions-rulings.txt: no such vector",
			   (int)i);
	}
	(void)printf("    %d vectors, %td rulings\n", r.seen, r.rulings.n);
	return 0;
}

TESTS({ "which versions a range takes", takes }, { "what is no range", refuses },
      { "the vectors of others", vectors, .once = true })
