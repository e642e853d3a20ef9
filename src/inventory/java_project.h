/*
 * java_project: what a pom.xml says. Source: Maven's model 4.0.0 (maven.apache.org/ref/current/
 * maven-model/maven.html), "Introduction to the POM": inheritance and interpolation.
 */
#ifndef INVENTORY_JAVA_PROJECT_H
#define INVENTORY_JAVA_PROJECT_H

#include "base/map.h"
#include "codec/node.h"
#include "codec/xml.h"

struct java_project {
	const struct java_project *parent; /* that was read, too; the caller sets it, or NULL */
	const struct xml_node *root;       /* of the project element */
	str group, artifact, version;      /* as written; what the parent tells where nothing is */
	str parent_group, parent_artifact, parent_version;
	str parent_path; /* where the parent lies; empty if it is told to lie nowhere */
	bool has_parent;
	struct map values; /* by java_project_merge(): properties, the nearest of each name */
};

enum { JAVA_PROJECT_MAX = 4 << 20 }; /* bytes of a pom.xml: the largest known has 200 KiB */

/* The project in a text, which must live as long as it. ERR_FORMAT for no XML; 1: XML, but no
 * project. */
int java_project_read(struct op *op, str file, str text, struct java_project *ret) MUST_USE;

/* Gather the properties of the project and its parents: once, before java_project_text(). */
int java_project_merge(struct op *op, struct java_project *p) MUST_USE;

/*
 * A text with its ${properties} put in: those that were merged, project.version and the like; in
 * op. Empty where one is not known, where they go round in circles, and past some 500 bytes: names
 * and versions are short.
 */
int java_project_text(struct op *op, const struct java_project *p, str raw, str *ret) MUST_USE;

/* Names (or else URLs) of the licences, of the project or else of its parents. */
int java_project_licences(struct op *op, const struct java_project *p, struct texts *ret) MUST_USE;

/* Several licences as an expression: whoever uses a project may choose (Maven's POM reference,
 * "Licenses"). What is not known is left out; empty where nothing is known. */
int java_licences(struct op *op, const struct texts *names, str *ret) MUST_USE;

#endif
