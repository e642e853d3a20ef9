/*
 * secrets: credentials in contents: the rules of data/secrets.yaml (families of credentials, with patterns
 * of our own) and the user's, matched all at once, then verified by structure: prefix, length, alphabet,
 * checksum, entropy, what stands around them; keys and certificates parsed. What is found is told by
 * place and family; the value itself leaves this folder never, nor a part or hash of it.
 *
 * A file is looked at in every layer that has it, so that one which an upper layer removed or
 * replaced counts; archives (tar, zip, gzip, xz, zstd, jar) are opened to LIMIT_SECRET_DEPTH.
 */
#ifndef AUDIT_SECRETS_H
#define AUDIT_SECRETS_H

#include "model/config.h"
#include "model/rule.h"
#include "tree/tree.h"

struct secrets; /* opaque: compiled rules and what was found; lives in its op */

struct secret_found {
	str family; /* "github-pat" */
	str title;  /* "GitHub personal access token" */
	enum severity severity;
	str file;  /* of the image, that has it; "" with `where` */
	str path;  /* "app/.env", "srv/backup.tar:home/x/.npmrc"; "" with `where` */
	str where; /* "environment NPM_TOKEN", "label x", "history step 4", "build argument X" */
	uint64_t line, offset; /* from 1 and 0, in the file; line is 0 in what is no text */
	int layer;             /* -1: not of a layer */
	bool hidden; /* an upper layer removed or replaced the file: it is still in the image */
	str around;  /* the line with the value replaced by "***", 120 bytes at most */
};

/* ERR_USAGE with FILE:LINE for a rule of the user's that is wrong. */
int secrets_open(struct op *op, const struct texts *rule_files, const struct texts *skip,
		 struct secrets **ret) MUST_USE;

/* Have every content of the tree that is to be made pass, in threads. s must live as long as the making;
 * wish then refers to it. */
int secrets_wish(struct op *op, struct secrets *s, struct tree_wish *wish) MUST_USE;

/* A text of the configuration: environment, labels, history, build arguments. */
int secrets_config(struct op *op, struct secrets *s, const struct config *c) MUST_USE;

/* One content by itself, for linting and tests. */
int secrets_text(struct op *op, struct secrets *s, str path, str bytes) MUST_USE;

/*
 * What was found, each place once, by layer, path, offset; t, the tree that passed (or NULL), tells
 * what is hidden. Views live as long as s and op. ERR_LIMIT where there is more than is kept.
 */
int secrets_found(struct op *op, struct secrets *s, const struct tree *t, struct secret_found **ret,
		  ptrdiff_t *ret_n) MUST_USE;

/* What could not be looked into, a line each: archives that are too large, too deep, or bombs. */
int secrets_notes(struct op *op, struct secrets *s, struct texts *ret) MUST_USE;

/* A text as it may be shown: what a rule takes for a secret is "***". For instructions and the like,
 * which others tell of. */
int secrets_mask(struct op *op, struct secrets *s, str text, str *ret) MUST_USE;

/* The same of a whole configuration: environment, labels, history, commands. */
int secrets_mask_config(struct op *op, struct secrets *s, const struct config *c,
			struct config *ret) MUST_USE;

#endif
