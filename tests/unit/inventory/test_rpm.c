/*
 * rpm's database and what is beside it. two.db has two packages that Debian's rpmbuild made and its
 * rpm installed (tests/fuzz/corpus/rpm_header has their headers); dnf4.db and dnf5.db are SQLite's
 * own.
 */
#include "unit/inventory/harness.h"

#define REDHAT S_INIT("ID=rhel\nVERSION_ID=9.4\n")
#define PLACE "usr/lib/sysimage/rpm/Packages.db"

static const char cheese_purl[] = "pkg:rpm/redhat/cheese@1.2.3-4.el9?arch=noarch&distro=rhel-9.4"
				  "&epoch=2&upstream=cheese-1.2.3-4.el9.src.rpm";
static const char board_purl[] = "pkg:rpm/redhat/board@1.0-1?arch=noarch&distro=rhel-9.4"
				 "&upstream=board-1.0-1.src.rpm";

static str fact(const struct package *p, const char *key)
{
	for (ptrdiff_t i = 0; p && i < p->facts.n; i++) {
		if (str_eq(p->facts.p[i].key, str_of(key)))
			return p->facts.p[i].value;
	}
	return S("");
}

static str os_fact(const struct inventory *v, const char *key)
{
	for (ptrdiff_t i = 0; i < v->os.facts.n; i++) {
		if (str_eq(v->os.facts.p[i].key, str_of(key)))
			return v->os.facts.p[i].value;
	}
	return S("");
}

static str join(struct op *op, const struct texts *t)
{
	str all = S("");

	for (ptrdiff_t i = 0; i < t->n; i++)
		if (op_text(op, &all, "%.*s %.*s", STR_ARG(all), STR_ARG(t->p[i])) < 0)
			return S("");
	return all;
}

static int reads_packages(struct op *op)
{
	struct tree_given file[] = { { S("etc/os-release"), REDHAT }, { S(PLACE) } };
	struct inventory v;

	TRY(test_file(op, "tests/fuzz/corpus/ndb/two.db", &file[1].bytes));
	TRY(catalog_over(op, "rpm", false, file, 2, &v));
	CHECK(v.package_n == 2 && v.warning_n == 0);
	const struct package *p = package_by(&v, cheese_purl);
	if (op->code)
		return op->code;
	CHECK(p && package_by(&v, board_purl));
	if (!p)
		return 0;
	CHECK_STR(p->version, S("2:1.2.3-4.el9"));
	CHECK_STR(p->source, S("cheese"));
	CHECK_STR(p->source_version, S("1.2.3-4.el9"));
	CHECK_STR(p->supplier, S("Cheese Makers"));
	CHECK_STR(p->author, S("Ann <ann@cheese.example>"));
	CHECK_STR(p->homepage, S("https://cheese.example/"));
	CHECK_STR(p->description, S("A cheese"));
	CHECK_STR(p->licence, S("GPL-2.0-or-later AND MIT"));
	CHECK_STR(fact(p, "rpm:modularity"), S("dairy:1:8030020200707141642:9edba152"));
	CHECK_STR(fact(p, "rpm:vendor"), S("Cheese Makers"));
	CHECK_STR(fact(p, "rpm:installed-size"), S("19"));
	/* Without rpmlib(...), config(...) and conditions. */
	CHECK_STR(join(op, &p->needs), S(" /bin/sh board"));
	CHECK_STR(join(op, &p->provides), S(" cheese food"));
	return 0;
}

/* "/bin/sh" is what board has as usr/bin/sh. */
static int relates_needed_files(struct op *op)
{
	struct tree_given file[] = { { S("etc/os-release"), REDHAT }, { S(PLACE) } };
	struct inventory v;

	TRY(test_file(op, "tests/fuzz/corpus/ndb/two.db", &file[1].bytes));
	TRY(catalog_over(op, "rpm", false, file, 2, &v));
	CHECK(v.relation_n == 1 && v.relation[0].kind == RELATION_DEPENDS);
	CHECK(v.relation_n && str_eq(v.package[v.relation[0].from].name, S("cheese")) &&
	      str_eq(v.package[v.relation[0].to].name, S("board")));
	const struct package *p = package_by(&v, board_purl);
	if (op->code)
		return op->code;
	CHECK(p && str_find_str(join(op, &p->provides), S("/bin/sh")) >= 0);
	return 0;
}

/* With file lists: no directories; digests, flags. */
static int over_with_files(struct op *op, const struct tree_given *file, ptrdiff_t n,
			   struct inventory *ret)
{
	struct inventory_wish wish = { .image = true, .files = true };
	struct tree_wish wants;
	struct tree *t;

	*ret = (struct inventory){ 0 };
	TRY(inventory_interest(op, &wish, &wants));
	TRY(tree_of_files(op, file, n, &wants, &t));
	int rc = inventory_make(op, t, &wish, ret);
	tree_close(&t);
	return rc;
}

static int compares_files(struct op *op)
{
	static const struct {
		const char *path;
		uint8_t hash, flags;
	} want[] = {
		{ "etc/cheese/cheese.conf", HASH_SHA256, FILE_CONFIG },
		{ "usr/share/cheese/kind", HASH_SHA256, 0 },
		{ "usr/share/cheese/link", 0, 0 },
		{ "usr/share/doc/cheese/README", HASH_SHA256, FILE_DOC },
		{ "var/log/cheese.log", 0, FILE_GHOST },
	};
	struct tree_given file[] = {
		{ S("etc/os-release"), REDHAT },
		{ S(PLACE) },
		{ S("etc/cheese/cheese.conf"), S("new\n") },
		{ S("usr/share/cheese/kind"), S("gouda\n") },
		{ S("usr/bin/sh"), S("#!/bin/true\n"), .mode = 0755 },
	};
	struct inventory v;

	TRY(test_file(op, "tests/fuzz/corpus/ndb/two.db", &file[1].bytes));
	TRY(over_with_files(op, file, 5, &v));
	const struct package *p = package_by(&v, cheese_purl);
	CHECK(p && p->file_n == 5);
	for (ptrdiff_t i = 0; p && p->file_n == 5 && i < 5; i++) {
		CHECK_STR(p->file[i].path, str_of(want[i].path));
		CHECK(p->file[i].hash == want[i].hash && p->file[i].flags == want[i].flags);
	}
	CHECK(v.compared == 3 && v.changed_n == 2);
	if (v.changed_n == 2) {
		CHECK_STR(v.changed[0].path, S("etc/cheese/cheese.conf"));
		CHECK(v.changed[0].how == CHANGED_CONTENT && v.changed[0].config);
		CHECK_STR(v.changed[1].path, S("usr/share/cheese/link"));
		CHECK(v.changed[1].how == CHANGED_MISSING);
	}
	return 0;
}

/* Of what failed, and of what was there before, nothing is told; the last that did it counts. */
static int tells_repositories(struct op *op)
{
	struct tree_given file[] = {
		{ S("etc/os-release"), REDHAT },
		{ S(PLACE) },
		{ S("var/lib/dnf/history.sqlite") },
		{ S("usr/lib/sysimage/libdnf5/transaction_history.sqlite") },
	};
	struct inventory v;

	TRY(test_file(op, "tests/fuzz/corpus/ndb/two.db", &file[1].bytes));
	TRY(test_file(op, "tests/fuzz/corpus/sqlite/dnf4.db", &file[2].bytes));
	TRY(test_file(op, "tests/fuzz/corpus/sqlite/dnf5.db", &file[3].bytes));
	TRY(catalog_over(op, "rpm", false, file, 3, &v));
	CHECK_STR(fact(package_by(&v, cheese_purl), "rpm:repository"), S("dairy-rpms"));
	CHECK_STR(fact(package_by(&v, board_purl), "rpm:repository"), S("wood-rpms"));
	TRY(catalog_over(op, "rpm", false, file, 4, &v));
	CHECK_STR(fact(package_by(&v, board_purl), "rpm:repository"), S("forest"));
	struct tree_given yum[] = {
		file[0],
		file[1],
		{ S("var/lib/yum/yumdb/c/0a1b-cheese-1.2.3-4.el9-noarch/from_repo"), S("epel\n") },
		{ S("var/lib/yum/yumdb/c/0a1b-cheese-1.2.3-5.el9-noarch/from_repo"), S("no") },
		{ S("var/lib/yum/yumdb/b/x-y/from_repo"), S("no") },
		{ S("var/lib/yum/yumdb/b/0a1b-board-1.0-1-noarch/reason"), S("user") },
	};
	TRY(catalog_over(op, "rpm", false, yum, 6, &v));
	CHECK(v.package_n == 2 && v.warning_n == 0);
	CHECK_STR(fact(package_by(&v, cheese_purl), "rpm:repository"), S("epel"));
	CHECK_STR(fact(package_by(&v, board_purl), "rpm:repository"), S(""));
	file[2].bytes = str_head(file[2].bytes, 2000);
	TRY(catalog_over(op, "rpm", false, file, 3, &v));
	CHECK(v.package_n == 2 && v.warning_n == 1);
	CHECK_STR(fact(package_by(&v, cheese_purl), "rpm:repository"), S(""));
	return 0;
}

/* A database below another root, and of another distribution. */
static int reads_other_places(struct op *op)
{
	struct tree_given file[] = {
		{ S("etc/os-release"), S("ID=\"opensuse-leap\"\nVERSION_ID=\"15.4\"\n") },
		{ S("rootfs/" PLACE) },
		{ S("var/lib/rpm/Packages"), S("") },
	};
	struct inventory v;

	TRY(test_file(op, "tests/fuzz/corpus/ndb/two.db", &file[1].bytes));
	TRY(catalog_over(op, "rpm", false, file, 3, &v));
	const struct package *p =
		package_by(&v, "pkg:rpm/opensuse/board@1.0-1?arch=noarch&distro=opensuse-leap-15.4"
			       "&upstream=board-1.0-1.src.rpm");
	if (op->code)
		return op->code;
	CHECK(p && p->file_n == 1 && v.warning_n == 0);
	if (p && p->file_n)
		CHECK_STR(p->file[0].path, S("rootfs/usr/bin/sh"));
	return 0;
}

/* What a conversion left beside a newer form is not read. */
static int reads_the_newest(struct op *op)
{
	struct tree_given file[] = {
		{ S(PLACE) },
		{ S("usr/lib/sysimage/rpm/Packages"), S("old") },
		{ S("usr/lib/sysimage/rpm/rpmdb.sqlite"), S("") },
	};
	struct inventory v;

	TRY(test_file(op, "tests/fuzz/corpus/ndb/two.db", &file[0].bytes));
	TRY(catalog_over(op, "rpm", false, file, 3, &v));
	CHECK(v.package_n == 2 && v.warning_n == 0);
	file[2].bytes = S("SQLite");
	TRY(catalog_over(op, "rpm", false, file, 3, &v));
	CHECK(v.package_n == 0 && v.warning_n == 1);
	return 0;
}

/* What can be read is read; what cannot is told. */
static int tells_damage(struct op *op)
{
	struct tree_given file[] = { { S("etc/os-release"), REDHAT }, { S(PLACE) } };
	struct inventory v;
	str bytes;

	TRY(test_file(op, "tests/fuzz/corpus/ndb/two.db", &bytes));
	char *p = op_new(op, char, bytes.len);
	if (!p)
		return op->code;
	for (ptrdiff_t i = 0; i < bytes.len; i++)
		p[i] = bytes.p[i];
	p[4096 + 16] = 1; /* a million entries */
	file[1].bytes = (str){ p, bytes.len };
	TRY(catalog_over(op, "rpm", false, file, 2, &v));
	CHECK(v.package_n == 1 && v.warning_n == 1);
	CHECK(v.warning_n && str_starts(v.warning[0].message, S("package 1: ")));
	file[1].bytes = S("neither");
	TRY(catalog_over(op, "rpm", false, file, 2, &v));
	CHECK(v.package_n == 0 && v.warning_n == 1);
	CHECK(v.warning_n && str_ends(v.warning[0].message, S("no database of rpm")));
	return 0;
}

/* What is no log changes nothing; a database of something else is told. */
static int reads_logs(struct op *op)
{
	struct tree_given file[] = {
		{ S("usr/lib/sysimage/rpm/rpmdb.sqlite") },
		{ S("usr/lib/sysimage/rpm/rpmdb.sqlite-wal"), S("frames") },
	};
	struct inventory v;

	TRY(test_file(op, "tests/fuzz/corpus/sqlite/dnf4.db", &file[0].bytes));
	TRY(catalog_over(op, "rpm", false, file, 2, &v));
	CHECK(v.warning_n == 1);
	CHECK(v.warning_n && str_ends(v.warning[0].message, S("a database without packages")));
	return 0;
}

static int reads_manifests(struct op *op)
{
	static const struct tree_given file[] = {
		{ S_INIT("etc/os-release"), S_INIT("ID=mariner\nVERSION_ID=\"2.0\"\n") },
		{ S_INIT("var/lib/rpmmanifest/container-manifest-2"),
		  S_INIT("glibc\t2.35-2.cm2\t1\t2\tMicrosoft "
			 "Corporation\t(none)\t10855265\tx86_64\t0"
			 "\tglibc-2.35-2.cm2.src.rpm\n"
			 "short\t1-1\n"
			 "vim\t9.0-1.cm2\t1\t2\tMicrosoft Corporation\t2\t45000\tx86_64\t2"
			 "\tvim-9.0-1.cm2.src.rpm\n"
			 "\n"
			 "gpg-pubkey\t1-1\t1\t2\t(none)\t(none)\t0\t(none)\t0\t(none)\n"
			 "zero\t1-1\t1\t2\t(none)\t0\t0\tnoarch\t0\t(none)") },
	};
	struct inventory v;

	TRY(catalog_over(op, "rpm-manifest", false, file, 2, &v));
	CHECK(v.package_n == 3 && v.warning_n == 1);
	const struct package *p =
		package_by(&v, "pkg:rpm/mariner/glibc@2.35-2.cm2?arch=x86_64&distro=mariner-2.0"
			       "&upstream=glibc-2.35-2.cm2.src.rpm");
	if (op->code)
		return op->code;
	CHECK(p && p->listed);
	CHECK_STR(fact(p, "rpm:installed-size"), S("10855265"));
	CHECK(package_by(&v, "pkg:rpm/mariner/vim@9.0-1.cm2?arch=x86_64&distro=mariner-2.0&epoch=2"
			     "&upstream=vim-9.0-1.cm2.src.rpm"));
	CHECK(package_by(&v, "pkg:rpm/mariner/zero@1-1?arch=noarch&distro=mariner-2.0&epoch=0"));
	return 0;
}

static int reads_package_files(struct op *op)
{
	struct tree_given file[] = { { S("cheese-1.2.3-4.el9.noarch.rpm") },
				     { S("none.rpm"), S("no package") } };
	struct inventory v;

	TRY(test_file(op, "tests/fuzz/corpus/rpm_header/cheese.rpm", &file[0].bytes));
	TRY(catalog_over(op, "rpm-archive", true, file, 2, &v));
	CHECK(v.package_n == 1 && v.warning_n == 0);
	CHECK(v.package_n && v.package[0].file_n == 0);
	CHECK(package_by(&v, "pkg:rpm/cheese@1.2.3-4.el9?arch=noarch&epoch=2"
			     "&upstream=cheese-1.2.3-4.el9.src.rpm"));
	TRY(catalog_over(op, "rpm-archive", false, file, 2, &v));
	CHECK(v.package_n == 0);
	return 0;
}

static int tells_of_builds(struct op *op)
{
	static const struct tree_given file[] = {
		{ S_INIT("root/buildinfo/content_manifests/a-1-2.json"),
		  S_INIT("{\"metadata\": {}, \"content_sets\": [\"b-rpms__9_DOT_4\", "
			 "\"a-rpms__8\"]}") },
		{ S_INIT("usr/share/buildinfo/b-1-2.json"),
		  S_INIT("{\"content_sets\": [\"b-rpms\", \"c__x\", 5, \"\"]}") },
		{ S_INIT("root/buildinfo/Dockerfile-ubi9-minimal-9.4-1194"),
		  S_INIT("FROM scratch\nENV ONE=rh TWO=\"two words\"\narg THREE=3\n"
			 "LABEL com.redhat.component=\"${ONE}-pkg$THREE\" \\\n  "
			 "name='ubi9/minimal' \\\n"
			 "\tarchitecture=x86_64 other=$TWO\nRUN echo LABEL name=no\n") },
	};
	struct inventory v;

	TRY(catalog_over(op, "redhat", false, file, 3, &v));
	CHECK(v.package_n == 0 && v.warning_n == 0);
	CHECK_STR(os_fact(&v, "redhat:content-sets"), S("5 a-rpms b-rpms c__x"));
	CHECK_STR(os_fact(&v, "redhat:component"), S("rh-pkg3"));
	CHECK_STR(os_fact(&v, "redhat:build"), S("rh-pkg3-9.4-1194"));
	CHECK_STR(os_fact(&v, "redhat:name"), S("ubi9/minimal"));
	CHECK_STR(os_fact(&v, "redhat:arch"), S("x86_64"));
	return 0;
}

static int tells_of_labels(struct op *op)
{
	static const struct tree_given file[] = {
		{ S_INIT("root/buildinfo/labels.json"),
		  S_INIT("{\"name\": \"\\\"gitops/operator\\\"\", \"architecture\": \"x86_64\", "
			 "\"cpe\": \"cpe:/a:redhat:openshift_gitops:1.16::el8\"}") },
		{ S_INIT("root/buildinfo/content_manifests/bad.json"), S_INIT("no JSON") },
	};
	struct inventory v;

	TRY(catalog_over(op, "redhat", false, file, 2, &v));
	CHECK(v.warning_n == 1);
	CHECK_STR(os_fact(&v, "redhat:name"), S("gitops/operator"));
	CHECK_STR(os_fact(&v, "redhat:cpe"), S("cpe:/a:redhat:openshift_gitops:1.16::el8"));
	CHECK_STR(os_fact(&v, "redhat:content-sets"), S(""));
	return 0;
}

TESTS({ "reads packages", reads_packages },
      { "relates files that are needed", relates_needed_files },
      { "compares files", compares_files }, { "tells repositories", tells_repositories },
      { "reads other places", reads_other_places },
      { "reads the newest of several forms", reads_the_newest }, { "tells damage", tells_damage },
      { "reads logs", reads_logs }, { "reads manifests", reads_manifests },
      { "reads package files", reads_package_files },
      { "tells of Red Hat's builds", tells_of_builds },
      { "tells of Red Hat's labels", tells_of_labels })
