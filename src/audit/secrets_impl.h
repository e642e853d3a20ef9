/*
 * secrets_impl: what the files of secrets share.
 *
 * Invariants: (1) a rule is tried only where one of its keywords, or its own pattern, was found; (2) what
 * is kept of a match is its place, never its value; (3) of matches that overlap, the rule that stands
 * first wins, so that what comes out does not depend on threads.
 */
#ifndef AUDIT_SECRETS_IMPL_H
#define AUDIT_SECRETS_IMPL_H

#include <pthread.h>

#include "base/buf.h"
#include "base/limits.h"
#include "secrets.h"
#include "secrets_rules.h"

enum {
	SECRETS_TEXT = 2 << 20, /* bytes of paths and lines that are kept */
	SECRETS_NOTES = 64,
	CANDIDATES = 1024, /* of one part */
	NEAR = 200,        /* bytes around a match in which `near` is looked for */
	AROUND = 120,
};

struct secret_kept { /* what is found, until it is told */
	const struct secret_rule *rule;
	str file, path, where, around;
	uint64_t line, offset;
	uint32_t node;
	struct tree_place place;
	bool of_tree;
};

struct secrets {
	struct op *op;
	struct secret_rules rules;
	struct texts skip;
	struct patterns *patterns;
	uint16_t *rule_of; /* [] by pattern */
	struct tree_sight sight;
	pthread_mutex_t lock; /* of all below */
	struct secret_kept kept[LIMIT_SECRETS];
	ptrdiff_t kept_n;
	char *text; /* [SECRETS_TEXT] */
	size_t text_used;
	bool full;
	str note[SECRETS_NOTES];
	ptrdiff_t note_n;
};

/* A content that is looked at: all of it, or a part. */
struct secret_content {
	str file;  /* in the image; or "@environment" and the like */
	str path;  /* with what is within archives: "srv/a.tar:home/x/.npmrc" */
	str inner; /* the last of these: what globs are held against */
	str where; /* of the configuration; else empty */
	uint32_t node;
	struct tree_place place;
	bool of_tree, text;
	str bytes;
	ptrdiff_t begin, end;   /* as in struct tree_seen */
	uint64_t offset, lines; /* likewise */
	int wide;               /* bytes of a character, where they were taken out: 1 or 2 */
};

struct candidate {
	const struct secret_rule *rule;
	ptrdiff_t from, to; /* the value */
};

/* What one thread needs. */
struct secret_machine {
	struct op *op;
	struct secrets *s;
	struct patterns_room *room;
	const struct secret_content *c;
	struct candidate *candidate; /* [CANDIDATES] */
	int n;
	uint32_t *tries; /* [rules] */
	uint64_t unpacked;
	struct zip_machine *zip;
};

int secret_machine_open(struct op *op, struct secrets *s, struct secret_machine **ret) MUST_USE;

/* Look at a content for all rules. */
int secrets_scan(struct secret_machine *m, const struct secret_content *c) MUST_USE;

/* A whole content: what is in it if it is an archive, else itself. */
int secrets_look(struct secret_machine *m, const struct secret_content *c, int depth) MUST_USE;
bool secrets_is_archive(str head);

/* Do the rule's checks hold for the value bytes[*from .. *to - 1]? A key makes it longer. */
bool secrets_verify(struct secret_machine *m, const struct secret_rule *rule,
		    const struct secret_content *c, struct candidate *v);
/* Is it a word that stands for a secret: "changeme", "${TOKEN}", "xxxx"? */
bool secrets_placeholder(str value);

/* Text with what looks like a secret masked: matches of rules, and with `runs` long words too. */
void secrets_mask_to(struct secret_machine *m, str text, bool runs, struct buf *b);

/* Keep what was found; a note that is there is not kept twice. */
void secrets_keep(struct secrets *s, const struct secret_kept *k);
void secrets_note(struct secrets *s, str path, const char *what);

#endif
