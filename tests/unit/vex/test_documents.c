/* Documents that others made, read as their own projects expect. Skipped without them. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "codec/json.h"
#include "sys/file.h"
#include "unit/harness.h"
#include "unit/vex/scanned.h"
#include "vex/vex.h"

static int shared(struct op *op, str *ret)
{
	const char *dir = getenv("TEMPER_SHARED_DATA"), *source = getenv("TEMPER_SOURCE");

	if (dir)
		return op_text(op, ret, "%s/vex", dir);
	return op_text(op, ret, "%s/../shared/data/vex", source ? source : ".");
}

/* 1: it is not there. */
static int read_shared(struct op *op, const char *path, str *ret)
{
	str dir, whole;

	TRY(shared(op, &dir));
	TRY(op_text(op, &whole, "%.*s/%s", STR_ARG(dir), path));
	int rc = file_read_user(op, whole, LIMIT_VEX, ret);
	if (rc == 0 || rc == ERR_MEMORY)
		return rc;
	op_forgive(op);
	return 1;
}

#define VALIDATOR "oasis-csaf/csaf_2.0/test/validator/data/"

/* Mandatory tests that a reader of statements has to hold: the others are about scores, revisions,
 * translations, texts. Of 6.1.27 those of VEX that leave a statement without its parts; the samples of
 * 6.1.27.5 and 6.1.27.6 have no product_tree either. */
static bool is_ours(str id)
{
	static const char *const ids[] = { "6.1.1",    "6.1.2",     "6.1.3",    "6.1.4",
					   "6.1.5",    "6.1.6",     "6.1.23",   "6.1.27.4",
					   "6.1.27.5", "6.1.27.6",  "6.1.27.7", "6.1.27.8",
					   "6.1.27.9", "6.1.27.11", "6.1.29",   "6.1.32",
					   "6.1.33" };

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		if (str_eq(id, str_of(ids[i])))
			return true;
	}
	return false;
}

static int check_file(struct op *op, str id, const struct node *f, int *read, int *refused)
{
	char path[256];
	str name, text;
	bool valid = false;
	struct statements s = { 0 };
	struct op_mark mark = op_mark(op);

	CHECK(node_text(node_get(f, S("name")), &name) &&
	      node_bool(node_get(f, S("valid")), &valid));
	(void)snprintf(path, sizeof(path), VALIDATOR "%.*s", STR_ARG(name));
	if (read_shared(op, path, &text) != 0)
		return op->code;
	int rc = vex_read(op, name, text, &s);
	if (rc == ERR_MEMORY)
		return rc;
	bool refuse = !valid && is_ours(id);
	if ((rc < 0) != refuse)
		(void)fprintf(stderr, "%.*s: %d %s\n", STR_ARG(name), rc, op->text);
	CHECK((rc < 0) == refuse);
	CHECK(rc >= 0 || rc == ERR_FORMAT);
	*(rc < 0 ? refused : read) += 1;
	op_forgive(op);
	op_reset(op, mark);
	return 0;
}

static int oasis(struct op *op)
{
	struct doc doc;
	str text, id;
	int read = 0, refused = 0;

	if (read_shared(op, VALIDATOR "testcases.json", &text) != 0)
		SKIP("no CSAF test cases: TEMPER_SHARED_DATA names no directory that has them");
	TRY(json_parse(op, S("testcases.json"), text, &doc));
	const struct node *tests = node_get(&doc.root, S("tests"));
	for (ptrdiff_t i = 0; i < tests->n; i++) {
		CHECK(node_text(node_get(&tests->child[i], S("id")), &id));
		const char *lists[] = { "failures", "valid" };
		for (int k = 0; k < 2; k++) {
			const struct node *l = node_get(&tests->child[i], str_of(lists[k]));
			for (ptrdiff_t j = 0; l && j < l->n; j++)
				TRY(check_file(op, id, &l->child[j], &read, &refused));
		}
	}
	CHECK(read > 150 && refused > 20);
	return 0;
}

static const struct {
	const char *path;
	ptrdiff_t statements;
	const char *first; /* vulnerability of the first */
	enum vex_status status;
	const char *product; /* first of the first */
} documents[] = {
	{ "go-vex/pkg/vex/testdata/v0.2.0.json", 5, "CVE-2023-1255", VEX_FIXED,
	  "pkg:oci/"
	  "alpine@sha256%3A124c7d2707904eea7431fffe91522a01e5a861a624ee31d03372cc1d138a3126" },
	{ "go-vex/pkg/vex/testdata/v0.0.1.json", 1, "CVE-2023-12345", VEX_FIXED,
	  "pkg:apk/wolfi/git@2.39.0-r1?arch=armv7" },
	{ "go-vex/pkg/vex/testdata/v0.0.1-noversion.json", 1, "CVE-2023-12345", VEX_FIXED,
	  "pkg:apk/wolfi/git@2.39.0-r1?arch=armv7" },
	{ "go-vex/pkg/vex/testdata/v001-1.vex.json", 1, "CVE-1234-5678", VEX_INVESTIGATING,
	  "pkg:apk/wolfi/bash@1.0.0" },
	{ "go-vex/pkg/vex/testdata/v001-2.vex.json", 1, "CVE-1234-5678", VEX_FIXED,
	  "pkg:apk/wolfi/bash@1.0.0" },
	{ "go-vex/pkg/vex/testdata/v020-2.vex.json", 1, "CVE-1234-5678", VEX_INVESTIGATING,
	  "pkg:apk/wolfi/git@2.41.0-1" },
	{ "go-vex/pkg/vex/testdata/vex.yaml", 2, "CVE-2022-31030", VEX_NOT_AFFECTED, "" },
	{ "go-vex/pkg/vex/testdata/csaf.json", 1, "CVE-2009-4487", VEX_NOT_AFFECTED,
	  "pkg:golang/github.com/go-homedir@v1.2.0" },
	{ "go-vex/pkg/csaf/testdata/csaf.json", 4, "CVE-2009-4487", VEX_NOT_AFFECTED,
	  "pkg:maven/@1.3.4" },
	{ "go-vex/pkg/csaf/testdata/openvex.json", 1, "CVE-2014-123456", VEX_FIXED,
	  "pkg:apk/distro/git@2.39.0-r1?arch=armv7" },
	{ "go-vex/pkg/csaf/testdata/rhsa-2020_1358.json", 2, "CVE-2020-1711", VEX_FIXED, NULL },
};

static int known(struct op *op)
{
	for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
		struct statements s = { 0 };
		str text;
		if (read_shared(op, documents[i].path, &text) != 0)
			SKIP("no VEX documents: TEMPER_SHARED_DATA names no directory that has "
			     "them");
		TRY(vex_read(op, str_of(documents[i].path), text, &s));
		CHECK(s.n == documents[i].statements);
		CHECK_STR(s.p[0].vulnerability.p[0], str_of(documents[i].first));
		CHECK(s.p[0].status == documents[i].status);
		if (documents[i].product)
			CHECK_STR(s.p[0].product_n ? s.p[0].product[0].id : S(""),
				  str_of(documents[i].product));
	}
	return 0;
}

/* ---- a hub of documents ---- */

static struct op *walk_op;
static int walk_read, walk_statements;

static int walk_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	struct statements s = { 0 };
	str name = str_of(path), text;
	bool vex = str_ends(name, S("vex.json"));

	(void)st;
	(void)ftw;
	if (type != FTW_F || !str_ends(name, S(".json")))
		return 0;
	CHECK(file_read_user(walk_op, name, LIMIT_VEX, &text) == 0);
	int rc = vex_read(walk_op, name, text, &s);
	if (rc < 0)
		(void)fprintf(stderr, "%s: %s\n", path, walk_op->text);
	CHECK(rc == (vex ? 0 : 1));
	walk_read += rc == 0;
	walk_statements += (int)s.n;
	for (ptrdiff_t i = 0; i < s.n; i++)
		CHECK(s.p[i].product_n > 0 && s.p[i].timestamp.len && s.p[i].author.len);
	return 0;
}

static int hub(struct op *op)
{
	str dir, path;

	TRY(shared(op, &dir));
	TRY(op_text(op, &path, "%.*s/vexhub", STR_ARG(dir)));
	walk_op = op;
	walk_read = walk_statements = 0;
	if (nftw(op_cstr(op, path), walk_file, 8, FTW_PHYS) < 0)
		SKIP("no documents of a VEX hub: TEMPER_SHARED_DATA names no directory that has "
		     "them");
	CHECK(walk_read >= 8 && walk_statements > 50);
	return 0;
}

TESTS({ "OASIS' test cases", oasis, .once = true }, { "go-vex's documents", known, .once = true },
      { "a hub of documents", hub, .once = true })
