/*
 * record: an inventory's values under the names that temper's own JSON has for them. Every format
 * says with these what it has no place of its own for: as members of a JSON object (temper's JSON,
 * the annotation of an SPDX package), or as properties "temper:KEY" (CycloneDX). Both are read back
 * by one reader.
 *
 * As a property a list is the same name again and again, a mapping has its keys behind the name
 * ("temper:facts:go:h1"), and an object is its JSON.
 */
#ifndef SBOM_RECORD_H
#define SBOM_RECORD_H

#include "model/inventory.h"
#include "sink.h"

/* The relations of each package, found at once. */
struct relations {
	const struct inventory *inv;
	uint32_t *first; /* [package_n + 1]: where a package's begin in item */
	uint32_t *item;  /* [relation_n]: positions in inv->relation, by `from` */
};
int relations_make(struct op *op, const struct inventory *inv, struct relations *ret) MUST_USE;

typedef void record_property(void *arg, str name, str value);

struct record {
	struct op *op;
	struct json_out *json; /* where an object is open; NULL: properties */
	struct sink *sink;     /* that json writes to, flushed within long lists; may be NULL */
	record_property *property;
	void *arg;
	const char *prefix;    /* of properties: "temper:" */
	struct buf name, text; /* property: its name, and an object on its way */
	struct json_out inner;
};
void record_to_json(struct record *r, struct op *op, struct json_out *json, struct sink *sink);
void record_to_properties(struct record *r, struct op *op, const char *prefix,
			  record_property *property, void *arg);

enum {
	RECORD_FILES = 1 << 0,      /* the files of packages */
	RECORD_RELATIONS = 1 << 1,  /* "depends-on", "owns" and "contains" of a package, by id */
	RECORD_NO_DEPENDS = 1 << 2, /* without "depends-on": the format has it */
	RECORD_NO_SHA1 =
		1 << 3, /* files of the tree without a SHA-1 only: the format has the others */
};

/* The members of a package in which it differs from `held`: what reading the format's own fields
 * gives. */
void record_package(struct record *r, const struct relations *rel, ptrdiff_t at,
		    const struct package *held, unsigned parts);
void record_subject(struct record *r, const struct inventory *inv);
void record_os(struct record *r, const struct inventory *inv);
/* Coverage, unknown, changed and all files, warnings, the tool. Relations too: RECORD_RELATIONS. */
void record_rest(struct record *r, const struct inventory *inv, unsigned parts);

/* A file of the tree as one property, or as an element of a list that is open. */
void record_file(struct record *r, const struct inventory *inv, ptrdiff_t at, const char *key);

/* ---- reading ---- */

struct bom; /* what is being read: read_impl.h */

/* Members into *p (those that are there); relations and files of it into the bom, under `ref`. */
int record_read_package(struct bom *b, const struct node *map, str ref, struct package *p) MUST_USE;
int record_read_subject(struct bom *b, const struct node *map) MUST_USE;
int record_read_os(struct bom *b, const struct node *map) MUST_USE;
int record_read_rest(struct bom *b, const struct node *map) MUST_USE;
/* What record_file() wrote as properties: the member "file". */
int record_read_file(struct bom *b, const struct node *map) MUST_USE;

/* Properties as the mapping that they were made of; those that do not begin with the prefix are
 * passed over. A mapping without members if there are none. */
int record_of_properties(struct op *op, const struct pairs *properties, str prefix,
			 struct node *ret) MUST_USE;

#endif
