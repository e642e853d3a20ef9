#include "inventory/java.h"

#include <stdio.h>

#include "base/limits.h"
#include "unit/inventory/harness.h"
#include "unit/inventory/zip_made.h"

#define PARTS(...) (struct zip_part[]){ __VA_ARGS__ }
#define FIELD(s) S_INIT(s)

/* "purl purl ..." of what is found in one archive, and "!" for each warning. */
static int found_in(struct op *op, const char *path, str bytes, str *ret)
{
	struct tree_given file = { .path = str_of(path), .bytes = exact(bytes) };
	struct inventory v;
	struct buf b;

	TRY(catalog_over(op, "java", false, &file, 1, &v));
	buf_init(&b, op, 1 << 20);
	for (ptrdiff_t i = 0; i < v.package_n; i++)
		buf_fmt(&b, "%s%.*s", i ? " " : "", STR_ARG(v.package[i].purl));
	for (ptrdiff_t i = 0; i < v.warning_n; i++)
		buf_char(&b, '!');
	return buf_take(&b, ret);
}

static int names(struct op *op)
{
	static const struct {
		const char *stem, *known, *artifact, *version, *classifier;
	} row[] = {
		{ "log4j-1.2-api-2.17.1", "", "log4j-1.2-api", "2.17.1", "" },
		{ "commons-lang3-3.12.0", "", "commons-lang3", "3.12.0", "" },
		{ "zstd-jni-1.3.8-5", "", "zstd-jni", "1.3.8-5", "" },
		{ "foo-1.0-beta-3", "", "foo", "1.0-beta-3", "" },
		{ "foo-1.0-SNAPSHOT", "", "foo", "1.0-SNAPSHOT", "" },
		{ "guava-27.0-jre", "27.0-jre", "guava", "27.0-jre", "" },
		{ "netty-tcnative-2.0.36.Final-linux-x86_64", "2.0.36.Final", "netty-tcnative", "2.0.36.Final", "linux-x86_64" },
		{ "spock-core-2.3-groovy-3.0", "2.3-groovy-3.0", "spock-core", "2.3-groovy-3.0", "" },
		{ "kafka_2.13-3.2.2", "", "kafka_2.13", "3.2.2", "" },
		{ "org.eclipse.osgi_3.18.0.v2022", "", "org.eclipse.osgi", "3.18.0.v2022", "" },
		{ "java-cup-runtime-11b-20160615", "", "java-cup-runtime", "11b-20160615", "" },
		{ "guava-r09", "", "guava", "r09", "" },
		{ "ganymed-ssh2-build250", "", "ganymed-ssh2", "build250", "" },
		{ "spring-r2dbc-5.3", "", "spring-r2dbc", "5.3", "" },
		{ "app", "1.0", "app", "", "" },
		{ "", "", "", "", "" },
		{ "-1", "", "-1", "", "" },
	};

	(void)op;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct java_id id = { .pom = -1 };
		java_name(exact(str_of(row[i].stem)), str_of(row[i].known), &id);
		CHECK_STR(id.artifact, str_of(row[i].artifact));
		CHECK_STR(id.version, str_of(row[i].version));
		CHECK_STR(id.classifier, str_of(row[i].classifier));
	}
	return 0;
}

#define POM(group, artifact, version) "groupId=" group "\nartifactId=" artifact "\nversion=" version "\n"
#define MANIFEST(text) { "META-INF/MANIFEST.MF", FIELD("Manifest-Version: 1.0\n" text) }
#define CLASS(name) { name, FIELD("\xca\xfe\xba\xbe") }

/* The surest source counts; each row is an archive. */
static int sources(struct op *op)
{
	static const struct {
		const char *path;
		struct zip_part part[5];
		int n;
		const char *finds;
	} row[] = {
		{ "a/foo-1.0.jar", { MANIFEST("Implementation-Version: 9\n"),
			{ "META-INF/maven/org.x/foo/pom.properties", FIELD(POM("org.x", "foo", "1.0")) } }, 2, "pkg:maven/org.x/foo@1.0" },
		{ "multiple.jar", { { "META-INF/maven/org.x/one/pom.properties", FIELD(POM("org.x", "one", "1")) },
			{ "META-INF/maven/org.x/two/pom.properties", FIELD(POM("org.x", "two", "2")) } }, 2,
			"pkg:maven/org.x/one@1 pkg:maven/org.x/two@2" },
		{ "shaded-2.jar", { { "META-INF/maven/org.x/shaded/pom.properties", FIELD(POM("org.x", "shaded", "2")) },
			{ "META-INF/maven/org.y/dep/pom.properties", FIELD(POM("org.y", "dep", "7")) } }, 2,
			"pkg:maven/org.x/shaded@2 pkg:maven/org.y/dep@7" },
		/* The group decides between two poms of one artifact. */
		{ "org.multiple-thename.jar", { { "META-INF/maven/com.multiple/thename/pom.properties", FIELD(POM("com.multiple", "thename", "10")) },
			{ "META-INF/maven/org.multiple/thename/pom.properties", FIELD(POM("org.multiple", "thename", "10")) } }, 2,
			"pkg:maven/com.multiple/thename@10 pkg:maven/org.multiple/thename@10" },
		/* A renamed archive is still what its only pom says ... */
		{ "app.jar", { { "META-INF/maven/org.x/foo/pom.properties", FIELD(POM("org.x", "foo", "1.0")) } }, 1, "pkg:maven/org.x/foo@1.0" },
		/* ... unless its name tells another version: then the pom is of something in it. */
		{ "app-3.jar", { { "META-INF/maven/org.x/foo/pom.properties", FIELD(POM("org.x", "foo", "1.0")) }, CLASS("com/example/app/App.class"), MANIFEST("") }, 3,
			"pkg:maven/com.example/app@3 pkg:maven/org.x/foo@1.0" },
		/* Of several poms that are called otherwise, the one whose project the manifest names. */
		{ "renamed.jar", { MANIFEST("Implementation-Title: The Foo\nImplementation-Version: 1\n"),
			{ "META-INF/maven/org.x/foo/pom.xml", FIELD("<project><groupId>org.x</groupId><artifactId>foo</artifactId><version>1</version><name>The Foo</name></project>") },
			{ "META-INF/maven/org.y/bar/pom.xml", FIELD("<project><groupId>org.y</groupId><artifactId>bar</artifactId><version>2</version><name>Bar</name></project>") } }, 3,
			"pkg:maven/org.x/foo@1 pkg:maven/org.y/bar@2" },
		{ "spring3-web-3.x.jar", { MANIFEST("Implementation-Title: spring-web\nImplementation-Version: 4.3.30.RELEASE\n"), CLASS("org/springframework/web/A.class") }, 2,
			"pkg:maven/org.springframework/spring-web@4.3.30.RELEASE" },
		/* XML alone, the version from its parent, a property in it. */
		{ "foo.jar", { { "META-INF/maven/org.x/foo/pom.xml", FIELD("<project><parent><groupId>org.x</groupId><artifactId>p</artifactId>"
			"<version>${v}</version></parent><artifactId>foo</artifactId><properties><v>4.2</v></properties></project>") } }, 1, "pkg:maven/org.x/foo@4.2" },
		/* XML that leaves the version to who builds it; XML without the directories that there should be. */
		{ "foo-3.jar", { { "META-INF/maven/org.x/foo/pom.xml", FIELD("<project><groupId>org.x</groupId><artifactId>foo</artifactId><version>${revision}</version></project>") } }, 1,
			"pkg:maven/org.x/foo@3" },
		{ "foo-3.jar", { { "META-INF/maven/foo/pom.xml", FIELD("<project><groupId>org.x</groupId><artifactId>foo</artifactId><version>3</version></project>") } }, 1,
			"pkg:maven/org.x/foo@3" },
		/* A template of a project is none. */
		{ "arch-1.jar", { { "archetype-resources/pom.xml", FIELD("<project><artifactId>no</artifactId><version>1</version></project>") },
			MANIFEST("Implementation-Vendor-Id: org.arch\n") }, 2, "pkg:maven/org.arch/arch@1" },
		/* The manifest's group: what the bundle plugin made of it, undone. */
		{ "metrics-core-3.1.5.jar", { MANIFEST("Bundle-SymbolicName: io.dropwizard.metrics.core\nImplementation-Version: 3.1.5\n") }, 1,
			"pkg:maven/io.dropwizard.metrics/metrics-core@3.1.5" },
		{ "jackson-core-2.15.2.jar", { MANIFEST("Bundle-SymbolicName: com.fasterxml.jackson.core.jackson-core;x=y\n") }, 1,
			"pkg:maven/com.fasterxml.jackson.core/jackson-core@2.15.2" },
		{ "com.fasterxml.jackson.core.jackson-core-2.15.2.jar", { MANIFEST("Implementation-Vendor-Id: com.fasterxml.jackson.core\nBundle-SymbolicName: "
			"com.fasterxml.jackson.core.jackson-core\n") }, 1, "pkg:maven/com.fasterxml.jackson.core/jackson-core@2.15.2" },
		{ "failureaccess-1.0.1.jar", { MANIFEST("Bundle-SymbolicName: com.google.guava.failureaccess\n") }, 1, "pkg:maven/com.google.guava/failureaccess@1.0.1" },
		{ "reactor-netty-core-1.0.25.jar", { MANIFEST("Bundle-SymbolicName: io.projectreactor.netty.reactor-netty-core\n") }, 1,
			"pkg:maven/io.projectreactor.netty/reactor-netty-core@1.0.25" },
		{ "micronaut-aop-4.9.11.jar", { MANIFEST("Automatic-Module-Name: io.micronaut.micronaut_aop\nImplementation-Title: Micronaut Core\n") }, 1,
			"pkg:maven/io.micronaut/micronaut-aop@4.9.11" },
		{ "opensaml-core-3.4.6.jar", { MANIFEST("Automatic-Module-Name: org.opensaml.core\n\nName: org/opensaml/core/\nImplementation-Version: 3.4.6\n") }, 1,
			"pkg:maven/org.opensaml/opensaml-core@3.4.6" },
		{ "server.jar", { MANIFEST("Implementation-Title: org.elasticsearch#server;8.14.3\nImplementation-Version: 8.14.3\n") }, 1,
			"pkg:maven/org.elasticsearch/server@8.14.3" },
		{ "axis.jar", { MANIFEST("\nName: org/apache/axis\nImplementation-Version: 1.4 1855 April 22 2006\n"), CLASS("org/apache/axis/A.class") }, 2,
			"pkg:maven/org.apache.axis/axis@1.4" },
		/* What is known to be built without a word of it: by its name and a package of classes that it must have. */
		{ "jackson-mapper-asl-1.9.13.jar", { MANIFEST(""), CLASS("org/codehaus/jackson/map/A.class") }, 2, "pkg:maven/org.codehaus.jackson/jackson-mapper-asl@1.9.13" },
		{ "spring-web-5.3.26.jar", { MANIFEST("Implementation-Title: spring-web\nAutomatic-Module-Name: spring.web\n"), CLASS("org/springframework/web/A.class") }, 2,
			"pkg:maven/org.springframework/spring-web@5.3.26" },
		{ "spring-security-crypto-5.8.16.jar", { MANIFEST(""), CLASS("org/springframework/security/A.class") }, 2,
			"pkg:maven/org.springframework.security/spring-security-crypto@5.8.16" },
		{ "spring-1.0.jar", { MANIFEST("Implementation-Title: com.newrelic.instrumentation.spring\n"), CLASS("com/newrelic/A.class") }, 2,
			"pkg:maven/com.newrelic.instrumentation/spring@1.0" },
		{ "derby-10.16.1.1.jar", { MANIFEST("Bundle-SymbolicName: derby\nBundle-Activator: org.apache.derby.osgi.EmbeddedActivator\n"), CLASS("org/apache/derby/A.class") }, 2,
			"pkg:maven/org.apache.derby/derby@10.16.1.1" },
		{ "groovy-4.0.33.jar", { MANIFEST(""), CLASS("groovy/lang/A.class") }, 2, "pkg:maven/org.apache.groovy/groovy@4.0.33" },
		{ "groovy-2.4.21.jar", { MANIFEST(""), CLASS("groovy/lang/A.class") }, 2, "pkg:maven/org.codehaus.groovy/groovy@2.4.21" },
		/* Classes tell the domain; nothing at all, the name. */
		{ "thing-1.jar", { CLASS("com/example/thing/A.class"), CLASS("com/example/thing/sub/B.class") }, 2, "pkg:maven/com.example/thing@1" },
		{ "thing-1.jar", { CLASS("A.class") }, 1, "pkg:maven/thing/thing@1" },
		/* Where a repository has put it. */
		{ "root/.m2/repository/org/x/y/foo/1.0/foo-1.0.jar", { CLASS("A.class") }, 1, "pkg:maven/org.x.y/foo@1.0" },
		{ "c/files-2.1/org.x/foo/1.0/0a1b/foo-1.0.jar", { CLASS("A.class") }, 1, "pkg:maven/org.x/foo@1.0" },
		/* Jenkins' plugins are not what they are called after. */
		{ "plugins/gradle.jpi", { MANIFEST("Group-Id: org.jenkins-ci.plugins\nShort-Name: gradle\nPlugin-Version: 2.11 (private)\nPlugin-Dependencies: maven-plugin:3.14\n") }, 1,
			"pkg:maven/org.jenkins-ci.plugins/gradle@2.11" },
		/* Patches of others' classes, Java itself, templates nobody filled in. */
		{ "spring-instrumentation-4.3.0-1.0.jar", { MANIFEST("Implementation-Title: x\nWeave-Classes: a/b\n") }, 1, "" },
		{ "jre/lib/rt.jar", { MANIFEST("Implementation-Title: Java Runtime Environment\nImplementation-Version: 1.8.0_402\n") }, 1, "" },
		{ "x.jar", { MANIFEST("Implementation-Version: ${project.version}\nBundle-Version: 3\nImplementation-Vendor-Id: org.x\n") }, 1, "pkg:maven/org.x/x@3" },
		/* Two manifests: the first counts, and it is told. */
		{ "x-1.jar", { MANIFEST("Implementation-Vendor-Id: org.x\n"), { "meta-inf/manifest.mf", FIELD("Implementation-Vendor-Id: org.y\n") } }, 2,
			"pkg:maven/org.x/x@1!" },
		{ "native-2.0-linux-x86_64.jar", { MANIFEST("Implementation-Version: 2.0\nImplementation-Vendor-Id: org.x\n") }, 1,
			"pkg:maven/org.x/native@2.0?classifier=linux-x86_64" },
	};
	str bytes, got;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		TRY(zip_made(op, "", row[i].part, row[i].n, &bytes));
		TRY(found_in(op, row[i].path, bytes, &got));
		CHECK_STR(got, str_of(row[i].finds));
	}
	return 0;
}

static int one(struct op *op, const char *name, const char *version, str *ret)
{
	str manifest;

	TRY(op_text(op, &manifest, "Manifest-Version: 1.0\nImplementation-Vendor-Id: org.%s\nImplementation-Version: %s\n", name, version));
	return zip_made(op, "", PARTS({ "META-INF/MANIFEST.MF", manifest, true }), 1, ret);
}

/* A program with a script before it, a stored and a packed archive in it, one of them with one in it. */
static int nested(struct op *op)
{
	str a, b, c, war, bytes;
	struct inventory v;

	TRY(one(op, "a", "1", &a));
	TRY(one(op, "b", "2", &b));
	TRY(one(op, "c", "3", &c));
	TRY(zip_made(op, "", PARTS({ "WEB-INF/lib/c.jar", c, true }, { "META-INF/MANIFEST.MF", FIELD("Implementation-Vendor-Id: org.w\nImplementation-Version: 5\n") }), 2, &war));
	TRY(zip_made(op, "#!/bin/sh\nexec java -jar \"$0\"\n", PARTS({ "META-INF/maven/org.app/app/pom.properties", FIELD(POM("org.app", "app", "9")) },
		{ "BOOT-INF/lib/a.jar", a }, { "BOOT-INF/lib/b.jar", b, true }, { "deploy/w.war", war }, { "BOOT-INF/lib/", FIELD("") },
		{ "notes.jar", FIELD("this is no archive, and long enough to be one") }), 6, &bytes));
	struct tree_given file = { .path = S("srv/app.jar"), .bytes = exact(bytes) };
	TRY(catalog_over(op, "java", false, &file, 1, &v));
	static const struct {
		const char *purl, *path;
	} want[] = {
		{ "pkg:maven/org.a/a@1", "srv/app.jar:BOOT-INF/lib/a.jar" },
		{ "pkg:maven/org.app/app@9", "srv/app.jar" },
		{ "pkg:maven/org.b/b@2", "srv/app.jar:BOOT-INF/lib/b.jar" },
		{ "pkg:maven/org.c/c@3", "srv/app.jar:deploy/w.war:WEB-INF/lib/c.jar" },
		{ "pkg:maven/org.w/w@5", "srv/app.jar:deploy/w.war" },
	};
	CHECK(v.package_n == 5);
	for (size_t i = 0; i < 5; i++) {
		const struct package *p = package_by(&v, want[i].purl);
		CHECK(p != NULL);
		if (p)
			CHECK_STR(p->evidence[0].path, str_of(want[i].path));
	}
	CHECK(v.relation_n == 4);
	for (ptrdiff_t i = 0; i < v.relation_n; i++)
		CHECK(v.relation[i].kind == RELATION_CONTAINS);
	CHECK(v.warning_n == 1); /* what is called an archive and is none */
	if (v.warning_n)
		CHECK_STR(v.warning[0].path, S("srv/app.jar:notes.jar"));
	return 0;
}

/* Deeper than any sane archive; cut; and one that overlaps itself, which multiplies nothing. */
static int limits(struct op *op)
{
	str bytes, got;

	TRY(one(op, "x", "1", &bytes));
	for (int i = 0; i < LIMIT_NESTED_DEPTH; i++)
		TRY(zip_made(op, "", PARTS({ "META-INF/MANIFEST.MF", FIELD("") }, { "in.jar", bytes }), 2, &bytes));
	TRY(found_in(op, "deep-1.jar", bytes, &got));
	CHECK(str_ends(got, S("!")));
	CHECK(str_starts(got, S("pkg:maven/deep/deep@1")));
	TRY(one(op, "x", "1", &bytes));
	for (ptrdiff_t n = 22; n < bytes.len; n += 5) {
		TRY(found_in(op, "x.jar", str_head(bytes, n), &got));
		CHECK_STR(got, S("!"));
	}
	TRY(found_in(op, "x.rar", S("Rar!\x1a\x07 is another kind of archive"), &got));
	CHECK_STR(got, S(""));
	TRY(found_in(op, "x.jar", S(""), &got));
	CHECK_STR(got, S(""));
	return 0;
}

static int licences(struct op *op)
{
	static const struct {
		struct zip_part part[3];
		int n;
		const char *licence;
	} row[] = {
		{ { MANIFEST("Bundle-License: Apache-2.0\n") }, 1, "Apache-2.0" },
		{ { MANIFEST("Bundle-License: \"Apache License, Version 2.0\";link=\"https://x\"\n") }, 1, "Apache-2.0" },
		{ { MANIFEST("Bundle-License: Apache License, Version 2.0\n") }, 1, "Apache-2.0" },
		{ { MANIFEST("Bundle-License: MIT;description=\"a, b\",Apache-2.0;link=x\n") }, 1, "MIT OR Apache-2.0" },
		{ { MANIFEST("Bundle-License: MIT\n"), { "META-INF/maven/org.x/x/pom.xml", FIELD("<project><groupId>org.x</groupId><artifactId>x</artifactId>"
			"<version>1</version><licenses><license><name>Apache-2.0</name></license></licenses></project>") } }, 2, "Apache-2.0" },
		{ { MANIFEST("") }, 1, "" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct inventory v;
		str bytes;
		TRY(zip_made(op, "", row[i].part, row[i].n, &bytes));
		struct tree_given file = { .path = S("x-1.jar"), .bytes = exact(bytes) };
		TRY(catalog_over(op, "java", false, &file, 1, &v));
		CHECK(v.package_n == 1);
		if (v.package_n)
			CHECK_STR(v.package[0].licence, str_of(row[i].licence));
	}
	return 0;
}

TESTS({ "file names", names }, { "what tells an archive's name", sources, .once = true }, { "archives in archives", nested },
      { "limits", limits, .once = true }, { "licences", licences, .once = true })
