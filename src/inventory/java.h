/*
 * java: what the parts of the Java catalogers share: which package an archive is, and what project
 * files say. A package is known by three texts, Maven's coordinates: group, artifact, version.
 *
 * An archive is identified by the surest of these that it has:
 *
 *  1. pom.properties below META-INF/maven/ whose artifact is the archive's file name; where that
 *     fits several, the one whose group fits too;
 *  2. the only pom (properties or XML) that it has, unless its file name or its manifest tell
 *     another version; of several the one whose project's name and version the manifest tells;
 *  3. the manifest: Jenkins' Group-Id and Short-Name; Bundle-SymbolicName, Implementation-*,
 *     Automatic-Module-Name for the group, the version where the file name has none;
 *  4. the file name: ARTIFACT-VERSION; in a Maven repository or a Gradle cache its directories tell
 *     the group.
 *
 * Poms beside that are packages which were shaded into it. Manifests of "Weave-Classes" are patches
 * of another package's classes, and no packages.
 */
#ifndef INVENTORY_JAVA_H
#define INVENTORY_JAVA_H

#include "cataloger.h"
#include "codec/zip.h"

/* Attributes of a manifest, one a line in java_attributes[] in java_identity.c. */
enum java_attribute {
	JAVA_AUTOMATIC_MODULE,
	JAVA_BUNDLE_LICENSE,
	JAVA_BUNDLE_NAME, /* Bundle-SymbolicName */
	JAVA_BUNDLE_VERSION,
	JAVA_EXTENSION_NAME,
	JAVA_GROUP_ID, /* Jenkins */
	JAVA_IMPLEMENTATION_TITLE,
	JAVA_IMPLEMENTATION_VENDOR,
	JAVA_IMPLEMENTATION_VENDOR_ID,
	JAVA_IMPLEMENTATION_VERSION,
	JAVA_PLUGIN_LICENSE,
	JAVA_PLUGIN_VERSION, /* Jenkins */
	JAVA_SHORT_NAME,     /* Jenkins */
	JAVA_SPECIFICATION_TITLE,
	JAVA_SPECIFICATION_VERSION,
	JAVA_WEAVE_CLASSES,
	JAVA_ATTRIBUTES
};
extern const char *const java_attributes[JAVA_ATTRIBUTES];

struct java_pom { /* META-INF/maven/GROUP/ARTIFACT/ in an archive */
	str dir;
	str group, artifact, version;
	str title; /* the project's name, where java_wants_titles() */
	bool has_properties, has_xml;
	struct zip_entry properties, xml;
};

/* What is known of an archive before it has a name. */
struct java_facts {
	str path; /* of the archive: as it lies in the tree, or its name in another one */
	const struct zip *zip;
	str main[JAVA_ATTRIBUTES], named[JAVA_ATTRIBUTES];
	const struct java_pom *pom; /* [pom_n] */
	ptrdiff_t pom_n;
};

struct java_id {
	str group, artifact, version; /* each may be empty; they alias the facts, or live in op */
	str classifier;               /* "linux-x86_64" */
	const char *
		by; /* "pom", "manifest", "path", "table", "classes", "name": what told the group */
	ptrdiff_t pom; /* that it is, or -1 */
	enum evidence_how how;
};

/* Does java_identify() need the names of its poms' projects? */
bool java_wants_titles(const struct java_facts *f);

/* Which package it is; an empty artifact: none. */
int java_identify(struct op *op, const struct java_facts *f, struct java_id *ret) MUST_USE;

/*
 * The artifact and the version in a file name without its suffix: "log4j-1.2-api-2.17.1". `known`
 * is the version that something else tells, or empty: where the name has it, it ends the artifact,
 * and what is behind it is the classifier. ret->version is empty where the name has none.
 */
void java_name(str stem, str known, struct java_id *ret);

/* The group of an artifact that is widely used and was built without telling it; empty: unknown. */
str java_known_group(const struct java_facts *f, str artifact, str version);

/* Has the archive an entry below "org/apache/ant/"? */
bool java_has_classes(const struct java_facts *f, str prefix);

/* The suffix (".jar") of a name that is a Java archive's, else the empty text. */
str java_suffix(str name);

#endif
