#include "unit/inventory/harness.h"

#include "base/buf.h"

#define DEPENDENCY(g, a, more) "<dependency><groupId>" g "</groupId><artifactId>" a "</artifactId>" more "</dependency>"
#define PARENT(path) "<parent><groupId>g</groupId><artifactId>top</artifactId><version>7</version>" path "</parent>"

static int tell(struct op *op, const struct tree_given *file, ptrdiff_t n, str *ret)
{
	struct inventory v;
	struct buf b;

	TRY(catalog_over(op, "java-lock", true, file, n, &v));
	buf_init(&b, op, 1 << 20);
	for (ptrdiff_t i = 0; i < v.package_n; i++)
		buf_fmt(&b, "%s%.*s%s", i ? " " : "", STR_ARG(v.package[i].purl), v.package[i].development ? "(dev)" : "");
	for (ptrdiff_t i = 0; i < v.warning_n; i++)
		buf_char(&b, '!');
	return buf_take(&b, ret);
}

static int files(struct op *op)
{
	static const struct {
		const char *path, *text, *finds;
	} row[] = {
		{ "pom.xml", "<project><groupId>g</groupId><artifactId>a</artifactId><version>${v}</version><properties><v>1.${w}</v><w>2</w></properties>"
			     "<dependencyManagement><dependencies>" DEPENDENCY("g", "managed", "<version>${v}</version><scope>test</scope>") "</dependencies></dependencyManagement>"
			     "<dependencies>" DEPENDENCY("g", "managed", "") DEPENDENCY("${project.groupId}", "own", "<version>3</version>")
			     DEPENDENCY("g", "none", "") DEPENDENCY("g", "range", "<version>[1,2)</version>")
			     DEPENDENCY("g", "cls", "<version>1</version><classifier>tests</classifier>") "</dependencies></project>",
		  "pkg:maven/g/a@1.2 pkg:maven/g/cls@1?classifier=tests pkg:maven/g/managed@1.2(dev) pkg:maven/g/none pkg:maven/g/own@3 pkg:maven/g/range" },
		{ "pom.xml", "<project><artifactId>a</artifactId><version>${a}</version><properties><a>${b}</a><b>${a}</b></properties></project>", "" },
		{ "pom.xml", "<settings/>", "" },
		{ "pom.xml", "no XML", "!" },
		{ "gradle.lockfile", "# c\ng:a:1=compileClasspath,testCompileClasspath\ng:t:2=testRuntimeClasspath\nempty=x\n\nbad\n", "pkg:maven/g/a@1 pkg:maven/g/t@2(dev)" },
		{ "gradle/dependency-locks/compile.lockfile", "g:a:1\r\n", "pkg:maven/g/a@1" },
		{ "build.sbt.lock", "{\"dependencies\": [{\"org\": \"g\", \"name\": \"a_2.13\", \"version\": \"1\", \"configurations\": [\"compile\", \"test\"]},"
				    "{\"org\": \"g\", \"name\": \"t\", \"version\": \"2\", \"configurations\": [\"test\"]}]}",
		  "pkg:maven/g/a_2.13@1 pkg:maven/g/t@2(dev)" },
	};
	str got;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct tree_given file = { .path = str_of(row[i].path), .bytes = exact(str_of(row[i].text)) };
		TRY(tell(op, &file, 1, &got));
		CHECK_STR(got, str_of(row[i].finds));
	}
	return 0;
}

/* A parent's texts are read with the child's properties; one that is another project is not its parent. */
static int parents(struct op *op)
{
	struct tree_given file[] = {
		{ .path = S("pom.xml"), .bytes = S("<project><groupId>g</groupId><artifactId>top</artifactId><version>7</version><properties><v>1</v></properties>"
						  "<dependencies>" DEPENDENCY("g", "d", "<version>${v}</version>") "</dependencies></project>") },
		{ .path = S("a/pom.xml"), .bytes = S("<project>" PARENT("") "<artifactId>a</artifactId><properties><v>2</v></properties></project>") },
		{ .path = S("b/pom.xml"), .bytes = S("<project>" PARENT("<relativePath>../a</relativePath>") "<artifactId>b</artifactId></project>") },
		{ .path = S("c/pom.xml"), .bytes = S("<project>" PARENT("<relativePath/>") "<artifactId>c</artifactId></project>") },
		/* Its own parent, for ever. */
		{ .path = S("d/pom.xml"), .bytes = S("<project><parent><groupId>g</groupId><artifactId>d</artifactId><version>1</version><relativePath>pom.xml</relativePath></parent>"
						    "<artifactId>d</artifactId><dependencies>" DEPENDENCY("g", "x", "<version>${no}</version>") "</dependencies></project>") },
	};
	str got;

	TRY(tell(op, file, 5, &got));
	CHECK_STR(got, S("pkg:maven/g/a@7 pkg:maven/g/b@7 pkg:maven/g/c@7 pkg:maven/g/d@1 pkg:maven/g/d@2 pkg:maven/g/top@7 pkg:maven/g/x"));
	return 0;
}

TESTS({ "project and lock files", files, .once = true }, { "parents", parents })
