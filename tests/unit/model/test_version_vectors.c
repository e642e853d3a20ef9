/* The vectors of other projects, in place: each must hold, or stand with a reason in
 * tests/case/versions-rulings.txt, where every line must in turn have its vector. */
#include "model/version.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/vec.h"
#include "codec/json.h"
#include "codec/node.h"
#include "sys/file.h"
#include "unit/harness.h"

enum form { LINES, NEVRA, TABS, RPM_AT, APK, VERS, GREATER, EQUAL };

static const struct source {
	const char *file;
	enum version_scheme scheme;
	enum form form;
	int least; /* vectors in it */
} source[] = {
	{ "apk-tools/version.data", VERSION_APK, APK, 700 },
	{ "claircore/internal_maven_testdata_compare.list", VERSION_MAVEN, LINES, 80 },
	{ "claircore/internal_rpmver_testdata_compare", VERSION_RPM, NEVRA, 7 },
	{ "claircore/internal_rpmver_testdata_rpmvercmp", VERSION_RPM, LINES, 7 },
	{ "derived/node-semver-comparisons.tsv", VERSION_SEMVER, GREATER, 31 },
	{ "derived/node-semver-equality.tsv", VERSION_SEMVER, EQUAL, 37 },
	{ "derived/rpm-compare-go-rpm-version.tsv", VERSION_RPM, TABS, 4400 },
	{ "osv-scalibr/alpine-versions-generated.txt", VERSION_APK, LINES, 13979 },
	{ "osv-scalibr/alpine-versions.txt", VERSION_APK, LINES, 700 },
	{ "osv-scalibr/cran-versions-generated.txt", VERSION_CRAN, LINES, 50 },
	{ "osv-scalibr/cran-versions.txt", VERSION_CRAN, LINES, 15 },
	{ "osv-scalibr/debian-versions-generated.txt", VERSION_DEB, LINES, 14442 },
	{ "osv-scalibr/debian-versions.txt", VERSION_DEB, LINES, 20 },
	{ "osv-scalibr/hackage-versions.txt", VERSION_HACKAGE, LINES, 11 },
	{ "osv-scalibr/maven-versions-generated.txt", VERSION_MAVEN, LINES, 14752 },
	{ "osv-scalibr/maven-versions.txt", VERSION_MAVEN, LINES, 100 },
	{ "osv-scalibr/nuget-versions.txt", VERSION_NUGET, LINES, 33 },
	{ "osv-scalibr/packagist-versions-generated.txt", VERSION_PACKAGIST, LINES, 10630 },
	{ "osv-scalibr/packagist-versions.txt", VERSION_PACKAGIST, LINES, 90 },
	{ "osv-scalibr/pub-versions.txt", VERSION_PUB, LINES, 90 },
	{ "osv-scalibr/pypi-versions-generated.txt", VERSION_PYPI, LINES, 12375 },
	{ "osv-scalibr/pypi-versions.txt", VERSION_PYPI, LINES, 37 },
	{ "osv-scalibr/redhat-versions.txt", VERSION_RPM, LINES, 150 },
	{ "osv-scalibr/rubygems-versions-generated.txt", VERSION_GEM, LINES, 4098 },
	{ "osv-scalibr/rubygems-versions.txt", VERSION_GEM, LINES, 20 },
	{ "osv-scalibr/semver-versions.txt", VERSION_SEMVER, LINES, 80 },
	{ "rpm/rpmvercmp.at", VERSION_RPM, RPM_AT, 91 },
	{ "vers-spec/alpine_version_cmp_test.json", VERSION_APK, VERS, 716 },
	{ "vers-spec/alpm_version_cmp_test.json", VERSION_ALPM, VERS, 42 },
	{ "vers-spec/conan_version_cmp_test.json", VERSION_CONAN, VERS, 47 },
	{ "vers-spec/gentoo_version_cmp_test.json", VERSION_GENTOO, VERS, 48 },
	{ "vers-spec/lexicographic-test.json", VERSION_BYTES, VERS, 8 },
	{ "vers-spec/maven_version_cmp_test.json", VERSION_MAVEN, VERS, 977 },
	{ "vers-spec/nuget_version_cmp_test.json", VERSION_NUGET, VERS, 33 },
	{ "vers-spec/openssl_version_cmp_test.json", VERSION_GENERIC, VERS, 44 },
};

struct ruling {
	str holds;
	bool used;
};

struct run {
	struct op *op;
	const struct source *source;
	int line, seen;
	struct map rulings; /* "FILE\tA\tOP\tB" to its struct ruling */
	int failed;
};

static const char *sign_of(int order)
{
	return order < 0 ? "<" : order > 0 ? ">" : "=";
}

/* One comparison: as stated, or as ruled. "!" as op: not equal; "v": valid; "x": invalid. */
static int check(struct run *r, str a, const char *op, str b)
{
	enum version_scheme scheme = r->source->scheme;
	struct op_mark mark = op_mark(r->op);
	str key;

	const char *is = *op == 'v' || *op == 'x' ? (version_valid(scheme, a) ? "v" : "x")
						  : sign_of(version_compare(scheme, a, b));
	bool holds = strcmp(is, op) == 0 || (*op == '!' && *is != '=');
	if (*op != 'v' && *op != 'x' && version_compare(scheme, b, a) != 0)
		holds = holds && *sign_of(-version_compare(scheme, b, a)) == *is;
	r->seen++;
	TRY(op_text(r->op, &key, "%s\t%.*s\t%s\t%.*s", r->source->file, STR_ARG(a), op,
		    STR_ARG(b)));
	struct ruling *ruling = holds ? NULL : (struct ruling *)map_get(&r->rulings, key);
	if (ruling) {
		ruling->used = true;
		holds = str_eq(ruling->holds, str_of(is));
	}
	if (!holds && r->failed++ < 400)
		(void)fprintf(stderr, "%.*s\t%s\n", STR_ARG(key), is);
	op_reset(r->op, mark);
	return 0;
}

/* "A < B", "==" as "=". */
static int words(struct run *r, str line)
{
	str a = str_word(&line), order = str_word(&line), b = str_word(&line);

	if (!order.len || !b.len || str_starts(a, S("//")))
		return 0;
	return check(r, a, *order.p == '<' ? "<" : *order.p == '>' ? ">" : "=", b);
}

/* NAME-[EPOCH:]VERSION-RELEASE.ARCHITECTURE: only those of one name and architecture say something
 * of versions. */
static int nevra(struct run *r, str line)
{
	str a = str_word(&line), order = str_word(&line), b = str_word(&line);
	str name = S("fonts-filesystem-"), architecture = S(".noarch");

	if (str_starts(a, name) && str_starts(b, name)) {
		a = str_head(str_from(a, name.len), a.len - name.len - architecture.len);
		b = str_head(str_from(b, name.len), b.len - name.len - architecture.len);
	}
	if (!b.len || !version_valid(VERSION_RPM, a) || !version_valid(VERSION_RPM, b))
		return 0;
	return check(r, a, *order.p == '<' ? "<" : *order.p == '>' ? ">" : "=", b);
}

static int tabs(struct run *r, str line)
{
	str a = str_cut(&line, '\t'), order = str_cut(&line, '\t'), b = str_cut(&line, '\t');

	if (!order.len)
		return 0;
	return check(r, a, *order.p == '<' ? "<" : *order.p == '>' ? ">" : "=", b);
}

/* "RPMVERCMP(A, B, -1)"; the comment's "oddities" too. */
static int rpm_at(struct run *r, str line)
{
	ptrdiff_t open = str_find_str(line, S("RPMVERCMP("));

	if (open < 0)
		return 0;
	line = str_from(line, open + 10);
	str a = str_trim(str_cut(&line, ',')), b = str_trim(str_cut(&line, ','));
	str order = str_trim(str_cut(&line, ')'));
	return check(r, a, str_eq(order, S("0")) ? "=" : str_eq(order, S("1")) ? ">" : "<", b);
}

/* version.data: comparisons, "!INVALID", "VALID"; "~" asks whether B is a prefix of A: no order. */
static int apk(struct run *r, str line)
{
	str a = str_word(&line), order = str_word(&line), b = str_word(&line);

	if (!order.len && str_starts(a, S("!")))
		return check(r, str_from(a, 1), "x", S(""));
	if (!order.len)
		return check(r, a, "v", S(""));
	if (str_eq(order, S("~")) || str_eq(order, S("!~")))
		return 0;
	return check(r, a, *order.p == '<' ? "<" : *order.p == '>' ? ">" : "=", b);
}

/* node-semver's: the first is greater, or equal; options behind. */
static int node(struct run *r, str line, const char *order)
{
	str a = str_cut(&line, '\t'), b = str_cut(&line, '\t');

	return a.len ? check(r, a, order, b) : 0;
}

static int one_line(struct run *r, str line)
{
	if (r->source->form == TABS)
		return tabs(r, line);
	if (r->source->form == GREATER || r->source->form == EQUAL)
		return node(r, line, r->source->form == EQUAL ? "=" : ">");
	line = str_trim(line);
	if (line.len == 0 || line.p[0] == '#')
		return 0;
	return r->source->form == RPM_AT  ? rpm_at(r, line)
	       : r->source->form == APK   ? apk(r, line)
	       : r->source->form == NEVRA ? nevra(r, line)
					  : words(r, line);
}

static int vers(struct run *r, const struct node *test)
{
	const struct node *versions = node_get(node_get(test, S("input")), S("versions"));
	const struct node *want = node_get(test, S("expected_output"));
	str a, b, first;
	bool same;

	if (!versions || versions->n != 2 || !node_text(&versions->child[0], &a) ||
	    !node_text(&versions->child[1], &b))
		return op_fail(r->op, ERR_FORMAT, "%s: another form", r->source->file);
	if (node_bool(want, &same))
		return check(r, a, same ? "=" : "!", b);
	if (want && want->n == 2 && node_text(&want->child[0], &first))
		return check(r, a, str_eq(a, b) ? "=" : str_eq(first, a) ? "<" : ">", b);
	return op_fail(r->op, ERR_FORMAT, "%s: another answer", r->source->file);
}

static int one_source(struct run *r, str path)
{
	AUTO_OP part;
	struct doc doc;
	str text;

	op_init(&part, 0);
	r->op = &part;
	TRY(file_read_user(&part, path, 16 << 20, &text));
	r->seen = 0;
	if (r->source->form == VERS) {
		TRY(json_parse(&part, path, text, &doc));
		const struct node *tests = node_get(&doc.root, S("tests"));
		for (ptrdiff_t i = 0; tests && i < tests->n; i++)
			TRY(vers(r, &tests->child[i]));
	}
	while (r->source->form != VERS && text.p)
		TRY(one_line(r, str_cut(&text, '\n')));
	test_check(r->seen >= r->source->least, r->source->file, "vectors", r->seen);
	return 0;
}

/* Lines: FILE, A, the stated order, B, the order that holds, why; parted by tabs. */
static int read_rulings(struct op *op, struct run *r)
{
	str text;

	TRY(test_file(op, "tests/case/versions-rulings.txt", &text));
	map_init(&r->rulings, op);
	while (text.p) {
		str line = str_cut(&text, '\n'), rest = line;
		if (line.len == 0 || line.p[0] == '#' || str_starts(line, S("range")))
			continue;
		for (int i = 0; i < 4; i++)
			(void)str_cut(&rest, '\t');
		struct ruling *ruling = op_new(op, struct ruling, 1);
		if (!ruling)
			return ERR_MEMORY;
		str key = str_head(line, rest.p ? rest.p - line.p - 1 : line.len);
		ruling->holds = str_cut(&rest, '\t');
		CHECK(rest.len > 5);
		TRY(map_put(&r->rulings, key, ruling));
	}
	return 0;
}

static int vectors(struct op *op)
{
	const char *shared = getenv("TEMPER_SHARED_DATA");
	struct run r = { 0 };
	int total = 0;

	TRY(read_rulings(op, &r));
	for (size_t i = 0; i < sizeof(source) / sizeof(source[0]); i++) {
		str path;
		AUTO_FD fd = -1;
		r.source = &source[i];
		TRY(op_text(op, &path, "%s%s/versions/%s",
			    shared ? shared : getenv("TEMPER_SOURCE"),
			    shared ? "" : "/../shared/data", r.source->file));
		if (i == 0 && file_open_user(op, path, &fd) < 0) {
			op_forgive(op);
			SKIP("no version vectors: TEMPER_SHARED_DATA names no directory with them");
		}
		TRY(one_source(&r, path));
		test_check(r.failed == 0, r.source->file, "vectors that do not hold", r.failed);
		r.failed = 0;
		total += r.seen;
	}
	for (ptrdiff_t i = 0; i < r.rulings.n; i++) {
		const struct ruling *ruling = (const struct ruling *)r.rulings.item[i].value;
		const char *key = op_cstr(op, r.rulings.item[i].key);
		test_check(ruling->used, key ? key : "", "versions-rulings.txt: no such vector",
			   (int)i);
	}
	(void)printf("    %d vectors, %td rulings\n", total, r.rulings.n);
	return 0;
}

TESTS({ "the vectors of others", vectors, .once = true })
