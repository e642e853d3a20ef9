/*
 * facts_table: the policy input as data: every member with its place in the structs that it comes from. One
 * table for the writer, the reader, the schema, and what CEL expressions may name.
 */
#ifndef POLICY_FACTS_TABLE_H
#define POLICY_FACTS_TABLE_H

#include <stddef.h>

#include "codec/json.h"
#include "model/facts.h"

enum fact_kind {
	FACT_TEXT,   /* str */
	FACT_WORDS,  /* const char *, with a NUL behind it */
	FACT_TEXTS,  /* struct texts */
	FACT_PAIRS,  /* struct pairs: an object of texts */
	FACT_BOOL,   /* bool */
	FACT_DIGEST, /* struct digest; not there for zeros */
	FACT_TIME,   /* int64_t as RFC 3339; not there for 0 */
	FACT_LAYER,  /* int; not there for less than 0 */
	FACT_LINE,   /* int, not negative */
	FACT_COUNT,  /* ptrdiff_t, not negative */
	FACT_U64,    /* uint64_t */
	FACT_I64,    /* int64_t; not there for less than 0 */
	FACT_REAL,   /* double */
	FACT_WORD,   /* an enum by its words */
	FACT_TYPE,   /* enum package_type by its name */
	FACT_PACKAGE, /* uint32_t: a position in the packages, as an object of what they are called */
	FACT_OBJECT, /* a struct */
	FACT_LIST,   /* a pointer to structs, and ptrdiff_t how many */
	FACT_MADE,   /* of other members, for those who read; passed over when it is read back */
};

/* Always there; else only where it is not empty, 0 or false. */
enum { FACT_ALWAYS = 1, FACT_VIA = 2 /* in the struct that table.via points to */ };

struct facts_table;
struct facts_root;
struct fact {
	const char *key;
	enum fact_kind kind;
	unsigned flags;
	size_t at; /* offset */
	size_t at_n; /* FACT_LIST: offset of its count; FACT_OBJECT: of a bool that says it is there, 0: is */
	const char *const *word; /* FACT_WORD: [word_n] */
	int word_n;
	const struct facts_table *table; /* FACT_OBJECT, FACT_LIST */
	/* FACT_MADE: the whole member, or nothing where it cannot be told. */
	void (*made)(struct json_out *j, const struct facts_root *root, const void *at,
		     const char *key);
	const char *type; /* FACT_MADE: JSON's word for it: "integer", "boolean", "string" */
	const char *what; /* a line for people */
};

struct facts_table {
	const char *name; /* "package": of a definition in the schema */
	const struct fact *fact;
	size_t n, size; /* members; bytes of the struct */
	size_t via, via_size;
};

/* All of it in one place. */
struct facts_root {
	struct facts facts;
	struct report report;
	struct inventory inventory;
	struct hardening hardening;
	bool compared; /* hardening is there */
};

extern const struct facts_table facts_table; /* the document without "schema" */
extern const struct facts_table facts_table_package;
extern const struct facts_table facts_table_called; /* what FACT_PACKAGE says of one */

#endif
