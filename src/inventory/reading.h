/*
 * reading: one file that a cataloger reads whole: memory for as long as that takes, its text or its
 * document, and packages whose texts may alias either. For formats that are small against what is
 * kept of them there is no need of it.
 *
 *	static int read_lock(struct reading *r)
 *	{
 *		const struct node *list = node_get(&r->doc.root, S("packages"));
 *		for (ptrdiff_t i = 0; list && i < list->n; i++) {
 *			struct package p = { .type = PACKAGE_HEX,
 *					     .name = reading_get(&list->child[i], "name") };
 *			int rc = reading_add(r, &p, NULL);
 *			if (rc < 0)
 *				return rc;
 *		}
 *		return 0;
 *	}
 *	static int read(struct op *op, struct catalog *c, const struct found *f)
 *	{
 *		return reading_json(op, c, f, read_lock);
 *	}
 */
#ifndef INVENTORY_READING_H
#define INVENTORY_READING_H

#include "draft.h"

struct reading {
	struct op
		tmp; /* goes when the file has been read; give it to what fails and to what helps */
	struct op *op; /* stays with the inventory */
	struct catalog *c;
	const struct found *f;
	enum evidence_how how; /* of reading_add(): EVIDENCE_DECLARED at first */
	str text;              /* the whole content, in tmp */
	struct doc doc;        /* likewise; not with reading_text() */
	ptrdiff_t added;       /* packages, by reading_add() */
};

/* Read f (at most LIMIT_CAPTURE bytes) and call fn. A failure of either is op's afterwards; what a
 * parser calls ERR_USAGE, meaning its user, is ERR_FORMAT here. */
typedef int reading_fn(struct reading *r);
int reading_text(struct op *op, struct catalog *c, const struct found *f, reading_fn *fn) MUST_USE;
int reading_json(struct op *op, struct catalog *c, const struct found *f,
		 reading_fn *fn) MUST_USE; /* json_parse_lax() */
int reading_yaml(struct op *op, struct catalog *c, const struct found *f, reading_fn *fn) MUST_USE;
int reading_toml(struct op *op, struct catalog *c, const struct found *f, reading_fn *fn) MUST_USE;

/* catalog_add() of a copy of *p (draft_keep()) with its files, which live in r->op. A package
 * without a name or version is passed over: a project file asks for many such. *ret (may be NULL)
 * is UINT32_MAX for one. */
int reading_add(struct reading *r, const struct package *p, uint32_t *ret) MUST_USE;

/* The text (or number, as it is written) under key, or the empty text. */
str reading_get(const struct node *map, const char *key);
/* Is the truth under key true? */
bool reading_is(const struct node *map, const char *key);

/* The programs and libraries at a path, or below it if it is a directory, are accounted for. */
int reading_recognise(struct reading *r, str path) MUST_USE;

#endif
