/*
 * java_project: what a pom.xml says. Source: Maven's model 4.0.0 (maven.apache.org/ref/current/
 * maven-model/maven.html), "Introduction to the POM": inheritance and interpolation.
 */
#ifndef INVENTORY_JAVA_PROJECT_H
#define INVENTORY_JAVA_PROJECT_H

#include "codec/node.h"
#include "codec/xml.h"

struct java_project {
	const struct java_project *parent; /* that was read, too; the caller sets it, or NULL */
	const struct xml_node *root;       /* of the project element */
	str group, artifact, version;      /* as written; what the parent tells where nothing is */
	str parent_group, parent_artifact, parent_version,
		parent_path; /* as written; path "" if told to be none */
	bool has_parent;
};

/* The project in a text, which must live as long as it. ERR_FORMAT for no XML; 1: XML, but no
 * project. */
int java_project_read(struct op *op, str file, str text, struct java_project *ret) MUST_USE;

/*
 * A text with its ${properties} put in: those of the project and of its parents, project.version
 * and the like; the nearest counts. Empty where one is not known, or where they go round in
 * circles.
 */
int java_project_text(struct op *op, const struct java_project *p, str raw, str *ret) MUST_USE;

/* The dependency of that group and artifact in dependencyManagement, of the project or its parents;
 * NULL: none. Its texts are still to be read by java_project_text() with p: properties are put in
 * where all is merged. */
const struct xml_node *java_project_managed(struct op *op, const struct java_project *p, str group,
					    str artifact);

/* Names (or else URLs) of the licences, of the project or else of its parents. */
int java_project_licences(struct op *op, const struct java_project *p, struct texts *ret) MUST_USE;

#endif
