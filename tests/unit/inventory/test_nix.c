/* nix.db is SQLite's own, with the statements of Nix's schema. */
#include "told.h"

#define GLIBC "jq8i4896sgmgbkk7nbjrnidxpxmgcid5-glibc-2.34-210"
#define BIN "h0cnbmfcn93xm5dg2x27ixhag1cwndga-glibc-2.34-210-bin"
#define OTHER "0c7a0zd5cnbz4c3qwyxkgy3qnqzmqmbl-python3.11-requests-2.31.0"

/* By the names of directories alone; what is a file, has no version or no hash is none. */
static int reads_stores(struct op *op)
{
	static const struct tree_given files[] = {
		F("nix/store/" BIN "/bin/ldd", "x"),
		F("nix/store/" OTHER "/lib/requests/METADATA", "x"),
		F("nix/store/" OTHER "/bin/x", "x"),
		F("nix/store/5av396z8xa13jg89g9jws145c0k26k2x-glibc-2.34-210.drv", "Derive()"),
		F("nix/store/1zi0k7y01rhqr2gfqb42if0icswg65sj-no-version/x", "x"),
		F("nix/store/.links/1-2", "x"),
		F("nix/store/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee-no-1/x", "x"),
	};
	struct inventory v;

	TRY(TOLD(op, "nix", false, files,
		 "pkg:nix/glibc@2.34-210?output=bin&outputhash=h0cnbmfcn93xm5dg2x27ixhag1cwndga "
		 "name\n"
		 "pkg:nix/python3.11-requests@2.31.0?outputhash=0c7a0zd5cnbz4c3qwyxkgy3qnqzmqmbl "
		 "name\n"));
	TRY(catalog_over(op, "nix", false, files, 3, &v));
	const struct package *p = package_by(
		&v,
		"pkg:nix/python3.11-requests@2.31.0?outputhash=0c7a0zd5cnbz4c3qwyxkgy3qnqzmqmbl");
	CHECK(p && p->file_n == 2);
	if (p && p->file_n == 2)
		CHECK_STR(p->file[0].path, S("nix/store/" OTHER "/bin/x"));
	return 0;
}

static int reads_databases(struct op *op)
{
	struct tree_given files[] = {
		F("nix/var/nix/db/db.sqlite", ""),
		F("nix/store/" BIN "/bin/ldd", "x"),
		F("nix/store/" OTHER "/x", "x"),
	};
	struct inventory v;

	TRY(test_file(op, "tests/fuzz/corpus/sqlite/nix.db", &files[0].bytes));
	TRY(TOLD(op, "nix", false, files,
		 "pkg:nix/glibc@2.34-210?output=bin&outputhash=h0cnbmfcn93xm5dg2x27ixhag1cwndga "
		 "database > " GLIBC "\n"
		 "pkg:nix/glibc@2.34-210?outputhash=jq8i4896sgmgbkk7nbjrnidxpxmgcid5 database\n"
		 "pkg:nix/python3.11-requests@2.31.0?outputhash=0c7a0zd5cnbz4c3qwyxkgy3qnqzmqmbl "
		 "name\n"));
	TRY(catalog_over(op, "nix", false, files, 3, &v));
	CHECK(v.relation_n == 1 && v.relation[0].kind == RELATION_DEPENDS);
	files[0].bytes = S("no database");
	TRY(catalog_over(op, "nix", false, files, 3, &v));
	CHECK(v.package_n == 2 && v.warning_n == 1);
	return 0;
}

TESTS({ "reads stores", reads_stores }, { "reads databases", reads_databases })
